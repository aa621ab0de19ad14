"""The same method in plain numpy, as the peer: float64 throughout, vectorised, whole in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.stats import chi2


def ir_mad(
    before: NDArray, after: NDArray, *, rounds: int, closed_form: bool
) -> tuple[NDArray, NDArray]:
    """Return canonical correlations and the chi-square values of change after some rounds.

    Parameters
    ----------
    before, after
        Dims (band, pixel).
    rounds
        Rounds of reweighting.
    closed_form
        True: the chi-square distribution of an even number of degrees of freedom as exponential
        times polynomial; False: scipy's.
    """
    both = np.concatenate([before, after]).astype(np.float64)
    bands = len(before)
    weight = np.ones(both.shape[1])
    for _ in range(rounds):
        mean = both @ weight / weight.sum()
        centred = both - mean[:, None]
        covariance = (centred * weight) @ centred.T / weight.sum()
        s11, s22 = covariance[:bands, :bands], covariance[bands:, bands:]
        s12 = covariance[:bands, bands:]
        squared, a = eigh(s12 @ np.linalg.solve(s22, s12.T), s11)
        correlations = np.sqrt(squared)
        b = np.linalg.solve(s22, s12.T) @ a / correlations
        difference = a.T @ centred[:bands] - b.T @ centred[bands:]
        chi = (difference**2 / (2 * (1 - correlations))[:, None]).sum(axis=0)
        weight = survival(chi, bands) if closed_form else chi2.sf(chi, bands)
    return correlations[::-1], chi


def survival(chi: NDArray, dof: int) -> NDArray:
    """Return the chance of a value at least as large, for an even number of degrees of freedom."""
    half, series = chi / 2, np.ones_like(chi)
    for order in range(dof // 2 - 1, 0, -1):
        series = 1 + series * half / order
    return np.exp(-half) * series
