"""Works in a picture: light, shadow, truth, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box, contains_xy

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind
from earthwork.simulate.inserting.backdrop import Backdrop, Ground
from earthwork.simulate.inserting.insertion import (
    InsertedWork,
    InsertionOptions,
    Label,
    insert,
    picture_frame,
    to_metres,
    to_pixels,
)
from earthwork.simulate.landscape import Bank, Block, Mound, Patch, Rubble, Shape
from earthwork.simulate.painting.materials import Material

GSD = 0.5
SIDE = 160
SUN = Angles(azimuth_deg=135.0, elevation_deg=40.0)


def backdrop(
    *, side: int = SIDE, bands: int = 1, full_scale: float = 255.0, gsd: float = GSD
) -> Backdrop:
    everywhere, nowhere = np.ones((side, side), bool), np.zeros((side, side), bool)
    return Backdrop(
        gsd_m=gsd,
        ground=Ground(bare=everywhere, open=everywhere, strips=nowhere),
        shadows=nowhere,
        shadow_level=np.full(bands, 0.4),
        blur_px=0.7,
        noise=np.full(bands, 0.5),
        contrasts=np.array([0.9, 1.1]),
        concrete=np.full(bands, 180.0),
        full_scale=full_scale,
    )


def plain(
    *, side: int = SIDE, bands: int = 1, dtype: type = np.uint8, level: float = 100
) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.round(rng.normal(level, 0.5, (bands, side, side))).astype(dtype)


def berm(*, azimuth_deg: float = 45.0, **changes: float) -> InsertedWork:
    """Return a straight berm through the middle, along a heading."""
    turn, middle = np.radians(azimuth_deg), SIDE * GSD / 2
    way = np.array([np.sin(turn), np.cos(turn)]) * 24
    line = LineString([(middle - way[0], middle - way[1]), (middle + way[0], middle + way[1])])
    bank = Bank(line=line, height_m=2.5, crest_m=1.0, base_m=7.0)
    return InsertedWork(id="berm", kind=Kind.BERM, banks=(replace(bank, **changes),))


def heap_work(name: str, kind: Kind, heap: Mound) -> InsertedWork:
    return InsertedWork(id=name, kind=kind, mounds=(heap,))


def rubble_work(outline: Polygon, *, depth_m: float) -> InsertedWork:
    heap = Rubble(outline=outline, depth_m=depth_m)
    return InsertedWork(id="rubble", kind=Kind.RUBBLE_ON_ROAD, rubble=(heap,))


def across(picture: np.ndarray, azimuth_deg: float, distances_m: np.ndarray) -> np.ndarray:
    """Return means along a berm at distances from its middle, towards an azimuth."""
    turn, middle = np.radians(azimuth_deg), SIDE / 2 - 0.5
    along = np.linspace(-24, 24, 97)
    column = middle + np.add.outer(distances_m / GSD * np.sin(turn), along * np.cos(turn))
    row = middle - np.add.outer(distances_m / GSD * np.cos(turn), -along * np.sin(turn))
    return picture[np.round(row).astype(int), np.round(column).astype(int)].mean(axis=1)


@pytest.mark.parametrize("azimuth", [30.0, 135.0, 200.0, 310.0])
def test_the_flank_towards_the_sun_is_bright_the_other_dark_and_a_shadow_follows(
    azimuth: float,
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=35)
    work = berm(azimuth_deg=azimuth + 90)
    seen = insert(plain(), works=[work], backdrop=backdrop(), sun=sun).pixels[0].astype(float)
    lit, dark, shadow, ground = across(seen, azimuth, np.array([2.2, -1.8, -4.0, -9.0]))
    assert lit > 1.2 * ground
    assert dark < 0.75 * ground
    assert shadow < 0.85 * ground
    assert ground == pytest.approx(100, abs=1)


@pytest.mark.parametrize("elevation", [25.0, 35.0])
def test_the_shadow_is_as_long_as_the_sun_says(elevation: float) -> None:
    height, sun = 2.5, Angles(azimuth_deg=180, elevation_deg=elevation)
    work = berm(azimuth_deg=90.0, crest_m=0.6, base_m=1.0, height_m=height)
    seen = insert(plain(), works=[work], backdrop=backdrop(), sun=sun).pixels[0].astype(float)
    distances = np.arange(0.0, 12.0, 0.1)
    profile = across(seen, 0, distances)
    darkest = profile[(distances > 1) & (distances < 2.0)].mean()
    end = distances[(distances > 1.5) & (profile > (100 + darkest) / 2)][0]
    expected = 0.3 + height / np.tan(np.radians(elevation))
    assert end == pytest.approx(expected, abs=0.5)


def test_a_trench_is_dark_towards_the_sun() -> None:
    work = berm(azimuth_deg=225.0, height_m=-2.0, base_m=4.0)
    told = insert(plain(), works=[work], backdrop=backdrop(), sun=SUN)
    seen = told.pixels[0].astype(float)
    near, far = across(seen, 135, np.array([0.9, -1.4]))
    assert near < 0.75 * far
    assert told.heights_m.min() == pytest.approx(-2, abs=0.25)
    assert Label.TRENCH in told.labels


def test_water_in_a_trench_is_dark() -> None:
    dry, wet = (
        insert(plain(), works=[berm(height_m=-2.0, crest_m=4.0, water=flag)], backdrop=backdrop(),
               sun=Angles(azimuth_deg=45, elevation_deg=60)).pixels[0].astype(float)
        for flag in (False, True)
    )  # fmt: skip
    assert across(wet, 135, np.array([0.0]))[0] < 0.7 * across(dry, 135, np.array([0.0]))[0]


def test_pixels_that_nothing_covers_or_shades_keep_their_values() -> None:
    before, work = plain(bands=3), berm()
    told = insert(before, works=[work], backdrop=backdrop(bands=3), sun=SUN)
    far = ~(np.isin(told.labels, [Label.BERM]) | _near(work, SUN))
    assert far.mean() > 0.5
    assert (told.pixels[:, far] == before[:, far]).all()
    assert (told.pixels != before).any()


def _near(work: InsertedWork, sun: Angles) -> np.ndarray:
    reach = work.outline.buffer(4.0 + work.tallest_m / np.tan(np.radians(sun.elevation_deg)))
    moved = to_pixels(reach, rows=SIDE, gsd_m=GSD)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return contains_xy(moved, columns + 0.5, rows + 0.5)


def test_heights_and_labels_are_the_works() -> None:
    told = insert(plain(), works=[berm()], backdrop=backdrop(), sun=SUN)
    assert told.heights_m.max() == pytest.approx(2.5, abs=0.25)
    area = (told.labels == Label.BERM).sum() * GSD**2
    assert area == pytest.approx(48 * 7.0 + np.pi * 3.5**2, rel=0.12)
    assert (told.heights_m[told.labels == 0] < 0.6).all()


def test_tiles_and_the_order_of_works_change_nothing() -> None:
    works = [
        berm(),
        heap_work("m", Kind.EARTH_MOUND, Mound(x=60, y=20, radius_m=3, height_m=2)),
        rubble_work(box(10, 60, 16, 66), depth_m=0.8),
    ]  # fmt: skip
    whole = insert(plain(), works=works, backdrop=backdrop(), sun=SUN, seed=4)
    small = insert(
        plain(), works=works, backdrop=backdrop(), sun=SUN, seed=4,
        options=InsertionOptions(tile_px=37),
    )  # fmt: skip
    assert (np.abs(whole.pixels.astype(int) - small.pixels.astype(int)) <= 1).all()
    assert (whole.pixels != small.pixels).mean() < 0.002
    again = insert(plain(), works=works[::-1], backdrop=backdrop(), sun=SUN, seed=4)
    assert (again.pixels == whole.pixels).all()
    other = insert(plain(), works=works, backdrop=backdrop(), sun=SUN, seed=5)
    assert (other.pixels != whole.pixels).any()


def test_blocks_take_the_picture_s_concrete_and_throw_shadows() -> None:
    block = Block(x=40, y=40, length_m=4, width_m=4, height_m=3, heading_deg=0)
    told = insert(
        plain(bands=3), works=[InsertedWork(id="b", kind=Kind.ROADBLOCK, blocks=(block,))],
        backdrop=backdrop(bands=3), sun=Angles(azimuth_deg=180, elevation_deg=45),
    )  # fmt: skip
    seen = told.pixels.astype(float)
    row, column = SIDE - 80, 80
    assert seen[:, row - 1 : row + 1, column - 1 : column + 1].mean() == pytest.approx(180, abs=6)
    assert seen[:, row - 8 : row - 6, column - 1 : column + 1].mean() < 60
    assert seen[:, row + 7 : row + 9, column].mean() == pytest.approx(100, abs=4)
    assert (told.labels == Label.BLOCK).sum() == pytest.approx(64, abs=10)


@pytest.mark.parametrize("shape", [Shape.JERSEY, Shape.TENT])
def test_sections_narrow_upwards(shape: Shape) -> None:
    block = Block(x=40, y=40, length_m=8, width_m=6, height_m=3, heading_deg=90, shape=shape)
    told = insert(
        plain(), works=[InsertedWork(id="b", kind=Kind.WALL, blocks=(block,))],
        backdrop=backdrop(), sun=Angles(azimuth_deg=180, elevation_deg=50),
    )  # fmt: skip
    profile = told.heights_m[SIDE - 86 : SIDE - 74, 80]
    assert profile.max() > 2.3
    assert profile[1] < 1.6


def test_mounds_and_craters() -> None:
    works = [
        heap_work("m", Kind.EARTH_MOUND, Mound(x=25, y=40, radius_m=4, height_m=2)),
        heap_work("c", Kind.CRATER, Mound(x=55, y=40, radius_m=4, height_m=-2)),
    ]  # fmt: skip
    told = insert(plain(), works=works, backdrop=backdrop(), sun=SUN)
    assert told.labels[SIDE - 80, 50] == Label.MOUND
    assert told.labels[SIDE - 80, 110] == Label.CRATER
    assert told.heights_m[SIDE - 80, 110] < -1.5


def test_a_decoy_is_turned_earth_without_height() -> None:
    patch = Patch(
        outline=LineString([(20, 20), (60, 60)]).buffer(3), material=Material.CLEARED, tone=1.15
    )
    told = insert(
        plain(),
        works=[InsertedWork(id="d", kind=None, patches=(patch,))],
        backdrop=backdrop(),
        sun=SUN,
    )
    inside = told.labels == Label.DECOY
    assert inside.sum() * GSD**2 == pytest.approx(patch.outline.area, rel=0.1)
    assert told.pixels[0][inside].mean() == pytest.approx(115, abs=3)
    assert not told.heights_m.any()
    assert told.works[0].is_decoy


def test_patches_take_blade_marks_and_roughness() -> None:
    patch = Patch(
        outline=box(20, 20, 60, 60), material=Material.WET, heading_deg=90, roughness_m=0.1
    )
    told = insert(
        plain(), works=[InsertedWork(id="p", kind=Kind.GROUND_CLEARED, patches=(patch,))],
        backdrop=backdrop(), sun=SUN,
    )  # fmt: skip
    inside = told.pixels[0, 50:110, 50:110].astype(float)
    assert inside.mean() == pytest.approx(72, abs=4)
    assert told.labels[80, 80] == Label.GROUND


def test_rubble_is_rough_and_partly_pale() -> None:
    work = rubble_work(box(30, 30, 50, 50), depth_m=1.0)
    told = insert(plain(), works=[work], backdrop=backdrop(), sun=SUN)
    inside = told.pixels[0][told.labels == Label.RUBBLE].astype(float)
    assert inside.std() > 10
    assert told.heights_m[80, 80] > 0.2


def test_a_razed_house_goes_with_its_shadow() -> None:
    before = plain()
    before[:, 70:90, 70:90] = 200
    before[:, 60:70, 70:90] = 40
    shadows = np.zeros((SIDE, SIDE), bool)
    shadows[60:70, 70:90] = True
    house = to_metres(box(70, 70, 90, 90), rows=SIDE, gsd_m=GSD)
    ground = backdrop()
    bare = ~shadows
    bare[68:92, 68:92] = False
    told = insert(
        before, works=[InsertedWork(id="h", kind=Kind.BUILDING_RAZED, razed=(house,))],
        backdrop=replace(ground, shadows=shadows, ground=replace(ground.ground, bare=bare)),
        sun=Angles(azimuth_deg=180, elevation_deg=45),
    )  # fmt: skip
    assert told.pixels[0, 60:90, 70:90].astype(float).mean() == pytest.approx(100, abs=2)
    assert (told.labels[72:88, 72:88] == Label.RAZED).all()


def test_the_picture_s_own_shadow_stays() -> None:
    before = plain()
    before[:, :, :70] = 40
    shadows = np.zeros((SIDE, SIDE), bool)
    shadows[:, :70] = True
    told = insert(
        before, works=[berm(azimuth_deg=90.0)], backdrop=replace(backdrop(), shadows=shadows),
        sun=Angles(azimuth_deg=180, elevation_deg=35),
    )  # fmt: skip
    lit = told.pixels[0, 82:86, 110].astype(float).mean()
    dark = told.pixels[0, 82:86, 50].astype(float).mean()
    assert dark < 0.5 * lit
    # The shadow of the berm does not darken what is in shadow already.
    assert told.pixels[0, 68:72, 40:60].astype(float).mean() > 30


@pytest.mark.parametrize(("dtype", "scale"), [(np.uint16, 4095.0), (np.float32, 1e6)])
def test_other_depths_keep_their_kind(dtype: type, scale: float) -> None:
    before = plain(dtype=dtype, level=1500)
    told = insert(before, works=[berm()], backdrop=backdrop(full_scale=scale), sun=SUN)
    assert told.pixels.dtype == dtype
    assert told.pixels.max() <= scale


def test_where_there_is_no_data_nothing_is_drawn() -> None:
    before, valid = plain(), np.ones((SIDE, SIDE), bool)
    valid[:, :80] = False
    told = insert(before, works=[berm()], backdrop=backdrop(), sun=SUN, valid=valid)
    assert (told.pixels[:, :, :80] == before[:, :, :80]).all()
    assert (told.pixels[:, :, 80:] != before[:, :, 80:]).any()


@pytest.mark.parametrize("bands", [1, 3])
def test_a_press_picture_s_changed_blocks_are_compressed_again(bands: int) -> None:
    before = plain(bands=bands)
    options = InsertionOptions(jpeg_quality=60)
    clean = insert(before, works=[berm()], backdrop=backdrop(bands=bands), sun=SUN)
    told = insert(before, works=[berm()], backdrop=backdrop(bands=bands), sun=SUN, options=options)
    changed = (told.pixels != before).any(axis=0)
    cells = changed.reshape(SIDE // 16, 16, SIDE // 16, 16).any(axis=(1, 3))
    assert 0 < cells.mean() < 0.7
    assert (told.pixels != clean.pixels).any()


def test_works_outside_the_picture_change_nothing() -> None:
    far = heap_work("x", Kind.EARTH_MOUND, Mound(x=900, y=900, radius_m=3, height_m=2))
    told = insert(plain(), works=[far], backdrop=backdrop(), sun=SUN)
    assert (told.pixels == plain()).all()
    assert (insert(plain(), works=[], backdrop=backdrop(), sun=SUN).pixels == plain()).all()


def test_a_backdrop_of_another_picture_is_refused() -> None:
    with pytest.raises(InvalidValue, match="backdrop"):
        insert(plain(side=80), works=[berm()], backdrop=backdrop(), sun=SUN)


def test_a_sun_below_the_horizon_is_refused() -> None:
    with pytest.raises(InvalidValue, match="sun"):
        insert(
            plain(),
            works=[berm()],
            backdrop=backdrop(),
            sun=Angles(azimuth_deg=0, elevation_deg=-3),
        )


def test_metres_and_pixels_are_each_other_s_inverse() -> None:
    spot = to_metres(Point(12, 30), rows=100, gsd_m=0.5)
    assert (spot.x, spot.y) == (6.0, 35.0)
    back = to_pixels(spot, rows=100, gsd_m=0.5)
    assert (back.x, back.y) == (12.0, 30.0)
    assert picture_frame((1, 10, 20), gsd_m=2).shape == (10, 20)
