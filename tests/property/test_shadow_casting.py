"""Shadows: the sweep equals exact rays, and turns with the scene."""

from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation, binary_erosion

from earthwork.geometry.shadow_casting import cast_shadows
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
_elevations = st.floats(18, 75)


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
def test_the_sweep_equals_exact_rays_to_within_two_pixels(
    boxes: list[_Box], azimuth: float, elevation: float
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    height = _rendered(boxes)
    ground = height == 0
    swept = cast_shadows(height, gsd_m=1.0, sun=sun)
    traced = _traced(boxes, gsd_m=1.0, sun=sun)
    # A line of pixels lies up to one pixel beside its ray, and a shadow's end up to one more.
    ring = np.ones((5, 5), dtype=bool)
    assert not (swept & ground & ~binary_dilation(traced, ring)).any()
    # Such an error opens the seam of two shadows that just meet: each is held by itself.
    for box in boxes:
        alone = _traced([box], gsd_m=1.0, sun=sun)
        assert not (binary_erosion(alone & ground, ring) & ~swept).any()


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
    assert (np.rot90(straight, turns) != turned).mean() < 0.005


@settings(max_examples=25, deadline=None)
@given(height=_towns, azimuth=_azimuths, elevation=_elevations, lift=st.integers(-200, 3000))
def test_shadows_do_not_depend_on_the_height_of_the_ground(
    height: np.ndarray, azimuth: float, elevation: float, lift: int
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    at_sea = cast_shadows(height, gsd_m=0.5, sun=sun)
    lifted = cast_shadows(height + np.float32(lift), gsd_m=0.5, sun=sun)
    assert (at_sea != lifted).mean() < 0.005
