"""Time as intervals: a change is known only between two looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from earthwork.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed span of time in UTC; an end that is None is open."""

    start: datetime | None
    """Earliest moment, aware UTC; None if unbounded."""
    end: datetime | None
    """Latest moment, aware UTC; None if unbounded."""

    def __post_init__(self) -> None:
        """Refuse naive times and reversed ends."""
        for moment in (self.start, self.end):
            if moment is not None and moment.utcoffset() is None:
                raise InvalidValue(
                    f"{moment.isoformat()} has no time zone", cause="a naive time", choices=["UTC"]
                )
        if self.start is not None and self.end is not None and self.start > self.end:
            raise InvalidValue(
                f"interval ends ({self.end.isoformat()}) before it starts"
                f" ({self.start.isoformat()})",
                cause="start and end are swapped",
            )

    @classmethod
    def of_day(cls, day: date) -> Interval:
        """Return the whole of one UTC day.

        Examples
        --------
        >>> Interval.of_day(date(2016, 10, 31)).end.isoformat()
        '2016-10-31T23:59:59+00:00'
        """
        start = datetime.combine(day, time(), tzinfo=UTC)
        return cls(start=start, end=start + timedelta(days=1) - timedelta(seconds=1))

    @classmethod
    def of_days(cls, first: date, last: date) -> Interval:
        """Return the span from the start of one UTC day to the end of another."""
        return cls(start=cls.of_day(first).start, end=cls.of_day(last).end)

    @classmethod
    def at(cls, moment: datetime) -> Interval:
        """Return the interval that is one moment."""
        return cls(start=moment.astimezone(UTC), end=moment.astimezone(UTC))

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two spans share a moment."""
        starts_before = self.start is None or other.end is None or self.start <= other.end
        ends_after = self.end is None or other.start is None or self.end >= other.start
        return starts_before and ends_after

    def is_after(self, other: Interval) -> bool:
        """Tell whether this span lies wholly after the other."""
        return self.start is not None and other.end is not None and self.start > other.end

    def spoken(self) -> str:
        """Say the span as a caption does, in UTC dates.

        Examples
        --------
        >>> Interval.of_days(date(2016, 10, 1), date(2016, 10, 31)).spoken()
        '1 Oct 2016 to 31 Oct 2016'
        """
        first, last = _spoken_day(self.start), _spoken_day(self.end)
        if first is None and last is None:
            return "date unknown"
        if first is None:
            return f"by {last}"
        if last is None:
            return f"from {first}"
        return first if first == last else f"{first} to {last}"


def _spoken_day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.day} {moment:%b %Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """When an image was taken, and how that is known."""

    interval: Interval | None
    """Span that holds the moment of capture; None when unknown. Never a publication date."""
    source: str
    """Where the span was read: a delivery's field, the publisher's caption, 'unknown'."""

    @property
    def is_known(self) -> bool:
        """Tell whether this capture can date a change."""
        return self.interval is not None

    def spoken(self) -> str:
        """Say the date of the frame as a caption does."""
        return "date unknown" if self.interval is None else self.interval.spoken()


UNKNOWN_CAPTURE = Capture(interval=None, source="unknown")
