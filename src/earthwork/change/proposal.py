"""Everything that the detectors propose for one pair. People decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from earthwork.change.buildings import (
    DEFAULT_BUILDINGS,
    BuildingOptions,
    describe_buildings,
    judge_buildings,
)
from earthwork.change.earthworks import (
    DEFAULT_EARTHWORKS,
    EarthworkOptions,
    NewLine,
    find_lines,
)
from earthwork.change.ground import DEFAULT_GROUND, GroundOptions, find_cleared
from earthwork.change.obstructions import (
    DEFAULT_OBSTRUCTIONS,
    Obstruction,
    ObstructionOptions,
    find_obstructions,
)
from earthwork.change.zones import (
    DEFAULT_ZONES,
    Zone,
    ZoneOptions,
    find_zones,
    gather_evidence,
)
from earthwork.errors import GridMismatch
from earthwork.model.footprint_date import Dating
from earthwork.model.grid import Grid, require_same_grid
from earthwork.model.observation import Building, Candidate
from earthwork.model.pair import AssessedMask
from earthwork.model.raster import ArrayRaster, luminance
from earthwork.model.scene import Angles


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionOptions:
    """Options of every detector."""

    zones: ZoneOptions = DEFAULT_ZONES
    """Zones of destruction."""
    buildings: BuildingOptions = DEFAULT_BUILDINGS
    """States of footprints."""
    ground: GroundOptions = DEFAULT_GROUND
    """Cleared ground."""
    earthworks: EarthworkOptions = DEFAULT_EARTHWORKS
    """New lines."""
    obstructions: ObstructionOptions = DEFAULT_OBSTRUCTIONS
    """New things on roads."""


DEFAULT_DETECTION = DetectionOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the detectors propose for one pair."""

    score: NDArray[np.float32]
    """Dims (row, column): score of destruction, higher is likelier; NaN where not assessed."""
    candidates: tuple[Candidate, ...]
    """By kind, best first within each."""
    buildings: tuple[Building, ...] = field(default=())
    """One per footprint, in the order given."""


def propose(
    before: ArrayRaster,
    after: ArrayRaster,
    *,
    assessed: AssessedMask,
    footprints: Mapping[str, BaseGeometry] | None = None,
    datings: Mapping[str, Dating] | None = None,
    roads: Sequence[BaseGeometry] | None = None,
    sun: Angles | None = None,
    before_id: str | None = None,
    after_id: str | None = None,
    composites: tuple[ArrayRaster, ArrayRaster] | None = None,
    options: DetectionOptions = DEFAULT_DETECTION,
) -> Proposal:
    """Run every detector on one aligned pair.

    Parameters
    ----------
    before, after
        Rasters on one grid, aligned; any bands and dtype. Brightness need not be matched.
    assessed
        What may be judged. Nothing is proposed from the rest, and the score is NaN there.
    footprints
        Building outlines by id, in map coordinates of the grid (pixels without reference).
    datings
        By id, how each outline's date stands to the pair. An outline that is not known to be no
        later than the before-image is never proposed as razed.
    roads
        Carriageways as polygons, in the same coordinates; None or empty: obstructions are not
        sought.
    sun
        Direction of the sun in the after-image; None if unknown.
    before_id, after_id
        Ids of the two scenes, kept in each candidate and its id.
    composites
        Both dates, on the same grid, as several looks of each show them: lines and things on roads
        are sought there. What is told by structure and texture is measured on the images
        themselves, which composites blur. None with one look a date.
    options
        Options of every detector.

    Returns
    -------
    Proposal
        The same for the same input, and whatever the tile size.

    Raises
    ------
    GridMismatch
        If the two rasters and the mask do not share a grid.
    """
    require_same_grid(before.grid, after.grid)
    require_same_grid(before.grid, assessed.grid)
    if assessed.assessed.shape != before.grid.shape:
        raise GridMismatch(f"a mask of {assessed.assessed.shape} on {before.grid.spoken()}")
    grid, mask = before.grid, assessed.assessed
    first, second = luminance(before.pixels), luminance(after.pixels)
    shown = (before, after) if composites is None else composites
    for image in shown:
        require_same_grid(before.grid, image.grid)
    then, now = (luminance(image.pixels) for image in shown)
    evidence = gather_evidence(first, second, mask, gsd_m=grid.gsd_m, options=options.zones)
    found: list[Zone | NewLine | Obstruction] = [
        *find_zones(evidence, gsd_m=grid.gsd_m, options=options.zones),
        *find_cleared(evidence, second, mask, gsd_m=grid.gsd_m, options=options.ground),
        *find_lines(
            then,
            now,
            mask,
            gsd_m=grid.gsd_m,
            sun=sun,
            north=north_in_image(grid),
            options=options.earthworks,
        ),
        *find_obstructions(
            then,
            now,
            mask,
            [grid.to_pixels(road) for road in roads or ()],
            gsd_m=grid.gsd_m,
            options=options.obstructions,
        ),
    ]
    named = [_candidate(thing, grid, before_id, after_id) for thing in found]
    return Proposal(
        score=evidence.destroyed(options.zones),
        candidates=distinct(named),
        buildings=_buildings(
            first,
            second,
            mask,
            grid,
            footprints or {},
            datings=datings or {},
            options=options,
        ),
    )


def north_in_image(grid: Grid) -> tuple[float, float]:
    """Return the direction of north in the image, (along columns, along rows): up if unknown.

    Examples
    --------
    >>> north_in_image(Grid.of_pixels(height=2, width=2))
    (0.0, -1.0)
    """
    if not grid.is_georeferenced:
        return (0.0, -1.0)
    back = ~grid.transform
    x, y = back.b, back.e
    size = float(np.hypot(x, y))
    return (float(x / size), float(y / size))


def _candidate(
    thing: Zone | NewLine | Obstruction, grid: Grid, before_id: str | None, after_id: str | None
) -> Candidate:
    gsd = grid.gsd_m
    geometry = grid.to_map(thing.path if isinstance(thing, NewLine) else thing.outline)
    area = None if isinstance(thing, NewLine) or gsd is None else thing.area_px * gsd**2
    length = thing.length_m if isinstance(thing, NewLine) and gsd is not None else None
    return Candidate(
        id=candidate_id(thing.kind.value, geometry, grid, before_id, after_id),
        kind=thing.kind,
        score=thing.score,
        geometry=geometry,
        alternatives=thing.alternatives,
        parts=dict(thing.parts),
        before=before_id,
        after=after_id,
        area_m2=area,
        length_m=length,
    )


def candidate_id(
    kind: str, geometry: BaseGeometry, grid: Grid, before_id: str | None, after_id: str | None
) -> str:
    """Return a stable name from kind, place (to about four pixels) and pair."""
    centre = grid.to_pixels(geometry).centroid
    place = f"{round(centre.x / 4)} {round(centre.y / 4)}"
    text = f"{kind} {place} {before_id} {after_id} {grid.spoken()}"
    return f"{kind}-{blake2b(text.encode(), digest_size=5).hexdigest()}"


def distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates with ids made unique: a number is added to those that share one."""
    seen: dict[str, int] = {}
    named = []
    for candidate in candidates:
        seen[candidate.id] = seen.get(candidate.id, 0) + 1
        count = seen[candidate.id]
        named.append(candidate if count == 1 else replace(candidate, id=f"{candidate.id}-{count}"))
    return tuple(named)


def _buildings(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    mask: NDArray[np.bool_],
    grid: Grid,
    footprints: Mapping[str, BaseGeometry],
    *,
    datings: Mapping[str, Dating],
    options: DetectionOptions,
) -> tuple[Building, ...]:
    if not footprints:
        return ()
    placed = [grid.to_pixels(outline) for outline in footprints.values()]
    evidence = describe_buildings(
        before, after, mask, placed, gsd_m=grid.gsd_m, options=options.buildings
    )
    return judge_buildings(
        evidence,
        footprints,
        datings=datings,
        options=options.buildings,
    )
