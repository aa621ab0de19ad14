from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from earthwork.errors import InvalidValue
from earthwork.io.cogs import CogWriter
from earthwork.io.rasters import open_raster
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import whole

GRID = Grid(
    height=700,
    width=1100,
    transform=Affine(0.5, 0, 500_000, 0, -0.5, 3_800_000),
    crs=CRS.from_epsg(32638),
)


def tiles(pixels: np.ndarray) -> list[tuple[Window, np.ndarray]]:
    return [(w, pixels[(slice(None), *w.slices)]) for w in GRID.tiles(side=512)]


def write_cog(path: Path, parts: list[tuple[Window, np.ndarray]], **how: Any) -> None:
    with CogWriter(path, GRID, **how) as writer:
        for window, pixels in parts:
            writer.write(window, pixels)


def noise(bands: int, dtype: str) -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.integers(0, 200, (bands, *GRID.shape)).astype(dtype)


def test_windows_come_back_as_they_were_and_the_file_is_cloud_optimised(tmp_path: Path) -> None:
    pixels = noise(3, "uint8")
    path = tmp_path / "a.tif"
    write_cog(path, tiles(pixels), dtype=np.uint8, bands=3,
              band_names=("red", "green", "blue"), tags={"SIMULATED": "yes"})  # fmt: skip
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1) == [2, 4]
        assert file.descriptions == ("red", "green", "blue")
        assert file.tags()["SIMULATED"] == "yes"
    with open_raster(path) as raster:
        assert raster.grid.transform == GRID.transform
        assert np.array_equal(raster.read(whole(GRID)), pixels)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.tif"]


def test_the_same_pixels_give_the_same_bytes(tmp_path: Path) -> None:
    pixels = noise(1, "float32")
    for name in ("a.tif", "b.tif"):
        write_cog(tmp_path / name, tiles(pixels), dtype=np.float32, bands=1, nodata=-1.0)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_overviews_of_codes_hold_codes_only(tmp_path: Path) -> None:
    pixels = np.where(noise(1, "uint8") > 100, 7, 2).astype(np.uint8)
    write_cog(tmp_path / "a.tif", tiles(pixels), dtype=np.uint8, bands=1, is_classes=True)
    with rasterio.open(tmp_path / "a.tif", overview_level=1) as file:
        assert set(np.unique(file.read())) <= {2, 7}


def test_windows_that_leave_a_gap_are_refused_and_leave_no_file(tmp_path: Path) -> None:
    pixels = noise(1, "uint8")
    with pytest.raises(InvalidValue, match="left out"):
        write_cog(tmp_path / "a.tif", tiles(pixels)[1:], dtype=np.uint8, bands=1)
    assert not list(tmp_path.iterdir())


def _broken_off(path: Path) -> None:
    with CogWriter(path, GRID, dtype=np.uint8, bands=1) as writer:
        writer.write(Window(row=0, column=0, height=1, width=1), np.zeros((1, 1, 1), np.uint8))
        raise ZeroDivisionError


def test_what_goes_wrong_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"older")
    with pytest.raises(ZeroDivisionError):
        _broken_off(path)
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"older"]
