"""Footprints of a case or a rectangle, asked of a map server when a user says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from earthwork.errors import InvalidValue
from earthwork.io.overpass import (
    CREDIT,
    DEFAULT_OVERPASS,
    LICENCE,
    OverpassOptions,
    Rectangle,
    buildings_layer,
    fetch_buildings,
)
from earthwork.model.case import Case
from earthwork.pipeline.assessment import capture_of
from earthwork.pipeline.checking import area_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedLayer:
    """A layer of footprints that was fetched."""

    file: Path
    """Where it was written."""
    buildings: int
    """Outlines in it."""
    left_out: int
    """Records that make no outline."""
    content_date: date
    """Day up to which its content reaches."""


def rectangle_of(case: Case) -> Rectangle:
    """Return the rectangle around the area of a case, else around its placed images.

    Raises
    ------
    InvalidValue
        If neither has a place on the ground.
    """
    area = area_of(case)
    if area is None:
        raise InvalidValue(
            "the case has no area, and none of its images a place on the ground",
            where=str(case.folder),
            choices=["area or bounds in case.toml", "WEST SOUTH EAST NORTH"],
        )
    west, south, east, north = area.bounds
    return Rectangle(west=west, south=south, east=east, north=north)


def first_look(case: Case) -> date | None:
    """Return the day of the earliest dated scene of a case; None if none is dated."""
    taken = [capture_of(source).interval for source in case.scenes]
    starts = [span.start.date() for span in taken if span is not None and span.start is not None]
    return min(starts, default=None)


def fetch_layer(
    rectangle: Rectangle,
    *,
    output: Path,
    as_of: date | None,
    options: OverpassOptions = DEFAULT_OVERPASS,
    note: Callable[[str], None] = lambda _: None,
) -> FetchedLayer:
    """Ask a map server for the buildings of a rectangle and write them as a layer.

    Parameters
    ----------
    rectangle
        Area of interest; it is sent rounded outward to 0.01 degrees.
    output
        GeoJSON to write.
    as_of
        Day whose state of the map is wanted; None: the newest.
    options
        Who is asked, and how patiently.
    note
        Hears what is sent where, before it is sent.
    """
    answer = fetch_buildings(rectangle, as_of=as_of, options=options, note=note)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(buildings_layer(answer))
    return FetchedLayer(
        file=output,
        buildings=len(answer.buildings),
        left_out=answer.left_out,
        content_date=answer.content_date,
    )


def layer_table(layer: FetchedLayer, *, folder: Path | None = None) -> str:
    """Return the lines of ``case.toml`` that name a fetched layer.

    Parameters
    ----------
    layer
        What was fetched.
    folder
        Folder of the case, from which the path is told where it lies within; None: as it is.
    """
    path = layer.file
    if folder is not None and path.resolve().is_relative_to(folder.resolve()):
        path = path.resolve().relative_to(folder.resolve())
    return (
        "[[layer]]\n"
        'role = "footprints"\n'
        f'file = "{path.as_posix()}"\n'
        f"content_date = {layer.content_date.isoformat()}\n"
        f'credit = "{CREDIT}"\n'
        f'licence = "{LICENCE}"'
    )
