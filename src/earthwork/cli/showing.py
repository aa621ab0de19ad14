"""What the last run of a case found, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from earthwork.cli.terminal import out, say
from earthwork.errors import CaseInvalid
from earthwork.evidence.store import Store
from earthwork.model.case import Case
from earthwork.pipeline.assessment import (
    ECHOES,
    JUDGE,
    OBSERVE,
    read_findings,
    read_taken_in,
)
from earthwork.pipeline.detecting import read_candidates
from earthwork.pipeline.opening import read_scene
from earthwork.pipeline.reading import read_claims_file
from earthwork.pipeline.records import encode
from earthwork.pipeline.run import last_result, last_results

Rows = tuple[tuple[str, ...], Sequence[tuple[str, ...]], Any]
"""Column titles, rows, and the values themselves."""


def show_what(case: Case, what: str, *, as_json: bool) -> None:
    """Print one kind of result of the last run.

    Parameters
    ----------
    case
        The case.
    what
        One of the kinds in ``SHOWN``.
    as_json
        Print the values instead of a table.

    Raises
    ------
    CaseInvalid
        If the case was not run since it last changed.
    """
    titles, rows, values = SHOWN[what](case)
    if as_json:
        say(json.dumps(encode(values), ensure_ascii=False, indent=1))
        return
    table = Table(*titles, show_lines=False, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def _result(case: Case, name: str) -> Path:
    folder = last_result(Store.reading(case.folder), name)
    if folder is None:
        raise CaseInvalid(
            "there is no result of this",
            where=str(case.folder),
            cause="the case was not run yet, or its work folder was deleted",
            choices=[f"earthwork assess {case.folder.name}"],
        )
    return folder


def _findings(case: Case) -> Rows:
    findings = read_findings(_result(case, JUDGE))
    rows = [
        (
            f.id,
            _word(f.verdict, "unreported"),
            _word(f.kind or f.claim_kind, ""),
            ", ".join(f.claims or f.observations),
            f.reason,
        )
        for f in findings
    ]
    return ("id", "verdict", "of what", "rests on", "why"), rows, findings


def _claims(case: Case) -> Rows:
    claims = read_claims_file(_result(case, ECHOES))
    rows = [
        (
            c.id,
            _word(c.kind, ""),
            _word(c.polarity, ""),
            _word(c.modality, ""),
            c.source.words if c.source else _word(c.source_kind, ""),
            c.quote.words,
        )
        for c in claims
    ]
    return ("id", "kind", "polarity", "footing", "source", "words"), rows, claims


def _observations(case: Case) -> Rows:
    observations = read_taken_in(_result(case, OBSERVE)).observations
    rows = [
        (o.id, _word(o.kind or o.state, ""), o.image, o.interval.spoken(), o.reader)
        for o in observations
    ]
    return ("id", "what", "image", "when", "reader"), rows, observations


def _candidates(case: Case) -> Rows:
    folders = last_results(Store.reading(case.folder), kind="detect")
    candidates = [c for folder in folders for c in read_candidates(folder)]
    ranked = sorted(candidates, key=lambda c: -c.score)
    rows = [
        (c.id, _word(c.kind, ""), f"{c.score:.2f}", _size(c.area_m2, c.length_m)) for c in ranked
    ]
    return ("id", "kind", "score", "size"), rows, ranked


def _size(area_m2: float | None, length_m: float | None) -> str:
    if length_m is not None:
        return f"{length_m:.0f} m"
    return "" if area_m2 is None else f"{area_m2:.0f} m²"


def _scenes(case: Case) -> Rows:
    scenes = [read_scene(_result(case, f"open {source.id}")) for source in case.scenes]
    rows = [(s.id, s.capture.spoken(), s.grid.spoken(), s.licence.credit) for s in scenes]
    return ("id", "taken", "grid", "credit"), rows, scenes


def _ledger(case: Case) -> Rows:
    entries = Store.reading(case.folder).entries
    rows = [(str(e.n), e.time, e.act, e.by, e.hash[:12]) for e in entries]
    return ("n", "time", "act", "by", "hash"), rows, [list(row) for row in rows]


def _word(value: object, absent: str) -> str:
    return absent if value is None else str(value).replace("_", " ")


SHOWN: dict[str, Callable[[Case], Rows]] = {
    "findings": _findings,
    "claims": _claims,
    "observations": _observations,
    "candidates": _candidates,
    "scenes": _scenes,
    "ledger": _ledger,
}
"""What can be shown, by name."""
