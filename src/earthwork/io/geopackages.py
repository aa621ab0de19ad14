"""GeoPackages written from plain features: one file that opens in QGIS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue

_CHANGED = "1980-01-01T00:00:00.000Z"
_FAMILIES = ("Point", "LineString", "Polygon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row of a layer."""

    geometry: BaseGeometry
    """Longitude and latitude, WGS 84."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Columns."""


def write_geopackage(path: Path, layers: Mapping[str, Iterable[Feature]]) -> None:
    """Write layers of features to a GeoPackage, in longitude and latitude.

    A layer that mixes points, lines and areas is split in three, named ``x_point``, ``x_line`` and
    ``x_area``, since desktop programs style one kind of geometry at a time.

    Parameters
    ----------
    path
        File to write; an older one is replaced.
    layers
        Layer name to its features; an empty layer is left out.

    Raises
    ------
    InvalidValue
        If there is no feature at all.
    """
    split = {
        name: rows
        for title, features in layers.items()
        for name, rows in _by_family(title, tuple(features)).items()
    }
    if not split:
        raise InvalidValue("there is nothing to write", where=str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with _stamped():
        for name, rows in split.items():
            frame = geopandas.GeoDataFrame(
                [dict(row.properties) for row in rows],
                geometry=[row.geometry for row in rows],
                crs="EPSG:4326",
            )
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")


@contextmanager
def _stamped() -> Iterator[None]:
    """Write one and the same time of change into every file: the same rows, the same bytes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CHANGED})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _by_family(title: str, features: tuple[Feature, ...]) -> dict[str, list[Feature]]:
    families: dict[str, list[Feature]] = {}
    for feature in features:
        families.setdefault(feature.geometry.geom_type.removeprefix("Multi"), []).append(feature)
    if len(families) <= 1:
        return {title: list(features)} if features else {}
    words = dict(zip(_FAMILIES, ("point", "line", "area"), strict=True))
    return {f"{title}_{words.get(name, 'mixed')}": rows for name, rows in families.items()}
