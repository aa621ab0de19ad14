"""Tie points as GeoJSON: to look at over both images, to mend by hand, and to give back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import MultiPoint

from earthwork.model.grid import Grid, reproject
from earthwork.model.pair import RegistrationReport, TieMarks, TiePoint

_WGS84 = CRS.from_epsg(4326)
_DEGREE_DIGITS = 9
"""A tenth of a millimetre on the ground: what is read back must be what was written."""
_PIXEL_DIGITS = 3
_NO_MARKS = TieMarks()
_NOTICE = (
    "Tie points of one pair, each from its place in the before-image to its place in the"
    " after-image. To strike one, set its status to struck (radius_px, 96 if left out); to pin one,"
    " set it to pinned or draw a line from before to after. Found points are sought again, so one"
    " that is merely deleted comes back."
)


def tie_points_geojson(
    report: RegistrationReport, before: Grid, after: Grid, *, marks: TieMarks = _NO_MARKS
) -> bytes:
    """Return the tie points of a pair as GeoJSON lines, and what was struck as points.

    Parameters
    ----------
    report
        The points that agree, found and pinned.
    before, after
        Grids of the two images. Where both have a reference system the output is in longitude and
        latitude (RFC 7946), each end where its own image's reference puts it; else in pixels of
        each, x right, y down, and a foreign member ``earthwork:coordinates`` says so.
    marks
        What a person said of the pair: struck ground is handed on, and who said so; pinned points
        too where the report holds none, as it does for a pair that could not be aligned.
    """
    in_pixels = before.crs is None or after.crs is None
    lines = _lines(report.tie_points or marks.pinned, before, after, in_pixels=in_pixels)
    features = [*lines, *_struck(marks, before, in_pixels=in_pixels)]
    head: dict[str, Any] = {"type": "FeatureCollection", "earthwork:notice": _NOTICE}
    if in_pixels:
        head["earthwork:coordinates"] = "pixels"
    if marks.reader is not None:
        head["reader"] = marks.reader
    return _written(head, features)


def _written(head: Mapping[str, Any], features: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a collection with each feature on a line of its own."""
    start = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{start},\n "features": [\n{rows}\n]}}\n'.encode()


def _lines(
    ties: Sequence[TiePoint], before: Grid, after: Grid, *, in_pixels: bool
) -> Iterator[dict[str, Any]]:
    table = np.array(
        [(t.before_x, t.before_y, t.after_x, t.after_y) for t in ties], np.float64
    ).reshape(-1, 4)
    starts = _positions(table[:, :2], before, in_pixels=in_pixels)
    ends = _positions(table[:, 2:], after, in_pixels=in_pixels)
    for tie, row, start, end in zip(ties, table, starts, ends, strict=True):
        yield {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [start, end]},
            "properties": {
                "status": tie.origin.value,
                **_numbers(row),
                "residual_px": round(tie.residual_px, _PIXEL_DIGITS),
            },
        }


def _numbers(row: NDArray[np.float64]) -> dict[str, float]:
    names = ("before_x", "before_y", "after_x", "after_y")
    return {name: round(float(n), _PIXEL_DIGITS) for name, n in zip(names, row, strict=True)}


def _struck(marks: TieMarks, before: Grid, *, in_pixels: bool) -> Iterator[dict[str, Any]]:
    table = np.array(marks.struck, np.float64).reshape(-1, 3)
    places = _positions(table[:, :2], before, in_pixels=in_pixels)
    for (x, y, radius), place in zip(marks.struck, places, strict=True):
        yield {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {
                "status": "struck",
                "before_x": round(x, _PIXEL_DIGITS),
                "before_y": round(y, _PIXEL_DIGITS),
                "radius_px": round(radius, _PIXEL_DIGITS),
            },
        }


def _positions(points: NDArray[np.float64], grid: Grid, *, in_pixels: bool) -> list[list[float]]:
    """Return points (n, 2) of an image as they stand in the file."""
    if in_pixels or grid.crs is None or not len(points):
        return _rounded(points, _PIXEL_DIGITS)
    placed = reproject(grid.to_map(MultiPoint(points)), source=grid.crs, target=_WGS84)
    return _rounded(shapely.get_coordinates(placed), _DEGREE_DIGITS)


def _rounded(points: NDArray[np.float64], digits: int) -> list[list[float]]:
    # adding nought takes the sign from a rounded -0.0
    return [[float(x), float(y)] for x, y in np.round(points, digits) + 0.0]
