"""A simulated siege as a ready case: its reports and its ``case.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import tomlkit

from earthwork.model.case import CASE_FILE
from earthwork.pipeline.records import encode
from earthwork.simulate.orders import resolve_camera
from earthwork.simulate.reporting.testimony import ReportedTruth, SimulatedReport
from earthwork.simulate.scenario import SceneOrder
from earthwork.simulate.siege import Siege, reports_of

CREDIT = "Simulated by Earthwork"
TERMS = "CC0 1.0: nothing in it is real"
SENSOR = "Earthwork simulator"
_AS_OF_DELAY = timedelta(days=10)


def write_reports(siege: Siege, folder: Path) -> list[Path]:
    """Write each report as text, and the truth of every claim in them as JSON."""
    reports = reports_of(siege)
    (folder / "reports").mkdir(exist_ok=True)
    written = []
    for report in reports:
        path = folder / "reports" / f"{report.id}.txt"
        path.write_text(report.text, encoding="utf-8", newline="\n")
        written.append(path)
    said = [_told(siege, item) for report in reports for item in report.truths]
    truth = folder / "truth" / "reports.json"
    truth.parent.mkdir(exist_ok=True)
    text = json.dumps(said, ensure_ascii=False, indent=1)
    truth.write_text(text + "\n", encoding="utf-8")
    return [*written, truth]


def _told(siege: Siege, item: ReportedTruth) -> dict[str, Any]:
    row: dict[str, Any] = encode(item)
    if item.area is not None:
        row["area"] = siege.site.placed(item.area).wkt
    return row


def write_case_file(siege: Siege, folder: Path) -> list[Path]:
    """Write the case file: question, scenes, layers and reports."""
    path = folder / CASE_FILE
    partial = folder / f".{CASE_FILE}.partial"
    partial.write_text(case_file(siege), encoding="utf-8")
    partial.replace(path)
    return [path]


def case_file(siege: Siege) -> str:
    """Return the text of the case file of a simulated siege."""
    taken = [scene.captured.date() for scene in siege.scenes]
    place = siege.city.name
    reports = reports_of(siege)
    as_of = max([*taken, *(_day(report) for report in reports)]) + _AS_OF_DELAY
    document = tomlkit.document()
    document.add(tomlkit.comment("A simulated siege: city, river, names, outlets are all made up."))
    document["schema_version"] = 1
    document["case"] = {
        "title": siege.scenario.title,
        "place": place,
        "question": "How is the city being altered, and which reports do the images bear out?",
        "author": "Earthwork demonstration",
        "as_of": as_of,
        "period_start": min(taken),
        "period_end": as_of,
        "simulated": True,
    }
    document["release"] = {"coordinate_digits": 5}
    _add(document, "scene", (_scene_table(siege, scene) for scene in siege.scenes))
    _add(document, "layer", _layer_tables(min(taken)))
    _add(document, "report", (_report_table(report) for report in reports))
    return tomlkit.dumps(document)


def _add(document: tomlkit.TOMLDocument, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    tables = tomlkit.aot()
    for row in rows:
        table = tomlkit.table()
        table.update(row)
        tables.append(table)
    if tables:
        document[name] = tables


def _day(report: SimulatedReport) -> date:
    moment = report.published.start
    return date.min if moment is None else moment.date()


def _scene_table(siege: Siege, scene: SceneOrder) -> dict[str, Any]:
    sun = siege.site.sun(scene.captured)
    return {
        "id": scene.id,
        "file": f"images/{scene.id}.tif",
        "captured": scene.captured.isoformat(),
        "captured_source": "simulation",
        "sensor": f"{SENSOR}, {resolve_camera(scene).bands}",
        "credit": CREDIT,
        "licence": TERMS,
        "sun_azimuth_deg": round(sun.azimuth_deg, 2),
        "sun_elevation_deg": round(sun.elevation_deg, 2),
        "view_azimuth_deg": round(scene.view_azimuth_deg, 2),
        "view_elevation_deg": round(scene.view_elevation_deg, 2),
        "simulated": True,
    }


def _layer_tables(dated: date) -> list[dict[str, Any]]:
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
        "published": str(_day(report)),
        "outlet": report.outlet,
    }
