"""Features tell streets from rubble, and masked pixels neither count nor bleed."""

from __future__ import annotations

import numpy as np
import pytest

from earthwork.change.features import (
    averaged,
    fine_texture,
    gradients,
    in_tiles,
    local_correlation,
    orientation_coherence,
    resolve_gsd,
    right_angle_structure,
    sigma_px,
    smoothed,
    smoothness,
    standardised,
    weight_of,
)

from .scenery import rubble, town

ONES = np.ones((160, 160), np.float32)


def stripes(angle):
    y, x = np.mgrid[0:160, 0:160]
    turn = np.radians(angle)
    return np.sin((x * np.cos(turn) + y * np.sin(turn)) / 3).astype(np.float32)


def both(image):
    return gradients(image, 1.0, 0.45)


@pytest.mark.parametrize("angle", [0, 20, 45])
def test_one_direction_is_coherent_and_a_right_angle_is_structure(angle):
    single, crossed = stripes(angle), stripes(angle) * stripes(angle + 90)
    assert orientation_coherence(*both(single), ONES, 8)[80, 80] > 0.95
    assert orientation_coherence(*both(crossed), ONES, 12)[80, 80] < 0.2
    assert right_angle_structure(*both(single), ONES, 12)[80, 80] > 0.9


def test_rubble_has_less_structure_and_more_texture_than_a_town():
    grid = np.zeros((160, 160), np.float32)
    grid[::20] = grid[:, ::20] = 1
    grains = (rubble(160, 160) - 130) / 45
    assert right_angle_structure(*both(grid), ONES, 12)[80, 80] > 0.7
    assert right_angle_structure(*both(grains), ONES, 12)[80, 80] < 0.2
    assert (
        fine_texture(*both(grains), ONES, 3).mean()
        > fine_texture(*both(stripes(0)), ONES, 3).mean()
    )
    assert smoothness(*both(grains), ONES, 3).mean() < smoothness(*both(grid * 0), ONES, 3).mean()


def test_correlation_forgives_a_small_shift_and_no_more():
    image = standardised(town(160, 160), np.ones((160, 160), bool))
    near, far = np.roll(image, (2, -1), (0, 1)), np.roll(image, (9, 9), (0, 1))
    inner = (slice(20, -20), slice(20, -20))
    told = local_correlation(image, near, ONES, side=11, search=2)
    still = local_correlation(image, near, ONES, side=11, search=0)[inner].mean()
    assert told[inner].mean() > still + 0.1
    assert local_correlation(image, far, ONES, side=11, search=2)[inner].mean() < still


def test_correlation_equals_the_textbook():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0, 1, (2, 40, 40)).astype(np.float32)
    told = local_correlation(first, second, np.ones((40, 40), np.float32), side=9, search=0)
    a, b = first[16:25, 11:20].ravel(), second[16:25, 11:20].ravel()
    assert told[20, 15] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.01)


def test_averages_have_the_variance_of_their_sigma():
    for sigma in (2.0, 6.0, 24.0):
        point = np.zeros((401, 401), np.float32)
        point[200, 200] = 1
        spread = smoothed(point, sigma)
        x = np.arange(401) - 200
        assert np.sqrt((spread.sum(axis=0) * x**2).sum()) == pytest.approx(sigma, rel=0.1)
        assert spread.sum() == pytest.approx(1, abs=1e-3)


def test_masked_pixels_do_not_bleed():
    image = np.ones((80, 80), np.float32)
    image[:40] = 1000
    weight = np.ones((80, 80), np.float32)
    weight[:40] = 0
    assert np.allclose(averaged(image, weight, 5)[40:], 1, atol=1e-3)
    assert averaged(image, weight * 0, 5).max() == 0


def test_weight_drops_the_rim_of_a_mask_but_not_of_the_image():
    counted = np.ones((20, 20), bool)
    counted[10, 10] = False
    weight = weight_of(counted)
    assert weight.sum() == 400 - 25
    assert weight[0, 0] == 1


def test_standardising_forgets_scale_and_ignores_what_does_not_count():
    image = town(100, 100)
    counted = np.ones((100, 100), bool)
    counted[:10] = False
    spoiled = image.copy()
    spoiled[:10] = 1e6
    told = standardised(spoiled, counted)
    np.testing.assert_allclose(told[10:], standardised(image * 40 + 7, counted)[10:], atol=1e-3)
    assert told[10:].mean() == pytest.approx(0, abs=0.02)
    assert not told[:10].any()
    assert not standardised(image, ~counted & counted).any()
    assert not standardised(image * 0 + 3, counted).any()


def test_scales_are_metres():
    assert resolve_gsd(None) == 0.45
    assert sigma_px(4.5, 0.3) == 15
    coarse, fine = gradients(stripes(0), 1.0, 0.9), gradients(stripes(0), 1.0, 0.45)
    np.testing.assert_allclose(coarse[0] * 2, fine[0], rtol=1e-4, atol=1e-6)


def test_tiles_give_the_whole():
    image = rubble(97, 131)
    whole = smoothed(image, 6.0)
    for side in (20, 64, 500):
        (tiled,) = in_tiles(lambda part: (smoothed(part, 6.0),), image, halo=20, side=side)
        np.testing.assert_allclose(tiled, whole, atol=1e-3)
