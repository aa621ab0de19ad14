"""Form a radar's picture from what the ground returns: resolution, looks and speckle.

What returns is a sum of many small waves of unknown phase. Each look draws the waves anew, blurs
them with the impulse response as complex numbers, and only then takes their power; a few looks are
averaged. So speckle has the right statistics and the right grain of its own accord, and corners
that keep their phase from pass to pass flicker less.

References
----------
Goodman, J. W. (1976), Some fundamental properties of speckle, Journal of the Optical Society of
America 66, 1145-1150, https://doi.org/10.1364/JOSA.66.001145. Oliver, C. & Quegan, S. (2004),
Understanding Synthetic Aperture Radar Images, SciTech, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, sqrt
from typing import cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue

_REACH = 2.6
"""Standard deviations of the amplitude's impulse response at which it is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The impulse response on a grid of cells finer than the pixels."""

    weights: NDArray[np.float32]
    """Dims (row, column), an even number of each: amplitude; squares sum to 1."""
    step: int
    """Cells per pixel, even: a pixel's centre is a corner of cells."""

    @property
    def pad(self) -> int:
        """Return how many cells it reaches beyond the outermost pixels."""
        return (len(self.weights) - self.step) // 2


def impulse_response(
    *, cell_m: float, step: int, resolution_m: tuple[float, float], look: tuple[float, float]
) -> Response:
    """Return a Gaussian impulse response, turned to the radar's range and azimuth.

    Parameters
    ----------
    cell_m
        Side of a cell.
    step
        Cells per pixel, even.
    resolution_m
        Widths of the response to a point at half its power, in ground range and in azimuth.
    look
        Unit step (east, north) of ground range.

    Returns
    -------
    Response
        Side lobes are left out.
    """
    spread = np.array(resolution_m) / (2.0 * sqrt(2.0 * log(2.0))) * sqrt(2.0)
    pad = ceil(_REACH * float(spread.max()) / cell_m)
    half = pad + step // 2
    offset = (np.arange(-half, half) + 0.5) * cell_m
    east, north = np.meshgrid(offset, -offset)
    along = east * look[0] + north * look[1]
    across = east * look[1] - north * look[0]
    weights = np.exp(-0.5 * ((along / spread[0]) ** 2 + (across / spread[1]) ** 2))
    weights /= np.sqrt((weights**2).sum())
    return Response(weights=weights.astype(np.float32), step=step)


def look_weights(looks: float) -> NDArray[np.float32]:
    """Return weights of independent looks that average to an equivalent number of looks.

    Parameters
    ----------
    looks
        The equivalent number: squared mean over variance of power on even ground; 1 and above.

    Returns
    -------
    numpy.ndarray
        Dims (look), float32; they sum to 1. All are equal but the last, which may be smaller.

    Raises
    ------
    InvalidValue
        If there is less than one look.

    Examples
    --------
    >>> weights = look_weights(4.4)
    >>> len(weights), round(float(1 / (weights**2).sum()), 3)
    (5, 4.4)
    """
    if not looks >= 1:
        raise InvalidValue(f"{looks:g} looks", where="looks", choices=["1 and above"])
    full = ceil(looks) - 1
    if full == 0:
        return np.ones(1, dtype=np.float32)
    # (full + w)² = looks (full + w²), solved for the smaller w.
    last = (full - sqrt(full**2 - (looks - 1) * (looks - full) * full)) / (looks - 1)
    weights = np.append(np.ones(full), last)
    return cast("NDArray[np.float32]", (weights / weights.sum()).astype(np.float32))


def speckled(
    scattered: NDArray[np.float32],
    lasting: NDArray[np.complex64],
    *,
    response: Response,
    looks: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Take one picture: power at each pixel, with speckle.

    Parameters
    ----------
    scattered
        Dims (row, column) of cells: mean power of waves whose phase is new at each look; the grid
        reaches ``response.pad`` cells beyond the pixels.
    lasting
        Dims (row, column) of cells: amplitude and phase of waves that stay from pass to pass.
    response
        The impulse response.
    looks
        Equivalent number of looks.
    rng
        Source of speckle.

    Returns
    -------
    numpy.ndarray
        Dims (row, column) of pixels, float32.
    """
    amplitude = np.sqrt(scattered * np.float32(0.5))
    steady_real, steady_imaginary = _blurred_wave(lasting, response)
    power = np.zeros_like(steady_real)
    for weight in look_weights(looks):
        real = steady_real + _blurred_noise(amplitude, response, rng)
        imaginary = steady_imaginary + _blurred_noise(amplitude, response, rng)
        power += weight * (real**2 + imaginary**2)
    return power


def expected_power(
    scattered: NDArray[np.float32], lasting: NDArray[np.complex64], *, response: Response
) -> NDArray[np.float32]:
    """Return the mean of endlessly many such pictures.

    Parameters
    ----------
    scattered, lasting
        As for `speckled`.
    response
        The impulse response.

    Returns
    -------
    numpy.ndarray
        Dims (row, column) of pixels, float32.
    """
    real, imaginary = _blurred_wave(lasting, response)
    power = _gathered(scattered, response.weights**2, response.step)
    return cast("NDArray[np.float32]", power + real**2 + imaginary**2)


def _blurred_wave(
    lasting: NDArray[np.complex64], response: Response
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    real = _gathered(np.ascontiguousarray(lasting.real), response.weights, response.step)
    imaginary = _gathered(np.ascontiguousarray(lasting.imag), response.weights, response.step)
    return real, imaginary


def _blurred_noise(
    amplitude: NDArray[np.float32], response: Response, rng: np.random.Generator
) -> NDArray[np.float32]:
    wave = rng.standard_normal(amplitude.shape, dtype=np.float32)
    wave *= amplitude
    return _gathered(wave, response.weights, response.step)


@njit(cache=True, nogil=True)
def _gathered(
    field: NDArray[np.float32], weights: NDArray[np.float32], step: int
) -> NDArray[np.float32]:
    """Sum each pixel's cells by weight; one row of pixels at a time, so that it vectorises."""
    rows = (field.shape[0] - weights.shape[0]) // step + 1
    columns = (field.shape[1] - weights.shape[1]) // step + 1
    out = np.zeros((rows, columns), dtype=np.float32)
    for row in range(rows):
        line = out[row]
        for down in range(weights.shape[0]):
            cells = field[row * step + down]
            for right in range(weights.shape[1]):
                weight = weights[down, right]
                for column in range(columns):
                    line[column] += weight * cells[column * step + right]
    return out
