"""The brief: one account, as a page that works offline and as a PDF, from the same values."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from jinja2 import BaseLoader, Environment, StrictUndefined, Template

import earthwork
from earthwork.errors import PublishError, TypesettingFailed
from earthwork.model.claim import Document
from earthwork.model.finding import Finding
from earthwork.model.observation import Candidate, Observation
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import BuildingState, Verdict
from earthwork.publishing.captions import SIMULATED, spoken_gsd
from earthwork.publishing.citations import claimed_words, isolated, outlet_words, source_words
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.limits import DO_NO_HARM, LIMITS, METHOD, Limit
from earthwork.publishing.maps import NO_MAP, OverviewMap
from earthwork.publishing.phrases import (
    UNREPORTED_WORDS,
    VERDICT_WORDS,
    short_name,
    spoken_area,
    spoken_change,
    spoken_date_of,
    spoken_day,
    spoken_length,
)
from earthwork.publishing.plates import Plate
from earthwork.publishing.sentences import Sentence, check_sentences

A_READER = "name withheld"
"""What stands in a public product for the name of who looked."""
_SUMMARY = (
    Verdict.SUPPORTED,
    Verdict.PARTLY_SUPPORTED,
    Verdict.CONTRADICTED,
    Verdict.NOT_SEEN,
    Verdict.PREMATURE,
)
_OUT_OF_REACH = (Verdict.NOT_ASSESSED, Verdict.NOT_OBSERVABLE)
_SHORT_DIGEST = 12
_TEMPLATES = files("earthwork.publishing") / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefContent:
    """All that one edition of a brief holds."""

    evidence: BriefEvidence
    """Case, scenes, documents, claims, observations, candidates, findings."""
    sentences: tuple[Sentence, ...]
    """As compiled from the evidence; they are checked before they are printed."""
    plates: tuple[Plate, ...] = ()
    """Pictures, in order."""
    overview: OverviewMap | None = None
    """The map; None if nothing has a place on the ground."""
    waiting: tuple[Candidate, ...] = ()
    """Candidates that nobody has reviewed; a public edition drops them."""
    unassessed: tuple[str, ...] = ()
    """What was not assessed, and why, in sentences."""
    limits: tuple[Limit, ...] = LIMITS
    """What the brief cannot tell."""
    version: str = earthwork.__version__
    """Version of what made it."""
    is_public: bool = True
    """False for a working edition, which names readers and shows candidates."""


def render_html(content: BriefContent) -> bytes:
    """Return the brief as one HTML file that needs no network and no script.

    Parameters
    ----------
    content
        The edition.

    Raises
    ------
    SentenceUnsupported
        If a sentence says what its evidence does not.
    PublishError
        If a public edition holds a plate with unreviewed candidates.
    """
    page = page_of(content)
    return _html_template().render(page=page).encode()


def render_pdf(content: BriefContent) -> bytes:
    """Return the brief as a tagged PDF; same content, same bytes.

    Parameters
    ----------
    content
        The edition.

    Raises
    ------
    SentenceUnsupported
        If a sentence says what its evidence does not.
    PublishError
        If a public edition holds a plate with unreviewed candidates.
    TypesettingFailed
        If the typesetter refuses.
    """
    made_at = datetime.combine(content.evidence.case.as_of, time(), tzinfo=UTC)
    return typeset(page_of(content), made_at=made_at)


def typeset(page: dict[str, Any], *, made_at: datetime) -> bytes:
    """Return a page as PDF.

    Parameters
    ----------
    page
        What ``page_of`` gave. Its strings are values to the typesetter, never markup.
    made_at
        Date that the PDF states.

    Raises
    ------
    TypesettingFailed
        If the typesetter refuses.
    """
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    with as_file(_TEMPLATES) as root:
        try:
            made: bytes = typst.compile(
                str(root / "brief.typ"),
                root=str(root),
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"page": json.dumps(page, ensure_ascii=False)},
                timestamp=made_at,
                pdf_standards="ua-1",
            )
        except typst.TypstError as error:
            raise TypesettingFailed(
                "the PDF could not be typeset",
                where="brief.typ",
                cause=str(error.message),
                choices=["the HTML brief holds the same account"],
            ) from error
    return made


@cache
def _html_template() -> Template:
    source = (_TEMPLATES / "brief.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        loader=BaseLoader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(source)


def page_of(content: BriefContent) -> dict[str, Any]:
    """Return everything that is printed, as strings, lists and mappings in the order of print.

    Parameters
    ----------
    content
        The edition.

    Raises
    ------
    SentenceUnsupported
        If a sentence says what its evidence does not.
    PublishError
        If a public edition holds a plate with unreviewed candidates.
    """
    check_sentences(content.sentences, content.evidence)
    plates, withheld = _showable(content)
    case = content.evidence.case
    return {
        "title": case.title,
        "question": case.question,
        "place": case.place,
        "author": case.author,
        "as_of": spoken_day(case.as_of),
        "day": case.as_of.isoformat(),
        "version": content.version,
        "edition": "Public edition" if content.is_public else "Working edition, not for release",
        "is_public": content.is_public,
        "simulated": _simulated(content.evidence),
        **_told(content),
        "map": None if content.overview is None else _shown("map", content.overview),
        "no_map": NO_MAP,
        "plates": [_shown(plate.id, plate) for plate in plates],
        "withheld": withheld,
        "findings": [_finding_row(f, content) for f in content.evidence.findings],
        "observations": _observation_rows(content),
        "candidates": [] if content.is_public else [_candidate_row(c) for c in content.waiting],
        "images": [_image_row(scene) for scene in content.evidence.scenes],
        "reports": [_report_row(d, content.evidence) for d in content.evidence.documents],
        "method": METHOD,
        "limits": [limit.text for limit in content.limits],
        "harm": DO_NO_HARM,
    }


def _simulated(evidence: BriefEvidence) -> str | None:
    if not evidence.case.is_simulated and not any(s.is_simulated for s in evidence.scenes):
        return None
    return f"{SIMULATED}: this case is made up. It shows no real place and no real event."


def _showable(content: BriefContent) -> tuple[list[Plate], list[str]]:
    """Return the plates that this edition may show, and a sentence on each that it may not."""
    _check_plates(content)
    if not content.is_public:
        return list(content.plates), []
    scenes = {scene.id: scene for scene in content.evidence.scenes}
    shown: list[Plate] = []
    withheld: list[str] = []
    for plate in content.plates:
        if plate.candidates:
            names = ", ".join(plate.candidates)
            raise PublishError(
                f"the plate outlines candidates that nobody reviewed: {names}",
                where=plate.id,
                cause="it was drawn for a working edition",
                choices=["draw it without candidates", "review them: earthwork observe"],
            )
        closed = [scenes[s] for s in plate.scenes if not scenes[s].licence.may_republish]
        if closed:
            withheld += [_withheld(plate, scene) for scene in closed]
        else:
            shown.append(plate)
    return shown, withheld


def _check_plates(content: BriefContent) -> None:
    evidence = content.evidence
    known = {scene.id for scene in evidence.scenes} | {o.id for o in evidence.observations}
    for plate in content.plates:
        strays = [name for name in (*plate.scenes, *plate.evidence) if name not in known]
        if strays:
            raise PublishError(
                f"the plate shows {', '.join(strays)}, which the evidence does not hold",
                where=plate.id,
                cause="it was drawn from other evidence",
            )


def _withheld(plate: Plate, scene: Scene) -> str:
    return (
        f"The picture “{plate.id}” is not shown: {scene.licence.credit} allows no republication"
        f" of the image of {scene.capture.spoken()}."
    )


def _told(content: BriefContent) -> dict[str, Any]:
    """Return the sentences by the section they stand in."""
    verdicts = {f.id: f.verdict for f in content.evidence.findings}
    by_verdict: dict[Verdict | None, list[dict[str, str]]] = {}
    overview: list[dict[str, str]] = []
    for sentence in content.sentences:
        line = {"id": sentence.id, "text": sentence.text, "finding": sentence.finding or ""}
        if sentence.finding is None:
            overview.append(line)
        else:
            by_verdict.setdefault(verdicts[sentence.finding], []).append(line)
    return {
        "overview": overview,
        "summary": [line for v in _SUMMARY for line in by_verdict.get(v, [])],
        "unreported": by_verdict.get(None, []),
        "out_of_reach": [line for v in _OUT_OF_REACH for line in by_verdict.get(v, [])],
        "unassessed": list(content.unassessed),
        "recorded": by_verdict.get(Verdict.RECORDED, []),
    }


def _shown(name: str, picture: Plate | OverviewMap) -> dict[str, Any]:
    width, height = png_size(picture.png)
    return {
        "id": name,
        "caption": picture.caption,
        "alt": picture.alt_text,
        "png": base64.b64encode(picture.png).decode("ascii"),
        "width": width,
        "height": height,
    }


def png_size(png: bytes) -> tuple[int, int]:
    """Return (width, height) that the head of a PNG states.

    Raises
    ------
    PublishError
        If the bytes are not a PNG.
    """
    head = 24
    if len(png) < head or not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise PublishError("a plate is not a PNG", cause="its bytes were cut or changed")
    width, height = struct.unpack(">II", png[16:head])
    return int(width), int(height)


def _finding_row(finding: Finding, content: BriefContent) -> dict[str, Any]:
    evidence = content.evidence
    verdict = finding.verdict
    return {
        "id": finding.id,
        "claimed": _claimed_lines(finding, evidence),
        "verdict": UNREPORTED_WORDS if verdict is None else VERDICT_WORDS[verdict],
        "key": "unreported" if verdict is None else verdict.value,
        "why": finding.reason,
        "looks": _looks(finding, evidence),
        "claims": list(finding.claims),
        "observations": list(finding.observations),
        "candidates": [] if content.is_public else list(finding.candidates),
    }


def _claimed_lines(finding: Finding, evidence: BriefEvidence) -> list[dict[str, str]]:
    claims = {claim.id: claim for claim in evidence.claims}
    documents = {document.id: document for document in evidence.documents}
    reports = {report.id: report for report in evidence.case.reports}
    lines = []
    for name in finding.claims:
        claim = claims[name]
        document = documents[claim.document]
        who = source_words(claim)
        outlet = f"{isolated(outlet_words(document))}, {spoken_date_of(document.published)}"
        lines.append(
            {
                "id": claim.id,
                "words": claimed_words(claim, reports.get(claim.document)),
                "by": outlet if who is None else f"{isolated(who)}; {outlet}",
            }
        )
    return lines


def _looks(finding: Finding, evidence: BriefEvidence) -> list[str]:
    dates = {scene.id: scene.capture.spoken() for scene in evidence.scenes}
    return [
        f"{look.scene} ({dates[look.scene]}): {look.seen.value.replace('_', ' ')}, {look.reason}"
        for look in finding.looks
        if finding.claims
    ]


def _observation_rows(content: BriefContent) -> list[dict[str, str]]:
    return [
        _observation_row(number, observation, is_public=content.is_public)
        for number, observation in enumerate(content.evidence.observations, start=1)
    ]


def _observation_row(number: int, observation: Observation, *, is_public: bool) -> dict[str, str]:
    return {
        "number": str(number),
        "id": observation.id,
        "what": short_name(observation.kind, observation.state),
        "size": _size(observation),
        "when": _when(observation),
        "image": observation.image,
        "reader": A_READER if is_public else observation.reader,
    }


def _when(observation: Observation) -> str:
    if observation.state is BuildingState.STANDING and observation.interval.end is not None:
        return f"stood on {spoken_day(observation.interval.end)}"
    return spoken_change(observation.interval)


def _size(thing: Observation | Candidate) -> str:
    said = [
        spoken_length(thing.length_m) if thing.length_m is not None else "",
        spoken_area(thing.area_m2) if thing.area_m2 is not None else "",
    ]
    return ", ".join(filter(None, said)) or "not measured"


def _candidate_row(candidate: Candidate) -> dict[str, str]:
    return {
        "id": candidate.id,
        "what": short_name(candidate.kind, None),
        "size": _size(candidate),
        "score": f"{candidate.score:.2f}",
        "images": " to ".join(filter(None, [candidate.before, candidate.after])),
    }


def _image_row(scene: Scene) -> dict[str, Any]:
    return {
        "id": scene.id,
        "date": scene.capture.spoken(),
        "date_source": scene.capture.source,
        "sensor": scene.sensor or "sensor not stated",
        "gsd": spoken_gsd(scene.gsd_m),
        "credit": scene.licence.credit,
        "terms": scene.licence.terms,
        "digest": scene.digest[:_SHORT_DIGEST],
        "decisions": list(scene.decisions),
        "is_simulated": scene.is_simulated,
    }


def _report_row(document: Document, evidence: BriefEvidence) -> dict[str, Any]:
    urls = {report.id: report.url for report in evidence.case.reports}
    url = urls.get(document.id) or ""
    return {
        "id": document.id,
        "outlet": document.outlet or "outlet not stated",
        "date": spoken_date_of(document.published),
        "url": url if url.startswith(("https://", "http://")) else "",
        "digest": document.digest[:_SHORT_DIGEST],
        "decisions": list(document.decisions),
    }
