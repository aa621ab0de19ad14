"""Pairs and camera models that do not fit: refused by the command line, each with its reason."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning

from earthwork.io.rasters import open_raster, write_raster
from earthwork.model.grid import Grid
from earthwork.model.raster import whole

from ..unit.scenery import raster, town  # noqa: TID252 - the tests have no name of their own
from .commands import Ran, earthwork

SIDE = 384
HEIGHT_M = 200.0
RPC = {
    "LINE_OFF": "192", "SAMP_OFF": "192", "LINE_SCALE": "192", "SAMP_SCALE": "192",
    "LAT_OFF": "36.3", "LAT_SCALE": "0.002", "LONG_OFF": "43.1", "LONG_SCALE": "0.002",
    "HEIGHT_OFF": "200", "HEIGHT_SCALE": "100",
    "LINE_NUM_COEFF": " ".join(["0 0 -1"] + ["0"] * 17), "LINE_DEN_COEFF": "1" + " 0" * 19,
    "SAMP_NUM_COEFF": " ".join(["0 1 0 0.1"] + ["0"] * 16), "SAMP_DEN_COEFF": "1" + " 0" * 19,
}  # fmt: skip
"""A camera that looks down on 0.004° by 0.004°, leaning 0.19 px a metre."""
SCENE = town(SIDE, SIDE, seed=2)


def picture(path: Path, image: NDArray[np.generic]) -> Path:
    Image.fromarray(raster(image).pixels[0]).save(path)
    return path


def sensed(path: Path, *, longitude: float = 43.1) -> Path:
    """Write an image in sensor geometry with its camera as RPC tags."""
    tags = RPC | {"LONG_OFF": str(longitude)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", height=SIDE, width=SIDE, count=1, dtype="uint8"
        ) as file:
            file.write(raster(SCENE).pixels)
            file.update_tags(ns="RPC", **tags)
    return path


def heights(path: Path, *, west: float = 43.09, holes: float = 0.0) -> Path:
    """Write 0.02° of heights, of which the western part holds none."""
    grid = Grid(
        height=100, width=100, transform=Affine(2e-4, 0, west, 0, -2e-4, 36.31),
        crs=CRS.from_epsg(4326),
    )  # fmt: skip
    cells = np.full((1, 100, 100), HEIGHT_M, np.float32)
    cells[:, :, : round(100 * holes)] = -9999
    write_raster(path, cells, grid, nodata=-9999)
    return path


def laid(image: Path, out: Path, *more: object) -> Ran:
    return earthwork("orthorectify", image, "-o", out, "--height-m", HEIGHT_M, *more)


def refused(ran: Ran, *says: str) -> None:
    """Hold that a command ended as one whose input does not fit, and said all it should."""
    assert ran.code == 3, (ran.out, ran.err)
    assert "Traceback" not in ran.err
    for part in (*says, "likely cause", "valid choices"):
        assert part in ran.err, ran.err


# ---------------------------------------------------------------- camera and elevation


def test_images_whose_cameras_see_different_ground_share_none(tmp_path: Path) -> None:
    paths = []
    for name, longitude in (("a", 43.1), ("b", 43.2)):
        sensed(tmp_path / f"{name}.tif", longitude=longitude)
        paths.append(tmp_path / f"{name}-map.tif")
        assert laid(tmp_path / f"{name}.tif", paths[-1]).code == 0
    ran = earthwork("align", *paths, "-o", tmp_path / "out.tif")
    refused(ran, "could not be aligned", "their references place them apart", "--marks")
    assert not (tmp_path / "out.tif").exists()


def test_elevation_of_other_ground_is_refused(tmp_path: Path) -> None:
    dem = heights(tmp_path / "dem.tif", west=44.0)
    ran = laid(sensed(tmp_path / "a.tif"), tmp_path / "out.tif", "--elevation", dem)
    refused(ran, "holds no height for any of the ground", "it lies elsewhere, or has no data")
    assert not (tmp_path / "out.tif").exists()


def test_elevation_that_is_all_hole_is_refused(tmp_path: Path) -> None:
    dem = heights(tmp_path / "dem.tif", holes=1.0)
    ran = laid(sensed(tmp_path / "a.tif"), tmp_path / "out.tif", "--elevation", dem)
    refused(ran, "holds no height for any of the ground", "level ground at a mean height")


def test_holes_of_an_elevation_are_left_out_and_said(tmp_path: Path) -> None:
    image = sensed(tmp_path / "a.tif")
    whole_dem = heights(tmp_path / "whole.tif")
    holed = heights(tmp_path / "holed.tif", holes=0.5)
    plain = laid(image, tmp_path / "plain.tif", "--elevation", whole_dem)
    assert plain.code == 0
    assert "no height" not in plain.out
    ran = laid(image, tmp_path / "out.tif", "--elevation", holed)
    assert ran.code == 0
    assert "holds no height for 5" in ran.out
    assert "left out" in ran.out
    with open_raster(tmp_path / "out.tif") as file, open_raster(tmp_path / "plain.tif") as full:
        held, all_of_it = (r.valid(whole(r.grid)) for r in (file, full))
    assert not held[:, : held.shape[1] // 2 - 20].any()
    middle = held.shape[1] // 2 + 20
    np.testing.assert_array_equal(held[:, middle:], all_of_it[:, middle:])


def test_a_camera_of_another_image_is_named(tmp_path: Path) -> None:
    image = sensed(tmp_path / "a.tif")
    ran = earthwork("orthorectify", image, "-o", tmp_path / "out.tif", "--height-m", 900_000)
    refused(ran, "sees no ground")


# ---------------------------------------------------------------- pairs


PAIRS: dict[str, tuple[Callable[[], NDArray[np.generic]], str]] = {
    "mirrored": (lambda: SCENE[:, ::-1], "looks mirrored"),
    "upside down and mirrored": (lambda: SCENE[::-1], "looks mirrored"),
    "transposed": (lambda: SCENE.T, "looks transposed (rows and columns swapped)"),
    "another place": (lambda: town(SIDE, SIDE, seed=77, block=34), "different ground"),
    "one constant value": (lambda: np.full((SIDE, SIDE), 90.0), "one constant value"),
    "too small": (lambda: SCENE[:120], "160 are needed"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_that_does_not_fit_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    made, says = PAIRS[name]
    before = picture(tmp_path / "before.png", SCENE)
    after = picture(tmp_path / "after.png", np.ascontiguousarray(made()))
    ran = earthwork("align", before, after, "-o", tmp_path / "out.tif",
                    "--report", tmp_path / "r.json")  # fmt: skip
    refused(ran, "could not be aligned", says, "--marks")
    assert not (tmp_path / "out.tif").exists()
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["status"] == "not_aligned"
    assert says in report["reason"]
    assert report["shares"]["assessed"] == 0.0
    assert report["shares"]["not_aligned"] == 1.0


def test_nothing_is_detected_on_a_pair_that_does_not_fit(tmp_path: Path) -> None:
    before = picture(tmp_path / "before.png", SCENE)
    after = picture(tmp_path / "after.png", np.ascontiguousarray(SCENE[:, ::-1]))
    ran = earthwork("detect", before, after, "-o", tmp_path / "out")
    refused(ran, "could not be aligned", "looks mirrored")
    assert not (tmp_path / "out" / "candidates.geojson").exists()


@pytest.mark.parametrize("command", ["align", "detect"])
def test_one_file_given_twice_is_named(tmp_path: Path, command: str) -> None:
    before = picture(tmp_path / "before.png", SCENE)
    copied = tmp_path / "copy.png"
    copied.write_bytes(before.read_bytes())
    for after in (before, copied):
        ran = earthwork(command, before, after, "-o", tmp_path / "out")
        assert ran.code == 3
        assert "both files hold the same bytes" in ran.err
        assert str(after) in ran.err
        assert "one image given twice" in ran.err


def test_one_picture_in_two_files_is_aligned_and_said(tmp_path: Path) -> None:
    before = picture(tmp_path / "before.png", SCENE)
    write_raster(tmp_path / "after.tif", raster(SCENE).pixels, raster(SCENE).grid)
    ran = earthwork("align", before, tmp_path / "after.tif", "-o", tmp_path / "out.tif")
    assert ran.code == 0
    assert "the two files show the same picture" in ran.err
