"""Where a scenario's words lie in one city: areas, lines, stretches of road, single buildings.

All geometry is in local metres and lies within the scene. A word that this city does not know is an
error that names the words it does know; so is a place that turns out empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, STRtree, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from earthwork.errors import InvalidValue
from earthwork.simulate.cities.city import City, Footprint, Quarter, Road, RoadClass
from earthwork.simulate.scenario import Points, Where

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_WORDS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
_NEAR_M = 150.0
_CLOSING_M = 45.0
"""Notches of the built edge narrower than twice this are bridged by a ring."""
_RING_M = 40.0
"""From the built edge to a ring, if not said."""
_BELT_M = 90.0
"""Depth of a belt outside the built edge or along a bank, if not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A city made ready for asking what lies where."""

    city: City
    """The city."""
    scene: Polygon
    """The square that pictures show."""
    houses: STRtree
    """Outlines of the buildings in the order of ``city.footprints``."""
    roads: STRtree
    """Carriageways in the order of ``city.roads``."""
    water: BaseGeometry
    """The river; empty if there is none."""
    paved: BaseGeometry
    """Runway and apron of the airfield; empty if there is none."""
    built: BaseGeometry
    """Built-up ground: all quarters."""


def survey(city: City) -> Ground:
    """Make a city ready for asking what lies where."""
    lines = np.array([road.line for road in city.roads], dtype=object)
    widths = np.array([road.width_m for road in city.roads])
    return Ground(
        city=city,
        scene=box(0, 0, city.side_m, city.side_m),
        houses=STRtree([house.outline for house in city.footprints]),
        roads=STRtree(shapely.buffer(lines, widths / 2, cap_style="flat")),
        water=Polygon() if city.river is None else city.river.outline,
        paved=_paved(city),
        built=shapely.union_all([quarter.outline for quarter in city.quarters]).buffer(0),
    )


def _paved(city: City) -> BaseGeometry:
    if city.airport is None:
        return Polygon()
    runway = city.airport.runway.buffer(city.airport.runway_width_m / 2, cap_style="flat")
    return runway.union(city.airport.apron)


def pieces(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of a geometry that are not empty."""
    parts = getattr(geometry, "geoms", [geometry])
    return [part for part in parts if not part.is_empty]


def line_pieces(geometry: BaseGeometry, *, least_m: float = 0.0) -> list[LineString]:
    """Return the lines of a geometry, joined where they meet, that are long enough."""
    lines = [part for part in pieces(geometry) if isinstance(part, LineString)]
    merged = shapely.line_merge(shapely.MultiLineString(lines)) if len(lines) > 1 else geometry
    return [
        part
        for part in pieces(merged)
        if isinstance(part, LineString) and part.length > max(least_m, 1e-6)
    ]


def unknown(word: str, *, where: str, choices: Iterable[str]) -> InvalidValue:
    """Return the error of a word that this city does not know, the likely ones first."""
    known = sorted(set(choices))
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    return InvalidValue(
        f"“{word}” is not in this city",
        where=where,
        cause=f"“{near[0]}” may be meant" if near else "the place is of another city or style",
        choices=[*near, *[name for name in known if name not in near]][:40],
    )


def _numbered(word: str) -> tuple[str, int]:
    """Split ``suburb 2`` into its word and number; without a number it is 1."""
    head, _, tail = word.rpartition(" ")
    return (head, int(tail)) if head and tail.isdigit() else (word, 1)


def find_quarter(city: City, word: str) -> Quarter:
    """Return the quarter of a name, or the n-th largest of a fabric as in ``suburb 2``.

    Raises
    ------
    InvalidValue
        If this city has none, with the names and fabrics that it has.
    """
    for quarter in city.quarters:
        if quarter.name.casefold() == word.casefold():
            return quarter
    fabric, number = _numbered(word.casefold())
    alike = sorted(
        (quarter for quarter in city.quarters if quarter.fabric == fabric),
        key=lambda quarter: -quarter.outline.area,
    )
    if 0 < number <= len(alike):
        return alike[number - 1]
    known = [name for quarter in city.quarters for name in (quarter.name, quarter.fabric.value)]
    raise unknown(word, where="where.quarter", choices=known)


def _visible(road: Road, city: City) -> float:
    return float(road.line.intersection(box(0, 0, city.side_m, city.side_m)).length)


def find_road(city: City, word: str) -> Road:
    """Return a road by name (the longest of it), by id, or as ``main 2`` or ``bridge 1``.

    Raises
    ------
    InvalidValue
        If this city has none, with the names that it has.
    """
    named = [road for road in city.roads if (road.name or "").casefold() == word.casefold()]
    if named:
        return max(named, key=lambda road: (not road.is_bridge, _visible(road, city)))
    for road in city.roads:
        if road.id == word:
            return road
    group, number = _numbered(word.casefold())
    ranked = _ranked_roads(city, group)
    if 0 < number <= len(ranked):
        return ranked[number - 1]
    known = {road.name for road in city.roads if road.name is not None}
    known |= {
        f"{kind} {n}"
        for kind in ("main", "bridge")
        for n in range(1, len(_ranked_roads(city, kind)) + 1)
    }
    raise unknown(word, where="where.road", choices=known)


def _ranked_roads(city: City, group: str) -> list[Road]:
    if group == "bridge":
        chosen = [road for road in city.roads if road.is_bridge]
    elif group in set(RoadClass):
        chosen = [road for road in city.roads if road.road_class == group and not road.is_bridge]
    else:
        return []
    seen = [(road, _visible(road, city)) for road in chosen]
    ranked = sorted((pair for pair in seen if pair[1] > 0), key=lambda pair: -pair[1])
    return [road for road, _ in ranked]


def find_house(city: City, word: str) -> Footprint:
    """Return one building by its id.

    Raises
    ------
    InvalidValue
        If this city has no such building.
    """
    for house in city.footprints:
        if house.id == word:
            return house
    raise unknown(
        word, where="where.building", choices=[house.id for house in city.footprints[:30]]
    )


def cut_line(line: LineString, first_m: float, last_m: float) -> LineString:
    """Return the part of a line between two distances along it."""
    return cast("LineString", substring(line, first_m, last_m))


def forward(part: LineString, whole: LineString) -> LineString:
    """Return a part of a line, running the same way as the line."""
    early = whole.project(part.interpolate(0.25, normalized=True))
    late = whole.project(part.interpolate(0.75, normalized=True))
    is_backward = early > late and not whole.is_closed
    return part.reverse() if is_backward else part


def first_lines(lines: Sequence[LineString], share: float | None) -> list[LineString]:
    """Return the first share of several lines taken as one; None for all."""
    if share is None:
        return list(lines)
    left, kept = share * sum(line.length for line in lines), []
    for line in lines:
        if left > 1.0:
            kept.append(cut_line(line, 0.0, min(left, line.length)))
        left -= line.length
    return kept


def stretch_of(road: Road, ground: Ground, where: Where) -> LineString:
    """Return the part of a road that a place speaks of, within the scene.

    Raises
    ------
    InvalidValue
        If the road does not run through the scene.
    """
    inside = line_pieces(road.line.intersection(ground.scene), least_m=2.0)
    if not inside:
        raise InvalidValue(
            f"{road.name or road.id} does not run through the scene",
            where="where.road",
            choices=[r.name or r.id for r in _ranked_roads(ground.city, "main")],
        )
    line = max(inside, key=lambda part: part.length)
    return _between(line, where.start, where.end)


def _between(line: LineString, start: float | None, end: float | None) -> LineString:
    first, last = sorted((0.0 if start is None else start, 1.0 if end is None else end))
    return cut_line(line, first * line.length, last * line.length)


def heading_deg(line: LineString, at_m: float) -> float:
    """Return the direction of a line at a distance along it, clockwise from north."""
    reach = min(0.5, line.length / 4)
    at_m = float(np.clip(at_m, reach, line.length - reach))
    before, after = line.interpolate(at_m - reach), line.interpolate(at_m + reach)
    return float(np.degrees(np.arctan2(after.x - before.x, after.y - before.y)))


def bearing_vector(azimuth_deg: float) -> NDArray[np.float64]:
    """Return the unit vector (x, y) of a direction clockwise from north."""
    turn = np.radians(azimuth_deg)
    return np.array([np.sin(turn), np.cos(turn)])


def compass_deg(word: str, *, where: str) -> float:
    """Return the direction of ``N``, ``north``, ``north-east``…, clockwise from north.

    Raises
    ------
    InvalidValue
        If the word is no direction.
    """
    plain = word.replace("-", "").replace(" ", "")
    if plain.upper() in COMPASS:
        return 45.0 * COMPASS.index(plain.upper())
    plain = plain.casefold().removesuffix("ern")
    if plain in _WORDS:
        return _WORDS[plain]
    raise InvalidValue(f"“{word}” is no direction", where=where, choices=[*COMPASS, *_WORDS])


def hands(line: LineString, side: str | None) -> tuple[int, ...]:
    """Return which hands of a line a side means: +1 for its left, -1 for its right.

    Raises
    ------
    InvalidValue
        If the side is neither 'both', 'left', 'right' nor a direction.
    """
    fixed = {None: (1, -1), "both": (1, -1), "left": (1,), "right": (-1,)}
    if side in fixed:
        return fixed[side]
    wanted = bearing_vector(compass_deg(side or "", where="where.side"))
    left = bearing_vector(heading_deg(line, line.length / 2) - 90)
    return (1,) if float(left @ wanted) > 0 else (-1,)


def shifted(line: LineString, offset_m: float) -> LineString:
    """Return a line moved sideways, to its left if positive, running the same way."""
    if abs(offset_m) < 1e-9:  # noqa: PLR2004 - nothing to move
        return line
    moved = line_pieces(shapely.offset_curve(line, offset_m, join_style="round"))
    return max(moved, key=lambda part: part.length, default=LineString())


def rounded(points: NDArray[np.float64], *, turns: int = 3) -> LineString:
    """Return a line through the middles of its corners' edges: Chaikin's cutting of corners."""
    for _ in range(turns if len(points) > 2 else 0):  # noqa: PLR2004 - two points are straight
        early = 0.75 * points[:-1] + 0.25 * points[1:]
        late = 0.25 * points[:-1] + 0.75 * points[1:]
        inner = np.stack([early, late], axis=1).reshape(-1, 2)[1:-1]
        points = np.concatenate([points[:1], inner, points[-1:]])
    return LineString(points)


def to_metres(points: Points, where: Where, city: City) -> NDArray[np.float64]:
    """Return points of a place in metres, dims (point, [x, y])."""
    factor = city.side_m if where.unit == "share" else 1.0
    return np.array(points, dtype=float) * factor


def wedge(core: Point, sectors: Sequence[str], reach_m: float) -> BaseGeometry:
    """Return the union of 45° sectors seen from a point.

    Raises
    ------
    InvalidValue
        If a word is no direction.
    """
    middle = np.array([core.x, core.y])
    slices = []
    for word in sectors:
        azimuth = compass_deg(word, where="where.sector")
        turns = azimuth + np.linspace(-22.6, 22.6, 7)
        rim = [middle + reach_m * bearing_vector(turn) for turn in turns]
        slices.append(Polygon([middle, *rim]))
    return shapely.union_all(slices)


def ring(ground: Ground, offset_m: float) -> LineString:
    """Return a line round the built-up ground, clockwise from the north of the core.

    Parameters
    ----------
    ground
        The city.
    offset_m
        Outward from the built edge.

    Returns
    -------
    shapely.LineString
        Closed; it may leave the scene.
    """
    closed = ground.built.buffer(offset_m + _CLOSING_M).buffer(-_CLOSING_M).simplify(4.0)
    part = max(pieces(closed), key=lambda piece: piece.area)
    points = np.array(cast("Polygon", part).exterior.coords)[:-1]
    if shapely.is_ccw(cast("Polygon", part).exterior):
        points = points[::-1]
    core = ground.city.core
    turn = np.arctan2(points[:, 0] - core.x, points[:, 1] - core.y) % (2 * np.pi)
    points = np.roll(points, -int(np.argmin(turn)), axis=0)
    closed_points = np.concatenate([points, points[:1]])
    return rounded(closed_points, turns=2)


def bank_side(ground: Ground, word: str) -> BaseGeometry:
    """Return the ground of the scene on one side of the river.

    Raises
    ------
    InvalidValue
        If the city has no river, or the word is no direction.
    """
    river = ground.city.river
    if river is None:
        raise InvalidValue(
            "this city has no river", where="where.along", choices=["ring", "airport"]
        )
    wanted = bearing_vector(compass_deg(word, where="where.along"))
    middle = np.array(river.line.interpolate(0.5, normalized=True).coords[0])
    parts = [p for p in pieces(ground.scene.difference(river.outline)) if p.area > 1.0]
    gains = [float((np.array(p.representative_point().coords[0]) - middle) @ wanted) for p in parts]
    chosen = [p for p, gain in zip(parts, gains, strict=True) if gain > 0]
    return shapely.union_all(chosen or [parts[int(np.argmax(gains))]])


def _bank_line(ground: Ground, word: str, offset_m: float) -> BaseGeometry:
    side = bank_side(ground, word)
    edge = ground.water.buffer(offset_m).boundary
    return edge.intersection(side.intersection(ground.scene.buffer(-1.0)))


def _along_line(ground: Ground, where: Where) -> BaseGeometry:
    head, _, tail = (where.along or "").partition("-")
    offset = _RING_M if where.offset_m is None else where.offset_m
    if head == "ring":
        return ring(ground, offset)
    if head == "river":
        if not tail and ground.city.river is not None:
            return ground.city.river.line
        return _bank_line(ground, tail or "W", offset)
    if head == "airport":
        return _airfield(ground).buffer(offset).boundary
    raise InvalidValue(
        f"“{where.along}” is nothing to follow",
        where="where.along",
        choices=["ring", "river", "river-west", "river-east", "airport"],
    )


def _airfield(ground: Ground) -> BaseGeometry:
    if ground.city.airport is None:
        raise InvalidValue(
            "this city has no airfield",
            where="where.airport",
            choices=[quarter.name for quarter in ground.city.quarters],
        )
    return ground.city.airport.outline


def lines_of(where: Where, ground: Ground) -> list[LineString]:
    """Return the lines that a place names, within the scene, in order along them.

    Parameters
    ----------
    where
        With ``line``, ``road``, ``along`` or ``sector``; sectors narrow the others too.
    ground
        The city.

    Returns
    -------
    list of shapely.LineString
        At least one.

    Raises
    ------
    InvalidValue
        If nothing is left of them, or no line is named.
    """
    whole = _whole_line(where, ground)
    inside = whole.intersection(ground.scene)
    if where.sector:
        reach = 3 * ground.city.side_m
        inside = inside.intersection(wedge(ground.city.core, where.sector, reach))
    lines = _in_order(line_pieces(inside, least_m=8.0), whole)
    if where.road is None and (where.start is not None or where.end is not None):
        lines = _share_of(lines, where)
    if not lines:
        raise InvalidValue(
            "there is no ground for this line in the scene",
            where=_words_of(where),
            cause="the built-up ground or the line reaches beyond the scene",
            choices=["another sector", "a smaller offset_m", "a line of your own"],
        )
    return lines


def _whole_line(where: Where, ground: Ground) -> BaseGeometry:
    if where.line is not None:
        return rounded(to_metres(where.line, where, ground.city))
    if where.road is not None:
        return stretch_of(find_road(ground.city, where.road), ground, where)
    if where.along is not None:
        return _along_line(ground, where)
    if where.sector:
        return ring(ground, _RING_M if where.offset_m is None else where.offset_m)
    if where.polygon is not None:
        return Polygon(to_metres(where.polygon, where, ground.city)).boundary
    raise InvalidValue(
        "no line is named",
        where=_words_of(where),
        choices=["where.line", "where.road", "where.along", "where.sector"],
    )


def _in_order(lines: list[LineString], whole: BaseGeometry) -> list[LineString]:
    if not isinstance(whole, LineString):
        return sorted(lines, key=lambda line: line.bounds)
    directed = [forward(line, whole) for line in lines]
    return sorted(directed, key=lambda line: whole.project(line.interpolate(0.5, normalized=True)))


def _share_of(lines: list[LineString], where: Where) -> list[LineString]:
    """Cut a share out of several lines as if they were one."""
    total = sum(line.length for line in lines)
    first = total * (where.start or 0.0)
    last = total * (1.0 if where.end is None else where.end)
    cut, passed = [], 0.0
    for line in lines:
        low, high = max(first - passed, 0.0), min(last - passed, line.length)
        if high - low > 2.0:  # noqa: PLR2004 - a stump is no line
            cut.append(cut_line(line, low, high))
        passed += line.length
    return cut


def area_of(where: Where, ground: Ground, *, known: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return the area that a place names: what all its words have in common, in the scene.

    Parameters
    ----------
    where
        Without any word it is the whole scene.
    ground
        The city.
    known
        Works so far by event, for ``event`` and ``near``.

    Returns
    -------
    shapely.geometry.base.BaseGeometry
        Not empty.

    Raises
    ------
    InvalidValue
        If a word is unknown, or nothing is common to all of them.
    """
    city = ground.city
    area: BaseGeometry = ground.scene
    for part in _area_parts(where, ground, known):
        area = area.intersection(part)
    if area.area < 1.0:
        raise InvalidValue(
            "no ground of the scene is there",
            where=_words_of(where),
            cause="the parts named do not overlap, or lie beyond the scene",
            choices=[quarter.name for quarter in city.quarters],
        )
    return area


def _area_parts(where: Where, ground: Ground, known: dict[str, BaseGeometry]) -> list[BaseGeometry]:
    city = ground.city
    belted = where.along is not None or (where.sector and where.offset_m is not None)
    asked: list[tuple[object, Callable[[], BaseGeometry]]] = [
        (where.quarter, lambda: find_quarter(city, where.quarter or "").outline),
        (where.polygon, lambda: Polygon(to_metres(where.polygon or (), where, city)).buffer(0)),
        (where.sector, lambda: wedge(city.core, where.sector, 3 * city.side_m)),
        (belted, lambda: _belt(where, ground)),
        (where.airport, lambda: _airport_side(where, ground)),
        (where.road, lambda: _corridor(where, ground)),
        (where.building, lambda: find_house(city, where.building or "").outline),
        (
            where.event,
            lambda: shapely.make_valid(known_event(where.event or "", known).buffer(2.0)),
        ),
        (where.near, lambda: spot_named(where.near or "", ground, known).buffer(_near_m(where))),
        (where.point, lambda: _round_point(where, city)),
        (
            where.line,
            lambda: rounded(to_metres(where.line or (), where, city)).buffer(
                where.offset_m or 20.0
            ),
        ),
    ]
    return [shape() for word, shape in asked if word]


def _round_point(where: Where, city: City) -> BaseGeometry:
    spot = to_metres((where.point or (0.0, 0.0),), where, city)[0]
    return Point(spot).buffer(_near_m(where))


def _near_m(where: Where) -> float:
    return _NEAR_M if where.within_m is None else where.within_m


def _belt(where: Where, ground: Ground) -> BaseGeometry:
    """Return a belt outside the built edge, along a bank, or round the airfield."""
    head, _, tail = (where.along or "ring").partition("-")
    inner = where.offset_m or 0.0
    depth = _BELT_M if where.within_m is None else where.within_m
    if head == "river":
        side = bank_side(ground, tail) if tail else ground.scene
        return side.intersection(_ringed(ground.water, inner, depth))
    if head == "airport":
        return _ringed(_airfield(ground), inner, depth)
    if head == "ring":
        return _ringed(ground.built, inner, depth)
    return _along_line(ground, where)  # says what there is to follow


def _ringed(area: BaseGeometry, inner_m: float, depth_m: float) -> BaseGeometry:
    return area.buffer(inner_m + depth_m).difference(area.buffer(inner_m))


def _airport_side(where: Where, ground: Ground) -> BaseGeometry:
    """Return the ground beyond the airfield's fence in one direction."""
    field = _airfield(ground)
    step = bearing_vector(compass_deg(where.airport or "", where="where.airport"))
    beyond = np.array(field.centroid.coords[0])
    reach = 3 * ground.city.side_m
    wide = np.array([step[1], -step[0]])
    width = 0.75 * float(np.hypot(*np.subtract(field.bounds[2:], field.bounds[:2])))
    half = Polygon(
        [
            beyond - wide * width,
            beyond + wide * width,
            beyond + wide * width + step * reach,
            beyond - wide * width + step * reach,
        ]
    )
    depth = 2 * _BELT_M if where.within_m is None else where.within_m
    return half.intersection(_ringed(field, where.offset_m or 0.0, depth))


def _corridor(where: Where, ground: Ground) -> BaseGeometry:
    road = find_road(ground.city, where.road or "")
    line = stretch_of(road, ground, where)
    if where.at is not None:
        return line.interpolate(where.at, normalized=True).buffer(where.within_m or 30.0)
    beside = 30.0 if where.within_m is None else where.within_m
    return line.buffer(road.width_m / 2 + beside, cap_style="flat")


def known_event(word: str, known: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return the works of an event.

    Raises
    ------
    InvalidValue
        If no earlier event has that id.
    """
    if word not in known:
        raise InvalidValue(
            f"no earlier event is called “{word}”",
            where="where.event",
            cause="it comes later, or its id is misspelt",
            choices=sorted(known),
        )
    return known[word]


def spot_named(word: str, ground: Ground, known: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return what a place lies near: core, airport, an event, a building, a road, a quarter.

    Raises
    ------
    InvalidValue
        If nothing is called so.
    """
    city = ground.city
    if word == "core":
        return city.core
    if word == "airport":
        return _airfield(ground)
    if word in known:
        return known[word]
    for find in (_house_outline, _road_line, _quarter_outline):
        try:
            return find(city, word)
        except InvalidValue:
            continue
    names = [road.name for road in city.roads if road.name is not None]
    names += [quarter.name for quarter in city.quarters]
    raise unknown(word, where="where.near", choices=[*names, *known, "core", "airport"])


def _house_outline(city: City, word: str) -> BaseGeometry:
    return find_house(city, word).outline


def _road_line(city: City, word: str) -> BaseGeometry:
    return find_road(city, word).line


def _quarter_outline(city: City, word: str) -> BaseGeometry:
    return find_quarter(city, word).outline


def houses_within(area: BaseGeometry, ground: Ground) -> list[Footprint]:
    """Return the buildings whose middle lies in an area, in the order of the city."""
    shapely.prepare(area)
    return [
        house
        for house in houses_touching(area, ground)
        if area.covers(house.outline.centroid) or area.covers(house.outline)
    ]


def houses_touching(area: BaseGeometry, ground: Ground) -> list[Footprint]:
    """Return the buildings that an area touches, in the order of the city."""
    hits = ground.houses.query(area, predicate="intersects")
    return [ground.city.footprints[index] for index in np.sort(hits)]


def carriageways(area: BaseGeometry, ground: Ground, *, margin_m: float) -> BaseGeometry:
    """Return the carriageways near an area, tracks left out, widened by a margin."""
    hits = ground.roads.query(area.buffer(margin_m + 1.0), predicate="intersects")
    return shapely.union_all(
        [
            road.line.buffer(road.width_m / 2 + margin_m, cap_style="flat")
            for road in (ground.city.roads[index] for index in np.sort(hits))
            if road.road_class is not RoadClass.TRACK
        ]
    )


def open_ground(
    area: BaseGeometry, ground: Ground, *, clearance_m: float, houses: STRtree | None = None
) -> BaseGeometry:
    """Return an area without water, buildings and the airfield's pavement, with some clearance.

    Parameters
    ----------
    area
        To be cut.
    ground
        The city.
    clearance_m
        Left between a work and a wall or the water, metres.
    houses
        Outlines that stand at the time; None for those of the plan.

    Returns
    -------
    shapely.geometry.base.BaseGeometry
        It may be empty.
    """
    standing = ground.houses if houses is None else houses
    hits = standing.query(area.buffer(clearance_m), predicate="intersects")
    outlines = standing.geometries[np.sort(hits)]
    taken: list[BaseGeometry] = (
        list(shapely.buffer(outlines, clearance_m, quad_segs=2)) if len(hits) else []
    )
    return area.difference(
        shapely.union_all([*taken, ground.water.buffer(clearance_m), ground.paved])
    )


def place_name(geometry: BaseGeometry, city: City) -> str | None:
    """Return the quarter that holds a third of a geometry or more, else the airport, else None."""
    shape = geometry if geometry.area or geometry.length else geometry.buffer(0.5)
    size = shape.area or shape.length
    best, most = None, 0.33
    outlines = [(quarter.name, quarter.outline) for quarter in city.quarters]
    if city.airport is not None:
        outlines.append((city.airport.name, city.airport.outline))
    for name, outline in outlines:
        common = shape.intersection(outline)
        share = (common.area if shape.area else common.length) / size
        if share > most:
            best, most = name, share
    return best


def _words_of(where: Where) -> str:
    given = [
        name
        for name in ("quarter", "road", "along", "sector", "polygon", "line", "airport", "building")
        if getattr(where, name)
    ]
    return "where." + "+".join(given) if given else "where"
