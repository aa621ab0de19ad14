"""Two pictures side by side: the first ten minutes of a new user."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from earthwork.io.deliveries import read_delivery
from earthwork.io.rasters import open_raster
from earthwork.io.timestamps import parse_capture
from earthwork.model.interval import Capture
from earthwork.publishing.plates import Comparison, comparison_plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the user says of the two pictures."""

    before: str | None = None
    """When the first was taken."""
    after: str | None = None
    """When the second was taken."""
    place: str | None = None
    """What they show."""
    credit: str | None = None
    """Credit line."""


def compare_files(
    before: Path, after: Path, *, labels: Labels, gsd_m: float | None = None
) -> Comparison:
    """Return a captioned plate of two pictures, and what would make it better.

    Parameters
    ----------
    before, after
        The two pictures.
    labels
        Dates, place and credit as stated; what the deliveries say fills the rest.
    gsd_m
        Ground sample distance in metres of pictures without place.
    """
    with (
        open_raster(before, stated_gsd_m=gsd_m) as first,
        open_raster(after, stated_gsd_m=gsd_m) as second,
    ):
        return comparison_plate(
            first,
            second,
            before_capture=_capture(labels.before, before),
            after_capture=_capture(labels.after, after),
            credit=labels.credit or read_delivery(after).credit,
            place=labels.place,
        )


def _capture(words: str | None, path: Path) -> Capture:
    if words is not None:
        return parse_capture(words, source="stated")
    return read_delivery(path).capture
