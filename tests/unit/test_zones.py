"""Zones lie where the town was destroyed, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import box

from earthwork.change.ground import cleared_score, find_cleared
from earthwork.change.zones import (
    Evidence,
    ZoneOptions,
    find_zones,
    gather_evidence,
    outlines,
    resolve_threshold,
)
from earthwork.model.vocabulary import Kind

from .scenery import ground, rubble, town

SIDE = 360
ALL = np.ones((SIDE, SIDE), bool)
SPOT = box(130, 130, 250, 250)


def scene(fill):
    before = town(SIDE, SIDE, seed=2)
    after = before * 0.9 + 8
    after[130:250, 130:250] = fill
    return before, after


def test_a_destroyed_quarter_is_one_zone():
    before, after = scene(rubble(120, 120))
    evidence = gather_evidence(before, after, ALL, gsd_m=0.5)
    (zone,) = find_zones(evidence, gsd_m=0.5)
    assert zone.kind is Kind.BUILDING_DESTROYED
    assert zone.outline.intersection(SPOT).area / zone.outline.union(SPOT).area > 0.6
    assert zone.parts["structure_lost"] > 0
    assert zone.alternatives[0][0] is Kind.BUILDING_RAZED
    assert 0 < zone.alternatives[0][1] < 0.5


def test_a_quarter_swept_clean_is_razed_and_cleared():
    before, after = scene(ground(120, 120, seed=5) * 0.2 + 110)
    evidence = gather_evidence(before, after, ALL, gsd_m=0.5)
    zones = find_zones(evidence, gsd_m=0.5)
    assert zones[0].kind is Kind.BUILDING_RAZED
    assert zones[0].outline.intersection(SPOT).area > 0.7 * zones[0].outline.area
    (area,) = find_cleared(evidence, after, ALL, gsd_m=0.5)
    assert area.kind is Kind.GROUND_CLEARED
    assert area.outline.intersection(SPOT).area / area.outline.union(SPOT).area > 0.4
    assert area.alternatives[0] == (Kind.BUILDING_RAZED, area.parts["built_before"] / 2)
    assert cleared_score(evidence)[190, 190] > 1


def test_ground_swept_into_shadow_is_not_cleared():
    before, after = scene(np.full((120, 120), 5.0))
    evidence = gather_evidence(before, after, ALL, gsd_m=0.5)
    assert find_cleared(evidence, after, ALL, gsd_m=0.5) == ()


def test_nothing_changed_gives_no_zone():
    before = town(SIDE, SIDE, seed=2)
    rng = np.random.default_rng(1)
    after = before * 1.2 - 20 + rng.normal(0, 1, before.shape).astype(np.float32)
    evidence = gather_evidence(before, after, ALL, gsd_m=0.5)
    assert find_zones(evidence, gsd_m=0.5) == ()
    assert find_cleared(evidence, after, ALL, gsd_m=0.5) == ()


def test_a_scene_that_is_mostly_destroyed_does_not_hide_itself():
    before = town(SIDE, SIDE, seed=2)
    after = rubble(SIDE, SIDE)
    after[:, :80] = before[:, :80]
    evidence = gather_evidence(before, after, ALL, gsd_m=0.5)
    zones = find_zones(evidence, gsd_m=0.5)
    assert sum(zone.area_px for zone in zones) > 0.6 * SIDE * (SIDE - 80)


def test_what_is_not_assessed_is_neither_scored_nor_outlined():
    before, after = scene(rubble(120, 120))
    assessed = ALL.copy()
    assessed[:, 180:] = False
    evidence = gather_evidence(before, after, assessed, gsd_m=0.5)
    score = evidence.destroyed()
    assert np.isnan(score[:, 180:]).all()
    assert np.isfinite(score[:, :180]).all()
    assert all(zone.outline.bounds[2] <= 181 for zone in find_zones(evidence, gsd_m=0.5))


def test_nothing_assessed_gives_nothing():
    before, after = scene(0)
    evidence = gather_evidence(before, after, ~ALL, gsd_m=None)
    assert find_zones(evidence, gsd_m=None) == ()


def test_thresholds_come_from_the_scene_within_bounds():
    quiet = np.zeros((50, 50), np.float32)
    loud = np.full((50, 50), 9, np.float32)
    spread = np.tile(np.linspace(-1, 2.6, 50, dtype=np.float32), (50, 1))
    options = ZoneOptions()
    assert resolve_threshold(quiet) == options.threshold_low
    assert resolve_threshold(loud) == options.threshold_high
    assert options.threshold_low < resolve_threshold(spread) < options.threshold_high
    assert resolve_threshold(quiet, ZoneOptions(threshold=0.3)) == 0.3
    assert resolve_threshold(np.full((2, 2), np.nan, np.float32)) == options.threshold_high


def test_zones_are_ranked_and_limited():
    score = np.zeros((200, 200), np.float32)
    for index in range(3):
        score[10 + 60 * index : 50 + 60 * index, 20:180] = 4 + index
    still = np.zeros((200, 200), np.float32)
    evidence = Evidence(
        structure_before=still + 0.3,
        structure_lost=score * 0.08,
        texture_before=still - 5.2,
        texture_after=still - 5.2,
    )
    zones = find_zones(evidence, gsd_m=0.5)
    assert [round(zone.score) for zone in zones] == [6, 5, 4]
    assert len(find_zones(evidence, gsd_m=0.5, options=ZoneOptions(most_zones=2))) == 2


def test_outlines_follow_pixel_edges_and_keep_holes():
    chosen = np.zeros((80, 80), bool)
    chosen[10:60, 20:70] = True
    chosen[25:45, 35:55] = False
    ((outline, pixels),) = outlines(chosen, radius_px=1, least_px=10)
    assert outline.is_valid
    assert outline.bounds == pytest.approx((20, 10, 70, 60), abs=0.3)
    assert outline.area == pytest.approx(2500 - 400, rel=0.05)
    assert pixels[0].size == pytest.approx(2100, rel=0.03)


def test_small_specks_are_dropped():
    chosen = np.zeros((40, 40), bool)
    chosen[5, 5] = chosen[10:20, 10:20] = True
    assert len(list(outlines(chosen, radius_px=1, least_px=50))) == 1
    assert list(outlines(chosen, radius_px=1, least_px=500)) == []
