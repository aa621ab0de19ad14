"""A made-up case with every verdict, for the tests of what is published."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from pyproj import CRS
from scipy.ndimage import gaussian_filter
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from earthwork.model.case import Case, Report
from earthwork.model.claim import Claim, Document, Quantity, Span
from earthwork.model.finding import Finding, Look
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Capture, Interval
from earthwork.model.observation import Candidate, Observation
from earthwork.model.place import Place
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Licence, Scene
from earthwork.model.vocabulary import (
    BuildingState,
    ClaimKind,
    ImageCheckable,
    Kind,
    Modality,
    PlacePrecision,
    Polarity,
    Progress,
    Seen,
    SourceKind,
    Verdict,
)
from earthwork.publishing.facts import BriefEvidence

UTM = CRS.from_epsg(32638)
LONLAT = CRS.from_epsg(4326)
GRID = Grid(height=900, width=1200, transform=Affine(0.5, 0, 460_000, 0, -0.5, 3_860_000), crs=UTM)
BEFORE_DAY, AFTER_DAY = date(2031, 8, 14), date(2031, 10, 31)
CHANGE = Interval(start=Interval.of_day(BEFORE_DAY).start, end=Interval.of_day(AFTER_DAY).end)
SINCE_UNKNOWN = Interval(start=None, end=CHANGE.end)
UNDATED = Interval(start=None, end=None)


def lonlat(pixels: BaseGeometry) -> BaseGeometry:
    """Move a geometry from pixels of the grid to longitude and latitude."""
    return reproject(GRID.to_map(pixels), source=UTM, target=LONLAT)


def make_scene(name: str, day: date | None, **given: Any) -> Scene:
    interval = None if day is None else Interval.of_day(day)
    defaults: dict[str, Any] = {
        "id": name,
        "digest": f"{ord(name[0]):02x}" * 32,
        "grid": GRID,
        "capture": Capture(interval=interval, source="stated"),
        "licence": Licence(credit="The Earthwork developers", terms="CC0"),
        "sensor": "Synthetic pan",
        "bands": ("pan",),
        "is_simulated": True,
    }
    return Scene(**(defaults | given))


def rasters(*, seed: int = 7) -> tuple[ArrayRaster, ArrayRaster]:
    """Return a before- and an after-image: streets, roofs, and works in the second."""
    rng = np.random.default_rng(seed)
    ground = 300 + 60 * gaussian_filter(rng.standard_normal(GRID.shape), 30) * 30
    ground += 12 * rng.standard_normal(GRID.shape)
    for row in range(60, 500, 60):
        for column in range(60, 700, 70):
            roof = rng.integers(380, 620)
            ground[row : row + 34, column : column + 42] = roof + 8 * rng.standard_normal((34, 42))
            ground[row + 34 : row + 42, column + 5 : column + 47] *= 0.45
    ground[:, 745:765] = 240 + 6 * rng.standard_normal((GRID.height, 20))
    after = ground + 5 * rng.standard_normal(GRID.shape)
    after[180:420, 270:560] = 430 + 16 * rng.standard_normal((240, 290))
    after[640:648, 100:740] = 520
    after[648:652, 100:740] = 170
    for block in range(4):
        after[300:306, 744 + 6 * block : 748 + 6 * block] = 640
    return _raster(ground), _raster(after)


def _raster(grey: np.ndarray) -> ArrayRaster:
    pixels = grey.clip(0, 2047).astype(np.uint16)[None]
    return ArrayRaster(grid=GRID, pixels=pixels)


def make_observation(
    name: str, kind: Kind | None, pixels: BaseGeometry, **given: Any
) -> Observation:
    defaults: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "state": None,
        "geometry": lonlat(pixels),
        "is_pixels": False,
        "reader": "Ada Reader",
        "image": "after",
        "interval": CHANGE,
        "note": "secret note of the reader",
    }
    return Observation(**(defaults | given))


OBSERVATIONS = (
    make_observation("O-berm", Kind.BERM, LineString([(100, 646), (740, 646)]), length_m=320.0),
    make_observation(
        "O-clear", Kind.GROUND_CLEARED, box(270, 180, 560, 420), area_m2=17_400.0,
        candidate="C-clear",
    ),
    make_observation(
        "O-razed-1", Kind.BUILDING_RAZED, box(340, 240, 382, 274), area_m2=357.0,
        state=BuildingState.RAZED,
    ),
    make_observation(
        "O-razed-2", Kind.BUILDING_RAZED, box(410, 240, 452, 274), area_m2=357.0,
        state=BuildingState.RAZED,
    ),
    make_observation(
        "O-factory", None, box(620, 180, 662, 214), state=BuildingState.STANDING,
        interval=SINCE_UNKNOWN,
    ),
    make_observation(
        "O-block", Kind.ROADBLOCK, LineString([(744, 303), (766, 303)]), length_m=11.0
    ),
    make_observation(
        "O-staged", Kind.BARRIER_STAGED, LineString([(770, 500), (770, 560)]), length_m=30.0,
        interval=SINCE_UNKNOWN,
    ),
    make_observation("O-camp", Kind.CAMP, Point(1000, 700), image="press", interval=UNDATED),
)  # fmt: skip

CANDIDATES = (
    Candidate(
        id="C-clear", kind=Kind.GROUND_CLEARED, score=0.91, geometry=box(0, 0, 1, 1),
        alternatives=((Kind.CAMP, 0.25), (Kind.NEW_BUILDING, 0.05)), before="before", after="after",
    ),
    Candidate(
        id="C-wait", kind=Kind.TRENCH, score=0.42,
        geometry=GRID.to_map(LineString([(850, 650), (1100, 800)])), before="before", after="after",
        length_m=146.0,
    ),
)  # fmt: skip

SCENES = (
    make_scene("before", BEFORE_DAY),
    make_scene("after", AFTER_DAY),
    make_scene("press", None, grid=Grid.of_pixels(height=300, width=400), sensor=None),
)

DOCUMENTS = (
    Document(
        id="r1", digest="ab" * 32, text="…", outlet="Harbour Wire",
        published=Interval.of_day(date(2031, 11, 3)),
    ),
    Document(id="r2", digest="cd" * 32, text="…", outlet="وكالة النهر", published=None),
)  # fmt: skip


def make_claim(name: str, kind: ClaimKind, words: str, **given: Any) -> Claim:
    place = Place(
        words="on the southern outskirts", name="Nahrabad", relation=None,
        precision=PlacePrecision.VICINITY, area=lonlat(box(60, 560, 800, 720)),
    )  # fmt: skip
    defaults: dict[str, Any] = {
        "id": name,
        "document": name.split("-", maxsplit=1)[0],
        "quote": Span(start=10, end=10 + len(words), words=words),
        "source": Span(start=0, end=9, words="residents"),
        "source_kind": SourceKind.RESIDENT,
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


def _source(words: str, kind: SourceKind) -> dict[str, Any]:
    return {"source": Span(start=0, end=len(words), words=words), "source_kind": kind}


CLAIMS = (
    make_claim("r1-01", ClaimKind.BERM, "a bank of earth was raised along the southern outskirts"),
    make_claim("r2-01", ClaimKind.BERM, "رفع ساتر ترابي جنوب المدينة", echo_of="r1-01"),
    make_claim(
        "r1-02", ClaimKind.BUILDING_RAZED, "dozens of houses were bulldozed",
        modality=Modality.INFERRED, **_source("an analyst at Overhead Lab", SourceKind.ANALYST),
        quantities=(
            Quantity(low=24, high=None, unit="count", span=Span(start=10, end=16, words="dozens")),
        ),
    ),
    make_claim("r1-03", ClaimKind.BUILDING_RAZED, "the factory was flattened"),
    make_claim(
        "r1-04", ClaimKind.WALL_BUILT, "another wall was put up in the north",
        hedge=Span(start=0, end=10, words="apparently"),
    ),
    make_claim(
        "r1-05", ClaimKind.TUNNEL, "tunnels were dug beneath the old quarter",
        **_source("Colonel A. Bc", SourceKind.MILITARY),
    ),
    make_claim("r1-06", ClaimKind.TRENCH, "a trench was cut east of the river", place=None),
    make_claim("r1-07", ClaimKind.WALL_BUILT, "a wall would be built by mid-December",
               modality=Modality.FORECAST, source=None, source_kind=SourceKind.NONE),
    make_claim("r1-08", ClaimKind.OPINION, "“it is a prison now”, Salma Haddad said",
               **_source("Salma Haddad, a resident", SourceKind.RESIDENT)),
    make_claim("r1-09", ClaimKind.ROAD_BLOCKED, "the road east was cut",
               note="A purpose left to the speaker."),
    make_claim("r1-10", ClaimKind.ROADBLOCK, "blocks lay across the road"),
)  # fmt: skip


def make_finding(
    name: str, verdict: Verdict | None, reason: str, claims: tuple[str, ...] = (), **given: Any
) -> Finding:
    kinds = {claim.id: claim.kind for claim in CLAIMS}
    defaults: dict[str, Any] = {
        "id": name,
        "claims": claims,
        "claim_kind": kinds[claims[0]] if claims else None,
        "kind": None,
        "verdict": verdict,
        "reason": reason,
        "observations": (),
        "candidates": (),
        "looks": (),
        "interval": None,
    }
    return Finding(**(defaults | given))


_NEW = "It was seen, and an earlier image shows the place without it."
_MISSED = (
    "A reader looked where it should be and marked none; how often such things are missed has not"
    " been measured."
)
FINDINGS = (
    make_finding(
        "F-berm", Verdict.SUPPORTED, _NEW,
        ("r1-01", "r2-01"), kind=Kind.BERM, observations=("O-berm",), interval=CHANGE, count=1,
        length_m=320.0,
    ),
    make_finding(
        "F-razed", Verdict.PARTLY_SUPPORTED, "“dozens” was said; less was seen.", ("r1-02",),
        kind=Kind.BUILDING_RAZED, observations=("O-razed-1", "O-razed-2"), interval=CHANGE, count=2,
        area_m2=714.0,
    ),
    make_finding(
        "F-factory", Verdict.CONTRADICTED, "A reader saw the contrary.", ("r1-03",),
        observations=("O-factory",), interval=SINCE_UNKNOWN, count=1,
    ),
    make_finding(
        "F-wall", Verdict.NOT_SEEN, _MISSED, ("r1-04",), candidates=("C-wait",),
        looks=(
            Look(scene="before", seen=Seen.NOT_ASSESSED, reason="taken before the time claimed"),
            Look(scene="after", seen=Seen.NOT_SEEN, reason="the place was covered and read"),
        ),
    ),
    make_finding(
        "F-tunnel", Verdict.NOT_OBSERVABLE,
        "It lies under the ground, where no image from above can show it.", ("r1-05",),
    ),
    make_finding(
        "F-trench", Verdict.NOT_ASSESSED, "The image does not cover the place.", ("r1-06",),
        looks=(Look(scene="after", seen=Seen.NOT_ASSESSED, reason="does not cover the place"),),
    ),
    make_finding(
        "F-later", Verdict.PREMATURE, "It was announced, and was not due by 5 Nov 2031.",
        ("r1-07",),
    ),
    make_finding(
        "F-opinion", Verdict.RECORDED,
        "It is a statement that images cannot judge; it is recorded with its source.", ("r1-08",),
    ),
    make_finding(
        "F-staged", Verdict.PARTLY_SUPPORTED,
        "Barriers stood ready beside the road; the road itself was open.", ("r1-09",),
        kind=Kind.BARRIER_STAGED, observations=("O-staged",), interval=SINCE_UNKNOWN, count=1,
    ),
    make_finding(
        "F-block", Verdict.SUPPORTED, _NEW,
        ("r1-10",), kind=Kind.ROADBLOCK, observations=("O-block",), interval=CHANGE, count=1,
        length_m=11.0,
    ),
    make_finding(
        "F-clear", None, "Seen by a reader; no report read for this case speaks of it.",
        kind=Kind.GROUND_CLEARED, observations=("O-clear",), interval=CHANGE, count=1,
        area_m2=17_400.0, place="about 0.8 km north of Nahrabad airport",
    ),
    make_finding(
        "F-camp", None, "Seen by a reader; no report read for this case speaks of it.",
        kind=Kind.CAMP, observations=("O-camp",), interval=UNDATED, count=1,
    ),
)  # fmt: skip


def make_case(**given: Any) -> Case:
    defaults: dict[str, Any] = {
        "folder": Path("case"),
        "title": "Nahrabad: the closing of the southern edge",
        "place": "Nahrabad",
        "question": "How was the edge of the city altered between August and October 2031?",
        "author": "The Earthwork developers",
        "as_of": date(2031, 11, 5),
        "area": lonlat(box(-100, -100, 1300, 1000)),
        "period": Interval.of_days(date(2031, 8, 1), date(2031, 11, 5)),
        "reports": (
            Report(id="r1", file=Path("r1.txt"), published=None, url="https://wire.example/r1"),
            Report(id="r2", file=Path("r2.txt"), published=None),
        ),
        "is_simulated": True,
    }
    return Case(**(defaults | given))


def make_evidence(**given: Any) -> BriefEvidence:
    defaults: dict[str, Any] = {
        "case": make_case(),
        "scenes": SCENES,
        "documents": DOCUMENTS,
        "claims": CLAIMS,
        "observations": OBSERVATIONS,
        "candidates": CANDIDATES,
        "findings": FINDINGS,
    }
    return BriefEvidence(**(defaults | given))
