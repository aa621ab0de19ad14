from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas
import pytest
from affine import Affine
from pyproj import CRS
from shapely import Point, Polygon, box

from earthwork.errors import OutsideArea, UnreadableLayer, WrongReference
from earthwork.io.footprints import read_footprints
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
    assert found.content_date == date(2016, 1, 1)
    for shape, house in zip(found.shapes_px, HOUSES_PX, strict=True):
        assert shape.symmetric_difference(house).area < 1e-3
    assert 40 < found.originals[0].centroid.x < 45


def test_pixel_outlines_of_a_picture_without_place(tmp_path: Path) -> None:
    path = _write_pixels(tmp_path / "a.geojson", HOUSES_PX)
    found = read_footprints(path, grid=PICTURE)
    assert found.is_pixels
    assert found.ids == ("0", "1")
    assert found.shapes_px == tuple(HOUSES_PX)
    assert found.content_date is None
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
