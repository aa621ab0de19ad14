from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer

from earthwork.errors import InvalidValue, NoOverlap, WrongReference
from earthwork.imagery.orthorectification import (
    ground_grid,
    height_share,
    localise,
    orthorectify,
    project,
    sample_heights,
    view_direction,
)
from earthwork.io.camera_models import read_camera_model
from earthwork.io.rasters import open_raster
from earthwork.model.camera import RationalCamera
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster

PLEIADES = Path("../shared/data/pleiades-kahramanmaras")
LOOKS = ("pre_event_img1", "pre_event_img2", "post_event_img1", "post_event_img2")
needs_pleiades = pytest.mark.skipif(
    not PLEIADES.is_dir(), reason="the Pléiades crops are not on this machine"
)
ONE = (1.0, *[0.0] * 19)


def _terms(**coefficients: float) -> tuple[float, ...]:
    index = {"one": 0, "east": 1, "north": 2, "up": 3, "east_squared": 7}
    terms = [0.0] * 20
    for name, value in coefficients.items():
        terms[index[name]] = value
    return tuple(terms)


def camera(*, lean_east: float = 0.0, curve: float = 0.0) -> RationalCamera:
    """Return a camera 0.01° across for 1000 px; a metre of height shifts by ``lean_east`` px."""
    return RationalCamera(
        line_offset=500, line_scale=500, sample_offset=500, sample_scale=500,
        latitude_offset_deg=36.3, latitude_scale_deg=0.005,
        longitude_offset_deg=43.1, longitude_scale_deg=0.005,
        height_offset_m=200, height_scale_m=100,
        line_numerator=_terms(north=-1.0), line_denominator=ONE,
        sample_numerator=_terms(east=1.0, up=lean_east / 5, east_squared=curve),
        sample_denominator=ONE,
    )  # fmt: skip


def test_project_is_the_arithmetic_of_the_model() -> None:
    column, row = project(camera(lean_east=0.5), 43.1025, 36.2985, 240.0)
    # 0.0025° is half the scale: 250 px; 40 m lean 20 px; 0.0015° south is 150 px down.
    assert float(column) == pytest.approx(500 + 250 + 20)
    assert float(row) == pytest.approx(500 + 150)


def test_crop_and_range() -> None:
    cropped = replace(camera(), crop_column=100, crop_row=30)
    column, row = project(cropped, np.array([43.1, 44.0, np.nan]), 36.3, 200.0)
    np.testing.assert_allclose(column, [400, np.nan, np.nan])
    np.testing.assert_allclose(row, [470, np.nan, np.nan])


def test_localise_undoes_project_and_is_nan_where_there_is_no_ground() -> None:
    model = camera(lean_east=0.5, curve=0.02)
    longitude, latitude = localise(model, np.array([0.0, 999.0, 1e7]), np.array([0.0, 10, 5]), 260)
    assert np.isnan(longitude[2])
    column, row = project(model, longitude[:2], latitude[:2], 260)
    np.testing.assert_allclose(column, [0, 999], atol=1e-6)
    np.testing.assert_allclose(row, [0, 10], atol=1e-6)
    flat = replace(model, line_numerator=model.sample_numerator, line_offset=0.0)
    assert np.isnan(localise(flat, 5.0, 7.0, 200)[0])


def test_view_direction_follows_from_the_lean() -> None:
    # 0.01° of longitude at 36.3° N is 898.0 m for 1000 px; a lean of 0.5 px/m is 0.449 m/m.
    model = camera(lean_east=0.5)
    direction = view_direction(model, (1000, 1000), height_m=200)
    # What stands higher falls further east in the image, so its ray goes up to the west.
    assert direction.azimuth_deg == pytest.approx(270, abs=0.1)
    assert direction.elevation_deg == pytest.approx(np.degrees(np.arctan(1 / 0.449)), abs=0.1)
    assert view_direction(camera(), (9, 9), height_m=0).elevation_deg == pytest.approx(90)
    with pytest.raises(WrongReference, match="centre"):
        view_direction(replace(model, crop_column=1e6), (9, 9), height_m=200)


def test_ground_grid_holds_the_image_in_its_utm_zone() -> None:
    grid = ground_grid(camera(), (1000, 1000), height_m=200, gsd_m=1.0)
    assert grid.crs == CRS.from_epsg(32638)
    assert grid.gsd_m == 1.0
    assert (grid.transform.c % 1, grid.transform.f % 1) == (0, 0)
    longitude, latitude = localise(camera(), np.array([0, 999]), np.array([0, 999]), 200)
    x, y = Transformer.from_crs(4326, 32638, always_xy=True).transform(longitude, latitude)
    column, row = ~grid.transform @ (x, y)
    assert (column > 0).all()
    assert (column < grid.width).all()
    assert (row > 0).all()
    assert (row < grid.height).all()
    own = ground_grid(camera(), (1000, 1000), height_m=200)
    assert own.gsd_m == pytest.approx(np.sqrt(0.898 * 1.110), abs=0.01)
    south = replace(camera(), latitude_offset_deg=-36.3)
    assert ground_grid(south, (9, 9), height_m=200).crs == CRS.from_epsg(32738)


def test_ground_grid_refuses_a_foreign_model_and_no_size() -> None:
    with pytest.raises(WrongReference, match="sees no ground"):
        ground_grid(replace(camera(), crop_row=1e6), (100, 100), height_m=200)
    with pytest.raises(InvalidValue, match="a pixel of"):
        ground_grid(camera(), (100, 100), height_m=200, gsd_m=-1)


def _picture(model: RationalCamera, height_m: float, *, side: int = 300) -> ArrayRaster:
    """Return an image in which each pixel holds its longitude (band 0) and latitude (band 1)."""
    row, column = np.mgrid[0:side, 0:side].astype(float)
    longitude, latitude = localise(model, column, row, height_m)
    pixels = np.stack([longitude, latitude])
    return ArrayRaster(grid=Grid.of_pixels(height=side, width=side), pixels=pixels)


@pytest.mark.parametrize("interpolation", ["cubic", "bilinear"])
def test_every_pixel_lands_where_it_looks(interpolation: str) -> None:
    model = replace(camera(lean_east=0.5, curve=0.01), crop_column=350, crop_row=350)
    target = ground_grid(model, (300, 300), height_m=230, gsd_m=1.0)
    picture = _picture(model, 230)
    # float32 of a degree is too coarse to test by: carry differences from the centre.
    centre = picture.pixels[:, 150:151, 150:151]
    picture = replace(picture, pixels=(picture.pixels - centre) * 1e5)
    laid = orthorectify(picture, model, target=target, height_m=230, interpolation=interpolation)
    assert laid.mask is not None
    row, column = np.nonzero(laid.mask)
    x, y = target.transform @ (column + 0.5, row + 0.5)
    lonlat = Transformer.from_crs(target.crs, 4326, always_xy=True).transform(x, y)
    expected = (np.stack(lonlat) - centre[:, 0]) * 1e5
    # A pixel is about 1e-5 degrees. OpenCV rounds coordinates to 1/32 px, and its cubic kernel
    # does not keep a ramp exactly.
    tolerance = {"bilinear": 0.02, "cubic": 0.12}[interpolation]
    differences = laid.pixels[:, row, column] - expected
    assert np.abs(differences).max() < tolerance
    assert np.abs(differences.mean(axis=1)).max() < 0.005
    assert laid.mask.mean() > 0.9


def test_elevation_moves_what_leans_and_holes_are_masked() -> None:
    model = replace(camera(lean_east=1.0), crop_column=350, crop_row=350)
    target = ground_grid(model, (300, 300), height_m=200, gsd_m=1.0)
    rng = np.random.default_rng(5)
    picture = ArrayRaster(
        grid=Grid.of_pixels(height=300, width=300),
        pixels=rng.integers(0, 4096, (1, 300, 300)).astype(np.uint16),
    )
    degrees = Grid(
        height=40, width=40, crs=CRS.from_epsg(4326),
        transform=Affine(0.001, 0, 43.08, 0, -0.001, 36.32),
    )  # fmt: skip
    plateau = ArrayRaster(grid=degrees, pixels=np.full((1, 40, 40), 230, dtype=np.int16))
    flat = orthorectify(picture, model, target=target, height_m=230)
    laid = orthorectify(picture, model, target=target, height_m=0, elevation=plateau)
    np.testing.assert_array_equal(laid.pixels, flat.pixels)
    assert laid.pixels.dtype == np.uint16
    hole = np.ones((40, 40), dtype=bool)
    hole[:, 20:] = False
    holed = orthorectify(
        picture, model, target=target, height_m=0, elevation=replace(plateau, mask=hole)
    )
    assert laid.mask is not None
    assert holed.mask is not None
    assert 0.2 < holed.mask.sum() / laid.mask.sum() < 0.8


def test_the_share_of_ground_with_a_height_is_told() -> None:
    target = ground_grid(camera(), (1000, 1000), height_m=200, gsd_m=1.0)
    degrees = Grid(
        height=40, width=40, crs=CRS.from_epsg(4326),
        transform=Affine(0.001, 0, 43.08, 0, -0.001, 36.32),
    )  # fmt: skip
    plateau = ArrayRaster(grid=degrees, pixels=np.full((1, 40, 40), 230, dtype=np.int16))
    assert height_share(plateau, target) == 1.0
    hole = np.ones((40, 40), dtype=bool)
    hole[:, 20:] = False
    assert height_share(replace(plateau, mask=hole), target) == pytest.approx(0.5, abs=0.06)
    nothing = replace(plateau, mask=np.zeros((40, 40), bool))
    assert height_share(nothing, target) == 0.0
    picture = ArrayRaster(
        grid=Grid.of_pixels(height=1000, width=1000), pixels=np.ones((1, 1000, 1000), np.uint8)
    )
    with pytest.raises(NoOverlap, match="holds no height for any of the ground"):
        orthorectify(picture, camera(), target=target, height_m=200, elevation=nothing)


def test_tiles_leave_no_seam_and_a_held_mask_is_kept() -> None:
    model = replace(camera(), crop_column=100, crop_row=100)
    picture = _picture(model, 200, side=700)
    hole = np.ones((700, 700), dtype=bool)
    hole[300:320, 300:320] = False
    picture = ArrayRaster(grid=picture.grid, pixels=np.ones((1, 700, 700), np.float32), mask=hole)
    target = ground_grid(model, (700, 700), height_m=200, gsd_m=1.0)
    assert max(target.shape) > 512
    laid = orthorectify(picture, model, target=target, height_m=200)
    assert laid.mask is not None
    inner = laid.mask[20:-20, 20:-20]
    assert 300 < (~inner).sum() < 700
    np.testing.assert_allclose(laid.pixels[0], laid.mask, atol=1e-6)


def test_whole_target_inside_has_no_mask() -> None:
    model = camera()
    target = ground_grid(model, (1000, 1000), height_m=200, gsd_m=2.0)
    inner = replace(
        target, height=20, width=20, transform=target.transform @ Affine.translation(200, 200)
    )
    white = ArrayRaster(
        grid=Grid.of_pixels(height=1000, width=1000),
        pixels=np.full((1, 1000, 1000), 255, np.uint8),
    )
    laid = orthorectify(white, model, target=inner, height_m=200)
    assert laid.mask is None
    assert (laid.pixels == 255).all()


def test_refusals() -> None:
    model, picture = camera(), _picture(camera(), 200, side=20)
    target = ground_grid(model, (20, 20), height_m=200)
    away = replace(target, transform=Affine.translation(50_000, 0) @ target.transform)
    with pytest.raises(NoOverlap, match="shows none"):
        orthorectify(picture, model, target=away, height_m=200)
    with pytest.raises(WrongReference, match="pixel grid"):
        orthorectify(picture, model, target=picture.grid, height_m=200)
    with pytest.raises(InvalidValue, match="interpolation"):
        orthorectify(picture, model, target=target, height_m=200, interpolation="sinc")
    with pytest.raises(WrongReference, match="elevation"):
        sample_heights(picture, np.array([43.1]), np.array([36.3]))


def test_sample_heights_is_bilinear_with_holes() -> None:
    grid = Grid(height=3, width=3, crs=CRS.from_epsg(4326), transform=Affine(1, 0, 40, 0, -1, 37))
    cells = ArrayRaster(grid=grid, pixels=np.arange(9, dtype=np.float32).reshape(1, 3, 3))
    longitude = np.array([40.5, 41.0, 42.5, 40.0, 50.0, 42.9])
    latitude = np.array([36.5, 36.0, 34.5, 37.0, 36.0, 34.1])
    heights = sample_heights(cells, longitude, latitude)
    np.testing.assert_allclose(heights, [0, 2, 8, 0, np.nan, 8])
    assert np.isnan(sample_heights(cells, np.array([10.0]), np.array([10.0]))).all()


# --- the real crops ---------------------------------------------------------------------------


@needs_pleiades
def test_the_four_real_looks_agree_on_the_ground() -> None:
    places = []
    for name in LOOKS:
        with open_raster(PLEIADES / f"{name}.tif") as raster:
            model = read_camera_model(PLEIADES / f"{name}.geom", crop_origin=raster.crop_origin)
        centre = localise(model, 499.5, 499.5, 600.0)
        places.append(Transformer.from_crs(4326, 32637, always_xy=True).transform(*centre))
        assert 25 < view_direction(model, (1000, 1000), height_m=600).elevation_deg <= 90
    spread = np.ptp(np.array(places, dtype=float), axis=0)
    # The crops were cut to show one place; without their offsets they lie kilometres apart.
    assert spread.max() < 100


def _edges(values: np.ndarray) -> np.ndarray:
    smooth = cv2.GaussianBlur(values.astype(np.float32), (0, 0), 2)
    return np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))


@needs_pleiades
@pytest.mark.parametrize(("height_m", "least_m", "most_m"), [(700.0, 0.0, 3.0), (600.0, 20, 50)])
def test_real_looks_fit_at_their_true_height(
    height_m: float, least_m: float, most_m: float
) -> None:
    """Two looks of one day lie tens of metres apart at 600 m and fit at 700 m."""
    laid = []
    target = None
    for name in LOOKS[:2]:
        with open_raster(PLEIADES / f"{name}.tif") as raster:
            model = read_camera_model(PLEIADES / f"{name}.geom", crop_origin=raster.crop_origin)
            target = target or ground_grid(model, (1000, 1000), height_m=height_m, gsd_m=1.0)
            laid.append(orthorectify(raster, model, target=target, height_m=height_m))
    first, second = (_edges(look.pixels[0]) for look in laid)
    patch = first[200:350, 200:350]
    match = cv2.matchTemplate(second[130:420, 130:420], patch, cv2.TM_CCOEFF_NORMED)
    row, column = np.unravel_index(match.argmax(), match.shape)
    assert match.max() > 0.5
    assert least_m <= np.hypot(row - 70, column - 70) <= most_m
