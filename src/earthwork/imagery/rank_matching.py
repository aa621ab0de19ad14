"""One brightness laid on another by rank, so that changed ground does not bend the mapping.

Order of brightness survives sensors, suns and bit depths. Plain histogram matching takes everything
that is in either image: where a third of the ground changed, it matches rubble to roofs. Here the
pixels themselves are paired: a joint histogram of both images' levels says which before-level goes
with which after-level. The rising curve that most pixels lie near is found exactly; what lies near
it is kept, the histograms of those pixels are matched, and again until the same pixels are kept.
Two passes over the pixels make the joint histogram; the rounds need it alone.

References
----------
Gonzalez, R. C. and Woods, R. E. (2018), Digital image processing, ch. 3 (histogram specification).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Values = NDArray[np.float32]
"""Dims (pixel,), float32."""
Pairs = Callable[[], Iterable[tuple[Values, Values]]]
"""Yields one band's values of both images in blocks, the same ones each time it is called."""

_FINE_LEVELS = 1 << 16
_STEPS_OF_RANK = 1 << 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOptions:
    """How brightness is laid on brightness."""

    levels: int = 512
    """Most levels of each image, of equal count; an 8-bit image keeps its own."""
    ridge_levels: int = 128
    """Levels of the curve from which the rounds start."""
    ridge_width: float = 0.02
    """How near to that curve a pixel counts for it, in ranks."""
    core: float = 1 / 3
    """Share of the pixels that is certainly unchanged."""
    reach: float = 3.0
    """What counts as unchanged: up to so many times as far from the mapping as that share."""
    least_reach: float = 0.01
    """And at least so far, in ranks."""
    rounds: int = 30
    """Most rounds."""
    knots: int = 33
    """Quantiles that make the mapping: few, so that it is smooth."""
    tail: float = 0.005
    """Share at each end that is extrapolated rather than matched: glints and deep shadow."""


DEFAULT_RANKS = RankOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class FineScale:
    """Up to 65,536 steps into which the values of one image are counted."""

    least: float
    """Value of the first step; what is less counts with it."""
    step: float
    """Width of a step; 1 for whole numbers of up to 16 bits, which are counted exactly."""

    def index(self, values: Values) -> Counts:
        """Return the step of each value."""
        steps = np.rint((values.astype(np.float64) - self.least) / self.step)
        return np.asarray(np.clip(steps, 0, _FINE_LEVELS - 1).astype(np.int64))

    def values(self) -> Floats:
        """Return the value of each step."""
        return self.least + self.step * np.arange(_FINE_LEVELS, dtype=np.float64)


def fine_scale(values: Values) -> FineScale:
    """Return the steps that hold all values given.

    Parameters
    ----------
    values
        A sample, dims (pixel,).

    Raises
    ------
    InvalidValue
        If there is none.
    """
    if values.size == 0:
        raise InvalidValue("there is no pixel to compare", cause="nothing of the pair is assessed")
    least, greatest = float(values.min()), float(values.max())
    is_whole = bool((values == np.rint(values)).all())
    if is_whole and least >= 0 and greatest < _FINE_LEVELS:
        return FineScale(least=0.0, step=1.0)
    return FineScale(least=least, step=(greatest - least) / (_FINE_LEVELS - 1) or 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRanks:
    """How often each level of one image goes with each level of the other."""

    counts: Floats
    """Dims (before level, after level)."""
    before: Floats
    """Mean value of each before-level, ascending."""
    after: Floats
    """Mean value of each after-level, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankMatch:
    """A monotone mapping and what speaks for it."""

    after: Floats
    """Knots in the after-image, ascending."""
    before: Floats
    """The values they are laid on, ascending."""
    kept: NDArray[np.bool_]
    """Dims (before level, after level): True where a pair of levels was taken for unchanged."""
    kept_share: float
    """Share of the pixels that was taken for unchanged, 0 to 1."""
    correlation: float
    """Correlation of ranks over all pixels, -1 to 1."""
    residual: float
    """Root mean square difference on unchanged pixels, in units of the before-image."""
    rounds: int
    """Rounds taken."""


def joint_ranks(
    pairs: Pairs, *, scales: tuple[FineScale, FineScale], options: RankOptions = DEFAULT_RANKS
) -> JointRanks:
    """Count how often each level of one image goes with each level of the other.

    Parameters
    ----------
    pairs
        Yields (before, after) values, dims (pixel,); called twice.
    scales
        Steps of each image.
    options
        Number of levels.

    Raises
    ------
    InvalidValue
        If there are no pixels.
    """
    fine = [np.zeros(_FINE_LEVELS, np.int64) for _ in range(2)]
    for block in pairs():
        for look, values in enumerate(block):
            fine[look] += np.bincount(scales[look].index(values), minlength=_FINE_LEVELS)
    if not fine[0].sum():
        raise InvalidValue("there is no pixel to compare", cause="nothing of the pair is assessed")
    levels = [_levels(counts, options.levels) for counts in fine]
    shape = [int(level.max()) + 1 for level in levels]
    joint = np.zeros(shape[0] * shape[1], np.int64)
    for first, second in pairs():
        row, column = levels[0][scales[0].index(first)], levels[1][scales[1].index(second)]
        joint += np.bincount(row * shape[1] + column, minlength=joint.size)
    before, after = (
        _level_values(counts, level, scale)
        for counts, level, scale in zip(fine, levels, scales, strict=True)
    )
    return JointRanks(counts=joint.reshape(shape).astype(np.float64), before=before, after=after)


def _levels(counts: Counts, most: int) -> Counts:
    """Return the level of each step: about equal counts, and no level without pixels."""
    middle = np.cumsum(counts) - counts / 2
    coarse = np.minimum((middle / counts.sum() * most).astype(np.int64), most - 1)
    used = np.unique(coarse[counts > 0])
    return np.minimum(np.searchsorted(used, coarse), used.size - 1)


def _level_values(counts: Counts, level: Counts, scale: FineScale) -> Floats:
    total = np.bincount(level, weights=counts)
    return np.asarray(np.bincount(level, weights=counts * scale.values()) / total)


def match_ranks(joint: JointRanks, *, options: RankOptions = DEFAULT_RANKS) -> RankMatch:
    """Lay the after-image's levels on the before-image's by the pixels that did not change.

    Parameters
    ----------
    joint
        Counts of pairs of levels.
    options
        Share kept, knots and tail.

    Raises
    ------
    InvalidValue
        If either image is constant.
    """
    if min(joint.counts.shape) < 2:  # noqa: PLR2004 - a slope needs two
        raise InvalidValue("an image is constant where it is assessed", cause="empty or clipped")
    ranks = (_middle_ranks(joint.counts.sum(axis=1)), _middle_ranks(joint.counts.sum(axis=0)))
    kept = _near(joint.counts, _apart_of_ranks(ranks, _ridge(joint, ranks, options)), options)
    for rounds in range(1, options.rounds + 1):  # noqa: B007 - the last one is told
        following = _near(joint.counts, _apart(joint, kept, ranks, options), options)
        if np.array_equal(following, kept):
            break
        kept = following
    after, before = _knots(joint, kept, options)
    return RankMatch(
        after=after,
        before=before,
        kept=kept > 0,
        kept_share=float(kept.sum() / joint.counts.sum()),
        correlation=_correlation(joint.counts, ranks),
        residual=_residual(joint, kept, after, before),
        rounds=rounds,
    )


def _middle_ranks(counts: Floats) -> Floats:
    return np.asarray((np.cumsum(counts) - counts / 2) / counts.sum())


def _ridge(joint: JointRanks, ranks: tuple[Floats, Floats], options: RankOptions) -> Floats:
    """Return the before-rank of each after-level on the rising curve that most pixels lie near.

    Found exactly, by running maxima: a start that no changed ground can draw aside unless it
    outnumbers, at one brightness, what did not change.
    """
    at = (np.arange(options.ridge_levels) + 0.5) / options.ridge_levels
    rows = np.minimum((ranks[0] * options.ridge_levels).astype(int), options.ridge_levels - 1)
    share = np.zeros((options.ridge_levels, joint.counts.shape[1]))
    np.add.at(share, rows, joint.counts)
    near = np.exp(-0.5 * np.square((at[:, None] - at[None, :]) / options.ridge_width))
    density = near @ share / near.sum(axis=1)[:, None]
    best = np.zeros_like(density)
    best[:, 0] = density[:, 0]
    for column in range(1, density.shape[1]):
        best[:, column] = density[:, column] + np.maximum.accumulate(best[:, column - 1])
    return at[_traced(best)]


def _traced(best: Floats) -> Counts:
    """Return the row of each column on the rising path that ends in the greatest sum."""
    path = np.zeros(best.shape[1], np.int64)
    row = best.shape[0] - 1
    for column in range(best.shape[1] - 1, -1, -1):
        row = int(np.argmax(best[: row + 1, column]))
        path[column] = row
    return path


def _apart_of_ranks(ranks: tuple[Floats, Floats], told: Floats) -> Floats:
    """Return how far each pair of levels lies from a curve of before-ranks by after-level."""
    rising = np.maximum.accumulate(told + np.arange(told.size) * 1e-9)
    back = np.interp(ranks[0], rising, ranks[1])
    down = np.abs(ranks[0][:, None] - told[None, :])
    across = np.abs(ranks[1][None, :] - back[:, None])
    return np.asarray(np.minimum(down, across))


def _apart(
    joint: JointRanks, kept: Floats, ranks: tuple[Floats, Floats], options: RankOptions
) -> Floats:
    """Return how far each pair of levels lies from the mapping, in ranks of either image."""
    after, before = _knots(joint, kept, options)
    told = _along(joint.after, after, before)
    back = _along(joint.before, before, after)
    down = np.abs(ranks[0][:, None] - np.interp(told, joint.before, ranks[0])[None, :])
    across = np.abs(ranks[1][None, :] - np.interp(back, joint.after, ranks[1])[:, None])
    return np.asarray(np.minimum(down, across))


def _near(counts: Floats, apart: Floats, options: RankOptions) -> Floats:
    """Return the counts of the pairs of levels that count as unchanged."""
    steps = np.minimum((apart * _STEPS_OF_RANK).astype(np.int64), _STEPS_OF_RANK).ravel()
    within = np.cumsum(np.bincount(steps, weights=counts.ravel())) / counts.sum()
    third = (np.searchsorted(within, options.core) + 1) / _STEPS_OF_RANK
    return np.asarray(counts * (apart <= max(options.reach * third, options.least_reach)))


def _knots(joint: JointRanks, kept: Floats, options: RankOptions) -> tuple[Floats, Floats]:
    """Return the quantiles of what is kept, of the after- and of the before-image."""
    at = np.linspace(options.tail, 1 - options.tail, options.knots)
    before, after = (
        _quantiles(values, kept.sum(axis=axis), at)
        for values, axis in ((joint.before, 1), (joint.after, 0))
    )
    rising, first = np.unique(after, return_index=True)
    return rising, before[first]


def _quantiles(values: Floats, counts: Floats, at: Floats) -> Floats:
    present = counts > 0
    return np.asarray(np.interp(at, _middle_ranks(counts[present]), values[present]))


def _along(values: Floats, knots: Floats, targets: Floats) -> Floats:
    """Return values laid along knots; beyond the ends with the slope of the whole range."""
    slope = (targets[-1] - targets[0]) / max(knots[-1] - knots[0], np.finfo(float).tiny)
    beyond = np.minimum(values - knots[0], 0) + np.maximum(values - knots[-1], 0)
    return np.asarray(np.interp(values, knots, targets) + slope * beyond)


def _correlation(counts: Floats, ranks: tuple[Floats, ...]) -> float:
    row, column = counts.sum(axis=1), counts.sum(axis=0)
    first, second = ranks[0] - 0.5, ranks[1] - 0.5
    together = first @ counts @ second
    return float(together / np.sqrt((row @ first**2) * (column @ second**2)))


def _residual(joint: JointRanks, kept: Floats, after: Floats, before: Floats) -> float:
    apart = joint.before[:, None] - _along(joint.after, after, before)[None, :]
    return float(np.sqrt((kept * apart**2).sum() / kept.sum()))
