"""What a person says of the tie points of a pair: pinned by hand, or struck; GeoJSON.

A feature is a line from a place in the before-image to the same place in the after-image, or a
point at the place in the before-image. Each end stands where its own image's reference puts it on
the map, in degrees; for pictures without place, in pixels of each picture, which the foreign member
``"earthwork:coordinates": "pixels"`` of the collection says.

========= ==========================================================================================
status    meaning
========= ==========================================================================================
found     the method found it; passed over, for the method finds it again
pinned    a line, or a point with ``after_x`` and ``after_y`` in pixels of the after-image
struck    nothing found within ``radius_px`` (96 if left out) counts
========= ==========================================================================================

A line without a status is one that somebody drew: it is pinned. ``reader`` says who, for a feature
or for the whole collection.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely import MultiPoint

from earthwork.errors import InvalidValue, UnreadableLayer, WrongReference
from earthwork.model.grid import Grid, reproject
from earthwork.model.pair import TieMarks, TieOrigin, TiePoint

STRUCK_RADIUS_PX = 96.0
"""Radius within which nothing found counts, where a struck point does not say its own."""

_LARGEST_BYTES = 200_000_000
_WGS84 = CRS.from_epsg(4326)
_STATUSES = ("found", "pinned", "struck")
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString"}
_MADE = "earthwork align BEFORE AFTER -o ALIGNED --tie-points FILE, and edit that"

_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """One feature that a person set, its coordinates as they stand in the file."""

    where: str
    """The file and the feature's number."""
    is_pinned: bool
    """Pinned, or struck."""
    before: tuple[float, float]
    """Place in the before-image."""
    after: tuple[float, float] | None
    """Place in the after-image; None where the properties say it in pixels, or it is not asked."""
    properties: Mapping[str, Any]
    """What else the feature says."""


def read_tie_marks(path: Path, before: Grid, after: Grid) -> TieMarks:
    """Read which tie points a person pinned or struck.

    Parameters
    ----------
    path
        GeoJSON, as ``earthwork align --tie-points`` writes it and QGIS saves it.
    before, after
        Grids of the two images.

    Returns
    -------
    TieMarks
        In pixels of each image, in the order of the file. Several readers are joined by commas.

    Raises
    ------
    UnreadableLayer
        If the file is no GeoJSON.
    InvalidValue
        If a feature says too little, or lies outside its image; the message names the feature.
    WrongReference
        If degrees are given for a picture without place, or coordinates fit no reference system.
    """
    path = Path(path)
    collection = _collection(path)
    marked = [
        mark
        for number, feature in enumerate(collection["features"], start=1)
        if (mark := _marked(feature, f"{path}, feature {number}")) is not None
    ]
    reference = _reference(collection, path, (before, after))
    places = _in_pixels([m.before for m in marked], before, reference, path)
    lines = [m for m in marked if m.is_pinned and m.after is not None]
    ends = _in_pixels([m.after for m in lines if m.after is not None], after, reference, path)
    end_of = {mark.where: end for mark, end in zip(lines, ends, strict=True)}
    pinned, struck = [], []
    for mark, place in zip(marked, places, strict=True):
        _require_inside(place, before, "before", mark.where)
        if mark.is_pinned:
            pinned.append(_pin(mark, place, end_of.get(mark.where), after))
        else:
            struck.append((float(place[0]), float(place[1]), _radius(mark)))
    readers = (_reader(m.properties) or _reader(collection) for m in marked)
    return TieMarks(
        pinned=tuple(pinned),
        struck=tuple(struck),
        reader=", ".join(dict.fromkeys(r for r in readers if r)) or None,
    )


def _collection(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            read = json.loads(file.read(_LARGEST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UnreadableLayer(
            f"the tie points cannot be read ({error})",
            where=str(path),
            cause="absent, cut short, or another format than GeoJSON",
            choices=[_MADE],
        ) from error
    if isinstance(read, dict) and isinstance(read.get("features"), list):
        return read
    raise UnreadableLayer(
        "it is no GeoJSON collection of features",
        where=str(path),
        cause="another kind of JSON",
        choices=[_MADE],
    )


def _marked(feature: Any, where: str) -> _Marked | None:
    """Return what a person set; None for a point that the method found."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise UnreadableLayer("it is no GeoJSON feature", where=where, choices=[_MADE])
    properties = feature.get("properties") or {}
    geometry = feature.get("geometry") or {}
    status = _status(properties, geometry, where)
    if status == "found":
        return None
    ends = _ends(geometry, where)
    return _Marked(
        where=where,
        is_pinned=status == "pinned",
        before=ends[0],
        after=ends[-1] if len(ends) > 1 else None,
        properties=properties,
    )


def _status(properties: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> str:
    said = properties.get("status")
    status = "" if said is None else str(said).strip().lower()
    if status in _STATUSES:
        return status
    if status:
        raise InvalidValue(f"“{said}” is no status", where=where, choices=_STATUSES)
    if _kind(geometry) == "LineString" or _told(properties, "after_x"):
        return "pinned"
    raise InvalidValue(
        "a point without a status",
        where=where,
        cause="a line pins two places by its ends; of a point it must be said what it means",
        choices=["status = struck", "status = pinned, with after_x and after_y"],
    )


def _told(properties: Mapping[str, Any], name: str) -> bool:
    return properties.get(name) not in (None, "")


def _kind(geometry: Mapping[str, Any]) -> str:
    kind = str(geometry.get("type"))
    return _PARTS.get(kind, kind)


def _ends(geometry: Mapping[str, Any], where: str) -> list[tuple[float, float]]:
    """Return the point, or the first and the last point of the line."""
    kind, found = _kind(geometry), geometry.get("coordinates")
    if kind not in {"Point", "LineString"} or not isinstance(found, list):
        raise InvalidValue(
            f"a {geometry.get('type') or 'feature without geometry'} marks no tie point",
            where=where,
            choices=["a Point in the before-image", "a LineString from before to after"],
        )
    if geometry["type"] in _PARTS:
        if len(found) != 1:
            raise InvalidValue(f"it has {len(found)} parts", where=where, choices=["one part"])
        found = found[0]
    ends = [found] if kind == "Point" else [*found[:1], *found[1:][-1:]]
    if kind == "LineString" and len(ends) < 2:  # noqa: PLR2004 - two ends
        raise InvalidValue("a line of one point", where=where, choices=["before, then after"])
    return [_position(end, where) for end in ends]


def _position(numbers: Any, where: str) -> tuple[float, float]:
    if isinstance(numbers, list) and len(numbers) > 1:
        x, y = (_as_number(number) for number in numbers[:2])
        if math.isfinite(x) and math.isfinite(y):
            return x, y
    raise InvalidValue(f"{numbers} is no position", where=where, choices=["[x, y]"])


def _as_number(value: Any) -> float:
    """Return a finite number as it is, anything else as NaN."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _reference(collection: Mapping[str, Any], path: Path, grids: tuple[Grid, Grid]) -> CRS | None:
    """Return the reference system of the coordinates; None for pixels of each picture."""
    if str(collection.get("earthwork:coordinates", "")).startswith("pixels"):
        return None
    if all(grid.is_georeferenced for grid in grids):
        return _named(collection, path)
    numbers = list(
        _numbers([(f.get("geometry") or {}).get("coordinates") for f in collection["features"]])
    )
    if numbers and all(abs(number) <= 180 for number in numbers):  # noqa: PLR2004 - degrees
        raise WrongReference(
            "degrees for a picture without place",
            where=str(path),
            cause="a point was set on the map, or the file lost the word that it counts in pixels",
            choices=[
                '"earthwork:coordinates": "pixels" beside "features", if they are pixels',
                "earthwork place, for both pictures, if they are degrees",
            ],
        )
    return None


def _numbers(nested: Any) -> Iterator[float]:
    for item in nested if isinstance(nested, list) else ():
        if isinstance(item, int | float):
            yield float(item)
        else:
            yield from _numbers(item)


def _named(collection: Mapping[str, Any], path: Path) -> CRS:
    """Return the reference that older GeoJSON names (QGIS writes it), else that of RFC 7946."""
    crs = collection.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    if name is None or str(name).upper().endswith("CRS84"):
        return _WGS84
    try:
        return CRS.from_user_input(str(name))
    except CRSError as error:
        raise WrongReference(
            f"“{name}” is no reference system",
            where=str(path),
            cause="the member crs of the file",
            choices=["leave crs out: longitude and latitude, WGS 84"],
        ) from error


def _in_pixels(
    points: Sequence[tuple[float, float]], grid: Grid, reference: CRS | None, path: Path
) -> _Points:
    """Return points (n, 2) in pixels of an image."""
    placed = np.array(points, np.float64).reshape(-1, 2)
    if reference is None or not len(placed):
        # QGIS counts the rows of a picture without place upward, as negative numbers
        return np.column_stack([placed[:, 0], np.abs(placed[:, 1])])
    if grid.crs is None:
        raise AssertionError  # a reference is only given where both images have one
    try:
        onto = reproject(MultiPoint(placed), source=reference, target=grid.crs)
    except WrongReference as error:
        raise WrongReference(
            error.what, where=str(path), cause=error.cause, choices=["degrees: x east, y north"]
        ) from error
    pixels: _Points = shapely.get_coordinates(grid.to_pixels(onto))
    return pixels


def _pin(mark: _Marked, place: _Points, end: _Points | None, after: Grid) -> TiePoint:
    target = _stated_end(mark) if end is None else end
    _require_inside(target, after, "after", mark.where)
    return TiePoint(
        before_x=float(place[0]),
        before_y=float(place[1]),
        after_x=float(target[0]),
        after_y=float(target[1]),
        residual_px=0.0,
        origin=TieOrigin.PINNED,
    )


def _stated_end(mark: _Marked) -> _Points:
    target = np.array([_as_number(mark.properties.get(name)) for name in ("after_x", "after_y")])
    if np.isfinite(target).all():
        return target
    raise InvalidValue(
        "a pinned point does not say where it lies in the after-image",
        where=mark.where,
        cause="after_x or after_y is absent or no number",
        choices=["after_x and after_y, pixels of the after-image", "a line from before to after"],
    )


def _require_inside(point: _Points, grid: Grid, which: str, where: str) -> None:
    x, y = point
    if 0 <= x <= grid.width and 0 <= y <= grid.height:
        return
    raise InvalidValue(
        f"column {x:.1f}, row {y:.1f} lies outside the {which}-image",
        where=where,
        cause="set for other images, before and after exchanged, or latitude before longitude",
        choices=[f"columns 0 to {grid.width}, rows 0 to {grid.height}"],
    )


def _radius(mark: _Marked) -> float:
    if not _told(mark.properties, "radius_px"):
        return STRUCK_RADIUS_PX
    radius = _as_number(mark.properties["radius_px"])
    if math.isfinite(radius) and radius > 0:
        return radius
    raise InvalidValue(
        f"a radius of {mark.properties['radius_px']}", where=mark.where, choices=["pixels above 0"]
    )


def _reader(said: Mapping[str, Any]) -> str | None:
    reader = said.get("reader")
    return str(reader).strip() or None if reader is not None else None
