"""Sentences compiled from findings, each with the facts it rests on, and the check that they hold.

Nothing here is written freely: a sentence is a form, chosen by verdict and kind, filled with
values of the evidence. ``check_sentences`` compiles again and compares, so that a sentence that was
edited, or whose evidence has changed, stops the brief.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isclose
from typing import cast

from earthwork.errors import SentenceUnsupported
from earthwork.model.case import Report
from earthwork.model.claim import Claim, Document
from earthwork.model.finding import Finding
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import BuildingState, ClaimKind, Kind, Seen, Verdict
from earthwork.publishing.citations import cite, isolated, outlet_words, speaker_keeps
from earthwork.publishing.facts import BriefEvidence, Fact, Index, fact_at, index_of
from earthwork.publishing.phrases import (
    KIND_NOUNS,
    VERDICT_WORDS,
    Noun,
    capitalised,
    counted,
    joined,
    noun_of,
    spoken_area,
    spoken_between,
    spoken_count,
    spoken_day,
    spoken_length,
)

OVERVIEW_ID = "S-overview"
"""Id of the sentence that counts the verdicts."""
_LEAST_ALTERNATIVE = 0.2
"""Weight from which another kind is named beside the accepted one."""
_AGREES = 1e-6
_OPPOSABLE = frozenset(
    {ClaimKind.BUILDING_RAZED, ClaimKind.BUILDING_STANDING, ClaimKind.BUILDING_DAMAGED}
)
"""Claims whose findings list what opposes them beside what bears them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One statement of a brief."""

    id: str
    """'S-' and the name of its finding."""
    text: str
    """What is printed."""
    finding: str | None
    """Id of the finding it tells; None for the overview."""
    evidence: tuple[str, ...]
    """Ids of claims, observations and scenes it rests on."""
    facts: tuple[Fact, ...]
    """Every value it rests on."""


def compile_sentences(evidence: BriefEvidence) -> tuple[Sentence, ...]:
    """Compile the overview and one statement for each finding, in the order of the findings.

    Parameters
    ----------
    evidence
        The evidence of the brief.

    Raises
    ------
    SentenceUnsupported
        If a finding names a claim, observation or document that the evidence does not hold.
    """
    desk = _Desk(evidence=evidence, index=index_of(evidence))
    told = tuple(_tell(finding, desk) for finding in evidence.findings)
    return (_overview(desk), *told)


def check_sentences(sentences: Sequence[Sentence], evidence: BriefEvidence) -> None:
    """Raise unless each sentence says what its evidence says, and no more.

    Parameters
    ----------
    sentences
        As compiled earlier.
    evidence
        The evidence to hold them against.

    Raises
    ------
    SentenceUnsupported
        Naming the sentence and the fact that differs.
    """
    index = index_of(evidence)
    for sentence in sentences:
        _check_facts(sentence, index)
        _check_names(sentence, index)
    for finding in evidence.findings:
        _check_agreement(finding, index)
    _check_text(sentences, compile_sentences(evidence))


def _check_facts(sentence: Sentence, index: Index) -> None:
    for fact in sentence.facts:
        try:
            now = fact_at(fact.path, index)
        except SentenceUnsupported as error:
            raise SentenceUnsupported(
                f"rests on {fact.path}, which the evidence does not hold", where=sentence.id
            ) from error
        if now != fact:
            raise SentenceUnsupported(
                f"rests on {fact.path} = {fact.value}, but the evidence has {now.value}",
                where=sentence.id,
                cause="the evidence changed after the sentence was compiled",
            )


def _check_names(sentence: Sentence, index: Index) -> None:
    known = {name for things in index.values() for name in things}
    for name in sentence.evidence:
        if name not in known:
            raise SentenceUnsupported(
                f"names {name}, which the evidence does not hold", where=sentence.id
            )


def _check_text(sentences: Sequence[Sentence], compiled: Sequence[Sentence]) -> None:
    fresh = {sentence.id: sentence for sentence in compiled}
    for sentence in sentences:
        if sentence.id not in fresh:
            raise SentenceUnsupported("no finding compiles to this sentence", where=sentence.id)
        if fresh[sentence.id] != sentence:
            raise SentenceUnsupported(
                f"says “{sentence.text}”, but its evidence compiles to “{fresh[sentence.id].text}”",
                where=sentence.id,
                cause="the sentence or its evidence was changed by hand",
            )
    for name in fresh.keys() - {sentence.id for sentence in sentences}:
        raise SentenceUnsupported("the statement of a finding is missing", where=name)


def _check_agreement(finding: Finding, index: Index) -> None:
    """Hold a finding's count and sizes against its own observations."""
    seen = [cast("Observation", index["observations"][name]) for name in finding.observations]
    may_hold_more = finding.claim_kind in _OPPOSABLE
    sums = (
        ("count", finding.count, float(len(seen))),
        ("length_m", finding.length_m, sum(o.length_m or 0.0 for o in seen)),
        ("area_m2", finding.area_m2, sum(o.area_m2 or 0.0 for o in seen)),
    )
    for name, said, summed in sums:
        if said is None or isclose(said, summed, rel_tol=_AGREES):
            continue
        if not (may_hold_more and said <= summed):
            raise SentenceUnsupported(
                f"findings/{finding.id}/{name} is {said:g}, but its observations make {summed:g}",
                where=_sentence_id(finding),
                cause="the finding was not judged anew after an observation changed",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The evidence with its index, and typed look-ups into it."""

    evidence: BriefEvidence
    index: Index

    def fact(self, path: str) -> Fact:
        return fact_at(path, self.index)

    def facts(self, stem: str, *names: str) -> tuple[Fact, ...]:
        return tuple(self.fact(f"{stem}/{name}") for name in names)

    def claim(self, name: str) -> Claim:
        return cast("Claim", self._at("claims", name))

    def observation(self, name: str) -> Observation:
        return cast("Observation", self._at("observations", name))

    def document(self, name: str) -> Document:
        return cast("Document", self._at("documents", name))

    def scene(self, name: str) -> Scene:
        return cast("Scene", self._at("scenes", name))

    def report(self, name: str) -> Report | None:
        return cast("Report | None", self.index["reports"].get(name))

    def candidate(self, name: str | None) -> Candidate | None:
        return cast("Candidate | None", self.index["candidates"].get(name or ""))

    def _at(self, collection: str, name: str) -> object:
        if name not in self.index[collection]:
            raise SentenceUnsupported(
                f"the evidence holds no {name} among its {collection}", where=name
            )
        return self.index[collection][name]


def _sentence_id(finding: Finding) -> str:
    return f"S-{finding.id.removeprefix('F-')}"


def _tell(finding: Finding, desk: _Desk) -> Sentence:
    told = _FORMS[finding.verdict](finding, desk)
    parts = [*_cited(finding, desk), told, *_echoed(finding, desk)]
    return Sentence(
        id=_sentence_id(finding),
        text=" ".join(parts),
        finding=finding.id,
        evidence=(*finding.claims, *finding.observations, *_images(finding, desk)),
        facts=(*_finding_facts(finding, desk), *_claim_facts(finding, desk)),
    )


def _images(finding: Finding, desk: _Desk) -> tuple[str, ...]:
    seen_in = [desk.observation(name).image for name in finding.observations]
    looked_at = [look.scene for look in finding.looks]
    return tuple(dict.fromkeys([*seen_in, *looked_at]))


def _finding_facts(finding: Finding, desk: _Desk) -> tuple[Fact, ...]:
    stem = f"findings/{finding.id}"
    own = desk.facts(
        stem, "verdict", "kind", "reason", "count", "length_m", "area_m2", "place",
        "interval/start", "interval/end", "claims", "observations",
    )  # fmt: skip
    seen = [f for name in finding.observations for f in _observation_facts(name, desk)]
    scenes = [f for name in _images(finding, desk) for f in _scene_facts(name, desk)]
    return (*own, *seen, *scenes)


def _observation_facts(name: str, desk: _Desk) -> tuple[Fact, ...]:
    return desk.facts(
        f"observations/{name}", "id", "kind", "state", "image", "length_m", "area_m2",
        "interval/start", "interval/end",
    )  # fmt: skip


def _scene_facts(name: str, desk: _Desk) -> tuple[Fact, ...]:
    stem = f"scenes/{name}"
    return desk.facts(stem, "id", "capture/interval/start", "capture/interval/end")


def _claim_facts(finding: Finding, desk: _Desk) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    for name in finding.claims:
        document = desk.claim(name).document
        facts += desk.facts(
            f"claims/{name}", "id", "document", "kind", "quote/words", "source/words",
            "source_kind", "polarity", "modality", "hedge/words", "place/words",
        )  # fmt: skip
        facts += desk.facts(f"documents/{document}", "outlet", "published/start", "published/end")
        if desk.report(document) is not None:
            facts.append(desk.fact(f"reports/{document}/may_quote"))
    return tuple(facts)


def _cited(finding: Finding, desk: _Desk) -> list[str]:
    if not finding.claims:
        return []
    claim = desk.claim(finding.claims[0])
    said = cite(claim, desk.document(claim.document), desk.report(claim.document))
    kept = speaker_keeps(claim)
    return [said] if kept is None else [said, kept]


def _echoed(finding: Finding, desk: _Desk) -> list[str]:
    others = finding.claims[1:]
    if not others:
        return []
    verb, counts = ("repeats", "counts") if len(others) == 1 else ("repeat", "count")
    documents = [desk.document(desk.claim(name).document) for name in others]
    outlets = joined(
        [f"{isolated(outlet_words(d))} ({n})" for d, n in zip(documents, others, strict=True)]
    )
    return [f"{outlets} {verb} it and {counts} as the same origin."]


def _outlet(claim: str, desk: _Desk) -> str:
    return outlet_words(desk.document(desk.claim(claim).document))


def _supported(finding: Finding, desk: _Desk) -> str:
    return f"The images bear this out: {_observed(finding, desk)}"


def _partly(finding: Finding, desk: _Desk) -> str:
    return f"The images bear this out in part: {_observed(finding, desk)} {finding.reason}"


def _contradicted(finding: Finding, desk: _Desk) -> str:
    return f"The images contradict this: {_observed(finding, desk)} {finding.reason}"


def _not_seen(finding: Finding, desk: _Desk) -> str:
    looks = [look for look in finding.looks if look.seen is Seen.NOT_SEEN]
    where = _in_images([desk.scene(look.scene) for look in looks])
    return (
        f"It was not seen {where}, though it could have been. {finding.reason}"
        " That is no proof that there was none."
    )


def _not_observable(finding: Finding, desk: _Desk) -> str:
    if not desk.evidence.scenes:
        return f"No image from above could show this. {finding.reason}"
    if finding.claim_kind is ClaimKind.TUNNEL:
        return "Tunnels cannot be seen from above; the images neither support nor contradict this."
    return (
        "This could not be seen from above, and the images neither support nor contradict it."
        f" {finding.reason}"
    )


def _not_assessed(finding: Finding, _: _Desk) -> str:
    return f"This was not assessed. {finding.reason}"


def _premature(finding: Finding, _: _Desk) -> str:
    return f"{finding.reason} It was not held against the images."


def _recorded(_: Finding, __: _Desk) -> str:
    return "It is recorded as reported; this is not something an image can judge."


def _unreported(finding: Finding, desk: _Desk) -> str:
    told = capitalised(_observed(finding, desk))
    if all(desk.observation(name).is_pixels for name in finding.observations):
        return f"{told} The image has no place on the ground: no report can be held against it."
    return f"{told} No report read for this case was found to speak of it."


_FORMS: dict[Verdict | None, Callable[[Finding, _Desk], str]] = {
    Verdict.SUPPORTED: _supported,
    Verdict.PARTLY_SUPPORTED: _partly,
    Verdict.CONTRADICTED: _contradicted,
    Verdict.NOT_SEEN: _not_seen,
    Verdict.NOT_OBSERVABLE: _not_observable,
    Verdict.NOT_ASSESSED: _not_assessed,
    Verdict.PREMATURE: _premature,
    Verdict.RECORDED: _recorded,
    None: _unreported,
}


def _observed(finding: Finding, desk: _Desk) -> str:
    """Say what was seen, how much, where and when, as the rest of a sentence."""
    seen = [desk.observation(name) for name in finding.observations]
    if not seen:
        raise SentenceUnsupported(
            "it is judged by the images, but names no observation", where=_sentence_id(finding)
        )
    groups = [_group(noun, group) for noun, group in _grouped(seen)]
    # A group ends in a comma that a list would double.
    things = joined([*(group.rstrip(",") for group in groups[:-2]), *groups[-2:]])
    verb = "was" if len(seen) == 1 else "were"
    where = _where(finding, desk)
    when = _when(finding.interval, seen, desk)
    return f"{things} {verb} seen{where}{when}.{_alternatives(seen, desk)}"


def _grouped(seen: Sequence[Observation]) -> list[tuple[Noun, list[Observation]]]:
    groups: dict[str, tuple[Noun, list[Observation]]] = {}
    for observation in seen:
        noun = noun_of(observation.kind, observation.state)
        groups.setdefault(noun.many, (noun, []))[1].append(observation)
    return list(groups.values())


def _group(noun: Noun, group: Sequence[Observation]) -> str:
    return f"{counted(noun, len(group))}{_size(group)}"


def _size(group: Sequence[Observation]) -> str:
    lengths = [o.length_m for o in group if o.length_m is not None]
    areas = [o.area_m2 for o in group if o.area_m2 is not None]
    said = [
        f"{spoken_length(sum(lengths))} long{_in_all(lengths, group)}" if lengths else "",
        f"covering {spoken_area(sum(areas))}{_in_all(areas, group)}" if areas else "",
    ]
    words = " and ".join(part for part in said if part)
    return f", {words}," if words else ""


def _in_all(measured: Sequence[float], group: Sequence[Observation]) -> str:
    if len(group) == 1:
        return ""
    if len(measured) < len(group):
        return f" in all ({spoken_count(len(measured))} of them measured)"
    return " in all"


def _alternatives(seen: Sequence[Observation], desk: _Desk) -> str:
    """Name the other kinds that a detector held likely, for what a reader accepted from it."""
    kinds: dict[Kind, None] = {}
    for observation in seen:
        candidate = desk.candidate(observation.candidate)
        for kind, weight in () if candidate is None else candidate.alternatives:
            if weight >= _LEAST_ALTERNATIVE and kind not in {o.kind for o in seen}:
                kinds[kind] = None
    if not kinds:
        return ""
    names = joined([KIND_NOUNS[kind].one for kind in kinds], word="or")
    return f" The image does not exclude {names} instead."


def _where(finding: Finding, desk: _Desk) -> str:
    if not finding.claims:
        return f" {finding.place}" if finding.place else ""
    place = desk.claim(finding.claims[0]).place
    return " in the area of the case" if place is None else " in the area named"


def _when(interval: Interval | None, seen: Sequence[Observation], desk: _Desk) -> str:
    images = _in_images([desk.scene(o.image) for o in seen])
    if all(o.state is BuildingState.STANDING for o in seen):
        return f" {images}"
    if interval is None or interval.end is None:
        return f" {images}; when this came about is not known"
    if interval.start is None:
        return f" by {spoken_day(interval.end)}, first seen then; {_absence(seen, desk)}"
    return f"; the change came about {spoken_between(interval.start, interval.end)}"


def _absence(seen: Sequence[Observation], desk: _Desk) -> str:
    """Say which earlier image shows the place without, where its date gives no first day."""
    names = dict.fromkeys(o.absent_in for o in seen)
    if None in names:
        return "no reader has noted an earlier image without it"
    dates = joined([desk.scene(name).capture.spoken() for name in names if name is not None])
    return f"an earlier image ({dates}) shows the place without it"


def _in_images(scenes: Sequence[Scene]) -> str:
    known = {s.id: s.capture.interval for s in scenes}
    dates = [i.spoken() for i in dict.fromkeys(known.values()) if i is not None]
    if not dates:
        return "in an image of unknown date" if len(known) == 1 else "in images of unknown date"
    if len(dates) == 1 and None not in known.values():
        return f"in the image of {dates[0]}" if len(known) == 1 else f"in images of {dates[0]}"
    undated = ["one of unknown date"] if None in known.values() else []
    return f"in the images of {joined([*dates, *undated])}"


def _overview(desk: _Desk) -> Sentence:
    """Count the verdicts."""
    tally = desk.index["tally"]
    counts = {v: cast("int", tally[v.value]) for v in Verdict if v.value in tally}
    basics = {name: cast("int", tally[name]) for name in ("judged", "reports", "images")}
    said = "; ".join(f"{spoken_count(n)} {_in_a_list(v)}" for v, n in counts.items())
    named = [
        *basics,
        *(v.value for v in counts),
        *(["unreported"] if "unreported" in tally else []),
    ]
    return Sentence(
        id=OVERVIEW_ID,
        text=_overview_text(basics, said, cast("int", tally.get("unreported", 0))),
        finding=None,
        evidence=(),
        facts=tuple(desk.fact(f"tally/{name}") for name in named),
    )


def _overview_text(basics: dict[str, int], said: str, unreported: int) -> str:
    images = _number(basics["images"], "image")
    reports = _number(basics["reports"], "report")
    if not basics["judged"]:
        first = f"{capitalised(images)} and {reports} were read; no claim was found to judge."
    else:
        held = _number(basics["judged"], "claim")
        was = "was" if basics["judged"] == 1 else "were"
        first = f"{capitalised(held)} from {reports} {was} held against {images}. Of these: {said}."
        if not basics["images"]:
            first = (
                f"The case holds no image: nothing that is said of the ground was assessed."
                f" {capitalised(held)} from {reports} {was} read. Of these: {said}."
            )
    if not unreported:
        return first
    more = _number(unreported, "observation")
    match = "matches" if unreported == 1 else "match"
    return f"{first} {capitalised(more)} {match} no report that was read."


def _in_a_list(verdict: Verdict) -> str:
    return VERDICT_WORDS[verdict].replace("; ", ", ")


def _number(count: int, noun: str) -> str:
    return f"{spoken_count(count)} {noun}{'' if count == 1 else 's'}"
