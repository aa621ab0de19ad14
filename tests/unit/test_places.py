from __future__ import annotations

import pytest
from shapely.geometry import Point

from earthwork.model.claim import Document
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import PlacePrecision, PlaceRelation
from earthwork.reports.areas import area_of, corridor, distance_km, radius_km
from earthwork.reports.places import (
    ReadingContext,
    places_in,
    toponyms,
    toponyms_by_sentence,
)
from earthwork.reports.sentences import split_sentences


def entry(name: str, lon: float, lat: float, country: str = "IQ", people: int = 100_000, **more):
    return GazetteerEntry(
        name=name,
        longitude=lon,
        latitude=lat,
        geonames_id=more.pop("geonames_id", hash(name) % 1000),
        country=country,
        population=people,
        **more,
    )


TULL = entry("Tull", 43.0, 36.0, people=1_000_000)
SMALL = entry("Sarn", 43.2, 35.8, people=900)
FAR = entry("Sarn", -80.0, 40.0, "US", 40_000)
LAND = entry("Marland", 43.0, 34.0, people=0, extent=PlacePrecision.COUNTRY)
AIRPORT = entry("Tull airport", 43.05, 35.95, people=0, geonames_id=None)


class Names:
    def __init__(self, *entries: GazetteerEntry) -> None:
        self.entries = entries

    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        return tuple(e for e in self.entries if e.name.lower() == name.lower())


WORLD = Names(TULL, FAR, SMALL, LAND, entry("Hugo", 1, 1, "FR", 9_000), entry("Derna", 44.0, 36.5))


def names(text: str, context: ReadingContext | None = None):
    document = Document(id="d", digest="", text=text, published=None)
    found = toponyms(document, gazetteer=WORLD, context=context)
    for toponym in found:
        assert text[toponym.span.start : toponym.span.end] == toponym.span.words
    return [(t.span.words, t.entry) for t in found]


def place(text: str, focus: GazetteerEntry | None = None, extra: tuple = ()):
    sentences = split_sentences(text)
    context = ReadingContext(place=focus, extra=extra)
    (group,) = toponyms_by_sentence(sentences, gazetteer=WORLD, context=context)
    return [mention.place for mention in places_in(sentences[0], group, focus=focus)]


# --- toponyms ---


def test_names_are_found_and_resolved():
    assert names("Troops left Tull for Derna in Marland.") == [
        ("Tull", TULL),
        ("Derna", WORLD.entries[-1]),
        ("Marland", LAND),
    ]


def test_a_name_of_two_places_leans_on_the_rest_of_the_report():
    assert names("They came to Sarn near Tull.")[0][1] is SMALL
    assert names("They came to Sarn.", ReadingContext(place=TULL))[0][1] is SMALL
    assert names("They came to Sarn.")[0][1] is FAR


def test_people_are_no_places():
    assert names("Gen. Hugo came to Tull. In Hugo they said so.") == [("Tull", TULL)]
    assert names("Victor Hugo said so near Tull. Hugo left.") == [("Tull", TULL)]


def test_a_small_name_needs_a_word_of_place_before_it():
    assert names("They met Hugo.") == []
    assert names("They met in Hugo.") == [("Hugo", WORLD.entries[4])]


def test_an_opening_preposition_is_no_part_of_the_name():
    assert names("Near Tull they dug.") == [("Tull", TULL)]


def test_an_unknown_name_after_a_word_of_place_is_listed_unresolved():
    assert names("They dug near Quolm.") == [("Quolm", None)]
    assert names("They dug near Quolm Institute.") == []


def test_a_small_town_of_another_country_is_left_unresolved():
    assert names("Tull fell and in Hugo they dug.") == [("Tull", TULL), ("Hugo", None)]


def test_demonyms_acronyms_and_bylines_name_no_place():
    assert names("In Iraqi towns and with HUGO they dug.") == []
    assert names("By Ann Tull\n\nThey dug a very long ditch.") == []


def test_the_cases_own_places_come_first():
    context = ReadingContext(place=TULL, extra=(AIRPORT,))
    assert names("They cleared land at Tull airport.", context) == [("Tull airport", AIRPORT)]


def test_possessives_are_left_off():
    assert names("They held Tull's edge.") == [("Tull", TULL)]


# --- relations ---


@pytest.mark.parametrize(
    ("text", "words", "relation"),
    [
        ("They dug in Tull.", "in Tull", PlaceRelation.IN),
        ("They dug near Tull.", "near Tull", PlaceRelation.NEAR),
        (
            "They dug around the outskirts of Tull.",
            "around the outskirts of Tull",
            PlaceRelation.OUTSKIRTS,
        ),
        (
            "They dug along the southern edge of Tull.",
            "along the southern edge of Tull",
            PlaceRelation.OUTSKIRTS,
        ),
        ("They dug round Tull.", "round Tull", PlaceRelation.OUTSKIRTS),
        ("They held Tull's outskirts.", "Tull's outskirts", PlaceRelation.OUTSKIRTS),
        ("They dug north of Tull.", "north of Tull", PlaceRelation.NORTH_OF),
        ("They dug 4 km southeast of Tull.", "4 km southeast of Tull", PlaceRelation.SOUTHEAST_OF),
        ("They dug along Tull.", "along Tull", PlaceRelation.ALONG),
        ("They shelled eastern Tull.", "eastern Tull", PlaceRelation.IN),
        ("They dug between Tull and Derna.", "between Tull and Derna", PlaceRelation.BETWEEN),
        ("They dug from Tull to Derna.", "from Tull to Derna", PlaceRelation.FROM_TO),
        (
            "Roads into Tull from Derna are shut.",
            "Roads into Tull from Derna",
            PlaceRelation.FROM_TO,
        ),
    ],
)
def test_relations(text, words, relation):
    (found,) = place(text)
    assert (found.words, found.relation) == (words, relation)
    assert found.is_resolved


def test_the_city_is_the_cases_place():
    (found,) = place("They dug around the city.", TULL)
    assert (found.name, found.relation) == ("Tull", PlaceRelation.OUTSKIRTS)
    (unknown,) = place("They dug around the city.")
    assert not unknown.is_resolved


def test_the_east_is_a_sector_of_the_place():
    (found,) = place("They dug in the east.", TULL)
    assert found.area is not None
    assert found.area.contains(Point(43.05, 36.0))
    assert not found.area.contains(Point(42.95, 36.0))
    (rim,) = place("They dug on the outskirts.", TULL)
    assert rim.relation is PlaceRelation.OUTSKIRTS


def test_beside_an_airport_known_only_by_its_town():
    (found,) = place("They cleared land north of Tull airport.")
    assert (found.words, found.relation) == ("north of Tull airport", PlaceRelation.NORTH_OF)
    assert found.precision is PlacePrecision.LOCALITY
    assert found.area is not None
    assert found.area.contains(Point(43.05, 35.95))
    (bare,) = place("They held Tull airport.")
    assert (bare.words, bare.relation) == ("Tull airport", PlaceRelation.IN)


def test_beside_an_airport_of_the_case():
    (found,) = place("They cleared land north of Tull airport.", TULL, (AIRPORT,))
    assert found.name == "Tull airport"
    assert found.area is not None
    assert found.area.contains(Point(43.05, 36.0))
    assert not found.area.contains(Point(43.05, 35.9))


def test_precision_follows_the_relation_and_the_extent():
    assert place("They dug north of Tull.")[0].precision is PlacePrecision.DISTRICT
    assert place("They dug in Tull.")[0].precision is PlacePrecision.LOCALITY
    assert place("They dug in Marland.")[0].precision is PlacePrecision.COUNTRY
    assert place("They dug near Quolm.")[0].precision is None


def test_a_pair_with_an_unknown_end_stays_two_places():
    assert [p.name for p in place("They dug between Quolm and Tull.")] == [None, "Tull"]


# --- areas ---


def test_a_ring_leaves_the_middle_out():
    ring = area_of(TULL, relation=PlaceRelation.OUTSKIRTS)
    assert not ring.contains(Point(43.0, 36.0))
    assert ring.contains(Point(43.0, 36.0 + radius_km(TULL) / 111.32))


def test_a_directed_ring_is_one_side_of_it():
    south = area_of(TULL, relation=PlaceRelation.OUTSKIRTS, direction="south")
    assert south.bounds[3] < 36.0


def test_a_directed_area_lies_on_its_side():
    north = area_of(TULL, relation=PlaceRelation.NORTH_OF)
    assert north.contains(Point(43.0, 36.1))
    assert not north.contains(Point(43.0, 35.9))


def test_radius_grows_with_people_within_bounds():
    assert radius_km(SMALL) == 1.0
    assert radius_km(TULL) == pytest.approx(7.98, abs=0.01)
    assert radius_km(entry("Big", 0, 0, people=90_000_000)) == 12.0
    assert radius_km(LAND) == 500.0


def test_a_corridor_joins_both_ends_across_the_date_line():
    strip = corridor(TULL, SMALL)
    assert strip.contains(Point(43.1, 35.9))
    east, west = entry("E", 179.5, 0.0), entry("W", -179.5, 0.0)
    assert distance_km(east, west) == pytest.approx(111.32)
