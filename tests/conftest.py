"""Values of the model with sensible defaults, for every test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from affine import Affine
from pyproj import CRS
from shapely import box

from earthwork.model.claim import Claim, Span
from earthwork.model.grid import Grid
from earthwork.model.interval import Capture, Interval
from earthwork.model.observation import Observation
from earthwork.model.place import Place
from earthwork.model.scene import Licence, Scene
from earthwork.model.vocabulary import (
    ClaimKind,
    ImageCheckable,
    Kind,
    Modality,
    PlacePrecision,
    PlaceRelation,
    Polarity,
    Progress,
    SourceKind,
)

UTM = CRS.from_epsg(32638)
GROUND = box(44.999, 36.139, 45.012, 36.146)
"""Longitude and latitude: about the ground of ``make_scene``."""


@pytest.fixture
def make_scene() -> Callable[..., Scene]:
    def make(scene_id: str = "after", day: date | None = date(2031, 10, 31), **given: Any) -> Scene:
        capture = (
            Capture(interval=None, source="unknown")
            if day is None
            else Capture(interval=Interval.of_day(day), source="stated")
        )
        grid = Grid(
            height=1600,
            width=2400,
            transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000),
            crs=UTM,
        )
        defaults: dict[str, Any] = {
            "id": scene_id,
            "digest": "0" * 64,
            "grid": grid,
            "capture": capture,
            "licence": Licence(credit="A Maker", terms="CC0"),
        }
        return Scene(**(defaults | given))

    return make


@pytest.fixture
def make_claim() -> Callable[..., Claim]:
    def make(
        kind: ClaimKind = ClaimKind.BERM, words: str = "a berm was raised", **given: Any
    ) -> Claim:
        place = Place(
            words="north of Town",
            name="Town",
            relation=PlaceRelation.NORTH_OF,
            precision=PlacePrecision.VICINITY,
            longitude=45.005,
            latitude=36.1425,
            area=box(45.002, 36.1412, 45.008, 36.1438),
        )
        defaults: dict[str, Any] = {
            "id": "r1-01",
            "document": "r1",
            "quote": Span(start=0, end=len(words), words=words),
            "source": None,
            "source_kind": SourceKind.NONE,
            "source_is_inherited": False,
            "kind": kind,
            "polarity": Polarity.AFFIRMED,
            "modality": Modality.REPORTED,
            "hedge": None,
            "progress": Progress.DONE,
            "tempo": None,
            "quantities": (),
            "place": place,
            "place_span": None,
            "when": None,
            "interval": None,
            "image_checkable": ImageCheckable.YES,
        }
        return Claim(**(defaults | given))

    return make


@pytest.fixture
def make_observation() -> Callable[..., Observation]:
    def make(
        observation_id: str = "O-1", kind: Kind | None = Kind.BERM, **given: Any
    ) -> Observation:
        defaults: dict[str, Any] = {
            "id": observation_id,
            "kind": kind,
            "state": None,
            "geometry": box(45.004, 36.142, 45.005, 36.1425),
            "is_pixels": False,
            "reader": "A. Reader",
            "image": "after",
            "interval": Interval(
                start=Interval.of_day(date(2031, 8, 14)).start,
                end=Interval.of_day(date(2031, 10, 31)).end,
            ),
        }
        return Observation(**(defaults | given))

    return make
