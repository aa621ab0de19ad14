"""The bones of a city: what is decided before streets and houses are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Airport, Footprint, Quarter, River, Road, Wadi
from earthwork.simulate.cities.styles import CityStyle, Pattern

MARGIN_M = 100.0
"""How far a plan reaches beyond its scene: the shadow of a tower with the sun at 30 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A quarter, and how it is to be built up."""

    quarter: Quarter
    """Its name, area and fabric."""
    faces: tuple[Polygon, ...]
    """Its ground between the middles of the main roads round it."""
    pattern: Pattern
    """How it is built up."""
    heading_deg: float
    """Turn of its streets, clockwise from north."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is decided before streets and houses are drawn."""

    name: str
    """Name of the city."""
    style: CityStyle
    """Style that it is drawn in."""
    side_m: float
    """Side of the square scene."""
    core: Point
    """Middle of the old town."""
    relief_m: float
    """Swell of the ground."""
    river: River | None
    """The river."""
    wadis: tuple[Wadi, ...]
    """Dry beds."""
    airport: Airport | None
    """The airfield."""
    halls: tuple[Footprint, ...]
    """Buildings of the airfield."""
    mains: tuple[Road, ...]
    """Named main roads."""
    bridges: tuple[Road, ...]
    """Parts of main roads over water."""
    edges: tuple[Road, ...]
    """Lanes and tracks along the edge of the town, the fence and the banks."""
    districts: tuple[District, ...]
    """Quarters."""
    country: tuple[Polygon, ...]
    """Open land between roads."""
    factory_quarter: str
    """Name of the quarter that holds the factory."""
    factory_near: Point | None = None
    """Where in it; None for the roomiest block."""

    @property
    def plan(self) -> Polygon:
        """Return the ground of the plan: the scene and its margin."""
        return plan_ground(self.side_m)


def plan_ground(side_m: float) -> Polygon:
    """Return the ground of a plan, local metres: the scene and ``MARGIN_M`` round it."""
    return box(-MARGIN_M, -MARGIN_M, side_m + MARGIN_M, side_m + MARGIN_M)


def faces_between(lines: Iterable[BaseGeometry], plan: Polygon) -> list[Polygon]:
    """Return the pieces into which lines cut the ground of a plan.

    Parameters
    ----------
    lines
        Lines and rings; those that cross are noded.
    plan
        Ground of the plan.
    """
    noded = shapely.union_all([plan.exterior, *lines])
    parts = shapely.polygonize([*shapely.get_parts(noded)])
    return [cast("Polygon", part) for part in shapely.get_parts(parts) if plan.covers(
        part.representative_point())]  # fmt: skip


def line_parts(shape: BaseGeometry, *, least_m: float = 1.0) -> list[LineString]:
    """Return the lines that a shape consists of, joined where they touch end to end."""
    parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
    lines = [LineString(part) for part in parts if isinstance(part, LineString)]
    joined = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines)))
    return [part for part in joined if part.length > least_m]


def carriageway(road: Road, *, verge_m: float = 0.0) -> BaseGeometry:
    """Return the area of a road with a verge on either side."""
    return shapely.buffer(
        road.line, road.width_m / 2 + verge_m, cap_style="flat", join_style="mitre", quad_segs=2
    )
