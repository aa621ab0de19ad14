"""The STAC catalog of a simulated siege."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earthwork.model.interval import Interval
from earthwork.model.scene import Angles
from earthwork.pipeline.simulated_case import SENSOR
from earthwork.pipeline.simulated_radar import RadarTrack, orbit_of, radar_tracks
from earthwork.publishing.stac_catalog import (
    COG,
    GEOPACKAGE,
    CatalogAsset,
    CatalogItem,
    stac_catalog,
)
from earthwork.simulate.orders import resolve_camera
from earthwork.simulate.radar.imaging import RadarOptions
from earthwork.simulate.scenario import SceneOrder
from earthwork.simulate.siege import Siege

_LICENCE = "CC0-1.0"
_SCHEMAS = "https://stac-extensions.github.io"
_SAR = f"{_SCHEMAS}/sar/v1.0.0/schema.json"
_SAT = f"{_SCHEMAS}/sat/v1.0.0/schema.json"
_MEDIA = {".tif": COG, ".gpkg": GEOPACKAGE, ".geojson": "application/geo+json",
          ".json": "application/json", ".csv": "text/csv", ".osm": "application/xml",
          ".txt": "text/plain"}  # fmt: skip


def write_catalog(siege: Siege, folder: Path) -> list[Path]:
    """Write the catalog of everything that lies in the folder."""
    items = [
        *(_scene(siege, scene, folder) for scene in siege.scenes),
        *(_radar(siege, track, folder) for track in radar_tracks(siege.scenario)),
        _layers(siege, folder),
        _truth(siege, folder),
    ]
    description = f"{siege.scenario.title}: a simulated siege; nothing in it is real."
    files = stac_catalog(_identifier(siege), description, items)
    written = []
    for name, data in files.items():
        path = folder / "catalog" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return written


def _identifier(siege: Siege) -> str:
    words = "".join(c if c.isalnum() else "-" for c in siege.scenario.title.lower())
    return f"{words.strip('-')}-{siege.scenario.seed}"


def _asset(folder: Path, name: str, title: str, **more: Any) -> CatalogAsset:
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return CatalogAsset(
        key=more.pop("key", path.stem),
        path=name,
        media_type=_MEDIA[path.suffix],
        title=title,
        roles=more.pop("roles", ("data",)),
        sha256=digest,
        size=path.stat().st_size,
        **more,
    )


def _scene(siege: Siege, scene: SceneOrder, folder: Path) -> CatalogItem:
    camera = resolve_camera(scene)
    grid = siege.site.grid(camera.gsd_m)
    return CatalogItem(
        id=scene.id,
        title=f"Picture of {scene.captured:%d %b %Y}",
        outline=siege.site.outline,
        interval=Interval.at(scene.captured),
        assets=(
            _asset(folder, f"images/{scene.id}.tif", "The picture", key="image",
                   bands=camera.band_names),
            _asset(folder, f"layers/surface-{scene.id}.tif", "Height of the surface, metres",
                   key="surface"),
            _asset(folder, f"truth/conditions-{scene.id}.tif",
                   "Cloud 1, cloud shadow 2, shadow 4, hidden by lean 8, saturated 16",
                   key="conditions", roles=("metadata",)),
            _asset(folder, f"truth/labels-{scene.id}.tif", "Kind of alteration at each pixel",
                   key="labels", roles=("metadata",)),
            _asset(folder, f"truth/decoys-{scene.id}.geojson",
                   "What looks like a deed and is none", key="decoys", roles=("metadata",)),
        ),
        grid=grid,
        sun=siege.site.sun(scene.captured),
        view=Angles(azimuth_deg=scene.view_azimuth_deg, elevation_deg=scene.view_elevation_deg),
        sensor=SENSOR,
        licence=_LICENCE,
        lineage="rendered from a simulated landscape",
        properties={"eo:cloud_cover": round(100 * scene.cloud_cover)},
    )  # fmt: skip


def _radar(siege: Siege, track: RadarTrack, folder: Path) -> CatalogItem:
    grid = siege.site.grid(track.order.spacing_m)
    polarisations = RadarOptions().polarisations
    return CatalogItem(
        id=track.id,
        title=f"Radar, {track.order.orbit}, {track.moment:%d %b %Y}",
        outline=siege.site.outline,
        interval=Interval.at(track.moment),
        assets=(
            _asset(folder, f"radar/{track.id}.tif", "Backscatter, linear power", key="backscatter",
                   bands=polarisations),
            _asset(folder, f"truth/radar-hidden-{track.id}.tif", "Shadow 1, layover 2",
                   key="hidden", roles=("metadata",)),
        ),
        grid=grid,
        sensor=SENSOR,
        licence=_LICENCE,
        lineage="rendered from a simulated landscape",
        properties={
            "sar:instrument_mode": "IW",
            "sar:frequency_band": "C",
            "sar:polarizations": list(polarisations),
            "sar:product_type": "GRD",
            "sat:orbit_state": track.order.orbit,
            "sat:relative_orbit": orbit_of(track.order).number,
            "view:incidence_angle": track.order.incidence_deg,
        },
        extensions=(_SAR, _SAT, f"{_SCHEMAS}/view/v1.0.0/schema.json"),
    )  # fmt: skip


def _span(siege: Siege) -> Interval:
    moments = list(siege.moments.values())
    return Interval(start=min(moments), end=max(moments))


def _layers(siege: Siege, folder: Path) -> CatalogItem:
    names = {
        "footprints.geojson": "Buildings before the siege",
        "roads.geojson": "Streets as lines",
        "roads.osm": "Streets as a network",
        "places.geojson": "Named places",
    }
    return CatalogItem(
        id="layers",
        title="Streets, buildings and places before the siege",
        outline=siege.site.outline,
        interval=_span(siege),
        assets=tuple(
            _asset(folder, f"layers/{name}", title, key=name.replace(".", "-"))
            for name, title in names.items()
        ),
        licence=_LICENCE,
        lineage="drawn as the plan of an invented city",
    )


def _truth(siege: Siege, folder: Path) -> CatalogItem:
    return CatalogItem(
        id="truth",
        title="What was done, and what of it each picture shows",
        outline=siege.site.outline,
        interval=_span(siege),
        assets=tuple(_truth_assets(folder)),
        licence=_LICENCE,
        lineage="read from the scenario, not from the pictures",
        derived_from=tuple(scene.id for scene in siege.scenes),
    )


def _truth_assets(folder: Path) -> Iterator[CatalogAsset]:
    names = {
        "truth.gpkg": "Everything that was done, with its dates",
        "sightings.csv": "Whether each deed can be seen in each picture",
        "reports.json": "The truth of every claim in the reports",
        "kinds.json": "Codes of the label rasters",
    }
    for name, title in names.items():
        if (folder / "truth" / name).exists():
            yield _asset(folder, f"truth/{name}", title)
