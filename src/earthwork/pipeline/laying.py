"""A layer of footprints laid on the image it is held against, and what the image says of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from shapely.affinity import translate

from earthwork.change.outline_support import (
    DEFAULT_SUPPORT,
    LayerShift,
    SupportOptions,
    find_shift,
    measure_support,
)
from earthwork.io.footprints import Footprints
from earthwork.model.observation import Building
from earthwork.model.raster import Raster
from earthwork.model.vocabulary import BuildingState

LEAST_SHIFT_M = 1.0
"""A layer that fits to less than this stays where it is: outlines are drawn no better."""


def lay_on(
    footprints: Footprints, image: Raster, *, options: SupportOptions = DEFAULT_SUPPORT
) -> Footprints:
    """Return footprints moved onto the edges of an image where their shift is clear.

    Parameters
    ----------
    footprints
        In pixels of the image. Their original coordinates stay as they are.
    image
        The earlier image; windows of it are read.
    options
        How the shift is sought.
    """
    gsd_m = image.grid.gsd_m
    shift = find_shift(image, footprints.shapes_px, gsd_m=gsd_m, options=options)
    length_px = float(np.hypot(shift.x_px, shift.y_px))
    length_m = None if gsd_m is None else length_px * gsd_m
    if not shift.is_clear:
        return _with(footprints, _unclear(shift))
    if length_m is not None and length_m < LEAST_SHIFT_M:
        return footprints
    moved = tuple(translate(s, shift.x_px, shift.y_px) for s in footprints.shapes_px)
    return _with(replace(footprints, shapes_px=moved), _applied(shift, length_m))


def _with(footprints: Footprints, decision: str) -> Footprints:
    return replace(footprints, decisions=(*footprints.decisions, decision))


def _applied(shift: LayerShift, length_m: float | None) -> str:
    metres = "" if length_m is None else f" ({length_m:.1f} m)"
    return (
        f"The footprints were moved by {shift.x_px:+.1f} px to the right and {shift.y_px:+.1f} px"
        f" down{metres}: so they fit the edges of the before-image best ({shift.outlines} outlines,"
        f" {shift.spreads:.0f} standard deviations above other shifts)."
    )


def _unclear(shift: LayerShift) -> str:
    return (
        f"Whether the footprints lie shifted against the before-image is not clear from"
        f" {shift.outlines} outlines: they were left where they are."
    )


def with_support(
    buildings: tuple[Building, ...],
    footprints: Footprints,
    image: Raster,
    *,
    options: SupportOptions = DEFAULT_SUPPORT,
) -> tuple[Building, ...]:
    """Return buildings with what the before-image itself says of their outlines.

    It is a reason for the reader, never a state: an outline of a building that came later can fit
    the walls of an empty lot.

    Parameters
    ----------
    buildings
        In the order of the footprints.
    footprints
        As they lie on the image.
    image
        The earlier image; windows of it are read.
    options
        How support is measured.
    """
    values = measure_support(image, footprints.shapes_px, gsd_m=image.grid.gsd_m, options=options)
    told = zip(buildings, values, strict=True)
    return tuple(_told(building, float(value), options) for building, value in told)


def _told(building: Building, value: float, options: SupportOptions) -> Building:
    if not np.isfinite(value):
        return building
    reason = building.reason
    if building.state is BuildingState.NOT_ASSESSED and building.score is not None:
        reason = f"{reason}; {_words(value, options)}"
    return replace(building, support=value, reason=reason)


def _words(value: float, options: SupportOptions) -> str:
    if value >= options.borne_out:
        return f"edges of the before-image run along the outline (support {value:.2f})"
    return f"few edges of the before-image run along the outline (support {value:.2f})"
