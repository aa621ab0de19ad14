"""Images in sensor geometry laid on the ground with their rational polynomial camera.

Pixel coordinates of a camera (``project``, ``localise``) count from 0 at the *centre* of the upper
left pixel of the image in hand, as RPC00B does; a :class:`~earthwork.model.grid.Grid` counts from
its corner. The half pixel between the two is added in this module and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from earthwork.errors import InvalidValue, NoOverlap, WrongReference
from earthwork.model.camera import RationalCamera
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Pixels, Raster, whole
from earthwork.model.scene import Angles

Floats = NDArray[np.float64]

_WGS84 = CRS.from_epsg(4326)
_GEOD = Geod(ellps="WGS84")
_MOST_STEPS = 20
_CONVERGED = 1e-11
_STEP = 1e-6
_BEYOND_MODEL = 1.5
_TILE_PX = 512
_MARGIN_PX = 4
_ALL_VALID = 0.999
_RAY_M = 500.0
_NOWHERE_PX = -1e6
_HALF_CELL = 0.5
_INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


def project(
    camera: RationalCamera,
    longitude: Floats | float,
    latitude: Floats | float,
    height_m: Floats | float,
) -> tuple[Floats, Floats]:
    """Return the pixels on which places on the ground fall.

    Parameters
    ----------
    camera
        The camera; its crop's place is subtracted.
    longitude, latitude
        Degrees east and north, WGS 84; float64 of any one shape.
    height_m
        Metres above the ellipsoid, of that shape or a single number.

    Returns
    -------
    tuple of ndarray
        ``(column, row)``, float64, 0 at the centre of the upper left pixel of the image. NaN where
        an input is NaN or lies so far outside that the model means nothing (beyond 1.5 times its
        validity range).

    References
    ----------
    NIMA STDI-0002, appendix E: RPC00B, version 2.1 (2000).
    """
    x, y, z = _normalised(camera, longitude, latitude, height_m)
    outside = (np.abs(x) > _BEYOND_MODEL) | (np.abs(y) > _BEYOND_MODEL)
    column, row = _projected(camera, x, y, z)
    return np.where(outside, np.nan, column), np.where(outside, np.nan, row)


def localise(
    camera: RationalCamera,
    column: Floats | float,
    row: Floats | float,
    height_m: Floats | float,
) -> tuple[Floats, Floats]:
    """Return the places on the ground that pixels show at a height: the inverse of ``project``.

    Parameters
    ----------
    camera
        The camera.
    column, row
        Pixels, 0 at the centre of the upper left pixel; float64 of any one shape.
    height_m
        Metres above the ellipsoid, of that shape or a single number.

    Returns
    -------
    tuple of ndarray
        ``(longitude, latitude)`` in degrees, float64; NaN where Newton's method finds no place.
    """
    columns, rows, heights = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (column, row, height_m))
    )
    z = (heights - camera.height_offset_m) / camera.height_scale_m
    x, y = np.zeros(columns.shape), np.zeros(columns.shape)
    moved = np.full(columns.shape, np.inf)
    for _ in range(_MOST_STEPS):
        dx, dy = _newton_step(camera, (x, y, z), columns, rows)
        x, y = np.clip(x + dx, -3.0, 3.0), np.clip(y + dy, -3.0, 3.0)
        moved = np.hypot(dx, dy)
        if bool(np.all(moved < _CONVERGED)):
            break
    is_found = (moved < _CONVERGED * 1e3) & (np.maximum(np.abs(x), np.abs(y)) <= _BEYOND_MODEL)
    longitude = camera.longitude_offset_deg + x * camera.longitude_scale_deg
    latitude = camera.latitude_offset_deg + y * camera.latitude_scale_deg
    return np.where(is_found, longitude, np.nan), np.where(is_found, latitude, np.nan)


def ground_grid(
    camera: RationalCamera,
    shape: tuple[int, int],
    *,
    height_m: float,
    gsd_m: float | None = None,
) -> Grid:
    """Return the north-up UTM grid that holds what an image shows at a height.

    Parameters
    ----------
    camera
        The camera of the image.
    shape
        Rows and columns of the image in sensor geometry.
    height_m
        Mean height of the ground, metres above the ellipsoid.
    gsd_m
        Pixel size in metres; None takes that of the image's centre, rounded to a centimetre.

    Raises
    ------
    WrongReference
        If the camera sees no ground there: model and image do not belong together.
    """
    height, width = shape
    longitude, latitude = localise(camera, *_border(height, width), height_m)
    if not np.isfinite(longitude).all():
        raise WrongReference(
            f"the camera model sees no ground for an image of {width}×{height} pixels",
            cause="the model belongs to another image, or the crop's place in it is missing",
            choices=["give the camera model of this image", "give the crop's first column and row"],
        )
    pixel_m = gsd_m if gsd_m is not None else round(_pixel_size_m(camera, shape, height_m), 2)
    if not pixel_m > 0:
        raise InvalidValue(f"a pixel of {pixel_m} m", where="gsd_m", choices=["metres above 0"])
    crs = _utm(float(longitude.mean()), float(latitude.mean()))
    east, north = Transformer.from_crs(_WGS84, crs, always_xy=True).transform(longitude, latitude)
    return _snapped(np.asarray(east), np.asarray(north), pixel_m, crs)


def view_direction(camera: RationalCamera, shape: tuple[int, int], *, height_m: float) -> Angles:
    """Return the direction from the ground at an image's centre to the sensor.

    It follows from the camera model alone: the ray of the centre pixel, localised 500 m apart in
    height, leans toward the sensor.

    Raises
    ------
    WrongReference
        If the camera sees no ground there.
    """
    centre = ((shape[1] - 1) / 2, (shape[0] - 1) / 2)
    low = localise(camera, *centre, height_m)
    high = localise(camera, *centre, height_m + _RAY_M)
    if not np.isfinite([*low, *high]).all():
        raise WrongReference("the camera model sees no ground at the image's centre")
    azimuth, _, leaning_m = _GEOD.inv(low[0], low[1], high[0], high[1])
    return Angles(
        azimuth_deg=float(azimuth) % 360,
        elevation_deg=float(np.degrees(np.arctan2(_RAY_M, leaning_m))),
    )


def orthorectify(
    raster: Raster,
    camera: RationalCamera,
    *,
    target: Grid,
    height_m: float,
    elevation: Raster | None = None,
    interpolation: str = "cubic",
) -> ArrayRaster:
    """Lay an image in sensor geometry on a grid of the ground.

    Parameters
    ----------
    raster
        The image; its own grid is not used.
    camera
        Its camera.
    target
        The grid to fill.
    height_m
        Height of the ground where no ``elevation`` is given, metres above the ellipsoid. An error
        of 10 m in height moves the ground by 10 m times the tangent of the view angle.
    elevation
        Heights in metres above the ellipsoid, georeferenced; its first band is used. Ground that
        it does not cover is masked.
    interpolation
        'cubic' or 'bilinear'.

    Returns
    -------
    ArrayRaster
        Pixels of the image's dtype on ``target``; masked where the image does not look, where it
        holds no data, and where no height is known.

    Raises
    ------
    NoOverlap
        If no pixel of the target lies in the image.
    WrongReference
        If the target, or the elevation, is a pixel grid.
    InvalidValue
        For an unknown interpolation.
    """
    if interpolation not in _INTERPOLATIONS:
        raise InvalidValue(
            f"interpolation '{interpolation}'",
            choices=sorted(_INTERPOLATIONS),
            where="orthorectify",
        )
    to_lonlat = _lonlat_of(target)
    dtype = raster.read(Window(row=0, column=0, height=1, width=1)).dtype
    pixels = np.zeros((raster.bands, *target.shape), dtype=dtype)
    mask = np.zeros(target.shape, dtype=bool)
    for tile in target.tiles(side=_TILE_PX):
        longitude, latitude = to_lonlat(tile)
        heights = height_m if elevation is None else sample_heights(elevation, longitude, latitude)
        column, row = project(camera, longitude, latitude, heights)
        rows, columns = tile.slices
        pixels[:, rows, columns], mask[rows, columns] = _resampled(
            raster, column, row, interpolation=_INTERPOLATIONS[interpolation]
        )
    if not mask.any():
        if elevation is not None and height_share(elevation, target) == 0.0:
            raise NoOverlap(
                f"the elevation holds no height for any of the ground shown ({target.spoken()})",
                cause="it lies elsewhere, or has no data there",
                choices=["an elevation raster of this ground", "level ground at a mean height"],
            )
        raise NoOverlap(
            f"the image shows none of the target ({target.spoken()})",
            cause="the camera model, the crop's place or the height belongs to another image",
            choices=["ground_grid() gives the grid that the image does show"],
        )
    return ArrayRaster(grid=target, pixels=pixels, mask=None if mask.all() else mask)


def height_share(elevation: Raster, target: Grid, *, side: int = 256) -> float:
    """Return the share of a target's ground, 0 to 1, for which an elevation holds a height.

    Parameters
    ----------
    elevation
        Heights, georeferenced.
    target
        The grid to be filled, with a reference system.
    side
        Places sampled along each side, at most: a hole smaller than their distance may be missed.

    Raises
    ------
    WrongReference
        If the target, or the elevation, is a pixel grid.
    """
    rows, columns = (min(side, cells) for cells in target.shape)
    step = Affine.scale(target.width / columns, target.height / rows)
    coarse = replace(target, height=rows, width=columns, transform=target.transform @ step)
    heights = sample_heights(elevation, *_lonlat_of(coarse)(whole(coarse)))
    return float(np.isfinite(heights).mean())


def sample_heights(elevation: Raster, longitude: Floats, latitude: Floats) -> Floats:
    """Return heights at places, interpolated between the four nearest cells.

    Parameters
    ----------
    elevation
        Heights in metres, georeferenced; its first band is used.
    longitude, latitude
        Degrees, WGS 84; any one shape.

    Returns
    -------
    ndarray
        Metres, float64; NaN outside the raster and where one of the four cells holds no data.

    Raises
    ------
    WrongReference
        If the elevation is a pixel grid.
    """
    grid = elevation.grid
    if grid.crs is None:
        raise WrongReference(
            "the elevation has no reference system", choices=["a georeferenced one"]
        )
    x, y = Transformer.from_crs(_WGS84, grid.crs, always_xy=True).transform(longitude, latitude)
    back = ~grid.transform
    column = back.a * np.asarray(x) + back.b * np.asarray(y) + back.c - 0.5
    row = back.d * np.asarray(x) + back.e * np.asarray(y) + back.f - 0.5
    window = _window_around(column, row, grid.shape)
    if window is None:
        return np.full(np.shape(longitude), np.nan)
    cells = elevation.read(window)[0].astype(np.float64)
    cells[~elevation.valid(window)] = np.nan
    return _bilinear(cells, column - window.column, row - window.row)


def _normalised(
    camera: RationalCamera,
    longitude: Floats | float,
    latitude: Floats | float,
    height_m: Floats | float,
) -> tuple[Floats, Floats, Floats]:
    x = (np.asarray(longitude) - camera.longitude_offset_deg) / camera.longitude_scale_deg
    y = (np.asarray(latitude) - camera.latitude_offset_deg) / camera.latitude_scale_deg
    z = (np.asarray(height_m) - camera.height_offset_m) / camera.height_scale_m
    x, y, z = np.broadcast_arrays(x, y, z)
    return x, y, z


def _projected(camera: RationalCamera, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
    across = _cubic(camera.sample_numerator, x, y, z) / _cubic(camera.sample_denominator, x, y, z)
    down = _cubic(camera.line_numerator, x, y, z) / _cubic(camera.line_denominator, x, y, z)
    column = across * camera.sample_scale + camera.sample_offset - camera.crop_column
    row = down * camera.line_scale + camera.line_offset - camera.crop_row
    return column, row


def _cubic(c: tuple[float, ...], x: Floats, y: Floats, z: Floats) -> Floats:
    # RPC00B's twenty terms (x longitude, y latitude, z height), nested to save multiplications.
    constant = c[0] + z * (c[3] + z * (c[9] + z * c[19]))
    linear = x * (c[1] + z * (c[5] + z * c[13])) + y * (c[2] + z * (c[6] + z * c[16]))
    square = x * x * (c[7] + z * c[17]) + y * y * (c[8] + z * c[18]) + x * y * (c[4] + z * c[10])
    cube = x * x * (x * c[11] + y * c[14]) + y * y * (y * c[15] + x * c[12])
    return np.asarray(constant + linear + square + cube)


def _newton_step(
    camera: RationalCamera, ground: tuple[Floats, Floats, Floats], column: Floats, row: Floats
) -> tuple[Floats, Floats]:
    x, y, z = ground
    here_c, here_r = _projected(camera, x, y, z)
    east_c, east_r = _projected(camera, x + _STEP, y, z)
    north_c, north_r = _projected(camera, x, y + _STEP, z)
    a, b = (east_c - here_c) / _STEP, (north_c - here_c) / _STEP
    c, d = (east_r - here_r) / _STEP, (north_r - here_r) / _STEP
    miss_c, miss_r = column - here_c, row - here_r
    determinant = a * d - b * c
    determinant = np.where(determinant == 0, np.nan, determinant)
    return (d * miss_c - b * miss_r) / determinant, (a * miss_r - c * miss_c) / determinant


def _border(height: int, width: int) -> tuple[Floats, Floats]:
    across = np.linspace(-0.5, width - 0.5, 17)
    down = np.linspace(-0.5, height - 0.5, 17)
    left, right = np.full(17, across[0]), np.full(17, across[-1])
    top, bottom = np.full(17, down[0]), np.full(17, down[-1])
    return (
        np.concatenate([across, across, left, right]),
        np.concatenate([top, bottom, down, down]),
    )


def _pixel_size_m(camera: RationalCamera, shape: tuple[int, int], height_m: float) -> float:
    column, row = (shape[1] - 1) / 2, (shape[0] - 1) / 2
    longitude, latitude = localise(
        camera, np.array([column, column + 1, column]), np.array([row, row, row + 1]), height_m
    )
    _, _, steps = _GEOD.inv(
        np.repeat(longitude[0], 2), np.repeat(latitude[0], 2), longitude[1:], latitude[1:]
    )
    return float(np.sqrt(steps[0] * steps[1]))


def _utm(longitude: float, latitude: float) -> CRS:
    zone = min(60, int((longitude + 180) % 360 // 6) + 1)
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + zone)


def _snapped(east: Floats, north: Floats, pixel_m: float, crs: CRS) -> Grid:
    left, right = np.floor(east.min() / pixel_m), np.ceil(east.max() / pixel_m)
    bottom, top = np.floor(north.min() / pixel_m), np.ceil(north.max() / pixel_m)
    return Grid(
        height=int(top - bottom),
        width=int(right - left),
        transform=Affine(pixel_m, 0, float(left) * pixel_m, 0, -pixel_m, float(top) * pixel_m),
        crs=crs,
    )


def _lonlat_of(target: Grid) -> Callable[[Window], tuple[Floats, Floats]]:
    if target.crs is None:
        raise WrongReference(
            "an image cannot be orthorectified onto a pixel grid",
            choices=["a grid with a reference system, as ground_grid() gives"],
        )
    transformer = Transformer.from_crs(target.crs, _WGS84, always_xy=True)
    to_map = target.transform

    def lonlat(tile: Window) -> tuple[Floats, Floats]:
        column = np.arange(tile.column, tile.column + tile.width) + 0.5
        row = np.arange(tile.row, tile.row + tile.height)[:, None] + 0.5
        x = to_map.a * column + to_map.b * row + to_map.c
        y = to_map.d * column + to_map.e * row + to_map.f
        longitude, latitude = transformer.transform(x, y)
        return np.asarray(longitude), np.asarray(latitude)

    return lonlat


def _resampled(
    raster: Raster, column: Floats, row: Floats, *, interpolation: int
) -> tuple[Pixels | int, NDArray[np.bool_] | bool]:
    window = _window_around(column, row, raster.grid.shape)
    if window is None:
        return 0, False
    x = np.nan_to_num(column - window.column, nan=_NOWHERE_PX).astype(np.float32)
    y = np.nan_to_num(row - window.row, nan=_NOWHERE_PX).astype(np.float32)
    held = raster.valid(window).astype(np.float32)
    is_held = cv2.remap(held, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) > _ALL_VALID
    source = raster.read(window)
    bands = [
        cv2.remap(_finite(band), x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
        for band in source
    ]
    return np.where(is_held, _as_dtype(np.stack(bands), source.dtype), 0), is_held


def _finite(band: Pixels) -> NDArray[np.float32]:
    return np.where(np.isfinite(band), band, 0).astype(np.float32)


def _as_dtype(values: NDArray[Any], dtype: np.dtype[np.generic]) -> Pixels:
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    limits = np.iinfo(np.dtype(dtype.name))
    return np.clip(np.rint(values.astype(np.float64)), limits.min, limits.max).astype(dtype)


def _window_around(column: Floats, row: Floats, shape: tuple[int, int]) -> Window | None:
    """Return the window of an image that pixels need for interpolation; None if all lie outside."""
    height, width = shape
    inside = (column > -1) & (column < width) & (row > -1) & (row < height)
    if not inside.any():
        return None
    top, bottom = int(row[inside].min()), int(np.ceil(row[inside].max()))
    left, right = int(column[inside].min()), int(np.ceil(column[inside].max()))
    top, left = max(0, top), max(0, left)
    needed = Window(
        row=top,
        column=left,
        height=max(1, min(height, bottom + 1) - top),
        width=max(1, min(width, right + 1) - left),
    )
    return needed.grown(margin=_MARGIN_PX, within=shape)


def _bilinear(cells: Floats, column: Floats, row: Floats) -> Floats:
    height, width = cells.shape
    # Cells reach half a cell beyond their centres; there the nearest cell holds.
    across = (column >= -_HALF_CELL) & (column <= width - _HALF_CELL)
    inside = across & (row >= -_HALF_CELL) & (row <= height - _HALF_CELL)
    column = np.clip(np.where(inside, column, 0), 0, width - 1)
    row = np.clip(np.where(inside, row, 0), 0, height - 1)
    left = np.minimum(column.astype(int), max(0, width - 2))
    top = np.minimum(row.astype(int), max(0, height - 2))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = column - left, row - top
    upper = cells[top, left] * (1 - u) + cells[top, right] * u
    lower = cells[bottom, left] * (1 - u) + cells[bottom, right] * u
    return np.where(inside, upper * (1 - v) + lower * v, np.nan)
