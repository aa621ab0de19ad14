"""``siege.toml``: parsed once at the rim into the order of a simulated siege.

The keys of the file are the tables below; ``scenarios/template.toml`` tells each with an example.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from earthwork.errors import CaseInvalid, InvalidValue
from earthwork.model.vocabulary import ClaimKind
from earthwork.simulate.camera.sensor import CAMERAS
from earthwork.simulate.cities.styles import STYLES
from earthwork.simulate.reporting.reports import Bearing
from earthwork.simulate.scenario import (
    NAHRABAD,
    CityOrder,
    Do,
    Event,
    EverydayOrder,
    Means,
    RadarOrder,
    ReportOrder,
    ReportsOrder,
    Scenario,
    SceneOrder,
    SeasonOrder,
    SentenceOrder,
    Where,
)

SCENARIO_FILE = "siege.toml"
"""Usual name of a scenario."""

_TEMPLATE = "template"
_HIGHEST_BERM_M = 12.0
_BLOCKING = {Do.BLOCK, Do.BAR, Do.WALL, Do.STAGE}
_EARTH = {Do.RAISE, Do.DIG, Do.FLOOD_DITCH}
_ACTS_OF: dict[str, set[Do]] = {
    "radius_m": {Do.MOUND, Do.CRATER, Do.BAR},
    "severity": {Do.SHELL},
    "spoil": {Do.DIG, Do.FLOOD_DITCH},
    "blocks": _BLOCKING,
    "size_m": _BLOCKING,
    "spacing_m": _BLOCKING,
    "lines": _BLOCKING,
    "crest_m": {*_EARTH, Do.BAR},
    "base_m": {*_EARTH, Do.BAR},
}
"""Which acts have a use for a size; sizes not named here belong to several."""


def _used_by(do: Do) -> set[str]:
    return {name for name, acts in _ACTS_OF.items() if do in acts}


_TAKEN = frozenset({"layers", "truth"})
"""Items of the catalog that are no scenes."""
_BY_CHANCE = re.compile(r"report-\d+")
_PACKAGED = files("earthwork.simulate") / "scenarios"
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Metres = Annotated[float, Field(gt=0, le=10_000)]
Number = Annotated[int, Field(gt=0, le=100_000)]
Amount = Annotated[float, Field(ge=0, le=10)]
Spot = tuple[float, float]
Moment = dt.datetime | dt.date


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class SiegeTable(_Table):
    """``[siege]``: which city, and the seed of all that is left to chance."""

    title: Text
    seed: Annotated[int, Field(ge=0)] = 1
    side_m: Annotated[float, Field(ge=300, le=20_000)] = 800.0
    style: str | None = None
    city: Text | None = None
    city_seed: Annotated[int, Field(ge=0)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] = 44.6
    latitude: Annotated[float, Field(ge=-66, le=66)] = 34.9

    @field_validator("style")
    @classmethod
    def _known_style(cls, style: str | None) -> str | None:
        return style if style is None else _one_of(style, [NAHRABAD, *STYLES], "style")


class WhereTable(_Table):
    """``where = { ... }``: a place; each word narrows it."""

    quarter: Text | None = None
    road: Text | None = None
    at: Share | None = None
    start: Share | None = Field(default=None, alias="from")
    end: Share | None = Field(default=None, alias="to")
    side: Text | None = None
    along: Text | None = None
    sector: tuple[Text, ...] = ()
    offset_m: Annotated[float, Field(ge=-2000, le=5000)] | None = None
    polygon: Annotated[tuple[Spot, ...], Field(min_length=3)] | None = None
    line: Annotated[tuple[Spot, ...], Field(min_length=2)] | None = None
    point: Spot | None = None
    unit: Literal["share", "metre"] = "share"
    airport: Text | None = None
    building: Text | None = None
    near: Text | None = None
    within_m: Annotated[float, Field(ge=0, le=20_000)] | None = None
    event: Identifier | None = None

    @field_validator("sector", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class EventTable(_Table):
    """``[[event]]``: one thing done."""

    id: Identifier
    do: Do
    on: Moment | None = None
    begun: Moment | None = Field(default=None, alias="from")
    done: Moment | None = Field(default=None, alias="to")
    where: WhereTable = WhereTable()
    height_m: Metres | None = None
    crest_m: Metres | None = None
    base_m: Metres | None = None
    radius_m: Metres | None = None
    share: Share | None = None
    count: Number | None = None
    severity: Share | None = None
    blocks: Means | None = None
    size_m: tuple[Metres, Metres, Metres] | None = None
    spacing_m: Metres | None = None
    lines: Annotated[int, Field(gt=0, le=12)] | None = None
    gap_m: Annotated[float, Field(ge=0, le=100)] | None = None
    length_m: Metres | None = None
    spoil: bool = True
    bars: bool = False
    spare: tuple[Text, ...] = ()
    tone: Annotated[float, Field(ge=0.3, le=3)] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.on is None) == (self.begun is None or self.done is None):
            raise ValueError("give on, or both from and to")
        if self.on is not None and (self.begun is not None or self.done is not None):
            raise ValueError("give on, or both from and to")
        first, last = _span(self)
        if first > last:
            raise ValueError("from must not be after to")
        return self

    @model_validator(mode="after")
    def _of_one_act(self) -> Self:
        """Refuse sizes that no earth stands at, and keys that the act has no use for."""
        if self.crest_m is not None and self.base_m is not None and self.base_m < self.crest_m:
            raise ValueError("base_m must not be less than crest_m: earth does not overhang")
        if self.do is Do.RAISE and (self.height_m or 0) > _HIGHEST_BERM_M:
            raise ValueError(f"a berm {self.height_m:g} m high: at most {_HIGHEST_BERM_M:g} m")
        idle = sorted(name for name in self.model_fields_set & set(_ACTS_OF) - _used_by(self.do))
        if idle:
            raise ValueError(
                f"{', '.join(idle)} means nothing for “{self.do}”: it has"
                f" {', '.join(sorted(_used_by(self.do))) or 'no sizes'}"
            )
        return self


class SeasonTable(_Table):
    """``season = { ... }``: what to change in the season of the date."""

    soil: Annotated[float, Field(ge=0.4, le=1.5)] | None = None
    ploughed: Share | None = None
    green: Share | None = None
    leaf: Annotated[float, Field(ge=0.3, le=1)] | None = None
    river: Annotated[float, Field(ge=0.2, le=1.5)] | None = None


class SceneTable(_Table):
    """``[[scene]]``: one picture."""

    id: Identifier
    captured: dt.datetime
    camera: str = "vhr-rgb-50cm"
    gsd_m: Annotated[float, Field(ge=0.3, le=10)] | None = None
    bands: Literal["pan", "rgb", "rgbn"] | None = None
    bits: Literal[8, 11, 12] | None = None
    blur_px: Annotated[float, Field(ge=0.2, le=3)] | None = None
    sharpening: Annotated[float, Field(ge=0, le=3)] | None = None
    read_noise: Annotated[float, Field(ge=0, le=500)] | None = None
    shot_noise: Annotated[float, Field(ge=0, le=500)] | None = None
    jpeg_quality: Annotated[int, Field(ge=30, le=95)] | None = None
    view_azimuth_deg: Annotated[float, Field(ge=0, le=360)] = 100.0
    view_elevation_deg: Annotated[float, Field(ge=45, le=90)] = 84.0
    haze: Annotated[float, Field(ge=0, le=5)] = 0.6
    cloud_cover: Share = 0.0
    season: SeasonTable = SeasonTable()
    shift_px: Spot = (0.0, 0.0)
    rotation_deg: Annotated[float, Field(ge=-5, le=5)] = 0.0
    local_px: Annotated[float, Field(ge=0, le=10)] = 0.0

    @field_validator("captured")
    @classmethod
    def _aware(cls, moment: dt.datetime) -> dt.datetime:
        return _moment(moment)

    @field_validator("camera")
    @classmethod
    def _known_camera(cls, camera: str) -> str:
        return _one_of(camera, list(CAMERAS), "camera")


class RadarTable(_Table):
    """``[[radar]]``: passes of one orbit, listed or at a steady pace."""

    orbit: Literal["ascending", "descending"]
    dates: tuple[dt.datetime, ...] = ()
    first: dt.datetime | None = None
    every_days: Annotated[float, Field(gt=0, le=400)] = 12
    count: Annotated[int, Field(gt=0, le=500)] = 1
    incidence_deg: Annotated[float, Field(ge=30, le=45)] = 38.0
    spacing_m: Annotated[float, Field(ge=5, le=40)] = 10.0

    @model_validator(mode="after")
    def _some(self) -> Self:
        if bool(self.dates) == (self.first is not None):
            raise ValueError("give dates, or first with every_days and count")
        try:
            self.moments()
        except OverflowError as error:
            raise ValueError("the last pass lies beyond the year 9999") from error
        return self

    def moments(self) -> tuple[dt.datetime, ...]:
        """Return the moments of the passes."""
        if self.first is None:
            return tuple(sorted(_moment(day) for day in self.dates))
        step = dt.timedelta(days=self.every_days)
        return tuple(_moment(self.first) + number * step for number in range(self.count))


class EverydayTable(_Table):
    """``[everyday]``: how much there is of what fools people."""

    cars: Amount = 1.0
    stalls: Amount = 1.0
    tents: Amount = 0.5
    containers: Amount = 0.7
    ploughing: Amount = 1.0
    new_buildings: Amount = 0.6
    road_works: Amount = 0.6
    flood: Amount = 0.0
    burnt: Amount = 0.3
    field_walls: Amount = 1.0
    wadis: Amount = 1.0
    besieged_from: Moment | None = None
    cars_besieged: Amount = 0.35

    @field_validator("besieged_from")
    @classmethod
    def _aware(cls, moment: Moment | None) -> Moment | None:
        return None if moment is None else _moment(moment)


class ReportsTable(_Table):
    """``[reports]``: reports written by chance."""

    count: Annotated[int, Field(ge=0, le=10_000)] = 0
    seed: Annotated[int, Field(ge=0)] | None = None
    exaggerated: Share = 0.12
    false: Share = 0.12
    premature: Share = 0.08
    echoed: Share = 0.2
    misplaced: Share = 0.06
    outdated: Share = 0.05
    partly_true: Share = 0.08
    unobservable: Share = 0.08


class SentenceTable(_Table):
    """One sentence of a given report."""

    words: Text
    bearing: Bearing | None = None
    kinds: tuple[ClaimKind, ...] = ()
    events: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.bearing is None) != (not self.kinds):
            raise ValueError("give both bearing and kinds, or neither")
        return self


class ReportTable(_Table):
    """``[[report]]``: one report word for word."""

    id: Identifier
    outlet: Text
    published: dt.date
    headline: Text
    paragraphs: Annotated[
        tuple[Annotated[tuple[SentenceTable, ...], Field(min_length=1)], ...], Field(min_length=1)
    ]


class ScenarioFile(_Table):
    """The whole of ``siege.toml``."""

    siege: SiegeTable
    scene: tuple[SceneTable, ...] = ()
    event: tuple[EventTable, ...] = ()
    everyday: EverydayTable = EverydayTable()
    radar: tuple[RadarTable, ...] = ()
    reports: ReportsTable = ReportsTable()
    report: tuple[ReportTable, ...] = ()
    schema_version: Literal[1]

    @field_validator("scene", "event", "report")
    @classmethod
    def _unique(cls, tables: Sequence[Any]) -> Sequence[Any]:
        # Ids name files, and there are systems on which a file "A" is the file "a".
        names = [table.id.lower() for table in tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"id given twice: {', '.join(twice)}")
        return tables

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.scene:
            raise ValueError("give at least one [[scene]]")
        self._require_own_names()
        known = [event.id for event in self.event]
        for event in self.event:
            if event.where.event is not None:
                _one_of(event.where.event, known, f"event.{event.id}.where.event")
        for report in self.report:
            for name in (n for part in report.paragraphs for said in part for n in said.events):
                _one_of(name, known, f"report.{report.id}.events")
        return self

    def _require_own_names(self) -> None:
        """Refuse ids that would give two things the same file or the same place in a catalog."""
        passes = [f"{r.orbit}-{at:%Y%m%d}" for r in self.radar for at in r.moments()]
        twice = sorted({name for name in passes if passes.count(name) > 1})
        if twice:
            raise ValueError(f"radar: two passes of one orbit on one day: {', '.join(twice)}")
        for scene in self.scene:
            if scene.id.lower() in {*_TAKEN, *passes}:
                raise ValueError(f"scene.{scene.id}.id: that name is taken: choose another")
        for report in self.report:
            if self.reports.count and _BY_CHANCE.fullmatch(report.id.lower()):
                raise ValueError(
                    f"report.{report.id}.id: reports by chance are called so: choose another"
                )


def _one_of(word: str, choices: Sequence[str], where: str) -> str:
    if word in choices:
        return word
    near = get_close_matches(word, choices, n=1)
    meant = f"“{near[0]}” may be meant; " if near else ""
    raise ValueError(
        f"{where}: “{word}” is not known: {meant}valid: {', '.join(choices) or 'none'}"
    )


def _moment(value: Moment, *, is_end: bool = False) -> dt.datetime:
    """Return a moment in UTC: a day begins or ends at midnight."""
    if isinstance(value, dt.datetime):
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone: write it with a Z for UTC")
        return value.astimezone(dt.UTC)
    start = dt.datetime.combine(value, dt.time(), tzinfo=dt.UTC)
    return start + dt.timedelta(days=1) if is_end else start


def load_scenario(path: Path) -> Scenario:
    """Read a scenario from a file.

    Parameters
    ----------
    path
        The file, or a folder that holds a ``siege.toml``.

    Returns
    -------
    Scenario
        The order; places are checked against the city when it is unfolded.

    Raises
    ------
    InvalidValue
        If there is no such file.
    CaseInvalid
        With every problem of the file, each with its key.
    """
    file = path / SCENARIO_FILE if path.is_dir() else path
    if not file.is_file():
        raise InvalidValue(
            "there is no scenario here",
            where=str(file),
            cause="the path is misspelt",
            choices=[*packaged_scenarios(), "a path to a siege.toml"],
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseInvalid(f"it is not TOML: {error}", where=str(file)) from error
    return parse_scenario(text, where=str(file))


def resolve_scenario(name: str) -> Scenario:
    """Return a packaged scenario by its name, or the one in a file by its path.

    Raises
    ------
    InvalidValue
        If it is neither.
    CaseInvalid
        With every problem of the file.
    """
    if name in packaged_scenarios():
        text = (_PACKAGED / f"{name}.toml").read_text(encoding="utf-8")
        return parse_scenario(text, where=f"{name}.toml")
    return load_scenario(Path(name))


def packaged_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    names = (item.name.removesuffix(".toml") for item in _PACKAGED.iterdir())
    return tuple(sorted(name for name in names if name != _TEMPLATE))


def scenario_template() -> str:
    """Return a scenario with every key explained, ready to be changed."""
    return (_PACKAGED / f"{_TEMPLATE}.toml").read_text(encoding="utf-8")


def parse_scenario(text: str, *, where: str = SCENARIO_FILE) -> Scenario:
    """Parse the text of a scenario.

    Parameters
    ----------
    text
        TOML.
    where
        What errors call it.

    Returns
    -------
    Scenario
        The order.

    Raises
    ------
    CaseInvalid
        With every problem, each with its key.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseInvalid(f"it is not TOML: {error}", where=where) from error
    try:
        return _scenario(ScenarioFile.model_validate(tables))
    except ValidationError as error:
        problems = list(_problems(error, tables))
        raise CaseInvalid("; ".join(problems), where=where) from error


_TABLES: dict[str, type[_Table]] = {
    "siege": SiegeTable,
    "scene": SceneTable,
    "event": EventTable,
    "everyday": EverydayTable,
    "radar": RadarTable,
    "reports": ReportsTable,
    "report": ReportTable,
    "where": WhereTable,
    "season": SeasonTable,
    "paragraphs": SentenceTable,
}


def _problems(error: ValidationError, tables: Mapping[str, Any]) -> Iterator[str]:
    for problem in error.errors():
        path = problem["loc"]
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = _no_such_key(path)
        elif problem["type"] in {"enum", "literal_error"}:
            message = _no_such_value(str(problem["input"]), message)
        yield f"{_key(path, tables)}: {message}"


def _key(path: tuple[int | str, ...], tables: Mapping[str, Any]) -> str:
    """Return the path of a key, with ids in the place of numbers where there are any."""
    words: list[str] = []
    value: Any = tables
    for part in path:
        value = _inner(value, part)
        named = value.get("id") if isinstance(part, int) and isinstance(value, dict) else None
        words.append(str(named if named is not None else part))
    return ".".join(words) or "file"


def _inner(value: Any, part: int | str) -> Any:
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and part < len(value) else None
    return value.get(part) if isinstance(value, dict) else None


def _no_such_key(path: tuple[int | str, ...]) -> str:
    tables = [_TABLES[part] for part in path[:-1] if part in _TABLES]
    table = tables[-1] if tables else ScenarioFile
    known = sorted(field.alias or name for name, field in table.model_fields.items())
    near = get_close_matches(str(path[-1]), known, n=1)
    meant = f"; {near[0]} may be meant" if near else ""
    return f"there is no such key{meant} (keys: {', '.join(known)})"


def _no_such_value(word: str, message: str) -> str:
    choices = message.replace("Input should be ", "").replace(" or ", ", ")
    plain = [choice.strip().strip("'") for choice in choices.split(",")]
    near = get_close_matches(word, plain, n=1)
    meant = f"“{near[0]}” may be meant; " if near else ""
    return f"“{word}” is not known: {meant}valid: {', '.join(plain)}"


def _scenario(file: ScenarioFile) -> Scenario:
    return Scenario(
        title=file.siege.title,
        seed=file.siege.seed,
        city=_city(file.siege),
        scenes=tuple(sorted(map(_scene, file.scene), key=lambda scene: scene.captured)),
        events=tuple(map(_event, file.event)),
        everyday=_everyday(file.everyday),
        radar=tuple(
            RadarOrder(
                orbit=radar.orbit,
                dates=radar.moments(),
                incidence_deg=radar.incidence_deg,
                spacing_m=radar.spacing_m,
            )
            for radar in file.radar
        ),
        reports=ReportsOrder(**file.reports.model_dump()),
        explicit=tuple(map(_report, file.report)),
    )


def _city(table: SiegeTable) -> CityOrder:
    return CityOrder(
        side_m=table.side_m,
        style=table.style,
        seed=table.seed if table.city_seed is None else table.city_seed,
        name=table.city,
        longitude=table.longitude,
        latitude=table.latitude,
    )


def _scene(table: SceneTable) -> SceneOrder:
    given = table.model_dump(exclude={"season"})
    return SceneOrder(**given, season=SeasonOrder(**table.season.model_dump()))


def _event(table: EventTable) -> Event:
    given = table.model_dump(exclude={"on", "begun", "done", "where"})
    begun, done = _span(table)
    return Event(**given, begun=begun, done=done, where=Where(**table.where.model_dump()))


def _span(table: EventTable) -> tuple[dt.datetime, dt.datetime]:
    if table.begun is not None and table.done is not None:
        return _moment(table.begun), _moment(table.done, is_end=True)
    day = _moment(table.on or dt.date.min)  # one of the two is given: the table has seen to it
    return day, day


def _everyday(table: EverydayTable) -> EverydayOrder:
    given = table.model_dump(exclude={"besieged_from"})
    start = table.besieged_from
    return EverydayOrder(**given, besieged_from=None if start is None else _moment(start))


def _report(table: ReportTable) -> ReportOrder:
    return ReportOrder(
        id=table.id,
        outlet=table.outlet,
        published=table.published,
        headline=table.headline,
        paragraphs=tuple(tuple(map(_sentence, part)) for part in table.paragraphs),
    )


def _sentence(table: SentenceTable) -> SentenceOrder:
    return SentenceOrder(
        words=table.words,
        bearing=None if table.bearing is None else table.bearing.value,
        kinds=table.kinds,
        events=table.events,
    )
