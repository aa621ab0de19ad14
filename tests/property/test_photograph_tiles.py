"""Any window of a picture has the bytes of the whole picture, whatever sun, view and camera."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.model.grid import Window
from earthwork.model.scene import Angles
from earthwork.simulate.camera.photograph import picture, plan_photograph
from earthwork.simulate.camera.sensor import Camera, Misplacement
from earthwork.simulate.camera.weather import Atmosphere
from earthwork.simulate.painting.noise import fractal_noise
from earthwork.simulate.painting.surface import Frame, Surface

SIDE_M = 48.0


def _paint(frame: Frame) -> Surface:
    grain = fractal_noise(frame, scales_m=(0.6, 4.0, 15.0), seed=9)
    solid = np.where(grain > 1.1, 4.0 + 3.0 * grain, 0.0).astype(np.float32)
    return Surface(
        frame=frame,
        soft_m=(30 + 0.3 * grain).astype(np.float32),
        solid_m=solid,
        material=np.zeros(frame.shape, np.uint8),
        albedo=np.clip(0.3 + 0.05 * grain, 0, 1)[np.newaxis].repeat(4, axis=0),
        wall=np.full(frame.shape, 0.7, np.float32),
    )


def _options(sun: Angles, view: Angles, camera: Camera, misplacement: Misplacement):
    air = Atmosphere(cloud_cover=0.2, cloud_scale_m=30, cloud_height_m=60)
    return {
        "side_m": SIDE_M,
        "sun": sun,
        "view": view,
        "camera": camera,
        "misplacement": misplacement,
        "atmosphere": air,
        "tallest_m": 10.0,
        "seed": 2,
    }


@settings(max_examples=15, deadline=None)
@given(
    sun=st.builds(Angles, azimuth_deg=st.floats(0, 360), elevation_deg=st.floats(12, 90)),
    view=st.builds(Angles, azimuth_deg=st.floats(0, 360), elevation_deg=st.floats(45, 90)),
    camera=st.builds(
        Camera,
        bands=st.sampled_from(["pan", "rgb"]),
        gsd_m=st.sampled_from([0.5, 0.8]),
        blur_px=st.floats(0.3, 1.2),
        sharpening=st.sampled_from([0.0, 0.7]),
        jpeg_quality=st.sampled_from([None, 60]),
    ),
    misplacement=st.builds(
        Misplacement,
        shift_x_px=st.floats(-3, 3),
        rotation_deg=st.sampled_from([0.0, 0.7]),
        local_px=st.sampled_from([0.0, 0.5]),
        local_scale_m=st.just(12.0),
    ),
    row=st.integers(0, 30),
    column=st.integers(0, 30),
)
def test_a_window_has_the_bytes_of_the_whole(
    sun: Angles,
    view: Angles,
    camera: Camera,
    misplacement: Misplacement,
    row: int,
    column: int,
) -> None:
    options = _options(sun, view, camera, misplacement)
    whole = picture(_paint, plan_photograph(**options), workers=1)
    window = Window(row=row, column=column, height=24, width=29)
    part = picture(_paint, plan_photograph(**options, window=window), workers=1)
    assert np.array_equal(whole[0][:, *window.slices], part[0])
    assert np.array_equal(whole[1][window.slices], part[1])
