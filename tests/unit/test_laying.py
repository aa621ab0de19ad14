"""A layer laid on the before-image, and what that image says of outlines without a date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from shapely.affinity import translate

from earthwork.io.footprints import Footprints
from earthwork.model.footprint_date import UNDATED
from earthwork.model.grid import Grid
from earthwork.model.observation import Building
from earthwork.model.raster import ArrayRaster
from earthwork.model.vocabulary import BuildingState
from earthwork.pipeline.laying import lay_on, with_support

from .test_outline_support import houses, picture


def layer(x: float, y: float, count: int = 36) -> Footprints:
    shapes = tuple(translate(house, x, y) for house in houses()[:count])
    return Footprints(
        ids=tuple(str(number) for number in range(len(shapes))),
        shapes_px=shapes,
        originals=shapes,
        is_pixels=True,
        dates=(UNDATED,) * len(shapes),
        decisions=("Something was decided before.",),
    )


def test_a_clear_shift_is_applied_and_told() -> None:
    given = layer(8, -6)
    laid = lay_on(given, picture())
    assert laid.originals == given.originals
    centres = [
        shape.centroid.distance(house.centroid)
        for shape, house in zip(laid.shapes_px, houses(), strict=True)
    ]
    assert max(centres) < 1
    assert laid.decisions[0] == given.decisions[0]
    assert laid.decisions[1].startswith("The footprints were moved by -")
    assert "36 outlines" in laid.decisions[1]


def test_a_layer_that_fits_stays() -> None:
    given = layer(0.5, 0)
    assert lay_on(given, picture()) == given


def test_an_unclear_shift_is_told_and_not_applied() -> None:
    given = layer(8, -6, count=4)
    laid = lay_on(given, picture())
    assert laid.shapes_px == given.shapes_px
    assert "not clear from 4 outlines" in laid.decisions[-1]


def test_pixels_of_unknown_size_are_moved_too() -> None:
    sized = picture()
    plain = ArrayRaster(
        grid=Grid.of_pixels(height=sized.grid.height, width=sized.grid.width), pixels=sized.pixels
    )
    laid = lay_on(layer(8, -6), plain)
    assert laid.decisions[-1].startswith("The footprints were moved by")
    assert " m)" not in laid.decisions[-1]


def test_support_is_a_reason_and_never_a_state() -> None:
    given = layer(0, 0, count=3)
    bare = translate(houses()[1], 31, 31)
    given = replace(given, shapes_px=(houses()[0], bare, translate(bare, 900, 0)))
    buildings = tuple(
        Building(
            id=str(number), state=BuildingState.NOT_ASSESSED, score=2.0, geometry=shape,
            reason="its place is bare, but it has no date",
        )
        for number, shape in enumerate(given.shapes_px)
    )  # fmt: skip
    on, off, outside = with_support(buildings, given, picture())
    assert on.support is not None
    assert off.support is not None
    assert on.support > off.support
    assert on.reason.startswith("its place is bare, but it has no date; edges of the before-image")
    assert "few edges" in off.reason
    assert outside == buildings[2]
    assert {b.state for b in (on, off)} == {BuildingState.NOT_ASSESSED}
    standing = replace(buildings[0], state=BuildingState.STANDING)
    (told, *_) = with_support((standing, *buildings[1:]), given, picture())
    assert told.reason == standing.reason
    assert told.support is not None
    assert np.isfinite(told.support)
