"""Heights of the ground from a raster, with its holes counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from earthwork.errors import InvalidValue, WrongReference
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.raster import ArrayRaster


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevation:
    """A raster of heights in memory."""

    raster: ArrayRaster
    """One band of metres; masked where the raster holds none."""
    hole_share: float
    """Share of cells without a height, 0 to 1."""
    decisions: tuple[str, ...]
    """What was found, in sentences."""


def read_elevation(path: Path) -> Elevation:
    """Read a georeferenced raster of heights (GeoTIFF, SRTM .hgt).

    Its heights are taken as they stand: a model above sea level differs from heights above the
    ellipsoid by the geoid, up to 100 m, and the record says so.

    Raises
    ------
    UnreadableImage
        If it is no image.
    WrongReference
        If it has no place on the ground.
    InvalidValue
        If it has several bands, or no height at all.
    """
    with open_raster(path) as file:
        if not file.grid.is_georeferenced:
            raise WrongReference(
                "the elevation has no reference system",
                where=str(path),
                choices=["a georeferenced raster of heights"],
            )
        if file.bands != 1:
            raise InvalidValue(
                f"the elevation has {file.bands} bands", where=str(path), cause="a picture"
            )
        raster = read_array(file)
    hole_share = 0.0 if raster.mask is None else float(1 - raster.mask.mean())
    if hole_share == 1.0:
        raise InvalidValue("the elevation holds no height at all", where=str(path))
    decisions = ["Heights are taken as they stand; whether above sea or ellipsoid is not known."]
    if hole_share:
        decisions.append(f"{hole_share:.2%} of the elevation's cells hold no height.")
    return Elevation(raster=raster, hole_share=hole_share, decisions=tuple(decisions))
