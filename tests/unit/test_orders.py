"""Words of an order become a city, a camera, a season."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.camera.sensor import CAMERAS
from earthwork.simulate.orders import (
    resolve_camera,
    resolve_city,
    resolve_misplacement,
    resolve_season,
    season_of,
)
from earthwork.simulate.scenario import CityOrder, SceneOrder, SeasonOrder

SCENE = SceneOrder(id="a", captured=datetime(2031, 8, 13, 8, tzinfo=UTC))


def test_cities_by_style_and_seed() -> None:
    assert resolve_city(CityOrder(style="nahrabad", side_m=300)).name == "Nahrabad"
    oasis = resolve_city(CityOrder(style="oasis", side_m=300, seed=3, name="El Rasha"))
    assert (oasis.style, oasis.name) == ("oasis", "El Rasha")
    assert resolve_city(CityOrder(side_m=300, seed=3)).side_m == 300
    with pytest.raises(InvalidValue, match="no style") as caught:
        resolve_city(CityOrder(style="moon"))
    assert "oasis" in caught.value.choices


def test_a_camera_is_a_preset_with_changes() -> None:
    assert resolve_camera(SCENE) == CAMERAS["vhr-rgb-50cm"]
    changed = resolve_camera(replace(SCENE, camera="press-jpeg", gsd_m=0.6, jpeg_quality=50))
    assert (changed.gsd_m, changed.jpeg_quality) == (0.6, 50)
    assert changed.gamma == CAMERAS["press-jpeg"].gamma
    with pytest.raises(InvalidValue, match="no camera"):
        resolve_camera(replace(SCENE, camera="eye"))
    with pytest.raises(InvalidValue, match="bits"):
        resolve_camera(replace(SCENE, camera="press-jpeg", bits=12))


def test_misplacement() -> None:
    placed = resolve_misplacement(
        replace(SCENE, shift_px=(2.4, -1.7), rotation_deg=0.1, local_px=1)
    )
    assert (placed.shift_x_px, placed.shift_y_px) == (2.4, -1.7)
    assert (placed.rotation_deg, placed.local_px) == (0.1, 1)


def test_the_season_follows_the_date_and_the_order() -> None:
    summer = resolve_season(SCENE, latitude=35)
    assert summer.soil == 1
    assert summer.ploughed == 0
    wet = resolve_season(replace(SCENE, season=SeasonOrder(soil=0.8, green=0.1)), latitude=35)
    assert (wet.soil, wet.green) == (0.8, 0.1)
    assert wet.leaf == summer.leaf


def test_the_year_turns_and_the_south_is_half_a_year_late() -> None:
    months = [season_of(datetime(2031, m, 15, tzinfo=UTC), latitude=35) for m in range(1, 13)]
    greens = [season.green for season in months]
    assert greens.index(max(greens)) in {2, 3}
    assert min(season.leaf for season in months) == months[0].leaf or months[11].leaf
    assert months[10].ploughed > months[8].ploughed > months[6].ploughed == 0
    south = season_of(datetime(2031, 2, 12, tzinfo=UTC), latitude=-35)
    assert south.soil == pytest.approx(1, abs=0.01)
