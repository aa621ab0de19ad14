"""The demonstration city: Nahrabad on the river Zahir, always laid out alike.

Its roads, quarters, factory and airport lie at fixed shares of the side of the scene, so that a
scenario can name them; streets, houses and fields within them come from the seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.airfield import turned_box
from earthwork.simulate.cities.city import (
    Airport,
    City,
    Fabric,
    Footprint,
    Quarter,
    River,
    Road,
    RoadClass,
    Use,
)
from earthwork.simulate.cities.city_plan import complete_city, edge_lanes, require_side
from earthwork.simulate.cities.layout import (
    MARGIN_M,
    District,
    Layout,
    faces_between,
    line_parts,
    plan_ground,
)
from earthwork.simulate.cities.main_roads import bridges_of
from earthwork.simulate.cities.styles import BASE_PATTERNS, RIVER_PLAIN, Pattern
from earthwork.simulate.cities.waterways import river_along

Shares = Sequence[tuple[float, float]]
"""Points as shares of the side of the scene, [x, y]."""

_CORE = (0.44, 0.62)
_FACTORY = (0.4, 0.315)
_HALLS = (
    (0.285, 0.126, 46, 18, 9.0),
    (0.337, 0.124, 30, 20, 11.0),
    (0.374, 0.122, 22, 16, 7.0),
)
_APRON = ((0.27, 0.088), (0.33, 0.085), (0.333, 0.06), (0.352, 0.059), (0.354, 0.084),
          (0.385, 0.083), (0.39, 0.112), (0.274, 0.118))  # fmt: skip
_RING = ((0.655, 0.412), (0.45, 0.398), (0.25, 0.418), (0.2, 0.6), (0.235, 0.83), (0.45, 0.875),
         (0.64, 0.862), (0.74, 0.858))  # fmt: skip
_SOUTH_OF_SUQARA = 0.505
_JOIN = 0.05
"""An end is led to a road nearer than this share of the side."""

_OLD_TOWN, _PLANNED, _SUBURB = (
    BASE_PATTERNS[fabric] for fabric in (Fabric.OLD_TOWN, Fabric.PLANNED, Fabric.SUBURB)
)
_QUARTERS: Mapping[str, tuple[Fabric, Pattern, float]] = {
    "Suqara": (Fabric.OLD_TOWN, _OLD_TOWN, 8.0),
    "Dabbara": (Fabric.OLD_TOWN, _OLD_TOWN, 8.0),
    "Tahun": (
        Fabric.INDUSTRY,
        replace(
            _SUBURB, spacing_m=(58, 64), crook_m=2.0, street_m=(4, 6), parcel_m2=340,
            setback_m=1.6, empty=0.22, gables=0.1,
            uses=((Use.HOUSE, 0.8), (Use.HALL, 0.12), (Use.SHED, 0.08)),
        ),
        -7.0,
    ),
    "Karmin": (Fabric.PLANNED, _PLANNED, 11.0),
    "Shamra": (Fabric.PLANNED, replace(_PLANNED, spacing_m=(44, 84), storeys=(1, 2, 2, 3)), -4.0),
    "Sharqan": (Fabric.PLANNED, replace(_PLANNED, spacing_m=(50, 92), crook_m=1.2, parcel_m2=360,
                                        empty=0.16), -13.0),
}  # fmt: skip


def plan_nahrabad(side_m: float, *, seed: int) -> City:
    """Draw the plan of Nahrabad.

    Parameters
    ----------
    side_m
        Side of the square scene in metres, 300 or more.
    seed
        Number that streets, houses and fields are drawn from.

    Returns
    -------
    City
        In local metres.

    Raises
    ------
    InvalidValue
        If the scene is too small.
    """
    require_side(side_m)
    return complete_city(_layout(side_m), seed=seed)


def _layout(side_m: float) -> Layout:
    plan = plan_ground(side_m)
    river = _river(side_m)
    airport = _airport(side_m)
    mains = [_within(road, plan) for road in _main_roads(side_m, river)]
    areas = _areas(side_m, mains)
    tracks = [_within(road, plan) for road in _tracks(side_m, river, mains)]
    outlines = [area.boundary for area in areas.values()]
    lanes = [
        *tracks,
        *edge_lanes(shapely.union_all(outlines), [*mains, *tracks], plan),
    ]
    faces = faces_between(
        [*(road.line for road in (*mains, *lanes)), *outlines, airport.outline.boundary], plan
    )
    return Layout(
        name="Nahrabad", style=RIVER_PLAIN, side_m=side_m,
        core=Point(*np.multiply(_CORE, side_m)), relief_m=1.5, river=river, wadis=(),
        airport=airport, halls=_halls(airport, side_m), mains=tuple(mains),
        bridges=tuple(bridges_of([road for road in mains if "Bridge" in str(road.name)], river)),
        edges=tuple(lanes), districts=_districts(areas, faces),
        country=_farmland(faces, areas, airport, river, side_m), factory_quarter="Tahun",
        factory_near=Point(*np.multiply(_FACTORY, side_m)),
    )  # fmt: skip


def _line(side_m: float, shares: Shares, *, smooth: bool = True) -> LineString:
    """Return a line through points, its corners rounded; ends beyond the scene leave the plan."""
    points = np.array(shares, dtype=float)
    beyond = 1.1 * MARGIN_M / side_m
    points = np.where(points < -0.05, -beyond, np.where(points > 1.05, 1 + beyond, points)) * side_m  # noqa: PLR2004
    for _ in range(3 if smooth else 0):
        points = _corners_cut(points)
    return LineString(points)


def _corners_cut(points: NDArray[np.float64]) -> NDArray[np.float64]:
    early, late = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
    inner = np.stack([early, late], axis=1).reshape(-1, 2)[1:-1]
    return np.concatenate([points[:1], inner, points[-1:]])


def _within(road: Road, plan: Polygon) -> Road:
    parts = line_parts(road.line.intersection(plan))
    return replace(road, line=max(parts, key=lambda part: part.length))


def _river(side_m: float) -> River:
    reach = 1.5 * MARGIN_M / side_m
    along = np.linspace(-reach, 1 + reach, 81)
    across = 0.715 + 0.04 * np.sin(2 * np.pi * (0.9 * along + 0.1))
    width = float(np.clip(0.085 * side_m, 22.0, 140.0))
    line = LineString(np.column_stack([across, along]) * side_m)
    return river_along(line, name="Zahir", width_m=width)


def _airport(side_m: float) -> Airport:
    west = -1.1 * MARGIN_M / side_m
    outline = np.array([(west, west), (0.46, west), (0.46, 0.165), (west, 0.175)]) * side_m
    return Airport(
        name="Nahrabad Airport",
        runway=_line(side_m, [(-0.2, 0.075), (0.41, 0.045)], smooth=False),
        runway_width_m=float(np.clip(0.045 * side_m, 14, 45)),
        apron=Polygon(np.array(_APRON) * side_m),
        outline=Polygon(outline),
    )


def _halls(airport: Airport, side_m: float) -> tuple[Footprint, ...]:
    size = float(np.clip(side_m / 800, 0.3, 1.5))
    return tuple(
        Footprint(
            id=f"hall-{number}",
            outline=turned_box(x * side_m, y * side_m, wide * size, deep * size, 87.0),
            height_m=height,
            parapet_m=0.4,
            use=Use.HALL,
            quarter=airport.name,
        )
        for number, (x, y, wide, deep, height) in enumerate(_HALLS)
    )


def _main_roads(side_m: float, river: River) -> list[Road]:
    wide = float(np.clip(0.0175 * side_m, 7.0, 18.0))
    bank = river.width_m / 2
    corniche = _beside(river, -bank - 0.6 * wide - 5, side_m, (0.2, 0.97))
    drawn = [
        ("Kasira Road", _line(side_m, [(0.5, -0.06), (0.505, 0.13), (0.468, 0.3), (0.45, 0.42),
                                       _CORE]), wide),
        ("North Road", _line(side_m, [_CORE, (0.46, 0.8), (0.43, 1.06)]), wide),
        ("West Road", _line(side_m, [(-0.06, 0.56), (0.2, 0.6), _CORE]), wide),
        ("Bridge Street", _line(side_m, [_CORE, (0.62, 0.64), (0.84, 0.655), (1.06, 0.64)]), wide),
        ("Ring Street", _ring(side_m, corniche), 0.85 * wide),
        ("Lower Bridge Road", _line(side_m, [_RING[0], (0.8, 0.43), (1.06, 0.4)]), 0.85 * wide),
        ("Corniche", corniche, 0.75 * wide),
        ("Orchard Road", _beside(river, bank + 0.6 * wide + 14, side_m, (-1.0, 2.0)), 0.7 * wide),
        ("Airport Road", _line(side_m, [(0.503, 0.15), (0.42, 0.148), (0.3, 0.152)]), 0.75 * wide),
    ]  # fmt: skip
    roads = [
        Road(id=f"road-{n}", name=name, line=line, width_m=width, road_class=RoadClass.MAIN)
        for n, (name, line, width) in enumerate(drawn)
    ]
    kasira = roads[0].line
    return [*roads[:-1], replace(roads[-1], line=_led(roads[-1].line, kasira, _JOIN * side_m))]


def _ring(side_m: float, corniche: LineString) -> LineString:
    """Return the ring: it ends in the north on the Corniche."""
    inland = _west_of(corniche, side_m).buffer(0.1)
    parts = line_parts(_line(side_m, _RING).intersection(inland))
    return max(parts, key=lambda part: part.length)


def _tracks(side_m: float, river: River, mains: Sequence[Road]) -> list[Road]:
    """Return dirt tracks: round the airfield, to the fields, along the bank."""
    wide = float(np.clip(0.0175 * side_m, 7.0, 18.0))
    off = -river.width_m / 2 - 0.6 * wide - 5
    drawn = [
        _line(side_m, [(-0.06, 0.163), (0.1, 0.158), (0.26, 0.165), (0.3, 0.178), (0.42, 0.172),
                       (0.5, 0.176)]),
        _line(side_m, [(0.3, 0.152), (0.28, 0.2), (0.281, 0.3), (0.276, 0.42)]),
        _line(side_m, [(0.42, 0.148), (0.44, 0.1), (0.45, 0.03), (0.43, -0.06)]),
        _line(side_m, [(0.86, 0.4), (0.875, 0.25), (0.87, 0.1), (0.885, -0.06)]),
        _line(side_m, [(-0.06, 0.3), (0.1, 0.31), (0.27, 0.29)]),
        _beside(river, off, side_m, (-1.0, 0.2)),
        _beside(river, off, side_m, (0.97, 2.0)),
    ]  # fmt: skip
    roads = shapely.union_all([road.line for road in mains])
    lines: list[LineString] = []
    for line in drawn:
        met = shapely.union_all([roads, *lines])
        lines.append(_led(line, met, _JOIN * side_m))
    return [
        Road(id=f"track-{n}", name=None, line=line, width_m=2.8, road_class=RoadClass.TRACK)
        for n, line in enumerate(lines)
    ]


def _led(line: LineString, met: BaseGeometry, reach_m: float) -> LineString:
    """Return a line whose ends are led to what lies near them."""
    points = list(line.coords)
    for at, insert in ((0, 0), (-1, len(points) + 1)):
        joint = shapely.shortest_line(Point(points[at]), met)
        if 0 < joint.length < reach_m:
            points.insert(insert, joint.coords[1])
    return LineString(points)


def _beside(river: River, offset_m: float, side_m: float, north: tuple[float, float]) -> LineString:
    """Return the line along a bank; a negative offset is the western one."""
    shifted = river.line.offset_curve(-offset_m).simplify(0.5)
    band = box(-side_m, north[0] * side_m, 2 * side_m, north[1] * side_m)
    return line_parts(shifted.intersection(band))[0]


def _areas(side_m: float, mains: Sequence[Road]) -> dict[str, BaseGeometry]:
    """Return the area of each quarter."""
    by_name = {road.name: road.line for road in mains}
    inland = _west_of(by_name["Corniche"], side_m)
    ring = list(by_name["Ring Street"].coords)
    ringed = Polygon([*ring, (0.78 * side_m, ring[-1][1]), (0.78 * side_m, ring[0][1])])
    centre = ringed.buffer(0).intersection(inland)
    eastern = _east_of(by_name["Orchard Road"], side_m)
    far = MARGIN_M / side_m
    south = _SOUTH_OF_SUQARA
    return {
        "Suqara": centre.intersection(_box(side_m, -1, south, 2, 2)),
        "Dabbara": centre.intersection(_box(side_m, -1, -1, 2, south)),
        "Tahun": _box(side_m, 0.29, 0.215, 0.8, 0.43).intersection(inland).difference(centre),
        "Karmin": _box(side_m, -far, 0.46, 0.25, 1 + far).difference(centre),
        "Shamra": _box(side_m, 0.25, 0.84, 0.8, 1 + far).intersection(inland).difference(centre),
        "Sharqan": _box(side_m, 0.7, 0.425, 1 + far, 1 + far).intersection(eastern),
    }


def _box(side_m: float, west: float, south: float, east: float, north: float) -> Polygon:
    return box(west * side_m, south * side_m, east * side_m, north * side_m)


def _west_of(line: LineString, side_m: float) -> BaseGeometry:
    ordered = sorted(line.coords, key=lambda point: point[1])
    far = [(ordered[-1][0], 2 * side_m), (-side_m, 2 * side_m), (-side_m, ordered[0][1])]
    return Polygon([*ordered, *far]).buffer(0)


def _east_of(line: LineString, side_m: float) -> BaseGeometry:
    ordered = sorted(line.coords, key=lambda point: point[1])
    return Polygon([*ordered, (2 * side_m, ordered[-1][1]), (2 * side_m, ordered[0][1])]).buffer(0)


def _districts(areas: Mapping[str, BaseGeometry], faces: Sequence[Polygon]) -> tuple[District, ...]:
    return tuple(
        District(
            quarter=Quarter(name=name, outline=area.buffer(0), fabric=_QUARTERS[name][0]),
            faces=tuple(face for face in faces if area.covers(face.representative_point())),
            pattern=_QUARTERS[name][1],
            heading_deg=_QUARTERS[name][2],
        )
        for name, area in areas.items()
    )


def _farmland(
    faces: Sequence[Polygon],
    areas: Mapping[str, BaseGeometry],
    airport: Airport,
    river: River,
    side_m: float,
) -> tuple[Polygon, ...]:
    """Return the land that is farmed: the south-west, the western bank and the south-east."""
    far = MARGIN_M / side_m
    land = shapely.union_all([
        _box(side_m, -far, 0.165, 0.285, 0.46),
        _box(side_m, 0.46, -far, 0.8, 0.22),
        _box(side_m, 0.7, -far, 1 + far, 0.425),
    ])  # fmt: skip
    taken = shapely.union_all([*areas.values(), airport.outline, river.outline.buffer(8)])
    parts = [
        part
        for face in faces
        for part in shapely.get_parts(face.intersection(land).difference(taken))
    ]
    return tuple(part for part in parts if isinstance(part, Polygon) and part.area > 1.0)
