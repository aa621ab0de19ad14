"""Turn the roads of a city into a graph whose ways share nodes where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely import LineString, Point

from earthwork.simulate.cities.city import Road, RoadClass

_TOUCH_M = 1.2
"""An end this near to another road meets it: less than the width of a lane."""
_MERGE_M = 1.5
"""Junctions nearer than this are one."""
_SAME_M = 0.3
"""A corner of a road nearer than this to a junction is left out."""

HIGHWAY: Mapping[RoadClass, str] = {
    RoadClass.MAIN: "primary",
    RoadClass.STREET: "residential",
    RoadClass.LANE: "living_street",
    RoadClass.TRACK: "track",
}
"""OpenStreetMap's value of ``highway`` for each class of road."""
_SECONDARY_BELOW = 0.8
"""A main road narrower than this share of the widest is a secondary one."""
_SURFACE: Mapping[RoadClass, str] = {
    RoadClass.MAIN: "asphalt",
    RoadClass.STREET: "asphalt",
    RoadClass.LANE: "paving_stones",
    RoadClass.TRACK: "ground",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A stretch of road."""

    road: str
    """Id of the road that it is part of."""
    nodes: tuple[int, ...]
    """Rows of ``StreetGraph.nodes``, two or more, along the road."""
    tags: tuple[tuple[str, str], ...]
    """OpenStreetMap tags, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetGraph:
    """Roads as ways over common nodes."""

    nodes: NDArray[np.float64]
    """Dims (node, [x, y]), local metres; each belongs to a way."""
    ways: tuple[Way, ...]
    """Stretches of road; two that meet share a node."""

    def lengths_m(self) -> NDArray[np.float64]:
        """Return the length of each way, dims (way), metres."""
        lines = [self.nodes[list(way.nodes)] for way in self.ways]
        return np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])

    def components(self) -> NDArray[np.int32]:
        """Return the number of the connected part that each way belongs to, dims (way)."""
        pairs = [pair for way in self.ways for pair in pairwise(way.nodes)]
        parts = _components(len(self.nodes), np.array(pairs, dtype=np.intp))
        return parts[[way.nodes[0] for way in self.ways]]

    def degrees(self) -> NDArray[np.int64]:
        """Return how many edges meet at each node, dims (node); a dead end has one."""
        ends = [node for way in self.ways for node in (*way.nodes[:-1], *way.nodes[1:])]
        return np.bincount(ends, minlength=len(self.nodes))


def street_graph(roads: Sequence[Road]) -> StreetGraph:
    """Join roads where they cross or meet.

    Parameters
    ----------
    roads
        Roads of a city. A bridge is named again as a road of its own (``is_bridge``): its stretch
        of the road below it is tagged so and not repeated.

    Returns
    -------
    StreetGraph
        Ways in the order of the roads; a road with a bridge is cut at the bridge's ends.
    """
    plain = [road for road in roads if not road.is_bridge]
    lines = np.array([road.line for road in plain], dtype=object)
    owners, places, spots = _junctions(lines)
    spans = _spans(plain, [road for road in roads if road.is_bridge])
    joint_of, joints = _merged(spots)
    points = [*joints]
    widest = max((road.width_m for road in plain), default=1.0)
    stretches: list[tuple[Road, list[int], bool]] = []
    for index, road in enumerate(plain):
        own = np.flatnonzero(owners == index)
        chain = _chain(road.line, places[own], joint_of[own], spans[index], points)
        stretches.extend((road, *part) for part in _stretches(chain, spans[index]))
    ways = [
        Way(
            road=road.id,
            nodes=tuple(rows),
            tags=_tags(road, road.width_m / widest, is_bridge=is_bridge),
        )
        for road, rows, is_bridge in stretches
    ]
    nodes = np.array(points, dtype=np.float64).reshape(-1, 2).round(3)
    return StreetGraph(nodes=nodes, ways=tuple(ways))


def _junctions(
    lines: NDArray[np.object_],
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return where roads meet: the road, the distance along it, and the place."""
    tree = shapely.STRtree(lines)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(lines.size), 2)
    first, second = tree.query(lines, predicate="intersects")
    first, second = first[first < second], second[first < second]
    crossings, which = shapely.get_parts(
        shapely.extract_unique_points(shapely.intersection(lines[first], lines[second])),
        return_index=True,
    )
    end, other = tree.query(ends, predicate="dwithin", distance=_TOUCH_M)
    end, other = end[owner[end] != other], other[owner[end] != other]
    index = np.concatenate([owner, first[which], second[which], other])
    spots = np.concatenate([ends, crossings, crossings, ends[end]])
    places = shapely.line_locate_point(lines[index], spots)
    # Both ends of a ring lie at its beginning: the late one is set by hand.
    places[lines.size : 2 * lines.size] = shapely.length(lines)
    return index, places, shapely.get_coordinates(spots)


def _merged(spots: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the junction that each place belongs to, and where the junctions lie."""
    if not len(spots):
        return np.zeros(0, dtype=np.int32), np.zeros((0, 2))
    pairs = cKDTree(spots).query_pairs(_MERGE_M, output_type="ndarray")
    part = _components(len(spots), pairs)
    count = np.bincount(part)
    middle = [np.bincount(part, weights=spots[:, axis]) / count for axis in (0, 1)]
    return part, np.column_stack(middle)


def _components(count: int, pairs: NDArray[np.intp]) -> NDArray[np.int32]:
    pairs = pairs.reshape(-1, 2)
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return cast("NDArray[np.int32]", connected_components(links, directed=False)[1])


def _spans(roads: Sequence[Road], bridges: Sequence[Road]) -> list[list[tuple[float, float]]]:
    """Return where along each road its bridges begin and end."""
    spans: list[list[tuple[float, float]]] = [[] for _ in roads]
    for bridge in bridges:
        middle = bridge.line.interpolate(0.5, normalized=True)
        below = int(np.argmin([road.line.distance(middle) for road in roads]))
        ends = [roads[below].line.project(Point(bridge.line.coords[at])) for at in (0, -1)]
        spans[below].append((min(ends), max(ends)))
    return spans


def _chain(
    line: LineString,
    places: NDArray[np.float64],
    joints: NDArray[np.int32],
    spans: Sequence[tuple[float, float]],
    points: list[NDArray[np.float64]],
) -> list[tuple[float, int]]:
    """Return the nodes along a road with their distances; new ones are added to ``points``."""
    corners = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    cuts = [end for span in spans for end in span]
    fresh = [*zip(at[1:-1], corners[1:-1], strict=True)]
    fresh += [(cut, np.array(line.interpolate(cut).coords[0])) for cut in cuts]
    chain = [(float(place), int(joint)) for place, joint in zip(places, joints, strict=True)]
    for place, point in fresh:
        if np.min(np.abs(places - place), initial=np.inf) > _SAME_M:
            chain.append((float(place), len(points)))
            points.append(point)
    return sorted(chain)


def _stretches(
    chain: Sequence[tuple[float, int]], spans: Sequence[tuple[float, float]]
) -> Iterator[tuple[list[int], bool]]:
    """Yield the nodes of a road's stretches, and whether each is a bridge."""
    cuts = sorted(end for span in spans for end in span)
    for low, high in pairwise([-np.inf, *cuts, np.inf]):
        inside = [node for at, node in chain if low - _SAME_M <= at <= high + _SAME_M]
        nodes = [node for n, node in enumerate(inside) if n == 0 or node != inside[n - 1]]
        over = any(abs(low - one) < _SAME_M and abs(high - two) < _SAME_M for one, two in spans)
        if len(nodes) > 1:
            yield nodes, over


def _tags(road: Road, share: float, *, is_bridge: bool) -> tuple[tuple[str, str], ...]:
    is_lesser = road.road_class is RoadClass.MAIN and share < _SECONDARY_BELOW
    tags = {
        "highway": "secondary" if is_lesser else HIGHWAY[road.road_class],
        "surface": _SURFACE[road.road_class],
        "width": f"{road.width_m:.1f}",
    }
    named = {} if road.name is None else {"name": road.name}
    bridge = {"bridge": "yes", "layer": "1"} if is_bridge else {}
    return tuple(sorted({**tags, **named, **bridge}.items()))
