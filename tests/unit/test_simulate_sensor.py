"""The simulated camera on plain scenes."""

from math import radians, tan

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.simulate.sensor import Misplacement, SensorOptions, render
from earthwork.simulate.surface import Frame, Surface

FRAME = Frame(side_m=80.0, fine_m=0.25, margin_m=16.0)
NADIR = Angles(azimuth_deg=0.0, elevation_deg=90.0)
CLEAN = SensorOptions(noise=0.0, haze=0.0, blur_px=0.3)


def _surface(*, height_m: float) -> Surface:
    """Return level ground with one box, 20 m a side, 30 to 50 m east and north."""
    solid = np.zeros(FRAME.shape, dtype=np.float32)
    corner = FRAME.to_pixels(np.array([[30.0, 50.0], [50.0, 30.0]])).round().astype(int)
    box = (slice(corner[0, 1], corner[1, 1]), slice(corner[0, 0], corner[1, 0]))
    solid[box] = height_m
    albedo = np.full((*FRAME.shape, 3), 0.3, dtype=np.float32)
    albedo[box] = 0.5
    return Surface(
        frame=FRAME, soft_m=np.full(FRAME.shape, 220, np.float32), solid_m=solid, albedo=albedo
    )


def _picture(
    *,
    sun: Angles,
    view: Angles = NADIR,
    options: SensorOptions = CLEAN,
    misplacement: Misplacement | None = None,
    height_m: float = 10.0,
) -> np.ndarray:
    return render(
        _surface(height_m=height_m),
        sun=sun,
        view=view,
        options=options,
        misplacement=misplacement,
        rng=np.random.default_rng(0),
    )


@pytest.mark.parametrize("elevation", [30.0, 40.0, 63.0])
@pytest.mark.parametrize("height", [4.0, 9.0])
def test_a_shadow_in_the_picture_is_height_over_tangent(elevation: float, height: float) -> None:
    sun = Angles(azimuth_deg=180.0, elevation_deg=elevation)
    column = _picture(sun=sun, height_m=height)[0][:, 80].astype(int)
    ground = column[:20].mean()
    shaded = (column[:60] < 0.6 * ground).sum()
    assert abs(shaded - height / tan(radians(elevation)) / 0.5) <= 1


def test_what_stands_leans_away_from_the_sensor() -> None:
    sun = Angles(azimuth_deg=180.0, elevation_deg=60.0)
    straight = _picture(sun=sun)[0]
    leaning = _picture(sun=sun, view=Angles(azimuth_deg=90.0, elevation_deg=80.0))[0]
    roof = straight[80].max()
    edge = [np.flatnonzero(row[:110] > roof - 8)[0] for row in (straight[80], leaning[80])]
    assert edge[0] - edge[1] == pytest.approx(10.0 / tan(radians(80)) / 0.5, abs=1)


@pytest.mark.parametrize(("azimuth", "brighter"), [(180.0, True), (0.0, False)])
def test_a_wall_in_view_is_bright_where_the_sun_meets_it(azimuth: float, *, brighter: bool) -> None:
    view = Angles(azimuth_deg=180.0, elevation_deg=70.0)
    picture = _picture(sun=Angles(azimuth_deg=azimuth, elevation_deg=45.0), view=view)[0]
    wall = picture[96, 80]
    assert (wall > 120) is np.bool_(brighter)


def test_a_misplaced_picture_is_shifted_as_stated() -> None:
    sun = Angles(azimuth_deg=150.0, elevation_deg=50.0)
    placed = _picture(sun=sun)
    shifted = _picture(sun=sun, misplacement=Misplacement(shift_x_px=3.0, shift_y_px=-2.0))
    assert np.array_equal(placed[:, 12:150, 10:140], shifted[:, 10:148, 13:143])


def test_a_turned_picture_turns_clockwise() -> None:
    sun = Angles(azimuth_deg=180.0, elevation_deg=89.0)
    turned = _picture(sun=sun, misplacement=Misplacement(rotation_deg=10.0))[0]
    turned = turned > (int(turned.min()) + int(turned.max())) / 2
    top = np.flatnonzero(turned.any(axis=1))[0]
    # Turned clockwise, the box's upper left corner rises to the top and moves right.
    assert 60 < np.flatnonzero(turned[top]).mean() < 70


def test_level_ground_is_even_and_noise_is_as_stated() -> None:
    sun = Angles(azimuth_deg=150.0, elevation_deg=50.0)
    assert np.ptp(_picture(sun=sun)[0][:20, :20]) <= 1
    noisy = _picture(sun=sun, options=SensorOptions(noise=0.02, haze=0.0))[0][:30, :30]
    assert noisy.std() == pytest.approx(0.02 * 255, rel=0.15)


def test_haze_lifts_the_dark() -> None:
    sun = Angles(azimuth_deg=180.0, elevation_deg=40.0)
    clear = _picture(sun=sun)
    hazy = _picture(sun=sun, options=SensorOptions(noise=0, haze=2.0, blur_px=0.3))
    assert hazy[2].min() > clear[2].min() + 10


def test_panchromatic_digits_have_eleven_bits() -> None:
    sun = Angles(azimuth_deg=180.0, elevation_deg=40.0)
    picture = _picture(sun=sun, options=SensorOptions(bands="pan"))
    assert picture.dtype == np.uint16
    assert picture.shape == (1, 160, 160)
    assert picture.max() <= 2047


@pytest.mark.parametrize(
    ("sun", "view", "where"),
    [
        (Angles(azimuth_deg=0, elevation_deg=0), NADIR, "sun elevation"),
        (Angles(azimuth_deg=0, elevation_deg=9), Angles(azimuth_deg=0, elevation_deg=40), "view"),
    ],
)
def test_refuses_night_and_too_slanting_a_view(sun: Angles, view: Angles, where: str) -> None:
    with pytest.raises(InvalidValue, match="above the horizon") as caught:
        _picture(sun=sun, view=view)
    assert where in str(caught.value.where)
