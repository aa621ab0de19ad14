"""Scenes of one date are looks of it: they are aligned, composed and detected in together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from earthwork.errors import CaseInvalid
from earthwork.evidence.store import Store
from earthwork.io.rasters import open_raster
from earthwork.model.case import Case
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.model.raster import whole
from earthwork.pipeline.assessment import assess, plan_case
from earthwork.pipeline.checking import Level, check
from earthwork.pipeline.looking import (
    AFTER_FILE,
    PairLooks,
    dates_of,
    default_pairs,
    looks_of_pair,
)
from earthwork.pipeline.pairing import open_aligned, read_reasons
from earthwork.settings.case_file import CaseFile

from .scenery import town
from .small_case import GRID, make_case, scene_source, write_image

LARGE = replace(GRID, height=384, width=384)
BUS = (slice(200, 208), slice(180, 206))
DAYS = {"b1": date(2031, 8, 1), "b2": date(2031, 8, 1), "a1": date(2031, 10, 31),
        "a2": date(2031, 10, 31)}  # fmt: skip


def taken(day: date, hour: int = 7) -> Capture:
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Capture(interval=Interval.at(moment), source="stated")


def picture(name: str, number: int) -> np.ndarray:
    wide = town(424, 424, seed=3)
    image = wide[20 - number : 404 - number, 20 + number : 404 + number].copy()
    image += np.random.default_rng(number).normal(0, 2, image.shape).astype(np.float32)
    if name == "a1":
        image[BUS[0].start + number : BUS[0].stop + number,
              BUS[1].start - number : BUS[1].stop - number] = 250  # fmt: skip
    return image


@pytest.fixture
def looked(tmp_path: Path) -> Callable[..., Case]:
    """Return a case of two looks a date, a bus in one of them."""

    def made(**changed: object) -> Case:
        folder = tmp_path / "case"
        scenes = []
        for number, (name, day) in enumerate(DAYS.items()):
            path = folder / "images" / f"{name}.tif"
            if not path.exists():
                write_image(path, picture(name, number), LARGE)
            scenes.append(scene_source(path, name, capture=taken(day, 7 + number % 2)))
        return make_case(folder, scenes=tuple(scenes), **changed)

    return made


def names(case: Case) -> list[str]:
    return [step.name for step in plan_case(case).steps]


def test_scenes_of_one_day_are_looks_of_it(looked: Callable[..., Case]) -> None:
    case = looked()
    assert dates_of(case) == {"b1": ("b1", "b2"), "a1": ("a1", "a2")}
    assert default_pairs(case) == (("b1", "a1"),)
    looks = looks_of_pair(case, ("b1", "a1"), default_pairs(case))
    assert looks == PairLooks(before=("b2",), after=("a2",))
    planned = names(case)
    assert planned.index("align b1 b2") < planned.index("compose b1 a1")
    assert planned.index("compose b1 a1") < planned.index("detect b1 a1")
    assert {"align b1 a1", "align b1 a2"} <= set(planned)


def test_scenes_can_be_marked_as_looks(looked: Callable[..., Case]) -> None:
    """An open interval tells no day: the case says it."""
    case = looked()
    by_then = Capture(interval=Interval(start=None, end=taken(DAYS["b1"]).interval.end), source="s")
    b1, b2, a1, a2 = case.scenes
    undated = replace(case, scenes=(replace(b1, capture=by_then),
                                    replace(b2, capture=UNKNOWN_CAPTURE), a1, a2))  # fmt: skip
    assert dates_of(undated)["b1"] == ("b1",)
    marked = replace(undated, scenes=(undated.scenes[0], replace(undated.scenes[1], look_of="b1"),
                                      a1, a2))  # fmt: skip
    assert dates_of(marked)["b1"] == ("b1", "b2")
    assert default_pairs(marked) == (("b1", "a1"),)


def test_one_look_a_date_plans_as_ever(looked: Callable[..., Case]) -> None:
    case = looked()
    b1, _, a1, _ = case.scenes
    planned = names(replace(case, scenes=(b1, a1)))
    assert not [name for name in planned if name.startswith("compose")]
    assert planned[:4] == ["open b1", "open a1", "align b1 a1", "detect b1 a1"]


def test_a_look_in_a_pair_of_its_own_is_no_further_look(looked: Callable[..., Case]) -> None:
    case = looked(pairs=(("b1", "a1"), ("b2", "a2")))
    assert not [name for name in names(case) if name.startswith("compose")]


def test_looks_are_part_of_the_key(looked: Callable[..., Case]) -> None:
    case = looked()
    keys = {step.name: step.key for step in plan_case(case).steps}
    b1, _, a1, a2 = case.scenes
    fewer = {step.name: step.key for step in plan_case(replace(case, scenes=(b1, a1, a2))).steps}
    assert keys["align b1 a1"] == fewer["align b1 a1"]
    assert keys["compose b1 a1"] != fewer["compose b1 a1"]
    assert keys["detect b1 a1"] != fewer["detect b1 a1"]


def test_one_date_given_twice_is_refused(looked: Callable[..., Case]) -> None:
    case = looked(pairs=(("b1", "b2"),))
    with pytest.raises(CaseInvalid, match="one date with itself") as error:
        plan_case(case)
    assert error.value.cause == "they are looks of one date, not before and after"
    assert error.value.choices
    told = [remark for remark in check(case) if remark.level is Level.ERROR]
    assert any(remark.where == "case.pair" for remark in told)


def test_one_file_given_twice_is_refused(looked: Callable[..., Case]) -> None:
    case = looked()
    b1, _, a1, _ = case.scenes
    twice = replace(case, scenes=(b1, replace(a1, file=b1.file)), pairs=(("b1", "a1"),))
    with pytest.raises(CaseInvalid, match="one date with itself") as error:
        plan_case(twice)
    assert "the same file" in str(error.value.cause)


def test_check_tells_of_looks(looked: Callable[..., Case]) -> None:
    notes = [r.what for r in check(looked()) if r.level is Level.NOTE]
    assert any("b2 is another look of the date of b1" in note for note in notes)


def test_a_case_with_looks_runs_and_a_bus_is_explained(looked: Callable[..., Case]) -> None:
    case = looked()
    with Store.open(case.folder, clock=lambda: datetime(2031, 11, 5, tzinfo=UTC), by="x") as store:
        plan = assess(case, store, is_published=False)
        folders = {step.name: store.derived(step.key) for step in plan.steps}
    composed, aligned = folders["compose b1 a1"], folders["align b1 a1"]
    assert composed is not None
    assert aligned is not None
    with open_raster(composed / AFTER_FILE) as raster:
        seen = raster.read(whole(raster.grid))[0].astype(float)
    with open_aligned(aligned) as raster:
        plain = raster.read(whole(raster.grid))[0].astype(float)
    before = picture("b1", 0)
    inner = (slice(201, 207), slice(182, 204))
    assert abs(plain[inner] - before[inner]).mean() > 60
    assert abs(seen[inner] - before[inner]).mean() < 15
    assert read_reasons(composed)["assessed"] == pytest.approx(read_reasons(aligned)["assessed"])


def test_a_look_that_does_not_fit_is_left_out_and_told(looked: Callable[..., Case]) -> None:
    case = looked()
    write_image(case.folder / "images" / "a2.tif", 255 - town(384, 384, seed=77), LARGE)
    heard: list[object] = []
    with Store.open(case.folder, clock=lambda: datetime(2031, 11, 5, tzinfo=UTC), by="x") as store:
        assess(case, store, listen=heard.append, is_published=False)
    assert any("the look a2 is left out" in str(event) for event in heard)


def test_a_look_must_be_of_a_first_look() -> None:
    case = {"title": "T", "place": "P", "question": "Q", "author": "A", "as_of": "2031-01-01",
            "period_start": "2030-01-01", "period_end": "2031-01-01"}  # fmt: skip
    scenes = [{"id": "a", "file": "a.tif"}, {"id": "b", "file": "b.tif", "look_of": "a"}]
    read = CaseFile.model_validate({"case": case, "scene": scenes})
    assert read.scene[1].look_of == "a"
    chain = [*scenes, {"id": "c", "file": "c.tif", "look_of": "b"}]
    with pytest.raises(ValueError, match="must name a first look: c"):
        CaseFile.model_validate({"case": case, "scene": chain})
    with pytest.raises(ValueError, match="no scene is called z"):
        CaseFile.model_validate({"case": case, "scene": [{"id": "a", "file": "a", "look_of": "z"}]})
