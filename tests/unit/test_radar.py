from dataclasses import replace
from datetime import datetime, timedelta
from math import radians, tan

import numpy as np
import pytest
from scipy.stats import gamma, kstest

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.ground import DATUM_M
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.radar import imaging as radar
from earthwork.simulate.radar.backscatter import GroundState
from earthwork.simulate.radar.imaging import Hidden, RadarOptions, Visit, radar_image, radar_stack
from earthwork.simulate.radar.orbit import ASCENDING, DESCENDING

from .radar_ground import MOMENT, houses, level, painted

PLAIN = RadarOptions(texture_db=0.0, calibration_db=0.0, corner_db=0.0, lasting=0.0)
"""Nothing but speckle is drawn."""
CORE = np.s_[..., 23:37, 23:37]
"""The middle 140 m of 600 m: inside what may be razed."""
EDGE = np.s_[..., 3:15, 8:52]
"""Houses that always stand."""


def taken(paint, *, side_m=600.0, orbit=ASCENDING, moment=MOMENT, options=PLAIN, seed=7, **more):
    return radar_image(
        paint, side_m=side_m, orbit=orbit, moment=moment, options=options, seed=seed, **more
    )


def db(power) -> float:
    return float(10 * np.log10(np.mean(power)))


def test_even_ground_has_its_level_its_looks_and_a_gamma_distribution():
    image = taken(level(Material.SOIL), side_m=2000.0)
    noise = 10 ** (PLAIN.noise_db / 10)
    for band, stated in enumerate((-13.0, -21.0)):
        power = image.backscatter[band]
        mean = 10 ** (stated / 10) + noise
        assert power.mean() == pytest.approx(mean, rel=0.02)
        assert power.mean() ** 2 / power.var() == pytest.approx(PLAIN.looks, rel=0.10)
        drawn = gamma(PLAIN.looks, scale=mean / PLAIN.looks)
        assert kstest(power[::6, ::6].ravel(), drawn.cdf).pvalue > 0.01


def test_a_picture_lies_on_pixels_of_the_scene():
    image = taken(level(Material.SOIL), side_m=205.0)
    assert image.backscatter.shape == image.expected.shape == (2, 21, 21)
    assert image.hidden.shape == (21, 21)
    assert image.backscatter.dtype == np.float32
    assert image.hidden.dtype == np.uint8


@pytest.mark.parametrize("orbit", [ASCENDING, DESCENDING])
@pytest.mark.parametrize("height", [15.0, 30.0])
def test_a_height_is_displaced_by_its_layover_within_half_a_pixel(orbit, height):
    def heap(x, y):
        inside = (abs(x - 300) < 10) & (abs(y - 300) < 10)
        return (
            np.where(inside, height, 0.0),
            0 * x,
            np.where(inside, Material.RUBBLE, Material.WATER),
        )

    image = taken(painted(heap), orbit=orbit)
    power = image.expected[0] - np.median(image.expected[0])
    power[power < 0.2 * power.max()] = 0
    rows, columns = np.indices(power.shape) + 0.5
    east = (power * columns).sum() / power.sum() * 10
    north = 600 - (power * rows).sum() / power.sum() * 10
    nearer = height / tan(radians(orbit.incidence_deg))
    assert east == pytest.approx(300 - nearer * orbit.look[0], abs=5.0)
    assert north == pytest.approx(300 - nearer * orbit.look[1], abs=5.0)


def test_a_model_of_the_ground_takes_its_displacement_away():
    def plateau(x, y):
        inside = (abs(x - 300) < 10) & (abs(y - 300) < 10)
        return np.full(x.shape, 20.0), 0 * x, np.where(inside, Material.RUBBLE, Material.WATER)

    corrected = taken(
        painted(plateau),
        elevation=lambda frame: np.full(frame.shape, DATUM_M + 20, dtype=np.float32),
    )
    row, column = np.unravel_index(corrected.expected[0].argmax(), (60, 60))
    assert row in {29, 30}
    assert column in {29, 30}


def test_the_mirrored_city_looks_mirrored_from_the_mirrored_orbit():
    one = taken(houses(razed=True), orbit=ASCENDING).expected
    other = taken(houses(razed=True, mirrored=True), orbit=DESCENDING).expected[..., ::-1]
    assert db(one) == pytest.approx(db(other), abs=0.1)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.97


def test_the_two_orbits_light_different_walls():
    def single(x, y):
        inside = (abs(x - 300) < 30) & (abs(y - 300) < 60)
        material = np.where(inside, Material.ROOF, Material.STREET)
        return 0 * x, np.where(inside, 10.0, 0.0), material

    eastward = taken(painted(single), orbit=ASCENDING).expected[0, 25:35].mean(axis=0)
    westward = taken(painted(single), orbit=DESCENDING).expected[0, 25:35].mean(axis=0)
    assert eastward.argmax() in {26, 27}
    assert westward.argmax() in {32, 33}


def test_razing_darkens_a_quarter_and_leaves_the_rest():
    before, after = taken(houses()), taken(houses(razed=True), moment=MOMENT + timedelta(days=12))
    for band, least in enumerate((6.0, 6.0)):
        assert db(before.expected[band][CORE]) - db(after.expected[band][CORE]) > least
    for band in range(2):
        assert db(before.expected[band][EDGE]) == pytest.approx(
            db(after.expected[band][EDGE]), abs=0.1
        )


def test_debris_keeps_vh_where_vv_falls():
    before, after = taken(houses()).expected, taken(houses(rubble=True)).expected
    vv = db(after[0][CORE]) - db(before[0][CORE])
    vh = db(after[1][CORE]) - db(before[1][CORE])
    assert vv < -1.5
    assert vh > vv + 1.0
    razed = taken(houses(razed=True)).expected
    assert db(after[1][CORE]) > db(razed[1][CORE]) + 4


def test_a_razed_quarter_shows_against_the_stack_before():
    days = [MOMENT + timedelta(days=12 * number) for number in range(7)]
    visits = [
        Visit(moment=day, orbit=ASCENDING, paint=houses(razed=number == 6))
        for number, day in enumerate(days)
    ]
    stack = radar_stack(visits, side_m=600.0, seed=7)
    earlier = np.mean([image.backscatter[0] for image in stack[:-1]], axis=0)
    ratio = 10 * np.log10(stack[-1].backscatter[0] / earlier)
    assert np.median(ratio[CORE]) < -6
    assert abs(np.median(ratio[EDGE])) < 1
    assert np.median(ratio[CORE]) < np.median(ratio[EDGE]) - 3 * ratio[EDGE].std()


def test_a_stack_is_in_order_of_time_and_each_picture_as_if_taken_alone():
    later = Visit(moment=MOMENT + timedelta(days=6), orbit=DESCENDING, paint=level(Material.SOIL))
    sooner = Visit(
        moment=MOMENT,
        orbit=ASCENDING,
        paint=level(Material.SOIL),
        state=GroundState(moisture=0.3),
    )
    stack = radar_stack([later, sooner], side_m=200.0, options=PLAIN, seed=7)
    assert [image.moment for image in stack] == [sooner.moment, later.moment]
    alone = taken(level(Material.SOIL), side_m=200.0, state=GroundState(moisture=0.3))
    assert stack[0].backscatter.tobytes() == alone.backscatter.tobytes()


def test_rain_brightens_soil_and_leaves_water_dark():
    def shore(x, y):
        return 0 * x, 0 * x, np.where(x < 300, Material.WATER, Material.SOIL)

    dry = taken(painted(shore), state=GroundState(moisture=0.10)).expected[0]
    moist = taken(painted(shore), state=GroundState(moisture=0.30)).expected[0]
    assert db(moist[:, 35:]) - db(dry[:, 35:]) == pytest.approx(5.0, abs=0.4)
    assert moist[:, :25] == pytest.approx(dry[:, :25])
    assert db(dry[:, :25]) < -17
    assert db(dry[:, :25]) < db(dry[:, 35:]) - 3


def test_speckle_is_new_at_each_pass_and_the_mean_is_not():
    one = taken(level(Material.SOIL))
    other = taken(level(Material.SOIL), moment=MOMENT + timedelta(days=12))
    assert one.expected.tobytes() == other.expected.tobytes()
    flicker = np.corrcoef(one.backscatter[0].ravel(), other.backscatter[0].ravel())
    assert abs(flicker[0, 1]) < 0.08
    bands = np.corrcoef(one.backscatter[0].ravel(), one.backscatter[1].ravel())
    assert abs(bands[0, 1]) < 0.08


def test_corners_that_last_flicker_less():
    def unrest(lasting):
        options = replace(PLAIN, lasting=lasting, polarisations=("VV",))
        passes = [
            taken(houses(), options=options, moment=MOMENT + timedelta(days=12 * number))
            for number in range(6)
        ]
        powers = np.array([image.backscatter[0] for image in passes])
        return float(np.median(powers.std(axis=0) / powers.mean(axis=0)))

    assert unrest(0.9) < 0.75 * unrest(0.0)


def test_corners_differ_from_place_to_place_and_keep_their_mean():
    one = taken(houses(), options=replace(PLAIN, corner_db=5.0))
    even = taken(houses(), options=PLAIN)
    later = taken(
        houses(), options=replace(PLAIN, corner_db=5.0), moment=MOMENT + timedelta(days=12)
    )
    assert one.expected.tobytes() == later.expected.tobytes()
    assert db(one.expected[0]) == pytest.approx(db(even.expected[0]), abs=0.3)
    assert one.expected[0][CORE].std() > 1.5 * even.expected[0][CORE].std()


def test_texture_lasts_and_has_the_strength_asked_for():
    options = replace(PLAIN, texture_db=1.0)
    one = taken(level(Material.SOIL), options=options, side_m=1500.0)
    other = taken(
        level(Material.SOIL), options=options, side_m=1500.0, moment=MOMENT + timedelta(days=1)
    )
    assert one.expected.tobytes() == other.expected.tobytes()
    assert (10 * np.log10(one.expected[0])).std() == pytest.approx(0.9, abs=0.15)


def test_calibration_moves_a_whole_picture_a_little():
    options = replace(PLAIN, calibration_db=0.2)
    days = [MOMENT + timedelta(days=number) for number in range(30)]
    levels = [
        db(taken(level(Material.SOIL), side_m=60.0, options=options, moment=day).expected)
        for day in days
    ]
    assert np.std(levels) == pytest.approx(0.2, abs=0.08)


def test_tiles_leave_no_trace(monkeypatch):
    whole = taken(houses())
    monkeypatch.setattr(radar, "_TILE_PX", 133)
    tiled = taken(houses())
    assert tiled.backscatter.tobytes() == whole.backscatter.tobytes()
    assert tiled.hidden.tobytes() == whole.hidden.tobytes()


def test_another_seed_draws_another_picture():
    one, other = taken(level(Material.SOIL), seed=1), taken(level(Material.SOIL), seed=2)
    assert one.backscatter.tobytes() != other.backscatter.tobytes()


def test_shadow_and_layover_are_flagged():
    def tower(x, y):
        inside = (abs(x - 300) < 20) & (abs(y - 300) < 60)
        material = np.where(inside, Material.ROOF, Material.SOIL)
        return 0 * x, np.where(inside, 60.0, 0.0), material

    hidden = taken(painted(tower), tallest_m=60.0).hidden
    # 60 m high: it lies over 77 m before it and shades 47 m behind.
    assert hidden[30, 22] & Hidden.LAYOVER
    assert hidden[30, 34] & Hidden.SHADOW
    assert hidden[10, 10] == hidden[30, 45] == 0


def test_what_stands_beyond_the_scene_falls_into_it():
    def beyond(x, y):
        inside = (x > 600) & (x < 660)
        material = np.where(inside, Material.OBJECT, Material.WATER)
        return 0 * x, np.where(inside, 40.0, 0.0), material

    image = taken(painted(beyond), tallest_m=40.0)
    assert image.expected[0, 30, 58] > 5 * image.expected[0, 30, 30]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fine_m": 0.0},
        {"spacing_m": 3.0},
        {"resolution_m": (5.0, 22.0)},
        {"lasting": 1.2},
        {"polarisations": ()},
    ],
)
def test_a_radar_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidValue) as refused:
        RadarOptions(**wrong)
    assert refused.value.where in wrong
    assert refused.value.choices


@pytest.mark.parametrize(
    "wrong",
    [{"side_m": 0.0}, {"tallest_m": -1.0}, {"moment": datetime(2016, 9, 1)}],  # noqa: DTZ001
)
def test_a_scene_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidValue) as refused:
        taken(level(Material.SOIL), **wrong)
    assert refused.value.where in wrong
