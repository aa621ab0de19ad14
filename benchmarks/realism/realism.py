"""How real simulated pictures look, measured three ways, and written into the manual.

(a) Can a simple classifier on patch statistics tell simulated before-images from real ones of
    cities that it was not trained on?
(b) Does a simple detector of destruction, trained on simulated pairs only, do about as well in
    Sana'a as the same detector trained on real pairs of Palu?
(c) Slopes of the power spectrum and shapes of the gradients, simulated against real.

Run from the repository's root:
``python benchmarks/realism/realism.py [--write] [--pairs 40] [--sheets DIR]``
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from picture_statistics import describe_patches, gradient_shape, power_slope
from real_pictures import Picture, real_befores, real_pairs
from sheets import draw_crops, draw_curves, draw_side_by_side
from simulated_pictures import simulated_pairs
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transfer import DETECTORS, Sampled, sample, scored

PAGE = Path("docs/reference/realism.md")


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--pairs", type=int, default=40, help="simulated pairs to draw")
    parser.add_argument("--seed", type=int, default=9000, help="seed of the first pair")
    parser.add_argument("--sheets", type=Path, help="folder for sheets of real beside simulated")
    arguments = parser.parse_args()
    cv2.setNumThreads(2)
    start = time.perf_counter()
    pairs = list(simulated_pairs(arguments.pairs, first_seed=arguments.seed))
    print(f"{len(pairs)} simulated pairs in {time.perf_counter() - start:.0f} s")
    befores = [
        Picture(
            name=p.name,
            city=p.city,
            grey=cv2.cvtColor(p.before, cv2.COLOR_RGB2GRAY).astype(np.float32),
        )
        for p in pairs
    ]
    real = real_befores()
    if arguments.write:
        draw_curves(real, befores)
        draw_crops(befores)
    if arguments.sheets is not None:
        draw_side_by_side(real, befores, arguments.sheets)
    sections = {
        "slopes": slope_table(real, befores),
        "patches": patch_table(real, befores),
        "transfer": transfer_table(sample(pairs), len(pairs)),
    }
    for name, text in sections.items():
        print(f"\n## {name}\n{text}")
        if arguments.write:
            replace_section(name, text)


def replace_section(name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` in the page."""
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no section {name}")
    PAGE.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")


# ---------------------------------------------------------------- slopes


def slope_table(real: Sequence[Picture], simulated: Sequence[Picture]) -> str:
    """Compare slopes of the spectrum and shapes of the gradients, city by city."""
    lines = [
        "| pictures | number | slope of the spectrum | kurtosis of gradients | small gradients |",
        "|---|---|---|---|---|",
    ]
    lines += [
        slope_row(city, [one for one in real if one.city == city])
        for city in dict.fromkeys(picture.city for picture in real)
    ]
    lines.append(slope_row("all real", real))
    lines.append(slope_row("simulated", simulated))
    return "\n".join(lines)


def slope_row(name: str, pictures: Sequence[Picture]) -> str:
    """Format medians with their quartiles."""
    slopes = [power_slope(one.grey) for one in pictures]
    shapes = [gradient_shape(one.grey) for one in pictures]
    told = [slopes, [shape[0] for shape in shapes], [shape[1] for shape in shapes]]
    cells = " | ".join(
        "{:.2f} ({:.2f} to {:.2f})".format(*np.quantile(values, [0.5, 0.25, 0.75]))
        for values in told
    )
    return f"| {name} | {len(pictures)} | {cells} |"


# ---------------------------------------------------------------- patches


def patch_table(real: Sequence[Picture], simulated: Sequence[Picture]) -> str:
    """Train real against simulated without one real city, and test on that city.

    Half of the simulated cities serve to train, the other half to test. As a yardstick the same
    classifiers tell each real city from the other real ones.
    """
    cities = list(dict.fromkeys(picture.city for picture in real))
    halves = [simulated[0::2], simulated[1::2]]
    lines = [
        (
            "| real city left out | linear: balanced accuracy | trees: balanced accuracy"
            " | trees that know other pictures of that city"
            " | yardstick: that city against other real cities, trees |"
        ),
        "|---|---|---|---|---|",
    ]
    for city in cities:
        others = [one for one in real if one.city != city]
        own = [one for one in real if one.city == city]
        told = [
            told_apart(others, halves[0], own, halves[1], linear=linear) for linear in (True, False)
        ]
        known = told_apart([*others, *own[0::2]], halves[0], own[1::2], halves[1], linear=False)
        yard = told_apart(own[0::2], others[0::2], own[1::2], others[1::2], linear=False)
        lines.append(f"| {city} | {told[0]:.2f} | {told[1]:.2f} | {known:.2f} | {yard:.2f} |")
    return "\n".join(lines)


def told_apart(
    real: Sequence[Picture],
    simulated: Sequence[Picture],
    real_test: Sequence[Picture],
    simulated_test: Sequence[Picture],
    *,
    linear: bool,
) -> float:
    """Return the balanced accuracy on the test pictures; 0.5 is chance."""
    train, truth = stacked(real, simulated)
    test, test_truth = stacked(real_test, simulated_test)
    model = (
        make_pipeline(
            StandardScaler(), LogisticRegression(C=0.1, max_iter=1000, class_weight="balanced")
        )
        if linear
        else HistGradientBoostingClassifier(max_iter=120, class_weight="balanced", random_state=1)
    )
    model.fit(train, truth)
    return float(balanced_accuracy_score(test_truth, model.predict(test)))


def stacked(first: Sequence[Picture], second: Sequence[Picture]) -> tuple[NDArray, NDArray]:
    """Return patch statistics of two classes with their class."""
    parts = [np.concatenate([described(one) for one in group]) for group in (first, second)]
    return np.concatenate(parts), np.repeat([False, True], [len(part) for part in parts])


_KNOWN: dict[str, NDArray[np.float32]] = {}


def described(picture: Picture) -> NDArray[np.float32]:
    """Return the patch statistics of a picture, measured once."""
    if picture.name not in _KNOWN:
        _KNOWN[picture.name] = describe_patches(picture.grey)
    return _KNOWN[picture.name]


# ---------------------------------------------------------------- transfer


def transfer_table(simulated: Sampled, count: int) -> str:
    """Score detectors in Sana'a: trained on Palu, and on simulated pairs only."""
    palu, sanaa = (sample(real_pairs(city)) for city in ("palu", "sanaa"))
    lines = [
        (
            "| detector | trained on Palu (10 real pairs)"
            f" | trained on {count} simulated pairs only | difference |"
        ),
        "|---|---|---|---|",
    ]
    for detector in DETECTORS:
        real = scored(palu, sanaa, detector=detector)
        made = scored(simulated, sanaa, detector=detector)
        lines.append(f"| {detector} | {real:.3f} | {made:.3f} | {made - real:+.3f} |")
    lines.append(
        f"\nAverage precision over {sanaa.truth.size:,} pixels of 28 pairs of Sana'a, of which"
        f" {sanaa.truth.mean():.1%} are labelled destroyed: a blind guess has that precision."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
