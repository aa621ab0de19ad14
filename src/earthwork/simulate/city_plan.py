"""Draw the plan of a city: river, roads, quarters, parcels, houses, trees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate, scale, translate
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.city import (
    FACTORY_ID, Airport, City, Crop, Footprint, Palette, Quarter, River, Road, RoadClass, Use,
)
from earthwork.simulate.terrain import lay_fields, lay_river

_STOREY_M = 3.1
_PALETTE = Palette(
    soil=(0.335, 0.278, 0.215, 0.37),
    dust=(0.335, 0.290, 0.238, 0.37),
    asphalt=(0.178, 0.172, 0.163, 0.19),
    paving=(0.225, 0.210, 0.190, 0.25),
    concrete=(0.390, 0.372, 0.338, 0.41),
    water=(0.092, 0.112, 0.092, 0.04),
    leaf=(0.062, 0.085, 0.042, 0.40),
    crop=(0.158, 0.178, 0.105, 0.42),
    stubble=(0.410, 0.345, 0.240, 0.46),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """How a quarter is built up."""

    spacing_m: tuple[float, float]
    """Between streets, across and along."""
    heading_deg: float
    """Turn of the street grid."""
    jitter_m: float
    """How crooked the streets are."""
    street_m: tuple[float, float]
    """Least and greatest width of a street."""
    parcel_m2: float
    """Parcels are cut until smaller than this."""
    setback_m: float
    """Between parcel edge and house."""
    storeys: tuple[float, ...]
    """Choices of height."""
    empty: float
    """Share of parcels without a building."""
    use: Use
    """Use of the buildings."""


def plan_city(side_m: float, *, rng: np.random.Generator) -> City:
    """Draw the plan of the city.

    Parameters
    ----------
    side_m
        Side of the square scene in metres; 300 or more holds every part.
    rng
        Source of randomness.

    Returns
    -------
    City
        In local metres.
    """
    streams = rng.spawn(5)
    river = lay_river(side_m, name="Zahir", rng=streams[0])
    airport = _airport(side_m)
    mains = _main_roads(side_m, river)
    quarters = _quarters(side_m, mains)
    taken = shapely.union_all(
        [_carriageway(road, verge=2.0 if road.name else 0.0) for road in mains]
    )
    streets, footprints, walls = _built_up(quarters, taken, side_m=side_m, rng=streams[1])
    halls = _airport_halls(airport, side_m)
    roads = (*mains, *streets)
    fields = lay_fields(_farmland(side_m, river, taken), side_m=side_m, rng=streams[2])
    city = City(
        name="Nahrabad",
        style="river plain",
        palette=_PALETTE,
        side_m=side_m,
        margin_m=0.06 * side_m,
        relief_m=1.5,
        wadis=(),
        field_walls=(),
        river=river,
        roads=roads,
        footprints=(*footprints, *halls),
        quarters=quarters,
        airport=airport,
        fields=fields,
        yard_walls=walls,
        trees=np.zeros((0, 4)),
        core=Point(0.44 * side_m, 0.62 * side_m),
    )
    trees = plant(city, rng=streams[3])
    return replace(city, trees=trees)


def _line(
    side_m: float, shares: Sequence[tuple[float, float]], *, smooth: bool = True
) -> LineString:
    """Return a line through points given as shares of the side, its corners rounded."""
    points = np.array(shares) * side_m
    for _ in range(3 if smooth else 0):
        points = _corners_cut(points)
    return LineString(points)


def _corners_cut(points: NDArray[np.float64]) -> NDArray[np.float64]:
    early, late = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
    inner = np.stack([early, late], axis=1).reshape(-1, 2)[1:-1]
    return cast("NDArray[np.float64]", np.concatenate([points[:1], inner, points[-1:]]))


def _airport(side_m: float) -> Airport:
    runway = _line(side_m, [(-0.2, 0.075), (0.41, 0.045)], smooth=False)
    apron = Polygon(
        np.array(
            [
                (0.27, 0.088),
                (0.33, 0.085),
                (0.333, 0.06),
                (0.352, 0.059),
                (0.354, 0.084),
                (0.385, 0.083),
                (0.39, 0.112),
                (0.274, 0.118),
            ]
        )
        * side_m
    )
    outline = Polygon(np.array([(-0.1, -0.1), (0.46, -0.1), (0.46, 0.165), (-0.1, 0.175)]) * side_m)
    width = float(np.clip(0.045 * side_m, 14, 45))
    return Airport(
        name="Nahrabad Airport",
        runway=runway,
        runway_width_m=width,
        apron=apron,
        outline=outline,
    )


def _airport_halls(airport: Airport, side_m: float) -> list[Footprint]:
    size = np.clip(side_m / 800, 0.45, 1.5)
    spots = [(0.285, 0.133, 46, 18, 9.0), (0.335, 0.131, 30, 22, 11.0), (0.372, 0.127, 22, 16, 7.0)]
    return [
        Footprint(
            id=f"hall-{number}",
            outline=_rectangle(x * side_m, y * side_m, wide * size, deep * size, 87.0),
            height_m=height,
            parapet_m=0.4,
            use=Use.HALL,
            quarter=airport.name,
        )
        for number, (x, y, wide, deep, height) in enumerate(spots)
    ]


def _rectangle(x: float, y: float, wide: float, deep: float, heading_deg: float) -> Polygon:
    upright = box(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2)
    return rotate(upright, 90 - heading_deg)


def _main_roads(side_m: float, river: River) -> tuple[Road, ...]:
    bank = river.width_m / 2
    wide = float(np.clip(0.0175 * side_m, 7.0, 18.0))
    corniche = _beside(river, -bank - 0.6 * wide - 5, side_m, 0.2, 0.97)
    orchard = _beside(river, bank + 0.6 * wide + 14, side_m, -0.1, 1.1)
    ring = [(0.655, 0.412), (0.45, 0.398), (0.25, 0.418), (0.2, 0.6), (0.235, 0.83), (0.45, 0.875),
            (0.64, 0.862)]  # fmt: skip
    drawn = [
        ("Kasira Road", _line(side_m, [(0.5, -0.06), (0.505, 0.13), (0.468, 0.3), (0.45, 0.42),
                                       (0.44, 0.62)]), wide),
        ("North Road", _line(side_m, [(0.44, 0.62), (0.46, 0.8), (0.43, 1.06)]), wide),
        ("West Road", _line(side_m, [(-0.06, 0.56), (0.2, 0.6), (0.44, 0.62)]), wide),
        ("Bridge Street", _line(side_m, [(0.44, 0.62), (0.62, 0.64), (0.84, 0.655), (1.06, 0.64)]),
         wide),
        ("Ring Street", _line(side_m, ring), 0.85 * wide),
        ("Lower Bridge Road", _line(side_m, [(0.655, 0.412), (0.8, 0.43), (1.06, 0.4)]),
         0.85 * wide),
        ("Corniche", corniche, 0.75 * wide),
        ("Orchard Road", orchard, 0.7 * wide),
        ("Airport Road", _line(side_m, [(0.503, 0.15), (0.42, 0.148), (0.3, 0.152)]), 0.75 * wide),
    ]  # fmt: skip
    roads = [
        Road(id=f"road-{n}", name=name, line=line, width_m=width, road_class=RoadClass.MAIN)
        for n, (name, line, width) in enumerate(drawn)
    ]
    return (*roads, *_bridges(roads, river), *_tracks(side_m))


def _tracks(side_m: float) -> list[Road]:
    """Return dirt tracks: round the airfield, to the fields."""
    lines = [
        [(-0.06, 0.163), (0.1, 0.158), (0.26, 0.165), (0.3, 0.178), (0.42, 0.172), (0.5, 0.176)],
        [(0.3, 0.152), (0.28, 0.2), (0.281, 0.3), (0.276, 0.42)],
        [(0.42, 0.148), (0.44, 0.1), (0.45, 0.03), (0.43, -0.06)],
        [(0.86, 0.4), (0.875, 0.25), (0.87, 0.1), (0.885, -0.06)],
        [(-0.06, 0.3), (0.1, 0.31), (0.27, 0.29)],
    ]
    return [
        Road(id=f"track-{n}", name=None, line=_line(side_m, points), width_m=2.8,
             road_class=RoadClass.TRACK)
        for n, points in enumerate(lines)
    ]  # fmt: skip


def _beside(river: River, offset_m: float, side_m: float, south: float, north: float) -> LineString:
    """Return the line along a bank; a negative offset is the western one."""
    shifted = river.line.offset_curve(-offset_m).simplify(0.5)
    band = box(-side_m, south * side_m, 2 * side_m, north * side_m)
    return cast("LineString", shifted.intersection(band))


def _bridges(roads: Iterable[Road], river: River) -> list[Road]:
    crossing = [road for road in roads if "Bridge" in (road.name or "")]
    return [
        Road(
            id=f"{road.id}-bridge",
            name=road.name,
            line=cast("LineString", road.line.intersection(river.outline.buffer(6))),
            width_m=road.width_m,
            road_class=RoadClass.MAIN,
            is_bridge=True,
        )
        for road in crossing
    ]


def _carriageway(road: Road, *, verge: float) -> BaseGeometry:
    return road.line.buffer(road.width_m / 2 + verge, cap_style="flat")


def _quarters(side_m: float, mains: Sequence[Road]) -> tuple[Quarter, ...]:
    by_name = {road.name: road for road in mains if not road.is_bridge}
    ring, corniche = by_name["Ring Street"].line, by_name["Corniche"].line
    inland = _west_of(corniche, side_m)
    west = [(x, y) for x, y in ring.coords]
    ringed = Polygon([*west, (0.75 * side_m, west[-1][1]), (0.75 * side_m, west[0][1])])
    centre = ringed.buffer(0).intersection(inland)
    eastern = _east_of(by_name["Orchard Road"].line, side_m)
    south_line = 0.505 * side_m
    parts = {
        "Suqara": centre.intersection(box(-side_m, south_line, 2 * side_m, 2 * side_m)),
        "Dabbara": centre.intersection(box(-side_m, -side_m, 2 * side_m, south_line)),
        "Tahun": _shares(side_m, 0.29, 0.215, 0.8, 0.43).intersection(inland).difference(centre),
        "Karmin": _shares(side_m, -0.06, 0.46, 0.25, 1.06).difference(centre),
        "Shamra": _shares(side_m, 0.25, 0.84, 0.8, 1.06).intersection(inland).difference(centre),
        "Sharqan": _shares(side_m, 0.7, 0.425, 1.06, 1.06).intersection(eastern),
    }
    return tuple(Quarter(name=name, outline=area.buffer(0)) for name, area in parts.items())


def _shares(side_m: float, west: float, south: float, east: float, north: float) -> Polygon:
    return box(west * side_m, south * side_m, east * side_m, north * side_m)


def _west_of(line: LineString, side_m: float) -> BaseGeometry:
    ordered = sorted(line.coords, key=lambda point: point[1])
    return Polygon(
        [(-side_m, ordered[0][1]), *ordered, (ordered[-1][0], 2 * side_m), (-side_m, 2 * side_m)]
    ).buffer(0)


def _east_of(line: LineString, side_m: float) -> BaseGeometry:
    ordered = sorted(line.coords, key=lambda point: point[1])
    return Polygon([*ordered, (2 * side_m, ordered[-1][1]), (2 * side_m, ordered[0][1])]).buffer(0)


def _farmland(side_m: float, river: River, taken: BaseGeometry) -> BaseGeometry:
    south_west = _shares(side_m, -0.06, 0.185, 0.272, 0.445)
    bank = _shares(side_m, 0.525, -0.06, 0.8, 0.19)
    south_east = _shares(side_m, 0.7, -0.06, 1.06, 0.41)
    land = shapely.union_all([south_west, bank, south_east])
    return land.difference(river.outline.buffer(10)).difference(taken.buffer(3))


_PATTERNS: dict[str, _Pattern] = {
    "Suqara": _Pattern(
        spacing_m=(36, 44), heading_deg=8, jitter_m=7, street_m=(2.8, 5), parcel_m2=190,
        setback_m=0.15, storeys=(1, 2, 2, 2, 3, 3), empty=0.03, use=Use.COURTYARD,
    ),
    "Tahun": _Pattern(
        spacing_m=(56, 62), heading_deg=-7, jitter_m=3, street_m=(4, 6), parcel_m2=340,
        setback_m=1.6, storeys=(1, 1, 2, 2), empty=0.24, use=Use.HOUSE,
    ),
    "Karmin": _Pattern(
        spacing_m=(46, 104), heading_deg=11, jitter_m=0.4, street_m=(6.5, 9), parcel_m2=300,
        setback_m=1.7, storeys=(1, 2, 2, 2), empty=0.1, use=Use.HOUSE,
    ),
    "Shamra": _Pattern(
        spacing_m=(44, 84), heading_deg=-4, jitter_m=0.8, street_m=(6, 8), parcel_m2=290,
        setback_m=1.5, storeys=(1, 2, 2, 3), empty=0.08, use=Use.HOUSE,
    ),
    "Sharqan": _Pattern(
        spacing_m=(50, 92), heading_deg=-13, jitter_m=1.2, street_m=(6, 8), parcel_m2=360,
        setback_m=1.8, storeys=(1, 2, 2), empty=0.16, use=Use.HOUSE,
    ),
}  # fmt: skip


def _built_up(
    quarters: Sequence[Quarter], taken: BaseGeometry, *, side_m: float, rng: np.random.Generator
) -> tuple[list[Road], list[Footprint], tuple[LineString, ...]]:
    streets: list[Road] = []
    footprints: list[Footprint] = []
    walls: list[LineString] = []
    for quarter in _fabrics(quarters):
        pattern = _PATTERNS[quarter.name]
        area = quarter.outline.difference(taken)
        own = _streets(quarter, area, pattern, rng=rng)
        streets.extend(own)
        reserved = _factory_site(side_m) if quarter.name == "Tahun" else Polygon()
        if quarter.name == "Tahun":
            footprints.append(_factory(side_m))
        paved = shapely.union_all([_carriageway(street, verge=0.3) for street in own])
        parcels = _parcels(area.difference(paved).difference(reserved), pattern, rng=rng)
        houses, yards = _houses(quarter.name, parcels, pattern, rng=rng)
        footprints.extend(houses)
        walls.extend(yards)
    return streets, _in_their_quarters(footprints, quarters), tuple(walls)


def _fabrics(quarters: Sequence[Quarter]) -> list[Quarter]:
    """Return the areas built up as one: lanes of the old town run on from quarter to quarter."""
    old = [quarter.outline for quarter in quarters if quarter.name in {"Suqara", "Dabbara"}]
    others = [quarter for quarter in quarters if quarter.name not in {"Suqara", "Dabbara"}]
    return [Quarter(name="Suqara", outline=shapely.union_all(old)), *others]


def _in_their_quarters(
    footprints: Iterable[Footprint], quarters: Sequence[Quarter]
) -> list[Footprint]:
    dabbara = next(quarter.outline for quarter in quarters if quarter.name == "Dabbara")
    return [
        replace(house, quarter="Dabbara")
        if house.quarter == "Suqara" and dabbara.contains(house.outline.representative_point())
        else house
        for house in footprints
    ]


def _factory_site(side_m: float) -> Polygon:
    size = float(np.clip(side_m / 800, 0.45, 1.5))
    return _rectangle(0.4 * side_m, 0.315 * side_m, 62 * size, 52 * size, 87.0)


def _factory(side_m: float) -> Footprint:
    size = float(np.clip(side_m / 800, 0.45, 1.5))
    return Footprint(
        id=FACTORY_ID,
        outline=_rectangle(0.4 * side_m, 0.315 * side_m, 48 * size, 26 * size, 87.0),
        height_m=9.0,
        parapet_m=0.5,
        use=Use.FACTORY,
        quarter="Tahun",
    )


def _streets(
    quarter: Quarter, area: BaseGeometry, pattern: _Pattern, *, rng: np.random.Generator
) -> list[Road]:
    """Lay a bent grid over a quarter, leaving gaps where the jitter is great."""
    centre = area.centroid
    reach = 0.75 * float(np.hypot(*np.subtract(area.bounds[2:], area.bounds[:2])))
    lines: list[tuple[LineString, float]] = []
    for turn, spacing in zip((0.0, 90.0), pattern.spacing_m, strict=True):
        for offset in np.arange(-reach, reach, spacing):
            line = _crooked(offset, reach, pattern, rng=rng)
            placed = translate(rotate(line, turn - pattern.heading_deg, origin=(0, 0)),
                               centre.x, centre.y)  # fmt: skip
            lines.append((placed, float(rng.uniform(*pattern.street_m))))
    return _clipped_roads(quarter.name, area, lines, pattern)


def _crooked(
    offset: float, reach: float, pattern: _Pattern, *, rng: np.random.Generator
) -> LineString:
    along = np.arange(-reach, reach + 1, 24.0)
    across = offset + pattern.jitter_m * (rng.uniform(-1, 1, along.size) * 0.6)
    across += pattern.jitter_m * np.sin(along / 60.0 + rng.uniform(0, 6))
    return LineString(_corners_cut(np.column_stack([across, along])))


def _clipped_roads(
    name: str,
    area: BaseGeometry,
    lines: Iterable[tuple[LineString, float]],
    pattern: _Pattern,
) -> list[Road]:
    road_class = RoadClass.LANE if pattern.use is Use.COURTYARD else RoadClass.STREET
    roads: list[Road] = []
    for line, width in lines:
        # Streets run on to the main road they meet.
        inside = line.intersection(area.buffer(6.0))
        for part in getattr(inside, "geoms", [inside]):
            if isinstance(part, LineString) and part.length > 18.0:  # noqa: PLR2004 - a house deep
                roads.append(
                    Road(
                        id=f"{name.lower()}-{len(roads)}",
                        name=None,
                        line=cast("LineString", part.simplify(0.2)),
                        width_m=width,
                        road_class=road_class,
                    )
                )
    return roads


def _parcels(area: BaseGeometry, pattern: _Pattern, *, rng: np.random.Generator) -> list[Polygon]:
    waiting = [part for part in getattr(area, "geoms", [area]) if isinstance(part, Polygon)]
    parcels: list[Polygon] = []
    while waiting:
        block = waiting.pop()
        if block.area < pattern.parcel_m2 * rng.uniform(0.75, 1.35):
            parcels.append(block)
        else:
            waiting.extend(_halved(block, rng=rng))
    return parcels


def _halved(block: Polygon, *, rng: np.random.Generator) -> list[Polygon]:
    """Cut a block across its longer side."""
    corners = np.array(cast("Polygon", shapely.oriented_envelope(block)).exterior.coords[:4])
    if np.hypot(*(corners[1] - corners[0])) < np.hypot(*(corners[2] - corners[1])):
        corners = np.roll(corners, -1, axis=0)
    share = rng.uniform(0.4, 0.6)
    near = corners[0] + share * (corners[1] - corners[0])
    far = corners[3] + share * (corners[2] - corners[3])
    half = Polygon([corners[0], near, far, corners[3]]).buffer(0.01, join_style="mitre")
    parts = [block.intersection(half), block.difference(half)]
    return [
        piece
        for part in parts
        for piece in getattr(part, "geoms", [part])
        if isinstance(piece, Polygon) and piece.area > 1.0
    ]


def _houses(
    quarter: str, parcels: Sequence[Polygon], pattern: _Pattern, *, rng: np.random.Generator
) -> tuple[list[Footprint], list[LineString]]:
    houses: list[Footprint] = []
    walls: list[LineString] = []
    for parcel in parcels:
        if parcel.area < 0.3 * pattern.parcel_m2 or rng.random() < pattern.empty:
            continue
        outline = _outline(parcel, pattern, rng=rng)
        if outline is None:
            continue
        if pattern.use is Use.HOUSE:
            inner = parcel.buffer(-0.4)
            walls.extend(
                LineString(part.exterior.coords) for part in getattr(inner, "geoms", [inner])
            )
        houses.append(
            Footprint(
                id=f"{quarter.lower()}-h{len(houses)}",
                outline=outline,
                height_m=_height(pattern, rng=rng),
                parapet_m=float(rng.uniform(0.5, 1.1)),
                use=pattern.use,
                quarter=quarter,
            )
        )
    return houses, walls


def _height(pattern: _Pattern, *, rng: np.random.Generator) -> float:
    return round(float(rng.choice(pattern.storeys)) * _STOREY_M + float(rng.uniform(0.2, 1.0)), 2)


def _outline(parcel: Polygon, pattern: _Pattern, *, rng: np.random.Generator) -> Polygon | None:
    """Return the house on a parcel: a courtyard house fills it, another stands back."""
    shell = parcel.buffer(-pattern.setback_m, join_style="mitre")
    if not isinstance(shell, Polygon) or shell.area < 28.0:  # noqa: PLR2004 - a room or two
        return None
    is_courtyard = pattern.use is Use.COURTYARD
    drawn = _with_courtyard(shell, rng=rng) if is_courtyard else _standing_back(shell, rng=rng)
    # Corners closer than a hand's breadth would cross when moved to degrees.
    snapped = shapely.set_precision(drawn, 0.05)
    house = max(getattr(snapped, "geoms", [snapped]), key=lambda part: part.area)
    fits = isinstance(house, Polygon) and house.area > 28.0  # noqa: PLR2004 - a room or two
    return house if fits else None


def _with_courtyard(shell: Polygon, *, rng: np.random.Generator) -> Polygon:
    if shell.area < 95.0 or rng.random() < 0.3:  # noqa: PLR2004 - a court needs room
        return shell
    share = rng.uniform(0.3, 0.48)
    court = scale(shapely.oriented_envelope(shell), share, share)
    court = translate(court, rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2))
    opened = shell.difference(court)
    return opened if isinstance(opened, Polygon) else shell


def _standing_back(shell: Polygon, *, rng: np.random.Generator) -> BaseGeometry:
    frame = cast("Polygon", shapely.oriented_envelope(shell))
    corners = np.array(frame.exterior.coords[:4])
    corners = np.roll(corners, -int(rng.integers(4)), axis=0)
    deep = rng.uniform(0.55, 0.85)
    back = corners[:2] + deep * (corners[[3, 2]] - corners[:2])
    house = shell.intersection(Polygon([corners[0], corners[1], back[1], back[0]]))
    if rng.random() < 0.35:  # noqa: PLR2004 - one house in three is L-shaped
        notch = (
            corners[0] + 0.45 * (corners[1] - corners[0]),
            corners[0] + 0.4 * (back[0] - corners[0]),
        )
        bite = notch[0] + notch[1] - corners[0]
        house = house.difference(Polygon([corners[0], notch[0], bite, notch[1]]))
    return house


def plant(city: City, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return trees: rows along wide streets, gardens, the river bank, orchards."""
    rows = [_avenue(city.road(name), rng=rng) for name in ("Corniche", "West Road", "North Road",
                                                           "Orchard Road")]  # fmt: skip
    bank = _scattered(city.river.outline.buffer(16).difference(city.river.outline.buffer(3)),
                      per_m2=0.009, rng=rng)  # fmt: skip
    gardens = _scattered(
        shapely.union_all(
            [q.outline for q in _fabrics(city.quarters) if _PATTERNS[q.name].setback_m > 1]
        ),
        per_m2=0.0032,
        rng=rng,
    )
    orchards = [_orchard(field, rng=rng) for field in city.fields if field.crop is Crop.ORCHARD]
    places = np.concatenate([*rows, bank, gardens, *orchards])
    places = _off_roads_and_roofs(places, city)
    radius = rng.gamma(6.0, 0.28, len(places)) + 0.7
    height = radius * rng.uniform(1.5, 2.6, len(places))
    return np.column_stack([places, radius, height])


def _avenue(road: Road, *, rng: np.random.Generator) -> NDArray[np.float64]:
    places = []
    for side in (-1, 1):
        edge = road.line.offset_curve(side * (road.width_m / 2 + 2.4))
        for at in np.arange(4, edge.length, 9.0):
            if rng.random() < 0.72:  # noqa: PLR2004 - some have died
                spot = edge.interpolate(at + rng.uniform(-1.5, 1.5))
                places.append((spot.x, spot.y))
    return np.array(places).reshape(-1, 2)


def _scattered(
    area: BaseGeometry, *, per_m2: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    west, south, east, north = area.bounds
    count = int((east - west) * (north - south) * per_m2)
    spots = rng.uniform((west, south), (east, north), (count, 2))
    # Trees keep company: places are drawn towards one another in clumps.
    clumps = rng.uniform((west, south), (east, north), (max(1, count // 7), 2))
    near = clumps[rng.integers(len(clumps), size=count)] + rng.normal(0, 5, (count, 2))
    spots = np.where(rng.random((count, 1)) < 0.5, near, spots)  # noqa: PLR2004
    return spots[shapely.contains_xy(area, spots)]


def _orchard(field: Field, *, rng: np.random.Generator) -> NDArray[np.float64]:
    west, south, east, north = field.outline.bounds
    x, y = np.meshgrid(np.arange(west, east, 5.5), np.arange(south, north, 5.5))
    spots = np.column_stack([x.ravel(), y.ravel()]) + rng.normal(0, 0.4, (x.size, 2))
    inside = shapely.contains_xy(field.outline, spots) & (rng.random(len(spots)) < 0.9)  # noqa: PLR2004
    return spots[inside]


def _off_roads_and_roofs(places: NDArray[np.float64], city: City) -> NDArray[np.float64]:
    roads = [road.line.buffer(road.width_m / 2 + 1.0) for road in city.roads]
    roofs = [house.outline for house in city.footprints]
    tree = shapely.STRtree([*roads, *roofs, city.river.outline])
    hit = tree.query(shapely.points(places), predicate="intersects")[0]
    free = np.ones(len(places), dtype=bool)
    free[hit] = False
    return places[free]
