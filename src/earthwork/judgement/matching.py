"""Which observations bear on which claim."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyproj import Geod
from shapely import STRtree
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from earthwork.model.claim import Claim
from earthwork.model.observation import Observation
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    PRECISION_RADIUS_M,
    BuildingState,
    ClaimKind,
    Kind,
    PlacePrecision,
)

_GEOD = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_320.0
_COMPASS = (
    "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west",
)  # fmt: skip
_STANDS_FOR: dict[ClaimKind, frozenset[BuildingState]] = {
    ClaimKind.BUILDING_STANDING: frozenset({BuildingState.STANDING}),
    ClaimKind.BUILDING_RAZED: frozenset({BuildingState.RAZED, BuildingState.DESTROYED}),
    ClaimKind.BUILDING_DAMAGED: frozenset(
        {BuildingState.DAMAGED, BuildingState.DESTROYED, BuildingState.RAZED}
    ),
}
_OPPOSES: dict[ClaimKind, frozenset[BuildingState]] = {
    ClaimKind.BUILDING_STANDING: frozenset({BuildingState.RAZED, BuildingState.DESTROYED}),
    ClaimKind.BUILDING_RAZED: frozenset({BuildingState.STANDING}),
}
_NAMED = re.compile(
    r"\b(?:the|a|an|its|one|that)\s+(?:[\w-]+\s+){0,3}?"
    r"(?P<building>factory|mosque|church|hospital|clinic|school|mill|station|hotel|prison|palace"
    r"|university|court|museum|library|stadium|tower|minaret|depot|warehouse|silo)\b(?!s)",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"\b(entire(ly)?|all (along|around|round|over|of)?|complete(ly)?|every|whole|fully)\b",
    re.IGNORECASE,
)
"""Words by which a claim is of all there is."""
_RAZED_KINDS = frozenset({Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Observations that bear on one claim."""

    bearing_out: tuple[Observation, ...]
    """Those of the kind claimed, or of a kind that may stand for it."""
    staged: tuple[Observation, ...]
    """Barriers beside an open road, where a claim says that the road is barred."""
    opposing: tuple[Observation, ...]
    """Those that show the contrary."""


def match(claim: Claim, area: BaseGeometry | None, observations: Iterable[Observation]) -> Match:
    """Sort the observations inside a claim's area by how they bear on it.

    Parameters
    ----------
    claim
        The claim.
    area
        Where it is said to be, longitude and latitude, already widened by its precision;
        None if unresolved, and then nothing matches.
    observations
        Observations with geometries in longitude and latitude.
    """
    inside = _of_building(claim, [] if area is None else _inside(area, observations))
    is_total = says_all(claim) or _is_noted(claim, inside)
    staged_counts = claim.kind in {ClaimKind.ROAD_BLOCKED, ClaimKind.ROADBLOCK}
    return Match(
        bearing_out=tuple(o for o in inside if _bears_out(claim.kind, o)),
        staged=tuple(o for o in inside if staged_counts and o.kind is Kind.BARRIER_STAGED),
        opposing=tuple(o for o in inside if is_total and _opposes(claim.kind, o)),
    )


def _inside(area: BaseGeometry, observations: Iterable[Observation]) -> list[Observation]:
    placed = [o for o in observations if not o.is_pixels]
    tree = STRtree([o.geometry for o in placed])
    return [placed[i] for i in sorted(tree.query(area, predicate="intersects"))]


def named_building(claim: Claim) -> str | None:
    """Return the word for the one building that a claim is about ('the large factory'); else None.

    Examples
    --------
    >>> _NAMED.search("The large factory in the south has been razed")["building"]
    'factory'
    """
    about_buildings = claim.kind in _STANDS_FOR
    found = _NAMED.search(claim.quote.words) if about_buildings else None
    return None if found is None else found["building"].lower()


def says_all(claim: Claim) -> bool:
    """Tell whether a claim is of all there is, so that one exception opposes it."""
    return TOTAL.search(claim.quote.words) is not None


def _is_noted(claim: Claim, inside: list[Observation]) -> bool:
    """Tell whether a claim is of one building, and a reader noted which one that is."""
    word = named_building(claim)
    return word is not None and any(o.note and word in o.note.lower() for o in inside)


def _of_building(claim: Claim, inside: list[Observation]) -> list[Observation]:
    """Return what a reader noted of the one building claimed, if any did; else all."""
    word = named_building(claim)
    noted = [o for o in inside if word is not None and o.note and word in o.note.lower()]
    return noted or inside


def _bears_out(kind: ClaimKind, observation: Observation) -> bool:
    if observation.state in _STANDS_FOR.get(kind, frozenset()):
        return True
    return observation.kind in PHYSICAL_CLAIMS.get(kind, ())


def _opposes(kind: ClaimKind, observation: Observation) -> bool:
    if observation.state in _OPPOSES.get(kind, frozenset()):
        return True
    return kind is ClaimKind.BUILDING_STANDING and observation.kind in _RAZED_KINDS


def claim_area(claim: Claim, fallback: BaseGeometry | None) -> BaseGeometry | None:
    """Return where a claim is said to be, widened by its precision; longitude and latitude.

    Parameters
    ----------
    claim
        The claim; without any place it is held against the whole case.
    fallback
        The area of the case, for a claim that names no place.

    Returns
    -------
    geometry or None
        None if the claim names a place that was not resolved.
    """
    place = claim.place
    if place is None:
        return fallback
    if place.area is not None:
        return place.area
    if place.longitude is None or place.latitude is None:
        return None
    radius_m = PRECISION_RADIUS_M[place.precision or PlacePrecision.LOCALITY]
    return Point(place.longitude, place.latitude).buffer(radius_m / _METRES_PER_DEGREE)


def describe_place(geometry: BaseGeometry, places: Iterable[GazetteerEntry]) -> str | None:
    """Say where a thing lies: in the smallest named area, else by the nearest named place.

    Parameters
    ----------
    geometry
        Longitude and latitude.
    places
        Named places; none gives None.
    """
    around = [entry for entry in places if _holds(entry, geometry)]
    if around:
        return f"in {min(around, key=_size).name}"
    ranked = [(_offset(geometry, entry), entry) for entry in places]
    if not ranked:
        return None
    (distance_m, bearing_deg), entry = min(ranked, key=lambda item: item[0][0])
    if distance_m < 250:  # noqa: PLR2004 - closer than a point for a town can tell
        return f"at {entry.name}"
    side = _COMPASS[round(bearing_deg / 45) % 8]
    return f"about {distance_m / 1000:.1f} km {side} of {entry.name}"


def _holds(entry: GazetteerEntry, geometry: BaseGeometry) -> bool:
    return entry.shape is not None and entry.shape.contains(geometry.representative_point())


def _size(entry: GazetteerEntry) -> float:
    return 0.0 if entry.shape is None else float(entry.shape.area)


def _offset(geometry: BaseGeometry, entry: GazetteerEntry) -> tuple[float, float]:
    centre = geometry.representative_point()
    bearing, _, distance = _GEOD.inv(entry.longitude, entry.latitude, centre.x, centre.y)
    return float(distance), float(bearing) % 360


def length_m(observations: Iterable[Observation]) -> float | None:
    """Return the summed length of line observations in metres; None if none has one."""
    lengths = [o.length_m for o in observations if o.length_m is not None]
    return sum(lengths) if lengths else None


def area_m2(observations: Iterable[Observation]) -> float | None:
    """Return the summed area of polygon observations in square metres; None if none has one."""
    areas = [o.area_m2 for o in observations if o.area_m2 is not None]
    return sum(areas) if areas else None
