"""Pairs brought onto one grid, written and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon, box

from earthwork.io.rasters import open_raster
from earthwork.model.grid import Grid
from earthwork.model.pair import AlignmentStatus, AssessedMask
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.vocabulary import Unassessed
from earthwork.pipeline.pairing import (
    align,
    assessed_share,
    masked_pixels,
    open_aligned,
    read_aligned,
    read_field,
    read_mask,
    read_reasons,
    read_registration,
    write_pair,
)

from .scenery import town
from .small_case import GRID, lonlat

LARGE = replace(GRID, height=384, width=384)
"""The least on which enough places agree."""
SHIFT = (3, -2)
"""Columns and rows by which the later picture is moved."""


def shifted(seed: int = 3) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    wide = town(424, 424, seed=seed)
    dx, dy = SHIFT
    return wide[20:404, 20:404], wide[20 - dy : 404 - dy, 20 - dx : 404 - dx]


def as_raster(image: NDArray[np.float32], dtype: str, grid: Grid = LARGE) -> ArrayRaster:
    scaled = image / 255 if dtype == "float32" else np.clip(np.rint(image), 0, 255)
    return ArrayRaster(grid=grid, pixels=scaled.astype(dtype)[None])


def test_a_pair_comes_back_as_it_was_written(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted())
    pair = align(first, second)
    assert pair.report.status is AlignmentStatus.ALIGNED
    assert (pair.report.shift_x_px, pair.report.shift_y_px) == pytest.approx(SHIFT, abs=0.2)
    write_pair(pair, tmp_path)
    again = read_aligned(first, tmp_path)
    assert again.report == pair.report
    assert again.after.mask is not None
    np.testing.assert_array_equal(again.after.mask, pair.after.mask)
    np.testing.assert_array_equal(again.field, pair.field)
    np.testing.assert_array_equal(again.assessed.assessed, pair.assessed.assessed)
    assert read_registration(tmp_path) == pair.report
    assert read_field(tmp_path).shape == (2, 384, 384)
    with open_aligned(tmp_path) as raster:
        assert raster.grid == LARGE
    reasons = read_reasons(tmp_path)
    assert reasons["assessed"] == pytest.approx(pair.assessed.share)
    assert 0 < reasons["assessed"] < 1
    assert all(share > 0 for share in reasons.values())


def test_real_numbers_keep_their_values(tmp_path: Path) -> None:
    """Reflectance lies between 0 and 1: keeping 0 for 'no data' must not flatten the rest."""
    first, second = (as_raster(image, "float32") for image in shifted())
    pair = align(first, second)
    write_pair(pair, tmp_path)
    again = read_aligned(first, tmp_path)
    assert pair.after.mask is not None
    inside = pair.after.mask
    np.testing.assert_allclose(again.after.pixels[0][inside], pair.after.pixels[0][inside])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
def test_no_data_is_nought_and_nothing_else_is(dtype: str) -> None:
    grid = Grid.of_pixels(height=1, width=4)
    pixels = np.array([[[0, 7, 0, 9]]], dtype=dtype)
    mask = np.array([[True, True, False, False]])
    made = masked_pixels(ArrayRaster(grid=grid, pixels=pixels, mask=mask))
    assert made.dtype == pixels.dtype
    assert ((made[0] != 0) == mask).all()
    assert made[0, 0, 1] == 7
    assert abs(float(made[0, 0, 0])) <= 1
    assert masked_pixels(ArrayRaster(grid=grid, pixels=pixels)) is pixels


def test_below_nought_stays_below_nought() -> None:
    pixels = np.array([[[-5, 3]]], dtype=np.int16)
    raster = ArrayRaster(
        grid=Grid.of_pixels(height=1, width=2), pixels=pixels, mask=np.array([[True, True]])
    )
    assert masked_pixels(raster)[0, 0].tolist() == [-5, 3]


def half_assessed(grid: Grid = GRID) -> AssessedMask:
    """Return a mask whose left half is assessed."""
    assessed = np.zeros(grid.shape, dtype=bool)
    assessed[:, : grid.width // 2] = True
    return AssessedMask.of(grid, {Unassessed.NO_DATA: ~assessed})


@pytest.mark.parametrize(
    ("west", "east", "share"), [(0, 80, 1.0), (80, 160, 0.0), (40, 120, 0.5), (0, 160, 0.5)]
)
def test_the_assessed_share_of_an_area(west: int, east: int, share: float) -> None:
    area = lonlat(box(west, 40, east, 120))
    assert assessed_share(half_assessed(), area) == pytest.approx(share, abs=0.03)


def test_a_place_smaller_than_the_sampling_is_still_looked_up() -> None:
    sliver = lonlat(Polygon([(20, 20), (21, 20), (60, 60.5), (60, 60)]))
    assert assessed_share(half_assessed(), sliver) == 1.0


def test_no_share_is_assessed_where_nothing_can_be_asked() -> None:
    area = lonlat(box(40, 40, 120, 120))
    assert assessed_share(half_assessed(Grid.of_pixels(height=9, width=9)), area) == 0.0
    assert assessed_share(half_assessed(), Polygon()) == 0.0
    assert assessed_share(half_assessed(), lonlat(box(900, 900, 990, 990))) == 0.0


def test_the_mask_of_a_finished_step_says_no_reasons(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=4))
    write_pair(align(first, second), tmp_path)
    mask = read_mask(tmp_path)
    np.testing.assert_array_equal(mask.reasons[Unassessed.NO_DATA], ~mask.assessed)


def test_bands_of_unequal_number_are_compared_by_brightness() -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=6))
    colour = ArrayRaster(grid=LARGE, pixels=np.repeat(second.pixels, 3, axis=0))
    pair = align(first, colour)
    assert any("brightness" in decision for decision in pair.decisions)
    assert pair.after.pixels.shape[0] == 3
    assert whole(pair.after.grid) == whole(LARGE)


def test_the_written_picture_opens_on_the_earlier_grid(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=7))
    write_pair(align(first, second), tmp_path)
    with open_raster(tmp_path / "aligned.tif") as raster:
        assert raster.grid == LARGE
