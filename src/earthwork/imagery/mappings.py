"""Mappings between the pixels of two images: as matrices, as functions, as sampled positions.

Coordinates are (x, y) = (column, row) with pixel centres at .5 throughout.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from earthwork.model.grid import Grid, Window

Float = NDArray[np.float64]
Image = NDArray[np.float32]
Mapping = Callable[[Float], Float]
"""Points (n, 2) of one image to points (n, 2) of another."""


def prior_mapping(before: Grid, after: Grid) -> Mapping:
    """Return the mapping of before-pixels to after-pixels that the references state.

    The identity where either grid has no reference system.

    Examples
    --------
    >>> grid = Grid.of_pixels(height=4, width=4)
    >>> prior_mapping(grid, grid)(np.array([[1.5, 2.5]])).tolist()
    [[1.5, 2.5]]
    """
    if before.crs is None or after.crs is None:
        return lambda points: points
    forward, back = _matrix_of(before), np.linalg.inv(_matrix_of(after))
    if before.crs == after.crs:
        return lambda points: applied(back, applied(forward, points))
    transformer = Transformer.from_crs(before.crs, after.crs, always_xy=True)

    def across(points: Float) -> Float:
        moved = applied(forward, points)
        x, y = transformer.transform(moved[:, 0], moved[:, 1])
        return applied(back, np.stack([x, y], axis=1))

    return across


def _matrix_of(grid: Grid) -> Float:
    return np.array(grid.transform, dtype=np.float64).reshape(3, 3)


def applied(matrix: Float, points: Float) -> Float:
    """Apply a 3×3 affine matrix to points (n, 2)."""
    moved: Float = points @ matrix[:2, :2].T + matrix[:2, 2]
    return moved


def square(matrix: Float) -> Float:
    """Complete a 2×3 matrix to 3×3."""
    return np.vstack([matrix, [0.0, 0.0, 1.0]])


def least_squares(places: Float, targets: Float) -> Float:
    """Fit the affine matrix that brings places (n, 2) nearest to targets (n, 2)."""
    design = np.column_stack([places, np.ones(len(places))])
    solved = np.linalg.lstsq(design, targets, rcond=None)[0]
    return square(solved.T)


def similarity_of(places: Float, targets: Float) -> Float:
    """Fit the shift, turn and scale that bring places (n, 2) nearest to targets (n, 2); n >= 2."""
    middle, aim = places.mean(axis=0), targets.mean(axis=0)
    x, y = (places - middle).T
    u, v = (targets - aim).T
    size = max(float((x * x + y * y).sum()), 1e-12)
    cosine, sine = float((x * u + y * v).sum()) / size, float((x * v - y * u).sum()) / size
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    matrix[:2, 2] = aim - matrix[:2, :2] @ middle
    return matrix


def is_mirror(matrix: Float) -> bool:
    """Tell whether a matrix turns the plane over."""
    return bool(np.linalg.det(matrix[:2, :2]) < 0)


def scale_of(matrix: Float) -> float:
    """Return the scale of a matrix: the root of the area that a unit square becomes."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))


def at_indices(matrix: Float) -> Float:
    """Restate a matrix over pixel centres at .5 as one over pixel indices, as OpenCV counts."""
    half = np.eye(3)
    half[:2, 2] = 0.5
    restated: Float = np.linalg.inv(half) @ matrix @ half
    return restated


def sampled(mapping: Mapping, shape: tuple[int, ...], step: int = 32) -> Float:
    """Evaluate a smooth mapping at all pixel centres from a lattice: (2, row, column)."""
    height, width = shape
    rows, columns = -(-height // step) + 1, -(-width // step) + 1
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64) * step
    knots = mapping(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(rows, columns, 2)
    at_x = np.broadcast_to(((np.arange(width) + 0.5) / step).astype(np.float64), (height, width))
    at_y = np.broadcast_to(((np.arange(height) + 0.5) / step)[:, None], (height, width))
    return np.stack([_bilinear(knots[..., axis], at_x, at_y) for axis in (0, 1)])


def _bilinear(knots: Float, x: Float, y: Float) -> Float:
    column = np.minimum(x[0].astype(int), knots.shape[1] - 2)
    row = np.minimum(y[:, 0].astype(int), knots.shape[0] - 2)
    along = (x[0] - column)[None, :]
    left, right = knots[:, column], knots[:, column + 1]
    across = left + (right - left) * along
    down = (y[:, 0] - row)[:, None]
    result: Float = across[row] + (across[row + 1] - across[row]) * down
    return result


def bounds_window(positions: Float, grid: Grid) -> Window | None:
    """Return the window of a grid that holds positions (2, row, column); None if none falls in."""
    left, right = np.nanmin(positions[0]), np.nanmax(positions[0])
    top, bottom = np.nanmin(positions[1]), np.nanmax(positions[1])
    first = (max(0, int(top) - 2), max(0, int(left) - 2))
    last = (min(grid.height, int(bottom) + 3), min(grid.width, int(right) + 3))
    height, width = last[0] - first[0], last[1] - first[1]
    if height < 1 or width < 1:
        return None
    return Window(row=first[0], column=first[1], height=height, width=width)
