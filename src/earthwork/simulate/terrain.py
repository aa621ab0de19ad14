"""The ground under a simulated city: smooth noise and relief.

Coordinates are local metres: x eastward, y northward from the south-western corner of the scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

_COARSE_PX = 64


def fractal_noise(
    shape: tuple[int, int], *, scales_px: Sequence[float], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return smooth noise summed over several scales, each of equal strength.

    Parameters
    ----------
    shape
        Rows and columns.
    scales_px
        Distance in pixels over which each layer varies.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32, mean near 0 and standard deviation near 1.
    """
    total = np.zeros(shape, dtype=np.float32)
    for scale in scales_px:
        total += _noise_layer(shape, scale_px=scale, rng=rng)
    return cast("NDArray[np.float32]", total / np.float32(np.sqrt(len(scales_px))))


def _noise_layer(
    shape: tuple[int, int], *, scale_px: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    if scale_px <= 1:
        return rng.standard_normal(shape, dtype=np.float32)
    if scale_px > _COARSE_PX:
        return _enlarged(shape, scale_px=scale_px, rng=rng)
    coarse = (int(shape[0] / scale_px) + 2, int(shape[1] / scale_px) + 2)
    seeds = rng.standard_normal(coarse, dtype=np.float32)
    size = (round(coarse[1] * scale_px), round(coarse[0] * scale_px))
    wide = cv2.resize(seeds, size, interpolation=cv2.INTER_CUBIC)
    # Cubic interpolation lowers the spread of white seeds to about 0.75.
    return cast("NDArray[np.float32]", wide[: shape[0], : shape[1]] * np.float32(1.33))


def _enlarged(
    shape: tuple[int, int], *, scale_px: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return a coarse layer drawn at an eighth of the size first, to spare memory."""
    small = (-(-shape[0] // 8), -(-shape[1] // 8))
    layer = _noise_layer(small, scale_px=scale_px / 8, rng=rng)
    size = (small[1] * 8, small[0] * 8)
    wide = cv2.resize(layer, size, interpolation=cv2.INTER_CUBIC)
    return cast("NDArray[np.float32]", wide[: shape[0], : shape[1]])


def relief(
    shape: tuple[int, int], *, gsd_m: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the bare ground of a gentle plain.

    Parameters
    ----------
    shape
        Rows and columns.
    gsd_m
        Pixel side in metres.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32 metres above the datum: about 220 m, swelling by 3 m over
        some 250 m and by decimetres over 30 m.
    """
    swell = fractal_noise(shape, scales_px=[250 / gsd_m], rng=rng)
    ripple = fractal_noise(shape, scales_px=[30 / gsd_m], rng=rng)
    return cast("NDArray[np.float32]", (220.0 + 1.5 * swell + 0.12 * ripple).astype(np.float32))
