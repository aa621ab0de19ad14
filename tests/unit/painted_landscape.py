"""A small landscape with one of everything, for tests of the painter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from shapely import LineString, Point, Polygon, box

from earthwork.simulate.cities.city import (
    Airport,
    City,
    Crop,
    Field,
    Footprint,
    Palette,
    Quarter,
    River,
    Road,
    RoadClass,
    Roof,
    Use,
    Wadi,
)
from earthwork.simulate.landscape import (
    Bank,
    Block,
    Building,
    Condition,
    Landscape,
    Mound,
    Patch,
    Rubble,
    Season,
    Shape,
)
from earthwork.simulate.painting.materials import Material

LAND = Palette(
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


def house(number: int, west: float, south: float, size: float = 10.0, **given: object) -> Footprint:
    """Return a square house with its south-western corner at a place."""
    plan = Footprint(
        id=f"h{number}",
        outline=box(west, south, west + size, south + size),
        height_m=6.0,
        parapet_m=0.8,
        use=Use.HOUSE,
        quarter="Old Town",
    )
    return replace(plan, **given)  # type: ignore[arg-type]


def bare_city(side_m: float, **given: object) -> City:
    """Return an empty plain without swell."""
    city = City(
        name="Testburg",
        style="plain",
        palette=LAND,
        side_m=side_m,
        margin_m=10.0,
        relief_m=0.0,
        river=None,
        wadis=(),
        roads=(),
        footprints=(),
        quarters=(),
        airport=None,
        fields=(),
        yard_walls=(),
        field_walls=(),
        trees=np.zeros((0, 4)),
        core=Point(side_m / 2, side_m / 2),
    )
    return replace(city, **given)  # type: ignore[arg-type]


def landscape(city: City, **given: object) -> Landscape:
    """Return a landscape in summer."""
    plain = Landscape(
        city=city,
        moment=datetime(2031, 6, 1, tzinfo=UTC),
        season=Season(),
        buildings=tuple(Building(footprint=f) for f in city.footprints),
        seed=5,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def full_city(side_m: float) -> City:
    """Return a small city with one of everything."""
    s = side_m / 120.0
    river = LineString([(95 * s, -20 * s), (97 * s, 60 * s), (94 * s, 140 * s)])
    courtyard = Polygon(
        [(10, 70), (24, 70), (24, 84), (10, 84)], [[(14, 74), (20, 74), (20, 80), (14, 80)]]
    )
    houses = (
        house(1, 10, 50),
        house(2, 24, 50, roof=Roof.GABLE, parapet_m=0.0),
        house(3, 38, 50, roof=Roof.DOME, use=Use.MOSQUE),
        house(4, 10, 34, use=Use.TANK, outline=Point(15, 39).buffer(5)),
        house(5, 24, 34, use=Use.HALL),
        house(6, 38, 34),
        house(7, 52, 34),
        house(8, 52, 50),
        house(9, 66, 50),
        house(10, 10, 70, outline=courtyard),
        house(11, 30, 70),
    )
    road = Road(
        id="r1",
        name="Mill Road",
        line=LineString([(-20, 64), (60, 66)]),
        width_m=8.0,
        road_class=RoadClass.MAIN,
    )
    lane = Road(
        id="r2",
        name=None,
        line=LineString([(46, -10), (47, 64)]),
        width_m=3.5,
        road_class=RoadClass.LANE,
    )
    street = replace(lane, id="r3", line=LineString([(5, 30), (75, 31)]), width_m=6.0,
                     road_class=RoadClass.STREET)  # fmt: skip
    track = replace(lane, id="r4", line=LineString([(0, 5), (80, 12)]), width_m=3.0,
                    road_class=RoadClass.TRACK)  # fmt: skip
    bridge = replace(road, id="r5", line=LineString([(60, 66), (130, 67)]), is_bridge=True)
    spots = np.random.default_rng(4).uniform(0, 120, (40, 2))
    return bare_city(
        side_m,
        relief_m=1.5,
        river=River(name="Zahir", line=river, outline=river.buffer(9), width_m=18.0),
        wadis=(Wadi(line=LineString([(0, 22), (85, 26)]), width_m=5.0, depth_m=1.0),),
        roads=(road, lane, street, track, bridge),
        footprints=houses,
        quarters=(Quarter(name="Old Town", outline=box(5, 30, 80, 90)),),
        airport=Airport(
            name="Field",
            runway=LineString([(-300, 100), (70, 104)]),
            runway_width_m=16.0,
            apron=box(50, 88, 70, 94),
            outline=box(-20, 86, 85, 118),
        ),
        fields=tuple(
            Field(outline=box(2 + 14 * k, -8, 14 + 14 * k, 4), heading_deg=30.0 * k, crop=crop)
            for k, crop in enumerate(Crop)
        ),
        yard_walls=(LineString([(5, 46), (80, 46)]), LineString([(5, 46), (5, 60)])),
        field_walls=(LineString([(0, 16), (80, 17)]),),
        trees=np.column_stack([spots, np.full(40, 2.4), np.full(40, 6.0)]),
    )


def siege_landscape(side_m: float) -> Landscape:
    """Return a landscape in which everything has happened."""
    city = full_city(side_m)
    states = [Condition.INTACT] * 5 + [
        Condition.HOLED, Condition.GUTTED, Condition.COLLAPSED, Condition.RAZED,
        Condition.REROOFED, Condition.UNDER_CONSTRUCTION,
    ]  # fmt: skip
    buildings = tuple(
        Building(footprint=f, condition=state)
        for f, state in zip(city.footprints, states, strict=True)
    )
    kinds = [Material.CLEARED, Material.PLOUGHED, Material.GRAVEL, Material.BURNT, Material.WET,
             Material.WATER]  # fmt: skip
    patches = tuple(
        Patch(outline=box(2 + 13 * k, 8, 14 + 13 * k, 20), material=kind, roughness_m=0.05,
              heading_deg=40.0 if k < 2 else None, fells=k == 0)
        for k, kind in enumerate(kinds)
    )  # fmt: skip
    return landscape(
        city,
        buildings=buildings,
        patches=patches,
        season=Season(soil=0.9, ploughed=0.5, green=0.5, leaf=0.6, river=0.8),
        banks=(
            Bank(line=LineString([(84, 0), (82, 60), (60, 80)]), height_m=3.0, crest_m=2.0,
                 base_m=9.0),
            Bank(line=LineString([(60, 20), (90, 20)]), height_m=-2.0, crest_m=2.0, base_m=5.0,
                 water=True),
        ),
        mounds=(
            Mound(x=70, y=70, radius_m=4.0, height_m=2.0),
            Mound(x=60, y=60, radius_m=4.0, height_m=-1.5),
        ),
        rubble=(Rubble(outline=Point(46, 64).buffer(4), depth_m=1.0),),
        blocks=(
            Block(x=30, y=65, length_m=2.0, width_m=0.6, height_m=1.0, heading_deg=0.0,
                  shape=Shape.JERSEY),
            Block(x=36, y=66, length_m=12.0, width_m=2.4, height_m=2.6, heading_deg=80.0),
            Block(x=70, y=40, length_m=5.0, width_m=4.0, height_m=2.4, heading_deg=20.0,
                  shape=Shape.TENT),
        ),
        fallen_spans=(Polygon([(92, 60), (99, 60), (99, 73), (92, 73)]),),
    )  # fmt: skip
