"""What an analyst drew or decided in QGIS or Google Earth, as observations and reviews.

Headings are understood whatever their case, by these names (``SYNONYMS``):

========== =========================================================
kind       kind, type, class, category; of KML also the name: 'berm: northern end'
state      state, status, condition (of a building: standing, damaged, destroyed, razed)
scene      scene, image, image_id, scene_id
date       date, seen, observed, image_date
note       note, notes, comment, comments, remarks, description
reader     reader, analyst, observer, author
absent_in  absent_in, not_in, last_without: an earlier scene that shows the place without it
candidate  candidate, candidate_id; the id of a candidate that was reviewed
decision   decision, review (accept, reject, change)
========== =========================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from earthwork.errors import EarthworkError, InvalidValue, UnreadableLayer, WrongReference
from earthwork.io.layers import read_unplaced
from earthwork.io.reference_fit import are_degrees, require_fit
from earthwork.io.timestamps import parse_interval
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Capture, Interval
from earthwork.model.observation import Observation, Review
from earthwork.model.vocabulary import NEVER_OBSERVABLE, BuildingState, Decision, Kind

SYNONYMS = {
    "kind": ("kind", "type", "class", "category"),
    "state": ("state", "status", "condition"),
    "scene": ("scene", "image", "image_id", "scene_id"),
    "date": ("date", "seen", "observed", "image_date"),
    "note": ("note", "notes", "comment", "comments", "remarks", "description"),
    "reader": ("reader", "analyst", "observer", "author"),
    "absent_in": ("absent_in", "not_in", "last_without"),
    "candidate": ("candidate", "candidate_id"),
    "decision": ("decision", "review"),
    "name": ("name",),
}
"""Headings understood for each column, whatever their case, the first found counting."""

_WGS84 = CRS.from_epsg(4326)
_GEOD = Geod(ellps="WGS84")
_KIND_OF_STATE = {
    BuildingState.DAMAGED: Kind.BUILDING_DAMAGED,
    BuildingState.DESTROYED: Kind.BUILDING_DESTROYED,
    BuildingState.RAZED: Kind.BUILDING_RAZED,
}
_STATE_OF_KIND = {kind: state for state, kind in _KIND_OF_STATE.items()}
_STANDING = frozenset({"standing", "building_standing"})
_DRAWN_IN = (".geojson", ".json", ".gpkg", ".kml", ".kmz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """One row that could not be used."""

    item: str
    """The row, as a reader can find it."""
    error: EarthworkError
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingContents:
    """What a drawing holds."""

    observations: tuple[Observation, ...]
    """Things seen."""
    reviews: tuple[Review, ...]
    """Decisions on candidates."""
    skipped: tuple[Skipped, ...]
    """Rows that could not be used."""
    decisions: tuple[str, ...] = ()
    """What was assumed, in sentences."""


def read_drawing(
    path: Path,
    *,
    reader: str,
    captures: Mapping[str, Capture],
    scene: str | None = None,
    grids: Mapping[str, Grid] | None = None,
) -> DrawingContents:
    """Read observations and reviews that an analyst made.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage (all its layers with geometry), KML or KMZ.
    reader
        Who answers for rows that name nobody.
    captures
        The case's scenes by id, with their capture times.
    scene
        Id of the scene that it was drawn on, for rows that name none.
    grids
        Grids of the scenes by id. Geometry drawn on a scene without place counts in its pixels;
        without grids, coordinates that cannot be degrees do.

    Returns
    -------
    DrawingContents
        An observation's interval ends with its scene's capture, and starts with that of the scene
        in which the reader says it was absent. Its id is a digest of kind,
        state, geometry, scene and reader.

    Raises
    ------
    UnreadableLayer
        If the file is not one of these formats or holds no feature.
    """
    path = Path(path)
    sheet = _Sheet(
        reader=reader, captures=captures, scene=scene, grids=grids or {}, where=str(path)
    )
    observations: dict[str, Observation] = {}
    reviews: list[Review] = []
    skipped: list[Skipped] = []
    decisions: list[str] = []
    for number, (row, shape, crs) in enumerate(_rows(path, decisions), start=1):
        try:
            made = sheet.review(row, shape, crs) or sheet.observation(row, shape, crs)
        except EarthworkError as error:
            skipped.append(Skipped(item=f"{path.name}, feature {number}", error=error))
            continue
        if isinstance(made, Review):
            reviews.append(made)
        elif made.id in observations:
            decisions.append(f"Feature {number} repeats another and counts once.")
        else:
            observations[made.id] = made
    return DrawingContents(
        observations=tuple(observations.values()),
        reviews=tuple(reviews),
        skipped=tuple(skipped),
        decisions=tuple(decisions),
    )


def parse_kind(words: str) -> tuple[Kind | None, BuildingState | None]:
    """Return the kind, and the state of a building, that words name.

    Raises
    ------
    InvalidValue
        If they name no kind, with the closest first among the choices, or one that no image from
        above can show.

    Examples
    --------
    >>> parse_kind("Barrier row")[0]
    <Kind.BARRIER_ROW: 'barrier_row'>
    >>> parse_kind("standing")
    (None, <BuildingState.STANDING: 'standing'>)
    """
    key = _key(words)
    if key in _STANDING:
        return None, BuildingState.STANDING
    known = [kind.value for kind in Kind if kind not in NEVER_OBSERVABLE]
    if key in known:
        kind = Kind(key)
        return kind, _STATE_OF_KIND.get(kind)
    if key in {kind.value for kind in NEVER_OBSERVABLE}:
        raise InvalidValue(
            f"a {key} is under the ground: no image from above can show it",
            cause="what was seen is something else, such as spoil at its mouth",
            choices=known,
        )
    raise _unknown("kind", words, [*known, "standing"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What holds for all rows of one drawing."""

    reader: str
    captures: Mapping[str, Capture]
    scene: str | None
    grids: Mapping[str, Grid]
    where: str

    def review(self, row: Mapping[str, str], shape: BaseGeometry | None, crs: CRS) -> Review | None:
        """Return the decision that a row holds; None if it holds none."""
        if "decision" not in row:
            return None
        if "candidate" not in row:
            raise InvalidValue("a decision names no candidate", choices=["fill in 'candidate'"])
        decision = _member(Decision, "decision", row["decision"])
        kind = parse_kind(row["kind"])[0] if "kind" in row else None
        is_change = decision is Decision.CHANGE
        if is_change and kind is None and shape is None:
            raise InvalidValue("a change says neither another kind nor another outline")
        outline = None
        if is_change and shape is not None:
            outline = self._settled(shape, crs, row.get("scene", self.scene))[0]
        return Review(
            candidate=row["candidate"],
            decision=decision,
            reader=row.get("reader", self.reader),
            kind=kind if is_change else None,
            geometry=outline,
            note=row.get("note"),
        )

    def observation(
        self, row: Mapping[str, str], shape: BaseGeometry | None, crs: CRS
    ) -> Observation:
        """Return the observation that a row holds."""
        if shape is None or shape.is_empty:
            raise InvalidValue("it has no geometry", cause="a row without a drawing")
        kind, state = _kind_and_state(row)
        image = self._image(row)
        geometry, is_pixels = self._settled(shape, crs, image)
        area_m2, length_m = measured(geometry, grid=self.grids.get(image), is_pixels=is_pixels)
        reader = row.get("reader", self.reader)
        return Observation(
            id=_identifier(kind, state, geometry, image, reader),
            kind=kind,
            state=state,
            geometry=geometry,
            is_pixels=is_pixels,
            reader=reader,
            image=image,
            interval=self._interval(row, image),
            candidate=row.get("candidate"),
            area_m2=area_m2,
            length_m=length_m,
            note=row.get("note"),
            absent_in=row.get("absent_in"),
        )

    def _image(self, row: Mapping[str, str]) -> str:
        image = row.get("scene", self.scene)
        if image is None:
            raise InvalidValue(
                "it names no scene", choices=[f"scene = {name}" for name in self.captures]
            )
        if image not in self.captures:
            raise _unknown("scene", image, list(self.captures))
        return image

    def _interval(self, row: Mapping[str, str], image: str) -> Interval:
        capture = self.captures[image].interval
        stated = parse_interval(row["date"]) if "date" in row else None
        if capture is not None and stated is not None and not capture.overlaps(stated):
            raise InvalidValue(
                f"its date ({stated.spoken()}) is not that of scene {image} ({capture.spoken()})",
                cause="drawn on another image, or the date of drawing was given",
                choices=[f"leave the date out: that of scene {image} then holds"],
            )
        known = capture or stated
        end = None if known is None else known.end
        return Interval(start=self._last_without(row, end), end=end)

    def _last_without(self, row: Mapping[str, str], end: datetime | None) -> datetime | None:
        """Return from when on the change may have happened, as the reader says."""
        if "absent_in" not in row:
            return None
        name = row["absent_in"]
        if name not in self.captures:
            raise _unknown("absent_in", name, list(self.captures))
        without = self.captures[name].interval
        start = None if without is None else without.start
        if start is not None and end is not None and start > end:
            raise InvalidValue(
                f"absent_in names {name}, which was taken later",
                cause="the two scenes are swapped",
            )
        return start

    def _settled(
        self, shape: BaseGeometry, crs: CRS, image: str | None
    ) -> tuple[BaseGeometry, bool]:
        grid = None if image is None else self.grids.get(image)
        flat = shapely.force_2d(shape)
        if not flat.is_valid:
            flat = shapely.make_valid(flat)
        looks_like_pixels = crs.is_geographic and not are_degrees(flat.bounds)
        if grid is None:
            return (flat, True) if looks_like_pixels else (_lonlat(flat, crs, self.where), False)
        if not grid.is_georeferenced:
            _require_inside(flat, grid)
            return flat, True
        return _lonlat(flat, crs, self.where), False


def _rows(
    path: Path, decisions: list[str]
) -> list[tuple[dict[str, str], BaseGeometry | None, CRS]]:
    if path.suffix.lower() not in _DRAWN_IN:
        raise UnreadableLayer(
            f"'{path.suffix}' is not read as a drawing",
            where=str(path),
            choices=[f"files that end in {', '.join(_DRAWN_IN)}"],
        )
    names: list[str | None] = [None]
    if path.suffix.lower() == ".gpkg" and path.is_file() and path.stat().st_size > 0:
        names = _layer_names(path) or [None]
    rows = []
    for name in names:
        frame = read_unplaced(path, layer=name, decisions=decisions)
        crs = _WGS84 if frame.crs is None else CRS.from_user_input(frame.crs)
        rows += [(*row, crs) for row in _named_rows(frame)]
    return rows


def _layer_names(path: Path) -> list[str | None]:
    try:
        listed = pyogrio.list_layers(path)
    except pyogrio.errors.DataSourceError:
        return []  # read_unplaced says what is wrong with it
    filled = [str(name) for name, kind in listed if kind is not None]
    return [name for name in filled if pyogrio.read_info(path, layer=name)["features"] > 0]


def _named_rows(
    frame: geopandas.GeoDataFrame,
) -> list[tuple[dict[str, str], BaseGeometry | None]]:
    columns = {
        name: [heading for word in words for heading in _called(frame, word)]
        for name, words in SYNONYMS.items()
    }
    if columns["decision"] and not columns["candidate"]:
        columns["candidate"] = _called(frame, "id")
    rows = []
    for position in range(len(frame)):
        row = frame.iloc[position]
        found = {
            name: next(filter(None, (_text(row[heading]) for heading in given)), "")
            for name, given in columns.items()
        }
        rows.append(({k: v for k, v in found.items() if v}, frame.geometry.iloc[position]))
    return rows


def _called(frame: geopandas.GeoDataFrame, word: str) -> list[Any]:
    # 'Kind' and 'kind' may both be there: GeoJSON's features need not agree.
    return [heading for heading in frame.columns if str(heading).strip().lower() == word]


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value).strip()


def _key(words: str) -> str:
    return "_".join(words.strip().lower().replace("-", " ").replace("_", " ").split())


def _kind_and_state(row: Mapping[str, str]) -> tuple[Kind | None, BuildingState | None]:
    stated = _member(BuildingState, "state", row["state"]) if "state" in row else None
    words = row.get("kind") or row.get("name", "").partition(":")[0]
    if not words:
        if stated is None:
            raise InvalidValue("it names neither kind nor state", choices=[k.value for k in Kind])
        return _KIND_OF_STATE.get(stated), stated
    if _key(words) == "building" and stated is not None:
        return _KIND_OF_STATE.get(stated), stated
    kind, implied = parse_kind(words)
    if stated is not None and implied is not None and stated is not implied:
        raise InvalidValue(f"kind '{words}' and state '{stated}' contradict each other")
    return kind, implied or stated


def _member[E: (Decision, BuildingState)](kind: type[E], name: str, words: str) -> E:
    values = [member.value for member in kind]
    if _key(words) not in values:
        raise _unknown(name, words, values)
    return kind(_key(words))


def _unknown(name: str, words: str, choices: list[str]) -> InvalidValue:
    close = get_close_matches(_key(words), choices, n=1, cutoff=0.5)
    return InvalidValue(
        f"there is no {name} '{words[:40]}'",
        cause=f"'{close[0]}' may be meant" if close else None,
        choices=[*close, *(choice for choice in choices if choice not in close)],
    )


def _lonlat(shape: BaseGeometry, crs: CRS, where: str) -> BaseGeometry:
    require_fit(shape.bounds, crs, where=where)
    return reproject(shape, source=crs, target=_WGS84)


def _require_inside(shape: BaseGeometry, grid: Grid) -> None:
    inside = shape.intersection(shapely.box(0, 0, grid.width, grid.height))
    size = "area" if shape.area > 0 else "length"
    is_point_inside = shape.length == 0 and not inside.is_empty
    if is_point_inside or getattr(inside, size) > getattr(shape, size) / 2:
        return
    raise WrongReference(
        f"it lies outside the image of {grid.width}×{grid.height} pixels",
        cause="QGIS counts rows of a picture without place upward, as negative y",
        choices=["rows counted downward from the upper edge", "place the image on the ground"],
    )


def measured(
    shape: BaseGeometry, *, grid: Grid | None, is_pixels: bool
) -> tuple[float | None, float | None]:
    """Return the area in m² and the length in m of what was drawn; None where it has none.

    Parameters
    ----------
    shape
        Longitude and latitude, or pixels of ``grid``.
    grid
        Grid of the scene, for the size of its pixels.
    is_pixels
        True if the shape counts in pixels.
    """
    return _measured_in_pixels(shape, grid) if is_pixels else _measured_on_ground(shape)


def _measured_in_pixels(
    shape: BaseGeometry, grid: Grid | None
) -> tuple[float | None, float | None]:
    """Return area in m² and length in m; None where it has none or a pixel's size is unknown."""
    gsd_m = None if grid is None else grid.gsd_m
    if gsd_m is None:
        return None, None
    area_m2 = shape.area * gsd_m**2 if "Polygon" in shape.geom_type else None
    return area_m2, shape.length * gsd_m if "Line" in shape.geom_type else None


def _measured_on_ground(shape: BaseGeometry) -> tuple[float | None, float | None]:
    if "Polygon" in shape.geom_type:
        return abs(_GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]), None
    return None, _GEOD.geometry_length(shape) if "Line" in shape.geom_type else None


def _identifier(
    kind: Kind | None,
    state: BuildingState | None,
    geometry: BaseGeometry,
    image: str,
    reader: str,
) -> str:
    outline = shapely.to_wkt(geometry.normalize(), rounding_precision=7)
    words = "|".join([str(kind), str(state), outline, image, reader])
    return f"O-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
