"""Metadata files of image suppliers, each read into what it states of one image.

Airbus DIMAP V2 XML, Maxar IMD and its XML twin, Planet metadata JSON, STAC items. A file that
exists but states nothing of a field leaves it None; nothing is guessed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from earthwork.errors import InvalidValue
from earthwork.io.timestamps import parse_capture
from earthwork.io.xml_documents import parse_xml
from earthwork.model.case import Bounds
from earthwork.model.interval import Capture
from earthwork.model.scene import Angles

_LARGEST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one file states of an image; None for what it does not."""

    file: Path
    """The file."""
    capture: Capture | None = None
    """When the image was taken."""
    sensor: str | None = None
    """Platform and instrument."""
    sun: Angles | None = None
    """Direction of the sun."""
    view: Angles | None = None
    """Direction to the sensor."""
    bands: tuple[str, ...] = ()
    """Bands in order."""
    gsd_m: float | None = None
    """Ground sample distance in metres."""
    credit: str | None = None
    """Credit line."""
    terms: str | None = None
    """Licence."""
    bounds: Bounds | None = None
    """Outer edges."""
    decisions: tuple[str, ...] = ()
    """What was derived, in sentences."""


def read_bytes(path: Path) -> bytes:
    """Return a metadata file's bytes.

    Raises
    ------
    InvalidValue
        If it cannot be read, or is larger than metadata are.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise InvalidValue(f"the metadata cannot be read: {error}", where=str(path)) from error
    if len(content) > _LARGEST_BYTES:
        raise InvalidValue("the metadata are larger than 50 MB", where=str(path))
    return content


def read_dimap(path: Path) -> Stated:
    """Read Airbus DIMAP V2 (``DIM_*.XML``).

    The sensor's azimuth is not among its fields: it is derived from the scene's orientation
    (AZIMUTH_ANGLE) less the angle between the incidences across and along the track.

    Raises
    ------
    InvalidValue
        If it is not well-formed, or a number or a time in it is none.
    """
    root = parse_xml(read_bytes(path), where=str(path))
    strip = root.find(".//Strip_Source")
    values = _centre_values(root)
    where = str(path)
    view = _dimap_view(values, where)
    return Stated(
        file=path,
        capture=None if strip is None else _dimap_capture(strip, path),
        sensor=None if strip is None else _dimap_sensor(strip),
        sun=_angles(_text(values, "SUN_AZIMUTH"), _text(values, "SUN_ELEVATION"), where),
        view=view,
        bands=_dimap_bands(root),
        gsd_m=_dimap_gsd(values, where),
        credit=_text(root, "COPYRIGHT"),
        decisions=(
            ()
            if view is None
            else (
                "The sensor's azimuth is derived from the delivery's orientation and incidences.",
            )
        ),
    )


def read_imd(path: Path) -> Stated:
    """Read Maxar metadata (``.IMD``, or the ``.XML`` twin with root ``isd``).

    Raises
    ------
    InvalidValue
        If it is not well-formed, or a number or a time in it is none.
    """
    content = read_bytes(path)
    fields = _isd_fields(content, path) if content.lstrip()[:1] == b"<" else _imd_fields(content)
    where = str(path)
    time = fields.get("firstlinetime") or fields.get("earliestacqtime")
    gsd = fields.get("meanproductgsd") or fields.get("meancollectedgsd")
    return Stated(
        file=path,
        capture=None if time is None else parse_capture(time, source=f"{path.name}: firstLineTime"),
        sensor=fields.get("satid"),
        sun=_angles(fields.get("meansunaz"), fields.get("meansunel"), where),
        view=_angles(fields.get("meansataz"), fields.get("meansatel"), where),
        bands=_imd_bands(fields.get("bandid")),
        gsd_m=_number(gsd, where),
    )


def read_planet(path: Path, properties: Mapping[str, Any]) -> Stated:
    """Return what a Planet metadata feature's properties state."""
    where = str(path)
    acquired = properties.get("acquired")
    view_angle = _number(properties.get("view_angle"), where)
    elevation = None if view_angle is None else 90 - abs(view_angle)
    return Stated(
        file=path,
        capture=None
        if acquired is None
        else parse_capture(str(acquired), source=f"{path.name}: acquired"),
        sensor=_joined([properties.get("instrument"), properties.get("satellite_id")]),
        sun=_angles(properties.get("sun_azimuth"), properties.get("sun_elevation"), where),
        view=_angles(properties.get("satellite_azimuth"), elevation, where),
        gsd_m=_number(properties.get("pixel_resolution") or properties.get("gsd"), where),
        decisions=()
        if elevation is None
        else ("The sensor's elevation is 90° less the view angle, without the Earth's curvature.",),
    )


def read_stac(path: Path, item: Mapping[str, Any]) -> Stated:
    """Return what a STAC item states."""
    properties = item.get("properties") or {}
    where = str(path)
    incidence = properties.get("view:incidence_angle", properties.get("view:off_nadir"))
    angle = _number(incidence, where)
    bbox = item.get("bbox")
    providers = properties.get("providers") or []
    return Stated(
        file=path,
        capture=_stac_capture(properties, path),
        sensor=_joined([properties.get("platform"), *(properties.get("instruments") or [])]),
        sun=_angles(
            properties.get("view:sun_azimuth"), properties.get("view:sun_elevation"), where
        ),
        view=_angles(properties.get("view:azimuth"), None if angle is None else 90 - angle, where),
        bands=tuple(
            str(band.get("common_name") or band.get("name"))
            for band in properties.get("eo:bands") or properties.get("bands") or []
        ),
        gsd_m=_number(properties.get("gsd"), where),
        credit=_joined([provider.get("name") for provider in providers], ", "),
        terms=properties.get("license"),
        bounds=None if not bbox else _bounds_of(bbox, where),
    )


def read_json(path: Path) -> Stated | None:
    """Read Planet metadata or a STAC item; None for JSON that is neither.

    Raises
    ------
    InvalidValue
        If a number or a time in it is none.
    """
    try:
        content = json.loads(read_bytes(path).decode("utf-8-sig"))
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("properties"), dict):
        return None
    if "stac_version" in content:
        return read_stac(path, content)
    return read_planet(path, content["properties"]) if "acquired" in content["properties"] else None


def stac_names(path: Path) -> frozenset[str]:
    """Return the file names of a STAC item's assets; empty for other JSON."""
    try:
        content = json.loads(read_bytes(path).decode("utf-8-sig"))
        assets = content["assets"].values()
        return frozenset(str(asset["href"]).rsplit("/", 1)[-1] for asset in assets)
    except (ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def dimap_names(path: Path) -> frozenset[str]:
    """Return the names of the images that a DIMAP file describes.

    Raises
    ------
    InvalidValue
        If it is not well-formed.
    """
    root = parse_xml(read_bytes(path), where=str(path))
    hrefs = (element.get("href", "") for element in root.iter("DATA_FILE_PATH"))
    return frozenset(href.rsplit("/", 1)[-1] for href in hrefs if href)


def _text(element: Element | None, name: str) -> str | None:
    found = None if element is None else element.find(f".//{name}")
    return None if found is None or not (found.text or "").strip() else str(found.text).strip()


def _centre_values(root: Element) -> Element | None:
    located = root.findall(".//Located_Geometric_Values")
    centre = [item for item in located if _text(item, "LOCATION_TYPE") == "Center"]
    return next(iter(centre or located), None)


def _dimap_capture(strip: Element, path: Path) -> Capture | None:
    day, time = _text(strip, "IMAGING_DATE"), _text(strip, "IMAGING_TIME")
    return capture_of(day, time, source=f"{path.name}: IMAGING_DATE")


def capture_of(day: str | None, time: str | None, *, source: str) -> Capture | None:
    """Return the capture of a day and a time of day in UTC, as Airbus writes them; None without."""
    if day is None:
        return None
    if time is None:
        return parse_capture(day, source=source)
    return parse_capture(f"{day}T{time if time.endswith('Z') else time + 'Z'}", source=source)


def _dimap_sensor(strip: Element) -> str | None:
    mission, index = _text(strip, "MISSION"), _text(strip, "MISSION_INDEX")
    return None if mission is None else f"{mission}{index or ''}"


def _dimap_view(values: Element | None, where: str) -> Angles | None:
    names = (
        "AZIMUTH_ANGLE",
        "INCIDENCE_ANGLE",
        "INCIDENCE_ANGLE_ACROSS_TRACK",
        "INCIDENCE_ANGLE_ALONG_TRACK",
    )
    orientation, incidence, across, along = (_number(_text(values, n), where) for n in names)
    if orientation is None or incidence is None or across is None or along is None:
        return None
    turn = math.degrees(math.atan2(math.tan(math.radians(across)), math.tan(math.radians(along))))
    return Angles(azimuth_deg=(orientation - turn) % 360, elevation_deg=90 - abs(incidence))


def _dimap_gsd(values: Element | None, where: str) -> float | None:
    across = _number(_text(values, "GSD_ACROSS_TRACK"), where)
    along = _number(_text(values, "GSD_ALONG_TRACK"), where)
    return None if across is None or along is None else math.sqrt(across * along)


def _dimap_bands(root: Element) -> tuple[str, ...]:
    ids = [element.text for element in root.findall(".//Band_Radiance/BAND_ID") if element.text]
    return tuple({"P": "pan"}.get(name.strip(), name.strip()) for name in ids)


def _imd_fields(content: bytes) -> dict[str, str]:
    text = content.decode("latin-1")
    pairs = re.findall(r"^\s*(\w+)\s*=\s*\"?([^\";\n(]+)\"?;", text, re.MULTILINE)
    return _first_of((name, value) for name, value in pairs)


def _isd_fields(content: bytes, path: Path) -> dict[str, str]:
    root = parse_xml(content, where=str(path))
    return _first_of((item.tag, item.text or "") for item in root.iter())


def _first_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if value.strip():
            fields.setdefault(name.lower(), value.strip())
    return fields


def _imd_bands(band: str | None) -> tuple[str, ...]:
    named = {"P": ("pan",), "RGB": ("red", "green", "blue")}
    return named.get(band or "", ())


def _stac_capture(properties: Mapping[str, Any], path: Path) -> Capture | None:
    moment = properties.get("datetime")
    if moment is not None:
        return parse_capture(str(moment), source=f"{path.name}: datetime")
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    if start is None and end is None:
        return None
    return parse_capture(f"{start or '..'}/{end or '..'}", source=f"{path.name}: start_datetime")


def _bounds_of(bbox: Any, where: str) -> Bounds:
    numbers = [_number(value, where) for value in bbox]
    if len(numbers) not in {4, 6} or None in numbers:
        raise InvalidValue(f"bbox has {len(numbers)} numbers", where=where, choices=["4 or 6"])
    half = len(numbers) // 2
    west, south, east, north = (float(numbers[i] or 0) for i in (0, 1, half, half + 1))
    return Bounds(west=west, south=south, east=east, north=north)


def _joined(parts: Iterable[Any], separator: str = " ") -> str | None:
    return separator.join(str(part) for part in parts if part) or None


def _number(value: Any, where: str) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"'{value}' is not a number", where=where) from error
    return number if math.isfinite(number) else None


def _angles(azimuth: Any, elevation: Any, where: str) -> Angles | None:
    azimuth_deg, elevation_deg = _number(azimuth, where), _number(elevation, where)
    if azimuth_deg is None or elevation_deg is None:
        return None
    return Angles(azimuth_deg=azimuth_deg % 360, elevation_deg=elevation_deg)
