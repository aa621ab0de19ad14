"""What is known of a scene and said of sizes decides whether it could have shown a thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from shapely import box

from earthwork.judgement.claimed_size import claimed_size_m
from earthwork.judgement.observability import Question, SceneView, obstacle
from earthwork.model.claim import Quantity, Span
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import ClaimKind, Kind, Seen

Make = Callable[..., Any]
GROUND = box(44.999, 36.139, 45.012, 36.146)


@pytest.fixture
def view(make_scene: Make) -> SceneView:
    scene = make_scene()
    return SceneView(
        scene=scene,
        outline=scene.grid.outline_lonlat(),
        assessed_share=None,
        readers=("A. Reader",),
    )


def asked(kind: Kind = Kind.BERM, **given: Any) -> Question:
    return Question(kinds=(kind,), area=GROUND, interval=None, **given)


def test_a_berm_in_a_fine_picture_meets_no_obstacle(view: SceneView) -> None:
    assert obstacle(asked(), view) is None


def test_a_picture_that_resolves_less_than_its_pixels_does_not_show_it(view: SceneView) -> None:
    stopped = obstacle(asked(), replace(view, effective_gsd_m=12.0))
    assert stopped is not None
    assert stopped[0] is Seen.NOT_OBSERVABLE
    assert "resolves 12 m" in stopped[1]


def test_a_size_that_is_said_decides(view: SceneView) -> None:
    stopped = obstacle(asked(size_m=0.1), view)
    assert stopped is not None
    assert "berm of 0.1 m" in stopped[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sun": Angles(azimuth_deg=90.0, elevation_deg=-3.0)}, "horizon: nothing is lit"),
        ({"view": Angles(azimuth_deg=90.0, elevation_deg=30.0)}, "walls hide the ground"),
    ],
)
def test_night_and_low_sensors_leave_it_not_assessed(
    view: SceneView, given: dict[str, Angles], told: str
) -> None:
    stopped = obstacle(asked(), replace(view, scene=replace(view.scene, **given)))
    assert stopped is not None
    assert stopped[0] is Seen.NOT_ASSESSED
    assert told in stopped[1]


def test_of_several_kinds_one_that_could_be_seen_is_enough(view: SceneView) -> None:
    both = replace(asked(), kinds=(Kind.TUNNEL, Kind.BERM))
    assert obstacle(both, view) is None
    under = obstacle(asked(Kind.TUNNEL), view)
    assert under is not None
    assert under[0] is Seen.NOT_OBSERVABLE


@pytest.mark.parametrize(
    ("kind", "words", "said", "unit", "size"),
    [
        (ClaimKind.TRENCH, "a trench four metres wide", "four metres", "m", 4.0),
        (ClaimKind.BERM, "a 4 metre-high berm", "4 metre", "m", 12.0),
        (ClaimKind.WALL_BUILT, "a wall 4 m high", "4 m", "m", None),
        (ClaimKind.BERM, "a berm 4 km long", "4 km", "km", None),
        (ClaimKind.GROUND_CLEARED, "some 4 m2 of houses", "4 m2", "m2", 2.0),
        (ClaimKind.BERM, "earth over 4 m2", "4 m2", "m2", None),
    ],
)
def test_widths_heights_of_banks_and_areas_of_ground_give_a_size(
    make_claim: Make, kind: ClaimKind, words: str, said: str, unit: str, size: float | None
) -> None:
    start = 50
    at = words.index(said)
    claim = make_claim(
        kind,
        quote=Span(start=start, end=start + len(words), words=words),
        quantities=(
            Quantity(
                low=4.0,
                high=4.0,
                unit=unit,
                span=Span(start=start + at, end=start + at + len(said), words=said),
            ),
        ),
    )
    assert claimed_size_m(claim) == size


def test_a_claim_without_numbers_has_no_size(make_claim: Make) -> None:
    assert claimed_size_m(make_claim()) is None
