from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from earthwork.errors import InvalidValue
from earthwork.io.timestamps import CHOICES, parse_capture, parse_interval


def _bounds(words: str) -> tuple[str | None, str | None]:
    interval = parse_interval(words)
    assert interval is not None
    return tuple(None if t is None else t.isoformat() for t in (interval.start, interval.end))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2016-10-31", "2016-10-31T00:00:00+00:00", "2016-10-31T23:59:59+00:00"),
        (" 2016-10-31 ", "2016-10-31T00:00:00+00:00", "2016-10-31T23:59:59+00:00"),
        ("2016-10-31T07:45Z", "2016-10-31T07:45:00+00:00", "2016-10-31T07:45:59+00:00"),
        ("2016-10-31T07:45:10Z", "2016-10-31T07:45:10+00:00", "2016-10-31T07:45:10+00:00"),
        ("2016-10-31 10:45:10+03:00", "2016-10-31T07:45:10+00:00", "2016-10-31T07:45:10+00:00"),
        ("2016-02", "2016-02-01T00:00:00+00:00", "2016-02-29T23:59:59+00:00"),
        ("2016", "2016-01-01T00:00:00+00:00", "2016-12-31T23:59:59+00:00"),
        ("2016-10-01/2016-10-31", "2016-10-01T00:00:00+00:00", "2016-10-31T23:59:59+00:00"),
        ("2016-09 / 2016-10", "2016-09-01T00:00:00+00:00", "2016-10-31T23:59:59+00:00"),
        ("2016-10-01/..", "2016-10-01T00:00:00+00:00", None),
        ("/2016-10-01", None, "2016-10-01T23:59:59+00:00"),
    ],
)
def test_forms(words: str, start: str | None, end: str | None) -> None:
    assert _bounds(words) == (start, end)


@pytest.mark.parametrize("words", CHOICES)
def test_every_choice_offered_is_understood(words: str) -> None:
    assert parse_capture(words, source="caption").is_known is (words != "unknown")


@pytest.mark.parametrize(
    "words",
    [
        "31/10/2016",
        "2016-13",
        "2016-02-30",
        "yesterday",
        "",
        "../..",
        "2016-10-31T25:00Z",
        "20161031",
    ],
)
def test_nonsense_is_refused_with_choices(words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_interval(words)
    assert caught.value.choices == CHOICES


def test_time_without_zone_is_refused_and_the_mend_is_offered() -> None:
    with pytest.raises(InvalidValue, match="no time zone") as caught:
        parse_interval("2016-10-31T07:45")
    assert parse_interval(caught.value.choices[0]) is not None


def test_reversed_span_is_refused() -> None:
    with pytest.raises(InvalidValue, match="before it starts"):
        parse_interval("2016-10-31/2016-10-01")


def test_dates_and_datetimes() -> None:
    moment = datetime(2016, 10, 31, 10, 0, tzinfo=timezone(timedelta(hours=3)))
    capture = parse_capture(moment, source="delivery")
    assert capture.source == "delivery"
    assert capture.interval is not None
    assert capture.interval.start == datetime(2016, 10, 31, 7, 0, tzinfo=UTC)
    day = parse_interval(date(2016, 10, 31))
    assert day == parse_interval("2016-10-31")
    with pytest.raises(InvalidValue, match="no time zone"):
        parse_interval(moment.replace(tzinfo=None))
