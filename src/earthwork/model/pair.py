"""Two scenes on one grid, with the proof that they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid
from earthwork.model.vocabulary import Unassessed


class TieOrigin(StrEnum):
    """Who says that two places are one."""

    FOUND = "found"
    PINNED = "pinned"


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
    origin: TieOrigin = TieOrigin.FOUND
    """Found by the method, or pinned by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieMarks:
    """What a person says of the places of one pair: points added, and ground struck out."""

    pinned: tuple[TiePoint, ...] = ()
    """Points that count as certain; their residuals are not read."""
    struck: tuple[tuple[float, float, float], ...] = ()
    """(x, y, radius) in pixels of the before-image: nothing found there counts."""
    reader: str | None = None
    """Who set them."""


NO_MARKS = TieMarks()
"""Nobody pinned or struck anything."""


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
    aligned_share: float = 0.0
    """Share of the common ground that places vouch for, 0 to 1."""
    error_median_px: float | None = None
    """Median over that ground of the error expected (one standard deviation)."""
    error_p95_px: float | None = None
    """95th percentile of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedMask:
    """Which pixels of the before-grid may be judged, and why the others may not."""

    grid: Grid
    """The before-grid."""
    flags: NDArray[np.uint16]
    """Dims (row, column): the bits of the reasons that hold (``Unassessed.bit``); 0 where a pixel
    may be judged."""

    @classmethod
    def of(cls, grid: Grid, reasons: Mapping[Unassessed, NDArray[np.bool_]]) -> Self:
        """Return the mask of reasons, each with dims (row, column); reasons may overlap.

        Raises
        ------
        GridMismatch
            If a reason's dims are not those of the grid.
        """
        flags = np.zeros(grid.shape, np.uint16)
        for reason, where in reasons.items():
            if where.shape != grid.shape:
                raise GridMismatch(f"a mask of {where.shape} on {grid.spoken()}")
            flags |= np.where(where, np.uint16(reason.bit), np.uint16(0))
        return cls(grid=grid, flags=flags)

    @property
    def assessed(self) -> NDArray[np.bool_]:
        """Return dims (row, column): True where a pixel may be judged."""
        return np.asarray(self.flags == 0)

    @property
    def reasons(self) -> dict[Unassessed, NDArray[np.bool_]]:
        """Return each reason that holds anywhere with where it does, dims (row, column)."""
        return {
            reason: where
            for reason in Unassessed
            if (where := np.asarray(self.flags & np.uint16(reason.bit) != 0)).any()
        }

    @property
    def share(self) -> float:
        """Return the assessed share of the grid, 0 to 1."""
        return float(self.assessed.mean())
