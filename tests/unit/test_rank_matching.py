"""Ranks are laid on each other by the pixels themselves."""

from __future__ import annotations

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.imagery.rank_matching import fine_scale, joint_ranks, match_ranks

from .scenery import town


def joint_of(before, after):
    values = [np.asarray(look, np.float32).ravel() for look in (before, after)]
    scales = (fine_scale(values[0]), fine_scale(values[1]))
    return joint_ranks(lambda: iter([tuple(values)]), scales=scales)


def test_whole_numbers_are_counted_one_by_one():
    scale = fine_scale(np.array([3, 4095], np.float32))
    assert (scale.least, scale.step) == (0.0, 1.0)
    assert scale.index(np.array([7.0, 70_000.0, -5.0], np.float32)).tolist() == [7, 65535, 0]


@pytest.mark.parametrize("values", [[0.25, 1.5], [-3.0, 8.0], [5.0, 90_000.0]])
def test_other_numbers_share_the_steps(values):
    scale = fine_scale(np.array(values, np.float32))
    assert scale.values()[[0, -1]] == pytest.approx(values)


def test_the_joint_counts_are_of_pairs():
    joint = joint_of([10, 10, 20, 30], [1, 1, 2, 1])
    assert joint.before.tolist() == [10, 20, 30]
    assert joint.after.tolist() == [1, 2]
    assert joint.counts.tolist() == [[2, 0], [0, 1], [1, 0]]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5])
def test_rubble_of_one_brightness_does_not_bend_the_curve(share):
    before = np.rint(town(200, 200) * 10)
    rng = np.random.default_rng(1)
    after = np.rint(np.sqrt(before.clip(1)) * 40 + rng.normal(0, 3, before.shape))
    changed = rng.permutation(before.size).reshape(before.shape) < share * before.size
    after = np.where(changed, rng.normal(2200, 60, before.shape).round(), after)
    match = match_ranks(joint_of(before, after))
    told = np.interp(after[~changed], match.after, match.before)
    assert np.median(np.abs(told - before[~changed])) < 25
    assert match.kept_share < 1.001 - 0.7 * share


def test_the_curve_rises():
    rng = np.random.default_rng(0)
    match = match_ranks(joint_of(rng.normal(size=5000), rng.normal(size=5000)))
    assert (np.diff(match.after) > 0).all()
    assert (np.diff(match.before) >= 0).all()
    assert abs(match.correlation) < 0.05


def test_nothing_and_constants_are_errors():
    nothing = np.zeros(0, np.float32)
    with pytest.raises(InvalidValue, match="no pixel"):
        fine_scale(nothing)
    scale = fine_scale(np.ones(3, np.float32))
    with pytest.raises(InvalidValue, match="no pixel"):
        joint_ranks(lambda: iter([(nothing, nothing)]), scales=(scale, scale))
    with pytest.raises(InvalidValue, match="constant"):
        match_ranks(joint_of(np.ones(50), np.arange(50)))
