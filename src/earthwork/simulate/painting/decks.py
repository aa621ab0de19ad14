"""Bridges: decks over water with parapets, and spans that have fallen into it."""
# ruff: noqa: PLR2004, PLR0917 - a painter's measures; kernels take arrays by position

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Road, RoadClass
from earthwork.simulate.painting.ground import ground_m
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import Window, noise_at, window_of
from earthwork.simulate.painting.outlines import (
    Outlines,
    Strokes,
    burn,
    measure_rims,
    outlines_of,
    rims_of,
)
from earthwork.simulate.painting.surface import Frame
from earthwork.simulate.painting.uprights import Canvas

_KERB_M = 1.2
_RIM_M = 0.4
_CONCRETE, _WATER, _ASPHALT = int(Material.CONCRETE), int(Material.WATER), int(Material.ASPHALT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decks:
    """Bridges, ready to be drawn in any window."""

    outlines: Outlines
    """Decks with their kerbs, then fallen spans."""
    rims: Strokes
    """Their edges."""
    spans: NDArray[np.float64]
    """Dims (outline, [fallen, x, y, east, north, half length])."""
    relief_m: float
    """Swell of the ground beside them."""
    seed: int
    """Seed of the landscape."""

    def raise_in(self, canvas: Canvas, frame: Frame, looks: NDArray[np.float32]) -> None:
        """Raise decks and drop spans in a window, in place."""
        box, window = frame.bounds, window_of(frame)
        picked = self.outlines.near(box)
        if not len(picked):
            return
        owner = np.full(frame.shape, -1, dtype=np.int32)
        burn(owner, self.outlines, np.arange(len(self.spans)), picked=picked, window=window)
        away = np.full(frame.shape, _RIM_M, dtype=np.float32)
        edges = self.rims.near(box, reach_m=_RIM_M)
        measure_rims(away, owner, self.rims.pieces[edges], self.rims.owners[edges], _RIM_M, window)
        plain = ground_m(frame, relief_m=self.relief_m, seed=self.seed)
        _lift(canvas.soft_m, canvas.solid_m, canvas.material, canvas.albedo, canvas.wall, plain,
              owner, away, self.spans, looks, self.seed, window)  # fmt: skip


def decks_of(
    roads: Sequence[Road], fallen: Sequence[Polygon], *, relief_m: float, seed: int
) -> Decks:
    """Lay out the bridges among roads, and the spans that have fallen."""
    bridges = [road for road in roads if road.is_bridge]
    drawn = [b.line.buffer(b.width_m / 2 + _KERB_M, cap_style="flat") for b in bridges]
    spans = [(0.0, *_axis(deck), float(b.road_class is RoadClass.MAIN))
             for deck, b in zip(drawn, bridges, strict=True)]  # fmt: skip
    spans += [(1.0, *_axis(span), 1.0) for span in fallen]
    outlines = outlines_of([*drawn, *fallen])
    return Decks(outlines=outlines, rims=rims_of(outlines), relief_m=relief_m, seed=seed,
                 spans=np.array(spans, dtype=np.float64).reshape(-1, 7))  # fmt: skip


def _axis(shape: BaseGeometry) -> tuple[float, ...]:
    """Return the middle of a shape, the direction of its longer side and half its length."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shape))
    edges = np.diff(corners[:3], axis=0)
    edge = edges[np.argmax(np.hypot(edges[:, 0], edges[:, 1]))]
    length = float(np.hypot(*edge))
    middle = shape.centroid
    return (middle.x, middle.y, float(edge[0]) / length, float(edge[1]) / length, length / 2)


@njit(cache=True, nogil=True)
def _lift(
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    wall: NDArray[np.float32],
    plain: NDArray[np.float32],
    owner: NDArray[np.int32],
    away: NDArray[np.float32],
    spans: NDArray[np.float64],
    looks: NDArray[np.float32],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    for i in range(soft.shape[0]):
        for j in range(soft.shape[1]):
            k = owner[i, j]
            if k < 0 or plain[i, j] - soft[i, j] < 0.6:
                continue
            x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
            deck = plain[i, j] + 0.6 - soft[i, j]
            rough = noise_at(x, y, 1.5, seed + 71)
            mark = _CONCRETE
            if spans[k, 0] > 0:
                # One end of the span still leans on its pier; the other has gone under.
                u = (x - spans[k, 1]) * spans[k, 3] + (y - spans[k, 2]) * spans[k, 4]
                share = u / spans[k, 5] + 0.12 * rough
                top = (deck - 0.8) * (0.42 - share) / 1.3
                if top <= 0.05 or share < -0.9 or noise_at(x, y, 4.0, seed + 72) > 1.6:
                    mark, top = _WATER, 0.0
            else:
                top = deck
                if away[i, j] < max(0.35, 0.55 * fine):
                    top += 1.0
                elif material[i, j] != _WATER:
                    mark = int(material[i, j])
            solid[i, j] = top
            wall[i, j] = 0.75
            if mark != material[i, j] or spans[k, 0] > 0:
                shade = (0.9 if spans[k, 0] > 0 else 1.02) + 0.08 * rough
                for band in range(4):
                    albedo[band, i, j] = looks[mark, band] * shade
            material[i, j] = mark
