"""What judgement is given to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import box

from earthwork.model.claim import Claim
from earthwork.model.grid import Grid
from earthwork.model.observation import Observation
from earthwork.model.pair import AssessedMask
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import ClaimKind, Unassessed, Verdict
from earthwork.pipeline.judging import (
    Material,
    by_date,
    case_area,
    judge_material,
    scene_views,
)
from earthwork.pipeline.observing import TakenIn

from .small_case import GRID, lonlat, make_case

NOTHING = TakenIn(observations=(), waiting=(), readers={}, notes=())


def material(folder: Path, **given: Any) -> Material:
    defaults: dict[str, Any] = {
        "case": make_case(folder),
        "scenes": (),
        "masks": {},
        "documents": (),
        "claims": (),
        "taken_in": NOTHING,
        "candidates": (),
        "places": (),
    }
    return Material(**(defaults | given))


def test_scenes_stand_by_date_and_undated_ones_last(make_scene: Callable[..., Scene]) -> None:
    late = make_scene("a", date(2031, 10, 31))
    early = make_scene("z", date(2031, 8, 14))
    undated, twin = make_scene("b", None), make_scene("a2", date(2031, 10, 31))
    assert [s.id for s in by_date([undated, twin, late, early])] == ["z", "a", "a2", "b"]


def test_without_an_area_the_scenes_make_it(
    tmp_path: Path, make_scene: Callable[..., Scene]
) -> None:
    east = replace(GRID, transform=GRID.transform @ GRID.transform.translation(160, 0))
    first, second = make_scene("a", grid=GRID), make_scene("b", grid=east)
    unplaced = make_scene("c", grid=Grid.of_pixels(height=9, width=9))
    case = make_case(tmp_path)
    area = case_area(case, [first, unplaced, second])
    assert area is not None
    assert area.area == pytest.approx(lonlat(box(0, 0, 320, 160)).area, rel=1e-3)
    assert case_area(case, [unplaced]) is None
    stated = box(45, 36, 46, 37)
    assert case_area(replace(case, area=stated), [first]) is stated


def test_a_scene_is_judged_where_its_pair_was_assessed(
    tmp_path: Path, make_scene: Callable[..., Scene]
) -> None:
    assessed = np.zeros(GRID.shape, dtype=bool)
    assessed[:80] = True
    mask = AssessedMask.of(GRID, {Unassessed.NO_DATA: ~assessed})
    scenes = (make_scene("after", grid=GRID), make_scene("before", date(2031, 8, 1), grid=GRID))
    taken = replace(NOTHING, readers={"after": ("R",)})
    before, after = scene_views(
        material(tmp_path, scenes=scenes, masks={"after": mask}, taken_in=taken)
    )
    assert before.assessed_share is None
    assert before.readers == ()
    assert after.assessed_share is not None
    assert after.assessed_share(lonlat(box(10, 10, 150, 70))) == 1.0
    assert after.assessed_share(lonlat(box(10, 90, 150, 150))) == 0.0
    assert after.readers == ("R",)


def test_the_same_claim_with_and_without_an_image(
    tmp_path: Path,
    make_claim: Callable[..., Claim],
    make_scene: Callable[..., Scene],
    make_observation: Callable[..., Observation],
) -> None:
    berm = make_claim()
    tunnel = make_claim(ClaimKind.TUNNEL, id="r1-02")
    blind = judge_material(material(tmp_path, claims=(berm, tunnel)))
    assert {f.verdict for f in blind} == {Verdict.NOT_ASSESSED, Verdict.NOT_OBSERVABLE}
    taken = replace(NOTHING, observations=(make_observation(),), readers={"after": ("A. Reader",)})
    seeing = judge_material(
        material(tmp_path, claims=(berm,), scenes=(make_scene(),), taken_in=taken)
    )
    assert [f.verdict for f in seeing] == [Verdict.SUPPORTED]
    assert seeing[0].observations == ("O-1",)
