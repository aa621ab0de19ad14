"""Unchanged pixels are found whatever the scale, the blocks and the order of the images."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.imagery.chi_square import chi_square_survival
from earthwork.imagery.ir_mad import IrMadOptions, fit_ir_mad
from earthwork.imagery.pixel_pairs import PixelPairs, sample_windows
from earthwork.imagery.radiometry import RadiometryOptions, fit_radiometry
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster

FEW = IrMadOptions(rounds=6, tolerance=0.0)


def pair(seed, bands, count=900):
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 1, (bands, bands)) @ rng.normal(0, 100, (bands, count)) + 1000
    after = before * rng.uniform(0.5, 2, (bands, 1)) + rng.normal(0, 20, (bands, count))
    after[:, : count // 5] = rng.normal(900, 200, (bands, count // 5))
    return before.astype(np.float32), after.astype(np.float32)


def by_hand(before, after, rounds):
    """Return chi-square values by plain numpy: inverses in place of whitening."""
    both, bands = np.concatenate([before, after]).astype(np.float64), len(before)
    weight = np.ones(both.shape[1])
    for _ in range(rounds):
        mean = both @ weight / weight.sum()
        apart = both - mean[:, None]
        s = (apart * weight) @ apart.T / weight.sum()
        s11, s12, s22 = s[:bands, :bands], s[:bands, bands:], s[bands:, bands:]
        squared, a = np.linalg.eig(np.linalg.solve(s11, s12 @ np.linalg.solve(s22, s12.T)))
        rho = np.sqrt(squared.real)
        a = a.real / np.sqrt(np.einsum("ji,jk,ki->i", a.real, s11, a.real))
        b = np.linalg.solve(s22, s12.T) @ a / rho
        mad = a.T @ apart[:bands] - b.T @ apart[bands:]
        chi = (mad**2 / (2 * (1 - rho))[:, None]).sum(axis=0)
        weight = chi_square_survival(chi, bands)
    return np.sort(rho)[::-1], chi


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(1, 5))
def test_the_compiled_rounds_equal_plain_ones(seed, bands, rounds):
    before, after = pair(seed, bands)
    options = IrMadOptions(rounds=rounds, tolerance=0.0, consistent=False, collinear=0.0)
    model = fit_ir_mad(lambda: [(before, after)], options=options)
    rho, chi = by_hand(before, after, rounds)
    np.testing.assert_allclose(model.correlations, rho, atol=1e-6)
    np.testing.assert_allclose(
        model.chi_square(before, after), chi, rtol=1e-5, atol=1e-6 * chi.max()
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.lists(st.integers(0, 900), max_size=6))
def test_blocks_make_no_difference(seed, bands, cuts):
    before, after = pair(seed, bands)
    edges = [0, *sorted(cuts), 900]
    parts = [(before[:, a:b], after[:, a:b]) for a, b in pairwise(edges)]
    one = fit_ir_mad(lambda: [(before, after)], options=FEW)
    many = fit_ir_mad(lambda: parts, options=FEW)
    np.testing.assert_allclose(one.correlations, many.correlations, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 20), st.floats(-100, 100))
def test_chances_do_not_depend_on_gain_offset_or_order(seed, gain, offset):
    before, after = (look.astype(np.float64) for look in pair(seed, 3))
    scaled = (after * gain + offset).astype(np.float32).astype(np.float64)
    first = fit_ir_mad(lambda: [(before, after)], options=FEW)
    second = fit_ir_mad(lambda: [(scaled, before)], options=FEW)
    np.testing.assert_allclose(
        first.no_change(before, after), second.no_change(scaled, before), atol=2e-3
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 50), st.floats(-100, 100))
def test_brightness_is_matched_whatever_its_scale(seed, gain, offset):
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 2, (64, 64)).astype(np.float32)
    after = (before.astype(np.float64) * gain + offset).astype(np.float32)
    grid = Grid.of_pixels(height=64, width=64)
    looks = [ArrayRaster(grid=grid, pixels=look[None]) for look in (before, after)]
    fit = fit_radiometry(*looks, lambda w: np.ones((w.height, w.width), bool))
    tolerance = 2e-2 + 1e-4 * abs(offset) / gain
    assert np.median(np.abs(fit.bands[0].apply(after) - before)) < tolerance


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_sample_is_spread_and_bounded(height, width):
    grid = Grid.of_pixels(height=height, width=width)
    windows = sample_windows(grid)
    assert len(windows) <= 144
    assert {(w.row, w.column) for w in windows} >= {(0, 0)}
    last = windows[-1]
    assert (last.row + last.height, last.column + last.width) == (height, width)


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 1300), st.integers(100, 1300), st.integers(1_000, 50_000))
def test_a_sample_is_a_regular_lattice_of_the_grid(height, width, most):
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.stack([rows, columns]).astype(np.float32)
    raster = ArrayRaster(grid=Grid.of_pixels(height=height, width=width), pixels=pixels)
    pairs = PixelPairs(
        before=raster,
        after=raster,
        assessed=lambda w: np.ones((w.height, w.width), bool),
        as_luminance=False,
    )
    sample, _ = pairs.sample(most)
    step = int(np.ceil(np.sqrt(height * width / most)))
    expected = {(r, c) for r in range(0, height, step) for c in range(0, width, step)}
    assert set(map(tuple, sample.astype(int).T.tolist())) == expected


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_a_sample_and_every_pixel_agree(seed):
    rng = np.random.default_rng(seed)
    before = rng.normal(1000, 200, (2, 120, 120)).round()
    after = (before * 1.5 + rng.normal(0, 10, before.shape)).round()
    grid = Grid.of_pixels(height=120, width=120)
    looks = [ArrayRaster(grid=grid, pixels=look.astype(np.uint16)) for look in (before, after)]
    fits = [
        fit_radiometry(
            *looks,
            lambda w: np.ones((w.height, w.width), bool),
            options=RadiometryOptions(exact=exact),
        )
        for exact in (False, True)
    ]
    gains = [[band.gain for band in fit.bands] for fit in fits]
    np.testing.assert_allclose(*gains, rtol=5e-3)
