"""The gazetteer of a simulated city: its quarters, roads, river, airport and neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.model.place import GazetteerEntry
from earthwork.simulate.cities.city import City
from earthwork.simulate.site import Site

_TOWN_RADIUS_M = 1500.0
_PEOPLE_PER_HOUSE = 6.5
_NEIGHBOURS = (
    # name, kilometres east and north of the city, inhabitants
    ("Kasira", -2.0, -14.0, 21_000),
    ("Amsar", 60.0, -310.0, 900_000),
    ("Rask", 41.0, -282.0, 190_000),
    ("Tolma", 35.0, -318.0, 240_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """One entry of a gazetteer, with its shape."""

    entry: GazetteerEntry
    """Name and anchor."""
    feature: str
    """'city', 'town', 'quarter', 'airport', 'river' or 'road'."""
    geometry: BaseGeometry
    """Area, line or point; longitude and latitude."""


def named_places(city: City, site: Site) -> tuple[NamedPlace, ...]:
    """Return every place of a city that has a name, and the towns round about.

    Parameters
    ----------
    city
        In local metres.
    site
        Where it lies.

    Returns
    -------
    tuple
        City first; shapes are cut to the scene.
    """
    return tuple(
        _named(name, feature, site.placed(shape), people)
        for name, feature, shape, people in _shapes(city)
        if not shape.is_empty
    )


def _shapes(city: City) -> Iterator[tuple[str, str, BaseGeometry, int]]:
    scene = shapely.box(0, 0, city.side_m, city.side_m)
    built = shapely.union_all([quarter.outline for quarter in city.quarters]).buffer(20)
    inhabitants = round(len(city.footprints) * _PEOPLE_PER_HOUSE, -2)
    yield city.name, "city", built.intersection(scene), int(inhabitants)
    if city.airport is not None:
        yield city.airport.name, "airport", city.airport.outline.intersection(scene), 0
    if city.river is not None:
        yield f"{city.river.name} River", "river", city.river.line.intersection(scene), 0
    for quarter in city.quarters:
        yield quarter.name, "quarter", quarter.outline.intersection(scene), 0
    for name in sorted({road.name for road in city.roads if road.name is not None}):
        yield name, "road", city.road(name).line.intersection(scene), 0
    for name, east_km, north_km, people in _NEIGHBOURS:
        if name != city.name:
            yield name, "town", _afar(city, east_km, north_km), people


def _afar(city: City, east_km: float, north_km: float) -> Polygon:
    middle = np.array([east_km, north_km]) * 1000 + city.side_m / 2
    return Point(*middle).buffer(_TOWN_RADIUS_M)


def _named(name: str, feature: str, geometry: BaseGeometry, population: int) -> NamedPlace:
    anchor = geometry.centroid if feature in {"city", "town"} else geometry.representative_point()
    entry = GazetteerEntry(
        name=name,
        longitude=float(anchor.x),
        latitude=float(anchor.y),
        geonames_id=None,
        country=None,
        population=population,
    )
    return NamedPlace(entry=entry, feature=feature, geometry=geometry)
