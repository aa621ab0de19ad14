from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio

from earthwork.errors import InvalidValue, UnreadableImage
from earthwork.io import supplier_metadata
from earthwork.io.deliveries import Delivery, read_delivery
from earthwork.io.rasters import write_raster
from earthwork.io.supplier_metadata import read_dimap, read_imd, read_json
from earthwork.model.case import Bounds
from earthwork.model.grid import Grid
from earthwork.model.scene import Angles

PLEIADES = Path("../shared/data/pleiades-kahramanmaras")
MOMENT = datetime(2016, 10, 31, 7, 45, 10, tzinfo=UTC)
DIMAP = """<?xml version="1.0" encoding="UTF-8"?><Dimap_Document>
<Dataset_Identification><Legal_Constraints><COPYRIGHT>© Maker 2016</COPYRIGHT></Legal_Constraints>
</Dataset_Identification><Dataset_Sources><Source_Identification><Strip_Source>
<MISSION>PHR</MISSION><MISSION_INDEX>1A</MISSION_INDEX><IMAGING_DATE>2016-10-31</IMAGING_DATE>
<IMAGING_TIME>07:45:10.0Z</IMAGING_TIME></Strip_Source></Source_Identification></Dataset_Sources>
<Raster_Data><Data_Access><Data_Files><Data_File><DATA_FILE_PATH href="IMG_A.TIF"/></Data_File>
</Data_Files></Data_Access></Raster_Data><Radiometric_Data><Band_Radiance><BAND_ID>P</BAND_ID>
</Band_Radiance></Radiometric_Data><Geometric_Data><Use_Area>
<Located_Geometric_Values><LOCATION_TYPE>Top Center</LOCATION_TYPE><Solar_Incidences>
<SUN_AZIMUTH>1</SUN_AZIMUTH><SUN_ELEVATION>1</SUN_ELEVATION></Solar_Incidences>
</Located_Geometric_Values>
<Located_Geometric_Values><LOCATION_TYPE>Center</LOCATION_TYPE><Acquisition_Angles>
<AZIMUTH_ANGLE unit="deg">180.0</AZIMUTH_ANGLE>
<INCIDENCE_ANGLE_ALONG_TRACK>10</INCIDENCE_ANGLE_ALONG_TRACK>
<INCIDENCE_ANGLE_ACROSS_TRACK>-10</INCIDENCE_ANGLE_ACROSS_TRACK>
<INCIDENCE_ANGLE>14.0</INCIDENCE_ANGLE></Acquisition_Angles>
<Solar_Incidences><SUN_AZIMUTH>152.5</SUN_AZIMUTH><SUN_ELEVATION>36.5</SUN_ELEVATION>
</Solar_Incidences><Ground_Sample_Distance><GSD_ACROSS_TRACK>0.72</GSD_ACROSS_TRACK>
<GSD_ALONG_TRACK>0.5</GSD_ALONG_TRACK></Ground_Sample_Distance></Located_Geometric_Values>
</Use_Area></Geometric_Data></Dimap_Document>"""
IMD = """version = "28.4";
bandId = "P";
BEGIN_GROUP = BAND_P
\tULLon = 43.1;
\tabsCalFactor = 5.7e-02;
END_GROUP = BAND_P
BEGIN_GROUP = IMAGE_1
\tsatId = "XX02";
\tfirstLineTime = 2016-10-31T07:45:10.000000Z;
\tmeanSunAz = 152.5;
\tmeanSunEl = 36.5;
\tmeanSatAz = 225.0;
\tmeanSatEl = 76.0;
\tmeanCollectedGSD = 0.6;
END_GROUP = IMAGE_1
END;
"""
ISD = """<?xml version="1.0"?><isd><IMD><BANDID>RGB</BANDID><IMAGE><SATID>XX03</SATID>
<FIRSTLINETIME>2016-10-31T07:45:10.000000Z</FIRSTLINETIME><MEANSUNAZ>152.5</MEANSUNAZ>
<MEANSUNEL>36.5</MEANSUNEL><MEANPRODUCTGSD>0.5</MEANPRODUCTGSD></IMAGE></IMD></isd>"""
PLANET = {
    "type": "Feature",
    "properties": {
        "acquired": "2016-10-31T07:45:10Z", "instrument": "XS", "satellite_id": "1032",
        "sun_azimuth": 152.5, "sun_elevation": 36.5, "view_angle": -3.0,
        "satellite_azimuth": 280.0, "pixel_resolution": 3, "gsd": 3.9,
    },
}  # fmt: skip
STAC = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "bbox": [43.1, 36.3, 43.2, 36.4],
    "properties": {
        "datetime": "2016-10-31T07:45:10Z", "platform": "xx-1", "instruments": ["cam"],
        "gsd": 0.5, "view:sun_azimuth": 152.5, "view:sun_elevation": 36.5, "view:azimuth": 225,
        "view:off_nadir": 14, "license": "CC-BY-4.0",
        "providers": [{"name": "Maker"}, {"name": "Seller"}],
        "eo:bands": [{"name": "b1", "common_name": "red"}, {"name": "b2"}],
    },
    "assets": {"visual": {"href": "./img/IMG_A.TIF"}},
}  # fmt: skip
SUN = Angles(azimuth_deg=152.5, elevation_deg=36.5)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_A.TIF"
    write_raster(path, np.ones((1, 8, 8), np.uint8), Grid.of_pixels(height=8, width=8))
    return path


def _moment(delivery: Delivery) -> datetime | None:
    assert delivery.capture.interval is not None
    assert delivery.capture.interval.start == delivery.capture.interval.end
    return delivery.capture.interval.start


def test_nothing_stated(image: Path) -> None:
    delivery = read_delivery(image)
    assert not delivery.capture.is_known
    assert delivery == Delivery(capture=delivery.capture)


def test_dimap(image: Path) -> None:
    (image.parent / "DIM_A.XML").write_text(DIMAP, encoding="utf-8")
    other = DIMAP.replace("IMG_A", "IMG_B").replace("2016-10-31", "2011-01-01")
    (image.parent / "DIM_0.XML").write_text(other, encoding="utf-8")
    delivery = read_delivery(image)
    assert _moment(delivery) == MOMENT
    assert delivery.capture.source == "DIM_A.XML: IMAGING_DATE"
    assert (delivery.sensor, delivery.bands, delivery.credit) == ("PHR1A", ("pan",), "© Maker 2016")
    assert delivery.sun == SUN
    # equal incidences of opposite sign turn by -45 degrees from the orientation
    assert delivery.view == Angles(azimuth_deg=pytest.approx(225), elevation_deg=76)
    assert delivery.gsd_m == pytest.approx(0.6)
    assert "derived" in delivery.decisions[0]
    assert [source.name for source in delivery.sources] == ["DIM_A.XML"]


@pytest.mark.parametrize(
    ("name", "content", "sensor", "bands", "gsd_m", "view"),
    [
        ("IMG_A.IMD", IMD, "XX02", ("pan",), 0.6, Angles(azimuth_deg=225, elevation_deg=76)),
        ("IMG_A.XML", ISD, "XX03", ("red", "green", "blue"), 0.5, None),
        (
            "IMG_A_metadata.json", json.dumps(PLANET), "XS 1032", (), 3.0,
            Angles(azimuth_deg=280, elevation_deg=87),
        ),
        (
            "item.json", json.dumps(STAC), "xx-1 cam", ("red", "b2"), 0.5,
            Angles(azimuth_deg=225, elevation_deg=76),
        ),
    ],
)  # fmt: skip
def test_other_suppliers(
    image: Path, name: str, content: str, sensor: str, bands: object, gsd_m: float, view: object
) -> None:
    (image.parent / name).write_text(content, encoding="utf-8")
    delivery = read_delivery(image)
    assert _moment(delivery) == MOMENT
    assert delivery.sun == SUN
    assert (delivery.sensor, delivery.bands) == (sensor, bands)
    assert delivery.gsd_m == pytest.approx(gsd_m)
    assert delivery.view == view


def test_stac_spans_terms_and_bounds(image: Path) -> None:
    properties = STAC["properties"] | {
        "datetime": None, "start_datetime": "2016-10-01T00:00:00Z", "end_datetime": None,
    }  # fmt: skip
    item = STAC | {"properties": properties, "bbox": [43.1, 36.3, 0, 43.2, 36.4, 9]}
    (image.parent / "IMG_A.json").write_text(json.dumps(item))
    delivery = read_delivery(image)
    assert delivery.capture.interval is not None
    assert delivery.capture.interval.end is None
    assert (delivery.credit, delivery.terms) == ("Maker, Seller", "CC-BY-4.0")
    assert delivery.bounds == Bounds(west=43.1, south=36.3, east=43.2, north=36.4)


def test_foreign_files_beside_are_passed_over(image: Path) -> None:
    folder = image.parent
    (folder / "other.json").write_text('{"a": 1}')
    (folder / "list.json").write_text("[1, 2]")
    (folder / "IMG_A.json").write_text("no json")
    (folder / "IMG_A_metadata.json").write_text('{"properties": {"a": 1}}')
    (folder / "IMG_A.xml").write_text("<other/>")
    (folder / "DIM_B.XML").write_text(DIMAP.replace("IMG_A", "IMG_B"), encoding="utf-8")
    other = STAC | {"assets": {"a": {"href": "IMG_B.TIF"}}}
    (folder / "item.json").write_text(json.dumps(other))
    assert read_delivery(image).sources == ()


TOML = """
capture = 2016-10-31
capture_source = "caption"
sensor = "XX"
gsd_m = 1
bands = ["red"]
credit = "© Agency"
terms = "editorial"
sun = { azimuth_deg = 152.5, elevation_deg = 36.5 }
bounds = { west = 330000, south = 1, east = 330010, north = 20, crs = "EPSG:32638" }
"""


@pytest.mark.parametrize("name", ["IMG_A.TIF.toml", "IMG_A.toml"])
def test_sidecar(image: Path, name: str) -> None:
    (image.parent / name).write_text(TOML, encoding="utf-8")
    delivery = read_delivery(image)
    assert delivery.capture.spoken() == "31 Oct 2016"
    assert delivery.capture.source == "caption"
    assert (delivery.gsd_m, delivery.bands, delivery.terms) == (1.0, ("red",), "editorial")
    assert delivery.sun == SUN
    assert delivery.view is None
    assert delivery.bounds == Bounds(west=330000, south=1, east=330010, north=20, crs="EPSG:32638")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("captured = 2016-10-31", "no key 'captured'"),
        ("zzz = 1", "no key 'zzz'"),
        ("capture = 5", "not a date"),
        ("capture = 2016-10-31T07:45:00", "no time zone"),
        ("gsd_m = '1'", "not a number"),
        ("gsd_m = 0", "gsd_m is 0"),
        ("gsd_m = true", "not a number"),
        ("bands = 'red'", "not a list"),
        ("sun = 5", "no table"),
        ("sun = { azimuth_deg = 5 }", "lacks elevation_deg"),
        ("sun = { azimuth_deg = 5, elevation = 5 }", "no key 'elevation'"),
        ("bounds = { west = 1 }", "lacks south, east, north"),
        ("x =", "not TOML"),
    ],
)
def test_sidecar_that_does_not_fit(image: Path, text: str, says: str) -> None:
    (image.parent / "IMG_A.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=says):
        read_delivery(image)


def test_tags_and_dates_of_processing(image: Path) -> None:
    tags = {
        "IMAGING_DATE": "2016-10-31", "IMAGING_TIME": "07:45:10.0Z", "MISSION": "PHR",
        "MISSION_INDEX": "1B", "SPECTRAL_PROCESSING": "P",
        "TIFFTAG_DATETIME": "2017:05:11 10:46:49",
    }  # fmt: skip
    grid = Grid.of_pixels(height=8, width=8)
    write_raster(image, np.ones((1, 8, 8), np.uint8), grid, tags=tags)
    (image.parent / "IMG_A.toml").write_text("capture = 2016-09-01\ncredit = 'c'\n")
    delivery = read_delivery(image)
    assert _moment(delivery) == MOMENT
    assert (delivery.sensor, delivery.bands, delivery.credit) == ("PHR1B", ("pan",), "c")
    contradiction, processing = delivery.decisions
    assert "another capture time (1 Sep 2016)" in contradiction
    assert "2017:05:11 10:46:49" in processing
    assert "not the capture time" in processing


def _write_dated(path: Path, shape: dict) -> None:
    with rasterio.open(path, "w", driver="JPEG", **shape) as file:
        file.write(np.ones((1, 8, 8), np.uint8))
        file.update_tags(EXIF_DateTimeOriginal="2016:10:31 07:45:10")


def test_exif_date_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    shape = {"width": 8, "height": 8, "count": 1, "dtype": "uint8"}
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        _write_dated(path, shape)
    delivery = read_delivery(path)
    assert not delivery.capture.is_known
    assert "EXIF_DateTimeOriginal" in delivery.decisions[0]


def test_damage(image: Path, tmp_path: Path) -> None:
    for text, says in [
        (DIMAP[:300], "not well-formed"),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]>' + DIMAP.partition("?>")[2],
            "document type",
        ),
        (DIMAP.replace("152.5", "south"), "not a number"),
    ]:
        (image.parent / "DIM_A.XML").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidValue, match=says):
            read_delivery(image)
    with pytest.raises(UnreadableImage, match="no such file"):
        read_delivery(tmp_path / "none.tif")
    image.write_bytes(image.read_bytes()[:9])
    with pytest.raises(UnreadableImage, match="does not open"):
        read_delivery(image)


def test_sparse_metadata_leave_fields_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "DIM_A.XML"
    path.write_text("<Dimap_Document/>")
    stated = read_dimap(path)
    assert (stated.capture, stated.sensor, stated.view, stated.gsd_m) == (None,) * 4
    path.write_text("<D><Strip_Source><IMAGING_DATE>2016-10-31</IMAGING_DATE></Strip_Source></D>")
    stated = read_dimap(path)
    assert stated.capture is not None
    assert stated.capture.spoken() == "31 Oct 2016"
    assert stated.sensor is None
    path.write_text("<D><Strip_Source><MISSION>PHR</MISSION></Strip_Source></D>")
    assert read_dimap(path).capture is None
    (tmp_path / "a.IMD").write_text('satId = "XX";\nmeanSunAz = 1;\n')
    assert read_imd(tmp_path / "a.IMD").sun is None
    (tmp_path / "a.json").write_text('{"stac_version": "1.0.0", "properties": {"gsd": "nan"}}')
    stac = read_json(tmp_path / "a.json")
    assert stac is not None
    assert (stac.capture, stac.gsd_m, stac.sensor, stac.bounds) == (None,) * 4
    planet = supplier_metadata.read_planet(tmp_path / "p.json", {})
    assert (planet.capture, planet.view, planet.decisions) == (None, None, ())
    bad = STAC | {"bbox": [1, 2]}
    with pytest.raises(InvalidValue, match="bbox has 2"):
        supplier_metadata.read_stac(path, bad)
    with pytest.raises(InvalidValue, match="cannot be read"):
        supplier_metadata.read_bytes(tmp_path)
    monkeypatch.setattr(supplier_metadata, "_LARGEST_BYTES", 5)
    with pytest.raises(InvalidValue, match="larger"):
        supplier_metadata.read_bytes(path)


@pytest.mark.skipif(not PLEIADES.is_dir(), reason="the Pléiades crops are not on this machine")
def test_real_tags() -> None:
    dated = read_delivery(PLEIADES / "post_event_img2.tif")
    assert dated.capture.spoken() == "15 Apr 2023"
    assert dated.capture.source == "post_event_img2.tif: tag IMAGING_DATE"
    assert (dated.sensor, dated.bands) == ("PHR1B", ("pan",))
    undated = read_delivery(PLEIADES / "post_event_img1.tif")
    assert not undated.capture.is_known
    assert "20230511 10:46:49" in undated.decisions[0]
