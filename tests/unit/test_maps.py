"""The map shows what was observed, rounds what the public sees, and is left out without a place."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import shapely
from PIL import Image
from shapely import LineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from earthwork.publishing.generalisation import generalised
from earthwork.publishing.maps import Backdrop, overview_map

from .brief_case import OBSERVATIONS, SCENES, lonlat, make_case, make_evidence


def _colours(png: bytes) -> set[str]:
    pixels = np.asarray(Image.open(io.BytesIO(png))).reshape(-1, 3).astype(np.int64)
    return {f"#{packed:06X}" for packed in np.unique(pixels @ [0x10000, 0x100, 1])}


BACKDROP = Backdrop(
    roads=(lonlat(LineString([(755, -50), (755, 950)])),),
    water=(
        lonlat(LineString([(1150, -50), (1100, 400), (1180, 950)])),
        lonlat(box(900, 0, 950, 90)),
    ),
    quarters=(
        ("Old Quarter", lonlat(box(50, 50, 700, 520))),
        ("Far", lonlat(box(9e3, 0, 9.1e3, 9))),
    ),
    credit="Roads: invented.",
)


@pytest.mark.parametrize("is_public", [True, False])
def test_the_map_shows_each_family_in_its_colour_and_repeats(*, is_public: bool) -> None:
    made = overview_map(make_evidence(), is_public=is_public, backdrop=BACKDROP)
    again = overview_map(make_evidence(), is_public=is_public, backdrop=BACKDROP)
    assert made is not None
    assert made == again
    assert {"#E69F00", "#CC79A7", "#0072B2", "#56B4E9", "#009E73"} <= _colours(made.png)
    assert made.caption.startswith("SIMULATED. Nahrabad: what was observed")
    assert ("rounded to 3 decimals" in made.caption) == is_public


def test_the_map_says_what_it_shows_to_those_who_cannot_see_it() -> None:
    made = overview_map(make_evidence(), is_public=False)
    assert made is not None
    assert "1, berm, about 320 m long (O-berm)" in made.alt_text
    assert "secret" not in made.alt_text
    assert "C-wait" not in made.alt_text


def test_a_case_without_place_has_no_map() -> None:
    pixels = tuple(replace(o, is_pixels=True) for o in OBSERVATIONS)
    nowhere = make_evidence(
        case=make_case(area=None), scenes=SCENES[2:], observations=pixels, claims=()
    )
    assert overview_map(nowhere, is_public=True) is None


def test_a_case_with_an_area_alone_has_an_empty_map() -> None:
    case = make_case(is_simulated=False)
    made = overview_map(
        make_evidence(case=case, scenes=(), observations=(), claims=()), is_public=False
    )
    assert made is not None
    assert "No observation has a place on it." in made.alt_text
    assert "Credit: none." in made.caption
    info = Image.open(io.BytesIO(made.png)).info
    assert info["Simulated"] == "no"


def test_a_wide_area_keeps_the_page_in_bounds() -> None:
    case = make_case(area=box(44.0, 34.9, 46.0, 34.95))
    made = overview_map(make_evidence(case=case), is_public=False)
    assert made is not None
    width, height = Image.open(io.BytesIO(made.png)).size
    assert width == 1600
    assert height < 1700


@pytest.mark.parametrize(
    "geometry",
    [
        Point(44.56789, 34.12345),
        LineString([(44.56712, 34.12345), (44.56999, 34.13345), (44.57123, 34.12345)]),
        box(44.56712, 34.12345, 44.57912, 34.13345),
        MultiPolygon([box(44.56712, 34.12345, 44.56999, 34.13345), box(45.1, 34.1, 45.2, 34.2)]),
        box(44.56712, 34.12345, 44.56713, 34.12346),
    ],
)
def test_public_coordinates_hold_three_decimals_and_no_more(geometry: BaseGeometry) -> None:
    coarse = generalised(geometry, digits=3)
    numbers = shapely.get_coordinates(coarse)
    assert len(numbers) > 0
    assert all(len(f"{n!r}".split(".")[1].rstrip(")")) <= 3 for n in numbers.ravel().tolist())
    assert coarse.distance(geometry) < 0.001
