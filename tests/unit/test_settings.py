"""A case file becomes a case, or says what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from shapely import to_geojson
from shapely.geometry import Point, box

from earthwork.errors import CaseInvalid, CaseNotFound, UnreadableLayer
from earthwork.model.case import Bounds, Case, Drawing, LayerRole
from earthwork.settings import add_drawing, load_case

HEAD = """
[case]
title = "T"
place = "Town"
question = "Q?"
author = "A"
as_of = 2031-11-10
period_start = 2031-01-01
period_end = 2031-11-10
"""
ALIGNMENT = (
    '[[alignment]]\nbefore = "before"\nafter = "after"\ntie_points = "t.geojson"\nreader = "R"\n'
)
SCENE = '[[scene]]\nid = "after"\nfile = "a.tif"\n'


def load(folder: Path, text: str) -> Case:
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return load_case(folder)


def test_a_full_case(tmp_path: Path) -> None:
    case = load(
        tmp_path,
        'pair = [["before", "after"]]\n'
        + HEAD
        + "bounds = { west = 44.0, south = 36.0, east = 44.5, north = 36.5 }\n"
        + SCENE
        + 'captured = "2031-10-31"\ncredit = "C"\nlicence = "L"\ngsd_m = 0.5\n'
        + "sun_azimuth_deg = 160\nsun_elevation_deg = 40\n"
        + 'bounds = { west = 1, south = 2, east = 3, north = 4, crs = "EPSG:32638" }\n'
        + '[[scene]]\nid = "before"\nfile = "b.tif"\n'
        + '[[layer]]\nrole = "roads"\nfile = "r.geojson"\ncredit = "C"\nlicence = "L"\n'
        + '[[report]]\nid = "r"\nfile = "r.txt"\npublished = "2031-11-04"\n'
        + '[[drawing]]\nfile = "d.geojson"\nreader = "R"\nscene = "after"\n'
        + ALIGNMENT
        + "[release]\ncoordinate_digits = 2\n",
    )
    after = case.scenes[0]
    assert after.file == tmp_path / "a.tif"
    assert after.capture.spoken() == "31 Oct 2031"
    assert after.sun is not None
    assert after.sun.elevation_deg == 40
    assert after.bounds == Bounds(west=1, south=2, east=3, north=4, crs="EPSG:32638")
    assert not case.scenes[1].capture.is_known
    assert case.scenes[1].licence is None
    assert case.layers[0].role is LayerRole.ROADS
    assert case.reports[0].published is not None
    assert case.drawings[0].scene == "after"
    assert case.pairs == (("before", "after"),)
    assert case.alignments[0].pair == ("before", "after")
    assert case.alignments[0].file == tmp_path / "t.geojson"
    assert case.area is not None
    assert case.area.bounds == (44.0, 36.0, 44.5, 36.5)
    assert case.release.coordinate_digits == 2
    assert case.as_of == date(2031, 11, 10)


def test_area_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "area.geojson").write_text(to_geojson(box(44, 36, 45, 37)))
    case = load(tmp_path, HEAD + 'area = "area.geojson"\n')
    assert case.area is not None
    assert case.area.bounds == (44, 36, 45, 37)


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, CaseInvalid), (to_geojson(Point(44, 36)), CaseInvalid), ("junk", UnreadableLayer)],
)
def test_an_area_that_is_none(tmp_path: Path, content: str | None, error: type[Exception]) -> None:
    if content is not None:
        (tmp_path / "area.geojson").write_text(content)
    with pytest.raises(error):
        load(tmp_path, HEAD + 'area = "area.geojson"\n')


def test_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseNotFound, match="earthwork new"):
        load_case(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = [", "not TOML"),
        ("", "case: Field required"),
        (HEAD.replace("2031-01-01", "2032-01-01"), "period_start must not be after"),
        (HEAD + "autor = 1\n", "case.autor: there is no such key; author may be meant"),
        (HEAD + "zzzz = 1\n", "case.zzzz: there is no such key"),
        (HEAD + SCENE + SCENE, "id given twice: after"),
        (HEAD + SCENE + "sun_azimuth_deg = 10\n", "sun_azimuth_deg and"),
        (HEAD + SCENE + 'control_points = "a"\ncamera_model = "b"\n', "give one of"),
        (HEAD + SCENE + 'captured = "yesterday"\n', "yesterday"),
        ('pair = [["x", "after"]]\n' + HEAD + SCENE, "no scene is called x"),
        (HEAD + SCENE + ALIGNMENT, "no scene is called before"),
        (HEAD + SCENE + ALIGNMENT + ALIGNMENT, "two files for one pair: before and after"),
        (HEAD + SCENE + ALIGNMENT.replace("reader", "redder"), "reader may be meant"),
        (HEAD + "bounds = { west = 5, south = 2, east = 3, north = 4 }\n", "west must be less"),
        (
            HEAD + 'bounds = { west = 1, south = 2, east = 3, north = 4, crs = "EPSG:nope" }\n',
            "no reference system",
        ),
        (
            HEAD + 'area = "a"\nbounds = { west = 1, south = 2, east = 3, north = 4 }\n',
            "area or bounds",
        ),
        (HEAD + '[[layer]]\nrole = "nonsense"\nfile = "x"\ncredit = "c"\nlicence = "l"\n', "role"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CaseInvalid, match=says):
        load(tmp_path, text)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text("\ufeff" + HEAD, encoding="utf-8")
    assert load_case(tmp_path).title == "T"


def test_adding_a_drawing_keeps_the_file(tmp_path: Path) -> None:
    load(tmp_path, "# kept\n" + HEAD + SCENE)
    for name in ("a.geojson", "b.geojson"):
        add_drawing(tmp_path, Drawing(file=tmp_path / "drawings" / name, reader="R", scene=None))
    add_drawing(tmp_path, Drawing(file=tmp_path / "c.geojson", reader="S", scene="after"))
    text = (tmp_path / "case.toml").read_text(encoding="utf-8")
    assert text.startswith("# kept")
    drawings = load_case(tmp_path).drawings
    assert [d.file.name for d in drawings] == ["a.geojson", "b.geojson", "c.geojson"]
    assert drawings[2].scene == "after"


def test_a_drawing_needs_a_case(tmp_path: Path) -> None:
    with pytest.raises(CaseNotFound):
        add_drawing(tmp_path, Drawing(file=tmp_path / "a", reader="R", scene=None))
