"""Rasters as the sciences see them: a grid and windows of pixels, whatever holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, Window

Pixels = NDArray[Any]
"""Pixels with dims (band, row, column)."""


class Raster(Protocol):
    """What every reader of pixels offers."""

    @property
    def grid(self) -> Grid:
        """Return shape, placement and pixel size."""
        ...

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        ...

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window, in the file's own dtype."""
        ...

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayRaster:
    """A raster held in memory."""

    grid: Grid
    """Shape, placement and pixel size."""
    pixels: Pixels
    """Pixels, dims (band, row, column)."""
    mask: NDArray[np.bool_] | None = None
    """Dims (row, column): True where the pixel holds data; None where all do."""

    def __post_init__(self) -> None:
        """Refuse pixels that do not fit the grid."""
        if self.pixels.ndim != 3 or self.pixels.shape[1:] != self.grid.shape:  # noqa: PLR2004 - dims
            raise InvalidValue(
                f"pixels of shape {self.pixels.shape} on a grid of {self.grid.shape}",
                cause="dims must be (band, row, column)",
            )

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return int(self.pixels.shape[0])

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window."""
        rows, columns = window.slices
        return self.pixels[:, rows, columns]

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        if self.mask is None:
            return np.ones((window.height, window.width), dtype=bool)
        return np.asarray(self.mask[window.slices], dtype=bool)


def whole(grid: Grid) -> Window:
    """Return the window that is the whole grid."""
    return Window(row=0, column=0, height=grid.height, width=grid.width)


def luminance(pixels: Pixels) -> NDArray[np.float32]:
    """Return one band (row, column) of float32 from one, three or more bands (Rec. 601 weights).

    More than three bands: the first three are taken as red, green, blue.
    """
    if pixels.shape[0] < 3:  # noqa: PLR2004 - panchromatic, or two bands of which the first counts
        first: NDArray[np.float32] = pixels[0].astype(np.float32)
        return first
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    weighted = weights[:, None, None] * pixels[:3].astype(np.float32)
    grey: NDArray[np.float32] = weighted.sum(axis=0, dtype=np.float32)
    return grey
