"""Turns of slots are whole spans of time, and hashes are even."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earthwork.simulate.ordinary.lifetimes import hashed, turns


@given(
    days=st.floats(0, 20_000),
    later=st.floats(0, 500),
    length=st.floats(0.05, 900),
    phase=st.floats(0, 1),
)
def test_turns_only_rise_and_last_their_length(days, later, length, phase):
    first, second = (
        int(turns(moment, length=np.array([length]), phase=np.array([phase]))[0])
        for moment in (days, days + later)
    )
    assert first <= second
    assert abs((second - first) - later / length) <= 1 + 1e-6


@given(seed=st.integers(0, 2**62), turn=st.integers(-(2**31), 2**31))
def test_hashes_are_even_and_belong_to_their_numbers(seed, turn):
    slots = np.arange(400, dtype=np.uint64) + np.uint64(seed)
    values = hashed(slots, turn, 1)
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(values.mean() - 0.5) < 0.09
    assert (hashed(slots[7:9], turn, 1) == values[7:9]).all()
    assert (hashed(slots, turn, 2) != values).any()
