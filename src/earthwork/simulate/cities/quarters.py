"""Draw the outline of a town and divide it into quarters along its main roads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import scale, translate
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Fabric, Quarter
from earthwork.simulate.cities.layout import District
from earthwork.simulate.cities.main_roads import Ground
from earthwork.simulate.cities.styles import CityStyle, Pattern

_FITS = 6
_THIN_M = 7.0
"""A face narrower than twice this holds no houses."""
_LEAST_FACE_M2 = 500.0
_LEAST_QUARTER = 0.045
"""A face smaller than this share of the town joins a neighbour."""
_PARCELS_AT_LEAST = 14
_SMALLEST = 0.5
_LEAST_FAR = 0.02
"""A suburb beyond the river smaller than this share of the scene is not built."""
_CORNER_EVERY_M = 85.0


def draw_shape(*, scene_m: float, rng: np.random.Generator) -> Polygon:
    """Return the shape of a town about the point (0, 0), of radius about 1.

    Parameters
    ----------
    scene_m
        Side of the scene: the larger, the more corners.
    rng
        Source of randomness.
    """
    corners = int(np.clip(2.2 * scene_m / _CORNER_EVERY_M, 9, 44))
    bearing = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.25, 0.25, corners)) / corners
    radius = rng.uniform(0.88, 1.12, corners)
    for wave, swell in ((2, 0.14), (3, 0.09), (5, 0.07)):
        radius += swell * np.sin(wave * bearing + rng.uniform(0, 2 * np.pi))
    return Polygon(np.column_stack([radius * np.cos(bearing), radius * np.sin(bearing)]))


def fit_town(
    shape: Polygon, ground: Ground, *, scene: Polygon, area_m2: float, has_far: bool
) -> tuple[BaseGeometry, float]:
    """Grow a town until it covers some area of the scene.

    Parameters
    ----------
    shape
        Its shape about (0, 0), of radius about 1.
    ground
        What it must keep off.
    scene
        Square scene.
    area_m2
        Area to reach within the scene; less where there is no room.
    has_far
        True if a bridge leads to the other bank.

    Returns
    -------
    BaseGeometry
        The town, one part on each bank.
    float
        Its radius, metres.
    """
    radius = float(np.sqrt(area_m2 / np.pi))
    town = _placed(shape, ground, radius, has_far=has_far)
    for _ in range(_FITS):
        reached = max(town.intersection(scene).area, 0.1 * area_m2)
        radius *= float(np.clip(np.sqrt(area_m2 / reached), 0.6, 1.4))
        town = _placed(shape, ground, radius, has_far=has_far)
    return town, radius


def ring_line(shape: Polygon, core: Point, radius_m: float) -> LineString:
    """Return a ring round the core in the shape of the town, its corners rounded."""
    points = np.array(shape.exterior.coords[:-1]) * radius_m + (core.x, core.y)
    for _ in range(3):
        following = np.roll(points, -1, axis=0)
        early, late = 0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following
        points = np.stack([early, late], axis=1).reshape(-1, 2)
    return LineString([*points, points[0]])


def divide(
    faces: Sequence[Polygon],
    town: BaseGeometry,
    old_town: BaseGeometry,
    *,
    core: Point,
    style: CityStyle,
    names: Iterator[str],
    rng: np.random.Generator,
) -> tuple[District, ...]:
    """Divide a town into quarters and decide how each is built up.

    Parameters
    ----------
    faces
        Ground between main roads.
    town
        Area of the town.
    old_town
        Area of the old town.
    core
        Middle of the old town.
    style
        Which fabrics there are.
    names
        Source of names.
    rng
        Source of randomness.
    """
    built = [face for face in faces if _is_roomy(face) and town.covers(_spot(face))]
    inner = [face for face in built if old_town.covers(_spot(face))]
    if not 0 < len(inner) < len(built):
        # In the smallest towns the ring may enclose nothing, or all.
        inner = [min(built, key=lambda face: face.distance(core))]
    outer = [face for face in built if all(face is not one for one in inner)]
    least = _LEAST_QUARTER * sum(face.area for face in built)
    old = _halves(inner, core)
    new = _grouped(outer, least_m2=least)
    fabrics = _fabrics(new, core=core, style=style, rng=rng)
    groups = [(group, Fabric.OLD_TOWN) for group in old] + list(zip(new, fabrics, strict=True))
    heading = float(rng.uniform(-45, 45))
    return tuple(
        _district(group, fabric, name=next(names), style=style, heading=heading, rng=rng)
        for group, fabric in groups
    )


def _placed(shape: Polygon, ground: Ground, radius: float, *, has_far: bool) -> BaseGeometry:
    whole = translate(scale(shape, radius, radius, origin=(0, 0)), ground.core.x, ground.core.y)
    room = whole.intersection(ground.plan).difference(ground.fence.buffer(15, join_style="mitre"))
    near = _parts_with(room.intersection(ground.near), ground.core)
    far = [
        part
        for part in shapely.get_parts(room.intersection(ground.far))
        if has_far and part.area > _LEAST_FAR * ground.plan.area
    ]
    return shapely.union_all([near, *far])


def _parts_with(shape: BaseGeometry, core: Point) -> BaseGeometry:
    parts: list[BaseGeometry] = list(shapely.get_parts(shape))
    return min(parts, key=lambda part: part.distance(core))


def _spot(face: Polygon) -> Point:
    return face.representative_point()


def _is_roomy(face: Polygon) -> bool:
    return face.area > _LEAST_FACE_M2 and not face.buffer(-_THIN_M).is_empty


def _halves(faces: Sequence[Polygon], core: Point) -> list[list[Polygon]]:
    """Return the old town as two quarters on either side of the core, or one."""
    if len(faces) < 4:  # noqa: PLR2004 - too few to divide
        return [list(faces)] if faces else []
    order = sorted(
        faces, key=lambda face: np.arctan2(face.centroid.y - core.y, face.centroid.x - core.x)
    )
    return [order[: len(order) // 2], order[len(order) // 2 :]]


def _grouped(faces: Sequence[Polygon], *, least_m2: float) -> list[list[Polygon]]:
    """Join small faces to the neighbours with which they share most of their edge."""
    groups = [[face] for face in faces]
    while len(groups) > 1:
        small = min(groups, key=_area)
        if _area(small) >= least_m2:
            break
        others = [group for group in groups if group is not small]
        nearness = [_nearness(group, small) for group in others]
        neighbour = others[int(np.argmax(nearness))]
        neighbour.extend(small)
        groups = others
    return groups


def _area(group: Sequence[Polygon]) -> float:
    return float(sum(face.area for face in group))


def _nearness(group: Sequence[Polygon], small: Sequence[Polygon]) -> float:
    """Return the length of the common edge; for those apart, minus the distance."""
    one, two = shapely.MultiPolygon(list(group)), shapely.MultiPolygon(list(small))
    shared = float(one.intersection(two.buffer(0.2)).area) / 0.2
    return shared if shared > 1.0 else -float(one.distance(two))


def _fabrics(
    groups: Sequence[Sequence[Polygon]], *, core: Point, style: CityStyle, rng: np.random.Generator
) -> list[Fabric]:
    """Choose the fabric of each quarter: flats near the core, villas and works far from it."""
    away = np.array([shapely.MultiPolygon(list(group)).centroid.distance(core) for group in groups])
    far = away.argsort(kind="stable").argsort(kind="stable") / max(1, len(groups) - 1)
    industry = int(rng.choice(np.flatnonzero(far >= np.median(far))))
    weights = dict(style.shares)
    chosen: list[Fabric] = []
    for index in range(len(groups)):
        fabric = Fabric.INDUSTRY if index == industry else _drawn(weights, far[index], rng=rng)
        # What has been chosen is less likely to be chosen again.
        weights[fabric] = 0.45 * weights.get(fabric, 0.0)
        chosen.append(fabric)
    return chosen


_LIKES_DISTANCE: Mapping[Fabric, float] = {
    Fabric.PLANNED: -0.5, Fabric.APARTMENTS: -0.5, Fabric.SUBURB: 0.6, Fabric.INFORMAL: 0.6,
    Fabric.INDUSTRY: 0.6,
}  # fmt: skip


def _drawn(weights: Mapping[Fabric, float], far: float, *, rng: np.random.Generator) -> Fabric:
    fabrics = list(weights)
    liking = [weights[one] * np.exp(_LIKES_DISTANCE[one] * (2 * far - 1)) for one in fabrics]
    return fabrics[int(rng.choice(len(fabrics), p=np.array(liking) / np.sum(liking)))]


def _district(
    group: Sequence[Polygon],
    fabric: Fabric,
    *,
    name: str,
    style: CityStyle,
    heading: float,
    rng: np.random.Generator,
) -> District:
    area = shapely.union_all(list(group))
    return District(
        quarter=Quarter(name=name, outline=area, fabric=fabric),
        faces=tuple(group),
        pattern=_fitting(style.patterns[fabric], area.area),
        heading_deg=heading + float(rng.normal(0, 14)),
    )


def _fitting(pattern: Pattern, area_m2: float) -> Pattern:
    """Return a pattern with blocks and parcels small enough for some of them to fit."""
    most = area_m2 / _PARCELS_AT_LEAST
    if pattern.parcel_m2 <= most:
        return pattern
    size = max(float(np.sqrt(most / pattern.parcel_m2)), _SMALLEST)
    across, along = pattern.spacing_m
    return replace(
        pattern,
        parcel_m2=size**2 * pattern.parcel_m2,
        spacing_m=(size * across, size * along),
        setback_m=size * pattern.setback_m,
    )
