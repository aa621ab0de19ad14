"""The words of a scenario find their place in a city, or say which words would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point, box

from earthwork.errors import InvalidValue
from earthwork.simulate.alterations.placing import (
    area_of,
    bank_side,
    compass_deg,
    cut_line,
    find_house,
    find_quarter,
    find_road,
    first_lines,
    forward,
    hands,
    heading_deg,
    houses_within,
    lines_of,
    open_ground,
    place_name,
    ring,
    rounded,
    shifted,
    spot_named,
    stretch_of,
    survey,
    wedge,
)
from earthwork.simulate.cities.city import City, Fabric
from earthwork.simulate.scenario import Where

from .ordered_siege import nahrabad

GROUND = survey(nahrabad())
CITY = GROUND.city
NORTHWARD = LineString([(10, 0), (10, 100)])


def without(**gone: object) -> City:
    return replace(CITY, **gone)  # type: ignore[arg-type]


def test_quarters_go_by_name_and_by_fabric() -> None:
    assert find_quarter(CITY, "suqara").name == "Suqara"
    fabric = find_quarter(CITY, "Tahun").fabric
    alike = [quarter for quarter in CITY.quarters if quarter.fabric is fabric]
    largest = max(alike, key=lambda quarter: quarter.outline.area)
    assert find_quarter(CITY, fabric.value) is largest
    assert find_quarter(CITY, f"{fabric.value} 1") is largest
    assert isinstance(find_quarter(CITY, "Karmin").fabric, Fabric)


def test_an_unknown_quarter_names_the_near_ones() -> None:
    with pytest.raises(InvalidValue, match="Sukara") as caught:
        find_quarter(CITY, "Sukara")
    assert caught.value.choices[0] == "Suqara"
    assert "“Suqara” may be meant" in str(caught.value)
    with pytest.raises(InvalidValue, match="another city"):
        find_quarter(CITY, "Xxxxxxx 9")


def test_roads_go_by_name_id_and_rank() -> None:
    assert find_road(CITY, "kasira road").name == "Kasira Road"
    assert not find_road(CITY, "Bridge Street").is_bridge
    bridge = find_road(CITY, "bridge 1")
    assert bridge.is_bridge
    assert find_road(CITY, bridge.id) is bridge
    longest = find_road(CITY, "main 1")
    scene = GROUND.scene
    assert all(
        longest.line.intersection(scene).length >= road.line.intersection(scene).length
        for road in CITY.roads
        if road.road_class == "main" and not road.is_bridge
    )
    with pytest.raises(InvalidValue, match="not in this city"):
        find_road(CITY, "main 99")
    with pytest.raises(InvalidValue, match="Kasira Road"):
        find_road(CITY, "Casira Road")


def test_houses_go_by_id() -> None:
    assert find_house(CITY, "factory").id == "factory"
    with pytest.raises(InvalidValue, match="not in this city"):
        find_house(CITY, "nothing")


@pytest.mark.parametrize(
    ("word", "degrees"),
    [("N", 0), ("ne", 45), ("south-west", 225), ("western", 270), ("SOUTH", 180)],
)
def test_compass_words(word: str, degrees: float) -> None:
    assert compass_deg(word, where="w") == degrees


def test_a_word_that_is_no_direction() -> None:
    with pytest.raises(InvalidValue, match="no direction"):
        compass_deg("upward", where="where.side")


def test_hands_of_a_line() -> None:
    assert hands(NORTHWARD, None) == hands(NORTHWARD, "both") == (1, -1)
    assert hands(NORTHWARD, "left") == hands(NORTHWARD, "west") == (1,)
    assert hands(NORTHWARD, "right") == hands(NORTHWARD, "east") == (-1,)


def test_lines_move_sideways_and_keep_their_way() -> None:
    left = shifted(NORTHWARD, 4)
    assert left.coords[0] == pytest.approx((6, 0))
    assert shifted(NORTHWARD, 0) is NORTHWARD
    assert heading_deg(left, 50) == pytest.approx(0)
    assert heading_deg(LineString([(0, 0), (5, 0)]), 9) == pytest.approx(90)


def test_cutting_lines() -> None:
    assert cut_line(NORTHWARD, 20, 60).length == pytest.approx(40)
    assert first_lines([NORTHWARD, NORTHWARD], None) == [NORTHWARD, NORTHWARD]
    half = first_lines([NORTHWARD, NORTHWARD], 0.75)
    assert [line.length for line in half] == pytest.approx([100, 50])
    assert len(first_lines([NORTHWARD, NORTHWARD], 0.25)) == 1
    back = cut_line(NORTHWARD, 20, 60).reverse()
    assert forward(back, NORTHWARD).coords[0] == pytest.approx((10, 20))


def test_corners_are_rounded_but_ends_stay() -> None:
    bent = rounded(np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]))
    assert bent.coords[0] == (0, 0)
    assert bent.coords[-1] == (10, 10)
    assert bent.distance(Point(10, 0)) > 1
    assert rounded(np.array([(0.0, 0.0), (10.0, 0.0)])).length == 10


def test_a_sector_is_a_wedge_of_45_degrees() -> None:
    north = wedge(Point(0, 0), ("N",), 100)
    assert north.contains(Point(0, 50))
    assert not north.contains(Point(40, 50))
    assert wedge(Point(0, 0), ("N", "NE"), 100).contains(Point(40, 50))


def test_a_ring_goes_round_the_built_up_ground_clockwise() -> None:
    around = ring(GROUND, 20)
    assert around.is_closed
    assert 10 < around.distance(GROUND.built) <= 20  # corners are cut
    first = np.array(around.coords[0]) - (CITY.core.x, CITY.core.y)
    assert first[1] > abs(first[0])
    ahead = np.array(around.coords[5]) - (CITY.core.x, CITY.core.y)
    assert np.arctan2(*ahead) > np.arctan2(*first)


def test_banks_of_the_river() -> None:
    west, east = bank_side(GROUND, "west"), bank_side(GROUND, "E")
    assert west.centroid.x < east.centroid.x
    assert west.intersection(east).area == pytest.approx(0, abs=1e-6)
    line = lines_of(Where(along="river-west", offset_m=8), GROUND)
    assert line[0].distance(GROUND.water) == pytest.approx(8, abs=0.5)
    assert lines_of(Where(along="river"), GROUND)
    dry = survey(without(river=None))
    with pytest.raises(InvalidValue, match="no river"):
        bank_side(dry, "W")
    with pytest.raises(InvalidValue, match="no river"):
        area_of(Where(along="river-west"), dry, known={})


def test_lines_that_places_name() -> None:
    drawn = lines_of(Where(line=((0.1, 0.1), (0.9, 0.1))), GROUND)
    assert drawn[0].length == pytest.approx(0.8 * CITY.side_m)
    metres = lines_of(Where(line=((10, 10), (50, 10)), unit="metre"), GROUND)
    assert metres[0].length == pytest.approx(40)
    part = lines_of(Where(line=((0.1, 0.1), (0.9, 0.1)), start=0.25, end=0.5), GROUND)
    assert part[0].bounds[0] == pytest.approx(0.3 * CITY.side_m)
    rim = lines_of(Where(polygon=((0.1, 0.1), (0.3, 0.1), (0.3, 0.3))), GROUND)
    assert sum(line.length for line in rim) > 0.6 * CITY.side_m
    fence = lines_of(Where(along="airport", offset_m=2), GROUND)
    assert fence[0].distance(CITY.airport.outline) == pytest.approx(2, abs=0.3)  # type: ignore[union-attr]
    south = lines_of(Where(sector=("S",), offset_m=10), GROUND)
    assert all(line.centroid.y < CITY.core.y for line in south)
    whole = stretch_of(find_road(CITY, "Kasira Road"), GROUND, Where())
    some = lines_of(Where(road="Kasira Road", start=0.1, end=0.4), GROUND)
    assert some[0].length == pytest.approx(0.3 * whole.length, rel=1e-6)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Where(quarter="Tahun"), "no line is named"),
        (Where(along="moon"), "nothing to follow"),
        (Where(line=((2.0, 2.0), (3.0, 3.0))), "no ground for this line"),
        (Where(line=((0.1, 0.1), (0.9, 0.1)), start=0.5, end=0.5), "no ground for this line"),
    ],
)
def test_places_that_hold_no_line(where: Where, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        lines_of(where, GROUND)


def test_areas_are_what_the_words_have_in_common() -> None:
    quarter = CITY.quarter("Tahun").outline
    square = Where(quarter="Tahun", polygon=((0, 0), (0.4, 0), (0.4, 1), (0, 1)))
    area = area_of(square, GROUND, known={})
    assert area.area == pytest.approx(quarter.intersection(box(0, 0, 160, 400)).area)
    assert area_of(Where(), GROUND, known={}).equals(GROUND.scene)
    around = area_of(Where(point=(0.5, 0.5), within_m=10), GROUND, known={})
    assert around.area == pytest.approx(np.pi * 100, rel=0.02)
    event = Point(50, 50).buffer(3)
    assert area_of(Where(event="e"), GROUND, known={"e": event}).area > event.area
    assert area_of(Where(near="e", within_m=20), GROUND, known={"e": event}).area > 1500


def test_belts_and_corridors() -> None:
    belt = area_of(Where(sector=("S",), offset_m=10, within_m=20), GROUND, known={})
    assert belt.distance(GROUND.built) == pytest.approx(10, abs=0.5)
    bank = area_of(Where(along="river-east", within_m=15), GROUND, known={})
    assert bank.distance(GROUND.water) == pytest.approx(0, abs=1e-6)
    assert area_of(Where(along="river", within_m=15), GROUND, known={}).area > bank.area
    field = CITY.airport.outline  # type: ignore[union-attr]
    fence = area_of(Where(along="airport", within_m=15), GROUND, known={})
    assert fence.intersection(field).area == pytest.approx(0, abs=1e-6)
    north = area_of(Where(airport="north", within_m=50), GROUND, known={})
    assert north.centroid.y > field.intersection(GROUND.scene).centroid.y
    road = find_road(CITY, "Kasira Road")
    spot = area_of(Where(road="Kasira Road", at=0.5, within_m=12), GROUND, known={})
    assert spot.area == pytest.approx(np.pi * 144, rel=0.02)
    strip = area_of(Where(road="Kasira Road", within_m=5), GROUND, known={})
    assert strip.covers(road.line.intersection(GROUND.scene.buffer(-1)).centroid)
    assert area_of(Where(line=((0.1, 0.1), (0.5, 0.1)), offset_m=5), GROUND, known={}).area > 1500
    with pytest.raises(InvalidValue, match="nothing to follow"):
        area_of(Where(along="moon"), GROUND, known={})


def test_an_empty_area_is_refused() -> None:
    beyond = Where(quarter="Tahun", polygon=((0, 0.9), (0.1, 0.9), (0.1, 1)))
    with pytest.raises(InvalidValue, match="no ground of the scene"):
        area_of(beyond, GROUND, known={})


def test_what_a_place_may_lie_near() -> None:
    assert spot_named("core", GROUND, {}) == CITY.core
    assert spot_named("airport", GROUND, {}).area > 0
    assert spot_named("factory", GROUND, {}).area > 0
    assert spot_named("Ring Street", GROUND, {}).length > 0
    assert spot_named("Dabbara", GROUND, {}).area > 0
    with pytest.raises(InvalidValue, match="not in this city"):
        spot_named("nothing", GROUND, {})
    with pytest.raises(InvalidValue, match="no airfield"):
        spot_named("airport", survey(without(airport=None)), {})
    with pytest.raises(InvalidValue, match="no earlier event"):
        area_of(Where(event="e"), GROUND, known={"f": Point(0, 0)})


def test_a_road_beyond_the_scene_is_refused() -> None:
    road = replace(find_road(CITY, "Kasira Road"), line=LineString([(-50, -50), (-50, 0)]))
    with pytest.raises(InvalidValue, match="does not run through"):
        stretch_of(road, GROUND, Where())


def test_houses_belong_to_the_area_of_their_middle() -> None:
    house = find_house(CITY, "factory")
    ids = {found.id for found in houses_within(house.outline.buffer(1), GROUND)}
    assert ids == {"factory"}
    corner = Point(house.outline.exterior.coords[0]).buffer(1)
    assert not houses_within(corner, GROUND)


def test_open_ground_keeps_clear_of_walls_water_and_runways() -> None:
    free = open_ground(GROUND.scene, GROUND, clearance_m=2)
    assert free.distance(find_house(CITY, "factory").outline) == pytest.approx(2, abs=0.2)
    assert free.distance(GROUND.water) == pytest.approx(2, abs=0.2)
    assert free.intersection(GROUND.paved).area == pytest.approx(0, abs=1e-6)


def test_a_place_is_named_by_what_holds_a_third_of_it() -> None:
    tahun = CITY.quarter("Tahun").outline
    assert place_name(tahun.centroid, CITY) == "Tahun"
    assert place_name(CITY.airport.apron, CITY) == CITY.airport.name  # type: ignore[union-attr]
    assert place_name(Point(-5000, -5000), CITY) is None
    assert place_name(LineString([(-5000, 0), (-5000, 9)]), without(airport=None)) is None
