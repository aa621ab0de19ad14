"""How well the masks hide what they must and leave what they must not, before and after.

``before`` is the rule that the masks had until they looked at whole scenes: bright, smooth and
large is cloud; dark, or blue and dark, smooth and large is water. Both run on the same pictures.

Three kinds of truth. Marks set by hand before anything was tuned (``marks/*.json``), half of the
frames for validation. Skies of the simulator over real ground (``skies.py``). And ground that was
razed (``destruction``), of which nothing may be lost.

Run from the repository's root: ``python benchmarks/masks/masks.py [--write] [--sheet FOLDER]``.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import earlier
import numpy as np
from numpy.typing import NDArray
from skies import SUN, Clouded, clouded

from earthwork.imagery.masks import (
    assess,
    places_of,
    scene_flags,
    shaded_in_picture,
    survey,
)
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.grid import Grid
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.vocabulary import Unassessed

DATA = Path("../shared/data")
MARKS = Path(__file__).parent / "marks"
PAGE = Path("docs/reference/masks.md")
COVERS = (0.2, 0.45)
SEEN_THROUGH, HIDDEN, CLEAR = 0.03, 0.25, 0.1
MARGIN_M = 15.0
GSD_M = {"groundwork": 1.5, "sentinel2-oscd": 10.0}
COLOURS = {
    Unassessed.CLOUD: (255, 60, 60),
    Unassessed.CLOUD_SHADOW: (160, 60, 200),
    Unassessed.BUILDING_SHADOW: (255, 200, 0),
    Unassessed.WATER: (40, 120, 255),
    Unassessed.VEGETATION: (60, 200, 60),
    Unassessed.SATURATED: (255, 0, 255),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One marked picture."""

    name: str
    raster: ArrayRaster
    use: str
    marks: tuple[tuple[int, int, str], ...]
    bands: tuple[str, ...]


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--sheet", type=Path, help="folder for pictures of masks over frames")
    arguments = parser.parse_args()
    if not DATA.exists():
        raise SystemExit(f"skipped: no real pictures at {DATA}")
    cv2.setNumThreads(1)
    frames = list(marked_frames())
    tables = {
        "marks": lambda: marks_table(frames),
        "cost": cost_table,
        "skies": lambda: skies_table(frames),
        "kept": kept_table,
    }
    for name, table in tables.items():
        lines = table()
        print(f"\n{name}\n" + "\n".join(lines), flush=True)
        if arguments.write:
            write_section(name, "\n".join(lines))
    if arguments.sheet is not None:
        draw_sheet(frames, arguments.sheet)


def write_section(name: str, text: str) -> None:
    """Replace what stands between the marks of a section of the page."""
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no section {name}")
    PAGE.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")


def marked_frames() -> Iterator[Frame]:
    """Read the marked pictures."""
    for path in sorted(MARKS.glob("*.json")):
        told = json.loads(path.read_text())
        place = DATA / told["picture"]
        marks = tuple((mark["x"], mark["y"], mark["what"]) for mark in told["marks"])
        names = tuple(sorted(file.stem for file in place.glob("B*.tif")))
        yield Frame(
            name=path.stem,
            raster=stacked(place, names) if names else picture(place),
            use=told["use"],
            marks=marks,
            bands=names,
        )


def stacked(folder: Path, names: tuple[str, ...]) -> ArrayRaster:
    """Read the bands of a Sentinel-2 scene, one file each."""
    bands = []
    for name in names:
        with open_raster(folder / f"{name}.tif", stated_gsd_m=10.0) as raster:
            bands.append(read_array(raster).pixels[0])
    # Some of the set's bands are a few pixels, or half, the size of the others.
    size = bands[0].shape[::-1]
    pixels = np.stack([cv2.resize(band, size, interpolation=cv2.INTER_NEAREST) for band in bands])
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2], gsd_m=10.0)
    return ArrayRaster(grid=grid, pixels=pixels)


def picture(path: Path) -> ArrayRaster:
    """Read a picture; black borders hold no data."""
    with open_raster(path, stated_gsd_m=gsd_of(path)) as raster:
        read = read_array(raster)
    empty = cv2.morphologyEx(
        (read.pixels.max(axis=0) <= 3).astype(np.uint8), cv2.MORPH_OPEN, np.ones((15, 15), np.uint8)
    )
    borders = from_edge(np.asarray(empty, bool))
    grid = Grid.of_pixels(height=read.grid.height, width=read.grid.width, gsd_m=gsd_of(path))
    return ArrayRaster(grid=grid, pixels=read.pixels[:3], mask=~borders)


def from_edge(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the areas that touch the picture's edge along 100 pixels and more."""
    _, labels = cv2.connectedComponents(chosen.astype(np.uint8))
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.bincount(rim, minlength=labels.max() + 1) >= 100
    touching[0] = False
    return touching[labels]


def gsd_of(path: Path) -> float:
    """Return the pixel size of a set's pictures."""
    return next((gsd for part, gsd in GSD_M.items() if part in path.parts), 0.45)


def told_of(frame: Frame) -> dict[str, NDArray[np.bool_]]:
    """Return what each rule says of a frame, by 'now' or 'earlier' and reason."""
    raster = frame.raster
    if frame.bands:
        seen = survey(raster, places=places_of(frame.bands), reflectance_per_count=1e-4)
    else:
        seen = survey(raster)
    flags = scene_flags(raster, whole(raster.grid), seen)
    now = {
        f"now {reason}": flags & np.uint16(reason.bit) != 0
        for reason in (Unassessed.CLOUD, Unassessed.WATER, Unassessed.VEGETATION)
    }
    now["now shade"] = shaded_in_picture(raster, whole(raster.grid), seen)
    now["now shade without signal"] = flags & np.uint16(Unassessed.BUILDING_SHADOW.bit) != 0
    return now | {f"earlier {name}": where for name, where in earlier.told(raster).items()}


def marks_table(frames: list[Frame]) -> list[str]:
    """Score the marks: recall on what a reason is true of, and false alarms on all else."""
    lines = [
        (
            "| reason | frames | marks it is true of | found, earlier rule | found now | marks it"
            " is not true of | wrongly flagged, earlier | wrongly flagged now |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    told = [(frame, told_of(frame)) for frame in frames]
    for reason, truth in (
        ("cloud", "cloud"), ("water", "water"), ("vegetation", "vegetation"), ("shade", "shadow"),
    ):  # fmt: skip
        lines += [marks_row(reason, truth, use, told) for use in ("tuning", "validation")]
    return [*lines, *smoke_rows(told)]


def marks_row(reason: str, truth: str, use: str, told: list) -> str:
    """Score one reason on one half of the frames."""
    counts = {name: np.zeros(2, int) for name in ("earlier", "now")}
    many = np.zeros(2, int)
    for frame, says in told:
        if frame.use != use:
            continue
        for x, y, what in frame.marks:
            if what in {"smoke", "no_data"}:
                continue
            many[int(what == truth)] += 1
            for name, count in counts.items():
                where = says.get(f"{name} {reason}")
                count[int(what == truth)] += 0 if where is None else int(where[y, x])
    earlier_, now = counts["earlier"], counts["now"]
    has_earlier = any(f"earlier {reason}" in says for _, says in told)
    found = f"{earlier_[1]}" if has_earlier else "no rule"
    wrong = f"{earlier_[0]}" if has_earlier else "no rule"
    return f"| {reason} | {use} | {many[1]} | {found} | {now[1]} | {many[0]} | {wrong} | {now[0]} |"


def smoke_rows(told: list) -> list[str]:
    """Count smoke, through which the ground is seen, that is taken for cloud."""
    says = [
        (s["earlier cloud"][y, x], s["now cloud"][y, x])
        for frame, s in told
        for x, y, what in frame.marks
        if what == "smoke"
    ]
    old, new = (int(sum(column)) for column in zip(*says, strict=True))
    return [f"| smoke taken for cloud | both | | | | {len(says)} | {old} | {new} |"]


def skies_table(frames: list[Frame]) -> list[str]:
    """Score clouds of the simulator over real ground, in colour and in one band."""
    lines = [
        (
            "| ground | bands | rule | cloud found (a quarter of the ground hidden, or more) |"
            " thick cloud found | flagged ground that is clear and 15 m off | shadow found |"
            " flagged shadow that is none |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for use in ("tuning", "validation"):
        chosen = [frame for frame in frames if frame.use == use and not frame.bands]
        for pan in (False, True):
            rules = ("earlier", "now") if pan else ("earlier", "now", "now, sun known")
            lines += [skies_row(chosen, use, pan=pan, rule=rule) for rule in rules]
    return lines


def skies_row(frames: list[Frame], use: str, *, pan: bool, rule: str) -> str:
    """Score one rule on one half of the frames."""
    sums = np.zeros(10)
    for number, frame in enumerate(frames):
        ground = mirrored(frame.raster.pixels)
        if pan:
            ground = ground.mean(axis=0, keepdims=True).astype(np.uint8)
        for k, cover in enumerate(COVERS):
            sky = clouded(ground, gsd_m=0.9, seed=100 * number + k, cover=cover)
            sums += sky_counts(sky, rule)
    hit, cloud, thick, all_thick, clear, all_clear, shade, all_shade, wrong, _ = sums
    shadow = "| no rule | no rule |"
    if rule != "earlier":
        shadow = f"| {shade / all_shade:.2f} | {wrong / max(1, wrong + shade):.2f} |"
    return (
        f"| {use} | {'one' if pan else 'three'} | {rule} | {hit / cloud:.2f}"
        f" | {thick / all_thick:.2f} | {clear / all_clear:.3f} {shadow}"
    )


def mirrored(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture at half its resolution, mirrored into four times its ground.

    A frame of 500 m shows few clouds together with their shadows.
    """
    small = np.stack(
        [cv2.resize(band, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for band in pixels]
    )
    wide = np.concatenate([small, small[:, :, ::-1]], axis=2)
    return np.ascontiguousarray(np.concatenate([wide, wide[:, ::-1]], axis=1))


def sky_counts(sky: Clouded, rule: str) -> NDArray[np.float64]:
    """Count pixels found and missed under one sky."""
    grid = Grid.of_pixels(height=sky.opacity.shape[0], width=sky.opacity.shape[1], gsd_m=0.9)
    raster = ArrayRaster(grid=grid, pixels=sky.pixels)
    shaded = np.zeros(grid.shape, bool)
    if rule == "earlier":
        found = earlier.told(raster)["cloud"]
    else:
        seen = survey(raster, sun=SUN if rule == "now, sun known" else None)
        flags = seen.in_window(seen.flags, whole(grid))
        found = flags & np.uint16(Unassessed.CLOUD.bit) != 0
        shaded = flags & np.uint16(Unassessed.CLOUD_SHADOW.bit) != 0
    cloud, thick = sky.opacity >= HIDDEN, sky.opacity >= 0.6
    off = cv2.distanceTransform((sky.opacity < CLEAR).astype(np.uint8), cv2.DIST_L2, 5)
    clear = (sky.opacity < SEEN_THROUGH) & (off * 0.9 > MARGIN_M)
    shade = (sky.shade >= HIDDEN) & ~cloud
    lit = (sky.shade < CLEAR) & ~cloud
    return np.array([
        (found & cloud).sum(), cloud.sum(), (found & thick).sum(), thick.sum(),
        (found & clear).sum(), clear.sum(), (shaded & shade).sum(), shade.sum(),
        (shaded & lit).sum(), lit.sum(),
    ], float)  # fmt: skip


def kept_table() -> list[str]:
    """Tell by reason what share of the razed ground, and of whole frames, is not assessed."""
    lines = [
        "| set | rule | pairs | of | " + " | ".join(r.value for r in COLOURS) + " | any |",
        "|---|---|---|---|" + "---|" * (len(COLOURS) + 1),
    ]
    for name, pattern in (
        ("Sana'a", "destruction/sanaa*"), ("Palu", "destruction/palu*"),
        ("Santa Rosa", "buildings/*"), ("Houston, flooded", "buildings-undamaged/*"),
    ):  # fmt: skip
        lines += kept_rows(name, sorted(DATA.glob(pattern)))
    return lines


def kept_rows(name: str, places: list[Path]) -> list[str]:
    """Tell of one set, by both rules."""
    sums: dict[tuple[str, str], NDArray] = {}
    for place in places:
        pair = [picture(place / f"{look}.jpg") for look in ("before", "after")]
        parts = {"frame": pair[0].valid(whole(pair[0].grid)) & pair[1].valid(whole(pair[1].grid))}
        if (place / "destroyed.png").exists():
            drawn = cv2.imread(str(place / "destroyed.png"), cv2.IMREAD_GRAYSCALE)
            parts["razed ground"] = drawn > 127
        old = earlier.assessed(*pair)
        new = assess(*pair, report=None).reasons
        for rule, reasons in (("earlier", old), ("now", new)):
            for part, where in parts.items():
                lost = [reasons.get(r, np.zeros(where.shape, bool)) & where for r in COLOURS]
                row = np.array(
                    [*(one.sum() for one in lost), np.any(lost, axis=0).sum(), where.sum()]
                )
                sums[rule, part] = sums.get((rule, part), 0) + row
    return [
        f"| {name} | {rule} | {len(places)} | {part} | "
        + " | ".join(f"{value / row[-1]:.3f}" for value in row[:-1])
        + " |"
        for (rule, part), row in sorted(sums.items(), key=lambda item: item[0][::-1])
    ]


def cost_table() -> list[str]:
    """Measure CPU seconds per megapixel and the memory that is asked for."""
    lines = [
        "| step | size | CPU s per megapixel | peak memory of the process, GB |",
        "|---|---|---|---|",
    ]
    tile = next(marked_frames()).raster.pixels[:3, :490, :1000]
    for side in (2_000, 4_000, 8_000):
        repeats = (1, -(-side // tile.shape[1]), -(-side // tile.shape[2]))
        pixels = np.tile(tile, repeats)[:, :side, :side].copy()
        raster = ArrayRaster(grid=Grid.of_pixels(height=side, width=side, gsd_m=0.5), pixels=pixels)
        survey(
            ArrayRaster(grid=Grid.of_pixels(height=64, width=side), pixels=pixels[:, :64].copy())
        )
        start = time.process_time()
        seen = survey(raster)
        surveyed = time.process_time() - start
        start = time.process_time()
        for window in raster.grid.tiles(side=2048):
            scene_flags(raster, window, seen)
        flagged = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        area = side * side / 1e6
        lines.append(f"| survey | {side} × {side} × 3 | {surveyed / area:.3f} | {peak:.2f} |")
        lines.append(f"| flags, in windows of 2048 | the same | {flagged / area:.3f} | |")
    return lines


def draw_sheet(frames: list[Frame], folder: Path) -> None:
    """Write each frame beside its masks."""
    folder.mkdir(parents=True, exist_ok=True)
    for frame in frames:
        if frame.bands:
            continue
        raster = frame.raster
        flags = scene_flags(raster, whole(raster.grid), survey(raster))
        plain = np.moveaxis(raster.pixels, 0, -1)
        shown = plain.astype(np.float32)
        for reason, colour in COLOURS.items():
            where = flags & np.uint16(reason.bit) != 0
            shown[where] = 0.5 * shown[where] + 0.5 * np.array(colour, np.float32)
        both = np.concatenate([plain, shown.astype(np.uint8)], axis=int(plain.shape[1] < 1100))
        cv2.imwrite(str(folder / f"{frame.name}.png"), both[..., ::-1])


if __name__ == "__main__":
    main()
