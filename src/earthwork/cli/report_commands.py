"""Commands on reports alone: reading them into claims, holding claims against what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earthwork.cli.image_commands import write
from earthwork.cli.terminal import advise, say, warn


def read(
    files: Annotated[list[Path], typer.Argument(help="Text, Markdown or saved HTML pages.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="JSONL, one claim a line.")],
    published: Annotated[
        str | None, typer.Option(help="When they were published: 'Friday' counts from there.")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="What 'the city' means, e.g. 'Mosul, Iraq'.")
    ] = None,
    outlet: Annotated[str | None, typer.Option(help="Who published them.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Else it is found out, and said.")] = None,
    places: Annotated[Path | None, typer.Option(help="JSONL of every toponym.")] = None,
    dates: Annotated[Path | None, typer.Option(help="JSONL of every time expression.")] = None,
) -> None:
    """Read reports into claims: who says what, where, when, how sure.

    A file that cannot be read is named, the others are read, and the exit code says so.
    """
    from earthwork.pipeline.report_stages import ReadingRequest, read_files

    request = ReadingRequest(
        files=tuple(files), published=published, place=place, outlet=outlet, encoding=encoding
    )
    result = read_files(request)
    write(output, result.claims)
    if places is not None:
        write(places, result.places)
    if dates is not None:
        write(dates, result.dates)
    for decision in result.decisions:
        advise(decision)
    say(f"{result.count} claims from {result.documents} reports: {output}")
    for skipped in result.skipped:
        warn(f"left out: {skipped}")
    if result.skipped:
        raise typer.Exit(3)


def judge(
    claims: Annotated[Path, typer.Argument(help="claims.jsonl, as 'read' writes it.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Findings (JSON).")],
    observed: Annotated[
        Path | None, typer.Option(help="What a reader drew: GeoJSON, GeoPackage, KML, KMZ.")
    ] = None,
    reader: Annotated[str | None, typer.Option(help="Who drew it.")] = None,
    image: Annotated[
        Path | None, typer.Option(help="The georeferenced image it was drawn on.")
    ] = None,
    captured: Annotated[str | None, typer.Option(help="When the image was taken.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Date of the statement; else today.")] = None,
) -> None:
    """Hold claims against one reader's observations on one image, without a case.

    Without an image every physical claim is 'not assessed', and tunnels are 'not observable'.
    """
    from earthwork.pipeline.report_stages import JudgementFiles, judge_files

    files = JudgementFiles(
        claims=claims, observed=observed, reader=reader, image=image, captured=captured, as_of=as_of
    )
    result = judge_files(files)
    write(output, result.findings)
    for line in result.lines:
        say(line)
    say(f"{len(result.lines)} findings: {output}")
    for skipped in result.skipped:
        warn(f"left out: {skipped}")
    if result.skipped:
        raise typer.Exit(3)
