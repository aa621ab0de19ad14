"""A field known on a lattice is linear between its knots, whatever window is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import whole
from earthwork.model.warp_field import WarpField

GRID = Grid.of_pixels(height=150, width=100)


def sloping() -> WarpField:
    """Return a field whose dx is a tenth of x, and whose error is unknown in the last column."""
    field = WarpField.level(GRID, dy=-1.5, step_px=16)
    knots = field.knots.copy()
    knots[0] = np.arange(knots.shape[2]) * 16 * 0.1
    knots[2, :, -1] = np.nan
    return replace(field, knots=knots)


def test_a_slope_is_kept_between_knots() -> None:
    dx, dy = sloping().displacement(whole(GRID))
    np.testing.assert_allclose(dx, np.tile((np.arange(100) + 0.5) * 0.1, (150, 1)), atol=1e-5)
    np.testing.assert_allclose(dy, -1.5)


def test_a_window_holds_what_the_whole_holds_there() -> None:
    window = Window(row=37, column=21, height=40, width=70)
    field = sloping()
    np.testing.assert_array_equal(
        field.displacement(window), field.displacement(whole(GRID))[:, *window.slices]
    )


def test_points_are_told_as_pixels_are() -> None:
    points = np.array([[10.5, 20.5], [99.5, 149.5], [0.5, 0.5]])
    dx, dy = sloping().displacement(whole(GRID))
    told = sloping().at(points)
    np.testing.assert_allclose(told[:, 0], dx[[20, 149, 0], [10, 99, 0]], atol=1e-5)
    np.testing.assert_allclose(told[:, 1], dy[[20, 149, 0], [10, 99, 0]], atol=1e-5)


def test_error_is_unknown_beside_a_knot_that_nothing_vouches_for() -> None:
    error = sloping().error_px(whole(GRID))
    assert np.isnan(error[:, 97:]).all()
    assert (error[:, :95] == 0).all()


def test_knots_of_another_grid_are_refused() -> None:
    with pytest.raises(GridMismatch, match="another before-image"):
        WarpField(grid=GRID, step_px=16, knots=np.zeros((3, 4, 4)))


def test_a_place_outside_the_image_still_goes_somewhere() -> None:
    field = WarpField.level(GRID, dx=2.0, dy=-1.0, step_px=16)
    outside = np.array([[500.0, -40.0], [-40.0, 500.0]])
    np.testing.assert_allclose(field.to_before(outside), outside - [2.0, -1.0], atol=1e-6)


def test_an_error_is_told_at_points_as_over_windows() -> None:
    field = sloping()
    told = field.error_at(np.array([[10.5, 20.5], [99.5, 20.5]]))
    assert told[0] == 0
    assert np.isnan(told[1])


def test_points_go_there_and_back() -> None:
    rng = np.random.default_rng(5)
    field = WarpField.level(Grid.of_pixels(height=300, width=300), step_px=64)
    knots = field.knots + np.concatenate([rng.normal(3, 1.5, (2, 6, 6)), np.zeros((1, 6, 6))])
    bent = WarpField(grid=field.grid, step_px=64, knots=knots)
    points = rng.uniform(20, 280, (40, 2))
    np.testing.assert_allclose(bent.to_before(bent.to_after(points)), points, atol=0.01)
    outside = np.array([[900.0, -400.0]])
    assert np.isfinite(bent.to_before(outside)).all()
