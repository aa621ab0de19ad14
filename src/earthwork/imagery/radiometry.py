"""Bringing the brightness of an after-image to that of its before-image, by ranks.

Sensors, suns and bit depths differ; order of brightness survives them better than brightness. The
quantiles of the after-image are laid on those of the before-image, over assessed pixels only. The
mapping is one for the whole scene: fitted per tile it would hide a tile that changed throughout.

References
----------
Gonzalez, R. C. and Woods, R. E. (2018), Digital image processing, ch. 3 (histogram specification).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.model.grid import require_same_grid
from earthwork.model.raster import ArrayRaster, luminance

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiometryOptions:
    """How brightness is brought together."""

    quantiles: int = 33
    """Quantiles laid on each other: few, so that a changed part does not bend the mapping."""
    tail: float = 0.01
    """Share at each end that is extrapolated rather than matched: glints and deep shadow."""
    sample: int = 500_000
    """Pixels looked at, at most, on a regular stride."""


DEFAULT_RADIOMETRY = RadiometryOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiometricFit:
    """Monotone mapping of after-luminance to before-luminance."""

    after: tuple[float, ...]
    """Quantiles of the after-image, ascending."""
    before: tuple[float, ...]
    """The before-values they are laid on, ascending."""

    def apply(self, values: Image) -> Image:
        """Map after-values to before-values; beyond the ends with the slope of the whole range."""
        x, y = np.array(self.after), np.array(self.before)
        inner = np.interp(values, x, y)
        slope = (y[-1] - y[0]) / (x[-1] - x[0])
        beyond = np.minimum(values - x[0], 0) + np.maximum(values - x[-1], 0)
        result: Image = (inner + slope * beyond).astype(np.float32)
        return result


def fit_radiometry(
    before: Image, after: Image, assessed: Mask, *, options: RadiometryOptions = DEFAULT_RADIOMETRY
) -> RadiometricFit:
    """Fit the mapping of after-luminance to before-luminance.

    Parameters
    ----------
    before, after
        Luminance, dims (row, column), float32, any scale (8 to 16 bit, reflectance).
    assessed
        Dims (row, column): True where a pixel counts.
    options
        Quantiles and sample.

    Raises
    ------
    GridMismatch
        If the three differ in shape.
    InvalidValue
        If no pixel is assessed, or the after-image is constant where it is.
    """
    if not before.shape == after.shape == assessed.shape:
        raise GridMismatch(f"luminance of {before.shape} and {after.shape}, mask {assessed.shape}")
    first, second = before[assessed], after[assessed]
    if first.size == 0:
        raise InvalidValue("no assessed pixel to fit brightness on", where="assessed")
    step = max(1, first.size // options.sample)
    at = np.linspace(options.tail, 1 - options.tail, options.quantiles)
    source, kept = np.unique(np.quantile(second[::step], at), return_index=True)
    if source.size < 2:  # noqa: PLR2004 - a slope needs two
        raise InvalidValue(
            "the after-image is constant where it is assessed", cause="an empty or clipped image"
        )
    target = np.quantile(first[::step], at)[kept]
    return RadiometricFit(after=tuple(source.tolist()), before=tuple(target.tolist()))


def normalised(
    before: ArrayRaster,
    after: ArrayRaster,
    assessed: Mask,
    *,
    options: RadiometryOptions = DEFAULT_RADIOMETRY,
) -> ArrayRaster:
    """Return the after-image's luminance at the brightness of the before-image.

    Parameters
    ----------
    before, after
        Rasters on one grid; panchromatic or colour, any bit depth each.
    assessed
        Dims (row, column): True where a pixel counts for the fit.
    options
        Quantiles and sample.

    Returns
    -------
    ArrayRaster
        One band of float32 on the same grid, with the after-image's mask; pixels that are not
        assessed are mapped too, but did not count.

    Raises
    ------
    GridMismatch
        If the grids differ.
    """
    require_same_grid(before.grid, after.grid)
    source = luminance(after.pixels)
    fit = fit_radiometry(luminance(before.pixels), source, assessed, options=options)
    return ArrayRaster(grid=after.grid, pixels=fit.apply(source)[None], mask=after.mask)
