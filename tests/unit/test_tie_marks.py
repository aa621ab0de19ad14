"""Tie points mended by hand: written, read back, and refused with what would mend them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from earthwork.errors import InputError, InvalidValue, UnreadableLayer, WrongReference
from earthwork.io.tie_marks import STRUCK_RADIUS_PX, read_tie_marks
from earthwork.model.grid import Grid
from earthwork.model.pair import (
    AlignmentStatus,
    RegistrationReport,
    TieMarks,
    TieOrigin,
    TiePoint,
)
from earthwork.publishing.tie_points import tie_points_geojson

PIXELS = Grid.of_pixels(height=400, width=600)
OTHER = Grid.of_pixels(height=300, width=500)
UTM = Grid(
    height=400,
    width=600,
    transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000),
    crs=CRS.from_epsg(32638),
)
DEGREES = Grid(
    height=300,
    width=500,
    transform=Affine(4e-6, 0, 45.0005, 0, -3e-6, 36.1436),
    crs=CRS.from_epsg(4326),
)


def tie(x: float, y: float, dx: float = 0.0, dy: float = 0.0, **given: Any) -> TiePoint:
    return TiePoint(
        before_x=x, before_y=y, after_x=x + dx, after_y=y + dy, **{"residual_px": 0.0} | given
    )


def report(*ties: TiePoint) -> RegistrationReport:
    return RegistrationReport(
        status=AlignmentStatus.ALIGNED,
        method="m/1",
        reason="it fits",
        shift_x_px=0.0,
        shift_y_px=0.0,
        rotation_deg=0.0,
        scale=1.0,
        residual_median_px=0.1,
        residual_p95_px=0.2,
        inlier_share=0.5,
        tie_points=ties,
    )


def point(x: float, y: float, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [x, y]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def line(*ends: list[float], **properties: Any) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": list(ends)}
    return {"type": "Feature", "geometry": geometry, "properties": properties or None}


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(*features: Any, **head: Any) -> Path:
        path = tmp_path / "ties.geojson"
        path.write_text(
            json.dumps({"type": "FeatureCollection", **head, "features": list(features)}),
            encoding="utf-8",
        )
        return path

    return made


IN_PIXELS = {"earthwork:coordinates": "pixels"}


def pixels_of(marks: TieMarks) -> list[tuple[float, float, float, float]]:
    return [(t.before_x, t.before_y, t.after_x, t.after_y) for t in marks.pinned]


# --- What counts ----------------------------------------------------------------------------------


def test_lines_pin_points_strike_and_what_was_found_is_passed_over(write: Write) -> None:
    path = write(
        line([1, 2], [3, 4], status="found"),
        line([10, 20], [11, 22], status="pinned", reader="A. Reader"),
        line([30, 40], [31, 42]),
        line([100, 50], [101, 52], status="struck"),
        point(200, 60, status=" Struck ", radius_px=12),
        **IN_PIXELS,
    )
    marks = read_tie_marks(path, PIXELS, OTHER)
    assert pixels_of(marks) == [(10, 20, 11, 22), (30, 40, 31, 42)]
    assert {t.origin for t in marks.pinned} == {TieOrigin.PINNED}
    assert marks.struck == ((100, 50, STRUCK_RADIUS_PX), (200, 60, 12))
    assert marks.reader == "A. Reader"


def test_a_point_is_pinned_by_the_pixels_it_names(write: Write) -> None:
    path = write(
        point(10, 20, status="pinned", after_x=11.5, after_y="22"),
        point(12, 20, after_x=13, after_y=21),
        **IN_PIXELS,
    )
    marks = read_tie_marks(path, PIXELS, OTHER)
    assert pixels_of(marks) == [(10, 20, 11.5, 22), (12, 20, 13, 21)]


def test_what_desktop_programs_make_of_it_is_understood(write: Write) -> None:
    """Layers of many parts, heights, corners on the way, and rows counted upward."""
    several = {"type": "MultiLineString", "coordinates": [[[1, -2, 0], [5, -5, 0], [3, -4, 0]]]}
    path = write(
        {"type": "Feature", "geometry": several, "properties": {"status": None}},
        {"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": [[300, -8]]},
         "properties": {"status": "struck", "radius_px": None}},
    )  # fmt: skip
    marks = read_tie_marks(path, PIXELS, OTHER)
    assert pixels_of(marks) == [(1, 2, 3, 4)]
    assert marks.struck == ((300, 8, STRUCK_RADIUS_PX),)


def test_readers_are_named_once_each(write: Write) -> None:
    path = write(
        point(1, 1, status="struck", reader="B"),
        point(2, 1, status="struck"),
        point(3, 1, status="struck", reader="B"),
        point(3, 1, status="found", reader="C"),
        reader="A",
        **IN_PIXELS,
    )
    assert read_tie_marks(path, PIXELS, OTHER).reader == "B, A"
    nobody = write(point(1, 1, status="struck", reader=" "), **IN_PIXELS)
    assert read_tie_marks(nobody, PIXELS, OTHER).reader is None


def test_a_file_of_found_points_alone_marks_nothing(write: Write) -> None:
    path = write(line([45.0, 36.1], [45.0, 36.1], status="found"))
    assert read_tie_marks(path, UTM, DEGREES) == TieMarks()
    assert read_tie_marks(write(), PIXELS, OTHER) == TieMarks()


def test_each_end_stands_where_its_own_image_puts_it(write: Write) -> None:
    west, north = DEGREES.transform @ (20.0, 30.0)
    path = write(line([45.0, 36.1442], [west, north], status="pinned"))
    (pin,) = read_tie_marks(path, UTM, DEGREES).pinned
    assert (pin.after_x, pin.after_y) == pytest.approx((20.0, 30.0), abs=1e-6)
    assert pin.before_x == pytest.approx(0.0, abs=1e-3)
    assert 0 < pin.before_y < 400


def test_a_reference_that_the_file_names_counts(write: Write) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32638"}}
    path = write(line([500_010, 3_999_990], [500_020, 3_999_980]), crs=crs)
    (pin,) = read_tie_marks(path, UTM, UTM).pinned
    assert (pin.before_x, pin.before_y) == pytest.approx((20, 20), abs=1e-4)
    assert (pin.after_x, pin.after_y) == pytest.approx((40, 40), abs=1e-4)
    usual = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    path = write(point(45.0001, 36.1443, status="struck"), crs=usual)
    assert read_tie_marks(path, UTM, UTM).struck[0][2] == STRUCK_RADIUS_PX


def test_pixels_hold_on_placed_images_too_where_the_file_says_so(write: Write) -> None:
    path = write(line([10, 20], [11, 22]), **IN_PIXELS)
    assert pixels_of(read_tie_marks(path, UTM, DEGREES)) == [(10, 20, 11, 22)]


# --- Round trip -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "within"),
    [(PIXELS, OTHER, 1e-3), (UTM, DEGREES, 1e-3), (UTM, OTHER, 1e-3), (PIXELS, UTM, 1e-3)],
    ids=["pixels", "degrees", "before placed", "after placed"],
)
def test_what_was_written_is_read_back(
    tmp_path: Path, before: Grid, after: Grid, within: float
) -> None:
    rng = np.random.default_rng(4)
    found = [tie(x, y, 1.5, -2.0) for x, y in rng.uniform(10, 250, (20, 2)).tolist()]
    pins = [
        tie(x, y, -3.25, 4.0, origin=TieOrigin.PINNED, residual_px=0.4)
        for x, y in rng.uniform(10, 250, (5, 2)).tolist()
    ]
    struck = ((33.0, 44.0, 20.0), (200.0, 100.5, 96.0))
    given = TieMarks(pinned=tuple(pins), struck=struck, reader="A. Reader")
    path = tmp_path / "ties.geojson"
    path.write_bytes(tie_points_geojson(report(*found, *pins), before, after, marks=given))
    marks = read_tie_marks(path, before, after)
    np.testing.assert_allclose(pixels_of(marks), pixels_of(given), atol=within)
    np.testing.assert_allclose(marks.struck, given.struck, atol=within)
    assert marks.reader == "A. Reader"
    again = tie_points_geojson(report(*found, *pins), before, after, marks=given)
    assert again == path.read_bytes()


def test_the_layer_says_what_each_point_is() -> None:
    data = tie_points_geojson(
        report(tie(10, 20, 1, 2, residual_px=0.12345), tie(5, 6, origin=TieOrigin.PINNED)),
        PIXELS,
        OTHER,
    )
    layer = json.loads(data)
    assert layer["type"] == "FeatureCollection"
    assert layer["earthwork:coordinates"] == "pixels"
    assert "reader" not in layer
    first, second = layer["features"]
    assert first["geometry"] == {"type": "LineString", "coordinates": [[10, 20], [11, 22]]}
    assert first["properties"] == {
        "status": "found", "before_x": 10, "before_y": 20, "after_x": 11, "after_y": 22,
        "residual_px": 0.123,
    }  # fmt: skip
    assert second["properties"]["status"] == "pinned"


def test_placed_images_give_degrees() -> None:
    layer = json.loads(tie_points_geojson(report(tie(0, 0, 20, 30)), UTM, DEGREES))
    assert "earthwork:coordinates" not in layer
    start, end = layer["features"][0]["geometry"]["coordinates"]
    assert start == pytest.approx([45.0, 36.144], abs=1e-3)
    assert end == pytest.approx(list(DEGREES.transform @ (20, 30)), abs=1e-8)


def test_pins_of_a_pair_that_was_refused_are_kept() -> None:
    """Nothing agreed, so the report holds no point: what a person did must not be lost."""
    pin = tie(10, 20, 1, 2, origin=TieOrigin.PINNED)
    refused = replace(report(), status=AlignmentStatus.NOT_ALIGNED)
    layer = json.loads(tie_points_geojson(refused, PIXELS, OTHER, marks=TieMarks(pinned=(pin,))))
    (kept,) = layer["features"]
    assert kept["properties"]["status"] == "pinned"
    assert json.loads(tie_points_geojson(refused, UTM, DEGREES))["features"] == []


# --- What cannot be used --------------------------------------------------------------------------

REFUSED: dict[str, tuple[list[Any], str]] = {
    "another status": ([point(1, 1, status="wrong")], "wrong"),
    "a bare point": ([point(1, 1)], "without a status"),
    "pinned without an end": ([point(1, 1, status="pinned")], "after-image"),
    "pinned to half an end": ([point(1, 1, status="pinned", after_x=3)], "after-image"),
    "pinned to no number": ([point(1, 1, after_x="east", after_y=3)], "after-image"),
    "before the edge": ([line([601, 2], [3, 4])], "outside the before-image"),
    "beyond the other's edge": ([line([1, 2], [501, 4])], "outside the after-image"),
    "named beyond its edge": ([point(1, 2, after_x=3, after_y=301)], "outside the after-image"),
    "struck outside": ([point(1, 401, status="struck")], "outside the before-image"),
    "no radius": ([point(1, 4, status="struck", radius_px="wide")], "radius of wide"),
    "a radius of nought": ([point(1, 4, status="struck", radius_px=0)], "radius of 0"),
    "a line of one end": ([line([1, 2])], "one point"),
    "no place": ([{"type": "Feature", "geometry": None, "properties": {"status": "struck"}}],
                 "feature without geometry"),
    "an area": ([{"type": "Feature", "properties": {"status": "struck"},
                  "geometry": {"type": "Polygon", "coordinates": []}}], "Polygon"),
    "two parts": ([{"type": "Feature", "properties": {"status": "struck"},
                    "geometry": {"type": "MultiPoint", "coordinates": [[1, 1], [2, 2]]}}],
                  "2 parts"),
    "no position": ([line([1, None], [3, 4])], "no position"),
    "half a position": ([line([1], [3, 4])], "no position"),
    "no number": ([line([1, float("nan")], [3, 4])], "no position"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_used_is_named(write: Write, name: str) -> None:
    features, says = REFUSED[name]
    path = write(point(9, 9, status="struck"), *features, **IN_PIXELS)
    with pytest.raises(InvalidValue, match=says) as raised:
        read_tie_marks(path, PIXELS, OTHER)
    assert raised.value.where == f"{path}, feature 2"
    assert raised.value.choices


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"type": "Feature"}', '{"features": {}}', '{"features": [7]}']
)
def test_another_format_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableLayer) as raised:
        read_tie_marks(path, PIXELS, OTHER)
    assert str(path) in str(raised.value)
    assert "--tie-points" in str(raised.value)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLayer, match="cannot be read"):
        read_tie_marks(tmp_path / "gone.geojson", PIXELS, OTHER)
    (tmp_path / "b.geojson").write_bytes(bytes(range(256)))
    with pytest.raises(UnreadableLayer, match="cannot be read"):
        read_tie_marks(tmp_path / "b.geojson", PIXELS, OTHER)


def test_degrees_for_a_picture_without_place(write: Write) -> None:
    path = write(line([45.0, 36.1], [45.0, 36.1]))
    with pytest.raises(WrongReference, match="degrees for a picture") as raised:
        read_tie_marks(path, UTM, OTHER)
    assert any("earthwork:coordinates" in choice for choice in raised.value.choices)


def test_pixels_that_can_be_no_degrees_need_no_word(write: Write) -> None:
    """Programs that save anew drop the word; one point far enough out tells all the same."""
    path = write(line([45.0, 36.1], [45.0, 36.1]), line([510, 36], [1, 1], status="found"))
    assert pixels_of(read_tie_marks(path, PIXELS, OTHER)) == [(45.0, 36.1, 45.0, 36.1)]


@pytest.mark.parametrize(
    ("features", "head"),
    [
        ([line([4_000_000, 500_000], [1, 2])], {}),
        ([line([45, 36], [45, 36])], {"crs": {"properties": {"name": "EPSG:nothing"}}}),
        ([line([36.1442, 45.0], [36.1442, 45.0])], {}),
    ],
    ids=["metres", "unknown reference", "latitude first"],
)
def test_coordinates_that_lie_elsewhere(write: Write, features: list[Any], head: Any) -> None:
    with pytest.raises(InputError) as raised:
        read_tie_marks(write(*features, **head), UTM, UTM)
    assert "ties.geojson" in str(raised.value)
    assert raised.value.choices
