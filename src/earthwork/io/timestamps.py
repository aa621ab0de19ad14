"""Capture times as people and suppliers write them, turned into intervals of UTC."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from earthwork.errors import InvalidValue
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval

CHOICES = (
    "2016-10-31",
    "2016-10-31T07:45Z",
    "2016-10-01/2016-10-31",
    "2016-10",
    "2016",
    "2016-10-01/..",
    "unknown",
)
"""One example of each form that is understood."""

_UNKNOWN = frozenset({"unknown", "?", "not known", "date unknown"})
_OPEN = frozenset({"", ".."})
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TO_THE_MINUTE = re.compile(r"T\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})?$")


def parse_capture(words: str | date | datetime, *, source: str) -> Capture:
    """Return when an image was taken, from a date, a moment or a span.

    Parameters
    ----------
    words
        ISO 8601 text (see ``CHOICES``), a date or an aware datetime.
    source
        Where the words were read.

    Raises
    ------
    InvalidValue
        If the words are in none of the forms, or give a time of day without a time zone.

    Examples
    --------
    >>> parse_capture("2016-10", source="caption").spoken()
    '1 Oct 2016 to 31 Oct 2016'
    >>> parse_capture("unknown", source="caption").is_known
    False
    """
    interval = parse_interval(words)
    return UNKNOWN_CAPTURE if interval is None else Capture(interval=interval, source=source)


def parse_interval(words: str | date | datetime) -> Interval | None:
    """Return a span of UTC from ISO 8601 text, a date or an aware datetime; None for 'unknown'.

    A span is two of these with a solidus between; an end that is empty or ``..`` is open.

    Raises
    ------
    InvalidValue
        If the words are in none of the forms, or give a time of day without a time zone.
    """
    if isinstance(words, datetime):
        return Interval.at(_aware(words, words.isoformat()))
    if isinstance(words, date):
        return Interval.of_day(words)
    text = words.strip()
    if text.lower() in _UNKNOWN:
        return None
    first, solidus, last = (part.strip() for part in text.partition("/"))
    if not solidus:
        return _single(text)
    if first in _OPEN and last in _OPEN:
        raise _not_understood(text)
    start = None if first in _OPEN else _single(first).start
    end = None if last in _OPEN else _single(last).end
    return Interval(start=start, end=end)


def _single(text: str) -> Interval:
    try:
        if _YEAR.fullmatch(text):
            return Interval.of_days(date(int(text), 1, 1), date(int(text), 12, 31))
        if month := _MONTH.fullmatch(text):
            return _of_month(int(month[1]), int(month[2]))
        if _DAY.fullmatch(text):
            return Interval.of_day(date.fromisoformat(text))
        return _of_moment(text.replace(" ", "T", 1))
    except ValueError as error:
        raise _not_understood(text) from error


def _of_month(year: int, month: int) -> Interval:
    last = calendar.monthrange(year, month)[1]
    return Interval.of_days(date(year, month, 1), date(year, month, last))


def _of_moment(text: str) -> Interval:
    if "T" not in text:
        raise ValueError(text)
    start = _aware(datetime.fromisoformat(text), text)
    # A time to the minute says no more than that minute.
    spread = timedelta(seconds=59 if _TO_THE_MINUTE.search(text) else 0)
    return Interval(start=start, end=start + spread)


def _aware(moment: datetime, text: str) -> datetime:
    if moment.utcoffset() is None:
        raise InvalidValue(
            f"the time {text} has no time zone",
            cause="a local time could be hours off",
            choices=[f"{text}Z", f"{text}+03:00", text[:10]],
        )
    return moment.astimezone(UTC)


def _not_understood(text: str) -> InvalidValue:
    return InvalidValue(
        f"the capture time '{text[:40]}' is not understood",
        cause="it is not written year-month-day, or names a day that does not exist",
        choices=CHOICES,
    )
