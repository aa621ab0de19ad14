"""Synthetic pictures whose truth is known, for the tests of imagery and change."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster

Image = NDArray[np.float32]


def ground(height: int, width: int, *, seed: int = 0) -> Image:
    """Smooth brightness with a little grain."""
    rng = np.random.default_rng(seed)
    coarse = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 12)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1)
    return 110 + 60 * coarse / coarse.std() * 0.15 + 2 * grain


def town(height: int, width: int, *, seed: int = 0, block: int = 40) -> Image:
    """Houses of random size, brightness and slight turn, loosely in rows, with crisp edges."""
    rng = np.random.default_rng(seed)
    image = ground(height, width, seed=seed + 1)
    for row in range(block // 2, height, block):
        for column in range(block // 2, width, block):
            centre = np.array([column, row]) + rng.uniform(-block / 4, block / 4, 2)
            sides = rng.uniform(block / 4, block * 0.8, 2)
            corners = cv2.boxPoints((centre.tolist(), sides.tolist(), rng.normal(0, 4)))
            cv2.fillPoly(image, [np.rint(corners).astype(np.int32)], rng.uniform(20, 240))
    return cv2.GaussianBlur(image, (0, 0), 0.8)


def rubble(height: int, width: int, *, seed: int = 0, grain_px: float = 1.2) -> Image:
    """Fine texture without a direction."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), grain_px)
    return 130 + 45 * grain / grain.std()


def raster(image: NDArray, *, gsd_m: float | None = 0.5) -> ArrayRaster:
    """One band (row, column) or several (band, row, column) on a pixel grid, as 8 bits."""
    pixels = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    height, width = pixels.shape[1:]
    return ArrayRaster(grid=Grid.of_pixels(height=height, width=width, gsd_m=gsd_m), pixels=pixels)
