"""Masks of Sentinel-2: from a product's own scene classification, or by a spectral rule.

The classes are those of the Level-2A product. The rule needs blue, green, red, near and shortwave
infrared as reflectance at the top of the atmosphere and is a rule, not a trained model: it takes
what is bright, white and hazy, unless its shortwave light is that of bare ground. Thin cirrus it
does not see.

References
----------
Zhu, Z. and Woodcock, C. E. (2012), doi:10.1016/j.rse.2011.10.028 (whiteness, haze and rock tests);
Zhang, Y., Guindon, B. and Cihlar, J. (2002), doi:10.1016/S0034-4257(02)00034-2 (haze line).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.imagery.masks.areas import dilated, large_areas
from earthwork.imagery.masks.surveys import SceneSurvey
from earthwork.model.vocabulary import Unassessed

Mask = NDArray[np.bool_]

_CLASSES = {
    0: Unassessed.NO_DATA,
    1: Unassessed.SATURATED,
    3: Unassessed.CLOUD_SHADOW,
    4: Unassessed.VEGETATION,
    6: Unassessed.WATER,
    8: Unassessed.CLOUD,
    9: Unassessed.CLOUD,
    10: Unassessed.CLOUD,
}
"""Class of the scene classification and the reason it gives; 2 dark ground, 5 bare, 7 unclassified
and 11 snow give none."""
_LAST_CLASS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectralOptions:
    """When a cell of a multispectral scene is cloud."""

    bright: float = 0.22
    """Least reflectance in blue."""
    whiteness: float = 0.35
    """Largest sum of the visible bands' distances from their mean, as a share of it."""
    haze: float = 0.08
    """Least blue reflectance over half the red."""
    rock: float = 0.75
    """Near over shortwave infrared up to which bright ground is rock, sand or a roof."""
    blue_over_red: float = 0.9
    """Least blue over red: bare ground is redder than cloud."""
    area_m2: float = 5_000.0
    """Least area."""
    margin_m: float = 60.0
    """Margin added around."""


DEFAULT_SPECTRAL = SpectralOptions()


def flags_of_classes(classes: NDArray[np.integer]) -> NDArray[np.uint16]:
    """Return the reasons that a product's scene classification gives.

    Parameters
    ----------
    classes
        Dims (row, column): classes 0 to 11 of the SCL band of Level-2A.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), uint16: bits of ``Unassessed``.

    Raises
    ------
    InvalidValue
        If a value is no class.

    Examples
    --------
    >>> int(flags_of_classes(np.array([[9]]))[0, 0]) == Unassessed.CLOUD.bit
    True
    """
    if classes.size and not (classes.min() >= 0 and classes.max() <= _LAST_CLASS):
        raise InvalidValue(
            f"a scene classification with values {classes.min()} to {classes.max()}",
            cause="another band than SCL, or one that was resampled with averaging",
            choices=["0 to 11"],
        )
    table = np.zeros(_LAST_CLASS + 1, np.uint16)
    for number, reason in _CLASSES.items():
        table[number] = reason.bit
    return np.asarray(table[classes])


def find_spectral_cloud(
    survey: SceneSurvey,
    *,
    reflectance_per_count: float,
    options: SpectralOptions = DEFAULT_SPECTRAL,
) -> Mask:
    """Tell the cells of a multispectral scene that are cloud or within its margin.

    Parameters
    ----------
    survey
        The scene; its places must name red, green, blue, near and shortwave infrared.
    reflectance_per_count
        Reflectance at the top of the atmosphere of one count, offset taken off before: 0.0001.
    options
        Thresholds.

    Returns
    -------
    numpy.ndarray
        Dims (row, column).

    Raises
    ------
    InvalidValue
        If a band is not named.
    """
    colours = survey.colours
    infrared = survey.band(survey.places.infrared)
    shortwave = survey.band(survey.places.shortwave)
    if colours is None or infrared is None or shortwave is None:
        raise InvalidValue(
            "a spectral rule without all of its bands",
            cause="the scene's bands are not named, or fewer than five",
            choices=["B02, B03, B04, B08 and B11"],
        )
    scale = np.float32(reflectance_per_count)
    red, green, blue = (scale * band for band in colours)
    mean = np.maximum((red + green + blue) / 3, np.float32(1e-6))
    whiteness = sum(np.abs(band - mean) for band in (red, green, blue)) / mean
    cloud = (
        (blue >= options.bright)
        & (whiteness <= options.whiteness)
        & (blue - red / 2 >= options.haze)
        & (blue >= options.blue_over_red * red)
        & (infrared >= options.rock * shortwave)
    )
    kept = large_areas(survey.valid & cloud, least_px=options.area_m2 / survey.cell_m**2)
    return np.asarray(dilated(kept, reach_px=options.margin_m / survey.cell_m) & survey.valid)
