"""Labels of any window agree with those of the whole."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from earthwork.model.vocabulary import Kind
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.truths.polygon_fill import PixelWindow, covered
from earthwork.simulate.truths.truth import label_raster

MOMENT = datetime(2031, 1, 1, tzinfo=UTC)
SPOT = st.tuples(st.floats(-20, 60), st.floats(-20, 60))


def _deed(number: int, points: list[tuple[float, float]]) -> Deed:
    kinds = [Kind.GROUND_CLEARED, Kind.BERM, Kind.BUILDING_RAZED, Kind.WALL]
    kind = kinds[number % len(kinds)]
    is_line = kind in {Kind.BERM, Kind.WALL}
    shape = LineString(points) if is_line else Polygon(points).convex_hull
    return Deed(id=str(number), event="e", kind=kind, state=None, geometry=shape, begun=MOMENT,
                done=MOMENT, least_m=1.0 + number % 5)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    shapes=st.lists(st.lists(SPOT, min_size=3, max_size=6, unique=True), min_size=1, max_size=5),
    gsd_m=st.sampled_from([0.3, 0.5, 1.0, 2.5, 10.0]),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_any_window_is_cut_from_the_whole(shapes, gsd_m, cut):
    deeds = [_deed(number, points) for number, points in enumerate(shapes)]
    scene = PixelWindow.of_scene(side_m=40.0, gsd_m=gsd_m)
    whole = label_raster(deeds, MOMENT, window=scene)
    row0, column0 = (int(share * (scene.rows - 1)) for share in cut)
    part = PixelWindow(side_m=40.0, gsd_m=gsd_m, row0=row0, column0=column0,
                       rows=scene.rows - row0, columns=scene.columns - column0)  # fmt: skip
    assert (label_raster(deeds, MOMENT, window=part) == whole[row0:, column0:]).all()


@settings(max_examples=40, deadline=None)
@given(points=st.lists(SPOT, min_size=3, max_size=8, unique=True))
def test_pixels_are_those_whose_centres_lie_inside(points):
    shape = Polygon(points).buffer(0)
    window = PixelWindow.of_scene(side_m=40.0, gsd_m=1.0)
    x, y = np.meshgrid(np.arange(40) + 0.5, 40 - np.arange(40) - 0.5)
    surely = shapely.contains_xy(shape.buffer(-1e-6), x, y)
    maybe = shapely.contains_xy(shape.buffer(1e-6), x, y)
    found = covered(shape, window=window)
    assert (surely <= found).all()
    assert (found <= maybe).all()
