"""Vector layers of any common format, in longitude and latitude, where they claim to be."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Geod
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from earthwork.errors import InvalidValue, OutsideArea, UnreadableLayer, WrongReference
from earthwork.io.archives import kml_of, require_safe_archive
from earthwork.io.reference_fit import XYBounds, are_degrees, require_fit, spoken, swapped
from earthwork.io.xml_documents import parse_xml
from earthwork.model.grid import reproject

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".kmz", ".csv", ".fgb", ".zip")
"""Files that are read; GDAL's other drivers stay shut."""

INDEXED_SUFFIXES = (".gpkg", ".shp", ".fgb")
"""Files of which a part is read without the rest."""

ROW_COLUMN = "earthwork_row"
"""Column that holds each feature's number in the file, from 0, where a part of it was read."""

NEAR_KM = 20.0
"""A layer whose nearest feature lies farther from the area than this does not belong to it."""

LONGITUDE_HEADINGS = ("longitude", "lon", "long", "lng", "x")
"""Headings of a CSV file's longitude, whatever their case."""
LATITUDE_HEADINGS = ("latitude", "lat", "y")
"""Headings of a CSV file's latitude, whatever their case."""
SHAPE_HEADINGS = ("wkt", "geometry", "geom", "the_geom")
"""Headings of a CSV file's well-known text, whatever their case."""

_WGS84 = CRS.from_epsg(4326)
_GEOD = Geod(ellps="WGS84")
_LARGEST_KML_BYTES = 200_000_000


def read_layer(
    path: Path, *, area: BaseGeometry | None = None, layer: str | None = None
) -> geopandas.GeoDataFrame:
    """Read a vector layer in longitude and latitude (WGS 84).

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, shapefile (also zipped), KML, KMZ, FlatGeobuf, or CSV with a WKT
        column or longitude and latitude columns.
    area
        Area of the case, longitude and latitude. None reads without asking where the layer lies.
    layer
        Name of the layer in a file of several.

    Returns
    -------
    GeoDataFrame
        Two-dimensional, valid, non-empty geometries. ``attrs["decisions"]`` is a tuple of
        sentences: what was repaired, dropped, assumed.

    Raises
    ------
    UnreadableLayer
        If the file is absent, empty, of another format or holds no geometry.
    WrongReference
        If coordinates do not fit their reference system, or axes are swapped.
    OutsideArea
        If no feature lies in the area or within ``NEAR_KM`` of it.
    InvalidValue
        If there is no layer of that name.
    """
    path = Path(path)
    decisions: list[str] = []
    frame = read_unplaced(path, layer=layer, decisions=decisions)
    return place_layer(frame, path=path, area=area, decisions=decisions)


def place_layer(
    frame: geopandas.GeoDataFrame,
    *,
    path: Path,
    area: BaseGeometry | None = None,
    decisions: list[str],
) -> geopandas.GeoDataFrame:
    """Bring a layer that was read as it is into longitude and latitude, as ``read_layer`` does.

    Parameters
    ----------
    frame
        As ``read_unplaced`` gives it.
    path
        Its file, for messages.
    area
        Area of the case, longitude and latitude; None: it may lie anywhere.
    decisions
        Sentences are added to it.

    Raises
    ------
    UnreadableLayer
        If it holds no usable geometry.
    WrongReference
        If coordinates do not fit their reference system, or axes are swapped.
    OutsideArea
        If no feature lies in the area or within ``NEAR_KM`` of it.
    """
    frame = _repaired(_placed(frame, path, area, decisions), decisions)
    if frame.empty:
        raise UnreadableLayer("it holds no usable geometry", where=str(path))
    if area is not None:
        _require_near(frame, area, path)
    frame.attrs["decisions"] = tuple(decisions)
    return frame


def read_unplaced(path: Path, *, layer: str | None, decisions: list[str]) -> geopandas.GeoDataFrame:
    """Read a vector file as it is, in its own coordinates, whatever they are.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer in a file of several; None takes the first (of KML: all).
    decisions
        Sentences are added to it.

    Raises
    ------
    UnreadableLayer
        If the file is absent, empty, of another format or holds no feature with a geometry.
    InvalidValue
        If there is no layer of that name.
    """
    _require_vector_file(path)
    if path.suffix.lower() == ".csv":
        return _of_csv(path)
    with _readable(path) as source:
        names = _chosen_layers(source, path, layer, decisions)
        frames = [_one_layer(source, name, path, decisions) for name in names]
    frames = [frame for frame in frames if not frame.empty]
    if not frames:
        raise UnreadableLayer("it holds no feature", where=str(path), cause="an empty export")
    return geopandas.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def read_window(path: Path, *, area: BaseGeometry) -> tuple[geopandas.GeoDataFrame, int]:
    """Read the features of an indexed vector file whose bounds meet those of an area.

    Only the part asked for is read, whatever the size of the file.

    Parameters
    ----------
    path
        GeoPackage, shapefile or FlatGeobuf, which keep an index of place.
    area
        Longitude and latitude.

    Returns
    -------
    frame : GeoDataFrame
        As the file holds them, in its own coordinates, with ``ROW_COLUMN``: no row where nothing is
        there, or where the file is of another format, has several layers or names no reference
        system.
    count : int
        Features in the whole file; 0 where that is not known.
    """
    _require_vector_file(path)
    nothing = geopandas.GeoDataFrame(geometry=[], crs=None)
    if path.suffix.lower() not in INDEXED_SUFFIXES:
        return nothing, 0
    try:
        info = pyogrio.read_info(path)
        if info["crs"] is None or len(pyogrio.list_layers(path)) > 1:
            return nothing, 0
        bounds = reproject(area, source=_WGS84, target=CRS.from_user_input(info["crs"])).bounds
        frame = pyogrio.read_dataframe(path, bbox=bounds, on_invalid="ignore", fid_as_index=True)
    except (DataSourceError, DataLayerError, GEOSException, ValueError, WrongReference):
        return nothing, 0  # reading the whole says what is wrong with it
    if not isinstance(frame, geopandas.GeoDataFrame):
        return nothing, 0
    first = 1 if path.suffix.lower() == ".gpkg" else 0
    numbered = frame.reset_index(drop=True)
    numbered[ROW_COLUMN] = frame.index.to_numpy() - first
    return numbered, max(0, int(info["features"]))


def _require_vector_file(path: Path) -> None:
    if not path.is_file() or path.stat().st_size == 0:
        is_there = path.is_file()
        raise UnreadableLayer(
            "the file is empty" if is_there else "there is no such file",
            where=str(path),
            cause="a copy that did not finish" if is_there else "the path is misspelt or a folder",
        )
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableLayer(
            f"'{path.suffix}' is not read as a vector layer",
            where=str(path),
            choices=[f"files that end in {', '.join(SUFFIXES)}"],
        )


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        require_safe_archive(path)
    if suffix not in {".kml", ".kmz"}:
        yield path
        return
    content = kml_of(path) if suffix == ".kmz" else path.read_bytes()[:_LARGEST_KML_BYTES]
    try:
        parse_xml(content, where=str(path))
    except InvalidValue as error:
        raise UnreadableLayer(
            error.what, where=str(path), cause=error.cause, choices=error.choices
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "layer.kml"
        bare.write_bytes(content)
        yield bare


def _chosen_layers(source: Path, path: Path, layer: str | None, decisions: list[str]) -> list[str]:
    try:
        listed = pyogrio.list_layers(source)
    except (DataSourceError, DataLayerError) as error:
        raise _unreadable(path, error) from error
    names = [str(name) for name, kind in listed if kind is not None]
    if layer is not None:
        if layer not in names:
            raise InvalidValue(
                f"there is no layer '{layer}' with geometry", where=str(path), choices=names
            )
        return [layer]
    if not names:
        raise UnreadableLayer("it holds no layer with geometry", where=str(path), cause="a table")
    if len(names) == 1 or source.suffix.lower() == ".kml":
        return names
    decisions.append(
        f"The file holds {len(names)} layers ({', '.join(names[:6])}): the first was read."
    )
    return names[:1]


def _one_layer(source: Path, name: str, path: Path, decisions: list[str]) -> geopandas.GeoDataFrame:
    try:
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always")
            frame = pyogrio.read_dataframe(source, layer=name, on_invalid="ignore")
    except (DataSourceError, DataLayerError, GEOSException, ValueError) as error:
        raise _unreadable(path, error) from error
    decisions.extend(f"The reader remarked: {remark.message}" for remark in remarks)
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise UnreadableLayer("it holds no geometry", where=str(path), cause="a table")
    return frame


def _unreadable(path: Path, error: Exception) -> UnreadableLayer:
    return UnreadableLayer(
        f"it does not open as a vector layer: {error}",
        where=str(path),
        cause="another format under this name, or cut short",
        choices=[f"files that end in {', '.join(SUFFIXES)}"],
    )


def _of_csv(path: Path) -> geopandas.GeoDataFrame:
    try:
        table = pd.read_csv(path, sep=None, engine="python", encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    known = {str(name).strip().lower(): name for name in table.columns}
    shape, longitude, latitude = (
        next((known[word] for word in words if word in known), None)
        for words in (SHAPE_HEADINGS, LONGITUDE_HEADINGS, LATITUDE_HEADINGS)
    )
    if shape is not None:
        geometry: Any = shapely.from_wkt(table[shape].astype(str), on_invalid="ignore")
    elif longitude is not None and latitude is not None:
        columns = [pd.to_numeric(table[name], errors="coerce") for name in (longitude, latitude)]
        pairs = np.column_stack(columns).astype(np.float64)
        geometry = shapely.points(pairs)
        geometry[~np.isfinite(pairs).all(axis=1)] = None
    else:
        raise UnreadableLayer(
            "its headings name no coordinates",
            where=str(path),
            choices=[", ".join(w) for w in (SHAPE_HEADINGS, LONGITUDE_HEADINGS, LATITUDE_HEADINGS)],
        )
    return geopandas.GeoDataFrame(table, geometry=geometry, crs=None)


def _placed(
    frame: geopandas.GeoDataFrame, path: Path, area: BaseGeometry | None, decisions: list[str]
) -> geopandas.GeoDataFrame:
    held = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if len(held) < len(frame):
        decisions.append(f"{_features(len(frame) - len(held))} without geometry left out.")
    if held.empty:
        raise UnreadableLayer("none of its features has a geometry", where=str(path))
    bounds = _bounds(held)
    near = None if area is None else (area.centroid.x, area.centroid.y)
    crs = _reference(held, bounds, path, decisions)
    require_fit(bounds, crs, where=str(path), near=near)
    moved = held.set_crs(crs, allow_override=True).to_crs(_WGS84)
    return moved.set_geometry(shapely.force_2d(moved.geometry.to_numpy()))


def _reference(
    frame: geopandas.GeoDataFrame, bounds: XYBounds, path: Path, decisions: list[str]
) -> CRS:
    if frame.crs is not None:
        return CRS.from_user_input(frame.crs)
    if are_degrees(bounds):
        decisions.append("The file names no reference system: longitude and latitude are assumed.")
        return _WGS84
    raise WrongReference(
        f"it names no reference system, and its coordinates ({spoken(bounds)}) are not degrees",
        where=str(path),
        cause="the .prj file was lost, or a CSV holds metres",
        choices=["assign one: ogr2ogr -a_srs EPSG:…"],
    )


def _repaired(frame: geopandas.GeoDataFrame, decisions: list[str]) -> geopandas.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        decisions.append(f"{_features(int(broken.sum()))} with an invalid outline repaired.")
        shapes = np.where(broken, shapely.make_valid(shapes), shapes)
    kept = ~shapely.is_empty(shapes)
    return frame.set_geometry(shapes, crs=_WGS84)[kept].reset_index(drop=True)


def _bounds(frame: geopandas.GeoDataFrame) -> XYBounds:
    west, south, east, north = (float(value) for value in frame.total_bounds)
    return (west, south, east, north)


def _features(number: int) -> str:
    return f"{number} feature" if number == 1 else f"{number} features"


def _require_near(frame: geopandas.GeoDataFrame, area: BaseGeometry, path: Path) -> None:
    shapes = frame.geometry.to_numpy()
    distance_km = _distance_km(shapes, area)
    if distance_km <= NEAR_KM:
        return
    bounds = _bounds(frame)
    turned = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    if are_degrees(swapped(bounds)) and _distance_km(turned, area) <= NEAR_KM:
        raise WrongReference(
            f"it lies at {spoken(bounds)}, and in the area if x and y are exchanged",
            where=str(path),
            cause="axes look swapped: latitude was written before longitude",
            choices=["exchange x and y (ogr2ogr -swapxy) and give the file again"],
        )
    raise OutsideArea(
        f"none of its {len(frame)} features lies in the area or within {NEAR_KM:g} km of it: it"
        f" lies at {spoken(bounds)}, {distance_km:,.0f} km away",
        where=str(path),
        cause="a layer of another place under this name, or a wrong area",
        choices=["give the layer of this area", "check the area in case.toml"],
    )


def _distance_km(shapes: Any, area: BaseGeometry) -> float:
    nearest = shapes[int(np.argmin(shapely.distance(shapes, area)))]
    here, there = nearest_points(nearest, area)
    return float(_GEOD.inv(here.x, here.y, there.x, there.y)[2]) / 1000
