"""From a file to a scene."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from earthwork.errors import InvalidValue, MissingProvenance
from earthwork.io.rasters import open_raster
from earthwork.model.case import Bounds, SceneSource
from earthwork.model.grid import Grid, Window
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.model.raster import whole
from earthwork.model.scene import Scene
from earthwork.pipeline.opening import (
    grid_of,
    open_scene,
    prepare_scene,
    read_scene,
    sidecars,
    stated,
)
from earthwork.pipeline.plan import digest_of

from .scenery import town
from .small_case import GRID, bench, scene_source, write_image

PICTURE = Grid.of_pixels(height=100, width=120)
EDGES = Bounds(west=45.0, south=36.0, east=45.001, north=36.001)


def opened(source: SceneSource, out: Path) -> tuple[Scene, list[str]]:
    out.mkdir()
    at_hand, notes = bench()
    prepare_scene(source, digest=digest_of(source.file), bench=at_hand, out=out)
    return read_scene(out), notes


def picture(folder: Path, grid: Grid = PICTURE) -> Path:
    return write_image(folder / "p.tif", town(*grid.shape, seed=1), grid)


def geom(path: Path) -> Path:
    """Write a camera that looks straight down: 0.00001° a pixel, without regard to height."""
    offsets = {"line_off": 50, "line_scale": 50, "samp_off": 60, "samp_scale": 60, "lat_off": 36,
               "lat_scale": 0.0005, "long_off": 45, "long_scale": 0.0006, "height_off": 200,
               "height_scale": 100}  # fmt: skip
    terms = {"line_num": {2: -1.0}, "line_den": {0: 1.0}, "samp_num": {1: 1.0}, "samp_den": {0: 1}}
    lines = [f"{name}: {value}" for name, value in offsets.items()]
    for name, given in terms.items():
        lines += [f"{name}_coeff_{i:02d}: {given.get(i, 0)}" for i in range(20)]
    path.write_text("\n".join(lines) + "\ntype:  ossimRpcModel\npolynomial_format: B\n")
    return path


def test_a_placed_image_stays_where_it_is(tmp_path: Path) -> None:
    source = scene_source(write_image(tmp_path / "a.tif", town(160, 160, seed=1)))
    scene, _ = opened(source, tmp_path / "out")
    assert scene.grid == GRID
    assert scene.licence == source.licence
    assert not (tmp_path / "out" / "raster.tif").exists()
    at_hand, _ = bench()
    reader = at_hand
    with open_raster(source.file) as direct:
        reader = type(at_hand)(
            original=lambda digest: source.file, result=at_hand.result, note=at_hand.note
        )
        with open_scene(scene, tmp_path / "out", reader) as raster:
            window = Window(row=4, column=6, height=20, width=30)
            assert raster.grid == GRID
            assert raster.bands == 1
            assert raster.valid(window).all()
            np.testing.assert_array_equal(raster.read(window), direct.read(window))


def test_a_picture_is_placed_by_its_edges(tmp_path: Path) -> None:
    source = scene_source(picture(tmp_path), bounds=EDGES)
    scene, notes = opened(source, tmp_path / "out")
    outline = scene.grid.outline_lonlat()
    assert outline is not None
    assert outline.bounds == pytest.approx((45, 36, 45.001, 36.001), abs=1e-6)
    assert notes == list(scene.decisions)
    assert notes
    assert grid_of(source) == scene.grid


def test_a_picture_is_placed_by_points(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    rows = ["column,row,longitude,latitude"]
    corners = [(0, 0), (120, 0), (0, 100), (120, 100), (60, 50)]
    rows += [f"{c},{r},{45 + c * 1e-5:.7f},{36 - r * 1e-5:.7f}" for c, r in corners]
    points.write_text("\n".join(rows))
    source = scene_source(picture(tmp_path), control_points=points)
    scene, _ = opened(source, tmp_path / "out")
    outline = scene.grid.outline_lonlat()
    assert outline is not None
    assert outline.bounds == pytest.approx((45, 35.999, 45.0012, 36), abs=1e-5)
    assert sidecars(source) == (points,)


def test_an_image_in_sensor_geometry_is_brought_onto_the_map(tmp_path: Path) -> None:
    image = town(100, 120, seed=1)
    image[40:60, 40:60] = 0
    file = write_image(tmp_path / "p.tif", image, PICTURE)
    source = scene_source(
        file, camera_model=geom(tmp_path / "other.geom"), mean_height_m=200.0, gsd_m=1.0
    )
    scene, notes = opened(source, tmp_path / "out")
    assert any("level ground at 200 m" in note for note in notes)
    assert scene.grid.gsd_m == pytest.approx(1.0)
    at_hand, _ = bench()
    with open_scene(scene, tmp_path / "out", at_hand) as raster:
        window = whole(raster.grid)
        valid, pixels = raster.valid(window), raster.read(window)[0]
        assert raster.grid == scene.grid == grid_of(source)
    # What is black in the image is dark on the map, and not absent.
    middle = (slice(window.height // 2 - 3, window.height // 2 + 3),
              slice(window.width // 2 - 8, window.width // 2 - 4))  # fmt: skip
    assert pixels[middle].max() <= 3
    assert valid[middle].all()


def test_a_camera_without_a_height_is_refused(tmp_path: Path) -> None:
    source = scene_source(picture(tmp_path), camera_model=geom(tmp_path / "other.geom"))
    with pytest.raises(InvalidValue, match="no ground height"):
        opened(source, tmp_path / "out")
    with pytest.raises(InvalidValue, match="no ground height"):
        grid_of(source)


def test_a_picture_without_anything_keeps_its_pixels(tmp_path: Path) -> None:
    scene, _ = opened(scene_source(picture(tmp_path), gsd_m=0.5), tmp_path / "out")
    assert not scene.grid.is_georeferenced
    assert scene.gsd_m == 0.5


def test_no_picture_without_saying_whose_it_is(tmp_path: Path) -> None:
    source = scene_source(picture(tmp_path), licence=None)
    with pytest.raises(MissingProvenance) as caught:
        opened(source, tmp_path / "out")
    assert caught.value.where == "scene.after"


def delivered(folder: Path, **properties: Any) -> Path:
    file = picture(folder, GRID)
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "x",
        "properties": {"datetime": "2031-10-31T07:45:10Z"} | properties,
        "geometry": None,
        "links": [],
        "assets": {"image": {"href": file.name}},
    }
    (folder / "p.json").write_text(json.dumps(item))
    return file


def test_the_delivery_dates_an_image_better_than_the_case(tmp_path: Path) -> None:
    capture = Capture(interval=Interval.of_day(date(2031, 1, 1)), source="stated")
    scene, notes = opened(scene_source(delivered(tmp_path), capture=capture), tmp_path / "out")
    assert scene.capture.spoken() == "31 Oct 2031"
    assert any("the delivery's time is used" in note for note in notes)


def test_what_both_say_is_no_clash(tmp_path: Path) -> None:
    _, notes = opened(scene_source(delivered(tmp_path)), tmp_path / "out")
    assert not any("delivery's time" in note for note in notes)


def test_an_undated_image_stays_undated(tmp_path: Path) -> None:
    source = scene_source(picture(tmp_path), capture=UNKNOWN_CAPTURE)
    scene, _ = opened(source, tmp_path / "out")
    assert not scene.capture.is_known


def test_what_is_stated_names_no_path(tmp_path: Path) -> None:
    source = scene_source(picture(tmp_path), bounds=EDGES)
    words = json.dumps(stated(source))
    assert str(tmp_path) not in words
    assert "45.001" in words


def test_the_pixels_of_a_virtual_raster_are_copied(tmp_path: Path) -> None:
    write_image(tmp_path / "p.tif", town(*GRID.shape, seed=1), GRID)
    virtual = tmp_path / "p.vrt"
    virtual.write_text(
        f'<VRTDataset rasterXSize="{GRID.width}" rasterYSize="{GRID.height}">'
        '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">p.tif</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    scene, notes = opened(scene_source(virtual), tmp_path / "out")
    (tmp_path / "p.tif").unlink()
    at_hand, _ = bench({scene.digest: virtual})
    with open_scene(scene, tmp_path / "out", at_hand) as raster:
        assert raster.read(whole(raster.grid)).max() > 0
    assert any("copied" in note for note in notes)


def test_level_terrain_gives_what_its_height_gives(tmp_path: Path) -> None:
    path, camera = picture(tmp_path), geom(tmp_path / "p.geom")
    source = scene_source(path, camera_model=camera, mean_height_m=200.0)
    wide = Grid(
        height=20,
        width=20,
        transform=Affine(0.001, 0, 44.99, 0, -0.001, 36.01),
        crs=CRS.from_epsg(4326),
    )
    level = write_image(tmp_path / "level.tif", np.full((20, 20), 200, dtype=np.int16), wide)
    found = []
    for name, elevation in (("stated", None), ("given", level)):
        out = tmp_path / name
        out.mkdir()
        at_hand, notes = bench()
        prepare_scene(source, digest="0" * 64, bench=at_hand, out=out, elevation=elevation)
        with open_raster(out / "raster.tif") as raster:
            found.append(raster.read(whole(raster.grid)).astype(int))
        assert any(("level.tif" in note) is (elevation is not None) for note in notes)
    assert np.abs(found[0] - found[1]).max() <= 1
