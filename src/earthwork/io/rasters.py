"""Image files opened as rasters, window by window, and rasters written to the same bytes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from math import floor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window as FileWindow

from earthwork.errors import InvalidValue, UnreadableImage, WrongReference
from earthwork.io.camera_models import camera_from_tags
from earthwork.io.image_integrity import (
    cut_short,
    driver_of,
    require_file,
    require_modest,
    require_whole,
)
from earthwork.io.reference_fit import require_fit
from earthwork.model.camera import RationalCamera
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Pixels, Raster, whole

_DEPTHS = (8, 10, 11, 12, 14, 16)
_SAMPLE_SIDE = 4
_SAMPLE_PX = 128
_TILE_PX = 512
_GSD_TAG = "EARTHWORK_GSD_M"
_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


class RasterFile:
    """An open image file: a :class:`~earthwork.model.raster.Raster` with a lifetime.

    Bands count without alpha; a palette is read as the colours it stands for. Close it, or use it
    in a ``with`` statement.

    Attributes
    ----------
    path
        The file.
    grid
        Shape and placement; a pixel grid where the file names no reference system.
    bands
        Number of bands without alpha.
    dtype
        numpy dtype of the pixels.
    bits
        Significant bits of a pixel value; None for other than whole numbers.
    band_names
        Names in order: described, else colours, else 'pan' where the file says so, else 'grey'.
    tags
        The file's own tags.
    camera
        Camera model from the file's RPC tags; None without.
    crop_origin
        (column, row) of the full image at which this crop begins, for a sensor-geometry crop
        whose transform says so; None otherwise.
    decisions
        What was decided on reading it, in sentences.
    """

    def __init__(self, dataset: Any, path: Path, *, stated_gsd_m: float | None = None) -> None:
        self._dataset = dataset
        self.path = path
        self.tags: Mapping[str, str] = dict(dataset.tags())
        self._palette = _palette(dataset)
        self._indexes = tuple(
            index
            for index, colour in zip(dataset.indexes, dataset.colorinterp, strict=True)
            if colour is not ColorInterp.alpha
        )
        self.dtype = np.dtype(np.uint8 if self._palette is not None else dataset.dtypes[0])
        decisions: list[str] = []
        self.grid = _grid(dataset, path, stated_gsd_m, decisions)
        self.crop_origin = _crop_origin(dataset, decisions)
        self.camera: RationalCamera | None = _camera(dataset, path, decisions)
        self.bits = _bits(dataset, self._indexes, self.dtype, path, decisions)
        self.band_names = _band_names(dataset, self._indexes, self._palette, self.tags)
        self.decisions = tuple(decisions)

    def __enter__(self) -> Self:
        """Return this raster."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    @property
    def bands(self) -> int:
        """Return the number of bands without alpha."""
        return len(self.band_names)

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window, in the file's own dtype.

        Raises
        ------
        UnreadableImage
            If a block does not decode.
        InvalidValue
            If the window is not within the grid.
        """
        if self._palette is None:
            return self._read(window, self._indexes)
        return np.moveaxis(self._colours(window)[..., :3], -1, 0)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where nodata, alpha, mask and numbers say there is data."""
        if self._palette is not None:
            return np.asarray(self._colours(window)[..., 3] > 0)
        try:
            mask = self._dataset.dataset_mask(window=self._window(window)) > 0
        except RasterioError as error:
            raise cut_short(self.path, str(error.__cause__ or error)) from error
        if np.issubdtype(self.dtype, np.floating):
            mask &= np.isfinite(self._read(window, self._indexes)).any(axis=0)
        return np.asarray(mask)

    def _colours(self, window: Window) -> NDArray[np.uint8]:
        assert self._palette is not None  # noqa: S101 - only called with one
        return np.asarray(self._palette[self._read(window, (1,))[0]])

    def _read(self, window: Window, indexes: tuple[int, ...]) -> Pixels:
        try:
            return np.asarray(self._dataset.read(list(indexes), window=self._window(window)))
        except RasterioError as error:
            raise cut_short(self.path, str(error.__cause__ or error)) from error

    def _window(self, window: Window) -> FileWindow:
        bottom, right = window.row + window.height, window.column + window.width
        if (
            min(window.row, window.column) < 0
            or bottom > self.grid.height
            or right > self.grid.width
        ):
            raise InvalidValue(
                f"rows {window.row} to {bottom}, columns {window.column} to {right} are asked of"
                f" {self.grid.height} rows and {self.grid.width} columns",
                where=str(self.path),
            )
        return FileWindow(window.column, window.row, window.width, window.height)


def open_raster(path: Path, *, stated_gsd_m: float | None = None) -> RasterFile:
    """Open an image (GeoTIFF, COG, VRT, JPEG 2000, JPEG, PNG, WebP) as a raster.

    Parameters
    ----------
    path
        The file.
    stated_gsd_m
        Ground sample distance in metres, used only where the file names no reference system.

    Raises
    ------
    UnreadableImage
        If it is absent, empty, no image, cut short, without bands, complex, or too large.
    WrongReference
        If its coordinates do not fit the reference system it names, or it has no coordinates.
    """
    path = Path(path)
    require_file(path)
    with quietly():
        dataset = _opened(path)
        try:
            _require_bands(dataset, path)
            require_modest(dataset, path)
            require_whole(dataset, path)
            return RasterFile(dataset, path, stated_gsd_m=stated_gsd_m)
        except BaseException:
            dataset.close()
            raise


def read_array(raster: Raster) -> ArrayRaster:
    """Return a raster wholly in memory; its mask is None where every pixel holds data."""
    window = whole(raster.grid)
    mask = raster.valid(window)
    return ArrayRaster(
        grid=raster.grid, pixels=raster.read(window), mask=None if mask.all() else mask
    )


def write_raster(
    path: Path,
    pixels: Pixels,
    grid: Grid,
    *,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write a tiled, deflated GeoTIFF at once or not at all; same input, same bytes.

    Parameters
    ----------
    path
        The file to make or replace.
    pixels
        Dims (band, row, column); truth values are written as 0 and 1.
    grid
        Their grid. On a pixel grid the stated pixel size is kept in a tag.
    nodata
        Value that means no data.
    tags
        Tags to keep with the file.

    Raises
    ------
    InvalidValue
        If the pixels do not fit the grid.
    """
    ArrayRaster(grid=grid, pixels=pixels)
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8)
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with quietly(), rasterio.open(partial, "w", **_profile(pixels, grid, nodata)) as file:
            file.write(pixels)
            file.update_tags(**_written_tags(grid, tags or {}))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def require_compatible(before: Raster, after: Raster) -> tuple[str, ...]:
    """Say what is decided so that two images can be compared: bands and depths that differ.

    Returns
    -------
    tuple of str
        Sentences for the record; empty if nothing had to be decided.
    """
    decisions = []
    if before.bands != after.bands:
        decisions.append(
            f"The earlier image has {_counted(before.bands, 'band')} and the later"
            f" {_counted(after.bands, 'band')}: their brightness is compared, not their colour."
        )
    depths = (getattr(before, "bits", None), getattr(after, "bits", None))
    if None not in depths and depths[0] != depths[1]:
        decisions.append(
            f"Pixel values have {depths[0]} bits in the earlier image and {depths[1]} in the later:"
            " they are brought to one scale before they are compared."
        )
    return tuple(decisions)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def quietly() -> Iterator[None]:
    """Let files without georeference pass unremarked: here they are an ordinary input."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def _opened(path: Path) -> Any:
    try:
        return rasterio.open(path, driver=driver_of(path))
    except RasterioError as error:
        raise UnreadableImage(
            f"it does not open as an image: {error}",
            where=str(path),
            cause="an image cut short, or of a kind that its format seldom has",
        ) from error


def _require_bands(dataset: Any, path: Path) -> None:
    if dataset.count == 0:
        raise UnreadableImage(
            "it holds no bands",
            where=str(path),
            cause="a container of several images",
            choices=["extract one of them with gdal_translate"],
        )
    if any("complex" in dtype for dtype in dataset.dtypes):
        raise UnreadableImage(
            "its pixels are complex numbers",
            where=str(path),
            cause="a radar product before detection (single look complex)",
            choices=["a detected product: amplitude or intensity"],
        )
    if set(dataset.colorinterp) == {ColorInterp.alpha}:
        raise UnreadableImage("it holds only an alpha band", where=str(path))


def _palette(dataset: Any) -> NDArray[np.uint8] | None:
    if dataset.count != 1 or dataset.colorinterp[0] is not ColorInterp.palette:
        return None
    table = np.zeros((max(256, 1 << 8 * np.dtype(dataset.dtypes[0]).itemsize), 4), dtype=np.uint8)
    for index, colour in dataset.colormap(1).items():
        table[index] = colour
    return table


def _grid(dataset: Any, path: Path, stated_gsd_m: float | None, decisions: list[str]) -> Grid:
    height, width = dataset.height, dataset.width
    if dataset.crs is None:
        gsd_m = stated_gsd_m
        if gsd_m is None and _GSD_TAG in dataset.tags():
            gsd_m = float(dataset.tags()[_GSD_TAG])
        _note_unplaced(dataset, decisions)
        return Grid.of_pixels(height=height, width=width, gsd_m=gsd_m)
    if dataset.transform.is_identity:
        raise WrongReference(
            "it names a reference system but holds no coordinates",
            where=str(path),
            cause="a world file or a header was lost on the way",
            choices=["place it by bounds, control points or a camera model"],
        )
    code = dataset.crs.to_epsg(confidence_threshold=100)
    crs = CRS.from_wkt(dataset.crs.to_wkt()) if code is None else CRS.from_epsg(code)
    grid = Grid(height=height, width=width, transform=Affine(*dataset.transform[:6]), crs=crs)
    if not np.isfinite(dataset.transform).all():
        raise WrongReference(
            "its coordinates are not numbers", where=str(path), cause="a damaged header"
        )
    if dataset.transform.is_degenerate:
        raise WrongReference("its pixels have no size", where=str(path), cause="a damaged header")
    require_fit(grid.outline.bounds, crs, where=str(path))
    return grid


def _note_unplaced(dataset: Any, decisions: list[str]) -> None:
    if dataset.gcps[0]:
        decisions.append(
            f"The file carries {len(dataset.gcps[0])} control points, which are not used."
        )
    if not dataset.transform.is_identity and not _is_crop(dataset.transform):
        decisions.append(
            "The file has a placement but names no reference system: it is read as a picture"
            " without place."
        )


def _is_crop(transform: Affine) -> bool:
    is_unit = (transform.a, transform.b, transform.d, abs(transform.e)) == (1, 0, 0, 1)
    return is_unit and min(transform.c, transform.f) >= 0 and not transform.is_identity


def _crop_origin(dataset: Any, decisions: list[str]) -> tuple[float, float] | None:
    if dataset.crs is not None or not _is_crop(dataset.transform):
        return None
    # A crop begins at a whole pixel: a half reveals a writer who counts from pixel centres.
    column, row = floor(dataset.transform.c + 0.5), floor(dataset.transform.f + 0.5)
    decisions.append(
        f"The image is a crop in sensor geometry that begins at column {column}, row {row} of the"
        " full image."
    )
    return (float(column), float(row))


def _camera(dataset: Any, path: Path, decisions: list[str]) -> RationalCamera | None:
    tags = dataset.tags(ns="RPC")
    if not tags:
        return None
    camera = camera_from_tags(tags, where=str(path))
    decisions.append("The camera model is the file's own (RPC tags).")
    crop = _crop_origin(dataset, [])
    if crop is None:
        return camera
    return replace(camera, crop_column=crop[0], crop_row=crop[1])


def _bits(
    dataset: Any,
    indexes: tuple[int, ...],
    dtype: np.dtype[Any],
    path: Path,
    decisions: list[str],
) -> int | None:
    if not np.issubdtype(dtype, np.integer):
        return None
    stated = dataset.tags(1, ns="IMAGE_STRUCTURE").get("NBITS")
    if stated is not None:
        return int(stated)
    if dtype.itemsize == 1:
        return 8
    brightest = _brightest_sampled(dataset, indexes, path)
    bits = next((depth for depth in _DEPTHS if brightest < 1 << depth), dtype.itemsize * 8)
    decisions.append(
        f"The file does not state how many bits its values have: {bits} are taken, since the"
        f" greatest of a sample is {brightest}."
    )
    return bits


def _brightest_sampled(dataset: Any, indexes: tuple[int, ...], path: Path) -> int:
    brightest = 0
    for row in np.linspace(0, max(0, dataset.height - _SAMPLE_PX), _SAMPLE_SIDE).astype(int):
        for column in np.linspace(0, max(0, dataset.width - _SAMPLE_PX), _SAMPLE_SIDE).astype(int):
            window = FileWindow(
                column,
                row,
                min(_SAMPLE_PX, dataset.width - column),
                min(_SAMPLE_PX, dataset.height - row),
            )
            try:
                sample = dataset.read(list(indexes), window=window, masked=True)
            except RasterioError as error:
                raise cut_short(path, str(error.__cause__ or error)) from error
            brightest = max(brightest, int(sample.filled(0).max()))
    return brightest


def _band_names(
    dataset: Any,
    indexes: tuple[int, ...],
    palette: NDArray[np.uint8] | None,
    tags: Mapping[str, str],
) -> tuple[str, ...]:
    if palette is not None:
        return tuple(colour.name for colour in _COLOURS)
    if len(indexes) == 1:
        return (dataset.descriptions[indexes[0] - 1] or ("pan" if _is_pan(tags) else "grey"),)
    return tuple(
        dataset.descriptions[i - 1] or _colour_name(dataset.colorinterp[i - 1], i) for i in indexes
    )


def _is_pan(tags: Mapping[str, str]) -> bool:
    described = tags.get("TIFFTAG_IMAGEDESCRIPTION", "").strip().upper() == "PAN"
    return described or tags.get("SPECTRAL_PROCESSING", "").strip() in {"P", "PAN"}


def _colour_name(colour: ColorInterp, index: int) -> str:
    return str(colour.name) if colour in _COLOURS else f"band {index}"


def _profile(pixels: Pixels, grid: Grid, nodata: float | None) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "dtype": pixels.dtype.name,
        "count": pixels.shape[0],
        "height": grid.height,
        "width": grid.width,
        "crs": None if grid.crs is None else grid.crs.to_wkt(),
        "transform": None if grid.crs is None else grid.transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": _TILE_PX,
        "blockysize": _TILE_PX,
        "compress": "deflate",
        "predictor": 3 if np.issubdtype(pixels.dtype, np.floating) else 2,
        "interleave": "band",
        "bigtiff": "if_safer",
    }


def _written_tags(grid: Grid, tags: Mapping[str, str]) -> dict[str, str]:
    own = {} if grid.stated_gsd_m is None else {_GSD_TAG: repr(grid.stated_gsd_m)}
    return own | dict(tags)
