"""Claims held against observations: the case's evidence gathered and judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from shapely.geometry.base import BaseGeometry

from earthwork.judgement.observability import SceneView
from earthwork.judgement.verdicts import Evidence, judge
from earthwork.model.case import Case
from earthwork.model.claim import Claim, Document
from earthwork.model.finding import Finding
from earthwork.model.observation import Candidate
from earthwork.model.pair import AssessedMask
from earthwork.model.place import GazetteerEntry
from earthwork.model.scene import Scene
from earthwork.pipeline.observing import TakenIn
from earthwork.pipeline.pairing import assessed_share

_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a case holds, as judgement needs it."""

    case: Case
    """The question."""
    scenes: tuple[Scene, ...]
    """The scenes."""
    masks: Mapping[str, AssessedMask]
    """Scene id to the mask of the pair it is the later scene of."""
    documents: tuple[Document, ...]
    """The reports as text."""
    claims: tuple[Claim, ...]
    """Their claims, echoes marked."""
    taken_in: TakenIn
    """Observations and what waits."""
    candidates: tuple[Candidate, ...]
    """What the detectors proposed, reviewed or not."""
    places: tuple[GazetteerEntry, ...]
    """Named places."""


def judge_material(material: Material) -> tuple[Finding, ...]:
    """Judge every claim of a case."""
    return judge(
        Evidence(
            claims=material.claims,
            observations=material.taken_in.observations,
            candidates=tuple((p.candidate, p.lonlat) for p in material.taken_in.waiting),
            views=scene_views(material),
            area=material.case.area,
            as_of=material.case.as_of,
            published={d.id: d.published for d in material.documents},
            places=material.places,
        )
    )


def scene_views(material: Material) -> tuple[SceneView, ...]:
    """Return each scene with where it can be judged, the earliest first, undated ones last."""
    return tuple(
        SceneView(
            scene=scene,
            outline=scene.grid.outline_lonlat(),
            assessed_share=_share_of(material.masks.get(scene.id)),
            readers=material.taken_in.readers.get(scene.id, ()),
        )
        for scene in by_date(material.scenes)
    )


def _share_of(mask: AssessedMask | None) -> partial[float] | None:
    return None if mask is None else partial(assessed_share, mask)


def by_date(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """Return scenes by the end of their capture interval, undated ones last, then by id."""
    return tuple(sorted(scenes, key=_when))


def _when(scene: Scene) -> tuple[datetime, str]:
    taken = scene.capture.interval
    moment = _UNDATED if taken is None or taken.end is None else taken.end
    return moment, scene.id


def case_area(case: Case, scenes: Sequence[Scene]) -> BaseGeometry | None:
    """Return the area of the case; without one, the union of its scenes; None if none is placed."""
    if case.area is not None:
        return case.area
    outlines = [outline for s in scenes if (outline := s.grid.outline_lonlat()) is not None]
    if not outlines:
        return None
    united = outlines[0]
    for outline in outlines[1:]:
        united = united.union(outline)
    return united
