"""One small city and short words for ordering works in it, for tests of the scenario language."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from earthwork.simulate.alterations.timeline import Chronicle, unfold
from earthwork.simulate.cities.city import City
from earthwork.simulate.cities.nahrabad import plan_nahrabad
from earthwork.simulate.scenario import CityOrder, Do, Event, Scenario, Where


@cache
def nahrabad() -> City:
    return plan_nahrabad(400.0, seed=1)


def day(month: int, of_month: int) -> datetime:
    return datetime(2031, month, of_month, tzinfo=UTC)


BEGUN, DONE, LATER = day(9, 1), day(10, 1), day(11, 1)


def event(do: Do, where: Where | None = None, **given: Any) -> Event:
    """Return an event of September called after what it does, unless told otherwise."""
    defaults: dict[str, Any] = {"id": do.value.replace("_", "-"), "begun": BEGUN, "done": DONE}
    return Event(do=do, where=where or Where(), **(defaults | given))


def scenario(*events: Event, seed: int = 1) -> Scenario:
    return Scenario(title="T", seed=seed, city=CityOrder(side_m=400.0), scenes=(), events=events)


def done(*events: Event, seed: int = 1) -> Chronicle:
    """Return what events do to the small city."""
    return unfold(scenario(*events, seed=seed), nahrabad())
