"""Cut ground into blocks by streets that form one network.

Ground is cut again and again by lines from edge to edge, so that every street ends on another. The
cutting is done in a frame turned to the quarter's heading and bent by a smooth swing: straight
there is crooked on the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

_STEP_M = 4.0
_SWINGS = 3
_CUT_ABOVE = 1.42
"""A piece is cut while it is longer than this many spacings."""
_LEAST_PIECE_M2 = 40.0
_SKEW = 0.07
"""Greatest slant of a crooked street, as a share of its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """The turn and swing of a quarter's streets."""

    origin: tuple[float, float]
    """Easting and northing about which it turns, local metres."""
    heading_deg: float
    """Of the streets along, clockwise from north."""
    swing_m: float
    """Greatest departure from straight."""
    phases: tuple[float, ...]
    """Where the swings begin, radians: two for each wave."""

    def bend(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move points of the straight frame to the ground, dims (point, [x, y]), metres."""
        turn = np.radians(self.heading_deg)
        across, along = (np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))
        turned = points @ np.array([across, along])
        moved: NDArray[np.float64] = turned + self._swing(turned) + self.origin
        return moved

    def straighten(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move points of the ground to the straight frame, dims (point, [x, y]), metres."""
        moved = points - self.origin
        turned = moved
        for _ in range(9 if self.swing_m else 0):
            turned = moved - self._swing(turned)
        turn = np.radians(self.heading_deg)
        across, along = (np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))
        return cast("NDArray[np.float64]", turned @ np.array([across, along]).T)

    def _swing(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the departure from straight: few waves, so gentle that it can be undone."""
        if not self.swing_m:
            return np.zeros_like(points)
        # A wave of amplitude a and length 14 a has slopes below one half.
        length = max(60.0, 14.0 * self.swing_m)
        total = np.zeros_like(points)
        for wave in range(_SWINGS):
            scale = 2 * np.pi / (length * (1 + 0.7 * wave))
            turn = 2.1 * wave
            way = points @ np.array([np.cos(turn), np.sin(turn)]) * scale
            total += np.column_stack(
                [np.sin(way + self.phases[2 * wave]), np.sin(way + self.phases[2 * wave + 1])]
            )
        return total * self.swing_m / _SWINGS


def draw_grain(
    ground: BaseGeometry, *, heading_deg: float, swing_m: float, rng: np.random.Generator
) -> Grain:
    """Return a grain about the middle of some ground."""
    middle = ground.centroid
    return Grain(
        origin=(round(middle.x, 3), round(middle.y, 3)),
        heading_deg=heading_deg,
        swing_m=swing_m,
        phases=tuple(float(phase) for phase in rng.uniform(0, 2 * np.pi, 2 * _SWINGS)),
    )


def cut_by_streets(
    ground: Polygon,
    *,
    spacing_m: tuple[float, float],
    grain: Grain,
    jitter: float,
    is_aligned: bool,
    rng: np.random.Generator,
) -> list[tuple[LineString, int]]:
    """Cut ground by streets until every block is about one spacing wide and long.

    Parameters
    ----------
    ground
        Area within the middles of the roads round it, local metres.
    spacing_m
        Between streets, across and along the grain's heading.
    grain
        Turn and swing.
    jitter
        Share of the spacing by which a street may be off.
    is_aligned
        True to lay streets on one lattice, so that they cross; False to halve block by block, so
        that they meet in T-junctions.
    rng
        Source of randomness.

    Returns
    -------
    list of (LineString, int)
        Middles of the streets, which end on one another or on the edge of the ground within
        decimetres, and how many cuts came before each: early ones are the longer streets.
    """
    waiting = [(piece, 0) for piece in _straightened(ground, grain)]
    streets: list[tuple[LineString, int]] = []
    while waiting:
        piece, depth = waiting.pop()
        cut = _cut_line(piece, spacing_m, jitter=jitter, is_aligned=is_aligned, rng=rng)
        if cut is not None:
            line, halves = cut
            streets.extend((part, depth) for part in _bent_parts(piece, line, grain))
            waiting.extend((half, depth + 1) for half in _pieces(piece, halves))
    return streets


def _straightened(ground: Polygon, grain: Grain) -> list[Polygon]:
    dense = shapely.segmentize(ground, _STEP_M) if grain.swing_m else ground
    straight = shapely.transform(dense, grain.straighten)
    return _polygons(shapely.make_valid(straight))


def _cut_line(
    piece: Polygon,
    spacing_m: tuple[float, float],
    *,
    jitter: float,
    is_aligned: bool,
    rng: np.random.Generator,
) -> tuple[LineString, tuple[Polygon, Polygon]] | None:
    """Return the line that cuts a piece across its longer side and both sides of it."""
    west, south, east, north = piece.bounds
    ratios = ((east - west) / spacing_m[0], (north - south) / spacing_m[1])
    if max(ratios) < _CUT_ABOVE:
        return None
    is_upright = ratios[0] >= ratios[1]
    low, high = (west, east) if is_upright else (south, north)
    spacing = spacing_m[0 if is_upright else 1]
    at = _cut_at(low, high, spacing, jitter=jitter, is_aligned=is_aligned, rng=rng)
    slant = 0.0 if is_aligned else _SKEW * spacing * float(rng.uniform(-1, 1)) * min(1, 9 * jitter)
    return _across(piece, at, slant, is_upright=is_upright)


def _cut_at(
    low: float,
    high: float,
    spacing: float,
    *,
    jitter: float,
    is_aligned: bool,
    rng: np.random.Generator,
) -> float:
    if is_aligned:
        middle = spacing * round((low + high) / 2 / spacing)
        # The same street is off by the same in every block that it crosses.
        return float(middle + jitter * spacing * np.sin(1.7 * middle))
    count = max(2, round((high - low) / spacing))
    return float(
        low + (high - low) * (count // 2) / count + jitter * spacing * rng.uniform(-0.6, 0.6)
    )


def _across(
    piece: Polygon, at: float, slant: float, *, is_upright: bool
) -> tuple[LineString, tuple[Polygon, Polygon]]:
    west, south, east, north = piece.buffer(1.0).bounds
    if is_upright:
        ends = [(at - slant, south), (at + slant, north)]
        early = Polygon([(west - 9, south), *ends, (west - 9, north)])
        late = Polygon([(east + 9, south), *ends, (east + 9, north)])
    else:
        ends = [(west, at - slant), (east, at + slant)]
        early = Polygon([(west, south - 9), *ends, (east, south - 9)])
        late = Polygon([(west, north + 9), *ends, (east, north + 9)])
    return LineString(ends), (early, late)


def _bent_parts(piece: Polygon, line: LineString, grain: Grain) -> list[LineString]:
    parts = shapely.get_parts(piece.intersection(line))
    lines = [part for part in parts if isinstance(part, LineString) and part.length > 1.0]
    if not grain.swing_m:
        return [shapely.transform(part, grain.bend) for part in lines]
    bent = [shapely.transform(shapely.segmentize(part, _STEP_M), grain.bend) for part in lines]
    return [shapely.simplify(part, 0.1) for part in bent]


def _pieces(piece: Polygon, halves: Sequence[Polygon]) -> list[Polygon]:
    return [part for half in halves for part in _polygons(piece.intersection(half))]


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    parts = shapely.get_parts(shape)
    return [part for part in parts if isinstance(part, Polygon) and part.area > _LEAST_PIECE_M2]


def blind_alleys(
    blocks: Sequence[Polygon], *, share: float, rng: np.random.Generator
) -> list[LineString]:
    """Return alleys that lead from a street into the middle of a block and end there.

    Parameters
    ----------
    blocks
        Ground between the middles of the streets, local metres.
    share
        Share of the blocks that have one.
    rng
        Source of randomness.
    """
    chosen = [block for block in blocks if rng.random() < share]
    return [_alley(block, rng=rng) for block in chosen]


def _alley(block: Polygon, *, rng: np.random.Generator) -> LineString:
    middle = block.representative_point()
    mouth = block.exterior.interpolate(float(rng.uniform(0, block.exterior.length)))
    elbow = (0.45 * mouth.x + 0.55 * middle.x, 0.45 * mouth.y + 0.55 * middle.y)
    off = rng.uniform(-3.0, 3.0, 2)
    points = [(mouth.x, mouth.y), (elbow[0] + off[0], elbow[1] + off[1]), (middle.x, middle.y)]
    line = LineString(points)
    if block.buffer(0.01).covers(line):
        return line
    return LineString(shapely.shortest_line(block.exterior, middle))
