"""Pixels that did not change between two multi-band images, whatever gain and offset lie between.

Iteratively reweighted multivariate alteration detection: canonical correlation finds the pairs of
band combinations that agree best; their differences, each divided by its spread, make a chi-square
value per pixel; its chance of no change weighs the pixel in the next round, until the canonical
correlations stand still. The result does not depend on any linear change of either image's bands.

One round is one pass over the pixels in blocks, and holds a block at a time: sums are of float64,
taken about a provisional centre.

References
----------
Nielsen, A. A. (2007), The regularized iteratively reweighted MAD method for change detection in
multi- and hyperspectral data, doi:10.1109/TIP.2006.888195; Canty, M. J. and Nielsen, A. A. (2008),
Automatic radiometric normalization of multitemporal satellite imagery with the iteratively
re-weighted MAD transformation, doi:10.1016/j.rse.2007.07.013.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import exp, lgamma, pi, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.imagery.chi_square import chi_square_survival, survive

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
"""Dims (band, pixel), float32."""
Blocks = Callable[[], Iterable[tuple[Values, Values]]]
"""Yields the pixels of both images in blocks, the same ones each time it is called."""

_BLOCK_PX = 256
_LEAST_VARIANCE = 1e-8
_ROUNDING = {"reassoc", "contract", "nsz", "arcp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IrMadOptions:
    """How unchanged pixels are sought."""

    rounds: int = 50
    """Most rounds of reweighting."""
    tolerance: float = 1e-4
    """Largest change of a canonical correlation at which the rounds end."""
    consistent: bool = True
    """True: the spread of differences is corrected for the weights, which count small differences
    for more. As published (False) it shrinks round by round, and the more so the fewer bands,
    until only the quietest pixels are left."""
    ridge: float = 0.0
    """Penalty on the size of the coefficients, as a share of a band's variance."""
    collinear: float = 1e-6
    """Share of a band's variance below which a combination of bands counts as no information."""


DEFAULT_IR_MAD = IrMadOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Weighted sums of pixels, as mean and covariance of the bands of both images."""

    weight: float
    """Sum of the weights."""
    mean: Floats
    """Means of the bands, the before-image's first."""
    covariance: Floats
    """Covariances of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IrMad:
    """What tells changed from unchanged pixels in one pair of images."""

    transform: Floats
    """Dims (canonical pair, band of both images): differences of unit variance."""
    mean: Floats
    """Weighted means of the bands, the before-image's first."""
    correlations: tuple[float, ...]
    """Canonical correlations, descending."""
    rounds: int
    """Rounds taken."""
    converged: bool
    """Whether the correlations stood still within the rounds allowed."""

    @property
    def dof(self) -> int:
        """Return the degrees of freedom of the chi-square values: pairs that carry information."""
        return len(self.correlations)

    def chi_square(self, before: Values, after: Values) -> Floats:
        """Return the chi-square value of change of each pixel.

        Parameters
        ----------
        before, after
            Dims (band, ...), any dtype; no data must be masked by the caller.

        Returns
        -------
        numpy.ndarray
            Dims of a band, float64: about ``dof`` where nothing changed, larger where it did.
        """
        both = np.concatenate([before, after]).astype(np.float64)
        flat = both.reshape(len(both), -1) - self.mean[:, None]
        return np.asarray(np.square(self.transform @ flat).sum(axis=0)).reshape(both.shape[1:])

    def no_change(self, before: Values, after: Values) -> Floats:
        """Return the chance that an unchanged pixel differs at least as much, 0 to 1.

        Parameters
        ----------
        before, after
            Dims (band, ...), any dtype.
        """
        return chi_square_survival(self.chi_square(before, after), self.dof)


def fit_ir_mad(
    blocks: Blocks, *, start: IrMad | None = None, options: IrMadOptions = DEFAULT_IR_MAD
) -> IrMad:
    """Find what tells changed from unchanged pixels.

    Parameters
    ----------
    blocks
        Yields (before, after) blocks of pixels, dims (band, pixel), float32, without no data.
        Called once a round.
    start
        What a sample of the same pair gave: saves rounds. None: the first round weighs all alike.
    options
        Rounds, tolerance and regularisation.

    Raises
    ------
    InvalidValue
        If there are no pixels, or an image is constant.
    """
    centre = _provisional_centre(blocks)
    bands = _bands_of(blocks)
    first = weighted_moments(blocks, centre=centre, model=start)
    found = _canonical(first, bands, 1, options, is_weighted=start is not None)
    for rounds in range(2, options.rounds + 1):
        moments = weighted_moments(blocks, centre=centre, model=found)
        following = _canonical(moments, bands, rounds, options, is_weighted=True)
        still = _moved(found, following) < options.tolerance
        found = following
        if still:
            return replace(found, converged=True)
    return found


def _moved(first: IrMad, second: IrMad) -> float:
    if first.dof != second.dof:
        return 1.0
    apart = np.subtract(first.correlations, second.correlations)
    return float(np.abs(apart).max())


def _first_block(blocks: Blocks) -> tuple[Values, Values]:
    for before, after in blocks():
        if before.shape[1]:
            return before, after
    raise InvalidValue("there is no pixel to compare", cause="nothing of the pair is assessed")


def _provisional_centre(blocks: Blocks) -> Floats:
    first = _first_block(blocks)
    return np.concatenate([block.mean(axis=1, dtype=np.float64) for block in first])


def _bands_of(blocks: Blocks) -> int:
    return int(_first_block(blocks)[0].shape[0])


def weighted_moments(
    blocks: Blocks,
    *,
    centre: Floats | None = None,
    model: IrMad | None = None,
    least: float = -1.0,
) -> Moments:
    """Return mean and covariance of the pixels, each weighted by its chance of no change.

    Parameters
    ----------
    blocks
        Yields (before, after) blocks, dims (band, pixel), float32.
    centre
        Values near the means, about which sums are taken; None: the first block's. The result
        does not depend on it but for rounding.
    model
        What gives the chance; None: every pixel weighs one.
    least
        From 0 on: pixels of at least this chance weigh one, the others nothing.

    Raises
    ------
    InvalidValue
        If no pixel has any weight.
    """
    centre = _provisional_centre(blocks) if centre is None else centre
    size = centre.size
    transform = np.zeros((0, size)) if model is None else model.transform
    offset = np.zeros(0) if model is None else model.transform @ (model.mean - centre)
    sums = np.zeros(size + 1)
    squares = np.zeros((size, size))
    for before, after in blocks():
        first, second = (np.ascontiguousarray(part, np.float32) for part in (before, after))
        _accumulate(first, second, centre, transform, offset, least, sums, squares)
    if not sums[size] > 0:
        raise InvalidValue("no pixel has any weight", cause="nothing of the pair is unchanged")
    mean = sums[:size] / sums[size]
    upper = np.triu(squares)
    covariance = (upper + np.triu(squares, 1).T) / sums[size] - np.outer(mean, mean)
    return Moments(weight=float(sums[size]), mean=mean + centre, covariance=covariance)


def weighting_shrinkage(dof: int) -> float:
    """Return the variance of unchanged differences after weighting by chance, as a share of before.

    Weighted by its own chance, a chi-square variable keeps the mean of the lesser of two such
    variables: one less its Gini coefficient.

    Examples
    --------
    >>> round(weighting_shrinkage(2), 3), round(weighting_shrinkage(4), 3)
    (0.5, 0.625)
    """
    half = dof / 2
    logarithm = lgamma(half + 0.5) - lgamma(half + 1)
    return 1 - exp(logarithm) / sqrt(pi)


def _canonical(
    moments: Moments, bands: int, rounds: int, options: IrMadOptions, *, is_weighted: bool
) -> IrMad:
    """Return the canonical pairs of weighted moments as differences of unit variance."""
    before, after = slice(0, bands), slice(bands, None)
    cross = moments.covariance[before, after]
    first = _whitening(moments.covariance[before, before], options)
    second = _whitening(moments.covariance[after, after], options)
    left, correlations, right = np.linalg.svd(first.T @ cross @ second, full_matrices=False)
    if correlations.size == 0:
        raise InvalidValue("an image is constant where it is assessed", cause="empty or clipped")
    correlations = np.minimum(correlations, 1.0)
    difference = np.vstack([first @ left, -second @ right.T])
    shrunk = weighting_shrinkage(correlations.size) if is_weighted and options.consistent else 1.0
    spread = np.sqrt(np.maximum(2 * (1 - correlations) / shrunk, _LEAST_VARIANCE))
    return IrMad(
        transform=np.ascontiguousarray((difference / spread).T),
        mean=moments.mean,
        correlations=tuple(correlations.tolist()),
        rounds=rounds,
        converged=False,
    )


def _whitening(covariance: Floats, options: IrMadOptions) -> Floats:
    """Return the combinations of bands that have unit variance and no correlation, as columns.

    Bands that repeat each other (grey saved as colour) leave fewer combinations than bands.
    """
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 0)
    correlation = covariance * np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation)
    kept = values > options.collinear
    return np.asarray(scale[:, None] * vectors[:, kept] / np.sqrt(values[kept] + options.ridge))


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _accumulate(  # noqa: PLR0917 - compiled loops take their arguments in order
    before: Values,
    after: Values,
    centre: Floats,
    transform: Floats,
    offset: Floats,
    least: float,
    sums: Floats,
    squares: Floats,
) -> None:
    """Add a block to the weighted sums (last: the weights) and the upper triangle of squares."""
    bands, count = before.shape
    size, pairs = centre.size, transform.shape[0]
    rows = np.empty((size, _BLOCK_PX))
    scratch = np.empty((2, _BLOCK_PX))
    weight = np.ones(_BLOCK_PX)
    bits = np.empty(_BLOCK_PX, np.int64)
    for start in range(0, count, _BLOCK_PX):
        n = min(_BLOCK_PX, count - start)
        for j in range(bands):
            _centred(before[j], start, n, centre[j], rows[j])
        for j in range(bands, size):
            _centred(after[j - bands], start, n, centre[j], rows[j])
        if pairs > 0:
            _change(rows, n, transform, offset, scratch[0], scratch[1])
            survive(scratch[0], weight, bits, bits.view(np.float64), n, pairs)
        if least >= 0:
            for k in range(n):
                weight[k] = 1.0 if weight[k] >= least else 0.0
        sums[size] += _total(weight, n)
        _add_moments(rows, n, weight, scratch[0], sums, squares)


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _change(  # noqa: PLR0917
    rows: Floats, n: int, transform: Floats, offset: Floats, chi: Floats, term: Floats
) -> None:
    """Write the chi-square value of each pixel."""
    size = rows.shape[0]
    chi[:n] = 0.0
    for i in range(transform.shape[0]):
        term[:n] = -offset[i]
        on = transform[i]
        for j in range(0, size - 3, 4):
            _add_four(term, n, rows[j], rows[j + 1], rows[j + 2], rows[j + 3], on[j : j + 4])
        for j in range(size - size % 4, size):
            _add_one(term, n, rows[j], on[j])
        _add_square(chi, n, term)


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _add_moments(  # noqa: PLR0917
    rows: Floats, n: int, weight: Floats, weighed: Floats, sums: Floats, squares: Floats
) -> None:
    for j in range(rows.shape[0]):
        sums[j] += _weigh(weight, rows[j], weighed, n)
        for i in range(0, j - 2, 4):
            a, b, c, d = _dot_four(weighed, n, rows[i], rows[i + 1], rows[i + 2], rows[i + 3])
            squares[i, j] += a
            squares[i + 1, j] += b
            squares[i + 2, j] += c
            squares[i + 3, j] += d
        for i in range(j + 1 - (j + 1) % 4, j + 1):
            squares[i, j] += _dot(weighed, n, rows[i])


@njit(cache=True, nogil=True, inline="never")
def _centred(row: Values, start: int, n: int, centre: float, result: Floats) -> None:
    for k in range(n):
        result[k] = row[start + k] - centre


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _add_four(  # noqa: PLR0917
    term: Floats, n: int, a: Floats, b: Floats, c: Floats, d: Floats, on: Floats
) -> None:
    on_a, on_b, on_c, on_d = on[0], on[1], on[2], on[3]
    for k in range(n):
        term[k] += on_a * a[k] + on_b * b[k] + on_c * c[k] + on_d * d[k]


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _add_one(term: Floats, n: int, row: Floats, factor: float) -> None:
    for k in range(n):
        term[k] += factor * row[k]


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _add_square(chi: Floats, n: int, term: Floats) -> None:
    for k in range(n):
        chi[k] += term[k] * term[k]


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _total(weight: Floats, n: int) -> float:
    total = 0.0
    for k in range(n):
        total += weight[k]
    return total


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _weigh(weight: Floats, row: Floats, weighed: Floats, n: int) -> float:
    total = 0.0
    for k in range(n):
        weighed[k] = weight[k] * row[k]
        total += weighed[k]
    return total


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _dot(weighed: Floats, n: int, row: Floats) -> float:
    total = 0.0
    for k in range(n):
        total += weighed[k] * row[k]
    return total


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _dot_four(  # noqa: PLR0917
    weighed: Floats, n: int, a: Floats, b: Floats, c: Floats, d: Floats
) -> tuple[float, float, float, float]:
    on_a, on_b, on_c, on_d = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        on_a += weighed[k] * a[k]
        on_b += weighed[k] * b[k]
        on_c += weighed[k] * c[k]
        on_d += weighed[k] * d[k]
    return on_a, on_b, on_c, on_d
