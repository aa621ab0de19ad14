"""Pictures for the page on realism: curves of real against simulated, and sheets of both.

The curves hold figures only and stand in the manual. The sheets show third parties' pictures beside
ours: they are written to a folder of yours and are not part of the project.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from picture_statistics import describe_patches, ring_power
from real_pictures import Picture

mpl.use("Agg")
CURVES = Path("docs/reference/pictures/realism-curves.png")
CROPS = Path("docs/reference/pictures/realism-simulated.jpg")
_CROP_PX = 320
_COLOURS = {"sanaa": "#b2182b", "palu": "#ef8a62", "santa rosa": "#2166ac", "houston": "#67a9cf",
            "kahramanmaras": "#5aae61"}  # fmt: skip


def draw_curves(real: Sequence[Picture], simulated: Sequence[Picture], path: Path = CURVES) -> None:
    """Draw power spectra and gradient distributions, a line for each city."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    groups = {city: [one for one in real if one.city == city] for city in _COLOURS}
    for city, pictures in groups.items():
        _spectrum(left, pictures, colour=_COLOURS[city], label=city.title())
        _gradients(right, pictures, colour=_COLOURS[city])
    _spectrum(left, simulated, colour="black", label="simulated", width=2.2)
    _gradients(right, simulated, colour="black", width=2.2)
    left.set(xscale="log", yscale="log", xlabel="cycles per pixel", ylabel="power, relative",
             title="Power spectrum")  # fmt: skip
    right.set(yscale="log", xlabel="gradient, standard deviations", ylabel="share",
              title="Steps between pixels", xlim=(-10, 10), ylim=(1e-6, 1))  # fmt: skip
    left.legend(frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _spectrum(axes, pictures, *, colour: str, label: str, width: float = 1.2) -> None:
    curves = []
    for picture in pictures:
        frequency, power = ring_power(picture.grey)
        levels = np.interp(np.linspace(0.01, 0.45, 120), frequency, np.log(power))
        curves.append(levels - levels[:20].mean())
    axes.plot(np.linspace(0.01, 0.45, 120), np.exp(np.mean(curves, axis=0)), color=colour,
              label=label, linewidth=width)  # fmt: skip


def _gradients(axes, pictures, *, colour: str, width: float = 1.2) -> None:
    bins = np.linspace(-10, 10, 121)
    counts = np.zeros(120)
    for picture in pictures:
        steps = np.diff(picture.grey, axis=1).ravel()
        counts += np.histogram(steps / steps.std(), bins)[0] / steps.size / len(pictures)
    axes.plot((bins[1:] + bins[:-1]) / 2, np.maximum(counts, 1e-7), color=colour, linewidth=width)


def draw_crops(simulated: Sequence[Picture], path: Path = CROPS, *, columns: int = 4) -> None:
    """Write a sheet of simulated before-images, for the manual."""
    tiles = [_middle(one.grey) for one in simulated[: 2 * columns]]
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])


def draw_side_by_side(
    real: Sequence[Picture], simulated: Sequence[Picture], folder: Path
) -> list[Path]:
    """Write a sheet for each real city: its pictures above, the nearest simulated ones below."""
    folder.mkdir(parents=True, exist_ok=True)
    means = np.array([describe_patches(one.grey).mean(axis=0) for one in simulated])
    spread = means.std(axis=0) + 1e-6
    written = []
    for city in dict.fromkeys(one.city for one in real):
        own = [one for one in real if one.city == city][:4]
        nearest = [
            simulated[int(np.argmin((((means - _mean(one)) / spread) ** 2).sum(axis=1)))]
            for one in own
        ]
        sheet = np.vstack([np.hstack([_middle(one.grey) for one in row]) for row in (own, nearest)])
        written.append(folder / f"{city.replace(' ', '-')}.png")
        cv2.imwrite(str(written[-1]), sheet)
    return written


def _mean(picture: Picture) -> NDArray[np.float32]:
    return describe_patches(picture.grey).mean(axis=0)


def _middle(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    top, left = ((side - _CROP_PX) // 2 for side in grey.shape)
    return grey[top : top + _CROP_PX, left : left + _CROP_PX].clip(0, 255).astype(np.uint8)
