"""Grain borrowed from bare ground: as strong as the original, and no seams."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from earthwork.simulate.inserting.ground_texture import borrow_grain, grain_strength, ground_level


def plain(*, side: int = 160, spread: float = 6.0) -> np.ndarray:
    rng = np.random.default_rng(5)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 1.0)
    return (100 + spread * grain / grain.std())[None].astype(np.float32)


def test_grain_is_as_strong_as_the_ground_it_is_borrowed_from() -> None:
    picture, everywhere = plain(), np.ones((160, 160), bool)
    grain = borrow_grain(
        picture, everywhere, wanted=everywhere, gsd_m=0.5, rng=np.random.default_rng(1)
    )
    strength = grain_strength(picture, everywhere, sigma_px=10)
    assert strength == pytest.approx(0.06, rel=0.1)
    assert grain.std() == pytest.approx(strength, rel=0.12)
    assert grain.mean() == pytest.approx(1, abs=0.01)


def test_overlaps_are_as_rough_as_middles() -> None:
    picture, everywhere = plain(), np.ones((160, 160), bool)
    local = np.zeros((160, 160))
    for seed in range(12):
        grain = borrow_grain(
            picture, everywhere, wanted=everywhere, gsd_m=0.5, rng=np.random.default_rng(seed)
        )
        local += np.square(grain[0] - 1)
    rows = local[20:140, 20:140].mean(axis=1)
    assert rows.std() / rows.mean() < 0.2


def test_grain_is_1_where_none_is_wanted_or_none_is_to_be_had() -> None:
    picture = plain()
    wanted = np.zeros((160, 160), bool)
    wanted[40:80, 40:80] = True
    grain = borrow_grain(
        picture, np.ones((160, 160), bool), wanted=wanted, gsd_m=0.5, rng=np.random.default_rng(1)
    )
    assert (grain[:, ~wanted] == 1).all()
    assert (grain[:, wanted] != 1).any()
    none = borrow_grain(
        picture, np.zeros((160, 160), bool), wanted=wanted, gsd_m=0.5, rng=np.random.default_rng(1)
    )
    assert (none == 1).all()
    assert grain_strength(picture, np.zeros((160, 160), bool), sigma_px=3) == 0.03


def test_small_pieces_of_ground_give_small_squares() -> None:
    picture, bare = plain(side=60), np.zeros((60, 60), bool)
    bare[10:21, 10:21] = True
    grain = borrow_grain(
        picture, bare, wanted=np.ones((60, 60), bool), gsd_m=0.5, rng=np.random.default_rng(1)
    )
    assert 0.01 < grain.std() < 0.12


def test_the_level_of_the_ground_is_local_where_there_is_ground() -> None:
    picture = np.full((1, 100, 100), 50, np.float32)
    picture[:, :, 50:] = 90
    bare = np.zeros((100, 100), bool)
    bare[:, 60:] = True
    level = ground_level(picture, bare, sigma_px=4)
    assert level[0, 50, 90] == pytest.approx(90, abs=0.5)
    assert level[0, 50, 5] == pytest.approx(90, abs=0.5)
    assert ground_level(picture, ~bare & False, sigma_px=4)[0, 0, 0] == np.median(picture)
