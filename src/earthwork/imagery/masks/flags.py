"""Why pixels may not be judged, as bits: of one scene in a window, and of two scenes together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch
from earthwork.imagery.masks.areas import opened
from earthwork.imagery.masks.bands import BandPlaces
from earthwork.imagery.masks.cloud_shadows import find_cloud_shadow
from earthwork.imagery.masks.clouds import find_cloud, lasting
from earthwork.imagery.masks.ground_cover import find_vegetation, find_water, is_blue
from earthwork.imagery.masks.options import DEFAULT_MASKS, MaskOptions
from earthwork.imagery.masks.sentinel2 import find_spectral_cloud
from earthwork.imagery.masks.shadows import deep_shadow
from earthwork.imagery.masks.surveys import SceneSurvey, look_over
from earthwork.model.grid import Window, require_same_grid
from earthwork.model.raster import Pixels, Raster
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Unassessed

Flags = NDArray[np.uint16]
Mask = NDArray[np.bool_]

STILL_BLUE = 1 << 15
"""Bit of one scene, no reason by itself: blue outweighs red, so that glitter may be water."""
_EITHER = (
    Unassessed.SATURATED,
    Unassessed.CLOUD,
    Unassessed.CLOUD_SHADOW,
    Unassessed.BUILDING_SHADOW,
)
"""Reasons that hold for a pair where they hold on either date."""


def survey(
    raster: Raster,
    *,
    options: MaskOptions = DEFAULT_MASKS,
    sun: Angles | None = None,
    places: BandPlaces | None = None,
    reflectance_per_count: float | None = None,
) -> SceneSurvey:
    """Read a scene once and find the large things in it: cloud, its shadow, water, vegetation.

    Parameters
    ----------
    raster
        The scene, in its original radiometry.
    options
        Thresholds.
    sun
        Direction of the sun, for the shadows of clouds; None if unknown.
    places
        Which band is which; None: red, green, blue, or one panchromatic band.
    reflectance_per_count
        Reflectance of one count of a multispectral scene, whose clouds are then told by spectrum;
        None: by brightness, colour and texture.

    Returns
    -------
    SceneSurvey
        With the bits of what was found. Memory does not grow with the scene beyond
        ``options.most_cells`` cells.
    """
    seen = look_over(raster, places=places, options=options)
    if reflectance_per_count is None:
        cloud = find_cloud(seen, options=options)
    else:
        cloud = find_spectral_cloud(seen, reflectance_per_count=reflectance_per_count)
    return _with_cloud(seen, cloud, sun=sun, options=options)


def _with_cloud(
    seen: SceneSurvey, cloud: Mask, *, sun: Angles | None, options: MaskOptions
) -> SceneSurvey:
    shadow = find_cloud_shadow(seen, cloud, sun=sun, options=options)
    found = {
        Unassessed.CLOUD.bit: cloud,
        Unassessed.CLOUD_SHADOW.bit: shadow,
        Unassessed.WATER.bit: find_water(seen, options=options) & ~cloud & ~shadow,
        Unassessed.VEGETATION.bit: find_vegetation(seen, options=options) & ~cloud,
        STILL_BLUE: is_blue(seen, least=options.still_blue_over_red),
    }
    return replace(seen, flags=_bits(found, seen.share.shape))


def _bits(found: dict[int, Mask], shape: tuple[int, ...]) -> Flags:
    flags = np.zeros(shape, np.uint16)
    for bit, where in found.items():
        flags |= np.where(where, np.uint16(bit), np.uint16(0))
    return flags


def settle_pair(
    before: SceneSurvey,
    after: SceneSurvey,
    *,
    options: MaskOptions = DEFAULT_MASKS,
    suns: tuple[Angles | None, Angles | None] = (None, None),
) -> tuple[SceneSurvey, SceneSurvey]:
    """Take back clouds that the other date shows to be ground: bright, smooth and at one place.

    Parameters
    ----------
    before, after
        Surveys of two dates on one grid.
    options
        Thresholds.
    suns
        Directions of the sun on both dates.

    Returns
    -------
    tuple of SceneSurvey
        Both, in the same order; unchanged where no cloud was taken back.

    Raises
    ------
    GridMismatch
        If the surveys lie on different grids or cells.
    """
    require_same_grid(before.grid, after.grid)
    if before.factor != after.factor:
        raise GridMismatch(f"cells of {before.factor} and of {after.factor} pixels")
    return (
        _settled(before, after, suns[0], options),
        _settled(after, before, suns[1], options),
    )


def _settled(
    own: SceneSurvey, other: SceneSurvey, sun: Angles | None, options: MaskOptions
) -> SceneSurvey:
    cloud = np.asarray(own.flags & np.uint16(Unassessed.CLOUD.bit) != 0)
    ground = lasting(cloud, other, options=options) if cloud.any() else cloud
    if not ground.any():
        return own
    return _with_cloud(own, np.asarray(cloud & ~ground), sun=sun, options=options)


def scene_flags(
    raster: Raster,
    window: Window,
    seen: SceneSurvey,
    *,
    options: MaskOptions = DEFAULT_MASKS,
) -> Flags:
    """Return why pixels of a window may not be judged, as far as one scene tells.

    Parameters
    ----------
    raster
        The scene that was surveyed.
    window
        Of its grid; the result does not depend on how windows are cut.
    seen
        The scene's survey.
    options
        Thresholds, those of the survey.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), uint16: bits of ``Unassessed``, and ``STILL_BLUE``.
    """
    gsd = seen.cell_m / seen.factor
    full_px = max(1, round(options.saturated_side_m / gsd))
    deep_px = max(1, round(options.deep_shadow_side_m / gsd))
    halo = 2 * max(full_px, deep_px)
    wide = window.grown(margin=halo, within=raster.grid.shape)
    pixels, valid = raster.read(wide), raster.valid(wide)
    shown = pixels[list(seen.places.colours or (0,))]
    deep = deep_shadow(shown, valid, scene=seen.brightness, side_px=deep_px, options=options)
    full = _saturated(pixels, valid, seen.brightness.full_scale, side_px=full_px)
    row, column = window.row - wide.row, window.column - wide.column
    inner = (slice(row, row + window.height), slice(column, column + window.width))
    cells = seen.in_window(seen.flags, window)
    wet = cells & np.uint16(Unassessed.WATER.bit) != 0
    found = {
        Unassessed.NO_DATA.bit: ~valid[inner],
        Unassessed.SATURATED.bit: full[inner],
        Unassessed.BUILDING_SHADOW.bit: deep[inner] & ~wet,
    }
    return np.where(valid[inner], cells, np.uint16(0)) | _bits(found, valid[inner].shape)


def _saturated(pixels: Pixels, valid: Mask, full_scale: float, *, side_px: int) -> Mask:
    """Tell the pixels at the top of the range in every band, where a square of them fits."""
    return opened(valid & (pixels >= full_scale).all(axis=0), side_px=side_px)


def pair_flags(before: Flags, after: Flags) -> Flags:
    """Return why pixels of a pair may not be judged, as far as its two scenes tell.

    Parameters
    ----------
    before, after
        Dims (row, column): ``scene_flags`` of both dates, on the before-grid.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), uint16: cloud, shadows and saturation of either date; vegetation of
        both; water of both, or of the before-date where the after-date is still blue; the ground
        that only the before-date shows is outside the scene.
    """
    no_data, outside = np.uint16(Unassessed.NO_DATA.bit), np.uint16(Unassessed.OUTSIDE_SCENE.bit)
    water, grown = np.uint16(Unassessed.WATER.bit), np.uint16(Unassessed.VEGETATION.bit)
    either = np.uint16(sum(reason.bit for reason in _EITHER))
    flags = (before | after) & either
    flags |= before & after & (water | grown)
    flags |= np.where(after & np.uint16(STILL_BLUE) != 0, before & water, np.uint16(0))
    flags |= before & no_data
    only_before = (after & no_data != 0) & (before & no_data == 0)
    flags |= np.where(only_before, outside, np.uint16(0))
    return np.asarray(flags, np.uint16)
