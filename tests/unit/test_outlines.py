"""Polygons are drawn by the centres of pixels, lines by their distance."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, box

from earthwork.simulate.painting.noise import window_of
from earthwork.simulate.painting.outlines import (
    burn,
    measure_rims,
    outlines_of,
    rims_of,
    strokes_of,
)
from earthwork.simulate.painting.surface import Frame

FRAME = Frame(side_m=20.0, fine_m=0.5, row0=-4, column0=-6, rows=50, columns=48)
SHAPES = [
    Point(8, 9).buffer(5).difference(Point(8, 9).buffer(2)),
    MultiPolygon([box(12, 1, 15, 4), box(16, 1, 18, 3)]),
    GeometryCollection([MultiPolygon([box(1, 16, 4, 19)]), LineString([(0, 0), (1, 0.9)])]),
]


def centres() -> tuple[np.ndarray, np.ndarray]:
    x = (FRAME.column0 + np.arange(FRAME.columns) + 0.5) * FRAME.fine_m
    y = FRAME.side_m - (FRAME.row0 + np.arange(FRAME.rows) + 0.5) * FRAME.fine_m
    return np.meshgrid(x, y)


def burnt() -> np.ndarray:
    target = np.full(FRAME.shape, -1, dtype=np.int32)
    outlines = outlines_of(SHAPES)
    picked = outlines.near(FRAME.bounds)
    burn(target, outlines, np.arange(3), picked=picked, window=window_of(FRAME))
    return target


def test_a_pixel_belongs_to_the_polygon_that_holds_its_centre() -> None:
    x, y = centres()
    for number, shape in enumerate(SHAPES):
        np.testing.assert_array_equal(burnt() == number, shapely.contains_xy(shape, x, y))


def test_distances_to_edges_are_exact_within_reach() -> None:
    target, distance = burnt(), np.full(FRAME.shape, 9.0, dtype=np.float32)
    rims = rims_of(outlines_of(SHAPES))
    measure_rims(distance, target, rims.pieces, rims.owners, 1.2, window_of(FRAME))
    x, y = centres()
    for number, shape in enumerate(SHAPES[:2]):
        inside = target == number
        exact = shapely.distance(shape.boundary, shapely.points(x[inside], y[inside]))
        near = exact < 1.2
        np.testing.assert_allclose(distance[inside][near], exact[near], atol=1e-5)
        assert (distance[inside][~near] >= 1.2).all()
    assert (distance[target < 0] == 9.0).all()


def test_lines_are_cut_into_pieces_and_found_by_place() -> None:
    strokes = strokes_of([LineString([(0, 0), (1, 0), (1, 5)]), LineString([(30, 30), (40, 30)])])
    assert strokes.owners.tolist() == [0, 0, 1]
    assert strokes.near((0, 0, 20, 20), reach_m=5.0).tolist() == [0, 1]
    assert strokes.near((0, 0, 20, 20), reach_m=10.0).tolist() == [0, 1, 2]


def test_nothing_lays_out_as_nothing() -> None:
    assert not len(outlines_of([]).owners)
    assert not len(rims_of(outlines_of([])).pieces)
    assert not len(strokes_of([]).pieces)
