from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from math import radians, tan

import pytest

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import shadow_vector, sun_position
from earthwork.model.scene import Angles


def test_agrees_with_the_worked_example_of_the_solar_position_algorithm() -> None:
    when = datetime(2003, 10, 17, 12, 30, 30, tzinfo=timezone(timedelta(hours=-7)))
    sun = sun_position(when, longitude=-105.1786, latitude=39.742476)
    assert sun.azimuth_deg == pytest.approx(194.34024, abs=0.05)
    assert sun.elevation_deg == pytest.approx(90 - 50.11162, abs=0.05)


@pytest.mark.parametrize(
    ("longitude", "latitude", "when", "azimuth", "elevation"),
    [
        (44.6, 34.9, "2031-08-14T07:48:00+00:00", 134.437, 62.951),
        (44.6, 34.9, "2031-10-31T07:55:00+00:00", 164.123, 39.618),
        (36.93, 37.58, "2023-02-07T08:20:00+00:00", 154.882, 33.336),
        (-70.6, -33.4, "2016-12-21T15:00:00+00:00", 72.244, 65.801),
        (151.2, -33.9, "1995-06-01T04:00:00+00:00", 326.944, 26.490),
    ],
)
def test_agrees_with_the_solar_position_algorithm_as_pvlib_computes_it(
    longitude: float, latitude: float, when: str, azimuth: float, elevation: float
) -> None:
    sun = sun_position(datetime.fromisoformat(when), longitude=longitude, latitude=latitude)
    assert sun.azimuth_deg == pytest.approx(azimuth, abs=0.05)
    assert sun.elevation_deg == pytest.approx(elevation, abs=0.05)


def test_the_sun_is_below_the_horizon_at_midnight() -> None:
    sun = sun_position(datetime(2031, 1, 1, 21, tzinfo=UTC), longitude=44.6, latitude=34.9)
    assert sun.elevation_deg < -50


def test_a_rising_sun_rises_without_a_jump() -> None:
    rising = [
        sun_position(
            datetime(2031, 3, 21, 3, tzinfo=UTC) + timedelta(seconds=20 * k),
            longitude=44.6,
            latitude=34.9,
        ).elevation_deg
        for k in range(60)
    ]
    assert all(later > earlier for earlier, later in pairwise(rising))


@pytest.mark.parametrize(("longitude", "latitude"), [(44.0, 91.0), (463_000.0, 3.0)])
def test_refuses_a_place_off_the_globe(longitude: float, latitude: float) -> None:
    with pytest.raises(InvalidValue, match="no place on Earth"):
        sun_position(datetime(2031, 1, 1, tzinfo=UTC), longitude=longitude, latitude=latitude)


def test_refuses_a_naive_time() -> None:
    with pytest.raises(InvalidValue, match="no time zone"):
        sun_position(datetime(2031, 1, 1), longitude=0, latitude=0)  # noqa: DTZ001 - the subject


def test_a_shadow_points_away_from_the_sun() -> None:
    shadow = shadow_vector(Angles(azimuth_deg=135, elevation_deg=40), height_m=8)
    assert shadow.length_m == pytest.approx(8 / tan(radians(40)))
    assert shadow.east_m == pytest.approx(-shadow.north_m)
    assert shadow.north_m > 0


@pytest.mark.parametrize("elevation", [0.0, -3.0])
def test_a_sun_that_is_down_throws_no_shadow(elevation: float) -> None:
    with pytest.raises(InvalidValue, match="throws no shadow"):
        shadow_vector(Angles(azimuth_deg=90, elevation_deg=elevation), height_m=1)
