import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthwork.simulate.radar.speckle import look_weights


@given(st.floats(min_value=1.0, max_value=60.0))
def test_weights_average_to_the_looks_asked_for(looks):
    weights = look_weights(looks).astype(float)
    assert weights.sum() == pytest.approx(1.0, abs=1e-5)
    assert 1.0 / (weights**2).sum() == pytest.approx(looks, rel=1e-4)
    assert (weights >= 0).all()
