"""Cars, buses and trucks: parked at the kerb and in yards, passing, and left as wrecks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earthwork.simulate.cities.city import Road, RoadClass, Tone
from earthwork.simulate.landscape import Block
from earthwork.simulate.ordinary.lifetimes import hashed, turns
from earthwork.simulate.ordinary.things import FULL, Sort, Thing, Today, beside, place_on

_KERB_PER_M = 0.055
"""Places at the kerb for each metre of street at full intensity, both sides."""
_PASSING_PER_M = {RoadClass.MAIN: 0.012, RoadClass.STREET: 0.003}
_YARD_PER_HOUSE = 0.35
_LEAST_WIDTH_M = 4.5
_TAKEN = 0.5
"""Share of turns in which a place is taken."""
_PASSING_DAYS = 1.5 / (24 * 60)
"""A passing car is elsewhere a minute and a half later."""
_WRECK_DAYS = 150.0
_SHORT_STAYS, _STAYS = 0.8, 0.975
"""Shares of places where cars stay for hours or days, and of these and those of weeks."""

_PAINTS: tuple[Tone, ...] = (
    (0.66, 0.66, 0.64, 0.60), (0.50, 0.50, 0.50, 0.48), (0.09, 0.09, 0.10, 0.10),
    (0.24, 0.24, 0.25, 0.24), (0.34, 0.06, 0.05, 0.42), (0.10, 0.15, 0.28, 0.26),
    (0.64, 0.52, 0.12, 0.60), (0.45, 0.41, 0.33, 0.46),
)  # fmt: skip
_PAINT_SHARES = np.cumsum([0.36, 0.17, 0.13, 0.14, 0.06, 0.06, 0.04, 0.04])
_RUST: Tone = (0.20, 0.13, 0.09, 0.26)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slots:
    """Places along one road, or in one city's yards."""

    word: str
    numbers: NDArray[np.uint64]
    spots: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    turn_days: NDArray[np.float64]
    phase: NDArray[np.float64]
    share: NDArray[np.float64]
    """Below what intensity over ``FULL`` the slot is used."""
    on_bridge: bool = False


def vehicles(today: Today) -> Iterator[Thing]:
    """Yield every vehicle about at a moment.

    Parked cars stay for hours or days, a few for weeks; wrecks stay for half a year and more;
    passing cars are never in the same place twice.
    """
    order, moment = today.order, today.landscape.moment
    besieged = order.besieged_from is not None and moment >= order.besieged_from
    level = min(order.cars_besieged if besieged else order.cars, FULL) / FULL
    for road in today.city.roads:
        if road.road_class in {RoadClass.MAIN, RoadClass.STREET} and road.width_m >= _LEAST_WIDTH_M:
            yield from _parked(_kerb(today, road), today.days, level)
            yield from _passing(today, road, level)
    yield from _parked(_yards(today), today.days, level)


def _numbers(rng: np.random.Generator, count: int) -> NDArray[np.uint64]:
    return rng.integers(0, 2**63, count, dtype=np.uint64)


def _stay_days(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw how long cars stay in each place: mostly hours to days, a few weeks, some for good."""
    kind = rng.uniform(size=count)
    short = np.exp(rng.uniform(np.log(0.15), np.log(3.0), count))
    long = np.exp(rng.uniform(np.log(5.0), np.log(60.0), count))
    wreck = rng.uniform(1.2 * _WRECK_DAYS, 6 * _WRECK_DAYS, count)
    return np.select([kind < _SHORT_STAYS, kind < _STAYS], [short, long], wreck)


def _kerb(today: Today, road: Road) -> _Slots:
    rng = today.rng("kerb", road.id)
    count = rng.poisson(_KERB_PER_M * road.line.length)
    at = rng.uniform(0, road.line.length, count)
    spots, heading = place_on(road.line, at)
    hand = rng.choice([-1.0, 1.0], count)
    offset = hand * (road.width_m / 2 - 1.05 + rng.normal(0, 0.12, count))
    return _Slots(
        word=f"kerb/{road.id}",
        numbers=_numbers(rng, count),
        spots=beside(spots, heading, offset),
        heading_deg=heading + np.where(hand > 0, 0, 180) + rng.normal(0, 1.8, count),
        turn_days=_stay_days(rng, count),
        phase=rng.uniform(size=count),
        share=rng.uniform(size=count),
        on_bridge=road.is_bridge,
    )


def _yards(today: Today) -> _Slots:
    """Lay out places along the walls of buildings."""
    rng = today.rng("yards")
    houses = today.city.footprints
    count = rng.poisson(_YARD_PER_HOUSE * len(houses)) if houses else 0
    picked = rng.integers(0, max(len(houses), 1), count)
    share_along, off = rng.uniform(size=count), rng.uniform(1.6, 3.2, count)
    rims = [houses[number].outline.exterior for number in picked]
    at = np.array([rim.length for rim in rims]) * share_along
    spots, heading = np.zeros((count, 2)), np.zeros(count)
    for number, rim in enumerate(rims):
        spot, head = place_on(rim, at[number : number + 1])
        # Rings may run either way round: outward is away from what they enclose.
        hand = 1.0 if rim.is_ccw else -1.0
        spots[number] = beside(spot, head, hand * off[number : number + 1])[0]
        heading[number] = head[0]
    return _Slots(
        word="yard",
        numbers=_numbers(rng, count),
        spots=spots,
        heading_deg=heading + 90.0 * rng.integers(0, 2, count) + rng.normal(0, 4, count),
        turn_days=_stay_days(rng, count),
        phase=rng.uniform(size=count),
        share=rng.uniform(size=count),
    )


def _parked(slots: _Slots, days: float, level: float) -> Iterator[Thing]:
    turn = turns(days, length=slots.turn_days, phase=slots.phase)
    is_there = (slots.share < level) & (hashed(slots.numbers, turn, 0) < _TAKEN)
    shift = 0.5 * (hashed(slots.numbers, turn, 1) - 0.5)
    looks = hashed(slots.numbers, turn, 2), hashed(slots.numbers, turn, 3)
    for number in np.flatnonzero(is_there):
        wreck = slots.turn_days[number] > _WRECK_DAYS
        yield _vehicle(
            f"{slots.word}/{number}/{turn[number]}",
            slots.spots[number] + shift[number],
            float(slots.heading_deg[number]),
            looks=(float(looks[0][number]), float(looks[1][number])),
            sort=Sort.WRECK if wreck else Sort.PARKED_CAR,
            on_bridge=slots.on_bridge,
        )


def _passing(today: Today, road: Road, level: float) -> Iterator[Thing]:
    rng = today.rng("passing", road.id)
    count = rng.poisson(_PASSING_PER_M[road.road_class] * road.line.length * FULL)
    numbers, share = _numbers(rng, count), rng.uniform(size=count)
    turn = turns(today.days, length=np.full(count, _PASSING_DAYS), phase=rng.uniform(size=count))
    spots, heading = place_on(road.line, hashed(numbers, turn, 0) * road.line.length)
    hand = np.where(rng.uniform(size=count) < 1 / 2, -1.0, 1.0)
    spots = beside(spots, heading, hand * road.width_m * 0.2)
    looks = hashed(numbers, turn, 1), hashed(numbers, turn, 2)
    for number in np.flatnonzero(share < level):
        yield _vehicle(
            f"passing/{road.id}/{number}/{turn[number]}",
            spots[number],
            float(heading[number] + (0 if hand[number] > 0 else 180)),
            looks=(float(looks[0][number]), float(looks[1][number])),
            sort=Sort.MOVING_CAR,
            on_bridge=road.is_bridge,
        )


def _vehicle(
    name: str, spot: NDArray[np.float64], heading_deg: float, *, looks: tuple[float, float],
    sort: Sort, on_bridge: bool,
) -> Thing:  # fmt: skip
    size, kind = _size(looks[0], sort)
    block = Block(
        x=float(spot[0]),
        y=float(spot[1]),
        length_m=size[0],
        width_m=size[1],
        height_m=size[2],
        heading_deg=heading_deg % 360,
        tone=_RUST if kind is Sort.WRECK else _paint(looks[1]),
    )
    return Thing(id=name, sort=kind, geometry=block.foot, blocks=(block,), on_bridge=on_bridge)


def _size(look: float, sort: Sort) -> tuple[tuple[float, float, float], Sort]:
    if sort is Sort.WRECK:
        return (4.1, 1.8, 1.1), sort
    if look < 0.04:  # noqa: PLR2004 - shares of traffic
        return (10.5, 2.5, 3.0), Sort.LARGE_VEHICLE
    if look < 0.10:  # noqa: PLR2004
        return (7.5, 2.4, 2.8), Sort.LARGE_VEHICLE
    if look < 0.24:  # noqa: PLR2004
        return (5.2, 1.95, 2.1), sort
    return (3.8 + 1.1 * look, 1.7 + 0.15 * look, 1.45), sort


def _paint(look: float) -> Tone:
    return _PAINTS[int(np.searchsorted(_PAINT_SHARES, look * _PAINT_SHARES[-1], side="right")) % 8]
