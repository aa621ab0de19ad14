"""Ground is vouched for near places that agree, and farther off only among them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.imagery.vouching import vouched
from earthwork.model.grid import Grid

Float = NDArray[np.float64]
OPTIONS = RegistrationOptions()
LARGE = Grid.of_pixels(height=8000, width=8000)
TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
RING = 4000 + 500 * np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
"""Places all around the middle of a large image."""


def third(points: Float, places: Float) -> Float:
    away = np.hypot(*(points[:, None] - places[None]).transpose(2, 0, 1))
    return np.sort(away, axis=1)[:, 2]


def asked(
    points: Float, places: Float, *, error: float = 0.3, apart: float = 40.0, grid: Grid = LARGE
) -> list[bool]:
    held = vouched(
        points,
        places,
        np.full(len(points), error),
        third(points, places),
        apart_px=apart,
        grid=grid,
        options=OPTIONS,
    )
    return held.tolist()


def test_ground_beside_places_is_vouched_for_on_either_side() -> None:
    assert asked(np.array([[4600.0, 4000.0], [4400.0, 4000.0]]), RING) == [True, True]


def test_ground_far_off_is_vouched_for_only_among_places() -> None:
    middle, beyond = [4000.0, 4000.0], [5000.0, 4000.0]
    assert third(np.array([middle, beyond]), RING).min() > OPTIONS.extrapolated_px
    assert asked(np.array([middle, beyond]), RING) == [True, False]


def test_half_a_ring_surrounds_nothing() -> None:
    half = RING[RING[:, 0] < 4001]
    assert asked(np.array([[4000.0, 4000.0]]), half) == [False]


def test_beyond_the_farthest_reach_even_a_ring_does_not_help() -> None:
    wide = 4000 + 2.4 * (RING - 4000)
    assert asked(np.array([[4000.0, 4000.0]]), wide) == [False]


def test_a_large_error_is_never_vouched_for() -> None:
    points = np.array([[4500.0, 4000.0], [4000.0, 4000.0]])
    assert asked(points, RING, error=OPTIONS.most_error_px + 0.01) == [False, False]
    assert asked(points, RING, error=OPTIONS.most_error_px) == [True, True]


def test_of_two_errors_each_counts_for_its_own_point() -> None:
    points = np.array([[4500.0, 4000.0], [4480.0, 4010.0]])
    held = vouched(
        points, RING, np.array([9.0, 0.2]), third(points, RING), apart_px=40.0, grid=LARGE,
        options=OPTIONS,
    )  # fmt: skip
    assert held.tolist() == [False, True]


def test_in_a_small_image_a_shorter_way_is_far() -> None:
    """A place 190 px off says much of a wide scene and little of a picture of 400 px."""
    small = Grid.of_pixels(height=400, width=400)
    cluster = np.array([[20.0, 20.0], [30.0, 20.0], [20.0, 30.0], [30.0, 30.0]])
    point = np.array([[200.0, 30.0]])
    assert 170 < third(point, cluster)[0] < 190
    assert asked(point, cluster, apart=10.0) == [True]
    assert asked(point, cluster, apart=10.0, grid=small) == [False]


@pytest.mark.parametrize(("apart", "held"), [(100.0, False), (400.0, True)])
def test_where_places_were_sought_far_apart_farther_is_near(apart: float, *, held: bool) -> None:
    assert asked(np.array([[5060.0, 4000.0]]), RING, apart=apart) == [held]
