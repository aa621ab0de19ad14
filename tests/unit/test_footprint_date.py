"""What a footprint's date allows to be said of a pair, and where the date is read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from earthwork.errors import InvalidValue
from earthwork.io.footprint_dates import read_dates
from earthwork.io.footprints import stated_date
from earthwork.io.osm_dates import parse_osm_date
from earthwork.model.footprint_date import (
    UNDATED,
    DateMeaning,
    FootprintDate,
    Vintage,
    dating_of,
)
from earthwork.model.interval import Interval

BEFORE = Interval.at(datetime(2014, 6, 1, 8, tzinfo=UTC))
AFTER = Interval.of_day(date(2017, 7, 9))


def days(first: str, last: str | None = None) -> Interval:
    start = date.fromisoformat(first)
    return Interval.of_days(start, start if last is None else date.fromisoformat(last))


def seen(first: str, last: str | None = None, **more) -> FootprintDate:
    return FootprintDate(
        known=days(first, last), meaning=DateMeaning.EXISTED, source="a picture", **more
    )


def edited(day: str, **more) -> FootprintDate:
    return FootprintDate(
        known=Interval(start=None, end=days(day).end),
        meaning=DateMeaning.EDITED,
        source="a stamp",
        **more,
    )


VINTAGES = [
    (seen("2012-01-01"), Vintage.EARLIER),
    (seen("2013-01-01", "2014-05-31"), Vintage.EARLIER),
    (seen("2013-01-01", "2014-06-01"), Vintage.OVERLAPPING),
    (seen("2014-06-01"), Vintage.EARLIER),  # traced from the before-image itself
    (seen("2014-06-02"), Vintage.BETWEEN),
    (seen("2015-01-01", "2018-01-01"), Vintage.BETWEEN),
    (seen("2017-07-10"), Vintage.LATER),
    (seen("2010-01-01", "2018-01-01"), Vintage.OVERLAPPING),
    (edited("2014-05-31"), Vintage.EARLIER),
    (edited("2014-06-01"), Vintage.OVERLAPPING),
    (edited("2016-01-01"), Vintage.OVERLAPPING),  # edited later, perhaps far older
    (edited("2019-01-01"), Vintage.OVERLAPPING),
    (UNDATED, Vintage.UNDATED),
    (edited("2019-01-01", built=days("1990-01-01", "1990-12-31")), Vintage.EARLIER),
    (edited("2013-01-01", built=days("2015-01-01", "2015-12-31")), Vintage.BETWEEN),
    (edited("2019-01-01", built=days("2018-01-01", "2018-12-31")), Vintage.LATER),
    (edited("2013-01-01", built=days("2014-01-01", "2014-12-31")), Vintage.OVERLAPPING),
    (edited("2013-01-01", is_planned=True), Vintage.PLANNED),
    (edited("2013-01-01", gone=days("2010-01-01")), Vintage.GONE_BEFORE),
    (edited("2013-01-01", gone=days("2016-01-01")), Vintage.EARLIER),
    (edited("2019-01-01", gone=Interval(start=None, end=days("2019-01-01").end)),
     Vintage.OVERLAPPING),
]  # fmt: skip


@pytest.mark.parametrize(("known", "vintage"), VINTAGES)
def test_a_date_stands_to_a_pair(known: FootprintDate, vintage: Vintage) -> None:
    told = dating_of(known, before=BEFORE, after=AFTER)
    assert told.vintage is vintage
    assert told.allows_razed == (vintage is Vintage.EARLIER)
    assert told.words


@pytest.mark.parametrize(("known", "vintage"), VINTAGES)
def test_without_capture_time_of_the_before_image_nothing_is_razed(
    known: FootprintDate, vintage: Vintage
) -> None:
    assert dating_of(known, before=None, after=AFTER).vintage is Vintage.IMAGE_UNDATED
    open_start = Interval(start=None, end=BEFORE.end)
    assert not dating_of(known, before=open_start, after=AFTER).allows_razed


def test_what_a_date_says() -> None:
    assert edited("2016-05-01").spoken() == "last edited 1 May 2016 (a stamp)"
    assert seen("2016-05-01").spoken() == "seen standing 1 May 2016 (a picture)"
    assert UNDATED.spoken() == "date unknown (nothing says when)"
    words = dating_of(edited("2016-05-01"), before=BEFORE, after=AFTER).words
    assert words == (
        "the outline was last edited 1 May 2016 (a stamp): whether it is older than the"
        " before-image is unknown"
    )
    planned = FootprintDate(known=None, meaning=DateMeaning.UNKNOWN, source="x", is_planned=True)
    assert "not finished" in dating_of(planned, before=BEFORE, after=AFTER).words
    google = FootprintDate(known=None, meaning=DateMeaning.UNKNOWN, source="Google")
    assert "Google" in dating_of(google, before=BEFORE, after=AFTER).words


def read(stated: date | None = None, **columns: list) -> tuple[list[FootprintDate], str]:
    decisions: list[str] = []
    dates = read_dates(pd.DataFrame(columns), stated=stated_date(stated), decisions=decisions)
    return list(dates), " ".join(decisions)


def ends(dates: list[FootprintDate]) -> list[str | None]:
    return [
        None if d.known is None or d.known.end is None else d.known.end.date().isoformat()
        for d in dates
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {"@timestamp": ["2016-05-01T10:00:00Z", None]},
        {"timestamp": ["2016-05-01T10:00:00", ""], "osm_id": [1, 2]},
        {"osm_timestamp": [1462096800, float("nan")]},
        {"osm_timestamp": ["1462096800000", "nan"]},
        {"osm_timestamp": pd.to_datetime(["2016-05-01T10:00:00Z", None])},
        {"osm_timestamp": pd.to_datetime(["2016-05-01T10:00:00", None])},
        {"update_time": ["2016-05-01T10:00:00.000Z", None]},
        {"sources": [json.dumps([{"dataset": "a", "update_time": "2014-01-01T00:00:00Z"},
                                 {"dataset": "b", "update_time": "2016-05-01T00:00:00Z"}]),
                     "[]"]},
        {"sources": [[{"update_time": "2016-05-01"}, "x"], []]},
    ],
)  # fmt: skip
def test_edits_are_upper_bounds(columns: dict) -> None:
    dates, said = read(**columns)
    assert ends(dates) == ["2016-05-01", None]
    assert dates[0].meaning is DateMeaning.EDITED
    assert dates[0].known is not None
    assert dates[0].known.start is None
    assert "1 of 2 footprints have no date" in said


def test_a_time_stamp_of_an_unknown_source_says_nothing() -> None:
    assert ends(read(timestamp=["2016-05-01T10:00:00Z"])[0]) == [None]


def test_pictures_traced_are_spans() -> None:
    for name in ("capture_dates_range", "capture_da"):
        dates, _ = read(**{name: ["1/25/2019-1/2/2022", "3/4/2014", ""]})
        assert [None if d.known is None else d.known.spoken() for d in dates] == [
            "25 Jan 2019 to 2 Jan 2022", "4 Mar 2014", None,
        ]  # fmt: skip
        assert dates[0].meaning is DateMeaning.EXISTED


def test_google_has_no_dates_and_is_named() -> None:
    dates, said = read(full_plus_code=["7H8Q"], confidence=[0.9])
    assert ends(dates) == [None]
    assert "Google" in dates[0].source
    assert "Google" in said


def test_what_is_not_understood_is_counted() -> None:
    dates, said = read(
        capture_dates_range=["2019", "4/4/2019"], start_date=["old", "~1900"],
        sources=["{", "[]"], osm_timestamp=[1e30, None],
    )  # fmt: skip
    assert ends(dates) == [None, "2019-04-04"]
    assert dates[0].built is None
    for what in ("Microsoft's capture_dates_range", "start_date", "OpenStreetMap's timestamp"):
        assert f"1 values of {what} are not understood" in said
    assert "1 values of Overture's update_time are not understood" in said


@pytest.mark.parametrize(
    "columns",
    [
        {"building": ["yes", "construction", None, None, "yes"],
         "demolished:building": [None, None, "yes", "no", None],
         "proposed:building": [None, None, None, "house", None],
         "start_date": [None, None, None, None, "2010"]},
        {"other_tags": ['"building"=>"yes"', '"building"=>"construction"',
                        '"demolished:building"=>"yes","a"=>"b"', '"proposed:building"=>"house"',
                        '"start_date"=>"2010"']},
        {"tags": ['{"building": "yes"}', {"building": "construction"},
                  '{"razed:building": "yes"}', '{"planned:building": "yes"}',
                  '{"start_date": "2010"}']},
    ],
)  # fmt: skip
def test_tags_of_life_are_read(columns: dict) -> None:
    stamps = ["2016-05-01T10:00:00Z"] * 5
    dates, _ = read(**columns, **{"@timestamp": stamps})
    assert [d.is_planned for d in dates] == [False, True, False, True, False]
    assert [d.gone is not None for d in dates] == [False, False, True, False, False]
    assert dates[2].gone == dates[2].known
    assert dates[4].built == days("2010-01-01", "2010-12-31")


def test_broken_tags_say_nothing() -> None:
    dates, _ = read(tags=["{broken", 3, None], **{"@timestamp": ["2016-05-01T10:00:00Z"] * 3})
    assert all(d.built is None and not d.is_planned for d in dates)


def test_an_end_of_its_own_counts_over_the_tag() -> None:
    dates, _ = read(end_date=["2012-03"], **{"razed:building": ["yes"]})
    assert dates[0].gone == days("2012-03-01", "2012-03-31")
    (undated,), _ = read(**{"razed:building": ["yes"]})
    assert undated.gone == Interval(start=None, end=None)


def test_the_statement_counts_unless_a_row_is_earlier() -> None:
    dates, said = read(
        date(2015, 1, 1), **{"@timestamp": ["2012-01-01T00:00:00Z", "2018-01-01T00:00:00Z", None]}
    )
    assert ends(dates) == ["2012-01-01", "2015-01-01", "2015-01-01"]
    assert "1 of 3 footprints carry a date later" in said
    (built,), _ = read(date(2015, 1, 1), start_date=["2016"], building=["yes"])
    assert dating_of(built, before=days("2015-06-01"), after=None).vintage is Vintage.BETWEEN


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("2010-03-31", "31 Mar 2010"),
        ("2010-03", "1 Mar 2010 to 31 Mar 2010"),
        ("~1940", "1 Jan 1930 to 31 Dec 1950"),
        ("late 1920s", "1 Jan 1920 to 31 Dec 1929"),
        ("mid C18", "1 Jan 1701 to 31 Dec 1800"),
        ("before 1910-01-20", "by 20 Jan 1910"),
        ("after 1823", "from 1 Jan 1823"),
        ("1914..1918", "1 Jan 1914 to 31 Dec 1918"),
    ],
)
def test_dates_of_openstreetmap(words: str, spoken: str) -> None:
    assert parse_osm_date(words).spoken() == spoken


@pytest.mark.parametrize("words", ["", "old", "unknown", "~2010-03", "1918..1914", "C0x", "480 BC"])
def test_dates_that_are_not_understood(words: str) -> None:
    with pytest.raises(InvalidValue):
        parse_osm_date(words)
