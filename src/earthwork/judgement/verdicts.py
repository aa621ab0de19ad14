"""The verdict on each claim, and the findings that nobody reported.

First rules, without probabilities: a calibrated likelihood will be added, the verdicts stay. Only
observations count - what a named reader accepted or drew. Candidates are listed beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shapely.geometry.base import BaseGeometry

from earthwork.judgement.claimed_size import claimed_size_m
from earthwork.judgement.matching import (
    TOTAL,
    Match,
    area_m2,
    claim_area,
    describe_place,
    length_m,
    match,
    named_building,
)
from earthwork.judgement.observability import Question, SceneView, obstacle
from earthwork.model.claim import Claim, Quantity
from earthwork.model.finding import Finding, Look
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    BuildingState,
    ClaimKind,
    ImageCheckable,
    Kind,
    Modality,
    Polarity,
    Progress,
    Seen,
    Verdict,
)

_ENOUGH_OF_SAID = 0.75
"""Share of a number said that must be observed to bear it out."""
RECENT = timedelta(days=14)
"""A thing said without a time is taken to stand in these days before publication."""
_UNREALISED = frozenset({Modality.PLANNED, Modality.FORECAST, Modality.CONDITIONAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that judgement rests on."""

    claims: tuple[Claim, ...]
    """Every claim of every report, echoes marked."""
    observations: tuple[Observation, ...]
    """What readers accepted or drew."""
    candidates: tuple[tuple[Candidate, BaseGeometry | None], ...]
    """Unreviewed candidates, each with its geometry in longitude and latitude, if placed."""
    views: tuple[SceneView, ...]
    """The scenes, earliest first."""
    area: BaseGeometry | None
    """Area of the case, longitude and latitude."""
    as_of: date
    """Date of the statement."""
    published: Mapping[str, Interval | None]
    """When each document was published, by id."""
    places: tuple[GazetteerEntry, ...] = ()
    """Named places to say where an observation lies."""


def judge(evidence: Evidence) -> tuple[Finding, ...]:
    """Judge every claim, and list every observation that nobody reported.

    Returns
    -------
    tuple of Finding
        Claims in text order (echoes with their origin), then unreported observations.
    """
    groups = _echo_groups(evidence.claims)
    judged = [judge_claim(group, evidence) for group in groups]
    reported = {name for finding in judged for name in finding.observations}
    return (*judged, *_unreported(evidence, reported))


def _echo_groups(claims: Sequence[Claim]) -> list[tuple[Claim, ...]]:
    by_id = {claim.id: claim for claim in claims}
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        root = claim.echo_of if claim.echo_of in by_id else None
        groups.setdefault(root or claim.id, []).append(claim)
    return [tuple(sorted(group, key=lambda c: c.echo_of is not None)) for group in groups.values()]


def judge_claim(group: Sequence[Claim], evidence: Evidence) -> Finding:
    """Judge one claim with its echoes.

    Parameters
    ----------
    group
        The claim first, then those that repeat it; they count as one source.
    evidence
        Observations, scenes and dates.
    """
    claim = group[0]
    draft = _beyond_images(claim, evidence) or _against_images(claim, evidence)
    return _identified(replace(draft, claims=tuple(c.id for c in group), independent_sources=1))


def _draft(claim: Claim, verdict: Verdict, reason: str, *, looks: tuple[Look, ...] = ()) -> Finding:
    return Finding(
        id="",
        claims=(claim.id,),
        claim_kind=claim.kind,
        kind=None,
        verdict=verdict,
        reason=reason,
        observations=(),
        candidates=(),
        looks=looks,
        interval=None,
        place=None if claim.place is None else (claim.place.words or claim.place.name),
    )


_BEYOND: dict[ImageCheckable, tuple[Verdict, str]] = {
    ImageCheckable.NO_SUBSURFACE: (
        Verdict.NOT_OBSERVABLE,
        "It lies under the ground, where no image from above can show it.",
    ),
    ImageCheckable.NO_NOT_PHYSICAL: (
        Verdict.RECORDED,
        "It is a statement that images cannot judge; it is recorded with its source.",
    ),
    ImageCheckable.NO_TRANSIENT: (
        Verdict.NOT_OBSERVABLE,
        "It leaves no lasting trace that an image of another moment could show.",
    ),
    ImageCheckable.NO_TOO_SMALL: (
        Verdict.NOT_OBSERVABLE,
        "It is too small for an image from above.",
    ),
}
_NOT_ALTERATION = "It is not an alteration of the ground; it is recorded with its source."
_NEVER_DUE = frozenset({ImageCheckable.NO_SUBSURFACE, ImageCheckable.NO_NOT_PHYSICAL})


def _beyond_images(claim: Claim, evidence: Evidence) -> Finding | None:
    """Return the finding on a claim that no image need be opened for, else None."""
    checkable = claim.image_checkable
    if claim.kind is ClaimKind.TUNNEL:
        checkable = ImageCheckable.NO_SUBSURFACE
    if checkable not in _NEVER_DUE and _is_premature(claim, evidence):
        return _draft(claim, Verdict.PREMATURE, _not_due(claim, evidence))
    if checkable in _BEYOND:
        return _draft(claim, *_BEYOND[checkable])
    if claim.kind not in PHYSICAL_CLAIMS:
        return _draft(claim, Verdict.RECORDED, _NOT_ALTERATION)
    return None


def _not_due(claim: Claim, evidence: Evidence) -> str:
    if claim.interval is None or claim.interval.end is None:
        return "It was announced or foretold without a date at which it could be checked."
    due = _day(claim.interval.end.date())
    return f"It was announced for {due} or before, which was not past on {_day(evidence.as_of)}."


def _is_premature(claim: Claim, evidence: Evidence) -> bool:
    announced = claim.modality in _UNREALISED or claim.progress is Progress.ANNOUNCED
    if not announced:
        return False
    due = None if claim.interval is None else claim.interval.end
    return due is None or due.date() > evidence.as_of


def _against_images(claim: Claim, evidence: Evidence) -> Finding:
    if not evidence.views:
        return _draft(claim, Verdict.NOT_ASSESSED, "The case holds no image.")
    area = claim_area(claim, evidence.area)
    asked = _asked(claim, evidence)
    found = match(claim, area, _of_its_time(claim, asked, evidence))
    question = Question(
        kinds=PHYSICAL_CLAIMS[claim.kind],
        area=area,
        interval=asked,
        size_m=claimed_size_m(claim),
        is_past=_is_past(claim),
    )
    looks = tuple(_look(question, view, found, claim) for view in evidence.views)
    draft = _weighed(claim, found, looks)
    waiting = _waiting(claim, area, evidence)
    return replace(draft, candidates=waiting)


def _is_past(claim: Claim) -> bool:
    return claim.progress is Progress.PAST


def _of_its_time(
    claim: Claim, asked: Interval | None, evidence: Evidence
) -> tuple[Observation, ...]:
    """Return the observations that may be what a claim speaks of.

    A claim of things past is held only against images of that time: what stands today is another.
    """
    if not _is_past(claim):
        return evidence.observations
    captures = {view.scene.id: view.scene.capture.interval for view in evidence.views}
    return tuple(
        o
        for o in evidence.observations
        if asked is not None
        and (taken := captures.get(o.image)) is not None
        and taken.overlaps(asked)
    )


def _asked(claim: Claim, evidence: Evidence) -> Interval | None:
    published = evidence.published.get(claim.document)
    if claim.interval is not None or published is None or published.start is None:
        return claim.interval
    return Interval(start=published.start - RECENT, end=published.end)


def _look(question: Question, view: SceneView, found: Match, claim: Claim) -> Look:
    matched = (*found.bearing_out, *found.staged, *found.opposing)
    here = [o for o in matched if o.image == view.scene.id]
    if here:
        how_many = "one thing" if len(here) == 1 else f"{len(here)} things"
        return Look(scene=view.scene.id, seen=Seen.SEEN, reason=f"a reader marked {how_many}")
    if any(o.absent_in == view.scene.id for o in matched):
        reason = "a reader found the place without it"
        return Look(scene=view.scene.id, seen=Seen.NOT_SEEN, reason=reason)
    stopped = obstacle(question, view)
    if stopped is not None:
        return Look(scene=view.scene.id, seen=stopped[0], reason=stopped[1])
    what = claim.kind.value.replace("_", " ")
    reason = f"the place was covered, clear and read; no {what} was marked"
    return Look(scene=view.scene.id, seen=Seen.NOT_SEEN, reason=reason)


def _weighed(claim: Claim, found: Match, looks: tuple[Look, ...]) -> Finding:
    if found.bearing_out:
        return _seen(claim, found, looks)
    if found.opposing:
        return _opposed(claim, found, looks)
    if found.staged:
        return _staged(claim, found, looks)
    return _unseen(claim, looks)


def _seen(claim: Claim, found: Match, looks: tuple[Look, ...]) -> Finding:
    wanted = PHYSICAL_CLAIMS[claim.kind]
    seen = sorted(found.bearing_out, key=lambda o: wanted.index(o.kind) if o.kind in wanted else 0)
    verdict, reason = _verdict_when_seen(claim, found)
    return replace(
        _draft(claim, verdict, reason, looks=looks),
        kind=seen[0].kind,
        observations=tuple(o.id for o in (*seen, *found.opposing)),
        interval=_bracket(seen),
        count=len(seen),
        area_m2=area_m2(seen),
        length_m=length_m(seen),
    )


def _likeliest_first(claim: Claim, seen: Sequence[Observation]) -> list[Observation]:
    order = {kind: rank for rank, kind in enumerate(PHYSICAL_CLAIMS[claim.kind])}
    return sorted(seen, key=lambda o: 0 if o.kind is None else order.get(o.kind, 0))


def _verdict_when_seen(claim: Claim, found: Match) -> tuple[Verdict, str]:
    against = _contradiction(claim, found.bearing_out)
    if against is not None:
        return Verdict.CONTRADICTED, against
    part = _part(claim, found)
    if part is not None:
        return Verdict.PARTLY_SUPPORTED, part
    return Verdict.SUPPORTED, _when_seen(found.bearing_out)


def _contradiction(claim: Claim, seen: Sequence[Observation]) -> str | None:
    if claim.polarity is Polarity.NEGATED:
        return "It was said not to be there, and a reader saw it."
    if _is_later_than_said(claim, seen):
        return "It was seen, but came after the time that is claimed."
    return None


def _part(claim: Claim, found: Match) -> str | None:
    """Say why only part of a claim is borne out; None if all of it is."""
    seen = found.bearing_out
    if found.opposing:
        return "Part of it was seen; elsewhere the contrary was seen."
    if named_building(claim) is not None and not any(_notes(claim, o) for o in seen):
        return "Such buildings were seen there; whether one of them is the one named was not noted."
    return _shortfall(claim, seen) or _other_kind(claim, seen)


def _other_kind(claim: Claim, seen: Sequence[Observation]) -> str | None:
    primary = PHYSICAL_CLAIMS[claim.kind][:1]
    if not primary or any(o.kind in primary or o.state is not None for o in seen):
        return None
    names = " and ".join(sorted({str(o.kind).replace("_", " ") for o in seen}))
    return f"What was seen is {names}, which may be what is meant."


def _notes(claim: Claim, observation: Observation) -> bool:
    word = named_building(claim)
    return word is not None and observation.note is not None and word in observation.note.lower()


def _when_seen(seen: Sequence[Observation]) -> str:
    undated = all(o.interval.start is None and o.interval.end is None for o in seen)
    if undated:
        return "It was seen, in an image of unknown date: when it came about is not known."
    if all(o.state is BuildingState.STANDING for o in seen):
        return "It was seen standing."
    if all(o.absent_in is not None for o in seen):
        return "It was seen, and an earlier image shows the place without it."
    return "It was seen; no reader has noted an earlier image without it."


def _is_later_than_said(claim: Claim, seen: Sequence[Observation]) -> bool:
    return claim.interval is not None and all(o.interval.is_after(claim.interval) for o in seen)


def _shortfall(claim: Claim, seen: Sequence[Observation]) -> str | None:
    total = TOTAL.search(claim.quote.words)
    if total is not None and claim.kind is not ClaimKind.BUILDING_STANDING:
        said = total.group(0)
        return f"It was seen, but “{said}” was not measured: the images show part of it at least."
    for quantity in claim.quantities:
        observed = _observed(quantity, seen)
        if observed is not None and observed < _ENOUGH_OF_SAID * quantity.low:
            return f"“{quantity.span.words}” was said; less was seen."
    return None


def _observed(quantity: Quantity, seen: Sequence[Observation]) -> float | None:
    if quantity.unit == "count":
        return None if _is_ground(seen) else float(len(seen))
    if quantity.unit in {"m", "km"}:
        length = length_m(seen)
        return None if length is None else length / (1000.0 if quantity.unit == "km" else 1.0)
    return area_m2(seen) if quantity.unit == "m2" else None


def _is_ground(seen: Sequence[Observation]) -> bool:
    """Tell whether areas were seen, which a number of buildings or blocks does not count."""
    return all(o.kind is Kind.GROUND_CLEARED for o in seen)


def _opposed(claim: Claim, found: Match, looks: tuple[Look, ...]) -> Finding:
    draft = _draft(claim, Verdict.CONTRADICTED, "A reader saw the contrary.", looks=looks)
    seen = found.opposing
    return replace(
        draft,
        kind=seen[0].kind,
        observations=tuple(o.id for o in seen),
        interval=_bracket(seen),
        count=len(seen),
    )


def _staged(claim: Claim, found: Match, looks: tuple[Look, ...]) -> Finding:
    reason = "Barriers stood ready beside the road; the road itself was open."
    is_denied = claim.polarity is Polarity.NEGATED
    verdict = Verdict.SUPPORTED if is_denied else Verdict.PARTLY_SUPPORTED
    return replace(
        _draft(claim, verdict, reason, looks=looks),
        kind=Kind.BARRIER_STAGED,
        observations=tuple(o.id for o in found.staged),
        interval=_bracket(found.staged),
        count=len(found.staged),
    )


def _unseen(claim: Claim, looks: tuple[Look, ...]) -> Finding:
    by_state = {state: [k for k in looks if k.seen is state] for state in Seen}
    if by_state[Seen.NOT_SEEN]:
        reason = (
            "A reader looked where it should be and marked none; how often such things are"
            " missed has not been measured."
        )
        return _draft(claim, Verdict.NOT_SEEN, reason, looks=looks)
    if by_state[Seen.NOT_ASSESSED]:
        reasons = sorted({look.reason for look in by_state[Seen.NOT_ASSESSED]})
        return _draft(claim, Verdict.NOT_ASSESSED, _sentence("; ".join(reasons)), looks=looks)
    reasons = sorted({look.reason for look in looks})
    return _draft(claim, Verdict.NOT_OBSERVABLE, _sentence("; ".join(reasons)), looks=looks)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def _waiting(claim: Claim, area: BaseGeometry | None, evidence: Evidence) -> tuple[str, ...]:
    kinds = PHYSICAL_CLAIMS.get(claim.kind, ())
    return tuple(
        candidate.id
        for candidate, where in evidence.candidates
        if candidate.kind in kinds
        and area is not None
        and where is not None
        and where.intersects(area)
    )


def _bracket(observations: Iterable[Observation]) -> Interval:
    """Return the span in which all of several changes came about."""
    intervals = [o.interval for o in observations]
    starts = [i.start for i in intervals]
    ends = [i.end for i in intervals]
    return Interval(
        start=None if None in starts else min(s for s in starts if s is not None),
        end=None if None in ends else max(e for e in ends if e is not None),
    )


_UNMATCHED = "Seen by a reader; no report read for this case was found to speak of it."
_UNPLACED = "Seen by a reader in an image without place, which no report can be held against."


def _unreported(evidence: Evidence, reported: set[str]) -> tuple[Finding, ...]:
    return tuple(
        _identified(
            Finding(
                id="",
                claims=(),
                claim_kind=None,
                kind=observation.kind,
                verdict=None,
                reason=_UNPLACED if observation.is_pixels else _UNMATCHED,
                observations=(observation.id,),
                candidates=(),
                looks=(Look(scene=observation.image, seen=Seen.SEEN, reason="a reader saw it"),),
                interval=observation.interval,
                count=1,
                area_m2=observation.area_m2,
                length_m=observation.length_m,
                place=_where(observation, evidence),
            )
        )
        for observation in evidence.observations
        if observation.id not in reported
    )


def _where(observation: Observation, evidence: Evidence) -> str | None:
    if observation.is_pixels:
        return None
    return describe_place(observation.geometry, evidence.places)


def _identified(finding: Finding) -> Finding:
    rests_on = "\n".join(finding.claims or finding.observations)
    return replace(finding, id=f"F-{hashlib.sha256(rests_on.encode()).hexdigest()[:8]}")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
