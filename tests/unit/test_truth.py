"""Truth over the scenes of a siege, as vectors and as labels."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, box

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.truths.polygon_fill import PixelWindow, covered
from earthwork.simulate.truths.truth import (
    KIND_CODES,
    Stage,
    label_raster,
    stage_of,
    true_objects,
    width_m,
)

WHOLE = PixelWindow.of_scene(side_m=40.0, gsd_m=1.0)


def day(number: int) -> datetime:
    return datetime(2031, 3, number, 8, tzinfo=UTC)


def deed(kind, geometry, *, begun=5, done=None, undone=None, name="deed", **given) -> Deed:
    return Deed(
        id=name,
        event="event",
        kind=kind,
        state=given.pop("state", None),
        geometry=geometry,
        begun=day(begun),
        done=day(done or begun),
        undone=None if undone is None else day(undone),
        **given,
    )


BERM = deed(Kind.BERM, LineString([(0, 20), (40, 20)]), begun=4, done=8, least_m=6.0)


def test_every_kind_has_a_code_of_its_own():
    assert set(KIND_CODES) == set(Kind)
    assert sorted(KIND_CODES.values()) == list(range(1, len(Kind) + 1))


def test_codes_in_files_never_change():
    assert [KIND_CODES[kind] for kind in (Kind.BUILDING_RAZED, Kind.BERM, Kind.ROADBLOCK)] == [
        1,
        6,
        12,
    ]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, (Stage.ABSENT, 0.0)),
        (5, (Stage.UNDER_WAY, 0.25)),
        (8, (Stage.PRESENT, 1.0)),
        (9, (Stage.UNDONE, 0.0)),
    ],
)
def test_a_berm_grows_stands_and_goes(number, expected):
    berm = deed(Kind.BERM, BERM.geometry, begun=4, done=8, undone=9)
    assert stage_of(berm, day(number)) == expected


def test_a_building_falls_at_once_and_rises_slowly():
    fallen = deed(Kind.BUILDING_RAZED, box(0, 0, 9, 9), begun=2, done=6)
    risen = deed(Kind.NEW_BUILDING, box(0, 0, 9, 9), begun=2, done=6)
    assert stage_of(fallen, day(4)) == (Stage.ABSENT, 0.0)
    assert stage_of(risen, day(4)) == (Stage.UNDER_WAY, 0.5)


def test_intervals_lie_between_scenes():
    wall = deed(Kind.WALL, LineString([(0, 0), (9, 0)]), begun=5, undone=20)
    scenes = {"late": day(25), "first": day(1), "second": day(6), "third": day(15)}
    (found,) = true_objects([wall], scenes)
    assert (found.appeared.start, found.appeared.end) == (day(1), day(6))
    assert (found.went.start, found.went.end) == (day(15), day(25))
    assert [s.scene for s in found.standings] == ["first", "second", "third", "late"]
    values = found.values()
    assert values["absent_until"] == day(1).isoformat()
    assert values["gone_from"] == day(25).isoformat()
    assert values["share second"] == 1.0


def test_what_no_scene_shows_has_no_interval():
    brief = deed(Kind.ROADBLOCK, box(0, 0, 9, 9), begun=5, undone=6)
    (found,) = true_objects([brief], {"a": day(1), "b": day(9)})
    assert found.appeared is None
    assert found.went is None
    assert found.values()["present_from"] is None


def test_what_the_first_scene_shows_has_an_open_start():
    (found,) = true_objects([BERM], {"a": day(9)})
    assert (found.appeared.start, found.appeared.end) == (None, day(9))
    assert found.went is None


def test_a_standing_building_is_no_object_of_a_kind():
    kept = deed(None, box(0, 0, 9, 9), state=BuildingState.STANDING)
    (found,) = true_objects([kept], {"a": day(9)})
    assert found.values()["kind"] is None
    assert label_raster([kept], day(9), window=WHOLE).max() == 0
    with pytest.raises(InvalidValue, match="no width"):
        width_m(kept)


def test_a_line_is_as_wide_as_its_foot_and_as_long_as_it_is_done():
    half = label_raster([BERM], day(6), window=WHOLE)
    whole = label_raster([BERM], day(9), window=WHOLE)
    assert (half == KIND_CODES[Kind.BERM]).sum() == 6 * 20
    assert (whole == KIND_CODES[Kind.BERM]).sum() == 6 * 40
    assert half[:, 20:].max() == 0


def test_a_thin_line_covers_a_pixel_in_every_column():
    thin = deed(Kind.WALL, LineString([(0, 3), (40, 36)]), least_m=0.2)
    assert label_raster([thin], day(9), window=WHOLE).any(axis=0).all()


def test_a_point_covers_a_circle_of_its_size():
    crater = deed(Kind.CRATER, Point(20, 20), least_m=10.0)
    area = (label_raster([crater], day(9), window=WHOLE) > 0).sum()
    assert area == pytest.approx(np.pi * 25, rel=0.06)


def test_what_stands_on_ground_hides_it_and_the_later_building_state_counts():
    house = box(10, 10, 20, 20)
    deeds = [
        deed(Kind.BUILDING_RAZED, house, begun=7, name="c"),
        deed(Kind.BUILDING_DAMAGED, house, begun=3, name="b"),
        deed(Kind.GROUND_CLEARED, box(0, 0, 30, 30), begun=8, name="a"),
        deed(Kind.TUNNEL, box(0, 0, 40, 40), begun=1, name="d"),
    ]
    early = label_raster(deeds, day(5), window=WHOLE)
    late = label_raster(deeds, day(9), window=WHOLE)
    assert set(np.unique(early)) == {0, KIND_CODES[Kind.BUILDING_DAMAGED]}
    assert (late == KIND_CODES[Kind.BUILDING_RAZED]).sum() == 100
    assert (late == KIND_CODES[Kind.GROUND_CLEARED]).sum() == 800


def test_holes_and_parts_are_kept():
    ring = box(0, 0, 10, 10).difference(box(3, 3, 7, 7))
    both = MultiPolygon([ring, box(20, 20, 24, 24)])
    assert covered(both, window=WHOLE).sum() == 100 - 16 + 16


def test_neighbours_share_no_pixel_and_leave_none_out():
    left, right = box(0, 0, 10.5, 40), box(10.5, 0, 40, 40)
    inside = [covered(shape, window=WHOLE) for shape in (left, right)]
    assert not (inside[0] & inside[1]).any()
    assert (inside[0] | inside[1]).all()


def test_the_north_is_up():
    top = covered(box(0, 30, 40, 40), window=WHOLE)
    assert top[:10].all()
    assert not top[10:].any()


def test_empty_outlines_cover_nothing():
    assert not covered(MultiPolygon(), window=WHOLE).any()
    assert not covered(LineString([(0, 0), (40, 40)]), window=WHOLE).any()
