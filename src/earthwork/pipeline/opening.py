"""From a file to a scene: what the delivery says, what the analyst states, where it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue, MissingProvenance
from earthwork.imagery.orthorectification import ground_grid, height_share, orthorectify
from earthwork.imagery.placement import place_by_bounds, place_by_points
from earthwork.imagery.reflectance import calibrated
from earthwork.io.camera_models import find_camera_model, read_camera_model
from earthwork.io.control_points import read_control_points
from earthwork.io.deliveries import Delivery, read_delivery
from earthwork.io.rasters import RasterFile, open_raster, read_array, write_raster
from earthwork.model.camera import RationalCamera
from earthwork.model.case import SceneSource
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Pixels, Raster
from earthwork.model.scene import Licence, Scene
from earthwork.pipeline.pairing import Taken, masked_pixels
from earthwork.pipeline.plan import Bench
from earthwork.pipeline.records import encode, from_bytes, to_bytes

SCENE_FILE = "scene.json"
RASTER_FILE = "raster.tif"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRaster:
    """The pixels of one raster on the grid that placement gave them."""

    raster: Raster
    """The pixels."""
    grid: Grid
    """Their place."""

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return self.raster.bands

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window."""
        return self.raster.read(window)

    @property
    def bits(self) -> int | None:
        """Return the significant bits of a pixel value, if the file tells."""
        return getattr(self.raster, "bits", None)

    @property
    def band_names(self) -> tuple[str, ...]:
        """Return the names of the bands in order, if the file tells."""
        return tuple(getattr(self.raster, "band_names", ()))

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        return self.raster.valid(window)


def prepare_scene(
    source: SceneSource, *, digest: str, bench: Bench, out: Path, elevation: Path | None = None
) -> None:
    """Write what is known of a scene, and its pixels if they had to be moved.

    Parameters
    ----------
    source
        The scene as the case states it.
    digest
        sha256 of the original.
    bench
        The run's bench.
    out
        Folder for ``scene.json`` and, for an orthorectified image, ``raster.tif``.
    elevation
        Elevation raster to orthorectify over, heights above the ellipsoid; None: level ground.

    Raises
    ------
    MissingProvenance
        Without credit and licence, from the case or the delivery.
    """
    delivery = read_delivery(source.file)
    with open_raster(source.file, stated_gsd_m=source.gsd_m or delivery.gsd_m) as raster:
        camera = _camera(source, raster)
        if camera is None:
            grid, decisions = _placed(source, raster)
            decisions += _copied(source, raster, grid, out)
        else:
            grid, decisions = _orthorectified(source, raster, camera, out, elevation=elevation)
        scene = _scene(source, delivery, raster, grid=grid, digest=digest)
    scene = replace(scene, decisions=(*scene.decisions, *decisions))
    for decision in scene.decisions:
        bench.note(decision)
    (out / SCENE_FILE).write_bytes(to_bytes(scene))


def _camera(source: SceneSource, raster: RasterFile) -> RationalCamera | None:
    if raster.grid.is_georeferenced or source.bounds or source.control_points:
        return None
    path = source.camera_model or find_camera_model(source.file)
    if path is not None:
        return read_camera_model(path, crop_origin=raster.crop_origin)
    return raster.camera


def _orthorectified(
    source: SceneSource,
    raster: RasterFile,
    camera: RationalCamera,
    out: Path,
    *,
    elevation: Path | None,
) -> tuple[Grid, tuple[str, ...]]:
    height_m = _require_height(source)
    grid = ground_grid(camera, raster.grid.shape, height_m=height_m, gsd_m=source.gsd_m)
    over = (
        f"level ground at {height_m:g} m above the ellipsoid: what stands higher leans, and slopes"
        " are displaced"
    )
    with ExitStack() as stack:
        terrain = None if elevation is None else stack.enter_context(open_raster(elevation))
        ortho = orthorectify(raster, camera, target=grid, height_m=height_m, elevation=terrain)
        if terrain is not None:
            over = f"{over_elevation(terrain, grid)}: what stands higher leans"
    write_raster(out / RASTER_FILE, masked_pixels(ortho), grid, nodata=0)
    sentence = f"Orthorectified with its camera model over {over}."
    return grid, (sentence,)


def over_elevation(elevation: RasterFile, target: Grid) -> str:
    """Say over which elevation a target was filled, and what of it is left out for want of any."""
    missing = 1.0 - height_share(elevation, target)
    if missing == 0.0:
        return elevation.path.name
    return (
        f"{elevation.path.name}, which holds no height for {missing:.1%} of the ground: that is"
        " left out"
    )


def _copied(source: SceneSource, raster: RasterFile, grid: Grid, out: Path) -> tuple[str, ...]:
    """Copy the pixels of a file that only points at others; the original alone would be empty."""
    if source.file.suffix.lower() != ".vrt":
        return ()
    write_raster(out / RASTER_FILE, masked_pixels(read_array(raster)), grid, nodata=0)
    return ("The file points at other files: the pixels it shows were copied.",)


def _require_height(source: SceneSource) -> float:
    if source.mean_height_m is not None:
        return source.mean_height_m
    raise InvalidValue(
        "the image is in sensor geometry and no ground height is given",
        where=f"scene.{source.id}",
        cause="a camera model alone does not say where the ground is",
        choices=["mean_height_m = metres above the ellipsoid, in case.toml"],
    )


def _placed(source: SceneSource, raster: RasterFile) -> tuple[Grid, tuple[str, ...]]:
    if source.bounds is not None:
        placement = place_by_bounds(raster.grid, source.bounds)
    elif source.control_points is not None:
        points = read_control_points(source.control_points)
        placement = place_by_points(raster.grid, points)
    else:
        return raster.grid, ()
    return placement.grid, (placement.sentence,)


def _scene(
    source: SceneSource, delivery: Delivery, raster: RasterFile, *, grid: Grid, digest: str
) -> Scene:
    capture = delivery.capture if delivery.capture.is_known else source.capture
    return Scene(
        id=source.id,
        digest=digest,
        grid=grid,
        capture=capture,
        licence=_licence(source, delivery),
        sensor=source.sensor or delivery.sensor,
        bands=delivery.bands or raster.band_names,
        bits=raster.bits,
        sun=delivery.sun or source.sun,
        view=delivery.view or source.view,
        reflectance=delivery.reflectance,
        is_simulated=source.is_simulated,
        decisions=(*raster.decisions, *delivery.decisions, *_clash(source, delivery)),
    )


def _clash(source: SceneSource, delivery: Delivery) -> tuple[str, ...]:
    stated, delivered = source.capture.interval, delivery.capture.interval
    if stated is None or delivered is None or stated.overlaps(delivered):
        return ()
    sentence = (
        f"The case states that it was taken {stated.spoken()}, the delivery"
        f" {delivered.spoken()}: the delivery's time is used."
    )
    return (sentence,)


def _licence(source: SceneSource, delivery: Delivery) -> Licence:
    if source.licence is not None:
        return source.licence
    if delivery.credit and delivery.terms:
        return Licence(credit=delivery.credit, terms=delivery.terms)
    raise MissingProvenance(
        "credit and licence are not stated",
        where=f"scene.{source.id}",
        cause="no picture is used without saying whose it is",
        choices=['credit = "…" and licence = "…" in case.toml'],
    )


def read_scene(folder: Path) -> Scene:
    """Return the scene that a finished 'open' step holds."""
    return from_bytes(Scene, (folder / SCENE_FILE).read_bytes())


@contextmanager
def open_scene(scene: Scene, folder: Path, bench: Bench) -> Iterator[Raster]:
    """Open the pixels of a scene on its grid: the moved ones, else the original's.

    Reflectance where the delivery states what its digital numbers mean, else those numbers.
    """
    moved = folder / RASTER_FILE
    path = moved if moved.exists() else bench.original(scene.digest)
    with open_raster(path, stated_gsd_m=scene.gsd_m) as raster:
        placed = raster if moved.exists() else PlacedRaster(raster=raster, grid=scene.grid)
        yield placed if scene.reflectance is None else calibrated(placed, scene.reflectance)


def taken_of(scene: Scene) -> Taken:
    """Return what the masks of a scene ask for: its sun, bands and calibration."""
    return Taken(
        sun=scene.sun,
        bands=scene.bands,
        reflectance_per_count=None if scene.reflectance is None else 1.0,
    )


def planned_grid(source: SceneSource, raster: RasterFile) -> Grid:
    """Return the grid that a scene will lie on, without moving a pixel.

    Parameters
    ----------
    source
        The scene as the case states it.
    raster
        Its file, open.
    """
    camera = _camera(source, raster)
    if camera is None:
        return _placed(source, raster)[0]
    height_m = _require_height(source)
    return ground_grid(camera, raster.grid.shape, height_m=height_m, gsd_m=source.gsd_m)


def grid_of(source: SceneSource) -> Grid:
    """Return the grid that a scene will lie on, opening its file."""
    gsd_m = source.gsd_m or read_delivery(source.file).gsd_m
    with open_raster(source.file, stated_gsd_m=gsd_m) as raster:
        return planned_grid(source, raster)


def stated(source: SceneSource) -> dict[str, Any]:
    """Return what the case states of a scene, without paths: part of the key of its result."""
    names = {"file", "control_points", "camera_model"}
    return {k: v for k, v in encode(source).items() if k not in names}


def sidecars(source: SceneSource) -> tuple[Path, ...]:
    """Return the files beside a scene that its reading takes from, sorted."""
    camera = source.camera_model or find_camera_model(source.file)
    given = [camera, source.control_points, *read_delivery(source.file).sources]
    return tuple(sorted({path for path in given if path is not None and path != source.file}))
