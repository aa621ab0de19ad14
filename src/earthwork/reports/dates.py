"""Times as a report words them, turned into spans of UTC days around its publication."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from earthwork.model.claim import Document, Span
from earthwork.model.interval import Interval
from earthwork.reports.sentences import Sentence, split_sentences

NEAR_MONTHS = 6
"""In a sentence that looks ahead, a month so recently gone is still meant as gone."""

Days = tuple[date | None, date | None]
"""First and last day; None where open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExpression:
    """Words for a time, with the days that they mean."""

    span: Span
    """The words, with the preposition that belongs to them ('since May')."""
    core: Span
    """The words without that preposition ('May')."""
    interval: Interval | None
    """The days meant, in UTC; None if vague ('recently') or if publication is unknown."""
    timex: str
    """ISO 8601 form: a date, month, year, week or duration; 'VAGUE' if none fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a relative time is counted from."""

    day: date
    """Day of publication."""
    looks_ahead: bool
    """True if the sentence speaks of what is to come."""


Reading = tuple[Days, str]
"""Days and ISO 8601 form."""

Reader = Callable[[re.Match[str], Reference], Reading]
"""Turns matched words into days."""

_MONTHS = {
    name.lower(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads as said
    )
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30}
_UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3652}
_UNIT_LETTER = {"day": "D", "week": "W", "fortnight": "W", "month": "M", "year": "Y", "decade": "Y"}

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)(?![a-z])"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?!s\b)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|:\d|,\d{3}|\.\d)"
_YEAR = r"(?:1[5-9]|20)\d\d"
_PART = r"(?:[Ee]arly|[Mm]id|[Ll]ate|the beginning of|the start of|the middle of|the end of)"
_COUNT = (
    r"(?i:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|thirty)"
)
_VAGUE_COUNT = r"(?:several|a few|many|some|recent)"
_UNIT = r"(?:day|week|fortnight|month|year|decade)"
_HALF_DAY = r"(?:\s+(?:morning|afternoon|evening|night|noon))?"
_LEAD = re.compile(
    r"\b(?:since|by|until|till|before|after|from|in|on|during|for|over|within|throughout|back in"
    r"|as of|as early as|(?:more|less) than|at least|nearly|almost|about|some|around|earlier"
    r"|later)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|plans?|planned|planning|intends?|intended|to be|expect(?:s|ed)?|due|scheduled"
    r"|upcoming|is to|are to|going to|ahead of|looms?|imminent|forecast|predict(?:s|ed)?"
    r"|hopes?|next)\b",
    re.IGNORECASE,
)


def time_expressions(document: Document) -> tuple[TimeExpression, ...]:
    """Return every time that a report words, in text order, none overlapping another.

    Without a publication date, times that need one ('on Friday') have no interval.

    References
    ----------
    Pustejovsky, J. et al. (2003), TimeML; ISO 24617-1:2012.
    """
    found: list[TimeExpression] = []
    for sentence in split_sentences(document.text):
        found.extend(times_in(sentence, published=document.published))
    return tuple(found)


def times_in(sentence: Sentence, *, published: Interval | None) -> tuple[TimeExpression, ...]:
    """Return the times that one sentence words, in order."""
    looks_ahead = _looks_ahead(sentence.words)
    return tuple(
        _expression(sentence, match, read, published=published, looks_ahead=looks_ahead)
        for match, read in _without_overlaps(_matches(sentence.words))
    )


def _looks_ahead(words: str) -> bool:
    return _AHEAD.search(words) is not None


def _matches(words: str) -> Iterator[tuple[re.Match[str], Reader]]:
    for form in _FORMS:
        for match in form.pattern.finditer(words):
            if not form.needs_lead or _LEAD.search(
                words, max(0, match.start() - 24), match.start()
            ):
                yield match, form.read


def _without_overlaps(
    matches: Iterable[tuple[re.Match[str], Reader]],
) -> list[tuple[re.Match[str], Reader]]:
    kept: list[tuple[re.Match[str], Reader]] = []
    end = -1
    for match, read in sorted(matches, key=lambda m: (m[0].start(), -m[0].end())):
        if match.start() >= end:
            kept.append((match, read))
            end = match.end()
    return kept


def _expression(
    sentence: Sentence,
    match: re.Match[str],
    read: Reader,
    *,
    published: Interval | None,
    looks_ahead: bool,
) -> TimeExpression:
    start, end = match.span()
    lead = _LEAD.search(sentence.words, max(0, start - 24), start)
    bare = Reference(day=date(2000, 1, 1), looks_ahead=looks_ahead)
    interval: Interval | None = None
    timex = "VAGUE"
    for day in _publication_days(published):
        days, timex = read(match, replace(bare, day=day))
        interval = _joined(interval, _bounded(days, lead[0] if lead else "", day))
    if published is None and (absolute := _absolute(match, read, bare)):
        days, timex = absolute
        interval = _bounded(days, lead[0] if lead else "", None)
    first = start if lead is None else lead.start()
    return TimeExpression(
        span=sentence.span(first, end),
        core=sentence.span(start, end),
        interval=interval,
        timex=timex,
    )


def _publication_days(published: Interval | None) -> tuple[date, ...]:
    if published is None:
        return ()
    moments = (published.start or published.end, published.end or published.start)
    return tuple(sorted({moment.date() for moment in moments if moment is not None}))


def _absolute(match: re.Match[str], read: Reader, bare: Reference) -> Reading | None:
    """Return a reading that does not depend on when the report appeared; None if it does."""
    one, other = (read(match, replace(bare, day=date(year, 5, 9))) for year in (1999, 2051))
    return one if one == other else None


def _bounded(days: Days, lead: str, day: date | None) -> Interval | None:
    first, last = days
    if first is None and last is None:
        return None
    word = lead.split(maxsplit=1)[0].lower() if lead else ""
    if word == "since":
        return _interval(first, max(day, first) if day and first else day)
    if word in {"by", "until", "till"}:
        return _interval(None, last)
    if word == "before":
        return _interval(None, first)
    if word == "after":
        return _interval(last, None)
    return _interval(first, last)


def _interval(first: date | None, last: date | None) -> Interval:
    start = Interval.of_day(first).start if first else None
    return Interval(start=start, end=Interval.of_day(last).end if last else None)


def _joined(one: Interval | None, other: Interval | None) -> Interval | None:
    if one is None or other is None:
        return one or other
    starts, ends = (one.start, other.start), (one.end, other.end)
    return Interval(
        start=min((s for s in starts if s), default=None) if all(starts) else None,
        end=max((e for e in ends if e), default=None) if all(ends) else None,
    )


# --- readers: from a match and a reference to days ---------------------------------------------

_NO_DAYS: Days = (None, None)
_UNREADABLE: Reading = (_NO_DAYS, "VAGUE")


def _number(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)


def _month_number(word: str) -> int:
    return _MONTHS[word.rstrip(".").lower()]


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_month(year: int, month: int, part: str = "") -> Days:
    length = calendar.monthrange(year, month)[1]
    first, last = _third(part, length, (10, 20))
    return date(year, month, first), date(year, month, last)


def _of_year(year: int, part: str = "") -> Days:
    first, last = _third(part, 12, (4, 8))
    # 'mid-2014' is said of the months around June, closer than a third of the year.
    first, last = (6, 7) if (first, last) == (5, 8) else (first, last)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _third(part: str, length: int, cuts: tuple[int, int]) -> tuple[int, int]:
    part = part.lower()
    if part.startswith("early") or "beginning" in part or "start" in part:
        return 1, cuts[0]
    if "mid" in part:
        return cuts[0] + 1, cuts[1]
    if part.startswith("late") or "end" in part:
        return cuts[1] + 1, length
    return 1, length


def _nearest_year(reference: Reference, month: int, day: int = 1) -> int:
    """Return the year of a day named without one: the last past one, or the next to come."""
    year = reference.day.year
    is_later = (month, day) > (reference.day.month, reference.day.day)
    if not reference.looks_ahead:
        return year - is_later
    months_gone = (reference.day.month - month) % 12
    # 'will … as on May 9', said in June, looks back: a near past is likelier than a far future.
    return year + (not is_later and months_gone > NEAR_MONTHS)


def _read_iso(match: re.Match[str], _: Reference) -> Reading:
    day = _safe_date(int(match["y"]), int(match["m"]), int(match["d"]))
    return ((day, day), day.isoformat()) if day else _UNREADABLE


def _read_day(match: re.Match[str], reference: Reference) -> Reading:
    month, number = _month_number(match["month"]), int(re.sub(r"\D", "", match["day"]))
    said = match["year"]
    year = int(said) if said else _nearest_year(reference, month, number)
    day = _safe_date(year, month, number)
    if day is None:
        return _UNREADABLE
    last = _last_of_range(match, day)
    form = day.isoformat() if last == day else f"{day.isoformat()}/{last.isoformat()}"
    return (day, last), form


def _last_of_range(match: re.Match[str], day: date) -> date:
    said = match.groupdict().get("last")
    last = _safe_date(day.year, day.month, int(re.sub(r"\D", "", said))) if said else None
    return last if last and last > day else day


def _read_between(match: re.Match[str], reference: Reference) -> Reading:
    first_month, last_month = _month_number(match["month"]), _month_number(match["month2"])
    year = (
        int(match["year"])
        if match["year"]
        else _nearest_year(reference, last_month, int(match["day2"]))
    )
    first = _safe_date(year - (first_month > last_month), first_month, int(match["day"]))
    last = _safe_date(year, last_month, int(match["day2"]))
    if first is None or last is None or first > last:
        return _UNREADABLE
    return (first, last), f"{first.isoformat()}/{last.isoformat()}"


def _read_month(match: re.Match[str], reference: Reference) -> Reading:
    month = _month_number(match["month"])
    said = match.groupdict().get("year")
    year = int(said) if said else _nearest_year(reference, month)
    return _of_month(year, month, match.groupdict().get("part") or ""), f"{year}-{month:02d}"


def _read_year(match: re.Match[str], _: Reference) -> Reading:
    year = int(match["year"])
    return _of_year(year, match.groupdict().get("part") or ""), f"{year}"


def _read_decade(match: re.Match[str], _: Reference) -> Reading:
    year = int(match["year"])
    return (date(year, 1, 1), date(year + 9, 12, 31)), f"{year // 10}"


def _read_weekday(match: re.Match[str], reference: Reference) -> Reading:
    wanted = _WEEKDAYS[match["weekday"].lower()]
    back = (reference.day.weekday() - wanted) % 7
    which = (match["which"] or "").lower()
    if which == "next" or (reference.looks_ahead and which == "this"):
        day = reference.day + timedelta(days=(-back) % 7 or 7)
    else:
        day = reference.day - timedelta(days=back or 7 * (which == "last"))
    return (day, day), day.isoformat()


def _read_weekdays(match: re.Match[str], reference: Reference) -> Reading:
    last = reference.day - timedelta(
        days=(reference.day.weekday() - _WEEKDAYS[match["last"].lower()]) % 7
    )
    first = last - timedelta(days=(last.weekday() - _WEEKDAYS[match["first"].lower()]) % 7)
    return (first, last), f"{first.isoformat()}/{last.isoformat()}"


def _read_near_day(match: re.Match[str], reference: Reference) -> Reading:
    word = match[0].lower()
    shift = 1 if "tomorrow" in word else -1 if "yesterday" in word or "night" in word else 0
    day = reference.day + timedelta(days=shift)
    last = reference.day if "night" in word else day
    return (day, last), day.isoformat()


def _read_this(match: re.Match[str], reference: Reference) -> Reading:
    shift = {"this": 0, "last": -1, "next": 1, "previous": -1, "current": 0}[match["which"].lower()]
    unit = match["unit"].lower()
    if unit == "year":
        return _this_year(reference, shift)
    if unit == "month":
        return _this_month(reference, shift)
    monday = reference.day - timedelta(days=reference.day.weekday()) + timedelta(weeks=shift)
    form = "{}-W{:02d}".format(*monday.isocalendar()[:2])
    if unit == "weekend":
        return (monday + timedelta(days=5), monday + timedelta(days=6)), form
    return _so_far((monday, monday + timedelta(days=6)), reference, shift), form


def _this_year(reference: Reference, shift: int) -> Reading:
    year = reference.day.year + shift
    return _so_far(_of_year(year), reference, shift), f"{year}"


def _this_month(reference: Reference, shift: int) -> Reading:
    number = reference.day.year * 12 + reference.day.month - 1 + shift
    year, month = number // 12, number % 12 + 1
    return _so_far(_of_month(year, month), reference, shift), f"{year}-{month:02d}"


def _so_far(days: Days, reference: Reference, shift: int) -> Days:
    """Cut 'this week' at publication: what has been done in it cannot lie after."""
    return (days[0], reference.day) if shift == 0 and not reference.looks_ahead else days


def _read_past_span(match: re.Match[str], reference: Reference) -> Reading:
    count, unit = _number(match["count"] or "one"), match["unit"].lower()
    first = _days_before(reference.day, count * _UNIT_DAYS[unit])
    return (first, reference.day), _duration(count, unit)


def _read_ago(match: re.Match[str], reference: Reference) -> Reading:
    count, unit = _number(match["count"]), match["unit"].lower()
    middle = _days_before(reference.day, count * _UNIT_DAYS[unit])
    slack = _UNIT_DAYS[unit] // 2
    last = min(reference.day, middle + timedelta(days=slack))
    return (_days_before(middle, slack), last), middle.isoformat()


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))


def _read_coming_span(match: re.Match[str], reference: Reference) -> Reading:
    count, unit = _number(match["count"] or "seven"), match["unit"].lower()
    last = reference.day + timedelta(days=count * _UNIT_DAYS[unit])
    return (reference.day, last), _duration(count, unit)


def _duration(count: int, unit: str) -> str:
    factor = {"fortnight": 2, "decade": 10}.get(unit, 1)
    return f"P{count * factor}{_UNIT_LETTER[unit]}"


def _read_vague(match: re.Match[str], reference: Reference) -> Reading:
    del match, reference
    return _UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way of wording a time."""

    pattern: re.Pattern[str]
    read: Reader
    needs_lead: bool = False
    """True for words that are a time only after a preposition ('in May', 'in 2014')."""


def _form(pattern: str, read: Reader, *, needs_lead: bool = False) -> _Form:
    return _Form(pattern=re.compile(pattern), read=read, needs_lead=needs_lead)


_OF_YEAR = rf"(?:,?\s+(?P<year>{_YEAR})\b)?"
_FORMS = (
    _form(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b", _read_iso),
    _form(
        rf"\b(?:[Bb]etween|[Ff]rom)\s+(?P<month>{_MONTH})\s+(?P<day>\d\d?)\s+(?:and|to|until)\s+"
        rf"(?P<month2>{_MONTH})\s+(?P<day2>\d\d?){_OF_YEAR}",
        _read_between,
    ),
    _form(
        rf"\b(?P<month>{_MONTH})\s+(?P<day>{_DAY})(?:\s?[-–]\s?(?P<last>{_DAY}))?{_OF_YEAR}",
        _read_day,
    ),
    _form(
        rf"\b(?P<day>{_DAY})(?:\s?[-–]\s?(?P<last>{_DAY}))?\s+(?:of\s+)?(?P<month>{_MONTH}){_OF_YEAR}",
        _read_day,
    ),
    _form(
        rf"\b(?:(?P<part>{_PART})[ -](?:of )?)?(?P<month>{_MONTH}),?\s+(?:of\s+)?"
        rf"(?P<year>{_YEAR})\b",
        _read_month,
    ),
    _form(rf"\b(?P<part>{_PART})[ -](?:of )?(?P<month>{_MONTH})", _read_month),
    _form(rf"\b(?P<month>{_MONTH})", _read_month, needs_lead=True),
    _form(rf"\b(?P<part>{_PART})[ -](?:of )?(?P<year>{_YEAR})\b", _read_year),
    _form(r"\b(?P<year>(?:1[5-9]|20)\d0)s\b", _read_decade),
    _form(rf"(?<![$€£#\d.,/-])\b(?P<year>{_YEAR})\b(?![,.]?\d|%|\s[a-z]+s\b)", _read_year),
    _form(
        rf"\bfrom (?P<first>{_WEEKDAY}) (?:to|through|until) (?P<last>{_WEEKDAY})", _read_weekdays
    ),
    _form(
        rf"\b(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his)\s+)?(?:(?:[Ee]arly|[Ll]ate)\s+)?(?P<weekday>{_WEEKDAY})"
        rf"(?:['’]s)?{_HALF_DAY}",
        _read_weekday,
    ),
    _form(
        r"\b(?i:today|yesterday|tomorrow|tonight|last night|during the night|overnight)\b",
        _read_near_day,
    ),
    _form(
        r"\b(?P<which>[Tt]his|[Ll]ast|[Nn]ext|[Pp]revious|[Cc]urrent)\s+(?P<unit>week|weekend|month|year)\b",
        _read_this,
    ),
    _form(
        rf"\b(?i:(?:over|in|during|within)\s+)?[Tt]he\s+(?:past|last|previous)\s+(?:(?P<count>{_COUNT})\s+)?"
        rf"(?P<unit>{_UNIT})s?\b",
        _read_past_span,
    ),
    _form(rf"\b(?P<count>{_COUNT})\s+(?P<unit>{_UNIT})s?\s+(?:ago|earlier|before)\b", _read_ago),
    _form(
        rf"(?<=\bfor )(?:the past |about |some |nearly |almost )?(?P<count>{_COUNT})\s+"
        rf"(?P<unit>{_UNIT})s?\b",
        _read_past_span,
    ),
    _form(
        rf"\b(?i:more than|over|at least|nearly|almost)\s+(?P<count>{_COUNT})\s+(?P<unit>{_UNIT})"
        rf"s?\b(?! (?:later|old))",
        _read_past_span,
    ),
    _form(rf"\b[Ww]ithin\s+(?:(?P<count>{_COUNT})\s+)?(?P<unit>{_UNIT})s?\b", _read_coming_span),
    _form(
        rf"\b(?i:recently|(?:in )?recent {_UNIT}s|{_UNIT}s ago|long ago|for {_UNIT}s"
        rf"|{_VAGUE_COUNT} {_UNIT}s(?: ago)?|{_COUNT} {_UNIT}s later|once|now|currently|previously"
        rf"|on the same day|in the (?:first|second|last) {_UNIT})\b",
        _read_vague,
    ),
)
