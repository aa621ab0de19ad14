import numpy as np
import pytest

from earthwork.simulate.terrain import fractal_noise, relief


@pytest.mark.parametrize("scale", [1.0, 3.0, 12.5, 90.0])
def test_noise_has_zero_mean_unit_spread_and_its_scale(scale: float) -> None:
    field = fractal_noise((1500, 1400), scales_px=[scale], rng=np.random.default_rng(5))
    assert field.shape == (1500, 1400)
    assert field.dtype == np.float32
    assert abs(field.mean()) < 0.2
    assert field.std() == pytest.approx(1.0, abs=0.2)
    lag = max(1, round(scale / 4))
    near = np.corrcoef(field[:-lag].ravel(), field[lag:].ravel())[0, 1]
    assert near > 0.7 if scale > 1 else abs(near) < 0.01


def test_relief_is_gentle() -> None:
    ground = relief((600, 600), gsd_m=0.5, rng=np.random.default_rng(1))
    slope = np.hypot(*np.gradient(ground, 0.5))
    assert 200 < ground.min() < ground.max() < 240
    assert np.percentile(slope, 99) < 0.1
