"""Water and vegetation: ground that changes by itself.

References
----------
McFeeters, S. K. (1996), The use of the normalized difference water index,
doi:10.1080/01431169608948714; Woebbecke, D. M. et al. (1995), Color indices for weed identification
under various soil, residue, and lighting conditions, doi:10.13031/2013.27838 (excess green).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.masks.areas import dilated, large_areas, local_spread
from earthwork.imagery.masks.options import MaskOptions
from earthwork.imagery.masks.surveys import SceneSurvey

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SPREAD_M, _SHORE_M, _MIDDLE_M2 = 10.0, 25.0, 300.0
"""Square of the spread, how far the shore is from a smooth middle, and the least such middle."""
_GREENISH = 0.1
_SLIGHTLY_BLUE = 1.02


def find_water(survey: SceneSurvey, *, options: MaskOptions) -> Mask:
    """Return (row, column) of the cells: True on what is smooth, large and wet by its colour.

    With a near-infrared band water is what is brighter in green than there. Without, it is very
    dark, dark and blue, or brown and smoother than ground ever is. Glitter is not told by one
    picture: see ``pair_flags``.
    """
    chosen = _wet_by_infrared(survey)
    if chosen is None:
        chosen = _wet_by_smoothness(survey, options)
    least = options.water_area_m2 / survey.cell_m**2
    return large_areas(survey.valid & chosen, least_px=least)


def _wet_by_infrared(survey: SceneSurvey) -> Mask | None:
    green, infrared = survey.band(survey.places.green), survey.band(survey.places.infrared)
    if green is None or infrared is None:
        return None
    return np.asarray(green > infrared)


def _wet_by_smoothness(survey: SceneSurvey, options: MaskOptions) -> Mask:
    """Find water by its smooth middle, and follow it from there to its shore."""
    side = max(3, round(_SPREAD_M / survey.cell_m) | 1)
    spread = local_spread(survey.luminance, survey.valid, side_px=side)
    median = np.float32(survey.brightness.median)
    dark = _dark_or_blue(survey, options)
    mud = _mud_coloured(survey, options)
    seeds = (dark & (spread <= options.water_roughness * median)) | (
        mud & (spread <= options.mud_spread * survey.luminance)
    )
    middle = large_areas(survey.valid & seeds, least_px=_MIDDLE_M2 / survey.cell_m**2)
    shore = dilated(middle, reach_px=_SHORE_M / survey.cell_m)
    return np.asarray((dark | mud) & shore)


def _dark_or_blue(survey: SceneSurvey, options: MaskOptions) -> Mask:
    light, median = survey.luminance, np.float32(survey.brightness.median)
    # Where a picture was stretched to black, that is shade: water sends some light back.
    lit = light > options.deep_shadow_level * survey.brightness.bright_end
    dark = light <= options.water_level * median
    blue = is_blue(survey, least=options.blue_over_red)
    blue &= light <= options.blue_water_level * median
    dark, blue = dark & lit, blue & lit
    return np.asarray((dark | blue) & (survey.roughness <= options.water_roughness * median))


def _mud_coloured(survey: SceneSurvey, options: MaskOptions) -> Mask:
    """Tell what is brown or bluish and has no detail; grey is asphalt, green is grass.

    A scene without colour tells no muddy water.
    """
    colours = survey.colours
    if colours is None:
        return np.zeros(survey.share.shape, bool)
    red, green, blue = colours
    light = survey.luminance
    brown = (blue <= options.mud_blue_over_red * red) | is_blue(survey, least=_SLIGHTLY_BLUE)
    not_green = 2 * green - red - blue <= _GREENISH * (red + green + blue)
    not_bright = light <= options.mud_level * survey.brightness.median
    plain = survey.roughness <= options.mud_roughness * light
    return np.asarray(brown & not_green & not_bright & plain)


def is_blue(survey: SceneSurvey, *, least: float) -> Mask:
    """Tell the cells where blue outweighs red; none in a scene without colour.

    Water that glitters is rough, but keeps its colour.
    """
    colours = survey.colours
    if colours is None:
        return np.zeros(survey.share.shape, bool)
    red, _, blue = colours
    return np.asarray(survey.valid & (blue >= np.float32(least) * red))


def find_vegetation(survey: SceneSurvey, *, options: MaskOptions) -> Mask:
    """Return (row, column) of the cells: True where the bands can tell that something grows."""
    colours = survey.colours
    if colours is None:
        return np.zeros(survey.share.shape, bool)
    red, green, blue = colours
    infrared = survey.band(survey.places.infrared)
    if infrared is not None:
        index, least = (infrared - red) / np.maximum(infrared + red, np.float32(1e-6)), options.ndvi
    else:
        total = np.maximum(red + green + blue, np.float32(1e-6))
        index, least = (2 * green - red - blue) / total, options.green_excess
    area = options.vegetation_area_m2 / survey.cell_m**2
    return large_areas(survey.valid & (index >= least), least_px=area)
