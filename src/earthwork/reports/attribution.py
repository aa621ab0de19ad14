"""Who vouches for what is said: source words, their kind, and the words they answer for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from earthwork.model.claim import Span
from earthwork.model.vocabulary import SourceKind
from earthwork.reports.certainty import DENIES
from earthwork.reports.sentences import Part, Sentence

Range = tuple[int, int]
"""Offsets within one sentence, end exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who vouches for a part of a sentence."""

    source: Span | None
    """Words that name the source; None when the article itself vouches."""
    kind: SourceKind
    """Kind of source."""
    content: tuple[Range, ...]
    """What the source vouches for, as offsets within the sentence."""
    is_inherited: bool = False
    """True if carried over from an earlier sentence."""
    denies: bool = False
    """True if the source says that it is not so."""
    sees: bool = False
    """True if an image shows it or the source saw it."""

    def covers(self, start: int, end: int) -> bool:
        """Tell whether words of the sentence are vouched for by this source."""
        return any(first <= start and end <= last for first, last in self.content)


_VERBS = (
    r"(?:said|says|say|saying|told|tells|tell|added|adds|announced|announces|confirmed|confirms"
    r"|claimed"
    r"|claims|stated|states|noted|notes|warned|warns|explained|recalled|recalls|argued|insisted"
    r"|insists"
    r"|acknowledged|admitted|spoke of|speaks of|described|describes|testified|estimated|estimates"
    r"|calculated|calculates|found|finds|wrote|writes|posted|declared|reiterated|reported"
    r"|reports|report"
    r"|denied|denies|rejected|rejects|refuted|dismissed|complained|alleged|alleges"
    r"|put(?=\s(?:the|its|their)\s[^.;]{0,60}\sat\s)|counted|counts"
    r"|concluded|concludes|predicted|predicts|believes?|believed|suggested|pointed out|revealed"
    r"|reveals"
    r"|listed|assessed|assesses|saw|watched|witnessed|heard|accused|accuses|asserted|maintained"
    r"|(?<=are )reporting|(?<=is )reporting|(?<=were )reporting|(?<=was )reporting)"
)
_SHOWS = (
    r"(?:shows?|showed|shown|showing|reveals?|revealed|depicts?|depicted|indicates?|indicated"
    r"|captures?"
    r"|captured|suggests?|suggested|confirms?|confirmed|(?:appear|appears|appeared) to show)"
)
_PICTURE = (
    r"(?:images?|imagery|photos?|photographs?|pictures?|videos?|footage|snapshots?"
    r"|satellite evidence)"
)
_SPEECH = re.compile(rf"\b{_VERBS}\b")
_SHOWING = re.compile(rf"\b{_SHOWS}\b")
_PICTURE_WORD = re.compile(rf"\b{_PICTURE}\b", re.IGNORECASE)
_SEEING = re.compile(r"\b(?:saw|watched|witnessed|heard|counted)\b")
_EYEWITNESS = re.compile(r"\beye-?witness(?:es)?\b", re.IGNORECASE)
_ACCORDING = re.compile(r"\b[Aa]ccording to\s+(?P<source>[^;]+?)(?=$|[.,;]|\s+(?:and|but)\s)")
_APPOSITION = re.compile(
    r",\s+(?:(?:an?|the|who|whose|which|head|director|spokes\w+|president|chief|deputy"
    r"|commander|governor"
    r"|mayor|leader|minister|speaking|senior|one)\b|an?\s)[^,;]{2,90}(?=,|$|\.$)"
)
_PRONOUN = re.compile(
    r"^(?:he|she|they|it|him|her|them|the (?:statement|group|report|analysis|assessment))$",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"^(?:I|[Ww]e)$")
_FIRST_PERSON_SAW = re.compile(
    r"\b(?:I|[Ww]e)\s+(?:\w+\s+)?(?:saw|came|watched|found|visited|drove|counted|heard|met)\b"
)
_TRAILING = re.compile(
    r"(?:[\s,]+(?:also|has|have|had|is|are|was|were|previously|earlier|later|then|now|once"
    r"|still|been"
    r"|further|on \w+day|\w+day|\w+ly))+\s*$"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|can|may|might|should|did|does|do|went"
    r"|came|took|began)\b"
)
_BOUNDARY = re.compile(
    r"[;:]\s+|[”\"]\s*,?\s+|\s[—–-]\s|,\s+(?:and|but|while|as|although|though)\s+|\s(?:but"
    r"|while)\s+"
)
_TIME_TAIL = re.compile(
    r"^\s*(?:$|[.,;”\"]|(?:late |early )?(?:on|in|at|to|during|after|this|last|earlier|later"
    r"|by)\b|\w+day\b"
    r"|yesterday|today|again|there)"
)
_INVERTED_END = re.compile(
    r"\s+(?:on|in a|in an|after|during|at a|by|as)\s|\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur"
    r"|Sun)day|\.$|[;”\"]"
)
_PICTURE_PHRASE = re.compile(
    rf"\b(?:[Ii]n|[Oo]n|[Aa]s|[Bb]y)\s+(?P<source>(?:(?:an?|the|this|these|other|new|recent"
    rf"|several|some)\s+)?"
    rf"(?:[\w.'’-]+\s+){{0,5}}?{_PICTURE}\b(?:\s+(?:taken|of|from|that|released|studied|by|made"
    rf"|obtained|provided"
    rf"|reviewed|published|passed)\b[^,;.]{{0,60}}?)?)(?=,|;|\.?$|\s+makes?\b|\s+shows?\b"
    rf"|\s+(?:rows?|lines?|several|large|concrete|earthen|rubble)\b)"
)
_PICTURE_RELATIVE = re.compile(
    rf"(?P<source>\b(?:[\w.'’-]+\s+){{0,3}}{_PICTURE}\b(?:\s+of\s+[A-Z][\w'’-]+)?)"
    r"[^;]{0,60}?\bin which\s"
)
_WITH_REPORTS = re.compile(
    r"\bwith\s+(?P<source>(?:\w+\s+){0,2}reports)\s+(?:indicating|suggesting|saying"
    r"|claiming)\s+(?:that\s+)?"
)
_AFTER_NOUN = re.compile(r"\s+(?:suggest|sa(?:y|id)|indicat|show|of\b|are\b|were\b|from\b)")
_BEING = re.compile(r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+)?$")
_SUPPOSED = re.compile(r"\b(?:would|will|if|on \w+day)\b")
_OPENING_QUOTE = ("“", '"')
_MOST_WORDS = 24

MOST_MENTIONS = 6
"""Mentions of a name that are looked at for an introduction."""

LONGEST_SOURCE = 240
"""Code points before a verb of speech within which its subject begins."""


def attribute(sentences: Sequence[Sentence], *, text: str) -> tuple[tuple[Attribution, ...], ...]:
    """Return, for each sentence, who vouches for its parts; what no source covers is the article's.

    Sources named by a pronoun, quotations that run on, and sentences that go on describing the same
    picture inherit the last source named.

    Parameters
    ----------
    sentences
        Sentences of one report in order.
    text
        The whole report, in which a bare surname's first mention is looked up.
    """
    own = [_own(sentence, text) for sentence in sentences]
    result: list[tuple[Attribution, ...]] = []
    last: Attribution | None = None
    for number, (sentence, found) in enumerate(zip(sentences, own, strict=True)):
        resolved = tuple(_resolved(attribution, last) for attribution in found)
        if not resolved and last is not None:
            following = own[number + 1] if number + 1 < len(own) else ()
            if _runs_on(sentence, sentences[number - 1], last, following):
                resolved = (_inherited(last, sentence),)
        named = [a for a in resolved if a.source is not None]
        if named:
            last = named[-1]
        elif sentence.part is not Part.BODY or not found:
            last = last if _keeps(sentence, last) else None
        result.append(resolved)
    return tuple(result)


def _keeps(sentence: Sentence, last: Attribution | None) -> bool:
    return last is not None and sentence.part in {Part.BODY, Part.CAPTION}


def _resolved(attribution: Attribution, last: Attribution | None) -> Attribution:
    if attribution.source is None or not _PRONOUN.match(attribution.source.words):
        return attribution
    if last is None:
        return replace(attribution, source=None, kind=SourceKind.NONE)
    return replace(attribution, source=last.source, kind=last.kind, is_inherited=True)


def _runs_on(
    sentence: Sentence, before: Sentence, last: Attribution, following: tuple[Attribution, ...]
) -> bool:
    """Tell whether a sentence without a source of its own goes on with the last one's words."""
    if sentence.part is Part.HEADLINE or sentence.paragraph != before.paragraph:
        return sentence.words.startswith(_OPENING_QUOTE) and sentence.part is Part.BODY
    if sentence.words.startswith(_OPENING_QUOTE):
        return True
    if last.kind is SourceKind.IMAGERY:
        return _SUPPOSED.search(sentence.words) is None
    if any(a.source is not None and _PRONOUN.match(a.source.words) for a in following):
        return True
    if last.kind is SourceKind.MEDIA:
        return not last.sees
    return last.kind is SourceKind.RESIDENT and not last.is_inherited


def _inherited(last: Attribution, sentence: Sentence) -> Attribution:
    return replace(last, content=((0, len(sentence.words)),), is_inherited=True, denies=False)


def _own(sentence: Sentence, text: str) -> tuple[Attribution, ...]:
    if sentence.part in {Part.BYLINE, Part.CREDIT}:
        return ()
    for find in (_by_according, _by_verb, _by_picture, _by_reports, _by_first_person):
        found = tuple(find(sentence, text))
        if found:
            return found
    return ()


# --- ways of naming a source -------------------------------------------------------------------


def _by_according(sentence: Sentence, text: str) -> Iterator[Attribution]:
    for match in _ACCORDING.finditer(sentence.words):
        start, end = match.span("source")
        apposition = _APPOSITION.match(sentence.words, end)
        end = apposition.end() if apposition and match.start() > 0 else end
        end = start + len(sentence.words[start:end].rstrip(" ."))
        rest = _without(sentence.words, (match.start(), end))
        yield _attribution(sentence, text, (start, end), content=rest)
        return


def _by_verb(sentence: Sentence, text: str) -> Iterator[Attribution]:
    words = sentence.words
    for match in _SPEECH.finditer(words):
        if _is_quoted(words, match.start()) or _is_no_speech(words, match):
            continue
        source = _subject(words, match.start()) or _inverted(words, match.start(), match.end())
        if source is None:
            continue
        phrase = (min(source[0], match.start()), max(source[1], match.end()))
        content = _content(words, phrase, is_inverted=source[0] > match.start())
        denies = DENIES.search(match[0]) is not None
        sees = _SEEING.search(match[0]) is not None
        yield _attribution(sentence, text, source, content=content, denies=denies, sees=sees)
        return
    for match in _SHOWING.finditer(words):
        source = _subject(words, match.start())
        if source is not None and _is_picture_or_study(words[slice(*source)]):
            content = _content(words, (source[0], match.end()), is_inverted=False)
            yield _attribution(sentence, text, source, content=content)
            return


def _is_no_speech(words: str, verb: re.Match[str]) -> bool:
    """Tell 'mines were found' and 'reports suggest' from 'they found' and 'she reports'."""
    before = words[max(0, verb.start() - 24) : verb.start()]
    if verb[0] in {"reports", "report", "claims"} and _AFTER_NOUN.match(verb.string, verb.end()):
        return True
    return verb[0] != "reporting" and _BEING.search(before) is not None


def _is_picture_or_study(words: str) -> bool:
    return bool(
        _PICTURE_WORD.search(words) or re.search(r"\b(?:analysis|study|data|report|map)\b", words)
    )


def _by_picture(sentence: Sentence, text: str) -> Iterator[Attribution]:
    for pattern in (_PICTURE_PHRASE, _PICTURE_RELATIVE):
        match = pattern.search(sentence.words)
        if match is not None:
            rest = _without(sentence.words, match.span())
            yield _attribution(sentence, text, match.span("source"), content=rest, sees=True)
            return
    if sentence.part is Part.CAPTION and sentence.words.startswith("("):
        credit = sentence.span(0, len(sentence.words))
        yield Attribution(source=credit, kind=SourceKind.IMAGERY, content=(), sees=True)


def _by_reports(sentence: Sentence, text: str) -> Iterator[Attribution]:
    match = _WITH_REPORTS.search(sentence.words)
    if match is not None:
        content = ((match.end(), len(sentence.words)),)
        yield _attribution(sentence, text, match.span("source"), content=content)


def _by_first_person(sentence: Sentence, text: str) -> Iterator[Attribution]:
    del text
    match = _FIRST_PERSON_SAW.search(sentence.words)
    if match is not None and not _is_quoted(sentence.words, match.start()):
        yield Attribution(
            source=sentence.span(match.start(), match.start() + len(match[0].split()[0])),
            kind=SourceKind.MEDIA,
            content=((0, len(sentence.words)),),
            sees=True,
        )


def _attribution(
    sentence: Sentence,
    text: str,
    source: Range,
    *,
    content: tuple[Range, ...],
    denies: bool = False,
    sees: bool = False,
) -> Attribution:
    span = sentence.span(*source)
    kind = source_kind(span.words, text=text)
    return Attribution(
        source=span,
        kind=kind,
        content=content,
        denies=denies,
        sees=sees or kind is SourceKind.IMAGERY or _EYEWITNESS.search(span.words) is not None,
    )


# --- the noun phrase beside a verb of speech ---------------------------------------------------


def _subject(words: str, verb: int) -> Range | None:
    """Return the noun phrase that ends just before a verb; None if there is none."""
    window = max(0, verb - LONGEST_SOURCE)
    start = max((m.end() for m in _BOUNDARY.finditer(words, window, verb)), default=window)
    end = verb
    trailing = _TRAILING.search(words, start, verb)
    if words[start:verb].rstrip().endswith(","):
        start = _apposition_start(words, start, verb)
        end = start + len(words[start:verb].rstrip(", "))
    else:
        comma = words.rfind(", ", start, verb)
        start = start if comma < 0 else comma + 2
    end = trailing.start() if trailing and trailing.start() > start else end
    return _noun_phrase(words, start, end)


def _apposition_start(words: str, start: int, verb: int) -> int:
    """Return where 'Name, the title,' begins before a verb, past an adverbial that opens."""
    commas = [m.start() for m in re.finditer(r",\s", words[start:verb])]
    inner = commas[:-1] if commas and start + commas[-1] + 2 >= verb else commas
    return start if len(inner) <= 1 else start + inner[-2] + 2


def _noun_phrase(words: str, start: int, end: int) -> Range | None:
    phrase = words[start:end]
    start += len(phrase) - len(phrase.lstrip(" “\"'‘(["))
    end = start + len(words[start:end].rstrip(" ,"))
    phrase = words[start:end]
    head = phrase.split(",")[0]
    if (
        not phrase
        or len(phrase.split()) > _MOST_WORDS
        or _FINITE.search(head.split(" who ")[0].split(" that ")[0])
    ):
        return None
    if _ARTICLE.match(phrase) or not (_STARTS_NOUN.match(phrase) or _ROLES.search(phrase)):
        return None
    return start, end


_ARTICLE = re.compile(r"(?:an?|the)?$", re.IGNORECASE)
_STARTS_NOUN = re.compile(
    r"(?:[A-Z]|the\s|an?\s|one\s|some\s|many\s|several\s|most\s|people\b|he\b|she\b|they\b|it\b"
    r"|I\b|we\b|other\s"
    r"|two\s|al-|el-)"
)


def _inverted(words: str, verb: int, after: int) -> Range | None:
    """Return the noun phrase after ', said'; None if the verb does not close what was said."""
    before = words[:verb].rstrip()
    if not before.endswith((",", "”", '"', "?”", ",”")):
        return None
    stop = _INVERTED_END.search(words, after)
    end = stop.start() if stop else len(words)
    name = words[after:end]
    comma = name.find(",")
    if comma >= 0:
        apposition = _APPOSITION.match(name + ".", comma)
        end = after + (min(apposition.end(), len(name)) if apposition else comma)
    return _noun_phrase(words, after, end)


def _content(words: str, phrase: Range, *, is_inverted: bool) -> tuple[Range, ...]:
    start, end = phrase
    before = words[:start].rstrip(' ,“"')
    closes = is_inverted or _TIME_TAIL.match(words[end:]) is not None
    if closes and len(before.split()) > 2:  # noqa: PLR2004 - two words are an adverbial
        return _without(words, phrase)
    told = re.search(r"\b(?:told|tells?)$", words[start:end])
    that = _TOLD_THAT.match(words, end) if told else _DATED_THAT.match(words, end)
    return ((that.end() if that else end, len(words)),)


_TOLD_THAT = re.compile(r"[^.;]{0,70}?\bthat\s")
_DATED_THAT = re.compile(
    r"\s+(?:(?:on|late|early|last|this|in|a)\s+)*(?:\w+day|week|month|year|statement|interview)\s+that\s"
)


def _without(words: str, phrase: Range) -> tuple[Range, ...]:
    parts = ((0, phrase[0]), (phrase[1], len(words)))
    return tuple((start, end) for start, end in parts if words[start:end].strip(' ,.;”“"'))


def _is_quoted(words: str, position: int) -> bool:
    """Tell whether a place in a sentence lies between quotation marks."""
    before = words[:position]
    if "“" in before or "”" in before:
        return before.count("“") > before.count("”")
    return before.count('"') % 2 == 1


# --- kinds of source ---------------------------------------------------------------------------


def _kind(
    kind: SourceKind, pattern: str, *, is_folded: bool = True
) -> tuple[SourceKind, re.Pattern[str]]:
    return kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE if is_folded else 0)


_KINDS: tuple[tuple[SourceKind, re.Pattern[str]], ...] = (
    _kind(SourceKind.IMAGERY, _PICTURE),
    _kind(SourceKind.ANONYMOUS, r"anonym\w+|not to be named|unnamed|who asked not"),
    _kind(
        SourceKind.UN_AGENCY,
        r"U\.?N\.?|United Nations|UNICEF|UNHCR|OCHA|WFP|World Food Program(?:me)?|UNOSAT"
        r"|UNITAR|IOM|UNRWA|UNESCO|OHCHR",
        is_folded=False,
    ),
    _kind(
        SourceKind.AID_WORKER,
        r"aid workers?|Red Crescent|paramedics?|medics?|doctors?|nurses?|rescue workers?"
        r"|White Helmets|Civil Defen[cs]e volunteers?",
    ),
    _kind(
        SourceKind.NGO,
        r"Observatory|Human Rights|Amnesty|B['’]Tselem|monitors?|NGOs?|charit(?:y|ies)"
        r"|activist groups?|Oxfam|MSF|Red Cross|Save the Children|watchdog|advocacy"
        r"|rights groups?|Peace Now"
        r"|aid (?:agenc(?:y|ies)|groups?|organi[sz]ations?)",
    ),
    _kind(
        SourceKind.ANALYST,
        r"analysts?|experts?|researchers?|lab(?:oratory)?|institute|think[- ]tank|Stratfor"
        r"|professors?|Index|stud(?:y|ies)|analysis|historians?|archaeolog\w+|scholars?"
        r"|consultan\w+|Humanitarian Research",
    ),
    _kind(
        SourceKind.MEDIA,
        r"reporters?|correspondents?|journalists?|Reuters|AFP|Associated Press|CNN|BBC"
        r"|Al Jazeera|newspapers?|media|channels?|television|broadcaster|VOA|Le Monde"
        r"|news agency|state agency|Times|Post|Guardian|reports?|news",
    ),
    _kind(
        SourceKind.ARMED_GROUP,
        r"rebels?|militants?|ISIS|ISIL|Islamic State|jihadists?|LTTE|Tigers|Houthis?|RSF"
        r"|separatists?|insurgents?|Hamas|Hezbollah|Baloch Liberation Army|BLA|al-Shabab"
        r"|Boko Haram|opposition fighters?|rebel \w+",
    ),
    _kind(
        SourceKind.MILITARY,
        r"army|military|Gen|general|Col|colonel|Maj|major|Capt|captain|Lt|lieutenant"
        r"|brigadier|commanders?|soldiers?|troops?|forces|navy|air force|Pentagon|Centcom"
        r"|coalition|peshmerga|militia|Hashd|intelligence|security (?:sources?|officials?)"
        r"|brigade|IDF|paramilitar\w+|general staff|border guards?(?! service head)",
    ),
    _kind(
        SourceKind.OFFICIAL,
        r"ministers?|ministry|governors?|mayors?|presidents?|officials?|authorit\w+|police"
        r"|government|councils?|councill?ors?|spokes\w+|ambassadors?|secretary|senators?"
        r"|chiefs?|heads?|department|embassy|prosecutors?|courts?|judges?|parliament"
        r"|lawmakers?|directors?|administration|envoy|Kremlin|White House|agency"
        r"|commissioner|diplomats?|leaders?",
    ),
    _kind(
        SourceKind.RESIDENT,
        r"residents?|locals?|eye-?witness(?:es)?|witness(?:es)?|civilians?|villagers?"
        r"|people|survivors?|refugees?|farmers?|shopkeepers?|activists?|mothers?|fathers?"
        r"|m[ae]n|wom[ae]n|passengers?|famil(?:y|ies)|students?|teachers?|neighbou?rs?"
        r"|inhabitants?|who lives?|merchants?|drivers?|traders?|displaced|local|eyewitness"
        r"|owner|worker|tribal|townspeople|citizens?",
    ),
)
_ROLES = re.compile("|".join(pattern.pattern for _, pattern in _KINDS), re.IGNORECASE)
_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+$")
_OF_A_PLACE = re.compile(r"^[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)+\s+(?:of|from|in)\s+[A-Z]")
_CAPITAL_AS_STATE = frozenset(
    [
        "Ankara",
        "Athens",
        "Baghdad",
        "Beijing",
        "Belgrade",
        "Damascus",
        "Islamabad",
        "Jerusalem",
        "Kabul",
        "Khartoum",
        "Kyiv",
        "London",
        "Moscow",
        "Paris",
        "Tehran",
        "Washington",
        "Israel",
        "Russia",
        "Ukraine",
        "Iraq",
        "Iran",
        "Syria",
        "Turkey",
        "Pakistan",
        "Afghanistan",
        "Ethiopia",
        "Kenya",
        "China",
        "India",
        "Egypt",
        "Jordan",
        "Lebanon",
    ]
) | {"Addis Ababa", "New Delhi"}


def source_kind(words: str, *, text: str) -> SourceKind:
    """Return the kind of a source from its own words, or from those that introduced the name.

    Examples
    --------
    >>> source_kind("Two villagers", text="").value
    'resident'
    """
    if words in _CAPITAL_AS_STATE:
        return SourceKind.OFFICIAL
    kind = _kind_of(words)
    if kind is not None:
        return kind
    if _OF_A_PLACE.match(words):
        return SourceKind.RESIDENT
    return _introduced(words, text) or SourceKind.RESIDENT


def _kind_of(words: str) -> SourceKind | None:
    # 'the air force spokesman' is the army's: the more telling word decides, not the title.
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None)


_CLOSEST = 3
"""Words before a name that say first what it is: 'the analysis firm Overlook'."""
_AFTER_NAME = re.compile(r",?[^.;”\"]{0,70}")


def _introduced(words: str, text: str) -> SourceKind | None:
    """Return the kind that stands beside another mention of the same name; None if none does."""
    name = _NAME.search(words)
    if name is None:
        return None
    for match in islice(re.finditer(rf"\b{re.escape(name[0])}\b", text), MOST_MENTIONS):
        around = text[max(0, match.start() - 50) : match.start()].rsplit(". ", 1)[-1]
        after = _AFTER_NAME.match(text, match.end())
        closest = " ".join(around.split()[-_CLOSEST:])
        kind = (
            _kind_of(closest)
            or _kind_of(around)
            or (_kind_of(after[0]) if after and after[0].startswith(",") else None)
        )
        if kind is not None and kind is not SourceKind.IMAGERY:
            return kind
    return None
