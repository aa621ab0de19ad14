"""Shade is judged while it holds signal; heights and the sun say where it falls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from earthwork.imagery.masks import (
    pair_flags,
    scene_flags,
    shaded_by_heights,
    shaded_in_picture,
    survey,
)
from earthwork.imagery.masks.areas import closed, opened
from earthwork.imagery.masks.flags import STILL_BLUE
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Unassessed

from .scenery import raster, town

SUN = Angles(azimuth_deg=180.0, elevation_deg=45.0)
EVERYWHERE = Window(row=0, column=0, height=200, width=200)


def test_only_shade_without_signal_is_not_assessed():
    image = town(200, 200) * 0.7 + 60
    image[40:60, 40:60] = 3
    image[100:120, 100:120] = 25
    image[150:152, 150:152] = 3
    scene = raster(image)
    flags = scene_flags(scene, EVERYWHERE, survey(scene))
    deep = flags & np.uint16(Unassessed.BUILDING_SHADOW.bit) != 0
    assert deep[40:60, 40:60].all()
    assert deep.sum() == 400


def test_shade_is_dark_and_not_green():
    image = np.stack([town(200, 200) * 0.4 + 110] * 3)
    image[:, 40:60, 40:60] = 20
    image[:, 100:120, 100:120] = np.array([10, 35, 10])[:, None, None]
    scene = raster(image)
    shaded = shaded_in_picture(scene, EVERYWHERE, survey(scene))
    assert shaded[40:60, 40:60].all()
    assert not shaded[100:120, 100:120].any()
    grey = raster(image[0])
    assert shaded_in_picture(grey, EVERYWHERE, survey(grey))[100:120, 100:120].all()


def test_a_wall_shades_the_ground_away_from_the_sun_in_any_window():
    heights = np.zeros((1, 60, 60), np.float32)
    heights[0, 40, 10:50] = 5.0
    field = ArrayRaster(grid=Grid.of_pixels(height=60, width=60, gsd_m=1.0), pixels=heights)
    full = shaded_by_heights(field, whole(field.grid), sun=SUN, tallest_m=6.0)
    assert full[36:40, 20:40].all()
    assert not full[:34].any()
    assert not full[41:].any()
    part = Window(row=30, column=15, height=8, width=20)
    cut = shaded_by_heights(field, part, sun=SUN, tallest_m=6.0)
    np.testing.assert_array_equal(cut, full[part.slices])
    night = Angles(azimuth_deg=180.0, elevation_deg=-1.0)
    assert shaded_by_heights(field, part, sun=night, tallest_m=6.0).all()


def bits(*reasons):
    return np.array([[sum(reason.bit for reason in reasons)]], np.uint16)


def test_a_pair_joins_its_scenes_by_the_kind_of_reason():
    none = bits()
    for reason in (Unassessed.CLOUD, Unassessed.CLOUD_SHADOW, Unassessed.SATURATED):
        assert pair_flags(bits(reason), none) == reason.bit
        assert pair_flags(none, bits(reason)) == reason.bit
    for reason in (Unassessed.WATER, Unassessed.VEGETATION):
        assert pair_flags(bits(reason), none) == 0
        assert pair_flags(none, bits(reason)) == 0
        assert pair_flags(bits(reason), bits(reason)) == reason.bit
    blue = np.array([[STILL_BLUE]], np.uint16)
    assert pair_flags(bits(Unassessed.WATER), blue) == Unassessed.WATER.bit
    assert pair_flags(blue, blue) == 0
    gone = bits(Unassessed.NO_DATA)
    assert pair_flags(none, gone) == Unassessed.OUTSIDE_SCENE.bit
    assert pair_flags(gone, none) == Unassessed.NO_DATA.bit
    assert pair_flags(gone, gone) == Unassessed.NO_DATA.bit


def test_muddy_water_is_smoother_than_bare_ground():
    rng = np.random.default_rng(0)
    image = np.stack([town(200, 200) * 0.7 + 40] * 3)
    mud = np.array([150, 135, 105])[:, None, None]
    image[:, :, :90] = mud + rng.normal(0, 0.7, (3, 200, 90))
    image[:, :, 110:] = mud + rng.normal(0, 12, (3, 200, 90))
    wet = survey(raster(image)).flags & np.uint16(Unassessed.WATER.bit) != 0
    assert wet[5:45, 3:20].all()
    assert not wet[:, 28:].any()


def test_opening_keeps_what_a_square_covers_and_does_not_move_it():
    chosen = np.zeros((12, 12), bool)
    chosen[2:6, 3:7] = True
    chosen[9, 1:9] = True
    for side in (2, 3, 4):
        expected = chosen.copy()
        expected[9] = False
        np.testing.assert_array_equal(opened(chosen, side_px=side), expected)
    np.testing.assert_array_equal(opened(chosen, side_px=1), chosen)
    assert closed(~chosen, side_px=5)[5, 5]


def test_no_data_hides_every_other_reason():
    scene = raster(np.full((40, 40), 2.0))
    masked = replace(scene, mask=np.zeros((40, 40), bool))
    flags = scene_flags(masked, whole(scene.grid), survey(masked))
    assert (flags == Unassessed.NO_DATA.bit).all()
