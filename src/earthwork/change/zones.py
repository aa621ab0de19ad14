"""Zones of destruction without footprints: a score per pixel, and ranked outlines.

The score adds two features that need no training: the loss of right-angle structure from before to
after, and fine texture without direction in the after-image, both averaged over some ten metres.
It ranks; it is not a probability, and no threshold of it holds from city to city. Outlines are
zones to look at, not buildings.

References
----------
Bigün, J. and Granlund, G. (1987), Optimal orientation detection of linear symmetry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, make_valid
from shapely.geometry.base import BaseGeometry

from earthwork.change.features import (
    DEFAULT_FEATURES,
    FeatureOptions,
    averaged,
    fine_texture,
    gradients,
    in_tiles,
    reach_px,
    resolve_gsd,
    right_angle_structure,
    sigma_px,
    standardised,
    weight_of,
)
from earthwork.model.vocabulary import Kind

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneOptions:
    """How zones of destruction are scored and outlined.

    The three scales and three thresholds were set on Sana'a and Palu; they rank elsewhere, but no
    threshold transfers.
    """

    features: FeatureOptions = DEFAULT_FEATURES
    """Scales of the features."""
    structure_scale: float = 0.08
    """Loss of right-angle structure that counts as 1."""
    texture_scale: float = 0.8
    """Change of log fine texture that counts as 1."""
    texture_zero: float = -5.2
    """Log fine texture of common built-up ground, in squared standard deviations per 0.45 m."""
    built_structure: float = 0.2
    """Right-angle structure before from which ground counts as built, for 'razed'."""
    threshold: float | None = None
    """Score from which a pixel belongs to a zone; None: from the scene's own spread."""
    threshold_spread: float = 1.5
    """Robust standard deviations above the scene's median, where no threshold is given."""
    threshold_low: float = 2.0
    """The scene's own threshold is never below this: a scene where nothing changed has no zones."""
    threshold_high: float = 3.0
    """Nor above this: a scene that is mostly destroyed does not hide itself."""
    least_area_m2: float = 150.0
    """Zones smaller than this are dropped."""
    outline_m: float = 2.5
    """Radius by which outlines are opened and closed, and their tolerance."""
    most_zones: int = 500
    """Zones kept, best first."""


DEFAULT_ZONES = ZoneOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Per-pixel evidence between two dates, averaged over the context; NaN where not assessed."""

    structure_before: Image
    """Right-angle structure in the before-image, 0 to 1."""
    structure_lost: Image
    """Before minus after."""
    texture_before: Image
    """Log fine texture in the before-image."""
    texture_after: Image
    """Log fine texture in the after-image."""

    def destroyed(self, options: ZoneOptions = DEFAULT_ZONES) -> Image:
        """Return the two-feature score: structure lost plus texture after."""
        rough = (self.texture_after - options.texture_zero) / options.texture_scale
        return (self.structure_lost / options.structure_scale + rough).astype(np.float32)

    def razed(self, options: ZoneOptions = DEFAULT_ZONES) -> Image:
        """Return the score of a place that lost structure and became smooth."""
        smoother = (self.texture_before - self.texture_after) / options.texture_scale
        return (self.structure_lost / options.structure_scale + smoother).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One outline with what the pixels in it say."""

    kind: Kind
    """Razed or destroyed."""
    outline: BaseGeometry
    """Polygon in pixels (column, row)."""
    score: float
    """Mean score over its pixels."""
    area_px: float
    """Area in pixels."""
    alternatives: tuple[tuple[Kind, float], ...]
    """Other kinds with weights; with the first they sum to 1."""
    parts: dict[str, float]
    """The score's parts, by name."""


def gather_evidence(
    before: Image,
    after: Image,
    assessed: Mask,
    *,
    gsd_m: float | None,
    options: ZoneOptions = DEFAULT_ZONES,
) -> Evidence:
    """Measure structure and texture at both dates.

    Parameters
    ----------
    before, after
        Luminance on one grid, dims (row, column), float32, any scale: each is standardised over the
        whole scene's assessed pixels.
    assessed
        Dims (row, column): True where a pixel may be judged.
    gsd_m
        Ground sample distance in metres; None if unknown (0.45 m is then assumed).
    options
        Scales.

    Returns
    -------
    Evidence
        float32 maps; NaN where not assessed.
    """
    gsd = resolve_gsd(gsd_m, options.features)
    scales = options.features
    first, second = standardised(before, assessed), standardised(after, assessed)
    maps = in_tiles(
        lambda a, b, counted: _described(a, b, counted, gsd, scales),
        first,
        second,
        assessed,
        halo=reach_px(
            sigma_px(scales.gradient_m, gsd),
            max(sigma_px(scales.structure_m, gsd), sigma_px(scales.texture_m, gsd)),
            sigma_px(scales.context_m, gsd),
        ),
        side=scales.tile_px,
    )
    for image in maps:
        image[~assessed] = np.nan
    return Evidence(
        structure_before=maps[0],
        structure_lost=maps[0] - maps[1],
        texture_before=maps[2],
        texture_after=maps[3],
    )


def _described(
    before: Image, after: Image, counted: Mask, gsd: float, scales: FeatureOptions
) -> tuple[Image, ...]:
    weight, inside = weight_of(counted), counted.astype(np.float32)
    context = sigma_px(scales.context_m, gsd)
    maps = []
    for image in (before, after):
        dx, dy = gradients(image, sigma_px(scales.gradient_m, gsd), gsd)
        maps.append(right_angle_structure(dx, dy, weight, sigma_px(scales.structure_m, gsd)))
        maps.append(fine_texture(dx, dy, weight, sigma_px(scales.texture_m, gsd)))
    order = (maps[0], maps[2], maps[1], maps[3])
    return tuple(averaged(image, inside, context) for image in order)


def resolve_threshold(score: Image, options: ZoneOptions = DEFAULT_ZONES) -> float:
    """Return the score from which pixels belong to a zone: the stated one, else the scene's own.

    Examples
    --------
    >>> resolve_threshold(np.zeros((4, 4), np.float32))
    2.0
    """
    if options.threshold is not None:
        return options.threshold
    values = score[np.isfinite(score)]
    if values.size == 0:
        return options.threshold_high
    values = values[:: max(1, values.size // 500_000)]
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    own = median + options.threshold_spread * spread
    return float(np.clip(own, options.threshold_low, options.threshold_high))


def find_zones(
    evidence: Evidence, *, gsd_m: float | None, options: ZoneOptions = DEFAULT_ZONES
) -> tuple[Zone, ...]:
    """Outline and rank zones where buildings look destroyed or razed.

    Parameters
    ----------
    evidence
        As :func:`gather_evidence` gives it.
    gsd_m
        Ground sample distance in metres; None if unknown.
    options
        Thresholds and least area.

    Returns
    -------
    tuple of Zone
        Best first.
    """
    gsd = resolve_gsd(gsd_m, options.features)
    destroyed, razed = evidence.destroyed(options), evidence.razed(options)
    threshold = resolve_threshold(destroyed, options)
    rubble = np.nan_to_num(destroyed, nan=-np.inf) >= threshold
    zones = [
        _zone(outline, pixels, evidence, destroyed, razed)
        for chosen in (rubble, _gone(evidence, razed, threshold, options) & ~rubble)
        for outline, pixels in outlines(
            chosen, radius_px=options.outline_m / gsd, least_px=options.least_area_m2 / gsd**2
        )
    ]
    ranked = sorted(zones, key=lambda zone: (-zone.score, zone.outline.bounds))
    return tuple(ranked[: options.most_zones])


def _gone(evidence: Evidence, razed: Image, threshold: float, options: ZoneOptions) -> Mask:
    """Choose ground that was clearly built and is clearly smoother: razed, debris removed."""
    was_built = evidence.structure_before >= options.built_structure
    lost = evidence.structure_lost >= options.structure_scale
    smoother = evidence.texture_before - evidence.texture_after >= options.texture_scale
    return was_built & lost & smoother & (np.nan_to_num(razed, nan=-np.inf) >= threshold)


def _zone(
    outline: BaseGeometry,
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]],
    evidence: Evidence,
    destroyed: Image,
    razed: Image,
) -> Zone:
    rubble, bare = (float(np.nanmean(image[pixels])) for image in (destroyed, razed))
    share = float(1 / (1 + np.exp(bare - rubble)))
    kinds = sorted(
        [(Kind.BUILDING_DESTROYED, share), (Kind.BUILDING_RAZED, 1 - share)],
        key=lambda kind: -kind[1],
    )
    parts = {
        "structure_lost": float(np.nanmean(evidence.structure_lost[pixels])),
        "structure_before": float(np.nanmean(evidence.structure_before[pixels])),
        "texture_after": float(np.nanmean(evidence.texture_after[pixels])),
        "texture_gained": float(
            np.nanmean(evidence.texture_after[pixels] - evidence.texture_before[pixels])
        ),
    }
    return Zone(
        kind=kinds[0][0],
        outline=outline,
        score=max(rubble, bare),
        area_px=float(outline.area),
        alternatives=(kinds[1],),
        parts=parts,
    )


def outlines(
    chosen: Mask, *, radius_px: float, least_px: float
) -> Iterator[tuple[BaseGeometry, tuple[NDArray[np.intp], NDArray[np.intp]]]]:
    """Yield the smoothed outline and the pixels (rows, columns) of each connected area.

    Areas are opened and closed by a disc first. Holes are kept. Reading order.

    Parameters
    ----------
    chosen
        Dims (row, column).
    radius_px
        Radius of the disc and tolerance of the outline, in pixels.
    least_px
        Least area in pixels.
    """
    side = 2 * max(1, round(radius_px)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    opened = cv2.morphologyEx(chosen.astype(np.uint8), cv2.MORPH_OPEN, disc)
    closed = np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, disc), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if area < least_px:
            continue
        inside = np.asarray(labels[top : top + height, left : left + width]) == label
        rows, columns = np.nonzero(inside)
        outline = _outlined(inside, left, top, tolerance=max(0.7, radius_px / 2))
        if not outline.is_empty:
            yield outline, (rows + top, columns + left)


def _outlined(inside: Mask, left: int, top: int, *, tolerance: float) -> BaseGeometry:
    """Return the outline of one area along pixel edges, simplified."""
    doubled = cv2.resize(inside.astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    rings, tree = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    shells = [(ring[:, 0, :] + 0.5) / 2 + (left, top) for ring in rings]
    parents = np.asarray(tree)[0, :, 3]
    outer = [index for index, parent in enumerate(parents) if parent < 0 and len(shells[index]) > 3]  # noqa: PLR2004 - a ring
    polygons = [
        Polygon(
            shells[index],
            [shells[hole] for hole in np.flatnonzero(parents == index) if len(shells[hole]) > 3],  # noqa: PLR2004 - a ring
        )
        for index in outer
    ]
    if not polygons:
        return Polygon()
    largest = max(polygons, key=lambda polygon: polygon.area)
    return _solid(largest.simplify(tolerance))


def _solid(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygonal part of a geometry, made valid."""
    if geometry.is_valid:
        return geometry
    mended = make_valid(geometry)
    parts = [part for part in getattr(mended, "geoms", [mended]) if part.geom_type == "Polygon"]
    return max(parts, key=lambda part: part.area, default=Polygon())
