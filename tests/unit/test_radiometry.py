"""Brightness is brought together on unchanged pixels; where too few are, the fit says so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.radiometry import (
    RadiometricFit,
    RadiometricMethod,
    RadiometryOptions,
    fit_radiometry,
    have_like_bands,
    normalised,
    resolve_method,
    resolve_top,
)
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole
from earthwork.pipeline.records import from_bytes, to_bytes

from .scenery import raster, rubble, town

IR_MAD, RANKS, RANGE = RadiometricMethod


def everywhere(window):
    return np.ones((window.height, window.width), bool)


def held(pixels, mask=None):
    pixels = pixels if pixels.ndim == 3 else pixels[None]
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2])
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


def seen(image, fit):
    return normalised(image, fit).read(whole(image.grid))


def three_bands(side=160, *, seed=0):
    """Bands alike but not the same, as a sensor of 11 bits counts them."""
    first, second = town(side, side, seed=seed), town(side, side, seed=seed + 9)
    bands = np.stack([first, 0.8 * first + 0.2 * second, 0.6 * first + 0.4 * second])
    return np.rint(bands * 6 + 100).astype(np.uint16)


GAINS, OFFSETS = np.array([0.8, 1.3, 0.5]), np.array([40.0, -20.0, 90.0])


def rescaled(bands, *, seed=1):
    noise = np.random.default_rng(seed).normal(0, 3, bands.shape)
    told = bands * GAINS[:, None, None] + OFFSETS[:, None, None] + noise
    return np.rint(told).astype(np.uint16)


def with_rubble(bands, share):
    changed = bands.copy()
    rows = int(share * bands.shape[1])
    if rows:
        changed[:, :rows] = np.rint(rubble(rows, bands.shape[2]) * 4 + 300)
    return changed


# ---------------------------------------------------------------- IR-MAD


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_gains_and_offsets_are_found_though_a_third_of_the_ground_changed(share):
    before = three_bands()
    after = with_rubble(rescaled(before), share)
    fit = fit_radiometry(held(before), held(after), everywhere)
    assert fit.method is IR_MAD
    assert fit.is_reliable
    assert not fit.is_luminance
    np.testing.assert_allclose([band.gain for band in fit.bands], 1 / GAINS, rtol=0.01)
    still = int(share * before.shape[1])
    apart = np.abs(seen(held(after), fit) - before)[:, still:]
    assert np.median(apart) < 6
    assert "IR-MAD" in fit.sentence


def test_the_residual_is_that_of_the_noise():
    before = three_bands()
    fit = fit_radiometry(held(before), held(rescaled(before)), everywhere)
    for band, gain in zip(fit.bands, GAINS, strict=True):
        # the pixels kept are the quieter ones
        assert 0.1 * 3 / gain < band.residual < 1.1 * 3 / gain
        assert band.residual_share < 0.05


def test_every_pixel_in_windows_gives_what_a_sample_of_all_gives():
    before = three_bands(96)
    after = with_rubble(rescaled(before), 0.2)
    pair = (held(before), held(after), everywhere)
    sampled, exact = (
        fit_radiometry(*pair, options=RadiometryOptions(exact=exact)) for exact in (False, True)
    )
    for one, other in zip(sampled.bands, exact.bands, strict=True):
        assert one.gain == pytest.approx(other.gain, rel=2e-3)
    assert exact.pixels == sampled.pixels


def test_unchanged_pixels_of_one_kind_of_ground_make_no_line():
    rng = np.random.default_rng(0)
    before = three_bands()
    after = rescaled(before).astype(np.float64)
    calm = np.zeros(before.shape[1:], bool)
    calm[:100] = True
    before = np.where(calm, 300, before).astype(np.uint16) + rng.integers(
        0, 2, before.shape
    ).astype(np.uint16)
    after = np.where(calm, before * 1.0, after + rng.normal(0, 120, after.shape))
    after = np.clip(np.rint(after), 1, None).astype(np.uint16)
    fit = fit_radiometry(held(before), held(after), everywhere)
    assert fit.method is RANKS
    assert "one kind of ground" in fit.sentence


def test_grey_saved_as_colour_is_no_trouble():
    grey = np.rint(town(120, 120) * 6 + 50).astype(np.uint16)
    before = np.stack([grey] * 3)
    fit = fit_radiometry(held(before), held(before // 2), everywhere)
    assert np.median(np.abs(seen(held(before // 2), fit) - before)) < 3


def test_ir_mad_asked_of_unlike_bands_is_refused():
    pan = raster(town(60, 60))
    with pytest.raises(InvalidValue, match="IR-MAD of images of 1 and 1 bands"):
        fit_radiometry(pan, pan, everywhere, method=IR_MAD)


# ---------------------------------------------------------------- ranks


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (11, np.uint16), (16, np.uint16)])
def test_any_bit_depth_meets_colour(bits, dtype):
    before = town(100, 100)
    scale = (2**bits - 1) / 255
    pan = held(np.rint(np.clip(before, 0, 255) * scale).astype(dtype))
    colour = raster(np.stack([before, before, before]))
    fit = fit_radiometry(colour, pan, everywhere)
    told = seen(pan, fit)
    assert fit.method is RANKS
    assert fit.is_luminance
    assert told.dtype == np.float32
    assert told.shape == (1, 100, 100)
    assert np.median(np.abs(told[0] - before)) < 1.5


def test_a_curve_is_undone_though_a_third_of_the_ground_changed():
    before = town(160, 160)
    after = np.clip(before, 1, None) ** 1.5 * 3 + 40
    after[:53] = rubble(53, 160) * 60 + 2000
    pair = [held(np.rint(image * 4).astype(np.uint16)) for image in (before, after)]
    fit = fit_radiometry(*pair, everywhere)
    apart = np.abs(seen(pair[1], fit)[0] / 4 - before)[53:]
    assert fit.method is RANKS
    assert np.median(apart) < 2.5


def test_values_beyond_the_ends_keep_their_order():
    before = town(100, 100)
    fit = fit_radiometry(held(before), held(before * 2 + 10), everywhere)
    values = fit.bands[0].apply(np.array([[-500, 0, 100, 900, 9000]], np.float32))
    assert (np.diff(values[0]) > 0).all()


def test_a_table_maps_whole_numbers_as_a_search_does():
    before = np.rint(town(300, 300)).clip(1, 254).astype(np.uint8)
    fit = fit_radiometry(held(before), held(255 - (255 - before) // 2), everywhere)
    band = fit.bands[0]
    tabled = band.apply(before)
    np.testing.assert_array_equal(tabled, band.apply(before.astype(np.float64)))


def test_pictures_of_8_bits_are_matched_band_by_band():
    before = np.stack([town(120, 120, seed=s) for s in range(3)]).clip(2, 250)
    after = before.copy()
    after[0] = (before[0] / 255) ** 0.7 * 200 + 20
    looks = [held(np.rint(image).astype(np.uint8)) for image in (before, after)]
    fit = fit_radiometry(*looks, everywhere)
    assert fit.method is RANKS
    assert len(fit.bands) == 3
    assert np.median(np.abs(seen(looks[1], fit) - before)) < 1.5


# ---------------------------------------------------------------- what does not count


def test_pixels_that_are_not_assessed_do_not_count():
    before = town(120, 120)
    after = before * 2
    spoiled = after.copy()
    spoiled[:40] = 5000

    def below(window):
        rows = np.arange(window.row, window.row + window.height)
        return np.repeat((rows >= 40)[:, None], window.width, axis=1)

    mask = np.ones((120, 120), bool)
    mask[:40] = False
    clean = fit_radiometry(held(before[40:]), held(after[40:]), everywhere)
    assert fit_radiometry(held(before), held(spoiled), below).bands == clean.bands
    by_data = fit_radiometry(held(before), held(spoiled, mask), everywhere)
    assert by_data.bands == clean.bands


def test_clipped_pixels_do_not_count():
    before = np.rint(town(120, 120) * 10 + 50).astype(np.uint16)
    after = before.copy()
    after[:30], after[30:50] = 4095, 0
    fit = fit_radiometry(held(before), Deep(raster=held(after), bits=12), everywhere)
    assert fit.pixels == 70 * 120


@dataclass
class Deep:
    """A raster of known depth and named bands, as an open file is."""

    raster: ArrayRaster
    bits: int | None = None
    band_names: tuple[str, ...] = ()

    @property
    def grid(self):
        return self.raster.grid

    @property
    def bands(self):
        return self.raster.bands

    def read(self, window):
        return self.raster.read(window)

    def valid(self, window):
        return self.raster.valid(window)


# ---------------------------------------------------------------- gates


def test_unlike_pictures_are_only_brought_to_one_range():
    first = Deep(raster=held(np.rint(town(120, 120, seed=3) * 15 + 9).astype(np.uint16)), bits=12)
    other = np.random.default_rng(0).integers(5, 250, (120, 120)).astype(np.uint8)
    fit = fit_radiometry(first, held(other), everywhere)
    assert fit.method is RANGE
    assert not fit.is_reliable
    assert fit.bands[0].gain == pytest.approx(4095 / 255)
    assert "range of 255 to one of 4095" in fit.sentence
    assert "correlate by" in fit.sentence


@pytest.mark.parametrize(
    ("after", "reason"),
    [(np.full((3, 60, 60), 7, np.uint16), "constant"), (np.zeros((3, 60, 60), np.uint16), "pixel")],
)
def test_nothing_to_go_by_is_said(after, reason):
    fit = fit_radiometry(held(three_bands(60)), held(after), everywhere)
    assert not fit.is_reliable
    assert fit.bands[0].gain == 1
    assert fit.bands[0].residual is None
    assert "left as delivered" in fit.sentence
    assert reason in fit.sentence


def test_too_few_pixels_make_no_curve():
    image = town(10, 10)
    fit = fit_radiometry(held(image), held(image), everywhere)
    assert "only 100 pixels" in fit.sentence


def test_unrelated_bands_are_refused_by_both_methods():
    fit = fit_radiometry(held(three_bands()), held(three_bands(seed=40)[::-1]), everywhere)
    assert not fit.is_reliable
    assert "IR-MAD was not used" in fit.sentence
    assert "Ranks were not used" in fit.sentence


def test_the_range_alone_can_be_asked_for():
    image = raster(town(60, 60))
    assert fit_radiometry(image, image, everywhere, method=RANGE).method is RANGE


def test_grids_masks_and_bands_that_do_not_fit_are_errors():
    image, other = raster(town(50, 50)), raster(town(50, 40))
    with pytest.raises(GridMismatch):
        fit_radiometry(image, other, everywhere)
    with pytest.raises(GridMismatch, match="a mask of"):
        fit_radiometry(image, image, lambda _: np.ones((3, 3), bool))
    colour = raster(np.stack([town(60, 60)] * 3))
    fit = fit_radiometry(colour, colour, everywhere)
    with pytest.raises(GridMismatch, match="a fit of 3 bands for an image of 1"):
        normalised(raster(town(60, 60)), fit)


# ---------------------------------------------------------------- resolving, views, records


@pytest.mark.parametrize(
    ("alike", "tops", "method"),
    [
        (True, (4095.0, 4095.0), IR_MAD),
        (True, (None, None), IR_MAD),
        (True, (255.0, None), RANKS),
        (False, (4095.0, 4095.0), RANKS),
    ],
)
def test_the_method_is_chosen_by_bands_and_depth(alike, tops, method):
    assert resolve_method(is_alike=alike, tops=tops) is method


def test_bands_are_alike_by_number_and_name():
    two = held(np.ones((2, 4, 4), np.uint16))
    assert have_like_bands(two, two)
    assert not have_like_bands(held(np.ones((4, 4))), held(np.ones((4, 4))))
    red, infrared = (Deep(raster=two, band_names=(name, "green")) for name in ("red", "nir"))
    assert have_like_bands(red, red)
    assert have_like_bands(red, two)
    assert not have_like_bands(red, infrared)


def test_the_top_is_that_of_the_bits():
    assert resolve_top(held(np.ones((4, 4), np.uint8))) == 255
    assert resolve_top(held(np.ones((4, 4), np.uint16))) is None
    assert resolve_top(Deep(raster=held(np.ones((4, 4), np.uint16)), bits=11)) == 2047


def test_a_window_of_the_view_is_the_view_of_a_window():
    before = three_bands(96)
    mask = np.ones((96, 96), bool)
    mask[:5] = False
    after = held(rescaled(before), mask)
    view = normalised(after, fit_radiometry(held(before), after, everywhere))
    window = Window(row=3, column=10, height=30, width=41)
    assert view.grid == after.grid
    assert view.bands == 3
    np.testing.assert_array_equal(view.read(window), view.read(whole(view.grid))[:, 3:33, 10:51])
    np.testing.assert_array_equal(view.valid(window), after.valid(window))


def test_a_fit_is_kept_without_loss():
    before = three_bands(80)
    for method in RadiometricMethod:
        fit = fit_radiometry(held(before), held(rescaled(before)), everywhere, method=method)
        assert from_bytes(RadiometricFit, to_bytes(fit)) == fit
