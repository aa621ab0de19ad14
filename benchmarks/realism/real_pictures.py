"""The real pictures that simulated ones are held against, read in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

DATA = Path("../shared/data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of one date."""

    name: str
    """Unique."""
    city: str
    """Where it was taken; simulated cities have one each."""
    grey: NDArray[np.float32]
    """Dims (row, column): luminance, 0 to 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two dates of one place with its truth."""

    name: str
    """Unique."""
    city: str
    """Where it was taken."""
    before: NDArray[np.uint8]
    """Dims (row, column, [red, green, blue])."""
    after: NDArray[np.uint8]
    """The same place later, aligned by a shift."""
    destroyed: NDArray[np.bool_]
    """Dims (row, column): True where buildings were destroyed or razed."""


def read_colour(path: Path) -> NDArray[np.uint8]:
    """Return a picture, dims (row, column, [red, green, blue])."""
    pixels = cv2.imread(str(path))
    if pixels is None:
        raise SystemExit(f"{path} is not there: the measuring data are not part of the project")
    return np.ascontiguousarray(pixels[..., ::-1])


def real_pairs(city: str) -> Iterator[Pair]:
    """Yield the labelled pairs of Sana'a ('sanaa') or Palu ('palu')."""
    for place in sorted((DATA / "destruction").glob(f"{city}_*")):
        truth = cv2.imread(str(place / "destroyed.png"), cv2.IMREAD_GRAYSCALE)
        yield Pair(
            name=place.name,
            city=city,
            before=read_colour(place / "before.jpg"),
            after=read_colour(place / "after.jpg"),
            destroyed=truth > 127,
        )


def real_befores() -> list[Picture]:
    """Return one before-image of every place of every real set at about half a metre."""
    found = []
    for city in ("sanaa", "palu"):
        places = sorted((DATA / "destruction").glob(f"{city}_*"))
        firsts = {place.name.split("_")[1]: place for place in reversed(places)}
        found += [_picture(place / "before.jpg", city) for _, place in sorted(firsts.items())]
    for city, folder in (("santa rosa", "buildings"), ("houston", "buildings-undamaged")):
        places = sorted((DATA / folder).glob("*/before.*"))[:12]
        found += [_picture(place, city) for place in places]
    found += [
        _pleiades(path) for path in sorted((DATA / "pleiades-kahramanmaras").glob("pre*.tif"))
    ]
    return found


def _picture(path: Path, city: str) -> Picture:
    grey = cv2.cvtColor(read_colour(path), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return Picture(name=f"{city}/{path.parent.name}", city=city, grey=grey)


def _pleiades(path: Path) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.float32)
    low, high = np.percentile(pixels, [0.5, 99.5])
    grey = np.clip((pixels - low) / (high - low), 0, 1) ** np.float32(0.6) * 255
    return Picture(name=f"kahramanmaras/{path.stem}", city="kahramanmaras", grey=grey)
