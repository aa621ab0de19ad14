"""The scenes that acceptance rests on are those that were frozen."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from earthwork.simulate.cities.styles import STYLES
from earthwork.simulate.orders import resolve_camera
from earthwork.simulate.siege import build_siege
from earthwork.simulate.truths.polygon_fill import PixelWindow
from earthwork.simulate.truths.truth import label_raster

FOLDER = Path("benchmarks/acceptance")
SCENES = json.loads((FOLDER / "scenes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frozen() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frozen_scenes", FOLDER / "frozen_scenes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_scene_is_frozen_and_none_is_in_a_style_to_train_on() -> None:
    assert len(SCENES) >= 12
    assert len({scene["name"] for scene in SCENES}) == len(SCENES)
    for scene in SCENES:
        assert scene["digests"]
        assert "scenario" in scene or STYLES[scene["style"]].is_held_out


@pytest.mark.parametrize("name", ["basalt-1", "oasis-3"])
def test_the_truth_of_a_scene_is_as_it_was_frozen(name: str, frozen: ModuleType) -> None:
    scene = next(scene for scene in SCENES if scene["name"] == name)
    siege = build_siege(frozen.ordered(scene))
    for picture in siege.scenes:
        gsd_m = resolve_camera(picture).gsd_m
        window = PixelWindow.of_scene(side_m=siege.site.side_m, gsd_m=gsd_m)
        labels = label_raster(siege.deeds, picture.captured, window=window)
        digest = frozen.digest(labels[np.newaxis].tobytes())
        assert digest == scene["digests"][f"truth/labels-{picture.id}.tif"]
