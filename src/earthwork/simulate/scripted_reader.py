"""A reader who knows the truth: stands in for a person where a demonstration must run alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation, Review
from earthwork.model.vocabulary import BuildingState, Decision, Kind

READER = "Scripted reader (simulated)"
_WGS84 = CRS.from_epsg(4326)
_GEOD = Geod(ellps="WGS84")
_LEAST_COVER = 0.3
_DRAWN = frozenset(
    {Kind.BERM, Kind.EARTH_MOUND, Kind.TRENCH, Kind.DITCH_WATER, Kind.WALL, Kind.BARRIER_ROW,
     Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD, Kind.OBSTRUCTION_OTHER, Kind.BARRIER_STAGED, Kind.CRATER,
     Kind.BRIDGE_DESTROYED}
)  # fmt: skip
_FAMILIES: tuple[frozenset[Kind], ...] = (
    frozenset({Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED}),
    frozenset({Kind.BERM, Kind.EARTH_MOUND}),
    frozenset({Kind.TRENCH, Kind.DITCH_WATER}),
    frozenset({Kind.EARTH_MOUND, Kind.CRATER}),
    frozenset({Kind.WALL, Kind.BARRIER_ROW, Kind.BARRIER_STAGED}),
    frozenset({Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD, Kind.OBSTRUCTION_OTHER, Kind.BARRIER_ROW}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthObject:
    """One thing that was built, razed or left standing."""

    id: str
    """Unique in the siege."""
    kind: Kind | None
    """What it is; None for a building that stands."""
    state: BuildingState | None
    """State of a building; None for other things."""
    geometry: BaseGeometry
    """Longitude and latitude."""
    interval: Interval
    """From the scene without it to the scene with it."""
    note: str
    """What it is, in words."""
    footprint: str | None = None
    """Id of the building concerned."""
    event: str | None = None
    """Event of the scenario that it belongs to."""
    height_m: float | None = None
    """Height above the ground, or depth below it as a negative number."""


def scripted_reader(
    candidates: Iterable[Candidate], truth: Sequence[TruthObject], *, grid: Grid
) -> tuple[Review, ...]:
    """Decide on each candidate as someone would who knows what was built.

    A candidate is accepted where at least 0.3 of it lies within 3 m of a true object of its kind,
    changed where the object's kind is one that is easily taken for it, rejected otherwise.

    Parameters
    ----------
    candidates
        Candidates in the coordinates of the before-grid.
    truth
        What was built.
    grid
        The before-grid.

    Returns
    -------
    tuple
        One review for each candidate, in their order.

    Raises
    ------
    InvalidValue
        If the grid has no place on the ground.
    """
    if grid.crs is None:
        raise InvalidValue(
            "a pixel grid cannot be held against truth on the ground",
            where="grid",
            choices=["a georeferenced before-grid"],
        )
    built = [object_ for object_ in truth if object_.kind is not None]
    near = [
        reproject(object_.geometry, source=_WGS84, target=grid.crs).buffer(3.0) for object_ in built
    ]
    return tuple(_review(candidate, built, near) for candidate in candidates)


def _review(
    candidate: Candidate, built: Sequence[TruthObject], near: Sequence[BaseGeometry]
) -> Review:
    outline = candidate.geometry if candidate.geometry.length else candidate.geometry.buffer(1.0)
    covered = {
        built[index].kind
        for index, area in enumerate(near)
        if area.intersects(outline) and _share(outline, area) >= _LEAST_COVER
    }
    if candidate.kind in covered:
        return Review(candidate=candidate.id, decision=Decision.ACCEPT, reader=READER)
    alike = sorted(kind for kind in covered if kind and _are_alike(kind, candidate.kind))
    if alike:
        return Review(
            candidate=candidate.id, decision=Decision.CHANGE, reader=READER, kind=alike[0]
        )
    return Review(candidate=candidate.id, decision=Decision.REJECT, reader=READER)


def _share(outline: BaseGeometry, area: BaseGeometry) -> float:
    common = outline.intersection(area)
    return float(common.area / outline.area if outline.area else common.length / outline.length)


def _are_alike(first: Kind, second: Kind) -> bool:
    return any(first in family and second in family for family in _FAMILIES)


def scripted_drawings(
    truth: Iterable[TruthObject], *, image: str, seed: int = 1
) -> tuple[Observation, ...]:
    """Draw the works by hand as a careful reader would, off by a metre or two.

    Parameters
    ----------
    truth
        What was built; buildings and cleared ground are left to the detectors, and what no image
        shows to nobody.
    image
        Id of the scene drawn on.
    seed
        Seed of the hand's error.

    Returns
    -------
    tuple
        Observations in longitude and latitude with their measured length or area.
    """
    rng = np.random.default_rng([seed, 77])
    drawn = [object_ for object_ in truth if object_.kind in _DRAWN]
    return tuple(
        _drawing(object_, number, image=image, rng=rng)
        for number, object_ in enumerate(drawn, start=1)
    )


def _drawing(
    object_: TruthObject, number: int, *, image: str, rng: np.random.Generator
) -> Observation:
    geometry = _unsteady(object_.geometry, rng=rng)
    is_area = geometry.area > 0
    return Observation(
        id=f"drawn-{number:02d}",
        kind=object_.kind,
        state=None,
        geometry=geometry,
        is_pixels=False,
        reader=READER,
        image=image,
        interval=object_.interval,
        area_m2=abs(_GEOD.geometry_area_perimeter(geometry)[0]) if is_area else None,
        length_m=None if is_area else _GEOD.geometry_length(geometry),
        note=object_.note,
    )


def _unsteady(geometry: BaseGeometry, *, rng: np.random.Generator) -> BaseGeometry:
    """Shift a geometry by 0.8 to 1.6 m, less or more at single corners."""
    latitude = geometry.centroid.y
    metres = np.array([111_320.0 * np.cos(np.radians(latitude)), 110_950.0])
    turn, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.6)
    whole = away * np.array([np.sin(turn), np.cos(turn)])

    def moved(points: np.ndarray) -> np.ndarray:
        single = rng.uniform(-0.25, 0.25, points.shape)
        # The same corner is clicked once: rings stay closed, parts that touch stay joined.
        _, first, again = np.unique(points, axis=0, return_index=True, return_inverse=True)
        return np.asarray(points + (whole + single[first][again.reshape(-1)]) / metres)

    # A hand clicks corners, not every vertex of a smooth line.
    return shapely.transform(geometry.simplify(0.4 / metres[1]), moved)
