"""Outlines as pixels, by their centres: the same in every window of the endless grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelWindow:
    """A window of a scene's pixels; pixel (0, 0) has its upper left corner at (0, side_m)."""

    side_m: float
    """Side of the square scene."""
    gsd_m: float
    """Side of a pixel."""
    row0: int = 0
    """First row; may be negative."""
    column0: int = 0
    """First column; may be negative."""
    rows: int
    """Number of rows."""
    columns: int
    """Number of columns."""

    @classmethod
    def of_scene(cls, *, side_m: float, gsd_m: float) -> PixelWindow:
        """Return the window that is the whole scene."""
        count = round(side_m / gsd_m)
        return cls(side_m=side_m, gsd_m=gsd_m, rows=count, columns=count)

    def around(self, geometry: BaseGeometry) -> PixelWindow:
        """Return the window on the same grid that just holds a geometry; not clipped to this."""
        west, south, east, north = geometry.bounds
        top = int(np.floor((self.side_m - north) / self.gsd_m))
        bottom = int(np.ceil((self.side_m - south) / self.gsd_m))
        left, right = int(np.floor(west / self.gsd_m)), int(np.ceil(east / self.gsd_m))
        return PixelWindow(
            side_m=self.side_m, gsd_m=self.gsd_m, row0=top, column0=left,
            rows=max(bottom - top, 1), columns=max(right - left, 1),
        )  # fmt: skip


def fill_outline(
    raster: NDArray[np.uint8], outline: BaseGeometry, *, window: PixelWindow, value: int
) -> None:
    """Set the pixels whose centres lie in an outline, in place; holes are left alone.

    Parameters
    ----------
    raster
        Dims (row, column), uint8, of the window's shape.
    outline
        Polygons in local metres; points and lines cover no pixel.
    window
        Where the raster lies.
    value
        What to set.
    """
    for polygon in shapely.get_parts(outline):
        rings = shapely.get_rings(polygon)
        if polygon.is_empty or len(rings) == 0:
            continue
        edges = np.concatenate([_edges(ring) for ring in rings])
        place = (window.row0, window.column0, window.side_m, window.gsd_m)
        _fill(raster, edges, place, value)


def covered(outline: BaseGeometry, *, window: PixelWindow) -> NDArray[np.bool_]:
    """Return which pixels of a window have their centres in an outline, dims (row, column)."""
    raster = np.zeros((window.rows, window.columns), dtype=np.uint8)
    fill_outline(raster, outline, window=window, value=1)
    return raster.view(np.bool_)


def _edges(ring: BaseGeometry) -> NDArray[np.float64]:
    points = shapely.get_coordinates(ring)
    return np.hstack([points[:-1], points[1:]])


@njit(cache=True, nogil=True)
def _fill(
    raster: NDArray[np.uint8],
    edges: NDArray[np.float64],
    place: tuple[int, int, float, float],
    value: int,
) -> None:
    row0, column0, side, gsd = place
    rows, columns = raster.shape
    low = min(edges[:, 1].min(), edges[:, 3].min())
    high = max(edges[:, 1].max(), edges[:, 3].max())
    first = max(0, int(np.floor((side - high) / gsd)) - row0 - 1)
    last = min(rows, int(np.ceil((side - low) / gsd)) - row0 + 1)
    crossings = np.empty(edges.shape[0])
    for i in range(first, last):
        y = side - (row0 + i + 0.5) * gsd
        count = 0
        for edge in range(edges.shape[0]):
            y0, y1 = edges[edge, 1], edges[edge, 3]
            if (y0 <= y) != (y1 <= y):
                x0, x1 = edges[edge, 0], edges[edge, 2]
                crossings[count] = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
                count += 1
        ends = np.sort(crossings[:count])
        for pair in range(0, count - 1, 2):
            # A centre that lies on an edge belongs to the shape on its right: no seam, no overlap.
            start = int(np.ceil(ends[pair] / gsd - 0.5)) - column0
            stop = int(np.ceil(ends[pair + 1] / gsd - 0.5)) - column0
            for j in range(max(0, start), min(columns, stop)):
                raster[i, j] = value
