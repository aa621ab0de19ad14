from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.radar.backscatter import ECHOES, GroundState, sigma0_table, weathered

MOMENT = datetime(2016, 9, 11, 15, 8, tzinfo=UTC)


def db(material: Material, state: GroundState, polarisation: str = "VV") -> float:
    table = sigma0_table(state, polarisations=(polarisation,))
    return float(10 * np.log10(table[0, material]))


def test_every_material_has_an_echo_at_its_own_value():
    assert set(ECHOES) == set(Material)
    assert [int(material) for material in Material] == list(range(len(Material)))


def test_materials_stand_in_their_order():
    usual = GroundState()
    dark_to_bright = [
        Material.WATER, Material.ASPHALT, Material.DUST, Material.SOIL, Material.CLEARED,
        Material.PLOUGHED, Material.TREE, Material.RUBBLE,
    ]  # fmt: skip
    levels = [db(material, usual) for material in dark_to_bright]
    assert levels == sorted(levels)


def test_vh_is_weaker_than_vv_everywhere():
    vv, vh = sigma0_table(GroundState())
    assert (vh < vv).all()


@pytest.mark.parametrize("polarisation", ["VV", "VH"])
def test_soil_brightens_with_moisture_and_paving_does_not(polarisation):
    dry, moist = GroundState(moisture=0.10), GroundState(moisture=0.20)
    rise = db(Material.SOIL, moist, polarisation) - db(Material.SOIL, dry, polarisation)
    assert rise == pytest.approx(2.5, abs=1e-3)
    assert db(Material.ASPHALT, moist, polarisation) == db(Material.ASPHALT, dry, polarisation)


def test_water_brightens_with_wind_within_what_is_measured():
    calm, windy = GroundState(wind_m_s=0.0), GroundState(wind_m_s=12.0)
    assert -25 < db(Material.WATER, calm) < -22
    assert -15 < db(Material.WATER, windy) < -12


def test_a_mown_field_looks_like_stubble():
    mown = GroundState(green=0.0)
    assert db(Material.GREEN, mown) == pytest.approx(db(Material.STUBBLE, mown))
    assert db(Material.GREEN, GroundState()) == pytest.approx(-11.5, abs=1e-3)


def test_bare_crowns_lose_vh_alone():
    bare, full = GroundState(leaf=0.5), GroundState()
    assert db(Material.TREE, bare) == db(Material.TREE, full)
    loss = db(Material.TREE, full, "VH") - db(Material.TREE, bare, "VH")
    assert loss == pytest.approx(1.5, abs=1e-3)


def test_a_strange_polarisation_is_refused():
    with pytest.raises(InvalidValue, match="HH"):
        sigma0_table(GroundState(), polarisations=("HH",))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"moisture": 0.9}, {"moisture": -0.1}, {"wind_m_s": -1.0}])
def test_weather_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidValue):
        GroundState(**wrong)


def test_the_same_pass_always_finds_the_same_weather():
    usual = GroundState(green=0.2, leaf=0.6)
    one = weathered(usual, moment=MOMENT, seed=3)
    assert one == weathered(usual, moment=MOMENT, seed=3)
    assert one != weathered(usual, moment=MOMENT, seed=4)
    assert (one.green, one.leaf) == (0.2, 0.6)


def test_it_rains_before_some_passes_and_drifts_before_the_others():
    passes = [MOMENT + timedelta(days=6 * number) for number in range(400)]
    found = [weathered(GroundState(moisture=0.12), moment=at, seed=3) for at in passes]
    moisture, wind = np.array([(state.moisture, state.wind_m_s) for state in found]).T
    rainy = moisture > 0.16
    assert rainy.mean() == pytest.approx(1 / 8, abs=0.05)
    assert moisture[~rainy].mean() == pytest.approx(0.12, abs=0.005)
    assert moisture.min() >= 0.05
    assert moisture.max() <= 0.40
    assert np.median(wind) == pytest.approx(4.0, rel=0.1)


def test_ground_that_is_wetter_than_rain_makes_it_stays_so():
    assert weathered(GroundState(moisture=0.5), moment=MOMENT, seed=3).moisture > 0.4
