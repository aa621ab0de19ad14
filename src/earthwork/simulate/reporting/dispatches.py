"""Draft reports by chance: who publishes what on which day, who speaks, and what is repeated.

Each report has a genre that decides who speaks in it. Its claims are drawn with the bearings that
the order asks for; between them stand asides and sentences that claim nothing.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain

import numpy as np

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import Modality, Polarity, SourceKind
from earthwork.simulate.reporting.asides import (
    AGENCIES,
    ASIDES,
    DATELINES,
    FILLERS,
    HEADLINES,
    OUTLETS,
    PICTURE_FILLERS,
    PICTURE_HEADLINES,
    Aside,
)
from earthwork.simulate.reporting.localities import called
from earthwork.simulate.reporting.phrasing import (
    ADDED,
    CAPTIONS,
    COMPARED,
    DENIED,
    ECHOES,
    FIRMS,
    GROUPS,
    INFERRED,
    OWN,
    PICTURED,
    PLAIN,
    SAID,
    UNSEEN,
    VOICES,
    Frame,
    Mood,
    Voice,
)
from earthwork.simulate.reporting.tellings import (
    Lore,
    Telling,
    Worded,
    absences,
    can_lead,
    reworded,
    stream,
    tellings,
    worded,
)
from earthwork.simulate.reporting.testimony import NOTHING_SAID, Bearing, ReportedTruth
from earthwork.simulate.reporting.wording import american as spelt_american
from earthwork.simulate.reporting.wording import capital, listed, pick, spoken_day
from earthwork.simulate.scenario import ReportsOrder

_DAYS_BEFORE_FIRST = 3
_DAYS_AFTER_LAST = 10
_LEAST_SENTENCES = 5
_MOST_SENTENCES = 14
_ATTEMPTS = 12
_FEW_CLAIMS = 3
_OFTEN_ABSENT = 0.08
_OWN_PARAGRAPH = 0.15


class Genre(StrEnum):
    """What sort of report it is; it decides who speaks."""

    DISPATCH = "dispatch"
    IMAGERY = "imagery"
    STATEMENT = "statement"
    ACCESS = "access"
    ECHO = "echo"


_GENRES = (Genre.DISPATCH, Genre.IMAGERY, Genre.STATEMENT, Genre.ACCESS)
_GENRE_SHARES = (0.38, 0.32, 0.14, 0.16)
_SPEAKERS: Mapping[Genre, tuple[SourceKind, ...]] = {
    Genre.DISPATCH: (
        SourceKind.RESIDENT, SourceKind.RESIDENT, SourceKind.OFFICIAL, SourceKind.MILITARY,
        SourceKind.AID_WORKER, SourceKind.ANONYMOUS, SourceKind.NONE,
    ),
    Genre.IMAGERY: (SourceKind.IMAGERY, SourceKind.IMAGERY, SourceKind.ANALYST),
    Genre.STATEMENT: (SourceKind.ARMED_GROUP, SourceKind.OFFICIAL, SourceKind.MILITARY),
    Genre.ACCESS: (
        SourceKind.AID_WORKER, SourceKind.UN_AGENCY, SourceKind.NGO, SourceKind.RESIDENT,
    ),
}  # fmt: skip
_FROM_ABOVE = frozenset({SourceKind.IMAGERY, SourceKind.ANALYST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence with its claims, not yet placed in a text."""

    words: str
    """The sentence."""
    rows: tuple[ReportedTruth, ...] = ()
    """Its claims, without their offsets."""
    said: tuple[Worded, ...] = ()
    """What of it an echo may say again."""
    voice: str = ""
    """How an echo would name who said it."""


Paragraphs = tuple[tuple[Line, ...], ...]
"""The sentences of a report by paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One report as sentences, not yet set as a text."""

    id: str
    """Unique among the reports by chance."""
    outlet: str
    """Who publishes it."""
    published: date
    """The day it comes out."""
    headline: Line
    """Its headline."""
    body: Paragraphs
    """Its paragraphs."""
    dateline: str = ""
    """What stands before the first sentence: town, day and outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Where one report is written: what is fixed before its first sentence."""

    lore: Lore
    order: ReportsOrder
    number: int
    id: str
    genre: Genre
    outlet: str
    is_american: bool
    published: date
    scenes: tuple[tuple[str, datetime], ...]
    """Images taken before it came out, oldest first."""
    group: str
    firm: str
    rng: np.random.Generator

    @property
    def moment(self) -> datetime:
        """Return the moment as of which people tell: the start of the day."""
        return datetime.combine(self.published, time(), tzinfo=UTC)

    def named(self, words: str) -> str:
        """Return words with the scenario's own names filled in."""
        return words.replace("{group}", self.group).replace("{firm}", self.firm)


def drafts(
    lore: Lore, *, scenes: Sequence[tuple[str, datetime]], order: ReportsOrder
) -> tuple[Draft, ...]:
    """Draft reports by chance.

    Parameters
    ----------
    lore
        What there is to tell.
    scenes
        Id and moment of capture, aware UTC, of the images; at least one.
    order
        How many reports, and the shares of what is wrong in them.

    Returns
    -------
    tuple
        By day of publication; an echo comes after what it repeats.
    """
    taken = sorted(scenes, key=lambda scene: (scene[1], scene[0]))
    days = _days(lore, taken, count=order.count)
    told: list[tuple[_Desk, Draft]] = []
    for place, (day, number) in enumerate(sorted(zip(days, range(order.count), strict=True)), 1):
        desk = _desk(lore, order, number, name=f"report-{place:02d}", day=day, scenes=taken)
        told.append((desk, _drafted(desk, told)))
    return tuple(draft for _, draft in told)


def _days(lore: Lore, scenes: Sequence[tuple[str, datetime]], *, count: int) -> list[date]:
    first = scenes[0][1].date() + timedelta(days=_DAYS_BEFORE_FIRST)
    last = scenes[-1][1].date() + timedelta(days=_DAYS_AFTER_LAST)
    span = (last - first).days
    return [
        first + timedelta(days=int(stream(lore.seed, number, "day").integers(0, span + 1)))
        for number in range(count)
    ]


def _desk(
    lore: Lore, order: ReportsOrder, number: int, *, name: str, day: date,
    scenes: Sequence[tuple[str, datetime]],
) -> _Desk:  # fmt: skip
    rng = stream(lore.seed, number, "desk")
    whole = stream(lore.seed, 0, "scenario")
    outlet, is_american = pick(OUTLETS, rng)
    seen = tuple(scene for scene in scenes if scene[1].date() < day)
    genre = _GENRES[int(rng.choice(len(_GENRES), p=_GENRE_SHARES))]
    if rng.random() < order.echoed:
        genre = Genre.ECHO
    return _Desk(
        lore=lore, order=order, number=number, id=name, genre=genre, outlet=outlet,
        is_american=is_american, published=day, scenes=seen, group=pick(GROUPS, whole),
        firm=pick(FIRMS, whole), rng=rng,
    )  # fmt: skip


def _drafted(desk: _Desk, told: Sequence[tuple[_Desk, Draft]]) -> Draft:
    if desk.genre is Genre.ECHO:
        sources = [item for item in told if item[0].outlet != desk.outlet and _echoable(item[1])]
        if sources:
            body = _echo(desk, sources)
            return _draft(desk, _headline(desk, []), body)
        desk = replace(desk, genre=Genre.DISPATCH)
    claims = list(_claims(desk))
    body = _body(desk, claims)
    return _draft(desk, _headline(desk, claims), body, dateline=_dateline(desk))


def _draft(desk: _Desk, headline: Line, body: Paragraphs, *, dateline: str = "") -> Draft:
    return Draft(id=desk.id, outlet=desk.outlet, published=desk.published, headline=headline,
                 body=body, dateline=dateline)  # fmt: skip


def _dateline(desk: _Desk) -> str:
    town = pick((*DATELINES, desk.lore.city.name.upper()), desk.rng)
    day = spoken_day(desk.published, is_american=desk.is_american)
    return f"{town}, {day} ({desk.outlet}) — " if desk.rng.random() < 0.7 else ""  # noqa: PLR2004


def _headline(desk: _Desk, claims: Sequence[tuple[Line, ...]]) -> Line:
    """Return a headline: the first claim of the report in short, or one that claims nothing."""
    lead = claims[0][0] if claims else None
    if lead is not None and lead.said and desk.rng.random() < 0.6:  # noqa: PLR2004
        first, row = lead.said[0], lead.rows[0]
        options = first.telling.topic.headlines
        is_plain = first.telling.mood in {Mood.DONE, Mood.SEEN} and first.telling.noun is None
        holds = row.bearing in {Bearing.TRUE, Bearing.FALSE, Bearing.MISPLACED}
        if options and is_plain and holds and row.modality is not Modality.DENIED:
            said_on = [words for words in first.telling.place.words if words.startswith("on ")]
            where = pick(said_on or first.telling.place.words, desk.rng)
            words = pick(options, desk.rng).replace("{where}", _titled(where))
            kind = first.telling.topic.kind
            row = replace(row, kind=kind, said=NOTHING_SAID, true=NOTHING_SAID,
                          when=row.when if row.image else None)  # fmt: skip
            return Line(words=_spelt(desk, words), rows=(row,))
    options = PICTURE_HEADLINES if desk.genre is Genre.IMAGERY else HEADLINES
    return Line(words=pick(options, desk.rng).replace("{city}", desk.lore.city.name))


_SMALL_WORDS = frozenset({"a", "the", "in", "on", "of", "to", "and", "from"})


def _titled(words: str) -> str:
    return " ".join(
        word if word in _SMALL_WORDS else word[:1].upper() + word[1:] for word in words.split()
    )


def _spelt(desk: _Desk, words: str) -> str:
    return spelt_american(words) if desk.is_american else words


# --- claims ------------------------------------------------------------------------------------


def _claims(desk: _Desk) -> Iterator[tuple[Line, ...]]:
    """Yield the claims about the ground, those of one voice together."""
    used: set[str] = set()
    frames: set[str] = set()
    count = int(desk.rng.integers(3, 7)) if desk.genre is not Genre.STATEMENT else 3
    speakers = _speakers(desk)
    while count > 0:
        kind = next(speakers)
        taken = min(count, 1 + int(desk.rng.random() < 0.4))  # noqa: PLR2004
        lines = tuple(_from(desk, kind, taken, used, frames))
        count -= taken
        if lines:
            yield lines


def _speakers(desk: _Desk) -> Iterator[SourceKind]:
    options = _SPEAKERS[desk.genre]
    if desk.genre is Genre.STATEMENT:
        options = (pick(options, desk.rng),)
    while True:
        for index in desk.rng.permutation(len(options)):
            yield options[index]


def _from(
    desk: _Desk, kind: SourceKind, count: int, used: set[str], frames: set[str]
) -> Iterator[Line]:
    if kind is SourceKind.IMAGERY:
        yield from _pictured(desk, used, frames)
        return
    voice = _voice(desk, kind)
    for number in range(count):
        told = _next(desk, kind, used)
        if told is None:
            return
        yield _spoken(desk, voice, told, frames, is_next=number > 0)


def _voice(desk: _Desk, kind: SourceKind) -> Voice:
    if kind is SourceKind.NONE:
        return Voice(words="", kind=kind, label=desk.outlet)
    voice = pick(VOICES[kind], desk.rng)
    return replace(voice, words=desk.named(voice.words), label=desk.named(voice.label))


def _next(desk: _Desk, kind: SourceKind, used: set[str]) -> Telling | None:
    """Return the next thing to tell that this report has not told; None when there is none."""
    wanted = _wanted(desk, kind)
    moment = desk.scenes[-1][1] if kind in _FROM_ABOVE else desk.moment
    if wanted is Bearing.TRUE and desk.rng.random() < _OFTEN_ABSENT:
        options: Iterable[Telling] = absences(desk.lore, number=desk.number, moment=moment)
    else:
        options = tellings(desk.lore, wanted, number=desk.number, moment=moment, told=used)
    fallback = tellings(desk.lore, Bearing.TRUE, number=desk.number, moment=moment, told=used)
    # Where an image shows nothing new, that is what its reader tells.
    last = absences(desk.lore, number=desk.number, moment=moment) if kind in _FROM_ABOVE else ()
    for telling in chain(_some(options), _some(fallback), _some(last)):
        names = {telling.key, f"{telling.topic.kind}/{telling.place.name}"}
        if not names & used:
            used |= names
            return telling
    return None


def _some(options: Iterable[Telling]) -> Iterator[Telling]:
    """Yield the first few options: each costs a search for its place."""
    for _, telling in zip(range(_ATTEMPTS), options, strict=False):
        yield telling


def _wanted(desk: _Desk, kind: SourceKind) -> Bearing:
    order = desk.order
    shares = {
        Bearing.EXAGGERATED: order.exaggerated,
        Bearing.FALSE: order.false,
        Bearing.PREMATURE: order.premature,
        Bearing.MISPLACED: order.misplaced,
        Bearing.OUTDATED: order.outdated,
        Bearing.PARTLY_TRUE: order.partly_true,
        Bearing.UNOBSERVABLE: order.unobservable,
    }
    if kind in _FROM_ABOVE:
        # An analyst with an image misreads or misplaces; nobody photographs what is not yet there.
        shares = {bearing: 0.3 * shares[bearing] for bearing in (Bearing.FALSE, Bearing.MISPLACED)}
    drawn = desk.rng.random()
    for bearing, share in shares.items():
        drawn -= share
        if drawn < 0:
            return bearing
    return Bearing.TRUE


def _spoken(
    desk: _Desk, voice: Voice, telling: Telling, frames: set[str], *, is_next: bool
) -> Line:
    rng = stream(desk.lore.seed, desk.number, f"{telling.key}/{telling.mood}/words")
    options = _frames_for(voice, telling, is_next=is_next, rng=rng)
    frame = _fresh(options, frames, rng)
    # What is denied is put in words as if it were so.
    told = replace(telling, mood=Mood.DONE) if frame.modality is Modality.DENIED else telling
    said = worded(told, published=desk.published, is_american=desk.is_american, rng=rng,
                  has_time=voice.kind is not SourceKind.ANALYST and told is telling,
                  has_place=not frame.has("Where"))  # fmt: skip
    said = replace(said, telling=telling)
    words = _framed(desk, frame, said, voice, rng=rng)
    return Line(
        words=words,
        rows=(_row(desk, said, frame, voice),),
        said=(said,),
        voice=voice.words,
    )


def _fresh(options: Sequence[Frame], used: set[str], rng: np.random.Generator) -> Frame:
    fresh = [frame for frame in options if frame.text not in used] or options
    frame = pick(fresh, rng)
    used.add(frame.text)
    return frame


def _frames_for(
    voice: Voice, telling: Telling, *, is_next: bool, rng: np.random.Generator
) -> Sequence[Frame]:
    is_denial = telling.mood is Mood.ABSENT and telling.bearing is Bearing.FALSE
    if voice.kind is SourceKind.NONE:
        return PLAIN
    if is_denial and telling.noun is None and voice.kind in _DENYING:
        return DENIED
    if is_next:
        return ADDED
    if voice.kind is SourceKind.ANALYST and rng.random() < 0.3:  # noqa: PLR2004
        return INFERRED
    own = OWN.get(voice.kind, ())
    if voice.kind is SourceKind.ANALYST:
        return own
    leads = telling.bearing is not Bearing.EXAGGERATED and can_lead(telling)
    return [*(frame for frame in SAID if leads or not frame.has("Where")), *own]


_DENYING = frozenset({SourceKind.OFFICIAL, SourceKind.MILITARY, SourceKind.ARMED_GROUP})


def _framed(
    desk: _Desk, frame: Frame, said: Worded, voice: Voice, *, rng: np.random.Generator
) -> str:
    has_time = bool(said.filling.when.words)
    values = {
        "clause": said.clause,
        "Clause": capital(said.clause),
        "Where": capital(pick(said.telling.place.words, rng)),
        "source": voice.words,
        "Source": capital(voice.words),
        "they": voice.pronoun,
        "They": capital(voice.pronoun),
        "said_on": "" if has_time else _said_on(desk, rng),
        **_common(desk),
    }
    return _spelt(desk, capital(frame.text.format_map(values)))


def _said_on(desk: _Desk, rng: np.random.Generator) -> str:
    day = desk.published - timedelta(days=int(rng.integers(0, 3)))
    return f" on {calendar.day_name[day.weekday()]}" if rng.random() < 0.7 else ""  # noqa: PLR2004


def _common(desk: _Desk) -> dict[str, str]:
    last = desk.scenes[-1][1].date() if desk.scenes else desk.published
    first = desk.scenes[0][1].date() if desk.scenes else desk.published
    return {
        "firm": desk.firm,
        "outlet": desk.outlet,
        "date": spoken_day(last, is_american=desk.is_american),
        "date0": spoken_day(first, is_american=desk.is_american),
        "credit": f"{desk.firm} via {desk.outlet}",
    }


# --- what images show --------------------------------------------------------------------------


def _pictured(desk: _Desk, used: set[str], frames: set[str]) -> Iterator[Line]:
    """Yield one sentence on what an image shows: a thing, two or three, or no sign of one."""
    count = int(desk.rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15]))
    found = [_next(desk, SourceKind.IMAGERY, used) for _ in range(count)]
    seen = [telling for telling in found if telling is not None and not _is_fallen(telling)]
    absent = [telling for telling in seen if telling.mood is Mood.ABSENT]
    if absent or not seen:
        yield from (_unseen(desk, telling, frames) for telling in absent[:1])
        return
    yield _shown(desk, [replace(told, mood=Mood.SEEN) for told in seen], frames)


def _is_fallen(telling: Telling) -> bool:
    """Tell whether it is a landmark said to be gone: no image is told to show that."""
    return telling.noun is not None and telling.mood is Mood.ABSENT


def _shown(desk: _Desk, seen: Sequence[Telling], frames: set[str]) -> Line:
    rng = stream(desk.lore.seed, desk.number, f"{seen[0].key}/shown")
    said = tuple(
        worded(telling, published=desk.published, is_american=desk.is_american, rng=rng,
               has_time=False)
        for telling in seen
    )  # fmt: skip
    frame = _fresh(_picture_frames(desk, len(seen), rng), frames, rng)
    return _image_line(desk, frame, said, listed([one.clause for one in said]))


def _picture_frames(desk: _Desk, count: int, rng: np.random.Generator) -> Sequence[Frame]:
    if rng.random() < 0.3:  # noqa: PLR2004
        return CAPTIONS if count > 1 else [f for f in CAPTIONS if not f.text.startswith("{Thing}")]
    is_pair = len(desk.scenes) > 1
    return COMPARED if is_pair and rng.random() < 0.25 else PICTURED  # noqa: PLR2004


def _unseen(desk: _Desk, telling: Telling, frames: set[str]) -> Line:
    rng = stream(desk.lore.seed, desk.number, f"{telling.key}/unseen")
    # What is not there is named by the plainest words for it.
    plainest = telling.topic.forms[Mood.SEEN][:1]
    topic = replace(telling.topic, forms={**telling.topic.forms, Mood.SEEN: plainest})
    said = worded(replace(telling, mood=Mood.SEEN, topic=topic), published=desk.published,
                  is_american=desk.is_american, rng=rng, has_time=False)  # fmt: skip
    frame = _fresh(UNSEEN, frames, rng)
    absent = replace(said, telling=telling)
    return _image_line(desk, frame, (absent,), said.clause)


def _image_line(desk: _Desk, frame: Frame, said: tuple[Worded, ...], thing: str) -> Line:
    values = {"thing": thing, "Thing": capital(thing), **_common(desk)}
    voice = Voice(
        words=f"images released by {desk.firm}",
        kind=SourceKind.ANALYST if frame.names_firm else SourceKind.IMAGERY,
        label=desk.firm,
    )
    words = _spelt(desk, capital(frame.text.format_map(values)))
    rows = tuple(_row(desk, one, frame, voice) for one in said)
    return Line(words=words, rows=rows, said=said, voice=voice.words)


# --- truth -------------------------------------------------------------------------------------


def _row(desk: _Desk, said: Worded, frame: Frame, voice: Voice) -> ReportedTruth:
    telling = said.telling
    is_from_above = voice.kind in _FROM_ABOVE
    scene = desk.scenes[-1] if is_from_above else None
    chain = (desk.outlet, voice.name) if voice.name != desk.outlet else (desk.outlet,)
    when = said.filling.when.interval
    return ReportedTruth(
        document=desk.id,
        sentence="",
        start=0,
        end=0,
        kind=said.kind,
        bearing=telling.bearing,
        substance=telling.bearing,
        events=tuple(dict.fromkeys(deed.event for deed in telling.deeds)),
        deeds=tuple(deed.id for deed in telling.deeds),
        source=voice.kind,
        modality=Modality.PLANNED if telling.mood is Mood.PLANNED else frame.modality,
        polarity=_polarity(said),
        # Whoever reads the same image repeats it, and is no second witness.
        origin=f"image:{scene[0]}/{telling.key}" if scene else f"{desk.id}/{telling.key}",
        chain=chain if scene is None else (*chain, f"image {scene[0]}"),
        place=telling.place.name,
        relation=telling.place.relation,
        area=telling.place.area,
        said=said.said,
        true=said.true,
        when=Interval.of_day(scene[1].date()) if scene else when,
        image=None if scene is None else scene[0],
    )


def _polarity(said: Worded) -> Polarity:
    """Return whether the claim holds that the thing is there; a razed landmark is affirmed."""
    is_absent = said.telling.mood is Mood.ABSENT and said.telling.noun is None
    return Polarity.NEGATED if is_absent else Polarity.AFFIRMED


# --- echoes ------------------------------------------------------------------------------------


def _echoable(draft: Draft) -> list[Line]:
    return [line for paragraph in draft.body for line in paragraph if line.said and line.rows]


def _echo(desk: _Desk, sources: Sequence[tuple[_Desk, Draft]]) -> Paragraphs:
    """Repeat what another outlet said, agencies' reports and recent ones first."""
    weights = np.array([3.0 if d.outlet in AGENCIES else 1.0 for d, _ in sources])
    weights *= np.linspace(0.5, 1.0, len(sources))
    source, draft = sources[int(desk.rng.choice(len(sources), p=weights / weights.sum()))]
    lines = _echoable(draft)
    chosen = [lines[i] for i in sorted(desk.rng.permutation(len(lines))[: desk.rng.integers(1, 4)])]
    frames: set[str] = set()
    repeated = tuple(_repeated(desk, source, line, frames) for line in chosen)
    claims = [(line,) for line in repeated]
    return _body(desk, claims)


def _repeated(desk: _Desk, source: _Desk, line: Line, frames: set[str]) -> Line:
    rng = stream(desk.lore.seed, desk.number, f"echo/{line.words}")
    said, row = reworded(line.said[0], rng=rng), line.rows[0]
    options = ECHOES if line.voice else ECHOES[:3]
    frame = _fresh(options, frames, rng)
    voice = Voice(words=line.voice, kind=SourceKind.MEDIA)
    words = _framed(replace(desk, outlet=source.outlet), frame, said, voice, rng=rng)
    echoed = replace(
        row, document=desk.id, kind=said.kind, bearing=Bearing.ECHOED, substance=row.substance,
        source=SourceKind.MEDIA, chain=(desk.outlet, *row.chain), when=None, said=said.said,
        true=said.true, polarity=_polarity(said),
    )  # fmt: skip
    return Line(words=words, rows=(echoed,), said=(said,), voice=line.voice)


# --- the rest of the text ----------------------------------------------------------------------


def _body(desk: _Desk, claims: Sequence[tuple[Line, ...]]) -> Paragraphs:
    """Lay out claims, asides and fillers in paragraphs; no sentence stands twice."""
    told = sum(len(lines) for lines in claims)
    few = max(0, _FEW_CLAIMS - told)
    asides = [(line,) for line in _asides(desk, 1 + few + int(desk.rng.integers(0, 3)))]
    room = _MOST_SENTENCES - told - len(asides)
    least = max(0, _LEAST_SENTENCES - told - len(asides))
    fillers = _fillers(desk, least + int(desk.rng.integers(0, max(1, min(4, room - least)))))
    rest = [*claims[1:], *asides]
    mixed = [rest[i] for i in desk.rng.permutation(len(rest))]
    paragraphs = [*claims[:1], *mixed]
    open_ended = [n for n, lines in enumerate(paragraphs) if not lines[-1].words.endswith(")")]
    for line in fillers:
        # Nothing follows a caption with its credit.
        if not open_ended or desk.rng.random() < _OWN_PARAGRAPH:
            paragraphs.append((line,))
            continue
        at = pick(open_ended, desk.rng)
        paragraphs[at] = (*paragraphs[at], line)
    return _without_repeats(paragraphs)


def _without_repeats(paragraphs: Iterable[tuple[Line, ...]]) -> Paragraphs:
    seen: set[str] = set()
    kept = []
    for paragraph in paragraphs:
        fresh = tuple(line for line in paragraph if line.words not in seen)
        seen.update(line.words for line in fresh)
        if fresh:
            kept.append(fresh)
    return tuple(kept)


def _asides(desk: _Desk, count: int) -> Iterator[Line]:
    rng = stream(desk.lore.seed, desk.number, "asides")
    roads = [road.name for road in desk.lore.city.roads if road.name]
    usable = [aside for aside in ASIDES if roads or "{road}" not in aside.text]
    for index in rng.permutation(len(usable))[:count]:
        aside = usable[index]
        place = _some_place(desk, rng)
        values = {"city": desk.lore.city.name, "place": place, "outlet": desk.outlet,
                  "road": called(pick(roads, rng)) if roads else ""}  # fmt: skip
        words = _spelt(desk, capital(desk.named(_named_in(aside.text, values))))
        yield Line(words=words, rows=(_aside_row(desk, aside, place, int(index)),))


def _named_in(text: str, values: Mapping[str, str]) -> str:
    for slot, value in values.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def _some_place(desk: _Desk, rng: np.random.Generator) -> str:
    names = [quarter.name for quarter in desk.lore.city.quarters]
    return pick(names, rng) if names else desk.lore.city.name


def _aside_row(desk: _Desk, aside: Aside, place: str, index: int) -> ReportedTruth:
    return ReportedTruth(
        document=desk.id,
        sentence="",
        start=0,
        end=0,
        kind=aside.kind,
        bearing=Bearing.NOT_PHYSICAL,
        substance=Bearing.NOT_PHYSICAL,
        source=aside.source,
        modality=aside.modality,
        polarity=aside.polarity,
        origin=f"{desk.id}/aside-{index}",
        chain=(desk.outlet, desk.named(aside.speaker)),
        place=place if "{place}" in aside.text else _place_of(desk, aside),
    )


def _place_of(desk: _Desk, aside: Aside) -> str | None:
    return desk.lore.city.name if "{city}" in aside.text else None


def _fillers(desk: _Desk, count: int) -> list[Line]:
    rng = stream(desk.lore.seed, desk.number, "fillers")
    pool = (*FILLERS, *PICTURE_FILLERS, *PICTURE_FILLERS)
    pool = pool if desk.genre is Genre.IMAGERY else FILLERS
    values = {"city": desk.lore.city.name, "outlet": desk.outlet, "place": _some_place(desk, rng)}
    return [
        Line(words=_spelt(desk, capital(desk.named(_named_in(pool[i], values)))))
        for i in rng.permutation(len(pool))[:count]
    ]
