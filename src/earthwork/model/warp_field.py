"""Where each pixel of a before-image lies in an after-image, held as knots.

A dense field of a large image would be larger than the image; a smooth one is known from its values
on a lattice, between which it is linear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid, Window

Float = NDArray[np.float64]
Image = NDArray[np.float32]
_STEPS_BACK = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WarpField:
    """Displacements over the before-grid: before (x, y) lies in the after-image at (x+dx, y+dy)."""

    grid: Grid
    """The before-grid."""
    step_px: int
    """Distance between knots, in pixels of the before-image."""
    knots: Float
    """Dims (3, row, column): dx, dy and the error expected there (one standard deviation), in
    pixels, at before (x, y) = (column * step_px, row * step_px), pixel centres lying at .5. The
    error is NaN where nothing vouches for the displacement."""

    def __post_init__(self) -> None:
        """Refuse knots that do not cover the grid."""
        rows, columns = (-(-side // self.step_px) + 1 for side in self.grid.shape)
        if self.knots.shape != (3, rows, columns):
            raise GridMismatch(
                f"knots of {self.knots.shape} every {self.step_px} px on {self.grid.spoken()}",
                cause="they were made for another before-image",
            )

    @classmethod
    def level(cls, grid: Grid, *, dx: float = 0.0, dy: float = 0.0, step_px: int = 64) -> WarpField:
        """Return the field of one shift, in pixels, with no error.

        Examples
        --------
        >>> WarpField.level(Grid.of_pixels(height=5, width=5), dx=2.0).at(np.array([[1.0, 1.0]]))
        array([[2., 0.]])
        """
        rows, columns = (-(-side // step_px) + 1 for side in grid.shape)
        knots = np.zeros((3, rows, columns))
        knots[0], knots[1] = dx, dy
        return cls(grid=grid, step_px=step_px, knots=knots)

    def displacement(self, window: Window) -> Image:
        """Return (2, row, column), float32: dx and dy at the pixel centres of a window."""
        return self._sampled(self.knots[:2], window)

    def error_px(self, window: Window) -> Image:
        """Return (row, column), float32: the error expected; NaN where nothing vouches."""
        errors: Image = self._sampled(self.knots[2:], window)[0]
        return errors

    def at(self, points: Float) -> Float:
        """Return the displacements (n, 2) at points (n, 2) of the before-image."""
        found: Float = self._interpolated(self.knots[:2], points).T
        return found

    def error_at(self, points: Float) -> Float:
        """Return the errors expected (n) at points (n, 2); NaN where nothing vouches."""
        found: Float = self._interpolated(self.knots[2:], points)[0]
        return found

    def _interpolated(self, knots: Float, points: Float) -> Float:
        column, row = (np.clip(points / self.step_px, 0, None)).T
        last_row, last_column = knots.shape[1] - 2, knots.shape[2] - 2
        left = np.minimum(column.astype(int), last_column)
        top = np.minimum(row.astype(int), last_row)
        along, down = column - left, row - top
        upper = knots[:, top, left] * (1 - along) + knots[:, top, left + 1] * along
        lower = knots[:, top + 1, left] * (1 - along) + knots[:, top + 1, left + 1] * along
        found: Float = upper * (1 - down) + lower * down
        return found

    def to_after(self, points: Float) -> Float:
        """Move points (n, 2) of the before-image to the after-image."""
        return points + self.at(points)

    def to_before(self, points: Float) -> Float:
        """Move points (n, 2) of the after-image to the before-image."""
        found = points.copy()
        # a smooth field varies slowly: each round brings the rest of the way but for a few per cent
        for _ in range(_STEPS_BACK):
            found = points - self.at(found)
        return found

    def _sampled(self, knots: Float, window: Window) -> Image:
        x = (np.arange(window.width) + window.column + 0.5) / self.step_px
        y = (np.arange(window.height) + window.row + 0.5) / self.step_px
        left = np.minimum(x.astype(int), knots.shape[2] - 2)
        top = np.minimum(y.astype(int), knots.shape[1] - 2)
        along = (x - left).astype(np.float32)
        down = (y - top).astype(np.float32)[:, None]
        first, last = top[0], top[-1] + 2
        rows = knots[:, first:last].astype(np.float32)
        across = rows[:, :, left] * (1 - along) + rows[:, :, left + 1] * along
        upper, lower = across[:, top - first], across[:, top - first + 1]
        sampled: Image = upper * (1 - down) + lower * down
        return sampled
