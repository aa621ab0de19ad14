"""Candidates and buildings as GeoJSON: what detectors propose, marked as not reviewed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pyproj import CRS
from shapely import set_precision, to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.model.grid import Grid, reproject
from earthwork.model.observation import Building, Candidate

_WGS84 = CRS.from_epsg(4326)
_DEGREE_GRID = 1e-7
_PIXEL_GRID = 0.01
_PIXELS = "pixels of the before-image, x right, y down, from its upper left corner"
_NOTICE = (
    "Candidates proposed by detectors. None is an observation until a named reader accepts it;"
    " scores rank candidates of one pair and are not probabilities."
)


def candidates_geojson(candidates: Iterable[Candidate], *, grid: Grid) -> bytes:
    """Return candidates as GeoJSON, the highest score first.

    Parameters
    ----------
    candidates
        Geometries in the coordinates of ``grid``.
    grid
        The before-grid. With a reference system the output is in longitude and latitude (RFC 7946);
        without one it is in pixels, and a foreign member ``earthwork:coordinates`` says so.
    """
    ranked = sorted(candidates, key=lambda c: (-c.score, c.id))
    return _collection([_candidate(candidate, grid) for candidate in ranked], grid)


def buildings_geojson(buildings: Iterable[Building], *, grid: Grid) -> bytes:
    """Return buildings as GeoJSON in the order of their footprints; coordinates as they came in."""
    features = [_building(building) for building in buildings]
    in_pixels = not grid.is_georeferenced or _are_pixels(features)
    return _collection(features, grid, in_pixels=in_pixels)


def _candidate(candidate: Candidate, grid: Grid) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": candidate.id,
        "geometry": _geometry(candidate.geometry, grid),
        "properties": {
            "id": candidate.id,
            "kind": candidate.kind.value,
            "score": round(candidate.score, 6),
            "alternatives": {k.value: round(weight, 4) for k, weight in candidate.alternatives},
            "parts": {name: round(value, 6) for name, value in sorted(candidate.parts.items())},
            "before": candidate.before,
            "after": candidate.after,
            "area_m2": _rounded(candidate.area_m2),
            "length_m": _rounded(candidate.length_m),
            "status": "candidate",
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _geometry(geometry: BaseGeometry, grid: Grid) -> dict[str, Any]:
    if grid.crs is None:
        return _mapping(geometry, _PIXEL_GRID)
    return _mapping(reproject(geometry, source=grid.crs, target=_WGS84), _DEGREE_GRID)


def _mapping(geometry: BaseGeometry, step: float) -> dict[str, Any]:
    snapped = set_precision(geometry, step, mode="pointwise")
    kept: dict[str, Any] = json.loads(to_geojson(geometry if snapped.is_empty else snapped))
    return kept


def _building(building: Building) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": building.id,
        "geometry": json.loads(to_geojson(building.geometry)),
        "properties": {
            "id": building.id,
            "state": building.state.value,
            "score": None if building.score is None else round(building.score, 6),
            "reason": building.reason,
            "outline_dated": building.dated,
            "support_before": None if building.support is None else round(building.support, 3),
            "status": "candidate",
        },
    }


def _are_pixels(features: list[dict[str, Any]]) -> bool:
    numbers = [abs(n) for f in features for n in _numbers(f["geometry"]["coordinates"])]
    return any(n > 180 for n in numbers)  # noqa: PLR2004 - degrees end there


def _numbers(nested: Any) -> list[float]:
    if isinstance(nested, int | float):
        return [float(nested)]
    return [number for item in nested for number in _numbers(item)]


def _collection(
    features: list[dict[str, Any]], grid: Grid, *, in_pixels: bool | None = None
) -> bytes:
    counted_in_pixels = grid.crs is None if in_pixels is None else in_pixels
    collection: dict[str, Any] = {"type": "FeatureCollection", "earthwork:notice": _NOTICE}
    if counted_in_pixels:
        collection["earthwork:coordinates"] = _PIXELS
    collection["features"] = features
    return (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode()
