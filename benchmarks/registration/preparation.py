"""Preparing a large pair: registration, warp, masks and brightness, in windows.

A simulated pair of 2 048 x 2 048 px, three bands of 8 bits, is mirror-tiled to larger sides; the
later picture is laid 23 px to the right and 11 px up. Each side is prepared in a process of its
own: CPU seconds (all threads), wall-clock seconds, peak memory, and the files that come of it. What
is linear in area has one figure of CPU seconds per megapixel throughout.

Run from the repository's root:
``python benchmarks/registration/preparation.py [--sides N ...] [--write]``.
Sides of 30 000 px need about 15 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pages import replace_section
from rasterio.windows import Window as FileWindow

from earthwork.io.rasters import open_raster
from earthwork.pipeline.pairing import prepare_pair
from earthwork.simulate.alterations.chance import draw_siege
from earthwork.simulate.camera.photograph import picture
from earthwork.simulate.painting.painter import prepare
from earthwork.simulate.siege import Siege, landscape_of, plan_of, tallest_m
from earthwork.simulate.site import find_site

SIDE_M = 1024.0
GSD_M = 0.5
SHIFT = (23, -11)
STRIP = 1024


def main() -> None:
    """Print the table, and write it into the manual if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sides", type=int, nargs="+", default=[7_500, 15_000, 30_000])
    parser.add_argument("--write", action="store_true", help="write docs/reference/registration.md")
    parser.add_argument("--folder", type=Path, help="where to put the large files")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one is not None:
        print(json.dumps(prepared(told.one)))
        return
    lines = [
        "| side, px | megapixels | CPU s | CPU s per MP | wall s | peak memory, MB | assessed |",
        "|---|---|---|---|---|---|---|",
    ]
    base = simulated_pair()
    for side in told.sides:
        with tempfile.TemporaryDirectory(dir=told.folder) as folder:
            spread(base, side, Path(folder))
            lines.append(row(side, measured(Path(folder))))
            print(lines[-1], flush=True)
    lines += ["", f"{os.cpu_count()} cores; three bands of 8 bits; wall-clock includes the disk."]
    print("\n".join(lines))
    if told.write:
        replace_section("preparation", "\n".join(lines))


def simulated_pair() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw a siege and take a picture before and after, (band, row, column)."""
    drawn = draw_siege(11, side_m=SIDE_M, gsd_m=GSD_M)
    order = drawn.scenario.city
    site = find_site(side_m=SIDE_M, longitude=order.longitude, latitude=order.latitude)
    scenes = tuple(
        replace(scene, camera="press-jpeg", bands=None, bits=None, gsd_m=GSD_M, cloud_cover=0.0)
        for scene in drawn.scenario.scenes
    )
    scenario = replace(drawn.scenario, scenes=scenes)
    siege = Siege(scenario=scenario, site=site, city=drawn.city, chronicle=drawn.chronicle)
    shots = []
    for scene in (siege.scenes[0], siege.scenes[-1]):
        landscape = landscape_of(siege, scene)
        plan = plan_of(siege, scene, tallest=tallest_m(landscape))
        pixels, _ = picture(prepare(landscape).surface, plan)
        shots.append(np.ascontiguousarray(pixels))
    return shots[0], shots[1]


def spread(pair: tuple[NDArray[np.uint8], ...], side: int, folder: Path) -> None:
    """Mirror-tile both pictures to a side, strip by strip; the later one shifted."""
    for name, image, shift in zip(("before", "after"), pair, ((0, 0), SHIFT), strict=True):
        profile = {
            "driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8",
            "tiled": True, "blockxsize": 512, "blockysize": 512, "interleave": "pixel",
            "bigtiff": "if_safer", "compress": "deflate", "zlevel": 1, "num_threads": "all_cpus",
            "crs": "EPSG:32638", "transform": rasterio.Affine(0.5, 0, 5e5, 0, -0.5, 4e6),
        }  # fmt: skip
        columns = mirrored(np.arange(side) - shift[0], image.shape[2])
        with rasterio.open(folder / f"{name}.tif", "w", **profile) as file:
            for row in range(0, side, STRIP):
                height = min(STRIP, side - row)
                rows = mirrored(np.arange(row, row + height) - shift[1], image.shape[1])
                part = image[:, rows][:, :, columns]
                file.write(part, window=FileWindow(0, row, side, height))


def mirrored(places: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Return places within a length that repeats forth and back."""
    turned = places % (2 * length)
    return np.where(turned < length, turned, 2 * length - 1 - turned)


def measured(folder: Path) -> dict[str, float]:
    """Prepare in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--one", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def prepared(folder: Path) -> dict[str, float]:
    """Prepare the pair in a folder and say what it cost."""
    start, spent = time.perf_counter(), time.process_time()
    with (
        open_raster(folder / "before.tif") as before,
        open_raster(folder / "after.tif") as after,
    ):
        pair = prepare_pair(
            before, after, folder / "pair", note=lambda words: print(words, file=sys.stderr)
        )
    return {
        "wall_s": time.perf_counter() - start,
        "cpu_s": time.process_time() - spent,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "assessed": pair.shares["assessed"],
        "aligned": pair.report.aligned_share,
    }


def row(side: int, told: dict[str, float]) -> str:
    """Say what one side cost."""
    area = side**2 / 1e6
    return (
        f"| {side} | {area:.0f} | {told['cpu_s']:.0f} | {told['cpu_s'] / area:.2f}"
        f" | {told['wall_s']:.0f} | {told['peak_mb']:.0f} | {told['assessed']:.0%} |"
    )


if __name__ == "__main__":
    main()
