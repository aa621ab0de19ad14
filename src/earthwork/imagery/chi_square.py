"""The chi-square distribution in closed form, for whole degrees of freedom, in compiled loops.

For an even number of degrees of freedom the chance of a value at least as large is an exponential
times a polynomial; for an odd number a complementary error function is added.

References
----------
Abramowitz, M. and Stegun, I. A. (1964), Handbook of mathematical functions, 26.4.4 and 26.4.5.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LARGEST_HALF = 690.0
_ROUNDING = {"reassoc", "contract", "nsz", "arcp"}


def chi_square_survival(values: Floats, dof: int) -> Floats:
    """Return the chance that a chi-square variable is at least as large as each value.

    Parameters
    ----------
    values
        Any dims, not negative.
    dof
        Degrees of freedom, 1 or more.

    Returns
    -------
    numpy.ndarray
        The same dims, 0 to 1, to about 1e-13.

    Examples
    --------
    >>> chi_square_survival(np.array([0.0, 5.991]), 2).round(3).tolist()
    [1.0, 0.05]
    """
    flat = np.ascontiguousarray(values, np.float64).ravel()
    result = np.empty_like(flat)
    bits = np.empty(flat.size, np.int64)
    survive(flat, result, bits, bits.view(np.float64), flat.size, dof)
    return result.reshape(np.shape(values))


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def survive(  # noqa: PLR0917 - compiled loops take their arguments in order
    values: Floats,
    result: Floats,
    bits: NDArray[np.int64],
    powers: Floats,
    count: int,
    dof: int,
) -> None:
    """Write the survival of the first ``count`` values into ``result``; the sciences' inner loop.

    Parameters
    ----------
    values
        Chi-square values, not negative.
    result
        Written.
    bits, powers
        One scratch row seen as int64 and as float64.
    count
        How many values are read.
    dof
        Degrees of freedom.
    """
    # LLVM has no vector exponential of its own: 2^-n is built from bits, the rest is a polynomial.
    for k in range(count):
        half = min(0.5 * values[k], _LARGEST_HALF)
        bits[k] = np.int64(1023 - np.int32(half * 1.4426950408889634 + 0.5)) << 52
    for k in range(count):
        half = min(0.5 * values[k], _LARGEST_HALF)
        turns = np.int32(half * 1.4426950408889634 + 0.5)
        r = turns * 0.6931471803691238 - half + turns * 1.9082149292705877e-10
        e = 1.0 / 479001600.0
        e = e * r + 1.0 / 39916800.0
        e = e * r + 1.0 / 3628800.0
        e = e * r + 1.0 / 362880.0
        e = e * r + 1.0 / 40320.0
        e = e * r + 1.0 / 5040.0
        e = e * r + 1.0 / 720.0
        e = e * r + 1.0 / 120.0
        e = e * r + 1.0 / 24.0
        e = e * r + 1.0 / 6.0
        e = e * r + 0.5
        e = e * r + 1.0
        result[k] = (e * r + 1.0) * powers[k]
    if dof % 2 == 0:
        _times_even_series(values, result, count, dof)
    else:
        _times_odd_series(values, result, count, dof)


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _times_even_series(values: Floats, result: Floats, count: int, dof: int) -> None:
    for k in range(count):
        half = min(0.5 * values[k], _LARGEST_HALF)
        series = 1.0
        for order in range(dof // 2 - 1, 0, -1):
            series = 1.0 + series * half / order
        result[k] *= series


@njit(cache=True, nogil=True, fastmath=_ROUNDING)
def _times_odd_series(values: Floats, result: Floats, count: int, dof: int) -> None:
    for k in range(count):
        half = min(0.5 * values[k], _LARGEST_HALF)
        series, term = 0.0, 2.0 * math.sqrt(half / math.pi)
        for order in range((dof - 1) // 2):
            series += term
            term *= half / (order + 1.5)
        result[k] = math.erfc(math.sqrt(half)) + result[k] * series
