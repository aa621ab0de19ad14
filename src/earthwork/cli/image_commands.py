"""Commands on images alone: one tool at a time, files in and files out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earthwork.cli.terminal import advise, say, warn

if TYPE_CHECKING:
    from earthwork.model.case import Bounds
    from earthwork.model.pair import RegistrationReport

Image = Annotated[Path, typer.Argument(help="GeoTIFF, COG, VRT, JP2, JPEG or PNG.")]
Gsd = Annotated[
    float | None,
    typer.Option("--gsd-m", min=0.001, help="Ground metres per pixel, for pictures without place."),
]


def compare(
    before: Image,
    after: Image,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The plate.")] = Path("plate.png"),
    gsd_m: Gsd = None,
    before_date: Annotated[str | None, typer.Option(help="When BEFORE was taken.")] = None,
    after_date: Annotated[str | None, typer.Option(help="When AFTER was taken.")] = None,
    place: Annotated[
        str | None, typer.Option(help="What the pictures show, for the title.")
    ] = None,
    credit: Annotated[str | None, typer.Option(help="Credit line, printed in the plate.")] = None,
    aligned: Annotated[
        bool, typer.Option("--align/--no-align", help="Show AFTER on the grid of BEFORE.")
    ] = True,
) -> None:
    """Put two pictures side by side at one scale, with caption; say what would make it better.

    Example: earthwork compare before.jpg after.jpg --before-date 2016-08-14 --credit "© Maker"
    """
    from earthwork.pipeline.comparing import Labels, compare_files

    labels = Labels(before=before_date, after=after_date, place=place, credit=credit)
    plate = compare_files(
        before, after, labels=labels, gsd_m=gsd_m, is_aligned=aligned, note=advise
    )
    write(output, plate.png)
    say(plate.caption)
    for need in plate.missing:
        warn(need)
    say(f"plate: {output}")


def align(
    before: Image,
    after: Image,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="AFTER on the grid of BEFORE.")],
    marks: Annotated[
        Path | None,
        typer.Option(help="GeoJSON: tie points that you pinned or struck; --tie-points makes one."),
    ] = None,
    tie_points: Annotated[
        Path | None, typer.Option(help="GeoJSON of the tie points, to look at and mend in QGIS.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="PNG: tie points, what is left over, error expected.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="JSON: status, tie points, residuals, what is not assessed.")
    ] = None,
    field: Annotated[
        Path | None,
        typer.Option(
            help="GeoTIFF: dx, dy and error expected, in px, at knots: before + (dx, dy) = after."
        ),
    ] = None,
    normalised: Annotated[
        Path | None, typer.Option(help="GeoTIFF: AFTER aligned, at the brightness of BEFORE.")
    ] = None,
    mask: Annotated[
        Path | None, typer.Option(help="GeoTIFF: why a pixel is not assessed, a bit a reason.")
    ] = None,
    gsd_m: Gsd = None,
) -> None:
    """Bring AFTER onto the pixel grid of BEFORE, and report how well it fits.

    A pair that cannot be aligned ends with exit code 3; report, tie points and picture are written
    all the same, so that it can be mended by hand.

    Example: earthwork align a.tif b.tif -o b-on-a.tif --tie-points ties.geojson --picture fit.png

    Then set the status of points to struck or pinned in QGIS, or draw lines from a place in a.tif
    to the same place in b.tif, and: earthwork align a.tif b.tif -o b-on-a.tif --marks ties.geojson
    """
    from earthwork.pipeline.image_stages import AlignmentFiles, align_files

    files = AlignmentFiles(
        report=report,
        field=field,
        normalised=normalised,
        mask=mask,
        tie_points=tie_points,
        picture=picture,
    )
    result = align_files(
        before, after, output=output, files=files, marks=marks, gsd_m=gsd_m, note=advise
    )
    tell_alignment(result)
    say(f"aligned: {output}")


def detect(
    before: Image,
    after: Image,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    gsd_m: Gsd = None,
    footprints: Annotated[
        Path | None, typer.Option(help="Buildings, in pixels of BEFORE or map coordinates.")
    ] = None,
    footprints_date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day of the footprints' content; left out, each one's own date counts.",
        ),
    ] = None,
    footprints_predate: Annotated[
        bool | None,
        typer.Option(
            help="Are the footprints no later than BEFORE? Stated so, dates do not count."
        ),
    ] = None,
    before_date: Annotated[
        str | None, typer.Option(help="When BEFORE was taken; footprints are held against it.")
    ] = None,
    after_date: Annotated[str | None, typer.Option(help="When AFTER was taken.")] = None,
    roads: Annotated[
        Path | None, typer.Option(help="Road lines or areas, in pixels or map coordinates.")
    ] = None,
) -> None:
    """Propose what changed: candidates.geojson, score.tif and, with footprints, buildings.geojson.

    Candidates are proposals, not findings: a named reader decides (earthwork observe).
    """
    from earthwork.pipeline.image_stages import DetectionFiles, detect_files

    files = DetectionFiles(
        before=before,
        after=after,
        footprints=footprints,
        footprints_date=None if footprints_date is None else footprints_date.date(),
        footprints_predate_before=footprints_predate,
        before_taken=before_date,
        after_taken=after_date,
        roads=roads,
    )
    result = detect_files(files, output=output, gsd_m=gsd_m, note=advise)
    tell_alignment(result.report)
    say(f"{result.candidates} candidates, {result.assessed:.0%} of the image assessed: {output}")


def tell_alignment(report: RegistrationReport) -> None:
    """Say how well a pair fits."""
    advise(f"{report.status.value.replace('_', ' ')}: {report.reason}")


def place(
    image: Image,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="GeoTIFF to write.")],
    points: Annotated[
        Path | None, typer.Option(help="CSV: column,row,longitude,latitude (a header line).")
    ] = None,
    bounds: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(help="West south east north of the picture's edges, in degrees."),
    ] = None,
) -> None:
    """Place a press picture on the ground by control points or by its edges."""
    from earthwork.pipeline.image_stages import place_file

    edges = None if bounds is None else _edges(*bounds)
    say(place_file(image, output=output, points=points, bounds=edges))
    say(f"placed: {output}")


def _edges(west: float, south: float, east: float, north: float) -> Bounds:
    from earthwork.model.case import Bounds

    return Bounds(west=west, south=south, east=east, north=north)


def orthorectify(
    image: Image,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="GeoTIFF to write.")],
    height_m: Annotated[
        float | None,
        typer.Option("--height-m", help="Mean ground height above the ellipsoid, in metres."),
    ] = None,
    elevation: Annotated[
        Path | None, typer.Option(help="Elevation raster, heights above the ellipsoid.")
    ] = None,
    camera: Annotated[
        Path | None, typer.Option(help="Camera model; else RPC tags or a file beside the image.")
    ] = None,
    gsd_m: Gsd = None,
) -> None:
    """Bring an image from sensor geometry onto the map, with its camera model."""
    from earthwork.pipeline.image_stages import orthorectify_file

    say(
        orthorectify_file(
            image, output=output, height_m=height_m, elevation=elevation, camera=camera, gsd_m=gsd_m
        )
    )
    say(f"orthorectified: {output}")


def write(path: Path, data: bytes) -> None:
    """Write a result file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
