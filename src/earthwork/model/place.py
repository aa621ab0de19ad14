"""Where a claim says that something is: an area with a stated precision, never a bare pin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from earthwork.model.vocabulary import PlacePrecision, PlaceRelation


@dataclass(frozen=True, slots=True, kw_only=True)
class GazetteerEntry:
    """One named place of a gazetteer."""

    name: str
    """Its preferred name."""
    longitude: float
    """Degrees east, WGS 84."""
    latitude: float
    """Degrees north, WGS 84."""
    geonames_id: int | None
    """GeoNames identifier, None for places from another source."""
    country: str | None
    """ISO 3166-1 alpha-2 code."""
    population: int
    """Inhabitants, 0 if unknown."""
    extent: PlacePrecision = PlacePrecision.LOCALITY
    """How far a place of this kind reaches: a country's point does not stand for a town's."""
    shape: BaseGeometry | None = None
    """Its outline or line, longitude and latitude, where a layer of the case gives it."""


class Gazetteer(Protocol):
    """What resolves names, offline."""

    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        """Return the places of that name in any known spelling, likeliest first; empty if none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as a text words it, resolved as far as it can be."""

    words: str | None
    """The words with their relation ('along the southern rim of Mosul'); None if inherited."""
    name: str | None
    """The name it was resolved to; None if unresolved."""
    relation: PlaceRelation | None
    """How it lies to the named place."""
    precision: PlacePrecision | None
    """How exactly it is known; None if unresolved."""
    longitude: float | None = None
    """Degrees east of the anchor; None if unresolved."""
    latitude: float | None = None
    """Degrees north of the anchor; None if unresolved."""
    geonames_id: int | None = None
    """GeoNames identifier of the anchor."""
    area: BaseGeometry | None = None
    """The area meant, longitude and latitude; None if unresolved."""
    is_inherited: bool = False
    """True if carried over from the context rather than worded in the sentence."""

    @property
    def is_resolved(self) -> bool:
        """Tell whether the place is somewhere."""
        return self.area is not None or self.longitude is not None
