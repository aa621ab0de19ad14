"""Paint a city onto a fine grid: heights and reflectance, before light and sensor.

The grid is finer than the pixels of the picture and reaches beyond it by a margin, so that blocks
of a metre keep their shape, shadows fall in from outside, and a misplaced picture has no rim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, contains_xy
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.city import City, Footprint, Road, RoadClass, Use
from earthwork.simulate.siegeworks import Bank, Block, Siegeworks
from earthwork.simulate.terrain import Field, fractal_noise, relief

_FRACTION_BITS = 4
_WATER_BELOW_M = 3.0
_YARD_WALL_M = 2.0
_SCRUB = (1.6, 0.6)
"""Patches and grain above which wild ground bears a bush."""
_CRUMBS = (2.1, 0.5)
"""Patches and grain above which scraped ground keeps debris."""
_CAR_COLOURS = ((0.62, 0.62, 0.6), (0.5, 0.5, 0.5), (0.1, 0.1, 0.11), (0.3, 0.06, 0.05),
                (0.12, 0.16, 0.26), (0.66, 0.6, 0.42))  # fmt: skip
_ROOF_COLOURS = np.array(
    [(0.40, 0.37, 0.33), (0.46, 0.42, 0.365), (0.34, 0.315, 0.285), (0.52, 0.485, 0.43),
     (0.29, 0.275, 0.255), (0.44, 0.385, 0.315), (0.37, 0.325, 0.27), (0.63, 0.615, 0.58)]
)  # fmt: skip
_HALL_COLOURS = np.array([(0.55, 0.55, 0.53), (0.47, 0.46, 0.37), (0.42, 0.45, 0.47)])


class Material(IntEnum):
    """What the ground is made of at one pixel."""

    EARTH = 0
    TOWN = 1
    FALLOW = 2
    STUBBLE = 3
    GREEN = 4
    ORCHARD = 5
    BANK = 6
    WATER = 7
    ASPHALT = 8
    STREET = 9
    LANE = 10
    VERGE = 11
    CONCRETE = 12
    MARKING = 13
    CLEARED = 14
    BERM = 15
    RUBBLE = 16
    ROOF = 17
    WALL = 18
    TREE = 19


_LOOKS: dict[Material, tuple[float, float, float, float, float, float]] = {
    # red, green, blue reflectance; texture at half a metre, at five metres, at fifty metres
    Material.EARTH: (0.335, 0.278, 0.215, 0.035, 0.045, 0.05),
    Material.TOWN: (0.335, 0.290, 0.238, 0.05, 0.085, 0.05),
    Material.FALLOW: (0.285, 0.225, 0.172, 0.045, 0.05, 0.05),
    Material.STUBBLE: (0.410, 0.345, 0.240, 0.04, 0.05, 0.06),
    Material.GREEN: (0.158, 0.178, 0.105, 0.06, 0.09, 0.14),
    Material.ORCHARD: (0.270, 0.245, 0.170, 0.05, 0.06, 0.05),
    Material.BANK: (0.300, 0.268, 0.195, 0.05, 0.12, 0.08),
    Material.WATER: (0.092, 0.112, 0.092, 0.012, 0.02, 0.05),
    Material.ASPHALT: (0.178, 0.172, 0.163, 0.035, 0.05, 0.06),
    Material.STREET: (0.225, 0.210, 0.190, 0.045, 0.08, 0.06),
    Material.LANE: (0.265, 0.238, 0.205, 0.055, 0.10, 0.05),
    Material.VERGE: (0.350, 0.305, 0.250, 0.045, 0.09, 0.06),
    Material.CONCRETE: (0.390, 0.372, 0.338, 0.025, 0.04, 0.04),
    Material.MARKING: (0.480, 0.475, 0.455, 0.05, 0.09, 0.05),
    Material.CLEARED: (0.372, 0.315, 0.250, 0.045, 0.05, 0.03),
    Material.BERM: (0.375, 0.310, 0.240, 0.05, 0.05, 0.03),
    Material.RUBBLE: (0.410, 0.382, 0.345, 0.20, 0.12, 0.02),
    Material.ROOF: (0.420, 0.385, 0.340, 0.04, 0.07, 0.02),
    Material.WALL: (0.400, 0.365, 0.315, 0.05, 0.05, 0.02),
    Material.TREE: (0.062, 0.085, 0.042, 0.22, 0.12, 0.05),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where local metres fall on the fine grid."""

    side_m: float
    """Side of the square scene."""
    fine_m: float
    """Side of a fine pixel."""
    margin_m: float = 16.0
    """How far the fine grid reaches beyond the scene."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns) of the fine grid."""
        count = round((self.side_m + 2 * self.margin_m) / self.fine_m)
        return (count, count)

    def to_pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Move points, dims (point, [x, y]), to (column, row) centres of pixels whole."""
        column = (points[:, 0] + self.margin_m) / self.fine_m - 0.5
        row = (self.side_m + self.margin_m - points[:, 1]) / self.fine_m - 0.5
        return np.column_stack([column, row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Heights and reflectance on the fine grid."""

    frame: Frame
    """Where it lies."""
    soft_m: NDArray[np.float32]
    """Dims (row, column): ground, earthworks, debris and trees, metres above the datum."""
    solid_m: NDArray[np.float32]
    """Dims (row, column): what stands upright on it, metres above ``soft_m``."""
    albedo: NDArray[np.float32]
    """Dims (row, column, [red, green, blue]): reflectance, 0 to 1."""

    @property
    def height_m(self) -> NDArray[np.float32]:
        """Return the height of the surface, dims (row, column), metres above the datum."""
        return cast("NDArray[np.float32]", self.soft_m + self.solid_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texture:
    """The grain of the ground: the same on every date."""

    ground_m: NDArray[np.float32]
    """Dims (row, column): bare relief."""
    grain: NDArray[np.float32]
    """Dims (row, column): variation over half a metre."""
    patches: NDArray[np.float32]
    """Dims (row, column): variation over a few metres."""
    tracts: NDArray[np.float32]
    """Dims (row, column): variation over tens of metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What the time of year does to the land."""

    soil: float = 1.0
    """Brightness of bare soil."""
    is_ploughed: bool = False
    """True once the stubble is turned."""
    green: float = 1.0
    """Share of green crops still standing."""


def weave(frame: Frame, *, rng: np.random.Generator) -> Texture:
    """Return the relief and grain of the ground."""
    streams = rng.spawn(4)
    fine = frame.fine_m
    return Texture(
        ground_m=relief(frame.shape, gsd_m=fine, rng=streams[0]),
        grain=fractal_noise(frame.shape, scales_px=[1, 0.7 / fine], rng=streams[1]),
        patches=fractal_noise(frame.shape, scales_px=[2.2 / fine, 7 / fine], rng=streams[2]),
        tracts=fractal_noise(frame.shape, scales_px=[22 / fine, 75 / fine], rng=streams[3]),
    )


def paint(
    city: City,
    *,
    frame: Frame,
    texture: Texture,
    season: Season,
    works: Siegeworks | None = None,
    ruins: Sequence[Footprint] = (),
    roof_seed: int = 0,
    rng: np.random.Generator,
) -> Surface:
    """Paint a city.

    Parameters
    ----------
    city
        What stands; after a siege, what is left standing.
    frame
        The fine grid.
    texture
        Relief and grain on that grid.
    season
        Time of year.
    works
        Siege works to add; None before the siege.
    ruins
        Buildings that were razed or destroyed: they leave traces or debris.
    roof_seed
        Seed of roof colours and fittings, the same on both dates.
    rng
        Source of randomness for what differs between the dates (cars).

    Returns
    -------
    Surface
        On the fine grid.
    """
    canvas = _Canvas(frame, texture)
    _paint_country(canvas, city, season)
    _paint_roads(canvas, city)
    if works is not None:
        _paint_works(canvas, city, works, ruins)
    _paint_trees(canvas, city)
    canvas.colour_ground(season)
    _paint_buildings(canvas, city, seed=roof_seed)
    blocks = list(_cars(city, works, rng=rng))
    if works is not None:
        blocks += works.blocks
    canvas.stand(blocks)
    return canvas.surface()


class _Canvas:
    """The arrays while they are being painted; lives for one call of ``paint``."""

    def __init__(self, frame: Frame, texture: Texture) -> None:
        self.frame = frame
        self.texture = texture
        self.soft_m = texture.ground_m.copy()
        self.solid_m = np.zeros(frame.shape, dtype=np.float32)
        self.material = np.zeros(frame.shape, dtype=np.uint8)
        self.tint = np.ones(frame.shape, dtype=np.float32)
        self.albedo = np.zeros((*frame.shape, 3), dtype=np.float32)

    def pixels(self, coordinates: Any) -> NDArray[np.int32]:
        """Return coordinates in fixed point, as cv2 draws them."""
        points = self.frame.to_pixels(np.asarray(coordinates, dtype=float)[:, :2])
        fixed: NDArray[np.int32] = np.round(points * 2**_FRACTION_BITS).astype(np.int32)
        return fixed

    def fill(self, array: NDArray[Any], geometry: BaseGeometry, value: float) -> None:
        """Set an array to a value inside a geometry; holes are left alone."""
        for part in getattr(geometry, "geoms", [geometry]):
            if isinstance(part, Polygon) and not part.is_empty:
                rings = [self.pixels(ring.coords) for ring in (part.exterior, *part.interiors)]
                cv2.fillPoly(array, rings, value, shift=_FRACTION_BITS)

    def mask(self, geometries: Iterable[BaseGeometry]) -> NDArray[np.bool_]:
        """Return which pixels lie inside any of the geometries."""
        inside = np.zeros(self.frame.shape, dtype=np.uint8)
        for geometry in geometries:
            self.fill(inside, geometry, 1)
        return inside.view(bool)

    def stroke(
        self, array: NDArray[Any], line: BaseGeometry, value: float, *, width_m: float
    ) -> None:
        """Draw a line of a width in metres."""
        self.fill(array, line.buffer(width_m / 2, cap_style="flat"), value)

    def colour_ground(self, season: Season) -> None:
        """Turn material and grain into reflectance."""
        looks = np.array([_LOOKS[material] for material in Material], dtype=np.float32)
        soils = [Material.EARTH, Material.FALLOW, Material.STUBBLE, Material.CLEARED]
        looks[soils, :3] *= np.float32(season.soil)
        variation = looks[self.material, 3] * self.texture.grain
        variation += looks[self.material, 4] * self.texture.patches
        variation += looks[self.material, 5] * self.texture.tracts
        self.tint[self._scrub()] *= np.float32(0.62)
        shade = self.tint * np.clip(1.0 + variation, 0.3, 1.8)
        for band in range(3):
            np.multiply(looks[self.material, band], shade, out=self.albedo[..., band])

    def _scrub(self) -> NDArray[np.bool_]:
        wild = (self.material == Material.EARTH) | (self.material == Material.BANK)
        wild |= self.material == Material.VERGE
        return cast("NDArray[np.bool_]", wild & _is_over(self.texture, _SCRUB))

    def stand(self, blocks: Sequence[Block]) -> None:
        """Set upright boxes on whatever is under their middle."""
        for block in blocks:
            corners = self.pixels(block.corners())
            middle = self.frame.to_pixels(np.array([[block.x, block.y]]))[0].round().astype(int)
            if not (middle >= 0).all() or (middle >= self.frame.shape[0]).any():
                continue
            top = float(self.solid_m[middle[1], middle[0]]) + block.height_m
            cv2.fillConvexPoly(self.solid_m, corners, top, shift=_FRACTION_BITS)
            cv2.fillConvexPoly(self.albedo, corners, block.colour, shift=_FRACTION_BITS)

    def surface(self) -> Surface:
        """Return what was painted."""
        return Surface(
            frame=self.frame, soft_m=self.soft_m, solid_m=self.solid_m, albedo=self.albedo
        )


def _paint_country(canvas: _Canvas, city: City, season: Season) -> None:
    for quarter in city.quarters:
        canvas.fill(canvas.material, quarter.outline.buffer(3), Material.TOWN)
    for number, field in enumerate(city.fields):
        _paint_field(canvas, field, season, number=number)
    canvas.fill(canvas.material, city.river.outline.buffer(9), Material.BANK)
    canvas.fill(canvas.material, city.river.outline, Material.WATER)
    _paint_water(canvas, city)
    airport = city.airport
    canvas.stroke(canvas.material, airport.runway, Material.CONCRETE,
                  width_m=airport.runway_width_m + 8)  # fmt: skip
    canvas.stroke(canvas.material, airport.runway, Material.ASPHALT, width_m=airport.runway_width_m)
    canvas.fill(canvas.material, airport.apron, Material.CONCRETE)
    _paint_runway_marks(canvas, airport.runway, airport.runway_width_m)


def _paint_field(canvas: _Canvas, field: Field, season: Season, *, number: int) -> None:
    crops = [Material.FALLOW, Material.STUBBLE, Material.GREEN, Material.ORCHARD]
    material = crops[field.crop]
    if season.is_ploughed and material is Material.STUBBLE and number % 3:
        material = Material.FALLOW
    if material is Material.GREEN and (number * 37 % 100) / 100 > season.green:
        material = Material.STUBBLE
    canvas.fill(canvas.material, field.outline, material)
    _furrow(canvas, field, strength=0.07 if material is not Material.ORCHARD else 0.03,
            tone=0.9 + 0.05 * (number * 7 % 5))  # fmt: skip


def _furrow(canvas: _Canvas, field: Field, *, strength: float, tone: float) -> None:
    """Stripe one field along its heading."""
    corners = canvas.frame.to_pixels(np.asarray(field.outline.exterior.coords))
    limit = canvas.frame.shape[0]
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, limit)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, 0, limit)
    inside = np.zeros((bottom - top, right - left), dtype=np.uint8)
    if inside.size == 0:
        return
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    row, column = np.ogrid[top:bottom, left:right]
    turn = np.radians(field.heading_deg)
    phase = (column * np.cos(turn) + row * np.sin(turn)) * canvas.frame.fine_m
    stripes = np.sin(2 * np.pi * phase / 2.6) + 0.8 * np.sin(2 * np.pi * phase / 9.1)
    part = canvas.tint[top:bottom, left:right]
    part[inside > 0] = (tone * (1 + strength * stripes))[inside > 0]
    canvas.stroke(canvas.tint, LineString(field.outline.exterior.coords), 0.84, width_m=0.9)


def _paint_water(canvas: _Canvas, city: City) -> None:
    water = canvas.material == Material.WATER
    canvas.soft_m[water] -= _WATER_BELOW_M
    reach = city.river.width_m / canvas.frame.fine_m / 3
    step = 8
    near = cv2.resize(water.astype(np.float32), None, fx=1 / step, fy=1 / step,
                      interpolation=cv2.INTER_AREA)  # fmt: skip
    soft = cv2.resize(cv2.GaussianBlur(near, (0, 0), reach / step), water.shape[::-1])
    silt = np.clip(1.75 - 0.95 * soft + 0.06 * canvas.texture.tracts, 0.7, 1.8)
    canvas.tint[water] = silt[water]


def _paint_runway_marks(canvas: _Canvas, runway: LineString, width_m: float) -> None:
    for start in np.arange(0, runway.length, 24.0):
        piece = LineString([runway.interpolate(start), runway.interpolate(start + 13.0)])
        if piece.length > 1.0:
            canvas.stroke(canvas.material, piece, Material.MARKING, width_m=0.9)
    end = LineString(
        [runway.interpolate(runway.length - 22), runway.interpolate(runway.length - 7)]
    )
    for offset in np.linspace(-0.36, 0.36, 8) * width_m:
        canvas.stroke(canvas.material, end.offset_curve(offset), Material.MARKING, width_m=1.1)
    for offset in (-0.06, 0.05):
        line = runway.offset_curve(offset * width_m)
        canvas.stroke(canvas.tint, line, 0.86, width_m=0.09 * width_m)


_PAVING = {
    RoadClass.MAIN: Material.ASPHALT,
    RoadClass.STREET: Material.STREET,
    RoadClass.LANE: Material.LANE,
    RoadClass.TRACK: Material.VERGE,
}


def _paint_roads(canvas: _Canvas, city: City) -> None:
    for road in city.roads:
        if road.road_class is RoadClass.MAIN:
            canvas.stroke(canvas.material, road.line, Material.VERGE, width_m=road.width_m + 5)
    for road in reversed(city.roads):
        canvas.stroke(canvas.material, road.line, _PAVING[road.road_class], width_m=road.width_m)
        canvas.stroke(canvas.tint, road.line, 1.0, width_m=road.width_m)
    for road in city.roads:
        if road.road_class is RoadClass.MAIN:
            _paint_wear(canvas, road)
        if road.is_bridge:
            _paint_bridge(canvas, road)


def _paint_wear(canvas: _Canvas, road: Road) -> None:
    """Draw dusty edges, darker wheel tracks and a pale middle line."""
    for hand in (-1, 1):
        edge = road.line.offset_curve(hand * road.width_m * 0.46)
        canvas.stroke(canvas.tint, edge, 1.28, width_m=road.width_m * 0.09)
        wheel = road.line.offset_curve(hand * road.width_m * 0.24)
        canvas.stroke(canvas.tint, wheel, 0.92, width_m=road.width_m * 0.2)
    canvas.stroke(canvas.tint, road.line, 1.35, width_m=0.5)


def _paint_bridge(canvas: _Canvas, road: Road) -> None:
    """Lift the deck to the level of the banks, with a parapet on each side."""
    deck = canvas.mask([road.line.buffer(road.width_m / 2 + 1.2, cap_style="flat")])
    water = deck & (canvas.soft_m < canvas.texture.ground_m - 1.0)
    canvas.solid_m[water] = _WATER_BELOW_M + 1.0
    canvas.material[deck & (canvas.material != Material.ASPHALT)] = Material.CONCRETE
    canvas.tint[deck & (canvas.material == Material.CONCRETE)] = 1.0
    for hand in (-1, 1):
        rail = canvas.mask([road.line.offset_curve(hand * (road.width_m / 2 + 0.9)).buffer(0.3)])
        canvas.solid_m[rail & water] = _WATER_BELOW_M + 2.0


def _paint_works(
    canvas: _Canvas, city: City, works: Siegeworks, ruins: Sequence[Footprint]
) -> None:
    _clear(canvas, works)
    _leave_traces(canvas, city)
    for house in ruins:
        if house.id in works.razed:
            canvas.fill(canvas.tint, house.outline, 1.07)
    _heap_debris(canvas, [house for house in ruins if house.id in works.destroyed])
    for bank in works.banks:
        _raise_bank(canvas, bank)
    heaps = canvas.mask(works.rubble)
    _lay_rubble(canvas, heaps, depth_m=np.float32(1.0))


def _is_over(texture: Texture, levels: tuple[float, float]) -> NDArray[np.bool_]:
    return (texture.patches > levels[0]) & (texture.grain > levels[1])


def _clear(canvas: _Canvas, works: Siegeworks) -> None:
    """Scrape the ground: pale, streaked by blades, with crumbs of debris left."""
    ground = canvas.mask(works.cleared)
    canvas.material[ground] = Material.CLEARED
    streak = cv2.GaussianBlur(canvas.texture.grain, (0, 0), sigmaX=14, sigmaY=1.0)
    cross = cv2.GaussianBlur(canvas.texture.grain, (0, 0), sigmaX=1.0, sigmaY=12)
    mixed = np.where(canvas.texture.tracts > 0, streak, cross) / 0.22
    canvas.tint[ground] = np.clip(1.0 + 0.032 * mixed, 0.85, 1.15)[ground]
    crumbs = ground & _is_over(canvas.texture, _CRUMBS)
    canvas.material[crumbs] = Material.RUBBLE
    canvas.tint[crumbs] = 0.9
    canvas.soft_m[crumbs] += 0.25


def _leave_traces(canvas: _Canvas, city: City) -> None:
    """Let scraped streets show as slightly darker bands."""
    streets = [road for road in city.roads if road.road_class is not RoadClass.MAIN]
    bands = canvas.mask(r.line.buffer(r.width_m / 2, cap_style="flat") for r in streets)
    canvas.tint[bands & (canvas.material == Material.CLEARED)] *= 0.93


def _heap_debris(canvas: _Canvas, houses: Sequence[Footprint]) -> None:
    for house in houses:
        fallen = canvas.mask([house.outline.buffer(2.2)])
        _lay_rubble(canvas, fallen, depth_m=np.float32(0.22 * house.height_m))


def _lay_rubble(canvas: _Canvas, where: NDArray[np.bool_], *, depth_m: np.float32) -> None:
    rough = 0.75 + 0.3 * canvas.texture.patches[where] + 0.22 * canvas.texture.grain[where]
    canvas.material[where] = Material.RUBBLE
    canvas.tint[where] = 1.0
    canvas.soft_m[where] += depth_m * np.clip(rough, 0.12, 1.7)


def _raise_bank(canvas: _Canvas, bank: Bank) -> None:
    fine, limit = canvas.frame.fine_m, canvas.frame.shape[0]
    reach = int(bank.base_m / fine) + 3
    points = canvas.frame.to_pixels(np.asarray(bank.line.coords))
    left, top = np.clip(np.floor(points.min(axis=0)).astype(int) - reach, 0, limit)
    right, bottom = np.clip(np.ceil(points.max(axis=0)).astype(int) + reach, 0, limit)
    away = np.ones((bottom - top, right - left), dtype=np.uint8)
    cv2.polylines(away, [np.round(points - (left, top)).astype(np.int32)], isClosed=False, color=0)
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * fine
    part = (slice(top, bottom), slice(left, right))
    slope = np.clip((bank.base_m / 2 - distance) / (bank.base_m / 2 - bank.crest_m / 2), 0, 1)
    uneven = 1.0 + 0.035 * np.clip(canvas.texture.patches[part], -2, 2)
    canvas.soft_m[part] += (bank.height_m * slope * uneven).astype(np.float32)
    canvas.material[part][slope > 0] = Material.BERM
    canvas.tint[part][slope > 0] = 1.0
    # Earth for the bank was pushed up from its foot: a scraped strip.
    scraped = (slope == 0) & (distance < bank.base_m / 2 + 3) & (canvas.solid_m[part] == 0)
    canvas.tint[part][scraped] *= 1.1


def _paint_trees(canvas: _Canvas, city: City) -> None:
    spots = canvas.frame.to_pixels(city.trees[:, :2])
    radii = city.trees[:, 2] / canvas.frame.fine_m
    crowns = np.zeros(canvas.frame.shape, dtype=np.float32)
    _stamp_crowns(crowns, spots, radii, city.trees[:, 3], canvas.texture.grain)
    leafy = crowns > 0
    canvas.soft_m += crowns
    canvas.material[leafy] = Material.TREE
    canvas.tint[leafy] = 1.0


@njit(cache=True)
def _stamp_crowns(
    crowns: NDArray[np.float32],
    spots: NDArray[np.float64],
    radii: NDArray[np.float64],
    heights: NDArray[np.float64],
    grain: NDArray[np.float32],
) -> None:
    rows, columns = crowns.shape
    for tree in range(spots.shape[0]):
        column, row, radius = spots[tree, 0], spots[tree, 1], radii[tree]
        for i in range(max(0, int(row - radius)), min(rows, int(row + radius) + 2)):
            for j in range(max(0, int(column - radius)), min(columns, int(column + radius) + 2)):
                away = ((i - row) ** 2 + (j - column) ** 2) / (radius * radius)
                ragged = 1.0 + 0.16 * grain[i, j]
                if away < ragged:
                    crown = heights[tree] * (0.55 + 0.45 * (1.0 - away / ragged))
                    crowns[i, j] = max(crowns[i, j], crown)


def _paint_buildings(canvas: _Canvas, city: City, *, seed: int) -> None:
    walls = canvas.mask(wall.buffer(0.16) for wall in city.yard_walls)
    walls &= (canvas.material == Material.TOWN) | (canvas.material == Material.TREE)
    canvas.solid_m[walls] = _YARD_WALL_M
    canvas.albedo[walls] = _LOOKS[Material.WALL][:3]
    number = np.zeros(canvas.frame.shape, dtype=np.int32)
    for index, house in enumerate(city.footprints, start=1):
        canvas.fill(number, house.outline, index)
    roofed = number > 0
    rims = roofed & (number != _eroded(number, reach=max(1, round(0.3 / canvas.frame.fine_m))))
    _level_roofs(canvas, city, number, roofed, rims)
    _colour_roofs(canvas, city, number, roofed, rims, seed=seed)
    fittings = [block for house in city.footprints for block in _fittings(house, seed=seed)]
    canvas.stand(fittings)


def _eroded(number: NDArray[np.int32], *, reach: int) -> NDArray[np.int32]:
    """Return the numbers with a rim of another number wherever two buildings meet."""
    inner = number.copy()
    for axis in (0, 1):
        for step in (-reach, reach):
            inner[np.roll(number, step, axis=axis) != number] = -1
    return inner


def _level_roofs(
    canvas: _Canvas,
    city: City,
    number: NDArray[np.int32],
    roofed: NDArray[np.bool_],
    rims: NDArray[np.bool_],
) -> None:
    """Make roofs flat although the ground is not, with parapets along their rims."""
    ground = [_ground_at(canvas, house) for house in city.footprints]
    tops = np.array(
        [0, *[base + h.height_m for base, h in zip(ground, city.footprints, strict=True)]]
    )
    rise = np.array([0, *[house.parapet_m for house in city.footprints]])
    canvas.soft_m[roofed] = canvas.texture.ground_m[roofed]
    top = tops[number[roofed]] + np.where(rims[roofed], rise[number[roofed]], 0)
    canvas.solid_m[roofed] = top - canvas.soft_m[roofed]


def _ground_at(canvas: _Canvas, house: Footprint) -> float:
    middle = house.outline.representative_point()
    column, row = canvas.frame.to_pixels(np.array([[middle.x, middle.y]]))[0]
    limit = canvas.frame.shape[0] - 1
    return float(
        canvas.texture.ground_m[int(np.clip(row, 0, limit)), int(np.clip(column, 0, limit))]
    )


def _colour_roofs(
    canvas: _Canvas,
    city: City,
    number: NDArray[np.int32],
    roofed: NDArray[np.bool_],
    rims: NDArray[np.bool_],
    *,
    seed: int,
) -> None:
    tones = [(0.0, 0.0, 0.0), *[_roof_colour(h, seed=seed) for h in city.footprints]]
    colours = np.array(tones, dtype=np.float32)
    rough = 0.035 * canvas.texture.grain[roofed] + 0.075 * canvas.texture.patches[roofed]
    shade = np.clip(1 + rough, 0.6, 1.4) * np.where(rims[roofed], np.float32(1.12), np.float32(1.0))
    canvas.albedo[roofed] = colours[number[roofed]] * shade[:, np.newaxis]


def _house_rng(house: Footprint, *, seed: int) -> np.random.Generator:
    """Return randomness that belongs to one building, whatever else stands or falls."""
    return np.random.default_rng([seed, *house.id.encode()])


def _roof_colour(house: Footprint, *, seed: int) -> NDArray[np.float64]:
    rng = _house_rng(house, seed=seed)
    if house.use in {Use.HALL, Use.FACTORY}:
        return cast("NDArray[np.float64]", _HALL_COLOURS[rng.integers(len(_HALL_COLOURS))])
    chances = np.array([5, 5, 4, 2.5, 3, 4, 4, 0.8])
    picked = _ROOF_COLOURS[rng.choice(len(_ROOF_COLOURS), p=chances / chances.sum())]
    return cast("NDArray[np.float64]", picked * rng.uniform(0.86, 1.12))


def _fittings(house: Footprint, *, seed: int) -> list[Block]:
    """Return stair heads, water tanks and lean-tos on one roof."""
    rng = _house_rng(house, seed=seed + 1)
    inner = house.outline.buffer(-1.6)
    if inner.is_empty:
        return []
    heading = _longest_heading(house.outline)
    if house.use in {Use.HALL, Use.FACTORY}:
        return _ridge_vents(house, heading)
    kinds = [(3.4, 2.6, 2.3, (0.43, 0.4, 0.355))]
    kinds += [(1.3, 1.1, 1.2, (0.55, 0.55, 0.54))] * int(rng.integers(1, 4))
    kinds += [(2.6, 2.0, 0.3, (0.3, 0.31, 0.33))] * int(rng.integers(0, 2))
    blocks = []
    for length, width, height, colour in kinds:
        spot = _spot_within(inner, rng=rng)
        if spot is not None:
            blocks.append(
                Block(x=spot[0], y=spot[1], length_m=length, width_m=width, height_m=height,
                      heading_deg=heading, colour=colour)
            )  # fmt: skip
    return blocks


def _spot_within(area: BaseGeometry, *, rng: np.random.Generator) -> tuple[float, float] | None:
    west, south, east, north = area.bounds
    tries = rng.uniform((west, south), (east, north), (6, 2))
    inside = tries[contains_xy(area, tries)]
    return (float(inside[0, 0]), float(inside[0, 1])) if len(inside) else None


def _longest_heading(outline: Polygon) -> float:
    corners = np.asarray(outline.exterior.coords)
    edges = np.diff(corners, axis=0)
    longest = edges[np.argmax(np.hypot(edges[:, 0], edges[:, 1]))]
    return float(np.degrees(np.arctan2(longest[0], longest[1])))


def _ridge_vents(house: Footprint, heading: float) -> list[Block]:
    middle = house.outline.centroid
    turn = np.radians(heading)
    length = float(np.sqrt(house.outline.area)) * 0.9
    return [
        Block(x=middle.x + at * np.sin(turn), y=middle.y + at * np.cos(turn), length_m=2.2,
              width_m=1.2, height_m=0.9, heading_deg=heading, colour=(0.33, 0.33, 0.33))
        for at in np.arange(-length / 2, length / 2 + 1, 6.0)
    ]  # fmt: skip


def _cars(city: City, works: Siegeworks | None, *, rng: np.random.Generator) -> Iterable[Block]:
    """Yield parked and moving cars, other ones on each date and fewer in a siege."""
    per_m = 0.006 if works is not None else 0.014
    for road in city.roads:
        if road.road_class is RoadClass.LANE or road.width_m < 5.5:  # noqa: PLR2004 - too narrow
            continue
        for _ in range(rng.poisson(per_m * road.line.length)):
            car = _car(road, rng=rng)
            if works is None or not _is_in_the_way(car, works):
                yield car


def _is_in_the_way(car: Block, works: Siegeworks) -> bool:
    spot = Point(car.x, car.y)
    near_block = any(abs(b.x - car.x) < 5 and abs(b.y - car.y) < 5 for b in works.blocks)  # noqa: PLR2004
    scraped = any(ground.distance(spot) < 1 for ground in works.cleared)
    return near_block or scraped or any(h.distance(spot) < 4 for h in works.rubble)  # noqa: PLR2004


def _car(road: Road, *, rng: np.random.Generator) -> Block:
    at = rng.uniform(1, max(1.5, road.line.length - 1))
    spot, ahead = road.line.interpolate(at), road.line.interpolate(at + 0.5)
    turn = np.arctan2(ahead.x - spot.x, ahead.y - spot.y)
    side = rng.choice([-1, 1]) * road.width_m * rng.choice([0.22, 0.4])
    chances = [0.42, 0.22, 0.14, 0.06, 0.08, 0.08]
    return Block(
        x=float(spot.x + side * np.cos(turn)),
        y=float(spot.y - side * np.sin(turn)),
        length_m=float(rng.uniform(3.9, 4.8)),
        width_m=1.8,
        height_m=1.45,
        heading_deg=float(np.degrees(turn) + rng.normal(0, 2)),
        colour=_CAR_COLOURS[int(rng.choice(len(_CAR_COLOURS), p=chances))],
    )
