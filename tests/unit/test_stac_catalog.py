from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pystac
import pytest
from affine import Affine
from pyproj import CRS
from shapely import box

from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.scene import Angles
from earthwork.publishing.stac_catalog import COG, CatalogAsset, CatalogItem, stac_catalog

MOMENT = datetime(2031, 8, 14, 7, 48, tzinfo=UTC)
GRID = Grid(
    height=20,
    width=30,
    transform=Affine(0.5, 0, 500_000, 0, -0.5, 3_800_000),
    crs=CRS.from_epsg(32638),
)
ASSET = CatalogAsset(
    key="image",
    path="images/before.tif",
    media_type=COG,
    title="The picture",
    roles=("data",),
    sha256="ab" * 32,
    size=12,
    bands=("red", "green", "blue"),
)
SCENE = CatalogItem(
    id="before",
    title="Before",
    outline=box(44, 34, 44.1, 34.1),
    interval=Interval.at(MOMENT),
    assets=(ASSET,),
    grid=GRID,
    sun=Angles(azimuth_deg=120.25, elevation_deg=55.5),
    view=Angles(azimuth_deg=100, elevation_deg=84),
    sensor="a camera",
    licence="CC0-1.0",
)
TRUTH = CatalogItem(
    id="truth",
    title="Truth",
    outline=box(44, 34, 44.1, 34.1),
    interval=Interval(start=MOMENT, end=MOMENT.replace(month=10)),
    assets=(),
    lineage="read from the plan",
    derived_from=("before",),
)


def _laid_out(folder: Path, files: dict[str, bytes]) -> pystac.Catalog:
    for name, data in files.items():
        path = folder / "catalog" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return pystac.Catalog.from_file(str(folder / "catalog" / "catalog.json"))


def test_another_program_reads_it_and_finds_the_files(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "before.tif").write_bytes(b"x" * 12)
    catalog = _laid_out(tmp_path, stac_catalog("siege", "A siege.", [SCENE, TRUTH]))
    items = {item.id: item for item in catalog.get_items(recursive=True)}
    assert set(items) == {"before", "truth"}
    asset = items["before"].assets["image"]
    assert Path(str(asset.get_absolute_href())).read_bytes() == b"x" * 12
    origin = items["truth"].get_single_link("derived_from")
    assert origin is not None
    assert origin.resolve_stac_object(root=catalog).target.id == "before"


def test_items_hold_to_the_core_schema(tmp_path: Path) -> None:
    catalog = _laid_out(tmp_path, stac_catalog("siege", "A siege.", [SCENE, TRUTH]))
    assert catalog.validate()
    for item in catalog.get_items(recursive=True):
        item.stac_extensions = []  # their schemas are not on this machine
        assert item.validate()


def test_extension_fields_are_named_as_their_schemas_name_them() -> None:
    files = stac_catalog("siege", "A siege.", [SCENE])
    item = json.loads(files["before/before.json"])
    told = item["properties"]
    assert told["view:sun_azimuth"] == 120.25
    assert told["view:off_nadir"] == 6
    assert told["proj:code"] == "EPSG:32638"
    assert told["proj:shape"] == [20, 30]
    assert told["gsd"] == 0.5
    assert told["datetime"] == "2031-08-14T07:48:00Z"
    asset = item["assets"]["image"]
    assert asset["file:checksum"] == "1220" + "ab" * 32
    assert asset["bands"] == [{"name": "red"}, {"name": "green"}, {"name": "blue"}]
    assert any("/view/" in name for name in item["stac_extensions"])


def test_a_span_has_two_ends_and_no_moment() -> None:
    files = stac_catalog("siege", "A siege.", [SCENE, TRUTH])
    told = json.loads(files["truth/truth.json"])["properties"]
    assert told["datetime"] is None
    assert told["end_datetime"] == "2031-10-14T07:48:00Z"
    assert told["processing:lineage"] == "read from the plan"


def test_two_items_of_one_id_are_refused() -> None:
    with pytest.raises(InvalidValue, match="share an id"):
        stac_catalog("siege", "A siege.", [SCENE, SCENE])


def test_an_origin_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidValue, match="derives from before"):
        stac_catalog("siege", "A siege.", [TRUTH])


def test_an_unknown_time_is_refused() -> None:
    undated = replace(SCENE, interval=Interval(start=None, end=MOMENT))
    with pytest.raises(InvalidValue, match="no known time"):
        stac_catalog("siege", "A siege.", [undated])


def test_a_reference_without_a_code_is_told_in_full() -> None:
    local = CRS.from_proj4("+proj=laea +lat_0=34 +lon_0=44 +units=m")
    files = stac_catalog("siege", "A siege.", [replace(SCENE, grid=replace(GRID, crs=local))])
    told = json.loads(files["before/before.json"])["properties"]
    assert "proj:code" not in told
    assert "Azimuthal" in told["proj:wkt2"]
