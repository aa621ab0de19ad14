"""What sentences rest on: the evidence of a brief, and single facts of it that can be looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from earthwork.errors import SentenceUnsupported
from earthwork.model.case import Case
from earthwork.model.claim import Claim, Document
from earthwork.model.finding import Finding
from earthwork.model.observation import Candidate, Observation
from earthwork.model.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefEvidence:
    """All that a brief may speak of."""

    case: Case
    """The question."""
    scenes: tuple[Scene, ...] = ()
    """The images, the earliest first."""
    documents: tuple[Document, ...] = ()
    """The reports as text."""
    claims: tuple[Claim, ...] = ()
    """What the reports say, echoes marked."""
    observations: tuple[Observation, ...] = ()
    """What readers accepted or drew; its order numbers them in plates, map and tables."""
    candidates: tuple[Candidate, ...] = ()
    """What detectors proposed, reviewed or not: alternatives of an accepted one are said."""
    findings: tuple[Finding, ...] = ()
    """Claims judged, and observations that nobody reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value under a sentence, and where in the evidence it stands."""

    path: str
    """Collection, id and field, parted by strokes: 'findings/F-1/length_m'."""
    value: str
    """The value in its canonical form; 'none' for None."""


Index = Mapping[str, Mapping[str, object]]
"""Collection to id to value."""


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def index_of(evidence: BriefEvidence) -> Index:
    """Return the evidence by collection and id."""
    return {
        "scenes": _by_id(evidence.scenes),
        "documents": _by_id(evidence.documents),
        "reports": _by_id(evidence.case.reports),
        "claims": _by_id(evidence.claims),
        "observations": _by_id(evidence.observations),
        "candidates": _by_id(evidence.candidates),
        "findings": _by_id(evidence.findings),
        "tally": _tally(evidence),
    }


def _by_id(items: Iterable[_Named]) -> dict[str, object]:
    return {item.id: item for item in items}


def _tally(evidence: BriefEvidence) -> dict[str, object]:
    counts = Counter(
        "unreported" if f.verdict is None else f.verdict.value for f in evidence.findings
    )
    return {
        **counts,
        "claims": len(evidence.claims),
        "reports": len(evidence.documents),
        "images": len(evidence.scenes),
        "judged": sum(f.verdict is not None for f in evidence.findings),
    }


def fact_at(path: str, index: Index) -> Fact:
    """Return the fact at a path.

    Parameters
    ----------
    path
        Collection, id and field names, parted by strokes.
    index
        The evidence by collection and id.

    Raises
    ------
    SentenceUnsupported
        If the path leads nowhere.
    """
    return Fact(path=path, value=_canonical(value_at(path, index)))


def value_at(path: str, index: Index) -> object:
    """Return the value at a path; None where a step on the way is None.

    Raises
    ------
    SentenceUnsupported
        If the path leads nowhere.
    """
    collection, name, *names = path.split("/")
    if name not in index.get(collection, {}):
        raise SentenceUnsupported(
            f"the evidence holds no {name} among its {collection}", where=path
        )
    value = index[collection][name]
    for field in names:
        if value is None:
            return None
        if not hasattr(value, field):
            raise SentenceUnsupported(f"the evidence has no field {field}", where=path)
        value = getattr(value, field)
    return value


def _canonical(value: object) -> str:
    match value:
        case None:
            return "none"
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return ",".join(_canonical(item) for item in value)
    return str(value)
