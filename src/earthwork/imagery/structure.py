"""Structure of a picture, and the search for it in another: what shadows and seasons leave alone.

A pixel's structure is the direction of its edge at twice the angle, weighed by how clear the edge
is against its surroundings: a complex number. A wall that is dark on bright in one picture and
bright on dark in the next has the same structure, as has one seen under another sun by another
sensor; plain brightness has no part in it. A patch is sought by the correlation of structure, and
its place then refined to a small part of a pixel by least squares.

All kernels take structure as two planes, real and imaginary part.

References
----------
Bigün, J. and Granlund, G. (1987), Optimal orientation detection of linear symmetry (the double
angle); Lucas, B. and Kanade, T. (1981), An iterative image registration technique; Ye, Y. et al.
(2019), Fast and robust matching for multimodal remote sensing image registration,
doi:10.1109/TGRS.2019.2924684 (dense orientation in place of brightness).
"""

# ruff: noqa: PLR0917, PLR2004 - kernels take arrays by position: numba knows no keyword-only arguments

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]
Image = NDArray[np.float32]

MARGIN_PX = 9
"""Pixels at each side of a picture that its structure cannot be told for."""
_FIRST = np.array([0.39905, 0.24204, 0.05401, 0.00443, 0.0], np.float32)
"""Middle and one side of a Gaussian of one pixel."""
_SECOND = np.array([0.26715, 0.21391, 0.10982, 0.03615, 0.00763], np.float32)
"""The same of one and a half: what the division sharpens is smoothed away before it is sampled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where patches were found, each from its prediction."""

    offsets: Float
    """Dims (n, 2): (x, y) in pixels."""
    correlation: Float
    """Dims (n): correlation of structure at the refined place, -1 to 1."""
    lead: Float
    """Dims (n): by how much the best place leads any other a few pixels away; 0 at the rim."""
    error_px: Float
    """Dims (n): standard error that the residual pattern leaves, in pixels."""


def structure(image: Image) -> Image:
    """Return the structure of a picture.

    Parameters
    ----------
    image
        Dims (row, column), any unit, float32.

    Returns
    -------
    array
        Dims (2, row, column), float32, real and imaginary part, each within -1 to 1; 0 over the
        outer ``MARGIN_PX``.

    Examples
    --------
    >>> stripes = np.tile(np.float32([0] * 8 + [9] * 8), (32, 2))
    >>> real, imaginary = structure(stripes)
    >>> bool(real[16, 16] > 0.2), bool(abs(imaginary[16, 16]) < 0.01)
    (True, True)
    """
    planes = np.zeros((2, *image.shape), np.float32)
    if min(image.shape) > 2 * MARGIN_PX:
        _structure(np.ascontiguousarray(image, dtype=np.float32), planes)
    return planes


@njit(cache=True, nogil=True, fastmath=True)
def _smoothed(source: Image, once: Image, target: Image, taps: Image) -> None:
    """Smooth with a symmetric kernel of nine, given as its middle and one side."""
    height, width = source.shape
    t0, t1, t2, t3, t4 = taps[0], taps[1], taps[2], taps[3], taps[4]
    for r in range(height):
        for c in range(4, width - 4):
            once[r, c] = (
                t0 * source[r, c]
                + t1 * (source[r, c - 1] + source[r, c + 1])
                + t2 * (source[r, c - 2] + source[r, c + 2])
                + t3 * (source[r, c - 3] + source[r, c + 3])
                + t4 * (source[r, c - 4] + source[r, c + 4])
            )
    for r in range(4, height - 4):
        for c in range(4, width - 4):
            target[r, c] = (
                t0 * once[r, c]
                + t1 * (once[r - 1, c] + once[r + 1, c])
                + t2 * (once[r - 2, c] + once[r + 2, c])
                + t3 * (once[r - 3, c] + once[r + 3, c])
                + t4 * (once[r - 4, c] + once[r + 4, c])
            )


@njit(cache=True, nogil=True, fastmath=True)
def _structure(image: Image, planes: Image) -> None:
    height, width = image.shape
    once = np.zeros((height, width), np.float32)
    smooth = np.zeros((height, width), np.float32)
    _smoothed(image, once, smooth, _FIRST)
    level = _level(smooth)
    real = np.zeros((height, width), np.float32)
    imaginary = np.zeros((height, width), np.float32)
    tiny, two = np.float32(1e-12), np.float32(2)
    for r in range(5, height - 5):
        for c in range(5, width - 5):
            dx = smooth[r, c + 1] - smooth[r, c - 1]
            dy = smooth[r + 1, c] - smooth[r - 1, c]
            square = dx * dx + dy * dy
            weight = np.float32(1) / (square + level * np.sqrt(square) + tiny)
            real[r, c] = (dx * dx - dy * dy) * weight
            imaginary[r, c] = two * dx * dy * weight
    once[:] = 0
    _smoothed(real, once, planes[0], _SECOND)
    _smoothed(imaginary, once, planes[1], _SECOND)
    for plane in range(2):
        planes[plane, :MARGIN_PX] = 0
        planes[plane, height - MARGIN_PX :] = 0
        planes[plane, :, :MARGIN_PX] = 0
        planes[plane, :, width - MARGIN_PX :] = 0


@njit(cache=True, nogil=True, fastmath=True)
def _level(smooth: Image) -> np.float32:
    """Return the mean strength of edges: from there on an edge counts as clear."""
    height, width = smooth.shape
    total = np.float64(0)
    for r in range(5, height - 5):
        part = np.float32(0)
        for c in range(5, width - 5):
            dx = smooth[r, c + 1] - smooth[r, c - 1]
            dy = smooth[r + 1, c] - smooth[r - 1, c]
            part += np.sqrt(dx * dx + dy * dy)
        total += part
    return np.float32(total / max(1, (height - 10) * (width - 10)) + 1e-6)


def matched(templates: Image, scenes: Image, *, apart_px: int = 5) -> Match:
    """Seek each template in its scene, by structure.

    Parameters
    ----------
    templates
        Dims (n, side, side), float32: patches of luminance with a margin of ``MARGIN_PX``.
    scenes
        Dims (n, side + 2 * reach, side + 2 * reach): the surroundings in which each is sought, its
        prediction in the middle.
    apart_px
        Distance from the best place from which another counts as a rival.

    Returns
    -------
    Match
        Offsets within ``reach`` of the prediction. A template or scene without structure has
        correlation -1.
    """
    count = templates.shape[0]
    found = np.zeros((count, 5))
    _match_all(
        np.ascontiguousarray(templates, dtype=np.float32),
        np.ascontiguousarray(scenes, dtype=np.float32),
        apart_px,
        found,
    )
    return Match(
        offsets=found[:, :2], correlation=found[:, 2], lead=found[:, 3], error_px=found[:, 4]
    )


@njit(cache=True, nogil=True)
def _match_all(templates: Image, scenes: Image, apart: int, found: Float) -> None:
    side, wide = templates.shape[1], scenes.shape[1]
    first = np.zeros((2, side, side), np.float32)
    second = np.zeros((2, wide, wide), np.float32)
    for index in range(templates.shape[0]):
        first[:] = 0
        second[:] = 0
        _structure(templates[index], first)
        _structure(scenes[index], second)
        _match_one(first, second, apart, found[index])


@njit(cache=True, nogil=True)
def _match_one(first: Image, second: Image, apart: int, found: Float) -> None:
    reach = (second.shape[1] - first.shape[1]) // 2
    surface = np.full((2 * reach + 1, 2 * reach + 1), -1.0)
    _correlate(first, second, surface)
    best, row, column = -1.0, 0, 0
    for y in range(2 * reach + 1):
        for x in range(2 * reach + 1):
            if surface[y, x] > best:
                best, row, column = surface[y, x], y, x
    found[0], found[1], found[2], found[3], found[4] = column - reach, row - reach, -1.0, 0.0, 99.0
    if best <= 0 or row == 0 or column == 0 or row == 2 * reach or column == 2 * reach:
        return
    found[3] = best - _rival(surface, row, column, apart)
    _refine(first, second, row, column, found)
    found[0] -= reach
    found[1] -= reach


@njit(cache=True, nogil=True)
def _correlate(first: Image, second: Image, surface: Float) -> None:
    """Fill normalised correlations of every second place, then of all around the best.

    Structure is smooth over two pixels: no peak lies between the places looked at first.
    """
    side, places = first.shape[1], surface.shape[0]
    low, high = MARGIN_PX, side - MARGIN_PX
    template = np.ascontiguousarray(first[:, low:high:2, low:high:2])
    inner = np.float32(np.sqrt(np.sum(template * template)))
    if inner <= 1e-3:
        return
    even = np.ascontiguousarray(second[:, low::2, low::2])
    best, row, column = -1.0, 0, 0
    for y in range(0, places, 2):
        for x in range(0, places, 2):
            surface[y, x] = _likeness(template, even, y // 2, x // 2) / inner
            if surface[y, x] > best:
                best, row, column = surface[y, x], y, x
    for y in range(max(0, row - 2), min(places, row + 3)):
        for x in range(max(0, column - 2), min(places, column + 3)):
            if y % 2 == 1 or x % 2 == 1:
                part = np.ascontiguousarray(
                    second[:, low + y : high + y : 2, low + x : high + x : 2]
                )
                surface[y, x] = _likeness(template, part, 0, 0) / inner


@njit(cache=True, nogil=True, fastmath=True)
def _likeness(template: Image, scene: Image, top: int, left: int) -> np.float32:
    """Return the product of a template with a place of a scene, over the root of its energy."""
    product, energy = np.float32(0), np.float32(0)
    for plane in range(2):
        for r in range(template.shape[1]):
            for c in range(template.shape[2]):
                value = scene[plane, top + r, left + c]
                product += template[plane, r, c] * value
                energy += value * value
    return np.float32(product / np.sqrt(energy + np.float32(1e-6)))


@njit(cache=True, nogil=True)
def _rival(surface: Float, row: int, column: int, apart: int) -> float:
    """Return the best correlation away from the peak: along a street or a wall it is as good."""
    best = -1.0
    for y in range(surface.shape[0]):
        for x in range(surface.shape[1]):
            away = abs(y - row) >= apart or abs(x - column) >= apart
            if away and surface[y, x] > best:
                best = surface[y, x]
    return max(best, 0.0)


@njit(cache=True, nogil=True)
def _refine(first: Image, second: Image, row: int, column: int, found: Float) -> None:
    """Refine (x, y) by least squares on structure; write place, correlation and error."""
    side = first.shape[1]
    gradients = np.zeros((2, 2, side, side), np.float32)
    sums = np.zeros(6)
    _gradients(first, gradients, sums)
    xx, xy, yy, energy = sums[0], sums[1], sums[2], sums[3]
    determinant = xx * yy - xy * xy
    if energy <= 1e-6 or determinant <= 1e-9 * (xx + yy) ** 2:
        return
    x, y = float(column), float(row)
    parts = np.zeros(4)
    moved = np.zeros((side, side), np.float32)
    for _ in range(12):
        left, top = int(np.floor(x)), int(np.floor(y))
        if left < 0 or top < 0:
            return
        if left + side + 1 > second.shape[2] or top + side + 1 > second.shape[1]:
            return
        parts[:] = 0
        for plane in range(2):
            _shifted(second[plane], left, top, np.float32(x - left), np.float32(y - top), moved)
            _products(first[plane], moved, gradients[plane], parts)
        gain = max(parts[0] / energy, 0.05)
        # moved = gain * first(x - step): the step that explains what is left
        ex, ey = (parts[2] - gain * sums[4]) / gain, (parts[3] - gain * sums[5]) / gain
        step_x = min(max(-(yy * ex - xy * ey) / determinant, -0.7), 0.7)
        step_y = min(max(-(xx * ey - xy * ex) / determinant, -0.7), 0.7)
        x += step_x
        y += step_y
        if abs(x - column) > 1.5 or abs(y - row) > 1.5:
            return
        if abs(step_x) + abs(step_y) < 0.005:
            break
    gain = max(parts[0] / energy, 0.05)
    misfit = max(parts[1] - parts[0] * parts[0] / energy, 0.0) / (gain * gain)
    # neighbours are alike after two smoothings: about one pixel in twelve counts
    variance = misfit / (2.0 * (side - 2 * MARGIN_PX - 2) ** 2) * 12.0
    found[0], found[1] = x, y
    found[2] = parts[0] / np.sqrt(energy * max(parts[1], 1e-9))
    found[4] = np.sqrt(variance * (xx + yy) / determinant)


@njit(cache=True, nogil=True, fastmath=True)
def _gradients(first: Image, gradients: Image, sums: Float) -> None:
    """Fill (plane, axis, row, column) and the sums xx, xy, yy, energy, x here, y here."""
    low, high = MARGIN_PX + 1, first.shape[1] - MARGIN_PX - 1
    half = np.float32(0.5)
    for plane in range(2):
        for r in range(low, high):
            xx, xy, yy = np.float32(0), np.float32(0), np.float32(0)
            energy, gx, gy = np.float32(0), np.float32(0), np.float32(0)
            for c in range(low, high):
                dx = half * (first[plane, r, c + 1] - first[plane, r, c - 1])
                dy = half * (first[plane, r + 1, c] - first[plane, r - 1, c])
                here = first[plane, r, c]
                gradients[plane, 0, r, c] = dx
                gradients[plane, 1, r, c] = dy
                xx += dx * dx
                xy += dx * dy
                yy += dy * dy
                energy += here * here
                gx += dx * here
                gy += dy * here
            sums[0] += xx
            sums[1] += xy
            sums[2] += yy
            sums[3] += energy
            sums[4] += gx
            sums[5] += gy


@njit(cache=True, nogil=True, fastmath=True)
def _shifted(
    plane: Image, left: int, top: int, along: np.float32, down: np.float32, moved: Image
) -> None:
    """Fill a plane sampled between its pixels."""
    low, high = MARGIN_PX + 1, moved.shape[0] - MARGIN_PX - 1
    one = np.float32(1)
    a, b = (one - along) * (one - down), along * (one - down)
    c, d = (one - along) * down, along * down
    for row in range(low, high):
        for column in range(low, high):
            y, x = top + row, left + column
            moved[row, column] = (
                a * plane[y, x]
                + b * plane[y, x + 1]
                + c * plane[y + 1, x]
                + d * plane[y + 1, x + 1]
            )


@njit(cache=True, nogil=True, fastmath=True)
def _products(first: Image, moved: Image, gradients: Image, parts: Float) -> None:
    """Add the sums of products: here, energy, along x, along y."""
    low, high = MARGIN_PX + 1, first.shape[0] - MARGIN_PX - 1
    for r in range(low, high):
        product, other = np.float32(0), np.float32(0)
        bx, by = np.float32(0), np.float32(0)
        for c in range(low, high):
            value = moved[r, c]
            product += first[r, c] * value
            other += value * value
            bx += gradients[0, r, c] * value
            by += gradients[1, r, c] * value
        parts[0] += product
        parts[1] += other
        parts[2] += bx
        parts[3] += by
