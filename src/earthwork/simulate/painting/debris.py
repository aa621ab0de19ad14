"""Broken masonry: heaps of pieces whose sizes, tilts and tones have a true scale.

Pieces are flat slabs, one per cell of a hashed lattice, with a heavy-tailed size; they lie over one
another, the higher over the lower, so a heap looks the same whatever the window.
"""
# ruff: noqa: PLR2004, PLR0917 - a painter's measures; kernels take arrays by position

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, pi, sin, sqrt

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Tone
from earthwork.simulate.painting.earthforms import Relief
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import (
    Window,
    hashed_gauss,
    hashed_uniform,
    mixed,
    noise_at,
    sub_seed,
)
from earthwork.simulate.painting.outlines import (
    Box,
    Outlines,
    Strokes,
    burn,
    first_pixel,
    measure_rims,
    outlines_of,
    rims_of,
)

_RUBBLE = int(Material.RUBBLE)
_LARGEST = 5.0
"""No piece is larger than this many times the median."""
_PIECES = 0.42
"""Pieces add this share of their median size to the mean height of thin ground; less to a heap."""
_FOOT = 0.15
"""Height at the edge of a heap against that in its middle."""
_THIN_M = 0.2
"""What is thinner has no shape as a heap."""
_RIM_M = 2.5
"""Heaps thin out towards their edge over no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """One heap of broken masonry."""

    outline: BaseGeometry
    """Where it lies."""
    depth_m: float
    """Mean height."""
    piece_m: float
    """Median size of a piece."""
    tone: Tone
    """Reflectance."""
    share: float = 1.0
    """Share of the ground that pieces cover: 1 for a heap, little for crumbs on scraped ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debris:
    """Heaps, ready to be laid in any window."""

    outlines: Outlines
    """Their areas."""
    rims: Strokes
    """Edges of the areas, owned by heaps."""
    table: NDArray[np.float64]
    """Dims (heap, [depth of the body, ramp, piece, share, red, green, blue, near-infrared])."""
    reach_m: float
    """How far a piece reaches from its middle."""
    seed: int
    """Seed of the pieces."""

    def lay_in(self, ground: Relief, *, window: Window, box: Box) -> None:
        """Lay what reaches into a window, in place."""
        picked = self.outlines.near(box, reach_m=self.reach_m)
        if not len(picked):
            return
        shape = ground.soft_m.shape
        owner, away = np.full(shape, -1, np.int32), np.full(shape, _RIM_M, np.float32)
        numbers = np.arange(len(self.table))
        burn(owner, self.outlines, numbers, picked=picked, window=window)
        edges = self.rims.near(box, reach_m=_RIM_M)
        measure_rims(away, owner, self.rims.pieces[edges], self.rims.owners[edges], _RIM_M, window)
        pile = np.zeros(shape, dtype=np.float32)
        _heap_bodies(pile, ground.material, ground.albedo, owner, away, self.table, self.seed,
                     window)  # fmt: skip
        _strew(pile, pile.copy(), ground.material, ground.albedo, self.outlines.points,
               self.outlines.rings, self.outlines.shapes, self.outlines.owners, picked,
               self.table, self.seed, window)  # fmt: skip
        np.add(ground.soft_m, pile, out=ground.soft_m)


def debris_of(heaps: Sequence[Heap], *, seed: int) -> Debris:
    """Lay out heaps."""
    outlines = outlines_of([heap.outline for heap in heaps])
    table = np.array([_row(heap) for heap in heaps], dtype=np.float64).reshape(-1, 8)
    largest = float(table[:, 2].max(initial=0.0))
    return Debris(outlines=outlines, rims=rims_of(outlines), table=table,
                  reach_m=0.75 * _LARGEST * largest, seed=sub_seed(seed, 51))  # fmt: skip


def _row(heap: Heap) -> tuple[float, ...]:
    """Return what kernels read: a body such that body and pieces together are as deep as stated."""
    ramp = min(_RIM_M, 0.3 + 1.4 * heap.depth_m)
    share = min(heap.share, heap.depth_m / (_PIECES * heap.piece_m))
    body = heap.depth_m
    for _ in range(12):
        pieces = _PIECES * heap.piece_m * share * float(np.exp(-body / (2 * heap.piece_m)))
        body = 0.5 * body + 0.5 * max(0.0, heap.depth_m - pieces)
    return (body / _kept(heap, ramp), ramp, heap.piece_m, share, *heap.tone)


def _kept(heap: Heap, ramp_m: float) -> float:
    """Return the mean height of a heap that thins out towards its edge, as a share of its top."""
    if heap.depth_m < _THIN_M:
        return 1.0
    steps = shapely.area(shapely.buffer(heap.outline, -ramp_m * np.linspace(0, 1, 4)))
    risen = float(np.trapezoid(steps, dx=1 / 3)) / max(float(steps[0]), 1e-6)
    return _FOOT + (1 - _FOOT) * risen


@njit(cache=True, nogil=True)
def _heap_bodies(
    pile: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    owner: NDArray[np.int32],
    away: NDArray[np.float32],
    table: NDArray[np.float64],
    seed: int,
    window: Window,
) -> None:
    """Heap up the fine stuff between the pieces."""
    row0, column0, fine, side = window
    for i in range(pile.shape[0]):
        for j in range(pile.shape[1]):
            k = owner[i, j]
            if k < 0:
                continue
            x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
            broad = noise_at(x, y, 3.2, seed + 1)
            rise = _FOOT + (1.0 - _FOOT) * min(1.0, away[i, j] / table[k, 1])
            cover = min(1.0, table[k, 3] * (1.1 + 0.5 * broad) * min(1.0, 0.2 + away[i, j] / 0.8))
            cover = max(0.0, cover)
            pile[i, j] = table[k, 0] * max(0.1, 1.0 + 0.33 * broad) * rise
            shade = 0.93 + 0.10 * noise_at(x, y, 0.9, seed + 2)
            shade += 0.11 * hashed_gauss(seed + 3, row0 + i, column0 + j) * min(1.0, 0.4 / fine)
            shade = max(0.3, shade + 0.05 * broad)
            if table[k, 3] > 0.5:
                material[i, j] = _RUBBLE
            for band in range(4):
                albedo[band, i, j] += cover * (table[k, 4 + band] * shade - albedo[band, i, j])


@njit(cache=True, nogil=True)
def _holds(
    x: float,
    y: float,
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    first: int,
    last: int,
) -> bool:
    """Tell if a polygon holds a point (kernel)."""
    inside = False
    for ring in range(first, last):
        for k in range(rings[ring], rings[ring + 1] - 1):
            x1, y1, x2, y2 = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
            if (y1 <= y) != (y2 <= y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
    return inside


@njit(cache=True, nogil=True)
def _strew(
    pile: NDArray[np.float32],
    body: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    shapes: NDArray[np.int64],
    owners: NDArray[np.int64],
    picked: NDArray[np.int64],
    table: NDArray[np.float64],
    seed: int,
    window: Window,
) -> None:
    """Strew the pieces of each heap, one per cell of a lattice."""
    row0, column0, fine, side = window
    rows, columns = pile.shape
    for number in range(picked.shape[0]):
        shape = picked[number]
        k = owners[shape]
        piece, share = table[k, 2], table[k, 3]
        start, stop = rings[shapes[shape]], rings[shapes[shape + 1]]
        slack = 0.8 * _LARGEST * piece
        west = max(points[start:stop, 0].min() - piece, column0 * fine - slack)
        east = min(points[start:stop, 0].max() + piece, (column0 + columns) * fine + slack)
        south = max(points[start:stop, 1].min() - piece, side - (row0 + rows) * fine - slack)
        north = min(points[start:stop, 1].max() + piece, side - row0 * fine + slack)
        own = seed + 97 * (k + 1)
        for b in range(floor(south / piece), floor(north / piece) + 1):
            for a in range(floor(west / piece), floor(east / piece) + 1):
                if hashed_uniform(own, a, b) > share:
                    continue
                x0 = (a + hashed_uniform(own + 1, a, b)) * piece
                y0 = (b + hashed_uniform(own + 2, a, b)) * piece
                stray = 0.6 * piece * hashed_gauss(own + 3, a, b)
                if not _holds(x0 + stray, y0 - 0.5 * stray, points, rings, shapes[shape],
                              shapes[shape + 1]):  # fmt: skip
                    continue
                # A tail of power 2 gives half of all pieces more than the median size.
                size = 0.71 * piece / sqrt(max(hashed_uniform(own + 4, a, b), 0.02))
                if size < 0.8 * fine:
                    continue
                turn = pi * hashed_uniform(own + 5, a, b)
                bits = mixed(own + 6, a, b)
                slim = 0.45 + 0.55 * float(bits & np.uint64(1023)) / 1023.0
                bright = 0.62 + 0.75 * float((bits >> np.uint64(10)) & np.uint64(1023)) / 1023.0
                warm = 0.12 * (float((bits >> np.uint64(20)) & np.uint64(1023)) / 1023.0 - 0.5)
                dip = 0.34 * hashed_gauss(own + 7, a, b)
                roll = 0.34 * hashed_gauss(own + 8, a, b)
                lift = 0.14 * size
                _slab(pile, body, material, albedo, x0, y0, size, slim * size, cos(turn), sin(turn),
                      lift, dip, roll, bright, warm, table[k], window)  # fmt: skip


@njit(cache=True, nogil=True)
def _slab(
    pile: NDArray[np.float32],
    body: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    x0: float,
    y0: float,
    length: float,
    width: float,
    east: float,
    north: float,
    lift: float,
    dip: float,
    roll: float,
    bright: float,
    warm: float,
    heap: NDArray[np.float64],
    window: Window,
) -> None:
    """Lay one slab where it is the highest."""
    row0, column0, fine, side = window
    rows, columns = pile.shape
    reach = 0.5 * sqrt(length * length + width * width)
    top = max(0, first_pixel(side - y0 - reach, fine, row0))
    left = max(0, first_pixel(x0 - reach, fine, column0))
    for i in range(top, min(rows, first_pixel(side - y0 + reach, fine, row0))):
        for j in range(left, min(columns, first_pixel(x0 + reach, fine, column0))):
            x, y = (column0 + j + 0.5) * fine - x0, side - (row0 + i + 0.5) * fine - y0
            u, v = x * east + y * north, y * east - x * north
            if abs(u) > length / 2 or abs(v) > width / 2:
                continue
            z = 0.75 * body[i, j] + lift + dip * u + roll * v
            if z > pile[i, j]:
                pile[i, j] = z
                material[i, j] = _RUBBLE
                albedo[0, i, j] = heap[4] * bright * (1.0 + warm)
                albedo[1, i, j] = heap[5] * bright
                albedo[2, i, j] = heap[6] * bright * (1.0 - warm)
                albedo[3, i, j] = heap[7] * bright
