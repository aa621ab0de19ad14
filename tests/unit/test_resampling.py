"""An image brought along a field is the same in windows as at once, in every dtype."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from earthwork.imagery import resampling
from earthwork.imagery.resampling import WarpedRaster, warp, whole_tiles
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.warp_field import WarpField

from .scenery import town

GRID = Grid.of_pixels(height=150, width=170)
DTYPES = ["uint8", "uint16", "int16", "int32", "float32", "float64"]


def bent(step: int = 16) -> WarpField:
    level = WarpField.level(GRID, dx=6.25, dy=-3.5, step_px=step)
    knots = level.knots.copy()
    rows, columns = np.mgrid[0 : knots.shape[1], 0 : knots.shape[2]]
    knots[0] += 0.25 * rows
    knots[1] += 0.125 * columns
    return replace(level, knots=knots)


def later(dtype: str = "uint8", *, bands: int = 1) -> ArrayRaster:
    image = town(160, 180, seed=2)
    scaled = image / 255 if dtype.startswith("float") else np.rint(np.clip(image, 0, 255))
    pixels = np.stack([scaled * (1 - 0.2 * band) for band in range(bands)]).astype(dtype)
    mask = np.ones((160, 180), bool)
    mask[40:60, 50:90] = False
    return ArrayRaster(grid=Grid.of_pixels(height=160, width=180), pixels=pixels, mask=mask)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_windows_hold_what_the_whole_holds_there(dtype: str) -> None:
    warped = WarpedRaster(raster=later(dtype, bands=3), field=bent())
    assert warped.grid == GRID
    assert warped.bands == 3
    pixels, mask = warped.sampled(whole(GRID))
    assert 0.5 < mask.mean() < 0.95
    for window in (
        Window(row=0, column=0, height=40, width=60),
        Window(row=37, column=53, height=71, width=90),
        Window(row=149, column=169, height=1, width=1),
    ):
        np.testing.assert_array_equal(warped.valid(window), mask[window.slices])
        inside = mask[window.slices]
        told = warped.read(window)[:, inside].astype(np.float64)
        held = pixels[:, *window.slices][:, inside].astype(np.float64)
        # where a window begins moves single-precision places by a few millionths of a pixel
        step = 0 if told.size == 0 else np.abs(told - held).max()
        assert step <= (2 if dtype != "float32" else 0.01)
        assert (told != held).mean() < 0.01 or dtype == "float32"


def test_tiles_put_together_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    once = warp(later(), bent(), grid=GRID)
    monkeypatch.setattr(resampling, "_TILE_PX", 64)
    assert len(whole_tiles(GRID)) == 9
    tiled = warp(later(), bent(), grid=GRID)
    np.testing.assert_array_equal(tiled.mask, once.mask)
    assert once.mask is not None
    apart = tiled.pixels[:, once.mask].astype(int) - once.pixels[:, once.mask]
    assert np.abs(apart).max() <= 2
    assert (apart != 0).mean() < 0.01


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_kind_of_number_keeps_its_kind_and_values(dtype: str) -> None:
    image = later(dtype)
    field = WarpField.level(GRID, dx=5.0, dy=7.0)
    told = warp(image, field, grid=GRID)
    assert told.pixels.dtype == np.dtype(dtype)
    expected = image.pixels[0, 7:157, 5:175]
    assert told.mask is not None
    held: NDArray[np.bool_] = told.mask
    np.testing.assert_array_equal(held[5:-5, 5:-5], image.mask[7:157, 5:175][5:-5, 5:-5])
    np.testing.assert_allclose(
        told.pixels[0][held].astype(float), expected[held].astype(float), atol=1e-5, rtol=1e-5
    )


@pytest.mark.parametrize(("dtype", "top"), [("uint8", 255), ("uint16", 4095), ("uint16", 65535)])
def test_cubic_overshoot_stays_within_the_numbers_there_are(dtype: str, top: int) -> None:
    """Next to a sharp edge cubic interpolation overshoots: bytes must not wrap around."""
    pixels = np.zeros((1, 60, 60), dtype)
    pixels[:, :, 30:] = top
    grid = Grid.of_pixels(height=60, width=60)
    image = ArrayRaster(grid=grid, pixels=pixels)
    told = warp(image, WarpField.level(grid, dx=0.5, step_px=16), grid=grid).pixels[0, 30]
    assert told[:27].max() == 0
    assert told[33:-1].min() == top
    assert (np.diff(told[25:34].astype(int))[1:-1] >= -0.1 * top).all()


def test_other_kinds_of_numbers_are_clipped_not_wrapped() -> None:
    pixels = np.zeros((1, 60, 60), np.int16)
    pixels[:, :, 30:] = 32767
    grid = Grid.of_pixels(height=60, width=60)
    image = ArrayRaster(grid=grid, pixels=pixels)
    told = warp(image, WarpField.level(grid, dx=0.5, step_px=16), grid=grid).pixels[0, 30]
    assert told.min() > -4000
    assert told[33:-1].min() > 30000


def test_a_window_that_the_image_does_not_reach_holds_nothing() -> None:
    warped = WarpedRaster(raster=later("uint16", bands=2), field=WarpField.level(GRID, dx=999.0))
    pixels, mask = warped.sampled(Window(row=0, column=0, height=9, width=8))
    assert pixels.shape == (2, 9, 8)
    assert pixels.dtype == np.uint16
    assert not mask.any()
