"""The camera's parts by themselves."""

from dataclasses import replace

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.simulate.camera.sensor import (
    CAMERAS,
    PLACED,
    Camera,
    Misplacement,
    digits,
    displacement,
    farthest_px,
    jpeg_coded,
    majority,
    modulation,
    places,
    resolve_oversampling,
    sample,
    sharpened,
    spread_px,
)
from earthwork.simulate.painting.surface import Frame

PIXELS = Frame(side_m=100.0, fine_m=0.5, row0=0, column0=0, rows=200, columns=200)


def test_every_named_camera_is_of_its_kind() -> None:
    assert CAMERAS["vhr-pan-50cm"].band_count == 1
    assert CAMERAS["press-jpeg"].jpeg_quality is not None
    assert CAMERAS["vhr-rgb-30cm"].gsd_m == 0.3
    assert CAMERAS["vhr-pan-12bit"].full == 4095
    assert CAMERAS["sentinel2-like"].fine_m == 1.25
    for camera in CAMERAS.values():
        assert camera.weights.shape == (camera.band_count, 4)
        assert camera.weights.sum(axis=1) == pytest.approx(1.0)
        assert len(camera.band_names) == camera.band_count
    assert CAMERAS["vhr-rgbn-11bit"].band_names == ("red", "green", "blue", "nir")
    assert CAMERAS["vhr-pan-50cm"].band_names == ("pan",)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"bands": "swir"}, "bands"),
        ({"bits": 10}, "bits"),
        ({"gsd_m": 0.2}, "gsd_m"),
        ({"gsd_m": 30.0}, "gsd_m"),
        ({"blur_px": 0.0}, "blur_px"),
        ({"sharpening": -1.0}, "sharpening"),
        ({"read_noise": -1.0}, "read_noise"),
        ({"shot_noise": float("nan")}, "shot_noise"),
        ({"white": 0.0}, "white"),
        ({"gamma": 0.0}, "gamma"),
        ({"jpeg_quality": 20}, "jpeg_quality"),
        ({"jpeg_quality": 80, "bits": 11}, "bits"),
        ({"jpeg_quality": 80, "bands": "rgbn"}, "bands"),
    ],
)
def test_refuses_what_no_camera_has(values: dict[str, object], where: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Camera(**values)  # type: ignore[arg-type]
    assert caught.value.where == where
    assert caught.value.choices


@pytest.mark.parametrize(
    ("gsd", "expected"), [(0.3, 2), (1.2, 2), (1.21, 2), (2.6, 3), (5.0, 4), (10.0, 8)]
)
def test_fine_pixels_are_small_enough(gsd: float, expected: int) -> None:
    assert resolve_oversampling(gsd) == expected
    assert gsd / resolve_oversampling(gsd) <= 1.25


def _blob(*, row: float, column: float, scale: int = 2, side: int = 460) -> np.ndarray:
    """Return a smooth blob on the fine grid whose middle lies at a place of the picture."""
    y, x = np.indices((side, side))
    y0, x0 = ((at + 0.5) * scale - 0.5 + 30 for at in (row, column))
    return np.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2 * 6.0**2))[np.newaxis].astype(np.float32)


def _middle(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())


@pytest.mark.parametrize(
    "misplacement",
    [
        PLACED,
        Misplacement(shift_x_px=3.0, shift_y_px=-2.0),
        Misplacement(shift_x_px=0.37, shift_y_px=1.21),
        Misplacement(rotation_deg=1.5),
        Misplacement(shift_x_px=-1.4, rotation_deg=-0.6, local_px=0.7, local_scale_m=40),
    ],
)
def test_things_appear_where_the_displacement_field_says(misplacement: Misplacement) -> None:
    field = displacement(misplacement, PIXELS, seed=3)
    for row, column in ((60.0, 80.0), (100.0, 150.0), (40.0, 120.0)):
        shown = sample(
            _blob(row=row, column=column), camera=Camera(), origin=(-30, -30), pixels=PIXELS,
            misplacement=misplacement, seed=3,
        )[0]  # fmt: skip
        at = _middle(shown)
        right, down = field[:, round(at[0]), round(at[1])]
        assert at[0] - down == pytest.approx(row, abs=0.06)
        assert at[1] - right == pytest.approx(column, abs=0.06)


def test_a_shift_moves_right_and_down_and_a_turn_is_clockwise() -> None:
    right, down = displacement(Misplacement(shift_x_px=3.0, shift_y_px=-2.0), PIXELS)
    assert right == pytest.approx(3.0)
    assert down == pytest.approx(-2.0)
    right, down = displacement(Misplacement(rotation_deg=1.0), PIXELS)
    # What lies above the middle goes right; what lies right of it goes down.
    assert right[0, 100] > 1
    assert down[100, 199] > 1
    assert abs(right[99:101, 99:101]).max() < 0.02


def test_the_local_distortion_is_smooth_and_of_the_stated_size() -> None:
    wide = replace(PIXELS, side_m=400.0, rows=800, columns=800)
    error = Misplacement(local_px=0.8, local_scale_m=15.0)
    field = displacement(error, wide, seed=5)
    assert field.std() == pytest.approx(0.8, rel=0.15)
    assert np.abs(np.diff(field, axis=2)).max() < 0.3
    assert np.array_equal(field, displacement(error, wide, seed=5))
    assert not np.array_equal(field, displacement(error, wide, seed=6))


@pytest.mark.parametrize(
    "misplacement",
    [
        Misplacement(shift_x_px=2.5, shift_y_px=-7.0),
        Misplacement(rotation_deg=2.0, shift_x_px=1.0),
        Misplacement(local_px=1.5, local_scale_m=10.0),
        Misplacement(rotation_deg=-0.5, local_px=0.5, shift_y_px=3.0),
    ],
)
def test_no_pixel_is_displaced_farther_than_the_bound(misplacement: Misplacement) -> None:
    field = displacement(misplacement, PIXELS, seed=1)
    assert np.abs(field).max() <= farthest_px(misplacement, side_px=200)


@pytest.mark.parametrize("misplacement", [PLACED, Misplacement(rotation_deg=0.3)])
def test_sampling_keeps_an_even_field_even_to_its_edge(misplacement: Misplacement) -> None:
    even = np.full((2, 50, 60), 0.3, dtype=np.float32)
    window = Frame(side_m=15.0, fine_m=0.5, row0=0, column0=0, rows=25, columns=30)
    shown = sample(even, camera=Camera(), origin=(0, 0), pixels=window, misplacement=misplacement)
    assert shown.shape == (2, 25, 30)
    assert shown == pytest.approx(0.3, rel=1e-5)


def test_both_ways_of_sampling_agree() -> None:
    rough = np.random.default_rng(1).random((1, 460, 460), dtype=np.float32)
    almost = Misplacement(shift_x_px=0.5, rotation_deg=1e-9)
    shown = [
        sample(rough, camera=Camera(), origin=(-30, -30), pixels=PIXELS, misplacement=error)
        for error in (Misplacement(shift_x_px=0.5), almost)
    ]
    assert shown[0] == pytest.approx(shown[1], abs=1e-5)


def test_flags_hold_where_half_of_a_pixel_bears_them() -> None:
    flags = np.zeros((8, 8), dtype=np.uint8)
    flags[2:4, 2] = 1
    flags[5, 5] = 1
    flags[0:2, 6:8] = 2
    window = Frame(side_m=2.0, fine_m=0.5, row0=0, column0=0, rows=4, columns=4)
    y, x = places(window, scale=2, origin=(0, 0), misplacement=PLACED, seed=0)
    assert np.argwhere(majority(flags, y, x, 2, 1)).tolist() == [[1, 1]]
    assert np.argwhere(majority(flags, y, x, 2, 2)).tolist() == [[0, 3]]
    y, x = places(window, scale=2, origin=(0, 0), misplacement=Misplacement(shift_x_px=1.0), seed=0)
    assert np.argwhere(majority(flags, y, x, 2, 1)).tolist() == [[1, 2]]


def test_sharpening_lifts_edges_and_leaves_even_ground() -> None:
    step = np.full((1, 20, 20), 0.2, dtype=np.float32)
    step[..., 10:] = 0.6
    lifted = sharpened(step, amount=1.0)
    assert lifted[0, :, :8] == pytest.approx(0.2)
    assert lifted.max() > 0.65
    assert lifted.min() < 0.15
    assert sharpened(step, amount=0.0) is step


def test_modulation_falls_with_frequency_and_rises_with_sharpening() -> None:
    dull, sharp = Camera(), Camera(sharpening=1.0)
    assert modulation(dull, 0.0) == modulation(sharp, 0.0) == 1.0
    kept = [modulation(dull, f) for f in (0.1, 0.2, 0.35, 0.5)]
    assert kept == sorted(kept, reverse=True)
    assert modulation(sharp, 0.5) == pytest.approx(2 * modulation(dull, 0.5))


@pytest.mark.parametrize("bits", [8, 11, 12])
def test_digits_fill_the_bits_and_no_more(bits: int) -> None:
    camera = Camera(bands="pan", bits=bits, read_noise=0.0, shot_noise=0.0)  # type: ignore[arg-type]
    ramp = np.linspace(-0.2, 1.3, 301, dtype=np.float32).reshape(1, 1, -1)
    counted = digits(ramp, camera=camera, origin=(0, 0), seed=0)
    assert counted.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert counted.min() == 0
    assert counted.max() == 2**bits - 1
    assert counted[0, 0, 140] == round(0.5 * (2**bits - 1))
    assert (np.diff(counted[0, 0].astype(int)) >= 0).all()


@pytest.mark.parametrize("gamma", [0.8, 1.0, 1.35])
def test_the_tone_curve_keeps_black_and_white_and_bends_between(gamma: float) -> None:
    camera = Camera(bands="pan", read_noise=0.0, shot_noise=0.0, gamma=gamma, black=0.1, white=0.9)
    levels = np.array([0.1, 0.5, 0.9], dtype=np.float32).reshape(1, 1, 3)
    black, middle, white = digits(levels, camera=camera, origin=(0, 0), seed=0)[0, 0].tolist()
    assert (black, white) == (0, 255)
    assert middle == pytest.approx(255 * 0.5 ** (1 / gamma), abs=4)


def test_noise_belongs_to_places_and_to_its_seed_and_band() -> None:
    camera = Camera(bits=12, read_noise=20.0)
    level = np.full((3, 60, 60), 0.4, dtype=np.float32)
    whole = digits(level, camera=camera, origin=(5, 9), seed=1)
    part = digits(level[:, :20, :30], camera=camera, origin=(25, 19), seed=1)
    assert np.array_equal(whole[:, 20:40, 10:40], part)
    assert not np.array_equal(whole, digits(level, camera=camera, origin=(5, 9), seed=2))
    assert abs(np.corrcoef(whole[0].ravel(), whole[1].ravel())[0, 1]) < 0.06


def _texture(bands: int) -> np.ndarray:
    rng = np.random.default_rng(6)
    grid = np.kron(rng.integers(40, 200, (bands, 12, 12)), np.ones((1, 8, 8)))
    return (grid + rng.normal(0, 8, grid.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("bands", [1, 3])
def test_jpeg_loses_more_the_lower_its_quality(bands: int) -> None:
    texture = _texture(bands)
    losses = []
    for quality in (95, 70, 30):
        coded = jpeg_coded(texture, quality=quality)
        assert coded.shape == texture.shape
        assert coded.dtype == np.uint8
        losses.append(np.abs(coded.astype(float) - texture).mean())
    assert 0 < losses[0] < losses[1] < losses[2]


def test_jpeg_keeps_the_order_of_bands() -> None:
    red = np.zeros((3, 32, 32), dtype=np.uint8)
    red[0] = 200
    coded = jpeg_coded(red, quality=90)
    assert coded[0].mean() > 190
    assert coded[1:].mean() < 10


def test_a_block_with_its_neighbours_codes_as_in_the_whole() -> None:
    texture = _texture(3)
    whole = jpeg_coded(texture, quality=60)
    part = jpeg_coded(texture[:, 16:80, 32:96], quality=60)
    assert np.array_equal(whole[:, 32:64, 48:80], part[:, 16:48, 16:48])


def test_the_point_spread_is_followed_to_its_end() -> None:
    assert spread_px(Camera(blur_px=0.5)) == 4
    assert spread_px(Camera(blur_px=1.0, gsd_m=10.0)) == 26
