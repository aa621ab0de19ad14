"""Build up one quarter: streets, blocks, parcels, houses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Fabric, Footprint, Road, RoadClass
from earthwork.simulate.cities.houses import build_factory, cut_and_build
from earthwork.simulate.cities.layout import District, carriageway, faces_between
from earthwork.simulate.cities.parcels import polygons_in
from earthwork.simulate.cities.streets import blind_alleys, cut_by_streets, draw_grain
from earthwork.simulate.cities.styles import Pattern, Tones

_ALLEY_M = 2.2
_LEAST_BLOCK_M2 = 60.0
_FULL_PRECISION = 1e-3
_NEAR_M = 40.0
_GREEN = 0.6
"""Share of the open blocks that are planted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltUp:
    """What stands in a quarter."""

    streets: tuple[Road, ...]
    """Streets and lanes."""
    footprints: tuple[Footprint, ...]
    """Buildings."""
    yard_walls: tuple[LineString, ...]
    """Walls round yards."""
    greens: tuple[Polygon, ...]
    """Squares planted with trees."""


def build_up(
    district: District,
    *,
    tones: Tones,
    roads: Sequence[Road],
    keep_off: BaseGeometry,
    has_factory: bool,
    factory_near: Point | None,
    rng: np.random.Generator,
) -> BuiltUp:
    """Build up a quarter.

    Parameters
    ----------
    district
        The quarter and its pattern.
    tones
        Colours of roofs and walls.
    roads
        Main roads and edges round it and through it.
    keep_off
        Ground that is not built on: water.
    has_factory
        True if the factory stands here.
    factory_near
        Where; None for the roomiest block.
    rng
        Source of randomness.
    """
    streets, blocks = _streets_and_blocks(district, roads, rng=rng)
    blocks = [
        cast("Polygon", part)
        for part in polygons_in(shapely.difference(np.array(blocks, dtype=object), keep_off))
    ]
    name, pattern = district.quarter.name, district.pattern
    factory: list[Footprint] = []
    if has_factory:
        factory, blocks = _with_factory(blocks, name, tones, near=factory_near, rng=rng)
    blocks, greens = _with_greens(blocks, pattern, rng=rng)
    houses, walls = cut_and_build(
        blocks,
        quarter=name,
        pattern=pattern,
        tones=tones,
        fronts=_near([road for road in roads if road.name], district),
        fringe=_near([road for road in roads if road.road_class is RoadClass.TRACK], district),
        rng=rng,
    )
    return BuiltUp(
        streets=tuple(streets),
        footprints=(*factory, *houses),
        yard_walls=tuple(walls),
        greens=tuple(greens),
    )


def _near(roads: Sequence[Road], district: District) -> BaseGeometry:
    """Return the middles of roads near a quarter."""
    middles = shapely.union_all([road.line for road in roads])
    return middles.intersection(district.quarter.outline.buffer(_NEAR_M))


def _with_greens(
    blocks: Sequence[Polygon], pattern: Pattern, *, rng: np.random.Generator
) -> tuple[list[Polygon], list[Polygon]]:
    """Return the blocks to build on, and those that are planted; others stay open ground.

    At least half of the blocks are built on.
    """
    is_open = rng.random(len(blocks)) < pattern.open_blocks
    is_open &= np.cumsum(is_open) <= len(blocks) // 2
    is_green = is_open & (rng.random(len(blocks)) < _GREEN)
    built = [block for block, left in zip(blocks, is_open, strict=True) if not left]
    return built, [block for block, planted in zip(blocks, is_green, strict=True) if planted]


def _streets_and_blocks(
    district: District, roads: Sequence[Road], *, rng: np.random.Generator
) -> tuple[list[Road], list[Polygon]]:
    lines: list[tuple[LineString, float]] = []
    grain = draw_grain(
        district.quarter.outline,
        heading_deg=district.heading_deg,
        swing_m=district.pattern.crook_m,
        rng=rng,
    )
    blocks: list[Polygon] = []
    for face in district.faces:
        cuts = cut_by_streets(
            face,
            spacing_m=district.pattern.spacing_m,
            grain=grain,
            jitter=district.pattern.jitter,
            is_aligned=district.pattern.is_aligned,
            rng=rng,
        )
        own = [(line, _width(district.pattern, depth, rng=rng)) for line, depth in cuts]
        own.extend(_alleys(face, own, district.pattern, rng=rng))
        lines.extend(own)
        blocks.extend(_blocks(face, own, roads))
    return _as_roads(lines, district), blocks


def _width(pattern: Pattern, depth: int, *, rng: np.random.Generator) -> float:
    """Return the width of a street: those that were cut first are wider."""
    low, high = pattern.street_m
    early = 0.6 * 0.75**depth
    return round(low + (high - low) * float(early + (1 - early) * rng.random()), 1)


def _alleys(
    face: Polygon,
    streets: Sequence[tuple[LineString, float]],
    pattern: Pattern,
    *,
    rng: np.random.Generator,
) -> list[tuple[LineString, float]]:
    if not pattern.alleys:
        return []
    cells = faces_between([line for line, _ in streets], face)
    roomy = [cell for cell in cells if cell.area > 5 * pattern.parcel_m2]
    return [(line, _ALLEY_M) for line in blind_alleys(roomy, share=pattern.alleys, rng=rng)]


def _blocks(
    face: Polygon, streets: Sequence[tuple[LineString, float]], roads: Sequence[Road]
) -> list[Polygon]:
    """Return the ground of a face less its streets and the roads round it."""
    near = [road for road in roads if road.line.dwithin(face, road.width_m)]
    paved = [carriageway(road, verge_m=2.0 if road.name else 0.5) for road in near]
    lines = np.array([line for line, _ in streets], dtype=object)
    widths = np.array([width for _, width in streets])
    own = shapely.buffer(lines, widths / 2 + 0.3, cap_style="flat", quad_segs=2)
    ground = face.difference(shapely.union_all([*paved, *own], grid_size=_FULL_PRECISION))
    # Corners that a blade's breadth joins would make a block invalid.
    parts = polygons_in(np.array([ground]), least_m2=_LEAST_BLOCK_M2)
    return [cast("Polygon", part) for part in parts]


def _as_roads(lines: Sequence[tuple[LineString, float]], district: District) -> list[Road]:
    is_old = district.quarter.fabric in {Fabric.OLD_TOWN, Fabric.INFORMAL}
    road_class = RoadClass.LANE if is_old else RoadClass.STREET
    prefix = district.quarter.name.lower().replace(" ", "-")
    return [
        Road(id=f"{prefix}-{number}", name=None, line=line, width_m=width, road_class=road_class)
        for number, (line, width) in enumerate(lines)
    ]


def _with_factory(
    blocks: Sequence[Polygon],
    quarter: str,
    tones: Tones,
    *,
    near: Point | None,
    rng: np.random.Generator,
) -> tuple[list[Footprint], list[Polygon]]:
    """Return the factory, and the blocks less its ground."""
    ranked = sorted(range(len(blocks)), key=lambda index: -_fitness(blocks[index], near))
    chosen = ranked[0]
    factory, ground = build_factory(blocks[chosen], quarter=quarter, tones=tones, rng=rng)
    rest = polygons_in(np.array([blocks[chosen].difference(ground)]), least_m2=_LEAST_BLOCK_M2)
    kept = [block for index, block in enumerate(blocks) if index != chosen]
    return factory, [*kept, *(cast("Polygon", part) for part in rest)]


def _fitness(block: Polygon, near: Point | None) -> float:
    """Return how well a block would hold a factory."""
    radius = float(shapely.maximum_inscribed_circle(block).length)
    return radius if near is None else radius / (20.0 + block.distance(near)) ** 2
