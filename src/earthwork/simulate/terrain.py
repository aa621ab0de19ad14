"""The ground under a simulated city: relief, a river, fields.

Coordinates are local metres: x eastward, y northward from the south-western corner of the scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon, box, union_all
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.city import Crop, Field, River

_COARSE_PX = 64
_BANK_MARGIN = 0.1
"""The river reaches this share of the side beyond the scene, so that no end of it shows."""


def fractal_noise(
    shape: tuple[int, int], *, scales_px: Sequence[float], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return smooth noise summed over several scales, each of equal strength.

    Parameters
    ----------
    shape
        Rows and columns.
    scales_px
        Distance in pixels over which each layer varies.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32, mean near 0 and standard deviation near 1.
    """
    total = np.zeros(shape, dtype=np.float32)
    for scale in scales_px:
        total += _noise_layer(shape, scale_px=scale, rng=rng)
    return cast("NDArray[np.float32]", total / np.float32(np.sqrt(len(scales_px))))


def _noise_layer(
    shape: tuple[int, int], *, scale_px: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    if scale_px <= 1:
        return rng.standard_normal(shape, dtype=np.float32)
    if scale_px > _COARSE_PX:
        return _enlarged(shape, scale_px=scale_px, rng=rng)
    coarse = (int(shape[0] / scale_px) + 2, int(shape[1] / scale_px) + 2)
    seeds = rng.standard_normal(coarse, dtype=np.float32)
    size = (round(coarse[1] * scale_px), round(coarse[0] * scale_px))
    wide = cv2.resize(seeds, size, interpolation=cv2.INTER_CUBIC)
    # Cubic interpolation lowers the spread of white seeds to about 0.75.
    return cast("NDArray[np.float32]", wide[: shape[0], : shape[1]] * np.float32(1.33))


def _enlarged(
    shape: tuple[int, int], *, scale_px: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return a coarse layer drawn at an eighth of the size first, to spare memory."""
    small = (-(-shape[0] // 8), -(-shape[1] // 8))
    layer = _noise_layer(small, scale_px=scale_px / 8, rng=rng)
    size = (small[1] * 8, small[0] * 8)
    wide = cv2.resize(layer, size, interpolation=cv2.INTER_CUBIC)
    return cast("NDArray[np.float32]", wide[: shape[0], : shape[1]])


def relief(
    shape: tuple[int, int], *, gsd_m: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the bare ground of a gentle plain.

    Parameters
    ----------
    shape
        Rows and columns.
    gsd_m
        Pixel side in metres.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), float32 metres above the datum: about 220 m, swelling by 3 m over
        some 250 m and by decimetres over 30 m.
    """
    swell = fractal_noise(shape, scales_px=[250 / gsd_m], rng=rng)
    ripple = fractal_noise(shape, scales_px=[30 / gsd_m], rng=rng)
    return cast("NDArray[np.float32]", (220.0 + 1.5 * swell + 0.12 * ripple).astype(np.float32))


def lay_river(side_m: float, *, name: str, rng: np.random.Generator) -> River:
    """Return a river that winds from south to north through the east of a square scene."""
    width = float(np.clip(0.085 * side_m, 22.0, 140.0))
    along = np.linspace(-_BANK_MARGIN, 1 + _BANK_MARGIN, 61)
    phase = rng.uniform(0.05, 0.15)
    across = 0.715 + 0.04 * np.sin(2 * np.pi * (0.9 * along + phase))
    line = LineString(np.column_stack([across, along]) * side_m)
    swelling = [
        line.interpolate(share, normalized=True).buffer(width * (0.5 + 0.07 * np.sin(9 * share)))
        for share in np.linspace(0, 1, 241)
    ]
    outline = union_all([line.buffer(width * 0.47), *swelling])
    return River(name=name, line=line, outline=outline.simplify(0.5), width_m=width)


def lay_fields(area: BaseGeometry, *, side_m: float, rng: np.random.Generator) -> tuple[Field, ...]:
    """Cut an area into fields in slightly turned strips."""
    west, south, east, north = area.bounds
    heading = float(rng.uniform(-14, 14))
    centre = ((west + east) / 2, (south + north) / 2)
    reach = 0.75 * max(east - west, north - south)
    fields = []
    x = centre[0] - reach
    while x < centre[0] + reach:
        wide = side_m * rng.uniform(0.035, 0.08)
        y = centre[1] - reach
        while y < centre[1] + reach:
            long = side_m * rng.uniform(0.06, 0.16)
            fields.extend(_field(x, y, wide, long, heading, centre, area, rng))
            y += long
        x += wide
    return tuple(fields)


def _field(  # noqa: PLR0917 - two corners and what to cut from
    x: float,
    y: float,
    wide: float,
    long: float,
    heading: float,
    centre: tuple[float, float],
    area: BaseGeometry,
    rng: np.random.Generator,
) -> list[Field]:
    crop = list(Crop)[int(rng.choice(4, p=[0.36, 0.3, 0.22, 0.12]))]
    turn = heading + float(rng.choice([0, 90]))
    parcel = rotate(box(x, y, x + wide, y + long), -heading, origin=centre).buffer(-0.8)
    part = parcel.intersection(area)
    pieces = getattr(part, "geoms", [part])
    return [
        Field(outline=piece, heading_deg=turn, crop=crop)
        for piece in pieces
        if isinstance(piece, Polygon) and piece.area > 0.3 * wide * long
    ]
