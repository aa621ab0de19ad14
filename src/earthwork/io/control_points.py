"""Control points of press pictures, from CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from earthwork.errors import InvalidValue
from earthwork.model.control_point import ControlPoint

SYNONYMS = {
    "column": ("column", "col", "x", "pixel_x", "sourcex"),
    "row": ("row", "line", "y", "pixel_y", "sourcey"),
    "longitude": ("longitude", "lon", "long", "lng", "mapx"),
    "latitude": ("latitude", "lat", "mapy"),
}
"""Headings understood for each column, whatever their case."""

_LARGEST_BYTES = 4_000_000


def read_control_points(path: Path) -> tuple[ControlPoint, ...]:
    """Read control points from a CSV file with a heading line.

    Columns: ``column, row, longitude, latitude`` or their ``SYNONYMS``; comma, semicolon or tab
    between. Lines that begin with ``#`` are passed over. Rows count downward from the upper edge
    (QGIS's georeferencer writes them negative: that sign is dropped).

    Raises
    ------
    InvalidValue
        If the file is absent or no CSV, a column is missing, or a line's numbers do not fit; the
        message names the line.
    """
    path = Path(path)
    lines = [line for line in _text(path).splitlines() if line.strip() and line[0] != "#"]
    delimiter = max(",;\t", key=(lines[0] if lines else "").count)
    reader = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    headings = _headings(reader.fieldnames or (), path)
    points = [_point(row, headings, f"{path}, point {i}") for i, row in enumerate(reader, start=1)]
    if not points:
        raise InvalidValue("there are no control points", where=str(path), cause="only a heading")
    return tuple(points)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(
            f"the control points cannot be read ({error})",
            where=str(path),
            choices=["a CSV file in UTF-8"],
        ) from error


def _headings(given: Iterable[str], path: Path) -> dict[str, str]:
    known = {name.strip().lower(): name for name in given}
    found = {
        name: known[word]
        for name, words in SYNONYMS.items()
        for word in words[::-1]
        if word in known
    }
    if missing := [name for name in SYNONYMS if name not in found]:
        raise InvalidValue(
            f"the control points lack the column {', '.join(missing)}",
            where=str(path),
            cause="no heading line, or other headings",
            choices=[f"{name}: {', '.join(words)}" for name, words in SYNONYMS.items()],
        )
    return found


def _point(row: Mapping[str, str | None], headings: Mapping[str, str], where: str) -> ControlPoint:
    numbers = {name: _number(row[heading], name, where) for name, heading in headings.items()}
    if abs(numbers["latitude"]) > 90 or abs(numbers["longitude"]) > 180:  # noqa: PLR2004 - degrees
        raise InvalidValue(
            f"longitude {numbers['longitude']}, latitude {numbers['latitude']} is nowhere",
            where=where,
            cause="metres in place of degrees, or the two exchanged",
            choices=["degrees, WGS 84"],
        )
    return ControlPoint(
        column=numbers["column"],
        row=abs(numbers["row"]),
        longitude=numbers["longitude"],
        latitude=numbers["latitude"],
    )


def _number(text: str | None, name: str, where: str) -> float:
    try:
        value = float(text or "")
    except ValueError as error:
        raise InvalidValue(
            f"{name} is '{text or ''}', not a number", where=where, choices=["12.5"]
        ) from error
    if not math.isfinite(value):
        raise InvalidValue(f"{name} is {value}", where=where, choices=["12.5"])
    return value
