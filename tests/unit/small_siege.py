"""A small city and what was done to it, for the tests of what is told of sieges."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from earthwork.model.vocabulary import BuildingState, Kind
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import (
    FACTORY_ID,
    Airport,
    City,
    Footprint,
    Palette,
    Quarter,
    River,
    Road,
    RoadClass,
    Use,
)

SIDE = 600.0
_TONE = (0.3, 0.3, 0.3, 0.3)
_STATES = {
    Kind.BUILDING_RAZED: BuildingState.RAZED,
    Kind.BUILDING_DESTROYED: BuildingState.DESTROYED,
    Kind.BUILDING_DAMAGED: BuildingState.DAMAGED,
}


def on(month: int, day: int) -> datetime:
    return datetime(2031, month, day, tzinfo=UTC)


BEGUN = on(8, 20)
SCENES = (("first", on(8, 14)), ("second", on(9, 12)), ("third", on(10, 31)))


def deed(
    kind: Kind | None,
    geometry: BaseGeometry,
    *,
    name: str,
    event: str = "",
    begun: datetime = BEGUN,
    done: datetime | None = None,
    **given: object,
) -> Deed:
    state = BuildingState.STANDING if kind is None else _STATES.get(kind)
    return Deed(id=name, event=event or name, kind=kind, state=state, geometry=geometry,
                begun=begun, done=done or begun, **given)  # fmt: skip


def _road(name: str, *points: tuple[float, float], is_bridge: bool = False) -> Road:
    return Road(id=f"{name}-{is_bridge}", name=name, line=LineString(points), width_m=10,
                road_class=RoadClass.MAIN, is_bridge=is_bridge)  # fmt: skip


def _house(number: int, x: float, y: float, quarter: str) -> Footprint:
    return Footprint(id=f"house-{number}", outline=box(x, y, x + 8, y + 8), height_m=4,
                     parapet_m=0.3, use=Use.HOUSE, quarter=quarter)  # fmt: skip


def small_city() -> City:
    """Four quarters, three roads, a river in the east, an airport in the south, a factory."""
    river = LineString([(520, 0), (520, 600)])
    factory = Footprint(id=FACTORY_ID, outline=box(170, 170, 210, 200), height_m=12,
                        parapet_m=0.5, use=Use.FACTORY, quarter="Tahun")  # fmt: skip
    quarters = (("Dabbara", 160, 300), ("Suqara", 290, 300), ("Tahun", 160, 160),
                ("Marwen", 290, 160))  # fmt: skip
    return City(
        name="Belqara",
        style="test",
        palette=Palette(soil=_TONE, dust=_TONE, asphalt=_TONE, paving=_TONE, concrete=_TONE,
                        water=_TONE, leaf=_TONE, crop=_TONE, stubble=_TONE),
        side_m=SIDE,
        margin_m=50,
        relief_m=1,
        river=River(name="Zahir", line=river, outline=river.buffer(20), width_m=40),
        wadis=(),
        roads=(
            _road("Kasira Road", (280, 0), (280, 600)),
            _road("Corniche", (480, 0), (480, 600)),
            _road("Bridge Street", (0, 290), (495, 290)),
            _road("Bridge Street", (495, 290), (545, 290), is_bridge=True),
        ),
        footprints=(factory, *(_house(n, 300 + 14 * (n % 6), 310 + 14 * (n // 6), "Suqara")
                               for n in range(36))),
        quarters=tuple(Quarter(name=name, outline=box(x, y, x + 110, y + 120))
                       for name, x, y in quarters),
        airport=Airport(name="Belqara Airport", runway=LineString([(60, 40), (230, 40)]),
                        runway_width_m=20, apron=box(120, 60, 160, 80),
                        outline=box(40, 15, 250, 95)),
        fields=(),
        yard_walls=(),
        field_walls=(),
        trees=np.zeros((0, 4)),
        core=Point(280, 290),
    )  # fmt: skip


def small_chronicle() -> tuple[Deed, ...]:
    """Return works of many kinds: done, growing, opened again, and still to come."""
    city = small_city()
    houses = [house for house in city.footprints if house.id != FACTORY_ID]
    razed = [
        deed(Kind.BUILDING_RAZED, house.outline, name=f"razed-{n}", event="raze",
             begun=on(8, 20), done=on(8, 20 + n // 4), place="Suqara", footprint=house.id)
        for n, house in enumerate(houses[:24])
    ]  # fmt: skip
    factory = next(house for house in city.footprints if house.id == FACTORY_ID)
    return (
        *razed,
        deed(Kind.GROUND_CLEARED, box(120, 110, 400, 140), name="cleared", done=on(9, 1)),
        deed(Kind.BERM, LineString([(150, 470), (400, 480)]), name="berm", begun=on(9, 1),
             done=on(10, 10), height_m=2.5),
        deed(Kind.BARRIER_ROW, LineString([(288, 440), (288, 560)]), name="row", begun=on(9, 4),
             count=30, road="Kasira Road", place="Kasira Road"),
        deed(Kind.ROADBLOCK, Polygon([(275, 20), (285, 20), (285, 26), (275, 26)]), name="block",
             begun=on(8, 25), undone=on(9, 20), count=9, road="Kasira Road"),
        deed(Kind.BRIDGE_DESTROYED, box(500, 285, 540, 295), name="bridge", begun=on(9, 8)),
        deed(Kind.TUNNEL, LineString([(180, 320), (240, 380)]), name="tunnel", done=on(9, 1)),
        deed(Kind.TRENCH, LineString([(60, 200), (70, 420)]), name="trench", begun=on(10, 12),
             done=on(10, 25)),
        deed(Kind.WALL, LineString([(470, 100), (470, 240)]), name="wall", begun=on(10, 20),
             done=on(10, 22), count=93),
        deed(None, factory.outline, name="factory", event="cleared", footprint=FACTORY_ID),
    )  # fmt: skip
