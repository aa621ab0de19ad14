"""Numbered outlines over pictures and map: what was observed, and on working plates what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray
from pyproj import CRS
from shapely import box, distance, points
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from earthwork.model.grid import Grid, reproject
from earthwork.model.observation import Candidate, Observation
from earthwork.publishing.phrases import short_name, spoken_area, spoken_length
from earthwork.publishing.sheets import BADGE_RADIUS_PX, put_badge
from earthwork.publishing.symbols import Symbol, symbol_of

_WGS84 = CRS.from_epsg(4326)
_AROUND_PX = 8.0
"""Distance of an outline from what it goes round, so that nothing is hidden."""
_WAITING = Symbol(name="not reviewed", colour="#555555", dash=(3, 3), marker="o", hatch="")

MOST_ALIKE = 9
"""More marks of one name in one picture are counted, not numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One numbered outline."""

    number: int
    """Number in the picture; the same in every product of a brief."""
    label: str
    """What the legend says."""
    geometry: BaseGeometry
    """Where, in ``crs``."""
    crs: CRS | None
    """Reference of the geometry; None for pixels of the picture it is drawn on."""
    symbol: Symbol
    """How it is drawn."""
    evidence: str
    """Id of the observation or candidate."""
    is_candidate: bool = False
    """True if no reader has decided on it: never in a public product."""
    name: str = ""
    """What it is, in a word or two; marks of one name are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Marks of one name that are too many to be numbered one by one in a picture."""

    name: str
    """What they are."""
    marks: tuple[Mark, ...]
    """More than ``MOST_ALIKE`` of them."""

    @property
    def label(self) -> str:
        """Return what the legend says."""
        return f"{len(self.marks)} × {self.name}: see the table of observations"

    @property
    def symbol(self) -> Symbol:
        """Return how they are drawn."""
        return self.marks[0].symbol


def parted(marks: Iterable[Mark]) -> tuple[tuple[Mark, ...], tuple[Crowd, ...]]:
    """Part marks into those that are numbered in a picture and those that are only counted.

    A hundred numbers hide the ground that they speak of, and fill a legend that nobody reads.
    """
    alike: dict[tuple[str, bool], list[Mark]] = {}
    for mark in marks:
        alike.setdefault((mark.name or mark.label, mark.is_candidate), []).append(mark)
    single = [m for group in alike.values() if len(group) <= MOST_ALIKE for m in group]
    crowds = [
        Crowd(name=f"{'not reviewed: ' if waits else ''}{name}", marks=tuple(group))
        for (name, waits), group in alike.items()
        if len(group) > MOST_ALIKE
    ]
    return tuple(sorted(single, key=lambda mark: mark.number)), tuple(crowds)


def marks_of(observations: Iterable[Observation]) -> tuple[Mark, ...]:
    """Return a mark for each observation, numbered in order from 1."""
    return tuple(_observed(o, number) for number, o in enumerate(observations, start=1))


def _observed(observation: Observation, number: int) -> Mark:
    name = short_name(observation.kind, observation.state)
    return Mark(
        number=number,
        label=f"{name}{_size(observation)} ({observation.id})",
        geometry=observation.geometry,
        crs=None if observation.is_pixels else _WGS84,
        symbol=symbol_of(observation.kind, observation.state),
        name=name,
        evidence=observation.id,
    )


def candidate_marks(candidates: Iterable[Candidate], *, grid: Grid, first: int) -> tuple[Mark, ...]:
    """Return a mark for each candidate that waits, for working plates.

    Parameters
    ----------
    candidates
        Not yet reviewed.
    grid
        The before-grid that their geometries count in.
    first
        Number of the first one.
    """
    return tuple(
        Mark(
            number=number,
            label=f"not reviewed: {short_name(c.kind, None)}{_size(c)} ({c.id})",
            geometry=c.geometry,
            crs=grid.crs,
            symbol=_WAITING,
            name=short_name(c.kind, None),
            evidence=c.id,
            is_candidate=True,
        )
        for number, c in enumerate(candidates, start=first)
    )


def _size(thing: Observation | Candidate) -> str:
    if thing.length_m is not None:
        return f", {spoken_length(thing.length_m)} long"
    return "" if thing.area_m2 is None else f", {spoken_area(thing.area_m2)}"


def on_page(mark: Mark, page: Grid) -> BaseGeometry | None:
    """Return a mark's geometry in page pixels; None if it cannot lie there or lies outside.

    Parameters
    ----------
    mark
        The mark.
    page
        Grid of the page. On a page without place it counts the pixels of the picture.
    """
    if (mark.crs is None) != (page.crs is None):
        return None
    geometry = mark.geometry
    if mark.crs is not None and page.crs is not None:
        geometry = reproject(geometry, source=mark.crs, target=page.crs)
    placed = page.to_pixels(geometry)
    return placed if placed.intersects(box(0, 0, page.width, page.height)) else None


def draw_outlines(
    axes: Axes, marks: Sequence[tuple[Mark, BaseGeometry]], *, width_px: float = 3.0
) -> None:
    """Draw each mark's outline with a white halo, a little way off what it goes round."""
    for mark, geometry in marks:
        for ring in _rings(geometry.buffer(_AROUND_PX)):
            _draw_ring(axes, ring, mark.symbol, width_px)


def _rings(around: BaseGeometry) -> list[Outline]:
    parts = list(around.geoms) if isinstance(around, MultiPolygon) else [around]
    return [
        Outline(list(part.exterior.coords), closed=True)
        for part in parts
        if isinstance(part, Polygon)
    ]


def _draw_ring(axes: Axes, ring: Outline, symbol: Symbol, width_px: float) -> None:
    halo = PathPatch(ring, fill=False, edgecolor="white", linewidth=width_px + 3, zorder=3)
    style = (0, symbol.dash) if symbol.dash else "solid"
    line = PathPatch(
        ring, fill=False, edgecolor=symbol.colour, linewidth=width_px, linestyle=style, zorder=4
    )
    line.set_path_effects([Stroke()])
    # Patches would be asked for their extent, which is slow; the page's limits stand already.
    axes.add_artist(halo)
    axes.add_artist(line)


def draw_badges(
    axes: Axes, marks: Sequence[tuple[Mark, BaseGeometry]], *, width: float, height: float
) -> None:
    """Draw each mark's number beside its outline, clear of the other numbers where it can be."""
    taken: list[Point] = []
    rims = np.array([geometry.boundary for _, geometry in marks])
    numbered = {mark.number for mark in parted(mark for mark, _ in marks)[0]}
    for number, (mark, geometry) in enumerate(marks):
        if mark.number not in numbered:
            continue
        places = _badge_places(geometry, width=width, height=height)
        clearances = _clearances(places, taken, np.delete(rims, number))
        x, y = places[int(np.argmax(clearances))]
        taken.append(Point(x, y))
        put_badge(axes, mark.number, x=x, y=y, colour=mark.symbol.colour)


def _badge_places(
    geometry: BaseGeometry, *, width: float, height: float
) -> list[tuple[float, float]]:
    """Return places a little way off a geometry, the best liked first."""
    shown = geometry.intersection(box(0, 0, width, height))
    left, top, right, bottom = shown.bounds
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    off = 2 * BADGE_RADIUS_PX
    wished = [
        (right + off, top - off), (left - off, top - off), (left - off, bottom + off),
        (right + off, bottom + off), (middle_x, top - off), (right + off, middle_y),
        (middle_x, bottom + off), (left - off, middle_y),
    ]  # fmt: skip
    edge = BADGE_RADIUS_PX + 3
    drawn_near = [_drawn_near(place, shown) for place in wished]
    return [
        (min(max(x, edge), width - edge), min(max(y, edge), height - edge)) for x, y in drawn_near
    ]


def _drawn_near(place: tuple[float, float], shown: BaseGeometry) -> tuple[float, float]:
    nearest = nearest_points(shown, Point(place))[0]
    right, down = place[0] - nearest.x, place[1] - nearest.y
    step = (_AROUND_PX + 0.9 * BADGE_RADIUS_PX) / max(hypot(right, down), 1e-9)
    return nearest.x + right * step, nearest.y + down * step


def _clearances(
    places: Sequence[tuple[float, float]], taken: Sequence[Point], rims: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Return how far each place is from other numbers and outlines, as far as it matters."""
    spots = np.asarray(points(np.array(places)))[:, np.newaxis]
    numbers = distance(spots, np.array(taken, dtype=object)[np.newaxis])
    outlines = np.abs(distance(spots, rims[np.newaxis]) - _AROUND_PX) + BADGE_RADIUS_PX
    enough = np.full((len(places), 1), 2.5 * BADGE_RADIUS_PX)
    nearest: NDArray[np.float64] = np.nanmin(np.hstack([enough, numbers, outlines]), axis=1)
    return nearest
