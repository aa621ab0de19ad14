import pickle

import numpy as np
import pytest
import shapely
from shapely import STRtree, box

from earthwork.errors import InvalidValue
from earthwork.simulate.cities.city import FACTORY_ID, City, Crop, Fabric, RoadClass, Roof, Use
from earthwork.simulate.cities.city_plan import draw_layout, plan_city
from earthwork.simulate.cities.nahrabad import plan_nahrabad
from earthwork.simulate.cities.network import street_graph
from earthwork.simulate.cities.styles import STYLES

RIVER_PLAIN = STYLES["river plain"]


def outlines(city: City) -> np.ndarray:
    return np.array([house.outline for house in city.footprints], dtype=object)


def common_m2(first: np.ndarray, second: np.ndarray) -> float:
    """Return the greatest common area of two of different indices (of one array) or any two."""
    one, two = STRtree(second).query(first, predicate="intersects")
    keep = one < two if first is second else np.ones(one.size, dtype=bool)
    areas = shapely.area(shapely.intersection(first[one[keep]], second[two[keep]]))
    return float(areas.max(initial=0.0))


def require_sound(city: City) -> None:
    houses = outlines(city)
    assert shapely.is_valid(houses).all()
    assert common_m2(houses, houses) < 0.1
    roads = [r.line.buffer(r.width_m / 2 - 0.2, cap_style="flat") for r in city.roads]
    assert common_m2(np.array(roads, dtype=object), houses) < 0.5
    fields = np.array([field.outline for field in city.fields], dtype=object)
    assert shapely.is_valid(fields).all()
    assert common_m2(fields, fields) < 0.01
    assert common_m2(fields, houses) == 0.0
    assert common_m2(np.array(roads, dtype=object), fields) < 0.5
    areas = np.array([quarter.outline for quarter in city.quarters], dtype=object)
    assert common_m2(areas, areas) < 1.0
    if city.river is not None:
        assert not shapely.intersects(houses, city.river.outline).any()
        assert not shapely.intersects(fields, city.river.outline).any()
        assert any(road.is_bridge for road in city.roads)
    require_words(city)
    require_network(city)


def require_words(city: City) -> None:
    assert sum(house.id == FACTORY_ID for house in city.footprints) == 1
    for things in (city.footprints, city.roads):
        ids = [thing.id for thing in things]
        assert len(set(ids)) == len(ids)
    names = [quarter.name for quarter in city.quarters]
    assert {house.quarter for house in city.footprints} - {city.airport and city.airport.name} == (
        set(names)
    )
    others = [thing.name for thing in (city.river, city.airport, city) if thing is not None]
    named = sorted({road.name for road in city.roads if road.name is not None})
    assert len({*names, *others, *named}) == len(names) + len(others) + len(named)


def require_network(city: City) -> None:
    graph = street_graph(city.roads)
    lengths = np.bincount(graph.components(), weights=graph.lengths_m())
    assert lengths.max() > 0.95 * lengths.sum()
    edge = city.margin_m - 2
    inside = (graph.nodes > -edge).all(axis=1) & (graph.nodes < city.side_m + edge).all(axis=1)
    degrees = graph.degrees()
    assert ((degrees == 1) & inside).sum() < 0.12 * (degrees != 2).sum()


@pytest.mark.parametrize("name", STYLES)
def test_every_style_gives_sound_cities(name: str) -> None:
    for seed in (3, 11, 29):
        city = plan_city(400.0, seed=seed, style=STYLES[name])
        assert city.style == name
        require_sound(city)
        fabrics = {quarter.fabric for quarter in city.quarters}
        assert {Fabric.OLD_TOWN, Fabric.INDUSTRY} <= fabrics


@pytest.mark.parametrize("side_m", [320.0, 450.0])
def test_nahrabad_is_sound_and_has_its_names(side_m: float) -> None:
    city = plan_nahrabad(side_m, seed=4)
    require_sound(city)
    assert {quarter.name for quarter in city.quarters} == {
        "Suqara", "Dabbara", "Tahun", "Karmin", "Shamra", "Sharqan",
    }  # fmt: skip
    mains = {road.name for road in city.roads if road.road_class is RoadClass.MAIN}
    assert {"Kasira Road", "Ring Street", "West Road", "Lower Bridge Road", "Orchard Road",
            "Corniche"} <= mains  # fmt: skip
    factory = next(house for house in city.footprints if house.id == FACTORY_ID)
    assert factory.quarter == "Tahun"
    assert city.quarter("Tahun").outline.covers(factory.outline)
    assert city.river is not None
    assert (city.name, city.river.name) == ("Nahrabad", "Zahir")
    assert city.airport is not None
    apron = city.airport.apron.centroid
    assert apron.x < 0.5 * side_m
    assert apron.y < 0.5 * side_m


def test_nahrabad_lies_alike_whatever_the_seed() -> None:
    one, two = plan_nahrabad(400.0, seed=1), plan_nahrabad(400.0, seed=2)
    assert [road.line.wkb for road in one.roads if road.name] == [
        road.line.wkb for road in two.roads if road.name
    ]
    assert [house.outline.wkb for house in one.footprints] != [
        house.outline.wkb for house in two.footprints
    ]


def test_the_same_seed_gives_the_same_bytes() -> None:
    one = plan_city(300.0, seed=5, style=RIVER_PLAIN)
    plan_city(300.0, seed=6, style=RIVER_PLAIN)
    assert pickle.dumps(plan_city(300.0, seed=5, style=RIVER_PLAIN)) == pickle.dumps(one)


def test_two_seeds_differ_in_layout_and_names() -> None:
    one, two = (plan_city(300.0, seed=seed, style=RIVER_PLAIN) for seed in (5, 6))
    assert one.name != two.name
    assert one.river is not None
    assert two.river is not None
    assert one.river.line.hausdorff_distance(two.river.line) > 20
    assert one.core != two.core


def test_a_city_may_be_named_and_its_layout_does_not_depend_on_that() -> None:
    named = plan_city(300.0, seed=8, style=RIVER_PLAIN, name="Wazzan")
    assert named.name == "Wazzan"
    other = plan_city(300.0, seed=8, style=RIVER_PLAIN)
    assert [road.line.wkb for road in named.roads] == [road.line.wkb for road in other.roads]


def test_a_style_left_open_is_never_one_held_out() -> None:
    drawn = {plan_city(300.0, seed=seed).style for seed in range(3)}
    assert len(drawn) > 1
    assert not any(STYLES[name].is_held_out for name in drawn)


def test_a_scene_too_small_is_refused() -> None:
    for side_m in (120.0, float("nan")):
        with pytest.raises(InvalidValue, match="does not fit"):
            plan_city(side_m, seed=1)
        with pytest.raises(InvalidValue, match="does not fit"):
            plan_nahrabad(side_m, seed=1)


def test_main_roads_run_out_of_the_scene_and_one_leads_to_the_core() -> None:
    city = plan_city(400.0, seed=2, style=RIVER_PLAIN)
    rim = box(0, 0, city.side_m, city.side_m).exterior
    mains = [road for road in city.roads if road.road_class is RoadClass.MAIN]
    assert sum(road.line.intersects(rim) for road in mains) >= 3
    assert min(road.line.distance(city.core) for road in mains) < 1.0


def test_the_plan_reaches_beyond_the_scene() -> None:
    city = plan_city(300.0, seed=2, style=STYLES["delta farmland"])
    assert city.margin_m >= 80
    outer = shapely.union_all([field.outline for field in city.fields]).difference(
        box(0, 0, 300, 300)
    )
    assert outer.area > 0.3 * ((300 + 2 * city.margin_m) ** 2 - 300**2)


def test_built_up_land_varies_from_an_eighth_to_two_thirds() -> None:
    shares = []
    for seed, name in enumerate(("oasis", "industrial river") * 3):
        districts = draw_layout(300.0, seed=seed, style=STYLES[name]).districts
        town = shapely.union_all([district.quarter.outline for district in districts])
        shares.append(town.intersection(box(0, 0, 300, 300)).area / 300**2)
    assert 0.1 < min(shares) < 0.3
    assert 0.45 < max(shares) < 0.75


def test_styles_build_what_they_promise() -> None:
    coast = plan_city(400.0, seed=1, style=STYLES["coastal grid"])
    gables = [house for house in coast.footprints if house.roof is Roof.GABLE]
    assert 0.1 < len(gables) / len(coast.footprints) < 0.9
    assert all(house.parapet_m == 0 for house in gables)
    plain = plan_city(400.0, seed=1, style=RIVER_PLAIN)
    houses = [house for house in plain.footprints if house.use is Use.COURTYARD]
    assert sum(bool(house.outline.interiors) for house in houses) > 0.2 * len(houses)
    domes = {house.use for house in plain.footprints if house.roof is Roof.DOME}
    assert domes <= {Use.MOSQUE}
    assert len(plain.yard_walls) > 10
    oasis = plan_city(400.0, seed=1, style=STYLES["oasis"])
    orchards = [field for field in oasis.fields if field.crop is Crop.ORCHARD]
    assert len(orchards) > 0.3 * len(oasis.fields)
    assert STYLES["highland"].river is None
    stone = plan_city(400.0, seed=1, style=STYLES["highland"])
    assert stone.river is None
    assert len(stone.field_walls) > 50
    assert stone.wadis


def test_tanks_are_round_and_towers_few() -> None:
    city = plan_city(500.0, seed=9, style=STYLES["industrial river"])
    tanks = [house.outline for house in city.footprints if house.use is Use.TANK]
    assert tanks
    for tank in tanks:
        assert 4 * np.pi * tank.area / tank.length**2 > 0.95
    towers = [house for house in city.footprints if house.use is Use.TOWER]
    assert 0 < len(towers) < 0.15 * len(city.footprints)
    assert max(house.height_m for house in towers) > 20


def test_trees_stand_on_the_ground_and_off_roads_and_roofs() -> None:
    city = plan_city(300.0, seed=4, style=STYLES["delta farmland"])
    assert len(city.trees) > 50
    stems = shapely.points(city.trees[:, :2])
    assert not STRtree(outlines(city)).query(stems, predicate="intersects").size
    assert (city.trees[:, 2] >= 0.7).all()
    assert (city.trees[:, 3] > city.trees[:, 2]).all()


def test_one_runs_along_the_long_side_of_a_field() -> None:
    city = plan_city(300.0, seed=4, style=STYLES["delta farmland"])
    field = max(city.fields, key=lambda field: field.outline.area)
    turn = np.radians(field.heading_deg)
    points = np.array(field.outline.exterior.coords)
    along = points @ (np.sin(turn), np.cos(turn))
    across = points @ (np.cos(turn), -np.sin(turn))
    assert np.ptp(along) > np.ptp(across)
