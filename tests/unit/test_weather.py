"""Haze, clouds and their shadows."""

from dataclasses import replace
from math import radians, tan

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import daylight
from earthwork.simulate.camera.weather import (
    CLEAR,
    Atmosphere,
    cloud_offset,
    haze_of,
    seen_through,
    sky_over,
)
from earthwork.simulate.painting.surface import Frame

NADIR = Angles(azimuth_deg=0.0, elevation_deg=90.0)
SUN = Angles(azimuth_deg=150.0, elevation_deg=40.0)
WIDE = Frame(side_m=12000, fine_m=20.0, row0=0, column0=0, rows=600, columns=600)
EYE = np.eye(4, dtype=np.float32)


@pytest.mark.parametrize("cover", [0.1, 0.3, 0.6, 0.9])
def test_clouds_cover_the_stated_share_of_a_wide_sky(cover: float) -> None:
    shares = []
    for seed in range(3):
        sky = sky_over(
            WIDE, Atmosphere(cloud_cover=cover, cloud_scale_m=300, seed=seed), sun=SUN, view=NADIR
        )
        assert sky is not None
        shares += [sky.is_cloud.mean(), sky.is_shaded.mean()]
    assert np.mean(shares) == pytest.approx(cover, abs=0.03)


def test_an_overcast_sky_hides_all_and_a_clear_one_is_none() -> None:
    sky = sky_over(WIDE, Atmosphere(cloud_cover=1.0), sun=SUN, view=NADIR)
    assert sky is not None
    assert sky.is_cloud.all()
    assert sky.is_shaded.all()
    assert sky_over(WIDE, Atmosphere(), sun=SUN, view=NADIR) is None


@pytest.mark.parametrize("azimuth", [30.0, 150.0, 260.0])
def test_a_clouds_shadow_falls_away_from_the_sun_by_height_over_tangent(azimuth: float) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=40.0)
    air = Atmosphere(cloud_cover=0.3, cloud_height_m=1400.0, seed=4)
    sky = sky_over(WIDE, air, sun=sun, view=NADIR)
    assert sky is not None
    far = 1400 / tan(radians(40.0)) / 20.0
    down = round(-far * np.cos(radians(azimuth)))
    right = round(far * np.sin(radians(azimuth)))
    assert cloud_offset(air, towards=sun, gsd_m=20.0) == (down, right)
    # What is shaded here has its cloud towards the sun.
    moved = np.roll(sky.opacity, (-down, -right), axis=(0, 1))
    assert np.array_equal(sky.shade[150:450, 150:450], moved[150:450, 150:450])


def test_off_nadir_a_cloud_appears_away_from_the_sensor() -> None:
    air = Atmosphere(cloud_cover=0.3, cloud_height_m=1000.0, seed=4)
    straight = sky_over(WIDE, air, sun=SUN, view=NADIR)
    slanting = sky_over(WIDE, air, sun=SUN, view=Angles(azimuth_deg=90.0, elevation_deg=45.0))
    assert straight is not None
    assert slanting is not None
    assert np.array_equal(straight.opacity[:, 50:], slanting.opacity[:, :-50])


def test_a_window_sees_the_clouds_of_the_whole() -> None:
    air = Atmosphere(cloud_cover=0.4, seed=2)
    whole = sky_over(WIDE, air, sun=SUN, view=NADIR)
    part = sky_over(
        replace(WIDE, row0=131, column0=77, rows=90, columns=50), air, sun=SUN, view=NADIR
    )
    assert whole is not None
    assert part is not None
    assert np.array_equal(whole.opacity[131:221, 77:127], part.opacity)
    assert np.array_equal(whole.shade[131:221, 77:127], part.shade)


def test_clouds_have_thin_edges() -> None:
    sky = sky_over(replace(WIDE, fine_m=5.0), Atmosphere(cloud_cover=0.4), sun=SUN, view=NADIR)
    assert sky is not None
    between = (sky.opacity > 0.05) & (sky.opacity < 0.95)
    assert 0.05 < between.mean() < 0.5


def test_haze_lifts_the_dark_and_takes_contrast() -> None:
    day = daylight(SUN)
    ground = np.array([0.05, 0.4], dtype=np.float32).reshape(1, 1, 2).repeat(4, axis=0)
    clear, usual, storm = (
        seen_through(ground, atmosphere=Atmosphere(haze=h), day=day, sky=None, weights=EYE)
        for h in (0.0, 1.0, 5.0)
    )
    assert np.array_equal(clear, ground)
    assert (usual[:, 0, 0] > clear[:, 0, 0]).all()
    spans = [np.ptp(shown, axis=2).mean() for shown in (clear, usual, storm)]
    assert spans[0] > spans[1] > spans[2] > 0
    lift = (usual - clear)[:, 0, 0]
    assert lift[2] > lift[1] > lift[0] > lift[3]


def test_haze_is_what_it_says() -> None:
    day = daylight(SUN)
    air = Atmosphere(haze=2.0)
    through, own = haze_of(air, day=day)
    ground = np.full((4, 2, 2), 0.3, dtype=np.float32)
    weights = np.array([[0.4, 0.3, 0.1, 0.2]], dtype=np.float32)
    shown = seen_through(ground[:1], atmosphere=air, day=day, sky=None, weights=weights)
    assert shown == pytest.approx(0.3 * (weights[0] @ through) + weights[0] @ own, rel=1e-5)
    assert haze_of(CLEAR, day=day) == ((1.0,) * 4, (0.0,) * 4)


def test_clouds_hide_and_shade() -> None:
    day = daylight(SUN)
    air = Atmosphere(haze=0.0, cloud_cover=0.35, cloud_height_m=4000, seed=1)
    sky = sky_over(WIDE, air, sun=SUN, view=NADIR)
    assert sky is not None
    ground = np.full((4, 600, 600), 0.2, dtype=np.float32)
    shown = seen_through(ground, atmosphere=air, day=day, sky=sky, weights=EYE)
    thick, open_ = sky.opacity > 0.99, sky.opacity == 0
    deep = open_ & (sky.shade > 0.99)
    assert shown[0][thick].min() > 0.6 * (day.sun[0] + day.sky[0])
    assert shown[0][open_ & (sky.shade == 0)] == pytest.approx(0.2)
    assert shown[0][deep] == pytest.approx(0.2 * (1 - 0.76), abs=0.01)
    # Blue comes from the sky, which a cloud before the sun leaves.
    assert shown[2][deep].mean() > shown[0][deep].mean()


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"cloud_cover": 1.1}, "cloud_cover"),
        ({"cloud_cover": float("nan")}, "cloud_cover"),
        ({"haze": -0.1}, "haze"),
        ({"cloud_height_m": -1.0}, "cloud_height_m"),
        ({"cloud_scale_m": 0.0}, "cloud_scale_m"),
    ],
)
def test_refuses_what_no_air_is_like(values: dict[str, float], where: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Atmosphere(**values)
    assert caught.value.where == where


def test_with_the_sun_overhead_a_cloud_shades_what_is_below_it() -> None:
    assert cloud_offset(Atmosphere(), towards=NADIR, gsd_m=1.0) == (0, 0)
