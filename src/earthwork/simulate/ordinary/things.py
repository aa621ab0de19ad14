"""Ordinary things that fool people: what each is, and the day on which it is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import City
from earthwork.simulate.landscape import Bank, Block, Building, Landscape, Mound, Patch
from earthwork.simulate.ordinary.lifetimes import days_of
from earthwork.simulate.scenario import EverydayOrder

FULL = 2.0
"""Intensity up to which things are laid out; a greater one changes nothing more."""


class Sort(StrEnum):
    """What an ordinary thing is."""

    PARKED_CAR = "parked car"
    MOVING_CAR = "moving car"
    LARGE_VEHICLE = "bus or truck"
    WRECK = "wreck"
    STALL = "market stall"
    TENT = "tent"
    CAMP = "tent camp"
    CONTAINER = "container"
    HEAP = "heap of building material"
    NEW_BUILDING = "new building"
    NEW_ROOF = "new roof"
    ROAD_WORKS = "road works"
    WIDENED_VERGE = "widened verge"
    FARMED = "ploughed or sown field"
    BURNT = "burnt field"
    FIELD_WALL = "field wall"
    FIELD_WALL_GONE = "field wall taken away"
    FLOOD = "flood"
    WET = "wet soil"
    GRAVEL_BAR = "gravel of a wadi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One ordinary thing that is there at a moment."""

    id: str
    """The same on every date on which it is there."""
    sort: Sort
    """What it is."""
    geometry: BaseGeometry
    """The ground that it covers, local metres."""
    blocks: tuple[Block, ...] = ()
    """What stands upright."""
    patches: tuple[Patch, ...] = ()
    """What lies on the ground."""
    banks: tuple[Bank, ...] = ()
    """Earth along a line."""
    mounds: tuple[Mound, ...] = ()
    """Heaps."""
    building: Building | None = None
    """A new building, or an old one with a new roof."""
    on_bridge: bool = False
    """True for what stands over water on a deck."""

    def values(self) -> dict[str, str | float]:
        """Return it as plain values for a table."""
        middle = self.geometry.centroid
        return {"id": self.id, "sort": str(self.sort), "x": round(middle.x, 2),
                "y": round(middle.y, 2), "area_m2": round(self.geometry.area, 2)}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The moment for which ordinary things are asked, and the place."""

    landscape: Landscape
    """What is there without them."""
    order: EverydayOrder
    """How much there is of each."""
    seed: int
    """Seed of all of them."""
    first: datetime
    """Moment from which slow things count: until then the city is as its plan shows it."""

    @property
    def city(self) -> City:
        """Return the plan."""
        return self.landscape.city

    @property
    def days(self) -> float:
        """Return days since the turn of the century."""
        return days_of(self.landscape.moment)

    @property
    def elapsed(self) -> float:
        """Return days since ``first``; negative before it."""
        return self.days - days_of(self.first)

    def rng(self, *words: str) -> np.random.Generator:
        """Return randomness that belongs to words and the seed alone."""
        return np.random.default_rng([self.seed, *"/".join(words).encode()])


def place_on(
    line: LineString, at_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where distances along a line lie.

    Parameters
    ----------
    line
        The line.
    at_m
        Dims (place,): metres from its first end.

    Returns
    -------
    tuple
        Dims (place, [x, y]), and the heading there in degrees clockwise from north, dims (place,).
    """
    spots = shapely.get_coordinates(shapely.line_interpolate_point(line, at_m))
    before = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.clip(at_m - 1.0, 0, None))
    )
    after = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.clip(at_m + 1.0, None, line.length))
    )
    step = after - before
    return spots, np.degrees(np.arctan2(step[:, 0], step[:, 1]))


def beside(
    spots: NDArray[np.float64], heading_deg: NDArray[np.float64], offset_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return places moved to the right of their heading, dims (place, [x, y])."""
    turn = np.radians(heading_deg)
    right = np.column_stack([np.cos(turn), -np.sin(turn)])
    return np.asarray(spots + right * offset_m[:, np.newaxis], dtype=np.float64)
