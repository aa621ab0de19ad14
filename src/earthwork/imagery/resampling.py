"""Resampling an image along a field."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.imagery.mappings import Image, bounds_window
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Raster


def warp(after: Raster, field: Image, *, grid: Grid) -> ArrayRaster:
    """Resample an after-image onto the before-grid.

    Parameters
    ----------
    after
        The after-image; any bands and dtype.
    field
        Dims (2, row, column), float32: as :class:`Registration` gives it.
    grid
        The before-grid.

    Returns
    -------
    ArrayRaster
        Pixels on ``grid`` in the after-image's dtype (cubic interpolation, clipped to the dtype's
        range); masked where the field points outside the after-image or at no data.

    Raises
    ------
    GridMismatch
        If the field does not fit the grid.
    """
    if field.shape != (2, *grid.shape):
        raise GridMismatch(
            f"a field of {field.shape[1:]} on a grid of {grid.shape}",
            cause="it was made for another before-image",
        )
    first = after.read(Window(row=0, column=0, height=1, width=1))
    pixels = np.zeros((after.bands, *grid.shape), first.dtype)
    mask = np.zeros(grid.shape, bool)
    for tile in grid.tiles(side=2048):
        pixels[:, *tile.slices], mask[tile.slices] = _warped_tile(after, field, tile)
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


def _warped_tile(
    after: Raster, field: Image, tile: Window
) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    rows, columns = tile.slices
    x = field[0, rows, columns] + np.arange(columns.start, columns.stop, dtype=np.float32)
    y = field[1, rows, columns] + np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    window = bounds_window(np.stack([x, y]).astype(np.float64), after.grid)
    dtype = after.read(Window(row=0, column=0, height=1, width=1)).dtype
    if window is None:
        shape = (tile.height, tile.width)
        return np.zeros((after.bands, *shape), dtype), np.zeros(shape, bool)
    x, y = x - np.float32(window.column), y - np.float32(window.row)
    source, valid = after.read(window), after.valid(window)
    bands = [_remapped(band, x, y) for band in source]
    inside = (abs(x + 0.5 - window.width / 2) < window.width / 2) & (
        abs(y + 0.5 - window.height / 2) < window.height / 2
    )
    held = cv2.remap(
        valid.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.stack([_as_dtype(band, dtype) for band in bands]), inside & (np.asarray(held) > 0.999)  # noqa: PLR2004 - every neighbour holds data


def _remapped(band: NDArray[np.generic], x: Image, y: Image) -> Image:
    values = band.astype(np.float32)
    moved = cv2.remap(values, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _as_dtype(values: Image, dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    limits = np.iinfo(dtype.name)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
