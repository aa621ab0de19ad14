"""Cities with works of every kind set into them, and their pictures before and after.

Works are the simulator's own (`earthwork.simulate.alterations`), of the sizes that its events give
them, with smaller ones ordered beside them; a work that lies within reach of another is left out of
the count, so that each is judged against ground that only ordinary life has touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import NEVER_OBSERVABLE, Kind
from earthwork.simulate.alterations.placing import survey
from earthwork.simulate.alterations.timeline import Chronicle, chronicle_of, landscape_at, perform
from earthwork.simulate.camera.photograph import picture, plan_photograph
from earthwork.simulate.camera.sensor import CAMERAS, Misplacement
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import City
from earthwork.simulate.orders import resolve_city, season_of
from earthwork.simulate.ordinary.everyday import everyday_truth, with_things
from earthwork.simulate.painting.painter import Painter, prepare
from earthwork.simulate.scenario import CityOrder, Do, Event, EverydayOrder, Means, Where
from earthwork.simulate.siege import tallest_m
from earthwork.simulate.truths.truth import ground_covered

SIDE_M = 400.0
LATITUDE = 34.0
BEFORE = datetime(2031, 5, 10, 8, tzinfo=UTC)
AFTER = BEFORE + timedelta(days=45)
APART_M = 5.0
"""Works nearer to each other than this are not counted."""
SECTION_M = 60.0
"""A reader follows a line this far: of a longer one its middle stretch counts."""
AREA_M = 90.0
"""Of cleared ground a part this wide counts."""
SHIFT_PX = 0.35
"""What is left of misplacement after alignment, standard deviation per axis, pixels."""
CAMERA = "vhr-rgbn-11bit"
"""Its point spread, sharpening and noise serve every pixel size."""

_SPOIL = 0.7
TRIES = 6
_LINES = (Kind.BERM, Kind.TRENCH, Kind.DITCH_WATER, Kind.WALL, Kind.BARRIER_ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How the later picture is taken; the earlier one is always taken alike."""

    name: str
    """What it is called."""
    sun_deg: float
    """Elevation of the sun."""
    off_nadir_deg: float
    """Of the sensor."""


CONDITIONS = (
    Condition(name="middle", sun_deg=45.0, off_nadir_deg=5.0),
    Condition(name="high sun", sun_deg=68.0, off_nadir_deg=5.0),
    Condition(name="low sun", sun_deg=22.0, off_nadir_deg=5.0),
    Condition(name="15° off nadir", sun_deg=45.0, off_nadir_deg=15.0),
    Condition(name="30° off nadir", sun_deg=45.0, off_nadir_deg=30.0),
)
FINEST_OF_ALL_M = 0.4
AT_FINEST = frozenset({"middle", "low sun", "30° off nadir"})
"""Pixels below that size cost most by far: these conditions alone are photographed with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One work that is looked for."""

    kind: Kind
    """What it is."""
    ground: BaseGeometry
    """The ground that it covers, or the part of it that counts; local metres."""
    size_m: float
    """Its smallest horizontal dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One city before and after."""

    city: City
    """The plan."""
    targets: tuple[Target, ...]
    """Works that are looked for."""
    altered: tuple[BaseGeometry, ...]
    """The ground of all works, those left out too."""
    before: Painter
    """The city without works."""
    after: Painter
    """The city with works."""
    tallest_m: float
    """Height that nothing exceeds."""
    seed: int
    """Seed of noise and of misplacement."""


def world(style: str, *, seed: int) -> World:
    """Draw a city, do works of every kind to it, and lay both dates out for painting."""
    rng = np.random.default_rng([seed, 3_301])
    order = CityOrder(side_m=SIDE_M, style=style, seed=seed, latitude=LATITUDE)
    city = resolve_city(order)
    chronicle = _works(city, seed=seed, rng=rng)
    everyday = EverydayOrder()
    lands = []
    for moment in (BEFORE, AFTER):
        season = season_of(moment, latitude=LATITUDE)
        bare = landscape_at(city, chronicle, moment, season=season)
        things = everyday_truth(bare, everyday, seed=seed + 17, first=BEFORE)
        lands.append(with_things(bare, things))
    grounds = [ground_covered(deed.geometry, deed) for deed in chronicle.deeds]
    return World(
        city=city,
        targets=tuple(_targets(chronicle, grounds)),
        altered=tuple(
            g
            for g, d in zip(grounds, chronicle.deeds, strict=True)
            if d.kind not in NEVER_OBSERVABLE
        ),
        before=prepare(lands[0]),
        after=prepare(lands[1]),
        tallest_m=max(map(tallest_m, lands)),
        seed=seed,
    )


def _works(city: City, *, seed: int, rng: np.random.Generator) -> Chronicle:
    """Do each order where it lies apart from all earlier works, if such ground is found."""
    ground, works, taken = survey(city), (), []
    begun = BEFORE + timedelta(days=10)
    for number, order in enumerate(_orders(city)):
        for attempt in range(TRIES):
            given = order(rng)
            name = f"{given['do'].value}-{number}-{attempt}".replace("_", "-")
            event = Event(id=name, begun=begun, done=begun, **given)
            try:
                more = perform(event, ground, works, seed=seed)
            except InvalidValue:
                continue  # this city has no such ground: another draw may fit
            new = [
                ground_covered(w.deed.geometry, w.deed).buffer(APART_M) for w in more[len(works) :]
            ]
            if new and not STRtree(taken).query(new, predicate="intersects").size:
                works, taken = more, [*taken, *new]
                break
    return chronicle_of(works, seed=seed)


Order = Callable[[np.random.Generator], dict[str, Any]]


def _orders(city: City) -> Iterator[Order]:
    """Yield what draws orders for works of every kind, those that need most room first."""
    roads = [road.id for road in city.roads if not road.is_bridge and road.line.length > 60]
    houses = [house.id for house in city.footprints]
    blocks = (Means.T_WALL, Means.SLAB, Means.JERSEY, Means.CUBE)
    bars = (*blocks, *blocks, Means.CONTAINER, Means.WRECK, Means.CONTAINER, Means.WRECK)
    yield from [_clear] * 3
    yield from [_drop] * 2
    yield from [_raise] * 4
    yield from [_dig] * 4
    yield from [_flood] * 4
    for means in blocks:
        yield lambda rng, means=means: {"do": Do.WALL, "where": _line(rng), "blocks": means}
        yield lambda rng, means=means: {"do": Do.BLOCK, "where": _line(rng), "blocks": means}
    for means in bars:
        yield lambda rng, means=means: {
            "do": Do.BAR,
            "where": _on_road(rng, roads),
            "blocks": means,
            "lines": int(rng.integers(1, 3)),
        }
    for means in blocks:
        yield lambda rng, means=means: {
            "do": Do.STAGE,
            "blocks": means,
            "where": replace(_on_road(rng, roads), side="right"),
        }
    yield from [lambda rng: {"do": Do.STREW, "where": _on_road(rng, roads),
                             "length_m": float(rng.uniform(3.0, 14.0))}] * 4  # fmt: skip
    yield from [_crater] * 4
    yield from [_mound] * 4
    yield from [lambda rng: {"do": Do.BUILD, "where": _blob_of(rng, 40, 60), "count": 1}] * 4
    for severity in (None, 0.2, 0.8, None, 0.5, 0.9, None, 0.3, 0.9, 0.4, 0.8, 0.25):
        yield lambda rng, severity=severity: {
            "do": Do.RAZE if severity is None else Do.SHELL,
            "where": Where(building=str(rng.choice(houses))),
            "severity": severity,
        }


def _clear(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.CLEAR, "where": _blob_of(rng, 6, 40)}


def _drop(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.DROP_BRIDGE, "where": Where(road=f"bridge {int(rng.integers(1, 4))}")}


def _raise(rng: np.random.Generator) -> dict[str, Any]:
    height = float(rng.uniform(0.6, 3.2))
    base = 0.8 + 2.8 * height * float(rng.uniform(0.85, 1.1))
    return {"do": Do.RAISE, "where": _line(rng), "height_m": height, "base_m": base,
            "crest_m": 0.25 * base}  # fmt: skip


def _dig(rng: np.random.Generator) -> dict[str, Any]:
    base = float(rng.uniform(1.0, 4.0))
    return {"do": Do.DIG, "where": _line(rng), "spoil": bool(rng.random() < _SPOIL),
            "base_m": base, "height_m": min(2.0, 0.8 * base)}  # fmt: skip


def _flood(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.FLOOD_DITCH, "where": _line(rng), "base_m": float(rng.uniform(1.5, 7.0)),
            "spoil": bool(rng.random() < _SPOIL)}  # fmt: skip


def _crater(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.CRATER, "where": _blob_of(rng, 30, 50), "count": 1,
            "radius_m": float(np.exp(rng.uniform(np.log(1.0), np.log(6.0))))}  # fmt: skip


def _mound(rng: np.random.Generator) -> dict[str, Any]:
    radius = float(rng.uniform(1.0, 4.0))
    return {"do": Do.MOUND, "where": _blob_of(rng, 30, 50), "count": 1, "radius_m": radius,
            "height_m": 0.7 * radius}  # fmt: skip


def _on_road(rng: np.random.Generator, roads: Sequence[str]) -> Where:
    return Where(road=str(rng.choice(roads)), at=float(rng.uniform(0.1, 0.9)))


def _line(rng: np.random.Generator) -> Where:
    middle, turn = rng.uniform(45, SIDE_M - 45, 2), rng.uniform(0, np.pi)
    reach = 32.0 * np.array([np.cos(turn), np.sin(turn)])
    ends = (middle - reach, middle + reach)
    return Where(line=tuple((float(x), float(y)) for x, y in ends), unit="metre")


def _blob_of(rng: np.random.Generator, least_m: float, most_m: float) -> Where:
    return Where(polygon=_blob(rng, least_m, most_m), unit="metre")


def _blob(rng: np.random.Generator, least: float, most: float) -> tuple[tuple[float, float], ...]:
    middle, reach = rng.uniform(60, SIDE_M - 60, 2), rng.uniform(least, most)
    turns = np.linspace(0, 2 * np.pi, 7)[:-1] + rng.uniform(0, 1)
    far = reach * rng.uniform(0.75, 1.2, 6)
    points = middle + far[:, None] * np.column_stack([np.cos(turns), np.sin(turns)])
    return tuple((float(x), float(y)) for x, y in np.clip(points, 1, SIDE_M - 1))


def _targets(chronicle: Chronicle, grounds: list[BaseGeometry]) -> Iterator[Target]:
    """Yield the works that lie apart from all others and within the scene."""
    tree = STRtree([ground.buffer(APART_M) for ground in grounds])
    inner = shapely.box(0, 0, SIDE_M, SIDE_M).buffer(-15.0)
    for deed, ground in zip(chronicle.deeds, grounds, strict=True):
        if deed.kind is None or deed.kind in NEVER_OBSERVABLE or deed.least_m is None:
            continue
        part = _part(deed, ground).intersection(inner)
        if part.is_empty or part.area < 0.6 * _part(deed, ground).area:
            continue
        if len(tree.query(part, predicate="intersects")) > 1:
            continue
        yield Target(kind=deed.kind, ground=part, size_m=deed.least_m)


def _part(deed: Deed, ground: BaseGeometry) -> BaseGeometry:
    if deed.kind in _LINES:
        middle = deed.geometry.interpolate(0.5, normalized=True)
        return ground.intersection(middle.buffer(SECTION_M / 2))
    if deed.kind is Kind.GROUND_CLEARED:
        return ground.intersection(ground.representative_point().buffer(AREA_M / 2))
    return ground


def photographs(
    given: World, *, gsd_m: float
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]], float]:
    """Return the picture before, by condition the picture after, and the azimuth of its sun.

    Pictures have dims ([red, green, blue, near-infrared], row, column): digits.
    """
    rng = np.random.default_rng([given.seed, round(1000 * gsd_m)])
    azimuth = float(rng.uniform(110, 170))
    first = Angles(azimuth_deg=azimuth, elevation_deg=50.0)
    before = _taken(
        given, given.before, gsd_m, sun=first, off_nadir_deg=8.0, rng=rng, is_first=True
    )
    after = {}
    for condition in CONDITIONS:
        if gsd_m < FINEST_OF_ALL_M and condition.name not in AT_FINEST:
            continue
        sun = Angles(azimuth_deg=azimuth + 25.0, elevation_deg=condition.sun_deg)
        after[condition.name] = _taken(
            given, given.after, gsd_m, sun=sun, off_nadir_deg=condition.off_nadir_deg, rng=rng
        )
    return before, after, azimuth + 25.0


def _taken(
    given: World, painter: Painter, gsd_m: float, *, sun: Angles, off_nadir_deg: float,
    rng: np.random.Generator, is_first: bool = False,
) -> NDArray[np.float32]:  # fmt: skip
    shift = (0.0, 0.0) if is_first else rng.normal(0, SHIFT_PX, 2)
    plan = plan_photograph(
        side_m=SIDE_M,
        camera=replace(CAMERAS[CAMERA], gsd_m=gsd_m),
        sun=sun,
        view=Angles(azimuth_deg=float(rng.uniform(0, 360)), elevation_deg=90.0 - off_nadir_deg),
        misplacement=Misplacement(shift_x_px=float(shift[0]), shift_y_px=float(shift[1])),
        tallest_m=given.tallest_m,
        seed=int(rng.integers(2**31)),
    )
    return picture(painter.surface, plan, workers=1)[0].astype(np.float32)
