"""What a simulated report says and how that stands to what was done: the truth of each claim."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import ClaimKind, Modality, PlaceRelation, Polarity, SourceKind


class Bearing(StrEnum):
    """How a claim stands to what was done."""

    TRUE = "true"
    EXAGGERATED = "exaggerated"
    FALSE = "false"
    ECHOED = "echoed"
    PREMATURE = "premature"
    UNOBSERVABLE = "unobservable"
    NOT_PHYSICAL = "not_physical"
    MISPLACED = "misplaced"
    OUTDATED = "outdated"
    PARTLY_TRUE = "partly_true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of a thing there is; None for what does not apply, is unknown or is not said."""

    count: int | None = None
    """Buildings, blocks, heaps."""
    length_m: float | None = None
    """Metres."""
    area_m2: float | None = None
    """Square metres."""


NOTHING_SAID = Extent()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTruth:
    """One claim of a report and how it stands to what was done."""

    document: str
    """Id of the report."""
    sentence: str
    """The sentence, word for word; a sentence with several claims appears once for each."""
    start: int
    """First code point of the sentence in the text."""
    end: int
    """One past its last code point: ``sentence == text[start:end]``."""
    kind: ClaimKind
    """What the claim is about."""
    bearing: Bearing
    """How it stands to what was done, when the report came out."""
    substance: Bearing
    """The bearing of what is echoed; the bearing itself for what is no echo."""
    events: tuple[str, ...] = ()
    """Events of the scenario that it is about; empty for what never was."""
    deeds: tuple[str, ...] = ()
    """Deeds that it is about: those it counts, or the one that it gets wrong."""
    source: SourceKind | None = None
    """Who vouches for it; None in reports that were given word for word."""
    modality: Modality | None = None
    """On what footing it is said; None likewise."""
    polarity: Polarity | None = None
    """Whether it is said to hold; None likewise."""
    origin: str | None = None
    """Where it comes from in the end: all echoes of one origin share it; None likewise."""
    chain: tuple[str, ...] = ()
    """From the outlet back to whoever said it first."""
    place: str | None = None
    """Name of the place said; None if none is said or the report was given word for word."""
    relation: PlaceRelation | None = None
    """How the claim's place is said to lie to the named one."""
    area: BaseGeometry | None = None
    """Ground that the place's words cover, local metres; None if no place is said."""
    said: Extent = NOTHING_SAID
    """Numbers said."""
    true: Extent = NOTHING_SAID
    """The same numbers as they were at the time spoken of; 0 for what never was."""
    when: Interval | None = None
    """The time said, of the thing and not of the saying; None if none or vague."""
    image: str | None = None
    """Id of the scene that the claim is read from; None if it is not read from one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedReport:
    """One written report."""

    id: str
    """Unique in the scenario."""
    outlet: str
    """Who published it; invented."""
    published: Interval
    """The day it came out."""
    text: str
    """Headline and paragraphs."""
    truths: tuple[ReportedTruth, ...]
    """Its claims in text order."""
