from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer

from earthwork.errors import InvalidValue, WrongReference
from earthwork.imagery.placement import place_by_bounds, place_by_points
from earthwork.model.case import Bounds
from earthwork.model.control_point import ControlPoint
from earthwork.model.grid import Grid

PICTURE = Grid.of_pixels(height=400, width=600)
TRUTH = Affine.translation(330_000, 4_020_000) @ Affine.rotation(-10) @ Affine.scale(0.5, -0.5)
CORNERS = [(10.0, 20.0), (580.0, 30.0), (40.0, 390.0), (570.0, 380.0), (300.0, 200.0)]


def _points(count: int, *, off_m: float = 0.0) -> list[ControlPoint]:
    back = Transformer.from_crs(32638, 4326, always_xy=True)
    points = []
    for index, (column, row) in enumerate(CORNERS[:count]):
        x, y = TRUTH @ (column, row)
        longitude, latitude = back.transform(x + (off_m if index == 4 else 0), y)
        points.append(ControlPoint(column=column, row=row, longitude=longitude, latitude=latitude))
    return points


@pytest.mark.parametrize("count", [4, 5])
def test_points_recover_the_truth(count: int) -> None:
    placement = place_by_points(PICTURE, _points(count))
    assert placement.grid.crs == CRS.from_epsg(32638)
    np.testing.assert_allclose(placement.grid.transform[:6], TRUTH[:6], atol=1e-6)
    assert placement.residual_m == pytest.approx(0, abs=1e-5)
    assert placement.grid.gsd_m == pytest.approx(0.5)
    assert "root mean square misfit of 0.0 m" in placement.sentence


def test_a_wrong_point_shows_in_its_residual() -> None:
    placement = place_by_points(PICTURE, _points(5, off_m=10.0))
    assert placement.residual_m is not None
    assert int(np.argmax(placement.residuals_m)) == 4
    # A point amid four others bears only part of its own error: its leverage is near 1/5.
    assert placement.residuals_m[4] == pytest.approx(8.0, abs=0.3)
    assert "Point 5 misfits most, by" in placement.sentence
    rms = float(np.sqrt(np.mean(np.square(placement.residuals_m))))
    assert placement.residual_m == pytest.approx(rms)


def test_three_points_cannot_know_their_error() -> None:
    placement = place_by_points(PICTURE, _points(3))
    assert placement.residual_m is None
    assert placement.residuals_m == ()
    assert "cannot be known" in placement.sentence
    np.testing.assert_allclose(placement.grid.transform[:6], TRUTH[:6], atol=1e-5)


def test_too_few_in_line_and_outside_are_refused() -> None:
    with pytest.raises(InvalidValue, match="2 control points"):
        place_by_points(PICTURE, _points(2))
    line = [
        ControlPoint(column=c, row=c / 2, longitude=43 + c / 1e5, latitude=36 - c / 3e5)
        for c in (0.0, 100.0, 300.0)
    ]
    with pytest.raises(InvalidValue, match="one line in the picture"):
        place_by_points(PICTURE, line)
    same = [ControlPoint(column=c, row=r, longitude=43.0, latitude=36.0) for c, r in CORNERS[:3]]
    with pytest.raises(InvalidValue, match="one line on the ground"):
        place_by_points(PICTURE, same)
    outside = [*_points(3), ControlPoint(column=700, row=5, longitude=43, latitude=36)]
    with pytest.raises(InvalidValue, match="outside the picture") as caught:
        place_by_points(PICTURE, outside)
    assert caught.value.where == "control point 4"


def test_mirrored_points_are_remarked() -> None:
    mirrored = [
        ControlPoint(column=600 - p.column, row=p.row, longitude=p.longitude, latitude=p.latitude)
        for p in _points(4)
    ]
    assert "mirror image" in place_by_points(PICTURE, mirrored).sentence


def test_bounds_place_the_corners() -> None:
    bounds = Bounds(west=330_000, south=4_019_800, east=330_300, north=4_020_000, crs="EPSG:32638")
    placement = place_by_bounds(PICTURE, bounds)
    assert placement.grid.crs == CRS.from_epsg(32638)
    np.testing.assert_allclose(
        placement.grid.transform[:6], (0.5, 0, 330_000, 0, -0.5, 4_020_000), atol=1e-5
    )
    assert placement.residual_m is None
    assert "not square" not in placement.sentence


def test_bounds_in_degrees_hold_to_a_metre_and_say_when_stretched() -> None:
    bounds = Bounds(west=43.10, south=36.30, east=43.11, north=36.31)
    placement = place_by_bounds(PICTURE, bounds)
    outline = placement.grid.outline_lonlat()
    assert outline is not None
    np.testing.assert_allclose(outline.bounds, (43.10, 36.30, 43.11, 36.31), atol=3e-4)
    assert "not square" in placement.sentence


def test_bounds_that_make_no_sense() -> None:
    with pytest.raises(InvalidValue, match="edges west"):
        place_by_bounds(PICTURE, Bounds(west=43.2, south=36.3, east=43.1, north=36.4))
    for bounds in (
        Bounds(west=330_000, south=4_019_800, east=330_300, north=4_020_000),
        Bounds(west=3e8, south=3e8, east=4e8, north=4e8, crs="EPSG:32638"),
    ):
        with pytest.raises(WrongReference, match="do not fit EPSG"):
            place_by_bounds(PICTURE, bounds)
