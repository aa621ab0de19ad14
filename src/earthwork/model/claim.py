"""One thing said in a report."""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.interval import Interval
from earthwork.model.place import Place
from earthwork.model.vocabulary import (
    ClaimKind,
    ImageCheckable,
    Modality,
    Polarity,
    Progress,
    SourceKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words of a text with their offsets in Unicode code points, end exclusive."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    words: str
    """The words: always ``text[start:end]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One report as text."""

    id: str
    """Short name, unique in the case."""
    digest: str
    """sha256 of the original file, hex."""
    text: str
    """The text that all offsets count in."""
    published: Interval | None
    """When it was published; None if unknown."""
    outlet: str | None = None
    """Who published it."""
    decisions: tuple[str, ...] = ()
    """What was decided on reading it (the encoding that was guessed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number or size said, kept as said."""

    low: float
    """Least value meant."""
    high: float | None
    """Greatest value meant; None if open ('more than 31 km')."""
    unit: str
    """'count', 'm', 'km', 'm2', 'people'."""
    span: Span
    """The words that say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One proposition of a report: who says so, what, where, when, how sure."""

    id: str
    """Document id, a hyphen and a number in text order."""
    document: str
    """Id of the document."""
    quote: Span
    """Smallest clause that holds the proposition, without 'he said'."""
    source: Span | None
    """Words that name whoever vouches for it; None when the article itself does."""
    source_kind: SourceKind
    """Kind of that source."""
    source_is_inherited: bool
    """True if the source was carried over from an earlier sentence."""
    kind: ClaimKind
    """What the claim is about."""
    polarity: Polarity
    """Whether it is said to hold."""
    modality: Modality
    """On what footing it is said."""
    hedge: Span | None
    """First word that weakens it."""
    progress: Progress
    """How far the thing has come."""
    tempo: Span | None
    """Words for the pace ('virtually non-stop')."""
    quantities: tuple[Quantity, ...]
    """Numbers and sizes said."""
    place: Place | None
    """Where; None if nothing is said."""
    place_span: Span | None
    """The place's words; None if inherited or absent."""
    when: Span | None
    """Words for the time of the thing, not of the saying."""
    interval: Interval | None
    """That time in UTC; None if vague or unsaid."""
    image_checkable: ImageCheckable
    """Whether an image could check it."""
    echo_of: str | None = None
    """Id of the claim that this one repeats, if it is the same origin told again."""
    note: str | None = None
    """What the reader should know (a purpose left to the speaker)."""
