"""Clouds and their shadows laid over a real picture: the ground is real and the sky is known.

The clouds are those of the simulator. A picture is taken to be coded with a gamma of 2.2 and to be
exposed so that a thick cloud clips or nearly does, as in the deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.model.scene import Angles
from earthwork.simulate.camera.weather import Atmosphere, Sky, sky_over
from earthwork.simulate.painting.surface import Frame

GAMMA = 2.2
SHADE = (0.76, 0.73, 0.67)
CLOUD = (0.92, 0.93, 0.95)
SUN = Angles(azimuth_deg=150.0, elevation_deg=50.0)
NADIR = Angles(azimuth_deg=0.0, elevation_deg=90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clouded:
    """A picture under clouds that are known."""

    pixels: NDArray[np.uint8]
    """Dims (band, row, column)."""
    opacity: NDArray[np.float32]
    """Dims (row, column): share of the ground that clouds hide, 0 to 1."""
    shade: NDArray[np.float32]
    """Dims (row, column): opacity of the cloud between ground and sun, 0 to 1."""


def clouded(pixels: NDArray[np.uint8], *, gsd_m: float, seed: int, cover: float) -> Clouded:
    """Lay clouds over a picture, dims (band, row, column): some thin, some grey."""
    rng = np.random.default_rng([seed, 1])
    exposure, thickness = rng.uniform(0.6, 1.1), min(1.0, rng.uniform(0.6, 1.4))
    sky = drawn_sky(pixels.shape[1:], gsd_m=gsd_m, seed=seed, cover=cover)
    opacity, shade = sky.opacity * np.float32(thickness), sky.shade * np.float32(thickness)
    light = (pixels.astype(np.float32) / 255) ** GAMMA
    out = np.empty_like(light)
    for band in range(len(light)):
        dark = SHADE[band] if len(light) > 1 else float(np.mean(SHADE))
        white = (CLOUD[band] if len(light) > 1 else float(np.mean(CLOUD))) * exposure
        ground = light[band] * (1 - dark * shade)
        crown = white * (0.72 + 0.28 * opacity**2)
        out[band] = ground * (1 - opacity) + crown * opacity
    counts = np.clip(out, 0, 1) ** (1 / GAMMA) * 255
    noise = rng.normal(0, 1.0, counts.shape)
    return Clouded(
        pixels=np.clip(counts + noise, 0, 255).round().astype(np.uint8),
        opacity=opacity,
        shade=shade,
    )


def drawn_sky(shape: tuple[int, ...], *, gsd_m: float, seed: int, cover: float) -> Sky:
    """Draw clouds of 60 to 250 m, 200 to 900 m above the ground."""
    rng = np.random.default_rng(seed)
    air = Atmosphere(
        haze=0.0,
        cloud_cover=cover,
        cloud_height_m=float(rng.uniform(200, 900)),
        cloud_scale_m=float(rng.uniform(60, 250)),
        seed=seed,
    )
    rows, columns = shape
    side_m = max(shape) * gsd_m
    frame = Frame(side_m=side_m, fine_m=gsd_m, row0=0, column0=0, rows=rows, columns=columns)
    sky = sky_over(frame, air, sun=SUN, view=NADIR)
    if sky is None:
        raise SystemExit("a sky without clouds was asked for")
    return sky
