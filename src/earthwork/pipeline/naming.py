"""The case's own place names: what its gazetteer layers call things."""

from __future__ import annotations

from typing import Any

from shapely.geometry.base import BaseGeometry

from earthwork.io.layers import read_layer
from earthwork.model.case import Case, LayerRole
from earthwork.model.place import GazetteerEntry
from earthwork.publishing.maps import Backdrop

_WATER = frozenset({"river", "lake", "canal"})
_QUARTERS = frozenset({"quarter", "neighbourhood", "suburb"})


def read_places(case: Case) -> tuple[GazetteerEntry, ...]:
    """Return the named places of the gazetteer layers of a case.

    Rows without a ``name`` are passed over. The point of an area is one within it.
    """
    rows = _rows(case, LayerRole.GAZETTEER)
    return tuple(_entry(row["name"], row["geometry"]) for row in rows if _is_named(row))


def read_backdrop(case: Case) -> Backdrop:
    """Return roads, water and quarters of a case's layers, to lie under its map.

    A gazetteer row whose ``feature`` is a river, lake or canal is water; a quarter, neighbourhood
    or suburb is a quarter.
    """
    roads = [row["geometry"] for row in _rows(case, LayerRole.ROADS)]
    named = _rows(case, LayerRole.GAZETTEER)
    return Backdrop(
        roads=tuple(roads),
        water=tuple(r["geometry"] for r in named if r.get("feature") in _WATER),
        quarters=tuple(
            (r["name"], r["geometry"])
            for r in named
            if r.get("feature") in _QUARTERS and _is_named(r)
        ),
        credit=_credits(case),
    )


def _is_named(row: dict[str, Any]) -> bool:
    # A column that holds no text in this row gives NaN, not None.
    name = row.get("name")
    return isinstance(name, str) and bool(name.strip())


def _rows(case: Case, role: LayerRole) -> list[dict[str, Any]]:
    layers = [layer for layer in case.layers if layer.role is role]
    frames = [read_layer(layer.file, area=case.area) for layer in layers]
    return [row for frame in frames for row in frame.to_dict("records")]


def _credits(case: Case) -> str | None:
    used = [c for c in case.layers if c.role in {LayerRole.ROADS, LayerRole.GAZETTEER}]
    return "; ".join(sorted({f"{c.credit} ({c.terms})" for c in used})) or None


def _entry(name: str, geometry: BaseGeometry) -> GazetteerEntry:
    point = geometry.representative_point()
    return GazetteerEntry(
        name=name,
        longitude=float(point.x),
        latitude=float(point.y),
        geonames_id=None,
        country=None,
        population=0,
        shape=geometry,
    )
