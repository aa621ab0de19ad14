"""What several looks of one date are worth: false differences, detectors, what is left unassessed.

Run from the repository's root: ``python benchmarks/looks/looks.py [--write] [--tuning]``. Simulated
cities of four styles that no option was set on (``--tuning``: the three that they were). Every look
is aligned to the first by the product itself.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from shapely import STRtree
from simulated_looks import GSD_M, TwoDates, two_dates

from earthwork.change.obstructions import find_obstructions
from earthwork.change.zones import gather_evidence
from earthwork.imagery.looks import Composed, least_difference
from earthwork.imagery.radiometry import RadiometricMethod, fit_radiometry
from earthwork.imagery.registration import register
from earthwork.imagery.resampling import warp
from earthwork.model.raster import ArrayRaster, whole

TUNED_ON = ("highland", "industrial river", "coastal grid")
SHOWN_ON = ("river plain", "steppe town", "desert capital", "red upland")
SEEDS = range(1, 4)
PAGE = Path("docs/explanation/several-looks.md")
FOUND = 0.8
_RIM_PX, _AROUND_PX, _SMOOTH_PX = 24, 41, 2.0
_LEAST_BUILDING_PX = 40
_TALL_M = 9.0
Image = NDArray[np.float32]


def main() -> None:
    """Measure, print and, if asked, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--tuning", action="store_true")
    given = parser.parse_args()
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for style in TUNED_ON if given.tuning else SHOWN_ON:
        for city in two_dates(style, SEEDS):
            measure(city, rows)
    text = table(rows)
    print(text)
    if given.write:
        write_section(text)


def write_section(text: str) -> None:
    """Put the table between its marks in the page."""
    head, rest = PAGE.read_text(encoding="utf-8").split("<!-- looks -->", 1)
    tail = rest.split("<!-- /looks -->", 1)[1]
    page = f"{head}<!-- looks -->\n{text}\n<!-- /looks -->{tail}"
    PAGE.write_text(page, encoding="utf-8")


def measure(city: TwoDates, rows: dict[str, dict[str, list[float]]]) -> None:
    """Add one city to the table."""
    first = city.before[0]
    others = [_on(first, look) for look in (*city.before[1:], *city.after)]
    before, after = (first, others[0]), tuple(others[1:])
    for one in before:
        for other in after:
            _score("one look a date, mean of the four choices", city, one, other, rows)
    _score("first looks only", city, before[0], after[0], rows)
    _score("mean of the looks", city, _mean(before), _mean(after), rows)
    started = time.process_time()
    seen = least_difference(before, after).composed(whole(first.grid))
    rows["cost"]["s per megapixel"].append(
        (time.process_time() - started) / (first.grid.height * first.grid.width / 1e6)
    )
    _score("least difference (used)", city, _raster(city, seen.before, seen.before_valid),
           _raster(city, seen.after, seen.after_valid), rows)  # fmt: skip
    _untrusted(city, seen, rows)


def _on(first: ArrayRaster, look: ArrayRaster) -> ArrayRaster:
    return warp(look, register(first, look).field, grid=first.grid)


def _raster(city: TwoDates, pixels: NDArray[np.generic], mask: NDArray[np.bool_]) -> ArrayRaster:
    return ArrayRaster(grid=city.before[0].grid, pixels=pixels, mask=mask)


def _held(raster: ArrayRaster) -> NDArray[np.bool_]:
    return raster.valid(whole(raster.grid))


def _mean(looks: tuple[ArrayRaster, ...]) -> ArrayRaster:
    mean = np.mean([look.pixels.astype(np.float32) for look in looks], axis=0)
    mask = np.all([_held(look) for look in looks], axis=0)
    return ArrayRaster(grid=looks[0].grid, pixels=mean.astype(np.uint16), mask=mask)


def _score(
    name: str, city: TwoDates, before: ArrayRaster, after: ArrayRaster,
    rows: dict[str, dict[str, list[float]]],
) -> None:  # fmt: skip
    held = _held(before) & _held(after)
    fit = fit_radiometry(before, after, lambda w: held[w.slices], method=RadiometricMethod.RANKS)
    first = before.pixels[0].astype(np.float32)
    second = fit.bands[0].apply(after.pixels[0])
    plain = cv2.GaussianBlur(abs(first - second), (0, 0), _SMOOTH_PX)
    detector = gather_evidence(first, second, held, gsd_m=GSD_M).destroyed()
    for kind, score in (("plain", plain), ("detector", detector)):
        auc, false = _told(city, score, held)
        rows[name][f"{kind} AUC"].append(auc)
        rows[name][f"{kind} false"].append(false)
    things = find_obstructions(first, second, held, _roads(city), gsd_m=GSD_M)
    works = STRtree([ground.buffer(10) for _, ground in city.works])
    hits = [bool(len(works.query(thing.outline, predicate="intersects"))) for thing in things]
    rows[name]["false things"].append(len(hits) - sum(hits))
    rows[name]["things at works"].append(sum(hits))


def _roads(city: TwoDates) -> list:
    frame = city.before[0].grid.outline
    return [road for road in city.roads if road.intersects(frame)]


def _told(city: TwoDates, score: Image, held: NDArray[np.bool_]) -> tuple[float, float]:
    """Return AUC of ground under buildings gone, and false ground where 80 % of them are found."""
    counts = held & np.isfinite(score) & _inner(score.shape)
    unchanged = counts & ~_near(city)
    gone = counts & (city.gone > 0)
    means = [
        float(score[own].mean())
        for number in range(1, city.gone.max() + 1)
        if (own := gone & (city.gone == number)).sum() > _LEAST_BUILDING_PX
    ]
    threshold = np.quantile(means, 1 - FOUND)
    return _auc(score[gone], score[unchanged]), float((score[unchanged] >= threshold).mean())


def _inner(shape: tuple[int, int]) -> NDArray[np.bool_]:
    inner = np.zeros(shape, bool)
    inner[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX] = True
    return inner


def _near(city: TwoDates) -> NDArray[np.bool_]:
    """Return the ground of the works and what their shadows and leaning walls reach."""
    kernel = np.ones((_AROUND_PX, _AROUND_PX), np.uint8)
    return np.asarray(cv2.dilate(city.changed.astype(np.uint8), kernel), bool)


def _auc(gone: Image, unchanged: Image) -> float:
    ranks = rankdata(np.concatenate([gone, unchanged]))[: gone.size].sum()
    return float((ranks - gone.size * (gone.size + 1) / 2) / (gone.size * unchanged.size))


def _untrusted(city: TwoDates, seen: Composed, rows: dict[str, dict[str, list[float]]]) -> None:
    near = _near(city)
    grounds = {
        "of unchanged ground": ~near,
        "of buildings gone": city.gone > 0,
        f"of roofs {_TALL_M:g} m high and more": (city.roof_m >= _TALL_M) & ~near,
    }
    for name, ground in grounds.items():
        if ground.any():
            rows["untrusted"][name].append(float(seen.untrusted[ground].mean()))
    rows["replaced"]["share"].append(float(seen.replaced.mean()))


def table(rows: dict[str, dict[str, list[float]]]) -> str:
    """Say it as a table and three sentences."""
    heads = ["pictures compared", "plain difference: AUC", "false ground",
             "detector of destruction: AUC", "false ground", "false things on roads",
             "things at works"]  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for name, row in rows.items():
        if "plain AUC" not in row:
            continue
        mean = {key: float(np.mean(values)) for key, values in row.items()}
        lines.append(
            f"| {name} | {mean['plain AUC']:.3f} | {mean['plain false']:.1%} |"
            f" {mean['detector AUC']:.3f} | {mean['detector false']:.1%} |"
            f" {mean['false things']:.1f} | {mean['things at works']:.1f} |"
        )
    untrusted = ", ".join(
        f"{np.mean(values):.2%} {name}" for name, values in rows["untrusted"].items()
    )
    cities = len(rows["replaced"]["share"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = (
        f"Means over {cities} simulated cities of 400 × 400 m; counts are per city. Other looks"
        f" than the first are shown on {np.mean(rows['replaced']['share']):.1%} of the ground."
        f" `looks_disagree` takes {untrusted}."
        f" Composing costs {np.mean(rows['cost']['s per megapixel']):.2f} s CPU a megapixel"
        f" (two looks a date); peak memory of the whole run {peak:.0f} MB."
    )
    return "\n".join(["", *lines, "", told, ""])


if __name__ == "__main__":
    main()
