"""What a siege takes away: buildings razed or shelled, ground cleared, bridges brought down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.alterations.placing import (
    area_of,
    cut_line,
    find_road,
    houses_within,
    pieces,
    place_name,
)
from earthwork.simulate.alterations.tones import earth_tone
from earthwork.simulate.alterations.works import (
    GONE,
    Outcome,
    Site,
    Work,
    deed_id,
    least_side_m,
    moment_at,
    sweep,
    swept_share,
)
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import Footprint, RoadClass
from earthwork.simulate.landscape import Condition, Patch
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.scenario import Event

_HIT_SHARE = 0.25
_COLLAPSE, _GUT = 0.66, 0.42
"""From which severity a building collapses, and from which it burns out."""
_SPARED_M = 5.0
"""Left round a spared building."""
_SLIVER_M = 3.0
"""Cleared ground narrower than twice this is left out."""

_OUTCOMES = {
    Condition.HOLED: (Kind.BUILDING_DAMAGED, BuildingState.DAMAGED, "roof holed"),
    Condition.GUTTED: (Kind.BUILDING_DAMAGED, BuildingState.DAMAGED, "burnt out, walls stand"),
    Condition.COLLAPSED: (Kind.BUILDING_DESTROYED, BuildingState.DESTROYED, "debris in place"),
    Condition.RAZED: (Kind.BUILDING_RAZED, BuildingState.RAZED, "razed, debris removed"),
}


def raze(site: Site) -> Outcome:
    """Take buildings down and their debris away, one after the other."""
    area = _area(site)
    chosen = _chosen(site, area, usual=1.0, without=frozenset({Condition.RAZED}))
    hits = [(house, Condition.RAZED, 1.0) for house in chosen]
    return _felled(site, hits, area)


def shell(site: Site) -> Outcome:
    """Hit a share of the buildings: roofs holed, shells gutted, whole buildings brought down."""
    area = _area(site)
    chosen = _chosen(site, area, usual=_HIT_SHARE, without=GONE, clustered=True)
    mean = 0.5 if site.event.severity is None else site.event.severity
    # No spread at either end: severity 1 brings every building down.
    spread = 0.22 * min(1.0, 4 * mean * (1 - mean))
    drawn = np.clip(mean + spread * site.rng.standard_normal(len(chosen)), 0.05, 1.0)
    hits = [
        (house, _condition(severity), float(severity))
        for house, severity in zip(chosen, drawn, strict=True)
    ]
    return _felled(site, hits, area)


def _condition(severity: float) -> Condition:
    if severity > _COLLAPSE:
        return Condition.COLLAPSED
    return Condition.GUTTED if severity > _GUT else Condition.HOLED


def _area(site: Site) -> BaseGeometry:
    return area_of(site.event.where, site.ground, known=site.known())


def _spared(site: Site) -> set[str]:
    """Return the ids of the buildings that are left standing.

    Raises
    ------
    InvalidValue
        If a name is neither a building nor a quarter.
    """
    city = site.ground.city
    ids = {house.id for house in city.footprints}
    quarters = {quarter.name for quarter in city.quarters}
    spared: set[str] = set()
    for word in site.event.spare:
        if word in ids:
            spared.add(word)
        elif word in quarters:
            spared |= {house.id for house in city.footprints if house.quarter == word}
        else:
            raise InvalidValue(
                f"“{word}” is neither a building nor a quarter",
                where=f"event.{site.event.id}.spare",
                choices=[*sorted(quarters), "factory"],
            )
    return spared


def _candidates(
    site: Site, area: BaseGeometry, *, without: frozenset[Condition]
) -> list[Footprint]:
    """Return the buildings of an area that can still be hit."""
    latest = site.conditions()
    spared = _spared(site)
    old = houses_within(area, site.ground)
    added = [
        work.house
        for work in latest.values()
        if work.house is not None and area.covers(work.house.outline.centroid)
    ]
    return [
        house
        for house in [*old, *added]
        if house.id not in spared
        and (house.id not in latest or latest[house.id].condition not in without)
    ]


def _chosen(
    site: Site,
    area: BaseGeometry,
    *,
    usual: float,
    without: frozenset[Condition],
    clustered: bool = False,
) -> list[Footprint]:
    """Choose a share or a number of the buildings of an area.

    Raises
    ------
    InvalidValue
        If no building stands there.
    """
    event = site.event
    houses = _candidates(site, area, without=without)
    if not houses:
        raise InvalidValue(
            f"“{event.id}” finds no building to {event.do.value}",
            where=f"event.{event.id}.where",
            cause="nothing is built there, or it is gone or spared",
            choices=[quarter.name for quarter in site.ground.city.quarters],
        )
    points = shapely.get_coordinates([house.outline.centroid for house in houses])
    if event.count is not None:
        middle = np.array(_middle(site, area))
        order = np.argsort(np.hypot(*(points - middle).T), kind="stable")
        return [houses[index] for index in np.sort(order[: event.count])]
    share = usual if event.share is None else event.share
    if share >= 1:
        return houses
    rank = _company(points, site.rng) if clustered else site.rng.random(len(houses))
    number = max(1, round(share * len(houses)))
    return [houses[index] for index in np.sort(np.argsort(rank, kind="stable")[:number])]


def _middle(site: Site, area: BaseGeometry) -> tuple[float, float]:
    where, side = site.event.where, site.ground.city.side_m
    if where.point is not None:
        factor = side if where.unit == "share" else 1.0
        return (where.point[0] * factor, where.point[1] * factor)
    return (area.centroid.x, area.centroid.y)


def _company(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rank buildings so that the hit ones keep company, as salvoes fall."""
    count = max(1, len(points) // 60)
    centres = points[rng.integers(len(points), size=count)]
    nearest = cKDTree(centres).query(points)[0]
    scale = float(np.median(nearest)) + 1.0
    return cast("np.ndarray", nearest / scale + rng.gumbel(0, 0.7, len(points)))


def _felled(
    site: Site,
    hits: Sequence[tuple[Footprint, Condition, float]],
    area: BaseGeometry,
    *,
    first: int = 1,
) -> Outcome:
    """Turn hits into works, in the order in which the area is worked."""
    if not hits:
        return Outcome(added=())
    latest = site.conditions()
    points = shapely.get_coordinates([house.outline.centroid for house, _, _ in hits])
    reached = swept_share(area, points)
    order = np.argsort(reached, kind="stable")
    works, ended = [], []
    for number, index in enumerate(order, start=first):
        house, condition, severity = hits[index]
        work = _fate(site.event, house, condition, severity, number, float(reached[index]))
        works.append(work)
        if house.id in latest and latest[house.id].deed.undone is None:
            ended.append((latest[house.id].deed.id, work.deed.done))
    return Outcome(added=tuple(works), ended=tuple(ended))


def _fate(  # noqa: PLR0917 - one hit, spelled out
    event: Event, house: Footprint, condition: Condition, severity: float, number: int, share: float
) -> Work:
    kind, state, words = _OUTCOMES[condition]
    moment = moment_at(event, share)
    deed = Deed(
        id=deed_id(event, number),
        event=event.id,
        kind=kind,
        state=state,
        geometry=house.outline,
        begun=moment,
        done=moment,
        place=house.quarter or None,
        footprint=house.id,
        height_m=house.height_m,
        least_m=least_side_m(house.outline),
        note=event.note or words,
    )
    return Work(deed=deed, condition=condition, severity=severity)


def clear(site: Site) -> Outcome:
    """Clear ground: raze what stands on it, fell its trees, scrape it bare; spare what is named.

    Main roads keep their carriageway; water and its banks stay as they are.
    """
    event, rng = site.event, site.rng
    area = _clearable(site, _area(site))
    # A building belongs to the ground if its middle does; what sticks out goes with it.
    houses = _candidates(site, area, without=frozenset({Condition.RAZED}))
    felled = _felled(site, [(house, Condition.RAZED, 1.0) for house in houses], area, first=2)
    way, _, _ = sweep(area)
    patch = Patch(
        outline=area,
        material=Material.CLEARED,
        tone=earth_tone(event, rng=rng),
        roughness_m=float(rng.uniform(0.05, 0.15)),
        heading_deg=float(np.degrees(np.arctan2(way[0], way[1])) % 180),
        fells=True,
    )
    deed = Deed(
        id=deed_id(event, 1),
        event=event.id,
        kind=Kind.GROUND_CLEARED,
        state=None,
        geometry=area,
        begun=event.begun,
        done=event.done,
        place=place_name(area, site.ground.city),
        count=len(houses),
        least_m=least_side_m(area),
        note=event.note or f"{area.area / 10_000:.1f} ha of ground cleared",
    )
    standing = _left_standing(site, area, number=len(houses) + 2)
    added = (Work(deed=deed, patches=(patch,)), *felled.added, *standing)
    return Outcome(added=added, ended=felled.ended)


def _clearable(site: Site, area: BaseGeometry) -> BaseGeometry:
    """Return an area without main roads, water and spared buildings, its slivers left out.

    Raises
    ------
    InvalidValue
        If nothing is left.
    """
    city = site.ground.city
    spared = _spared(site)
    kept: list[BaseGeometry] = [site.ground.water.buffer(6.0)]
    kept += [
        house.outline.buffer(_SPARED_M, join_style="mitre")
        for house in city.footprints
        if house.id in spared and house.outline.intersects(area)
    ]
    kept += [
        road.line.buffer(road.width_m / 2 + 1.5, cap_style="flat")
        for road in city.roads
        if road.road_class is RoadClass.MAIN and road.line.intersects(area)
    ]
    left = area.difference(shapely.union_all(kept))
    smooth = left.buffer(-_SLIVER_M).buffer(_SLIVER_M).simplify(0.3)
    frayed = [_frayed(part, rng=site.rng) for part in pieces(smooth)]
    smooth = shapely.union_all(frayed).intersection(left).buffer(0)
    large = [part for part in pieces(smooth) if part.area > 150.0]  # noqa: PLR2004 - a lot or so
    if not large:
        raise InvalidValue(
            f"“{site.event.id}” finds no ground to clear",
            where=f"event.{site.event.id}.where",
            cause="roads, water or spared buildings take all of it",
            choices=["a wider place"],
        )
    return shapely.union_all(large)


def _frayed(area: BaseGeometry, *, rng: np.random.Generator) -> BaseGeometry:
    """Return an area whose rim runs in and out by a metre or two, as a blade leaves it."""

    def swayed(points: np.ndarray) -> np.ndarray:
        off = rng.normal(0, 1.3, points.shape)
        off = (off + np.roll(off, 1, axis=0) + np.roll(off, -1, axis=0)) / 1.7
        off[-1] = off[0]
        return points + off

    polygon = cast("Polygon", shapely.segmentize(area, 5.0))
    rings = [swayed(np.array(ring.coords)) for ring in (polygon.exterior, *polygon.interiors)]
    return Polygon(rings[0], rings[1:]).buffer(0)


def _left_standing(site: Site, area: BaseGeometry, *, number: int) -> Iterable[Work]:
    """Yield the deed of each single building that is spared amid cleared ground."""
    around = area.buffer(2 * _SPARED_M)
    for word in site.event.spare:
        for house in site.ground.city.footprints:
            if house.id == word and around.intersects(house.outline):
                yield Work(deed=_spared_deed(site.event, house, number))
                number += 1


def _spared_deed(event: Event, house: Footprint, number: int) -> Deed:
    return Deed(
        id=deed_id(event, number),
        event=event.id,
        kind=None,
        state=BuildingState.STANDING,
        geometry=house.outline,
        begun=event.done,
        done=event.done,
        place=house.quarter or None,
        footprint=house.id,
        height_m=house.height_m,
        least_m=least_side_m(house.outline),
        note=f"{house.use.value} still standing",
    )


def drop_bridge(site: Site) -> Outcome:
    """Bring down a part of a bridge.

    Raises
    ------
    InvalidValue
        If the road has no bridge, with the bridges that there are.
    """
    event, city = site.event, site.ground.city
    word = event.where.road or "bridge 1"
    road = find_road(city, word)
    bridges = [
        other
        for other in city.roads
        if other.is_bridge and (other is road or (road.name and other.name == road.name))
    ]
    lines = [(b, b.line.intersection(site.ground.scene)) for b in bridges]
    lines = [(b, line) for b, line in lines if isinstance(line, LineString) and line.length > 5]  # noqa: PLR2004
    if not lines:
        raise InvalidValue(
            f"{word} has no bridge in the scene",
            where=f"event.{event.id}.where.road",
            choices=sorted({b.name or b.id for b in city.roads if b.is_bridge}),
        )
    bridge, line = max(lines, key=lambda pair: pair[1].length)
    span = cast("LineString", line)
    return Outcome(added=(_fallen(site, bridge.name or bridge.id, span, bridge.width_m),))


def _fallen(site: Site, name: str, line: LineString, width_m: float) -> Work:
    event = site.event
    share = event.share or float(site.rng.uniform(0.25, 0.45))
    middle = event.where.at if event.where.at is not None else float(site.rng.uniform(0.35, 0.65))
    first, last = np.clip([middle - share / 2, middle + share / 2], 0, 1)
    part = cut_line(line, first * line.length, last * line.length)
    span = part.buffer(width_m / 2, cap_style="flat")
    deed = Deed(
        id=deed_id(event, 1),
        event=event.id,
        kind=Kind.BRIDGE_DESTROYED,
        state=None,
        geometry=span,
        begun=event.begun,
        done=event.done,
        place=place_name(span, site.ground.city),
        road=name,
        least_m=least_side_m(span),
        note=event.note or f"{part.length:.0f} m of the bridge of {name} down",
    )
    return Work(deed=deed, spans=(span,))
