"""What makes the digital numbers of a delivery reflectance: product XML, STAC item, file tags.

Sentinel-2 products of processing baseline 04.00 and later add an offset to every number, so that
dark water keeps its negative reflectance; earlier ones do not. Subtracted as delivered, a pair
across that change differs by the offset everywhere. Read, in this order of trust: the product's own
``MTD_MSIL1C.xml`` or ``MTD_MSIL2A.xml``, beside the image or above it in its ``.SAFE`` folder; the
image's own scale and offset tags; a STAC item's ``raster:bands`` or ``bands`` beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from earthwork.errors import InvalidValue
from earthwork.io.supplier_metadata import read_bytes
from earthwork.io.xml_documents import parse_xml
from earthwork.model.reflectance import ReflectanceScale

_PRODUCT_FILES = ("MTD_MSIL2A.xml", "MTD_MSIL1C.xml")
_FOLDERS_ABOVE = 5
_BAND_IDS = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B10", "B11", "B12")
_BAND_NAME = re.compile(r"(?:^|[^A-Z0-9])B0?(\d{1,2}A?)(?![A-Z0-9])")
_NOT_REFLECTANCE = re.compile(r"(?:^|_)(TCI|SCL|AOT|WVP|CLD|SNW|PVI|MSK)(?:_|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedReflectance:
    """What the metadata of one image state of its digital numbers."""

    scale: ReflectanceScale | None
    """What makes them reflectance; None if nothing says."""
    sources: tuple[Path, ...] = ()
    """Files that were read."""
    decisions: tuple[str, ...] = ()
    """What was decided, in sentences."""


def read_reflectance(
    image_path: Path,
    *,
    band_names: Sequence[str],
    tag_scales: Sequence[float] = (),
    tag_offsets: Sequence[float] = (),
) -> StatedReflectance:
    """Read what makes the digital numbers of an image reflectance.

    Parameters
    ----------
    image_path
        The image.
    band_names
        Its bands in order, as the file or its delivery names them.
    tag_scales, tag_offsets
        The file's own scale and offset per band, if it has such tags.

    Raises
    ------
    InvalidValue
        If metadata that belong to the image are damaged or state nonsense.
    """
    if _NOT_REFLECTANCE.search(image_path.stem.upper()):
        return StatedReflectance(scale=None)
    product = find_product_metadata(image_path)
    if product is not None:
        return _of_product(product, image_path, band_names)
    if is_scaled(tag_scales, tag_offsets):
        return _told(_of_tags(image_path, tag_scales, tag_offsets), ())
    stated = _of_stac(image_path, len(band_names))
    if stated.scale is None and any(_band_id(name) for name in (image_path.stem, *band_names)):
        sentence = (
            "The bands are named as Sentinel-2's, but nothing beside the image states what its"
            " digital numbers mean: they are used as they are."
        )
        return StatedReflectance(scale=None, decisions=(sentence,))
    return stated


def is_scaled(scales: Sequence[float], offsets: Sequence[float]) -> bool:
    """Tell whether a file's tags scale its numbers at all."""
    return any(scale != 1 for scale in scales) or any(offset != 0 for offset in offsets)


def find_product_metadata(image_path: Path) -> Path | None:
    """Return the Sentinel-2 product metadata of an image; None without.

    Beside the image they count only if its name or theirs says that it is of the product; above it
    only within a ``.SAFE`` folder.
    """
    above = [image_path.parent, *list(image_path.parent.parents)[: _FOLDERS_ABOVE - 1]]
    for folder in above:
        for name in _PRODUCT_FILES:
            path = folder / name
            is_own = folder.suffix == ".SAFE" or folder == image_path.parent
            if is_own and path.is_file() and _names_image(path, image_path):
                return path
        if folder.suffix == ".SAFE":
            break
    return None


def _names_image(path: Path, image_path: Path) -> bool:
    root = parse_xml(read_bytes(path), where=str(path))
    listed = {Path((item.text or "").strip()).name for item in root.iter("IMAGE_FILE")}
    listed |= {Path((item.text or "").strip()).name for item in root.iter("IMAGE_ID")}
    if image_path.stem in listed:
        return True
    tile = re.search(r"T\d\d[A-Z]{3}", image_path.stem.upper())
    if tile is None:
        # a stack of one's own beside its product: nothing in its name speaks against it
        return image_path.parent == path.parent and not listed.intersection(
            sibling.stem for sibling in image_path.parent.iterdir()
        )
    return any(tile[0] in name.upper() for name in listed)


def _of_product(path: Path, image_path: Path, band_names: Sequence[str]) -> StatedReflectance:
    where = str(path)
    root = parse_xml(read_bytes(path), where=where)
    level = "BOA" if path.name == "MTD_MSIL2A.xml" else "RADIO"
    quantity = _quantification(root, where)
    offsets = _offsets(root, f"{level}_ADD_OFFSET", where)
    bands = [_band_id(name) for name in band_names]
    if len(bands) == 1 and bands[0] is None:
        bands = [_band_id(image_path.stem)]
    chosen = _chosen_offsets(offsets, bands)
    if chosen is None:
        sentence = (
            f"{path.name} states an offset per band, but the image does not name its bands: its"
            " digital numbers are used as they are."
        )
        return StatedReflectance(scale=None, sources=(path,), decisions=(sentence,))
    scale = ReflectanceScale(
        gains=(1 / quantity,) * len(bands),
        offsets=tuple(offset / quantity for offset in chosen),
        no_data=_no_data(root, where),
        source=f"{path.name}: QUANTIFICATION_VALUE, {level}_ADD_OFFSET",
    )
    return _told(scale, (path,))


def _quantification(root: Element, where: str) -> float:
    names = ("BOA_QUANTIFICATION_VALUE", "QUANTIFICATION_VALUE")
    texts = [item.text for name in names for item in root.iter(name) if item.text]
    value = _number(texts[0], where) if texts else 0.0
    if value <= 0:
        raise InvalidValue(
            "it states no quantification value above 0",
            where=where,
            cause="product metadata cut short or changed by hand",
        )
    return value


def _offsets(root: Element, name: str, where: str) -> dict[str, float]:
    """Return the offset of each band in digital numbers; empty before baseline 04.00."""
    found = {}
    for item in root.iter(name):
        index = int(_number(item.get("band_id"), where))
        if not 0 <= index < len(_BAND_IDS):
            raise InvalidValue(f"{name} of band_id {index}", where=where, choices=["0 to 12"])
        found[_BAND_IDS[index]] = _number(item.text, where)
    return found


def _chosen_offsets(
    offsets: Mapping[str, float], bands: Sequence[str | None]
) -> list[float] | None:
    """Return the offset of each band; None if they differ and a band is not named."""
    if len(set(offsets.values())) <= 1:
        common = next(iter(offsets.values()), 0.0)
        return [common] * len(bands)
    chosen = [offsets[band] for band in bands if band is not None and band in offsets]
    return chosen if len(chosen) == len(bands) else None


def _band_id(name: str) -> str | None:
    found = _BAND_NAME.search(name.upper())
    return None if found is None else f"B{found[1]}"


def _no_data(root: Element, where: str) -> float | None:
    for item in root.iter("Special_Values"):
        if (item.findtext("SPECIAL_VALUE_TEXT") or "").strip() == "NODATA":
            return _number(item.findtext("SPECIAL_VALUE_INDEX"), where)
    return None


def _of_tags(
    image_path: Path, scales: Sequence[float], offsets: Sequence[float]
) -> ReflectanceScale:
    return ReflectanceScale(
        gains=tuple(scales), offsets=tuple(offsets), source=f"{image_path.name}: scale and offset"
    )


def _of_stac(image_path: Path, bands: int) -> StatedReflectance:
    for path in sorted(image_path.parent.glob("*.json")):
        asset = _asset_of(path, image_path)
        if asset is None:
            continue
        item, described = asset
        scale = _of_bands(item, described, bands, path)
        if scale is not None:
            return _told(scale, (path,))
    return StatedReflectance(scale=None)


def _asset_of(path: Path, image_path: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Return a STAC item and its asset that is the image; None where it is no such item."""
    try:
        item = json.loads(read_bytes(path).decode("utf-8-sig"))
        assets = item["assets"].values()
        mine = [a for a in assets if str(a["href"]).rsplit("/", 1)[-1] == image_path.name]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return (item, mine[0]) if mine else None


def _of_bands(
    item: Mapping[str, Any], asset: Mapping[str, Any], bands: int, path: Path
) -> ReflectanceScale | None:
    where = str(path)
    described = asset.get("raster:bands") or asset.get("bands") or [{}]
    if len(described) == 1:
        described = list(described) * bands
    scales = [_stated(band, asset, "scale", 1.0, where) for band in described]
    offsets = [_stated(band, asset, "offset", 0.0, where) for band in described]
    if len(described) != bands or not is_scaled(scales, offsets):
        return None
    source = f"{path.name}: scale and offset of {len(described)} bands"
    if (item.get("properties") or {}).get("earthsearch:boa_offset_applied") is True:
        # that catalogue states the offset even of numbers from which it has been taken
        offsets = [0.0] * bands
        source += "; boa_offset_applied"
    return ReflectanceScale(
        gains=tuple(scales),
        offsets=tuple(offsets),
        no_data=_stated(described[0], asset, "nodata", None, where),
        source=source,
    )


def _stated(
    band: Mapping[str, Any], asset: Mapping[str, Any], name: str, missing: Any, where: str
) -> Any:
    for holder, key in ((band, name), (band, f"raster:{name}"), (asset, f"raster:{name}")):
        if holder.get(key) is not None:
            return _number(holder[key], where)
    return missing


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"'{value}' is not a number", where=where) from error
    if not isfinite(number):
        raise InvalidValue(f"'{value}' is not finite", where=where)
    return number


def _told(scale: ReflectanceScale, sources: tuple[Path, ...]) -> StatedReflectance:
    gains, offsets = sorted(set(scale.gains)), sorted(set(scale.offsets))
    sentence = (
        f"Digital numbers are read as reflectance: times {_listed(gains)}, plus {_listed(offsets)}"
        f" ({scale.source})."
    )
    return StatedReflectance(scale=scale, sources=sources, decisions=(sentence,))


def _listed(numbers: Sequence[float]) -> str:
    return " or ".join(f"{number:g}" for number in numbers)
