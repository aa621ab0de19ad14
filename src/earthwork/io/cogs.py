"""Cloud-optimised GeoTIFFs written from windows: the whole raster is never in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.windows import Window as FileWindow

from earthwork.errors import InvalidValue
from earthwork.io.rasters import quietly
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Pixels

_TILE_PX = 512
_COLOUR_BANDS = (3, 4)


def write_cog(
    path: Path,
    tiles: Iterable[tuple[Window, Pixels]],
    grid: Grid,
    *,
    dtype: np.dtype[Any] | type[np.generic],
    bands: int,
    band_names: tuple[str, ...] = (),
    nodata: float | None = None,
    is_classes: bool = False,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write windows of pixels as one cloud-optimised GeoTIFF, at once or not at all.

    Parameters
    ----------
    path
        The file to make or replace.
    tiles
        Windows that cover the grid once, each with its pixels, dims (band, row, column); they are
        taken one by one.
    grid
        Shape, placement and reference system.
    dtype
        Type of the pixels.
    bands
        Number of bands.
    band_names
        A description for each band; none if empty.
    nodata
        Value that means no data.
    is_classes
        True for codes: overviews then pick a pixel and do not average.
    tags
        Tags to keep with the file.

    Raises
    ------
    InvalidValue
        If the windows do not cover the grid.
    """
    loose = path.with_name(f".{path.name}.{os.getpid()}.loose")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    profile = _loose_profile(grid, dtype=np.dtype(dtype), bands=bands, nodata=nodata)
    try:
        with quietly(), rasterio.open(loose, "w", **profile) as file:
            covered = _fill(file, tiles)
            for number, name in enumerate(band_names, start=1):
                file.set_band_description(number, name)
            file.update_tags(**dict(tags or {}))
        _require_covered(covered, grid, path)
        with quietly():
            rasterio.shutil.copy(loose, partial, **_cog_options(np.dtype(dtype), is_classes))
        partial.replace(path)
    finally:
        loose.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)


def _loose_profile(
    grid: Grid, *, dtype: np.dtype[Any], bands: int, nodata: float | None
) -> dict[str, Any]:
    colour = {"photometric": "rgb"} if bands in _COLOUR_BANDS else {}
    return colour | {
        "driver": "GTiff",
        "dtype": dtype.name,
        "count": bands,
        "height": grid.height,
        "width": grid.width,
        "crs": None if grid.crs is None else grid.crs.to_wkt(),
        "transform": None if grid.crs is None else grid.transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": _TILE_PX,
        "blockysize": _TILE_PX,
        "interleave": "pixel",
        "bigtiff": "if_safer",
    }


def _fill(file: Any, tiles: Iterable[tuple[Window, Pixels]]) -> int:
    covered = 0
    for window, pixels in tiles:
        where = FileWindow(window.column, window.row, window.width, window.height)
        file.write(pixels, window=where)
        covered += window.height * window.width
    return covered


def _require_covered(covered: int, grid: Grid, path: Path) -> None:
    if covered != grid.height * grid.width:
        raise InvalidValue(
            f"windows of {covered} pixels for a grid of {grid.height * grid.width}",
            where=str(path),
            cause="a window was left out, or given twice",
        )


def _cog_options(dtype: np.dtype[Any], is_classes: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    is_floating = np.issubdtype(dtype, np.floating)
    return {
        "driver": "COG",
        "COMPRESS": "DEFLATE",
        "LEVEL": "1",
        "PREDICTOR": "FLOATING_POINT" if is_floating else "STANDARD",
        "BLOCKSIZE": str(_TILE_PX),
        "NUM_THREADS": "2",
        "BIGTIFF": "IF_SAFER",
        "OVERVIEW_RESAMPLING": "NEAREST" if is_classes else "AVERAGE",
        "RESAMPLING": "NEAREST" if is_classes else "AVERAGE",
    }
