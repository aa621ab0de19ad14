from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.imagery.orthorectification import localise, project
from earthwork.model.camera import RationalCamera

small = st.floats(-0.01, 0.01, allow_nan=False)
unit = st.floats(-0.9, 0.9, allow_nan=False)


def _terms(x: float, y: float, z: float) -> list[float]:
    """Return RPC00B's twenty terms in the order in which the standard lists them."""
    return [
        1, x, y, z, x * y, x * z, y * z, x * x, y * y, z * z, x * y * z, x**3, x * y * y,
        x * z * z, x * x * y, y**3, y * z * z, x * x * z, y * y * z, z**3,
    ]  # fmt: skip


@st.composite
def cameras(draw: st.DrawFn) -> RationalCamera:
    rows = [list(draw(st.tuples(*[small] * 20))) for _ in range(4)]
    rows[0][2], rows[1][0], rows[2][1], rows[3][0] = -1.0, 1.0, 1.0, 1.0
    return RationalCamera(
        line_offset=1000, line_scale=1000, sample_offset=900, sample_scale=950,
        latitude_offset_deg=36.3, latitude_scale_deg=0.01, longitude_offset_deg=43.1,
        longitude_scale_deg=0.012, height_offset_m=250, height_scale_m=300,
        line_numerator=tuple(rows[0]), line_denominator=tuple(rows[1]),
        sample_numerator=tuple(rows[2]), sample_denominator=tuple(rows[3]),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(camera=cameras(), x=unit, y=unit, z=unit)
def test_project_is_the_standard_written_out(
    camera: RationalCamera, x: float, y: float, z: float
) -> None:
    terms = _terms(x, y, z)
    across = np.dot(camera.sample_numerator, terms) / np.dot(camera.sample_denominator, terms)
    down = np.dot(camera.line_numerator, terms) / np.dot(camera.line_denominator, terms)
    column, row = project(camera, 43.1 + 0.012 * x, 36.3 + 0.01 * y, 250 + 300 * z)
    np.testing.assert_allclose(column, 900 + 950 * across, atol=1e-6)
    np.testing.assert_allclose(row, 1000 + 1000 * down, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(camera=cameras(), x=unit, y=unit, z=unit, crop=st.integers(0, 500))
def test_localise_undoes_project(
    camera: RationalCamera, x: float, y: float, z: float, crop: int
) -> None:
    cropped = replace(camera, crop_column=float(crop), crop_row=2.0 * crop)
    longitude, latitude, height = 43.1 + 0.012 * x, 36.3 + 0.01 * y, 250 + 300 * z
    found = localise(cropped, *project(cropped, longitude, latitude, height), height)
    np.testing.assert_allclose(found, (longitude, latitude), atol=1e-9)
