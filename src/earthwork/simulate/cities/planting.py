"""Plant trees: along wide roads, in gardens, on banks, in orchards, on bare land."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import City, Crop, Field, Road
from earthwork.simulate.cities.layout import District
from earthwork.simulate.cities.styles import CityStyle

_BANK_PER_M2 = 0.009
_GREEN_PER_M2 = 0.012
_ORCHARD_M = (5.6, 8.5)
_AVENUE_WIDTH_M = 6.0
_CLUMPS = 0.5
"""Share of scattered trees that keep company."""
_TALL_GAP_M = 1.0


def plant(
    city: City,
    *,
    style: CityStyle,
    districts: Sequence[District],
    bare: Sequence[Polygon],
    greens: Sequence[Polygon],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the trees of a city.

    Parameters
    ----------
    city
        The city without trees.
    style
        How leafy its land is.
    districts
        Quarters with their gardens.
    bare
        Land that is not farmed.
    greens
        Planted squares.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Dims (tree, [x, y, crown radius, height]), metres; none on roads, roofs or water.
    """
    orchards = [field for field in city.fields if field.crop is Crop.ORCHARD]
    loose = [
        *_avenues(city.roads, share=style.avenue_trees, rng=rng),
        *_gardens(districts, rng=rng),
        *_banks(city, rng=rng),
        *(_scattered(green, per_m2=_GREEN_PER_M2, rng=rng) for green in greens),
        *(_scattered(land, per_m2=style.farming.scrub_per_m2, rng=rng) for land in bare),
    ]
    rows = [_orchard(field, rng=rng) for field in orchards]
    free = _off_roads_and_roofs(_joined(loose), city)
    groves = _off_roads_and_roofs(_joined(rows), city)
    palms = style.farming.palms
    return np.concatenate([
        _grown(free, is_palm=np.full(len(free), palms) & (rng.random(len(free)) < 0.7), rng=rng),  # noqa: PLR2004
        _grown(groves, is_palm=np.full(len(groves), palms), rng=rng),
    ])  # fmt: skip


def _joined(places: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((0, 2)), *places])


def _grown(
    places: NDArray[np.float64], *, is_palm: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return trees with sizes: palms are slender and about equal, others differ."""
    count = len(places)
    radius = np.where(is_palm, rng.normal(2.3, 0.3, count), rng.gamma(6.0, 0.28, count) + 0.7)
    slimness = np.where(is_palm, rng.uniform(3.2, 5.5, count), rng.uniform(1.5, 2.6, count))
    radius = np.clip(radius, 0.7, 6.0)
    return np.column_stack([places, radius, radius * slimness])


def _avenues(
    roads: Sequence[Road], *, share: float, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    wide = [road for road in roads if road.width_m > _AVENUE_WIDTH_M and not road.is_bridge]
    # Not every street is planted; those that are, are so along their whole length.
    chosen = [road for road in wide if rng.random() < (share if road.name else 0.3 * share)]
    return [
        _row(road, hand * (road.width_m / 2 + 2.4), share=0.4 + 0.5 * share, rng=rng)
        for road in chosen
        for hand in (-1, 1)
    ]


def _row(
    road: Road, offset_m: float, *, share: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    edge = road.line.offset_curve(offset_m)
    if edge.is_empty:
        return np.zeros((0, 2))
    at = np.arange(4.0, edge.length, 9.0)
    at = at[rng.random(at.size) < share] + rng.uniform(-1.5, 1.5)
    return shapely.get_coordinates(shapely.line_interpolate_point(edge, at))


def _gardens(
    districts: Sequence[District], *, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    return [
        _scattered(face, per_m2=district.pattern.trees_per_m2, rng=rng)
        for district in districts
        for face in district.faces
    ]


def _banks(city: City, *, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    if city.river is None:
        return []
    water = city.river.outline
    reach = float(np.clip(0.3 * city.river.width_m, 6.0, 20.0))
    strip = water.buffer(reach).difference(water.buffer(2.5))
    return [_scattered(strip, per_m2=_BANK_PER_M2, rng=rng)]


def _scattered(
    area: BaseGeometry, *, per_m2: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    west, south, east, north = area.bounds
    count = int((east - west) * (north - south) * per_m2)
    spots = rng.uniform((west, south), (east, north), (count, 2))
    # Trees keep company: places are drawn towards one another in clumps.
    clumps = rng.uniform((west, south), (east, north), (max(1, count // 7), 2))
    near = clumps[rng.integers(len(clumps), size=count)] + rng.normal(0, 5, (count, 2))
    spots = np.where(rng.random((count, 1)) < _CLUMPS, near, spots)
    shapely.prepare(area)
    return spots[shapely.contains_xy(area, spots)]


def _orchard(field: Field, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the rows of an orchard, along the longer side of its field."""
    pitch = rng.uniform(*_ORCHARD_M)
    turn = np.radians(field.heading_deg)
    along, across = np.array([np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), -np.sin(turn)])
    middle = np.array(field.outline.centroid.coords[0])
    reach = np.hypot(*np.subtract(field.outline.bounds[2:], field.outline.bounds[:2])) / 2
    steps = np.arange(-reach, reach + pitch, pitch)
    s, t = (side.ravel() for side in np.meshgrid(steps, steps))
    spots = middle + s[:, None] * along + t[:, None] * across
    spots += rng.normal(0, 0.35, spots.shape)
    shapely.prepare(field.outline)
    inside = shapely.contains_xy(field.outline, spots) & (rng.random(len(spots)) < 0.9)  # noqa: PLR2004
    return cast("NDArray[np.float64]", spots[inside])


def _off_roads_and_roofs(places: NDArray[np.float64], city: City) -> NDArray[np.float64]:
    lines = np.array([road.line for road in city.roads], dtype=object)
    widths = np.array([road.width_m for road in city.roads])
    roads = shapely.buffer(lines, widths / 2 + _TALL_GAP_M, quad_segs=2)
    roofs = [house.outline for house in city.footprints]
    water = [] if city.river is None else [city.river.outline]
    paved = [] if city.airport is None else [city.airport.outline]
    tree = shapely.STRtree([*roads, *roofs, *water, *paved])
    hit = tree.query(shapely.points(places), predicate="intersects")[0]
    free = np.ones(len(places), dtype=bool)
    free[hit] = False
    return places[free]
