"""The words that products print for kinds, verdicts, sizes and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, log10

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import BuildingState, ClaimKind, Kind, Verdict

VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.SUPPORTED: "borne out by the images",
    Verdict.PARTLY_SUPPORTED: "partly borne out",
    Verdict.CONTRADICTED: "contradicted by the images",
    Verdict.NOT_SEEN: "not seen, though it could have been",
    Verdict.NOT_OBSERVABLE: "cannot be seen from above",
    Verdict.NOT_ASSESSED: "not assessed",
    Verdict.PREMATURE: "announced, not yet due",
    Verdict.RECORDED: "reported; not for images to judge",
}
"""What each verdict is called in print."""

UNREPORTED_WORDS = "seen; in no report read"
"""What stands in the verdict's place for an observation that nobody reported."""

WITHHELD_WORDS = "not quoted (terms)"
"""What stands in the place of words that may not be quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """What one kind of thing is called, alone and in number."""

    one: str
    """With its article: 'a berm'."""
    many: str
    """Plural without a number: 'berms'."""


def _noun(one: str, many: str) -> Noun:
    return Noun(one=one, many=many)


KIND_NOUNS: dict[Kind, Noun] = {
    Kind.BUILDING_RAZED: _noun("a razed building", "razed buildings"),
    Kind.BUILDING_DESTROYED: _noun(
        "a destroyed building with its debris in place",
        "destroyed buildings with their debris in place",
    ),
    Kind.BUILDING_DAMAGED: _noun("a damaged building", "damaged buildings"),
    Kind.NEW_BUILDING: _noun("a new building", "new buildings"),
    Kind.GROUND_CLEARED: _noun("an area of cleared ground", "areas of cleared ground"),
    Kind.BERM: _noun("a berm (a raised bank of earth)", "berms (raised banks of earth)"),
    Kind.EARTH_MOUND: _noun("an earth mound", "earth mounds"),
    Kind.TRENCH: _noun("a trench", "trenches"),
    Kind.DITCH_WATER: _noun("a water-filled ditch", "water-filled ditches"),
    Kind.WALL: _noun("a continuous wall", "continuous walls"),
    Kind.BARRIER_ROW: _noun(
        "a row of barriers (concrete blocks or wall sections)",
        "rows of barriers (concrete blocks or wall sections)",
    ),
    Kind.ROADBLOCK: _noun(
        "an obstacle on a carriageway (concrete blocks, rubble or wall sections)",
        "obstacles on carriageways (concrete blocks, rubble or wall sections)",
    ),
    Kind.RUBBLE_ON_ROAD: _noun("a stretch of rubble on a road", "stretches of rubble on roads"),
    Kind.OBSTRUCTION_OTHER: _noun(
        "an obstruction of another or unclear kind", "obstructions of another or unclear kind"
    ),
    Kind.BARRIER_STAGED: _noun(
        "a set of barriers standing ready beside an open road",
        "sets of barriers standing ready beside open roads",
    ),
    Kind.CRATER: _noun("a crater", "craters"),
    Kind.BRIDGE_DESTROYED: _noun("a destroyed bridge", "destroyed bridges"),
    Kind.GATE: _noun("a gate", "gates"),
    Kind.CHECKPOINT: _noun("a checkpoint", "checkpoints"),
    Kind.CAMP: _noun("a camp", "camps"),
    Kind.TUNNEL: _noun("a tunnel", "tunnels"),
}
"""What each kind is called in a sentence; what cannot be told apart from above is said as such."""

STATE_NOUNS: dict[BuildingState, Noun] = {
    BuildingState.STANDING: _noun("a building still standing", "buildings still standing"),
    BuildingState.DAMAGED: KIND_NOUNS[Kind.BUILDING_DAMAGED],
    BuildingState.DESTROYED: KIND_NOUNS[Kind.BUILDING_DESTROYED],
    BuildingState.RAZED: KIND_NOUNS[Kind.BUILDING_RAZED],
    BuildingState.NOT_ASSESSED: _noun("a building not assessed", "buildings not assessed"),
}
"""What a building in each state is called."""

CLAIM_NOUNS: dict[ClaimKind, str] = {
    ClaimKind.WALL_BUILT: "the building of a wall",
    ClaimKind.BARRIER_ROW: "a row of barriers",
    ClaimKind.ROADBLOCK: "a roadblock",
    ClaimKind.ROAD_BLOCKED: "the blocking of a road",
    ClaimKind.ROAD_OPENED: "the opening of a road",
    ClaimKind.BERM: "a berm",
    ClaimKind.TRENCH: "a trench",
    ClaimKind.TUNNEL: "a tunnel",
    ClaimKind.GROUND_CLEARED: "the clearing of ground",
    ClaimKind.BUILDING_RAZED: "the razing of buildings",
    ClaimKind.BUILDING_DAMAGED: "damage to buildings",
    ClaimKind.BUILDING_STANDING: "a building that stands",
    ClaimKind.BRIDGE_DESTROYED: "the destruction of a bridge",
    ClaimKind.RUBBLE: "rubble on a road",
    ClaimKind.CAMP: "a camp",
    ClaimKind.OTHER_PHYSICAL: "another alteration of the ground",
    ClaimKind.BOMBARDMENT: "bombardment",
    ClaimKind.ASSAULT: "an assault",
    ClaimKind.ADVANCE: "an advance",
    ClaimKind.WITHDRAWAL: "a withdrawal",
    ClaimKind.DISPLACEMENT: "displacement",
    ClaimKind.AID_ACCESS: "access for aid",
    ClaimKind.CASUALTIES: "casualties",
    ClaimKind.ALLEGATION: "an allegation",
    ClaimKind.OPINION: "an opinion",
    ClaimKind.OTHER: "another matter",
}
"""What a claim of each kind is about, where its words may not be quoted."""

_SMALL_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_HECTARE_M2 = 10_000.0
_SQUARE_KILOMETRE_M2 = 1_000_000.0


def noun_of(kind: Kind | None, state: BuildingState | None) -> Noun:
    """Return what a thing seen is called: by its kind, or a building by its state.

    Examples
    --------
    >>> noun_of(None, BuildingState.STANDING).one
    'a building still standing'
    """
    if kind is not None:
        return KIND_NOUNS[kind]
    return STATE_NOUNS[state or BuildingState.NOT_ASSESSED]


def short_name(kind: Kind | None, state: BuildingState | None) -> str:
    """Return a kind or state in a word or two, for legends and tables.

    Examples
    --------
    >>> short_name(Kind.DITCH_WATER, None)
    'ditch water'
    """
    if kind is not None:
        return kind.value.replace("_", " ")
    return f"building {(state or BuildingState.NOT_ASSESSED).value.replace('_', ' ')}"


def spoken_count(count: int) -> str:
    """Return a count in words up to twelve.

    Examples
    --------
    >>> spoken_count(3), spoken_count(40)
    ('three', '40')
    """
    return _SMALL_NUMBERS[count] if 0 <= count < len(_SMALL_NUMBERS) else str(count)


def counted(noun: Noun, count: int) -> str:
    """Return a thing in number.

    Examples
    --------
    >>> counted(KIND_NOUNS[Kind.TRENCH], 1), counted(KIND_NOUNS[Kind.TRENCH], 2)
    ('a trench', 'two trenches')
    """
    return noun.one if count == 1 else f"{spoken_count(count)} {noun.many}"


def spoken_length(length_m: float) -> str:
    """Return a length to two figures: no measurement from a picture is better.

    Examples
    --------
    >>> spoken_length(347.0), spoken_length(1_240.0), spoken_length(8.2)
    ('about 350 m', 'about 1.2 km', 'about 8 m')
    """
    rounded = _two_figures(length_m)
    if rounded >= 1000:  # noqa: PLR2004 - a kilometre
        return f"about {_plain(rounded / 1000)} km"
    return f"about {round(rounded)} m"


def spoken_area(area_m2: float) -> str:
    """Return an area to two figures, in square metres, hectares or square kilometres.

    Examples
    --------
    >>> spoken_area(843.0), spoken_area(42_300.0), spoken_area(2_510_000.0)
    ('about 840 m²', 'about 4.2 ha', 'about 2.5 km²')
    """
    rounded = _two_figures(area_m2)
    if rounded >= _SQUARE_KILOMETRE_M2:
        return f"about {_plain(rounded / _SQUARE_KILOMETRE_M2)} km²"
    if rounded >= _HECTARE_M2:
        return f"about {_plain(rounded / _HECTARE_M2)} ha"
    return f"about {round(rounded)} m²"


def _two_figures(value: float) -> float:
    if value <= 0:
        return 0.0
    step = 10.0 ** (floor(log10(value)) - 1)
    return round(value / step) * step


def _plain(value: float) -> str:
    return f"{value:.10g}" if value >= 10 else f"{value:.1f}"  # noqa: PLR2004 - two figures


def spoken_day(moment: date | datetime) -> str:
    """Return a day as captions say it.

    Examples
    --------
    >>> spoken_day(date(2031, 8, 4))
    '4 Aug 2031'
    """
    return f"{moment.day} {moment:%b %Y}"


def spoken_between(start: datetime, end: datetime) -> str:
    """Return 'between A and B', with the year said once where it is the same.

    Examples
    --------
    >>> from datetime import UTC
    >>> spoken_between(datetime(2031, 8, 14, tzinfo=UTC), datetime(2031, 10, 31, tzinfo=UTC))
    'between 14 Aug and 31 Oct 2031'
    """
    if start.date() == end.date():
        return f"on {spoken_day(end)}"
    first = f"{start.day} {start:%b}" if start.year == end.year else spoken_day(start)
    return f"between {first} and {spoken_day(end)}"


def spoken_date_of(interval: Interval | None) -> str:
    """Return the date of a document or frame; 'date unknown' where there is none."""
    return "date unknown" if interval is None else interval.spoken()


def spoken_change(interval: Interval | None) -> str:
    """Return when a change came about, short, for tables.

    Examples
    --------
    >>> spoken_change(Interval.of_days(date(2031, 8, 14), date(2031, 10, 31)))
    'between 14 Aug and 31 Oct 2031'
    >>> spoken_change(Interval(start=None, end=Interval.of_day(date(2031, 10, 31)).end))
    'by 31 Oct 2031, first seen'
    """
    if interval is None or (interval.start is None and interval.end is None):
        return "date unknown"
    if interval.start is None and interval.end is not None:
        return f"by {spoken_day(interval.end)}, first seen"
    if interval.start is not None and interval.end is not None:
        return spoken_between(interval.start, interval.end)
    return interval.spoken()


def joined(parts: Sequence[str], *, word: str = "and") -> str:
    """Return parts as a list in prose.

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def capitalised(text: str) -> str:
    """Return a text with its first letter raised."""
    return text[:1].upper() + text[1:]
