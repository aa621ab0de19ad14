"""A field fitted to scattered places: exact on a plane, honest where it bends, deaf to outliers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earthwork.imagery.warp_fitting import local_fit, smoothed

Float = NDArray[np.float64]
SIDE = 1000.0


def lattice(step: float = 40.0) -> Float:
    x, y = np.meshgrid(np.arange(step / 2, SIDE, step), np.arange(step / 2, SIDE, step))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def plane(points: Float) -> Float:
    return np.stack(
        [1.5 + 0.004 * points[:, 0] - 0.002 * points[:, 1], -2 + 0.003 * points[:, 1]], axis=1
    )


def bent(points: Float) -> Float:
    return 6 * np.stack([np.sin(points[:, 1] / 90), np.cos(points[:, 0] / 90)], axis=1)


EXACT = np.full(625, 0.02)
INSIDE = np.random.default_rng(1).uniform(60, SIDE - 60, (300, 2))


def test_one_shift_is_told_exactly_everywhere() -> None:
    places = lattice()
    told, error, _ = local_fit(places, np.tile([[2.0, -3.0]], (625, 1)), EXACT).at(
        np.array([[0.0, 0.0], [500.0, 500.0], [1400.0, -300.0]])
    )
    np.testing.assert_allclose(told, [[2.0, -3.0]] * 3, atol=1e-6)
    assert error.max() < 1e-3


def test_an_affine_rest_is_told_among_its_places() -> None:
    places = lattice()
    told, error, third = local_fit(places, plane(places), EXACT).at(INSIDE)
    assert np.abs(told - plane(INSIDE)).max() < 0.02
    assert error.max() < 0.1
    assert third.max() < 60


def test_the_error_grows_with_distance_where_the_field_bends() -> None:
    places = lattice()
    hole = np.hypot(*(places - 500).T) > 250
    fit = local_fit(places[hole], bent(places[hole]), EXACT[hole])
    points = np.array([[100.0, 100.0], [500.0, 500.0]])
    told, error, third = fit.at(points)
    assert third[1] > 200
    assert third[0] < 60
    assert error[0] < 1.2
    assert error[1] > 3 * error[0]
    made = np.hypot(*(told - bent(points)).T)
    assert made[1] < 3 * error[1]
    distance, grown = np.array(fit.growth).T
    assert (np.diff(distance) > 0).all()
    assert (np.diff(grown) >= 0).all()


def test_the_error_does_not_grow_where_the_field_is_a_plane() -> None:
    places = lattice()
    hole = np.hypot(*(places - 500).T) > 250
    fit = local_fit(places[hole], plane(places[hole]) / 10, EXACT[hole])
    told, error, _ = fit.at(np.array([[500.0, 500.0]]))
    assert error[0] < 0.15
    assert np.abs(told - plane(np.array([[500.0, 500.0]])) / 10).max() < 0.05


def test_beyond_all_that_was_checked_the_error_grows_with_the_distance() -> None:
    places = lattice()
    fit = local_fit(places, bent(places), EXACT)
    far = np.array([[4000.0, 500.0], [8000.0, 500.0]])
    _, error, third = fit.at(far)
    assert error[1] / error[0] == pytest.approx(third[1] / third[0], rel=0.1)
    assert error[0] > 10


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_outliers_do_not_pull(share: float) -> None:
    places = lattice(25.0)
    rng = np.random.default_rng(2)
    said = plane(places) + rng.normal(0, 0.1, places.shape)
    wrong = rng.random(len(places)) < share
    said[wrong] += rng.uniform(3, 8, (wrong.sum(), 1)) * [0.8, 0.6]
    told, _, _ = local_fit(places, said, np.full(len(places), 0.1)).at(INSIDE)
    left = np.hypot(*(told - plane(INSIDE)).T)
    assert np.median(left) < 0.08
    assert np.percentile(left, 95) < 0.3


def test_the_noise_of_the_places_is_told_as_error() -> None:
    places = lattice()
    rng = np.random.default_rng(3)
    quiet, loud = (
        local_fit(places, rng.normal(0, sigma, places.shape), np.full(625, sigma)).at(INSIDE)
        for sigma in (0.05, 0.8)
    )
    assert np.median(loud[1]) > 5 * np.median(quiet[1])
    made = np.sqrt((loud[0] ** 2).sum(axis=1).mean())
    assert 0.4 < made / np.sqrt((loud[1] ** 2).mean()) < 2.5


def test_sure_places_count_for_more_than_unsure_ones() -> None:
    places = np.repeat(lattice(), 2, axis=0)
    sure = np.arange(len(places)) % 2 == 0
    said = np.where(sure[:, None], 0.0, [[0.6, 0.0]])
    told, _, _ = local_fit(places, said, np.where(sure, 0.02, 1.0)).at(INSIDE)
    assert np.abs(told).max() < 0.1


def test_three_places_are_enough_and_say_how_little_they_know() -> None:
    places = np.array([[100.0, 100.0], [900.0, 120.0], [500.0, 900.0]])
    fit = local_fit(places, np.array([[1.0, 0.0], [1.0, 0.0], [4.0, 0.0]]), np.full(3, 0.05))
    told, error, third = fit.at(np.array([[500.0, 400.0], [5000.0, 400.0]]))
    assert (told[0] > [0.9, -0.01]).all()
    assert told[0, 0] < 4
    assert error[0] > 0.5
    assert error[1] > error[0]
    assert third[1] > third[0]


def test_smoothing_tells_a_plane_and_few_places_too() -> None:
    places = lattice()
    told = smoothed(INSIDE, places, plane(places), neighbours=24)
    assert np.abs(told - plane(INSIDE)).max() < 0.02
    few = smoothed(INSIDE, places[:3], np.ones((3, 2)), neighbours=24)
    np.testing.assert_allclose(few, 1.0, atol=1e-6)
