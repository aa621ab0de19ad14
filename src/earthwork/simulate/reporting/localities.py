"""Places of a city in the words of a report, each with the ground that the words cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.model.vocabulary import PlaceRelation
from earthwork.simulate.cities.city import City, Road

_LEAST_SHARE = 0.8
_LEAST_AREA = 0.004
_ROAD_REACH_M = 6.0
_BESIDE_ROAD_M = 30.0
_BANK_M = 90.0
_NEIGHBOURS_M = 45.0
_BRIDGE_REACH_M = 25.0
_SECTORS: tuple[tuple[str, float, float], ...] = (
    # compass word, middle and half width in degrees, clockwise from north
    ("north", 0.0, 45.0),
    ("north-east", 45.0, 28.0),
    ("east", 90.0, 45.0),
    ("south-east", 135.0, 28.0),
    ("south", 180.0, 45.0),
    ("south-west", 225.0, 28.0),
    ("west", 270.0, 45.0),
    ("north-west", 315.0, 28.0),
)
_RELATIONS = {word: PlaceRelation(f"{word.replace('-', '')}_of") for word, _, _ in _SECTORS}
_PLAIN_ROADS = ("Road", "Street", "Avenue", "Lane", "Way", "Drive", "Boulevard", "Row")


class Lie(StrEnum):
    """How a thing lies to the place that it is told by; it decides which things fit the words."""

    ON_ROAD = "on a road"
    ON_STREET = "on a street somewhere"
    ON_WAY = "on the road from one quarter to another"
    BY_ROAD = "along a road"
    BRIDGE = "a bridge"
    QUARTER = "in a quarter"
    BETWEEN = "between two quarters"
    BENEATH = "under the ground"
    PART = "in a part of the city"
    EDGE = "on the edge of the city"
    BEYOND = "outside the city"
    BANK = "along a bank of the river"
    AIRPORT = "beside the airport"
    SOMEWHERE = "on a street of the city"
    ANYWHERE = "in the city"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """A place as reports word it."""

    words: tuple[str, ...]
    """Several wordings with their preposition, all of one relation."""
    name: str
    """The name in them."""
    relation: PlaceRelation
    """How they lie to that name."""
    lie: Lie
    """What can be told by it."""
    area: BaseGeometry
    """Ground that they cover, local metres."""


def called(name: str) -> str:
    """Return a road's name with the article that it takes.

    Examples
    --------
    >>> called("Kasira Road"), called("Corniche")
    ('Kasira Road', 'the Corniche')
    """
    takes_none = name.endswith(_PLAIN_ROADS) or name.startswith("The ")
    return name if takes_none else f"the {name}"


def localities(city: City) -> tuple[Locality, ...]:
    """Return all places that a report on a city may name.

    Parameters
    ----------
    city
        The city; its river, airport and names may be missing.

    Returns
    -------
    tuple
        Places whose ground has some size within the scene.
    """
    scene = box(0, 0, city.side_m, city.side_m)
    found = [*_of_roads(city, scene), *_of_bridges(city, scene), *_of_quarters(city, scene),
             *_of_pairs(city, scene), *_of_sectors(city, scene), *_of_banks(city, scene),
             *_of_airport(city, scene), *_of_city(city, scene)]  # fmt: skip
    return tuple(place for place in found if not place.area.is_empty)


def fitting(points: NDArray[np.float64], options: Iterable[Locality]) -> tuple[Locality, ...]:
    """Return the places that hold at least 0.8 of some points, dims (point, [x, y])."""
    return tuple(
        place
        for place in options
        if float(np.mean(shapely.contains_xy(place.area, points))) >= _LEAST_SHARE
    )


def free_of(shapes: Sequence[BaseGeometry], options: Iterable[Locality]) -> tuple[Locality, ...]:
    """Return the places that none of some shapes touches."""
    if not shapes:
        return tuple(options)
    tree = shapely.STRtree(shapes)
    return tuple(
        place for place in options if not len(tree.query(place.area, predicate="intersects"))
    )


def _named_roads(city: City, scene: BaseGeometry) -> Iterator[tuple[str, list[Road]]]:
    names = dict.fromkeys(road.name for road in city.roads if road.name is not None)
    for name in names:
        roads = [r for r in city.roads if r.name == name and r.line.intersects(scene)]
        if roads:
            yield name, roads


def _along(roads: Iterable[Road], reach_m: float, scene: BaseGeometry) -> BaseGeometry:
    strips = [road.line.buffer(road.width_m / 2 + reach_m) for road in roads]
    return shapely.union_all(strips).intersection(scene)


def _of_roads(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    for name, roads in _named_roads(city, scene):
        said = called(name)
        yield Locality(words=(f"across {said}", f"on {said}"), name=name,
                       relation=PlaceRelation.IN, lie=Lie.ON_ROAD,
                       area=_along(roads, _ROAD_REACH_M, scene))  # fmt: skip
        yield Locality(words=(f"along {said}", f"beside {said}"), name=name,
                       relation=PlaceRelation.ALONG, lie=Lie.BY_ROAD,
                       area=_along(roads, _BESIDE_ROAD_M, scene))  # fmt: skip


def _of_bridges(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    for name, roads in _named_roads(city, scene):
        bridges = [road for road in roads if road.is_bridge]
        if bridges:
            said = called(name)
            yield Locality(words=(f"that carries {said}", f"on {said}"), name=name,
                           relation=PlaceRelation.IN, lie=Lie.BRIDGE,
                           area=_along(bridges, _BRIDGE_REACH_M, scene))  # fmt: skip
    if city.river is not None:
        name = f"{city.river.name} River"
        water = city.river.outline.buffer(_BRIDGE_REACH_M).intersection(scene)
        yield Locality(words=(f"over the {name}",), name=name, relation=PlaceRelation.IN,
                       lie=Lie.BRIDGE, area=water)  # fmt: skip


def _of_quarters(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    for quarter in city.quarters:
        area, name = quarter.outline.buffer(5.0).intersection(scene), quarter.name
        if area.area < _LEAST_AREA * scene.area:
            continue
        yield Locality(
            words=(f"in {name}", f"in the {name} quarter", f"in the {name} neighbourhood"),
            name=name, relation=PlaceRelation.IN, lie=Lie.QUARTER, area=area,
        )  # fmt: skip
        yield Locality(
            words=(f"across a street in {name}", f"on a street in {name}", f"on a road in {name}"),
            name=name, relation=PlaceRelation.IN, lie=Lie.ON_STREET, area=area,
        )  # fmt: skip
        yield Locality(words=(f"beneath {name}", f"under the houses of {name}"), name=name,
                       relation=PlaceRelation.IN, lie=Lie.BENEATH, area=area)  # fmt: skip


def _of_pairs(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    """Yield the ground between neighbouring quarters, and the main roads over it."""
    for first, last in combinations(city.quarters, 2):
        if first.outline.distance(last.outline) > _NEIGHBOURS_M:
            continue
        near = first.outline.buffer(_NEIGHBOURS_M).intersection(last.outline.buffer(_NEIGHBOURS_M))
        between = near.intersection(scene)
        if between.area < 0.3 * _LEAST_AREA * scene.area:
            continue
        name = f"{first.name} to {last.name}"
        yield Locality(words=(f"between {first.name} and {last.name}",), name=name,
                       relation=PlaceRelation.BETWEEN, lie=Lie.BETWEEN, area=between)  # fmt: skip
        crossing = [road for road in city.roads if road.name and road.line.crosses(between)]
        if crossing:
            yield Locality(
                words=(f"on the road from {first.name} to {last.name}",
                       f"across the road from {first.name} to {last.name}"),
                name=name, relation=PlaceRelation.FROM_TO, lie=Lie.ON_WAY,
                area=_along(crossing, _ROAD_REACH_M, between),
            )  # fmt: skip


def _wedge(city: City, middle_deg: float, half_deg: float) -> Polygon:
    turns = np.radians(np.linspace(middle_deg - half_deg, middle_deg + half_deg, 7))
    reach = 2.0 * city.side_m
    arc = [(city.core.x + reach * np.sin(t), city.core.y + reach * np.cos(t)) for t in turns]
    return Polygon([(city.core.x, city.core.y), *arc])


def _of_sectors(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    quarters = shapely.union_all([quarter.outline for quarter in city.quarters])
    # Streets and squares between quarters are in the city, not on its edge.
    reach = 0.04 * city.side_m
    built = quarters.buffer(reach, join_style="mitre").buffer(-reach, join_style="mitre")
    inner = built.buffer(-0.06 * city.side_m)
    name = city.name
    for word, middle, half in _SECTORS:
        wedge = _wedge(city, middle, half).intersection(scene)
        edge, beyond = wedge.difference(inner), wedge.difference(built.buffer(8.0))
        part = wedge.intersection(built)
        if edge.area > _LEAST_AREA * scene.area:
            yield Locality(
                words=(f"on the {word}ern outskirts of {name}",
                       f"along the {word}ern edge of {name}",
                       f"on the {word}ern fringe of {name}"),
                name=name, relation=PlaceRelation.OUTSKIRTS, lie=Lie.EDGE, area=edge,
            )  # fmt: skip
        if beyond.area > _LEAST_AREA * scene.area:
            yield Locality(words=(f"{word} of {name}", f"to the {word} of {name}"), name=name,
                           relation=_RELATIONS[word], lie=Lie.BEYOND, area=beyond)  # fmt: skip
        if part.area > _LEAST_AREA * scene.area:
            yield Locality(words=(f"in the {word} of {name}", f"in {word}ern {name}"), name=name,
                           relation=PlaceRelation.IN, lie=Lie.PART, area=part)  # fmt: skip
            yield Locality(
                words=(f"on a street in the {word} of {name}",
                       f"across a road in the {word} of {name}"),
                name=name, relation=PlaceRelation.IN, lie=Lie.ON_STREET, area=wedge,
            )  # fmt: skip
    yield Locality(words=(f"on the outskirts of {name}", f"around {name}"), name=name,
                   relation=PlaceRelation.OUTSKIRTS, lie=Lie.EDGE,
                   area=scene.difference(inner))  # fmt: skip


def _of_banks(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    if city.river is None:
        return
    name = f"{city.river.name} River"
    strip = city.river.outline.buffer(_BANK_M).intersection(scene)
    dry = shapely.get_parts(scene.difference(city.river.line.buffer(0.05)))
    sides = sorted(dry, key=lambda piece: -piece.area)[:2]
    if len(sides) < 2:  # noqa: PLR2004
        return
    words = _sides(sides[0].centroid, sides[1].centroid)
    for side, word in zip(sides, words, strict=True):
        yield Locality(
            words=(f"along the {word}ern bank of the {name}", f"on the {word} bank of the {name}"),
            name=name, relation=PlaceRelation.ALONG, lie=Lie.BANK, area=strip.intersection(side),
        )  # fmt: skip


def _sides(one: Point, other: Point) -> tuple[str, str]:
    """Return the compass words by which two banks are told apart."""
    if abs(one.x - other.x) >= abs(one.y - other.y):
        return ("east", "west") if one.x > other.x else ("west", "east")
    return ("north", "south") if one.y > other.y else ("south", "north")


def _of_airport(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    if city.airport is None:
        return
    ground, name = city.airport.outline.intersection(scene), city.airport.name
    if ground.is_empty:
        return
    reach = 0.3 * city.side_m
    west, south, east, north = ground.bounds
    strips = {
        "north": box(west, north - 0.25 * (north - south), east, north + reach),
        "south": box(west, south - reach, east, south + 0.25 * (north - south)),
        "east": box(east - 0.25 * (east - west), south, east + reach, north),
        "west": box(west - reach, south, west + 0.25 * (east - west), north),
    }
    for word, strip in strips.items():
        area = strip.intersection(scene).difference(ground)
        if area.area > _LEAST_AREA * scene.area:
            yield Locality(words=(f"{word} of {name}", f"just {word} of {name}"), name=name,
                           relation=_RELATIONS[word], lie=Lie.AIRPORT, area=area)  # fmt: skip
    yield Locality(words=(f"near {name}", f"close to {name}"), name=name,
                   relation=PlaceRelation.NEAR, lie=Lie.AIRPORT,
                   area=ground.buffer(0.12 * city.side_m).intersection(scene))  # fmt: skip


def _of_city(city: City, scene: BaseGeometry) -> Iterator[Locality]:
    name = city.name
    for lie, words in (
        (Lie.ANYWHERE, (f"in {name}", "in the city")),
        (Lie.SOMEWHERE, (f"on a street in {name}", "on a road in the city")),
        (Lie.BENEATH, (f"beneath {name}", f"under the streets of {name}")),
    ):
        yield Locality(words=words, name=name, relation=PlaceRelation.IN, lie=lie, area=scene)
