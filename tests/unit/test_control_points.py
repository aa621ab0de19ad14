from __future__ import annotations

from pathlib import Path

import pytest

from earthwork.errors import InvalidValue
from earthwork.io.control_points import read_control_points
from earthwork.model.control_point import ControlPoint

TWO = (
    ControlPoint(column=10, row=20, longitude=43.1, latitude=36.3),
    ControlPoint(column=30.5, row=40, longitude=43.2, latitude=36.4),
)


@pytest.mark.parametrize(
    "text",
    [
        "column,row,longitude,latitude\n10,20,43.1,36.3\n30.5,40,43.2,36.4\n",
        "\ufeffX;Y;Lon;Lat;name\n10;20;43.1;36.3;bridge\n\n30.5;40;43.2;36.4;mosque\n",
        "#CRS: 4326\nmapX,mapY,sourceX,sourceY\n43.1,36.3,10,-20\n43.2,36.4,30.5,-40\n",
    ],
)
def test_forms(tmp_path: Path, text: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    assert read_control_points(path) == TWO


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "lack the column column, row, longitude, latitude"),
        ("column,row,longitude\n1,2,3\n", "lack the column latitude"),
        ("column,row,longitude,latitude\n", "no control points"),
        ("column,row,longitude,latitude\n1,2,3,4\n1,two,3,4\n", "point 2: row is 'two'"),
        ("column,row,longitude,latitude\n1,2\n", "point 1: longitude is ''"),
        ("column,row,longitude,latitude\n1,2,inf,4\n", "longitude is inf"),
        ("column,row,longitude,latitude\n1,2,330000,4020000\n", "is nowhere"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=says):
        read_control_points(path)


def test_absent_or_binary(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x81")
    for name in ("none.csv", "b.csv"):
        with pytest.raises(InvalidValue, match="cannot be read"):
            read_control_points(tmp_path / name)
