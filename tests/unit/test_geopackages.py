"""GeoPackages from plain features."""

from __future__ import annotations

from pathlib import Path

import pyogrio
import pytest
from shapely import GeometryCollection, LineString, MultiPolygon, Point, box

from earthwork.errors import InvalidValue
from earthwork.io.geopackages import Feature, write_geopackage

AREA = box(45, 36, 45.1, 36.1)


def layers(path: Path) -> dict[str, int]:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    return {name: pyogrio.read_info(path, layer=name)["features"] for name in names}


def test_one_kind_of_geometry_makes_one_layer(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.gpkg"
    rows = [
        Feature(geometry=AREA, properties={"kind": "berm", "n": 1}),
        Feature(geometry=MultiPolygon([AREA]), properties={"kind": None, "n": 2}),
    ]
    write_geopackage(path, {"truth": rows, "empty": []})
    assert layers(path) == {"truth": 2}
    frame = pyogrio.read_dataframe(path)
    assert frame.crs.to_epsg() == 4326
    assert frame["n"].tolist() == [1, 2]
    assert frame.geometry.iloc[0].equals(AREA)


def test_mixed_geometries_are_split(tmp_path: Path) -> None:
    shapes = [AREA, Point(45, 36), LineString([(45, 36), (46, 37)]), GeometryCollection([AREA])]
    write_geopackage(tmp_path / "a.gpkg", {"x": [Feature(geometry=shape) for shape in shapes]})
    assert layers(tmp_path / "a.gpkg") == {"x_area": 1, "x_point": 1, "x_line": 1, "x_mixed": 1}


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_geopackage(path, {"old": [Feature(geometry=AREA)]})
    write_geopackage(path, {"new": [Feature(geometry=Point(45, 36))]})
    assert layers(path) == {"new": 1}


def test_nothing_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="nothing to write"):
        write_geopackage(tmp_path / "a.gpkg", {"x": []})
    assert not (tmp_path / "a.gpkg").exists()
