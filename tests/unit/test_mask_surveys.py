"""A survey's cells are plain means of pixels, whatever the strips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earthwork.imagery.masks import surveys
from earthwork.imagery.masks.bands import BandPlaces, places_of, resolve_places
from earthwork.imagery.masks.options import MaskOptions
from earthwork.imagery.masks.surveys import full_scale, look_over, resolve_factor
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster


def noisy(height=37, width=50, bands=3, dtype=np.uint8, seed=0):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(1, 250, (bands, height, width)).astype(dtype)
    grid = Grid.of_pixels(height=height, width=width, gsd_m=0.5)
    return ArrayRaster(grid=grid, pixels=pixels)


def test_cells_hold_the_means_of_their_valid_pixels():
    scene = noisy()
    mask = np.random.default_rng(1).random((37, 50)) > 0.3
    mask[4:8, 8:12] = False
    seen = look_over(replace(scene, mask=mask))
    assert (seen.factor, seen.cell_m) == (4, 2.0)
    assert seen.share.shape == (10, 13)
    for row, column in ((0, 0), (5, 7), (9, 12)):
        part = (slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4))
        held = mask[part]
        assert seen.share[row, column] == pytest.approx(held.mean())
        np.testing.assert_allclose(
            seen.means[:, row, column], scene.pixels[:, *part][:, held].mean(axis=1), rtol=1e-5
        )
    assert not seen.valid[1, 2]
    assert (seen.means[:, 1, 2] == 0).all()
    assert seen.roughness[1, 2] == 0


def test_roughness_is_the_mean_step_between_neighbours_of_one_cell():
    scene = noisy(height=8, width=8, bands=1)
    seen = look_over(scene)
    block = scene.pixels[0, :4, 4:].astype(float)
    steps = [*np.abs(np.diff(block, axis=0)).ravel(), *np.abs(np.diff(block, axis=1)).ravel()]
    assert seen.roughness[0, 1] == pytest.approx(np.mean(steps), rel=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.int16])
def test_strips_and_types_do_not_matter(dtype, monkeypatch):
    scene = noisy(dtype=dtype)
    whole = look_over(scene)
    monkeypatch.setattr(surveys, "_STRIP_PX", 200)
    cut = look_over(scene)
    np.testing.assert_array_equal(cut.means, whole.means)
    np.testing.assert_array_equal(cut.roughness, whole.roughness)
    assert cut.brightness == whole.brightness


def test_brightness_is_of_the_valid_pixels_of_the_whole():
    scene = noisy(height=200, width=200, bands=1)
    values = scene.pixels[0].astype(float)
    told = look_over(scene).brightness
    assert told.median == pytest.approx(np.median(values), abs=1)
    assert told.bright_end == pytest.approx(np.percentile(values, 99.5), abs=1)
    assert told.full_scale == 255
    empty = look_over(replace(scene, mask=np.zeros((200, 200), bool)))
    assert empty.brightness.bright_end == 0
    assert not empty.valid.any()


def test_a_sensor_clips_at_the_next_power_of_two():
    assert full_scale(100, np.dtype(np.uint8)) == 255
    assert full_scale(2047, np.dtype(np.uint16)) == 2047
    assert full_scale(2048, np.dtype(np.uint16)) == 4095
    assert full_scale(1, np.dtype(np.float32)) == float("inf")


def test_a_large_scene_gets_coarser_cells():
    options = MaskOptions(most_cells=10_000)
    large = Grid.of_pixels(height=3000, width=3000)
    assert resolve_factor(large, gsd_m=0.5, options=options) == 30
    assert resolve_factor(large, gsd_m=0.5, options=MaskOptions()) == 4
    assert resolve_factor(large, gsd_m=10.0, options=MaskOptions()) == 1


def test_cells_are_laid_on_the_pixels_of_a_window():
    seen = look_over(noisy())
    cells = np.arange(130, dtype=np.uint16).reshape(10, 13)
    window = Window(row=3, column=6, height=5, width=40)
    expected = np.kron(cells, np.ones((4, 4), np.uint16))[3:8, 6:46]
    np.testing.assert_array_equal(seen.in_window(cells, window), expected)


def test_bands_are_known_by_name():
    places = places_of(["B02", "B03", "B04", "B08", "B11"])
    assert places == BandPlaces(red=2, green=1, blue=0, infrared=3, shortwave=4)
    assert places.used == (2, 1, 0, 3, 4)
    assert places_of(["pan"]).colours is None
    assert resolve_places(1, infrared_band=None).used == (0,)
    assert resolve_places(4, infrared_band=3).used == (0, 1, 2, 3)
    seen = look_over(noisy(bands=5), places=places)
    np.testing.assert_array_equal(seen.band(3), seen.means[3])
    assert seen.band(None) is None
