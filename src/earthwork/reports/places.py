"""Places as a report words them: toponyms found and resolved, relative places made areas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shapely.geometry.base import BaseGeometry

from earthwork.model.claim import Document, Span
from earthwork.model.place import Gazetteer, GazetteerEntry, Place
from earthwork.model.vocabulary import PlacePrecision, PlaceRelation
from earthwork.reports.areas import DIRECTED, area_of, corridor, distance_km
from earthwork.reports.sentences import Part, Sentence, split_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext:
    """What a reader knows before reading."""

    place: GazetteerEntry | None = None
    """The place that the case is about: what 'the city' means."""
    extra: tuple[GazetteerEntry, ...] = ()
    """Places of the case that no gazetteer has (an airport, a river, quarters)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toponym:
    """A place name in a report."""

    span: Span
    """The name."""
    entry: GazetteerEntry | None
    """What it was resolved to; None if it is known to no gazetteer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """Words for a place within one sentence."""

    start: int
    """First code point, within the sentence."""
    end: int
    """One past the last."""
    place: Place
    """What they mean."""


_WORD = r"(?:[Aa]l-|[Ee]l-|[Aa]d-|[Aa]r-|[Aa]s-|[Aa]sh-)?[A-ZÀ-ÞŠŽČ][\w'’ʻ-]*"
_NAME = re.compile(
    rf"{_WORD}(?:\s+(?:(?:al|el|de|del|la|of|the|di|ad|as|ar)\s+(?=[A-Z]))?{_WORD}){{0,5}}"
    rf"|U\.S\.|U\.K\.|C\.A\.R\."
)
_POSSESSIVE = re.compile(r"['’]s?$")
_CUE = re.compile(
    r"\b(?:in|near|at|from|to|of|around|round|outside|inside|between|and|towards?|into|across"
    r"|over|through"
    r"|throughout|beyond|toward|within|below|north|south|east|west|northern|southern|eastern"
    r"|western|central"
    r"|city|town|village|district|province|region|state|occupied|capital|reach|reached|on|or"
    r"|,)\s*,?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Gen|General|Col|Colonel|Maj|Major|Capt|Captain|Lt|Lieutenant|Sgt"
    r"|President|Minister|Secretary"
    r"|Senator|Governor|Mayor|Sheikh|King|Queen|Prince|Prof|Professor|Sir|Chancellor|Ambassador"
    r"|Commander|spokes\w+"
    r"|analyst|journalist|activist|director|agency|newspaper|channel|named\s+after)\.?\s+$"
)
_SPEAKS = re.compile(
    r"^(?:,\s[^,]{3,60},)?\s+(?:said|says|told|added|noted|warned|believes?|recalled|argued"
    r"|announced)\b"
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NOT_PLACES = _listed(
    "January February March April May June July August September October November "
    "December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday The A An This That These Those It He She They We I "
    "You In On At But And Or If As For From To By Of With After Before When While Since "
    "Some Most Many Several Other Others All Both Each Every No Not Now Then There Here "
    "His Her Their Our Its One Two Three Four Five Six Seven Eight Nine Ten Police "
    "Government Army Military Islamic State ISIS ISIL UN NATO EU Reuters AP AFP CNN BBC "
    "VOA Center Centre University Institute Forces Army Air Force Front Party Union "
    "Council Ministry Minister President General Gen Col Maj Brig Lt Capt Mr Mrs Ms Dr "
    "Works Work Only Should Could Would Will Under Over Along Around Near South North "
    "East West Northern Southern Eastern Western Central Old New Great Men Women People "
    "Locals Residents Civilians Images Satellite Photo Video Sources Officials Analysts "
    "Experts Authorities Trenches Walls Berms Roads Bridges Tunnels Villages Police Man "
    "Woman Day Days Group War Liberation Human Rights Watch Amnesty International Red "
    "Cross Crescent World Food Program Bank Facebook Twitter X Post Times News Herald "
    "Star Journal Telegraph Guardian Christmas Muslim Muslims Christian Christians Sunni "
    "Shia Shiite Kurd Kurds Arab Arabs God English French German Al El"
)
_DEMONYM = re.compile(
    r"^(?:\w+(?:i|ian|ean|ese|ish|ani)s?|Afghans?|Germans?|Turks?|Turkish|Kurdish|French|Dutch"
    r"|Greeks?|Americans?|Kurds?|Czechs?|Swiss|Thai)$"
)
_NOT_DEMONYM = _listed(
    "Mali Haiti Fiji Kiribati Brunei Burundi Malawi Djibouti Karachi Delhi Mumbai Nairobi "
    "Abu Dhabi Dubai Tripoli Misrati Helsinki Miami Chennai Hawaii Missouri Mississippi "
    "Ramadi Idlib Hanoi Bali Cincinnati Tbilisi Benghazi Jalalabad Kobani Kobane Lviv "
    "Mykolaiv Tahiti Tivoli Napoli Gogjali Kilinochchi Puthukkudiyiruppu Kushi Maiduguri "
    "Masisi Goma Bhopali Kigali Rawalpindi Sibi"
)
_FEATURE = re.compile(
    r"^(?:Airport|International|Province|Governorate|Region|District|Oblast|State|County|River"
    r"|Road|Street|Bridge|Highway|Camp|City"
    r"|Old|Town|Village|Island|Islands|Dam|Lake|Gate|Strip|Peninsula|Valley|Mountains?|Square"
    r"|Hospital|University|Port|Base|Central)$"
)
_COMPASS_WORD = r"(?:north|south)(?:[- ]?(?:east|west))?(?:ern)?|(?:east|west)(?:ern)?"
_FAR_KM = 150.0


def toponyms(
    document: Document, *, gazetteer: Gazetteer, context: ReadingContext | None = None
) -> tuple[Toponym, ...]:
    """Return every place name of a report, in text order.

    Names that no gazetteer has are listed, unresolved, where the words before call for a place.

    Parameters
    ----------
    document
        The report.
    gazetteer
        What resolves names.
    context
        The case's place draws a name of many places towards its own country and surroundings.
    """
    sentences = split_sentences(document.text)
    found = toponyms_by_sentence(
        sentences, gazetteer=gazetteer, context=context or ReadingContext()
    )
    return tuple(toponym for group in found for toponym in group)


def toponyms_by_sentence(
    sentences: Sequence[Sentence], *, gazetteer: Gazetteer, context: ReadingContext
) -> tuple[tuple[Toponym, ...], ...]:
    """Return the place names of each sentence, resolved with an eye on the whole report."""
    people = frozenset(_people(sentences))
    lookup = _Lookup(
        gazetteer=gazetteer, extra={entry.name.lower(): entry for entry in context.extra}
    )
    named = [tuple(_names(sentence, lookup, people)) for sentence in sentences]
    anchors = _anchors(found for group in named for _, found in group)
    near = (context.place, *anchors) if context.place else anchors
    return tuple(
        tuple(Toponym(span=span, entry=_choose(found, near)) for span, found in group)
        for group in named
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    """A gazetteer with the case's own places before it."""

    gazetteer: Gazetteer
    extra: dict[str, GazetteerEntry]

    def find(self, name: str) -> tuple[GazetteerEntry, ...]:
        own = self.extra.get(name.lower())
        return (own,) if own else self.gazetteer.lookup(name)

    def longest_own(self, words: str, start: int) -> int:
        """Return where the longest of the case's own names from here ends; else ``start``."""
        rest = words[start : start + 80].lower()
        ends = (len(name) for name in self.extra if re.match(rf"{re.escape(name)}\b", rest))
        return start + max(ends, default=0)


def _people(sentences: Iterable[Sentence]) -> Iterator[str]:
    """Yield surnames: last words of names with a title before them or a verb of speech after."""
    for sentence in sentences:
        for match in _NAME.finditer(sentence.words):
            before = sentence.words[max(0, match.start() - 24) : match.start()]
            tokens = match[0].split()
            if _TITLE.search(before) or (
                len(tokens) > 1 and _SPEAKS.match(sentence.words[match.end() : match.end() + 80])
            ):
                yield _POSSESSIVE.sub("", tokens[-1])


def _names(
    sentence: Sentence, lookup: _Lookup, people: frozenset[str]
) -> Iterator[tuple[Span, tuple[GazetteerEntry, ...]]]:
    if sentence.part in {Part.BYLINE, Part.CREDIT}:
        return
    for match in _NAME.finditer(sentence.words):
        # A sentence that opens 'Near Mosul' has two words in capitals, one of them a name.
        start = match.start()
        while opener := _OPENING_WORD.match(sentence.words, start, match.end()):
            if opener[1] not in _NOT_PLACES:
                break
            start = opener.end()
        if start > match.start():
            inner = _NAME.match(sentence.words, start)
            if inner is None or inner.end() > match.end():
                continue
            match = inner  # noqa: PLW2901 - the same name without its opening word
        before = sentence.words[max(0, match.start() - 30) : match.start()]
        if _TITLE.search(before) or _is_adjective(match[0], sentence.words[match.end() :]):
            continue
        yield from _names_within(sentence, match, before, lookup, people)


def _is_adjective(name: str, after: str) -> bool:
    """Tell 'US and Iraqi troops' from 'the US'."""
    return name in _SHORT_COUNTRIES and _FORCES_AFTER.match(after) is not None


_FORCES_AFTER = re.compile(
    r"\s+(?:and\s+\w+\s+)?(?:[\w-]+\s+){0,2}?(?:troops|forces|officials?|military|army|soldiers|government"
    r"|president|secretary|ambassador|jets|aircraft|base|aid|marines|air\s?strikes)\b"
)
_OPENING_WORD = re.compile(r"(\w+)\s+(?:of\s+|the\s+)?(?=\S)")


def _names_within(
    sentence: Sentence,
    match: re.Match[str],
    before: str,
    lookup: _Lookup,
    people: frozenset[str],
) -> Iterator[tuple[Span, tuple[GazetteerEntry, ...]]]:
    tokens = list(re.finditer(r"\S+", match[0]))
    first, found_any = 0, False
    while first < len(tokens):
        for last in range(len(tokens), first, -1):
            start, end = tokens[first].start(), _name_end(match[0], tokens[last - 1].end())
            if last == len(tokens):
                longer = lookup.longest_own(sentence.words, match.start() + start)
                end = max(end, longer - match.start())
            name = sentence.words[match.start() + start : match.start() + end]
            cue = _CUE.search(before) is not None if first == 0 else first > 0 and found_any
            found = _places_named(
                name, lookup, people, is_cued=cue, is_whole=last - first == len(tokens)
            )
            if found:
                rest = [token[0] for token in tokens[:first] + tokens[last:]]
                if _is_of_a_person(rest, is_cued=cue or bool(_CUE.search(before))):
                    break
                yield sentence.span(match.start() + start, match.start() + end), found
                found_any, first = True, last - 1
                break
        first += 1
    if not found_any and _is_unknown_place(match[0], before, people):
        yield sentence.span(match.start(), match.start() + _name_end(match[0], len(match[0]))), ()


def _name_end(words: str, end: int) -> int:
    possessive = _POSSESSIVE.search(words, 0, end)
    return possessive.start() if possessive and possessive.end() == end else end


def _places_named(
    name: str, lookup: _Lookup, people: frozenset[str], *, is_cued: bool, is_whole: bool
) -> tuple[GazetteerEntry, ...]:
    name = name.removeprefix("The ")
    if name.lower() in lookup.extra:
        return lookup.find(name)
    is_acronym = name.isupper() and len(name) < LONGEST_ACRONYM and name not in _SHORT_COUNTRIES
    if name in _NOT_PLACES or name in people or is_acronym or len(name) < SHORTEST_NAME:
        return ()
    if " " not in name and _DEMONYM.match(name) and name not in _NOT_DEMONYM:
        return lookup.find(name) if is_cued and name.lower() in lookup.extra else ()
    found = lookup.find(name)
    if not found or is_cued or any(e.extent is not PlacePrecision.LOCALITY for e in found):
        return found
    is_large = max(entry.population for entry in found) >= LARGE_TOWN
    return found if is_large and is_whole else ()


LONGEST_NAME = 3
"""Words of a name that no gazetteer has, at most."""

SHORTEST_NAME = 2
"""Letters of a name, at least."""

LONGEST_ACRONYM = 6
"""Letters from which capitals are a shouted name ('ALEPPO') rather than a body ('UNHCR')."""

_SHORT_COUNTRIES = _listed(
    "US UK UAE DRC USA CAR U.S. U.K. C.A.R. IRAQ IRAN SYRIA MALI CHAD CUBA OMAN PERU"
)

LARGE_TOWN = 50_000
"""Inhabitants from which a name is taken for a town without 'in' or 'near' before it."""


def _is_of_a_person(rest: list[str], *, is_cued: bool) -> bool:
    """Tell whether the words beside a name make it a person's or a body's, not a place's."""
    others = [word for word in rest if not _FEATURE.match(word) and word not in _NOT_PLACES]
    return bool(others) and not (is_cued and all(_DEMONYM.match(word) for word in others))


def _is_unknown_place(name: str, before: str, people: frozenset[str]) -> bool:
    tokens = _POSSESSIVE.sub("", name).split()
    if len(tokens) > LONGEST_NAME or any(t in _NOT_PLACES or t in people for t in tokens):
        return False
    is_demonym = _DEMONYM.match(tokens[-1]) and tokens[-1] not in _NOT_DEMONYM
    return not is_demonym and _STRONG_CUE.search(before) is not None


_STRONG_CUE = re.compile(
    r"\b(?:in|near|outside|north\s+of|south\s+of|east\s+of|west\s+of|towns?\s+of|villages?\s+of"
    r"|between|close\s+to|round|around)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def _anchors(groups: Iterable[tuple[GazetteerEntry, ...]]) -> tuple[GazetteerEntry, ...]:
    """Return the places of a report whose names leave little doubt: the rest lean on them."""
    # Each place once: a name told a thousand times would cost its square.
    return tuple(dict.fromkeys(found[0] for found in groups if found and _is_sure(found)))


def _is_sure(found: tuple[GazetteerEntry, ...]) -> bool:
    if len(found) == 1 or found[0].extent is not PlacePrecision.LOCALITY:
        return True
    return found[0].population > MUCH_LARGER * max(1, found[1].population)


MUCH_LARGER = 20
"""Times as many inhabitants as the next place of its name that leave little doubt."""


def _choose(
    found: tuple[GazetteerEntry, ...], near: tuple[GazetteerEntry, ...]
) -> GazetteerEntry | None:
    if not found:
        return None
    # The list comes likeliest first: a preferred name stands over another town's old spelling.
    best = max(found, key=lambda entry: _likelihood(entry, near) + 1.0 * (entry is found[0]))
    return None if _is_out_of_the_way(best, near) else best


def _is_out_of_the_way(entry: GazetteerEntry, near: tuple[GazetteerEntry, ...]) -> bool:
    """Tell whether a name fits only a small town in a country that the report is not about."""
    others = [other for other in near if other != entry]
    is_small = entry.extent is PlacePrecision.LOCALITY and entry.population < LARGE_TOWN
    return is_small and bool(others) and all(other.country != entry.country for other in others)


def _likelihood(entry: GazetteerEntry, near: tuple[GazetteerEntry, ...]) -> float:
    """Return a score in powers of ten of inhabitants: nearness counts as much as size."""
    size = math.log10(entry.population + 100)
    if entry.extent is not PlacePrecision.LOCALITY:
        size = 8.0
    others = [other for other in near if other is not entry and other != entry]
    if not others:
        return size
    same = sum(other.country == entry.country for other in others) / len(others)
    towns = [other for other in others if other.extent is not PlacePrecision.COUNTRY]
    nearest = min((distance_km(entry, other) for other in towns), default=math.inf)
    closeness = math.exp(-nearest / _FAR_KM)
    return size + 3.0 * same + 2.0 * closeness + 1.5 * (others[0].country == entry.country)


# --- relative places ---------------------------------------------------------------------------

_DIR = rf"(?P<direction>{_COMPASS_WORD})"
_RIM = (
    r"(?:outskirts?|edges?|rims?|fringes?|suburbs?|perimeter|periphery|limits|ends?|sides?"
    r"|flanks?|approaches)"
)


def _before(
    relation: PlaceRelation | None, pattern: str
) -> tuple[PlaceRelation | None, re.Pattern[str]]:
    tail = r"(?:\s*the\s+)?(?:(?:city|town|village)\s+of\s+)?$"
    return relation, re.compile(rf"(?:{pattern}){tail}", re.IGNORECASE)


_BEFORE: tuple[tuple[PlaceRelation | None, re.Pattern[str]], ...] = (
    # 'the north of X' is a part of it, 'to the north of X' lies beside it.
    _before(
        PlaceRelation.IN,
        rf"\b(?:(?:in|across|over|off|throughout)\s+)?(?<!\bto\s)(?<!\bon\s)the\s+{_DIR}\s+of\s+",
    ),
    _before(
        None,
        rf"\b(?:(?:\d[\d.,]*|several|a\s+few|about\s+\w+)\s+(?:km|kilomet(?:er|re)s?"
        rf"|miles?)\s+|(?:just\s+)?(?:to|on|in)\s+the\s+)?{_DIR}\s+(?:of|from)\s+",
    ),
    _before(
        PlaceRelation.OUTSKIRTS,
        rf"\b(?:(?:on|along|at|around|in|to|round)\s+)?(?:the\s+)?(?:{_DIR}\s+)?{_RIM}\s+of\s+",
    ),
    _before(
        PlaceRelation.ALONG,
        rf"\b(?:along|lining|beside)\s+(?:the\s+)?(?:{_DIR}\s+(?:banks?|sides?|edges?"
        rf"|shore)\s+of\s+)?",
    ),
    _before(
        PlaceRelation.OUTSKIRTS,
        r"\b(?:a?round|encircl\w+|ring(?:s|ing|ed)?|surround\w*|enclos\w+)\s+(?:both\s+)?",
    ),
    _before(
        PlaceRelation.NEAR,
        r"\b(?:near|close\s+to|next\s+to|outside|not\s+far\s+from|adjacent\s+to|beyond"
        r"|overlooking|in\s+the\s+vicinity\s+of"
        r"|towards?|leading\s+(?:in)?to|(?:approaches|entrances?|roads?|routes?"
        r"|ways?)\s+(?:in)?to)\s+(?:occupied\s+)?",
    ),
    _before(
        PlaceRelation.IN,
        rf"\b(?:in\s+|across\s+|at\s+)?(?:the\s+)?{_DIR}\s+(?:(?:part|half|quarters?"
        rf"|neighbou?rhoods?|districts?|countryside)\s+of\s+)?",
    ),
    _before(
        PlaceRelation.IN,
        r"\b(?:in|at|inside|within|into|across|throughout|under|below|beneath"
        r"|through)\s+(?:(?:the|central|occupied|rebel-held|downtown)\s+)*",
    ),
)
_FEATURE_AFTER = re.compile(
    r"^(?:['’]s)?\s+(?:international\s+|military\s+|old\s+)?(?:airport|airfield|air\s?base"
    r"|railway\s+station|dam|bridge)\b",
    re.IGNORECASE,
)
_POSSESSED_RIM = re.compile(rf"^['’]s?\s+(?:{_DIR}\s+)?{_RIM}\b", re.IGNORECASE)
_GENERIC = re.compile(
    r"\b(?:[Tt]he|[Tt]his|[Tt]heir)\s+(?:\w+\s+)?(?:city|town|village|enclave)(?:\s+cent(?:re"
    r"|er))?\b(?![’'\w-]*\s+of\s+[A-Z])|\bCity(?=['’]s)"
)
_BARE_DIRECTION = re.compile(
    rf"\b(?:(?:in|to|from|on|at)\s+)?the\s+{_DIR}(?:\s+(?:{_RIM}|part|bank|quarters?"
    rf"|neighbou?rhoods?))?\b(?!\s+(?:of|road|border|highway|entrance|bank|[A-Z]))",
    re.IGNORECASE,
)
_BARE_RIM = re.compile(rf"\b(?:on|along|at|around|in|to)\s+the\s+{_RIM}\b(?!\s+of)", re.IGNORECASE)
_ONWARD = re.compile(
    r"\s*(?:,\s*)?(?:and|to|into|towards?|until|as\s+far\s+as)\s+(?:the\s+)?(?:city\s+of\s+)?$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?P<word>between|from)\s+(?:the\s+|(?:north|south|east|west|central)\s+(?:of\s+)?)*$",
    re.IGNORECASE,
)
_INTO_FROM = re.compile(r"\s+from\s+(?:the\s+)?$", re.IGNORECASE)
_LEADING = re.compile(
    r"\b(?:areas?|roads?|routes?|ways?|leading|approaches)\b[^.;,]{0,30}\b(?:in)?to\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def places_in(
    sentence: Sentence, names: Sequence[Toponym], *, focus: GazetteerEntry | None
) -> tuple[PlaceMention, ...]:
    """Return the places that a sentence words, each with its relation and area, in order.

    Parameters
    ----------
    sentence
        The sentence.
    names
        Its place names.
    focus
        What 'the city' means here.
    """
    words = sentence.words
    found: list[PlaceMention] = list(_pairs(words, sentence, names))
    taken = [(mention.start, mention.end) for mention in found]
    for name in names:
        start, end = name.span.start - sentence.start, name.span.end - sentence.start
        if not any(a <= start < b for a, b in taken):
            found.append(_related(words, start, end, name.entry))
    found += [_related(words, m.start(), m.end(), focus) for m in _GENERIC.finditer(words)]
    for match in (*_BARE_DIRECTION.finditer(words), *_BARE_RIM.finditer(words)):
        if not any(a.start < match.end() and match.start() < a.end for a in found):
            found.append(_bare(match, focus))
    return tuple(sorted(found, key=lambda mention: (mention.start, mention.end)))


def _pairs(words: str, sentence: Sentence, names: Sequence[Toponym]) -> Iterator[PlaceMention]:
    """Yield 'between A and B', 'from A to B' and 'roads into B from A'."""
    for first, last in pairwise(names):
        if first.entry is None or last.entry is None:
            continue
        a, b = first.span.start - sentence.start, first.span.end - sentence.start
        c, d = last.span.start - sentence.start, last.span.end - sentence.start
        lead = _BETWEEN.search(words, max(0, a - 40), a)
        if lead and _ONWARD.fullmatch(words, b, c):
            relation = (
                PlaceRelation.BETWEEN
                if lead["word"].lower() == "between"
                else PlaceRelation.FROM_TO
            )
            yield _strip(words, (lead.start(), d), first.entry, last.entry, relation=relation)
            continue
        leading = _LEADING.search(words, max(0, a - 60), a)
        if leading and _INTO_FROM.fullmatch(words, b, c):
            yield _strip(
                words,
                (leading.start(), d),
                last.entry,
                first.entry,
                relation=PlaceRelation.FROM_TO,
            )


def _strip(
    words: str,
    span: tuple[int, int],
    first: GazetteerEntry,
    last: GazetteerEntry,
    *,
    relation: PlaceRelation,
) -> PlaceMention:
    start, end = span
    place = Place(
        words=words[start:end],
        name=f"{first.name} to {last.name}",
        relation=relation,
        precision=PlacePrecision.DISTRICT,
        longitude=(first.longitude + last.longitude) / 2,
        latitude=(first.latitude + last.latitude) / 2,
        geonames_id=last.geonames_id,
        area=corridor(first, last),
    )
    return PlaceMention(start=start, end=end, place=place)


def _related(words: str, start: int, end: int, entry: GazetteerEntry | None) -> PlaceMention:
    """Return a place with the relation that the words around its anchor give it."""
    if feature := _FEATURE_AFTER.match(words[end : end + 40]):
        return _at_feature(words, start, end + feature.end(), entry)
    rim = _POSSESSED_RIM.match(words[end : end + 60])
    if rim is not None:
        return _mention(
            words,
            (start, end + rim.end()),
            entry,
            relation=PlaceRelation.OUTSKIRTS,
            said=rim["direction"],
        )
    window = max(0, start - 80)
    for relation, pattern in _BEFORE:
        match = pattern.search(words, window, start)
        if match is not None:
            said = match.groupdict().get("direction")
            return _mention(words, (match.start(), end), entry, relation=relation, said=said)
    return _mention(words, (start, end), entry, relation=PlaceRelation.IN, said=None)


def _at_feature(words: str, start: int, end: int, entry: GazetteerEntry | None) -> PlaceMention:
    """Return a place by an airport or bridge that only its town's name is known of.

    Which way it lies from the feature cannot be laid on the map; that it is by the town can.
    """
    beside = place_at(entry, words=None, relation=PlaceRelation.NEAR)
    first, relation = start, PlaceRelation.IN
    for said, pattern in _BEFORE:
        match = pattern.search(words, max(0, start - 80), start)
        if match is not None:
            direction = _compass(match.groupdict().get("direction"))
            first, relation = match.start(), said or PlaceRelation(f"{direction}_of")
            break
    place = replace(beside, words=words[first:end], relation=relation, is_inherited=False)
    return PlaceMention(start=first, end=end, place=place)


def _bare(match: re.Match[str], focus: GazetteerEntry | None) -> PlaceMention:
    is_rim = re.search(_RIM, match[0]) is not None
    relation = PlaceRelation.OUTSKIRTS if is_rim else PlaceRelation.IN
    said = match.groupdict().get("direction")
    return _mention(match.string, match.span(), focus, relation=relation, said=said)


def _mention(
    words: str,
    span: tuple[int, int],
    entry: GazetteerEntry | None,
    *,
    relation: PlaceRelation | None,
    said: str | None,
) -> PlaceMention:
    start, end = span
    direction = _compass(said)
    if relation is None:
        relation = PlaceRelation(f"{direction}_of")
    place = place_at(entry, words=words[start:end], relation=relation, direction=direction)
    return PlaceMention(start=start, end=end, place=place)


def _compass(said: str | None) -> str | None:
    if said is None:
        return None
    return re.sub(r"[- ]", "", said.lower()).removesuffix("ern")


def place_at(
    entry: GazetteerEntry | None,
    *,
    words: str | None,
    relation: PlaceRelation | None,
    direction: str | None = None,
) -> Place:
    """Return a place in a relation to an entry of the gazetteer; unresolved without one.

    Parameters
    ----------
    entry
        The anchor.
    words
        The words with their relation; None for a place carried over.
    relation
        How the place lies to the anchor.
    direction
        Part of the anchor or of its edge that is meant: 'east'.
    """
    if entry is None:
        return Place(words=words, name=None, relation=relation, precision=None)
    area: BaseGeometry = area_of(entry, relation=relation, direction=direction)
    return Place(
        words=words,
        name=entry.name,
        relation=relation,
        precision=_precision(entry, relation, direction),
        longitude=entry.longitude,
        latitude=entry.latitude,
        geonames_id=entry.geonames_id,
        area=area,
        is_inherited=words is None,
    )


def _precision(
    entry: GazetteerEntry, relation: PlaceRelation | None, direction: str | None
) -> PlacePrecision:
    if entry.extent is not PlacePrecision.LOCALITY:
        return entry.extent
    is_whole = relation in {PlaceRelation.IN, None} and direction is None
    # The edge of a town is a ring of kilometres: no closer than the town, and 'north of' is wider.
    return (
        PlacePrecision.LOCALITY if is_whole or relation not in DIRECTED else PlacePrecision.DISTRICT
    )
