from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas
import pytest
from shapely import Point, Polygon, box

from earthwork.errors import InvalidValue, OutsideArea, UnreadableLayer, WrongReference
from earthwork.io import archives
from earthwork.io.layers import read_layer

AREA = box(43.0, 36.2, 43.2, 36.4)
DATA = Path("../shared/data")
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Folder><name>a</name><Placemark><name>one</name><Point><coordinates>43.1,36.3,200"
    "</coordinates></Point></Placemark></Folder><Folder><name>b</name><Placemark><name>two</name>"
    "<Point><coordinates>43.11,36.31</coordinates></Point></Placemark></Folder></Document></kml>"
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real layers are not here")


def _frame(*shapes: object, crs: object = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=crs)


HERE = _frame(Point(43.1, 36.3), Point(43.11, 36.31))


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.shp", "a.fgb"])
@pytest.mark.parametrize("epsg", [4326, 32638])
def test_formats_come_in_degrees(tmp_path: Path, name: str, epsg: int) -> None:
    driver = {"driver": "GeoJSON"} if name == "a.json" else {}
    HERE.to_crs(epsg).to_file(tmp_path / name, **driver)
    frame = read_layer(tmp_path / name, area=AREA)
    assert frame.crs.to_epsg() == 4326
    assert sorted(frame.geometry.x.round(6)) == [43.1, 43.11]
    assert frame.attrs["decisions"] == ()


def test_kml_kmz_and_zipped_shapefile(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text(KML, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    HERE.to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.??[fjpx]"):
            archive.write(part, part.name)
    for name in ("a.kml", "a.kmz", "a.zip"):
        frame = read_layer(tmp_path / name, area=AREA)
        assert len(frame) == 2
        assert not frame.geometry.has_z.any()


@pytest.mark.parametrize(
    "text",
    [
        "name,Longitude,LATITUDE\nx,43.1,36.3\ny,,\nz,43.11,36.31\n",
        "name;WKT\nx;POINT (43.1 36.3)\ny;nonsense\nz;POINT (43.11 36.31)\n",
    ],
)
def test_csv(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    frame = read_layer(tmp_path / "a.csv", area=AREA)
    assert frame["name"].tolist() == ["x", "z"]
    left_out, assumed = frame.attrs["decisions"]
    assert left_out == "1 feature without geometry left out."
    assert "longitude and latitude are assumed" in assumed


def test_csv_without_coordinates_or_in_metres_or_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableLayer, match="name no coordinates"):
        read_layer(path)
    path.write_text("x,y\n330000,4020000\n", encoding="utf-8")
    with pytest.raises(WrongReference, match="names no reference system"):
        read_layer(path)
    path.write_bytes(b"x,y\n\xff\xfe,1\n")
    with pytest.raises(UnreadableLayer, match="does not open"):
        read_layer(path)


def test_invalid_outlines_are_repaired_and_counted(tmp_path: Path) -> None:
    bow = Polygon([(43, 36.3), (43.1, 36.4), (43.1, 36.3), (43, 36.4)])
    _frame(bow, box(43, 36.2, 43.1, 36.3), None).to_file(tmp_path / "a.geojson")
    frame = read_layer(tmp_path / "a.geojson", area=AREA)
    assert frame.geometry.is_valid.all()
    assert len(frame) == 2
    assert frame.attrs["decisions"] == (
        "1 feature without geometry left out.",
        "1 feature with an invalid outline repaired.",
    )


def test_layers_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    HERE.to_file(path, layer="first")
    HERE[:1].to_file(path, layer="second")
    frame = read_layer(path)
    assert len(frame) == 2
    assert "2 layers (first, second): the first was read" in frame.attrs["decisions"][0]
    assert len(read_layer(path, layer="second")) == 1
    with pytest.raises(InvalidValue) as caught:
        read_layer(path, layer="third")
    assert caught.value.choices == ("first", "second")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.geojson", b"", "empty"),
        ("a.geojson", b"not json", "does not open"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{"type"', "does not open"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no"),
        ("a.gpkg", b"SQLite format 3\0", "does not open"),
        ("a.docx", b"x", "is not read"),
        ("a.kmz", b"no archive", "does not open as an archive"),
        ("a.kml", b"<kml><Document>", "not well-formed"),
        ("a.kml", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
        ("a.kml", KML.replace("Point>", "Pint>").encode(), "holds no|geometry"),
    ],
)
def test_unreadable(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableLayer, match=says) as caught:
        read_layer(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)


def test_absent_and_without_geometry(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLayer, match="no such file"):
        read_layer(tmp_path / "none.geojson")
    features = [{"type": "Feature", "properties": {"a": 1}, "geometry": None}]
    path = tmp_path / "n.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(UnreadableLayer, match="geometry"):
        read_layer(path)


@pytest.mark.parametrize("name", ["../../x.kml", "/etc/x.kml", "C:\\x.kml", "a\\..\\..\\x.kml"])
def test_archives_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML)
        archive.writestr(name, "x")
    with pytest.raises(UnreadableLayer, match="leads out"):
        read_layer(path)
    assert sorted(tmp_path.iterdir()) == [path]


def test_archives_without_kml_damaged_or_swollen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(UnreadableLayer, match="no KML"):
        read_layer(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML)
    path.write_bytes(path.read_bytes().replace(b"<Folder>", b"<Fxxder>", 1))
    with pytest.raises(UnreadableLayer, match="does not unpack"):
        read_layer(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML)
    monkeypatch.setattr(archives, "LARGEST_UNPACKED_BYTES", 100)
    with pytest.raises(UnreadableLayer, match="500 MB"):
        read_layer(path)


def test_swapped_axes_and_foreign_places(tmp_path: Path) -> None:
    _frame(Point(36.3, 43.1)).to_file(tmp_path / "s.geojson")
    with pytest.raises(WrongReference) as swapped:
        read_layer(tmp_path / "s.geojson", area=AREA)
    assert "axes look swapped" in (swapped.value.cause or "")
    assert len(read_layer(tmp_path / "s.geojson")) == 1
    _frame(Point(44.1, 36.3)).to_file(tmp_path / "o.geojson")
    # a degree of longitude at 36.3° N is 89.8 km; the area ends at 43.2
    with pytest.raises(OutsideArea, match="81 km away"):
        read_layer(tmp_path / "o.geojson", area=AREA)
    _frame(Point(43.3, 36.3)).to_file(tmp_path / "near.geojson")
    assert len(read_layer(tmp_path / "near.geojson", area=AREA)) == 1


@needs_data
def test_real_trap_metres_under_degrees() -> None:
    with pytest.raises(WrongReference) as caught:
        read_layer(
            DATA / "damage-points-syria" / "daraa_damage.gpkg", area=box(36.0, 32.5, 36.3, 32.8)
        )
    assert "metres of a projected system" in (caught.value.cause or "")
    assert "EPSG:32637" in caught.value.choices[0]


@needs_data
def test_real_trap_layer_of_another_country() -> None:
    path = DATA / "road-closures-westbank" / "2025" / "roads_accessibility_2025.geojson"
    with pytest.raises(OutsideArea, match=r"x 32.2275 to 37.5868.*1,561 km away"):
        read_layer(path, area=box(34.8, 31.2, 35.7, 32.7))


@needs_data
def test_real_layers_come_whole() -> None:
    west_bank = DATA / "road-closures-westbank"
    area = box(34.8, 31.2, 35.7, 32.7)
    assert len(read_layer(west_bank / "2025" / "closurepoints_811.geojson", area=area)) == 811
    trenches = DATA / "fortification-lines" / "fortifications_old" / "fortifications.shp"
    frame = read_layer(trenches)
    assert len(frame) == 2283
    assert frame.attrs["decisions"] == ("9 features without geometry left out.",)
