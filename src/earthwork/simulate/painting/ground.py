"""The ground of a landscape: relief, land, roads and what was done to patches of it.

Everything flat is first drawn as numbers into the window - which field, which road, which patch -
and then shaded in one pass over the pixels, from noise that belongs to places.
"""
# ruff: noqa: PLR2004 - a painter's measures stand where they are used
# ruff: noqa: PLR0917 - kernels take arrays by position: numba knows no keyword-only arguments
# ruff: noqa: C901, PLR0912, PLR0915 - one pass over the pixels, one branch a material

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, floor, radians, sin, sqrt

import numpy as np
import shapely
import shapely.ops
from numba import njit
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Airport, City, Crop, Field, River, Road, RoadClass
from earthwork.simulate.landscape import Building, Condition, Landscape, Patch, Season
from earthwork.simulate.painting.earthforms import dig_troughs, slope_banks, troughs_of
from earthwork.simulate.painting.materials import Material, grains, looks
from earthwork.simulate.painting.noise import (
    Window,
    add_noise,
    hashed_gauss,
    noise_at,
    sub_seed,
    window_of,
)
from earthwork.simulate.painting.outlines import (
    Box,
    Outlines,
    Strokes,
    away_from,
    burn,
    measure_rims,
    outlines_of,
    rims_of,
    span_columns,
    span_rows,
    strokes_of,
)
from earthwork.simulate.painting.surface import Frame

DATUM_M = 220.0
"""Height of the plain above the datum."""
WATER_BELOW_M = 3.0
"""Level of the river below the plain."""
_BANK_REACH_M = 9.0
_TOWN_EDGE_M = 9.0
"""Trodden ground gives way to soil over this distance."""
_SHORE_M = 3.0
"""Floods and fires end softly over this distance."""
_SWELL_M, _RIPPLE_M, _BUMP_M = 250.0, 30.0, 5.0
_RIPPLE, _BUMP = 0.12, 0.018
_FAR = np.float32(1e9)

_PLAIN, _FIELD, _ROAD, _RUNWAY, _RIVER, _TOWN = range(6)
_PAVING = {
    RoadClass.MAIN: Material.ASPHALT,
    RoadClass.STREET: Material.STREET,
    RoadClass.LANE: Material.LANE,
    RoadClass.TRACK: Material.VERGE,
}
_RANK = {RoadClass.TRACK: 2, RoadClass.LANE: 3, RoadClass.STREET: 4, RoadClass.MAIN: 5}
_RAGGED_M = {RoadClass.MAIN: 0.12, RoadClass.STREET: 0.22, RoadClass.LANE: 0.3,
             RoadClass.TRACK: 0.45}  # fmt: skip
_CROPS = {Crop.FALLOW: Material.FALLOW, Crop.STUBBLE: Material.STUBBLE, Crop.GREEN: Material.GREEN,
          Crop.ORCHARD: Material.ORCHARD}  # fmt: skip
_FILMS = {Material.BURNT, Material.WET, Material.WATER}
"""Patches that lie over what is there, and let it show."""


def ground_m(frame: Frame, *, relief_m: float, seed: int) -> NDArray[np.float32]:
    """Return the bare ground of a gently swelling plain.

    Parameters
    ----------
    frame
        Window of the fine grid.
    relief_m
        Standard deviation of the swell over a quarter of a kilometre, metres.
    seed
        Seed of the landscape.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32 metres above the datum.
    """
    out = np.full(frame.shape, DATUM_M, dtype=np.float32)
    scales = [(_SWELL_M, relief_m), (_RIPPLE_M, _RIPPLE), (_BUMP_M, _BUMP)]
    for number, (scale_m, amount) in enumerate(scales):
        add_noise(out, frame, scale_m=scale_m, seed=sub_seed(seed, 11, number), amount=amount)
    return out


def ground_at(points: NDArray[np.float64], *, relief_m: float, seed: int) -> NDArray[np.float64]:
    """Return the bare ground at points, dims (point, [x, y]), metres, but for bumps."""
    swell, ripple = sub_seed(seed, 11, 0), sub_seed(seed, 11, 1)
    return _ground_at(np.ascontiguousarray(points), relief_m, swell, ripple)


@njit(cache=True, nogil=True)
def _ground_at(
    points: NDArray[np.float64], relief: float, swell: int, ripple: int
) -> NDArray[np.float64]:
    out = np.empty(points.shape[0], np.float64)
    for k in range(points.shape[0]):
        x, y = points[k, 0], points[k, 1]
        out[k] = DATUM_M + relief * noise_at(x, y, _SWELL_M, swell)
        out[k] += _RIPPLE * noise_at(x, y, _RIPPLE_M, ripple)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One kind of flat ground."""

    material: Material
    tone: float = 1.0
    heading_deg: float = 0.0
    wave_m: float = 1.0
    furrow: float = 0.0
    half_m: float = 1.0
    rank: int = 0
    kind: int = _PLAIN
    ragged_m: float = 0.0

    def row(self) -> tuple[float, ...]:
        """Return the values that kernels read."""
        turn = radians(self.heading_deg)
        return (self.material, self.tone, cos(turn), sin(turn), self.wave_m, self.furrow,
                self.half_m, self.rank, self.kind, self.ragged_m)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The flat part of a landscape, ready to be painted in any window."""

    items: NDArray[np.float32]
    """Dims (item, value): as ``_Item.row``."""
    land: Outlines
    """Quarters, fields, airfield; geometry k is item k + 1."""
    town: Strokes
    """Edge of the trodden ground, item 1 where there is any."""
    waters: Outlines
    """River bank and water."""
    water_items: NDArray[np.int64]
    """Dims (geometry of ``waters``): items."""
    shores: Strokes
    """Edges of the river's water."""
    beds: tuple[Strokes, NDArray[np.float64], int]
    """Wadis, their sizes, and the item of their floor."""
    roads: Strokes
    """Verges, field margins and roads, lowest rank first."""
    road_items: NDArray[np.int64]
    """Dims (line of ``roads``): items."""
    middles: Strokes
    """Lines that runways and rivers are worn or silted along."""
    middle_items: NDArray[np.int64]
    """Dims (line of ``middles``): items."""
    patches: Outlines
    """Patches, razed lots first."""
    patch_rims: Strokes
    """Their edges."""
    patch_table: NDArray[np.float64]
    """Dims (patch, [material, tone, roughness, cos, sin, has heading, water level, film])."""
    looks: NDArray[np.float32]
    """Dims (material, band): reflectance in this season."""
    grains: NDArray[np.float32]
    """Dims (material, scale)."""
    relief_m: float
    """Swell of the ground."""
    seed: int
    """Seed of the land."""
    day: int
    """What differs from date to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundWindow:
    """The ground of one window, painted."""

    soft_m: NDArray[np.float32]
    """Dims (row, column): height, metres above the datum."""
    material: NDArray[np.uint8]
    """Dims (row, column)."""
    albedo: NDArray[np.float32]
    """Dims (band, row, column)."""
    grain: NDArray[np.float32]
    """Dims (row, column): noise over decimetres."""
    metres: NDArray[np.float32]
    """Dims (row, column): noise over metres."""


def lay_ground(landscape: Landscape) -> Ground:
    """Lay out the flat part of a landscape."""
    city, seed = landscape.city, landscape.seed
    items = [_Item(material=Material.SOIL)]
    land = list(_land(city, landscape.season))
    items += [item for _, item in land]
    waters = list(_waters(city.river, landscape.season))
    water_items = np.arange(len(waters)) + len(items)
    items += [item for _, item in waters]
    items.append(_Item(material=Material.GRAVEL, tone=1.08))
    bed = len(items) - 1
    ways = list(_ways(city))
    way_items = np.arange(len(ways)) + len(items)
    items += [item for _, item in ways]
    middles = _middles(land, waters, city)
    lots = [_lot(b) for b in landscape.buildings if b.condition is Condition.RAZED]
    patches = [*lots, *landscape.patches]
    patched = outlines_of([patch.outline for patch in patches])
    return Ground(
        items=np.array([item.row() for item in items], dtype=np.float32),
        land=outlines_of([outline for outline, _ in land]),
        town=rims_of(outlines_of([_trodden(city)] if city.quarters else [])),
        waters=outlines_of([outline for outline, _ in waters]),
        water_items=water_items,
        shores=rims_of(outlines_of([outline for outline, _ in waters[1:]])),
        beds=(*troughs_of(city.wadis), bed),
        roads=strokes_of([line for line, _ in ways]),
        road_items=way_items,
        middles=strokes_of([line for line, _ in middles]),
        middle_items=np.array([item for _, item in middles], dtype=np.int64),
        patches=patched,
        patch_rims=rims_of(patched),
        patch_table=_patch_table(patches, city, seed=seed),
        looks=_season_looks(city, landscape.season),
        grains=grains(),
        relief_m=city.relief_m,
        seed=seed,
        day=landscape.moment.toordinal(),
    )


def _land(city: City, season: Season) -> Iterator[tuple[BaseGeometry, _Item]]:
    if city.quarters:
        yield _trodden(city), _Item(material=Material.DUST, kind=_TOWN)
    for number, field in enumerate(city.fields):
        yield field.outline, _field_item(field, season, number=number)
    if city.airport is not None:
        yield from _airfield(city.airport)


def _trodden(city: City) -> BaseGeometry:
    """Return the ground between houses: all quarters and a little beyond."""
    return shapely.union_all([quarter.outline.buffer(3.0) for quarter in city.quarters])


def _field_item(field: Field, season: Season, *, number: int) -> _Item:
    lot = np.random.default_rng([number, 71])
    share, tone = lot.random(), 1.0 + 0.09 * lot.standard_normal()
    material = _CROPS[field.crop]
    if material is Material.GREEN and share >= season.green:
        material = Material.STUBBLE
    elif material is Material.STUBBLE and share < season.ploughed:
        material = Material.PLOUGHED
    furrow = {Material.PLOUGHED: 0.11, Material.FALLOW: 0.07, Material.ORCHARD: 0.03}
    return _Item(material=material, tone=float(np.clip(tone, 0.75, 1.25)), kind=_FIELD,
                 heading_deg=field.heading_deg, wave_m=float(lot.choice([1.4, 2.2, 2.8])),
                 furrow=furrow.get(material, 0.05))  # fmt: skip


def _airfield(airport: Airport) -> Iterator[tuple[BaseGeometry, _Item]]:
    yield airport.outline, _Item(material=Material.SOIL, tone=0.96)
    runway, width = airport.runway, airport.runway_width_m
    yield _strip(runway, width + 8), _Item(material=Material.CONCRETE, tone=0.9)
    yield _strip(runway, width), _Item(material=Material.ASPHALT, kind=_RUNWAY, half_m=width / 2)
    yield airport.apron, _Item(material=Material.CONCRETE)
    for mark in _runway_marks(runway, width):
        yield mark, _Item(material=Material.MARKING)


def _strip(line: BaseGeometry, width_m: float) -> BaseGeometry:
    flat: BaseGeometry = line.buffer(width_m / 2, cap_style="flat")
    return flat


def _runway_marks(runway: LineString, width_m: float) -> Iterator[BaseGeometry]:
    for start in np.arange(60.0, max(60.0, runway.length - 73.0), 50.0):
        yield _strip(shapely.ops.substring(runway, start, start + 30.0), 0.9)
    for begin in (8.0, runway.length - 38.0):
        bar = shapely.ops.substring(runway, begin, begin + 30.0)
        for offset in np.linspace(-0.4, 0.4, 8) * width_m:
            yield _strip(shapely.offset_curve(bar, offset), 0.045 * width_m)


def _waters(river: River | None, season: Season) -> Iterator[tuple[BaseGeometry, _Item]]:
    if river is None:
        return
    water = river.outline.buffer((season.river - 1.0) * river.width_m / 2)
    yield (
        river.outline.union(water).buffer(_BANK_REACH_M),
        _Item(material=Material.RIVERBANK),
    )
    yield water, _Item(material=Material.WATER, kind=_RIVER, half_m=river.width_m / 2)


def _ways(city: City) -> Iterator[tuple[BaseGeometry, _Item]]:
    """Yield margins of fields, verges and roads, those on top last."""
    for field in city.fields:
        yield field.outline.boundary, _Item(material=Material.SOIL, tone=0.9, half_m=0.5, rank=1,
                                            ragged_m=0.3)  # fmt: skip
    ranked = sorted(city.roads, key=lambda road: _RANK[road.road_class])
    for road in ranked:
        if road.road_class is RoadClass.MAIN:
            yield road.line, _Item(material=Material.VERGE, half_m=road.width_m / 2 + 2.5, rank=1,
                                   ragged_m=0.7)  # fmt: skip
    for road in ranked:
        yield road.line, _road_item(road)


def _road_item(road: Road) -> _Item:
    lot = np.random.default_rng([*road.id.encode(), 5])
    return _Item(material=_PAVING[road.road_class], kind=_ROAD, half_m=road.width_m / 2,
                 rank=_RANK[road.road_class], ragged_m=_RAGGED_M[road.road_class],
                 tone=float(np.clip(1.0 + 0.07 * lot.standard_normal(), 0.8, 1.2)))  # fmt: skip


def _middles(
    land: Sequence[tuple[BaseGeometry, _Item]],
    waters: Sequence[tuple[BaseGeometry, _Item]],
    city: City,
) -> list[tuple[BaseGeometry, int]]:
    found: list[tuple[BaseGeometry, int]] = []
    for number, (_, item) in enumerate([*land, *waters], start=1):
        if item.kind == _RUNWAY and city.airport is not None:
            found.append((city.airport.runway, number))
        elif item.kind == _RIVER and city.river is not None:
            found.append((city.river.line, number))
    return found


def _lot(building: Building) -> Patch:
    """Return the bare lot that a razed building leaves, a faint trace of its plan."""
    return Patch(outline=building.footprint.outline, material=Material.CLEARED, tone=0.97,
                 roughness_m=0.05)  # fmt: skip


def _patch_table(patches: Sequence[Patch], city: City, *, seed: int) -> NDArray[np.float64]:
    rows = [(0.0,) * 8]
    for patch in patches:
        turn = radians(patch.heading_deg or 0.0)
        level = _flood_level(patch, city, seed=seed) if patch.material is Material.WATER else 0.0
        rows.append((patch.material, patch.tone, patch.roughness_m, cos(turn), sin(turn),
                     float(patch.heading_deg is not None), level,
                     float(patch.material in _FILMS)))  # fmt: skip
    return np.array(rows, dtype=np.float64)


def _flood_level(patch: Patch, city: City, *, seed: int) -> float:
    """Return the level at which water covers most of a patch."""
    west, south, east, north = patch.outline.bounds
    spots = np.random.default_rng([seed, 17]).uniform((west, south), (east, north), (400, 2))
    inside = spots[shapely.contains_xy(patch.outline, spots[:, 0], spots[:, 1])]
    spots = inside if len(inside) else np.array([patch.outline.representative_point().coords[0]])
    heights = ground_at(spots[:, :2], relief_m=city.relief_m, seed=seed)
    return float(np.quantile(heights, 0.9)) + 0.05


def _season_looks(city: City, season: Season) -> NDArray[np.float32]:
    table = looks(city.palette)
    bare = [Material.SOIL, Material.FALLOW, Material.CLEARED, Material.BANKED_EARTH,
            Material.PLOUGHED, Material.VERGE, Material.RIVERBANK]  # fmt: skip
    table[bare] *= np.float32(season.soil)
    half = [Material.DUST, Material.LANE, Material.STUBBLE, Material.GRAVEL, Material.ORCHARD]
    table[half] *= np.float32(0.5 + 0.5 * season.soil)
    return table


def paint_ground(ground: Ground, frame: Frame) -> GroundWindow:
    """Paint the flat ground of a window, patches and all.

    Parameters
    ----------
    ground
        As laid out by ``lay_ground``.
    frame
        The window.

    Returns
    -------
    GroundWindow
        Heights, materials and reflectance.
    """
    window, box = window_of(frame), frame.bounds
    soft = ground_m(frame, relief_m=ground.relief_m, seed=ground.seed)
    item = np.zeros(frame.shape, dtype=np.int32)
    across = np.full(frame.shape, _FAR, dtype=np.float32)
    _draw_land(ground, item, soft, window=window, box=box)
    fields = _weave(ground, frame)
    _draw_ways(ground, item, across, fields[1], window=window, box=box)
    patch, film = _draw_patches(ground, frame.shape, window=window, box=box)
    shore = _measure_shores(ground, film, window=window, box=box)
    albedo = np.empty((4, *frame.shape), dtype=np.float32)
    material = np.empty(frame.shape, dtype=np.uint8)
    _shade(soft, material, albedo, item, across, patch, film, shore, fields[0], fields[1],
           fields[2], fields[3], fields[4], ground.items, ground.patch_table, ground.looks,
           ground.grains, sub_seed(ground.seed, 41), window)  # fmt: skip
    return GroundWindow(soft_m=soft, material=material, albedo=albedo, grain=fields[0],
                        metres=fields[1])  # fmt: skip


def _draw_land(
    ground: Ground, item: NDArray[np.int32], soft: NDArray[np.float32], *, window: Window, box: Box
) -> None:
    numbers = np.arange(1, 1 + ground.land.owners.max(initial=-1) + 1)
    burn(item, ground.land, numbers, picked=ground.land.near(box), window=window)
    beds, sizes, number = ground.beds
    near_beds = beds.near(box, reach_m=float(1.5 * sizes[:, 1].max(initial=0.0)))
    near_shores = ground.shores.near(box, reach_m=_BANK_REACH_M)
    picked = ground.waters.near(box)
    if len(near_beds) or len(picked):
        down = np.zeros(soft.shape, dtype=np.float32)
        dig_troughs(down, item, beds.pieces[near_beds], sizes[beds.owners[near_beds]], number,
                    sub_seed(ground.seed, 21), window)  # fmt: skip
        burn(item, ground.waters, ground.water_items, picked=picked, window=window)
        slope_banks(down, ground.shores.pieces[near_shores], WATER_BELOW_M, _BANK_REACH_M, window)
        if len(ground.water_items):
            down[item == ground.water_items[-1]] = -WATER_BELOW_M
        soft += down


def _draw_ways(
    ground: Ground,
    item: NDArray[np.int32],
    across: NDArray[np.float32],
    metres: NDArray[np.float32],
    *,
    window: Window,
    box: Box,
) -> None:
    reach = float(ground.items[:, 6].max()) + 2.0
    edges = ground.town.near(box, reach_m=_TOWN_EDGE_M)
    measure_rims(across, item, ground.town.pieces[edges], ground.town.owners[edges] + 1,
                 _TOWN_EDGE_M, window)  # fmt: skip
    middles = ground.middles.near(box, reach_m=1e4)
    _measure_across(across, item, ground.middles.pieces[middles],
                    ground.middle_items[ground.middles.owners[middles]], ground.items,
                    window)  # fmt: skip
    picked = ground.roads.near(box, reach_m=reach)
    _stroke_roads(item, across, ground.roads.pieces[picked],
                  ground.road_items[ground.roads.owners[picked]], ground.items,
                  metres, window)  # fmt: skip


def _draw_patches(
    ground: Ground, shape: tuple[int, int], *, window: Window, box: Box
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Draw solid patches, and films that let what is under them show; solid ones end films."""
    patch, film = np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=np.int16)
    picked = ground.patches.near(box)
    films = ground.patch_table[1:, 7] > 0
    numbers = np.arange(1, len(ground.patch_table), dtype=np.int16)
    for number in picked:
        one = np.array([number])
        if films[ground.patches.owners[number]]:
            burn(film, ground.patches, numbers, picked=one, window=window)
        else:
            burn(patch, ground.patches, numbers, picked=one, window=window)
            burn(film, ground.patches, np.zeros_like(numbers), picked=one, window=window)
    return patch, film


def _measure_shores(
    ground: Ground, film: NDArray[np.int16], *, window: Window, box: Box
) -> NDArray[np.float32]:
    """Return the distance to the edge of each film, metres; of no extent where there is none."""
    if not film.any():
        return np.zeros((0, 0), dtype=np.float32)
    shore = np.full(film.shape, _SHORE_M, dtype=np.float32)
    edges = ground.patch_rims.near(box, reach_m=_SHORE_M)
    measure_rims(shore, film, ground.patch_rims.pieces[edges],
                 ground.patch_rims.owners[edges] + 1, _SHORE_M, window)  # fmt: skip
    return shore


def _weave(ground: Ground, frame: Frame) -> list[NDArray[np.float32]]:
    """Return noise over decimetres, metres, tens and hundreds of metres, and winding paths."""
    layers: list[list[tuple[float, float]]] = [
        [(0.4, 0.68), (0.8, 0.73)],
        [(1.6, 0.65), (4.0, 0.76)],
        [(11.0, 0.65), (28.0, 0.7)],
        [(75.0, 0.65), (210.0, 0.76)],
        [(34.0, 1.0)],
    ]
    fields = []
    for number, scales in enumerate(layers):
        field = np.zeros(frame.shape, dtype=np.float32)
        for depth, (scale_m, amount) in enumerate(scales):
            add_noise(field, frame, scale_m=scale_m, amount=amount,
                      seed=sub_seed(ground.seed, 40, number, depth))  # fmt: skip
        fields.append(field)
    add_noise(fields[2], frame, scale_m=40.0, amount=0.3, seed=sub_seed(ground.seed, ground.day))
    return fields


@njit(cache=True, nogil=True)
def _measure_across(
    across: NDArray[np.float32],
    item: NDArray[np.int32],
    pieces: NDArray[np.float64],
    numbers: NDArray[np.int64],
    items: NDArray[np.float32],
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = across.shape
    for k in range(pieces.shape[0]):
        reach = 1.5 * items[numbers[k], 6]
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                if item[i, j] == numbers[k]:
                    away, hand = away_from((column0 + j + 0.5) * fine, y, pieces[k])
                    if away < abs(across[i, j]):
                        across[i, j] = hand * away


@njit(cache=True, nogil=True)
def _stroke_roads(
    item: NDArray[np.int32],
    across: NDArray[np.float32],
    pieces: NDArray[np.float64],
    numbers: NDArray[np.int64],
    items: NDArray[np.float32],
    metres: NDArray[np.float32],
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = item.shape
    for k in range(pieces.shape[0]):
        mine = numbers[k]
        half, rank, ragged = items[mine, 6], items[mine, 7], items[mine, 9]
        reach = half + 2 * ragged
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                x = (column0 + j + 0.5) * fine
                away, hand = away_from(x, y, pieces[k])
                if away >= reach:
                    continue
                if away > half - 2 * ragged:
                    away += ragged * metres[i, j]
                if away >= half:
                    continue
                other = item[i, j]
                theirs = items[other, 7]
                if rank > theirs or (
                    rank == theirs and away / half < abs(across[i, j]) / items[other, 6]
                ):
                    item[i, j] = mine
                    across[i, j] = hand * away


@njit(cache=True, nogil=True, inline="always")
def _wave(phase: float) -> float:
    """Return a smooth wave of period 1 between -1 and 1 (kernel).

    A parabola on each half: the bits of a library's sine may differ between vector lanes.
    """
    t = phase - floor(phase)
    if t < 0.5:
        return 16.0 * t * (0.5 - t)
    return -16.0 * (t - 0.5) * (1.0 - t)


@njit(cache=True, nogil=True, inline="always")
def _step(low: float, high: float, value: float) -> float:
    """Rise smoothly from 0 to 1 between two values (kernel)."""
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3.0 - 2.0 * t)


@njit(cache=True, nogil=True)
def _shade(
    soft: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    item: NDArray[np.int32],
    across: NDArray[np.float32],
    patch: NDArray[np.int16],
    film: NDArray[np.int16],
    shore: NDArray[np.float32],
    grain: NDArray[np.float32],
    metres: NDArray[np.float32],
    tens: NDArray[np.float32],
    hundreds: NDArray[np.float32],
    wander: NDArray[np.float32],
    items: NDArray[np.float32],
    patches: NDArray[np.float64],
    look: NDArray[np.float32],
    weights: NDArray[np.float32],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = soft.shape
    tone = np.empty(4, np.float64)
    for i in range(rows):
        y = side - (row0 + i + 0.5) * fine
        for j in range(columns):
            x = (column0 + j + 0.5) * fine
            it = item[i, j]
            m = int(items[it, 0])
            kind = int(items[it, 8])
            g, p, c, h = grain[i, j], metres[i, j], tens[i, j], hundreds[i, j]
            shade = float(items[it, 1])
            for band in range(4):
                tone[band] = look[m, band]
            if kind == _FIELD:
                along = x * items[it, 2] - y * items[it, 3]
                wave = items[it, 4]
                seen = min(1.0, max(0.0, wave / (2.2 * fine) - 1.0))
                ridge = _wave(along / wave + 0.025 * p) * seen
                strip = _wave(along / (5.3 * wave) + 0.02 * c)
                shade *= 1.0 + items[it, 5] * (ridge + 0.6 * strip)
                soft[i, j] += 0.9 * items[it, 5] * ridge
                if m == 4:
                    bare = 0.8 * _step(0.9, 1.9, p * 0.6 + c * 0.8 - 0.2 * h)
                    for band in range(4):
                        tone[band] += bare * (look[0, band] - tone[band])
            elif kind == _ROAD:
                half = items[it, 6]
                a = abs(across[i, j]) / half
                loose = look[1] if m != 8 else look[11]
                dusty = 0.75 * _step(0.72, 1.05, a + 0.10 * p + 0.06 * c)
                if m != 8:
                    dusty = min(1.0, dusty + 0.5 * _step(0.3, 1.6, p * 0.6 + c))
                for band in range(4):
                    tone[band] += dusty * (loose[band] - tone[band])
                if m == 8:
                    shade *= 1.0 - 0.09 * (_wave(a * 2.0 + 0.75) > 0.2) * (a < 0.85)
                    worn = _step(-0.8, 0.6, c + 0.4 * p)
                    if abs(across[i, j]) < 0.12 + 0.25 * fine:
                        shade *= 1.0 + 0.45 * worn * min(1.0, 0.24 / fine)
                    if p > 1.75:
                        shade *= 0.86
                elif m == 11:
                    wheel = abs(abs(across[i, j]) - 0.8)
                    if wheel < 0.35:
                        shade *= 1.12
            elif kind == _RUNWAY:
                a = abs(across[i, j]) / items[it, 6]
                shade *= 1.12 - 0.26 * (1.0 - _step(0.1, 0.5, a + 0.08 * c + 0.03 * p))
            elif kind == _RIVER:
                a = abs(across[i, j]) / items[it, 6]
                shade *= 0.92 + 0.45 * _step(0.55, 1.05, a + 0.10 * c)
            elif kind == _TOWN:
                kind = _PLAIN
                trodden = min(1.0, across[i, j] / _TOWN_EDGE_M)
                trodden = _step(0.0, 1.0, trodden + 0.18 * p + 0.2 * c)
                for band in range(4):
                    tone[band] += (1.0 - trodden) * (look[0, band] - tone[band])
            if m <= 1 or m == 6 or m == 11:  # noqa: PLR1714 - a set would be built for each pixel
                # Weeds gather in tracts; trodden ground has patches with edges; cars leave tracks.
                weeds = 0.32 * _step(0.1, 1.8, 0.8 * h + 0.7 * c + 0.35 * p)
                if m == 1:
                    weeds *= 0.7
                    shade *= 1.0 + 0.08 * (p + 0.5 * c > 0.75) - 0.07 * (p - 0.6 * c > 1.0)
                for band in range(4):
                    tone[band] += weeds * (
                        0.75 * look[19, band] + 0.25 * look[0, band] - tone[band]
                    )
                if kind == _PLAIN:
                    shade *= _tracks(wander, i, j, h - 0.5 * c, fine)
                if g > 2.7:
                    shade *= 1.45
                elif g < -2.8:
                    shade *= 0.6
            elif m == 12:
                joint = min(abs(_wave(x / 15.0)), abs(_wave(y / 15.0)))
                if joint < 0.05 and kind == _PLAIN:
                    shade *= 1.0 - 0.12 * min(1.0, 0.3 / fine)
                shade *= 1.0 - 0.14 * _step(1.2, 2.0, p + 0.3 * c)
            number = patch[i, j]
            if number > 0:
                before = m
                m = int(patches[number, 0])
                shade = patches[number, 1]
                for band in range(4):
                    tone[band] = look[m, band]
                if m == 14 and 8 <= before <= 10:
                    shade *= 0.93
                shade *= _worked(m, x, y, patches[number], fine, seed, p, c)
                rough = patches[number, 2]
                if rough > 0:
                    soft[i, j] += rough * noise_at(x, y, 1.0, seed + 3)
                if m == 21:
                    furrow = _wave((x * patches[number, 3] - y * patches[number, 4]) / 0.9)
                    soft[i, j] += 0.1 * furrow * min(1.0, max(0.0, 0.9 / (2.2 * fine) - 1.0))
            uneven = weights[m, 0] * g + weights[m, 1] * p + weights[m, 2] * c + weights[m, 3] * h
            number = film[i, j]
            if number > 0:
                kind = int(patches[number, 0])
                near = _step(-0.1, 0.5, shore[i, j] / _SHORE_M + 0.13 * p + 0.08 * c)
                if kind == 22:
                    char = 0.25 + 0.75 * _step(-1.3, 0.4, 0.6 * p + 0.7 * c + 0.25 * g)
                    char *= near
                    for band in range(4):
                        tone[band] += char * (look[22, band] * patches[number, 1] - tone[band])
                    shade += (1.0 - shade) * char
                    if near > 0.5:
                        m = 22
                    if g > 2.2 and p > 0.5:
                        shade *= 2.0
                elif kind == 23:
                    moist = patches[number, 1] * (0.62 + 0.10 * _step(-1.0, 1.0, p + c))
                    shade *= 1.0 + near * (moist - 1.0)
                    tone[3] *= 1.0 - 0.15 * near
                    if near > 0.5:
                        m = 23
                else:
                    depth = patches[number, 6] - soft[i, j] - 0.05 * p - 0.3 * (1.0 - near)
                    murk = 1.0 - 0.3 * _step(0.0, 0.5, depth)
                    cover = _step(-0.04, 0.06, depth)
                    soaked = _step(-0.45, -0.02, depth)
                    shade *= 1.0 - 0.38 * soaked
                    for band in range(4):
                        wet = look[7, band] * 1.25 * murk * patches[number, 1]
                        tone[band] += cover * (wet - tone[band])
                    shade += (1.0 + 0.1 * h - shade) * cover
                    uneven *= 1.0 - 0.8 * cover
                    if cover > 0.5:
                        m = 7
                        soft[i, j] = max(soft[i, j], patches[number, 6])
                    elif soaked > 0.3:
                        m = 23
            shade *= min(1.9, max(0.3, 1.0 + uneven))
            hue = 0.05 * (0.7 * c - 0.5 * p + 0.5 * h)
            material[i, j] = m
            albedo[0, i, j] = tone[0] * shade * (1.0 + hue)
            albedo[1, i, j] = tone[1] * shade
            albedo[2, i, j] = tone[2] * shade * (1.0 - hue)
            albedo[3, i, j] = tone[3] * shade * (1.0 - 0.5 * hue)


@njit(cache=True, nogil=True)
def _tracks(wander: NDArray[np.float32], i: int, j: int, worn: float, fine: float) -> float:
    """Return the brightness of wheel tracks: pairs of lines along level sets of noise (kernel)."""
    rows, columns = wander.shape
    if worn < 0.1:
        return 1.0
    here = float(wander[i, j])
    below = wander[min(i + 1, rows - 1), j] - here
    beside = wander[i, min(j + 1, columns - 1)] - here
    steep = sqrt(below * below + beside * beside) / fine + 1e-6
    level = here - floor(here / 1.1 + 0.5) * 1.1
    away = abs(level) / steep
    if away > 1.6 + fine:
        return 1.0
    strength = 0.16 * min(1.0, (worn - 0.1) / 0.4)
    wheel = max(0.0, 1.0 - max(0.0, abs(away - 0.85) - 0.2) / (0.2 + 0.5 * fine))
    return 1.0 + strength * wheel


@njit(cache=True, nogil=True)
def _worked(
    m: int,
    x: float,
    y: float,
    patch: NDArray[np.float64],
    fine: float,
    seed: int,
    p: float,
    c: float,
) -> float:
    """Return the brightness of ground worked by machines, along their heading (kernel)."""
    if patch[5] <= 0:
        return 1.0
    off = float(x * patch[3] - y * patch[4])
    along = x * patch[4] + y * patch[3]
    if m == 21:
        seen = min(1.0, max(0.0, 0.9 / (2.2 * fine) - 1.0))
        return 1.0 + 0.10 * _wave(off / 0.9 + 0.06 * p) * seen + 0.06 * _wave(off / 4.7 + 0.05 * c)
    streak = noise_at(along / 16.0, off / 0.55, 1.0, seed) * min(1.0, 0.6 / fine)
    swath = (off + 0.5 * c) / 3.4
    lane = floor(swath)
    blade = hashed_gauss(seed + 1, lane, floor(along / 60.0))
    spill = 0.10 * (swath - lane < 0.09) * min(1.0, 0.4 / fine)
    return max(0.6, 1.0 + 0.05 * streak + 0.035 * blade + spill)
