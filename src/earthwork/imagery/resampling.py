"""Resampling an image along a field, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.imagery.mappings import Image, bounds_window
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Pixels, Raster, whole
from earthwork.model.warp_field import WarpField

_TILE_PX = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class WarpedRaster:
    """An after-image on the before-grid, resampled when it is read.

    Cubic interpolation, clipped to the range of the dtype. Pixels hold no data where the field
    points outside the after-image or at no data.
    """

    raster: Raster
    """The after-image; any bands and dtype."""
    field: WarpField
    """Where each pixel of the before-grid lies in it."""

    @property
    def grid(self) -> Grid:
        """Return the before-grid."""
        return self.field.grid

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return self.raster.bands

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window."""
        return self.sampled(window)[0]

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        return self.sampled(window)[1]

    def sampled(self, window: Window) -> tuple[Pixels, NDArray[np.bool_]]:
        """Return pixels and where they hold data, at the cost of one."""
        x, y = self.field.displacement(window)
        x += np.arange(window.column, window.column + window.width, dtype=np.float32)
        y += np.arange(window.row, window.row + window.height, dtype=np.float32)[:, None]
        source = bounds_window(np.stack([x, y]), self.raster.grid)
        if source is None:
            return self._nothing(window)
        x -= np.float32(source.column)
        y -= np.float32(source.row)
        pixels, valid = self.raster.read(source), self.raster.valid(source)
        inside = (abs(x + 0.5 - source.width / 2) < source.width / 2) & (
            abs(y + 0.5 - source.height / 2) < source.height / 2
        )
        if not valid.all():
            held = cv2.remap(
                valid.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            inside &= np.asarray(held) > 0.999  # noqa: PLR2004 - every neighbour holds data
        bands = [_as_dtype(_remapped(band, x, y), pixels.dtype) for band in pixels]
        return np.stack(bands), inside

    def _nothing(self, window: Window) -> tuple[Pixels, NDArray[np.bool_]]:
        dtype = self.raster.read(Window(row=0, column=0, height=1, width=1)).dtype
        shape = (window.height, window.width)
        return np.zeros((self.bands, *shape), dtype), np.zeros(shape, bool)


def warp(after: Raster, field: WarpField, *, grid: Grid) -> ArrayRaster:
    """Resample an after-image onto the before-grid, in memory.

    Parameters
    ----------
    after
        The after-image; any bands and dtype.
    field
        As :class:`Registration` gives it.
    grid
        The before-grid.

    Returns
    -------
    ArrayRaster
        Pixels on ``grid`` in the after-image's dtype, as :class:`WarpedRaster` has them.

    Raises
    ------
    GridMismatch
        If the field does not fit the grid.
    """
    if field.grid.shape != grid.shape:
        raise GridMismatch(
            f"a field of {field.grid.shape} on a grid of {grid.shape}",
            cause="it was made for another before-image",
        )
    warped = WarpedRaster(raster=after, field=field)
    pixels = np.zeros((after.bands, *grid.shape), _dtype(after))
    mask = np.zeros(grid.shape, bool)
    for tile in whole_tiles(grid):
        pixels[:, *tile.slices], mask[tile.slices] = warped.sampled(tile)
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


def whole_tiles(grid: Grid) -> list[Window]:
    """Return tiles that cover a grid; one for a small grid."""
    return list(grid.tiles(side=_TILE_PX)) if max(grid.shape) > _TILE_PX else [whole(grid)]


def _dtype(raster: Raster) -> np.dtype[Any]:
    return raster.read(Window(row=0, column=0, height=1, width=1)).dtype


def _remapped(band: NDArray[np.generic], x: Image, y: Image) -> NDArray[np.generic]:
    is_known = band.dtype in (np.uint8, np.uint16, np.float32)
    values: NDArray[Any] = band if is_known else band.astype(np.float32)
    return np.asarray(cv2.remap(values, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))


def _as_dtype(values: NDArray[np.generic], dtype: np.dtype[Any]) -> NDArray[np.generic]:
    if values.dtype == dtype:
        return values
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    limits = np.iinfo(dtype.name)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
