"""A scripted reader looks at a simulated case in a person's place: a demonstration runs alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from earthwork.evidence.store import Store
from earthwork.model.case import Case
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate, Review
from earthwork.model.vocabulary import Decision, Kind, Seen
from earthwork.pipeline.detecting import lonlat, read_candidates
from earthwork.pipeline.run import last_results
from earthwork.pipeline.simulated_layers import write_geojson
from earthwork.pipeline.simulated_truth import sightings_of
from earthwork.simulate.orders import resolve_camera
from earthwork.simulate.scripted_reader import TruthObject, scripted_drawings, scripted_reader
from earthwork.simulate.siege import Siege
from earthwork.simulate.truths.truth import Stage, TrueObject, true_objects

READER = "Scripted reader"
_COVERED = 0.3
_AREAS = frozenset(
    {Kind.GROUND_CLEARED, Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED,
     Kind.NEW_BUILDING, None}
)  # fmt: skip
"""What detectors propose as areas; None for a building that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """One true thing with the scene that shows it first."""

    thing: TruthObject
    image: str
    """Scene in which it is seen."""
    absent_in: str | None
    """Last scene without it."""


def scripted_reader_file(case: Case, siege: Siege) -> Path:
    """Write what a scripted reader decides on the candidates of the last run, and draws.

    The reader sees what can be seen: of each true thing the first scene that shows it, by the
    truth that was written with the pictures.

    Parameters
    ----------
    case
        The simulated case, run once.
    siege
        Its truth.

    Returns
    -------
    Path
        GeoJSON in the case's drawings folder.
    """
    candidates = _last_candidates(case)
    seen = _seen(siege, case.folder)
    grid = siege.site.grid(resolve_camera(siege.scenes[0]).gsd_m)
    reviews = scripted_reader(candidates, [one.thing for one in seen], grid=grid)
    missed = _missed(seen, candidates, reviews, grid)
    rows = [*_drawn_rows(seen), *map(_missed_row, missed), *_review_rows(reviews, candidates, grid)]
    return write_geojson(case.folder / "drawings" / "scripted-reader.geojson", rows)


def _seen(siege: Siege, folder: Path) -> list[_Sight]:
    shown = {(s.deed, s.scene) for s in sightings_of(siege, folder) if s.seen is Seen.SEEN}
    found = []
    for number, true in enumerate(true_objects(siege.deeds, siege.moments), start=1):
        standing = true.deed.kind is None
        images = [s.scene for s in true.standings if standing or (true.deed.id, s.scene) in shown]
        if images:
            image = images[-1] if standing else images[0]
            found.append(_sight(siege, true, image, number))
    return found


def _sight(siege: Siege, true: TrueObject, image: str, number: int) -> _Sight:
    earlier = [s.scene for s in true.standings if s.stage is Stage.ABSENT]
    deed = true.deed
    thing = TruthObject(
        id=f"truth-{number:03d}",
        kind=deed.kind,
        state=deed.state,
        geometry=siege.site.placed(deed.geometry),
        interval=true.appeared or Interval(start=None, end=deed.done),
        note=deed.note,
        footprint=deed.footprint,
        event=deed.event,
        height_m=deed.height_m,
    )
    return _Sight(thing=thing, image=image, absent_in=earlier[-1] if earlier else None)


def _last_candidates(case: Case) -> tuple[Candidate, ...]:
    folders = last_results(Store.reading(case.folder), kind="detect")
    return tuple(candidate for folder in folders for candidate in read_candidates(folder))


def _missed(
    seen: Iterable[_Sight],
    candidates: Iterable[Candidate],
    reviews: Iterable[Review],
    grid: Grid,
) -> list[_Sight]:
    """Return what no accepted candidate shows, and buildings that stand: a reader draws them."""
    kept = {review.candidate for review in reviews if review.decision is not Decision.REJECT}
    shown = [
        outline
        for c in candidates
        if c.id in kept and (outline := lonlat(c.geometry, grid)) is not None
    ]
    return [
        one
        for one in seen
        if one.thing.kind in _AREAS and not any(_covers(s, one.thing.geometry) for s in shown)
    ]


def _covers(shown: BaseGeometry, thing: BaseGeometry) -> bool:
    return thing.area > 0 and shown.intersection(thing).area / thing.area > _COVERED


_Rows = list[tuple[BaseGeometry, dict[str, Any]]]


def _drawn_rows(seen: Iterable[_Sight]) -> _Rows:
    by_image: dict[str, list[_Sight]] = {}
    for one in seen:
        by_image.setdefault(one.image, []).append(one)
    rows: _Rows = []
    for image, sights in by_image.items():
        earlier = {one.thing.note: one.absent_in for one in sights}
        for drawn in scripted_drawings([one.thing for one in sights], image=image):
            kind = None if drawn.kind is None else drawn.kind.value
            where = {"image": image, "absent_in": earlier.get(drawn.note or ""), "note": drawn.note}
            rows.append((drawn.geometry, {"kind": kind} | where))
    return rows


def _missed_row(one: _Sight) -> tuple[BaseGeometry, dict[str, Any]]:
    thing = one.thing
    if thing.kind is None:
        state = None if thing.state is None else thing.state.value
        return thing.geometry, {"state": state, "image": one.image, "note": thing.note}
    where = {"image": one.image, "absent_in": one.absent_in, "note": thing.note}
    return thing.geometry, {"kind": thing.kind.value} | where


def _review_rows(reviews: Iterable[Review], candidates: Iterable[Candidate], grid: Grid) -> _Rows:
    outlines = {c.id: lonlat(c.geometry, grid) for c in candidates}
    return [
        (
            outline,
            {
                "candidate": review.candidate,
                "decision": review.decision.value,
                "kind": None if review.kind is None else review.kind.value,
            },
        )
        for review in reviews
        if (outline := outlines[review.candidate]) is not None
    ]
