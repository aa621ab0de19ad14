"""Footprints that lost their building score above those that kept it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import MultiPolygon, box

from earthwork.change.buildings import (
    FEATURE_NAMES,
    BuildingEvidence,
    BuildingOptions,
    building_scores,
    describe_buildings,
    judge_buildings,
)
from earthwork.model.footprint_date import Dating, Vintage
from earthwork.model.vocabulary import BuildingState

from .scenery import ground, rubble, town

SIDE = 400
ALL = np.ones((SIDE, SIDE), bool)
GONE, KEPT, SWEPT = box(60, 60, 90, 84), box(300, 300, 330, 324), box(60, 300, 90, 324)
OPTIONS = BuildingOptions()


@pytest.fixture(scope="module")
def scene():
    before = town(SIDE, SIDE, seed=4)
    for footprint in (GONE, KEPT, SWEPT):
        left, top, right, bottom = (int(value) for value in footprint.bounds)
        before[top:bottom, left:right] = 220
        before[top + 8 : bottom - 8, left + 8 : right - 8] = 60
    after = before * 0.9 + 5
    after[20:130, 20:130] = rubble(110, 110, grain_px=2.5)
    after[260:370, 20:130] = ground(110, 110, seed=9) * 0.1 + 120
    return before.astype(np.float32), after.astype(np.float32)


def evidence(gain=0.0, share=1.0, gone=True):
    values = np.array(OPTIONS.centres) - (3 if gone else -3) * np.array(OPTIONS.scales)
    return BuildingEvidence(
        values=values[None], smooth_gain=np.array([gain]), assessed_share=np.array([share])
    )


EARLIER = Dating(vintage=Vintage.EARLIER, words="it is older")


def judged(told, *, vintage=Vintage.EARLIER):
    dating = Dating(vintage=vintage, words="so it is said")
    (building,) = judge_buildings(told, {"7": KEPT}, datings={"7": dating})
    return building


def test_gone_scores_above_kept(scene):
    told = describe_buildings(*scene, ALL, [GONE, KEPT, SWEPT], gsd_m=0.5)
    scores = building_scores(told)
    assert told.values.shape == (3, len(FEATURE_NAMES))
    assert scores[0] > OPTIONS.threshold > scores[1]
    assert scores[2] > OPTIONS.threshold
    assert told.smooth_gain[2] > OPTIONS.smooth_gain > told.smooth_gain[0]
    states = [
        building.state
        for building in judge_buildings(
            told,
            {"a": GONE, "b": KEPT, "c": SWEPT},
            datings=dict.fromkeys("abc", EARLIER),
        )
    ]
    assert states == [BuildingState.DESTROYED, BuildingState.STANDING, BuildingState.RAZED]


def test_the_pixel_size_may_be_coarse_or_unknown(scene):
    before, after = (image[::2, ::2] for image in scene)
    small = [box(*(value / 2 for value in outline.bounds)) for outline in (GONE, KEPT)]
    for gsd in (1.0, 1.5, None):
        scores = building_scores(describe_buildings(before, after, ALL[::2, ::2], small, gsd_m=gsd))
        assert scores[0] > scores[1]


def test_a_footprint_of_two_parts_is_described_over_both(scene):
    both = MultiPolygon([GONE, box(95, 60, 110, 84)])
    told = describe_buildings(*scene, ALL, [both], gsd_m=0.5)
    assert building_scores(told)[0] > OPTIONS.threshold


def test_outside_or_masked_is_not_assessed(scene):
    assessed = ALL.copy()
    assessed[:200, :200] = False
    told = describe_buildings(*scene, assessed, [GONE, box(900, 900, 930, 930)], gsd_m=0.5)
    assert np.isnan(building_scores(told)).all()
    buildings = judge_buildings(
        told,
        {"a": GONE, "b": box(900, 900, 930, 930)},
        datings=dict.fromkeys("ab", EARLIER),
    )
    assert {building.state for building in buildings} == {BuildingState.NOT_ASSESSED}
    assert {building.score for building in buildings} == {None}
    assert "0% of it" in buildings[0].reason


def test_no_footprints_is_no_building(scene):
    told = describe_buildings(*scene, ALL, [], gsd_m=0.5)
    assert judge_buildings(told, {}, datings={}) == ()


def test_a_bare_place_is_razed_only_under_an_outline_that_is_known_to_be_older():
    assert judged(evidence(gain=3)).state is BuildingState.RAZED
    for vintage in set(Vintage) - {Vintage.EARLIER}:
        building = judged(evidence(gain=3), vintage=vintage)
        assert building.state is BuildingState.NOT_ASSESSED
        assert building.score is not None
        assert "so it is said" in building.reason
    (unsaid,) = judge_buildings(evidence(gain=3), {"7": KEPT}, datings={})
    assert unsaid.state is BuildingState.NOT_ASSESSED
    assert "unknown" in unsaid.reason


def test_rough_is_destroyed_unless_a_new_building_may_have_made_it_so():
    rough = {vintage: judged(evidence(), vintage=vintage).state for vintage in Vintage}
    new = {Vintage.BETWEEN, Vintage.LATER, Vintage.PLANNED, Vintage.GONE_BEFORE}
    assert {v for v, state in rough.items() if state is BuildingState.NOT_ASSESSED} == new
    assert {rough[v] for v in set(Vintage) - new} == {BuildingState.DESTROYED}
    assert judged(evidence()).reason.endswith("rough")
    assert judged(evidence(), vintage=Vintage.UNDATED).reason.endswith("rough, but so it is said")


def test_unchanged_is_standing_whatever_the_date_unless_recorded_as_gone():
    kept = {vintage: judged(evidence(gone=False), vintage=vintage).state for vintage in Vintage}
    assert kept.pop(Vintage.GONE_BEFORE) is BuildingState.NOT_ASSESSED
    assert set(kept.values()) == {BuildingState.STANDING}


def test_too_little_assessed_is_not_assessed():
    assert judged(evidence(share=0.5)).state is BuildingState.NOT_ASSESSED
    assert judged(evidence(share=0.5)).geometry == KEPT


def test_the_score_is_a_weighted_sum():
    told = replace(evidence(), values=np.array([OPTIONS.centres]))
    assert building_scores(told)[0] == pytest.approx(0)
    assert building_scores(evidence())[0] == pytest.approx(-3 * sum(OPTIONS.weights))
