"""Plates show two pictures at one scale, say what is not known, and repeat byte for byte."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from math import pi

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from pyproj import CRS
from shapely import LineString, Point, box

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, Window
from earthwork.model.interval import UNKNOWN_CAPTURE, Capture, Interval
from earthwork.model.raster import ArrayRaster, Pixels, whole
from earthwork.model.scene import Licence
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.publishing.captions import alt_text, credit_line, plate_caption
from earthwork.publishing.marks import candidate_marks, marks_of, on_page
from earthwork.publishing.plates import (
    PLATE_WIDTH_PX,
    Plate,
    before_after_plate,
    comparison_plate,
    north_angle,
)
from earthwork.publishing.sheets import Sheet, Type, printable, text_width, wrapped
from earthwork.publishing.symbols import BUILDINGS_LOST, STANDING, SYMBOLS, symbol_of
from earthwork.publishing.thumbnails import decimated, frame_of, page_grid

from .brief_case import CANDIDATES, GRID, OBSERVATIONS, SCENES, UTM, make_scene, rasters

BEFORE, AFTER = rasters()
MARKS = marks_of(OBSERVATIONS)
PIXEL_GRID = Grid.of_pixels(height=90, width=120)


def _small(grid: Grid = PIXEL_GRID, *, bands: int = 1, seed: int = 1) -> ArrayRaster:
    rng = np.random.default_rng(seed)
    return ArrayRaster(grid=grid, pixels=rng.integers(1, 255, (bands, *grid.shape), dtype=np.uint8))


def _read(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.fixture(scope="module")
def plate() -> Plate:
    return before_after_plate(
        BEFORE, AFTER, scenes=SCENES[:2], marks=MARKS, title="The southern edge", place="Nahrabad"
    )


def test_a_plate_carries_its_captions_and_evidence(plate: Plate) -> None:
    assert plate.caption == (
        "SIMULATED. The southern edge, Nahrabad. Left: 14 Aug 2031, Synthetic pan, 0.5 m per pixel;"
        " Right: 31 Oct 2031, Synthetic pan, 0.5 m per pixel."
        " Credit: The Earthwork developers (CC0)."
    )
    assert plate.evidence == tuple(o.id for o in OBSERVATIONS)
    assert plate.scenes == ("before", "after")
    assert "1, berm, about 320 m long (O-berm)" in plate.alt_text


def test_a_plate_is_as_wide_as_the_page_and_repeats(plate: Plate) -> None:
    again = before_after_plate(
        BEFORE, AFTER, scenes=SCENES[:2], marks=MARKS, title="The southern edge", place="Nahrabad"
    )
    assert _read(plate.png).shape[1] == PLATE_WIDTH_PX
    assert again.png == plate.png


def test_the_file_names_credit_and_simulation_and_nothing_else(plate: Plate) -> None:
    about = Image.open(io.BytesIO(plate.png)).info
    assert about["Copyright"] == "The Earthwork developers (CC0)"
    assert about["Simulated"] == "yes"
    assert set(about) == {"Title", "Copyright", "Simulated", "Software"}


def test_a_simulated_plate_wears_a_band(plate: Plate) -> None:
    real = [replace(s, is_simulated=False) for s in SCENES[:2]]
    plain = before_after_plate(BEFORE, AFTER, scenes=real, title="The southern edge")
    assert tuple(_read(plate.png)[4, 1500]) == (0x8A, 0, 0)
    assert tuple(_read(plain.png)[4, 1500]) == (255, 255, 255)
    assert "SIMULATED" not in plain.caption
    assert b"Simulated\x00\x00\x00\x00\x00no" in plain.png


def test_two_frames_of_one_ground_are_pixel_equal_where_nothing_changed() -> None:
    real = [replace(s, is_simulated=False) for s in SCENES[:2]]
    shown = _read(before_after_plate(BEFORE, BEFORE, scenes=real, title="Same").png)
    strip = shown[300:500]
    assert (strip[:, 40:700] == strip[:, 40 + 784 : 700 + 784]).all()


def test_one_picture_makes_a_plate_of_its_own() -> None:
    single = before_after_plate(
        None, AFTER, scenes=SCENES[1:2], marks=MARKS, title="Ground cleared",
        window=Window(row=150, column=200, height=300, width=400),
    )  # fmt: skip
    assert "Picture: 31 Oct 2031" in single.caption
    assert single.evidence == ("O-clear", "O-razed-1", "O-razed-2")


def test_each_picture_needs_its_scene() -> None:
    with pytest.raises(InvalidValue, match="1 scenes for 2 pictures"):
        before_after_plate(BEFORE, AFTER, scenes=SCENES[:1], title="x")


def test_candidates_are_kept_apart_and_said() -> None:
    waiting = candidate_marks(CANDIDATES[1:], grid=GRID, first=9)
    plate = before_after_plate(BEFORE, AFTER, scenes=SCENES[:2], marks=waiting, title="x")
    assert plate.candidates == ("C-wait",)
    assert plate.evidence == ()
    assert "9, not reviewed: trench, about 150 m long (C-wait)" in plate.alt_text


def test_an_outline_is_drawn_round_what_was_seen() -> None:
    window = Window(row=150, column=200, height=300, width=420)
    bare = before_after_plate(None, AFTER, scenes=SCENES[1:2], title="x", window=window)
    drawn = before_after_plate(
        None, AFTER, scenes=SCENES[1:2], marks=MARKS[1:2], title="x", window=window
    )
    first, second = _read(bare.png), _read(drawn.png)
    differs = (first[:1000] != second[:1000]).any(axis=2)
    assert 0.005 < differs.mean() < 0.08
    colour = np.array([0xCC, 0x79, 0xA7])
    assert (second[:1000] == colour).all(axis=2).sum() > 500


def test_pixel_observations_are_drawn_only_on_pictures_without_place() -> None:
    seen = replace(OBSERVATIONS[0], geometry=box(10, 10, 40, 30), is_pixels=True)
    (mark,) = marks_of([seen])
    assert on_page(mark, GRID) is None
    doubled = page_grid(PIXEL_GRID, whole(PIXEL_GRID), width=240)
    placed = on_page(mark, doubled)
    assert placed is not None
    assert placed.bounds == (20, 20, 80, 60)


def test_unlike_sensors_get_their_own_contrast() -> None:
    unlike = [SCENES[0], replace(SCENES[1], sensor="Another")]
    dim = ArrayRaster(grid=GRID, pixels=(AFTER.pixels // 8).astype(np.uint16))
    own = before_after_plate(AFTER, dim, scenes=unlike, title="x")
    shared = before_after_plate(AFTER, dim, scenes=SCENES[:2], title="x")
    chosen = before_after_plate(AFTER, dim, scenes=SCENES[:2], title="x", stretch="own")
    inside = (slice(300, 500), slice(900, 1400))
    assert _read(own.png)[inside].mean() > 3 * _read(shared.png)[inside].mean()
    assert _read(chosen.png)[inside].mean() > 3 * _read(shared.png)[inside].mean()


def test_a_shifted_grid_is_drawn_on_the_ground_of_the_first() -> None:
    window = Window(row=100, column=200, height=700, width=900)
    moved = ArrayRaster(grid=GRID.cropped(window), pixels=AFTER.pixels[:, 100:800, 200:1100])
    page = page_grid(GRID, whole(GRID), width=1200)
    frame = frame_of(moved, page)
    assert not frame.valid[:95].any()
    assert frame.valid[105:795, 205:1095].all()
    inner = (slice(110, 790), slice(210, 1090))
    assert np.abs(frame.pixels[0][inner] - AFTER.pixels[0][inner]).max() < 1e-3


def test_another_reference_system_is_met_on_the_ground() -> None:
    west = CRS.from_epsg(32637)
    page = page_grid(GRID, whole(GRID), width=300)
    x, y = 1_007_000.0, 3_870_000.0
    far = ArrayRaster(
        grid=Grid(height=40, width=40, transform=Affine(0.5, 0, x, 0, -0.5, y), crs=west),
        pixels=np.ones((1, 40, 40), dtype=np.uint8),
    )
    assert not frame_of(far, page).valid.any()


def test_a_placed_and_an_unplaced_picture_do_not_share_a_page() -> None:
    with pytest.raises(InvalidValue, match="without place"):
        frame_of(_small(), GRID)


@dataclass
class _Counting:
    """A raster of ramps that notes the largest window asked of it."""

    grid: Grid
    largest: int = 0

    @property
    def bands(self) -> int:
        return 1

    def read(self, window: Window) -> Pixels:
        self.largest = max(self.largest, window.height * window.width)
        return np.full((1, window.height, window.width), 7, dtype=np.uint8)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        return np.ones((window.height, window.width), dtype=bool)


def test_a_huge_raster_is_read_in_strips() -> None:
    huge = _Counting(grid=Grid.of_pixels(height=6_000, width=9_000))
    frame = frame_of(huge, page_grid(huge.grid, whole(huge.grid), width=300))
    assert huge.largest <= 4_000_000
    assert frame.pixels.shape == (1, 200, 300)
    assert (frame.pixels == 7).all()


def test_blocks_are_means_of_their_valid_pixels() -> None:
    pixels = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    pixels[0, 0, 0] = np.nan
    mask = np.ones((4, 6), dtype=bool)
    mask[0, :2] = mask[1, 0] = False
    raster = ArrayRaster(grid=Grid.of_pixels(height=4, width=6), pixels=pixels, mask=mask)
    means, valid = decimated(raster, whole(raster.grid), factor=2)
    assert means[0, 0, 0] == 7
    assert means[0, 1, 2] == np.mean([16, 17, 22, 23])
    assert valid.tolist() == [[False, True, True], [True, True, True]]


def test_ground_without_data_is_grey_and_said() -> None:
    mask = np.ones(GRID.shape, dtype=bool)
    mask[:, :600] = False
    holed = ArrayRaster(grid=GRID, pixels=AFTER.pixels, mask=mask)
    real = [replace(SCENES[1], is_simulated=False)]
    shown = _read(before_after_plate(None, holed, scenes=real, title="x").png)
    assert tuple(shown[400, 300]) == (214, 214, 214)


def test_an_empty_picture_still_makes_a_plate() -> None:
    nothing = ArrayRaster(grid=GRID, pixels=AFTER.pixels, mask=np.zeros(GRID.shape, dtype=bool))
    assert before_after_plate(None, nothing, scenes=SCENES[1:2], title="x").png


def test_a_quick_comparison_says_all_that_it_lacks() -> None:
    made = comparison_plate(
        _small(), _small(seed=2), before_capture=UNKNOWN_CAPTURE, after_capture=UNKNOWN_CAPTURE
    )
    asked = " ".join(made.missing)
    for flag in ("--before-date", "--after-date", "--credit", "--place", "--gsd-m"):
        assert flag in asked
    assert "no place on the ground" in asked
    assert "date unknown, pixel size unknown" in made.caption
    assert "Credit: not stated (terms not stated)" in made.caption
    assert made.alt_text.endswith("Nothing is outlined.")


def test_a_full_comparison_lacks_nothing() -> None:
    made = comparison_plate(
        BEFORE, AFTER, before_capture=SCENES[0].capture, after_capture=SCENES[1].capture,
        credit="© A Maker", place="Nahrabad",
    )  # fmt: skip
    assert made.missing == ()


def test_swapped_dates_are_noticed() -> None:
    made = comparison_plate(
        BEFORE, AFTER, before_capture=SCENES[1].capture, after_capture=SCENES[0].capture,
        credit="© A Maker", place="Nahrabad",
    )  # fmt: skip
    assert made.missing == ("The first picture is the later one: swap the two.",)


@pytest.mark.parametrize(
    ("first_gsd", "second", "second_width"),
    [
        (1.0, Grid.of_pixels(height=45, width=60, gsd_m=2.0), 768),
        (1.0, Grid.of_pixels(height=45, width=60, gsd_m=1.0), 384),
        (1.0, Grid.of_pixels(height=90, width=120, gsd_m=0.5), 384),
        (1.0, Grid.of_pixels(height=90, width=240, gsd_m=1.0), 768),
    ],
)
def test_unplaced_pictures_of_unequal_pixels_are_brought_to_one_scale(
    first_gsd: float, second: Grid, second_width: int
) -> None:
    first = Grid.of_pixels(height=90, width=120, gsd_m=first_gsd)
    unknown = UNKNOWN_CAPTURE
    made = comparison_plate(
        _small(first), _small(second), before_capture=unknown, after_capture=unknown
    )
    row = _read(made.png)[200, 24 + 784 : 1576]
    grey = np.flatnonzero((row != 255).any(axis=1))
    assert abs((np.ptp(grey) + 1) - second_width) <= 12


def test_colour_pictures_keep_their_colours() -> None:
    red = np.zeros((3, 90, 120), dtype=np.uint8)
    red[0], red[0, :, :60] = 250, 5
    raster = ArrayRaster(grid=PIXEL_GRID, pixels=red)
    scene = make_scene("after", date(2031, 10, 31), grid=PIXEL_GRID, is_simulated=False)
    shown = _read(before_after_plate(None, raster, scenes=[scene], title="x").png)
    assert tuple(shown[400, 1400]) == (255, 0, 0)


@pytest.mark.parametrize("turn_deg", [0.0, 30.0, -75.0])
def test_north_turns_with_the_grid(turn_deg: float) -> None:
    # On the central meridian grid north is true north.
    turned = (
        Affine.translation(500_000, 3_860_000) @ Affine.rotation(turn_deg) @ Affine.scale(1, -1)
    )
    grid = Grid(height=10, width=10, transform=turned, crs=UTM)
    angle = north_angle(grid)
    assert angle is not None
    assert angle == pytest.approx(turn_deg * pi / 180, abs=2e-3)


def test_north_of_a_picture_without_place_is_unknown() -> None:
    assert north_angle(PIXEL_GRID) is None


def test_captions_of_none_and_of_many() -> None:
    three = [SCENES[0], SCENES[1], SCENES[2]]
    assert "Frame 3: date unknown" in plate_caption("works", scenes=three)
    assert credit_line(three) == "The Earthwork developers (CC0)"
    other = replace(SCENES[0], licence=Licence(credit="B", terms="CC BY 4.0"))
    assert credit_line([SCENES[1], other]).endswith("; B (CC BY 4.0)")
    assert alt_text("x", scenes=SCENES[:1], things=()).startswith("SIMULATED. Satellite picture: x")
    assert plate_caption("Works in Town", scenes=[], place="Town").startswith("Works in Town.")


def test_long_words_and_unknown_letters_are_drawn_as_well_as_can_be() -> None:
    kind = Type(size_px=20)
    lines = wrapped("a " + "w" * 90 + " end", kind, width=200)
    assert "".join(lines).replace(" ", "") == "a" + "w" * 90 + "end"
    assert all(text_width(line, kind) <= 200 for line in lines)
    assert printable("a\n 漢 \u2068$x$\u2069") == "a ? $x$"


def test_many_and_three_figure_numbers_fit() -> None:
    many = [
        replace(
            OBSERVATIONS[0], id=f"O-{n}", geometry=OBSERVATIONS[0].geometry.buffer(1e-5 * (n + 1))
        )
        for n in range(12)
    ]
    marks = [replace(m, number=m.number + 95) for m in marks_of(many)]
    plate = before_after_plate(None, AFTER, scenes=SCENES[1:2], marks=marks, title="x")
    assert len(plate.evidence) == 12


def test_every_kind_has_its_symbol() -> None:
    assert set(SYMBOLS) == set(Kind)
    assert symbol_of(None, BuildingState.STANDING) is STANDING
    assert symbol_of(None, BuildingState.RAZED) is BUILDINGS_LOST
    assert len({s.hatch for s in SYMBOLS.values()}) == len({s.marker for s in SYMBOLS.values()})


def test_dollar_signs_are_not_mathematics() -> None:
    scene = make_scene(
        "after", None, capture=Capture(interval=Interval.of_day(date(2031, 1, 1)), source="x"),
        licence=Licence(credit="$\\frac{", terms="%$#"), sensor="a very long sensor name " * 6,
    )  # fmt: skip
    plate = before_after_plate(None, AFTER, scenes=[scene], title="Cost: $5 and $\\alpha")
    assert "$\\frac{" in plate.caption


def test_a_sheet_may_be_drawn_on_by_hand() -> None:
    sheet = Sheet(width=40, height=20)
    sheet.band(left=0, top=0, width=20, height=20, colour="#000000")
    shown = _read(sheet.png(about={}))
    assert shown.shape == (20, 40, 3)
    assert tuple(shown[10, 5]) == (0, 0, 0)
    assert tuple(shown[10, 35]) == (255, 255, 255)


def test_points_and_far_lines() -> None:
    far = replace(OBSERVATIONS[0], geometry=LineString([(10, 10), (11, 10)]))
    near = replace(OBSERVATIONS[7], geometry=Point(44.5644, 34.8795))
    plate = before_after_plate(
        None, AFTER, scenes=SCENES[1:2], marks=marks_of([far, near]), title="x"
    )
    assert plate.evidence == ("O-camp",)
