from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from earthwork.errors import InvalidValue, OutsideArea, UnreadableLayer, WrongReference
from earthwork.io.footprints import FootprintLayer, read_footprint_layers, read_footprints
from earthwork.model.footprint_date import UNDATED
from earthwork.model.grid import Grid

GROUND = Grid(
    height=200, width=300, transform=Affine(0.5, 0, 330_000, 0, -0.5, 4_020_000),
    crs=CRS.from_epsg(32638),
)  # fmt: skip
PICTURE = Grid.of_pixels(height=200, width=300)
HOUSES_PX = [box(10, 20, 30, 50), box(100, 100, 120, 130)]
XBD = Path("../shared/data/buildings/santa-rosa-wildfire_00000000/labels.json")


def _write(path: Path, shapes: list, *, crs: object = 32638, **columns: list) -> Path:
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs).to_crs(4326).to_file(path)
    return path


def _write_pixels(path: Path, shapes: list, **properties: list) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {name: values[index] for name, values in properties.items()},
            "geometry": shape.__geo_interface__,
        }
        for index, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_ground_outlines_land_on_their_pixels(tmp_path: Path) -> None:
    houses = [GROUND.to_map(shape) for shape in HOUSES_PX]
    path = _write(tmp_path / "a.gpkg", houses, id=["h1", "h2"])
    found = read_footprints(path, grid=GROUND, content_date=date(2016, 1, 1))
    assert found.ids == ("h1", "h2")
    assert not found.is_pixels
    assert {d.spoken() for d in found.dates} == {
        "seen standing 1 Jan 2016 (content_date as stated)"
    }
    for shape, house in zip(found.shapes_px, HOUSES_PX, strict=True):
        assert shape.symmetric_difference(house).area < 1e-3
    assert 40 < found.originals[0].centroid.x < 45


def test_pixel_outlines_of_a_picture_without_place(tmp_path: Path) -> None:
    path = _write_pixels(tmp_path / "a.geojson", HOUSES_PX)
    found = read_footprints(path, grid=PICTURE)
    assert found.is_pixels
    assert found.ids == ("0", "1")
    assert found.shapes_px == tuple(HOUSES_PX)
    assert found.dates == (UNDATED, UNDATED)
    assert "count in pixels" in found.decisions[0]


def test_pixel_outlines_of_a_placed_image(tmp_path: Path) -> None:
    far = [*HOUSES_PX, box(250, 150, 290, 190)]
    found = read_footprints(_write_pixels(tmp_path / "a.geojson", far), grid=GROUND)
    assert found.is_pixels
    assert len(found.ids) == 3


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    bow = Polygon([(50, 50), (60, 60), (60, 50), (50, 60)])
    shapes = [*HOUSES_PX, Point(5, 5), bow, box(310, 10, 320, 20)]
    path = _write_pixels(tmp_path / "a.geojson", shapes, id=["a", "a", "b", "c", "d"])
    found = read_footprints(path, grid=PICTURE)
    assert found.ids == ("0", "1", "3")
    said = " ".join(found.decisions)
    for words in (
        "1 features that are no polygons",
        "1 invalid outlines",
        "1 footprints outside",
        "not unique",
    ):
        assert words in said


def test_refusals(tmp_path: Path) -> None:
    degrees = _write(tmp_path / "d.geojson", [GROUND.to_map(s) for s in HOUSES_PX])
    with pytest.raises(WrongReference, match="not pixels of an image"):
        read_footprints(degrees, grid=PICTURE)
    metres = _write_pixels(tmp_path / "m.geojson", [box(330_000, 4e6, 330_010, 4e6 + 9)])
    for grid in (PICTURE, GROUND):
        with pytest.raises(WrongReference):
            read_footprints(metres, grid=grid)
    points = _write_pixels(tmp_path / "p.geojson", [Point(1, 1), Point(9, 9)])
    with pytest.raises(UnreadableLayer, match="no polygon"):
        read_footprints(points, grid=PICTURE)
    beside = _write_pixels(tmp_path / "b.geojson", [box(301, 10, 330, 20)])
    with pytest.raises(OutsideArea, match="none of its 1"):
        read_footprints(beside, grid=PICTURE)
    near = _write(tmp_path / "n.geojson", [box(330_900, 4_019_900, 330_910, 4_019_910)])
    with pytest.raises(OutsideArea, match="none of its 1"):
        read_footprints(near, grid=GROUND)


def test_json_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    rows = [{"wkt": HOUSES_PX[0].wkt, "uid": "u1"}, {"wkt": HOUSES_PX[1].wkt, "uid": "u2"}]
    path.write_text(json.dumps({"features": {"xy": rows}}))
    found = read_footprints(path, grid=PICTURE)
    assert found.ids == ("u1", "u2")
    path.write_text(json.dumps({"features": {"xy": [{"wkt": "POLYGON (("}]}}))
    with pytest.raises(UnreadableLayer, match="well-known text"):
        read_footprints(path, grid=PICTURE)
    path.write_text("{broken")
    with pytest.raises(UnreadableLayer, match="does not open"):
        read_footprints(path, grid=PICTURE)
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1},'
        ' "geometry": {"type": "Polygon", "coordinates": []}}]}'
    )
    with pytest.raises(UnreadableLayer, match="geometry"):
        read_footprints(path, grid=PICTURE)


@pytest.mark.skipif(not XBD.is_file(), reason="the building labels are not on this machine")
def test_real_labels() -> None:
    found = read_footprints(XBD, grid=Grid.of_pixels(height=1024, width=1024, gsd_m=0.5))
    assert found.is_pixels
    assert len(found.ids) == 27


def _layers(tmp_path: Path) -> list[FootprintLayer]:
    first = _write(
        tmp_path / "one.gpkg", [GROUND.to_map(shape) for shape in HOUSES_PX], id=["a", "b"]
    )
    nudged = [box(11, 21, 31, 51), box(200, 20, 220, 40)]
    second = _write(
        tmp_path / "two.geojson",
        [GROUND.to_map(shape) for shape in nudged],
        id=["a", "c"],
        osm_timestamp=["2012-01-01T00:00:00Z", None],
        start_date=["1990", None],
    )
    return [
        FootprintLayer(file=first, content_date=date(2016, 1, 1)),
        FootprintLayer(file=second),
    ]


def test_layers_are_merged_and_a_building_is_kept_once_with_its_better_date(
    tmp_path: Path,
) -> None:
    found = read_footprint_layers(_layers(tmp_path), grid=GROUND)
    assert found.ids == ("b", "two:a", "c")
    assert found.dates[1].source == "OpenStreetMap's timestamp"
    assert found.dates[2].known is None
    said = " ".join(found.decisions)
    assert "1 buildings that two layers outline" in said
    assert "two: 1 of 2 footprints have no date" in said
    swapped = read_footprint_layers(_layers(tmp_path)[::-1], grid=GROUND)
    assert swapped.ids == ("two:a", "c", "b")


def test_what_the_left_out_record_warns_of_is_kept(tmp_path: Path) -> None:
    first = _write(tmp_path / "one.gpkg", [GROUND.to_map(HOUSES_PX[0])])
    second = _write(
        tmp_path / "two.gpkg", [GROUND.to_map(HOUSES_PX[0])], **{"razed:building": ["yes"]}
    )
    layers = [
        FootprintLayer(file=first, content_date=date(2012, 1, 1)),
        FootprintLayer(file=second),
    ]
    found = read_footprint_layers(layers, grid=GROUND)
    assert found.ids == ("one:0",)
    assert found.dates[0].gone is not None
    assert found.dates[0].known is not None


def test_layers_beside_the_image_are_passed_over_unless_all_are(tmp_path: Path) -> None:
    far = FootprintLayer(
        file=_write(tmp_path / "far.gpkg", [box(330_900, 4_019_900, 330_910, 4_019_910)])
    )
    found = read_footprint_layers([*_layers(tmp_path), far], grid=GROUND)
    assert "A layer was passed over" in found.decisions[0]
    with pytest.raises(OutsideArea):
        read_footprint_layers([far, far], grid=GROUND)
    with pytest.raises(InvalidValue):
        read_footprint_layers([], grid=GROUND)


def test_layers_in_pixels_and_degrees_come_out_in_degrees(tmp_path: Path) -> None:
    pixels = _write_pixels(tmp_path / "p.geojson", [box(200, 100, 240, 160)])
    found = read_footprint_layers([_layers(tmp_path)[0], FootprintLayer(file=pixels)], grid=GROUND)
    assert not found.is_pixels
    assert all(40 < shape.centroid.x < 50 for shape in found.originals)
    assert [round(shape.area) for shape in found.shapes_px] == [600, 600, 2400]
    alone = read_footprint_layers(
        [FootprintLayer(file=pixels), FootprintLayer(file=pixels)], grid=PICTURE
    )
    assert alone.ids == ("p1:0",)


def test_two_layers_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
    layers = [
        FootprintLayer(file=_write(tmp_path / "x" / "a.gpkg", [GROUND.to_map(HOUSES_PX[0])])),
        FootprintLayer(file=_write(tmp_path / "y" / "a.gpkg", [GROUND.to_map(HOUSES_PX[1])])),
    ]
    assert read_footprint_layers(layers, grid=GROUND).ids == ("a1:0", "a2:0")


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "geojson"])
def test_a_part_of_a_large_file_is_the_same_as_of_the_whole(tmp_path: Path, suffix: str) -> None:
    many = [box(10 * i, 10 * j, 10 * i + 6, 10 * j + 6) for i in range(-20, 50) for j in (-9, 3)]
    grounded = [GROUND.to_map(shape) for shape in many]
    path = _write(tmp_path / f"many.{suffix}", grounded)
    found = read_footprints(path, grid=GROUND)
    image = GROUND.to_map(box(0, 0, GROUND.width, GROUND.height))
    held = geopandas.read_file(path).to_crs(GROUND.crs).geometry  # FlatGeobuf keeps its own order
    expected = [str(row) for row in np.flatnonzero(held.intersects(image))]
    assert sorted(found.ids, key=int) == expected
    assert f"{len(many) - len(expected)} footprints outside" in " ".join(found.decisions)


def test_holes_parts_and_mixtures(tmp_path: Path) -> None:
    ring = box(10, 10, 60, 60) - box(20, 20, 50, 50)
    two = MultiPolygon([box(100, 100, 110, 110), box(120, 100, 130, 110)])
    mixed = GeometryCollection([box(150, 50, 160, 60), LineString([(150, 50), (170, 50)])])
    lines = GeometryCollection([LineString([(5, 5), (9, 9)])])
    path = _write_pixels(tmp_path / "a.geojson", [ring, two, mixed, lines])
    found = read_footprints(path, grid=PICTURE)
    assert [round(shape.area) for shape in found.shapes_px] == [1600, 200, 100]
    assert "1 features that are no polygons" in " ".join(found.decisions)
    empty = tmp_path / "e.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(UnreadableLayer):
        read_footprints(empty, grid=PICTURE)
