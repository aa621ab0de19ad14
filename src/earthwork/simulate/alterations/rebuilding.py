"""What is built again: new houses on the lots of fallen ones, or on empty ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import numpy as np
import shapely
from shapely import Polygon, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.alterations.placing import area_of, carriageways, open_ground, place_name
from earthwork.simulate.alterations.works import (
    GONE,
    Outcome,
    Site,
    Work,
    deed_id,
    least_side_m,
    moment_at,
)
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import Footprint, Roof, Use
from earthwork.simulate.landscape import Condition
from earthwork.simulate.scenario import Event

_STOREY_M = 3.1
_LEAST_M2 = 25.0
_HOUSES = 4
_FRESH = (0.52, 0.50, 0.47, 0.53)
"""Reflectance of a new concrete roof."""


def rebuild(site: Site) -> Outcome:
    """Build new houses on lots whose building is razed or down.

    Raises
    ------
    InvalidValue
        If no building is gone there.
    """
    event = site.event
    area = area_of(event.where, site.ground, known=site.known())
    gone = [
        work
        for work in site.conditions().values()
        if work.condition in GONE and area.covers(work.deed.geometry.centroid)
    ]
    if not gone:
        fallen = sorted({w.deed.event for w in site.works if w.condition in GONE})
        raise InvalidValue(
            f"“{event.id}” finds no lot of a razed or fallen building",
            where=f"event.{event.id}.where",
            cause="none is gone there before this date",
            choices=[f'event = "{name}"' for name in fallen] or ['do = "build"'],
        )
    number = event.count or max(1, round((event.share or 0.5) * len(gone)))
    order = np.sort(site.rng.permutation(len(gone))[:number])
    works = [
        _rebuilt(site, gone[index], rank, len(order)) for rank, index in enumerate(order, start=1)
    ]
    ended = tuple(
        (gone[index].deed.id, work.deed.begun) for index, work in zip(order, works, strict=True)
    )
    return Outcome(added=tuple(works), ended=ended)


def _rebuilt(site: Site, old: Work, rank: int, total: int) -> Work:
    lot = cast("Polygon", old.deed.geometry)
    shell = Polygon(lot.exterior).buffer(-float(site.rng.uniform(0.1, 0.6)), join_style="mitre")
    outline = shell if isinstance(shell, Polygon) and shell.area > _LEAST_M2 else lot
    house = _house(site, outline, rank, quarter=old.deed.place or "")
    return _new(site.event, house, rank, total, lot=old.deed.footprint)


def _house(site: Site, outline: Polygon, rank: int, *, quarter: str) -> Footprint:
    event, rng = site.event, site.rng
    height = event.height_m or float(rng.integers(1, 4)) * _STOREY_M + float(rng.uniform(0.2, 0.8))
    shade = float(rng.uniform(0.75, 1.15))
    red, green, blue, infrared = (value * shade for value in _FRESH)
    return Footprint(
        id=f"{event.id}-h{rank}",
        outline=outline,
        height_m=round(height, 2),
        parapet_m=round(float(rng.uniform(0.4, 1.0)), 2),
        use=Use.HOUSE,
        quarter=quarter,
        roof=Roof.FLAT,
        roof_tone=(red, green, blue, infrared),
    )


def _new(event: Event, house: Footprint, rank: int, total: int, *, lot: str | None) -> Work:
    """Return a new building; each is begun a little later and all are complete at the end."""
    begun, done = _span(event, rank, total)
    deed = Deed(
        id=deed_id(event, rank),
        event=event.id,
        kind=Kind.NEW_BUILDING,
        state=BuildingState.STANDING,
        geometry=house.outline,
        begun=begun,
        done=done,
        place=house.quarter or None,
        footprint=house.id,
        height_m=house.height_m,
        least_m=least_side_m(house.outline),
        note=event.note or ("new building" if lot is None else "built anew on the lot"),
    )
    return Work(deed=deed, condition=Condition.INTACT, house=house, lot=lot)


def _span(event: Event, rank: int, total: int) -> tuple[datetime, datetime]:
    late = (rank - 1) / total
    return moment_at(event, 0.5 * late), moment_at(event, 0.5 * late + 0.5)


def build(site: Site) -> Outcome:
    """Build new houses on empty ground, off roads, water and other buildings.

    Raises
    ------
    InvalidValue
        If there is no room.
    """
    event = site.event
    area = area_of(event.where, site.ground, known=site.known())
    free = open_ground(area, site.ground, clearance_m=3.0, houses=site.standing())
    free = free.difference(carriageways(area, site.ground, margin_m=2.0))
    outlines = _plots(free, event.count or _HOUSES, rng=site.rng)
    if not outlines:
        raise InvalidValue(
            f"“{event.id}” finds no room to build",
            where=f"event.{event.id}.where",
            cause="roads, water and buildings take all of the place",
            choices=["a wider place"],
        )
    works = []
    for rank, outline in enumerate(outlines, start=1):
        quarter = place_name(outline, site.ground.city) or ""
        house = _house(site, outline, rank, quarter=quarter)
        works.append(_new(event, house, rank, len(outlines), lot=None))
    return Outcome(added=tuple(works))


def _plots(free: BaseGeometry, count: int, *, rng: np.random.Generator) -> list[Polygon]:
    """Draw rectangles that lie in free ground and apart from one another."""
    west, south, east, north = free.bounds if not free.is_empty else (0, 0, 0, 0)
    heading = float(rng.uniform(0, 90))
    plots: list[Polygon] = []
    shapely.prepare(free)
    for x, y in rng.uniform((west, south), (east, north), (400 * count, 2)):
        wide, deep = rng.uniform(8, 16, 2)
        plot = rotate(box(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2), heading)
        if free.covers(plot) and _is_apart(plot, plots):
            plots.append(plot)
        if len(plots) == count:
            break
    return plots


def _is_apart(plot: Polygon, plots: Sequence[Polygon]) -> bool:
    return all(plot.distance(other) > 3.0 for other in plots)  # noqa: PLR2004 - metres of yard
