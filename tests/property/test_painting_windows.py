"""Any window of the fine grid is painted as the whole would be, to the byte."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.simulate.painting.noise import fractal_noise
from earthwork.simulate.painting.painter import Painter, ground_m, prepare
from earthwork.simulate.painting.surface import Frame

from ..unit.painted_landscape import siege_landscape  # noqa: TID252 - tests have no name

SIDE_M = 120.0
LAYERS = ("soft_m", "solid_m", "material", "albedo", "wall")


@cache
def painter() -> Painter:
    return prepare(siege_landscape(SIDE_M))


def frame(fine_m: float, row0: int, column0: int, rows: int, columns: int) -> Frame:
    return Frame(
        side_m=SIDE_M, fine_m=fine_m, row0=row0, column0=column0, rows=rows, columns=columns
    )


@settings(max_examples=12, deadline=None)
@given(
    fine_m=st.sampled_from([0.25, 0.4, 1.0, 2.5]),
    west=st.integers(-20, 100),
    north=st.integers(-20, 100),
    split=st.tuples(st.integers(1, 63), st.integers(1, 63)),
)
def test_four_windows_are_the_whole(
    fine_m: float, west: int, north: int, split: tuple[int, int]
) -> None:
    row0, column0 = int(north / fine_m), int(west / fine_m)
    whole = painter().surface(frame(fine_m, row0, column0, 64, 64))
    down, right = split
    for top, bottom in ((0, down), (down, 64)):
        for left, end in ((0, right), (right, 64)):
            part = painter().surface(
                frame(fine_m, row0 + top, column0 + left, bottom - top, end - left)
            )
            for layer in LAYERS:
                expected = getattr(whole, layer)[..., top:bottom, left:end]
                np.testing.assert_array_equal(getattr(part, layer), expected, err_msg=layer)


@settings(max_examples=20, deadline=None)
@given(
    row0=st.integers(-300, 300),
    column0=st.integers(-300, 300),
    scale_m=st.floats(0.1, 90.0),
    seed=st.integers(0, 2**62),
)
def test_noise_belongs_to_places(row0: int, column0: int, scale_m: float, seed: int) -> None:
    whole = fractal_noise(frame(0.5, row0, column0, 30, 31), scales_m=[scale_m], seed=seed)
    part = fractal_noise(frame(0.5, row0 + 7, column0 + 9, 20, 18), scales_m=[scale_m], seed=seed)
    np.testing.assert_array_equal(part, whole[7:27, 9:27])


def test_ground_belongs_to_places() -> None:
    whole = ground_m(frame(0.5, -20, -30, 50, 60), relief_m=1.5, seed=3)
    part = ground_m(frame(0.5, -5, 10, 15, 12), relief_m=1.5, seed=3)
    np.testing.assert_array_equal(part, whole[15:30, 40:52])
