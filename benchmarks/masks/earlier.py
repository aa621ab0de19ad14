"""The masks before they looked at whole scenes: what the present ones are held against.

Thresholds are conservative: a pixel is masked only on plain evidence, each with its reason, and a
masked pixel is never "no change". What these rules miss (thin cloud, cloud shadow, turbid water in
one band) is left to the reader.

References
----------
Zhu, Z. and Woodcock, C. E. (2012), Object-based cloud and cloud shadow detection,
doi:10.1016/j.rse.2011.10.028 (bright, smooth and large); McFeeters, S. K. (1996), The use of the
normalized difference water index, doi:10.1080/01431169608948714.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.model.raster import ArrayRaster, luminance, whole
from earthwork.model.vocabulary import Unassessed

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskOptions:
    """When a pixel is not assessed."""

    assumed_gsd_m: float = 0.45
    """Pixel size where none is known."""
    saturated_area_m2: float = 30.0
    """Least area of pixels at the top of the range that counts as saturated."""
    cloud_level: float = 0.8
    """Share of the scene's bright end (99.5th percentile) from which a pixel can be cloud."""
    cloud_roughness: float = 0.02
    """Largest local spread of cloud, as a share of the same."""
    cloud_area_m2: float = 5_000.0
    """Least area of cloud: roofs are bright and smooth too, but small."""
    water_level: float = 0.25
    """Share of the scene's median up to which a pixel can be water."""
    blue_water_level: float = 0.9
    """The same for blue water in a colour image."""
    blue_over_red: float = 1.1
    """Blue over red from which a pixel is blue."""
    still_blue_over_red: float = 1.0
    """The same after, where the before-image shows water: glitter is rough and grey."""
    water_roughness: float = 0.04
    """Largest local spread of water, as a share of the scene's median."""
    water_area_m2: float = 2_000.0
    """Least area of water: shadows are dark and smooth too, but small."""
    green_excess: float = 0.12
    """Excess of green (2g - r - b of chromaticity) from which a pixel is vegetation."""
    ndvi: float = 0.35
    """Vegetation index from which a pixel is vegetation, where a near-infrared band is named."""
    vegetation_area_m2: float = 100.0
    """Least area of vegetation: single trees stay assessed."""
    support_m: float = 60.0
    """Distance to the nearest tie point beyond which a partly aligned pair is not aligned."""


DEFAULT_MASKS = MaskOptions()


def assessed(before: ArrayRaster, after: ArrayRaster) -> dict[Unassessed, Mask]:
    """Return where each reason held for a pair."""
    gsd = before.grid.gsd_m or DEFAULT_MASKS.assumed_gsd_m
    pair, options = (before, after), DEFAULT_MASKS
    valid = [raster.valid(whole(raster.grid)) for raster in pair]
    return {
        Unassessed.SATURATED: _either(_saturated, pair, valid, gsd, options),
        Unassessed.CLOUD: _either(_cloud, pair, valid, gsd, options),
        Unassessed.WATER: _water(before, valid[0], gsd, options)
        & (_water(after, valid[1], gsd, options) | _is_blue(after, options.still_blue_over_red)),
        Unassessed.VEGETATION: _vegetation(before, None, gsd, options)
        & _vegetation(after, None, gsd, options),
    }


def told(raster: ArrayRaster) -> dict[str, Mask]:
    """Return what was said of one scene."""
    gsd = raster.grid.gsd_m or DEFAULT_MASKS.assumed_gsd_m
    valid = raster.valid(whole(raster.grid))
    return {
        "cloud": _cloud(raster, valid, gsd, DEFAULT_MASKS),
        "water": _water(raster, valid, gsd, DEFAULT_MASKS),
        "vegetation": _vegetation(raster, None, gsd, DEFAULT_MASKS),
    }


def _either(
    rule: Callable[[ArrayRaster, Mask, float, MaskOptions], Mask],
    pair: tuple[ArrayRaster, ArrayRaster],
    valid: list[Mask],
    gsd: float,
    options: MaskOptions,
) -> Mask:
    return rule(pair[0], valid[0], gsd, options) | rule(pair[1], valid[1], gsd, options)


def large_areas(chosen: Mask, *, least_px: float) -> Mask:
    """Keep the connected areas (8 neighbours) of at least ``least_px`` pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        chosen.astype(np.uint8), connectivity=8
    )
    large = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= least_px
    large[0] = False
    return np.asarray(large[np.asarray(labels)]) if count > 1 else np.zeros_like(chosen)


def _saturated(raster: ArrayRaster, valid: Mask, gsd: float, options: MaskOptions) -> Mask:
    """Find pixels at the top of the range in every band, in areas."""
    top = _full_scale(raster)
    full = (raster.pixels >= top).all(axis=0) & valid
    return large_areas(full, least_px=options.saturated_area_m2 / gsd**2)


def _full_scale(raster: ArrayRaster) -> float:
    """Return the value at which a sensor of these bits clips.

    The next 2^n - 1 at or above the largest value: 255, 2047 or 4095 held in 16 bits.
    """
    largest = float(np.nanmax(raster.pixels)) if raster.pixels.size else 0.0
    if not np.issubdtype(raster.pixels.dtype, np.integer):
        return float("inf")
    return float(2 ** max(8, int(np.ceil(np.log2(largest + 1)))) - 1)


def _spread(image: Image, valid: Mask, sigma: float) -> Image:
    """Return the local standard deviation over the pixels that hold data."""
    weight = valid.astype(np.float32)
    total = np.maximum(_blurred(weight, sigma), np.float32(1e-6))
    mean = _blurred(image * weight, sigma) / total
    return np.sqrt(np.maximum(_blurred(image * image * weight, sigma) / total - mean * mean, 0))


def _blurred(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def _cloud(raster: ArrayRaster, valid: Mask, gsd: float, options: MaskOptions) -> Mask:
    """Find what is bright, smooth, colourless and large."""
    image = luminance(raster.pixels)
    if not valid.any():
        return np.zeros(valid.shape, bool)
    bright_end = float(np.percentile(image[valid], 99.5))
    image = np.where(valid, image / max(bright_end, 1e-6), 0).astype(np.float32)
    smooth = _spread(image, valid, max(1.0, 2.0 / gsd)) <= options.cloud_roughness
    bright = valid & (image >= options.cloud_level) & _colourless(raster)
    return large_areas(bright & smooth, least_px=options.cloud_area_m2 / gsd**2)


def _colourless(raster: ArrayRaster) -> Mask:
    if raster.bands < 3:
        return np.ones(raster.grid.shape, bool)
    bands = raster.pixels[:3].astype(np.float32)
    return np.asarray(bands.max(axis=0) - bands.min(axis=0) <= 0.15 * bands.max(axis=0))


def _water(raster: ArrayRaster, valid: Mask, gsd: float, options: MaskOptions) -> Mask:
    """Find what is smooth and large, and very dark or, in colour, dark and blue."""
    image = luminance(raster.pixels)
    if not valid.any():
        return np.zeros(valid.shape, bool)
    median = max(float(np.median(image[valid])), 1e-6)
    image = np.where(valid, image / median, 0).astype(np.float32)
    smooth = _spread(image, valid, max(1.0, 2.0 / gsd)) <= options.water_roughness
    dark = image <= options.water_level
    blue = (image <= options.blue_water_level) & _is_blue(raster, options.blue_over_red)
    return large_areas(valid & smooth & (dark | blue), least_px=options.water_area_m2 / gsd**2)


def _is_blue(raster: ArrayRaster, least: float) -> Mask:
    """Tell where blue outweighs red: water that glitters is rough, but keeps its colour."""
    if raster.bands < 3:
        return np.zeros(raster.grid.shape, bool)
    red, blue = raster.pixels[0].astype(np.float32), raster.pixels[2].astype(np.float32)
    shift = 3.0
    return _blurred(blue, shift) >= least * _blurred(red, shift)


def _vegetation(
    raster: ArrayRaster, infrared_band: int | None, gsd: float, options: MaskOptions
) -> Mask:
    """Find vegetation where the bands can tell: near infrared, else clear greenness."""
    if raster.bands < 3:
        return np.zeros(raster.grid.shape, bool)
    red, green, blue = raster.pixels[:3].astype(np.float32)
    if infrared_band is not None:
        infrared = raster.pixels[infrared_band].astype(np.float32)
        index, least = (infrared - red) / np.maximum(infrared + red, 1e-6), options.ndvi
    else:
        index = (2 * green - red - blue) / np.maximum(red + green + blue, 1e-6)
        least = options.green_excess
    averaged = _blurred(index.astype(np.float32), max(0.8, 1.0 / gsd))
    return large_areas(averaged >= least, least_px=options.vegetation_area_m2 / gsd**2)
