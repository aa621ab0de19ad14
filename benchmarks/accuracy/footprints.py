"""Footprints: whether an image vouches for them, how a layer's shift is found, what dates change.

Vouching: real outlines of Santa Rosa against the same outlines turned and planted where no labelled
building is, at least 4 m away; the threshold was set on every second frame, the others are held
out. Elsewhere: outlines of buildings that the LEVIR pairs show as new, on the image before them.
Shift: the layer of each frame moved by a known 2 to 10 m. Dates: states of new buildings (LEVIR)
and of burnt and intact houses (Santa Rosa) with and without a date. Large: a million footprints.

Run from the repository's root: ``python benchmarks/accuracy/footprints.py [--write]``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import cv2
import geopandas
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from scipy.stats import beta
from shapely import affinity, wkt
from shapely.geometry.base import BaseGeometry
from tables import replace_section

from earthwork.change.buildings import describe_buildings, judge_buildings
from earthwork.change.outline_support import DEFAULT_SUPPORT, find_shift, measure_support
from earthwork.imagery.masks import assess
from earthwork.imagery.registration import register, warp
from earthwork.io.footprints import read_footprints
from earthwork.model.footprint_date import NO_DATING, Dating, Vintage
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, luminance

DATA = Path("../shared/data")
PAGE = Path("docs/reference/accuracy-footprints.md")
GSD_M = 0.5
PLANTED = 12
"""Outlines tried per labelled building."""
DRAWS = 5
"""Layers of planted outlines per frame."""
CLEARANCE_PX = 8.0
SHIFTS_M = (0.0, 2.0, 4.0, 6.0, 8.0, 9.0)
LEAST_AREA_M2 = 25.0


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--only", choices=[*SECTIONS], help="one table of the four")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    for name, (table, needs_pictures) in SECTIONS.items():
        if arguments.only not in {None, name}:
            continue
        if needs_pictures and not (DATA / "buildings").is_dir():
            print(f"{name} skipped: the labelled pictures are not on this machine")
            continue
        text = table()
        print(f"{name}\n{text}\n", flush=True)
        if arguments.write:
            replace_section(name, text, PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One labelled pair."""

    before: ArrayRaster
    after: ArrayRaster
    houses: tuple[BaseGeometry, ...]
    destroyed: tuple[bool, ...] = field(default=())


def picture(path: Path) -> ArrayRaster:
    """Read a picture on a pixel grid."""
    pixels = cv2.imread(str(path))[..., ::-1].transpose(2, 0, 1).copy()
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2], gsd_m=GSD_M)
    return ArrayRaster(grid=grid, pixels=pixels)


def frame(place: Path) -> Frame:
    """Read one frame of Santa Rosa."""
    rows = json.loads((place / "labels.json").read_text())["features"]["xy"]
    rows = [row for row in rows if wkt.loads(row["wkt"]).area * GSD_M**2 >= LEAST_AREA_M2]
    return Frame(
        before=picture(place / "before.jpg"),
        after=picture(place / "after.jpg"),
        houses=tuple(wkt.loads(row["wkt"]).buffer(0) for row in rows),
        destroyed=tuple(row["subtype"] == "destroyed" for row in rows),
    )


def santa_rosa() -> list[Frame]:
    """Read every frame of Santa Rosa."""
    return [frame(place) for place in sorted((DATA / "buildings").iterdir())]


def new_buildings() -> Iterator[Frame]:
    """Yield the LEVIR pairs with the outlines of the buildings that are new in the second."""
    for place in sorted((DATA / "new-buildings").iterdir()):
        changed = cv2.imread(str(place / "changed.png"), cv2.IMREAD_GRAYSCALE) > 127
        rings = cv2.findContours(
            changed.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )[0]
        shapes = [shapely.Polygon(ring[:, 0, :] + 0.5) for ring in rings if len(ring) > 3]
        shapes = [shape.buffer(0.5).simplify(1.5) for shape in shapes]
        yield Frame(
            before=picture(place / "before.jpg"),
            after=picture(place / "after.jpg"),
            houses=tuple(s for s in shapes if s.area * GSD_M**2 >= LEAST_AREA_M2),
        )


# ---------------------------------------------------------------- vouching


def vouching_table() -> str:
    """Measure how often an image bears out real and planted outlines."""
    rng, frames = np.random.default_rng(11), santa_rosa()
    real = [measure_support(f.before, f.houses, gsd_m=GSD_M) for f in frames]
    planted = [measure_support(f.before, list(plant(f.houses, rng)), gsd_m=GSD_M) for f in frames]
    fresh = list(new_buildings())
    empty = [measure_support(f.before, f.houses, gsd_m=GSD_M) for f in fresh]
    built = [measure_support(f.after, f.houses, gsd_m=GSD_M) for f in fresh]
    lines = [
        "| outlines | number | borne out | 95 % bounds | median support |",
        "|---|---|---|---|---|",
    ]
    for half, start in (("threshold set on these frames", 0), ("held out", 1)):
        lines.append(vouching_row(f"Santa Rosa, buildings, {half}", real[start::2]))
        lines.append(vouching_row(f"Santa Rosa, planted on bare ground, {half}", planted[start::2]))
    lines.append(vouching_row("LEVIR, new buildings, on the image after", built))
    lines.append(vouching_row("LEVIR, new buildings, on the image before", empty))
    lines.append(f"\nBorne out: support of {DEFAULT_SUPPORT.borne_out} or more.")
    return "\n".join(lines)


def plant(houses: tuple[BaseGeometry, ...], rng: np.random.Generator) -> Iterator[BaseGeometry]:
    """Yield outlines turned and set down where no labelled building is."""
    taken = shapely.union_all(houses).buffer(CLEARANCE_PX)
    for house in houses:
        for _ in range(PLANTED):
            turned = affinity.rotate(house, float(rng.uniform(0, 360)))
            x, y = rng.uniform(40, 984, 2)
            moved = affinity.translate(turned, x - turned.centroid.x, y - turned.centroid.y)
            if not moved.intersects(taken):
                yield moved


def vouching_row(name: str, found: list[NDArray]) -> str:
    """Format one row with the exact binomial bounds."""
    values = np.concatenate(found)
    values = values[np.isfinite(values)]
    hits = int((values >= DEFAULT_SUPPORT.borne_out).sum())
    low, high = bounds(hits, values.size)
    return (
        f"| {name} | {values.size} | {hits} ({hits / values.size:.1%}) | {low:.1%} to {high:.1%}"
        f" | {np.median(values):.2f} |"
    )


def bounds(hits: int, count: int) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) 95 % bounds of a share."""
    low = 0.0 if hits == 0 else float(beta.ppf(0.025, hits, count - hits + 1))
    high = 1.0 if hits == count else float(beta.ppf(0.975, hits + 1, count - hits))
    return low, high


# ---------------------------------------------------------------- shift


def shift_table() -> str:
    """Move each layer by a known shift and find it again."""
    rng, frames = np.random.default_rng(5), santa_rosa()
    lines = [
        (
            "| moved by | layers | refused | error px, median | 95 % | error against the layer"
            " unmoved, median | 95 % |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    start = time.process_time()
    still = [find_shift(f.before, f.houses, gsd_m=GSD_M) for f in frames]
    for length in SHIFTS_M:
        errors, repeated, refused = [], [], 0
        for one, base in zip(frames, still, strict=True):
            angle = rng.uniform(0, 2 * np.pi)
            move = length / GSD_M * np.array([np.cos(angle), np.sin(angle)])
            moved = [affinity.translate(house, *move) for house in one.houses]
            found = find_shift(one.before, moved, gsd_m=GSD_M)
            if not found.is_clear:
                refused += 1
                continue
            back = np.array([found.x_px, found.y_px]) + move
            errors.append(float(np.hypot(*back)))
            repeated.append(float(np.hypot(*(back - (base.x_px, base.y_px)))))
        lines.append(
            f"| {length:g} m | {len(frames)} | {refused} | {np.median(errors):.2f}"
            f" | {np.percentile(errors, 95):.2f} | {np.median(repeated):.2f}"
            f" | {np.percentile(repeated, 95):.2f} |"
        )
    planted = [
        (f, list(plant(f.houses, rng))[: len(f.houses)]) for f in frames for _ in range(DRAWS)
    ]
    wrong = sum(find_shift(f.before, p, gsd_m=GSD_M).is_clear for f, p in planted)
    few = sum(base.outlines < DEFAULT_SUPPORT.fewest_outlines for base in still)
    looks = len(frames) * (len(SHIFTS_M) + 1 + DRAWS)
    lines.append(
        f"\n{few} of the layers have fewer than {DEFAULT_SUPPORT.fewest_outlines} outlines and are"
        f" always refused. Layers of as many outlines planted where nothing is, {len(planted)}:"
        f" {wrong} taken for clear."
        f" {(time.process_time() - start) / looks:.2f} CPU seconds a layer of a frame of 1024 ×"
        " 1024 pixels."
    )
    return "\n".join(lines)


# ---------------------------------------------------------------- dates

STATES = ("razed", "destroyed", "standing", "not_assessed")


def dates_table() -> str:
    """Count states with outlines dated, undated, and taken for older than they are."""
    earlier = Dating(vintage=Vintage.EARLIER, words="stated")
    later = Dating(vintage=Vintage.LATER, words="stated")
    aligned = [evidence(one) for one in santa_rosa()]
    houses = [(o, e, list(o.destroyed)) for o, e in aligned]
    fresh = [(one, evidence(one)[1]) for one in new_buildings()]
    lines = [
        f"| outlines | their date | number | {' | '.join(STATES)} |",
        "|---|---|---|" + "---|" * len(STATES),
    ]
    rows = (
        ("taken for older, as if stated so", earlier),
        ("none", NO_DATING),
        ("after both", later),
    )
    for name, dating in rows:
        counts: Counter[str] = Counter()
        for one, told in fresh:
            counts += states(one, told, dating)
        lines.append(dates_row("LEVIR, new buildings", name, counts))
    for is_burnt, what in ((True, "burnt"), (False, "intact")):
        for name, dating in (("older", earlier), ("none", NO_DATING)):
            counts = Counter()
            for one, told, burnt in houses:
                counts += states(one, told, dating, [b is is_burnt for b in burnt])
            lines.append(dates_row(f"Santa Rosa, {what} houses", name, counts))
    return "\n".join(lines)


def evidence(one: Frame):
    """Align a frame and describe its outlines."""
    found = register(one.before, one.after)
    moved = warp(one.after, found.field, grid=one.before.grid)
    mask = assess(one.before, moved, report=found.report).assessed
    told = describe_buildings(
        luminance(one.before.pixels), luminance(moved.pixels), mask, one.houses, gsd_m=GSD_M
    )
    return one, told


def states(one: Frame, told, dating: Dating, chosen: list[bool] | None = None) -> Counter[str]:
    """Count the states of chosen outlines."""
    outlines = {str(number): house for number, house in enumerate(one.houses)}
    judged = judge_buildings(told, outlines, datings=dict.fromkeys(outlines, dating))
    kept = [True] * len(judged) if chosen is None else chosen
    return Counter(b.state.value for b, keep in zip(judged, kept, strict=True) if keep)


def dates_row(what: str, dated: str, counts: Counter[str]) -> str:
    """Format one row."""
    cells = " | ".join(str(counts[state]) for state in STATES)
    return f"| {what} | {dated} | {counts.total()} | {cells} |"


# ---------------------------------------------------------------- large


def large_table() -> str:
    """Read an image's part of a million footprints."""
    grid = Grid(
        height=4000, width=4000, transform=Affine(0.5, 0, 500_000, 0, -0.5, 4_020_000),
        crs=CRS.from_epsg(32638),
    )  # fmt: skip
    rows, columns = np.divmod(np.arange(1_000_000), 1000)
    x, y = 490_000 + 25.0 * columns, 4_010_000 + 25.0 * rows
    shapes = shapely.box(x, y, x + 12, y + 9)
    layer = geopandas.GeoDataFrame({"osm_id": np.arange(len(x))}, geometry=shapes, crs=32638)
    lines = [
        "| file | features | megabytes | in the image | CPU seconds |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("gpkg", "fgb", "shp", "geojson"):
            path = Path(folder) / f"many.{suffix}"
            layer.to_crs(4326).to_file(path)
            size = path.stat().st_size / 1e6
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                inside, seconds = fresh.submit(read_part, path, grid).result()
            lines.append(f"| {suffix} | {len(layer):,} | {size:.0f} | {inside:,} | {seconds:.1f} |")
            path.unlink()
    return "\n".join(lines)


def read_part(path: Path, grid: Grid) -> tuple[int, float]:
    """Return footprints in the image and CPU seconds, in a process of its own."""
    start = time.process_time()
    found = read_footprints(path, grid=grid, content_date=date(2016, 1, 1))
    return len(found.ids), time.process_time() - start


SECTIONS = {
    "vouching": (vouching_table, True),
    "shift": (shift_table, True),
    "dates": (dates_table, True),
    "large": (large_table, False),
}

if __name__ == "__main__":
    main()
