"""Let arosics match two images, and write down the tie points it accepts.

Run by the peers' own Python, which has arosics and GDAL; the product is not imported here:
``python arosics_ties.py local BEFORE AFTER OUT.npz --grid 200 --window 256 --farthest 60``.
"""

from __future__ import annotations

import argparse
import os
import warnings

import numpy as np


def main() -> None:
    """Match and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["local", "global", "version"])
    parser.add_argument("before", nargs="?")
    parser.add_argument("after", nargs="?")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--grid", type=int, default=200)
    parser.add_argument("--window", type=int, default=256)
    parser.add_argument("--farthest", type=int, default=5)
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    import arosics  # noqa: PLC0415 - only the peers' Python has it

    if told.what == "version":
        from osgeo import gdal  # noqa: PLC0415

        print(f"arosics {arosics.__version__} on GDAL {gdal.__version__}, numpy {np.__version__}")
        return
    let_envi_be_missing()
    start = cpu_s()
    ties = (local if told.what == "local" else whole)(arosics, told)
    np.savez(told.out, cpu_s=cpu_s() - start, **ties)


def let_envi_be_missing() -> None:
    """Let GDAL built without the ENVI driver pass arosics' check: no image is written here."""
    from osgeo import gdal  # noqa: PLC0415

    by_name = gdal.GetDriverByName
    gdal.GetDriverByName = lambda name: by_name("GTiff" if name == "ENVI" else name)


def cpu_s() -> float:
    """Return the CPU seconds of this process and of those it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def local(arosics, told) -> dict[str, np.ndarray]:
    """Return tie points on a grid of places; ``accepted`` after all of its filters."""
    matcher = arosics.COREG_LOCAL(
        told.before, told.after, grid_res=told.grid, window_size=(told.window, told.window),
        max_shift=told.farthest, fmt_out="GTIFF", CPUs=1, q=True, progress=False,
    )  # fmt: skip
    matcher.calculate_spatial_shifts()
    table = matcher.CoRegPoints_table
    if not len(table):
        return {name: np.zeros(0) for name in ("x", "y", "dx", "dy", "accepted")}
    matched = table[table["ABS_SHIFT"] != matcher.outFillVal]
    outlier = matched["OUTLIER"] if "OUTLIER" in matched else np.ones(len(matched))
    return {
        "x": matched["X_IM"].to_numpy(float),
        "y": matched["Y_IM"].to_numpy(float),
        "dx": -matched["X_SHIFT_PX"].to_numpy(float),
        "dy": -matched["Y_SHIFT_PX"].to_numpy(float),
        "accepted": np.asarray(outlier == False, bool),  # noqa: E712 - -9999 is no match
    }


def whole(arosics, told) -> dict[str, np.ndarray]:
    """Return its one shift as one tie point."""
    matcher = arosics.COREG(
        told.before, told.after, ws=(told.window, told.window), max_shift=told.farthest,
        fmt_out="GTIFF", CPUs=1, q=True, progress=False, ignore_errors=True,
    )  # fmt: skip
    matcher.calculate_spatial_shifts()
    if not matcher.success:
        return {name: np.zeros(0) for name in ("x", "y", "dx", "dy", "accepted")}
    return {
        "x": np.zeros(1), "y": np.zeros(1), "accepted": np.ones(1, bool),
        "dx": np.array([-float(matcher.x_shift_px)]), "dy": np.array([-float(matcher.y_shift_px)]),
    }  # fmt: skip


if __name__ == "__main__":
    main()
