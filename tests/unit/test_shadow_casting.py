from math import hypot, radians, tan

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.geometry.shadow_casting import cast_shadows, shadow_ceiling
from earthwork.geometry.sun import shadow_vector
from earthwork.model.scene import Angles


def _box(height: float = 9.0) -> np.ndarray:
    field = np.zeros((121, 121), dtype=np.float32)
    field[50:71, 50:71] = height
    return field


@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
@pytest.mark.parametrize("elevation", [25.0, 37.0, 62.0])
def test_the_shadow_of_a_box_is_its_height_over_the_tangent(azimuth: int, elevation: float) -> None:
    shaded = cast_shadows(
        _box(), gsd_m=0.5, sun=Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    )
    line = shaded[60] if azimuth in {90, 270} else shaded[:, 60]
    assert abs(line.sum() - 9.0 / tan(radians(elevation)) / 0.5) <= 0.5


@pytest.mark.parametrize("azimuth", [20, 45, 118, 163, 200, 301])
def test_a_slanting_shadow_ends_where_the_corner_is_thrown(azimuth: int) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=40)
    rows, columns = np.nonzero(cast_shadows(_box(), gsd_m=0.5, sun=sun))
    thrown = shadow_vector(sun, height_m=9.0)
    corner_column = 70 if thrown.east_m > 0 else 50
    corner_row = 50 if thrown.north_m > 0 else 70
    end = (corner_row - thrown.north_m / 0.5, corner_column + thrown.east_m / 0.5)
    nearest = np.hypot(rows - end[0], columns - end[1]).min()
    beyond = ((rows - end[0]) * -thrown.north_m + (columns - end[1]) * thrown.east_m).max()
    assert nearest <= 1.0
    assert beyond / hypot(thrown.north_m, thrown.east_m) <= 1.0


def test_flat_ground_casts_no_shadow() -> None:
    field = np.full((20, 20), 300.0)
    assert not cast_shadows(field, gsd_m=0.5, sun=Angles(azimuth_deg=77, elevation_deg=3)).any()


def test_the_roof_of_the_box_is_lit() -> None:
    shaded = cast_shadows(_box(), gsd_m=0.5, sun=Angles(azimuth_deg=140, elevation_deg=30))
    assert not shaded[50:71, 50:71].any()


def test_all_is_dark_when_the_sun_is_down_and_lit_when_it_is_overhead() -> None:
    field = _box()
    assert cast_shadows(field, gsd_m=1, sun=Angles(azimuth_deg=0, elevation_deg=0)).all()
    assert not cast_shadows(field, gsd_m=1, sun=Angles(azimuth_deg=0, elevation_deg=90)).any()


def test_an_unknown_height_neither_casts_nor_lies_in_shadow() -> None:
    field = _box()
    field[50:71, 50:71] = np.nan
    sun = Angles(azimuth_deg=180, elevation_deg=30)
    assert not cast_shadows(field, gsd_m=0.5, sun=sun).any()
    field[80, 60] = 20.0
    shaded = cast_shadows(field, gsd_m=0.5, sun=sun)
    assert shaded[75, 60]
    assert not shaded[60, 60]


def test_the_ceiling_sinks_by_the_tangent_from_the_edge_of_a_face() -> None:
    field = np.zeros((6, 1), dtype=np.float32)
    field[5] = 10.0
    ceiling = shadow_ceiling(field, gsd_m=2.0, sun=Angles(azimuth_deg=180, elevation_deg=45))
    assert ceiling[:, 0] == pytest.approx([1, 3, 5, 7, 9, -np.inf])


def test_a_gentle_rise_is_met_at_the_middle_of_its_pixel() -> None:
    field = np.array([[0.0], [0.0], [3.0]], dtype=np.float32)
    ceiling = shadow_ceiling(field, gsd_m=2.0, sun=Angles(azimuth_deg=180, elevation_deg=45))
    assert ceiling[:, 0] == pytest.approx([-1, 1, -np.inf])


def test_a_slope_gentler_than_the_sun_shades_nothing() -> None:
    ramp = np.arange(60, dtype=np.float32)[:, None] * np.full((1, 30), 0.25, np.float32)
    sun = Angles(azimuth_deg=180, elevation_deg=30)
    assert not cast_shadows(ramp, gsd_m=0.5, sun=sun).any()
    low = Angles(azimuth_deg=180, elevation_deg=20)
    assert cast_shadows(ramp, gsd_m=0.5, sun=low)[:-1].all()


def test_a_shadow_ends_with_its_reach() -> None:
    field = np.zeros((100, 3), dtype=np.float32)
    field[90:] = 50.0
    sun = Angles(azimuth_deg=180, elevation_deg=45)
    assert cast_shadows(field, gsd_m=1, sun=sun, reach_m=20.0)[:90].sum(axis=0).tolist() == [20] * 3


def test_refuses_what_is_no_field() -> None:
    sun = Angles(azimuth_deg=180, elevation_deg=45)
    with pytest.raises(InvalidValue, match="3 dimensions"):
        cast_shadows(np.zeros((1, 2, 3)), gsd_m=1, sun=sun)
    with pytest.raises(InvalidValue, match="gsd_m"):
        cast_shadows(np.zeros((2, 3)), gsd_m=0, sun=sun)
    with pytest.raises(InvalidValue, match="reach"):
        cast_shadows(np.zeros((2, 3)), gsd_m=1, sun=sun, reach_m=0)
