"""Known smooth fields on simulated and on real pairs: error on unchanged ground, and ground kept.

Errors are distances to the truth in pixels on ground that did not change, that both pictures show
and that the tool keeps; median and 95th percentile over all such places of a row. ``kept`` is the
share of that ground on which the tool says that its result holds: where Earthwork gives an error
rather than none; within two steps of its grid of an accepted tie point of arosics; everywhere for
optical flow. A tool that refuses a pair, or fails on it, keeps nothing of it.

arosics runs with a grid of 64 px and windows of 128 px, as its usual 200 and 256 px leave some
fifteen tie points on pictures this small, and with a largest shift of 40 px. Simulated cities whose
style is held out serve for no tuning. See simulated_fields.py and real_fields.py for the pairs.

Run from the repository's root:
``python benchmarks/registration/known_fields.py [--quick] [--write] [--peers-python PATH]``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import real_fields
from found import Found
from pages import replace_section
from peers import (
    ArosicsSettings,
    Measured,
    add_peers_argument,
    aligned_by,
    aligned_by_arosics,
    versions,
)
from simulated_fields import CASES, simulated_trials
from trials import Score, Trial, refused, scored, write_trial

STEP = 4
SETTINGS = ArosicsSettings(grid_px=64, window_px=128, farthest_px=40)
TOOLS = {
    "ours": "Earthwork",
    "arosics": "arosics local",
    "dis": "DIS flow",
    "farneback": "Farnebäck flow",
}
CITIES = {
    "simulated": (("coastal grid", 2), ("desert capital", 3)),
    "simulated, held-out styles": (("oasis", 4), ("basalt plain", 6)),
}
Scores = dict[tuple[str, str, str], list[Score]]
"""By set, case and tool."""


def main() -> None:
    """Print the table, and write it into the manual if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write docs/reference/registration.md")
    parser.add_argument("--quick", action="store_true", help="one place of each set")
    parser.add_argument("--only", nargs="+", choices=sorted(TOOLS), help="tools to run")
    parser.add_argument("--sets", nargs="+", choices=["simulated", "real"], help="pairs to take")
    parser.add_argument("--cases", nargs="+", choices=list(CASES), help="simulated cases to take")
    add_peers_argument(parser)
    told = parser.parse_args()
    cv2.setNumThreads(1)
    tools = told.only or list(TOOLS)
    scores: Scores = defaultdict(list)
    sets = told.sets or ["simulated", "real"]
    if "simulated" in sets:
        cases = told.cases or list(CASES)
        measure_simulated(
            scores, tools, told.peers_python, cases=cases, most=1 if told.quick else 2
        )
    if "real" in sets and real_fields.DATA.exists():
        measure_real(scores, tools, told.peers_python, most=1 if told.quick else 3)
    table = [
        (
            "| set | case | tool | pairs | median error, px | 95th percentile, px"
            " | unchanged ground kept | CPU s a pair |"
        ),
        "|---|---|---|---|---|---|---|---|",
        *(row(*key, found) for key, found in scores.items()),
        "",
        f"{versions(told.peers_python)}; one thread each, CPU seconds of the whole process.",
    ]
    if "real" in sets and not real_fields.DATA.exists():
        table.append("Real pairs are left out: the measuring data are not here.")
    print("\n".join(table))
    if told.write:
        replace_section("known-fields", "\n".join(table))


def measure_simulated(
    scores: Scores, tools: list[str], peers_python: Path, *, cases: list[str], most: int
) -> None:
    """Score every tool on simulated pairs."""
    for name, cities in CITIES.items():
        for style, seed in cities[:most]:
            for case, trial in zip(cases, simulated_trials(style, seed, cases), strict=True):
                for tool in tools:
                    score = score_of(trial, one_by(tool, trial, peers_python))
                    scores[name, case, TOOLS[tool]].append(said(trial.name, tool, score))


def measure_real(scores: Scores, tools: list[str], peers_python: Path, *, most: int) -> None:
    """Score every tool on real pairs moved, and on real pictures against themselves."""
    for name in real_fields.SETS:
        for pair, moved, itself in real_fields.real_trials(name, most=most):
            for tool in tools:
                first = one_by(tool, pair, peers_python)
                second = one_by(tool, moved, peers_python)
                score = repeated(moved, first, second)
                scores[name, "moved pair, against itself", TOOLS[tool]].append(
                    said(moved.name, tool, score)
                )
                score = score_of(itself, one_by(tool, itself, peers_python))
                scores[name, "same picture relit, moved", TOOLS[tool]].append(
                    said(itself.name, tool, score)
                )


def one_by(tool: str, trial: Trial, peers_python: Path) -> Measured:
    """Run a tool on a pair."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = write_trial(trial, Path(folder))
        if tool != "arosics":
            return aligned_by(tool, before, after, step=STEP)
        return aligned_by_arosics(
            "local", before, after, peers_python=peers_python, settings=SETTINGS,
            shape=trial.before.shape[:2], step=STEP,
        )  # fmt: skip


def score_of(trial: Trial, measured: Measured) -> Score | None:
    """Hold what a tool found against the truth; None where the tool is not available."""
    if measured.cost is None:
        return None
    if measured.found is None:
        return refused(measured.cost.cpu_s)
    return scored(trial, measured.found, measured.cost.cpu_s)


def repeated(moved: Trial, first: Measured, second: Measured) -> Score | None:
    """Hold what a tool found after a warp against what it found before, carried through."""
    if first.cost is None or second.cost is None:
        return None
    if first.found is None or second.found is None:
        return refused(second.cost.cpu_s)
    truth, kept = real_fields.carried(first.found, moved.truth)
    both: Found = replace(second.found, kept=second.found.kept & kept[::STEP, ::STEP])
    return scored(replace(moved, truth=truth), both, second.cost.cpu_s)


def said(name: str, tool: str, score: Score | None) -> Score | None:
    """Print one score as it comes."""
    if score is not None and score.errors.size:
        middle, far = np.percentile(score.errors, [50, 95])
        print(f"{name}; {tool}: {middle:.2f} {far:.2f} kept {score.kept:.0%}", flush=True)
    return score


def row(group: str, case: str, tool: str, scores: list[Score | None]) -> str:
    """Say how a tool did on one set."""
    held = [score for score in scores if score is not None]
    if not held:
        return f"| {group} | {case} | {tool} | peer not available | | | | |"
    errors = np.concatenate([score.errors for score in held])
    middle, far = np.percentile(errors, [50, 95]) if errors.size else (np.nan, np.nan)
    return (
        f"| {group} | {case} | {tool} | {len(held)} | {middle:.2f} | {far:.2f}"
        f" | {np.mean([score.kept for score in held]):.0%}"
        f" | {np.mean([score.cpu_s for score in held]):.1f} |"
    )


if __name__ == "__main__":
    main()
