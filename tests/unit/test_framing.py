"""Windows show what was seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from earthwork.model.grid import Window
from earthwork.publishing.framing import FramingOptions, windows_around

SHAPE = (1600, 1200)


def holds(window: Window, thing: object) -> bool:
    frame = box(window.column, window.row, window.column + window.width, window.row + window.height)
    return bool(frame.covers(thing))


def test_nothing_to_show() -> None:
    assert windows_around([], SHAPE) == ()
    assert windows_around([box(5000, 5000, 5010, 5010)], SHAPE) == ()


def test_near_things_share_a_window() -> None:
    near = [box(300, 300, 320, 320), box(400, 380, 420, 400)]
    (window,) = windows_around(near, SHAPE)
    assert all(holds(window, thing) for thing in near)
    assert window.height == window.width >= 240


def test_far_things_do_not() -> None:
    assert len(windows_around([box(0, 0, 20, 20), box(1100, 1500, 1120, 1520)], SHAPE)) == 2


def test_a_large_thing_gets_a_large_window() -> None:
    swath = box(100, 100, 1100, 1000)
    (window,) = windows_around([swath], SHAPE)
    assert holds(window, swath)


def test_the_fullest_windows_come_first_and_the_rest_is_dropped() -> None:
    things = [box(x, 10, x + 5, 15) for x in (10, 30)] + [
        box(1000, y, 1005, y + 5) for y in (800, 820, 840)
    ]
    (window,) = windows_around(things, SHAPE, options=FramingOptions(most=1))
    assert holds(window, things[-1])


@given(
    st.lists(
        st.tuples(st.integers(0, 1150), st.integers(0, 1550), st.integers(1, 50)),
        min_size=1,
        max_size=6,
    )
)
def test_every_thing_is_wholly_in_a_window(corners: list[tuple[int, int, int]]) -> None:
    things = [box(x, y, x + side, y + side) for x, y, side in corners]
    windows = windows_around(things, SHAPE)
    assert all(any(holds(window, thing) for window in windows) for thing in things)
    assert all(w.row >= 0 and w.row + w.height <= SHAPE[0] for w in windows)
    assert all(w.column >= 0 and w.column + w.width <= SHAPE[1] for w in windows)
