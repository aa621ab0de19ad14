"""Candidates between two images: what the detectors propose, written for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from earthwork.change.proposal import Proposal, propose
from earthwork.io.footprints import Footprints
from earthwork.io.rasters import write_raster
from earthwork.model.footprint_date import Dating, FootprintDate, Vintage, dating_of
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Angles
from earthwork.pipeline.laying import with_support
from earthwork.pipeline.pairing import AlignedPair
from earthwork.pipeline.records import from_bytes, to_bytes
from earthwork.publishing.candidates import buildings_geojson, candidates_geojson

SCORE_FILE = "score.tif"
CANDIDATES_FILE = "candidates.geojson"
BUILDINGS_FILE = "buildings.geojson"
_CANDIDATES_RECORD = "candidates.json"
_WGS84 = CRS.from_epsg(4326)
_SAID_OF_THE_BUILDING = frozenset({Vintage.GONE_BEFORE, Vintage.PLANNED})
_STATED_EARLIER = Dating(
    vintage=Vintage.EARLIER, words="the outlines are stated to be no later than the before-image"
)
_STATED_LATER = Dating(
    vintage=Vintage.OVERLAPPING,
    words="the outlines are stated to be later than the before-image",
)
_NOT_RAZED = {
    Vintage.UNDATED: "they have no date",
    Vintage.IMAGE_UNDATED: "the before-image has no capture time",
    Vintage.OVERLAPPING: "their date does not show that they are older than the before-image",
    Vintage.BETWEEN: "they are dated between the images, and may be new buildings",
    Vintage.LATER: "they are dated after both images",
    Vintage.PLANNED: "they were planned or under construction",
    Vintage.GONE_BEFORE: "their buildings are recorded as gone before the before-image",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairNames:
    """What is known of the two scenes compared, apart from their pixels."""

    before: str | None = None
    """Id of the earlier scene."""
    after: str | None = None
    """Id of the later scene."""
    sun: Angles | None = None
    """Sun of the later scene."""
    before_taken: Interval | None = None
    """When the earlier scene was taken; None if unknown."""
    after_taken: Interval | None = None
    """When the later scene was taken; None if unknown."""
    footprints_predate_before: bool | None = None
    """True if the analyst states that the footprints are no later than the earlier scene, False if
    that they are; None: each footprint's own date counts."""


def detect(
    pair: AlignedPair,
    *,
    names: PairNames = PairNames(),
    footprints: Footprints | None = None,
    roads: tuple[BaseGeometry, ...] | None = None,
    composites: tuple[ArrayRaster, ArrayRaster] | None = None,
) -> Proposal:
    """Propose what changed between the two images of an aligned pair.

    Parameters
    ----------
    pair
        The pair, on the before-grid.
    names
        Scene ids for the candidates, and the sun.
    footprints
        Buildings, in pixels of the before-image, as ``lay_on`` leaves them.
    roads
        Carriageways as polygons, in pixels of the before-image.
    composites
        Both dates as several looks of each show them; None with one look a date.
    """
    grid = pair.before.grid
    proposal = propose(
        pair.before,
        pair.after,
        assessed=pair.assessed,
        footprints=None if footprints is None else _on_map(footprints, grid),
        datings=None if footprints is None else datings_of(footprints, names),
        roads=None if roads is None else tuple(grid.to_map(road) for road in roads),
        sun=names.sun,
        before_id=names.before,
        after_id=names.after,
        composites=composites,
    )
    if footprints is None:
        return proposal
    seen = with_support(proposal.buildings, footprints, pair.before)
    return _as_given(replace(proposal, buildings=seen), footprints)


def datings_of(footprints: Footprints, names: PairNames) -> dict[str, Dating]:
    """Hold the date of each footprint against the capture times of a pair."""
    dates = zip(footprints.ids, footprints.dates, strict=True)
    return {name: _dating(date, names) for name, date in dates}


def _dating(date: FootprintDate, names: PairNames) -> Dating:
    told = dating_of(date, before=names.before_taken, after=names.after_taken)
    if names.footprints_predate_before is None or told.vintage in _SAID_OF_THE_BUILDING:
        return told
    return _STATED_EARLIER if names.footprints_predate_before else _STATED_LATER


def footprint_decisions(footprints: Footprints, names: PairNames) -> tuple[str, ...]:
    """Say what was decided about footprints, and which of them cannot be called razed."""
    return (*footprints.decisions, *_dating_counts(datings_of(footprints, names)))


def _dating_counts(datings: Mapping[str, Dating]) -> tuple[str, ...]:
    """Say how many footprints cannot be called razed, and why, one sentence a reason."""
    counts = Counter(dating.vintage for dating in datings.values())
    return tuple(
        f"{counts[vintage]} of {len(datings)} footprints cannot be called razed: {words}."
        for vintage, words in _NOT_RAZED.items()
        if counts[vintage]
    )


def _on_map(footprints: Footprints, grid: Grid) -> dict[str, BaseGeometry]:
    shapes = zip(footprints.ids, footprints.shapes_px, strict=True)
    return {name: grid.to_map(shape) for name, shape in shapes}


def _as_given(proposal: Proposal, footprints: Footprints) -> Proposal:
    """Return a proposal whose buildings have the coordinates that the footprints came in."""
    given = dict(zip(footprints.ids, footprints.originals, strict=True))
    dated = dict(zip(footprints.ids, footprints.dates, strict=True))
    buildings = tuple(
        replace(b, geometry=given[b.id], dated=dated[b.id].spoken()) for b in proposal.buildings
    )
    return replace(proposal, buildings=buildings)


def write_proposal(
    proposal: Proposal, grid: Grid, out: Path, *, has_footprints: bool = False
) -> None:
    """Write a proposal as files to use: score, candidates and, with footprints, buildings."""
    write_raster(out / SCORE_FILE, proposal.score[None], grid, nodata=float("nan"))
    (out / CANDIDATES_FILE).write_bytes(candidates_geojson(proposal.candidates, grid=grid))
    if has_footprints:
        (out / BUILDINGS_FILE).write_bytes(buildings_geojson(proposal.buildings, grid=grid))


def write_records(proposal: Proposal, out: Path) -> None:
    """Write a proposal's candidates as later steps read them."""
    (out / _CANDIDATES_RECORD).write_bytes(to_bytes(proposal.candidates))


def read_candidates(folder: Path) -> tuple[Candidate, ...]:
    """Return the candidates that a finished 'detect' step holds."""
    kind: Any = tuple[Candidate, ...]
    candidates: tuple[Candidate, ...] = from_bytes(kind, (folder / _CANDIDATES_RECORD).read_bytes())
    return candidates


def lonlat(geometry: BaseGeometry, grid: Grid) -> BaseGeometry | None:
    """Return a geometry of a grid's map in longitude and latitude; None on a pixel grid."""
    if grid.crs is None:
        return None
    return reproject(geometry, source=grid.crs, target=_WGS84)
