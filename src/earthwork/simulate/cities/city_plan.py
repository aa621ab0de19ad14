"""Draw the plan of a city in a style: river, roads, quarters, parcels, houses, fields, trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.simulate.cities.airfield import (
    Site,
    airfield_halls,
    airport_road,
    find_site,
    lay_airfield,
)  # fmt: skip
from earthwork.simulate.cities.city import (
    FACTORY_ID,
    City,
    Fabric,
    Footprint,
    River,
    Road,
    RoadClass,
)
from earthwork.simulate.cities.districts import BuiltUp, build_up
from earthwork.simulate.cities.farmland import Country, divide_country
from earthwork.simulate.cities.layout import (
    MARGIN_M,
    District,
    Layout,
    carriageway,
    faces_between,
    line_parts,
    plan_ground,
)  # fmt: skip
from earthwork.simulate.cities.main_roads import (
    Ground,
    bank_roads,
    bridges_of,
    lay_ground,
    lay_mains,
    ring_roads,
    straight_over,
)  # fmt: skip
from earthwork.simulate.cities.place_names import invent_names
from earthwork.simulate.cities.planting import plant
from earthwork.simulate.cities.quarters import divide, draw_shape, fit_town, ring_line
from earthwork.simulate.cities.styles import STYLES, CityStyle, MainLayout
from earthwork.simulate.cities.waterways import lay_river, lay_wadis

LEAST_SIDE_M = 300.0
"""Side of the smallest scene that holds every part of a city."""
_OUTER_RING_CHANCE = 0.6
_STOPPED = 0.4
_TOUCH_M2 = 0.1
_LANE_GAP_M = 0.3
_OUTER_RING_ABOVE_M = 330.0
"""A town of greater radius has a second ring."""
_LAYOUT, _RIVER, _ROADS, _TOWN, _COUNTRY, _TREES, _NAMES = range(7)
_FIRST_DISTRICT = 100


def plan_city(
    side_m: float, *, seed: int, style: CityStyle | None = None, name: str | None = None
) -> City:
    """Draw the plan of a city.

    Parameters
    ----------
    side_m
        Side of the square scene in metres, ``LEAST_SIDE_M`` or more.
    seed
        Number of the city: the same number gives the same city.
    style
        Style to draw it in; None for one that is not held out, chosen by the seed.
    name
        Its name; None for one invented.

    Returns
    -------
    City
        In local metres; it reaches 100 m beyond the scene.

    Raises
    ------
    InvalidValue
        If the scene is too small.

    Examples
    --------
    >>> city = plan_city(300.0, seed=7)
    >>> len({quarter.name for quarter in city.quarters}) == len(city.quarters)
    True
    """
    require_side(side_m)
    chosen = _any_style(seed) if style is None else style
    return complete_city(draw_layout(side_m, seed=seed, style=chosen, name=name), seed=seed)


def draw_layout(side_m: float, *, seed: int, style: CityStyle, name: str | None = None) -> Layout:
    """Decide where river, airfield, main roads and quarters of a city lie.

    Parameters
    ----------
    side_m
        Side of the square scene in metres.
    seed
        Number of the city.
    style
        Style to draw it in.
    name
        Its name; None for one invented.
    """
    names = invent_names(speech=style.speech, rng=_rng(seed, style, _NAMES))
    own_name = next(names) if name is None else name
    rng = _rng(seed, style, _LAYOUT)
    scene, plan = box(0, 0, side_m, side_m), plan_ground(side_m)
    core = Point(*(side_m * rng.uniform(0.42, 0.58, 2)).round(2))
    river = _river(plan, core, style, names, seed=seed)
    site = _site(scene, plan, core, river, style, rng=rng)
    width = float(np.clip(0.015 * side_m, 7.0, 17.0))
    fence = Polygon() if site is None else site.outline().buffer(4, join_style="mitre")
    ground = lay_ground(plan, core=core, river=river, fence=fence, verge_m=0.6 * width + 6)
    roads_rng = _rng(seed, style, _ROADS)
    mains = lay_mains(ground, style, names=names, width_m=width, rng=roads_rng)
    town, ring, rings = _town(scene, ground, mains, style, width_m=width, seed=seed)
    if style.layout is MainLayout.RADIAL:
        mains = _stopped_at(Polygon(ring), mains, rng=roads_rng)
    banks, bank_tracks = bank_roads(ground, town, names=_bank_names(river), width_m=width)
    mains = [*mains, *rings, *banks]
    port = f"{next(names)} Airport"
    halls = () if site is None else airfield_halls(site, name=port, tones=style.tones)
    if site is not None:
        mains.append(_airport_road(site, ground, mains, width_m=0.75 * width))
    rims = shapely.union_all([town.boundary, fence.boundary])
    edges = [*bank_tracks, *edge_lanes(rims, mains, plan)]
    faces = faces_between([*(road.line for road in (*mains, *edges)), rims], plan)
    districts = divide(faces, town, Polygon(ring), core=core, style=style, names=names,
                       rng=_rng(seed, style, _TOWN))  # fmt: skip
    country = _country(faces, town, ground)
    wadis = lay_wadis(
        plan, keep_off=shapely.union_all([town, fence, _corridor(ground)]), core=core,
        count=int(rng.integers(style.farming.wadis[0], style.farming.wadis[1] + 1)), rng=rng,
    )  # fmt: skip
    return Layout(
        name=own_name, style=style, side_m=side_m, core=core,
        relief_m=round(float(rng.uniform(*style.relief_m)), 2), river=river, wadis=wadis,
        airport=None if site is None else lay_airfield(site, name=port), halls=halls,
        mains=tuple(mains),
        bridges=tuple(bridges_of(mains, river)), edges=tuple(edges), districts=districts,
        country=tuple(country), factory_quarter=_industry(districts),
    )  # fmt: skip


def complete_city(layout: Layout, *, seed: int) -> City:
    """Draw streets, houses, fields and trees into a layout.

    Parameters
    ----------
    layout
        Where the parts of the city lie.
    seed
        Number of the city.
    """
    water = Polygon() if layout.river is None else layout.river.outline.buffer(3)
    frame = (*layout.mains, *layout.edges)
    built = [
        _built(district, layout, frame, water, rng=_rng(seed, layout.style, number))
        for number, district in enumerate(layout.districts, start=_FIRST_DISTRICT)
    ]
    country = _divided(layout, frame, water, rng=_rng(seed, layout.style, _COUNTRY))
    city = _assembled(layout, built, country)
    trees = plant(city, style=layout.style, districts=layout.districts, bare=country.bare,
        greens=[green for part in built for green in part.greens],
                  rng=_rng(seed, layout.style, _TREES))  # fmt: skip
    return replace(city, trees=trees)


def require_side(side_m: float) -> None:
    """Refuse a scene that a city does not fit into.

    Raises
    ------
    InvalidValue
        If the side is shorter than ``LEAST_SIDE_M``.
    """
    if not side_m >= LEAST_SIDE_M:
        raise InvalidValue(
            f"a city does not fit into a scene of {side_m:g} m",
            where="side_m",
            choices=[f"{LEAST_SIDE_M:g} m or more"],
        )


def _rng(seed: int, style: CityStyle, *parts: int) -> np.random.Generator:
    """Return the source of randomness of one part: styles share no layout."""
    return np.random.default_rng([seed, crc32(style.name.encode()), *parts])


def _any_style(seed: int) -> CityStyle:
    shown = [style for style in STYLES.values() if not style.is_held_out]
    return shown[int(np.random.default_rng([seed, 99]).integers(len(shown)))]


def _river(
    plan: Polygon, core: Point, style: CityStyle, names: Iterator[str], *, seed: int
) -> River | None:
    rng = _rng(seed, style, _RIVER)
    if style.river is None or rng.random() >= style.river_chance:
        return None
    return lay_river(plan, core=core, habit=style.river, name=next(names), rng=rng)


def _bank_names(river: River | None) -> tuple[str, ...]:
    return () if river is None else ("Corniche", f"{river.name} Bank Road")


def _site(
    scene: Polygon,
    plan: Polygon,
    core: Point,
    river: River | None,
    style: CityStyle,
    *,
    rng: np.random.Generator,
) -> Site | None:
    if rng.random() >= style.airfield_chance:
        return None
    side = float(np.sqrt(scene.area))
    keep_off: BaseGeometry = Polygon()
    if river is not None:
        # Room is kept for a road that leads straight over the river.
        over = straight_over(plan, core, river).buffer(0.05 * side)
        keep_off = river.outline.buffer(0.03 * side + 8).union(over)
    return find_site(scene, core=core, keep_off=keep_off, rng=rng)


def _town(
    scene: Polygon,
    ground: Ground,
    mains: Sequence[Road],
    style: CityStyle,
    *,
    width_m: float,
    seed: int,
) -> tuple[BaseGeometry, LineString, list[Road]]:
    """Return the area of the town, the line round the old town and the ring roads."""
    rng = _rng(seed, style, _TOWN, 1)
    side = float(np.sqrt(scene.area))
    shape = draw_shape(scene_m=side, rng=rng)
    has_far = ground.river is not None and any(
        road.line.crosses(ground.river.line) for road in mains
    )
    town, radius = fit_town(shape, ground, scene=scene, has_far=has_far,
                            area_m2=scene.area * rng.uniform(*style.built))  # fmt: skip
    heart = draw_shape(scene_m=side * style.old_town[0], rng=rng)
    inner = ring_line(heart, ground.core, radius * rng.uniform(*style.old_town))
    rings = ring_roads(
        inner, ground, name="Ring Street", width_m=max(5.0, width_m * rng.uniform(0.5, 0.9))
    )
    if radius > _OUTER_RING_ABOVE_M and rng.random() < _OUTER_RING_CHANCE:
        outer = ring_line(shape, ground.core, radius * rng.uniform(0.74, 0.8))
        rings += ring_roads(outer, ground, name="Outer Ring Road", width_m=0.95 * width_m)
    return town, inner, rings


def _stopped_at(
    old_town: Polygon, mains: Sequence[Road], *, rng: np.random.Generator
) -> list[Road]:
    """Let some of the roads into town end at the ring; the first two lead to the core."""
    return [
        replace(road, line=line_parts(road.line.difference(old_town))[0])
        if number > 1 and rng.random() < _STOPPED and not old_town.covers(road.line)
        else road
        for number, road in enumerate(mains)
    ]


def _airport_road(site: Site, ground: Ground, mains: Sequence[Road], *, width_m: float) -> Road:
    lines = shapely.union_all([road.line for road in mains])
    here = ground.near if ground.near.intersects(Point(site.middle)) else ground.far
    same_side = lines.intersection(here)
    return airport_road(
        site, lines if same_side.is_empty else same_side, name="Airport Road",
        width_m=round(width_m, 1),
    )  # fmt: skip


def edge_lanes(rims: BaseGeometry, roads: Sequence[Road], plan: Polygon) -> list[Road]:
    """Return lanes along rims, where no road runs along them already.

    Parameters
    ----------
    rims
        Edges of the town and of the airfield, lines.
    roads
        Roads that are there.
    plan
        Ground of the plan: its own edge gets no lane.
    """
    taken = shapely.union_all([road.line for road in roads]).buffer(_LANE_GAP_M)
    inside = plan.buffer(-_LANE_GAP_M)
    parts = line_parts(rims.intersection(inside).difference(taken), least_m=8.0)
    return [
        Road(id=f"edge-{number}", name=None, line=line, width_m=3.6, road_class=RoadClass.TRACK)
        for number, line in enumerate(parts)
    ]


def _corridor(ground: Ground) -> BaseGeometry:
    return ground.plan.difference(shapely.union_all([ground.near, ground.far]).buffer(0.1))


def _country(faces: Sequence[Polygon], town: BaseGeometry, ground: Ground) -> list[Polygon]:
    """Return the faces that are neither town nor water nor airfield."""
    taken = shapely.union_all([town, _corridor(ground), ground.fence])
    return [face for face in faces if not taken.covers(face.representative_point())]


def _industry(districts: Sequence[District]) -> str:
    works = [one for one in districts if one.quarter.fabric is Fabric.INDUSTRY]
    return max(works, key=lambda one: one.quarter.outline.area).quarter.name


def _built(
    district: District,
    layout: Layout,
    frame: Sequence[Road],
    water: BaseGeometry,
    *,
    rng: np.random.Generator,
) -> BuiltUp:
    return build_up(
        district,
        tones=layout.style.tones,
        roads=frame,
        keep_off=water,
        has_factory=district.quarter.name == layout.factory_quarter,
        factory_near=layout.factory_near,
        rng=rng,
    )


def _divided(
    layout: Layout, frame: Sequence[Road], water: BaseGeometry, *, rng: np.random.Generator
) -> Country:
    taken = [carriageway(road, verge_m=2.5) for road in frame]
    grounds = [] if layout.airport is None else [layout.airport.outline.buffer(4)]
    beds = [wadi.line.buffer(wadi.width_m / 2 + 2) for wadi in layout.wadis]
    return divide_country(
        layout.country,
        farming=layout.style.farming,
        side_m=layout.side_m,
        keep_off=shapely.union_all([water.buffer(4), *taken, *beds, *grounds]),
        rng=rng,
    )


def _clear_of(houses: Sequence[Footprint], streets: Sequence[Road]) -> list[Footprint]:
    """Return the houses that no street of a neighbouring quarter cuts into."""
    outlines = np.array([house.outline for house in houses], dtype=object)
    paved = np.array([carriageway(road) for road in streets], dtype=object)
    street, house = shapely.STRtree(outlines).query(paved, predicate="intersects")
    common = shapely.area(shapely.intersection(paved[street], outlines[house]))
    hit = set(house[common > _TOUCH_M2].tolist())
    return [one for at, one in enumerate(houses) if at not in hit or one.id.startswith(FACTORY_ID)]


def _assembled(layout: Layout, built: Sequence[BuiltUp], country: Country) -> City:
    streets = [road for part in built for road in part.streets]
    houses = _clear_of([house for part in built for house in part.footprints], streets)
    return City(
        name=layout.name,
        style=layout.style.name,
        palette=layout.style.palette,
        side_m=layout.side_m,
        margin_m=MARGIN_M,
        relief_m=layout.relief_m,
        river=layout.river,
        wadis=layout.wadis,
        roads=(*layout.mains, *layout.bridges, *streets, *layout.edges, *country.tracks),
        footprints=(*houses, *layout.halls),
        quarters=tuple(
            district.quarter
            for district, part in zip(layout.districts, built, strict=True)
            if part.footprints
        ),
        airport=layout.airport,
        fields=country.fields,
        yard_walls=tuple(wall for part in built for wall in part.yard_walls),
        field_walls=country.walls,
        trees=np.zeros((0, 4)),
        core=layout.core,
    )
