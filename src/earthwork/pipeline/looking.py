"""Several looks of one date in a case: which scenes they are, and what they make of a pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import CaseInvalid
from earthwork.imagery.looks import LeastDifference, least_difference
from earthwork.io.cogs import CogWriter
from earthwork.io.deliveries import read_delivery
from earthwork.io.rasters import open_raster, read_array
from earthwork.model.case import CASE_FILE, Case, SceneSource
from earthwork.model.grid import Grid, Window
from earthwork.model.interval import Capture
from earthwork.model.pair import AlignmentStatus
from earthwork.model.raster import ArrayRaster, Pixels, Raster
from earthwork.model.vocabulary import Unassessed
from earthwork.pipeline.pairing import (
    MASK_FILE,
    REASONS_FILE,
    Note,
    OnGrid,
    open_aligned,
    read_registration,
    with_absence,
)
from earthwork.pipeline.plan import digest_of
from earthwork.pipeline.records import to_bytes

BEFORE_FILE, AFTER_FILE = "before.tif", "after.tif"
_TILE_PX = 2048
_HIDDEN = (
    Unassessed.NO_DATA,
    Unassessed.OUTSIDE_SCENE,
    Unassessed.NOT_ALIGNED,
    Unassessed.CLOUD,
    Unassessed.CLOUD_SHADOW,
)
_HIDDEN_BITS = np.uint16(sum(reason.bit for reason in _HIDDEN))


def capture_of(source: SceneSource) -> Capture:
    """Return when a scene was taken: as its delivery says, else as the case states."""
    delivered = read_delivery(source.file).capture
    return delivered if delivered.is_known else source.capture


def default_pairs(case: Case) -> tuple[tuple[str, str], ...]:
    """Return the first look of the earliest date with that of each later one.

    Undated scenes are in no pair, and neither are further looks of a date.
    """
    further = {name for names in dates_of(case).values() for name in names[1:]}
    ends = [(_end(source), source.id) for source in case.scenes if source.id not in further]
    ordered = [name for _, name in sorted((end, name) for end, name in ends if end is not None)]
    return tuple((ordered[0], later) for later in ordered[1:])


def _end(source: SceneSource) -> object:
    interval = capture_of(source).interval
    return None if interval is None else interval.end


def dates_of(case: Case) -> dict[str, tuple[str, ...]]:
    """Return the looks of each date by its first look, in order of capture; that look first.

    Scenes are looks of one date if the case marks them so (``look_of``), or if the capture of both
    is known to lie on one UTC day.
    """
    found: dict[str, list[str]] = {}
    days: dict[date, str] = {}
    for source in sorted(case.scenes, key=_order):
        day = _day(source)
        first = source.look_of or (source.id if day is None else days.setdefault(day, source.id))
        found.setdefault(first, []).append(source.id)
    return {first: (first, *(n for n in names if n != first)) for first, names in found.items()}


def _order(source: SceneSource) -> tuple[bool, str, str]:
    """Order by capture, marked looks last: what they are looks of opens the date."""
    interval = capture_of(source).interval
    start = "" if interval is None or interval.start is None else interval.start.isoformat()
    return (source.look_of is not None, start, source.id)


def _day(source: SceneSource) -> date | None:
    """Return the one UTC day on which a scene was taken; None if it is not known."""
    interval = capture_of(source).interval
    if interval is None or interval.start is None or interval.end is None:
        return None
    return interval.start.date() if interval.start.date() == interval.end.date() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLooks:
    """Further looks of the two dates of a pair, by scene id."""

    before: tuple[str, ...] = ()
    """Of the earlier date."""
    after: tuple[str, ...] = ()
    """Of the later date."""

    @property
    def all(self) -> tuple[str, ...]:
        """Return the looks of both dates."""
        return (*self.before, *self.after)


def looks_of_pair(case: Case, pair: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> PairLooks:
    """Return the further looks of a pair: scenes of either date that are in no pair themselves."""
    compared = {name for names in pairs for name in names}
    dates = dates_of(case)

    def others(name: str) -> tuple[str, ...]:
        looks = next((looks for looks in dates.values() if name in looks), ())
        return tuple(look for look in looks if look not in compared)

    return PairLooks(before=others(pair[0]), after=others(pair[1]))


def require_two_dates(case: Case) -> None:
    """Raise if a pair that the case names is one date, or one file, given twice.

    Raises
    ------
    CaseInvalid
        Naming the first such pair.
    """
    for error in one_date_twice(case):
        raise error


def one_date_twice(case: Case) -> Iterator[CaseInvalid]:
    """Yield what stands against the pairs that a case names."""
    sources = {source.id: source for source in case.scenes}
    dates = dates_of(case)
    for before, after in case.pairs:
        if digest_of(sources[before].file) == digest_of(sources[after].file):
            yield _refused(case, before, after, "they are the same file: no before and after")
        elif any({before, after} <= set(looks) for looks in dates.values()):
            cause = "they are looks of one date, not before and after"
            yield _refused(case, before, after, cause)


def _refused(case: Case, before: str, after: str, cause: str) -> CaseInvalid:
    return CaseInvalid(
        f'the pair ["{before}", "{after}"] compares one date with itself',
        where=f"{case.folder / CASE_FILE}: pair",
        cause=cause,
        choices=[
            "name a scene of another date",
            "leave the pair out: further looks of a date are used with its first",
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unhidden:
    """A look without the places where its own alignment shows nothing."""

    raster: Raster
    flags: Raster
    grid: Grid

    @property
    def bands(self) -> int:
        return self.raster.bands

    def read(self, window: Window) -> Pixels:
        return self.raster.read(window)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        hidden = self.flags.read(window)[0] & _HIDDEN_BITS
        return np.asarray(self.raster.valid(window) & (hidden == 0))


@contextmanager
def _opened(folder: Path, grid: Grid) -> Iterator[Raster]:
    with open_aligned(folder) as raster, open_raster(folder / MASK_FILE) as flags:
        yield _Unhidden(raster=raster, flags=flags, grid=grid)


def compose_pair(
    before: Raster,
    aligned: Path,
    further: tuple[Iterable[tuple[str, Path]], Iterable[tuple[str, Path]]],
    out: Path,
    *,
    note: Note,
) -> None:
    """Write both dates of a pair, each place shown by the two looks that differ least.

    Parameters
    ----------
    before
        The first earlier look, open.
    aligned
        Folder of the 'align' step of the pair's first looks.
    further
        Name and folder of the 'align' step of the further looks of each date.
    out
        Folder for ``before.tif``, ``after.tif``, ``assessed.tif`` and ``reasons.json``.
    note
        Hears which looks were left out, and why.
    """
    with ExitStack() as stack:
        first = stack.enter_context(_opened(aligned, before.grid))
        earlier = _usable(stack, further[0], before, note)
        later = _usable(stack, further[1], first, note)
        flags = stack.enter_context(open_raster(aligned / MASK_FILE))
        whole_pair = least_difference([before, *earlier], [first, *later])
        _write(whole_pair, flags, out)
    note(
        f"{1 + len(earlier)} looks before and {1 + len(later)} after were used together:"
        " lines and things on roads are sought where no two of them agree"
    )


def _usable(
    stack: ExitStack, looks: Iterable[tuple[str, Path]], first: Raster, note: Note
) -> list[Raster]:
    found: list[Raster] = []
    for name, folder in looks:
        report = read_registration(folder)
        if report.status is AlignmentStatus.NOT_ALIGNED:
            note(f"the look {name} is left out: {report.reason}")
            continue
        raster = stack.enter_context(_opened(folder, first.grid))
        if raster.bands != first.bands:
            note(f"the look {name} is left out: {raster.bands} bands, not {first.bands}")
            continue
        found.append(raster)
    return found


def _write(both: LeastDifference, flags: Raster, out: Path) -> None:
    earlier, later = both.looks
    grid = earlier.grid
    probe = both.composed(Window(row=0, column=0, height=1, width=1))
    counts = dict.fromkeys(Unassessed, 0)
    clear = 0
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                CogWriter(out / name, grid, dtype=pixels.dtype, bands=look.bands, nodata=0)
            )
            for name, look, pixels in (
                (BEFORE_FILE, earlier, probe.before),
                (AFTER_FILE, later, probe.after),
            )
        )
        mask = stack.enter_context(
            CogWriter(out / MASK_FILE, grid, dtype=np.uint16, bands=1, is_classes=True)
        )
        for tile in grid.tiles(side=_TILE_PX):
            seen = both.composed(tile)
            first.write(tile, with_absence(seen.before, seen.before_valid))
            second.write(tile, with_absence(seen.after, seen.after_valid))
            bit = np.uint16(Unassessed.LOOKS_DISAGREE.bit)
            told = flags.read(tile)[0] | np.where(seen.untrusted, bit, np.uint16(0))
            mask.write(tile, told.astype(np.uint16)[None])
            clear += int(np.count_nonzero(told == 0))
            for reason in Unassessed:
                counts[reason] += int(np.count_nonzero(told & np.uint16(reason.bit)))
    area = grid.height * grid.width
    shares = {r.value: n / area for r, n in sorted(counts.items()) if n}
    (out / REASONS_FILE).write_bytes(to_bytes({"assessed": clear / area} | shares))


def read_composed(folder: Path, grid: Grid) -> tuple[ArrayRaster, ArrayRaster]:
    """Return both dates that a finished 'compose' step holds, in memory."""
    dates = []
    for name in (BEFORE_FILE, AFTER_FILE):
        with open_raster(folder / name) as raster:
            held = read_array(OnGrid(raster=raster, grid=grid))
        dates.append(replace(held, grid=grid))
    return dates[0], dates[1]
