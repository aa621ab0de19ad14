"""Which places speak of the ground: those with the most neighbours who say the very same.

Two pictures taken from two directions show every roof moved against the ground, the higher the
more. What places say then has a sharp peak, the ground, which is alike everywhere, and a tail of
roofs of many heights; wrong places scatter over all that was searched. So a place counts if many
neighbours say the same, and if none nearby has more company for saying something else. Where one
height of roofs outnumbers the ground, the ground of the wider surroundings decides: neighbours are
asked from far to near, each time only about what lies near to what those before agreed on.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position: numba knows no keyword-only arguments

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from earthwork.imagery.hypotheses import similarity
from earthwork.imagery.mappings import Float, applied, least_squares
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.imagery.warp_fitting import smoothed

Mask = NDArray[np.bool_]


def on_ground(
    places: Float, residuals: Float, texture: Float, options: RegistrationOptions
) -> Mask:
    """Tell which places speak of the ground.

    Parameters
    ----------
    places
        Dims (n, 2), pixels of the before-image.
    residuals
        Dims (n, 2), what each says beyond a field that is right to a few pixels.
    texture
        Dims (n), any unit: the plainer a place, the likelier it is ground.
    options
        How many neighbours, and how alike.

    Returns
    -------
    array
        Dims (n).
    """
    if len(places) <= options.least_alike:
        return np.ones(len(places), bool)
    rest = residuals - _plane(places, residuals, options)
    trust = _trust(rest, options) * _plainness(texture, options)
    chosen = np.ones(len(places), bool)
    for stride, within, alike in options.ground_steps:
        near = np.flatnonzero(np.hypot(*rest.T) <= within)
        asked = near[:: max(1, min(stride, len(near) // (4 * options.neighbours)))]
        if len(asked) <= options.least_alike:
            return np.zeros(len(places), bool)
        same = asked[_like_most(places[asked], rest[asked], trust[asked], alike, options)]
        if len(same) <= options.least_alike:
            return np.zeros(len(places), bool)
        field = smoothed(places, places[same], rest[same], neighbours=options.neighbours)
        rest = rest - field
        chosen = np.hypot(*rest.T) <= alike
    return chosen


def _trust(rest: Float, options: RegistrationOptions) -> Float:
    """Return how much each place counts: where most lie on one plane, others are suspect."""
    away = np.hypot(*rest.T)
    spread = max(options.least_spread_px, 2.5 * float(np.median(away)))
    trust: Float = np.exp(-0.5 * (away / spread) ** 2)
    return trust


def _plainness(texture: Float, options: RegistrationOptions) -> Float:
    """Return how much each place counts by how plain it is: 1 for one like most."""
    typical = max(float(np.median(texture)), 1e-9)
    relative = np.clip(texture / typical, 0.25, 4.0)
    counts: Float = relative**-options.plainness
    return counts


def _plane(places: Float, residuals: Float, options: RegistrationOptions) -> Float:
    """Return the affine part of what most places say, to the likeness asked for."""
    targets = places + residuals
    matrix = similarity(places, targets, reach=options.likeness_px)
    if matrix is None:
        return np.zeros_like(residuals)
    near = np.hypot(*(targets - applied(matrix, places)).T) <= options.likeness_px
    if near.sum() > options.least_alike:
        matrix = least_squares(places[near], targets[near])
    plane: Float = applied(matrix, places) - places
    return plane


def _like_most(
    places: Float, residuals: Float, trust: Float, alike_px: float, options: RegistrationOptions
) -> Mask:
    """Tell which have company, and say about what the one nearby with the most company says."""
    count = min(options.neighbours, len(places) - 1)
    distance, near = cKDTree(places).query(places, k=count + 1)
    slope = options.ground_slope
    company, weight = np.zeros(len(places), np.int64), np.zeros(len(places))
    _count_company(residuals, trust, near, distance, alike_px, slope, company, weight)
    rank = weight[near].argmax(axis=1)
    rows = np.arange(len(places))
    leads = near[rows, rank]
    apart = np.hypot(*(residuals - residuals[leads]).T)
    near_lead = apart <= 1.5 * (alike_px + slope * distance[rows, rank])
    return np.asarray((company >= options.least_alike) & near_lead)


@njit(cache=True, nogil=True)
def _count_company(
    residuals: Float,
    trust: Float,
    near: NDArray[np.intp],
    distance: Float,
    alike: float,
    slope: float,
    company: NDArray[np.int64],
    weight: Float,
) -> None:
    for index in range(near.shape[0]):
        for k in range(1, near.shape[1]):
            other = near[index, k]
            dx = residuals[other, 0] - residuals[index, 0]
            dy = residuals[other, 1] - residuals[index, 1]
            reach = alike + slope * distance[index, k]
            if dx * dx + dy * dy <= reach * reach:
                company[index] += 1
                weight[index] += trust[other]
        weight[index] *= trust[index]
