"""The truth of a simulated siege, as files: what is there, in which picture it can be seen."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from earthwork.io.cogs import CogWriter
from earthwork.io.geopackages import Feature, write_geopackage
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.grid import Grid
from earthwork.pipeline.simulated_layers import write_geojson
from earthwork.simulate.camera.sensor import Camera
from earthwork.simulate.orders import resolve_camera
from earthwork.simulate.ordinary.things import Thing
from earthwork.simulate.scenario import SceneOrder
from earthwork.simulate.siege import Siege
from earthwork.simulate.truths.polygon_fill import PixelWindow
from earthwork.simulate.truths.sightings import Look, Sighting, sight
from earthwork.simulate.truths.truth import KIND_CODES, label_raster, true_objects

_LABEL_TILE_PX = 1024
_NADIR_DEG = 89.9


def write_labels(siege: Siege, scene: SceneOrder, grid: Grid, folder: Path) -> Path:
    """Write the kind of alteration at each pixel of a scene, in true place; 0 for none."""
    path = folder / "truth" / f"labels-{scene.id}.tif"
    path.parent.mkdir(exist_ok=True)
    codes = {str(code): kind.value for kind, code in KIND_CODES.items()}
    tags = {"SIMULATED": "yes", "KIND_CODES": json.dumps(codes)}
    with CogWriter(path, grid, dtype=np.uint8, bands=1, is_classes=True, tags=tags) as writer:
        for tile in grid.tiles(side=_LABEL_TILE_PX):
            window = PixelWindow(
                side_m=siege.site.side_m, gsd_m=resolve_camera(scene).gsd_m, row0=tile.row,
                column0=tile.column, rows=tile.height, columns=tile.width,
            )  # fmt: skip
            labels = label_raster(siege.deeds, scene.captured, window=window)
            writer.write(tile, labels[np.newaxis])
    return path


def write_truth(siege: Siege, folder: Path) -> list[Path]:
    """Write what was done (GeoPackage), and what of it each picture shows (CSV)."""
    truth = folder / "truth"
    rows = [
        Feature(geometry=siege.site.placed(thing.deed.geometry), properties=thing.values())
        for thing in true_objects(siege.deeds, siege.moments)
    ]
    written = []
    if rows:
        write_geopackage(truth / "truth.gpkg", {"truth": rows})
        written.append(truth / "truth.gpkg")
    table = _write_table(truth / "sightings.csv", sightings_of(siege, folder))
    codes = {kind.value: code for kind, code in KIND_CODES.items()}
    (truth / "kinds.json").write_text(json.dumps(codes, indent=1) + "\n", encoding="utf-8")
    return [*written, table, truth / "kinds.json"]


def sightings_of(siege: Siege, folder: Path) -> tuple[Sighting, ...]:
    """Say of each deed in each picture that was taken whether it is to be seen."""
    found: list[Sighting] = []
    for scene in siege.scenes:
        found += sight(siege.deeds, [_look(siege, scene, folder)])
    return tuple(found)


def _look(siege: Siege, scene: SceneOrder, folder: Path) -> Look:
    camera = resolve_camera(scene)
    with open_raster(folder / "truth" / f"conditions-{scene.id}.tif") as raster:
        conditions = read_array(raster).pixels[0]
    return Look(
        scene=scene.id,
        moment=scene.captured,
        window=PixelWindow.of_scene(side_m=siege.site.side_m, gsd_m=camera.gsd_m),
        conditions=conditions,
        noise=noise_share(camera),
        sun_azimuth_deg=siege.site.sun(scene.captured).azimuth_deg,
        view_azimuth_deg=scene.view_azimuth_deg if scene.view_elevation_deg < _NADIR_DEG else None,
    )


def noise_share(camera: Camera) -> float:
    """Return the noise of one pixel at mid-grey as a share of its brightness.

    Examples
    --------
    >>> noise_share(Camera(read_noise=1.5, shot_noise=0.0))
    0.0118
    """
    middle = camera.full / 2
    deviation = float(np.hypot(camera.read_noise, camera.shot_noise * np.sqrt(0.5)))
    return round(deviation / middle, 4)


def _write_table(path: Path, sightings: Iterable[Sighting]) -> Path:
    rows = [one.values() for one in sightings]
    names = list(rows[0]) if rows else ["deed", "scene", "seen", "reason"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_decoys(siege: Siege, scene: SceneOrder, things: Iterable[Thing], folder: Path) -> Path:
    """Write what looks like a deed in one picture and is none: cars, stalls, ploughed fields."""
    rows = [
        (siege.site.placed(thing.geometry), {"id": thing.id, "sort": thing.sort.value})
        for thing in things
    ]
    return write_geojson(folder / "truth" / f"decoys-{scene.id}.geojson", rows)
