"""On what footing a clause is said: modality, hedge, polarity, progress and pace."""

from __future__ import annotations

import re

from earthwork.model.vocabulary import Modality, Polarity, Progress

_IGNORE = re.IGNORECASE


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", _IGNORE)


_NOT = r"(?:not|n[’']t|never)"

DENIES = _words(
    "den(?:y|ies|ied|ying)", "reject(?:s|ed|ing)?", "refut(?:es|ed)", "dismiss(?:es|ed)"
)
"""Verbs of a source that says it is not so."""

_PLANNED = _words(
    r"plan(?:s|ned|ning)?\s+(?:is\s+)?(?:to|on|for)",
    r"intend(?:s|ed|ing)?\s+(?:to|on)",
    r"intention\s+(?:to|of)",
    r"(?:is|are|was|were)\s+(?:due|set|about|ready|scheduled|ordered|meant)\s+to",
    r"(?:is|are|was|were)\s+to\s+(?!(?:the|a|an)\b)(?=\w)",
    r"(?:order(?:s|ed)?|vow(?:s|ed)?|pledg(?:es|ed)|threat(?:en|ens|ened|ening)|hopes?|hoped|wants?|wanted"
    r"|decided|prepar(?:es|ed|ing)|agreed|promis(?:es|ed)|aims?|seeks?|called)\s+(?:\w+\s+){0,3}?(?:to|for)",
    r"announced\s+(?:\w+\s+){0,2}(?:plans?|intention)",
    r"plans\s+(?:an?|the|new|more|ditch|moat|trench|wall|fence|berm|barrier)(?:e?s)?",
    r"(?:proposes?|proposed|planned|intended|scheduled)",
)
_FORECAST = _words(
    r"(?:is|are|was|were)\s+(?:widely\s+)?(?:expected|predicted|forecast)",
    r"expect(?:s|ed|ing)?",
    r"will",
    r"[’']ll",
    r"going\s+to",
    r"imminent",
    r"about\s+to",
    r"looms?",
    r"is\s+likely\s+to",
)
_CONDITIONAL = _words(
    r"(?<!that )(?<!which )could(?!\s+(?:not|no|get\s+no|only)\b)",
    "would",
    "might",
    "if",
    "unless",
    r"should\s+the\b",
)
_INFERRED = _words(
    "appear(?:s|ed|ing)?(?! in| at| on)",
    "apparent(?:ly)?",
    "seem(?:s|ed|ingly)?",
    "likely",
    "probabl[ey]",
    "presumabl[ey]",
    "believ(?:e|es|ed)",
    "thought to",
    "estimat(?:e|es|ed)",
    "suggest(?:s|ed|ing)?",
    "judging by",
    "assess(?:es|ed)",
    "suspect(?:s|ed)?",
    "(?-i:may)(?: have| be)?",
    r"indicat(?:es|ed|ing)",
    "possibl[ey]",
)
_SAW = _words(
    "saw",
    "seen by",
    "watch(?:ed|ing)",
    "witness(?:ed)?",
    "observed",
    "came (?:up)?on",
    "heard",
    "counted",
    "filmed",
    "visited",
)
_HEDGES = _words(
    "about",
    "roughly",
    "approximately",
    r"around(?=\s+(?:\d|an?\s|half|one|two|three|four|five|six|seven|eight|nine|ten))",
    r"some(?=\s+(?:\d|one|two|three|four|five|six|seven|eight|nine|ten))",
    "at least",
    "almost",
    "nearly",
    "mostly?",
    "(?-i:may)",
    "might",
    "could",
    "would",
    "allegedly",
    "reportedly",
    "said to",
    "apparently",
    "appear(?:s|ed)?(?! in| at| on)",
    "seem(?:s|ed)?",
    "likely",
    "probably",
    "possibly",
    "perhaps",
    "believed",
    "thought",
    "suspected",
    "estimated",
    "suggest(?:s|ed)?",
    "claim(?:s|ed)?",
    "expected",
    "threatened",
    "potential(?:ly)?",
    "up to",
)
_NEGATIONS = _words(
    r"not(?!\s+only)",
    r"\w+n[’']t",
    "never",
    "no(?! longer than)",
    "none",
    "neither",
    "nor",
    "cannot",
    "without",
    r"fail(?:s|ed)\s+to",
    r"unable\s+to",
    r"out\s+of\s+the\s+question",
    r"yet\s+to",
    r"free\s+of",
)
_IN_VAIN = re.compile(
    r"\b(?:do|does|did|could|would|will|can)(?:n[’']t|not|\s+not)\s+(?:stop|prevent|keep|slow|deter|save|help|hold|hinder)\w*",
    _IGNORE,
)
_STANDS = _words(
    "intact", "unscathed", "undamaged", "usable", "in use", r"still\s+(?:open|standing|stands?)"
)
_UNDER_WAY = _words(
    r"(?:is|are|was|were|[’']s|[’']re)\s+(?:\w+ly\s+)?being",
    r"(?:is|are|was|were|been|[’']re)\s+(?:\w+ly\s+)?(?:busy\s+)?(?:still\s+)?\w+ing",
    "being",
    r"under\s*way",
    "ongoing",
    r"continu(?:e|es|ed|ing)",
    r"going\s+up",
    "non-stop",
    "beg[au]n",
    "start(?:s|ed)",
)
_DONE = _words(
    r"(?:has|have|had|[’']ve)\s+(?:\w+ly\s+|also\s+|now\s+|been\s+|already\s+)*\w+(?:ed|en|t|ug|ut|ne|own|wn|un)",
    r"(?:was|were|been|is|are)\s+(?:\w+ly\s+)?\w+(?:ed|en|ilt|ug|own|wn)",
    "finished",
    "complet(?:e|ed)",
    "now",
)
_OLD = r"old(?!\s+(?:town|city|quarters?|market|bridge|airport|centre|center))"
_EARLIER = _words(
    "once", "back in", "earlier", _OLD, "former(?:ly)?", "years ago", "historic(?:al)?"
)
_REOPENED = _words("reopen(?:s|ed|ing)?", "re-open(?:ed)?", "unblocked", r"cleared\s+of")
_TEMPO = _words(
    r"(?:virtually\s+|almost\s+|nearly\s+)?non-?stop",
    r"day\s+and\s+night",
    r"night\s+and\s+day",
    r"around\s+the\s+clock",
    r"round\s+the\s+clock",
    "hastily",
    "hurriedly",
    "rapidly",
    "quickly",
    "swiftly",
    "frantically",
    "feverishly",
    "busily",
    r"at\s+(?:great\s+|breakneck\s+|high\s+)?speed",
    "slowly",
    "steadily",
    r"in\s+a\s+rush",
)


def read_modality(clause: str, *, is_denied: bool, is_seen: bool) -> Modality:
    """Return the footing of a clause.

    Parameters
    ----------
    clause
        The words, with the part of the sentence that governs them ('are expected to').
    is_denied
        True if the source denies it.
    is_seen
        True if an image shows it or a named witness saw it.

    Examples
    --------
    >>> read_modality("a wall appears to have been built", is_denied=False, is_seen=True).value
    'inferred'
    """
    if is_denied:
        return Modality.DENIED
    if _PLANNED.search(clause):
        return Modality.PLANNED
    if _INFERRED.search(clause) and not _FORECAST_STRONG.search(clause):
        return Modality.INFERRED
    if _CONDITIONAL.search(clause):
        return Modality.CONDITIONAL
    if _FORECAST.search(clause):
        return Modality.FORECAST
    return Modality.OBSERVED if is_seen or _SAW.search(clause) else Modality.REPORTED


_FORECAST_STRONG = _words("will", "going to", "is likely to", "are likely to", "could", "would")


def read_polarity(clause: str) -> Polarity:
    """Return whether a clause says that its proposition holds.

    Examples
    --------
    >>> read_polarity("no trench has been dug").value
    'negated'
    """
    return Polarity.NEGATED if is_negated(clause) else Polarity.AFFIRMED


def is_negated(clause: str) -> bool:
    """Tell whether a clause holds a word of negation."""
    return _NEGATIONS.search(_IN_VAIN.sub(" ", clause)) is not None


def says_it_stands(clause: str) -> bool:
    """Tell whether a clause says that a thing is unharmed or still open."""
    return _STANDS.search(clause) is not None


def find_hedge(words: str) -> tuple[int, int] | None:
    """Return the offsets of the first word that weakens a clause; None if none does."""
    return _offsets(_HEDGES, words)


def find_tempo(words: str) -> tuple[int, int] | None:
    """Return the offsets of the words for a pace ('virtually non-stop'); None if none is said."""
    return _offsets(_TEMPO, words)


def _offsets(pattern: re.Pattern[str], words: str) -> tuple[int, int] | None:
    match = pattern.search(words)
    return None if match is None else match.span()


def read_progress(clause: str, *, modality: Modality, is_long_ago: bool) -> Progress:
    """Return how far the thing has come.

    Parameters
    ----------
    clause
        The words.
    modality
        Their footing: what is planned or forecast has only been announced.
    is_long_ago
        True if the time of the thing ended more than a year before publication.
    """
    if modality in {Modality.PLANNED, Modality.FORECAST, Modality.CONDITIONAL}:
        return Progress.ANNOUNCED
    if _REOPENED.search(clause):
        return Progress.REOPENED
    if is_long_ago or _EARLIER.search(clause):
        return Progress.PAST
    if _UNDER_WAY.search(clause):
        return Progress.UNDER_WAY
    return Progress.DONE if _DONE.search(clause) else Progress.UNSTATED
