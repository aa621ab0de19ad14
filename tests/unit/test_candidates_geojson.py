"""Candidates and buildings as GeoJSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely import LineString, box
from shapely.geometry import shape

from earthwork.model.grid import Grid
from earthwork.model.observation import Building, Candidate
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.publishing.candidates import buildings_geojson, candidates_geojson

from .small_case import GRID, lonlat

PIXELS = Grid.of_pixels(height=160, width=160)


def candidate(name: str, score: float, **given: Any) -> Candidate:
    defaults: dict[str, Any] = {
        "id": name,
        "kind": Kind.BERM,
        "score": score,
        "geometry": LineString([(10, 10), (90.123456, 14)]),
    }
    return Candidate(**(defaults | given))


def building(geometry: Any, score: float | None = 0.25) -> Building:
    return Building(
        id="b1", state=BuildingState.DAMAGED, score=score, geometry=geometry, reason="texture"
    )


def test_the_highest_score_stands_first_and_each_is_a_candidate() -> None:
    rows = [candidate("b", 0.2), candidate("c", 0.9), candidate("a", 0.2)]
    layer = json.loads(candidates_geojson(rows, grid=PIXELS))
    assert [f["id"] for f in layer["features"]] == ["c", "a", "b"]
    assert {f["properties"]["status"] for f in layer["features"]} == {"candidate"}
    assert "None is an observation" in layer["earthwork:notice"]


def test_pixels_are_said_to_be_pixels() -> None:
    layer = json.loads(candidates_geojson([candidate("a", 1)], grid=PIXELS))
    assert layer["earthwork:coordinates"].startswith("pixels")
    assert layer["features"][0]["geometry"]["coordinates"][1] == [90.12, 14.0]


def test_on_the_ground_it_is_longitude_and_latitude() -> None:
    drawn = box(10, 10, 60, 40)
    row = candidate(
        "a",
        0.5,
        geometry=GRID.to_map(drawn),
        area_m2=375.04,
        alternatives=((Kind.TRENCH, 0.25),),
        parts={"b": 1.0, "a": 0.5},
    )
    layer = json.loads(candidates_geojson([row], grid=GRID))
    assert "earthwork:coordinates" not in layer
    (feature,) = layer["features"]
    assert shape(feature["geometry"]).hausdorff_distance(lonlat(drawn)) < 2e-7
    assert feature["properties"]["area_m2"] == 375.0
    assert feature["properties"]["length_m"] is None
    assert feature["properties"]["alternatives"] == {"trench": 0.25}
    assert list(feature["properties"]["parts"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("grid", "geometry", "is_pixels"),
    [
        (PIXELS, box(10, 10, 30, 30), True),
        (GRID, box(10, 10, 300, 300), True),
        (GRID, lonlat(box(10, 10, 30, 30)), False),
    ],
)
def test_buildings_say_what_they_count_in(grid: Grid, geometry: Any, is_pixels: bool) -> None:
    layer = json.loads(buildings_geojson([building(geometry)], grid=grid))
    assert ("earthwork:coordinates" in layer) is is_pixels
    (feature,) = layer["features"]
    assert shape(feature["geometry"]).equals(geometry)
    assert feature["properties"]["state"] == "damaged"


def test_what_was_not_assessed_has_no_score() -> None:
    (feature,) = json.loads(buildings_geojson([building(box(0, 0, 9, 9), None)], grid=PIXELS))[
        "features"
    ]
    assert feature["properties"]["score"] is None
