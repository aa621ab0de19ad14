"""Works drawn by chance stand where there is room, apart from each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from shapely import box

from earthwork.model.vocabulary import Kind
from earthwork.simulate.inserting.backdrop import Backdrop, Ground
from earthwork.simulate.inserting.chance_works import ChanceOptions, draw_works
from earthwork.simulate.inserting.insertion import to_metres

GSD = 0.5
SIDE = 500


def backdrop() -> Backdrop:
    """Return a plain with a street across it, and built ground in its upper third."""
    wide, strips = np.ones((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool)
    wide[:170] = False
    wide[300:330] = False
    strips[308:322] = True
    return Backdrop(
        gsd_m=GSD,
        ground=Ground(bare=wide | strips, open=wide, strips=strips),
        shadows=np.zeros((SIDE, SIDE), bool),
        shadow_level=np.array([0.4]),
        blur_px=0.7,
        noise=np.array([1.0]),
        contrasts=np.array([0.9, 1.1]),
        concrete=np.array([180.0]),
        full_scale=255.0,
    )


PLENTY = ChanceOptions(berms=3, trenches=2, mounds=2, craters=2, barrier_rows=2, roadblocks=3)


def test_every_kind_is_drawn_and_decoys_beside_them() -> None:
    works = draw_works(backdrop(), seed=1, options=PLENTY)
    kinds = Counter(work.kind for work in works)
    assert kinds[Kind.BERM] == 3
    assert kinds[Kind.ROADBLOCK] == 3
    assert {Kind.TRENCH, Kind.EARTH_MOUND, Kind.CRATER, Kind.RUBBLE_ON_ROAD} <= set(kinds)
    assert kinds[Kind.WALL] + kinds[Kind.BARRIER_ROW] == 2
    assert kinds[None] >= 4
    assert len({work.id for work in works}) == len(works)


@pytest.mark.parametrize("seed", range(2))
def test_works_stand_on_open_ground_apart_from_each_other(seed: int) -> None:
    works = draw_works(backdrop(), seed=seed, options=PLENTY)
    built = to_metres(box(0, 0, SIDE, 169), rows=SIDE, gsd_m=GSD)
    street = to_metres(box(0, 306, SIDE, 324), rows=SIDE, gsd_m=GSD)
    for number, work in enumerate(works):
        assert not work.outline.intersects(built)
        crosses = work.kind in {Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD}
        assert work.outline.intersects(street) == crosses
        for other in works[:number]:
            assert work.outline.distance(other.outline) > 1.0


def test_roadblocks_cross_the_street() -> None:
    works = draw_works(backdrop(), seed=2, options=PLENTY)
    for work in works:
        if work.kind is Kind.ROADBLOCK:
            west, south, east, north = work.outline.bounds
            assert north - south > 5.0
            assert east - west < 16.0


def test_the_same_seed_draws_the_same_works() -> None:
    first, again, other = (draw_works(backdrop(), seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_without_room_there_are_no_works() -> None:
    full = backdrop()
    nowhere = np.zeros((SIDE, SIDE), bool)
    none = replace(full, ground=Ground(bare=nowhere, open=nowhere, strips=nowhere))
    assert draw_works(none, seed=1) == ()


def test_small_plots_take_small_works_or_none() -> None:
    plot = np.zeros((SIDE, SIDE), bool)
    plot[200:216, 200:216] = True
    small = replace(backdrop(), ground=Ground(bare=plot, open=plot, strips=plot & False))
    works = draw_works(small, seed=3)
    assert all(work.kind not in {Kind.BERM, Kind.TRENCH} for work in works)


def test_decoys_can_be_left_out() -> None:
    works = draw_works(backdrop(), seed=1, options=ChanceOptions(decoys=False))
    assert not any(work.is_decoy for work in works)
