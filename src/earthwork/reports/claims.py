"""Claims: the propositions of a report, each with who says so, what, where, when and how sure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from earthwork.model.claim import Claim, Document, Span
from earthwork.model.interval import Interval
from earthwork.model.place import Gazetteer, GazetteerEntry, Place
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    ClaimKind,
    ImageCheckable,
    Modality,
    PlacePrecision,
    Polarity,
    SourceKind,
)
from earthwork.reports.attribution import Attribution, attribute
from earthwork.reports.certainty import (
    find_hedge,
    find_tempo,
    is_negated,
    read_modality,
    read_progress,
    says_it_stands,
)
from earthwork.reports.clauses import Range, clauses, list_item, with_subject, without_purpose
from earthwork.reports.dates import TimeExpression, times_in
from earthwork.reports.places import (
    PlaceMention,
    ReadingContext,
    Toponym,
    place_at,
    places_in,
    toponyms_by_sentence,
)
from earthwork.reports.quantities import quantities_in
from earthwork.reports.sentences import Part, Sentence, split_sentences
from earthwork.reports.topics import Mention, events, is_of_conflict, things

_NOT_TOLD_BESIDE_THINGS = frozenset({ClaimKind.OTHER, ClaimKind.ADVANCE})
_LONG_AGO_DAYS = 366
_NEAR_THE_THING = 24
_ARTICLE = Attribution(source=None, kind=SourceKind.NONE, content=())


def read_claims(
    document: Document, *, gazetteer: Gazetteer, context: ReadingContext | None = None
) -> tuple[Claim, ...]:
    """Return every claim of a report, in text order.

    A report on civil works, or one that uses the words of siege in another sense, has none. Claims
    about things on the ground come one for each kind of thing in a clause; claims about events one
    for each clause.

    Parameters
    ----------
    document
        The report.
    gazetteer
        What resolves place names.
    context
        What the case is about: 'the city' without a name is its place.

    References
    ----------
    Saurí, R. and Pustejovsky, J. (2009), FactBank, doi:10.1007/s10579-009-9089-9.
    """
    sentences = split_sentences(document.text)
    if not is_of_conflict(document.text):
        return ()
    context = context or ReadingContext()
    names = toponyms_by_sentence(sentences, gazetteer=gazetteer, context=context)
    voices = attribute(sentences, text=document.text)
    focus, place = context.place, None
    found: list[Claim] = []
    for sentence, its_names, its_voices in zip(sentences, names, voices, strict=True):
        focus = context.place or _focus(its_names) or focus
        scene = _Scene(
            document=document,
            sentence=sentence,
            voices=its_voices,
            times=times_in(sentence, published=document.published),
            places=places_in(sentence, its_names, focus=focus),
            place_before=place or _of_context(context),
        )
        found.extend(_claims_in(scene))
        place = _carried(scene) or place
    return tuple(
        replace(claim, id=f"{document.id}-{number:02d}") for number, claim in enumerate(found, 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """One sentence with everything read from it so far."""

    document: Document
    sentence: Sentence
    voices: tuple[Attribution, ...]
    times: tuple[TimeExpression, ...]
    places: tuple[PlaceMention, ...]
    place_before: Place | None


def _focus(names: Sequence[Toponym]) -> GazetteerEntry | None:
    towns = [n.entry for n in names if n.entry and n.entry.extent is PlacePrecision.LOCALITY]
    return towns[0] if towns else None


def _of_context(context: ReadingContext) -> Place | None:
    return place_at(context.place, words=None, relation=None) if context.place else None


def _carried(scene: _Scene) -> Place | None:
    resolved = [mention.place for mention in scene.places if mention.place.is_resolved]
    return resolved[0] if resolved else None


# --- claims of one sentence --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A topic found in a clause, before it is made a claim."""

    voice: Attribution
    quote: Range
    """The words quoted."""
    told: Range
    """The part of them that tells of the thing, without what is said of other things."""
    mention: Mention


def _claims_in(scene: _Scene) -> Iterator[Claim]:
    if scene.sentence.part in {Part.BYLINE, Part.CREDIT}:
        return
    drafts = [draft for part in _parts(scene) for draft in _drafts(scene, *part)]
    for draft in sorted(drafts, key=lambda draft: (draft.quote, draft.mention.start)):
        yield _claim(scene, draft)


def _parts(scene: _Scene) -> Iterator[tuple[Attribution, Range]]:
    """Yield the stretches of a sentence, each with whoever vouches for it."""
    voiced = [(part, voice) for voice in scene.voices for part in voice.content]
    position = 0
    for (start, end), voice in sorted(voiced, key=lambda item: item[0]):
        yield from _article_part(scene, position, start)
        yield voice, (start, end)
        position = max(position, end)
    yield from _article_part(scene, position, len(scene.sentence.words))


def _article_part(scene: _Scene, start: int, end: int) -> Iterator[tuple[Attribution, Range]]:
    for voice in scene.voices:
        if voice.source is not None and not voice.is_inherited:
            first = voice.source.start - scene.sentence.start
            end = min(end, first) if start <= first < end else end
    if scene.sentence.words[start:end].strip(' ,.;”“"'):
        yield _ARTICLE, (start, end)


def _drafts(scene: _Scene, voice: Attribution, part: Range) -> Iterator[_Draft]:
    words = scene.sentence.words
    for clause in clauses(words, *part):
        kept = without_purpose(words, *clause)
        on_ground = _told_apart(words, kept, list(things(words, *kept)))
        for mention in on_ground:
            told = kept if len(on_ground) == 1 else _item(words, kept, mention)
            quote = with_subject(words, kept, told)
            yield _Draft(voice=voice, quote=quote, told=told, mention=mention)
        for event in events(words, *kept):
            if not (on_ground and event.kind in _NOT_TOLD_BESIDE_THINGS):
                yield _Draft(voice=voice, quote=kept, told=kept, mention=event)
                break


def _item(words: str, clause: Range, mention: Mention) -> Range:
    return list_item(words, clause, (mention.start, mention.end))


def _told_apart(words: str, clause: Range, mentions: list[Mention]) -> list[Mention]:
    """Return the mentions that are not the words of a closer one in the same item of a list."""
    items = {(_item(words, clause, mention), mention.kind) for mention in mentions}
    return [
        mention
        for mention in mentions
        if not any(
            (_item(words, clause, mention), closer) in items
            for closer in _SPOKEN_FOR.get(mention.kind, ())
        )
    ]


_SPOKEN_FOR: dict[ClaimKind, tuple[ClaimKind, ...]] = {
    ClaimKind.BARRIER_ROW: (ClaimKind.ROADBLOCK, ClaimKind.BERM),
    ClaimKind.WALL_BUILT: (ClaimKind.BERM, ClaimKind.BUILDING_STANDING),
    ClaimKind.ROAD_BLOCKED: (
        ClaimKind.ROADBLOCK,
        ClaimKind.BRIDGE_DESTROYED,
        ClaimKind.ROAD_OPENED,
        ClaimKind.BARRIER_ROW,
        ClaimKind.RUBBLE,
        ClaimKind.TUNNEL,
        ClaimKind.WALL_BUILT,
    ),
    ClaimKind.RUBBLE: (ClaimKind.ROADBLOCK, ClaimKind.BERM),
    ClaimKind.BUILDING_RAZED: (
        ClaimKind.BUILDING_DAMAGED,
        ClaimKind.BRIDGE_DESTROYED,
        ClaimKind.BUILDING_STANDING,
    ),
    ClaimKind.BUILDING_DAMAGED: (ClaimKind.BUILDING_STANDING, ClaimKind.BRIDGE_DESTROYED),
    ClaimKind.GROUND_CLEARED: (
        ClaimKind.BUILDING_RAZED,
        ClaimKind.BUILDING_DAMAGED,
        ClaimKind.TRENCH,
    ),
    ClaimKind.OTHER_PHYSICAL: (
        ClaimKind.WALL_BUILT,
        ClaimKind.BARRIER_ROW,
        ClaimKind.ROADBLOCK,
        ClaimKind.BERM,
        ClaimKind.TRENCH,
        ClaimKind.TUNNEL,
        ClaimKind.BRIDGE_DESTROYED,
        ClaimKind.BUILDING_RAZED,
        ClaimKind.BUILDING_DAMAGED,
        ClaimKind.GROUND_CLEARED,
        ClaimKind.ROAD_OPENED,
        ClaimKind.CAMP,
    ),
}
"""Kinds that give way to a closer one in their clause: rubble in a roadblock is the roadblock."""


def _claim(scene: _Scene, draft: _Draft) -> Claim:
    sentence, voice, quote, mention = scene.sentence, draft.voice, draft.quote, draft.mention
    clause = sentence.words[slice(*quote)]
    head = _head(mention, sentence.words, draft.told)
    governing = _governing(sentence.words, draft.told[0]) + head
    modality = read_modality(governing, is_denied=voice.denies, is_seen=voice.sees)
    polarity = _polarity(mention.kind, clause, modality, denying=head)
    when = _when(scene, quote)
    place, place_span = _place(scene, quote)
    hedge, tempo = find_hedge(clause), find_tempo(clause)
    is_long_ago = _is_long_ago(when, scene.document.published)
    return Claim(
        id="",
        document=scene.document.id,
        quote=sentence.span(*quote),
        source=voice.source,
        source_kind=voice.kind,
        source_is_inherited=voice.is_inherited,
        kind=mention.kind,
        polarity=polarity,
        modality=modality,
        hedge=_within(sentence, quote, hedge),
        progress=read_progress(clause, modality=modality, is_long_ago=is_long_ago),
        tempo=_within(sentence, quote, tempo),
        quantities=quantities_in(sentence, *quote),
        place=place,
        place_span=place_span,
        when=when.span if when else None,
        interval=when.interval if when else None,
        image_checkable=_checkable(mention.kind, clause, modality),
    )


def _within(sentence: Sentence, quote: Range, offsets: Range | None) -> Span | None:
    if offsets is None:
        return None
    return sentence.span(quote[0] + offsets[0], quote[0] + offsets[1])


def _head(mention: Mention, words: str, told: Range) -> str:
    """Return the part of a clause that says whether and how the thing itself is.

    'A trench did not stop them' denies no trench, 'the ground they cleared will let them see' does
    not lie in the future: what is said after a thing is not said of it.
    """
    end = told[1]
    if mention.kind in PHYSICAL_CLAIMS:
        end = min(end, mention.end + _NEAR_THE_THING)
    return words[told[0] : end].split(" but ", maxsplit=1)[0]


def _governing(words: str, start: int) -> str:
    """Return the few words before a clause that govern it ('are expected to')."""
    return re.split(r"[,.;:”“]", words[max(0, start - 32) : start])[-1]


def _polarity(kind: ClaimKind, clause: str, modality: Modality, *, denying: str) -> Polarity:
    negated = modality is Modality.DENIED or is_negated(denying)
    if kind is ClaimKind.AID_ACCESS:
        negated |= _NO_ACCESS.search(clause) is not None
    elif kind is ClaimKind.ROAD_BLOCKED:
        is_shut = _SHUT_BY_NEGATION.search(clause) is not None
        negated = (negated and not is_shut) or _STILL_OPEN.search(clause) is not None
    elif kind is ClaimKind.BRIDGE_DESTROYED:
        negated |= says_it_stands(clause)
    return Polarity.NEGATED if negated else Polarity.AFFIRMED


_NO_ACCESS = re.compile(
    r"\b(?:block\w*|den(?:y|ied)|stuck|prevent\w*|hamper\w*|halt\w*|suspend\w*|lack|hard|difficult|cut\s+off|inability|unable|complicated"
    r"|running\s+(?:out|low|short)|ran\s+out|turned\s+back|held\s+up|starv\w+|stopped|refus\w+|dwindl\w+|shortages?)\b",
    re.IGNORECASE,
)
_SHUT_BY_NEGATION = re.compile(
    r"\b(?:no|not\s+a)\s+(?:\w+\s+)?(?:car|vehicle|lorry|truck|way|one|route|road)\b|\bno\s+longer\b|\bcannot\b",
    re.IGNORECASE,
)
_STILL_OPEN = re.compile(r"\b(?:still|remain\w*)\s+open\b|\bcan\s+still\b", re.IGNORECASE)
_SMALL = re.compile(
    r"\b(?:mines?|bombs?|charges|booby\W?traps?|IEDs?|explosives?|tracks\b)", re.IGNORECASE
)
_BY_OBJECT = re.compile(
    r"\b(?:blocks?|barriers?|barricad\w+|rubble|berms?|mounds?|walls?|walled|trench\w*|craters?|boulders?|containers?|debris|washed|concrete|earth|gates?)\b",
    re.IGNORECASE,
)
_TRANSIENT = frozenset(
    {
        ClaimKind.BOMBARDMENT,
        ClaimKind.ASSAULT,
        ClaimKind.ADVANCE,
        ClaimKind.WITHDRAWAL,
        ClaimKind.DISPLACEMENT,
        ClaimKind.CASUALTIES,
    }
)
_UNREALISED = frozenset({Modality.PLANNED, Modality.FORECAST, Modality.CONDITIONAL})


def _checkable(kind: ClaimKind, clause: str, modality: Modality) -> ImageCheckable:
    if kind in {ClaimKind.ALLEGATION, ClaimKind.OPINION}:
        return ImageCheckable.NO_NOT_PHYSICAL
    if kind is ClaimKind.TUNNEL:
        return ImageCheckable.NO_SUBSURFACE
    if modality in _UNREALISED:
        return ImageCheckable.LATER
    return _checkable_now(kind, clause)


def _checkable_now(kind: ClaimKind, clause: str) -> ImageCheckable:
    if kind in _TRANSIENT or (kind is ClaimKind.ROAD_BLOCKED and not _BY_OBJECT.search(clause)):
        return ImageCheckable.NO_TRANSIENT
    if kind not in PHYSICAL_CLAIMS:
        return ImageCheckable.NO_NOT_PHYSICAL
    if kind is ClaimKind.OTHER_PHYSICAL and _SMALL.search(clause):
        return ImageCheckable.NO_TOO_SMALL
    return ImageCheckable.YES


# --- when and where ----------------------------------------------------------------------------


def _when(scene: _Scene, quote: Range) -> TimeExpression | None:
    """Return the time within a clause; else that of the picture; else the only one beside it."""
    first, last = scene.sentence.start + quote[0], scene.sentence.start + quote[1]
    inside = [t for t in scene.times if first <= t.core.start and t.core.end <= last]
    if inside:
        return next((t for t in inside if t.interval), inside[0])
    for voice in scene.voices:
        if voice.sees and voice.source and not voice.is_inherited:
            start, end = voice.source.start, voice.source.end
            dated = [t for t in scene.times if start <= t.core.start and t.core.end <= end + 60]
            if dated:
                return dated[0]
    if _WHEN_CLAUSE.match(scene.sentence.words, quote[1]):
        following = [t for t in scene.times if t.core.start >= last]
        if following:
            return following[0]
    leading = [t for t in scene.times if t.core.end <= first and _opens(t, scene.sentence)]
    return leading[0] if leading else None


_WHEN_CLAUSE = re.compile(r",?\s+(?:when|after|before|while|since)\s")


def _opens(time: TimeExpression, sentence: Sentence) -> bool:
    """Tell whether a time stands at the head of a sentence, and so over all of it."""
    return sentence.words[: time.span.start - sentence.start].strip(' “"') == ""


def _is_long_ago(when: TimeExpression | None, published: Interval | None) -> bool:
    if when is None or when.interval is None or published is None or published.start is None:
        return False
    end = when.interval.end
    return end is not None and (published.start - end).days > _LONG_AGO_DAYS


def _place(scene: _Scene, quote: Range) -> tuple[Place | None, Span | None]:
    """Return the closest place worded in a clause, else in its sentence, else before it."""
    inside = [m for m in scene.places if quote[0] <= m.start and m.end <= quote[1]]
    if inside:
        best = _closest(inside)
        return best.place, scene.sentence.span(best.start, best.end)
    beside = [m for m in scene.places if m.place.is_resolved]
    inherited = max(beside, key=_worth).place if beside else scene.place_before
    if inherited is None:
        return None, None
    return replace(inherited, words=None, is_inherited=True), None


def _closest(mentions: list[PlaceMention]) -> PlaceMention:
    """Return the mention that says best where: 'in Tahun, south of the old town' is in Tahun."""
    best = max(mentions, key=_worth)
    within = [m for m in mentions if _is_much_smaller(m.place, best.place)]
    return min(within, key=lambda m: _extent(m.place)) if within else best


def _is_much_smaller(place: Place, other: Place) -> bool:
    return place.name != other.name and _extent(place) < _extent(other) / _MUCH_SMALLER


def _extent(place: Place) -> float:
    return math.inf if place.area is None else float(place.area.area)


_MUCH_SMALLER = 4.0
_FINENESS = {
    PlacePrecision.EXACT: 5,
    PlacePrecision.VICINITY: 4,
    PlacePrecision.LOCALITY: 3,
    PlacePrecision.DISTRICT: 3,
    PlacePrecision.REGION: 2,
    PlacePrecision.COUNTRY: 1,
    None: 0,
}


def _worth(mention: PlaceMention) -> tuple[int, int]:
    """Return a rank: fine over coarse, then the longer wording, which says the relation."""
    return _FINENESS[mention.place.precision], mention.end - mention.start
