"""Pictures without georeference placed on the ground, by their edges or by points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from earthwork.errors import InvalidValue, WrongReference
from earthwork.model.case import Bounds
from earthwork.model.control_point import ControlPoint
from earthwork.model.grid import Grid

_WGS84 = CRS.from_epsg(4326)
_LEAST_POINTS = 3
_COLLINEAR = 0.02
_SQUARE = 0.1
_RESIDUAL_NOTABLE_PX = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a picture was placed, and how well that fits."""

    grid: Grid
    """The picture's pixels on the ground, in UTM."""
    residual_m: float | None
    """Root mean square misfit of the points in metres; None where it cannot be known."""
    sentence: str
    """How it was placed, for the record."""
    residuals_m: tuple[float, ...] = ()
    """Misfit of each point in metres, in their order; empty where it cannot be known."""


def place_by_bounds(grid: Grid, bounds: Bounds) -> Placement:
    """Place a north-up picture by the coordinates of its four edges.

    Parameters
    ----------
    grid
        The picture's grid; only its shape counts.
    bounds
        Outer edges of the picture.

    Raises
    ------
    InvalidValue
        If west is not west of east, or south not south of north.
    WrongReference
        If the edges do not fit their reference system.
    """
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise InvalidValue(
            f"edges west {bounds.west}, east {bounds.east}, south {bounds.south},"
            f" north {bounds.north}",
            cause="two of them are exchanged, or equal",
            choices=["west < east and south < north"],
        )
    corners = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], dtype=float)
    x = bounds.west + corners[:, 0] * (bounds.east - bounds.west)
    y = bounds.north - corners[:, 1] * (bounds.north - bounds.south)
    longitude, latitude = _degrees(x, y, bounds.crs)
    crs = _utm(longitude, latitude)
    placed = _fitted(grid, corners * (grid.width, grid.height), _metres(longitude, latitude, crs))
    return Placement(
        grid=_grid(grid, placed, crs),
        residual_m=None,
        sentence="The picture is placed by its four stated edges; how exact they are is not known."
        + _shape_remark(placed),
    )


def place_by_points(grid: Grid, points: Sequence[ControlPoint]) -> Placement:
    """Place a picture by points found both in it and on the ground (affine least squares).

    Parameters
    ----------
    grid
        The picture's grid; only its shape counts.
    points
        At least three that do not lie in line. With exactly three the fit is exact by
        construction and says nothing of its error.

    Raises
    ------
    InvalidValue
        If there are fewer than three, they lie in line, or one lies outside the picture.
    """
    _require_points(grid, points)
    pixels = np.array([(p.column, p.row) for p in points], dtype=float)
    longitude = np.array([p.longitude for p in points], dtype=float)
    latitude = np.array([p.latitude for p in points], dtype=float)
    crs = _utm(longitude, latitude)
    ground = _metres(longitude, latitude, crs)
    _require_spread(pixels, "in the picture")
    _require_spread(ground, "on the ground")
    placed = _fitted(grid, pixels, ground)
    if len(points) == _LEAST_POINTS:
        return Placement(
            grid=_grid(grid, placed, crs),
            residual_m=None,
            sentence="The picture is placed by 3 points: its error cannot be known from them; a"
            " fourth would show it." + _shape_remark(placed),
        )
    return _measured(grid, placed, crs, np.hypot(*(_applied(placed, pixels) - ground).T))


def _measured(grid: Grid, placed: Affine, crs: CRS, residuals: NDArray[np.float64]) -> Placement:
    rms = float(np.sqrt(np.mean(residuals**2)))
    worst = int(residuals.argmax())
    pixel_m = float(np.sqrt(abs(placed.determinant)))
    remark = ""
    if residuals[worst] > _RESIDUAL_NOTABLE_PX * pixel_m:
        remark = f" Point {worst + 1} misfits most, by {residuals[worst]:.1f} m."
    return Placement(
        grid=_grid(grid, placed, crs),
        residual_m=rms,
        residuals_m=tuple(float(value) for value in residuals),
        sentence=f"The picture is placed by {len(residuals)} points with a root mean square misfit"
        f" of {rms:.1f} m." + remark + _shape_remark(placed),
    )


def _require_points(grid: Grid, points: Sequence[ControlPoint]) -> None:
    if len(points) < _LEAST_POINTS:
        raise InvalidValue(
            f"{len(points)} control points do not place a picture",
            choices=["3 points, or better 6 and more, spread over the picture"],
        )
    for number, point in enumerate(points, start=1):
        if not (0 <= point.column <= grid.width and 0 <= point.row <= grid.height):
            raise InvalidValue(
                f"column {point.column:g}, row {point.row:g} lies outside the picture of"
                f" {grid.width}×{grid.height} pixels",
                where=f"control point {number}",
                cause="points of another picture, or of it at another size",
            )


def _require_spread(coordinates: NDArray[np.float64], where: str) -> None:
    across, along = sorted(np.linalg.svd(coordinates - coordinates.mean(axis=0), compute_uv=False))
    if along > 0 and across / along >= _COLLINEAR:
        return
    raise InvalidValue(
        f"the control points lie in one line {where}",
        cause="nothing ties the picture across that line",
        choices=["a further point well off the line"],
    )


def _degrees(
    x: NDArray[np.float64], y: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_degrees = Transformer.from_crs(CRS.from_user_input(crs), _WGS84, always_xy=True)
    longitude, latitude = (np.asarray(v) for v in to_degrees.transform(x, y))
    fits = np.isfinite(longitude).all() and np.abs(latitude).max() <= 90  # noqa: PLR2004 - degrees
    if not fits or np.abs(longitude).max() > 360:  # noqa: PLR2004 - degrees
        raise WrongReference(
            f"edges x {x.min():g} to {x.max():g}, y {y.min():g} to {y.max():g} do not fit {crs}",
            cause="metres under a degree reference system, or swapped axes",
            choices=["state the reference system of the edges: crs = 'EPSG:…'"],
        )
    return longitude, latitude


def _utm(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> CRS:
    zone = min(60, int((float(longitude.mean()) + 180) % 360 // 6) + 1)
    return CRS.from_epsg((32600 if latitude.mean() >= 0 else 32700) + zone)


def _metres(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64], crs: CRS
) -> NDArray[np.float64]:
    x, y = Transformer.from_crs(_WGS84, crs, always_xy=True).transform(longitude, latitude)
    return np.stack([x, y], axis=1)


def _fitted(grid: Grid, pixels: NDArray[np.float64], ground: NDArray[np.float64]) -> Affine:
    # Solved about the ground's centre: northings of millions would cost digits.
    centre = ground.mean(axis=0)
    columns = np.column_stack([pixels / (grid.width, grid.height), np.ones(len(pixels))])
    (a, d), (b, e), (c, f) = np.linalg.lstsq(columns, ground - centre, rcond=None)[0]
    return Affine(
        float(a / grid.width),
        float(b / grid.height),
        float(c + centre[0]),
        float(d / grid.width),
        float(e / grid.height),
        float(f + centre[1]),
    )


def _applied(placed: Affine, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c, d, e, f = placed[:6]
    return np.asarray(pixels @ np.array([[a, d], [b, e]]) + (c, f))


def _grid(grid: Grid, placed: Affine, crs: CRS) -> Grid:
    return Grid(height=grid.height, width=grid.width, transform=placed, crs=crs)


def _shape_remark(placed: Affine) -> str:
    across, down = np.hypot(placed.a, placed.d), np.hypot(placed.b, placed.e)
    remark = ""
    if abs(across / down - 1) > _SQUARE:
        remark = (
            f" Its pixels would be {across:.2g} m by {down:.2g} m, not square: the picture is"
            " stretched, or what places it is wrong."
        )
    if placed.determinant > 0:
        remark += " It would be a mirror image: what places it is wrong."
    return remark
