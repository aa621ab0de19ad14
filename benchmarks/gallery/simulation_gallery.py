"""The pictures of the gallery of the simulator, ``docs/reference/simulation-gallery.md``.

Run from the repository's root: ``python benchmarks/gallery/simulation_gallery.py [SHEET ...]``.
The same code gives the same bytes. Prints the size and the processor time of each sheet.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from panels import Panel, enlarged, write_sheet
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from earthwork.model.grid import Window
from earthwork.model.vocabulary import Kind
from earthwork.settings.scenario_file import parse_scenario, resolve_scenario
from earthwork.simulate.alterations.works import done_geometry
from earthwork.simulate.camera.photograph import picture
from earthwork.simulate.cities.styles import STYLES
from earthwork.simulate.landscape import Landscape
from earthwork.simulate.ordinary.things import Sort, Thing
from earthwork.simulate.painting.painter import Painter, ground_m, prepare
from earthwork.simulate.radar.backscatter import GroundState
from earthwork.simulate.radar.imaging import RadarImage, RadarOptions, radar_image
from earthwork.simulate.radar.orbit import DESCENDING
from earthwork.simulate.scenario import SceneOrder
from earthwork.simulate.siege import (
    Siege,
    build_siege,
    landscape_and_things,
    plan_of,
    tallest_m,
)
from earthwork.simulate.truths.truth import ground_covered

FOLDER = Path("docs/reference/pictures")
BEFORE = datetime(2031, 8, 14, 7, 48, tzinfo=UTC)
AFTER = datetime(2031, 10, 31, 7, 55, tzinfo=UTC)

COLOURS = {
    Kind.GROUND_CLEARED: ("cleared", (255, 230, 0)),
    Kind.BUILDING_RAZED: ("razed", (255, 120, 0)),
    Kind.BUILDING_DESTROYED: ("destroyed", (255, 0, 60)),
    Kind.BERM: ("berm", (0, 230, 255)),
    Kind.WALL: ("wall", (255, 0, 255)),
    Kind.BARRIER_ROW: ("row of blocks", (120, 255, 60)),
    Kind.ROADBLOCK: ("roadblock", (60, 120, 255)),
    Kind.BARRIER_STAGED: ("staged", (255, 255, 255)),
    Kind.RUBBLE_ON_ROAD: ("rubble", (0, 0, 0)),
}
"""What each kind is outlined in, red, green, blue."""

WORKS = """
schema_version = 1
[siege]
title = "One of each"
seed = 5
side_m = 800.0
style = "nahrabad"
[[scene]]
id = "before"
captured = 2031-08-14T07:48:00Z
[[scene]]
id = "after"
captured = 2031-10-31T07:55:00Z

[[event]]
id = "berm"
do = "raise"
on = 2031-09-01
where = { line = [[0.20, 0.44], [0.20, 0.25], [0.30, 0.185], [0.5, 0.185]] }
[[event]]
id = "trench"
do = "dig"
on = 2031-09-01
where = { line = [[0.04, 0.20], [0.13, 0.44]] }
[[event]]
id = "ditch"
do = "flood_ditch"
on = 2031-09-01
where = { line = [[0.82, 0.06], [0.92, 0.36]] }
[[event]]
id = "mounds"
do = "bar"
on = 2031-09-01
blocks = "earth"
where = { road = "West Road", at = 0.22 }
[[event]]
id = "craters"
do = "crater"
on = 2031-09-01
count = 5
where = { polygon = [[0.92, 0.1], [0.98, 0.1], [0.98, 0.3], [0.92, 0.3]] }
[[event]]
id = "clearing"
do = "clear"
on = 2031-09-01
where = { polygon = [[0.45, 0.22], [0.66, 0.22], [0.66, 0.36], [0.45, 0.36]] }

[[event]]
id = "wall"
do = "wall"
on = 2031-09-01
where = { road = "Lower Bridge Road", from = 0.55, to = 0.95, side = "south", offset_m = 7.0 }
[[event]]
id = "row"
do = "block"
on = 2031-09-01
blocks = "slab"
where = { road = "Kasira Road", from = 0.03, to = 0.25, side = "both" }
[[event]]
id = "jersey"
do = "bar"
on = 2031-09-01
blocks = "jersey"
lines = 2
where = { road = "Kasira Road", at = 0.62 }
[[event]]
id = "containers"
do = "bar"
on = 2031-09-01
blocks = "container"
where = { road = "North Road", at = 0.4 }
[[event]]
id = "staged"
do = "stage"
on = 2031-09-01
where = { road = "Orchard Road", at = 0.286, side = "west" }
[[event]]
id = "rubble"
do = "strew"
on = 2031-09-01
length_m = 16.0
where = { road = "Bridge Street", at = 0.12 }

[[event]]
id = "razed"
do = "raze"
on = 2031-09-01
count = 8
where = { quarter = "Karmin" }
[[event]]
id = "collapsed"
do = "shell"
on = 2031-09-01
severity = 1.0
count = 6
where = { quarter = "Suqara", point = [0.335, 0.56], within_m = 400.0 }
[[event]]
id = "hit"
do = "shell"
on = 2031-09-01
severity = 0.42
share = 0.9
where = { quarter = "Shamra" }
[[event]]
id = "bridge"
do = "drop_bridge"
on = 2031-09-01
where = { road = "Bridge Street", at = 0.5 }

[everyday]
besieged_from = 2031-09-01
"""
"""One of each kind of work, for close-ups."""


# ---------------------------------------------------------------- looking


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A siege at one scene, ready to be looked at anywhere."""

    siege: Siege
    scene: SceneOrder
    ground: Landscape
    things: tuple[Thing, ...]
    painter: Painter

    def around(self, x_m: float, y_m: float, *, side_m: float) -> NDArray[np.uint8]:
        """Photograph a square of ground round a spot; dims (row, column, band)."""
        plan = plan_of(self.siege, self.scene, tallest=tallest_m(self.ground))
        gsd_m, whole = plan.camera.gsd_m, plan.window
        count = round(side_m / gsd_m)
        column = round(x_m / gsd_m - count / 2)
        row = round((self.siege.site.side_m - y_m) / gsd_m - count / 2)
        window = Window(
            row=min(max(row, 0), whole.height - count),
            column=min(max(column, 0), whole.width - count),
            height=count,
            width=count,
        )
        pixels, _ = picture(self.painter.surface, replace(plan, window=window), workers=1)
        return shown(pixels, bits=plan.camera.bits)


def sight(siege: Siege, scene: SceneOrder) -> Sight:
    """Lay the ground of a scene out."""
    ground, things = landscape_and_things(siege, scene)
    return Sight(siege=siege, scene=scene, ground=ground, things=things, painter=prepare(ground))


def shown(pixels: NDArray[Any], *, bits: int, false_colour: bool = False) -> NDArray[np.uint8]:
    """Return a picture as the screen shows it: 8 bits as they are, others stretched 2 to 98 %."""
    bands = pixels[[3, 0, 1]] if false_colour else pixels[:3]
    bands = np.repeat(bands, 3, axis=0) if len(bands) == 1 else bands
    if bits > 8:
        low, high = np.percentile(bands, (2, 98))
        bands = np.clip((bands - low) / (high - low), 0, 1) ** 0.8 * 255
    return np.ascontiguousarray(np.moveaxis(bands, 0, -1).astype(np.uint8))


@cache
def works() -> Siege:
    """Return the siege with one of each kind of work."""
    return build_siege(parse_scenario(WORKS))


@cache
def seen(scene: str) -> Sight:
    """Return that siege before or after."""
    siege = works()
    return sight(siege, next(one for one in siege.scenes if one.id == scene))


def middle(geometry: BaseGeometry) -> Point:
    """Return a spot of a work: on a line, on the rim of wide ground, else its middle."""
    if geometry.geom_type == "LineString":
        return geometry.interpolate(0.5, normalized=True)
    if geometry.area > 2000:
        widest = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
        return widest.exterior.interpolate(0.86, normalized=True)
    return geometry.centroid


# ---------------------------------------------------------------- sheets


def cities(names: Iterable[str], *, side_m: float = 480.0, gsd_m: float = 1.2) -> list[Panel]:
    """Show the middle of one city of each style."""
    panels = []
    for name in names:
        siege = plain_siege(name, seed=CITY_SEEDS.get(name, 3), side_m=900.0)
        scene = replace(siege.scenes[0], gsd_m=gsd_m)
        core = siege.city.core
        pixels = sight(siege, scene).around(core.x, core.y, side_m=side_m)
        panels.append(Panel(label=name, pixels=pixels))
    return panels


CITY_SEEDS: dict[str, int] = {}
"""Seeds of the cities shown; 3 for those not named."""


def plain_siege(style: str, *, seed: int, side_m: float, more: str = "") -> Siege:
    """Return a city to which nothing is done but what is added."""
    head = (
        f'schema_version = 1\n[siege]\ntitle = "{style}"\nseed = {seed}\nside_m = {side_m}\n'
        f'style = "{style}"\n[[scene]]\nid = "before"\ncaptured = 2031-08-14T07:48:00Z\n'
        '[[scene]]\nid = "after"\ncaptured = 2031-10-31T07:55:00Z\n'
    )
    return build_siege(parse_scenario(head + more))


def trained_cities() -> list[Panel]:
    """Show the first styles that may be trained on."""
    return cities(_trained()[:4])


def more_trained_cities() -> list[Panel]:
    """Show the other styles that may be trained on, and the city of the demonstration."""
    return cities([*_trained()[4:], "nahrabad"])


def _trained() -> list[str]:
    return [name for name, style in STYLES.items() if not style.is_held_out]


def held_out_cities() -> list[Panel]:
    """Show the styles that are held out."""
    return cities([name for name, style in STYLES.items() if style.is_held_out])


def demonstration() -> list[Panel]:
    """Show the demonstration before and after, and what was done."""
    siege = build_siege(resolve_scenario("nahrabad"))
    half = siege.site.side_m / 2
    gsd_m = 1.4
    views = [
        sight(siege, replace(scene, gsd_m=gsd_m, shift_px=(0.0, 0.0), rotation_deg=0.0)).around(
            half, half, side_m=2 * half - gsd_m
        )
        for scene in siege.scenes
    ]
    moment = siege.scenes[-1].captured
    drawn = outlined(views[1], siege, moment, gsd_m=gsd_m)
    return [
        Panel(label="before, 14 August 2031", pixels=views[0]),
        Panel(label="after, 31 October 2031", pixels=views[1]),
        Panel(label="after, with the truth", pixels=drawn),
    ]


def outlined(
    pixels: NDArray[np.uint8], siege: Siege, moment: datetime, *, gsd_m: float
) -> NDArray[np.uint8]:
    """Return a picture, paler, with the outline of each deed and a key."""
    drawn = (pixels * 0.55 + 255 * 0.45).astype(np.uint8)
    for deed in siege.deeds:
        part = done_geometry(deed, moment)
        if deed.kind not in COLOURS or part.is_empty:
            continue
        ground = ground_covered(part, deed, least_m=3 * gsd_m)
        for piece in getattr(ground, "geoms", [ground]):
            for ring in (piece.exterior, *piece.interiors):
                points = np.array(ring.coords)[:, :2]
                points = np.column_stack(
                    [points[:, 0] / gsd_m, (siege.site.side_m - points[:, 1]) / gsd_m]
                )
                cv2.polylines(drawn, [np.round(points * 16).astype(np.int32)], isClosed=True,
                              color=COLOURS[deed.kind][1], thickness=2, shift=4,
                              lineType=cv2.LINE_AA)  # fmt: skip
    return keyed(drawn)


def keyed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Print a key of colours into the lower left corner."""
    line, width = 19, 128
    top = len(pixels) - line * len(COLOURS) - 8
    pixels[top:, :width] = 70
    for number, (name, colour) in enumerate(COLOURS.values()):
        row = top + 5 + line * number
        pixels[row + 3 : row + 14, 7:25] = colour
        cv2.putText(pixels, name, (32, row + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.43,
                    (255, 255, 255), 1, cv2.LINE_AA)  # fmt: skip
    return pixels


def close_ups(named: dict[str, str], *, side_m: float, side_px: int) -> list[Panel]:
    """Show one deed of each event named, after."""
    panels = []
    for event, label in named.items():
        shapes = [deed.geometry for deed in works().deeds if deed.event == event]
        spot = middle(max(shapes, key=lambda shape: shape.length))
        pixels = seen("after").around(spot.x, spot.y, side_m=side_m)
        panels.append(Panel(label=label, pixels=enlarged(pixels, side_px=side_px)))
    return panels


def earthworks() -> list[Panel]:
    """Show earth that was moved."""
    named = {
        "berm": "berm",
        "trench": "trench, spoil on its inner side",
        "ditch": "ditch with water",
        "mounds": "heaps of earth across a road",
        "craters": "craters",
        "clearing": "cleared ground",
    }
    return close_ups(named, side_m=70, side_px=420)


def barriers() -> list[Panel]:
    """Show what was set down on and beside roads."""
    named = {
        "wall": "wall of sections",
        "row": "rows of blocks beside a road",
        "jersey": "roadblock of jersey barriers",
        "containers": "roadblock of containers",
        "staged": "blocks ready beside an open road",
        "rubble": "rubble on a road",
    }
    return close_ups(named, side_m=50, side_px=420)


def buildings() -> list[Panel]:
    """Show what became of buildings and a bridge, before and after."""
    siege = works()
    wanted = {
        "razed": lambda w: w.deed.event == "razed",
        "collapsed": lambda w: w.deed.event == "collapsed",
        "gutted": lambda w: w.deed.event == "hit" and str(w.condition) == "gutted",
        "holed": lambda w: w.deed.event == "hit" and str(w.condition) == "holed",
        "a part of a bridge down": lambda w: w.deed.event == "bridge",
    }
    spots = {
        label: max((w for w in siege.chronicle.works if fits(w)), key=lambda w: w.severity)
        for label, fits in wanted.items()
    }
    panels = []
    for scene in ("before", "after"):
        for label, work in spots.items():
            spot = work.deed.geometry.centroid
            side_m = 100 if work.spans else 50
            pixels = seen(scene).around(spot.x, spot.y, side_m=side_m)
            told = label if scene == "after" else "before"
            panels.append(Panel(label=told, pixels=enlarged(pixels, side_px=280)))
    return panels


def scales() -> list[Panel]:
    """Show one place at five sizes of a pixel."""
    siege = build_siege(resolve_scenario("nahrabad"))
    scene = replace(siege.scenes[-1], shift_px=(0.0, 0.0), rotation_deg=0.0)
    spot = next(deed for deed in siege.deeds if deed.event == "bar-kasira").geometry.centroid
    panels = []
    for gsd_m in (0.3, 0.5, 1.5, 3.0, 10.0):
        camera = "medium-rgb-3m" if gsd_m > 1 else "vhr-rgb-50cm"
        given = replace(scene, camera=camera, gsd_m=gsd_m)
        pixels = sight(siege, given).around(spot.x, spot.y, side_m=80)
        panels.append(
            Panel(label=f"{gsd_m:g} m", pixels=enlarged(pixels, side_px=320, smooth=False))
        )
    return panels


def light_and_view() -> list[Panel]:
    """Show one place under other suns and from other sides."""
    siege = plain_siege("industrial river", seed=5, side_m=600.0)
    scene = siege.scenes[0]
    tall = max(siege.city.footprints, key=lambda f: f.height_m * inside(f.outline, 600.0))
    spot = tall.outline.centroid

    def at(month: int, day: int, hour: int, azimuth: float, elevation: float) -> SceneOrder:
        moment = datetime(2031, month, day, hour, 0, tzinfo=UTC)
        return replace(scene, captured=moment, view_azimuth_deg=azimuth,
                       view_elevation_deg=elevation)  # fmt: skip

    looks = {
        "June, 9 h by the sun": at(6, 20, 6, 100, 88),
        "June, noon": at(6, 20, 9, 100, 88),
        "December, noon": at(12, 20, 9, 100, 88),
        "straight down": at(9, 20, 7, 100, 90),
        "from the east, 65° up": at(9, 20, 7, 90, 65),
        "from the west, 65° up": at(9, 20, 7, 270, 65),
    }
    return [
        Panel(label=label, pixels=enlarged(
            sight(siege, given).around(spot.x, spot.y, side_m=160), side_px=420))
        for label, given in looks.items()
    ]  # fmt: skip


def inside(outline: BaseGeometry, side_m: float) -> bool:
    """Tell whether an outline lies well inside the scene."""
    west, south, east, north = outline.bounds
    return min(west, south) > 100 and max(east, north) < side_m - 100


def weather_and_cameras() -> list[Panel]:
    """Show one place through haze and cloud, and as different cameras deliver it."""
    siege = plain_siege("river plain", seed=8, side_m=600.0)
    scene, core = siege.scenes[0], siege.city.core
    looks = {
        "8 bit, colour": scene,
        "haze 3": replace(scene, haze=3.0),
        "cloud and its shadow": replace(scene, id="cloud-8", cloud_cover=0.45),
        "JPEG of quality 30": replace(scene, camera="press-jpeg", jpeg_quality=30),
        "panchromatic, 11 bit": replace(scene, camera="vhr-pan-50cm"),
    }
    panels = [
        Panel(label=label, pixels=enlarged(
            sight(siege, given).around(core.x, core.y, side_m=200), side_px=420))
        for label, given in looks.items()
    ]  # fmt: skip
    infrared = sight(siege, replace(scene, camera="vhr-rgbn-11bit"))
    return [*panels, Panel(label="near-infrared as red, 11 bit", pixels=enlarged(
        false_colours(infrared, core, side_m=200), side_px=420))]  # fmt: skip


def false_colours(at: Sight, spot: Point, *, side_m: float) -> NDArray[np.uint8]:
    """Photograph a square of ground, near-infrared shown as red."""
    plan = plan_of(at.siege, at.scene, tallest=tallest_m(at.ground))
    count = round(side_m / plan.camera.gsd_m)
    window = Window(
        row=round((at.siege.site.side_m - spot.y) / plan.camera.gsd_m - count / 2),
        column=round(spot.x / plan.camera.gsd_m - count / 2), height=count, width=count,
    )  # fmt: skip
    pixels, _ = picture(at.painter.surface, replace(plan, window=window), workers=1)
    return shown(pixels, bits=plan.camera.bits, false_colour=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """One ordinary thing to be shown."""

    label: str
    style: str
    seed: int
    sort: Sort
    rank: int = 0
    """Its rank by size among those that came between the two pictures."""
    side_m: float = 40.0


DECOYS = (
    Decoy(label="cars", style="river plain", seed=9, sort=Sort.MOVING_CAR),
    Decoy(label="market stalls", style="desert capital", seed=4, sort=Sort.STALL),
    Decoy(label="tent", style="steppe town", seed=1, sort=Sort.TENT),
    Decoy(label="containers", style="steppe town", seed=12, sort=Sort.CONTAINER, side_m=50),
    Decoy(label="ploughing", style="steppe town", seed=12, sort=Sort.FARMED, rank=1, side_m=140),
    Decoy(label="burnt field", style="steppe town", seed=12, sort=Sort.BURNT, side_m=120),
    Decoy(label="new building", style="desert capital", seed=4, sort=Sort.NEW_BUILDING, rank=2,
          side_m=50),
    Decoy(label="road works", style="desert capital", seed=4, sort=Sort.ROAD_WORKS, side_m=50),
    Decoy(label="flood", style="river plain", seed=4, sort=Sort.FLOOD, side_m=200),
)  # fmt: skip
INNER = box(60, 60, 540, 540)
"""Where the cities of 600 m with decoys are looked at."""


@cache
def busy_city(style: str, seed: int) -> tuple[Sight, Sight]:
    """Return a city full of ordinary things, and what it looks like before and after."""
    amounts = "".join(
        f"{name} = 1.6\n"
        for name in ("cars", "stalls", "tents", "containers", "ploughing", "new_buildings",
                     "road_works", "flood", "burnt")
    )  # fmt: skip
    siege = plain_siege(style, seed=seed, side_m=600.0, more=f"[everyday]\n{amounts}")
    then, now = (sight(siege, scene) for scene in siege.scenes)
    return then, now


def decoys() -> list[Panel]:
    """Show what looks like a work and is none, before and after."""
    panels = []
    for decoy in DECOYS:
        then, now = busy_city(decoy.style, decoy.seed)
        spot = come_since(then, now, decoy).intersection(INNER).representative_point()
        for at, told in ((then, "before"), (now, decoy.label)):
            pixels = at.around(spot.x, spot.y, side_m=decoy.side_m)
            panels.append(Panel(label=told, pixels=enlarged(pixels, side_px=230)))
    return panels


def come_since(then: Sight, now: Sight, decoy: Decoy) -> BaseGeometry:
    """Return where a thing lies that came between the two pictures."""
    old = {thing.id for thing in then.things}
    new = [
        thing.geometry
        for thing in now.things
        if thing.sort is decoy.sort
        and thing.id not in old
        and INNER.covers(thing.geometry.representative_point())
    ]
    return sorted(new, key=lambda shape: -min(shape.area, decoy.side_m**2 / 4))[decoy.rank]


RADAR = """
[[event]]
id = "razed"
do = "clear"
on = 2031-09-01
where = { near = "core", within_m = 130.0 }
"""


def radar() -> list[Panel]:
    """Show a quarter razed, to the eye and to radar."""
    side_m, spacing_m = 900.0, 10.0
    siege = plain_siege("steppe town", seed=3, side_m=side_m, more=RADAR)
    eye = sight(siege, replace(siege.scenes[1], gsd_m=2.0))
    looks = [backscatter(siege, sight(siege, scene), spacing_m=spacing_m) for scene in siege.scenes]
    before, after = (10 * np.log10(look.backscatter[0]) for look in looks)
    change = after - before
    side_px = 400
    return [
        Panel(label="after, to the eye", pixels=enlarged(
            eye.around(side_m / 2, side_m / 2, side_m=side_m), side_px=side_px)),
        Panel(label="radar before, VV", pixels=enlarged(
            grey(before, -20, 5), side_px=side_px, smooth=False)),
        Panel(label="radar after, VV", pixels=enlarged(
            grey(after, -20, 5), side_px=side_px, smooth=False)),
        Panel(label="change: red is darker", pixels=enlarged(
            diverging(change, 12), side_px=side_px, smooth=False)),
    ]  # fmt: skip


def backscatter(siege: Siege, at: Sight, *, spacing_m: float) -> RadarImage:
    """Take one pass of the descending orbit."""
    return radar_image(
        at.painter.surface,
        side_m=siege.site.side_m,
        orbit=DESCENDING,
        moment=at.scene.captured,
        state=GroundState(moisture=0.08),
        options=RadarOptions(spacing_m=spacing_m),
        tallest_m=tallest_m(at.ground),
        elevation=lambda f: ground_m(f, relief_m=siege.city.relief_m, seed=at.ground.seed),
        seed=siege.scenario.seed,
    )


def grey(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """Return values as greys from the low to the high one."""
    level = (np.clip((values - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    return np.repeat(level[..., np.newaxis], 3, axis=-1)


def diverging(values: NDArray[np.floating], most: float) -> NDArray[np.uint8]:
    """Return values as red below 0, white at 0, blue above."""
    share = np.clip(values / most, -1, 1)
    red = np.where(share > 0, 1 - share, 1)
    blue = np.where(share < 0, 1 + share, 1)
    return (np.stack([red, 1 - np.abs(share), blue], axis=-1) * 255).astype(np.uint8)


SHEETS: dict[str, tuple[Callable[[], list[Panel]], int]] = {
    "cities": (trained_cities, 4),
    "more-cities": (more_trained_cities, 4),
    "cities-held-out": (held_out_cities, 3),
    "before-after": (demonstration, 3),
    "earthworks": (earthworks, 3),
    "barriers": (barriers, 3),
    "buildings": (buildings, 5),
    "scales": (scales, 5),
    "light-and-view": (light_and_view, 3),
    "weather-and-cameras": (weather_and_cameras, 3),
    "decoys": (decoys, 6),
    "radar": (radar, 4),
}
"""Each sheet with what makes its panels and the number of its columns."""


def main() -> None:
    """Make the sheets asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", nargs="*", choices=[*SHEETS, []], help="left out: all")
    chosen = parser.parse_args().sheets or list(SHEETS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        make, columns = SHEETS[name]
        begun = time.process_time()
        told = write_sheet(FOLDER / f"simulation-{name}.jpg", make(), columns=columns)
        print(f"{told}, {time.process_time() - begun:.1f} s of processor")
    print(f"{time.process_time():.0f} s of processor in all, compiling included")


if __name__ == "__main__":
    main()
