"""Which ground the places of a pair vouch for: near enough to them, or surrounded by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from earthwork.imagery.mappings import Float
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.model.grid import Grid

_ASKED = 24
_WIDEST_GAP_DEG = 150.0
"""Ground is surrounded if no wider sector around it is free of places."""


def vouched(
    points: Float,
    places: Float,
    error_px: Float,
    third_px: Float,
    *,
    apart_px: float,
    grid: Grid,
    options: RegistrationOptions,
) -> NDArray[np.bool_]:
    """Tell which points places vouch for.

    Parameters
    ----------
    points
        Dims (n, 2), pixels of the before-image.
    places
        Dims (m, 2): places that agree.
    error_px
        Dims (n), the error expected at the points.
    third_px
        Dims (n), distance from each to the third nearest place.
    apart_px
        Distance between the places that were tried.
    grid
        The before-grid: in a small image shorter distances count as far.
    options
        Largest error and distances.

    Returns
    -------
    array
        Dims (n): the error is small, and places lie near, or further off but all around.
    """
    side = float(min(grid.shape))
    near = third_px <= max(
        min(options.extrapolated_px, max(0.12 * side, 1.5 * options.patch_px)), 1.8 * apart_px
    )
    reachable = third_px <= max(min(options.interpolated_px, 0.5 * side), 3.0 * apart_px)
    held = near.copy()
    asked = np.flatnonzero(reachable & ~near)
    if asked.size:
        held[asked] = _widest_gap(points[asked], places) <= _WIDEST_GAP_DEG
    return held & (error_px <= options.most_error_px)


def _widest_gap(points: Float, places: Float) -> Float:
    """Return the widest sector, in degrees, that is free of the nearest places."""
    count = min(_ASKED, len(places))
    _, index = cKDTree(places).query(points, k=count)
    towards = places[index.reshape(len(points), count)] - points[:, None]
    angle = np.sort(np.degrees(np.arctan2(towards[..., 1], towards[..., 0])), axis=1)
    closed = np.concatenate([angle, angle[:, :1] + 360.0], axis=1)
    widest: Float = np.diff(closed, axis=1).max(axis=1)
    return widest
