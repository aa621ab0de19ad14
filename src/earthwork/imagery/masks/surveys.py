"""What a whole scene looks like, told from one pass over its pixels in strips.

A survey holds block means at about 2 m, how rough the pixels are within each block, and how bright
the scene is as a whole. Masks of large things are found in it, and thresholds rest on it, so that
a window's mask does not depend on how the scene was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.imagery.masks.bands import BandPlaces, resolve_places
from earthwork.imagery.masks.options import DEFAULT_MASKS, MaskOptions
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Pixels, Raster

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_STRIP_PX = 8_000_000
"""Pixels read at a time: 24 MB of a colour image of 8 bits."""
_SAMPLE_PX = 1_000_000
"""Pixels, about, from which the scene's percentiles are told."""
_WEIGHTS = (0.299, 0.587, 0.114)
_MOSTLY = 0.5
_FLOOR, _MEDIAN, _BRIGHT = 0.1, 50.0, 99.5
_LEAST_DEPTH_BITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Brightness:
    """How bright a scene is: luminance in its own counts; all 0 for a scene without data."""

    floor: float
    """0.1th percentile: what the darkest of the scene, haze included, still shows."""
    median: float
    """Median."""
    bright_end: float
    """99.5th percentile."""
    full_scale: float
    """Value at which a sensor of these bits clips; infinite for bands of floating point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSurvey:
    """A scene in cells. Cell (row, column) covers ``factor`` by ``factor`` pixels of its grid."""

    grid: Grid
    """Grid of the scene."""
    factor: int
    """Pixels along the side of a cell."""
    cell_m: float
    """Side of a cell, metres."""
    places: BandPlaces
    """Which band of the scene is which."""
    means: Image
    """Dims (band, row, column): mean of the valid pixels of each band that ``places`` uses, in
    that order, in counts; 0 where there are none."""
    roughness: Image
    """Dims (row, column): mean step of luminance between neighbouring pixels within a cell, in
    counts; 0 for cells of one pixel."""
    share: Image
    """Dims (row, column): share of a cell's pixels that hold data, 0 to 1."""
    brightness: Brightness
    """Of the whole scene."""
    flags: NDArray[np.uint16]
    """Dims (row, column): bits of ``Unassessed`` of what was found in the cells."""

    @property
    def valid(self) -> Mask:
        """Return (row, column): True where most of a cell holds data."""
        return np.asarray(self.share > _MOSTLY)

    @property
    def luminance(self) -> Image:
        """Return (row, column): luminance of the cells, in counts."""
        return luminance_of(self.means, is_colour=self.places.colours is not None)

    def band(self, index: int | None) -> Image | None:
        """Return the cells' means of one band of the scene; None for a band it has not."""
        return None if index is None else np.asarray(self.means[self.places.used.index(index)])

    @property
    def colours(self) -> tuple[Image, Image, Image] | None:
        """Return the cells' red, green and blue; None for a scene without colour."""
        if self.places.colours is None:
            return None
        return self.means[0], self.means[1], self.means[2]

    def in_window(self, cells: NDArray[np.uint16], window: Window) -> NDArray[np.uint16]:
        """Return the values (row, column) of cells at the pixels of a window."""
        rows = np.arange(window.row, window.row + window.height) // self.factor
        columns = np.arange(window.column, window.column + window.width) // self.factor
        return np.asarray(cells[rows[:, None], columns[None, :]])


def luminance_of(bands: Pixels, *, is_colour: bool) -> Image:
    """Return luminance (row, column) of red, green and blue, or of the first band."""
    if not is_colour:
        return np.asarray(bands[0], np.float32)
    red, green, blue = (np.float32(weight) for weight in _WEIGHTS)
    return np.asarray(red * bands[0] + green * bands[1] + blue * bands[2], np.float32)


def look_over(
    raster: Raster,
    *,
    places: BandPlaces | None = None,
    options: MaskOptions = DEFAULT_MASKS,
) -> SceneSurvey:
    """Read a scene once, in strips, and tell how it looks in cells.

    Parameters
    ----------
    raster
        The scene, in its original radiometry.
    places
        Which band is which; None: red, green, blue, or one panchromatic band.
    options
        Size of the cells.

    Returns
    -------
    SceneSurvey
        Its memory is that of the cells: at most ``options.most_cells`` of them.
    """
    grid = raster.grid
    known = places or resolve_places(raster.bands)
    gsd = grid.gsd_m or options.assumed_gsd_m
    factor = resolve_factor(grid, gsd_m=gsd, options=options)
    rows, columns = ceil(grid.height / factor), ceil(grid.width / factor)
    means = np.zeros((len(known.used), rows, columns), np.float32)
    roughness, share = np.zeros((2, rows, columns), np.float32)
    step = max(1, int(sqrt(grid.height * grid.width / _SAMPLE_PX)))
    sample: list[Image] = []
    largest = 0.0
    for window in _strips(grid, factor):
        pixels = _numeric(raster.read(window))[list(known.used)]
        valid = raster.valid(window)
        cells = slice(window.row // factor, ceil((window.row + window.height) / factor))
        is_colour = known.colours is not None
        _gather(pixels, valid, factor, is_colour, means[:, cells], roughness[cells], share[cells])
        # The sample lies on a lattice of the whole scene, whatever the strips.
        first = -window.row % step
        chosen = luminance_of(pixels[:, first::step, ::step], is_colour=is_colour)
        sample.append(chosen[valid[first::step, ::step]])
        largest = max(largest, float(pixels.max(initial=0)))
    return SceneSurvey(
        grid=grid, factor=factor, cell_m=gsd * factor, places=known, means=means,
        roughness=roughness, share=share, flags=np.zeros((rows, columns), np.uint16),
        brightness=_brightness(np.concatenate(sample), largest, dtype=pixels.dtype),
    )  # fmt: skip


def resolve_factor(grid: Grid, *, gsd_m: float, options: MaskOptions) -> int:
    """Return the pixels along a cell's side: about 2 m, more where there would be too many."""
    fine = max(1, round(options.cell_m / gsd_m))
    return max(fine, ceil(sqrt(grid.height * grid.width / options.most_cells)))


def _strips(grid: Grid, factor: int) -> Iterator[Window]:
    height = max(1, _STRIP_PX // (grid.width * factor)) * factor
    for row in range(0, grid.height, height):
        yield Window(row=row, column=0, height=min(height, grid.height - row), width=grid.width)


def _numeric(pixels: Pixels) -> Pixels:
    """Return pixels of a type that the loops are made for."""
    kept = pixels.dtype in (np.uint8, np.uint16, np.float32)
    return pixels if kept else pixels.astype(np.float32)


def _brightness(sample: Image, largest: float, *, dtype: np.dtype[Any]) -> Brightness:
    if sample.size == 0:
        return Brightness(floor=0.0, median=0.0, bright_end=0.0, full_scale=float("inf"))
    floor, median, bright_end = np.percentile(sample, [_FLOOR, _MEDIAN, _BRIGHT])
    return Brightness(
        floor=float(floor),
        median=float(median),
        bright_end=float(bright_end),
        full_scale=full_scale(largest, dtype),
    )


def full_scale(largest: float, dtype: np.dtype[Any]) -> float:
    """Return the value at which a sensor of these bits clips.

    The next 2^n - 1 at or above the largest value: 255, 2047 or 4095 held in 16 bits.
    """
    if not np.issubdtype(dtype, np.integer):
        return float("inf")
    return float(2 ** max(_LEAST_DEPTH_BITS, int(np.ceil(np.log2(largest + 1)))) - 1)


@njit(cache=True, nogil=True)
def _gather(  # noqa: PLR0917 - numba takes no keywords
    pixels: Pixels,
    valid: Mask,
    factor: int,
    is_colour: bool,  # noqa: FBT001 - numba takes no keywords
    means: Image,
    roughness: Image,
    share: Image,
) -> None:
    """Sum along the columns first: whole rows at a time are what a processor is quick at."""
    bands, height, width = pixels.shape
    light, above = np.empty(width, np.float32), np.empty(width, np.float32)
    held, held_above = np.empty(width, np.float32), np.empty(width, np.float32)
    sums = np.empty((bands, width), np.float32)
    across, down = np.empty((2, width), np.float32), np.empty((2, width), np.float32)
    count = np.empty(width, np.float32)
    for cell_row in range(share.shape[0]):
        first = cell_row * factor
        sums[:], across[:], down[:], count[:] = 0, 0, 0, 0
        held_above[:] = 0
        for row in range(first, min(first + factor, height)):
            _lighten(pixels[:, row], valid[row], is_colour, light, held)
            for band in range(bands):
                _add(sums[band], pixels[band, row], held)
            _step(light, held, above, held_above, across, down)
            for x in range(width):
                count[x] += held[x]
                above[x] = light[x]
                held_above[x] = held[x]
        tall = min(first + factor, height) - first
        _collapse(
            sums, count, across, down, factor, tall,
            means[:, cell_row], roughness[cell_row], share[cell_row],
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _lighten(
    row: Pixels,
    valid: Mask,
    is_colour: bool,  # noqa: FBT001 - numba takes no keywords
    light: Image,
    held: Image,
) -> None:
    red, green, blue = np.float32(0.299), np.float32(0.587), np.float32(0.114)
    for x in range(light.size):
        held[x] = np.float32(valid[x])
    if is_colour:
        r, g, b = row[0], row[1], row[2]
        for x in range(light.size):
            light[x] = red * np.float32(r[x]) + green * np.float32(g[x]) + blue * np.float32(b[x])
    else:
        grey = row[0]
        for x in range(light.size):
            light[x] = np.float32(grey[x])


@njit(cache=True, nogil=True)
def _add(total: Image, row: Pixels, held: Image) -> None:
    for x in range(total.size):
        if held[x] > 0:
            total[x] += np.float32(row[x])


@njit(cache=True, nogil=True)
def _step(  # noqa: PLR0917 - numba takes no keywords
    light: Image, held: Image, above: Image, held_above: Image, across: Image, down: Image
) -> None:
    """Add the steps to the left and upper neighbour, and how many of them there are."""
    for x in range(1, light.size):
        both = held[x] * held[x - 1]
        across[1, x] += both
        across[0, x] += abs(light[x] - light[x - 1]) if both > 0 else np.float32(0)
    for x in range(light.size):
        both = held[x] * held_above[x]
        down[1, x] += both
        down[0, x] += abs(light[x] - above[x]) if both > 0 else np.float32(0)


@njit(cache=True, nogil=True)
def _collapse(  # noqa: PLR0917 - numba takes no keywords
    sums: Image,
    count: Image,
    across: Image,
    down: Image,
    factor: int,
    tall: int,
    means: Image,
    roughness: Image,
    share: Image,
) -> None:
    width = count.size
    for cell in range(share.size):
        left = cell * factor
        right = min(left + factor, width)
        held = count[left:right].sum()
        if held > 0:
            for band in range(sums.shape[0]):
                means[band, cell] = sums[band, left:right].sum() / held
        # The step from the cell to the left belongs to neither of the two.
        rough = down[0, left:right].sum() + across[0, left + 1 : right].sum()
        steps = down[1, left:right].sum() + across[1, left + 1 : right].sum()
        roughness[cell] = rough / max(steps, np.float32(1))
        share[cell] = held / np.float32((right - left) * tall)
