"""A real picture as ground to draw on: where it is open, how dark its shadows, how sharp its edges.

Nothing here knows what a thing is. Open ground is smooth, lit, not green, wide; a strip is a smooth
band about as wide as a road. Roofs of great halls can pass for ground: where outlines of buildings
are known, give them.

References
----------
Immerkær, J. (1996), Fast noise variance estimation, doi:10.1006/cviu.1996.0060.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.raster import Pixels, luminance

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_COLOURS = 3
_IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundOptions:
    """What counts as open ground."""

    roughness: float = 0.08
    """Largest local spread of brightness over 1.4 m, as a share of the local mean."""
    green_excess: float = 0.05
    """Excess of green over the scene's median from which ground is overgrown."""
    wide_m: float = 9.0
    """Open ground holds a disc of this diameter."""
    least_m2: float = 500.0
    """Least area of open ground: most roofs are smaller."""
    strip_m: tuple[float, float] = (4.5, 16.0)
    """Narrowest and widest strip that a road may be."""
    strip_length_m: float = 35.0
    """Shortest strip."""
    hall_m2: float = 6_000.0
    """Smooth rectangles up to this size are roofs."""
    rectangular: float = 0.86
    """Share of its smallest upright rectangle from which a piece is one."""


DEFAULT_GROUND = GroundOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where works can stand."""

    bare: Mask
    """Dims (row, column): smooth, lit, not green; textures are borrowed from it."""
    open: Mask
    """Dims (row, column): wide bare ground."""
    strips: Mask
    """Dims (row, column): bands about as wide as roads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """What must be known of a picture to draw into it so that it does not show."""

    gsd_m: float
    """Pixel side."""
    ground: Ground
    """Where works can stand."""
    shadows: Mask
    """Dims (row, column): True in the shadows that are there already."""
    shadow_level: NDArray[np.float64]
    """Dims (band): brightness of ground in shadow against the same in the sun."""
    blur_px: float
    """Standard deviation of the point spread, pixels."""
    noise: NDArray[np.float64]
    """Dims (band): standard deviation of the noise, digits."""
    contrasts: NDArray[np.float64]
    """Brightness of neighbouring pieces of its bare ground against each other."""
    concrete: NDArray[np.float64]
    """Dims (band): how bright the paler roofs and slabs are, digits."""
    full_scale: float
    """Largest value of a pixel."""


def study_backdrop(
    pixels: Pixels,
    *,
    gsd_m: float,
    shadows: Mask,
    bits: int,
    buildings: Iterable[BaseGeometry] = (),
    options: GroundOptions = DEFAULT_GROUND,
) -> Backdrop:
    """Measure a picture that works are to be drawn into.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    gsd_m
        Pixel side in metres.
    shadows
        Dims (row, column): True in shadow.
    bits
        Significant bits of a pixel value.
    buildings
        Outlines that are no ground, in pixels (column, row).
    options
        What counts as open ground.

    Returns
    -------
    Backdrop
        All that insertion asks of the picture.

    Raises
    ------
    InvalidValue
        If the pixel side is not above 0 or the mask does not fit.
    """
    if not gsd_m > 0:
        raise InvalidValue(f"a pixel of {gsd_m} m", where="gsd_m", choices=["metres above 0"])
    if shadows.shape != pixels.shape[1:]:
        raise InvalidValue(
            f"shadows of {shadows.shape} for pixels of {pixels.shape[1:]}",
            choices=["dims (row, column) of the picture"],
        )
    ground = find_ground(pixels, gsd_m=gsd_m, shadows=shadows, buildings=buildings, options=options)
    return Backdrop(
        gsd_m=gsd_m,
        ground=ground,
        shadows=shadows,
        shadow_level=measure_shadow_level(pixels, shadows, ground.bare, gsd_m=gsd_m),
        blur_px=measure_blur(luminance(pixels)),
        noise=measure_noise(pixels),
        contrasts=measure_contrasts(luminance(pixels), ground.bare, gsd_m=gsd_m),
        concrete=_concrete(pixels, ground.bare, shadows),
        full_scale=float(2**bits - 1),
    )


# ---------------------------------------------------------------- ground


def find_ground(
    pixels: Pixels,
    *,
    gsd_m: float,
    shadows: Mask,
    buildings: Iterable[BaseGeometry] = (),
    options: GroundOptions = DEFAULT_GROUND,
) -> Ground:
    """Propose where a picture shows open ground and road-like strips.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    gsd_m
        Pixel side in metres.
    shadows
        Dims (row, column): True in shadow.
    buildings
        Outlines that are no ground, in pixels (column, row).
    options
        What counts as open ground.

    Returns
    -------
    Ground
        Masks; all False where a picture shows none.
    """
    image = luminance(pixels)
    bare = _smooth(image, gsd_m, options) & ~_wide(shadows, 1.5 / gsd_m) & _usual(image)
    bare &= ~_overgrown(pixels, options) & ~drawn(buildings, image.shape, grow_px=2.0 / gsd_m)
    bare = np.asarray(cv2.medianBlur(bare.astype(np.uint8), 5)).astype(bool)
    opened = _opened(bare, options.wide_m / gsd_m)
    wide = _without_halls(_large(opened, options.least_m2 / gsd_m**2), gsd_m, options)
    return Ground(bare=bare, open=wide, strips=_strips(bare, gsd_m, options))


def _smooth(image: Image, gsd_m: float, options: GroundOptions) -> Mask:
    sigma = max(1.2, 1.4 / gsd_m)
    mean = _blurred(image, sigma)
    spread = np.sqrt(np.maximum(_blurred(image * image, sigma) - mean * mean, 0))
    return np.asarray(spread <= options.roughness * np.maximum(mean, 1e-3))


def _usual(image: Image) -> Mask:
    low, high = np.percentile(image, [8, 97])
    return np.asarray((image > low) & (image < high))


def _overgrown(pixels: Pixels, options: GroundOptions) -> Mask:
    """Tell where colour says green, or open water's blue."""
    if pixels.shape[0] < _COLOURS:
        return np.zeros(pixels.shape[1:], bool)
    red, green, blue = (_blurred(band.astype(np.float32), 1.5) for band in pixels[:3])
    total = np.maximum(red + green + blue, 1.0)
    excess, cold = (2 * green - red - blue) / total, (blue - red) / total
    return np.asarray(
        (excess > np.median(excess) + options.green_excess) | (cold > np.median(cold) + 0.10)
    )


def drawn(outlines: Iterable[BaseGeometry], shape: tuple[int, ...], *, grow_px: float = 0) -> Mask:
    """Return which pixels lie inside any outline given in pixels (column, row)."""
    inside = np.zeros(shape[-2:], np.uint8)
    for outline in outlines:
        grown = outline.buffer(grow_px) if grow_px else outline
        for part in getattr(grown, "geoms", [grown]):
            if isinstance(part, Polygon) and not part.is_empty:
                ring = np.asarray(part.exterior.coords)[:, :2] - 0.5
                cv2.fillPoly(inside, [np.round(ring * 16).astype(np.int32)], 1, shift=4)
    return inside.view(bool)


def _without_halls(opened: Mask, gsd_m: float, options: GroundOptions) -> Mask:
    """Leave out smooth pieces that are nearly rectangles and no larger than a hall."""
    outlines, _ = cv2.findContours(
        opened.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    kept = opened.astype(np.uint8)
    for outline in outlines:
        area = cv2.contourArea(outline)
        upright = float(np.prod(cv2.minAreaRect(outline)[1]))
        if area > options.rectangular * upright and area * gsd_m**2 < options.hall_m2:
            cv2.drawContours(kept, [outline], -1, 0, cv2.FILLED)
    return kept.astype(bool)


def _strips(bare: Mask, gsd_m: float, options: GroundOptions) -> Mask:
    """Return bare pieces that are long and about as wide as a road."""
    narrow, broad = (width / gsd_m for width in options.strip_m)
    bands = _opened(bare, narrow) & ~_opened(bare, broad)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bands.astype(np.uint8))
    reach = np.hypot(
        np.asarray(stats)[:, cv2.CC_STAT_WIDTH], np.asarray(stats)[:, cv2.CC_STAT_HEIGHT]
    )
    slim = np.asarray(stats)[:, cv2.CC_STAT_AREA] < 0.35 * reach**2
    kept = (reach * gsd_m >= options.strip_length_m) & slim
    kept[0] = False
    return np.asarray(kept[np.asarray(labels)]) if count > 1 else np.zeros_like(bare)


def _opened(mask: Mask, diameter_px: float) -> Mask:
    """Return the parts of a mask that hold a disc; by distances, so that wide discs cost little."""
    radius = diameter_px / 2
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5))[1:-1, 1:-1] > radius
    away = cv2.distanceTransform((~inner).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray((np.asarray(away) <= radius) & mask & bool(inner.any()))


def _wide(mask: Mask, reach_px: float) -> Mask:
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray((np.asarray(away) <= reach_px) & bool(mask.any()))


def _large(mask: Mask, least_px: float) -> Mask:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    kept = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= least_px
    kept[0] = False
    return np.asarray(kept[np.asarray(labels)])


def _blurred(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def blurred_within(image: Image, mask: Mask, sigma: float) -> tuple[Image, Image]:
    """Return the mean of the masked pixels nearby and how much of a mask there is, 0 to 1."""
    weight = _blurred(mask.astype(np.float32), sigma)
    total = _blurred(np.where(mask, image, 0).astype(np.float32), sigma)
    return np.asarray(total / np.maximum(weight, 1e-6), np.float32), weight


# ---------------------------------------------------------------- light


def measure_shadow_level(
    pixels: Pixels, shadows: Mask, bare: Mask, *, gsd_m: float
) -> NDArray[np.float64]:
    """Return how bright shadows are against the lit bare ground beside them, per band.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    shadows, bare
        Dims (row, column): shadows, and bare ground in the sun.
    gsd_m
        Pixel side in metres.

    Returns
    -------
    numpy.ndarray
        Dims (band), 0.12 to 0.75; 0.35 in every band where too few shadows lie beside bare ground.
    """
    core = np.asarray(cv2.erode(shadows.astype(np.uint8), np.ones((3, 3), np.uint8))).astype(bool)
    levels = []
    for band in pixels:
        lit, weight = blurred_within(band.astype(np.float32), bare, 5.0 / gsd_m)
        beside = core & (weight > 0.08)  # noqa: PLR2004 - a little ground is enough
        ratio = band[beside] / np.maximum(lit[beside], 1e-3)
        # Below the median: rims, trees and asphalt taken for shadow are all too bright.
        levels.append(float(np.percentile(ratio, 35)) if beside.sum() >= 50 else 0.35)  # noqa: PLR2004
    return np.clip(levels, 0.12, 0.75)


def measure_contrasts(image: Image, bare: Mask, *, gsd_m: float) -> NDArray[np.float64]:
    """Return ratios of brightness between pieces of bare ground some 10 m apart, either way.

    Parameters
    ----------
    image
        Dims (row, column): luminance.
    bare
        Dims (row, column): bare ground.
    gsd_m
        Pixel side in metres.

    Returns
    -------
    numpy.ndarray
        Sorted ratios, as many below as above 1; ``[0.95, 1.05]`` where there is no bare ground.
    """
    mean, weight = blurred_within(image, bare, 1.5 / gsd_m)
    cell, apart = max(1, round(4.0 / gsd_m)), 3
    mean, sure = mean[::cell, ::cell], (weight > 0.7)[::cell, ::cell]  # noqa: PLR2004 - mostly bare
    logs = [
        np.log(mean[first][both] / mean[second][both])
        for first, second in (
            ((slice(apart, None), slice(None)), (slice(None, -apart), slice(None))),
            ((slice(None), slice(apart, None)), (slice(None), slice(None, -apart))),
        )
        if (both := sure[first] & sure[second]).any()
    ]
    if not logs:
        return np.array([0.95, 1.05])
    ratios = np.concatenate(logs)
    return np.sort(np.exp(np.concatenate([ratios, -ratios]))).astype(np.float64)


def _concrete(pixels: Pixels, bare: Mask, shadows: Mask) -> NDArray[np.float64]:
    """Return the colour of pale slabs: at the bright end of what is neither bare nor in shadow."""
    image = luminance(pixels)
    built = ~bare & ~shadows
    chosen = image[built] if built.sum() > 100 else image.ravel()  # noqa: PLR2004
    low, high = np.percentile(chosen, [82, 93])
    pale = (image >= low) & (image <= high)
    mean = np.array([float(band[pale].mean()) for band in pixels])
    # Paint is coloured, concrete is not: keep half of the tint.
    return np.asarray(0.5 * mean + 0.5 * mean[:3].mean() if len(mean) >= _COLOURS else mean)


# ---------------------------------------------------------------- camera


def measure_noise(pixels: Pixels) -> NDArray[np.float64]:
    """Return the standard deviation of the noise of each band, in digits, told where it is smooth.

    Examples
    --------
    >>> flat = np.random.default_rng(1).normal(100, 3, (1, 64, 64)).astype(np.float32)
    >>> bool(abs(measure_noise(flat)[0] - 3) < 1)
    True
    """
    return np.array([_noise(band.astype(np.float32)) for band in pixels])


def _noise(band: Image) -> float:
    rough = np.abs(np.asarray(cv2.filter2D(band, cv2.CV_32F, _IMMERKAER)))
    cells = cv2.resize(rough, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    quiet = np.asarray(cells) <= np.percentile(cells, 20)
    # Of white noise alone the quietest fifth of the cells is quiet by chance: by this share.
    return float(np.sqrt(np.pi / 2) / 6 / 0.81 * np.asarray(cells)[quiet].mean())


def measure_blur(image: Image) -> float:
    """Return the standard deviation of the point spread in pixels, told from the sharpest edges.

    Parameters
    ----------
    image
        Dims (row, column): luminance.

    Returns
    -------
    float
        Pixels, 0.4 to 3; 0.8 where a picture has no strong edges.
    """
    smooth = _blurred(image, 0.5)
    east = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)) / 8
    south = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)) / 8
    steep = np.hypot(east, south)
    strong = steep >= max(float(np.percentile(steep, 98.5)), 1e-3)
    strong[:8], strong[-8:], strong[:, :8], strong[:, -8:] = False, False, False, False
    rows, columns = np.nonzero(strong)
    if len(rows) < 20:  # noqa: PLR2004 - an edge or two are no measure
        return 0.8
    spots = np.column_stack([rows, columns]).astype(np.int32)
    ways = np.column_stack([south[strong], east[strong]]) / steep[strong][:, None]
    widths = _edge_widths(image, spots, ways.astype(np.float64))
    known = widths[widths > 0]
    if len(known) < 20:  # noqa: PLR2004 - as above
        return 0.8
    # Sampling between pixels widens an edge by about a quarter pixel squared.
    sigma = float(np.percentile(known, 15)) / 2.563
    return float(np.clip(np.sqrt(max(sigma**2 - 0.1, 0.0)), 0.4, 3.0))


@njit(cache=True, nogil=True)
def _edge_widths(
    image: NDArray[np.float32], spots: NDArray[np.int32], ways: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance from 10 to 90 % of each edge, 0 where the profile is no single step."""
    reach, fine = 5, 4
    count = 2 * reach * fine + 1
    widths = np.zeros(len(spots))
    profile = np.zeros(count)
    for k in range(len(spots)):
        for n in range(count):
            step = (n - reach * fine) / fine
            row, column = spots[k, 0] + step * ways[k, 0], spots[k, 1] + step * ways[k, 1]
            top, left = int(row), int(column)
            u, v = row - top, column - left
            profile[n] = (1 - u) * (image[top, left] * (1 - v) + image[top, left + 1] * v) + u * (
                image[top + 1, left] * (1 - v) + image[top + 1, left + 1] * v
            )
        low, high = profile[:8].mean(), profile[-8:].mean()
        rise = high - low
        wavy = max(np.abs(profile[:8] - low).max(), np.abs(profile[-8:] - high).max())
        if rise <= 0 or wavy > 0.12 * rise:
            continue
        first, last = -1.0, -1.0
        for n in range(1, count):
            before, here = (profile[n - 1] - low) / rise, (profile[n] - low) / rise
            if before < 0.1 <= here:  # noqa: PLR2004 - the tenth of the step
                first = n - 1 + (0.1 - before) / (here - before)
            if before < 0.9 <= here and last < 0:  # noqa: PLR2004 - nine tenths
                last = n - 1 + (0.9 - before) / (here - before)
        if 0 <= first < last:
            widths[k] = (last - first) / fine
    return widths
