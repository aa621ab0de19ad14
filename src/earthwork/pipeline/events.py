"""What a run tells while it goes: frozen values, drawn by whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins."""

    step: str
    """Its name."""
    number: int
    """Its place in the plan, from 1."""
    total: int
    """Steps in the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A step ended, or its result was already in the store."""

    step: str
    """Its name."""
    number: int
    """Its place in the plan, from 1."""
    total: int
    """Steps in the plan."""
    seconds: float
    """Time it took; 0 when reused."""
    is_reused: bool
    """True if the stored result was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something the reader should know: a decision taken, an item left out."""

    step: str
    """The step that says it."""
    message: str
    """One sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A file was put where the user will look."""

    path: str
    """Where it lies."""


Event = StepStarted | StepFinished | Noted | Published
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Take an event and do nothing."""
