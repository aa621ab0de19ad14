"""What was done in a siege, when and where: the source of truth, and of what reports tell.

Geometry is in local metres, x eastward and y northward from the scene's south-western corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from earthwork.model.vocabulary import BuildingState, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One alteration of the ground: a building razed, a berm raised, a street barred."""

    id: str
    """Unique in the siege."""
    event: str
    """Id of the scenario's event that it belongs to."""
    kind: Kind | None
    """What it is; None for a building that only keeps or regains its state."""
    state: BuildingState | None
    """State of a building afterwards; None for other things."""
    geometry: BaseGeometry
    """Its outline, or its line, when complete; local metres."""
    begun: datetime
    """When work on it began; aware UTC."""
    done: datetime
    """When it was complete; equal to ``begun`` for what takes no time."""
    undone: datetime | None = None
    """When it was removed, opened again or rebuilt; None if it stays."""
    place: str | None = None
    """Named place that it lies in or on: a quarter, the airport, a road."""
    road: str | None = None
    """Name or id of the road that it bars or stands beside."""
    footprint: str | None = None
    """Id of the building concerned."""
    count: int | None = None
    """Number of blocks, buildings or heaps in it."""
    height_m: float | None = None
    """Height above the ground, or depth below it as a negative number."""
    least_m: float | None = None
    """Its smallest horizontal dimension: what a pixel must resolve."""
    note: str = ""
    """What it is, in words."""
