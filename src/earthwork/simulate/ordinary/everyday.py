"""What comes and goes in any city, siege or not: everything that fools people and detectors.

Each thing has its own lifetime, hashed from the seed and its own name, so that any number of dates
in any order agree: what is there on two dates is the same thing in the same place. A siege's works
come first: what would stand in their way is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.landscape import Condition, Landscape
from earthwork.simulate.ordinary import building_sites, farming, markets, wet_ground
from earthwork.simulate.ordinary.things import Sort, Thing, Today
from earthwork.simulate.ordinary.vehicles import vehicles
from earthwork.simulate.scenario import EverydayOrder

_CLEARANCE_M = 0.6
_GONE = frozenset({Condition.RAZED, Condition.COLLAPSED})
_SPREAD = frozenset({Sort.FARMED, Sort.BURNT, Sort.FLOOD, Sort.WET, Sort.GRAVEL_BAR, Sort.NEW_ROOF})
"""What lies under everything else, works too."""
_ON_OPEN_GROUND = frozenset({Sort.ROAD_WORKS, Sort.WIDENED_VERGE, Sort.FIELD_WALL})
_SORTS: tuple[tuple[str | None, Callable[[Today], Iterator[Thing]]], ...] = (
    ("ploughing", farming.farmed),
    ("burnt", farming.burnt),
    ("field_walls", farming.field_walls),
    ("wadis", wet_ground.gravel_bars),
    (None, wet_ground.wet_soil),
    ("flood", wet_ground.flood),
    ("new_buildings", building_sites.new_houses),
    ("new_buildings", building_sites.new_roofs),
    ("road_works", building_sites.road_works),
    ("new_buildings", building_sites.heaps),
    ("containers", markets.containers),
    ("tents", markets.tents),
    ("stalls", markets.stalls),
    (None, vehicles),
)
"""Intensity that orders a sort (None: it decides for itself), and what yields it: what lies on the
ground first; of two upright things in one place the earlier listed stands."""


def add_everyday(
    landscape: Landscape, order: EverydayOrder, *, seed: int, first: datetime | None = None
) -> Landscape:
    """Return the ground at a moment with everything that comes and goes there.

    Parameters
    ----------
    landscape
        The city and the works of the siege at that moment.
    order
        How much there is of each sort.
    seed
        Seed of all ordinary things; the same for all dates of one siege.
    first
        Moment from which slow things count, as new houses and fields turned: at it the city is as
        its plan shows it. The same for all dates of one siege; None for the landscape's own
        moment, which is right for a single date only.

    Returns
    -------
    Landscape
        Works, and the state of buildings that they touched, are as they were given.
    """
    return with_things(landscape, everyday_truth(landscape, order, seed=seed, first=first))


def everyday_truth(
    landscape: Landscape, order: EverydayOrder, *, seed: int, first: datetime | None = None
) -> tuple[Thing, ...]:
    """Return the ordinary things that are there at a moment, so that false alarms can be named.

    Parameters
    ----------
    landscape, order, seed, first
        As for ``add_everyday``.

    Returns
    -------
    tuple of Thing
        What each is and the ground it covers, in painting order; nothing that the landscape
        already had.
    """
    start = landscape.moment if first is None else first
    today = Today(landscape=landscape, order=order, seed=seed, first=start)
    lying: list[Thing] = []
    upright: list[Thing] = []
    for intensity, things in _SORTS:
        is_ordered = intensity is None or getattr(order, intensity) > 0
        for thing in things(today) if is_ordered else ():
            is_flat = not thing.blocks and not thing.mounds
            (lying if is_flat else upright).append(thing)
    kept = _off_works(lying, landscape)
    return (*kept, *_in_free_places(upright, landscape, kept))


def with_things(landscape: Landscape, things: Iterable[Thing]) -> Landscape:
    """Return a landscape with ordinary things set into it, as ``everyday_truth`` names them."""
    found = tuple(things)
    roofs = {t.building.footprint.id: t.building for t in found if t.building is not None}
    old = tuple(roofs.pop(b.footprint.id, b) for b in landscape.buildings)
    return replace(
        landscape,
        buildings=(*old, *roofs.values()),
        # Works are painted last: they lie on what the farmers did, not under it.
        patches=(*(p for t in found for p in t.patches), *landscape.patches),
        banks=(*(b for t in found for b in t.banks), *landscape.banks),
        mounds=(*landscape.mounds, *(m for t in found for m in t.mounds)),
        blocks=(*landscape.blocks, *(b for t in found for b in t.blocks)),
    )


def works_ground(landscape: Landscape) -> list[BaseGeometry]:
    """Return the outlines of everything that a siege has put, dug or cleared, local metres."""
    return [
        *(bank.line.buffer(bank.base_m / 2) for bank in landscape.banks),
        *(shapely.Point(m.x, m.y).buffer(m.radius_m) for m in landscape.mounds),
        *(heap.outline for heap in landscape.rubble),
        *(block.foot for block in landscape.blocks),
        *(patch.outline for patch in landscape.patches),
        *landscape.fallen_spans,
    ]


def _off_works(things: list[Thing], landscape: Landscape) -> list[Thing]:
    """Keep what lies flat and is nowhere in the way of a work; fields give way in part only."""
    shapes = [thing.geometry for thing in things]
    bodies = [b.footprint.outline for b in landscape.buildings if b.condition in _GONE]
    blocked = _touched(shapes, [*works_ground(landscape), *bodies])
    river = landscape.city.river
    houses = [house.outline for house in landscape.city.footprints]
    crossing = _touched(shapes, [*houses, *([] if river is None else [river.outline])])
    return [
        thing
        for thing, hit, over in zip(things, blocked, crossing, strict=True)
        if thing.sort in _SPREAD or not (hit or (over and thing.sort in _ON_OPEN_GROUND))
    ]


def _in_free_places(things: list[Thing], landscape: Landscape, lying: list[Thing]) -> list[Thing]:
    """Keep what stands clear of works, buildings, walls, water and of what is listed before it."""
    feet = [thing.geometry for thing in things]
    city = landscape.city
    solid: list[BaseGeometry] = [b.footprint.outline for b in landscape.buildings]
    solid += [t.geometry for t in lying if t.sort is Sort.NEW_BUILDING]
    solid += list(city.yard_walls)
    solid += [bank.line for t in lying for bank in t.banks]
    works = [shape.buffer(_CLEARANCE_M) for shape in works_ground(landscape)]
    water: list[BaseGeometry] = [] if city.river is None else [city.river.outline]
    water += [t.geometry for t in lying if t.sort is Sort.FLOOD]
    dry = np.array([thing.on_bridge for thing in things], dtype=np.bool_)
    dry |= _on_a_deck(feet, landscape)
    blocked = _touched(feet, [*solid, *works]) | (_touched(feet, water) & ~dry)
    kept = [thing for thing, hit in zip(things, blocked, strict=True) if not hit]
    crowded = _crowded([thing.geometry for thing in kept])
    return [thing for thing, late in zip(kept, crowded, strict=True) if not late]


def _on_a_deck(feet: list[BaseGeometry], landscape: Landscape) -> NDArray[np.bool_]:
    decks = [
        r.line.buffer(r.width_m / 2, cap_style="flat") for r in landscape.city.roads if r.is_bridge
    ]
    inside = np.zeros(len(feet), dtype=np.bool_)
    if decks and feet:
        inside[shapely.STRtree(decks).query(feet, predicate="within")[0]] = True
    return inside


def _touched(shapes: list[BaseGeometry], obstacles: list[BaseGeometry]) -> NDArray[np.bool_]:
    hit = np.zeros(len(shapes), dtype=np.bool_)
    if shapes and obstacles:
        hit[shapely.STRtree(obstacles).query(shapes, predicate="intersects")[0]] = True
    return hit


def _crowded(feet: list[BaseGeometry]) -> NDArray[np.bool_]:
    """Return which outlines overlap an earlier one that stays, dims (outline,)."""
    if not feet:
        return np.zeros(0, dtype=np.bool_)
    first, second = shapely.STRtree(feet).query(feet, predicate="intersects")
    late = np.zeros(len(feet), dtype=np.bool_)
    for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        late[one] |= other < one and not late[other]
    return late
