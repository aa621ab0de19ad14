"""Which parts of a picture to show: windows around what was seen, near things together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely import STRtree, box, union_all
from shapely.geometry.base import BaseGeometry

from earthwork.model.grid import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FramingOptions:
    """How windows are laid around things."""

    least_side_px: int = 240
    """Least side of a window, so that the surroundings can be recognised."""
    most_side_px: int = 700
    """Things farther apart than this are not shown together."""
    margin: float = 0.35
    """Room around things, as a share of their extent."""
    most: int = 6
    """Windows kept, those with most things first."""


DEFAULT_FRAMING = FramingOptions()


def windows_around(
    things: Iterable[BaseGeometry],
    shape: tuple[int, int],
    *,
    options: FramingOptions = DEFAULT_FRAMING,
) -> tuple[Window, ...]:
    """Return square windows that show every thing with its surroundings, near things together.

    Parameters
    ----------
    things
        Geometries in pixels of the picture.
    shape
        (rows, columns) of the picture.
    options
        Sizes and number of the windows.

    Returns
    -------
    tuple of Window
        Those with most things first, at most ``options.most``; none without things.
    """
    image = box(0, 0, shape[1], shape[0])
    inside = [thing for thing in things if thing.intersects(image)]
    groups = _grouped([[thing.intersection(image)] for thing in inside], options)
    ranked = sorted(groups, key=lambda group: (-len(group), union_all(group).bounds))
    return tuple(_window(group, shape, options) for group in ranked[: options.most])


def _grouped(groups: list[list[BaseGeometry]], options: FramingOptions) -> list[list[BaseGeometry]]:
    """Join groups that fit one window, the nearest first, until no two do."""
    while (pair := _nearest_fitting(groups, options)) is not None:
        first, second = sorted(pair)
        joined = groups[first] + groups[second]
        groups = [g for i, g in enumerate(groups) if i not in pair] + [joined]
    return groups


def _nearest_fitting(
    groups: Sequence[list[BaseGeometry]], options: FramingOptions
) -> tuple[int, int] | None:
    if len(groups) < 2:  # noqa: PLR2004 - two make a pair
        return None
    extents = [box(*union_all(group).bounds) for group in groups]
    reach = options.most_side_px / (1 + 2 * options.margin)
    tree = STRtree(extents)
    near = tree.query(extents, predicate="dwithin", distance=reach).T
    fitting = [
        (extents[i].distance(extents[j]), int(i), int(j))
        for i, j in near
        if i < j and _extent(extents[i].union(extents[j])) <= reach
    ]
    return min(fitting)[1:] if fitting else None


def _extent(geometry: BaseGeometry) -> float:
    west, south, east, north = geometry.bounds
    return float(max(east - west, north - south))


def _window(
    group: Sequence[BaseGeometry], shape: tuple[int, int], options: FramingOptions
) -> Window:
    west, north, east, south = union_all(group).bounds
    wished = max(options.least_side_px, round(_extent(union_all(group)) * (1 + 2 * options.margin)))
    height, width = min(wished, shape[0]), min(wished, shape[1])
    row = round((north + south) / 2 - height / 2)
    column = round((west + east) / 2 - width / 2)
    return Window(
        row=min(max(0, row), shape[0] - height),
        column=min(max(0, column), shape[1] - width),
        height=height,
        width=width,
    )
