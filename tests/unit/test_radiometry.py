"""Brightness is brought together by ranks, over assessed pixels only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.radiometry import fit_radiometry, normalised

from .scenery import raster, town


def test_a_monotone_change_of_brightness_is_undone():
    before = town(120, 120)
    after = (before**1.5 * 3 + 40).astype(np.float32)
    fit = fit_radiometry(before, after, np.ones((120, 120), bool))
    assert np.median(np.abs(fit.apply(after) - before)) < 1.0


def test_pixels_that_are_not_assessed_do_not_count():
    before = town(120, 120)
    after = before * 2
    spoiled = after.copy()
    spoiled[:40] = 5000
    assessed = np.ones((120, 120), bool)
    assessed[:40] = False
    clean = fit_radiometry(before[40:], after[40:], assessed[40:])
    assert fit_radiometry(before, spoiled, assessed) == clean


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (11, np.uint16), (16, np.uint16)])
def test_any_bit_depth_meets_colour(bits, dtype):
    before = town(100, 100)
    scale = (2**bits - 1) / 255
    pan = raster(before)
    pan = replace(pan, pixels=np.rint(pan.pixels * scale).astype(dtype))
    colour = raster(np.stack([before, before, before]))
    told = normalised(colour, pan, np.ones((100, 100), bool))
    assert told.pixels.dtype == np.float32
    assert told.bands == 1
    assert np.median(np.abs(told.pixels[0] - before)) < 1.5


def test_values_beyond_the_ends_keep_their_order():
    before = town(100, 100)
    fit = fit_radiometry(before, before * 2 + 10, np.ones((100, 100), bool))
    values = fit.apply(np.array([[-500, 0, 100, 900, 9000]], np.float32))
    assert (np.diff(values[0]) > 0).all()


def test_nothing_to_fit_is_an_error():
    image = town(50, 50)
    with pytest.raises(InvalidValue, match="no assessed pixel"):
        fit_radiometry(image, image, np.zeros((50, 50), bool))
    with pytest.raises(InvalidValue, match="constant"):
        fit_radiometry(image, np.zeros_like(image), np.ones((50, 50), bool))
    with pytest.raises(GridMismatch):
        fit_radiometry(image, image[:10], np.ones((50, 50), bool))
    with pytest.raises(GridMismatch):
        normalised(raster(image), raster(image[:10]), np.ones((50, 50), bool))
