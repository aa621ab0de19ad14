"""The simulated siege against its own truth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS

from earthwork.errors import InvalidValue
from earthwork.model.grid import reproject
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.reports import Bearing
from earthwork.simulate.sensor import SensorOptions
from earthwork.simulate.siege import Siege, SiegeOptions, build_siege

SMALL = SiegeOptions(side_m=300.0)
WGS84 = CRS.from_epsg(4326)
SEEDS = Path("../shared/data/text/seeds")


@pytest.fixture(scope="module")
def siege() -> Siege:
    return build_siege(seed=1, options=SMALL)


def _heights_within(siege: Siege, geometry: shapely.Geometry, *, after: bool) -> np.ndarray:
    surface = siege.surface_after if after else siege.surface_before
    on_map = reproject(geometry, source=WGS84, target=siege.grid.crs)
    shape = siege.grid.to_pixels(on_map)
    rows, columns = np.indices(siege.grid.shape)
    inside = shapely.contains_xy(shape, columns + 0.5, rows + 0.5)
    return surface.pixels[0][inside]


def test_two_dated_pictures_lie_on_one_grid(siege: Siege) -> None:
    before, after = siege.scenes
    assert before.raster.grid == after.raster.grid == siege.surface_after.grid
    assert before.raster.pixels.shape == (3, 600, 600)
    assert before.raster.pixels.dtype == np.uint8
    assert siege.grid.gsd_m == pytest.approx(0.5)
    assert after.capture.interval.is_after(before.capture.interval)
    assert after.sun.elevation_deg < before.sun.elevation_deg


def test_pixels_use_their_range_without_drowning(siege: Siege) -> None:
    for scene in siege.scenes:
        low, high = np.percentile(scene.raster.pixels, [2, 98])
        assert low < 70
        assert high > 160
        assert (scene.raster.pixels == 255).mean() < 0.01


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(siege: Siege) -> None:
    again = build_siege(seed=1, options=SMALL)
    other = build_siege(seed=2, options=SMALL)
    for first, second, third in zip(siege.scenes, again.scenes, other.scenes, strict=True):
        assert first.raster.pixels.tobytes() == second.raster.pixels.tobytes()
        assert first.raster.pixels.tobytes() != third.raster.pixels.tobytes()
    assert again.truth == siege.truth
    assert again.reports == siege.reports


def test_every_work_of_the_two_stories_is_there(siege: Siege) -> None:
    assert {item.kind for item in siege.truth} == {
        Kind.GROUND_CLEARED,
        Kind.BUILDING_RAZED,
        Kind.BUILDING_DESTROYED,
        Kind.BERM,
        Kind.BARRIER_ROW,
        Kind.WALL,
        Kind.ROADBLOCK,
        Kind.RUBBLE_ON_ROAD,
        Kind.BARRIER_STAGED,
        None,
    }


def test_truth_lies_in_the_scene_and_between_its_dates(siege: Siege) -> None:
    scene = siege.grid.outline_lonlat().buffer(1e-7)
    for item in siege.truth:
        assert scene.covers(item.geometry), item.note
        assert item.geometry.is_valid
        assert item.interval.start == siege.scenes[0].capture.interval.start
        assert item.interval.end == siege.scenes[1].capture.interval.end


def test_the_berm_stands_its_height_above_the_old_ground(siege: Siege) -> None:
    for berm in (item for item in siege.truth if item.kind is Kind.BERM):
        crest = berm.geometry.buffer(0.6 / 111_000)
        rise = _heights_within(siege, crest, after=True) - _heights_within(
            siege, crest, after=False
        )
        assert np.median(rise) == pytest.approx(2.6, abs=0.35)


def test_razed_buildings_are_gone_from_the_surface(siege: Siege) -> None:
    razed = [item for item in siege.truth if item.kind is Kind.BUILDING_RAZED]
    heights = {house.id: house.height_m for house in siege.footprints}
    assert len(razed) > 10
    for item in razed:
        fall = np.median(_heights_within(siege, item.geometry, after=False)) - np.median(
            _heights_within(siege, item.geometry, after=True)
        )
        assert fall > 0.7 * heights[item.footprint]


def test_destroyed_buildings_leave_debris(siege: Siege) -> None:
    for item in (item for item in siege.truth if item.kind is Kind.BUILDING_DESTROYED):
        left = _heights_within(siege, item.geometry, after=True)
        assert left.std() > 0.15
        assert np.median(left) < np.median(_heights_within(siege, item.geometry, after=False)) - 1


def test_the_factory_stands_on_both_dates_in_cleared_ground(siege: Siege) -> None:
    factory = next(item for item in siege.truth if item.state is BuildingState.STANDING)
    before = _heights_within(siege, factory.geometry, after=False)
    after = _heights_within(siege, factory.geometry, after=True)
    assert np.array_equal(before, after)
    around = factory.geometry.buffer(12 / 111_000).difference(factory.geometry.buffer(4 / 111_000))
    assert np.median(after) - np.median(_heights_within(siege, around, after=True)) > 7
    cleared = [item.geometry for item in siege.truth if item.kind is Kind.GROUND_CLEARED]
    assert not any(ground.intersects(factory.geometry) for ground in cleared)
    assert any(ground.distance(factory.geometry) < 12 / 111_000 for ground in cleared)


def test_cleared_ground_lies_between_the_airport_and_the_town_west_of_the_river(
    siege: Siege,
) -> None:
    places = {place.entry.name: place.geometry for place in siege.places}
    swath = max(
        (item.geometry for item in siege.truth if item.kind is Kind.GROUND_CLEARED),
        key=lambda ground: ground.area,
    )
    assert swath.centroid.y > places["Nahrabad Airport"].centroid.y
    assert swath.centroid.y < places["Suqara"].centroid.y
    assert swath.bounds[2] < places["Zahir River"].bounds[2]
    assert not swath.intersects(places["Zahir River"])


def test_blocks_bar_the_road_and_staged_ones_leave_it_open(siege: Siege) -> None:
    carriageways = shapely.union_all(
        [
            reproject(road.line, source=WGS84, target=siege.grid.crs).buffer(road.width_m / 2)
            for road in siege.roads
            if road.name is not None
        ]
    )
    for item in siege.truth:
        shape = reproject(item.geometry, source=WGS84, target=siege.grid.crs)
        if item.kind in {Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD}:
            assert shape.intersection(carriageways).area > 0.6 * shape.area
        if item.kind in {Kind.BARRIER_STAGED, Kind.BARRIER_ROW, Kind.WALL, Kind.BERM}:
            assert shape.distance(carriageways) > 0


def test_layers_are_in_longitude_and_latitude_with_unique_ids(siege: Siege) -> None:
    scene = siege.grid.outline_lonlat().buffer(0.002)
    assert scene.contains(siege.core)
    for layer in (siege.roads, siege.footprints):
        assert len({item.id for item in layer}) == len(layer)
    assert all(house.outline.is_valid for house in siege.footprints)
    assert all(scene.intersects(road.line) for road in siege.roads)
    assert {quarter.name for quarter in siege.quarters} >= {"Suqara", "Dabbara", "Tahun"}


def test_the_gazetteer_knows_the_names_that_reports_use(siege: Siege) -> None:
    names = {place.entry.name for place in siege.places}
    used = {"Nahrabad", "Nahrabad Airport", "Zahir River", "Kasira", "Amsar", "Rask", "Tolma"}
    used |= {"Dabbara", "Tahun", "Orchard Road"}
    assert used <= names
    words = " ".join(report.text for report in siege.reports)
    assert all(name in words for name in used)
    kasira = next(place for place in siege.places if place.entry.name == "Kasira")
    assert kasira.entry.latitude < siege.grid.outline_lonlat().bounds[1]


def test_every_claim_stands_word_for_word_in_its_report(siege: Siege) -> None:
    for report in siege.reports:
        assert report.truths
        for truth in report.truths:
            assert truth.document == report.id
            assert truth.sentence in report.text
    assert {t.is_true for report in siege.reports for t in report.truths} == set(Bearing)


def test_the_counts_in_the_reports_are_those_of_the_truth(siege: Siege) -> None:
    razed = sum(item.kind is Kind.BUILDING_RAZED for item in siege.truth)
    text = next(report.text for report in siege.reports if report.id == "meridian-news")
    assert f"about {razed} buildings razed" in text


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed reports are not here")
def test_no_report_repeats_eight_words_of_a_seed(siege: Siege) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    seeds = set().union(*(runs(path.read_text()) for path in SEEDS.glob("*.txt")))
    assert seeds
    for report in siege.reports:
        assert not runs(report.text) & seeds


@pytest.mark.parametrize("side", [120.0, 400.3])
def test_refuses_a_scene_too_small_or_of_broken_pixels(side: float) -> None:
    with pytest.raises(InvalidValue, match="a pixel"):
        build_siege(options=replace(SMALL, side_m=side))


def test_a_panchromatic_siege_has_eleven_bits() -> None:
    options = replace(SMALL, sensor=SensorOptions(bands="pan", gsd_m=1.0, oversampling=1))
    scene = build_siege(seed=3, options=options).scenes[1]
    assert scene.bands == ("pan",)
    assert scene.bits == 11
    assert scene.raster.pixels.dtype == np.uint16
    assert scene.raster.pixels.shape == (1, 300, 300)
    assert 255 < scene.raster.pixels.max() < 2048
