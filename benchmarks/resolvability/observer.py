"""A reader who knows shape, place and sun, and compares before with after: what he goes by.

At a place the two pictures, brought to one brightness, give ten *channels*: how the ground within
the outline changed against the ring round it in brightness, in two colours, in fine texture and in
plain difference; how its sunward half changed against its other half; how the strip on which its
shadow would fall changed; how it stands out in the later picture by itself; how far the pattern
within it stayed the same, and how far its spread of brightness did. A line is summed over its whole
length. The same channels are taken with the same outline on ground that no
work touched, where only ordinary life, light, lean and noise make differences: every work is told
in units of what happens there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry
from worlds import SIDE_M, Target, World

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.works import least_side_m
from earthwork.simulate.truths.polygon_fill import PixelWindow, covered

NULLS = 80
"""Unaltered places that each work is compared with."""
LEAST_NULLS = 25
"""With fewer a work is left out."""
_TRIES = 1200
_TOUCHED, _TOLERANCE = 0.02, 0.05
"""Share of a place that works may touch, and that houses may cover beyond those of the work."""
_PAN = np.array([0.36, 0.32, 0.12, 0.20], dtype=np.float32)
_FINEST = 8
_ENOUGH = 1500
"""Pixels by which a place is judged to be unaltered."""
_ON_ROADS = frozenset({
    Kind.ROADBLOCK, Kind.OBSTRUCTION_OTHER, Kind.RUBBLE_ON_ROAD, Kind.BARRIER_STAGED,
    Kind.BRIDGE_DESTROYED,
})  # fmt: skip
_ON_HOUSES = frozenset({Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED})
PAN_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7)
"""Channels that one band gives; the others need colour."""
CHANNELS = 10
_BY_PARTS = 6
"""Layers that are summed in every part; the rest only within the outline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What lies where at one pixel size, for choosing unaltered places."""

    window: PixelWindow
    """The pixels."""
    altered: NDArray[np.bool_]
    """Dims (row, column): ground of works and a strip round it."""
    houses: NDArray[np.bool_]
    """Dims (row, column)."""
    houses_left: tuple[BaseGeometry, ...]
    """Outlines of houses within the scene that no work touched; local metres."""
    road_spots: NDArray[np.float64]
    """Dims (spot, [x, y]): middles of carriageways."""


def grounds_of(given: World, *, gsd_m: float) -> Grounds:
    """Rasterise what lies where."""
    window = PixelWindow.of_scene(side_m=SIDE_M, gsd_m=gsd_m)
    works = shapely.union_all([g.buffer(max(3.0, gsd_m)) for g in given.altered])
    houses = [house.outline for house in given.city.footprints]
    free = [house for house in houses if not house.intersects(works)]
    inner = shapely.box(0, 0, SIDE_M, SIDE_M).buffer(-12.0)
    roads = [r.line for r in given.city.roads if r.line.length > 10]
    spots = [shapely.line_interpolate_point(r, np.arange(3, r.length - 3, 4.0)) for r in roads]
    return Grounds(
        window=window,
        altered=covered(works, window=window),
        houses=covered(shapely.union_all(houses), window=window),
        houses_left=tuple(house for house in free if house.within(inner)),
        road_spots=shapely.get_coordinates(np.concatenate(spots)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Where a reader looks for one work: pixels of the scene and how much each counts."""

    pixels: NDArray[np.int64]
    """Dims (pixel, [row, column])."""
    weights: NDArray[np.float32]
    """Dims ([within, ring, sunward half, other half, shadow], pixel): each sums to 1, or is 0."""


def template_of(
    ground: BaseGeometry, size_m: float, sun_azimuth_deg: float, window: PixelWindow
) -> Template:
    """Lay out an outline, its ring, its halves and its shadow strip on the pixels."""
    gsd = window.gsd_m
    away = np.array([-sin(radians(sun_azimuth_deg)), -cos(radians(sun_azimuth_deg))])
    half = max(size_m / 2, gsd / 2)
    gap = ground.buffer(max(0.7 * gsd, 0.5))
    ring = ground.buffer(max(4.0 * gsd, 5.0)).difference(gap)
    fallen = translate(ground, *(away * max(size_m / 2, gsd)))
    parts = (
        ground,
        ring,
        ground.intersection(translate(ground, *(-away * half))),
        ground.intersection(translate(ground, *(away * half))),
        fallen.difference(ground),
    )
    near = window.around(shapely.union_all(parts))
    fine = int(np.clip(np.ceil(gsd / max(min(size_m / 3, gsd), 0.15)), 1, _FINEST))
    layers = np.stack([_shares(part, near, fine) for part in parts])
    rows, columns = np.nonzero(layers.any(axis=0))
    picked = layers[:, rows, columns]
    total = picked.sum(axis=1, keepdims=True)
    return Template(
        pixels=np.column_stack([rows + near.row0, columns + near.column0]),
        weights=np.divide(picked, total, out=np.zeros_like(picked), where=total > 0),
    )


def _shares(part: BaseGeometry, near: PixelWindow, fine: int) -> NDArray[np.float32]:
    """Return the share of each pixel that a part covers."""
    if part.is_empty:
        return np.zeros((near.rows, near.columns), dtype=np.float32)
    window = PixelWindow(
        side_m=near.side_m, gsd_m=near.gsd_m / fine, row0=near.row0 * fine,
        column0=near.column0 * fine, rows=near.rows * fine, columns=near.columns * fine,
    )  # fmt: skip
    inside = covered(part, window=window).reshape(near.rows, fine, near.columns, fine)
    return inside.mean(axis=(1, 3), dtype=np.float32)


def layers_of(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return dims (layer, row, column): what channels are summed from.

    Change, later brightness, texture, difference, two colours; then what correlation is made of.
    """
    then, now = (np.log(np.maximum(np.tensordot(_PAN, p, 1), 1.0)) for p in (before, after))
    change = now - then
    change -= np.median(change)
    fine = [picture - cv2.GaussianBlur(picture, (0, 0), 1.5) for picture in (then, now)]
    rough = [np.log(cv2.GaussianBlur(f * f, (0, 0), 0.8) + 1e-5) for f in fine]
    detail = change - cv2.GaussianBlur(change, (0, 0), 1.5)
    colours = [np.log(np.maximum(p, 1.0)) for p in (before, after)]
    warm = (colours[1][0] - colours[1][2]) - (colours[0][0] - colours[0][2])
    green = (colours[1][3] - colours[1][0]) - (colours[0][3] - colours[0][0])
    return np.stack([
        change, now - cv2.GaussianBlur(now, (0, 0), 40), rough[1] - rough[0], np.abs(detail),
        warm - np.median(warm), green - np.median(green),
        then - np.median(then), now - np.median(now), (then - np.median(then)) ** 2,
        (now - np.median(now)) ** 2, (then - np.median(then)) * (now - np.median(now)),
    ]).astype(np.float32)  # fmt: skip


@njit(cache=True, nogil=True)
def _sums(
    layers: NDArray[np.float32],
    pixels: NDArray[np.int64],
    weights: NDArray[np.float32],
    moves: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return dims (place, layer, part): weighted means at each move of a template (kernel)."""
    count, parts = layers.shape[0], weights.shape[0]
    out = np.zeros((moves.shape[0], count, parts))
    for m in range(moves.shape[0]):
        for p in range(pixels.shape[0]):
            row, column = pixels[p, 0] + moves[m, 0], pixels[p, 1] + moves[m, 1]
            for k in range(count):
                value = layers[k, row, column]
                for part in range(parts if k < _BY_PARTS else 1):
                    out[m, k, part] += value * weights[part, p]
    return out


def channels(
    layers: NDArray[np.float32], template: Template, moves: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return dims (place, channel) of a template moved by (rows, columns)."""
    sums = _sums(layers, template.pixels, template.weights, moves)
    within, ring, sunward, other, shadow = np.moveaxis(sums, 2, 0)
    return np.column_stack([
        within[:, 0] - ring[:, 0],
        sunward[:, 0] - other[:, 0],
        shadow[:, 0] - ring[:, 0],
        within[:, 1] - ring[:, 1],
        within[:, 2] - ring[:, 2],
        within[:, 3] - ring[:, 3],
        *_likeness(within[:, _BY_PARTS:]),
        within[:, 4] - ring[:, 4],
        within[:, 5] - ring[:, 5],
    ])  # fmt: skip


def _likeness(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how alike both patterns are, by Fisher's z, and how their spreads differ."""
    then, now, then2, now2, both = sums.T
    noise = 1e-4
    var = [np.maximum(v, 0) + noise for v in (then2 - then**2, now2 - now**2)]
    alike = np.clip((both - then * now) / np.sqrt(var[0] * var[1]), -0.999, 0.999)
    return np.arctanh(alike), np.log(var[1] / var[0])


def moves_of(
    target: Target, template: Template, grounds: Grounds, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return moves, dims (place, [rows, columns]), that take a template to unaltered ground."""
    gsd, middle = grounds.window.gsd_m, target.ground.centroid
    spots = _spots(target.kind, grounds, rng)
    moves = np.column_stack([(middle.y - spots[:, 1]) / gsd, (spots[:, 0] - middle.x) / gsd])
    moves = np.rint(moves + rng.uniform(-0.5, 0.5, moves.shape)).astype(np.int64)
    moves = moves[_fits(template, moves, grounds.window)]
    shown = template.weights[0] > 0
    step = 1 + int(shown.sum()) // _ENOUGH
    inner = template.pixels[shown][::step]
    weights = template.weights[0, shown][::step] / template.weights[0, shown][::step].sum()
    own = float(weights @ grounds.houses[inner[:, 0], inner[:, 1]])
    touched, built = _overlaps(grounds.altered, grounds.houses, inner, weights, moves).T
    return moves[(touched < _TOUCHED) & (built <= own + _TOLERANCE)][:NULLS]


@njit(cache=True, nogil=True)
def _overlaps(
    altered: NDArray[np.bool_],
    houses: NDArray[np.bool_],
    inner: NDArray[np.int64],
    weights: NDArray[np.float32],
    moves: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return dims (move, [altered, built]): shares of a moved outline (kernel)."""
    out = np.zeros((moves.shape[0], 2))
    for m in range(moves.shape[0]):
        for p in range(inner.shape[0]):
            row, column = inner[p, 0] + moves[m, 0], inner[p, 1] + moves[m, 1]
            out[m, 0] += weights[p] * altered[row, column]
            out[m, 1] += weights[p] * houses[row, column]
    return out


def _spots(kind: Kind, grounds: Grounds, rng: np.random.Generator) -> NDArray[np.float64]:
    if kind in _ON_ROADS:
        return rng.choice(grounds.road_spots, _TRIES)
    return rng.uniform(0, SIDE_M, (_TRIES, 2))


def _fits(template: Template, moves: NDArray[np.int64], window: PixelWindow) -> NDArray[np.bool_]:
    low, high = template.pixels.min(axis=0) + moves, template.pixels.max(axis=0) + moves
    limit = np.array([window.rows, window.columns])
    return np.asarray(((low >= 0) & (high < limit)).all(axis=1))


def in_units_of(values: NDArray[np.float64], nulls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return channels in robust standard deviations of unaltered ground, kept within 12."""
    middle = np.median(nulls, axis=0)
    spread = 1.4826 * np.median(np.abs(nulls - middle), axis=0) + 1e-4
    return np.clip((values - middle) / spread, -12, 12)


def contrast_of(layers: NDArray[np.float32], template: Template) -> float:
    """Return the log ratio of brightness within the outline to that of its ring, later picture."""
    sums = _sums(layers, template.pixels, template.weights, np.zeros((1, 2), dtype=np.int64))[0, 1]
    return float(sums[0] - sums[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a reader finds at one work in one pair of pictures."""

    work: int
    """Number of the work."""
    condition: str
    """Name of the condition of the later picture."""
    contrast: float
    """Log ratio of brightness to the ring."""
    channels: NDArray[np.float32]
    """Dims (1 + place, channel): at the work, then at unaltered places."""


def looked_for(
    targets: Sequence[Target], before: NDArray[np.float32],
    after: Mapping[str, NDArray[np.float32]], sun_azimuth_deg: float, grounds: Grounds,
    *, rng: np.random.Generator,
) -> Iterator[Look]:  # fmt: skip
    """Yield what is found at each work in each later picture; the sun stands over one azimuth."""
    layers = {name: layers_of(before, picture) for name, picture in after.items()}
    here = np.zeros((1, 2), dtype=np.int64)
    houses = _house_templates(sun_azimuth_deg, grounds, rng=rng)
    built = (
        {
            name: np.concatenate([channels(shown, house, here) for house in houses])
            for name, shown in layers.items()
        }
        if len(houses) >= LEAST_NULLS
        else {}
    )
    for number, target in enumerate(targets):
        template = template_of(target.ground, target.size_m, sun_azimuth_deg, grounds.window)
        if not _fits(template, here, grounds.window)[0]:
            continue
        by_house = target.kind in _ON_HOUSES
        moves = here[:0] if by_house else moves_of(target, template, grounds, rng=rng)
        if len(moves) < LEAST_NULLS and not (by_house and built):
            continue
        for name, shown in layers.items():
            nulls = built[name] if by_house else channels(shown, template, moves)
            own = channels(shown, template, here)
            yield Look(
                work=number, condition=name, contrast=contrast_of(shown, template),
                channels=in_units_of(np.concatenate([own, nulls]), nulls).astype(np.float32),
            )  # fmt: skip


def _house_templates(
    sun_azimuth_deg: float, grounds: Grounds, *, rng: np.random.Generator
) -> list[Template]:
    """Lay out houses that no work touched: with them an altered house is compared."""
    houses = list(grounds.houses_left)
    chosen = [houses[index] for index in rng.permutation(len(houses))[: NULLS + 20]]
    laid = [template_of(h, least_side_m(h), sun_azimuth_deg, grounds.window) for h in chosen]
    here = np.zeros((1, 2), dtype=np.int64)
    return [template for template in laid if _fits(template, here, grounds.window)[0]][:NULLS]
