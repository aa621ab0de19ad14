"""From scattered places to a smooth field with an error: local fits, checked on what they left out.

At each knot of the field the nearest places that agree are fitted by a plane, near ones counting
more and outliers less and less. How far such a fit can be trusted away from its places is not
assumed but measured: places are predicted from those beyond a distance, for several distances.

References
----------
Cleveland, W. S. and Devlin, S. J. (1988), Locally weighted regression,
doi:10.1080/01621459.1988.10478639.
"""

# ruff: noqa: PLR0917, PLR2004 - kernels take arrays by position: numba knows no keyword-only arguments

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from earthwork.imagery.mappings import Float

_SIZES = (12, 24, 48)
"""Numbers of neighbours tried."""
_CHECKED = 250
"""Places predicted from others, at most."""
_AROUND = 1200
"""Places around each that are looked at."""
_DISTANCES = (0.0, 1.5, 3.0, 6.0, 12.0)
"""Distances, in spacings of the places, from beyond which they are predicted."""
_LEAST_TOLD = 5
_NO_ERROR_PX = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFit:
    """Residuals at scattered places, ready to be told anywhere."""

    places: Float
    """Dims (n, 2), pixels of the before-image."""
    residuals: Float
    """Dims (n, 2), pixels: what is fitted."""
    weights: Float
    """Dims (n): one over the variance of each."""
    neighbours: int
    """Places that a fit takes in."""
    growth: tuple[tuple[float, float], ...]
    """(distance in px, error in px) beyond the noise of the places themselves, ascending."""

    def at(self, points: Float) -> tuple[Float, Float, Float]:
        """Return values (n, 2), errors (n) and distances to the third nearest place (n), in px."""
        count = min(self.neighbours, len(self.places))
        distance, near = cKDTree(self.places).query(points, k=count)
        distance, near = distance.reshape(len(points), count), near.reshape(len(points), count)
        values, noise = np.zeros((len(points), 2)), np.zeros(len(points))
        _local_fits(
            points, self.places, self.residuals, self.weights, near, distance, values, noise
        )
        third = distance[:, min(2, count - 1)]
        far, error = np.array(self.growth).T
        beyond = error[-1] * np.maximum(third / max(far[-1], 1e-6), 1.0)
        grown = np.where(third > far[-1], beyond, np.interp(third, far, error))
        return values, np.hypot(noise, grown), third


def smoothed(points: Float, places: Float, values: Float, *, neighbours: int) -> Float:
    """Return values (n, 2) at points from those of the nearest places, by local planes."""
    count = min(neighbours, len(places))
    distance, near = cKDTree(places).query(points, k=count)
    told, noise = np.zeros((len(points), 2)), np.zeros(len(points))
    _local_fits(
        points,
        places,
        values,
        np.ones(len(places)),
        near.reshape(len(points), count),
        distance.reshape(len(points), count),
        told,
        noise,
    )
    return told


def local_fit(places: Float, residuals: Float, error_px: Float) -> LocalFit:
    """Fit scattered residuals.

    Parameters
    ----------
    places
        Dims (n, 2), pixels; at least three.
    residuals
        Dims (n, 2), pixels.
    error_px
        Dims (n), standard error of each.
    """
    weights = 1.0 / (np.clip(error_px, _NO_ERROR_PX, 2.0) ** 2 + 0.1**2)
    checked = _Check.of(places)
    trials = []
    for size in _SIZES:
        left = _left_out(places, residuals, weights, checked, size, 0.0)
        trials.append((float(np.median(left)) if len(left) else 0.0, size))
    best = min(trials)[1]
    growth = _growth(places, residuals, weights, checked, best)
    return LocalFit(
        places=places, residuals=residuals, weights=weights, neighbours=best, growth=growth
    )


def _growth(
    places: Float, residuals: Float, weights: Float, checked: _Check, neighbours: int
) -> tuple[tuple[float, float], ...]:
    """Return by how much predictions are worse the farther off the places are that they rest on."""
    spacing = _spacing(places)
    told = []
    for distance in _DISTANCES:
        left = _left_out(places, residuals, weights, checked, neighbours, distance * spacing)
        if len(left) < min(_LEAST_TOLD, len(checked.at)):
            break
        told.append((distance * spacing, float(np.percentile(left, 68))))
    if not told:
        return ((0.0, 0.0), (spacing, float(np.hypot(*residuals.std(axis=0)))))
    nearest = told[0][1]
    beyond = np.maximum.accumulate([np.sqrt(max(e**2 - nearest**2, 0.0)) for _, e in told])
    return tuple((distance, float(e)) for (distance, _), e in zip(told, beyond, strict=True))


def _spacing(places: Float) -> float:
    """Return the typical distance from a place to its nearest others, in pixels."""
    count = min(5, len(places))
    distance, _ = cKDTree(places).query(places, k=count)
    return float(np.median(distance[:, -1])) if count > 1 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """Places to be predicted from others, with those around them from near to far."""

    at: NDArray[np.intp]
    """Dims (n): which places."""
    near: NDArray[np.intp]
    """Dims (n, k): indices of places, themselves first."""
    distance: Float
    """Dims (n, k), pixels."""

    @classmethod
    def of(cls, places: Float) -> _Check:
        """Choose places, spread evenly over the order they come in."""
        at = np.unique(np.linspace(0, len(places) - 1, _CHECKED).astype(int))
        count = min(len(places), _AROUND)
        distance, near = cKDTree(places).query(places[at], k=count)
        shape = (len(at), count)
        return cls(at=at, near=near.reshape(shape), distance=distance.reshape(shape))


def _left_out(
    places: Float,
    residuals: Float,
    weights: Float,
    check: _Check,
    neighbours: int,
    beyond_px: float,
) -> Float:
    """Return how far places lie from their prediction by those beyond a distance, in pixels."""
    values = np.zeros((len(check.at), 2))
    _predict(
        places,
        residuals,
        weights,
        check.at,
        check.near,
        check.distance,
        neighbours,
        beyond_px,
        values,
    )
    told = np.isfinite(values[:, 0])
    left: Float = np.hypot(*(values[told] - residuals[check.at[told]]).T)
    return left


@njit(cache=True, nogil=True)
def _predict(
    places: Float,
    residuals: Float,
    weights: Float,
    checked: NDArray[np.intp],
    around: NDArray[np.intp],
    distance: Float,
    neighbours: int,
    beyond: float,
    values: Float,
) -> None:
    noise = np.zeros(1)
    near = np.zeros(neighbours, np.intp)
    away = np.zeros(neighbours)
    for index in range(checked.size):
        found = 0
        for k in range(around.shape[1]):
            if around[index, k] != checked[index] and distance[index, k] >= beyond:
                near[found] = around[index, k]
                away[found] = distance[index, k]
                found += 1
                if found == neighbours:
                    break
        if found < 3:
            values[index] = np.nan
            continue
        _fit_one(
            places[checked[index]],
            places,
            residuals,
            weights,
            near[:found],
            away[:found],
            values[index],
            noise,
        )


@njit(cache=True, nogil=True)
def _local_fits(
    points: Float,
    places: Float,
    residuals: Float,
    weights: Float,
    near: NDArray[np.intp],
    distance: Float,
    values: Float,
    noise: Float,
) -> None:
    for index in range(points.shape[0]):
        _fit_one(
            points[index],
            places,
            residuals,
            weights,
            near[index],
            distance[index],
            values[index],
            noise[index : index + 1],
        )


@njit(cache=True, nogil=True)
def _fit_one(
    point: Float,
    places: Float,
    residuals: Float,
    weights: Float,
    near: NDArray[np.intp],
    distance: Float,
    value: Float,
    noise: Float,
) -> None:
    """Fit a plane to the nearest residuals, three times with less for outliers; value and error."""
    count = near.size
    reach = max(distance[count - 1] * 1.05, 1e-6)
    weight = np.zeros(count)
    robust = np.ones(count)
    left = np.zeros(count)
    for turn in range(4):
        for k in range(count):
            near_by = 1.0 - min(distance[k] / reach, 1.0) ** 3
            weight[k] = weights[near[k]] * max(near_by, 0.02) ** 3 * robust[k]
        _plane(point, places, residuals, near, weight, reach, value, left)
        if turn == 3:
            break
        spread = max(np.median(left), 0.05)
        for k in range(count):
            part = left[k] / (4.0 * spread)
            robust[k] = (1.0 - part * part) ** 2 if part < 1.0 else 1e-4
    total, squares, misfit = 0.0, 0.0, 0.0
    for k in range(count):
        total += weight[k]
        squares += weight[k] * weight[k]
        misfit += weight[k] * left[k] * left[k]
    noise[0] = np.sqrt(misfit / total * squares / (total * total) * 2.0)


@njit(cache=True, nogil=True)
def _plane(
    point: Float,
    places: Float,
    residuals: Float,
    near: NDArray[np.intp],
    weight: Float,
    reach: float,
    value: Float,
    left: Float,
) -> None:
    """Solve for value and slopes, the slopes drawn a little to none; fill what is left over."""
    normal = np.zeros((3, 3))
    right = np.zeros((3, 2))
    row = np.ones(3)
    for k in range(near.size):
        row[1] = (places[near[k], 0] - point[0]) / reach
        row[2] = (places[near[k], 1] - point[1]) / reach
        for i in range(3):
            for j in range(3):
                normal[i, j] += weight[k] * row[i] * row[j]
            for axis in range(2):
                right[i, axis] += weight[k] * row[i] * residuals[near[k], axis]
    normal[0, 0] += 1e-9 * normal[0, 0] + 1e-12
    normal[1, 1] += 0.02 * normal[0, 0]
    normal[2, 2] += 0.02 * normal[0, 0]
    solved = np.linalg.solve(normal, right)
    value[0], value[1] = solved[0, 0], solved[0, 1]
    for k in range(near.size):
        x = (places[near[k], 0] - point[0]) / reach
        y = (places[near[k], 1] - point[1]) / reach
        ex = solved[0, 0] + solved[1, 0] * x + solved[2, 0] * y - residuals[near[k], 0]
        ey = solved[0, 1] + solved[1, 1] * x + solved[2, 1] * y - residuals[near[k], 1]
        left[k] = np.sqrt(ex * ex + ey * ey)
