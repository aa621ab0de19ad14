"""The siege of the demonstration, held against its own truth: files of one small simulation."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pystac
import pytest
import rasterio
import shapely

from earthwork.errors import CaseBusy, InvalidValue
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind
from earthwork.pipeline.events import Event, StepFinished
from earthwork.pipeline.simulated_radar import radar_tracks
from earthwork.pipeline.simulating import RECORD, identity, plan_steps, simulate
from earthwork.settings import load_case
from earthwork.settings.scenario_file import resolve_scenario
from earthwork.simulate.cities.named_places import named_places
from earthwork.simulate.scenario import RadarOrder, Scenario
from earthwork.simulate.siege import Siege, build_siege, reports_of
from earthwork.simulate.truths.sightings import HIDING
from earthwork.simulate.truths.truth import KIND_CODES

SEEDS = Path("../shared/data/text/seeds")
SIDE_M = 300.0


def small_scenario() -> Scenario:
    scenario = resolve_scenario("nahrabad")
    pass_over = RadarOrder(orbit="descending", dates=(scenario.scenes[1].captured,))
    city = replace(scenario.city, side_m=SIDE_M)
    return replace(scenario, city=city, radar=(pass_over,))


@pytest.fixture(scope="module")
def told() -> list[Event]:
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, told: list[Event]) -> Path:
    path = tmp_path_factory.mktemp("nahrabad") / "case"
    simulate(small_scenario(), path, listener=told.append)
    return path


@pytest.fixture(scope="module")
def siege() -> Siege:
    return build_siege(small_scenario())


def _read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return np.asarray(file.read())


def _within(raster: np.ndarray, geometry: shapely.Geometry) -> np.ndarray:
    """Return pixels of half a metre whose middle lies in a geometry in local metres."""
    rows, columns = np.indices(raster.shape)
    inside = shapely.contains_xy(geometry, (columns + 0.5) / 2, SIDE_M - (rows + 0.5) / 2)
    return raster[inside]


def _heights(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    return tuple(_read(folder / "layers" / f"surface-{n}.tif")[0] for n in ("before", "after"))


def test_everything_that_a_case_needs_is_written(folder: Path, told: list[Event]) -> None:
    steps = [event.step for event in told if isinstance(event, StepFinished)]
    assert steps == list(plan_steps(small_scenario()))
    case = load_case(folder)
    assert case.is_simulated
    assert [scene.id for scene in case.scenes] == ["before", "after"]
    assert len(case.reports) == 6
    assert case.place == "Nahrabad"


def test_pictures_are_cloud_optimised_and_use_their_range(folder: Path) -> None:
    for name in ("before", "after"):
        with rasterio.open(folder / "images" / f"{name}.tif") as file:
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.tags()["SIMULATED"] == "yes"
            assert (file.count, file.width, file.height) == (3, 600, 600)
            assert file.crs.to_epsg() == 32638
            low, high = np.percentile(file.read(), [2, 98])
        assert low < 80
        assert high > 130


def test_a_second_run_makes_nothing_anew_and_a_lost_file_again(
    folder: Path, tmp_path: Path
) -> None:
    heard: list[Event] = []
    lost = folder / "layers" / "roads.osm"
    bytes_before = lost.read_bytes()
    lost.unlink()
    mine = (folder / "case.toml").read_text() + "\n# mine\n"
    (folder / "case.toml").write_text(mine)
    simulate(small_scenario(), folder, listener=heard.append)
    made = [e.step for e in heard if isinstance(e, StepFinished) and not e.is_reused]
    assert made == ["layers"]
    assert lost.read_bytes() == bytes_before
    assert (folder / "case.toml").read_text() == mine


def test_another_scenario_does_not_go_into_the_same_folder(folder: Path) -> None:
    other = replace(small_scenario(), seed=5)
    with pytest.raises(CaseBusy, match="another scenario"):
        simulate(other, folder)
    assert identity(other) != identity(small_scenario())


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CaseBusy, match="something else"):
        simulate(small_scenario(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_record_names_every_file_with_its_digest(folder: Path) -> None:
    record = json.loads((folder / RECORD).read_text())
    named = {one["path"] for files in record["steps"].values() for one in files}
    lying = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {RECORD}
    assert named == lying
    assert record["order"]["city"]["side_m"] == SIDE_M


def test_every_kind_that_the_scenario_orders_is_in_the_truth(siege: Siege, folder: Path) -> None:
    truth = geopandas.read_file(folder / "truth" / "truth.gpkg", layer="truth_area")
    lines = geopandas.read_file(folder / "truth" / "truth.gpkg", layer="truth_line")
    kinds = set(truth["kind"].dropna()) | set(lines["kind"].dropna())
    assert kinds >= {
        "ground_cleared", "building_razed", "building_destroyed", "berm", "barrier_row", "wall",
        "roadblock", "rubble_on_road", "barrier_staged",
    }  # fmt: skip
    assert len(truth) + len(lines) == len(siege.deeds)
    assert set(lines["share before"]) == {0.0}


def test_the_berm_stands_its_height_above_the_old_ground(siege: Siege, folder: Path) -> None:
    before, after = _heights(folder)
    berms = [deed for deed in siege.deeds if deed.kind is Kind.BERM and deed.geometry.length > 20]
    assert berms
    for berm in berms:
        crest = berm.geometry.buffer(0.6)
        rise = np.median(_within(after, crest) - _within(before, crest))
        assert rise == pytest.approx(berm.height_m, abs=0.35)


def test_razed_buildings_are_gone_from_the_surface(siege: Siege, folder: Path) -> None:
    before, after = _heights(folder)
    heights = {house.id: house.height_m for house in siege.city.footprints}
    razed = [deed for deed in siege.deeds if deed.kind is Kind.BUILDING_RAZED]
    assert len(razed) > 5
    for deed in razed:
        fall = np.median(_within(before, deed.geometry)) - np.median(_within(after, deed.geometry))
        assert fall > 0.7 * heights[deed.footprint]


def test_destroyed_buildings_leave_debris(siege: Siege, folder: Path) -> None:
    before, after = _heights(folder)
    fallen = [deed for deed in siege.deeds if deed.kind is Kind.BUILDING_DESTROYED]
    assert fallen
    for deed in fallen:
        left = _within(after, deed.geometry)
        assert left.std() > 0.15
        assert np.median(left) < np.median(_within(before, deed.geometry)) - 1


def test_the_factory_stands_on_both_dates_in_cleared_ground(siege: Siege, folder: Path) -> None:
    before, after = _heights(folder)
    factory = next(house for house in siege.city.footprints if house.id == "factory").outline
    assert np.array_equal(_within(before, factory), _within(after, factory))
    cleared = [d.geometry for d in siege.deeds if d.kind is Kind.GROUND_CLEARED]
    assert not any(ground.intersection(factory).area > 1 for ground in cleared)
    assert any(ground.distance(factory) < 12 for ground in cleared)


def test_labels_say_what_lies_at_each_pixel(siege: Siege, folder: Path) -> None:
    with rasterio.open(folder / "truth" / "labels-after.tif") as file:
        labels = file.read(1)
        codes = json.loads(file.tags()["KIND_CODES"])
    assert codes["6"] == "berm"
    assert not _read(folder / "truth" / "labels-before.tif").any()
    swath = max(
        (d for d in siege.deeds if d.kind is Kind.GROUND_CLEARED), key=lambda d: d.geometry.area
    )
    inside = _within(labels, swath.geometry.buffer(-2))
    assert (inside == KIND_CODES[Kind.GROUND_CLEARED]).mean() > 0.5
    assert set(np.unique(inside)) > {KIND_CODES[Kind.GROUND_CLEARED]}


def test_what_can_be_seen_is_told_for_each_deed_and_picture(siege: Siege, folder: Path) -> None:
    with (folder / "truth" / "sightings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(siege.deeds)
    seen = {(row["deed"], row["scene"]): row["seen"] for row in rows}
    kinds = {deed.id: deed.kind for deed in siege.deeds}
    for (deed, scene), answer in seen.items():
        if scene == "before" and kinds[deed] is not None:
            assert answer != "seen"
    cleared = [deed.id for deed in siege.deeds if deed.kind is Kind.GROUND_CLEARED]
    assert all(seen[deed, "after"] == "seen" for deed in cleared)
    assert all(row["reason"] for row in rows)


def test_conditions_hold_only_known_flags_and_some_shadow(folder: Path) -> None:
    flags = _read(folder / "truth" / "conditions-after.tif")[0]
    assert flags.max() < 32
    assert 0.05 < ((flags & HIDING["cast shadow"]) > 0).mean() < 0.6


def test_decoys_are_named(folder: Path) -> None:
    before, after = (
        geopandas.read_file(folder / "truth" / f"decoys-{name}.geojson")
        for name in ("before", "after")
    )
    assert {"id", "sort"} <= set(before.columns)
    assert "parked car" in set(before["sort"])
    assert set(before["id"]) != set(after["id"])


def test_radar_lies_on_its_own_grid(folder: Path) -> None:
    track = radar_tracks(small_scenario())[0]
    with rasterio.open(folder / "radar" / f"{track.id}.tif") as file:
        assert file.descriptions == ("VV", "VH")
        assert (file.width, file.res) == (30, (10.0, 10.0))
        assert 0.005 < float(np.median(file.read(1))) < 1


def test_the_catalog_is_read_by_other_programs_and_finds_its_files(folder: Path) -> None:
    catalog = pystac.Catalog.from_file(str(folder / "catalog" / "catalog.json"))
    items = {item.id: item for item in catalog.get_items()}
    assert set(items) == {"before", "after", "descending-20311031", "layers", "truth"}
    for item in items.values():
        for asset in item.assets.values():
            path = Path(str(asset.get_absolute_href()))
            assert path.stat().st_size == asset.extra_fields["file:size"]
    assert items["after"].properties["view:off_nadir"] == 9.0
    item = items["after"]
    item.stac_extensions = []  # their schemas are not on this machine
    assert item.validate()


def test_streets_are_a_network_in_osm_xml(folder: Path) -> None:
    tree = ET.parse(folder / "layers" / "roads.osm").getroot()  # noqa: S314 - our own file
    ways = tree.findall("way")
    names = {tag.get("v") for way in ways for tag in way.findall("tag") if tag.get("k") == "name"}
    assert {"Kasira Road", "Ring Street"} <= names
    assert len(tree.findall("node")) > len(ways)


def test_the_gazetteer_knows_the_names_that_reports_use(siege: Siege) -> None:
    names = {place.entry.name for place in named_places(siege.city, siege.site)}
    used = {"Nahrabad", "Nahrabad Airport", "Zahir River", "Kasira", "Amsar", "Rask", "Tolma"}
    used |= {"Dabbara", "Tahun", "Orchard Road"}
    assert used <= names
    words = " ".join(report.text for report in reports_of(siege))
    assert all(name in words for name in used)


def test_every_claim_stands_word_for_word_where_the_truth_says(folder: Path) -> None:
    rows = json.loads((folder / "truth" / "reports.json").read_text())
    for row in rows:
        text = (folder / "reports" / f"{row['document']}.txt").read_text()
        assert text[row["start"] : row["end"]] == row["sentence"]
    assert {"true", "false", "exaggerated", "echoed", "premature"} <= {r["bearing"] for r in rows}


def test_the_counts_in_the_reports_are_those_of_the_truth(siege: Siege) -> None:
    razed = sum(deed.kind is Kind.BUILDING_RAZED for deed in siege.deeds)
    text = next(report.text for report in reports_of(siege) if report.id == "meridian-news")
    assert f"about {razed} buildings razed" in text


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed reports are not here")
def test_no_report_repeats_eight_words_of_a_seed(siege: Siege) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    seeds = set().union(*(runs(path.read_text()) for path in SEEDS.glob("*.txt")))
    assert seeds
    for report in reports_of(siege):
        assert not runs(report.text) & seeds


def test_a_picture_at_night_is_refused(siege: Siege) -> None:
    midnight = siege.scenes[0].captured.replace(hour=21)
    scenes = (replace(siege.scenes[0], captured=midnight), siege.scenes[1])
    with pytest.raises(InvalidValue, match="below the horizon"):
        build_siege(replace(siege.scenario, scenes=scenes))


def test_the_sun_is_that_of_place_and_moment(siege: Siege) -> None:
    sun = siege.site.sun(siege.scenes[1].captured)
    assert isinstance(sun, Angles)
    assert sun.elevation_deg < siege.site.sun(siege.scenes[0].captured).elevation_deg
