"""Light a surface: sun on its slopes, shadows, and as much of the sky as each place sees.

Light is told against what level ground in the open gets, so that the brightness of the day (how
high the sun stands, how red it is) stays apart from the shape of the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, radians, sin, tan

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.geometry.shadow_casting import shadow_ceiling
from earthwork.model.scene import Angles
from earthwork.simulate.painting.surface import Surface

LOWEST_SUN_DEG = 5.0
"""Below this, shadows reach across whole cities and satellites take no pictures."""
HORIZON_RADIUS_M = 14.0
"""How far round a place its view of the sky, and the ground that pictures lie on, are taken in."""
Bands = tuple[float, float, float, float]
"""One number each for red, green, blue and near-infrared."""

_DEPTHS: Bands = (0.20, 0.25, 0.34, 0.13)
"""Optical depth of a clear, slightly dusty sky in each band."""
_FORWARD = 0.62
"""Share of the scattered sunlight that reaches the ground as sky light."""
_BOUNCE = 0.13
"""Light from sunlit ground and walls where no sky is seen, against the sun on level ground."""
_NOON_DEG = 55.0
"""Level ground in red is as bright as its reflectance with the sun here."""
_SHADOW_SLACK_M = 1e-3
_CLIFF = 1.6
"""Rise over run from which the side of an upright thing is a wall, not a slope of its top."""
_STEEPEST = 2.0
"""Most light a slope gets, against level ground."""
_COARSE_M = 1.0
_NEAR_M, _WIDE_M = 2.0, 6.0
"""Distances over which the sky is hidden by what stands next to a place, and by the block."""
_SPREADS = 14.0 / 6.0
_LEAST_SKY = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Daylight:
    """How bright a day is in red, green, blue and near-infrared: reflectance 1 gives this."""

    sun: Bands
    """Direct sun on level ground."""
    sky: Bands
    """The whole sky on level ground."""
    bounce: Bands
    """Light from other ground and walls where no sky is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """The light on a surface."""

    beam: NDArray[np.float32]
    """Dims (row, column): direct sun against level ground, 0 in shadow."""
    sky: NDArray[np.float32]
    """Dims (row, column): share of the sky seen, 0 to 1."""
    ceiling_m: NDArray[np.float32]
    """Dims (row, column), metres above the datum: what lies lower is in shadow."""
    ground_m: NDArray[np.float32]
    """Dims (row, column), metres above the datum: the ground without what is narrow on it."""

    @property
    def shaded(self) -> NDArray[np.bool_]:
        """Return (row, column): True where no sun falls."""
        shaded: NDArray[np.bool_] = self.beam <= 0
        return shaded


def daylight(sun: Angles) -> Daylight:
    """Return the brightness of a clear day.

    Parameters
    ----------
    sun
        Direction of the sun.

    Returns
    -------
    Daylight
        The lower the sun, the dimmer and redder it is, and the more of the light is sky light.

    Raises
    ------
    InvalidValue
        If the sun stands lower than 5°.

    Examples
    --------
    >>> noon, evening = (daylight(Angles(azimuth_deg=200, elevation_deg=e)) for e in (60, 12))
    >>> noon.sun[0] > 3 * evening.sun[0], evening.sun[2] / evening.sun[0] < 0.65
    (True, True)
    """
    require_sun(sun)
    height = sin(radians(sun.elevation_deg))
    noon = sin(radians(_NOON_DEG))
    full = noon * (exp(-_DEPTHS[0] / noon) + _FORWARD * (1 - exp(-_DEPTHS[0] / noon)))
    through = [exp(-depth / height) for depth in _DEPTHS]
    direct = [height * share / full for share in through]
    scattered = [_FORWARD * height * (1 - share) / full for share in through]
    return Daylight(
        sun=bands_of(direct),
        sky=bands_of(scattered),
        bounce=bands_of([_BOUNCE * s for s in direct]),
    )


def bands_of(values: Sequence[float]) -> Bands:
    """Return four numbers as red, green, blue and near-infrared."""
    red, green, blue, near_infrared = values
    return (red, green, blue, near_infrared)


def require_sun(sun: Angles) -> None:
    """Refuse a sun near or below the horizon.

    Raises
    ------
    InvalidValue
        If it stands lower than 5°.
    """
    if not LOWEST_SUN_DEG <= sun.elevation_deg <= 90:  # noqa: PLR2004 - the zenith
        raise InvalidValue(
            f"a sun {sun.elevation_deg:.1f}° above the horizon",
            where="sun elevation",
            cause="night, or so early or late that shadows cover the ground",
            choices=[f"{LOWEST_SUN_DEG:.0f}° to 90°"],
        )


def illuminate(surface: Surface, *, sun: Angles, shadow_reach_m: float | None = None) -> Light:
    """Return the light on every fine pixel of a surface.

    Parameters
    ----------
    surface
        Heights on the fine grid.
    sun
        Direction of the sun.
    shadow_reach_m
        Farthest that a shadow falls, metres over the ground; None for as far as the surface goes.

    Returns
    -------
    Light
        Values within ``shadow_reach_m`` of the edge towards the sun, and within
        ``HORIZON_RADIUS_M`` and two coarse cells of a metre of any edge, miss what lies beyond.

    Raises
    ------
    InvalidValue
        If the sun stands lower than 5°.
    """
    require_sun(sun)
    fine = surface.frame.fine_m
    height = surface.height_m
    ceiling = shadow_ceiling(height, gsd_m=fine, sun=sun, reach_m=shadow_reach_m)
    near, wide, ground = _surroundings(surface, height)
    sky, ground_m = _opened(height, near, wide, ground, *_phases(surface), resolve_step(fine))
    facing = tan(radians(sun.elevation_deg))
    beam = _beamed(
        _smoothed(surface.soft_m), surface.solid_m, height, ceiling, fine,
        np.float32(sin(radians(sun.azimuth_deg)) / facing),
        np.float32(cos(radians(sun.azimuth_deg)) / facing),
    )  # fmt: skip
    return Light(beam=beam, sky=sky, ceiling_m=ceiling, ground_m=ground_m)


def resolve_step(fine_m: float) -> int:
    """Return how many fine pixels make a coarse cell of about a metre."""
    return max(1, round(_COARSE_M / fine_m))


def _phases(surface: Surface) -> tuple[int, int]:
    """Return how far into their coarse cells the first row and column lie."""
    step = resolve_step(surface.frame.fine_m)
    return surface.frame.row0 % step, surface.frame.column0 % step


def _surroundings(
    surface: Surface, height: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return mean heights around each coarse cell: near, wide, and of the ground alone."""
    fine = surface.frame.fine_m
    step = resolve_step(fine)
    coarse = _cell_means(height, *_phases(surface), step)
    ground = _cell_means(surface.soft_m, *_phases(surface), step)
    cell = step * fine
    near = _spread(coarse, _bell(_NEAR_M / cell))
    wide = _spread(coarse, _bell(_WIDE_M / cell))
    return near, wide, _spread(ground, _bell(_WIDE_M / cell))


def _bell(sigma: float) -> NDArray[np.float32]:
    radius = max(1, int(_SPREADS * sigma))
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    bell: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
    return bell


@njit(cache=True, nogil=True)
def _cell_means(
    field: NDArray[np.float32], row_phase: int, column_phase: int, step: int
) -> NDArray[np.float32]:
    """Average over cells of the endless grid; cells cut by an edge take what there is."""
    rows, columns = field.shape
    down = (rows + row_phase + step - 1) // step
    along = (columns + column_phase + step - 1) // step
    out = np.zeros((down, along), dtype=np.float32)
    for i in range(down):
        top, bottom = max(0, i * step - row_phase), min(rows, (i + 1) * step - row_phase)
        for row in range(top, bottom):
            for j in range(along):
                left = max(0, j * step - column_phase)
                right = min(columns, (j + 1) * step - column_phase)
                total = np.float32(0.0)
                for column in range(left, right):
                    total += field[row, column]
                out[i, j] += total / np.float32((right - left) * (bottom - top))
    return out


@njit(cache=True, nogil=True)
def _spread(field: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convolve by rows and columns; edges repeat."""
    rows, columns = field.shape
    radius = weights.size // 2
    half = np.zeros_like(field)
    for row in range(rows):
        for tap in range(weights.size):
            source = field[min(max(row + tap - radius, 0), rows - 1)]
            for column in range(columns):
                half[row, column] += weights[tap] * source[column]
    out = np.zeros_like(field)
    line = np.empty(columns + 2 * radius, dtype=np.float32)
    for row in range(rows):
        for column in range(line.size):
            line[column] = half[row, min(max(column - radius, 0), columns - 1)]
        for tap in range(weights.size):
            for column in range(columns):
                out[row, column] += weights[tap] * line[column + tap]
    return out


@njit(cache=True, nogil=True)
def _opened(  # noqa: PLR0917 - numba takes no keywords
    height: NDArray[np.float32],
    near: NDArray[np.float32],
    wide: NDArray[np.float32],
    ground: NDArray[np.float32],
    row_phase: int,
    column_phase: int,
    step: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the share of the sky seen and the smooth ground, between the coarse cells."""
    rows, columns = height.shape
    sky = np.empty((rows, columns), dtype=np.float32)
    level = np.empty((rows, columns), dtype=np.float32)
    left, share = _between(columns, near.shape[1], column_phase, step)
    top, part = _between(rows, near.shape[0], row_phase, step)
    lines = np.empty((3, near.shape[1]), dtype=np.float32)
    one = np.float32(1.0)
    for row in range(rows):
        upper, lower, t = top[row], min(top[row] + 1, near.shape[0] - 1), part[row]
        for j in range(near.shape[1]):
            lines[0, j] = near[upper, j] * (one - t) + near[lower, j] * t
            lines[1, j] = wide[upper, j] * (one - t) + wide[lower, j] * t
            lines[2, j] = ground[upper, j] * (one - t) + ground[lower, j] * t
        for column in range(columns):
            j, s = left[column], share[column]
            k = min(j + 1, near.shape[1] - 1)
            here = height[row, column]
            close = (lines[0, j] * (one - s) + lines[0, k] * s - here) * np.float32(1 / _NEAR_M)
            block = (lines[1, j] * (one - s) + lines[1, k] * s - here) * np.float32(1 / _WIDE_M)
            close, block = max(close, np.float32(0.0)), max(block, np.float32(0.0))
            seen = one / np.sqrt(one + np.float32(0.5) * close * close)
            seen *= one / np.sqrt(one + np.float32(1.5) * block * block)
            sky[row, column] = max(seen, np.float32(_LEAST_SKY))
            level[row, column] = lines[2, j] * (one - s) + lines[2, k] * s
    return sky, level


@njit(cache=True, nogil=True)
def _between(
    count: int, cells: int, phase: int, step: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the coarse cell before each fine pixel, and how far it lies towards the next."""
    before = np.empty(count, dtype=np.int64)
    share = np.empty(count, dtype=np.float32)
    for at in range(count):
        # Doubled whole numbers keep the weights the same in every window.
        twice = 2 * (at + phase) + 1 - step
        cell = twice // (2 * step)
        share[at] = np.float32(twice - cell * 2 * step) / np.float32(2 * step)
        before[at] = min(max(cell, 0), cells - 1)
    return before, share


@njit(cache=True, nogil=True)
def _smoothed(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth over three pixels, so that one stone does not light a whole slope."""
    rows, columns = field.shape
    out = np.empty_like(field)
    half, quarter = np.float32(0.5), np.float32(0.25)
    line = np.empty(columns, dtype=np.float32)
    for row in range(rows):
        up, here = field[max(row - 1, 0)], field[row]
        down = field[min(row + 1, rows - 1)]
        for column in range(columns):
            line[column] = half * here[column] + quarter * (up[column] + down[column])
        out[row, 0], out[row, columns - 1] = line[0], line[columns - 1]
        for column in range(1, columns - 1):
            out[row, column] = half * line[column] + quarter * (line[column - 1] + line[column + 1])
    return out


@njit(cache=True, nogil=True, inline="always")
def _gentle(
    before: np.float32, here: np.float32, after: np.float32, cliff: np.float32
) -> np.float32:
    """Return the rise per pixel of a top, blind to the walls beside it."""
    back, ahead = here - before, after - here
    if abs(back) < cliff and abs(ahead) < cliff:
        return np.float32(0.5) * (back + ahead)
    if min(abs(back), abs(ahead)) >= cliff:
        return np.float32(0.0)
    return back if abs(back) < abs(ahead) else ahead


@njit(cache=True, nogil=True)
def _beamed(  # noqa: PLR0917 - numba takes no keywords
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    height: NDArray[np.float32],
    ceiling: NDArray[np.float32],
    fine: float,
    east_pull: np.float32,
    north_pull: np.float32,
) -> NDArray[np.float32]:
    """Return the cosine to the sun over that of level ground, 0 in shadow."""
    rows, columns = soft.shape
    out = np.zeros((rows, columns), dtype=np.float32)
    cliff = np.float32(_CLIFF * fine)
    per_m = np.float32(1.0 / fine)
    half, one = np.float32(0.5), np.float32(1.0)
    for row in range(rows):
        up, down = max(row - 1, 0), min(row + 1, rows - 1)
        for column in range(columns):
            if height[row, column] + np.float32(_SHADOW_SLACK_M) < ceiling[row, column]:
                continue
            left, right = max(column - 1, 0), min(column + 1, columns - 1)
            east = half * (soft[row, right] - soft[row, left])
            north = half * (soft[up, column] - soft[down, column])
            here = solid[row, column]
            if here > 0:
                east += _gentle(solid[row, left], here, solid[row, right], cliff)
                north += _gentle(solid[down, column], here, solid[up, column], cliff)
            east *= per_m
            north *= per_m
            lit = one - east * east_pull - north * north_pull
            lit /= np.sqrt(one + east * east + north * north)
            out[row, column] = min(max(lit, np.float32(0.0)), np.float32(_STEEPEST))
    return out
