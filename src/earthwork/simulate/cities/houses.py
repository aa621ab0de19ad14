"""Put buildings on parcels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import FACTORY_ID, Footprint, Roof, Tone, Use
from earthwork.simulate.cities.parcels import (
    Shapes,
    boxes_within,
    cut_parcels,
    frames_of,
    polygons_in,
    sides_m,
)  # fmt: skip
from earthwork.simulate.cities.styles import Pattern, Tones

_STOREY_M = 3.1
_SNAP_M = 0.05
"""Corners closer than a hand's breadth would cross when moved to degrees."""
_LEAST_HOUSE_M2 = 28.0
_LEAST_TANK_M2 = 12.0
_COURT_NEEDS_M2 = 95.0
_TOWER_NEEDS_M2 = 330.0
_FRONT_M = 14.0
_FRINGE_M = 26.0
_EMPTY_FRINGE = 0.45
_COARSE_M2 = 700.0
"""Works and flats are built on large parcels, up to the edge of town."""
_LEAST_PARCEL = 0.3
"""A parcel smaller than this share of a usual one is not built on."""
_SHARE_WITH_NOTCH = 0.35
_NO_GABLES = frozenset({Use.TOWER, Use.TANK, Use.MOSQUE, Use.FACTORY})
_OF_METAL = frozenset({Use.HALL, Use.SHED, Use.TANK, Use.FACTORY})
_WALLED_USES = frozenset({Use.HOUSE, Use.VILLA, Use.HALL, Use.TANK, Use.MOSQUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Outlines of buildings of one use, and the parcels they stand on."""

    outlines: Shapes
    """Polygons."""
    parcels: NDArray[np.intp]
    """Index of the parcel of each."""
    use: Use
    """What they are used for."""
    has_gable: NDArray[np.bool_]
    """True for a pitched roof."""


def build_houses(
    parcels: Shapes,
    *,
    quarter: str,
    pattern: Pattern,
    tones: Tones,
    fronts: BaseGeometry,
    fringe: BaseGeometry,
    rng: np.random.Generator,
) -> tuple[list[Footprint], list[LineString]]:
    """Put a building on most parcels, and walls round yards.

    Parameters
    ----------
    parcels
        Polygons, local metres.
    quarter
        Name of the quarter.
    pattern
        How it is built up.
    tones
        Colours of roofs and walls.
    fronts
        Main roads, where shops stand.
    fringe
        Lanes at the edge of open land, where every other parcel is still empty.
    rng
        Source of randomness.

    Returns
    -------
    list of Footprint
        Buildings, each within its parcel.
    list of LineString
        Walls, which run inside the edges of the parcels.
    """
    if not parcels.size:
        return [], []
    uses = _uses(parcels, pattern, fronts=fronts, fringe=fringe, rng=rng)
    shells = _shells(parcels, uses, pattern)
    bodies = [
        body
        for use in Use
        if (chosen := np.flatnonzero(uses == use)).size
        for body in _bodies(use, chosen, shells[chosen], pattern, rng=rng)
    ]
    prefix = quarter.lower().replace(" ", "-")
    footprints = [
        footprint
        for body in bodies
        for footprint in _footprints(body, pattern, tones, quarter=quarter, rng=rng)
    ]
    numbered = [_numbered(one, f"{prefix}-h{n}") for n, one in enumerate(footprints)]
    return numbered, _yard_walls(parcels, uses, pattern, rng=rng)


def build_factory(
    block: Polygon, *, quarter: str, tones: Tones, rng: np.random.Generator
) -> tuple[list[Footprint], BaseGeometry]:
    """Put the factory and its chimney into a block.

    Parameters
    ----------
    block
        Ground between streets.
    quarter
        Name of the quarter.
    tones
        Colours of roofs and walls.
    rng
        Source of randomness.

    Returns
    -------
    list of Footprint
        The factory, with the id ``FACTORY_ID``, and a chimney.
    BaseGeometry
        The ground that they take.
    """
    spoke = np.array(shapely.maximum_inscribed_circle(block).coords)
    radius = float(min(np.hypot(*(spoke[1] - spoke[0])), 62.0))
    frame = frames_of(np.array([block]))[0]
    way = (frame[1] - frame[0]) / np.hypot(*(frame[1] - frame[0]))
    side = np.array([-way[1], way[0]])
    long, wide = 0.78 * radius * way, 0.46 * radius * side
    middle = spoke[0]
    hall = Polygon([middle - long - wide, middle + long - wide, middle + long + wide,
                    middle - long + wide])  # fmt: skip
    stack = Point(*(middle + 0.72 * radius * side)).buffer(
        float(np.clip(0.035 * radius, 0.7, 1.8)), quad_segs=4
    )
    metal = _picked(tones.metal, 1, rng=rng)[0]
    wall = _picked(tones.wall, 1, rng=rng)[0]
    factory = Footprint(
        id=FACTORY_ID, outline=hall, height_m=round(float(rng.uniform(8.5, 12.5)), 2),
        parapet_m=0.5, use=Use.FACTORY, quarter=quarter, roof_tone=metal, wall_tone=wall,
    )  # fmt: skip
    chimney = Footprint(
        id=f"{FACTORY_ID}-chimney", outline=stack, height_m=round(float(rng.uniform(24, 44)), 2),
        parapet_m=0.0, use=Use.TOWER, quarter=quarter, roof_tone=wall, wall_tone=wall,
    )  # fmt: skip
    return [factory, chimney], Point(*middle).buffer(1.02 * radius).intersection(block)


def cut_and_build(
    blocks: Sequence[Polygon],
    *,
    quarter: str,
    pattern: Pattern,
    tones: Tones,
    fronts: BaseGeometry,
    fringe: BaseGeometry,
    rng: np.random.Generator,
) -> tuple[list[Footprint], list[LineString]]:
    """Cut blocks into parcels and build on them: ``cut_parcels``, then ``build_houses``."""
    parcels = cut_parcels(blocks, area_m2=pattern.parcel_m2, unevenness=pattern.unevenness, rng=rng)
    return build_houses(
        parcels,
        quarter=quarter,
        pattern=pattern,
        tones=tones,
        fronts=fronts,
        fringe=fringe,
        rng=rng,
    )


def _uses(
    parcels: Shapes,
    pattern: Pattern,
    *,
    fronts: BaseGeometry,
    fringe: BaseGeometry,
    rng: np.random.Generator,
) -> NDArray[np.object_]:
    """Return the use of each parcel; an empty string for none."""
    count = parcels.size
    area = shapely.area(parcels)
    weights = np.array([weight for _, weight in pattern.uses])
    drawn = rng.choice(len(weights), size=count, p=weights / weights.sum())
    uses = np.array([use for use, _ in pattern.uses], dtype=object)[drawn]
    shapely.prepare(fronts)
    is_shop = shapely.dwithin(parcels, fronts, _FRONT_M) & (rng.random(count) < pattern.shops)
    uses[is_shop & (area < 4 * pattern.parcel_m2)] = Use.SHOP
    uses[(rng.random(count) < pattern.towers) & (area > _TOWER_NEEDS_M2)] = Use.TOWER
    uses[_mosques(parcels, pattern, rng=rng)] = Use.MOSQUE
    shapely.prepare(fringe)
    is_outer = shapely.dwithin(parcels, fringe, _FRINGE_M) & (pattern.parcel_m2 < _COARSE_M2)
    empty = np.where(is_outer, np.maximum(pattern.empty, _EMPTY_FRINGE), pattern.empty)
    is_empty = (area < _LEAST_PARCEL * pattern.parcel_m2) | (rng.random(count) < empty)
    uses[is_empty & (uses != Use.MOSQUE)] = ""
    return uses


def _mosques(parcels: Shapes, pattern: Pattern, *, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the parcels of mosques: some of the larger ones."""
    area = shapely.area(parcels)
    count = int(area.sum() / pattern.mosque_m2 + rng.random())
    roomy = np.argsort(-area, kind="stable")[: max(1, parcels.size // 4)]
    roomy = roomy[area[roomy] > 2.5 * _COURT_NEEDS_M2]
    return cast("NDArray[np.intp]", rng.permutation(roomy)[:count])


def _shells(parcels: Shapes, uses: NDArray[np.object_], pattern: Pattern) -> Shapes:
    """Return parcels less their setback; shops stand at the street."""
    setback = np.where(uses == Use.SHOP, min(0.2, pattern.setback_m), pattern.setback_m)
    return shapely.buffer(parcels, -setback, join_style="mitre", quad_segs=1)


def _bodies(
    use: Use,
    chosen: NDArray[np.intp],
    shells: Shapes,
    pattern: Pattern,
    *,
    rng: np.random.Generator,
) -> list[Bodies]:
    """Return the buildings of one use."""
    fits = (shapely.get_type_id(shells) == 3) & (shapely.area(shells) > _LEAST_HOUSE_M2)  # noqa: PLR2004
    chosen, shells = chosen[fits], shells[fits]
    if not chosen.size:
        return []
    if use is Use.TANK:
        return [_tanks(chosen, shells, rng=rng)]
    if use is Use.MOSQUE:
        return _mosque_bodies(chosen, shells, rng=rng)
    gables = rng.random(chosen.size) < pattern.gables
    has_gable = np.zeros(chosen.size, dtype=bool) if use in _NO_GABLES else gables
    outlines = _SHAPERS.get(use, _set_back)(shells, pattern, has_gable, rng)
    return [Bodies(outlines=outlines, parcels=chosen, use=use, has_gable=has_gable)]


def _courtyards(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return houses that fill their parcel round an open court."""
    frames = frames_of(shells)
    long, short = sides_m(frames)
    share, off = rng.uniform(0.3, 0.48, shells.size), rng.uniform(-0.07, 0.07, (2, shells.size))
    court = boxes_within(
        frames,
        (0.5 - share / 2 + off[0], 0.5 + share / 2 + off[0]),
        (0.5 - share / 2 + off[1], 0.5 + share / 2 + off[1]),
    )
    has_court = (rng.random(shells.size) < pattern.courts) & ~has_gable
    has_court &= (shapely.area(shells) > _COURT_NEEDS_M2) & (long < 3 * short)
    opened = shapely.difference(shells, court)
    has_court &= shapely.get_type_id(opened) == 3  # noqa: PLR2004 - a polygon
    return np.where(has_court, opened, shells)


def _whole(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    del pattern, has_gable, rng
    return shells


def _set_back(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return houses at one end of their parcel, every third one L-shaped."""
    del pattern
    frames = np.roll(frames_of(shells), -1, axis=1)
    frames = np.where(rng.random((shells.size, 1, 1)) < 0.5, np.roll(frames, 2, axis=1), frames)  # noqa: PLR2004
    zeros, ones = np.full(shells.size, -0.2), np.full(shells.size, 1.2)
    deep = rng.uniform(0.55, 0.85, shells.size)
    houses = shapely.intersection(shells, boxes_within(frames, (zeros, ones), (zeros, deep)))
    side = rng.random(shells.size) < 0.5  # noqa: PLR2004
    notch = (np.where(side, zeros, 0.55), np.where(side, 0.45, ones))
    bites = boxes_within(frames, notch, (zeros, 0.42 * deep))
    is_notched = (rng.random(shells.size) < _SHARE_WITH_NOTCH) & ~has_gable
    return np.where(is_notched, shapely.difference(houses, bites), houses)


def _slabs(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return blocks of flats: slabs up to about 13 m deep along the longer side."""
    del pattern, has_gable
    frames = frames_of(shells)
    _, short = sides_m(frames)
    deep = np.minimum(1.0, rng.uniform(11.0, 14.5, shells.size) / short)
    low = (1 - deep) * rng.integers(3, size=shells.size) / 2
    inset = rng.uniform(0.0, 0.1, shells.size)
    return _clipped(shells, boxes_within(frames, (inset, 1 - inset), (low, low + deep)))


def _halls(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return plain long buildings that leave a yard."""
    del pattern, has_gable
    frames = frames_of(shells)
    wide, deep = rng.uniform(0.55, 0.95, shells.size), rng.uniform(0.4, 0.8, shells.size)
    start = (1 - wide) * rng.random(shells.size)
    low = (1 - deep) * 1.0 * rng.integers(2, size=shells.size)
    return _clipped(shells, boxes_within(frames, (start, start + wide), (low, low + deep)))


def _sheds(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return small plain buildings in a corner of the yard."""
    del pattern, has_gable
    frames = frames_of(shells)
    long, short = sides_m(frames)
    wide = np.minimum(0.9, rng.uniform(7, 16, shells.size) / long)
    deep = np.minimum(0.9, rng.uniform(5, 8, shells.size) / short)
    start = (1 - wide) * (0.05 + 0.9 * rng.integers(2, size=shells.size))
    low = (1 - deep) * (0.05 + 0.9 * rng.integers(2, size=shells.size))
    return _clipped(shells, boxes_within(frames, (start, start + wide), (low, low + deep)))


def _tower_blocks(
    shells: Shapes, pattern: Pattern, has_gable: NDArray[np.bool_], rng: np.random.Generator
) -> Shapes:
    """Return towers about 20 m wide in the middle of their parcel."""
    del pattern, has_gable
    frames = frames_of(shells)
    long, short = sides_m(frames)
    wide = np.minimum(0.9, rng.uniform(17, 26, shells.size) / long) / 2
    deep = np.minimum(0.9, rng.uniform(15, 21, shells.size) / short) / 2
    return _clipped(
        shells, boxes_within(frames, (0.5 - wide, 0.5 + wide), (0.5 - deep, 0.5 + deep))
    )


Shaper = Callable[[Shapes, Pattern, NDArray[np.bool_], np.random.Generator], Shapes]
_SHAPERS: Mapping[Use, Shaper] = {
    Use.COURTYARD: _courtyards,
    Use.SHOP: _whole,
    Use.APARTMENTS: _slabs,
    Use.HALL: _halls,
    Use.SHED: _sheds,
    Use.TOWER: _tower_blocks,
}


def _clipped(shells: Shapes, boxes: Shapes) -> Shapes:
    return shapely.intersection(shells, boxes)


def _tanks(chosen: NDArray[np.intp], shells: Shapes, *, rng: np.random.Generator) -> Bodies:
    """Return rows of round tanks."""
    outlines: list[Polygon] = []
    owners: list[int] = []
    for owner, shell, frame in zip(chosen, shells, frames_of(shells), strict=True):
        own = _tank_group(shell, frame, rng=rng)
        outlines.extend(own)
        owners.extend([owner] * len(own))
    return Bodies(
        outlines=np.array(outlines, dtype=object),
        parcels=np.array(owners, dtype=np.intp),
        use=Use.TANK,
        has_gable=np.zeros(len(outlines), dtype=bool),
    )


def _tank_group(
    shell: Polygon, frame: NDArray[np.float64], *, rng: np.random.Generator
) -> list[Polygon]:
    long, short = np.hypot(*(frame[1] - frame[0])), np.hypot(*(frame[2] - frame[1]))
    radius = float(np.clip(short * rng.uniform(0.13, 0.22), 2.6, 13.0))
    pitch = radius * rng.uniform(2.5, 3.0)
    s = np.arange(1.2 * radius, long - 1.1 * radius, pitch) / long
    t = np.arange(1.2 * radius, short - 1.1 * radius, pitch) / short
    across, along = (side.ravel() for side in np.meshgrid(t, s))
    spots = (
        frame[0] + along[:, None] * (frame[1] - frame[0]) + across[:, None] * (frame[3] - frame[0])
    )
    tanks = shapely.buffer(shapely.points(spots), radius, quad_segs=6)
    keep = shapely.covers(shell, tanks) & (rng.random(tanks.size) < 0.85)  # noqa: PLR2004
    return list(tanks[keep])


def _mosque_bodies(
    chosen: NDArray[np.intp], shells: Shapes, *, rng: np.random.Generator
) -> list[Bodies]:
    """Return prayer halls, each with a minaret in the corner of its yard."""
    frames = frames_of(shells)
    long, short = sides_m(frames)
    size = np.clip(0.62 * short, 7, 24)
    wide = np.minimum(0.62, size * rng.uniform(1.0, 1.3, chosen.size) / long)
    deep = np.minimum(0.66, size / short)
    halls = _clipped(shells, boxes_within(frames, (0.92 - wide, np.full_like(wide, 0.92)),
                                          (0.92 - deep, np.full_like(deep, 0.92))))  # fmt: skip
    foot = rng.uniform(2.2, 3.2, chosen.size)
    near = (1.2 / long, (1.2 + foot) / long), (1.2 / short, (1.2 + foot) / short)
    minarets = boxes_within(frames, *near)
    fits = shapely.covers(shells, minarets) & ~shapely.intersects(halls, minarets)
    no_gable = np.zeros(chosen.size, dtype=bool)
    return [
        Bodies(outlines=halls, parcels=chosen, use=Use.MOSQUE, has_gable=no_gable),
        Bodies(outlines=minarets[fits], parcels=chosen[fits], use=Use.TOWER,
               has_gable=no_gable[fits]),
    ]  # fmt: skip


def _footprints(
    body: Bodies, pattern: Pattern, tones: Tones, *, quarter: str, rng: np.random.Generator
) -> list[Footprint]:
    """Return buildings without ids, those left out that came out too small."""
    snapped = _largest_parts(shapely.set_precision(body.outlines, _SNAP_M))
    least = _LEAST_TANK_M2 if body.use is Use.TANK else _LEAST_HOUSE_M2
    is_slim = body.use is Use.TOWER
    keep = shapely.area(snapped) > (2.0 if is_slim else least)
    outlines, gables = snapped[keep], body.has_gable[keep]
    heights = _heights(body.use, outlines, pattern, rng=rng)
    roofs = _roof_tones(body.use, gables, tones, rng=rng)
    walls = _picked(tones.wall, outlines.size, rng=rng)
    parapets = rng.uniform(*pattern.parapet_m, outlines.size)
    return [
        Footprint(
            id="", outline=outline, height_m=round(float(height), 2),
            parapet_m=_parapet(body.use, float(parapet), has_gable=bool(gable)), use=body.use,
            quarter=quarter, roof=_roof(body.use, has_gable=bool(gable)), roof_tone=roof,
            wall_tone=wall,
        )
        for outline, height, parapet, gable, roof, wall in zip(
            outlines, heights, parapets, gables, roofs, walls, strict=True
        )
    ]  # fmt: skip


def _largest_parts(shapes: Shapes) -> Shapes:
    """Return the largest polygon of each shape; an empty one if it has none."""
    is_whole = shapely.get_type_id(shapes) == 3  # noqa: PLR2004 - a polygon
    largest = shapes.copy()
    for index in np.flatnonzero(~is_whole):
        parts = polygons_in(shapes[index : index + 1])
        largest[index] = max(parts, key=shapely.area) if parts.size else Polygon()
    return largest


def _roof(use: Use, *, has_gable: bool) -> Roof:
    if use in {Use.MOSQUE, Use.TANK}:
        return Roof.DOME if use is Use.MOSQUE else Roof.FLAT
    return Roof.GABLE if has_gable else Roof.FLAT


def _parapet(use: Use, drawn: float, *, has_gable: bool) -> float:
    return 0.0 if has_gable or use in {Use.TANK, Use.SHED} else round(drawn, 2)


def _heights(
    use: Use, outlines: Shapes, pattern: Pattern, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    count = outlines.size
    storeys = rng.choice(pattern.storeys, count) * _STOREY_M + rng.uniform(0.2, 1.0, count)
    fixed: dict[Use, tuple[float, float]] = {
        Use.SHED: (2.6, 4.2), Use.MOSQUE: (6.5, 9.5), Use.TANK: (6.0, 13.0), Use.HALL: (6.0, 12.0),
    }  # fmt: skip
    if use is Use.TOWER:
        is_slim = shapely.area(outlines) < 20.0  # noqa: PLR2004 - a minaret's foot
        return np.where(is_slim, rng.uniform(18, 36, count), _STOREY_M * rng.integers(9, 20, count))
    if use is Use.SHOP:
        return cast("NDArray[np.float64]", np.minimum(storeys, 2 * _STOREY_M + 1))
    return rng.uniform(*fixed[use], count) if use in fixed else storeys


def _roof_tones(
    use: Use, gables: NDArray[np.bool_], tones: Tones, *, rng: np.random.Generator
) -> list[Tone]:
    flat = _picked(tones.metal if use in _OF_METAL else tones.flat, gables.size, rng=rng)
    pitched = _picked(tones.metal if use in _OF_METAL else tones.gable, gables.size, rng=rng)
    return [two if gable else one for one, two, gable in zip(flat, pitched, gables, strict=True)]


def _picked(
    choices: Sequence[tuple[float, Tone]], count: int, *, rng: np.random.Generator
) -> list[Tone]:
    """Return tones by weight, no two quite alike."""
    weights = np.array([weight for weight, _ in choices])
    chosen = np.array([tone for _, tone in choices])[
        rng.choice(len(choices), size=count, p=weights / weights.sum())
    ]
    age = np.exp(rng.normal(0, 0.11, (count, 1)) + rng.normal(0, 0.018, (count, 4)))
    worn = np.clip(chosen * age, 0.04, 0.8).round(4)
    return [(r, g, b, n) for r, g, b, n in worn.tolist()]


def _numbered(footprint: Footprint, name: str) -> Footprint:
    return Footprint(
        id=name, outline=footprint.outline, height_m=footprint.height_m,
        parapet_m=footprint.parapet_m, use=footprint.use, quarter=footprint.quarter,
        roof=footprint.roof, roof_tone=footprint.roof_tone, wall_tone=footprint.wall_tone,
    )  # fmt: skip


def _yard_walls(
    parcels: Shapes, uses: NDArray[np.object_], pattern: Pattern, *, rng: np.random.Generator
) -> list[LineString]:
    is_walled = np.array([use in _WALLED_USES for use in uses], dtype=bool)
    is_walled &= rng.random(parcels.size) < pattern.walled
    yards = shapely.buffer(parcels[is_walled], -0.4, join_style="mitre", quad_segs=1)
    rings = shapely.get_exterior_ring(polygons_in(yards, least_m2=20.0))
    return [LineString(ring) for ring in rings]
