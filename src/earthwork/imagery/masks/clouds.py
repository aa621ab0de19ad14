"""Clouds over ground that is seen sharply, without an infrared band.

Thick cloud is bright, colourless, smooth at every scale, and large; and its edge is soft. A white
roof is all of that but for the edge, so the share of the contrast that falls within 4 m of the edge
decides. From thick cloud its thin rim is followed outward. Ground that is bright and smooth on both
dates is no cloud: see ``lasting``.

References
----------
Zhu, Z. and Woodcock, C. E. (2012), Object-based cloud and cloud shadow detection,
doi:10.1016/j.rse.2011.10.028 (whiteness). The softness of edges and the test by the other date are
our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.masks.areas import (
    Neighbourhood,
    dilated,
    large_areas,
    local_spread,
    mean_of_each,
    neighbourhood,
    opened,
)
from earthwork.imagery.masks.options import MaskOptions
from earthwork.imagery.masks.surveys import SceneSurvey

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SPREAD_M = 10.0
"""Square over which the spread of cells is taken."""
_OPENING_M = 8.0
"""Bright things narrower than this are roofs, roads and wakes."""
_EDGE_M, _APART_M, _BEYOND_M = 4.0, 20.0, 40.0
"""How far from a cloud's edge its fall is measured, and from where on its surroundings lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """How the brightness falls off around each of the areas, in counts; NaN where unknown."""

    inside: Image
    """Dims (area): mean brightness."""
    edge: Image
    """Dims (area): mean within 4 m outside."""
    apart: Image
    """Dims (area): mean from 20 to 40 m outside."""

    @property
    def sharpness(self) -> Image:
        """Return (area): share of the contrast that falls within 4 m; NaN where unknown."""
        contrast = self.inside - self.apart
        with np.errstate(invalid="ignore", divide="ignore"):
            share: Image = (self.inside - self.edge) / contrast
        return np.where(contrast > 0, share, np.float32(np.nan))


def find_cloud(survey: SceneSurvey, *, options: MaskOptions) -> Mask:
    """Return (row, column) of the survey's cells: True under cloud or within its margin."""
    thick = thick_cloud(survey, options=options)
    if not thick.any():
        return thick
    rim = thin_rim(survey, thick, options=options)
    margin = options.cloud_margin_m / survey.cell_m
    return np.asarray(dilated(rim, reach_px=margin) & survey.valid)


def thick_cloud(survey: SceneSurvey, *, options: MaskOptions) -> Mask:
    """Return the cells that are bright, smooth, colourless, in large areas with soft edges."""
    light = brightness_over_floor(survey)
    bright = _is_bright(survey, light, options)
    seeds = bright & _is_smooth(survey, light, options)
    side = max(1, round(_OPENING_M / survey.cell_m))
    smallest = large_areas(
        opened(seeds, side_px=side), least_px=options.small_cloud_area_m2 / survey.cell_m**2
    )
    if not smallest.any():
        return smallest
    # Smoothness over 10 m holds only inside: the edge that is judged must be that of the thing.
    whole = bright & dilated(smallest, reach_px=_SPREAD_M / survey.cell_m)
    soft = _soft_ones(survey, light, _reached(smallest, whole), options)
    # A small one counts in the company of a large one: clouds seldom come alone, roofs do.
    large = large_areas(soft, least_px=options.cloud_area_m2 / survey.cell_m**2)
    return soft if large.any() else large


def _is_bright(survey: SceneSurvey, light: Image, options: MaskOptions) -> Mask:
    """Tell the cells that are bright and colourless, with no fine detail."""
    fine = survey.roughness <= options.cloud_roughness * survey.luminance
    bright = survey.valid & (light >= _cloud_level(survey, options))
    return np.asarray(bright & fine & colourless(survey, most=options.cloud_colour))


def brightness_over_floor(survey: SceneSurvey) -> Image:
    """Return the luminance of the cells over the floor of the scene, in counts; 0 without data."""
    over = survey.luminance - np.float32(survey.brightness.floor)
    return np.where(survey.valid, np.maximum(over, 0), np.float32(0))


def _cloud_level(survey: SceneSurvey, options: MaskOptions) -> float:
    scene = survey.brightness
    return options.cloud_level * (scene.bright_end - scene.floor)


def colourless(survey: SceneSurvey, *, most: float) -> Mask:
    """Tell the cells whose colours spread by at most a share of the brightest; all without."""
    colours = survey.colours
    if colours is None:
        return np.ones(survey.share.shape, bool)
    top = np.maximum(np.maximum(colours[0], colours[1]), colours[2])
    bottom = np.minimum(np.minimum(colours[0], colours[1]), colours[2])
    return np.asarray(top - bottom <= np.float32(most) * top)


def _is_smooth(survey: SceneSurvey, light: Image, options: MaskOptions) -> Mask:
    side = max(3, round(_SPREAD_M / survey.cell_m) | 1)
    spread = local_spread(survey.luminance, survey.valid, side_px=side)
    return np.asarray(spread <= options.cloud_spread * light)


def fall_around(light: Image, valid: Mask, around: Neighbourhood, *, cell_m: float) -> Fall:
    """Measure how brightness falls off around each area."""
    metres = around.distance * np.float32(cell_m)
    inside = valid & (around.labels > 0)
    edge = valid & (metres > 0) & (metres <= max(_EDGE_M, 1.5 * cell_m))
    apart = valid & (metres >= _APART_M) & (metres <= _BEYOND_M)
    return Fall(
        inside=mean_of_each(light, around.labels, inside, around.count),
        edge=mean_of_each(light, around.nearest, edge, around.count),
        apart=mean_of_each(light, around.nearest, apart, around.count),
    )


def _soft_ones(survey: SceneSurvey, light: Image, large: Mask, options: MaskOptions) -> Mask:
    """Keep the areas whose edge is soft; one that has no surroundings is not told from ground."""
    around = neighbourhood(large)
    fall = fall_around(light, survey.valid, around, cell_m=survey.cell_m)
    with np.errstate(invalid="ignore"):
        soft = fall.sharpness <= options.cloud_sharpness
        bright = fall.inside >= options.cloud_over_median * fall.apart
    keep = np.concatenate([[False], soft & bright])
    return np.asarray(keep[around.labels])


def thin_rim(survey: SceneSurvey, thick: Mask, *, options: MaskOptions) -> Mask:
    """Add the thin rim: connected to thick cloud, near it, and brightened by it."""
    light = brightness_over_floor(survey)
    around = neighbourhood(thick)
    fall = fall_around(light, survey.valid, around, cell_m=survey.cell_m)
    ambient = np.where(np.isfinite(fall.apart), fall.apart, np.float32(0))
    least = ambient + options.thin_cloud_level * (fall.inside - ambient)
    near = around.distance * np.float32(survey.cell_m) <= options.cloud_rim_m
    threshold = np.concatenate([[np.inf], least]).astype(np.float32)[around.nearest]
    smoothed = cv2.blur(light, (3, 3))
    brightened = near & survey.valid & (smoothed >= threshold)
    paler = colourless(survey, most=2 * options.cloud_colour)
    return _reached(thick, np.asarray(brightened & paler) | thick)


def _reached(seeds: Mask, allowed: Mask) -> Mask:
    """Keep the allowed areas that hold a seed."""
    count, labels = cv2.connectedComponents(allowed.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, bool)
    keep[np.unique(np.asarray(labels)[seeds])] = True
    keep[0] = False
    return np.asarray(keep[np.asarray(labels)])


def lasting(cloud: Mask, other: SceneSurvey, *, options: MaskOptions) -> Mask:
    """Return the clouds of one date that the other date shows to be ground.

    Parameters
    ----------
    cloud
        Dims (row, column): cloud of one date, in the cells of the other's survey.
    other
        The other date, on the same grid.
    options
        How much of a cloud must last.

    Returns
    -------
    numpy.ndarray
        Dims (row, column): True on each connected cloud of which the other date shows at least
        ``lasting_share`` as bright, smooth and colourless: two clouds do not lie alike.
    """
    light = brightness_over_floor(other)
    alike = _is_bright(other, light, options)
    count, labels = cv2.connectedComponents(cloud.astype(np.uint8), connectivity=8)
    numbers = np.asarray(labels, np.int32)
    share = mean_of_each(alike.astype(np.float32), numbers, cloud, count - 1)
    lasts = np.concatenate([[False], np.nan_to_num(share) >= options.lasting_share])
    return np.asarray(lasts[numbers])
