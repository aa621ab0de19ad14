"""One image with what is known of how it was taken and who may show it."""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.grid import Grid
from earthwork.model.interval import Capture
from earthwork.model.reflectance import ReflectanceScale


@dataclass(frozen=True, slots=True, kw_only=True)
class Angles:
    """Direction of the sun or of the sensor, seen from the ground."""

    azimuth_deg: float
    """Clockwise from north."""
    elevation_deg: float
    """Above the horizon; a sensor at nadir has 90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Who is to be credited, and under which terms the picture may be shown."""

    credit: str
    """Credit line as it must be printed."""
    terms: str
    """Licence name or address."""
    may_republish: bool = True
    """False if a brief may only refer to the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One image: its grid and its record. The pixels stay in the raster that it names."""

    id: str
    """Short name, unique in the case."""
    digest: str
    """sha256 of the original file, hex."""
    grid: Grid
    """Grid of the pixels as they are used (after orthorectification, if any)."""
    capture: Capture
    """When it was taken, and how that is known."""
    licence: Licence
    """Credit and terms."""
    sensor: str | None = None
    """Platform and instrument as the delivery names it."""
    bands: tuple[str, ...] = ()
    """Names of the bands in order, 'pan' for panchromatic."""
    bits: int | None = None
    """Significant bits of a pixel value."""
    sun: Angles | None = None
    """Direction of the sun."""
    view: Angles | None = None
    """Direction to the sensor."""
    reflectance: ReflectanceScale | None = None
    """What makes its digital numbers reflectance; None if nothing states it."""
    is_simulated: bool = False
    """True for a rendered scene: every product says so."""
    decisions: tuple[str, ...] = ()
    """What was decided on reading it, in sentences (a repaired reference, an assumed height)."""

    @property
    def gsd_m(self) -> float | None:
        """Return the ground sample distance in metres, None if unknown."""
        return self.grid.gsd_m
