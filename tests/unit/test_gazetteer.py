from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from earthwork.io import gazetteer
from earthwork.io.gazetteer import fold, fold_loosely, load_gazetteer, user_cache_folder
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import PlacePrecision


def city(identifier: int, name: str, code: str, people: int, *others: str) -> dict[str, object]:
    return {
        "geonameid": identifier,
        "name": name,
        "longitude": 43.0,
        "latitude": 36.0 + identifier / 100,
        "countrycode": code,
        "population": people,
        "alternatenames": list(others),
    }


WORLD = {
    "cities500": {
        "1": city(1, "Al Qayyārah", "IQ", 0, "Qayyarah", "القيارة", "QY"),
        "2": city(2, "Springfield", "US", 100),
        "3": city(3, "Springfield", "US", 900),
        "4": city(4, "Greater Springfield", "AU", 5000, "Springfield"),
    },
    "countries": {
        "IQ": {"geonameid": 99, "name": "Iraq", "iso": "IQ", "population": 38},
        "AQ": {"geonameid": 98, "name": "Antarctica", "iso": "AQ", "population": 0},
    },
}


@pytest.fixture
def small_world(monkeypatch):
    monkeypatch.setattr(gazetteer, "_data", WORLD.__getitem__)
    gazetteer._index_in_memory.cache_clear()
    yield
    gazetteer._index_in_memory.cache_clear()


@pytest.mark.parametrize("name", ["Qayara", "Qayyarah", "al-Qayara", "Al Qayyārah", "AL-QAYYARAH"])
def test_transliterations_of_one_town_find_it(small_world, tmp_path, name):
    found = load_gazetteer(cache_folder=tmp_path).lookup(name)
    assert [entry.geonames_id for entry in found] == [1]


def test_the_likeliest_comes_first(small_world, tmp_path):
    found = load_gazetteer(cache_folder=tmp_path).lookup("Springfield")
    assert [entry.geonames_id for entry in found] == [3, 2, 4]


def test_countries_and_regions_say_how_far_they_reach(small_world, tmp_path):
    places = load_gazetteer(cache_folder=tmp_path)
    assert places.lookup("Iraq")[0].extent is PlacePrecision.COUNTRY
    assert places.lookup("Iraq")[0].latitude == pytest.approx(36.01)
    (village,) = places.lookup("Kokajli")
    assert (village.name, village.geonames_id) == ("Gogjali", None)
    assert places.lookup("Darfur")[0].extent is PlacePrecision.REGION
    assert places.lookup("Antarctica") == ()


def test_unknown_and_empty_names_find_nothing(small_world, tmp_path):
    places = load_gazetteer(cache_folder=tmp_path)
    assert places.lookup("Nowhereville") == ()
    assert places.lookup("") == places.lookup("the ") == places.lookup("'") == ()


def test_places_of_the_case_come_first(small_world, tmp_path):
    airport = GazetteerEntry(
        name="Springfield",
        longitude=1.0,
        latitude=2.0,
        geonames_id=None,
        country="IQ",
        population=0,
    )
    found = load_gazetteer(extra=[airport], cache_folder=tmp_path).lookup("the Springfield")
    assert found[0] is airport
    assert len(found) == 4


def test_the_index_is_built_once_and_mended_when_broken(small_world, tmp_path, monkeypatch):
    load_gazetteer(cache_folder=tmp_path / "new")
    (index,) = (tmp_path / "new").glob("*.sqlite")
    monkeypatch.setattr(gazetteer, "_fill", None)
    assert load_gazetteer(cache_folder=tmp_path / "new").lookup("Qayara")
    monkeypatch.undo()
    monkeypatch.setattr(gazetteer, "_data", WORLD.__getitem__)
    index.write_bytes(b"not a database at all" * 100)
    assert load_gazetteer(cache_folder=tmp_path / "new").lookup("Qayara")


def test_without_a_writable_folder_the_index_is_in_memory(small_world, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert load_gazetteer(cache_folder=blocked).lookup("Qayara")
    assert load_gazetteer(cache_folder=blocked).lookup("Iraq")


def test_the_index_is_read_only(small_world, tmp_path):
    places = load_gazetteer(cache_folder=tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        places.connection.execute("DELETE FROM place")


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [("linux", "XDG_CACHE_HOME", "earthwork"), ("win32", "LOCALAPPDATA", "earthwork")],
)
def test_the_cache_folder_follows_the_system(monkeypatch, tmp_path, platform, variable, tail):
    monkeypatch.delenv("EARTHWORK_CACHE", raising=False)
    monkeypatch.setattr(gazetteer.sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert user_cache_folder() == tmp_path / tail


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("EARTHWORK_CACHE", str(tmp_path))
    assert user_cache_folder() == tmp_path
    monkeypatch.delenv("EARTHWORK_CACHE")
    monkeypatch.setattr(gazetteer.sys, "platform", "darwin")
    assert user_cache_folder() == Path.home() / "Library" / "Caches" / "earthwork"


def test_the_default_folder_is_the_users_own(small_world, monkeypatch, tmp_path):
    monkeypatch.setenv("EARTHWORK_CACHE", str(tmp_path))
    load_gazetteer()
    assert list(tmp_path.glob("*.sqlite"))


def test_the_shipped_lists_are_read():
    assert gazetteer._data("countries")["IQ"]["name"] == "Iraq"


def test_folding():
    assert fold("Ḩammām al-‘Alīl") == "hammam al alil"
    assert fold_loosely("Khan Younis") == fold_loosely("Khan Yunis")
    assert fold_loosely("the Al Raqqah") == "al raqa"
