"""Buildings of a map server: what is sent, what comes back, and each way it can fail."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from shapely import Polygon, box
from typer.testing import CliRunner

from earthwork.cli.app import app
from earthwork.errors import FetchError, InvalidValue
from earthwork.io.footprints import read_footprints
from earthwork.io.overpass import (
    DEFAULT_OVERPASS,
    MappedBuildings,
    OverpassOptions,
    Rectangle,
    buildings_layer,
    fetch_buildings,
    overpass_query,
)
from earthwork.model.interval import UNKNOWN_CAPTURE
from earthwork.pipeline.mapped_buildings import (
    FetchedLayer,
    first_look,
    layer_table,
    rectangle_of,
)

from .scenery import town
from .small_case import GRID, make_case, scene_source, write_image

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PLACE = Rectangle(west=44.9991, south=36.1391, east=45.0012, north=36.1462)
HEAD = {"version": 0.6, "osm3s": {"timestamp_osm_base": "2024-03-01T10:00:00Z"}}


def ring(shape: Polygon) -> list[dict[str, float]]:
    return [{"lon": x, "lat": y} for x, y in shape.exterior.coords]


HOUSE = box(45.0001, 36.1440, 45.0003, 36.1442)
YARD = box(45.0005, 36.1440, 45.0011, 36.1446)
WELL = box(45.0007, 36.1442, 45.0009, 36.1444)
ELEMENTS = [
    {"type": "way", "id": 1, "timestamp": "2012-01-01T00:00:00Z", "user": "a person",
     "tags": {"building": "yes", "name": "N", "phone": "1"}, "geometry": ring(HOUSE)},
    {"type": "relation", "id": 2, "timestamp": "2019-01-01T00:00:00Z",
     "tags": {"type": "multipolygon", "demolished:building": "yes"},
     "members": [
         {"type": "way", "role": "outer", "geometry": ring(YARD)[:3]},
         {"type": "way", "role": "outer", "geometry": ring(YARD)[2:]},
         {"type": "way", "role": "inner", "geometry": ring(WELL)},
         {"type": "node", "role": "entrance"},
     ]},
    {"type": "way", "id": 3, "tags": {"building": "yes"}, "geometry": ring(HOUSE)[:3]},
    {"type": "way", "id": 4, "tags": {"building": "yes"}},
    {"type": "relation", "id": 5, "tags": {"building": "yes"}, "members": []},
    {"type": "node", "id": 6},
]  # fmt: skip


class Server:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.asked: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = urllib.parse.parse_qs(body)["data"][0]
                outer.asked.append({"data": query, "agent": self.headers["User-Agent"]})
                code, data, headers = outer.answers.pop(0)
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/api/interpreter"

    def will(self, code: int, content: object, **headers: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers.append((code, data, {k.replace("_", "-"): v for k, v in headers.items()}))


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()
    made.thread.join()


def ask(
    server: Server, *, as_of: date | None = date(2016, 8, 14), **options: float
) -> tuple[MappedBuildings, list[str], list[float]]:
    notes: list[str] = []
    waits: list[float] = []
    answer = fetch_buildings(
        PLACE, as_of=as_of, options=OverpassOptions(endpoint=server.address, **options),
        note=notes.append, pause=waits.append,
    )  # fmt: skip
    return answer, notes, waits


def test_the_rectangle_sent_is_rounded_outward_and_told_before(server: Server) -> None:
    server.will(200, HEAD | {"elements": ELEMENTS})
    answer, notes, waits = ask(server)
    assert "(36.13,44.99,36.15,45.01)" in server.asked[0]["data"]
    assert '[date:"2016-08-14T00:00:00Z"]' in server.asked[0]["data"]
    assert "44.9991" not in server.asked[0]["data"]
    assert server.asked[0]["agent"].startswith("earthwork/")
    assert server.address in notes[0]
    assert "44.99 to 45.01 east, 36.13 to 36.15 north" in notes[0]
    assert waits == []
    assert answer.content_date == date(2016, 8, 14)


def test_outlines_dates_and_tags_come_back(server: Server, tmp_path: Path) -> None:
    server.will(200, HEAD | {"elements": ELEMENTS})
    answer, _, _ = ask(server, as_of=None)
    assert [building.id for building in answer.buildings] == ["way/1", "relation/2"]
    assert answer.left_out == 4
    assert answer.content_date == date(2024, 3, 1)
    house, yard = answer.buildings
    assert house.geometry.equals(HOUSE)
    assert yard.geometry.equals(YARD - WELL)
    assert house.tags == {"building": "yes"}
    path = tmp_path / "b.geojson"
    path.write_bytes(buildings_layer(answer))
    kept = json.loads(path.read_text())
    assert kept["earthwork:source"]["credit"] == "© OpenStreetMap contributors"
    assert kept["earthwork:source"]["licence"] == "ODbL 1.0"
    assert kept["earthwork:source"]["query"] == server.asked[0]["data"]
    assert "a person" not in path.read_text()
    grid = replace(GRID, height=2400, width=2400)
    found = read_footprints(path, grid=grid)
    assert found.ids == ("way/1", "relation/2")
    assert [d.source for d in found.dates] == ["OpenStreetMap's timestamp"] * 2
    assert [d.gone is not None for d in found.dates] == [False, True]


def test_a_busy_server_is_asked_again_more_slowly_each_time(server: Server) -> None:
    server.will(429, b"")
    server.will(504, b"busy", Retry_After="100")
    server.will(429, b"", Retry_After="soon")
    server.will(200, HEAD | {"elements": ELEMENTS})
    _, notes, waits = ask(server)
    assert waits == [30, 100, 120]
    assert "asking again in 30 s (1 of 4)" in notes[1]


FAILURES = [
    ((429, b""), "answered 429", "too many questions"),
    ((504, b""), "answered 504", "overloaded"),
    ((400, b"parse error"), "answered 400", "does not understand"),
    ((406, b""), "answered 406", "does not serve"),
    ((404, b""), "answered 404", "failed"),
    ((200, b"<html>"), "not JSON", "page of the server"),
    ((200, b""), "not JSON", "cut line"),
    ((200, {"elements": []}), "no list of elements", "not that of an Overpass"),
    ((200, []), "no list of elements", "not that of an Overpass"),
    ((200, HEAD), "no list of elements", "not that of an Overpass"),
    ((200, HEAD | {"elements": []}), "holds no building", "nobody had mapped"),
    ((200, HEAD | {"elements": [], "remark": "runtime error: Query timed out"}), "gave up",
     "too large"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "what", "cause"), FAILURES)
def test_each_failure_says_its_cause(
    server: Server, answer: tuple[int, object], what: str, cause: str
) -> None:
    for _ in range(2):
        server.will(*answer)
    with pytest.raises(FetchError, match=what) as caught:
        ask(server, attempts=2)
    assert cause in str(caught.value)
    assert caught.value.where == server.address


def test_a_server_that_is_not_there(server: Server) -> None:
    port = server.http.server_port
    server.http.shutdown()
    server.http.server_close()
    options = OverpassOptions(endpoint=f"http://127.0.0.1:{port}/")
    with pytest.raises(FetchError, match="not reached"):
        fetch_buildings(PLACE, as_of=None, options=options)


def test_an_answer_too_large_is_refused(server: Server) -> None:
    server.will(200, b" " * (2**20 + 5))
    with pytest.raises(FetchError, match="larger than 1 MB"):
        ask(server, most_megabytes=1)


def test_a_line_that_breaks_is_tried_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(*_: object, **__: object) -> object:
        calls.append(1)
        raise TimeoutError("timed out")

    monkeypatch.setattr("urllib.request.urlopen", broken)
    with pytest.raises(FetchError, match="not reached"):
        ask(server, attempts=3)
    assert len(calls) == 3
    with pytest.raises(InvalidValue, match="no attempt"):
        ask(server, attempts=0)


def test_impossible_questions_are_not_sent() -> None:
    for day in (date(2012, 9, 12), date(2999, 1, 1)):
        with pytest.raises(InvalidValue, match="cannot be had"):
            fetch_buildings(PLACE, as_of=day)
    with pytest.raises(InvalidValue, match="km²"):
        fetch_buildings(replace(PLACE, west=40, south=30), as_of=None)
    with pytest.raises(InvalidValue, match="no web address"):
        fetch_buildings(PLACE, as_of=None, options=OverpassOptions(endpoint="file:///etc/passwd"))
    for edges in ((45, 36, 44, 37), (44, 37, 45, 36), (44, 36, 45, 97), (-200, 0, 1, 1)):
        with pytest.raises(InvalidValue, match="no rectangle"):
            Rectangle(**dict(zip(("west", "south", "east", "north"), edges, strict=True)))


def test_what_lies_on_a_step_stays_there() -> None:
    exact = Rectangle(west=-43.12, south=-36.34, east=43.13, north=36.35)
    assert exact.rounded_outward() == exact
    world = Rectangle(west=-180, south=-90, east=180, north=90)
    assert world.rounded_outward() == world
    assert "date" not in overpass_query(exact, as_of=None)
    assert DEFAULT_OVERPASS.endpoint.startswith("https://")


def test_the_rectangle_and_day_of_a_case(tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.tif", town(*GRID.shape, seed=1))
    case = make_case(tmp_path, scenes=(scene_source(image),))
    assert first_look(case) == date(2031, 10, 31)
    found, ground = rectangle_of(case), GRID.outline_lonlat()
    assert ground is not None
    assert (found.west, found.north) == pytest.approx((ground.bounds[0], ground.bounds[3]))
    with pytest.raises(InvalidValue, match="no area"):
        rectangle_of(make_case(tmp_path))
    assert first_look(make_case(tmp_path)) is None
    undated = scene_source(image, capture=UNKNOWN_CAPTURE)
    assert first_look(make_case(tmp_path, scenes=(undated,))) is None


def test_the_lines_for_the_case_file(tmp_path: Path) -> None:
    layer = FetchedLayer(
        file=tmp_path / "case" / "layers" / "b.geojson", buildings=1, left_out=0,
        content_date=date(2016, 8, 14),
    )  # fmt: skip
    assert 'file = "layers/b.geojson"' in layer_table(layer, folder=tmp_path / "case")
    assert layer.file.as_posix() in layer_table(layer, folder=tmp_path / "other")
    assert "content_date = 2016-08-14" in layer_table(layer)


def test_the_command(server: Server, tmp_path: Path) -> None:
    server.will(200, HEAD | {"elements": ELEMENTS})
    edges = [str(v) for v in (PLACE.west, PLACE.south, PLACE.east, PLACE.north)]
    out = tmp_path / "layers" / "b.geojson"
    told = CliRunner().invoke(
        app, ["buildings", *edges, "-o", str(out), "--endpoint", server.address]
    )
    assert told.exit_code == 0, told.output
    assert "2 buildings as of 2024-03-01" in told.output
    assert "4 records make no outline" in told.output
    assert "map of today" in told.output
    assert 'licence = "ODbL 1.0"' in told.output
    assert out.is_file()
    for words in (["1", "2"], ["a", "b", "c", "d"]):
        refused = CliRunner().invoke(app, ["buildings", *words])
        assert isinstance(refused.exception, InvalidValue)


def test_the_command_on_a_case(server: Server, tmp_path: Path) -> None:
    server.will(200, HEAD | {"elements": ELEMENTS[:1]})
    (tmp_path / "case.toml").write_text(
        'schema_version = 1\n[case]\ntitle = "T"\nplace = "P"\nquestion = "Q?"\nauthor = "A"\n'
        "as_of = 2017-01-01\nperiod_start = 2016-01-01\nperiod_end = 2017-01-01\n"
        "bounds = { west = 44.9991, south = 36.1391, east = 45.0012, north = 36.1462 }\n"
    )
    told = CliRunner().invoke(
        app, ["buildings", str(tmp_path), "-o", str(tmp_path / "layers" / "b.geojson"),
              "--as-of", "2016-08-14", "--endpoint", server.address],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert 'file = "layers/b.geojson"' in told.output
    assert "content_date = 2016-08-14" in told.output
    assert "today" not in told.output
    assert '[date:"2016-08-14T00:00:00Z"]' in server.asked[0]["data"]
