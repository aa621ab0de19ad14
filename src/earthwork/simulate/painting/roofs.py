"""Buildings seen from above, whole or broken: roofs, parapets, fittings, shells, frames.

A razed building is ground (``ground``), a collapsed one mostly a heap (``debris``); of the latter
only stumps of wall stand here.
"""
# ruff: noqa: PLR2004, PLR0917, C901, PLR0912, PLR0915 - one pass over the pixels

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from earthwork.simulate.cities.city import Roof, Use
from earthwork.simulate.landscape import Building, Condition
from earthwork.simulate.painting.ground import GroundWindow, ground_at
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import (
    Window,
    hashed_gauss,
    hashed_uniform,
    noise_at,
    sub_seed,
)
from earthwork.simulate.painting.outlines import (
    Box,
    Outlines,
    Strokes,
    burn,
    measure_rims,
    outlines_of,
    rims_of,
)
from earthwork.simulate.painting.uprights import BOX_VALUES, Canvas

_STOREY_M = 3.1
_RIM_M = 1.3
_CONDITIONS = {condition: number for number, condition in enumerate(Condition)}
_ROOFS = {roof: number for number, roof in enumerate(Roof)}
_METAL = {Use.HALL, Use.FACTORY, Use.SHED}
_BARE = {Use.TANK}
_RUBBLE, _ROOF, _WALL, _CONCRETE = (
    int(Material.RUBBLE), int(Material.ROOF), int(Material.WALL), int(Material.CONCRETE),
)  # fmt: skip
(_SEVERITY, _BASE, _HEIGHT, _PARAPET, _FORM, _SKIN) = range(1, 7)
_TONE, _WALL_TONE, _FACE, _EAST, _NORTH, _X, _Y, _LONG, _WIDE, _LEVEL, _KEY = (
    7, 11, 15, 16, 17, 18, 19, 20, 21, 22, 23,
)  # fmt: skip
_VALUES = 24
_HOLE_M = 2.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Roofs:
    """Buildings, ready to be raised in any window."""

    outlines: Outlines
    """Their plans; polygon k belongs to building ``outlines.owners[k]``."""
    rims: Strokes
    """Edges of the plans."""
    table: NDArray[np.float64]
    """Dims (building, value): condition, severity, base, height and so on."""
    fittings: NDArray[np.float64]
    """Dims (thing, value): boxes on roofs, as ``uprights`` stands them."""
    seed: int
    """Seed of what differs from roof to roof."""

    def raise_in(
        self,
        canvas: Canvas,
        flat: GroundWindow,
        *,
        rubble: NDArray[np.float32],
        window: Window,
        box: Box,
    ) -> NDArray[np.int32]:
        """Raise the buildings of a window in place; return which stands where, -1 for none."""
        owner = np.full(canvas.soft_m.shape, -1, dtype=np.int32)
        picked = self.outlines.near(box)
        if not len(picked):
            return owner
        burn(owner, self.outlines, np.arange(len(self.table)), picked=picked, window=window)
        away = np.full(canvas.soft_m.shape, _RIM_M, dtype=np.float32)
        edges = self.rims.near(box, reach_m=_RIM_M)
        measure_rims(away, owner, self.rims.pieces[edges], self.rims.owners[edges], _RIM_M, window)
        _raise(canvas.soft_m, canvas.solid_m, canvas.material, canvas.albedo, canvas.wall, owner,
               away, flat.grain, flat.metres, self.table, rubble, self.seed, window)  # fmt: skip
        return owner


def roofs_of(buildings: Sequence[Building], *, relief_m: float, seed: int) -> Roofs:
    """Lay out the buildings that stand, whole or in part.

    Parameters
    ----------
    buildings
        All buildings; razed ones are passed over.
    relief_m
        Swell of the ground that they stand on.
    seed
        Seed of the landscape.

    Returns
    -------
    Roofs
        Ready to be raised.
    """
    standing = [b for b in buildings if b.condition is not Condition.RAZED]
    outlines = outlines_of([b.footprint.outline for b in standing])
    own = sub_seed(seed, 61)
    table = np.zeros((len(standing), _VALUES))
    for number, building in enumerate(standing):
        table[number, : _FACE + 1] = _row(building)
        table[number, _KEY] = _key(building.footprint.id)
    if standing:
        middles = shapely.get_coordinates(
            shapely.point_on_surface([b.footprint.outline for b in standing])
        )
        table[:, _BASE] = ground_at(middles, relief_m=relief_m, seed=seed)
        _orient(table, outlines.points, outlines.rings, outlines.shapes, outlines.owners)
        _find_hole_levels(table, outlines.points, outlines.rings, outlines.shapes,
                          outlines.owners, own)  # fmt: skip
    fittings = _fit(table, outlines.points, outlines.rings, outlines.shapes, outlines.owners, own)
    return Roofs(outlines=outlines, rims=rims_of(outlines), table=table, fittings=fittings,
                 seed=own)  # fmt: skip


def _key(name: str) -> int:
    """Return a number that belongs to a building whatever else stands or falls."""
    value = 1469598103
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**31
    return value


def _row(building: Building) -> tuple[float, ...]:
    plan = building.footprint
    roof, wall = np.array(plan.roof_tone), np.array(plan.wall_tone)
    face = float(np.clip(wall[:3].mean() / max(roof[:3].mean(), 1e-3) * 0.82, 0.5, 1.0))
    skin = 1.0 if plan.use in _METAL else (2.0 if plan.use in _BARE else 0.0)
    return (_CONDITIONS[building.condition], building.severity, 0.0, plan.height_m,
            plan.parapet_m, _ROOFS[plan.roof], skin, *plan.roof_tone, *plan.wall_tone,
            face)  # fmt: skip


@njit(cache=True, nogil=True)
def _orient(
    table: NDArray[np.float64],
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    shapes: NDArray[np.int64],
    owners: NDArray[np.int64],
) -> None:
    """Find the longest wall of each building, and its middle and half sides along that wall."""
    for shape in range(owners.shape[0]):
        k = owners[shape]
        first, last = rings[shapes[shape]], rings[shapes[shape] + 1]
        longest = 0.0
        for p in range(first, last - 1):
            dx, dy = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
            length = sqrt(dx * dx + dy * dy)
            if length > longest:
                longest = length
                table[k, 16], table[k, 17] = dx / length, dy / length
        east, north = table[k, 16], table[k, 17]
        low_u, high_u, low_v, high_v = 1e18, -1e18, 1e18, -1e18
        for p in range(first, last):
            u = points[p, 0] * east + points[p, 1] * north
            v = points[p, 1] * east - points[p, 0] * north
            low_u, high_u = min(low_u, u), max(high_u, u)
            low_v, high_v = min(low_v, v), max(high_v, v)
        u, v = (low_u + high_u) / 2, (low_v + high_v) / 2
        table[k, 18], table[k, 19] = u * east - v * north, u * north + v * east
        table[k, 20], table[k, 21] = (high_u - low_u) / 2, (high_v - low_v) / 2


@njit(cache=True, nogil=True)
def _inside(
    x: float,
    y: float,
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    first: int,
    last: int,
    clear: float,
) -> bool:
    """Tell if a polygon holds a point, no nearer to an edge than ``clear``."""
    inside = False
    for ring in range(first, last):
        for k in range(rings[ring], rings[ring + 1] - 1):
            x1, y1, x2, y2 = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
            if (y1 <= y) != (y2 <= y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
            ax, ay = x2 - x1, y2 - y1
            t = ((x - x1) * ax + (y - y1) * ay) / max(ax * ax + ay * ay, 1e-12)
            t = min(1.0, max(0.0, t))
            if (x - x1 - t * ax) ** 2 + (y - y1 - t * ay) ** 2 < clear * clear:
                return False
    return inside


@njit(cache=True, nogil=True)
def _hole_noise(x: float, y: float, seed: int) -> float:
    """Return the field whose heights are holes."""
    return noise_at(x, y, _HOLE_M, seed + 5) + 0.35 * noise_at(x, y, 0.8, seed + 6)


@njit(cache=True, nogil=True)
def _find_hole_levels(
    table: NDArray[np.float64],
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    shapes: NDArray[np.int64],
    owners: NDArray[np.int64],
    seed: int,
) -> None:
    """Find above which level of noise a roof is holed, so that the share lost is as stated."""
    seen = np.empty(4096, np.float64)
    for shape in range(owners.shape[0]):
        k = owners[shape]
        if table[k, 0] != 3:
            continue
        reach = max(table[k, 20], table[k, 21]) * 1.42
        step = max(0.25, reach / 31.0)
        count = 0
        for b in range(-32, 33):
            for a in range(-32, 33):
                x, y = table[k, 18] + a * step, table[k, 19] + b * step
                inside = _inside(x, y, points, rings, shapes[shape], shapes[shape + 1], 0.0)
                if inside and count < seen.shape[0]:
                    seen[count] = _hole_noise(x, y, seed)
                    count += 1
        if count > 0:
            table[k, 22] = np.quantile(seen[:count], 1.0 - min(1.0, max(0.0, table[k, 1])))


@njit(cache=True, nogil=True)
def _fit(
    table: NDArray[np.float64],
    points: NDArray[np.float64],
    rings: NDArray[np.int64],
    shapes: NDArray[np.int64],
    owners: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float64]:
    """Put stair heads, tanks, panels, dishes and clutter on whole flat roofs."""
    out = np.empty((owners.shape[0] * 26 + 1, BOX_VALUES), np.float64)
    count = 0
    for shape in range(owners.shape[0]):
        k = owners[shape]
        condition, skin = int(table[k, 0]), table[k, 6]
        if condition not in {0, 2, 3} or table[k, 5] != 0 or skin == 2:
            continue
        key = int(table[k, 23])
        area = 4 * table[k, 20] * table[k, 21]
        tries = int(min(26.0, 2.0 + area / (9.0 if skin == 0 else 60.0)))
        heads = 1 if skin == 0 and area > 55 else 0
        for n in range(tries):
            kind = hashed_uniform(seed + 11, key, n)
            u = table[k, 20] * (2 * hashed_uniform(seed + 12, key, n) - 1)
            v = table[k, 21] * (2 * hashed_uniform(seed + 13, key, n) - 1)
            x = table[k, 18] + u * table[k, 16] - v * table[k, 17]
            y = table[k, 19] + u * table[k, 17] + v * table[k, 16]
            clear = 1.9 if n < heads else 0.9
            if not _inside(x, y, points, rings, shapes[shape], shapes[shape + 1], clear):
                continue
            if condition == 3 and _hole_noise(x, y, seed) > table[k, 22] - 0.3:
                continue
            size = hashed_uniform(seed + 14, key, n)
            bright = hashed_uniform(seed + 15, key, n)
            row = out[count]
            row[0], row[1], row[5], row[6] = x, y, table[k, 16], table[k, 17]
            row[7], row[8] = table[k, 2] + table[k, 3], 0.0
            for band in range(4):
                row[9 + band] = table[k, 7 + band]
            if n < heads:
                row[2], row[3], row[4] = 3.2 + size, 2.5 + 0.5 * bright, 2.4
                _paint(row, 1.02, 1.0, 0.98)
            elif skin == 1:
                row[2], row[3], row[4] = 1.2 + size, 1.0, 0.7
                _paint(row, 0.7, 0.7, 0.72)
            elif kind < 0.34:
                row[2], row[3], row[4] = 1.0 + 0.4 * size, 1.0, 1.1 + 0.5 * size
                pale = 0.62 if bright < 0.55 else (0.07 if bright < 0.8 else 0.33)
                row[9], row[10], row[11], row[12] = pale, pale, 1.03 * pale, pale
            elif kind < 0.46:
                row[2], row[3], row[4] = 2.0 + 2 * size, 1.0, 0.5
                row[9], row[10], row[11], row[12] = 0.09, 0.11, 0.17, 0.12
            elif kind < 0.56:
                row[2], row[3], row[4] = 0.9, 0.9, 0.9
                row[9], row[10], row[11], row[12] = 0.66, 0.66, 0.66, 0.66
            else:
                row[2], row[3], row[4] = 0.5 + 1.6 * size, 0.4 + 0.9 * bright, 0.15 + 0.5 * size
                tone = 0.45 + 1.05 * bright
                _paint(row, tone * (1.0 + 0.2 * (kind - 0.75)), tone, tone * (1.2 - 0.4 * kind))
            count += 1
    return out[:count].copy()


@njit(cache=True, nogil=True)
def _paint(row: NDArray[np.float64], red: float, green: float, blue: float) -> None:
    """Tint the roof's tone that a fitting starts with."""
    row[9] *= red
    row[10] *= green
    row[11] *= blue
    row[12] *= 0.5 * (red + green)


@njit(cache=True, nogil=True)
def _raise(
    soft: NDArray[np.float32],
    solid: NDArray[np.float32],
    material: NDArray[np.uint8],
    albedo: NDArray[np.float32],
    wall: NDArray[np.float32],
    owner: NDArray[np.int32],
    away: NDArray[np.float32],
    grain: NDArray[np.float32],
    metres: NDArray[np.float32],
    table: NDArray[np.float64],
    rubble: NDArray[np.float32],
    seed: int,
    window: Window,
) -> None:
    row0, column0, fine, side = window
    tone = np.empty(4, np.float64)
    rim = max(0.3, 0.55 * fine)
    for i in range(soft.shape[0]):
        y = side - (row0 + i + 0.5) * fine
        for j in range(soft.shape[1]):
            k = owner[i, j]
            if k < 0:
                continue
            x = (column0 + j + 0.5) * fine
            b = table[k]
            dx, dy = x - b[18], y - b[19]
            u, v = dx * b[16] + dy * b[17], dy * b[16] - dx * b[17]
            condition, edge, key = int(b[0]), away[i, j], int(b[23])
            rough = metres[i, j]
            base, height = b[2], b[3]
            for band in range(4):
                tone[band] = b[7 + band]
            shade = 1.0
            mark = _ROOF
            if condition == 5:
                # Of a collapsed building a few stumps of wall are left in the heap.
                stump = noise_at(x, y, 2.2, seed + 7)
                if edge < rim and stump > 0.75 + b[1]:
                    top = height * min(0.6, 0.15 + 0.3 * (stump - 0.75))
                    solid[i, j] = max(0.0, base + top - soft[i, j])
                    mark = _WALL
                    for band in range(4):
                        tone[band] = b[11 + band]
                else:
                    owner[i, j] = -1
                    continue
            elif condition == 4:
                top, mark = _gutted(b, u, v, edge, rim, rough, key, seed)
                if mark == _RUBBLE:
                    for band in range(4):
                        tone[band] = 0.6 * rubble[band] + 0.25 * b[11 + band]
                    lumps = noise_at(x, y, 0.55, seed + 8)
                    shade = 0.68 + 0.16 * lumps
                    top += 0.22 * max(-1.0, lumps)
                    material[i, j] = mark
                    soft[i, j] = max(soft[i, j], base) + max(0.0, top - base)
                    solid[i, j] = 0.0
                    wall[i, j] = b[15]
                    shade = max(0.3, shade + 0.08 * rough)
                    for band in range(4):
                        albedo[band, i, j] = tone[band] * shade
                    owner[i, j] = -1
                    continue
                for band in range(4):
                    tone[band] = b[11 + band]
                solid[i, j] = max(0.0, top - soft[i, j])
            elif condition == 1:
                top, shade, mark = _frame(b, u, v, edge, key, seed)
                for band in range(4):
                    tone[band] = 0.43 if band < 3 else 0.45
                solid[i, j] = max(0.0, top - soft[i, j])
            else:
                top, shade = _whole(b, u, v, edge, rim, rough, key, seed)
                if condition == 2:
                    fresh = hashed_uniform(seed + 20, key, 0)
                    if fresh < 0.4:
                        for band in range(4):
                            tone[band] = 0.52
                    else:
                        for band in range(4):
                            tone[band] *= 1.35 if fresh < 0.75 else 0.68
                if condition == 3:
                    hole = _hole_noise(x, y, seed) - b[22]
                    if hole > 0:
                        floor_m = max(base + 0.2, top - _STOREY_M * (1 + int(2.2 * hole)))
                        lumps = noise_at(x, y, 0.5, seed + 8)
                        top = floor_m + 0.35 + 0.3 * lumps
                        shade = max(0.25, 0.62 + 0.2 * lumps)
                        mark = _RUBBLE
                        for band in range(4):
                            tone[band] = 0.6 * rubble[band] + 0.4 * b[11 + band]
                    elif hole > -0.22:
                        shade *= 0.78
                        top -= 0.25
                solid[i, j] = max(0.0, top - soft[i, j])
            shade *= 1.0 + 0.045 * rough + 0.055 * grain[i, j]
            shade = max(0.25, shade)
            material[i, j] = mark
            wall[i, j] = b[15]
            for band in range(4):
                albedo[band, i, j] = tone[band] * shade


@njit(cache=True, nogil=True)
def _whole(
    b: NDArray[np.float64],
    u: float,
    v: float,
    edge: float,
    rim: float,
    rough: float,
    key: int,
    seed: int,
) -> tuple[float, float]:
    """Return height and shade of a roof that is there."""
    top, shade = b[2] + b[3], 1.0
    form, skin = b[5], b[6]
    if form == 1:
        ridge = min(0.55 * b[21], 4.0)
        top += ridge * max(0.0, 1.0 - abs(v) / b[21])
        sheet = 0.6 + 0.6 * hashed_uniform(seed + 21, key, 1)
        panel = hashed_gauss(seed + 22, key, floor(u / sheet))
        return top, 1.0 + 0.045 * panel + (0.06 if abs(v) < 0.3 else 0.0)
    if form == 2:
        radius = 0.78 * min(b[20], b[21])
        rise = 1.0 - (u * u + v * v) / (radius * radius)
        if rise > 0:
            return top + 0.75 * radius * sqrt(rise), 1.08
    if skin == 2:
        rise = 1.0 - sqrt(u * u + v * v) / max(b[20], 0.5)
        return top + 0.12 * b[20] * max(0.0, rise), 1.0 - 0.08 * (edge < 0.5)
    if skin == 1:
        # Sheets in bays, with strips of skylight.
        bay = 5.0 + 3.0 * hashed_uniform(seed + 23, key, 2)
        cell = floor(u / bay)
        shade += 0.05 * hashed_gauss(seed + 24, key, int(cell))
        shade += 0.03 * hashed_gauss(seed + 25, key, floor(u / 1.05))
        within = u / bay - cell
        if within < 0.35 / bay:
            shade *= 0.86
        if hashed_uniform(seed + 26, key, 3) < 0.4 and abs(within - 0.5) < 0.08:
            shade *= 1.3 if abs(abs(v) - 0.5 * b[21]) < 0.22 * b[21] else 1.0
        top += 0.06 * b[21] * max(0.0, 1.0 - abs(v) / b[21])
        rust = rough + 0.5 * hashed_gauss(seed + 27, key, int(cell))
        shade -= 0.10 * max(0.0, rust - 0.9)
    else:
        # Roofs were laid and mended in parts.
        part = 3.0 + 5.0 * hashed_uniform(seed + 28, key, 4)
        shift = hashed_uniform(seed + 29, key, 5)
        a, c = floor(u / part + shift), floor(v / (0.8 * part) - shift)
        varied = 0.03 + 0.11 * hashed_uniform(seed + 30, key, 6)
        shade += varied * hashed_gauss(seed + 31 + key, a, c)
        stains = 0.04 + 0.12 * hashed_uniform(seed + 32, key, 7)
        shade -= stains * max(0.0, rough - 0.3)
        shade -= 0.16 * max(0.0, 1.0 - (edge - rim) / 0.9) * max(0.0, 0.6 + 0.5 * rough)
    if edge < rim:
        top += b[4]
        shade = 1.10 + 0.05 * rough
    return top, max(0.3, shade)


@njit(cache=True, nogil=True)
def _frame(
    b: NDArray[np.float64], u: float, v: float, edge: float, key: int, seed: int
) -> tuple[float, float, int]:
    """Return height, shade and material of a frame of concrete under construction."""
    storeys = max(1.0, floor(b[1] * b[3] / _STOREY_M + 0.5))
    top = b[2] + storeys * _STOREY_M
    bay = 4.2
    across, along = u / bay - floor(u / bay), v / bay - floor(v / bay)
    off_u, off_v = min(across, 1 - across) * bay, min(along, 1 - along) * bay
    if off_u < 0.3 and off_v < 0.3:
        return top + 1.2, 1.05, _CONCRETE
    cell = hashed_uniform(seed + 35 + key, floor(u / bay), floor(v / bay))
    if cell < 0.3 and off_u > 0.25 and off_v > 0.25 and edge > 0.4:
        return max(b[2] + 0.1, top - _STOREY_M), 0.8, _CONCRETE
    return top, 0.95 + 0.12 * cell, _CONCRETE


@njit(cache=True, nogil=True)
def _gutted(
    b: NDArray[np.float64],
    u: float,
    v: float,
    edge: float,
    rim: float,
    rough: float,
    key: int,
    seed: int,
) -> tuple[float, int]:
    """Return height and material of a shell: walls, and rooms full of debris."""
    room = 3.6 + 1.6 * hashed_uniform(seed + 36, key, 8)
    a, c = floor(u / room), floor(v / room)
    off_u, off_v = u - a * room, v - c * room
    inner = (off_u < rim and hashed_uniform(seed + 37 + key, int(a), int(c)) < 0.75) or (
        off_v < rim and hashed_uniform(seed + 38 + key, int(a), int(c)) < 0.75
    )
    loss = 0.25 * b[1] * max(-0.4, rough + 0.8)
    if edge < rim:
        return b[2] + b[3] * max(0.12, 1.0 - loss), _WALL
    if inner:
        return b[2] + b[3] * max(0.08, 0.85 - 1.5 * loss), _WALL
    fill = (0.3 + 0.9 * b[1]) * max(0.15, 0.7 + 0.4 * rough)
    return b[2] + fill, _RUBBLE
