"""Siege works on a simulated city: what was taken away, heaped up and set across the roads.

Coordinates are local metres: x eastward, y northward from the south-western corner of the scene.
Sizes follow common works: a bank that stops vehicles is 2-3 m high, a cast block 1-2.5 m long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.city import FACTORY_ID, City, Footprint, Road

_DESTROYED_BUILDINGS = 6
_ROOMY_M = 600.0
"""In a smaller scene fewer buildings make a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One upright box: a concrete block, a car, a tank on a roof."""

    x: float
    """Middle, metres eastward."""
    y: float
    """Middle, metres northward."""
    length_m: float
    """Longer side."""
    width_m: float
    """Shorter side."""
    height_m: float
    """Above what it stands on."""
    heading_deg: float
    """Direction of the longer side, clockwise from north."""
    colour: tuple[float, float, float] = (0.50, 0.485, 0.45)
    """Reflectance in red, green, blue."""

    def corners(self) -> np.ndarray:
        """Return the four corners, dims (corner, [x, y])."""
        turn = np.radians(self.heading_deg)
        along = np.array([np.sin(turn), np.cos(turn)]) * self.length_m / 2
        across = np.array([np.cos(turn), -np.sin(turn)]) * self.width_m / 2
        middle = np.array([self.x, self.y])
        return np.array(
            [middle + along + across, middle + along - across, middle - along - across,
             middle - along + across]
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A berm: a trapezoid of earth along a line."""

    line: LineString
    """Its crest."""
    height_m: float
    """Crest above the ground."""
    crest_m: float
    """Width on top."""
    base_m: float
    """Width at the foot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing done, as truth tells it."""

    kind: Kind | None
    """What it is; None for a building that stands."""
    state: BuildingState | None
    """State of a building; None for other things."""
    geometry: BaseGeometry
    """Its outline, or its line."""
    note: str
    """What it is, in words."""
    footprint: str | None = None
    """Id of the building concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Siegeworks:
    """All works of a siege."""

    cleared: tuple[BaseGeometry, ...]
    """Ground cleared: the swath south of the town, and the razed edge of the town."""
    razed: frozenset[str]
    """Ids of buildings that are gone, debris removed."""
    destroyed: frozenset[str]
    """Ids of buildings that lie in their debris."""
    banks: tuple[Bank, ...]
    """Berms."""
    blocks: tuple[Block, ...]
    """Concrete blocks and wall sections."""
    rubble: tuple[BaseGeometry, ...]
    """Rubble heaped on a carriageway."""
    works: tuple[Work, ...]
    """Everything as truth."""


def plan_works(city: City, *, rng: np.random.Generator) -> Siegeworks:
    """Decide what is done to a city.

    Parameters
    ----------
    city
        The city before.
    rng
        Source of randomness.

    Returns
    -------
    Siegeworks
        In local metres; every work lies within the scene.
    """
    swath, edge = _swath(city), _razed_edge(city)
    razed = _razed(city, swath, edge)
    destroyed = _destroyed(city)
    banks = _banks(city)
    rows = [*_barrier_rows(city, rng=rng), _eastern_wall(city), *_roadblocks(city, rng=rng)]
    rows.append(_staged(city, rng=rng))
    rubble = _rubble(city)
    works = [
        Work(kind=Kind.GROUND_CLEARED, state=None, geometry=swath,
             note="swath cleared north of the airport, along the western bank"),
        Work(kind=Kind.GROUND_CLEARED, state=None, geometry=edge,
             note="southern edge of the old town cleared"),
        *_building_works(city, razed, destroyed),
        *[Work(kind=Kind.BERM, state=None, geometry=bank.line, note=f"berm {bank.height_m} m high")
          for bank in banks],
        *[work for work, _ in rows],
        *[Work(kind=Kind.RUBBLE_ON_ROAD, state=None, geometry=heap, note="rubble on a road")
          for heap in rubble],
    ]  # fmt: skip
    return Siegeworks(
        cleared=(swath, edge),
        razed=frozenset(razed),
        destroyed=frozenset(destroyed),
        banks=banks,
        blocks=tuple(block for _, blocks in rows for block in blocks),
        rubble=rubble,
        works=tuple(works),
    )


def apply_works(city: City, works: Siegeworks) -> City:
    """Return the city without what was razed or destroyed, and without what grew there."""
    ground = shapely.union_all(
        [*works.cleared, *[bank.line.buffer(bank.base_m / 2 + 1) for bank in works.banks],
         *[Point(b.x, b.y).buffer(2.5) for b in works.blocks], *works.rubble]
    )  # fmt: skip
    gone = works.razed | works.destroyed
    ruins = [house.outline for house in city.footprints if house.id in works.destroyed]
    bare = shapely.union_all([ground, *ruins])
    keeps = ~shapely.contains_xy(bare, city.trees[:, :2])
    return replace(
        city,
        footprints=tuple(house for house in city.footprints if house.id not in gone),
        yard_walls=tuple(wall for wall in city.yard_walls if not wall.intersects(bare)),
        trees=city.trees[keeps],
    )


def _factory_yard(city: City) -> BaseGeometry:
    factory = next(house for house in city.footprints if house.id == FACTORY_ID)
    return factory.outline.buffer(5.0, join_style="mitre")


def _swath(city: City) -> BaseGeometry:
    side = city.side_m
    wide = Polygon(np.array([(0.262, 0.40), (0.268, 0.212), (0.4, 0.203), (0.56, 0.212),
                             (0.8, 0.205), (0.8, 0.405), (0.6, 0.398), (0.45, 0.388),
                             (0.31, 0.395)]) * side)  # fmt: skip
    west_bank = _west_of_river(city)
    kept = shapely.union_all([_factory_yard(city), *_surfaces(city, "Kasira Road", "Ring Street")])
    smooth = wide.intersection(west_bank).difference(kept).buffer(-2.0).buffer(2.0)
    return smooth.simplify(0.3)


def _surfaces(city: City, *names: str) -> list[BaseGeometry]:
    return [
        road.line.buffer(road.width_m / 2 + 1.5, cap_style="flat")
        for road in city.roads
        if road.name in names
    ]


def _west_of_river(city: City) -> BaseGeometry:
    corniche = city.road("Corniche").line.buffer(city.road("Corniche").width_m / 2 + 1.5)
    side = city.side_m
    scene = box(0, 0, side, side)
    parts = scene.difference(city.river.outline.buffer(7.0)).difference(corniche)
    pieces: list[BaseGeometry] = list(getattr(parts, "geoms", [parts]))
    return min(pieces, key=Point(0, side / 3).distance)


def _razed_edge(city: City) -> BaseGeometry:
    """Return the strip along the southern rim of the old town."""
    side = city.side_m
    ring = city.road("Ring Street").line
    rim = ring.intersection(box(0.285 * side, 0, 0.64 * side, 0.45 * side))
    strip = rim.buffer(0.075 * side, cap_style="flat").intersection(city.quarter("Dabbara").outline)
    paved = shapely.union_all(_surfaces(city, "Ring Street", "Kasira Road", "Corniche"))
    return strip.difference(paved).simplify(0.3)


def _razed(city: City, *grounds: BaseGeometry) -> list[str]:
    ground = shapely.union_all(grounds)
    return [
        house.id
        for house in city.footprints
        if house.id != FACTORY_ID and ground.intersects(house.outline)
        and ground.contains(house.outline.centroid)
    ]  # fmt: skip


def _destroyed(city: City) -> list[str]:
    heart = Point(0.335 * city.side_m, 0.56 * city.side_m)
    near = sorted(
        (house for house in city.footprints if house.quarter == "Suqara"),
        key=lambda house: house.outline.distance(heart),
    )
    count = _DESTROYED_BUILDINGS if city.side_m >= _ROOMY_M else _DESTROYED_BUILDINGS // 3
    return [house.id for house in near[:count]]


def _building_works(city: City, razed: Iterable[str], destroyed: Iterable[str]) -> list[Work]:
    by_id = {house.id: house for house in city.footprints}
    return [
        *[_fate(by_id[i], Kind.BUILDING_RAZED, BuildingState.RAZED, "razed") for i in razed],
        *[
            _fate(by_id[i], Kind.BUILDING_DESTROYED, BuildingState.DESTROYED, "debris in place")
            for i in destroyed
        ],
        _fate(by_id[FACTORY_ID], None, BuildingState.STANDING, "factory still standing"),
    ]


def _fate(house: Footprint, kind: Kind | None, state: BuildingState, note: str) -> Work:
    return Work(kind=kind, state=state, geometry=house.outline, note=note, footprint=house.id)


def _banks(city: City) -> tuple[Bank, ...]:
    """Bank up the outside of the swath, west and south, leaving the carriageway open."""
    side = city.side_m
    line = LineString(
        np.array([(0.245, 0.445), (0.243, 0.33), (0.25, 0.23), (0.262, 0.2), (0.3, 0.189),
                  (0.42, 0.184), (0.8, 0.19)]) * side
    )  # fmt: skip
    road = city.road("Kasira Road")
    open_ground = _west_of_river(city).difference(road.line.buffer(road.width_m / 2 + 3.5))
    pieces = line.intersection(open_ground)
    return tuple(
        Bank(line=piece, height_m=2.6, crest_m=1.6, base_m=8.5)
        for piece in getattr(pieces, "geoms", [pieces])
        if piece.length > 0.04 * side
    )


def _heading(line: LineString, at_m: float) -> float:
    before, after = line.interpolate(at_m - 0.5), line.interpolate(at_m + 0.5)
    return float(np.degrees(np.arctan2(after.x - before.x, after.y - before.y)))


def _in_line(
    line: LineString, *, spacing_m: float, size_m: tuple[float, float, float],
    rng: np.random.Generator | None = None,
) -> tuple[Block, ...]:  # fmt: skip
    """Set blocks along a line, slightly out of true if a source of randomness is given."""
    blocks = []
    for at in np.arange(spacing_m / 2, line.length, spacing_m):
        spot = line.interpolate(at)
        off = rng.normal(0, [0.15, 0.15, 3.0]) if rng is not None else np.zeros(3)
        blocks.append(
            Block(
                x=spot.x + off[0],
                y=spot.y + off[1],
                length_m=size_m[0],
                width_m=size_m[1],
                height_m=size_m[2],
                heading_deg=_heading(line, at) + off[2],
            )
        )
    return tuple(blocks)


_Row = tuple[Work, tuple[Block, ...]]


def _shifted(line: BaseGeometry, offset_m: float) -> LineString:
    """Return a line moved sideways; a positive offset is to its left."""
    return cast("LineString", shapely.offset_curve(line, offset_m))


def _barrier_rows(city: City, *, rng: np.random.Generator) -> list[_Row]:
    """Set rows of separate blocks along both sides of the road from the south."""
    side, road = city.side_m, city.road("Kasira Road")
    stretch = road.line.intersection(box(0, 0.02 * side, side, 0.135 * side))
    rows: list[_Row] = []
    for hand in (-1, 1):
        line = _shifted(stretch, hand * (road.width_m / 2 + 4.0))
        blocks = _in_line(line, spacing_m=3.8, size_m=(2.5, 1.2, 2.4), rng=rng)
        name = "western" if hand > 0 else "eastern"
        work = Work(kind=Kind.BARRIER_ROW, state=None, geometry=line,
                    note=f"{len(blocks)} blocks along the {name} side of Kasira Road")  # fmt: skip
        rows.append((work, blocks))
    return rows


def _eastern_wall(city: City) -> _Row:
    side, road = city.side_m, city.road("Lower Bridge Road")
    stretch = road.line.intersection(box(0.845 * side, 0, 0.985 * side, side))
    line = _shifted(stretch, -(road.width_m / 2 + 7.0))
    blocks = _in_line(line, spacing_m=2.0, size_m=(2.0, 1.2, 3.0))
    work = Work(kind=Kind.WALL, state=None, geometry=line, note="wall of sections in the east")
    return work, blocks


def _roadblocks(city: City, *, rng: np.random.Generator) -> list[_Row]:
    side = city.side_m
    spots = [("Kasira Road", Point(0.46 * side, 0.35 * side), 3),
             ("West Road", Point(0.13 * side, 0.59 * side), 2),
             ("Lower Bridge Road", Point(0.94 * side, 0.43 * side), 2)]  # fmt: skip
    return [_roadblock(city.road(name), spot, lines, rng=rng) for name, spot, lines in spots]


def _roadblock(road: Road, spot: Point, lines: int, *, rng: np.random.Generator) -> _Row:
    """Set lines of blocks across a carriageway, each shifted by half a gap."""
    middle = road.line.project(spot)
    blocks: list[Block] = []
    for number in range(lines):
        across = _across(road, middle + 5.0 * (number - (lines - 1) / 2), shift=0.8 * (number % 2))
        blocks += _in_line(across, spacing_m=2.9, size_m=(2.1, 1.3, 1.3), rng=rng)
    hull = MultiPoint(np.concatenate([block.corners() for block in blocks])).convex_hull
    note = f"{len(blocks)} concrete blocks in {lines} lines across {road.name}"
    work = Work(kind=Kind.ROADBLOCK, state=None, geometry=hull, note=note)
    return work, tuple(blocks)


def _across(road: Road, at_m: float, *, shift: float) -> LineString:
    spot, turn = road.line.interpolate(at_m), np.radians(_heading(road.line, at_m) + 90)
    step = np.array([np.sin(turn), np.cos(turn)])
    middle = np.array([spot.x, spot.y]) + shift * step
    reach = step * (road.width_m / 2 + 0.6)
    return LineString([middle - reach, middle + reach])


def _staged(city: City, *, rng: np.random.Generator) -> _Row:
    """Set blocks in store on the verge of a road that is left open."""
    side, road = city.side_m, city.road("Orchard Road")
    stretch = road.line.intersection(box(0, 0.27 * side, side, 0.27 * side + 26.0))
    lines = [_shifted(stretch, road.width_m / 2 + gap) for gap in (2.2, 4.2)]
    blocks = [
        block
        for line in lines
        for block in _in_line(line, spacing_m=2.6, size_m=(2.1, 1.3, 1.3), rng=rng)
    ]
    hull = MultiPoint(np.concatenate([block.corners() for block in blocks])).convex_hull
    work = Work(kind=Kind.BARRIER_STAGED, state=None, geometry=hull,
                note=f"{len(blocks)} blocks beside the open Orchard Road")  # fmt: skip
    return work, tuple(blocks)


def _rubble(city: City) -> tuple[BaseGeometry, ...]:
    side = city.side_m
    heaps = []
    for name, spot, long in (
        ("Kasira Road", Point(0.448 * side, 0.452 * side), 15.0),
        ("West Road", Point(0.225 * side, 0.604 * side), 11.0),
    ):
        road = city.road(name)
        at = road.line.project(spot)
        part = substring(road.line, at - long / 2, at + long / 2)
        heaps.append(part.buffer(road.width_m / 2 + 0.8, cap_style="flat"))
    return tuple(heaps)
