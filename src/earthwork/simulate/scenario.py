"""What a simulated siege is to be: where, what is done on which dates, and who looks and tells.

A scenario is an order, not yet a city: places are named by words that are resolved against the
city that it asks for. ``siege.toml`` is one way to write it down, drawing by chance another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from earthwork.model.vocabulary import ClaimKind

NAHRABAD = "nahrabad"
"""Name of the fixed demonstration city, which stands where a style is asked for."""

Points = tuple[tuple[float, float], ...]
"""Corners as (x, y) in metres or in shares of the scene's side."""


class Do(StrEnum):
    """What an event does."""

    RAZE = "raze"
    SHELL = "shell"
    CLEAR = "clear"
    DIG = "dig"
    FLOOD_DITCH = "flood_ditch"
    RAISE = "raise"
    MOUND = "mound"
    BLOCK = "block"
    BAR = "bar"
    WALL = "wall"
    STAGE = "stage"
    STREW = "strew"
    CRATER = "crater"
    DROP_BRIDGE = "drop_bridge"
    OPEN = "open"
    REBUILD = "rebuild"
    BUILD = "build"
    TUNNEL = "tunnel"


class Means(StrEnum):
    """What a row, a wall or a roadblock is made of."""

    JERSEY = "jersey"
    T_WALL = "t-wall"
    CUBE = "cube"
    SLAB = "slab"
    EARTH = "earth"
    RUBBLE = "rubble"
    CONTAINER = "container"
    WRECK = "wreck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in the words of a scenario; each given word narrows it."""

    quarter: str | None = None
    """Name of a quarter, or a fabric as 'old town' or 'suburb 2'."""
    road: str | None = None
    """Name or id of a road, or 'main 1' (the longest in the scene), 'bridge 1'."""
    at: float | None = None
    """Share of the road's length within the scene, 0 to 1, from its first end."""
    start: float | None = None
    """Share of the line where the stretch begins, 0 to 1."""
    end: float | None = None
    """Share of the line where the stretch ends, 0 to 1."""
    side: str | None = None
    """Side of a road: 'both', 'left', 'right' of its direction, or a compass word."""
    along: str | None = None
    """'ring' (round the built-up ground), 'river', 'river-west', 'river-east', 'airport'..."""
    sector: tuple[str, ...] = ()
    """Compass sectors seen from the core: 'N', 'NE'..."""
    offset_m: float | None = None
    """Outward from the built edge, the bank, the fence, or the edge of the carriageway."""
    polygon: Points | None = None
    """Corners of an area."""
    line: Points | None = None
    """Corners of a line; it is rounded."""
    point: tuple[float, float] | None = None
    """One spot."""
    unit: Literal["share", "metre"] = "share"
    """What polygon, line and point count in."""
    airport: str | None = None
    """Compass side of the airfield."""
    building: str | None = None
    """Id of one building."""
    near: str | None = None
    """Building, road, quarter, event, 'core' or 'airport' to lie near."""
    within_m: float | None = None
    """How near; 150 m if not given."""
    event: str | None = None
    """Works of another event."""


NOWHERE = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing done, on a day or over a span of time. Sizes left out take their usual values."""

    id: str
    """Unique in the scenario."""
    do: Do
    """What is done."""
    begun: datetime
    """When work begins; aware UTC."""
    done: datetime
    """When it is complete; equal to ``begun`` for what takes no time."""
    where: Where = NOWHERE
    """The place."""
    height_m: float | None = None
    """Height of a bank, mound, wall or block; depth of a trench or crater."""
    crest_m: float | None = None
    """Width of the crest or the floor."""
    base_m: float | None = None
    """Width at the ground."""
    radius_m: float | None = None
    """Of mounds and craters at the ground."""
    share: float | None = None
    """Share of the buildings, of the line or of the area concerned, 0 to 1."""
    count: int | None = None
    """Number of buildings, heaps, craters; the nearest to the middle of the place."""
    severity: float | None = None
    """How hard buildings are hit, 0 to 1."""
    blocks: Means | None = None
    """What a row, wall or roadblock is made of."""
    size_m: tuple[float, float, float] | None = None
    """Length, width and height of one block."""
    spacing_m: float | None = None
    """From middle to middle of blocks."""
    lines: int | None = None
    """Number of rows one behind the other."""
    gap_m: float | None = None
    """Way left open: between blocks of a roadblock, or cut through a bank."""
    length_m: float | None = None
    """Along the road: of rubble or of an opening."""
    spoil: bool = True
    """True if what is dug from a trench is banked on its inner side."""
    bars: bool = False
    """True if a bank, trench, wall or row runs on across the roads that it meets."""
    spare: tuple[str, ...] = ()
    """Ids of buildings, or names of quarters, that are left standing."""
    tone: float | None = None
    """Brightness against the ground beside it; drawn from real edges if not given."""
    note: str = ""
    """What it is, in words; made from kind and sizes if empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityOrder:
    """Which city."""

    side_m: float = 800.0
    """Side of the square scene, metres."""
    style: str | None = None
    """Name of a style, or ``NAHRABAD``; None for one by the seed."""
    seed: int = 1
    """Seed of the plan."""
    name: str | None = None
    """Name of the city; None for an invented one."""
    longitude: float = 44.6
    """Degrees east of its middle: an arbitrary spot of open steppe, nothing is meant by it."""
    latitude: float = 34.9
    """Degrees north of its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonOrder:
    """What to change in the season that the date gives; None keeps it."""

    soil: float | None = None
    """Brightness of bare soil: below 1 when moist."""
    ploughed: float | None = None
    """Share of the stubble fields that have been turned."""
    green: float | None = None
    """Share of green crops still standing."""
    leaf: float | None = None
    """How leafy trees are, 0.5 to 1."""
    river: float | None = None
    """Width of the water against the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneOrder:
    """One picture to take. What is None keeps the camera's own value."""

    id: str
    """Unique in the scenario."""
    captured: datetime
    """Moment of capture, aware UTC; it decides where the sun stands."""
    camera: str = "vhr-rgb-50cm"
    """Name of a preset of the sensor."""
    gsd_m: float | None = None
    """Side of a pixel, metres."""
    bands: Literal["pan", "rgb", "rgbn"] | None = None
    """Panchromatic, colour, or colour with near-infrared."""
    bits: Literal[8, 11, 12] | None = None
    """Significant bits of a pixel."""
    blur_px: float | None = None
    """Standard deviation of the point spread, pixels."""
    sharpening: float | None = None
    """How far the vendor lifts fine detail again."""
    read_noise: float | None = None
    """Noise in the dark, digits."""
    shot_noise: float | None = None
    """What brightness adds to it, digits at full scale."""
    jpeg_quality: int | None = None
    """Quality of JPEG compression, 30 to 95."""
    view_azimuth_deg: float = 100.0
    """Direction to the sensor, clockwise from north."""
    view_elevation_deg: float = 84.0
    """Of the sensor above the horizon, 45 to 90."""
    haze: float = 0.6
    """Strength of the haze: 0 for none, 1 for a usual day over a dusty plain."""
    cloud_cover: float = 0.0
    """Share of the scene under cloud."""
    season: SeasonOrder = field(default_factory=SeasonOrder)
    """Changes to the season of the date."""
    shift_px: tuple[float, float] = (0.0, 0.0)
    """Things appear this many pixels too far right and down."""
    rotation_deg: float = 0.0
    """Things appear turned clockwise about the middle."""
    local_px: float = 0.0
    """Root mean square of a smooth local distortion, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarOrder:
    """Radar passes of one orbit."""

    orbit: Literal["ascending", "descending"]
    """Direction of flight; it decides which walls face the sensor."""
    dates: tuple[datetime, ...]
    """Moments of the passes, aware UTC."""
    incidence_deg: float = 38.0
    """From the vertical, 30 to 45."""
    spacing_m: float = 10.0
    """Side of a pixel, metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EverydayOrder:
    """How much there is of what fools people: 0 for none, 1 for as much as is common, or more."""

    cars: float = 1.0
    """Parked and moving vehicles."""
    stalls: float = 1.0
    """Market stalls."""
    tents: float = 0.5
    """Tents, single and in camps."""
    containers: float = 0.7
    """Shipping containers."""
    ploughing: float = 1.0
    """Fields turned, sown and cut."""
    new_buildings: float = 0.6
    """Ordinary building: on empty lots, new roofs."""
    road_works: float = 0.6
    """Streets dug up, verges widened."""
    flood: float = 0.0
    """Low ground under water on some dates."""
    burnt: float = 0.3
    """Burnt fields."""
    field_walls: float = 1.0
    """Low walls and banks between fields that appear or go."""
    wadis: float = 1.0
    """Dry beds that shift their gravel."""
    besieged_from: datetime | None = None
    """From when fewer vehicles are about; None for never."""
    cars_besieged: float = 0.35
    """``cars`` from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsOrder:
    """Reports to be written by chance; shares are of the claims about the ground."""

    count: int = 0
    """Number of reports."""
    seed: int | None = None
    """Seed of the texts; None for the scenario's."""
    exaggerated: float = 0.12
    """Share of claims with inflated numbers."""
    false: float = 0.12
    """Share of claims of what was never done."""
    premature: float = 0.08
    """Share of claims that come before the deed."""
    echoed: float = 0.2
    """Share of reports that repeat another."""
    misplaced: float = 0.06
    """Share of claims that name a wrong place."""
    outdated: float = 0.05
    """Share of claims that no longer hold."""
    partly_true: float = 0.08
    """Share of claims of which a part holds."""
    unobservable: float = 0.08
    """Share of claims that no picture can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceOrder:
    """One sentence of a given report."""

    words: str
    """Word for word; ``{razed}``, ``{berm_m}``, ``{cleared_ha}`` stand for true figures."""
    bearing: str | None = None
    """How its claims stand to what was done (a value of ``reports.Bearing``); None for none."""
    kinds: tuple[ClaimKind, ...] = ()
    """What it claims."""
    events: tuple[str, ...] = ()
    """Events that it speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """One report given word for word."""

    id: str
    """Unique in the scenario."""
    outlet: str
    """Who publishes it; invented."""
    published: date
    """The day it comes out."""
    headline: str
    """Its headline."""
    paragraphs: tuple[tuple[SentenceOrder, ...], ...]
    """Its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole simulated siege, as ordered."""

    title: str
    """What it is called."""
    seed: int
    """Seed of everything that is left to chance."""
    city: CityOrder
    """Which city, and where."""
    scenes: tuple[SceneOrder, ...]
    """Pictures by date."""
    events: tuple[Event, ...] = ()
    """What is done, in the order written."""
    everyday: EverydayOrder = field(default_factory=EverydayOrder)
    """What fools people."""
    radar: tuple[RadarOrder, ...] = ()
    """Radar passes."""
    reports: ReportsOrder = field(default_factory=ReportsOrder)
    """Reports by chance."""
    explicit: tuple[ReportOrder, ...] = ()
    """Reports word for word."""

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Return the moments of the pictures in order of time."""
        return tuple(sorted(scene.captured for scene in self.scenes))
