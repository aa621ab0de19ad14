"""Real pairs moved by a known smooth field.

``moved pairs``: the after-picture of a real pair is warped. What the pair was off by as delivered
is not known, so a tool is held against itself: what it finds after the warp against what it found
before, carried through the warp; a tool that finds the same nonsense twice is not told off here.
``same picture``: a real picture against its own warped copy with other light, contrast and noise:
the field is known outright.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from found import Found
from trials import Field, Mask, Picture, Trial, at, inverse, smooth_field, warped

DATA = Path("../shared/data")
SHIFT = (11.3, -7.6)
AMOUNT_PX, SCALE_PX = 1.5, 120.0
SETS = {
    "Sana'a": ("destruction", ("sanaa_02", "sanaa_11", "sanaa_25")),
    "Palu": ("destruction", ("palu_01", "palu_09")),
    "Santa Rosa": (
        "buildings",
        tuple(f"santa-rosa-wildfire_00000{number}" for number in ("045", "181")),
    ),
}
"""Places of each set; none of those on which ground points are marked."""


def places(name: str, most: int) -> list[Path]:
    """Return folders of a set: of each place the pair furthest apart in time."""
    folder, starts = SETS[name]
    return [max((DATA / folder).glob(f"{start}*")) for start in starts[:most]]


def read(path: Path) -> Picture:
    """Return a picture (row, column, [red, green, blue])."""
    return np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])


def delivered(place: Path) -> Trial:
    """Return a pair as delivered; its displacement is not known and taken for none."""
    before, after = read(place / "before.jpg"), read(place / "after.jpg")
    shape = before.shape[:2]
    after, has_data = warped(after, np.zeros((2, *shape)))
    return Trial(
        name=place.name, before=before, after=after, has_data=has_data,
        truth=np.zeros((2, *shape)), counts=~destroyed(place, shape),
    )  # fmt: skip


def destroyed(place: Path, shape: tuple[int, ...]) -> Mask:
    """Return ground that the set says was destroyed; buildings too lean, but they are kept."""
    path = place / "destroyed.png"
    if not path.exists():
        return np.zeros(shape, bool)
    return cv2.dilate(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.ones((9, 9))) > 127


def moved(trial: Trial, *, seed: int) -> Trial:
    """Return a pair whose after-picture was warped by a known field, which is its truth."""
    back = smooth_field(
        trial.after.shape[:2], amount_px=AMOUNT_PX, scale_px=SCALE_PX, seed=seed,
        shift=tuple(-part for part in SHIFT),
    )  # fmt: skip
    after, has_data = warped(trial.after, back)
    truth = inverse(back)
    return replace(
        trial, name=f"{trial.name}, moved", after=after,
        has_data=has_data & shown(trial.has_data, back), truth=truth,
        counts=trial.counts & shown(has_data, truth),
    )  # fmt: skip


def shown(held: Mask, field: Field) -> Mask:
    """Return where a field leads to a pixel that holds something."""
    y, x = np.mgrid[0 : held.shape[0], 0 : held.shape[1]] + field[::-1]
    inside = (x >= 0) & (y >= 0) & (x <= held.shape[1] - 1) & (y <= held.shape[0] - 1)
    where = x.astype(np.float32), y.astype(np.float32)
    return inside & (cv2.remap(held.astype(np.uint8), *where, cv2.INTER_NEAREST) > 0)


def carried(first: Found, truth: Field) -> tuple[Field, Mask]:
    """Return what a tool found before a warp, led through it, and where the tool kept it.

    Before p lay at p + first(p) in the picture as delivered; the warp took that to
    p + first(p) + truth(p + first(p)).
    """
    height, width = truth.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    known = np.nan_to_num(first.shift.astype(np.float64))
    found = at(known, x / first.step, y / first.step)
    kept = cv2.remap(
        first.kept.astype(np.uint8), (x / first.step).astype(np.float32),
        (y / first.step).astype(np.float32), cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return found + at(truth, x + found[0], y + found[1]), kept > 0


def relit(trial: Trial, *, seed: int) -> Trial:
    """Return the before-picture against itself in other light, with noise, not yet moved."""
    rng = np.random.default_rng(seed)
    shape = trial.before.shape[:2]
    light = smooth_field(shape, amount_px=0.15, scale_px=200.0, seed=seed, shift=(1.0, 0.0))[0]
    bright = 255 * (trial.before / 255.0) ** rng.uniform(0.6, 1.5) * light[..., None]
    noisy = bright * rng.uniform(0.7, 1.1, 3) + rng.normal(0, 6, trial.before.shape)
    return replace(
        trial, name=f"{trial.name}, itself", after=np.clip(np.rint(noisy), 0, 255).astype(np.uint8),
        has_data=np.ones(shape, bool), counts=np.ones(shape, bool),
    )  # fmt: skip


def real_trials(name: str, *, most: int) -> Iterator[tuple[Trial, Trial, Trial]]:
    """Yield, of each place: as delivered, moved, and the before-picture against itself moved."""
    for number, place in enumerate(places(name, most)):
        pair = delivered(place)
        yield pair, moved(pair, seed=number), moved(relit(pair, seed=number), seed=number)
