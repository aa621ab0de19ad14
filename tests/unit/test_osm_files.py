from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from earthwork.errors import InvalidValue
from earthwork.io.osm_files import OsmWay, write_osm

NODES = np.array([(43.1, 36.2), (43.1000001, 36.25), (-7.0, -1.5)])
NONE = np.zeros((0, 2))


def test_a_network_is_read_back_as_written(tmp_path: Path) -> None:
    ways = [
        OsmWay(nodes=(0, 1), tags=(("highway", "primary"), ("name", 'A "B" & <C> Road'))),
        OsmWay(nodes=(1, 2, 0), tags=()),
    ]
    write_osm(tmp_path / "roads.osm", NODES, ways)
    root = ET.fromstring((tmp_path / "roads.osm").read_bytes())  # noqa: S314 - our own
    assert (root.tag, root.get("version")) == ("osm", "0.6")
    bounds = root.find("bounds")
    assert bounds is not None
    sides = [float(bounds.get(side, "")) for side in ("minlat", "minlon", "maxlat", "maxlon")]
    assert sides == [-1.5, -7.0, 36.25, 43.1000001]
    places = {
        one.get("id"): (float(one.get("lon", "")), float(one.get("lat", "")))
        for one in root.iter("node")
    }
    assert places == {"-1": (43.1, 36.2), "-2": (43.1000001, 36.25), "-3": (-7.0, -1.5)}
    first, second = root.iter("way")
    assert [one.get("ref") for one in second.iter("nd")] == ["-2", "-3", "-1"]
    tags = [(one.get("k"), one.get("v")) for one in first.iter("tag")]
    assert tags == [("highway", "primary"), ("name", 'A "B" & <C> Road')]


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.osm", "two.osm"):
        write_osm(tmp_path / name, NODES, [OsmWay(nodes=(0, 2), tags=(("a", "é"),))])
    assert (tmp_path / "one.osm").read_bytes() == (tmp_path / "two.osm").read_bytes()


def test_an_empty_network_is_a_valid_file(tmp_path: Path) -> None:
    write_osm(tmp_path / "none.osm", NONE, [])
    assert list(ET.fromstring((tmp_path / "none.osm").read_bytes())) == []  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("nodes", "ways", "where"),
    [
        (np.array([(400000.0, 36.0)]), [], "node 0"),
        (np.array([(43.0, 6.0), (43.0, 96.0)]), [], "node 1"),
        (np.array([(np.nan, 36.0)]), [], "node 0"),
        (NODES, [OsmWay(nodes=(0,), tags=())], "way 0"),
        (NODES, [OsmWay(nodes=(0, 1), tags=()), OsmWay(nodes=(0, 9), tags=())], "way 1"),
        (NODES, [OsmWay(nodes=(-1, 1), tags=())], "way 0"),
        (NODES, [OsmWay(nodes=(0, 1) * 1001, tags=())], "way 0"),
        (NODES, [OsmWay(nodes=(0, 1), tags=(("name", "A\x00B"),))], "way 0"),
    ],
)
def test_what_osm_cannot_hold_is_refused(
    tmp_path: Path, nodes: np.ndarray, ways: list[OsmWay], where: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        write_osm(tmp_path / "bad.osm", nodes, ways)
    assert caught.value.where == where
    assert not (tmp_path / "bad.osm").exists()
