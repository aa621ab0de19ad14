"""Places as reports word them, and the ground that the words cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point, box

from earthwork.model.vocabulary import PlaceRelation
from earthwork.simulate.cities.city import City, Quarter, River
from earthwork.simulate.reporting.facts import length_m, points_of
from earthwork.simulate.reporting.localities import Lie, Locality, fitting, free_of, localities

from .small_siege import deed, small_city

CITY = small_city()
PLACES = localities(CITY)


def _worded(places: Iterable[Locality], words: str) -> Locality:
    return next(place for place in places if words in place.words)


def _names(city: City) -> set[str]:
    return {words for place in localities(city) for words in place.words}


@pytest.mark.parametrize(
    ("words", "inside", "outside", "relation"),
    [
        ("across Kasira Road", (280, 100), (320, 100), PlaceRelation.IN),
        ("along the Corniche", (495, 100), (560, 100), PlaceRelation.ALONG),
        ("in Suqara", (350, 350), (200, 350), PlaceRelation.IN),
        ("between Dabbara and Suqara", (280, 350), (180, 350), PlaceRelation.BETWEEN),
        ("on the road from Dabbara to Suqara", (280, 350), (300, 350), PlaceRelation.FROM_TO),
        ("north of Belqara", (280, 560), (280, 350), PlaceRelation.NORTH_OF),
        ("north-east of Belqara", (450, 470), (100, 470), PlaceRelation.NORTHEAST_OF),
        ("on the western outskirts of Belqara", (40, 290), (250, 290), PlaceRelation.OUTSKIRTS),
        ("in the south of Belqara", (280, 200), (280, 400), PlaceRelation.IN),
        ("along the western bank of the Zahir River", (470, 50), (560, 50), PlaceRelation.ALONG),
        ("on the east bank of the Zahir River", (570, 50), (470, 50), PlaceRelation.ALONG),
        ("north of Belqara Airport", (150, 120), (150, 50), PlaceRelation.NORTH_OF),
        ("near Belqara Airport", (150, 120), (150, 400), PlaceRelation.NEAR),
        ("that carries Bridge Street", (520, 290), (300, 290), PlaceRelation.IN),
        ("over the Zahir River", (520, 500), (300, 290), PlaceRelation.IN),
        ("around Belqara", (20, 20), (280, 290), PlaceRelation.OUTSKIRTS),
        ("in the city", (280, 290), (700, 700), PlaceRelation.IN),
    ],
)
def test_words_cover_their_ground(
    words: str,
    inside: tuple[float, float],
    outside: tuple[float, float],
    relation: PlaceRelation,
) -> None:
    place = _worded(PLACES, words)
    assert place.relation is relation
    assert place.area.contains(Point(inside))
    assert not place.area.contains(Point(outside))


def test_a_river_from_west_to_east_has_a_northern_and_a_southern_bank() -> None:
    line = LineString([(0, 80), (600, 90)])
    across = replace(CITY, river=River(name="Zahir", line=line, outline=line.buffer(15),
                                       width_m=30))  # fmt: skip
    north = _worded(localities(across), "along the northern bank of the Zahir River")
    assert north.area.contains(Point(300, 120))
    flipped = replace(across, river=replace(across.river, line=LineString([(0, 520), (600, 510)]),
                                            outline=line.buffer(15)))  # fmt: skip
    south = _worded(localities(flipped), "along the southern bank of the Zahir River")
    assert south.area.contains(Point(300, 80))


def test_a_river_with_one_bank_in_the_scene_has_no_banks_to_tell_apart() -> None:
    line = LineString([(-20, 0), (-20, 600)])
    beside = replace(
        CITY, river=River(name="Zahir", line=line, outline=line.buffer(30), width_m=60)
    )
    assert not {words for words in _names(beside) if "bank of" in words}


def test_what_is_too_small_is_not_a_place() -> None:
    sliver = Quarter(name="Sliver", outline=box(0, 0, 20, 20))
    small = replace(CITY, quarters=(*CITY.quarters, sliver))
    assert "in Sliver" not in _names(small)
    outside = Quarter(name="Beyond", outline=box(-400, 0, -300, 100))
    assert "in Beyond" not in _names(replace(CITY, quarters=(*CITY.quarters, outside)))


def test_a_city_that_fills_the_scene_has_no_outside() -> None:
    everywhere = replace(CITY, quarters=(Quarter(name="All", outline=box(-99, -99, 699, 699)),))
    names = _names(everywhere)
    assert not {words for words in names if "outskirts" in words or words.startswith("to the ")}
    assert "in the north of Belqara" in names


def test_an_airport_beyond_the_scene_is_not_a_place() -> None:
    ground = box(-300, -300, -200, -250)
    away = replace(CITY, airport=replace(CITY.airport, outline=ground))
    near = [place for place in localities(away) if place.name == "Belqara Airport"]
    assert near == []


def test_places_fit_what_lies_in_them_for_the_most_part() -> None:
    line = deed(None, LineString([(288, 440), (288, 560)]), name="row")
    found = fitting(points_of([line]), [p for p in PLACES if p.lie is Lie.BY_ROAD])
    assert [place.name for place in found] == ["Kasira Road"]
    half = np.array([(288.0, 440.0), (400.0, 440.0)])
    assert fitting(half, [p for p in PLACES if p.lie is Lie.BY_ROAD]) == ()


def test_free_places_touch_nothing() -> None:
    quarters = [place for place in PLACES if place.lie is Lie.QUARTER]
    free = free_of([box(300, 310, 320, 330)], quarters)
    assert {place.name for place in free} == {"Dabbara", "Tahun", "Marwen"}
    assert free_of([], quarters) == tuple(quarters)


def test_an_outline_is_as_long_as_from_end_to_end() -> None:
    assert length_m(box(0, 0, 80, 3)) == pytest.approx(80)
    assert length_m(LineString([(0, 0), (30, 40)])) == pytest.approx(50)
