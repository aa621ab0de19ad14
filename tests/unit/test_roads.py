"""Carriageways in pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, Point, box

from earthwork.errors import OutsideArea, UnreadableLayer
from earthwork.io.roads import ASSUMED_WIDTH_M, read_carriageways
from earthwork.model.grid import Grid

from .small_case import GRID, lonlat, write_layer

LINE = LineString([(20, 80), (140, 80)])


@pytest.mark.parametrize(
    ("properties", "width_m"),
    [
        ({}, ASSUMED_WIDTH_M),
        ({"width_m": 12}, 12.0),
        ({"width": "9.5"}, 9.5),
        ({"width_m": "wide", "width": 4}, 4.0),
        ({"width_m": 0, "width": -1}, ASSUMED_WIDTH_M),
        ({"width_m": None}, ASSUMED_WIDTH_M),
    ],
)
def test_a_line_becomes_as_wide_as_it_says(
    tmp_path: Path, properties: dict[str, Any], width_m: float
) -> None:
    path = write_layer(tmp_path / "r.geojson", [(lonlat(LINE), properties)])
    (road,) = read_carriageways(path, grid=GRID)
    assert road.area == pytest.approx(120 * width_m / 0.5, rel=1e-2)
    assert road.centroid.distance(Point(80, 80)) < 0.5


def test_an_area_stays_as_it_is(tmp_path: Path) -> None:
    area = box(10, 20, 60, 34)
    path = write_layer(tmp_path / "r.geojson", [(lonlat(area), {"width_m": 99})])
    (road,) = read_carriageways(path, grid=GRID)
    assert road.equals_exact(area, 0.05)


@pytest.mark.parametrize(("gsd_m", "width_px"), [(1.0, 7.0), (None, 14.0)])
def test_on_a_picture_without_place_roads_count_in_pixels(
    tmp_path: Path, gsd_m: float | None, width_px: float
) -> None:
    grid = Grid.of_pixels(height=160, width=160, gsd_m=gsd_m)
    path = write_layer(tmp_path / "r.geojson", [(LINE, {}), (None, {})])
    (road,) = read_carriageways(path, grid=grid)
    assert road.bounds == pytest.approx((20, 80 - width_px / 2, 140, 80 + width_px / 2))


def test_points_are_no_roads(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "r.geojson", [(lonlat(Point(3, 3)), {})])
    with pytest.raises(UnreadableLayer, match="neither lines nor areas"):
        read_carriageways(path, grid=GRID)


def test_roads_of_another_place_are_refused(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "r.geojson", [(LineString([(10, 50), (10.1, 50)]), {})])
    with pytest.raises(OutsideArea):
        read_carriageways(path, grid=GRID)
