"""Single stages on reports: files in, files out, without a case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from earthwork.errors import EarthworkError, InvalidValue, UnreadableReport
from earthwork.io.drawings import DrawingContents, read_drawing
from earthwork.io.rasters import open_raster
from earthwork.io.timestamps import parse_capture, parse_interval
from earthwork.judgement.observability import SceneView
from earthwork.judgement.verdicts import Evidence, judge
from earthwork.model.claim import Claim, Document
from earthwork.model.finding import Finding
from earthwork.model.interval import UNKNOWN_CAPTURE, Interval
from earthwork.model.scene import Licence, Scene
from earthwork.pipeline.plan import digest_of
from earthwork.pipeline.reading import (
    case_gazetteer,
    claims_jsonl,
    context_of,
    jsonl,
    read_report,
    with_echoes,
)
from earthwork.pipeline.records import to_bytes
from earthwork.reports.dates import time_expressions
from earthwork.reports.places import toponyms
from earthwork.reports.records import claim_from_record, time_record, toponym_record


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRequest:
    """Reports to read, and what is stated of them."""

    files: tuple[Path, ...]
    """Reports."""
    published: str | None = None
    """When they were published."""
    place: str | None = None
    """What 'the city' means."""
    outlet: str | None = None
    """Who published them."""
    encoding: str | None = None
    """Encoding of the files; None: found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingResult:
    """What was read."""

    claims: bytes
    """JSONL, one claim a line."""
    places: bytes
    """JSONL, one toponym a line."""
    dates: bytes
    """JSONL, one time expression a line."""
    count: int
    """Number of claims."""
    documents: int
    """Number of reports read."""
    decisions: tuple[str, ...]
    """What was decided on reading them."""
    skipped: tuple[str, ...]
    """Files that could not be read, and why."""


def read_files(request: ReadingRequest) -> ReadingResult:
    """Read reports into claims; what cannot be read is named and the rest goes on.

    Raises
    ------
    InvalidValue
        If the publication date is not understood.
    """
    gazetteer = case_gazetteer()
    context = context_of(request.place, gazetteer)
    published = None if request.published is None else parse_interval(request.published)
    read: list[tuple[Path, Document, tuple[Claim, ...]]] = []
    skipped = []
    for path, name in zip(request.files, document_names(request.files), strict=True):
        try:
            document, claims = read_report(
                path,
                name=name,
                published=published,
                outlet=request.outlet,
                encoding=request.encoding,
                gazetteer=gazetteer,
                context=context,
            )
        except EarthworkError as error:
            skipped.append(str(error))
        else:
            read.append((path, document, claims))
    documents = [document for _, document, _ in read]
    claims = with_echoes([claim for _, _, found in read for claim in found], documents)
    return ReadingResult(
        claims=claims_jsonl(claims),
        places=jsonl(
            toponym_record(toponym, file=path.name)
            for path, document, _ in read
            for toponym in toponyms(document, gazetteer=gazetteer, context=context)
        ),
        dates=jsonl(
            time_record(expression, file=path.name)
            for path, document, _ in read
            for expression in time_expressions(document)
        ),
        count=len(claims),
        documents=len(documents),
        decisions=tuple(d for document in documents for d in document.decisions),
        skipped=tuple(skipped),
    )


def document_names(files: tuple[Path, ...]) -> tuple[str, ...]:
    """Return an id for each report: its name without suffix, numbered where two are alike."""
    stems = {path.stem for path in files}
    names: list[str] = []
    for path in files:
        name, number = path.stem, 1
        while name in names or (number > 1 and name in stems):
            number += 1
            name = f"{path.stem}-{number}"
        names.append(name)
    return tuple(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementFiles:
    """What one judgement reads."""

    claims: Path
    """claims.jsonl."""
    observed: Path | None = None
    """A reader's drawing."""
    reader: str | None = None
    """Who drew it."""
    image: Path | None = None
    """The image it was drawn on."""
    captured: str | None = None
    """When the image was taken."""
    as_of: str | None = None
    """Date of the statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementResult:
    """What one judgement found."""

    findings: bytes
    """Findings as JSON."""
    lines: tuple[str, ...]
    """One line of text for each finding."""
    skipped: tuple[str, ...]
    """Rows of the drawing that were left out, and why."""


def judge_files(files: JudgementFiles) -> JudgementResult:
    """Judge claims against one reader's observations on one image.

    Raises
    ------
    UnreadableReport
        If the claims are not claims.
    InvalidValue
        If a drawing comes without reader or image.
    """
    claims = _read_claims(files.claims)
    scene = None if files.image is None else _scene(files)
    drawn = _drawn(files, scene)
    views = () if scene is None else (_view(scene, files),)
    findings = judge(
        Evidence(
            claims=claims,
            observations=drawn.observations,
            candidates=(),
            views=views,
            area=None if not views else views[0].outline,
            as_of=_as_of(files.as_of),
            published={},
        )
    )
    return JudgementResult(
        findings=to_bytes(findings),
        lines=tuple(_line(finding) for finding in findings),
        skipped=tuple(f"{skipped.item}: {skipped.error}" for skipped in drawn.skipped),
    )


def _read_claims(path: Path) -> tuple[Claim, ...]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        records: list[Any] = [json.loads(line) for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableReport(
            f"these are not claims: {error}",
            where=str(path),
            choices=["the JSONL that earthwork read writes"],
        ) from error
    if not all(isinstance(record, dict) for record in records):
        raise UnreadableReport(
            "these are not claims: a line holds no record",
            where=str(path),
            choices=["the JSONL that earthwork read writes"],
        )
    return tuple(claim_from_record(record) for record in records)


def _scene(files: JudgementFiles) -> Scene:
    if files.image is None:
        raise InvalidValue("no image is given", choices=["--image FILE"])
    with open_raster(files.image) as raster:
        grid = raster.grid
    capture = (
        UNKNOWN_CAPTURE
        if files.captured is None
        else parse_capture(files.captured, source="stated")
    )
    return Scene(
        id=files.image.stem,
        digest=digest_of(files.image),
        grid=grid,
        capture=capture,
        licence=Licence(credit="not stated", terms="not stated", may_republish=False),
    )


def _drawn(files: JudgementFiles, scene: Scene | None) -> DrawingContents:
    if files.observed is None:
        return DrawingContents(observations=(), reviews=(), skipped=())
    if files.reader is None or scene is None:
        raise InvalidValue(
            "a drawing needs its reader and its image",
            where=str(files.observed),
            choices=["--reader NAME --image FILE"],
        )
    return read_drawing(
        files.observed,
        reader=files.reader,
        scene=scene.id,
        captures={scene.id: scene.capture},
        grids={scene.id: scene.grid},
    )


def _view(scene: Scene, files: JudgementFiles) -> SceneView:
    return SceneView(
        scene=scene,
        outline=scene.grid.outline_lonlat(),
        assessed_share=None,
        readers=() if files.reader is None else (files.reader,),
    )


def _as_of(words: str | None) -> date:
    stated: Interval | None = None if words is None else parse_interval(words)
    if stated is None or stated.end is None:
        return datetime.now(UTC).date()
    return stated.end.date()


def _line(finding: Finding) -> str:
    verdict = "unreported" if finding.verdict is None else finding.verdict.value
    names = ", ".join(finding.claims or finding.observations)
    return f"{finding.id}  {verdict.replace('_', ' ')}  ({names})  {finding.reason}"
