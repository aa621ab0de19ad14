"""Carriageways brought onto the pixels of an image, from lines or areas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from earthwork.errors import UnreadableLayer
from earthwork.io.layers import read_layer, read_unplaced
from earthwork.model.grid import Grid, reproject

ASSUMED_WIDTH_M = 7.0
"""Width taken for a road line that states none: two lanes."""
_ASSUMED_GSD_M = 0.5
_WIDTHS = ("width_m", "width")
_WGS84 = CRS.from_epsg(4326)


def read_carriageways(path: Path, *, grid: Grid) -> tuple[BaseGeometry, ...]:
    """Return road areas in pixels of a grid.

    Parameters
    ----------
    path
        Vector file of lines or areas: on the ground if the grid is, else in pixels. A ``width_m``
        or ``width`` column gives a line's width in metres, else ``ASSUMED_WIDTH_M`` is taken.
    grid
        Grid of the earlier image.

    Raises
    ------
    UnreadableLayer
        If the file holds neither lines nor areas.
    OutsideArea
        If the roads lie elsewhere.
    """
    area = grid.outline_lonlat()
    if area is None:
        frame = read_unplaced(path, layer=None, decisions=[])
    else:
        frame = read_layer(path, area=area)
    rows = [row for row in frame.to_dict("records") if row["geometry"] is not None]
    shapes = tuple(_carriageway(row, grid) for row in rows if row["geometry"].length > 0)
    if not shapes:
        raise UnreadableLayer(
            "it holds neither lines nor areas", where=str(path), cause="points, not roads"
        )
    return shapes


def _carriageway(row: dict[str, Any], grid: Grid) -> BaseGeometry:
    shape: BaseGeometry = row["geometry"]
    if grid.crs is not None:
        shape = grid.to_pixels(reproject(shape, source=_WGS84, target=grid.crs))
    if shape.area > 0:
        return shape
    return shape.buffer(_width_m(row) / 2 / (grid.gsd_m or _ASSUMED_GSD_M), cap_style="flat")


def _width_m(row: dict[str, Any]) -> float:
    for name in _WIDTHS:
        try:
            width_m = float(row[name])
        except (KeyError, TypeError, ValueError):
            continue  # the next column, or the assumed width
        if width_m > 0:
            return width_m
    return ASSUMED_WIDTH_M
