"""Shadows: the sweep equals a slow march, and turns with the scene."""

from math import ceil, cos, radians, sin, tan

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation

from earthwork.geometry.shadow_casting import cast_shadows
from earthwork.model.scene import Angles


def _marched(height: np.ndarray, *, gsd_m: float, sun: Angles) -> np.ndarray:
    """March from every pixel towards the sun in steps of a tenth of a pixel."""
    rows, columns = height.shape
    down, right = -cos(radians(sun.azimuth_deg)), sin(radians(sun.azimuth_deg))
    rise = gsd_m * tan(radians(sun.elevation_deg))
    row, column = np.mgrid[:rows, :columns]
    shaded = np.zeros(height.shape, dtype=bool)
    for step in np.arange(1.0, ceil(1.5 * max(rows, columns)), 0.1):
        at_row = np.round(row + step * down).astype(int)
        at_column = np.round(column + step * right).astype(int)
        inside = (at_row >= 0) & (at_row < rows) & (at_column >= 0) & (at_column < columns)
        inside &= (at_row != row) | (at_column != column)
        there = height[at_row.clip(0, rows - 1), at_column.clip(0, columns - 1)]
        shaded |= inside & (there > height + step * rise + 1e-3)
    return shaded


@st.composite
def _towns(draw: st.DrawFn) -> np.ndarray:
    height = np.zeros((40, 40), dtype=np.float32)
    for _ in range(draw(st.integers(1, 4))):
        row, column = draw(st.integers(0, 34)), draw(st.integers(0, 34))
        deep, wide = draw(st.integers(3, 12)), draw(st.integers(3, 12))
        height[row : row + deep, column : column + wide] = draw(st.integers(2, 14))
    return height


_azimuths = st.floats(0, 360, exclude_max=True)
_elevations = st.floats(18, 75)


@settings(max_examples=25, deadline=None)
@given(height=_towns(), azimuth=_azimuths, elevation=_elevations)
def test_the_sweep_equals_a_slow_march_to_within_a_pixel(
    height: np.ndarray, azimuth: float, elevation: float
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    swept = cast_shadows(height, gsd_m=1.0, sun=sun)
    marched = _marched(height, gsd_m=1.0, sun=sun)
    ring = np.ones((3, 3), dtype=bool)
    ground = height == 0
    assert not (swept & ground & ~binary_dilation(marched, ring)).any()
    # A march with rounding clips corners that no pixel's own line meets: a ring of two.
    assert not (marched & ~binary_dilation(swept | ~ground, ring, iterations=2)).any()


@settings(max_examples=25, deadline=None)
@given(height=_towns(), azimuth=_azimuths, elevation=_elevations, turns=st.integers(1, 3))
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
@given(height=_towns(), azimuth=_azimuths, elevation=_elevations, lift=st.integers(-200, 3000))
def test_shadows_do_not_depend_on_the_height_of_the_ground(
    height: np.ndarray, azimuth: float, elevation: float, lift: int
) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    at_sea = cast_shadows(height, gsd_m=0.5, sun=sun)
    lifted = cast_shadows(height + np.float32(lift), gsd_m=0.5, sun=sun)
    assert (at_sea != lifted).mean() < 0.005
