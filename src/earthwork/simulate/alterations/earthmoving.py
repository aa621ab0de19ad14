"""Earth that a siege moves: berms, trenches and ditches, mounds, craters.

Sizes left open are drawn from what field manuals and reporting on such works commonly give: a bank
that stops vehicles is 2 to 3.5 m high with sides near 1 : 1.5 and a crest of 1 to 2 m; an infantry
or anti-vehicle trench is 2 to 4 m wide at the top and about 2 m deep, its spoil banked on the side
of the defender; a mound tipped from a lorry stands 1.5 to 2.5 m high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.placing import (
    area_of,
    carriageways,
    cut_line,
    find_road,
    first_lines,
    forward,
    hands,
    heading_deg,
    line_pieces,
    lines_of,
    open_ground,
    place_name,
    shifted,
    stretch_of,
)
from earthwork.simulate.alterations.tones import earth_tone
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
from earthwork.simulate.cities.city import Road, RoadClass
from earthwork.simulate.landscape import Bank, Mound, Patch
from earthwork.simulate.painting.materials import Material

_SLOPE = 1.5
"""Metres outward for each metre of height."""
_LEAST_M = 12.0
"""A shorter piece of bank or trench is left out."""
_BULKING = 1.2
"""Dug earth takes this much more room when heaped."""


def raise_berm(site: Site) -> Outcome:
    """Bank earth up along a line, leaving out water, buildings and, unless it bars, roads."""
    event, rng = site.event, site.rng
    height = event.height_m or float(rng.uniform(2.0, 3.5))
    crest = event.crest_m or float(rng.uniform(1.0, 2.0))
    base = event.base_m or crest + 2 * height * float(rng.uniform(1.35, 1.65))
    tone = earth_tone(event, rng=rng)
    scraped = earth_tone(replace(event, tone=None), rng=rng)
    strip = float(rng.uniform(3.0, 7.0))
    works = []
    for line, number, begun, done in _timed(_course(site, base), site):
        bank = Bank(line=line, height_m=height, crest_m=crest, base_m=base, tone=tone)
        patch = _scraped(site, line, base / 2, strip, tone=scraped)
        deed = Deed(
            id=deed_id(event, number),
            event=event.id,
            kind=Kind.BERM,
            state=None,
            geometry=line,
            begun=begun,
            done=done,
            place=place_name(line, site.ground.city),
            road=crossed_road(line, site),
            height_m=height,
            least_m=base,
            note=event.note or f"berm {height:.1f} m high",
        )
        works.append(Work(deed=deed, banks=(bank,), patches=patch))
    return Outcome(added=tuple(works))


def dig_trench(site: Site) -> Outcome:
    """Dig a trench along a line, its spoil banked towards the core unless it is carted off."""
    return _dug(site, water=False)


def flood_ditch(site: Site) -> Outcome:
    """Let water into the trenches of an earlier event, or dig a ditch that holds water."""
    if site.event.where.event is None:
        return _dug(site, water=True)
    old = [
        work
        for work in site.works
        if work.deed.event == site.event.where.event
        and work.deed.kind is Kind.TRENCH
        and work.deed.undone is None
    ]
    if not old:
        raise InvalidValue(
            f"“{site.event.where.event}” left no trench to flood",
            where=f"event.{site.event.id}",
            choices=sorted({w.deed.event for w in site.works if w.deed.kind is Kind.TRENCH}),
        )
    flooded = [_flooded(work, site, number) for number, work in enumerate(old, start=1)]
    ended = tuple((work.deed.id, site.event.begun) for work in old)
    return Outcome(added=tuple(flooded), ended=ended)


def _flooded(work: Work, site: Site, number: int) -> Work:
    event = site.event
    deed = replace(
        work.deed,
        id=deed_id(event, number),
        event=event.id,
        kind=Kind.DITCH_WATER,
        begun=event.begun,
        done=event.begun,
        note=event.note or "ditch filled with water",
    )
    banks = tuple(replace(bank, water=bank.height_m < 0) for bank in work.banks)
    return replace(work, deed=deed, banks=banks)


def _dug(site: Site, *, water: bool) -> Outcome:
    event, rng = site.event, site.rng
    width = event.base_m or float(rng.uniform(4.0, 7.0) if water else rng.uniform(2.0, 4.0))
    depth = event.height_m or float(rng.uniform(1.7, 2.4))
    floor = event.crest_m or 0.5 * width
    tone = earth_tone(event, rng=rng)
    spoil = _spoil_height(depth * (width + floor) / 2 * _BULKING) if event.spoil else 0.0
    reach = width + (2 * _SLOPE * spoil + 1.0) * 2 if event.spoil else width
    kind = Kind.DITCH_WATER if water else Kind.TRENCH
    works = []
    for line, number, begun, done in _timed(_course(site, reach), site):
        cut = Bank(line=line, height_m=-depth, crest_m=floor, base_m=width, tone=0.8 * tone,
                   water=water)  # fmt: skip
        banks = (cut, *_spoil(site, line, width, spoil, tone)) if event.spoil else (cut,)
        deed = Deed(
            id=deed_id(event, number),
            event=event.id,
            kind=kind,
            state=None,
            geometry=line,
            begun=begun,
            done=done,
            place=place_name(line, site.ground.city),
            road=crossed_road(line, site),
            height_m=-depth,
            least_m=width,
            note=event.note or _dug_note(width, depth, water=water, has_spoil=event.spoil),
        )
        works.append(Work(deed=deed, banks=banks))
    return Outcome(added=tuple(works))


def _dug_note(width_m: float, depth_m: float, *, water: bool, has_spoil: bool) -> str:
    name = "ditch with water" if water else "trench"
    beside = ", its spoil banked on the inner side" if has_spoil else ""
    return f"{name} {width_m:.1f} m wide and {depth_m:.1f} m deep{beside}"


def _spoil_height(area_m2: float) -> float:
    """Return the height of a bank of that section with a crest of 0.6 m."""
    crest = 0.6
    return float((-crest + np.sqrt(crest**2 + 4 * _SLOPE * area_m2)) / (2 * _SLOPE))


def _spoil(
    site: Site, line: LineString, width_m: float, height_m: float, tone: float
) -> tuple[Bank, ...]:
    base = 0.6 + 2 * _SLOPE * height_m
    beside = shifted(line, _inward(site, line) * (width_m / 2 + base / 2 + 0.6))
    if beside.length < 2:  # noqa: PLR2004 - a bend too tight for a bank inside it
        return ()
    return (Bank(line=beside, height_m=height_m, crest_m=0.6, base_m=base, tone=tone),)


def _inward(site: Site, line: LineString) -> int:
    """Return on which hand of a line the core lies: +1 for its left."""
    middle = line.interpolate(0.5, normalized=True)
    turn = np.radians(heading_deg(line, line.length / 2) - 90)
    core = site.ground.city.core
    gain = (core.x - middle.x) * np.sin(turn) + (core.y - middle.y) * np.cos(turn)
    return 1 if gain > 0 else -1


def _scraped(
    site: Site, line: LineString, half_m: float, strip_m: float, *, tone: float
) -> tuple[Patch, ...]:
    """Return the strip on the outer side that a bulldozer took the earth from."""
    outward = -_inward(site, line)
    beside = shifted(line, outward * (half_m + strip_m / 2))
    if beside.length < 2:  # noqa: PLR2004 - a bend too tight
        return ()
    strip = open_ground(
        beside.buffer(strip_m / 2 + 0.5, cap_style="flat").intersection(site.ground.scene),
        site.ground,
        clearance_m=0.5,
        houses=site.standing(),
    ).difference(carriageways(beside, site.ground, margin_m=0.5))
    if strip.is_empty:
        return ()
    return (
        Patch(
            outline=strip,
            material=Material.CLEARED,
            tone=tone,
            roughness_m=0.06,
            heading_deg=heading_deg(line, line.length / 2) % 360,
            fells=True,
        ),
    )


def _course(site: Site, base_m: float) -> list[LineString]:
    """Return the pieces of ground that a bank or trench can take, in building order."""
    event, ground = site.event, site.ground
    half = base_m / 2
    drawn = _lines(site)
    # The band along a road must not be cut away by the road that it runs beside.
    standing = site.standing()
    found: list[LineString] = []
    for line in drawn:
        bent = _wandering(line, rng=site.rng)
        free = open_ground(bent, ground, clearance_m=half + 1.2, houses=standing)
        free = free.intersection(ground.scene.buffer(-half))
        if not event.bars and event.where.at is None:
            free = free.difference(carriageways(bent, ground, margin_m=half + 2.5))
        found += [forward(part, bent) for part in line_pieces(free, least_m=_LEAST_M)]
    kept = first_lines(found, event.share)
    if not kept:
        raise InvalidValue(
            f"“{event.id}” finds no open ground",
            where=f"event.{event.id}.where",
            cause="buildings, water or roads take all of the line",
            choices=["another place", "a greater offset_m", "bars = true to cross roads"],
        )
    return kept


def _lines(site: Site) -> list[LineString]:
    where, ground = site.event.where, site.ground
    if where.road is None:
        return lines_of(where, ground)
    road = find_road(ground.city, where.road)
    line = stretch_of(road, ground, where)
    if where.at is not None:
        at = where.at * line.length
        reach = road.width_m + 2 * (20.0 if where.within_m is None else where.within_m)
        return [across(line, at, heading=heading_deg(line, at), width_m=reach)]
    away = road.width_m / 2 + (9.0 if where.offset_m is None else where.offset_m)
    return [shifted(line, hand * away) for hand in hands(line, where.side)]


def _wandering(line: LineString, *, rng: np.random.Generator) -> LineString:
    """Return a line that sways by some decimetres, as a bulldozer's does."""
    count = max(6, int(line.length / 5))
    along = np.linspace(0, line.length, count)
    points = np.array([line.interpolate(at).coords[0] for at in along])
    sway = rng.normal(0, 0.7, (count, 2))
    kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
    smooth = np.stack([np.convolve(sway[:, i], kernel, mode="same") for i in (0, 1)], axis=1)
    return LineString(points + smooth)


def _timed(
    lines: Sequence[LineString], site: Site
) -> list[tuple[LineString, int, datetime, datetime]]:
    """Give each piece its number and its part of the event's time."""
    total = sum(line.length for line in lines)
    passed, timed = 0.0, []
    for number, line in enumerate(lines, start=1):
        begun = moment_at(site.event, passed / total)
        passed += line.length
        timed.append((line, number, begun, moment_at(site.event, min(passed / total, 1.0))))
    return timed


def crossed_road(geometry: BaseGeometry, site: Site) -> str | None:
    """Return the name or id of the greatest road that a work lies across, None for none."""
    city = site.ground.city
    hits = np.sort(site.ground.roads.query(geometry, predicate="intersects"))
    roads = [city.roads[index] for index in hits]
    roads = [road for road in roads if road.line.intersects(geometry)]
    if not roads:
        return None
    best = min(roads, key=lambda road: (list(RoadClass).index(road.road_class), road.id))
    return str(best.name or best.id)


def heap_mounds(site: Site) -> Outcome:
    """Tip heaps of earth on a road's carriageway, along a line, or over an area."""
    event = site.event
    if event.where.road is not None and event.where.at is not None:
        return Outcome(added=(_mounds_across(site),))
    spots = _spots(site, count=event.count or 5, clearance_m=4.0)
    works = [_mound_work(site, x, y, number) for number, (x, y) in enumerate(spots, start=1)]
    return Outcome(added=tuple(_paced(works, site)))


def _mound(site: Site, x: float, y: float) -> Mound:
    event, rng = site.event, site.rng
    height = event.height_m or float(rng.uniform(1.5, 2.5))
    radius = event.radius_m or height * float(rng.uniform(1.2, 1.6))
    tone = earth_tone(event, rng=rng)
    return Mound(x=float(x), y=float(y), radius_m=radius, height_m=height, tone=tone)


def _mound_work(site: Site, x: float, y: float, number: int) -> Work:
    mound, event = _mound(site, x, y), site.event
    return Work(
        deed=Deed(
            id=deed_id(event, number),
            event=event.id,
            kind=Kind.EARTH_MOUND,
            state=None,
            geometry=Point(x, y).buffer(mound.radius_m),
            begun=event.begun,
            done=event.begun,
            place=place_name(Point(x, y), site.ground.city),
            road=crossed_road(Point(x, y).buffer(mound.radius_m), site),
            count=1,
            height_m=mound.height_m,
            least_m=2 * mound.radius_m,
            note=event.note or f"heap of earth {mound.height_m:.1f} m high",
        ),
        mounds=(mound,),
    )


def _mounds_across(site: Site) -> Work:
    """Heap earth across a carriageway from edge to edge."""
    where = site.event.where
    road = find_road(site.ground.city, where.road or "")
    line = stretch_of(road, site.ground, where)
    return mounds_across(site, road, line, (where.at or 0.5) * line.length, number=1)


def mounds_across(site: Site, road: Road, line: LineString, at_m: float, *, number: int) -> Work:
    """Return heaps of earth across the carriageway of a road at a distance along its line."""
    event = site.event
    heading = heading_deg(line, at_m)
    count = event.count or max(2, int(np.ceil(road.width_m / 3.2)))
    wide = across(line, at_m, heading=heading, width_m=road.width_m)
    mounds = []
    for share in (np.arange(count) + 0.5) / count:
        spot = wide.interpolate(share, normalized=True)
        off = site.rng.normal(0, 0.4, 2)
        mounds.append(_mound(site, spot.x + off[0], spot.y + off[1]))
    hull = shapely.union_all([Point(m.x, m.y).buffer(m.radius_m) for m in mounds]).convex_hull
    name = road.name or road.id
    deed = Deed(
        id=deed_id(event, number),
        event=event.id,
        kind=Kind.EARTH_MOUND,
        state=None,
        geometry=hull,
        begun=event.begun,
        done=event.done,
        place=place_name(hull, site.ground.city),
        road=name,
        count=count,
        height_m=float(np.mean([m.height_m for m in mounds])),
        least_m=least_side_m(hull),
        note=event.note or f"{count} heaps of earth across {name}",
    )
    return Work(deed=deed, mounds=tuple(mounds))


def blow_craters(site: Site) -> Outcome:
    """Leave craters on a road or over an area, off buildings and water."""
    event, rng = site.event, site.rng
    spots = _spots(site, count=event.count or (1 if event.where.at is not None else 6),
                   clearance_m=2.0)  # fmt: skip
    works, houses = [], site.standing()
    for number, (x, y) in enumerate(spots, start=1):
        radius = event.radius_m or min(float(rng.uniform(1.8, 5.0)), _room_m(x, y, houses))
        depth = event.height_m or radius * float(rng.uniform(0.28, 0.45))
        outline = Point(x, y).buffer(radius)
        tone = earth_tone(event, rng=rng)
        deed = Deed(
            id=deed_id(event, number),
            event=event.id,
            kind=Kind.CRATER,
            state=None,
            geometry=outline,
            begun=event.begun,
            done=event.begun,
            place=place_name(outline, site.ground.city),
            road=crossed_road(outline, site),
            count=1,
            height_m=-depth,
            least_m=2 * radius,
            note=event.note or f"crater {2 * radius:.0f} m across",
        )
        mound = Mound(x=float(x), y=float(y), radius_m=radius, height_m=-depth, tone=tone)
        works.append(Work(deed=deed, mounds=(mound,)))
    return Outcome(added=tuple(_paced(works, site)))


def _room_m(x: float, y: float, houses: STRtree) -> float:
    """Return how far a crater can reach from a spot without taking a wall down, 1.2 m or more."""
    nearest = houses.query_nearest(Point(x, y), return_distance=True)[1]
    return max(1.2, float(nearest[0]) - 0.5) if len(nearest) else 5.0


def _paced(works: Sequence[Work], site: Site) -> list[Work]:
    """Spread things done one by one over the time of the event."""
    total = len(works)
    return [
        replace(
            work,
            deed=replace(
                work.deed,
                begun=moment_at(site.event, number / total),
                done=moment_at(site.event, (number + 1) / total),
            ),
        )
        for number, work in enumerate(works)
    ]


def _spots(site: Site, *, count: int, clearance_m: float) -> list[tuple[float, float]]:
    """Return places on a line, on a road, or in the open of an area."""
    event, ground, where = site.event, site.ground, site.event.where
    if where.road is not None:
        line = stretch_of(find_road(ground.city, where.road), ground, where)
        shares = [where.at] if where.at is not None else list((np.arange(count) + 0.5) / count)
        wide = find_road(ground.city, where.road).width_m / 4
        return [_beside(line, share, wide, site) for share in shares]
    if where.line is not None or (where.along is not None and where.polygon is None):
        lines = _course(site, 2 * clearance_m)
        return [_beside(line, 0.5, 0.3, site) for line in _cut(lines, count)]
    area = open_ground(
        area_of(where, ground, known=site.known()),
        ground,
        clearance_m=clearance_m,
        houses=site.standing(),
    )
    if area.area < 10.0 * count:
        raise InvalidValue(
            f"“{event.id}” finds no open ground",
            where=f"event.{event.id}.where",
            cause="buildings or water take all of the place",
            choices=["another place", "a smaller count"],
        )
    return _scattered(area, count, rng=site.rng)


def _beside(line: LineString, share: float, sway_m: float, site: Site) -> tuple[float, float]:
    spot = line.interpolate(share, normalized=True)
    off = site.rng.uniform(-sway_m, sway_m, 2)
    return (float(spot.x + off[0]), float(spot.y + off[1]))


def _cut(lines: Sequence[LineString], count: int) -> list[LineString]:
    """Cut lines into about as many equal pieces as asked."""
    total = sum(line.length for line in lines)
    parts: list[LineString] = []
    for line in lines:
        own = max(1, round(count * line.length / total))
        edges = np.linspace(0, 1, own + 1)
        parts += [
            cut_line(line, first * line.length, last * line.length)
            for first, last in pairwise(edges)
        ]
    return parts[:count]


def _scattered(
    area: BaseGeometry, count: int, *, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Scatter places over an area; they keep company, as salvoes do."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    spread = 0.2 * max(east - west, north - south)
    found: list[tuple[float, float]] = []
    while len(found) < count:
        middle = rng.uniform((west, south), (east, north))
        drawn = np.concatenate(
            [
                middle + rng.normal(0, spread, (16, 2)),
                rng.uniform((west, south), (east, north), (16, 2)),
            ]
        )
        inside = drawn[shapely.contains_xy(area, drawn)]
        found += [(float(x), float(y)) for x, y in inside[: max(1, count // 2)]]
    return found[:count]
