"""A case of plain pictures without a place on the ground, one of them of other ground."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from shapely import box, to_geojson

from earthwork.settings import load_case

from ..unit.scenery import rubble, town  # noqa: TID252 - the tests have no name of their own
from .commands import earthwork

SIDE = 384
HEAD = """
pair = [["before", "after"], ["before", "other"]]
[case]
title = "Pictures alone"
place = "Mosul, Iraq"
question = "What changed?"
author = "Desk"
as_of = 2031-11-05
period_start = 2031-08-01
period_end = 2031-11-05
"""
SCENE = """
[[scene]]
id = "{name}"
file = "{name}.png"
credit = "A Maker"
licence = "{terms}"
gsd_m = 0.5
captured = "{captured}"
may_republish = {may}
"""


def run_case(folder: Path) -> None:
    """Run the case, let a reader decide and draw, and run it again."""
    folder.mkdir()
    first = town(SIDE, SIDE, seed=3)
    second = np.roll(first, (2, -3), axis=(0, 1))
    second[150:230, 150:230] = rubble(80, 80, seed=5)
    images = {"before": first, "after": second, "other": town(SIDE, SIDE, seed=77, block=34),
              "undated": town(200, 200, seed=9)}  # fmt: skip
    text = HEAD
    dates = {"before": "2031-08-14", "after": "2031-10-31", "other": "2031-11-01"}
    for name, image in images.items():
        Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(folder / f"{name}.png")
        text += SCENE.format(
            name=name,
            captured=dates.get(name, "unknown"),
            terms="all rights reserved" if name == "undated" else "CC0",
            may="false" if name == "undated" else "true",
        )
    (folder / "case.toml").write_text(text, encoding="utf-8")
    assert earthwork("assess", folder).code == 0
    (candidate, *_) = json.loads(earthwork("show", folder, "candidates", "--json").out)
    rows = [
        (box(150, 150, 200, 190), {"candidate": candidate["id"], "decision": "change"}),
        (box(20, 30, 60, 50), {"kind": "ground_cleared", "image": "after"}),
        (box(10, 10, 40, 30), {"kind": "camp", "image": "undated"}),
    ]
    features = [
        {"type": "Feature", "geometry": json.loads(to_geojson(shape)), "properties": properties}
        for shape, properties in rows
    ]
    drawing = folder / "mine.geojson"
    drawing.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    taken = earthwork("observe", folder, drawing, "--reader", "R. Reader", "--scene", "after")
    assert taken.code == 0, taken.err
    assert earthwork("assess", folder).code == 0


def test_plain_pictures_from_end_to_end(tmp_path: Path) -> None:
    pictures = tmp_path / "case"
    run_case(pictures)
    counts_in_pixels_and_measures_in_metres(pictures)
    shows_how_each_pair_was_aligned(pictures)
    says_what_was_not_assessed(pictures)
    shows_only_what_may_be_shown(pictures)
    assert earthwork("verify", pictures).code == 0


def counts_in_pixels_and_measures_in_metres(pictures: Path) -> None:
    seen = json.loads(earthwork("show", pictures, "observations", "--json").out)
    assert len(seen) == 3
    assert all(o["is_pixels"] for o in seen)
    (changed,) = [o for o in seen if o["candidate"]]
    assert changed["area_m2"] == pytest.approx(50 * 40 * 0.25)
    assert changed["interval"]["start"].startswith("2031-08-14")


def shows_how_each_pair_was_aligned(pictures: Path) -> None:
    made = pictures / "exports" / "working"
    for pair in ("before-after", "before-other"):
        with Image.open(made / f"alignment-{pair}.png") as plate:
            assert plate.info["Copyright"] == "A Maker (CC0)"
        layer = json.loads((made / f"tie-points-{pair}.geojson").read_text(encoding="utf-8"))
        assert layer["earthwork:coordinates"] == "pixels"
        assert bool(layer["features"]) == (pair == "before-after")


def says_what_was_not_assessed(pictures: Path) -> None:
    page = (pictures / "brief" / "brief.html").read_text(encoding="utf-8")
    assert "Images before and other could not be aligned, and were not compared" in page
    assert "Images before and after were compared on" in page
    assert "Image undated is of unknown date" in page
    assert "No reader has marked image other" in page
    assert "SIMULATED" not in page
    assert "R. Reader" not in page


def shows_only_what_may_be_shown(pictures: Path) -> None:
    plates = {path.name for path in (pictures / "brief" / "plates").iterdir()}
    assert "plate-1-0.png" in plates
    assert not [name for name in plates if "undated" in name]
    assert "single-undated.png" in {p.name for p in (pictures / "brief/working-plates").iterdir()}


def test_a_siege_drawn_by_chance_is_simulated(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    size = ("--side", "300", "--dates", "1")
    told = earthwork("simulate", "--chance", "2", *size, "--dry-run")
    assert told.code == 0
    assert "picture date-1" in told.out
    made = earthwork("simulate", "--chance", "2", *size, "-o", folder)
    assert made.code == 0, made.err
    case = load_case(folder)
    assert case.is_simulated
    assert len(case.scenes) == 1
    again = earthwork("simulate", "--chance", "2", *size, "-o", folder)
    assert again.err.count("reused") == 7


def test_what_to_simulate_must_be_said_once(tmp_path: Path) -> None:
    assert earthwork("simulate", "-o", tmp_path / "a").code == 3
    assert earthwork("simulate", "nahrabad", "--chance", "1", "-o", tmp_path / "a").code == 3
    assert "DIR" in earthwork("simulate", "nahrabad").err
    unknown = earthwork("simulate", "nahrabat", "-o", tmp_path / "a")
    assert unknown.code == 3
    assert "nahrabad" in unknown.err


def test_the_simulator_tells_what_it_has() -> None:
    told = earthwork("simulate", "--list").out
    assert "nahrabad" in told
    assert "river plain" in told
    assert "vhr-rgb-50cm" in told
    assert "[[scene]]" in earthwork("simulate", "--template").out


def test_works_are_drawn_into_a_picture_by_the_command_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ground = 110 + 2 * rng.standard_normal((400, 400, 1)) + np.zeros(3)
    picture = tmp_path / "ground.png"
    Image.fromarray(ground.astype(np.uint8)).save(picture)
    line = {"type": "LineString", "coordinates": [[80, 200], [300, 180]]}
    berm = {"type": "Feature", "properties": {"kind": "berm"}, "geometry": line}
    works = tmp_path / "works.geojson"
    works.write_text(json.dumps({"type": "FeatureCollection", "features": [berm]}))
    sun = ("--sun-azimuth-deg", "150", "--sun-elevation-deg", "45", "--works", works)
    made = earthwork("insert", picture, "-o", tmp_path / "out", "--gsd", "0.5", *sun)
    assert made.code == 0, made.err
    assert json.loads((tmp_path / "out" / "insertion.json").read_text())
    assert (tmp_path / "out" / "truth.geojson").exists()
    half = earthwork("insert", picture, "-o", tmp_path / "b", "--sun-azimuth-deg", "150")
    assert half.code == 3
    assert "both" in half.err
