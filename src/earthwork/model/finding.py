"""A claim held against observations, or an observation that nobody reported."""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import ClaimKind, Kind, Seen, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one scene could say of one claim."""

    scene: str
    """Id of the scene."""
    seen: Seen
    """Seen, not seen, not observable or not assessed."""
    reason: str
    """Why, in one clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of judgement."""

    id: str
    """Stable name: 'F-' and a digest of what it rests on."""
    claims: tuple[str, ...]
    """Ids of the claims judged; empty for an observation that nobody reported."""
    claim_kind: ClaimKind | None
    """What the claims are about."""
    kind: Kind | None
    """What was observed; None where nothing was."""
    verdict: Verdict | None
    """None for an observation that nobody reported."""
    reason: str
    """Why this verdict, in one sentence."""
    observations: tuple[str, ...]
    """Ids of the observations it rests on."""
    candidates: tuple[str, ...]
    """Ids of candidates not yet reviewed that would bear on it; a public brief drops them."""
    looks: tuple[Look, ...]
    """Scene by scene, what each could say."""
    interval: Interval | None
    """When the change happened: (last scene without, first scene with)."""
    count: int | None = None
    """Number of things observed."""
    area_m2: float | None = None
    """Area observed."""
    length_m: float | None = None
    """Length observed."""
    place: str | None = None
    """Where, in words that the claims or the gazetteer give."""
    independent_sources: int = 0
    """Origins that tell it; echoes count once."""
