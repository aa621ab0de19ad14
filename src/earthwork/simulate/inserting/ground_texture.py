"""The grain of a picture's own bare ground, spread over a place where earth was turned.

Squares of bare ground are laid over the place so that they overlap; of a few drawn by chance the
one is taken that fits its neighbours best. Overlaps are mixed so that the grain keeps its
strength: a plain mean would leave a smooth seam, and a seam is what a detector learns.

References
----------
Efros, A. A. and Freeman, W. T. (2001), Image quilting for texture synthesis and transfer,
doi:10.1145/383259.383296.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.simulate.inserting.backdrop import blurred_within

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextureOptions:
    """How grain is borrowed."""

    squares_px: tuple[int, ...] = (28, 20, 14, 10, 7)
    """Sides of the squares, the largest that enough places hold is taken."""
    least_places: int = 40
    """Places that must hold a square."""
    tries: int = 10
    """Squares compared for each spot."""
    level_m: float = 5.0
    """Grain is what varies over less than this; slower changes stay where they are."""


DEFAULT_TEXTURE = TextureOptions()


def ground_level(pixels: Image, bare: Mask, *, sigma_px: float) -> Image:
    """Return how bright bare ground is around each pixel.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    bare
        Dims (row, column): bare ground.
    sigma_px
        How far around, standard deviation.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), float32; the median of the bare ground where none is near, of
        all pixels where there is none at all.
    """
    levels = []
    for band in pixels:
        mean, weight = blurred_within(band, bare, sigma_px)
        usual = np.float32(np.median(band[bare]) if bare.any() else np.median(band))
        trust = np.clip(weight / np.float32(0.02), 0, 1)
        levels.append(trust * mean + (1 - trust) * usual)
    return np.asarray(levels, np.float32)


def borrow_grain(
    pixels: Image,
    bare: Mask,
    *,
    wanted: Mask,
    gsd_m: float,
    rng: np.random.Generator,
    options: TextureOptions = DEFAULT_TEXTURE,
) -> Image:
    """Return grain for a place, as factors around 1, borrowed from bare ground.

    Parameters
    ----------
    pixels
        Dims (band, row, column), float32.
    bare
        Dims (row, column): bare ground to borrow from.
    wanted
        Dims (row, column): where grain is needed.
    gsd_m
        Pixel side in metres.
    rng
        Source of randomness.
    options
        How grain is borrowed.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), float32; 1 where none is wanted or none can be borrowed.
    """
    side, places = _places(bare, options)
    if len(places) == 0:
        return np.ones_like(pixels)
    grain = _grain(pixels, bare, options.level_m / gsd_m)
    return _quilted(grain, wanted, places, side=side, tries=options.tries, rng=rng)


def _places(bare: Mask, options: TextureOptions) -> tuple[int, NDArray[np.int64]]:
    """Return the largest side of which enough squares are wholly bare, and their corners."""
    integral = np.pad(np.cumsum(np.cumsum(bare, axis=0, dtype=np.int64), axis=1), ((1, 0), (1, 0)))
    best: tuple[int, NDArray[np.int64]] = (0, np.zeros((0, 2), np.int64))
    for side in options.squares_px:
        if min(bare.shape) < side:
            continue
        inner = integral[side:, side:] - integral[:-side, side:]
        inner = inner - integral[side:, :-side] + integral[:-side, :-side]
        places = np.argwhere(inner == side * side)
        if len(places) >= options.least_places:
            return side, places
        if len(places) > len(best[1]):
            best = (side, places)
    return best


def _grain(pixels: Image, bare: Mask, sigma: float) -> Image:
    """Return each band against its local mean over bare ground."""
    shares = [
        np.clip(band / np.maximum(blurred_within(band, bare, sigma)[0], 1e-3), 0.3, 2.0)
        for band in pixels
    ]
    return np.asarray(shares, np.float32)


def grain_strength(pixels: Image, bare: Mask, *, sigma_px: float) -> float:
    """Return the spread of bare ground's brightness against its local mean, 0 to 0.2.

    Parameters
    ----------
    pixels
        Dims (band, row, column), float32.
    bare
        Dims (row, column): bare ground.
    sigma_px
        How far around the mean is taken, standard deviation.
    """
    if not bare.any():
        return 0.03
    return float(np.clip(_grain(pixels, bare, sigma_px)[:, bare].std(axis=1).mean(), 0, 0.2))


def _quilted(
    grain: Image,
    wanted: Mask,
    places: NDArray[np.int64],
    *,
    side: int,
    tries: int,
    rng: np.random.Generator,
) -> Image:
    step = max(1, side * 2 // 3)
    rows, columns = wanted.shape
    laid = np.zeros((grain.shape[0], rows + side, columns + side), np.float32)
    power = np.zeros((rows + side, columns + side), np.float32)
    weight = _weight(side, side - step)
    for top in range(0, rows, step):
        for left in range(0, columns, step):
            if not wanted[top : top + side, left : left + side].any():
                continue
            part = (slice(top, top + side), slice(left, left + side))
            drawn = places[rng.integers(len(places), size=tries)]
            square = _best(grain, drawn, side, laid[(slice(None), *part)], power[part])
            laid[(slice(None), *part)] += weight * (square - 1)
            power[part] += weight * weight
    mixed = 1 + laid / np.sqrt(np.maximum(power, 1e-6))
    quilt: Image = np.where(wanted, mixed[:, :rows, :columns], 1).astype(np.float32)
    return quilt


def _weight(side: int, overlap: int) -> Image:
    ramp = np.minimum(np.arange(side) + 1, np.arange(side)[::-1] + 1) / (overlap + 1)
    ramp = np.clip(ramp, 0, 1).astype(np.float32)
    return np.asarray(cv2.sqrt(np.outer(ramp, ramp)), np.float32)


def _best(grain: Image, drawn: NDArray[np.int64], side: int, laid: Image, power: Image) -> Image:
    """Return of some squares the one that differs least from what is laid already."""
    there = power > 0
    squares = [grain[:, row : row + side, column : column + side] for row, column in drawn]
    if not there.any():
        return squares[0]
    before = 1 + laid[:, there] / np.sqrt(power[there])
    misses = [float(np.square(square[:, there] - before).sum()) for square in squares]
    return squares[int(np.argmin(misses))]
