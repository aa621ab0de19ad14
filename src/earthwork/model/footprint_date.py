"""What is known of when a footprint's building stood, and what that allows to be said of a pair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from earthwork.model.interval import Interval


class DateMeaning(StrEnum):
    """What the date of a footprint dates."""

    EXISTED = "existed"
    """The building was seen to stand at some moment of the span: date of the picture traced, or the
    case's own statement of the layer's content."""
    EDITED = "edited"
    """The record was last written then: what it shows is no later, and may be much older."""
    UNKNOWN = "unknown"
    """Nothing says when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintDate:
    """When one footprint's building is known to have stood."""

    known: Interval | None
    """Span of the content's date; None if unknown. Of an edit the start is open."""
    meaning: DateMeaning
    """What ``known`` dates."""
    source: str
    """Which field or statement says so, in words."""
    built: Interval | None = None
    """Span that holds the end of its construction; None if unsaid."""
    gone: Interval | None = None
    """Span that holds its end; None if nothing says that it ended."""
    is_planned: bool = False
    """True if the record is of a building planned or under construction."""

    def latest(self) -> float:
        """Return the latest moment of the content in seconds since 1970; infinity if unknown."""
        if self.known is None or self.known.end is None:
            return float("inf")
        return self.known.end.timestamp()

    def warned_by(self, other: FootprintDate) -> FootprintDate:
        """Return this date with what another record of the same building warns of."""
        return replace(
            self,
            built=self.built or other.built,
            gone=self.gone or other.gone,
            is_planned=self.is_planned or other.is_planned,
        )

    def spoken(self) -> str:
        """Say the date with its source and meaning in one clause."""
        if self.known is None:
            return f"date unknown ({self.source})"
        verb = "last edited" if self.meaning is DateMeaning.EDITED else "seen standing"
        when = self.known.spoken().removeprefix("by ")
        return f"{verb} {when} ({self.source})"


UNDATED = FootprintDate(known=None, meaning=DateMeaning.UNKNOWN, source="nothing says when")


class Vintage(StrEnum):
    """How a footprint's date stands to the two images of a pair."""

    EARLIER = "earlier"
    """Known to be no later than the before-image: its building can have been razed between."""
    BETWEEN = "between"
    """Known only from between the images: it may be a new building."""
    LATER = "later"
    """Known only from after the later image: it may have been built since."""
    GONE_BEFORE = "gone_before"
    """Known to have ended before the before-image."""
    PLANNED = "planned"
    """Planned or under construction when recorded."""
    OVERLAPPING = "overlapping"
    """Its date does not tell whether it is older than the before-image."""
    UNDATED = "undated"
    """It has no date."""
    IMAGE_UNDATED = "image_undated"
    """The before-image has no capture time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """A footprint's date held against one pair."""

    vintage: Vintage
    """How the two stand."""
    words: str
    """Why, in one clause that follows "but"."""

    @property
    def allows_razed(self) -> bool:
        """Tell whether a bare place under the outline may be called razed."""
        return self.vintage is Vintage.EARLIER

    @property
    def may_be_new(self) -> bool:
        """Tell whether a changed place under the outline may be a building that arose."""
        return self.vintage in {Vintage.BETWEEN, Vintage.LATER, Vintage.PLANNED}


NO_DATING = Dating(
    vintage=Vintage.UNDATED,
    words="whether the outline is older than the before-image is unknown",
)
"""What holds of an outline of which nothing is said."""


def dating_of(date: FootprintDate, *, before: Interval | None, after: Interval | None) -> Dating:
    """Hold a footprint's date against the capture times of a pair.

    Parameters
    ----------
    date
        What is known of the footprint.
    before, after
        When the two images were taken; None if unknown.

    Returns
    -------
    Dating
        ``EARLIER`` only if the whole span of the content ends before the before-image's begins. A
        content seen standing on the very day of the before-image counts as of that image.

    Examples
    --------
    >>> from datetime import date
    >>> then, now = (Interval.of_day(date(year, 5, 1)) for year in (2016, 2018))
    >>> seen = FootprintDate(known=then, meaning=DateMeaning.EXISTED, source="stated")
    >>> dating_of(seen, before=now, after=None).vintage.value
    'earlier'
    >>> dating_of(UNDATED, before=now, after=None).vintage.value
    'undated'
    """
    if before is None:
        return _dating(Vintage.IMAGE_UNDATED, "when the before-image was taken is unknown")
    for told in (_of_end(date, before), _of_construction(date, before, after)):
        if told is not None:
            return told
    if date.is_planned:
        return _dating(
            Vintage.PLANNED, f"the outline is of a building not finished when {_on(date)}"
        )
    return _of_content(date, before, after)


def _dating(vintage: Vintage, words: str) -> Dating:
    return Dating(vintage=vintage, words=words)


def _on(date: FootprintDate) -> str:
    return "recorded" if date.known is None else date.spoken()


def _of_end(date: FootprintDate, before: Interval) -> Dating | None:
    """Return what the building's end says; None where it leaves the question open."""
    gone = date.gone
    if gone is None or gone.is_after(before):
        return None
    if before.is_after(gone):
        return _dating(
            Vintage.GONE_BEFORE, f"its building is recorded as gone by {_said(gone)}, before both"
        )
    return _dating(
        Vintage.OVERLAPPING,
        f"its building is recorded as gone ({gone.spoken()}), perhaps before the before-image",
    )


def _of_construction(
    date: FootprintDate, before: Interval, after: Interval | None
) -> Dating | None:
    """Return what the building's construction says; None where nothing is said of it."""
    built = date.built
    if built is None:
        return None
    said = f"its building is recorded as built {built.spoken()}"
    if before.is_after(built):
        return _dating(Vintage.EARLIER, said)
    if after is not None and built.is_after(after):
        return _dating(Vintage.LATER, f"{said}, after both images")
    if built.is_after(before):
        return _dating(Vintage.BETWEEN, f"{said}, after the before-image: it may be a new building")
    return _dating(Vintage.OVERLAPPING, f"{said}, perhaps after the before-image")


def _of_content(date: FootprintDate, before: Interval, after: Interval | None) -> Dating:
    known = date.known
    if known is None:
        if date.source == UNDATED.source:
            return NO_DATING
        return _dating(Vintage.UNDATED, f"when it was outlined is unknown ({date.source})")
    said = f"the outline was {date.spoken()}"
    if before.is_after(known) or _is_of_its_day(date, before):
        return _dating(Vintage.EARLIER, said)
    if date.meaning is DateMeaning.EXISTED and after is not None and known.is_after(after):
        return _dating(Vintage.LATER, f"{said}, after both images: it may have been built since")
    if date.meaning is DateMeaning.EXISTED and known.is_after(before):
        return _dating(Vintage.BETWEEN, f"{said}, after the before-image: it may be a new building")
    return _dating(
        Vintage.OVERLAPPING, f"{said}: whether it is older than the before-image is unknown"
    )


def _is_of_its_day(date: FootprintDate, before: Interval) -> bool:
    """Tell whether the content is of the very day of the before-image: traced from it, likely."""
    known = date.known
    if known is None or date.meaning is not DateMeaning.EXISTED:
        return False
    ends = (known.start, known.end, before.start, before.end)
    days = {None if moment is None else moment.date() for moment in ends}
    return len(days) == 1 and None not in days


def _said(interval: Interval) -> str:
    return interval.spoken().removeprefix("by ")
