"""A measured consequence of an alteration: for sight, for movement, for aid."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One measured figure with its range and what it rests on."""

    id: str
    """Stable name."""
    measure: str
    """What was measured ('area opened to view', 'detour factor')."""
    low: float
    """Least value over what is certain."""
    high: float
    """Greatest value over what is suspected."""
    unit: str
    """Unit of both."""
    observations: tuple[str, ...]
    """Ids of the observations it rests on."""
