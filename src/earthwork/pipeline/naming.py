"""The case's own place names: what its gazetteer layers call things."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

from earthwork.io.layers import read_layer
from earthwork.model.case import Case, LayerRole
from earthwork.model.place import GazetteerEntry


def read_places(case: Case) -> tuple[GazetteerEntry, ...]:
    """Return the named places of the gazetteer layers of a case.

    Rows without a ``name`` are passed over. The point of an area is one within it.
    """
    layers = [layer for layer in case.layers if layer.role is LayerRole.GAZETTEER]
    frames = [read_layer(layer.file, area=case.area) for layer in layers]
    return tuple(
        _entry(str(row["name"]), row["geometry"])
        for frame in frames
        for row in frame.to_dict("records")
        if row.get("name")
    )


def _entry(name: str, geometry: BaseGeometry) -> GazetteerEntry:
    point = geometry.representative_point()
    return GazetteerEntry(
        name=name,
        longitude=float(point.x),
        latitude=float(point.y),
        geonames_id=None,
        country=None,
        population=0,
    )
