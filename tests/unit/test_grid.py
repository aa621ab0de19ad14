"""Grids as values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from affine import Affine
from pyproj import CRS
from shapely import Point, box

from earthwork.errors import GridMismatch, InvalidValue, WrongReference
from earthwork.model.grid import Grid, Window, reproject, require_same_grid

UTM = CRS.from_epsg(32638)
DEGREES = CRS.from_epsg(4326)


@pytest.fixture
def grid() -> Grid:
    return Grid(height=10, width=20, transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000), crs=UTM)


def test_pixel_size_of_a_projected_grid(grid: Grid) -> None:
    assert grid.gsd_m == pytest.approx(0.5)


def test_pixel_size_of_a_grid_in_feet() -> None:
    feet = Grid(height=4, width=4, transform=Affine(1, 0, 0, 0, -1, 0), crs=CRS.from_epsg(2263))
    assert feet.gsd_m == pytest.approx(0.3048, rel=1e-4)


def test_pixel_size_of_a_grid_in_degrees() -> None:
    step = 0.5 / 111_195
    degrees = Grid(height=9, width=9, transform=Affine(step, 0, 0, 0, -step, 0), crs=DEGREES)
    assert degrees.gsd_m == pytest.approx(0.5, rel=0.01)


def test_pixel_grid_knows_only_what_is_stated() -> None:
    assert Grid.of_pixels(height=4, width=6).gsd_m is None
    assert Grid.of_pixels(height=4, width=6, gsd_m=0.3).gsd_m == 0.3
    assert Grid.of_pixels(height=4, width=6).outline_lonlat() is None


def test_a_pixel_of_no_size_is_refused() -> None:
    with pytest.raises(InvalidValue, match="gsd_m"):
        Grid.of_pixels(height=4, width=6, gsd_m=0)


def test_unequal_grids_are_refused_with_both_named(grid: Grid) -> None:
    moved = replace(grid, transform=grid.transform @ Affine.translation(0.01, 0))
    with pytest.raises(GridMismatch, match=r"(?s)20×10 px.*20×10 px.*earthwork align"):
        require_same_grid(grid, moved)
    require_same_grid(grid, replace(grid))


def test_map_and_pixels_are_inverse(grid: Grid) -> None:
    there = grid.to_map(box(1, 2, 3, 4))
    assert grid.to_pixels(there).equals_exact(box(1, 2, 3, 4), 1e-6)


def test_cropping_moves_the_origin(grid: Grid) -> None:
    part = grid.cropped(Window(row=2, column=4, height=3, width=5))
    assert part.shape == (3, 5)
    assert part.transform @ (0, 0) == (500_002, 3_999_999)


def test_tiles_cover_once(grid: Grid) -> None:
    windows = list(grid.tiles(side=7))
    assert sum(w.height * w.width for w in windows) == 200
    assert max(w.height for w in windows) == 7


def test_a_window_grows_only_within() -> None:
    grown = Window(row=0, column=5, height=4, width=4).grown(margin=3, within=(10, 8))
    assert grown == Window(row=0, column=2, height=7, width=6)


def test_outline_in_degrees_encloses_the_origin(grid: Grid) -> None:
    outline = grid.outline_lonlat()
    assert outline is not None
    assert outline.bounds[0] == pytest.approx(45.0, abs=1e-6)


def test_metres_under_degrees_are_refused() -> None:
    with pytest.raises(WrongReference, match="metres under a degree"):
        reproject(Point(500_000, 4_000_000), source=DEGREES, target=UTM)
