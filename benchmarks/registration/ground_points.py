"""Registration held against points of the ground that people marked on real pairs.

The points were set by looking at the two pictures alone (see ``benchmarks/ground_points``). An
error is the distance, in pixels, between where a tool leads a before-point and where the
after-point was marked; it holds the error of marking too, which a second, blind marking of some
points tells. Points on ground that a tool says it could not align are counted apart, as ``not
aligned``, and bear no error.

Pléiades looks are marked in sensor geometry. Both looks of a pair are laid on one ground grid with
their camera models over level ground at 700 m, as examples/kahramanmaras does, and the points go
with them; a pixel is then 0.5 m.

Beside us: the pair as delivered (for Pléiades: as the camera models lay it), arosics local (grid
64 px, window 256 px, largest shift 100 px), SIFT with one homography, phase correlation, DIS flow.

Run from the repository's root:
``python benchmarks/registration/ground_points.py [--quick] [--write] [--peers-python PATH]``.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from affine import Affine
from found import Found
from numpy.typing import NDArray
from pages import replace_section
from peers import (
    ArosicsSettings,
    Measured,
    add_peers_argument,
    aligned_by,
    aligned_by_arosics,
    versions,
)
from pyproj import Transformer
from trials import Trial, at, write_trial

from earthwork.imagery.orthorectification import ground_grid, localise, orthorectify
from earthwork.io.camera_models import find_camera_model, read_camera_model
from earthwork.io.rasters import open_raster, write_raster
from earthwork.model.camera import RationalCamera
from earthwork.model.grid import Grid

STEP = 4
HEIGHT_M, GSD_M = 700.0, 0.5
FAR_PX = 3.0
SETTINGS = ArosicsSettings(grid_px=64, window_px=256, farthest_px=100)
TOOLS = {
    "ours": "Earthwork",
    "delivered": "as delivered",
    "arosics": "arosics local",
    "sift": "SIFT, homography",
    "phase": "phase correlation",
    "dis": "DIS flow",
}
Points = NDArray[np.float64]
_RIM_PX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPair:
    """A pair as files, with its points in the pixels of those files."""

    name: str
    """Its name in the marking."""
    ours: tuple[Path, Path]
    """Before and after as the product gets them."""
    peers: tuple[Path, Path]
    """Before and after with a place on the map, without which arosics reads none."""
    before: Points
    """Dims (point, [x, y])."""
    after: Points
    """Dims (point, [x, y])."""
    marking: NDArray[np.float64]
    """Distances between two markings of an after-point, pixels as marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a tool did on the points of one pair."""

    errors: NDArray[np.float64]
    """Pixels, of the points that lie on ground it says is aligned."""
    not_aligned: int
    """Points that do not."""
    cpu_s: float
    """CPU seconds of its process."""
    note: str
    """What it says."""


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write docs/reference/registration.md")
    parser.add_argument("--quick", action="store_true", help="the first three pairs")
    parser.add_argument("--only", nargs="+", choices=sorted(TOOLS), help="tools to run")
    parser.add_argument("--pairs", nargs="+", help="names of pairs")
    add_peers_argument(parser)
    told = parser.parse_args()
    cv2.setNumThreads(1)
    marking = load_marking()
    names = [name for name in marking.PAIRS if not told.pairs or name in told.pairs]
    marked = [name for name in names if (marking.POINTS / f"{name}.json").exists()]
    missing = sorted(set(names) - set(marked))
    tools = told.only or list(TOOLS)
    results: dict[str, dict[str, Result | None]] = {}
    distances = []
    for name in marked[:3] if told.quick else marked:
        with tempfile.TemporaryDirectory() as folder:
            pair = opened(marking, name, Path(folder))
            results[name] = {tool: result_of(pair, tool, told.peers_python) for tool in tools}
            distances.append(pair.marking)
        print(*rows(name, results[name]), sep="\n", flush=True)
    if not results:
        raise SystemExit("no points are marked on any of these pairs")
    table = [*tables(results, np.concatenate(distances)), ""]
    if missing:
        table.append(f"No points yet, so not measured: {', '.join(missing)}.")
    table.append(f"{versions(told.peers_python)}; one thread each.")
    print("\n".join(table))
    if told.write:
        replace_section("ground-points", "\n".join(table))


def load_marking() -> ModuleType:
    """Load the format of the points, and their reader."""
    path = Path("benchmarks/ground_points/marking.py")
    spec = importlib.util.spec_from_file_location("marking", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"{path} is not there: run this from the repository's root")
    module = importlib.util.module_from_spec(spec)
    sys.modules["marking"] = module
    spec.loader.exec_module(module)
    if not module.DATA.exists():
        raise SystemExit(f"{module.DATA} is not there: the measuring data are not the project's")
    return module


def opened(marking: ModuleType, name: str, folder: Path) -> MarkedPair:
    """Return a pair ready to be aligned."""
    points = marking.read_points(name)
    before = np.array([point.before for point in points], np.float64)
    after = np.array([point.after for point in points], np.float64)
    twice = [(point.after, point.again) for point in points if point.again is not None]
    paths = tuple(marking.DATA / path for path in marking.PAIRS[name])
    pair = MarkedPair(
        name=name, ours=paths, peers=paths, before=before, after=after,
        marking=np.array([np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in twice]),
    )  # fmt: skip
    if all(find_camera_model(path) for path in paths):
        return on_the_ground(pair, folder)
    return replace(pair, peers=laid_anywhere(paths, folder))


def laid_anywhere(paths: tuple[Path, ...], folder: Path) -> tuple[Path, Path]:
    """Write two pictures without reference as files that lie on one place."""
    before, after = (np.ascontiguousarray(cv2.imread(str(path))[..., ::-1]) for path in paths)
    rows, columns = np.minimum(before.shape[:2], after.shape[:2])
    held = np.zeros(before.shape[:2], bool)
    held[:rows, :columns] = True
    moved = np.zeros_like(before)
    moved[held] = after[:rows, :columns].reshape(-1, 3)
    trial = Trial(
        name="", before=before, after=moved, has_data=held, truth=np.zeros((2, 1, 1)), counts=held
    )
    return write_trial(trial, folder)


def on_the_ground(pair: MarkedPair, folder: Path) -> MarkedPair:
    """Lay both images of a pair, and its points, on the ground grid of the first, with a rim."""
    cameras = [camera_of(path) for path in pair.ours]
    with open_raster(pair.ours[0]) as raster:
        grid = grown(ground_grid(cameras[0], raster.grid.shape, height_m=HEIGHT_M, gsd_m=GSD_M))
    paths = folder / "before.tif", folder / "after.tif"
    for source, camera, path in zip(pair.ours, cameras, paths, strict=True):
        with open_raster(source) as raster:
            laid = orthorectify(raster, camera, target=grid, height_m=HEIGHT_M)
        pixels = np.maximum(laid.pixels, 1)
        if laid.mask is not None:
            pixels[:, ~laid.mask] = 0
        write_raster(path, pixels, grid, nodata=0)
    before, after = (
        laid_points(points, camera, grid)
        for points, camera in zip((pair.before, pair.after), cameras, strict=True)
    )
    return replace(pair, ours=paths, peers=paths, before=before, after=after)


def camera_of(path: Path) -> RationalCamera:
    """Return the camera model beside an image."""
    model = find_camera_model(path)
    assert model is not None
    with open_raster(path) as raster:
        return read_camera_model(model, crop_origin=raster.crop_origin)


def grown(grid: Grid) -> Grid:
    """Widen a grid, so that what lies a few tens of metres off does not fall over its rim."""
    return replace(
        grid,
        height=grid.height + 2 * _RIM_PX,
        width=grid.width + 2 * _RIM_PX,
        transform=grid.transform @ Affine.translation(-_RIM_PX, -_RIM_PX),
    )


def laid_points(points: Points, camera: RationalCamera, grid: Grid) -> Points:
    """Move points from the pixels of an image, centres at .5, to those of a ground grid."""
    # A camera counts from the centre of the upper left pixel, a point from its corner.
    longitude, latitude = localise(camera, points[:, 0] - 0.5, points[:, 1] - 0.5, HEIGHT_M)
    to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    x, y = ~grid.transform @ to_grid.transform(longitude, latitude)
    return np.column_stack([x, y])


def result_of(pair: MarkedPair, tool: str, peers_python: Path) -> Result | None:
    """Align a pair by a tool; None where the tool is not available."""
    measured = measured_by(pair, tool, peers_python)
    if measured.cost is None:
        return None
    count, cpu_s = len(pair.before), measured.cost.cpu_s
    if measured.found is None:
        return Result(
            errors=np.zeros(0), not_aligned=count, cpu_s=cpu_s, note=f"failed: {measured.failure}"
        )
    shift, kept = shift_at(measured.found, pair.before)
    errors = np.hypot(*(pair.before + shift - pair.after).T)[kept]
    return Result(
        errors=errors, not_aligned=count - len(errors), cpu_s=cpu_s, note=measured.found.note
    )


def measured_by(pair: MarkedPair, tool: str, peers_python: Path) -> Measured:
    """Run a tool on the files meant for it."""
    if tool != "arosics":
        return aligned_by(tool, *pair.ours, step=STEP)
    with open_raster(pair.peers[0]) as raster:
        shape = raster.grid.shape
    return aligned_by_arosics(
        "local", *pair.peers, peers_python=peers_python, settings=SETTINGS, shape=shape, step=STEP
    )


def shift_at(found: Found, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Return the displacement (point, [dx, dy]) at points, and whether the tool keeps it."""
    x, y = ((points.T - 0.5) / found.step)[:, np.newaxis]
    shift = at(np.nan_to_num(found.shift), x, y)[:, 0].T
    rows, columns = found.kept.shape
    row = np.clip(np.rint(y[0]).astype(int), 0, rows - 1)
    column = np.clip(np.rint(x[0]).astype(int), 0, columns - 1)
    return shift, found.kept[row, column]


def rows(name: str, results: dict[str, Result | None]) -> Iterator[str]:
    """Yield a row per tool."""
    for tool, result in results.items():
        if result is None:
            yield f"| {name} | {TOOLS[tool]} | | | | | peer not available |"
        else:
            yield f"| {name} | {TOOLS[tool]} | {figures(result)} | {result.note.split(';')[0]} |"


def figures(result: Result) -> str:
    """Say points aligned, points not, median, 95th percentile and share far off."""
    counts = f"{len(result.errors)} | {result.not_aligned}"
    if not len(result.errors):
        return f"{counts} | | | "
    middle, far = np.percentile(result.errors, [50, 95])
    return f"{counts} | {middle:.2f} | {far:.2f} | {np.mean(result.errors > FAR_PX):.0%}"


def tables(
    results: dict[str, dict[str, Result | None]], marking: NDArray[np.float64]
) -> Iterator[str]:
    """Yield the pooled table, then each pair's."""
    pooled: dict[str, list[Result]] = defaultdict(list)
    for found in results.values():
        for tool, result in found.items():
            pooled[tool] += [] if result is None else [result]
    head = "points aligned | not aligned | median, px | 95th percentile, px | > 3 px"
    yield f"| tool | pairs | {head} | CPU s a pair |"
    yield "|---|---|---|---|---|---|---|---|"
    for tool, held in pooled.items():
        if not held:
            yield f"| {TOOLS[tool]} | peer not available | | | | | | |"
            continue
        whole = Result(
            errors=np.concatenate([one.errors for one in held]),
            not_aligned=sum(one.not_aligned for one in held),
            cpu_s=float(np.mean([one.cpu_s for one in held])),
            note="",
        )
        yield f"| {TOOLS[tool]} | {len(held)} | {figures(whole)} | {whole.cpu_s:.1f} |"
    yield ""
    yield spoken_marking(marking)
    yield ""
    yield f"| pair | tool | {head} | |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, found in results.items():
        yield from rows(name, found)


def spoken_marking(distances: NDArray[np.float64]) -> str:
    """Say how far two markings of one point lie apart."""
    if not len(distances):
        return "No point was marked twice, so the error of marking is not known."
    middle, far = np.percentile(distances, [50, 95])
    return (
        f"{len(distances)} points were marked a second time: the two markings lie {middle:.2f} px"
        f" apart in the median, {far:.2f} px at the 95th percentile."
    )


if __name__ == "__main__":
    main()
