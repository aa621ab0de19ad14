"""What a place looks like, in numbers that survive another sun and another sensor.

Every feature is a function of one or two luminance images and a weight image (1 where a pixel
counts, 0 where it does not): masked pixels neither count nor bleed into their neighbours. Scales
are in metres, so that results keep their meaning over pixel sizes. :func:`in_tiles` bounds memory;
its result does not depend on the tile's size.

References
----------
Förstner, W. and Gülch, E. (1987), A fast operator for detection and precise location of distinct
points (structure tensor); Bigün, J. and Granlund, G. (1987), Optimal orientation detection of
linear symmetry; Lewis, J. P. (1995), Fast normalized cross-correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.model.grid import Grid

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_TINY = np.float32(1e-6)
_REACH = 3.0
"""Standard deviations at which a Gaussian is cut."""
_BOX_FROM = 4.0
"""Standard deviation in pixels from which box averages stand in for a Gaussian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureOptions:
    """Scales of the features, in metres."""

    assumed_gsd_m: float = 0.45
    """Pixel size where none is known: that of the pictures the rule was found on."""
    gradient_m: float = 0.45
    """Smoothing before gradients are taken."""
    texture_m: float = 1.35
    """Standard deviation of the window of fine texture."""
    structure_m: float = 4.5
    """Standard deviation of the window of right-angle structure."""
    context_m: float = 10.8
    """Standard deviation over which the first two are averaged."""
    tile_px: int = 1024
    """Side of the tiles that bound memory."""


DEFAULT_FEATURES = FeatureOptions()


def resolve_gsd(gsd_m: float | None, options: FeatureOptions = DEFAULT_FEATURES) -> float:
    """Return the pixel size to work with, in metres: the known one, else the assumed one.

    Examples
    --------
    >>> resolve_gsd(None), resolve_gsd(0.3)
    (0.45, 0.3)
    """
    return options.assumed_gsd_m if gsd_m is None else gsd_m


def sigma_px(length_m: float, gsd_m: float) -> float:
    """Return a scale in pixels; below 0.8 px a Gaussian no longer smooths, so not less.

    Examples
    --------
    >>> sigma_px(4.5, 0.45), sigma_px(0.4, 2.0)
    (10.0, 0.8)
    """
    return float(max(0.8, length_m / gsd_m))


def smoothed(image: Image, sigma: float) -> Image:
    """Average with a Gaussian of ``sigma`` pixels, mirrored at the edge; dims (row, column).

    From 4 px on by three box averages of about the same variance: their cost does not grow.
    """
    if sigma >= _BOX_FROM:
        return _boxed(_boxed(_boxed(image, _box_side(sigma)), _box_side(sigma)), _box_side(sigma))
    side = 2 * int(np.ceil(_REACH * sigma)) + 1
    blurred = cv2.GaussianBlur(image, (side, side), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32)


def _box_side(sigma: float) -> int:
    """Return the odd side of a box, three of which have the variance of a Gaussian.

    Examples
    --------
    >>> _box_side(10.0), _box_side(24.0)
    (21, 49)
    """
    result: int = 2 * round((np.sqrt(4 * sigma**2 + 1) - 1) / 2) + 1
    return result


def averaged(image: Image, weight: Image, sigma: float) -> Image:
    """Average with a Gaussian over the pixels that count; 0 where none is near."""
    total = np.maximum(smoothed(weight, sigma), _TINY)
    return (smoothed(image * weight, sigma) / total).astype(np.float32)


def standardised(image: Image, counted: Mask) -> Image:
    """Scale luminance to mean 0 and standard deviation 1 over the pixels that count.

    One scale for the whole scene: scaled per tile, a tile that is mostly destroyed hides itself.
    Values are limited to ±4 first, by the scene's percentiles, so that glints do not rule; pixels
    that do not count become 0.
    """
    values = image[counted]
    if values.size == 0:
        return np.zeros_like(image)
    low, high = np.percentile(values[:: max(1, values.size // 500_000)], [0.5, 99.5])
    limited = np.clip(image, low, high)
    kept = np.clip(values, low, high).astype(np.float64)
    spread = max(float(kept.std()), 1e-6)
    return np.where(counted, (limited - kept.mean()) / spread, 0).astype(np.float32)


def weight_of(counted: Mask) -> Image:
    """Return 1 where a pixel and its neighbours count, else 0: a mask's edge is no gradient."""
    kernel = np.ones((5, 5), np.uint8)
    eroded = cv2.erode(
        counted.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1
    )
    return np.asarray(eroded).astype(np.float32)


def gradients(image: Image, sigma: float, gsd_m: float) -> tuple[Image, Image]:
    """Return (along x, along y) gradients per 0.45 m, of luminance in standard deviations."""
    blurred = smoothed(image, sigma)
    per_step = DEFAULT_FEATURES.assumed_gsd_m / gsd_m / 32.0
    across = cv2.Scharr(blurred, cv2.CV_32F, 1, 0, scale=per_step, borderType=cv2.BORDER_REFLECT)
    down = cv2.Scharr(blurred, cv2.CV_32F, 0, 1, scale=per_step, borderType=cv2.BORDER_REFLECT)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def right_angle_structure(dx: Image, dy: Image, weight: Image, sigma: float) -> Image:
    """Return how far gradients keep to two directions at right angles, 0 to 1.

    The coherence of the fourth harmonic of orientation, |Σ m e^(4iθ)| / Σ m: 1 for a street grid or
    a row of roofs, near 0 for rubble, trees and bare ground.
    """
    strength = np.hypot(dx, dy) * weight
    # (dx + i dy)^4 / m^4 * m, without an arctangent
    square_x, square_y = dx * dx - dy * dy, 2 * dx * dy
    scale = strength / np.maximum((dx * dx + dy * dy) ** 2, np.float32(1e-12))
    real = smoothed((square_x * square_x - square_y * square_y) * scale, sigma)
    imaginary = smoothed(2 * square_x * square_y * scale, sigma)
    result: Image = np.hypot(real, imaginary) / (smoothed(strength, sigma) + np.float32(2.5e-5))
    return result


def structure_tensor(dx: Image, dy: Image, weight: Image, sigma: float) -> tuple[Image, Image]:
    """Return the (larger, smaller) eigenvalue of the structure tensor averaged over a window."""
    xx = averaged(dx * dx, weight, sigma)
    xy = averaged(dx * dy, weight, sigma)
    yy = averaged(dy * dy, weight, sigma)
    half = ((xx + yy) / 2).astype(np.float32)
    difference = np.hypot((xx - yy) / 2, xy).astype(np.float32)
    return half + difference, np.maximum(half - difference, np.float32(0))


def fine_texture(dx: Image, dy: Image, weight: Image, sigma: float) -> Image:
    """Return the log of the smaller structure-tensor eigenvalue: texture without a direction.

    High for rubble and foliage, low for roofs, roads and bare ground, whose few gradients agree.
    """
    return np.log(structure_tensor(dx, dy, weight, sigma)[1] + np.float32(6e-5))


def orientation_coherence(dx: Image, dy: Image, weight: Image, sigma: float) -> Image:
    """Return how far gradients keep to one direction, 0 (none) to 1 (a single edge)."""
    larger, smaller = structure_tensor(dx, dy, weight, sigma)
    return (larger - smaller) / (larger + smaller + _TINY)


def smoothness(dx: Image, dy: Image, weight: Image, sigma: float) -> Image:
    """Return minus the log of mean squared gradient: high for bare ground and water."""
    return -np.log(averaged(dx * dx + dy * dy, weight, sigma) + np.float32(6e-5))


def local_correlation(
    before: Image, after: Image, weight: Image, *, side: int, search: int
) -> Image:
    """Return the best normalised correlation of a window with the after-image nearby.

    Parameters
    ----------
    before, after, weight
        Dims (row, column), float32.
    side
        Side of the window in pixels, odd.
    search
        How far the window may move in the after-image, in pixels: it forgives small shifts.

    Returns
    -------
    ndarray
        Dims (row, column), float32, -1 to 1.
    """
    best = np.full(before.shape, -1, np.float32)
    for row in range(-search, search + 1):
        for column in range(-search, search + 1):
            moved = _moved(after, row, column)
            best = np.maximum(best, _correlation(before, moved, weight, side))
    return best


def _moved(image: Image, row: int, column: int) -> Image:
    reach = max(abs(row), abs(column))
    if reach == 0:
        return image
    padded = np.pad(image, reach, mode="symmetric")
    height, width = image.shape
    return padded[reach + row : reach + row + height, reach + column : reach + column + width]


def _correlation(first: Image, second: Image, weight: Image, side: int) -> Image:
    total = np.maximum(_boxed(weight, side), _TINY)
    mean_a = _boxed(first * weight, side) / total
    mean_b = _boxed(second * weight, side) / total
    spread_a = _boxed(first * first * weight, side) / total - mean_a * mean_a
    spread_b = _boxed(second * second * weight, side) / total - mean_b * mean_b
    shared = _boxed(first * second * weight, side) / total - mean_a * mean_b
    # a little added variance: two empty patches agree on nothing
    norm = np.sqrt(np.maximum(spread_a, 0) + 1e-3) * np.sqrt(np.maximum(spread_b, 0) + 1e-3)
    result: Image = np.clip(shared / norm, -1, 1).astype(np.float32)
    return result


def _boxed(image: Image, side: int) -> Image:
    return np.asarray(
        cv2.blur(np.ascontiguousarray(image), (side, side), borderType=cv2.BORDER_REFLECT),
        np.float32,
    )


def in_tiles(
    function: Callable[..., tuple[Image, ...]],
    *images: NDArray[np.generic],
    halo: int,
    side: int,
) -> tuple[Image, ...]:
    """Apply a function of local reach tile by tile, so that memory stays bounded.

    Parameters
    ----------
    function
        Takes as many arrays (row, column) as there are images, returns a tuple of float32 arrays of
        the same shape; a pixel of these may depend on pixels at most ``halo`` away.
    images
        Dims (row, column), one shape.
    halo
        Reach of the function in pixels.
    side
        Side of the tiles in pixels.

    Returns
    -------
    tuple of ndarray
        What the function gives on the whole, whatever the side.
    """
    shape = (images[0].shape[0], images[0].shape[1])
    grid = Grid.of_pixels(height=shape[0], width=shape[1])
    results: tuple[Image, ...] = ()
    for tile in grid.tiles(side=side):
        wide = tile.grown(margin=halo, within=shape)
        parts = function(*(np.ascontiguousarray(image[wide.slices]) for image in images))
        if not results:
            results = tuple(np.empty(shape, np.float32) for _ in parts)
        rows = slice(tile.row - wide.row, tile.row - wide.row + tile.height)
        columns = slice(tile.column - wide.column, tile.column - wide.column + tile.width)
        for result, part in zip(results, parts, strict=True):
            result[tile.slices] = part[rows, columns]
    return results


def reach_px(*sigmas: float) -> int:
    """Return the halo that a chain of Gaussians and one gradient needs, in pixels."""
    return int(sum(np.ceil(_REACH * sigma) for sigma in sigmas)) + 4
