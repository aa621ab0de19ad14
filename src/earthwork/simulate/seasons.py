"""What the time of year does to a land, from date and latitude."""

from __future__ import annotations

from datetime import datetime
from math import cos, pi

from earthwork.simulate.backscatter import GroundState
from earthwork.simulate.landscape import Season
from earthwork.simulate.scenario import SeasonOrder

_DAYS = 365.25
_LATE_JUNE = 172
"""Day of the year when the northern summer turns."""
_DRY_SOIL, _WET_SOIL = 1.0, 0.82
_DRY_M3, _WET_M3 = 0.06, 0.26


def summer(moment: datetime, *, latitude: float) -> float:
    """Return how much of summer it is: 1 in late June in the north, -1 in late December.

    Parameters
    ----------
    moment
        Aware UTC.
    latitude
        Degrees north; negative for the southern half, whose summer is in December.

    Examples
    --------
    >>> from datetime import UTC
    >>> round(summer(datetime(2031, 12, 21, tzinfo=UTC), latitude=35.0), 2)
    -1.0
    """
    day = moment.timetuple().tm_yday
    turn = cos(2 * pi * (day - _LATE_JUNE) / _DAYS)
    return turn if latitude >= 0 else -turn


def season_of(moment: datetime, *, latitude: float, order: SeasonOrder | None = None) -> Season:
    """Return the season of a date in a land of dry summers and wet winters.

    Parameters
    ----------
    moment
        Aware UTC.
    latitude
        Degrees north.
    order
        What a scenario changes in it.

    Returns
    -------
    Season
        In summer soil is dry and pale, trees are leafy and rivers low; in autumn stubble is turned;
        crops are greenest in spring.
    """
    warm = summer(moment, latitude=latitude)
    autumn = summer(moment, latitude=latitude) < summer(_days_earlier(moment), latitude=latitude)
    asked = order or SeasonOrder()
    return Season(
        soil=_or(asked.soil, _between(_WET_SOIL, _DRY_SOIL, warm)),
        ploughed=_or(asked.ploughed, _share(0.5 - 0.6 * warm) if autumn else _share(-0.3 * warm)),
        green=_or(asked.green, _share(0.75 + 0.25 * warm if not autumn else 0.7 + 0.3 * warm)),
        leaf=_or(asked.leaf, _between(0.6, 1.0, warm)),
        river=_or(asked.river, _between(1.06, 0.9, warm)),
    )


def _days_earlier(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() - 86_400 * 5, tz=moment.tzinfo)


def _or(asked: float | None, usual: float) -> float:
    return round(usual, 4) if asked is None else asked


def _between(winter: float, midsummer: float, warm: float) -> float:
    return winter + (midsummer - winter) * (warm + 1) / 2


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def ground_state(season: Season, *, wind_m_s: float) -> GroundState:
    """Return what a season means to a radar.

    Parameters
    ----------
    season
        Time of year: the darker the soil, the moister.
    wind_m_s
        Wind over the water at the pass.

    Examples
    --------
    >>> ground_state(Season(soil=1.0), wind_m_s=3.0).moisture
    0.06
    """
    wet = _share((_DRY_SOIL - season.soil) / (_DRY_SOIL - _WET_SOIL))
    return GroundState(
        moisture=round(_DRY_M3 + (_WET_M3 - _DRY_M3) * wet, 4),
        wind_m_s=wind_m_s,
        green=season.green,
        leaf=season.leaf,
    )
