"""Simulated sieges seen twice on each of two dates, as stereo satellites see a city.

The two looks of one date are a minute apart, fore and aft: the sun stands still, buildings lean
another way, and what drives has driven on. Between the dates a third of a quarter of the frame is
razed or shelled; cars and market stalls are others, and nothing else of everyday life changes, so
that all ground outside the works is unchanged but for lean, shadow, season and traffic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster
from earthwork.model.resolvability import VISIBILITY
from earthwork.model.vocabulary import Kind
from earthwork.simulate.camera.photograph import picture
from earthwork.simulate.cities.city import RoadClass
from earthwork.simulate.painting.painter import prepare
from earthwork.simulate.scenario import (
    CityOrder,
    Do,
    Event,
    EverydayOrder,
    Means,
    Scenario,
    SceneOrder,
    Where,
)
from earthwork.simulate.siege import Siege, build_siege, landscape_of, plan_of, tallest_m
from earthwork.simulate.truths.polygon_fill import PixelWindow, fill_outline
from earthwork.simulate.truths.truth import KIND_CODES, ground_covered, label_raster

SIDE_M, GSD_M = 400.0, 0.5
GONE = (Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED)
_MINUTE = timedelta(seconds=75)
_RAZED = ((0.15, 0.2), (0.5, 0.2), (0.5, 0.8), (0.15, 0.8))
_SHELLED = ((0.55, 0.15), (0.85, 0.15), (0.85, 0.85), (0.55, 0.85))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoDates:
    """One city, looked at twice on two dates; nothing is aligned yet."""

    name: str
    """Style and seed."""
    before: tuple[ArrayRaster, ...]
    """Looks of the earlier date."""
    after: tuple[ArrayRaster, ...]
    """Looks of the later date."""
    gone: NDArray[np.int32]
    """Dims (row, column): 1 up for each building razed or destroyed between the dates, else 0."""
    changed: NDArray[np.bool_]
    """Dims (row, column): the ground of every deed between the dates."""
    roof_m: NDArray[np.float32]
    """Dims (row, column): height of the building that was there first, metres; 0 beside any."""
    roads: tuple[BaseGeometry, ...]
    """Carriageways in pixels."""
    works: tuple[tuple[Kind, BaseGeometry], ...]
    """Every deed between the dates that a picture can show, with its ground in pixels."""


def two_dates(style: str, seeds: Iterator[int] | range) -> Iterator[TwoDates]:
    """Yield cities of one style."""
    for seed in seeds:
        yield _city(style, seed)


def _city(style: str, seed: int) -> TwoDates:
    rng = np.random.default_rng([seed, 77])
    scenes = (*_date("before", datetime(2024, 4, 10, 7, 30, tzinfo=UTC), rng, first=True),
              *_date("after", _later(rng), rng, first=False))  # fmt: skip
    siege = build_siege(_ordered(style, seed, scenes))
    looks = {scene.id: _taken(siege, scene) for scene in siege.scenes}
    then, now = (scenes[0].captured, scenes[2].captured)
    window = PixelWindow.of_scene(side_m=SIDE_M, gsd_m=GSD_M)
    labels = [label_raster(siege.deeds, moment, window=window) for moment in (then, now)]
    return TwoDates(
        name=f"{style} {seed}",
        before=(looks["before-1"], looks["before-2"]),
        after=(looks["after-1"], looks["after-2"]),
        gone=_buildings_gone(siege, now, window),
        changed=labels[0] != labels[1],
        roof_m=_heights(siege, window),
        roads=tuple(
            _in_pixels(road.line.buffer(road.width_m / 2, cap_style="flat"))
            for road in siege.city.roads
            if road.road_class in {RoadClass.MAIN, RoadClass.STREET}
        ),
        works=tuple(
            (deed.kind, _in_pixels(ground_covered(deed.geometry, deed, least_m=GSD_M)))
            for deed in siege.deeds
            if deed.kind in VISIBILITY
        ),
    )


def _later(rng: np.random.Generator) -> datetime:
    """Draw another season or much the same, at another time of day."""
    day = datetime(2024, int(rng.choice([6, 9, 11])), 12, 7, 0, tzinfo=UTC)
    return day + timedelta(minutes=int(rng.integers(0, 150)))


def _date(
    name: str, captured: datetime, rng: np.random.Generator, *, first: bool
) -> tuple[SceneOrder, ...]:
    """Order a look ahead and a look back of one pass, each with its own misplacement."""
    along, tilts = float(rng.uniform(0, 360)), rng.uniform(5, 22, 2)
    scenes = []
    for number, tilt in enumerate(tilts):
        moved = not (first and number == 0)
        scenes.append(
            SceneOrder(
                id=f"{name}-{number + 1}",
                captured=captured + number * _MINUTE,
                camera="vhr-pan-12bit",
                gsd_m=GSD_M,
                view_azimuth_deg=(along + 180 * number + float(rng.normal(0, 8))) % 360,
                view_elevation_deg=90 - float(tilt),
                shift_px=tuple(rng.normal(0, 8, 2)) if moved else (0.0, 0.0),
                local_px=0.5 if moved else 0.0,
            )
        )
    return tuple(scenes)


def _ordered(style: str, seed: int, scenes: tuple[SceneOrder, ...]) -> Scenario:
    days = datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 9, tzinfo=UTC)
    works = [("razed", Do.RAZE, _RAZED, {}), ("shelled", Do.SHELL, _SHELLED, {"severity": 0.9})]
    return Scenario(
        title="two looks", seed=seed, scenes=scenes,
        city=CityOrder(side_m=SIDE_M, style=style, seed=seed),
        everyday=replace(
            EverydayOrder(), tents=0, containers=0, ploughing=0, new_buildings=0, road_works=0,
            burnt=0, field_walls=0, wadis=0,
        ),
        events=tuple(
            Event(id=name, do=do, begun=days[0], done=days[1], share=0.4,
                  where=Where(polygon=area), **more)
            for name, do, area, more in works
        )
        + tuple(
            Event(id=f"bar-{number}", do=Do.BAR, begun=days[0], done=days[0], blocks=means,
                  where=Where(road=f"main {number}", at=0.45))
            for number, means in ((1, Means.EARTH), (2, Means.SLAB), (3, Means.CONTAINER))
        )
        + (Event(id="berm", do=Do.RAISE, begun=days[0], done=days[1],
                 where=Where(line=((0.06, 0.1), (0.1, 0.5), (0.07, 0.92)))),),
    )  # fmt: skip


def _taken(siege: Siege, scene: SceneOrder) -> ArrayRaster:
    landscape = landscape_of(siege, scene)
    plan = plan_of(siege, scene, tallest=tallest_m(landscape))
    pixels, _ = picture(prepare(landscape).surface, plan, workers=1)
    return ArrayRaster(
        grid=Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2], gsd_m=GSD_M),
        pixels=pixels,
    )


def _in_pixels(shape: BaseGeometry) -> BaseGeometry:
    """Move a geometry from local metres, y upward, to pixels (column, row)."""
    return affine_transform(shape, [1 / GSD_M, 0, 0, -1 / GSD_M, 0, SIDE_M / GSD_M])


def _heights(siege: Siege, window: PixelWindow) -> NDArray[np.float32]:
    heights = np.zeros((window.rows, window.columns), np.uint8)
    for house in sorted(siege.city.footprints, key=lambda one: one.height_m):
        fill_outline(heights, house.outline, window=window, value=min(255, round(house.height_m)))
    return heights.astype(np.float32)


def _buildings_gone(siege: Siege, now: datetime, window: PixelWindow) -> NDArray[np.int32]:
    numbered = np.zeros((window.rows, window.columns), np.int32)
    deeds = [deed for deed in siege.deeds if deed.kind in GONE]
    for number, deed in enumerate(deeds, start=1):
        own = label_raster([deed], now, window=window) == KIND_CODES[deed.kind]
        numbered[own] = number
    return numbered
