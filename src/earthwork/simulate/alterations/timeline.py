"""From a scenario to what was done when, and from that to the ground at any moment.

Events are done in the order of their dates: each finds what the earlier ones left. Each has its own
randomness, made from the scenario's seed and its id, so that adding one changes no other unless it
takes away what the other stands on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from earthwork.simulate.alterations.acts import ACTS
from earthwork.simulate.alterations.placing import Ground, survey
from earthwork.simulate.alterations.works import Outcome, Site, Work, share_done, work_done
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import City
from earthwork.simulate.landscape import Building, Condition, Landscape, Season
from earthwork.simulate.scenario import Event, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """Everything that was done in a siege."""

    works: tuple[Work, ...]
    """In the order in which they were begun."""
    seed: int
    """Seed of the scenario."""

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """Return what was done, in the order in which it was begun."""
        return tuple(work.deed for work in self.works)


def unfold(scenario: Scenario, city: City) -> Chronicle:
    """Do everything that a scenario orders to a city.

    Parameters
    ----------
    scenario
        The order.
    city
        The city before.

    Returns
    -------
    Chronicle
        The same for the same scenario and city.

    Raises
    ------
    InvalidValue
        If an event names a place that this city does not have, or finds nothing there to act on;
        the message lists what it has.
    """
    ground = survey(city)
    works: tuple[Work, ...] = ()
    for event in in_order(scenario.events):
        works = perform(event, ground, works, seed=scenario.seed)
    return chronicle_of(works, seed=scenario.seed)


def perform(
    event: Event, ground: Ground, works: tuple[Work, ...], *, seed: int
) -> tuple[Work, ...]:
    """Do one event after others, and return all works.

    Parameters
    ----------
    event
        What is to be done; it begins no earlier than the others did.
    ground
        The city, surveyed.
    works
        What was done before.
    seed
        Seed of the scenario.

    Returns
    -------
    tuple
        The earlier works, ended or parted where the event takes them away, and the new ones.

    Raises
    ------
    InvalidValue
        If the event names a place that this city does not have, or finds nothing to act on.
    """
    rng = np.random.default_rng([seed, *event.id.encode()])
    site = Site(event=event, ground=ground, works=works, rng=rng)
    return _after(works, ACTS[event.do](site))


def chronicle_of(works: Iterable[Work], *, seed: int) -> Chronicle:
    """Return works as a chronicle, in the order in which they were begun."""
    return Chronicle(works=tuple(sorted(works, key=lambda work: work.deed.begun)), seed=seed)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events by the moment they begin; those of one moment as they were written."""
    return sorted(events, key=lambda event: event.begun)


def _after(works: Sequence[Work], outcome: Outcome) -> tuple[Work, ...]:
    ended, parted = dict(outcome.ended), dict(outcome.parted)
    kept: list[Work] = []
    for work in works:
        if work.deed.id in parted:
            kept += parted[work.deed.id]
        elif work.deed.id in ended:
            kept.append(replace(work, deed=_ended(work.deed, ended[work.deed.id])))
        else:
            kept.append(work)
    return (*kept, *outcome.added)


def _ended(deed: Deed, moment: datetime) -> Deed:
    """Return a deed that ends; what was unfinished then is never completed."""
    return replace(deed, undone=max(moment, deed.begun), done=max(deed.begun, deed.done))


def landscape_at(
    city: City, chronicle: Chronicle, moment: datetime, *, season: Season | None = None
) -> Landscape:
    """Return the ground at a moment: the city and what was done to it by then.

    Parameters
    ----------
    city
        The city before.
    chronicle
        What was done.
    moment
        Aware UTC.
    season
        Time of year; None for a dry summer.

    Returns
    -------
    Landscape
        Works that are under way are there as far as they have come. What passes through a city
        every day is not in it.
    """
    there = [done for work in chronicle.works if (done := work_done(work, moment)) is not None]
    return Landscape(
        city=city,
        moment=moment,
        season=Season() if season is None else season,
        buildings=_buildings(city, chronicle.works, moment),
        patches=tuple(patch for work in there for patch in work.patches if patch.outline.area > 0),
        banks=tuple(bank for work in there for bank in work.banks if bank.line.length > 0.5),  # noqa: PLR2004
        mounds=tuple(mound for work in there for mound in work.mounds),
        rubble=tuple(heap for work in there for heap in work.rubble),
        blocks=tuple(block for work in there for block in work.blocks),
        fallen_spans=tuple(span for work in there for span in work.spans),
        seed=chronicle.seed,
    )


def _buildings(city: City, works: Sequence[Work], moment: datetime) -> tuple[Building, ...]:
    """Return every building, old and new, as it stands: the last work on each decides.

    Deeds that have ended count too: a house that is razed after it was built anew leaves its lot.
    """
    state: dict[str, tuple[Condition, float]] = {}
    added: dict[str, Building] = {}
    for work in works:
        name = work.deed.footprint
        if work.condition is None or name is None or moment < work.deed.begun:
            continue
        if work.lot is not None:
            state[work.lot] = (Condition.RAZED, 1.0)
        if work.house is not None:
            added[name] = _new_building(work, moment)
        elif moment >= work.deed.done:
            state[name] = (work.condition, work.severity)
    old = [
        Building(footprint=house)
        if house.id not in state
        else Building(footprint=house, condition=state[house.id][0], severity=state[house.id][1])
        for house in city.footprints
    ]
    new = [
        replace(house, condition=state[name][0], severity=state[name][1])
        if name in state else house
        for name, house in added.items()
    ]  # fmt: skip
    return (*old, *new)


def _new_building(work: Work, moment: datetime) -> Building:
    if work.house is None:
        raise AssertionError(work.deed.id)
    share = share_done(replace(work.deed, undone=None), moment)
    if share >= 1:
        return Building(footprint=work.house)
    return Building(
        footprint=work.house, condition=Condition.UNDER_CONSTRUCTION, severity=max(share, 0.05)
    )
