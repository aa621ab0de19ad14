"""Water where it does not stand every day: floods, wet soil, gravel that a wadi has shifted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from earthwork.simulate.cities.city import Wadi
from earthwork.simulate.landscape import Patch
from earthwork.simulate.ordinary.farming import ragged
from earthwork.simulate.ordinary.lifetimes import hashed
from earthwork.simulate.ordinary.things import FULL, Sort, Thing, Today
from earthwork.simulate.painting.materials import Material

_FLOOD_DAYS = 12.0
_FLOODED = 0.6
"""Share of such spans that bring a flood, at intensity 1."""
_FLOOD_REACH_M = 45.0
_MOIST = 0.95
"""Brightness of soil below which low ground is darker still."""
_POOLS_PER_KM2 = 30.0
_SHIFT_DAYS = 160.0
_BARS_PER_KM = 9.0


def flood(today: Today) -> Iterator[Thing]:
    """Yield the ground that the river has flooded; on most dates, none."""
    river = today.city.river
    level = _flood_level(today)
    if river is None or level <= 0:
        return
    rng = today.rng("flood")
    reach = _FLOOD_REACH_M * min(level, 1.0)
    # The rim of each flood lies within that of a higher one: the same low ground goes first.
    low = [
        shapely.Point(spot).buffer(max(reach * size, 1.0))
        for spot, size in _low_ground(today, rng=rng)
    ]
    water = shapely.union_all([river.outline.buffer(0.25 * reach), *low])
    water = water.difference(river.outline)
    wet = water.buffer(6.0).difference(shapely.union_all([water, river.outline]))
    patches = (
        Patch(outline=wet, material=Material.WET, tone=0.95),
        Patch(outline=water, material=Material.WATER, tone=1.25),
    )
    yield Thing(id=f"flood/{_span(today)}", sort=Sort.FLOOD, geometry=water, patches=patches)


def _span(today: Today) -> int:
    return int(np.floor(today.days / _FLOOD_DAYS))


def _flood_level(today: Today) -> float:
    """Return how high the river stands: nothing in most spans, up and down within one."""
    number = np.array([today.seed], dtype=np.uint64)
    chance, height = (float(hashed(number, _span(today), use)[0]) for use in (0, 1))
    if chance >= _FLOODED * today.order.flood:
        return 0.0
    return (0.5 + 0.5 * height) * float(np.sin(np.pi * (today.days / _FLOOD_DAYS % 1.0)))


def _low_ground(
    today: Today, *, rng: np.random.Generator
) -> list[tuple[tuple[float, float], float]]:
    river = today.city.river
    if river is None:
        return []
    at = np.arange(0, river.line.length, 0.6 * _FLOOD_REACH_M)
    middles = shapely.get_coordinates(shapely.line_interpolate_point(river.line, at))
    spots = middles + rng.normal(0, 0.35 * river.width_m + 4.0, middles.shape)
    return [((float(x), float(y)), float(s)) for (x, y), s in zip(
        spots, rng.uniform(0.3, 1.3, len(spots)), strict=True)]  # fmt: skip


def wet_soil(today: Today) -> Iterator[Thing]:
    """Yield darker soil in hollows after rain: only where the season's soil is moist."""
    if today.landscape.season.soil >= _MOIST:
        return
    share = min(1.0, (1.0 - today.landscape.season.soil) / 0.25)
    rng, side = today.rng("pools"), today.city.side_m
    count = rng.poisson(_POOLS_PER_KM2 * (side / 1000) ** 2)
    for number in range(count):
        own = today.rng("pools", str(number))
        spot, size = own.uniform(0, side, 2), float(own.uniform(4, 16))
        if own.uniform() < share and not _is_water(spot, size, today):
            blob = shapely.Point(spot).buffer(size * (0.5 + 0.5 * share))
            area = ragged(blob, rng=own, jitter_m=0.12 * size)
            patch = Patch(outline=area, material=Material.WET, tone=float(own.uniform(0.9, 1.15)))
            yield Thing(id=f"pool/{number}", sort=Sort.WET, geometry=area, patches=(patch,))


def _is_water(spot: NDArray[np.float64], size: float, today: Today) -> bool:
    river = today.city.river
    return river is not None and bool(river.outline.distance(shapely.Point(spot)) < 1.5 * size)


def gravel_bars(today: Today) -> Iterator[Thing]:
    """Yield the gravel that lies in and beside wadis; every spate lays it elsewhere."""
    for number, wadi in enumerate(today.city.wadis):
        phase = float(today.rng("wadi", str(number)).uniform())
        turn = int(np.floor(max(today.elapsed, 0.0) / _SHIFT_DAYS + phase))
        rng = today.rng("wadi", str(number), str(turn))
        for bar in range(rng.poisson(_BARS_PER_KM * FULL * wadi.line.length / 1000)):
            is_used = rng.uniform() * FULL < today.order.wadis
            thing = _bar(wadi, f"wadi/{number}/{turn}/{bar}", rng=rng)
            if is_used:
                yield thing


def _bar(wadi: Wadi, name: str, *, rng: np.random.Generator) -> Thing:
    long = float(rng.uniform(10.0, 60.0))
    start = float(rng.uniform(0, max(wadi.line.length - long, 1e-6)))
    part = substring(wadi.line, start, min(start + long, wadi.line.length))
    bed = shapely.offset_curve(part, float(rng.normal(0, 0.3)) * wadi.width_m)
    area = bed.buffer(float(rng.uniform(0.15, 0.4)) * wadi.width_m)
    patch = Patch(outline=area, material=Material.GRAVEL, tone=float(rng.uniform(0.9, 1.3)))
    return Thing(id=name, sort=Sort.GRAVEL_BAR, geometry=area, patches=(patch,))
