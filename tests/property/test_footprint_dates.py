"""A 'razed' needs a content that is wholly older, whatever else is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from earthwork.change.buildings import DEFAULT_BUILDINGS, BuildingEvidence, judge_buildings
from earthwork.model.footprint_date import DateMeaning, FootprintDate, dating_of
from earthwork.model.interval import Interval
from earthwork.model.vocabulary import BuildingState

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
HOUSE = box(0, 0, 9, 9)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    first, length = draw(st.integers(0, 3000)), draw(st.integers(0, 700))
    start, end = EPOCH + timedelta(days=first), EPOCH + timedelta(days=first + length)
    return Interval(
        start=draw(st.sampled_from([start, start, None])),
        end=draw(st.sampled_from([end, end, None])),
    )


maybe = st.none() | intervals()
dates = st.builds(
    FootprintDate,
    known=maybe,
    meaning=st.sampled_from(DateMeaning),
    source=st.just("a source"),
    built=maybe,
    gone=maybe,
    is_planned=st.booleans(),
)


@given(dates, maybe, maybe)
def test_razed_is_said_only_of_what_is_known_to_be_older(
    known: FootprintDate, before: Interval | None, after: Interval | None
) -> None:
    dating = dating_of(known, before=before, after=after)
    bare = BuildingEvidence(
        values=np.array([np.array(DEFAULT_BUILDINGS.centres) - 0.5]),
        smooth_gain=np.array([9.0]),
        assessed_share=np.array([1.0]),
    )
    (building,) = judge_buildings(bare, {"1": HOUSE}, datings={"1": dating})
    if building.state is not BuildingState.RAZED:
        assert building.state is BuildingState.NOT_ASSESSED
        assert dating.words in building.reason
        return
    assert before is not None
    assert before.start is not None
    bound = known.built or known.known
    assert bound is not None
    assert bound.end is not None
    same_day = bound.start is not None and (
        bound.start.date() == bound.end.date() == before.start.date()
    )
    assert bound.end < before.start or same_day
    assert known.gone is None or known.gone.is_after(before)
    assert known.built is not None or not known.is_planned


@given(dates, intervals(), intervals(), st.integers(1, 2000))
def test_a_later_before_image_takes_nothing_back_that_was_older(
    known: FootprintDate, before: Interval, after: Interval, days: int
) -> None:
    if not dating_of(known, before=before, after=after).allows_razed or known.gone is not None:
        return
    move = timedelta(days=days)
    later = Interval(
        start=None if before.start is None else before.start + move,
        end=None if before.end is None else before.end + move,
    )
    assert dating_of(known, before=later, after=None).allows_razed
