"""Divide open land into fields, with the tracks and walls between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Field, Road, RoadClass
from earthwork.simulate.cities.layout import line_parts
from earthwork.simulate.cities.parcels import (
    Shapes,
    boxes_within,
    cut_parcels,
    frames_of,
    polygons_in,
)
from earthwork.simulate.cities.streets import cut_by_streets, draw_grain
from earthwork.simulate.cities.styles import Farming

_TRACK_M = 2.8
_GAP_M = 0.8
_UNEVEN = 0.08
_LEAST_OF_FIELD = 0.22
"""A sliver smaller than this share of a usual field is left fallow as common land."""
_LEAST_WALL_M = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Open land, divided."""

    tracks: tuple[Road, ...]
    """Dirt tracks."""
    fields: tuple[Field, ...]
    """Farmed parcels."""
    walls: tuple[LineString, ...]
    """Low walls and banks between them."""
    bare: tuple[Polygon, ...]
    """Land that is not farmed."""


def divide_country(
    faces: Sequence[Polygon],
    *,
    farming: Farming,
    side_m: float,
    keep_off: BaseGeometry,
    rng: np.random.Generator,
) -> Country:
    """Lay tracks and fields on open land.

    Parameters
    ----------
    faces
        Open land between roads, local metres.
    farming
        How the land is used.
    side_m
        Side of the scene: fields are smaller in a small one.
    keep_off
        Roads, water, dry beds, the airfield.
    rng
        Source of randomness.
    """
    size = float(np.clip(0.006 * side_m**2, 600.0, farming.field_m2))
    tracks: list[Road] = []
    fields: list[Field] = []
    bare: list[Polygon] = []
    shapely.prepare(keep_off)
    for face in faces:
        own = _tracks(face, size, prefix=f"track-{len(tracks)}", rng=rng)
        tracks.extend(own)
        paved = [road.line.buffer(_TRACK_M / 2 + 1.0, quad_segs=2) for road in own]
        free = face.difference(shapely.union_all([keep_off, *paved]))
        for plot in polygons_in(np.array([free]), least_m2=0.3 * size):
            if rng.random() < farming.farmed:
                fields.extend(lay_fields(plot, farming=farming, field_m2=size, rng=rng))
            else:
                bare.append(plot)
    walls = _walls(fields, share=farming.walls, rng=rng)
    return Country(tracks=tuple(tracks), fields=tuple(fields), walls=tuple(walls), bare=tuple(bare))


def lay_fields(
    area: Polygon, *, farming: Farming, field_m2: float, rng: np.random.Generator
) -> list[Field]:
    """Cut an area into fields.

    Parameters
    ----------
    area
        Land between tracks, local metres.
    farming
        Crops and the shape of fields.
    field_m2
        Size of a field.
    rng
        Source of randomness.
    """
    parcels = cut_parcels(
        [area], area_m2=field_m2, unevenness=_UNEVEN, slender=farming.slender, rng=rng
    )
    outlines = polygons_in(
        shapely.set_precision(shapely.buffer(parcels, -_GAP_M, join_style="mitre"), 0.05),
        least_m2=_LEAST_OF_FIELD * field_m2,
    )
    if not outlines.size:
        return []
    crops, weights = list(farming.crops), np.array(list(farming.crops.values()), dtype=float)
    # Neighbours often grow the same: a plot has a main crop.
    usual = rng.choice(len(crops), p=weights / weights.sum())
    drawn = rng.choice(len(crops), size=outlines.size, p=weights / weights.sum())
    chosen = np.where(rng.random(outlines.size) < 0.3, usual, drawn)  # noqa: PLR2004
    return [
        Field(outline=outline, heading_deg=round(float(heading), 1), crop=crops[crop])
        for outline, heading, crop in zip(outlines, _headings(outlines), chosen, strict=True)
    ]


def _headings(outlines: Shapes) -> NDArray[np.float64]:
    """Return the directions of the longer sides, degrees clockwise from north, 0 to 180."""
    frames = frames_of(outlines)
    way = frames[:, 1] - frames[:, 0]
    return cast("NDArray[np.float64]", np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 180)


def _tracks(face: Polygon, field_m2: float, *, prefix: str, rng: np.random.Generator) -> list[Road]:
    spacing = 3.6 * np.sqrt(field_m2)
    grain = draw_grain(
        face, heading_deg=float(rng.uniform(-45, 45)), swing_m=0.03 * spacing, rng=rng
    )
    cuts = cut_by_streets(
        face,
        spacing_m=(spacing, 1.4 * spacing),
        grain=grain,
        jitter=0.2,
        is_aligned=False,
        rng=rng,
    )
    return [
        Road(id=f"{prefix}-{number}", name=None, line=line, width_m=_TRACK_M,
             road_class=RoadClass.TRACK)
        for number, (line, _) in enumerate(cuts)
    ]  # fmt: skip


def _walls(fields: Sequence[Field], *, share: float, rng: np.random.Generator) -> list[LineString]:
    """Return walls along one long side and one short side of some fields."""
    outlines = np.array([field.outline for field in fields], dtype=object)
    if not outlines.size:
        return []
    frames = frames_of(outlines)
    low, high = np.full(outlines.size, -0.1), np.full(outlines.size, 1.1)
    rim = np.full(outlines.size, 0.08)
    strips = [boxes_within(frames, (low, high), (low, rim)),
              boxes_within(frames, (low, rim), (low, high))]  # fmt: skip
    rings = shapely.boundary(outlines)
    sides = [
        shapely.intersection(rings, strip)[rng.random(outlines.size) < share] for strip in strips
    ]
    return [
        part for side in np.concatenate(sides) for part in line_parts(side, least_m=_LEAST_WALL_M)
    ]
