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
    """Return how far a place reaches from its point, guessed from its inhabitants or its extent."""
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
    if relation in DIRECTED:
        return _on_ground(_sector(DIRECTED[relation], radius + REACH_KM), entry)
    inner, outer = _rings(relation, radius)
    shape: BaseGeometry = Point(0, 0).buffer(outer)
    if inner:
        shape = shape.difference(Point(0, 0).buffer(inner))
    if direction is not None:
        shape = shape.intersection(_sector(direction, 2 * outer))
    return _on_ground(shape, entry)


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


def _sector(direction: str, reach: float) -> Polygon:
    """Return a sector of 90 degrees about a direction, with its apex at the origin, in km."""
    middle = _BEARINGS[direction]
    bearings = [math.radians(middle + step) for step in range(-45, 46, 5)]
    rim = [(reach * math.sin(b), reach * math.cos(b)) for b in bearings]
    return Polygon([(0.0, 0.0), *rim])


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
