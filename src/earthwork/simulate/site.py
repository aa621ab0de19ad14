"""Where on the globe a simulated city lies: local metres to map coordinates and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TypeVar

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import sun_position
from earthwork.model.grid import Grid
from earthwork.model.scene import Angles

LEAST_SIDE_M = 300.0
"""A smaller scene holds no city."""
_WGS84 = CRS.from_epsg(4326)
_NORTH, _SOUTH = 32600, 32700
_UTM_NORTH_OF, _UTM_SOUTH_OF = 84.0, -80.0

Shape = TypeVar("Shape", bound=BaseGeometry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A square of ground in a UTM zone. Its place is arbitrary and stands for nothing real."""

    side_m: float
    """Side of the square."""
    longitude: float
    """Degrees east of the middle."""
    latitude: float
    """Degrees north of the middle."""
    crs: CRS
    """UTM zone of the middle."""
    west_m: float
    """Easting of the south-western corner."""
    south_m: float
    """Northing of the south-western corner."""

    def grid(self, gsd_m: float) -> Grid:
        """Return the grid of a picture of the whole square, from its north-western corner.

        Where the side is no whole number of pixels, the last ones end short of it or beyond.
        """
        count = max(1, round(self.side_m / gsd_m))
        north = self.south_m + self.side_m
        transform = Affine(gsd_m, 0, self.west_m, 0, -gsd_m, north)
        return Grid(height=count, width=count, transform=transform, crs=self.crs)

    @property
    def outline(self) -> Polygon:
        """Return the square in longitude and latitude, its sides bent as the map bends them."""
        square = box(0, 0, self.side_m, self.side_m)
        return self.placed(square.segmentize(self.side_m / 8))

    def placed(self, geometry: Shape) -> Shape:
        """Move a geometry from local metres to longitude and latitude."""
        back = _to_degrees(self.crs)

        def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
            east, north = points[:, 0] + self.west_m, points[:, 1] + self.south_m
            return np.column_stack(back.transform(east, north))

        result: Shape = shapely.transform(geometry, moved)
        return result

    def sun(self, moment: datetime, *, where: str = "captured") -> Angles:
        """Return the direction of the sun over the middle; ``where`` is what errors name.

        Raises
        ------
        InvalidValue
            If it is night there.
        """
        angles = sun_position(moment, longitude=self.longitude, latitude=self.latitude)
        if angles.elevation_deg <= 0:
            raise InvalidValue(
                f"the sun is {-angles.elevation_deg:.0f}° below the horizon"
                f" at {moment:%Y-%m-%d %H:%M} UTC",
                where=where,
                cause="local time was given as UTC, or longitude is swapped with latitude",
                choices=["a moment of daylight, in UTC"],
            )
        return angles


def find_site(*, side_m: float, longitude: float, latitude: float) -> Site:
    """Return the square round a point.

    Parameters
    ----------
    side_m
        Side of the square, at least 300 m.
    longitude, latitude
        Of the middle, degrees; WGS 84.

    Raises
    ------
    InvalidValue
        If the square is too small or the point is outside the UTM system.

    Examples
    --------
    >>> find_site(side_m=800, longitude=44.6, latitude=34.9).crs.to_epsg()
    32638
    """
    if side_m < LEAST_SIDE_M:
        raise InvalidValue(
            f"a scene of {side_m:g} m", where="side_m", choices=[f"{LEAST_SIDE_M:.0f} m or more"]
        )
    if not (_UTM_SOUTH_OF <= latitude <= _UTM_NORTH_OF and abs(longitude) <= 180):  # noqa: PLR2004
        raise InvalidValue(
            f"longitude {longitude}, latitude {latitude} lies in no UTM zone",
            where="longitude, latitude",
            cause="the two are swapped, or are metres",
            choices=["degrees east, degrees north"],
        )
    crs = CRS.from_epsg((_NORTH if latitude >= 0 else _SOUTH) + _zone(longitude))
    project = Transformer.from_crs(_WGS84, crs, always_xy=True)
    easting, northing = project.transform(longitude, latitude)
    return Site(
        side_m=side_m,
        longitude=longitude,
        latitude=latitude,
        crs=crs,
        west_m=round(easting / 10) * 10 - side_m / 2,
        south_m=round(northing / 10) * 10 - side_m / 2,
    )


@cache
def _to_degrees(crs: CRS) -> Transformer:
    # Setting one up costs more than moving a thousand points.
    return Transformer.from_crs(crs, _WGS84, always_xy=True)


def _zone(longitude: float) -> int:
    """Return the UTM zone of a longitude.

    Examples
    --------
    >>> _zone(44.6), _zone(180.0), _zone(-180.0)
    (38, 60, 1)
    """
    return min(60, int((longitude + 180) // 6) + 1)
