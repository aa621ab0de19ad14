"""One known shift on large images: error, CPU seconds and peak memory, beside the peers.

Two windows are cut from one large picture without noise, the second moved by (+37.3, -21.6)
px; each gets sensor noise of its own (standard deviation 2 of 255) and is written as a GeoTIFF of 8
bits, both on one and the same place of the map, so that the references say nothing of the shift.
Every aligner reads the two files in a process of its own with one thread. The error is the distance
to the known shift over a lattice of the whole frame; where a tool gives one shift, median and
largest are one.

Run from the repository's root:
``python benchmarks/registration/pure_shift.py [--quick] [--write] [--peers-python PATH]``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from mosaics import cut, mosaic, side_of_mosaic, write_grey
from pages import replace_section
from peers import (
    ArosicsSettings,
    Measured,
    add_peers_argument,
    aligned_by,
    aligned_by_arosics,
    versions,
)

DATA = Path("../shared/data/destruction")
SHIFT = (37.3, -21.6)
NOISE = 2.0
STEP = 16
OURS = "Earthwork"


def main() -> None:
    """Print the table, and write it into the manual if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write docs/reference/registration.md")
    parser.add_argument("--quick", action="store_true", help="1 024 px only")
    parser.add_argument("--sides", type=int, nargs="+", default=[4096, 10240], help="pixels")
    parser.add_argument("--arosics-most", type=int, default=10240, help="largest side for arosics")
    add_peers_argument(parser)
    told = parser.parse_args()
    pictures = [read(path) for path in sorted(DATA.glob("sanaa_*/before.jpg"))]
    if not pictures:
        raise SystemExit(f"{DATA} is not there: the measuring data are not part of the project")
    cv2.setNumThreads(1)
    table = [
        (
            "| side, px | aligner | median error, px | largest error, px | CPU s"
            " | of which aligning | peak memory, MB | |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    notes = []
    for side in [1024] if told.quick else told.sides:
        found = {}
        for label, measured in tools(pictures, side, told):
            found[label] = measured
            table.append(row(side, label, measured))
            print(table[-1], flush=True)
        notes += [one for one in [compared(side, found)] if one]
    table += ["", *notes, f"{versions(told.peers_python)}; one thread each."]
    print("\n".join(table))
    if told.write:
        replace_section("pure-shift", "\n".join(table))


def read(path: Path) -> np.ndarray:
    """Return the luminance of a picture without its frame."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return grey[:500, :1168].astype(np.float32)


def tools(
    pictures: list[np.ndarray], side: int, told: argparse.Namespace
) -> Iterator[tuple[str, Measured]]:
    """Yield what each tool makes of one size."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.tif", Path(folder) / "after.tif"
        content = mosaic(pictures, side_of_mosaic(side), seed=3)
        write_grey(before, cut(content, side), noise=NOISE, seed=1)
        write_grey(after, cut(content, side, shift=SHIFT), noise=NOISE, seed=2)
        del content
        yield OURS, aligned_by("ours", before, after, step=STEP)
        yield "OpenCV ECC, translation", aligned_by("ecc", before, after, step=STEP)
        for what in ("global", "local") if side <= told.arosics_most else ():
            measured = aligned_by_arosics(
                what, before, after, peers_python=told.peers_python, settings=ArosicsSettings(),
                shape=(side, side), step=STEP,
            )  # fmt: skip
            yield f"arosics {what}", measured


def row(side: int, label: str, measured: Measured) -> str:
    """Say what one aligner did."""
    found, cost = measured.found, measured.cost
    if cost is None:
        return f"| {side} | {label} | | | | | | {measured.failure} |"
    spent = f"{cost.cpu_s:.1f} | {{}} | {cost.peak_mb:.0f}"
    if found is None:
        return f"| {side} | {label} | | | {spent.format('')} | failed: {measured.failure} |"
    error = np.hypot(*(found.shift - np.array(SHIFT)[:, None, None]))[found.kept]
    if not error.size:
        return f"| {side} | {label} | | | {spent.format('')} | nothing kept; {found.note} |"
    kept = f"{found.kept.mean():.0%} kept"
    return (
        f"| {side} | {label} | {np.median(error):.4f} | {error.max():.4f}"
        f" | {spent.format(f'{found.cpu_s:.1f}')} | {kept}; {found.note} |"
    )


def compared(side: int, told: dict[str, Measured]) -> str:
    """Say how many times less CPU than arosics local Earthwork takes; nothing where one is absent.

    Whole processes, and aligning alone: loading libraries takes a second or two of either.
    """
    ours, theirs = told[OURS], told.get("arosics local")
    if theirs is None or theirs.found is None or ours.found is None:
        return ""
    assert ours.cost is not None
    assert theirs.cost is not None
    return (
        f"At {side} px Earthwork takes {theirs.cost.cpu_s / ours.cost.cpu_s:.1f} times less CPU"
        f" than arosics local, {theirs.found.cpu_s / ours.found.cpu_s:.1f} times less without the"
        " loading of libraries."
    )


if __name__ == "__main__":
    main()
