"""How well an image bears out an outline: whether edges run along it, and where it fits best.

Along each side of an outline the brightness step across it is averaged with its sign, so that only
an edge that runs with the side counts; texture cancels out. The mean over the sides, weighted by
their length, is the support, 0 to about 1. Comparing shifts of the outline gives its place.

Only windows around the outlines are read, whatever the size of the image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numba
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.change.features import resolve_gsd, sigma_px, smoothed, weight_of
from earthwork.model.grid import Window
from earthwork.model.raster import Raster, luminance

Image = NDArray[np.float32]

_FEWEST = 8
_TINY = np.float32(1e-6)
_TILE_PX = 1024
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportOptions:
    """How the support of outlines is measured."""

    smoothing_m: float = 0.5
    """Standard deviation of the smoothing before brightness steps are taken."""
    sample_m: float = 0.5
    """Distance of the samples along a side, and of the shifts that are tried."""
    least_side_m: float = 2.0
    """Sides shorter than this are passed over."""
    context_m: float = 10.0
    """Half the side of the window whose usual brightness step a step is held against."""
    search_m: float = 10.0
    """How far an outline is moved along each axis to see what support chance gives."""
    settle_m: float = 1.5
    """How far an outline may lie from its edges: outlines are drawn to about this."""
    borne_out: float = 0.28
    """Support from which the before-image is said to bear an outline out."""
    most_outlines: int = 400
    """Outlines looked at for the shift of a layer, spread evenly over it."""
    fewest_outlines: int = 12
    """Outlines with a side to look at from which a shift of a layer is sought."""
    halves_agree_m: float = 1.0
    """Two halves of a layer, sought apart, must agree to this along each axis."""
    clear_spreads: float = 5.0
    """Standard deviations over all shifts by which the best must stand out."""


DEFAULT_SUPPORT = SupportOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerShift:
    """Where the outlines of a layer fit an image best."""

    x_px: float
    """Pixels to add to x of the outlines, to the right."""
    y_px: float
    """Pixels to add to y, downward."""
    spreads: float
    """By how many standard deviations over all shifts the best stands out; 0 where not sought."""
    outlines: int
    """Outlines that were looked at."""
    is_clear: bool
    """True if the best shift stands out, two halves of the layer agree on it, and it does not lie
    at the rim of the search: then it may be applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Samples along the sides of one outline."""

    points: Image
    """Dims (sample, [x, y]) in pixels of the image."""
    normals: Image
    """Dims (sample, [x, y]), of length 1."""
    numbers: NDArray[np.int32]
    """Number of each sample's side, from 0."""


def measure_support(
    image: Raster,
    outlines: Sequence[BaseGeometry],
    *,
    gsd_m: float | None,
    options: SupportOptions = DEFAULT_SUPPORT,
) -> NDArray[np.float64]:
    """Measure how well an image bears out each outline at its place.

    Parameters
    ----------
    image
        The image; windows of it are read.
    outlines
        Polygons in pixels (column, row).
    gsd_m
        Ground sample distance in metres; None if unknown.
    options
        Scales.

    Returns
    -------
    ndarray
        Dims (outline): support at the best place within ``settle_m`` less the mean over all shifts
        within ``search_m``, about -0.1 to 0.7. NaN where no side is long enough or most of the
        surroundings are outside the image or hold no data.
    """
    values = np.full(len(outlines), np.nan)
    step, reach = _steps(gsd_m, options)
    settle = max(1, round(options.settle_m / resolve_gsd(gsd_m) / step))
    for index, supports in _surfaces(image, outlines, range(len(outlines)), gsd_m, options):
        middle = reach // step
        near = supports[
            middle - settle : middle + settle + 1, middle - settle : middle + settle + 1
        ]
        values[index] = float(near.max() - supports.mean())
    return values


def find_shift(
    image: Raster,
    outlines: Sequence[BaseGeometry],
    *,
    gsd_m: float | None,
    options: SupportOptions = DEFAULT_SUPPORT,
) -> LayerShift:
    """Find the shift that brings a layer of outlines onto the edges of an image.

    Parameters
    ----------
    image
        The image; windows around at most ``most_outlines`` outlines are read.
    outlines
        Polygons in pixels (column, row).
    gsd_m
        Ground sample distance in metres; None if unknown.
    options
        Scales and demands.

    Returns
    -------
    LayerShift
        With ``is_clear`` False and no shift where too few outlines lie in the image.
    """
    step, reach = _steps(gsd_m, options)
    number = 2 * (reach // step) + 1
    halves = np.zeros((2, number, number))
    count = 0
    chosen = _spread(len(outlines), options.most_outlines)
    for _, supports in _surfaces(image, outlines, chosen, gsd_m, options):
        halves[count % 2] += supports - supports.mean()
        count += 1
    if count < options.fewest_outlines:
        return LayerShift(x_px=0, y_px=0, spreads=0, outlines=count, is_clear=False)
    return _best(halves, count, step, resolve_gsd(gsd_m), options)


def _steps(gsd_m: float | None, options: SupportOptions) -> tuple[int, int]:
    """Return the step between shifts and the greatest shift along an axis, in pixels."""
    gsd = resolve_gsd(gsd_m)
    step = max(1, round(options.sample_m / gsd))
    return step, step * max(2, round(options.search_m / gsd / step))


def _spread(count: int, most: int) -> list[int]:
    return [int(index) for index in np.unique(np.linspace(0, count - 1, min(count, most)).round())]


def _best(
    halves: NDArray[np.float64], count: int, step: int, gsd: float, options: SupportOptions
) -> LayerShift:
    total = halves.sum(axis=0)
    row, column = np.unravel_index(int(total.argmax()), total.shape)
    middle = total.shape[0] // 2
    peaks = np.array([np.unravel_index(int(half.argmax()), half.shape) for half in halves])
    apart_m = np.abs(peaks[0] - peaks[1]).max() * step * gsd
    is_inside = max(abs(row - middle), abs(column - middle)) < middle
    spreads = float((total.max() - total.mean()) / max(float(total.std()), 1e-12))
    return LayerShift(
        x_px=float((column - middle + _between(total[row], int(column))) * step),
        y_px=float((row - middle + _between(total[:, column], int(row))) * step),
        spreads=spreads,
        outlines=count,
        is_clear=bool(
            is_inside
            and apart_m <= options.halves_agree_m + step * gsd / 2
            and spreads >= options.clear_spreads
        ),
    )


def _between(values: NDArray[np.float64], at: int) -> float:
    """Return where a parabola through a peak and its neighbours is highest, -0.5 to 0.5."""
    if not 0 < at < len(values) - 1:
        return 0.0
    left, peak, right = (float(value) for value in values[at - 1 : at + 2])
    bend = left - 2 * peak + right
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def _surfaces(
    image: Raster,
    outlines: Sequence[BaseGeometry],
    chosen: Sequence[int],
    gsd_m: float | None,
    options: SupportOptions,
) -> Iterator[tuple[int, Image]]:
    """Yield each outline's number and its support at every shift, dims (row, column)."""
    gsd = resolve_gsd(gsd_m)
    step, reach = _steps(gsd_m, options)
    margin = reach + int(np.ceil(options.context_m / gsd)) + 4
    for window, numbers in _windows(image, outlines, chosen, margin):
        steps, counted = _brightness_steps(image, window, gsd, options)
        for index in numbers:
            sides = _sides(outlines[index], gsd, options)
            if sides is None or not _is_seen(outlines[index], counted, window):
                continue
            origin = np.array([window.column, window.row], np.float32)
            count = int(sides.numbers[-1]) + 1
            points = sides.points - origin
            yield (
                index,
                _supports(*steps, points, sides.normals, sides.numbers, count, reach, step),
            )


def _windows(
    image: Raster, outlines: Sequence[BaseGeometry], chosen: Sequence[int], margin: int
) -> Iterator[tuple[Window, list[int]]]:
    """Yield windows that hold the outlines of one tile with a margin, in reading order."""
    height, width = image.grid.shape
    tiles: dict[tuple[int, int], list[int]] = {}
    for index in chosen:
        centre = outlines[index].centroid
        if not centre.is_empty and 0 <= centre.x < width and 0 <= centre.y < height:
            tile = (int(centre.y) // _TILE_PX, int(centre.x) // _TILE_PX)
            tiles.setdefault(tile, []).append(index)
    for key in sorted(tiles):
        there = [outlines[index] for index in tiles[key]]
        yield _around(there, margin, (height, width)), tiles[key]


def _around(outlines: Sequence[BaseGeometry], margin: int, within: tuple[int, int]) -> Window:
    west, south, east, north = (int(value) for value in shapely.total_bounds(outlines))
    bounds = Window(row=south, column=west, height=north - south + 1, width=east - west + 1)
    return bounds.grown(margin=margin, within=within)


def _brightness_steps(
    image: Raster, window: Window, gsd: float, options: SupportOptions
) -> tuple[tuple[Image, Image], NDArray[np.bool_]]:
    """Return (along x, along y) brightness steps, -1 to 1, and where there is data."""
    counted = image.valid(window)
    light = smoothed(luminance(image.read(window)), sigma_px(options.smoothing_m, gsd))
    dx, dy = (
        np.asarray(cv2.Scharr(light, cv2.CV_32F, *axis, borderType=cv2.BORDER_REFLECT), np.float32)
        for axis in ((1, 0), (0, 1))
    )
    weight = weight_of(counted)
    strength = np.hypot(dx, dy) * weight
    side = 2 * round(options.context_m / gsd) + 1
    square = cv2.blur(strength * strength, (side, side), borderType=cv2.BORDER_REFLECT)
    usual = np.sqrt(np.maximum(square, 0))
    least = 0.02 * float(strength.std())  # what noise alone makes on an even ground is no edge
    scale = weight / (strength + np.float32(0.5) * usual + max(np.float32(least), _TINY))
    return (dx * scale, dy * scale), counted


def _is_seen(outline: BaseGeometry, counted: NDArray[np.bool_], window: Window) -> bool:
    """Tell whether most of the ground under an outline's bounds is in the image and has data."""
    west, south, east, north = outline.bounds
    rows = slice(max(0, int(south) - window.row), max(0, int(np.ceil(north)) - window.row))
    columns = slice(max(0, int(west) - window.column), max(0, int(np.ceil(east)) - window.column))
    held = counted[rows, columns]
    area = (np.ceil(north) - int(south)) * (np.ceil(east) - int(west))
    return bool(held.sum() > area / 2)


def _sides(outline: BaseGeometry, gsd: float, options: SupportOptions) -> _Sides | None:
    """Return samples along the sides of an outline; None if no side is long enough."""
    spacing, least = options.sample_m / gsd, options.least_side_m / gsd
    sides = [
        side
        for part in shapely.get_parts(outline)
        if part.geom_type in _POLYGONS
        for ring in (part.exterior, *part.interiors)
        for side in _ring_sides(ring.simplify(spacing), spacing, least)
    ]
    points = np.concatenate([side[0] for side in sides]) if sides else np.empty((0, 2))
    if len(points) < _FEWEST:
        return None
    normals = [np.tile(normal, (len(at), 1)) for at, normal in sides]
    return _Sides(
        points=points.astype(np.float32),
        normals=np.concatenate(normals).astype(np.float32),
        numbers=np.repeat(np.arange(len(sides)), [len(at) for at, _ in sides]).astype(np.int32),
    )


def _ring_sides(
    ring: BaseGeometry, spacing: float, least: float
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield (samples, normal) of each side that is long enough."""
    corners = shapely.get_coordinates(ring)
    for first, last in pairwise(corners):
        along = last - first
        length = float(np.hypot(*along))
        if length >= least:
            count = max(2, int(length / spacing))
            at = (np.arange(count) + 0.5) / count
            yield first + at[:, None] * along, np.array([along[1], -along[0]]) / length


@numba.njit(cache=True, nogil=True)
def _supports(  # noqa: PLR0917 - compiled code takes its arguments by position
    dx: Image,
    dy: Image,
    points: Image,
    normals: Image,
    sides: NDArray[np.int32],
    count: int,
    reach: int,
    step: int,
) -> Image:
    """Return the support of one outline at each shift, dims (row, column) of the shift."""
    height, width = dx.shape
    number = 2 * (reach // step) + 1
    result = np.zeros((number, number), np.float32)
    total = np.zeros(count, np.float32)
    for row in range(number):
        move_y = (row - reach // step) * step
        for column in range(number):
            move_x = (column - reach // step) * step
            total[:] = 0
            for index in range(points.shape[0]):
                x = int(np.floor(points[index, 0] + move_x))
                y = int(np.floor(points[index, 1] + move_y))
                if 0 <= x < width and 0 <= y < height:
                    total[sides[index]] += (
                        dx[y, x] * normals[index, 0] + dy[y, x] * normals[index, 1]
                    )
            amount = np.float32(0)
            for side in range(count):
                amount += abs(total[side])
            result[row, column] = amount / points.shape[0]
    return result
