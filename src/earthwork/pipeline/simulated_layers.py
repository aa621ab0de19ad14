"""The layers of a simulated siege: streets, buildings and named places, as a case takes them in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely import set_precision, to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.io.osm_files import OsmWay, write_osm
from earthwork.simulate.cities.named_places import named_places
from earthwork.simulate.cities.network import street_graph
from earthwork.simulate.siege import Siege

_DEGREE_GRID = 1e-7

Rows = Iterable[tuple[BaseGeometry, Mapping[str, Any]]]
"""Geometries in longitude and latitude, each with its columns."""


def write_layers(siege: Siege, folder: Path) -> list[Path]:
    """Write streets (as lines, and as a network in OSM XML), footprints and named places.

    Footprints are those before the siege, with their true heights.
    """
    layers = folder / "layers"
    layers.mkdir(exist_ok=True)
    written = [
        write_geojson(layers / "footprints.geojson", _footprints(siege)),
        write_geojson(layers / "roads.geojson", _roads(siege)),
        write_geojson(layers / "places.geojson", _places(siege)),
    ]
    return [*written, _write_network(siege, layers / "roads.osm")]


def write_geojson(path: Path, rows: Rows) -> Path:
    """Write rows as one GeoJSON file (RFC 7946), coordinates to a centimetre."""
    features = [
        {"type": "Feature", "geometry": _mapping(geometry), "properties": dict(properties)}
        for geometry, properties in rows
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _mapping(geometry: BaseGeometry) -> Any:
    return json.loads(to_geojson(set_precision(geometry, _DEGREE_GRID, mode="pointwise")))


def _footprints(siege: Siege) -> Rows:
    for house in siege.city.footprints:
        columns = {"id": house.id, "height_m": round(house.height_m, 1), "use": house.use.value,
                   "quarter": house.quarter}  # fmt: skip
        yield siege.site.placed(house.outline), columns


def _roads(siege: Siege) -> Rows:
    for road in siege.city.roads:
        columns = {"id": road.id, "name": road.name, "width_m": road.width_m,
                   "class": road.road_class.value, "bridge": road.is_bridge}  # fmt: skip
        yield siege.site.placed(road.line), columns


def _places(siege: Siege) -> Rows:
    for place in named_places(siege.city, siege.site):
        yield place.geometry, {"name": place.entry.name, "feature": place.feature}


def _write_network(siege: Siege, path: Path) -> Path:
    graph = street_graph(siege.city.roads)
    nodes = shapely.get_coordinates(siege.site.placed(shapely.MultiPoint(graph.nodes)))
    write_osm(path, nodes, [OsmWay(nodes=way.nodes, tags=way.tags) for way in graph.ways])
    return path
