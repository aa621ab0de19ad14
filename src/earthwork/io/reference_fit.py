"""Whether coordinates can be what their reference system says: the commonest silent error."""

from __future__ import annotations

import math

from pyproj import CRS, Transformer

from earthwork.errors import WrongReference

_WGS84 = CRS.from_epsg(4326)
_HALF_TURN = 180.0
_QUARTER_TURN = 90.0
_ROUNDING_DEG = 1e-6
_OUTSIDE_USE_DEG = 15.0

XYBounds = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y."""


def require_fit(
    bounds: XYBounds, crs: CRS, *, where: str, near: tuple[float, float] | None = None
) -> None:
    """Raise unless coordinates can be coordinates of their reference system.

    Parameters
    ----------
    bounds
        Least x, least y, greatest x, greatest y, in ``crs``, x before y.
    crs
        The reference system that they claim.
    where
        The file, for the message.
    near
        Longitude and latitude of where they ought to lie: lets the message name a UTM zone.

    Raises
    ------
    WrongReference
        With the likely cause: swapped axes, metres under degrees, degrees under metres.
    """
    if not all(math.isfinite(value) for value in bounds):
        raise _misfit("its coordinates are not numbers", "the file is damaged", where)
    if crs.is_geographic:
        _require_degrees(bounds, where=where, near=near)
    elif crs.is_projected:
        _require_projected(bounds, crs, where=where)


def utm_crs(longitude: float, latitude: float) -> CRS:
    """Return the UTM zone (WGS 84) of a place.

    Examples
    --------
    >>> utm_crs(43.1, 36.3).to_epsg()
    32638
    """
    zone = min(60, int((longitude % 360 + _HALF_TURN) % 360 // 6) + 1)
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + zone)


def are_degrees(bounds: XYBounds) -> bool:
    """Tell whether x and y can be longitude and latitude."""
    west, south, east, north = bounds
    longitudes_fit = west >= -_HALF_TURN - _ROUNDING_DEG and east <= 2 * _HALF_TURN
    return longitudes_fit and max(-south, north) <= _QUARTER_TURN + _ROUNDING_DEG


def swapped(bounds: XYBounds) -> XYBounds:
    """Return bounds with x and y exchanged."""
    west, south, east, north = bounds
    return (south, west, north, east)


def spoken(bounds: XYBounds) -> str:
    """Say bounds briefly."""
    west, south, east, north = bounds
    return f"x {west:.6g} to {east:.6g}, y {south:.6g} to {north:.6g}"


def _require_degrees(bounds: XYBounds, *, where: str, near: tuple[float, float] | None) -> None:
    if are_degrees(bounds):
        return
    what = f"its coordinates ({spoken(bounds)}) are not degrees, but its reference system is"
    if are_degrees(swapped(bounds)):
        raise _misfit(
            what, "axes look swapped: latitude was written before longitude", where, _SWAP
        )
    zone = "its UTM zone" if near is None else f"EPSG:{utm_crs(*near).to_epsg()}"
    raise _misfit(
        what,
        "metres of a projected system under a degree reference system",
        where,
        f"assign the system that the metres are in, likely {zone}:"
        f" ogr2ogr -a_srs (vector) or gdal_edit -a_srs (raster)",
    )


_SWAP = "exchange x and y (ogr2ogr -swapxy) and give the file again"


def _require_projected(bounds: XYBounds, crs: CRS, *, where: str) -> None:
    name = crs.to_string()[:60]
    what = f"its coordinates ({spoken(bounds)}) do not fit {name}"
    if are_degrees(bounds) and max(abs(v) for v in bounds) > 0:
        raise _misfit(
            what,
            "degrees under a reference system of metres",
            where,
            "assign EPSG:4326 to it (ogr2ogr -a_srs EPSG:4326)",
        )
    if _is_used_there(bounds, crs):
        return
    if _is_used_there(swapped(bounds), crs):
        raise _misfit(what, "axes look swapped: northing before easting", where, _SWAP)
    raise _misfit(
        what,
        "the file names another zone or system than it was made in",
        where,
        "assign the system that it was made in",
    )


def _is_used_there(bounds: XYBounds, crs: CRS) -> bool:
    west, south, east, north = bounds
    to_degrees = Transformer.from_crs(crs, _WGS84, always_xy=True)
    longitude, latitude = to_degrees.transform((west + east) / 2, (south + north) / 2)
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return False
    code = crs.to_epsg()  # a system read from WKT knows its area of use only through its code
    area = (crs if code is None else CRS.from_epsg(code)).area_of_use
    if area is None:
        return True
    margin = _OUTSIDE_USE_DEG
    middle = (area.west + area.east) / 2 + (_HALF_TURN if area.west > area.east else 0)
    half = ((area.east - area.west) % 360 or 360) / 2
    apart = abs((longitude - middle + _HALF_TURN) % 360 - _HALF_TURN)
    return bool(apart <= half + margin and area.south - margin <= latitude <= area.north + margin)


def _misfit(what: str, cause: str, where: str, *choices: str) -> WrongReference:
    return WrongReference(what, where=where, cause=cause, choices=choices)
