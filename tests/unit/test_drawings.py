from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas
import pytest
from affine import Affine
from pyproj import CRS
from shapely import LineString, Point, Polygon, box

from earthwork.errors import InvalidValue, UnreadableLayer
from earthwork.io.drawings import parse_kind, read_drawing
from earthwork.model.grid import Grid
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.model.vocabulary import BuildingState, Decision, Kind

DAY = Interval.of_day(date(2016, 10, 31))
CAPTURES = {
    "before": Capture(interval=Interval.of_day(date(2016, 8, 1)), source="t"),
    "after": Capture(interval=DAY, source="t"),
    "press": UNKNOWN_CAPTURE,
}
PICTURE = Grid.of_pixels(height=100, width=200, gsd_m=0.5)
GRIDS = {
    "press": PICTURE,
    "after": Grid(
        height=100, width=100, transform=Affine(0.5, 0, 330_000, 0, -0.5, 4_020_000),
        crs=CRS.from_epsg(32638),
    ),
}  # fmt: skip
BERM = LineString([(43.10, 36.30), (43.11, 36.30)])
FIELD = box(43.10, 36.30, 43.11, 36.31)


def _write(tmp_path: Path, rows: list[tuple[object, dict]], name: str = "d.geojson") -> Path:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else shape.__geo_interface__,
        }
        for shape, properties in rows
    ]
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _read(path: Path, **options):
    return read_drawing(path, reader="A. Reader", captures=CAPTURES, **options)


def test_observations_with_their_measures(tmp_path: Path) -> None:
    rows = [
        (BERM, {"Kind": "Berm", "IMAGE": "after", "note": "long"}),
        (FIELD, {"kind": "ground-cleared", "scene": "after", "analyst": "B"}),
        (Point(43.1, 36.3), {"type": "roadblock", "scene": "after"}),
    ]
    found = _read(_write(tmp_path, rows))
    assert found.skipped == ()
    berm, field, block = found.observations
    assert (berm.kind, berm.image, berm.note, berm.reader) == (
        Kind.BERM, "after", "long", "A. Reader",
    )  # fmt: skip
    assert berm.interval == Interval(start=None, end=DAY.end)
    # 0.01° of longitude at 36.3° N on WGS 84: 898.4 m
    assert berm.length_m == pytest.approx(898.4, abs=0.3)
    assert berm.area_m2 is None
    assert field.reader == "B"
    assert field.area_m2 == pytest.approx(898.4 * 1109.7, rel=1e-3)
    assert field.length_m is None
    assert (block.area_m2, block.length_m) == (None, None)


def test_ids_are_stable_and_repeats_count_once(tmp_path: Path) -> None:
    backward = LineString(BERM.coords[::-1])
    rows = [
        (BERM, {"kind": "berm"}),
        (BERM, {"kind": "berm"}),
        (BERM, {"kind": "trench"}),
        (backward, {"kind": "berm"}),
    ]
    path = _write(tmp_path, rows)
    found = _read(path, scene="after")
    assert len(found.observations) == 2
    assert len(found.decisions) == 2
    assert [o.id for o in found.observations] == [
        o.id for o in _read(path, scene="after").observations
    ]
    assert {o.id for o in found.observations}.isdisjoint(
        o.id for o in _read(path, scene="before").observations
    )


@pytest.mark.parametrize(
    ("properties", "kind", "state"),
    [
        ({"state": "standing"}, None, BuildingState.STANDING),
        ({"kind": "building standing"}, None, BuildingState.STANDING),
        ({"kind": "building", "state": "Razed"}, Kind.BUILDING_RAZED, BuildingState.RAZED),
        ({"state": "destroyed"}, Kind.BUILDING_DESTROYED, BuildingState.DESTROYED),
        ({"kind": "building_damaged"}, Kind.BUILDING_DAMAGED, BuildingState.DAMAGED),
        ({"name": "barrier row: north of the bridge"}, Kind.BARRIER_ROW, None),
    ],
)
def test_kinds_and_states(tmp_path: Path, properties: dict, kind: Kind, state: object) -> None:
    (seen,) = _read(_write(tmp_path, [(FIELD, properties)]), scene="after").observations
    assert (seen.kind, seen.state) == (kind, state)


@pytest.mark.parametrize(
    ("shape", "properties", "says"),
    [
        (BERM, {"kind": "bermm"}, "no kind 'bermm'"),
        (BERM, {"kind": "tunnel"}, "under the ground"),
        (BERM, {"note": "x"}, "neither kind nor state"),
        (BERM, {"kind": "building_razed", "state": "standing"}, "contradict"),
        (BERM, {"kind": "berm", "state": "good"}, "no state 'good'"),
        (BERM, {"kind": "berm", "scene": "aftr"}, "no scene 'aftr'"),
        (None, {"kind": "berm"}, "no geometry"),
        (BERM, {"kind": "berm", "date": "2016-11-05"}, "is not that of scene after"),
        (BERM, {"kind": "berm", "date": "soon"}, "not understood"),
        (BERM, {"decision": "accept"}, "names no candidate"),
        (BERM, {"candidate": "C1", "decision": "maybe"}, "no decision 'maybe'"),
        (None, {"candidate": "C1", "decision": "change"}, "neither another kind"),
    ],
)
def test_rows_that_do_not_fit_are_collected(
    tmp_path: Path, shape: object, properties: dict, says: str
) -> None:
    good = (FIELD, {"kind": "ground_cleared"})
    found = _read(_write(tmp_path, [(shape, properties), good]), scene="after")
    assert len(found.observations) == 1
    (skipped,) = found.skipped
    assert skipped.item == "d.geojson, feature 1"
    assert says in str(skipped.error)


def test_row_without_scene(tmp_path: Path) -> None:
    (skipped,) = _read(_write(tmp_path, [(BERM, {"kind": "berm"})])).skipped
    assert skipped.error.choices == ("scene = before", "scene = after", "scene = press")


def test_closest_kind_leads_the_choices() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_kind("road block")
    assert caught.value.choices[0] == "roadblock"
    assert "standing" in caught.value.choices
    with pytest.raises(InvalidValue) as caught:
        parse_kind("zzzz")
    assert caught.value.cause is None


def test_reviews(tmp_path: Path) -> None:
    rows = [
        (FIELD, {"id": "C1", "decision": "Accept", "kind": "berm", "note": "sure"}),
        (None, {"id": "C2", "decision": "reject"}),
        (FIELD, {"id": "C3", "decision": "change", "kind": "trench", "reader": "B"}),
    ]
    found = _read(_write(tmp_path, rows))
    assert found.observations == ()
    assert [(r.candidate, r.decision, r.kind, r.reader) for r in found.reviews] == [
        ("C1", Decision.ACCEPT, None, "A. Reader"),
        ("C2", Decision.REJECT, None, "A. Reader"),
        ("C3", Decision.CHANGE, Kind.TRENCH, "B"),
    ]
    assert [r.geometry is None for r in found.reviews] == [True, True, False]
    assert found.reviews[0].note == "sure"


def test_pixels_of_a_picture_without_place(tmp_path: Path) -> None:
    rows = [
        (LineString([(10, 10), (110, 10)]), {"kind": "berm"}),
        (box(20, 20, 30, 40), {"kind": "ground_cleared"}),
        (box(20, -40, 30, -20), {"kind": "ground_cleared"}),
    ]
    path = _write(tmp_path, rows)
    found = _read(path, scene="press", grids=GRIDS)
    berm, field = found.observations
    assert berm.is_pixels
    assert berm.interval == Interval(start=None, end=None)
    assert (berm.length_m, field.area_m2) == (50.0, 50.0)
    assert "negative y" in (found.skipped[0].error.cause or "")
    far = _write(tmp_path, [(box(400, 400, 410, 410), {"kind": "berm"})])
    (unmeasured,) = _read(far, scene="press").observations
    assert unmeasured.is_pixels
    assert unmeasured.area_m2 is None
    assert "not degrees" in str(_read(far, scene="after", grids=GRIDS).skipped[0].error)


def test_invalid_outline_is_repaired(tmp_path: Path) -> None:
    bow = Polygon([(43.0, 36.3), (43.1, 36.4), (43.1, 36.3), (43.0, 36.4)])
    (seen,) = _read(_write(tmp_path, [(bow, {"kind": "berm"})]), scene="after").observations
    assert seen.geometry.is_valid
    assert seen.area_m2 is not None


def test_date_dates_a_scene_of_unknown_date(tmp_path: Path) -> None:
    rows = [(BERM, {"kind": "berm", "date": "2016-09"})]
    (seen,) = _read(_write(tmp_path, rows), scene="press").observations
    assert seen.interval.end == datetime(2016, 9, 30, 23, 59, 59, tzinfo=UTC)


def test_geopackage_in_metres_with_two_layers(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"
    days = [datetime(2016, 10, 31, tzinfo=UTC)]
    geopandas.GeoDataFrame(
        {"kind": ["berm"], "scene": ["after"], "date": days}, geometry=[BERM], crs=4326
    ).to_crs(32638).to_file(path, layer="drawn")
    geopandas.GeoDataFrame(
        {"candidate": ["C1"], "decision": ["reject"]}, geometry=[FIELD], crs=4326
    ).to_file(path, layer="reviewed")
    found = _read(path)
    assert found.skipped == ()
    assert found.observations[0].length_m == pytest.approx(898.4, abs=0.3)
    assert found.observations[0].geometry.bounds[0] == pytest.approx(43.1, abs=1e-6)
    assert found.reviews[0].candidate == "C1"


KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Placemark><name>berm: by the river</name><description>two metres high</description>"
    "<LineString><coordinates>43.10,36.30,0 43.11,36.30,0</coordinates></LineString></Placemark>"
    "<Placemark><name>7</name><ExtendedData><Data name='kind'><value>roadblock</value></Data>"
    "<Data name='scene'><value>after</value></Data></ExtendedData>"
    "<Point><coordinates>43.1,36.3,0</coordinates></Point></Placemark></Document></kml>"
)


@pytest.mark.parametrize("name", ["d.kml", "d.kmz"])
def test_google_earth(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "d.kml":
        path.write_text(KML, encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
    found = _read(path, scene="after")
    assert found.skipped == ()
    berm, block = found.observations
    assert (berm.kind, berm.note) == (Kind.BERM, "two metres high")
    assert berm.length_m == pytest.approx(898.4, abs=0.3)
    assert block.kind is Kind.ROADBLOCK
    assert not block.geometry.has_z


def test_other_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLayer, match="not read as a drawing"):
        _read(tmp_path / "d.docx")
    for name in ("d.gpkg", "d.geojson"):
        with pytest.raises(UnreadableLayer, match="no such file"):
            _read(tmp_path / name)
    (tmp_path / "x.gpkg").write_bytes(b"no database")
    with pytest.raises(UnreadableLayer, match="does not open"):
        _read(tmp_path / "x.gpkg")


def test_a_reader_says_where_it_was_absent(tmp_path: Path) -> None:
    rows = [(BERM, {"kind": "berm", "scene": "after", "absent_in": "before"})]
    (berm,) = _read(_write(tmp_path, rows)).observations
    assert berm.interval == Interval(
        start=CAPTURES["before"].interval.start, end=CAPTURES["after"].interval.end
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"kind": "berm", "scene": "after", "absent_in": "nowhere"}, "nowhere"),
        ({"kind": "berm", "scene": "before", "absent_in": "after"}, "taken later"),
    ],
)
def test_an_absence_that_cannot_be_is_left_out(tmp_path: Path, row: dict, says: str) -> None:
    rows = [(BERM, row), (FIELD, {"kind": "camp", "scene": "after"})]
    found = _read(_write(tmp_path, rows))
    assert len(found.observations) == 1
    assert says in str(found.skipped[0].error)


def test_a_drawing_that_only_touches_the_picture_is_left_out(tmp_path: Path) -> None:
    rows = [(box(10, -90, 60, 1), {"kind": "camp", "scene": "press"}),
            (box(10, 5, 60, 40), {"kind": "camp", "scene": "press"})]  # fmt: skip
    found = _read(_write(tmp_path, rows), grids=GRIDS)
    assert len(found.observations) == 1
    assert "outside the image" in str(found.skipped[0].error)
