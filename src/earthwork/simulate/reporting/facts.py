"""What there is to tell of a chronicle: deeds that a report would speak of in one breath."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.reporting.testimony import Extent

_SPOTS = 9
_MOST_SPOTS = 400
_HECTARE_M2 = 10_000.0
_ON_ROADS = frozenset(
    {Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD, Kind.OBSTRUCTION_OTHER, Kind.EARTH_MOUND,
     Kind.BARRIER_ROW}
)  # fmt: skip
_COUNTED = frozenset(
    {Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED, Kind.NEW_BUILDING,
     Kind.EARTH_MOUND, Kind.CRATER, Kind.BARRIER_ROW, Kind.BARRIER_STAGED, Kind.ROADBLOCK,
     Kind.RUBBLE_ON_ROAD, Kind.OBSTRUCTION_OTHER, Kind.WALL}
)  # fmt: skip
_BLOCKY = frozenset({Kind.BARRIER_ROW, Kind.BARRIER_STAGED, Kind.ROADBLOCK, Kind.WALL})
_LINEAR = frozenset({Kind.BERM, Kind.TRENCH, Kind.DITCH_WATER, Kind.WALL, Kind.BARRIER_ROW})


class Stage(StrEnum):
    """How far a thing has come at a moment."""

    TO_COME = "to come"
    UNDER_WAY = "under way"
    DONE = "done"
    UNDONE = "undone"


class Matter(StrEnum):
    """What is told of a group of deeds, apart from its kind."""

    WORK = "work"
    OPENING = "opening"
    STANDING = "standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Deeds of one kind, one event and one place."""

    id: str
    """Unique among the facts of a chronicle; it does not change when events are added."""
    matter: Matter
    """Work done, work removed from a road, or a building spared."""
    kind: Kind | None
    """What was made; of an opening, what was removed; None for a building that stands."""
    deeds: tuple[Deed, ...]
    """In the order of the chronicle; never empty."""

    def at(self, moment: datetime) -> tuple[Stage, tuple[Deed, ...]]:
        """Return how far it has come at a moment, and the deeds that have come so far.

        A group is as far as its furthest deeds that still hold: houses razed one after another are
        razed, in the number razed so far.
        """
        by_stage: dict[Stage, list[Deed]] = {stage: [] for stage in Stage}
        for deed in self.deeds:
            by_stage[self._stage(deed, moment)].append(deed)
        order = (Stage.DONE, Stage.UNDER_WAY, Stage.UNDONE, Stage.TO_COME)
        stage = next(stage for stage in order if by_stage[stage])
        return stage, tuple(by_stage[stage])

    def _stage(self, deed: Deed, moment: datetime) -> Stage:
        begun, done, undone = deed.begun, deed.done, deed.undone
        if self.matter is Matter.OPENING:
            begun = done = deed.undone or deed.done
            undone = None
        if undone is not None and undone <= moment:
            return Stage.UNDONE
        if done <= moment:
            return Stage.DONE
        return Stage.UNDER_WAY if begun <= moment else Stage.TO_COME


def points_of(deeds: Sequence[Deed]) -> NDArray[np.float64]:
    """Return points spread over deeds, dims (point, [x, y]), about as many for each deed."""
    points = np.concatenate([_spots(deed.geometry) for deed in deeds])
    return points[:: max(1, len(points) // _MOST_SPOTS)]


def _spots(geometry: BaseGeometry) -> NDArray[np.float64]:
    if geometry.area > 0:
        corners = shapely.get_coordinates(geometry)
        middle = shapely.get_coordinates(geometry.representative_point())
        steps = np.linspace(0, len(corners) - 1, min(_SPOTS - 1, len(corners))).astype(int)
        # Corners are drawn in a little: a bank that ends at an edge lies on one side of it.
        return np.concatenate([middle, 0.9 * corners[steps] + 0.1 * middle])
    shares = np.linspace(0.02, 0.98, _SPOTS)
    return shapely.get_coordinates(
        [shapely.line_interpolate_point(line, shares * line.length) for line in _lines(geometry)]
    )


def _lines(geometry: BaseGeometry) -> NDArray[np.object_]:
    return np.asarray(shapely.get_parts(geometry))


def gather(deeds: Sequence[Deed]) -> tuple[Fact, ...]:
    """Group deeds into what a report would tell as one thing.

    Parameters
    ----------
    deeds
        The chronicle.

    Returns
    -------
    tuple
        Facts in the order of their first deeds' keys: by event, kind and place, then openings.
    """
    keyed = sorted(((_key(deed), number) for number, deed in enumerate(deeds)))
    facts = [
        _fact(key, [deeds[number] for _, number in group])
        for key, group in groupby(keyed, key=lambda item: item[0])
    ]
    openings = [opened for fact in facts if (opened := _opening(fact)) is not None]
    return (*(fact for fact in facts if _is_news(fact)), *openings)


def _key(deed: Deed) -> tuple[str, str, str]:
    return (deed.event, deed.kind or "standing", deed.road or deed.place or "")


def _fact(key: tuple[str, str, str], deeds: Sequence[Deed]) -> Fact:
    kind = deeds[0].kind
    return Fact(
        id="/".join(key),
        matter=Matter.WORK if kind is not None else Matter.STANDING,
        kind=kind,
        deeds=tuple(deeds),
    )


def _is_news(fact: Fact) -> bool:
    """Tell whether a fact is told: of houses that stand, only one singled out is."""
    if fact.matter is not Matter.STANDING:
        return True
    return len(fact.deeds) == 1 and fact.deeds[0].state is BuildingState.STANDING


def _opening(fact: Fact) -> Fact | None:
    removed = tuple(deed for deed in fact.deeds if deed.undone is not None)
    if fact.kind not in _ON_ROADS or not removed or removed[0].road is None:
        return None
    return Fact(id=f"{fact.id}/opened", matter=Matter.OPENING, kind=fact.kind, deeds=removed)


def extent_of(deeds: Sequence[Deed]) -> Extent:
    """Measure deeds of one kind together.

    Parameters
    ----------
    deeds
        At least one.

    Returns
    -------
    Extent
        Buildings, blocks or heaps; metres along lines; square metres of cleared ground. What does
        not apply to the kind is None.
    """
    kind = deeds[0].kind
    counts = [deed.count for deed in deeds]
    known = [1 if count is None else count for count in counts]
    is_counted = kind in _COUNTED and not (kind in _BLOCKY and None in counts)
    ground = [deed.geometry for deed in deeds]
    return Extent(
        count=sum(known) if is_counted else None,
        length_m=sum(map(length_m, ground)) if kind in _LINEAR else None,
        area_m2=float(shapely.union_all(ground).area) if kind is Kind.GROUND_CLEARED else None,
    )


def length_m(geometry: BaseGeometry) -> float:
    """Return the length of a line, or of an outline from end to end, metres."""
    if geometry.area == 0:
        return float(geometry.length)
    frame = shapely.get_coordinates(shapely.minimum_rotated_rectangle(geometry))
    return float(max(np.hypot(*(frame[1] - frame[0])), np.hypot(*(frame[2] - frame[1]))))


def figures(deeds: Iterable[Deed], *, moment: datetime | None = None) -> dict[str, int]:
    """Return the true figures that a text given word for word may fill in.

    Parameters
    ----------
    deeds
        The chronicle.
    moment
        Count what is complete and not undone then, aware UTC; None counts all that ever is.

    Returns
    -------
    dict
        ``razed``, ``destroyed``, ``damaged``, ``rebuilt`` (buildings), ``blocks`` (in rows,
        roadblocks and store), ``roadblocks``, ``craters``; ``berm_m``, ``trench_m``, ``wall_m`` to
        the nearest 10 m; ``cleared_ha``, whole hectares.

    Examples
    --------
    >>> figures([])["razed"]
    0
    """
    done = [deed for deed in deeds if moment is None or _holds(deed, moment)]

    def counted(*kinds: Kind) -> int:
        return sum(1 if deed.count is None else deed.count for deed in done if deed.kind in kinds)

    def metres(*kinds: Kind) -> int:
        return 10 * round(sum(length_m(d.geometry) for d in done if d.kind in kinds) / 10)

    cleared = sum(deed.geometry.area for deed in done if deed.kind is Kind.GROUND_CLEARED)
    return {
        "razed": counted(Kind.BUILDING_RAZED),
        "destroyed": counted(Kind.BUILDING_DESTROYED),
        "damaged": counted(Kind.BUILDING_DAMAGED),
        "rebuilt": counted(Kind.NEW_BUILDING),
        "blocks": counted(Kind.BARRIER_ROW, Kind.BARRIER_STAGED, Kind.ROADBLOCK),
        "roadblocks": sum(deed.kind is Kind.ROADBLOCK for deed in done),
        "craters": counted(Kind.CRATER),
        "berm_m": metres(Kind.BERM),
        "trench_m": metres(Kind.TRENCH, Kind.DITCH_WATER),
        "wall_m": metres(Kind.WALL),
        "cleared_ha": round(cleared / _HECTARE_M2),
    }


def _holds(deed: Deed, moment: datetime) -> bool:
    return deed.done <= moment and (deed.undone is None or deed.undone > moment)


def filled(words: str, values: dict[str, int], *, where: str) -> str:
    """Return a sentence with its placeholders filled.

    Raises
    ------
    InvalidValue
        If it names a figure that there is none of, with those that there are.

    Examples
    --------
    >>> filled("Some {razed} houses.", {"razed": 12}, where="report")
    'Some 12 houses.'
    """
    try:
        return words.format_map(values)
    except (KeyError, ValueError, IndexError) as error:
        raise InvalidValue(
            f"cannot fill in the figures of {words!r}",
            where=where,
            cause=f"{error} is no figure, or a brace stands alone",
            choices=[f"{{{name}}}" for name in values],
        ) from error
