"""What is on the ground at each date, as vectors and as labelled pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.interval import Interval
from earthwork.model.resolvability import VISIBILITY
from earthwork.model.vocabulary import NEVER_OBSERVABLE, Kind
from earthwork.simulate.alterations.works import done_geometry, share_done
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.truths.polygon_fill import PixelWindow, fill_outline

KIND_CODES: dict[Kind, int] = {
    Kind.BUILDING_RAZED: 1,
    Kind.BUILDING_DESTROYED: 2,
    Kind.BUILDING_DAMAGED: 3,
    Kind.NEW_BUILDING: 4,
    Kind.GROUND_CLEARED: 5,
    Kind.BERM: 6,
    Kind.EARTH_MOUND: 7,
    Kind.TRENCH: 8,
    Kind.DITCH_WATER: 9,
    Kind.WALL: 10,
    Kind.BARRIER_ROW: 11,
    Kind.ROADBLOCK: 12,
    Kind.RUBBLE_ON_ROAD: 13,
    Kind.OBSTRUCTION_OTHER: 14,
    Kind.BARRIER_STAGED: 15,
    Kind.CRATER: 16,
    Kind.BRIDGE_DESTROYED: 17,
    Kind.GATE: 18,
    Kind.CHECKPOINT: 19,
    Kind.CAMP: 20,
    Kind.TUNNEL: 21,
}
"""Values of label rasters; 0 is unaltered ground. They are written to files and never change."""

_AREAS = frozenset({Kind.GROUND_CLEARED, Kind.CAMP})
_BUILDINGS = frozenset(
    {Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED, Kind.NEW_BUILDING}
)
_FALLEN = _BUILDINGS - {Kind.NEW_BUILDING}
_AREA = 2
"""Dimension of a geometry that covers ground by itself."""
_EARTH = frozenset({Kind.BERM, Kind.TRENCH, Kind.DITCH_WATER, Kind.CRATER, Kind.EARTH_MOUND})


class Stage(StrEnum):
    """How far one deed has come at a moment."""

    ABSENT = "absent"
    UNDER_WAY = "under_way"
    PRESENT = "present"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One deed at one moment."""

    scene: str
    """Id of the scene taken then."""
    stage: Stage
    """How far it has come."""
    share: float
    """Share that is on the ground, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueObject:
    """One deed as truth tells it over all scenes."""

    deed: Deed
    """What was done."""
    standings: tuple[Standing, ...]
    """At each scene, in order of time."""
    appeared: Interval | None
    """(last scene without, first scene with any part of it); None if no scene has it."""
    went: Interval | None
    """(last scene with, first scene after it was undone); None if it is never seen gone."""

    def values(self) -> dict[str, str | float | int | None]:
        """Return it as plain values for a table; the geometry is ``deed.geometry``."""
        deed = self.deed
        appeared, went = (_ends(interval) for interval in (self.appeared, self.went))
        return {
            "id": deed.id,
            "event": deed.event,
            "kind": None if deed.kind is None else str(deed.kind),
            "state": None if deed.state is None else str(deed.state),
            "begun": deed.begun.isoformat(),
            "done": deed.done.isoformat(),
            "undone": None if deed.undone is None else deed.undone.isoformat(),
            "absent_until": appeared[0],
            "present_from": appeared[1],
            "present_until": went[0],
            "gone_from": went[1],
            "place": deed.place,
            "road": deed.road,
            "footprint": deed.footprint,
            "count": deed.count,
            "height_m": deed.height_m,
            "least_m": deed.least_m,
            "note": deed.note,
            **{f"share {s.scene}": round(s.share, 4) for s in self.standings},
        }


def _ends(interval: Interval | None) -> tuple[str | None, str | None]:
    if interval is None:
        return (None, None)
    start, end = interval.start, interval.end
    return (None if start is None else start.isoformat(), None if end is None else end.isoformat())


def stage_of(deed: Deed, moment: datetime) -> tuple[Stage, float]:
    """Say how far a deed has come at a moment.

    Parameters
    ----------
    deed
        The deed.
    moment
        Aware UTC.

    Returns
    -------
    tuple
        The stage, and the share of it on the ground: work goes on evenly from ``begun`` to
        ``done``. A building falls at once, when its demolition is done.
    """
    if deed.undone is not None and moment >= deed.undone:
        return Stage.UNDONE, 0.0
    share = share_done(deed, moment)
    if share >= 1:
        return Stage.PRESENT, 1.0
    if share <= 0 or deed.kind in _FALLEN:
        return Stage.ABSENT, 0.0
    return Stage.UNDER_WAY, share


def true_objects(deeds: Iterable[Deed], moments: Mapping[str, datetime]) -> tuple[TrueObject, ...]:
    """Say for each deed at which scene it is there, and between which two it came and went.

    Parameters
    ----------
    deeds
        All that was done.
    moments
        Id of each scene, and its moment of capture, aware UTC.

    Returns
    -------
    tuple of TrueObject
        In the order of the deeds. Intervals hold capture times of scenes; an end is open where no
        scene bounds it.
    """
    ordered = sorted(moments.items(), key=lambda item: item[1])
    return tuple(_true_object(deed, ordered) for deed in deeds)


def _true_object(deed: Deed, ordered: list[tuple[str, datetime]]) -> TrueObject:
    stages = [(scene, moment, *stage_of(deed, moment)) for scene, moment in ordered]
    standing = [moment for _, moment, _, share in stages if share > 0]
    earlier = [moment for _, moment, stage, _ in stages if stage is Stage.ABSENT]
    later = [moment for _, moment, stage, _ in stages if stage is Stage.UNDONE]
    appeared, went = None, None
    if standing:
        appeared = Interval(start=earlier[-1] if earlier else None, end=standing[0])
        went = Interval(start=standing[-1], end=later[0]) if later else None
    return TrueObject(
        deed=deed,
        standings=tuple(Standing(scene=i, stage=stage, share=s) for i, _, stage, s in stages),
        appeared=appeared,
        went=went,
    )


def width_m(deed: Deed) -> float:
    """Return how wide a line or point work is at the ground, in metres."""
    if deed.kind is None or deed.kind not in VISIBILITY:
        raise InvalidValue(
            f"{deed.id} has no width that a picture could show", choices=sorted(VISIBILITY)
        )
    return VISIBILITY[deed.kind].least_size_m if deed.least_m is None else deed.least_m


def ground_covered(part: BaseGeometry, deed: Deed, *, least_m: float = 0.0) -> BaseGeometry:
    """Return the area that a part of a deed covers: lines and points take the width of its foot.

    Parameters
    ----------
    part
        The part, as ``works.done_geometry`` gives it.
    deed
        The deed, of a kind that a picture can show.
    least_m
        Least width of lines and points, metres: a pixel, so that thin lines do not fall between.

    Returns
    -------
    shapely.geometry.base.BaseGeometry
        Polygons in local metres.
    """
    if part.is_empty or shapely.get_dimensions(part) >= _AREA:
        return part
    reach = max(width_m(deed), least_m) / 2
    return part.buffer(reach, cap_style="flat") if part.length else part.buffer(reach)


def label_raster(
    deeds: Iterable[Deed], moment: datetime, *, window: PixelWindow
) -> NDArray[np.uint8]:
    """Label each pixel with the kind of alteration that it shows at a moment.

    A pixel belongs to what its centre lies in. Buildings cover their outline, lines the width of
    their foot (a pixel at least), points a circle of their least size. Where things overlap, what
    stands on the ground hides it: cleared ground is painted first, then buildings, then earth
    moved, then everything set or strewn; among these what was done later hides what was done
    earlier. Tunnels are in no pixel; of work under way the part that is done is labelled.

    Parameters
    ----------
    deeds
        All that was done.
    moment
        Aware UTC.
    window
        The pixels to label.

    Returns
    -------
    numpy.ndarray
        Dims (row, column), uint8: ``KIND_CODES``, 0 for unaltered ground.
    """
    labels = np.zeros((window.rows, window.columns), dtype=np.uint8)
    shown = (deed for deed in deeds if _is_labelled(deed, moment))
    for deed in sorted(shown, key=_painting_order):
        part = done_geometry(deed, moment)
        ground = ground_covered(part, deed, least_m=window.gsd_m)
        fill_outline(labels, ground, window=window, value=KIND_CODES[cast("Kind", deed.kind)])
    return labels


def _is_labelled(deed: Deed, moment: datetime) -> bool:
    is_seen = deed.kind is not None and deed.kind not in NEVER_OBSERVABLE
    return is_seen and stage_of(deed, moment)[1] > 0


def _painting_order(deed: Deed) -> tuple[int, datetime, str]:
    kind = cast("Kind", deed.kind)
    layers = (_AREAS, _BUILDINGS, _EARTH)
    layer = next((n for n, kinds in enumerate(layers) if kind in kinds), len(layers))
    return (layer, deed.done, deed.id)
