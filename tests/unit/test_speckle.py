import numpy as np
import pytest
from scipy.stats import gamma, kstest

from earthwork.errors import InvalidValue
from earthwork.simulate.radar.speckle import (
    Response,
    expected_power,
    impulse_response,
    look_weights,
    speckled,
)

LOOK = (float(np.sin(np.radians(78))), float(np.cos(np.radians(78))))


def response(resolution_m=(20.0, 22.0), look=LOOK) -> Response:
    return impulse_response(cell_m=5.0, step=2, resolution_m=resolution_m, look=look)


def even_ground(pixels: int, level: float, of: Response) -> tuple[np.ndarray, np.ndarray]:
    shape = (pixels * of.step + 2 * of.pad,) * 2
    return np.full(shape, level, dtype=np.float32), np.zeros(shape, dtype=np.complex64)


def picture(*, looks=4.4, pixels=240, seed=1, of=None) -> np.ndarray:
    of = of or response()
    rng = np.random.default_rng(seed)
    return speckled(*even_ground(pixels, 0.05, of), response=of, looks=looks, rng=rng)


@pytest.mark.parametrize("looks", [1.0, 2.5, 4.4, 10.0])
def test_the_equivalent_number_of_looks_is_as_stated(looks):
    power = picture(looks=looks)
    assert power.mean() ** 2 / power.var() == pytest.approx(looks, rel=0.10)


def test_the_mean_is_kept():
    assert picture().mean() == pytest.approx(0.05, rel=0.02)


def test_power_follows_a_gamma_distribution():
    apart = picture(pixels=300)[::6, ::6].ravel()
    assert kstest(apart, gamma(4.4, scale=0.05 / 4.4).cdf).pvalue > 0.01


def test_the_grain_is_as_wide_as_the_resolution_makes_it():
    # The autocorrelation of power is the squared autocorrelation of a Gaussian response.
    flicker = picture(pixels=300, of=response((20.0, 30.0), look=(1.0, 0.0)))
    flicker = flicker / flicker.mean() - 1
    for lag in (1, 2, 3):
        in_range = (flicker[:, lag:] * flicker[:, :-lag]).mean() / flicker.var()
        in_azimuth = (flicker[lag:] * flicker[:-lag]).mean() / flicker.var()
        assert in_range == pytest.approx(0.25 ** ((10 * lag / 20) ** 2), abs=0.04)
        assert in_azimuth == pytest.approx(0.25 ** ((10 * lag / 30) ** 2), abs=0.04)


def test_passes_are_independent():
    one, other = picture(seed=1).ravel(), picture(seed=2).ravel()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_a_point_is_as_wide_at_half_its_power_as_the_resolution():
    of = response((20.0, 40.0), look=(0.0, 1.0))
    scattered, lasting = even_ground(41, 0.0, of)
    middle = scattered.shape[0] // 2
    scattered[middle, middle] = 1.0
    power = expected_power(scattered, lasting, response=of)
    peak = power[19:22, 19:22].max()
    assert (power[:, 20] > 0.5 * peak).sum() * 10 == pytest.approx(20, abs=10)
    assert (power[20] > 0.5 * peak).sum() * 10 == pytest.approx(40, abs=10)


def test_a_wave_that_lasts_does_not_flicker():
    of = response()
    scattered, lasting = even_ground(20, 0.0, of)
    lasting[:] = 0.3 + 0.4j
    power = speckled(scattered, lasting, response=of, looks=4.4, rng=np.random.default_rng(0))
    assert power == pytest.approx(expected_power(scattered, lasting, response=of), rel=1e-4)


def test_the_expected_power_is_the_mean_of_many_pictures():
    of = response()
    rng = np.random.default_rng(5)
    scattered, lasting = even_ground(12, 0.1, of)
    lasting += 0.3 * np.exp(2j * np.pi * rng.random(lasting.shape)).astype(np.complex64)
    many = [speckled(scattered, lasting, response=of, looks=4.4, rng=rng) for _ in range(80)]
    expected = expected_power(scattered, lasting, response=of)
    assert np.mean(many, axis=0) == pytest.approx(expected, rel=0.3)
    assert np.mean(many) == pytest.approx(float(expected.mean()), rel=0.02)


def test_less_than_one_look_is_refused():
    with pytest.raises(InvalidValue, match="looks"):
        look_weights(0.5)
