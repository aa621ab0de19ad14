"""Works drawn by chance where a picture shows room for them, and decoys beside them.

Lines wander over open ground and stop where it ends; roadblocks cross strips about as wide as a
road, at right angles to them. Sizes are those of common works. The brightness of turned earth
against its ground is drawn from real edges, of this picture or of others, low contrast included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.contrast import sample_contrast
from earthwork.simulate.inserting.backdrop import Backdrop, drawn
from earthwork.simulate.inserting.insertion import InsertedWork, to_pixels
from earthwork.simulate.landscape import Bank, Block, Mound, Patch, Rubble, Shape
from earthwork.simulate.painting.materials import Material

Mask = NDArray[np.bool_]
Image = NDArray[np.float32]

_CAST = (
    (3.0, 0.6, 0.85, Shape.JERSEY),
    (1.0, 1.0, 1.0, Shape.BOX),
    (2.1, 1.3, 1.3, Shape.BOX),
    (1.2, 1.0, 3.0, Shape.BOX),
    (2.5, 1.2, 2.4, Shape.BOX),
)
"""Length, width, height in metres and shape of what is cast and set down."""

_STEP_M = 2.5
"""Distance between the corners of a line that wanders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceOptions:
    """How many works are drawn, and how large."""

    berms: int = 2
    """Berms on open ground."""
    trenches: int = 1
    """Trenches on open ground."""
    mounds: int = 1
    """Lines of earth mounds."""
    craters: int = 1
    """Groups of craters."""
    barrier_rows: int = 1
    """Rows of blocks on open ground."""
    roadblocks: int = 2
    """Blocks across strips."""
    rubble: int = 1
    """Rubble on strips."""
    cleared: int = 1
    """Ground scraped bare."""
    decoys: bool = True
    """As many pieces of earth turned without a work as there are works of earth."""
    length_m: tuple[float, float] = (30.0, 140.0)
    """Shortest and longest line."""
    tries: int = 60
    """Places tried for each work; where none has room, there is none."""


DEFAULT_CHANCE = ChanceOptions()


def draw_works(
    backdrop: Backdrop, *, seed: int, options: ChanceOptions = DEFAULT_CHANCE
) -> tuple[InsertedWork, ...]:
    """Draw works and decoys for the room that a picture has.

    Parameters
    ----------
    backdrop
        What was measured of the picture.
    seed
        Seed.
    options
        How many works are drawn, and how large.

    Returns
    -------
    tuple of InsertedWork
        In local metres of the picture; they overlap neither each other nor what is no ground.
        Fewer than asked for where there is no room.
    """
    rng = np.random.default_rng([seed & (2**63 - 1), 91])
    site = _Site(backdrop, rng, options)
    plan = (
        (options.berms, site.berm),
        (options.trenches, site.trench),
        (options.cleared, site.clearing),
        (options.mounds, site.mounds),
        (options.craters, site.craters),
        (options.barrier_rows, site.barrier_row),
        (options.roadblocks, site.roadblock),
        (options.rubble, site.rubble),
    )
    works: list[InsertedWork] = []
    for count, draw in plan:
        for _ in range(count):
            works.extend(site.placed(draw()))
    if options.decoys:
        for work in tuple(works):
            works.extend(site.placed(site.decoy(work)))
    return tuple(replace(work, id=f"work-{n}") for n, work in enumerate(works, start=1))


class _Site:
    """The room that is left, while works are drawn; lives for one call of ``draw_works``."""

    def __init__(
        self, backdrop: Backdrop, rng: np.random.Generator, options: ChanceOptions
    ) -> None:
        self.backdrop, self.rng, self.options = backdrop, rng, options
        self.gsd = backdrop.gsd_m
        self.shape = backdrop.shadows.shape
        self.open = backdrop.ground.open.copy()
        self.strips = backdrop.ground.strips.copy()

    def placed(self, works: list[InsertedWork]) -> list[InsertedWork]:
        """Take the room that works stand on, with a margin that keeps their shadows apart."""
        for work in works:
            taken = drawn([self._pixels(work.extent)], self.shape, grow_px=5.0 / self.gsd)
            self.open &= ~taken
            self.strips &= ~taken
        return works

    def _pixels(self, geometry: BaseGeometry) -> BaseGeometry:
        return to_pixels(geometry, rows=self.shape[0], gsd_m=self.gsd)

    def _metres(self, row: float, column: float) -> tuple[float, float]:
        return ((column + 0.5) * self.gsd, (self.shape[0] - row - 0.5) * self.gsd)

    def tone(self) -> float:
        """Return the brightness of turned earth against bare ground."""
        if self.rng.random() < 0.5:  # noqa: PLR2004 - by even chance
            return float(np.clip(self.rng.choice(self.backdrop.contrasts), 0.75, 1.35))
        return float(np.clip(sample_contrast("bare", rng=self.rng), 0.75, 1.35))

    # ------------------------------------------------------------ on open ground

    def berm(self) -> list[InsertedWork]:
        """Bank up earth along a line, with a gap at times."""
        height = float(self.rng.uniform(1.5, 3.5))
        crest = float(self.rng.uniform(0.8, 2.0))
        base = crest + 2 * height * float(self.rng.uniform(1.1, 1.6))
        tone = self.tone()
        line = self._wander(base / 2)
        if line is None:
            return []
        bank = Bank(line=line, height_m=height, crest_m=crest, base_m=base, tone=tone)
        banks = tuple(replace(bank, line=part) for part in self._with_gap(line))
        return [InsertedWork(id="", kind=Kind.BERM, banks=banks)]

    def trench(self) -> list[InsertedWork]:
        """Dig along a line; spoil lies along one side at times."""
        depth, crest = float(self.rng.uniform(1.2, 2.6)), float(self.rng.uniform(0.8, 2.0))
        base, tone = crest + 1.2 * depth, self.tone()
        line = self._wander(base / 2 + 3.0)
        if line is None:
            return []
        banks = [Bank(line=line, height_m=-depth, crest_m=crest, base_m=base, tone=tone)]
        if self.rng.random() < 0.6:  # noqa: PLR2004 - more often than not
            side = float(self.rng.choice([-1, 1])) * (base / 2 + 2.2)
            spoil = line.offset_curve(side)
            if isinstance(spoil, LineString) and not spoil.is_empty:
                banks.append(
                    Bank(line=spoil, height_m=0.35 * depth, crest_m=0.5, base_m=3.0, tone=tone)
                )
        return [InsertedWork(id="", kind=Kind.TRENCH, banks=tuple(banks))]

    def mounds(self) -> list[InsertedWork]:
        """Tip earth in heaps along a line."""
        radius, tone = float(self.rng.uniform(1.8, 3.2)), self.tone()
        line = self._wander(radius, longest_m=45.0)
        if line is None:
            return []
        heaps = tuple(
            Mound(
                x=spot.x,
                y=spot.y,
                radius_m=radius * float(self.rng.uniform(0.8, 1.15)),
                height_m=radius * float(self.rng.uniform(0.55, 0.8)),
                tone=tone,
            )
            for spot in _spots(line, 2.1 * radius)
        )
        return [InsertedWork(id="", kind=Kind.EARTH_MOUND, mounds=heaps)]

    def craters(self) -> list[InsertedWork]:
        """Strew a few craters."""
        tone, works = self.tone(), []
        for _ in range(int(self.rng.integers(1, 4))):
            radius = float(self.rng.uniform(2.0, 5.0))
            spot = self._spot(self.open, 1.6 * radius)
            if spot is not None:
                x, y = self._metres(*spot)
                hole = Mound(x=x, y=y, radius_m=radius, height_m=-0.4 * radius, tone=tone)
                work = InsertedWork(id="", kind=Kind.CRATER, mounds=(hole,))
                works += self.placed([work])
        return works

    def barrier_row(self) -> list[InsertedWork]:
        """Set blocks along a line."""
        line = self._wander(2.0, longest_m=80.0)
        if line is None:
            return []
        block = self._cast()
        spacing = block.length_m * float(self.rng.choice([1.02, 1.5, 2.2]))
        kind = Kind.WALL if spacing < 1.1 * block.length_m else Kind.BARRIER_ROW
        return [InsertedWork(id="", kind=kind, blocks=self._in_line(line, block, spacing))]

    def clearing(self) -> list[InsertedWork]:
        """Scrape a piece of ground."""
        radius, tone = float(self.rng.uniform(9.0, 22.0)), self.tone()
        outline = self._blob(radius)
        if outline is None:
            return []
        patch = Patch(
            outline=outline,
            material=Material.CLEARED,
            tone=tone,
            roughness_m=0.03,
            heading_deg=float(self.rng.uniform(0, 180)),
        )
        return [InsertedWork(id="", kind=Kind.GROUND_CLEARED, patches=(patch,))]

    def decoy(self, work: InsertedWork) -> list[InsertedWork]:
        """Turn earth as wide as a work is, at another place, and build nothing."""
        if work.is_decoy or not (work.banks or work.mounds or work.patches):
            return []
        outline: BaseGeometry | None
        if work.banks:
            line = self._wander(work.banks[0].base_m / 2)
            outline = None if line is None else line.buffer(work.banks[0].base_m / 2)
        else:
            outline = self._blob(max(2.5, float(np.sqrt(work.outline.area / np.pi))))
        if outline is None:
            return []
        patch = Patch(outline=outline, material=Material.CLEARED, tone=self.tone())
        return [InsertedWork(id="", kind=None, patches=(patch,))]

    # ------------------------------------------------------------ on strips

    def roadblock(self) -> list[InsertedWork]:
        """Set one to three lines of blocks across a strip."""
        crossing = self._crossing()
        if crossing is None:
            return []
        block, lines = self._cast(), int(self.rng.integers(1, 4))
        spacing = block.length_m * float(self.rng.uniform(1.1, 1.7))
        blocks = [
            placed
            for number in range(lines)
            for placed in self._in_line(
                crossing.line(along_m=4.5 * (number - (lines - 1) / 2)), block, spacing
            )
        ]
        return [InsertedWork(id="", kind=Kind.ROADBLOCK, blocks=tuple(blocks))]

    def rubble(self) -> list[InsertedWork]:
        """Heap masonry across a strip."""
        crossing = self._crossing()
        if crossing is None:
            return []
        spread = crossing.line(along_m=0.0).buffer(float(self.rng.uniform(2.5, 5.0)))
        heap = Rubble(outline=spread, depth_m=float(self.rng.uniform(0.5, 1.2)))
        return [InsertedWork(id="", kind=Kind.RUBBLE_ON_ROAD, rubble=(heap,))]

    def _crossing(self) -> _Crossing | None:
        spot = self._spot(self.strips, 2.0)
        if spot is None:
            return None
        row, column = spot
        reach = round(15.0 / self.gsd)
        top, left = max(0, row - reach), max(0, column - reach)
        near = self.backdrop.ground.strips[top : row + reach, left : column + reach]
        rows, columns = np.nonzero(near)
        spread = np.cov(np.stack([columns, -rows]))
        # The longest axis of the strip nearby is its direction.
        east, north = np.linalg.eigh(spread)[1][:, -1]
        away = _room(self.strips)[row, column] * self.gsd
        x, y = self._metres(row, column)
        heading = float(np.degrees(np.arctan2(east, north)))
        return _Crossing(x=x, y=y, heading_deg=heading, half_m=float(away) + 1.0)

    def _cast(self) -> Block:
        length, width, height, shape = _CAST[int(self.rng.integers(len(_CAST)))]
        return Block(
            x=0, y=0, length_m=length, width_m=width, height_m=height, heading_deg=0, shape=shape
        )

    def _in_line(self, line: LineString, block: Block, spacing_m: float) -> tuple[Block, ...]:
        placed = []
        for at in np.arange(block.length_m / 2, line.length, spacing_m):
            spot, ahead = line.interpolate(at - 0.3), line.interpolate(at + 0.3)
            off = self.rng.normal(0, [0.1, 0.1, 2.5])
            heading = np.degrees(np.arctan2(ahead.x - spot.x, ahead.y - spot.y)) + off[2]
            middle = line.interpolate(at)
            placed.append(
                replace(
                    block,
                    x=float(middle.x + off[0]),
                    y=float(middle.y + off[1]),
                    heading_deg=float(heading),
                )
            )
        return tuple(placed)

    # ------------------------------------------------------------ room

    def _spot(self, mask: Mask, reach_m: float) -> tuple[int, int] | None:
        """Return a pixel (row, column) by chance with room all round, None if there is none."""
        roomy = np.argwhere(_room(mask) * self.gsd > reach_m)
        if len(roomy) == 0:
            return None
        row, column = roomy[int(self.rng.integers(len(roomy)))]
        return int(row), int(column)

    def _wander(self, half_m: float, *, longest_m: float | None = None) -> LineString | None:
        """Return a line over open ground with room on both sides; the longest of some tries."""
        room = _room(self.open) * self.gsd
        low, high = self.options.length_m
        high = min(high, longest_m or high)
        wanted = float(self.rng.uniform(min(low, high), high))
        best: list[tuple[float, float]] = []
        for _ in range(self.options.tries):
            path = self._walk(room, half_m + 1.0, wanted)
            if len(path) > len(best):
                best = path
            if len(best) * _STEP_M >= wanted:
                break
        # Shorter than three times its width a bank is a heap.
        if (len(best) - 1) * _STEP_M < max(12.0, 5 * half_m):
            return None
        return LineString(best)

    def _walk(self, room: Image, least_m: float, length_m: float) -> list[tuple[float, float]]:
        start = self._spot(self.open, least_m)
        if start is None:
            return []
        x, y = self._metres(*start)
        heading = float(self.rng.uniform(0, 2 * np.pi))
        bend = float(self.rng.normal(0, 0.02))
        path: list[tuple[float, float]] = []
        while len(path) * _STEP_M <= length_m:
            row, column = int(self.shape[0] - y / self.gsd), int(x / self.gsd)
            if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
                break
            if room[row, column] < least_m:
                break
            path.append((x, y))
            heading += bend + float(self.rng.normal(0, 0.07))
            x, y = x + _STEP_M * np.sin(heading), y + _STEP_M * np.cos(heading)
        return path

    def _with_gap(self, line: LineString) -> list[LineString]:
        """Cut a gap of some metres into a long line, half of the time."""
        if line.length < 50 or self.rng.random() < 0.5:  # noqa: PLR2004 - long, by even chance
            return [line]
        middle = line.interpolate(float(self.rng.uniform(0.3, 0.7)), normalized=True)
        rest = line.difference(middle.buffer(float(self.rng.uniform(4.0, 8.0))))
        return [part for part in getattr(rest, "geoms", [rest]) if part.length > 8]  # noqa: PLR2004

    def _blob(self, radius_m: float) -> Polygon | None:
        for size in (radius_m, 0.6 * radius_m, 0.4 * radius_m):
            spot = self._spot(self.open, 1.1 * size + 0.5)
            if spot is not None:
                x, y = self._metres(*spot)
                turns = np.linspace(0, 2 * np.pi, 25)[:-1]
                bumps = self.rng.normal(0, 0.06, (2, 3))
                away = size * (0.85 + sum(
                    bumps[0, k] * np.sin((k + 2) * turns) + bumps[1, k] * np.cos((k + 2) * turns)
                    for k in range(3)
                ))  # fmt: skip
                return Polygon(
                    np.column_stack([x + away * np.sin(turns), y + away * np.cos(turns)])
                )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossing:
    x: float
    y: float
    heading_deg: float
    half_m: float

    def line(self, *, along_m: float) -> LineString:
        """Return the line across, so far along the strip."""
        turn = radians(self.heading_deg)
        way, side = (sin(turn), cos(turn)), (cos(turn), -sin(turn))
        x, y = self.x + along_m * way[0], self.y + along_m * way[1]
        return LineString(
            [
                (x - self.half_m * side[0], y - self.half_m * side[1]),
                (x + self.half_m * side[0], y + self.half_m * side[1]),
            ]
        )


def _spots(line: LineString, spacing_m: float) -> list[Point]:
    return [line.interpolate(float(at)) for at in np.arange(0, line.length, spacing_m)]


def _room(mask: Mask) -> Image:
    """Return the distance in pixels to what is not in a mask; the picture's edge bounds it."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5), np.float32)[1:-1, 1:-1]
