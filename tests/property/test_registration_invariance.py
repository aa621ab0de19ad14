"""Where an image lies does not depend on its brightness, on its order, or on when it is asked."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earthwork.imagery.registration import Registration, RegistrationOptions, register
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, whole

from ..unit.scenery import ground, town  # noqa: TID252 - the tests have no name of their own

SIDE, RIM = 340, 24
OPTIONS = RegistrationOptions(features=1500)
FEW = settings(
    max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
seeds = st.integers(0, 40)
shifts = st.tuples(st.integers(-12, 12), st.integers(-12, 12))
Image = NDArray[np.float32]


def pair(seed: int, dx: int, dy: int) -> tuple[Image, Image]:
    """Return two looks at one town, the second moved by (dx, dy) and under other light."""
    wide = town(SIDE + 60, SIDE + 60, seed=seed)
    other = wide + 0.15 * ground(SIDE + 60, SIDE + 60, seed=seed + 99)
    return (
        wide[30 : 30 + SIDE, 30 : 30 + SIDE],
        other[30 - dy : 30 - dy + SIDE, 30 - dx : 30 - dx + SIDE],
    )


def as_floats(image: Image) -> ArrayRaster:
    return ArrayRaster(grid=Grid.of_pixels(height=SIDE, width=SIDE), pixels=image[None])


def field(found: Registration) -> Image:
    return found.field.displacement(whole(found.field.grid))[:, RIM:-RIM, RIM:-RIM]


def aligned(before: Image, after: Image) -> Registration:
    return register(as_floats(before), as_floats(after), options=OPTIONS)


@FEW
@given(seed=seeds, shift=shifts, gain=st.floats(0.05, 20), offset=st.floats(-500, 500))
def test_gain_and_offset_change_nothing(
    seed: int, shift: tuple[int, int], gain: float, offset: float
) -> None:
    before, after = pair(seed, *shift)
    plain = aligned(before, after)
    brighter = aligned(before, np.float32(gain) * after + np.float32(offset))
    assert brighter.report.status == plain.report.status
    np.testing.assert_allclose(field(brighter), field(plain), atol=0.02)


@FEW
@given(seed=seeds, shift=shifts)
def test_the_other_way_round_is_the_way_back(seed: int, shift: tuple[int, int]) -> None:
    before, after = pair(seed, *shift)
    there, back = aligned(before, after), aligned(after, before)
    inner = np.random.default_rng(seed).uniform(40, SIDE - 40, (60, 2))
    again = back.field.to_after(there.field.to_after(inner))
    assert np.median(np.hypot(*(again - inner).T)) < 0.05
    assert np.hypot(*(again - inner).T).max() < 0.3


@FEW
@given(seed=seeds, shift=shifts, more=shifts)
def test_a_further_shift_adds_to_the_field(
    seed: int, shift: tuple[int, int], more: tuple[int, int]
) -> None:
    before, after = pair(seed, *shift)
    _, further = pair(seed, shift[0] + more[0], shift[1] + more[1])
    first, second = field(aligned(before, after)), field(aligned(before, further))
    apart = second - first - np.array(more, np.float32)[:, None, None]
    assert np.median(np.abs(apart)) < 0.02
    assert np.percentile(np.abs(apart), 99) < 0.15


@FEW
@given(seed=seeds, shift=shifts)
def test_the_same_question_has_the_same_answer(seed: int, shift: tuple[int, int]) -> None:
    before, after = pair(seed, *shift)
    first, second = aligned(before, after), aligned(before, after)
    assert first.report == second.report
    np.testing.assert_array_equal(first.field.knots, second.field.knots)


@FEW
@given(seed=seeds, shift=shifts)
def test_what_was_shifted_is_found(seed: int, shift: tuple[int, int]) -> None:
    found = aligned(*pair(seed, *shift))
    assert abs(found.report.shift_x_px - shift[0]) < 0.03
    assert abs(found.report.shift_y_px - shift[1]) < 0.03
