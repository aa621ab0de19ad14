"""A STAC catalog of scenes and products: small JSON files that other programs read untouched.

Every link and every address is relative, so that the folder can be moved and opened offline.

References
----------
SpatioTemporal Asset Catalog specification 1.1.0, with the extensions view, projection, file and
processing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pystac
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

import earthwork
from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.scene import Angles

_SCHEMAS = "https://stac-extensions.github.io"
_VIEW = f"{_SCHEMAS}/view/v1.0.0/schema.json"
_PROJECTION = f"{_SCHEMAS}/projection/v2.0.0/schema.json"
_FILE = f"{_SCHEMAS}/file/v2.1.0/schema.json"
_PROCESSING = f"{_SCHEMAS}/processing/v1.2.0/schema.json"
_SHA256_MULTIHASH = "1220"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
"""Media type of a cloud-optimised GeoTIFF."""
GEOPACKAGE = "application/geopackage+sqlite3"
"""Media type of a GeoPackage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogAsset:
    """One file of an item."""

    key: str
    """Its name in the item."""
    path: str
    """Where it lies, with slashes, relative to the folder that holds the catalog's folder."""
    media_type: str
    """Media type."""
    title: str
    """What it is, in words."""
    roles: tuple[str, ...]
    """'data', 'metadata', 'overview'."""
    sha256: str
    """Digest of the file, hex."""
    size: int
    """Bytes."""
    bands: tuple[str, ...] = ()
    """Names of the bands of a raster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogItem:
    """One scene or product."""

    id: str
    """Unique in the catalog."""
    title: str
    """What it is, in words."""
    outline: BaseGeometry
    """Its area; longitude and latitude."""
    interval: Interval
    """When it was taken, or the span that it describes; aware UTC, both ends known."""
    assets: tuple[CatalogAsset, ...]
    """Its files."""
    grid: Grid | None = None
    """Grid of its rasters; None for vectors and texts."""
    sun: Angles | None = None
    """Direction of the sun."""
    view: Angles | None = None
    """Direction to the sensor."""
    sensor: str | None = None
    """Platform and instrument."""
    licence: str | None = None
    """Its terms."""
    lineage: str | None = None
    """How it was made, in a sentence."""
    derived_from: tuple[str, ...] = ()
    """Ids of the items that it was made from."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Further properties, by their full names."""
    extensions: tuple[str, ...] = ()
    """Addresses of the schemas of further properties."""


def stac_catalog(
    identifier: str, description: str, items: Sequence[CatalogItem]
) -> dict[str, bytes]:
    """Return the files of a self-contained STAC catalog.

    Parameters
    ----------
    identifier
        Id of the catalog.
    description
        What it holds, in a sentence.
    items
        Its scenes and products.

    Returns
    -------
    dict
        Path inside the catalog's folder to the bytes of the file; 'catalog.json' is the root.

    Raises
    ------
    InvalidValue
        If two items share an id, or one derives from an item that is not there.
    """
    _require_distinct(items)
    catalog = pystac.Catalog(id=identifier, description=description)
    made = {item.id: _item(item) for item in items}
    catalog.add_items(made.values())
    for item in items:
        for origin in item.derived_from:
            made[item.id].add_link(pystac.Link("derived_from", made[origin], "application/json"))
    catalog.normalize_hrefs("/catalog", skip_unresolved=False)
    catalog.catalog_type = pystac.CatalogType.SELF_CONTAINED
    files = {"catalog.json": _written(catalog.to_dict(include_self_link=False))}
    for name, written in made.items():
        files[f"{name}/{name}.json"] = _written(written.to_dict(include_self_link=False))
    return files


def _require_distinct(items: Sequence[CatalogItem]) -> None:
    known = {item.id for item in items}
    if len(known) != len(items):
        raise InvalidValue("two items of a catalog share an id", where="catalog")
    for item in items:
        missing = set(item.derived_from) - known
        if missing:
            raise InvalidValue(
                f"{item.id} derives from {min(missing)}, which the catalog does not hold",
                where="catalog",
                choices=sorted(known),
            )


def _written(tree: dict[str, Any]) -> bytes:
    return (json.dumps(tree, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _item(item: CatalogItem) -> pystac.Item:
    start, end = _ends(item)
    made = pystac.Item(
        id=item.id,
        geometry=mapping(item.outline),
        bbox=list(item.outline.bounds),
        datetime=start if start == end else None,
        start_datetime=None if start == end else start,
        end_datetime=None if start == end else end,
        properties=_properties(item),
        stac_extensions=sorted({*_extensions(item), *item.extensions}),
    )
    for asset in item.assets:
        made.add_asset(asset.key, _asset(asset))
    return made


def _ends(item: CatalogItem) -> tuple[datetime, datetime]:
    start, end = item.interval.start, item.interval.end
    if start is None or end is None:
        raise InvalidValue(
            f"{item.id} has no known time", where="catalog", cause="its capture time is unknown"
        )
    return start, end


def _properties(item: CatalogItem) -> dict[str, Any]:
    told = {
        "title": item.title,
        "license": item.licence,
        "instruments": None if item.sensor is None else [item.sensor],
        "gsd": None if item.grid is None else item.grid.gsd_m,
        "processing:lineage": item.lineage,
        "processing:software": {"earthwork": earthwork.__version__},
    }
    every = told | _angles(item) | _projection(item.grid) | dict(item.properties)
    return {name: value for name, value in every.items() if value is not None}


def _angles(item: CatalogItem) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if item.sun is not None:
        told["view:sun_azimuth"] = round(item.sun.azimuth_deg, 3)
        told["view:sun_elevation"] = round(item.sun.elevation_deg, 3)
    if item.view is not None:
        told["view:azimuth"] = round(item.view.azimuth_deg, 3)
        told["view:off_nadir"] = round(90 - item.view.elevation_deg, 3)
    return told


def _projection(grid: Grid | None) -> dict[str, Any]:
    if grid is None or grid.crs is None:
        return {}
    authority = grid.crs.to_authority()
    return {
        "proj:code": None if authority is None else ":".join(authority),
        "proj:wkt2": grid.crs.to_wkt() if authority is None else None,
        "proj:shape": [grid.height, grid.width],
        "proj:transform": list(grid.transform)[:6],
        "proj:bbox": list(grid.outline.bounds),
    }


def _extensions(item: CatalogItem) -> set[str]:
    used = {_FILE, _PROCESSING}
    if item.sun is not None or item.view is not None:
        used.add(_VIEW)
    if item.grid is not None and item.grid.crs is not None:
        used.add(_PROJECTION)
    return used


def _asset(asset: CatalogAsset) -> pystac.Asset:
    told: dict[str, Any] = {
        "file:checksum": _SHA256_MULTIHASH + asset.sha256,
        "file:size": asset.size,
    }
    if asset.bands:
        told["bands"] = [{"name": name} for name in asset.bands]
    return pystac.Asset(
        href=f"../../{asset.path}",
        title=asset.title,
        media_type=asset.media_type,
        roles=list(asset.roles),
        extra_fields=told,
    )
