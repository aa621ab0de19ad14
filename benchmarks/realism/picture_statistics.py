"""Statistics by which a simulated picture may be told from a real one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import kurtosis, skew

PATCH_PX = 96
_BANDS = ((2, 4), (4, 8), (8, 16), (16, 32), (32, 48))
"""Rings of the spectrum of a patch, in cycles per patch."""


def power_slope(grey: NDArray[np.float32]) -> float:
    """Return the slope of log power against log frequency, from 0.02 to 0.25 cycles a pixel.

    Power is the ring mean of the squared amplitude of a windowed square of 512 px (or what fits).
    """
    frequency, power = ring_power(grey)
    inside = (frequency >= 0.02) & (frequency <= 0.25)
    return float(np.polyfit(np.log(frequency[inside]), np.log(power[inside]), 1)[0])


def ring_power(grey: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (frequency in cycles a pixel, mean power) over rings one cycle wide."""
    side = min(512, *grey.shape)
    total = np.zeros((side, side))
    window = np.outer(np.hanning(side), np.hanning(side))
    for top in range(0, grey.shape[0] - side + 1, side):
        for left in range(0, grey.shape[1] - side + 1, side):
            part = grey[top : top + side, left : left + side]
            total += np.abs(np.fft.fft2((part - part.mean()) * window)) ** 2
    cycles = np.fft.fftfreq(side) * side
    ring = np.hypot(cycles[:, None], cycles[None, :]).round().astype(int).ravel()
    mean = np.bincount(ring, total.ravel()) / np.maximum(1, np.bincount(ring))
    half = side // 2
    return np.arange(1, half) / side, mean[1:half]


def gradient_shape(grey: NDArray[np.float32]) -> tuple[float, float]:
    """Return (kurtosis of the horizontal and vertical gradients, share below a tenth of their sd).

    Pictures of built-up land have many small gradients and few great ones: kurtosis well over 3.
    """
    steps = np.concatenate([np.diff(grey, axis=0).ravel(), np.diff(grey, axis=1).ravel()])
    return float(kurtosis(steps, fisher=False)), float((np.abs(steps) < 0.1 * steps.std()).mean())


def describe_patches(grey: NDArray[np.float32], *, step_px: int = PATCH_PX) -> NDArray[np.float32]:
    """Return statistics of the patches of a picture, dims (patch, statistic).

    The picture is put to mean 0 and standard deviation 1 first, so that exposure says nothing:
    tone (spread, skew, kurtosis), gradients at three scales (mean, kurtosis), two finest wavelet
    energies, spectrum in rings, directions (second and fourth harmonic), grain of the flattest
    tenth.
    """
    scaled = ((grey - grey.mean()) / max(float(grey.std()), 1e-6)).astype(np.float32)
    rows = [
        _described(scaled[top : top + PATCH_PX, left : left + PATCH_PX])
        for top in range(0, grey.shape[0] - PATCH_PX + 1, step_px)
        for left in range(0, grey.shape[1] - PATCH_PX + 1, step_px)
    ]
    return np.array(rows, np.float32)


def _described(patch: NDArray[np.float32]) -> list[float]:
    flat = patch.ravel()
    told = [float(flat.mean()), float(flat.std()), float(skew(flat)), float(kurtosis(flat))]
    for scale in (0.0, 1.0, 2.5):
        blurred = cv2.GaussianBlur(patch, (0, 0), scale) if scale else patch
        told += _gradients(blurred)
    told += _rings(patch)
    told.append(_grain(patch))
    return [float(np.nan_to_num(value)) for value in told]


def _gradients(patch: NDArray[np.float32]) -> list[float]:
    dx = cv2.Scharr(patch, cv2.CV_32F, 1, 0) / 32
    dy = cv2.Scharr(patch, cv2.CV_32F, 0, 1) / 32
    strength = np.hypot(dx, dy)
    angle = np.arctan2(dy, dx)
    total = float(strength.sum()) + 1e-6
    second, fourth = (abs((strength * np.exp(1j * n * angle)).sum()) / total for n in (2, 4))
    return [
        float(np.log(strength.mean() + 1e-4)),
        float(kurtosis(strength.ravel())),
        float(second),
        float(fourth),
    ]


def _rings(patch: NDArray[np.float32]) -> list[float]:
    window = np.outer(np.hanning(PATCH_PX), np.hanning(PATCH_PX))
    power = np.abs(np.fft.fft2((patch - patch.mean()) * window)) ** 2
    cycles = np.fft.fftfreq(PATCH_PX) * PATCH_PX
    radius = np.hypot(cycles[:, None], cycles[None, :])
    return [float(np.log(power[(radius >= a) & (radius < b)].mean() + 1e-3)) for a, b in _BANDS]


def _grain(patch: NDArray[np.float32]) -> float:
    """Return the log spread within 3 × 3 px in the flattest tenth: noise and compression."""
    mean = cv2.blur(patch, (3, 3))
    spread = np.sqrt(np.maximum(cv2.blur(patch * patch, (3, 3)) - mean * mean, 0))
    return float(np.log(np.percentile(spread, 10) + 1e-4))
