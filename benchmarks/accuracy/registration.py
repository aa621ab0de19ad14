"""How well known shifts and turns are recovered on real pairs, beside phase correlation.

Each after-image is moved by a shift of up to 25 px and turned by up to half a degree. Two errors:
``delivered`` takes the pair as delivered for aligned, though some are off by several pixels, so
that it has a floor; ``repeated`` compares the places found after the move with the places found
before it, moved as known. A pair of which either look is refused counts as refused. Figures are
medians over the pixels of a frame.

Run from the repository's root: ``python benchmarks/accuracy/registration.py [--write]``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tables import replace_section

from earthwork.imagery.registration import register
from earthwork.model.grid import Grid
from earthwork.model.pair import AlignmentStatus
from earthwork.model.raster import ArrayRaster, whole

DATA = Path("../shared/data")
FAILED_PX = 3.0
SETS = {
    "Sana'a": ("destruction", "sanaa*", 4),
    "Palu": ("destruction", "palu*", 2),
    "Santa Rosa": ("buildings", "*", 4),
    "Houston, flooded": ("buildings-undamaged", "*", 2),
}


def main() -> None:
    """Print the table, and write it into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/reference/accuracy.md")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    lines = [
        (
            "| set | pairs | aligned | partly | refused | delivered px | repeated px | repeated"
            " > 3 px | phase: delivered px | phase: repeated px | phase: repeated > 3 px"
            " | s per megapixel |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(row(name, list(pairs(*where))) for name, where in SETS.items()),
        others_row(),
    ]
    print("\n".join(lines))
    if arguments.write:
        replace_section("registration", "\n".join(lines))


def pairs(folder: str, pattern: str, step: int) -> Iterator[tuple[NDArray, NDArray]]:
    """Yield (before, after) as (band, row, column)."""
    for place in sorted((DATA / folder).glob(pattern))[::step]:
        yield (picture(place / "before.jpg"), picture(place / "after.jpg"))


def picture(path: Path) -> NDArray:
    """Read a picture as (band, row, column)."""
    return cv2.imread(str(path))[..., ::-1].transpose(2, 0, 1).copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one pair gave."""

    status: AlignmentStatus
    delivered_px: float
    repeated_px: float
    phase_delivered_px: float
    phase_repeated_px: float
    seconds: float


def row(name: str, found: list[tuple[NDArray, NDArray]]) -> str:
    """Measure one set."""
    rng = np.random.default_rng(7)
    told = [measured(before, after, rng) for before, after in found]
    status = [one.status for one in told]
    kept = [one for one in told if one.status is not AlignmentStatus.NOT_ALIGNED]
    pixels = sum(before[0].size for before, _ in found) / 1e6
    repeated = np.array([one.repeated_px for one in kept] or [np.nan])
    phase = np.array([one.phase_repeated_px for one in told])
    return (
        f"| {name} | {len(told)} | {status.count(AlignmentStatus.ALIGNED)}"
        f" | {status.count(AlignmentStatus.PARTLY_ALIGNED)}"
        f" | {status.count(AlignmentStatus.NOT_ALIGNED)}"
        f" | {np.median([one.delivered_px for one in kept] or [np.nan]):.2f}"
        f" | {np.median(repeated):.2f} | {np.mean(repeated > FAILED_PX):.0%}"
        f" | {np.median([one.phase_delivered_px for one in told]):.2f}"
        f" | {np.median(phase):.2f} | {np.mean(phase > FAILED_PX):.0%}"
        f" | {sum(one.seconds for one in told) / pixels:.1f} |"
    )


def measured(before: NDArray, after: NDArray, rng: np.random.Generator) -> Result:
    """Align a pair as delivered and after a known move."""
    matrix = moving(rng, before.shape[1:])
    moved = np.stack([
        cv2.warpAffine(band, matrix, before.shape[:0:-1], borderMode=cv2.BORDER_CONSTANT)
        for band in after
    ])  # fmt: skip
    ones = np.ones(after.shape[1:], np.uint8)
    held = cv2.warpAffine(ones, matrix, before.shape[:0:-1]) > 0
    truth = field_of(matrix, before.shape[1:])
    first = register(raster(before), raster(after))
    start = time.perf_counter()
    second = register(raster(before), raster(moved, held))
    seconds = time.perf_counter() - start
    found, again = (told.field.displacement(whole(told.field.grid)) for told in (first, second))
    known = carried(found, matrix)
    phase = [phase_shift(before, image) for image in (after, moved)]
    status = {first.report.status, second.report.status}
    return Result(
        status=(
            AlignmentStatus.NOT_ALIGNED
            if AlignmentStatus.NOT_ALIGNED in status
            else second.report.status
        ),
        delivered_px=distance(again, truth),
        repeated_px=distance(again, known),
        phase_delivered_px=distance(phase[1], truth),
        phase_repeated_px=distance(phase[1] - phase[0], truth),
        seconds=seconds,
    )


def distance(first: NDArray, second: NDArray) -> float:
    """Return the median distance between two fields, or a shift and a field."""
    return float(np.median(np.hypot(*(first - second))))


def carried(field: NDArray, matrix: NDArray) -> NDArray:
    """Return the field of a pair whose after-image was moved by a matrix."""
    y, x = np.mgrid[0 : field.shape[1], 0 : field.shape[2]]
    at_x, at_y = x + field[0], y + field[1]
    return np.stack([
        matrix[0, 0] * at_x + matrix[0, 1] * at_y + matrix[0, 2] - x,
        matrix[1, 0] * at_x + matrix[1, 1] * at_y + matrix[1, 2] - y,
    ])  # fmt: skip


def phase_shift(before: NDArray, after: NDArray) -> NDArray:
    """Return the shift that phase correlation finds, (2, 1, 1)."""
    grey = [np.float32(image.mean(axis=0)) for image in (before, after)]
    window = cv2.createHanningWindow(grey[0].shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(grey[0], grey[1], window)
    return np.array(shift)[:, None, None]


def moving(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray:
    """Return a matrix that turns about the centre and shifts."""
    centre = (shape[1] / 2, shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(centre, rng.uniform(-0.5, 0.5), 1.0)
    matrix[:, 2] += rng.uniform(-25, 25, 2)
    return matrix


def field_of(matrix: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return the displacement that a matrix makes at each pixel, (2, row, column)."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.stack([
        matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] - x,
        matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] - y,
    ])  # fmt: skip


def raster(pixels: NDArray, mask: NDArray | None = None) -> ArrayRaster:
    """Wrap pixels on a pixel grid."""
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2])
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


def others_row() -> str:
    """Count pairs of two different places that were let through."""
    found = [pair for where in SETS.values() for pair in pairs(*where)][::2]
    afters = [after for _, after in found[1:]] + [found[0][1]]
    passed = [
        register(raster(before), raster(after)).report.status
        for (before, _), after in zip(found, afters, strict=True)
    ]
    refused = passed.count(AlignmentStatus.NOT_ALIGNED)
    partly = passed.count(AlignmentStatus.PARTLY_ALIGNED)
    aligned = passed.count(AlignmentStatus.ALIGNED)
    return (
        f"| two different places | {len(passed)} | {aligned} | {partly} | {refused} | | | | | | | |"
    )


if __name__ == "__main__":
    main()
