"""What simulated radar shows of razed and shelled quarters, and what it costs.

One invented city of 2 km is seen from both orbits on six dates before and one date after. Quarters
are razed, or left as debris; the ratio of the last picture to the mean of the six tells which.

Run from the repository's root: ``python benchmarks/radar/simulated_radar.py [--write]``. Takes
about a minute on one core. ``--write`` puts the figures and the picture into the documentation.
"""

from __future__ import annotations

import argparse
import io
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image
from shapely import contains_xy, union_all
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import City
from earthwork.simulate.cities.city_plan import plan_city
from earthwork.simulate.landscape import Building, Condition, Landscape, Patch, Season
from earthwork.simulate.painting.ground import ground_m
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.painter import Painter, prepare
from earthwork.simulate.painting.surface import Frame
from earthwork.simulate.radar.backscatter import GroundState, weathered
from earthwork.simulate.radar.imaging import (
    RadarImage,
    RadarOptions,
    Visit,
    radar_image,
    radar_stack,
)
from earthwork.simulate.radar.orbit import ASCENDING, DESCENDING, Orbit, overpasses

PAGE = Path("docs/explanation/simulated-radar.md")
PICTURE = Path("docs/explanation/pictures/simulated-radar.png")
SIDE_M = 2000.0
SEED = 3
LONGITUDE = 44.6
FIRST, LAST = datetime(2031, 7, 1, tzinfo=UTC), datetime(2031, 9, 22, tzinfo=UTC)
INWARD_M = 25.0
"""Ground nearer to the edge of a quarter than this is left out of the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a part of the city."""

    name: str
    outline: BaseGeometry


def fates(city: City) -> tuple[Fate, Fate, Fate]:
    """Return the ground that is razed, left as debris, and left alone: the largest quarters."""
    by_size = sorted(city.quarters, key=lambda quarter: -quarter.outline.area)
    town = [q.outline for q in by_size if len(_within(city, q.outline)) > 20]
    razed, shelled = town[0], town[1]
    rest = union_all(town[2:])
    return (
        Fate(name="razed and cleared", outline=razed),
        Fate(name="left as debris", outline=shelled),
        Fate(name="unchanged quarters", outline=rest),
    )


def _within(city: City, outline: BaseGeometry) -> set[str]:
    points = [f.outline.representative_point() for f in city.footprints]
    inside = contains_xy(outline, [p.x for p in points], [p.y for p in points])
    return {f.id for f, there in zip(city.footprints, inside, strict=True) if there}


def landscape(city: City, parts: tuple[Fate, ...], *, moment: datetime, after: bool) -> Landscape:
    """Return the city before or after."""
    razed = _within(city, parts[0].outline) if after else set()
    fallen = _within(city, parts[1].outline) if after else set()

    def condition(name: str) -> Condition:
        if name in razed:
            return Condition.RAZED
        return Condition.COLLAPSED if name in fallen else Condition.INTACT

    cleared = Patch(outline=parts[0].outline, material=Material.CLEARED, fells=True)
    return Landscape(
        city=city,
        moment=moment,
        season=Season(),
        buildings=tuple(Building(footprint=f, condition=condition(f.id)) for f in city.footprints),
        patches=(cleared,) if after else (),
        seed=SEED,
    )


def visits(orbit: Orbit, before: Painter, after: Painter) -> list[Visit]:
    """Return seven passes; all but the last see the city before."""
    moments = overpasses(orbit, first=FIRST, last=LAST, longitude=LONGITUDE)[-7:]
    return [
        Visit(
            moment=moment,
            orbit=orbit,
            paint=(after if moment == moments[-1] else before).surface,
            state=weathered(GroundState(moisture=0.08), moment=moment, seed=SEED),
        )
        for moment in moments
    ]


def ratio_db(stack: tuple[RadarImage, ...]) -> NDArray[np.float64]:
    """Return the last picture against the mean of those before, dims (band, row, column), dB."""
    before = np.mean([image.backscatter for image in stack[:-1]], axis=0)
    return np.asarray(10 * np.log10(stack[-1].backscatter / before), dtype=np.float64)


def inside(outline: BaseGeometry, spacing_m: float, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which pixels lie well inside an outline."""
    x = (np.arange(shape[1]) + 0.5) * spacing_m
    y = SIDE_M - (np.arange(shape[0]) + 0.5) * spacing_m
    east, north = np.meshgrid(x, y)
    return np.asarray(contains_xy(outline.buffer(-INWARD_M), east, north), dtype=np.bool_)


def cost(paint: Painter, city: City) -> tuple[float, float]:
    """Return seconds of processor per km² for painting alone, and for the whole picture."""
    fine = RadarOptions().fine_m
    across = round(SIDE_M / fine)
    frame = Frame(side_m=SIDE_M, fine_m=fine, row0=0, column0=0, rows=across, columns=across)
    paint.surface(frame)
    begun = time.process_time()
    paint.surface(frame)
    painting = time.process_time() - begun
    begun = time.process_time()
    radar_image(
        paint.surface, side_m=SIDE_M, orbit=ASCENDING, moment=FIRST, elevation=model(city),
        seed=SEED,
    )  # fmt: skip
    whole = time.process_time() - begun
    area = (SIDE_M / 1000) ** 2
    return painting / area, whole / area


def model(city: City) -> partial[NDArray[np.float32]]:
    """Return the model of bare ground that pictures are corrected with."""
    return partial(ground_m, relief_m=city.relief_m, seed=SEED)


def looks_over(image: RadarImage, place: NDArray[np.bool_]) -> float:
    """Return the equivalent number of looks over ground of one kind, its lasting level apart."""
    flicker = image.backscatter[0][place] / image.expected[0][place]
    return float(flicker.mean() ** 2 / flicker.var())


def open_ground(parts: tuple[Fate, ...], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which pixels lie well outside the town."""
    spacing_m = SIDE_M / shape[0]
    town = union_all([part.outline for part in parts]).buffer(100 + 2 * INWARD_M)
    return ~inside(town, spacing_m, shape)


def told(
    stacks: dict[str, tuple[RadarImage, ...]], parts: tuple[Fate, ...], costs: tuple[float, float]
) -> str:
    """Return the figures as a table and a line."""
    head = (
        "| ground | orbit | VV before, dB | VH before, dB | change in VV, dB | change in VH, dB |"
    )
    lines = [head, "|---|---|---|---|---|---|"]
    looks = []
    for name, stack in stacks.items():
        shape = stack[0].hidden.shape
        places = {part.name: inside(part.outline, stack[0].spacing_m, shape) for part in parts}
        places["open ground"] = open_ground(parts, shape)
        lines += [_row(ground, name, stack, place) for ground, place in places.items()]
        looks += [looks_over(image, places["open ground"]) for image in stack]
    note = (
        f"Equivalent number of looks on open ground: {min(looks):.2f} to {max(looks):.2f} in "
        f"{len(looks)} pictures, stated {RadarOptions().looks:g}. Processor time for each km²: "
        f"{costs[1]:.2f} s, of which {costs[0]:.2f} s paints the ground."
    )
    return "\n".join([*lines, "", note])


def _row(ground: str, orbit: str, stack: tuple[RadarImage, ...], place: NDArray[np.bool_]) -> str:
    before = np.mean([image.expected[:, place].mean(axis=1) for image in stack[:-1]], axis=0)
    cells = [f"{10 * np.log10(level):.1f}" for level in before]
    for band in ratio_db(stack):
        low, middle, high = np.percentile(band[place], [25, 50, 75])
        cells.append(f"{middle:+.1f} ({low:+.1f} to {high:+.1f})")
    return f"| {ground} | {orbit} | {' | '.join(cells)} |"


def draw(stacks: dict[str, tuple[RadarImage, ...]], parts: tuple[Fate, ...]) -> None:
    """Draw two orbits before, and their ratios after."""
    mpl.use("agg")
    figure, axes = plt.subplots(2, 2, figsize=(8.2, 7.4), layout="constrained")
    looks = {"ascending": "looks eastward", "descending": "looks westward"}
    for column, (name, stack) in enumerate(stacks.items()):
        decibels = 10 * np.log10(stack[0].backscatter[0])
        _show(
            axes[0, column], decibels, f"before, {name} ({looks[name]}), VV, dB", "gray", (-20, 4)
        )
        _show(
            axes[1, column], ratio_db(stack)[0], "after against six before, dB", "RdBu", (-10, 10)
        )
        for part, style in zip(parts[:2], ("-", ":"), strict=True):
            for ring in getattr(part.outline, "geoms", [part.outline]):
                axes[1, column].plot(*ring.exterior.xy, color="black", ls=style, lw=1.3)
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=76, format="png")
    Image.open(drawn).convert("RGB").quantize(200).save(PICTURE, optimize=True)


def _show(
    axis: Axes, values: NDArray[np.float64], title: str, colours: str, limits: tuple[float, float]
) -> None:
    shown = axis.imshow(
        values, extent=(0, SIDE_M, 0, SIDE_M), interpolation="nearest", cmap=colours,
        vmin=limits[0], vmax=limits[1],
    )  # fmt: skip
    axis.set_title(title, fontsize=9)
    axis.tick_params(labelsize=7)
    axis.figure.colorbar(shown, ax=axis, shrink=0.6).ax.tick_params(labelsize=7)


def main() -> None:
    """Measure, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    city = plan_city(SIDE_M, seed=SEED)
    parts = fates(city)
    painters = [
        prepare(landscape(city, parts, moment=FIRST, after=after)) for after in (False, True)
    ]
    stacks = {
        orbit.name: radar_stack(
            visits(orbit, *painters), side_m=SIDE_M, elevation=model(city), seed=SEED
        )
        for orbit in (ASCENDING, DESCENDING)
    }
    table = told(stacks, parts, cost(painters[0], city))
    print(table)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        marks = re.compile(r"(<!-- figures -->\n).*(<!-- /figures -->)", re.DOTALL)
        page = marks.sub(lambda mark: f"{mark[1]}{table}\n{mark[2]}", page)
        PAGE.write_text(page, encoding="utf-8")
        draw(stacks, parts)


if __name__ == "__main__":
    main()
