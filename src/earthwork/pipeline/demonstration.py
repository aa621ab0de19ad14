"""A simulated siege laid out as a ready case, and the scripted reader who looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import tomlkit
from shapely import set_precision, to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.evidence.store import Store
from earthwork.io.geopackages import Feature, write_geopackage
from earthwork.io.rasters import write_raster
from earthwork.model.case import Case
from earthwork.model.observation import Candidate, Observation, Review
from earthwork.model.vocabulary import Decision, Kind
from earthwork.pipeline.detecting import lonlat, read_candidates
from earthwork.pipeline.records import encode
from earthwork.pipeline.run import last_results
from earthwork.simulate.reports import SimulatedReport
from earthwork.simulate.siege import (
    Siege,
    SiegeOptions,
    SimulatedScene,
    TruthObject,
    build_siege,
    scripted_drawings,
    scripted_reader,
)

CREDIT = "Simulated by Earthwork"
TERMS = "CC0 1.0: nothing in it is real"
READER = "Scripted reader"
_DEGREE_GRID = 1e-7
_AS_OF_DELAY = timedelta(days=10)
_COVERED = 0.3


def lay_out_simulated_case(
    folder: Path, *, seed: int = 1, options: SiegeOptions | None = None
) -> Siege:
    """Write a simulated siege as a case: scenes, layers, reports, truth and ``case.toml``.

    Parameters
    ----------
    folder
        Folder to make.
    seed
        The same seed gives the same city.
    options
        What to build; None for the defaults.

    Returns
    -------
    Siege
        What was written, with its truth.
    """
    siege = build_siege(seed=seed, options=options)
    folder.mkdir(parents=True, exist_ok=True)
    for scene in siege.scenes:
        path = folder / "images" / f"{scene.scene_id}.tif"
        path.parent.mkdir(exist_ok=True)
        write_raster(path, scene.raster.pixels, scene.raster.grid, tags={"SIMULATED": "yes"})
    _write_layers(folder, siege)
    _write_reports(folder, siege)
    _write_truth(folder, siege)
    (folder / "case.toml").write_text(_case_file(siege), encoding="utf-8")
    return siege


def _write_layers(folder: Path, siege: Siege) -> None:
    layers = folder / "layers"
    layers.mkdir(exist_ok=True)
    for name, surface in (("before", siege.surface_before), ("after", siege.surface_after)):
        write_raster(layers / f"surface-{name}.tif", surface.pixels, surface.grid)
    _write_geojson(
        layers / "footprints.geojson",
        ((f.outline, {"id": f.id, "height_m": round(f.height_m, 1)}) for f in siege.footprints),
    )
    _write_geojson(
        layers / "roads.geojson",
        (
            (
                r.line,
                {"id": r.id, "name": r.name, "width_m": r.width_m, "class": r.road_class.value},
            )
            for r in siege.roads
        ),
    )
    _write_geojson(
        layers / "places.geojson",
        ((p.geometry, {"name": p.entry.name, "feature": p.feature}) for p in siege.places),
    )


def _write_geojson(path: Path, rows: Iterable[tuple[BaseGeometry, Mapping[str, Any]]]) -> None:
    features = [
        {"type": "Feature", "geometry": _mapping(geometry), "properties": dict(properties)}
        for geometry, properties in rows
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _mapping(geometry: BaseGeometry) -> Any:
    return json.loads(to_geojson(set_precision(geometry, _DEGREE_GRID, mode="pointwise")))


def _write_reports(folder: Path, siege: Siege) -> None:
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    for report in siege.reports:
        (reports / f"{report.id}.txt").write_text(report.text, encoding="utf-8", newline="\n")


def _write_truth(folder: Path, siege: Siege) -> None:
    truth = folder / "truth"
    rows = [Feature(geometry=o.geometry, properties=_truth_columns(o)) for o in siege.truth]
    write_geopackage(truth / "truth.gpkg", {"truth": rows})
    said = [encode(item) for report in siege.reports for item in report.truths]
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (truth / "reports.json").write_text(text + "\n", encoding="utf-8")


def _truth_columns(thing: TruthObject) -> dict[str, Any]:
    return {
        "id": thing.id,
        "kind": None if thing.kind is None else thing.kind.value,
        "state": None if thing.state is None else thing.state.value,
        "absent_in": "before" if thing.kind is not None else None,
        "seen_in": "after",
        "note": thing.note,
        "footprint": thing.footprint,
    }


def _case_file(siege: Siege) -> str:
    taken = [_day(scene) for scene in siege.scenes]
    document = tomlkit.document()
    document.add(tomlkit.comment("A simulated siege: city, river, names, outlets are all made up."))
    document["schema_version"] = 1
    document["case"] = {
        "title": "Nahrabad under siege",
        "place": "Nahrabad",
        "question": "How is the city being altered, and which reports do the images bear out?",
        "author": "Earthwork demonstration",
        "as_of": max(taken) + _AS_OF_DELAY,
        "period_start": min(taken),
        "period_end": max(taken) + _AS_OF_DELAY,
        "simulated": True,
    }
    document["release"] = {"coordinate_digits": 5}
    _add(document, "scene", (_scene_table(scene) for scene in siege.scenes))
    _add(document, "layer", _layer_tables(siege))
    _add(document, "report", (_report_table(report) for report in siege.reports))
    return tomlkit.dumps(document)


def _add(document: tomlkit.TOMLDocument, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    tables = tomlkit.aot()
    for row in rows:
        table = tomlkit.table()
        table.update(row)
        tables.append(table)
    document[name] = tables


def _day(scene: SimulatedScene) -> date:
    interval = scene.capture.interval
    if interval is None or interval.end is None:
        return date.min
    return interval.end.date()


def _scene_table(scene: SimulatedScene) -> dict[str, Any]:
    interval = scene.capture.interval
    moment = "unknown" if interval is None or interval.start is None else interval.start.isoformat()
    return {
        "id": scene.scene_id,
        "file": f"images/{scene.scene_id}.tif",
        "captured": moment,
        "captured_source": scene.capture.source,
        "sensor": scene.sensor,
        "credit": CREDIT,
        "licence": TERMS,
        "sun_azimuth_deg": round(scene.sun.azimuth_deg, 2),
        "sun_elevation_deg": round(scene.sun.elevation_deg, 2),
        "view_azimuth_deg": round(scene.view.azimuth_deg, 2),
        "view_elevation_deg": round(scene.view.elevation_deg, 2),
        "simulated": True,
    }


def _layer_tables(siege: Siege) -> list[dict[str, Any]]:
    dated = _day(siege.scenes[0])
    roles = (("footprints", "footprints"), ("roads", "roads"), ("gazetteer", "places"))
    return [
        {
            "role": role,
            "file": f"layers/{name}.geojson",
            "content_date": dated,
            "credit": CREDIT,
            "licence": TERMS,
        }
        for role, name in roles
    ]


def _report_table(report: SimulatedReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "file": f"reports/{report.id}.txt",
        "published": str(report.published.start)[:10],
        "outlet": report.outlet,
    }


def scripted_reader_file(case: Case, siege: Siege) -> Path:
    """Write what a scripted reader decides on the candidates of the last run, and draws.

    Parameters
    ----------
    case
        The simulated case, run once.
    siege
        Its truth.

    Returns
    -------
    Path
        GeoJSON in the case's drawings folder.
    """
    candidates = _last_candidates(case)
    reviews = scripted_reader(candidates, siege.truth, grid=siege.grid)
    drawn = scripted_drawings(siege.truth, image="after")
    missed = _missed(siege, candidates, reviews)
    path = case.folder / "drawings" / "scripted-reader.geojson"
    path.parent.mkdir(exist_ok=True)
    rows = [*_drawn_rows(drawn), *_missed_rows(missed), *_review_rows(reviews, candidates, siege)]
    _write_geojson(path, rows)
    return path


def _last_candidates(case: Case) -> tuple[Candidate, ...]:
    folders = last_results(Store.reading(case.folder), kind="detect")
    return tuple(candidate for folder in folders for candidate in read_candidates(folder))


def _missed(
    siege: Siege, candidates: Iterable[Candidate], reviews: Iterable[Review]
) -> list[TruthObject]:
    """Return what no accepted candidate shows, and buildings that stand: a reader draws them."""
    kept = {review.candidate for review in reviews if review.decision is not Decision.REJECT}
    shown = [
        outline
        for c in candidates
        if c.id in kept and (outline := lonlat(c.geometry, siege.grid)) is not None
    ]
    wanted = {Kind.GROUND_CLEARED, Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, None}
    return [
        thing
        for thing in siege.truth
        if thing.kind in wanted and not any(_covers(s, thing.geometry) for s in shown)
    ]


def _covers(shown: BaseGeometry, thing: BaseGeometry) -> bool:
    return thing.area > 0 and shown.intersection(thing).area / thing.area > _COVERED


_Rows = list[tuple[BaseGeometry, dict[str, Any]]]


def _drawn_rows(drawn: Iterable[Observation]) -> _Rows:
    return [
        (o.geometry, {"kind": None if o.kind is None else o.kind.value} | _where(o.note))
        for o in drawn
    ]


def _missed_rows(missed: Iterable[TruthObject]) -> _Rows:
    return [(thing.geometry, _missed_columns(thing)) for thing in missed]


def _missed_columns(thing: TruthObject) -> dict[str, Any]:
    if thing.kind is None:
        state = None if thing.state is None else thing.state.value
        return {"state": state, "image": "after", "note": thing.note}
    return {"kind": thing.kind.value} | _where(thing.note)


def _where(note: str | None) -> dict[str, Any]:
    return {"image": "after", "absent_in": "before", "note": note}


def _review_rows(reviews: Iterable[Review], candidates: Iterable[Candidate], siege: Siege) -> _Rows:
    outlines = {c.id: lonlat(c.geometry, siege.grid) for c in candidates}
    return [
        (
            outline,
            {
                "candidate": review.candidate,
                "decision": review.decision.value,
                "kind": None if review.kind is None else review.kind.value,
            },
        )
        for review in reviews
        if (outline := outlines[review.candidate]) is not None
    ]
