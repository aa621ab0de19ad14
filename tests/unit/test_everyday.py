"""What comes and goes in any city: the same on every asking, and never in the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box
from shapely.affinity import translate

from earthwork.simulate.cities.city import (
    Airport,
    City,
    Crop,
    Fabric,
    Field,
    Footprint,
    Palette,
    Quarter,
    River,
    Road,
    RoadClass,
    Use,
    Wadi,
)
from earthwork.simulate.landscape import (
    Bank,
    Block,
    Building,
    Condition,
    Landscape,
    Mound,
    Patch,
    Rubble,
    Season,
)
from earthwork.simulate.ordinary.everyday import add_everyday, everyday_truth
from earthwork.simulate.ordinary.things import Sort
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.scenario import EverydayOrder

FIRST = datetime(2031, 4, 1, 8, tzinfo=UTC)
GREY = (0.3, 0.3, 0.3, 0.3)
PALETTE = Palette(soil=GREY, dust=GREY, asphalt=GREY, paving=GREY, concrete=GREY, water=GREY,
                  leaf=GREY, crop=GREY, stubble=GREY)  # fmt: skip
PLENTY = EverydayOrder(
    cars=2.0, stalls=2.0, tents=2.0, containers=2.0, ploughing=2.0, new_buildings=2.0,
    road_works=2.0, flood=1.5, burnt=2.0, field_walls=2.0, wadis=2.0,
)  # fmt: skip
NOTHING = EverydayOrder(
    cars=0, stalls=0, tents=0, containers=0, ploughing=0, new_buildings=0, road_works=0, flood=0,
    burnt=0, field_walls=0, wadis=0,
)  # fmt: skip


def _road(number, points, *, width=9.0, of=RoadClass.MAIN, is_bridge=False) -> Road:
    return Road(id=f"road-{number}", name=None, line=LineString(points), width_m=width,
                road_class=of, is_bridge=is_bridge)  # fmt: skip


def _house(number, x, y, quarter) -> Footprint:
    return Footprint(id=f"house-{number}", outline=box(x, y, x + 11, y + 9), height_m=6.0,
                     parapet_m=0.5, use=Use.HOUSE, quarter=quarter)  # fmt: skip


@pytest.fixture(scope="module")
def city() -> City:
    roads = [
        _road(0, [(0, 200), (400, 200)], width=12.0),
        _road(1, [(200, 0), (200, 400)]),
        _road(2, [(100, 200), (100, 400)], of=RoadClass.STREET, width=7.0),
        _road(3, [(0, 300), (200, 300)], of=RoadClass.LANE, width=3.0),
        _road(4, [(325, 200), (375, 200)], width=12.0, is_bridge=True),
    ]
    west = [(x, y) for x in range(10, 180, 26) for y in range(215, 390, 30)]
    east = [(x, y) for x in range(215, 310, 40) for y in range(220, 390, 40)]
    houses = [_house(n, x, y, "Alif" if n < len(west) else "Bata")
              for n, (x, y) in enumerate([*west, *east])]  # fmt: skip
    crops = [Crop.FALLOW, Crop.STUBBLE, Crop.GREEN, Crop.ORCHARD, Crop.STUBBLE, Crop.FALLOW]
    fields = [
        Field(outline=translate(box(5, 10, 60, 90), 62 * (n % 3), 90 * (n // 3)),
              heading_deg=20.0 * n, crop=crop)
        for n, crop in enumerate(crops)
    ]  # fmt: skip
    river = LineString([(350, -40), (350, 440)])
    return City(
        name="Probe", style="test", palette=PALETTE, side_m=400.0, margin_m=40.0, relief_m=1.0,
        river=River(name="Nar", line=river, outline=river.buffer(20), width_m=40.0),
        wadis=(Wadi(line=LineString([(215, 0), (300, 180)]), width_m=8.0, depth_m=1.0),),
        roads=tuple(roads), footprints=tuple(houses),
        quarters=(Quarter(name="Alif", outline=box(0, 206, 195, 400), fabric=Fabric.PLANNED),
                  Quarter(name="Bata", outline=box(205, 210, 320, 400), fabric=Fabric.INDUSTRY)),
        airport=Airport(name="Strip", runway=LineString([(260, 20), (320, 20)]),
                        runway_width_m=20.0, apron=box(290, 35, 300, 45),
                        outline=box(250, 0, 322, 60)),
        fields=tuple(fields), yard_walls=(LineString([(10, 245), (40, 245)]),),
        field_walls=tuple(LineString([(3, y), (190, y)]) for y in range(5, 190, 10)),
        trees=np.zeros((0, 4)), core=Point(200, 200),
    )  # fmt: skip


def ground(city: City, days: float = 0.0, **given) -> Landscape:
    buildings = tuple(Building(footprint=house) for house in city.footprints)
    return Landscape(city=city, moment=FIRST + timedelta(days=days),
                     **{"season": Season(soil=0.8), "buildings": buildings, **given})  # fmt: skip


def things(city: City, days: float = 0.0, order: EverydayOrder = PLENTY, seed: int = 5, **given):
    return everyday_truth(ground(city, days, **given), order, seed=seed, first=FIRST)


def only(**given: float) -> EverydayOrder:
    return replace(NOTHING, **given)


def told(found) -> list[tuple[str, str, bytes]]:
    return [(thing.id, str(thing.sort), shapely.to_wkb(thing.geometry)) for thing in found]


def test_every_sort_turns_up_on_some_date(city):
    sorts = Counter(t.sort for seed in (5, 6) for days in (3, 80, 200, 401, 702)
                    for t in things(city, days, seed=seed))  # fmt: skip
    assert set(sorts) == set(Sort)


def test_the_same_seed_gives_the_same_things_in_any_order_of_asking(city):
    late, early = told(things(city, 90)), told(things(city, 3))
    assert told(things(city, 3)) == early
    assert told(things(city, 90)) == late
    assert told(things(city, 90, seed=6)) != late


def test_ids_are_unique(city):
    names = [thing.id for thing in things(city, 200)]
    assert len(names) == len(set(names))


def test_what_is_there_on_two_dates_is_in_the_same_place(city):
    growing = {Sort.FARMED, Sort.ROAD_WORKS, Sort.FLOOD, Sort.WET}
    first, second = ({t.id: t for t in things(city, d)} for d in (200, 201))
    both = [name for name in first.keys() & second.keys() if first[name].sort not in growing]
    assert len(both) > 40
    for name in both:
        assert first[name].geometry.equals(second[name].geometry)
        assert first[name].sort is second[name].sort


def test_cars_move_but_some_stay_and_wrecks_stay_long(city):
    sets = [{t.id for t in things(city, d) if t.sort is Sort.PARKED_CAR} for d in (10, 11, 100)]
    assert 0 < len(sets[0] & sets[1]) < 0.7 * len(sets[0])
    assert len(sets[0] & sets[2]) < 0.1 * len(sets[0])
    wrecks = [
        {(seed, t.id) for seed in range(12) for t in things(city, d, only(cars=2.0), seed)
         if t.sort is Sort.WRECK}
        for d in (10, 20)
    ]  # fmt: skip
    assert len(wrecks[0] & wrecks[1]) >= 0.7 * len(wrecks[0]) > 0


def test_passing_cars_are_never_where_they_were(city):
    spots = [
        {(round(t.blocks[0].x, 3), round(t.blocks[0].y, 3)) for t in things(city, days)
         if t.id.startswith("passing/")}
        for days in (10.0, 10.01)
    ]  # fmt: skip
    assert spots[0]
    assert not spots[0] & spots[1]


@pytest.mark.parametrize("sort", [Sort.NEW_BUILDING, Sort.NEW_ROOF, Sort.WIDENED_VERGE])
def test_what_is_built_stays_built(city, sort):
    order = only(new_buildings=2.0, road_works=2.0)
    found = [things(city, days, order) for days in range(0, 900, 150)]
    sets = [{t.id for t in each if t.sort is sort} for each in found]
    assert all(early <= late for early, late in pairwise(sets))
    assert sets[-1]


def test_every_other_lifetime_is_one_span(city):
    once = {Sort.CAMP, Sort.BURNT, Sort.FIELD_WALL, Sort.FARMED}
    order = only(tents=2.0, ploughing=2.0, burnt=2.0, field_walls=2.0)
    seen: dict[str, list[int]] = {}
    for number, days in enumerate(range(0, 700, 20)):
        for thing in things(city, days, order):
            if thing.sort in once:
                seen.setdefault(thing.id, []).append(number)
    assert len(seen) > 10
    # A camp's tent may give way to a passing thing; a field's state may not.
    flat = {name: spans for name, spans in seen.items() if not name.startswith("camp/")}
    assert all(spans == list(range(spans[0], spans[-1] + 1)) for spans in flat.values())


def test_houses_rise_before_they_stand(city):
    heights: dict[str, list[float]] = {}
    for days in range(0, 900, 30):
        for thing in things(city, days, only(new_buildings=2.0)):
            if thing.sort is Sort.NEW_BUILDING:
                done = thing.building.condition is Condition.INTACT
                heights.setdefault(thing.id, []).append(1.0 if done else thing.building.severity)
    assert heights
    assert all(rising == sorted(rising) for rising in heights.values())
    assert any(rising[0] < 0.3 and rising[-1] == 1.0 for rising in heights.values())


def test_at_the_first_date_the_land_is_as_planned(city):
    slow = {Sort.FARMED, Sort.BURNT, Sort.NEW_BUILDING, Sort.NEW_ROOF, Sort.ROAD_WORKS,
            Sort.FIELD_WALL, Sort.FIELD_WALL_GONE, Sort.WIDENED_VERGE}  # fmt: skip
    assert not {thing.sort for thing in things(city)} & slow


def test_nothing_ordered_is_nothing_added(city):
    dry = ground(city, 90, season=Season())
    assert everyday_truth(dry, NOTHING, seed=5, first=FIRST) == ()
    assert add_everyday(dry, NOTHING, seed=5, first=FIRST) == dry


def test_more_ordered_is_the_same_and_more(city):
    cars = [{t.id for t in things(city, 9, only(cars=level))} for level in (0.5, 1.0)]
    assert cars[0]
    assert len(cars[0] & cars[1]) >= 0.9 * len(cars[0])
    assert len(cars[1]) > 1.5 * len(cars[0])


def test_fewer_cars_in_a_siege(city):
    order = replace(PLENTY, besieged_from=FIRST + timedelta(days=10), cars_besieged=0.2)
    moving = {Sort.PARKED_CAR, Sort.MOVING_CAR, Sort.LARGE_VEHICLE}
    before, after = (sum(t.sort in moving for t in things(city, d, order)) for d in (9, 11))
    assert after < 0.25 * before


def test_nothing_stands_in_a_building_or_in_another_thing(city):
    for days in (3, 200, 500):
        found = things(city, days)
        feet = [block.foot for t in found for block in t.blocks if t.sort is not Sort.ROAD_WORKS]
        houses = [house.outline for house in city.footprints]
        houses += [t.geometry for t in found if t.sort is Sort.NEW_BUILDING]
        assert len(shapely.STRtree(houses).query(feet, predicate="intersects")[0]) == 0
        pairs = shapely.STRtree(feet).query(feet, predicate="overlaps")
        assert pairs.shape[1] == 0


def test_nothing_stands_on_water_but_on_the_bridge(city):
    deck = box(325, 194, 375, 206)
    on_deck = 0
    for days in (3, 200, 500):
        for thing in things(city, days):
            if thing.blocks and thing.geometry.intersects(city.river.outline):
                assert deck.buffer(1).contains(thing.geometry)
                on_deck += 1
    assert on_deck > 0


def test_a_flood_comes_and_goes_beside_the_river_and_drives_things_off(city):
    levels = []
    for days in range(0, 96, 4):
        found = things(city, days, only(flood=1.0, cars=2.0))
        water = [t.geometry for t in found if t.sort is Sort.FLOOD]
        levels.append(sum(shape.area for shape in water))
        for shape in water:
            assert shape.intersection(city.river.outline).area == pytest.approx(0, abs=1e-6)
            parked = [t for t in found if t.blocks and not t.on_bridge]
            wet = [t for t in parked if t.geometry.intersects(shape)]
            assert all(box(325, 194, 375, 206).contains(t.geometry) for t in wet)
    assert min(levels) == 0
    assert max(levels) > 1000


def test_works_keep_their_ground(city):
    berm = Bank(line=LineString([(0, 205), (195, 205)]), height_m=2.5, crest_m=1.0, base_m=8.0)
    works = {
        "banks": (berm,),
        "mounds": (Mound(x=200, y=260, radius_m=6.0, height_m=2.0),),
        "rubble": (Rubble(outline=box(95, 230, 105, 260), depth_m=1.0),),
        "blocks": tuple(Block(x=200, y=300 + 3 * n, length_m=2.5, width_m=1.2, height_m=2.4,
                              heading_deg=0.0) for n in range(6)),
        "patches": (Patch(outline=box(205, 210, 320, 330), material=Material.CLEARED, fells=True),),
    }  # fmt: skip
    states = {"Alif": Condition.COLLAPSED, "Bata": Condition.INTACT}
    fallen = tuple(Building(footprint=h, condition=states[h.quarter]) for h in city.footprints)
    free, besieged = things(city, 300), things(city, 300, buildings=fallen, **works)
    assert {t.id for t in besieged} < {t.id for t in free} | {t.id for t in besieged}
    taken = shapely.union_all([
        berm.line.buffer(4), Point(200, 260).buffer(6), box(95, 230, 105, 260),
        box(205, 210, 320, 330), *(b.foot for b in works["blocks"]),
    ])  # fmt: skip
    standing = [
        t for t in besieged if t.blocks or t.mounds or t.banks or t.sort is Sort.NEW_BUILDING
    ]
    assert standing
    assert not any(thing.geometry.intersects(taken) for thing in standing)
    roofs = {t.building.footprint.quarter for t in besieged if t.sort is Sort.NEW_ROOF}
    assert "Alif" not in roofs


def test_the_landscape_keeps_all_that_it_had_and_gains_what_truth_tells(city):
    before = ground(city, 300, blocks=(Block(x=5, y=5, length_m=2, width_m=1, height_m=1,
                                             heading_deg=0.0),))  # fmt: skip
    after = add_everyday(before, PLENTY, seed=5, first=FIRST)
    found = everyday_truth(before, PLENTY, seed=5, first=FIRST)
    assert after.blocks[0] == before.blocks[0]
    assert len(after.blocks) == 1 + sum(len(t.blocks) for t in found)
    assert len(after.banks) == sum(len(t.banks) for t in found)
    assert len(after.mounds) == sum(len(t.mounds) for t in found)
    ids = [b.footprint.id for b in after.buildings]
    assert ids[: len(city.footprints)] == [house.id for house in city.footprints]
    assert len(ids) - len(city.footprints) == sum(t.sort is Sort.NEW_BUILDING for t in found)


def test_works_are_painted_over_what_farmers_do(city):
    swath = Patch(outline=box(0, 0, 200, 190), material=Material.CLEARED, fells=True)
    after = add_everyday(ground(city, 300, patches=(swath,)), PLENTY, seed=5, first=FIRST)
    assert after.patches[-1] == swath
    assert len(after.patches) > 1


def test_fields_turn_round_the_year_and_orchards_stay(city):
    orchard = next(f.outline for f in city.fields if f.crop is Crop.ORCHARD)
    seen = set()
    for days in range(0, 700, 14):
        for thing in things(city, days, only(ploughing=2.0)):
            if thing.sort is Sort.FARMED:
                assert not thing.geometry.overlaps(orchard)
                assert not thing.geometry.equals(orchard)
                seen.add(thing.patches[-1].material)
    assert seen == {Material.PLOUGHED, Material.GREEN, Material.STUBBLE}


def test_some_field_is_seen_half_done(city):
    shares = {
        round(t.geometry.area / city.fields[0].outline.area, 2)
        for days in range(100, 180, 2)
        for t in things(city, days, only(ploughing=2.0))
        if t.sort is Sort.FARMED
    }
    assert any(0.05 < share < 0.95 for share in shares)


def test_rain_makes_pools_and_dry_soil_has_none(city):
    wet = [t for t in things(city, 3) if t.sort is Sort.WET]
    dry = [t for t in things(city, 3, season=Season()) if t.sort is Sort.WET]
    assert wet
    assert not dry


def test_without_a_first_date_the_day_itself_is_the_first(city):
    alone = everyday_truth(ground(city, 300), PLENTY, seed=5)
    assert Sort.NEW_BUILDING not in {t.sort for t in alone}
    assert Sort.PARKED_CAR in {t.sort for t in alone}


def test_values_name_what_a_false_alarm_is(city):
    values = next(t for t in things(city, 3) if t.sort is Sort.CONTAINER).values()
    assert values["sort"] == "container"
    assert values["area_m2"] in {29.77, 14.88}
    assert set(values) == {"id", "sort", "x", "y", "area_m2"}


def test_open_country_has_nothing_to_fool_anyone_with(city):
    bare = replace(city, roads=(), footprints=(), quarters=(), fields=(), river=None, wadis=(),
                   airport=None, yard_walls=(), field_walls=())  # fmt: skip
    found = everyday_truth(ground(bare, 300), PLENTY, seed=5, first=FIRST)
    assert {thing.sort for thing in found} <= {Sort.WET}


def test_a_quarter_without_houses_gets_none(city):
    empty = replace(city, footprints=())
    found = everyday_truth(ground(empty, 300), PLENTY, seed=5, first=FIRST)
    assert Sort.NEW_BUILDING not in {thing.sort for thing in found}
