"""A raster at a part of its resolution is the mean of its blocks, whatever window is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from earthwork.imagery.mappings import Float
from earthwork.imagery.overviews import (
    Mirrored,
    ReducedRaster,
    block,
    block_of_after,
    overview,
    reduced,
    seen_in,
    stretched,
)
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, luminance, whole

HEIGHT, WIDTH = 103, 122


def made(bands: int = 1, *, is_masked: bool = False) -> ArrayRaster:
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 4096, (bands, HEIGHT, WIDTH)).astype(np.uint16)
    mask = rng.random((HEIGHT, WIDTH)) > 0.4 if is_masked else None
    grid = Grid.of_pixels(height=HEIGHT, width=WIDTH)
    return ArrayRaster(grid=grid, pixels=pixels, mask=mask)


def block_means(image: ArrayRaster, factor: int) -> tuple[Float, NDArray[np.bool_]]:
    """Return the mean of the valid pixels of each block, and where most are: the slow way."""
    rows, columns = HEIGHT // factor, WIDTH // factor
    values = luminance(image.pixels).astype(np.float64)
    mask = image.valid(whole(image.grid))
    means, valid = np.zeros((rows, columns)), np.zeros((rows, columns), bool)
    for r in range(rows):
        for c in range(columns):
            place = (slice(r * factor, (r + 1) * factor), slice(c * factor, (c + 1) * factor))
            held = mask[place]
            means[r, c] = values[place][held].mean() if held.any() else 0.0
            valid[r, c] = held.mean() > 0.5
    return means, valid


@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize(("bands", "factor"), [(1, 2), (3, 3), (4, 5)])
def test_a_reduced_raster_holds_block_means(bands: int, factor: int, *, is_masked: bool) -> None:
    image = made(bands, is_masked=is_masked)
    small = ReducedRaster(raster=image, factor=factor)
    assert small.grid.shape == (HEIGHT // factor, WIDTH // factor)
    assert small.bands == 1
    means, valid = block_means(image, factor)
    np.testing.assert_allclose(small.read(whole(small.grid))[0], means, rtol=1e-4, atol=1e-2)
    np.testing.assert_array_equal(small.valid(whole(small.grid)), valid)


@pytest.mark.parametrize(
    "window",
    [
        Window(row=0, column=0, height=5, width=7),
        Window(row=13, column=21, height=11, width=9),
        Window(row=50, column=60, height=1, width=1),
        Window(row=20, column=0, height=31, width=61),
    ],
)
def test_a_window_holds_what_the_whole_holds_there(window: Window) -> None:
    small = ReducedRaster(raster=made(is_masked=True), factor=2)
    everything = small.read(whole(small.grid))[0]
    np.testing.assert_allclose(small.read(window)[0], everything[window.slices], rtol=1e-5)
    mask = small.valid(whole(small.grid))
    np.testing.assert_array_equal(small.valid(window), mask[window.slices])
    image, valid = seen_in(small, window)
    np.testing.assert_array_equal(image, small.read(window)[0])
    np.testing.assert_array_equal(valid, small.valid(window))


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide image is read in strips: 4 million pixels a time."""
    rng = np.random.default_rng(0)
    wide = ArrayRaster(
        grid=Grid.of_pixels(height=220, width=40_000),
        pixels=rng.integers(0, 255, (1, 220, 40_000)).astype(np.uint8),
    )
    told = block(wide, whole(wide.grid), 2).image
    means = wide.pixels[0].reshape(110, 2, 20_000, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(told, means, atol=1e-3)


def test_the_full_resolution_is_the_raster_itself() -> None:
    image = made()
    assert reduced(image, 1) is image
    assert isinstance(reduced(image, 2), ReducedRaster)


def test_an_image_from_behind_has_its_columns_in_reverse() -> None:
    image = made(3, is_masked=True)
    behind = Mirrored(raster=image)
    assert behind.bands == 3
    assert behind.grid.shape == image.grid.shape
    window = Window(row=10, column=20, height=30, width=41)
    np.testing.assert_array_equal(behind.read(window), image.pixels[:, :, ::-1][:, *window.slices])
    assert image.mask is not None
    np.testing.assert_array_equal(behind.valid(window), image.mask[:, ::-1][window.slices])
    twice = Mirrored(raster=behind)
    np.testing.assert_array_equal(twice.read(window), image.read(window))


def test_an_overview_is_no_larger_than_the_working_side() -> None:
    image = made()
    seen = overview(image, RegistrationOptions(working_side_px=50))
    assert seen.factor == 3.0
    assert seen.image.shape == (HEIGHT // 3, WIDTH // 3)
    points = np.array([[4.0, 7.0], [0.0, 0.0]])
    np.testing.assert_allclose(seen.from_full(seen.to_full(points)), points)
    np.testing.assert_array_equal(seen.raster.read(whole(seen.raster.grid))[0], seen.image)
    assert seen.raster.valid(whole(seen.raster.grid)).all()


def test_a_block_of_the_later_image_lies_where_the_mapping_says() -> None:
    image = made()
    seen = block(image, Window(row=20, column=30, height=40, width=50), 1)
    moved = replace(image, pixels=np.roll(image.pixels, (5, -8), axis=(1, 2)))
    other = block_of_after(moved, seen, lambda points: points + np.array([-8.0, 5.0]))
    np.testing.assert_allclose(other.image, seen.image, atol=1.0)
    assert other.valid.all()
    nowhere = block_of_after(moved, seen, lambda points: points + 1e6)
    assert not nowhere.valid.any()


def test_a_stretch_spans_the_bulk_of_what_is_valid() -> None:
    image = np.linspace(100, 500, 10_000, dtype=np.float32).reshape(100, 100)
    valid = np.ones(image.shape, bool)
    valid[:10] = False
    told = stretched(image, valid)
    assert (told[:10] == 0).all()
    assert told[10:].min() == 0
    assert told[10:].max() == 255
    assert not stretched(image, np.zeros(image.shape, bool)).any()
