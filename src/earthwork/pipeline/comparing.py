"""Two pictures side by side: the first ten minutes of a new user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earthwork.imagery.registration import register, warp
from earthwork.io.deliveries import read_delivery
from earthwork.io.rasters import open_raster
from earthwork.io.timestamps import parse_capture
from earthwork.model.interval import Capture
from earthwork.model.pair import AlignmentStatus
from earthwork.model.raster import Raster
from earthwork.publishing.plates import Comparison, comparison_plate

_MOST_PIXELS = 50_000_000
"""Pictures larger than this are not aligned for a quick plate, which must take under a minute."""


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
    before: Path,
    after: Path,
    *,
    labels: Labels,
    gsd_m: float | None = None,
    is_aligned: bool = True,
    note: Callable[[str], None] = lambda _: None,
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
    is_aligned
        Show the second picture on the grid of the first, where the two can be aligned.
    note
        Hears whether they could.
    """
    with (
        open_raster(before, stated_gsd_m=gsd_m) as first,
        open_raster(after, stated_gsd_m=gsd_m) as second,
    ):
        shown = _aligned(first, second, note) if is_aligned else second
        return comparison_plate(
            first,
            shown,
            before_capture=_capture(labels.before, before),
            after_capture=_capture(labels.after, after),
            credit=labels.credit or read_delivery(after).credit,
            place=labels.place,
        )


def _aligned(before: Raster, after: Raster, note: Callable[[str], None]) -> Raster:
    """Return the later picture on the earlier grid; as it is where the two cannot be aligned."""
    if before.grid.width * before.grid.height > _MOST_PIXELS:
        note("too large to align in a moment: shown as they are (earthwork align)")
        return after
    registration = register(before, after)
    if registration.report.status is AlignmentStatus.NOT_ALIGNED:
        note(f"could not be aligned, shown as they are: {registration.report.reason}")
        return after
    note(f"the second picture is shown aligned to the first: {registration.report.reason}")
    return warp(after, registration.field, grid=before.grid)


def _capture(words: str | None, path: Path) -> Capture:
    if words is not None:
        return parse_capture(words, source="stated")
    return read_delivery(path).capture
