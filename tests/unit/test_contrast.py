"""Brightness of turned earth against the ground beside it."""

from __future__ import annotations

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.alterations.contrast import LEVELS, QUANTILES, ground_of, sample_contrast
from earthwork.simulate.painting.materials import Material


@pytest.mark.parametrize("ground", sorted(QUANTILES))
def test_draws_follow_the_measured_quantiles(ground):
    rng = np.random.default_rng(7)
    logs = np.log([sample_contrast(ground, rng=rng) for _ in range(4000)])
    inner = (np.array(LEVELS) - LEVELS[0]) / (LEVELS[-1] - LEVELS[0])
    assert np.quantile(logs, inner[2:-2]) == pytest.approx(QUANTILES[ground][2:-2], abs=0.06)
    assert logs.min() >= QUANTILES[ground][0]
    assert logs.max() <= QUANTILES[ground][-1]


@pytest.mark.parametrize("ground", sorted(QUANTILES))
def test_quantiles_rise(ground):
    assert (np.diff(QUANTILES[ground]) > 0).all()
    assert len(QUANTILES[ground]) == len(LEVELS)


def test_low_contrast_is_common_on_bare_ground():
    rng = np.random.default_rng(3)
    tones = np.array([sample_contrast("bare", rng=rng) for _ in range(2000)])
    assert 0.2 < np.mean(np.abs(np.log(tones)) < 0.1) < 0.5
    assert 0.35 < np.mean(tones < 1) < 0.55


def test_each_material_has_a_measured_ground():
    assert {ground_of(material) for material in Material} == set(QUANTILES)
    assert ground_of(Material.SOIL) == "bare"


def test_an_unmeasured_ground_is_refused_with_the_choices():
    with pytest.raises(InvalidValue, match="snow") as caught:
        sample_contrast("snow", rng=np.random.default_rng(1))
    assert caught.value.choices == ("bare", "green", "paved", "rough")
