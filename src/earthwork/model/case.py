"""The question: area, period, scenes, layers, reports - as parsed from ``case.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from earthwork.model.interval import Capture, Interval
from earthwork.model.scene import Angles, Licence

CASE_FILE = "case.toml"
"""Name of the file that makes a folder a case."""


class LayerRole(StrEnum):
    """What a vector or raster layer is used for."""

    FOOTPRINTS = "footprints"
    ROADS = "roads"
    ELEVATION = "elevation"
    SENSITIVE_SITES = "sensitive_sites"
    GAZETTEER = "gazetteer"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A rectangle in a named reference system."""

    west: float
    """Least x."""
    south: float
    """Least y."""
    east: float
    """Greatest x."""
    north: float
    """Greatest y."""
    crs: str = "EPSG:4326"
    """Reference system of the four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSource:
    """One image of a case, and what the analyst states about it."""

    id: str
    """Short name, unique in the case."""
    file: Path
    """The original, absolute."""
    licence: Licence | None
    """Credit and terms; None if missing, which ``check`` reports."""
    capture: Capture
    """When taken, as stated; overrides nothing that the delivery states more exactly."""
    sensor: str | None = None
    """Sensor as stated."""
    gsd_m: float | None = None
    """Ground sample distance in metres as stated, for pictures without reference."""
    sun: Angles | None = None
    """Sun as stated."""
    view: Angles | None = None
    """Sensor direction as stated."""
    bounds: Bounds | None = None
    """Placement of a press picture by its edges."""
    control_points: Path | None = None
    """Placement of a press picture by points (CSV: column, row, longitude, latitude)."""
    camera_model: Path | None = None
    """Camera model of an image in sensor geometry (.geom, .RPB, _RPC.TXT)."""
    mean_height_m: float | None = None
    """Ground height above the ellipsoid, for orthorectification without elevation."""
    is_simulated: bool = False
    """True for a rendered scene."""
    look_of: str | None = None
    """Id of the scene that this is another look of, on the same date; None: its capture decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One vector or raster layer of a case."""

    role: LayerRole
    """What it is used for."""
    file: Path
    """The original, absolute."""
    content_date: date | None
    """Date of its content; None if unknown, and then no footprint of it makes a 'razed'."""
    credit: str
    """Credit line."""
    terms: str
    """Licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One written report of a case."""

    id: str
    """Short name, unique in the case."""
    file: Path
    """The original, absolute."""
    published: Interval | None
    """When it was published; None if unknown."""
    outlet: str | None = None
    """Who published it."""
    url: str | None = None
    """Where."""
    sha256: str | None = None
    """Digest that the file must have."""
    may_quote: bool = True
    """False if its words may not be quoted in a brief."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A file of observations or reviews that an analyst made."""

    file: Path
    """The original, absolute."""
    reader: str
    """Who answers for it."""
    scene: str | None
    """Id of the scene it was drawn on; None if each row names its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Tie points of one pair that an analyst pinned or struck."""

    before: str
    """Id of the earlier scene."""
    after: str
    """Id of the later scene."""
    file: Path
    """The original, absolute."""
    reader: str
    """Who answers for it."""

    @property
    def pair(self) -> tuple[str, str]:
        """Return the ids of both scenes."""
        return (self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePolicy:
    """What a public brief may hold."""

    coordinate_digits: int = 3
    """Decimals of a degree that public coordinates keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One investigation."""

    folder: Path
    """Its folder, absolute."""
    title: str
    """Title of the brief."""
    place: str
    """The city or area asked about, as a gazetteer knows it."""
    question: str
    """What the case asks, in a sentence."""
    author: str
    """Who answers for the brief."""
    as_of: date
    """Date of the brief's statement."""
    area: BaseGeometry | None
    """Area of interest, longitude and latitude; None if not placed on the ground."""
    period: Interval
    """Period asked about."""
    scenes: tuple[SceneSource, ...] = ()
    """Images, in any order."""
    layers: tuple[Layer, ...] = ()
    """Layers."""
    reports: tuple[Report, ...] = ()
    """Reports."""
    drawings: tuple[Drawing, ...] = ()
    """Analysts' drawings and decisions."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Scenes to compare, (before, after); empty: the earliest with each later one."""
    alignments: tuple[Alignment, ...] = ()
    """Tie points set by hand, at most one file for a pair."""
    release: ReleasePolicy = ReleasePolicy()
    """What may be shown in public."""
    is_simulated: bool = False
    """True if the whole case is made up: every product says so."""
