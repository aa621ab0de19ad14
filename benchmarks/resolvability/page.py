"""The page of the manual that shows the curves: tables, picture, and what to hold against them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from measuring import SIZES_M

from earthwork.model.detection import FALSE_ALARMS, DetectionCurve
from earthwork.model.resolvability import VISIBILITY

if TYPE_CHECKING:
    from detection_curves import Measured

PAGE = Path("docs/reference/resolvability.md")
PICTURE = Path("docs/reference/pictures/detection-curves.png")


def write_page(found: Sequence[Measured], *, cities: int, cost: str) -> None:
    """Write the measured sections of the page, and its picture."""
    works = sum(one.curve.works for one in found)
    looks = sum(len(one.trials.hit) for one in found)
    sample = f"{works} works in {cities} cities, {looks} looks at them; measuring took {cost}."
    for name, text in {
        "sample": sample,
        "needed": needed(found),
        "conditions": conditions(found),
        "hits": hits(found),
        "left-out": left_out(found),
    }.items():
        _replace(name, text)
    draw(found)


def _replace(name: str, text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no section {name}")
    PAGE.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spoken(pixels: float) -> str:
    """Return pixels across with two digits, or say that they never suffice."""
    return f"{pixels:.2g}" if isfinite(pixels) and pixels < 100 else "never"


def _interval(px: tuple[float, float, float]) -> str:
    return f"{spoken(px[0])} ({spoken(px[1])} to {spoken(px[2])})"


def needed(found: Sequence[Measured]) -> str:
    """Return what each kind takes to be told and to be named."""
    heading = ("kind", "works", "common size, m", "named: px", "told, 50 %: px", "told, 80 %: px",
               "ceiling")  # fmt: skip
    rows = []
    for one in found:
        known = VISIBILITY[one.trials.kind]
        rows.append([
            f"`{one.trials.kind}`", str(one.curve.works), f"{known.least_size_m:g}",
            f"{known.pixels_across:g}", _interval(one.half_px), _interval(one.most_px),
            f"{one.curve.ceiling:.0%}",
        ])  # fmt: skip
    return table(heading, rows)


def conditions(found: Sequence[Measured]) -> str:
    """Return by which factor each condition changes the pixels across that a chance takes."""
    heading = ("kind", "sun 68°", "sun 22°", "15° off nadir", "30° off nadir", "one band",
               "half the contrast", "usual contrast")  # fmt: skip
    rows = []
    for one in found:
        curve = one.curve
        shifts = (curve.high_sun, curve.low_sun, curve.oblique, curve.most_oblique,
                  curve.panchromatic, -curve.contrast_gain * np.log(2))  # fmt: skip
        factors = [f"× {np.exp(-shift / curve.slope):.2g}" for shift in shifts]
        rows.append([f"`{one.trials.kind}`", *factors, f"{np.exp(curve.usual_contrast):.2f}"])
    return table(heading, rows)


def hits(found: Sequence[Measured]) -> str:
    """Return the share of works told at each pixel size, in colour, all conditions together."""
    heading = ("kind", "size of works, m", *(f"{size:g} m" for size in SIZES_M))
    rows = []
    for one in found:
        given = one.trials
        metres = np.quantile(given.pixels * given.gsd_m, (0.1, 0.5, 0.9))
        shares = []
        for size in SIZES_M:
            here = (np.abs(given.gsd_m - size) < 0.01) & ~given.pan
            shares.append(f"{given.hit[here].mean():.0%}" if here.any() else "")
        sizes = f"{metres[1]:.2g} ({metres[0]:.2g} to {metres[2]:.2g})"
        rows.append([f"`{given.kind}`", sizes, *shares])
    return table(heading, rows)


def left_out(found: Sequence[Measured]) -> str:
    """Return how well the curve of other styles foretells a style."""
    heading = ("kind", "told", "foretold by other styles", "greatest gap in one style",
               "false alarms in styles left out")  # fmt: skip
    rows = [
        [f"`{one.trials.kind}`", f"{one.held_out[0]:.0%}", f"{one.held_out[1]:.0%}",
         f"{one.held_out[2]:.0%}", f"{one.trials.false_alarms:.1%}"]
        for one in found
    ]  # fmt: skip
    return table(heading, rows)


def draw(found: Sequence[Measured]) -> None:
    """Draw a small curve for each kind, with the shares that were told."""
    mpl.use("Agg")
    columns = 4
    rows = -(-len(found) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(10, 1.9 * rows), sharex=True, sharey=True)
    for axis in axes.flat[len(found) :]:
        axis.set_axis_off()
    for axis, one in zip(axes.flat, found, strict=False):
        _draw_one(axis, one)
    for axis in axes[-1]:
        axis.set_xlabel("pixels across")
    for axis in axes[:, 0]:
        axis.set_ylabel("told")
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=80, metadata={"Software": None})
    plt.close(figure)


def _draw_one(axis: plt.Axes, one: Measured) -> None:
    across = np.geomspace(0.05, 60, 200)
    for label, shift, style in (
        ("middle", 0.0, "-"), ("sun 22°", one.curve.low_sun, "--"),
        ("30° off nadir", one.curve.most_oblique, ":"),
    ):  # fmt: skip
        axis.plot(across, _chance(one.curve, across, shift), style, lw=1.2, label=label)
    given = one.trials
    chosen = (given.condition == 0) & ~given.pan
    edges = np.geomspace(0.05, 60, 13)
    for low, high in pairwise(edges):
        here = chosen & (given.pixels >= low) & (given.pixels < high)
        if here.sum() >= 5:
            share, count = given.hit[here].mean(), here.sum()
            error = 1.96 * np.sqrt((share * (1 - share) + 1 / count) / count)
            axis.errorbar(np.sqrt(low * high), share, error, fmt="k.", ms=4, lw=0.8)
    known = VISIBILITY[given.kind].pixels_across
    axis.axvline(known, color="0.7", lw=0.8)
    axis.set_xscale("log")
    axis.set_ylim(0, 1.02)
    axis.set_title(given.kind.value.replace("_", " "), fontsize=9)
    if given.kind.value == "building_razed":
        axis.legend(fontsize=6, frameon=False, loc="upper left")


def _chance(curve: DetectionCurve, across: np.ndarray, shift: float) -> np.ndarray:
    index = curve.slope * np.log(across / curve.half_px) + shift
    return FALSE_ALARMS + (curve.ceiling - FALSE_ALARMS) / (1 + np.exp(-index))
