"""New things on and beside known carriageways.

Only where road areas are given. With two dates nothing tells a lasting barrier from something that
was there for an hour, so every candidate carries the alternative ``obstruction_other`` with at
least half the weight, and things of a vehicle's size and lie are dropped: Earthwork does not look
for vehicles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.change.features import averaged, resolve_gsd, sigma_px, standardised
from earthwork.model.vocabulary import Kind

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstructionOptions:
    """How new things on roads are sought."""

    coarsest_gsd_m: float = 0.8
    """Above this pixel size nothing is sought: a block of concrete is not resolved."""
    context_m: float = 15.0
    """Standard deviation over which the two dates are brought to one brightness."""
    tolerance_m: float = 2.0
    """Distance within which a thing of the before-image explains one of the after-image."""
    contrast: float = 1.2
    """Least brightness outside the range before, in standard deviations of the scene's."""
    least_extent_m: float = 6.0
    """Things shorter than this are dropped: most are vehicles, which are not looked for."""
    most_extent_m: float = 40.0
    """Things longer than this are dropped: most are shadows."""
    vehicle_width_m: float = 3.5
    """Things up to this wide that lie along the road are dropped, likewise ..."""
    vehicle_length_m: float = 14.0
    """... unless they are longer than this: a row."""
    beside_m: float = 5.0
    """Width of the strip beside the carriageway in which a barrier can stand ready."""
    blocking_share: float = 0.6
    """Share of the carriageway's width from which a thing across it blocks it."""
    rubble_area_m2: float = 40.0
    """Area from which a rough thing is rubble rather than a block."""
    most: int = 300
    """Things kept, best first."""


DEFAULT_OBSTRUCTIONS = ObstructionOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstruction:
    """One new thing on or beside a carriageway."""

    kind: Kind
    """The likeliest kind."""
    outline: BaseGeometry
    """Polygon in pixels (column, row): the smallest rectangle around it."""
    score: float
    """Gain of contrast times the share of the carriageway's width that it takes."""
    area_px: float
    """Area in pixels."""
    alternatives: tuple[tuple[Kind, float], ...]
    """Other kinds with weights; with the first they sum to 1."""
    parts: dict[str, float]
    """The score's parts; ``looks`` counts the dates that show it, always 1 here."""


def find_obstructions(
    before: Image,
    after: Image,
    assessed: Mask,
    roads: Sequence[BaseGeometry],
    *,
    gsd_m: float | None,
    options: ObstructionOptions = DEFAULT_OBSTRUCTIONS,
) -> tuple[Obstruction, ...]:
    """Find, weigh and rank new things on and beside roads.

    Parameters
    ----------
    before, after
        Luminance on one grid, dims (row, column), float32, any scale.
    assessed
        Dims (row, column): True where a pixel may be judged.
    roads
        Carriageways as polygons in pixels (column, row).
    gsd_m
        Ground sample distance in metres; None if unknown (0.45 m is then assumed).
    options
        Sizes and thresholds.

    Returns
    -------
    tuple of Obstruction
        Best first; none where pixels are coarser than ``coarsest_gsd_m``.
    """
    gsd = resolve_gsd(gsd_m)
    if gsd > options.coarsest_gsd_m or not roads:
        return ()
    road = road_mask(roads, before.shape)
    gain = contrast_gain(before, after, assessed, gsd, options)
    half_width = np.asarray(
        cv2.distanceTransform(road.astype(np.uint8), cv2.DIST_L2, 5), np.float32
    )
    near = np.asarray(cv2.distanceTransform((~road).astype(np.uint8), cv2.DIST_L2, 5))
    strip = assessed & (near * gsd <= options.beside_m)
    things = [
        _thing(inside, corner, gain, road=road, half_width=half_width, gsd=gsd, options=options)
        for inside, corner in _blobs((gain >= options.contrast) & strip)
    ]
    kept = [thing for thing in things if thing is not None]
    return tuple(
        sorted(kept, key=lambda thing: (-thing.score, thing.outline.bounds))[: options.most]
    )


def road_mask(roads: Sequence[BaseGeometry], shape: tuple[int, ...]) -> Mask:
    """Burn road polygons into a mask of (row, column)."""
    canvas = np.zeros(shape[:2], np.uint8)
    for road in roads:
        for part in getattr(road, "geoms", [road]):
            layer = np.zeros_like(canvas)
            rings = [part.exterior, *part.interiors]
            corners = [np.asarray(ring.coords)[:, :2] - 0.5 for ring in rings]
            cv2.fillPoly(layer, [np.rint(ring).astype(np.int32) for ring in corners], 1)
            canvas |= layer
    return canvas > 0


def contrast_gain(
    before: Image, after: Image, assessed: Mask, gsd: float, options: ObstructionOptions
) -> Image:
    """Return how far a pixel lies outside the range of brightness that its place had before.

    The after-image is brought to the before-image's brightness locally first; the range is taken
    over ``tolerance_m``, so that edges of the road that moved a little are none.
    """
    first, second = standardised(before, assessed), standardised(after, assessed)
    counted = assessed.astype(np.float32)
    second = second - averaged(second - first, counted, sigma_px(options.context_m, gsd))
    side = 2 * max(1, round(options.tolerance_m / gsd)) + 1
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    lighter = second - np.asarray(cv2.dilate(first, near), np.float32)
    darker = np.asarray(cv2.erode(first, near), np.float32) - second
    result: Image = np.maximum(lighter, darker).astype(np.float32)
    return result


def _blobs(chosen: Mask) -> list[tuple[Mask, tuple[int, int]]]:
    """Return each connected area with the (row, column) of its upper left corner."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        chosen.astype(np.uint8), connectivity=8
    )
    found = []
    for label in range(1, count):
        left, top, width, height, _ = (int(value) for value in stats[label])
        inside = np.asarray(labels)[top : top + height, left : left + width] == label
        found.append((inside, (top, left)))
    return found


def _thing(
    inside: Mask,
    corner: tuple[int, int],
    gain: Image,
    *,
    road: Mask,
    half_width: Image,
    gsd: float,
    options: ObstructionOptions,
) -> Obstruction | None:
    rows, columns = (axis + start for axis, start in zip(np.nonzero(inside), corner, strict=True))
    points = np.stack([columns + 0.5, rows + 0.5], axis=1).astype(np.float32)
    centre, sides, turn = cv2.minAreaRect(points)
    extent, thickness = ((side + 1) * gsd for side in sorted(sides, reverse=True))
    if not options.least_extent_m <= extent <= options.most_extent_m:
        return None
    turn = turn if sides[0] >= sides[1] else turn + 90
    crossing = _crossing(turn, road, centre, gsd)
    if _may_be_vehicle(extent, thickness, crossing, options):
        return None
    carriageway = 2 * gsd * float(_window(half_width, centre, round(15 / gsd)).max())
    share = min(1.0, extent * crossing / max(carriageway, 1e-6))
    outline = Polygon(
        cv2.boxPoints(
            (centre, (sides[0] + 1, sides[1] + 1), turn if sides[0] >= sides[1] else turn - 90)
        )
    )
    on_road = float(road[rows, columns].mean())
    kind = _kind(on_road, share, rows.size * gsd**2, options)
    strength = float(gain[rows, columns].mean())
    return Obstruction(
        kind=kind,
        outline=outline,
        score=strength * share,
        area_px=float(rows.size),
        alternatives=_alternatives(kind),
        parts={"contrast": strength, "width_share": share, "on_road": on_road, "looks": 1.0},
    )


def _may_be_vehicle(
    extent: float, thickness: float, crossing: float, options: ObstructionOptions
) -> bool:
    """Tell whether a thing has a vehicle's size and lies along the road, within 30 degrees."""
    is_narrow = thickness <= options.vehicle_width_m and extent <= options.vehicle_length_m
    return is_narrow and crossing < 0.5  # noqa: PLR2004 - sine of 30 degrees


def _crossing(turn_deg: float, road: Mask, centre: Sequence[float], gsd: float) -> float:
    """Return the sine of the angle between a thing and its road: 1 straight across, 0 along."""
    rows, columns = np.nonzero(_window(road, centre, round(25 / gsd)))
    if rows.size < 3:  # noqa: PLR2004 - no direction
        return 1.0
    spread = np.cov(np.stack([columns, rows]).astype(np.float64))
    values, vectors = np.linalg.eigh(spread)
    if values[1] < 2 * values[0]:  # a square or a crossing has no direction
        return 1.0
    along = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
    return float(abs(np.sin(np.radians(turn_deg - along))))


def _window[T: np.generic](image: NDArray[T], centre: Sequence[float], reach: int) -> NDArray[T]:
    row, column = int(centre[1]), int(centre[0])
    return image[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]


def _kind(on_road: float, share: float, area_m2: float, options: ObstructionOptions) -> Kind:
    if on_road < 0.5:  # noqa: PLR2004 - most of it
        return Kind.BARRIER_STAGED
    if area_m2 >= options.rubble_area_m2:
        return Kind.RUBBLE_ON_ROAD
    return Kind.ROADBLOCK if share >= options.blocking_share else Kind.OBSTRUCTION_OTHER


def _alternatives(kind: Kind) -> tuple[tuple[Kind, float], ...]:
    """Weigh the other kinds: with two dates, 'something else' is never less than even."""
    if kind is Kind.OBSTRUCTION_OTHER:
        return ((Kind.ROADBLOCK, 0.25), (Kind.RUBBLE_ON_ROAD, 0.15))
    others = {
        Kind.ROADBLOCK: Kind.RUBBLE_ON_ROAD,
        Kind.RUBBLE_ON_ROAD: Kind.ROADBLOCK,
        Kind.BARRIER_STAGED: Kind.RUBBLE_ON_ROAD,
    }
    return ((Kind.OBSTRUCTION_OTHER, 0.5), (others[kind], 0.1))
