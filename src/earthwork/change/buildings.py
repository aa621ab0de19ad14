"""The state of each known building between two dates.

Four features of a building and the ring around it - how well the place still correlates with itself
in brightness and in gradients, right-angle structure afterwards, and the change of orientation
coherence - are added with fixed weights. The ring carries much of the signal: debris and a lost
street line show there too, and leaning roofs leave the outline.

References
----------
Lewis, J. P. (1995), Fast normalized cross-correlation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.change.features import (
    averaged,
    gradients,
    in_tiles,
    local_correlation,
    orientation_coherence,
    reach_px,
    resolve_gsd,
    right_angle_structure,
    smoothness,
    standardised,
    weight_of,
)
from earthwork.model.footprint_date import NO_DATING, Dating, Vintage
from earthwork.model.observation import Building
from earthwork.model.vocabulary import BuildingState

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

FEATURE_NAMES = (
    "correlation",
    "gradient_correlation",
    "structure_after",
    "coherence_change",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingOptions:
    """How the state of a building is proposed."""

    working_gsd_m: float = 1.0
    """Pixel size at which buildings are described; finer images are averaged down to it."""
    match_m: float = 7.0
    """Side of the window that is correlated."""
    search_m: float = 2.0
    """How far the window may move: forgives misalignment and some lean."""
    context_m: float = 8.0
    """Standard deviation over which correlation is averaged, about 24 m across."""
    structure_m: float = 4.5
    """Standard deviation of the window of right-angle structure."""
    coherence_m: float = 1.5
    """Standard deviation of the window of orientation coherence."""
    ring_m: float = 6.0
    """Width of the ring around a building that is described with it."""
    least_assessed_share: float = 0.6
    """Share of building and ring that must be assessed."""
    weights: tuple[float, ...] = (-1.7, -1.2, -0.8, -0.35)
    """Weight of each of :data:`FEATURE_NAMES`, per its ``scale``: fitted once on every second frame
    of Santa Rosa (wildfire, 0.5 m), the others held out."""
    centres: tuple[float, ...] = (0.56, 0.55, 0.21, -0.02)
    """Value of each feature that counts as 0, of the same frames."""
    scales: tuple[float, ...] = (0.10, 0.09, 0.09, 0.06)
    """Change of each feature that counts as 1, of the same frames."""
    threshold: float = 1.0
    """Score from which a building is proposed as gone: best F1 on the same frames. Elsewhere a
    threshold set so has flagged 23-34 % of intact houses: it orders work, it decides nothing."""
    smooth_gain: float = 1.0
    """Gain of smoothness inside the outline from which a gone building is proposed as razed."""


DEFAULT_BUILDINGS = BuildingOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingEvidence:
    """What two dates say of the footprints, one row each."""

    values: NDArray[np.float64]
    """Dims (footprint, feature) in the order of :data:`FEATURE_NAMES`; NaN where not assessed."""
    smooth_gain: NDArray[np.float64]
    """Gain of smoothness inside each outline; NaN where not assessed."""
    assessed_share: NDArray[np.float64]
    """Share of each building and its ring that is assessed, 0 to 1."""


def describe_buildings(
    before: Image,
    after: Image,
    assessed: Mask,
    footprints: Sequence[BaseGeometry],
    *,
    gsd_m: float | None,
    options: BuildingOptions = DEFAULT_BUILDINGS,
) -> BuildingEvidence:
    """Measure the features of each footprint.

    Parameters
    ----------
    before, after
        Luminance on one grid, dims (row, column), float32, any scale.
    assessed
        Dims (row, column): True where a pixel may be judged.
    footprints
        Polygons in pixels (column, row).
    gsd_m
        Ground sample distance in metres; None if unknown.
    options
        Scales.
    """
    gsd = resolve_gsd(gsd_m)
    shrink = max(1.0, options.working_gsd_m / gsd)
    size = tuple(max(1, round(side / shrink)) for side in before.shape)
    factors = (size[1] / before.shape[1], size[0] / before.shape[0])
    maps = _maps(
        _resized(standardised(before, assessed), size),
        _resized(standardised(after, assessed), size),
        _resized(assessed.astype(np.float32), size) > 0.99,  # noqa: PLR2004 - every source pixel
        gsd * shrink,
        options,
    )
    rows = [_row(footprint, maps, factors, gsd * shrink, options) for footprint in footprints]
    table = np.array(rows, np.float64).reshape(len(rows), len(FEATURE_NAMES) + 2)
    return BuildingEvidence(
        values=table[:, :-2], smooth_gain=table[:, -2], assessed_share=table[:, -1]
    )


def _resized(image: Image, size: tuple[int, ...]) -> Image:
    moved = cv2.resize(image, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(moved, np.float32)


def _maps(
    before: Image, after: Image, assessed: Mask, gsd: float, options: BuildingOptions
) -> tuple[Image, ...]:
    match = max(3, 2 * round(options.match_m / gsd / 2 - 0.5) + 1)
    search = max(1, round(options.search_m / gsd))
    scales = [options.context_m / gsd, options.structure_m / gsd, options.coherence_m / gsd]
    maps = in_tiles(
        lambda a, b, counted: _tile_maps(a, b, counted, gsd, options),
        before,
        after,
        assessed,
        halo=reach_px(1.0, *scales) + match + search,
        side=1024,
    )
    return (*maps, assessed.astype(np.float32))


def _tile_maps(
    before: Image, after: Image, counted: Mask, gsd: float, options: BuildingOptions
) -> tuple[Image, ...]:
    weight = weight_of(counted)
    sigmas = [max(0.8, s / gsd) for s in (options.structure_m, options.coherence_m)]
    match = max(3, 2 * round(options.match_m / gsd / 2 - 0.5) + 1)
    search = max(1, round(options.search_m / gsd))
    first, second = gradients(before, 0.8, gsd), gradients(after, 0.8, gsd)
    correlation = local_correlation(before, after, weight, side=match, search=search)
    strong = [np.hypot(*pair) * np.float32(10) for pair in (first, second)]
    edges = local_correlation(strong[0], strong[1], weight, side=match, search=search)
    coherence = [orientation_coherence(*pair, weight, sigmas[1]) for pair in (first, second)]
    smooth = [smoothness(*pair, weight, sigmas[1]) for pair in (first, second)]
    context = options.context_m / gsd
    return (
        averaged(correlation, weight, context),
        averaged(edges, weight, context),
        right_angle_structure(*second, weight, sigmas[0]),
        coherence[1] - coherence[0],
        smooth[1] - smooth[0],
    )


def _row(
    footprint: BaseGeometry,
    maps: tuple[Image, ...],
    factors: tuple[float, float],
    gsd: float,
    options: BuildingOptions,
) -> list[float]:
    *features, smooth_gain, counted = maps
    pixels = _pixels(footprint, factors, counted.shape, grow=options.ring_m / gsd)
    core = _pixels(footprint, factors, counted.shape, grow=0.0)
    if pixels[0].size == 0 or core[0].size == 0:
        return [float("nan")] * (len(features) + 1) + [0.0]
    share = float(counted[pixels].mean())
    kept = tuple(axis[counted[pixels] > 0] for axis in pixels)
    inner = tuple(axis[counted[core] > 0] for axis in core)
    if kept[0].size == 0 or inner[0].size == 0:
        return [float("nan")] * (len(features) + 1) + [share]
    values = [float(feature[kept].mean()) for feature in features]
    return [*values, float(smooth_gain[inner].mean()), share]


def _pixels(
    footprint: BaseGeometry, factors: tuple[float, float], shape: tuple[int, ...], *, grow: float
) -> tuple[NDArray[np.intp], ...]:
    """Return (rows, columns) of the pixels under a footprint grown by ``grow`` working pixels."""
    rings = [
        np.asarray(part.exterior.coords, np.float64)[:, :2] * factors - 0.5
        for part in getattr(footprint, "geoms", [footprint])
    ]
    margin = int(np.ceil(grow)) + 1
    low = np.floor(np.min([ring.min(axis=0) for ring in rings], axis=0)).astype(int) - margin
    high = np.ceil(np.max([ring.max(axis=0) for ring in rings], axis=0)).astype(int) + margin
    canvas = np.zeros(tuple((high - low + 1)[::-1]), np.uint8)
    cv2.fillPoly(canvas, [np.rint(ring - low).astype(np.int32) for ring in rings], 1)
    if grow >= 1:
        side = 2 * round(grow) + 1
        canvas = np.asarray(
            cv2.dilate(canvas, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
        )
    rows, columns = np.nonzero(canvas)
    rows, columns = rows + low[1], columns + low[0]
    inside = (rows >= 0) & (columns >= 0) & (rows < shape[0]) & (columns < shape[1])
    return rows[inside], columns[inside]


def building_scores(
    evidence: BuildingEvidence, *, options: BuildingOptions = DEFAULT_BUILDINGS
) -> NDArray[np.float64]:
    """Return one score per footprint, higher for likelier gone; NaN where not assessed."""
    scaled = (evidence.values - options.centres) / np.array(options.scales)
    scores = scaled @ np.array(options.weights)
    return np.where(evidence.assessed_share >= options.least_assessed_share, scores, np.nan)


def judge_buildings(
    evidence: BuildingEvidence,
    footprints: Mapping[str, BaseGeometry],
    *,
    datings: Mapping[str, Dating],
    options: BuildingOptions = DEFAULT_BUILDINGS,
) -> tuple[Building, ...]:
    """Propose a state for each footprint.

    Parameters
    ----------
    evidence
        As :func:`describe_buildings` gives it, rows in the order of ``footprints``.
    footprints
        Outlines by id, in the coordinates that the result should carry.
    datings
        By id, how each outline's date stands to the pair; an outline that is missing has no date.
        Only an outline known to be no later than the before-image makes a 'razed': another may be
        of a building that was planned, or built later, or gone before. Its score is kept and its
        state is not assessed. An outline that may be of a new building makes no 'destroyed' either.
    options
        Weights and thresholds.

    Returns
    -------
    tuple of Building
        In the order of ``footprints``. Never 'damaged': partial damage is not separable from intact
        by these features.
    """
    scores = building_scores(evidence, options=options)
    rows = zip(
        footprints.items(), scores, evidence.smooth_gain, evidence.assessed_share, strict=True
    )
    return tuple(
        Building(
            id=name,
            state=state,
            score=float(score) if np.isfinite(score) else None,
            geometry=outline,
            reason=reason,
        )
        for (name, outline), score, gain, share in rows
        for state, reason in [
            _state(
                float(score),
                float(gain),
                share=float(share),
                dating=datings.get(name, NO_DATING),
                options=options,
            )
        ]
    )


def _state(
    score: float, gain: float, *, share: float, dating: Dating, options: BuildingOptions
) -> tuple[BuildingState, str]:
    if not np.isfinite(score):
        return BuildingState.NOT_ASSESSED, f"{share:.0%} of it and its ring is assessed"
    if score < options.threshold:
        return _unchanged(dating)
    if dating.vintage is Vintage.GONE_BEFORE or dating.may_be_new:
        return BuildingState.NOT_ASSESSED, f"its place has changed, but {dating.words}"
    if gain < options.smooth_gain:
        warning = "" if dating.allows_razed else f", but {dating.words}"
        return BuildingState.DESTROYED, f"its structure is gone and its place is rough{warning}"
    if not dating.allows_razed:
        return BuildingState.NOT_ASSESSED, f"its place is bare, but {dating.words}"
    return BuildingState.RAZED, "its structure is gone and its place is smooth"


def _unchanged(dating: Dating) -> tuple[BuildingState, str]:
    if dating.vintage is Vintage.GONE_BEFORE:
        return BuildingState.NOT_ASSESSED, f"its place looks as it did, but {dating.words}"
    return BuildingState.STANDING, "its place still looks as it did"
