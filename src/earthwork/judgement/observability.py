"""Could this scene have shown it? Asked before anything is held against pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from shapely.geometry.base import BaseGeometry

from earthwork.model.interval import Interval
from earthwork.model.resolvability import observability
from earthwork.model.scene import Scene
from earthwork.model.vocabulary import Kind, Seen

AssessedShare = Callable[[BaseGeometry], float]
"""Longitude-latitude area to the share of it, 0 to 1, that masks leave assessable."""

LEAST_COVERED = 0.5
"""Share of a claim's area that a scene must cover to speak of it."""
LEAST_ASSESSED = 0.5
"""Share of the covered area that masks must leave."""
EARLY_TOLERANCE = timedelta(days=1)
"""A scene taken this long before a claimed time may still show the thing claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneView:
    """One scene with what is known of where it can be judged."""

    scene: Scene
    """The scene."""
    outline: BaseGeometry | None
    """Its outline, longitude and latitude; None without a place on the ground."""
    assessed_share: AssessedShare | None
    """How much of an area its masks leave; None if no pair was masked."""
    readers: tuple[str, ...]
    """Who looked at it: drew on it, or decided on candidates of it."""
    effective_gsd_m: float | None = None
    """What it resolves, metres, where that is coarser than its pixels: an enlarged picture, or one
    crushed by JPEG; None if nobody judged it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a scene."""

    kinds: tuple[Kind, ...]
    """Kinds that would answer, the one claimed first."""
    area: BaseGeometry | None
    """Where, longitude and latitude; None if unresolved."""
    interval: Interval | None
    """When it is said to be so; None if unsaid."""
    size_m: float | None = None
    """Smallest horizontal dimension of the thing, as said; None for that of a common one."""
    is_past: bool = False
    """True if it is said of a time gone by, so that later scenes cannot answer."""


def obstacle(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    """Say why a scene cannot answer a question; None if it can.

    Parameters
    ----------
    question
        Kinds, area and time asked about.
    view
        The scene with its outline, masks and readers.

    Returns
    -------
    tuple or None
        ``Seen.NOT_OBSERVABLE`` or ``Seen.NOT_ASSESSED`` with the reason in one clause.
    """
    return (
        _unresolvable(question, view)
        or _uncovered(question, view)
        or _too_early(question, view)
        or _too_late(question, view)
        or _masked(question, view)
        or _unread(view)
    )


def _unresolvable(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    answers = [_resolvability(kind, question, view) for kind in question.kinds]
    if not answers or any(seen is None for seen, _ in answers):
        return None
    seen, reason = answers[0]
    return None if seen is None else (seen, reason)


def _resolvability(kind: Kind, question: Question, view: SceneView) -> tuple[Seen | None, str]:
    scene = view.scene
    return observability(
        kind,
        gsd_m=scene.gsd_m,
        effective_gsd_m=view.effective_gsd_m,
        sun_elevation_deg=None if scene.sun is None else scene.sun.elevation_deg,
        off_nadir_deg=None if scene.view is None else 90.0 - scene.view.elevation_deg,
        size_m=question.size_m,
        is_panchromatic=len(scene.bands) == 1 if scene.bands else None,
    )


def _uncovered(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    if question.area is None:
        return Seen.NOT_ASSESSED, "the place that the report names could not be resolved"
    if view.outline is None:
        return Seen.NOT_ASSESSED, "the image has no place on the ground"
    share = covered_share(question.area, view.outline)
    if share >= LEAST_COVERED:
        return None
    if share == 0:
        return Seen.NOT_ASSESSED, "the image does not cover the place"
    part = "less than 1%" if share < 0.01 else f"{share:.0%}"  # noqa: PLR2004 - one per cent
    return Seen.NOT_ASSESSED, f"the image covers {part} of the place"


def covered_share(area: BaseGeometry, outline: BaseGeometry) -> float:
    """Return the share of an area that lies within an outline, 0 to 1.

    Points and lines count as within or by length.
    """
    for size in ("area", "length"):
        total = float(getattr(area, size))
        if total > 0:
            return float(getattr(area.intersection(outline), size)) / total
    return 1.0 if area.within(outline) else 0.0


def _too_early(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    taken, asked = view.scene.capture.interval, question.interval
    if taken is None or taken.end is None or asked is None or asked.start is None:
        return None
    if taken.end + EARLY_TOLERANCE >= asked.start:
        return None
    return Seen.NOT_ASSESSED, f"taken {taken.spoken()}, before the time that is claimed"


def _too_late(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    if not question.is_past:
        return None
    taken, asked = view.scene.capture.interval, question.interval
    if taken is not None and asked is not None and not taken.is_after(asked):
        return None
    return Seen.NOT_ASSESSED, f"taken {view.scene.capture.spoken()}, not at the past time claimed"


def _masked(question: Question, view: SceneView) -> tuple[Seen, str] | None:
    if view.assessed_share is None or question.area is None or view.outline is None:
        return None
    share = view.assessed_share(question.area.intersection(view.outline))
    if share >= LEAST_ASSESSED:
        return None
    return Seen.NOT_ASSESSED, f"masks leave {share:.0%} of the place to be judged"


def _unread(view: SceneView) -> tuple[Seen, str] | None:
    if view.readers:
        return None
    return Seen.NOT_ASSESSED, "no reader has looked at the image yet"
