"""The sun told from shadows: box scenes with a known sun, and a real picture with a known hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.geometry.shadow_casting import cast_shadows
from earthwork.geometry.sun import sun_position
from earthwork.imagery.sun_from_shadows import (
    SunOptions,
    _axis,
    _chosen_peak,
    _find_regions,
    _Prior,
    _without_lean,
    estimate_sun,
    find_shadows,
)
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.interval import Interval
from earthwork.model.scene import Angles

PLEIADES = Path("../shared/data/pleiades-kahramanmaras/post_event_img2.tif")
GSD = 0.5


def box_city(sun: Angles, *, side: int = 300, seed: int = 0, count: int = 40) -> np.ndarray:
    """Return a picture (1, row, column) of houses turned every way, twice oversampled."""
    rng = np.random.default_rng(seed)
    fine = 2 * side
    height = np.zeros((fine, fine), np.float32)
    albedo = np.full((fine, fine), 0.30, np.float32)
    for _ in range(count):
        middle = rng.uniform(40, fine - 40, 2)
        size = rng.uniform(24, 60, 2)
        corners = cv2.boxPoints((tuple(middle), tuple(size), float(rng.uniform(0, 90))))
        cv2.fillConvexPoly(height, np.round(corners).astype(np.int32), float(rng.uniform(3, 8)))
        cv2.fillConvexPoly(
            albedo, np.round(corners).astype(np.int32), float(rng.uniform(0.25, 0.5))
        )
    lit = ~cast_shadows(height, gsd_m=GSD / 2, sun=sun)
    radiance = cv2.GaussianBlur(albedo * (0.25 + 0.75 * lit), (0, 0), 1.4)
    picture = cv2.resize(radiance, (side, side), interpolation=cv2.INTER_AREA) * 400
    noisy = picture + rng.normal(0, 2, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)[None]


def apart(first: float, second: float) -> float:
    return abs((first - second + 180) % 360 - 180)


@pytest.mark.parametrize("azimuth", [100.0, 152.0, 200.0, 301.0])
def test_the_azimuth_of_a_box_city_is_found(azimuth: float) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=42)
    estimate = estimate_sun(box_city(sun, seed=int(azimuth)), gsd_m=GSD)
    assert apart(estimate.azimuth_deg, azimuth) < 6
    assert estimate.is_reliable
    assert "hollows tell" in estimate.how


def test_the_error_is_of_the_size_of_the_miss() -> None:
    misses, errors = [], []
    for seed in range(4):
        sun = Angles(azimuth_deg=120 + 17 * seed, elevation_deg=40)
        estimate = estimate_sun(box_city(sun, seed=seed), gsd_m=GSD)
        misses.append(apart(estimate.azimuth_deg, sun.azimuth_deg))
        errors.append(estimate.azimuth_error_deg)
    assert np.sqrt(np.mean(np.square(misses))) < 2 * np.mean(errors)


def test_a_day_gives_the_elevation_at_that_azimuth() -> None:
    taken = datetime(2023, 4, 15, 8, 30, tzinfo=UTC)
    sun = sun_position(taken, longitude=37.0, latitude=37.5)
    estimate = estimate_sun(
        box_city(sun, seed=3), gsd_m=GSD, taken=Interval.of_day(date(2023, 4, 15)),
        longitude=37.0, latitude=37.5,
    )  # fmt: skip
    assert estimate.elevation_deg == pytest.approx(sun.elevation_deg, abs=4)
    assert "path of the sun" in estimate.how


def test_a_moment_and_a_place_are_computed() -> None:
    moment = datetime(2023, 4, 15, 8, 34, tzinfo=UTC)
    blank = np.full((1, 40, 40), 90, np.uint8)
    estimate = estimate_sun(
        blank, gsd_m=GSD, taken=Interval.at(moment), longitude=36.9, latitude=37.58
    )
    sun = sun_position(moment, longitude=36.9, latitude=37.58)
    assert estimate.azimuth_deg == pytest.approx(sun.azimuth_deg, abs=0.01)
    assert estimate.azimuth_error_deg < 5
    assert estimate.is_reliable


def test_a_sun_that_the_day_never_saw_is_called_a_contradiction() -> None:
    picture = box_city(Angles(azimuth_deg=280, elevation_deg=40), seed=5)
    estimate = estimate_sun(
        picture, gsd_m=GSD, taken=Interval.of_day(date(2023, 4, 15)), longitude=37.0, latitude=37.5
    )
    assert not estimate.is_reliable
    assert "one of the two is wrong" in estimate.how


def test_without_a_date_the_elevation_is_weak() -> None:
    estimate = estimate_sun(box_city(Angles(azimuth_deg=150, elevation_deg=45), seed=2), gsd_m=GSD)
    assert estimate.elevation_deg is not None
    assert estimate.elevation_error_deg is not None
    assert estimate.elevation_error_deg > 8
    assert abs(estimate.elevation_deg - 45) < 2 * estimate.elevation_error_deg


@pytest.mark.parametrize(("latitude", "azimuth"), [(30.0, 150.0), (-30.0, 30.0), (None, 150.0)])
def test_a_blank_picture_gives_the_usual_hour_and_says_so(
    latitude: float | None, azimuth: float
) -> None:
    estimate = estimate_sun(np.full((1, 50, 50), 80, np.uint8), gsd_m=GSD, latitude=latitude)
    assert (estimate.azimuth_deg, estimate.azimuth_error_deg) == (azimuth, 90.0)
    assert estimate.elevation_deg is None
    assert not estimate.is_reliable
    assert "No shadow" in estimate.how


def test_a_day_and_a_place_give_a_blank_picture_the_sun_of_that_day() -> None:
    estimate = estimate_sun(
        np.full((1, 50, 50), 80, np.uint8), gsd_m=GSD,
        taken=Interval.of_day(date(2024, 12, 21)), longitude=44.2, latitude=15.3,
    )  # fmt: skip
    assert 140 < estimate.azimuth_deg < 160


def test_long_and_open_spans_tell_no_day() -> None:
    blank = np.full((1, 50, 50), 80, np.uint8)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for span in (
        Interval(start=start, end=None),
        Interval(start=start, end=start + timedelta(days=200)),
    ):
        estimate = estimate_sun(blank, gsd_m=GSD, taken=span, longitude=44.0, latitude=15.0)
        assert estimate.azimuth_deg == 150.0


def test_few_shadows_of_no_shape_leave_the_end_to_the_usual_hour() -> None:
    picture = np.full((1, 120, 120), 120, np.uint8)
    for row in (20, 55, 90):
        picture[0, row : row + 10, 40:70] = 20
    estimate = estimate_sun(picture, gsd_m=GSD, latitude=-20.0)
    assert not estimate.is_reliable
    assert "the one nearer to the usual hour" in estimate.how


def test_of_two_equal_axes_the_usual_one_is_taken() -> None:
    angles = np.arange(0.0, 180.0, 2.0)
    curve = np.exp(-(((angles - 60) / 8) ** 2)) + 0.95 * np.exp(-(((angles - 150) / 8) ** 2))
    prior = _Prior(azimuth_deg=150.0, words="the usual hour")
    best, rivals, how = _chosen_peak(curve, angles, prior)
    assert angles[best] == 150
    assert rivals == pytest.approx(0.95, abs=0.01)
    assert "of two axes" in how
    other, _, _ = _chosen_peak(curve, angles, _Prior(azimuth_deg=60.0, words=""))
    assert angles[other] == 60


def test_trees_are_no_shadows() -> None:
    picture = np.full((3, 60, 60), 120, np.uint8)
    picture[:, 10:20, 10:20] = np.array([20, 22, 24])[:, None, None]
    picture[:, 35:45, 35:45] = np.array([20, 45, 18])[:, None, None]
    shadows = find_shadows(picture, gsd_m=GSD)
    assert shadows[15, 15]
    assert not shadows[40, 40]
    assert not shadows[5, 50]


def test_a_pixel_without_size_is_refused() -> None:
    with pytest.raises(InvalidValue, match="pixel"):
        find_shadows(np.zeros((1, 9, 9), np.uint8), gsd_m=0.0)


def test_lean_is_undone() -> None:
    sun, view = Angles(azimuth_deg=150, elevation_deg=50), Angles(azimuth_deg=250, elevation_deg=75)
    shadow = -np.array([np.sin(np.radians(150)), np.cos(np.radians(150))]) / np.tan(np.radians(50))
    lean = -np.array([np.sin(np.radians(250)), np.cos(np.radians(250))]) / np.tan(np.radians(75))
    seen = -(shadow - lean)
    apparent = np.degrees(np.arctan2(*seen)) % 360
    assert apart(apparent, 150) > 10
    assert _without_lean(apparent, sun.elevation_deg, view) == pytest.approx(150, abs=0.01)
    assert _without_lean(apparent, 50, None) == apparent


def test_the_same_picture_gives_the_same_estimate() -> None:
    picture = box_city(Angles(azimuth_deg=140, elevation_deg=45), seed=9, side=220, count=16)
    assert estimate_sun(picture, gsd_m=GSD) == estimate_sun(picture, gsd_m=GSD)


def test_chords_along_the_sun_have_the_shadow_s_length() -> None:
    picture = np.full((1, 100, 100), 200, np.uint8)
    picture[0, 30:42, 20:80] = 20
    picture[0, 60:72, 20:80] = 20
    regions = _find_regions(picture, gsd_m=1.0, options=SunOptions())
    axis = _axis(regions, _Prior(azimuth_deg=180.0, words=""), SunOptions())
    across = apart(2 * axis.angle_deg, 0) < 10
    assert axis.length_px == pytest.approx(12 if across else 60, abs=1.5)


@pytest.mark.skipif(not PLEIADES.exists(), reason="the real pictures are not here")
def test_a_real_picture_of_a_known_hour() -> None:
    with open_raster(PLEIADES) as raster:
        pixels = read_array(raster).pixels
    sun = sun_position(
        datetime(2023, 4, 15, 8, 34, 40, tzinfo=UTC), longitude=36.91, latitude=37.585
    )
    view = Angles(azimuth_deg=248.6, elevation_deg=76.5)
    estimate = estimate_sun(pixels, gsd_m=0.5, view=view)
    assert apart(estimate.azimuth_deg, sun.azimuth_deg) < 8
    assert estimate.is_reliable
