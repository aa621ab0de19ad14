"""What a simulated city consists of before anything is done to it.

Coordinates are local metres: x eastward, y northward from the south-western corner of the scene.
Every name is invented. A city reaches beyond the scene's square by ``margin_m`` on every side, so
that shadows and leaning walls fall in from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

FACTORY_ID = "factory"
"""Id of the one large factory that every city has."""

Tone = tuple[float, float, float, float]
"""Reflectance in red, green, blue and near-infrared, 0 to 1."""


class RoadClass(StrEnum):
    """What a road is built for."""

    MAIN = "main"
    STREET = "street"
    LANE = "lane"
    TRACK = "track"


class Use(StrEnum):
    """What a building is used for; it decides shape, roof and height."""

    COURTYARD = "courtyard house"
    HOUSE = "house"
    VILLA = "villa"
    APARTMENTS = "apartments"
    SHOP = "shop"
    TOWER = "tower"
    HALL = "hall"
    FACTORY = "factory"
    TANK = "tank"
    MOSQUE = "mosque"
    SHED = "shed"


class Roof(StrEnum):
    """The shape of a roof."""

    FLAT = "flat"
    GABLE = "gable"
    DOME = "dome"


class Crop(StrEnum):
    """What grows on a field at the first date."""

    FALLOW = "fallow"
    STUBBLE = "stubble"
    GREEN = "green"
    ORCHARD = "orchard"


class Fabric(StrEnum):
    """How a quarter is built up."""

    OLD_TOWN = "old town"
    PLANNED = "planned"
    SUBURB = "suburb"
    APARTMENTS = "apartments"
    INDUSTRY = "industry"
    INFORMAL = "informal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One road as a centre line."""

    id: str
    """Unique in the city."""
    name: str | None
    """Its name; None for lanes without one."""
    line: LineString
    """Centre line."""
    width_m: float
    """From edge to edge of the carriageway."""
    road_class: RoadClass
    """What it is built for."""
    is_bridge: bool = False
    """True for the part over water."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """One building as it was built."""

    id: str
    """Unique in the city."""
    outline: Polygon
    """Its walls; a courtyard is a hole."""
    height_m: float
    """Eaves or flat roof above the ground."""
    parapet_m: float
    """Parapet above a flat roof."""
    use: Use
    """What it is used for."""
    quarter: str
    """Name of the quarter."""
    roof: Roof = Roof.FLAT
    """Shape of its roof."""
    roof_tone: Tone = (0.42, 0.385, 0.34, 0.44)
    """Reflectance of the roof."""
    wall_tone: Tone = (0.40, 0.365, 0.315, 0.43)
    """Reflectance of the walls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A named part of the city."""

    name: str
    """Its name."""
    outline: BaseGeometry
    """Its area."""
    fabric: Fabric = Fabric.PLANNED
    """How it is built up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Airport:
    """An airfield; its runway may run on beyond the scene."""

    name: str
    """Its name."""
    runway: LineString
    """Centre line."""
    runway_width_m: float
    """Paved width."""
    apron: Polygon
    """Paved stand with the taxiway."""
    outline: Polygon
    """The fenced ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A river that crosses the scene."""

    name: str
    """Its name."""
    line: LineString
    """Middle of the stream, from one edge of the scene to another."""
    outline: BaseGeometry
    """The water."""
    width_m: float
    """From bank to bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wadi:
    """A dry bed: a shallow trough of gravel that looks like a ditch or a track."""

    line: LineString
    """Its bed."""
    width_m: float
    """From bank to bank."""
    depth_m: float
    """Below the ground beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One farmed parcel."""

    outline: Polygon
    """Its edge."""
    heading_deg: float
    """Direction of the furrows, clockwise from north."""
    crop: Crop
    """What grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours of a land: reflectance in red, green, blue and near-infrared."""

    soil: Tone
    """Bare ground."""
    dust: Tone
    """Trodden ground between houses."""
    asphalt: Tone
    """Worn asphalt."""
    paving: Tone
    """Unpaved or worn streets."""
    concrete: Tone
    """Runways, aprons, blocks."""
    water: Tone
    """River water."""
    leaf: Tone
    """Crowns of trees."""
    crop: Tone
    """Green crops."""
    stubble: Tone
    """Dry crops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything on the ground before a siege."""

    name: str
    """Its name."""
    style: str
    """Name of the style that it was drawn in."""
    palette: Palette
    """Colours of its land."""
    side_m: float
    """Side of the square scene."""
    margin_m: float
    """How far the plan reaches beyond the scene."""
    relief_m: float
    """Standard deviation of the swell of the ground over a quarter of a kilometre."""
    river: River | None
    """The river, if it has one."""
    wadis: tuple[Wadi, ...]
    """Dry beds."""
    roads: tuple[Road, ...]
    """All roads, main roads first; lines end where they meet another road or the plan's edge."""
    footprints: tuple[Footprint, ...]
    """All buildings; exactly one has the id ``FACTORY_ID``."""
    quarters: tuple[Quarter, ...]
    """Named parts; they do not overlap."""
    airport: Airport | None
    """The airfield, if it has one."""
    fields: tuple[Field, ...]
    """Farmed parcels."""
    yard_walls: tuple[LineString, ...]
    """Walls about 2 m high round yards."""
    field_walls: tuple[LineString, ...]
    """Low stone walls and banks between fields, about 1 m high: what a berm is mistaken for."""
    trees: NDArray[np.float64]
    """Dims (tree, [x, y, crown radius, height]), metres."""
    core: Point
    """The middle of the old town: where key routes lead."""

    def road(self, name: str) -> Road:
        """Return the longest road of a name."""
        return max((r for r in self.roads if r.name == name), key=lambda r: r.line.length)

    def quarter(self, name: str) -> Quarter:
        """Return the quarter of a name."""
        return next(quarter for quarter in self.quarters if quarter.name == name)
