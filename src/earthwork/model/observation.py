"""What is proposed in pixels (candidate), and what a named reader accepted (observation)."""

from __future__ import annotations

from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import BuildingState, Decision, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One thing that a detector proposes. It enters no public product."""

    id: str
    """Stable name made from kind, place and pair."""
    kind: Kind
    """The likeliest kind."""
    score: float
    """Rank within the pair; not a probability."""
    geometry: BaseGeometry
    """Outline or line, in the coordinates of the before-grid (map, or pixels without reference)."""
    alternatives: tuple[tuple[Kind, float], ...] = ()
    """Other kinds with their weights; with the first they sum to 1."""
    parts: dict[str, float] = field(default_factory=dict)
    """The score's parts, by name."""
    before: str | None = None
    """Id of the scene without."""
    after: str | None = None
    """Id of the scene with."""
    area_m2: float | None = None
    """Area on the ground; None if the pixel size is unknown."""
    length_m: float | None = None
    """Length on the ground of a line; None if not a line or the pixel size is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """State of one footprint between two dates, as a detector proposes it."""

    id: str
    """The footprint's own id, else its index."""
    state: BuildingState
    """Proposed state."""
    score: float | None
    """Higher is likelier destroyed or razed; None where not assessed."""
    geometry: BaseGeometry
    """The footprint, in the coordinates it came in."""
    reason: str
    """Why this state, in one clause."""
    support: float | None = None
    """How well edges of the before-image run along the outline, about -0.1 to 0.7; None where not
    measured. A reason for the reader, not a state."""
    dated: str | None = None
    """What is known of when the outline is from, with its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing accepted in pixels by a named reader."""

    id: str
    """Stable name."""
    kind: Kind | None
    """What was seen; None for a building seen standing."""
    state: BuildingState | None
    """State of a building; None for other things."""
    geometry: BaseGeometry
    """Longitude and latitude; pixels of ``image`` where it has no reference."""
    is_pixels: bool
    """True if the geometry counts in pixels of ``image``."""
    reader: str
    """Who looked and answers for it."""
    image: str
    """Id of the scene in which it was seen."""
    interval: Interval
    """(last scene without, first scene with); an unbounded start if no scene shows it absent."""
    candidate: str | None = None
    """Id of the candidate that was accepted; None if drawn by hand."""
    area_m2: float | None = None
    """Measured area on the ground."""
    length_m: float | None = None
    """Measured length on the ground."""
    note: str | None = None
    """The reader's words. Never published."""
    absent_in: str | None = None
    """Id of an earlier scene that shows the place without it; None if no such scene was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A named reader's decision on one candidate."""

    candidate: str
    """Id of the candidate."""
    decision: Decision
    """Accept, reject or change."""
    reader: str
    """Who decided."""
    kind: Kind | None = None
    """The kind it was changed to."""
    geometry: BaseGeometry | None = None
    """The outline it was changed to, longitude and latitude."""
    note: str | None = None
    """The reader's words. Never published."""
