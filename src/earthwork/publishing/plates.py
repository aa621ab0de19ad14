"""Plates: pictures side by side at one scale, each with its own date, outlined and credited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, floor, log10, sin
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from pyproj import CRS
from shapely.affinity import translate
from shapely.geometry import Point

import earthwork
from earthwork.errors import InvalidValue
from earthwork.model.grid import Grid, Window, reproject
from earthwork.model.interval import Capture
from earthwork.model.raster import Raster, whole
from earthwork.model.scene import Licence, Scene
from earthwork.publishing.captions import (
    SIMULATED,
    alt_text,
    credit_line,
    joined_place,
    plate_caption,
    spoken_gsd,
)
from earthwork.publishing.marks import Crowd, Mark, draw_badges, draw_outlines, on_page, parted
from earthwork.publishing.sheets import (
    ALERT,
    INK,
    PALE,
    Sheet,
    Type,
    put_text,
    text_width,
    wrapped,
)
from earthwork.publishing.symbols import Symbol
from earthwork.publishing.thumbnails import Frame, frame_of, page_grid

Stretch = Literal["shared", "own"]

PLATE_WIDTH_PX = 1600
_MARGIN = 24
_GUTTER = 16
_TALLEST_PX = 1100
_STRIP = 46
_TITLE = Type(size_px=32, is_bold=True)
_BODY = Type(size_px=22)
_SMALL = Type(size_px=19, colour=PALE)
_ON_BLACK = Type(size_px=24, is_bold=True, colour="#ffffff")
_ON_BLACK_SMALL = Type(size_px=19, colour="#e0e0e0")
_WATERMARK = Type(size_px=64, is_bold=True, colour="#ffffff")
_PERCENTILES = (1.0, 99.0)
_NO_DATA_GREY = 214
_NO_DATA_SAID_FROM = 0.002
_RGB_BANDS = 3
_WGS84 = CRS.from_epsg(4326)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """One picture for print, with all that must stand beside it."""

    id: str
    """Short name, unique in the brief."""
    png: bytes
    """The picture."""
    caption: str
    """What, where, when, how fine, whose."""
    alt_text: str
    """The same for a reader who cannot see it."""
    scenes: tuple[str, ...]
    """Ids of the scenes of its frames."""
    evidence: tuple[str, ...]
    """Ids of the observations outlined in it."""
    candidates: tuple[str, ...] = ()
    """Ids of unreviewed candidates outlined in it: such a plate is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A quick plate of two pictures, and what it needs to be better."""

    png: bytes
    """The picture."""
    caption: str
    """What, where, when, how fine, whose."""
    alt_text: str
    """The same for a reader who cannot see it."""
    missing: tuple[str, ...]
    """What would make it better, each in a sentence."""


def before_after_plate(
    before: Raster | None,
    after: Raster,
    *,
    scenes: Sequence[Scene],
    marks: Sequence[Mark] = (),
    title: str,
    place: str | None = None,
    window: Window | None = None,
    stretch: Stretch = "shared",
    name: str = "plate",
) -> Plate:
    """Draw one picture, or two at one scale, with numbered outlines and a legend.

    Parameters
    ----------
    before
        The earlier picture; None for a plate of one picture.
    after
        The later picture. If both have a place it is drawn on the ground of the first.
    scenes
        What is known of each picture, in the order of the frames.
    marks
        What to outline; what lies outside the frames is left out, also of the legend.
    title
        What the plate shows.
    place
        Where; None if not known.
    window
        Part of the first picture to show; None for all of it.
    stretch
        One contrast for both frames, or each its own. Frames of unequal sensors get their own.
    name
        Id of the plate.

    Raises
    ------
    InvalidValue
        If there are not as many scenes as pictures.
    """
    rasters = (after,) if before is None else (before, after)
    if len(scenes) != len(rasters):
        raise InvalidValue(
            f"{len(scenes)} scenes for {len(rasters)} pictures", where=name, choices=["one each"]
        )
    draft = _draft(rasters, scenes, window=window, stretch=stretch)
    shown = [m for m in marks if on_page(m, draft.frames[-1].grid) is not None]
    headline = joined_place(title, place)
    observed = [m for m in shown if not m.is_candidate]
    return Plate(
        id=name,
        png=_drawn(draft, scenes, shown, headline),
        caption=plate_caption(title, scenes=scenes, place=place),
        alt_text=alt_text(headline, scenes=scenes, things=_spoken(shown)),
        scenes=tuple(scene.id for scene in scenes),
        evidence=tuple(m.evidence for m in observed),
        candidates=tuple(m.evidence for m in shown if m.is_candidate),
    )


def _spoken(marks: Sequence[Mark]) -> list[str]:
    single, crowds = parted(marks)
    return [f"{mark.number}, {mark.label}" for mark in single] + [crowd.label for crowd in crowds]


def comparison_plate(
    before: Raster,
    after: Raster,
    *,
    before_capture: Capture,
    after_capture: Capture,
    credit: str | None = None,
    place: str | None = None,
) -> Comparison:
    """Draw two pictures side by side with nothing known but what is given.

    Parameters
    ----------
    before, after
        The two pictures.
    before_capture, after_capture
        When each was taken, as far as it is known.
    credit
        Credit line; None if not stated.
    place
        What they show; None if not stated.
    """
    licence = Licence(credit=credit or "not stated", terms="terms not stated")
    scenes = (
        _bare_scene("before", before, before_capture, licence),
        _bare_scene("after", after, after_capture, licence),
    )
    title = place or "Two pictures compared"
    plate = before_after_plate(before, after, scenes=scenes, title=title, name="comparison")
    return Comparison(
        png=plate.png,
        caption=plate.caption,
        alt_text=plate.alt_text,
        missing=_missing(before, after, scenes, credit=credit, place=place),
    )


def _bare_scene(name: str, raster: Raster, capture: Capture, licence: Licence) -> Scene:
    return Scene(id=name, digest="", grid=raster.grid, capture=capture, licence=licence)


def _missing(
    before: Raster, after: Raster, scenes: Sequence[Scene], *, credit: str | None, place: str | None
) -> tuple[str, ...]:
    first, second = scenes
    placed = before.grid.is_georeferenced and after.grid.is_georeferenced
    scaled = before.grid.gsd_m is not None and after.grid.gsd_m is not None
    swapped = (
        first.capture.interval is not None
        and second.capture.interval is not None
        and first.capture.interval.is_after(second.capture.interval)
    )
    needs = (
        (first.capture.is_known, "The date of the first picture is unknown: give --before-date."),
        (second.capture.is_known, "The date of the second picture is unknown: give --after-date."),
        (not swapped, "The first picture is the later one: swap the two."),
        (credit is not None, "Nobody is credited: give --credit."),
        (place is not None, "It does not say what it shows: give --place."),
        (scaled, "The scale is unknown: give --gsd-m."),
        (placed, "The pictures have no place on the ground: earthwork place gives them one."),
    )
    return tuple(words for is_met, words in needs if not is_met)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """Frames on their pages, and what the legend must say of them."""

    frames: tuple[Frame, ...]
    pictures: tuple[NDArray[np.uint8], ...]
    is_one_scale: bool
    stretch_words: str


def _draft(
    rasters: Sequence[Raster], scenes: Sequence[Scene], *, window: Window | None, stretch: Stretch
) -> _Draft:
    pages, is_one_scale = _pages([r.grid for r in rasters], window)
    frames = tuple(frame_of(r, page) for r, page in zip(rasters, pages, strict=True))
    is_shared = stretch == "shared" and not _are_unequal(rasters, scenes)
    limits = _limits(frames, is_shared=is_shared)
    pictures = tuple(_picture(f, low_high) for f, low_high in zip(frames, limits, strict=True))
    words = _stretch_words(len(frames), is_shared=is_shared, is_wished=stretch == "shared")
    return _Draft(frames=frames, pictures=pictures, is_one_scale=is_one_scale, stretch_words=words)


def _panel_width(count: int) -> int:
    return (PLATE_WIDTH_PX - 2 * _MARGIN - (count - 1) * _GUTTER) // count


def _pages(grids: Sequence[Grid], window: Window | None) -> tuple[list[Grid], bool]:
    """Return the page of each frame, and whether all are at one scale."""
    first = grids[0]
    part = window or whole(first)
    width = _fitting_width(part, _panel_width(len(grids)))
    page = page_grid(first, part, width=width)
    pages, is_one_scale = [page], True
    for grid in grids[1:]:
        if _share_ground(first, grid):
            pages.append(page)
            continue
        own, is_alike = _own_page(grid, page)
        pages.append(own)
        is_one_scale = is_one_scale and is_alike
    return pages, is_one_scale


def _fitting_width(part: Window, widest: int) -> int:
    return max(1, min(widest, round(_TALLEST_PX * part.width / part.height)))


def _share_ground(first: Grid, other: Grid) -> bool:
    if first.crs is None and other.crs is None:
        return first.shape == other.shape and first.stated_gsd_m == other.stated_gsd_m
    return first.crs is not None and other.crs is not None


def _own_page(grid: Grid, beside: Grid) -> tuple[Grid, bool]:
    """Return the page of a picture that does not share the first one's ground."""
    part = whole(grid)
    widest = _fitting_width(part, _panel_width(2))
    if grid.gsd_m is None or beside.gsd_m is None:
        return page_grid(grid, part, width=widest), False
    width = round(grid.width * grid.gsd_m / beside.gsd_m)
    if width <= widest:
        return page_grid(grid, part, width=max(1, width)), True
    # Cut to the middle what would not fit at the first frame's scale.
    share = widest / width
    height = max(1, round(grid.height * share))
    columns = max(1, round(grid.width * share))
    middle = Window(
        row=(grid.height - height) // 2,
        column=(grid.width - columns) // 2,
        height=height,
        width=columns,
    )
    return page_grid(grid, middle, width=widest), True


def _are_unequal(rasters: Sequence[Raster], scenes: Sequence[Scene]) -> bool:
    kinds = {
        (scene.sensor, scene.bits, min(raster.bands, _RGB_BANDS))
        for scene, raster in zip(scenes, rasters, strict=True)
    }
    return len(kinds) > 1


def _limits(frames: Sequence[Frame], *, is_shared: bool) -> list[tuple[float, float]]:
    values = [f.pixels[:_RGB_BANDS][:, f.valid].ravel() for f in frames]
    if is_shared:
        return [_percentiles(np.concatenate(values))] * len(frames)
    return [_percentiles(v) for v in values]


def _percentiles(values: NDArray[np.float32]) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(max(high, low + 1e-6))


def _picture(frame: Frame, limits: tuple[float, float]) -> NDArray[np.uint8]:
    low, high = limits
    bands = frame.pixels[:_RGB_BANDS] if len(frame.pixels) >= _RGB_BANDS else frame.pixels[:1]
    scaled = ((bands - low) / (high - low)).clip(0, 1) * 255
    scaled = np.where(frame.valid, scaled, _NO_DATA_GREY)
    rgb = np.broadcast_to(scaled, (_RGB_BANDS, *frame.grid.shape))
    return np.moveaxis(rgb.round().astype(np.uint8), 0, -1)


def _stretch_words(count: int, *, is_shared: bool, is_wished: bool) -> str:
    low, high = _PERCENTILES
    span = f"{low:g} to {high:g} % of the values"
    if count == 1:
        return f"Contrast: {span}."
    if is_shared:
        return f"One contrast for both frames: {span} of both."
    reason = " (unlike sensors)" if is_wished else ""
    return f"Each frame has its own contrast{reason}: brightness cannot be compared."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where the parts of a plate lie, in pixels from its upper edge."""

    title: list[str]
    title_top: int
    strip_top: int
    picture_top: int
    scale_top: int
    notes: list[str]
    notes_top: int
    legend_top: int
    credit: list[str]
    credit_top: int
    height: int


def _laid_out(draft: _Draft, scenes: Sequence[Scene], marks: Sequence[Mark], title: str) -> _Layout:
    inner = PLATE_WIDTH_PX - 2 * _MARGIN
    title_lines = wrapped(title, _TITLE, width=inner)
    title_top = _MARGIN + (_STRIP + 12 if _is_simulated(scenes) else 0)
    strip_top = title_top + len(title_lines) * _TITLE.line_px + 10
    picture_top = strip_top + _STRIP
    scale_top = picture_top + max(p.shape[0] for p in draft.pictures) + 18
    notes = wrapped(_notes(draft), _SMALL, width=inner)
    notes_top = scale_top + 74
    legend_top = notes_top + len(notes) * _SMALL.line_px + 12
    credit = wrapped(f"Credit: {credit_line(scenes)}", _SMALL, width=inner)
    credit_top = legend_top + _legend_height(marks) + 8
    return _Layout(
        title=title_lines, title_top=title_top, strip_top=strip_top, picture_top=picture_top,
        scale_top=scale_top, notes=notes, notes_top=notes_top, legend_top=legend_top,
        credit=credit, credit_top=credit_top,
        height=credit_top + len(credit) * _SMALL.line_px + _MARGIN,
    )  # fmt: skip


def _is_simulated(scenes: Sequence[Scene]) -> bool:
    return any(scene.is_simulated for scene in scenes)


def _notes(draft: _Draft) -> str:
    said = [draft.stretch_words]
    if not draft.is_one_scale:
        said.append("The frames may NOT be at one scale: a pixel size is unknown.")
    elif len(draft.frames) > 1 and draft.frames[0].grid.gsd_m is None:
        said.append("Pixel size unknown: they are at one scale only if they were aligned.")
    if any((~frame.valid).mean() > _NO_DATA_SAID_FROM for frame in draft.frames):
        said.append("Plain grey: no data.")
    return " ".join(said)


def _drawn(draft: _Draft, scenes: Sequence[Scene], marks: Sequence[Mark], title: str) -> bytes:
    layout = _laid_out(draft, scenes, marks, title)
    sheet = Sheet(width=PLATE_WIDTH_PX, height=layout.height)
    if _is_simulated(scenes):
        _draw_band(sheet)
    sheet.lines(layout.title, _TITLE, left=_MARGIN, top=layout.title_top)
    width = _panel_width(len(scenes))
    for number, scene in enumerate(scenes):
        left = _MARGIN + number * (width + _GUTTER)
        side = _side(draft, number)
        _draw_date(sheet, scene, left=left, top=layout.strip_top, width=width, side=side)
        inset = (width - draft.pictures[number].shape[1]) // 2
        axes = sheet.picture(draft.pictures[number], left=left + inset, top=layout.picture_top)
        _draw_marks(axes, draft, number, marks)
        if scene.is_simulated:
            _draw_watermark(axes, draft.pictures[number].shape)
    draw_scale_and_north(sheet, draft.frames[0].grid, top=layout.scale_top)
    sheet.lines(layout.notes, _SMALL, left=_MARGIN, top=layout.notes_top)
    _draw_legend(sheet, marks, layout)
    sheet.lines(layout.credit, _SMALL, left=_MARGIN, top=layout.credit_top)
    return sheet.png(about=_about(title, scenes))


def _about(title: str, scenes: Sequence[Scene]) -> dict[str, str]:
    return {
        "Title": title,
        "Copyright": credit_line(scenes),
        "Simulated": "yes" if _is_simulated(scenes) else "no",
        "Software": f"Earthwork {earthwork.__version__}",
    }


def _draw_band(sheet: Sheet) -> None:
    sheet.band(left=0, top=0, width=sheet.width, height=_STRIP, colour=ALERT)
    words = f"{SIMULATED}: rendered by a computer. It shows no real place and no real event."
    sheet.text(words, _ON_BLACK, left=_MARGIN, top=10)


def _draw_marks(axes: Axes, draft: _Draft, number: int, marks: Sequence[Mark]) -> None:
    """Outline on every frame of the last one's ground; number on the last one alone."""
    page, last = draft.frames[number].grid, draft.frames[-1].grid
    placed = [(m, g) for m in marks if (g := on_page(m, page)) is not None]
    if number == len(draft.frames) - 1:
        draw_outlines(axes, placed)
        draw_badges(axes, placed, width=page.width, height=page.height)
    elif page == last:
        draw_outlines(axes, placed, width_px=1.6)


def _side(draft: _Draft, number: int) -> str:
    if len(draft.frames) == 1:
        return ""
    return ("Before: ", "After: ")[number]


def _draw_date(sheet: Sheet, scene: Scene, *, left: int, top: int, width: int, side: str) -> None:
    sheet.band(left=left, top=top, width=width, height=_STRIP, colour=INK)
    date = f"{side}{scene.capture.spoken()}"
    sheet.text(date, _ON_BLACK, left=left + 12, top=top + 9)
    detail = ", ".join(filter(None, [scene.sensor, spoken_gsd(scene.gsd_m)]))
    room = width - text_width(date, _ON_BLACK) - 48
    if text_width(detail, _ON_BLACK_SMALL) > room:
        detail = spoken_gsd(scene.gsd_m)
    sheet.text(detail, _ON_BLACK_SMALL, left=left + width - 12, top=top + 13, align="right")


def _draw_watermark(axes: Axes, shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    put_text(
        axes, SIMULATED, _WATERMARK, x=width / 2, y=height / 2, align="center", vertical="center",
        rotation=25, rotation_mode="anchor", alpha=0.38, zorder=2,
    )  # fmt: skip


def draw_scale_and_north(sheet: Sheet, page: Grid, *, top: float) -> None:
    """Draw the scale bar of a page and where north is, or that they are not known."""
    end = _draw_scale(sheet, page, top=top)
    _draw_north(sheet, page, left=end + 56, top=top)


def scale_length_m(gsd_m: float, *, widest_px: float) -> float:
    """Return the longest of 1, 2 or 5 times a power of ten that fits, in metres.

    Examples
    --------
    >>> scale_length_m(0.5, widest_px=250)
    100.0
    """
    room = gsd_m * widest_px
    power = 10.0 ** floor(log10(room))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= room)


def spoken_scale(length_m: float) -> str:
    """Return the length of a scale bar.

    Examples
    --------
    >>> spoken_scale(100.0), spoken_scale(2000.0)
    ('100 m', '2 km')
    """
    if length_m >= 1000:  # noqa: PLR2004 - a kilometre
        return f"{length_m / 1000:g} km"
    return f"{length_m:g} m"


def _draw_scale(sheet: Sheet, page: Grid, *, top: float) -> float:
    """Draw the scale bar; return where it ends."""
    if page.gsd_m is None:
        words = "Scale unknown: give --gsd-m"
        sheet.text(words, _BODY, left=_MARGIN, top=top + 18)
        return _MARGIN + text_width(words, _BODY)
    length_m = scale_length_m(page.gsd_m, widest_px=0.3 * PLATE_WIDTH_PX)
    width = length_m / page.gsd_m
    for part, colour in enumerate((INK, "#ffffff", INK, "#ffffff")):
        left = _MARGIN + part * width / 4
        sheet.band(left=left, top=top, width=width / 4, height=10, colour=colour)
    edges = [_MARGIN, _MARGIN + width, _MARGIN + width, _MARGIN, _MARGIN]
    sheet.line(edges, [top, top, top + 10, top + 10, top], linewidth=1.5)
    sheet.text("0", _BODY, left=_MARGIN, top=top + 18)
    said = spoken_scale(length_m)
    sheet.text(said, _BODY, left=_MARGIN + width, top=top + 18, align="center")
    return _MARGIN + width + text_width(said, _BODY) / 2


def _draw_north(sheet: Sheet, page: Grid, *, left: float, top: float) -> None:
    turn = north_angle(page)
    if turn is None:
        sheet.text("North unknown", _BODY, left=left, top=top + 18)
        return
    middle_x, middle_y, reach = left + 16, top + 22, 24.0
    shape = [(0.0, -1.0), (0.5, 0.8), (0.0, 0.42), (-0.5, 0.8)]
    points = [
        (
            middle_x + reach * (x * cos(turn) - y * sin(turn)),
            middle_y + reach * (x * sin(turn) + y * cos(turn)),
        )
        for x, y in shape
    ]
    sheet.polygon(points, colour=INK)
    sheet.text("North", _BODY, left=left + 48, top=top + 10)


def north_angle(page: Grid) -> float | None:
    """Return the turn of true north from straight up, clockwise in radians; None if unknown.

    Parameters
    ----------
    page
        Grid of the picture.
    """
    if page.crs is None:
        return None
    centre = page.to_map(Point(page.width / 2, page.height / 2))
    here = reproject(centre, source=page.crs, target=_WGS84)
    ahead = translate(here, yoff=1e-4)
    there = page.to_pixels(reproject(ahead, source=_WGS84, target=page.crs)).centroid
    return atan2(there.x - page.width / 2, page.height / 2 - there.y)


_SWATCH = 64
_ROW_GAP = 8


def _legend_cells(marks: Sequence[Mark]) -> list[list[str]]:
    width = _panel_width(2) - _SWATCH - 60
    return [wrapped(entry.label, _BODY, width=width) for entry in _entries(marks)]


def _entries(marks: Sequence[Mark]) -> list[Mark | Crowd]:
    """Return what the legend lists: marks one by one, and crowds."""
    single, crowds = parted(marks)
    return [*single, *crowds]


def _legend_rows(marks: Sequence[Mark]) -> list[int]:
    """Return the height of each row of two cells."""
    heights = [max(2 * 18, len(cell) * _BODY.line_px) + _ROW_GAP for cell in _legend_cells(marks)]
    return [max(heights[i : i + 2]) for i in range(0, len(heights), 2)]


def _legend_height(marks: Sequence[Mark]) -> int:
    return sum(_legend_rows(marks))


def _draw_legend(sheet: Sheet, marks: Sequence[Mark], layout: _Layout) -> None:
    rows, cells = _legend_rows(marks), _legend_cells(marks)
    for number, entry in enumerate(_entries(marks)):
        left = _MARGIN + (number % 2) * (_panel_width(2) + _GUTTER)
        top = layout.legend_top + sum(rows[: number // 2])
        if isinstance(entry, Mark):
            sheet.badge(entry.number, x=left + 17, y=top + 17, colour=entry.symbol.colour)
        _draw_swatch(sheet, entry.symbol, left=left + 42, y=top + 17)
        sheet.lines(cells[number], _BODY, left=left + 42 + _SWATCH + 10, top=top + 3)


def _draw_swatch(sheet: Sheet, symbol: Symbol, *, left: float, y: float) -> None:
    style = (0, symbol.dash) if symbol.dash else "solid"
    sheet.line([left, left + _SWATCH], [y, y], colour=symbol.colour, linewidth=4, linestyle=style)
