"""Take radar pictures of a simulated city, as Sentinel-1 delivers them after terrain correction.

A picture holds the power returned from each pixel of ground (sigma nought, linear), on a grid of
metres that was corrected with a model of the bare ground only: buildings stay laid over. Phase,
real orbits, bursts and thermal noise's pattern over the swath are not modelled.

References
----------
Torres, R. et al. (2012), GMES Sentinel-1 mission, https://doi.org/10.1016/j.rse.2011.05.028 (ground
range detected products: 20 by 22 m, 4.4 looks, 10 m pixels, noise below -22 dB).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from math import ceil, log
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.ground import DATUM_M
from earthwork.simulate.painting.surface import Frame, Surface
from earthwork.simulate.radar.backscatter import (
    GroundState,
    Polarisation,
    decibels_to_power,
    sigma0_table,
)
from earthwork.simulate.radar.layover import CORNERS, Cells, Ground, Landings, landings
from earthwork.simulate.radar.orbit import Orbit
from earthwork.simulate.radar.speckle import Response, expected_power, impulse_response, speckled

Paint = Callable[[Frame], Surface]
"""Paints any window of the fine grid; safe to call from several threads."""
Elevation = Callable[[Frame], NDArray[np.float32]]
"""Returns the bare ground of a window, metres above the datum."""

_CELLS_PER_PIXEL = 2
_TILE_PX = 1024
_TEXTURE_SCALES_M = (45.0, 160.0)
_SHADED = 0.5
_LAID_OVER = 0.25


class Hidden(IntFlag):
    """Why a pixel of a radar picture does not show its ground alone; flags add up."""

    SHADOW = 1
    LAYOVER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarOptions:
    """How the simulated radar sees."""

    spacing_m: float = 10.0
    """Side of a pixel."""
    resolution_m: tuple[float, float] = (20.0, 22.0)
    """Width of a point at half its power, in ground range and azimuth."""
    looks: float = 4.4
    """Equivalent number of looks."""
    noise_db: float = -25.0
    """Backscatter that equals the receiver's noise; it is not subtracted."""
    polarisations: tuple[Polarisation, ...] = ("VV", "VH")
    """Bands, in order."""
    fine_m: float = 2.0
    """Side of the fine pixels that the ground is painted in."""
    lasting: float = 0.5
    """Share of the power of corners that keeps its phase from pass to pass, 0 to 1."""
    corner_db: float = 5.0
    """Standard deviation of lasting differences between corners: some are of metal, some broken."""
    texture_db: float = 0.8
    """Standard deviation of lasting differences within one material, over 45 and 160 m."""
    calibration_db: float = 0.2
    """Standard deviation of the error of a whole picture's level."""

    def __post_init__(self) -> None:
        """Refuse what no radar could be built to."""
        _require(self.fine_m > 0, f"fine pixels of {self.fine_m:g} m", "fine_m", "metres above 0")
        _require(
            self.spacing_m >= _CELLS_PER_PIXEL * self.fine_m,
            f"pixels of {self.spacing_m:g} m over fine pixels of {self.fine_m:g} m",
            "spacing_m",
            f"{_CELLS_PER_PIXEL} fine pixels and more",
        )
        _require(
            min(self.resolution_m) >= self.spacing_m,
            f"a resolution of {min(self.resolution_m):g} m in pixels of {self.spacing_m:g} m",
            "resolution_m",
            "one pixel and more",
        )
        _require(0 <= self.lasting <= 1, f"a share of {self.lasting:g}", "lasting", "0 to 1")
        _require(len(self.polarisations) > 0, "no polarisation", "polarisations", "VV", "VH")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarImage:
    """One radar picture on the ground, north up; pixel (0, 0) has its corner at (0, side_m)."""

    backscatter: NDArray[np.float32]
    """Dims (polarisation, row, column): sigma nought, linear power, noise included."""
    expected: NDArray[np.float32]
    """The same without speckle: the mean of endlessly many such pictures of an unchanged city."""
    hidden: NDArray[np.uint8]
    """Dims (row, column): values of ``Hidden``; 0 where the ground shows alone."""
    polarisations: tuple[Polarisation, ...]
    """Bands, in order."""
    spacing_m: float
    """Side of a pixel."""
    orbit: Orbit
    """Where the beam came from."""
    moment: datetime
    """When; aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One pass over the city."""

    moment: datetime
    """When; aware."""
    orbit: Orbit
    """On which track."""
    paint: Paint
    """Paints the city as it stands then."""
    state: GroundState = field(default_factory=GroundState)
    """What weather and season do then."""


def radar_image(
    paint: Paint,
    *,
    side_m: float,
    orbit: Orbit,
    moment: datetime,
    state: GroundState | None = None,
    options: RadarOptions | None = None,
    tallest_m: float = 30.0,
    elevation: Elevation | None = None,
    seed: int,
) -> RadarImage:
    """Take one picture of the square scene.

    Parameters
    ----------
    paint
        Paints any window of the city as it stands.
    side_m
        Side of the scene.
    orbit
        Where the beam comes from.
    moment
        When; aware.
    state
        Moisture, wind and growth; the usual if None.
    options
        The radar; the usual if None.
    tallest_m
        Height up to which things beyond the scene still fall into it.
    elevation
        The model of bare ground that the picture is corrected with; None for level ground at the
        mean height of the land.
    seed
        Seed of the scenario. Speckle follows from it, the orbit and the minute.

    Returns
    -------
    RadarImage
        The same bytes for the same arguments.

    Raises
    ------
    InvalidValue
        If the scene has no side, nothing may be tall or the moment is not aware.
    """
    _require(side_m > 0, f"a scene of {side_m:g} m", "side_m", "metres above 0")
    _require(tallest_m >= 0, f"a height of {tallest_m:g} m", "tallest_m", "metres, 0 and above")
    _require(moment.tzinfo is not None, "a moment without a zone", "moment", "aware, as UTC")
    options = options or RadarOptions()
    response = _response(options, orbit)
    cells = _cells(side_m, options, response)
    ground = _painted(
        paint, frame=_frame(cells, side_m, options, orbit, tallest_m), elevation=elevation
    )
    landed = landings(
        ground,
        orbit=orbit,
        cells=cells,
        sigma0=sigma0_table(state or GroundState(), polarisations=options.polarisations),
        corners=tuple(CORNERS[name] for name in options.polarisations),
    )
    backscatter, expected = _received(landed, response, options, (seed, orbit, moment))
    return RadarImage(
        backscatter=backscatter,
        expected=expected,
        hidden=_hidden(landed, response),
        polarisations=options.polarisations,
        spacing_m=options.spacing_m,
        orbit=orbit,
        moment=moment,
    )


def radar_stack(
    visits: Iterable[Visit],
    *,
    side_m: float,
    options: RadarOptions | None = None,
    tallest_m: float = 30.0,
    elevation: Elevation | None = None,
    seed: int,
) -> tuple[RadarImage, ...]:
    """Take one picture on each of several passes, on one grid.

    Parameters
    ----------
    visits
        When, from where and over what.
    side_m, options, tallest_m, elevation, seed
        As for `radar_image`.

    Returns
    -------
    tuple of RadarImage
        In order of time; on one moment, in order of relative orbit.

    Raises
    ------
    InvalidValue
        As `radar_image` does.
    """
    ordered = sorted(visits, key=lambda visit: (visit.moment, visit.orbit.number))
    return tuple(
        radar_image(
            visit.paint,
            side_m=side_m,
            orbit=visit.orbit,
            moment=visit.moment,
            state=visit.state,
            options=options,
            tallest_m=tallest_m,
            elevation=elevation,
            seed=seed,
        )
        for visit in ordered
    )


def _require(holds: bool, what: str, where: str, *choices: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise InvalidValue(what, where=where, choices=choices)


def _response(options: RadarOptions, orbit: Orbit) -> Response:
    return impulse_response(
        cell_m=options.spacing_m / _CELLS_PER_PIXEL,
        step=_CELLS_PER_PIXEL,
        resolution_m=options.resolution_m,
        look=orbit.look,
    )


def _cells(side_m: float, options: RadarOptions, response: Response) -> Cells:
    cell_m = options.spacing_m / _CELLS_PER_PIXEL
    across = ceil(side_m / options.spacing_m) * _CELLS_PER_PIXEL + 2 * response.pad
    beyond = response.pad * cell_m
    return Cells(west=-beyond, north=side_m + beyond, cell_m=cell_m, rows=across, columns=across)


def _frame(
    cells: Cells, side_m: float, options: RadarOptions, orbit: Orbit, tallest_m: float
) -> Frame:
    """Return the window to paint: the cells, and what throws shadow or lies over into them."""
    reach = tallest_m * max(orbit.layover_per_m, orbit.shadow_per_m) + 2 * options.fine_m
    first = -ceil((reach - cells.west) / options.fine_m)
    across = ceil((cells.columns * cells.cell_m + 2 * reach) / options.fine_m) + 1
    return Frame(
        side_m=side_m,
        fine_m=options.fine_m,
        row0=first,
        column0=first,
        rows=across,
        columns=across,
    )


def _painted(paint: Paint, *, frame: Frame, elevation: Elevation | None) -> Ground:
    """Paint a large window in tiles and keep only what the beam meets."""
    soft, solid = np.empty(frame.shape, np.float32), np.empty(frame.shape, np.float32)
    material = np.empty(frame.shape, np.uint8)
    for row in range(0, frame.rows, _TILE_PX):
        for column in range(0, frame.columns, _TILE_PX):
            tile = _tile(frame, row, column)
            surface = paint(tile)
            here = np.s_[row : row + tile.rows, column : column + tile.columns]
            soft[here] = surface.soft_m - (DATUM_M if elevation is None else elevation(tile))
            solid[here] = surface.solid_m
            material[here] = surface.material
    return Ground(frame=frame, soft_m=soft, solid_m=solid, material=material)


def _tile(frame: Frame, row: int, column: int) -> Frame:
    return Frame(
        side_m=frame.side_m,
        fine_m=frame.fine_m,
        row0=frame.row0 + row,
        column0=frame.column0 + column,
        rows=min(_TILE_PX, frame.rows - row),
        columns=min(_TILE_PX, frame.columns - column),
    )


def _received(
    landed: Landings,
    response: Response,
    options: RadarOptions,
    visit: tuple[int, Orbit, datetime],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the receiver makes of the echoes: with speckle, and the mean without."""
    seed, orbit, moment = visit
    steady = np.random.default_rng([seed, orbit.number])
    passing = np.random.default_rng([seed, orbit.number, int(moment.timestamp()) // 60])
    level = decibels_to_power(np.array(passing.normal(0.0, options.calibration_db)))
    noise = decibels_to_power(np.array(options.noise_db))
    texture = _texture(landed.shaded.shape, options, seed=seed)
    phase = np.exp(2j * np.pi * steady.random(landed.shaded.shape)).astype(np.complex64)
    seen, expected = [], []
    strength = _strength(landed.shaded.shape, options, rng=steady)
    for surfaces, bounced in zip(landed.surfaces, landed.corners, strict=True):
        corners = bounced * strength
        scattered = surfaces * texture + corners * np.float32(1 - options.lasting) + noise
        lasting = np.sqrt(corners * np.float32(options.lasting)) * phase
        mean = expected_power(scattered, lasting, response=response)
        one = speckled(scattered, lasting, response=response, looks=options.looks, rng=passing)
        expected.append(mean * level)
        seen.append(one * level)
    return np.stack(seen), np.stack(expected)


def _strength(
    shape: tuple[int, ...], options: RadarOptions, *, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return lasting differences between corners, as factors of mean 1."""
    spread = options.corner_db * log(10.0) / 10.0
    drawn = spread * rng.standard_normal(shape, dtype=np.float32) - spread**2 / 2
    return cast("NDArray[np.float32]", np.exp(drawn).astype(np.float32))


def _texture(shape: tuple[int, int], options: RadarOptions, *, seed: int) -> NDArray[np.float32]:
    """Return lasting differences within one material, as factors; the same at every pass."""
    cell_m = options.spacing_m / _CELLS_PER_PIXEL
    total = np.zeros(shape, dtype=np.float32)
    for number, scale_m in enumerate(_TEXTURE_SCALES_M):
        rng = np.random.default_rng([seed, number])
        coarse = [ceil(side * cell_m / scale_m) + 3 for side in shape]
        knots = rng.standard_normal(coarse, dtype=np.float32)
        size = [round(side * scale_m / cell_m) for side in coarse]
        smooth = cv2.resize(knots, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
        total += smooth[: shape[0], : shape[1]]
    spread = options.texture_db / max(float(total.std()), 1e-6)
    return decibels_to_power(total * np.float32(spread))


def _hidden(landed: Landings, response: Response) -> NDArray[np.uint8]:
    """Return flags by pixel: what most of it lies in, and what much lies over it."""
    shadow = _of_pixels(landed.shaded, response) >= _SHADED
    layover = _of_pixels(landed.laid_over, response) >= _LAID_OVER
    flags = shadow * np.uint8(Hidden.SHADOW) + layover * np.uint8(Hidden.LAYOVER)
    return cast("NDArray[np.uint8]", flags.astype(np.uint8))


def _of_pixels(cells: NDArray[np.float32], response: Response) -> NDArray[np.float32]:
    inner = cells[response.pad : -response.pad, response.pad : -response.pad]
    rows, columns = (side // response.step for side in inner.shape)
    blocks = inner.reshape(rows, response.step, columns, response.step)
    return blocks.mean(axis=(1, 3))
