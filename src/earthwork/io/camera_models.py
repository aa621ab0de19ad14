"""Camera model files: OSSIM/OTB ``.geom``, ``.RPB`` and ``_RPC.TXT``, and RPC tags of images.

All four count pixels from 0 at the centre of the upper left pixel of the *full* image, as GDAL's
RPC tags do and OSSIM's models do, so nothing is shifted on reading; only a crop's place is added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from earthwork.errors import InvalidValue
from earthwork.model.camera import RationalCamera

FORMATS = (".geom", ".RPB", "_RPC.TXT")
"""Endings of camera model files."""

_COEFFICIENTS = 20
_LARGEST_BYTES = 1_000_000
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")

_OFFSETS = {
    "line_offset": "LINE_OFF",
    "line_scale": "LINE_SCALE",
    "sample_offset": "SAMP_OFF",
    "sample_scale": "SAMP_SCALE",
    "latitude_offset_deg": "LAT_OFF",
    "latitude_scale_deg": "LAT_SCALE",
    "longitude_offset_deg": "LONG_OFF",
    "longitude_scale_deg": "LONG_SCALE",
    "height_offset_m": "HEIGHT_OFF",
    "height_scale_m": "HEIGHT_SCALE",
}
_POLYNOMIALS = {
    "line_numerator": "LINE_NUM_COEFF",
    "line_denominator": "LINE_DEN_COEFF",
    "sample_numerator": "SAMP_NUM_COEFF",
    "sample_denominator": "SAMP_DEN_COEFF",
}
_RPB_NAMES = {
    "lineOffset": "LINE_OFF",
    "sampOffset": "SAMP_OFF",
    "latOffset": "LAT_OFF",
    "longOffset": "LONG_OFF",
    "heightOffset": "HEIGHT_OFF",
    "lineScale": "LINE_SCALE",
    "sampScale": "SAMP_SCALE",
    "latScale": "LAT_SCALE",
    "longScale": "LONG_SCALE",
    "heightScale": "HEIGHT_SCALE",
    "lineNumCoef": "LINE_NUM_COEFF",
    "lineDenCoef": "LINE_DEN_COEFF",
    "sampNumCoef": "SAMP_NUM_COEFF",
    "sampDenCoef": "SAMP_DEN_COEFF",
}


def camera_from_tags(tags: Mapping[str, str], *, where: str = "RPC tags") -> RationalCamera:
    """Return the camera that RPC tags describe (``LINE_OFF``, ``LINE_NUM_COEFF``, ...).

    Parameters
    ----------
    tags
        Names of the RPC metadata domain with their values; 20 numbers in each ``_COEFF``.
    where
        The file, for messages.

    Raises
    ------
    InvalidValue
        If a tag is absent, a polynomial has not 20 coefficients, or a scale is not above 0.

    References
    ----------
    NIMA STDI-0002, appendix E: RPC00B, version 2.1 (2000).
    """
    if missing := [k for k in (*_OFFSETS.values(), *_POLYNOMIALS.values()) if k not in tags]:
        raise _no_camera(f"it lacks {', '.join(missing)}", where)
    numbers = {name: _one(tags[key], key, where) for name, key in _OFFSETS.items()}
    if flat := [name for name, value in numbers.items() if "_scale" in name and not value > 0]:
        raise _no_camera(f"{flat[0]} is {numbers[flat[0]]}, not above 0", where)
    polynomials = {name: _twenty(tags[key], key, where) for name, key in _POLYNOMIALS.items()}
    return RationalCamera(
        line_numerator=polynomials["line_numerator"],
        line_denominator=polynomials["line_denominator"],
        sample_numerator=polynomials["sample_numerator"],
        sample_denominator=polynomials["sample_denominator"],
        **numbers,
    )


def read_camera_model(
    path: Path, *, crop_origin: tuple[float, float] | None = None
) -> RationalCamera:
    """Read a camera model file.

    Parameters
    ----------
    path
        A ``.geom`` (OSSIM, Orfeo ToolBox), ``.RPB`` or ``_RPC.TXT`` file.
    crop_origin
        (column, row) of the full image at which the image in hand begins; None if it is whole.

    Raises
    ------
    InvalidValue
        If the file is absent, of another form, or incomplete.
    """
    path = Path(path)
    camera = camera_from_tags(_tags(path), where=str(path))
    if crop_origin is None:
        return camera
    return replace(camera, crop_column=crop_origin[0], crop_row=crop_origin[1])


def find_camera_model(image_path: Path) -> Path | None:
    """Return the camera model file that lies beside an image; None if there is none.

    For ``scene.tif`` these names are tried, whatever their case: ``scene.geom``,
    ``scene.tif.geom``, ``scene.RPB``, ``scene_RPC.TXT``.
    """
    image_path = Path(image_path)
    stem = image_path.stem.lower()
    wanted = [f"{stem}.geom", f"{image_path.name.lower()}.geom", f"{stem}.rpb", f"{stem}_rpc.txt"]
    beside = {item.name.lower(): item for item in sorted(image_path.parent.iterdir())}
    return next((beside[name] for name in wanted if name in beside), None)


def _tags(path: Path) -> dict[str, str]:
    text = _text(path)
    name = path.name.lower()
    if name.endswith(".geom"):
        return _geom_tags(text, str(path))
    if name.endswith(".rpb"):
        return _rpb_tags(text)
    if name.endswith("_rpc.txt"):
        return _gathered(_pairs(text, ":"))
    raise _no_camera("its name is none of a camera model's", str(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_camera(f"it cannot be read as text ({error})", str(path)) from error


def _pairs(text: str, separator: str) -> dict[str, str]:
    lines = (line.partition(separator) for line in text.splitlines() if separator in line)
    return {key.strip(): value.strip() for key, _, value in lines}


def _geom_tags(text: str, where: str) -> dict[str, str]:
    pairs = _pairs(text, ":")
    if (form := pairs.get("polynomial_format", "B")) != "B":
        raise _no_camera(f"its polynomials have the form '{form}', B (RPC00B) is read", where)
    return _gathered({key.upper(): value for key, value in pairs.items()})


def _gathered(pairs: Mapping[str, str]) -> dict[str, str]:
    tags = {key: value for key, value in pairs.items() if "_COEFF_" not in key}
    for prefix in _POLYNOMIALS.values():
        numbered = {
            int(key.rsplit("_", 1)[1]): value
            for key, value in pairs.items()
            if re.fullmatch(rf"{prefix}_\d+", key)
        }
        if numbered:
            tags[prefix] = " ".join(numbered[index] for index in sorted(numbered))
    return tags


def _rpb_tags(text: str) -> dict[str, str]:
    fields = re.findall(r"(\w+)\s*=\s*(\([^)]*\)|[^;\n]*);", text)
    return {_RPB_NAMES[name]: value for name, value in fields if name in _RPB_NAMES}


def _numbers(text: str) -> list[float]:
    return [float(word.lower().replace("d", "e")) for word in _NUMBER.findall(text)]


def _one(text: str, key: str, where: str) -> float:
    # Values may carry their unit: '+002784.00 pixels'.
    numbers = _numbers(text)
    if not numbers:
        raise _no_camera(f"{key} is '{text[:40]}', not a number", where)
    return numbers[0]


def _twenty(text: str, key: str, where: str) -> tuple[float, ...]:
    numbers = tuple(_numbers(text))
    if len(numbers) != _COEFFICIENTS:
        raise _no_camera(f"{key} has {len(numbers)} coefficients, not {_COEFFICIENTS}", where)
    return numbers


def _no_camera(what: str, where: str) -> InvalidValue:
    return InvalidValue(
        f"this is no camera model: {what}",
        where=where,
        cause="another kind of file, or one cut short",
        choices=[f"a file that ends in {', '.join(FORMATS)}"],
    )
