"""The reader who knows the truth."""

from datetime import UTC, datetime

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate
from earthwork.model.vocabulary import BuildingState, Decision, Kind
from earthwork.simulate.scripted_reader import TruthObject, scripted_drawings, scripted_reader

UTM, WGS84 = CRS.from_epsg(32638), CRS.from_epsg(4326)
WEST, SOUTH = 463_000.0, 3_862_000.0
GRID = Grid(height=400, width=400, transform=Affine(0.5, 0, WEST, 0, -0.5, SOUTH + 200), crs=UTM)
BETWEEN = Interval(start=datetime(2031, 8, 14, tzinfo=UTC), end=datetime(2031, 10, 31, tzinfo=UTC))


def _truth(kind: Kind | None, shape: BaseGeometry, name: str = "t") -> TruthObject:
    return TruthObject(
        id=name,
        kind=kind,
        state=None if kind else BuildingState.STANDING,
        geometry=reproject(shape, source=UTM, target=WGS84),
        interval=BETWEEN,
        note="made up",
    )


def _square(x: float, y: float, side: float) -> BaseGeometry:
    return box(WEST + x, SOUTH + y, WEST + x + side, SOUTH + y + side)


def _line(*points: tuple[float, float]) -> LineString:
    return LineString([(WEST + x, SOUTH + y) for x, y in points])


def _candidate(kind: Kind, shape: BaseGeometry) -> Candidate:
    return Candidate(id="c", kind=kind, score=1.0, geometry=shape)


TRUTH = (
    _truth(Kind.BUILDING_RAZED, _square(20, 20, 15)),
    _truth(Kind.BERM, _line((60, 20), (60, 120), (100, 140))),
    _truth(Kind.ROADBLOCK, _square(150, 150, 10)),
    _truth(Kind.GROUND_CLEARED, _square(10, 10, 80)),
    _truth(None, _square(150, 20, 30)),
)


@pytest.mark.parametrize(
    ("kind", "shape", "decision", "changed"),
    [
        (Kind.BUILDING_RAZED, _square(22, 22, 12), Decision.ACCEPT, None),
        (Kind.BUILDING_DESTROYED, _square(22, 22, 12), Decision.CHANGE, Kind.BUILDING_RAZED),
        (Kind.BERM, _line((61, 30), (61, 110)), Decision.ACCEPT, None),
        (Kind.EARTH_MOUND, _square(58, 60, 5), Decision.CHANGE, Kind.BERM),
        (Kind.OBSTRUCTION_OTHER, Point(WEST + 155, SOUTH + 155), Decision.CHANGE, Kind.ROADBLOCK),
        (Kind.GROUND_CLEARED, _square(60, 10, 60), Decision.ACCEPT, None),
        (Kind.GROUND_CLEARED, _square(85, 85, 60), Decision.REJECT, None),
        (Kind.BUILDING_RAZED, _square(155, 25, 10), Decision.REJECT, None),
        (Kind.BUILDING_RAZED, _square(70, 70, 10), Decision.REJECT, None),
        (Kind.BERM, _line((10, 190), (90, 190)), Decision.REJECT, None),
    ],
)
def test_decides_by_kind_and_overlap(
    kind: Kind, shape: BaseGeometry, decision: Decision, changed: Kind | None
) -> None:
    review = scripted_reader([_candidate(kind, shape)], TRUTH, grid=GRID)[0]
    assert review.decision is decision
    assert review.kind is changed
    assert "simulated" in review.reader


def test_answers_each_candidate_in_order() -> None:
    candidates = [
        Candidate(id=str(n), kind=Kind.BERM, score=0.0, geometry=_square(n, n, 3)) for n in range(5)
    ]
    reviews = scripted_reader(candidates, TRUTH, grid=GRID)
    assert [review.candidate for review in reviews] == ["0", "1", "2", "3", "4"]


def test_refuses_a_grid_without_a_place() -> None:
    with pytest.raises(InvalidValue, match="pixel grid"):
        scripted_reader([], TRUTH, grid=Grid.of_pixels(height=4, width=4))


def test_draws_works_a_metre_or_two_off_and_leaves_buildings_alone() -> None:
    drawn = scripted_drawings(TRUTH, image="after", seed=4)
    assert [observation.kind for observation in drawn] == [Kind.BERM, Kind.ROADBLOCK]
    for observation, item in zip(drawn, (TRUTH[1], TRUTH[2]), strict=True):
        meant = reproject(item.geometry, source=WGS84, target=UTM)
        hand = reproject(observation.geometry, source=WGS84, target=UTM)
        assert 0.4 < meant.hausdorff_distance(hand) < 2.1
        assert observation.interval == BETWEEN
        assert observation.image == "after"
        assert not observation.is_pixels


def test_drawings_are_measured() -> None:
    berm, block = scripted_drawings(TRUTH, image="after")
    assert berm.length_m == pytest.approx(100 + np.hypot(40, 20), abs=2.0)
    assert berm.area_m2 is None
    assert block.area_m2 == pytest.approx(100, rel=0.15)
    assert block.length_m is None


def test_the_same_hand_draws_the_same() -> None:
    first = scripted_drawings(TRUTH, image="after", seed=2)
    assert first == scripted_drawings(TRUTH, image="after", seed=2)
    assert first != scripted_drawings(TRUTH, image="after", seed=3)


@pytest.mark.parametrize(
    "kind", [Kind.TRENCH, Kind.DITCH_WATER, Kind.EARTH_MOUND, Kind.OBSTRUCTION_OTHER, Kind.CRATER,
             Kind.BRIDGE_DESTROYED]
)  # fmt: skip
def test_every_kind_of_work_is_drawn(kind: Kind) -> None:
    ring = box(WEST + 20, SOUTH + 20, WEST + 60, SOUTH + 60).difference(
        box(WEST + 30, SOUTH + 30, WEST + 40, SOUTH + 40)
    )
    (drawn,) = scripted_drawings([_truth(kind, ring)], image="after")
    assert drawn.kind is kind
    assert drawn.geometry.is_valid
    assert len(drawn.geometry.interiors) == 1


def test_what_no_image_shows_is_not_drawn() -> None:
    assert scripted_drawings([_truth(Kind.TUNNEL, _line((0, 0), (50, 50)))], image="after") == ()


def test_truth_may_name_its_event_and_height() -> None:
    plain = _truth(Kind.BERM, _line((0, 0), (50, 50)))
    assert (plain.event, plain.height_m) == (None, None)
