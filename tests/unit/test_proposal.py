"""A proposal is complete, placed on the map, stable, and silent on what is not assessed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from shapely import box

from earthwork.change.features import FeatureOptions
from earthwork.change.proposal import DetectionOptions, distinct, north_in_image, propose
from earthwork.change.zones import ZoneOptions
from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid
from earthwork.model.observation import Candidate
from earthwork.model.pair import AssessedMask
from earthwork.model.raster import ArrayRaster
from earthwork.model.vocabulary import BuildingState, Kind, Unassessed

from .scenery import ground, raster, rubble, town

SIDE = 360


def scene(grid=None):
    before = town(SIDE, SIDE, seed=2)
    before[200:230] = 100
    after = before * 0.95 + 4
    after[40:150, 40:150] = rubble(110, 110)
    after[250:350, 200:340] = ground(100, 140, seed=5) * 0.2 + 110
    after[202:228, 100:103] = 230
    after[204:210, 8:10] = 230
    rasters = [raster(image) for image in (before, after)]
    return [replace(image, grid=grid or image.grid) for image in rasters]


def mask(grid, assessed=None):
    assessed = np.ones(grid.shape, bool) if assessed is None else assessed
    return AssessedMask.of(grid, {Unassessed.NO_DATA: ~assessed})


def utm():
    return Grid(
        height=SIDE,
        width=SIDE,
        transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000),
        crs=CRS.from_epsg(32638),
    )


ROAD, HOUSES = box(0, 200, SIDE, 230), {"a": box(80, 80, 100, 100), "b": box(320, 60, 345, 80)}


def proposal(grid=None, assessed=None, **given):
    before, after = scene(grid)
    told = mask(before.grid, assessed)
    return propose(before, after, assessed=told, before_id="b", after_id="a", **given)


def test_every_detector_has_its_say():
    told = proposal(roads=[ROAD], footprints=HOUSES)
    kinds = {candidate.kind for candidate in told.candidates}
    assert {Kind.BUILDING_DESTROYED, Kind.GROUND_CLEARED, Kind.ROADBLOCK} <= kinds
    assert [building.id for building in told.buildings] == ["a", "b"]
    assert told.buildings[0].state is BuildingState.DESTROYED
    assert told.buildings[1].state is BuildingState.STANDING
    assert told.score.dtype == np.float32
    assert told.score[95, 95] > told.score[95, 300]


def test_weights_and_ids_and_measures_hold():
    told = proposal(roads=[ROAD])
    ids = [candidate.id for candidate in told.candidates]
    assert len(set(ids)) == len(ids)
    for candidate in told.candidates:
        rest = sum(weight for _, weight in candidate.alternatives)
        assert 0 <= rest < 1
        assert candidate.kind not in dict(candidate.alternatives)
        assert (candidate.before, candidate.after) == ("b", "a")
        assert (candidate.area_m2 is None) != (candidate.length_m is None)
        assert candidate.id.startswith(candidate.kind.value)


def test_it_is_the_same_twice_and_for_any_tile():
    first, second = proposal(), proposal()
    assert first.candidates == second.candidates
    small = DetectionOptions(zones=ZoneOptions(features=FeatureOptions(tile_px=150)))
    tiled = proposal(options=small)
    np.testing.assert_allclose(tiled.score, first.score, atol=1e-2)
    assert [c.id for c in tiled.candidates] == [c.id for c in first.candidates]


def test_candidates_lie_on_the_map():
    grid = utm()
    road = grid.to_map(ROAD)
    houses = {name: grid.to_map(outline) for name, outline in HOUSES.items()}
    plain, placed = (
        proposal(roads=[ROAD], footprints=HOUSES),
        proposal(grid, roads=[road], footprints=houses),
    )
    assert len(plain.candidates) == len(placed.candidates)
    for candidate in placed.candidates:
        assert grid.outline.buffer(1).contains(candidate.geometry)
    assert placed.buildings[0].geometry == houses["a"]
    assert placed.buildings[0].score == pytest.approx(plain.buildings[0].score, abs=1e-3)


def test_nothing_is_said_of_what_is_not_assessed():
    told = proposal(assessed=np.zeros((SIDE, SIDE), bool), roads=[ROAD], footprints=HOUSES)
    assert told.candidates == ()
    assert np.isnan(told.score).all()
    assert {building.state for building in told.buildings} == {BuildingState.NOT_ASSESSED}


def test_unknown_pixel_size_gives_no_measures():
    before, after = scene(Grid.of_pixels(height=SIDE, width=SIDE))
    told = propose(before, after, assessed=mask(before.grid))
    assert told.candidates
    assert {(c.area_m2, c.length_m) for c in told.candidates} == {(None, None)}


def test_colour_of_any_depth_goes_in():
    before, after = scene()
    colour = replace(before, pixels=np.repeat(before.pixels, 3, axis=0))
    deep = replace(after, pixels=after.pixels.astype(np.uint16) * 16)
    told = propose(colour, deep, assessed=mask(before.grid))
    plain = propose(before, after, assessed=mask(before.grid))
    np.testing.assert_allclose(told.score, plain.score, atol=0.05)


def test_unequal_grids_are_refused():
    before, after = scene()
    with pytest.raises(GridMismatch):
        propose(before, replace(after, grid=utm()), assessed=mask(before.grid))
    with pytest.raises(GridMismatch):
        propose(before, after, assessed=mask(utm()))
    with pytest.raises(GridMismatch, match="a mask of"):
        propose(before, after, assessed=mask(before.grid, np.ones((3, 3), bool)))


def test_north_follows_the_grid():
    assert north_in_image(utm()) == (0.0, -1.0)
    turned = replace(utm(), transform=Affine(0, 0.5, 0, 0.5, 0, 0))
    assert north_in_image(turned) == (1.0, 0.0)


def test_ids_that_collide_are_numbered():
    one = Candidate(id="berm-1", kind=Kind.BERM, score=2, geometry=box(0, 0, 1, 1))
    names = [candidate.id for candidate in distinct([one, one, replace(one, id="x"), one])]
    assert names == ["berm-1", "berm-1-2", "x", "berm-1-3"]


def test_an_array_with_no_data_is_no_obstacle():
    before, after = scene()
    held = np.ones((SIDE, SIDE), bool)
    held[:30] = False
    after = ArrayRaster(grid=after.grid, pixels=after.pixels, mask=held)
    told = propose(before, after, assessed=mask(before.grid, held))
    assert np.isnan(told.score[:30]).all()


def test_what_several_looks_explain_is_no_thing_on_a_road_and_zones_stay():
    before, after = scene()
    alone = proposal(roads=[ROAD])
    together = proposal(roads=[ROAD], composites=(before, before))
    on_road = {Kind.ROADBLOCK, Kind.BARRIER_ROW, Kind.OBSTRUCTION_OTHER, Kind.RUBBLE_ON_ROAD}
    assert on_road & {candidate.kind for candidate in alone.candidates}
    assert not on_road & {candidate.kind for candidate in together.candidates}
    np.testing.assert_array_equal(alone.score, together.score)
    moved = replace(before, grid=utm())
    with pytest.raises(GridMismatch):
        proposal(composites=(moved, after))
