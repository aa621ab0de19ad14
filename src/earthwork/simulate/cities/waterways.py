"""Rivers and dry beds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import River, Wadi
from earthwork.simulate.cities.styles import RiverHabit

_LEAST_WADI_SHARE = 0.08
"""A piece of a wadi shorter than this share of the plan is not worth drawing."""


def lay_river(
    plan: Polygon, *, core: Point, habit: RiverHabit, name: str, rng: np.random.Generator
) -> River:
    """Return a river that winds past the core from one edge of the plan to another.

    Parameters
    ----------
    plan
        Square ground of the plan, local metres.
    core
        Middle of the old town, which it keeps clear of.
    habit
        How rivers of the land run.
    name
        Its name.
    rng
        Source of randomness.

    Returns
    -------
    River
        Its outline ends a little beyond the plan.
    """
    side = float(np.sqrt(plan.area))
    width = float(np.clip(rng.uniform(*habit.width_share) * side, *habit.width_m))
    swing = rng.uniform(*habit.swing) * side
    away = width / 2 + swing + rng.uniform(0.13, 0.2) * side
    heading = rng.uniform(0, 2 * np.pi)
    along = np.linspace(-1.3, 1.3, 157) * side
    phase = rng.uniform(0, 2 * np.pi, 2)
    across = away + swing * (
        np.sin(2 * np.pi * along / (0.95 * side) + phase[0])
        + 0.3 * np.sin(2 * np.pi * along / (0.5 * side) + phase[1])
    )
    line = LineString(_turned(np.column_stack([along, across]), heading, core))
    return river_along(_longest(line.intersection(plan.buffer(1.2 * width))), name=name,
                       width_m=width)  # fmt: skip


def river_along(line: LineString, *, name: str, width_m: float) -> River:
    """Return the river along a line, a little wider here and narrower there."""
    shares = np.linspace(0, 1, 241)
    spots = shapely.line_interpolate_point(line, shares, normalized=True)
    swelling = shapely.buffer(spots, width_m * (0.5 + 0.07 * np.sin(9 * shares)), quad_segs=6)
    body = shapely.union_all([line.buffer(width_m * 0.47), *swelling])
    outline = shapely.simplify(body, 0.5)
    return River(name=name, line=line, outline=outline, width_m=width_m)


def lay_wadis(
    plan: Polygon, *, keep_off: BaseGeometry, core: Point, count: int, rng: np.random.Generator
) -> tuple[Wadi, ...]:
    """Return dry beds that wander across the open land.

    Parameters
    ----------
    plan
        Ground of the plan, local metres.
    keep_off
        What they do not enter: the town, the river, the airfield.
    core
        Middle of the old town.
    count
        Number of beds; one that would run through the town is cut in pieces.
    rng
        Source of randomness.
    """
    return tuple(
        wadi for _ in range(count) for wadi in _wadi(plan, keep_off=keep_off, core=core, rng=rng)
    )


def _wadi(
    plan: Polygon, *, keep_off: BaseGeometry, core: Point, rng: np.random.Generator
) -> Sequence[Wadi]:
    side = float(np.sqrt(plan.area))
    along = np.arange(-1.2 * side, 1.2 * side, 12.0)
    across = rng.uniform(0.25, 0.6) * side + sum(
        size * side * np.sin(2 * np.pi * along / (span * side) + rng.uniform(0, 6.3))
        for size, span in ((0.05, 0.8), (0.02, 0.29), (0.007, 0.11))
    )
    line = LineString(_turned(np.column_stack([along, across]), rng.uniform(0, 6.3), core))
    width = float(np.clip(rng.uniform(0.006, 0.02) * side, 5.0, 22.0))
    depth = round(float(width * rng.uniform(0.06, 0.11)), 2)
    free = line.intersection(plan).difference(keep_off.buffer(width))
    return [
        Wadi(line=part, width_m=width, depth_m=depth)
        for part in shapely.get_parts(shapely.line_merge(free))
        if part.length > _LEAST_WADI_SHARE * side
    ]


def _turned(points: NDArray[np.float64], heading: float, core: Point) -> NDArray[np.float64]:
    east, north = np.cos(heading), np.sin(heading)
    return cast(
        "NDArray[np.float64]", points @ np.array([[east, north], [-north, east]]) + (core.x, core.y)
    )


def _longest(shape: BaseGeometry) -> LineString:
    return cast("LineString", max(shapely.get_parts(shape), key=lambda part: part.length))
