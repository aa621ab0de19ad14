"""Who said a thing, and in what words: with private persons as roles."""

from __future__ import annotations

import re

from earthwork.model.case import Report
from earthwork.model.claim import Claim, Document
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    Modality,
    Polarity,
    SourceKind,
)
from earthwork.publishing.phrases import CLAIM_NOUNS, spoken_date_of

_ROLES: dict[SourceKind, tuple[str, str]] = {
    SourceKind.OFFICIAL: ("an official", "officials"),
    SourceKind.MILITARY: ("a military source", "military sources"),
    SourceKind.ARMED_GROUP: ("an armed group", "armed groups"),
    SourceKind.RESIDENT: ("a resident", "residents"),
    SourceKind.AID_WORKER: ("an aid worker", "aid workers"),
    SourceKind.NGO: ("an aid organisation", "aid organisations"),
    SourceKind.UN_AGENCY: ("a United Nations agency", "United Nations agencies"),
    SourceKind.ANALYST: ("an analyst", "analysts"),
    SourceKind.MEDIA: ("another outlet", "other outlets"),
    SourceKind.IMAGERY: ("images", "images"),
    SourceKind.ANONYMOUS: ("an unnamed source", "unnamed sources"),
    SourceKind.NONE: ("an unnamed source", "unnamed sources"),
}
_PRIVATE = frozenset({SourceKind.RESIDENT, SourceKind.AID_WORKER, SourceKind.ANONYMOUS})
_PLURAL = re.compile(
    r"\b(residents|locals|people|villagers|civilians|families|workers|staff|sources|witnesses"
    r"|inhabitants|citizens|activists|neighbou?rs|they|volunteers|doctors|eyewitnesses|men|women)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"^(he|she|they|it|who|him|her|them|we|i)$", re.IGNORECASE)
_NAME = re.compile(r"\b[^\W\d_a-z][\w'’-]{2,}")
_ROLE_WORD = re.compile(
    r"^(a|an|the|one|some|many|several|local|residents?|locals|people|villagers?|civilians?|aid"
    r"|workers?|sources?|witness(es)?|eyewitness(es)?|activists?|volunteers?|doctors?|nurses?"
    r"|teachers?|drivers?|farmers?|merchants?|traders?|shopkeepers?|inhabitants?|citizens?)$",
    re.IGNORECASE,
)
_COMMON = re.compile(
    r"(this|these|that|those|other|some|several|many|the|an?|images|imagery|officials|residents"
    r"|locals|witnesses|photographs|photos|pictures|satellite|aerial|experts|analysts|commanders)\b",
    re.IGNORECASE,
)
"""First words that are no name, and so no capital within a sentence."""
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_INNER_QUOTES = str.maketrans('“”"', "‘’'")
_ISOLATE, _POP = "\u2068", "\u2069"

_FOOTING: dict[Modality, str] = {
    Modality.PLANNED: ", as planned",
    Modality.FORECAST: ", as a forecast",
    Modality.CONDITIONAL: ", under a condition",
    Modality.DENIED: ", which was denied",
    Modality.INFERRED: ", as an inference",
}


def source_words(claim: Claim) -> str | None:
    """Return who vouches for a claim; None when the article itself does.

    A private person is a role, whatever the article calls them; so is a pronoun.

    Parameters
    ----------
    claim
        The claim.
    """
    if claim.source is None:
        return None
    words = claim.source.words.strip()
    if claim.source_kind in _PRIVATE or _PRONOUN.match(words):
        one, many = _ROLES[claim.source_kind]
        return many if _PLURAL.search(words) else one
    return words[0].lower() + words[1:] if _COMMON.match(words) else words


def quoted_words(claim: Claim) -> str:
    """Return the words of a claim, on one line, with the names of private sources as roles."""
    words = " ".join(claim.quote.words.split()).translate(_INNER_QUOTES)
    if claim.source is None or claim.source_kind not in _PRIVATE:
        return words
    names = [n for n in _NAME.findall(claim.source.words) if not _ROLE_WORD.match(n)]
    if not names:
        return words
    one_of = "|".join(re.escape(name) for name in names)
    role = _ROLES[claim.source_kind][0]
    return re.sub(rf"\b(?:{one_of})\b(?:\s+(?:{one_of})\b)*", f"[{role}]", words)


def isolated(text: str) -> str:
    """Return a text fit to stand inside a line that runs from left to right."""
    return f"{_ISOLATE}{text}{_POP}" if _RIGHT_TO_LEFT.search(text) else text


def may_quote(report: Report | None) -> bool:
    """Tell whether a report's words may stand in a brief; without a record they may not."""
    return report is not None and report.may_quote


def claimed_words(claim: Claim, report: Report | None) -> str:
    """Return what is claimed: quoted, or told by its kind where it may not be quoted.

    Parameters
    ----------
    claim
        The claim.
    report
        Its report as the case lists it.
    """
    if may_quote(report):
        return f"“{isolated(quoted_words(claim))}”"
    place = claim.place.words if claim.place is not None else None
    where = f", {isolated(place)}" if place else ""
    return f"{CLAIM_NOUNS[claim.kind]}{where}{_footing(claim)}"


def _footing(claim: Claim) -> str:
    if claim.polarity is Polarity.NEGATED and claim.kind in PHYSICAL_CLAIMS:
        return ", said not to be there"
    return _FOOTING.get(claim.modality, "")


def outlet_words(document: Document) -> str:
    """Return the outlet, or the report's id where the outlet is unknown."""
    return document.outlet or f"Report {document.id}"


def cite(claim: Claim, document: Document, report: Report | None) -> str:
    """Return the sentence that says who said what, where and when.

    Parameters
    ----------
    claim
        The claim.
    document
        The report it stands in.
    report
        The report as the case lists it: whether it may be quoted.
    """
    outlet = f"{isolated(outlet_words(document))} ({spoken_date_of(document.published)})"
    words = claimed_words(claim, report)
    hedge = _hedge_outside(claim) if may_quote(report) else ""
    source = source_words(claim)
    if may_quote(report):
        said = _said(source, claim.source_kind)
        carried = _CARRIED if source is not None and claim.source_is_inherited else ""
        return f"{outlet} {said}: {words}{hedge}{carried}."
    if source is None:
        return f"{outlet} told of {words}."
    return f"{outlet} cited {isolated(source)} on {words}."


def _said(source: str | None, kind: SourceKind) -> str:
    if source is None:
        return "stated"
    verb = "showing" if kind is SourceKind.IMAGERY else "saying"
    return f"cited {isolated(source)} as {verb}"


_CARRIED = " (the source is carried over from an earlier sentence)"


def _hedge_outside(claim: Claim) -> str:
    hedge = claim.hedge
    if hedge is None or claim.quote.start <= hedge.start < claim.quote.end:
        return ""
    return f" (hedged: “{hedge.words}”)"


def speaker_keeps(claim: Claim) -> str | None:
    """Return the sentence that leaves inference and purpose to the speaker; None if there is none.

    Parameters
    ----------
    claim
        The claim; a note that names a purpose marks one.
    """
    if "purpose" in (claim.note or "").lower():
        return "The purpose given remains the speaker's."
    if claim.modality is Modality.INFERRED:
        return "The inference remains the speaker's."
    return None
