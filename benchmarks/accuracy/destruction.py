"""How well destruction is ranked: per pixel in Sana'a and Palu, per building in Santa Rosa.

Per pixel: area under the ROC curve over all assessed pixels of a city, pooled without any scaling
per frame, and F1 at the threshold that is best in the other city. Naive scores beside ours:
absolute difference of brightness, gain of local variance, correlation. Per building: the weights
were fitted on every second frame; the others are held out.

Run from the repository's root: ``python benchmarks/accuracy/destruction.py [--write]``.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from shapely import wkt
from tables import replace_section

from earthwork.change.buildings import DEFAULT_BUILDINGS, building_scores, describe_buildings
from earthwork.change.features import local_correlation, smoothed, standardised
from earthwork.change.proposal import propose
from earthwork.imagery.masks import assess
from earthwork.imagery.radiometry import fit_radiometry, normalised
from earthwork.imagery.registration import register, warp
from earthwork.io.rasters import read_array
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, luminance

DATA = Path("../shared/data")
STEP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Scores and truth of some pixels of one frame."""

    city: str
    scores: dict[str, NDArray]
    truth: NDArray
    assessed_share: float
    seconds: float
    megapixels: float


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/reference/accuracy.md")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    sections = {"pixels": pixel_table(), "buildings": building_table()}
    for name, text in sections.items():
        print(text, end="\n\n")
        if arguments.write:
            replace_section(name, text)


def picture(path: Path, gsd_m: float) -> ArrayRaster:
    """Read a picture on a pixel grid."""
    pixels = cv2.imread(str(path))[..., ::-1].transpose(2, 0, 1).copy()
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2], gsd_m=gsd_m)
    return ArrayRaster(grid=grid, pixels=pixels)


# ---------------------------------------------------------------- pixels


def pixel_table() -> str:
    """Measure every frame of the two cities."""
    places = sorted((DATA / "destruction").iterdir())
    samples = [sample(place) for place in places]
    names = list(samples[0].scores)
    lines = [
        (
            "| score | Sana'a AUC | Palu AUC | both AUC | Sana'a F1, threshold of Palu"
            " | Palu F1, threshold of Sana'a | best F1 of Sana'a, of Palu |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for name in names:
        (y1, s1), (y2, s2) = (pooled(samples, city, name) for city in ("sanaa", "palu"))
        both = auc(np.concatenate([y1, y2]), np.concatenate([s1, s2]))
        best1, best2 = best_threshold(y1, s1), best_threshold(y2, s2)
        lines.append(
            f"| {name} | {auc(y1, s1):.3f} | {auc(y2, s2):.3f} | {both:.3f}"
            f" | {f1(y1, s1, best2):.3f} | {f1(y2, s2, best1):.3f}"
            f" | {f1(y1, s1, best1):.3f}, {f1(y2, s2, best2):.3f} |"
        )
    cost = sum(one.seconds for one in samples) / sum(one.megapixels for one in samples)
    share = np.mean([one.assessed_share for one in samples])
    lines.append(
        f"\n{len(samples)} frames, {share:.0%} of their ground assessed; normalising and every"
        f" detector without footprints and roads: {cost:.2f} s per megapixel on one core."
    )
    return "\n".join(lines)


def sample(place: Path) -> Sample:
    """Score one frame as delivered: its pixels are already aligned by a shift."""
    before, after = (picture(place / f"{look}.jpg", 0.45) for look in ("before", "after"))
    truth = cv2.imread(str(place / "destroyed.png"), cv2.IMREAD_GRAYSCALE) > 127
    assessed = assess(before, after, report=None)
    start = time.perf_counter()
    fit = fit_radiometry(before, after, lambda window: assessed.assessed[window.slices])
    matched = read_array(normalised(after, fit))
    told = propose(before, matched, assessed=assessed)
    seconds = time.perf_counter() - start
    plain = propose(before, after, assessed=assessed)
    scores = {
        "two features, brightness matched": told.score,
        "two features": plain.score,
        **naive(before, after, assessed.assessed),
    }
    kept = np.zeros_like(truth)
    kept[::STEP, ::STEP] = assessed.assessed[::STEP, ::STEP]
    return Sample(
        city=place.name.split("_")[0],
        scores={name: score[kept] for name, score in scores.items()},
        truth=truth[kept],
        assessed_share=assessed.share,
        seconds=seconds,
        megapixels=truth.size / 1e6,
    )


def naive(before: ArrayRaster, after: ArrayRaster, assessed: NDArray) -> dict[str, NDArray]:
    """Return what anyone would try first, averaged over the same ten metres."""
    first, second = (standardised(luminance(image.pixels), assessed) for image in (before, after))
    spread = [smoothed(image * image, 5) - smoothed(image, 5) ** 2 for image in (first, second)]
    ones = np.ones_like(first)
    likeness = local_correlation(first, second, ones, side=11, search=0)
    return {
        "naive: difference of brightness": smoothed(np.abs(first - second), 24),
        "naive: gain of local variance": smoothed(spread[1] - spread[0], 24),
        "naive: one minus correlation": smoothed(1 - likeness, 24),
    }


def pooled(samples: list[Sample], city: str, name: str) -> tuple[NDArray, NDArray]:
    """Return truth and score of all frames of a city."""
    mine = [one for one in samples if one.city == city]
    truth = np.concatenate([one.truth for one in mine])
    return truth, np.concatenate([one.scores[name] for one in mine])


def auc(truth: NDArray, score: NDArray) -> float:
    """Return the area under the ROC curve: the chance that a true one ranks above a false one."""
    ranks, positive = rankdata(score), int(truth.sum())
    above = ranks[truth].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (truth.size - positive)))


def best_threshold(truth: NDArray, score: NDArray) -> float:
    """Return the threshold of best F1 among 200 quantiles."""
    levels = np.quantile(score, np.linspace(0, 0.995, 200))
    return float(levels[int(np.argmax([f1(truth, score, level) for level in levels]))])


def f1(truth: NDArray, score: NDArray, threshold: float) -> float:
    """Return F1 of what lies at or above a threshold."""
    chosen = score >= threshold
    return float(2 * (chosen & truth).sum() / max(1, chosen.sum() + truth.sum()))


# ---------------------------------------------------------------- buildings


def building_table() -> str:
    """Measure every building of Santa Rosa, as delivered and after registration."""
    frames = [buildings(place) for place in sorted((DATA / "buildings").iterdir())]
    lines = [
        (
            "| images | frames | buildings | destroyed | AUC | F1 at the default threshold"
            " | intact flagged | destroyed found |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for images in ("as delivered", "registered", "naive: difference of brightness"):
        for half, start in (("fitted on", 0), ("held out", 1)):
            told = [frame[images] for frame in frames[start::2]]
            truth = np.concatenate([one[0] for one in told])
            score = np.concatenate([one[1] for one in told])
            lines.append(building_row(f"{images}, {half}", len(told), truth, score))
    lost = sum(int(np.isnan(frame["registered"][2]).sum()) for frame in frames)
    lines.append(f"\nNot assessed after registration: {lost} buildings, left out of those rows.")
    return "\n".join(lines)


def building_row(name: str, frames: int, truth: NDArray, score: NDArray) -> str:
    """Format one row; a score without a stated threshold has none."""
    row = f"| {name} | {frames} | {truth.size} | {int(truth.sum())} | {auc(truth, score):.3f} "
    if name.startswith("naive"):
        return row + "| | | |"
    level = DEFAULT_BUILDINGS.threshold
    return (
        row + f"| {f1(truth, score, level):.3f} | {(score[~truth] >= level).mean():.1%}"
        f" | {(score[truth] >= level).mean():.1%} |"
    )


def buildings(place: Path) -> dict[str, tuple[NDArray, NDArray, NDArray]]:
    """Score the labelled buildings of one frame: (truth, score, score with gaps) by images."""
    before, after = (picture(place / f"{look}.jpg", 0.5) for look in ("before", "after"))
    rows = json.loads((place / "labels.json").read_text(encoding="utf-8"))["features"]["xy"]
    kept = [row for row in rows if row["subtype"] in {"destroyed", "no-damage"}]
    outlines = [wkt.loads(row["wkt"]) for row in kept]
    truth = np.array([row["subtype"] == "destroyed" for row in kept], bool)
    told = register(before, after)
    aligned = warp(after, told.field, grid=before.grid)
    fits = assess(before, aligned, report=told.report).assessed
    everywhere = np.ones(before.grid.shape, bool)
    plain = scored(before, after, everywhere, outlines)
    moved = scored(before, aligned, fits, outlines)
    apart = smoothed(np.abs(brightness(before) - brightness(after)), 8)
    centres = [outline.representative_point() for outline in outlines]
    level = np.array([apart[int(point.y), int(point.x)] for point in centres], np.float64)
    known = np.isfinite(moved)
    return {
        "as delivered": (truth[np.isfinite(plain)], plain[np.isfinite(plain)], plain),
        "registered": (truth[known], moved[known], moved),
        "naive: difference of brightness": (truth, level, level),
    }


def brightness(image: ArrayRaster) -> NDArray:
    """Return standardised luminance."""
    return standardised(luminance(image.pixels), np.ones(image.grid.shape, bool))


def scored(before: ArrayRaster, after: ArrayRaster, assessed: NDArray, outlines: list) -> NDArray:
    """Return the score of each outline."""
    first, second = luminance(before.pixels), luminance(after.pixels)
    told = describe_buildings(first, second, assessed, outlines, gsd_m=before.grid.gsd_m)
    return building_scores(told)


if __name__ == "__main__":
    main()
