"""The air between ground and sensor: haze, clouds and their shadows.

Clouds lie in one layer at one height over a world without edges, hashed from a seed and world
metres, so that every window of a picture sees the same sky. A cloud hides the ground along the line
of sight and shades it along the sun's rays: both are moved by the cloud's height over the tangent
of the elevation, to the nearest pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin, tan

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import ndtri

from earthwork.errors import InvalidValue
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import Bands, Daylight
from earthwork.simulate.painting.noise import add_noise, sub_seed
from earthwork.simulate.painting.surface import Frame

_CLOUD_SEED = 7101
_LAYERS = ((1.0, 0.80), (0.42, 0.45), (0.18, 0.31), (0.07, 0.20), (0.03, 0.14))
"""Scale against the clouds' own, and strength: the strengths' squares sum to 1."""
_EDGE = 0.55
"""Width of a cloud's thin edge, in standard deviations of its noise."""
_COUNTS_FROM = 0.25
"""Opacity from which a pixel counts as clouded, or shaded by a cloud."""
_AT_COUNT = 0.3264
"""Where the smooth step over the edge reaches that opacity."""
_BRIGHTNESS: Bands = (0.92, 0.93, 0.95, 0.88)
"""Reflectance of a thick cloud."""
_SHADE: Bands = (0.76, 0.73, 0.67, 0.80)
"""Share of the light that a thick cloud takes from the ground below."""
_HAZE_LIGHT: Bands = (0.034, 0.046, 0.068, 0.018)
"""Reflectance of the air itself at haze 1."""
_HAZE_LOSS: Bands = (0.055, 0.065, 0.085, 0.035)
"""Share of the ground's light that is scattered away at haze 1."""
_LEAST_THROUGH = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Atmosphere:
    """Haze and clouds of one moment."""

    haze: float = 1.0
    """Strength of the haze: 0 for none, 1 for a usual day over a dusty plain, 5 for a storm."""
    cloud_cover: float = 0.0
    """Share of the sky under cloud, 0 to 1, over an area far wider than a cloud."""
    cloud_height_m: float = 1500.0
    """Height of the clouds above the ground."""
    cloud_scale_m: float = 400.0
    """Distance over which clouds vary."""
    seed: int = 0
    """Seed of the clouds' shapes."""

    def __post_init__(self) -> None:
        """Refuse what no air is like."""
        if not 0 <= self.cloud_cover <= 1:
            raise InvalidValue(
                f"a cloud cover of {self.cloud_cover}", where="cloud_cover", choices=["0 to 1"]
            )
        for name in ("haze", "cloud_height_m"):
            if not getattr(self, name) >= 0:
                raise InvalidValue(
                    f"{name} of {getattr(self, name)}", where=name, choices=["0 or above"]
                )
        if not self.cloud_scale_m > 0:
            raise InvalidValue(
                f"clouds over {self.cloud_scale_m} m", where="cloud_scale_m", choices=["above 0"]
            )


CLEAR = Atmosphere(haze=0.0)
"""No air at all: for tests and for looking at a scene by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What the clouds do to the pixels of one window."""

    opacity: NDArray[np.float32]
    """Dims (row, column): share of the ground's light that clouds hide, 0 to 1."""
    shade: NDArray[np.float32]
    """Dims (row, column): opacity of the clouds between ground and sun, 0 to 1."""

    @property
    def is_cloud(self) -> NDArray[np.bool_]:
        """Return (row, column): True where clouds hide a quarter of the ground or more."""
        return self.opacity >= _COUNTS_FROM

    @property
    def is_shaded(self) -> NDArray[np.bool_]:
        """Return (row, column): True where clouds as thick stand before the sun."""
        return self.shade >= _COUNTS_FROM


def sky_over(frame: Frame, atmosphere: Atmosphere, *, sun: Angles, view: Angles) -> Sky | None:
    """Return the clouds over a window of a picture.

    Parameters
    ----------
    frame
        The window, of the picture's own pixels.
    atmosphere
        Its weather.
    sun, view
        Directions of the sun and the sensor.

    Returns
    -------
    Sky or None
        None on a cloudless day.
    """
    if atmosphere.cloud_cover <= 0:
        return None
    down, right = cloud_offset(atmosphere, towards=view, gsd_m=frame.fine_m)
    over = replace(frame, row0=frame.row0 + down, column0=frame.column0 + right)
    down, right = cloud_offset(atmosphere, towards=sun, gsd_m=frame.fine_m)
    sunward = replace(frame, row0=frame.row0 + down, column0=frame.column0 + right)
    return Sky(opacity=_opacity(over, atmosphere), shade=_opacity(sunward, atmosphere))


def cloud_offset(atmosphere: Atmosphere, *, towards: Angles, gsd_m: float) -> tuple[int, int]:
    """Return where the line towards the sun or the sensor meets the clouds.

    Parameters
    ----------
    atmosphere
        Its height of clouds is used.
    towards
        Direction of the sun or the sensor.
    gsd_m
        Side of a pixel.

    Returns
    -------
    tuple of int
        (rows downward, columns rightward) from a pixel of the ground.
    """
    if towards.elevation_deg >= 90:  # noqa: PLR2004 - the zenith
        return 0, 0
    far = atmosphere.cloud_height_m / tan(radians(towards.elevation_deg)) / gsd_m
    turn = radians(towards.azimuth_deg)
    return round(-far * cos(turn)), round(far * sin(turn))


def _opacity(frame: Frame, atmosphere: Atmosphere) -> NDArray[np.float32]:
    seed = sub_seed(atmosphere.seed, _CLOUD_SEED)
    billows = np.zeros(frame.shape, dtype=np.float32)
    for number, (scale, strength) in enumerate(_LAYERS):
        add_noise(
            billows,
            frame,
            scale_m=scale * atmosphere.cloud_scale_m,
            seed=sub_seed(seed, number),
            amount=strength,
        )
    threshold = float(ndtri(1 - atmosphere.cloud_cover)) if atmosphere.cloud_cover < 1 else -9.0
    _thin_at_edges(billows, np.float32(threshold), np.float32(1 / _EDGE), np.float32(_AT_COUNT))
    return billows


@njit(cache=True, nogil=True)
def _thin_at_edges(
    billows: NDArray[np.float32],
    threshold: np.float32,
    steepness: np.float32,
    at_count: np.float32,
) -> None:
    """Turn noise into opacity in place: a smooth step over the edge, thicker within."""
    zero, one = np.float32(0.0), np.float32(1.0)
    for row in range(billows.shape[0]):
        for column in range(billows.shape[1]):
            t = (billows[row, column] - threshold) * steepness + at_count
            t = min(max(t, zero), one)
            billows[row, column] = t * t * (np.float32(3.0) - np.float32(2.0) * t)


def seen_through(
    radiance: NDArray[np.float32],
    *,
    atmosphere: Atmosphere,
    day: Daylight,
    sky: Sky | None,
    weights: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return what reaches the sensor of the light of the ground.

    Parameters
    ----------
    radiance
        Dims (band, row, column): light of the ground.
    atmosphere
        Its haze is used.
    day
        How bright the day is.
    sky
        The clouds; None for none.
    weights
        Dims (band, [red, green, blue, near-infrared]): what each band of the camera takes in.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), float32. Haze adds its own light and takes contrast away; clouds
        shade the ground, and hide it under their own brightness.
    """
    through, light = haze_of(atmosphere, day=day)
    full = np.array(day.sun) + np.array(day.sky)
    per_band = np.stack(
        [
            weights @ np.array(through, dtype=np.float32),
            weights @ np.array(light, dtype=np.float32),
            weights @ (np.array(_BRIGHTNESS) * full).astype(np.float32),
            weights @ np.array(_SHADE, dtype=np.float32),
        ]
    ).astype(np.float32)
    if sky is None:
        through_band, light_band = per_band[0][:, None, None], per_band[1][:, None, None]
        hazy: NDArray[np.float32] = radiance * through_band + light_band
        return hazy
    return _clouded(radiance, sky.opacity, sky.shade, per_band)


def haze_of(atmosphere: Atmosphere, *, day: Daylight) -> tuple[Bands, Bands]:
    """Return the share of the ground's light that passes the air, and the light of the air itself.

    Parameters
    ----------
    atmosphere
        Its haze is used.
    day
        How bright the day is: haze shines in its light.

    Returns
    -------
    tuple
        Transmission and brightness, for red, green, blue and near-infrared.
    """
    through = [max(1 - atmosphere.haze * loss, _LEAST_THROUGH) for loss in _HAZE_LOSS]
    shine = [
        atmosphere.haze * own * (direct + sky)
        for own, direct, sky in zip(_HAZE_LIGHT, day.sun, day.sky, strict=True)
    ]
    return (through[0], through[1], through[2], through[3]), (
        shine[0],
        shine[1],
        shine[2],
        shine[3],
    )


@njit(cache=True, nogil=True)
def _clouded(
    radiance: NDArray[np.float32],
    opacity: NDArray[np.float32],
    shade: NDArray[np.float32],
    per_band: NDArray[np.float32],
) -> NDArray[np.float32]:
    bands, rows, columns = radiance.shape
    out = np.empty_like(radiance)
    one = np.float32(1.0)
    for band in range(bands):
        through, own = per_band[0, band], per_band[1, band]
        white, dark = per_band[2, band], per_band[3, band]
        for row in range(rows):
            for column in range(columns):
                hidden = opacity[row, column]
                ground = radiance[band, row, column] * (one - dark * shade[row, column])
                # The underside and the folds of a cloud are greyer than its crown.
                crown = white * (np.float32(0.72) + np.float32(0.28) * hidden * hidden)
                ground = ground * through + own
                out[band, row, column] = ground * (one - hidden) + crown * hidden
    return out
