"""Every work in every city at every pixel size and condition, and what a reader makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from observer import CHANNELS, grounds_of, looked_for
from worlds import CONDITIONS, photographs, world

from earthwork.model.vocabulary import Kind

SIZES_M = (0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
STYLES = (
    "river plain", "highland", "coastal grid", "steppe town", "desert capital",
    "industrial river", "red upland",
)  # fmt: skip
KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All looks at all works, one row each; unaltered places in rows of their own."""

    columns: NDArray[np.float32]
    """Dims (look, [style, world, work, kind, gsd, condition, size_m, log contrast, is a work])."""
    channels: NDArray[np.float32]
    """Dims (look, channel)."""
    seconds: float = 0.0
    """CPU time that it took."""


COLUMNS = ("style", "world", "work", "kind", "gsd_m", "condition", "size_m", "contrast", "is_work")


def measure(styles: Sequence[str], seeds: Sequence[int], sizes_m: Sequence[float]) -> Looks:
    """Draw the worlds, photograph them, and look for every work."""
    rows: list[NDArray[np.float32]] = []
    channels: list[NDArray[np.float32]] = []
    begun = process_time()
    for seed in seeds:
        for style in styles:
            start = process_time()
            _look_at(style, seed, sizes_m, rows, channels)
            print(f"{style} {seed}: {process_time() - start:.0f} s", flush=True)
    return Looks(columns=np.concatenate(rows), channels=np.concatenate(channels),
                 seconds=process_time() - begun)  # fmt: skip


def _look_at(
    style: str, seed: int, sizes_m: Sequence[float], rows: list[NDArray[np.float32]],
    channels: list[NDArray[np.float32]],
) -> None:  # fmt: skip
    given = world(style, seed=seed)
    names = [condition.name for condition in CONDITIONS]
    for gsd_m in sizes_m:
        before, after, azimuth = photographs(given, gsd_m=gsd_m)
        rng = np.random.default_rng([seed, round(100 * gsd_m)])
        grounds = grounds_of(given, gsd_m=gsd_m)
        for look in looked_for(given.targets, before, after, azimuth, grounds, rng=rng):
            target = given.targets[look.work]
            row = [STYLES.index(style), seed, look.work, KINDS.index(target.kind), gsd_m,
                   names.index(look.condition), target.size_m, look.contrast, 1.0]  # fmt: skip
            table = np.tile(np.array(row, dtype=np.float32), (len(look.channels), 1))
            table[1:, -1] = 0.0
            rows.append(table)
            channels.append(look.channels)


def keep(looks: Looks, path: Path) -> None:
    """Write looks to a file of numpy's."""
    np.savez_compressed(
        path, columns=looks.columns, channels=looks.channels, seconds=np.array(looks.seconds)
    )


def kept(path: Path) -> Looks:
    """Read looks back."""
    with np.load(path) as file:
        channels = file["channels"]
        if channels.shape[1] != CHANNELS:
            raise SystemExit(f"{path} holds {channels.shape[1]} channels, {CHANNELS} are looked at")
        seconds = float(file["seconds"]) if "seconds" in file else 0.0
        return Looks(columns=file["columns"], channels=channels, seconds=seconds)
