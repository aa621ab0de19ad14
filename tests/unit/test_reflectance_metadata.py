"""Digital numbers become reflectance only as metadata that belong to the image say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.reflectance import calibrated
from earthwork.io.deliveries import read_delivery
from earthwork.io.rasters import open_raster
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.reflectance import ReflectanceScale

TILE = "T37SBA_20220201T082101"


def product_xml(*, level="L2A", offsets=None, names=(), quantity="10000"):
    kind, tag = ("BOA", "BOA_") if level == "L2A" else ("RADIO", "")
    added = "".join(
        f'<{kind}_ADD_OFFSET band_id="{band}">{value}</{kind}_ADD_OFFSET>'
        for band, value in (offsets or {}).items()
    )
    files = "".join(f"<IMAGE_FILE>GRANULE/G/IMG_DATA/R10m/{name}</IMAGE_FILE>" for name in names)
    return (
        '<?xml version="1.0"?><n1:P xmlns:n1="https://x"><n1:General_Info>'
        f"{files}<{tag}QUANTIFICATION_VALUE>{quantity}</{tag}QUANTIFICATION_VALUE>"
        f"<{kind}_ADD_OFFSET_VALUES_LIST>{added}</{kind}_ADD_OFFSET_VALUES_LIST>"
        "<Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT>"
        "<SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values>"
        "</n1:General_Info></n1:P>"
    )


def image(path: Path, pixels=None, *, names=(), scales=(), offsets=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.array([[[0, 1500], [3000, 11000]]], np.uint16) if pixels is None else pixels
    profile = {"driver": "GTiff", "dtype": "uint16", "crs": "EPSG:32637"}
    size = {"count": len(pixels), "height": pixels.shape[1], "width": pixels.shape[2]}
    place = rasterio.transform.from_origin(300000, 4000000, 10, 10)
    with rasterio.open(path, "w", transform=place, **profile, **size) as file:
        file.write(pixels)
        for index, name in enumerate(names, 1):
            file.set_band_description(index, name)
        if scales:
            file.scales, file.offsets = scales, offsets
    return path


def safe(folder: Path, xml: str, *, level="L2A", name=f"{TILE}_B04_10m", pixels=None):
    """Lay a product out as it is delivered."""
    product = folder / f"S2A_MSI{level}.SAFE"
    path = image(product / "GRANULE/G/IMG_DATA/R10m" / f"{name}.tif", pixels)
    (product / f"MTD_MSI{level}.xml").write_text(xml)
    return path


def reflectance_of(path: Path):
    scale = read_delivery(path).reflectance
    with open_raster(path) as raster:
        told = calibrated(raster, scale)
        return told.read(whole(raster.grid)), told.valid(whole(raster.grid))


@pytest.mark.parametrize("level", ["L1C", "L2A"])
def test_a_pair_across_the_change_of_baseline_comes_out_equal(tmp_path, level):
    name = f"{TILE}_B04_10m"
    numbers = np.array([[[0, 500], [2000, 10000]]], np.uint16)
    old = safe(
        tmp_path / "old", product_xml(level=level, names=[name]), level=level, pixels=numbers
    )
    shifted = np.where(numbers > 0, numbers + 1000, 0).astype(np.uint16)
    added = dict.fromkeys(range(13), -1000)
    new_xml = product_xml(level=level, names=[name], offsets=added)
    new = safe(tmp_path / "new", new_xml, level=level, pixels=shifted)
    (first, held), (second, also_held) = reflectance_of(old), reflectance_of(new)
    np.testing.assert_array_equal(held, also_held)
    np.testing.assert_allclose(first[:, held], second[:, held], atol=1e-7)
    np.testing.assert_allclose(first[0][held], [0.05, 0.2, 1.0], atol=1e-7)
    assert held.tolist() == [[False, True], [True, True]]


def test_what_was_decided_is_said_and_the_file_is_a_source(tmp_path):
    path = safe(tmp_path, product_xml(names=[f"{TILE}_B04_10m"], offsets={3: -1000}))
    delivery = read_delivery(path)
    told = "Digital numbers are read as reflectance: times 0.0001, plus -0.1 (MTD_MSIL2A.xml"
    assert any(sentence.startswith(told) for sentence in delivery.decisions)
    assert delivery.sources[-1].name == "MTD_MSIL2A.xml"


def test_each_band_has_its_own_offset(tmp_path):
    image(tmp_path / "stack.tif", np.ones((2, 2, 2), np.uint16), names=("B03", "B8A"))
    xml = product_xml(offsets={2: -1000, 3: -900, 8: -800})
    (tmp_path / "MTD_MSIL2A.xml").write_text(xml)
    scale = read_delivery(tmp_path / "stack.tif").reflectance
    assert scale.offsets == pytest.approx((-0.1, -0.08))
    assert scale.bands == 2


def test_offsets_that_differ_need_named_bands(tmp_path):
    image(tmp_path / "stack.tif", np.ones((2, 2, 2), np.uint16))
    (tmp_path / "MTD_MSIL2A.xml").write_text(product_xml(offsets={2: -1000, 3: -900}))
    delivery = read_delivery(tmp_path / "stack.tif")
    assert delivery.reflectance is None
    assert any("does not name its bands" in sentence for sentence in delivery.decisions)


@pytest.mark.parametrize("kind", ["TCI", "SCL"])
def test_pictures_and_classes_of_a_product_are_no_reflectance(tmp_path, kind):
    name = f"{TILE}_{kind}_10m"
    assert read_delivery(safe(tmp_path, product_xml(names=[name]), name=name)).reflectance is None


def test_metadata_of_another_tile_do_not_count(tmp_path):
    xml = product_xml(names=["T36SYJ_20220201T082101_B04_10m"], offsets={3: -1000})
    delivery = read_delivery(safe(tmp_path, xml))
    assert delivery.reflectance is None
    assert any("used as they are" in sentence for sentence in delivery.decisions)


def test_metadata_of_listed_neighbours_do_not_count_for_a_stray_image(tmp_path):
    image(tmp_path / "stray.tif")
    image(tmp_path / f"{TILE}_B04_10m.tif")
    (tmp_path / "MTD_MSIL2A.xml").write_text(product_xml(names=[f"{TILE}_B04_10m"]))
    assert read_delivery(tmp_path / "stray.tif").reflectance is None
    assert read_delivery(tmp_path / f"{TILE}_B04_10m.tif").reflectance is not None


def test_a_cropped_band_of_the_tile_counts(tmp_path):
    image(tmp_path / f"crop_{TILE}_B04.tif")
    (tmp_path / "MTD_MSIL2A.xml").write_text(product_xml(names=[f"{TILE}_B04_10m"]))
    assert read_delivery(tmp_path / f"crop_{TILE}_B04.tif").reflectance is not None


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (product_xml(quantity="0"), "quantification"),
        (product_xml(quantity="many"), "not a number"),
        (product_xml(quantity="inf"), "not finite"),
        (product_xml(offsets={40: -1000}), "band_id 40"),
        ("<P>", "not well-formed"),
    ],
)
def test_damaged_metadata_are_an_error(tmp_path, xml, message):
    image(tmp_path / "stack.tif")
    (tmp_path / "MTD_MSIL2A.xml").write_text(xml)
    with pytest.raises(InvalidValue, match=message):
        read_delivery(tmp_path / "stack.tif")


def test_the_files_own_tags_are_read(tmp_path):
    path = image(tmp_path / "own.tif", scales=(0.0001,), offsets=(-0.1,))
    pixels, _ = reflectance_of(path)
    np.testing.assert_allclose(pixels[0], [[-0.1, 0.05], [0.2, 1.0]], atol=1e-6)


def stac(tmp_path, asset, properties=None, name="B04.tif"):
    image(tmp_path / name)
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "properties": {"datetime": "2022-02-01T08:21:01Z"} | (properties or {}),
        "assets": {"red": {"href": f"https://example.org/{name}"} | asset},
    }
    (tmp_path / "item.json").write_text(json.dumps(item))
    return read_delivery(tmp_path / name)


BAND = {"scale": 0.0001, "offset": -0.1, "nodata": 0}


@pytest.mark.parametrize(
    "asset",
    [
        {"raster:bands": [BAND]},
        {"bands": [{"name": "red"} | {f"raster:{key}": BAND[key] for key in ("scale", "offset")}]},
        {"raster:scale": 0.0001, "raster:offset": -0.1},
    ],
)
def test_a_stac_item_is_read_in_each_of_its_ways(tmp_path, asset):
    scale = stac(tmp_path, asset).reflectance
    assert (scale.gains, scale.offsets) == ((0.0001,), (-0.1,))


def test_an_offset_that_was_taken_already_is_not_taken_again(tmp_path):
    delivery = stac(tmp_path, {"raster:bands": [BAND]}, {"earthsearch:boa_offset_applied": True})
    assert delivery.reflectance.offsets == (0.0,)
    assert "boa_offset_applied" in delivery.reflectance.source


@pytest.mark.parametrize("asset", [{}, {"raster:bands": [BAND, BAND]}])
def test_an_item_that_says_nothing_of_this_image_leaves_its_numbers(tmp_path, asset):
    delivery = stac(tmp_path, asset)
    assert delivery.reflectance is None
    assert any("Sentinel-2's" in sentence for sentence in delivery.decisions)


def test_an_ordinary_picture_is_not_spoken_of(tmp_path):
    (tmp_path / "notes.json").write_text("[1]")
    delivery = read_delivery(image(tmp_path / "picture.tif"))
    assert delivery.reflectance is None
    assert delivery.decisions == ()


def test_a_scale_of_other_bands_is_refused():
    raster = ArrayRaster(
        grid=Grid.of_pixels(height=2, width=2), pixels=np.ones((1, 2, 2), np.uint16)
    )
    scale = ReflectanceScale(gains=(1.0, 1.0), offsets=(0.0, 0.0), source="here")
    with pytest.raises(GridMismatch, match="gains of 2 bands for an image of 1"):
        calibrated(raster, scale)


def test_a_view_of_reflectance_keeps_grid_bands_and_mask():
    mask = np.array([[True, False], [True, True]])
    raster = ArrayRaster(
        grid=Grid.of_pixels(height=2, width=2), pixels=np.full((1, 2, 2), 7, np.uint16), mask=mask
    )
    told = calibrated(raster, ReflectanceScale(gains=(0.5,), offsets=(1.0,), source="here"))
    window = Window(row=0, column=1, height=2, width=1)
    assert told.grid == raster.grid
    assert told.bands == 1
    assert told.read(window).dtype == np.float32
    assert told.read(window).tolist() == [[[4.5], [4.5]]]
    assert told.valid(window).tolist() == [[False], [True]]
