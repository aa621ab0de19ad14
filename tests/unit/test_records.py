"""Every value survives the way into the store and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely import box

from earthwork.errors import InvalidValue
from earthwork.model.case import SceneSource
from earthwork.model.claim import Claim, Span
from earthwork.model.finding import Finding, Look
from earthwork.model.interval import UNKNOWN_CAPTURE
from earthwork.model.observation import Candidate, Observation
from earthwork.model.scene import Angles, Scene
from earthwork.model.vocabulary import ClaimKind, Kind, Seen, Verdict
from earthwork.pipeline.records import decode, encode, from_bytes, to_bytes

Make = Callable[..., Any]


def test_a_scene_returns(make_scene: Make) -> None:
    scene = make_scene(sun=Angles(azimuth_deg=160, elevation_deg=40.5), bands=("pan",))
    assert from_bytes(Scene, to_bytes(scene)) == scene


def test_an_undated_scene_returns(make_scene: Make) -> None:
    scene = make_scene(day=None)
    assert from_bytes(Scene, to_bytes(scene)).capture == UNKNOWN_CAPTURE


def test_a_claim_returns(make_claim: Make) -> None:
    claim = make_claim()
    assert from_bytes(Claim, to_bytes(claim)) == claim


def test_an_observation_returns(make_observation: Make) -> None:
    observation = make_observation()
    assert from_bytes(Observation, to_bytes(observation)) == observation


def test_tuples_of_candidates_return() -> None:
    candidates = (
        Candidate(
            id="C-1",
            kind=Kind.BERM,
            score=1.5,
            geometry=box(0, 0, 1, 2),
            alternatives=((Kind.BERM, 0.6), (Kind.WALL, 0.4)),
            parts={"ridge": 2.0},
        ),
    )
    kind: Any = tuple[Candidate, ...]
    assert from_bytes(kind, to_bytes(candidates)) == candidates


def test_a_finding_returns() -> None:
    finding = Finding(
        id="F-1",
        claims=("a", "b"),
        claim_kind=ClaimKind.BERM,
        kind=None,
        verdict=Verdict.NOT_SEEN,
        reason="None was marked.",
        observations=(),
        candidates=(),
        looks=(Look(scene="after", seen=Seen.NOT_SEEN, reason="read"),),
        interval=None,
    )
    assert from_bytes(Finding, to_bytes(finding)) == finding


def test_paths_return() -> None:
    source = SceneSource(id="a", file=Path("x/y.tif"), licence=None, capture=UNKNOWN_CAPTURE)
    assert decode(SceneSource, encode(source)) == source


def test_the_same_value_gives_the_same_bytes(make_claim: Make) -> None:
    assert to_bytes(make_claim()) == to_bytes(make_claim())


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no JSON form"):
        encode({"a": object()})


@pytest.mark.parametrize(
    "data", [b"{", b'{"start": 1, "end": 2, "words": 5}', b"[]", b'{"start": 1}']
)
def test_data_that_do_not_fit_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidValue):
        from_bytes(Span, data)
