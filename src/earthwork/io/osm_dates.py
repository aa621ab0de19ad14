"""Dates as OpenStreetMap's ``start_date`` and ``end_date`` write them.

References
----------
OpenStreetMap Wiki, "Key:start_date", section Formatting.
"""

from __future__ import annotations

import re
from datetime import date

from earthwork.errors import InvalidValue
from earthwork.io.timestamps import parse_interval
from earthwork.model.interval import Interval

_ABOUT_YEARS = 10
_DECADE = re.compile(r"(?:early |mid |late )?(\d{3}0)s")
_CENTURY = re.compile(r"(?:early |mid |late )?C(\d{1,2})")
_YEAR = re.compile(r"\d{4}")
CHOICES = ("2010-03-31", "2010-03", "2010", "~1940", "1860s", "C18", "before 1855", "1914..1918")
"""One example of each form that is understood."""


def parse_osm_date(words: str) -> Interval:
    """Return the span that a date of OpenStreetMap's holds.

    Parameters
    ----------
    words
        See ``CHOICES``. ``~`` before a year widens it by ten years either way; ``early``, ``mid``
        and ``late`` do not narrow a decade or a century.

    Raises
    ------
    InvalidValue
        If the words are in none of the forms.

    Examples
    --------
    >>> parse_osm_date("1860s").spoken()
    '1 Jan 1860 to 31 Dec 1869'
    >>> parse_osm_date("before 1855").spoken()
    'by 31 Dec 1854'
    """
    text = words.strip()
    first, dots, last = text.partition("..")
    try:
        if dots:
            return Interval(start=_part(first.strip()).start, end=_part(last.strip()).end)
        return _part(text)
    except ValueError as error:
        raise _not_understood(words) from error


def _part(text: str) -> Interval:
    if text.startswith("before "):
        return Interval(start=None, end=_shifted(text[7:]).end)
    if text.startswith("after "):
        return Interval(start=_part(text[6:]).start, end=None)
    about = text.startswith("~")
    bare = text.removeprefix("~").strip()
    if decade := _DECADE.fullmatch(bare):
        return _years(int(decade[1]), int(decade[1]) + 9, about=about)
    if century := _CENTURY.fullmatch(bare):
        return _years(int(century[1]) * 100 - 99, int(century[1]) * 100, about=about)
    if _YEAR.fullmatch(bare):
        return _years(int(bare), int(bare), about=about)
    span = parse_interval(bare)
    if span is None or about:
        raise _not_understood(text)
    return span


def _shifted(text: str) -> Interval:
    """Return the span before a date begins; of a bare year, up to the year before."""
    if _YEAR.fullmatch(text):
        return _years(int(text) - 1, int(text) - 1, about=False)
    return _part(text)


def _years(first: int, last: int, *, about: bool) -> Interval:
    spread = _ABOUT_YEARS if about else 0
    return Interval.of_days(date(max(1, first - spread), 1, 1), date(last + spread, 12, 31))


def _not_understood(words: str) -> InvalidValue:
    return InvalidValue(
        f"the date '{words[:40]}' is not understood",
        cause="it is written in none of the forms of start_date",
        choices=CHOICES,
    )
