"""Cleared ground: large areas that lost what stood or grew on them to bare, smooth ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.change.features import averaged, resolve_gsd, sigma_px, standardised
from earthwork.change.zones import Evidence, Zone, outlines
from earthwork.model.vocabulary import Kind

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundOptions:
    """When ground counts as cleared."""

    texture_scale: float = 0.8
    """Loss of log fine texture that counts as 1."""
    threshold: float = 1.0
    """Loss, in those units, from which a pixel belongs to cleared ground."""
    smooth_below: float = -5.8
    """Log fine texture after, up to which ground counts as bare."""
    dark_below: float = -0.5
    """Standardised luminance after, below which ground is shadow or water rather than bare."""
    context_m: float = 10.8
    """Standard deviation over which luminance is averaged."""
    least_area_m2: float = 2_000.0
    """Areas smaller than this are dropped."""
    outline_m: float = 5.0
    """Radius by which outlines are opened and closed, and their tolerance."""
    built_structure: float = 0.2
    """Right-angle structure before from which ground counts as built on."""
    most_areas: int = 200
    """Areas kept, best first."""


DEFAULT_GROUND = GroundOptions()


def cleared_score(evidence: Evidence, *, options: GroundOptions = DEFAULT_GROUND) -> Image:
    """Return the loss of fine texture, in ``texture_scale``; NaN where not assessed."""
    lost = evidence.texture_before - evidence.texture_after
    return (lost / np.float32(options.texture_scale)).astype(np.float32)


def find_cleared(
    evidence: Evidence,
    after: Image,
    assessed: Mask,
    *,
    gsd_m: float | None,
    options: GroundOptions = DEFAULT_GROUND,
) -> tuple[Zone, ...]:
    """Outline and rank cleared ground.

    Parameters
    ----------
    evidence
        As :func:`earthwork.change.zones.gather_evidence` gives it.
    after
        Luminance of the after-image on the same grid, dims (row, column), float32, any scale.
    assessed
        Dims (row, column): True where a pixel may be judged.
    gsd_m
        Ground sample distance in metres; None if unknown.
    options
        Thresholds.

    Returns
    -------
    tuple of Zone
        Of kind ``ground_cleared``, best first; the alternative is ``building_razed``, by the share
        of the area that was built on.
    """
    gsd = resolve_gsd(gsd_m)
    counted = assessed.astype(np.float32)
    light = averaged(standardised(after, assessed), counted, sigma_px(options.context_m, gsd))
    score = cleared_score(evidence, options=options)
    bare = (evidence.texture_after <= options.smooth_below) & (light >= options.dark_below)
    chosen = bare & (np.nan_to_num(score, nan=-np.inf) >= options.threshold)
    areas = [
        _area(outline, pixels, evidence, score, options)
        for outline, pixels in outlines(
            chosen, radius_px=options.outline_m / gsd, least_px=options.least_area_m2 / gsd**2
        )
    ]
    # a large area weighs more than a sharp one: clearing is told by its extent
    ranked = sorted(
        areas, key=lambda area: (-area.score * np.sqrt(area.area_px), area.outline.bounds)
    )
    return tuple(ranked[: options.most_areas])


def _area(
    outline: BaseGeometry,
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]],
    evidence: Evidence,
    score: Image,
    options: GroundOptions,
) -> Zone:
    built = float(np.mean(evidence.structure_before[pixels] >= options.built_structure))
    parts = {
        "texture_lost": float(
            np.nanmean(evidence.texture_before[pixels] - evidence.texture_after[pixels])
        ),
        "texture_after": float(np.nanmean(evidence.texture_after[pixels])),
        "built_before": built,
    }
    return Zone(
        kind=Kind.GROUND_CLEARED,
        outline=outline,
        score=float(np.nanmean(score[pixels])),
        area_px=float(outline.area),
        alternatives=((Kind.BUILDING_RAZED, built / 2),),
        parts=parts,
    )
