"""Small rasters, layers and cases on disk, for the tests of the line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from shapely import to_geojson
from shapely.geometry.base import BaseGeometry

from earthwork.io.rasters import write_raster
from earthwork.model.case import Case, SceneSource
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Capture, Interval
from earthwork.model.scene import Licence
from earthwork.pipeline.plan import Bench

UTM = CRS.from_epsg(32638)
WGS84 = CRS.from_epsg(4326)
SIDE = 160
GRID = Grid(height=SIDE, width=SIDE, transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000), crs=UTM)
"""80 m of ground near 45° E, 36.1° N."""


def lonlat(pixels: BaseGeometry, grid: Grid = GRID) -> BaseGeometry:
    """Move a geometry from pixels of a grid to longitude and latitude."""
    return reproject(grid.to_map(pixels), source=UTM, target=WGS84)


def write_image(path: Path, image: NDArray[Any], grid: Grid = GRID) -> Path:
    """Write one band, as 8 bits unless it is of real numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = image[None] if image.ndim == 2 else image
    if not np.issubdtype(pixels.dtype, np.integer) and pixels.max() > 1:
        pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    write_raster(path, pixels, grid)
    return path


def write_layer(path: Path, rows: Iterable[tuple[BaseGeometry | None, Mapping[str, Any]]]) -> Path:
    """Write GeoJSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else json.loads(to_geojson(shape)),
            "properties": dict(properties),
        }
        for shape, properties in rows
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def scene_source(file: Path, name: str = "after", **given: Any) -> SceneSource:
    """Return a scene as a case states it."""
    defaults: dict[str, Any] = {
        "id": name,
        "file": file,
        "licence": Licence(credit="A Maker", terms="CC0"),
        "capture": Capture(interval=Interval.of_day(date(2031, 10, 31)), source="stated"),
    }
    return SceneSource(**(defaults | given))


def make_case(folder: Path, **given: Any) -> Case:
    """Return a case of a folder."""
    defaults: dict[str, Any] = {
        "folder": folder.resolve(),
        "title": "T",
        "place": "Mosul",
        "question": "Q?",
        "author": "A",
        "as_of": date(2031, 11, 5),
        "area": None,
        "period": Interval.of_days(date(2031, 8, 1), date(2031, 11, 5)),
    }
    return Case(**(defaults | given))


def bench(results: Mapping[str, Path] | None = None) -> tuple[Bench, list[str]]:
    """Return a bench on folders, and the list of what is noted on it."""
    notes: list[str] = []
    folders = dict(results or {})
    made = Bench(original=Path, result=lambda name: folders[name], note=notes.append)
    return made, notes
