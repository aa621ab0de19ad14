"""What a city looks like at one moment: the plan, and all that was done to it or passes through it.

A landscape is what the painter paints, the radar measures and truth is read from. It holds shapes
and sizes only; who did what and why stays in the scenario. Coordinates are local metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import City, Footprint, Tone
from earthwork.simulate.painting.materials import Material


class Condition(StrEnum):
    """How one building stands at a moment, as a body: truth's words are coarser."""

    INTACT = "intact"
    UNDER_CONSTRUCTION = "under construction"
    REROOFED = "reroofed"
    HOLED = "holed"
    GUTTED = "gutted"
    COLLAPSED = "collapsed"
    RAZED = "razed"


class Shape(StrEnum):
    """Upright things that are set down on the ground."""

    BOX = "box"
    JERSEY = "jersey"
    TENT = "tent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """One building at a moment."""

    footprint: Footprint
    """As it was built."""
    condition: Condition = Condition.INTACT
    """How it stands: holed roofs, gutted shells with walls, a heap of debris, a bare lot."""
    severity: float = 0.5
    """How far it is hit or built, 0 to 1: share of roof lost, height left, debris reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A piece of ground of another material, painted in the order given."""

    outline: BaseGeometry
    """Its area."""
    material: Material
    """What lies there now."""
    tone: float = 1.0
    """Brightness against the usual look of that material here."""
    roughness_m: float = 0.0
    """Standard deviation of height over a metre."""
    heading_deg: float | None = None
    """Direction of furrows or blade marks, clockwise from north; None for no streaks."""
    fells: bool = False
    """True if trees, walls and scrub on it are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Earth moved along a line with a trapezoid section: a berm, or a trench if below ground."""

    line: LineString
    """Its middle."""
    height_m: float
    """Crest above the ground; a trench's floor below it, negative."""
    crest_m: float
    """Width of the crest or floor."""
    base_m: float
    """Width at the ground."""
    tone: float = 1.0
    """Brightness of the turned earth against the bare soil of the place."""
    water: bool = False
    """True for a trench that holds water."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mound:
    """Earth heaped on a point, or a crater with its rim if below ground."""

    x: float
    """Metres eastward."""
    y: float
    """Metres northward."""
    radius_m: float
    """At the ground."""
    height_m: float
    """Top above the ground; a crater's floor below it, negative."""
    tone: float = 1.0
    """Brightness against the bare soil of the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubble:
    """Broken masonry."""

    outline: BaseGeometry
    """Where it lies."""
    depth_m: float
    """Mean height of the heap."""
    piece_m: float = 0.8
    """Median size of a piece."""
    tone: float = 1.0
    """Brightness against usual rubble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One upright thing: a concrete block, a wall section, a car, a stall, a container, a tent."""

    x: float
    """Middle, metres eastward."""
    y: float
    """Middle, metres northward."""
    length_m: float
    """Longer side."""
    width_m: float
    """Shorter side, at the foot."""
    height_m: float
    """Above what it stands on."""
    heading_deg: float
    """Direction of the longer side, clockwise from north."""
    tone: Tone = (0.50, 0.485, 0.45, 0.50)
    """Reflectance."""
    shape: Shape = Shape.BOX
    """Its section: a jersey narrows to a third at the top, a tent to a ridge."""

    def corners(self) -> NDArray[np.float64]:
        """Return the four corners of the foot, dims (corner, [x, y])."""
        turn = np.radians(self.heading_deg)
        along = np.array([np.sin(turn), np.cos(turn)]) * self.length_m / 2
        across = np.array([np.cos(turn), -np.sin(turn)]) * self.width_m / 2
        middle = np.array([self.x, self.y])
        ends = [along + across, along - across, -along - across, -along + across]
        return np.array([middle + end for end in ends])

    @property
    def foot(self) -> Polygon:
        """Return the outline of the foot."""
        return Polygon(self.corners())


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What the time of year and the weather of the last days do to the land."""

    soil: float = 1.0
    """Brightness of bare soil: below 1 when moist."""
    ploughed: float = 0.0
    """Share of the stubble fields that have been turned."""
    green: float = 1.0
    """Share of green crops still standing."""
    leaf: float = 1.0
    """How leafy trees are: 1 in summer, 0.5 for bare crowns."""
    river: float = 1.0
    """Width of the water against the usual; banks show below 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Everything on the ground at one moment."""

    city: City
    """The plan: roads, fields, water, airfield and land stay as drawn there."""
    moment: datetime
    """Aware UTC."""
    season: Season
    """Time of year."""
    buildings: tuple[Building, ...]
    """All buildings, the razed and collapsed too: they leave traces; new ones at the end."""
    patches: tuple[Patch, ...] = ()
    """Ground cleared, ploughed, burnt, flooded, dug up by road works, in painting order."""
    banks: tuple[Bank, ...] = ()
    """Berms and trenches."""
    mounds: tuple[Mound, ...] = ()
    """Heaps of earth and craters."""
    rubble: tuple[Rubble, ...] = ()
    """Broken masonry away from collapsed buildings, as on roads."""
    blocks: tuple[Block, ...] = ()
    """Everything upright that was set down: barriers, cars, stalls, tents, containers."""
    fallen_spans: tuple[Polygon, ...] = ()
    """Parts of bridges that lie in the water."""
    seed: int = 0
    """Seed of what has no shape of its own (fittings of roofs, stones of rubble)."""
