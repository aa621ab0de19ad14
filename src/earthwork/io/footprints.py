"""Building footprints, brought onto the pixels of an image, each with the date of its content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import box
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue, OutsideArea, UnreadableLayer, WrongReference
from earthwork.io.footprint_dates import read_dates
from earthwork.io.layers import ROW_COLUMN, place_layer, read_unplaced, read_window
from earthwork.io.reference_fit import are_degrees
from earthwork.model.footprint_date import DateMeaning, FootprintDate
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Interval

_WGS84 = CRS.from_epsg(4326)
_OVERHANG = 0.5
_AREAL = frozenset({"Polygon", "MultiPolygon"})
_COLLECTION = "GeometryCollection"
SAME_BUILDING_IOU = 0.5
"""Two outlines of two layers that share more than this part of their union are one building."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprints:
    """Outlines of buildings, and what is known of when they stood."""

    ids: tuple[str, ...]
    """The features' own ids, else their number in the file, from 0; the layer's name before it
    where two layers share one."""
    shapes_px: tuple[BaseGeometry, ...]
    """Outlines in pixels of the image: x to the right, y downward, from its upper left corner."""
    originals: tuple[BaseGeometry, ...]
    """The same in longitude and latitude, or in pixels as given where ``is_pixels``."""
    is_pixels: bool
    """True if the file counts in pixels of the image."""
    dates: tuple[FootprintDate, ...]
    """What is known of when each building stood; of an unknown date none makes a 'razed'."""
    decisions: tuple[str, ...] = ()
    """What was left out or assumed, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintLayer:
    """One file of footprints, as a case names it."""

    file: Path
    """The file."""
    content_date: date | None = None
    """Day of the file's content as stated; None if unstated, and then each row's own date counts.
    """


def stated_date(content_date: date | None) -> FootprintDate | None:
    """Return the date that a case states of a whole layer; None where it states none."""
    if content_date is None:
        return None
    return FootprintDate(
        known=Interval.of_day(content_date),
        meaning=DateMeaning.EXISTED,
        source="content_date as stated",
    )


def read_footprints(path: Path, *, grid: Grid, content_date: date | None = None) -> Footprints:
    """Read building footprints onto an image.

    Coordinates are taken as pixels of the image where the image has no place on the ground, or
    where they cannot be longitude and latitude and fit into the image. JSON labels with
    ``features.xy`` (well-known text in pixels) are read too. Of an indexed file only what lies in
    the image is read.

    Parameters
    ----------
    path
        A vector file (see ``read_layer``), or JSON labels in pixels.
    grid
        Grid of the earlier image.
    content_date
        Day of the file's content as stated; None: each row's own date counts.

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
    frame, is_pixels, left_out = _frame(path, grid, decisions)
    frame = _polygons(frame, path, decisions)
    total = len(frame) + left_out
    frame, shapes = _onto(frame, grid, is_pixels=is_pixels)
    kept = _inside(shapes, grid, path, decisions, total=total)
    frame = frame.iloc[kept]
    return Footprints(
        ids=tuple(_ids(frame, decisions)),
        shapes_px=tuple(shapes[kept]),
        originals=tuple(frame.geometry),
        is_pixels=is_pixels,
        dates=read_dates(
            frame.drop(columns=frame.geometry.name),
            stated=stated_date(content_date),
            decisions=decisions,
        ),
        decisions=tuple(decisions),
    )


def read_footprint_layers(layers: Sequence[FootprintLayer], *, grid: Grid) -> Footprints:
    """Read several layers of footprints as one.

    A building that two layers outline is kept once, with the earlier of its dates; what either
    says of its construction or end is kept with it.

    Parameters
    ----------
    layers
        The files, the first the most trusted: of two dates alike, its outline is kept.
    grid
        Grid of the earlier image.

    Raises
    ------
    InvalidValue
        If there is no layer.
    UnreadableLayer, WrongReference
        If one of them cannot be used.
    OutsideArea
        If no footprint of any lies in the image.
    """
    if not layers:
        raise InvalidValue("no layer of footprints is named", choices=["one or more files"])
    read: dict[str, Footprints] = {}
    outside: list[OutsideArea] = []
    for name, layer in zip(_names(layers), layers, strict=True):
        try:
            read[name] = read_footprints(layer.file, grid=grid, content_date=layer.content_date)
        except OutsideArea as error:
            outside.append(error)
    if not read:
        raise outside[0]
    beside = [f"A layer was passed over: {error.what} ({error.where})." for error in outside]
    merged = _merged(read, grid)
    return replace(merged, decisions=(*beside, *merged.decisions))


def _names(layers: Sequence[FootprintLayer]) -> list[str]:
    stems = [layer.file.stem for layer in layers]
    return [
        stem if stems.count(stem) == 1 else f"{stem}{number}"
        for number, stem in enumerate(stems, start=1)
    ]


def _merged(read: dict[str, Footprints], grid: Grid) -> Footprints:
    if len(read) == 1:
        return next(iter(read.values()))
    is_pixels = all(layer.is_pixels for layer in read.values())
    ids = _distinct_ids(read)
    shapes = np.array([s for layer in read.values() for s in layer.shapes_px], dtype=object)
    originals = [
        shape if layer.is_pixels == is_pixels else _lonlat(shape, grid)
        for layer in read.values()
        for shape in layer.originals
    ]
    layer_of = np.repeat(np.arange(len(read)), [len(layer.ids) for layer in read.values()])
    dates = [date for layer in read.values() for date in layer.dates]
    kept, dates = _once(shapes, layer_of, dates)
    told = [f"{name}: {line}" for name, layer in read.items() for line in layer.decisions]
    if len(kept) < len(ids):
        told.append(
            f"{len(ids) - len(kept)} buildings that two layers outline are kept once, with the"
            " earlier date."
        )
    return Footprints(
        ids=tuple(ids[index] for index in kept),
        shapes_px=tuple(shapes[index] for index in kept),
        originals=tuple(originals[index] for index in kept),
        is_pixels=is_pixels,
        dates=tuple(dates[index] for index in kept),
        decisions=tuple(told),
    )


def _lonlat(shape: BaseGeometry, grid: Grid) -> BaseGeometry:
    if grid.crs is None:
        return shape
    return reproject(grid.to_map(shape), source=grid.crs, target=_WGS84)


def _distinct_ids(read: dict[str, Footprints]) -> list[str]:
    sets = [set(layer.ids) for layer in read.values()]
    counts: dict[str, int] = {}
    for one in sets:
        for name in one:
            counts[name] = counts.get(name, 0) + 1
    return [
        one if counts[one] == 1 else f"{name}:{one}"
        for name, layer in read.items()
        for one in layer.ids
    ]


def _once(
    shapes: NDArray[np.object_], layer_of: NDArray[np.intp], dates: list[FootprintDate]
) -> tuple[list[int], list[FootprintDate]]:
    """Return which outlines to keep of those that outline one building, and the dates to use."""
    kept = np.ones(len(shapes), dtype=bool)
    told = list(dates)
    for first, second in sorted(_pairs_of_one_building(shapes, layer_of)):
        if not (kept[first] and kept[second]):
            continue
        better, worse = (
            (second, first) if told[second].latest() < told[first].latest() else (first, second)
        )
        kept[worse] = False
        told[better] = told[better].warned_by(told[worse])
    return [int(index) for index in np.flatnonzero(kept)], told


def _pairs_of_one_building(
    shapes: NDArray[np.object_], layer_of: NDArray[np.intp]
) -> list[tuple[int, int]]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    chosen = layer_of[left] < layer_of[right]
    left, right = left[chosen], right[chosen]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    union = shapely.area(shapes[left]) + shapely.area(shapes[right]) - shared
    same = shared > SAME_BUILDING_IOU * union
    return list(zip(left[same].tolist(), right[same].tolist(), strict=True))


def _frame(
    path: Path, grid: Grid, decisions: list[str]
) -> tuple[geopandas.GeoDataFrame, bool, int]:
    """Return the features, whether they count in pixels, and how many were not read."""
    frame = _labels(path)
    if frame is not None:
        return frame, True, 0
    area = grid.outline_lonlat()
    if area is not None:
        near, count = read_window(path, area=area)
        if len(near):
            placed = place_layer(near, path=path, area=area, decisions=decisions)
            return placed, False, max(0, count - len(near))
    remarks: list[str] = []
    frame = read_unplaced(path, layer=None, decisions=remarks)
    decisions.extend(remarks)
    if _are_pixels(frame, path, grid):
        decisions.append("The footprints count in pixels of the earlier image.")
        return frame[~(frame.geometry.isna() | frame.geometry.is_empty)], True, 0
    return place_layer(frame, path=path, area=area, decisions=decisions), False, 0


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


def _are_pixels(frame: geopandas.GeoDataFrame, path: Path, grid: Grid) -> bool:
    """Tell whether features count in pixels of the image; refuse those that can count in nothing.

    Raises
    ------
    UnreadableLayer
        If no feature has a geometry.
    WrongReference
        If the image has no place, and the features do not lie in it.
    """
    held = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if held.empty:
        raise UnreadableLayer("none of its features has a geometry", where=str(path))
    west, south, east, north = (float(value) for value in held.total_bounds)
    if grid.is_georeferenced and are_degrees((west, south, east, north)):
        return False
    fits = _image_box(grid, overhang=_OVERHANG).covers(box(west, south, east, north))
    if grid.is_georeferenced and not fits:
        return False
    if not fits or (not grid.is_georeferenced and max(east - west, north - south) < 1):
        raise WrongReference(
            f"its coordinates (x {west:g} to {east:g}, y {south:g} to {north:g}) are not pixels of"
            f" an image of {grid.width}×{grid.height}",
            where=str(path),
            cause="the footprints lie on the ground, and the image has no place there",
            choices=["place the image by bounds or control points", "footprints in pixels"],
        )
    return True


def _image_box(grid: Grid, *, overhang: float) -> BaseGeometry:
    margin = overhang * max(grid.width, grid.height)
    return box(-margin, -margin, grid.width + margin, grid.height + margin)


def _polygons(
    frame: geopandas.GeoDataFrame, path: Path, decisions: list[str]
) -> geopandas.GeoDataFrame:
    broken = ~frame.geometry.is_valid
    if broken.any():
        decisions.append(f"{int(broken.sum())} invalid outlines were repaired.")
        frame = frame.set_geometry(shapely.make_valid(frame.geometry.to_numpy()), crs=frame.crs)
    frame = frame.set_geometry(_areal_parts(frame.geometry.to_numpy()), crs=frame.crs)
    areal = (frame.geometry.geom_type.isin(_AREAL) & ~frame.geometry.is_empty).to_numpy()
    if not areal.any():
        raise UnreadableLayer(
            "it holds no polygon", where=str(path), cause="points or lines, not footprints"
        )
    if not areal.all():
        decisions.append(f"{int((~areal).sum())} features that are no polygons were left out.")
    return frame[areal]


def _areal_parts(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes with the polygons alone of those that mix kinds, as a repair leaves them."""
    return np.array(
        [_areal_part(s) if s.geom_type == _COLLECTION else s for s in shapes], dtype=object
    )


def _areal_part(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in _AREAL]
    return shapely.union_all(parts) if parts else shape


def _onto(
    frame: geopandas.GeoDataFrame, grid: Grid, *, is_pixels: bool
) -> tuple[geopandas.GeoDataFrame, NDArray[np.object_]]:
    """Return the rows near the image and their outlines in its pixels; all rows if none is near."""
    if is_pixels or grid.crs is None:
        return frame, np.asarray(frame.geometry.to_numpy(), dtype=object)
    area = grid.outline_lonlat()
    near = (
        frame[shapely.intersects(box(*area.bounds), frame.geometry.to_numpy())] if area else frame
    )
    chosen = near if len(near) else frame.iloc[:1]
    moved = chosen.geometry.to_crs(grid.crs).to_numpy()
    back = ~grid.transform

    def to_pixels(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(back @ (xy[:, 0], xy[:, 1]))

    return chosen, np.asarray(shapely.transform(moved, to_pixels), dtype=object)


def _inside(
    shapes: NDArray[np.object_], grid: Grid, path: Path, decisions: list[str], *, total: int
) -> NDArray[np.intp]:
    kept = np.flatnonzero(shapely.intersects(_image_box(grid, overhang=0), shapes))
    if not kept.size:
        raise OutsideArea(
            f"none of its {total} footprints lies in the image",
            where=str(path),
            cause="footprints of another place",
        )
    if kept.size < total:
        decisions.append(f"{total - kept.size} footprints outside the image were left out.")
    return kept


def _ids(frame: geopandas.GeoDataFrame, decisions: list[str]) -> list[str]:
    column = next((name for name in frame.columns if str(name).lower() in {"id", "@id"}), None)
    rows = frame[ROW_COLUMN] if ROW_COLUMN in frame.columns else frame.index
    numbers = [str(row) for row in rows]
    if column is None:
        return numbers
    given = [str(value) for value in frame[column]]
    if len(set(given)) == len(given) and frame[column].notna().all():
        return given
    decisions.append("Ids of the footprints are missing or not unique: they are numbered instead.")
    return numbers
