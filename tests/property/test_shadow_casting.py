"""Shadows: they equal exact rays, and turn with the scene."""

from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation, binary_erosion

from earthwork.geometry.shadow_casting import cast_shadows, ray_path, shadow_ceiling
from earthwork.model.scene import Angles

SIDE = 40


@dataclass(frozen=True)
class _Box:
    row: int
    column: int
    deep: int
    wide: int
    height: int


def _rendered(boxes: list[_Box]) -> np.ndarray:
    height = np.zeros((SIDE, SIDE), dtype=np.float32)
    for box in boxes:
        place = (slice(box.row, box.row + box.deep), slice(box.column, box.column + box.wide))
        height[place] = np.maximum(height[place], box.height)
    return height


def _traced(boxes: list[_Box], *, gsd_m: float, sun: Angles) -> np.ndarray:
    """Meet the ray from every pixel's centre on the ground with every box, exactly."""
    row, column = np.mgrid[:SIDE, :SIDE] + 0.5
    down, right = -cos(radians(sun.azimuth_deg)), sin(radians(sun.azimuth_deg))
    rise = gsd_m * tan(radians(sun.elevation_deg))
    shaded = np.zeros((SIDE, SIDE), dtype=bool)
    for box in boxes:
        entry, exit_ = np.zeros((SIDE, SIDE)), np.full((SIDE, SIDE), np.inf)
        for at, step, low, size in (
            (row, down, box.row, min(box.deep, SIDE - box.row)),
            (column, right, box.column, min(box.wide, SIDE - box.column)),
        ):
            pace = step if abs(step) > 1e-9 else 1e-9
            ends = np.sort([(low - at) / pace, (low + size - at) / pace], axis=0)
            entry, exit_ = np.maximum(entry, ends[0]), np.minimum(exit_, ends[1])
        shaded |= (entry < exit_) & (entry * rise < box.height)
    return shaded


_boxes = st.lists(
    st.builds(
        _Box,
        row=st.integers(0, 34),
        column=st.integers(0, 34),
        deep=st.integers(3, 12),
        wide=st.integers(3, 12),
        height=st.integers(2, 14),
    ),
    min_size=1,
    max_size=4,
)
_towns = _boxes.map(_rendered)
_azimuths = st.floats(0, 360, exclude_max=True)
_elevations = st.floats(10, 80)


@settings(max_examples=60, deadline=None)
@example(
    boxes=[
        _Box(row=0, column=0, deep=3, wide=3, height=2),
        _Box(row=0, column=4, deep=3, wide=3, height=2),
    ],
    azimuth=5.0,
    elevation=18.0,
)
@given(boxes=_boxes, azimuth=_azimuths, elevation=_elevations)
def test_shadows_equal_exact_rays_to_within_a_pixel(
    boxes: list[_Box], azimuth: float, elevation: float
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    height = _rendered(boxes)
    ground = height == 0
    shaded = cast_shadows(height, gsd_m=1.0, sun=sun)
    traced = _traced(boxes, gsd_m=1.0, sun=sun)
    ring = np.ones((3, 3), dtype=bool)
    assert not (shaded & ground & ~binary_dilation(traced, ring)).any()
    # Such an error opens the seam of two shadows that just meet: each is held by itself.
    for box in boxes:
        alone = _traced([box], gsd_m=1.0, sun=sun)
        assert not (binary_erosion(alone & ground, ring) & ~shaded).any()


@settings(max_examples=40, deadline=None)
@given(
    row=st.integers(2, 36),
    column=st.integers(2, 36),
    length=st.integers(2, 12),
    azimuth=_azimuths,
    elevation=_elevations,
)
def test_a_caster_one_pixel_thin_throws_an_unbroken_shadow(
    row: int, column: int, length: int, azimuth: float, elevation: float
) -> None:
    height = np.zeros((SIDE, SIDE), dtype=np.float32)
    height[row, column : column + length] = 6.0
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    shaded = cast_shadows(height, gsd_m=1.0, sun=sun) | (height > 0)
    box = _Box(row=row, column=column, deep=1, wide=min(length, SIDE - column), height=6)
    traced = _traced([box], gsd_m=1.0, sun=sun) | (height > 0)
    ring = np.ones((3, 3), dtype=bool)
    assert not (shaded & ~binary_dilation(traced, ring)).any()
    # Whatever the truth shades has shade within a pixel, although erosion would leave nothing.
    assert not (traced & ~binary_dilation(shaded, ring)).any()


@settings(max_examples=30, deadline=None)
@given(
    boxes=_boxes,
    azimuth=_azimuths,
    elevation=st.floats(30, 80),
    row=st.integers(0, 20),
    column=st.integers(0, 20),
)
def test_a_window_with_the_reach_of_its_shadows_agrees_with_the_whole(
    boxes: list[_Box], azimuth: float, elevation: float, row: int, column: int
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    rough = np.random.default_rng(1).normal(0, 0.2, (SIDE + 40, SIDE + 40))
    height = (rough + np.pad(_rendered(boxes), 20)).astype(np.float32)
    whole = shadow_ceiling(height, gsd_m=1.0, sun=sun, reach_m=12.0)
    place = (slice(row, row + 60), slice(column, column + 60))
    window = shadow_ceiling(height[place], gsd_m=1.0, sun=sun, reach_m=12.0)
    inside = (slice(13, -13), slice(13, -13))
    assert np.array_equal(whole[place][inside], window[inside])


@settings(max_examples=8, deadline=None)
@given(boxes=_boxes, azimuth=_azimuths, elevation=_elevations, seed=st.integers(0, 99))
def test_short_rays_give_the_answer_of_whole_rays(
    boxes: list[_Box], azimuth: float, elevation: float, seed: int
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    height = _rendered(boxes) + np.random.default_rng(seed).normal(0, 0.3, (SIDE, SIDE))
    height = height.astype(np.float32)
    assert np.array_equal(
        shadow_ceiling(height, gsd_m=1.0, sun=sun), _unhurried(height, gsd_m=1.0, sun=sun)
    )


def _unhurried(height: np.ndarray, *, gsd_m: float, sun: Angles) -> np.ndarray:
    """Follow every ray to the end of the field, pixel by pixel."""
    path = ray_path(sun, steps=SIDE)
    drop = np.float32(gsd_m * path.stride * tan(radians(sun.elevation_deg)))
    cliff = np.float32(2.0 * gsd_m * path.stride)
    ceiling = np.full(height.shape, -np.inf, dtype=np.float32)
    for (row, column), own in np.ndenumerate(height):
        before = own
        for step, (down, right) in enumerate(path.offsets[1:], start=1):
            spot = (row + down, column + right)
            if not (0 <= spot[0] < SIDE and 0 <= spot[1] < SIDE):
                break
            here = height[spot]
            edge = here - np.float32(step) * drop
            if here - before > cliff:
                edge += np.float32(0.5) * drop
            ceiling[row, column] = max(ceiling[row, column], edge)
            before = here
    return ceiling


@settings(max_examples=25, deadline=None)
@given(height=_towns, azimuth=_azimuths, elevation=_elevations, turns=st.integers(1, 3))
def test_shadows_turn_with_the_scene_and_the_sun(
    height: np.ndarray, azimuth: float, elevation: float, turns: int
) -> None:
    straight = cast_shadows(
        height, gsd_m=0.5, sun=Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    )
    turned = cast_shadows(
        np.rot90(height, turns),
        gsd_m=0.5,
        sun=Angles(azimuth_deg=(azimuth - 90 * turns) % 360, elevation_deg=elevation),
    )
    assert (np.rot90(straight, turns) != turned).mean() < 0.002


@settings(max_examples=25, deadline=None)
@given(height=_towns, azimuth=_azimuths, elevation=_elevations, lift=st.integers(-200, 3000))
def test_shadows_do_not_depend_on_the_height_of_the_ground(
    height: np.ndarray, azimuth: float, elevation: float, lift: int
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    at_sea = cast_shadows(height, gsd_m=0.5, sun=sun)
    lifted = cast_shadows(height + np.float32(lift), gsd_m=0.5, sun=sun)
    assert (at_sea != lifted).mean() < 0.005
