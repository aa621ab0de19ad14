"""Roads opened again: blocks lifted, rubble carted off, craters filled, banks and walls cut."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from shapely import LineString
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.placing import (
    area_of,
    cut_line,
    find_road,
    forward,
    line_pieces,
    stretch_of,
)
from earthwork.simulate.alterations.works import Outcome, Site, Work
from earthwork.simulate.landscape import Bank, Block, Patch
from earthwork.simulate.scenario import NOWHERE, Where

WHOLE = frozenset(
    {
        Kind.ROADBLOCK,
        Kind.RUBBLE_ON_ROAD,
        Kind.EARTH_MOUND,
        Kind.OBSTRUCTION_OTHER,
        Kind.BARRIER_STAGED,
        Kind.CRATER,
    }
)
"""Kinds that are taken away whole."""

CUT = frozenset({Kind.BERM, Kind.WALL, Kind.BARRIER_ROW, Kind.TRENCH, Kind.DITCH_WATER})
"""Kinds of which only the part in the way is taken."""

_WAY_M = 12.0
"""Length of a way cut through, if not said."""
_LEAST_M = 1.0


def reopen(site: Site) -> Outcome:
    """Take away what closes a road or a place, or all works of an event.

    Raises
    ------
    InvalidValue
        If nothing is there to take away.
    """
    event = site.event
    there = [
        work
        for work in site.works
        if work.deed.kind in WHOLE | CUT and work.deed.undone is None
        and event.where.event in {None, work.deed.event}
    ]  # fmt: skip
    way = _way(site)
    met = [work for work in there if way is None or _is_met(work, way)]
    if not met:
        raise InvalidValue(
            f"“{event.id}” finds nothing to open",
            where=f"event.{event.id}.where",
            cause="nothing closes the place by that date, or it is open again",
            choices=sorted({work.deed.event for work in there}) or ["an earlier event"],
        )
    ended, parted = [], []
    for work in met:
        if way is None or work.deed.kind in WHOLE:
            ended.append((work.deed.id, event.begun))
        else:
            parted.append((work.deed.id, _parts(work, way, site)))
    return Outcome(added=(), ended=tuple(ended), parted=tuple(parted))


def _is_met(work: Work, way: BaseGeometry) -> bool:
    common = work.deed.geometry.intersection(way)
    return not common.is_empty and (common.area > 1.0 or common.length > _LEAST_M)


def _way(site: Site) -> BaseGeometry | None:
    """Return the ground to be opened; None for all works of an event."""
    event, where = site.event, site.event.where
    place = replace(where, event=None)
    if place == NOWHERE:
        if where.event is None:
            raise InvalidValue(
                f"“{event.id}” does not say what to open",
                where=f"event.{event.id}.where",
                choices=["where.road", "where.event"],
            )
        return None
    if where.road is not None:
        return _road_way(site, place)
    return area_of(place, site.ground, known=site.known())


def _road_way(site: Site, where: Where) -> BaseGeometry:
    """Return the carriageway of a road, or a way across what lies beside a spot of it."""
    road = find_road(site.ground.city, where.road or "")
    line = stretch_of(road, site.ground, where)
    beside = 1.5 if where.within_m is None else where.within_m
    if where.at is not None:
        half = (site.event.length_m or site.event.gap_m or _WAY_M) / 2
        at = where.at * line.length
        line = cut_line(line, max(at - half, 0.0), min(at + half, line.length))
    return line.buffer(road.width_m / 2 + beside, cap_style="flat")


def _parts(work: Work, way: BaseGeometry, site: Site) -> tuple[Work, ...]:
    """Part a line of works into what stays and what is taken away."""
    line = work.deed.geometry
    assert_line = line if isinstance(line, LineString) else LineString()
    stays = line_pieces(assert_line.difference(way), least_m=_LEAST_M)
    goes = line_pieces(assert_line.intersection(way), least_m=0.0)
    named = [(part, False) for part in stays] + [(part, True) for part in goes]
    ordered = sorted(
        named, key=lambda pair: line.project(pair[0].interpolate(0.5, normalized=True))
    )
    return tuple(
        _part(work, forward(part, assert_line), number, site, is_taken=is_taken)
        for number, (part, is_taken) in enumerate(ordered, start=1)
    )


def _part(work: Work, part: LineString, number: int, site: Site, *, is_taken: bool) -> Work:
    deed, whole = work.deed, cast("LineString", work.deed.geometry)
    span = deed.done - deed.begun
    first, last = (_distance(whole, part, share) / whole.length for share in (0.0, 1.0))
    blocks = tuple(block for block in work.blocks if _is_beside(block, part))
    return replace(
        work,
        deed=replace(
            deed,
            id=f"{deed.id}-{number}",
            geometry=part,
            begun=deed.begun + span * min(first, last),
            done=deed.begun + span * max(first, last),
            undone=site.event.begun if is_taken else None,
            count=len(blocks) if work.blocks else deed.count,
        ),
        blocks=blocks,
        banks=tuple(piece for bank in work.banks for piece in _bank_parts(bank, part)),
        patches=tuple(piece for patch in work.patches for piece in _patch_parts(patch, part)),
    )


def _distance(whole: LineString, part: LineString, share: float) -> float:
    """Return how far along a line a point of one of its parts lies."""
    return float(whole.project(part.interpolate(share, normalized=True)))


def _is_beside(block: Block, part: LineString) -> bool:
    """Tell whether a block's foot lies square to a part of its row."""
    middle = block.foot.centroid
    return bool(part.buffer(3.0, cap_style="flat").covers(middle))


def _bank_parts(bank: Bank, part: LineString) -> list[Bank]:
    near = part.buffer(25.0, cap_style="flat")
    inside = line_pieces(bank.line.intersection(near), least_m=_LEAST_M)
    return [replace(bank, line=forward(piece, bank.line)) for piece in inside]


def _patch_parts(patch: Patch, part: LineString) -> list[Patch]:
    inside = patch.outline.intersection(part.buffer(25.0, cap_style="flat"))
    return [] if inside.is_empty else [replace(patch, outline=inside)]
