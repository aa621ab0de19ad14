"""``case.toml``: parsed once at the rim into the model's :class:`~earthwork.model.case.Case`."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely import box
from shapely.geometry.base import BaseGeometry

from earthwork.errors import CaseInvalid, CaseNotFound, EarthworkError
from earthwork.io.layers import read_layer
from earthwork.io.timestamps import parse_capture
from earthwork.model.case import (
    CASE_FILE,
    Alignment,
    Bounds,
    Case,
    Drawing,
    Layer,
    LayerRole,
    ReleasePolicy,
    Report,
    SceneSource,
)
from earthwork.model.grid import reproject
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.model.scene import Angles, Licence

_WGS84 = CRS.from_epsg(4326)
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BoundsTable(_Table):
    """A rectangle: least and greatest x and y."""

    west: float
    south: float
    east: float
    north: float
    crs: str = "EPSG:4326"

    @model_validator(mode="after")
    def _ordered(self) -> BoundsTable:
        if self.west >= self.east or self.south >= self.north:
            raise ValueError("west must be less than east, and south less than north")
        return self


class CaseTable(_Table):
    """``[case]``: what is asked."""

    title: Text
    place: Text
    question: Text
    author: Text
    as_of: dt.date
    period_start: dt.date
    period_end: dt.date
    area: Path | None = None
    bounds: BoundsTable | None = None
    simulated: bool = False

    @model_validator(mode="after")
    def _period(self) -> CaseTable:
        if self.period_start > self.period_end:
            raise ValueError("period_start must not be after period_end")
        if self.area is not None and self.bounds is not None:
            raise ValueError("give area or bounds, not both")
        return self


class SceneTable(_Table):
    """``[[scene]]``: one image."""

    id: Identifier
    file: Path
    captured: str | None = None
    captured_source: str | None = None
    credit: str | None = None
    licence: str | None = None
    may_republish: bool = True
    sensor: str | None = None
    gsd_m: Annotated[float, Field(gt=0, le=1000)] | None = None
    sun_azimuth_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    sun_elevation_deg: Annotated[float, Field(gt=0, le=90)] | None = None
    view_azimuth_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    view_elevation_deg: Annotated[float, Field(gt=0, le=90)] | None = None
    bounds: BoundsTable | None = None
    control_points: Path | None = None
    camera_model: Path | None = None
    mean_height_m: Annotated[float, Field(ge=-500, le=9000)] | None = None
    look_of: Identifier | None = None
    simulated: bool = False

    @model_validator(mode="after")
    def _placement(self) -> SceneTable:
        given = [self.bounds, self.control_points, self.camera_model]
        if sum(item is not None for item in given) > 1:
            raise ValueError("give one of bounds, control_points, camera_model")
        for name in ("sun", "view"):
            pair = (getattr(self, f"{name}_azimuth_deg"), getattr(self, f"{name}_elevation_deg"))
            if (pair[0] is None) != (pair[1] is None):
                raise ValueError(
                    f"give both {name}_azimuth_deg and {name}_elevation_deg, or neither"
                )
        return self


class LayerTable(_Table):
    """``[[layer]]``: one vector or raster layer."""

    role: LayerRole
    file: Path
    content_date: dt.date | None = None
    credit: Text
    licence: Text


class ReportTable(_Table):
    """``[[report]]``: one written report."""

    id: Identifier
    file: Path
    published: str | None = None
    outlet: str | None = None
    url: str | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    may_quote: bool = True


class DrawingTable(_Table):
    """``[[drawing]]``: what an analyst drew or decided."""

    file: Path
    reader: Text
    scene: Identifier | None = None


class AlignmentTable(_Table):
    """``[[alignment]]``: tie points of a pair, pinned or struck by hand."""

    before: Identifier
    after: Identifier
    tie_points: Path
    reader: Text


class ReleaseTable(_Table):
    """``[release]``: what a public brief may hold."""

    coordinate_digits: Annotated[int, Field(ge=0, le=5)] = 3


class CaseFile(_Table):
    """The whole of ``case.toml``."""

    case: CaseTable
    scene: tuple[SceneTable, ...] = ()
    layer: tuple[LayerTable, ...] = ()
    report: tuple[ReportTable, ...] = ()
    drawing: tuple[DrawingTable, ...] = ()
    alignment: tuple[AlignmentTable, ...] = ()
    pair: tuple[tuple[Identifier, Identifier], ...] = ()
    release: ReleaseTable = ReleaseTable()
    schema_version: Literal[1] = 1

    @field_validator("scene", "report")
    @classmethod
    def _unique(cls, tables: Sequence[Any]) -> Sequence[Any]:
        names = [table.id for table in tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"id given twice: {', '.join(twice)}")
        return tables

    @field_validator("alignment")
    @classmethod
    def _one_for_a_pair(cls, tables: Sequence[AlignmentTable]) -> Sequence[AlignmentTable]:
        pairs = [f"{table.before} and {table.after}" for table in tables]
        twice = sorted({pair for pair in pairs if pairs.count(pair) > 1})
        if twice:
            raise ValueError(f"two files for one pair: {', '.join(twice)}; put them into one")
        return tables

    @model_validator(mode="after")
    def _known_scenes(self) -> CaseFile:
        known = {scene.id for scene in self.scene}
        named = {name for pair in self.pair for name in pair}
        named |= {name for table in self.alignment for name in (table.before, table.after)}
        named |= {scene.look_of for scene in self.scene if scene.look_of is not None}
        named |= {drawing.scene for drawing in self.drawing if drawing.scene is not None}
        if unknown := sorted(named - known):
            raise ValueError(
                f"no scene is called {', '.join(unknown)} (scenes: {', '.join(sorted(known))})"
            )
        return self

    @model_validator(mode="after")
    def _looks(self) -> CaseFile:
        further = {scene.id for scene in self.scene if scene.look_of is not None}
        if chained := sorted(s.id for s in self.scene if s.look_of in further):
            raise ValueError(f"look_of must name a first look: {', '.join(chained)}")
        return self


def load_case(folder: Path) -> Case:
    """Read the case in a folder.

    Raises
    ------
    CaseNotFound
        If there is no ``case.toml``.
    CaseInvalid
        With every problem of the file, each with its key.
    """
    path = folder / CASE_FILE
    if not path.is_file():
        raise CaseNotFound(
            "there is no case here",
            where=str(path),
            cause="the folder is not a case, or the path is misspelt",
            choices=["earthwork new DIR"],
        )
    return _case(_parse(path), folder.resolve())


def _parse(path: Path) -> CaseFile:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseInvalid(f"it is not TOML: {error}", where=str(path)) from error
    try:
        return CaseFile.model_validate(tables)
    except ValidationError as error:
        raise CaseInvalid(_problems(error), where=str(path)) from error


def _problems(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"]) or "file"
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = _no_such_key(str(problem["loc"][-1]))
        lines.append(f"{where}: {message}")
    return "; ".join(lines)


def _no_such_key(word: str) -> str:
    tables = (
        CaseTable,
        SceneTable,
        LayerTable,
        ReportTable,
        DrawingTable,
        AlignmentTable,
        ReleaseTable,
        CaseFile,
    )
    known = {name for table in tables for name in table.model_fields}
    near = get_close_matches(word, sorted(known), n=1)
    return f"there is no such key; {near[0]} may be meant" if near else "there is no such key"


def _case(file: CaseFile, folder: Path) -> Case:
    table = file.case
    return Case(
        folder=folder,
        title=table.title,
        place=table.place,
        question=table.question,
        author=table.author,
        as_of=table.as_of,
        area=_area(table, folder),
        period=Interval.of_days(table.period_start, table.period_end),
        scenes=tuple(_scene(scene, folder) for scene in file.scene),
        layers=tuple(_layer(layer, folder) for layer in file.layer),
        reports=tuple(_report(report, folder) for report in file.report),
        drawings=tuple(
            Drawing(file=folder / d.file, reader=d.reader, scene=d.scene) for d in file.drawing
        ),
        pairs=file.pair,
        alignments=tuple(
            Alignment(before=a.before, after=a.after, file=folder / a.tie_points, reader=a.reader)
            for a in file.alignment
        ),
        release=ReleasePolicy(coordinate_digits=file.release.coordinate_digits),
        is_simulated=table.simulated,
    )


def _area(table: CaseTable, folder: Path) -> BaseGeometry | None:
    if table.bounds is not None:
        bounds = table.bounds
        shape = box(bounds.west, bounds.south, bounds.east, bounds.north)
        return reproject(shape, source=_reference(bounds.crs), target=_WGS84)
    return None if table.area is None else read_area(folder / table.area)


def _reference(name: str) -> CRS:
    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise CaseInvalid(
            f"“{name}” is no reference system", where="bounds.crs", choices=["EPSG:4326"]
        ) from error


def read_area(path: Path) -> BaseGeometry:
    """Read an area of interest from a vector file, as one geometry in longitude and latitude.

    Raises
    ------
    CaseInvalid
        If the file is not there or holds no area.
    UnreadableLayer
        If it is no vector file.
    """
    if not path.is_file():
        raise CaseInvalid("the area file is not there", where=str(path))
    area: BaseGeometry = read_layer(path).geometry.union_all()
    if area.area == 0:
        raise CaseInvalid(
            "it holds no area", where=str(path), cause="lines or points were drawn, not a polygon"
        )
    return area


def _scene(table: SceneTable, folder: Path) -> SceneSource:
    bounds = table.bounds
    return SceneSource(
        id=table.id,
        file=folder / table.file,
        licence=_licence(table),
        capture=_capture(table),
        sensor=table.sensor,
        gsd_m=table.gsd_m,
        sun=_angles(table.sun_azimuth_deg, table.sun_elevation_deg),
        view=_angles(table.view_azimuth_deg, table.view_elevation_deg),
        bounds=None if bounds is None else Bounds(**bounds.model_dump()),
        control_points=_within(folder, table.control_points),
        camera_model=_within(folder, table.camera_model),
        mean_height_m=table.mean_height_m,
        is_simulated=table.simulated,
        look_of=table.look_of,
    )


def _within(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path


def _angles(azimuth_deg: float | None, elevation_deg: float | None) -> Angles | None:
    if azimuth_deg is None or elevation_deg is None:
        return None
    return Angles(azimuth_deg=azimuth_deg, elevation_deg=elevation_deg)


def _licence(table: SceneTable) -> Licence | None:
    if not table.credit or not table.licence:
        return None
    return Licence(credit=table.credit, terms=table.licence, may_republish=table.may_republish)


def _capture(table: SceneTable) -> Capture:
    if table.captured is None:
        return UNKNOWN_CAPTURE
    return _timed(
        table.captured, f"scene.{table.id}.captured", table.captured_source or "stated in case.toml"
    )


def _timed(words: str, where: str, source: str) -> Capture:
    try:
        return parse_capture(words, source=source)
    except EarthworkError as error:
        raise CaseInvalid(
            error.what, where=where, cause=error.cause, choices=error.choices
        ) from error


def _layer(table: LayerTable, folder: Path) -> Layer:
    return Layer(
        role=table.role,
        file=folder / table.file,
        content_date=table.content_date,
        credit=table.credit,
        terms=table.licence,
    )


def _report(table: ReportTable, folder: Path) -> Report:
    published = None
    if table.published is not None:
        where = f"report.{table.id}.published"
        published = _timed(table.published, where, "stated").interval
    return Report(
        id=table.id,
        file=folder / table.file,
        published=published,
        outlet=table.outlet,
        url=table.url,
        sha256=table.sha256,
        may_quote=table.may_quote,
    )


def add_drawing(folder: Path, drawing: Drawing) -> None:
    """Add a drawing to ``case.toml``, keeping its comments and order.

    Raises
    ------
    CaseNotFound
        If there is no ``case.toml``.
    """
    path = folder / CASE_FILE
    if not path.is_file():
        raise CaseNotFound("there is no case here", where=str(path))
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    table = tomlkit.table()
    table["file"] = drawing.file.resolve().relative_to(folder.resolve()).as_posix()
    table["reader"] = drawing.reader
    if drawing.scene is not None:
        table["scene"] = drawing.scene
    tables = document.setdefault("drawing", tomlkit.aot())
    tables.append(table)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
