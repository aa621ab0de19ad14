"""The masks of a scene do not depend on how it is cut into windows."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.imagery.masks import scene_flags, survey
from earthwork.imagery.masks.areas import opened
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, whole


def scene(seed: int, *, bands: int, dtype: type) -> ArrayRaster:
    """Draw a scene with black, clipped, smooth and masked places of all sizes."""
    rng = np.random.default_rng(seed)
    shape = (bands, 97, 121)
    pixels = cv2.GaussianBlur(rng.normal(0, 1, shape[1:]), (0, 0), 3)
    pixels = 120 + 400 * pixels[None] + rng.normal(0, 5, shape)
    for value in (0.0, 255.0, 3.0, 90.0):
        row, column = rng.integers(0, 80), rng.integers(0, 100)
        pixels[:, row : row + rng.integers(3, 30), column : column + rng.integers(3, 30)] = value
    top = 255 if dtype is np.uint8 else 2047
    pixels = np.clip(np.rint(pixels * top / 255), 0, top).astype(dtype)
    mask = rng.random(shape[1:]) > 0.02
    grid = Grid.of_pixels(height=97, width=121, gsd_m=0.5)
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    side=st.integers(5, 70),
    bands=st.sampled_from([1, 3]),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
)
def test_windows_give_the_flags_of_the_whole(seed, side, bands, dtype):
    drawn = scene(seed, bands=bands, dtype=dtype)
    seen = survey(drawn)
    full = scene_flags(drawn, whole(drawn.grid), seen)
    for window in drawn.grid.tiles(side=side):
        np.testing.assert_array_equal(scene_flags(drawn, window, seen), full[window.slices])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), side=st.integers(1, 7))
def test_opening_equals_trying_every_square(seed, side):
    chosen = np.random.default_rng(seed).random((14, 17)) > 0.2
    padded = np.pad(chosen, side, constant_values=True)
    kept = np.zeros_like(padded)
    for row in range(padded.shape[0] - side + 1):
        for column in range(padded.shape[1] - side + 1):
            square = (slice(row, row + side), slice(column, column + side))
            if padded[square].all():
                kept[square] = True
    expected = kept[side:-side, side:-side] & chosen
    np.testing.assert_array_equal(opened(chosen, side_px=side), expected)
