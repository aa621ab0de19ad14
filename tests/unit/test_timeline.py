"""The ground at a date holds the part that is done by then, and nothing that is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, box

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.timeline import Chronicle, in_order, landscape_at, unfold
from earthwork.simulate.alterations.works import (
    area_done,
    done_geometry,
    least_side_m,
    line_done,
    share_done,
    sweep,
    swept_share,
    work_done,
)
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.landscape import Condition, Landscape, Season
from earthwork.simulate.scenario import Do, Event, Where

from .ordered_siege import BEGUN, DONE, LATER, day, done, event, nahrabad, scenario

CITY = nahrabad()
OPEN = Where(line=((0.05, 0.3), (0.2, 0.35), (0.24, 0.25)))
HALF = BEGUN + (DONE - BEGUN) / 2
BERM = event(Do.RAISE, OPEN)


def at(chronicle: Chronicle, moment: object, **given: Season) -> Landscape:
    return landscape_at(CITY, chronicle, moment, **given)  # type: ignore[arg-type]


def deed(**given: object) -> Deed:
    defaults = {
        "id": "d", "event": "e", "kind": Kind.BERM, "state": None,
        "geometry": LineString([(0, 0), (100, 0)]), "begun": BEGUN, "done": DONE,
    }  # fmt: skip
    return Deed(**(defaults | given))  # type: ignore[arg-type]


def test_the_share_of_a_deed() -> None:
    assert share_done(deed(), BEGUN - timedelta(seconds=1)) == 0
    assert share_done(deed(), HALF) == pytest.approx(0.5)
    assert share_done(deed(), DONE) == 1
    assert share_done(deed(undone=LATER), LATER) == 0
    assert share_done(deed(begun=DONE), DONE) == 1


def test_the_part_of_a_geometry_that_is_done() -> None:
    assert done_geometry(deed(), HALF).length == pytest.approx(50)
    assert done_geometry(deed(), BEGUN - timedelta(days=1)).is_empty
    ground = deed(kind=Kind.GROUND_CLEARED, geometry=box(0, 0, 200, 50))
    assert done_geometry(ground, HALF).area == pytest.approx(5_000)
    house = deed(kind=Kind.NEW_BUILDING, geometry=box(0, 0, 9, 9))
    assert done_geometry(house, HALF).area == 81


def test_areas_are_worked_from_one_end_of_their_longer_side() -> None:
    way, first, last = sweep(box(10, 0, 60, 20))
    assert way == pytest.approx((1, 0))
    assert (first, last) == pytest.approx((10, 60))
    assert sweep(box(0, 0, 5, 50))[0] == pytest.approx((0, 1))
    assert area_done(box(0, 0, 100, 20), 0.25).bounds == pytest.approx((0, 0, 25, 20))
    assert area_done(box(0, 0, 100, 20), 1.0).area == 2000
    parts = MultiPolygon([box(0, 0, 40, 20), box(60, 0, 100, 20)])
    assert area_done(parts, 0.5).area == pytest.approx(800)
    shares = swept_share(box(0, 0, 100, 20), np.array([(0.0, 5.0), (75.0, 1.0)]))
    assert shares == pytest.approx([0, 0.75])


def test_small_measures() -> None:
    assert least_side_m(box(0, 0, 9, 4)) == pytest.approx(4)
    assert least_side_m(LineString([(0, 0), (9, 0)])) == 0
    line = LineString([(0, 0), (10, 0)])
    assert line_done(line, 1.0) is line
    assert line_done(line, 0.3).length == pytest.approx(3)


def test_a_berm_grows_along_its_line() -> None:
    chronicle = done(BERM)
    whole = sum(deed.geometry.length for deed in chronicle.deeds)
    assert not at(chronicle, BEGUN - timedelta(days=1)).banks
    half = at(chronicle, HALF)
    assert sum(bank.line.length for bank in half.banks) == pytest.approx(whole / 2, abs=2)
    assert half.banks[0].line.coords[0] == chronicle.deeds[0].geometry.coords[0]
    full = at(chronicle, DONE)
    assert sum(bank.line.length for bank in full.banks) == pytest.approx(whole)
    scraped = sum(patch.outline.area for patch in half.patches)
    assert 0.3 < scraped / sum(patch.outline.area for patch in full.patches) < 0.7


def test_pieces_of_a_line_follow_one_another() -> None:
    chronicle = done(event(Do.RAISE, Where(line=((0.02, 0.3), (0.98, 0.3)))))
    deeds = chronicle.deeds
    assert deeds[0].begun == BEGUN
    assert deeds[-1].done == DONE
    assert all(a.done == b.begun for a, b in pairwise(deeds))


def test_rows_grow_block_by_block_and_clearing_sweeps() -> None:
    row = event(Do.WALL, OPEN)
    clear = event(Do.CLEAR, Where(quarter="Tahun"), spare=("factory",))
    chronicle = done(row, clear)
    half, full = at(chronicle, HALF), at(chronicle, DONE)
    assert len(half.blocks) == pytest.approx(len(full.blocks) / 2, abs=2)
    cleared = [sum(patch.outline.area for patch in land.patches) for land in (half, full)]
    assert 0.25 < cleared[0] / cleared[1] < 0.75
    for house in half.buildings:
        if house.condition is Condition.RAZED:
            assert half.patches[0].outline.distance(house.footprint.outline.centroid) < 8


def test_buildings_change_and_are_built_again() -> None:
    hit = event(Do.SHELL, Where(building="factory"), severity=0.1, done=BEGUN)
    raze = event(Do.RAZE, Where(building="factory"), begun=DONE, done=DONE)
    again = event(Do.REBUILD, Where(event="raze"), begun=LATER, done=day(12, 1), count=1)
    chronicle = done(hit, raze, again)

    def state(moment: object) -> list[Condition]:
        return [
            house.condition
            for house in at(chronicle, moment).buildings
            if house.footprint.id in {"factory", "rebuild-h1"}
        ]

    assert state(day(8, 1)) == [Condition.INTACT]
    assert state(day(9, 15)) == [Condition.HOLED]
    assert state(day(10, 15)) == [Condition.RAZED]
    assert state(day(11, 8)) == [Condition.RAZED, Condition.UNDER_CONSTRUCTION]
    assert state(day(12, 24)) == [Condition.RAZED, Condition.INTACT]


def test_debris_is_carted_off_before_a_house_is_built_again() -> None:
    hit = event(Do.SHELL, Where(building="factory"), severity=1.0)
    again = event(Do.REBUILD, Where(event="shell"), begun=LATER, done=day(12, 1), count=1)
    more = event(Do.RAZE, Where(event="rebuild"), begun=day(12, 5), done=day(12, 5))
    chronicle = done(hit, again, more)
    assert {work.lot for work in chronicle.works} == {None, "factory"}
    old, new = (
        next(h for h in at(chronicle, day(12, 9)).buildings if h.footprint.id == name)
        for name in ("factory", "rebuild-h1")
    )
    assert old.condition is Condition.RAZED
    assert new.condition is Condition.RAZED


def test_what_is_opened_is_gone() -> None:
    bar = event(Do.BAR, Where(road="Kasira Road", at=0.5))
    opened = event(Do.OPEN, Where(event="bar"), begun=LATER, done=LATER)
    chronicle = done(bar, opened)
    assert at(chronicle, DONE).blocks
    assert not at(chronicle, LATER).blocks


def test_the_season_and_the_seed_are_handed_on() -> None:
    chronicle = done(BERM, seed=9)
    assert at(chronicle, DONE).seed == 9
    assert at(chronicle, DONE, season=Season(soil=0.8)).season.soil == 0.8
    assert at(chronicle, DONE).season == Season()


def test_mounds_and_spans_are_there_whole() -> None:
    chronicle = done(
        event(Do.MOUND, Where(road="Kasira Road", at=0.3)),
        event(Do.DROP_BRIDGE),
        event(Do.STREW, Where(road="Kasira Road", at=0.6)),
    )
    land = at(chronicle, DONE)
    assert land.mounds
    assert land.rubble
    assert len(land.fallen_spans) == 1
    mound = next(work for work in chronicle.works if work.mounds)
    assert work_done(mound, BEGUN - timedelta(days=1)) is None
    assert work_done(mound, DONE) is mound


def test_events_are_done_by_date_and_then_as_written() -> None:
    late, early, same = (
        event(Do.RAISE, OPEN, id=name, begun=begun, done=LATER)
        for name, begun in (("a", DONE), ("b", BEGUN), ("c", DONE))
    )
    assert [item.id for item in in_order([late, early, same])] == ["b", "a", "c"]


def test_the_same_scenario_gives_the_same_works() -> None:
    events = (BERM, event(Do.SHELL, Where(quarter="Suqara")), event(Do.BAR, Where(quarter="Tahun")))
    assert done(*events) == done(*events)
    assert done(*events) != done(*events, seed=2)


@pytest.mark.parametrize(
    "added",
    [
        event(Do.CRATER, Where(quarter="Tahun"), begun=LATER, done=LATER),
        event(Do.SHELL, Where(quarter="Karmin"), begun=LATER, done=LATER),
        event(Do.BAR, Where(road="West Road", at=0.5), begun=LATER, done=LATER),
    ],
)
def test_an_event_added_at_the_end_changes_no_other(added: Event) -> None:
    events = (BERM, event(Do.BLOCK, Where(road="Kasira Road", start=0.05, end=0.2)))
    before = unfold(scenario(*events), CITY).works
    assert unfold(scenario(*events, added), CITY).works[: len(before)] == before


def test_works_keep_their_own_randomness_when_another_is_dropped() -> None:
    first = event(Do.BAR, Where(road="West Road", at=0.5))
    alone = done(BERM).works
    assert [w for w in done(first, BERM).works if w.deed.event == "raise"] == list(alone)
    renamed = done(replace(BERM, id="other")).works
    assert renamed[0].banks[0].height_m != alone[0].banks[0].height_m
