"""Find room for an airfield outside a town and lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Airport, Footprint, Road, RoadClass, Tone, Use
from earthwork.simulate.cities.styles import Tones

_TRIES = 60
_IN_SCENE = 0.55
"""Least share of the airfield that lies in the scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where an airfield lies: its own frame along and across the runway."""

    middle: tuple[float, float]
    """Centre of the fenced ground, local metres."""
    heading_deg: float
    """Of the runway, clockwise from north."""
    length_m: float
    """Of the fenced ground."""
    depth_m: float
    """Of the fenced ground; the town lies on the positive side."""
    faces_left: bool
    """True if the town lies left of the heading."""

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move points from shares of length and depth to local metres, dims (point, [x, y])."""
        turn = np.radians(self.heading_deg)
        along = np.array([np.sin(turn), np.cos(turn)])
        across = np.array([along[1], -along[0]]) * (-1 if self.faces_left else 1)
        scaled = points * (self.length_m, self.depth_m)
        return cast(
            "NDArray[np.float64]", scaled @ np.array([along, across]) + np.array(self.middle)
        )

    def outline(self) -> Polygon:
        """Return the fenced ground."""
        return Polygon(self.place(_BOX))


_BOX = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
_RUNWAY = np.array([(-0.47, -0.17), (0.45, -0.17)])
_APRON = np.array([(-0.09, 0.04), (0.02, 0.02), (0.03, -0.17), (0.055, -0.17), (0.06, 0.02),
                   (0.17, 0.03), (0.18, 0.25), (-0.1, 0.26)])  # fmt: skip
_HALLS = ((-0.055, 0.37, 44, 17, 9.0), (0.04, 0.36, 30, 22, 11.0), (0.125, 0.35, 22, 16, 7.0))
_GATE = np.array([(-0.15, 0.5)])
_STAND = np.array([(-0.115, 0.2)])


def find_site(
    scene: Polygon, *, core: Point, keep_off: BaseGeometry, rng: np.random.Generator
) -> Site | None:
    """Return ground for an airfield some way out of town.

    Parameters
    ----------
    scene
        Square scene, local metres.
    core
        Middle of the old town.
    keep_off
        The river and its banks.
    rng
        Source of randomness.

    Returns
    -------
    Site or None
        None if there is no room: a city may have no airfield.
    """
    for _ in range(_TRIES):
        site = _drawn(scene, core, rng=rng)
        ground = site.outline()
        is_in_scene = ground.intersection(scene).area > _IN_SCENE * ground.area
        if is_in_scene and not ground.buffer(12).intersects(keep_off):
            return site
    return None


def _drawn(scene: Polygon, core: Point, *, rng: np.random.Generator) -> Site:
    side = float(np.sqrt(scene.area))
    length = max(200.0, side * rng.uniform(0.42, 0.62))
    depth = max(62.0, side * rng.uniform(0.12, 0.16))
    bearing = rng.uniform(0, 360)
    away = depth / 2 + rng.uniform(0.26, 0.42) * side
    faces_left = bool(rng.random() < 0.5)  # noqa: PLR2004
    heading = bearing + (-90 if faces_left else 90) + rng.uniform(-12, 12)
    along = rng.uniform(-0.16, 0.16) * side
    turn, way = np.radians(bearing), np.radians(heading)
    return Site(
        middle=(
            float(core.x + away * np.sin(turn) + along * np.sin(way)),
            float(core.y + away * np.cos(turn) + along * np.cos(way)),
        ),
        heading_deg=float(heading % 360),
        length_m=float(length),
        depth_m=float(depth),
        faces_left=faces_left,
    )


def lay_airfield(site: Site, *, name: str) -> Airport:
    """Lay out runway and apron on a site."""
    return Airport(
        name=name,
        runway=LineString(site.place(_RUNWAY)),
        runway_width_m=float(np.clip(0.24 * site.depth_m, 14, 45)),
        apron=Polygon(site.place(_APRON)),
        outline=site.outline(),
    )


def airfield_halls(site: Site, *, name: str, tones: Tones) -> tuple[Footprint, ...]:
    """Return hangars and a terminal behind the apron."""
    size = float(np.clip(site.length_m / 450, 0.45, 1.5))
    tone: Tone = tones.metal[0][1]
    return tuple(
        Footprint(
            id=f"hall-{number}",
            outline=_hall(site, x, y, long * size / site.length_m, wide * size / site.depth_m),
            height_m=height,
            parapet_m=0.4,
            use=Use.HALL,
            quarter=name,
            roof_tone=tone if number else tones.flat[0][1],
            wall_tone=tones.wall[0][1],
        )
        for number, (x, y, long, wide, height) in enumerate(_HALLS)
    )


def _hall(site: Site, x: float, y: float, long: float, wide: float) -> Polygon:
    return Polygon(site.place(_BOX * (long, min(wide, 0.2)) + (x, y)))


def turned_box(x: float, y: float, long: float, wide: float, heading_deg: float) -> Polygon:
    """Return a box about a point, its longer side along a heading, clockwise from north."""
    upright = box(x - long / 2, y - wide / 2, x + long / 2, y + wide / 2)
    return rotate(upright, 90 - heading_deg)


def airport_road(site: Site, mains: BaseGeometry, *, name: str, width_m: float) -> Road:
    """Return the road from the terminal to the nearest main road."""
    gate = Point(site.place(_GATE)[0])
    inner = Point(site.place(_STAND)[0])
    end = shapely.shortest_line(gate, mains).coords[1]
    line = LineString([(inner.x, inner.y), (gate.x, gate.y), end])
    return Road(id="road-airport", name=name, line=line, width_m=width_m,
                road_class=RoadClass.MAIN)  # fmt: skip
