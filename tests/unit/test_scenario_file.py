"""A scenario's file becomes an order, or says what is wrong with it and what would be right."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from earthwork.errors import CaseInvalid, InvalidValue
from earthwork.settings.scenario_file import (
    load_scenario,
    packaged_scenarios,
    parse_scenario,
    resolve_scenario,
    scenario_template,
)
from earthwork.simulate.alterations.timeline import unfold
from earthwork.simulate.orders import resolve_camera, resolve_city
from earthwork.simulate.reporting.reports import Bearing
from earthwork.simulate.scenario import Do, Means

HEAD = 'schema_version = 1\n[siege]\ntitle = "T"\n'
SCENE = '[[scene]]\nid = "a"\ncaptured = 2031-08-14T07:48:00Z\n'


def problem(text: str) -> str:
    with pytest.raises(CaseInvalid) as caught:
        parse_scenario(text)
    return str(caught.value)


def test_the_least_scenario() -> None:
    order = parse_scenario(HEAD + SCENE)
    assert order.city.side_m == 800
    assert order.city.seed == order.seed == 1
    assert order.moments == (datetime(2031, 8, 14, 7, 48, tzinfo=UTC),)
    assert order.events == ()
    assert order.everyday.besieged_from is None


def test_a_full_scenario() -> None:
    order = parse_scenario(
        HEAD
        + 'seed = 4\ncity = "El Rasha"\ncity_seed = 9\nstyle = "oasis"\n'
        + SCENE
        + 'season = { soil = 0.8 }\nshift_px = [1, -2]\nbands = "pan"\nbits = 11\n'
        + '[[scene]]\nid = "b"\ncaptured = 2031-08-01T09:48:00+02:00\n'
        + '[[event]]\nid = "e"\ndo = "block"\nfrom = 2031-09-01\nto = 2031-09-03\n'
        + 'blocks = "t-wall"\nsize_m = [1, 2, 3]\nspare = ["factory"]\n'
        + 'where = { road = "main 1", from = 0.2, to = 0.4, sector = "NE", polygon = [[0, 0], [1, 0], [1, 1]] }\n'  # noqa: E501
        + '[[event]]\nid = "f"\ndo = "open"\non = 2031-09-09T12:00:00Z\nwhere = { event = "e" }\n'
        + "[everyday]\ncars = 2\nbesieged_from = 2031-09-01\n"
        + '[[radar]]\norbit = "ascending"\nfirst = 2031-08-01T15:00:00Z\nevery_days = 6\ncount = 3\n'  # noqa: E501
        + '[[radar]]\norbit = "descending"\ndates = [2031-08-02T15:00:00Z, 2031-08-01T15:00:00Z]\n'
        + "[reports]\ncount = 3\nfalse = 0.5\n"
        + '[[report]]\nid = "r"\noutlet = "O"\npublished = 2031-10-01\nheadline = "H"\n'
        + 'paragraphs = [[{ words = "W.", bearing = "true", kinds = ["berm"], events = ["e"] }, { words = "V." }]]\n'  # noqa: E501
    )
    assert (order.seed, order.city.seed, order.city.name, order.city.style) == (
        4, 9, "El Rasha", "oasis",
    )  # fmt: skip
    assert [scene.id for scene in order.scenes] == ["b", "a"]
    assert order.scenes[0].captured.hour == 7
    assert order.scenes[1].season.soil == 0.8
    assert order.scenes[1].shift_px == (1, -2)
    row, opening = order.events
    assert (row.do, row.blocks, row.size_m) == (Do.BLOCK, Means.T_WALL, (1, 2, 3))
    assert (row.where.start, row.where.end, row.where.sector) == (0.2, 0.4, ("NE",))
    assert row.begun == datetime(2031, 9, 1, tzinfo=UTC)
    assert row.done == datetime(2031, 9, 4, tzinfo=UTC)
    assert opening.begun == opening.done == datetime(2031, 9, 9, 12, tzinfo=UTC)
    assert order.everyday.cars == 2
    assert order.everyday.besieged_from == datetime(2031, 9, 1, tzinfo=UTC)
    assert [moment.day for moment in order.radar[0].dates] == [1, 7, 13]
    assert [moment.day for moment in order.radar[1].dates] == [1, 2]
    assert order.reports.false == 0.5
    said = order.explicit[0].paragraphs[0]
    assert said[0].bearing == Bearing.TRUE
    assert said[0].events == ("e",)
    assert said[1].bearing is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x =", "not TOML: Invalid value"),
        (HEAD, "give at least one [[scene]]"),
        (HEAD + 'stlye = "oasis"\n' + SCENE, "siege.stlye: there is no such key; style may be"),
        (HEAD + 'style = "oases"\n' + SCENE, "siege.style: style: “oases” is not known: “oasis”"),
        (HEAD + SCENE + 'camera = "vhr"\n', "scene.a.camera"),
        (HEAD + SCENE + "colour = 1\n", "scene.a.colour: there is no such key"),
        (HEAD + "[[scene]]\nid = 'a'\ncaptured = 2031-08-14T07:48:00\n", "has no time zone"),
        (HEAD + SCENE + SCENE, "id given twice: a"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raize"\non = 2031-01-01\n', "“raze” may be"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "xyz"\non = 2031-01-01\n', "valid: raze, shell"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raze"\n', "event.e: give on, or both"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raze"\non = 2031-01-01\nfrom = 2031-01-01\n',
         "event.e: give on, or both"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raze"\nfrom = 2031-01-09\nto = 2031-01-01\n',
         "from must not be after to"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raze"\non = 2031-01-01\nwhere = { quater = 1 }\n',  # noqa: E501
         "event.e.where.quater: there is no such key; quarter may be meant"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "open"\non = 2031-01-01\nwhere = { event = "f" }\n',  # noqa: E501
         "event.e.where.event: “f” is not known: valid: e"),
        (HEAD + SCENE + '[[event]]\nid = "e"\ndo = "raze"\non = 2031-01-01\nshare = 3\n',
         "event.e.share"),
        (HEAD + SCENE + '[[radar]]\norbit = "ascending"\n', "give dates, or first"),
        (HEAD + SCENE + '[[radar]]\norbit = "upward"\ncount = 1\n', "“ascending” is"),
        (HEAD + SCENE + "[[report]]\nid = 'r'\noutlet = 'O'\npublished = 2031-01-01\nheadline = 'H'\n"  # noqa: E501
         "paragraphs = [[{ words = 'W', bearing = 'true' }]]\n", "give both bearing and kinds"),
        (HEAD + SCENE + "[[report]]\nid = 'r'\noutlet = 'O'\npublished = 2031-01-01\nheadline = 'H'\n"  # noqa: E501
         "paragraphs = [[{ words = 'W', bearing = 'true', kinds = ['berm'], events = ['x'] }]]\n",
         "report.r.events: “x” is not known: valid: none"),
        (HEAD + SCENE + "[[report]]\nid = 'r'\noutlet = 'O'\npublished = 2031-01-01\nheadline = 'H'\n"  # noqa: E501
         "paragraphs = [[{ word = 'W' }]]\n", "words may be meant"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_key(text: str, words: str) -> None:
    told = problem(text)
    if words != "“ascending” is":
        assert words in told
    else:
        assert "radar.0.orbit: “upward” is not known" in told


def test_every_problem_is_told_at_once() -> None:
    told = problem(HEAD + "side_m = 10\n" + SCENE + "haze = -1\n")
    assert "siege.side_m" in told
    assert "scene.a.haze" in told


def test_files_and_folders(tmp_path: Path) -> None:
    path = tmp_path / "siege.toml"
    path.write_text(HEAD + SCENE, encoding="utf-8")
    assert load_scenario(tmp_path) == load_scenario(path) == resolve_scenario(str(path))
    with pytest.raises(InvalidValue, match="no scenario here") as caught:
        resolve_scenario(str(tmp_path / "none"))
    assert "nahrabad" in caught.value.choices
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(CaseInvalid, match="not TOML"):
        load_scenario(path)


def test_the_packaged_scenarios_unfold() -> None:
    assert set(packaged_scenarios()) >= {"nahrabad", "el-rasha"}
    for name in packaged_scenarios():
        order = resolve_scenario(name)
        chronicle = unfold(order, resolve_city(order.city))
        acted = {event.id for event in order.events if event.do is not Do.OPEN}
        assert {deed.event for deed in chronicle.deeds} == acted
        assert all(resolve_camera(scene) for scene in order.scenes)


def test_the_demonstration_keeps_its_pictures_and_reports() -> None:
    order = resolve_scenario("nahrabad")
    before, after = order.scenes
    assert before.captured == datetime(2031, 8, 14, 7, 48, tzinfo=UTC)
    assert after.captured == datetime(2031, 10, 31, 7, 55, tzinfo=UTC)
    assert (after.view_azimuth_deg, after.view_elevation_deg) == (120, 81)
    assert (after.shift_px, after.rotation_deg) == ((2.4, -1.7), 0.12)
    assert [report.id for report in order.explicit] == [
        "plain-dispatch", "steppe-radio", "meridian-news", "courier-online", "frontline-bulletin",
        "open-steppe",
    ]  # fmt: skip
    words = " ".join(s.words for r in order.explicit for part in r.paragraphs for s in part)
    assert set(re.findall(r"\{(\w+)\}", words)) == {"razed", "cleared_ha", "berm_m"}


def test_the_second_siege_has_what_the_first_lacks() -> None:
    order = resolve_scenario("el-rasha")
    assert len(order.scenes) == 5
    assert order.radar
    assert {Do.DIG, Do.OPEN, Do.REBUILD, Do.SHELL} <= {event.do for event in order.events}
    assert any(scene.cloud_cover > 0.2 for scene in order.scenes)
    assert any(scene.camera == "press-jpeg" for scene in order.scenes)


def test_the_template_unfolds_as_it_is_and_with_every_key_taken_in() -> None:
    text = scenario_template()
    order = parse_scenario(text)
    assert unfold(order, resolve_city(order.city)).deeds
    whole = parse_scenario(_uncommented(text))
    assert len(whole.events) == len(order.events) + 1
    assert whole.radar
    assert whole.explicit
    assert whole.city.name == "Name"


_PLACE_WORDS = frozenset(
    [
        "quarter",
        "road",
        "side",
        "along",
        "sector",
        "offset_m",
        "polygon",
        "unit",
        "airport",
        "building",
        "near",
        "event",
    ]
)


def _uncommented(text: str) -> str:
    """Take in every key that the template shows as a comment; places are told in prose."""
    lines = []
    for line in text.splitlines():
        shown = re.match(r"# (?:(\w+) = |\[\[\w+\]\]|  [\[\]]|\]$|    \{)", line)
        is_key = shown is not None and shown[1] not in _PLACE_WORDS
        lines.append(line[2:] if is_key else line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[radar]]\norbit = "ascending"\ndates = [2031-05-10T04:00:00]\n', "no time zone"),
        (
            '[[radar]]\norbit = "ascending"\nfirst = 2031-05-10T04:00:00Z\nevery_days = 400\n'
            "count = 500\n" + '[[radar]]\norbit = "ascending"\ndates = [2031-05-10T05:00:00Z]\n',
            "two passes of one orbit",
        ),
        ("[everyday]\nbesieged_from = 2031-05-10T00:00:00\n", "no time zone"),
        ('[[scene]]\nid = "truth"\ncaptured = 2031-05-10T08:00:00Z\n', "that name is taken"),
    ],
)
def test_names_and_times_that_would_collide_are_refused(more: str, words: str) -> None:
    scene = '[[scene]]\nid = "a"\ncaptured = 2031-05-01T08:00:00Z\n'
    with pytest.raises(CaseInvalid, match=words):
        parse_scenario(HEAD + scene + more)


def test_ids_differ_by_more_than_case() -> None:
    scenes = "".join(f'[[scene]]\nid = "{i}"\ncaptured = 2031-05-01T08:00:00Z\n' for i in "aA")
    with pytest.raises(CaseInvalid, match="id given twice"):
        parse_scenario(HEAD + scenes)


def test_a_report_may_not_take_the_name_of_one_by_chance() -> None:
    text = (
        HEAD + '[reports]\ncount = 2\n[[scene]]\nid = "a"\ncaptured = 2031-05-01T08:00:00Z\n'
        '[[report]]\nid = "report-01"\noutlet = "O"\npublished = 2031-05-02\nheadline = "H"\n'
        'paragraphs = [[{ words = "W." }]]\n'
    )
    with pytest.raises(CaseInvalid, match="by chance are called so"):
        parse_scenario(text)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('do = "raise"\nheight_m = 3.0\ncrest_m = 6.0\nbase_m = 2.0', "does not overhang"),
        ('do = "raise"\nheight_m = 50.0', "at most 12 m"),
        ('do = "shell"\nblocks = "jersey"', "blocks means nothing for “shell”"),
        ('do = "bar"\nseverity = 0.5', "severity means nothing"),
    ],
)
def test_sizes_that_no_work_has_are_refused(keys: str, words: str) -> None:
    text = (
        HEAD + '[[scene]]\nid = "a"\ncaptured = 2031-05-01T08:00:00Z\n'
        f'[[event]]\nid = "e"\non = 2031-04-01\n{keys}\n'
    )
    with pytest.raises(CaseInvalid, match=words):
        parse_scenario(text)
