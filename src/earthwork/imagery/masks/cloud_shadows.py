"""The shadows of the clouds that a scene shows.

The clouds' own shape, moved away from the sun by as much as their unknown height asks for, must lie
on ground that is darker than the rest. All moves are tried at once: the agreement of two masks
under every shift is a handful of correlations. Where the sun is unknown, so is the direction, and
all are tried. The shadow of a cloud outside the frame is not found.

References
----------
Zhu, Z. and Woodcock, C. E. (2012), Object-based cloud and cloud shadow detection,
doi:10.1016/j.rse.2011.10.028 (the cloud's shape matched over its possible heights).
"""

from __future__ import annotations

from math import ceil, cos, radians, sin, tan

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from earthwork.imagery.masks.areas import dilated, opened
from earthwork.imagery.masks.clouds import brightness_over_floor
from earthwork.imagery.masks.options import MaskOptions
from earthwork.imagery.masks.surveys import SceneSurvey
from earthwork.model.scene import Angles

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_LIT_PERCENTILE = 65.0
"""Much of what is clear of cloud may lie in shade: the brighter part is the lit ground."""
_SMOOTHING_M = 20.0
"""A shadow is a place where most of the ground over this distance is dark."""
_MOSTLY = 0.5
_COARSE_CELLS = 400
"""Cells along a side, at most, in which the move is searched."""
_LEAST_COMMON = 0.2
"""Share of the frame that must lie under a move's source."""
_LOWEST_SUN_DEG = 5.0
_OPENING_M = 8.0


def find_cloud_shadow(
    survey: SceneSurvey, cloud: Mask, *, sun: Angles | None, options: MaskOptions
) -> Mask:
    """Tell the cells in the shadow of a cloud that the scene shows.

    Parameters
    ----------
    survey
        The scene.
    cloud
        Dims (row, column): cloud in its cells.
    sun
        Direction of the sun, north being up the rows; None if unknown.
    options
        Thresholds.

    Returns
    -------
    numpy.ndarray
        Dims (row, column): True in shadow, cloud left out; nowhere if no move fits.
    """
    clear = survey.valid & ~cloud
    if not (cloud.any() and clear.any()):
        return np.zeros_like(cloud)
    dark = _mostly_dark(survey, clear, options)
    move = _best_move(cloud, dark, clear, survey.cell_m, sun, options)
    if move is None:
        return np.zeros_like(cloud)
    reach = options.cloud_margin_m / survey.cell_m
    shadow = dark & clear & dilated(moved(cloud, *move), reach_px=reach)
    return opened(shadow, side_px=max(1, round(_OPENING_M / survey.cell_m)))


def _mostly_dark(survey: SceneSurvey, clear: Mask, options: MaskOptions) -> Mask:
    """Tell where most of the clear ground around is darker than the lit ground of the scene."""
    light = brightness_over_floor(survey)
    lit = float(np.percentile(light[clear], _LIT_PERCENTILE))
    dark = (clear & (light <= options.shadow_level * lit)).astype(np.float32)
    side = max(1, round(_SMOOTHING_M / survey.cell_m) | 1)
    share = cv2.blur(dark, (side, side)) / np.maximum(
        cv2.blur(clear.astype(np.float32), (side, side)), np.float32(1e-6)
    )
    return np.asarray(clear & (share >= _MOSTLY))


def moved(cells: Mask, rows: int, columns: int) -> Mask:
    """Return a mask moved downward and rightward; what enters from outside is False."""
    matrix = np.array([[1, 0, columns], [0, 1, rows]], np.float32)
    size = (cells.shape[1], cells.shape[0])
    shifted = cv2.warpAffine(cells.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(shifted, bool)


def _best_move(  # noqa: PLR0917 - three masks on one grid, and what bounds the move
    cloud: Mask, dark: Mask, clear: Mask, cell_m: float, sun: Angles | None, options: MaskOptions
) -> tuple[int, int] | None:
    """Return by how many (rows, columns) the shadows lie off their clouds; None if nowhere."""
    thin = max(1, ceil(max(cloud.shape) / _COARSE_CELLS))
    small = [cells[::thin, ::thin] for cells in (cloud, dark, clear)]
    agreement = agreement_of_moves(*small)
    rows, columns = np.indices(agreement.shape)
    rows -= small[0].shape[0] - 1
    columns -= small[0].shape[1] - 1
    allowed = _possible(rows * thin * cell_m, columns * thin * cell_m, sun, options)
    scored = np.where(allowed, agreement, np.float32(-1))
    best = int(scored.argmax())
    if scored.flat[best] < options.shadow_agreement:
        return None
    return int(rows.flat[best]) * thin, int(columns.flat[best]) * thin


def agreement_of_moves(cloud: Mask, dark: Mask, clear: Mask) -> Image:
    """Correlate a moved cloud with dark ground, over the clear ground that both are known on.

    Parameters
    ----------
    cloud, dark, clear
        Dims (row, column): the cloud, and the dark and all of the clear ground.

    Returns
    -------
    numpy.ndarray
        Dims (2 rows - 1, 2 columns - 1): the phi coefficient, -1 to 1, of the cloud moved downward
        by (row - rows + 1) and rightward by (column - columns + 1); -1 where too little is common.
    """
    ground = dark & clear
    common = _counts(np.ones_like(cloud), clear)
    shaded = _counts(np.ones_like(cloud), ground)
    under = _counts(cloud, clear)
    both = _counts(cloud, ground)
    product = under * (common - under) * shaded * (common - shaded)
    known = (common >= _LEAST_COMMON * clear.sum()) & (product > 0.5)  # noqa: PLR2004 - rounding
    phi = (common * both - under * shaded) / np.sqrt(np.where(known, product, 1.0))
    return np.where(known, phi, -1.0).astype(np.float32)


def _counts(moving: Mask, still: Mask) -> NDArray[np.float64]:
    """Count for every move how many pixels of a moved mask fall on a still one."""
    height, width = moving.shape
    shape = (next_fast_len(2 * height - 1), next_fast_len(2 * width - 1))
    turned = rfft2(moving[::-1, ::-1].astype(np.float64), shape)
    counts = irfft2(turned * rfft2(still.astype(np.float64), shape), shape)
    return np.asarray(np.round(counts[: 2 * height - 1, : 2 * width - 1]))


def _possible(
    down_m: NDArray[np.float64],
    right_m: NDArray[np.float64],
    sun: Angles | None,
    options: MaskOptions,
) -> Mask:
    """Tell the moves that a cloud's height and the sun allow."""
    far = np.hypot(down_m, right_m)
    if sun is None:
        return np.asarray((far >= options.lowest_cloud_m / 2) & (far <= options.highest_cloud_m))
    slope = tan(radians(max(sun.elevation_deg, _LOWEST_SUN_DEG)))
    azimuth = radians(sun.azimuth_deg)
    # Away from the sun: south of its north, west of its east.
    along = down_m * cos(azimuth) - right_m * sin(azimuth)
    aside = np.abs(down_m * sin(azimuth) + right_m * cos(azimuth))
    straight = aside <= options.sun_tolerance * far
    lowest, highest = options.lowest_cloud_m / slope, options.highest_cloud_m / slope
    return np.asarray((along >= lowest) & (along <= highest) & straight)
