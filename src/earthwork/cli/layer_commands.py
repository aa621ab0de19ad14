"""Commands that fetch layers: the network is asked only by these, and only when they are run."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earthwork.cli.terminal import advise, say, warn
from earthwork.errors import InvalidValue

if TYPE_CHECKING:
    from earthwork.io.overpass import Rectangle
    from earthwork.model.case import Case


class Source(StrEnum):
    """Where buildings can be fetched from."""

    OVERPASS = "overpass"


def buildings(
    where: Annotated[
        list[str],
        typer.Argument(
            help="Folder of a case, or west south east north in degrees (after -- if negative).",
            metavar="CASE_OR_BOUNDS",
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="GeoJSON to write.")] = Path(
        "buildings.geojson"
    ),
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="State of the map on that day; left out: the day of the case's earliest image.",
        ),
    ] = None,
    source: Annotated[Source, typer.Option("--from", help="Kind of server.")] = Source.OVERPASS,
    endpoint: Annotated[
        str | None, typer.Option(help="Address of another server of that kind.")
    ] = None,
) -> None:
    """Fetch building footprints of OpenStreetMap, with their dates, for a case or a rectangle.

    This asks a server on the network: it is told first which, and which rectangle it gets, rounded
    outward to 0.01 degrees.

    Example: earthwork buildings mosul -o mosul/layers/buildings.geojson --as-of 2016-08-14
    """
    from earthwork.io.overpass import DEFAULT_OVERPASS, OverpassOptions
    from earthwork.pipeline.mapped_buildings import (
        fetch_layer,
        first_look,
        layer_table,
        rectangle_of,
    )

    del source  # one kind so far: naming it says that the network is asked
    case = _case(where)
    day = None if as_of is None else as_of.date()
    if case is not None and day is None:
        day = first_look(case)
    options = DEFAULT_OVERPASS if endpoint is None else OverpassOptions(endpoint=endpoint)
    rectangle = _edges(where) if case is None else rectangle_of(case)
    layer = fetch_layer(rectangle, output=output, as_of=day, options=options, note=advise)
    say(f"{layer.buildings} buildings as of {layer.content_date}: {layer.file}")
    if layer.left_out:
        warn(f"{layer.left_out} records make no outline and were left out")
    _warn_of_date(day)
    advise("for case.toml:")
    say(layer_table(layer, folder=None if case is None else case.folder))


def _warn_of_date(day: date | None) -> None:
    if day is None:
        warn(
            "this is the map of today: only buildings last edited before the earlier image can be"
            " called razed (--as-of DATE asks for the map of that day)"
        )


def _case(where: list[str]) -> Case | None:
    from earthwork.settings import load_case

    return load_case(Path(where[0])) if len(where) == 1 else None


def _edges(where: list[str]) -> Rectangle:
    from earthwork.io.overpass import Rectangle

    try:
        west, south, east, north = (float(word) for word in where)
    except ValueError as error:
        raise InvalidValue(
            f"“{' '.join(where)}” names neither a case nor a rectangle",
            choices=["folder of a case", "WEST SOUTH EAST NORTH in degrees"],
        ) from error
    return Rectangle(west=west, south=south, east=east, north=north)
