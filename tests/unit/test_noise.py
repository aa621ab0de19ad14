"""Noise has the strength and scale that it states, and belongs to places."""

from __future__ import annotations

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.noise import (
    fractal_noise,
    noise_at,
    smooth_noise,
    sub_seed,
    white_noise,
)
from earthwork.simulate.painting.surface import Frame


def frame(fine_m: float, *, size: int = 400) -> Frame:
    return Frame(side_m=100.0, fine_m=fine_m, row0=-7, column0=-9, rows=size, columns=size)


def test_white_noise_is_white_and_of_unit_variance() -> None:
    noise = white_noise(frame(0.5), seed=3)
    assert abs(noise.mean()) < 0.01
    assert noise.std() == pytest.approx(1.0, abs=0.01)
    assert abs(np.mean(noise[:, 1:] * noise[:, :-1])) < 0.01
    assert abs(np.mean(noise[1:] * noise[:-1])) < 0.01


@pytest.mark.parametrize("scale_m", [1.0, 3.0])
def test_smooth_noise_has_unit_variance_and_varies_over_its_scale(scale_m: float) -> None:
    noise = smooth_noise(frame(0.5), scale_m=scale_m, seed=8)
    assert noise.std() == pytest.approx(1.0, abs=0.06)
    near, far = round(0.5 * scale_m / 0.5), round(4 * scale_m / 0.5)
    assert np.mean(noise[:, near:] * noise[:, :-near]) > 0.6
    assert abs(np.mean(noise[:, far:] * noise[:, :-far])) < 0.1


def test_noise_at_a_point_is_what_the_grid_holds_there() -> None:
    window = frame(0.5, size=20)
    noise = smooth_noise(window, scale_m=2.5, seed=4)
    x, y = (window.column0 + 11.5) * 0.5, 100.0 - (window.row0 + 3.5) * 0.5
    assert noise_at(x, y, 2.5, 4) == pytest.approx(float(noise[3, 11]), abs=1e-4)


def test_the_same_place_looks_alike_on_a_finer_grid() -> None:
    coarse = Frame(side_m=100.0, fine_m=1.0, row0=0, column0=0, rows=40, columns=40)
    fine = Frame(side_m=100.0, fine_m=0.2, row0=0, column0=0, rows=200, columns=200)
    wide = smooth_noise(coarse, scale_m=10.0, seed=2)
    close = smooth_noise(fine, scale_m=10.0, seed=2)
    np.testing.assert_allclose(close[2::5, 2::5], wide, atol=1e-4)


def test_what_is_finer_than_a_pixel_is_seen_as_its_mean() -> None:
    assert smooth_noise(frame(2.0), scale_m=0.5, seed=1).std() == pytest.approx(0.25, abs=0.01)


def test_several_scales_add_up_to_unit_variance() -> None:
    assert fractal_noise(frame(0.5), scales_m=[1.0, 2.0, 4.0], seed=1).std() == pytest.approx(
        1.0, abs=0.08
    )


def test_seeds_differ_by_purpose() -> None:
    assert len({sub_seed(5), sub_seed(5, 1), sub_seed(5, 2), sub_seed(6, 1), sub_seed(-5, 1)}) == 5


def test_noise_over_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="noise over 0"):
        smooth_noise(frame(1.0, size=4), scale_m=0.0, seed=1)
