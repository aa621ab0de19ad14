"""The score does not depend on tiles or brightness scale, and turns with the images."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.change.features import FeatureOptions, in_tiles, smoothed
from earthwork.change.zones import ZoneOptions, gather_evidence

SMALL = FeatureOptions(context_m=3.0, structure_m=2.0)


def picture(seed: int, height: int, width: int):
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, 1, (height, width)).astype(np.float32)
    blocks = np.kron(rng.normal(0, 2, (height // 8 + 1, width // 8 + 1)), np.ones((8, 8)))
    return cv2.GaussianBlur((blocks[:height, :width] + 0.3 * grain).astype(np.float32), (0, 0), 1)


def score(before, after, counted, tile=4096):
    options = ZoneOptions(features=FeatureOptions(context_m=3.0, structure_m=2.0, tile_px=tile))
    return gather_evidence(before, after, counted, gsd_m=0.5, options=options).destroyed()


pictures = st.tuples(st.integers(0, 10_000), st.integers(60, 140), st.integers(60, 140))


@settings(max_examples=15, deadline=None)
@given(pictures, st.integers(24, 90), st.integers(0, 30))
def test_any_tile_gives_the_whole(shape, tile, masked):
    seed, height, width = shape
    before, after = picture(seed, height, width), picture(seed + 1, height, width)
    counted = np.ones((height, width), bool)
    counted[: masked // 2, :masked] = False
    np.testing.assert_allclose(
        score(before, after, counted, tile), score(before, after, counted), atol=2e-3
    )


@settings(max_examples=15, deadline=None)
@given(pictures, st.floats(0.2, 300), st.floats(-1000, 1000))
def test_brightness_scale_does_not_matter(shape, gain, offset):
    seed, height, width = shape
    before, after = picture(seed, height, width), picture(seed + 1, height, width)
    counted = np.ones((height, width), bool)
    scaled = (after.astype(np.float64) * gain + offset).astype(np.float32)
    difference = np.abs(score(before, scaled, counted) - score(before, after, counted))
    assert np.median(difference) < 0.02


@settings(max_examples=10, deadline=None)
@given(pictures)
def test_turning_both_images_turns_the_score(shape):
    seed, height, width = shape
    before, after = picture(seed, height, width), picture(seed + 1, height, width)
    counted = np.ones((height, width), bool)
    turned = score(*(np.ascontiguousarray(np.rot90(a)) for a in (before, after, counted)))
    np.testing.assert_allclose(turned, np.rot90(score(before, after, counted)), atol=5e-3)


@settings(max_examples=15, deadline=None)
@given(pictures, st.integers(8, 60), st.sampled_from([1.0, 3.0, 5.0]))
def test_smoothing_in_tiles_equals_smoothing_the_whole(shape, side, sigma):
    image = picture(*shape)
    halo = int(3 * sigma) + 4
    (tiled,) = in_tiles(lambda part: (smoothed(part, sigma),), image, halo=halo, side=side)
    np.testing.assert_allclose(tiled, smoothed(image, sigma), atol=1e-4)
