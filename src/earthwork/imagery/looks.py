"""Several looks of one date used together: what any two of them can explain is no difference.

Two looks of one pass are a minute apart. What leans, drives or glitters differs between them; what
was built or razed does not. Between two dates each place is therefore shown by the pair of looks,
one of each date, that differs least about it. The first look of each date is kept unless another
pair explains the place clearly better: a patchwork would lose the fine structure that detectors
measure, so looks are exchanged in few places, whole things at a time, with soft seams.

Looks are brought to the brightness of the first of their date, and for the comparison to that of
the first earlier look. All is read window by window; a window's result does not depend on its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.pixel_pairs import Assessed
from earthwork.imagery.radiometry import (
    RadiometricMethod,
    fit_radiometry,
    normalised,
)
from earthwork.model.grid import Grid, Window, require_same_grid
from earthwork.model.raster import Pixels, Raster, luminance

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_REACH = 3.0
"""Standard deviations at which a Gaussian is cut."""
_LEAST_SIGMA_PX = 0.8
_TINY = np.float32(1e-6)
_SAMPLE_STRIPS = 33
_PATCH_PX, _PATCH_STEP = 6, 3
"""Half side of the patch that is sought beside itself, and the distance of its samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksOptions:
    """How looks of one date are used together.

    Set on simulated cities of three styles; lengths in metres.
    """

    assumed_gsd_m: float = 0.5
    """Pixel size where none is known."""
    neighbourhood_m: float = 2.0
    """Standard deviation over which two looks are compared about a place: half a car."""
    margin: float = 0.4
    """By how much less than the first looks another pair must differ to take their place, in
    standard deviations of the first look's brightness; half as much again if both are others."""
    seam_m: float = 0.75
    """Standard deviation over which one look passes into another."""
    disagreement: float = 1.5
    """Difference between the looks of each date from which no two of them can be trusted, if the
    dates differ by less; in standard deviations."""

    lean_m: float = 8.0
    """How far a roof may lie from itself in two looks of one date: what is found again that near
    leans, and is trusted."""


DEFAULT_LOOKS = LooksOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look as it is shown and as it is compared."""

    shown: Raster
    """At the brightness of the first look of its date."""
    compared: Raster
    """At the brightness of the first earlier look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The looks of one date in one window."""

    shown: tuple[Pixels, ...]
    """Dims (band, row, column) each."""
    grey: Image
    """Dims (look, row, column): brightness, in standard deviations of the first earlier look's."""
    valid: Mask
    """Dims (look, row, column)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Both dates in one window, each place shown by the two looks that differ least."""

    before: Pixels
    """Dims (band, row, column), in the dtype of the first earlier look."""
    after: Pixels
    """Dims (band, row, column), in the dtype of the first later look."""
    before_valid: Mask
    """Dims (row, column): True where any earlier look holds data."""
    after_valid: Mask
    """Dims (row, column): True where any later look holds data."""
    replaced: Mask
    """Dims (row, column): True where not both first looks are shown."""
    disagreement: Image
    """Dims (date, row, column), float32: how far the looks of one date differ from each other about
    a place (mean absolute difference, in standard deviations of the first earlier look); NaN where
    fewer than two of the date hold data."""
    untrusted: Mask
    """Dims (row, column): True where no two looks can be trusted: each date disagrees with itself
    strongly, by more than the dates differ, and no lean explains it
    (``Unassessed.LOOKS_DISAGREE``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastDifference:
    """The looks of two dates on one grid, and what brings them to one brightness."""

    before: tuple[_Look, ...]
    """Looks of the earlier date."""
    after: tuple[_Look, ...]
    """Looks of the later date."""
    unit: float
    """Standard deviation of the first earlier look's brightness, in its own units."""
    options: LooksOptions = DEFAULT_LOOKS
    """Scales."""

    @property
    def looks(self) -> tuple[ComposedRaster, ComposedRaster]:
        """Return the earlier and the later composite, composed as they are read."""
        return (
            ComposedRaster(composite=self, is_after=False),
            ComposedRaster(composite=self, is_after=True),
        )

    def composed(self, window: Window) -> Composed:
        """Return both dates in a window."""
        wide, core = self._widened(window)
        dates = (self._read(self.before, wide), self._read(self.after, wide))
        differences = self._differences(*dates)
        weights = self._weights(differences, *dates)
        sigma = self._sigma_px(self.options.neighbourhood_m)
        scatter = np.stack([_scatter(date, sigma) for date in dates])
        least = differences.min(axis=(0, 1))
        return Composed(
            before=_blended(dates[0], weights.sum(axis=1), core),
            after=_blended(dates[1], weights.sum(axis=0), core),
            before_valid=dates[0].valid.any(axis=0)[core],
            after_valid=dates[1].valid.any(axis=0)[core],
            replaced=np.asarray(weights[0, 0][core] < 0.5),  # noqa: PLR2004 - shown for the most part
            disagreement=scatter[:, *core],
            untrusted=self._untrusted(dates, scatter, least)[core],
        )

    def _untrusted(self, dates: tuple[_Read, _Read], scatter: Image, least: Image) -> Mask:
        """Choose what each date contradicts itself on, and no lean explains."""
        # a comparison with NaN, where a date has one look alone, is False: nothing to weigh
        smaller = scatter.min(axis=0)
        flagged = np.asarray((smaller >= self.options.disagreement) & (smaller > least))
        for date in dates:
            for one, other in combinations(range(len(date.grey)), 2):
                if flagged.any():
                    flagged &= ~self._leans(date.grey[one], date.grey[other], flagged)
        return flagged

    def _leans(self, one: Image, other: Image, flagged: Mask) -> Mask:
        """Tell where a place of one look is found again beside itself in another."""
        leans: Mask = _found_beside(
            one,
            other,
            flagged,
            reach=self._reach_px(self.options.lean_m),
            limit=np.float32(self.options.disagreement / 2),
        )
        return leans

    def _reach_px(self, length_m: float) -> int:
        gsd_m = self.before[0].shown.grid.gsd_m or self.options.assumed_gsd_m
        return int(np.ceil(length_m / gsd_m))

    def _sigma_px(self, length_m: float) -> float:
        gsd_m = self.before[0].shown.grid.gsd_m or self.options.assumed_gsd_m
        return max(_LEAST_SIGMA_PX, length_m / gsd_m)

    def _widened(self, window: Window) -> tuple[Window, tuple[slice, slice]]:
        lengths = (self.options.neighbourhood_m, self.options.seam_m)
        margin = sum(_radius_px(self._sigma_px(length_m)) for length_m in lengths)
        margin += self._reach_px(self.options.lean_m) + _PATCH_PX
        wide = window.grown(margin=margin, within=self.before[0].shown.grid.shape)
        row, column = window.row - wide.row, window.column - wide.column
        return wide, (slice(row, row + window.height), slice(column, column + window.width))

    def _read(self, looks: tuple[_Look, ...], window: Window) -> _Read:
        grey = [luminance(look.compared.read(window)) / self.unit for look in looks]
        return _Read(
            shown=tuple(look.shown.read(window) for look in looks),
            grey=np.stack(grey).astype(np.float32),
            valid=np.stack([look.shown.valid(window) for look in looks]),
        )

    def _differences(self, before: _Read, after: _Read) -> Image:
        """Return dims (earlier look, later look, row, column): how far each two differ."""
        sigma = self._sigma_px(self.options.neighbourhood_m)
        shape = (len(before.grey), len(after.grey), *before.grey.shape[1:])
        found = np.full(shape, np.inf, np.float32)
        for one, other in np.ndindex(shape[:2]):
            both = before.valid[one] & after.valid[other]
            apart = _averaged(abs(before.grey[one] - after.grey[other]), both, sigma)
            found[one, other][both] = apart[both]
        return found

    def _weights(self, differences: Image, before: _Read, after: _Read) -> Image:
        """Return dims (earlier look, later look, row, column): their shares in what is shown."""
        one, other = np.indices(differences.shape[:2])
        others = (one > 0).astype(np.float32) + (other > 0)
        reluctance = self.options.margin * np.where(others > 0, (others + 1) / 2, 0)
        costs = differences + reluctance.astype(np.float32)[..., None, None]
        return self._softened(_chosen(costs, before.valid, after.valid), before, after)

    def _softened(self, chosen: Image, before: _Read, after: _Read) -> Image:
        """Let each look pass softly into its neighbour, but never into a place it does not hold."""
        sigma = self._sigma_px(self.options.seam_m)
        if chosen[0, 0].all():
            return chosen
        soft = np.empty_like(chosen)
        for one, other in np.ndindex(chosen.shape[:2]):
            held = before.valid[one] & after.valid[other]
            soft[one, other] = _smoothed(chosen[one, other], sigma) * held
        total = soft.sum(axis=(0, 1))
        shared: Image = np.where(total > _TINY, soft / np.maximum(total, _TINY), chosen)
        return shared


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedRaster:
    """One date of a :class:`LeastDifference`, composed when it is read."""

    composite: LeastDifference
    """Both dates."""
    is_after: bool
    """Which of them this is."""

    @property
    def grid(self) -> Grid:
        """Return shape, placement and pixel size."""
        return self.composite.before[0].shown.grid

    @property
    def bands(self) -> int:
        """Return the number of bands: that of the date's first look."""
        date = self.composite.after if self.is_after else self.composite.before
        return date[0].shown.bands

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window, in the dtype of the date's first look."""
        composed = self.composite.composed(window)
        return composed.after if self.is_after else composed.before

    def valid(self, window: Window) -> Mask:
        """Return (row, column): True where any look of the date holds data."""
        date = self.composite.after if self.is_after else self.composite.before
        held: Mask = np.any([look.shown.valid(window) for look in date], axis=0)
        return held


def least_difference(
    before: Sequence[Raster],
    after: Sequence[Raster],
    *,
    assessed: Assessed | None = None,
    options: LooksOptions = DEFAULT_LOOKS,
) -> LeastDifference:
    """Bring the looks of two dates together, so that what any two can explain is no difference.

    Parameters
    ----------
    before, after
        The looks of each date, first look first, all aligned to one grid; those of one date with
        the same bands. Read in windows.
    assessed
        Says of a window, dims (row, column), which pixels count for brightness; None: all.
    options
        Scales.

    Returns
    -------
    LeastDifference
        Both dates, composed as they are read. With one look a date it shows that look.

    Raises
    ------
    InvalidValue
        If a date has no look.
    GridMismatch
        If the looks lie on different grids, or those of one date have different bands.
    """
    if not before or not after:
        raise InvalidValue(
            f"{len(before)} looks before and {len(after)} after",
            where="looks",
            choices=["one or more of each date"],
        )
    for look in (*before, *after):
        require_same_grid(before[0].grid, look.grid)
    counted = _all if assessed is None else assessed
    levelled = [_levelled(looks, counted) for looks in (before, after)]
    compared = [_likened(before[0], look, after[0], counted) for look in levelled[1]]
    return LeastDifference(
        before=tuple(_Look(shown=look, compared=look) for look in levelled[0]),
        after=tuple(
            _Look(shown=look, compared=like)
            for look, like in zip(levelled[1], compared, strict=True)
        ),
        unit=_spread(before[0]),
        options=options,
    )


def _all(window: Window) -> Mask:
    return np.ones((window.height, window.width), bool)


def _levelled(looks: Sequence[Raster], assessed: Assessed) -> tuple[Raster, ...]:
    """Bring the looks of one date to the brightness of the first."""
    first = looks[0]
    for look in looks[1:]:
        if look.bands != first.bands:
            raise GridMismatch(
                f"looks of one date with {first.bands} and {look.bands} bands",
                cause="they are pictures of different kinds",
                choices=["give looks with the same bands"],
            )
    fits = [fit_radiometry(first, look, assessed) for look in looks[1:]]
    return (first, *(normalised(look, fit) for look, fit in zip(looks[1:], fits, strict=True)))


def _likened(before: Raster, look: Raster, after: Raster, assessed: Assessed) -> Raster:
    """Bring a later look to the brightness of the first earlier one."""
    fit = fit_radiometry(before, after, assessed, method=RadiometricMethod.RANKS)
    return normalised(look, fit)


def _spread(raster: Raster) -> float:
    """Return the standard deviation of brightness, over some rows."""
    height, width = raster.grid.shape
    rows = np.unique(np.linspace(0, height - 1, _SAMPLE_STRIPS).astype(int))
    strips = [Window(row=int(row), column=0, height=1, width=width) for row in rows]
    values = [luminance(raster.read(strip))[raster.valid(strip)] for strip in strips]
    spread = float(np.concatenate(values).std()) if any(v.size for v in values) else 0.0
    return spread if spread > 0 else 1.0


def _radius_px(sigma: float) -> int:
    return int(np.ceil(_REACH * sigma))


def _smoothed(image: Image, sigma: float) -> Image:
    side = 2 * _radius_px(sigma) + 1
    smooth = cv2.GaussianBlur(image, (side, side), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float32)


def _averaged(image: Image, counted: Mask, sigma: float) -> Image:
    """Average about each pixel over the pixels that count."""
    if counted.all():
        return _smoothed(image, sigma)
    weight = counted.astype(np.float32)
    total = np.maximum(_smoothed(weight, sigma), _TINY)
    averaged = _smoothed(np.where(counted, image, np.float32(0)), sigma) / total
    return np.asarray(averaged, np.float32)


def _chosen(costs: Image, before: Mask, after: Mask) -> Image:
    """Return 1 for the pair of least cost; where none holds data, for the first look of each date.

    A date that holds data where the other has none is shown by the first of its looks that does.
    """
    looks = costs.shape[:2]
    flat = costs.reshape(-1, *costs.shape[2:])
    best = flat.argmin(axis=0)
    alone = np.isinf(flat.min(axis=0))
    if alone.any():
        first = before.argmax(axis=0) * looks[1] + after.argmax(axis=0)
        best = np.where(alone, first, best)
    numbers = np.arange(len(flat))[:, None, None]
    return np.asarray((best[None] == numbers).astype(np.float32).reshape(costs.shape))


def _blended(looks: _Read, shares: Image, core: tuple[slice, slice]) -> Pixels:
    """Mix the looks of one date by their shares, in the dtype of the first."""
    first = looks.shown[0]
    mixed = first[:, *core].astype(np.float32)
    for look, share in zip(looks.shown[1:], shares[1:, *core], strict=True):
        mixed += share * (look[:, *core] - first[:, *core].astype(np.float32))
    if not np.issubdtype(first.dtype, np.integer):
        return mixed.astype(first.dtype)
    limits = np.iinfo(first.dtype.name)
    return np.clip(np.rint(mixed), limits.min, limits.max).astype(first.dtype)


def _scatter(looks: _Read, sigma: float) -> Image:
    """Return the mean absolute difference of every two looks; NaN without two."""
    total = np.zeros(looks.grey.shape[1:], np.float32)
    counted = np.zeros_like(total)
    for one, other in combinations(range(len(looks.grey)), 2):
        both = looks.valid[one] & looks.valid[other]
        apart = _averaged(abs(looks.grey[one] - looks.grey[other]), both, sigma)
        total[both] += apart[both]
        counted += both
    return np.where(counted > 0, total / np.maximum(counted, 1), np.float32(np.nan))


@njit(cache=True, nogil=True)
def _found_beside(
    one: Image, other: Image, asked: Mask, reach: int, limit: np.float32
) -> Mask:  # pragma: no cover - compiled
    """Tell where a patch of one look lies within a reach of itself in another.

    Dims (row, column) throughout; ``limit`` is the mean absolute difference that still counts.
    """
    height, width = one.shape
    found = np.zeros((height, width), np.bool_)
    rim = reach + _PATCH_PX
    for row in range(height):
        for column in range(width):
            if not asked[row, column]:
                continue
            if min(row, column, height - 1 - row, width - 1 - column) < rim:
                # beyond the image nothing can be sought: what cannot be refuted is trusted
                found[row, column] = True
                continue
            found[row, column] = _least_beside(one, other, (row, column), reach, limit) < limit
    return found


@njit(cache=True, nogil=True)
def _least_beside(
    one: Image, other: Image, place: tuple[int, int], reach: int, limit: np.float32
) -> float:  # pragma: no cover - compiled
    row, column = place
    least = np.inf
    for down in range(-reach, reach + 1):
        for along in range(-reach, reach + 1):
            total, count = 0.0, 0
            for y in range(row - _PATCH_PX, row + _PATCH_PX + 1, _PATCH_STEP):
                for x in range(column - _PATCH_PX, column + _PATCH_PX + 1, _PATCH_STEP):
                    total += abs(one[y, x] - other[y + down, x + along])
                    count += 1
            least = min(least, total / count)
            if least < limit:
                return least
    return least
