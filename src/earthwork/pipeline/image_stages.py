"""Single stages on files: files in, files out, without a case."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from earthwork.errors import InvalidValue, NotAligned
from earthwork.imagery.orthorectification import ground_grid, orthorectify
from earthwork.imagery.placement import place_by_bounds, place_by_points
from earthwork.imagery.radiometry import normalised
from earthwork.io.camera_models import find_camera_model, read_camera_model
from earthwork.io.control_points import read_control_points
from earthwork.io.deliveries import read_delivery
from earthwork.io.footprints import read_footprints
from earthwork.io.rasters import RasterFile, open_raster, read_array, write_raster
from earthwork.io.roads import read_carriageways
from earthwork.io.tie_marks import read_tie_marks
from earthwork.io.timestamps import parse_capture
from earthwork.model.camera import RationalCamera
from earthwork.model.case import Bounds
from earthwork.model.interval import Interval
from earthwork.model.pair import AlignmentStatus, RegistrationReport, TieMarks
from earthwork.model.raster import Raster
from earthwork.pipeline.detecting import PairNames, detect, footprint_decisions, write_proposal
from earthwork.pipeline.laying import lay_on
from earthwork.pipeline.opening import over_elevation
from earthwork.pipeline.pairing import (
    ALIGNED_FILE,
    FIELD_FILE,
    MASK_FILE,
    REPORT_FILE,
    AlignedPair,
    OnGrid,
    PairQuestion,
    PreparedPair,
    Taken,
    masked_pixels,
    prepare_pair,
    read_aligned,
    write_windows,
)
from earthwork.pipeline.plan import digest_of
from earthwork.pipeline.records import encode, to_bytes
from earthwork.publishing.alignment_plate import alignment_plate
from earthwork.publishing.tie_points import tie_points_geojson

TIE_POINTS_FILE = "tie_points.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionFiles:
    """What one detection reads."""

    before: Path
    """Earlier image."""
    after: Path
    """Later image."""
    footprints: Path | None = None
    """Buildings, in pixels of the before-image or map coordinates."""
    footprints_date: date | None = None
    """Day of the footprints' content; None: each one's own date counts."""
    footprints_predate_before: bool | None = None
    """True if the footprints are stated to be no later than the before-image, False if they are
    stated to be; None: the dates decide."""
    before_taken: str | None = None
    """When the before-image was taken; its delivery counts where it says so itself."""
    after_taken: str | None = None
    """When the after-image was taken, likewise."""
    roads: Path | None = None
    """Road lines or areas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionResult:
    """What one detection found."""

    report: RegistrationReport
    """How well the pair fits."""
    candidates: int
    """Number of candidates."""
    assessed: float
    """Share of the before-image that was assessed, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentFiles:
    """What one alignment writes besides the aligned image; None is not written."""

    report: Path | None = None
    """JSON: the registration report, the share assessed and why the rest was not."""
    field: Path | None = None
    """GeoTIFF of three bands at the knots of the field: dx, dy and expected error, in pixels."""
    normalised: Path | None = None
    """GeoTIFF of float32: the aligned image at the brightness of the earlier one."""
    mask: Path | None = None
    """GeoTIFF of the reasons why pixels are not assessed, one bit each; 0 where they are."""
    tie_points: Path | None = None
    """GeoJSON of the tie points, to look at, mend and give back."""
    picture: Path | None = None
    """PNG of the tie points, what they leave over, and the ground that they vouch for."""


def align_files(
    before: Path,
    after: Path,
    *,
    output: Path,
    files: AlignmentFiles = AlignmentFiles(),
    marks: Path | None = None,
    gsd_m: float | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> RegistrationReport:
    """Write the after-image on the before-grid, window by window, and how well it fits.

    Parameters
    ----------
    before, after
        The two images.
    output
        GeoTIFF for the aligned image.
    files
        What else to write.
    marks
        GeoJSON of tie points that a person pinned or struck.
    gsd_m
        Ground sample distance in metres of pictures without place.
    note
        Hears what is being done.

    Raises
    ------
    NotAligned
        If the two cannot be brought together; the report is written, the image is not.
    InvalidValue
        If one file is given twice.
    """
    with (
        TemporaryDirectory(prefix="earthwork-align-") as scratch,
        open_raster(before, stated_gsd_m=gsd_m) as first,
        open_raster(after, stated_gsd_m=gsd_m) as second,
    ):
        _require_two(before, after)
        question = PairQuestion(
            before=_told_by(before, first),
            after=_told_by(after, second),
            marks=TieMarks() if marks is None else read_tie_marks(marks, first.grid, second.grid),
        )
        pair = prepare_pair(first, second, Path(scratch), question=question, note=note)
        if files.report is not None:
            _put(files.report, _report_with_reasons(pair))
        if files.tie_points is not None:
            _put(
                files.tie_points,
                tie_points_geojson(pair.report, first.grid, second.grid, marks=question.marks),
            )
        if files.picture is not None:
            title = f"{after.name} on {before.name}"
            _put(
                files.picture,
                alignment_plate(pair.report, pair.field, first, title=title, marks=question.marks),
            )
        _require_aligned(pair.report, files.report)
        _hand_over(Path(scratch), first, pair, output, files)
    return pair.report


def _require_two(before: Path, after: Path) -> None:
    if digest_of(before) == digest_of(after):
        raise InvalidValue(
            "both files hold the same bytes",
            where=f"{before} and {after}",
            cause="one image given twice: there is no before and after",
        )


def _told_by(path: Path, raster: RasterFile) -> Taken:
    delivery = read_delivery(path)
    return Taken(sun=delivery.sun, bands=delivery.bands or raster.band_names)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _require_aligned(report: RegistrationReport, written: Path | None) -> None:
    if report.status is not AlignmentStatus.NOT_ALIGNED:
        return
    choices = ["pin three or more points by hand: earthwork align … --marks points.geojson"]
    if written is not None:
        choices.append(f"read the report: {written}")
    raise NotAligned(
        f"the two images could not be aligned: {report.reason}",
        cause="different ground, a mirrored or turned copy, or too little that stayed the same",
        choices=choices,
    )


def _hand_over(
    scratch: Path, before: Raster, pair: PreparedPair, output: Path, files: AlignmentFiles
) -> None:
    """Move finished files to where the user wants them; write what is derived from them."""
    wanted = {ALIGNED_FILE: output, FIELD_FILE: files.field, MASK_FILE: files.mask}
    for name, target in wanted.items():
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(scratch / name, target)
    if files.normalised is not None and pair.radiometry is not None:
        files.normalised.parent.mkdir(parents=True, exist_ok=True)
        with open_raster(output) as aligned:
            view = normalised(aligned, pair.radiometry)
            write_windows(files.normalised, OnGrid(raster=view, grid=before.grid))


def _report_with_reasons(pair: PreparedPair) -> bytes:
    report = json.loads(to_bytes(pair.report))
    report["shares"] = pair.shares
    report["decisions"] = list(pair.decisions)
    report["radiometry"] = None if pair.radiometry is None else encode(pair.radiometry)
    return (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()


def detect_files(
    files: DetectionFiles,
    *,
    output: Path,
    gsd_m: float | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> DetectionResult:
    """Align two images and write what the detectors propose.

    Parameters
    ----------
    files
        Images and, if given, footprints and roads.
    output
        Folder for ``candidates.geojson``, ``score.tif``, ``buildings.geojson`` with footprints, and
        the alignment's own files.
    gsd_m
        Ground sample distance in metres of pictures without place.
    note
        Hears what is being done.
    """
    output.mkdir(parents=True, exist_ok=True)
    note("aligning")
    pair = _aligned(files, output, gsd_m, note)
    grid = pair.before.grid
    footprints = (
        None
        if files.footprints is None
        else lay_on(
            read_footprints(files.footprints, grid=grid, content_date=files.footprints_date),
            pair.before,
        )
    )
    roads = None if files.roads is None else read_carriageways(files.roads, grid=grid)
    note("detecting")
    names = PairNames(
        before_taken=_taken(files.before, files.before_taken),
        after_taken=_taken(files.after, files.after_taken),
        footprints_predate_before=files.footprints_predate_before,
    )
    for decision in () if footprints is None else footprint_decisions(footprints, names):
        note(decision)
    proposal = detect(pair, names=names, footprints=footprints, roads=roads)
    write_proposal(proposal, grid, output, has_footprints=footprints is not None)
    return DetectionResult(
        report=pair.report, candidates=len(proposal.candidates), assessed=pair.assessed.share
    )


def _aligned(
    files: DetectionFiles, output: Path, gsd_m: float | None, note: Callable[[str], None]
) -> AlignedPair:
    """Prepare a pair in the output folder and return it in memory; refuse one that does not fit."""
    with (
        open_raster(files.before, stated_gsd_m=gsd_m) as first,
        open_raster(files.after, stated_gsd_m=gsd_m) as second,
    ):
        _require_two(files.before, files.after)
        question = PairQuestion(
            before=_told_by(files.before, first), after=_told_by(files.after, second)
        )
        pair = prepare_pair(first, second, output, question=question, note=note)
        _put(output / TIE_POINTS_FILE, tie_points_geojson(pair.report, first.grid, second.grid))
        _require_aligned(pair.report, output / REPORT_FILE)
        return read_aligned(first, output)


def _taken(image: Path, stated: str | None) -> Interval | None:
    """Return when an image was taken: as its delivery says, else as stated."""
    delivered = read_delivery(image).capture
    if delivered.is_known or stated is None:
        return delivered.interval
    return parse_capture(stated, source="stated").interval


def place_file(
    image: Path, *, output: Path, points: Path | None = None, bounds: Bounds | None = None
) -> str:
    """Write a picture as a GeoTIFF at its place; return the sentence that says how exactly.

    Raises
    ------
    InvalidValue
        Unless exactly one of points and bounds is given.
    """
    if (points is None) == (bounds is None):
        raise InvalidValue(
            "a picture is placed by points or by bounds",
            cause="none was given, or both",
            choices=["--points FILE.csv", "--bounds WEST SOUTH EAST NORTH"],
        )
    with open_raster(image) as raster:
        if points is not None:
            placement = place_by_points(raster.grid, read_control_points(points))
        elif bounds is not None:
            placement = place_by_bounds(raster.grid, bounds)
        output.parent.mkdir(parents=True, exist_ok=True)
        whole = read_array(raster)
        nodata = None if whole.mask is None else 0
        write_raster(output, masked_pixels(whole), placement.grid, nodata=nodata)
    return placement.sentence


def orthorectify_file(
    image: Path,
    *,
    output: Path,
    height_m: float | None = None,
    elevation: Path | None = None,
    camera: Path | None = None,
    gsd_m: float | None = None,
) -> str:
    """Write an image in sensor geometry as a GeoTIFF on the map; return how it was done.

    Parameters
    ----------
    image
        Image in sensor geometry.
    output
        GeoTIFF to write.
    height_m
        Mean ground height above the ellipsoid, in metres.
    elevation
        Elevation raster; takes the place of the mean height. Ground for which it holds no height
        is left out, and its share is said.
    camera
        Camera model; None: one beside the image, else the RPC tags.
    gsd_m
        Pixel size in metres of the result; None: about that of the image.

    Raises
    ------
    InvalidValue
        Without camera model or height.
    """
    if height_m is None:
        raise InvalidValue(
            "no ground height is given",
            where="--height-m",
            cause="a camera model alone does not say where the ground is",
            choices=["--height-m METRES (the mean height; with --elevation, to place the frame)"],
        )
    with open_raster(image) as raster:
        model = _camera_of(raster, camera)
        grid = ground_grid(model, raster.grid.shape, height_m=height_m, gsd_m=gsd_m)
        over = f"level ground at {height_m:g} m"
        if elevation is None:
            ortho = orthorectify(raster, model, target=grid, height_m=height_m)
        else:
            with open_raster(elevation) as terrain:
                ortho = orthorectify(
                    raster, model, target=grid, height_m=height_m, elevation=terrain
                )
                over = over_elevation(terrain, grid)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_raster(output, masked_pixels(ortho), grid, nodata=0)
    return f"orthorectified over {over}: {grid.spoken()}"


def _camera_of(raster: RasterFile, given: Path | None) -> RationalCamera:
    path = given or find_camera_model(raster.path)
    if path is not None:
        return read_camera_model(path, crop_origin=raster.crop_origin)
    if raster.camera is not None:
        return raster.camera
    raise InvalidValue(
        "the image has no camera model",
        where=str(raster.path),
        cause="no RPC tags, and no .geom, .RPB or _RPC.TXT beside it",
        choices=["--camera FILE"],
    )
