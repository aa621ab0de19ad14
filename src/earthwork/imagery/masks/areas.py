"""Connected areas and distances on the cells of a survey."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def large_areas(chosen: Mask, *, least_px: float) -> Mask:
    """Keep the connected areas (8 neighbours) of at least ``least_px`` pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        chosen.astype(np.uint8), connectivity=8
    )
    large = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= least_px
    large[0] = False
    return np.asarray(large[np.asarray(labels)]) if count > 1 else np.zeros_like(chosen)


def opened(chosen: Mask, *, side_px: int) -> Mask:
    """Keep what a square of ``side_px`` pixels that lies wholly in the chosen ones can cover.

    What lies beyond the array's edges counts as chosen, so that an area cut by the edge stays.
    """
    if side_px <= 1:
        return chosen
    kernel = np.ones((side_px, side_px), np.uint8)
    padded = np.pad(chosen, side_px, constant_values=True).astype(np.uint8)
    grown = cv2.dilate(cv2.erode(padded, kernel), kernel, anchor=_opposite(side_px))
    return np.asarray(np.asarray(grown)[side_px:-side_px, side_px:-side_px], bool)


def _opposite(side_px: int) -> tuple[int, int]:
    """Return the anchor that mirrors the middle of an even square: opening must not move."""
    middle = side_px - 1 - side_px // 2
    return middle, middle


def closed(chosen: Mask, *, side_px: int) -> Mask:
    """Fill gaps narrower than ``side_px`` pixels."""
    return ~opened(~chosen, side_px=side_px)


def distance_px(chosen: Mask) -> Image:
    """Return (row, column): distance to the nearest chosen pixel, in pixels; large without any."""
    if not chosen.any():
        return np.full(chosen.shape, np.float32(np.inf))
    return np.asarray(cv2.distanceTransform((~chosen).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """Areas, and for every pixel the nearest of them."""

    count: int
    """Number of areas; they are numbered from 1."""
    labels: NDArray[np.int32]
    """Dims (row, column): number of the area a pixel lies in, 0 outside."""
    nearest: NDArray[np.int32]
    """Dims (row, column): number of the nearest area."""
    distance: Image
    """Dims (row, column): distance to it in pixels, 0 within."""


def neighbourhood(chosen: Mask) -> Neighbourhood:
    """Return the areas of a mask, numbered, and for every pixel which is nearest."""
    count, labels = cv2.connectedComponents(chosen.astype(np.uint8), connectivity=8)
    distance, own = cv2.distanceTransformWithLabels(
        (~chosen).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP
    )
    # Two numberings of the same areas: a table from the distance transform's own to the areas'.
    numbers = np.asarray(labels, np.int32)
    own = np.asarray(own)
    table = np.zeros(int(own.max(initial=0)) + 1, np.int32)
    table[own[chosen]] = numbers[chosen]
    return Neighbourhood(
        count=count - 1,
        labels=numbers,
        nearest=table[own],
        distance=np.asarray(distance, np.float32),
    )


def mean_of_each(values: Image, numbers: NDArray[np.int32], where: Mask, count: int) -> Image:
    """Return the mean of values over the pixels of each number from 1, NaN where it has none."""
    chosen = numbers[where]
    total = np.bincount(chosen, weights=values[where], minlength=count + 1)[1:]
    many = np.bincount(chosen, minlength=count + 1)[1:]
    means: Image = np.where(many > 0, total / np.maximum(many, 1), np.nan).astype(np.float32)
    return means


def local_spread(image: Image, valid: Mask, *, side_px: int) -> Image:
    """Return the standard deviation over a square around each pixel, of those that hold data."""
    weight = valid.astype(np.float32)
    size = (side_px, side_px)
    total = np.maximum(cv2.blur(weight, size), np.float32(1e-6))
    level = float(image[valid].mean()) if valid.any() else 0.0
    # About the mean of all: squares of large counts would lose the digits that the spread is in.
    centred = np.where(valid, image - np.float32(level), np.float32(0))
    mean = cv2.blur(centred, size) / total
    square = cv2.blur(centred * centred, size) / total
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)), np.float32)


def dilated(chosen: Mask, *, reach_px: float) -> Mask:
    """Add all pixels within a distance."""
    return np.asarray(distance_px(chosen) <= reach_px)
