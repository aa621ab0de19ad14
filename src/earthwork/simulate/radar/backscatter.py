"""How strongly each material returns a radar's C-band beam.

The values are typical ones, rounded, for 38° off the vertical. They are of the right order and in
the right order: water and paving dark, soil brighter the rougher and moister, crops and trees
brighter still in VH, debris bright in both, corners of standing walls brightest.

References
----------
Ulaby, F. T. & Dobson, M. C. (1989), Handbook of Radar Scattering Statistics for Terrain, Artech
House (ranges for soils, crops, trees, roads). Dubois, P. C., van Zyl, J. & Engman, T. (1995),
Measuring soil moisture with imaging radars, https://doi.org/10.1109/36.406677 (rise with moisture).
Hersbach, H., Stoffelen, A. & de Haan, S. (2007), An improved C-band scatterometer ocean
geophysical model function: CMOD5, https://doi.org/10.1029/2006JC003743 (rise with wind; narrow
water is calmer). Dong, Y., Forster, B. & Ticehurst, C. (1997), Radar backscatter analysis for urban
environments, International Journal of Remote Sensing 18(6) (walls, corners and their bearing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log2
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.materials import Material

Polarisation = Literal["VV", "VH"]
"""What is sent (V) and what is received (V or H)."""

REFERENCE_INCIDENCE_DEG = 38.0
"""Angle off the vertical that the table holds for."""

_USUAL_MOISTURE = 0.12
_DRY_MOISTURE = 0.05
_WET_MOISTURE = 0.40
_DAILY_M3 = 0.012
_RAIN_M3 = (0.05, 0.20)
_RAINY_SHARE = 1 / 8
_USUAL_WIND_M_S = 4.0
_GUSTS = 0.4
_CALM_M_S = 1.5
_GALE_M_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """How one material returns the beam."""

    vv_db: float
    """Backscatter (sigma nought) in VV on level ground at 38°, decibels."""
    vh_db: float
    """The same in VH."""
    falloff: int
    """Power of the cosine of local incidence that it follows: 1 for volumes, 8 for still water."""
    moisture_db: float = 0.0
    """Rise for each 0.10 m³/m³ of soil moisture, decibels."""
    mirror: float = 0.5
    """How well it serves as the floor of a corner, 0 to 1: smooth and bare is best."""
    volume: bool = False
    """True if it scatters from within, whatever its slope."""


ECHOES: dict[Material, Echo] = {
    Material.SOIL: Echo(vv_db=-13.0, vh_db=-21.0, falloff=3, moisture_db=2.5, mirror=0.8),
    Material.DUST: Echo(vv_db=-14.0, vh_db=-22.5, falloff=4, moisture_db=1.5, mirror=0.9),
    Material.FALLOW: Echo(vv_db=-12.5, vh_db=-20.0, falloff=3, moisture_db=2.5, mirror=0.6),
    Material.STUBBLE: Echo(vv_db=-13.0, vh_db=-20.0, falloff=2, moisture_db=2.0, mirror=0.5),
    Material.GREEN: Echo(vv_db=-11.5, vh_db=-17.0, falloff=1, moisture_db=1.0, mirror=0.25),
    Material.ORCHARD: Echo(vv_db=-11.5, vh_db=-18.0, falloff=2, moisture_db=1.5, mirror=0.4),
    Material.RIVERBANK: Echo(vv_db=-12.0, vh_db=-20.0, falloff=3, moisture_db=1.5, mirror=0.6),
    Material.WATER: Echo(vv_db=-19.0, vh_db=-28.0, falloff=8, mirror=1.0),
    Material.ASPHALT: Echo(vv_db=-17.0, vh_db=-25.0, falloff=5, mirror=1.0),
    Material.STREET: Echo(vv_db=-15.0, vh_db=-23.0, falloff=4, moisture_db=0.5, mirror=1.0),
    Material.LANE: Echo(vv_db=-14.5, vh_db=-22.5, falloff=4, moisture_db=0.5, mirror=0.9),
    Material.VERGE: Echo(vv_db=-13.0, vh_db=-20.0, falloff=3, moisture_db=2.0, mirror=0.7),
    Material.CONCRETE: Echo(vv_db=-17.0, vh_db=-25.0, falloff=5, mirror=1.0),
    Material.MARKING: Echo(vv_db=-17.0, vh_db=-25.0, falloff=5, mirror=1.0),
    Material.CLEARED: Echo(vv_db=-12.0, vh_db=-20.0, falloff=3, moisture_db=2.5, mirror=0.6),
    Material.BANKED_EARTH: Echo(vv_db=-10.5, vh_db=-18.5, falloff=3, moisture_db=2.0, mirror=0.4),
    Material.RUBBLE: Echo(vv_db=-6.0, vh_db=-11.5, falloff=1, mirror=0.1, volume=True),
    Material.ROOF: Echo(vv_db=-10.0, vh_db=-17.5, falloff=2, mirror=0.6),
    Material.WALL: Echo(vv_db=-8.0, vh_db=-15.0, falloff=1, mirror=0.4),
    Material.TREE: Echo(vv_db=-9.5, vh_db=-14.5, falloff=1, mirror=0.15, volume=True),
    Material.GRAVEL: Echo(vv_db=-12.0, vh_db=-20.5, falloff=3, moisture_db=1.0, mirror=0.7),
    Material.PLOUGHED: Echo(vv_db=-10.0, vh_db=-18.0, falloff=2, moisture_db=3.0, mirror=0.4),
    Material.BURNT: Echo(vv_db=-14.0, vh_db=-23.0, falloff=3, moisture_db=2.5, mirror=0.8),
    Material.WET: Echo(vv_db=-9.5, vh_db=-18.5, falloff=4, mirror=0.9),
    Material.STONE: Echo(vv_db=-9.0, vh_db=-17.0, falloff=2, mirror=0.4),
    Material.OBJECT: Echo(vv_db=-4.0, vh_db=-11.0, falloff=1, mirror=0.5),
}
"""The table: every material that a surface can be made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundState:
    """What the weather and the season do to the radar's view at one pass."""

    moisture: float = _USUAL_MOISTURE
    """Water in the uppermost centimetres of bare soil, m³/m³."""
    wind_m_s: float = _USUAL_WIND_M_S
    """Wind ten metres above the water."""
    green: float = 1.0
    """Share of green crops still standing: without them their fields are stubble."""
    leaf: float = 1.0
    """How leafy trees are: 1 in summer, 0.5 for bare crowns."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.moisture <= 0.6:  # noqa: PLR2004 - said in the message
            raise InvalidValue(
                f"soil that holds {self.moisture:g} m³/m³ of water",
                where="moisture",
                choices=["0 to 0.6 m³/m³"],
            )
        if not self.wind_m_s >= 0:
            raise InvalidValue(
                f"wind of {self.wind_m_s:g} m/s", where="wind_m_s", choices=["m/s, 0 and above"]
            )


def weathered(state: GroundState, *, moment: datetime, seed: int) -> GroundState:
    """Return what a radar finds at one pass of a season: the usual, and that day's weather.

    Parameters
    ----------
    state
        What is usual at that time of year.
    moment
        The pass, aware.
    seed
        Seed of the scenario: the same pass always finds the same weather.

    Returns
    -------
    GroundState
        Moisture differs by little on dry days, and rises by 0.05 to 0.20 m³/m³ after rain, which
        falls before every eighth pass; wind differs by about two fifths.
    """
    rng = np.random.default_rng([seed, int(moment.timestamp()) // 60])
    drift, rain, rained = rng.normal(0.0, _DAILY_M3), rng.uniform(*_RAIN_M3), rng.random()
    moist = state.moisture + drift + (rain if rained < _RAINY_SHARE else 0.0)
    return replace(
        state,
        moisture=float(np.clip(moist, _DRY_MOISTURE, max(_WET_MOISTURE, state.moisture))),
        wind_m_s=float(state.wind_m_s * rng.lognormal(0.0, _GUSTS)),
    )


def sigma0_table(
    state: GroundState, *, polarisations: Sequence[Polarisation] = ("VV", "VH")
) -> NDArray[np.float32]:
    """Return the backscatter of each material on level ground at 38° off the vertical.

    Parameters
    ----------
    state
        Moisture, wind and growth.
    polarisations
        Which, and in what order.

    Returns
    -------
    numpy.ndarray
        Dims (polarisation, material), float32: sigma nought, linear.

    Raises
    ------
    InvalidValue
        If a polarisation is neither VV nor VH.

    Examples
    --------
    >>> dry, wet = (sigma0_table(GroundState(moisture=m)) for m in (0.05, 0.30))
    >>> bool(wet[0, Material.SOIL] > 2 * dry[0, Material.SOIL])
    True
    """
    rows = [[_sigma0_db(m, state, polarisation=p) for m in Material] for p in polarisations]
    return decibels_to_power(np.array(rows))


def decibels_to_power(decibels: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return linear power, float32, of decibels of any shape."""
    return cast("NDArray[np.float32]", (10.0 ** (decibels / 10.0)).astype(np.float32))


def _sigma0_db(material: Material, state: GroundState, *, polarisation: str) -> float:
    level = _level_db(ECHOES[material], polarisation=polarisation)
    level += ECHOES[material].moisture_db * (state.moisture - _USUAL_MOISTURE) / 0.10
    if material is Material.WATER:
        level += _wind_db(state.wind_m_s)
    if material is Material.GREEN:
        bare = _sigma0_db(Material.STUBBLE, state, polarisation=polarisation)
        level = bare + min(state.green, 1.0) * (level - bare)
    if material in {Material.TREE, Material.ORCHARD} and polarisation == "VH":
        level -= 3.0 * max(0.0, 1.0 - state.leaf)
    return level


def _level_db(echo: Echo, *, polarisation: str) -> float:
    if polarisation == "VV":
        return echo.vv_db
    if polarisation == "VH":
        return echo.vh_db
    raise InvalidValue(
        f"polarisation {polarisation!r}", where="polarisations", choices=["VV", "VH"]
    )


def _wind_db(wind_m_s: float) -> float:
    """Return how much rougher or smoother water is than under the usual wind, -6 to +5 dB."""
    blown = min(max(wind_m_s, _CALM_M_S), _GALE_M_S)
    return 3.5 * log2(blown / _USUAL_WIND_M_S)
