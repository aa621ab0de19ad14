"""Build a whole simulated siege: two dated pictures, truth, layers, places and reports.

The city of Nahrabad on the river Zahir is invented, and so is every name, outlet and person. Its
place on the globe is an arbitrary spot of open steppe, chosen so that sun and metres are right;
nothing is meant by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import sun_position
from earthwork.model.grid import Grid
from earthwork.model.interval import Capture, Interval
from earthwork.model.place import GazetteerEntry
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Angles
from earthwork.simulate.city import City, Footprint, Quarter, Road, plan_city
from earthwork.simulate.reports import BuiltFigures, SimulatedReport, write_reports
from earthwork.simulate.scripted_reader import TruthObject, scripted_drawings, scripted_reader
from earthwork.simulate.sensor import Misplacement, SensorOptions, render
from earthwork.simulate.siegeworks import Siegeworks, apply_works, plan_works
from earthwork.simulate.surface import Frame, Season, Surface, Texture, paint, weave

__all__ = [
    "NamedPlace",
    "Siege",
    "SiegeOptions",
    "SimulatedScene",
    "TruthObject",
    "build_siege",
    "scripted_drawings",
    "scripted_reader",
]

LEAST_SIDE_M = 300.0
_UTM = CRS.from_epsg(32638)
_MARGIN_M = 16.0
_SENSOR = "Earthwork simulator"
_VIEW_BEFORE = Angles(azimuth_deg=100.0, elevation_deg=84.0)
_VIEW_AFTER = Angles(azimuth_deg=120.0, elevation_deg=81.0)
_MISPLACEMENT = Misplacement(shift_x_px=2.4, shift_y_px=-1.7, rotation_deg=0.12)
_SUMMER = Season()
_AUTUMN = Season(soil=0.94, is_ploughed=True, green=0.5)

_AFAR = (
    # name, kilometres east and north of the city, inhabitants
    ("Kasira", -2.0, -14.0, 21_000),
    ("Amsar", 60.0, -310.0, 900_000),
    ("Rask", 41.0, -282.0, 190_000),
    ("Tolma", 35.0, -318.0, 240_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiegeOptions:
    """What to build, and how it is photographed."""

    side_m: float = 800.0
    """Side of the square scene, metres; at least 300."""
    longitude: float = 44.6
    """Degrees east of the middle; arbitrary, in UTM zone 38 north."""
    latitude: float = 34.9
    """Degrees north of the middle; arbitrary."""
    before: datetime = datetime(2031, 8, 14, 7, 48, tzinfo=UTC)
    """Moment of the first picture, aware."""
    after: datetime = datetime(2031, 10, 31, 7, 55, tzinfo=UTC)
    """Moment of the second picture, aware."""
    view_before: Angles = _VIEW_BEFORE
    """Direction to the sensor in the first picture."""
    view_after: Angles = _VIEW_AFTER
    """Direction to the sensor in the second picture."""
    misplacement: Misplacement = _MISPLACEMENT
    """Error of the second picture's georeference."""
    sensor: SensorOptions = field(default_factory=SensorOptions)
    """The camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedScene:
    """One picture with everything that is known of it."""

    scene_id: str
    """'before' or 'after'."""
    raster: ArrayRaster
    """Pixels on a georeferenced grid."""
    capture: Capture
    """Moment of capture."""
    sun: Angles
    """Direction of the sun."""
    view: Angles
    """Direction to the sensor."""
    bands: tuple[str, ...]
    """Names of the bands."""
    bits: int
    """Significant bits of a pixel."""
    sensor: str
    """Name of the instrument: it says that it is simulated."""
    misplacement: Misplacement
    """True error of the georeference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """One entry of the siege's own gazetteer, with its shape."""

    entry: GazetteerEntry
    """Name and anchor."""
    feature: str
    """'city', 'town', 'quarter', 'airport', 'river' or 'road'."""
    geometry: BaseGeometry
    """Area, line or point; longitude and latitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Siege:
    """A siege whose truth is known. All vector geometry is in longitude and latitude."""

    scenes: tuple[SimulatedScene, ...]
    """Before and after."""
    surface_before: ArrayRaster
    """Height of the surface in metres, one float32 band."""
    surface_after: ArrayRaster
    """The same after the works."""
    truth: tuple[TruthObject, ...]
    """Everything built, razed, destroyed, and the factory left standing."""
    roads: tuple[Road, ...]
    """Roads of the first date."""
    footprints: tuple[Footprint, ...]
    """Buildings of the first date."""
    quarters: tuple[Quarter, ...]
    """Named parts of the city."""
    places: tuple[NamedPlace, ...]
    """The gazetteer."""
    reports: tuple[SimulatedReport, ...]
    """Reports with their truth."""
    core: Point
    """The middle of the old town, where key routes lead."""

    @property
    def grid(self) -> Grid:
        """Return the grid of the first picture."""
        return self.scenes[0].raster.grid


def build_siege(*, seed: int = 1, options: SiegeOptions | None = None) -> Siege:
    """Build a siege.

    Parameters
    ----------
    seed
        The same seed gives the same bytes.
    options
        What to build; None for the defaults.

    Returns
    -------
    Siege
        Two pictures, truth, layers, places and reports.

    Raises
    ------
    InvalidValue
        If the scene is too small or no whole number of pixels.

    Examples
    --------
    >>> siege = build_siege(options=SiegeOptions(side_m=300))  # doctest: +SKIP
    >>> [scene.scene_id for scene in siege.scenes]  # doctest: +SKIP
    ['before', 'after']
    """
    chosen = options or SiegeOptions()
    grid = _grid(chosen)
    streams = np.random.default_rng(seed).spawn(7)
    city = plan_city(chosen.side_m, rng=streams[0])
    works = plan_works(city, rng=streams[1])
    frame = _frame(chosen)
    texture = weave(frame, rng=streams[2])
    roof_seed = int(seed)

    first = paint(city, frame=frame, texture=texture, season=_SUMMER, roof_seed=roof_seed,
                  rng=streams[3])  # fmt: skip
    before = _scene("before", first, grid, chosen, rng=streams[4])
    surface_before = _heights(first, grid, chosen)
    del first
    second = _besieged(city, works, frame, texture, roof_seed=roof_seed, rng=streams[5])
    after = _scene("after", second, grid, chosen, rng=streams[6])
    surface_after = _heights(second, grid, chosen)
    return _assembled(
        city, works, grid, (before, after), (surface_before, surface_after), year=chosen.after.year
    )


def _grid(options: SiegeOptions) -> Grid:
    count = options.side_m / options.sensor.gsd_m
    if options.side_m < LEAST_SIDE_M or abs(count - round(count)) > 1e-6:  # noqa: PLR2004
        raise InvalidValue(
            f"a scene of {options.side_m} m at {options.sensor.gsd_m} m a pixel",
            where="side_m",
            choices=[f"{LEAST_SIDE_M:.0f} m or more", "a whole number of pixels"],
        )
    project = Transformer.from_crs(CRS.from_epsg(4326), _UTM, always_xy=True)
    easting, northing = project.transform(options.longitude, options.latitude)
    west = round(easting / 10) * 10 - options.side_m / 2
    north = round(northing / 10) * 10 + options.side_m / 2
    gsd = options.sensor.gsd_m
    transform = Affine(gsd, 0, west, 0, -gsd, north)
    return Grid(height=round(count), width=round(count), transform=transform, crs=_UTM)


def _frame(options: SiegeOptions) -> Frame:
    gsd = options.sensor.gsd_m
    return Frame(
        side_m=options.side_m,
        fine_m=gsd / options.sensor.oversampling,
        margin_m=round(_MARGIN_M / gsd) * gsd,
    )


def _besieged(
    city: City,
    works: Siegeworks,
    frame: Frame,
    texture: Texture,
    *,
    roof_seed: int,
    rng: np.random.Generator,
) -> Surface:
    gone = works.razed | works.destroyed
    return paint(
        apply_works(city, works),
        frame=frame,
        texture=texture,
        season=_AUTUMN,
        works=works,
        ruins=[house for house in city.footprints if house.id in gone],
        roof_seed=roof_seed,
        rng=rng,
    )


def _scene(
    scene_id: str, surface: Surface, grid: Grid, options: SiegeOptions, *, rng: np.random.Generator
) -> SimulatedScene:
    is_before = scene_id == "before"
    moment = options.before if is_before else options.after
    view = options.view_before if is_before else options.view_after
    misplacement = Misplacement() if is_before else options.misplacement
    sun = sun_position(moment, longitude=options.longitude, latitude=options.latitude)
    pixels = render(surface, sun=sun, view=view, options=options.sensor,
                    misplacement=misplacement, rng=rng)  # fmt: skip
    return SimulatedScene(
        scene_id=scene_id,
        raster=ArrayRaster(grid=grid, pixels=pixels),
        capture=Capture(interval=Interval.at(moment), source="simulation"),
        sun=sun,
        view=view,
        bands=("pan",) if options.sensor.bands == "pan" else ("red", "green", "blue"),
        bits=options.sensor.bits,
        sensor=_SENSOR,
        misplacement=misplacement,
    )


def _heights(surface: Surface, grid: Grid, options: SiegeOptions) -> ArrayRaster:
    """Average the fine heights into the pixels of the scene."""
    factor = options.sensor.oversampling
    skip = round(surface.frame.margin_m / surface.frame.fine_m)
    inner = surface.height_m[skip : skip + grid.height * factor, skip : skip + grid.width * factor]
    mean = inner.reshape(grid.height, factor, grid.width, factor).mean(axis=(1, 3))
    return ArrayRaster(grid=grid, pixels=mean[np.newaxis].astype(np.float32))


def _assembled(
    city: City,
    works: Siegeworks,
    grid: Grid,
    scenes: tuple[SimulatedScene, SimulatedScene],
    surfaces: tuple[ArrayRaster, ArrayRaster],
    *,
    year: int,
) -> Siege:
    placed = _placer(grid)
    moments = [scene.capture.interval for scene in scenes]
    first, last = (moment.start if moment is not None else None for moment in moments)
    between = Interval(start=first, end=last)
    return Siege(
        scenes=scenes,
        surface_before=surfaces[0],
        surface_after=surfaces[1],
        truth=_truth(works, between, placed),
        roads=tuple(replace(road, line=placed(road.line)) for road in city.roads),
        footprints=tuple(replace(f, outline=placed(f.outline)) for f in city.footprints),
        quarters=tuple(replace(q, outline=placed(q.outline)) for q in city.quarters),
        places=_places(city, placed),
        reports=write_reports(_figures(works), year=year),
        core=placed(city.core),
    )


_Placer = Callable[[Any], Any]


def _placer(grid: Grid) -> _Placer:
    """Return the move from local metres to longitude and latitude."""
    back = Transformer.from_crs(_UTM, CRS.from_epsg(4326), always_xy=True)
    west = grid.transform.c
    south = grid.transform.f + grid.transform.e * grid.height

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        longitude, latitude = back.transform(points[:, 0] + west, points[:, 1] + south)
        return np.column_stack([longitude, latitude])

    return lambda geometry: shapely.transform(geometry, moved)


def _truth(works: Siegeworks, between: Interval, placed: _Placer) -> tuple[TruthObject, ...]:
    return tuple(
        TruthObject(
            id=f"truth-{number:03d}",
            kind=work.kind,
            state=work.state,
            geometry=placed(work.geometry),
            interval=between,
            note=work.note,
            footprint=work.footprint,
        )
        for number, work in enumerate(works.works, start=1)
    )


def _figures(works: Siegeworks) -> BuiltFigures:
    return BuiltFigures(
        razed=len(works.razed),
        berm_m=sum(bank.line.length for bank in works.banks),
        cleared_ha=sum(ground.area for ground in works.cleared) / 10_000,
    )


def _places(city: City, placed: _Placer) -> tuple[NamedPlace, ...]:
    scene = shapely.box(0, 0, city.side_m, city.side_m)
    built = shapely.union_all([quarter.outline for quarter in city.quarters]).buffer(20)
    shapes = [
        ("Nahrabad", "city", built.intersection(scene), 310_000),
        (city.airport.name, "airport", city.airport.outline.intersection(scene), 0),
        (f"{city.river.name} River", "river", city.river.line.intersection(scene), 0),
        *[(quarter.name, "quarter", quarter.outline.intersection(scene), 0)
          for quarter in city.quarters],
        *[(name, "road", city.road(name).line.intersection(scene), 0)
          for name in _names(city.roads)],
        *[(name, "town", _afar(city, east_km, north_km), people)
          for name, east_km, north_km, people in _AFAR],
    ]  # fmt: skip
    return tuple(
        _named(name, feature, placed(shape), people) for name, feature, shape, people in shapes
    )


def _names(roads: Iterable[Road]) -> list[str]:
    return sorted({road.name for road in roads if road.name is not None})


def _afar(city: City, east_km: float, north_km: float) -> Polygon:
    middle = Point(city.side_m / 2 + 1000 * east_km, city.side_m / 2 + 1000 * north_km)
    return middle.buffer(1500)


def _named(name: str, feature: str, geometry: BaseGeometry, population: int) -> NamedPlace:
    anchor = geometry.centroid if feature in {"city", "town"} else geometry.representative_point()
    entry = GazetteerEntry(
        name=name,
        longitude=float(anchor.x),
        latitude=float(anchor.y),
        geonames_id=None,
        country=None,
        population=population,
    )
    return NamedPlace(entry=entry, feature=feature, geometry=geometry)
