"""New lines on the ground: berms, trenches, walls and rows of barriers. A baseline.

A raised or dug line shows as a light line, a dark line, or a light and a dark one side by side.
Elongated filters of these three profiles are run at several widths and directions on both dates;
what is stronger after than anything was nearby before is thinned to lines. New roads, tracks,
fences, pipes and moved shadows show likewise: a line is a place to look, and its kind is weighed,
not decided.

References
----------
Freeman, W. T. and Adelson, E. H. (1991), The design and use of steerable filters,
doi:10.1109/34.93808; Zhang, T. Y. and Suen, C. Y. (1984), A fast parallel algorithm for thinning
digital patterns, doi:10.1145/357994.358023.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import LineString
from skimage.morphology import skeletonize

from earthwork.change.features import in_tiles, resolve_gsd, standardised
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

LINE_KINDS = (Kind.BERM, Kind.TRENCH, Kind.WALL, Kind.BARRIER_ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarthworkOptions:
    """How new lines are sought."""

    working_gsd_m: float = 1.0
    """Pixel size at which lines are sought; finer images are averaged down to it."""
    coarsest_gsd_m: float = 2.0
    """Above this pixel size no line is sought: a bank of a few metres is not resolved."""
    widths_m: tuple[float, ...] = (1.2, 2.4)
    """Standard deviations of the profiles across."""
    reach_m: float = 7.0
    """Standard deviation of the filter along."""
    directions: int = 12
    """Directions over a half turn."""
    tolerance_m: float = 4.0
    """Distance within which a line of the before-image explains one of the after-image."""
    explained: float = 1.2
    """Strength before counts this much against strength after: contrast differs between dates."""
    threshold: float = 0.55
    """Least gain of strength, in standard deviations of the scene's luminance."""
    threshold_spread: float = 8.0
    """Robust standard deviations of the gain above its median, if that is more."""
    continued: float = 0.5
    """Share of the threshold down to which a line is followed."""
    least_length_m: float = 25.0
    """Lines shorter than this are dropped."""
    least_slenderness: float = 5.0
    """Least length over width."""
    least_straightness: float = 0.6
    """Least distance between the ends over length along the line, per 50 m of it."""
    periods_m: tuple[float, float] = (2.0, 8.0)
    """Spacing of blocks in a row of barriers."""
    most_lines: int = 300
    """Lines kept, best first."""


DEFAULT_EARTHWORKS = EarthworkOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One line that the before-image does not show."""

    path: LineString
    """In pixels (column, row)."""
    score: float
    """Mean gain of strength along it, times the root of its length over 25 m."""
    length_m: float
    """Length on the ground (the assumed pixel size is used where none is known)."""
    kind: Kind
    """The likeliest kind; with even weights the first of :data:`LINE_KINDS`."""
    alternatives: tuple[tuple[Kind, float], ...]
    """Other kinds with weights; with the first they sum to 1."""
    parts: dict[str, float]
    """The score's parts, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How line-like each working pixel is, dims (row, column)."""

    gain: Image
    """Strength after minus what the before-image explains; NaN where not assessed."""
    order_x: Image
    """Light-dark order after: a vector from the dark to the light side, along columns."""
    order_y: Image
    """The same, along rows."""


def line_kernels(
    width: float, reach: float, directions: int
) -> list[tuple[Image, Image, tuple[float, float]]]:
    """Return (light line, light-dark pair, normal) per direction, in pixels.

    Both kernels give 0 on a constant and on a step through their middle, and answer at most 1 to a
    profile of unit contrast.
    """
    half = int(np.ceil(2.5 * reach))
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    made = []
    for index in range(directions):
        angle = np.pi * index / directions
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        window = np.exp(-0.5 * (along / reach) ** 2)
        profile = np.exp(-0.5 * (across / width) ** 2)
        line = _balanced((1 - (across / width) ** 2) * profile, window)
        pair = (2 * across - across**3 / width**2) * profile * window
        pair /= np.abs(pair).sum()
        normal = (-np.sin(angle), np.cos(angle))
        made.append((line, pair.astype(np.float32), normal))
    return made


def _balanced(profile: NDArray[np.float64], window: NDArray[np.float64]) -> Image:
    kernel = profile * window
    kernel -= window * kernel.sum() / window.sum()
    result: Image = (kernel / np.abs(kernel).sum() * 2).astype(np.float32)
    return result


def _strengths(
    image: Image, widths: tuple[float, ...], reach: float, directions: int
) -> tuple[Image, Image, Image]:
    """Return the greatest strength over widths and directions, and its light-dark order."""
    best = np.zeros(image.shape, np.float32)
    order = [np.zeros(image.shape, np.float32), np.zeros(image.shape, np.float32)]
    for width in widths:
        for line, pair, normal in line_kernels(width, reach, directions):
            ridge = np.abs(_filtered(image, line))
            sided = _filtered(image, pair)
            strength = np.maximum(ridge, np.abs(sided))
            better = strength > best
            best = np.where(better, strength, best)
            for axis in (0, 1):
                order[axis] = np.where(better, sided * np.float32(normal[axis]), order[axis])
    return best, order[0], order[1]


def _filtered(image: Image, kernel: Image) -> Image:
    moved = cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def line_strength(
    before: Image,
    after: Image,
    assessed: Mask,
    *,
    gsd_m: float,
    options: EarthworkOptions = DEFAULT_EARTHWORKS,
) -> Strength:
    """Measure how line-like each pixel became.

    Parameters
    ----------
    before, after
        Standardised luminance at the working scale, dims (row, column), float32.
    assessed
        Dims (row, column).
    gsd_m
        Pixel size of the arrays in metres.
    options
        Widths, reach and tolerance.
    """
    widths = tuple(max(0.8, width / gsd_m) for width in options.widths_m)
    reach = options.reach_m / gsd_m
    near = 2 * max(1, round(options.tolerance_m / gsd_m)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (near, near))

    def measured(first: Image, second: Image) -> tuple[Image, ...]:
        known = cv2.dilate(_strengths(first, widths, reach, options.directions)[0], kernel)
        strength, order_x, order_y = _strengths(second, widths, reach, options.directions)
        gain = strength - np.float32(options.explained) * np.asarray(known, np.float32)
        return gain, order_x, order_y

    halo = int(np.ceil(2.5 * reach)) + near
    gain, order_x, order_y = in_tiles(measured, before, after, halo=halo, side=1024)
    gain[~_far_inside(assessed, int(np.ceil(reach)))] = np.nan
    return Strength(gain=gain, order_x=order_x, order_y=order_y)


def _far_inside(assessed: Mask, margin: int) -> Mask:
    """Keep pixels whose filters see no mask's edge, which would look like a line."""
    side = 2 * margin + 1
    inner = cv2.erode(
        assessed.astype(np.uint8),
        np.ones((side, side), np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=1,
    )
    return np.asarray(inner) > 0


def find_lines(
    before: Image,
    after: Image,
    assessed: Mask,
    *,
    gsd_m: float | None,
    sun: Angles | None = None,
    north: tuple[float, float] = (0.0, -1.0),
    options: EarthworkOptions = DEFAULT_EARTHWORKS,
) -> tuple[NewLine, ...]:
    """Find, weigh and rank new lines.

    Parameters
    ----------
    before, after
        Luminance on one grid, dims (row, column), float32, any scale.
    assessed
        Dims (row, column): True where a pixel may be judged.
    gsd_m
        Ground sample distance in metres; None if unknown (0.45 m is then assumed).
    sun
        Direction of the sun in the after-image; None if unknown: a bank and a ditch are then not
        told apart.
    north
        Direction of north in the image, (along columns, along rows).
    options
        Thresholds.

    Returns
    -------
    tuple of NewLine
        Best first; none where pixels are coarser than ``coarsest_gsd_m``.
    """
    gsd = resolve_gsd(gsd_m)
    if gsd > options.coarsest_gsd_m:
        return ()
    shrink = max(1.0, options.working_gsd_m / gsd)
    height, width = (max(1, round(side / shrink)) for side in before.shape)
    factors = (before.shape[1] / width, before.shape[0] / height)
    first, second = (
        _resized(standardised(image, assessed), height, width) for image in (before, after)
    )
    counted = _resized(assessed.astype(np.float32), height, width) > 0.99  # noqa: PLR2004 - every source pixel
    strength = line_strength(first, second, counted, gsd_m=gsd * shrink, options=options)
    lines = [
        _weighed(
            path,
            strength,
            second,
            gsd=gsd * shrink,
            factors=factors,
            to_sun=_to_sun(sun, north),
            options=options,
        )
        for path in trace_lines(strength.gain, gsd_m=gsd * shrink, options=options)
    ]
    return tuple(
        sorted(lines, key=lambda line: (-line.score, line.path.bounds))[: options.most_lines]
    )


def _resized(image: Image, height: int, width: int) -> Image:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _to_sun(sun: Angles | None, north: tuple[float, float]) -> tuple[float, float] | None:
    """Return the direction of the sun in the image, None if unknown."""
    if sun is None:
        return None
    turn = np.radians(sun.azimuth_deg)
    east = (-north[1], north[0])
    return (
        float(np.cos(turn) * north[0] + np.sin(turn) * east[0]),
        float(np.cos(turn) * north[1] + np.sin(turn) * east[1]),
    )


def resolve_line_threshold(gain: Image, options: EarthworkOptions = DEFAULT_EARTHWORKS) -> float:
    """Return the gain from which a pixel starts a line: the floor, or the scene's own if more."""
    values = gain[np.isfinite(gain)]
    if values.size == 0:
        return options.threshold
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    return max(options.threshold, median + options.threshold_spread * spread)


def trace_lines(
    gain: Image, *, gsd_m: float, options: EarthworkOptions = DEFAULT_EARTHWORKS
) -> list[NDArray[np.intp]]:
    """Thin strong places to lines: arrays (n, 2) of (row, column), end to end."""
    top = resolve_line_threshold(gain, options)
    known = np.nan_to_num(gain, nan=-1.0)
    weak = (known >= options.continued * top).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    strong = np.unique(np.asarray(labels)[known >= top])
    found = []
    for label in strong[(strong > 0) & (strong < count)]:
        left, upper, width, height, area = (int(value) for value in stats[label])
        inside = np.asarray(labels)[upper : upper + height, left : left + width] == label
        thin = np.asarray(skeletonize(np.pad(inside, 1)), np.bool_)  # type: ignore[no-untyped-call]
        path = _trimmed(longest_path(thin) - 1 + (upper, left), gain)
        if _is_line(path, area, gsd_m, options):
            found.append(path)
    return found


def _trimmed(path: NDArray[np.intp], gain: Image) -> NDArray[np.intp]:
    """Cut the ends that only the filters' reach adds: at a true end they answer half."""
    along = np.nan_to_num(gain[tuple(path.T)], nan=-1.0)
    kept = np.flatnonzero(along >= 0.5 * np.median(along)) if along.size else along.astype(int)
    return path[kept[0] : kept[-1] + 1] if kept.size else path[:0]


def _is_line(path: NDArray[np.intp], area: int, gsd_m: float, options: EarthworkOptions) -> bool:
    if len(path) < 2:  # noqa: PLR2004 - two ends
        return False
    length = _length(path)
    chord = float(np.hypot(*(path[-1] - path[0])))
    pieces = max(1.0, length * gsd_m / 50.0)
    return (
        length * gsd_m >= options.least_length_m
        and length**2 / max(area, 1) >= options.least_slenderness
        and chord / length >= options.least_straightness / pieces
    )


def _length(path: NDArray[np.intp]) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def longest_path(skeleton: Mask) -> NDArray[np.intp]:
    """Return the longest of the shortest paths in a one-pixel-wide skeleton, (n, 2).

    Found by walking to the farthest pixel twice: exact on a tree, and good enough on a small loop.
    """
    pixels = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    if not pixels:
        return np.zeros((0, 2), np.intp)
    start, _ = _farthest(pixels, min(pixels))
    end, came_from = _farthest(pixels, start)
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return np.array(path, np.intp)


def _farthest(
    pixels: set[tuple[int, int]], start: tuple[int, int]
) -> tuple[tuple[int, int], dict[tuple[int, int], tuple[int, int]]]:
    queue, came_from, last = deque([start]), {start: start}, start
    while queue:
        last = queue.popleft()
        for step in _STEPS:
            near = (last[0] + step[0], last[1] + step[1])
            if near in pixels and near not in came_from:
                came_from[near] = last
                queue.append(near)
    return last, came_from


_STEPS = ((-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))


def _weighed(
    path: NDArray[np.intp],
    strength: Strength,
    after: Image,
    *,
    gsd: float,
    factors: tuple[float, float],
    to_sun: tuple[float, float] | None,
    options: EarthworkOptions,
) -> NewLine:
    rows, columns = path.T
    gain = float(np.nanmean(strength.gain[rows, columns]))
    length = _length(path) * gsd
    rhythm = periodicity(after[rows, columns], gsd, options.periods_m)
    raised = _raised(strength, rows, columns, to_sun)
    weights = kind_weights(rhythm, raised)
    ranked = sorted(zip(LINE_KINDS, weights, strict=True), key=lambda kind: -kind[1])
    points = np.stack([(columns + 0.5) * factors[0], (rows + 0.5) * factors[1]], axis=1)
    parts = {"gain": gain, "periodicity": rhythm}
    if raised is not None:
        parts["light_towards_sun"] = raised
    return NewLine(
        path=LineString(LineString(points).simplify(0.7 * max(factors)).coords),
        score=gain * float(np.sqrt(length / options.least_length_m)),
        length_m=length,
        kind=ranked[0][0],
        alternatives=tuple(ranked[1:]),
        parts=parts,
    )


def _raised(
    strength: Strength,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    to_sun: tuple[float, float] | None,
) -> float | None:
    """Return -1 (dark side towards the sun: dug) to 1 (light side towards the sun: raised)."""
    if to_sun is None:
        return None
    x, y = strength.order_x[rows, columns], strength.order_y[rows, columns]
    size = float(np.hypot(x, y).sum())
    return 0.0 if size == 0 else float((x * to_sun[0] + y * to_sun[1]).sum() / size)


def periodicity(values: Image, gsd: float, periods_m: tuple[float, float]) -> float:
    """Return how regularly values repeat along a line, 0 to 1.

    The highest peak of the autocorrelation among the periods asked for; 0 where the line is shorter
    than three of the longest, or a period is under two pixels.
    """
    low, high = max(2, round(periods_m[0] / gsd)), round(periods_m[1] / gsd)
    if values.size < 3 * high:
        return 0.0
    trend = cv2.blur(np.ascontiguousarray(values, np.float32)[:, None], (1, 2 * high + 1))[:, 0]
    rest = (values - trend).astype(np.float64)
    power = float(rest @ rest)
    if power < 1e-9:  # noqa: PLR2004 - nothing varies
        return 0.0
    lags = [float(rest[lag:] @ rest[:-lag]) / power for lag in range(1, high + 2)]
    peaks = [
        lags[lag - 1]
        for lag in range(low, high + 1)
        if lags[lag - 1] > lags[lag] and (lag < 2 or lags[lag - 1] >= lags[lag - 2])  # noqa: PLR2004 - a neighbour on each side
    ]
    return max(0.0, min(1.0, max(peaks, default=0.0)))


def kind_weights(rhythm: float, raised: float | None) -> tuple[float, ...]:
    """Return weights of :data:`LINE_KINDS` that sum to 1.

    Without rhythm and without a sun all four weigh the same: the picture alone does not tell.

    Examples
    --------
    >>> kind_weights(0.0, None)
    (0.25, 0.25, 0.25, 0.25)
    """
    lean = 0.0 if raised is None else raised
    # a wall, too, is raised; a row of blocks as well, but its rhythm says more
    weights = np.array([1 + lean, 1 - lean, 1 + 0.5 * lean, 1 + 0.5 * lean])
    weights[3] += 6 * max(0.0, rhythm - 0.3)
    weights = np.maximum(weights, 0.05)
    return tuple((weights / weights.sum()).tolist())
