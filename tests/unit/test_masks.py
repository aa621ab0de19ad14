"""What may not be judged is masked, with its reason; what may be is left alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from earthwork.errors import GridMismatch
from earthwork.imagery.masks import assess, large_areas
from earthwork.model.pair import AlignmentStatus, RegistrationReport, TiePoint
from earthwork.model.vocabulary import Unassessed

from .scenery import raster, town


def report(status, *places):
    return RegistrationReport(
        status=status, method="test", reason="test", shift_x_px=0, shift_y_px=0, rotation_deg=0,
        scale=1, residual_median_px=None, residual_p95_px=None, inlier_share=0,
        tie_points=tuple(
            TiePoint(before_x=x, before_y=y, after_x=x, after_y=y, residual_px=0) for x, y in places
        ),
    )  # fmt: skip


def pair(seed=0, size=300):
    image = town(size, size, seed=seed) * 0.8 + 20
    return image, image.copy()


def test_a_plain_pair_is_wholly_assessed():
    before, after = pair()
    mask = assess(raster(before), raster(after), report=None)
    assert mask.assessed.all()
    assert mask.reasons == {}
    assert mask.share == 1.0


def test_no_data_and_ground_outside_the_after_image_are_told_apart():
    before, after = pair()
    first, second = np.ones((2, 300, 300), bool)
    first[:10] = False
    second[:, :20] = False
    told = assess(
        replace(raster(before), mask=first), replace(raster(after), mask=second), report=None
    )
    np.testing.assert_array_equal(told.reasons[Unassessed.NO_DATA], ~first)
    np.testing.assert_array_equal(told.reasons[Unassessed.OUTSIDE_SCENE], first & ~second)
    assert not told.assessed[:10].any()
    assert not told.assessed[:, :20].any()
    assert told.assessed[10:, 20:].all()


def veiled(image, *, top=50, left=50, side=200, white=250.0, softness=20.0):
    """Lay a cloud with a soft edge over an image (row, column) or (band, row, column)."""
    opacity = np.zeros(image.shape[-2:], np.float32)
    opacity[top : top + side, left : left + side] = 1
    opacity = cv2.GaussianBlur(opacity, (0, 0), softness)
    return image * (1 - opacity) + white * opacity


def test_what_is_large_bright_smooth_and_colourless_with_a_soft_edge_is_cloud():
    before, after = pair()
    told = assess(raster(before), raster(veiled(after)), report=None)
    assert told.reasons[Unassessed.CLOUD][80:220, 80:220].all()
    assert not told.reasons[Unassessed.CLOUD][:20, :20].any()


def test_a_white_hall_of_a_hectare_is_not_cloud():
    before, after = pair()
    after[50:250, 50:250] = 250
    told = assess(raster(before), raster(after), report=None)
    assert Unassessed.CLOUD not in told.reasons


def test_what_is_bright_and_smooth_on_both_dates_is_ground():
    before, after = pair()
    told = assess(raster(veiled(before)), raster(veiled(after)), report=None)
    assert Unassessed.CLOUD not in told.reasons


def test_a_bright_roof_is_not_cloud():
    before, after = pair()
    after[50:90, 50:110] = 250
    told = assess(raster(before), raster(after), report=None)
    assert Unassessed.CLOUD not in told.reasons


def test_a_large_coloured_patch_is_not_cloud():
    before, after = pair()
    colour = veiled(np.stack([after, after, after]), white=np.array([250, 200, 140])[:, None, None])
    told = assess(raster(np.stack([before] * 3)), raster(colour), report=None)
    assert Unassessed.CLOUD not in told.reasons


def test_saturated_areas_are_masked_at_the_range_of_the_sensor():
    before, after = pair()
    image = raster(after)
    pixels = image.pixels.astype(np.uint16) * 8
    pixels[0, 30:60, 30:60] = 2047
    told = assess(raster(before), replace(image, pixels=pixels), report=None)
    assert told.reasons[Unassessed.SATURATED][30:60, 30:60].all()
    assert told.reasons[Unassessed.SATURATED].sum() == 900


def test_float_pixels_are_never_saturated():
    before, after = pair()
    image = replace(raster(after), pixels=after[None])
    assert Unassessed.SATURATED not in assess(raster(before), image, report=None).reasons


def test_water_is_masked_only_if_it_is_there_on_both_dates():
    before, after = pair()
    before[100:, :150] = 8
    after[100:, 75:200] = 8
    told = assess(raster(before), raster(after), report=None)
    water = told.reasons[Unassessed.WATER]
    assert water[120:280, 95:130].all()
    assert not water[:, :60].any()
    assert not water[:, 160:].any()


def test_blue_water_that_glitters_afterwards_is_still_water():
    before, after = pair()
    rng = np.random.default_rng(0)
    before, after = np.stack([before] * 3), np.stack([after] * 3)
    before[:, :, :140] = np.array([20, 60, 70])[:, None, None]
    after[:, :, :140] = np.array([60, 80, 90])[:, None, None] + rng.normal(0, 15, (1, 300, 140))
    told = assess(raster(before), raster(after), report=None)
    assert told.reasons[Unassessed.WATER][20:280, 20:120].all()
    assert not told.reasons[Unassessed.WATER][:, 170:].any()


def test_vegetation_needs_colour_and_both_dates():
    before, after = pair()
    pan = assess(raster(before), raster(after), report=None)
    assert Unassessed.VEGETATION not in pan.reasons
    before, after = np.stack([before] * 3), np.stack([after] * 3)
    before[:, :150] = np.array([60, 110, 50])[:, None, None]
    after[:, :150, :150] = np.array([60, 110, 50])[:, None, None]
    told = assess(raster(before), raster(after), report=None).reasons[Unassessed.VEGETATION]
    assert told[20:130, 20:130].all()
    assert not told[:, 170:].any()


def test_near_infrared_finds_vegetation_that_is_not_green():
    before, _ = pair()
    bands = np.stack([before, before, before, before])
    bands[3, :100] = 255
    bands[0, :100] = 40
    told = assess(raster(bands), raster(bands), report=None, infrared_band=3)
    assert told.reasons[Unassessed.VEGETATION][10:90].all()
    assert not told.reasons[Unassessed.VEGETATION][120:].any()


def test_a_pair_that_is_not_aligned_is_not_assessed():
    before, after = pair()
    told = assess(raster(before), raster(after), report=report(AlignmentStatus.NOT_ALIGNED, (5, 5)))
    assert not told.assessed.any()
    assert told.reasons[Unassessed.NOT_ALIGNED].all()


def test_a_partly_aligned_pair_is_assessed_near_its_tie_points():
    before, after = pair()
    partly = report(AlignmentStatus.PARTLY_ALIGNED, (20.5, 20.5))
    told = assess(raster(before), raster(after), report=partly).assessed
    assert told[20, 130]  # 110 px of 0.5 m: 55 m
    assert not told[20, 150]
    aligned = report(AlignmentStatus.ALIGNED, (20.5, 20.5))
    assert assess(raster(before), raster(after), report=aligned).assessed.all()
    lost = report(AlignmentStatus.PARTLY_ALIGNED)
    assert not assess(raster(before), raster(after), report=lost).assessed.any()


def test_a_pair_without_any_data_is_masked_whole():
    before, after = pair()
    nothing = np.zeros((300, 300), bool)
    told = assess(replace(raster(before), mask=nothing), raster(after), report=None)
    assert not told.assessed.any()
    assert told.reasons[Unassessed.NO_DATA].all()


def test_large_areas_counts_diagonal_neighbours():
    chosen = np.eye(5, dtype=bool)
    assert large_areas(chosen, least_px=5).sum() == 5
    assert not large_areas(chosen, least_px=6).any()
    assert not large_areas(np.zeros((3, 3), bool), least_px=1).any()


def test_two_grids_are_refused():
    before, after = pair()
    with pytest.raises(GridMismatch):
        assess(raster(before), raster(after[:100]), report=None)
