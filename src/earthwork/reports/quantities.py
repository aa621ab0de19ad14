"""Numbers and sizes that a clause says, kept as said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earthwork.model.claim import Quantity
from earthwork.reports.sentences import Sentence

_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"km2|km²|square\s+kilomet(?:er|re)s?|sq\.?\s+km", "m2", 1e6),
    (r"m2|m²|square\s+met(?:er|re)s?|sq\.?\s+m", "m2", 1.0),
    (r"hectares?|ha", "m2", 1e4),
    (r"acres?", "m2", 4046.86),
    (r"kilomet(?:er|re)s?|km|kms", "km", 1.0),
    (r"miles?|mi", "km", 1.609344),
    (r"met(?:er|re)s?|m", "m", 1.0),
    (r"f(?:ee|oo)t|ft", "m", 0.3048),
    (
        r"people|civilians|residents|inhabitants|families|fighters|troops|soldiers|refugees",
        "people",
        1.0,
    ),
)
_WORDS = {
    word: float(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads as said
    )
} | {"dozen": 12.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "hundred": 100.0}
_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|dozen|twenty|thirty|forty|fifty|hundred)"
)
_OPEN_UP = re.compile(
    r"\b(?:more than|over|at least|upwards of|above|exceeding)\s+$", re.IGNORECASE
)
_QUANTITY = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER}))?(?:[\s-]+(?P<scale>thousand|million))?[\s-]+"
    rf"(?P<unit>{'|'.join(pattern for pattern, _, _ in _UNITS)}|[a-z]+(?:\s[a-z]+)?s)\b",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(
    r"(?:second|minute|hour|day|week|month|year|decade|time|percent|degree|o['’]clock)s?$",
    re.IGNORECASE,
)


def quantities_in(sentence: Sentence, start: int, end: int) -> tuple[Quantity, ...]:
    """Return the numbers with a unit or a counted noun between two offsets of a sentence.

    Lengths are given in 'm' or 'km', areas in 'm2', people as 'people', all else as 'count';
    durations are left to the reading of times.
    """
    return tuple(_quantities(sentence, start, end))


def _quantities(sentence: Sentence, start: int, end: int) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(sentence.words, start, end):
        if _TIME_UNIT.search(match["unit"].split()[0]):
            continue
        unit, factor = _unit(match["unit"])
        scale = {"thousand": 1e3, "million": 1e6}.get((match["scale"] or "").lower(), 1.0)
        low = _value(match["low"]) * factor * scale
        high = _value(match["high"]) * factor * scale if match["high"] else low
        is_open = _OPEN_UP.search(sentence.words, max(0, match.start() - 16), match.start())
        yield Quantity(
            low=min(low, high),
            high=None if is_open else max(low, high),
            unit=unit,
            span=sentence.span(match.start(), match.end()),
        )


def _unit(word: str) -> tuple[str, float]:
    for pattern, unit, factor in _UNITS:
        if re.fullmatch(pattern, word, re.IGNORECASE):
            return unit, factor
    return "count", 1.0


def _value(word: str) -> float:
    return (
        _WORDS.get(word.lower()) or float(word.replace(",", "")) if word.lower() != "zero" else 0.0
    )
