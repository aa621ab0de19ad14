from __future__ import annotations

import pytest
from pyproj import CRS

from earthwork.errors import WrongReference
from earthwork.io.reference_fit import are_degrees, require_fit, spoken, swapped, utm_crs


@pytest.mark.parametrize(
    ("longitude", "latitude", "epsg"),
    [(-180, 0, 32601), (179.99, 5, 32660), (180, -5, 32701), (36.2, 36.3, 32637), (3, -1, 32731)],
)
def test_zone(longitude: float, latitude: float, epsg: int) -> None:
    assert utm_crs(longitude, latitude).to_epsg() == epsg


@pytest.mark.parametrize(
    ("bounds", "epsg"),
    [
        ((36.1, 36.0, 36.3, 36.4), 4326),
        ((226_337, 3_610_403, 231_472, 3_615_880), 32637),
        ((4_800_000, 4_200_000, 4_810_000, 4_210_000), 3857),
        ((175, -20, 185, -10), 4326),
        ((1_800_000, 5_400_000, 1_810_000, 5_410_000), 2193),
    ],
)
def test_what_fits(bounds: tuple[float, float, float, float], epsg: int) -> None:
    require_fit(bounds, CRS.from_epsg(epsg), where="x")


def test_system_of_neither_kind_and_system_without_area_of_use_are_left_alone() -> None:
    require_fit((0, 0, 5e6, 5e6), CRS.from_epsg(4978), where="x")
    own = CRS.from_proj4("+proj=laea +lat_0=36 +lon_0=43 +ellps=WGS84")
    require_fit((100_000, 100_000, 101_000, 101_000), own, where="x")


def test_message_names_the_zone_where_the_place_is_known() -> None:
    bounds = (226_337.0, 3_610_403.0, 231_472.0, 3_615_880.0)
    with pytest.raises(WrongReference) as caught:
        require_fit(bounds, CRS.from_epsg(4326), where="daraa.gpkg", near=(36.1, 32.6))
    assert "EPSG:32637" in caught.value.choices[0]
    assert str(caught.value).startswith("daraa.gpkg: its coordinates (x 226337")


def test_numbers_only() -> None:
    with pytest.raises(WrongReference, match="not numbers"):
        require_fit((0, 0, float("inf"), 1), CRS.from_epsg(4326), where="x")
    assert not are_degrees((0, -91, 1, 1))
    assert swapped((1, 2, 3, 4)) == (2, 1, 4, 3)
    assert spoken((1, 2, 3, 4)) == "x 1 to 3, y 2 to 4"
