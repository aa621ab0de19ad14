"""The picture of an alignment: its tie points, what they leave over, and the ground they vouch for.

One key serves both panels: the colours go from light to dark as pixels grow, for the colour-blind
and for grey printers, and dots grow with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log10

import numpy as np
from affine import Affine
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray

import earthwork
from earthwork.model.grid import Grid, Window
from earthwork.model.pair import (
    AlignmentStatus,
    RegistrationReport,
    TieMarks,
    TieOrigin,
    TiePoint,
)
from earthwork.model.raster import ArrayRaster, Raster, luminance, whole
from earthwork.model.scene import Scene
from earthwork.model.warp_field import WarpField
from earthwork.publishing.captions import SIMULATED, credit_line
from earthwork.publishing.plates import PLATE_WIDTH_PX, draw_scale_and_north
from earthwork.publishing.sheets import ALERT, INK, PALE, Sheet, Type, put_text, wrapped
from earthwork.publishing.thumbnails import frame_of, page_grid

Float = NDArray[np.float64]
Picture = NDArray[np.uint8]

_MARGIN = 24
_GUTTER = 16
_STRIP = 46
_TALLEST_PX = 1100
_ROW_PX = 40
_TITLE = Type(size_px=32, is_bold=True)
_HEAD = Type(size_px=22, is_bold=True)
_BODY = Type(size_px=22)
_SMALL = Type(size_px=19, colour=PALE)
_TICK = Type(size_px=16)
_ON_BAND = Type(size_px=24, is_bold=True, colour="#ffffff")

_BOUNDS_PX = (0.25, 0.5, 1.0, 2.0)
_CLASSES = (
    ("#fde725", 3.2, "up to 0.25 px"),
    ("#5ec962", 3.6, "0.25 to 0.5 px"),
    ("#21918c", 4.2, "0.5 to 1 px"),
    ("#3b528b", 5.0, "1 to 2 px"),
    ("#440154", 6.0, "more than 2 px"),
)
"""Colour, radius of a dot in page pixels and words of each class: stops of the map viridis."""
_CELL_PX = 26
"""One found point is drawn in each square of so many page pixels."""
_PAPER_GREY = (96.0, 250.0)
"""Grey that the darkest and the brightest ground take: pale, so that dots stand out."""
_HATCH_PX = 16
_SAMPLES = 4
"""Pixels of the before-image read along the side of a page pixel, at least where it has as many."""
_STRIP_PIXELS = 4_000_000
"""Pixels held at once for each band."""
_NO_MARKS = TieMarks()
_SPOKEN = {
    AlignmentStatus.ALIGNED: "Aligned",
    AlignmentStatus.PARTLY_ALIGNED: "Partly aligned",
    AlignmentStatus.NOT_ALIGNED: "NOT ALIGNED: nothing of this pair is assessed",
}


def alignment_plate(
    report: RegistrationReport,
    field: WarpField,
    before: Raster,
    *,
    title: str,
    marks: TieMarks = _NO_MARKS,
    scenes: Sequence[Scene] = (),
) -> bytes:
    """Draw how well a pair fits, over its before-image.

    Parameters
    ----------
    report
        How well the pair fits.
    field
        Where each pixel of the before-image lies in the after-image, and the error expected.
    before
        The before-image; read in strips, so that memory does not grow with its size.
    title
        Which pair it is.
    marks
        What a person pinned or struck; what was struck is drawn, and what was pinned where the
        report of a pair that could not be aligned holds no point.
    scenes
        What is known of the image shown: whose it is, and whether it is simulated.

    Returns
    -------
    bytes
        PNG; the same pair gives the same bytes.
    """
    draft = _drafted(report, field, before, marks)
    layout = _laid_out(draft, report, title, scenes)
    sheet = Sheet(width=PLATE_WIDTH_PX, height=layout.height)
    _draw_head(sheet, report, layout, scenes)
    for number, (head, picture) in enumerate(draft.panels):
        left = _MARGIN + number * (_panel_width(2) + _GUTTER)
        sheet.text(head, _HEAD, left=left, top=layout.heads_top)
        axes = sheet.picture(picture, left=left, top=layout.picture_top)
        if number == 0:
            _draw_ticks(axes, draft)
            _draw_points(axes, draft)
    draw_scale_and_north(sheet, draft.page, top=layout.scale_top)
    _draw_key(sheet, draft, top=layout.key_top)
    sheet.lines(layout.figures, _BODY, left=_MARGIN, top=layout.figures_top)
    sheet.lines(layout.notes, _SMALL, left=_MARGIN, top=layout.notes_top)
    return sheet.png(about=_about(title, scenes))


def _about(title: str, scenes: Sequence[Scene]) -> dict[str, str]:
    return {
        "Title": f"Alignment: {title}",
        "Copyright": credit_line(scenes),
        "Simulated": "yes" if _is_simulated(scenes) else "no",
        "Software": f"Earthwork {earthwork.__version__}",
    }


def _is_simulated(scenes: Sequence[Scene]) -> bool:
    return any(scene.is_simulated for scene in scenes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What is drawn, in page pixels of a panel."""

    page: Grid
    """Grid of a panel."""
    zoom: float
    """Page pixels per pixel of the before-image."""
    panels: tuple[tuple[str, Picture], ...]
    """Heading and picture of each panel."""
    found: int
    """Points found in all."""
    shown: tuple[TiePoint, ...]
    """Those of them that are drawn."""
    pinned: tuple[TiePoint, ...]
    """All of them are drawn."""
    left_over: dict[TiePoint, tuple[float, float]]
    """What the field leaves over at each point drawn, in pixels of the before-image."""
    exaggeration: float
    """By how much that is drawn longer than it is."""
    struck: tuple[tuple[float, float, float], ...]
    """(x, y, radius) in pixels of the before-image."""
    is_hatched: bool
    """Whether some ground is not aligned."""
    has_errors: bool
    """Whether some is."""


def _panel_width(count: int) -> int:
    return (PLATE_WIDTH_PX - 2 * _MARGIN - (count - 1) * _GUTTER) // count


def _drafted(
    report: RegistrationReport, field: WarpField, before: Raster, marks: TieMarks
) -> _Draft:
    window = whole(before.grid)
    has_errors = bool(np.isfinite(field.knots[2]).any())
    page = page_grid(before.grid, window, width=_fitting_width(window, 2 if has_errors else 1))
    zoom = page.width / window.width
    grey, valid = _greyed(before, page)
    errors = _errors_on(field, page, zoom)
    lost = valid & np.isnan(errors)
    found = [t for t in report.tie_points if t.origin is TieOrigin.FOUND]
    pinned = [t for t in report.tie_points or marks.pinned if t.origin is TieOrigin.PINNED]
    shown = _thinned(found, zoom)
    left_over = _left_over([*shown, *pinned], field, report) if report.tie_points else {}
    return _Draft(
        page=page,
        zoom=zoom,
        panels=_panels(grey, errors, lost, has_errors=has_errors),
        found=len(found),
        shown=tuple(shown),
        pinned=tuple(pinned),
        left_over=left_over,
        exaggeration=_exaggeration(left_over, zoom),
        struck=marks.struck,
        is_hatched=bool(lost.any()),
        has_errors=has_errors,
    )


def _fitting_width(window: Window, panels: int) -> int:
    return max(1, min(_panel_width(panels), round(_TALLEST_PX * window.width / window.height)))


def _greyed(before: Raster, page: Grid) -> tuple[Picture, NDArray[np.bool_]]:
    """Return the before-image on the page as pale grey, and where it holds data."""
    frame = frame_of(_sparse(before, max(1, before.grid.width // (_SAMPLES * page.width))), page)
    values = frame.pixels[0]
    low, high = np.percentile(values[frame.valid], (1, 99)) if frame.valid.any() else (0.0, 1.0)
    part = ((values - low) / max(high - low, 1e-6)).clip(0, 1)
    dark, bright = _PAPER_GREY
    grey = np.where(frame.valid, dark + (bright - dark) * part, 255.0).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2), frame.valid


def _sparse(raster: Raster, step: int) -> Raster:
    """Return the luminance of every so many pixels, read in strips: a backdrop asks for no more."""
    grid = raster.grid
    height, width = grid.height // step, grid.width // step
    rows_at_once = max(1, _STRIP_PIXELS // (grid.width * step))
    pixels, mask = np.zeros((1, height, width), np.float32), np.zeros((height, width), bool)
    for top in range(0, height, rows_at_once):
        rows = min(rows_at_once, height - top)
        strip = Window(row=top * step, column=0, height=rows * step, width=width * step)
        middle = slice(step // 2, None, step)
        pixels[0, top : top + rows] = luminance(raster.read(strip)[:, middle, middle])
        mask[top : top + rows] = raster.valid(strip)[middle, middle]
    transform = grid.transform @ Affine.scale(grid.width / width, grid.height / height)
    small = replace(grid, height=height, width=width, transform=transform)
    return ArrayRaster(grid=small, pixels=pixels, mask=mask)


def _errors_on(field: WarpField, page: Grid, zoom: float) -> Float:
    """Return the error expected at each page pixel, dims (row, column); NaN where none is."""
    x, y = np.meshgrid(np.arange(page.width) + 0.5, np.arange(page.height) + 0.5)
    points = np.stack([x.ravel(), y.ravel()], axis=1) / zoom
    return field.error_at(points).reshape(page.shape)


def _panels(
    grey: Picture, errors: Float, lost: NDArray[np.bool_], *, has_errors: bool
) -> tuple[tuple[str, Picture], ...]:
    first = _hatched(grey, lost)
    if not has_errors:
        return (("The earlier image", first),)
    colours = np.array([_rgb(colour) for colour, _, _ in _CLASSES], np.float32)
    tinted = 0.45 * grey + 0.55 * colours[_class_of(np.nan_to_num(errors))]
    second = np.where(np.isnan(errors)[..., None], first, tinted).astype(np.uint8)
    return (
        ("Tie points and their residuals", first),
        ("Error expected of the alignment", second),
    )


def _hatched(picture: Picture, where: NDArray[np.bool_]) -> Picture:
    """Return a picture with ground washed out and hatched."""
    rows, columns = np.indices(where.shape)
    lines = where & ((rows + columns) % _HATCH_PX < 2)  # noqa: PLR2004 - width of a line
    washed = np.where(where[..., None], 255 - (255 - picture.astype(np.float32)) * 0.6, picture)
    return np.where(lines[..., None], _rgb("#555555"), washed).astype(np.uint8)


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def _class_of(pixels: Float) -> NDArray[np.intp]:
    return np.searchsorted(_BOUNDS_PX, pixels)


def _thinned(found: Sequence[TiePoint], zoom: float) -> list[TiePoint]:
    """Return the middle one, by residual, of the points in each square of the page."""
    cells: dict[tuple[int, int], list[TiePoint]] = {}
    for tie in found:
        cell = (int(tie.before_y * zoom / _CELL_PX), int(tie.before_x * zoom / _CELL_PX))
        cells.setdefault(cell, []).append(tie)
    chosen = []
    for _, ties in sorted(cells.items()):
        ties.sort(key=lambda tie: (tie.residual_px, tie.before_x, tie.before_y))
        chosen.append(ties[(len(ties) - 1) // 2])
    return chosen


def _left_over(
    ties: Sequence[TiePoint], field: WarpField, report: RegistrationReport
) -> dict[TiePoint, tuple[float, float]]:
    """Return how far points lie from where the field puts them, in pixels of the before-image."""
    table = np.array([(t.before_x, t.before_y, t.after_x, t.after_y) for t in ties], np.float64)
    apart = (table[:, 2:] - field.to_after(table[:, :2])) / report.scale
    turn = np.radians(report.rotation_deg)
    back = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    turned = apart @ back.T
    return {tie: (float(x), float(y)) for tie, (x, y) in zip(ties, turned, strict=True)}


def _exaggeration(left_over: dict[TiePoint, tuple[float, float]], zoom: float) -> float:
    """Return 1, 2 or 5 times a power of ten that makes most arrows about a square long."""
    lengths = np.hypot(*np.array(list(left_over.values())).reshape(-1, 2).T)
    if not len(lengths) or np.percentile(lengths, 90) == 0:
        return 1.0
    room = _CELL_PX / (float(np.percentile(lengths, 90)) * zoom)
    if room <= 1:
        return 1.0
    power = 10.0 ** floor(log10(room))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= room)


def _draw_points(axes: Axes, draft: _Draft) -> None:
    zoom = draft.zoom
    tails = {t: (t.before_x * zoom, t.before_y * zoom) for t in (*draft.shown, *draft.pinned)}
    lines = [
        [tails[t], (tails[t][0] + x * zoom * draft.exaggeration,
                    tails[t][1] + y * zoom * draft.exaggeration)]
        for t, (x, y) in draft.left_over.items()
    ]  # fmt: skip
    axes.add_collection(LineCollection(lines, colors=INK, linewidths=1.3, zorder=2))
    _draw_dots(axes, [tails[t] for t in draft.shown], [t.residual_px for t in draft.shown])
    for tie in draft.pinned:
        residual = tie.residual_px if tie in draft.left_over else None
        _draw_pin(axes, *tails[tie], residual=residual)
    for x, y, radius in draft.struck:
        _draw_struck(axes, x * zoom, y * zoom, radius=max(9.0, radius * zoom))


def _draw_dots(axes: Axes, places: Sequence[tuple[float, float]], sizes: Sequence[float]) -> None:
    if not places:
        return
    classes = _class_of(np.array(sizes))
    radii = np.array([_CLASSES[number][1] for number in classes])
    axes.add_collection(
        EllipseCollection(
            2 * radii, 2 * radii, np.zeros(len(radii)), units="xy", offsets=places,
            offset_transform=axes.transData, edgecolors=INK, linewidths=0.7, zorder=3,
            facecolors=[_CLASSES[number][0] for number in classes],
        )
    )  # fmt: skip


def _draw_pin(axes: Axes, x: float, y: float, *, residual: float | None) -> None:
    colour = "#ffffff" if residual is None else _CLASSES[int(_class_of(np.array(residual)))][0]
    (pin,) = axes.plot(
        [x], [y], marker="D", markersize=11, markerfacecolor=colour, markeredgecolor="#ffffff",
        markeredgewidth=2.2, linestyle="none", zorder=5,
    )  # fmt: skip
    pin.set_path_effects(
        [Stroke(linewidth=5, foreground=INK), Stroke(linewidth=2.2, foreground="#ffffff")]
    )


def _draw_struck(axes: Axes, x: float, y: float, *, radius: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 61)
    for colour, width in (("#ffffff", 4.0), (INK, 1.8)):
        axes.plot(
            x + radius * np.cos(turn), y + radius * np.sin(turn), color=colour, linewidth=width,
            linestyle=(0, (4, 2)), zorder=4,
        )  # fmt: skip
        axes.plot(
            [x], [y], marker="x", markersize=9 if colour == INK else 11, color=colour,
            markeredgewidth=width, linestyle="none", zorder=4,
        )  # fmt: skip


def _draw_ticks(axes: Axes, draft: _Draft) -> None:
    """Count columns along the upper edge and rows along the left one, to find places again."""
    step = _tick_step(120 / draft.zoom)
    page = draft.page
    for at in range(step, round((page.width - 40) / draft.zoom), step):
        axes.plot([at * draft.zoom] * 2, [0, 8], color=INK, linewidth=1.5)
        put_text(axes, str(at), _TICK, x=at * draft.zoom, y=24, align="center", halo="white",
                 zorder=6)  # fmt: skip
    for at in range(step, round((page.height - 20) / draft.zoom), step):
        axes.plot([0, 8], [at * draft.zoom] * 2, color=INK, linewidth=1.5)
        put_text(axes, str(at), _TICK, x=12, y=at * draft.zoom, vertical="center", halo="white",
                 zorder=6)  # fmt: skip


def _tick_step(least: float) -> int:
    """Return the least of 1, 2 or 5 times a power of ten that is no less."""
    power = 10.0 ** floor(log10(max(least, 1.0)))
    return int(next(s * power for s in (1, 2, 5, 10) if s * power >= least))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where the parts of the plate lie, in pixels from its upper edge."""

    title: list[str]
    title_top: int
    band_top: int
    heads_top: int
    picture_top: int
    scale_top: int
    key_top: int
    figures: list[str]
    figures_top: int
    notes: list[str]
    notes_top: int
    height: int


def _laid_out(
    draft: _Draft, report: RegistrationReport, title: str, scenes: Sequence[Scene]
) -> _Layout:
    inner = PLATE_WIDTH_PX - 2 * _MARGIN
    lines = wrapped(f"Alignment: {title}", _TITLE, width=inner)
    title_top = _MARGIN + (_STRIP + 12 if _is_simulated(scenes) else 0)
    band_top = title_top + len(lines) * _TITLE.line_px + 10
    picture_top = band_top + _STRIP + 14 + _HEAD.line_px + 6
    scale_top = picture_top + draft.page.height + 18
    key_top = scale_top + 74
    figures = [row for said in _figures(report, draft) for row in wrapped(said, _BODY, width=inner)]
    figures_top = key_top + _key_rows(draft) * _ROW_PX + 8
    notes = wrapped(" ".join(_notes(report, draft, scenes)), _SMALL, width=inner)
    notes_top = figures_top + len(figures) * _BODY.line_px + 10
    return _Layout(
        title=lines, title_top=title_top, band_top=band_top, heads_top=band_top + _STRIP + 14,
        picture_top=picture_top, scale_top=scale_top, key_top=key_top, figures=figures,
        figures_top=figures_top, notes=notes, notes_top=notes_top,
        height=notes_top + len(notes) * _SMALL.line_px + _MARGIN,
    )  # fmt: skip


def _draw_head(
    sheet: Sheet, report: RegistrationReport, layout: _Layout, scenes: Sequence[Scene]
) -> None:
    if _is_simulated(scenes):
        sheet.band(left=0, top=0, width=sheet.width, height=_STRIP, colour=ALERT)
        words = f"{SIMULATED}: rendered by a computer. It shows no real place and no real event."
        sheet.text(words, _ON_BAND, left=_MARGIN, top=10)
    sheet.lines(layout.title, _TITLE, left=_MARGIN, top=layout.title_top)
    is_refused = report.status is AlignmentStatus.NOT_ALIGNED
    sheet.band(
        left=_MARGIN, top=layout.band_top, width=PLATE_WIDTH_PX - 2 * _MARGIN, height=_STRIP,
        colour=ALERT if is_refused else INK,
    )  # fmt: skip
    said = _SPOKEN[report.status]
    if not is_refused:
        said += f": {_share(report.aligned_share)} of the common ground"
    sheet.text(said, _ON_BAND, left=_MARGIN + 12, top=layout.band_top + 9)


def _share(part: float) -> str:
    """Return a share in per cent, never rounded up to all or down to nothing."""
    if part in (0.0, 1.0):
        return f"{part:.0%}"
    return f"{min(max(part, 0.001), 0.999):.1%}"


def _figures(report: RegistrationReport, draft: _Draft) -> list[str]:
    said = []
    if report.tie_points:
        pinned = f", {len(draft.pinned)} pinned by hand" if draft.pinned else ""
        said.append(
            f"{draft.found:,} places agree ({report.inlier_share:.0%} of those sought){pinned}."
            f" Residual: {_spread(report.residual_median_px, report.residual_p95_px)}."
        )
    if report.error_median_px is not None:
        said.append(
            "Error expected (one standard deviation):"
            f" {_spread(report.error_median_px, report.error_p95_px)}."
        )
    if report.tie_points:
        turn = "clockwise" if report.rotation_deg >= 0 else "anticlockwise"
        said.append(
            f"Median shift {_signed(report.shift_x_px)} px across,"
            f" {_signed(report.shift_y_px)} px down;"
            f" turned {abs(report.rotation_deg):.3f}° {turn}; scale {report.scale:.5f}."
        )
    return [*said, f"Reason: {report.reason}."]


def _signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "−")


def _spread(median: float | None, most: float | None) -> str:
    if median is None or most is None:
        return "not known"
    return f"median {median:.2f} px, 95th percentile {most:.2f} px"


def _notes(report: RegistrationReport, draft: _Draft, scenes: Sequence[Scene]) -> list[str]:
    said = ["Figures along the edges count columns and rows of the earlier image."]
    if len(draft.shown) < draft.found:
        said.append(
            f"Of {draft.found:,} points found {len(draft.shown):,} are drawn: of each square of the"
            " page the one whose residual is in the middle."
        )
    if not report.tie_points:
        said.append("Three or more places pinned by hand may align it (earthwork align --marks).")
    said.append(f"Method: {report.method}.")
    if scenes:
        said.append(f"Credit: {credit_line(scenes)}.")
    return said


def _entries(draft: _Draft) -> list[tuple[str, str]]:
    """Return what the key explains besides the classes: the sign and its words."""
    entries = (
        (
            bool(draft.left_over),
            "arrow",
            f"residual, drawn {draft.exaggeration:,.0f} times as long",
        ),
        (draft.is_hatched, "hatch", "not aligned: not assessed"),
        (bool(draft.pinned), "pin", f"pinned by hand ({len(draft.pinned)})"),
        (
            bool(draft.struck),
            "struck",
            f"struck by hand ({len(draft.struck)}): nothing found there counts",
        ),
    )
    return [(sign, words) for is_shown, sign, words in entries if is_shown]


def _key_rows(draft: _Draft) -> int:
    return (1 if draft.has_errors or draft.shown else 0) + -(-len(_entries(draft)) // 2)


def _draw_key(sheet: Sheet, draft: _Draft, *, top: float) -> None:
    y = top
    if draft.has_errors or draft.shown:
        for number, (colour, _, words) in enumerate(_CLASSES):
            left = _MARGIN + number * (PLATE_WIDTH_PX - 2 * _MARGIN) / len(_CLASSES)
            sheet.band(left=left, top=y + 2, width=52, height=24, colour=colour)
            axes = sheet.panel(left=left + 58, top=y, width=28, height=28)
            _draw_dots(axes, [(14, 14)], [(*_BOUNDS_PX, 9.0)[number]])
            sheet.text(words, _BODY, left=left + 94, top=y + 1)
        y += _ROW_PX
    for number, (sign, words) in enumerate(_entries(draft)):
        left = _MARGIN + (number % 2) * (_panel_width(2) + _GUTTER)
        _draw_sign(sheet, sign, left=left, top=y + (number // 2) * _ROW_PX)
        sheet.text(words, _BODY, left=left + 94, top=y + (number // 2) * _ROW_PX + 1)


def _draw_sign(sheet: Sheet, sign: str, *, left: float, top: float) -> None:
    if sign == "hatch":
        patch = np.full((28, 84, 3), 200, np.uint8)
        sheet.picture(_hatched(patch, np.ones(patch.shape[:2], bool)), left=int(left), top=int(top))
        return
    axes = sheet.panel(left=left, top=top, width=84, height=28)
    if sign == "arrow":
        axes.plot([20, 66], [14, 14], color=INK, linewidth=1.3)
        _draw_dots(axes, [(20, 14)], [0.0])
    elif sign == "pin":
        _draw_pin(axes, 42, 14, residual=None)
    else:
        _draw_struck(axes, 42, 14, radius=11)
