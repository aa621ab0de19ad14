"""When ordinary things come and go: from hashed turns, so that any dates in any order agree.

A place where things of one sort come and go is a slot. Its time is cut into turns of one length;
whether a turn is taken, and by what, is hashed from the slot's own number and the turn's. Nothing
is drawn from a stream, so a moment can be asked for by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import numpy as np
from numpy.typing import NDArray

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DAY_S = 86_400.0
_STEPS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def days_of(moment: datetime) -> float:
    """Return days since the turn of the century, UTC.

    Examples
    --------
    >>> days_of(datetime(2000, 1, 2, 12, tzinfo=UTC))
    1.5
    """
    return (moment - _EPOCH).total_seconds() / _DAY_S


def hashed(numbers: NDArray[np.uint64], *more: int | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return an even spread over [0, 1) that belongs to whole numbers.

    Parameters
    ----------
    numbers
        Dims (slot,), uint64: the slots' own numbers.
    more
        Further whole numbers, as the turn and what the result is for; scalars or dims (slot,).

    Returns
    -------
    numpy.ndarray
        Dims (slot,).

    Examples
    --------
    >>> slots = np.arange(3, dtype=np.uint64)
    >>> bool((hashed(slots, 7) == hashed(slots, 7)).all())
    True
    """
    state = _mixed(np.asarray(numbers, dtype=np.uint64))
    for number in more:
        state = _mixed(state ^ _mixed(np.asarray(number, dtype=np.int64).astype(np.uint64)))
    return cast("NDArray[np.float64]", (state >> np.uint64(11)) * 2.0**-53)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # One-dimensional throughout: numpy warns of overflow in scalars but not in arrays.
    state = np.atleast_1d(values) + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _STEPS[0]
    state = (state ^ (state >> np.uint64(27))) * _STEPS[1]
    return cast("NDArray[np.uint64]", state ^ (state >> np.uint64(31)))


def turns(
    days: float, *, length: NDArray[np.float64], phase: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return which turn each slot is in.

    Parameters
    ----------
    days
        The moment, as ``days_of`` counts.
    length
        Dims (slot,): days that a turn lasts.
    phase
        Dims (slot,): share of a turn by which its turns are shifted, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Dims (slot,), int64: it rises by one at the end of each turn.
    """
    return np.floor(days / length + phase).astype(np.int64)
