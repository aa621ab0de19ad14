"""Frames for print: any raster brought down to the pixels of a page, in strips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Raster

_STRIP_PIXELS = 4_000_000
"""Source pixels held at once for each band."""
_CHUNK = 64
"""Every this many page pixels an exact coordinate is computed; between, it is interpolated."""
_SHOW_PIXELS_FROM = 2.5
"""Page pixels per source pixel from which the pixels are shown as squares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture on the pixels of a page."""

    pixels: NDArray[np.float32]
    """Dims (band, row, column), in the raster's own units."""
    valid: NDArray[np.bool_]
    """Dims (row, column): True where the pixel holds data."""
    grid: Grid
    """Where the page pixels lie."""


def page_grid(grid: Grid, window: Window, *, width: int) -> Grid:
    """Return the grid of a window drawn so many page pixels wide.

    Parameters
    ----------
    grid
        Grid that the window counts in.
    window
        What is shown.
    width
        Page pixels across.
    """
    scale = window.width / width
    height = max(1, round(window.height / scale))
    cropped = grid.cropped(window)
    return replace(
        cropped,
        width=width,
        height=height,
        transform=cropped.transform @ Affine.scale(scale, window.height / height),
        stated_gsd_m=None if grid.stated_gsd_m is None else grid.stated_gsd_m * scale,
    )


def frame_of(raster: Raster, page: Grid) -> Frame:
    """Return a raster drawn on a page grid, by averaging where it is finer.

    The raster is read in strips, so that memory does not grow with its size.

    Parameters
    ----------
    raster
        What to draw; both placed, or both without place (then page pixels count in its pixels).
    page
        Grid of the page pixels.

    Raises
    ------
    InvalidValue
        If one of the two has a place on the ground and the other has none.
    """
    if (raster.grid.crs is None) != (page.crs is None):
        raise InvalidValue(
            "a picture without place cannot be drawn beside one with a place",
            cause="only one of the two is georeferenced",
            choices=["place it by bounds or control points"],
        )
    columns, rows = _source_coordinates(raster.grid, page)
    window = _needed(columns, rows, raster.grid)
    if window is None:
        return _nothing(raster, page)
    factor = max(1, int(_steps_per_pixel(columns, rows)))
    small, valid = decimated(raster, window, factor=factor)
    at_x = ((columns - window.column) / factor - 0.5).astype(np.float32)
    at_y = ((rows - window.row) / factor - 0.5).astype(np.float32)
    nearest = _steps_per_pixel(columns, rows) * _SHOW_PIXELS_FROM < 1
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    pixels = np.stack([_sampled(band, at_x, at_y, how) for band in small])
    inside = _sampled(valid.astype(np.float32), at_x, at_y, cv2.INTER_LINEAR, outside=0.0)
    return Frame(pixels=pixels, valid=inside > 0.5, grid=page)  # noqa: PLR2004 - nearer in than out


def _sampled(
    band: NDArray[np.float32],
    at_x: NDArray[np.float32],
    at_y: NDArray[np.float32],
    how: int,
    *,
    outside: float | None = None,
) -> NDArray[np.float32]:
    mode = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    edge = 0 if outside is None else 1
    padded = np.pad(band, edge) if edge else band
    drawn = cv2.remap(padded, at_x + edge, at_y + edge, how, borderMode=mode, borderValue=0)
    return np.asarray(drawn, dtype=np.float32)


def _source_coordinates(grid: Grid, page: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the source column and row of each page pixel's centre, dims (row, column)."""
    across = _knots(page.width)
    down = _knots(page.height)
    page_x, page_y = np.meshgrid(across, down)
    x, y = moved(page.transform, page_x, page_y)
    if grid.crs is not None and page.crs is not None and grid.crs != page.crs:
        x, y = Transformer.from_crs(page.crs, grid.crs, always_xy=True).transform(x, y)
    columns, rows = moved(~grid.transform, x, y)
    return _between(columns, across, down, page), _between(rows, across, down, page)


def moved(
    by: Affine, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return arrays of coordinates moved by an affine transform."""
    return by.a * x + by.b * y + by.c, by.d * x + by.e * y + by.f


def _knots(length: int) -> NDArray[np.float64]:
    count = max(2, -(-length // _CHUNK) + 1)
    return np.linspace(0.5, length - 0.5, count)


def _between(
    values: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    page: Grid,
) -> NDArray[np.float64]:
    wide = np.stack([np.interp(np.arange(page.width) + 0.5, across, row) for row in values])
    tall = [np.interp(np.arange(page.height) + 0.5, down, column) for column in wide.T]
    return np.stack(tall).T


def _steps_per_pixel(columns: NDArray[np.float64], rows: NDArray[np.float64]) -> float:
    """Return source pixels per page pixel."""
    width = max(1, columns.shape[1] - 1)
    across = np.hypot(columns[0, -1] - columns[0, 0], rows[0, -1] - rows[0, 0]) / width
    return float(across)


def _needed(columns: NDArray[np.float64], rows: NDArray[np.float64], grid: Grid) -> Window | None:
    margin = 2 + int(_steps_per_pixel(columns, rows))
    left = max(0, int(columns.min()) - margin)
    top = max(0, int(rows.min()) - margin)
    right = min(grid.width, int(columns.max()) + margin + 1)
    bottom = min(grid.height, int(rows.max()) + margin + 1)
    if right <= left or bottom <= top:
        return None
    return Window(row=top, column=left, height=bottom - top, width=right - left)


def _nothing(raster: Raster, page: Grid) -> Frame:
    return Frame(
        pixels=np.zeros((raster.bands, *page.shape), dtype=np.float32),
        valid=np.zeros(page.shape, dtype=bool),
        grid=page,
    )


def decimated(
    raster: Raster, window: Window, *, factor: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a window averaged over blocks of pixels, read in strips.

    Parameters
    ----------
    raster
        What to read.
    window
        Which part.
    factor
        Pixels on a side of a block; 1 reads as it is.

    Returns
    -------
    tuple
        float32 (band, row, column), means of the valid pixels of each block (0 without any), and
        bool (row, column): True where at least half of the block is valid.
    """
    rows_at_once = max(1, _STRIP_PIXELS // (window.width * factor)) * factor
    strips = [
        _strip(raster, window, first=row, rows=min(rows_at_once, window.height - row), by=factor)
        for row in range(0, window.height, rows_at_once)
    ]
    pixels = np.concatenate([pixels for pixels, _ in strips], axis=1)
    return pixels, np.concatenate([valid for _, valid in strips])


def _strip(
    raster: Raster, window: Window, *, first: int, rows: int, by: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    part = Window(row=window.row + first, column=window.column, height=rows, width=window.width)
    valid = raster.valid(part).astype(np.float32)
    pixels = np.nan_to_num(raster.read(part).astype(np.float32)) * valid
    weight = _block_sums(valid, by)
    blocks = _block_sums(np.ones_like(valid), by)
    sums = np.stack([_block_sums(band, by) for band in pixels])
    means = (sums / np.maximum(weight, 1)).astype(np.float32)
    return means, weight >= blocks / 2


def _block_sums(band: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    if by == 1:
        return band
    tall = np.add.reduceat(band, np.arange(0, band.shape[0], by), axis=0)
    sums: NDArray[np.float32] = np.add.reduceat(tall, np.arange(0, band.shape[1], by), axis=1)
    return sums
