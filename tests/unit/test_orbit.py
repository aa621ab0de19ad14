from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import radians, tan

import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.radar.orbit import ASCENDING, DESCENDING, Orbit, overpasses

FIRST, LAST = datetime(2016, 9, 1, tzinfo=UTC), datetime(2016, 12, 1, tzinfo=UTC)


def test_a_right_looking_radar_looks_east_going_north_and_west_going_south():
    assert ASCENDING.look_deg == pytest.approx(78.0)
    assert DESCENDING.look_deg == pytest.approx(282.0)
    assert ASCENDING.look[0] == pytest.approx(-DESCENDING.look[0])
    assert ASCENDING.look[1] == pytest.approx(DESCENDING.look[1])


def test_heights_lie_over_by_the_cotangent_and_shade_by_the_tangent():
    assert ASCENDING.layover_per_m == pytest.approx(1 / tan(radians(38)))
    assert ASCENDING.shadow_per_m == pytest.approx(tan(radians(38)))


@pytest.mark.parametrize(
    ("incidence_deg", "number"), [(10.0, 1), (70.0, 1), (38.0, 0), (38.0, 176)]
)
def test_what_no_such_orbit_has_is_refused(incidence_deg, number):
    with pytest.raises(InvalidValue):
        Orbit(name="ascending", heading_deg=348.0, incidence_deg=incidence_deg, number=number)


@pytest.mark.parametrize("revisit_days", [6, 12])
@pytest.mark.parametrize("orbit", [ASCENDING, DESCENDING])
def test_passes_are_evenly_spaced_and_fill_the_period(orbit, revisit_days):
    passes = overpasses(orbit, first=FIRST, last=LAST, longitude=43.0, revisit_days=revisit_days)
    step = timedelta(days=revisit_days)
    assert all(later - earlier == step for earlier, later in pairwise(passes))
    assert FIRST <= passes[0] < FIRST + step
    assert LAST - step < passes[-1] <= LAST


def test_passes_come_at_dawn_and_dusk_of_the_place():
    dusk = overpasses(ASCENDING, first=FIRST, last=LAST, longitude=45.0)[0]
    dawn = overpasses(DESCENDING, first=FIRST, last=LAST, longitude=45.0)[0]
    assert (dusk.hour, dawn.hour) == (15, 3)


def test_both_bounds_count():
    at = overpasses(ASCENDING, first=FIRST, last=LAST, longitude=43.0)[1]
    assert overpasses(ASCENDING, first=at, last=at, longitude=43.0) == (at,)


def test_a_period_that_ends_before_it_begins_has_no_pass():
    assert overpasses(ASCENDING, first=LAST, last=FIRST, longitude=43.0) == ()


def test_a_revisit_takes_a_day_at_least():
    with pytest.raises(InvalidValue, match="revisit"):
        overpasses(ASCENDING, first=FIRST, last=LAST, longitude=43.0, revisit_days=0)
