"""Building footprints, brought onto the pixels of an image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import shapely
from pyproj import CRS
from shapely import box
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from earthwork.errors import OutsideArea, UnreadableLayer, WrongReference
from earthwork.io.layers import read_layer, read_unplaced
from earthwork.io.reference_fit import are_degrees
from earthwork.model.grid import Grid, reproject

_WGS84 = CRS.from_epsg(4326)
_OVERHANG = 0.5
_AREAL = frozenset({"Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprints:
    """Outlines of buildings as of one date."""

    ids: tuple[str, ...]
    """The features' own ids, else their number in the file, from 0."""
    shapes_px: tuple[BaseGeometry, ...]
    """Outlines in pixels of the image: x to the right, y downward, from its upper left corner."""
    originals: tuple[BaseGeometry, ...]
    """The same in longitude and latitude, or in pixels as given where ``is_pixels``."""
    is_pixels: bool
    """True if the file counts in pixels of the image."""
    content_date: date | None
    """Date of the file's content; None if unknown, and then no footprint makes a 'razed'."""
    decisions: tuple[str, ...] = ()
    """What was left out or assumed, in sentences."""


def read_footprints(path: Path, *, grid: Grid, content_date: date | None = None) -> Footprints:
    """Read building footprints onto an image.

    Coordinates are taken as pixels of the image where the image has no place on the ground, or
    where they cannot be longitude and latitude and fit into the image. JSON labels with
    ``features.xy`` (well-known text in pixels) are read too.

    Parameters
    ----------
    path
        A vector file (see ``read_layer``), or JSON labels in pixels.
    grid
        Grid of the earlier image.
    content_date
        Date of the file's content.

    Raises
    ------
    UnreadableLayer
        If the file is no vector layer or holds no polygon.
    WrongReference
        If degrees are given for an image without place, or coordinates do not fit their system.
    OutsideArea
        If no footprint lies in the image.
    """
    path = Path(path)
    decisions: list[str] = []
    frame = _labels(path)
    if frame is None:
        frame = _pixel_frame(path, grid, decisions)
    is_pixels = frame is not None
    if frame is None:
        area = grid.outline_lonlat()
        frame = read_layer(path, area=area)
        decisions.extend(frame.attrs["decisions"])
    frame = _polygons(frame, path, decisions)
    shapes = [_onto(shape, grid, is_pixels=is_pixels) for shape in frame.geometry]
    kept = _inside(shapes, grid, path, decisions)
    ids, originals = _ids(frame, decisions), list(frame.geometry)
    return Footprints(
        ids=tuple(ids[index] for index in kept),
        shapes_px=tuple(shapes[index] for index in kept),
        originals=tuple(originals[index] for index in kept),
        is_pixels=is_pixels,
        content_date=content_date,
        decisions=tuple(decisions),
    )


def _labels(path: Path) -> geopandas.GeoDataFrame | None:
    """Return outlines of JSON labels in pixels; None if the file is something else."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return None  # read_layer says what is wrong with it
    features = content.get("features") if isinstance(content, dict) else None
    rows = features.get("xy") if isinstance(features, dict) else None
    if not isinstance(rows, list):
        return None
    try:
        shapes = [shapely.from_wkt(row["wkt"]) for row in rows]
    except (KeyError, TypeError, GEOSException) as error:
        raise UnreadableLayer(
            f"its labels hold no well-known text: {error}", where=str(path), cause="another format"
        ) from error
    table: dict[str, Any] = {}
    if rows and all("uid" in row for row in rows):
        table["id"] = [row["uid"] for row in rows]
    return geopandas.GeoDataFrame(table, geometry=shapes, crs=None)


def _pixel_frame(path: Path, grid: Grid, decisions: list[str]) -> geopandas.GeoDataFrame | None:
    remarks: list[str] = []
    frame = read_unplaced(path, layer=None, decisions=remarks)
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if frame.empty:
        raise UnreadableLayer("none of its features has a geometry", where=str(path))
    west, south, east, north = (float(value) for value in frame.total_bounds)
    if grid.is_georeferenced and are_degrees((west, south, east, north)):
        return None
    fits = _image_box(grid, overhang=_OVERHANG).covers(box(west, south, east, north))
    if grid.is_georeferenced and not fits:
        return None
    if not fits or (not grid.is_georeferenced and max(east - west, north - south) < 1):
        raise WrongReference(
            f"its coordinates (x {west:g} to {east:g}, y {south:g} to {north:g}) are not pixels of"
            f" an image of {grid.width}×{grid.height}",
            where=str(path),
            cause="the footprints lie on the ground, and the image has no place there",
            choices=["place the image by bounds or control points", "footprints in pixels"],
        )
    decisions.extend([*remarks, "The footprints count in pixels of the earlier image."])
    return frame


def _image_box(grid: Grid, *, overhang: float) -> BaseGeometry:
    margin = overhang * max(grid.width, grid.height)
    return box(-margin, -margin, grid.width + margin, grid.height + margin)


def _polygons(
    frame: geopandas.GeoDataFrame, path: Path, decisions: list[str]
) -> geopandas.GeoDataFrame:
    areal = frame.geometry.geom_type.isin(_AREAL).to_numpy()
    if not areal.any():
        raise UnreadableLayer(
            "it holds no polygon", where=str(path), cause="points or lines, not footprints"
        )
    if not areal.all():
        decisions.append(f"{int((~areal).sum())} features that are no polygons were left out.")
    kept = frame[areal]
    broken = ~kept.geometry.is_valid
    if broken.any():
        decisions.append(f"{int(broken.sum())} invalid outlines were repaired.")
        kept = kept.set_geometry(shapely.make_valid(kept.geometry.to_numpy()), crs=kept.crs)
    return kept


def _onto(shape: BaseGeometry, grid: Grid, *, is_pixels: bool) -> BaseGeometry:
    if is_pixels or grid.crs is None:
        return shape
    return grid.to_pixels(reproject(shape, source=_WGS84, target=grid.crs))


def _inside(shapes: list[BaseGeometry], grid: Grid, path: Path, decisions: list[str]) -> list[int]:
    image = _image_box(grid, overhang=0)
    kept = [index for index, shape in enumerate(shapes) if shape.intersects(image)]
    if not kept:
        raise OutsideArea(
            f"none of its {len(shapes)} footprints lies in the image",
            where=str(path),
            cause="footprints of another place",
        )
    if len(kept) < len(shapes):
        decisions.append(f"{len(shapes) - len(kept)} footprints outside the image were left out.")
    return kept


def _ids(frame: geopandas.GeoDataFrame, decisions: list[str]) -> list[str]:
    column = next((name for name in frame.columns if str(name).lower() == "id"), None)
    numbers = [str(index) for index in frame.index]
    if column is None:
        return numbers
    given = [str(value) for value in frame[column]]
    if len(set(given)) == len(given) and frame[column].notna().all():
        return given
    decisions.append("Ids of the footprints are missing or not unique: they are numbered instead.")
    return numbers
