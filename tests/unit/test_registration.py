"""Registration recovers what it was not told, and refuses what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer

from earthwork.errors import GridMismatch
from earthwork.imagery.registration import (
    RegistrationOptions,
    aligned_tie_points,
    prior_mapping,
    register,
    warp,
)
from earthwork.model.grid import Grid
from earthwork.model.pair import AlignmentStatus
from earthwork.model.raster import ArrayRaster

from .scenery import raster, rubble, town

OPTIONS = RegistrationOptions(tie_points=100, features=2000)


def moved(image, *, dx, dy, angle=0.0, scale=1.0, shape=None):
    """Shift an image by (dx, dy) and turn it clockwise about its centre; with the true field."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, scale)
    matrix[:, 2] += (dx, dy)
    out = (shape or image.shape)[::-1]
    seen = cv2.warpAffine(image, matrix, out, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    y, x = np.mgrid[0:height, 0:width]
    truth = np.stack(
        [
            matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] - x,
            matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] - y,
        ]
    )
    return seen, truth


def error(registration, truth):
    return np.hypot(*(registration.field - truth))


@pytest.mark.parametrize(("dx", "dy", "angle"), [(25, -25, 0.5), (-7.4, 3.2, -0.5), (5, 0, 30)])
def test_a_known_shift_and_turn_are_recovered(dx, dy, angle):
    before = town(400, 480, seed=3)
    after, truth = moved(before, dx=dx, dy=dy, angle=angle)
    found = register(raster(before), raster(20 + after * 0.7), options=OPTIONS)
    assert found.report.status is AlignmentStatus.ALIGNED
    inner = error(found, truth)[60:-60, 60:-60]
    assert np.median(inner) < 0.25
    assert found.report.rotation_deg == pytest.approx(angle, abs=0.1)
    assert found.report.scale == pytest.approx(1.0, abs=0.005)


def test_another_pixel_size_without_reference_is_recovered():
    before = town(400, 400, seed=5)
    after, truth = moved(before, dx=-100, dy=-100, scale=0.5, shape=(200, 200))
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.scale == pytest.approx(0.5, abs=0.01)
    assert np.median(error(found, truth)) < 0.5


def test_a_third_destroyed_does_not_pull_the_rest():
    before = town(420, 420, seed=7)
    after, truth = moved(before, dx=6.5, dy=-4.25)
    after = after.copy()
    after[:140] = rubble(140, 420)
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.status is not AlignmentStatus.NOT_ALIGNED
    assert np.median(error(found, truth)[160:]) < 0.3
    assert np.percentile(error(found, truth), 99) < 1.5


def test_colour_eight_bits_meets_panchromatic_twelve():
    before = town(360, 360, seed=9)
    after, truth = moved(before, dx=3, dy=5)
    colour = raster(np.stack([before, before * 0.7 + 20, before * 0.5]))
    pan = raster(after)
    pan = replace(pan, pixels=(pan.pixels.astype(np.uint16) * 13 + 100))
    found = register(colour, pan, options=OPTIONS)
    assert np.median(error(found, truth)) < 0.2


def test_a_leaning_quarter_is_followed_by_the_smooth_field():
    before = town(420, 420, seed=11)
    y, x = np.mgrid[0:420, 0:420].astype(np.float32)
    bump = 3 * np.exp(-((x - 210) ** 2 + (y - 210) ** 2) / (2 * 110**2))
    after = cv2.remap(before, x - bump, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    found = register(raster(before), raster(after), options=OPTIONS)
    # before-pixel x shows up where x' - bump(x') = x, so dx is about bump
    assert np.median(np.abs(found.field[0] - bump)[60:-60, 60:-60]) < 0.4
    assert found.field[0, 210, 210] > 2.0


def test_different_ground_is_refused():
    found = register(raster(town(360, 360, seed=1)), raster(town(360, 360, seed=77, block=34)))
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert found.report.tie_points == ()
    assert not found.field.any()


@pytest.mark.parametrize("turn", [lambda a: a[:, ::-1], lambda a: a.T, lambda a: a[::-1]])
def test_a_mirrored_image_is_refused_and_named(turn):
    image = town(384, 384, seed=2)
    found = register(raster(image), raster(turn(image)), options=OPTIONS)
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert "mirrored" in found.report.reason


def test_the_same_picture_twice_is_said():
    image = town(384, 384, seed=4)
    rng = np.random.default_rng(0)
    again = image + rng.normal(0, 2, image.shape)
    found = register(raster(image), raster(again), options=OPTIONS)
    assert found.report.status is AlignmentStatus.ALIGNED
    assert "same picture" in found.report.reason


def test_two_looks_are_not_called_the_same_picture():
    image = town(384, 384, seed=4)
    after = image.copy()
    after[100:260, 100:260] = rubble(160, 160)
    found = register(raster(image), raster(after), options=OPTIONS)
    assert "same picture" not in found.report.reason


def test_small_constant_and_empty_images_are_refused_with_their_reason():
    image = town(200, 200)
    small = register(raster(image), raster(image[:50]))
    constant = register(raster(image), raster(np.full((200, 200), 7)))
    empty = register(raster(image), replace(raster(image), mask=np.zeros((200, 200), bool)))
    assert "50 px" in small.report.reason
    assert "constant" in constant.report.reason
    assert "no data" in empty.report.reason
    assert {r.report.status for r in (small, constant, empty)} == {AlignmentStatus.NOT_ALIGNED}


def test_featureless_noise_gives_no_alignment():
    first, second = (rubble(200, 200, seed=seed) for seed in (1, 2))
    assert register(raster(first), raster(second)).report.status is AlignmentStatus.NOT_ALIGNED


def test_the_result_is_the_same_twice():
    before = town(300, 300, seed=6)
    after, _ = moved(before, dx=4, dy=1)
    first, second = (register(raster(before), raster(after), options=OPTIONS) for _ in range(2))
    assert first.report == second.report
    np.testing.assert_array_equal(first.field, second.field)


def georeferenced(image, transform, crs):
    grid = Grid(height=image.shape[0], width=image.shape[1], transform=transform, crs=crs)
    return replace(raster(image), grid=grid)


def test_references_in_two_systems_are_related_and_their_disagreement_is_said():
    utm, lonlat = CRS.from_epsg(32638), CRS.from_epsg(4326)
    size, step = 700, 0.5
    origin = (500_000.0, 4_000_000.0)
    back = Transformer.from_crs(lonlat, utm, always_xy=True)
    there = Transformer.from_crs(utm, lonlat, always_xy=True)
    ground = town(size, size, seed=8)
    west, north = there.transform(*origin)
    east, south = there.transform(origin[0] + size * step, origin[1] - size * step)
    columns, rows = 500, 560
    width, height = (east - west) / columns, (north - south) / rows
    y, x = np.mgrid[0:rows, 0:columns] + 0.5
    e, n = back.transform(west + x * width, north - y * height)
    # the after-image's content lies 4 m east of where its reference says
    map_x = (e - 4.0 - origin[0]) / step - 0.5
    map_y = (origin[1] - n) / step - 0.5
    seen = cv2.remap(
        ground,
        map_x.astype(np.float32),
        map_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    before = georeferenced(ground, Affine(step, 0, origin[0], 0, -step, origin[1]), utm)
    after = georeferenced(seen, Affine(width, 0, west, 0, -height, north), lonlat)
    found = register(before, after, options=OPTIONS)
    assert found.report.status is AlignmentStatus.ALIGNED
    assert "the references disagree by 4.0 m" in found.report.reason
    prior = prior_mapping(before.grid, after.grid)
    place = np.array([[350.5, 350.5]])
    told = prior(place + [[8.0, 0.0]])[0]  # noqa: RUF005
    seen_at = place[0] + found.field[:, 350, 350]
    assert np.hypot(*(told - seen_at)) < 0.3
    rows_out = aligned_tie_points(found.report, grid=before.grid)
    assert len(rows_out) == len(found.report.tie_points)
    assert origin[0] < rows_out[0]["x"] < origin[0] + size * step


def test_references_far_apart_are_refused():
    utm = CRS.from_epsg(32638)
    image = town(200, 200)
    before = georeferenced(image, Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000), utm)
    after = georeferenced(image, Affine(0.5, 0, 600_000, 0, -0.5, 4_000_000), utm)
    found = register(before, after)
    assert "no data where the two should overlap" in found.report.reason


def test_the_coarse_step_does_not_grow_with_the_image():
    before = town(600, 600, seed=12)
    after, truth = moved(before, dx=9, dy=-6)
    small = RegistrationOptions(working_side_px=300, tie_points=100)
    found = register(raster(before), raster(after), options=small)
    assert np.median(error(found, truth)) < 0.3


def test_no_data_counts_for_nothing():
    before = town(400, 400, seed=13)
    after, truth = moved(before, dx=2, dy=2)
    mask = np.ones((400, 400), bool)
    mask[:, :120] = False
    after[:, :120] = 0
    found = register(raster(before), replace(raster(after), mask=mask), options=OPTIONS)
    assert np.median(error(found, truth)) < 0.3
    assert min(tie.before_x for tie in found.report.tie_points) > 120


def test_inverted_brightness_does_not_matter_to_a_shift():
    before = town(360, 360, seed=14)
    after, truth = moved(before, dx=8, dy=-3)
    found = register(raster(before), raster(255 - after), options=OPTIONS)
    assert np.median(error(found, truth)) < 0.3


def test_half_the_frame_replaced_is_partly_aligned():
    before = town(400, 640, seed=15)
    after, _ = moved(before, dx=2, dy=2)
    after[:, 260:] = rubble(400, 380)
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.status is AlignmentStatus.PARTLY_ALIGNED
    assert "far from them is not assessed" in found.report.reason


def test_warp_undoes_a_shift_and_masks_what_lies_outside():
    before = town(120, 140, seed=3)
    after, truth = moved(before, dx=10, dy=0)
    told = warp(raster(after), truth.astype(np.float32), grid=raster(before).grid)
    assert told.pixels.dtype == np.uint8
    assert not told.mask[:, -9:].any()
    assert told.mask[:, :-11].all()
    difference = np.abs(told.pixels[0].astype(float) - raster(before).pixels[0])
    assert np.median(difference[:, :-11]) <= 1


def test_warp_keeps_float_pixels_and_masks_no_data():
    pixels = town(64, 64)[None]
    mask = np.ones((64, 64), bool)
    mask[:8] = False
    after = ArrayRaster(grid=Grid.of_pixels(height=64, width=64), pixels=pixels, mask=mask)
    told = warp(after, np.zeros((2, 64, 64), np.float32), grid=after.grid)
    assert told.pixels.dtype == np.float32
    np.testing.assert_allclose(told.pixels[0], pixels[0], atol=1e-3)
    np.testing.assert_array_equal(told.mask, mask)


def test_warp_far_outside_is_all_masked():
    image = raster(town(64, 64))
    told = warp(image, np.full((2, 64, 64), 500, np.float32), grid=image.grid)
    assert not told.mask.any()


def test_warp_refuses_a_field_of_another_grid():
    image = raster(town(64, 64))
    with pytest.raises(GridMismatch, match="field"):
        warp(image, np.zeros((2, 10, 64), np.float32), grid=image.grid)


def test_real_pairs_of_one_place_align_and_of_two_places_do_not():
    folder = Path("../shared/data/destruction")
    if not folder.is_dir():
        pytest.skip("the measuring data is not here")
    names = ("sanaa_11_20130812_20181028", "palu_04_20180817_20181002")
    images = {
        (name, look): cv2.imread(str(folder / name / f"{look}.jpg"))[:360, :480, ::-1].transpose(
            2, 0, 1
        )
        for name in names
        for look in ("before", "after")
    }
    same = register(raster(images[names[0], "before"]), raster(images[names[0], "after"]))
    other = register(raster(images[names[0], "before"]), raster(images[names[1], "after"]))
    assert same.report.status is AlignmentStatus.ALIGNED
    assert abs(same.report.shift_x_px) < 3
    assert other.report.status is AlignmentStatus.NOT_ALIGNED


def test_a_small_picture_is_aligned_too() -> None:
    before = town(256, 256, seed=21)
    registration = register(raster(before), raster(moved(before, dx=5.0, dy=-3.0)[0]))
    assert registration.report.status is not AlignmentStatus.NOT_ALIGNED
    assert abs(registration.report.shift_x_px - 5.0) < 0.5
    assert abs(registration.report.shift_y_px + 3.0) < 0.5
