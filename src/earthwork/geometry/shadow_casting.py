"""Cast shadows over a height field.

From every pixel a ray climbs towards the sun. It visits one pixel in each row (or column, whichever
the sun's direction is nearer to), the one nearest to it, and what stands there shades all that lies
below the ray. A face steeper than about 63° is taken to stand at the edge of its pixel, so that the
shadow of a wall has its true length; gentler ground is met at the middle of the pixel.

Rays are short: one sweep over the field gives an upper bound of what still lies ahead of each
pixel, and a ray ends where that bound cannot shade it any more. The bound holds for every digital
line within a pixel of the sweep's, so the answer is that of the whole ray. A ray's pixels depend on
its own pixel alone: any window of a field that reaches far enough gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, floor, hypot, isfinite, radians, sin, tan

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles

_SLACK_M = 1e-3
"""A point this little under the edge of the shadow counts as lit: float32 metres are no finer."""
_ZENITH_DEG = 90.0
_CLIFF = 2.0
"""Rise over run from which a slope is a face that stands at the edge of its pixel."""
_HALF_ULP = 2.0**-24


@dataclass(frozen=True, slots=True, kw_only=True)
class RayPath:
    """Which pixels a ray towards a direction visits, one in each row or column, as offsets.

    Fields are turned so that rays run up the rows: pixel number ``k`` of the ray from (row, column)
    of a turned field is (row - k, column + across[k]).
    """

    by_column: bool
    """True if rows and columns are exchanged in turned fields."""
    flipped: bool
    """True if turned fields are upside down."""
    across: NDArray[np.int64]
    """Dims (step,): columns to the right of the start, in turned fields."""
    slope: float
    """Columns to the right per step, in turned fields, -1 to 1."""

    @property
    def stride(self) -> float:
        """Return the length of a step on the ground, in pixels: 1 to 1.41."""
        return hypot(1.0, self.slope)

    def turn[T: np.generic](self, field: NDArray[T]) -> NDArray[T]:
        """Return a field, dims (row, column), turned so that rays run up the rows."""
        turned = field.T if self.by_column else field
        return np.ascontiguousarray(turned[::-1] if self.flipped else turned)

    def turn_back[T: np.generic](self, turned: NDArray[T]) -> NDArray[T]:
        """Return a turned field as it was."""
        field = turned[::-1] if self.flipped else turned
        return np.ascontiguousarray(field.T if self.by_column else field)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Return (row, column) offsets in the field as it is, dims (step, 2)."""
        steps = np.arange(len(self.across), dtype=np.int64)
        along = steps if self.flipped else -steps
        pair = (self.across, along) if self.by_column else (along, self.across)
        return np.column_stack(pair)


def ray_path(towards: Angles, *, steps: int) -> RayPath:
    """Return the pixels that a ray visits.

    Parameters
    ----------
    towards
        Where the ray leads; its elevation is not used.
    steps
        Number of pixels beyond its own that it visits.

    Returns
    -------
    RayPath
        With ``steps + 1`` pixels, its own first.
    """
    azimuth = radians(towards.azimuth_deg)
    # Rounding lets an exact diagonal or axis, and its quarter turns, be followed alike.
    down, right = round(-cos(azimuth), 12), round(sin(azimuth), 12)
    by_column = abs(right) > abs(down)
    along, across = (right, down) if by_column else (down, right)
    slope = across / abs(along)
    return RayPath(
        by_column=by_column,
        flipped=along > 0,
        across=_digital_line(steps + 1, slope=slope),
        slope=slope,
    )


def _digital_line(count: int, *, slope: float) -> NDArray[np.int64]:
    """Return the nearest column in each row, odd in the slope."""
    sign = 1 if slope >= 0 else -1
    return np.array([sign * floor(abs(slope) * row + 0.5) for row in range(count)], dtype=np.int64)


def cast_shadows(
    height_m: NDArray[np.floating], *, gsd_m: float, sun: Angles, reach_m: float | None = None
) -> NDArray[np.bool_]:
    """Tell which points of a surface lie in the shadow of another.

    Parameters
    ----------
    height_m
        Dims (row, column): surface height in metres, north up. NaN casts no shadow and lies in
        none.
    gsd_m
        Pixel side in metres.
    sun
        Direction of the sun.
    reach_m
        Farthest that a shadow falls, in metres over the ground; None for as far as the field goes.

    Returns
    -------
    numpy.ndarray
        Dims (row, column): True in shadow. All True (but for NaN) with the sun at or below the
        horizon.

    Raises
    ------
    InvalidValue
        If the field is not two-dimensional, or the pixel side or the reach is not above 0.
    """
    known = np.isfinite(height_m)
    ceiling = shadow_ceiling(height_m, gsd_m=gsd_m, sun=sun, reach_m=reach_m)
    shaded: NDArray[np.bool_] = known & (np.nan_to_num(height_m) + _SLACK_M < ceiling)
    return shaded


def shadow_ceiling(
    height_m: NDArray[np.floating], *, gsd_m: float, sun: Angles, reach_m: float | None = None
) -> NDArray[np.float32]:
    """Return the height below which a point over each pixel lies in shadow.

    Parameters
    ----------
    height_m
        Dims (row, column): surface height in metres, north up. NaN casts no shadow.
    gsd_m
        Pixel side in metres.
    sun
        Direction of the sun.
    reach_m
        Farthest that a shadow falls, in metres over the ground; None for as far as the field goes.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32 metres; ``-inf`` where nothing lies towards the sun, ``inf``
        everywhere with the sun at or below the horizon.

    Raises
    ------
    InvalidValue
        If the field is not two-dimensional, or the pixel side or the reach is not above 0.
    """
    _require_field(height_m, gsd_m=gsd_m, reach_m=reach_m)
    if sun.elevation_deg <= 0:
        return np.full(height_m.shape, np.inf, dtype=np.float32)
    if sun.elevation_deg >= _ZENITH_DEG:
        return np.full(height_m.shape, -np.inf, dtype=np.float32)
    path = ray_path(sun, steps=_steps(height_m.shape, gsd_m=gsd_m, reach_m=reach_m))
    surface = path.turn(height_m).astype(np.float32)
    surface[~np.isfinite(surface)] = -np.inf
    drop = gsd_m * path.stride * tan(radians(sun.elevation_deg))
    ahead, slack = bound_ahead(surface, path=path, drop_m=drop)
    ceiling = _ceiling(
        surface, ahead, path.across, np.float32(drop), np.float32(_CLIFF * gsd_m * path.stride),
        np.float32(slack),
    )  # fmt: skip
    return path.turn_back(ceiling)


def _require_field(height_m: NDArray[np.floating], *, gsd_m: float, reach_m: float | None) -> None:
    if height_m.ndim != 2:  # noqa: PLR2004 - a field has rows and columns
        raise InvalidValue(f"a height field of {height_m.ndim} dimensions", choices=["2"])
    if not gsd_m > 0:
        raise InvalidValue(f"a pixel of {gsd_m} m", where="gsd_m", choices=["metres above 0"])
    if reach_m is not None and not (isfinite(reach_m) and reach_m > 0):
        raise InvalidValue(f"a reach of {reach_m} m", where="reach_m", choices=["metres above 0"])


def _steps(shape: tuple[int, ...], *, gsd_m: float, reach_m: float | None) -> int:
    farthest = max(shape)
    return farthest if reach_m is None else min(farthest, ceil(reach_m / gsd_m))


def bound_ahead(
    turned: NDArray[np.float32], *, path: RayPath, drop_m: float
) -> tuple[NDArray[np.float32], float]:
    """Bound what stands ahead of each pixel of a turned field, seen along a sinking line.

    Parameters
    ----------
    turned
        Dims (row, column), metres: a field that ``path`` turned; ``-inf`` where nothing is known.
    path
        The rays.
    drop_m
        By how much what stands one step ahead counts less, metres.

    Returns
    -------
    tuple
        Dims (row, column), float32 metres: no pixel ``k`` steps ahead is higher than this plus
        ``k * drop_m``, up to the slack that is returned with it. A ray from within a pixel of here
        keeps to the same bound.
    """
    known = turned[np.isfinite(turned)] if not np.isfinite(turned).all() else turned
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    rows = turned.shape[0]
    line = _digital_line(rows, slope=path.slope)
    bound = _swept(turned, line, np.float32(drop_m))
    magnitude = max(abs(low), abs(high)) + min(rows, (high - low) / drop_m + 1) * drop_m
    return bound, _SLACK_M + rows * magnitude * _HALF_ULP


@njit(cache=True, nogil=True)
def _swept(
    surface: NDArray[np.float32], line: NDArray[np.int64], drop: np.float32
) -> NDArray[np.float32]:
    """Sweep down the rows; a margin column on either side holds lines that run just outside."""
    rows, columns = surface.shape
    wide = np.full((rows, columns + 2), np.float32(-np.inf), dtype=np.float32)
    around = np.empty(columns + 2, dtype=np.float32)
    for row in range(1, rows):
        above = surface[row - 1]
        around[0] = above[0]
        around[columns + 1] = above[columns - 1]
        for column in range(columns):
            left = above[column - 1] if column > 0 else above[column]
            right = above[column + 1] if column < columns - 1 else above[column]
            around[column + 1] = max(left, above[column], right)
        shift = line[row] - line[row - 1]
        first = max(0, -shift)
        last = min(columns + 2, columns + 2 - shift)
        edge = wide[row - 1]
        here = wide[row]
        for column in range(first, last):
            here[column] = max(around[column + shift], edge[column + shift]) - drop
    return wide[:, 1:-1].copy()


@njit(cache=True, nogil=True)
def _ceiling(  # noqa: PLR0917 - numba takes no keywords
    surface: NDArray[np.float32],
    ahead: NDArray[np.float32],
    across: NDArray[np.int64],
    drop: np.float32,
    cliff: np.float32,
    slack: np.float32,
) -> NDArray[np.float32]:
    rows, columns = surface.shape
    half = np.float32(0.5) * drop
    margin = half + slack
    ceiling = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        last = min(row, across.size - 1)
        for column in range(columns):
            best = np.float32(-np.inf)
            before = surface[row, column]
            sunk = np.float32(0.0)
            if ahead[row, column] > -np.inf:
                for step in range(1, last + 1):
                    at = column + across[step]
                    if at < 0 or at >= columns:
                        break
                    here = surface[row - step, at]
                    sunk = np.float32(step) * drop
                    edge = here - sunk
                    if here - before > cliff:
                        edge += half
                    best = max(best, edge)
                    if ahead[row - step, at] - sunk + margin <= best:
                        break
                    before = here
            ceiling[row, column] = best
    return ceiling
