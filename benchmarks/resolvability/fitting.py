"""From looks to curves: which works are told from unaltered ground, and a monotone curve of that.

The reader is a Hotelling observer: for each kind and pixel size the weights of the channels that
part works from unaltered places best, learned on the cities of all styles but one, with a threshold
that one in a hundred of their unaltered places passes; it is then asked about the style left out.
So no work is told by weights that have seen its city. The curve is a logistic in the logarithm of
pixels across, between the false alarms and a ceiling, shifted by contrast, sun, view and bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from measuring import COLUMNS, KINDS, Looks
from numpy.typing import NDArray
from observer import PAN_CHANNELS
from scipy.optimize import minimize
from scipy.special import expit
from worlds import CONDITIONS

from earthwork.model.vocabulary import Kind

FALSE_ALARMS = 0.01
ONE_LINE_M = 2.2
"""Of roadblocks those of one line of blocks count: the size of several is that of them all."""
_RIDGE = 0.05
_FAINTEST = 0.02
_MIDDLE = 0
"""Number of the condition in which a work's contrast is measured."""
NAMES = ("log_half", "log_slope", "ceiling", "contrast", "high", "low", "off15", "off30", "pan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Looks at the works of one kind, in one row each, with what came of them."""

    kind: Kind
    """The kind."""
    style: NDArray[np.int64]
    """Number of the style."""
    world: NDArray[np.int64]
    """Number of the city, over all styles."""
    work: NDArray[np.int64]
    """Number of the work, over all cities."""
    gsd_m: NDArray[np.float64]
    """Pixel size."""
    pixels: NDArray[np.float64]
    """Pixels across."""
    condition: NDArray[np.int64]
    """Number of the condition."""
    contrast: NDArray[np.float64]
    """Size of the log contrast."""
    pan: NDArray[np.bool_]
    """Whether one band was looked at."""
    hit: NDArray[np.bool_]
    """Whether the work was told."""
    false_alarms: float
    """Share of unaltered places of the styles left out that passed."""

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Trials:
        """Return some of the looks."""
        fields = (
            "style",
            "world",
            "work",
            "gsd_m",
            "pixels",
            "condition",
            "contrast",
            "pan",
            "hit",
        )
        return Trials(kind=self.kind, false_alarms=self.false_alarms,
                      **{name: getattr(self, name)[chosen] for name in fields})  # fmt: skip


def trials(looks: Looks) -> Iterator[Trials]:
    """Yield the looks of each kind with what the reader made of them, one band and colour."""
    table = {name: looks.columns[:, at] for at, name in enumerate(COLUMNS)}
    for number in np.unique(table["kind"]).astype(int):
        mine = table["kind"] == number
        if KINDS[number] is Kind.ROADBLOCK:
            mine &= table["size_m"] < ONE_LINE_M
        part = {name: values[mine] for name, values in table.items()}
        yield _of_kind(KINDS[number], part, looks.channels[mine])


def _of_kind(
    kind: Kind, table: dict[str, NDArray[np.float32]], channels: NDArray[np.float32]
) -> Trials:
    is_work = table["is_work"] > 0
    keys = (table["style"] * 100 + table["world"]).astype(int)
    works = keys * 1000 + table["work"].astype(int)
    contrast = _contrasts(table, works)
    parts, alarms = [], []
    for pan in (True, False):
        features = _features(channels[:, PAN_CHANNELS] if pan else channels)
        told = np.zeros(len(features), dtype=bool)
        for gsd in np.unique(table["gsd_m"]):
            here = table["gsd_m"] == gsd
            told[here] = _told(features[here], is_work[here], table["style"][here],
                               table["condition"][here])  # fmt: skip
        alarms.append(float(told[~is_work].mean()))
        parts.append((told[is_work], np.full(int(is_work.sum()), pan)))
    twice = np.concatenate([np.flatnonzero(is_work)] * 2)
    return Trials(
        kind=kind,
        style=table["style"][twice].astype(int),
        world=keys[twice],
        work=works[twice],
        gsd_m=table["gsd_m"][twice].astype(float),
        pixels=(table["size_m"] / table["gsd_m"])[twice].astype(float),
        condition=table["condition"][twice].astype(int),
        contrast=contrast[twice],
        pan=np.concatenate([pan for _, pan in parts]),
        hit=np.concatenate([hit for hit, _ in parts]),
        false_alarms=float(np.mean(alarms)),
    )


def _contrasts(
    table: dict[str, NDArray[np.float32]], works: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return each look's contrast: that of the work in its finest picture."""
    known: dict[int, float] = {}
    for gsd in np.unique(table["gsd_m"]):
        here = (table["gsd_m"] == gsd) & (table["condition"] == _MIDDLE) & (table["is_work"] > 0)
        for work, contrast in zip(works[here], np.abs(table["contrast"][here]), strict=True):
            known.setdefault(int(work), float(contrast))
    usual = float(np.median(list(known.values()) or [0.1]))
    return np.array([known.get(work, usual) for work in works], dtype=float)


def _features(channels: NDArray[np.float32]) -> NDArray[np.float64]:
    size = np.log1p(np.abs(channels)).astype(float)
    return np.concatenate([np.sign(channels) * size, size], axis=1)


def _told(
    features: NDArray[np.float64], is_work: NDArray[np.bool_], style: NDArray[np.float32],
    condition: NDArray[np.float32],
) -> NDArray[np.bool_]:  # fmt: skip
    """Return which rows pass, each judged by weights that have not seen its style."""
    told = np.zeros(len(features), dtype=bool)
    for left_out in np.unique(style):
        learn = style != left_out
        if not (learn & is_work).any() or not (learn & ~is_work).any():
            continue
        weights = _hotelling(features[learn & is_work], features[learn & ~is_work])
        scores = features @ weights
        for number in np.unique(condition):
            here = condition == number
            base = scores[learn & here & ~is_work]
            if len(base):
                asked = here & ~learn
                told[asked] = scores[asked] > np.quantile(base, 1 - FALSE_ALARMS)
    return told


def _hotelling(works: NDArray[np.float64], nulls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights that part two groups best."""
    spread = np.cov(nulls.T)
    if len(works) > features_needed(works):
        spread = (spread + np.cov(works.T)) / 2
    spread += _RIDGE * np.trace(spread) / len(spread) * np.eye(len(spread))
    return np.linalg.solve(spread, works.mean(axis=0) - nulls.mean(axis=0))


def features_needed(works: NDArray[np.float64]) -> int:
    """Return how many works are too few to tell how their channels vary."""
    return 2 * works.shape[1]


def design(given: Trials, *, usual: float) -> NDArray[np.float64]:
    """Return dims (look, [log pixels, contrast, high, low, off 15, off 30, pan])."""
    names = [condition.name for condition in CONDITIONS]
    columns = [np.log(given.pixels), np.log(np.maximum(given.contrast, _FAINTEST) / usual)]
    columns += [
        (given.condition == names.index(name)).astype(float)
        for name in ("high sun", "low sun", "15° off nadir", "30° off nadir")
    ]
    return np.column_stack([*columns, given.pan.astype(float)])


def usual_contrast(given: Trials) -> float:
    """Return the median contrast of the works, as a size of the log ratio."""
    _, first = np.unique(given.work, return_index=True)
    return float(max(np.median(given.contrast[first]), _FAINTEST))


def probability(
    parameters: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the chance that each look tells its work."""
    log_half, log_slope, ceiling = parameters[:3]
    ceiling = expit(ceiling)
    index = np.exp(log_slope) * (columns[:, 0] - log_half) + columns[:, 1:] @ parameters[3:]
    return np.asarray(FALSE_ALARMS + (ceiling - FALSE_ALARMS) * expit(index))


def fit(given: Trials, *, usual: float) -> NDArray[np.float64]:
    """Fit the curve of one kind by maximum likelihood under weak priors.

    Looks at one work count as if they were independent: intervals come from cities drawn again.
    """
    columns = design(given, usual=usual)
    hit = given.hit.astype(float)

    def loss(parameters: NDArray[np.float64]) -> float:
        chance = np.clip(probability(parameters, columns), 1e-6, 1 - 1e-6)
        likelihood = -(hit * np.log(chance) + (1 - hit) * np.log(1 - chance)).sum()
        prior = (parameters[1] - 0.6) ** 2 / 0.5 + (parameters[2] - 3.0) ** 2 / 4.5
        return float(likelihood + prior + (parameters[3:] ** 2).sum() / 2)

    start = np.array([1.0, 0.6, 3.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0])
    bounds = [(-3, 6), (-1.2, 2.2), (-1.0, 6.0), (0.0, 3.0), *([(-4.0, 4.0)] * 5)]
    return np.asarray(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)


def pixels_for(parameters: NDArray[np.float64], chance: float, shift: float = 0.0) -> float:
    """Return the pixels across at which a chance is reached; infinite where it never is."""
    ceiling = float(expit(parameters[2]))
    if chance >= ceiling:
        return float("inf")
    share = (chance - FALSE_ALARMS) / (ceiling - FALSE_ALARMS)
    index = np.log(share / (1 - share)) - shift
    return float(np.exp(parameters[0] + index / np.exp(parameters[1])))


def refitted(given: Trials, *, usual: float, times: int, seed: int = 5) -> NDArray[np.float64]:
    """Return the curve fitted again to cities drawn with replacement, dims (time, parameter)."""
    rng = np.random.default_rng(seed)
    worlds = np.unique(given.world)
    found = []
    for _ in range(times):
        drawn = rng.choice(worlds, len(worlds))
        rows = np.concatenate([np.flatnonzero(given.world == one) for one in drawn])
        found.append(fit(given.of(rows), usual=usual))
    return np.array(found)


def held_out(given: Trials, *, usual: float) -> tuple[float, float, float]:
    """Return how curves of the other styles foretell each style.

    The hits that came in all, the hits that were foretold in all (both as shares), and the greatest
    difference of the two in one style.
    """
    told = np.zeros(len(given.hit))
    for style in np.unique(given.style):
        out = given.style == style
        told[out] = probability(
            fit(given.of(~out), usual=usual), design(given.of(out), usual=usual)
        )
    gaps = [abs(told[given.style == s].mean() - given.hit[given.style == s].mean())
            for s in np.unique(given.style) if (given.style == s).sum() >= 40]  # fmt: skip
    return float(given.hit.mean()), float(told.mean()), float(max(gaps, default=0.0))


def together(looks: Sequence[Looks]) -> Looks:
    """Return looks of several runs as one."""
    return Looks(columns=np.concatenate([one.columns for one in looks]),
                 channels=np.concatenate([one.channels for one in looks]),
                 seconds=sum(one.seconds for one in looks))  # fmt: skip
