from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from earthwork.errors import InvalidValue, WrongReference
from earthwork.imagery.orthorectification import sample_heights
from earthwork.io.elevation import read_elevation
from earthwork.io.rasters import write_raster
from earthwork.model.grid import Grid

GRID = Grid(
    height=10, width=10, transform=Affine(0.001, 0, 43.1, 0, -0.001, 36.3), crs=CRS.from_epsg(4326)
)
SRTM = Path("../shared/data/elevation/N44E006.hgt")


def test_heights_and_holes(tmp_path: Path) -> None:
    heights = np.full((1, 10, 10), 250, np.int16)
    write_raster(tmp_path / "full.tif", heights, GRID, nodata=-32768)
    full = read_elevation(tmp_path / "full.tif")
    assert full.hole_share == 0
    assert len(full.decisions) == 1
    heights[0, :1] = -32768
    write_raster(tmp_path / "holed.tif", heights, GRID, nodata=-32768)
    holed = read_elevation(tmp_path / "holed.tif")
    assert holed.hole_share == pytest.approx(0.1)
    assert "10.00% of" in holed.decisions[1]
    found = sample_heights(holed.raster, np.array([43.105, 43.105]), np.array([36.2995, 36.295]))
    np.testing.assert_array_equal(found, [np.nan, 250])


def test_refusals(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_raster(path, np.ones((1, 5, 5), np.int16), Grid.of_pixels(height=5, width=5))
    with pytest.raises(WrongReference, match="no reference"):
        read_elevation(path)
    write_raster(path, np.ones((3, 10, 10), np.int16), GRID)
    with pytest.raises(InvalidValue, match="3 bands"):
        read_elevation(path)
    write_raster(path, np.zeros((1, 10, 10), np.int16), GRID, nodata=0)
    with pytest.raises(InvalidValue, match="no height at all"):
        read_elevation(path)


@pytest.mark.skipif(not SRTM.is_file(), reason="the SRTM tile is not on this machine")
def test_real_tile() -> None:
    found = read_elevation(SRTM)
    # Barre des Écrins, 4102 m: a 90 m cell averages its summit away a little.
    top = np.max(found.raster.pixels)
    assert 3900 < top < 4102
