"""What a slanting view shows of plain bodies."""

from math import radians, tan

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import Light, daylight, illuminate
from earthwork.simulate.camera.view import (
    Sight,
    is_nadir,
    look,
    radiance,
    require_view,
    view_reach_m,
)
from earthwork.simulate.painting.surface import Frame, Surface

SOUTH = Angles(azimuth_deg=180.0, elevation_deg=60.0)
SUN = Angles(azimuth_deg=180.0, elevation_deg=50.0)
BOX = (slice(60, 100), slice(60, 100))


def _surface(height: float, *, depth: float = 0.0, tree: bool = False) -> Surface:
    shape = (160, 160)
    body = np.zeros(shape, dtype=np.float32)
    body[BOX] = height - depth
    soft = np.full(shape, 20.0, dtype=np.float32)
    albedo = np.full((4, *shape), 0.2, dtype=np.float32)
    albedo[:, *BOX] = 0.4
    return Surface(
        frame=Frame(side_m=80, fine_m=0.5, row0=0, column0=0, rows=160, columns=160),
        soft_m=soft + body if tree or depth else soft,
        solid_m=np.zeros(shape, np.float32) if tree or depth else body,
        material=np.zeros(shape, np.uint8),
        albedo=albedo,
        wall=np.full(shape, 0.5, np.float32),
    )


def _look(surface: Surface, view: Angles = SOUTH) -> Sight:
    return look(surface, ground_m=np.full(surface.frame.shape, 20.0, np.float32), view=view)


def test_straight_down_everything_is_where_it_is() -> None:
    sight = _look(_surface(9.0), Angles(azimuth_deg=12, elevation_deg=90))
    assert not sight.step.any()
    assert not sight.is_wall.any()
    assert not sight.is_occluded.any()
    assert np.array_equal(sight.source.ravel(), np.arange(160 * 160))
    flags = np.eye(160, dtype=bool)
    assert sight.of(flags) is flags


def test_roof_wall_and_hidden_ground_lie_where_geometry_puts_them() -> None:
    sight = _look(_surface(9.0))
    far = 9.0 / tan(radians(60.0)) / 0.5
    column = 80
    roof_or_wall = np.isin(sight.source[:, column], np.arange(60, 100) * 160 + column)
    assert abs(roof_or_wall.sum() - (40 + far)) <= 0.5
    assert abs(sight.is_wall[:, column].sum() - far) <= 0.5
    # Walls face the sensor, south; the ground behind, north, is hidden.
    assert np.flatnonzero(sight.is_wall[:, column]).max() == 99
    hidden = np.flatnonzero(sight.is_occluded[:, column])
    assert hidden.max() == 59
    assert abs(len(hidden) - far) <= 0.5
    assert not sight.is_wall[:, :60].any()


def test_flags_move_with_what_bears_them() -> None:
    sight = _look(_surface(9.0))
    flags = np.zeros((160, 160), dtype=bool)
    flags[BOX] = True
    assert sight.of(flags)[:, 80].sum() == pytest.approx(40 + 9.0 / tan(radians(60)) / 0.5, abs=0.5)


def test_a_trench_floor_leans_towards_the_sensor_and_its_near_side_hides_it() -> None:
    sight = _look(_surface(0.0, depth=3.0))
    far = 3.0 / tan(radians(60.0)) / 0.5
    floor = np.isin(sight.source[:, 80], np.arange(60, 100) * 160 + 80)
    # The floor appears nearer the sensor; the far wall takes as much of it at the other end.
    assert abs(floor.sum() - (40 - far)) <= 1
    rows = np.flatnonzero(floor)
    assert rows.max() == 99
    assert abs(rows.min() - 60 - far) <= 1


def test_a_tree_leans_but_has_no_wall_and_no_windows() -> None:
    sight = _look(_surface(6.0, tree=True))
    assert not sight.is_wall.any()
    assert (sight.source[50:60, 80] >= 60 * 160).any()


def _shown(surface: Surface, view: Angles, sun: Angles = SUN, **options) -> np.ndarray:
    light = illuminate(surface, sun=sun)
    flat = Light(
        beam=light.beam,
        sky=light.sky,
        ceiling_m=light.ceiling_m,
        ground_m=np.full(surface.frame.shape, 20.0, np.float32),
    )
    sight = look(surface, ground_m=flat.ground_m, view=view)
    return radiance(surface, flat, sight, day=daylight(sun), sun=sun, **options)


@pytest.mark.parametrize(("azimuth", "brighter"), [(180.0, True), (0.0, False)])
def test_a_wall_is_bright_where_the_sun_meets_it(azimuth: float, *, brighter: bool) -> None:
    shown = _shown(_surface(4.0), SOUTH, Angles(azimuth_deg=azimuth, elevation_deg=35))
    wall = shown[0, 97, 80]
    dark = 0.06
    assert (wall > dark) is np.bool_(brighter)


def test_a_wall_in_the_shadow_of_another_house_is_dark() -> None:
    alone = _surface(8.0)
    solid = alone.solid_m.copy()
    solid[112:130, 40:120] = 9.0
    crowded = Surface(
        frame=alone.frame,
        soft_m=alone.soft_m,
        solid_m=solid,
        material=alone.material,
        albedo=alone.albedo,
        wall=alone.wall,
    )
    view = Angles(azimuth_deg=180, elevation_deg=75)
    lit, dark = (_shown(surface, view)[0, 99, 80] for surface in (alone, crowded))
    assert dark < 0.5 * lit


def test_tall_walls_have_rows_of_windows_and_low_ones_none() -> None:
    view = Angles(azimuth_deg=180, elevation_deg=50)
    low, tall = (_shown(_surface(height), view)[0, 80:100, 65:95] for height in (4.0, 16.0))
    face_low, face_tall = low[-4:], tall[-20:]
    assert np.ptp(face_low) < 0.02 * face_low.mean()
    assert np.ptp(face_tall) > 0.15 * face_tall.mean()


def test_bands_are_as_asked_and_pan_weighs_them() -> None:
    surface = _surface(9.0)
    three, four = (_shown(surface, SOUTH, bands=bands) for bands in ("rgb", "rgbn"))
    assert np.array_equal(three, four[:3])
    pan = _shown(surface, SOUTH, bands="pan", weights=(0.5, 0.2, 0.1, 0.2))
    weighed = np.tensordot(np.array([0.5, 0.2, 0.1, 0.2]), four, axes=1)
    assert pan[0] == pytest.approx(weighed, rel=1e-5)


def test_reach_and_nadir() -> None:
    assert view_reach_m(Angles(azimuth_deg=3, elevation_deg=45), tallest_m=30) == pytest.approx(30)
    assert view_reach_m(Angles(azimuth_deg=3, elevation_deg=90), tallest_m=30) == 0
    assert is_nadir(Angles(azimuth_deg=0, elevation_deg=89.9))
    assert not is_nadir(Angles(azimuth_deg=0, elevation_deg=89))


@pytest.mark.parametrize("elevation", [44.9, 0.0, 91.0, float("nan")])
def test_refuses_a_view_that_no_satellite_takes(elevation: float) -> None:
    with pytest.raises(InvalidValue, match="above the horizon"):
        require_view(Angles(azimuth_deg=0, elevation_deg=elevation))
