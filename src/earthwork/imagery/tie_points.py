"""Places found in both images: sought by the correlation of gradients, and fitted.

References
----------
Lewis, J. P. (1995), Fast normalized cross-correlation.
"""

from __future__ import annotations

from dataclasses import dataclass

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
from earthwork.imagery.overviews import edges, warped_by
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Raster, luminance


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Places sought: where, how far off their prediction they were found, how clearly."""

    places: Float
    """Dims (n, 2), before-pixels."""
    offsets: Float
    """Dims (n, 2), after-pixels from the prediction."""
    correlation: Float
    """Dims (n), -1 where the best is not clear or lies at the rim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An affine fit and the places that agree with it."""

    matrix: Float
    """From places to targets."""
    places: Float
    """Dims (n, 2), before-pixels."""
    targets: Float
    """Dims (n, 2), where they were found, after-pixels."""
    agreeing: NDArray[np.bool_]
    """Dims (n): within reach of the fit."""
    tried: int
    """Places sought."""

    @property
    def share(self) -> float:
        """Return the share of the places sought that agree."""
        return float(self.agreeing.sum()) / max(1, self.tried)


def lattice(grid: Grid, options: RegistrationOptions) -> Float:
    """Spread places over a grid, a patch away from its edge: (n, 2)."""
    margin = options.patch_px // 2 + 2
    inner = (max(1, grid.height - 2 * margin), max(1, grid.width - 2 * margin))
    step = max(options.patch_px // 3, int(np.sqrt(inner[0] * inner[1] / options.tie_points)))
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
    search: int,
    options: RegistrationOptions,
) -> Found:
    """Seek each place of the before-image near its prediction in the after-image."""
    centre, right, below = (mapping(places + step) for step in ((0, 0), (1, 0), (0, 1)))
    kept, offsets, clarity = [], [], []
    for index, place in enumerate(places):
        jacobian = np.stack([right[index] - centre[index], below[index] - centre[index]], axis=1)
        template = _before_patch(before, place, options.patch_px)
        scene = _after_patch(after, centre[index], jacobian, options.patch_px + 2 * search)
        if template is None or scene is None:
            continue
        offset, correlation = _peak(template, scene, options.least_lead)
        kept.append(place)
        offsets.append(jacobian @ offset)
        clarity.append(correlation)
    return Found(
        places=np.array(kept, np.float64).reshape(-1, 2),
        offsets=np.array(offsets, np.float64).reshape(-1, 2),
        correlation=np.array(clarity, np.float64),
    )


def _before_patch(before: Raster, place: Float, side: int) -> Image | None:
    column, row = (place - side // 2).astype(int)
    if min(column, row) < 0 or row + side > before.grid.height or column + side > before.grid.width:
        return None
    window = Window(row=int(row), column=int(column), height=side, width=side)
    if not before.valid(window).all():
        return None
    strength = edges(luminance(before.read(window)))
    return strength if float(strength.std()) > 0 else None


def _after_patch(after: Raster, centre: Float, jacobian: Float, side: int) -> Image | None:
    if not np.isfinite(centre).all() or not np.isfinite(jacobian).all():
        return None
    reach = int(np.ceil(np.abs(jacobian).sum(axis=1).max() * side / 2)) + 2
    column, row = (int(value) - reach for value in centre)
    window = Window(row=row, column=column, height=2 * reach, width=2 * reach)
    inside = Window(row=0, column=0, height=after.grid.height, width=after.grid.width)
    if min(row, column) < 0 or row + 2 * reach > inside.height or column + 2 * reach > inside.width:
        return None
    if not after.valid(window).all():
        return None
    matrix = np.eye(3)
    matrix[:2, :2] = jacobian
    matrix[:2, 2] = centre - [column, row] - jacobian @ [side / 2, side / 2]
    strength = edges(warped_by(luminance(after.read(window)), matrix, (side, side)))
    return strength if float(strength.std()) > 0 else None


def _peak(template: Image, scene: Image, least_lead: float) -> tuple[Float, float]:
    """Return the offset (x, y) of the best correlation from the centre, to part of a pixel."""
    surface = np.asarray(cv2.matchTemplate(scene, template, cv2.TM_CCOEFF_NORMED), np.float64)
    row, column = np.unravel_index(surface.argmax(), surface.shape)
    best = float(surface[row, column])
    x = column + _vertex(surface[row], int(column)) - (surface.shape[1] - 1) / 2
    y = row + _vertex(surface[:, column], int(row)) - (surface.shape[0] - 1) / 2
    at_rim = min(row, column) == 0 or row + 1 == surface.shape[0] or column + 1 == surface.shape[1]
    clear = not at_rim and best - _rival(surface, int(row), int(column)) >= least_lead
    return np.array([x, y], np.float64), best if clear else -1.0


def _rival(surface: Float, row: int, column: int, apart: int = 4) -> float:
    """Return the best correlation away from the peak: along a street or a wall it is as good."""
    others = surface.copy()
    others[max(0, row - apart) : row + apart + 1, max(0, column - apart) : column + apart + 1] = -1
    return float(others.max())


def _vertex(values: Float, at: int) -> float:
    """Return where a parabola through three values peaks, -0.5 to 0.5 from the middle one."""
    if at in {0, len(values) - 1}:
        return 0.0
    left, middle, right = values[at - 1 : at + 2]
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def fitted(found: Found, mapping: Mapping, options: RegistrationOptions) -> Fit | None:
    """Fit an affine matrix to what was clearly found; None where too little was."""
    clear = found.correlation >= options.least_correlation
    if clear.sum() < 6:  # noqa: PLR2004 - twice what an affine fit needs
        return None
    places = found.places[clear]
    targets = mapping(places) + found.offsets[clear]
    matrix = _affine(places, targets, options)
    if matrix is None:
        return None
    residual = np.hypot(*(targets - applied(matrix, places)).T)
    return Fit(
        matrix=matrix,
        places=places,
        targets=targets,
        agreeing=residual <= options.agreement_px * max(scale_of(matrix), 1e-6),
        tried=len(found.places),
    )


def _affine(places: Float, targets: Float, options: RegistrationOptions) -> Float | None:
    """Fit a similarity by consensus, then an affine transform to what agrees with it."""
    rough = similarity(places, targets, reach=2 * options.agreement_px)
    if rough is None:
        return None
    near = np.hypot(*(targets - applied(rough, places)).T) <= 2 * options.agreement_px
    if near.sum() < 6:  # noqa: PLR2004 - as above
        return None
    for _ in range(3):
        matrix = least_squares(places[near], targets[near])
        near = np.hypot(*(targets - applied(matrix, places)).T) <= options.agreement_px * 1.5
        if near.sum() < 6:  # noqa: PLR2004 - as above
            return None
    return least_squares(places[near], targets[near])


def holds(fit: Fit, options: RegistrationOptions) -> bool:
    """Tell whether enough places agree for an alignment."""
    enough = int(fit.agreeing.sum()) >= options.least_agreeing
    return enough and fit.share >= options.least_agreeing_share and not is_mirror(fit.matrix)


def smoothed(fit: Fit, rough: Mapping, grid: Grid, options: RegistrationOptions) -> Mapping:
    """Add to a fit the part of its residuals that neighbouring places share."""
    base = _corrected(fit, rough)
    places = fit.places
    residual = fit.targets - base(places)
    length = np.hypot(*residual.T)
    kept = length <= 2 * options.agreement_px
    known, rest = places[kept], residual[kept]
    spacing = np.sqrt(grid.height * grid.width / options.tie_points)
    reach = float(max(0.75 * options.patch_px, 1.5 * spacing))
    # once more on what is left: one pass of averaging flattens a hill
    left = rest - _shared(known, known, rest, reach)

    def mapping(points: Float) -> Float:
        moved = base(points)
        for start in range(0, len(points), 4096):
            part = slice(start, start + 4096)
            moved[part] = moved[part] + _shared(points[part], known, rest + left, reach)
        return moved

    return mapping


def _corrected(fit: Fit, rough: Mapping) -> Mapping:
    """Return the rough mapping with an affine correction: curvature of the references is kept."""
    kept = fit.agreeing
    correction = least_squares(rough(fit.places[kept]), fit.targets[kept])
    return lambda points: applied(correction, rough(points))


def _shared(points: Float, known: Float, rest: Float, reach: float, prior: float = 2.0) -> Float:
    """Average residuals with Gaussian weights, drawn to zero where few places are near."""
    squared = ((points[:, None, :] - known[None]) ** 2).sum(axis=2)
    weight = np.exp(-0.5 * squared / reach**2)
    result: Float = (weight @ rest) / (weight.sum(axis=1, keepdims=True) + prior)
    return result
