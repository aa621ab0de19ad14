"""What people saw: drawings taken in as observations, decisions on candidates as reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.io.drawings import DrawingContents, measured
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Observation, Review
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import BuildingState, Decision, Kind
from earthwork.pipeline.detecting import lonlat

_REACH_M = 3.0
"""A hand's error in metres, by which drawings are widened before they are held together."""
_REACH_PX = 3.0
"""The same in pixels, for pictures without place."""
_SHARED = 0.5
"""Share of the smaller one's ground from which two drawings are of one thing."""
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCandidate:
    """A candidate with its geometry where reviews and judgement need it."""

    candidate: Candidate
    """The candidate."""
    grid: Grid
    """The before-grid that its geometry counts in."""

    @property
    def lonlat(self) -> BaseGeometry | None:
        """Return its geometry in longitude and latitude; None without a place on the ground."""
        return lonlat(self.candidate.geometry, self.grid)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """The state of review: what counts as seen, and what waits."""

    observations: tuple[Observation, ...]
    """Drawn by hand or accepted."""
    waiting: tuple[PlacedCandidate, ...]
    """Candidates without a decision."""
    readers: Mapping[str, tuple[str, ...]]
    """Scene id to the readers who looked at it."""
    notes: tuple[str, ...]
    """What was left out, and why."""


def take_in(
    drawings: Sequence[DrawingContents],
    candidates: Sequence[PlacedCandidate],
    scenes: Mapping[str, Scene],
) -> TakenIn:
    """Turn drawings and decisions into observations.

    Parameters
    ----------
    drawings
        Contents of every drawing of the case, in order; a later decision on one candidate stands.
    candidates
        What the detectors proposed.
    scenes
        The scenes, by id.
    """
    known = {placed.candidate.id: placed for placed in candidates}
    reviews = [review for drawing in drawings for review in drawing.reviews]
    decided = {review.candidate: review for review in reviews}
    accepted = [
        accept(known[name], review, scenes) for name, review in decided.items() if name in known
    ]
    drawn = [o for drawing in drawings for o in drawing.observations]
    given = _distinct([*drawn, *(o for o in accepted if o is not None)])
    observations, repeats = once_each(given)
    return TakenIn(
        observations=observations,
        waiting=tuple(p for p in candidates if p.candidate.id not in decided),
        readers=_readers(observations, [decided[n] for n in decided if n in known], known),
        notes=(*_skipped(drawings), *_strays(decided, known), *repeats),
    )


def accept(
    placed: PlacedCandidate, review: Review, scenes: Mapping[str, Scene]
) -> Observation | None:
    """Return the observation that a decision makes of a candidate; None if it was rejected."""
    candidate = placed.candidate
    if review.decision is Decision.REJECT:
        return None
    kind = review.kind or candidate.kind
    where = review.geometry or placed.lonlat
    area_m2, length_m = _size(placed, review)
    return Observation(
        id=f"O-{candidate.id.rsplit('-', 1)[-1]}",
        kind=kind,
        state=_building_state(kind),
        geometry=candidate.geometry if where is None else where,
        is_pixels=not placed.grid.is_georeferenced,
        reader=review.reader,
        image=_after(candidate),
        interval=bracket(scenes.get(candidate.before or ""), scenes[_after(candidate)]),
        candidate=candidate.id,
        area_m2=area_m2,
        length_m=length_m,
        note=review.note,
        absent_in=candidate.before,
    )


def _size(placed: PlacedCandidate, review: Review) -> tuple[float | None, float | None]:
    """Return area in m² and length in m: the candidate's, or those of the outline it was given."""
    if review.geometry is None:
        return placed.candidate.area_m2, placed.candidate.length_m
    is_pixels = not placed.grid.is_georeferenced
    return measured(review.geometry, grid=placed.grid, is_pixels=is_pixels)


def _after(candidate: Candidate) -> str:
    if candidate.after is None:
        raise InvalidValue(
            "the candidate does not name the image it was seen in",
            where=candidate.id,
            cause="it was detected outside a case",
        )
    return candidate.after


def _building_state(kind: Kind) -> BuildingState | None:
    return {
        Kind.BUILDING_RAZED: BuildingState.RAZED,
        Kind.BUILDING_DESTROYED: BuildingState.DESTROYED,
        Kind.BUILDING_DAMAGED: BuildingState.DAMAGED,
    }.get(kind)


def bracket(before: Scene | None, after: Scene) -> Interval:
    """Return (last scene without, first scene with); ends are None where a date is unknown."""
    without = None if before is None else before.capture.interval
    shown = after.capture.interval
    start = None if without is None else without.start
    end = None if shown is None else shown.end
    if start is not None and end is not None and start > end:
        return Interval(start=None, end=end)
    return Interval(start=start, end=end)


def _distinct(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    return tuple({o.id: o for o in observations}.values())


def once_each(
    observations: Iterable[Observation],
) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    """Return observations without those that show again what an earlier one shows.

    Two of one kind in one image that share half of the smaller one's ground are one thing, drawn
    twice or drawn and accepted; the first counts. All of them stay in the ledger.

    Returns
    -------
    tuple
        The observations that count, and a sentence for each that does not.
    """
    kept: list[Observation] = []
    notes = []
    for observation in observations:
        same = next((o for o in kept if _is_same_thing(o, observation)), None)
        if same is None:
            kept.append(observation)
        else:
            notes.append(f"{observation.id} shows again what {same.id} shows, and counts once.")
    return tuple(kept), tuple(notes)


def _is_same_thing(first: Observation, second: Observation) -> bool:
    alike = (first.kind, first.state, first.image, first.is_pixels)
    if alike != (second.kind, second.state, second.image, second.is_pixels):
        return False
    reach = _REACH_PX if first.is_pixels else _REACH_M / _METRES_PER_DEGREE
    one, other = first.geometry.buffer(reach), second.geometry.buffer(reach)
    least = min(one.area, other.area)
    return float(one.intersection(other).area) >= _SHARED * least


def _readers(
    observations: Iterable[Observation],
    reviews: Iterable[Review],
    known: Mapping[str, PlacedCandidate],
) -> dict[str, tuple[str, ...]]:
    looked: dict[str, set[str]] = {}
    for observation in observations:
        for scene in (observation.image, observation.absent_in):
            if scene is not None:
                looked.setdefault(scene, set()).add(observation.reader)
    for review in reviews:
        candidate = known[review.candidate].candidate
        for scene in (candidate.before, candidate.after):
            if scene is not None:
                looked.setdefault(scene, set()).add(review.reader)
    return {scene: tuple(sorted(names)) for scene, names in sorted(looked.items())}


def _skipped(drawings: Iterable[DrawingContents]) -> tuple[str, ...]:
    return tuple(
        f"{skipped.item} was left out: {skipped.error}"
        for drawing in drawings
        for skipped in drawing.skipped
    )


def _strays(decided: Mapping[str, Review], known: Mapping[str, PlacedCandidate]) -> tuple[str, ...]:
    return tuple(
        f"The decision of {review.reader} on {name} waits: no candidate has that id now."
        for name, review in decided.items()
        if name not in known
    )
