"""Write a street network as OpenStreetMap XML.

References
----------
OpenStreetMap Wiki, "OSM XML", version 0.6 of the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from earthwork import __version__
from earthwork.errors import InvalidValue

_MOST_EAST, _MOST_NORTH = 180.0, 90.0
_MOST_NODES = 2000
"""OpenStreetMap's limit of nodes in a way."""
_LEAST_CHAR = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmWay:
    """One way of a network."""

    nodes: tuple[int, ...]
    """Rows of the array of nodes along the way, 2 to 2,000 of them."""
    tags: tuple[tuple[str, str], ...]
    """Keys and values."""


def write_osm(path: Path, nodes_lonlat: NDArray[np.float64], ways: Sequence[OsmWay]) -> None:
    """Write nodes and ways as OpenStreetMap XML 0.6.

    Parameters
    ----------
    path
        File to write; what is there is replaced.
    nodes_lonlat
        Dims (node, [longitude, latitude]), degrees, WGS 84.
    ways
        Ways over those nodes, written in the order given.

    Raises
    ------
    InvalidValue
        If a coordinate is not on the globe, a way names a node that is not there or has too few
        or too many, or a tag holds a character that XML cannot.

    Notes
    -----
    Ids are negative, as for data that OpenStreetMap does not know: the first row is node ``-1``,
    the first way ``-1`` too, since it counts them apart. The same network gives the same bytes.
    """
    _require_globe(nodes_lonlat)
    _require_ways(ways, len(nodes_lonlat))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_lines(nodes_lonlat, ways))


def _lines(nodes_lonlat: NDArray[np.float64], ways: Sequence[OsmWay]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<osm version="0.6" generator={quoteattr(f"earthwork {__version__}")} upload="never">\n'
    if len(nodes_lonlat):
        west, south = nodes_lonlat.min(axis=0)
        east, north = nodes_lonlat.max(axis=0)
        yield (
            f'  <bounds minlat="{south:.7f}" minlon="{west:.7f}"'
            f' maxlat="{north:.7f}" maxlon="{east:.7f}"/>\n'
        )
    for number, (longitude, latitude) in enumerate(nodes_lonlat, start=1):
        yield f'  <node id="-{number}" version="1" lat="{latitude:.7f}" lon="{longitude:.7f}"/>\n'
    for number, way in enumerate(ways, start=1):
        yield from _way_lines(way, number)
    yield "</osm>\n"


def _way_lines(way: OsmWay, number: int) -> Iterator[str]:
    yield f'  <way id="-{number}" version="1">\n'
    for node in way.nodes:
        yield f'    <nd ref="-{node + 1}"/>\n'
    for key, value in way.tags:
        yield f"    <tag k={quoteattr(key)} v={quoteattr(value)}/>\n"
    yield "  </way>\n"


def _require_globe(nodes_lonlat: NDArray[np.float64]) -> None:
    inside = np.abs(nodes_lonlat) <= (_MOST_EAST, _MOST_NORTH)
    if not inside.all():
        row = int(np.flatnonzero(~inside.all(axis=1))[0])
        raise InvalidValue(
            f"({nodes_lonlat[row, 0]:g}, {nodes_lonlat[row, 1]:g}) is no longitude and latitude",
            where=f"node {row}",
            cause="metres where degrees belong, or latitude before longitude",
            choices=["longitude -180 to 180, latitude -90 to 90"],
        )


def _require_ways(ways: Sequence[OsmWay], count: int) -> None:
    for number, way in enumerate(ways):
        is_known = all(0 <= node < count for node in way.nodes)
        if not 2 <= len(way.nodes) <= _MOST_NODES or not is_known:  # noqa: PLR2004
            raise InvalidValue(
                f"a way of {len(way.nodes)} nodes cannot be drawn over these {count} nodes",
                where=f"way {number}",
                choices=[f"2 to {_MOST_NODES} rows of the array of nodes"],
            )
        if any(ord(char) < _LEAST_CHAR for tag in way.tags for char in "".join(tag)):
            raise InvalidValue(
                f"a tag holds a control character: {dict(way.tags)!r}",
                where=f"way {number}",
                choices=["text in one line"],
            )
