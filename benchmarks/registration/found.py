"""What an aligner found, on a lattice of pixel centres: the same form for every tool.

Before (x, y) lies in the after-image at (x + dx, y + dy), pixel centres at .5, in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.registration import Registration
from earthwork.model.grid import Grid, Window

_STRIP = 1024
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Displacements on a lattice."""

    step: int
    """Distance between places, pixels; the first is the centre of the first pixel."""
    shift: Values
    """Dims ([dx, dy], row, column), pixels; NaN where the tool says nothing."""
    kept: NDArray[np.bool_]
    """Dims (row, column): True where the tool says that its result holds."""
    cpu_s: float
    """CPU seconds of the aligning alone, without starting the program or loading its libraries."""
    note: str = ""
    """What the tool says of itself."""

    @property
    def points(self) -> NDArray[np.float64]:
        """Return dims (row, column, [x, y])."""
        return lattice(self.kept.shape, self.step)

    def save(self, path: Path) -> None:
        """Write it."""
        np.savez(
            path, step=self.step, shift=self.shift, kept=self.kept, cpu_s=self.cpu_s,
            note=self.note,
        )  # fmt: skip


def read_found(path: Path) -> Found:
    """Read what ``save`` wrote."""
    with np.load(path) as held:
        return Found(
            step=int(held["step"]), shift=held["shift"], kept=held["kept"],
            cpu_s=float(held["cpu_s"]), note=str(held["note"]),
        )  # fmt: skip


def lattice(shape: tuple[int, ...], step: int) -> NDArray[np.float64]:
    """Return places (row, column, [x, y]) of a lattice of a shape."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float64)
    return np.stack([x, y], axis=-1) * step + 0.5


def lattice_shape(height: int, width: int, step: int) -> tuple[int, int]:
    """Return how many places of a lattice an image holds."""
    return -(-height // step), -(-width // step)


def sampled(registration: Registration, grid: Grid, *, step: int, cpu_s: float) -> Found:
    """Read a registration on a lattice, strip by strip."""
    shifts, errors = [], []
    for top in range(0, grid.height, _STRIP // step * step):
        height = min(_STRIP // step * step, grid.height - top)
        window = Window(row=top, column=0, height=height, width=grid.width)
        shift = registration.field.displacement(window)
        error = registration.field.error_px(window)
        shifts.append(shift[:, ::step, ::step])
        errors.append(error[::step, ::step])
    report = registration.report
    return Found(
        step=step,
        shift=np.concatenate(shifts, axis=1).astype(np.float32),
        kept=np.isfinite(np.concatenate(errors)),
        cpu_s=cpu_s,
        note=f"{report.status}: {report.reason}",
    )
