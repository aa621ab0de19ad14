"""Cloud-optimised GeoTIFFs written from windows: the whole raster is never in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

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


class CogWriter:
    """A cloud-optimised GeoTIFF being written; use it in a ``with`` statement.

    The file appears at the end, whole, or not at all. Several can be open at once, so that what
    comes in one pass over the ground goes into several files.

    Parameters
    ----------
    path
        The file to make or replace.
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
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        *,
        dtype: np.dtype[Any] | type[np.generic],
        bands: int,
        band_names: tuple[str, ...] = (),
        nodata: float | None = None,
        is_classes: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self._grid = grid
        self._dtype = np.dtype(dtype)
        self._is_classes = is_classes
        self._loose = path.with_name(f".{path.name}.{os.getpid()}.loose")
        self._covered = 0
        profile = _loose_profile(grid, dtype=self._dtype, bands=bands, nodata=nodata)
        with quietly():
            self._file = rasterio.open(self._loose, "w", **profile)
        for number, name in enumerate(band_names, start=1):
            self._file.set_band_description(number, name)
        self._file.update_tags(**dict(tags or {}))

    def write(self, window: Window, pixels: Pixels) -> None:
        """Write the pixels of one window, dims (band, row, column)."""
        where = FileWindow(window.column, window.row, window.width, window.height)
        self._file.write(pixels, window=where)
        self._covered += window.height * window.width

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place, unless something went wrong.

        Raises
        ------
        InvalidValue
            If the windows do not cover the grid.
        """
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")
        try:
            with quietly():
                self._file.close()
            if kind is None:
                _require_covered(self._covered, self._grid, self.path)
                with quietly():
                    options = _cog_options(self._dtype, is_classes=self._is_classes)
                    rasterio.shutil.copy(self._loose, partial, **options)
                partial.replace(self.path)
        finally:
            self._loose.unlink(missing_ok=True)
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


def _require_covered(covered: int, grid: Grid, path: Path) -> None:
    if covered != grid.height * grid.width:
        raise InvalidValue(
            f"windows of {covered} pixels for a grid of {grid.height * grid.width}",
            where=str(path),
            cause="a window was left out, or given twice",
        )


def _cog_options(dtype: np.dtype[Any], *, is_classes: bool) -> dict[str, Any]:
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
