"""Single stages by the command line: files in, files out, and hard input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from pyproj import CRS
from shapely import LineString, box, to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.io.rasters import open_raster, write_raster
from earthwork.model.grid import Grid, reproject
from earthwork.model.raster import whole

from ..unit.scenery import rubble, town  # noqa: TID252 - the tests have no name of their own
from .commands import Ran, earthwork

SIDE = 384
DX, DY = 6, -4
"""What lies at (x, y) in the first picture lies at (x + DX, y + DY) in the second."""
UTM = CRS.from_epsg(32638)
PLACED = Grid(
    height=SIDE, width=SIDE, transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000), crs=UTM
)
PLAIN = Grid.of_pixels(height=SIDE, width=SIDE)
RAZED = [box(150, 150, 190, 190), box(220, 150, 250, 180)]
KEPT = [box(60 + 50 * i, 260, 84 + 50 * i, 290) for i in range(5)]


def scenes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    wide = town(SIDE + 40, SIDE + 40, seed=3)
    for lot in (*RAZED, *KEPT):
        west, south, east, north = (int(v) + 20 for v in lot.bounds)
        wide[south:north, west:east] = 215
    after = wide.copy()
    for lot in RAZED:
        west, south, east, north = (int(v) + 20 for v in lot.bounds)
        after[south:north, west:east] = rubble(north - south, east - west, seed=5)
    return wide[20:-20, 20:-20], after[20 - DY : 20 - DY + SIDE, 20 - DX : 20 - DX + SIDE]


def eight_bits(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("stages")
    for name, image in zip(("before", "after"), scenes(), strict=True):
        write_raster(base / f"{name}.tif", eight_bits(image)[None], PLACED)
        Image.fromarray(eight_bits(image)).save(base / f"{name}.png")
    Image.fromarray(eight_bits(scenes()[1])[:300, :340]).save(base / "small.jpg", quality=92)
    return base


def lonlat(pixels: BaseGeometry) -> BaseGeometry:
    return reproject(PLACED.to_map(pixels), source=UTM, target=CRS.from_epsg(4326))


def layer(path: Path, shapes: list[BaseGeometry], **properties: Any) -> Path:
    features = [
        {"type": "Feature", "geometry": json.loads(to_geojson(shape)),
         "properties": {"id": f"f{i}"} | properties}
        for i, shape in enumerate(shapes)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


# --- Images -------------------------------------------------------------------------------------


def test_two_pictures_side_by_side(folder: Path, tmp_path: Path) -> None:
    ran = earthwork("compare", folder / "before.png", folder / "after.png", "-o",
                    tmp_path / "deep" / "plate.png", "--before-date", "2031-08-14",
                    "--credit", "© A [Maker]", "--gsd-m", "0.5")  # fmt: skip
    assert ran.code == 0
    assert "14 Aug 2031" in ran.out
    assert "© A [Maker]" in ran.out
    assert "! The date of the second picture is unknown" in ran.err
    with Image.open(tmp_path / "deep" / "plate.png") as plate:
        assert min(plate.size) > 200


def test_pictures_of_unequal_size_are_compared_too(folder: Path, tmp_path: Path) -> None:
    plate = tmp_path / "plate.png"
    ran = earthwork("compare", folder / "before.png", folder / "small.jpg", "-o", plate)
    assert ran.code == 0
    assert plate.stat().st_size > 10_000
    assert "date unknown" in ran.out


def test_a_known_shift_is_recovered(folder: Path, tmp_path: Path) -> None:
    ran = earthwork("align", folder / "before.tif", folder / "after.tif",
                    "-o", tmp_path / "out" / "aligned.tif", "--report", tmp_path / "r" / "r.json",
                    "--field", tmp_path / "field.tif")  # fmt: skip
    assert ran.code == 0
    report = json.loads((tmp_path / "r" / "r.json").read_text())
    assert report["status"] in {"aligned", "partly_aligned"}
    assert (report["shift_x_px"], report["shift_y_px"]) == pytest.approx((DX, DY), abs=0.03)
    assert 0 < report["shares"]["assessed"] < 1
    with open_raster(tmp_path / "field.tif") as raster:
        knots = raster.read(whole(raster.grid))
        assert raster.grid.crs == PLACED.crs
    assert np.median(knots[:2], axis=(1, 2)) == pytest.approx((DX, DY), abs=0.03)
    assert np.nanmax(knots[2]) < 2
    with open_raster(tmp_path / "out" / "aligned.tif") as raster:
        aligned = raster.read(whole(raster.grid))[0].astype(float)
        assert raster.grid == PLACED
    inner = (slice(260, 320), slice(60, 300))
    first = eight_bits(scenes()[0])[inner].astype(float)
    assert np.abs(aligned[inner] - first).mean() < 1


def test_pictures_of_different_ground_are_not_assessed(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(eight_bits(town(SIDE, SIDE, seed=77, block=34))).save(other)
    ran = earthwork("align", folder / "before.png", other, "-o", tmp_path / "a.tif")
    assert ran.code == 3
    assert "could not be aligned" in ran.err
    assert "--marks" in ran.err
    assert not (tmp_path / "a.tif").exists()


def detected(ran: Ran, out: Path) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    assert "candidates" in ran.out
    made = json.loads((out / "candidates.geojson").read_text())
    assert all(f["properties"]["status"] == "candidate" for f in made["features"])
    with open_raster(out / "score.tif") as raster:
        score = raster.read(whole(raster.grid))[0]
        assert raster.grid.shape == PLACED.shape
    assert score.dtype == np.float32
    assert np.isnan(score).any()
    assert np.isfinite(score).mean() > 0.5
    return dict(made)


def test_detection_without_footprints(folder: Path, tmp_path: Path) -> None:
    ran = earthwork("detect", folder / "before.tif", folder / "after.tif", "-o", tmp_path)
    made = detected(ran, tmp_path)
    assert "earthwork:coordinates" not in made
    assert not (tmp_path / "buildings.geojson").exists()
    with open_raster(tmp_path / "score.tif") as raster:
        assert raster.grid == PLACED
    assert json.loads((tmp_path / "tie_points.geojson").read_text())["features"]


@pytest.mark.parametrize("counted_in", ["pixels", "degrees"])
def test_detection_with_footprints(folder: Path, tmp_path: Path, counted_in: str) -> None:
    in_pixels = counted_in == "pixels"
    lots = [*RAZED, *KEPT]
    given = layer(tmp_path / "f.geojson", lots if in_pixels else [lonlat(lot) for lot in lots])
    road = LineString([(10, 330), (370, 330)])
    roads = layer(tmp_path / "r.geojson", [road if in_pixels else lonlat(road)], width_m=6)
    suffix = "png" if in_pixels else "tif"
    ran = earthwork("detect", folder / f"before.{suffix}", folder / f"after.{suffix}",
                    "-o", tmp_path / "out", "--footprints", given, "--roads", roads,
                    "--footprints-predate")  # fmt: skip
    made = detected(ran, tmp_path / "out")
    assert ("earthwork:coordinates" in made) is in_pixels
    buildings = json.loads((tmp_path / "out" / "buildings.geojson").read_text())
    assert [f["properties"]["id"] for f in buildings["features"]] == [f"f{i}" for i in range(7)]
    states = [f["properties"]["state"] for f in buildings["features"]]
    assert set(states) <= {"standing", "damaged", "destroyed", "razed", "not_assessed"}
    scores = [f["properties"]["score"] for f in buildings["features"]]
    assert min(scores[:2]) > max(scores[2:])
    x = buildings["features"][0]["geometry"]["coordinates"][0][0][0]
    assert x == (190 if in_pixels else pytest.approx(45, abs=0.1))


def test_detection_holds_footprints_against_the_date_of_the_image(
    folder: Path, tmp_path: Path
) -> None:
    given = layer(tmp_path / "f.geojson", [lonlat(lot) for lot in (*RAZED, *KEPT)])
    command = ["detect", folder / "before.tif", folder / "after.tif", "-o", tmp_path / "out",
               "--footprints", given, "--footprints-date", "2012-03-04"]  # fmt: skip
    undated = earthwork(*command)
    assert "cannot be called razed: the before-image has no capture time" in undated.err
    late = earthwork(*command, "--before-date", "2011-01-01", "--after-date", "2011-06-01")
    assert "cannot be called razed: they are dated after both images" in late.err
    told = earthwork(*command, "--before-date", "2014-01-01", "--after-date", "2015-01-01")
    assert "cannot be called razed" not in told.err
    buildings = json.loads((tmp_path / "out" / "buildings.geojson").read_text())
    said = {f["properties"]["outline_dated"] for f in buildings["features"]}
    assert said == {"seen standing 4 Mar 2012 (content_date as stated)"}
    assert all(f["properties"]["support_before"] is not None for f in buildings["features"])


def test_a_picture_is_placed(folder: Path, tmp_path: Path) -> None:
    corners = [(0, 0), (SIDE, 0), (0, SIDE), (SIDE, SIDE), (100, 200)]
    rows = [f"{c},{r},{45 + c * 1e-5:.7f},{36 - r * 1e-5:.7f}" for c, r in corners]
    points = tmp_path / "p.csv"
    points.write_text("\n".join(["column,row,longitude,latitude", *rows]))
    out = tmp_path / "new" / "placed.tif"
    by_points = earthwork("place", folder / "before.png", "-o", out, "--points", points)
    assert by_points.code == 0
    with open_raster(out) as raster:
        outline = raster.grid.outline_lonlat()
    assert outline is not None
    assert outline.bounds == pytest.approx((45, 36 - 384e-5, 45 + 384e-5, 36), abs=1e-5)
    by_edges = earthwork("place", folder / "before.png", "-o", out, "--bounds", 45, 36, 45.1, 36.1)
    assert by_edges.code == 0
    assert f"placed: {out}" in by_edges.out
    with open_raster(out) as raster:
        assert raster.grid.shape == (SIDE, SIDE)
        assert raster.valid(whole(raster.grid)).all()


def test_what_a_picture_lacks_is_still_lacking_once_it_is_placed(tmp_path: Path) -> None:
    pixels = np.full((1, 50, 60), 90, dtype=np.uint8)
    pixels[:, :10] = 0
    write_raster(tmp_path / "p.tif", pixels, Grid.of_pixels(height=50, width=60), nodata=0)
    out = tmp_path / "placed.tif"
    assert earthwork("place", tmp_path / "p.tif", "-o", out, "--bounds", 45, 36, 46, 37).code == 0
    with open_raster(out) as raster:
        valid = raster.valid(whole(raster.grid))
    assert not valid[:10].any()
    assert valid[10:].all()


def geom(path: Path) -> Path:
    """Write a camera that looks straight down: 0.00001° a pixel, whatever the height."""
    offsets = {"line_off": 192, "line_scale": 192, "samp_off": 192, "samp_scale": 192,
               "lat_off": 36, "lat_scale": 0.00192, "long_off": 45, "long_scale": 0.00192,
               "height_off": 200, "height_scale": 100}  # fmt: skip
    terms = {"line_num": {2: -1.0}, "line_den": {0: 1.0}, "samp_num": {1: 1.0}, "samp_den": {0: 1}}
    rows = [f"{name}: {value}" for name, value in offsets.items()]
    for name, given in terms.items():
        rows += [f"{name}_coeff_{i:02d}: {given.get(i, 0)}" for i in range(20)]
    path.write_text("\n".join(rows) + "\ntype:  ossimRpcModel\npolynomial_format: B\n")
    return path


@pytest.mark.parametrize("over", ["level", "terrain"])
def test_an_image_is_brought_onto_the_map(folder: Path, tmp_path: Path, over: str) -> None:
    options: list[object] = []
    if over == "terrain":
        degrees = Grid(height=40, width=40, transform=Affine(0.001, 0, 44.98, 0, -0.001, 36.02),
                       crs=CRS.from_epsg(4326))  # fmt: skip
        heights = np.full((1, 40, 40), 210, dtype=np.float32)
        write_raster(tmp_path / "dem.tif", heights, degrees)
        options = ["--elevation", tmp_path / "dem.tif"]
    out = tmp_path / "new" / "ortho.tif"
    ran = earthwork("orthorectify", folder / "before.png", "-o", out, "--height-m", 200, "--camera",
                    geom(tmp_path / "c.geom"), "--gsd-m", "1", *options)  # fmt: skip
    assert ran.code == 0, ran.err
    assert ("dem.tif" if options else "level ground at 200 m") in ran.out
    with open_raster(out) as raster:
        outline = raster.grid.outline_lonlat()
        valid = raster.valid(whole(raster.grid))
        assert raster.grid.gsd_m == pytest.approx(1.0)
    assert outline is not None
    assert outline.centroid.x == pytest.approx(45, abs=1e-4)
    assert outline.centroid.y == pytest.approx(36, abs=1e-4)
    assert valid.mean() > 0.9


def test_pictures_of_different_ground_are_shown_as_they_are(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(eight_bits(town(SIDE, SIDE, seed=77, block=34))).save(other)
    ran = earthwork("compare", folder / "before.png", other, "-o", tmp_path / "p.png")
    assert ran.code == 0
    assert "could not be aligned, shown as they are" in ran.err


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "earthwork", "verify", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 4
    assert ran.stderr.startswith("error: ")
    assert "Traceback" not in ran.stderr


# --- Reports ------------------------------------------------------------------------------------

TEXT = (
    "Militants dug tunnels under the old city of Mosul, residents said on Friday.\n"
    "They built a berm along the southern edge of Mosul.\n"
)
KEYS = {"doc", "claim_id", "start", "end", "quote", "source", "source_kind", "kind", "polarity",
        "modality", "hedge", "place", "place_name", "place_lat", "place_lon", "when",
        "image_checkable", "same_as", "note", "progress"}  # fmt: skip


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_reports_are_read_into_claims(report: Path, tmp_path: Path) -> None:
    out, places, dates = (tmp_path / "o" / n for n in ("c.jsonl", "p.jsonl", "d.jsonl"))
    ran = earthwork("read", report, "-o", out, "--published", "2016-11-04", "--place",
                    "Mosul, Iraq", "--places", places, "--dates", dates)  # fmt: skip
    assert ran.code == 0
    claims = lines(out)
    assert {claim["kind"] for claim in claims} >= {"tunnel", "berm"}
    for claim in claims:
        assert set(claim) >= KEYS
        assert TEXT[claim["start"] : claim["end"]] == claim["quote"]
    assert {row["file"] for row in lines(places)} == {"report.txt"}
    assert lines(dates)


def test_one_broken_report_does_not_stop_the_others(report: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(bytes(range(256)) * 20)
    out = tmp_path / "c.jsonl"
    ran = earthwork("read", broken, report, tmp_path / "gone.txt", "-o", out)
    assert ran.code == 3
    assert "from 1 reports" in ran.out
    assert ran.err.count("! left out") == 2
    assert {claim["doc"] for claim in lines(out)} == {"report"}


def test_reports_of_one_name_keep_apart(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "x.txt", tmp_path / "b" / "x.txt", tmp_path / "x-2.txt"]
    for path in files:
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT + path.parent.name, encoding="utf-8")
    out = tmp_path / "c.jsonl"
    assert earthwork("read", *files, "-o", out).code == 0
    names = [claim["claim_id"] for claim in lines(out)]
    assert len(set(names)) == len(names)
    assert {claim["doc"] for claim in lines(out)} == {"x", "x-3", "x-2"}


@pytest.fixture
def claims(report: Path, tmp_path: Path) -> Path:
    out = tmp_path / "claims.jsonl"
    assert earthwork("read", report, "-o", out, "--place", "Mosul, Iraq", "--published",
                     "2016-11-04").code == 0  # fmt: skip
    return out


def verdicts(path: Path) -> dict[str, str]:
    return {f["claim_kind"]: f["verdict"] for f in json.loads(path.read_text())}


def test_judged_without_an_image(claims: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.json"
    ran = earthwork("judge", claims, "-o", out, "--as-of", "2016-11-05")
    assert ran.code == 0
    assert verdicts(out)["berm"] == "not_assessed"
    assert verdicts(out)["tunnel"] == "not_observable"
    assert "not observable" in ran.out


def mosul(path: Path) -> Path:
    """Write an image that covers Mosul, at 0.5 m in name only: a few pixels of 50 m."""
    grid = Grid(height=500, width=500, transform=Affine(50, 0, 320_000, 0, -50, 4_035_000), crs=UTM)
    write_raster(path, np.full((1, 500, 500), 90, dtype=np.uint8), grid)
    return path


def test_judged_by_what_a_reader_drew(claims: Path, tmp_path: Path) -> None:
    image = mosul(tmp_path / "mosul.tif")
    berm = LineString([(43.12, 36.28), (43.15, 36.28)])
    observed = layer(tmp_path / "seen.geojson", [berm], kind="berm")
    out = tmp_path / "f.json"
    ran = earthwork("judge", claims, "-o", out, "--observed", observed, "--reader", "R", "--image",
                    image, "--captured", "2016-11-03", "--as-of", "2016-11-05")  # fmt: skip
    assert ran.code == 0, ran.err
    assert verdicts(out)["tunnel"] == "not_observable"
    assert verdicts(out)["berm"] in {"supported", "partly_supported"}


def test_rows_that_cannot_be_judged_by_are_named(claims: Path, tmp_path: Path) -> None:
    image = mosul(tmp_path / "mosul.tif")
    observed = layer(tmp_path / "seen.geojson", [LineString([(43.12, 36.28), (43.15, 36.28)])],
                     kind="castle")  # fmt: skip
    ran = earthwork("judge", claims, "-o", tmp_path / "f.json", "--observed", observed, "--reader",
                    "R", "--image", image)  # fmt: skip
    assert ran.code == 3
    assert "left out: seen.geojson, feature 1" in ran.err
    assert "castle" in ran.err


def test_a_drawing_on_a_picture_without_place_counts_in_its_pixels(
    claims: Path, folder: Path, tmp_path: Path
) -> None:
    observed = layer(tmp_path / "seen.geojson", [box(10, 10, 60, 40)], kind="berm")
    out = tmp_path / "f.json"
    ran = earthwork("judge", claims, "-o", out, "--observed", observed, "--reader", "R",
                    "--image", folder / "before.png")  # fmt: skip
    assert ran.code == 0, ran.err
    assert verdicts(out)["berm"] == "not_assessed"


# --- Hard input ---------------------------------------------------------------------------------


def cut(source: Path, target: Path, share: float) -> Path:
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


Arguments = Callable[[Path, Path], list[object]]
HARD: dict[str, tuple[Arguments, str]] = {
    "truncated TIFF": (
        lambda f, t: ["align", f / "before.tif", cut(f / "after.tif", t / "x.tif", 0.5),
                      "-o", t / "a.tif"],
        "x.tif",
    ),
    "truncated JPEG": (
        lambda f, t: ["compare", f / "before.png", cut(f / "small.jpg", t / "x.jpg", 0.4),
                      "-o", t / "p.png"],
        "x.jpg",
    ),
    "header alone": (
        lambda f, t: ["detect", cut(f / "before.tif", t / "x.tif", 0.01), f / "after.tif",
                      "-o", t / "o"],
        "x.tif",
    ),
    "text as an image": (
        lambda f, t: ["compare", written(t / "x.tif", b"not pixels"), f / "after.tif",
                      "-o", t / "p.png"],
        "x.tif",
    ),
    "no such image": (
        lambda f, t: ["compare", t / "gone.tif", f / "after.tif", "-o", t / "p.png"],
        "gone.tif",
    ),
    "a folder as an image": (
        lambda f, t: ["align", t, f / "after.tif", "-o", t / "a.tif"],
        "",
    ),
    "footprints elsewhere": (
        lambda f, t: ["detect", f / "before.tif", f / "after.tif", "-o", t / "o", "--footprints",
                      layer(t / "f.geojson", [box(10, 50, 10.001, 50.001)])],
        "f.geojson",
    ),
    "roads elsewhere": (
        lambda f, t: ["detect", f / "before.tif", f / "after.tif", "-o", t / "o", "--roads",
                      layer(t / "r.geojson", [LineString([(10, 50), (11, 50)])])],
        "r.geojson",
    ),
    "footprints of degrees on a plain picture": (
        lambda f, t: ["detect", f / "before.png", f / "after.png", "-o", t / "o", "--footprints",
                      layer(t / "f.geojson", [lonlat(RAZED[0])])],
        "f.geojson",
    ),
    "placed by nothing": (
        lambda f, t: ["place", f / "before.png", "-o", t / "a.tif"],
        "--bounds",
    ),
    "placed by points that are none": (
        lambda f, t: ["place", f / "before.png", "-o", t / "a.tif", "--points",
                      written(t / "p.csv", b"a,b\n1,2\n")],
        "p.csv",
    ),
    "edges the wrong way round": (
        lambda f, t: ["place", f / "before.png", "-o", t / "a.tif", "--bounds", 46, 36, 45, 37],
        "",
    ),
    "orthorectified without a height": (
        lambda f, t: ["orthorectify", f / "before.png", "-o", t / "a.tif"],
        "--height-m",
    ),
    "orthorectified without a camera": (
        lambda f, t: ["orthorectify", f / "before.png", "-o", t / "a.tif", "--height-m", 200],
        "--camera",
    ),
    "a camera that is none": (
        lambda f, t: ["orthorectify", f / "before.png", "-o", t / "a.tif", "--height-m", 200,
                      "--camera", written(t / "c.geom", b"nothing: here\n")],
        "c.geom",
    ),
    "claims that are none": (
        lambda f, t: ["judge", written(t / "c.jsonl", b"{not json"), "-o", t / "f.json"],
        "c.jsonl",
    ),
    "claims that are a list": (
        lambda f, t: ["judge", written(t / "c.jsonl", b"[1, 2]\n"), "-o", t / "f.json"],
        "c.jsonl",
    ),
    "claims without their keys": (
        lambda f, t: ["judge", written(t / "c.jsonl", b'{"claim_id": "x-1"}\n'), "-o",
                      t / "f.json"],
        "x-1",
    ),
    "no claims at all": (
        lambda f, t: ["judge", t / "gone.jsonl", "-o", t / "f.json"],
        "gone.jsonl",
    ),
    "a drawing of nobody": (
        lambda f, t: ["judge", written(t / "c.jsonl", b""), "-o", t / "f.json", "--observed",
                      layer(t / "d.geojson", [box(1, 1, 2, 2)], kind="berm")],
        "--reader",
    ),
    "an impossible date": (
        lambda f, t: ["read", written(t / "r.txt", b"A wall."), "-o", t / "c.jsonl",
                      "--published", "2016-13-45"],
        "2016-13-45",
    ),
    "UTF-16 without its mark": (
        lambda f, t: ["read", written(t / "r.txt", ("Стена " * 99).encode("utf-16-le")),
                      "-o", t / "c.jsonl"],
        "r.txt",
    ),
    "a binary report": (
        lambda f, t: ["read", written(t / "r.txt", bytes(range(256)) * 9), "-o", t / "c.jsonl"],
        "r.txt",
    ),
    "an unknown example": (lambda f, t: ["sample", "nowhere", t / "x"], "mosul-2016"),
    "an example from no folder": (
        lambda f, t: ["sample", "mosul-2016", t / "x", "--from", t / "gone"],
        "--from",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HARD))
def test_hard_input_is_named_and_mended(folder: Path, tmp_path: Path, name: str) -> None:
    arguments, says = HARD[name]
    ran = earthwork(*arguments(folder, tmp_path))
    assert ran.code == 3, (ran.out, ran.err)
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert "likely cause" in ran.err or "valid choices" in ran.err


def test_an_example_that_cannot_be_brought(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = earthwork("sample", "mosul-2016", tmp_path / "x", "--from", tmp_path / "empty")
    assert ran.code == 7
    assert "not in the folder given" in ran.err


def test_an_output_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    written(tmp_path / "file", b"")
    ran = earthwork("compare", folder / "before.png", folder / "after.png", "-o",
                    tmp_path / "file" / "plate.png")  # fmt: skip
    assert ran.code == 1
    assert "the system refused" in ran.err


def test_a_stop_by_hand_says_that_work_is_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("earthwork.pipeline.comparing.compare_files", stopped)
    ran = earthwork("compare", folder / "before.png", folder / "after.png")
    assert ran.code == 130
    assert "what was finished is kept" in ran.err


def test_wrong_usage_is_told_apart(tmp_path: Path) -> None:
    assert earthwork("align", "one.tif").code == 2
    assert earthwork("show", tmp_path, "nonsense").code == 2
