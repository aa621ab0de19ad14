from __future__ import annotations

import struct
import zlib
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning

from earthwork.errors import InvalidValue, UnreadableImage, WrongReference
from earthwork.io.image_integrity import LARGEST_UNTILED_PX
from earthwork.io.rasters import (
    _require_bands,
    open_raster,
    read_array,
    require_compatible,
    write_raster,
)
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole

UTM = Grid(
    height=60,
    width=80,
    transform=Affine(0.5, 0, 330_000, 0, -0.5, 4_020_000),
    crs=CRS.from_epsg(32638),
)
PLEIADES = Path("../shared/data/pleiades-kahramanmaras")
OSCD = Path("../shared/data/sentinel2-oscd/beirut/imgs_1/B04.tif")


def _pixels(bands: int = 1, *, dtype: str = "uint16", top: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(7)
    return rng.integers(1, top, (bands, *UTM.shape)).astype(dtype)


@pytest.fixture
def make(tmp_path: Path):
    """Write an image through rasterio with any profile."""

    def write(name: str, pixels: np.ndarray, *, after=None, **profile: object) -> Path:
        path = tmp_path / name
        bands, height, width = pixels.shape
        shape = {"count": bands, "height": height, "width": width, "dtype": pixels.dtype.name}
        is_placed = not profile.get("transform", Affine.identity()).is_identity
        warns = nullcontext() if is_placed else pytest.warns(NotGeoreferencedWarning)
        with warns, rasterio.open(path, "w", **({"driver": "GTiff"} | shape | profile)) as file:
            file.write(pixels)
            if after is not None:
                after(file)
        return path

    return write


def _noise(bands: int = 3, side: int = 256) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (bands, side, side)).astype(np.uint8)


def test_round_trip_keeps_pixels_grid_tags_and_bits(tmp_path: Path) -> None:
    path, pixels = tmp_path / "a.tif", _pixels(2)
    write_raster(path, pixels, UTM, nodata=0, tags={"MADE_FROM": "b"})
    with open_raster(path) as raster:
        np.testing.assert_array_equal(raster.read(whole(raster.grid)), pixels)
        assert raster.grid == UTM
        assert (raster.bands, raster.bits, raster.dtype) == (2, 12, np.uint16)
        assert raster.tags["MADE_FROM"] == "b"
        assert raster.valid(whole(raster.grid)).all()
        window = Window(row=10, column=20, height=5, width=7)
        np.testing.assert_array_equal(raster.read(window), pixels[:, 10:15, 20:27])
        assert raster.valid(window).shape == (5, 7)
        assert any("12 are taken" in sentence for sentence in raster.decisions)


def test_same_input_same_bytes_and_no_remains(tmp_path: Path) -> None:
    pixels = _pixels()
    for name in ("a.tif", "b.tif"):
        write_raster(tmp_path / name, pixels, UTM, tags={"Z": "1", "A": "2"})
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.tif", "b.tif"]


def test_writing_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_raster(path, _pixels(), UTM)
    kept = path.read_bytes()
    with pytest.raises(InvalidValue, match="on a grid of"):
        write_raster(path, _pixels()[:, :5], UTM)
    with pytest.raises(TypeError):
        write_raster(path, _pixels().astype("complex64").astype(object), UTM)
    assert path.read_bytes() == kept
    assert [item.name for item in tmp_path.iterdir()] == ["a.tif"]


def test_pixel_grid_keeps_its_stated_pixel_size(tmp_path: Path) -> None:
    grid = Grid.of_pixels(height=60, width=80, gsd_m=0.45)
    write_raster(tmp_path / "a.tif", _pixels(dtype="float32"), grid)
    with open_raster(tmp_path / "a.tif") as raster:
        assert raster.grid == grid
        assert raster.bits is None
    with open_raster(tmp_path / "a.tif", stated_gsd_m=0.6) as raster:
        assert raster.grid.gsd_m == 0.6


def test_truth_values_are_written_as_bytes(tmp_path: Path) -> None:
    mask = _pixels() > 2000
    write_raster(tmp_path / "m.tif", mask, UTM)
    with open_raster(tmp_path / "m.tif") as raster:
        np.testing.assert_array_equal(raster.read(whole(UTM)).astype(bool), mask)
        assert raster.bits == 8


def test_nodata_nan_and_alpha_are_not_valid(make, tmp_path: Path) -> None:
    pixels = _pixels(dtype="float32")
    pixels[0, 3, 4] = np.nan
    pixels[0, 5, 6] = -9
    write_raster(tmp_path / "f.tif", pixels, UTM, nodata=-9)
    with open_raster(tmp_path / "f.tif") as raster:
        holes = np.argwhere(~raster.valid(whole(UTM))).tolist()
    assert holes == [[3, 4], [5, 6]]

    rgba = _noise(4, 32)
    rgba[3] = 255
    rgba[3, :, :10] = 0
    with open_raster(make("a.png", rgba, driver="PNG")) as raster:
        assert raster.bands == 3
        assert raster.band_names == ("red", "green", "blue")
        np.testing.assert_array_equal(raster.read(whole(raster.grid)), rgba[:3])
        assert raster.valid(whole(raster.grid)).sum() == 32 * 22
        held = read_array(raster)
    assert held.mask is not None
    assert held.mask.sum() == 32 * 22


def test_palette_is_read_as_its_colours(make) -> None:
    index = (np.arange(64).reshape(1, 8, 8) % 3).astype(np.uint8)

    def colour(file) -> None:
        file.write_colormap(1, {0: (10, 20, 30, 255), 1: (40, 50, 60, 255), 2: (0, 0, 0, 0)})

    with open_raster(make("p.png", index, driver="PNG", after=colour, photometric="palette")) as r:
        pixels = r.read(whole(r.grid))
        assert r.bands == 3
        assert pixels[:, 0, 0].tolist() == [10, 20, 30]
        assert pixels[:, 0, 1].tolist() == [40, 50, 60]
        np.testing.assert_array_equal(r.valid(whole(r.grid)), index[0] != 2)


def test_sixteen_bits_and_stated_bits(make, tmp_path: Path) -> None:
    with open_raster(make("a.png", _pixels(top=65_000), driver="PNG")) as raster:
        assert raster.bits == 16
        assert raster.dtype == np.uint16
    with open_raster(make("b.tif", _pixels(top=2000), nbits=11)) as raster:
        assert raster.bits == 11
        assert raster.decisions == ()


def test_missing_reference_is_a_pixel_grid_and_said(make) -> None:
    path = make("w.tif", _pixels(), transform=UTM.transform, crs=None)
    with open_raster(path, stated_gsd_m=0.5) as raster:
        assert not raster.grid.is_georeferenced
        assert raster.grid.transform.is_identity
        assert raster.crop_origin is None
        assert any("names no reference system" in s for s in raster.decisions)


def test_crop_in_sensor_geometry_offers_its_origin(make) -> None:
    for stated in (12978.5, 12979.0):
        path = make(
            f"{stated}.tif", _pixels(), transform=Affine(1, 0, stated, 0, 1, 6897.5), crs=None
        )
        with open_raster(path) as raster:
            assert raster.crop_origin == (12979, 6898)
            assert raster.grid.transform.is_identity


def test_control_points_in_the_file_are_mentioned(make) -> None:
    points = [
        GroundControlPoint(row=r, col=c, x=36 + c / 1e4, y=37 - r / 1e4)
        for r, c in [(0, 0), (0, 50), (50, 0)]
    ]

    def mark(file) -> None:
        file.gcps = (points, rasterio.crs.CRS.from_epsg(4326))

    with open_raster(make("g.tif", _pixels(), after=mark)) as raster:
        assert not raster.grid.is_georeferenced
        assert "3 control points" in raster.decisions[0]


# --- files that are not what they say ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.tif", b"", "empty"),
        ("text.tif", b"this is a text, not an image\n" * 50, "no image"),
        ("text.jpg", b"<html>not found</html>", "no image"),
        ("noise.tif", bytes(range(200, 256)), "no image"),
        ("short.png", b"\x89PNG\r\n\x1a\n", "does not open"),
    ],
)
def test_not_an_image(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=says) as caught:
        open_raster(path)
    assert caught.value.cause
    assert caught.value.where == str(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tif", tmp_path):
        with pytest.raises(UnreadableImage, match="no such file"):
            open_raster(path)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("strips.tif", {"driver": "GTiff"}),
        ("tiles.tif", {"driver": "GTiff", "tiled": True, "blockxsize": 64, "blockysize": 64}),
        ("packed.tif", {"driver": "GTiff", "compress": "deflate", "interleave": "band"}),
        ("a.jpg", {"driver": "JPEG", "quality": 90}),
        ("a.png", {"driver": "PNG"}),
        ("a.jp2", {"driver": "JP2OpenJPEG"}),
        ("a.webp", {"driver": "WEBP"}),
    ],
)
def test_a_cut_tail_is_found(make, name: str, profile: dict[str, object], share: float) -> None:
    path = make(name, _noise(), **profile)
    with open_raster(path) as raster:
        assert raster.grid.shape == (256, 256)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableImage, match=r"cut short|does not open"):
        open_raster(path)


def test_jpeg_cut_by_two_bytes_is_found_and_trailing_bytes_are_no_harm(make) -> None:
    path = make("a.jpg", _noise(), driver="JPEG")
    content = path.read_bytes()
    path.write_bytes(content + b"\0" * 100)
    open_raster(path).close()
    path.write_bytes(content[:-2])
    with pytest.raises(UnreadableImage, match="end marker"):
        open_raster(path)


def test_a_thumbnail_does_not_pass_for_the_end_of_the_picture(make) -> None:
    path = make("a.jpg", _noise(), driver="JPEG")
    content = path.read_bytes()
    thumbnail = b"\xff\xe1" + struct.pack(">H", 6) + b"\xff\xd9\0\0"
    path.write_bytes(content[:2] + thumbnail + content[2:])
    open_raster(path).close()
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(UnreadableImage, match="end marker"):
        open_raster(path)


def test_damage_in_the_middle_is_an_error_when_read(make) -> None:
    path = make("d.tif", _noise(), compress="deflate", tiled=True, blockxsize=64, blockysize=64)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9000] = b"\x55" * 9000
    path.write_bytes(bytes(content))
    with open_raster(path) as raster, pytest.raises(UnreadableImage, match="damaged"):
        raster.read(whole(raster.grid))
    with open_raster(path) as raster, pytest.raises(UnreadableImage, match="damaged"):
        read_array(raster)


def test_complex_and_alpha_only_are_refused(make) -> None:
    with pytest.raises(UnreadableImage, match="complex"):
        open_raster(make("c.tif", _pixels().astype("complex64")))

    def alpha(file) -> None:
        file.colorinterp = [rasterio.enums.ColorInterp.alpha]

    with pytest.raises(UnreadableImage, match="only an alpha"):
        open_raster(make("x.tif", _pixels(), after=alpha))


def test_container_without_bands_is_refused() -> None:
    with pytest.raises(UnreadableImage, match="no bands"):
        _require_bands(SimpleNamespace(count=0), Path("container.jp2"))


def _bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def test_huge_declared_size_is_refused_unless_tiled(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_bomb(100_000, 100_000))
    with pytest.raises(UnreadableImage, match="100000×100000") as caught:
        open_raster(path)
    assert "TILED=YES" in caught.value.choices[0]

    side = 70_000
    assert side**2 > LARGEST_UNTILED_PX
    profile = {
        "driver": "GTiff",
        "width": side,
        "height": side,
        "count": 1,
        "dtype": "uint8",
        "sparse_ok": True,
        "crs": "EPSG:32638",
        "transform": UTM.transform,
    }
    with rasterio.open(tmp_path / "t.tif", "w", tiled=True, bigtiff="yes", **profile):
        pass
    with open_raster(tmp_path / "t.tif") as raster:
        assert raster.grid.width == side


def test_virtual_raster_of_remote_parts_is_refused(tmp_path: Path) -> None:
    source = "<SourceFilename>/vsicurl/https://example.org/a.tif</SourceFilename>"
    path = tmp_path / "a.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="5" rasterYSize="5"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource>{source}</SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    with pytest.raises(UnreadableImage, match="network"):
        open_raster(path)


def test_virtual_raster_of_local_parts_is_read(tmp_path: Path) -> None:
    write_raster(tmp_path / "a.tif", _pixels(), UTM)
    (tmp_path / "a.vrt").write_text(
        '<VRTDataset rasterXSize="80" rasterYSize="60"><VRTRasterBand dataType="UInt16" band="1">'
        '<SimpleSource><SourceFilename relativeToVRT="1">a.tif</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    with open_raster(tmp_path / "a.vrt") as raster:
        np.testing.assert_array_equal(raster.read(whole(UTM)), _pixels())


# --- references that do not fit ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("epsg", "transform", "cause"),
    [
        (4326, Affine(0.5, 0, 330_000, 0, -0.5, 4_020_000), "metres of a projected"),
        (4326, Affine(1e-5, 0, 36.3, 0, -1e-5, 143.1), "swapped"),
        (32638, Affine(1e-5, 0, 43.1, 0, -1e-5, 36.3), "degrees under"),
        (32638, Affine(0.5, 0, 4_020_000, 0, -0.5, 330_000), "swapped"),
        (32638, Affine(0.5, 0, 9e7, 0, -0.5, 9e7), "another zone"),
    ],
)
def test_coordinates_that_do_not_fit(make, epsg: int, transform: Affine, cause: str) -> None:
    path = make("r.tif", _pixels(), crs=f"EPSG:{epsg}", transform=transform)
    with pytest.raises(WrongReference) as caught:
        open_raster(path)
    assert cause in (caught.value.cause or "")


def test_reference_without_coordinates(make) -> None:
    with pytest.raises(WrongReference, match="holds no coordinates"):
        open_raster(make("r.tif", _pixels(), transform=Affine.identity(), crs="EPSG:32638"))


def test_pixels_without_size_and_coordinates_that_are_no_numbers(tmp_path: Path) -> None:
    for name, transform, says in [
        ("a", "330000, 0, 0, 4020000, 0, 0", "no size"),
        ("b", "nan, 0.5, 0, 4020000, 0, -0.5", "not numbers"),
    ]:
        path = tmp_path / f"{name}.vrt"
        path.write_text(
            '<VRTDataset rasterXSize="5" rasterYSize="5"><SRS>EPSG:32638</SRS>'
            f"<GeoTransform>{transform}</GeoTransform>"
            '<VRTRasterBand dataType="Byte" band="1"></VRTRasterBand></VRTDataset>',
            encoding="utf-8",
        )
        with pytest.raises(WrongReference, match=says):
            open_raster(path)


def test_rpc_tags_are_the_camera_and_the_crop_is_added(make) -> None:
    row = " ".join(["1", *["0"] * 19])
    offsets = ("LINE_OFF", "SAMP_OFF", "LAT_OFF", "LONG_OFF", "HEIGHT_OFF")
    tags = dict.fromkeys(offsets, "5")
    tags |= {name.replace("_OFF", "_SCALE"): "2" for name in offsets}
    for name in ("LINE_NUM_COEFF", "LINE_DEN_COEFF", "SAMP_NUM_COEFF", "SAMP_DEN_COEFF"):
        tags[name] = row

    def mark(file) -> None:
        file.update_tags(ns="RPC", **tags)

    with open_raster(make("whole.tif", _pixels(), after=mark)) as raster:
        assert raster.camera is not None
        assert (raster.camera.line_offset, raster.camera.crop_column) == (5.0, 0.0)
    crop = make("crop.tif", _pixels(), after=mark, transform=Affine(1, 0, 40, 0, 1, 30), crs=None)
    with open_raster(crop) as raster:
        assert raster.camera is not None
        assert (raster.camera.crop_column, raster.camera.crop_row) == (40.0, 30.0)


def test_described_bands_keep_their_names(make) -> None:
    def describe(file) -> None:
        file.descriptions = ("nir", None)

    with open_raster(make("b.tif", _pixels(2), after=describe)) as raster:
        assert raster.band_names == ("nir", "band 2")


def test_window_outside_is_refused(tmp_path: Path) -> None:
    write_raster(tmp_path / "a.tif", _pixels(), UTM)
    with open_raster(tmp_path / "a.tif") as raster:
        for row, column in [(-1, 0), (0, 75), (55, 0)]:
            with pytest.raises(InvalidValue, match="are asked of"):
                raster.read(Window(row=row, column=column, height=10, width=10))


# --- comparing --------------------------------------------------------------------------------


def test_unlike_bands_and_depths_become_decisions(tmp_path: Path) -> None:
    write_raster(tmp_path / "pan.tif", _pixels(1, top=2000), UTM)
    write_raster(tmp_path / "rgb.tif", _pixels(3, dtype="uint8", top=255), UTM)
    with open_raster(tmp_path / "pan.tif") as pan, open_raster(tmp_path / "rgb.tif") as rgb:
        bands, depths = require_compatible(pan, rgb)
        assert "1 band and" in bands
        assert "3 bands" in bands
        assert "11 bits" in depths
        assert require_compatible(pan, pan) == ()
        held = ArrayRaster(grid=UTM, pixels=_pixels())
        assert require_compatible(pan, held) == ()


# --- real files -------------------------------------------------------------------------------


@pytest.mark.skipif(not PLEIADES.is_dir(), reason="the Pléiades crops are not on this machine")
def test_real_crops_open() -> None:
    for name, origin in {
        "pre_event_img1": (12115, 5512),
        "pre_event_img2": (12099, 5109),
        "post_event_img1": (12979, 6898),
        "post_event_img2": (12815, 7219),
    }.items():
        with open_raster(PLEIADES / f"{name}.tif", stated_gsd_m=0.5) as raster:
            assert raster.bits == 12
            assert raster.crop_origin == origin
            assert raster.band_names == ("pan",)
            assert raster.grid.gsd_m == 0.5


@pytest.mark.skipif(not OSCD.is_file(), reason="the Sentinel-2 crops are not on this machine")
def test_real_georeferenced_image_opens() -> None:
    with open_raster(OSCD) as raster:
        assert raster.grid.crs == CRS.from_epsg(4326)
        assert raster.grid.gsd_m == pytest.approx(10, rel=0.1)
        assert raster.band_names == ("grey",)
