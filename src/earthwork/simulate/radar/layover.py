"""Where a side-looking beam meets a city, and where each echo lands in the picture.

The ground is swept along lines that run away from the sensor. On a line the edge of the shadow is a
running maximum, as with the sun. What stands high is nearer to the sensor than the ground below it
and lands in front of its foot, by its height over the tangent of incidence, on top of what lies
there: layover. Where a standing wall meets bare ground the beam returns by both, and lands at the
foot however high the wall is: the corner (double bounce). Corners are strongest with walls square
to the beam, with a floor that is smooth, and with a free, lit strip before them as wide as the
beam's slant over the wall; debris takes the corner away.

References
----------
Franceschetti, G., Iodice, A. & Riccio, D. (2002), A canonical problem in electromagnetic
backscattering from buildings, IEEE Transactions on Geoscience and Remote Sensing 40(8), 1787-1801
(wall, ground and roof: what each sees and shades).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, hypot, radians, sin
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.surface import Frame
from earthwork.simulate.radar.backscatter import ECHOES, REFERENCE_INCIDENCE_DEG
from earthwork.simulate.radar.orbit import Orbit

_FALLOFF = np.array([ECHOES[m].falloff for m in Material], dtype=np.int64)
_MIRROR = np.array([ECHOES[m].mirror for m in Material], dtype=np.float32)
_VOLUME = np.array([ECHOES[m].volume for m in Material], dtype=np.bool_)
_WALL = int(Material.WALL)

_REFERENCE = cos(radians(REFERENCE_INCIDENCE_DEG))

_AROUND = 2
"""Fine pixels on every side from which the bearing of a wall is told."""
_AROUND_SPREAD = 2.0
"""Twice the square of the spread of their weights."""
_LEAST_WALL_M = 0.4
"""Lower steps make no corner: they are as low as the grain of the ground."""
_UNEVEN_M = 1.0
"""A strip before a wall ends where the ground differs more than this from its foot."""
_SLACK_M = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """How corners of walls and ground return the beam, in one polarisation."""

    gain: float
    """Power returned per square metre of lit corner, seen along the beam, square to the wall."""
    sharpness: float
    """Power of the cosine of the wall's bearing off square that it follows."""
    floor: float
    """Share that remains at any bearing: balconies, frames, clutter."""


CORNERS: dict[str, Corner] = {
    "VV": Corner(gain=6.0, sharpness=12.0, floor=0.08),
    "VH": Corner(gain=0.6, sharpness=4.0, floor=0.20),
}
"""Corners by polarisation: VH is weaker and minds the bearing less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a beam meets, on the fine grid."""

    frame: Frame
    """Where it lies."""
    soft_m: NDArray[np.float32]
    """Dims (row, column): ground, debris and trees, metres above the elevation model."""
    solid_m: NDArray[np.float32]
    """Dims (row, column): what stands upright on it, metres above ``soft_m``."""
    material: NDArray[np.uint8]
    """Dims (row, column): values of ``Material``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A grid of square cells that echoes are gathered in, north up."""

    west: float
    """Left edge, local metres."""
    north: float
    """Upper edge, local metres."""
    cell_m: float
    """Side of a cell."""
    rows: int
    """Number of rows."""
    columns: int
    """Number of columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landings:
    """What lands in each cell."""

    surfaces: NDArray[np.float32]
    """Dims (polarisation, row, column): from ground, roofs, walls and crowns, per square metre."""
    corners: NDArray[np.float32]
    """Dims (polarisation, row, column): from corners of walls and ground, per square metre."""
    shaded: NDArray[np.float32]
    """Dims (row, column): share of the ground that the beam does not reach."""
    laid_over: NDArray[np.float32]
    """Dims (row, column): area of surfaces displaced by half a cell and more that land here, as a
    share of the cell."""


def landings(
    ground: Ground,
    *,
    orbit: Orbit,
    cells: Cells,
    sigma0: NDArray[np.float32],
    corners: tuple[Corner, ...],
) -> Landings:
    """Sweep the beam over the ground and gather what returns.

    Parameters
    ----------
    ground
        Heights and materials; it should reach as far beyond the cells as layover and shadow do.
    orbit
        Where the beam comes from.
    cells
        Where echoes are gathered.
    sigma0
        Dims (polarisation, material): backscatter of level ground at 38° off the vertical, linear.
    corners
        How corners return the beam, one for each polarisation.

    Returns
    -------
    Landings
        The sum does not depend on how the ground was painted.
    """
    scene = _scene(ground, orbit, cells, sigma0, corners)
    _sweep(scene, ceil(hypot(ground.frame.rows, ground.frame.columns) / 2) + 1)
    area = np.float32(cells.cell_m**2)
    return Landings(
        surfaces=_by_band(scene.surfaces / area),
        corners=_by_band(scene.bounced / area),
        shaded=np.minimum(scene.shaded[..., 0] / area, np.float32(1)),
        laid_over=scene.laid_over[..., 0] / area,
    )


def _by_band(gathered: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(np.moveaxis(gathered, -1, 0))


class _Scene(NamedTuple):
    """All that the sweep needs, in the form that compiled code takes."""

    soft: NDArray[np.float32]
    solid: NDArray[np.float32]
    material: NDArray[np.uint8]
    west: float
    north: float
    fine: float
    east_step: float
    north_step: float
    sine: float
    cosine: float
    slant: float
    cells_west: float
    cells_north: float
    cell: float
    sigma0: NDArray[np.float64]
    corners: NDArray[np.float64]
    one: NDArray[np.float64]
    surfaces: NDArray[np.float32]
    bounced: NDArray[np.float32]
    shaded: NDArray[np.float32]
    laid_over: NDArray[np.float32]


class _Line(NamedTuple):
    """The fine pixels under one line of the beam, from near to far."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    top: NDArray[np.float64]
    lit: NDArray[np.bool_]
    start_x: float
    start_y: float


def _scene(
    ground: Ground,
    orbit: Orbit,
    cells: Cells,
    sigma0: NDArray[np.float32],
    corners: tuple[Corner, ...],
) -> _Scene:
    west, _, _, north = ground.frame.bounds
    shape = (cells.rows, cells.columns)
    return _Scene(
        soft=ground.soft_m,
        solid=ground.solid_m,
        material=ground.material,
        west=west,
        north=north,
        fine=ground.frame.fine_m,
        east_step=orbit.look[0],
        north_step=orbit.look[1],
        sine=sin(radians(orbit.incidence_deg)),
        cosine=cos(radians(orbit.incidence_deg)),
        slant=orbit.layover_per_m,
        cells_west=cells.west,
        cells_north=cells.north,
        cell=cells.cell_m,
        sigma0=np.ascontiguousarray(sigma0.T, dtype=np.float64),
        corners=np.array([(c.gain, c.sharpness, c.floor) for c in corners]).T.copy(),
        one=np.ones(1),
        surfaces=np.zeros((*shape, sigma0.shape[0]), dtype=np.float32),
        bounced=np.zeros((*shape, sigma0.shape[0]), dtype=np.float32),
        shaded=np.zeros((*shape, 1), dtype=np.float32),
        laid_over=np.zeros((*shape, 1), dtype=np.float32),
    )


@njit(cache=True, nogil=True)
def _sweep(scene: _Scene, half: int) -> None:
    """Take every line that runs away from the sensor, in order across."""
    rows = np.empty(2 * half, dtype=np.int64)
    columns = np.empty(2 * half, dtype=np.int64)
    tops = np.empty(2 * half, dtype=np.float64)
    lit = np.empty(2 * half, dtype=np.bool_)
    fine = scene.fine
    middle_x = scene.west + scene.soft.shape[1] * fine / 2
    middle_y = scene.north - scene.soft.shape[0] * fine / 2
    for line in range(-half, half):
        x = middle_x - (line + 0.5) * fine * scene.north_step
        y = middle_y + (line + 0.5) * fine * scene.east_step
        count = 0
        first = 0.0
        for sample in range(-half, half):
            along = (sample + 0.5) * fine
            column = int(np.floor((x + along * scene.east_step - scene.west) / fine))
            row = int(np.floor((scene.north - y - along * scene.north_step) / fine))
            if 0 <= row < scene.soft.shape[0] and 0 <= column < scene.soft.shape[1]:
                if count == 0:
                    first = along
                rows[count] = row
                columns[count] = column
                tops[count] = np.float64(scene.soft[row, column]) + scene.solid[row, column]
                count += 1
        x += first * scene.east_step
        y += first * scene.north_step
        _follow(scene, _Line(rows[:count], columns[:count], tops[:count], lit[:count], x, y))


@njit(cache=True, nogil=True)
def _follow(scene: _Scene, line: _Line) -> None:
    """Follow the beam from near to far and land what it meets."""
    edge = -np.inf
    for index in range(line.top.shape[0]):
        sinks = index * scene.fine * scene.slant
        top = line.top[index]
        line.lit[index] = top + _SLACK_M >= edge - sinks
        if line.lit[index]:
            _land_surface(scene, line, index)
            if index > 0:
                _land_rise(scene, line, index, edge - sinks)
        else:
            x = line.start_x + index * scene.fine * scene.east_step
            y = line.start_y + index * scene.fine * scene.north_step
            _add(scene, scene.shaded, (x, y), scene.fine * scene.fine, scene.one)
        edge = max(edge, top + sinks)


@njit(cache=True, nogil=True, inline="always")
def _land_surface(scene: _Scene, line: _Line, index: int) -> None:
    """Land the echo of a piece of ground, roof or crown."""
    nearer = line.top[index] * scene.slant
    x = line.start_x + (index * scene.fine - nearer) * scene.east_step
    y = line.start_y + (index * scene.fine - nearer) * scene.north_step
    kind = scene.material[line.row[index], line.column[index]]
    area = scene.fine * scene.fine
    power = area * _facing(scene, line.row[index], line.column[index])
    _add(scene, scene.surfaces, (x, y), power, scene.sigma0[kind])
    if nearer >= 0.5 * scene.cell:
        _add(scene, scene.laid_over, (x, y), area, scene.one)


@njit(cache=True, nogil=True, inline="always")
def _facing(scene: _Scene, row: int, column: int) -> float:
    """Return how much stronger a piece returns than level ground at the table's angle."""
    kind = scene.material[row, column]
    east, north = 0.0, 0.0
    if scene.solid[row, column] < _LEAST_WALL_M:
        east, north = _slope(scene, row, column)
    along = east * scene.east_step + north * scene.north_step
    stretch = np.sqrt(1.0 + east * east + north * north)
    cosine = (along * scene.sine + scene.cosine) / stretch
    if cosine <= 0.0:
        return 0.0
    return float((cosine / _REFERENCE) ** _FALLOFF[kind] * stretch)


@njit(cache=True, nogil=True, inline="always")
def _slope(scene: _Scene, row: int, column: int) -> tuple[float, float]:
    """Return the rise eastward and northward; level within and beside crowns and debris."""
    soft, material = scene.soft, scene.material
    above, below = max(row - 1, 0), min(row + 1, soft.shape[0] - 1)
    left, right = max(column - 1, 0), min(column + 1, soft.shape[1] - 1)
    if (
        _VOLUME[material[row, column]]
        or _VOLUME[material[above, column]]
        or _VOLUME[material[below, column]]
        or _VOLUME[material[row, left]]
        or _VOLUME[material[row, right]]
    ):
        return 0.0, 0.0
    east = (soft[row, right] - soft[row, left]) / (max(right - left, 1) * scene.fine)
    north = (soft[above, column] - soft[below, column]) / (max(below - above, 1) * scene.fine)
    return east, north


@njit(cache=True, nogil=True)
def _land_rise(scene: _Scene, line: _Line, index: int, ceiling: float) -> None:
    """Land what a wall between two fine pixels returns, alone and with the ground before it."""
    foot, top = line.top[index - 1], line.top[index]
    row, column = line.row[index], line.column[index]
    before = scene.solid[line.row[index - 1], line.column[index - 1]]
    if min(top - foot, scene.solid[row, column] - before) <= _LEAST_WALL_M:
        return
    x = line.start_x + (index - 0.5) * scene.fine * scene.east_step
    y = line.start_y + (index - 0.5) * scene.fine * scene.north_step
    _land_wall(scene, x, y, max(foot, ceiling), top)
    floor = _floor(scene, line, index)
    if floor > 0.0:
        _land_corner(scene, line, index, floor)


@njit(cache=True, nogil=True)
def _land_wall(scene: _Scene, x: float, y: float, lowest: float, highest: float) -> None:
    """Spread the single echo of a wall over where its heights land."""
    pieces = max(int(np.ceil((highest - lowest) * scene.slant / scene.fine)), 1)
    tall = (highest - lowest) / pieces
    power = scene.fine * tall * scene.sine / _REFERENCE
    for piece in range(pieces):
        nearer = (lowest + (piece + 0.5) * tall) * scene.slant
        left, up = x - nearer * scene.east_step, y - nearer * scene.north_step
        _add(scene, scene.surfaces, (left, up), power, scene.sigma0[_WALL])


@njit(cache=True, nogil=True)
def _floor(scene: _Scene, line: _Line, index: int) -> float:
    """Return the width of lit ground before a wall that serves its corner, debris discounted."""
    foot = line.top[index - 1]
    wanted = (line.top[index] - foot) * (scene.sine / scene.cosine)
    width, useful = 0.0, 0.0
    back = index - 1
    while (
        back >= 0 and width < wanted and line.lit[back] and abs(line.top[back] - foot) < _UNEVEN_M
    ):
        piece = min(scene.fine, wanted - width)
        useful += piece * _MIRROR[scene.material[line.row[back], line.column[back]]]
        width += piece
        back -= 1
    return useful


@njit(cache=True, nogil=True)
def _squareness(scene: _Scene, row: int, column: int) -> float:
    """Return the cosine of the angle between the beam and the normal of a wall; 0 if unknown."""
    rows, columns = scene.solid.shape
    east, north = 0.0, 0.0
    for down in range(-_AROUND, _AROUND + 1):
        for right in range(-_AROUND, _AROUND + 1):
            beside = min(max(column + right, 0), columns - 1)
            height = scene.solid[min(max(row + down, 0), rows - 1), beside]
            weight = np.exp(-(down * down + right * right) / _AROUND_SPREAD) * height
            east += weight * right
            north -= weight * down
    size = np.sqrt(east * east + north * north)
    if size <= 0.0:
        return 0.0
    return float(max((east * scene.east_step + north * scene.north_step) / size, 0.0))


@njit(cache=True, nogil=True)
def _land_corner(scene: _Scene, line: _Line, index: int, floor: float) -> None:
    """Land what a wall and the ground before it return together: at the foot of the wall."""
    nearer = line.top[index - 1] * scene.slant
    x = line.start_x + ((index - 0.5) * scene.fine - nearer) * scene.east_step
    y = line.start_y + ((index - 0.5) * scene.fine - nearer) * scene.north_step
    seen = floor * scene.cosine * scene.fine
    squareness = _squareness(scene, line.row[index], line.column[index])
    gain, sharpness, least = scene.corners
    share = least + (1.0 - least) * squareness**sharpness
    _add(scene, scene.bounced, (x, y), seen, gain * share)


@njit(cache=True, nogil=True, inline="always")
def _add(
    scene: _Scene,
    total: NDArray[np.float32],
    place: tuple[float, float],
    power: float,
    factors: NDArray[np.float64],
) -> None:
    """Share power, times a factor for each band, among the four cells whose centres are nearest."""
    column = (place[0] - scene.cells_west) / scene.cell - 0.5
    row = (scene.cells_north - place[1]) / scene.cell - 0.5
    left, upper = int(np.floor(column)), int(np.floor(row))
    if not (0 <= upper < total.shape[0] - 1 and 0 <= left < total.shape[1] - 1):
        return
    aside, down = column - left, row - upper
    for band in range(total.shape[2]):
        here = power * factors[band]
        total[upper, left, band] += here * (1.0 - down) * (1.0 - aside)
        total[upper, left + 1, band] += here * (1.0 - down) * aside
        total[upper + 1, left, band] += here * down * (1.0 - aside)
        total[upper + 1, left + 1, band] += here * down * aside
