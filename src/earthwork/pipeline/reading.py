"""From a report's file to its claims, and from all claims to their echoes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from earthwork.errors import EvidenceChanged
from earthwork.io.documents import read_document
from earthwork.io.gazetteer import load_gazetteer
from earthwork.model.case import Report
from earthwork.model.claim import Claim, Document
from earthwork.model.interval import Interval
from earthwork.model.place import Gazetteer, GazetteerEntry
from earthwork.pipeline.plan import digest_of
from earthwork.pipeline.records import from_bytes, to_bytes
from earthwork.reports.claims import read_claims
from earthwork.reports.echoes import group_echoes
from earthwork.reports.places import ReadingContext
from earthwork.reports.records import claim_record

DOCUMENT_FILE = "document.json"
CLAIMS_FILE = "claims.json"


def require_digest(report: Report) -> None:
    """Raise if a report's file is not the one the case names by its sha256.

    Raises
    ------
    EvidenceChanged
        With both digests.
    """
    if report.sha256 is None:
        return
    found = digest_of(report.file)
    if found != report.sha256:
        raise EvidenceChanged(
            f"its sha256 is {found}, the case names {report.sha256}",
            where=str(report.file),
            cause="another edition of the text, or other line ends",
        )


def read_report(
    file: Path,
    *,
    name: str,
    published: Interval | None,
    outlet: str | None = None,
    encoding: str | None = None,
    gazetteer: Gazetteer,
    context: ReadingContext,
) -> tuple[Document, tuple[Claim, ...]]:
    """Read one report into its text and its claims.

    Parameters
    ----------
    file
        The report.
    name
        Id of the document; claims are numbered under it.
    published
        When it was published; dates like 'Friday' count from there.
    outlet
        Who published it.
    encoding
        Encoding to read it in; None: found out, and the decision recorded.
    gazetteer
        What resolves names.
    context
        The place that 'the city' means.
    """
    document = read_document(file, id=name, published=published, outlet=outlet, encoding=encoding)
    return document, read_claims(document, gazetteer=gazetteer, context=context)


def context_of(
    place: str | None, gazetteer: Gazetteer, *, places: tuple[GazetteerEntry, ...] = ()
) -> ReadingContext:
    """Return the context in which reports on a place are read.

    Parameters
    ----------
    place
        The place asked about, 'Mosul' or 'Mosul, Iraq'; None for none.
    gazetteer
        What resolves it.
    places
        The case's own places, before the gazetteer's.
    """
    entry = None if place is None else find_place(place, gazetteer)
    return ReadingContext(place=entry, extra=places)


def find_place(place: str, gazetteer: Gazetteer) -> GazetteerEntry | None:
    """Return the entry that a place's words mean; None if no name in them is known."""
    for words in (place, place.split(",", maxsplit=1)[0].strip()):
        if entries := gazetteer.lookup(words):
            return entries[0]
    return None


def with_echoes(claims: Sequence[Claim], documents: Sequence[Document]) -> tuple[Claim, ...]:
    """Return all claims of a case, those that repeat another marked as its echo."""
    return group_echoes(tuple(claims), tuple(documents))


def write_reading(document: Document, claims: Sequence[Claim], out: Path) -> None:
    """Write a document and its claims as one step's result."""
    (out / DOCUMENT_FILE).write_bytes(to_bytes(document))
    (out / CLAIMS_FILE).write_bytes(to_bytes(tuple(claims)))


def read_reading(folder: Path) -> tuple[Document, tuple[Claim, ...]]:
    """Return the document and the claims that a finished 'read' step holds."""
    return from_bytes(Document, (folder / DOCUMENT_FILE).read_bytes()), read_claims_file(folder)


def read_claims_file(folder: Path) -> tuple[Claim, ...]:
    """Return the claims that a finished 'read' or 'echoes' step holds."""
    kind: Any = tuple[Claim, ...]
    claims: tuple[Claim, ...] = from_bytes(kind, (folder / CLAIMS_FILE).read_bytes())
    return claims


def claims_jsonl(claims: Iterable[Claim]) -> bytes:
    """Return claims as JSONL, one a line, with the keys of the annotation guide."""
    return jsonl(claim_record(claim) for claim in claims)


def jsonl(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Return records as JSONL, in UTF-8."""
    lines = [json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records]
    return "".join(lines).encode()


def case_gazetteer(entries: Iterable[GazetteerEntry] = ()) -> Gazetteer:
    """Return the packaged gazetteer with the case's own places before it."""
    return load_gazetteer(extra=tuple(entries))
