"""Hypotheses of how two images lie to each other: correlated structure, features, votes.

References
----------
Lowe, D. G. (2004), Distinctive image features from scale-invariant keypoints,
doi:10.1023/B:VISI.0000029664.99615.94; Fischler, M. A. and Bolles, R. C. (1981), Random sample
consensus, doi:10.1145/358669.358692; Arandjelović, R. and Zisserman, A. (2012), Three things
everyone should know to improve object retrieval, doi:10.1109/CVPR.2012.6248018 (rooted features).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, ifft2

from earthwork.imagery.mappings import Float, Image, Mapping, applied, square
from earthwork.imagery.overviews import (
    Overview,
    after_overview,
    block,
    block_of_after,
    overview,
    stretched,
)
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.imagery.structure import structure
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Raster

_TURNS = tuple(
    (float(angle), float(scale))
    for angle in np.arange(-4.5, 4.6, 1.5)
    for scale in (0.94, 0.97, 1.0, 1.03, 1.06)
)
"""Turns in degrees, clockwise, and scales that are tried where features fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A guess at how two images lie to each other."""

    mapping: Mapping
    """Before-pixels to after-pixels."""
    scale_px: float
    """How exact it is, in pixels of the before-image: the scale at which it was found."""


def hypotheses(
    before: Raster, after: Raster, prior: Mapping, options: RegistrationOptions
) -> Iterator[Hypothesis]:
    """Yield guesses, cheap ones first: each is made only when asked for.

    Parameters
    ----------
    before, after
        The two images.
    prior
        What their references say; the identity without.
    options
        Scales and sizes.
    """
    blocks = _blocks(before, after, prior, options)
    if blocks:
        yield from _by_correlation(blocks, prior, turns=((0.0, 1.0),))
    yield from feature_hypotheses(before, after, prior, options)
    if blocks:
        yield from _by_correlation(blocks[:3], prior, turns=_TURNS)


def _blocks(
    before: Raster, after: Raster, prior: Mapping, options: RegistrationOptions
) -> list[tuple[Overview, Overview]]:
    """Return blocks of both images that should show one ground, those with most structure first."""
    factor = int(np.clip(min(before.grid.shape) // options.block_side_px, 1, 4))
    side = options.block_side_px * factor
    windows = list(_spread_windows(before.grid, side, options.blocks))
    pairs = []
    for window in windows:
        seen = block(before, window, factor)
        other = block_of_after(after, seen, prior)
        if min(seen.valid.mean(), other.valid.mean()) > 0.25:  # noqa: PLR2004 - a quarter of a block
            pairs.append((seen, other))
    return sorted(pairs, key=lambda pair: -float(pair[0].valid.mean() * pair[1].valid.mean()))


def _spread_windows(grid: Grid, side: int, limit: int) -> Iterator[Window]:
    """Yield at most so many windows of a side, spread evenly over a grid."""
    across = int(np.clip(grid.width // side, 1, np.sqrt(limit)))
    down = int(np.clip(grid.height // side, 1, np.sqrt(limit)))
    height, width = min(side, grid.height), min(side, grid.width)
    for row in np.linspace(0, grid.height - height, 2 * down + 1).astype(int)[1::2]:
        for column in np.linspace(0, grid.width - width, 2 * across + 1).astype(int)[1::2]:
            yield Window(row=int(row), column=int(column), height=height, width=width)


def _by_correlation(
    blocks: list[tuple[Overview, Overview]],
    prior: Mapping,
    *,
    turns: tuple[tuple[float, float], ...],
) -> Iterator[Hypothesis]:
    """Yield the shift, after the turn and scale, at which the blocks' structure correlates best."""
    spectra = [np.conj(_spectrum(seen.image, seen.valid)) for seen, _ in blocks]
    best = (-np.inf, np.eye(3))
    for angle, scale in turns:
        surface = np.zeros(blocks[0][0].image.shape)
        for (seen, other), spectrum in zip(blocks, spectra, strict=True):
            if seen.image.shape == surface.shape:
                image, valid = _turned(other, angle, scale)
                surface += _correlation(spectrum, _spectrum(image, valid))
        peak, shift = _peak(surface)
        if peak > best[0]:
            best = (peak, _about(blocks[0][0], angle, scale, shift))
    matrix = best[1]
    factor = blocks[0][0].factor
    yield Hypothesis(mapping=lambda points: prior(applied(matrix, points)), scale_px=factor)


def _spectrum(image: Image, valid: NDArray[np.bool_]) -> NDArray[np.complex64]:
    filled = np.where(valid, image, np.mean(image, where=valid) if valid.any() else 0)
    real, imaginary = structure(filled.astype(np.float32))
    inside = cv2.erode(valid.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in image.shape))
    planes = (real + 1j * imaginary) * np.where(inside, window, 0)
    return np.asarray(fft2(planes.astype(np.complex64)), np.complex64)


def _correlation(first: NDArray[np.complex64], second: NDArray[np.complex64]) -> Float:
    cross = first * second
    # the square root keeps some of the spectrum's weight: pure phase drowns in fine noise
    surface = ifft2(cross / np.sqrt(np.abs(cross) + 1e-6)).real.astype(np.float64)
    scaled: Float = surface / (surface.std() + 1e-9)
    return scaled


def _turned(seen: Overview, angle: float, scale: float) -> tuple[Image, NDArray[np.bool_]]:
    """Return a block turned clockwise and made larger about its middle."""
    if angle == 0.0 and scale == 1.0:
        return seen.image, seen.valid
    height, width = seen.image.shape
    matrix = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), angle, 1 / scale)
    size = (width, height)
    image = cv2.warpAffine(seen.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    valid = cv2.warpAffine(seen.valid.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(image, np.float32), np.asarray(valid) > 0


def _peak(surface: Float) -> tuple[float, Float]:
    height, width = surface.shape
    row, column = np.unravel_index(surface.argmax(), surface.shape)
    y = row - height if row > height // 2 else row
    x = column - width if column > width // 2 else column
    return float(surface[row, column] / (surface.std() + 1e-9)), np.array([x, y], np.float64)


def _about(seen: Overview, angle: float, scale: float, shift: Float) -> Float:
    """Return the matrix of a turn about a block's middle and a shift, in full before-pixels."""
    height, width = seen.image.shape
    middle = seen.to_full(np.array([[width / 2, height / 2]]))[0]
    cosine, sine = scale * np.cos(np.radians(angle)), scale * np.sin(np.radians(angle))
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    matrix[:2, 2] = middle - matrix[:2, :2] @ middle + matrix[:2, :2] @ (shift * seen.factor)
    return matrix


def feature_hypotheses(
    before: Raster, after: Raster, prior: Mapping, options: RegistrationOptions
) -> Iterator[Hypothesis]:
    """Yield a similarity by consensus of features, then one by their votes on a shift."""
    cv2.setRNGSeed(options.seed)
    seen = overview(before, options)
    other = after_overview(before.grid, after, prior, seen.factor, options)
    placed = before.grid.crs is not None and after.grid.crs is not None
    first, second = _features(seen, options), _features(other, options)
    pairs = _matches(first, second, options.match_ratio)
    found = [similarity(first[0][pairs[:, 0]], second[0][pairs[:, 1]])]
    loose = _matches(first, second, 1.0)
    start = _applied_between(seen, other)
    found.append(_voted_shift(first[0][loose[:, 0]], second[0][loose[:, 1]], start))
    for matrix in found:
        if matrix is not None and 0.05 < abs(np.linalg.det(matrix[:2, :2])) < 20.0:  # noqa: PLR2004 - no such pixel sizes
            yield Hypothesis(
                mapping=_between(seen, other, matrix, prior if placed else None),
                scale_px=seen.factor,
            )


def _between(seen: Overview, other: Overview, matrix: Float, prior: Mapping | None) -> Mapping:
    """Restate a transform between overviews as one between full images."""

    def mapping(points: Float) -> Float:
        frame = other.to_full(applied(matrix, seen.from_full(points)))
        return frame if prior is None else prior(frame)

    return mapping


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
