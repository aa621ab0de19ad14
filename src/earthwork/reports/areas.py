"""Areas that relative places stand for: rings, sectors, half planes and corridors, never pins."""

from __future__ import annotations

import math

from shapely import affinity
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import PRECISION_RADIUS_M, PlacePrecision, PlaceRelation

KM_PER_DEGREE = 111.32
"""Length of a degree of latitude, and of longitude at the equator."""

REACH_KM = 15.0
"""How far 'north of X' reaches."""

NEAR_KM = 5.0
"""How far 'near X' reaches beyond its edge."""

LEAST_REACH_KM = 0.4
"""How far 'north of X' reaches beyond a small X of known shape, at least."""

ALONG_KM = 0.1
"""How far 'along' a line reaches to each side."""

ON_KM = 0.03
"""Half the width of a street or river of which only the middle line is known."""

CORRIDOR_KM = 2.5
"""Half the width of a corridor from A to B."""

PEOPLE_PER_KM2 = 5_000.0
"""Density by which a town's radius is guessed from its inhabitants."""

_BEARINGS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
DIRECTED = {
    relation: relation.value.removesuffix("_of")
    for relation in PlaceRelation
    if relation.value.endswith("_of")
}
"""Each relation that has a direction, with the word for it."""


def radius_km(entry: GazetteerEntry) -> float:
    """Return how far a place reaches: by its shape, else guessed from inhabitants or extent."""
    if entry.shape is not None:
        return math.sqrt(_local(entry.shape, entry).area / math.pi)
    if entry.extent is not PlacePrecision.LOCALITY:
        return PRECISION_RADIUS_M[entry.extent] / 1000
    guessed = math.sqrt(entry.population / PEOPLE_PER_KM2 / math.pi)
    return min(12.0, max(1.0, guessed))


def area_of(
    entry: GazetteerEntry, *, relation: PlaceRelation | None, direction: str | None = None
) -> BaseGeometry:
    """Return the area, longitude and latitude, that lies in a relation to a place.

    Parameters
    ----------
    entry
        The place.
    relation
        How the area lies to it; None and IN are the place itself, cut to a sector by a direction.
    direction
        'north', 'southeast', ...; None for all round.
    """
    radius = radius_km(entry)
    if entry.shape is not None and entry.shape.length > 0:
        own = _local(entry.shape, entry)
        return _on_ground(_by_shape(own, radius, relation, direction), entry)
    if relation in DIRECTED:
        return _on_ground(_sector(DIRECTED[relation], radius + REACH_KM), entry)
    inner, outer = _rings(relation, radius)
    shape: BaseGeometry = Point(0, 0).buffer(outer)
    if inner:
        shape = shape.difference(Point(0, 0).buffer(inner))
    if direction is not None:
        shape = shape.intersection(_sector(direction, 2 * outer))
    return _on_ground(shape, entry)


def _by_shape(
    shape: BaseGeometry, radius: float, relation: PlaceRelation | None, direction: str | None
) -> BaseGeometry:
    """Return the area that lies in a relation to a shape, all in km; its reach is of its size."""
    if relation in DIRECTED:
        reach = radius + min(REACH_KM, max(LEAST_REACH_KM, 2 * radius))
        return _sector(DIRECTED[relation], reach, apex=shape.centroid).difference(shape)
    wide = _widened(shape, radius, relation)
    if direction is None:
        return wide
    if shape.area == 0:
        return _on_side(wide, direction)
    return wide.intersection(_sector(direction, 4 * radius + NEAR_KM, apex=shape.centroid))


def _widened(shape: BaseGeometry, radius: float, relation: PlaceRelation | None) -> BaseGeometry:
    if shape.area == 0:
        return shape.buffer(ALONG_KM if relation is not None else ON_KM)
    if relation is PlaceRelation.OUTSKIRTS:
        return shape.buffer(0.4 * radius).difference(shape.buffer(-0.4 * radius))
    if relation in {PlaceRelation.NEAR, PlaceRelation.ALONG}:
        return shape.buffer(min(NEAR_KM, max(ALONG_KM, radius)))
    return shape


def _on_side(strip: BaseGeometry, direction: str) -> BaseGeometry:
    """Return the part of a strip along a line that lies to one side of it."""
    bearing = math.radians(_BEARINGS[direction])
    x, y = ALONG_KM * math.sin(bearing), ALONG_KM * math.cos(bearing)
    return strip.intersection(affinity.translate(strip, x, y))


def _rings(relation: PlaceRelation | None, radius: float) -> tuple[float, float]:
    if relation is PlaceRelation.OUTSKIRTS:
        return 0.6 * radius, 1.4 * radius + 1.0
    if relation in {PlaceRelation.NEAR, PlaceRelation.ALONG}:
        return 0.0, radius + NEAR_KM
    return 0.0, radius


def corridor(first: GazetteerEntry, last: GazetteerEntry) -> BaseGeometry:
    """Return the strip from one place to another, longitude and latitude."""
    x, y = _km_from(first, last)
    strip = LineString([(0, 0), (x, y)]).buffer(CORRIDOR_KM)
    return _on_ground(strip, first)


def distance_km(first: GazetteerEntry, last: GazetteerEntry) -> float:
    """Return the rough distance of two places, good to a percent below some 500 km."""
    return math.hypot(*_km_from(first, last))


def _km_from(first: GazetteerEntry, last: GazetteerEntry) -> tuple[float, float]:
    middle = math.radians((first.latitude + last.latitude) / 2)
    # The shorter way round: 179 E and 179 W are neighbours.
    turn = (last.longitude - first.longitude + 180) % 360 - 180
    x = turn * KM_PER_DEGREE * math.cos(middle)
    return x, (last.latitude - first.latitude) * KM_PER_DEGREE


def _sector(direction: str, reach: float, *, apex: Point | None = None) -> Polygon:
    """Return a sector of 90 degrees about a direction, in km, from the origin or a given apex."""
    middle = _BEARINGS[direction]
    bearings = [math.radians(middle + step) for step in range(-45, 46, 5)]
    rim = [(reach * math.sin(b), reach * math.cos(b)) for b in bearings]
    x, y = (0.0, 0.0) if apex is None else (apex.x, apex.y)
    return Polygon([(x, y), *((x + east, y + north) for east, north in rim)])


def _local(shape: BaseGeometry, entry: GazetteerEntry) -> BaseGeometry:
    """Bring a shape from longitude and latitude into km around a place."""
    shrink = max(math.cos(math.radians(entry.latitude)), 0.05)
    x_km, y_km = KM_PER_DEGREE * shrink, KM_PER_DEGREE
    matrix = [x_km, 0, 0, y_km, -entry.longitude * x_km, -entry.latitude * y_km]
    moved: BaseGeometry = affinity.affine_transform(shape, matrix)
    return moved


def _on_ground(shape: BaseGeometry, entry: GazetteerEntry) -> BaseGeometry:
    """Lay a shape in km around the origin onto the ground around a place."""
    # Near the poles a degree of longitude vanishes; no report is about places there.
    shrink = max(math.cos(math.radians(entry.latitude)), 0.05)
    matrix = [
        1 / (KM_PER_DEGREE * shrink),
        0,
        0,
        1 / KM_PER_DEGREE,
        entry.longitude,
        entry.latitude,
    ]
    placed: BaseGeometry = affinity.affine_transform(shape, matrix)
    return placed
