"""Measure, on simulated cities, when each kind of alteration is told from unaltered ground.

Run from the repository's root:

    python benchmarks/resolvability/detection_curves.py [--write] [--quick] [--fine] [--keep FOLDER]

``--write`` puts the numbers into ``src/earthwork/model/detection_curves.py`` and the tables and
curves into ``docs/reference/resolvability.md``. ``--quick`` draws two small samples to see that all
of it runs. ``--fine`` photographs every city with all pixel sizes down to 0.3 m, for three times
the time. ``--keep`` keeps the looks of each city in a folder and takes from there what is kept.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from fitting import (
    Trials,
    fit,
    held_out,
    pixels_for,
    refitted,
    together,
    trials,
    usual_contrast,
)
from measuring import SIZES_M, STYLES, Looks, keep, kept, measure
from numpy.typing import NDArray
from page import write_page
from scipy.special import expit

from earthwork.model.detection import DetectionCurve

FINEST_OF_SEED_M = {1: 0.5, 2: 0.75}
"""Finest pixel by the seed of the city: fine pixels cost most by far."""
TIMES = 40
LEAST_WORKS = 8
"""Kinds with fewer works get no curve."""
NUMBERS = Path("src/earthwork/model/detection_curves.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of one kind."""

    trials: Trials
    """The looks and what came of them."""
    curve: DetectionCurve
    """The curve fitted to them, as it is packaged."""
    half_px: tuple[float, float, float]
    """Pixels across at which half are told, with the ends of its 95 % interval."""
    most_px: tuple[float, float, float]
    """Pixels across at which four in five are told, likewise; may be infinite."""
    held_out: tuple[float, float, float]
    """Hits, hits foretold by the other styles, greatest gap of one style."""


def main() -> None:
    """Measure, fit, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the numbers and the page")
    parser.add_argument("--quick", action="store_true", help="two small samples")
    parser.add_argument("--fine", action="store_true", help="pixels of 0.3 m too, in all cities")
    parser.add_argument("--keep", type=Path, help="folder of looks kept")
    arguments = parser.parse_args()
    looks = together(
        list(_looks(quick=arguments.quick, fine=arguments.fine, folder=arguments.keep))
    )
    begun = process_time()
    found = [one for kind in trials(looks) if (one := measured(kind)) is not None]
    for one in found:
        print(_line(one), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    spent = looks.seconds + process_time() - begun
    cost = f"{spent:.0f} CPU seconds and {peak:.1f} GB at most"
    print(cost)
    if arguments.write and not arguments.quick:
        NUMBERS.write_text(numbers(found), encoding="utf-8")
        write_page(found, cities=len(np.unique(looks.columns[:, :2], axis=0)), cost=cost)


def _looks(*, quick: bool, fine: bool, folder: Path | None) -> Iterator[Looks]:
    if quick:
        yield measure(STYLES[:2], (1,), (1.0, 3.0))
        return
    for seed, finest_m in FINEST_OF_SEED_M.items():
        sizes_m = [s for s in SIZES_M if fine or s >= finest_m]
        for style in STYLES:
            path = None if folder is None else folder / f"{seed}-{style.replace(' ', '-')}.npz"
            if path is not None and path.exists():
                yield kept(path)
                continue
            looks = measure((style,), (seed,), sizes_m)
            if path is not None:
                keep(looks, path)
            yield looks


def measured(given: Trials) -> Measured | None:
    """Fit the curve of one kind; None if too few works were looked at."""
    works = len(np.unique(given.work))
    if works < LEAST_WORKS:
        print(f"{given.kind}: only {works} works")
        return None
    usual = usual_contrast(given)
    best = fit(given, usual=usual)
    again = refitted(given, usual=usual, times=TIMES)
    return Measured(
        trials=given,
        curve=_curve(best, usual=usual, works=works),
        half_px=_interval(best, again, 0.5),
        most_px=_interval(best, again, 0.8),
        held_out=held_out(given, usual=usual),
    )


def _curve(parameters: NDArray[np.float64], *, usual: float, works: int) -> DetectionCurve:
    """Return parameters as they are packaged: rounded to what they are good for."""
    contrast, high, low, oblique, most_oblique, pan = (round(float(v), 2) for v in parameters[3:])
    return DetectionCurve(
        half_px=float(f"{np.exp(parameters[0]):.3g}"),
        slope=round(float(np.exp(parameters[1])), 3),
        ceiling=round(float(expit(parameters[2])), 3),
        contrast_gain=contrast,
        usual_contrast=round(usual, 3),
        high_sun=high,
        low_sun=low,
        oblique=oblique,
        most_oblique=most_oblique,
        panchromatic=pan,
        works=works,
    )


def _interval(
    best: NDArray[np.float64], again: NDArray[np.float64], chance: float
) -> tuple[float, float, float]:
    drawn = np.sort([pixels_for(one, chance) for one in again])
    low, high = (round(share * (len(drawn) - 1)) for share in (0.025, 0.975))
    return pixels_for(best, chance), float(drawn[low]), float(drawn[high])


def numbers(found: list[Measured]) -> str:
    """Return the module that packages the curves."""
    lines = [
        '"""Curves as ``benchmarks/resolvability/detection_curves.py`` measured and wrote them.',
        "",
        "``docs/reference/resolvability.md`` shows them, and says how they were measured.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from earthwork.model.detection import DetectionCurve",
        "from earthwork.model.vocabulary import Kind",
        "",
        "CURVES: dict[Kind, DetectionCurve] = {",
    ]
    names = DetectionCurve.__dataclass_fields__
    for one in found:
        lines.append(f"    Kind.{one.trials.kind.name}: DetectionCurve(")
        lines += [f"        {name}={getattr(one.curve, name)!r}," for name in names]
        lines.append("    ),")
    return "\n".join(
        [*lines, "}", '"""By kind; kinds that no simulation draws are not in it."""', ""]
    )


def _line(one: Measured) -> str:
    half, most = (" ".join(f"{v:.2g}" for v in px) for px in (one.half_px, one.most_px))
    hits, told, gap = one.held_out
    return (
        f"{one.trials.kind:20s} works {one.curve.works:3d}  50%: {half:18s} 80%: {most:18s}"
        f" ceiling {one.curve.ceiling:.2f}  hits {hits:.2f} foretold {told:.2f} gap {gap:.2f}"
        f"  false alarms {one.trials.false_alarms:.3f}"
    )


if __name__ == "__main__":
    main()
