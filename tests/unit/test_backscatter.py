from datetime import UTC, datetime

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.backscatter import ECHOES, GroundState, ground_state, sigma0_table
from earthwork.simulate.landscape import Season
from earthwork.simulate.materials import Material

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


def test_dark_soil_is_moist_and_the_same_pass_finds_the_same_weather():
    dry = ground_state(Season(soil=1.0), moment=MOMENT, seed=3)
    moist = ground_state(Season(soil=0.75), moment=MOMENT, seed=3)
    assert moist.moisture - dry.moisture == pytest.approx(0.15)
    assert moist == ground_state(Season(soil=0.75), moment=MOMENT, seed=3)
    assert ground_state(Season(), moment=MOMENT, seed=4).wind_m_s != dry.wind_m_s


def test_growth_follows_the_season():
    state = ground_state(Season(green=0.2, leaf=0.6), moment=MOMENT, seed=3)
    assert (state.green, state.leaf) == (0.2, 0.6)
