"""The brief of a case: plates, map, page, print and tables, in a public and a working edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from earthwork.model.finding import Finding
from earthwork.model.grid import Grid, Window, reproject
from earthwork.model.observation import Observation
from earthwork.model.pair import AlignmentStatus, RegistrationReport, TieMarks
from earthwork.model.raster import Raster
from earthwork.model.warp_field import WarpField
from earthwork.pipeline.judging import Material, by_date
from earthwork.pipeline.naming import read_backdrop
from earthwork.pipeline.records import from_bytes, to_bytes
from earthwork.publishing.alignment_plate import alignment_plate
from earthwork.publishing.brief import BriefContent, render_html, render_pdf
from earthwork.publishing.candidates import candidates_geojson
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.framing import FramingOptions, windows_around
from earthwork.publishing.maps import overview_map
from earthwork.publishing.marks import Mark, candidate_marks, marks_of, on_page, parted
from earthwork.publishing.phrases import joined
from earthwork.publishing.plates import Plate, before_after_plate
from earthwork.publishing.sentences import Sentence, compile_sentences
from earthwork.publishing.tables import (
    claims_csv,
    findings_csv,
    findings_geojson,
    observations_csv,
    observations_geojson,
)
from earthwork.publishing.tie_points import tie_points_geojson

_WGS84 = CRS.from_epsg(4326)
_DETAILS = FramingOptions(most=6)
_NO_MARKS = TieMarks()


class Edition(StrEnum):
    """For whom a brief is made."""

    PUBLIC = "public"
    """Observations only, coordinates generalised."""
    WORKING = "working"
    """Candidates too, marked as not reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """Two scenes as a plate shows them."""

    before: str
    """Id of the earlier scene."""
    after: str
    """Id of the later scene."""
    aligned: Raster
    """The later image on the earlier grid, open."""
    field: WarpField
    """Where each pixel of the earlier image lies in the later one."""
    report: RegistrationReport
    """How well they fit."""
    reasons: Mapping[str, float]
    """Share of the earlier image that each reason kept from being assessed, and 'assessed'."""
    marks: TieMarks = _NO_MARKS
    """What a person pinned or struck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The open images of a case."""

    scenes: Mapping[str, Raster]
    """Scene id to its pixels."""
    pairs: tuple[PairView, ...]
    """The pairs compared."""


def evidence_of(
    material: Material, findings: Sequence[Finding], *, edition: Edition
) -> BriefEvidence:
    """Return what an edition may speak of: the public one knows no unreviewed candidate."""
    is_public = edition is Edition.PUBLIC
    observed = material.taken_in.observations
    accepted = {o.candidate for o in observed}
    return BriefEvidence(
        case=material.case,
        scenes=by_date(material.scenes),
        documents=material.documents,
        claims=material.claims,
        observations=observed,
        candidates=tuple(c for c in material.candidates if not is_public or c.id in accepted),
        findings=tuple(replace(f, candidates=()) if is_public else f for f in findings),
    )


def compile_edition(evidence: BriefEvidence) -> bytes:
    """Return the sentences of an edition, as stored: the brief is held against them."""
    return to_bytes(compile_sentences(evidence))


def read_sentences(data: bytes) -> tuple[Sentence, ...]:
    """Return the sentences that ``compile_edition`` gave."""
    kind: Any = tuple[Sentence, ...]
    sentences: tuple[Sentence, ...] = from_bytes(kind, data)
    return sentences


def issue(
    material: Material,
    evidence: BriefEvidence,
    sentences: tuple[Sentence, ...],
    *,
    edition: Edition,
    pictures: Pictures,
) -> dict[str, bytes]:
    """Return the files of one edition, by their path within the case folder.

    Parameters
    ----------
    material
        All that the case holds.
    evidence
        What this edition may speak of.
    sentences
        As compiled when the findings were made.
    edition
        Public or working.
    pictures
        The open images.

    Raises
    ------
    SentenceUnsupported
        If a sentence says what its evidence does not.
    """
    is_public = edition is Edition.PUBLIC
    plates = tuple(_plates(material, evidence, pictures, is_public=is_public))
    overview = overview_map(evidence, is_public=is_public, backdrop=read_backdrop(material.case))
    content = BriefContent(
        evidence=evidence,
        sentences=sentences,
        plates=plates,
        overview=overview,
        waiting=() if is_public else tuple(p.candidate for p in material.taken_in.waiting),
        unassessed=tuple(_unassessed(material, pictures)),
        is_public=is_public,
    )
    stem = "brief" if is_public else "working"
    files = {f"brief/{stem}.html": render_html(content), f"brief/{stem}.pdf": render_pdf(content)}
    folder = "brief/plates" if is_public else "brief/working-plates"
    shown = [p for p in plates if not is_public or _may_show(p, evidence)]
    files |= {f"{folder}/{plate.id}.png": plate.png for plate in shown}
    if overview is not None:
        files[f"{folder}/map.png"] = overview.png
    if not is_public:
        files |= _candidate_layers(material, pictures)
        files |= _alignments(material, pictures)
    return files | _tables(evidence, is_public=is_public)


def _candidate_layers(material: Material, pictures: Pictures) -> dict[str, bytes]:
    """Return the candidates of each pair as a layer to review in a desktop map program."""
    grids = {scene.id: scene.grid for scene in material.scenes}
    return {
        f"exports/working/candidates-{pair.before}-{pair.after}.geojson": candidates_geojson(
            [c for c in material.candidates if (c.before, c.after) == (pair.before, pair.after)],
            grid=grids[pair.before],
        )
        for pair in pictures.pairs
    }


def _alignments(material: Material, pictures: Pictures) -> dict[str, bytes]:
    """Return how each pair was aligned, to look at, and its tie points, to mend by hand."""
    scenes = {scene.id: scene for scene in material.scenes}
    files: dict[str, bytes] = {}
    for pair in pictures.pairs:
        before, after = scenes[pair.before], scenes[pair.after]
        name = f"{pair.before}-{pair.after}"
        files[f"exports/working/alignment-{name}.png"] = alignment_plate(
            pair.report,
            pair.field,
            pictures.scenes[pair.before],
            title=f"{pair.after} on {pair.before}",
            marks=pair.marks,
            scenes=(before,),
        )
        files[f"exports/working/tie-points-{name}.geojson"] = tie_points_geojson(
            pair.report, before.grid, after.grid, marks=pair.marks
        )
    return files


def _tables(evidence: BriefEvidence, *, is_public: bool) -> dict[str, bytes]:
    """Return the findings, observations and claims as tables and features."""
    folder = "exports" if is_public else "exports/working"
    tables = {"findings": findings_csv, "observations": observations_csv, "claims": claims_csv}
    layers = {"findings": findings_geojson, "observations": observations_geojson}
    files = {
        f"{folder}/tables/{name}.csv": make(evidence, is_public=is_public)
        for name, make in tables.items()
    }
    return files | {
        f"{folder}/{name}.geojson": make(evidence, is_public=is_public)
        for name, make in layers.items()
    }


def _may_show(plate: Plate, evidence: BriefEvidence) -> bool:
    licences = {scene.id: scene.licence for scene in evidence.scenes}
    return all(licences[name].may_republish for name in plate.scenes)


def _plates(
    material: Material, evidence: BriefEvidence, pictures: Pictures, *, is_public: bool
) -> Iterable[Plate]:
    for number, pair in enumerate(pictures.pairs, start=1):
        yield from _pair_plates(
            material, evidence, pair, pictures, number=number, is_public=is_public
        )
    paired = {name for pair in pictures.pairs for name in (pair.before, pair.after)}
    for scene in evidence.scenes:
        if scene.id not in paired:
            marks = [m for m, o in _numbered(evidence) if o.image == scene.id]
            yield before_after_plate(
                None,
                pictures.scenes[scene.id],
                scenes=(scene,),
                marks=marks,
                title="One image, without an earlier one",
                name=f"single-{scene.id}",
            )


def _numbered(evidence: BriefEvidence) -> list[tuple[Mark, Observation]]:
    return list(zip(marks_of(evidence.observations), evidence.observations, strict=True))


def _pair_plates(
    material: Material,
    evidence: BriefEvidence,
    pair: PairView,
    pictures: Pictures,
    *,
    number: int,
    is_public: bool,
) -> Iterable[Plate]:
    scenes = {scene.id: scene for scene in evidence.scenes}
    before, after = scenes[pair.before], scenes[pair.after]
    marks = [
        _on_earlier(mark, observation, pair, before.grid, after.grid)
        for mark, observation in _numbered(evidence)
        if observation.image in (pair.before, pair.after)
    ]
    if not is_public:
        waiting = [p.candidate for p in material.taken_in.waiting if p.candidate.after == after.id]
        marks += candidate_marks(waiting, grid=before.grid, first=len(evidence.observations) + 1)
    first = pictures.scenes[pair.before]
    windows = windows_around(_pixels(marks, before.grid), before.grid.shape, options=_DETAILS)
    yield before_after_plate(
        first,
        pair.aligned,
        scenes=(before, after),
        title="The whole scene",
        name=f"plate-{number}-0",
    )
    for detail, window in enumerate(windows, start=1):
        yield before_after_plate(
            first,
            pair.aligned,
            scenes=(before, after),
            marks=marks,
            title=_detail_title(marks, before.grid, window),
            window=window,
            name=f"plate-{number}-{detail}",
        )


def _detail_title(marks: Iterable[Mark], grid: Grid, window: Window) -> str:
    """Name the observations that a window shows by their numbers."""
    part = grid.cropped(window)
    shown = [m for m in marks if not m.is_candidate and on_page(m, part) is not None]
    if not shown:
        return "Candidates that nobody has reviewed"
    single, crowds = parted(shown)
    many = [f"{len(crowd.marks)} × {crowd.name}" for crowd in crowds]
    if not single:
        return joined(many)
    word = "Observation" if len(single) == 1 else "Observations"
    return f"{word} {joined([*(f'{mark.number}' for mark in single), *many])}"


def _pixels(marks: Iterable[Mark], grid: Grid) -> list[BaseGeometry]:
    placed = [on_page(mark, grid) for mark in marks if not mark.is_candidate]
    return [geometry for geometry in placed if geometry is not None]


def _on_earlier(
    mark: Mark, observation: Observation, pair: PairView, before: Grid, after: Grid
) -> Mark:
    """Return a mark drawn on the later image as it lies on the earlier grid.

    References of two images disagree by metres, and the plate shows both on the earlier grid.
    """
    if observation.image != pair.after or observation.candidate is not None:
        return mark
    shape = observation.geometry
    if not observation.is_pixels and after.crs is not None:
        shape = after.to_pixels(reproject(shape, source=_WGS84, target=after.crs))
    moved = shapely.transform(shape, pair.field.to_before)
    return replace(mark, geometry=before.to_map(moved), crs=before.crs)


def _unassessed(material: Material, pictures: Pictures) -> Iterable[str]:
    """Say what was not assessed, pair by pair and scene by scene."""
    for pair in pictures.pairs:
        yield _pair_sentence(pair)
    for scene in by_date(material.scenes):
        if not scene.capture.is_known:
            yield f"Image {scene.id} is of unknown date: it shows that things exist, never when."
        if not material.taken_in.readers.get(scene.id):
            yield f"No reader has marked image {scene.id}: what it does not show is not assessed."
    if not material.scenes:
        yield "The case holds no image: no claim about the ground was assessed."


def _pair_sentence(pair: PairView) -> str:
    names = f"Images {pair.before} and {pair.after}"
    if pair.report.status is AlignmentStatus.NOT_ALIGNED:
        return f"{names} could not be aligned, and were not compared: {pair.report.reason}."
    shares = [
        f"{reason.replace('_', ' ')} {share:.1%}"
        for reason, share in pair.reasons.items()
        if reason != "assessed" and share >= 0.0005  # noqa: PLR2004 - less prints as 0.0 %
    ]
    left_out = f" Left out: {', '.join(shares)}." if shares else ""
    return f"{names} were compared on {pair.reasons['assessed']:.1%} of the earlier one.{left_out}"


def write_files(files: Mapping[str, bytes], out: Path) -> None:
    """Write files below a folder, by their relative paths."""
    for path, data in files.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
