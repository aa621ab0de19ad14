"""The pixels of two images on one grid that count for their brightness, in bounded blocks.

Either a sample, the same however the files are tiled: blocks spread evenly over the image, each
thinned by a stride. Or every pixel, in windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid, Window, require_same_grid
from earthwork.model.raster import Pixels, Raster, luminance

Mask = NDArray[np.bool_]
Values = NDArray[np.float32]
"""Dims (band, pixel), float32."""
Assessed = Callable[[Window], Mask]
"""Says of a window, dims (row, column), where a pixel counts."""

_BLOCK_PX = 512
_BLOCKS_PER_SIDE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelPairs:
    """Two images on one grid, and where their pixels count."""

    before: Raster
    """The earlier image."""
    after: Raster
    """The later image."""
    assessed: Assessed
    """Where a pixel counts, besides that both images hold data."""
    as_luminance: bool
    """True: one band each, brightness; False: all bands."""
    tops: tuple[float | None, float | None] = (None, None)
    """Least value that is clipped in the earlier and the later image; None if unknown."""

    def __post_init__(self) -> None:
        """Refuse images on unequal grids."""
        require_same_grid(self.before.grid, self.after.grid)

    def every(self, *, side: int = 1024) -> Iterator[tuple[Values, Values]]:
        """Yield every pixel that counts, a window at a time."""
        for window in self.before.grid.tiles(side=side):
            yield self.of(window)

    def sample(self, most: int) -> tuple[Values, Values]:
        """Return about ``most`` pixels at most, spread over the image."""
        windows = sample_windows(self.before.grid)
        pixels = sum(window.height * window.width for window in windows)
        step = max(1, ceil(sqrt(pixels / most)))
        parts = [self.of(window, step=step) for window in windows]
        first, second = zip(*parts, strict=True)
        return np.concatenate(first, axis=1), np.concatenate(second, axis=1)

    def of(self, window: Window, *, step: int = 1) -> tuple[Values, Values]:
        """Return the pixels of a window that count, dims (band, pixel).

        Parameters
        ----------
        window
            Which part.
        step
            Every so many rows and columns only, counted from the grid's corner.

        Raises
        ------
        GridMismatch
            If the assessed mask has other dims than the window.
        """
        mask = np.array(self.assessed(window), bool)
        if mask.shape != (window.height, window.width):
            raise GridMismatch(f"a mask of {mask.shape} for {window.height}×{window.width} px")
        thinned = tuple(slice(-start % step, None, step) for start in (window.row, window.column))
        mask &= self.before.valid(window) & self.after.valid(window)
        mask = mask[thinned]
        looks = [image.read(window)[:, *thinned] for image in (self.before, self.after)]
        for look, top in zip(looks, self.tops, strict=True):
            mask &= unclipped(look, top)
        return self._chosen(looks[0], mask), self._chosen(looks[1], mask)

    def _chosen(self, pixels: Pixels, mask: Mask) -> Values:
        chosen = luminance(pixels)[None] if self.as_luminance else pixels
        return np.ascontiguousarray(chosen[:, mask], np.float32)


def sample_windows(grid: Grid) -> list[Window]:
    """Return the blocks that a sample is taken from: all of a small image, else a spread of them.

    Parameters
    ----------
    grid
        The grid of both images.
    """
    rows = _chosen_of(ceil(grid.height / _BLOCK_PX))
    columns = _chosen_of(ceil(grid.width / _BLOCK_PX))
    return [
        Window(
            row=row * _BLOCK_PX,
            column=column * _BLOCK_PX,
            height=min(_BLOCK_PX, grid.height - row * _BLOCK_PX),
            width=min(_BLOCK_PX, grid.width - column * _BLOCK_PX),
        )
        for row in rows
        for column in columns
    ]


def _chosen_of(blocks: int) -> list[int]:
    if blocks <= _BLOCKS_PER_SIDE:
        return list(range(blocks))
    return sorted(set(np.linspace(0, blocks - 1, _BLOCKS_PER_SIDE).round().astype(int).tolist()))


def unclipped(pixels: Pixels, top: float | None) -> Mask:
    """Return dims (row, column): True where no band is clipped, at its top or at zero.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    top
        Least value that is clipped; None: only zero counts, and that only of whole numbers.
    """
    kept = np.ones(pixels.shape[1:], bool)
    if top is not None:
        kept &= (pixels < top).all(axis=0)
    if np.issubdtype(pixels.dtype, np.integer):
        kept &= (pixels != 0).all(axis=0)
    else:
        kept &= np.isfinite(pixels).all(axis=0)
    return kept
