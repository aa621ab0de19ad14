"""Two scenes on one grid, with the proof that they fit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from earthwork.model.grid import Grid
from earthwork.model.vocabulary import Unassessed


class AlignmentStatus(StrEnum):
    """Whether a pair can be compared."""

    ALIGNED = "aligned"
    PARTLY_ALIGNED = "partly_aligned"
    NOT_ALIGNED = "not_aligned"


@dataclass(frozen=True, slots=True, kw_only=True)
class TiePoint:
    """One place found in both images, in pixels of each."""

    before_x: float
    """Column in the before-image, pixel centres at .5."""
    before_y: float
    """Row in the before-image."""
    after_x: float
    """Column in the after-image."""
    after_y: float
    """Row in the after-image."""
    residual_px: float
    """Distance left after the fit, in pixels of the before-image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationReport:
    """How well the after-image was brought onto the before-image."""

    status: AlignmentStatus
    """The gate: ground of a pair that is not aligned is not assessed."""
    method: str
    """Name of the method and its version."""
    reason: str
    """Why the status is what it is, in one sentence."""
    shift_x_px: float
    """Median displacement dx in pixels: after-column = before-column + dx."""
    shift_y_px: float
    """Median displacement dy in pixels."""
    rotation_deg: float
    """Rotation of the fit, clockwise in the image."""
    scale: float
    """Scale of the fit, after over before."""
    residual_median_px: float | None
    """Median residual of the tie points; None without any."""
    residual_p95_px: float | None
    """95th percentile of the residuals; None without any."""
    inlier_share: float
    """Tie points that agree over those proposed, 0 to 1."""
    tie_points: tuple[TiePoint, ...]
    """The points that agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedMask:
    """Which pixels of the before-grid may be judged, and why the others may not."""

    grid: Grid
    """The before-grid."""
    assessed: NDArray[np.bool_]
    """Dims (row, column): True where a pixel may be judged."""
    reasons: dict[Unassessed, NDArray[np.bool_]]
    """Dims (row, column) each: True where this reason holds. Reasons may overlap."""

    @property
    def share(self) -> float:
        """Return the assessed share of the grid, 0 to 1."""
        return float(self.assessed.mean())
