"""A large picture without noise that can be cut at any fraction of a pixel, and files of it.

Small real pictures are laid edge to edge, mirrored by chance. The mosaic is smoothed until next to
nothing is left near the finest frequency, so that a long windowed-sinc filter moves it by a
fraction of a pixel to far better than a thousandth.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

Image = NDArray[np.float32]
_SMOOTHING_PX = 0.8
_HALF_TAPS = 24
_KAISER = 8.0
_RIM = 128
_WEST, _NORTH, _CRS = 400_000.0, 3_800_000.0, "EPSG:32638"
"""An arbitrary place on which both files are laid."""


def mosaic(pictures: list[Image], side: int, *, seed: int) -> Image:
    """Return a square picture (row, column) of float32, 0 to 255."""
    rng = np.random.default_rng(seed)
    height, width = np.min([picture.shape for picture in pictures], axis=0)
    canvas = np.empty((side, side), np.float32)
    order = np.concatenate([rng.permutation(len(pictures)) for _ in range(side)])
    number = 0
    for top in range(0, side, height):
        for left in range(0, side, width):
            part = pictures[order[number]][:: rng.choice([1, -1]), :: rng.choice([1, -1])]
            rows, columns = min(height, side - top), min(width, side - left)
            canvas[top : top + rows, left : left + columns] = part[:rows, :columns]
            number += 1
    return cv2.GaussianBlur(canvas, (0, 0), _SMOOTHING_PX)


def cut(picture: Image, side: int, *, shift: tuple[float, float] = (0.0, 0.0)) -> Image:
    """Return the window in which things appear (dx, dy) pixels further right and down.

    The picture has a rim of 128 pixels around the window of shift 0.
    """
    whole = [int(np.floor(part)) for part in shift]
    left, top = (_RIM - part for part in whole)
    tall = picture[:, left - _HALF_TAPS : left + side + _HALF_TAPS]
    tall = tall[top - _HALF_TAPS : top + side + _HALF_TAPS]
    across, down = (_delay(part - count) for part, count in zip(shift, whole, strict=True))
    moved = cv2.sepFilter2D(tall, cv2.CV_32F, across, down)
    return moved[_HALF_TAPS:-_HALF_TAPS, _HALF_TAPS:-_HALF_TAPS]


def _delay(part: float) -> NDArray[np.float64]:
    """Return the filter (correlation) by which things appear a part of a pixel further on."""
    at = np.arange(-_HALF_TAPS, _HALF_TAPS + 1) + part
    reach = np.clip(at / (_HALF_TAPS + 1), -1, 1)
    taps = np.sinc(at) * np.i0(_KAISER * np.sqrt(1 - reach**2))
    return taps / taps.sum()


def side_of_mosaic(side: int) -> int:
    """Return the side of the mosaic that a window of a side is cut from."""
    return side + 2 * _RIM


def write_grey(path: Path, image: Image, *, noise: float, seed: int) -> None:
    """Write a picture as a tiled GeoTIFF of 8 bits, with noise of its own."""
    rng = np.random.default_rng(seed)
    height, width = image.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="uint8",
        crs=_CRS, transform=from_origin(_WEST, _NORTH, 0.5, 0.5), tiled=True,
        blockxsize=512, blockysize=512,
    ) as file:  # fmt: skip
        for top in range(0, height, 512):
            strip = image[top : top + 512]
            noisy = strip + noise * rng.standard_normal(strip.shape, np.float32)
            part = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
            file.write(part, 1, window=rasterio.windows.Window(0, top, width, len(strip)))
