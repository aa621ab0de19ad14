"""The whole line for one case, as a plan: open, align, detect, take in, read, judge, publish."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from earthwork.errors import CaseInvalid
from earthwork.evidence.store import Store
from earthwork.io.drawings import DrawingContents, read_drawing
from earthwork.io.footprints import FootprintLayer, Footprints, read_footprint_layers
from earthwork.io.layers import read_layer
from earthwork.io.roads import read_carriageways
from earthwork.io.tie_marks import read_tie_marks
from earthwork.model.case import (
    CASE_FILE,
    Alignment,
    Case,
    Drawing,
    Layer,
    LayerRole,
    Report,
    SceneSource,
)
from earthwork.model.finding import Finding
from earthwork.model.grid import Grid
from earthwork.model.pair import AssessedMask, TieMarks
from earthwork.model.scene import Scene
from earthwork.pipeline.detecting import (
    PairNames,
    detect,
    footprint_decisions,
    read_candidates,
    write_proposal,
    write_records,
)
from earthwork.pipeline.events import Listener, Published, ignore
from earthwork.pipeline.issuing import (
    Edition,
    PairView,
    Pictures,
    compile_edition,
    evidence_of,
    issue,
    read_sentences,
    write_files,
)
from earthwork.pipeline.judging import Material, case_area, judge_material
from earthwork.pipeline.laying import lay_on
from earthwork.pipeline.looking import PairLooks as PairLooks
from earthwork.pipeline.looking import capture_of as capture_of
from earthwork.pipeline.looking import (
    compose_pair,
    looks_of_pair,
    read_composed,
    require_two_dates,
)
from earthwork.pipeline.looking import default_pairs as default_pairs
from earthwork.pipeline.naming import read_places
from earthwork.pipeline.observing import PlacedCandidate, TakenIn, take_in
from earthwork.pipeline.opening import (
    open_scene,
    prepare_scene,
    read_scene,
    sidecars,
    stated,
    taken_of,
)
from earthwork.pipeline.pairing import (
    PairQuestion,
    open_aligned,
    prepare_pair,
    read_aligned,
    read_field,
    read_mask,
    read_reasons,
    read_registration,
)
from earthwork.pipeline.plan import Bench, Plan, Recorded, StepList, digest_of
from earthwork.pipeline.reading import (
    CLAIMS_FILE,
    case_gazetteer,
    context_of,
    read_claims_file,
    read_reading,
    read_report,
    require_digest,
    with_echoes,
    write_reading,
)
from earthwork.pipeline.records import encode, from_bytes, to_bytes
from earthwork.pipeline.run import run

FINDINGS_FILE = "findings.json"
MARKS_FILE = "marks.json"
TAKEN_IN_FILE = "taken_in.json"
OBSERVE, ECHOES, JUDGE, PUBLISH = "observe", "echoes", "judge", "publish"
EDITIONS = (Edition.PUBLIC, Edition.WORKING)


TEMPLATE_AUTHOR = "Name of the person or desk that answers for the brief"
"""What a new case says where its author is to be named."""
_VECTOR_ROLES = (LayerRole.FOOTPRINTS, LayerRole.ROADS, LayerRole.GAZETTEER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Names of the steps of one case."""

    scenes: tuple[str, ...]
    """Scene ids."""
    pairs: tuple[tuple[str, str], ...]
    """Pairs compared."""
    reports: tuple[str, ...]
    """Report ids."""
    looks: Mapping[tuple[str, str], PairLooks] = field(default_factory=dict)
    """Further looks of the pairs that have any."""

    def masked(self, pair: tuple[str, str]) -> str:
        """Return the step that says where a pair may be judged."""
        return f"{'compose' if pair in self.looks else 'align'} {pair[0]} {pair[1]}"


def assess(
    case: Case, store: Store, *, listen: Listener = ignore, is_published: bool = True
) -> Plan:
    """Run the whole line for a case and put its products into the case folder.

    Parameters
    ----------
    case
        The case.
    store
        Its store, open for writing.
    listen
        Hears every event.
    is_published
        False stops before the briefs: all is judged, nothing is put into the case folder.

    Returns
    -------
    Plan
        What was performed, or taken from the store.
    """
    plan = plan_case(case)
    if not is_published:
        plan = replace(plan, steps=tuple(s for s in plan.steps if s.kind != PUBLISH))
    run(plan, store, listen=listen)
    for edition in EDITIONS if is_published else ():
        folder = store.derived(_key(plan, f"{PUBLISH} {edition.value}"))
        if folder is None:
            raise CaseInvalid("the brief is missing from the store", where=edition.value)
        for path in store.publish(_products(folder)):
            listen(Published(path=str(path)))
    return plan


def _key(plan: Plan, name: str) -> str:
    return next(step.key for step in plan.steps if step.name == name)


def _products(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def plan_case(case: Case) -> Plan:
    """Return what a run on a case would do.

    Raises
    ------
    CaseInvalid
        If files that the case names are missing (all are listed), or a pair is one date given
        twice.
    EvidenceChanged
        If a report is not the file that the case names by its sha256.
    """
    require_files(case)
    require_filled(case)
    require_two_dates(case)
    for layer in _layers(case, *_VECTOR_ROLES):
        read_layer(layer.file, area=case.area)
    for report in case.reports:
        require_digest(report)
    pairs = case.pairs or default_pairs(case)
    looks = {pair: looks_of_pair(case, pair, pairs) for pair in pairs}
    names = _Names(
        scenes=tuple(source.id for source in case.scenes),
        pairs=pairs,
        reports=tuple(report.id for report in case.reports),
        looks={pair: found for pair, found in looks.items() if found.all},
    )
    steps = StepList()
    for source in case.scenes:
        _plan_scene(case, source, steps)
    for pair in names.pairs:
        _plan_pair(case, pair, names.looks.get(pair, PairLooks()), steps)
    _plan_observe(case, names, steps)
    for report in case.reports:
        _plan_report(case, report, steps)
    _plan_judgement(case, names, steps)
    return Plan(originals=_originals(case), steps=steps.steps)


def require_files(case: Case) -> None:
    """Raise unless every file that a case names is there.

    Raises
    ------
    CaseInvalid
        Listing every file that is missing.
    """
    missing = [str(path) for path in case_files(case) if not path.is_file()]
    if missing:
        raise CaseInvalid(
            f"{len(missing)} of the files it names are not there: {', '.join(missing)}",
            where=str(case.folder / "case.toml"),
            cause="moved, misspelt, or not fetched yet",
            choices=["earthwork check CASE"],
        )


def require_filled(case: Case) -> None:
    """Raise if words of the template still stand in a case.

    Raises
    ------
    CaseInvalid
        Naming what is to be filled in.
    """
    if unfilled(case):
        raise CaseInvalid(
            "the author is still the template's",
            where=str(case.folder / CASE_FILE),
            choices=["author = who answers for the brief"],
        )


def unfilled(case: Case) -> bool:
    """Tell whether the template's author still stands in a case."""
    return case.author == TEMPLATE_AUTHOR


def case_files(case: Case) -> tuple[Path, ...]:
    """Return every file that a case names."""
    scenes = [p for s in case.scenes for p in (s.file, s.control_points, s.camera_model)]
    layers = [layer.file for layer in case.layers]
    reports = [report.file for report in case.reports]
    drawings = [drawing.file for drawing in case.drawings]
    marks = [alignment.file for alignment in case.alignments]
    return tuple(p for p in (*scenes, *layers, *reports, *drawings, *marks) if p is not None)


def _originals(case: Case) -> tuple[Recorded, ...]:
    recorded = [
        *(_recorded(s.file, "scene", stated(s)) for s in case.scenes),
        *(_recorded(p, "sidecar", {"scene": s.id}) for s in case.scenes for p in sidecars(s)),
        *(_recorded(layer.file, "layer", _stated(layer)) for layer in case.layers),
        *(_recorded(report.file, "report", _stated(report)) for report in case.reports),
        *(_recorded(drawing.file, "drawing", _stated(drawing)) for drawing in case.drawings),
        *(_recorded(item.file, "tie_points", _stated(item)) for item in case.alignments),
    ]
    return tuple(recorded)


def _stated(item: Layer | Report | Drawing | Alignment) -> dict[str, Any]:
    """Return what the case states of an item, without its path: that belongs to one machine."""
    return {**encode(item), "file": item.file.name}


def _recorded(path: Path, role: str, origin: Mapping[str, Any]) -> Recorded:
    return Recorded(file=path, digest=digest_of(path), role=role, origin=origin)


def _plan_scene(case: Case, source: SceneSource, steps: StepList) -> None:
    digest = digest_of(source.file)
    elevations = [layer.file for layer in _layers(case, LayerRole.ELEVATION)]
    elevation = elevations[0] if elevations else None

    def perform(bench: Bench, out: Path) -> None:
        prepare_scene(source, digest=digest, bench=bench, out=out, elevation=elevation)

    beside = tuple(digest_of(path) for path in (*sidecars(source), *elevations[:1]))
    steps.add(f"open {source.id}", perform, originals=(digest, *beside), parameters=stated(source))


def _plan_pair(case: Case, pair: tuple[str, str], looks: PairLooks, steps: StepList) -> None:
    before, after = pair
    opened = (f"open {before}", f"open {after}")
    layers = _layers(case, LayerRole.FOOTPRINTS, LayerRole.ROADS)
    aligned = [_plan_alignment(case, pair, steps)]
    if looks.all:
        aligned += [_plan_alignment(case, (before, look), steps) for look in looks.all]
        composed = steps.add(
            f"compose {before} {after}",
            partial(_compose, pair, looks),
            after=(opened[0], *aligned),
            parameters=encode(looks),
        )
        aligned = [aligned[0], composed]
    steps.add(
        f"detect {before} {after}",
        partial(_detect, case, pair, has_looks=bool(looks.all)),
        after=(*opened, *aligned),
        originals=tuple(digest_of(layer.file) for layer in layers),
        parameters={"layers": [_stated(layer) for layer in layers]},
    )


def _plan_alignment(case: Case, pair: tuple[str, str], steps: StepList) -> str:
    name = f"align {pair[0]} {pair[1]}"
    if steps.has(name):
        return name
    mended = next((item for item in case.alignments if item.pair == pair), None)
    return steps.add(
        name,
        partial(_align, pair, mended),
        after=(f"open {pair[0]}", f"open {pair[1]}"),
        originals=() if mended is None else (digest_of(mended.file),),
        parameters={} if mended is None else {"tie_points": _stated(mended)},
    )


def _compose(pair: tuple[str, str], looks: PairLooks, bench: Bench, out: Path) -> None:
    def folders(names: tuple[str, ...]) -> list[tuple[str, Path]]:
        return [(name, bench.result(f"align {pair[0]} {name}")) for name in names]

    folder = bench.result(f"open {pair[0]}")
    with open_scene(read_scene(folder), folder, bench) as before:
        compose_pair(
            before,
            bench.result(f"align {pair[0]} {pair[1]}"),
            (folders(looks.before), folders(looks.after)),
            out,
            note=bench.note,
        )


def _layers(case: Case, *roles: LayerRole) -> tuple[Layer, ...]:
    return tuple(layer for layer in case.layers if layer.role in roles)


def _opened(pair: tuple[str, str], bench: Bench) -> tuple[tuple[Scene, Path], ...]:
    folders = [bench.result(f"open {name}") for name in pair]
    return tuple((read_scene(folder), folder) for folder in folders)


def _align(pair: tuple[str, str], mended: Alignment | None, bench: Bench, out: Path) -> None:
    (before, first), (after, second) = _opened(pair, bench)
    marks = TieMarks() if mended is None else marks_of_pair(mended, before.grid, after.grid)
    with open_scene(before, first, bench) as earlier, open_scene(after, second, bench) as later:
        question = PairQuestion(before=taken_of(before), after=taken_of(after), marks=marks)
        prepared = prepare_pair(earlier, later, out, question=question, note=bench.note)
    (out / MARKS_FILE).write_bytes(to_bytes(marks))
    for decision in (*prepared.decisions, prepared.report.reason):
        bench.note(decision)


def marks_of_pair(mended: Alignment, before: Grid, after: Grid) -> TieMarks:
    """Read the tie points that a case holds for a pair; who answers for the file signs them."""
    marks = read_tie_marks(mended.file, before, after)
    return replace(marks, reader=marks.reader or mended.reader)


def _detect(case: Case, pair: tuple[str, str], bench: Bench, out: Path, *, has_looks: bool) -> None:
    (before, first), (after, _) = _opened(pair, bench)
    with open_scene(before, first, bench) as raster:
        aligned = read_aligned(raster, bench.result(f"align {pair[0]} {pair[1]}"))
        composites = None
        if has_looks:
            composed = bench.result(f"compose {pair[0]} {pair[1]}")
            composites = read_composed(composed, before.grid)
            told = AssessedMask(grid=before.grid, flags=read_mask(composed).flags)
            aligned = replace(aligned, assessed=told)
        read = _footprints(case, before.grid)
        footprints = None if read is None else lay_on(read, raster)
    names = PairNames(
        before=before.id,
        after=after.id,
        sun=after.sun,
        before_taken=before.capture.interval,
        after_taken=after.capture.interval,
    )
    for decision in () if footprints is None else footprint_decisions(footprints, names):
        bench.note(decision)
    proposal = detect(
        aligned,
        names=names,
        footprints=footprints,
        roads=_roads(case, before.grid),
        composites=composites,
    )
    write_proposal(proposal, before.grid, out, has_footprints=footprints is not None)
    write_records(proposal, out)


def _footprints(case: Case, grid: Grid) -> Footprints | None:
    layers = _layers(case, LayerRole.FOOTPRINTS)
    if not layers:
        return None
    files = [FootprintLayer(file=item.file, content_date=item.content_date) for item in layers]
    return read_footprint_layers(files, grid=grid)


def _roads(case: Case, grid: Grid) -> tuple[BaseGeometry, ...] | None:
    layers = _layers(case, LayerRole.ROADS)
    if not layers:
        return None
    return tuple(area for layer in layers for area in read_carriageways(layer.file, grid=grid))


def _plan_observe(case: Case, names: _Names, steps: StepList) -> None:
    opened = tuple(f"open {scene}" for scene in names.scenes)
    detected = tuple(f"detect {before} {after}" for before, after in names.pairs)
    steps.add(
        OBSERVE,
        partial(_observe, case, names),
        after=(*opened, *detected),
        originals=tuple(digest_of(drawing.file) for drawing in case.drawings),
        parameters={"drawings": [_stated(drawing) for drawing in case.drawings]},
    )


def _observe(case: Case, names: _Names, bench: Bench, out: Path) -> None:
    scenes = {name: read_scene(bench.result(f"open {name}")) for name in names.scenes}
    candidates = [
        PlacedCandidate(candidate=candidate, grid=scenes[before].grid)
        for before, after in names.pairs
        for candidate in read_candidates(bench.result(f"detect {before} {after}"))
    ]
    taken = take_in(read_drawings(case.drawings, scenes), candidates, scenes)
    for note in taken.notes:
        bench.note(note)
    (out / TAKEN_IN_FILE).write_bytes(to_bytes(taken))


def read_drawings(
    drawings: tuple[Drawing, ...], scenes: Mapping[str, Scene]
) -> tuple[DrawingContents, ...]:
    """Read every drawing of a case, each against the scenes it was drawn on."""
    return tuple(
        read_drawing(
            drawing.file,
            reader=drawing.reader,
            scene=drawing.scene,
            captures={name: scene.capture for name, scene in scenes.items()},
            grids={name: scene.grid for name, scene in scenes.items()},
        )
        for drawing in drawings
    )


def _plan_report(case: Case, report: Report, steps: StepList) -> None:
    layers = _layers(case, LayerRole.GAZETTEER)
    steps.add(
        f"read {report.id}",
        partial(_read, case, report),
        originals=(digest_of(report.file), *(digest_of(layer.file) for layer in layers)),
        parameters={"report": _stated(report), "place": case.place},
    )


def _read(case: Case, report: Report, bench: Bench, out: Path) -> None:
    places = read_places(case)
    gazetteer = case_gazetteer(places)
    document, claims = read_report(
        report.file,
        name=report.id,
        published=report.published,
        outlet=report.outlet,
        gazetteer=gazetteer,
        context=context_of(case.place, gazetteer, places=places),
    )
    for decision in document.decisions:
        bench.note(decision)
    write_reading(document, claims, out)


def _plan_judgement(case: Case, names: _Names, steps: StepList) -> None:
    read = tuple(f"read {report}" for report in names.reports)
    steps.add(ECHOES, partial(_echo, names), after=read)
    opened = tuple(f"open {scene}" for scene in names.scenes)
    aligned = (
        *(f"align {before} {after}" for before, after in names.pairs),
        *(names.masked(pair) for pair in names.looks),
    )
    question = encode(replace(case, folder=Path(), scenes=(), layers=(), reports=(), drawings=()))
    detected = tuple(f"detect {before} {after}" for before, after in names.pairs)
    gathered = (*opened, *aligned, *detected, OBSERVE, *read, ECHOES)
    steps.add(JUDGE, partial(_judge, case, names), after=gathered, parameters=question)
    for edition in EDITIONS:
        steps.add(
            f"{PUBLISH} {edition.value}",
            partial(_publish, case, names, edition),
            after=(*gathered, JUDGE),
            parameters=question | {"edition": edition.value},
        )


def _echo(names: _Names, bench: Bench, out: Path) -> None:
    readings = [read_reading(bench.result(f"read {report}")) for report in names.reports]
    claims = [claim for _, claims in readings for claim in claims]
    echoed = with_echoes(claims, [document for document, _ in readings])
    (out / CLAIMS_FILE).write_bytes(to_bytes(echoed))


def _judge(case: Case, names: _Names, bench: Bench, out: Path) -> None:
    material = gather(case, names, bench)
    findings = judge_material(material)
    (out / FINDINGS_FILE).write_bytes(to_bytes(findings))
    for edition in EDITIONS:
        evidence = evidence_of(material, findings, edition=edition)
        (out / _sentences_file(edition)).write_bytes(compile_edition(evidence))


def _sentences_file(edition: Edition) -> str:
    return f"sentences-{edition.value}.json"


def gather(case: Case, names: _Names, bench: Bench) -> Material:
    """Return all that the steps before judgement found."""
    scenes = tuple(read_scene(bench.result(f"open {name}")) for name in names.scenes)
    return Material(
        case=replace(case, area=case_area(case, scenes)),
        scenes=scenes,
        masks={b: read_mask(bench.result(names.masked((a, b)))) for a, b in names.pairs},
        documents=tuple(read_reading(bench.result(f"read {r}"))[0] for r in names.reports),
        claims=read_claims_file(bench.result(ECHOES)),
        taken_in=read_taken_in(bench.result(OBSERVE)),
        candidates=tuple(
            c for a, b in names.pairs for c in read_candidates(bench.result(f"detect {a} {b}"))
        ),
        places=read_places(case),
    )


def read_taken_in(folder: Path) -> TakenIn:
    """Return the state of review that a finished 'observe' step holds."""
    return from_bytes(TakenIn, (folder / TAKEN_IN_FILE).read_bytes())


def read_findings(folder: Path) -> tuple[Finding, ...]:
    """Return the findings that a finished 'judge' step holds."""
    kind: Any = tuple[Finding, ...]
    findings: tuple[Finding, ...] = from_bytes(kind, (folder / FINDINGS_FILE).read_bytes())
    return findings


def _publish(case: Case, names: _Names, edition: Edition, bench: Bench, out: Path) -> None:
    material = gather(case, names, bench)
    judged = bench.result(JUDGE)
    evidence = evidence_of(material, read_findings(judged), edition=edition)
    sentences = read_sentences((judged / _sentences_file(edition)).read_bytes())
    with ExitStack() as stack:
        pictures = _pictures(material, names, bench, stack)
        files = issue(material, evidence, sentences, edition=edition, pictures=pictures)
    write_files(files, out)


def _pictures(material: Material, names: _Names, bench: Bench, stack: ExitStack) -> Pictures:
    scenes = {
        scene.id: stack.enter_context(open_scene(scene, bench.result(f"open {scene.id}"), bench))
        for scene in material.scenes
    }
    folders = {pair: bench.result(f"align {pair[0]} {pair[1]}") for pair in names.pairs}
    return Pictures(
        scenes=scenes,
        pairs=tuple(
            PairView(
                before=before,
                after=after,
                aligned=stack.enter_context(open_aligned(folder)),
                field=read_field(folder, scenes[before].grid),
                report=read_registration(folder),
                reasons=read_reasons(bench.result(names.masked((before, after)))),
                marks=from_bytes(TieMarks, (folder / MARKS_FILE).read_bytes()),
            )
            for (before, after), folder in folders.items()
        ),
    )
