"""Unchanged pixels are told from changed ones, whatever lies between the images."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from earthwork.errors import InvalidValue
from earthwork.imagery.chi_square import chi_square_survival
from earthwork.imagery.ir_mad import (
    IrMadOptions,
    fit_ir_mad,
    weighted_moments,
    weighting_shrinkage,
)


def pair(bands=4, count=4000, changed=0.2, *, seed=0):
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 1, (bands, bands)) @ rng.normal(0, 100, (bands, count)) + 1000
    after = before * rng.uniform(0.5, 2, (bands, 1)) + rng.normal(0, 8, (bands, count))
    moved = int(changed * count)
    after[:, :moved] = rng.normal(1000, 150, (bands, moved))
    return before.astype(np.float32), after.astype(np.float32), np.arange(count) < moved


def blocks_of(before, after):
    return lambda: iter([(before, after)])


@pytest.mark.parametrize("dof", [1, 2, 3, 4, 5, 6, 13])
def test_closed_forms_are_the_distribution(dof):
    values = np.concatenate([np.linspace(0, 60, 500), [1e-12, 300.0, 1e4]])
    told = chi_square_survival(values, dof)
    np.testing.assert_allclose(told, chi2.sf(values, dof), atol=1e-13)


def test_changed_pixels_stand_out():
    before, after, changed = pair()
    model = fit_ir_mad(blocks_of(before, after))
    chance = model.no_change(before, after)
    assert model.converged
    assert model.dof == 4
    assert np.mean(chance[changed] < 0.01) > 0.95
    assert np.mean(chance[~changed] < 0.01) < 0.03


def test_chances_of_unchanged_pixels_are_even():
    before, after, _ = pair(count=20_000, changed=0.0)
    chance = fit_ir_mad(blocks_of(before, after)).no_change(before, after)
    assert np.mean(chance > 0.95) == pytest.approx(0.05, abs=0.01)
    assert np.mean(chance) == pytest.approx(0.5, abs=0.02)


def test_as_published_the_spread_shrinks():
    before, after, changed = pair(count=20_000)
    published = fit_ir_mad(blocks_of(before, after), options=IrMadOptions(consistent=False))
    assert np.mean(published.no_change(before, after)[~changed] > 0.95) < 0.02


@pytest.mark.parametrize("dof", [1, 2, 3, 5])
def test_shrinkage_is_that_of_weighting_by_chance(dof):
    values = np.random.default_rng(0).chisquare(dof, 400_000)
    weight = chi2.sf(values, dof)
    told = (weight * values).sum() / weight.sum() / dof
    assert weighting_shrinkage(dof) == pytest.approx(told, abs=0.005)


def test_a_start_from_a_sample_ends_in_the_same_place():
    before, after, _ = pair()
    options = IrMadOptions(tolerance=1e-9, rounds=300)
    start = fit_ir_mad(blocks_of(before[:, ::2], after[:, ::2]), options=options)
    alone = fit_ir_mad(blocks_of(before, after), options=options)
    led = fit_ir_mad(blocks_of(before, after), start=start, options=options)
    np.testing.assert_allclose(led.correlations, alone.correlations, atol=1e-7)


def test_rounds_that_run_out_are_said():
    before, after, _ = pair()
    options = IrMadOptions(rounds=2, tolerance=0)
    assert not fit_ir_mad(blocks_of(before, after), options=options).converged


def test_bands_that_repeat_each_other_count_once():
    before, after, _ = pair(bands=2)
    thrice = [np.concatenate([look, look[:1]]) for look in (before, after)]
    assert fit_ir_mad(blocks_of(*thrice)).dof == 2


def test_a_band_that_stops_counting_midway_is_no_error():
    before, after, changed = pair(bands=2)
    before, after = (np.concatenate([look, look[:1]]) for look in (before, after))
    before[2, changed] += 50
    model = fit_ir_mad(blocks_of(before, after))
    assert 2 <= model.dof <= 3


def test_the_same_image_twice_has_not_changed():
    before, _, _ = pair()
    model = fit_ir_mad(blocks_of(before, before))
    assert model.no_change(before, before).min() > 0.99


def test_a_ridge_shortens_the_coefficients():
    before, after, _ = pair()
    plain, damped = (
        fit_ir_mad(blocks_of(before, after), options=IrMadOptions(ridge=ridge, rounds=1))
        for ridge in (0.0, 0.5)
    )
    assert max(damped.correlations) < max(plain.correlations)


def test_nothing_and_constants_are_errors():
    nothing = np.zeros((2, 0), np.float32)
    with pytest.raises(InvalidValue, match="no pixel to compare"):
        fit_ir_mad(blocks_of(nothing, nothing))
    flat = np.full((2, 500), 7, np.float32)
    with pytest.raises(InvalidValue, match="constant"):
        fit_ir_mad(blocks_of(flat, pair(bands=2, count=500)[1]))


def test_chances_that_nobody_reaches_are_an_error():
    before, after, _ = pair()
    model = fit_ir_mad(blocks_of(before, after))
    far = blocks_of(before[:, :50] + 9000, after[:, :50] - 9000)
    with pytest.raises(InvalidValue, match="no pixel has any weight"):
        weighted_moments(far, model=model, least=0.95)
