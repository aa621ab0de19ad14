"""Verdicts by arithmetic on one small case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shapely import box

from earthwork.judgement.observability import SceneView
from earthwork.judgement.verdicts import Evidence, judge
from earthwork.model.claim import Claim, Quantity, Span
from earthwork.model.finding import Finding
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation
from earthwork.model.place import GazetteerEntry
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import (
    BuildingState,
    ClaimKind,
    ImageCheckable,
    Kind,
    Modality,
    Polarity,
    Progress,
    Seen,
    Verdict,
)

Make = Callable[..., Any]
PUBLISHED = Interval.of_day(date(2031, 11, 4))
GROUND = box(44.999, 36.139, 45.012, 36.146)


@pytest.fixture
def view(make_scene: Make) -> SceneView:
    scene: Scene = make_scene()
    return SceneView(
        scene=scene,
        outline=scene.grid.outline_lonlat(),
        assessed_share=lambda _: 1.0,
        readers=("A. Reader",),
    )


@pytest.fixture
def one(view: SceneView) -> Callable[..., Finding]:
    def judged(claim: Claim, *observations: Observation, **given: Any) -> Finding:
        defaults: dict[str, Any] = {
            "claims": (claim,),
            "observations": observations,
            "candidates": (),
            "views": (view,),
            "area": GROUND,
            "as_of": date(2031, 11, 10),
            "published": {"r1": PUBLISHED},
        }
        return judge(Evidence(**(defaults | given)))[0]

    return judged


def test_a_berm_that_a_reader_saw_is_supported(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    finding = one(make_claim(), make_observation(length_m=320.0))
    assert finding.verdict is Verdict.SUPPORTED
    assert finding.observations == ("O-1",)
    assert finding.length_m == 320.0
    assert finding.interval is not None
    assert finding.interval.spoken() == "14 Aug 2031 to 31 Oct 2031"


def test_a_tunnel_is_not_observable_even_without_images(one: Make, make_claim: Make) -> None:
    finding = one(make_claim(ClaimKind.TUNNEL), views=())
    assert finding.verdict is Verdict.NOT_OBSERVABLE


@pytest.mark.parametrize(
    ("checkable", "verdict"),
    [
        (ImageCheckable.NO_NOT_PHYSICAL, Verdict.RECORDED),
        (ImageCheckable.NO_TRANSIENT, Verdict.NOT_OBSERVABLE),
        (ImageCheckable.NO_TOO_SMALL, Verdict.NOT_OBSERVABLE),
        (ImageCheckable.NO_SUBSURFACE, Verdict.NOT_OBSERVABLE),
    ],
)
def test_claims_beyond_images(
    one: Make, make_claim: Make, checkable: ImageCheckable, verdict: Verdict
) -> None:
    assert one(make_claim(image_checkable=checkable)).verdict is verdict


def test_a_non_physical_kind_is_recorded(one: Make, make_claim: Make) -> None:
    assert one(make_claim(ClaimKind.ALLEGATION)).verdict is Verdict.RECORDED


def test_without_images_a_physical_claim_is_not_assessed(one: Make, make_claim: Make) -> None:
    finding = one(make_claim(), views=())
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "no image" in finding.reason


def test_an_announcement_that_is_not_due_is_premature(one: Make, make_claim: Make) -> None:
    later = Interval.of_day(date(2031, 12, 15))
    finding = one(make_claim(modality=Modality.PLANNED, interval=later))
    assert finding.verdict is Verdict.PREMATURE


def test_an_announcement_that_fell_due_is_judged(one: Make, make_claim: Make) -> None:
    due = Interval.of_day(date(2031, 10, 15))
    finding = one(make_claim(modality=Modality.PLANNED, interval=due))
    assert finding.verdict is Verdict.NOT_SEEN


def test_nothing_marked_by_a_reader_is_not_seen(one: Make, make_claim: Make) -> None:
    finding = one(make_claim())
    assert finding.verdict is Verdict.NOT_SEEN
    assert finding.looks[0].seen is Seen.NOT_SEEN


def test_an_unread_scene_leaves_the_claim_not_assessed(
    one: Make, make_claim: Make, view: SceneView
) -> None:
    finding = one(make_claim(), views=(replace(view, readers=()),))
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "no reader" in finding.looks[0].reason


def test_a_masked_place_is_not_assessed(one: Make, make_claim: Make, view: SceneView) -> None:
    finding = one(make_claim(), views=(replace(view, assessed_share=lambda _: 0.2),))
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "20%" in finding.reason


def test_a_place_outside_the_image_is_not_assessed(one: Make, make_claim: Make) -> None:
    claim = make_claim()
    away = replace(claim, place=replace(claim.place, area=box(46, 37, 46.1, 37.1)))
    assert one(away).verdict is Verdict.NOT_ASSESSED


def test_an_unresolved_place_is_not_assessed(one: Make, make_claim: Make) -> None:
    claim = make_claim()
    nowhere = replace(claim, place=replace(claim.place, area=None, longitude=None, latitude=None))
    finding = one(nowhere)
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "could not be resolved" in finding.reason


def test_a_pixel_too_coarse_is_not_observable(one: Make, make_claim: Make, view: SceneView) -> None:
    coarse = replace(view.scene.grid, transform=view.scene.grid.transform.scale(20))
    scene = replace(view.scene, grid=replace(coarse, height=80, width=120))
    finding = one(make_claim(ClaimKind.BERM), views=(replace(view, scene=scene),))
    assert finding.verdict is Verdict.NOT_OBSERVABLE
    assert "elow resolution" in finding.reason


def test_a_scene_taken_before_the_claim_cannot_deny_it(
    one: Make, make_claim: Make, view: SceneView, make_scene: Make
) -> None:
    early = replace(view, scene=make_scene("before", date(2031, 8, 14)))
    finding = one(make_claim(), views=(early,))
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "before the time" in finding.reason


def test_past_works_are_not_held_against_what_stands_now(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    claim = make_claim(
        progress=Progress.PAST, interval=Interval.of_days(date(2014, 1, 1), date(2014, 12, 31))
    )
    finding = one(claim, make_observation())
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert "not at the past time" in finding.reason


def test_works_that_came_after_the_time_claimed_contradict_it(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    claim = make_claim(interval=Interval.of_day(date(2031, 7, 1)))
    finding = one(claim, make_observation())
    assert finding.verdict is Verdict.CONTRADICTED


def test_what_was_denied_and_seen_is_contradicted(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    finding = one(make_claim(polarity=Polarity.NEGATED), make_observation())
    assert finding.verdict is Verdict.CONTRADICTED


def test_an_extent_that_was_not_measured_is_only_partly_supported(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    claim = make_claim(ClaimKind.BARRIER_ROW, "the approaches are entirely blocked by barriers")
    finding = one(claim, make_observation(kind=Kind.BARRIER_ROW))
    assert finding.verdict is Verdict.PARTLY_SUPPORTED
    assert "entirely" in finding.reason


@pytest.mark.parametrize(
    ("unit", "low", "verdict"),
    [
        ("km", 0.3, Verdict.SUPPORTED),
        ("km", 3.0, Verdict.PARTLY_SUPPORTED),
        ("m", 300.0, Verdict.SUPPORTED),
        ("count", 4.0, Verdict.PARTLY_SUPPORTED),
        ("m2", 9.0, Verdict.SUPPORTED),
        ("people", 9.0, Verdict.SUPPORTED),
    ],
)
def test_numbers_said_are_held_against_numbers_seen(
    one: Make, make_claim: Make, make_observation: Make, unit: str, low: float, verdict: Verdict
) -> None:
    said = Quantity(low=low, high=None, unit=unit, span=Span(start=0, end=4, words="some"))
    finding = one(make_claim(quantities=(said,)), make_observation(length_m=310.0))
    assert finding.verdict is verdict


def test_another_kind_that_may_be_meant_is_partly_supported(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    finding = one(make_claim(ClaimKind.WALL_BUILT), make_observation(kind=Kind.BARRIER_ROW))
    assert finding.verdict is Verdict.PARTLY_SUPPORTED
    assert "barrier row" in finding.reason


def test_staged_barriers_are_a_third_state(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    finding = one(make_claim(ClaimKind.ROAD_BLOCKED), make_observation(kind=Kind.BARRIER_STAGED))
    assert finding.verdict is Verdict.PARTLY_SUPPORTED
    assert finding.kind is Kind.BARRIER_STAGED
    assert "open" in finding.reason


def test_a_building_said_razed_that_stands_is_contradicted(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    standing = make_observation(kind=None, state=BuildingState.STANDING)
    every = make_claim(ClaimKind.BUILDING_RAZED, "every building was razed")
    assert one(every, standing).verdict is Verdict.CONTRADICTED
    some = make_claim(ClaimKind.BUILDING_RAZED, "several buildings were razed")
    assert one(some, standing).verdict is Verdict.NOT_SEEN
    assert one(make_claim(ClaimKind.BUILDING_STANDING), standing).verdict is Verdict.SUPPORTED


def test_razed_here_and_standing_there_is_partly_supported(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    standing = make_observation("O-2", kind=None, state=BuildingState.STANDING)
    razed = make_observation(kind=Kind.BUILDING_RAZED, state=BuildingState.RAZED)
    every = make_claim(ClaimKind.BUILDING_RAZED, "all of the buildings were razed")
    finding = one(every, razed, standing)
    assert finding.verdict is Verdict.PARTLY_SUPPORTED
    assert set(finding.observations) == {"O-1", "O-2"}


def test_echoes_are_one_finding_with_one_source(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    first = make_claim()
    echo = replace(first, id="r2-01", document="r2", echo_of="r1-01")
    finding = one(first, make_observation(), claims=(echo, first))
    assert finding.claims == ("r1-01", "r2-01")
    assert finding.independent_sources == 1


def test_an_unreported_observation_is_a_finding(make_observation: Make, view: SceneView) -> None:
    town = GazetteerEntry(
        name="Town", longitude=45.0045, latitude=36.13, geonames_id=None, country=None, population=0
    )
    (finding,) = judge(
        Evidence(
            claims=(),
            observations=(make_observation(),),
            candidates=(),
            views=(view,),
            area=GROUND,
            as_of=date(2031, 11, 10),
            published={},
            places=(town,),
        )
    )
    assert finding.verdict is None
    assert finding.place == "about 1.4 km north of Town"


def test_an_unreviewed_candidate_is_named_but_counts_for_nothing(
    one: Make, make_claim: Make
) -> None:
    where = box(45.004, 36.142, 45.005, 36.1425)
    candidate = Candidate(id="C-1", kind=Kind.BERM, score=0.9, geometry=where)
    finding = one(make_claim(), candidates=((candidate, where),))
    assert finding.verdict is Verdict.NOT_SEEN
    assert finding.candidates == ("C-1",)


def test_a_claim_without_place_is_held_against_the_whole_case(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    assert one(make_claim(place=None), make_observation()).verdict is Verdict.SUPPORTED


def test_a_sighting_of_unknown_date_supports_but_does_not_date(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    undated = make_observation(interval=Interval(start=None, end=None))
    finding = one(make_claim(), undated)
    assert finding.verdict is Verdict.SUPPORTED
    assert "unknown date" in finding.reason


def test_a_road_said_open_beside_staged_barriers_is_supported(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    claim = make_claim(ClaimKind.ROAD_BLOCKED, polarity=Polarity.NEGATED)
    finding = one(claim, make_observation(kind=Kind.BARRIER_STAGED))
    assert finding.verdict is Verdict.SUPPORTED


def test_one_named_building_is_held_against_what_was_noted_of_it(
    one: Make, make_claim: Make, make_observation: Make
) -> None:
    factory = make_observation(
        "O-2", kind=None, state=BuildingState.STANDING, note="the large factory, whole"
    )
    house = make_observation(kind=Kind.BUILDING_RAZED, state=BuildingState.RAZED, note="a house")
    claim = make_claim(ClaimKind.BUILDING_RAZED, "the large factory has been razed")
    finding = one(claim, house, factory)
    assert finding.verdict is Verdict.CONTRADICTED
    assert finding.observations == ("O-2",)
    unnoted = one(claim, house, replace(factory, note=None))
    assert unnoted.verdict is Verdict.PARTLY_SUPPORTED
