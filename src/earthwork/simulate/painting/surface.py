"""Heights and reflectance on a fine grid: what stands between a landscape and a picture of it.

The grid is finer than the pixels of the picture. Any window of the endless fine grid can be painted
by itself: the same place gets the same values whatever the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A window of the fine grid, in local metres.

    Fine pixel (0, 0) of the endless grid has its upper left corner at (0, side_m) of the scene:
    ``row0`` and ``column0`` count from there and may be negative.
    """

    side_m: float
    """Side of the square scene."""
    fine_m: float
    """Side of a fine pixel."""
    row0: int
    """First row."""
    column0: int
    """First column."""
    rows: int
    """Number of rows."""
    columns: int
    """Number of columns."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return (self.rows, self.columns)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) in local metres."""
        west = self.column0 * self.fine_m
        north = self.side_m - self.row0 * self.fine_m
        return (west, north - self.rows * self.fine_m, west + self.columns * self.fine_m, north)

    def to_pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Move points, dims (point, [x, y]), to (column, row): centres of pixels are whole."""
        column = points[:, 0] / self.fine_m - 0.5 - self.column0
        row = (self.side_m - points[:, 1]) / self.fine_m - 0.5 - self.row0
        return np.column_stack([column, row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Heights, materials and reflectance of one window of the fine grid."""

    frame: Frame
    """Where it lies."""
    soft_m: NDArray[np.float32]
    """Dims (row, column): ground, earthworks, debris and trees, metres above the datum."""
    solid_m: NDArray[np.float32]
    """Dims (row, column): what stands upright on it, metres above ``soft_m``."""
    material: NDArray[np.uint8]
    """Dims (row, column): values of ``Material``."""
    albedo: NDArray[np.float32]
    """Dims ([red, green, blue, near-infrared], row, column): reflectance, 0 to 1."""
    wall: NDArray[np.float32]
    """Dims (row, column): brightness of the walls of what stands here against its top."""

    @property
    def height_m(self) -> NDArray[np.float32]:
        """Return the height of the surface, dims (row, column), metres above the datum."""
        return cast("NDArray[np.float32]", self.soft_m + self.solid_m)
