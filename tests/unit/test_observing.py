"""What becomes of candidates when readers decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from shapely import LineString, box

from earthwork.errors import InvalidValue
from earthwork.io.drawings import DrawingContents, Skipped
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation, Review
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import BuildingState, Decision, Kind
from earthwork.pipeline.observing import (
    PlacedCandidate,
    TakenIn,
    accept,
    bracket,
    once_each,
    take_in,
)

from .small_case import GRID, lonlat

PIXELS = box(20, 30, 60, 50)
"""40 by 20 pixels of half a metre: 200 m²."""


def placed(name: str = "C-1", *, grid: Grid = GRID, **given: Any) -> PlacedCandidate:
    defaults: dict[str, Any] = {
        "id": name,
        "kind": Kind.GROUND_CLEARED,
        "score": 0.5,
        "geometry": grid.to_map(PIXELS),
        "before": "before",
        "after": "after",
        "area_m2": 200.0,
    }
    return PlacedCandidate(candidate=Candidate(**(defaults | given)), grid=grid)


def review(decision: Decision = Decision.ACCEPT, *, candidate: str = "C-1", **given: Any) -> Review:
    return Review(candidate=candidate, decision=decision, reader="R. One", **given)


def drawing(*reviews: Review, **given: Any) -> DrawingContents:
    return DrawingContents(**({"observations": (), "reviews": reviews, "skipped": ()} | given))


@pytest.fixture
def scenes(make_scene: Callable[..., Scene]) -> dict[str, Scene]:
    return {
        "before": make_scene("before", date(2031, 8, 14), grid=GRID),
        "after": make_scene("after", date(2031, 10, 31), grid=GRID),
    }


def only(taken: TakenIn) -> Observation:
    (observation,) = taken.observations
    return observation


def test_nothing_counts_until_a_reader_decides(scenes: dict[str, Scene]) -> None:
    taken = take_in([], [placed()], scenes)
    assert taken.observations == ()
    assert [p.candidate.id for p in taken.waiting] == ["C-1"]
    assert taken.readers == {}


def test_what_is_accepted_lies_on_the_ground_between_the_two_dates(
    scenes: dict[str, Scene],
) -> None:
    taken = take_in([drawing(review(note="n"))], [placed()], scenes)
    seen = only(taken)
    assert (seen.id, seen.candidate, seen.image, seen.note) == ("O-1", "C-1", "after", "n")
    assert seen.geometry.equals_exact(lonlat(PIXELS), 1e-9)
    assert not seen.is_pixels
    assert seen.area_m2 == 200.0
    assert seen.interval.spoken() == "14 Aug 2031 to 31 Oct 2031"
    assert taken.waiting == ()
    assert taken.readers == {"after": ("R. One",), "before": ("R. One",)}


def test_what_is_rejected_is_gone_and_its_reader_has_looked(scenes: dict[str, Scene]) -> None:
    taken = take_in([drawing(review(Decision.REJECT))], [placed()], scenes)
    assert (taken.observations, taken.waiting) == ((), ())
    assert taken.readers == {"after": ("R. One",), "before": ("R. One",)}


def test_the_later_decision_stands(scenes: dict[str, Scene]) -> None:
    first, later = drawing(review()), drawing(review(Decision.REJECT))
    assert take_in([first, later], [placed()], scenes).observations == ()
    assert len(take_in([later, first], [placed()], scenes).observations) == 1


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.BUILDING_RAZED, BuildingState.RAZED),
        (Kind.BUILDING_DESTROYED, BuildingState.DESTROYED),
        (Kind.BUILDING_DAMAGED, BuildingState.DAMAGED),
        (Kind.BERM, None),
    ],
)
def test_a_changed_kind_carries_its_state(
    scenes: dict[str, Scene], kind: Kind, state: BuildingState | None
) -> None:
    seen = accept(placed(), review(Decision.CHANGE, kind=kind), scenes)
    assert seen is not None
    assert (seen.kind, seen.state) == (kind, state)
    assert seen.area_m2 == 200.0


def test_a_changed_outline_is_measured_anew(scenes: dict[str, Scene]) -> None:
    half = lonlat(box(20, 30, 40, 50))
    seen = accept(placed(), review(Decision.CHANGE, geometry=half), scenes)
    assert seen is not None
    assert seen.geometry is half
    assert seen.area_m2 == pytest.approx(100.0, rel=2e-3)
    assert seen.length_m is None


def test_without_a_place_on_the_ground_all_counts_in_pixels(scenes: dict[str, Scene]) -> None:
    grid = Grid.of_pixels(height=160, width=160, gsd_m=0.5)
    accepted = accept(placed(grid=grid), review(), scenes)
    half = box(20, 30, 40, 50)
    changed = accept(placed(grid=grid), review(Decision.CHANGE, geometry=half), scenes)
    assert accepted is not None
    assert changed is not None
    assert accepted.is_pixels
    assert changed.is_pixels
    assert accepted.geometry == PIXELS
    assert changed.area_m2 == pytest.approx(100.0)


def test_a_decision_on_what_is_no_longer_proposed_waits(scenes: dict[str, Scene]) -> None:
    taken = take_in([drawing(review(candidate="C-9"))], [placed()], scenes)
    assert taken.observations == ()
    assert len(taken.waiting) == 1
    assert taken.notes == ("The decision of R. One on C-9 waits: no candidate has that id now.",)


def test_rows_left_out_are_noted(scenes: dict[str, Scene]) -> None:
    skipped = Skipped(item="a.geojson, feature 2", error=InvalidValue("no kind"))
    taken = take_in([drawing(skipped=(skipped,))], [], scenes)
    assert taken.notes == ("a.geojson, feature 2 was left out: no kind",)


def test_one_thing_drawn_twice_counts_once(
    scenes: dict[str, Scene], make_observation: Callable[..., Observation]
) -> None:
    drawn = drawing(observations=(make_observation(), make_observation()))
    taken = take_in([drawn, drawn], [], scenes)
    assert len(taken.observations) == 1
    assert taken.readers == {"after": ("A. Reader",)}


def test_a_candidate_from_outside_a_case_cannot_be_accepted(scenes: dict[str, Scene]) -> None:
    with pytest.raises(InvalidValue, match="does not name the image"):
        accept(placed(after=None), review(), scenes)


def test_a_change_is_bracketed_only_by_what_is_known(
    scenes: dict[str, Scene], make_scene: Callable[..., Scene]
) -> None:
    undated = make_scene("x", None)
    end = scenes["after"].capture.interval
    assert end is not None
    assert bracket(None, scenes["after"]) == Interval(start=None, end=end.end)
    assert bracket(undated, scenes["after"]) == Interval(start=None, end=end.end)
    assert bracket(scenes["before"], undated).end is None
    swapped = bracket(scenes["after"], scenes["before"])
    assert swapped.start is None
    assert swapped.spoken() == "by 14 Aug 2031"


def test_one_thing_drawn_by_two_hands_counts_once(
    make_observation: Callable[..., Observation],
) -> None:
    drawn = make_observation("O-1")
    again = make_observation("O-2", geometry=box(45.00402, 36.14202, 45.00501, 36.14251))
    other = make_observation("O-3", kind=Kind.TRENCH)
    away = make_observation("O-4", geometry=box(45.006, 36.142, 45.007, 36.1425))
    kept, notes = once_each([drawn, again, other, away])
    assert [o.id for o in kept] == ["O-1", "O-3", "O-4"]
    assert notes == ("O-2 shows again what O-1 shows, and counts once.",)


def test_a_line_drawn_along_an_accepted_outline_is_the_same_thing(
    make_observation: Callable[..., Observation],
) -> None:
    line = make_observation("O-1", geometry=LineString([(45.004, 36.142), (45.005, 36.142)]))
    outline = make_observation("O-2", geometry=box(45.0041, 36.14199, 45.0049, 36.14201))
    assert len(once_each([line, outline])[0]) == 1
