from __future__ import annotations

from datetime import date

import pytest

from earthwork.model.claim import Document
from earthwork.model.interval import Interval
from earthwork.reports.dates import time_expressions

PUBLISHED = Interval.of_day(date(2016, 11, 4))  # a Friday


def read(text: str, published: Interval | None = PUBLISHED):
    return time_expressions(Document(id="d", digest="", text=text, published=published))


@pytest.mark.parametrize(
    ("text", "core", "spoken"),
    [
        ("A photo of Oct. 31 shows it.", "Oct. 31", "31 Oct 2016"),
        ("It fell on 31 October 2015.", "31 October 2015", "31 Oct 2015"),
        ("It fell on 2016-10-31.", "2016-10-31", "31 Oct 2016"),
        ("It fell on October 3-5.", "October 3-5", "3 Oct 2016 to 5 Oct 2016"),
        ("Troops came on Friday.", "Friday", "4 Nov 2016"),
        ("Monday’s raid failed.", "Monday’s", "31 Oct 2016"),
        ("They came last Friday.", "last Friday", "28 Oct 2016"),
        ("They will come next Tuesday.", "next Tuesday", "8 Nov 2016"),
        (
            "They came from Monday to Wednesday.",
            "from Monday to Wednesday",
            "31 Oct 2016 to 2 Nov 2016",
        ),
        ("They came this week.", "this week", "31 Oct 2016 to 4 Nov 2016"),
        ("They came last week.", "last week", "24 Oct 2016 to 30 Oct 2016"),
        ("They will come next weekend.", "next weekend", "12 Nov 2016 to 13 Nov 2016"),
        ("They came last month.", "last month", "1 Oct 2016 to 31 Oct 2016"),
        ("They came last year.", "last year", "1 Jan 2015 to 31 Dec 2015"),
        ("It was built back in 2014.", "2014", "1 Jan 2014 to 31 Dec 2014"),
        ("It fell in mid-2014.", "mid-2014", "1 Jun 2014 to 31 Jul 2014"),
        ("It fell in early 2015.", "early 2015", "1 Jan 2015 to 30 Apr 2015"),
        ("It stood in the 1990s.", "1990s", "1 Jan 1990 to 31 Dec 1999"),
        ("The plan is for mid-December.", "mid-December", "11 Dec 2016 to 20 Dec 2016"),
        ("It fell in December.", "December", "1 Dec 2015 to 31 Dec 2015"),
        ("It will fall in December.", "December", "1 Dec 2016 to 31 Dec 2016"),
        ("It will fall in March.", "March", "1 Mar 2017 to 31 Mar 2017"),
        ("It fell in late November 2015.", "late November 2015", "21 Nov 2015 to 30 Nov 2015"),
        ("Over the past year they dug.", "Over the past year", "5 Nov 2015 to 4 Nov 2016"),
        ("More than two years they had.", "More than two years", "5 Nov 2014 to 4 Nov 2016"),
        ("They had more than two years.", "more than two years", "5 Nov 2014 to 4 Nov 2016"),
        ("It fell two weeks ago.", "two weeks ago", "18 Oct 2016 to 24 Oct 2016"),
        ("They dug for two weeks.", "two weeks", "21 Oct 2016 to 4 Nov 2016"),
        ("They hope to mend it within days.", "within days", "4 Nov 2016 to 11 Nov 2016"),
        ("It fell last night.", "last night", "3 Nov 2016 to 4 Nov 2016"),
        ("It falls tomorrow.", "tomorrow", "5 Nov 2016"),
        (
            "It fell between May 20 and July 6.",
            "between May 20 and July 6",
            "20 May 2016 to 6 Jul 2016",
        ),
        ("It stood since May.", "May", "1 May 2016 to 4 Nov 2016"),
        ("By November 2 it fell.", "November 2", "by 2 Nov 2016"),
        ("Before October 3 it stood.", "October 3", "by 3 Oct 2016"),
        ("It fell after October 3.", "October 3", "from 3 Oct 2016"),
        ("In 2013 and 2015 it stood.", "2013", "1 Jan 2013 to 31 Dec 2013"),
        ("It was over 999 decades.", "over 999 decades", "1 Jan 1 to 4 Nov 2016"),
    ],
)
def test_days_meant(text, core, spoken):
    found = read(text)[0]
    assert found.core.words == core
    assert found.interval is not None
    assert found.interval.spoken() == spoken
    assert text[found.span.start : found.span.end] == found.span.words


@pytest.mark.parametrize(
    "text", ["He may march on.", "It cost $2014.", "2000 homes fell.", "Wait a second.", ""]
)
def test_words_that_are_no_times(text):
    assert read(text) == ()


@pytest.mark.parametrize("text", ["It fell recently.", "For months they dug.", "February 31 came."])
def test_vague_and_impossible_times_have_words_but_no_days(text):
    (found,) = read(text)
    assert (found.interval, found.timex) == (None, "VAGUE")


@pytest.mark.parametrize(
    ("text", "timex"),
    [
        ("on Oct. 31", "2016-10-31"),
        ("in October 2016", "2016-10"),
        ("in 2014", "2014"),
        ("this week", "2016-W44"),
        ("for two weeks", "P2W"),
        ("the past decade", "P10Y"),
        ("from May 2 to May 4", "2016-05-02/2016-05-04"),
        ("October 3-5", "2016-10-03/2016-10-05"),
    ],
)
def test_timex(text, timex):
    assert read(text)[0].timex == timex


def test_the_preposition_belongs_to_the_span_and_not_to_the_core():
    (found,) = read("It stood since May.")
    assert (found.span.words, found.core.words) == ("since May", "May")


def test_without_publication_only_absolute_times_have_days():
    relative, year, day = read("On Friday. In 2014. June 3, 2015.", None)
    assert relative.interval is None
    assert year.interval == Interval.of_days(date(2014, 1, 1), date(2014, 12, 31))
    assert day.interval == Interval.of_day(date(2015, 6, 3))


def test_a_span_of_publication_widens_what_is_relative():
    spread = Interval.of_days(date(2016, 9, 30), date(2016, 10, 5))
    (found,) = read("They came on Friday.", spread)
    assert found.interval == Interval.of_day(date(2016, 9, 30))
    (found,) = read("They came yesterday.", spread)
    assert found.interval == Interval.of_days(date(2016, 9, 29), date(2016, 10, 4))
    (found,) = read("By Oct. 1 it fell.", Interval(start=None, end=spread.end))
    assert found.interval is not None
    assert found.interval.start is None


def test_years_turn_for_a_span_between_two_years():
    (found,) = read("It fell between December 20 and January 6.")
    assert found.interval == Interval.of_days(date(2015, 12, 20), date(2016, 1, 6))
    assert read("between May 31 and May 2")[0].interval is None
