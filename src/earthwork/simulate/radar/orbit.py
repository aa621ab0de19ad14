"""From where a side-looking radar sees a city, and when it passes.

References
----------
Torres, R. et al. (2012), GMES Sentinel-1 mission, Remote Sensing of Environment 120, 9-24,
https://doi.org/10.1016/j.rse.2011.05.028 (dawn and dusk passes, twelve days, 175 orbits a cycle).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, radians, sin, tan
from typing import Literal

from earthwork.errors import InvalidValue

_CYCLE_EPOCH = datetime(2014, 10, 1, tzinfo=UTC)
_ORBITS_PER_CYCLE = 175
_DEG_PER_HOUR = 15.0
_LOCAL_HOUR = {"ascending": 18.0, "descending": 6.0}
_LEAST_INCIDENCE_DEG = 15.0
_MOST_INCIDENCE_DEG = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """One repeated track of a radar that looks to its right."""

    name: Literal["ascending", "descending"]
    """Whether it passes northward (at dusk) or southward (at dawn)."""
    heading_deg: float
    """Direction of flight over the city, clockwise from north."""
    incidence_deg: float
    """Angle between the beam and the vertical at the city, 15 to 60."""
    number: int
    """Relative orbit number, 1 to 175: the place of the track in the twelve-day cycle."""

    def __post_init__(self) -> None:
        """Refuse a beam that this geometry does not hold for."""
        if not _LEAST_INCIDENCE_DEG <= self.incidence_deg <= _MOST_INCIDENCE_DEG:
            raise InvalidValue(
                f"a beam {self.incidence_deg:g}° off the vertical",
                where="incidence_deg",
                choices=[f"{_LEAST_INCIDENCE_DEG:g}° to {_MOST_INCIDENCE_DEG:g}°"],
            )
        if not 1 <= self.number <= _ORBITS_PER_CYCLE:
            raise InvalidValue(
                f"relative orbit {self.number}",
                where="number",
                choices=[f"1 to {_ORBITS_PER_CYCLE}"],
            )

    @property
    def look_deg(self) -> float:
        """Return the direction on the ground away from the sensor, clockwise from north."""
        return (self.heading_deg + 90.0) % 360.0

    @property
    def look(self) -> tuple[float, float]:
        """Return the unit step (east, north) on the ground away from the sensor."""
        turn = radians(self.look_deg)
        return (sin(turn), cos(turn))

    @property
    def layover_per_m(self) -> float:
        """Return how far towards the sensor a point appears for each metre that it is high."""
        return 1.0 / tan(radians(self.incidence_deg))

    @property
    def shadow_per_m(self) -> float:
        """Return how far behind it on level ground each metre of height throws its shadow."""
        return tan(radians(self.incidence_deg))


ASCENDING = Orbit(name="ascending", heading_deg=348.0, incidence_deg=38.0, number=72)
"""A usual northward track at middle latitudes: it looks eastward."""
DESCENDING = Orbit(name="descending", heading_deg=192.0, incidence_deg=38.0, number=6)
"""A usual southward track at middle latitudes: it looks westward."""


def overpasses(
    orbit: Orbit, *, first: datetime, last: datetime, longitude: float, revisit_days: int = 12
) -> tuple[datetime, ...]:
    """Return when a radar passes, at dawn or dusk by the sun of the place.

    Parameters
    ----------
    orbit
        The track.
    first, last
        Bounds of the period, aware; both count.
    longitude
        Degrees east, WGS 84.
    revisit_days
        Days between passes: 12 for one satellite, 6 for two.

    Returns
    -------
    tuple of datetime
        Aware UTC, in order; no real satellite's timetable.

    Raises
    ------
    InvalidValue
        If a revisit takes no whole day.

    Examples
    --------
    >>> first, last = datetime(2016, 9, 1, tzinfo=UTC), datetime(2016, 9, 30, tzinfo=UTC)
    >>> [f"{at:%d %H:%M}" for at in overpasses(ASCENDING, first=first, last=last, longitude=43.0)]
    ['12 15:08', '24 15:08']
    """
    if revisit_days < 1:
        raise InvalidValue(
            f"a revisit of {revisit_days} days", where="revisit_days", choices=["1 and more"]
        )
    day_of_cycle = (orbit.number - 1) * revisit_days // _ORBITS_PER_CYCLE
    hour = _LOCAL_HOUR[orbit.name] - longitude / _DEG_PER_HOUR
    earliest = _CYCLE_EPOCH + timedelta(days=day_of_cycle, hours=hour)
    step = timedelta(days=revisit_days)
    start = -((earliest - first) // step)
    count = (last - earliest) // step - start + 1
    return tuple(earliest + step * (start + index) for index in range(count))
