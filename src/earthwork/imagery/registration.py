"""Bringing an after-image onto the grid of a before-image, or refusing to.

Guesses at how the two lie to each other come first from the correlated structure of a few blocks,
then from features; cheap ones first, and only until one holds. A guess holds if enough of many
small places are found where it says. Those places, sought again at full resolution, give a smooth
field with an error at each point: what no place vouches for is not aligned, and ground that is not
aligned is not assessed. Points that a person pins count as certain; what a person strikes counts
for nothing.

Coordinates are (x, y) = (column, row) with pixel centres at .5 throughout.

References
----------
Fischler, M. A. and Bolles, R. C. (1981), Random sample consensus, doi:10.1145/358669.358692.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from earthwork.imagery.ground_mode import have_company, on_ground
from earthwork.imagery.hypotheses import Hypothesis, feature_hypotheses, hypotheses
from earthwork.imagery.mappings import (
    Float,
    Mapping,
    applied,
    least_squares,
    scale_of,
    similarity_of,
)
from earthwork.imagery.mappings import prior_mapping as prior_mapping
from earthwork.imagery.overviews import Mirrored, block, block_of_after, reduced
from earthwork.imagery.registration_options import DEFAULT_REGISTRATION as DEFAULT_REGISTRATION
from earthwork.imagery.registration_options import RegistrationOptions as RegistrationOptions
from earthwork.imagery.registration_options import resolve_options
from earthwork.imagery.resampling import warp as warp
from earthwork.imagery.tie_points import (
    NOTHING,
    Fit,
    Found,
    fitted,
    holds,
    lattice,
    needed,
    sought,
    together,
)
from earthwork.imagery.vouching import vouched
from earthwork.imagery.warp_fitting import LocalFit, local_fit
from earthwork.model.grid import Grid, Window
from earthwork.model.pair import (
    NO_MARKS,
    AlignmentStatus,
    RegistrationReport,
    TieMarks,
    TieOrigin,
    TiePoint,
)
from earthwork.model.raster import Pixels, Raster
from earthwork.model.warp_field import WarpField

METHOD = "structure-places-local-fit/2"
_PINS_ALONE = 3
"""Pinned points that align a pair which the method cannot."""
_PIN_ERROR_PX = 0.05
_LARGE_PX = 1024
"""Side from which pinned points are borne out at half the resolution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where each pixel of the before-image is found in the after-image."""

    report: RegistrationReport
    """How well it fits."""
    field: WarpField
    """Displacements and their expected error. Without alignment: what the references say alone,
    and no error known anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ties:
    """Places that say the same as their neighbours, and the mapping they correct."""

    base: Mapping
    """Before-pixels to after-pixels, up to a smooth rest."""
    scale: float
    """After-pixels per before-pixel."""
    fit: LocalFit
    """The rest."""
    targets: Float
    """Dims (n, 2): where the places of the fit were found, after-pixels."""
    is_pinned: NDArray[np.bool_]
    """Dims (n)."""
    tried: int
    """Places sought."""

    @property
    def mapping(self) -> Mapping:
        """Return the mapping with the rest."""
        return lambda points: self.base(points) + self.scale * self.fit.at(points)[0]

    @property
    def share(self) -> float:
        """Return the share of the places sought that say the same."""
        return float((~self.is_pinned).sum()) / max(1, self.tried)


def register(
    before: Raster,
    after: Raster,
    *,
    marks: TieMarks = NO_MARKS,
    options: RegistrationOptions = DEFAULT_REGISTRATION,
) -> Registration:
    """Find each pixel of the before-image in the after-image.

    Parameters
    ----------
    before
        The image whose grid is kept; any bands and dtype, larger than memory if need be.
    after
        The image to be brought onto it: any reference system and pixel size. Where either image has
        no reference, structure and features alone relate them.
    marks
        Points that a person pinned, and ground that a person struck.
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
    refusal = _too_small(before.grid, after.grid, options) or _apart(before, after, prior)
    if refusal is not None:
        return _refused(refusal, before.grid, prior)
    cv2.setRNGSeed(options.seed)
    coarse, best = _best(before, after, prior, marks, options)
    if coarse is None:
        if len(marks.pinned) >= _PINS_ALONE:
            return _pinned_alone(before, after, prior, marks, options)
        return _refused(_why_not(before, after, best, options), before.grid, prior)
    ties = _refined(before, after, coarse, marks, options)
    if ties is None or _by_chance(ties, options):
        if len(marks.pinned) >= _PINS_ALONE:
            return _pinned_alone(before, after, prior, marks, options)
        reason = _seen_from_behind(before, after, options) or (
            "places agree only at a coarser scale than the pixels: different ground, or too much"
            " changed"
        )
        return _refused(reason, before.grid, prior)
    return _described(ties, before, after, prior, options)


def _too_small(before: Grid, after: Grid, options: RegistrationOptions) -> str | None:
    side = min(*before.shape, *after.shape)
    if side >= options.least_side_px:
        return None
    return f"an image is only {side} px wide or high; {options.least_side_px} are needed"


def _apart(before: Raster, after: Raster, prior: Mapping) -> str | None:
    """Say what stands against looking at all: no common ground, no data, one constant value."""
    height, width = before.grid.shape
    x, y = np.meshgrid(np.linspace(0, width, 9), np.linspace(0, height, 9))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    placed = before.grid.crs is not None and after.grid.crs is not None
    inside = _within(prior(points), after.grid, margin=0.25 * max(before.grid.shape))
    if placed and not inside.any():
        return "their references place them apart: they share no ground"
    for name, raster in (("before", before), ("after", after)):
        values = _sampled(raster)
        if values.size == 0:
            return f"the {name}-image holds no data"
        if float(np.ptp(values)) == 0.0:
            return f"the {name}-image is one constant value"
    return None


def _within(points: Float, grid: Grid, *, margin: float = 0.0) -> NDArray[np.bool_]:
    inside = np.isfinite(points).all(axis=1)
    for axis, side in ((0, grid.width), (1, grid.height)):
        inside &= (points[:, axis] >= -margin) & (points[:, axis] <= side + margin)
    return inside


def _sampled(raster: Raster, rows: int = 33) -> Pixels:
    """Return the valid values of some rows of the first band."""
    height, width = raster.grid.shape
    found = []
    for row in np.unique(np.linspace(0, height - 1, rows).astype(int)):
        strip = Window(row=int(row), column=0, height=1, width=width)
        found.append(raster.read(strip)[0][raster.valid(strip)])
    return np.concatenate(found)


def _best(
    before: Raster, after: Raster, prior: Mapping, marks: TieMarks, options: RegistrationOptions
) -> tuple[_Ties | None, Fit | None]:
    """Return the guess that most places bear out; the best fit even where none holds."""
    best: Fit | None = None
    kept: tuple[Fit, Found, int] | None = None
    by_hand = _by_hand(before.grid, prior, marks)
    for guess in chain(by_hand, hypotheses(before, after, prior, options)):
        factor = max(1, int(guess.scale_px) // 2)
        found = _looked_up(before, after, guess.mapping, factor, options)
        fit = fitted(found, options, factor=factor)
        if fit is None:
            continue
        if best is None or fit.share > best.share:
            best = fit
        # a few places that all agree must not hide a guess that more bear out
        if holds(fit, options) and (kept is None or fit.share > kept[0].share):
            kept = (fit, found, factor)
        if kept is not None and kept[0].share >= options.sure_agreeing_share:
            break
    if kept is None:
        return None, best
    return _tied(*kept, marks=marks, prior=prior, options=options), best


def _by_hand(grid: Grid, prior: Mapping, marks: TieMarks) -> Iterator[Hypothesis]:
    """Yield what pinned points say, if they are two or more."""
    if len(marks.pinned) > 1:
        places, targets = _points(marks)
        matrix = similarity_of(prior(places), targets)
        # of a small image too few places are left at half its resolution
        scale_px = 4.0 if min(grid.shape) >= _LARGE_PX else 2.0
        yield Hypothesis(mapping=lambda points: applied(matrix, prior(points)), scale_px=scale_px)


def _points(marks: TieMarks) -> tuple[Float, Float]:
    """Return pinned places and targets, (n, 2) each."""
    pins = [(t.before_x, t.before_y, t.after_x, t.after_y) for t in marks.pinned]
    table = np.array(pins, np.float64).reshape(-1, 4)
    return table[:, :2], table[:, 2:]


def _looked_up(
    before: Raster, after: Raster, mapping: Mapping, factor: int, options: RegistrationOptions
) -> Found:
    """Seek some places at a part of the resolution, where a guess says; in full pixels."""
    small, other = reduced(before, factor), reduced(after, factor)
    places = lattice(
        small.grid,
        places=options.first_places,
        patch_px=options.patch_px,
        closest_px=options.patch_px // 3,
        reach_px=options.first_search_px,
    )
    found = sought(
        small,
        other,
        places,
        lambda points: mapping(points * factor) / factor,
        reach=options.first_search_px,
        patch_px=options.patch_px,
        options=options,
    )
    return found.scaled(factor)


def _tied(
    fit: Fit,
    found: Found,
    factor: int,
    *,
    marks: TieMarks,
    prior: Mapping,
    options: RegistrationOptions,
) -> _Ties | None:
    """Return the places that say the same, about an affine correction of the references."""
    kept = fit.agreeing
    matrix = least_squares(prior(fit.places[kept]), fit.targets[kept])
    return _agreed(
        found,
        lambda points: applied(matrix, prior(points)),
        marks=marks,
        options=_coarser(options, factor),
    )


def _coarser(options: RegistrationOptions, factor: int) -> RegistrationOptions:
    """Return options whose distances count in pixels of a coarser scale."""
    steps = tuple((n, factor * within, factor * alike) for n, within, alike in options.ground_steps)
    return replace(options, likeness_px=options.likeness_px * factor, ground_steps=steps)


def _agreed(
    found: Found,
    base: Mapping,
    *,
    marks: TieMarks,
    options: RegistrationOptions,
    rough: Mapping | None = None,
) -> _Ties | None:
    """Keep the places that say the same as their neighbours, and fit what they say."""
    counted = ~_struck(found.places, marks)
    clear = found.clear & counted
    places, targets = found.places[clear], found.targets[clear]
    pins, pinned_at = _points(marks)
    scale = _scale(base, places) if len(places) else 1.0
    residuals = (targets - base(places)) / scale
    beyond = residuals if rough is None else (targets - rough(places)) / scale
    same = on_ground(places, beyond, found.texture[clear], options)
    if rough is not None:
        same &= have_company(places[same], places, found.places, options)
    if same.sum() < options.least_agreeing and len(pins) < _PINS_ALONE:
        return None
    pinned = (pinned_at - base(pins)) / scale
    same &= ~_against_pins(places, residuals, pins, pinned, options)
    together = np.concatenate([places[same], pins])
    rest = np.concatenate([residuals[same], pinned])
    errors = np.concatenate([found.error_px[clear][same], np.full(len(pins), _PIN_ERROR_PX)])
    fit = local_fit(together, rest, errors)
    return _Ties(
        base=base,
        scale=scale,
        fit=fit,
        targets=np.concatenate([targets[same], pinned_at]),
        is_pinned=np.arange(len(together)) >= int(same.sum()),
        tried=int(counted.sum()),
    )


def _against_pins(
    places: Float, residuals: Float, pins: Float, pinned: Float, options: RegistrationOptions
) -> NDArray[np.bool_]:
    """Tell which places lie within a patch of a pin and say something else than it."""
    if not len(pins) or not len(places):
        return np.zeros(len(places), bool)
    away, nearest = cKDTree(pins).query(places)
    apart = np.hypot(*(residuals - pinned[nearest]).T)
    return np.asarray((away <= options.patch_px) & (apart > options.likeness_px))


def _struck(places: Float, marks: TieMarks) -> NDArray[np.bool_]:
    struck = np.zeros(len(places), bool)
    for x, y, radius in marks.struck:
        struck |= np.hypot(places[:, 0] - x, places[:, 1] - y) <= radius
    return struck


def _scale(mapping: Mapping, places: Float) -> float:
    """Return after-pixels per before-pixel, about the middle of places."""
    middle = np.median(places, axis=0)
    corners = middle + np.array([[0.0, 0.0], [64.0, 0.0], [0.0, 64.0]])
    there = mapping(corners)
    return scale_of(least_squares(corners, there))


def _refined(
    before: Raster, after: Raster, ties: _Ties, marks: TieMarks, options: RegistrationOptions
) -> _Ties | None:
    """Seek places at full resolution: few, and unless these agree on a plane, many."""
    best: _Ties | None = None
    found: _Ties | None = None
    for effort in (_glance(options), _look(options), _search(options)):
        found = _sought_again(before, after, best or ties, marks, efforts=effort, options=options)
        if found is not None:
            best = found
            if _is_level(best, options):
                return best
    # what a glance finds and a search does not is chance
    return found


def _by_chance(ties: _Ties, options: RegistrationOptions) -> bool:
    """Tell whether no more places agree than in pictures of different ground."""
    found = int((~ties.is_pinned).sum())
    few = found < options.least_final and ties.share < options.sure_agreeing_share
    return few or ties.share < options.least_final_share


def _is_level(ties: _Ties, options: RegistrationOptions) -> bool:
    """Tell whether nearly all places agree on an affine fit."""
    told = ties.fit.at(ties.fit.places)[0]
    bend = float(np.hypot(*(told - told.mean(axis=0)).T).max())
    return ties.share >= options.level_share and bend < 3 * options.level_px


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effort:
    """How many places are sought, how, and how far from what is known."""

    places: int
    patch_px: int
    closest_px: int
    reach_px: int
    correlation: float


def _glance(options: RegistrationOptions) -> tuple[_Effort, ...]:
    effort = _Effort(
        places=options.first_places,
        patch_px=options.patch_px,
        closest_px=options.patch_px // 3,
        reach_px=options.glance_px,
        correlation=options.least_correlation,
    )
    return (effort,)


def _look(options: RegistrationOptions) -> tuple[_Effort, ...]:
    (effort,) = _glance(options)
    return (replace(effort, places=options.places, reach_px=options.search_px),)


def _search(options: RegistrationOptions) -> tuple[_Effort, ...]:
    return tuple(
        _Effort(
            places=options.most_places,
            patch_px=patch,
            closest_px=patch // 2,
            reach_px=options.fine_search_px,
            correlation=correlation,
        )
        for patch, correlation in options.fine_patches
    )


def _sought_again(
    before: Raster,
    after: Raster,
    ties: _Ties,
    marks: TieMarks,
    *,
    efforts: tuple[_Effort, ...],
    options: RegistrationOptions,
) -> _Ties | None:
    found = [
        sought(
            before,
            after,
            lattice(
                before.grid,
                places=effort.places,
                patch_px=effort.patch_px,
                closest_px=effort.closest_px,
                reach_px=effort.reach_px,
            ),
            ties.mapping,
            reach=effort.reach_px,
            patch_px=effort.patch_px,
            options=replace(options, least_correlation=effort.correlation),
        )
        for effort in efforts
    ]
    base = _straightened(ties)
    return _agreed(together(found), base, marks=marks, options=options, rough=ties.mapping)


def _straightened(ties: _Ties) -> Mapping:
    """Return the base mapping with the affine part of what the places say beyond it."""
    places = ties.fit.places
    matrix = least_squares(ties.base(places), ties.base(places) + ties.scale * ties.fit.residuals)
    return lambda points: applied(matrix, ties.base(points))


def _pinned_alone(
    before: Raster, after: Raster, prior: Mapping, marks: TieMarks, options: RegistrationOptions
) -> Registration:
    """Align by pinned points where the method finds nothing."""
    places, targets = _points(marks)
    matrix = similarity_of(prior(places), targets)
    ties = _agreed(
        NOTHING, lambda points: applied(matrix, prior(points)), marks=marks, options=options
    )
    if ties is None:
        raise AssertionError  # three pins are enough
    return _described(ties, before, after, prior, options)


def _why_not(before: Raster, after: Raster, fit: Fit | None, options: RegistrationOptions) -> str:
    turned = _seen_from_behind(before, after, options)
    if turned is not None:
        return turned
    if fit is None:
        return "no transform was found that brings the images together: different ground?"
    if holds(fit, options):
        return (
            f"{int(fit.agreeing.sum())} of {fit.tried} places agree on a transform, but not with"
            " their neighbours: different ground, or too much changed"
        )
    return (
        f"only {int(fit.agreeing.sum())} of {fit.tried} places agree on a transform"
        f" ({needed(fit.tried, options)} are needed): different ground, or too much changed"
    )


def _seen_from_behind(before: Raster, after: Raster, options: RegistrationOptions) -> str | None:
    """Say whether the after-image fits once it is turned over."""
    flipped = Mirrored(raster=after)
    for guess in feature_hypotheses(before, flipped, lambda points: points, options):
        factor = max(1, int(guess.scale_px) // 2)
        fit = fitted(_looked_up(before, flipped, guess.mapping, factor, options), options,
                     factor=factor)  # fmt: skip
        if fit is not None and holds(fit, options):
            quarter = round(np.degrees(np.arctan2(fit.matrix[1, 0], fit.matrix[0, 0])) / 90) % 4
            how = "transposed (rows and columns swapped)" if quarter % 2 else "mirrored"
            return f"the after-image looks {how}: turned over, it fits the before-image"
    return None


def _refused(reason: str, grid: Grid, prior: Mapping) -> Registration:
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
    points, shape, step = _knots(grid)
    moved = (prior(points) - points).reshape(*shape, 2)
    knots = np.stack([moved[..., 0], moved[..., 1], np.full(shape, np.nan)])
    return Registration(report=report, field=WarpField(grid=grid, step_px=step, knots=knots))


def _knots(grid: Grid) -> tuple[Float, tuple[int, int], int]:
    """Return the lattice of a field: points (n, 2), its (rows, columns) and their distance."""
    step = int(np.clip(2 ** np.round(np.log2(np.sqrt(grid.height * grid.width) / 64)), 16, 64))
    rows, columns = (-(-side // step) + 1 for side in grid.shape)
    x, y = np.meshgrid(np.arange(columns) * float(step), np.arange(rows) * float(step))
    return np.stack([x.ravel(), y.ravel()], axis=1), (rows, columns), step


def _described(
    ties: _Ties, before: Raster, after: Raster, prior: Mapping, options: RegistrationOptions
) -> Registration:
    grid = before.grid
    points, shape, step = _knots(grid)
    rest, error, third = ties.fit.at(points)
    targets = ties.base(points) + ties.scale * rest
    # pins alone say nothing of how far apart places were tried
    apart = float(np.sqrt(grid.height * grid.width / ties.tried)) if ties.tried else 0.0
    held = vouched(
        points, ties.fit.places, error, third, apart_px=apart, grid=grid, options=options
    )
    moved = (targets - points).reshape(*shape, 2)
    error = np.where(held, error, np.nan).reshape(shape)
    field = WarpField(
        grid=grid, step_px=step, knots=np.stack([moved[..., 0], moved[..., 1], error])
    )
    common = _within(targets, after.grid) & _within(points, grid)
    share = float(held[common].mean()) if common.any() else 0.0
    return Registration(
        report=_report(
            ties, field, share, reason=_reason(ties, share, before, after, prior), options=options
        ),
        field=field,
    )


def _report(
    ties: _Ties,
    field: WarpField,
    share: float,
    *,
    reason: str,
    options: RegistrationOptions,
) -> RegistrationReport:
    places = ties.fit.places
    told = ties.fit.at(places)[0]
    left = np.hypot(*(ties.fit.residuals - told).T)
    total = least_squares(places, ties.base(places) + ties.scale * told)
    status = AlignmentStatus.ALIGNED
    if share < options.whole_share:
        status = AlignmentStatus.PARTLY_ALIGNED
    if share == 0.0:
        status = AlignmentStatus.NOT_ALIGNED
    expected = field.knots[2][np.isfinite(field.knots[2])]
    return RegistrationReport(
        status=status,
        method=METHOD,
        reason=reason,
        shift_x_px=float(np.median(field.knots[0])),
        shift_y_px=float(np.median(field.knots[1])),
        rotation_deg=float(np.degrees(np.arctan2(total[1, 0] - total[0, 1], np.trace(total) - 1))),
        scale=scale_of(total),
        residual_median_px=float(np.median(left)),
        residual_p95_px=float(np.percentile(left, 95)),
        inlier_share=ties.share,
        tie_points=_tie_points(ties, left),
        aligned_share=share,
        error_median_px=float(np.median(expected)) if expected.size else None,
        error_p95_px=float(np.percentile(expected, 95)) if expected.size else None,
    )


def _reason(ties: _Ties, share: float, before: Raster, after: Raster, prior: Mapping) -> str:
    pinned = int(ties.is_pinned.sum())
    parts = [f"{len(ties.targets) - pinned} of {ties.tried} places agree"] if ties.tried else []
    if pinned:
        parts.append(f"{pinned} were pinned by hand")
    if share < 1.0:
        parts.append(f"{1 - share:.1%} of the common ground is not vouched for and not assessed")
    if before.grid.is_georeferenced and after.grid.is_georeferenced:
        parts.append(_disagreement(ties, prior, before.grid))
    if _is_same_picture(ties, before, after):
        parts.append("the two files show the same picture")
    return "; ".join(parts)


def _disagreement(ties: _Ties, prior: Mapping, grid: Grid) -> str:
    # pixels of the after-image need not be squares on the ground: degrees are not
    corners = np.array([[0.0, 0.0], [grid.width, 0.0], [0.0, grid.height]])
    back = np.linalg.inv(least_squares(corners, prior(corners))[:2, :2])
    apart = (ties.targets - prior(ties.fit.places)) @ back.T
    metres = float(np.median(np.hypot(*apart.T))) * (grid.gsd_m or 1.0)
    return f"the references disagree by {metres:.1f} m"


def _is_same_picture(ties: _Ties, before: Raster, after: Raster, side: int = 512) -> bool:
    """Tell whether the luminance agrees as it only does between copies of one picture."""
    height, width = before.grid.shape
    window = Window(
        row=max(0, (height - side) // 2),
        column=max(0, (width - side) // 2),
        height=min(side, height),
        width=min(side, width),
    )
    seen = block(before, window, 1)
    other = block_of_after(after, seen, ties.mapping)
    inner = seen.valid & other.valid
    if inner.sum() < 100:  # noqa: PLR2004 - too few to tell
        return False
    pair = (seen.image[inner].astype(float), other.image[inner].astype(float))
    if min(np.ptp(values) for values in pair) == 0:
        return False
    return bool(np.corrcoef(*pair)[0, 1] > 0.985)  # noqa: PLR2004 - two looks of one place stay below 0.95


def _tie_points(ties: _Ties, left: Float) -> tuple[TiePoint, ...]:
    rows = zip(ties.fit.places, ties.targets, left, ties.is_pinned, strict=True)
    return tuple(
        TiePoint(
            before_x=float(place[0]),
            before_y=float(place[1]),
            after_x=float(target[0]),
            after_y=float(target[1]),
            residual_px=float(rest),
            origin=TieOrigin.PINNED if pinned else TieOrigin.FOUND,
        )
        for place, target, rest, pinned in rows
    )
