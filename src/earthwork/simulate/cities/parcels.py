"""Cut blocks into parcels, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

Shapes = NDArray[np.object_]
"""An array of shapely geometries."""

_LEAST_PIECE_M2 = 1.0
_ROOT_OF_TWO = 1.42
_POLYGON = 3
"""Shapely's type number of a polygon."""


def cut_parcels(
    blocks: Sequence[Polygon],
    *,
    area_m2: float,
    unevenness: float,
    rng: np.random.Generator,
    slender: float = 1.0,
) -> Shapes:
    """Cut blocks across their longer side until they are small enough.

    Parameters
    ----------
    blocks
        Ground between streets, local metres.
    area_m2
        Size to cut to; parcels end between about half of it and a third more.
    unevenness
        Greatest departure of a cut from the middle, as a share of the length.
    rng
        Source of randomness.
    slender
        Length against width to aim at: above 1 makes strips.

    Returns
    -------
    numpy.ndarray
        Polygons, dtype object; together they cover the blocks.
    """
    waiting = polygons_in(np.array(blocks, dtype=object))
    done: list[Shapes] = []
    while waiting.size:
        limit = area_m2 * rng.uniform(0.75, 1.35, waiting.size)
        is_small = shapely.area(waiting) < limit
        done.append(waiting[is_small])
        waiting = _halved(waiting[~is_small], unevenness=unevenness, slender=slender, rng=rng)
    return np.concatenate(done) if done else waiting


def polygons_in(shapes: Shapes, *, least_m2: float = _LEAST_PIECE_M2) -> Shapes:
    """Return the polygons that shapes consist of, specks left out."""
    parts = shapely.get_parts(shapes)
    keep = (shapely.get_type_id(parts) == _POLYGON) & (shapely.area(parts) > least_m2)
    return cast("Shapes", parts[keep])


def frames_of(shapes: Shapes) -> NDArray[np.float64]:
    """Return the corners of each shape's turned bounding box, its longer side first.

    Parameters
    ----------
    shapes
        Polygons with some area.

    Returns
    -------
    numpy.ndarray
        Dims (shape, corner, [x, y]), metres: four corners in order, from the first to the second
        along the longer side.
    """
    frames = shapely.oriented_envelope(shapes)
    corners = shapely.get_coordinates(frames).reshape(-1, 5, 2)[:, :4]
    first = np.hypot(*(corners[:, 1] - corners[:, 0]).T)
    second = np.hypot(*(corners[:, 2] - corners[:, 1]).T)
    rolled = np.roll(corners, -1, axis=1)
    return np.where((first >= second)[:, None, None], corners, rolled)


def sides_m(frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lengths of the longer and the shorter sides of frames, metres."""
    long = np.hypot(*(frames[:, 1] - frames[:, 0]).T)
    short = np.hypot(*(frames[:, 2] - frames[:, 1]).T)
    return long, short


def boxes_within(
    frames: NDArray[np.float64],
    along: tuple[NDArray[np.float64], NDArray[np.float64]],
    across: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Shapes:
    """Return boxes inside frames, given by shares of their sides.

    Parameters
    ----------
    frames
        Dims (shape, corner, [x, y]), from ``frames_of``.
    along, across
        Begin and end as shares of the longer and the shorter side, dims (shape).
    """
    origin, right, up = frames[:, 0], frames[:, 1] - frames[:, 0], frames[:, 3] - frames[:, 0]
    corners = [
        origin + s[:, None] * right + t[:, None] * up
        for s, t in ((along[0], across[0]), (along[1], across[0]), (along[1], across[1]),
                     (along[0], across[1]))
    ]  # fmt: skip
    return cast("Shapes", shapely.polygons(np.stack(corners, axis=1)))


def _halved(
    blocks: Shapes, *, unevenness: float, slender: float, rng: np.random.Generator
) -> Shapes:
    if not blocks.size:
        return blocks
    frames = frames_of(blocks)
    long, short = sides_m(frames)
    # A block is cut lengthwise as long as its halves are not too slender.
    is_stout = _ROOT_OF_TWO * long < slender * short
    turned = np.where(is_stout[:, None, None], np.roll(frames, -1, axis=1), frames)
    share = 0.5 + unevenness * rng.uniform(-1, 1, blocks.size)
    ones, zeros = np.full(blocks.size, 2.0), np.full(blocks.size, -1.0)
    halves = boxes_within(turned, (zeros, share), (zeros, ones))
    early = shapely.intersection(blocks, halves)
    late = shapely.difference(blocks, halves)
    return polygons_in(np.stack([early, late], axis=1).ravel())
