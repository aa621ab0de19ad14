"""What is measured of a picture before anything is drawn into it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from shapely import box

from earthwork.errors import InvalidValue
from earthwork.simulate.inserting.backdrop import (
    find_ground,
    measure_blur,
    measure_contrasts,
    measure_noise,
    measure_shadow_level,
    study_backdrop,
)


def edges(sigma_px: float, *, side: int = 260, seed: int = 0) -> np.ndarray:
    """Return a picture of turned rectangles, four times oversampled, with a known point spread."""
    rng = np.random.default_rng(seed)
    fine = np.full((4 * side, 4 * side), 100, np.float32)
    for _ in range(40):
        corners = cv2.boxPoints(
            (tuple(rng.uniform(0, 4 * side, 2)), tuple(rng.uniform(90, 300, 2)), rng.uniform(0, 90))
        )
        cv2.fillConvexPoly(fine, np.round(corners).astype(np.int32), float(rng.uniform(40, 220)))
    spread = 4 * np.sqrt(sigma_px**2 - 1 / 12)
    return cv2.resize(
        cv2.GaussianBlur(fine, (0, 0), spread), (side, side), interpolation=cv2.INTER_AREA
    )


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.2])
def test_the_point_spread_is_told_from_edges(sigma: float) -> None:
    noisy = edges(sigma) + np.random.default_rng(1).normal(0, 1, (260, 260))
    assert measure_blur(noisy.astype(np.float32)) == pytest.approx(sigma, rel=0.15)


def test_without_edges_a_usual_point_spread_is_taken() -> None:
    assert measure_blur(np.full((60, 60), 50, np.float32)) == 0.8
    step = np.full((40, 40), 50, np.float32)
    step[10:12, 10:12] = 200
    assert measure_blur(step) == 0.8


@pytest.mark.parametrize("sigma", [1.0, 4.0])
def test_noise_is_measured_where_it_is_smooth(sigma: float) -> None:
    rng = np.random.default_rng(2)
    picture = np.stack([edges(0.8) + rng.normal(0, sigma, (260, 260)) for _ in range(2)])
    assert measure_noise(picture) == pytest.approx([sigma, sigma], rel=0.15)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Return a picture (3, 240, 240) at 1 m of a plain, a road, a hall and trees."""
    rng = np.random.default_rng(3)
    rough = cv2.GaussianBlur(rng.normal(0, 1, (240, 240)).astype(np.float32), (0, 0), 1.0) * 120
    picture = np.stack([110 + rough, 100 + rough, 85 + rough])
    picture[:, :100] = np.array([120, 105, 90])[:, None, None]
    picture[:, 150:160] = np.array([95, 92, 90])[:, None, None]
    picture[:, 190:215, 60:110] = np.array([118, 112, 105])[:, None, None]
    picture[:, 20:40, 20:60] = np.array([40, 90, 30])[:, None, None]
    shadows = np.zeros((240, 240), bool)
    shadows[60:72, 120:180] = True
    picture[:, shadows] *= 0.4
    return np.clip(picture + rng.normal(0, 1, picture.shape), 1, 255), shadows


def test_open_ground_strips_and_what_is_neither() -> None:
    picture, shadows = scene()
    ground = find_ground(picture, gsd_m=1.0, shadows=shadows)
    assert ground.open[80:95, 20:220].mean() > 0.9
    assert ground.strips[152:158, 20:220].mean() > 0.8
    assert not ground.open[110:140].any()
    assert not ground.bare[25:35, 25:55].any()
    assert not ground.bare[shadows].any()
    assert not ground.open[195:210, 65:105].any()


def test_known_buildings_are_no_ground() -> None:
    picture, shadows = scene()
    ground = find_ground(picture, gsd_m=1.0, shadows=shadows, buildings=[box(100, 75, 140, 95)])
    assert not ground.bare[78:92, 102:138].any()


def test_a_wild_picture_shows_no_ground() -> None:
    rough = np.random.default_rng(4).uniform(0, 255, (1, 80, 80))
    ground = find_ground(rough, gsd_m=0.5, shadows=np.zeros((80, 80), bool))
    assert not (ground.open | ground.strips).any()


def test_the_depth_of_shadows_is_measured_beside_bare_ground() -> None:
    picture, shadows = scene()
    bare = find_ground(picture, gsd_m=1.0, shadows=shadows).bare
    levels = measure_shadow_level(picture, shadows, bare, gsd_m=1.0)
    assert levels == pytest.approx([0.4] * 3, abs=0.03)
    none = measure_shadow_level(picture, np.zeros_like(shadows), bare, gsd_m=1.0)
    assert none.tolist() == [0.35] * 3


def test_contrasts_lie_evenly_about_one() -> None:
    picture = np.full((120, 120), 100, np.float32)
    picture[:, 60:] = 125
    ratios = measure_contrasts(picture, np.ones((120, 120), bool), gsd_m=1.0)
    assert ratios.max() == pytest.approx(1.25, abs=0.01)
    assert np.log(ratios).mean() == pytest.approx(0, abs=1e-6)
    assert measure_contrasts(picture, np.zeros((120, 120), bool), gsd_m=1.0).tolist() == [
        0.95,
        1.05,
    ]


def test_a_backdrop_holds_it_all() -> None:
    picture, shadows = scene()
    backdrop = study_backdrop(picture, gsd_m=1.0, shadows=shadows, bits=8)
    assert backdrop.full_scale == 255
    assert len(backdrop.concrete) == len(backdrop.noise) == 3
    one = study_backdrop(picture[:1, :60, :60], gsd_m=1.0, shadows=shadows[:60, :60], bits=11)
    assert one.full_scale == 2047
    assert len(one.concrete) == 1


def test_what_does_not_fit_is_refused() -> None:
    picture, shadows = scene()
    with pytest.raises(InvalidValue, match="pixel of 0"):
        study_backdrop(picture, gsd_m=0, shadows=shadows, bits=8)
    with pytest.raises(InvalidValue, match="shadows of"):
        study_backdrop(picture, gsd_m=1, shadows=shadows[1:], bits=8)
