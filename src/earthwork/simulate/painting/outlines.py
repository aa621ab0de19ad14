"""Polygons and lines laid out flat, and drawn onto windows of the fine grid.

A pixel belongs to a polygon if its centre does; distances are exact. Both are reckoned in world
coordinates, so a window holds what the whole would hold there, to the bit.
"""

# ruff: noqa: PLR2004, PLR0917 - guards against division by nothing; kernels take arrays by position

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.painting.noise import Window

Box = tuple[float, float, float, float]
"""West, south, east, north in local metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Many polygons, their corners in one array."""

    points: NDArray[np.float64]
    """Dims (point, [x, y]), metres; every ring closes."""
    rings: NDArray[np.int64]
    """Dims (ring + 1): first point of each ring."""
    shapes: NDArray[np.int64]
    """Dims (polygon + 1): first ring of each polygon."""
    owners: NDArray[np.int64]
    """Dims (polygon): index of the geometry that it came from."""
    bounds: NDArray[np.float64]
    """Dims (polygon, [west, south, east, north]), metres."""

    def near(self, box: Box, *, reach_m: float = 0.0) -> NDArray[np.int64]:
        """Return the polygons whose bounds come within a distance of a box, in order."""
        return _touching(self.bounds, box, reach_m=reach_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """Many lines, cut into straight pieces."""

    pieces: NDArray[np.float64]
    """Dims (piece, [x, y, x, y]), metres: from, to."""
    owners: NDArray[np.int64]
    """Dims (piece): index of the line that it came from."""
    bounds: NDArray[np.float64]
    """Dims (piece, [west, south, east, north]), metres."""

    def near(self, box: Box, *, reach_m: float) -> NDArray[np.int64]:
        """Return the pieces that come within a distance of a box, in order."""
        return _touching(self.bounds, box, reach_m=reach_m)


def _touching(bounds: NDArray[np.float64], box: Box, *, reach_m: float) -> NDArray[np.int64]:
    west, south, east, north = box
    hit = (bounds[:, 0] <= east + reach_m) & (bounds[:, 2] >= west - reach_m)
    hit &= (bounds[:, 1] <= north + reach_m) & (bounds[:, 3] >= south - reach_m)
    return np.flatnonzero(hit)


def outlines_of(geometries: Sequence[BaseGeometry]) -> Outlines:
    """Lay out the polygons of geometries; lines and points in them are left out."""
    parts = [(k, part) for k, shape in enumerate(geometries) for part in _polygons(shape)]
    rings = [ring for _, part in parts for ring in (part.exterior, *part.interiors)]
    counts = [1 + len(part.interiors) for _, part in parts]
    points = shapely.get_coordinates(rings) if rings else np.zeros((0, 2))
    lengths: Any = shapely.get_num_coordinates(rings) if rings else []
    return Outlines(
        points=np.ascontiguousarray(points),
        rings=_starts(lengths),
        shapes=_starts(counts),
        owners=np.array([k for k, _ in parts], dtype=np.int64),
        bounds=shapely.bounds([part for _, part in parts]).reshape(-1, 4),
    )


def _polygons(geometry: BaseGeometry) -> Iterable[Polygon]:
    for part in getattr(geometry, "geoms", [geometry]):
        if isinstance(part, Polygon) and not part.is_empty:
            yield part
        elif hasattr(part, "geoms"):
            yield from _polygons(part)


def _starts(counts: Any) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(counts, dtype=np.int64))]).astype(np.int64)


def strokes_of(lines: Sequence[BaseGeometry]) -> Strokes:
    """Cut lines into straight pieces; a part of a collection is a line too."""
    pieces, owners = [np.zeros((0, 4))], [np.zeros(0, dtype=np.int64)]
    for owner, line in enumerate(lines):
        for part in getattr(line, "geoms", [line]):
            corners = shapely.get_coordinates(part)
            pieces.append(np.hstack([corners[:-1], corners[1:]]))
            owners.append(np.full(max(0, len(corners) - 1), owner, dtype=np.int64))
    drawn = np.concatenate(pieces)
    low, high = np.minimum(drawn[:, :2], drawn[:, 2:]), np.maximum(drawn[:, :2], drawn[:, 2:])
    return Strokes(pieces=drawn, owners=np.concatenate(owners), bounds=np.hstack([low, high]))


def rims_of(outlines: Outlines) -> Strokes:
    """Return the edges of polygons as strokes owned by the polygons' geometries."""
    starts = np.delete(np.arange(max(0, len(outlines.points) - 1)), outlines.rings[1:-1] - 1)
    drawn = np.hstack([outlines.points[starts], outlines.points[starts + 1]])
    ring = np.searchsorted(outlines.rings, starts, side="right") - 1
    shape = np.searchsorted(outlines.shapes, ring, side="right") - 1
    low, high = np.minimum(drawn[:, :2], drawn[:, 2:]), np.maximum(drawn[:, :2], drawn[:, 2:])
    return Strokes(pieces=drawn, owners=outlines.owners[shape], bounds=np.hstack([low, high]))


def burn(
    target: NDArray[Any],
    outlines: Outlines,
    values: NDArray[Any],
    *,
    picked: NDArray[np.int64],
    window: Window,
) -> None:
    """Write a value into the pixels of each polygon, later ones over earlier ones.

    Parameters
    ----------
    target
        Dims (row, column), written in place.
    outlines
        The polygons.
    values
        Dims (geometry): what to write for each geometry, of the target's type.
    picked
        Which polygons to draw, in painting order.
    window
        The frame.
    """
    _burn(target, outlines.points, outlines.rings, outlines.shapes, picked,
          values[outlines.owners[picked]].astype(target.dtype), window)  # fmt: skip


@njit(cache=True, nogil=True)
def first_pixel(at: float, fine: float, start: int) -> int:
    """Return the first pixel, from a window's start, whose centre is not below a place (kernel)."""
    return ceil(at / fine - 0.5) - start


@njit(cache=True, nogil=True)
def _burn(
    target: NDArray[Any],
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    shapes: NDArray[np.int64],
    picked: NDArray[np.int64],
    values: NDArray[Any],
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = target.shape
    crossings = np.empty(4096, np.float64)
    for number in range(picked.shape[0]):
        shape = picked[number]
        start, stop = rings[shapes[shape]], rings[shapes[shape + 1]]
        low, high = points[start:stop, 1].min(), points[start:stop, 1].max()
        top = max(0, first_pixel(side - high, fine, row0))
        for i in range(top, min(rows, first_pixel(side - low, fine, row0))):
            y = side - (row0 + i + 0.5) * fine
            count = 0
            for ring in range(shapes[shape], shapes[shape + 1]):
                for k in range(rings[ring], rings[ring + 1] - 1):
                    y1, y2 = points[k, 1], points[k + 1, 1]
                    if (y1 <= y) != (y2 <= y) and count < crossings.shape[0]:
                        x1, x2 = points[k, 0], points[k + 1, 0]
                        crossings[count] = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
                        count += 1
            crossings[:count].sort()
            for pair in range(0, count - 1, 2):
                left = max(0, first_pixel(crossings[pair], fine, column0))
                right = min(columns, first_pixel(crossings[pair + 1], fine, column0))
                for j in range(left, right):
                    target[i, j] = values[number]


@njit(cache=True, nogil=True, inline="always")
def away_from(x: float, y: float, piece: NDArray[np.float64]) -> tuple[float, float]:
    """Return the distance to a straight piece and which side of it, -1 or 1 (kernel)."""
    ax, ay = piece[2] - piece[0], piece[3] - piece[1]
    px, py = x - piece[0], y - piece[1]
    share = (px * ax + py * ay) / max(ax * ax + ay * ay, 1e-12)
    share = min(1.0, max(0.0, share))
    side = 1.0 if ax * py - ay * px >= 0 else -1.0
    dx, dy = px - share * ax, py - share * ay
    return sqrt(dx * dx + dy * dy), side


@njit(cache=True, nogil=True)
def span_rows(
    piece: NDArray[np.float64], reach: float, rows: int, window: Window
) -> tuple[int, int]:
    """Return the rows of a window that come within reach of a straight piece (kernel)."""
    row0, _, fine, side = window
    top = first_pixel(side - max(piece[1], piece[3]) - reach, fine, row0)
    bottom = first_pixel(side - min(piece[1], piece[3]) + reach, fine, row0)
    return max(0, top), min(rows, bottom + 1)


@njit(cache=True, nogil=True)
def span_columns(
    piece: NDArray[np.float64], y: float, reach: float, columns: int, window: Window
) -> tuple[int, int]:
    """Return the columns of a window that can lie within reach of a piece on one row (kernel)."""
    _, column0, fine, _ = window
    x1, y1, x2, y2 = piece[0], piece[1], piece[2], piece[3]
    if y1 > y2:
        x1, y1, x2, y2 = x2, y2, x1, y1
    if y2 - y1 > 1e-9:
        rise = (x2 - x1) / (y2 - y1)
        low, high = min(max(y - reach, y1), y2), min(max(y + reach, y1), y2)
        x1, x2 = x1 + (low - y1) * rise, x1 + (high - y1) * rise
    left = first_pixel(min(x1, x2) - reach, fine, column0)
    right = first_pixel(max(x1, x2) + reach, fine, column0) + 1
    return max(0, left), min(columns, right)


@njit(cache=True, nogil=True)
def measure_rims(
    distance: NDArray[np.float32],
    owners: NDArray[Any],
    pieces: NDArray[np.float64],
    numbers: NDArray[np.int64],
    reach: float,
    window: Window,
) -> None:
    """Lower a distance to that of the nearest edge of the polygon that owns a pixel (kernel).

    Parameters
    ----------
    distance
        Dims (row, column), metres, lowered in place.
    owners
        Dims (row, column): number of the polygon that a pixel lies in.
    pieces
        Dims (piece, [x, y, x, y]): edges.
    numbers
        Dims (piece): number of the polygon that an edge bounds.
    reach
        Distances beyond it are left as they are.
    window
        The frame.
    """
    row0, column0, fine, side = window
    rows, columns = distance.shape
    for k in range(pieces.shape[0]):
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                if owners[i, j] == numbers[k]:
                    away, _ = away_from((column0 + j + 0.5) * fine, y, pieces[k])
                    distance[i, j] = min(distance[i, j], away)
