"""Ordinary building: houses on empty lots, new roofs, heaps of material, streets dug up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from zlib import crc32

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.ops import substring

from earthwork.simulate.cities.city import Footprint, Quarter, Road, RoadClass, Tone, Use
from earthwork.simulate.landscape import Bank, Block, Building, Condition, Mound, Patch
from earthwork.simulate.ordinary.lifetimes import hashed
from earthwork.simulate.ordinary.things import FULL, Sort, Thing, Today, beside, place_on
from earthwork.simulate.painting.materials import Material

_LOTS_PER_HA = 6.0
"""Lots looked for in a quarter at full intensity; most prove to be taken."""
_CLEAR_M = 2.0
_NEW_ROOFS = 0.10
"""Share of roofs renewed within two years, at full intensity."""
_HEAPS_PER_HOUSE = 0.05
_WORKS_PER_KM = 1.2
_VERGES_PER_KM = 0.9
_MACHINE: Tone = (0.55, 0.40, 0.08, 0.52)
_ROOFS: tuple[Tone, ...] = (
    (0.52, 0.50, 0.46, 0.52), (0.40, 0.38, 0.34, 0.42), (0.58, 0.57, 0.54, 0.56),
    (0.36, 0.25, 0.19, 0.40),
)  # fmt: skip


def new_houses(today: Today) -> Iterator[Thing]:
    """Yield houses that were not there at first: shells as they rise, then houses.

    Lots lie clear of all buildings, roads, water and one another, whatever was razed since.
    """
    taken = _taken(today)
    for quarter in today.city.quarters:
        rng = today.rng("lots", quarter.name)
        lots = _free_lots(quarter, today, taken, rng=rng)
        for number, lot in enumerate(lots):
            own = today.rng("lots", quarter.name, str(number))
            is_used = own.uniform() * FULL < today.order.new_buildings
            age = today.elapsed - float(own.uniform(-60, 500))
            if is_used and age > 0 and today.elapsed > 0:
                yield _house(lot, f"{quarter.name}/{number}", quarter, age, rng=own)


def _taken(today: Today) -> shapely.STRtree:
    city = today.city
    roads = [r.line.buffer(r.width_m / 2 + 1.0, cap_style="flat") for r in city.roads]
    others = [] if city.river is None else [city.river.outline.buffer(8.0)]
    others += [] if city.airport is None else [city.airport.outline]
    others += [wadi.line.buffer(wadi.width_m / 2 + 2.0) for wadi in city.wadis]
    houses = [house.outline for house in city.footprints]
    return shapely.STRtree([*houses, *roads, *others, *[f.outline for f in city.fields]])


def _free_lots(
    quarter: Quarter, today: Today, taken: shapely.STRtree, *, rng: np.random.Generator
) -> list[Polygon]:
    west, south, east, north = quarter.outline.bounds
    count = rng.poisson(_LOTS_PER_HA * FULL * (east - west) * (north - south) / 10_000)
    spots = rng.uniform((west, south), (east, north), (count, 2))
    sizes = rng.uniform((7.0, 6.0), (14.0, 10.0), (count, 2))
    inside = shapely.contains_xy(quarter.outline, spots)
    spots, sizes = spots[inside], sizes[inside]
    if len(spots) == 0 or not today.city.footprints:
        return []
    headings = _headings_near(spots, today)
    lots = np.array([_rectangle(*row) for row in zip(spots, sizes, headings, strict=True)])
    roomy = shapely.buffer(lots, _CLEAR_M, join_style="mitre")
    free = np.ones(len(lots), dtype=np.bool_)
    free[taken.query(roomy, predicate="intersects")[0]] = False
    lots, roomy = lots[free], roomy[free]
    first, second = shapely.STRtree(roomy).query(roomy, predicate="intersects")
    late = np.zeros(len(lots), dtype=np.bool_)
    late[first[second < first]] = True
    return list(lots[~late])


def _headings_near(spots: NDArray[np.float64], today: Today) -> NDArray[np.float64]:
    houses = today.city.footprints
    near = shapely.STRtree([h.outline for h in houses]).nearest(shapely.points(spots))
    return np.array([_heading(houses[index].outline) for index in np.atleast_1d(near)])


def _heading(outline: Polygon) -> float:
    edges = np.diff(shapely.get_coordinates(outline.exterior), axis=0)
    longest = edges[np.argmax(np.hypot(edges[:, 0], edges[:, 1]))]
    return float(np.degrees(np.arctan2(longest[0], longest[1])))


def _rectangle(spot: NDArray[np.float64], size: NDArray[np.float64], heading_deg: float) -> Polygon:
    block = Block(x=spot[0], y=spot[1], length_m=size[0], width_m=size[1], height_m=1.0,
                  heading_deg=heading_deg)  # fmt: skip
    return block.foot


def _house(
    lot: Polygon, name: str, quarter: Quarter, age: float, *, rng: np.random.Generator
) -> Thing:
    built = age / float(rng.uniform(90, 320))
    house = Footprint(
        id=f"ordinary/{name}",
        outline=lot,
        height_m=float(rng.choice([3.2, 6.3, 6.3, 9.4])),
        parapet_m=0.6,
        use=Use.HOUSE,
        quarter=quarter.name,
        roof_tone=_ROOFS[int(rng.integers(len(_ROOFS)))],
    )
    standing = Building(footprint=house) if built >= 1 else Building(
        footprint=house, condition=Condition.UNDER_CONSTRUCTION, severity=max(built, 0.05)
    )  # fmt: skip
    return Thing(id=f"house/{name}", sort=Sort.NEW_BUILDING, geometry=lot, building=standing)


def new_roofs(today: Today) -> Iterator[Thing]:
    """Yield intact buildings whose roofs were renewed since the first date."""
    limit = _NEW_ROOFS * today.order.new_buildings
    names = [standing.footprint.id for standing in today.landscape.buildings]
    # A source of randomness for each of thousands of houses is slow: most are told by a hash.
    own = np.array([crc32(name.encode()) for name in names], dtype=np.uint64)
    chances = hashed(own ^ np.uint64(today.seed), 0) * FULL
    for index in np.flatnonzero(chances < limit):
        standing = today.landscape.buildings[index]
        house, rng = standing.footprint, today.rng("roof", names[index])
        is_due = today.elapsed > rng.uniform(0, 730)
        if is_due and standing.condition is Condition.INTACT:
            yield _new_roof(house, severity=float(rng.uniform(0.4, 1.0)))


def _new_roof(house: Footprint, *, severity: float) -> Thing:
    roof = Building(footprint=house, condition=Condition.REROOFED, severity=severity)
    return Thing(id=f"roof/{house.id}", sort=Sort.NEW_ROOF, geometry=house.outline, building=roof)


def heaps(today: Today) -> Iterator[Thing]:
    """Yield heaps of sand, gravel and blocks beside houses, for some weeks each."""
    houses, rng = today.city.footprints, today.rng("heaps")
    count = rng.poisson(_HEAPS_PER_HOUSE * FULL * len(houses)) if houses else 0
    for number in range(count):
        own = today.rng("heaps", str(number))
        house = houses[int(own.integers(len(houses)))]
        is_used = own.uniform() * FULL < today.order.new_buildings
        begun, stays = own.uniform(-90, 500), own.uniform(20, 150)
        if is_used and 0 <= today.elapsed - begun < stays:
            yield _heap(house, f"heap/{number}", rng=own)


def _heap(house: Footprint, name: str, *, rng: np.random.Generator) -> Thing:
    rim, radius = house.outline.exterior, float(rng.uniform(1.0, 2.6))
    spot, heading = place_on(rim, np.array([rng.uniform(0, rim.length)]))
    hand = 1.0 if rim.is_ccw else -1.0
    x, y = beside(spot, heading, np.array([hand * (radius + 0.6)]))[0]
    mound = Mound(x=float(x), y=float(y), radius_m=radius, height_m=0.6 * radius,
                  tone=float(np.exp(rng.normal(0.1, 0.25))))  # fmt: skip
    return Thing(
        id=name, sort=Sort.HEAP, geometry=shapely.Point(x, y).buffer(radius), mounds=(mound,)
    )


def road_works(today: Today) -> Iterator[Thing]:
    """Yield streets dug up for pipes (then a new strip of asphalt), and verges widened."""
    for road in today.city.roads:
        if road.is_bridge or road.road_class in {RoadClass.LANE, RoadClass.TRACK}:
            continue
        rng = today.rng("road works", road.id)
        kilometres = FULL * road.line.length / 1000
        for number in range(rng.poisson(_WORKS_PER_KM * kilometres)):
            yield from _dig(road, number, today)
        for number in range(rng.poisson(_VERGES_PER_KM * kilometres)):
            yield from _verge(road, number, today)


def _dig(road: Road, number: int, today: Today) -> Iterator[Thing]:
    rng = today.rng("dig", road.id, str(number))
    is_used = rng.uniform() * FULL < today.order.road_works
    line = _stretch(road, rng, longest_m=90.0)
    hand, wide = float(rng.choice([-1, 1])), float(rng.uniform(1.0, 1.9))
    age, lasts = today.elapsed - float(rng.uniform(1, 500)), float(rng.uniform(12, 80))
    if not is_used or age < 0 or line.length < 8.0:  # noqa: PLR2004 - too short to dig
        return
    trench = _aside(line, hand * 0.22 * road.width_m)
    strip = trench.buffer(wide / 2, cap_style="flat")
    tone, name = float(rng.uniform(0.85, 1.2)), f"dig/{road.id}/{number}"
    if age > lasts:
        mended = Patch(outline=strip, material=Material.ASPHALT, tone=0.62 * tone)
        yield Thing(id=name, sort=Sort.ROAD_WORKS, geometry=strip, patches=(mended,))
        return
    spoil = _aside(trench, hand * (wide / 2 + 0.9))
    bank = Bank(line=spoil, height_m=0.7, crest_m=0.3, base_m=1.7, tone=tone)
    open_ground = Patch(outline=strip, material=Material.GRAVEL, tone=tone, roughness_m=0.08)
    machine = _machine(trench, hand, rng=rng)
    whole = shapely.union_all([strip, spoil.buffer(0.9), machine.foot])
    yield Thing(id=name, sort=Sort.ROAD_WORKS, geometry=whole, patches=(open_ground,),
                banks=(bank,), blocks=(machine,))  # fmt: skip


def _stretch(road: Road, rng: np.random.Generator, *, longest_m: float) -> LineString:
    long = float(rng.uniform(15.0, longest_m))
    start = float(rng.uniform(0, max(road.line.length - long, 1e-6)))
    return cast("LineString", substring(road.line, start, min(start + long, road.line.length)))


def _aside(line: LineString, offset_m: float) -> LineString:
    """Return a line moved to its left; its longest part where it falls into several."""
    parts = shapely.get_parts(shapely.offset_curve(line, offset_m))
    return max(parts, key=lambda part: part.length, default=line)


def _machine(line: LineString, hand: float, *, rng: np.random.Generator) -> Block:
    spot, heading = place_on(line, np.array([rng.uniform(0, line.length)]))
    x, y = beside(spot, heading, np.array([hand * 2.0]))[0]
    return Block(x=float(x), y=float(y), length_m=5.6, width_m=2.4, height_m=2.9,
                 heading_deg=float(heading[0] % 360), tone=_MACHINE)  # fmt: skip


def _verge(road: Road, number: int, today: Today) -> Iterator[Thing]:
    rng = today.rng("verge", road.id, str(number))
    is_used = rng.uniform() * FULL < today.order.road_works
    line = _stretch(road, rng, longest_m=220.0)
    hand, wide = float(rng.choice([-1, 1])), float(rng.uniform(2.5, 5.0))
    begun, tone = float(rng.uniform(1, 500)), float(rng.uniform(0.9, 1.2))
    if is_used and today.elapsed >= begun:
        edge = shapely.offset_curve(line, hand * (road.width_m / 2 + wide / 2))
        strip = edge.buffer(wide / 2, cap_style="flat")
        patch = Patch(outline=strip, material=Material.GRAVEL, tone=tone, fells=True)
        yield Thing(id=f"verge/{road.id}/{number}", sort=Sort.WIDENED_VERGE, geometry=strip,
                    patches=(patch,))  # fmt: skip
