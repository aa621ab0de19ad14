"""Upright things: blocks, cars, tents, fittings of roofs, walls round yards and fields.

Many are smaller than a fine pixel. Their tone counts by the share of the pixel that they cover;
what is narrower than a pixel is drawn a pixel wide at its full height, and what is shorter than a
pixel too is lowered, so that shadows keep their area.
"""
# ruff: noqa: PLR2004, PLR0917 - a painter's measures; kernels take arrays by position

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, radians, sin, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.simulate.landscape import Block, Shape
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import Window, hashed_gauss, hashed_uniform, noise_at
from earthwork.simulate.painting.outlines import (
    Box,
    away_from,
    first_pixel,
    span_columns,
    span_rows,
)

BOX_VALUES = 13
"""x, y, length, width, height, east, north, base, shape, red, green, blue, near-infrared."""
_SHAPES = {Shape.BOX: 0.0, Shape.JERSEY: 1.0, Shape.TENT: 2.0}
_ON_GROUND = -1.0e6
"""As base: stands on whatever is under its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The arrays of a window that things are stood in."""

    soft_m: NDArray[np.float32]
    """Dims (row, column): ground, metres above the datum."""
    solid_m: NDArray[np.float32]
    """Dims (row, column): what stands on it, metres."""
    material: NDArray[np.uint8]
    """Dims (row, column)."""
    albedo: NDArray[np.float32]
    """Dims (band, row, column)."""
    wall: NDArray[np.float32]
    """Dims (row, column): brightness of walls against tops."""


def boxes_of(blocks: Sequence[Block]) -> NDArray[np.float64]:
    """Lay out blocks that stand on whatever is under their middle, dims (block, value)."""
    rows = [
        (b.x, b.y, b.length_m, b.width_m, b.height_m, sin(radians(b.heading_deg)),
         cos(radians(b.heading_deg)), _ON_GROUND, _SHAPES[b.shape], *b.tone)
        for b in blocks
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(-1, BOX_VALUES)


def boxes_near(boxes: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    """Return the boxes that reach into a window, in order."""
    reach = np.hypot(boxes[:, 2], boxes[:, 3]) / 2
    near = (boxes[:, 0] + reach >= box[0]) & (boxes[:, 0] - reach <= box[2])
    near &= (boxes[:, 1] + reach >= box[1]) & (boxes[:, 1] - reach <= box[3])
    return boxes[near]


def stand(
    canvas: Canvas, boxes: NDArray[np.float64], *, material: Material, window: Window
) -> None:
    """Stand boxes in a window, in place; those without a base stand on what is there before."""
    bases = _bases(canvas.soft_m, canvas.solid_m, boxes, window)
    _stand(canvas.soft_m, canvas.solid_m, canvas.material, canvas.albedo, canvas.wall, boxes,
           bases, int(material), window)  # fmt: skip


@njit(cache=True, nogil=True)
def _bases(
    soft: NDArray[np.float32], solid: NDArray[np.float32], boxes: NDArray[np.float64],
    window: Window,
) -> NDArray[np.float64]:  # fmt: skip
    row0, column0, fine, side = window
    bases = boxes[:, 7].copy()
    for k in range(boxes.shape[0]):
        if bases[k] <= _ON_GROUND:
            i = int(np.floor((side - boxes[k, 1]) / fine)) - row0
            j = int(np.floor(boxes[k, 0] / fine)) - column0
            i, j = min(max(i, 0), soft.shape[0] - 1), min(max(j, 0), soft.shape[1] - 1)
            bases[k] = soft[i, j] + solid[i, j]
    return bases


@njit(cache=True, nogil=True)
def _stand(
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    wall: NDArray[np.float32],
    boxes: NDArray[np.float64],
    bases: NDArray[np.float64],
    mark: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = soft.shape
    for k in range(boxes.shape[0]):
        length, width = boxes[k, 2], boxes[k, 3]
        height = boxes[k, 4] * min(1.0, max(length, width) / fine)
        own = int(np.floor(boxes[k, 0] * 64)) ^ (int(np.floor(boxes[k, 1] * 64)) << 20)
        wide, long = min(1.0, width / fine), min(1.0, length / fine)
        enough = 0.5 * wide * long
        reach = 0.5 * (sqrt(length * length + width * width) + 1.5 * fine)
        top = max(0, first_pixel(side - boxes[k, 1] - reach, fine, row0))
        left = max(0, first_pixel(boxes[k, 0] - reach, fine, column0))
        bottom = min(rows, first_pixel(side - boxes[k, 1] + reach, fine, row0))
        right = min(columns, first_pixel(boxes[k, 0] + reach, fine, column0))
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine - boxes[k, 1]
            for j in range(left, right):
                x = (column0 + j + 0.5) * fine - boxes[k, 0]
                u = abs(x * boxes[k, 5] + y * boxes[k, 6])
                v = abs(x * boxes[k, 6] - y * boxes[k, 5])
                cover = min(long, max(0.0, (length / 2 - u) / fine + 0.5))
                cover *= min(wide, max(0.0, (width / 2 - v) / fine + 0.5))
                if cover <= 0:
                    continue
                shade = 1.0 + 0.03 * hashed_gauss(own, row0 + i, column0 + j)
                for band in range(4):
                    albedo[band, i, j] += cover * (boxes[k, 9 + band] * shade - albedo[band, i, j])
                if cover < enough:
                    continue
                rise = height * _section(boxes[k, 8], min(1.0, 2 * v / max(width, fine)))
                material[i, j] = mark
                tall = bases[k] + rise - soft[i, j]
                if tall > solid[i, j]:
                    solid[i, j] = tall
                    wall[i, j] = 0.8


@njit(cache=True, nogil=True)
def _section(shape: float, off: float) -> float:
    """Return the share of the height at a share of the half width (kernel)."""
    if shape == 1.0:
        if off <= 0.34:
            return 1.0
        return 0.3 + 0.7 * max(0.0, (0.7 - off) / 0.36) if off < 0.7 else 0.3
    if shape == 2.0:
        return 1.0 - 0.75 * off
    return 1.0


@njit(cache=True, nogil=True)
def build_walls(
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    wall: NDArray[np.float32],
    free: NDArray[Any],
    pieces: NDArray[np.float64],
    height: float,
    width: float,
    worn: float,
    mark: int,
    tone: NDArray[np.float32],
    seed: int,
    window: Window,
) -> None:
    """Build walls along lines, higher where less worn, where no building stands (kernel)."""
    row0, column0, fine, side = window
    rows, columns = soft.shape
    wide = min(1.0, width / fine)
    reach = width / 2 + 0.5 * fine
    for k in range(pieces.shape[0]):
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                if free[i, j] >= 0:
                    continue
                x = (column0 + j + 0.5) * fine
                away, _ = away_from(x, y, pieces[k])
                cover = min(wide, max(0.0, (width / 2 - away) / fine + 0.5))
                if cover <= 0:
                    continue
                rough = noise_at(x, y, 3.0, seed)
                shade = max(0.4, 1.0 + 0.10 * rough + 0.08 * noise_at(x, y, 0.5, seed + 1))
                # Where two pieces meet, the second must not darken what the first has covered.
                if solid[i, j] <= 0:
                    for band in range(4):
                        albedo[band, i, j] += cover * (tone[band] * shade - albedo[band, i, j])
                if cover >= 0.5 * wide:
                    rise = height * min(1.1, max(0.15, 1.0 + worn * rough))
                    solid[i, j] = max(solid[i, j], np.float32(rise))
                    material[i, j] = mark
                    wall[i, j] = 0.8


@njit(cache=True, nogil=True)
def clutter_in(
    material: NDArray[np.uint8],
    solid: NDArray[np.float32],
    dust: NDArray[np.float32],
    seed: int,
    window: Window,
) -> NDArray[np.float64]:
    """Find what lies about in yards: crates, tanks, sheets, heaps of building stuff (kernel).

    Parameters
    ----------
    material, solid
        Dims (row, column): the window with its buildings.
    dust
        Dims (band): reflectance of trodden ground.
    seed
        Seed.
    window
        The frame.

    Returns
    -------
    numpy.ndarray
        Dims (thing, value): boxes that stand on the ground.
    """
    row0, column0, fine, side = window
    rows, columns = solid.shape
    cell = 4.0
    west, north = floor(column0 * fine / cell), side - row0 * fine
    east = floor((column0 + columns) * fine / cell)
    south, last = floor((north - rows * fine) / cell), floor(north / cell)
    found = np.empty(((east - west + 1) * (last - south + 1), BOX_VALUES), np.float64)
    count = 0
    for b in range(south, last + 1):
        for a in range(west, east + 1):
            x, y = (
                (a + hashed_uniform(seed, a, b)) * cell,
                (b + hashed_uniform(seed + 1, a, b)) * cell,
            )
            i, j = floor((side - y) / fine) - row0, floor(x / fine) - column0
            if i < 0 or j < 0 or i >= rows or j >= columns:
                continue
            if material[i, j] != 1 or solid[i, j] > 0:
                continue
            if hashed_uniform(seed + 2, a, b) > 0.16 + 0.12 * noise_at(x, y, 17.0, seed + 3):
                continue
            size, bright = hashed_uniform(seed + 4, a, b), hashed_uniform(seed + 5, a, b)
            turn = 3.14159 * hashed_uniform(seed + 6, a, b)
            row = found[count]
            row[0], row[1], row[2], row[3] = (
                x,
                y,
                0.5 + 2.0 * size * size,
                0.4 + 1.1 * size * bright,
            )
            row[4], row[5], row[6] = 0.2 + 0.9 * size, sin(turn), cos(turn)
            row[7], row[8] = _ON_GROUND, 0.0
            tone = 0.35 + 1.5 * bright * bright
            warm = 0.3 * (hashed_uniform(seed + 7, a, b) - 0.5)
            row[9], row[10] = dust[0] * tone * (1 + warm), dust[1] * tone
            row[11], row[12] = dust[2] * tone * (1 - warm), dust[3] * tone
            count += 1
    return found[:count].copy()
