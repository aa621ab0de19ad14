"""New lines are found, measured and weighed; old ones and short ones are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from earthwork.change.earthworks import (
    LINE_KINDS,
    EarthworkOptions,
    find_lines,
    kind_weights,
    line_kernels,
    longest_path,
    periodicity,
    resolve_line_threshold,
    trace_lines,
)
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind

from .scenery import ground

SIDE = 320
ALL = np.ones((SIDE, SIDE), bool)


def bank(image, *, light=60.0, dark=-60.0, start=(60, 160), end=(260, 160)):
    """Draw a line with a light side above and a dark side below it."""
    drawn = image.copy()
    for shift, value in ((-3, light), (3, dark)):
        layer = np.zeros_like(drawn)
        ends = [(x, y + shift) for x, y in (start, end)]
        cv2.line(layer, ends[0], ends[1], 1.0, 5)
        drawn += value * layer
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)


def found(before, after, **given):
    return find_lines(before, after, ALL, gsd_m=0.5, **given)


def test_a_new_bank_is_one_line_of_its_length():
    before = ground(SIDE, SIDE)
    (line,) = found(before, bank(before))
    assert line.length_m == pytest.approx(100, rel=0.15)
    assert line.path.bounds[1] == pytest.approx(160, abs=6)
    assert line.path.bounds[0] == pytest.approx(60, abs=12)
    assert line.kind in LINE_KINDS
    weights = [weight for _, weight in line.alternatives]
    assert 0.2 < 1 - sum(weights) < 0.3


@pytest.mark.parametrize(("azimuth", "kind"), [(0, Kind.BERM), (180, Kind.TRENCH)])
def test_the_lit_side_tells_a_bank_from_a_ditch(azimuth, kind):
    before = ground(SIDE, SIDE)
    sun = Angles(azimuth_deg=azimuth, elevation_deg=40)
    (line,) = found(before, bank(before), sun=sun)
    assert line.kind is kind
    assert abs(line.parts["light_towards_sun"]) > 0.35


def test_a_sun_along_the_line_tells_nothing():
    before = ground(SIDE, SIDE)
    (line,) = found(before, bank(before), sun=Angles(azimuth_deg=90, elevation_deg=40))
    assert abs(line.parts["light_towards_sun"]) < 0.3


def test_separate_blocks_in_a_line_are_a_row_of_barriers():
    before = ground(SIDE, SIDE)
    after = before.copy()
    for left in range(50, 270, 8):
        after[158:163, left : left + 4] += 90
    (line,) = found(before, after)
    assert line.kind is Kind.BARRIER_ROW
    assert line.parts["periodicity"] > 0.4


def test_an_old_line_is_no_new_one_even_if_brighter_or_a_little_aside():
    land = ground(SIDE, SIDE)
    before = bank(land)
    assert found(before, before * 1.1) == ()
    assert found(before, bank(land, start=(60, 163), end=(260, 163))) == ()


def test_a_step_and_a_short_line_are_none():
    before = ground(SIDE, SIDE)
    step = before.copy()
    step[160:] += 40
    assert found(before, bank(before, end=(90, 160))) == ()
    assert all(line.score < 3 for line in found(before, step))


def test_coarse_pixels_show_no_line():
    before = ground(SIDE, SIDE)
    assert find_lines(before, bank(before), ALL, gsd_m=3.0) == ()


def test_a_masked_line_is_not_found():
    before = ground(SIDE, SIDE)
    assessed = ALL.copy()
    assessed[130:190] = False
    assert find_lines(before, bank(before), assessed, gsd_m=0.5) == ()
    assert find_lines(before, bank(before), ~ALL, gsd_m=0.5) == ()


def test_kernels_give_nothing_on_flat_ground_and_on_a_step():
    for line, pair, _ in line_kernels(2.0, 7.0, 4)[:1]:
        half = line.shape[0] // 2
        step = np.zeros_like(line)
        step[half + 1 :] = 1
        step[half] = 0.5
        assert abs(line.sum()) < 1e-4
        assert abs(pair.sum()) < 1e-4
        assert abs((line * step).sum()) < 0.01
        assert abs((pair * step).sum()) < 0.02


def test_the_longest_path_skips_spurs():
    skeleton = np.zeros((20, 40), bool)
    skeleton[10, 5:35] = True
    skeleton[7:10, 20] = True
    path = longest_path(skeleton)
    assert len(path) == 30
    assert {tuple(path[0]), tuple(path[-1])} == {(10, 5), (10, 34)}
    assert longest_path(np.zeros((3, 3), bool)).shape == (0, 2)


def test_blobs_and_curls_are_not_lines():
    gain = np.full((200, 200), -1, np.float32)
    cv2.circle(gain, (60, 60), 30, 2.0, -1)
    assert trace_lines(gain, gsd_m=1.0) == []
    gain[150, 20:120] = 2.0
    assert len(trace_lines(gain, gsd_m=1.0)) == 1
    gain[:] = -1
    gain[5, 5] = 2.0
    assert trace_lines(gain, gsd_m=1.0) == []


def test_the_threshold_is_the_floor_or_the_scene_s_own():
    options = EarthworkOptions()
    rng = np.random.default_rng(0)
    noisy = rng.normal(0, 1, (100, 100)).astype(np.float32)
    assert resolve_line_threshold(noisy * 0) == options.threshold
    assert resolve_line_threshold(noisy) == pytest.approx(options.threshold_spread, rel=0.1)
    assert resolve_line_threshold(np.full((3, 3), np.nan, np.float32)) == options.threshold


def test_periodicity_is_of_what_repeats():
    x = np.arange(120)
    assert periodicity(np.sin(2 * np.pi * x / 5).astype(np.float32), 1.0, (2.0, 8.0)) > 0.8
    rng = np.random.default_rng(0)
    assert periodicity(rng.normal(0, 1, 120).astype(np.float32), 1.0, (2.0, 8.0)) < 0.4
    assert periodicity(np.zeros(120, np.float32), 1.0, (2.0, 8.0)) == 0
    assert periodicity(np.ones(10, np.float32), 1.0, (2.0, 8.0)) == 0


@pytest.mark.parametrize("rhythm", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("raised", [None, -1.0, 0.0, 1.0])
def test_weights_sum_to_one_and_none_is_ruled_out(rhythm, raised):
    weights = kind_weights(rhythm, raised)
    assert sum(weights) == pytest.approx(1)
    assert min(weights) > 0
