"""A pair whose displacement is known, and how an aligner did on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import rasterio
from found import Found
from numpy.typing import NDArray
from rasterio.transform import from_origin

Picture = NDArray[np.uint8]
Field = NDArray[np.float64]
Mask = NDArray[np.bool_]
_WEST, _NORTH, _CRS, _GSD_M = 400_000.0, 3_800_000.0, "EPSG:32638", 0.5
"""An arbitrary place on which both pictures are laid, as arosics asks for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Two pictures and where the ground of the first lies in the second."""

    name: str
    """What it is."""
    before: Picture
    """Dims (row, column, [red, green, blue])."""
    after: Picture
    """Dims (row, column, [red, green, blue])."""
    has_data: Mask
    """Dims (row, column): False where the after-picture holds nothing."""
    truth: Field
    """Dims ([dx, dy], row, column), pixels, at the pixel centres of the before-picture."""
    counts: Mask
    """Dims (row, column): True on ground that did not change and that both pictures show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How an aligner did on one pair."""

    errors: NDArray[np.float64]
    """Distances to the truth, pixels, on ground that counts and that the aligner keeps."""
    kept: float
    """Share of the ground that counts that it keeps, 0 to 1."""
    cpu_s: float
    """CPU seconds of its process."""


def write_trial(trial: Trial, folder: Path) -> tuple[Path, Path]:
    """Write both pictures as GeoTIFF on one place."""
    paths = folder / "before.tif", folder / "after.tif"
    held = np.ones(trial.before.shape[:2], bool), trial.has_data
    for path, picture, has_data in zip(paths, (trial.before, trial.after), held, strict=True):
        height, width = picture.shape[:2]
        pixels = np.where(has_data[..., None], np.maximum(picture, 1), 0).transpose(2, 0, 1)
        with rasterio.open(
            path, "w", driver="GTiff", height=height, width=width, count=3, dtype="uint8",
            crs=_CRS, transform=from_origin(_WEST, _NORTH, _GSD_M, _GSD_M), nodata=0, tiled=True,
        ) as file:  # fmt: skip
            file.write(pixels)
    return paths


def scored(trial: Trial, found: Found, cpu_s: float) -> Score:
    """Hold what was found against what is known."""
    step = found.step
    counts = trial.counts[::step, ::step]
    held = counts & found.kept
    error = np.hypot(*(found.shift - trial.truth[:, ::step, ::step]))
    return Score(
        errors=np.asarray(error[held], np.float64),
        kept=float(held.sum() / max(counts.sum(), 1)),
        cpu_s=cpu_s,
    )


def refused(cpu_s: float) -> Score:
    """Return the score of an aligner that found nothing: it keeps no ground."""
    return Score(errors=np.zeros(0), kept=0.0, cpu_s=cpu_s)


def warped(picture: Picture, back: Field) -> tuple[Picture, Mask]:
    """Return a picture in which the thing at pixel p was at p + back(p), and where there is one."""
    height, width = back.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + back[0]).astype(np.float32), (y + back[1]).astype(np.float32)
    moved = cv2.remap(picture, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = picture.shape[:2]
    return moved, (x >= 0) & (y >= 0) & (x <= columns - 1) & (y <= rows - 1)


def at(field: Field, x: Field, y: Field) -> Field:
    """Return a field at pixel indices; beyond its rim it goes on as at the rim."""
    where = x.astype(np.float32), y.astype(np.float32)
    rim = cv2.BORDER_REPLICATE
    parts = [
        cv2.remap(np.float32(part), *where, cv2.INTER_LINEAR, borderMode=rim) for part in field
    ]
    return np.stack(parts).astype(np.float64)


def smooth_field(
    shape: tuple[int, int],
    *,
    amount_px: float,
    scale_px: float,
    seed: int,
    shift: tuple[float, ...],
) -> Field:
    """Return a smooth random field (2, row, column) about a shift, root mean square as asked."""
    rng = np.random.default_rng(seed)
    grown = tuple(side + int(6 * scale_px) for side in shape)
    parts = []
    for middle in shift:
        noise = cv2.GaussianBlur(rng.standard_normal(grown), (0, 0), scale_px)
        noise = noise[int(3 * scale_px) :, int(3 * scale_px) :][: shape[0], : shape[1]]
        noise -= noise.mean()
        parts.append(middle + amount_px * noise / noise.std())
    return np.stack(parts)


def inverse(back: Field, *, steps: int = 12) -> Field:
    """Return forth with forth(p) + back(p + forth(p)) = 0 at every pixel."""
    height, width = back.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    forth = -back
    for _ in range(steps):
        forth = -at(back, x + forth[0], y + forth[1])
    return forth
