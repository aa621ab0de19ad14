"""Tie points mended by hand, as part of a case: planned, checked, used and handed on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, Point

from earthwork.model.case import Alignment, Case
from earthwork.model.interval import Capture, Interval
from earthwork.model.pair import TieOrigin
from earthwork.pipeline import assessment
from earthwork.pipeline.assessment import MARKS_FILE, plan_case
from earthwork.pipeline.checking import Level, check
from earthwork.pipeline.opening import prepare_scene
from earthwork.pipeline.pairing import read_registration
from earthwork.pipeline.plan import Plan, digest_of

from .scenery import town
from .small_case import GRID, bench, lonlat, make_case, scene_source, write_image, write_layer

LARGE = replace(GRID, height=256, width=256)


def two_scenes(folder: Path, **given: Any) -> Case:
    wide = town(300, 300, seed=3)
    days = {"before": date(2031, 8, 14), "after": date(2031, 10, 31)}
    sources = tuple(
        scene_source(
            write_image(folder / f"{name}.tif", wide[top : top + 256, 20:276], LARGE),
            name,
            capture=Capture(interval=Interval.of_day(days[name]), source="stated"),
        )
        for name, top in (("before", 20), ("after", 23))
    )
    return make_case(folder, scenes=sources, **given)


def mended(folder: Path, *rows: tuple[Any, dict[str, Any]], **given: Any) -> Alignment:
    file = write_layer(folder / "ties.geojson", rows)
    defaults = {"before": "before", "after": "after", "file": file, "reader": "A. Reader"}
    return Alignment(**defaults | given)


def pin() -> tuple[Any, dict[str, Any]]:
    return lonlat(LineString([(100, 100), (100, 97)]), LARGE), {}


def struck() -> tuple[Any, dict[str, Any]]:
    return lonlat(Point(200, 180), LARGE), {"status": "struck", "radius_px": 30}


def keys(plan: Plan) -> dict[str, str]:
    return {step.name: step.key for step in plan.steps}


def test_what_follows_from_the_pair_is_made_anew_and_nothing_else(tmp_path: Path) -> None:
    case = two_scenes(tmp_path)
    plain = keys(plan_case(case))
    first = mended(tmp_path, pin())
    with_pin = keys(plan_case(replace(case, alignments=(first,))))
    other = replace(first, reader="B. Reader")
    by_another = keys(plan_case(replace(case, alignments=(other,))))
    mended(tmp_path, pin(), struck())
    with_strike = keys(plan_case(replace(case, alignments=(first,))))
    align = "align before after"
    assert len({k[align] for k in (plain, with_pin, by_another, with_strike)}) == 4
    assert plain["detect before after"] != with_pin["detect before after"]
    assert plain["open before"] == with_pin["open before"]


def test_the_file_is_recorded_as_an_original(tmp_path: Path) -> None:
    alignment = mended(tmp_path, pin())
    plan = plan_case(two_scenes(tmp_path, alignments=(alignment,)))
    (recorded,) = [item for item in plan.originals if item.role == "tie_points"]
    assert recorded.digest == digest_of(alignment.file)
    assert recorded.origin["reader"] == "A. Reader"
    assert str(tmp_path) not in json.dumps(recorded.origin)


def test_a_step_takes_the_points_in(tmp_path: Path) -> None:
    case = two_scenes(tmp_path, alignments=(mended(tmp_path, pin(), struck()),))
    folders = {f"open {source.id}": tmp_path / "work" / source.id for source in case.scenes}
    paths = {digest_of(source.file): source.file for source in case.scenes}
    made, notes = bench(folders)
    made = replace(made, original=paths.__getitem__)
    for source in case.scenes:
        out = folders[f"open {source.id}"]
        out.mkdir(parents=True)
        prepare_scene(source, digest=digest_of(source.file), bench=made, out=out)
    out = tmp_path / "work" / "align"
    next(s for s in plan_case(case).steps if s.kind == "align").perform(made, out)
    (kept,) = [t for t in read_registration(out).tie_points if t.origin is TieOrigin.PINNED]
    assert (kept.before_x, kept.before_y) == pytest.approx((100, 100), abs=1e-3)
    assert (kept.after_x, kept.after_y) == pytest.approx((100, 97), abs=1e-3)
    marks = json.loads((out / MARKS_FILE).read_bytes())
    assert marks["reader"] == "A. Reader"
    assert marks["struck"][0] == pytest.approx([200, 180, 30], abs=1e-3)
    assert any("1 were pinned by hand" in note for note in notes)


def remarks(case: Case, level: Level) -> str:
    return "\n".join(f"{r.where}: {r.what}" for r in check(case) if r.level is level)


def test_a_check_counts_the_points(tmp_path: Path) -> None:
    case = two_scenes(tmp_path, alignments=(mended(tmp_path, pin(), struck()),))
    said = "alignment before after: 1 pinned, 1 struck by A. Reader"
    assert said in remarks(case, Level.FINE)


@pytest.mark.parametrize(
    ("rows", "given", "level", "says"),
    [
        ([], {}, Level.GAP, "pins and strikes nothing"),
        ([pin()], {"after": "elsewhere"}, Level.ERROR, "no scene is called elsewhere"),
        ([pin()], {"before": "after", "after": "before"}, Level.GAP, "not compared"),
        ([(Point(9, 50), {"status": "struck"})], {}, Level.ERROR, "ties.geojson, feature 1"),
        ([(Point(9, 50), {})], {}, Level.ERROR, "without a status"),
    ],
    ids=["empty", "unknown scene", "no such pair", "elsewhere", "no status"],
)
def test_a_check_names_what_would_not_count(
    tmp_path: Path, rows: list[Any], given: dict[str, Any], level: Level, says: str
) -> None:
    case = two_scenes(tmp_path, alignments=(mended(tmp_path, *rows, **given),))
    assert says in remarks(case, level)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    alignment = replace(mended(tmp_path), file=tmp_path / "gone.geojson")
    case = two_scenes(tmp_path, alignments=(alignment,))
    assert "gone.geojson" in remarks(case, Level.ERROR)
    assert alignment.file in assessment.case_files(case)
