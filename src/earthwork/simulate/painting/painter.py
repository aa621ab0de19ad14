"""Paint any window of a landscape onto the fine grid: heights, materials and reflectance.

``prepare`` lays out all shapes once; ``Painter.surface`` then paints windows, in any order and from
any number of threads, and the same place gets the same bytes whatever the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely import Point, STRtree
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Footprint
from earthwork.simulate.landscape import Building, Condition, Landscape
from earthwork.simulate.painting.crowns import bushes_in, grow_trees, trees_near
from earthwork.simulate.painting.debris import Debris, Heap, debris_of
from earthwork.simulate.painting.decks import Decks, decks_of
from earthwork.simulate.painting.earthforms import Earthforms, Relief, earthforms_of
from earthwork.simulate.painting.ground import Ground, ground_at, ground_m, lay_ground, paint_ground
from earthwork.simulate.painting.materials import Material, looks
from earthwork.simulate.painting.noise import sub_seed, window_of
from earthwork.simulate.painting.outlines import Strokes, strokes_of
from earthwork.simulate.painting.roofs import Roofs, roofs_of
from earthwork.simulate.painting.surface import Frame, Surface
from earthwork.simulate.painting.uprights import (
    Canvas,
    boxes_near,
    boxes_of,
    build_walls,
    clutter_in,
    stand,
)

__all__ = ["Painter", "ground_at", "ground_m", "prepare"]

_HALO_M = 4.0
"""A window is painted this much wider: what has its middle outside may reach in."""
_YARD_WALL = (2.0, 0.28, 0.03)
"""Height and width in metres, and how worn."""
_FIELD_WALL = (1.0, 0.7, 0.22)
_CRUMBS = (0.04, 0.55, 0.028)
"""Depth and size in metres and share of debris left on scraped ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """A landscape laid out for painting; reads only, so that threads may share it."""

    ground: Ground
    """Land, roads, patches."""
    earth: Earthforms
    """Banks and mounds."""
    debris: Debris
    """Heaps of rubble."""
    roofs: Roofs
    """Buildings."""
    decks: Decks
    """Bridges."""
    yard_walls: Strokes
    """Walls round yards that still stand."""
    field_walls: Strokes
    """Walls between fields that still stand."""
    trees: NDArray[np.float64]
    """Dims (tree, [x, y, radius, height]): trees that still stand, metres."""
    boxes: NDArray[np.float64]
    """Dims (block, value): blocks, as ``uprights`` stands them."""
    leafy: float
    """How leafy trees are."""
    seed: int
    """Seed of what has no shape of its own."""

    def surface(self, frame: Frame) -> Surface:
        """Paint a window.

        Parameters
        ----------
        frame
            Any window of the endless fine grid.

        Returns
        -------
        Surface
            Heights in metres, ``Material`` values, reflectance 0 to 1, no NaN. Every pixel has the
            bytes it would have in any other window that holds it.
        """
        halo = self._halo(frame)
        wide = _widened(frame, halo)
        return _cropped(self._paint(wide), frame, halo)

    def _halo(self, frame: Frame) -> int:
        near = boxes_near(self.boxes, frame.bounds)
        reach = float(np.hypot(near[:, 2], near[:, 3]).max(initial=0.0)) / 2
        return ceil(max(_HALO_M, reach) / frame.fine_m) + 2

    def _paint(self, frame: Frame) -> list[NDArray[Any]]:
        """Return material, wall, solid, soft and albedo."""
        window, box = window_of(frame), frame.bounds
        flat = paint_ground(self.ground, frame)
        relief = Relief(soft_m=flat.soft_m, material=flat.material, albedo=flat.albedo)
        looks = self.ground.looks
        self.earth.raise_in(relief, look=looks[Material.BANKED_EARTH], water=looks[Material.WATER],
                            window=window, box=box)  # fmt: skip
        self.debris.lay_in(relief, window=window, box=box)
        canvas = Canvas(
            soft_m=flat.soft_m, material=flat.material, albedo=flat.albedo,
            solid_m=np.zeros(frame.shape, dtype=np.float32),
            wall=np.full(frame.shape, 0.8, dtype=np.float32),
        )  # fmt: skip
        self.decks.raise_in(canvas, frame, looks)
        owner = self.roofs.raise_in(
            canvas, flat, rubble=looks[Material.RUBBLE], window=window, box=box
        )
        self._build_walls(canvas, frame, owner)
        stand(canvas, boxes_near(self.roofs.fittings, box), material=Material.ROOF, window=window)
        self._stand_blocks(canvas, frame)
        self._grow(canvas, frame)
        return [canvas.material, canvas.wall, canvas.solid_m, canvas.soft_m, canvas.albedo]

    def _build_walls(self, canvas: Canvas, frame: Frame, owner: NDArray[np.int32]) -> None:
        looks, window = self.ground.looks, window_of(frame)
        kinds = [
            (self.yard_walls, _YARD_WALL, Material.WALL),
            (self.field_walls, _FIELD_WALL, Material.STONE),
        ]
        for number, (walls, (height, width, worn), material) in enumerate(kinds):
            picked = walls.near(frame.bounds, reach_m=width + frame.fine_m)
            build_walls(canvas.soft_m, canvas.solid_m, canvas.material, canvas.albedo, canvas.wall,
                        owner, walls.pieces[picked], height, width, worn, int(material),
                        looks[material], sub_seed(self.seed, 81, number), window)  # fmt: skip

    def _stand_blocks(self, canvas: Canvas, frame: Frame) -> None:
        clutter = clutter_in(canvas.material, canvas.solid_m, self.ground.looks[Material.DUST],
                             sub_seed(self.seed, 82), window_of(frame))  # fmt: skip
        boxes = np.concatenate([clutter, boxes_near(self.boxes, frame.bounds)])
        stand(canvas, boxes, material=Material.OBJECT, window=window_of(frame))

    def _grow(self, canvas: Canvas, frame: Frame) -> None:
        window, leaf = window_of(frame), self.ground.looks[Material.TREE]
        bushes = bushes_in(canvas.material, canvas.solid_m, sub_seed(self.seed, 83), window)
        crowns = np.zeros(frame.shape, dtype=np.float32)
        for plants, leafy, dry in (
            (bushes, 1.0, 0.35), (trees_near(self.trees, frame.bounds), self.leafy, 0.0),
        ):  # fmt: skip
            grow_trees(crowns, canvas.soft_m, canvas.solid_m, canvas.material, canvas.albedo,
                       plants, leaf, leafy, dry, sub_seed(self.seed, 84), window)  # fmt: skip
        np.add(canvas.soft_m, crowns, out=canvas.soft_m)


def _widened(frame: Frame, halo: int) -> Frame:
    return replace(frame, row0=frame.row0 - halo, column0=frame.column0 - halo,
                   rows=frame.rows + 2 * halo, columns=frame.columns + 2 * halo)  # fmt: skip


def _cropped(layers: list[NDArray[Any]], frame: Frame, halo: int) -> Surface:
    """Return a window without its halo; empties the list, so that memory holds no layer twice."""
    inner = (slice(halo, halo + frame.rows), slice(halo, halo + frame.columns))
    return Surface(
        frame=frame,
        albedo=_clamped(layers.pop(), halo),
        soft_m=layers.pop()[inner].copy(),
        solid_m=layers.pop()[inner].copy(),
        wall=layers.pop()[inner].copy(),
        material=layers.pop()[inner].copy(),
    )


@njit(cache=True, nogil=True)
def _clamped(albedo: NDArray[np.float32], halo: int) -> NDArray[np.float32]:
    """Return reflectance without its halo, between nearly black and white (kernel)."""
    bands, rows, columns = albedo.shape
    out = np.empty((bands, rows - 2 * halo, columns - 2 * halo), np.float32)
    for band in range(bands):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                value = albedo[band, i + halo, j + halo]
                out[band, i, j] = min(np.float32(1.0), max(np.float32(0.005), value))
    return out


def prepare(landscape: Landscape) -> Painter:
    """Lay a landscape out for painting.

    Parameters
    ----------
    landscape
        Everything on the ground at one moment.

    Returns
    -------
    Painter
        Paints any window of it.
    """
    city, seed = landscape.city, landscape.seed
    felled = STRtree(list(_felling(landscape)))
    heaps = list(_heaps(landscape))
    return Painter(
        ground=lay_ground(landscape),
        earth=earthforms_of(landscape.banks, landscape.mounds, seed=seed),
        debris=debris_of(heaps, seed=seed),
        roofs=roofs_of(landscape.buildings, relief_m=city.relief_m, seed=seed),
        decks=decks_of(city.roads, landscape.fallen_spans, relief_m=city.relief_m, seed=seed),
        yard_walls=strokes_of(_spared(city.yard_walls, felled)),
        field_walls=strokes_of(_spared(city.field_walls, felled)),
        trees=_standing_trees(city.trees, felled),
        boxes=boxes_of(landscape.blocks),
        leafy=landscape.season.leaf,
        seed=seed,
    )


def _felling(landscape: Landscape) -> Iterator[BaseGeometry]:
    """Yield the areas on which no tree or wall is left."""
    yield from (patch.outline for patch in landscape.patches if patch.fells)
    yield from (bank.line.buffer(bank.base_m / 2) for bank in landscape.banks)
    yield from (Point(mound.x, mound.y).buffer(mound.radius_m) for mound in landscape.mounds)
    yield from (rubble.outline for rubble in landscape.rubble)
    yield from (block.foot for block in landscape.blocks)
    yield from (building.footprint.outline for building in landscape.buildings)


def _standing_trees(trees: NDArray[np.float64], felled: STRtree) -> NDArray[np.float64]:
    if not len(trees):
        return np.zeros((0, 4))
    stems = shapely.points(trees[:, 0], trees[:, 1])
    gone = felled.query(stems, predicate="intersects")[0]
    return np.ascontiguousarray(np.delete(trees, np.unique(gone), axis=0))


def _spared(walls: Sequence[BaseGeometry], felled: STRtree) -> list[BaseGeometry]:
    """Return walls without the parts that were felled."""
    if not len(walls):
        return []
    spared = list(walls)
    hit, area = felled.query(list(walls), predicate="intersects")
    for number in np.unique(hit):
        gone = shapely.union_all(felled.geometries[area[hit == number]])
        spared[number] = walls[number].difference(gone)
    return spared


def _heaps(landscape: Landscape) -> Iterator[Heap]:
    common = looks(landscape.city.palette)[Material.RUBBLE]
    for patch in landscape.patches:
        if patch.material is Material.CLEARED:
            yield _crumbs(patch.outline, common)
    for building in landscape.buildings:
        if building.condition is Condition.COLLAPSED:
            yield from _fallen(building, common)
        elif building.condition is Condition.RAZED:
            yield _crumbs(building.footprint.outline, common)
    for rubble in landscape.rubble:
        yield Heap(outline=rubble.outline, depth_m=rubble.depth_m, piece_m=rubble.piece_m,
                   tone=_tone(common * rubble.tone))  # fmt: skip


def _tone(values: NDArray[np.floating]) -> tuple[float, float, float, float]:
    red, green, blue, infrared = (float(value) for value in values)
    return (red, green, blue, infrared)


def _crumbs(outline: BaseGeometry, common: NDArray[np.float32]) -> Heap:
    depth, piece, share = _CRUMBS
    return Heap(outline=outline, depth_m=depth, piece_m=piece, share=share, tone=_tone(common))


def _fallen(building: Building, common: NDArray[np.float32]) -> Iterator[Heap]:
    """Yield the heap of a collapsed building: its body, its reach beyond, its large slabs."""
    plan = building.footprint
    tone = _tone(0.6 * common + 0.3 * np.array(plan.wall_tone) + 0.12 * np.array(plan.roof_tone))
    reach = float(np.clip(0.22 * plan.height_m * (0.6 + 0.8 * building.severity), 1.0, 4.0))
    share = 0.35 - 0.2 * building.severity
    ring = plan.outline.buffer(reach, join_style="round")
    yield Heap(outline=ring, depth_m=0.35, piece_m=0.7, tone=tone, share=0.55)
    yield Heap(outline=plan.outline, depth_m=share * plan.height_m, piece_m=0.8, tone=tone)
    yield Heap(outline=plan.outline, depth_m=share * plan.height_m, piece_m=_slab_m(plan),
               tone=tone, share=0.3)  # fmt: skip


def _slab_m(plan: Footprint) -> float:
    """Return the median size of the slabs that a building breaks into."""
    return float(np.clip(0.2 * np.sqrt(plan.outline.area), 1.2, 2.2))
