"""Lay the main roads of a city: radials or a grid, a ring, the banks of a river, bridges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import River, Road, RoadClass
from earthwork.simulate.cities.layout import faces_between, line_parts
from earthwork.simulate.cities.styles import CityStyle, MainLayout

_STEEPEST_BRIDGE = 0.75
"""A road crosses a river if the sine of the angle between them is greater."""
_LEAST_GAP_DEG = 32.0
_SHORTEST_SHARE = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where roads may run."""

    plan: Polygon
    """Ground of the plan."""
    core: Point
    """Middle of the old town."""
    river: River | None
    """The river."""
    near: BaseGeometry
    """The core's side of the river, up to the road along the bank."""
    far: BaseGeometry
    """The other side, from its bank road; empty without a river."""
    banks: tuple[LineString, ...]
    """Middles of the bank roads, the near one first."""
    fence: BaseGeometry
    """The airfield; empty without one."""


def lay_ground(
    plan: Polygon, *, core: Point, river: River | None, fence: BaseGeometry, verge_m: float
) -> Ground:
    """Return the sides of a river and the lines of its bank roads.

    Parameters
    ----------
    plan
        Ground of the plan.
    core
        Middle of the old town.
    river
        The river, if there is one.
    fence
        Ground of the airfield; empty without one.
    verge_m
        From the water's usual edge to the middle of a bank road.
    """
    if river is None:
        return Ground(plan=plan, core=core, river=None, near=plan, far=Polygon(), banks=(),
                      fence=fence)  # fmt: skip
    off = river.width_m / 2 + verge_m
    both = [
        cast("LineString", river.line.offset_curve(sign * off).simplify(0.5)) for sign in (-1, 1)
    ]
    both.sort(key=lambda line: line.distance(core))
    banks = tuple(_longest_part(line.intersection(plan)) for line in both)
    faces = faces_between(banks, plan)
    dry = [face for face in faces if river.line.intersection(face).length < river.width_m]
    near = max((face for face in dry if face.covers(core)), key=lambda face: face.area)
    far = shapely.union_all([face for face in dry if face is not near])
    return Ground(plan=plan, core=core, river=river, near=near, far=far, banks=banks, fence=fence)


def lay_mains(
    ground: Ground,
    style: CityStyle,
    *,
    names: Iterator[str],
    width_m: float,
    rng: np.random.Generator,
) -> list[Road]:
    """Return the roads that run from the core or through the city and out of the plan.

    Parameters
    ----------
    ground
        Where roads may run.
    style
        How many there are and how they run.
    names
        Source of names.
    width_m
        Width of the widest.
    rng
        Source of randomness.
    """
    count = int(rng.integers(style.mains[0], style.mains[1] + 1))
    draw = _radials if style.layout is MainLayout.RADIAL else _avenues
    lines = [_fitted(line, ground) for line in draw(ground, count, rng=rng)]
    if ground.river is not None and not any(line.crosses(ground.river.line) for line in lines):
        lines[0] = _fitted(straight_over(ground.plan, ground.core, ground.river), ground)
    side = float(np.sqrt(ground.plan.area))
    long = [line for line in lines if line.length > _SHORTEST_SHARE * side]
    ending = ["Road"] * len(long) if style.layout is MainLayout.RADIAL else ["Street", "Road"] * 8
    return [
        Road(
            id=f"road-{number}",
            name=f"{next(names)} {ending[number]}",
            line=line,
            width_m=round(width_m * float(rng.uniform(0.8, 1.0)), 1),
            road_class=RoadClass.MAIN,
        )
        for number, line in enumerate(long)
    ]


def bank_roads(
    ground: Ground, town: BaseGeometry, *, names: Sequence[str], width_m: float
) -> tuple[list[Road], list[Road]]:
    """Return the roads along the banks: named ones in town, tracks beyond it."""
    mains: list[Road] = []
    tracks: list[Road] = []
    reach = town.buffer(0.04 * float(np.sqrt(ground.plan.area)))
    for number, (bank, name) in enumerate(zip(ground.banks, names, strict=True)):
        inside = line_parts(bank.intersection(reach), least_m=20.0)
        outside = line_parts(bank.difference(reach), least_m=20.0)
        mains.extend(
            Road(id=f"road-bank-{number}-{part}", name=name, line=line,
                 width_m=round(width_m * (0.8 - 0.1 * number), 1), road_class=RoadClass.MAIN)
            for part, line in enumerate(inside)
        )  # fmt: skip
        tracks.extend(
            Road(id=f"track-bank-{number}-{part}", name=None, line=line, width_m=3.2,
                 road_class=RoadClass.TRACK)
            for part, line in enumerate(outside)
        )  # fmt: skip
    return mains, tracks


def ring_roads(ring: LineString, ground: Ground, *, name: str, width_m: float) -> list[Road]:
    """Return a ring road as far as it runs on the core's side of the river."""
    side = float(np.sqrt(ground.plan.area))
    parts = line_parts(ring.intersection(ground.near).difference(ground.fence), least_m=0.05 * side)
    prefix = name.lower().replace(" ", "-")
    return [
        Road(id=f"{prefix}-{number}", name=name, line=line, width_m=round(width_m, 1),
             road_class=RoadClass.MAIN)
        for number, line in enumerate(parts)
    ]  # fmt: skip


def bridges_of(roads: Sequence[Road], river: River | None) -> list[Road]:
    """Return the parts of roads that lie over the water and its wet banks."""
    if river is None:
        return []
    return [
        Road(id=f"{road.id}-bridge-{number}", name=road.name, line=part, width_m=road.width_m,
             road_class=road.road_class, is_bridge=True)
        for road in roads
        for number, part in enumerate(
            line_parts(road.line.intersection(river.outline.buffer(6)), least_m=6.0)
        )
    ]  # fmt: skip


def straight_over(plan: Polygon, core: Point, river: River) -> LineString:
    """Return the shortest way from the core over a river, on to the edge of the plan."""
    spot = shapely.shortest_line(core, river.line).coords[1]
    way = np.array([spot[0] - core.x, spot[1] - core.y])
    end = (core.x, core.y) + way / np.hypot(*way) * 1.5 * np.sqrt(plan.area)
    return LineString([core, end])


def _radials(ground: Ground, count: int, *, rng: np.random.Generator) -> list[LineString]:
    first = rng.uniform(0, 360) if ground.river is None else _river_bearing(ground)
    first += rng.uniform(-14, 14)
    gaps = rng.uniform(0.6, 1.4, count)
    gaps = _LEAST_GAP_DEG + (360 - _LEAST_GAP_DEG * count) * gaps / gaps.sum()
    bearings = first + np.concatenate([[0.0], np.cumsum(gaps)[:-1]])
    return [_wandering(ground, float(bearing), rng=rng) for bearing in bearings]


def _wandering(ground: Ground, bearing: float, *, rng: np.random.Generator) -> LineString:
    """Return a road from the core outward, gently bent."""
    side = float(np.sqrt(ground.plan.area))
    along = np.linspace(0, 1.5, 46)
    bend, wave, phase = rng.uniform(-0.1, 0.1), rng.uniform(0.008, 0.025), rng.uniform(0, 6.3)
    across = bend * along**2 + wave * (np.sin(7 * along + phase) - np.sin(phase))
    return _line_from(ground.core, bearing, np.column_stack([across, along]) * side)


def _avenues(ground: Ground, count: int, *, rng: np.random.Generator) -> list[LineString]:
    """Return roads that run through the city in two directions."""
    side = float(np.sqrt(ground.plan.area))
    turn = rng.uniform(0, 90) if ground.river is None else _river_bearing(ground)
    turn += rng.uniform(-8, 8)
    gap = rng.uniform(0.17, 0.25)
    offsets = np.array([0.0, 0.0, 1.0, -1.0, -1.0, 1.0, 2.0, -2.0])[:count] * gap
    offsets += rng.uniform(-0.02, 0.02, offsets.size) * (offsets != 0)
    along = np.linspace(-1.5, 1.5, 31)
    lines = []
    for number, offset in enumerate(offsets):
        wave = 0.004 * np.sin(5 * along + rng.uniform(0, 6.3)) * (offset != 0)
        points = np.column_stack([offset + wave, along]) * side
        lines.append(_line_from(ground.core, turn + 90 * (number % 2), points))
    return lines


def _river_bearing(ground: Ground) -> float:
    """Return the bearing of the river from the core, degrees clockwise from north."""
    river = cast("River", ground.river)
    spot = shapely.shortest_line(ground.core, river.line).coords[1]
    return float(np.degrees(np.arctan2(spot[0] - ground.core.x, spot[1] - ground.core.y)))


def _line_from(core: Point, bearing: float, points: NDArray[np.float64]) -> LineString:
    """Return a line drawn in a frame across and along a bearing from the core."""
    turn = np.radians(bearing)
    frame = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return LineString(points @ frame + (core.x, core.y))


def _fitted(line: LineString, ground: Ground) -> LineString:
    """Return the part of a road that goes round nothing it cannot cross."""
    inside = line.intersection(ground.plan).difference(ground.fence)
    clear = _part_near(inside, ground.core)
    if ground.river is None or _crosses_well(clear, ground.river):
        return clear
    return _part_near(clear.intersection(ground.near), ground.core)


def _crosses_well(line: LineString, river: River) -> bool:
    """Return True if a road stays off a river or crosses it once at a steep angle."""
    spots = [spot for spot in shapely.get_parts(line.intersection(river.line)) if spot]
    if not spots:
        return not line.intersects(river.outline.buffer(8))
    if len(spots) > 1:
        return False
    spot = spots[0]
    road_way, river_way = _way(line, spot), _way(river.line, spot)
    sine = abs(road_way[0] * river_way[1] - road_way[1] * river_way[0])
    ends = min(Point(line.coords[0]).distance(river.outline),
               Point(line.coords[-1]).distance(river.outline))  # fmt: skip
    return bool(sine > _STEEPEST_BRIDGE and ends > 0.7 * river.width_m)


def _way(line: LineString, spot: Point) -> NDArray[np.float64]:
    at = line.project(spot)
    early, late = line.interpolate(max(0.0, at - 5)), line.interpolate(at + 5)
    step = np.array([late.x - early.x, late.y - early.y])
    return cast("NDArray[np.float64]", step / np.hypot(*step))


def _part_near(shape: BaseGeometry, core: Point) -> LineString:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]
    return min(parts, key=lambda part: (round(part.distance(core), 3), -part.length),
               default=LineString())  # fmt: skip


def _longest_part(shape: BaseGeometry) -> LineString:
    return cast("LineString", max(shapely.get_parts(shape), key=lambda part: part.length))
