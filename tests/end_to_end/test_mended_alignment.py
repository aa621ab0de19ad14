"""Tie points out, mended by hand, and in again: by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ..unit.scenery import raster, town  # noqa: TID252 - the tests have no name of their own
from .commands import Ran, earthwork

SIDE = 384
DX, DY = 6, -4
STRUCK, RADIUS = (190.0, 200.0), 70.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("mended")
    wide = town(SIDE + 40, SIDE + 40, seed=3)
    moved = wide[20 - DY : 20 - DY + SIDE, 20 - DX : 20 - DX + SIDE]
    images = {"before": wide[20:-20, 20:-20], "after": moved, "other": town(SIDE, SIDE, seed=77)}
    for name, image in images.items():
        Image.fromarray(raster(image).pixels[0]).save(base / f"{name}.png")
    return base


def aligned(folder: Path, out: Path, after: str = "after", **marks: Path) -> Ran:
    given = [item for name, path in marks.items() for item in (f"--{name}", path)]
    return earthwork(
        "align", folder / "before.png", folder / f"{after}.png", "-o", out / "aligned.tif",
        "--tie-points", out / "ties.geojson", "--picture", out / "fit.png",
        "--mask", out / "mask.tif", "--normalised", out / "normalised.tif",
        "--report", out / "report.json", "--field", out / "field.tif", *given,
    )  # fmt: skip


def layer(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "ties.geojson").read_text(encoding="utf-8")))


def of_status(features: list[Any], status: str) -> list[Any]:
    return [f for f in features if f["properties"]["status"] == status]


def inside(features: list[Any]) -> int:
    """Return how many lines start on struck ground."""
    starts = np.array([f["geometry"]["coordinates"][0] for f in features])
    return int((np.hypot(*(starts - STRUCK).T) <= RADIUS).sum())


def test_points_are_struck_and_pinned_and_kept(folder: Path, tmp_path: Path) -> None:
    first = aligned(folder, tmp_path / "1")
    assert first.code == 0, first.err
    for name in ("aligned.tif", "fit.png", "mask.tif", "normalised.tif", "report.json"):
        assert (tmp_path / "1" / name).stat().st_size > 500
    found = layer(tmp_path / "1")
    assert inside(found["features"]) > 0

    struck = min(found["features"], key=lambda f: np.hypot(
        *np.subtract(f["geometry"]["coordinates"][0], STRUCK)))  # fmt: skip
    middle = struck["geometry"]["coordinates"][0]
    struck["properties"] |= {"status": "struck", "radius_px": RADIUS + 20, "reader": "A. Reader"}
    pin = {"type": "LineString", "coordinates": [[90, -100], [90 + DX, -100 - DY]]}
    found["features"].append({"type": "Feature", "geometry": pin, "properties": None})
    marks = tmp_path / "marks.geojson"
    marks.write_text(json.dumps(found), encoding="utf-8")

    second = aligned(folder, tmp_path / "2", marks=marks)
    assert second.code == 0, second.err
    assert "1 were pinned by hand" in second.err
    mended = layer(tmp_path / "2")
    assert mended["reader"] == "A. Reader"
    assert inside(of_status(mended["features"], "found")) == 0
    (kept,) = of_status(mended["features"], "pinned")
    assert kept["geometry"]["coordinates"] == [[90, 100], [90 + DX, 100 + DY]]
    assert kept["properties"]["residual_px"] < 1
    (gone,) = of_status(mended["features"], "struck")
    assert gone["geometry"] == {"type": "Point", "coordinates": middle}
    assert gone["properties"]["radius_px"] == RADIUS + 20

    third = aligned(folder, tmp_path / "3", marks=tmp_path / "2" / "ties.geojson")
    assert third.code == 0, third.err
    assert (tmp_path / "3" / "ties.geojson").read_bytes() == (
        tmp_path / "2" / "ties.geojson"
    ).read_bytes()
    assert (tmp_path / "3" / "fit.png").read_bytes() == (tmp_path / "2" / "fit.png").read_bytes()


def test_a_pair_that_was_refused_is_aligned_by_pins(folder: Path, tmp_path: Path) -> None:
    refused = aligned(folder, tmp_path, after="other")
    assert refused.code == 3
    assert "--marks" in refused.err
    assert not (tmp_path / "aligned.tif").exists()
    assert layer(tmp_path)["features"] == []
    assert json.loads((tmp_path / "report.json").read_text())["status"] == "not_aligned"
    with Image.open(tmp_path / "fit.png") as picture:
        assert picture.width == 1600

    pins = [[90, 100], [300, 90], [110, 290], [280, 300], [200, 190]]
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]},
         "properties": {"status": "pinned", "after_x": x + 2, "after_y": y + 1}}
        for x, y in pins
    ]  # fmt: skip
    marks = tmp_path / "marks.geojson"
    head = {"type": "FeatureCollection", "earthwork:coordinates": "pixels"}
    marks.write_text(json.dumps(head | {"features": features}), encoding="utf-8")
    mended = aligned(folder, tmp_path, after="other", marks=marks)
    assert mended.code == 0, mended.err
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["shift_x_px"], report["shift_y_px"]) == pytest.approx((2, 1), abs=0.1)
    assert len(of_status(layer(tmp_path)["features"], "pinned")) == len(pins)


def test_marks_that_cannot_be_used_are_named(folder: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks.geojson"
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [900, 9]},
               "properties": {"status": "struck"}}  # fmt: skip
    marks.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    ran = aligned(folder, tmp_path, marks=marks)
    assert ran.code == 3
    assert "marks.geojson, feature 1" in ran.err
    assert "outside the before-image" in ran.err
