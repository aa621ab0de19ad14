"""Sieges drawn by chance, for training and for acceptance: plausible works, cameras and seasons.

Every event is tried on the city before it is taken in, so that a scenario drawn here always
unfolds. One in eight has no works at all, and one in six is a city under heavy fire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

import numpy as np

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import sun_position
from earthwork.simulate.alterations.placing import COMPASS, Ground, survey
from earthwork.simulate.alterations.timeline import Chronicle, chronicle_of, perform
from earthwork.simulate.alterations.works import Work
from earthwork.simulate.cities.city import City
from earthwork.simulate.orders import resolve_city
from earthwork.simulate.scenario import (
    CityOrder,
    Do,
    Event,
    EverydayOrder,
    Means,
    RadarOrder,
    ReportsOrder,
    Scenario,
    SceneOrder,
    SeasonOrder,
    Where,
)

_NO_WORKS, _HEAVY_FIRE = 0.125, 0.29
"""Up to which draw there are no works, and up to which there is heavy fire."""
_TRIES = 4
_PASS_DAYS = 24
_LONGITUDE = 44.6
_LEAST_SUN_DEG = 20.0
_COARSE_M, _MEDIUM_M = 5.0, 1.5
"""From which pixel a camera is taken for a coarse one, and for a medium one."""
_BLOCKS = (Means.JERSEY, Means.T_WALL, Means.CUBE, Means.SLAB)
_BARS = (*_BLOCKS, Means.SLAB, Means.EARTH, Means.RUBBLE, Means.CONTAINER, Means.WRECK)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSiege:
    """A scenario drawn by chance with what it was tried on."""

    scenario: Scenario
    """The order."""
    city: City
    """The city that it asks for."""
    chronicle: Chronicle
    """What it does."""


def draw_scenario(
    seed: int, *, side_m: float, style: str | None = None, gsd_m: float = 0.5, dates: int = 2
) -> Scenario:
    """Draw a siege by chance.

    Parameters
    ----------
    seed
        The same seed gives the same siege.
    side_m
        Side of the scene, metres.
    style
        Style of the city; None for one that is not held out, by the seed.
    gsd_m
        Side of a pixel, metres.
    dates
        Number of pictures, 1 or more.

    Returns
    -------
    Scenario
        It unfolds without an error.
    """
    return draw_siege(seed, side_m=side_m, style=style, gsd_m=gsd_m, dates=dates).scenario


def draw_siege(
    seed: int, *, side_m: float, style: str | None = None, gsd_m: float = 0.5, dates: int = 2
) -> DrawnSiege:
    """Draw a siege by chance, and return the city and the chronicle with it.

    Planning a city costs far more than drawing the rest; this spares doing it twice.

    Parameters
    ----------
    seed
        The same seed gives the same siege.
    side_m
        Side of the scene, metres.
    style
        Style of the city; None for one that is not held out, by the seed.
    gsd_m
        Side of a pixel, metres.
    dates
        Number of pictures, 1 or more.

    Returns
    -------
    DrawnSiege
        Scenario, city and chronicle.

    Raises
    ------
    InvalidValue
        If no picture is asked for.
    """
    if dates < 1:
        raise InvalidValue(f"{dates} pictures", where="dates", choices=["1 or more"])
    rng = np.random.default_rng([seed, 40_961])
    order = CityOrder(
        side_m=side_m, style=style, seed=seed, longitude=_LONGITUDE,
        latitude=round(float(rng.uniform(12, 46)), 3),
    )  # fmt: skip
    city = resolve_city(order)
    scenes = _scenes(order, gsd_m=gsd_m, dates=dates, rng=rng)
    events, works = _tried(_plans(rng), scenes, survey(city), seed=seed, rng=rng)
    begun = min((event.begun for event in events), default=None)
    scenario = Scenario(
        title=f"Siege {seed}, drawn by chance",
        seed=seed,
        city=order,
        scenes=scenes,
        events=events,
        everyday=_everyday(rng, begun),
        radar=_radar(scenes, seed=seed),
        reports=ReportsOrder(count=4 + 2 * len(scenes)),
    )
    return DrawnSiege(scenario=scenario, city=city, chronicle=chronicle_of(works, seed=seed))


def _radar(scenes: Sequence[SceneOrder], *, seed: int) -> tuple[RadarOrder, ...]:
    """Order passes of one orbit, every 24 days from the first picture to the last."""
    orbit: Literal["ascending", "descending"] = "ascending" if seed % 2 else "descending"
    first, last = scenes[0].captured, scenes[-1].captured
    local_hour = 18 if orbit == "ascending" else 6
    start = datetime.combine(first.date(), time(local_hour), tzinfo=UTC)
    start -= timedelta(hours=round(_LONGITUDE / 15))
    passes = (last.date() - first.date()).days // _PASS_DAYS + 1
    dates = tuple(start + timedelta(days=_PASS_DAYS * number) for number in range(passes))
    return (RadarOrder(orbit=orbit, dates=dates),)


# --- pictures ----------------------------------------------------------------------------------


def _scenes(
    order: CityOrder, *, gsd_m: float, dates: int, rng: np.random.Generator
) -> tuple[SceneOrder, ...]:
    cameras = _cameras(gsd_m)
    usual = str(rng.choice(cameras))
    day = datetime(int(rng.integers(2027, 2036)), 1, 1, tzinfo=UTC)
    day += timedelta(days=int(rng.integers(0, 365)))
    scenes = []
    for number in range(dates):
        camera = usual if rng.random() < 0.75 else str(rng.choice(cameras))  # noqa: PLR2004
        captured = _captured(day, order, rng=rng)
        scenes.append(_scene(number, captured, camera, gsd_m=gsd_m, rng=rng))
        day += timedelta(days=int(rng.integers(18, 200)))
    return tuple(scenes)


def _cameras(gsd_m: float) -> Sequence[str]:
    if gsd_m >= _COARSE_M:
        return ["sentinel2-like"]
    if gsd_m >= _MEDIUM_M:
        return ["medium-rgb-3m"]
    return ["vhr-rgb-50cm", "vhr-pan-50cm", "vhr-rgbn-11bit", "vhr-pan-12bit", "press-jpeg"]


def _captured(day: datetime, order: CityOrder, *, rng: np.random.Generator) -> datetime:
    """Return a moment of a day between nine and two by the sun, when it stands high enough."""
    noon = day + timedelta(hours=12 - order.longitude / 15)
    moment = noon + timedelta(minutes=int(rng.integers(-170, 110)))
    sun = sun_position(moment, longitude=order.longitude, latitude=order.latitude)
    return moment if sun.elevation_deg >= _LEAST_SUN_DEG else noon


def _scene(
    number: int, captured: datetime, camera: str, *, gsd_m: float, rng: np.random.Generator
) -> SceneOrder:
    # The first picture is the one that others are laid over.
    off = 0.0 if number == 0 else 1.0
    lean = 90.0 - min(float(rng.gamma(2.0, 6.0)), 32.0)
    cloud = float(rng.uniform(0.05, 0.45)) if rng.random() < 0.15 else 0.0  # noqa: PLR2004
    quality = int(rng.integers(45, 92)) if camera == "press-jpeg" else None
    return SceneOrder(
        id=f"date-{number + 1}",
        captured=captured,
        camera=camera,
        gsd_m=gsd_m,
        blur_px=round(float(rng.uniform(0.45, 0.85)), 2),
        jpeg_quality=quality,
        view_azimuth_deg=round(float(rng.uniform(0, 360)), 1),
        view_elevation_deg=round(lean, 1),
        haze=round(float(rng.gamma(3.0, 0.22)), 2),
        cloud_cover=round(cloud, 2),
        season=SeasonOrder(soil=round(float(rng.uniform(0.82, 1.04)), 2)),
        shift_px=_shift(off, rng),
        rotation_deg=round(off * float(rng.normal(0, 0.08)), 3),
        local_px=round(off * float(rng.uniform(0, 0.7)), 2),
    )


def _shift(most: float, rng: np.random.Generator) -> tuple[float, float]:
    x, y = most * rng.normal(0, 1.6, 2)
    return (round(float(x), 2), round(float(y), 2))


def _everyday(rng: np.random.Generator, begun: datetime | None) -> EverydayOrder:
    amount = {
        name: round(float(rng.gamma(2.0, 0.5)), 2)
        for name in ("cars", "stalls", "tents", "containers", "ploughing", "new_buildings",
                     "road_works", "field_walls", "wadis")
    }  # fmt: skip
    return EverydayOrder(
        **amount,
        flood=round(float(rng.uniform(0.2, 1)), 2) if rng.random() < 0.12 else 0.0,  # noqa: PLR2004
        burnt=round(float(rng.uniform(0, 0.8)), 2),
        besieged_from=begun,
        cars_besieged=round(float(rng.uniform(0.1, 0.8)), 2),
    )


# --- works -------------------------------------------------------------------------------------

_Plan = Callable[[np.random.Generator], dict[str, Any]]


def _plans(rng: np.random.Generator) -> list[_Plan]:
    """Choose what is done: nothing, heavy fire, or the works of a siege."""
    fate = float(rng.random())
    if fate < _NO_WORKS:
        return []
    if fate < _HEAVY_FIRE:
        plans: list[_Plan] = [_heavy_fire]
        return plans + [plan for plan, chance in _LIKELY if rng.random() < 0.4 * chance]
    strength = float(rng.uniform(0.4, 1.5))
    chosen: list[_Plan] = []
    for plan, chance in _LIKELY:
        whole, rest = divmod(strength * chance, 1.0)
        chosen += [plan] * (int(whole) + int(rng.random() < rest))
    return chosen


def _tried(
    plans: Sequence[_Plan], scenes: Sequence[SceneOrder], ground: Ground, *, seed: int,
    rng: np.random.Generator,
) -> tuple[tuple[Event, ...], tuple[Work, ...]]:  # fmt: skip
    """Give plans their days, try each on the city, and keep those that find their ground."""
    spans = sorted(_span(scenes, rng) for _ in plans)
    order = rng.permutation(len(plans))
    events: list[Event] = []
    works: tuple[Work, ...] = ()
    for number, (index, (begun, done)) in enumerate(zip(order, spans, strict=True), start=1):
        for _ in range(_TRIES):
            event = _event(plans[index], number, begun, done, rng=rng)
            try:
                works = perform(event, ground, works, seed=seed)
            except InvalidValue:
                continue  # this city has no such ground: another draw may fit
            events.append(event)
            break
    after, more = _afterwards(events, works, ground, seed=seed, rng=rng)
    return (*events, *after), more


def _event(
    plan: _Plan, number: int, begun: datetime, done: datetime, *, rng: np.random.Generator
) -> Event:
    given = plan(rng)
    takes_time = given["do"] not in {Do.BAR, Do.STAGE, Do.STREW, Do.DROP_BRIDGE}
    name = f"{given['do'].value}-{number}".replace("_", "-")
    return Event(id=name, begun=begun, done=done if takes_time else begun, **given)


def _span(scenes: Sequence[SceneOrder], rng: np.random.Generator) -> tuple[datetime, datetime]:
    """Return when an event begins and ends: mostly between pictures, now and then before them."""
    first, last = scenes[0].captured, scenes[-1].captured
    reach = max((last - first).total_seconds() / 86_400, 40.0)
    early = rng.random() < 0.12 or len(scenes) == 1  # noqa: PLR2004 - works that were there before
    start = -rng.uniform(5, 90) if early else rng.uniform(1, reach - 1)
    begun = _day(first + timedelta(days=float(start)))
    return begun, begun + timedelta(days=int(rng.integers(0, 60)))


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _afterwards(
    events: Sequence[Event], works: tuple[Work, ...], ground: Ground, *, seed: int,
    rng: np.random.Generator,
) -> tuple[list[Event], tuple[Work, ...]]:  # fmt: skip
    """Open some streets again and rebuild some houses, later than all the rest was begun."""
    if not events:
        return [], works
    latest = max(event.begun for event in events)
    begun = _day(latest + timedelta(days=int(rng.integers(2, 40))))
    added: list[Event] = []
    for event in _undoing(events, begun, rng=rng):
        try:
            works = perform(event, ground, works, seed=seed)
        except InvalidValue:
            continue  # opened or rebuilt already
        added.append(event)
    return added, works


def _undoing(
    events: Sequence[Event], begun: datetime, *, rng: np.random.Generator
) -> Iterable[Event]:
    for event in events:
        draw, share = float(rng.random()), round(float(rng.uniform(0.1, 0.6)), 2)
        where = Where(event=event.id)
        if event.do in {Do.BAR, Do.STREW, Do.BLOCK, Do.MOUND} and draw < 0.2:  # noqa: PLR2004
            yield Event(id=f"open-{event.id}", do=Do.OPEN, begun=begun, done=begun, where=where)
        if event.do in {Do.SHELL, Do.RAZE} and draw < 0.25:  # noqa: PLR2004
            yield Event(id=f"rebuild-{event.id}", do=Do.REBUILD, begun=begun,
                        done=begun + timedelta(days=90), where=where, share=share)  # fmt: skip


def _sectors(rng: np.random.Generator, most: int) -> tuple[str, ...]:
    """Return one to several neighbouring sectors."""
    first, count = int(rng.integers(8)), int(rng.integers(1, most + 1))
    return tuple(COMPASS[(first + step) % 8] for step in range(count))


def _round(rng: np.random.Generator, least: float, most: float) -> float:
    return round(float(rng.uniform(least, most)), 2)


def _main(rng: np.random.Generator) -> str:
    return f"main {int(rng.integers(1, 7))}"


def _choice(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def _quarter(rng: np.random.Generator) -> str:
    fabrics = ("old town", "planned", "suburb", "apartments", "industry", "informal")
    number = int(rng.integers(1, 4))
    return f"{_choice(rng, fabrics)} {number}"


def _blob(rng: np.random.Generator, least: float, most: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a rough round area in shares of the side."""
    middle, reach = rng.uniform(0.1, 0.9, 2), rng.uniform(least, most)
    count = int(rng.integers(5, 9))
    turns = np.sort(rng.uniform(0, 1, count) + np.arange(count)) / count * 2 * np.pi
    far = reach * rng.uniform(0.6, 1.3, count)
    points = middle + far[:, None] * np.column_stack([np.cos(turns), np.sin(turns)])
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in np.clip(points, 0, 1))


def _chord(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Return a bent line through the scene in shares of the side."""
    first, last = rng.uniform(0, 1, (2, 2))
    bends = [first + share * (last - first) + rng.normal(0, 0.04, 2) for share in (0.33, 0.67)]
    points = np.clip([first, *bends, last], 0.01, 0.99)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)


def _berm(rng: np.random.Generator) -> dict[str, Any]:
    bars = bool(rng.random() < 0.3)  # noqa: PLR2004
    if rng.random() < 0.35:  # noqa: PLR2004 - across the open, not round the town
        return {"do": Do.RAISE, "where": Where(line=_chord(rng)), "bars": bars}
    where = Where(sector=_sectors(rng, 3), offset_m=_round(rng, 12, 110))
    return {"do": Do.RAISE, "where": where, "bars": bars}


def _trench(rng: np.random.Generator) -> dict[str, Any]:
    do = Do.FLOOD_DITCH if rng.random() < 0.2 else Do.DIG  # noqa: PLR2004
    spoil = bool(rng.random() < 0.8)  # noqa: PLR2004
    if rng.random() < 0.4:  # noqa: PLR2004
        return {"do": do, "where": Where(line=_chord(rng)), "spoil": spoil}
    where = Where(sector=_sectors(rng, 2), offset_m=_round(rng, 12, 90))
    return {"do": do, "where": where, "spoil": spoil}


def _bar(rng: np.random.Generator) -> dict[str, Any]:
    gap = _round(rng, 1.2, 3.2) if rng.random() < 0.3 else None  # noqa: PLR2004
    given = {"do": Do.BAR, "blocks": _choice(rng, _BARS), "gap_m": gap}
    if rng.random() < 0.3:  # noqa: PLR2004 - several streets where they leave the town
        where = Where(sector=_sectors(rng, 3), offset_m=_round(rng, -30, 20))
        return {**given, "where": where, "count": int(rng.integers(1, 5))}
    if rng.random() < 0.3:  # noqa: PLR2004 - a street of no name
        street = f"street {int(rng.integers(1, 12))}"
        return {**given, "where": Where(road=street, at=_round(rng, 0.1, 0.9))}
    return {**given, "where": Where(road=_main(rng), at=_round(rng, 0.08, 0.92))}


def _stretch(rng: np.random.Generator, *, offset_m: float | None = None) -> Where:
    start = _round(rng, 0.0, 0.7)
    side = _choice(rng, ("both", "left", "right"))
    end = round(start + float(rng.uniform(0.08, 0.3)), 2)
    return Where(road=_main(rng), start=start, end=end, side=side, offset_m=offset_m)


def _row(rng: np.random.Generator) -> dict[str, Any]:
    where = _stretch(rng, offset_m=_round(rng, 1.0, 6.0))
    return {"do": Do.BLOCK, "where": where, "blocks": _choice(rng, _BLOCKS)}


def _wall(rng: np.random.Generator) -> dict[str, Any]:
    if rng.random() < 0.5:  # noqa: PLR2004
        return {"do": Do.WALL, "where": _stretch(rng, offset_m=_round(rng, 2.0, 9.0))}
    where = Where(sector=_sectors(rng, 1), offset_m=_round(rng, 5, 60))
    return {"do": Do.WALL, "where": where}


def _stage(rng: np.random.Generator) -> dict[str, Any]:
    side = _choice(rng, ("left", "right"))
    where = Where(road=_main(rng), at=_round(rng, 0.1, 0.9), side=side)
    return {"do": Do.STAGE, "where": where, "blocks": _choice(rng, _BLOCKS)}


def _strew(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.STREW, "where": Where(road=_main(rng), at=_round(rng, 0.05, 0.95))}


def _houses(rng: np.random.Generator, most: float) -> Where:
    """Return a quarter, or a part of the town that no name fits."""
    if rng.random() < 0.55:  # noqa: PLR2004
        return Where(quarter=_quarter(rng))
    return Where(polygon=_blob(rng, 0.05, most))


def _shell(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.SHELL, "where": _houses(rng, 0.3), "share": _round(rng, 0.04, 0.6),
            "severity": _round(rng, 0.2, 0.9)}  # fmt: skip


def _heavy_fire(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.SHELL, "share": _round(rng, 0.25, 0.6), "severity": _round(rng, 0.4, 0.85)}


def _raze(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.RAZE, "where": _houses(rng, 0.2), "count": int(rng.integers(1, 40))}


def _clear(rng: np.random.Generator) -> dict[str, Any]:
    spare = ("factory",) if rng.random() < 0.6 else ()  # noqa: PLR2004
    if rng.random() < 0.5:  # noqa: PLR2004
        where = Where(polygon=_blob(rng, 0.05, 0.18))
    else:
        where = Where(sector=_sectors(rng, 1), offset_m=_round(rng, -60, 40),
                      within_m=_round(rng, 30, 120))  # fmt: skip
    return {"do": Do.CLEAR, "where": where, "spare": spare}


def _craters(rng: np.random.Generator) -> dict[str, Any]:
    where = Where(polygon=_blob(rng, 0.08, 0.3))
    return {"do": Do.CRATER, "where": where, "count": int(rng.integers(1, 14))}


def _mounds(rng: np.random.Generator) -> dict[str, Any]:
    if rng.random() < 0.5:  # noqa: PLR2004
        return {"do": Do.MOUND, "where": Where(road=_main(rng), at=_round(rng, 0.05, 0.95))}
    where = Where(polygon=_blob(rng, 0.05, 0.2))
    return {"do": Do.MOUND, "where": where, "count": int(rng.integers(1, 9))}


def _bridge(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.DROP_BRIDGE, "where": Where(road=f"bridge {int(rng.integers(1, 4))}")}


def _build(rng: np.random.Generator) -> dict[str, Any]:
    where = Where(polygon=_blob(rng, 0.1, 0.3))
    return {"do": Do.BUILD, "where": where, "count": int(rng.integers(1, 9))}


def _tunnel(rng: np.random.Generator) -> dict[str, Any]:
    return {"do": Do.TUNNEL, "where": Where(line=_chord(rng))}


_LIKELY: tuple[tuple[_Plan, float], ...] = (
    (_berm, 1.4),
    (_trench, 0.5),
    (_bar, 2.0),
    (_row, 0.5),
    (_wall, 0.5),
    (_stage, 0.5),
    (_strew, 0.7),
    (_shell, 0.8),
    (_raze, 0.5),
    (_clear, 0.8),
    (_craters, 0.4),
    (_mounds, 0.4),
    (_bridge, 0.2),
    (_build, 0.3),
    (_tunnel, 0.1),
)
"""What a siege does, and how many of each are usual."""
