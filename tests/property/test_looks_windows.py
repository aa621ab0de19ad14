"""Composing looks window by window gives what composing the whole gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.imagery.looks import least_difference
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, whole

SIDE = 96
GRID = Grid.of_pixels(height=SIDE, width=SIDE, gsd_m=0.5)


def _looks(seed: int) -> list[ArrayRaster]:
    rng = np.random.default_rng(seed)
    ground = np.kron(rng.integers(200, 2000, (12, 12)), np.ones((8, 8)))
    looks = []
    for _ in range(4):
        image = ground + rng.normal(0, 30, ground.shape)
        row, column = rng.integers(0, SIDE - 20, 2)
        image[row : row + 12, column : column + 20] = rng.integers(100, 3000)
        mask = np.ones(ground.shape, bool)
        mask[: rng.integers(0, 12)] = False
        looks.append(ArrayRaster(grid=GRID, pixels=image[None].astype(np.uint16), mask=mask))
    return looks


@given(seed=st.integers(0, 10_000), side=st.integers(17, 70), split=st.integers(1, 3))
@settings(max_examples=5, deadline=None)
def test_windows_join_without_seams(seed: int, side: int, split: int) -> None:
    looks = _looks(seed)
    composite = least_difference(looks[:split], looks[split:])
    full = composite.composed(whole(GRID))
    for tile in GRID.tiles(side=side):
        part = composite.composed(tile)
        # one grey level: the last bit of a sum may fall either way
        for name in ("before", "after"):
            there = getattr(full, name)[:, *tile.slices].astype(int)
            assert abs(getattr(part, name).astype(int) - there).max() <= 1
        np.testing.assert_array_equal(part.after_valid, full.after_valid[tile.slices])
        np.testing.assert_array_equal(part.untrusted, full.untrusted[tile.slices])
        np.testing.assert_allclose(part.disagreement, full.disagreement[:, *tile.slices], atol=1e-4)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_a_pair_of_looks_never_differs_more_than_the_first_by_the_margin(seed: int) -> None:
    """Where looks are exchanged, the composite differs no more than the first looks do."""
    looks = _looks(seed)
    seen = least_difference(looks[:2], looks[2:]).composed(whole(GRID))
    first = abs(looks[2].pixels[0].astype(float) - looks[0].pixels[0])
    left = abs(seen.after[0].astype(float) - seen.before[0])
    swapped = seen.replaced & looks[0].mask & looks[2].mask
    if swapped.sum() > 50:
        assert left[swapped].mean() <= first[swapped].mean()
