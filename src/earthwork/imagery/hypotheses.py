"""Hypotheses of how two overviews lie to each other: features, votes on a shift, correlation.

References
----------
Lowe, D. G. (2004), Distinctive image features from scale-invariant keypoints,
doi:10.1023/B:VISI.0000029664.99615.94; Fischler, M. A. and Bolles, R. C. (1981), Random sample
consensus, doi:10.1145/358669.358692; Arandjelović, R. and Zisserman, A. (2012), Three things
everyone should know to improve object retrieval, doi:10.1109/CVPR.2012.6248018 (rooted features).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.mappings import Float, Image, applied, square
from earthwork.imagery.overviews import Overview, edges, stretched, warped_by
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.model.grid import Grid


def hypotheses(before: Overview, after: Overview, options: RegistrationOptions) -> list[Float]:
    """Return up to three matrices that bring the before- onto the after-overview."""
    first, second = _features(before, options), _features(after, options)
    start = _applied_between(before, after)
    pairs = _matches(first, second, options.match_ratio)
    found = [similarity(first[0][pairs[:, 0]], second[0][pairs[:, 1]])]
    loose = _matches(first, second, 1.0)
    found.append(_voted_shift(first[0][loose[:, 0]], second[0][loose[:, 1]], start))
    found.append(_correlated_shift(before, after, start))
    return [matrix for matrix in found if matrix is not None]


def _applied_between(before: Overview, after: Overview) -> Float:
    """Return the transform between overviews if nothing remained to be found."""
    matrix = np.eye(3)
    ratio = before.factor / after.factor
    matrix[0, 0] = matrix[1, 1] = ratio
    matrix[:2, 2] = (np.array(before.origin) - np.array(after.origin)) / after.factor
    return matrix


def _features(seen: Overview, options: RegistrationOptions) -> tuple[Float, Image]:
    image = stretched(seen.image, seen.valid)
    sift = cv2.SIFT.create(contrastThreshold=0.02)
    keypoints, descriptors = sift.detectAndCompute(image, seen.valid.astype(np.uint8))
    if not keypoints or descriptors is None:
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32)
    points = np.array([point.pt for point in keypoints], np.float64) + 0.5
    strength = np.array([point.response for point in keypoints])
    kept = _spread(points, strength, image.shape, options.features)
    rooted = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))
    return points[kept], np.asarray(rooted[kept], np.float32)


def _spread(
    points: Float, strength: Float, shape: tuple[int, ...], limit: int, cells: int = 8
) -> NDArray[np.intp]:
    """Keep the strongest features of each cell, so that one quarter does not outvote the rest."""
    height, width = shape
    cell = (points[:, 1] * cells // height).astype(int) * cells + (
        points[:, 0] * cells // width
    ).astype(int)
    order = np.lexsort((points[:, 0], points[:, 1], -strength, cell))
    first = np.searchsorted(cell[order], cell[order], side="left")
    rank = np.arange(order.size) - first
    return np.sort(order[rank < max(1, limit // cells**2)])


def _matches(
    first: tuple[Float, Image], second: tuple[Float, Image], ratio: float
) -> NDArray[np.intp]:
    """Return index pairs (n, 2) of descriptors that are each other's nearest, within a ratio."""
    if len(first[0]) < 2 or len(second[0]) < 2:  # noqa: PLR2004 - a second best is needed
        return np.zeros((0, 2), np.intp)
    likeness = first[1] @ second[1].T
    nearest = likeness.argmax(axis=1)
    rows = np.arange(len(nearest))
    best = likeness[rows, nearest]
    mutual = likeness.argmax(axis=0)[nearest] == rows
    likeness[rows, nearest] = -1.0
    next_best = likeness.max(axis=1)
    # descriptors have unit length: the squared distance is 2 - 2 cos
    near = np.sqrt(np.maximum(2 - 2 * best, 0)) <= ratio * np.sqrt(np.maximum(2 - 2 * next_best, 0))
    kept = np.flatnonzero(mutual & near)
    return np.stack([kept, nearest[kept]], axis=1)


def similarity(first: Float, second: Float, reach: float = 4.0) -> Float | None:
    """Fit a similarity by random sample consensus; None from fewer than six matches."""
    if len(first) < 6:  # noqa: PLR2004 - three times what a similarity needs
        return None
    found, _ = cv2.estimateAffinePartial2D(
        first, second, method=cv2.RANSAC, ransacReprojThreshold=reach, maxIters=5000
    )
    return None if found is None else square(np.asarray(found, np.float64))


def _voted_shift(first: Float, second: Float, start: Float, bin_px: float = 6.0) -> Float | None:
    """Let all matches vote on one shift, then fit a similarity to those that voted for it.

    True matches agree on a shift even where a ratio test would drop them, and wrong ones scatter.
    """
    if len(first) < 6:  # noqa: PLR2004 - as above
        return None
    shifts = second - applied(start, first)
    cells = np.floor(shifts / bin_px).astype(int)
    low = cells.min(axis=0)
    counts = np.zeros(tuple(cells.max(axis=0) - low + 1), np.float32)
    np.add.at(counts, tuple((cells - low).T), 1.0)
    counts = np.asarray(cv2.GaussianBlur(counts, (5, 5), 1.0, borderType=cv2.BORDER_CONSTANT))
    peak = np.array(np.unravel_index(counts.argmax(), counts.shape)) + low
    voters = np.abs(shifts - (peak + 0.5) * bin_px).max(axis=1) < 3 * bin_px
    fitted = similarity(first[voters], second[voters])
    shifted = start.copy()
    shifted[:2, 2] += (peak + 0.5) * bin_px
    return shifted if fitted is None or not _is_upright(fitted, start) else fitted


def _is_upright(matrix: Float, start: Float) -> bool:
    turn = matrix[:2, :2] @ np.linalg.inv(start[:2, :2])
    return bool(np.abs(turn - np.eye(2)).max() < 0.1)  # noqa: PLR2004 - five degrees or a tenth


def _correlated_shift(before: Overview, after: Overview, start: Float) -> Float:
    """Return the shift at which the gradients of many tiles correlate best, summed."""
    height, width = before.image.shape
    moved = warped_by(after.image, start, (height, width))
    first, second = edges(before.image), edges(moved)
    side = min(256, height, width)
    window = np.outer(np.hanning(side), np.hanning(side))
    total = np.zeros((side, side))
    for tile in Grid.of_pixels(height=height, width=width).tiles(side=side):
        if (tile.height, tile.width) == (side, side):
            total += _phase_surface(first[tile.slices], second[tile.slices], window)
    peak = np.array(np.unravel_index(total.argmax(), total.shape))
    row, column = np.where(peak > side // 2, peak - side, peak)
    shifted = start.copy()
    shifted[:2, 2] += start[:2, :2] @ np.array([column, row], np.float64)
    return shifted


def _phase_surface(first: Image, second: Image, window: Float) -> Float:
    a = np.fft.fft2((first - first.mean()) * window)
    b = np.fft.fft2((second - second.mean()) * window)
    cross = b * np.conj(a)
    # the square root keeps some of the spectrum's weight: pure phase drowns in fine noise
    surface = np.fft.ifft2(cross / np.sqrt(np.abs(cross) + 1e-9)).real
    result: Float = surface / (surface.std() + 1e-9)
    return result
