"""What bringing two images to one brightness costs, and how right it is.

Speed: IR-MAD beside the same method in plain numpy, the same rounds of it as published, in one
process each, on one thread. Accuracy: a real picture and the same picture through a known gain,
offset and curve, noise and a shift, with a part of the ground replaced by other ground; the error
is that of the mapping on the rest, as a share of the band's spread. Real pairs: how well what
changed is ranked, area under the ROC curve.

Run from the repository's root: ``python benchmarks/radiometry/radiometry.py [--write]``.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray
from numpy_ir_mad import ir_mad
from scipy.stats import rankdata

from earthwork.imagery.ir_mad import IrMadOptions, fit_ir_mad
from earthwork.imagery.radiometry import (
    RadiometricMethod,
    RadiometryOptions,
    fit_radiometry,
    normalised,
)
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole

DATA = Path("../shared/data")
PAGE = Path("docs/reference/radiometry.md")
ROUNDS = 10
PIXELS = 1_000_000
SHARES = (0.0, 0.1, 0.3, 0.5)


def main() -> None:
    """Print the tables, and write them into the manual if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--cost", nargs=2, help="measure one row of the first table")
    parser.add_argument("--only", nargs="*", help="measure these tables only")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.cost:
        print(cost(arguments.cost[0], int(arguments.cost[1])))
        return
    sections = {"speed": speed_table, "large": large_table}
    if DATA.is_dir():
        sections |= {"mapping": mapping_table, "sentinel": sentinel_table, "pictures": real_table}
    else:
        print(f"{DATA} is absent: only speed is measured")
    for name in arguments.only or sections:
        table = sections[name]
        text = table()
        print(text, end="\n\n", flush=True)
        if arguments.write:
            replace_section(name, text)


def replace_section(name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` in the page."""
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    PAGE.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")


# ---------------------------------------------------------------- speed


def simulated(bands: int) -> tuple[NDArray, NDArray]:
    """Return two images of mixed bands, a fifth of whose pixels changed, as whole numbers."""
    rng = np.random.default_rng(1)
    mixed = rng.normal(0, 1, (bands, bands)) @ rng.normal(0, 1, (bands, PIXELS))
    before = 1000 + 200 * mixed + rng.normal(0, 20, mixed.shape)
    after = 1.2 * before + 100 + rng.normal(0, 30, mixed.shape)
    after[:, : PIXELS // 5] = rng.normal(1500, 300, (bands, PIXELS // 5))
    return np.rint(before).astype(np.float32), np.rint(after).astype(np.float32)


def cost(name: str, bands: int) -> str:
    """Return CPU seconds, peak memory in MB above the input's, and the correlations found."""
    before, after = simulated(bands)
    options = IrMadOptions(rounds=ROUNDS, tolerance=0.0, consistent=False)
    run: dict[str, Callable[[], NDArray]] = {
        "ours": lambda: np.array(
            fit_ir_mad(lambda: [(before, after)], options=options).correlations
        ),
        "numpy": lambda: ir_mad(before, after, rounds=ROUNDS, closed_form=bands % 2 == 0)[0],
        "scipy": lambda: ir_mad(before, after, rounds=ROUNDS, closed_form=False)[0],
    }
    small = np.ascontiguousarray(before[:, :1000]), np.ascontiguousarray(after[:, :1000])
    fit_ir_mad(lambda: [small], options=options)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    found = run[name]()
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    return " ".join(map(str, [seconds, peak / 1024, *found]))


def speed_table() -> str:
    """Measure each method in a process of its own."""
    lines = [
        (
            "| bands | ours, CPU s | numpy, CPU s | numpy with scipy's chi-square, CPU s | numpy /"
            " ours | scipy / ours | correlations apart | memory beyond the input: ours, numpy |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for bands in (3, 4):
        told = {name: measured(name, bands) for name in ("ours", "numpy", "scipy")}
        seconds = {name: row[0] for name, row in told.items()}
        apart = np.abs(told["ours"][2:] - told["numpy"][2:]).max()
        lines.append(
            f"| {bands} | {seconds['ours']:.2f} | {seconds['numpy']:.2f} | {seconds['scipy']:.2f}"
            f" | {seconds['numpy'] / seconds['ours']:.1f}"
            f" | {seconds['scipy'] / seconds['ours']:.1f}"
            f" | {apart:.0e} | {told['ours'][1]:.0f} MB, {told['numpy'][1]:.0f} MB |"
        )
    lines.append(f"\n{PIXELS:,} pixels, {ROUNDS} rounds, one thread, best of two runs each.")
    return "\n".join(lines)


def measured(name: str, bands: int) -> NDArray:
    """Return the best of two runs of one row, each in its own process."""
    command = [sys.executable, __file__, "--cost", name, str(bands)]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        for _ in range(2)
    ]
    rows = [np.array(run.split(), float) for run in runs]
    return min(rows, key=lambda row: row[0])


# ---------------------------------------------------------------- large


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A small image repeated, mirrored, over a large grid: read in windows, never whole."""

    small: NDArray
    grid: Grid
    gain: float

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return len(self.small)

    def read(self, window: Window) -> NDArray:
        """Return a window."""
        rows, columns = (
            self._at(start, length, side)
            for start, length, side in (
                (window.row, window.height, self.small.shape[1]),
                (window.column, window.width, self.small.shape[2]),
            )
        )
        return np.rint(self.small[:, rows][:, :, columns] * self.gain).astype(np.uint16)

    def _at(self, start: int, length: int, side: int) -> NDArray:
        place = np.arange(start, start + length) % (2 * side)
        return np.minimum(place, 2 * side - 1 - place)

    def valid(self, window: Window) -> NDArray:
        """Return that everything holds data."""
        return np.ones((window.height, window.width), bool)


def large_table() -> str:
    """Fit images that are never held, by a sample and by every pixel."""
    rng = np.random.default_rng(0)
    base = cv2.GaussianBlur(rng.normal(0, 1, (700, 900, 3)), (0, 0), 2).transpose(2, 0, 1)
    small = 1000 + 3000 * base + rng.normal(0, 5, base.shape)
    noisy = small + rng.normal(0, 10, small.shape)
    lines = [
        "| image | pixels looked at | CPU s | memory beyond the start |",
        "|---|---|---|---|",
    ]
    for side, exact in ((1000, False), (10_000, False), (30_000, False), (4000, True)):
        grid = Grid.of_pixels(height=side, width=side)
        looks = [
            Mirrored(small=image, grid=grid, gain=gain)
            for image, gain in ((small, 1.0), (noisy, 0.7))
        ]
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        fit = fit_radiometry(*looks, everywhere, options=RadiometryOptions(exact=exact))
        seconds = time.process_time() - start
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
        how = "every pixel" if exact else "a sample"
        lines.append(
            f"| {side:,} × {side:,} × 3, {how} | {fit.pixels:,} | {seconds:.1f} | {peak:.0f} MB |"
        )
    lines.append("\nIn one process, in this order; making the windows is part of the time.")
    return "\n".join(lines)


# ---------------------------------------------------------------- mapping


def everywhere(window: Window) -> NDArray:
    """Return that every pixel is assessed."""
    return np.ones((window.height, window.width), bool)


def held(pixels: NDArray) -> ArrayRaster:
    """Wrap pixels on a pixel grid."""
    grid = Grid.of_pixels(height=pixels.shape[1], width=pixels.shape[2])
    return ArrayRaster(grid=grid, pixels=pixels)


def picture(path: Path) -> NDArray:
    """Read a picture as (band, row, column)."""
    return cv2.imread(str(path))[..., ::-1].transpose(2, 0, 1).copy()


def sentinel(city: str, names: tuple[str, ...]) -> tuple[NDArray, NDArray, NDArray]:
    """Return the two dates on the grid of the first, and where the labels say change."""
    folder = DATA / "sentinel2-oscd" / city
    changed = cv2.imread(str(folder / "changed.png"), cv2.IMREAD_GRAYSCALE) > 127
    looks = []
    for date in (1, 2):
        bands = [rasterio.open(folder / f"imgs_{date}" / f"{name}.tif").read(1) for name in names]
        # the second date of one city is a few pixels smaller over the same ground
        looks.append(np.stack([cv2.resize(band, changed.shape[::-1]) for band in bands]))
    return looks[0], looks[1], changed


def mapping_table() -> str:
    """Measure the error of the mapping that each method finds."""
    pan = rasterio.open(DATA / "pleiades-kahramanmaras" / "post_event_img2.tif").read(1)[None]
    colour = picture(DATA / "destruction" / "sanaa_09_20120908_20180908" / "before.jpg")
    bands = sentinel("beirut", ("B02", "B03", "B04", "B08"))[0]
    lines = [
        (
            "| picture, curve | method | "
            + " | ".join(f"{share:.0%} changed" for share in SHARES)
            + " |"
        ),
        "|---|---|---|---|---|---|",
    ]
    for name, image, top in (
        ("Pléiades pan, 12 bits", pan, 4095),
        ("Sana'a colour, 8 bits", colour, 255),
        ("Beirut Sentinel-2, 4 bands", bands, 65535),
    ):
        for gamma in (1.0, 0.8):
            rows = [mapping_errors(image, top, gamma, share) for share in SHARES]
            lines += [
                f"| {name}, gamma {gamma} | {method} | "
                + " | ".join(f"{row[method]:.1f} %" for row in rows)
                + " |"
                for method in rows[0]
            ]
    return "\n".join(lines)


def mapping_errors(image: NDArray, top: int, gamma: float, share: float) -> dict[str, float]:
    """Return the mean error on unchanged ground of each method, in hundredths of the spread."""
    rng = np.random.default_rng(3)
    shape, white = image.shape[1:], float(image.max())
    matrix = np.array([[1, 0, 0.7], [0, 1, -0.4]])
    moved = np.stack([
        cv2.warpAffine(band.astype(np.float32), matrix, shape[::-1], borderMode=cv2.BORDER_REFLECT)
        for band in image
    ])  # fmt: skip
    gain, offset = np.linspace(0.75, 0.9, len(image))[:, None, None], 0.03 * white
    after = white * (moved.clip(0) / white) ** gamma * gain + offset
    after += rng.normal(0, 0.006 * white, after.shape)
    patch = cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), 25)
    changed = patch > np.quantile(patch, 1 - share) if share else np.zeros(shape, bool)
    other = np.roll(after, (shape[0] // 3, shape[1] // 3), (1, 2)) * 1.1 + 0.05 * white
    after = np.where(changed, other, after).round().clip(1, top).astype(image.dtype)
    truth = white * ((after - offset) / gain / white).clip(0) ** (1 / gamma)
    spread = image.std(axis=(1, 2))[:, None, None]

    def error(mapped: NDArray) -> float:
        return float(np.mean((np.abs(mapped - truth) / spread)[:, ~changed]) * 100)

    found = {"ours": error(brought(image, after, None))}
    if len(image) > 1:
        found["IR-MAD"] = error(brought(image, after, RadiometricMethod.IR_MAD))
        found["ranks"] = error(brought(image, after, RadiometricMethod.RANKS))
    found["histogram matching"] = error(by_histogram(image, after))
    found["mean and spread"] = error(by_spread(image, after))
    return found


def brought(before: NDArray, after: NDArray, method: RadiometricMethod | None) -> NDArray:
    """Return the after-image at the brightness of the before-image, by ours."""
    image = held(after)
    fit = fit_radiometry(held(before), image, everywhere, method=method)
    return normalised(image, fit).read(whole(image.grid))


def by_histogram(before: NDArray, after: NDArray) -> NDArray:
    """Return the after-image by plain histogram matching, band by band."""
    at = np.linspace(0.0005, 0.9995, 500)
    return np.stack([
        np.interp(new, np.quantile(new, at), np.quantile(old, at))
        for old, new in zip(before, after, strict=True)
    ])  # fmt: skip


def by_spread(before: NDArray, after: NDArray) -> NDArray:
    """Return the after-image at the mean and spread of the before-image."""
    first, second = (look.mean(axis=(1, 2), keepdims=True) for look in (before, after))
    scale = before.std(axis=(1, 2), keepdims=True) / after.std(axis=(1, 2), keepdims=True)
    return (after - second) * scale + first


# ---------------------------------------------------------------- real pairs


def auc(truth: NDArray, score: NDArray) -> float:
    """Return the area under the ROC curve."""
    ranks, positive = rankdata(score), int(truth.sum())
    above = ranks[truth.ravel()].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (truth.size - positive)))


def smooth(image: NDArray, sigma: float) -> NDArray:
    """Blur a band."""
    return cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma)


def sentinel_table() -> str:
    """Rank change on two labelled Sentinel-2 pairs."""
    cities = {"beirut": "Beirut", "abudhabi": "Abu Dhabi"}
    rows: dict[str, list[str]] = {}
    notes = []
    for city, spoken in cities.items():
        before, after, changed = sentinel(city, ("B02", "B03", "B04", "B08", "B11"))
        spread = before.std(axis=(1, 2), keepdims=True)
        flat = [look.reshape(len(look), -1).astype(np.float32) for look in (before, after)]
        scores = {}
        for name, options in (
            ("MAD chi-square, one round", IrMadOptions(rounds=1)),
            ("IR-MAD chi-square, as published", IrMadOptions(consistent=False)),
            ("IR-MAD chi-square, ours", IrMadOptions()),
        ):
            model = fit_ir_mad(lambda: [(flat[0], flat[1])], options=options)  # noqa: B023
            scores[name] = np.sqrt(model.chi_square(before, after))
        for name, told in (
            ("difference, as delivered", after.astype(np.float64)),
            ("difference after mean and spread", by_spread(before, after)),
            ("difference after histogram matching", by_histogram(before, after)),
            ("difference after ours", brought(before, after, None)),
        ):
            scores[name] = np.sqrt((((before - told) / spread) ** 2).sum(axis=0))
        for name, score in scores.items():
            plain, blurred = auc(changed, score), auc(changed, smooth(score, 2))
            rows.setdefault(name, []).append(f"{plain:.3f}, {blurred:.3f}")
        sentence = fit_radiometry(held(before), held(after), everywhere).sentence
        notes.append(f"- {spoken}: {sentence}")
    lines = ["| score | " + " | ".join(cities.values()) + " |", "|---|---|---|"]
    lines += [f"| {name} | {' | '.join(told)} |" for name, told in rows.items()]
    return "\n".join(
        [*lines, "\nPer pixel, and blurred by two pixels. What the fits say:\n", *notes]
    )


def real_table() -> str:
    """Rank destruction on real colour pairs by the difference of brightness alone."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for place in sorted((DATA / "destruction").iterdir())[::2]:
        before, after = (picture(place / f"{look}.jpg") for look in ("before", "after"))
        truth = cv2.imread(str(place / "destroyed.png"), cv2.IMREAD_GRAYSCALE) > 127
        grey = smooth(before.mean(axis=0), 4)
        for name, told in (
            ("as delivered", after),
            ("mean and spread", by_spread(before, after)),
            ("histogram matching", by_histogram(before, after)),
            ("IR-MAD", brought(before, after, RadiometricMethod.IR_MAD)),
            ("ranks (ours for 8 bits)", brought(before, after, None)),
        ):
            apart = np.abs(grey - smooth(told.mean(axis=0), 4))
            left = float(np.median(apart[~truth]) / grey.std())
            score = smooth(apart, 10)[::3, ::3]
            rows.setdefault(name, []).append((left, auc(truth[::3, ::3], score)))
    lines = [
        "| brightness | difference left outside the labels | AUC of destruction |",
        "|---|---|---|",
        *(
            f"| {name} | {np.mean(told, axis=0)[0]:.3f} | {np.mean(told, axis=0)[1]:.3f} |"
            for name, told in rows.items()
        ),
    ]
    count = len(next(iter(rows.values())))
    lines.append(
        f"\nMeans over {count} pairs of Sana'a and Palu as delivered; the difference is a median"
        " after a blur of 4 pixels, as a share of the picture's spread."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
