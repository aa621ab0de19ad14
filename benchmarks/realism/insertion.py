"""How well inserted works fit into real pictures: the sun that lights them, and their seams.

The sun: box cities with a known sun; the one real picture of a known minute (Pléiades); and press
pictures of a known day, where the sun's path near the usual hour of passage (9 to 12, local solar
time) bounds what can be true. Seams: a linear classifier on patch statistics (gradient, variance at
three scales, spectrum, noise) tells the borders of decoys from untouched bare ground, tried on
pictures that it was not fitted on; 0.5 is chance. A decoy as bright as the ground shows the
seam alone; one with contrast is held against natural edges as strong.

Run from the repository's root: ``python benchmarks/realism/insertion.py [--out FOLDER]``. Pictures
that it saves hold test-only data: keep them out of the repository.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.geometry.sun import sun_position
from earthwork.imagery.sun_from_shadows import estimate_sun, find_shadows
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.interval import Interval
from earthwork.model.raster import luminance
from earthwork.model.scene import Angles
from earthwork.pipeline.inserting import resolve_quality
from earthwork.simulate.camera.light import illuminate
from earthwork.simulate.inserting.backdrop import Backdrop, study_backdrop
from earthwork.simulate.inserting.chance_works import ChanceOptions, draw_works
from earthwork.simulate.inserting.insertion import InsertedWork, InsertionOptions, Label, insert
from earthwork.simulate.painting.surface import Frame, Surface

DATA = Path("../shared/data")
PLEIADES = DATA / "pleiades-kahramanmaras"
SANAA, PALU = (44.2, 15.4), (119.87, -0.9)
HALF = 8
"""Half of the side of a patch, pixels."""


def main() -> None:
    """Print the tables, and save pictures if a folder is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for pictures side by side")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print(box_table(), end="\n\n")
    print(real_sun_table(), end="\n\n")
    print(seam_table(arguments.out))


# ---------------------------------------------------------------- the sun


def box_table(count: int = 24) -> str:
    """Measure the azimuth's error over box cities with known suns."""
    rng = np.random.default_rng(11)
    misses, errors, wrong_ends, reliable = [], [], 0, 0
    for seed in range(count):
        sun = Angles(
            azimuth_deg=float(rng.uniform(60, 300)), elevation_deg=float(rng.uniform(30, 60))
        )
        told = estimate_sun(box_city(sun, seed=seed), gsd_m=0.5, latitude=36.0)
        miss = apart(told.azimuth_deg, sun.azimuth_deg)
        wrong_ends += miss > 90
        reliable += told.is_reliable
        misses.append(min(miss, 180 - miss))
        errors.append(told.azimuth_error_deg)
    return (
        f"{count} box cities, any sun 60° to 300°, 30° to 60° high: axis missed by a median of"
        f" {np.median(misses):.1f}°, 90 % within {np.percentile(misses, 90):.1f}°; stated error"
        f" {np.median(errors):.1f}°; wrong end {wrong_ends}; called reliable {reliable}."
    )


def box_city(sun: Angles, *, seed: int, side: int = 400) -> NDArray:
    """Return a picture (1, row, column) of houses lit as the simulator lights them."""
    rng = np.random.default_rng(seed)
    fine = 2 * side
    solid, albedo = np.zeros((fine, fine), np.float32), np.full((fine, fine), 0.3, np.float32)
    for _ in range(70):
        corners = cv2.boxPoints(
            (
                tuple(rng.uniform(40, fine - 40, 2)),
                tuple(rng.uniform(24, 64, 2)),
                rng.uniform(0, 90),
            )
        )
        ring = np.round(corners).astype(np.int32)
        cv2.fillConvexPoly(solid, ring, float(rng.uniform(3, 9)))
        cv2.fillConvexPoly(albedo, ring, float(rng.uniform(0.2, 0.5)))
    frame = Frame(side_m=side * 0.5, fine_m=0.25, row0=0, column0=0, rows=fine, columns=fine)
    surface = Surface(
        frame=frame,
        soft_m=np.zeros_like(solid),
        solid_m=solid,
        material=np.zeros(solid.shape, np.uint8),
        albedo=np.broadcast_to(albedo, (4, *solid.shape)),
        wall=np.ones_like(solid),
    )
    light = illuminate(surface, sun=sun)
    seen = cv2.GaussianBlur(albedo * (0.75 * light.beam + 0.25 * light.sky), (0, 0), 1.4)
    small = cv2.resize(seen, (side, side), interpolation=cv2.INTER_AREA)
    return (small * 400 + rng.normal(0, 2, small.shape)).clip(0, 255).astype(np.uint8)[None]


def apart(first: float, second: float) -> float:
    """Return the angle between two azimuths."""
    return abs((first - second + 180) % 360 - 180)


def real_sun_table() -> str:
    """Compare estimates on real pictures with the hour, or with the day's path."""
    lines = [
        "| picture | estimate | stated error | reliable | truth | missed by |",
        "|---|---|---|---|---|---|",
    ]
    moment = datetime(2023, 4, 15, 8, 34, 40, tzinfo=UTC)
    true = sun_position(moment, longitude=36.91, latitude=37.585)
    views = {None: "as if from nadir", Angles(azimuth_deg=248.6, elevation_deg=76.5): "view known"}
    pixels = read(PLEIADES / "post_event_img2.tif", 0.5)[0]
    for view, words in views.items():
        told = estimate_sun(pixels, gsd_m=0.5, view=view)
        lines.append(
            f"| Pléiades 2023-04-15, {words} | {told.azimuth_deg:.0f}° |"
            f" {told.azimuth_error_deg:.0f}° | {told.is_reliable} | {true.azimuth_deg:.0f}° |"
            f" {apart(told.azimuth_deg, true.azimuth_deg):.0f}° |"
        )
    for place in befores():
        day = date.fromisoformat(place.name.split("_")[2])
        where = SANAA if place.name.startswith("sanaa") else PALU
        told = estimate_sun(
            read(place / "before.jpg", 0.45)[0], gsd_m=0.45, taken=Interval.of_day(day),
            longitude=where[0], latitude=where[1],
        )  # fmt: skip
        low, high, miss = day_path(day, where, told.azimuth_deg)
        lines.append(
            f"| {place.name[:8]} {day} | {told.azimuth_deg:.0f}° | {told.azimuth_error_deg:.0f}° |"
            f" {told.is_reliable} | {low:.0f}° to {high:.0f}° | {miss:.0f}° |"
        )
    return "\n".join(lines)


def befores() -> list[Path]:
    """Return one folder for each place and earlier date."""
    places: dict[str, Path] = {}
    for place in sorted((DATA / "destruction").iterdir()):
        places.setdefault(place.name[:17], place)
    return list(places.values())


def day_path(day: date, where: tuple[float, float], azimuth: float) -> tuple[float, float, float]:
    """Return the sun's azimuth at 9 and 12, local solar time, and how far outside one lies."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=where[0] / 15)
    path = [
        sun_position(midnight + timedelta(hours=float(h)), longitude=where[0], latitude=where[1])
        for h in np.arange(9, 12.01, 0.1)
    ]
    azimuths = [sun.azimuth_deg for sun in path]
    inside = min(apart(azimuth, value) for value in azimuths)
    return azimuths[0], azimuths[-1], inside


# ---------------------------------------------------------------- seams


@dataclass(frozen=True, slots=True, kw_only=True)
class Patches:
    """Patch statistics of one picture."""

    border: NDArray
    """Dims (patch, feature): on borders of decoys."""
    ground: NDArray
    """Dims (patch, feature): on untouched bare ground."""


def read(path: Path, gsd_m: float) -> tuple[NDArray, int]:
    """Return the pixels of a picture and their bits."""
    with open_raster(path, stated_gsd_m=gsd_m) as raster:
        return read_array(raster).pixels, raster.bits or 16


def pictures() -> list[tuple[Path, float, Angles]]:
    """Return pictures with room for works, their pixel size and their sun."""
    chosen = [(PLEIADES / f"{name}.tif", 0.5, Angles(azimuth_deg=151, elevation_deg=59))
              for name in ("pre_event_img1", "pre_event_img2", "post_event_img2")]  # fmt: skip
    for place in befores():
        if place.name[:8] in {"sanaa_01", "sanaa_02", "sanaa_05", "sanaa_20", "sanaa_31",
                              "palu_01_", "palu_03_", "palu_06_"}:  # fmt: skip
            east = place.name.startswith("palu")
            sun = Angles(azimuth_deg=60 if east else 140, elevation_deg=55)
            chosen.append((place / "before.jpg", 0.45, sun))
    return chosen


def seam_table(out: Path | None) -> str:
    """Tell decoys from untouched ground, without and with contrast, picture by picture."""
    plain, toned, real, seconds, area = [], [], [], 0.0, 0.0
    for path, gsd_m, sun in pictures():
        pixels, bits = read(path, gsd_m)
        start = time.process_time()
        shadows = find_shadows(pixels, gsd_m=gsd_m)
        backdrop = study_backdrop(pixels, gsd_m=gsd_m, shadows=shadows, bits=bits)
        works = draw_works(backdrop, seed=5)
        options = InsertionOptions(jpeg_quality=resolve_quality(path))
        shown = insert(pixels, works=works, backdrop=backdrop, sun=sun, seed=5, options=options)
        seconds += time.process_time() - start
        area += pixels[0].size / 1e6
        if out is not None:
            save(out, path, pixels, shown.pixels, works, gsd_m)
        many = ChanceOptions(berms=4, trenches=0, cleared=6, mounds=0, craters=0,
                             barrier_rows=0, roadblocks=0, rubble=0)  # fmt: skip
        decoys = [work for work in draw_works(backdrop, seed=9, options=many) if work.is_decoy]
        level = [replace(w, patches=tuple(replace(p, tone=1.0) for p in w.patches)) for w in decoys]
        for found, group in ((plain, level), (toned, decoys)):
            told = insert(pixels, works=group, backdrop=backdrop, sun=sun, seed=9, options=options)
            patches = sample(
                pixels, told.pixels, told.labels == Label.DECOY, backdrop, matched=found is toned
            )
            if len(patches.border) >= 20:
                found.append(patches)
        works_mask = (shown.labels > 0) & (shown.labels != Label.DECOY)
        patches = sample(pixels, shown.pixels, works_mask, backdrop, matched=False)
        if len(patches.border) >= 20:
            real.append(patches)
    lines = [
        "| what | pictures | patches | balanced accuracy on unseen pictures |",
        "|---|---|---|---|",
    ]
    for words, group in (
        ("decoys as bright as the ground, against ground", plain),
        ("decoys with contrast, against natural edges as strong", toned),
        ("works, against ground (must be told)", real),
    ):
        count = sum(len(one.border) for one in group)
        lines.append(f"| {words} | {len(group)} | {count} | {accuracy(group):.2f} |")
    lines.append(
        f"\nStudying, drawing and inserting: {seconds / area:.1f} s per megapixel of picture."
    )
    return "\n".join(lines)


def sample(
    before: NDArray, after: NDArray, mask: NDArray, backdrop: Backdrop, *, matched: bool
) -> Patches:
    """Return statistics of patches on a mask's border, and of as many on untouched ground."""
    rng = np.random.default_rng(3)
    rim = mask & ~cv2.erode(mask.astype(np.uint8), np.ones((3, 3))).astype(bool)
    changed = (before != after).any(axis=0)
    far = cv2.distanceTransform((~changed).astype(np.uint8), cv2.DIST_L2, 5) > 2 * HALF
    bare = cv2.boxFilter(backdrop.ground.bare.astype(np.float32), -1, (2 * HALF, 2 * HALF)) > 0.98
    inner = np.zeros_like(bare)
    inner[HALF:-HALF, HALF:-HALF] = True
    border, ground = np.argwhere(rim & bare & inner), np.argwhere(far & bare & inner)
    if len(border) < 20 or len(ground) < 20:
        return Patches(border=np.zeros((0, 12)), ground=np.zeros((0, 12)))
    border = border[rng.permutation(len(border))[:150]]
    ground = ground[rng.permutation(len(ground))[:3000]]
    shown, still = luminance(after), luminance(before)
    first, second = (np.array([describe(image, spot) for spot in spots])
                     for image, spots in ((shown, border), (still, ground)))  # fmt: skip
    if matched:
        second = second[nearest(first[:, 0], second[:, 0], rng)]
    return Patches(border=first, ground=second[: len(first)])


def nearest(wanted: NDArray, offered: NDArray, rng: np.random.Generator) -> NDArray:
    """Return for each wanted value the index of one of the offered values nearest to it."""
    order = np.argsort(offered)
    at = np.searchsorted(offered[order], wanted) + rng.integers(-3, 4, len(wanted))
    return order[np.clip(at, 0, len(order) - 1)]


def describe(image: NDArray, spot: NDArray) -> NDArray:
    """Return statistics of one patch against its own mean: edge first, then grain and spectrum."""
    patch = image[spot[0] - HALF : spot[0] + HALF, spot[1] - HALF : spot[1] + HALF]
    patch = patch / max(float(patch.mean()), 1e-3) - 1
    smooth = cv2.GaussianBlur(patch, (0, 0), 2.0)
    slope = np.hypot(*(axis.mean() for axis in np.gradient(smooth)))
    south, east = np.gradient(patch)
    steep = np.hypot(south, east)
    power = np.abs(np.fft.rfft2(patch * np.outer(np.hanning(2 * HALF), np.hanning(2 * HALF)))) ** 2
    rings = np.hypot(np.fft.fftfreq(2 * HALF)[:, None], np.fft.rfftfreq(2 * HALF)[None])
    bands = [
        power[(rings >= a) & (rings < b)].mean()
        for a, b in ((0.05, 0.12), (0.12, 0.2), (0.2, 0.3), (0.3, 0.5))
    ]
    rough = cv2.Laplacian(patch, cv2.CV_32F)
    spreads = [(patch - cv2.GaussianBlur(patch, (0, 0), s)).std() for s in (0.8, 1.6, 3.0)]
    values = [slope, steep.mean(), np.percentile(steep, 95), rough.std(), *spreads, *bands]
    return np.array([*np.log(np.maximum(values, 1e-7)), (patch**3).mean() / patch.std() ** 3])


def accuracy(groups: list[Patches]) -> float:
    """Return the balanced accuracy of a linear classifier on the pictures left out, one by one."""
    if len(groups) < 2:
        return float("nan")
    shares = []
    for left in range(len(groups)):
        rest = [group for n, group in enumerate(groups) if n != left]
        # Each picture is scaled by its own ground, so that what is learnt is the border alone.
        first = np.concatenate([scaled(one.border, one) for one in rest])
        second = np.concatenate([scaled(one.ground, one) for one in rest])
        way = np.linalg.solve(
            np.cov(first.T) + np.cov(second.T) + 0.05 * np.eye(first.shape[1]),
            first.mean(axis=0) - second.mean(axis=0),
        )
        middle = way @ (first.mean(axis=0) + second.mean(axis=0)) / 2
        one = groups[left]
        hits = (scaled(one.border, one) @ way > middle).mean()
        shares.append((hits + (scaled(one.ground, one) @ way <= middle).mean()) / 2)
    return float(np.mean(shares))


def scaled(values: NDArray, picture: Patches) -> NDArray:
    """Return statistics against those of the picture's untouched ground."""
    return (values - picture.ground.mean(axis=0)) / (picture.ground.std(axis=0) + 1e-6)


def save(  # noqa: PLR0917 - two pictures and what was done
    out: Path,
    path: Path,
    before: NDArray,
    after: NDArray,
    works: tuple[InsertedWork, ...],
    gsd_m: float,
) -> None:
    """Write the picture before and after side by side, and each work four times enlarged."""
    out.mkdir(parents=True, exist_ok=True)
    name = path.stem if path.suffix == ".tif" else path.parent.name
    low, high = np.percentile(luminance(before), [1, 99.5])
    pair = []
    for pixels in (before, after):
        grey = np.clip((pixels[:3].astype(float) - low) / (high - low) * 255, 0, 255)
        bands = np.repeat(grey, 3, axis=0) if len(grey) == 1 else grey[::-1]
        pair.append(np.ascontiguousarray(bands.transpose(1, 2, 0).astype(np.uint8)))
    cv2.imwrite(str(out / f"{name}.png"), np.hstack(pair))
    crops = []
    for work in works:
        middle = work.outline.centroid
        row, column = int(before.shape[1] - middle.y / gsd_m), int(middle.x / gsd_m)
        top = int(np.clip(row - 45, 0, before.shape[1] - 90))
        left = int(np.clip(column - 60, 0, before.shape[2] - 120))
        crop = cv2.resize(
            pair[1][top : top + 90, left : left + 120],
            None,
            fx=4,
            fy=4,
            interpolation=cv2.INTER_NEAREST,
        )
        words = "decoy" if work.kind is None else work.kind.value
        cv2.putText(crop, words, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 255, 255), 1)
        crops.append(crop)
    while len(crops) % 3:
        crops.append(np.zeros_like(crops[0]))
    rows = [np.hstack(crops[n : n + 3]) for n in range(0, len(crops), 3)]
    cv2.imwrite(str(out / f"{name}-crops.png"), np.vstack(rows))


if __name__ == "__main__":
    main()
