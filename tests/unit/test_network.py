import numpy as np
import pytest
from shapely import LineString

from earthwork.simulate.cities.city import Road, RoadClass
from earthwork.simulate.cities.network import StreetGraph, street_graph


def road(name: str, *points: tuple[float, float], bridge: bool = False, width: float = 8) -> Road:
    kind = RoadClass.MAIN if name[0].isupper() else RoadClass.STREET
    return Road(id=name, name=name if name[0].isupper() else None, line=LineString(points),
                width_m=width, road_class=kind, is_bridge=bridge)  # fmt: skip


def place(graph: StreetGraph, way: int) -> list[tuple[float, float]]:
    return [tuple(graph.nodes[node].tolist()) for node in graph.ways[way].nodes]


def test_roads_that_cross_share_a_node() -> None:
    graph = street_graph([road("A", (0, 0), (100, 0)), road("b", (40, -30), (40, 30))])
    assert place(graph, 0) == [(0, 0), (40, 0), (100, 0)]
    assert set(graph.ways[0].nodes) & set(graph.ways[1].nodes) == {graph.ways[0].nodes[1]}
    assert sorted(graph.degrees()) == [1, 1, 1, 1, 4]
    assert graph.lengths_m() == pytest.approx([100, 60])


def test_an_end_just_short_of_a_road_meets_it_and_one_farther_does_not() -> None:
    main = road("A", (0, 0), (100, 0))
    near = street_graph([main, road("b", (40, 0.8), (40, 30))])
    assert set(near.components()) == {0}
    far = street_graph([main, road("b", (40, 5.0), (40, 30))])
    assert len(set(far.components())) == 2


def test_a_bridge_parts_its_road_and_is_tagged() -> None:
    graph = street_graph([
        road("A", (0, 0), (50, 0), (100, 0)),
        road("A", (30, 0), (60, 0), bridge=True),
    ])  # fmt: skip
    assert [place(graph, way) for way in range(3)] == [
        [(0, 0), (30, 0)],
        [(30, 0), (50, 0), (60, 0)],
        [(60, 0), (100, 0)],
    ]
    assert [dict(way.tags).get("bridge") for way in graph.ways] == [None, "yes", None]
    assert dict(graph.ways[1].tags)["layer"] == "1"
    assert {way.road for way in graph.ways} == {"A"}


def test_tags_say_what_a_road_is() -> None:
    graph = street_graph([
        road("A", (0, 0), (9, 0), width=12), road("B", (0, 0), (0, 9), width=7),
        road("c", (0, 0), (9, 9), width=5.25),
    ])  # fmt: skip
    tags = [dict(way.tags) for way in graph.ways]
    assert [tag["highway"] for tag in tags] == ["primary", "secondary", "residential"]
    assert [tag.get("name") for tag in tags] == ["A", "B", None]
    assert tags[2]["width"] == "5.2"
    assert list(tags[0]) == sorted(tags[0])


def test_no_roads_give_no_graph() -> None:
    graph = street_graph([])
    assert graph.nodes.shape == (0, 2)
    assert graph.ways == ()


def test_a_ring_closes() -> None:
    graph = street_graph([road("A", (0, 0), (50, 0), (50, 50), (0, 50), (0, 0))])
    nodes = graph.ways[0].nodes
    assert nodes[0] == nodes[-1]
    assert np.all(graph.degrees() == 2)
