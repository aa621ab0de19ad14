"""What a siege did, as truth tells it and as it lies on the ground; how far it has come by a date.

A work is one deed with the shapes that it leaves. Work that grows is done along its line from the
first end to the last, over its area from one end to the other, block by block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.placing import Ground, bearing_vector
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import Footprint
from earthwork.simulate.landscape import Bank, Block, Condition, Mound, Patch, Rubble
from earthwork.simulate.scenario import Event

GONE = frozenset({Condition.COLLAPSED, Condition.RAZED})
"""Conditions in which a building no longer stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One deed with what it leaves on the ground when complete."""

    deed: Deed
    """Who did what is not told; what, where and when is."""
    banks: tuple[Bank, ...] = ()
    """Berms and trenches, each running the way it was built."""
    mounds: tuple[Mound, ...] = ()
    """Heaps and craters in the order they were made."""
    rubble: tuple[Rubble, ...] = ()
    """Broken masonry on a road."""
    blocks: tuple[Block, ...] = ()
    """Blocks, wall sections and other things in the order they were set."""
    patches: tuple[Patch, ...] = ()
    """Ground laid bare."""
    spans: tuple[Polygon, ...] = ()
    """Fallen parts of a bridge."""
    condition: Condition | None = None
    """How the building ``deed.footprint`` stands once it is done; None for other works."""
    severity: float = 0.5
    """How far it is hit."""
    house: Footprint | None = None
    """A new building."""
    lot: str | None = None
    """Id of the building whose debris a new one replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an event finds when it begins."""

    event: Event
    """What is to be done."""
    ground: Ground
    """The city."""
    works: tuple[Work, ...]
    """All works of earlier events."""
    rng: np.random.Generator
    """Randomness of this event alone."""

    def known(self) -> dict[str, BaseGeometry]:
        """Return the works so far by the event that they belong to."""
        shapes: dict[str, list[BaseGeometry]] = {}
        for work in self.works:
            shapes.setdefault(work.deed.event, []).append(work.deed.geometry)
        return {name: shapely.union_all(list_) for name, list_ in shapes.items()}

    def conditions(self) -> dict[str, Work]:
        """Return the latest work on each building that was touched, by its id."""
        return {
            work.deed.footprint: work
            for work in self.works
            if work.condition is not None and work.deed.footprint is not None
        }

    def standing(self) -> STRtree:
        """Return the outlines of the buildings that still stand, new ones too."""
        latest = self.conditions()
        fallen = {name for name, work in latest.items() if work.condition in GONE}
        added = [work.house.outline for work in latest.values() if work.house is not None]
        if not fallen and not added:
            return self.ground.houses
        old = [h.outline for h in self.ground.city.footprints if h.id not in fallen]
        return STRtree([*old, *added])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one event adds and what it ends."""

    added: tuple[Work, ...]
    """New works."""
    ended: tuple[tuple[str, datetime], ...] = ()
    """Deeds that end, by id, and when."""
    parted: tuple[tuple[str, tuple[Work, ...]], ...] = ()
    """Works that fall into parts of which some end: id, and the parts that take its place."""


def deed_id(event: Event, number: int) -> str:
    """Return the id of the n-th deed of an event, from 1."""
    return f"{event.id}-{number:03d}"


def least_side_m(geometry: BaseGeometry) -> float:
    """Return the shorter side of the smallest rectangle round a geometry, metres."""
    envelope = shapely.oriented_envelope(geometry)
    if not isinstance(envelope, Polygon):
        return 0.0
    corners = np.array(envelope.exterior.coords[:3])
    return float(np.hypot(*np.diff(corners, axis=0).T).min())


def share_done(deed: Deed, moment: datetime) -> float:
    """Return how much of a deed is there at a moment: 0 before it begins and once undone."""
    if moment < deed.begun or (deed.undone is not None and moment >= deed.undone):
        return 0.0
    if moment >= deed.done:
        return 1.0
    return (moment - deed.begun) / (deed.done - deed.begun)


def moment_at(event: Event, share: float) -> datetime:
    """Return the moment at which a share of an event's work is done, to the second."""
    span = (event.done - event.begun).total_seconds()
    return event.begun + timedelta(seconds=round(span * share))


def done_geometry(deed: Deed, moment: datetime) -> BaseGeometry:
    """Return the part of a deed's geometry that is there at a moment.

    Parameters
    ----------
    deed
        The deed.
    moment
        Aware UTC.

    Returns
    -------
    shapely.geometry.base.BaseGeometry
        The first part of a line, the swept part of cleared ground; other things are there whole
        from when they are begun. Empty before that and once undone.
    """
    share = share_done(deed, moment)
    if share <= 0:
        return Polygon()
    if isinstance(deed.geometry, LineString):
        return line_done(deed.geometry, share)
    if deed.kind is Kind.GROUND_CLEARED:
        return area_done(deed.geometry, share)
    return deed.geometry


def line_done(line: LineString, share: float) -> LineString:
    """Return the first part of a line."""
    if share >= 1:
        return line
    return cast("LineString", substring(line, 0.0, max(share, 1e-3), normalized=True))


def sweep(area: BaseGeometry) -> tuple[NDArray[np.float64], float, float]:
    """Return the way an area is worked: unit vector, and least and greatest distance along it.

    It runs along the longer side of the smallest rectangle round the area, eastward or, where that
    is due north, northward.
    """
    frame = cast("Polygon", shapely.oriented_envelope(area))
    corners = np.array(frame.exterior.coords[:3])
    edges = np.diff(corners, axis=0)
    longer = edges[int(np.argmax(np.hypot(*edges.T)))]
    way = longer / np.hypot(*longer)
    way = way if (way[0] > 1e-9 or (abs(way[0]) <= 1e-9 and way[1] > 0)) else -way  # noqa: PLR2004
    reach = np.array(frame.exterior.coords) @ way
    return way, float(reach.min()), float(reach.max())


def swept_share(area: BaseGeometry, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return at which share of an area's work each point, dims (point, [x, y]), is reached."""
    way, first, last = sweep(area)
    return np.clip((points @ way - first) / max(last - first, 1e-6), 0.0, 1.0)


def area_done(area: BaseGeometry, share: float) -> BaseGeometry:
    """Return the part of an area that is worked once a share of it is done."""
    if share >= 1:
        return area
    way, first, last = sweep(area)
    edge = first + share * (last - first)
    across = np.array([-way[1], way[0]])
    reach = (last - first) + sum(abs(value) for value in area.bounds) + 1.0
    corners = [
        way * (first - reach) - across * reach,
        way * edge - across * reach,
        way * edge + across * reach,
        way * (first - reach) + across * reach,
    ]
    return area.intersection(Polygon(corners))


def work_done(work: Work, moment: datetime) -> Work | None:
    """Return what of a work is there at a moment; None if nothing is."""
    share = share_done(work.deed, moment)
    if share <= 0:
        return None
    if share >= 1:
        return work
    return replace(
        work,
        banks=tuple(replace(bank, line=line_done(bank.line, share)) for bank in work.banks),
        mounds=work.mounds[: _number(len(work.mounds), share)],
        blocks=work.blocks[: _number(len(work.blocks), share)],
        patches=tuple(_patch_done(work, patch, share) for patch in work.patches),
    )


def _number(count: int, share: float) -> int:
    return int(np.floor(count * share + 1e-9))


def _patch_done(work: Work, patch: Patch, share: float) -> Patch:
    """Return the part of a patch: along the line of a bank, else over the ground."""
    line = work.deed.geometry
    if not isinstance(line, LineString):
        return replace(patch, outline=area_done(patch.outline, share))
    beside = line_done(line, share).buffer(25.0, cap_style="flat")
    return replace(patch, outline=patch.outline.intersection(beside))


def across(
    line: LineString, at_m: float, *, heading: float, width_m: float, shift_m: float = 0.0
) -> LineString:
    """Return a line square across another, from its left to its right.

    Parameters
    ----------
    line
        To be crossed.
    at_m
        Distance along it.
    heading
        Direction of the crossed line there, degrees clockwise from north.
    width_m
        Length of the result.
    shift_m
        To the right.

    Returns
    -------
    shapely.LineString
        Two points.
    """
    spot = line.interpolate(at_m)
    step = bearing_vector(heading + 90)
    middle = np.array([spot.x, spot.y]) + shift_m * step
    return LineString([middle - step * width_m / 2, middle + step * width_m / 2])
