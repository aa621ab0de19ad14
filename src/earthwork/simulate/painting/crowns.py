"""Crowns of trees, and bushes of wild ground."""
# ruff: noqa: PLR2004, PLR0917 - a painter's measures; kernels take arrays by position

from __future__ import annotations

from math import floor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import Window, hashed_gauss, hashed_uniform, noise_at
from earthwork.simulate.painting.outlines import Box, first_pixel

_TREE = int(Material.TREE)
_CELL_M = 3.0


def trees_near(trees: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    """Return the trees, dims (tree, [x, y, radius, height]), whose crowns reach into a box."""
    reach = 1.4 * trees[:, 2]
    near = (trees[:, 0] + reach >= box[0]) & (trees[:, 0] - reach <= box[2])
    near &= (trees[:, 1] + reach >= box[1]) & (trees[:, 1] - reach <= box[3])
    return np.ascontiguousarray(trees[near])


@njit(cache=True, nogil=True)
def bushes_in(
    material: NDArray[np.uint8], solid: NDArray[np.float32], seed: int, window: Window
) -> NDArray[np.float64]:
    """Find the bushes that grow on soil, verges and river banks, thicker in some tracts (kernel).

    Parameters
    ----------
    material, solid
        Dims (row, column): the window before any tree is drawn.
    seed
        Seed.
    window
        The frame.

    Returns
    -------
    numpy.ndarray
        Dims (bush, [x, y, radius, height]), metres.
    """
    row0, column0, fine, side = window
    rows, columns = solid.shape
    west, north = floor(column0 * fine / _CELL_M), side - row0 * fine
    east = floor((column0 + columns) * fine / _CELL_M)
    south = floor((north - rows * fine) / _CELL_M)
    found = np.empty(((east - west + 2) * (int(north / _CELL_M) - south + 3), 4), np.float64)
    count = 0
    for b in range(south, floor(north / _CELL_M) + 1):
        for a in range(west, east + 1):
            x = (a + hashed_uniform(seed, a, b)) * _CELL_M
            y = (b + hashed_uniform(seed + 1, a, b)) * _CELL_M
            i, j = floor((side - y) / fine) - row0, floor(x / fine) - column0
            if i < 0 or j < 0 or i >= rows or j >= columns or solid[i, j] > 0:
                continue
            m = material[i, j]
            if m > 1 and m != 6 and m != 11 and m != 20:  # noqa: PLR1714 - no set for each pixel
                continue
            thick = 0.05 + 0.10 * noise_at(x, y, 45.0, seed + 2)
            thick += 0.06 * noise_at(x, y, 11.0, seed + 4)
            if m == 11:
                thick += 0.04
            elif m == 6:
                thick += 0.22
            elif m == 1:
                thick *= 0.5
            if hashed_uniform(seed + 3, a, b) < thick:
                size = hashed_uniform(seed + 5, a, b)
                found[count, 0], found[count, 1] = x, y
                found[count, 2], found[count, 3] = 0.35 + 1.0 * size * size, 0.3 + 1.1 * size
                count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def grow_trees(
    crowns: NDArray[np.float32],
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    trees: NDArray[np.float64],
    leaf: NDArray[np.float32],
    leafy: float,
    dry: float,
    seed: int,
    window: Window,
) -> None:
    """Grow trees over whatever is lower than their crowns (kernel).

    Parameters
    ----------
    crowns
        Dims (row, column): height of crowns above the ground, raised in place.
    soft, solid, material, albedo
        The window; ``soft`` is not changed here.
    trees
        Dims (tree, [x, y, radius, height]), metres.
    leaf
        Dims (band): reflectance of leaves.
    leafy
        1 for full crowns, less for bare ones.
    dry
        How much browner than leaves they are.
    seed
        Seed of their shape.
    window
        The frame.
    """
    for k in range(trees.shape[0]):
        _crown(crowns, soft, solid, material, albedo, trees[k], leaf, leafy, dry, seed, window)


@njit(cache=True, nogil=True)
def _crown(
    crowns: NDArray[np.float32],
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    tree: NDArray[np.float64],
    leaf: NDArray[np.float32],
    leafy: float,
    dry: float,
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    rows, columns = soft.shape
    x0, y0, radius, height = tree[0], tree[1], tree[2], tree[3]
    # The same tree has the same tone wherever it is seen from.
    a, b = floor(x0 * 8), floor(y0 * 8)
    bright = 1.0 + 0.2 * hashed_gauss(seed + 6, a, b)
    bright = min(1.5, max(0.6, bright))
    tan = 0.10 * hashed_gauss(seed + 7, a, b) + dry
    wide = max(radius, 0.5 * fine)
    height *= min(1.0, 1.2 * radius / fine)
    weight = min(1.0, (radius / wide) ** 2) * (0.45 + 0.55 * leafy)
    reach = 1.35 * wide
    top = max(0, first_pixel(side - y0 - reach, fine, row0))
    left = max(0, first_pixel(x0 - reach, fine, column0))
    for i in range(top, min(rows, first_pixel(side - y0 + reach, fine, row0))):
        for j in range(left, min(columns, first_pixel(x0 + reach, fine, column0))):
            x, y = (column0 + j + 0.5) * fine, side - (row0 + i + 0.5) * fine
            away = ((x - x0) ** 2 + (y - y0) ** 2) / (wide * wide)
            if away > 1.7:
                continue
            clump = noise_at(x, y, max(0.45, 0.3 * radius), seed + 8)
            ragged = 1.0 + 0.22 * clump
            if away >= ragged:
                continue
            share = hashed_uniform(seed + 9, row0 + i, column0 + j)
            if share > 0.35 + 0.65 * leafy + 0.1 * clump:
                continue
            rise = height * (0.45 + 0.55 * (1.0 - away / ragged) + 0.09 * clump)
            if rise <= crowns[i, j] or rise <= solid[i, j]:
                continue
            crowns[i, j] = rise
            solid[i, j] = 0.0
            material[i, j] = _TREE
            shade = bright * (1.0 + 0.20 * clump + 0.12 * (share - 0.5) * min(1.0, 0.5 / fine))
            shade = max(0.35, shade)
            for band in range(4):
                warm = 1.0 + tan * (1.0 if band == 0 else (0.5 if band == 1 else 0.1))
                albedo[band, i, j] += weight * (leaf[band] * shade * warm - albedo[band, i, j])
