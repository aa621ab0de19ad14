"""Bringing an after-image onto the grid of a before-image, or refusing to.

Two images are brought together in four steps: the references (if both have one) say where to look;
hypotheses of the remaining transform come from SIFT features and from votes on a shift; each
hypothesis is held against the gradients of many small places, and the one that most places bear
out is kept; those places, measured again at full resolution, give an affine fit and a smooth field.
A hypothesis that too few places bear out is no alignment, and ground without alignment is not
assessed.

Coordinates are (x, y) = (column, row) with pixel centres at .5 throughout.

References
----------
Lowe, D. G. (2004), Distinctive image features from scale-invariant keypoints,
doi:10.1023/B:VISI.0000029664.99615.94; Fischler, M. A. and Bolles, R. C. (1981), Random sample
consensus, doi:10.1145/358669.358692.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from earthwork.imagery.hypotheses import hypotheses
from earthwork.imagery.mappings import (
    Float,
    Image,
    Mapping,
    applied,
    field_of,
    least_squares,
    scale_of,
)
from earthwork.imagery.mappings import prior_mapping as prior_mapping
from earthwork.imagery.overviews import Overview, after_overview, overview, warped_by
from earthwork.imagery.registration_options import DEFAULT_REGISTRATION as DEFAULT_REGISTRATION
from earthwork.imagery.registration_options import RegistrationOptions as RegistrationOptions
from earthwork.imagery.registration_options import resolve_options
from earthwork.imagery.resampling import warp as warp
from earthwork.imagery.tie_points import Fit, fitted, holds, lattice, smoothed, sought
from earthwork.model.grid import Grid
from earthwork.model.pair import AlignmentStatus, RegistrationReport, TiePoint
from earthwork.model.raster import Raster

METHOD = "sift-votes-gradient/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where each pixel of the before-image is found in the after-image."""

    report: RegistrationReport
    """How well it fits."""
    field: Image
    """Dims (2, row, column), float32: [dx, dy] in pixels; pixel (x, y) of the before-image lies at
    (x + dx, y + dy) of the after-image. Without alignment: what the references say alone."""


def register(
    before: Raster, after: Raster, *, options: RegistrationOptions = DEFAULT_REGISTRATION
) -> Registration:
    """Find each pixel of the before-image in the after-image.

    Parameters
    ----------
    before
        The image whose grid is kept; any bands and dtype.
    after
        The image to be brought onto it: any reference system and pixel size. Where either image has
        no reference, features alone relate them.
    options
        Scales and gates.

    Returns
    -------
    Registration
        A report whose status is ``NOT_ALIGNED`` with a reason where the pair cannot be aligned, and
        the field. Nothing is raised for a pair that does not fit: that is a result.
    """
    options = resolve_options(options, (before.grid.shape, after.grid.shape))
    prior = prior_mapping(before.grid, after.grid)
    refusal = _too_small(before.grid, after.grid, options)
    if refusal is not None:
        return _refused(refusal, before.grid, prior)
    seen_before = overview(before, options)
    seen_after = after_overview(before.grid, after, prior, seen_before.factor, options)
    refusal = _featureless(seen_before, seen_after)
    if refusal is not None:
        return _refused(refusal, before.grid, prior)
    coarse = _best_hypothesis(seen_before, seen_after, options)
    if coarse is None or not holds(coarse, options):
        reason = _why_not(seen_before, seen_after, coarse, options)
        return _refused(reason, before.grid, prior)
    matrix = _to_full_scale(coarse.matrix, seen_before, seen_after)
    return _refined(
        before,
        after,
        prior,
        matrix=matrix,
        coarse=coarse,
        seen=(seen_before, seen_after),
        options=options,
    )


def _too_small(before: Grid, after: Grid, options: RegistrationOptions) -> str | None:
    side = min(*before.shape, *after.shape)
    if side >= options.least_side_px:
        return None
    return f"an image is only {side} px wide or high; {options.least_side_px} are needed"


def _featureless(before: Overview, after: Overview) -> str | None:
    for name, seen in (("before", before), ("after", after)):
        values = seen.image[seen.valid]
        if values.size < 0.02 * seen.image.size:
            return f"the {name}-image holds no data where the two should overlap"
        if float(np.ptp(values)) == 0.0:
            return f"the {name}-image is one constant value"
    return None


def _best_hypothesis(before: Overview, after: Overview, options: RegistrationOptions) -> Fit | None:
    """Return the transform (overview to overview) that most places bear out."""
    cv2.setRNGSeed(options.seed)
    best: Fit | None = None
    for matrix in hypotheses(before, after, options):
        fit = _verified(before, after, matrix, options)
        if fit is not None and (best is None or fit.share > best.share):
            best = fit
        if best is not None and best.share >= 3 * options.sure_agreeing_share:
            break
    return best


def _verified(
    before: Overview, after: Overview, matrix: Float, options: RegistrationOptions
) -> Fit | None:
    """Seek many places where a hypothesis predicts them, and fit what agrees."""
    if not 0.05 < abs(np.linalg.det(matrix[:2, :2])) < 20.0:  # noqa: PLR2004 - no such pixel sizes
        return None
    places = lattice(before.raster.grid, options)
    mapping: Mapping = lambda points: applied(matrix, points)  # noqa: E731 - a named mapping
    found = sought(
        before.raster,
        after.raster,
        places,
        mapping,
        search=options.search_px,
        options=options,
    )
    return fitted(found, mapping, options)


def _why_not(
    before: Overview, after: Overview, fit: Fit | None, options: RegistrationOptions
) -> str:
    if _matches_mirrored(before, after, options):
        return "the after-image looks mirrored: its mirror image fits the before-image"
    if fit is None:
        return "no transform was found that brings the images together: different ground?"
    return (
        f"only {int(fit.agreeing.sum())} of {fit.tried} places agree on a transform"
        f" ({options.least_agreeing_share:.0%} are needed): different ground, or too much changed"
    )


def _matches_mirrored(before: Overview, after: Overview, options: RegistrationOptions) -> bool:
    turned = Overview(
        image=np.ascontiguousarray(after.image[:, ::-1]),
        valid=np.ascontiguousarray(after.valid[:, ::-1]),
        origin=after.origin,
        factor=after.factor,
    )
    fit = _best_hypothesis(before, turned, options)
    return fit is not None and holds(fit, options)


def _refused(reason: str, grid: Grid, prior: Mapping) -> Registration:
    field = field_of(prior, grid)
    report = RegistrationReport(
        status=AlignmentStatus.NOT_ALIGNED,
        method=METHOD,
        reason=reason,
        shift_x_px=0.0,
        shift_y_px=0.0,
        rotation_deg=0.0,
        scale=1.0,
        residual_median_px=None,
        residual_p95_px=None,
        inlier_share=0.0,
        tie_points=(),
    )
    return Registration(report=report, field=field)


def _to_full_scale(matrix: Float, before: Overview, after: Overview) -> Float:
    """Restate a transform between overviews as one between full before-pixels and the frame."""
    inward = np.diag([1 / before.factor, 1 / before.factor, 1.0])
    inward[:2, 2] = -np.array(before.origin) / before.factor
    outward = np.diag([after.factor, after.factor, 1.0])
    outward[:2, 2] = after.origin
    return outward @ matrix @ inward


def _refined(
    before: Raster,
    after: Raster,
    prior: Mapping,
    *,
    matrix: Float,
    coarse: Fit,
    seen: tuple[Overview, Overview],
    options: RegistrationOptions,
) -> Registration:
    def rough(points: Float) -> Float:
        return prior(applied(matrix, points))

    search = max(5, int(2 * seen[0].factor))
    found = sought(
        before, after, lattice(before.grid, options), rough, search=search, options=options
    )
    fit = fitted(found, rough, options)
    if fit is None or not holds(fit, options):
        shown = Fit(
            matrix=matrix,
            places=seen[0].to_full(coarse.places),
            targets=prior(seen[1].to_full(coarse.targets)),
            agreeing=coarse.agreeing,
            tried=coarse.tried,
        )
        return _described(shown, rough, before.grid, prior, seen, is_fine=False)
    smooth = smoothed(fit, rough, before.grid, options)
    return _described(fit, smooth, before.grid, prior, seen, options=options)


def _described(
    fit: Fit,
    mapping: Mapping,
    grid: Grid,
    prior: Mapping,
    seen: tuple[Overview, Overview],
    *,
    is_fine: bool = True,
    options: RegistrationOptions = DEFAULT_REGISTRATION,
) -> Registration:
    field = field_of(mapping, grid)
    kept = fit.agreeing
    places, targets = fit.places[kept], fit.targets[kept]
    total = least_squares(places, mapping(places))
    scale = scale_of(total)
    residual = np.hypot(*(targets - mapping(places)).T) / scale
    status = _status(fit, grid, options) if is_fine else AlignmentStatus.PARTLY_ALIGNED
    report = RegistrationReport(
        status=status,
        method=METHOD,
        reason=_reason(fit, mapping, prior, seen, grid, is_fine=is_fine, status=status),
        shift_x_px=float(np.median(field[0])),
        shift_y_px=float(np.median(field[1])),
        rotation_deg=float(np.degrees(np.arctan2(total[1, 0] - total[0, 1], np.trace(total) - 1))),
        scale=scale,
        residual_median_px=float(np.median(residual)),
        residual_p95_px=float(np.percentile(residual, 95)),
        inlier_share=fit.share,
        tie_points=_tie_points(places, targets, residual),
    )
    return Registration(report=report, field=field)


def _status(fit: Fit, grid: Grid, options: RegistrationOptions) -> AlignmentStatus:
    if fit.share >= options.sure_agreeing_share and _coverage(fit, grid) >= 0.75:  # noqa: PLR2004 - of 16 cells
        return AlignmentStatus.ALIGNED
    return AlignmentStatus.PARTLY_ALIGNED


def _coverage(fit: Fit, grid: Grid, cells: int = 4) -> float:
    """Return the share of cells of the grid that hold a place that agrees."""
    places = fit.places[fit.agreeing]
    row = np.clip(places[:, 1] * cells // grid.height, 0, cells - 1)
    column = np.clip(places[:, 0] * cells // grid.width, 0, cells - 1)
    return len(set(zip(row.tolist(), column.tolist(), strict=True))) / cells**2


def _reason(
    fit: Fit,
    mapping: Mapping,
    prior: Mapping,
    seen: tuple[Overview, Overview],
    grid: Grid,
    *,
    is_fine: bool,
    status: AlignmentStatus,
) -> str:
    parts = [f"{int(fit.agreeing.sum())} of {fit.tried} places agree"]
    if status is AlignmentStatus.PARTLY_ALIGNED:
        parts.append("ground far from them is not assessed")
    if not is_fine:
        parts.append("only at a coarser scale than the pixels")
    if grid.is_georeferenced:
        parts.append(_disagreement(fit, mapping, prior, grid))
    if _is_same_picture(fit, seen):
        parts.append("the two files show the same picture")
    return "; ".join(parts)


def _disagreement(fit: Fit, mapping: Mapping, prior: Mapping, grid: Grid) -> str:
    places = fit.places[fit.agreeing]
    apart = float(np.median(np.hypot(*(mapping(places) - prior(places)).T)))
    unit = np.median(np.hypot(*(prior(places + np.array([1.0, 0.0])) - prior(places)).T))
    metres = apart / float(unit) * (grid.gsd_m or 1.0)
    return f"the references disagree by {metres:.1f} m"


def _is_same_picture(fit: Fit, seen: tuple[Overview, Overview]) -> bool:
    """Tell whether the luminance agrees as it only does between copies of one picture."""
    before, after = seen
    height, width = before.image.shape
    if before.factor != after.factor or before.image.shape != after.image.shape:
        return False
    shift = np.median(after.from_full(fit.targets) - before.from_full(fit.places), axis=0)
    matrix = np.eye(3)
    matrix[:2, 2] = np.round(shift)
    moved = warped_by(after.image, matrix, (height, width))
    inner = before.valid & after.valid
    inner[:8], inner[-8:], inner[:, :8], inner[:, -8:] = False, False, False, False
    if np.abs(shift).max() > 4 or inner.sum() < 100:  # noqa: PLR2004 - copies lie on each other
        return False
    likeness = np.corrcoef(before.image[inner].astype(float), moved[inner].astype(float))[0, 1]
    return bool(likeness > 0.985)  # noqa: PLR2004 - two looks of one place stay below 0.95


def _tie_points(places: Float, targets: Float, residual: Float) -> tuple[TiePoint, ...]:
    return tuple(
        TiePoint(
            before_x=float(place[0]),
            before_y=float(place[1]),
            after_x=float(target[0]),
            after_y=float(target[1]),
            residual_px=float(left),
        )
        for place, target, left in zip(places, targets, residual, strict=True)
    )


def aligned_tie_points(report: RegistrationReport, *, grid: Grid) -> list[dict[str, float]]:
    """Return the agreeing places as rows for a table or GeoJSON.

    Returns
    -------
    list of dict
        Per place ``x`` and ``y`` in map coordinates of the before-grid (pixels without reference),
        ``shift_x_px``, ``shift_y_px`` and ``residual_px``.
    """
    rows = []
    for tie in report.tie_points:
        x, y = grid.transform @ (tie.before_x, tie.before_y)
        rows.append(
            {
                "x": float(x),
                "y": float(y),
                "shift_x_px": tie.after_x - tie.before_x,
                "shift_y_px": tie.after_y - tie.before_y,
                "residual_px": tie.residual_px,
            }
        )
    return rows
