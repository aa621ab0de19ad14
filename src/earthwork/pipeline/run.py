"""Perform a plan: record the originals, then every step whose result is not in the store."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from earthwork.evidence.acts import DERIVE
from earthwork.evidence.store import Store
from earthwork.pipeline.events import Listener, Noted, StepFinished, StepStarted, ignore
from earthwork.pipeline.plan import Bench, Plan, Recorded, Step


def run(plan: Plan, store: Store, *, listen: Listener = ignore) -> None:
    """Perform a plan's steps in order.

    Parameters
    ----------
    plan
        What to do.
    store
        Where originals and results lie; open for writing.
    listen
        Hears every event.

    Raises
    ------
    EarthworkError
        From the first step that cannot be performed; what was done before stays in the store, and
        the next run goes on from there.
    """
    for recorded in plan.originals:
        _record(recorded, store)
    folders: dict[str, Path] = {}
    for number, step in enumerate(plan.steps, start=1):
        place = _Place(number=number, total=len(plan.steps))
        folders[step.name] = _taken_or_made(step, place, store, folders, listen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    number: int
    total: int


def last_result(store: Store, name: str) -> Path | None:
    """Return the result of the last run of a step that is still there; None without one.

    Parameters
    ----------
    store
        The store, open for reading.
    name
        Name of the step.
    """
    made = [e.data for e in store.entries if e.act == DERIVE and e.data.get("step") == name]
    for data in reversed(made):
        folder = store.derived(str(data["key"]))
        if folder is not None:
            return folder
    return None


def last_results(store: Store, *, kind: str) -> tuple[Path, ...]:
    """Return the last result of each step of a kind, in the order in which they were first made."""
    steps = [str(entry.data["step"]) for entry in store.entries if entry.act == DERIVE]
    names = dict.fromkeys(name for name in steps if name.split()[0] == kind)
    folders = [last_result(store, name) for name in names]
    return tuple(folder for folder in folders if folder is not None)


def _record(recorded: Recorded, store: Store) -> None:
    store.add_original(
        recorded.file, name=recorded.file.name, role=recorded.role, origin=dict(recorded.origin)
    )


def _taken_or_made(
    step: Step, place: _Place, store: Store, folders: dict[str, Path], listen: Listener
) -> Path:
    stored = store.derived(step.key)
    started = time.monotonic()
    if stored is not None:
        listen(_finished(step, place, seconds=0.0, is_reused=True))
        return stored
    listen(StepStarted(step=step.name, number=place.number, total=place.total))
    bench = _bench(step, store, folders, listen)
    made = store.put_derived(
        step.key,
        lambda out: step.perform(bench, out),
        step=step.name,
        inputs=[*step.originals, *step.after],
        parameters=dict(step.parameters),
    )
    listen(_finished(step, place, seconds=time.monotonic() - started, is_reused=False))
    return made


def _finished(step: Step, place: _Place, *, seconds: float, is_reused: bool) -> StepFinished:
    return StepFinished(
        step=step.name,
        number=place.number,
        total=place.total,
        seconds=seconds,
        is_reused=is_reused,
    )


def _bench(step: Step, store: Store, folders: dict[str, Path], listen: Listener) -> Bench:
    return Bench(
        original=store.original,
        result=lambda name: folders[name],
        note=lambda message: listen(Noted(step=step.name, message=message)),
    )
