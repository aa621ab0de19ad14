"""Light a surface and look at it through a simulated satellite camera.

Radiance is reflectance times direct sun (shadows cast, slopes shaded) plus sky light; then building
lean, blur, a small misplacement, haze, noise and digits. Nothing of it models one real instrument.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, tan
from typing import Literal, cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.geometry.shadow_casting import cast_shadows
from earthwork.model.raster import Pixels
from earthwork.model.scene import Angles
from earthwork.simulate.surface import Frame, Surface

_LUMINANCE = np.array([0.42, 0.38, 0.20], dtype=np.float32)
_SKY = np.array([0.155, 0.175, 0.205], dtype=np.float32)
_SUN = np.array([1.0, 0.965, 0.90], dtype=np.float32)
_HAZE = np.array([0.020, 0.024, 0.031], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorOptions:
    """How the simulated camera sees."""

    bands: Literal["rgb", "pan"] = "rgb"
    """'rgb' for 8-bit colour, 'pan' for 11-bit panchromatic."""
    gsd_m: float = 0.5
    """Side of a pixel on the ground, metres."""
    oversampling: int = 2
    """Fine pixels per pixel: the surface is painted at ``gsd_m / oversampling``."""
    blur_px: float = 0.5
    """Standard deviation of the point spread, in pixels."""
    noise: float = 0.004
    """Standard deviation of noise at mid-grey, as a share of full scale."""
    haze: float = 1.0
    """Strength of path radiance; 0 for none."""

    @property
    def bits(self) -> int:
        """Return the significant bits of a pixel."""
        return 8 if self.bands == "rgb" else 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplacement:
    """How far a picture lies from where its georeference says."""

    shift_x_px: float = 0.0
    """Things appear this many pixels too far right."""
    shift_y_px: float = 0.0
    """Things appear this many pixels too far down."""
    rotation_deg: float = 0.0
    """Things appear turned clockwise about the middle."""


def render(
    surface: Surface,
    *,
    sun: Angles,
    view: Angles,
    options: SensorOptions,
    misplacement: Misplacement | None = None,
    rng: np.random.Generator,
) -> Pixels:
    """Take a picture of a surface.

    Parameters
    ----------
    surface
        Heights and reflectance on the fine grid.
    sun
        Direction of the sun.
    view
        Direction to the sensor; 90° of elevation for nadir.
    options
        The camera.
    misplacement
        Error of the georeference; None for none.
    rng
        Source of noise.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column); uint8 colour or uint16 panchromatic of 11 bits.

    Raises
    ------
    InvalidValue
        If the sun is not above the horizon or the sensor lower than 45°.
    """
    _require_angles(sun, view)
    seen = _seen(surface, options, misplacement or Misplacement(), sun=sun, view=view)
    return _digits(seen, options, rng=rng)


def _seen(
    surface: Surface,
    options: SensorOptions,
    misplacement: Misplacement,
    *,
    sun: Angles,
    view: Angles,
) -> NDArray[np.float32]:
    """Return radiance at the pixels of the picture, dims (row, column, band)."""
    light = _light(surface, sun=sun)
    sight = _sight(surface, light.lit, sun=sun, view=view)
    bands = []
    for band in range(3):
        radiance = sight.of(_lit(surface.albedo[..., band], light, sun=sun, band=band))
        bands.append(_sampled(radiance, surface.frame, options, misplacement))
    return np.stack(bands, axis=-1)


def _require_angles(sun: Angles, view: Angles) -> None:
    if not sun.elevation_deg > 0:
        raise InvalidValue(
            f"a sun {sun.elevation_deg:.1f}° above the horizon",
            where="sun elevation",
            choices=["degrees above 0"],
        )
    if not 45 <= view.elevation_deg <= 90:  # noqa: PLR2004 - said in the message
        raise InvalidValue(
            f"a sensor {view.elevation_deg:.1f}° above the horizon",
            where="view elevation",
            choices=["45° to 90°"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    lit: NDArray[np.bool_]
    """Dims (row, column): True in the sun."""
    slope: NDArray[np.float32]
    """Dims (row, column): direct light against level ground, 1 where level."""
    sky: NDArray[np.float32]
    """Dims (row, column): share of the sky seen, 0 to 1."""


def _light(surface: Surface, *, sun: Angles) -> _Light:
    height = surface.height_m
    fine = surface.frame.fine_m
    return _Light(
        lit=~cast_shadows(height, gsd_m=fine, sun=sun),
        slope=_slope_light(surface.soft_m, gsd_m=fine, sun=sun),
        sky=_sky_seen(height, gsd_m=fine),
    )


def _slope_light(soft_m: NDArray[np.float32], *, gsd_m: float, sun: Angles) -> NDArray[np.float32]:
    """Return the cosine to the sun over that of level ground."""
    smooth = cv2.GaussianBlur(soft_m, (0, 0), 1.0)
    east = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / (8 * gsd_m))
    north = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=-1 / (8 * gsd_m))
    azimuth, level = radians(sun.azimuth_deg), tan(radians(sun.elevation_deg))
    steep = np.sqrt(1.0 + east * east + north * north)
    np.multiply(east, sin(azimuth) / level, out=east)
    np.multiply(north, cos(azimuth) / level, out=north)
    facing = np.subtract(1.0, np.add(east, north, out=east), out=east)
    return cast("NDArray[np.float32]", np.clip(facing / steep, 0.0, 1.7))


def _sky_seen(height_m: NDArray[np.float32], *, gsd_m: float) -> NDArray[np.float32]:
    """Return roughly how much of the sky a point sees, from how deep it lies among others."""
    step = 4
    coarse = cv2.resize(height_m, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    around = cv2.GaussianBlur(coarse, (0, 0), 3.0 / gsd_m / step)
    wide = cv2.resize(around, height_m.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cast("NDArray[np.float32]", np.clip(1.0 - 0.11 * (wide - height_m), 0.35, 1.0))


def _lit(
    albedo: NDArray[np.float32], light: _Light, *, sun: Angles, band: int
) -> NDArray[np.float32]:
    """Return the radiance of one band, dims (row, column)."""
    power = np.float32(sin(radians(sun.elevation_deg)) ** 0.6)
    beam = np.where(light.lit, light.slope, np.float32(0))
    beam *= power * _SUN[band]
    beam += light.sky * _SKY[band]
    beam *= albedo
    return cast("NDArray[np.float32]", beam)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What the sensor sees at each fine pixel."""

    source: NDArray[np.int32]
    """Dims (row, column): number, in reading order, of the fine pixel that fills this one."""
    tone: NDArray[np.float32]
    """Dims (row, column): 1 where a surface is seen from above, less where a wall is."""

    def of(self, radiance: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the radiance as seen: what stands leans away from the sensor."""
        return _gathered(radiance, self.source, self.tone)


def _sight(surface: Surface, lit: NDArray[np.bool_], *, sun: Angles, view: Angles) -> _Sight:
    """Follow the line of sight at each fine pixel; bare ground stays where it is."""
    standing = surface.height_m - cv2.GaussianBlur(surface.soft_m, (0, 0), 3.0)
    azimuth = radians(view.azimuth_deg)
    rise = surface.frame.fine_m * tan(radians(min(view.elevation_deg, 89.95)))
    reach = int(np.ceil(float(standing.max()) / rise)) + 1
    facing = cos(radians(view.azimuth_deg - sun.azimuth_deg))
    wall = 0.55 + 0.45 * facing if facing > 0 else 0.3
    source, tone = _look(standing, lit, -cos(azimuth), sin(azimuth), rise, reach, wall)
    return _Sight(source=source, tone=tone)


@njit(cache=True)
def _look(  # noqa: PLR0917 - numba takes no keywords
    standing: NDArray[np.float32],
    lit: NDArray[np.bool_],
    down: float,
    right: float,
    rise: float,
    reach: int,
    wall: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    rows, columns = standing.shape
    source = np.empty((rows, columns), dtype=np.int32)
    tone = np.ones((rows, columns), dtype=np.float32)
    for row in range(rows):
        for column in range(columns):
            source[row, column] = row * columns + column
            for step in range(reach, 0, -1):
                i = int(np.floor(row + step * down + 0.5))
                j = int(np.floor(column + step * right + 0.5))
                if i < 0 or j < 0 or i >= rows or j >= columns:
                    continue
                over = standing[i, j] - step * rise
                if over >= 0:
                    source[row, column] = i * columns + j
                    if over > rise:
                        shown = lit[row, column] or wall < 0.5  # noqa: PLR2004 - a wall in shade
                        tone[row, column] = wall if shown else 0.45
                    break
    return source, tone


@njit(cache=True)
def _gathered(
    radiance: NDArray[np.float32], source: NDArray[np.int32], tone: NDArray[np.float32]
) -> NDArray[np.float32]:
    rows, columns = radiance.shape
    seen = np.empty_like(radiance)
    for row in range(rows):
        for column in range(columns):
            at = source[row, column]
            seen[row, column] = radiance[at // columns, at % columns] * tone[row, column]
    return seen


def _sampled(
    radiance: NDArray[np.float32],
    frame: Frame,
    options: SensorOptions,
    misplacement: Misplacement,
) -> NDArray[np.float32]:
    """Blur and sample at the pixels of the picture."""
    fine_blur = options.blur_px * options.oversampling
    blurred = cv2.GaussianBlur(radiance, (0, 0), max(fine_blur, 0.3))
    count = round(frame.side_m / options.gsd_m)
    matrix = _to_fine(frame, options, misplacement, count=count)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cast(
        "NDArray[np.float32]",
        cv2.warpAffine(blurred, matrix, (count, count), flags=flags,
                       borderMode=cv2.BORDER_REFLECT),
    )  # fmt: skip


def _to_fine(
    frame: Frame, options: SensorOptions, misplacement: Misplacement, *, count: int
) -> NDArray[np.float64]:
    """Return the matrix from (column, row) of the picture to those of the fine grid."""
    turn = radians(misplacement.rotation_deg)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    middle = np.array([(count - 1) / 2, (count - 1) / 2])
    shift = np.array([misplacement.shift_x_px, misplacement.shift_y_px])
    # A pixel shows the ground that lies back along shift and turn.
    offset = middle - turned @ (middle + shift)
    scale = options.gsd_m / frame.fine_m
    start = frame.margin_m / frame.fine_m + (scale - 1) / 2
    return np.column_stack([scale * turned, scale * offset + start])


def _digits(
    radiance: NDArray[np.float32], options: SensorOptions, *, rng: np.random.Generator
) -> Pixels:
    hazy = radiance + np.float32(options.haze) * _HAZE
    if options.bands == "pan":
        return _panchromatic(hazy, options, rng=rng)
    tone = np.clip(hazy / 0.66, 0, 1) ** np.float32(1 / 1.35)
    tone += np.float32(options.noise) * rng.standard_normal(tone.shape, dtype=np.float32)
    digits = np.clip(np.round(tone * 255), 0, 255).astype(np.uint8)
    return cast("Pixels", np.ascontiguousarray(np.moveaxis(digits, -1, 0)))


def _panchromatic(
    hazy: NDArray[np.float32], options: SensorOptions, *, rng: np.random.Generator
) -> Pixels:
    full = 2**options.bits - 1
    level = (hazy @ _LUMINANCE) / 0.75
    spread = options.noise * np.sqrt(np.clip(level, 0.02, None) / 0.5)
    level = level + spread * rng.standard_normal(level.shape, dtype=np.float32)
    digits = np.clip(np.round(level * full), 0, full).astype(np.uint16)
    return cast("Pixels", digits[np.newaxis])
