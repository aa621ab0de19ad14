"""What a check has to say, item by item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from shapely import LineString, Point, box

from earthwork.errors import CaseInvalid
from earthwork.model.case import Drawing, Layer, LayerRole, Report
from earthwork.model.grid import Grid
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.pipeline.assessment import TEMPLATE_AUTHOR, plan_case
from earthwork.pipeline.checking import Level, Remark, check

from .scenery import town
from .small_case import GRID, lonlat, make_case, scene_source, write_image, write_layer

ELSEWHERE = box(10, 50, 10.1, 50.1)


def said(remarks: tuple[Remark, ...], level: Level) -> str:
    return "\n".join(f"{r.where}: {r.what}" for r in remarks if r.level is level)


def image(folder: Path, name: str = "after", grid: Grid = GRID) -> Path:
    return write_image(folder / f"{name}.tif", town(*grid.shape, seed=1), grid)


def roads(folder: Path, shape: object = None, **given: object) -> Layer:
    line = lonlat(LineString([(0, 9), (90, 9)])) if shape is None else shape
    file = write_layer(folder / "roads.geojson", [(line, {})])
    defaults = {"role": LayerRole.ROADS, "content_date": None, "credit": "C", "terms": "T"}
    return Layer(file=file, **(defaults | given))


def test_a_whole_case_has_nothing_against_it(tmp_path: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_text("A berm was raised.", encoding="utf-8")
    drawing = write_layer(
        tmp_path / "d.geojson",
        [(lonlat(box(9, 9, 30, 30)), {"kind": "berm"}), (None, {"kind": "x"})],
    )
    case = make_case(
        tmp_path,
        area=lonlat(box(0, 0, 160, 160)),
        scenes=(scene_source(image(tmp_path)),),
        layers=(roads(tmp_path),),
        reports=(
            Report(id="r", file=report, published=Interval.of_day(date(2031, 11, 1)), outlet="O"),
        ),
        drawings=(Drawing(file=drawing, reader="R", scene="after"),),
    )
    remarks = check(case)
    assert said(remarks, Level.ERROR) == ""
    fine = said(remarks, Level.FINE)
    for words in ("taken 31 Oct 2031", "placed: 160×160", "1 rows", "4 words", "1 observations"):
        assert words in fine
    gaps = said(remarks, Level.GAP)
    assert "no sun angles" in gaps
    assert "d.geojson, feature 2 will be left out" in gaps


def test_a_layer_is_held_against_the_images_where_no_area_is_stated(tmp_path: Path) -> None:
    case = make_case(
        tmp_path,
        scenes=(scene_source(image(tmp_path)),),
        layers=(roads(tmp_path, ELSEWHERE),),
    )
    assert "km away" in said(check(case), Level.ERROR)


def test_a_gazetteer_of_another_place_ends_no_check(tmp_path: Path) -> None:
    layer = replace(roads(tmp_path, ELSEWHERE), role=LayerRole.GAZETTEER)
    case = make_case(tmp_path, area=box(45, 36, 46, 37), layers=(layer,))
    errors = said(check(case), Level.ERROR)
    assert "layer roads.geojson" in errors
    assert "case: " in errors


def test_a_picture_without_place_or_date_leaves_gaps(tmp_path: Path) -> None:
    file = image(tmp_path, grid=Grid.of_pixels(height=99, width=99))
    source = scene_source(file, capture=UNKNOWN_CAPTURE, licence=None)
    remarks = check(make_case(tmp_path, scenes=(source, replace(source, id="b"))))
    gaps = said(remarks, Level.GAP)
    for words in ("no capture time", "no place on the ground", "pixel size unknown", "no pair",
                  "no area", "no report", "no observation yet"):  # fmt: skip
        assert words in gaps
    assert "no credit and licence" in said(remarks, Level.ERROR)


def test_other_layers_and_unknown_places(tmp_path: Path) -> None:
    heights = write_image(tmp_path / "dem.tif", np.full(GRID.shape, 200.0))
    layers = (
        Layer(role=LayerRole.ELEVATION, file=heights, content_date=None, credit="C", terms="T"),
        roads(tmp_path, lonlat(box(0, 0, 9, 9)), role=LayerRole.FOOTPRINTS),
    )
    remarks = check(make_case(tmp_path, place="Nowhereville Zzz", layers=layers))
    assert "elevation: 160×160" in said(remarks, Level.FINE)
    gaps = said(remarks, Level.GAP)
    assert "no content_date" in gaps
    assert "“Nowhereville Zzz” is in no gazetteer" in gaps
    assert "no image" in gaps


def test_footprints_that_can_be_razed_are_counted_pair_by_pair(tmp_path: Path) -> None:
    rows = [(lonlat(box(0, 0, 9, 9)), {"building": "yes", "start_date": "1990"}),
            (lonlat(box(20, 0, 29, 9)), {"building": "yes", "start_date": "soon"})]  # fmt: skip
    file = write_layer(tmp_path / "houses.geojson", rows)
    layer = Layer(role=LayerRole.FOOTPRINTS, file=file, content_date=None, credit="C", terms="T")
    scenes = tuple(
        scene_source(
            image(tmp_path, name), name,
            capture=Capture(interval=Interval.of_day(date(2031, 1, day)), source="stated"),
        )
        for day, name in enumerate(("first", "second"), start=1)
    )  # fmt: skip
    remarks = check(make_case(tmp_path, scenes=scenes, layers=(layer,)))
    assert "1 of 2 are known to be older than first" in said(remarks, Level.FINE)
    assert "1 values of start_date are not understood" in said(remarks, Level.NOTE)
    late = replace(layer, content_date=date(2031, 6, 1), file=write_layer(
        tmp_path / "late.geojson", [(lonlat(box(0, 0, 9, 9)), {})]))  # fmt: skip
    gaps = said(check(make_case(tmp_path, scenes=scenes, layers=(late,))), Level.GAP)
    assert "0 of 1 are known to be older than first" in gaps


def test_reports_say_what_they_lack(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("words", encoding="utf-8")
    bare = Report(id="r", file=tmp_path / "r.txt", published=None)
    other = replace(bare, id="s", sha256="0" * 64)
    remarks = check(make_case(tmp_path, reports=(bare, other)))
    assert "no publication date" in said(remarks, Level.GAP)
    assert "no outlet" in said(remarks, Level.GAP)
    assert "report s" in said(remarks, Level.ERROR)


def test_what_is_missing_hides_no_other_fault(tmp_path: Path) -> None:
    broken = tmp_path / "b.tif"
    broken.write_bytes(b"II*\x00 cut short")
    scenes = (scene_source(tmp_path / "gone.tif", "gone"), scene_source(broken, "broken"))
    layer = replace(roads(tmp_path), file=tmp_path / "gone.geojson")
    report = Report(id="r", file=tmp_path / "gone.txt", published=None)
    errors = said(check(make_case(tmp_path, scenes=scenes, layers=(layer,), reports=(report,))),
                  Level.ERROR)  # fmt: skip
    assert errors.count("the file is not there") == 3
    assert "scene broken" in errors


def test_a_scene_outside_the_area(tmp_path: Path) -> None:
    case = make_case(
        tmp_path, area=Point(10, 50).buffer(0.1), scenes=(scene_source(image(tmp_path)),)
    )
    assert "it lies outside the area of the case" in said(check(case), Level.ERROR)


def test_the_template_as_it_is_runs_not_and_says_so(tmp_path: Path) -> None:
    case = make_case(tmp_path, author=TEMPLATE_AUTHOR)
    assert any(r.where == "case.author" and r.level is Level.ERROR for r in check(case))
    with pytest.raises(CaseInvalid, match="template"):
        plan_case(case)
