"""Pairs brought onto one grid, written and read back."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon, box

from earthwork.io.rasters import open_raster
from earthwork.model.grid import Grid, Window
from earthwork.model.pair import AlignmentStatus, AssessedMask, TieMarks
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.vocabulary import Unassessed
from earthwork.pipeline import pairing
from earthwork.pipeline.pairing import (
    PairQuestion,
    assessed_share,
    masked_pixels,
    open_aligned,
    prepare_pair,
    read_aligned,
    read_field,
    read_mask,
    read_radiometry,
    read_reasons,
    read_registration,
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
    pair = prepare_pair(first, second, tmp_path)
    assert pair.report.status is not AlignmentStatus.NOT_ALIGNED
    assert pair.report.aligned_share > 0.95
    assert (pair.report.shift_x_px, pair.report.shift_y_px) == pytest.approx(SHIFT, abs=0.03)
    again = read_aligned(first, tmp_path)
    assert again.report == pair.report == read_registration(tmp_path)
    np.testing.assert_array_equal(again.field.knots, pair.field.knots)
    np.testing.assert_array_equal(read_field(tmp_path, LARGE).knots, pair.field.knots)
    assert read_radiometry(tmp_path) == pair.radiometry
    assert again.after.mask is not None
    assert again.after.mask[3:, :380].all()
    assert not again.after.mask[0].any()
    assert not again.after.mask[:, 382:].any()
    with open_aligned(tmp_path) as raster:
        assert raster.grid == LARGE
    reasons = read_reasons(tmp_path)
    assert reasons == pair.shares
    assert reasons["assessed"] == pytest.approx(again.assessed.share)
    assert 0 < reasons["assessed"] < 1
    assert all(share > 0 for share in reasons.values())


def test_the_aligned_picture_shows_the_earlier_one(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted())
    prepare_pair(first, second, tmp_path)
    again = read_aligned(first, tmp_path)
    apart = again.after.pixels[0].astype(float) - first.pixels[0]
    assert np.abs(apart[again.after.mask]).mean() < 0.5


def test_real_numbers_keep_their_values(tmp_path: Path) -> None:
    """Reflectance lies between 0 and 1: keeping 0 for 'no data' must not flatten the rest."""
    first, second = (as_raster(image, "float32") for image in shifted())
    prepare_pair(first, second, tmp_path)
    again = read_aligned(first, tmp_path)
    assert again.after.pixels.dtype == np.float32
    apart = np.abs(again.after.pixels[0] - first.pixels[0])[again.after.mask]
    assert apart.mean() < 0.002


def test_a_pair_that_cannot_be_aligned_is_written_as_not_assessed(tmp_path: Path) -> None:
    first, _ = (as_raster(image, "uint8") for image in shifted())
    blank = ArrayRaster(grid=LARGE, pixels=np.full((1, 384, 384), 90, np.uint8))
    pair = prepare_pair(first, blank, tmp_path)
    assert pair.report.status is AlignmentStatus.NOT_ALIGNED
    assert pair.radiometry is None
    assert read_radiometry(tmp_path) is None
    assert pair.shares["assessed"] == 0.0
    assert pair.shares[Unassessed.NOT_ALIGNED.value] == 1.0
    assert not read_mask(tmp_path).assessed.any()
    assert np.isnan(read_field(tmp_path, LARGE).knots[2]).all()


def test_what_people_struck_is_passed_on(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted())
    question = PairQuestion(marks=TieMarks(struck=((192.0, 192.0, 100.0),)))
    pair = prepare_pair(first, second, tmp_path, question=question)
    away = [np.hypot(t.before_x - 192, t.before_y - 192) for t in pair.report.tie_points]
    assert len(away) > 12
    assert min(away) > 100


# ---------------------------------------------------------------- large pairs


def test_tiles_leave_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=8))
    prepare_pair(first, second, tmp_path / "whole")
    monkeypatch.setattr(pairing, "_TILE_PX", 128)
    prepare_pair(first, second, tmp_path / "tiles")
    for name in (pairing.REPORT_FILE, pairing.REASONS_FILE, pairing.FIELD_FILE):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "tiles" / name).read_bytes()
    for name in (pairing.ALIGNED_FILE, pairing.MASK_FILE):
        one, other = (_pixels(tmp_path / kind / name) for kind in ("whole", "tiles"))
        np.testing.assert_array_equal(one, other)


def _pixels(path: Path) -> NDArray[np.generic]:
    with open_raster(path) as raster:
        return raster.read(whole(raster.grid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Endless:
    """A picture as large as asked for, made from a small one when it is read."""

    tile: NDArray[np.uint8]
    grid: Grid
    shift: tuple[int, int] = (0, 0)
    bands: int = 1

    def read(self, window: Window) -> NDArray[np.uint8]:
        height, width = self.tile.shape
        dx, dy = self.shift
        rows = _mirrored(np.arange(window.row, window.row + window.height) - dy, height)
        columns = _mirrored(np.arange(window.column, window.column + window.width) - dx, width)
        return self.tile[np.ix_(rows, columns)][None]

    def valid(self, window: Window) -> NDArray[np.bool_]:
        return np.ones((window.height, window.width), dtype=bool)


def _mirrored(index: NDArray[np.intp], side: int) -> NDArray[np.intp]:
    """Fold indices back and forth, so that no edge shows."""
    folded = index % (2 * side)
    return np.where(folded < side, folded, 2 * side - 1 - folded)


def test_a_large_pair_is_prepared_in_little_memory_and_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = np.clip(town(700, 900, seed=9), 0, 255).astype(np.uint8)
    grid = Grid.of_pixels(height=3000, width=3000, gsd_m=0.5)
    first, second = Endless(tile=tile, grid=grid), Endless(tile=tile, grid=grid, shift=SHIFT)
    monkeypatch.setattr(pairing, "_TILE_PX", 512)
    told: list[str] = []
    tracemalloc.start()
    pair = prepare_pair(first, second, tmp_path, note=told.append)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (pair.report.shift_x_px, pair.report.shift_y_px) == pytest.approx(SHIFT, abs=0.03)
    assert pair.report.aligned_share > 0.99
    assert peak < 200e6
    assert any("laying the later image on the earlier: 50 %" in said for said in told)
    assert any("writing what can be judged: 50 %" in said for said in told)
    assert not any("100 %" in said for said in told)


def test_a_small_pair_names_its_steps_and_no_shares_of_them(tmp_path: Path) -> None:
    told: list[str] = []
    prepare_pair(*(as_raster(image, "uint8") for image in shifted()), tmp_path, note=told.append)
    assert told[0] == "seeking the ground of both in each other"
    assert "bringing the brightness of both together" in told
    assert not any("%" in said for said in told)


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


def test_the_mask_of_a_finished_step_keeps_its_reasons(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=4))
    pair = prepare_pair(first, second, tmp_path)
    mask = read_mask(tmp_path)
    shares = {reason.value: float(where.mean()) for reason, where in mask.reasons.items()}
    assert {"assessed": mask.share} | shares == pytest.approx(pair.shares)
    assert mask.reasons[Unassessed.OUTSIDE_SCENE][:, 382:].all()
    assert not mask.reasons[Unassessed.OUTSIDE_SCENE][10:-10, 10:-10].any()


def test_bands_of_unequal_number_are_compared_by_brightness(tmp_path: Path) -> None:
    first, second = (as_raster(image, "uint8") for image in shifted(seed=6))
    colour = ArrayRaster(grid=LARGE, pixels=np.repeat(second.pixels, 3, axis=0))
    pair = prepare_pair(first, colour, tmp_path)
    assert any("brightness" in decision for decision in pair.decisions)
    assert pair.radiometry is not None
    assert read_aligned(first, tmp_path).after.pixels.shape == (3, 384, 384)
