"""A place found both in a picture and on the ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """One point that ties a picture to the ground."""

    column: float
    """Pixels to the right of the picture's left edge; the first pixel's centre is 0.5."""
    row: float
    """Pixels below the picture's upper edge; the first pixel's centre is 0.5."""
    longitude: float
    """Degrees east, WGS 84."""
    latitude: float
    """Degrees north, WGS 84."""
