"""Earth moved along lines and at points: banks, trenches, mounds, craters, dry beds, river banks.

Each form is a height above or a depth below the ground. Where forms meet, the highest and the
lowest hold: two berms that cross are no higher than one.
"""

# ruff: noqa: PLR2004, PLR0917 - a painter's measures; kernels take arrays by position

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.simulate.cities.city import Wadi
from earthwork.simulate.landscape import Bank, Mound
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import Window, hashed_gauss, noise_at, sub_seed
from earthwork.simulate.painting.outlines import (
    Box,
    Strokes,
    away_from,
    first_pixel,
    span_columns,
    span_rows,
    strokes_of,
)

_UNEVEN_M = 0.04
"""Banks are made by machines: heights and widths stay within this of the stated ones."""
_STRIP_M = 2.2
"""Width of the scraped strip beside a bank."""
_FLOODED = 0.72
"""Water stands in a trench up to this share of its depth."""
_EARTH, _WATER = int(Material.BANKED_EARTH), int(Material.WATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earthforms:
    """Banks and mounds, ready to be raised in any window."""

    strokes: Strokes
    """Middles of the banks."""
    sections: NDArray[np.float64]
    """Dims (bank, [height, half crest, half base, tone, water]), metres."""
    mounds: NDArray[np.float64]
    """Dims (mound, [x, y, radius, height, tone]), metres."""
    seed: int
    """Seed of their unevenness."""

    def raise_in(
        self, ground: Relief, *, look: NDArray[np.float32], water: NDArray[np.float32], box: Box,
        window: Window,
    ) -> None:  # fmt: skip
        """Raise and dig what reaches into a window, in place."""
        picked = self.strokes.near(box, reach_m=self._reach_m)
        heaps = self._mounds_near(box)
        if not len(picked) and not len(heaps):
            return
        up, down, tone, scrape = (np.zeros(ground.soft_m.shape, dtype=np.float32) for _ in range(4))
        _raise_banks(up, down, tone, scrape, self.strokes.pieces[picked],
                     self.sections[self.strokes.owners[picked]], self.seed, window)  # fmt: skip
        _raise_mounds(up, down, tone, heaps, self.seed, window)
        _turn_earth(ground.soft_m, ground.material, ground.albedo, up, down, tone, scrape, look,
                    water, self.seed, window)  # fmt: skip

    @property
    def _reach_m(self) -> float:
        return float(self.sections[:, 2].max(initial=0.0)) + _STRIP_M

    def _mounds_near(self, box: Box) -> NDArray[np.float64]:
        reach = 1.6 * self.mounds[:, 2]
        near = (self.mounds[:, 0] > box[0] - reach) & (self.mounds[:, 0] < box[2] + reach)
        near &= (self.mounds[:, 1] > box[1] - reach) & (self.mounds[:, 1] < box[3] + reach)
        return self.mounds[near]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """The arrays of a window that earth is moved in."""

    soft_m: NDArray[np.float32]
    """Dims (row, column): height of the ground, metres."""
    material: NDArray[np.uint8]
    """Dims (row, column)."""
    albedo: NDArray[np.float32]
    """Dims (band, row, column)."""


def earthforms_of(banks: Sequence[Bank], mounds: Sequence[Mound], *, seed: int) -> Earthforms:
    """Lay out banks and mounds."""
    sections = [
        (b.height_m, b.crest_m / 2, max(b.base_m, b.crest_m) / 2, b.tone, float(b.water))
        for b in banks
    ]
    heaps = [(m.x, m.y, m.radius_m, m.height_m, m.tone) for m in mounds]
    return Earthforms(
        strokes=strokes_of([bank.line for bank in banks]),
        sections=np.array(sections, dtype=np.float64).reshape(-1, 5),
        mounds=np.array(heaps, dtype=np.float64).reshape(-1, 5),
        seed=sub_seed(seed, 31),
    )


@njit(cache=True, nogil=True)
def _raise_banks(
    up: NDArray[np.float32],
    down: NDArray[np.float32],
    tone: NDArray[np.float32],
    scrape: NDArray[np.float32],
    pieces: NDArray[np.float64],
    sections: NDArray[np.float64],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = up.shape
    for k in range(pieces.shape[0]):
        height, crest, base = sections[k, 0], sections[k, 1], sections[k, 2]
        paint = sections[k, 3]
        strip = _STRIP_M if height > 0 else 0.3
        reach = base + strip
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                x = (column0 + j + 0.5) * fine
                away, _ = away_from(x, y, pieces[k])
                if away < base:
                    share = 1.0
                    if away > crest:
                        share = (base - away) / (base - crest)
                    uneven = noise_at(x, y, 2.1, seed) * 0.012 * abs(height)
                    uneven = min(_UNEVEN_M, max(-_UNEVEN_M, uneven))
                    value = np.float32(share * (height + uneven))
                    if value > up[i, j]:
                        up[i, j], tone[i, j] = value, paint
                    elif value < down[i, j]:
                        wet = sections[k, 4] > 0 and value < _FLOODED * height
                        down[i, j] = _FLOODED * height if wet else value
                        tone[i, j] = -paint if wet else paint
                elif away < reach:
                    scrape[i, j] = max(scrape[i, j], np.float32(1.0 - (away - base) / strip))


@njit(cache=True, nogil=True)
def _raise_mounds(
    up: NDArray[np.float32],
    down: NDArray[np.float32],
    tone: NDArray[np.float32],
    mounds: NDArray[np.float64],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = up.shape
    for k in range(mounds.shape[0]):
        x0, y0, radius, height = mounds[k, 0], mounds[k, 1], mounds[k, 2], mounds[k, 3]
        reach = 1.5 * radius
        top = max(0, first_pixel(side - y0 - reach, fine, row0))
        left = max(0, first_pixel(x0 - reach, fine, column0))
        for i in range(top, min(rows, first_pixel(side - y0 + reach, fine, row0))):
            for j in range(left, min(columns, first_pixel(x0 + reach, fine, column0))):
                x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
                away = np.sqrt((x - x0) ** 2 + (y - y0) ** 2) / radius
                away *= 1.0 + 0.06 * noise_at(x, y, 0.8 * radius, seed)
                value = _mound_height(away, height)
                if value > up[i, j]:
                    up[i, j], tone[i, j] = value, mounds[k, 4]
                elif value < down[i, j]:
                    down[i, j], tone[i, j] = value, mounds[k, 4]


@njit(cache=True, nogil=True)
def _mound_height(away: float, height: float) -> float:
    """Return a heap's height, or a crater's with its rim, at a share of its radius."""
    if height >= 0:
        return (
            height * max(0.0, 1.0 - away) * (1.0 + 0.35 * min(1.0, away) * (1.0 - min(1.0, away)))
        )
    if away < 0.8:
        return height * (1.0 - (away / 0.8) ** 2)
    if away < 1.0:
        return -0.28 * height * (away - 0.8) / 0.2
    return -0.28 * height * max(0.0, 1.0 - (away - 1.0) / 0.45) ** 2


@njit(cache=True, nogil=True)
def _turn_earth(
    soft: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    up: NDArray[np.float32],
    down: NDArray[np.float32],
    tone: NDArray[np.float32],
    scrape: NDArray[np.float32],
    look: NDArray[np.float32],
    water: NDArray[np.float32],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    for i in range(soft.shape[0]):
        for j in range(soft.shape[1]):
            moved = up[i, j] + down[i, j]
            if up[i, j] == 0 and down[i, j] == 0:
                if scrape[i, j] > 0:
                    # Earth was pushed up from beside the bank, and some of it spilt.
                    x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
                    bare = 0.5 * scrape[i, j] + 0.3 * noise_at(x, y, 1.7, seed + 3)
                    bare = 0.7 * min(1.0, max(0.0, bare))
                    for band in range(4):
                        albedo[band, i, j] += bare * (0.97 * look[band] - albedo[band, i, j])
                continue
            soft[i, j] += moved
            x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
            if tone[i, j] < 0:
                shade = 1.0 + 0.06 * noise_at(x, y, 3.0, seed)
                material[i, j] = _WATER
                for band in range(4):
                    albedo[band, i, j] = water[band] * shade
                continue
            # Spilt earth thins out at the foot, so the edge is soft.
            cover = min(1.0, abs(moved) / 0.25 + 0.25)
            shade = 1.0 + 0.07 * hashed_gauss(seed, row0 + i, column0 + j) * min(1.0, 0.4 / fine)
            shade += 0.10 * noise_at(x, y, 0.8, seed + 1) + 0.07 * noise_at(x, y, 3.5, seed + 2)
            shade = max(0.3, shade) * abs(tone[i, j])
            if cover > 0.5:
                material[i, j] = _EARTH
            for band in range(4):
                albedo[band, i, j] += cover * (look[band] * shade - albedo[band, i, j])


def troughs_of(wadis: Sequence[Wadi]) -> tuple[Strokes, NDArray[np.float64]]:
    """Lay out dry beds: their pieces, and dims (bed, [depth, half width]) in metres."""
    sizes = np.array([(w.depth_m, w.width_m / 2) for w in wadis], dtype=np.float64)
    return strokes_of([wadi.line for wadi in wadis]), sizes.reshape(-1, 2)


@njit(cache=True, nogil=True)
def dig_troughs(
    down: NDArray[np.float32],
    bed: NDArray[Any],
    pieces: NDArray[np.float64],
    sizes: NDArray[np.float64],
    number: int,
    seed: int,
    window: Window,
) -> None:
    """Lower the ground along dry beds and mark their floors (kernel).

    Parameters
    ----------
    down
        Dims (row, column), metres: lowered in place where a bed lies deeper.
    bed
        Dims (row, column): gets ``number`` on the floor.
    pieces
        Dims (piece, [x, y, x, y]).
    sizes
        Dims (piece, [depth, half width]), metres.
    number
        What marks a floor.
    seed
        Seed of the winding of the banks.
    window
        The frame.
    """
    row0, column0, fine, side = window
    rows, columns = down.shape
    for k in range(pieces.shape[0]):
        depth, half = sizes[k, 0], sizes[k, 1]
        reach = 1.5 * half
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                x = (column0 + j + 0.5) * fine
                away, _ = away_from(x, y, pieces[k])
                if away < reach:
                    share = away / half * (1.0 + 0.18 * noise_at(x, y, 1.6 * half, seed))
                    if share < 1.0:
                        rise = max(0.0, (share - 0.45) / 0.55)
                        down[i, j] = min(down[i, j], -depth * (1.0 - rise * rise * (3 - 2 * rise)))
                        if share < 0.75:
                            bed[i, j] = number


@njit(cache=True, nogil=True)
def slope_banks(
    down: NDArray[np.float32],
    pieces: NDArray[np.float64],
    depth: float,
    reach: float,
    window: Window,
) -> None:
    """Lower the ground towards the edge of water (kernel); as ``dig_troughs``."""
    row0, column0, fine, side = window
    rows, columns = down.shape
    for k in range(pieces.shape[0]):
        top, bottom = span_rows(pieces[k], reach, rows, window)
        for i in range(top, bottom):
            y = side - (row0 + i + 0.5) * fine
            left, right = span_columns(pieces[k], y, reach, columns, window)
            for j in range(left, right):
                away, _ = away_from((column0 + j + 0.5) * fine, y, pieces[k])
                if away < reach:
                    share = 1.0 - away / reach
                    down[i, j] = min(down[i, j], np.float32(-depth * share * share))
