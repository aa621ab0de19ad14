"""Light on plain surfaces."""

from math import cos, radians, sin

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import daylight, illuminate, require_sun, resolve_step
from earthwork.simulate.painting.surface import Frame, Surface

SUN = Angles(azimuth_deg=150.0, elevation_deg=45.0)


def _surface(*, soft: np.ndarray | None = None, solid: np.ndarray | None = None) -> Surface:
    shape = next(field.shape for field in (soft, solid) if field is not None)
    frame = Frame(side_m=100.0, fine_m=0.25, row0=0, column0=0, rows=shape[0], columns=shape[1])
    nothing = np.zeros(shape, dtype=np.float32)
    return Surface(
        frame=frame,
        soft_m=nothing + 50 if soft is None else soft.astype(np.float32),
        solid_m=nothing if solid is None else solid.astype(np.float32),
        material=np.zeros(shape, np.uint8),
        albedo=np.full((4, *shape), 0.3, np.float32),
        wall=np.ones(shape, np.float32),
    )


def test_level_ground_in_the_open_gets_all_the_light() -> None:
    light = illuminate(_surface(soft=np.full((60, 70), 12.0)), sun=SUN)
    assert light.beam == pytest.approx(1.0)
    assert light.sky == pytest.approx(1.0)
    assert light.ground_m == pytest.approx(12.0)
    assert not light.shaded.any()


@pytest.mark.parametrize("azimuth", [0.0, 90.0, 200.0])
def test_a_slope_is_lit_by_the_cosine_to_its_normal(azimuth: float) -> None:
    east, north = 0.3, -0.2
    rows, columns = np.indices((50, 50)) * 0.25
    light = illuminate(
        _surface(soft=east * columns - north * rows),
        sun=Angles(azimuth_deg=azimuth, elevation_deg=50.0),
    )
    flat = cos(radians(50.0))
    normal = np.array([-east, -north, 1.0]) / np.sqrt(1 + east**2 + north**2)
    to_sun = [flat * sin(radians(azimuth)), flat * cos(radians(azimuth)), sin(radians(50.0))]
    assert light.beam[10:40, 10:40] == pytest.approx(normal @ to_sun / to_sun[2], abs=2e-3)


def test_the_two_sides_of_a_gable_differ_and_a_flat_roof_is_level_to_its_edge() -> None:
    solid = np.zeros((80, 80))
    solid[20:60, 20:60] = 5.0 + 0.12 * (20 - np.abs(np.arange(-20, 20) + 0.5))[:, np.newaxis]
    gable = illuminate(_surface(solid=solid), sun=Angles(azimuth_deg=180, elevation_deg=55))
    assert gable.beam[52, 40] > 1.15
    assert gable.beam[28, 40] < 0.85
    flat = illuminate(_surface(solid=np.where(solid > 0, 5.0, 0.0)), sun=SUN)
    assert flat.beam[20:60, 20:60] == pytest.approx(1.0)


def test_a_thin_wall_is_lit_as_its_top_not_as_a_slope() -> None:
    solid = np.zeros((60, 60))
    solid[30, 10:50] = 2.0
    light = illuminate(_surface(solid=solid), sun=SUN)
    assert light.beam[30, 12:48] == pytest.approx(1.0)


def test_a_court_sees_less_sky_than_a_square_and_a_roof_sees_it_all() -> None:
    solid = np.full((240, 240), 8.0)
    solid[100:116, 100:116] = 0
    solid[10:90, 150:230] = 0
    light = illuminate(_surface(solid=solid), sun=SUN)
    court, square, roof = light.sky[108, 108], light.sky[50, 190], light.sky[180, 60]
    assert court < 0.4 < square < roof
    assert roof == pytest.approx(1.0)


def test_shadow_and_ceiling_agree() -> None:
    solid = np.zeros((120, 60))
    solid[80:, 20:40] = 6.0
    light = illuminate(_surface(solid=solid), sun=Angles(azimuth_deg=180, elevation_deg=45))
    column = light.shaded[:80, 30]
    assert column.sum() == 24
    assert np.array_equal(column, light.ceiling_m[:80, 30] > 50.001)


def test_the_lower_the_sun_the_dimmer_the_redder_and_the_bluer_the_shade() -> None:
    high, low = (daylight(Angles(azimuth_deg=180, elevation_deg=e)) for e in (60, 15))
    assert low.sun[0] < high.sun[0] / 2
    assert low.sun[2] / low.sun[0] < high.sun[2] / high.sun[0]
    assert low.sky[0] / low.sun[0] > high.sky[0] / high.sun[0]
    for day in (high, low):
        assert day.sky[2] / day.sun[2] > day.sky[0] / day.sun[0] > day.sky[3] / day.sun[3]
    noon = daylight(Angles(azimuth_deg=180, elevation_deg=55))
    assert noon.sun[0] + noon.sky[0] == pytest.approx(1.0)


@pytest.mark.parametrize("elevation", [-3.0, 0.0, 4.9, 90.5, float("nan")])
def test_refuses_night_and_dusk(elevation: float) -> None:
    with pytest.raises(InvalidValue, match="above the horizon"):
        require_sun(Angles(azimuth_deg=0, elevation_deg=elevation))


def test_coarse_cells_are_about_a_metre() -> None:
    assert [resolve_step(fine) for fine in (0.15, 0.25, 0.6, 1.25, 3.0)] == [7, 4, 2, 1, 1]


def test_a_window_off_the_coarse_cells_gets_the_light_of_the_whole() -> None:
    rough = np.random.default_rng(2).normal(0, 0.4, (260, 260)).cumsum(axis=0) * 0.1
    whole = illuminate(_surface(soft=rough), sun=SUN, shadow_reach_m=5.0)
    place = (slice(13, 213), slice(26, 226))
    part = _surface(soft=rough[place])
    frame = Frame(side_m=100.0, fine_m=0.25, row0=13, column0=26, rows=200, columns=200)
    moved = Surface(
        frame=frame,
        soft_m=part.soft_m,
        solid_m=part.solid_m,
        material=part.material,
        albedo=part.albedo,
        wall=part.wall,
    )
    light = illuminate(moved, sun=SUN, shadow_reach_m=5.0)
    inside = (slice(70, -70), slice(70, -70))
    for name in ("beam", "sky", "ground_m", "ceiling_m"):
        assert np.array_equal(getattr(light, name)[inside], getattr(whole, name)[place][inside]), (
            name
        )
