"""Edges along outlines, and the shift of a layer, on painted roofs."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.features import rasterize
from shapely import LineString, MultiPolygon, Point, box
from shapely.affinity import rotate, scale, translate

from earthwork.change.outline_support import (
    DEFAULT_SUPPORT,
    SupportOptions,
    find_shift,
    measure_support,
)
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster

SIDE = 400
OPTIONS = SupportOptions()


def houses() -> list:
    rng = np.random.default_rng(2)
    corners = [(x, y) for y in range(40, 360, 62) for x in range(40, 360, 62)]
    return [
        rotate(box(x, y, x + rng.integers(16, 30), y + rng.integers(14, 26)), 10 * (k % 4))
        for k, (x, y) in enumerate(corners)
    ]


def picture(gain: float = 1.0, offset: float = 0.0, dtype: type = np.float32) -> ArrayRaster:
    rng = np.random.default_rng(4)
    roofs = rasterize([(house, 60 + 8 * (k % 5)) for k, house in enumerate(houses())], (SIDE, SIDE))
    image = 90 + 8 * rng.standard_normal((SIDE, SIDE)) + roofs
    grid = Grid.of_pixels(height=SIDE, width=SIDE, gsd_m=0.5)
    return ArrayRaster(grid=grid, pixels=(gain * image + offset).astype(dtype)[None])


def test_roofs_are_borne_out_and_bare_ground_is_not() -> None:
    bare = [translate(house, 31, 31) for house in houses()]
    on, off = (measure_support(picture(), shapes, gsd_m=0.5) for shapes in (houses(), bare))
    assert on.min() > DEFAULT_SUPPORT.borne_out
    assert off.max() < DEFAULT_SUPPORT.borne_out


def test_support_does_not_know_the_scale_of_brightness() -> None:
    plain = measure_support(picture(), houses(), gsd_m=0.5)
    other = measure_support(picture(gain=16, offset=200, dtype=np.uint16), houses(), gsd_m=0.5)
    assert np.allclose(plain, other, atol=0.01)


def test_what_cannot_be_measured_is_nan() -> None:
    line = MultiPolygon([Point(200, 200).buffer(0.5)])
    outside = box(900, 900, 930, 930)
    rim = box(-40, 100, 10, 130)
    shapes = [line, outside, rim, LineString([(0, 0), (9, 9)]), houses()[0]]
    values = measure_support(picture(), shapes, gsd_m=0.5)
    assert np.isnan(values[:4]).all()
    assert np.isfinite(values[4])
    masked = picture()
    hidden = ArrayRaster(
        grid=masked.grid, pixels=masked.pixels, mask=np.zeros((SIDE, SIDE), dtype=bool)
    )
    assert np.isnan(measure_support(hidden, houses(), gsd_m=0.5)).all()


@pytest.mark.parametrize(("x", "y"), [(0, 0), (7, -4), (-13, 11), (3.5, 18)])
def test_a_shift_is_found(x: float, y: float) -> None:
    moved = [translate(house, x, y) for house in houses()]
    found = find_shift(picture(), moved, gsd_m=0.5)
    assert found.is_clear
    assert np.hypot(found.x_px + x, found.y_px + y) < 0.6
    assert found.outlines == len(moved)


def test_a_shift_beyond_the_search_is_not_made_up() -> None:
    moved = [translate(house, 31, 31) for house in houses()]
    assert not find_shift(picture(), moved, gsd_m=0.5).is_clear


def test_few_outlines_give_no_shift() -> None:
    found = find_shift(picture(), houses()[:5], gsd_m=0.5)
    assert (found.x_px, found.y_px, found.is_clear, found.outlines) == (0, 0, False, 5)
    assert not find_shift(picture(), [], gsd_m=None).is_clear


def test_looking_at_some_outlines_is_enough() -> None:
    moved = [translate(house, 6, 2) for house in houses()]
    some = SupportOptions(most_outlines=16)
    found = find_shift(picture(), moved, gsd_m=0.5, options=some)
    assert found.outlines == 16
    assert np.hypot(found.x_px + 6, found.y_px + 2) < 1


def test_coarse_and_fine_pixels_try_the_same_metres() -> None:
    fine = picture()
    doubled = ArrayRaster(
        grid=Grid.of_pixels(height=2 * SIDE, width=2 * SIDE, gsd_m=0.25),
        pixels=fine.pixels.repeat(2, axis=1).repeat(2, axis=2),
    )
    twice = [scale(translate(house, 7, -4), 2, 2, origin=(0, 0)) for house in houses()]
    found = find_shift(doubled, twice, gsd_m=0.25)
    assert found.is_clear
    assert np.hypot(found.x_px + 14, found.y_px - 8) < 2
