"""Marking by hand the same point of the ground in the two pictures of a pair.

The points are what alignment is held against, so they are set by looking at the two pictures alone:
nothing here aligns, matches or snaps. A pair's points lie in ``points/PAIR.json`` as coordinates,
pixel centres at .5; the pictures stay where they are. ``again`` holds a second, blind marking of
the after-point, from which the error of marking is told.

Run from the repository's root:
``python benchmarks/ground_points/marking.py overview PAIR -o sheet.png``;
``... look PAIR X Y X2 Y2 -o sheet.png [--side 48]`` shows both surroundings, enlarged, with ticks;
``... check PAIR -o FOLDER`` shows every point that is set, six to a sheet.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

DATA = Path("../shared/data")
POINTS = Path(__file__).parent / "points"
_HATAY = "skysat-turkey-2023/hatay-ekinci_mahallesi/ekinci_mahallesi_antakya_hatay_turkey"
_SKYSAT = "_rgb_flat_50cm_1280px_logo_wm"
PAIRS = {
    **{
        name: (f"destruction/{name}/before.jpg", f"destruction/{name}/after.jpg")
        for name in (
            "sanaa_01_20141114_20171031",
            "sanaa_05_20140305_20181011",
            "sanaa_09_20120908_20180908",
            "sanaa_14_20090531_20181028",
            "sanaa_22_20130812_20181028",
            "sanaa_31_20140304_20181028",
            "palu_03_20180817_20181002",
            "palu_07_20180817_20181002",
        )
    },
    **{
        name: (f"buildings/{name}/before.jpg", f"buildings/{name}/after.jpg")
        for name in (
            "santa-rosa-wildfire_00000021",
            "santa-rosa-wildfire_00000113",
            "santa-rosa-wildfire_00000290",
        )
    },
    "hurricane-harvey_00000001": (
        "buildings-undamaged/hurricane-harvey_00000001/before.jpg",
        "buildings-undamaged/hurricane-harvey_00000001/after.jpg",
    ),
    "hatay-ekinci": (
        f"{_HATAY}_20221222_ssc17{_SKYSAT}_pre.jpg",
        f"{_HATAY}_20230212_ssc19{_SKYSAT}_post.jpg",
    ),
    "kahramanmaras-1": (
        "pleiades-kahramanmaras/pre_event_img1.tif",
        "pleiades-kahramanmaras/post_event_img1.tif",
    ),
    "kahramanmaras-2": (
        "pleiades-kahramanmaras/pre_event_img2.tif",
        "pleiades-kahramanmaras/post_event_img2.tif",
    ),
    "kahramanmaras-1-2": (
        "pleiades-kahramanmaras/pre_event_img1.tif",
        "pleiades-kahramanmaras/post_event_img2.tif",
    ),
}
"""Pairs marked, (before, after) under the data folder; Pléiades looks in sensor geometry."""
_VIEW_PX = 700
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundPoint:
    """One point of the ground, in pixels of both pictures."""

    before: tuple[float, float]
    """(x, y) in the before-picture, pixel centres at .5."""
    after: tuple[float, float]
    """(x, y) in the after-picture."""
    what: str
    """What it is: kerb corner, field corner, foot of a wall."""
    again: tuple[float, float] | None
    """The after-point marked a second time, without looking at the first; None if it was not."""


def read_points(pair: str) -> tuple[GroundPoint, ...]:
    """Return the points of a pair, in the order they were set."""
    content = json.loads((POINTS / f"{pair}.json").read_text())
    return tuple(
        GroundPoint(
            before=tuple(row["before"]),
            after=tuple(row["after"]),
            what=row["what"],
            again=tuple(row["again"]) if row.get("again") else None,
        )
        for row in content["points"]
    )


def picture(path: Path) -> Picture:
    """Return a picture as (row, column, 3) in 8 bits, stretched where it has more."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise SystemExit(f"{path}: not there, or no picture")
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    pixels = pixels[..., :3].astype(np.float32)
    low, high = (0, 255) if pixels.max() <= 255 else np.percentile(pixels, [1, 99])
    return np.clip((pixels - low) / (high - low) * 255, 0, 255).astype(np.uint8)


def pictures(pair: str) -> tuple[Picture, Picture]:
    """Return both pictures of a pair."""
    before, after = (picture(DATA / name) for name in PAIRS[pair])
    return before, after


def surroundings(
    image: Picture, x: float, y: float, *, side: float, view: int, has_ticks: bool = True
) -> Picture:
    """Return a square around a point, enlarged, with a thin cross and pixel ticks."""
    scale = view / side
    matrix = np.array([[scale, 0, view / 2 - x * scale], [0, scale, view / 2 - y * scale]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    indexed = np.linalg.inv(half)[:2, :2] @ (matrix @ half)
    indexed[:, 2] -= 0.5
    canvas = cv2.warpAffine(image, indexed, (view, view), flags=cv2.INTER_CUBIC)
    _stretch(canvas)
    centre = view // 2
    for start, end in ((8, 60), (-60, -8)):
        cv2.line(canvas, (centre + start, centre), (centre + end, centre), (0, 0, 255), 1)
        cv2.line(canvas, (centre, centre + start), (centre, centre + end), (0, 0, 255), 1)
    if has_ticks:
        _ticks(canvas, x, y, side)
    return canvas


def _stretch(canvas: Picture) -> None:
    low, high = np.percentile(canvas, [1, 99])
    canvas[:] = np.clip((canvas.astype(np.float32) - low) / max(high - low, 1) * 255, 0, 255)


def _ticks(canvas: Picture, x: float, y: float, side: float) -> None:
    view = canvas.shape[0]
    scale = view / side
    step = next(s for s in (2, 5, 10, 20, 50, 100, 200) if side / s <= 14)
    for axis, centre in ((0, x), (1, y)):
        first = int(np.ceil((centre - side / 2) / step)) * step
        for value in range(first, int(centre + side / 2) + 1, step):
            at = int((value - centre) * scale + view / 2)
            ends = ((at, 0), (at, view)) if axis == 0 else ((0, at), (view, at))
            overlay = canvas.copy()
            cv2.line(overlay, *ends, (0, 255, 255), 1)
            cv2.addWeighted(overlay, 0.25, canvas, 0.75, 0, canvas)
            place = (at + 2, 12) if axis == 0 else (2, at - 2)
            cv2.putText(canvas, str(value), place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 3)
            cv2.putText(canvas, str(value), place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 255, 255), 1)


def beside(first: Picture, second: Picture) -> Picture:
    """Put two views of one height side by side."""
    gap = np.full((first.shape[0], 8, 3), 255, np.uint8)
    return np.hstack([first, gap, second])


def overview(pair: str) -> Picture:
    """Return both pictures whole, with ticks: wide ones stacked, square ones side by side."""
    views = []
    for image in pictures(pair):
        scale = min(1.0, 1400 / image.shape[1], 1000 / image.shape[0])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for value in range(0, max(image.shape[:2]), 100):
            at = int(value * scale)
            cv2.line(small, (at, 0), (at, 8), (0, 255, 255), 1)
            cv2.line(small, (0, at), (8, at), (0, 255, 255), 1)
            for place in ((at + 2, 20), (10, at + 4)):
                cv2.putText(
                    small, str(value), place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 255), 1
                )
        views.append(small)
    height = max(view.shape[0] for view in views)
    if views[0].shape[1] > 1.5 * height:
        return np.vstack(views)
    padded = [
        cv2.copyMakeBorder(v, 0, height - v.shape[0], 0, 0, cv2.BORDER_CONSTANT) for v in views
    ]
    return beside(*padded)


def check(pair: str, folder: Path) -> None:
    """Write sheets of all points set, six to a sheet, before and after side by side."""
    before, after = pictures(pair)
    points = read_points(pair)
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(points), 6):
        cells = []
        for number, point in enumerate(points[start : start + 6], start):
            cell = beside(
                surroundings(before, *point.before, side=40, view=340, has_ticks=False),
                surroundings(after, *point.after, side=40, view=340, has_ticks=False),
            )
            cv2.putText(cell, f"{number} {point.what}", (6, 16), 0, 0.5, (0, 255, 255), 1)
            cells.append(cell)
        cells += [np.zeros_like(cells[0])] * (-len(cells) % 2)
        rows = [beside(*cells[i : i + 2]) for i in range(0, len(cells), 2)]
        cv2.imwrite(str(folder / f"{pair}-{start // 6}.png"), np.vstack(rows))


def main() -> None:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["overview", "look", "check"])
    parser.add_argument("pair", choices=sorted(PAIRS))
    parser.add_argument("at", nargs="*", type=float, help="X Y X2 Y2")
    parser.add_argument("--side", type=float, default=48.0, help="pixels across")
    parser.add_argument("-o", "--output", type=Path, required=True)
    told = parser.parse_args()
    if told.what == "check":
        check(told.pair, told.output)
        return
    if told.what == "overview":
        sheet = overview(told.pair)
    else:
        before, after = pictures(told.pair)
        x, y, x2, y2 = told.at
        sheet = beside(
            surroundings(before, x, y, side=told.side, view=_VIEW_PX),
            surroundings(after, x2, y2, side=told.side, view=_VIEW_PX),
        )
    cv2.imwrite(str(told.output), sheet)


if __name__ == "__main__":
    main()
