"""Clouds have soft edges; their shadows lie where the sun throws them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.masks import flags_of_classes, places_of, settle_pair, survey
from earthwork.imagery.masks.cloud_shadows import agreement_of_moves, find_cloud_shadow, moved
from earthwork.imagery.masks.clouds import find_cloud, thick_cloud
from earthwork.imagery.masks.options import DEFAULT_MASKS
from earthwork.imagery.masks.sentinel2 import find_spectral_cloud
from earthwork.imagery.masks.surveys import look_over
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Unassessed

from .scenery import raster, town

SIZE = 720
SUN = Angles(azimuth_deg=180.0, elevation_deg=45.0)


def has(flags, reason):
    return flags & np.uint16(reason.bit) != 0


def opacity(row, column, radius=70, softness=14):
    disc = np.zeros((SIZE, SIZE), np.float32)
    cv2.circle(disc, (column, row), radius, 1.0, -1)
    return cv2.GaussianBlur(disc, (0, 0), softness)


def skied(*, shadow=True):
    """A town under one cloud, the sun in the south: the shadow lies 200 m to the north."""
    cloud, shade = opacity(560, 360), opacity(160, 360)
    image = town(SIZE, SIZE) * 0.5 + 40
    if shadow:
        image = image * (1 - 0.6 * shade)
    return raster(image * (1 - cloud) + 245 * cloud), cloud, shade


def cells(full):
    return full[2::4, 2::4]


@pytest.mark.parametrize("sun", [SUN, None])
def test_a_cloud_and_its_shadow_are_found(sun):
    scene, cloud, shade = skied()
    found = survey(scene, sun=sun).flags
    assert has(found, Unassessed.CLOUD)[cells(cloud) > 0.5].all()
    assert has(found, Unassessed.CLOUD).sum() < 2.5 * (cells(cloud) > 0.5).sum()
    shaded = has(found, Unassessed.CLOUD_SHADOW)
    assert shaded[cells(shade) > 0.9].mean() > 0.8
    assert shaded[cells(shade) < 0.01].mean() < 0.02


def test_no_shadow_is_made_up_where_the_sun_cannot_throw_it():
    scene, cloud, _ = skied()
    seen = look_over(scene)
    north = Angles(azimuth_deg=0.0, elevation_deg=45.0)
    mask = cells(cloud) > 0.5
    assert not find_cloud_shadow(seen, mask, sun=north, options=DEFAULT_MASKS).any()
    assert not find_cloud_shadow(seen, ~seen.valid, sun=None, options=DEFAULT_MASKS).any()
    clear, _, _ = skied(shadow=False)
    none = find_cloud_shadow(look_over(clear), mask, sun=SUN, options=DEFAULT_MASKS)
    assert none.mean() < 0.01


def test_moves_agree_as_counted_by_hand():
    rng = np.random.default_rng(3)
    cloud, dark, clear = (rng.random((9, 7)) > 0.5 for _ in range(3))
    told = agreement_of_moves(cloud, dark, clear)
    assert told.shape == (17, 13)
    for rows, columns in ((0, 0), (2, -1), (-3, 2)):
        known = moved(np.ones_like(cloud), rows, columns) & clear
        first, second = moved(cloud, rows, columns)[known], dark[known]
        expected = np.corrcoef(first, second)[0, 1]
        assert told[8 + rows, 6 + columns] == pytest.approx(expected, abs=1e-6)
    assert told[0, 0] == -1


def test_a_bright_desert_that_fills_the_frame_is_not_cloud():
    flat = np.full((400, 400), 230.0) + np.random.default_rng(0).normal(0, 1, (400, 400))
    assert not thick_cloud(look_over(raster(flat)), options=DEFAULT_MASKS).any()
    assert not find_cloud(look_over(raster(flat)), options=DEFAULT_MASKS).any()


def test_lasting_brightness_is_taken_back_and_a_passing_cloud_is_not():
    scene, _, _ = skied(shadow=False)
    clear = raster(town(SIZE, SIZE) * 0.5 + 40)
    first, second = (survey(scene) for _ in range(2))
    settled, _ = settle_pair(first, second)
    assert not has(settled.flags, Unassessed.CLOUD).any()
    kept, other = settle_pair(first, survey(clear))
    np.testing.assert_array_equal(kept.flags, first.flags)
    assert not has(other.flags, Unassessed.CLOUD).any()
    with pytest.raises(GridMismatch, match="cells of"):
        settle_pair(first, replace(second, factor=5))


def bands(blue, green, red, infrared, shortwave, *, size=60):
    values = np.array([blue, green, red, infrared, shortwave])
    ground = np.array([0.12, 0.14, 0.18, 0.25, 0.3])
    image = np.broadcast_to(ground[:, None, None], (5, size, size)).copy()
    image[:, 20:40, 20:40] = values[:, None, None]
    return replace(raster(image[0], gsd_m=10.0), pixels=(image * 10_000).astype(np.uint16))


NAMED = places_of(["B02", "B03", "B04", "B08", "B11"])


def test_sentinel_clouds_are_told_from_bright_sand_by_spectrum():
    cloud = look_over(bands(0.5, 0.5, 0.5, 0.55, 0.35), places=NAMED)
    sand = look_over(bands(0.25, 0.33, 0.42, 0.46, 0.6), places=NAMED)
    found = find_spectral_cloud(cloud, reflectance_per_count=1e-4)
    assert found[20:40, 20:40].all()
    assert found[30, 15]
    assert not found[30, 10]
    assert not find_spectral_cloud(sand, reflectance_per_count=1e-4).any()
    flags = survey(bands(0.5, 0.5, 0.5, 0.55, 0.35), places=NAMED, reflectance_per_count=1e-4).flags
    np.testing.assert_array_equal(has(flags, Unassessed.CLOUD), found)


def test_the_spectral_rule_refuses_a_scene_without_its_bands():
    with pytest.raises(InvalidValue, match="without all of its bands"):
        find_spectral_cloud(look_over(raster(town(40, 40))), reflectance_per_count=1e-4)


def test_infrared_tells_water_whatever_its_colour():
    lake = look_over(bands(0.09, 0.11, 0.1, 0.04, 0.03), places=NAMED)
    flags = survey(bands(0.09, 0.11, 0.1, 0.04, 0.03), places=NAMED).flags
    assert has(flags, Unassessed.WATER)[20:40, 20:40].all()
    assert has(flags, Unassessed.WATER).sum() == 400
    assert lake.factor == 1


def test_classes_of_a_product_give_their_reasons():
    classes = np.array([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]])
    found = flags_of_classes(classes)
    assert has(found, Unassessed.CLOUD).tolist() == [
        [False] * 6,
        [False, False, True, True, True, False],
    ]
    assert found[0, 3] == Unassessed.CLOUD_SHADOW.bit
    assert found[0, 2] == found[0, 5] == found[1, 1] == found[1, 5] == 0
    with pytest.raises(InvalidValue, match="values 0 to 12"):
        flags_of_classes(np.array([0, 12]))
