"""Works never shrink while they are under way, and always lie within what they become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from earthwork.simulate.alterations.chance import DrawnSiege, draw_siege
from earthwork.simulate.alterations.timeline import landscape_at
from earthwork.simulate.alterations.works import area_done, line_done

SHARES = st.floats(0.01, 1.0)
POINTS = st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=2, max_size=6)


@cache
def drawn(seed: int) -> DrawnSiege:
    return draw_siege(seed, side_m=300.0)


@given(POINTS, SHARES, SHARES)
def test_a_line_grows_from_its_first_end(
    points: list[tuple[float, float]], first: float, second: float
) -> None:
    line = LineString(points)
    if line.length < 1:
        return
    less, more = sorted((first, second))
    assert line_done(line, less).length <= line_done(line, more).length + 1e-6
    assert abs(line_done(line, less).length - less * line.length) < 1e-6 + 1e-3 * line.length


@given(st.tuples(st.floats(5, 200), st.floats(5, 200), st.floats(0, 6)), SHARES, SHARES)
def test_an_area_grows_within_itself(
    shape: tuple[float, float, float], first: float, second: float
) -> None:
    wide, deep, turn = shape
    corners = np.array([(0, 0), (wide, 0), (wide, deep), (0, deep)])
    spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    area = Polygon(corners @ spin + 300)
    less, more = (area_done(area, share) for share in sorted((first, second)))
    assert abs(less.area - min(first, second) * area.area) < 1e-3 * area.area
    assert less.difference(more.buffer(1e-6)).area < 1e-6


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 3), st.integers(-60, 300))
def test_the_ground_at_a_date_holds_only_what_is_dated(seed: int, after: int) -> None:
    siege = drawn(seed)
    start = siege.scenario.scenes[0].captured.astimezone(UTC)
    moment = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=after)
    land = landscape_at(siege.city, siege.chronicle, moment)
    under_way = [d for d in siege.chronicle.deeds if d.begun <= moment]
    assert len(land.banks) <= sum(len(work.banks) for work in siege.chronicle.works)
    if not under_way:
        assert not land.banks
        assert not land.blocks
        assert not land.patches
    assert len(land.buildings) >= len(siege.city.footprints)
    late = max((d.undone or d.done for d in siege.chronicle.deeds), default=moment)
    end = landscape_at(siege.city, siege.chronicle, late + timedelta(days=400))
    assert len(end.buildings) >= len(land.buildings)
