"""Works inserted into a real picture on disk, with truth: files in, files out.

What is written says that it is simulated: in the picture's own tags, in the truth and in the
record. Of a pair the works go into the later picture only, at the places that registration tells.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from math import atan2, degrees
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pyproj import CRS
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from earthwork.errors import CaseBusy, InvalidValue, MissingProvenance
from earthwork.imagery.registration import register
from earthwork.imagery.sun_from_shadows import (
    DEFAULT_SUN,
    SunEstimate,
    estimate_sun,
    find_shadows,
)
from earthwork.io.deliveries import Delivery, read_delivery
from earthwork.io.footprints import read_footprints
from earthwork.io.layers import read_layer, read_unplaced
from earthwork.io.rasters import RasterFile, open_raster, read_array, write_raster
from earthwork.model.grid import Grid, reproject
from earthwork.model.interval import Interval
from earthwork.model.pair import AlignmentStatus
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind
from earthwork.model.warp_field import WarpField
from earthwork.simulate.inserting.backdrop import Backdrop, study_backdrop
from earthwork.simulate.inserting.chance_works import DEFAULT_CHANCE, ChanceOptions, draw_works
from earthwork.simulate.inserting.insertion import (
    Inserted,
    InsertedWork,
    InsertionOptions,
    insert,
    to_metres,
    to_pixels,
)
from earthwork.simulate.landscape import Bank, Block, Mound, Patch, Rubble
from earthwork.simulate.painting.materials import Material

_WGS84 = CRS.from_epsg(4326)
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_RECORD = "insertion.json"
_USUAL_QUALITY = 90
"""Taken where a compressed picture does not say how it was compressed."""

GIVEN_KINDS = (
    Kind.BERM,
    Kind.TRENCH,
    Kind.DITCH_WATER,
    Kind.EARTH_MOUND,
    Kind.CRATER,
    Kind.WALL,
    Kind.BARRIER_ROW,
    Kind.ROADBLOCK,
    Kind.GROUND_CLEARED,
    Kind.RUBBLE_ON_ROAD,
    Kind.BUILDING_RAZED,
)
"""Kinds that can be given in a file of works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertionFiles:
    """What one insertion reads."""

    picture: Path
    """The real picture."""
    works: Path | None = None
    """Works to insert, in pixels of the picture or map coordinates; None draws them by chance."""
    footprints: Path | None = None
    """Buildings, which works drawn by chance keep off."""
    before: Path | None = None
    """The earlier picture of a pair of which ``picture`` is the later one: works are then given,
    and truth is written, on its grid too. It is not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What the user states of the picture; it wins over what the files say."""

    gsd_m: float | None = None
    """Pixel side in metres, for pictures without place."""
    taken: Interval | None = None
    """When it was taken."""
    longitude: float | None = None
    """Degrees east, WGS 84, for pictures without place."""
    latitude: float | None = None
    """Degrees north, WGS 84."""
    sun: Angles | None = None
    """Direction of the sun."""
    view: Angles | None = None
    """Direction to the sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertionResult:
    """What one insertion wrote."""

    picture: Path
    """The picture with works in it."""
    truth: Path
    """GeoJSON of the works."""
    works: int
    """Number of works."""
    decoys: int
    """Number of decoys."""
    sun: Angles
    """The sun that lit them, azimuth clockwise from true north."""
    sun_source: str
    """How the sun is known, in a sentence."""


def _ignore(_: str) -> None:
    """Drop a note."""


def insert_into_file(
    files: InsertionFiles,
    *,
    output: Path,
    facts: PictureFacts = PictureFacts(),
    seed: int = 0,
    chance: ChanceOptions = DEFAULT_CHANCE,
    options: InsertionOptions | None = None,
    note: Callable[[str], None] = _ignore,
) -> InsertionResult:
    """Insert works into a picture and write it with its truth.

    Parameters
    ----------
    files
        The picture, works and footprints.
    output
        Folder to write to: the picture as a GeoTIFF, or as PNG if it was a PNG or JPEG;
        ``truth.geojson``, ``labels.tif``, ``heights.tif`` and ``insertion.json``.
    facts
        What is stated of the picture.
    seed
        Seed of the works, of grain and noise.
    chance
        How many works are drawn, where none are given.
    options
        How works are drawn; None compresses changed blocks again where the picture is a JPEG.
    note
        Is told what was decided, in sentences.

    Returns
    -------
    InsertionResult
        What was written.

    Raises
    ------
    MissingProvenance
        If nothing tells the size of a pixel.
    InvalidValue
        If the picture counts in degrees, holds no readable works or gets no work at all.
    """
    _require_own_folder(output, files.picture)
    delivery = read_delivery(files.picture)
    with open_raster(files.picture, stated_gsd_m=facts.gsd_m or delivery.gsd_m) as raster:
        _require_metres(raster)
        whole = read_array(raster)
        bits = raster.bits or 16
        decisions = [*raster.decisions, *delivery.decisions]
    gsd_m = _gsd(whole.grid, files.picture)
    known = _known(facts, delivery, whole.grid)
    sun, how, estimate = resolve_sun(whole, gsd_m=gsd_m, facts=known, is_in=whole.grid)
    buildings = _buildings(files, whole.grid)
    backdrop = study_backdrop(
        whole.pixels,
        gsd_m=gsd_m,
        shadows=find_shadows(whole.pixels, gsd_m=gsd_m),
        bits=bits,
        buildings=buildings,
    )
    pair = None if files.before is None else _paired(files.before, whole, facts=facts)
    works = _works(files, whole.grid, backdrop, pair, seed=seed, chance=chance)
    drawn = insert(
        whole.pixels,
        works=works,
        backdrop=backdrop,
        sun=in_picture(sun, whole.grid),
        seed=seed,
        valid=whole.mask,
        options=options or InsertionOptions(jpeg_quality=resolve_quality(files.picture)),
    )
    decisions.append(how)
    for decision in decisions:
        note(decision)
    record = _record(files, backdrop, sun, how, estimate, seed=seed, decisions=decisions)
    picture = _write(output, files.picture, drawn, whole.grid, record)
    _write_json(output / "truth.geojson", _truth(works, whole.grid, gsd_m))
    if pair is not None:
        _write_json(output / "truth-before.geojson", _truth(works, whole.grid, gsd_m, pair=pair))
    decoys = sum(work.is_decoy for work in works)
    return InsertionResult(
        picture=picture,
        truth=output / "truth.geojson",
        works=len(works) - decoys,
        decoys=decoys,
        sun=sun,
        sun_source=how,
    )


# ---------------------------------------------------------------- what is known


def _require_metres(raster: RasterFile) -> None:
    crs = raster.grid.crs
    if crs is not None and crs.is_geographic:
        raise InvalidValue(
            "its pixels are counted in degrees, which are no squares on the ground",
            where=str(raster.path),
            choices=["reproject it to a system in metres, such as UTM"],
        )


def _gsd(grid: Grid, path: Path) -> float:
    if grid.gsd_m is None:
        raise MissingProvenance(
            "the size of its pixels on the ground is not known",
            where=str(path),
            cause="a picture without place",
            choices=["--gsd"],
        )
    return grid.gsd_m


def _known(facts: PictureFacts, delivery: Delivery, grid: Grid) -> PictureFacts:
    """Return what is stated, else what the delivery says, else what the grid says."""
    outline = grid.outline_lonlat()
    middle = None if outline is None else outline.centroid
    return replace(
        facts,
        taken=facts.taken or delivery.capture.interval,
        sun=facts.sun or delivery.sun,
        view=facts.view or delivery.view,
        longitude=middle.x if facts.longitude is None and middle is not None else facts.longitude,
        latitude=middle.y if facts.latitude is None and middle is not None else facts.latitude,
    )


def resolve_sun(
    picture: ArrayRaster, *, gsd_m: float, facts: PictureFacts, is_in: Grid
) -> tuple[Angles, str, SunEstimate | None]:
    """Return the sun by which a picture is lit, how it is known, and the estimate if it is one.

    Parameters
    ----------
    picture
        The picture.
    gsd_m
        Pixel side in metres.
    facts
        What is known of it.
    is_in
        Its grid, whose columns may not run north.
    """
    if facts.sun is not None:
        return facts.sun, "The sun is as stated.", None
    view = None if facts.view is None else in_picture(facts.view, is_in)
    estimate = estimate_sun(
        picture.pixels,
        gsd_m=gsd_m,
        taken=facts.taken,
        longitude=facts.longitude,
        latitude=facts.latitude,
        view=view,
    )
    elevation = estimate.elevation_deg
    how = estimate.how
    if elevation is None:
        elevation = DEFAULT_SUN.default_elevation_deg
        how = f"{how} {elevation:.0f}° of elevation is taken for lack of better."
    from_shadows = "Computed" not in estimate.how
    turned = _turn_deg(is_in) if from_shadows else 0.0
    azimuth = (estimate.azimuth_deg + turned) % 360
    return Angles(azimuth_deg=azimuth, elevation_deg=elevation), how, estimate


def in_picture(direction: Angles, grid: Grid) -> Angles:
    """Return a direction against a picture's own columns instead of north."""
    return replace(direction, azimuth_deg=(direction.azimuth_deg - _turn_deg(grid)) % 360)


def _turn_deg(grid: Grid) -> float:
    """Return the azimuth of a picture's upward direction: 0 where north is up."""
    if grid.crs is None:
        return 0.0
    return degrees(atan2(-grid.transform.b, -grid.transform.e))


def resolve_quality(path: Path) -> int | None:
    """Return about how strongly a JPEG was compressed, 1 to 100; None for other pictures.

    Parameters
    ----------
    path
        The picture.
    """
    if path.suffix.lower() not in {".jpg", ".jpeg"}:
        return None
    with Image.open(path) as picture:
        tables: Mapping[int, Sequence[int]] = getattr(picture, "quantization", {})
    if not tables:
        return _USUAL_QUALITY
    # The standard's table of luminance, scaled by quality, has a mean of 57.6 at quality 50.
    scale = 100 * float(np.mean(next(iter(tables.values())))) / 57.625
    quality = 100 - scale / 2 if scale <= 100 else 5000 / scale  # noqa: PLR2004 - the standard's
    return int(np.clip(round(quality), 1, 100))


def _buildings(files: InsertionFiles, grid: Grid) -> tuple[BaseGeometry, ...]:
    if files.footprints is None:
        return ()
    return read_footprints(files.footprints, grid=grid).shapes_px


# ---------------------------------------------------------------- pairs


def _paired(before: Path, after: ArrayRaster, *, facts: PictureFacts) -> WarpField:
    with open_raster(before, stated_gsd_m=facts.gsd_m) as raster:
        registration = register(raster, after)
        if registration.report.status is AlignmentStatus.NOT_ALIGNED:
            raise InvalidValue(
                f"the two pictures could not be aligned: {registration.report.reason}",
                where=str(before),
                choices=["a pair of the same ground", "one picture alone"],
            )
        return registration.field


# ---------------------------------------------------------------- works


def _works(
    files: InsertionFiles,
    grid: Grid,
    backdrop: Backdrop,
    pair: WarpField | None,
    *,
    seed: int,
    chance: ChanceOptions,
) -> tuple[InsertedWork, ...]:
    if files.works is None:
        works = draw_works(backdrop, seed=seed, options=chance)
    else:
        works = read_works(files.works, grid=grid, gsd_m=backdrop.gsd_m, pair=pair)
    if not works:
        raise InvalidValue(
            "no work could be placed",
            where=str(files.picture),
            cause="it shows no open ground and no roads",
            choices=["another picture", "works of your own as GeoJSON"],
        )
    return works


def read_works(
    path: Path, *, grid: Grid, gsd_m: float, pair: WarpField | None = None
) -> tuple[InsertedWork, ...]:
    """Read works from a vector file.

    Parameters
    ----------
    path
        Features with a ``kind``, and optionally ``height_m`` (depth for trenches and craters),
        ``base_m``, ``crest_m``, ``radius_m``, ``length_m``, ``width_m``, ``spacing_m``, ``tone``;
        on the ground if the grid is, else in pixels.
    grid
        Grid of the picture.
    gsd_m
        Pixel side in metres.
    pair
        How an earlier picture lies to it, if works are given on that one; None for no pair.

    Returns
    -------
    tuple of InsertedWork
        In local metres of the picture, in the order of the file.

    Raises
    ------
    UnreadableLayer
        If the file is no vector layer.
    OutsideArea
        If the works lie elsewhere.
    InvalidValue
        If a feature has no kind, one that cannot be inserted, or a shape that does not fit it.
    """
    given_on = grid if pair is None else pair.grid
    area = given_on.outline_lonlat()
    if area is None:
        frame = read_unplaced(path, layer=None, decisions=[])
    else:
        frame = read_layer(path, area=area)
    works = []
    for number, row in enumerate(frame.to_dict("records"), start=1):
        shape: BaseGeometry = row["geometry"]
        if given_on.crs is not None:
            shape = given_on.to_pixels(reproject(shape, source=_WGS84, target=given_on.crs))
        if pair is not None:
            shape = shapely.transform(shape, pair.to_after)
        local = to_metres(shape, rows=grid.height, gsd_m=gsd_m)
        kind = _kind(row, where=f"{path}, feature {number}")
        works.append(_given(kind, local, row, where=f"{path}, feature {number}", number=number))
    return tuple(works)


def _kind(row: Mapping[str, Any], *, where: str) -> Kind:
    words = str(row.get("kind") or "")
    if words not in {kind.value for kind in GIVEN_KINDS}:
        raise InvalidValue(
            f"a work of kind {words!r}",
            where=where,
            cause="no kind is given, or one that is not drawn",
            choices=[kind.value for kind in GIVEN_KINDS],
        )
    return Kind(words)


def _given(
    kind: Kind, shape: BaseGeometry, row: Mapping[str, Any], *, where: str, number: int
) -> InsertedWork:
    """Return one work as given; what is not stated is as usual."""
    work = InsertedWork(id=f"work-{number}", kind=kind)
    tone = _number(row, "tone", 1.05, where=where)
    parts = [part for part in getattr(shape, "geoms", [shape]) if not part.is_empty]
    lines = [part for part in parts if isinstance(part, LineString)]
    areas = [part for part in parts if isinstance(part, Polygon)]
    spots = [part for part in parts if isinstance(part, Point)]
    if kind in {Kind.BERM, Kind.TRENCH, Kind.DITCH_WATER} and lines:
        return replace(work, banks=_banks(kind, lines, row, tone, where=where))
    if kind in {Kind.EARTH_MOUND, Kind.CRATER} and spots:
        return replace(work, mounds=_mounds(kind, spots, row, tone, where=where))
    if kind in {Kind.WALL, Kind.BARRIER_ROW, Kind.ROADBLOCK} and lines:
        return replace(work, blocks=_blocks(kind, lines, row, where=where))
    if kind is Kind.GROUND_CLEARED and areas:
        patches = [Patch(outline=a, material=Material.CLEARED, tone=tone) for a in areas]
        return replace(work, patches=tuple(patches))
    if kind is Kind.RUBBLE_ON_ROAD and areas:
        depth = _number(row, "height_m", 0.8, where=where)
        return replace(work, rubble=tuple(Rubble(outline=a, depth_m=depth) for a in areas))
    if kind is Kind.BUILDING_RAZED and areas:
        return replace(work, razed=tuple(areas))
    raise InvalidValue(
        f"a {kind.value} as a {shape.geom_type}",
        where=where,
        choices=["lines for banks and rows", "points for mounds and craters", "areas for the rest"],
    )


def _banks(
    kind: Kind, lines: Iterable[LineString], row: Mapping[str, Any], tone: float, *, where: str
) -> tuple[Bank, ...]:
    is_berm = kind is Kind.BERM
    height = abs(_number(row, "height_m", 2.5 if is_berm else 2.0, where=where))
    crest = _number(row, "crest_m", 1.2, where=where)
    base = _number(row, "base_m", crest + (2.6 if is_berm else 1.2) * height, where=where)
    signed = height if is_berm else -height
    return tuple(
        Bank(line=line, height_m=signed, crest_m=crest, base_m=base, tone=tone,
             water=kind is Kind.DITCH_WATER)
        for line in lines
    )  # fmt: skip


def _mounds(
    kind: Kind, spots: Iterable[Point], row: Mapping[str, Any], tone: float, *, where: str
) -> tuple[Mound, ...]:
    radius = _number(row, "radius_m", 2.5, where=where)
    share = 0.7 if kind is Kind.EARTH_MOUND else 0.4
    height = abs(_number(row, "height_m", share * radius, where=where))
    signed = height if kind is Kind.EARTH_MOUND else -height
    return tuple(
        Mound(x=spot.x, y=spot.y, radius_m=radius, height_m=signed, tone=tone) for spot in spots
    )


def _blocks(
    kind: Kind, lines: Iterable[LineString], row: Mapping[str, Any], *, where: str
) -> tuple[Block, ...]:
    height = _number(row, "height_m", 3.0 if kind is Kind.WALL else 1.2, where=where)
    length = _number(row, "length_m", 2.0, where=where)
    width = _number(row, "width_m", 1.0, where=where)
    spacing = _number(row, "spacing_m", length * (1.0 if kind is Kind.WALL else 1.5), where=where)
    blocks = []
    for line in lines:
        for at in np.arange(length / 2, line.length, spacing):
            spot, ahead = line.interpolate(at - 0.1), line.interpolate(at + 0.1)
            heading = degrees(atan2(ahead.x - spot.x, ahead.y - spot.y))
            middle = line.interpolate(at)
            blocks.append(
                Block(x=middle.x, y=middle.y, length_m=length, width_m=width, height_m=height,
                      heading_deg=heading)
            )  # fmt: skip
    return tuple(blocks)


def _number(row: Mapping[str, Any], name: str, usual: float, *, where: str) -> float:
    """Return a stated size, or the usual one where none is stated."""
    value = row.get(name)
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return usual
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue(
            f"{name} is {value!r}", where=where, choices=["a number of metres"]
        ) from error
    if not 0 < abs(number) < 1000:  # noqa: PLR2004 - no work is a kilometre wide
        raise InvalidValue(f"{name} is {number}", where=where, choices=["above 0, below 1000"])
    return number


# ---------------------------------------------------------------- writing


def _record(
    files: InsertionFiles,
    backdrop: Backdrop,
    sun: Angles,
    how: str,
    estimate: SunEstimate | None,
    *,
    seed: int,
    decisions: Sequence[str],
) -> dict[str, Any]:
    """Return what was done to which picture, as plain values."""
    return {
        "simulated": True,
        "source": files.picture.name,
        "source_sha256": sha256(files.picture.read_bytes()).hexdigest(),
        "works_given": None if files.works is None else files.works.name,
        "seed": seed,
        "gsd_m": backdrop.gsd_m,
        "sun": {
            "azimuth_deg": round(sun.azimuth_deg, 2),
            "elevation_deg": round(sun.elevation_deg, 2),
            "how": how,
            "estimate": None if estimate is None else _rounded(asdict(estimate)),
        },
        "blur_px": round(backdrop.blur_px, 3),
        "noise_digits": [round(float(value), 3) for value in backdrop.noise],
        "shadow_level": [round(float(value), 3) for value in backdrop.shadow_level],
        "decisions": list(decisions),
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in values.items()
    }


def _require_own_folder(output: Path, picture: Path) -> None:
    """Refuse a folder that holds what was drawn into another picture."""
    record = output / _RECORD
    if not record.exists():
        return
    told = json.loads(record.read_text(encoding="utf-8"))
    if told.get("source_sha256") != hashlib.sha256(picture.read_bytes()).hexdigest():
        raise CaseBusy(
            "that folder holds works drawn into another picture",
            where=str(output),
            choices=["a new folder"],
        )


def _write(
    output: Path,
    source: Path,
    drawn: Inserted,
    grid: Grid,
    record: Mapping[str, Any],
) -> Path:
    output.mkdir(parents=True, exist_ok=True)
    tags = {
        "EARTHWORK_SIMULATED": "yes",
        "EARTHWORK_SOURCE_SHA256": str(record["source_sha256"]),
        "EARTHWORK_SEED": str(record["seed"]),
    }
    stem = f"{source.stem}-inserted"
    if source.suffix.lower() in _PICTURES and drawn.pixels.dtype == np.uint8:
        path = output / f"{stem}.png"
        path.write_bytes(_png(drawn, tags))
    else:
        path = output / f"{stem}.tif"
        write_raster(path, drawn.pixels, grid, tags=tags)
    write_raster(output / "labels.tif", drawn.labels[None], grid, tags=tags)
    write_raster(output / "heights.tif", drawn.heights_m[None], grid, tags=tags)
    _write_json(output / _RECORD, record)
    return path


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _png(drawn: Inserted, tags: Mapping[str, str]) -> bytes:
    fields = PngInfo()
    for name, value in tags.items():
        fields.add_text(name, value)
    bands = np.moveaxis(drawn.pixels[:3], 0, -1) if len(drawn.pixels) >= 3 else drawn.pixels[0]  # noqa: PLR2004
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(bands)).save(out, "PNG", pnginfo=fields)
    return out.getvalue()


def _truth(
    works: Sequence[InsertedWork], grid: Grid, gsd_m: float, *, pair: WarpField | None = None
) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": work.id,
                "geometry": shapely.geometry.mapping(_placed(work, grid, gsd_m, pair)),
                "properties": _properties(work),
            }
            for work in works
        ],
    }


def _placed(work: InsertedWork, grid: Grid, gsd_m: float, pair: WarpField | None) -> BaseGeometry:
    """Return a work in longitude and latitude, or in pixels of a picture without place."""
    outline = to_pixels(work.outline, rows=grid.height, gsd_m=gsd_m)
    if pair is not None:
        outline, grid = shapely.transform(outline, pair.to_before), pair.grid
    if grid.crs is not None:
        outline = reproject(grid.to_map(outline), source=grid.crs, target=_WGS84)
        return shapely.set_precision(outline, 1e-8)
    return shapely.set_precision(outline, 1e-3)


def _properties(work: InsertedWork) -> dict[str, Any]:
    heights = [bank.height_m for bank in work.banks] + [heap.height_m for heap in work.mounds]
    heights += [block.height_m for block in work.blocks] + [heap.depth_m for heap in work.rubble]
    tallest: float = max(heights, key=abs, default=0.0)
    earth = [bank.tone for bank in work.banks] + [heap.tone for heap in work.mounds]
    earth += [patch.tone for patch in work.patches]
    return {
        "kind": None if work.kind is None else work.kind.value,
        "decoy": work.is_decoy,
        "simulated": True,
        "height_m": round(tallest, 2) if heights else None,
        "length_m": round(sum(bank.line.length for bank in work.banks), 1) or None,
        "count": len(work.blocks) or len(work.mounds) or None,
        "tone": round(earth[0], 3) if earth else None,
    }
