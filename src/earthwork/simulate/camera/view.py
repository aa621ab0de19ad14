"""Look at a lit surface from a satellite: what stands leans away, hides ground and shows its walls.

Pictures are orthorectified to the ground: level ground stays where it is, and what rises over it
appears farther from the sensor by its height over the tangent of the view's elevation. The line of
sight of every fine pixel is followed to the first thing that it meets, coming from the sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, radians, sin, tan
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.geometry.shadow_casting import RayPath, bound_ahead, ray_path
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import Daylight, Light
from earthwork.simulate.painting.surface import Surface

LOWEST_VIEW_DEG = 45.0
"""No satellite picture that is sold is taken from lower."""
DEEPEST_M = 8.0
"""Trenches, craters and beds are seen to this depth below the ground round them."""

_NADIR_DEG = 89.75
"""From here on even a tower of 50 m leans by less than a fine pixel of a metre."""
_GROUND_BELOW_M = 0.5
"""Where less than this stands, the ground is what a map shows, and what can be hidden."""
_STOREY_M = 3.1
_WINDOW_FROM_M, _WINDOW_TO_M = 0.95, 2.25
_TALL_M = 5.0
"""Walls from this height up have rows of windows."""
_BAY_M, _PANE_M = 3.3, 1.5
_PANE = 0.74
"""Brightness of a window against its wall."""
_WALL_SKY = 0.45
"""A wall sees less than half the sky."""
_STEEPEST = 1.8
_CLIFF = 1.6
"""Rise over run from which the side of an upright thing is a wall."""
_WALL = np.uint8(1)
_HIDDEN = np.uint8(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the sensor sees in the direction of each fine pixel of the ground."""

    step: NDArray[np.int16]
    """Dims (row, column): how many steps towards the sensor stands what is seen; 0 for itself."""
    marks: NDArray[np.uint8]
    """Dims (row, column): 1 for a wall, 2 for ground hidden by what stands before it."""
    offsets: NDArray[np.int64]
    """Dims (step, [row, column]): pixels from the start, for the steps from 0 on."""
    rise_m: float
    """How much the line of sight climbs with each step."""

    @property
    def is_wall(self) -> NDArray[np.bool_]:
        """Return (row, column): True where a wall is seen, not the top of something."""
        return (self.marks & _WALL) > 0

    @property
    def is_occluded(self) -> NDArray[np.bool_]:
        """Return (row, column): True where the ground is hidden."""
        return (self.marks & _HIDDEN) > 0

    @property
    def source(self) -> NDArray[np.int64]:
        """Return (row, column): number, in reading order, of the fine pixel that is seen here."""
        rows, columns = np.indices(self.step.shape)
        sign = np.sign(self.step)
        away = self.offsets[np.abs(self.step)] * sign[..., np.newaxis]
        source: NDArray[np.int64] = (rows + away[..., 0]) * self.step.shape[1] + (
            columns + away[..., 1]
        )
        return source

    def of(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return flags, dims (row, column), of what is seen instead of what lies there."""
        return _moved(flags, self.step, self.offsets) if self.step.any() else flags


def require_view(view: Angles) -> None:
    """Refuse a view lower than satellites take.

    Raises
    ------
    InvalidValue
        If the sensor stands lower than 45°.
    """
    if not LOWEST_VIEW_DEG <= view.elevation_deg <= 90:  # noqa: PLR2004 - nadir
        raise InvalidValue(
            f"a sensor {view.elevation_deg:.1f}° above the horizon",
            where="view elevation",
            choices=["45° to 90°"],
        )


def is_nadir(view: Angles) -> bool:
    """Tell whether a view is so steep that nothing leans."""
    return view.elevation_deg >= _NADIR_DEG


def look(
    surface: Surface,
    *,
    ground_m: NDArray[np.float32],
    view: Angles,
    reach_m: float | None = None,
) -> Sight:
    """Follow the line of sight at every fine pixel.

    Parameters
    ----------
    surface
        Heights on the fine grid.
    ground_m
        Dims (row, column), metres above the datum: what the picture is orthorectified to.
    view
        Direction to the sensor; 90° of elevation for nadir.
    reach_m
        Farthest that something leans, metres over the ground; None for as far as it goes.

    Returns
    -------
    Sight
        What is seen. A thing of height h over the ground appears h / tan(elevation) away from the
        sensor, to within half a fine pixel.

    Raises
    ------
    InvalidValue
        If the sensor stands lower than 45°.
    """
    require_view(view)
    if is_nadir(view):
        return _straight_down(surface.frame.shape)
    fine = surface.frame.fine_m
    slant = tan(radians(view.elevation_deg))
    steps = max(surface.frame.shape) if reach_m is None else ceil(reach_m / fine)
    path = ray_path(view, steps=max(steps, ceil(DEEPEST_M / slant / fine)))
    rise = fine * path.stride * slant
    step, marks = _looked(surface, ground_m, path, rise)
    return Sight(step=step, marks=marks, offsets=path.offsets, rise_m=rise)


def _straight_down(shape: tuple[int, int]) -> Sight:
    return Sight(
        step=np.zeros(shape, dtype=np.int16),
        marks=np.zeros(shape, dtype=np.uint8),
        offsets=np.zeros((1, 2), dtype=np.int64),
        rise_m=np.inf,
    )


def _looked(
    surface: Surface, ground_m: NDArray[np.float32], path: RayPath, rise: float
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    standing = path.turn(surface.height_m - ground_m)
    solid = path.turn(surface.solid_m)
    ahead, slack = bound_ahead(standing, path=path, drop_m=rise)
    deepest = min(ceil(DEEPEST_M / rise) + 1, len(path.across) - 1)
    step, marks = _followed(
        standing, solid, ahead, path.across, np.float32(rise), np.float32(slack), deepest,
        np.float32(_CLIFF * surface.frame.fine_m * path.stride),
    )  # fmt: skip
    return path.turn_back(step), path.turn_back(marks)


@njit(cache=True, nogil=True)
def _followed(  # noqa: PLR0917 - numba takes no keywords
    standing: NDArray[np.float32],
    solid: NDArray[np.float32],
    ahead: NDArray[np.float32],
    across: NDArray[np.int64],
    rise: np.float32,
    slack: np.float32,
    deepest: int,
    cliff: np.float32,
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Find the last column of the surface that the climbing line of sight still passes through."""
    rows, columns = standing.shape
    seen = np.zeros((rows, columns), dtype=np.int16)
    marks = np.zeros((rows, columns), dtype=np.uint8)
    for row in range(rows):
        for column in range(columns):
            found = _farthest(standing, ahead, row, column, across, rise, slack)
            if found < 0:
                found = _sunk(standing, row, column, across, rise, deepest)
            seen[row, column] = found
            if found >= 0:
                at = column + across[found]
                face = standing[row - found, at] - (np.float32(found) + np.float32(0.5)) * rise
                drop = _drop_before(standing, row - found, column, across, found)
                if face > 0 and solid[row - found, at] > face and drop > cliff:
                    marks[row, column] |= _WALL
                if (
                    found > 0
                    and solid[row, column] < _GROUND_BELOW_M
                    and solid[row - found, at] > 0
                ):
                    marks[row, column] |= _HIDDEN
    return seen, marks


@njit(cache=True, nogil=True, inline="always")
def _drop_before(
    standing: NDArray[np.float32], row: int, column: int, across: NDArray[np.int64], found: int
) -> np.float32:
    """Return how far the surface falls from what is found to the next column before it."""
    nearer = min(found + 1, across.size - 1)
    before = column + across[nearer]
    if row == 0 or before < 0 or before >= standing.shape[1]:
        return np.float32(np.inf)
    return np.float32(standing[row, column + across[found]] - standing[row - 1, before])


@njit(cache=True, nogil=True, inline="always")
def _farthest(  # noqa: PLR0917 - numba takes no keywords
    standing: NDArray[np.float32],
    ahead: NDArray[np.float32],
    row: int,
    column: int,
    across: NDArray[np.int64],
    rise: np.float32,
    slack: np.float32,
) -> int:
    """Return the steps to the farthest column met over the ground; -1 if the line goes below."""
    half = np.float32(0.5) * rise
    found = 0 if standing[row, column] >= -half else -1
    if ahead[row, column] < -half - slack:
        return found
    for step in range(1, min(row, across.size - 1) + 1):
        at = column + across[step]
        if at < 0 or at >= standing.shape[1]:
            break
        up = np.float32(step) * rise
        if standing[row - step, at] >= up - half:
            found = step
        if ahead[row - step, at] - up < -half - slack:
            break
    return found


@njit(cache=True, nogil=True)
def _sunk(  # noqa: PLR0917 - numba takes no keywords
    standing: NDArray[np.float32],
    row: int,
    column: int,
    across: NDArray[np.int64],
    rise: np.float32,
    deepest: int,
) -> int:
    """Follow the line of sight on below the ground, down into a trench."""
    rows, columns = standing.shape
    for step in range(1, deepest + 1):
        at = column - across[step]
        if row + step >= rows or at < 0 or at >= columns:
            return -step + 1
        if standing[row + step, at] >= -(np.float32(step) + np.float32(0.5)) * rise:
            return -step
    return -deepest


def radiance(
    surface: Surface,
    light: Light,
    sight: Sight,
    *,
    day: Daylight,
    sun: Angles,
    bands: Literal["pan", "rgb", "rgbn"] = "rgbn",
    weights: tuple[float, float, float, float] = (0.36, 0.32, 0.12, 0.20),
) -> NDArray[np.float32]:
    """Return how bright everything looks, before air and camera.

    Parameters
    ----------
    surface
        Reflectance on the fine grid.
    light
        The light on it.
    sight
        What is seen of it.
    day
        How bright the day is.
    sun
        Direction of the sun.
    bands
        What to return: one band weighed together, or three, or four.
    weights
        Shares of red, green, blue and near-infrared in the panchromatic band.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), float32: 1 for a white sheet in the sun at 55°.
    """
    beam, sky = _seen_light(surface, light, sight, sun=sun)
    mix = _mix(bands, weights)
    power = np.array([day.sun, day.sky, day.bounce], dtype=np.float32)
    out = np.zeros((len(mix), *surface.frame.shape), dtype=np.float32)
    _shown(out, surface.albedo, surface.wall, sight.step, sight.marks, sight.offsets,
           beam, sky, power, mix)  # fmt: skip
    return out


def _mix(bands: str, weights: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """Return dims (band out, band in)."""
    if bands == "pan":
        return np.array([weights], dtype=np.float32)
    return np.eye(4, dtype=np.float32)[: 3 if bands == "rgb" else 4]


def _seen_light(
    surface: Surface, light: Light, sight: Sight, *, sun: Angles
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return direct light and share of the sky of what is seen at each fine pixel."""
    if not sight.step.any():
        return light.beam, light.sky
    turn, level = radians(sun.azimuth_deg), tan(radians(sun.elevation_deg))
    frame = surface.frame
    return _moved_light(
        light.beam, light.sky, light.ceiling_m, light.ground_m, surface.solid_m, surface.soft_m,
        sight.step, sight.marks, sight.offsets, sight.rise_m,
        np.array([-cos(turn) / level, sin(turn) / level], dtype=np.float32),
        np.array([frame.row0, frame.column0], dtype=np.int64), frame.fine_m,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _moved_light(  # noqa: PLR0917 - numba takes no keywords
    beam: NDArray[np.float32],
    sky: NDArray[np.float32],
    ceiling: NDArray[np.float32],
    ground: NDArray[np.float32],
    solid: NDArray[np.float32],
    soft: NDArray[np.float32],
    step: NDArray[np.int16],
    marks: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rise: float,
    pull: NDArray[np.float32],
    origin: NDArray[np.int64],
    fine: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows, columns = beam.shape
    seen_beam = np.empty((rows, columns), dtype=np.float32)
    seen_sky = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        for column in range(columns):
            far = step[row, column]
            down, right = _away(offsets, far)
            i, j = row + down, column + right
            if marks[row, column] & _WALL:
                at = np.float32(far + 0.5) * np.float32(rise)
                z = ground[row, column] + at
                next_down, next_right = _away(offsets, min(far + 1, offsets.shape[0] - 1))
                front_i = min(max(row + next_down, 0), rows - 1)
                front_j = min(max(column + next_right, 0), columns - 1)
                facing = _facing(solid, soft, i, j, z, pull)
                lit = facing > 0 and z >= ceiling[front_i, front_j]
                shine = np.float32(min(facing, np.float32(_STEEPEST)) if lit else 0.0)
                pane = _pane(z - soft[i, j], solid[i, j], origin[0] + i, origin[1] + j, fine)
                seen_beam[row, column] = shine * pane
                seen_sky[row, column] = np.float32(_WALL_SKY) * pane
            else:
                seen_beam[row, column] = beam[i, j]
                seen_sky[row, column] = sky[i, j]
    return seen_beam, seen_sky


@njit(cache=True, nogil=True)
def _moved(
    flags: NDArray[np.bool_], step: NDArray[np.int16], offsets: NDArray[np.int64]
) -> NDArray[np.bool_]:
    out = np.empty_like(flags)
    for row in range(flags.shape[0]):
        for column in range(flags.shape[1]):
            down, right = _away(offsets, step[row, column])
            out[row, column] = flags[row + down, column + right]
    return out


@njit(cache=True, nogil=True, inline="always")
def _away(offsets: NDArray[np.int64], far: int) -> tuple[int, int]:
    if far < 0:
        return -offsets[-far, 0], -offsets[-far, 1]
    return offsets[far, 0], offsets[far, 1]


@njit(cache=True, nogil=True)
def _facing(  # noqa: PLR0917 - numba takes no keywords
    solid: NDArray[np.float32],
    soft: NDArray[np.float32],
    i: int,
    j: int,
    z: float,
    pull: NDArray[np.float32],
) -> np.float32:
    """Return direct light on a wall against level ground: it faces where nothing is as high."""
    down, right = np.float32(0.0), np.float32(0.0)
    for a in range(-2, 3):
        for b in range(-2, 3):
            row = min(max(i + a, 0), solid.shape[0] - 1)
            column = min(max(j + b, 0), solid.shape[1] - 1)
            if solid[row, column] + soft[row, column] < z:
                down += np.float32(a)
                right += np.float32(b)
    length = np.sqrt(down * down + right * right)
    if length == 0:
        return np.float32(0.0)
    return np.float32((down * pull[0] + right * pull[1]) / length)


@njit(cache=True, nogil=True, inline="always")
def _pane(up: float, tall: float, row: int, column: int, fine: float) -> np.float32:
    """Return the brightness of a point of a wall: 1, or less in a window."""
    if tall < _TALL_M or up < 0:
        return np.float32(1.0)
    floor = up % _STOREY_M
    along = ((row + column) * fine) % _BAY_M
    if _WINDOW_FROM_M < floor < _WINDOW_TO_M and along < _PANE_M:
        return np.float32(_PANE)
    return np.float32(1.0)


@njit(cache=True, nogil=True)
def _shown(  # noqa: PLR0917 - numba takes no keywords
    out: NDArray[np.float32],
    albedo: NDArray[np.float32],
    wall: NDArray[np.float32],
    step: NDArray[np.int16],
    marks: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    beam: NDArray[np.float32],
    sky: NDArray[np.float32],
    power: NDArray[np.float32],
    mix: NDArray[np.float32],
) -> None:
    bands, rows, columns = out.shape
    one = np.float32(1.0)
    for row in range(rows):
        for band in range(4):
            direct, open_sky, bounce = power[0, band], power[1, band], power[2, band]
            for part in range(bands):
                share = mix[part, band]
                if share == 0:
                    continue
                for column in range(columns):
                    i, j = row, column
                    tone = one
                    far = step[row, column]
                    if far != 0:
                        down, right = _away(offsets, far)
                        i, j = row + down, column + right
                    if marks[row, column] & _WALL:
                        tone = wall[i, j]
                    seen = sky[row, column]
                    bright = beam[row, column] * direct + seen * open_sky + (one - seen) * bounce
                    out[part, row, column] += share * tone * albedo[band, i, j] * bright


def view_reach_m(view: Angles, *, tallest_m: float) -> float:
    """Return how far on the ground the tallest thing leans, metres; 0 at nadir."""
    if is_nadir(view):
        return 0.0
    return tallest_m * cos(radians(view.elevation_deg)) / sin(radians(view.elevation_deg))
