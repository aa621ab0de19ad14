"""Which parts of a picture to show: windows around what was seen, near things together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import box, union_all
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
    extents = np.array([union_all(group).bounds for group in groups]).reshape(-1, 4)
    while (pair := _nearest_fitting(extents, options)) is not None:
        first, second = pair
        joined = groups[first] + groups[second]
        groups = [g for i, g in enumerate(groups) if i not in pair] + [joined]
        around = _united(extents[first], extents[second])
        extents = np.vstack([np.delete(extents, pair, axis=0), around])
    return groups


def _nearest_fitting(
    extents: NDArray[np.float64], options: FramingOptions
) -> tuple[int, int] | None:
    """Return the two groups, dims (group, [west, south, east, north]), that lie nearest."""
    reach = options.most_side_px / (1 + 2 * options.margin)
    first, second = np.triu_indices(len(extents), k=1)
    around = _united(extents[first], extents[second])
    fits = np.maximum(around[:, 2] - around[:, 0], around[:, 3] - around[:, 1]) <= reach
    if not fits.any():
        return None
    first, second = first[fits], second[fits]
    apart = np.maximum(extents[first, :2], extents[second, :2])
    apart -= np.minimum(extents[first, 2:], extents[second, 2:])
    nearest = int(np.argmin(np.hypot(*np.maximum(apart, 0).T)))
    return int(first[nearest]), int(second[nearest])


def _united(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the extents that hold two, or many pairs of two."""
    low = np.minimum(first[..., :2], second[..., :2])
    high = np.maximum(first[..., 2:], second[..., 2:])
    return np.concatenate([low, high], axis=-1)


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
