"""Two scenes brought onto one grid, with the report that says how well they fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from earthwork.imagery.masks import assess
from earthwork.imagery.registration import register, warp
from earthwork.io.rasters import open_raster, read_array, require_compatible, write_raster
from earthwork.model.grid import Grid, reproject
from earthwork.model.pair import AssessedMask, RegistrationReport
from earthwork.model.raster import ArrayRaster, Raster, whole
from earthwork.model.vocabulary import Unassessed
from earthwork.pipeline.records import encode, from_bytes, to_bytes

ALIGNED_FILE = "aligned.tif"
FIELD_FILE = "field.tif"
MASK_FILE = "assessed.tif"
REPORT_FILE = "report.json"
REASONS_FILE = "reasons.json"
_SAMPLES_PER_SIDE = 32
_WGS84 = CRS.from_epsg(4326)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedPair:
    """An after-image on the before-grid."""

    before: ArrayRaster
    """The before-image."""
    after: ArrayRaster
    """The after-image, warped; masked where it has no pixels."""
    field: NDArray[np.float32]
    """Dims (2, row, column): dx, dy in pixels; before (x, y) lies in after at (x+dx, y+dy)."""
    report: RegistrationReport
    """How well they fit."""
    assessed: AssessedMask
    """Where the pair may be judged."""
    decisions: tuple[str, ...]
    """What was decided about unequal bands and depths."""


def align(before: Raster, after: Raster) -> AlignedPair:
    """Bring one raster onto another's grid and say where the two can be compared.

    Parameters
    ----------
    before, after
        The two rasters, on any grids.
    """
    decisions = require_compatible(before, after)
    registration = register(before, after)
    moved = warp(after, registration.field, grid=before.grid)
    still = read_array(before)
    assessed = assess(still, moved, report=registration.report)
    return AlignedPair(
        before=still,
        after=moved,
        field=registration.field,
        report=registration.report,
        assessed=assessed,
        decisions=tuple(decisions),
    )


def write_pair(pair: AlignedPair, out: Path) -> None:
    """Write an aligned pair: image, field, mask, report and reasons."""
    grid = pair.before.grid
    write_raster(out / ALIGNED_FILE, masked_pixels(pair.after), grid, nodata=0)
    write_raster(out / FIELD_FILE, pair.field, grid)
    write_raster(out / MASK_FILE, pair.assessed.assessed[None].astype(np.uint8), grid)
    (out / REPORT_FILE).write_bytes(to_bytes(pair.report))
    (out / REASONS_FILE).write_bytes(to_bytes(reason_shares(pair.assessed)))


def masked_pixels(raster: ArrayRaster) -> NDArray[Any]:
    """Return pixels with 0 where there is no data, and no 0 where there is.

    A true 0 becomes the least number above it, so that it is not taken for absence.
    """
    if raster.mask is None:
        return raster.pixels
    dtype = raster.pixels.dtype
    least = dtype.type(1) if np.issubdtype(dtype, np.integer) else np.finfo(dtype).tiny
    lifted = np.where(raster.pixels == 0, least, raster.pixels)
    return np.asarray(np.where(raster.mask[None], lifted, 0).astype(dtype))


def reason_shares(mask: AssessedMask) -> dict[str, float]:
    """Return the share of the grid, 0 to 1, that each reason takes, and the share assessed."""
    shares = {reason.value: float(where.mean()) for reason, where in mask.reasons.items()}
    return {"assessed": mask.share} | {k: v for k, v in sorted(shares.items()) if v > 0}


def read_registration(folder: Path) -> RegistrationReport:
    """Return the registration report that a finished 'align' step holds."""
    return from_bytes(RegistrationReport, (folder / REPORT_FILE).read_bytes())


def read_reasons(folder: Path) -> dict[str, float]:
    """Return the shares that each reason takes, as ``reason_shares`` wrote them."""
    return dict(json.loads((folder / REASONS_FILE).read_bytes()))


def read_mask(folder: Path) -> AssessedMask:
    """Return the assessed mask that a finished 'align' step holds, without its reasons."""
    with open_raster(folder / MASK_FILE) as raster:
        assessed = raster.read(whole(raster.grid))[0].astype(bool)
        grid = raster.grid
    return AssessedMask.of(grid, {Unassessed.NO_DATA: ~assessed})


def assessed_share(mask: AssessedMask, area: BaseGeometry) -> float:
    """Return the assessed share of an area, by regular sampling.

    Parameters
    ----------
    mask
        A mask on a georeferenced grid.
    area
        Longitude and latitude.

    Returns
    -------
    float
        0 to 1; 0 where no sample falls on the grid.
    """
    crs = mask.grid.crs
    if crs is None or area.is_empty:
        return 0.0
    local = reproject(area, source=_WGS84, target=crs)
    x, y = _samples(local)
    columns, rows = ~mask.grid.transform @ (x, y)
    inside = _on_grid(mask.grid, columns, rows)
    if not inside.any():
        return 0.0
    return float(mask.assessed[rows[inside].astype(int), columns[inside].astype(int)].mean())


def _on_grid(
    grid: Grid, columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.bool_]:
    return (columns >= 0) & (rows >= 0) & (columns < grid.width) & (rows < grid.height)


def _samples(area: BaseGeometry) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    west, south, east, north = area.bounds
    across = np.linspace(west, east, _SAMPLES_PER_SIDE)
    along = np.linspace(south, north, _SAMPLES_PER_SIDE)
    x, y = (axis.ravel() for axis in np.meshgrid(across, along))
    within = contains_xy(area, x, y)
    if not within.any():
        point = area.representative_point()
        return np.array([point.x]), np.array([point.y])
    return x[within], y[within]


@contextmanager
def open_aligned(folder: Path) -> Iterator[Raster]:
    """Open the after-image on the before-grid that a finished 'align' step holds."""
    with open_raster(folder / ALIGNED_FILE) as raster:
        yield raster


def read_field(folder: Path) -> NDArray[np.float32]:
    """Return the field (2, row, column) that a finished 'align' step holds, dx and dy in pixels."""
    with open_raster(folder / FIELD_FILE) as raster:
        return raster.read(whole(raster.grid)).astype(np.float32, copy=False)


def read_aligned(before: Raster, folder: Path) -> AlignedPair:
    """Return the pair that a finished 'align' step holds, in memory.

    Parameters
    ----------
    before
        The before-image, open.
    folder
        Where the step's files lie.
    """
    still = read_array(before)
    with open_raster(folder / ALIGNED_FILE) as raster:
        moved = read_array(raster)
    return AlignedPair(
        before=still,
        after=ArrayRaster(grid=still.grid, pixels=moved.pixels, mask=moved.mask),
        field=read_field(folder),
        report=read_registration(folder),
        assessed=replace(read_mask(folder), grid=still.grid),
        decisions=(),
    )


def tie_points_geojson(report: RegistrationReport) -> dict[str, Any]:
    """Return the tie points as GeoJSON in pixels of the before-image."""
    return {
        "type": "FeatureCollection",
        "earthwork:coordinates": "pixels of the before-image, x right, y down",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [point.before_x, point.before_y]},
                "properties": encode(point),
            }
            for point in report.tie_points
        ],
    }
