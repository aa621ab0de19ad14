"""What is missing, wrong or lies elsewhere in a case, before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pandas import DataFrame
from shapely import union_all
from shapely.geometry.base import BaseGeometry

from earthwork.errors import EarthworkError
from earthwork.io.deliveries import Delivery, read_delivery
from earthwork.io.documents import read_document
from earthwork.io.drawings import read_drawing
from earthwork.io.footprint_dates import read_dates
from earthwork.io.footprints import stated_date
from earthwork.io.layers import read_layer
from earthwork.io.rasters import open_raster
from earthwork.model.case import Alignment, Case, Drawing, Layer, LayerRole, Report, SceneSource
from earthwork.model.footprint_date import dating_of
from earthwork.model.grid import Grid
from earthwork.pipeline.assessment import (
    capture_of,
    case_files,
    default_pairs,
    marks_of_pair,
    unfilled,
)
from earthwork.pipeline.looking import dates_of, one_date_twice
from earthwork.pipeline.naming import read_places
from earthwork.pipeline.opening import grid_of, planned_grid
from earthwork.pipeline.reading import case_gazetteer, find_place, require_digest


class Level(StrEnum):
    """How grave a remark is."""

    ERROR = "error"
    """A run would stop."""
    GAP = "gap"
    """A run goes on, and says less."""
    NOTE = "note"
    """A decision that a run takes, for the reader to know."""
    FINE = "fine"
    """As it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a check has to say."""

    level: Level
    """How grave."""
    where: str
    """The item."""
    what: str
    """What is missing or wrong, and what would mend it."""


_KEPT_ONLY = frozenset({LayerRole.SENSITIVE_SITES, LayerRole.REFERENCE})


def check(case: Case) -> tuple[Remark, ...]:
    """Look a case through: files, placement, dates, credit, reports, layers.

    Returns
    -------
    tuple of Remark
        In the order of the case file; empty lists make a gap, not an error.
    """
    missing = {path for path in case_files(case) if not path.is_file()}
    remarks = [
        Remark(level=Level.ERROR, where=str(path.name), what=f"the file is not there: {path}")
        for path in sorted(missing)
    ]
    for source in case.scenes:
        if not missing.intersection(_paths(source)):
            remarks.extend(_guarded(f"scene {source.id}", _scene(case, source)))
    area = area_of(case)
    for layer in case.layers:
        if layer.file not in missing:
            remarks.extend(_guarded(f"layer {layer.file.name}", _layer(case, layer, area)))
    for report in case.reports:
        if report.file not in missing:
            remarks.extend(_guarded(f"report {report.id}", _report(report)))
    if unfilled(case):
        what = "the author is still the template's: say who answers for the brief"
        remarks.append(Remark(level=Level.ERROR, where="case.author", what=what))
    if not missing:
        remarks.extend(_by_hand(case))
        remarks.extend(_whole(case))
    return tuple(remarks)


def area_of(case: Case) -> BaseGeometry | None:
    """Return the area of the case, else the outlines of the scenes that can be placed."""
    if case.area is not None:
        return case.area
    outlines = [_outline(source) for source in case.scenes]
    placed = [outline for outline in outlines if outline is not None]
    return union_all(placed) if placed else None


def _outline(source: SceneSource) -> BaseGeometry | None:
    try:
        return grid_of(source).outline_lonlat()
    except EarthworkError:
        return None  # the remarks on the scene say what is wrong with it


def _paths(source: SceneSource) -> set[object]:
    return {source.file, source.control_points, source.camera_model}


def _guarded(where: str, remarks: Iterator[tuple[Level, str]]) -> Iterator[Remark]:
    """Yield remarks on one item; what cannot be read becomes one, and the check goes on."""
    try:
        for level, what in remarks:
            yield Remark(level=level, where=where, what=what)
    except EarthworkError as error:
        yield Remark(level=Level.ERROR, where=where, what=str(error))


def _scene(case: Case, source: SceneSource) -> Iterator[tuple[Level, str]]:
    delivery = read_delivery(source.file)
    with open_raster(source.file, stated_gsd_m=source.gsd_m or delivery.gsd_m) as raster:
        grid = planned_grid(source, raster)
        for decision in (*raster.decisions, *delivery.decisions):
            yield Level.NOTE, decision
    yield from _stated(source, delivery)
    yield from _placed(case, grid)


def _stated(source: SceneSource, delivery: Delivery) -> Iterator[tuple[Level, str]]:
    if source.licence is None and not (delivery.credit and delivery.terms):
        yield Level.ERROR, 'no credit and licence: give credit = "…" and licence = "…"'
    capture = delivery.capture if delivery.capture.is_known else source.capture
    if capture.is_known:
        yield Level.FINE, f"taken {capture.spoken()} ({capture.source})"
    else:
        yield Level.GAP, 'no capture time: it can show what is there, not when (captured = "…")'
    if (delivery.sun or source.sun) is None:
        yield Level.GAP, "no sun angles: shadows cannot be measured"


def _placed(case: Case, grid: Grid) -> Iterator[tuple[Level, str]]:
    outline = grid.outline_lonlat()
    if outline is None:
        yield (
            Level.GAP,
            (
                "no place on the ground: claims cannot be held against it (give bounds,"
                " control_points or camera_model)"
            ),
        )
        if grid.gsd_m is None:
            yield Level.GAP, "pixel size unknown: give gsd_m"
        return
    yield Level.FINE, f"placed: {grid.spoken()}"
    if case.area is not None and not outline.intersects(case.area):
        west, south, east, north = (round(v, 3) for v in outline.bounds)
        yield (
            Level.ERROR,
            (
                f"it lies outside the area of the case: {west} to {east} east, {south} to {north}"
                " north; wrong scene, swapped axes, or wrong area"
            ),
        )


def _layer(case: Case, layer: Layer, area: BaseGeometry | None) -> Iterator[tuple[Level, str]]:
    if layer.role in _KEPT_ONLY:
        yield Level.GAP, f"{layer.role.value}: kept as evidence; this version does not use it yet"
    if layer.role is LayerRole.ELEVATION:
        with open_raster(layer.file) as raster:
            yield Level.FINE, f"elevation: {raster.grid.spoken()}"
        return
    frame = read_layer(layer.file, area=area)
    yield Level.FINE, f"{len(frame)} rows"
    for decision in frame.attrs.get("decisions", ()):
        yield Level.NOTE, str(decision)
    if layer.role is LayerRole.FOOTPRINTS:
        yield from _dated(case, layer, frame.drop(columns=frame.geometry.name))


def _dated(case: Case, layer: Layer, table: DataFrame) -> Iterator[tuple[Level, str]]:
    """Say how many footprints can be called razed, pair by pair."""
    remarks: list[str] = []
    dates = read_dates(table, stated=stated_date(layer.content_date), decisions=remarks)
    for remark in remarks:
        yield Level.NOTE, remark
    if layer.content_date is None and all(d.known is None and d.built is None for d in dates):
        yield (
            Level.GAP,
            "no content_date, no date of its own: no footprint of it can make a building 'razed'",
        )
        return
    for before, after in case.pairs or default_pairs(case):
        taken = [capture_of(_source(case, name)).interval for name in (before, after)]
        told = [dating_of(date, before=taken[0], after=taken[1]) for date in dates]
        able = sum(dating.allows_razed for dating in told)
        level = Level.FINE if able else Level.GAP
        yield level, f"{able} of {len(told)} are known to be older than {before}: they can be razed"


def _source(case: Case, name: str) -> SceneSource:
    return next(source for source in case.scenes if source.id == name)


def _report(report: Report) -> Iterator[tuple[Level, str]]:
    require_digest(report)
    document = read_document(
        report.file, id=report.id, published=report.published, outlet=report.outlet
    )
    yield Level.FINE, f"{len(document.text.split())} words"
    for decision in document.decisions:
        yield Level.NOTE, decision
    if report.published is None:
        yield Level.GAP, 'no publication date: "Friday" cannot be dated (published = "…")'
    if report.outlet is None:
        yield Level.GAP, 'no outlet: say who published it (outlet = "…")'


def _by_hand(case: Case) -> Iterator[Remark]:
    for drawing in case.drawings:
        yield from _guarded(f"drawing {drawing.file.name}", _drawing(case, drawing))
    for mended in case.alignments:
        where = f"alignment {mended.before} {mended.after}"
        yield from _guarded(where, _alignment(case, mended))


def _drawing(case: Case, drawing: Drawing) -> Iterator[tuple[Level, str]]:
    captures = {source.id: capture_of(source) for source in case.scenes}
    grids = {source.id: grid_of(source) for source in case.scenes}
    contents = read_drawing(
        drawing.file,
        reader=drawing.reader,
        scene=drawing.scene,
        captures=captures,
        grids=grids,
    )
    seen, decided = len(contents.observations), len(contents.reviews)
    yield Level.FINE, f"{seen} observations, {decided} decisions of {drawing.reader}"
    for skipped in contents.skipped:
        yield Level.GAP, f"{skipped.item} will be left out: {skipped.error}"
    for decision in contents.decisions:
        yield Level.NOTE, decision


def _alignment(case: Case, mended: Alignment) -> Iterator[tuple[Level, str]]:
    sources = {source.id: source for source in case.scenes}
    if unknown := [name for name in mended.pair if name not in sources]:
        yield Level.ERROR, f"no scene is called {', '.join(unknown)}"
        return
    if mended.pair not in (case.pairs or default_pairs(case)):
        yield (
            Level.GAP,
            (
                "the two are not compared: its tie points are not used"
                f' (pair = [["{mended.before}", "{mended.after}"]])'
            ),
        )
    marks = marks_of_pair(mended, *(grid_of(sources[name]) for name in mended.pair))
    pinned, struck = len(marks.pinned), len(marks.struck)
    if not pinned and not struck:
        yield Level.GAP, f"{mended.file.name} pins and strikes nothing: set a status, draw a line"
        return
    yield Level.FINE, f"{pinned} pinned, {struck} struck by {marks.reader}"


def _whole(case: Case) -> Iterator[Remark]:
    yield from _guarded("case.pair", ((Level.ERROR, str(e)) for e in one_date_twice(case)))
    yield from _guarded("case.scene", _looks(case))
    yield from _guarded("case", ((Level.GAP, what) for what in _whole_gaps(case)))


def _looks(case: Case) -> Iterator[tuple[Level, str]]:
    """Say which scenes are looks of one date."""
    for first, *others in dates_of(case).values():
        for other in others:
            yield Level.NOTE, f"{other} is another look of the date of {first}: used together"


def _whole_gaps(case: Case) -> Iterator[str]:
    if not case.scenes:
        yield "no image: every physical claim will be 'not assessed'"
    if not case.reports:
        yield "no report: the brief will hold observations only"
    if not case.drawings:
        yield "no observation yet: candidates count for nothing until a reader decides"
    if case.area is None and case.scenes:
        yield "no area: the outline of the images is taken"
    if len(case.scenes) > 1 and not (case.pairs or default_pairs(case)):
        yield 'no pair: two scenes need dates, or name them (pair = [["before", "after"]])'
    if find_place(case.place, case_gazetteer(read_places(case))) is None:
        yield f"the place “{case.place}” is in no gazetteer: relative places cannot be resolved"
