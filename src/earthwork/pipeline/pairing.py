"""Two scenes brought onto one grid, window by window, with the report of how well they fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from earthwork.imagery.masks import SceneSurvey, pair_flags, scene_flags, settle_pair, survey
from earthwork.imagery.masks.bands import places_of
from earthwork.imagery.radiometry import RadiometricFit, fit_radiometry
from earthwork.imagery.registration import Registration, register
from earthwork.imagery.resampling import WarpedRaster
from earthwork.io.cogs import CogWriter
from earthwork.io.rasters import open_raster, read_array, require_compatible, write_raster
from earthwork.model.grid import Grid, Window, reproject
from earthwork.model.pair import (
    NO_MARKS,
    AlignmentStatus,
    AssessedMask,
    RegistrationReport,
    TieMarks,
)
from earthwork.model.raster import ArrayRaster, Pixels, Raster, whole
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Unassessed
from earthwork.model.warp_field import WarpField
from earthwork.pipeline.records import from_bytes, to_bytes

ALIGNED_FILE = "aligned.tif"
FIELD_FILE = "field.tif"
MASK_FILE = "assessed.tif"
REPORT_FILE = "report.json"
REASONS_FILE = "reasons.json"
RADIOMETRY_FILE = "radiometry.json"
_STEP_TAG = "EARTHWORK_KNOTS_PX"
_SAMPLES_PER_SIDE = 32
_TILE_PX = 2048
_WGS84 = CRS.from_epsg(4326)

Note = Callable[[str], None]
"""Hears in a sentence what is being done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is known of how an image was taken, as far as its masks ask for it."""

    sun: Angles | None = None
    """Direction of the sun."""
    bands: tuple[str, ...] = ()
    """Names of the bands in order; empty: red, green, blue, or one panchromatic band."""
    reflectance_per_count: float | None = None
    """Reflectance that one count stands for; None: counts mean nothing by themselves."""


_NOTHING_KNOWN = Taken()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuestion:
    """Which two images are to be brought together, and what people say of them."""

    before: Taken = _NOTHING_KNOWN
    """Of the earlier image."""
    after: Taken = _NOTHING_KNOWN
    """Of the later image."""
    marks: TieMarks = NO_MARKS
    """Points pinned, and ground struck."""


_PLAIN_QUESTION = PairQuestion()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPair:
    """What preparing a pair found; its pixels lie in files."""

    report: RegistrationReport
    """How well the two fit."""
    field: WarpField
    """Where each pixel of the earlier image lies in the later one."""
    radiometry: RadiometricFit | None
    """What brings the later image to the brightness of the earlier; None where nothing could be
    compared."""
    shares: dict[str, float]
    """Share of the grid, 0 to 1, that each reason takes, and the share assessed."""
    decisions: tuple[str, ...]
    """What was decided about unequal bands and depths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedPair:
    """An after-image on the before-grid, in memory."""

    before: ArrayRaster
    """The before-image."""
    after: ArrayRaster
    """The after-image, warped; masked where it has no pixels."""
    field: WarpField
    """Displacements: before (x, y) lies in the after-image at (x+dx, y+dy)."""
    report: RegistrationReport
    """How well they fit."""
    assessed: AssessedMask
    """Where the pair may be judged."""


def prepare_pair(
    before: Raster,
    after: Raster,
    out: Path,
    *,
    question: PairQuestion = _PLAIN_QUESTION,
    note: Note = lambda _: None,
) -> PreparedPair:
    """Bring one raster onto another's grid, in windows, and say where the two can be compared.

    Parameters
    ----------
    before, after
        The two rasters, on any grids; larger than memory if need be.
    out
        Folder for ``aligned.tif``, ``field.tif``, ``assessed.tif``, ``report.json``,
        ``reasons.json`` and ``radiometry.json``.
    question
        Sun and bands of both, and what people pinned or struck.
    note
        Hears what is being done.
    """
    out.mkdir(parents=True, exist_ok=True)
    decisions = require_compatible(before, after)
    note("seeking the ground of both in each other")
    registration = register(before, after, marks=question.marks)
    write_aligned(after, registration, out / ALIGNED_FILE, note=note)
    write_field(registration.field, out / FIELD_FILE)
    with open_raster(out / ALIGNED_FILE) as aligned:
        moved = OnGrid(raster=aligned, grid=before.grid)
        shares = _write_mask(before, moved, registration, question, out / MASK_FILE, note=note)
        radiometry = _fitted(before, moved, registration, out / MASK_FILE, note=note)
    (out / REPORT_FILE).write_bytes(to_bytes(registration.report))
    (out / REASONS_FILE).write_bytes(to_bytes(shares))
    (out / RADIOMETRY_FILE).write_bytes(to_bytes(radiometry))
    return PreparedPair(
        report=registration.report,
        field=registration.field,
        radiometry=radiometry,
        shares=shares,
        decisions=tuple(decisions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnGrid:
    """A raster said to lie on a grid: files keep a pixel size that was stated, not measured."""

    raster: Raster
    """The pixels."""
    grid: Grid
    """The grid, of the same shape."""

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return self.raster.bands

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window."""
        return self.raster.read(window)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        return self.raster.valid(window)


def write_aligned(
    after: Raster, registration: Registration, path: Path, *, note: Note = lambda _: None
) -> None:
    """Write an after-image on the before-grid, window by window; 0 means no data."""
    warped = WarpedRaster(raster=after, field=registration.field)
    dtype = after.read(Window(row=0, column=0, height=1, width=1)).dtype
    with CogWriter(path, warped.grid, dtype=dtype, bands=after.bands, nodata=0) as file:
        for tile in _told(warped.grid, "laying the later image on the earlier", note):
            pixels, valid = warped.sampled(tile)
            file.write(tile, with_absence(pixels, valid))


def write_windows(path: Path, raster: Raster) -> None:
    """Write a raster of numbers as float32, window by window; NaN means no data."""
    nothing = float("nan")
    with CogWriter(path, raster.grid, dtype=np.float32, bands=raster.bands, nodata=nothing) as file:
        for tile in raster.grid.tiles(side=_TILE_PX):
            held = raster.valid(tile)[None]
            file.write(tile, np.where(held, raster.read(tile), nothing).astype(np.float32))


def _told(grid: Grid, doing: str, note: Note) -> Iterator[Window]:
    """Yield the tiles of a grid; of a large one, say how far along they are."""
    tiles = list(grid.tiles(side=_TILE_PX))
    said = 0
    for number, tile in enumerate(tiles):
        share = 10 * number // len(tiles)
        if len(tiles) >= 20 and share != said:  # noqa: PLR2004 - less is over in a moment
            note(f"{doing}: {10 * share} %")
            said = share
        yield tile


def with_absence(pixels: Pixels, valid: NDArray[np.bool_]) -> Pixels:
    """Return pixels with 0 where there is no data, and no 0 where there is.

    A true 0 becomes the least number above it, so that it is not taken for absence.
    """
    dtype = pixels.dtype
    least = dtype.type(1) if np.issubdtype(dtype, np.integer) else np.finfo(dtype).tiny
    lifted = np.where(pixels == 0, least, pixels)
    return np.asarray(np.where(valid[None], lifted, 0).astype(dtype))


def masked_pixels(raster: ArrayRaster) -> NDArray[Any]:
    """Return pixels with 0 where there is no data, and no 0 where there is."""
    return raster.pixels if raster.mask is None else with_absence(raster.pixels, raster.mask)


def _write_mask(
    before: Raster,
    aligned: Raster,
    registration: Registration,
    question: PairQuestion,
    path: Path,
    *,
    note: Note,
) -> dict[str, float]:
    """Write the bits of all reasons, and return the share of each."""
    note("looking for cloud, water, shade and vegetation")
    taken = (question.before, question.after)
    seen = settle_pair(
        *(_surveyed(raster, of) for raster, of in zip((before, aligned), taken, strict=True)),
        suns=(question.before.sun, question.after.sun),
    )
    counts = dict.fromkeys(Unassessed, 0)
    clear = 0
    with CogWriter(path, before.grid, dtype=np.uint16, bands=1, is_classes=True) as file:
        for tile in _told(before.grid, "writing what can be judged", note):
            flags = pair_flags(
                scene_flags(before, tile, seen[0]), scene_flags(aligned, tile, seen[1])
            )
            lost = np.isnan(registration.field.error_px(tile))
            flags |= np.where(lost, np.uint16(Unassessed.NOT_ALIGNED.bit), np.uint16(0))
            for reason in Unassessed:
                counts[reason] += int(np.count_nonzero(flags & np.uint16(reason.bit)))
            clear += int(np.count_nonzero(flags == 0))
            file.write(tile, flags[None])
    area = before.grid.height * before.grid.width
    shares = {r.value: n / area for r, n in sorted(counts.items()) if n}
    return {"assessed": clear / area} | shares


def _surveyed(raster: Raster, taken: Taken) -> SceneSurvey:
    places = places_of(taken.bands)
    spectral = None not in {places.blue, places.infrared, places.shortwave}
    return survey(
        raster,
        sun=taken.sun,
        places=places if places.colours else None,
        reflectance_per_count=taken.reflectance_per_count if spectral else None,
    )


def _fitted(
    before: Raster, aligned: Raster, registration: Registration, mask: Path, *, note: Note
) -> RadiometricFit | None:
    if registration.report.status is AlignmentStatus.NOT_ALIGNED:
        return None
    note("bringing the brightness of both together")
    with open_raster(mask) as flags:
        return fit_radiometry(
            before, aligned, lambda window: np.asarray(flags.read(window)[0] == 0)
        )


def write_field(field: WarpField, path: Path) -> None:
    """Write a field as three bands: dx, dy and expected error at its knots, in pixels."""
    _, rows, columns = field.knots.shape
    step = field.step_px
    shift = Affine.translation(-step / 2, -step / 2) @ Affine.scale(step)
    grid = Grid(
        height=rows,
        width=columns,
        transform=field.grid.transform @ shift,
        crs=field.grid.crs,
        stated_gsd_m=None if field.grid.stated_gsd_m is None else field.grid.stated_gsd_m * step,
    )
    tags = {_STEP_TAG: str(step), "UNITS": "pixels", "BANDS": "dx, dy, expected error"}
    write_raster(path, field.knots.astype(np.float64), grid, nodata=float("nan"), tags=tags)


def read_field(folder: Path, grid: Grid) -> WarpField:
    """Return the field that a finished 'align' step holds.

    Parameters
    ----------
    folder
        Where the step's files lie.
    grid
        The before-grid.
    """
    with open_raster(folder / FIELD_FILE) as raster:
        knots = raster.read(whole(raster.grid)).astype(np.float64, copy=False)
        step = int(raster.tags[_STEP_TAG])
    return WarpField(grid=grid, step_px=step, knots=knots)


def read_registration(folder: Path) -> RegistrationReport:
    """Return the registration report that a finished 'align' step holds."""
    return from_bytes(RegistrationReport, (folder / REPORT_FILE).read_bytes())


def read_reasons(folder: Path) -> dict[str, float]:
    """Return the share assessed, and the shares that each reason takes."""
    return dict(json.loads((folder / REASONS_FILE).read_bytes()))


def read_radiometry(folder: Path) -> RadiometricFit | None:
    """Return what brings the later image to the brightness of the earlier; None if not compared."""
    data = (folder / RADIOMETRY_FILE).read_bytes()
    return None if json.loads(data) is None else from_bytes(RadiometricFit, data)


def read_mask(folder: Path) -> AssessedMask:
    """Return the assessed mask that a finished 'align' step holds, with its reasons."""
    with open_raster(folder / MASK_FILE) as raster:
        flags = raster.read(whole(raster.grid))[0].astype(np.uint16, copy=False)
        return AssessedMask(grid=raster.grid, flags=flags)


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
    flags = mask.flags[rows[inside].astype(int), columns[inside].astype(int)]
    return float((flags == 0).mean())


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
        field=read_field(folder, still.grid),
        report=read_registration(folder),
        assessed=AssessedMask(grid=still.grid, flags=read_mask(folder).flags),
    )
