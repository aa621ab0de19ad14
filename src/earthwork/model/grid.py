"""The grid of a raster as a value: two images on unequal grids cannot be subtracted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely import box
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from earthwork.errors import GridMismatch, InvalidValue, WrongReference

_GRID_TOLERANCE_PX = 1e-3
_WGS84 = CRS.from_epsg(4326)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A rectangle of pixels; row and column count from the upper left corner."""

    row: int
    """First row."""
    column: int
    """First column."""
    height: int
    """Number of rows."""
    width: int
    """Number of columns."""

    @property
    def slices(self) -> tuple[slice, slice]:
        """Return the row and column slices of this window."""
        return (
            slice(self.row, self.row + self.height),
            slice(self.column, self.column + self.width),
        )

    def grown(self, *, margin: int, within: tuple[int, int]) -> Window:
        """Return this window widened by a margin, clipped to a (height, width) shape."""
        top, left = max(0, self.row - margin), max(0, self.column - margin)
        bottom = min(within[0], self.row + self.height + margin)
        right = min(within[1], self.column + self.width + margin)
        return Window(row=top, column=left, height=bottom - top, width=right - left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Shape, placement and pixel size of a raster.

    A picture without georeference has ``crs=None`` and an identity transform: its coordinates are
    pixels, x to the right and y downward, of the upper left corner of each pixel.
    """

    height: int
    """Rows."""
    width: int
    """Columns."""
    transform: Affine
    """Pixel (column, row) to map (x, y), of the upper left corner of a pixel."""
    crs: CRS | None
    """Reference system of the map coordinates; None on a pixel grid."""
    stated_gsd_m: float | None = None
    """Ground sample distance in metres as stated, for pixel grids; None if unknown."""

    @classmethod
    def of_pixels(cls, *, height: int, width: int, gsd_m: float | None = None) -> Grid:
        """Return the grid of a picture without georeference.

        Examples
        --------
        >>> Grid.of_pixels(height=4, width=6, gsd_m=0.5).is_georeferenced
        False
        """
        if gsd_m is not None and not gsd_m > 0:
            raise InvalidValue(f"a pixel of {gsd_m} m", where="gsd_m", choices=["metres above 0"])
        return cls(
            height=height, width=width, transform=Affine.identity(), crs=None, stated_gsd_m=gsd_m
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return (self.height, self.width)

    @property
    def is_georeferenced(self) -> bool:
        """Tell whether the pixels have a place on the ground."""
        return self.crs is not None

    @property
    def gsd_m(self) -> float | None:
        """Return the ground sample distance in metres, at the centre; None if unknown."""
        if self.crs is None:
            return self.stated_gsd_m
        if self.crs.is_projected:
            factor = self.crs.axis_info[0].unit_conversion_factor
            return float(np.sqrt(abs(self.transform.determinant)) * factor)
        return self._geodesic_gsd_m()

    def _geodesic_gsd_m(self) -> float:
        column, row = self.width / 2, self.height / 2
        here = self.transform @ (column, row)
        right = self.transform @ (column + 1, row)
        below = self.transform @ (column, row + 1)
        geod = Geod(ellps="WGS84")
        across = geod.inv(*here, *right)[2]
        down = geod.inv(*here, *below)[2]
        return float(np.sqrt(across * down))

    @property
    def outline(self) -> BaseGeometry:
        """Return the outline in map coordinates (pixels on a pixel grid)."""
        corners = box(0, 0, self.width, self.height)
        return _moved(corners, self.transform)

    def outline_lonlat(self) -> BaseGeometry | None:
        """Return the outline in longitude and latitude; None on a pixel grid."""
        if self.crs is None:
            return None
        dense = self.outline.segmentize(max(self.width, self.height) * self._side() / 16)
        return reproject(dense, source=self.crs, target=_WGS84)

    def _side(self) -> float:
        return float(np.sqrt(abs(self.transform.determinant)))

    def to_map(self, geometry: BaseGeometry) -> BaseGeometry:
        """Move a geometry from pixel (column, row) to map coordinates."""
        return _moved(geometry, self.transform)

    def to_pixels(self, geometry: BaseGeometry) -> BaseGeometry:
        """Move a geometry from map to pixel (column, row) coordinates."""
        return _moved(geometry, ~self.transform)

    def cropped(self, window: Window) -> Grid:
        """Return the grid of a window of this one."""
        shift = Affine.translation(window.column, window.row)
        return replace(
            self, height=window.height, width=window.width, transform=self.transform @ shift
        )

    def tiles(self, *, side: int) -> Iterator[Window]:
        """Yield windows of at most ``side`` pixels that cover the grid once, in reading order."""
        for row in range(0, self.height, side):
            for column in range(0, self.width, side):
                yield Window(
                    row=row,
                    column=column,
                    height=min(side, self.height - row),
                    width=min(side, self.width - column),
                )

    def spoken(self) -> str:
        """Say the grid in one line, for error messages."""
        reference = "pixel grid" if self.crs is None else (self.crs.to_string()[:60])
        gsd = "pixel size unknown" if self.gsd_m is None else f"{self.gsd_m:.3g} m"
        origin = f"origin ({self.transform.c:.2f}, {self.transform.f:.2f})"
        return f"{self.width}×{self.height} px, {gsd}, {reference}, {origin}"


def _moved(geometry: BaseGeometry, transform: Affine) -> BaseGeometry:
    return affine_transform(geometry, transform.to_shapely())


def require_same_grid(first: Grid, second: Grid) -> None:
    """Raise unless two grids agree in shape, reference and placement to 0.001 px.

    Raises
    ------
    GridMismatch
        With both grids in its message.
    """
    if first.shape == second.shape and first.crs == second.crs and _near(first, second):
        return
    raise GridMismatch(
        f"two rasters lie on different grids:\n  {first.spoken()}\n  {second.spoken()}",
        cause="they were not aligned to each other",
        choices=["earthwork align BEFORE AFTER -o aligned.tif"],
    )


def _near(first: Grid, second: Grid) -> bool:
    corners = [(0.0, 0.0), (first.width, 0.0), (0.0, first.height)]
    back = ~first.transform
    moved = [back @ (second.transform @ corner) for corner in corners]
    return bool(np.allclose(moved, corners, atol=_GRID_TOLERANCE_PX))


def reproject(geometry: BaseGeometry, *, source: CRS, target: CRS) -> BaseGeometry:
    """Move a geometry between reference systems, x before y in both.

    Raises
    ------
    WrongReference
        If a coordinate has no image in the target system.
    """
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    moved: BaseGeometry = shapely.transform(geometry, move)
    if not np.isfinite(moved.bounds).all():
        raise WrongReference(
            f"coordinates {tuple(round(v, 2) for v in geometry.bounds)} do not fit"
            f" {source.to_string()[:40]}",
            cause="metres under a degree reference system, or swapped axes",
        )
    return moved
