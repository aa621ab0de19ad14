"""Names from a case's own layers."""

from __future__ import annotations

from pathlib import Path

from shapely import LineString, Point, box

from earthwork.model.case import Layer, LayerRole
from earthwork.pipeline.naming import read_backdrop, read_places

from .small_case import make_case, write_layer

QUARTER = box(45.0, 36.0, 45.01, 36.01)
RIVER = LineString([(45.0, 36.0), (45.02, 36.02)])


def layer(role: LayerRole, file: Path, credit: str = "C") -> Layer:
    return Layer(role=role, file=file, content_date=None, credit=credit, terms="T")


def named(folder: Path) -> Layer:
    rows = [
        (QUARTER, {"name": "Old Town", "feature": "quarter"}),
        (RIVER, {"name": "Zahir", "feature": "river"}),
        (Point(45.005, 36.002), {"name": None, "feature": "quarter"}),
        (Point(45.006, 36.002), {"name": " ", "feature": "town"}),
        (Point(45.007, 36.002), {"feature": "lake"}),
    ]
    return layer(LayerRole.GAZETTEER, write_layer(folder / "places.geojson", rows))


def test_only_rows_with_a_name_are_places(tmp_path: Path) -> None:
    places = read_places(make_case(tmp_path, layers=(named(tmp_path),)))
    assert [place.name for place in places] == ["Old Town", "Zahir"]
    old_town = places[0]
    assert old_town.shape is not None
    assert old_town.shape.equals(QUARTER)
    assert QUARTER.contains(Point(old_town.longitude, old_town.latitude))


def test_the_backdrop_knows_roads_water_and_quarters(tmp_path: Path) -> None:
    roads = layer(
        LayerRole.ROADS, write_layer(tmp_path / "roads.geojson", [(RIVER, {"class": "main"})]), "R"
    )
    backdrop = read_backdrop(make_case(tmp_path, layers=(named(tmp_path), roads)))
    assert [name for name, _ in backdrop.quarters] == ["Old Town"]
    assert len(backdrop.water) == 2
    assert len(backdrop.roads) == 1
    assert backdrop.credit == "C (T); R (T)"


def test_a_layer_without_names_gives_none(tmp_path: Path) -> None:
    bare = layer(
        LayerRole.GAZETTEER,
        write_layer(tmp_path / "p.geojson", [(QUARTER, {"feature": "quarter"})]),
    )
    case = make_case(tmp_path, layers=(bare,))
    assert read_places(case) == ()
    assert read_backdrop(case).quarters == ()


def test_a_case_without_layers_has_no_backdrop(tmp_path: Path) -> None:
    backdrop = read_backdrop(make_case(tmp_path))
    assert (backdrop.roads, backdrop.water, backdrop.quarters) == ((), (), ())
    assert backdrop.credit is None
