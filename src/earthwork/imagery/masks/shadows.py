"""The shade of buildings and slopes: where it can still be judged, and where it cannot.

In a dense city shade covers a fifth of the ground, and a bank shows by the shade that it casts: a
pixel in shade is judged as long as it holds signal. Only shade so deep that a few counts are all
that is left, as where a picture was stretched for the eye, is not assessed. What lies in shade at
all is told apart from that, from heights and the sun (``shaded_by_heights``) or from the picture
(``shaded_in_picture``), for stages that compare brightness.
"""

from __future__ import annotations

from math import ceil, radians, tan

import numpy as np
from numpy.typing import NDArray

from earthwork.geometry.shadow_casting import cast_shadows
from earthwork.imagery.masks.areas import opened
from earthwork.imagery.masks.options import MaskOptions
from earthwork.imagery.masks.surveys import Brightness, SceneSurvey, luminance_of
from earthwork.model.grid import Window
from earthwork.model.raster import Pixels, Raster
from earthwork.model.scene import Angles

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_COLOURS = 3
_SHADE_LEVEL = 0.45
"""Share of the way from the floor to the median below which ground lies in shade."""


def deep_shadow(
    pixels: Pixels, valid: Mask, *, scene: Brightness, side_px: int, options: MaskOptions
) -> Mask:
    """Tell the pixels (row, column) in shade so deep that no signal is left.

    Parameters
    ----------
    pixels
        Dims (band, row, column): red, green and blue, or one band, in counts.
    valid
        Dims (row, column): True where a pixel holds data.
    scene
        How bright the whole scene is.
    side_px
        Side of the square that must fit into such pixels.
    options
        Thresholds.

    Returns
    -------
    numpy.ndarray
        Dims (row, column). Right from ``side_px`` within the array's edges.
    """
    light = luminance_of(pixels, is_colour=len(pixels) == _COLOURS)
    level = np.float32(options.deep_shadow_level * scene.bright_end)
    return opened(valid & (light <= level), side_px=side_px)


def shaded_in_picture(raster: Raster, window: Window, survey: SceneSurvey) -> Mask:
    """Tell the pixels (row, column) of a window that look shaded: dark, and not greener than most.

    Parameters
    ----------
    raster
        The scene.
    window
        Of its grid.
    survey
        Of the scene; what it marks as water is not shade.

    Returns
    -------
    numpy.ndarray
        Dims (row, column). Asphalt in full sun can be as dark: for stages that weigh evidence.
    """
    pixels = raster.read(window)[list(survey.places.colours or (0,))]
    scene = survey.brightness
    level = scene.floor + _SHADE_LEVEL * (scene.median - scene.floor)
    dark = pixels.max(axis=0) <= level
    if len(pixels) == _COLOURS:
        red, green, blue = pixels.astype(np.float32)
        dark &= 2 * green - red - blue <= np.float32(0.1) * (red + green + blue)
    return np.asarray(dark & raster.valid(window))


def shaded_by_heights(heights: Raster, window: Window, *, sun: Angles, tallest_m: float) -> Mask:
    """Tell the pixels (row, column) of a window that lie in the shade of what stands around.

    Parameters
    ----------
    heights
        Surface heights in metres on the scene's grid, north up; NaN where unknown.
    window
        Of its grid.
    sun
        Direction of the sun.
    tallest_m
        Height over the ground that nothing exceeds: it bounds how far a shadow falls.

    Returns
    -------
    numpy.ndarray
        Dims (row, column); all True with the sun at or below the horizon.
    """
    gsd = heights.grid.gsd_m or 1.0
    if sun.elevation_deg <= 0:
        return np.ones((window.height, window.width), bool)
    reach = ceil(tallest_m / tan(radians(sun.elevation_deg)) / gsd) + 1
    wide = window.grown(margin=reach, within=heights.grid.shape)
    surface = np.where(heights.valid(wide), heights.read(wide)[0].astype(np.float32), np.nan)
    shaded = cast_shadows(surface, gsd_m=gsd, sun=sun, reach_m=reach * gsd)
    row, column = window.row - wide.row, window.column - wide.column
    return shaded[row : row + window.height, column : column + window.width]
