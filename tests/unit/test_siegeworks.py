"""Works keep to the ground: sections, spacings, gaps, and what stands in their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.alterations.placing import (
    carriageways,
    find_road,
    heading_deg,
    stretch_of,
    survey,
)
from earthwork.simulate.alterations.timeline import Chronicle
from earthwork.simulate.alterations.works import Work
from earthwork.simulate.landscape import Condition, Shape
from earthwork.simulate.scenario import Do, Means, Where

from .ordered_siege import DONE, LATER, done, event, nahrabad

CITY = nahrabad()
GROUND = survey(CITY)
OPEN = Where(line=((0.05, 0.3), (0.2, 0.35), (0.24, 0.25)))
KASIRA = Where(road="Kasira Road", at=0.5)
ALL = Where(polygon=((0, 0), (1, 0), (1, 1), (0, 1)))


def only(chronicle: Chronicle) -> Work:
    assert len(chronicle.works) == 1
    return chronicle.works[0]


# --- earth -------------------------------------------------------------------------------------


def test_a_berm_has_the_section_that_is_asked_for() -> None:
    work = only(done(event(Do.RAISE, OPEN, height_m=3.0, crest_m=1.0, base_m=9.0, tone=1.1)))
    bank = work.banks[0]
    assert (bank.height_m, bank.crest_m, bank.base_m, bank.tone) == (3.0, 1.0, 9.0, 1.1)
    assert work.deed.kind is Kind.BERM
    assert work.deed.least_m == 9.0
    assert work.deed.note == "berm 3.0 m high"
    assert work.deed.geometry.length == pytest.approx(88, abs=12)


def test_a_berm_left_to_chance_has_a_usual_section() -> None:
    for seed in range(5):
        bank = done(event(Do.RAISE, OPEN), seed=seed).works[0].banks[0]
        slope = (bank.base_m - bank.crest_m) / 2 / bank.height_m
        assert 2.0 <= bank.height_m <= 3.5
        assert 1.3 < slope < 1.7


def test_a_berm_keeps_off_houses_water_and_roads() -> None:
    works = done(event(Do.RAISE, Where(line=((0.02, 0.3), (0.98, 0.3))), base_m=8.0)).works
    built = shapely.union_all([house.outline for house in CITY.footprints])
    for work in works:
        band = work.deed.geometry.buffer(4.0, cap_style="flat")
        assert not band.intersects(GROUND.water)
        assert band.intersection(built).area == pytest.approx(0, abs=0.3)
        assert not band.intersects(carriageways(band, GROUND, margin_m=0))
    assert len(works) > 1


def test_a_berm_that_bars_runs_on_across_a_road() -> None:
    where = Where(road="Kasira Road", at=0.1)
    work = only(done(event(Do.RAISE, where)))
    road = find_road(CITY, "Kasira Road")
    assert work.deed.geometry.crosses(road.line)
    assert work.deed.road == "Kasira Road"
    line = Where(line=((0.4, 0.1), (0.62, 0.12)))
    barring = done(event(Do.RAISE, line, bars=True)).deeds
    assert any(deed.geometry.crosses(road.line) for deed in barring)
    assert not any(deed.geometry.crosses(road.line) for deed in done(event(Do.RAISE, line)).deeds)


def test_the_earth_of_a_berm_is_scraped_from_its_outer_side() -> None:
    work = only(done(event(Do.RAISE, OPEN)))
    patch = work.patches[0]
    assert patch.fells
    far = work.deed.geometry.distance(CITY.core)
    assert patch.outline.centroid.distance(CITY.core) > far


def test_a_share_of_a_line_is_its_first_part() -> None:
    whole = done(event(Do.RAISE, OPEN)).deeds[0].geometry
    half = done(event(Do.RAISE, OPEN, share=0.5)).deeds[0].geometry
    assert half.length == pytest.approx(whole.length / 2, rel=0.01)
    assert half.distance(whole) < 1e-6
    with pytest.raises(InvalidValue, match="finds no open ground"):
        done(event(Do.RAISE, OPEN, share=0.0))


def test_a_berm_beside_a_road_keeps_its_distance() -> None:
    where = Where(road="Kasira Road", start=0.02, end=0.2, side="west", offset_m=12.0)
    deed = done(event(Do.RAISE, where)).deeds[0]
    road = find_road(CITY, "Kasira Road")
    assert deed.geometry.distance(road.line) == pytest.approx(12 + road.width_m / 2, abs=1.5)


def test_the_spoil_of_a_trench_lies_towards_the_core_and_keeps_its_volume() -> None:
    work = only(done(event(Do.DIG, OPEN, height_m=2.0, base_m=3.0, crest_m=2.0)))
    cut, spoil = work.banks
    assert cut.height_m == -2.0
    assert work.deed.height_m == -2.0
    assert spoil.line.distance(CITY.core) < cut.line.distance(CITY.core)
    dug = 2.0 * (3.0 + 2.0) / 2 * 1.2
    assert spoil.height_m * (spoil.crest_m + spoil.base_m) / 2 == pytest.approx(dug)
    assert "spoil" in work.deed.note
    assert len(only(done(event(Do.DIG, OPEN, spoil=False))).banks) == 1


def test_a_ditch_is_dug_wet_or_let_in_later() -> None:
    wet = only(done(event(Do.FLOOD_DITCH, OPEN)))
    assert wet.banks[0].water
    assert wet.deed.kind is Kind.DITCH_WATER
    flood = event(Do.FLOOD_DITCH, Where(event="dig"), begun=LATER, done=LATER)
    dry, later = done(event(Do.DIG, OPEN), flood).works
    assert dry.deed.undone == LATER
    assert later.deed.geometry.equals(dry.deed.geometry)
    assert later.banks[0].water
    assert not later.banks[1].water
    with pytest.raises(InvalidValue, match="left no trench"):
        done(event(Do.RAISE, OPEN), replace(flood, where=Where(event="raise")))


def test_mounds_close_a_road_from_edge_to_edge() -> None:
    work = only(done(event(Do.MOUND, KASIRA)))
    road = find_road(CITY, "Kasira Road")
    assert work.deed.kind is Kind.EARTH_MOUND
    assert work.deed.count == len(work.mounds)
    assert work.deed.geometry.intersection(road.line).length > 1
    least = np.sort([mound.radius_m for mound in work.mounds])[0]
    assert road.width_m / len(work.mounds) < 2 * least


def test_mounds_and_craters_lie_in_the_open() -> None:
    mounds = done(event(Do.MOUND, Where(polygon=((0, 0.2), (0.3, 0.2), (0.3, 0.5))), count=4))
    assert len(mounds.works) == 4
    assert all(work.mounds[0].height_m > 0 for work in mounds.works)
    along = done(event(Do.MOUND, OPEN, count=6)).works
    assert len(along) == 6
    craters = done(event(Do.CRATER, Where(quarter="Tahun"), count=12)).works
    for work in craters:
        assert work.mounds[0].height_m < 0
        hits = GROUND.houses.query(work.deed.geometry, predicate="intersects")
        assert not len(hits)


def test_craters_on_a_road_name_it() -> None:
    one = only(done(event(Do.CRATER, KASIRA, radius_m=3.0)))
    assert one.deed.road == "Kasira Road"
    assert one.deed.least_m == 6.0
    row = done(event(Do.CRATER, Where(road="Kasira Road"), count=3)).works
    assert len(row) == 3
    assert row[0].deed.done <= row[1].deed.begun
    with pytest.raises(InvalidValue, match="no open ground"):
        done(event(Do.CRATER, Where(building="factory")))


# --- barriers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("means", "size", "shape"),
    [
        (Means.JERSEY, (3.0, 0.6, 0.8), Shape.JERSEY),
        (Means.T_WALL, (1.5, 1.35, 3.4), Shape.JERSEY),
        (Means.CUBE, (1.0, 1.0, 1.0), Shape.BOX),
    ],
)
def test_blocks_have_the_size_of_their_casting(
    means: Means, size: tuple[float, float, float], shape: Shape
) -> None:
    block = only(done(event(Do.BAR, KASIRA, blocks=means))).blocks[0]
    assert (block.length_m, block.width_m, block.height_m) == size
    assert block.shape is shape


def test_a_roadblock_reaches_across_the_carriageway() -> None:
    work = only(done(event(Do.BAR, KASIRA, lines=2, spacing_m=2.9)))
    road = find_road(CITY, "Kasira Road")
    at = stretch_of(road, GROUND, KASIRA).interpolate(0.5, normalized=True)
    assert work.deed.geometry.distance(at) < 1.5
    places = np.array([(block.x, block.y) for block in work.blocks])
    far = shapely.distance(shapely.points(places), road.line)
    assert far.max() <= road.width_m / 2 + 1.2
    assert far.max() > road.width_m / 2 - 2.0
    assert work.deed.count == len(work.blocks)
    assert "in 2 lines across Kasira Road" in work.deed.note


def test_a_gap_is_left_open_at_the_edge() -> None:
    closed = only(done(event(Do.BAR, KASIRA, lines=1, blocks=Means.CUBE, spacing_m=1.2)))
    gapped = only(done(event(Do.BAR, KASIRA, lines=1, blocks=Means.CUBE, spacing_m=1.2, gap_m=2.5)))
    assert len(closed.blocks) - len(gapped.blocks) in {2, 3}
    with pytest.raises(InvalidValue, match="leaves no block"):
        done(event(Do.BAR, KASIRA, gap_m=60.0))


def test_a_road_is_closed_by_earth_rubble_containers_or_wrecks() -> None:
    kinds = {
        means: only(done(event(Do.BAR, KASIRA, blocks=means))).deed.kind
        for means in (Means.EARTH, Means.RUBBLE, Means.CONTAINER, Means.WRECK)
    }
    assert kinds == {
        Means.EARTH: Kind.EARTH_MOUND,
        Means.RUBBLE: Kind.RUBBLE_ON_ROAD,
        Means.CONTAINER: Kind.OBSTRUCTION_OTHER,
        Means.WRECK: Kind.OBSTRUCTION_OTHER,
    }
    narrow = Where(road="Airport Road", at=0.5)
    alone = only(done(event(Do.BAR, narrow, blocks=Means.CONTAINER)))
    assert alone.deed.note.startswith("1 shipping container in one line")


def test_several_streets_are_closed_where_they_cross_a_line_or_leave_an_area() -> None:
    ringed = done(event(Do.BAR, Where(sector=("S", "SE"), offset_m=5), count=2)).deeds
    assert len(ringed) == 2
    assert len({deed.road for deed in ringed}) == 2
    quarter = done(event(Do.BAR, Where(quarter="Dabbara"), count=3)).deeds
    assert "Kasira Road" in {deed.road for deed in quarter}
    evenly = done(event(Do.BAR, Where(road="Kasira Road"), count=3)).deeds
    assert len(evenly) == 3
    with pytest.raises(InvalidValue, match="no road to close"):
        done(event(Do.BAR, Where(building="factory")))


def test_a_row_keeps_its_spacing_and_stays_off_the_carriageway() -> None:
    where = Where(road="Kasira Road", start=0.03, end=0.2, side="east", offset_m=4.0)
    work = only(done(event(Do.BLOCK, where, spacing_m=3.8, blocks=Means.SLAB)))
    places = np.array([(block.x, block.y) for block in work.blocks])
    steps = np.hypot(*np.diff(places, axis=0).T)
    assert np.median(steps) == pytest.approx(3.8, abs=0.2)
    road = find_road(CITY, "Kasira Road")
    paved = road.line.buffer(road.width_m / 2)
    assert not any(block.foot.intersects(paved) for block in work.blocks)
    assert work.deed.note.endswith("along the eastern side of Kasira Road")
    assert work.deed.least_m == 1.3


def test_wall_sections_abut() -> None:
    where = Where(road="Lower Bridge Road", start=0.6, end=0.95, side="south", offset_m=7.0)
    work = done(event(Do.WALL, where, blocks=Means.T_WALL)).works[0]
    for first, second in pairwise(work.blocks):
        assert np.hypot(second.x - first.x, second.y - first.y) == pytest.approx(1.5, abs=0.02)
    assert work.deed.kind is Kind.WALL
    assert "southern side" in work.deed.note
    free = done(event(Do.WALL, OPEN, height_m=3.0, share=0.5)).works[0]
    assert free.blocks[0].height_m == 3.0
    assert free.deed.road is None
    assert free.deed.note.startswith("wall of")
    row = done(event(Do.BLOCK, OPEN, bars=True)).works[0]
    assert row.deed.note.startswith("row of")


def test_rows_that_find_no_room_or_cannot_be_set_are_refused() -> None:
    river = Where(along="river")
    with pytest.raises(InvalidValue, match="finds no room"):
        done(event(Do.BLOCK, river))
    with pytest.raises(InvalidValue, match="cannot be set in line"):
        done(event(Do.WALL, OPEN, blocks=Means.RUBBLE))
    with pytest.raises(InvalidValue, match="beside a road"):
        done(event(Do.STAGE, OPEN))


def test_staged_blocks_stand_beside_an_open_road() -> None:
    where = Where(road="Orchard Road", at=0.3, side="west")
    work = only(done(event(Do.STAGE, where, length_m=20.0)))
    road = find_road(CITY, "Orchard Road")
    paved = road.line.buffer(road.width_m / 2)
    assert not any(block.foot.intersects(paved) for block in work.blocks)
    assert work.deed.kind is Kind.BARRIER_STAGED
    assert work.deed.geometry.distance(paved) < 3
    long = only(done(event(Do.STAGE, replace(where, at=None, start=0.2, end=0.4), lines=1)))
    assert len(long.blocks) > len(work.blocks) / 2
    with pytest.raises(InvalidValue, match="finds no room"):
        done(event(Do.STAGE, replace(where, offset_m=-3.0), lines=1))


def test_rubble_spills_from_the_nearest_building() -> None:
    where = Where(road="Kasira Road", at=0.85)
    work = only(done(event(Do.STREW, where, length_m=12.0)))
    road = find_road(CITY, "Kasira Road")
    bed = road.line.buffer(road.width_m / 2)
    assert isinstance(work.deed.geometry, Polygon)
    assert work.deed.geometry.intersection(road.line).length == pytest.approx(12, abs=3)
    assert work.deed.geometry.difference(bed.buffer(2)).area > 1
    bare = only(done(event(Do.STREW, Where(road="Kasira Road", at=0.05), length_m=12.0)))
    assert bare.deed.geometry.difference(bed.buffer(2.5)).area < 3


# --- demolition --------------------------------------------------------------------------------


def test_razing_takes_all_the_nearest_or_a_share() -> None:
    tahun = [house for house in CITY.footprints if house.quarter == "Tahun"]
    every = done(event(Do.RAZE, Where(quarter="Tahun"), spare=("factory",))).deeds
    assert len(every) == pytest.approx(len(tahun) - 1, abs=3)
    assert {deed.kind for deed in every} == {Kind.BUILDING_RAZED}
    assert "factory" not in {deed.footprint for deed in every}
    near = done(event(Do.RAZE, Where(point=(0.3, 0.6), within_m=90.0), count=4)).deeds
    assert len(near) == 4
    half = done(event(Do.RAZE, Where(quarter="Tahun"), share=0.5)).deeds
    assert len(half) == pytest.approx(len(tahun) / 2, abs=2)
    assert all(first.done <= second.done for first, second in pairwise(every))
    assert every[-1].done <= DONE


def test_the_severity_of_shelling_decides_what_is_left() -> None:
    hard = done(event(Do.SHELL, Where(quarter="Suqara"), severity=1.0, share=0.2)).works
    assert {work.condition for work in hard} == {Condition.COLLAPSED}
    assert {work.deed.state for work in hard} == {BuildingState.DESTROYED}
    mixed = Counter(w.condition for w in done(event(Do.SHELL, ALL, share=0.6)).works)
    assert set(mixed) == {Condition.HOLED, Condition.GUTTED, Condition.COLLAPSED}
    there = [house for house in CITY.footprints if GROUND.scene.covers(house.outline.centroid)]
    assert sum(mixed.values()) == pytest.approx(0.6 * len(there), abs=2)
    one = done(event(Do.SHELL, Where(building="factory"), share=0.1)).works
    assert len(one) == 1


def test_hits_keep_company() -> None:
    deeds = done(event(Do.SHELL, Where(quarter="Suqara"), share=0.25)).deeds
    hit = shapely.get_coordinates([deed.geometry.centroid for deed in deeds])
    quarter = [house for house in CITY.footprints if house.quarter == "Suqara"]
    every = shapely.get_coordinates([house.outline.centroid for house in quarter])

    def spread(points: np.ndarray) -> float:
        away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
        return float(np.median(np.sort(away, axis=1)[:, 1]))

    rng = np.random.default_rng(0)
    chance = [spread(every[rng.permutation(len(every))[: len(hit)]]) for _ in range(20)]
    assert spread(hit) < np.mean(chance)


def test_a_fallen_building_is_not_hit_again_and_a_damaged_one_changes() -> None:
    first = event(Do.SHELL, Where(building="factory"), severity=0.2)
    second = event(Do.SHELL, Where(building="factory"), severity=1.0, id="again", begun=LATER,
                   done=LATER)  # fmt: skip
    chronicle = done(first, second)
    assert chronicle.deeds[0].undone == chronicle.deeds[1].done
    third = replace(second, id="third")
    with pytest.raises(InvalidValue, match="finds no building to shell"):
        done(first, second, third)
    with pytest.raises(InvalidValue, match="finds no building to raze"):
        done(event(Do.RAZE, Where(line=((0.02, 0.02), (0.1, 0.02)), offset_m=2.0)))


def test_cleared_ground_takes_houses_and_spares_what_is_named() -> None:
    where = Where(polygon=((0.25, 0.2), (0.6, 0.2), (0.6, 0.4), (0.25, 0.4)))
    chronicle = done(event(Do.CLEAR, where, spare=("factory",)))
    ground = chronicle.works[0]
    assert ground.deed.kind is Kind.GROUND_CLEARED
    assert ground.patches[0].fells
    razed = [deed for deed in chronicle.deeds if deed.kind is Kind.BUILDING_RAZED]
    assert ground.deed.count == len(razed)
    assert len(razed) > 5
    standing = [deed for deed in chronicle.deeds if deed.state is BuildingState.STANDING]
    assert [deed.footprint for deed in standing] == ["factory"]
    assert standing[0].kind is None
    road = find_road(CITY, "Kasira Road")
    assert not ground.deed.geometry.intersects(road.line.buffer(road.width_m / 2))
    assert not ground.deed.geometry.intersects(GROUND.water)
    kept = event(Do.CLEAR, where, spare=("Tahun",))
    assert not [d for d in done(kept).deeds if d.place == "Tahun" and d.footprint is not None]


def test_clearing_refuses_unknown_names_and_no_ground() -> None:
    with pytest.raises(InvalidValue, match="neither a building nor a quarter"):
        done(event(Do.CLEAR, Where(quarter="Tahun"), spare=("nobody",)))
    with pytest.raises(InvalidValue, match="no ground to clear"):
        done(event(Do.CLEAR, Where(along="river", offset_m=0, within_m=4)))


def test_a_span_of_a_bridge_falls() -> None:
    where = Where(road="Bridge Street")
    work = only(done(event(Do.DROP_BRIDGE, where, share=0.5)))
    assert work.deed.kind is Kind.BRIDGE_DESTROYED
    assert work.spans[0].intersects(GROUND.water)
    bridge = next(r for r in CITY.roads if r.is_bridge and r.name == "Bridge Street")
    assert work.spans[0].area == pytest.approx(
        0.5 * bridge.line.intersection(GROUND.scene).length * bridge.width_m, rel=0.2
    )
    assert only(done(event(Do.DROP_BRIDGE))).deed.road in {"Bridge Street", "Lower Bridge Road"}
    with pytest.raises(InvalidValue, match="has no bridge") as caught:
        done(event(Do.DROP_BRIDGE, Where(road="North Road")))
    assert "Bridge Street" in caught.value.choices


def test_a_tunnel_leaves_nothing_on_the_ground() -> None:
    work = only(done(event(Do.TUNNEL, OPEN)))
    assert work.deed.kind is Kind.TUNNEL
    assert not work.banks
    assert not work.blocks
    assert not work.patches
    assert not work.mounds
    assert not work.rubble


# --- opening and building again ----------------------------------------------------------------


def opened(where: Where, **given: float) -> object:
    return event(Do.OPEN, where, begun=LATER, done=LATER, **given)


def test_what_closes_a_road_is_taken_away_whole() -> None:
    bar = event(Do.BAR, KASIRA)
    for where in (Where(event="bar"), Where(road="Kasira Road"), KASIRA):
        assert done(bar, opened(where)).deeds[0].undone == LATER  # type: ignore[arg-type]
    far = Where(road="Kasira Road", at=0.05)
    with pytest.raises(InvalidValue, match="nothing to open") as caught:
        done(bar, opened(far))  # type: ignore[arg-type]
    assert "bar" in caught.value.choices
    with pytest.raises(InvalidValue, match="does not say what to open"):
        done(bar, opened(Where()))  # type: ignore[arg-type]


@pytest.mark.parametrize("do", [Do.RAISE, Do.WALL, Do.BLOCK, Do.DIG])
def test_a_way_is_cut_through_a_line_of_works(do: Do) -> None:
    middle = done(event(do, OPEN)).deeds[0].geometry.interpolate(0.5, normalized=True)
    way = Where(point=(middle.x, middle.y), unit="metre", within_m=6.0)
    whole, cut = done(event(do, OPEN)).works[0], done(event(do, OPEN), opened(way)).works  # type: ignore[arg-type]
    assert [work.deed.undone for work in cut] == [None, LATER, None]
    lengths = [work.deed.geometry.length for work in cut]
    assert sum(lengths) == pytest.approx(whole.deed.geometry.length, abs=0.1)
    assert lengths[1] == pytest.approx(12, abs=0.5)
    assert sum(len(work.blocks) for work in cut) == pytest.approx(len(whole.blocks), abs=1)
    assert cut[0].deed.done <= cut[1].deed.done <= cut[2].deed.done
    assert isinstance(cut[0].deed.geometry, LineString)
    if whole.banks:
        assert cut[1].banks[0].line.length == pytest.approx(12, abs=1)


def test_houses_are_built_again_on_their_lots() -> None:
    shell = event(Do.SHELL, Where(quarter="Suqara"), severity=1.0, share=0.1)
    rebuild = event(Do.REBUILD, Where(event="shell"), begun=LATER, done=LATER, share=0.5)
    chronicle = done(shell, rebuild)
    new = [work for work in chronicle.works if work.deed.kind is Kind.NEW_BUILDING]
    old = {w.deed.footprint: w for w in chronicle.works if w.condition is Condition.COLLAPSED}
    assert len(new) == pytest.approx(len(old) / 2, abs=1)
    for work in new:
        assert work.house is not None
        assert old[work.lot].deed.undone == work.deed.begun
        lot = Polygon(old[work.lot].deed.geometry.exterior)  # without its courtyard
        assert lot.buffer(0.1).covers(work.house.outline)
    with pytest.raises(InvalidValue, match="no lot") as caught:
        done(shell, replace(rebuild, where=Where(quarter="Karmin")))
    assert caught.value.choices == ('event = "shell"',)
    with pytest.raises(InvalidValue, match="no lot"):
        done(event(Do.REBUILD, Where(quarter="Karmin")))


def test_a_new_house_can_be_razed_again() -> None:
    where = Where(polygon=((0, 0.18), (0.25, 0.18), (0.25, 0.42), (0, 0.42)))
    raze = event(Do.RAZE, where, begun=LATER, done=LATER)
    chronicle = done(event(Do.BUILD, where, count=3), raze)
    built = [deed for deed in chronicle.deeds if deed.kind is Kind.NEW_BUILDING]
    assert len(built) == 3
    assert {deed.footprint for deed in built} <= {
        deed.footprint for deed in chronicle.deeds if deed.kind is Kind.BUILDING_RAZED
    }


def test_new_houses_stand_apart_on_empty_ground() -> None:
    where = Where(polygon=((0, 0.18), (0.25, 0.18), (0.25, 0.42), (0, 0.42)))
    houses = [work.house for work in done(event(Do.BUILD, where, count=5)).works]
    for house in houses:
        assert house is not None
        assert not len(GROUND.houses.query(house.outline, predicate="intersects"))
    with pytest.raises(InvalidValue, match="no room to build"):
        done(event(Do.BUILD, Where(building="factory")))


def test_a_heading_needs_only_a_short_line() -> None:
    assert heading_deg(LineString([(0, 0), (0.2, 0)]), 0.1) == pytest.approx(90)
