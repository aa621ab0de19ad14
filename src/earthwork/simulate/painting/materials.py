"""What the ground is made of, and how each material looks in a land of given colours."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from earthwork.simulate.cities.city import Palette, Tone


class Material(IntEnum):
    """What the surface is made of at one point; the value stands in rasters."""

    SOIL = 0
    DUST = 1
    FALLOW = 2
    STUBBLE = 3
    GREEN = 4
    ORCHARD = 5
    RIVERBANK = 6
    WATER = 7
    ASPHALT = 8
    STREET = 9
    LANE = 10
    VERGE = 11
    CONCRETE = 12
    MARKING = 13
    CLEARED = 14
    BANKED_EARTH = 15
    RUBBLE = 16
    ROOF = 17
    WALL = 18
    TREE = 19
    GRAVEL = 20
    PLOUGHED = 21
    BURNT = 22
    WET = 23
    STONE = 24
    OBJECT = 25


_NEUTRAL: Tone = (1.0, 1.0, 1.0, 1.0)
_RAW_EARTH: Tone = (1.13, 1.13, 1.12, 1.10)
_CHAR: Tone = (0.26, 0.26, 0.28, 0.24)
_MOIST: Tone = (0.60, 0.60, 0.62, 0.52)

_GRAIN: dict[Material, tuple[float, float, float, float]] = {
    # spread of brightness over decimetres, metres, tens of metres and hundreds of metres
    Material.SOIL: (0.06, 0.08, 0.10, 0.10),
    Material.DUST: (0.09, 0.09, 0.09, 0.07),
    Material.FALLOW: (0.07, 0.07, 0.08, 0.07),
    Material.STUBBLE: (0.06, 0.07, 0.09, 0.08),
    Material.GREEN: (0.10, 0.11, 0.14, 0.12),
    Material.ORCHARD: (0.08, 0.10, 0.09, 0.08),
    Material.RIVERBANK: (0.09, 0.14, 0.13, 0.08),
    Material.WATER: (0.03, 0.03, 0.05, 0.09),
    Material.ASPHALT: (0.05, 0.07, 0.08, 0.06),
    Material.STREET: (0.07, 0.10, 0.09, 0.06),
    Material.LANE: (0.08, 0.12, 0.10, 0.06),
    Material.VERGE: (0.09, 0.12, 0.10, 0.06),
    Material.CONCRETE: (0.04, 0.06, 0.06, 0.05),
    Material.MARKING: (0.08, 0.14, 0.08, 0.05),
    Material.CLEARED: (0.07, 0.07, 0.07, 0.06),
    Material.BANKED_EARTH: (0.09, 0.09, 0.07, 0.05),
    Material.RUBBLE: (0.16, 0.14, 0.09, 0.05),
    Material.ROOF: (0.05, 0.08, 0.04, 0.0),
    Material.WALL: (0.06, 0.08, 0.05, 0.04),
    Material.TREE: (0.20, 0.14, 0.10, 0.08),
    Material.GRAVEL: (0.11, 0.09, 0.08, 0.06),
    Material.PLOUGHED: (0.09, 0.07, 0.08, 0.06),
    Material.BURNT: (0.12, 0.16, 0.14, 0.06),
    Material.WET: (0.06, 0.08, 0.10, 0.08),
    Material.STONE: (0.14, 0.12, 0.08, 0.06),
    Material.OBJECT: (0.03, 0.03, 0.0, 0.0),
}


def grains() -> NDArray[np.float32]:
    """Return how unevenly each material reflects.

    Returns
    -------
    numpy.ndarray
        Dims (material, [decimetres, metres, tens of metres, hundreds of metres]): standard
        deviation of brightness over that distance, as a share of the mean.
    """
    return np.array([_GRAIN[material] for material in Material], dtype=np.float32)


def looks(palette: Palette) -> NDArray[np.float32]:
    """Return the mean reflectance of each material in a land of given colours.

    Parameters
    ----------
    palette
        Colours of the land.

    Returns
    -------
    numpy.ndarray
        Dims (material, [red, green, blue, near-infrared]), 0 to 1.

    Examples
    --------
    >>> from earthwork.simulate.cities.city import Palette
    >>> grey = (0.3, 0.3, 0.3, 0.3)
    >>> land = Palette(soil=grey, dust=grey, asphalt=grey, paving=grey, concrete=grey, water=grey,
    ...                leaf=grey, crop=grey, stubble=grey)
    >>> float(looks(land)[Material.WET, 0]) < float(looks(land)[Material.SOIL, 0])
    True
    """
    tones = {material: _tone(material, palette) for material in Material}
    return np.array([tones[material] for material in Material], dtype=np.float32)


def _tone(material: Material, land: Palette) -> NDArray[np.float64]:
    soil, dust, concrete = (np.array(t) for t in (land.soil, land.dust, land.concrete))
    mixtures = {
        Material.SOIL: soil,
        Material.DUST: dust,
        Material.FALLOW: 0.88 * soil,
        Material.STUBBLE: np.array(land.stubble),
        Material.GREEN: np.array(land.crop),
        Material.ORCHARD: 0.55 * soil + 0.25 * np.array(land.stubble) + 0.2 * np.array(land.crop),
        Material.RIVERBANK: 0.7 * soil + 0.15 * concrete + 0.1 * np.array(land.crop),
        Material.WATER: np.array(land.water),
        Material.ASPHALT: np.array(land.asphalt),
        Material.STREET: np.array(land.paving),
        Material.LANE: 0.55 * np.array(land.paving) + 0.45 * dust,
        Material.VERGE: 0.5 * dust + 0.55 * soil,
        Material.CONCRETE: concrete,
        Material.MARKING: 1.25 * concrete,
        Material.CLEARED: (0.65 * soil + 0.35 * dust) * _RAW_EARTH,
        Material.BANKED_EARTH: soil * _RAW_EARTH,
        Material.RUBBLE: 0.55 * concrete + 0.5 * dust,
        Material.ROOF: 0.6 * concrete + 0.45 * dust,
        Material.WALL: 0.5 * concrete + 0.5 * dust,
        Material.TREE: np.array(land.leaf),
        Material.GRAVEL: 0.5 * concrete + 0.5 * soil,
        Material.PLOUGHED: 0.76 * soil,
        Material.BURNT: soil * _CHAR,
        Material.WET: soil * _MOIST,
        Material.STONE: 0.5 * concrete + 0.5 * soil,
        Material.OBJECT: concrete * _NEUTRAL,
    }
    return np.asarray(mixtures[material], dtype=np.float64)
