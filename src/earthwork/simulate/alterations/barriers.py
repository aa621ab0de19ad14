"""Things set in line: rows of blocks, walls of sections, roadblocks, blocks staged beside a road.

Sizes are those of common castings as makers' sheets and field manuals give them: a jersey barrier
is 0.6 m wide, 0.8 m high and 3 m long; a T-wall section 1.5 m long, 1.2 to 1.5 m deep at the foot
and 3 to 3.7 m high; a cube of 1 m; a cast slab about 2.1 x 1.3 x 1.3 m. A shipping container is
12.2 x 2.44 x 2.6 m, a bus about 11 x 2.5 x 3 m.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.earthmoving import crossed_road, mounds_across
from earthwork.simulate.alterations.placing import (
    area_of,
    carriageways,
    cut_line,
    find_road,
    first_lines,
    hands,
    heading_deg,
    houses_touching,
    line_pieces,
    lines_of,
    open_ground,
    pieces,
    place_name,
    shifted,
    stretch_of,
)
from earthwork.simulate.alterations.tones import block_tone
from earthwork.simulate.alterations.works import (
    Outcome,
    Site,
    Work,
    across,
    deed_id,
    least_side_m,
    moment_at,
)
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import Road, RoadClass, Tone
from earthwork.simulate.landscape import Block, Condition, Rubble, Shape
from earthwork.simulate.scenario import Means

_LINES_APART_M = 5.0
_SPILL_M = 8.0
"""Rubble of a building further from the carriageway does not reach it."""
_OVERHANG_M = 0.6
"""A roadblock reaches this far beyond each edge of the carriageway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """One kind of thing that is set down."""

    size_m: tuple[float, float, float]
    """Length, width at the foot, height."""
    shape: Shape = Shape.BOX
    """Its section."""
    tone: Tone = (0.50, 0.485, 0.45, 0.50)
    """Reflectance when new."""
    name: str = "concrete block"
    """What one is called."""

    def named(self, count: int) -> str:
        """Return a number of them in words."""
        return f"{count} {self.name}" if count == 1 else f"{count} {self.name}s"


CASTINGS: dict[Means, Casting] = {
    Means.JERSEY: Casting(size_m=(3.0, 0.6, 0.8), shape=Shape.JERSEY, name="jersey barrier"),
    Means.T_WALL: Casting(size_m=(1.5, 1.35, 3.4), shape=Shape.JERSEY, name="T-wall section"),
    Means.CUBE: Casting(size_m=(1.0, 1.0, 1.0), name="concrete cube"),
    Means.SLAB: Casting(size_m=(2.1, 1.3, 1.3)),
    Means.CONTAINER: Casting(
        size_m=(12.2, 2.44, 2.6), tone=(0.30, 0.20, 0.16, 0.30), name="shipping container"
    ),
    Means.WRECK: Casting(
        size_m=(11.0, 2.5, 2.9), tone=(0.12, 0.11, 0.10, 0.13), name="burnt-out vehicle"
    ),
}
"""Usual sizes; earth and rubble have none."""


def _casting(site: Site, usual: Means) -> Casting:
    event = site.event
    means = event.blocks or usual
    if means not in CASTINGS:
        raise InvalidValue(
            f"“{means}” cannot be set in line",
            where=f"event.{event.id}.blocks",
            choices=[known.value for known in CASTINGS],
        )
    casting = CASTINGS[means]
    size = event.size_m or casting.size_m
    if event.height_m is not None:
        size = (size[0], size[1], event.height_m)
    return replace(casting, size_m=size)


def set_row(site: Site) -> Outcome:
    """Set separate blocks in line along a road, a bank or a line of the place."""
    casting = _casting(site, Means.T_WALL)
    spacing = site.event.spacing_m or casting.size_m[0] + float(site.rng.uniform(0.8, 2.2))
    works = []
    for line, name in _rows(site, usual_m=4.0):
        blocks = _kept(_in_line(line, spacing, casting, site, jitter=1.0), site, margin_m=0.2)
        if len(blocks) > 1:
            works.append(_row_work(site, Kind.BARRIER_ROW, line, blocks, casting, name))
    return Outcome(added=_numbered(works, site))


def build_wall(site: Site) -> Outcome:
    """Set wall sections end to end, leaving out water, buildings and, unless it bars, roads."""
    casting = _casting(site, Means.T_WALL)
    spacing = site.event.spacing_m or casting.size_m[0]
    works = []
    for line, name in _rows(site, usual_m=6.0):
        half = casting.size_m[1] / 2
        free = open_ground(line, site.ground, clearance_m=half + 0.5, houses=site.standing())
        free = free.intersection(site.ground.scene.buffer(-half))
        if not site.event.bars:
            free = free.difference(carriageways(line, site.ground, margin_m=half + 1.0))
        for part in line_pieces(free, least_m=3 * spacing):
            blocks = _in_line(part, spacing, casting, site, jitter=0.0)
            works.append(_row_work(site, Kind.WALL, part, blocks, casting, name))
    return Outcome(added=_numbered(works, site))


def stage_blocks(site: Site) -> Outcome:
    """Set blocks in store beside a road, off its carriageway: the road stays open."""
    event = site.event
    casting = _casting(site, Means.SLAB)
    spacing = event.spacing_m or casting.size_m[0] + float(site.rng.uniform(0.3, 0.7))
    if event.where.road is None:
        raise InvalidValue(
            "blocks are staged beside a road",
            where=f"event.{event.id}.where",
            choices=[road.name for road in site.ground.city.roads if road.name][:20],
        )
    blocks: list[Block] = []
    road = find_road(site.ground.city, event.where.road)
    stretch = _staged_stretch(site, road)
    first = road.width_m / 2 + casting.size_m[1] / 2 + (event.where.offset_m or 1.5)
    for hand in hands(stretch, event.where.side)[:1]:
        for number in range(event.lines or 2):
            away = first + number * (casting.size_m[1] + 0.7)
            line = shifted(stretch, hand * away)
            row = _in_line(line, spacing, casting, site, jitter=1.0)
            blocks += _kept(row, site, margin_m=0.3)
    if not blocks:
        raise _no_room(site)
    name = road.name or road.id
    hull = _hull(blocks)
    deed = _deed(site, Kind.BARRIER_STAGED, hull, road=name, count=len(blocks), casting=casting,
                 note=f"{casting.named(len(blocks))} beside {name}, which is open")  # fmt: skip
    return Outcome(added=(Work(deed=deed, blocks=tuple(blocks)),))


def _staged_stretch(site: Site, road: Road) -> LineString:
    """Return where blocks are staged: the stretch asked for, or some 25 m round a spot."""
    where = site.event.where
    line = stretch_of(road, site.ground, where)
    if where.at is None:
        return line
    half = (site.event.length_m or 25.0) / 2
    at = float(np.clip(where.at * line.length, half, max(line.length - half, half)))
    return cut_line(line, max(at - half, 0), min(at + half, line.length))


def _no_room(site: Site) -> InvalidValue:
    return InvalidValue(
        f"“{site.event.id}” finds no room",
        where=f"event.{site.event.id}.where",
        cause="buildings, water or roads take all of the place",
        choices=["another side", "another stretch", "another offset_m"],
    )


def _rows(site: Site, *, usual_m: float) -> list[tuple[LineString, str | None]]:
    """Return the lines to set things along, each with the road that it runs beside."""
    where, ground, event = site.event.where, site.ground, site.event
    if where.road is None:
        lines = lines_of(where, ground)
        return [(line, None) for line in first_lines(lines, event.share)]
    road = find_road(ground.city, where.road)
    line = stretch_of(road, ground, where)
    away = road.width_m / 2 + (usual_m if where.offset_m is None else where.offset_m)
    return [
        (shifted(line, hand * (away + 2.0 * number)), road.name or road.id)
        for hand in hands(line, where.side)
        for number in range(event.lines or 1)
    ]


def _in_line(
    line: LineString, spacing_m: float, casting: Casting, site: Site, *, jitter: float
) -> list[Block]:
    """Set things along a line, out of true by some decimetres and degrees times ``jitter``."""
    length, width, height = casting.size_m
    tone = block_tone(site.event, rng=site.rng, base=casting.tone)
    places = np.arange(spacing_m / 2, line.length, spacing_m)
    off = site.rng.normal(0, 1, (len(places), 4)) * (0.15 * jitter, 0.15 * jitter, 3 * jitter, 0.04)
    blocks = []
    for at, (dx, dy, turn, shade) in zip(places, off, strict=True):
        spot = line.interpolate(at)
        blocks.append(
            Block(
                x=spot.x + dx,
                y=spot.y + dy,
                length_m=length,
                width_m=width,
                height_m=height,
                heading_deg=heading_deg(line, at) + turn,
                tone=_shaded(tone, 1 + shade),
                shape=casting.shape,
            )
        )
    return blocks


def _shaded(tone: Tone, factor: float) -> Tone:
    red, green, blue, infrared = (float(np.clip(value * factor, 0.0, 1.0)) for value in tone)
    return (red, green, blue, infrared)


def _kept(blocks: Sequence[Block], site: Site, *, margin_m: float) -> list[Block]:
    """Leave out blocks in buildings, in water, beyond the scene or on a carriageway."""
    if not blocks:
        return []
    feet = np.asarray(shapely.polygons(np.array([block.corners() for block in blocks])))
    wide = shapely.buffer(feet, margin_m, cap_style="flat", join_style="mitre")
    hits = set(site.standing().query(wide, predicate="intersects")[0].tolist())
    if not site.event.bars:
        hits |= _on_carriageway(feet, site)
    water = np.asarray(shapely.intersects(site.ground.water, feet))
    inside = np.asarray(shapely.covers(site.ground.scene, feet))
    return [
        block
        for index, block in enumerate(blocks)
        if index not in hits and inside[index] and not water[index]
    ]


def _on_carriageway(feet: np.ndarray, site: Site) -> set[int]:
    pairs = site.ground.roads.query(feet, predicate="intersects")
    roads = site.ground.city.roads
    paved = [roads[index].road_class is not RoadClass.TRACK for index in pairs[1]]
    return set(pairs[0][np.array(paved, dtype=bool)].tolist())


def _row_work(  # noqa: PLR0917 - one row, spelled out
    site: Site, kind: Kind, line: LineString, blocks: Sequence[Block], casting: Casting,
    road: str | None,
) -> Work:  # fmt: skip
    note = f"{casting.named(len(blocks))} along {_side_of(site, line, road)}"
    if road is None:
        note = f"{'wall' if kind is Kind.WALL else 'row'} of {casting.named(len(blocks))}"
    beside = road or (crossed_road(line, site) if site.event.bars else None)
    deed = _deed(site, kind, line, road=beside, count=len(blocks), casting=casting, note=note)
    return Work(deed=deed, blocks=tuple(blocks))


def _side_of(site: Site, line: LineString, road: str | None) -> str:
    """Say on which side of its road a row stands."""
    if road is None:
        return ""
    axis = find_road(site.ground.city, road).line
    middle = line.interpolate(0.5, normalized=True)
    near = axis.interpolate(axis.project(middle))
    east, north = middle.x - near.x, middle.y - near.y
    if abs(east) > abs(north):
        return f"the {'eastern' if east > 0 else 'western'} side of {road}"
    return f"the {'northern' if north > 0 else 'southern'} side of {road}"


def _deed(
    site: Site, kind: Kind, geometry: BaseGeometry, *, road: str | None, count: int,
    casting: Casting, note: str, number: int = 1,
) -> Deed:  # fmt: skip
    event = site.event
    is_line = isinstance(geometry, LineString)
    return Deed(
        id=deed_id(event, number),
        event=event.id,
        kind=kind,
        state=None,
        geometry=geometry,
        begun=event.begun,
        done=event.done,
        place=place_name(geometry, site.ground.city),
        road=road,
        count=count,
        height_m=casting.size_m[2],
        least_m=min(casting.size_m[:2]) if is_line else least_side_m(geometry),
        note=event.note or note,
    )


def _hull(blocks: Sequence[Block]) -> BaseGeometry:
    return MultiPoint(np.concatenate([block.corners() for block in blocks])).convex_hull


def _numbered(works: Sequence[Work], site: Site) -> tuple[Work, ...]:
    """Give each work its number and its part of the event's time by its blocks."""
    if not works:
        raise _no_room(site)
    total = sum(len(work.blocks) for work in works)
    passed, numbered = 0, []
    for number, work in enumerate(works, start=1):
        begun = _moment(site, passed / total)
        passed += len(work.blocks)
        deed = replace(work.deed, id=deed_id(site.event, number), begun=begun,
                       done=_moment(site, passed / total))  # fmt: skip
        numbered.append(replace(work, deed=deed))
    return tuple(numbered)


def _moment(site: Site, share: float) -> datetime:
    return moment_at(site.event, share)


def bar_roads(site: Site) -> Outcome:
    """Close roads: with blocks across the carriageway, earth, rubble, containers or wrecks."""
    means = site.event.blocks or Means.SLAB
    works = []
    for number, (road, line, at) in enumerate(crossings(site), start=1):
        if means is Means.EARTH:
            works.append(mounds_across(site, road, line, at, number=number))
        elif means is Means.RUBBLE:
            works.append(_rubble_work(site, road, line, at, number=number))
        else:
            works.append(_roadblock(site, road, line, at, number=number))
    return Outcome(added=tuple(works))


def strew_rubble(site: Site) -> Outcome:
    """Leave rubble on roads, spilling from a neighbouring building where there is one."""
    works = [
        _rubble_work(site, road, line, at, number=number)
        for number, (road, line, at) in enumerate(crossings(site), start=1)
    ]
    return Outcome(added=tuple(works))


Crossing = tuple[Road, LineString, float]


def crossings(site: Site) -> list[Crossing]:
    """Return the spots at which roads are to be closed: road, its line in the scene, distance.

    Raises
    ------
    InvalidValue
        If no road runs there.
    """
    where, ground, event = site.event.where, site.ground, site.event
    if where.road is not None:
        road = find_road(ground.city, where.road)
        line = stretch_of(road, ground, where)
        count = event.count or 1
        shares = [where.at] if where.at is not None else list((np.arange(count) + 0.5) / count)
        return [(road, line, share * line.length) for share in shares]
    if where.line is not None or (where.along is not None or where.sector):
        found = list(_crossed(lines_of(where, ground), site))
    else:
        area = area_of(where, ground, known=site.known())
        found = list(_crossed([area.boundary], site))
    if not found:
        raise InvalidValue(
            f"“{event.id}” finds no road to close",
            where=f"event.{event.id}.where",
            choices=[road.name for road in ground.city.roads if road.name][:20],
        )
    order = site.rng.permutation(len(found))
    ranked = sorted(order, key=lambda i: list(RoadClass).index(found[i][0].road_class))
    return [found[index] for index in ranked[: event.count or len(found)]]


def _crossed(lines: Iterable[BaseGeometry], site: Site) -> Iterable[Crossing]:
    """Yield where roads of the scene cross lines."""
    ground = site.ground
    inner = ground.scene.buffer(-12.0)
    for line in lines:
        for index in np.sort(ground.roads.query(line, predicate="intersects")):
            road = ground.city.roads[index]
            if road.is_bridge or road.line.length < 20:  # noqa: PLR2004 - too short to close
                continue
            spot = road.line.intersection(line).centroid
            if not spot.is_empty and inner.contains(spot):
                yield road, road.line, float(road.line.project(spot))


def _roadblock(site: Site, road: Road, line: LineString, at_m: float, *, number: int) -> Work:
    """Set lines of things across a carriageway, each shifted by half a gap."""
    event, rng = site.event, site.rng
    casting = _casting(site, Means.SLAB)
    is_large = event.blocks in {Means.CONTAINER, Means.WRECK}
    lines = event.lines or (1 if is_large else int(rng.integers(1, 4)))
    heading = heading_deg(line, at_m)
    apart = max(_LINES_APART_M, casting.size_m[1] + 2.5)
    blocks: list[Block] = []
    for row in range(lines):
        along = at_m + apart * (row - (lines - 1) / 2)
        blocks += _row_across(site, road, line, along, heading, casting, row)
    hull = _hull(blocks)
    name = road.name or road.id
    ways = "one line" if lines == 1 else f"{lines} lines"
    kind = Kind.OBSTRUCTION_OTHER if is_large else Kind.ROADBLOCK
    note = f"{casting.named(len(blocks))} in {ways} across {name}"
    deed = _deed(site, kind, hull, road=name, count=len(blocks), casting=casting, note=note,
                 number=number)  # fmt: skip
    return Work(deed=deed, blocks=tuple(blocks))


def _row_across(  # noqa: PLR0917 - one row, spelled out
    site: Site, road: Road, line: LineString, at_m: float, heading: float, casting: Casting,
    row: int,
) -> list[Block]:  # fmt: skip
    event, rng = site.event, site.rng
    spacing = event.spacing_m or casting.size_m[0] + float(rng.uniform(0.3, 0.9))
    width = road.width_m + 2 * _OVERHANG_M
    if casting.size_m[0] > width:
        return _lengthwise(site, line, at_m, heading, casting)
    shift = 0.25 * spacing * (1 if row % 2 else -1) if row else 0.0
    whole = across(line, at_m, heading=heading, width_m=width, shift_m=shift)
    blocks = _in_line(whole, spacing, casting, site, jitter=1.0)
    if event.gap_m is None or not blocks:
        return blocks
    return _with_gap(blocks, whole, event.gap_m, site, is_left=bool(row % 2))


def _lengthwise(
    site: Site, line: LineString, at_m: float, heading: float, casting: Casting
) -> list[Block]:
    """Set one long thing askew on a road that is narrower than the thing is long."""
    turn = float(site.rng.normal(0, 20))
    short = across(line, at_m, heading=heading + 90 + turn, width_m=casting.size_m[0])
    return _in_line(short, casting.size_m[0], casting, site, jitter=0.3)


def _with_gap(
    blocks: Sequence[Block], whole: LineString, gap_m: float, site: Site, *, is_left: bool
) -> list[Block]:
    """Leave a way open at one edge of the carriageway."""
    length = whole.length
    kept = []
    for block in blocks:
        at = whole.project(Point(block.x, block.y))
        edge = at - block.length_m / 2 if is_left else length - at - block.length_m / 2
        if edge >= gap_m + _OVERHANG_M:
            kept.append(block)
    if not kept:
        raise InvalidValue(
            f"a gap of {gap_m} m leaves no block on a road {length - 2 * _OVERHANG_M:.1f} m wide",
            where=f"event.{site.event.id}.gap_m",
            choices=["a smaller gap", "a wider road"],
        )
    return kept


def _rubble_work(site: Site, road: Road, line: LineString, at_m: float, *, number: int) -> Work:
    event, rng = site.event, site.rng
    long = event.length_m or float(rng.uniform(8.0, 16.0))
    first, last = max(at_m - long / 2, 0.0), min(at_m + long / 2, line.length)
    part = cut_line(line, first, last)
    bed = part.buffer(road.width_m / 2 + 0.8, cap_style="flat")
    outline = _ragged(bed.union(_spilt(site, part, road)), rng=rng)
    depth = event.height_m or float(rng.uniform(0.6, 1.4))
    name = road.name or road.id
    deed = Deed(
        id=deed_id(event, number),
        event=event.id,
        kind=Kind.RUBBLE_ON_ROAD,
        state=None,
        geometry=outline,
        begun=event.begun,
        done=event.done,
        place=place_name(outline, site.ground.city),
        road=name,
        height_m=depth,
        least_m=least_side_m(outline),
        note=event.note or f"rubble on {name}",
    )
    tone = 1.0 if event.tone is None else event.tone
    heap = Rubble(outline=outline, depth_m=depth, piece_m=float(rng.uniform(0.5, 1.1)), tone=tone)
    return Work(deed=deed, rubble=(heap,))


def _spilt(site: Site, part: LineString, road: Road) -> BaseGeometry:
    """Return the ground between a stretch of road and the nearest building within reach."""
    near = part.buffer(road.width_m / 2 + _SPILL_M)
    latest = site.conditions()
    houses = [
        house.outline
        for house in houses_touching(near, site.ground)
        if house.id not in latest or latest[house.id].condition is not Condition.RAZED
    ]
    if not houses:
        return Polygon()
    house = min(houses, key=part.distance)
    facade = house.buffer(0.1).intersection(near)
    foot = part.intersection(facade.buffer(road.width_m))
    spill: BaseGeometry = shapely.union(facade, foot).convex_hull
    return spill.intersection(near).difference(house)


def _ragged(outline: BaseGeometry, *, rng: np.random.Generator) -> BaseGeometry:
    """Return the largest part of an area with a rim that runs in and out by some decimetres."""
    part = cast("Polygon", max(pieces(outline), key=lambda piece: piece.area))
    dense = shapely.segmentize(Polygon(part.exterior).simplify(0.3), 2.0)
    points = np.array(cast("Polygon", dense).exterior.coords)[:-1]
    rough = Polygon(points + rng.normal(0, 0.45, points.shape)).buffer(0)
    return max(pieces(rough), key=lambda piece: piece.area)
