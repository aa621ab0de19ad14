"""What the files of a delivery state of an image: when and how it was taken, and whose it is.

Read, where present, in this order of trust: the supplier's metadata (Airbus DIMAP V2 XML, Maxar
IMD or XML, Planet metadata JSON, a STAC item), the image's own ``IMAGING_DATE``/``IMAGING_TIME``
tags, and last our sidecar ``<image>.toml`` (``scene.jpg.toml``, else ``scene.toml``)::

    capture = "2016-10-31T07:45Z"     # date, moment, span or "unknown"; see timestamps
    capture_source = "caption of the agency"
    sensor = "WorldView-2"
    gsd_m = 0.5
    bands = ["red", "green", "blue"]
    credit = "© Agency 2016"
    terms = "editorial use"
    sun = { azimuth_deg = 150.2, elevation_deg = 38.0 }
    view = { azimuth_deg = 270.0, elevation_deg = 75.0 }
    bounds = { west = 43.10, south = 36.30, east = 43.14, north = 36.33, crs = "EPSG:4326" }

TIFF's ``DateTime`` and EXIF dates say when a file was *made* and are never taken for a capture.
"""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from earthwork.errors import InvalidValue, UnreadableImage
from earthwork.io.image_integrity import driver_of, require_file
from earthwork.io.reflectance_metadata import StatedReflectance, read_reflectance
from earthwork.io.supplier_metadata import (
    Stated,
    capture_of,
    dimap_names,
    read_bytes,
    read_dimap,
    read_imd,
    read_json,
    stac_names,
)
from earthwork.io.timestamps import parse_capture
from earthwork.model.case import Bounds
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture
from earthwork.model.reflectance import ReflectanceScale
from earthwork.model.scene import Angles

_SIDECAR_KEYS = (
    "capture",
    "capture_source",
    "sensor",
    "gsd_m",
    "bands",
    "credit",
    "terms",
    "sun",
    "view",
    "bounds",
)
_PROCESSING_TAGS = ("TIFFTAG_DATETIME", "EXIF_DateTime", "EXIF_DateTimeOriginal")
_DOUBTFUL_PLANET_SUFFIX = "_metadata.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is known of how an image was taken and whose it is."""

    capture: Capture
    """When it was taken; unknown if nothing trustworthy says."""
    sensor: str | None = None
    """Platform and instrument."""
    sun: Angles | None = None
    """Direction of the sun."""
    view: Angles | None = None
    """Direction to the sensor."""
    bands: tuple[str, ...] = ()
    """Bands in order; empty if not stated."""
    gsd_m: float | None = None
    """Ground sample distance in metres."""
    credit: str | None = None
    """Credit line."""
    terms: str | None = None
    """Licence."""
    bounds: Bounds | None = None
    """Outer edges, for a picture without georeference."""
    reflectance: ReflectanceScale | None = None
    """What makes its digital numbers reflectance; None if nothing states it."""
    sources: tuple[Path, ...] = ()
    """Files that were read, most trusted first."""
    decisions: tuple[str, ...] = ()
    """What was decided, in sentences: derived angles, contradictions, dates not taken."""


def read_delivery(image_path: Path) -> Delivery:
    """Read what the files beside an image, and its own tags, state of it.

    Raises
    ------
    UnreadableImage
        If the image is absent, empty or no image.
    InvalidValue
        If a metadata file that belongs to the image is damaged or states nonsense.
    """
    image_path = Path(image_path)
    header = _header(image_path)
    tags = header.tags
    stated = [*_suppliers(image_path), *_tags(image_path, tags), *_sidecar(image_path)]
    decisions = [sentence for item in stated for sentence in item.decisions]
    decisions += _contradictions(stated)
    decisions += [
        f"The file's date {tags[name].strip()} ({name}) is when it was made, not the capture time."
        for name in _PROCESSING_TAGS
        if tags.get(name, "").strip()
    ]
    bands = _first(stated, "bands") or ()
    reflectance = _reflectance(image_path, header, bands)
    return Delivery(
        capture=_first(stated, "capture") or UNKNOWN_CAPTURE,
        sensor=_first(stated, "sensor"),
        sun=_first(stated, "sun"),
        view=_first(stated, "view"),
        bands=bands,
        gsd_m=_first(stated, "gsd_m"),
        credit=_first(stated, "credit"),
        terms=_first(stated, "terms"),
        bounds=_first(stated, "bounds"),
        reflectance=reflectance.scale,
        sources=tuple(dict.fromkeys((*(item.file for item in stated), *reflectance.sources))),
        decisions=(*decisions, *reflectance.decisions),
    )


def _first(stated: list[Stated], name: str) -> Any:
    return next((value for item in stated if (value := getattr(item, name))), None)


def _contradictions(stated: list[Stated]) -> list[str]:
    timed = [(item, item.capture.interval) for item in stated if item.capture is not None]
    known = [(item, interval) for item, interval in timed if interval is not None]
    return [
        f"{item.file.name} gives another capture time ({interval.spoken()}) than"
        f" {known[0][0].file.name} ({known[0][1].spoken()}), which is taken."
        for item, interval in known[1:]
        if not interval.overlaps(known[0][1])
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What an image file says in its own tags; bands count without alpha."""

    tags: Mapping[str, str]
    names: tuple[str, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]


def _header(path: Path) -> _Header:
    require_file(path)
    driver = driver_of(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with rasterio.open(path, driver=driver) as dataset:
                return _header_of(dataset)
        except RasterioError as error:
            raise UnreadableImage(
                f"it does not open as an image: {error}", where=str(path), cause="cut short"
            ) from error


def _header_of(dataset: Any) -> _Header:
    kept = [
        index for index, colour in enumerate(dataset.colorinterp) if colour is not ColorInterp.alpha
    ]
    return _Header(
        tags=dict(dataset.tags()) | dict(dataset.tags(ns="EXIF")),
        names=tuple(dataset.descriptions[index] or "" for index in kept),
        scales=tuple(float(dataset.scales[index]) for index in kept),
        offsets=tuple(float(dataset.offsets[index]) for index in kept),
    )


def _reflectance(image_path: Path, header: _Header, bands: tuple[str, ...]) -> StatedReflectance:
    names = bands if len(bands) == len(header.names) and not any(header.names) else header.names
    return read_reflectance(
        image_path, band_names=names, tag_scales=header.scales, tag_offsets=header.offsets
    )


def _suppliers(image_path: Path) -> list[Stated]:
    stem, found = image_path.stem.lower(), []
    for path in sorted(image_path.parent.iterdir()):
        name = path.name.lower()
        if name.startswith("dim_") and name.endswith(".xml"):
            if image_path.name in dimap_names(path):
                found.append(read_dimap(path))
        elif name in {f"{stem}.imd", f"{stem}.xml"}:
            if _is_maxar(path):
                found.append(read_imd(path))
        elif name.endswith(".json") and _is_of(path, image_path):
            stated = read_json(path)
            if stated is not None:
                found.append(stated)
    return found


def _is_maxar(path: Path) -> bool:
    return path.suffix.lower() == ".imd" or b"<isd" in read_bytes(path)[:2000].lower()


def _is_of(path: Path, image_path: Path) -> bool:
    name, stem = path.name.lower(), image_path.stem.lower()
    if name == f"{stem}.json":
        return True
    prefix = name.removesuffix(_DOUBTFUL_PLANET_SUFFIX)
    if prefix != name and stem.startswith(prefix):
        return True
    return image_path.name in stac_names(path)


def _tags(image_path: Path, tags: Mapping[str, str]) -> list[Stated]:
    capture = capture_of(
        tags.get("IMAGING_DATE"),
        tags.get("IMAGING_TIME"),
        source=f"{image_path.name}: tag IMAGING_DATE",
    )
    if capture is None:
        return []
    mission = tags.get("MISSION")
    sensor = None if mission is None else f"{mission}{tags.get('MISSION_INDEX', '')}"
    bands = ("pan",) if tags.get("SPECTRAL_PROCESSING") == "P" else ()
    return [Stated(file=image_path, capture=capture, sensor=sensor, bands=bands)]


def _sidecar(image_path: Path) -> list[Stated]:
    candidates = (image_path.with_name(image_path.name + ".toml"), image_path.with_suffix(".toml"))
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        return []
    try:
        table = tomllib.loads(read_bytes(path).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"it is not TOML: {error}", where=str(path)) from error
    _require_known(table, _SIDECAR_KEYS, str(path))
    return [_of_table(table, path)]


def _of_table(table: Mapping[str, Any], path: Path) -> Stated:
    where = str(path)
    capture = None
    if "capture" in table:
        words = table["capture"]
        if not isinstance(words, str | date):
            raise InvalidValue(f"capture is {words!r}, not a date", where=where)
        capture = parse_capture(words, source=table.get("capture_source", f"{path.name}: capture"))
    gsd_m = _numbers(table, ("gsd_m",), where).get("gsd_m")
    if gsd_m is not None and not gsd_m > 0:
        raise InvalidValue(f"gsd_m is {gsd_m}", where=where, choices=["metres above 0"])
    bands = table.get("bands", [])
    if not isinstance(bands, list):
        raise InvalidValue("bands is not a list", where=where, choices=['["red", "green", "blue"]'])
    return Stated(
        file=path,
        capture=capture,
        sensor=table.get("sensor"),
        sun=_direction(table, "sun", where),
        view=_direction(table, "view", where),
        bands=tuple(map(str, bands)),
        gsd_m=gsd_m,
        credit=table.get("credit"),
        terms=table.get("terms"),
        bounds=_edges(table, where),
    )


def _direction(table: Mapping[str, Any], name: str, where: str) -> Angles | None:
    if name not in table:
        return None
    keys = ("azimuth_deg", "elevation_deg")
    return Angles(**_numbers(_inner(table, name, keys, where), keys, f"{where}: {name}"))


def _edges(table: Mapping[str, Any], where: str) -> Bounds | None:
    if "bounds" not in table:
        return None
    keys = ("west", "south", "east", "north")
    inner = _inner(table, "bounds", (*keys, "crs"), where)
    numbers = _numbers(inner, keys, f"{where}: bounds")
    return Bounds(**numbers, crs=str(inner.get("crs", "EPSG:4326")))


def _inner(
    table: Mapping[str, Any], name: str, keys: tuple[str, ...], where: str
) -> Mapping[str, Any]:
    inner = table[name]
    if not isinstance(inner, dict):
        raise InvalidValue(f"{name} is no table", where=where, choices=[f"{name} = {{ … }}"])
    _require_known(inner, keys, f"{where}: {name}")
    if missing := [key for key in keys if key not in inner and key != "crs"]:
        raise InvalidValue(f"it lacks {', '.join(missing)}", where=f"{where}: {name}")
    return inner


def _numbers(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> dict[str, float]:
    numbers = {key: table[key] for key in keys if key in table}
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValue(f"{key} is {value!r}, not a number", where=where)
    return {key: float(value) for key, value in numbers.items()}


def _require_known(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            close = get_close_matches(key, keys, n=1)
            raise InvalidValue(
                f"there is no key '{key}'",
                where=where,
                cause=f"'{close[0]}' may be meant" if close else None,
                choices=keys,
            )
