"""Registration recovers what it was not told, and refuses what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer
from scipy.ndimage import fourier_shift

from earthwork.errors import GridMismatch
from earthwork.imagery.registration import (
    Registration,
    RegistrationOptions,
    prior_mapping,
    register,
    warp,
)
from earthwork.model.grid import Grid
from earthwork.model.pair import AlignmentStatus, TieMarks, TieOrigin, TiePoint
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.warp_field import WarpField

from .scenery import raster, rubble, town

OPTIONS = RegistrationOptions(features=2000)


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


def told(registration: Registration):
    """Return the field at every pixel: (2, row, column)."""
    return registration.field.displacement(whole(registration.field.grid))


def error(registration: Registration, truth):
    return np.hypot(*(told(registration) - truth))


def vouched_for(registration: Registration):
    """Return (row, column): True where the field is vouched for."""
    return np.isfinite(registration.field.error_px(whole(registration.field.grid)))


@pytest.mark.parametrize(("dx", "dy", "angle"), [(25, -25, 0.5), (-7.4, 3.2, -0.5), (5, 0, 30)])
def test_a_known_shift_and_turn_are_recovered(dx, dy, angle):
    before = town(400, 480, seed=3)
    after, truth = moved(before, dx=dx, dy=dy, angle=angle)
    found = register(raster(before), raster(20 + after * 0.7), options=OPTIONS)
    assert found.report.status is AlignmentStatus.ALIGNED
    inner = error(found, truth)[60:-60, 60:-60]
    assert np.median(inner) < 0.05
    assert found.report.rotation_deg == pytest.approx(angle, abs=0.02)
    assert found.report.scale == pytest.approx(1.0, abs=0.0005)


def test_another_pixel_size_without_reference_is_recovered():
    before = town(400, 400, seed=5)
    after, truth = moved(before, dx=-100, dy=-100, scale=0.5, shape=(200, 200))
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.scale == pytest.approx(0.5, abs=0.002)
    assert np.median(error(found, truth)) < 0.15


def test_a_third_destroyed_does_not_pull_the_rest():
    before = town(420, 420, seed=7)
    after, truth = moved(before, dx=6.5, dy=-4.25)
    after = after.copy()
    after[:140] = rubble(140, 420)
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.status is not AlignmentStatus.NOT_ALIGNED
    held = vouched_for(found)
    assert held[160:-20, 20:-20].mean() > 0.97
    assert np.percentile(error(found, truth)[160:], 95) < 0.3
    assert np.percentile(error(found, truth)[held], 99) < 1.0


def test_colour_eight_bits_meets_panchromatic_twelve():
    before = town(360, 360, seed=9)
    after, truth = moved(before, dx=3, dy=5)
    colour = raster(np.stack([before, before * 0.7 + 20, before * 0.5]))
    pan = raster(after)
    pan = replace(pan, pixels=(pan.pixels.astype(np.uint16) * 13 + 100))
    found = register(colour, pan, options=OPTIONS)
    assert np.median(error(found, truth)) < 0.05


def test_a_leaning_quarter_is_followed_by_the_smooth_field():
    before = town(420, 420, seed=11)
    y, x = np.mgrid[0:420, 0:420].astype(np.float32)
    bump = 3 * np.exp(-((x - 210) ** 2 + (y - 210) ** 2) / (2 * 110**2))
    after = cv2.remap(before, x - bump, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    found = register(raster(before), raster(after), options=OPTIONS)
    # before-pixel x shows up where x' - bump(x') = x, so dx is about bump
    assert np.median(np.abs(told(found)[0] - bump)[60:-60, 60:-60]) < 0.2
    assert told(found)[0, 210, 210] > 2.6


def test_different_ground_is_refused():
    found = register(raster(town(360, 360, seed=1)), raster(town(360, 360, seed=77, block=34)))
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert found.report.tie_points == ()
    assert not vouched_for(found).any()
    assert not told(found).any()


@pytest.mark.parametrize("seed", [2, 6])
@pytest.mark.parametrize(
    ("turn", "says"),
    [
        (lambda a: a[:, ::-1], "looks mirrored"),
        (lambda a: a.T, "looks transposed"),
        (lambda a: a[::-1], "looks mirrored"),
    ],
)
def test_an_image_that_is_turned_over_is_refused_and_named(turn, says, seed):
    """A regular town fits its mirror image in a few places: these are not enough."""
    image = town(384, 384, seed=seed)
    found = register(raster(image), raster(turn(image)), options=OPTIONS)
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert says in found.report.reason
    assert not vouched_for(found).any()


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
    np.testing.assert_array_equal(first.field.knots, second.field.knots)


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
    stated = prior(place + np.array([8.0, 0.0]))[0]
    assert np.hypot(*(stated - found.field.to_after(place)[0])) < 0.1


def test_references_far_apart_are_refused():
    utm = CRS.from_epsg(32638)
    image = town(200, 200)
    before = georeferenced(image, Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000), utm)
    after = georeferenced(image, Affine(0.5, 0, 600_000, 0, -0.5, 4_000_000), utm)
    found = register(before, after)
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert "their references place them apart" in found.report.reason
    assert not vouched_for(found).any()
    # without an alignment the field says what the references say
    assert told(found)[0].mean() == pytest.approx(-200_000, abs=1)


def test_the_coarse_step_does_not_grow_with_the_image():
    before = town(600, 600, seed=12)
    after, truth = moved(before, dx=9, dy=-6)
    small = RegistrationOptions(working_side_px=300, block_side_px=150)
    found = register(raster(before), raster(after), options=small)
    assert np.median(error(found, truth)) < 0.05


def test_no_data_counts_for_nothing():
    before = town(400, 400, seed=13)
    after, truth = moved(before, dx=2, dy=2)
    mask = np.ones((400, 400), bool)
    mask[:, :120] = False
    after[:, :120] = 0
    found = register(raster(before), replace(raster(after), mask=mask), options=OPTIONS)
    assert np.median(error(found, truth)[:, 140:]) < 0.05
    assert min(tie.before_x for tie in found.report.tie_points) > 120


def test_inverted_brightness_does_not_matter_to_a_shift():
    before = town(360, 360, seed=14)
    after, truth = moved(before, dx=8, dy=-3)
    found = register(raster(before), raster(255 - after), options=OPTIONS)
    assert np.median(error(found, truth)) < 0.05


def test_half_the_frame_replaced_is_partly_aligned():
    before = town(400, 640, seed=15)
    after, truth = moved(before, dx=2, dy=2)
    after[:, 260:] = rubble(400, 380)
    found = register(raster(before), raster(after), options=OPTIONS)
    assert found.report.status is AlignmentStatus.PARTLY_ALIGNED
    assert "of the common ground is not vouched for and not assessed" in found.report.reason
    held = vouched_for(found)
    assert held[:, 340:].mean() < 0.6
    assert held[20:-20, 20:220].all()
    assert error(found, truth)[held].max() < 1.5
    assert found.report.aligned_share == pytest.approx(held.mean(), abs=0.05)


def test_warp_undoes_a_shift_and_masks_what_lies_outside():
    before = town(120, 140, seed=3)
    after, truth = moved(before, dx=10, dy=0)
    grid = raster(before).grid
    assert truth[0].mean() == pytest.approx(10)
    back = warp(raster(after), WarpField.level(grid, dx=10.0), grid=grid)
    assert back.pixels.dtype == np.uint8
    assert not back.mask[:, -9:].any()
    assert back.mask[:, :-11].all()
    difference = np.abs(back.pixels[0].astype(float) - raster(before).pixels[0])
    assert np.median(difference[:, :-11]) <= 1


def test_warp_keeps_float_pixels_and_masks_no_data():
    pixels = town(64, 64)[None]
    mask = np.ones((64, 64), bool)
    mask[:8] = False
    after = ArrayRaster(grid=Grid.of_pixels(height=64, width=64), pixels=pixels, mask=mask)
    same = warp(after, WarpField.level(after.grid), grid=after.grid)
    assert same.pixels.dtype == np.float32
    np.testing.assert_allclose(same.pixels[0], pixels[0], atol=1e-3)
    np.testing.assert_array_equal(same.mask, mask)


def test_warp_far_outside_is_all_masked():
    image = raster(town(64, 64))
    far = warp(image, WarpField.level(image.grid, dx=500.0, dy=500.0), grid=image.grid)
    assert not far.mask.any()
    assert far.pixels.dtype == np.uint8


def test_warp_refuses_a_field_of_another_grid():
    image = raster(town(64, 64))
    with pytest.raises(GridMismatch, match="field"):
        warp(image, WarpField.level(Grid.of_pixels(height=10, width=64)), grid=image.grid)


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
    assert abs(registration.report.shift_x_px - 5.0) < 0.03
    assert abs(registration.report.shift_y_px + 3.0) < 0.03


@pytest.mark.parametrize(("dx", "dy"), [(0.0, 0.0), (12.3, -7.6), (-0.45, 0.5)])
def test_a_known_shift_is_found_to_three_hundredths_of_a_pixel(dx, dy):
    before = town(480, 480, seed=31)
    spectrum = fourier_shift(np.fft.fft2(before), (dy, dx))
    after = np.fft.ifft2(spectrum).real.astype(np.float32)
    found = register(raster(before), raster(after), options=OPTIONS)
    assert (found.report.shift_x_px, found.report.shift_y_px) == pytest.approx((dx, dy), abs=0.03)
    left = np.hypot(*(told(found) - np.array([dx, dy])[:, None, None]))
    assert np.percentile(left[30:-30, 30:-30], 95) < 0.05
    assert found.report.error_median_px < 0.05
    assert np.percentile(found.field.error_px(whole(raster(before).grid))[30:-30, 30:-30], 95) < 0.1


def test_a_shift_of_hundreds_of_pixels_is_found_without_references():
    wide = town(900, 1100, seed=41)
    first, second = wide[:700, :800], wide[180:880, 290:1090]
    found = register(raster(first), raster(second), options=OPTIONS)
    assert found.report.shift_x_px == pytest.approx(-290, abs=0.05)
    assert found.report.shift_y_px == pytest.approx(-180, abs=0.05)
    assert not vouched_for(found)[:60, :60].any()


def test_a_field_that_bends_by_eight_pixels_is_followed():
    before = town(640, 640, seed=17)
    y, x = np.mgrid[0:640, 0:640].astype(np.float32)
    dx = 4 * np.sin(y / 200)
    after = cv2.remap(before, x - dx, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    found = register(raster(before), raster(after), options=OPTIONS)
    held = vouched_for(found)
    assert held[40:-40, 40:-40].mean() > 0.97
    left = np.hypot(told(found)[0] - dx, told(found)[1])[40:-40, 40:-40]
    assert np.median(left) < 0.15
    assert np.percentile(left, 95) < 0.4


# ---------------------------------------------------------------- what a person says


def pin(x, y, *, dx=0.0, dy=0.0):
    return TiePoint(
        before_x=x, before_y=y, after_x=x + dx, after_y=y + dy, residual_px=0.0,
        origin=TieOrigin.PINNED,
    )  # fmt: skip


CLUSTER = (pin(150, 150, dx=12, dy=-5), pin(210, 160, dx=12, dy=-5), pin(170, 220, dx=12, dy=-5))


def test_three_pins_align_what_cannot_be_aligned_and_vouch_near_them_only():
    before, after = raster(town(640, 640, seed=3)), raster(rubble(640, 640, seed=4))
    alone = register(before, after, options=OPTIONS)
    assert alone.report.status is AlignmentStatus.NOT_ALIGNED
    pinned = register(before, after, marks=TieMarks(pinned=CLUSTER), options=OPTIONS)
    assert pinned.report.status is AlignmentStatus.PARTLY_ALIGNED
    assert (pinned.report.shift_x_px, pinned.report.shift_y_px) == pytest.approx((12, -5), abs=0.01)
    assert [tie.origin for tie in pinned.report.tie_points] == [TieOrigin.PINNED] * 3
    assert pinned.report.reason.startswith("3 were pinned by hand")
    held = vouched_for(pinned)
    assert held[150:220, 150:210].all()
    assert not held[500:].any()
    assert not held[:, 500:].any()


def test_two_pins_are_too_few_for_what_cannot_be_aligned():
    marks = TieMarks(pinned=CLUSTER[:2])
    before, after = raster(town(400, 400, seed=3)), raster(rubble(400, 400, seed=4))
    found = register(before, after, marks=marks, options=OPTIONS)
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert found.report.tie_points == ()


def test_pins_lead_to_what_would_not_be_found():
    """Half of the frame is new, the rest turned and shifted far: two pins show where to look."""
    before = town(600, 600, seed=23)
    after, truth = moved(before, dx=-30, dy=40, angle=25)
    after[:, 330:] = rubble(600, 270, seed=5)
    places = ((200, 150), (230, 420))
    pins = tuple(pin(x, y, dx=truth[0, y, x], dy=truth[1, y, x]) for x, y in places)
    found = register(raster(before), raster(after), marks=TieMarks(pinned=pins), options=OPTIONS)
    assert found.report.status is not AlignmentStatus.NOT_ALIGNED
    origins = [tie.origin for tie in found.report.tie_points]
    assert origins.count(TieOrigin.PINNED) == 2
    assert origins.count(TieOrigin.FOUND) > 12
    held = vouched_for(found)
    assert np.median(error(found, truth)[held]) < 0.1


def test_pins_count_as_certain_where_places_say_something_else():
    before = town(480, 480, seed=29)
    marks = TieMarks(
        pinned=tuple(pin(x, y, dx=3.0) for x in (200, 220, 240, 260) for y in (200, 220, 240, 260))
    )
    plain = register(raster(before), raster(before + 1), options=OPTIONS)
    pinned = register(raster(before), raster(before + 1), marks=marks, options=OPTIONS)
    assert abs(told(plain)[0, 230, 230]) < 0.05
    assert told(pinned)[0, 230, 230] > 1.5
    assert abs(told(pinned)[0, 60, 60]) < 0.2


def test_pins_on_struck_ground_are_followed():
    before = town(480, 480, seed=29)
    at = [(x, y) for x in (200, 230, 260) for y in (200, 230, 260)]
    marks = TieMarks(pinned=tuple(pin(x, y, dx=3.0) for x, y in at), struck=((230.0, 230.0, 90.0),))
    found = register(raster(before), raster(before + 1), marks=marks, options=OPTIONS)
    assert told(found)[0, 230, 230] == pytest.approx(3.0, abs=0.6)
    assert abs(told(found)[0, 60, 60]) < 0.3


def test_ground_that_is_struck_holds_no_tie_point():
    before = town(480, 480, seed=33)
    after, truth = moved(before, dx=4, dy=2)
    x, y, radius = 200.0, 260.0, 90.0
    marks = TieMarks(struck=((x, y, radius),))
    plain = register(raster(before), raster(after), options=OPTIONS)
    struck = register(raster(before), raster(after), marks=marks, options=OPTIONS)

    def inside(found):
        ties = found.report.tie_points
        return [t for t in ties if np.hypot(t.before_x - x, t.before_y - y) <= radius]

    assert len(inside(plain)) > 10
    assert inside(struck) == []
    assert len(struck.report.tie_points) > 30
    assert np.median(error(struck, truth)) < 0.05


def test_a_pair_of_which_all_is_struck_is_refused():
    before = town(400, 400, seed=33)
    marks = TieMarks(struck=((200.0, 200.0, 400.0),))
    found = register(raster(before), raster(before + 3), marks=marks, options=OPTIONS)
    assert found.report.status is AlignmentStatus.NOT_ALIGNED
    assert found.report.tie_points == ()
    assert not vouched_for(found).any()
