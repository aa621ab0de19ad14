"""Noise that belongs to places: the same wherever a window of the plain begins or ends.

Every value is hashed from a seed and whole world coordinates, never drawn from a stream, so any
window can be painted by itself, in any order and on any number of threads. Smooth noise is a
quadratic B-spline over a hashed lattice, scaled to unit variance at every point; it depends on
world metres, so that the same place looks alike on a finer or coarser grid.

References
----------
Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators,
doi:10.1145/2660193.2660195 (the mixing function).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.surface import Frame

Window = tuple[int, int, float, float]
"""A frame as kernels take it: row0, column0, fine_m, side_m."""

_GAUSS_SPREAD = 65536.0 / sqrt(3.0)
_SEED_BITS = 2**63 - 1
_UNRESOLVED = 0.8
"""A layer finer than this share of a fine pixel is seen as its mean over the pixel."""


def window_of(frame: Frame) -> Window:
    """Return a frame as the kernels take it."""
    return (frame.row0, frame.column0, frame.fine_m, frame.side_m)


def sub_seed(seed: int, *path: int) -> int:
    """Return a seed for one purpose out of a seed and whole numbers that name the purpose."""
    state = np.random.SeedSequence([seed & _SEED_BITS, *path]).generate_state(1, np.uint64)
    return int(state[0]) & _SEED_BITS


@njit(cache=True, nogil=True, inline="always")
def mixed(seed: int, a: int, b: int) -> np.uint64:
    """Return 64 well mixed bits for two whole numbers (kernel)."""
    z = (
        np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        + np.uint64(a) * np.uint64(0xD1B54A32D192ED03)
        + np.uint64(b) * np.uint64(0x8CB92BA72F3D8DD7)
    )
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True, inline="always")
def hashed_uniform(seed: int, a: int, b: int) -> float:
    """Return a number in [0, 1) for two whole numbers (kernel)."""
    return np.float64(mixed(seed, a, b) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True, inline="always")
def hashed_gauss(seed: int, a: int, b: int) -> float:
    """Return a nearly normal number for two whole numbers: four 16-bit uniforms (kernel)."""
    bits = mixed(seed, a, b)
    low = np.uint64(0xFFFF)
    total = (
        np.int64(bits & low)
        + np.int64((bits >> np.uint64(16)) & low)
        + np.int64((bits >> np.uint64(32)) & low)
        + np.int64(bits >> np.uint64(48))
    )
    return (total - 131070.0) / _GAUSS_SPREAD


@njit(cache=True, nogil=True)
def noise_at(x: float, y: float, scale: float, seed: int) -> float:
    """Return smooth noise of unit variance at one point of the world (kernel)."""
    u, v = x / scale, y / scale
    column, row = floor(u + 0.5), floor(v + 0.5)
    s, t = u - column, v - row
    a0, a1, a2 = 0.5 * (0.5 - s) ** 2, 0.75 - s * s, 0.5 * (0.5 + s) ** 2
    b0, b1, b2 = 0.5 * (0.5 - t) ** 2, 0.75 - t * t, 0.5 * (0.5 + t) ** 2
    total = 0.0
    for step in range(3):
        line = a0 * hashed_gauss(seed, row + step - 1, column - 1)
        line += a1 * hashed_gauss(seed, row + step - 1, column)
        line += a2 * hashed_gauss(seed, row + step - 1, column + 1)
        total += line * (b0 if step == 0 else (b1 if step == 1 else b2))
    spread = (a0 * a0 + a1 * a1 + a2 * a2) * (b0 * b0 + b1 * b1 + b2 * b2)
    return total / sqrt(spread)


def white_noise(frame: Frame, *, seed: int) -> NDArray[np.float32]:
    """Return noise without any correlation between fine pixels.

    Parameters
    ----------
    frame
        Window of the fine grid.
    seed
        Seed.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32, mean 0 and standard deviation 1, nearly normal.
    """
    out = np.zeros(frame.shape, dtype=np.float32)
    _add_white(out, frame.row0, frame.column0, seed, 1.0)
    return out


def smooth_noise(frame: Frame, *, scale_m: float, seed: int) -> NDArray[np.float32]:
    """Return noise that varies over one distance.

    Parameters
    ----------
    frame
        Window of the fine grid.
    scale_m
        Distance in metres over which it varies.
    seed
        Seed.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32, mean 0 and standard deviation 1; less where the distance is
        below a fine pixel, which sees the mean.
    """
    out = np.zeros(frame.shape, dtype=np.float32)
    add_noise(out, frame, scale_m=scale_m, seed=seed)
    return out


def fractal_noise(frame: Frame, *, scales_m: Sequence[float], seed: int) -> NDArray[np.float32]:
    """Return smooth noise summed over several distances, each of equal strength.

    Parameters
    ----------
    frame
        Window of the fine grid.
    scales_m
        Distances in metres over which the layers vary.
    seed
        Seed.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32, mean 0 and standard deviation 1 where all are resolved.
    """
    out = np.zeros(frame.shape, dtype=np.float32)
    for number, scale_m in enumerate(scales_m):
        share = 1 / sqrt(len(scales_m))
        add_noise(out, frame, scale_m=scale_m, seed=sub_seed(seed, number), amount=share)
    return out


def add_noise(
    out: NDArray[np.float32], frame: Frame, *, scale_m: float, seed: int, amount: float = 1.0
) -> None:
    """Add smooth noise to an array in place.

    Parameters
    ----------
    out
        Dims (row, column), of the frame's shape.
    frame
        Window of the fine grid.
    scale_m
        Distance in metres over which the noise varies.
    seed
        Seed.
    amount
        Standard deviation.

    Raises
    ------
    InvalidValue
        If the distance is not above 0.
    """
    if not scale_m > 0:
        raise InvalidValue(f"noise over {scale_m} m", where="scale_m", choices=["above 0"])
    if scale_m < _UNRESOLVED * frame.fine_m:
        _add_white(out, frame.row0, frame.column0, seed, amount * scale_m / frame.fine_m)
    else:
        _add_smooth(out, window_of(frame), scale_m, seed, amount)


@njit(cache=True, nogil=True)
def _add_white(out: NDArray[np.float32], row0: int, column0: int, seed: int, amount: float) -> None:
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] += np.float32(amount * hashed_gauss(seed, row0 + i, column0 + j))


@njit(cache=True, nogil=True)
def _add_smooth(
    out: NDArray[np.float32], window: Window, scale: float, seed: int, amount: float
) -> None:
    row0, column0, fine, side = window
    rows, columns = out.shape
    down, down_weights = np.empty(rows, np.int64), np.empty((rows, 3), np.float32)
    for i in range(rows):
        down[i] = _spline((side - (row0 + i + 0.5) * fine) / scale, down_weights[i])
    along, weights = np.empty(columns, np.int64), np.empty((columns, 3), np.float32)
    for j in range(columns):
        along[j] = _spline((column0 + j + 0.5) * fine / scale, weights[j])
    first, last = along[0] - 1, along[columns - 1] + 1
    nodes = np.zeros((3, last - first + 1), np.float32)
    held = np.full(3, np.iinfo(np.int64).min)
    line = np.empty(last - first + 1, np.float32)
    for j in range(columns):
        along[j] -= first + 1
    for i in range(rows):
        line[:] = 0.0
        for step in range(3):
            row = down[i] + step - 1
            slot = row % 3
            if held[slot] != row:
                held[slot] = row
                for k in range(nodes.shape[1]):
                    nodes[slot, k] = hashed_gauss(seed, row, first + k)
            weight = np.float32(down_weights[i, step] * amount)
            for k in range(nodes.shape[1]):
                line[k] += weight * nodes[slot, k]
        for j in range(columns):
            k = along[j]
            out[i, j] += (
                weights[j, 0] * line[k] + weights[j, 1] * line[k + 1] + weights[j, 2] * line[k + 2]
            )


@njit(cache=True, nogil=True)
def _spline(u: float, weights: NDArray[np.float32]) -> int:
    """Write the three weights at a place, scaled to unit variance; return the middle node."""
    node = floor(u + 0.5)
    t = u - node
    a0, a1, a2 = 0.5 * (0.5 - t) ** 2, 0.75 - t * t, 0.5 * (0.5 + t) ** 2
    spread = sqrt(a0 * a0 + a1 * a1 + a2 * a2)
    weights[0], weights[1], weights[2] = a0 / spread, a1 / spread, a2 / spread
    return node
