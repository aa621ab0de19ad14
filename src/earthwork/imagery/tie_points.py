"""Places found in both images: sought by their structure, and kept where neighbours say the same.

Coordinates are (x, y) = (column, row) with pixel centres at .5 throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.hypotheses import similarity
from earthwork.imagery.mappings import (
    Float,
    Image,
    Mapping,
    applied,
    is_mirror,
    least_squares,
    scale_of,
)
from earthwork.imagery.overviews import seen_in, warped_by
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.imagery.structure import MARGIN_PX, matched
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Raster

Mask = NDArray[np.bool_]
_TILE_PX = 1024
_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Places sought: where, where they were found, how clearly."""

    places: Float
    """Dims (n, 2), before-pixels: every place that could be compared."""
    targets: Float
    """Dims (n, 2), after-pixels."""
    clear: Mask
    """Dims (n): found, and plainly better there than elsewhere."""
    error_px: Float
    """Dims (n), standard error of the target, in pixels of the before-image."""
    texture: Float
    """Dims (n), mean step from pixel to pixel: roofs and their edges have more than the ground."""

    def scaled(self, factor: float) -> Found:
        """Return it with all positions multiplied: from a part of the resolution to all of it."""
        return replace(
            self,
            places=self.places * factor,
            targets=self.targets * factor,
            error_px=self.error_px * factor,
        )


NOTHING = Found(
    places=np.zeros((0, 2)),
    targets=np.zeros((0, 2)),
    clear=np.zeros(0, bool),
    error_px=np.zeros(0),
    texture=np.zeros(0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An affine fit to places that were found clearly, and those that agree with it."""

    matrix: Float
    """From places to targets."""
    places: Float
    """Dims (n, 2), before-pixels."""
    targets: Float
    """Dims (n, 2), where they were found, after-pixels."""
    agreeing: Mask
    """Dims (n): within reach of the fit."""
    tried: int
    """Places sought."""

    @property
    def share(self) -> float:
        """Return the share of the places sought that agree."""
        return float(self.agreeing.sum()) / max(1, self.tried)


def lattice(grid: Grid, *, places: int, patch_px: int, closest_px: int, reach_px: int = 0) -> Float:
    """Spread about so many places over a grid, a patch and a search from its edge: (n, 2)."""
    margin = patch_px // 2 + MARGIN_PX + 2 + reach_px
    inner = (max(1, grid.height - 2 * margin), max(1, grid.width - 2 * margin))
    step = max(closest_px, int(np.sqrt(inner[0] * inner[1] / places)))
    rows = np.arange(margin, max(margin + 1, grid.height - margin), step)
    columns = np.arange(margin, max(margin + 1, grid.width - margin), step)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)


def sought(
    before: Raster,
    after: Raster,
    places: Float,
    mapping: Mapping,
    *,
    reach: int,
    patch_px: int,
    options: RegistrationOptions,
) -> Found:
    """Seek places of the before-image in the after-image.

    Parameters
    ----------
    before, after
        The two images.
    places
        Dims (n, 2), whole pixels.
    mapping
        Where each is expected.
    reach
        How far from there it is sought, in pixels of the before-image.
    patch_px
        Side of what is compared.
    options
        When a place counts as found.
    """
    centres = mapping(places)
    turns = _jacobians(mapping, places, centres)
    side = patch_px + 2 * MARGIN_PX
    kept: list[int] = []
    texture: list[float] = []
    parts: list[tuple[Float, Mask, Float]] = []
    batch: list[tuple[int, Image, Image, Float]] = []
    for index, template, scene, part in _patches(
        (before, after), places, centres, turns, side=side, reach=reach
    ):
        kept.append(index)
        texture.append(float(np.abs(np.diff(template, axis=1)).mean()))
        batch.append((index, template, scene, part))
        if len(batch) == _BATCH:
            parts.append(_matched(batch, centres, turns, options))
            batch = []
    if batch:
        parts.append(_matched(batch, centres, turns, options))
    if not kept:
        return NOTHING
    return Found(
        places=places[kept],
        targets=np.concatenate([targets for targets, _, _ in parts]),
        clear=np.concatenate([clear for _, clear, _ in parts]),
        error_px=np.concatenate([error for _, _, error in parts]),
        texture=np.array(texture),
    )


def together(found: Sequence[Found]) -> Found:
    """Return what several searches found as one."""
    return Found(
        places=np.concatenate([one.places for one in found]),
        targets=np.concatenate([one.targets for one in found]),
        clear=np.concatenate([one.clear for one in found]),
        error_px=np.concatenate([one.error_px for one in found]),
        texture=np.concatenate([one.texture for one in found]),
    )


def _jacobians(mapping: Mapping, places: Float, centres: Float, step: float = 8.0) -> Float:
    """Return the local matrices (n, 2, 2) of a mapping."""
    right = (mapping(places + np.array([step, 0.0])) - centres) / step
    below = (mapping(places + np.array([0.0, step])) - centres) / step
    return np.stack([right, below], axis=2)


def _matched(
    batch: list[tuple[int, Image, Image, Float]],
    centres: Float,
    turns: Float,
    options: RegistrationOptions,
) -> tuple[Float, Mask, Float]:
    found = matched(np.stack([b[1] for b in batch]), np.stack([b[2] for b in batch]))
    at = [b[0] for b in batch]
    # the scene was cut at a whole pixel: its middle lies a part of one from the prediction
    middle = np.stack([b[3] for b in batch])
    targets = centres[at] + np.einsum("nij,nj->ni", turns[at], found.offsets + middle)
    clear = (found.correlation >= options.least_correlation) & (found.lead >= options.least_lead)
    return targets, clear, found.error_px


def _patches(
    pair: tuple[Raster, Raster],
    places: Float,
    centres: Float,
    turns: Float,
    *,
    side: int,
    reach: int,
) -> Iterator[tuple[int, Image, Image, Float]]:
    """Yield (index, template, scene, offset of its middle), tile by tile where places lie close."""
    wide = side + 2 * reach + 4
    told = turns[np.isfinite(turns).all(axis=(1, 2))]
    if not len(told):
        return
    spread = int(np.ceil(np.abs(told).sum(axis=2).max() * wide / 2)) + 3
    for group in _groups(places):
        first = _Region.around(pair[0], places[group], side // 2 + 1)
        second = _Region.around(pair[1], centres[group], spread)
        for index in group:
            template = first.cut(places[index], side)
            if template is None:
                continue
            scene = second.scene(centres[index], turns[index], side + 2 * reach)
            if scene is not None:
                yield int(index), template, *scene


def _groups(places: Float) -> list[NDArray[np.intp]]:
    """Group places by tiles, if a tile holds many; else each by itself."""
    if len(places) < 2:  # noqa: PLR2004 - a group of one
        return [np.arange(len(places))]
    extent = np.ptp(places, axis=0) + 1
    density = len(places) / float(extent[0] * extent[1])
    if density * _TILE_PX**2 < 24:  # noqa: PLR2004 - cheaper to read the patches alone
        return [np.array([index]) for index in range(len(places))]
    tile = (places // _TILE_PX).astype(int)
    key = tile[:, 1] * (tile[:, 0].max() + 1) + tile[:, 0]
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Luminance of a part of an image, read once."""

    image: Image
    valid: Mask
    row: int
    column: int

    @classmethod
    def around(cls, raster: Raster, points: Float, margin: int) -> _Region:
        """Read what lies within a margin of points, clipped to the image."""
        finite = points[np.isfinite(points).all(axis=1)]
        height, width = raster.grid.shape
        if finite.size:
            low = np.clip(np.floor(finite.min(axis=0)) - margin, 0, [width, height]).astype(int)
            high = np.clip(np.ceil(finite.max(axis=0)) + margin, 0, [width, height]).astype(int)
        if not finite.size or (high <= low).any():
            nothing = np.zeros((0, 0))
            return cls(image=nothing.astype(np.float32), valid=nothing > 0, row=0, column=0)
        window = Window(
            row=int(low[1]), column=int(low[0]), height=int(high[1] - low[1]),
            width=int(high[0] - low[0]),
        )  # fmt: skip
        image, valid = seen_in(raster, window)
        return cls(image=image, valid=valid, row=window.row, column=window.column)

    def cut(self, middle: Float, side: int) -> Image | None:
        """Return the square about a whole-pixel point; None if it is not all there."""
        return self._square(int(middle[1]) - side // 2, int(middle[0]) - side // 2, side)

    def _square(self, row: int, column: int, side: int) -> Image | None:
        top, left = row - self.row, column - self.column
        height, width = self.image.shape
        if min(top, left) < 0 or top + side > height or left + side > width:
            return None
        place = (slice(top, top + side), slice(left, left + side))
        if not self.valid[place].all():
            return None
        return self.image[place]

    def scene(self, middle: Float, turn: Float, side: int) -> tuple[Image, Float] | None:
        """Return the square about a point, turned upright, and where its middle truly lies.

        An image that is neither turned nor scaled is cut at whole pixels, not resampled.
        """
        if not (np.isfinite(middle).all() and np.isfinite(turn).all()):
            return None
        if np.abs(turn - np.eye(2)).max() * side / 2 < 0.25:  # noqa: PLR2004 - a quarter pixel at the rim
            whole = np.round(middle)
            cut = self.cut(whole, side)
            return None if cut is None else (cut, whole - middle)
        reach = int(np.ceil(np.abs(turn).sum(axis=1).max() * side / 2)) + 2
        row, column = int(middle[1]) - reach, int(middle[0]) - reach
        source = self._square(row, column, 2 * reach)
        if source is None:
            return None
        matrix = np.eye(3)
        matrix[:2, :2] = turn
        matrix[:2, 2] = middle - [column, row] - turn @ [side / 2, side / 2]
        size = float(np.sqrt(abs(np.linalg.det(turn))))
        if size > 1.5:  # noqa: PLR2004 - what is made smaller must be smoothed first
            source = np.asarray(cv2.GaussianBlur(source, (0, 0), 0.4 * size), np.float32)
        return warped_by(source, matrix, (side, side)), np.zeros(2)


def fitted(found: Found, options: RegistrationOptions, *, factor: float = 1.0) -> Fit | None:
    """Fit an affine matrix to what was clearly found; None where too little was.

    Parameters
    ----------
    found
        Places sought.
    options
        How near a place must lie to agree, at the working scale.
    factor
        Full pixels per pixel of the working scale.
    """
    if found.clear.sum() < 6:  # noqa: PLR2004 - twice what an affine fit needs
        return None
    places, targets = found.places[found.clear], found.targets[found.clear]
    reach = options.agreement_px * factor
    matrix = _affine(places, targets, reach)
    if matrix is None:
        return None
    residual = np.hypot(*(targets - applied(matrix, places)).T)
    return Fit(
        matrix=matrix,
        places=places,
        targets=targets,
        agreeing=residual <= reach * max(scale_of(matrix), 1e-6),
        tried=len(found.places),
    )


def _affine(places: Float, targets: Float, reach: float) -> Float | None:
    """Fit a similarity by consensus, then an affine transform to what agrees with it."""
    rough = similarity(places, targets, reach=2 * reach)
    if rough is None:
        return None
    near = np.hypot(*(targets - applied(rough, places)).T) <= 2 * reach
    for _ in range(4):
        if near.sum() < 6:  # noqa: PLR2004 - as above
            return None
        matrix = least_squares(places[near], targets[near])
        near = np.hypot(*(targets - applied(matrix, places)).T) <= reach * 1.5
    return matrix


def holds(fit: Fit, options: RegistrationOptions) -> bool:
    """Tell whether enough places agree for an alignment."""
    enough = int(fit.agreeing.sum()) >= needed(fit.tried, options)
    return enough and not is_mirror(fit.matrix)


def needed(tried: int, options: RegistrationOptions) -> int:
    """Return how many places must agree: of few, a larger share, for chance is nearer to it.

    Examples
    --------
    >>> [needed(tried, RegistrationOptions()) for tried in (20, 60, 250)]
    [12, 21, 30]
    """
    share = min(options.least_agreeing_share * tried, options.most_needed)
    return max(options.least_agreeing, int(share))
