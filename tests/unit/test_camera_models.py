from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasterio.rpc import RPC
from rasterio.transform import RPCTransformer

from earthwork.errors import InvalidValue
from earthwork.imagery.orthorectification import project
from earthwork.io.camera_models import camera_from_tags, find_camera_model, read_camera_model
from earthwork.model.camera import RationalCamera

OFFSETS = {
    "LINE_OFF": 512.25, "LINE_SCALE": 500.0, "SAMP_OFF": 480.5, "SAMP_SCALE": 470.0,
    "LAT_OFF": 36.3, "LAT_SCALE": 0.01, "LONG_OFF": 43.1, "LONG_SCALE": 0.012,
    "HEIGHT_OFF": 250.0, "HEIGHT_SCALE": 300.0,
}  # fmt: skip
NAMES = ("LINE_NUM_COEFF", "LINE_DEN_COEFF", "SAMP_NUM_COEFF", "SAMP_DEN_COEFF")


def _coefficients() -> dict[str, list[float]]:
    """Return polynomials in which no coefficient is 0, so that none can be taken for another."""
    rng = np.random.default_rng(11)
    rows = {name: (rng.normal(size=20) * 0.01).round(6).tolist() for name in NAMES}
    rows["LINE_NUM_COEFF"][2] = -1.0
    rows["SAMP_NUM_COEFF"][1] = 1.0
    rows["LINE_DEN_COEFF"][0] = rows["SAMP_DEN_COEFF"][0] = 1.0
    return rows


def _tags() -> dict[str, str]:
    numbers = {name: str(value) for name, value in OFFSETS.items()}
    return numbers | {name: " ".join(map(str, row)) for name, row in _coefficients().items()}


def _geom() -> str:
    words = {
        "LINE_OFF": "line_off", "LINE_SCALE": "line_scale", "SAMP_OFF": "samp_off",
        "SAMP_SCALE": "samp_scale", "LAT_OFF": "lat_off", "LAT_SCALE": "lat_scale",
        "LONG_OFF": "long_off", "LONG_SCALE": "long_scale", "HEIGHT_OFF": "height_off",
        "HEIGHT_SCALE": "height_scale",
    }  # fmt: skip
    lines = [f"{words[name]}: {value}" for name, value in OFFSETS.items()]
    for name, row in _coefficients().items():
        lines += [f"{name.lower()}_{i:02d}: {value}" for i, value in enumerate(row)]
    return "\n".join(sorted(lines)) + "\ntype:  ossimRpcModel\npolynomial_format: B\n"


def _rpb() -> str:
    words = {
        "LINE_OFF": "lineOffset", "LINE_SCALE": "lineScale", "SAMP_OFF": "sampOffset",
        "SAMP_SCALE": "sampScale", "LAT_OFF": "latOffset", "LAT_SCALE": "latScale",
        "LONG_OFF": "longOffset", "LONG_SCALE": "longScale", "HEIGHT_OFF": "heightOffset",
        "HEIGHT_SCALE": "heightScale", "LINE_NUM_COEFF": "lineNumCoef",
        "LINE_DEN_COEFF": "lineDenCoef", "SAMP_NUM_COEFF": "sampNumCoef",
        "SAMP_DEN_COEFF": "sampDenCoef",
    }  # fmt: skip
    lines = ['satId = "XX01";', 'bandId = "P";', 'SpecId = "RPC00B";', "BEGIN_GROUP = IMAGE"]
    lines += [f"\t{words[name]} = {value};" for name, value in OFFSETS.items()]
    for name, row in _coefficients().items():
        lines.append(f"\t{words[name]} = (\n\t\t\t" + ",\n\t\t\t".join(map(str, row)) + ");")
    return "\n".join([*lines, "END_GROUP = IMAGE", "END;"])


def _rpc_txt() -> str:
    units = {"LINE": "pixels", "SAMP": "pixels", "LAT": "degrees", "LONG": "degrees"}
    lines = [
        f"{name}: {value:+.8f} {units.get(name.split('_')[0], 'meters')}"
        for name, value in OFFSETS.items()
    ]
    for name, row in _coefficients().items():
        lines += [f"{name}_{i + 1}: {value:+.15E}" for i, value in enumerate(row)]
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("name", "text"), [("a.geom", _geom()), ("a.RPB", _rpb()), ("a_RPC.TXT", _rpc_txt())]
)
def test_each_format_gives_the_same_camera(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_camera_model(tmp_path / name) == camera_from_tags(_tags())


def test_crop_origin_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.geom").write_text(_geom(), encoding="utf-8")
    camera = read_camera_model(tmp_path / "a.geom", crop_origin=(120.0, 34.0))
    assert (camera.crop_column, camera.crop_row) == (120.0, 34.0)


def test_project_agrees_with_gdal_to_a_thousandth_of_a_pixel() -> None:
    camera: RationalCamera = camera_from_tags(_tags())
    rng = np.random.default_rng(2)
    longitude, latitude = rng.uniform(43.09, 43.11, 50), rng.uniform(36.292, 36.308, 50)
    height = rng.uniform(0, 500, 50)
    rows = {name.lower(): value for name, value in (OFFSETS | _coefficients()).items()}
    rpc = RPC(**rows, err_bias=None, err_rand=None)
    with RPCTransformer(rpc) as transformer:
        row, column = transformer.rowcol(longitude, latitude, height, op=lambda value: value)
    ours = project(camera, longitude, latitude, height)
    # GDAL's transformer counts from the corner of the upper left pixel, the camera from its centre.
    np.testing.assert_allclose(ours[0] + 0.5, column, atol=1e-3)
    np.testing.assert_allclose(ours[1] + 0.5, row, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.geom", "", "lacks LINE_OFF"),
        ("a.geom", _geom().replace("polynomial_format: B", "polynomial_format: A"), "form 'A'"),
        ("a.geom", _geom().replace("line_num_coeff_07", "other"), "19 coefficients"),
        ("a.geom", _geom().replace("lat_off: 36.3", "lat_off: north"), "not a number"),
        ("a.geom", _geom().replace("lat_scale: 0.01", "lat_scale: 0"), "not above 0"),
        ("a.txt", _rpc_txt(), "name is none"),
    ],
)
def test_what_is_no_camera_model(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=says) as caught:
        read_camera_model(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)


def test_absent_and_binary_files(tmp_path: Path) -> None:
    (tmp_path / "b.geom").write_bytes(b"\xff\xfe\x00\x81")
    for name in ("none.geom", "b.geom"):
        with pytest.raises(InvalidValue, match="cannot be read"):
            read_camera_model(tmp_path / name)


def test_sidecars_are_found_by_name_whatever_their_case(tmp_path: Path) -> None:
    image = tmp_path / "Scene1.tif"
    assert find_camera_model(image) is None
    (tmp_path / "other.geom").touch()
    assert find_camera_model(image) is None
    for name in ("Scene1_rpc.txt", "scene1.rpb", "SCENE1.GEOM"):
        (tmp_path / name).touch()
        found = find_camera_model(image)
        assert found is not None
        assert found.name == name
