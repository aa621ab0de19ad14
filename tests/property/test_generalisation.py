"""What the public sees is near the truth, coarser than the step, and does not depend on detail."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from earthwork.publishing.generalisation import generalised

_degrees = st.floats(-80, 80, allow_nan=False)


@given(
    points=st.lists(st.tuples(_degrees, _degrees), min_size=2, max_size=12, unique=True),
    digits=st.integers(0, 5),
)
def test_every_coordinate_lies_on_the_step_and_near_the_line(
    points: list[tuple[float, float]], digits: int
) -> None:
    line = LineString(points)
    coarse = shapely.get_coordinates(generalised(line, digits=digits))
    assert len(coarse) > 0
    assert np.array_equal(np.round(coarse, digits), coarse)
    reach = 1.5 * 10.0**-digits
    assert all(shapely.Point(xy).distance(line) <= reach for xy in coarse)
