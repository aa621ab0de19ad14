"""Where the sun stands, and where it throws the shadow of a height.

References
----------
Meeus, J. (1998), Astronomical Algorithms, 2nd ed., chapters 12, 16, 22 and 25 (low accuracy), as in
the NOAA Solar Calculator. Sæmundsson, Þ. (1986), Sky and Telescope 72, 70 (refraction). The
high-precision standard that tests compare with: Reda & Andreas (2004),
https://doi.org/10.1016/j.solener.2003.12.003.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import asin, atan2, cos, degrees, radians, sin, tan

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAYS_PER_CENTURY = 36525.0
_REFRACTION_FROM_DEG = -1.0
_POLE_DEG = 90.0
_FULL_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowVector:
    """From the foot of a vertical edge to the end of its shadow on level ground."""

    east_m: float
    """Metres eastward."""
    north_m: float
    """Metres northward."""
    length_m: float
    """Metres along the ground."""


def sun_position(when_utc: datetime, *, longitude: float, latitude: float) -> Angles:
    """Return the direction of the sun's centre, refraction at sea level included.

    Within 0.05° of the Solar Position Algorithm for 1950 to 2050 and elevations above 5°.

    Parameters
    ----------
    when_utc
        The moment, aware.
    longitude
        Degrees east, WGS 84.
    latitude
        Degrees north, WGS 84.

    Returns
    -------
    Angles
        Azimuth clockwise from north in [0, 360); elevation negative below the horizon.

    Raises
    ------
    InvalidValue
        If the time is naive or the place is not on Earth.

    Examples
    --------
    >>> noon = datetime(2024, 3, 20, 12, 7, tzinfo=UTC)
    >>> round(sun_position(noon, longitude=0.0, latitude=0.0).elevation_deg)
    90
    """
    _require_place(longitude=longitude, latitude=latitude)
    days = _days_since_j2000(when_utc)
    ascension, declination = _equatorial(days / _DAYS_PER_CENTURY)
    hour_angle = radians(_sidereal_deg(days) + longitude) - ascension
    phi = radians(latitude)
    elevation = asin(sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(hour_angle))
    southward = cos(hour_angle) * sin(phi) - tan(declination) * cos(phi)
    azimuth = degrees(atan2(sin(hour_angle), southward)) + _FULL_TURN_DEG / 2
    return Angles(azimuth_deg=azimuth % _FULL_TURN_DEG, elevation_deg=_refracted(elevation))


def _require_place(*, longitude: float, latitude: float) -> None:
    on_earth = abs(latitude) <= _POLE_DEG and abs(longitude) <= _FULL_TURN_DEG
    if not on_earth:
        raise InvalidValue(
            f"longitude {longitude}, latitude {latitude} is no place on Earth",
            cause="the two are swapped, or are metres",
            choices=["degrees east, degrees north"],
        )


def _days_since_j2000(when_utc: datetime) -> float:
    if when_utc.utcoffset() is None:
        raise InvalidValue(
            f"{when_utc.isoformat()} has no time zone", cause="a naive time", choices=["UTC"]
        )
    return (when_utc - _J2000).total_seconds() / 86_400.0


def _equatorial(centuries: float) -> tuple[float, float]:
    """Return right ascension and declination of the sun in radians."""
    node = radians(125.04 - 1934.136 * centuries)
    longitude = radians(_ecliptic_longitude_deg(centuries) - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.439291 - 0.0130042 * centuries + 0.00256 * cos(node))
    ascension = atan2(cos(obliquity) * sin(longitude), cos(longitude))
    return ascension, asin(sin(obliquity) * sin(longitude))


def _ecliptic_longitude_deg(centuries: float) -> float:
    mean_longitude = 280.46646 + centuries * (36000.76983 + 0.0003032 * centuries)
    anomaly = radians(357.52911 + centuries * (35999.05029 - 0.0001537 * centuries))
    centre = (
        sin(anomaly) * (1.914602 - centuries * (0.004817 + 0.000014 * centuries))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * centuries)
        + sin(3 * anomaly) * 0.000289
    )
    return mean_longitude + centre


def _sidereal_deg(days: float) -> float:
    return 280.46061837 + 360.98564736629 * days


def _refracted(elevation: float) -> float:
    """Return the apparent elevation in degrees of a true one in radians."""
    true_deg = degrees(elevation)
    if true_deg < _REFRACTION_FROM_DEG:
        return true_deg
    minutes = 1.02 / tan(radians(true_deg + 10.3 / (true_deg + 5.11)))
    return min(_POLE_DEG, true_deg + minutes / 60.0)


def shadow_vector(sun: Angles, *, height_m: float) -> ShadowVector:
    """Return where the shadow of a height ends on level ground.

    Parameters
    ----------
    sun
        Direction of the sun.
    height_m
        Height above the ground, metres.

    Returns
    -------
    ShadowVector
        From the foot to the end of the shadow.

    Raises
    ------
    InvalidValue
        If the sun is not above the horizon.

    Examples
    --------
    >>> shadow_vector(Angles(azimuth_deg=180, elevation_deg=45), height_m=10).north_m
    10.0
    """
    if not sun.elevation_deg > 0:
        raise InvalidValue(
            f"a sun {sun.elevation_deg:.2f}° above the horizon throws no shadow",
            where="sun elevation",
            choices=["degrees above 0"],
        )
    length = height_m / tan(radians(sun.elevation_deg))
    away = radians(sun.azimuth_deg + _FULL_TURN_DEG / 2)
    return ShadowVector(
        east_m=round(length * sin(away), 9), north_m=round(length * cos(away), 9), length_m=length
    )
