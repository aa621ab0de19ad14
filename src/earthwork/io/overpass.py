"""Building footprints from an Overpass server of OpenStreetMap: asked only when a user runs it.

The rectangle sent is rounded outward to 0.01 degrees, so that the server does not learn the exact
area of interest. The answer is the map's state as of a date, each building with the time of its
last edit.

References
----------
OpenStreetMap Wiki, "Overpass API/Overpass QL", settings ``date``, ``timeout`` and ``maxsize``.
"""

from __future__ import annotations

import http.client
import json
import math
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import shapely
from shapely import LineString, Polygon
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from earthwork import __version__
from earthwork.errors import FetchError, InvalidValue

ENDPOINT = "https://overpass-api.de/api/interpreter"
"""The public server of the OpenStreetMap community; its rules hold: few requests, one at a time."""
CREDIT = "© OpenStreetMap contributors"
LICENCE = "ODbL 1.0"
FIRST_DAY = date(2012, 9, 13)
"""Earlier states of the map are not kept: the licence changed on the day before."""

_STEP_PER_DEGREE = 100
_SECONDS_PER_DAY = 86_400
_TOO_MANY, _GATEWAY = 429, frozenset({500, 502, 503, 504})
_BAD_REQUEST = 400
_NOT_WELCOME = frozenset({403, 406})
_KEYS = ("building", "demolished:building", "razed:building", "destroyed:building",
         "removed:building", "construction:building")  # fmt: skip
_FEWEST_CORNERS = 4
_KEPT_KEYS = frozenset(
    {*_KEYS, "start_date", "end_date", "construction", "building:levels", "height"}
)
"""Tags of the building itself: names, addresses and mappers stay where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A rectangle of longitude and latitude, in degrees."""

    west: float
    """Least longitude."""
    south: float
    """Least latitude."""
    east: float
    """Greatest longitude."""
    north: float
    """Greatest latitude."""

    def __post_init__(self) -> None:
        """Refuse what is no rectangle on the globe."""
        on_globe = -180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90  # noqa: PLR2004
        if not on_globe:
            raise InvalidValue(
                f"{self.spoken()} is no rectangle of longitude and latitude",
                cause="swapped edges or axes, or a rectangle across the 180th meridian",
                choices=["WEST SOUTH EAST NORTH in degrees, west < east and south < north"],
            )

    def rounded_outward(self) -> Rectangle:
        """Return the least rectangle of hundredths of a degree that holds this one.

        Examples
        --------
        >>> Rectangle(west=43.121, south=36.34, east=43.1288, north=36.3412).rounded_outward()
        Rectangle(west=43.12, south=36.34, east=43.13, north=36.35)
        """
        return Rectangle(
            west=max(-180.0, _stepped(self.west, math.floor)),
            south=max(-90.0, _stepped(self.south, math.floor)),
            east=min(180.0, _stepped(self.east, math.ceil)),
            north=min(90.0, _stepped(self.north, math.ceil)),
        )

    @property
    def area_km2(self) -> float:
        """Return the area on the ground, roughly."""
        middle = math.radians((self.south + self.north) / 2)
        return 111.2**2 * (self.east - self.west) * (self.north - self.south) * math.cos(middle)

    def spoken(self) -> str:
        """Say the four edges."""
        return f"{self.west:g} to {self.east:g} east, {self.south:g} to {self.north:g} north"


def _stepped(value: float, turn: Callable[[float], int]) -> float:
    # 43.12 * 100 is 4311.999…: what lies on a step must stay there
    return turn(round(value * _STEP_PER_DEGREE, 6)) / _STEP_PER_DEGREE


@dataclass(frozen=True, slots=True, kw_only=True)
class OverpassOptions:
    """How a server is asked."""

    endpoint: str = ENDPOINT
    """Address of the server's interpreter."""
    timeout_s: int = 180
    """Seconds that the server may work on one question."""
    most_megabytes: int = 256
    """Largest answer taken, and the memory that the server may use."""
    most_km2: float = 2500.0
    """Largest rectangle asked for."""
    attempts: int = 4
    """Questions asked in all where the server is busy."""
    wait_s: float = 30.0
    """Seconds before the second question; twice as long before each next one."""


DEFAULT_OVERPASS = OverpassOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedBuilding:
    """One building of OpenStreetMap."""

    id: str
    """``way/`` or ``relation/`` with its number."""
    geometry: BaseGeometry
    """Outline, longitude and latitude."""
    edited: str
    """When this version was uploaded, as the server says."""
    tags: Mapping[str, str]
    """Its tags that tell what and when it was; no names, addresses or mappers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedBuildings:
    """A server's answer."""

    buildings: tuple[MappedBuilding, ...]
    """Buildings, in the order of the answer."""
    rectangle: Rectangle
    """What was asked for."""
    as_of: date | None
    """Day whose state of the map was asked for; None: the newest."""
    map_of: str
    """Time of the newest edit that the server knew, as it says."""
    query: str
    """The question."""
    endpoint: str
    """Who was asked."""
    left_out: int
    """Records that make no outline."""

    @property
    def content_date(self) -> date:
        """Return the day up to which the content reaches."""
        if self.as_of is not None:
            return self.as_of
        return datetime.fromisoformat(self.map_of).astimezone(UTC).date()


def overpass_query(
    rectangle: Rectangle, *, as_of: date | None, options: OverpassOptions = DEFAULT_OVERPASS
) -> str:
    """Return the question for the buildings of a rectangle, in Overpass QL.

    Parameters
    ----------
    rectangle
        What is asked for, already rounded.
    as_of
        Day at whose beginning (UTC) the state of the map is wanted; None: the newest.
    options
        Time and memory that the server may use.

    Examples
    --------
    >>> place = Rectangle(west=43.12, south=36.34, east=43.13, north=36.35)
    >>> overpass_query(place, as_of=date(2016, 8, 14)).splitlines()[0]
    '[out:json][timeout:180][maxsize:268435456][date:"2016-08-14T00:00:00Z"];'
    """
    day = "" if as_of is None else f'[date:"{as_of.isoformat()}T00:00:00Z"]'
    size = options.most_megabytes * 2**20
    edges = (rectangle.south, rectangle.west, rectangle.north, rectangle.east)
    where = ",".join(f"{edge:.2f}" for edge in edges)
    parts = "".join(
        f'  {kind}["{key}"]({where});\n' for key in _KEYS for kind in ("way", "relation")
    )
    settings = f"[out:json][timeout:{options.timeout_s}][maxsize:{size}]{day};"
    return f"{settings}\n(\n{parts});\nout meta geom;\n"


def fetch_buildings(
    rectangle: Rectangle,
    *,
    as_of: date | None,
    options: OverpassOptions = DEFAULT_OVERPASS,
    note: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> MappedBuildings:
    """Ask an Overpass server for the buildings of a rectangle, rounded outward.

    Parameters
    ----------
    rectangle
        Area of interest; it is not sent, but the rectangle of 0.01 degrees around it.
    as_of
        Day at whose beginning (UTC) the state of the map is wanted; None: the newest.
    options
        Who is asked, and how patiently.
    note
        Hears what is sent where, before it is sent, and each wait.
    pause
        Waits so many seconds.

    Raises
    ------
    InvalidValue
        If the rectangle is too large, the day is out of the map's history, or the address is no
        web address.
    FetchError
        If the server is not reached, refuses, stays busy, or answers with what is no answer.
    """
    asked = rectangle.rounded_outward()
    _require_possible(asked, as_of, options)
    query = overpass_query(asked, as_of=as_of, options=options)
    note(
        f"asking {options.endpoint} for the buildings of {asked.spoken()}"
        f" ({asked.area_km2:,.0f} km²), as of {'now' if as_of is None else as_of.isoformat()};"
        " nothing else is sent"
    )
    answer = _answer(_asked(query, options, note, pause), options)
    read = [_building(element) for element in answer["elements"]]
    buildings = tuple(building for building in read if building is not None)
    if not buildings:
        raise FetchError(
            f"the map holds no building in {asked.spoken()}",
            where=options.endpoint,
            cause="nobody had mapped there by that day, or the rectangle is elsewhere",
            choices=["a later --as-of", "another source of footprints"],
        )
    return MappedBuildings(
        buildings=buildings,
        rectangle=asked,
        as_of=as_of,
        map_of=str(answer["osm3s"]["timestamp_osm_base"]),
        query=query,
        endpoint=options.endpoint,
        left_out=len(read) - len(buildings),
    )


def _require_possible(asked: Rectangle, as_of: date | None, options: OverpassOptions) -> None:
    if asked.area_km2 > options.most_km2:
        raise InvalidValue(
            f"{asked.spoken()} covers {asked.area_km2:,.0f} km²",
            cause="a whole region was named, not a city",
            choices=[f"at most {options.most_km2:,.0f} km²", "a download of the region's extract"],
        )
    newest = datetime.now(UTC).date() + timedelta(days=1)
    if as_of is not None and not FIRST_DAY <= as_of <= newest:
        raise InvalidValue(
            f"the state of the map on {as_of.isoformat()} cannot be had",
            where="--as-of",
            choices=[f"{FIRST_DAY.isoformat()} to today"],
        )
    if urllib.parse.urlsplit(options.endpoint).scheme not in {"http", "https"}:
        raise InvalidValue(
            f"“{options.endpoint}” is no web address", where="--endpoint", choices=[ENDPOINT]
        )


def _asked(
    query: str,
    options: OverpassOptions,
    note: Callable[[str], None],
    pause: Callable[[float], None],
) -> bytes:
    """Return the answer's bytes, asking again where the server is busy."""
    for attempt in range(1, options.attempts + 1):
        try:
            return _once(query, options)
        except urllib.error.HTTPError as error:
            with error:
                failure = _refusal(error, options)
                can_pass = error.code == _TOO_MANY or error.code in _GATEWAY
                wait = max(_retry_after(error), options.wait_s * 2 ** (attempt - 1))
            if not can_pass or attempt == options.attempts:
                raise failure from error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            if not _is_passing(error) or attempt == options.attempts:
                raise _unreached(error, options) from error
            wait = options.wait_s * 2 ** (attempt - 1)
        note(f"the server is busy: asking again in {wait:g} s ({attempt} of {options.attempts})")
        pause(wait)
    raise InvalidValue("no attempt is allowed", where="attempts", choices=["1 or more"])


def _once(query: str, options: OverpassOptions) -> bytes:
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        options.endpoint,
        data=urllib.parse.urlencode({"data": query}).encode(),
        headers={"User-Agent": f"earthwork/{__version__} (earthwork buildings)"},
    )
    with urllib.request.urlopen(request, timeout=options.timeout_s + 30) as reply:  # noqa: S310
        limit = options.most_megabytes * 2**20
        data: bytes = reply.read(limit + 1)
    if len(data) > limit:
        raise FetchError(
            f"the answer is larger than {options.most_megabytes} MB",
            where=options.endpoint,
            cause="a large city in one rectangle",
            choices=["a smaller rectangle, part by part"],
        )
    return data


def _retry_after(error: urllib.error.HTTPError) -> float:
    words = error.headers.get("Retry-After", "") if error.headers else ""
    return float(words) if words.isdigit() else 0.0


def _is_passing(error: Exception) -> bool:
    """Tell whether asking again can help: a time-out or a broken line, not a missing network."""
    reason = getattr(error, "reason", error)
    return isinstance(reason, TimeoutError | ConnectionResetError | http.client.HTTPException)


def _unreached(error: Exception, options: OverpassOptions) -> FetchError:
    return FetchError(
        f"the server was not reached: {error}",
        where=options.endpoint,
        cause="no network here, or the server is down",
        choices=["--endpoint URL of another Overpass server", "footprints from a file"],
    )


def _refusal(error: urllib.error.HTTPError, options: OverpassOptions) -> FetchError:
    causes = {
        _TOO_MANY: ("too many questions from this address lately", "wait some minutes"),
        504: ("the server is overloaded, or the question too heavy", "a smaller rectangle"),
        _BAD_REQUEST: ("this server does not understand the question", "another --endpoint"),
    } | dict.fromkeys(
        _NOT_WELCOME, ("this server does not serve this program", "another --endpoint")
    )
    cause, choice = causes.get(error.code, ("the server failed", "another --endpoint, or later"))
    return FetchError(
        f"the server answered {error.code} {error.reason}",
        where=options.endpoint,
        cause=cause,
        choices=[choice, "footprints from a file"],
    )


def _answer(data: bytes, options: OverpassOptions) -> dict[str, Any]:
    """Return the parsed answer; raise where it is none, or says that it is cut short."""
    try:
        answer = json.loads(data)
    except ValueError as error:
        start = data[:80].decode("utf-8", "replace").strip()
        raise FetchError(
            f"the answer is not JSON: “{start}”",
            where=options.endpoint,
            cause="a page of the server or of a network in between, or a cut line",
            choices=["again later", "another --endpoint"],
        ) from error
    remark = answer.get("remark", "") if isinstance(answer, dict) else ""
    if "error" in str(remark):
        raise FetchError(
            f"the server gave up: {remark}",
            where=options.endpoint,
            cause="the rectangle is too large for its time or memory",
            choices=["a smaller rectangle", "again later"],
        )
    if not _is_whole(answer):
        raise FetchError(
            "the answer holds no list of elements and no time of the map",
            where=options.endpoint,
            cause="the address is not that of an Overpass interpreter",
            choices=[ENDPOINT],
        )
    whole: dict[str, Any] = answer
    return whole


def _is_whole(answer: object) -> bool:
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        return False
    stamp = answer.get("osm3s")
    return isinstance(stamp, dict) and isinstance(stamp.get("timestamp_osm_base"), str)


def _building(element: Mapping[str, Any]) -> MappedBuilding | None:
    """Return one record as a building; None where it makes no outline."""
    try:
        shape = _outline(element)
    except (GEOSException, KeyError, TypeError, ValueError):
        return None
    if shape is None or shape.is_empty:
        return None
    return MappedBuilding(
        id=f"{element.get('type')}/{element.get('id')}",
        geometry=shape,
        edited=str(element.get("timestamp", "")),
        tags={k: str(v) for k, v in element.get("tags", {}).items() if k in _KEPT_KEYS},
    )


def _outline(element: Mapping[str, Any]) -> BaseGeometry | None:
    if element.get("type") == "way":
        ring = _line(element["geometry"])
        return Polygon(ring) if len(ring) >= _FEWEST_CORNERS and ring[0] == ring[-1] else None
    members = [m for m in element.get("members", ()) if m.get("type") == "way"]
    outer = _areas([m for m in members if m.get("role") in {"outer", ""}])
    inner = _areas([m for m in members if m.get("role") == "inner"])
    return (
        None
        if not outer
        else shapely.difference(shapely.union_all(outer), shapely.union_all(inner))
    )


def _line(points: Sequence[Mapping[str, float] | None]) -> list[tuple[float, float]]:
    return [(point["lon"], point["lat"]) for point in points if point is not None]


def _areas(members: Sequence[Mapping[str, Any]]) -> list[BaseGeometry]:
    """Return the areas that ways close, alone or put end to end."""
    lines = [LineString(line) for line in _lines(members)]
    return list(shapely.get_parts(shapely.polygonize(lines))) if lines else []


def _lines(members: Sequence[Mapping[str, Any]]) -> Iterator[list[tuple[float, float]]]:
    for member in members:
        line = _line(member.get("geometry") or ())
        if len(line) > 1:
            yield line


def buildings_layer(answer: MappedBuildings) -> bytes:
    """Return a server's answer as GeoJSON, with credit, licence, question and dates kept in it."""
    collection = {
        "type": "FeatureCollection",
        "earthwork:source": {
            "credit": CREDIT,
            "licence": LICENCE,
            "content_date": answer.content_date.isoformat(),
            "map_of": answer.map_of,
            "endpoint": answer.endpoint,
            "query": answer.query,
        },
        "features": [
            {
                "type": "Feature",
                "id": building.id,
                "geometry": json.loads(shapely.to_geojson(building.geometry)),
                "properties": {
                    "id": building.id,
                    "osm_timestamp": building.edited,
                    "tags": dict(building.tags),
                },
            }
            for building in answer.buildings
        ],
    }
    return (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode()
