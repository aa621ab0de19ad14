"""Cast shadows over a height field.

The grid is cut into digital lines that run away from the sun, one pixel per line in each row (or
column, whichever the sun's direction is nearer to). Every pixel lies on exactly one line, and along
a line the edge of the shadow is a running maximum that sinks by the tangent of the sun's elevation.
One pass, no interpolation: edges do not blur. A shadow lies within two pixels of the truth (a side
within one, its end within one more), so scenes are rendered from a grid finer than their pixels.
"""

from __future__ import annotations

from math import cos, floor, radians, sin, tan

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles

_SLACK_M = 1e-3
"""A point this little under the edge of the shadow counts as lit: float32 metres are no finer."""
_ZENITH_DEG = 90.0


def cast_shadows(height_m: NDArray[np.floating], *, gsd_m: float, sun: Angles) -> NDArray[np.bool_]:
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

    Returns
    -------
    numpy.ndarray
        Dims (row, column): True in shadow. All True (but for NaN) with the sun at or below the
        horizon.

    Raises
    ------
    InvalidValue
        If the field is not two-dimensional or the pixel side is not above 0.
    """
    known = np.isfinite(height_m)
    ceiling = shadow_ceiling(height_m, gsd_m=gsd_m, sun=sun)
    shaded: NDArray[np.bool_] = known & (np.nan_to_num(height_m) + _SLACK_M < ceiling)
    return shaded


def shadow_ceiling(
    height_m: NDArray[np.floating], *, gsd_m: float, sun: Angles
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

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32 metres; ``-inf`` where nothing lies towards the sun, ``inf``
        everywhere with the sun at or below the horizon.

    Raises
    ------
    InvalidValue
        If the field is not two-dimensional or the pixel side is not above 0.
    """
    _require_field(height_m, gsd_m=gsd_m)
    if sun.elevation_deg <= 0:
        return np.full(height_m.shape, np.inf, dtype=np.float32)
    if sun.elevation_deg >= _ZENITH_DEG:
        return np.full(height_m.shape, -np.inf, dtype=np.float32)
    surface = np.where(np.isfinite(height_m), height_m, -np.inf).astype(np.float32)
    return _swept(surface, gsd_m=gsd_m, sun=sun)


def _require_field(height_m: NDArray[np.floating], *, gsd_m: float) -> None:
    if height_m.ndim != 2:  # noqa: PLR2004 - a field has rows and columns
        raise InvalidValue(f"a height field of {height_m.ndim} dimensions", choices=["2"])
    if not gsd_m > 0:
        raise InvalidValue(f"a pixel of {gsd_m} m", where="gsd_m", choices=["metres above 0"])


def _swept(surface: NDArray[np.float32], *, gsd_m: float, sun: Angles) -> NDArray[np.float32]:
    """Turn the field so that light enters at row 0, sweep it, and turn the answer back."""
    down, right = _towards_light(sun)
    by_column = abs(right) > abs(down)
    turned = surface.T if by_column else surface
    along, across = (right, down) if by_column else (down, right)
    if along > 0:
        turned = turned[::-1]
    slope = -across / abs(along)
    drop = gsd_m * float(np.hypot(1.0, slope)) * tan(radians(sun.elevation_deg))
    offsets = _line_offsets(turned.shape[0], slope=slope)
    ceiling = _sweep(np.ascontiguousarray(turned), offsets, np.float32(drop))
    if along > 0:
        ceiling = ceiling[::-1]
    return np.ascontiguousarray(ceiling.T if by_column else ceiling)


def _towards_light(sun: Angles) -> tuple[float, float]:
    """Return the step (row, column) on the ground towards the sun."""
    azimuth = radians(sun.azimuth_deg)
    # Rounding lets an exact diagonal or axis, and its quarter turns, be swept alike.
    return round(-cos(azimuth), 12), round(sin(azimuth), 12)


def _line_offsets(rows: int, *, slope: float) -> NDArray[np.int64]:
    """Return by how many columns the digital lines lie off in each row; odd in the slope."""
    sign = 1 if slope >= 0 else -1
    return np.array([sign * floor(abs(slope) * row + 0.5) for row in range(rows)], dtype=np.int64)


@njit(cache=True)
def _sweep(
    surface: NDArray[np.float32], offsets: NDArray[np.int64], drop: np.float32
) -> NDArray[np.float32]:
    rows, columns = surface.shape
    ceiling = np.full((rows, columns), -np.inf, dtype=np.float32)
    for row in range(1, rows):
        shift = offsets[row] - offsets[row - 1]
        first = max(0, shift)
        last = min(columns, columns + shift)
        above = surface[row - 1]
        edge = ceiling[row - 1]
        here = ceiling[row]
        for column in range(first, last):
            here[column] = max(above[column - shift], edge[column - shift]) - drop
    return ceiling
