"""What lies 'north of', 'along' or 'on the edge of' a place of known shape."""

from __future__ import annotations

import math

import pytest
from shapely import LineString, Point, affinity, box
from shapely.geometry.base import BaseGeometry

from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import PlacePrecision, PlaceRelation
from earthwork.reports.areas import (
    ALONG_KM,
    KM_PER_DEGREE,
    ON_KM,
    area_of,
    corridor,
    distance_km,
    radius_km,
)

LONGITUDE, LATITUDE = 45.0, 36.0
EAST_KM = KM_PER_DEGREE * math.cos(math.radians(LATITUDE))
SQUARE = box(-1, -1, 1, 1)
"""A town of two by two km."""
STREET = LineString([(-1, 0), (1, 0)])


def on_ground(km: BaseGeometry) -> BaseGeometry:
    moved = affinity.scale(km, 1 / EAST_KM, 1 / KM_PER_DEGREE, origin=(0, 0))
    return affinity.translate(moved, LONGITUDE, LATITUDE)


def in_km(lonlat: BaseGeometry) -> BaseGeometry:
    moved = affinity.translate(lonlat, -LONGITUDE, -LATITUDE)
    return affinity.scale(moved, EAST_KM, KM_PER_DEGREE, origin=(0, 0))


def entry(km: BaseGeometry | None, **given: object) -> GazetteerEntry:
    return GazetteerEntry(
        name="Town",
        longitude=LONGITUDE,
        latitude=LATITUDE,
        geonames_id=None,
        country=None,
        population=0,
        shape=None if km is None else on_ground(km),
        **given,
    )


def area(km: BaseGeometry, relation: PlaceRelation | None, direction: str | None = None):
    return in_km(area_of(entry(km), relation=relation, direction=direction))


def test_the_place_itself_is_its_shape() -> None:
    assert area(SQUARE, None).equals_exact(SQUARE, 1e-6)
    assert area(SQUARE, PlaceRelation.IN).equals_exact(SQUARE, 1e-6)


def test_its_radius_is_that_of_a_disc_as_large() -> None:
    assert radius_km(entry(SQUARE)) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-3)
    assert radius_km(entry(None, extent=PlacePrecision.COUNTRY)) > radius_km(entry(None))


@pytest.mark.parametrize(
    ("relation", "inside", "outside"),
    [
        (PlaceRelation.NORTH_OF, (0, 1.6), (0, -1.6)),
        (PlaceRelation.SOUTH_OF, (0, -1.6), (0, 1.6)),
        (PlaceRelation.EAST_OF, (1.6, 0), (-1.6, 0)),
    ],
)
def test_beyond_a_side_is_no_part_of_the_place(
    relation: PlaceRelation, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    found = area(SQUARE, relation)
    assert found.contains(Point(inside))
    assert not found.intersects(Point(outside))
    assert found.intersection(SQUARE).area < 1e-9


def test_north_of_a_small_place_reaches_not_far() -> None:
    found = area(affinity.scale(SQUARE, 0.05, 0.05), PlaceRelation.NORTH_OF)
    assert found.bounds[3] < 0.6
    assert area(SQUARE, PlaceRelation.NORTH_OF).bounds[3] > 2


@pytest.mark.parametrize("direction", ["north", "southwest"])
def test_the_north_of_a_town_is_a_part_of_it(direction: str) -> None:
    part = area(SQUARE, PlaceRelation.IN, direction)
    assert part.area == pytest.approx(1.0, rel=0.02)
    sign = 1 if direction == "north" else -1
    assert sign * part.centroid.y > 0.3


def test_the_outskirts_are_a_band_about_the_edge() -> None:
    band = area(SQUARE, PlaceRelation.OUTSKIRTS)
    assert band.contains(Point(1, 0))
    assert not band.contains(Point(0, 0))
    assert not band.contains(Point(2, 0))


@pytest.mark.parametrize("relation", [PlaceRelation.NEAR, PlaceRelation.ALONG])
def test_near_holds_the_place_and_some_ground_about_it(relation: PlaceRelation) -> None:
    found = area(SQUARE, relation)
    assert found.contains(SQUARE)
    assert found.bounds[2] == pytest.approx(1 + radius_km(entry(SQUARE)), rel=1e-3)


@pytest.mark.parametrize(
    ("relation", "half_width"), [(None, ON_KM), (PlaceRelation.ALONG, ALONG_KM)]
)
def test_a_street_is_as_wide_as_its_relation(
    relation: PlaceRelation | None, half_width: float
) -> None:
    strip = area(STREET, relation)
    assert strip.bounds[3] == pytest.approx(half_width, rel=1e-3)
    assert strip.contains(Point(0.9, 0))


def test_one_side_of_a_street() -> None:
    north = area(STREET, PlaceRelation.ALONG, "north")
    assert north.contains(Point(0, ALONG_KM / 2))
    assert not north.contains(Point(0, -ALONG_KM / 2))


def test_a_place_known_by_its_point_alone_is_a_ring_or_a_sector() -> None:
    point = entry(None)
    ring = in_km(area_of(point, relation=PlaceRelation.OUTSKIRTS))
    assert not ring.contains(Point(0, 0))
    cut = in_km(area_of(point, relation=None, direction="east"))
    assert cut.contains(Point(0.5, 0))
    assert not cut.contains(Point(-0.5, 0))


def test_a_corridor_leads_from_one_to_the_other() -> None:
    there = GazetteerEntry(
        name="There", longitude=45.2, latitude=36.1, geonames_id=None, country=None, population=0
    )
    strip = corridor(entry(None), there)
    assert strip.contains(Point(LONGITUDE, LATITUDE))
    assert strip.contains(Point(45.1, 36.05))
    assert distance_km(entry(None), there) == pytest.approx(21.2, rel=0.02)
