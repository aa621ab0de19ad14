"""How much brighter or darker one piece of real ground is than the ground beside it.

Two ways of finding edges. *Drawn*: the rims of what people marked as changed ground (groundwork,
ploughing, new construction), inside against outside in the later picture: no edge is chosen for
its contrast, so low contrast is in. *Found*: straight edges that a line detector finds between two
smooth sides, which leaves out the faintest. In both, the figure is the natural logarithm of the
ratio of the medians of two strips that run along the edge, a little off it. Each side is told
apart by vegetation (NDVI, or greenness of a colour picture), brightness and roughness.

Digits are taken as proportional to light after the haze (the darkest thousandth) is subtracted;
pictures of 8 bits are taken off the sRGB curve first, which is an assumption about how they were
made. Only sources are read that are not marked as for testing only.

Run from the repository's root: ``python benchmarks/realism/contrast.py``. What it prints last is
the table that stands in ``earthwork/simulate/alterations/contrast.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray

DATA = Path("../shared/data")
LEVELS = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
LEAST_EDGES = 25
SMOOTH = 0.16
"""Greatest spread of log brightness along a strip of smooth ground."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture to measure on."""

    source: str
    """Where it comes from."""
    light: NDArray[np.float32]
    """Dims (row, column): proportional to light, haze subtracted."""
    green: NDArray[np.float32] | None
    """Dims (row, column): NDVI or greenness; None for panchromatic pictures."""
    vegetated: float
    """Greenness above which ground is vegetated."""
    strip_px: tuple[float, float]
    """How far off the edge the strips begin and end."""
    drawn: NDArray[np.uint8] | None = None
    """Dims (row, column): 1 where people drew a change; None if nobody did."""

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """Log light below which all is shadow, below which asphalt may lie, above which roofs."""
        return np.log(np.quantile(self.light, (0.15, 0.40, 0.90)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One edge with what lies on its two sides; ``left`` is the inside of a drawn one."""

    source: str
    left: str
    right: str
    log_ratio: float
    drawn: bool


def main() -> None:
    """Print the contrasts by source, then the table of quantiles by ground."""
    edges = [edge for picture in pictures() for edge in edges_of(picture)]
    by_source: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    by_ground: dict[str, dict[tuple[str, str], list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for edge in edges:
        way = "drawn" if edge.drawn else "found"
        by_source[edge.source, way, f"{edge.left} / {edge.right}"].append(edge.log_ratio)
        for ground, ratio in grounds_of(edge):
            by_ground[ground][way, edge.source].append(ratio)
    heading = ["source", "way", "sides", "edges", *(f"{level:.0%}" for level in LEVELS)]
    print("| " + " | ".join(heading) + " |\n|" + "---|" * len(heading))
    for key, ratios in sorted(by_source.items()):
        if len(ratios) >= LEAST_EDGES:
            print("| " + " | ".join([*key, str(len(ratios)), *spoken(ratios)]) + " |")
    print("\nQUANTILES = {")
    for ground, groups in sorted(by_ground.items()):
        enough = {name: ratios for name, ratios in groups.items() if len(ratios) >= LEAST_EDGES}
        ways = [[r for (w, _), r in enough.items() if w == way] for way in ("drawn", "found")]
        mixed = mix([mix(groups) for groups in ways if groups])
        values = ", ".join(f"{value:+.3f}" for value in np.quantile(mixed, LEVELS))
        told = "; ".join(f"{len(r)} {way}, {source}" for (way, source), r in enough.items())
        print(f'    "{ground}": ({values}),  # {told}')
    print("}")


def spoken(ratios: list[float]) -> list[str]:
    """Return the quantiles as text."""
    return [f"{value:+.3f}" for value in np.quantile(ratios, LEVELS)]


def mix(groups: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return a sample of a mixture in which each group counts the same, however many."""
    return np.concatenate([np.quantile(group, np.linspace(0, 1, 1001)) for group in groups])


def grounds_of(edge: Edge) -> Iterator[tuple[str, float]]:
    """Yield each ground that an edge speaks for, with turned ground against it.

    A found edge does not say which side was turned: between two sides of bare ground it counts
    once each way. Turned ground is bare, so that against green or paved ground it counts one way.
    """
    if edge.drawn:
        if edge.left == "bare":
            yield edge.right, edge.log_ratio
    elif edge.left == edge.right == "bare":
        yield from (("bare", edge.log_ratio), ("bare", -edge.log_ratio))
    elif edge.left == "bare":
        yield edge.right, edge.log_ratio
    elif edge.right == "bare":
        yield edge.left, -edge.log_ratio


def pictures() -> Iterator[Picture]:
    """Yield every picture that may be measured on."""
    for path in sorted((DATA / "pleiades-kahramanmaras").glob("*_img*.tif")):
        yield pleiades(path)
    for folder in sorted((DATA / "groundwork").iterdir()):
        drawn = (cv2.imread(str(folder / "changed.png"), cv2.IMREAD_GRAYSCALE) > 0).astype(np.uint8)
        yield aerial(folder / "after.jpg", drawn)
        yield aerial(folder / "before.jpg", None)
    for folder in sorted(path for path in (DATA / "sentinel2-oscd").iterdir() if path.is_dir()):
        yield sentinel(folder, 1)
        yield sentinel(folder, 2)


def clear_of_haze(digits: NDArray) -> NDArray[np.float32]:
    """Subtract the darkest thousandth."""
    digits = digits.astype(np.float32)
    return np.maximum(digits - np.quantile(digits, 0.001), 1e-3 * digits.max())


def pleiades(path: Path) -> Picture:
    """Read one panchromatic look, half a metre."""
    with rasterio.open(path) as file:
        light = clear_of_haze(file.read(1))
    return Picture(source="Pléiades, 0.5 m", light=light, green=None, vegetated=0, strip_px=(2, 6))


def aerial(path: Path, drawn: NDArray[np.uint8] | None) -> Picture:
    """Read one colour picture of 1.5 m."""
    digits = cv2.imread(str(path)).astype(np.float32)[..., ::-1] / 255
    linear = np.where(digits <= 0.04045, digits / 12.92, ((digits + 0.055) / 1.055) ** 2.4)
    light = clear_of_haze(linear.mean(axis=2))
    # Casts differ between years: greenness is measured against the picture's own grey.
    balanced = linear / np.median(linear, axis=(0, 1))
    green = (balanced[..., 1] - balanced[..., 0]) / (balanced[..., 1] + balanced[..., 0] + 1e-3)
    light = cv2.GaussianBlur(light, (0, 0), 0.7)
    return Picture(
        source="AirChange, 1.5 m",
        light=light,
        green=cv2.GaussianBlur(green.astype(np.float32), (0, 0), 1.0),
        vegetated=0.02,
        strip_px=(2, 5),
        drawn=drawn,
    )


def sentinel(folder: Path, number: int) -> Picture:
    """Read one Sentinel-2 look, 10 m; labels belong to the later one."""
    bands = []
    for band in ("B02", "B03", "B04", "B08"):
        with rasterio.open(folder / f"imgs_{number}" / f"{band}.tif") as file:
            bands.append(clear_of_haze(file.read(1)))
    blue, green, red, near = bands
    drawn = cv2.imread(str(folder / "changed.png"), cv2.IMREAD_GRAYSCALE)
    fits = number == 2 and drawn.shape == red.shape
    return Picture(
        source="Sentinel-2, 10 m",
        light=(blue + green + red) / 3,
        green=(near - red) / (near + red),
        vegetated=0.3,
        strip_px=(1, 3),
        drawn=(drawn == 255).astype(np.uint8) if fits else None,
    )


def edges_of(picture: Picture) -> Iterator[Edge]:
    """Yield the edges of one picture, drawn where anything was drawn, found elsewhere."""
    if picture.drawn is not None:
        for line in drawn_lines(picture.drawn):
            yield from edge_along(picture, line, drawn=True)
    for line in found_lines(picture.light):
        yield from edge_along(picture, line, drawn=False)


def found_lines(light: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return straight edges, dims (line, [x0, y0, x1, y1]), pixels."""
    tones = np.log(light)
    low, high = np.quantile(tones, (0.01, 0.99))
    grey = np.clip((tones - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    finder = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD, quant=1.0, ang_th=15.0)
    lines = finder.detect(grey)[0].reshape(-1, 4).astype(float)
    return lines[np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) >= 12]


def drawn_lines(drawn: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return pieces of the rims of what was drawn, inside to the left of their direction."""
    pieces = []
    for ring in cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        points = cv2.approxPolyDP(ring, 1.5, closed=True)[:, 0].astype(float)
        ends = np.hstack([points, np.roll(points, -1, axis=0)])
        pieces += [end for end in ends if np.hypot(*(end[2:] - end[:2])) >= 8]
    return np.array(pieces).reshape(-1, 4)


def edge_along(picture: Picture, line: NDArray[np.float64], *, drawn: bool) -> Iterator[Edge]:
    """Yield the edge along a line if both its sides are smooth and can be told."""
    strips = [strip(picture, line, hand) for hand in (-1, 1)]
    if any(part is None for part in strips):
        return
    left, right = strips
    names = (side_name(picture, left), side_name(picture, right))
    if None in names:
        return
    ratio = float(np.median(left[0]) - np.median(right[0]))
    yield Edge(source=picture.source, left=names[0], right=names[1], log_ratio=ratio, drawn=drawn)


Strip = tuple[NDArray[np.float32], float | None]


def strip(picture: Picture, line: NDArray[np.float64], hand: int) -> Strip | None:
    """Return log light and median greenness beside a line; None where it leaves the picture."""
    start, end = line[:2], line[2:]
    length = np.hypot(*(end - start))
    along = (end - start) / length
    # A picture's rows run down: the left of a direction is (y, -x).
    side = hand * np.array([-along[1], along[0]])
    steps = np.arange(0.5, length, 1.0)
    offs = np.arange(picture.strip_px[0], picture.strip_px[1] + 0.1, 1.0)
    spots = start + steps[:, None, None] * along + offs[None, :, None] * side
    columns, rows = (spots[..., axis].astype(np.float32) for axis in (0, 1))
    limit = np.array(picture.light.shape) - 1
    if min(columns.min(), rows.min()) < 0 or columns.max() > limit[1] or rows.max() > limit[0]:
        return None
    light = cv2.remap(picture.light, columns, rows, cv2.INTER_NEAREST)
    tones = np.log(light)
    if picture.green is None:
        return tones, None
    return tones, float(np.median(cv2.remap(picture.green, columns, rows, cv2.INTER_NEAREST)))


def side_name(picture: Picture, part: Strip) -> str | None:
    """Say what a strip lies on: bare, paved, green or rough; None for shadow and bright roofs."""
    tones, green = part
    middle = float(np.median(tones))
    spread = 1.4826 * float(np.median(np.abs(tones - middle)))
    dark, low, high = picture.levels
    if green is not None and green > picture.vegetated:
        return "green" if spread < 2 * SMOOTH else None
    if middle < dark or middle > high:
        return None
    if spread > SMOOTH:
        return "rough" if spread < 3 * SMOOTH else None
    return "paved" if middle < low and spread < SMOOTH / 2 else "bare"


if __name__ == "__main__":
    main()
