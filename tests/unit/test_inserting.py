"""Works inserted into picture files: what is written, where it says it is, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from PIL import Image
from pyproj import CRS
from shapely import Point, box, contains_xy
from shapely.geometry import shape as shaped

from earthwork.errors import CaseBusy, InvalidValue, MissingProvenance
from earthwork.io.rasters import open_raster, read_array, write_raster
from earthwork.model.grid import Grid, reproject
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Angles
from earthwork.pipeline.inserting import (
    InsertionFiles,
    PictureFacts,
    in_picture,
    insert_into_file,
    read_works,
    resolve_quality,
    resolve_sun,
)
from earthwork.simulate.inserting.chance_works import ChanceOptions

GSD = 0.5
UTM = CRS.from_epsg(32638)
SUN = Angles(azimuth_deg=140, elevation_deg=45)
FEW = ChanceOptions(berms=1, trenches=0, mounds=1, craters=0, barrier_rows=1, roadblocks=1,
                    rubble=0, cleared=0)  # fmt: skip


def plain(*, bands: int = 3, side: int = 300, seed: int = 0) -> np.ndarray:
    """Return open ground with a rough built corner and a dark hut."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 1.2) * 8
    colour = np.array([120, 105, 90])[:bands, None, None]
    picture = colour + grain + rng.normal(0, 1, (bands, side, side))
    picture[:, :60, :60] = rng.uniform(30, 220, (1, 60, 60))
    for row, column in ((100, 100), (150, 220), (230, 60)):
        picture[:, row : row + 12, column : column + 18] = 190
        picture[:, row - 9 : row, column - 6 : column + 12] = 30
    return np.clip(picture, 0, 255).astype(np.uint8)


def utm_grid(side: int = 300) -> Grid:
    return Grid(
        height=side, width=side, transform=Affine(GSD, 0, 420_000, 0, -GSD, 1_700_000), crs=UTM
    )


def png(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(np.moveaxis(pixels, 0, -1)).save(path)
    return path


def features(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["features"]


def test_a_press_picture_gets_works_truth_and_a_record(tmp_path: Path) -> None:
    source = png(tmp_path / "press.png", plain())
    digest_before = source.read_bytes()
    told: list[str] = []
    result = insert_into_file(
        InsertionFiles(picture=source), output=tmp_path / "out",
        facts=PictureFacts(gsd_m=GSD, sun=SUN), seed=3, chance=FEW, note=told.append,
    )  # fmt: skip
    assert source.read_bytes() == digest_before
    assert result.picture.name == "press-inserted.png"
    with Image.open(result.picture) as picture:
        assert picture.text["EARTHWORK_SIMULATED"] == "yes"
        after = np.asarray(picture)
    truth = features(result.truth)
    assert len(truth) == result.works + result.decoys
    assert all(feature["properties"]["simulated"] for feature in truth)
    berm = next(f for f in truth if f["properties"]["kind"] == "berm")
    rows, columns = np.mgrid[:300, :300] + 0.5
    inside = contains_xy(shaped(berm["geometry"]), columns, rows)
    changed = (after != np.moveaxis(plain(), 0, -1)).any(axis=-1)
    assert changed[inside].mean() > 0.9
    record = json.loads((tmp_path / "out" / "insertion.json").read_text(encoding="utf-8"))
    assert record["simulated"] is True
    assert record["sun"]["how"] == "The sun is as stated."
    assert record["seed"] == 3
    assert told


def test_a_georeferenced_picture_keeps_its_kind_and_place(tmp_path: Path) -> None:
    grid = utm_grid()
    source = tmp_path / "scene.tif"
    write_raster(source, plain(bands=1).astype(np.uint16) * 10, grid)
    result = insert_into_file(
        InsertionFiles(picture=source),
        output=tmp_path / "out",
        facts=PictureFacts(sun=SUN),
        chance=FEW,
    )
    with open_raster(result.picture) as raster:
        assert raster.grid == grid
        assert raster.dtype == np.uint16
        assert raster.tags["EARTHWORK_SIMULATED"] == "yes"
    with open_raster(tmp_path / "out" / "heights.tif") as heights:
        assert read_array(heights).pixels.max() > 1
    here = grid.outline_lonlat()
    assert here is not None
    for feature in features(result.truth):
        assert here.buffer(1e-5).contains(shaped(feature["geometry"]))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    source = png(tmp_path / "press.png", plain())
    outs = []
    for name in ("one", "two"):
        insert_into_file(
            InsertionFiles(picture=source), output=tmp_path / name,
            facts=PictureFacts(gsd_m=GSD, sun=SUN), chance=FEW,
        )  # fmt: skip
        outs.append({p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())})
    assert outs[0] == outs[1]


def works_file(path: Path, rows: list[tuple[dict, dict]]) -> Path:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in rows
        ],
    }
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


LINE = {"type": "LineString", "coordinates": [[80, 200], [200, 180]]}
SPOT = {"type": "Point", "coordinates": [150, 150]}
AREA = {"type": "Polygon", "coordinates": [[[90, 90], [130, 90], [130, 130], [90, 130], [90, 90]]]}
GIVEN = [
    ({"kind": "berm", "height_m": 2.0}, LINE),
    ({"kind": "ditch_water"}, LINE),
    ({"kind": "earth_mound"}, SPOT),
    ({"kind": "crater", "radius_m": 4}, SPOT),
    ({"kind": "wall"}, LINE),
    ({"kind": "roadblock", "spacing_m": 4.0}, LINE),
    ({"kind": "ground_cleared"}, AREA),
    ({"kind": "rubble_on_road"}, AREA),
    ({"kind": "building_razed"}, AREA),
]


def test_works_are_read_in_pixels(tmp_path: Path) -> None:
    path = works_file(tmp_path / "works.geojson", GIVEN)
    grid = Grid.of_pixels(height=300, width=300, gsd_m=GSD)
    works = read_works(path, grid=grid, gsd_m=GSD)
    assert [work.kind for work in works] == [row["kind"] for row, _ in GIVEN]
    berm, ditch, mound, crater, wall, block = works[:6]
    assert berm.banks[0].height_m == 2.0
    assert berm.banks[0].line.coords[0] == (40.0, 50.0)
    assert ditch.banks[0].water
    assert ditch.banks[0].height_m < 0
    assert (mound.mounds[0].height_m > 0, crater.mounds[0].height_m < 0) == (True, True)
    assert crater.mounds[0].radius_m == 4
    assert len(wall.blocks) > len(block.blocks) > 10


@pytest.mark.parametrize(
    ("properties", "geometry", "words"),
    [
        ({}, LINE, "a work of kind"),
        ({"kind": "tunnel"}, LINE, "tunnel"),
        ({"kind": "berm"}, SPOT, "berm as a Point"),
        ({"kind": "berm", "height_m": "high"}, LINE, "height_m is 'high'"),
        ({"kind": "berm", "height_m": 0}, LINE, "height_m is 0"),
    ],
)
def test_works_that_cannot_be_drawn_are_refused(
    tmp_path: Path, properties: dict, geometry: dict, words: str
) -> None:
    path = works_file(tmp_path / "works.geojson", [({"note": "x", **properties}, geometry)])
    grid = Grid.of_pixels(height=300, width=300, gsd_m=GSD)
    with pytest.raises(InvalidValue, match=words):
        read_works(path, grid=grid, gsd_m=GSD)


def test_works_given_on_the_ground_land_there(tmp_path: Path) -> None:
    grid = utm_grid()
    spot = reproject(Point(420_075, 1_699_925), source=UTM, target=CRS.from_epsg(4326))
    mound = {"type": "Point", "coordinates": [spot.x, spot.y]}
    path = works_file(tmp_path / "works.geojson", [({"kind": "earth_mound"}, mound)])
    source = tmp_path / "scene.tif"
    write_raster(source, plain(), grid)
    result = insert_into_file(
        InsertionFiles(picture=source, works=path),
        output=tmp_path / "out",
        facts=PictureFacts(sun=SUN),
    )
    assert (result.works, result.decoys) == (1, 0)
    with open_raster(tmp_path / "out" / "labels.tif") as labels:
        rows, columns = np.nonzero(read_array(labels).pixels[0])
    assert (rows.mean(), columns.mean()) == pytest.approx((149.5, 149.5), abs=0.6)


def test_of_a_pair_only_the_later_picture_gets_works(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    ground = cv2.GaussianBlur(rng.uniform(0, 255, (340, 340)).astype(np.float32), (0, 0), 2.0)
    ground = np.clip((ground - ground.mean()) * 5 + 120, 0, 255).astype(np.uint8)
    before = png(tmp_path / "before.png", np.stack([ground[20:320, 20:320]] * 3))
    after = png(tmp_path / "after.png", np.stack([ground[12:312, 26:326]] * 3))
    path = works_file(tmp_path / "works.geojson", [({"kind": "earth_mound"}, SPOT)])
    insert_into_file(
        InsertionFiles(picture=after, works=path, before=before), output=tmp_path / "out",
        facts=PictureFacts(gsd_m=GSD, sun=SUN),
    )  # fmt: skip
    (there,) = features(tmp_path / "out" / "truth.geojson")
    (here,) = features(tmp_path / "out" / "truth-before.geojson")
    moved, given = shaped(there["geometry"]).centroid, shaped(here["geometry"]).centroid
    assert (given.x, given.y) == pytest.approx((150, 150), abs=0.3)
    assert (moved.x, moved.y) == pytest.approx((144, 158), abs=0.5)


def test_a_pair_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    first = png(tmp_path / "a.png", plain(seed=1))
    second = png(tmp_path / "b.png", np.full((3, 300, 300), 90, np.uint8))
    with pytest.raises(InvalidValue, match="could not be aligned"):
        insert_into_file(
            InsertionFiles(picture=first, before=second), output=tmp_path / "out",
            facts=PictureFacts(gsd_m=GSD, sun=SUN),
        )  # fmt: skip


def test_footprints_keep_works_off(tmp_path: Path) -> None:
    source = png(tmp_path / "press.png", plain())
    big = {"type": "Polygon", "coordinates": [[[0, 0], [300, 0], [300, 150], [0, 150], [0, 0]]]}
    houses = works_file(tmp_path / "houses.geojson", [({"id": "h1"}, big)])
    result = insert_into_file(
        InsertionFiles(picture=source, footprints=houses), output=tmp_path / "out",
        facts=PictureFacts(gsd_m=GSD, sun=SUN), chance=FEW,
    )  # fmt: skip
    for feature in features(result.truth):
        assert not shaped(feature["geometry"]).intersects(box(0, 0, 300, 149))


def test_without_a_pixel_size_nothing_is_drawn(tmp_path: Path) -> None:
    source = png(tmp_path / "press.png", plain())
    with pytest.raises(MissingProvenance, match="size of its pixels"):
        insert_into_file(InsertionFiles(picture=source), output=tmp_path / "out")


def test_degrees_are_refused(tmp_path: Path) -> None:
    grid = Grid(
        height=300,
        width=300,
        transform=Affine(5e-6, 0, 44.2, 0, -5e-6, 15.4),
        crs=CRS.from_epsg(4326),
    )
    write_raster(tmp_path / "degrees.tif", plain(), grid)
    with pytest.raises(InvalidValue, match="degrees"):
        insert_into_file(InsertionFiles(picture=tmp_path / "degrees.tif"), output=tmp_path / "out")


def test_a_picture_without_room_is_refused(tmp_path: Path) -> None:
    wild = np.random.default_rng(1).uniform(0, 255, (3, 200, 200)).astype(np.uint8)
    source = png(tmp_path / "wild.png", wild)
    with pytest.raises(InvalidValue, match="no work could be placed"):
        insert_into_file(
            InsertionFiles(picture=source),
            output=tmp_path / "out",
            facts=PictureFacts(gsd_m=GSD, sun=SUN),
        )


def test_the_sun_is_stated_else_told_from_shadows() -> None:
    grid = Grid.of_pixels(height=300, width=300, gsd_m=GSD)
    picture = ArrayRaster(grid=grid, pixels=plain())
    assert resolve_sun(picture, gsd_m=GSD, facts=PictureFacts(sun=SUN), is_in=grid)[0] == SUN
    sun, how, estimate = resolve_sun(
        picture,
        gsd_m=GSD,
        facts=PictureFacts(view=Angles(azimuth_deg=0, elevation_deg=80)),
        is_in=grid,
    )
    assert estimate is not None
    assert "shadows" in how
    assert 0 < sun.elevation_deg < 90
    blank = ArrayRaster(grid=grid, pixels=np.full((1, 300, 300), 90, np.uint8))
    sun, how, _ = resolve_sun(blank, gsd_m=GSD, facts=PictureFacts(), is_in=grid)
    assert sun.elevation_deg == 50
    assert "for lack of better" in how


def test_a_turned_picture_turns_its_sun() -> None:
    grid = utm_grid()
    assert in_picture(SUN, grid) == SUN
    place = Affine.translation(420_000, 1_700_000) @ Affine.rotation(-30)
    turned = Grid(height=10, width=10, crs=UTM, transform=place @ Affine.scale(GSD, -GSD))
    # Turned clockwise by 30°: its upward direction points to azimuth 30°.
    assert in_picture(SUN, turned).azimuth_deg == pytest.approx(110)


@pytest.mark.parametrize("quality", [40, 75, 90])
def test_the_quality_of_a_jpeg_is_read_from_its_table(tmp_path: Path, quality: int) -> None:
    path = tmp_path / "press.jpg"
    Image.fromarray(np.moveaxis(plain(), 0, -1)).save(path, quality=quality)
    assert resolve_quality(path) == pytest.approx(quality, abs=2)
    assert resolve_quality(tmp_path / "scene.tif") is None


def test_a_folder_of_another_picture_is_left_alone(tmp_path: Path) -> None:
    first, second = (png(tmp_path / f"{n}.png", plain(seed=n)) for n in (1, 2))
    facts = PictureFacts(gsd_m=GSD, sun=SUN)
    out = tmp_path / "out"
    insert_into_file(InsertionFiles(picture=first), output=out, facts=facts, chance=FEW)
    before = (out / "insertion.json").read_bytes()
    with pytest.raises(CaseBusy, match="another picture"):
        insert_into_file(InsertionFiles(picture=second), output=out, facts=facts, chance=FEW)
    assert (out / "insertion.json").read_bytes() == before
