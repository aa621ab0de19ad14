"""Things across a carriageway are proposed; what has a vehicle's size and lie is not."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import MultiPolygon, box

from earthwork.change.obstructions import find_obstructions, road_mask
from earthwork.model.vocabulary import Kind

from .scenery import ground, rubble

SIDE = 300
ALL = np.ones((SIDE, SIDE), bool)
ROAD = box(0, 140, SIDE, 164)
"""Twelve metres wide at 0.5 m, from west to east."""


def street():
    image = ground(SIDE, SIDE)
    image[140:164] = 100
    return image


def found(after, **given):
    return find_obstructions(street(), after, ALL, [ROAD], **({"gsd_m": 0.5} | given))


def test_a_row_across_the_road_is_a_roadblock():
    after = street()
    after[142:162, 150:153] = 200
    (thing,) = found(after)
    assert thing.kind is Kind.ROADBLOCK
    assert thing.outline.bounds == pytest.approx((150, 142, 153, 162), abs=2)
    assert thing.parts["width_share"] > 0.7
    assert thing.parts["looks"] == 1
    assert dict(thing.alternatives)[Kind.OBSTRUCTION_OTHER] >= 0.5
    assert sum(weight for _, weight in thing.alternatives) < 1


def test_a_vehicle_along_the_road_is_not_looked_for():
    after = street()
    after[146:151, 60:70] = 200
    after[146:151, 150:174] = 200
    assert found(after) == ()


def test_a_rough_heap_is_rubble():
    after = street()
    after[142:162, 150:163] = rubble(20, 13) + 60
    kinds = {thing.kind for thing in found(after)}
    assert kinds <= {Kind.RUBBLE_ON_ROAD, Kind.ROADBLOCK, Kind.OBSTRUCTION_OTHER}
    assert kinds


def test_a_wide_new_thing_is_rubble_rather_than_a_block():
    after = street()
    after[142:162, 150:162] = 200
    (thing,) = found(after)
    assert thing.kind is Kind.RUBBLE_ON_ROAD
    assert thing.area_px == pytest.approx(240, rel=0.1)


def test_half_across_is_another_obstruction():
    after = street()
    after[144:157, 150:153] = 200
    (thing,) = found(after)
    assert thing.kind is Kind.OBSTRUCTION_OTHER
    assert dict(thing.alternatives)[Kind.ROADBLOCK] == 0.25


def test_blocks_beside_the_road_are_staged():
    after = street()
    after[167:173, 100:136] = 240
    (thing,) = found(after)
    assert thing.kind is Kind.BARRIER_STAGED


def test_what_was_there_before_or_lies_off_the_road_is_not_proposed():
    after = street()
    after[40:60, 150:153] = 200
    assert found(after) == ()
    after = street()
    after[142:162, 150:153] = 200
    again = find_obstructions(after, after * 1.05, ALL, [ROAD], gsd_m=0.5)
    assert again == ()


def test_no_road_coarse_pixels_and_masked_roads_give_nothing():
    after = street()
    after[142:162, 150:153] = 200
    assert find_obstructions(street(), after, ALL, [], gsd_m=0.5) == ()
    assert found(after, gsd_m=1.0) == ()
    assert find_obstructions(street(), after, ~ALL, [ROAD], gsd_m=0.5) == ()


def test_on_a_square_every_direction_lies_across():
    after = street()
    after[100:205, 100:205] = 100
    before = after.copy()
    after[150:153, 140:160] = 220
    square = MultiPolygon([box(100, 100, 205, 205)])
    (thing,) = find_obstructions(before, after, ALL, [square], gsd_m=0.5)
    assert thing.parts["width_share"] < 0.5
    assert thing.kind is Kind.OBSTRUCTION_OTHER


def test_roads_are_burnt_with_their_islands():
    ring = box(10, 10, 40, 40).difference(box(20, 20, 30, 30))
    burnt = road_mask([ring], (50, 50))
    assert burnt[15, 15]
    assert not burnt[25, 25]
    assert not burnt[5, 5]
