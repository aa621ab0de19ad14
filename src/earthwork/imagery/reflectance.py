"""Digital numbers seen as reflectance, window by window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Raster
from earthwork.model.reflectance import ReflectanceScale


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedRaster:
    """A raster whose pixels are reflectance: a view, nothing is read before it is asked for."""

    raster: Raster
    """The digital numbers."""
    scale: ReflectanceScale
    """What makes them reflectance."""

    @property
    def grid(self) -> Grid:
        """Return shape, placement and pixel size."""
        return self.raster.grid

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return self.raster.bands

    def read(self, window: Window) -> NDArray[np.float32]:
        """Return reflectance (band, row, column) of a window; of no data, what its number gives."""
        gains = np.array(self.scale.gains)[:, None, None]
        offsets = np.array(self.scale.offsets)[:, None, None]
        return np.asarray(self.raster.read(window) * gains + offsets, np.float32)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data, by file and by scale."""
        held = self.raster.valid(window)
        if self.scale.no_data is None:
            return held
        return np.asarray(held & (self.raster.read(window) != self.scale.no_data).any(axis=0))


def calibrated(raster: Raster, scale: ReflectanceScale) -> CalibratedRaster:
    """Return a raster of reflectance.

    Parameters
    ----------
    raster
        Digital numbers.
    scale
        Gain and offset of each of its bands.

    Raises
    ------
    GridMismatch
        If the scale is of another number of bands.
    """
    if scale.bands != raster.bands:
        raise GridMismatch(
            f"gains of {scale.bands} bands for an image of {raster.bands}",
            where=scale.source,
            cause="the metadata belong to another image of the delivery",
        )
    return CalibratedRaster(raster=raster, scale=scale)
