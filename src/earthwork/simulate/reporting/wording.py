"""Numbers, sizes and dates in the words of news prose."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from earthwork.model.interval import Interval

_SMALL = "zero one two three four five six seven eight nine ten".split()  # noqa: SIM905 - reads as said
_EXACT_UP_TO = 10
_DOZEN = 12
_DOZENS = (36, 120)
_KILOMETRE_M = 1000.0
_HECTARE_M2 = 10_000.0
_WEEK_DAYS = 7
_EARLY, _MIDDLE = 10, 20
_AMERICAN = (
    ("kilometre", "kilometer"),
    ("metre", "meter"),
    ("neighbour", "neighbor"),
    ("labour", "labor"),
    ("levelled", "leveled"),
    ("centre", "center"),
    ("north-east", "northeast"),
    ("north-west", "northwest"),
    ("south-east", "southeast"),
    ("south-west", "southwest"),
    ("lorries", "trucks"),
    ("lorry", "truck"),
    ("storey", "story"),
    ("telephone", "phone"),
    ("defence", "defense"),
    ("rumour", "rumor"),
    ("grey", "gray"),
    ("kerb", "curb"),
    ("misspelt", "misspelled"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as it is said."""

    words: str
    """The words, with the hedge."""
    value: float | None
    """The number said; None for 'dozens'."""
    is_one: bool = False
    """True where the noun stands in the singular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWords:
    """A time as it is said."""

    words: str
    """The words; empty if no time is said."""
    interval: Interval | None
    """What they mean, counted from publication; None if vague or unsaid."""
    is_over: bool = False
    """True for a time that is past and shut, which asks for the simple past."""


NO_TIME = TimeWords(words="", interval=None)


def pick[T](choices: Sequence[T], rng: np.random.Generator) -> T:
    """Return one of several choices by chance."""
    return choices[int(rng.integers(len(choices)))]


def american(words: str) -> str:
    """Return British spelling turned into American.

    Examples
    --------
    >>> american("A bank two metres high was levelled in the north-east.")
    'A bank two meters high was leveled in the northeast.'
    """
    for british, spelt in _AMERICAN:
        words = words.replace(british, spelt).replace(british.capitalize(), spelt.capitalize())
    return words


def capital(words: str) -> str:
    """Return words with a capital at their head, which may follow an opening quotation mark.

    Examples
    --------
    >>> capital("“we saw it,” she said.")
    '“We saw it,” she said.'
    """
    lead = 1 if words.startswith("“") else 0
    return words[:lead] + words[lead : lead + 1].upper() + words[lead + 1 :]


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence.

    Examples
    --------
    >>> listed(["a berm", "a trench", "two walls"])
    'a berm, a trench and two walls'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# --- numbers -----------------------------------------------------------------------------------


def _rounded(value: float, step: float) -> float:
    return max(step, round(value / step) * step)


def _step(value: float) -> float:
    """Return the unit that people round a number to: 10 for 130, 50 for 300, 100 for 700."""
    power = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    lead = value / power
    return power / 10 if lead < 2 else (power / 2 if lead < 5 else power)  # noqa: PLR2004


def number(value: float) -> str:
    """Return a number in words up to ten, else in figures.

    Examples
    --------
    >>> number(7), number(12), number(5200), number(1.5)
    ('seven', '12', '5,200', '1.5')
    """
    if value == int(value):
        whole = int(value)
        return _SMALL[whole] if whole <= _EXACT_UP_TO else f"{whole:,}"
    return f"{value:.1f}"


def say_count(true: int, *, rng: np.random.Generator) -> Amount:
    """Return a count as an honest source says it: exact when small, else rounded and hedged."""
    if true <= _EXACT_UP_TO:
        words = pick(("a", "one"), rng) if true == 1 else number(true)
        return Amount(words=words, value=true, is_one=true == 1)
    if _DOZENS[0] <= true < _DOZENS[1] and rng.random() < 0.2:  # noqa: PLR2004
        return Amount(words="dozens of", value=None)
    if _DOZEN < true <= 17 and rng.random() < 0.3:  # noqa: PLR2004
        return Amount(words="more than a dozen", value=_DOZEN)
    step = 5.0 if true < 100 else _step(true)  # noqa: PLR2004
    below = math.floor((true - 1) / step) * step
    if rng.random() < 0.35 and below > 0.8 * true:  # noqa: PLR2004
        return Amount(words=f"{pick(('more than', 'over'), rng)} {number(below)}", value=below)
    near = _rounded(true, step)
    return Amount(words=f"{pick(('about', 'some', 'around'), rng)} {number(near)}", value=near)


def inflate(true: float, *, rng: np.random.Generator) -> float:
    """Return a number two to ten times too high, rounded up to what people say."""
    raised = true * math.exp(rng.uniform(math.log(2.1), math.log(7.5)))
    step = _step(raised)
    return math.ceil(raised / step) * step


def say_inflated_count(true: int, *, rng: np.random.Generator) -> Amount:
    """Return a count that is far too high."""
    value = math.ceil(inflate(true, rng=rng))
    small = ("at least", "as many as", "no fewer than")
    hedge = pick(small if value <= _EXACT_UP_TO else ("some", "more than", "about", *small), rng)
    return Amount(words=f"{hedge} {number(value)}", value=value)


def say_length(length_m: float, *, rng: np.random.Generator, is_inflated: bool = False) -> Amount:
    """Return a length as a source says it: metres below a kilometre, kilometres above."""
    value = inflate(length_m, rng=rng) if is_inflated else length_m
    in_km = value >= 0.95 * _KILOMETRE_M
    unit_m = _KILOMETRE_M if in_km else 1.0
    step = 0.1 if in_km and value < 10 * _KILOMETRE_M else (1.0 if in_km else _step(value))
    shown = round(_rounded(value / unit_m, step), 1)
    hedge = pick(("about", "some", "around") if not is_inflated else _BOLD, rng)
    unit = "kilometre" if in_km else "metre"
    plural = "" if shown == 1 else "s"
    # A space of its own kind would be finer, but people's files hold plain ones.
    said = f"{hedge} {_figure(shown)} {unit}{plural}"
    return Amount(words=said, value=shown * unit_m)


_BOLD = ("more than", "at least", "some")


def _figure(shown: float) -> str:
    return "one" if shown == 1 else number(shown)


def say_area(area_m2: float, *, rng: np.random.Generator, is_inflated: bool = False) -> Amount:
    """Return an area as a source says it: square metres below half a hectare, hectares above."""
    value = inflate(area_m2, rng=rng) if is_inflated else area_m2
    in_ha = value >= 0.5 * _HECTARE_M2
    unit_m2 = _HECTARE_M2 if in_ha else 1.0
    step = (0.5 if value < 5 * _HECTARE_M2 else 1.0) if in_ha else _step(value)
    shown = _rounded(value / unit_m2, step)
    if is_inflated and shown * unit_m2 < value:
        shown += step
    hedge = pick(("about", "some", "around") if not is_inflated else _BOLD, rng)
    unit = ("hectare" if shown == 1 else "hectares") if in_ha else "square metres"
    half = "half a" if shown == 0.5 else _figure(shown)  # noqa: PLR2004
    unit = "hectare" if shown == 0.5 else unit  # noqa: PLR2004
    return Amount(words=f"{hedge} {half} {unit}", value=shown * unit_m2)


# --- dates -------------------------------------------------------------------------------------


def spoken_day(day: date, *, is_american: bool, has_year: bool = False) -> str:
    """Return a day as an outlet writes it.

    Examples
    --------
    >>> spoken_day(date(2031, 9, 12), is_american=False)
    '12 September'
    >>> spoken_day(date(2031, 9, 12), is_american=True)
    'Sept. 12'
    """
    month = calendar.month_name[day.month]
    if is_american:
        short = _SHORT_MONTHS.get(day.month, month)
        return f"{short} {day.day}" + (f", {day.year}" if has_year else "")
    return f"{day.day} {month}" + (f" {day.year}" if has_year else "")


_SHORT_MONTHS = {1: "Jan.", 2: "Feb.", 8: "Aug.", 9: "Sept.", 10: "Oct.", 11: "Nov.", 12: "Dec."}


def _third_of_month(day: date) -> tuple[str, Interval]:
    last = calendar.monthrange(day.year, day.month)[1]
    thirds = (("early ", 1, _EARLY), ("mid-", _EARLY + 1, _MIDDLE), ("late ", _MIDDLE + 1, last))
    name, first, end = next(third for third in thirds if day.day <= third[2])
    interval = Interval.of_days(day.replace(day=first), day.replace(day=end))
    return f"{name}{calendar.month_name[day.month]}", interval


def _weeks_apart(day: date, published: date) -> int:
    monday, other = (d - timedelta(days=d.weekday()) for d in (published, day))
    return (monday - other).days // _WEEK_DAYS


def say_past(
    day: date, *, published: date, is_american: bool, rng: np.random.Generator
) -> TimeWords:
    """Return a past day as a report of a later day says it; no time for the day itself."""
    back = (published - day).days
    if back <= 0:
        return NO_TIME
    exact = Interval.of_day(day)
    options = [TimeWords(words=f"on {spoken_day(day, is_american=is_american)}", interval=exact,
                         is_over=True)]  # fmt: skip
    if back < _WEEK_DAYS:
        options.append(
            TimeWords(words=f"on {calendar.day_name[day.weekday()]}", interval=exact, is_over=True)
        )
    if _weeks_apart(day, published) == 0:
        this = Interval.of_days(published - timedelta(days=published.weekday()), published)
        options.append(TimeWords(words="this week", interval=this))
    if _weeks_apart(day, published) == 1:
        monday = published - timedelta(days=published.weekday() + _WEEK_DAYS)
        last = Interval.of_days(monday, monday + timedelta(days=6))
        options.append(TimeWords(words="last week", interval=last, is_over=True))
    part, interval = _third_of_month(day)
    if interval.end is not None and interval.end.date() < published:
        options.append(TimeWords(words=f"in {part}", interval=interval, is_over=True))
    return pick(options, rng)


def say_span(
    first: date, last: date, *, published: date, is_american: bool, rng: np.random.Generator
) -> TimeWords:
    """Return the span of several past days: 'between 18 and 29 May', 'since 18 May', 'last week'.

    All of ``first`` to ``last`` lies in what is said, up to publication.
    """
    if last >= published or rng.random() < 0.4:  # noqa: PLR2004
        return say_since(first, published=published, is_american=is_american, rng=rng)
    exact = Interval.of_days(first, last)
    options = [TimeWords(words=f"between {_days_apart(first, last, is_american=is_american)}",
                         interval=exact, is_over=True)]  # fmt: skip
    if _weeks_apart(first, published) == _weeks_apart(last, published) == 1:
        monday = published - timedelta(days=published.weekday() + _WEEK_DAYS)
        week = Interval.of_days(monday, monday + timedelta(days=6))
        options.append(TimeWords(words="last week", interval=week, is_over=True))
    part, interval = _third_of_month(last)
    is_over = interval.end is not None and interval.end.date() < published
    if is_over and interval == _third_of_month(first)[1]:
        options.append(TimeWords(words=f"in {part}", interval=interval, is_over=True))
    return pick(options, rng)


def _days_apart(first: date, last: date, *, is_american: bool) -> str:
    start = spoken_day(first, is_american=is_american)
    if first.month == last.month and not is_american:
        start = str(first.day)
    return f"{start} and {spoken_day(last, is_american=is_american)}"


def say_since(
    day: date, *, published: date, is_american: bool, rng: np.random.Generator
) -> TimeWords:
    """Return a span from a past day to publication: 'since mid-August'."""
    if day >= published:
        return NO_TIME
    part, third = _third_of_month(day)
    exact = Interval.of_days(day, published)
    options = [TimeWords(words=f"since {spoken_day(day, is_american=is_american)}", interval=exact)]
    if third.end is not None and third.end.date() < published:
        start = third.start.date() if third.start is not None else day
        options.append(
            TimeWords(words=f"since {part}", interval=Interval.of_days(start, published))
        )
    # Rounded up: the work must not have begun before the time that is said.
    weeks = math.ceil((published - day).days / _WEEK_DAYS)
    if 2 <= weeks <= 10:  # noqa: PLR2004
        first = published - timedelta(days=_WEEK_DAYS * weeks)
        options.append(
            TimeWords(
                words=f"over the past {number(weeks)} weeks",
                interval=Interval.of_days(first, published),
            )
        )
    return pick(options, rng)


def say_ahead(*, published: date, rng: np.random.Generator) -> TimeWords:
    """Return a time still to come: 'next week', 'in late November', 'in the coming days'."""
    monday = published + timedelta(days=_WEEK_DAYS - published.weekday())
    later = published + timedelta(days=int(rng.integers(20, 45)))
    part, third = _third_of_month(later)
    options = [
        TimeWords(words="next week", interval=Interval.of_days(monday, monday + timedelta(days=6))),
        TimeWords(words=f"in {part}", interval=third),
        TimeWords(words="in the coming days", interval=None),
        TimeWords(words="before the rains", interval=None),
    ]
    return pick(options, rng)
