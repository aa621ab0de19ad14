"""Stalls, tents and containers: upright things that stand about for days to months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from earthwork.simulate.cities.city import Crop, Fabric, Field, Footprint, Road, RoadClass, Tone
from earthwork.simulate.landscape import Block, Shape
from earthwork.simulate.ordinary.lifetimes import hashed, turns
from earthwork.simulate.ordinary.things import FULL, Sort, Thing, Today, beside, place_on

_AWNINGS: tuple[Tone, ...] = (
    (0.60, 0.58, 0.53, 0.60), (0.45, 0.38, 0.28, 0.50), (0.12, 0.20, 0.40, 0.35),
    (0.42, 0.10, 0.09, 0.48), (0.12, 0.28, 0.16, 0.40), (0.30, 0.29, 0.27, 0.36),
    (0.55, 0.45, 0.16, 0.58),
)  # fmt: skip
_CANVAS: tuple[Tone, ...] = (
    (0.66, 0.66, 0.64, 0.66), (0.47, 0.41, 0.31, 0.50), (0.20, 0.33, 0.52, 0.40),
)  # fmt: skip
_CANVAS_SHARES = np.array([0.55, 0.85, 1.0])
_STEEL: tuple[Tone, ...] = (
    (0.30, 0.13, 0.09, 0.30), (0.12, 0.18, 0.28, 0.20), (0.36, 0.36, 0.35, 0.36),
    (0.58, 0.58, 0.56, 0.56), (0.14, 0.24, 0.16, 0.28), (0.42, 0.30, 0.12, 0.42),
)  # fmt: skip
_MARKET_WIDTH_M = 6.0
_LEAST_ROW_M = 18.0
_ROWS_PER_KM2 = 14.0
_SHUT_AT_RANDOM = 0.18
_PERMANENT = 0.5
_DAYS_A_WEEK = 7
_CAMPS_PER_KM2 = 3.0
_TENTS_PER_HOUSE = 0.05
_LONG_BOX = 0.6


def _area_km2(today: Today) -> float:
    return (today.city.side_m / 1000) ** 2


def stalls(today: Today) -> Iterator[Thing]:
    """Yield market stalls: rows along wide streets, some every day, some on market days.

    Streets near the core are the likelier for it. A stall keeps its place; which stalls of a row
    are open differs from day to day.
    """
    rng = today.rng("stalls")
    roads = [
        road for road in today.city.roads
        if road.width_m >= _MARKET_WIDTH_M and road.line.length > _LEAST_ROW_M
        and road.road_class in {RoadClass.MAIN, RoadClass.STREET} and not road.is_bridge
    ]  # fmt: skip
    if not roads:
        return
    far = np.array([road.line.distance(today.city.core) for road in roads])
    chances = np.exp(-far / (0.3 * today.city.side_m)) * np.array([r.line.length for r in roads])
    count = rng.poisson(_ROWS_PER_KM2 * _area_km2(today) * FULL)
    picked = rng.choice(len(roads), size=count, p=chances / chances.sum())
    for number, which in enumerate(picked):
        row = today.rng("stalls", str(number))
        is_used = row.uniform() * FULL < today.order.stalls
        is_open = _is_market_day(row, today)
        if is_used and is_open:
            yield from _row(roads[which], f"stalls/{number}", today, rng=row)


def _is_market_day(rng: np.random.Generator, today: Today) -> bool:
    permanent, day = rng.uniform() < _PERMANENT, int(rng.integers(_DAYS_A_WEEK))
    return bool(permanent or int(np.floor(today.days)) % _DAYS_A_WEEK == day)


def _row(road: Road, name: str, today: Today, *, rng: np.random.Generator) -> Iterator[Thing]:
    long = min(road.line.length - 2, float(rng.uniform(_LEAST_ROW_M, 70.0)))
    start = rng.uniform(0, road.line.length - long)
    spacing = rng.uniform(2.9, 4.2)
    at = start + np.arange(0, long, spacing)
    spots, heading = place_on(road.line, at)
    hand = float(rng.choice([-1, 1]))
    deep = rng.uniform(1.8, 2.4)
    spots = beside(spots, heading, np.full(len(at), hand * (road.width_m / 2 - deep / 2)))
    numbers = rng.integers(0, 2**63, len(at), dtype=np.uint64)
    mixed = rng.uniform() < 1 / 2
    tones = rng.integers(0, len(_AWNINGS), len(at) if mixed else 1)
    turn = turns(today.days, length=np.ones(len(at)), phase=np.zeros(len(at)))
    shut = hashed(numbers, turn) < _SHUT_AT_RANDOM
    for index in np.flatnonzero(~shut):
        block = Block(
            x=float(spots[index, 0]), y=float(spots[index, 1]),
            length_m=spacing - 0.5, width_m=deep, height_m=2.2 + 0.1 * (index % 3),
            heading_deg=float(heading[index] % 360), tone=_AWNINGS[tones[index % len(tones)]],
        )  # fmt: skip
        yield Thing(id=f"{name}/{index}", sort=Sort.STALL, geometry=block.foot, blocks=(block,))


def tents(today: Today) -> Iterator[Thing]:
    """Yield single tents beside houses, and camps on fallow fields.

    A camp grows over its first weeks, row by row, and is struck at once.
    """
    yield from _single_tents(today)
    parcels = [f for f in today.city.fields if f.crop in {Crop.FALLOW, Crop.STUBBLE}]
    rng = today.rng("camps")
    count = rng.poisson(_CAMPS_PER_KM2 * _area_km2(today) * FULL) if parcels else 0
    for number, which in enumerate(rng.permutation(len(parcels))[:count]):
        own = today.rng("camps", str(number))
        begun, stays = own.uniform(-30, 400), own.uniform(60, 300)
        age = today.elapsed - begun
        if own.uniform() * FULL < today.order.tents and 0 <= age < stays:
            yield from _camp(parcels[which], f"camp/{number}", age, rng=own)


def _single_tents(today: Today) -> Iterator[Thing]:
    rng, houses = today.rng("tents"), today.city.footprints
    count = rng.poisson(_TENTS_PER_HOUSE * FULL * len(houses)) if houses else 0
    picked = rng.integers(0, max(len(houses), 1), count)
    numbers = rng.integers(0, 2**63, count, dtype=np.uint64)
    share, length = rng.uniform(size=count), rng.uniform(30, 200, count)
    turn = turns(today.days, length=length, phase=rng.uniform(size=count))
    there = (share * FULL < today.order.tents) & (hashed(numbers, turn) < 1 / 2)
    along, off, size = (rng.uniform(size=count) for _ in range(3))
    for index in np.flatnonzero(there):
        rim = houses[picked[index]].outline.exterior
        spot, heading = place_on(rim, np.array([along[index] * rim.length]))
        hand = 1.0 if rim.is_ccw else -1.0
        x, y = beside(spot, heading, np.array([hand * (3.0 + 4.0 * off[index])]))[0]
        canvas = _CANVAS[int(np.searchsorted(_CANVAS_SHARES, size[index]))]
        block = Block(
            x=float(x), y=float(y), length_m=4.0 + 2.0 * size[index], width_m=3.6, height_m=2.2,
            heading_deg=float(heading[0] % 360), tone=canvas, shape=Shape.TENT,
        )  # fmt: skip
        yield Thing(id=f"tent/{index}/{turn[index]}", sort=Sort.TENT, geometry=block.foot,
                    blocks=(block,))  # fmt: skip


def _camp(field: Field, name: str, age: float, *, rng: np.random.Generator) -> Iterator[Thing]:
    canvas = _CANVAS[int(np.searchsorted(_CANVAS_SHARES, rng.uniform()))]
    spots = _grid_in(field, pitch_m=(rng.uniform(6.0, 8.0), rng.uniform(7.0, 10.0)), rng=rng)
    grown = min(1.0, age / float(rng.uniform(1, 50)))
    spots = spots[: max(4, int(len(spots) * grown))]
    blocks = tuple(
        Block(x=float(x), y=float(y), length_m=5.0, width_m=4.0, height_m=2.2,
              heading_deg=field.heading_deg % 360, tone=canvas, shape=Shape.TENT)
        for x, y in spots
    )  # fmt: skip
    # One thing a tent, so that those in the way of a work give way alone.
    for index, block in enumerate(blocks):
        yield Thing(id=f"{name}/{index}", sort=Sort.CAMP, geometry=block.foot, blocks=(block,))


def _grid_in(
    field: Field, *, pitch_m: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return up to 120 places in rows within a field, nearest to a middle of its own first."""
    turn = np.radians(field.heading_deg)
    along, across = (
        np.array([np.sin(turn), np.cos(turn)]),
        np.array([np.cos(turn), -np.sin(turn)]),
    )
    inner = field.outline.buffer(-5)
    if inner.is_empty:
        return np.zeros((0, 2))
    middle = shapely.get_coordinates(inner.representative_point())[0]
    rows, columns = np.mgrid[-6:7, -6:7].reshape(2, -1, 1)
    spots = middle + rows * pitch_m[0] * across + columns * pitch_m[1] * along
    spots = spots + rng.normal(0, 0.25, spots.shape)
    spots = spots[shapely.contains_xy(inner, spots)]
    return np.asarray(spots[: int(rng.integers(16, 120))], dtype=np.float64)


def containers(today: Today) -> Iterator[Thing]:
    """Yield shipping containers: in the yards of industry, single ones by houses and streets."""
    works = [q.name for q in today.city.quarters if q.fabric is Fabric.INDUSTRY]
    houses = today.city.footprints
    industrial = [h for h in houses if h.quarter in works]
    yield from _boxes(today, "yard", industrial, per_house=0.8)
    yield from _boxes(today, "street", houses, per_house=0.02)


def _boxes(
    today: Today, word: str, houses: Sequence[Footprint], *, per_house: float
) -> Iterator[Thing]:
    rng = today.rng("containers", word)
    count = rng.poisson(per_house * FULL * len(houses)) if houses else 0
    picked = rng.integers(0, max(len(houses), 1), count)
    numbers = rng.integers(0, 2**63, count, dtype=np.uint64)
    share, length = rng.uniform(size=count), np.exp(rng.uniform(np.log(20), np.log(400), count))
    turn = turns(today.days, length=length, phase=rng.uniform(size=count))
    there = (share * FULL < today.order.containers) & (hashed(numbers, turn, 0) < 0.55)  # noqa: PLR2004
    paint = (hashed(numbers, turn, 1) * len(_STEEL)).astype(int)
    long = hashed(numbers, turn, 2) < _LONG_BOX
    along, off, turned = (rng.uniform(size=count) for _ in range(3))
    for index in np.flatnonzero(there):
        rim = houses[picked[index]].outline.exterior
        spot, heading = place_on(rim, np.array([along[index] * rim.length]))
        hand = 1.0 if rim.is_ccw else -1.0
        x, y = beside(spot, heading, np.array([hand * (2.5 + 9.0 * off[index])]))[0]
        block = Block(
            x=float(x), y=float(y), length_m=12.2 if long[index] else 6.1, width_m=2.44,
            height_m=5.2 if word == "yard" and turned[index] > 0.8 else 2.6,  # noqa: PLR2004
            heading_deg=float((heading[0] + (90 if turned[index] < 0.3 else 0)) % 360),  # noqa: PLR2004
            tone=_STEEL[paint[index]],
        )  # fmt: skip
        yield Thing(id=f"container/{word}/{index}/{turn[index]}", sort=Sort.CONTAINER,
                    geometry=block.foot, blocks=(block,))  # fmt: skip
