"""Pictures in tiles."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.model.grid import Window
from earthwork.model.scene import Angles
from earthwork.simulate.camera.photograph import (
    NADIR,
    SeenThrough,
    heights,
    photograph,
    picture,
    picture_tile,
    plan_photograph,
    resolve_halo,
    resolve_tile_px,
)
from earthwork.simulate.camera.sensor import CAMERAS, Camera, Misplacement
from earthwork.simulate.camera.weather import CLEAR, Atmosphere
from earthwork.simulate.painting.noise import fractal_noise
from earthwork.simulate.painting.surface import Frame, Surface

SUN = Angles(azimuth_deg=155.0, elevation_deg=42.0)
SLANTING = Angles(azimuth_deg=280.0, elevation_deg=66.0)
MISPLACED = Misplacement(shift_x_px=0.7, rotation_deg=0.2, local_px=0.4, local_scale_m=30.0)
SMALL = Camera(gsd_m=0.5, sharpening=0.4)


def paint(frame: Frame) -> Surface:
    """Paint rough ground with rows of houses, anywhere."""
    x = (frame.column0 + np.arange(frame.columns) + 0.5) * frame.fine_m
    y = frame.side_m - (frame.row0 + np.arange(frame.rows) + 0.5) * frame.fine_m
    grain = fractal_noise(frame, scales_m=(0.5, 3.0, 20.0), seed=4)
    house = ((y % 22 < 9)[:, np.newaxis] & (x % 17 < 8)) * (3.0 + (x // 17 % 4) * 2.5)
    albedo = np.repeat((0.3 + 0.04 * grain + 0.1 * (house > 0))[np.newaxis], 4, axis=0)
    return Surface(
        frame=frame,
        soft_m=(300 + 0.2 * grain).astype(np.float32),
        solid_m=house.astype(np.float32),
        material=np.zeros(frame.shape, np.uint8),
        albedo=albedo.astype(np.float32),
        wall=np.full(frame.shape, 0.8, np.float32),
    )


def _plan(**options):
    usual = {"side_m": 60.0, "camera": SMALL, "sun": SUN, "tallest_m": 12.0, "seed": 5}
    return plan_photograph(**(usual | options))


CLOUDY = Atmosphere(cloud_cover=0.3, cloud_scale_m=40.0, cloud_height_m=200.0, seed=3)
KINDS = [
    {},
    {"view": SLANTING, "atmosphere": CLOUDY},
    {"camera": replace(CAMERAS["press-jpeg"], gsd_m=0.5), "misplacement": MISPLACED},
    {"camera": CAMERAS["press-jpeg"], "side_m": 61.5, "view": SLANTING, "atmosphere": CLOUDY},
    {"camera": CAMERAS["vhr-pan-12bit"], "view": SLANTING, "misplacement": MISPLACED},
    {"camera": CAMERAS["medium-rgb-3m"], "side_m": 200.0, "misplacement": MISPLACED},
]


@pytest.mark.parametrize("options", KINDS)
def test_tiles_threads_and_windows_give_the_bytes_of_the_whole(options: dict) -> None:
    whole = picture(paint, _plan(tile_px=512, **options), workers=1)
    tiled = picture(paint, _plan(tile_px=32, **options), workers=3)
    for one, other in zip(whole, tiled, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    window = Window(row=7, column=11, height=23, width=37)
    part = picture(paint, _plan(window=window, tile_px=16, **options), workers=1)
    assert np.array_equal(part[0], whole[0][:, *window.slices])
    assert np.array_equal(part[1], whole[1][window.slices])


def test_tiles_come_in_reading_order_and_cover_the_picture_once() -> None:
    plan = _plan(tile_px=48)
    tiles = list(photograph(paint, plan, workers=2))
    assert [tile.window for tile in tiles] == list(plan.tiles)
    corners = [(tile.window.row, tile.window.column) for tile in tiles]
    assert corners == sorted(corners)
    covered = np.zeros((120, 120), dtype=int)
    for tile in tiles:
        covered[tile.window.slices] += 1
        assert tile.pixels.shape == (3, tile.window.height, tile.window.width)
        assert tile.conditions.shape == tile.pixels.shape[1:]
    assert (covered == 1).all()


def test_seeds_change_the_noise_and_nothing_else() -> None:
    one, other = (picture(paint, _plan(seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one[0], other[0])
    assert np.abs(one[0].astype(int) - other[0]).max() < 20
    assert np.array_equal(one[1], other[1])


@pytest.mark.parametrize("workers", [1, 2])
def test_few_tiles_are_held_ahead_of_what_is_taken(workers: int) -> None:
    painted = []

    def counted(frame: Frame) -> Surface:
        painted.append(threading.get_ident())
        return paint(frame)

    tiles = photograph(counted, _plan(tile_px=16), workers=workers)
    next(tiles)
    tiles.close()
    assert len(painted) <= workers + 2


def test_a_painter_that_fails_is_heard() -> None:
    def broken(frame: Frame) -> Surface:
        raise InvalidValue("no paint left")

    with pytest.raises(InvalidValue, match="no paint left"):
        picture(broken, _plan(tile_px=32), workers=2)


def test_conditions_say_what_stands_between() -> None:
    pixels, conditions = picture(paint, _plan(view=SLANTING, atmosphere=CLOUDY))
    for flag in (SeenThrough.CLOUD, SeenThrough.CLOUD_SHADOW, SeenThrough.CAST_SHADOW,
                 SeenThrough.OCCLUDED):  # fmt: skip
        assert 0.01 < ((conditions & flag) > 0).mean() < 0.9, flag
    open_ = conditions == 0
    assert pixels[0][(conditions & SeenThrough.CLOUD) > 0].mean() > pixels[0][open_].mean()
    assert pixels[0][conditions == SeenThrough.CAST_SHADOW].mean() < pixels[0][open_].mean() / 2


def test_straight_down_on_a_clear_day_only_shadows_stand_between() -> None:
    _, conditions = picture(paint, _plan(atmosphere=CLEAR))
    assert set(np.unique(conditions)) == {0, int(SeenThrough.CAST_SHADOW)}


def test_a_picture_burnt_out_says_so() -> None:
    burnt = replace(SMALL, white=0.2)
    pixels, conditions = picture(paint, _plan(camera=burnt, atmosphere=CLEAR))
    full = (pixels == 255).any(axis=0)
    assert full.mean() > 0.3
    assert np.array_equal((conditions & SeenThrough.SATURATED) > 0, full)


def test_a_camera_that_exposes_by_itself_evens_out_the_brightness_of_days() -> None:
    noon, evening = (Angles(azimuth_deg=200, elevation_deg=e) for e in (60, 25))
    ratios = []
    for exposes in (True, False):
        camera = replace(SMALL, auto_exposure=exposes)
        lit = [
            np.percentile(picture(paint, _plan(camera=camera, sun=sun, atmosphere=CLEAR))[0], 90)
            for sun in (noon, evening)
        ]
        ratios.append(lit[0] / lit[1])
    assert 0.8 < ratios[0] < 1.2
    assert ratios[1] > 2.0


def test_conditions_are_displaced_as_the_pixels_are() -> None:
    placed = picture(paint, _plan(atmosphere=CLEAR))
    moved = picture(
        paint, _plan(atmosphere=CLEAR, misplacement=Misplacement(shift_x_px=4.0, shift_y_px=-3.0))
    )
    assert np.array_equal(placed[1][3:, :-4], moved[1][:-3, 4:])


def test_heights_are_means_over_pixels_whatever_the_tiles() -> None:
    by_tiles = []
    for tile_px in (25, 64):
        field = np.zeros((60, 60), dtype=np.float32)
        for tile in heights(paint, side_m=60.0, gsd_m=1.0, tile_px=tile_px):
            field[tile.window.slices] = tile.height_m
        by_tiles.append(field)
    assert np.array_equal(*by_tiles)
    surface = paint(Frame(side_m=60.0, fine_m=0.5, row0=0, column0=0, rows=120, columns=120))
    means = surface.height_m.reshape(60, 2, 60, 2).mean(axis=(1, 3))
    assert by_tiles[0] == pytest.approx(means, abs=1e-3)


def test_a_picture_comes_with_the_heights_of_its_pixels() -> None:
    plan = _plan(tile_px=48, view=SLANTING, misplacement=MISPLACED)
    alone = {
        tile.window: tile.height_m for tile in heights(paint, side_m=60.0, gsd_m=0.5, tile_px=48)
    }
    for tile in photograph(paint, plan):
        assert np.array_equal(tile.height_m, alone[tile.window])


def test_the_halo_is_longest_towards_the_sun_and_the_sensor() -> None:
    low = Angles(azimuth_deg=180.0, elevation_deg=20.0)
    halo = resolve_halo(_plan(sun=low))
    assert halo.down > halo.up + 12 / 0.37 / 0.25
    slanted = resolve_halo(_plan(sun=low, view=Angles(azimuth_deg=270.0, elevation_deg=45.0)))
    assert slanted.left > halo.left + 12 / 0.25
    far = resolve_halo(_plan(sun=low, tallest_m=5000.0))
    assert far.down < 3000


def test_a_sun_overhead_casts_nothing() -> None:
    overhead = Angles(azimuth_deg=0.0, elevation_deg=90.0)
    _, conditions = picture(paint, _plan(sun=overhead, atmosphere=CLEAR))
    assert not conditions.any()


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"sun": Angles(azimuth_deg=100, elevation_deg=2)}, "sun elevation"),
        ({"sun": Angles(azimuth_deg=100, elevation_deg=-9)}, "sun elevation"),
        ({"view": Angles(azimuth_deg=100, elevation_deg=40)}, "view elevation"),
        ({"side_m": 0.0}, "side_m"),
        ({"tallest_m": -1.0}, "tallest_m"),
        ({"tile_px": 0}, "tile_px"),
        ({"window": Window(row=0, column=-1, height=5, width=5)}, "window"),
        ({"window": Window(row=100, column=0, height=30, width=5)}, "window"),
        ({"window": Window(row=0, column=0, height=0, width=5)}, "window"),
    ],
)
def test_refuses_what_cannot_be_taken(options: dict, where: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        _plan(**options)
    assert caught.value.where == where


def test_refuses_heights_of_nothing() -> None:
    with pytest.raises(InvalidValue, match="gsd_m"):
        heights(paint, side_m=10.0, gsd_m=0.0)


def test_a_plan_resolves_what_is_not_said() -> None:
    plan = _plan(tile_px=50)
    assert plan.tile_px == 64
    assert plan.side_px == 120
    assert plan.view == NADIR
    assert plan.atmosphere.cloud_cover == 0
    assert resolve_tile_px(SMALL, side_px=800) == 800
    assert resolve_tile_px(SMALL, side_px=1600) == 800
    assert resolve_tile_px(SMALL, side_px=100) == 112


def test_one_tile_may_be_taken_by_itself() -> None:
    plan = _plan()
    tile = picture_tile(paint, plan, Window(row=30, column=40, height=20, width=10))
    whole, _ = picture(paint, plan)
    assert np.array_equal(tile.pixels, whole[:, 30:50, 40:50])
