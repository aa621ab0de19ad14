"""Sieges drawn by chance unfold, repeat themselves and differ from one another."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import sun_position
from earthwork.simulate.alterations.chance import (
    DrawnSiege,
    _heavy_fire,
    _plans,
    draw_scenario,
    draw_siege,
)
from earthwork.simulate.alterations.timeline import unfold
from earthwork.simulate.orders import resolve_camera

SEEDS = range(6)


@cache
def drawn(seed: int) -> DrawnSiege:
    return draw_siege(seed, side_m=300.0, dates=3)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_drawn_unfolds_to_what_was_tried(seed: int) -> None:
    siege = drawn(seed)
    assert unfold(siege.scenario, siege.city) == siege.chronicle


@pytest.mark.parametrize("seed", SEEDS)
def test_pictures_can_be_taken(seed: int) -> None:
    scenario = drawn(seed).scenario
    assert len(scenario.scenes) == 3
    assert list(scenario.moments) == sorted(scene.captured for scene in scenario.scenes)
    assert scenario.scenes[0].shift_px == (0, 0)
    for scene in scenario.scenes:
        assert resolve_camera(scene).gsd_m == 0.5
        assert scene.view_elevation_deg >= 58
        city = scenario.city
        sun = sun_position(scene.captured, longitude=city.longitude, latitude=city.latitude)
        assert sun.elevation_deg > 15


def test_the_same_seed_gives_the_same_siege_and_others_differ() -> None:
    assert draw_scenario(3, side_m=300.0, dates=3) == drawn(3).scenario
    assert len({str(drawn(seed).scenario) for seed in SEEDS}) == len(SEEDS)


def test_there_are_sieges_of_many_kinds() -> None:
    kinds = {deed.kind for seed in SEEDS for deed in drawn(seed).chronicle.deeds}
    assert len(kinds) >= 10


def test_one_in_eight_has_no_works_and_one_in_six_is_under_heavy_fire() -> None:
    plans = [_plans(np.random.default_rng(seed)) for seed in range(800)]
    assert np.mean([not chosen for chosen in plans]) == pytest.approx(0.125, abs=0.03)
    assert np.mean([_heavy_fire in chosen for chosen in plans]) == pytest.approx(0.165, abs=0.03)
    assert np.median([len(chosen) for chosen in plans]) >= 6


def test_style_pixel_and_number_of_dates_are_kept() -> None:
    scenario = draw_scenario(1, side_m=300.0, style="oasis", gsd_m=10.0, dates=1)
    assert scenario.city.style == "oasis"
    assert [scene.camera for scene in scenario.scenes] == ["sentinel2-like"]
    assert draw_scenario(1, side_m=300.0, gsd_m=3.0).scenes[0].camera == "medium-rgb-3m"
    with pytest.raises(InvalidValue, match="0 pictures"):
        draw_scenario(1, side_m=300.0, dates=0)
