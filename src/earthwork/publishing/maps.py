"""The overview map of a case: area, scenes, what is claimed and what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from affine import Affine
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

import earthwork
from earthwork.model.grid import Grid, reproject
from earthwork.publishing.captions import SIMULATED, credit_line
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.generalisation import generalised
from earthwork.publishing.marks import draw_badges, marks_of
from earthwork.publishing.phrases import joined
from earthwork.publishing.plates import scale_length_m, spoken_scale
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
from earthwork.publishing.symbols import Symbol, symbol_of
from earthwork.publishing.thumbnails import moved

_WGS84 = CRS.from_epsg(4326)
_WIDTH = 1600
_MARGIN = 24
_LEFT = 136
_TALLEST = 1250
_LOWEST = 600
_TITLE = Type(size_px=32, is_bold=True)
_BODY = Type(size_px=22)
_SMALL = Type(size_px=19, colour=PALE)
_TICK = Type(size_px=18, colour=PALE)
_NAME = Type(size_px=19, colour="#333333")
_BAND = Type(size_px=24, is_bold=True, colour="#ffffff")
_AIR = 0.06
"""Share of the map's side left round what it shows."""
_SMALL_ON_MAP_PX = 16
"""Things with a shorter side are drawn as a marker."""

NO_MAP = "There is no map: no picture of this case has a place on the ground."
"""What stands in the place of a map that cannot be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """What lies under a map, longitude and latitude."""

    roads: tuple[BaseGeometry, ...] = ()
    """Centre lines."""
    water: tuple[BaseGeometry, ...] = ()
    """Rivers and lakes, lines or areas."""
    quarters: tuple[tuple[str, BaseGeometry], ...] = ()
    """Named areas."""
    credit: str | None = None
    """Whose they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewMap:
    """A map for print."""

    png: bytes
    """The picture."""
    caption: str
    """What it shows, and whose it is."""
    alt_text: str
    """The same for a reader who cannot see it."""


def overview_map(
    evidence: BriefEvidence, *, is_public: bool, backdrop: Backdrop | None = None
) -> OverviewMap | None:
    """Draw the overview map of a case; None if nothing of it has a place on the ground.

    Parameters
    ----------
    evidence
        The evidence of the brief. Candidates are never drawn.
    is_public
        Round coordinates to the release policy of the case.
    backdrop
        Roads, water and quarters to draw beneath.
    """
    content = _gathered(evidence, is_public=is_public)
    if content is None:
        return None
    ground = backdrop or Backdrop()
    page = _page(content.everything)
    return OverviewMap(
        png=_drawn(evidence, content, ground, page),
        caption=_caption(evidence, is_public=is_public),
        alt_text=_alt_text(evidence, content),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What the map shows, longitude and latitude."""

    area: BaseGeometry | None
    scenes: tuple[BaseGeometry, ...]
    claimed: tuple[BaseGeometry, ...]
    observed: tuple[tuple[int, BaseGeometry, Symbol], ...]
    everything: BaseGeometry


def _gathered(evidence: BriefEvidence, *, is_public: bool) -> _Content | None:
    digits = evidence.case.release.coordinate_digits if is_public else 7
    outlines = [s.grid.outline_lonlat() for s in evidence.scenes]
    scenes = tuple(outline for outline in outlines if outline is not None)
    observed = tuple(
        (number, generalised(o.geometry, digits=digits), symbol_of(o.kind, o.state))
        for number, o in enumerate(evidence.observations, start=1)
        if not o.is_pixels
    )
    areas = [c.place.area for c in evidence.claims if c.place is not None and c.place.area]
    claimed = tuple({g.wkt: g for g in (generalised(a, digits=digits) for a in areas)}.values())
    area = evidence.case.area
    shown = [*([] if area is None else [area]), *scenes, *(g for _, g, _ in observed)]
    if not shown:
        return None
    return _Content(
        area=area, scenes=scenes, claimed=claimed, observed=observed, everything=unary_union(shown)
    )


def _page(shown: BaseGeometry) -> Grid:
    """Return a north-up page of metres about the middle of what is shown."""
    west, south, east, north = shown.bounds
    middle = f"+lat_0={(south + north) / 2:.5f} +lon_0={(west + east) / 2:.5f}"
    crs = CRS.from_proj4(f"+proj=aeqd {middle} +datum=WGS84 +units=m")
    left, bottom, right, top = reproject(shown, source=_WGS84, target=crs).bounds
    wide, high = max(right - left, 50.0) * (1 + 2 * _AIR), max(top - bottom, 50.0) * (1 + 2 * _AIR)
    inner = _WIDTH - _LEFT - _MARGIN
    gsd = max(wide / inner, high / _TALLEST)
    height = max(_LOWEST, round(high / gsd))
    x, y = (left + right) / 2 - inner / 2 * gsd, (top + bottom) / 2 + height / 2 * gsd
    return Grid(height=height, width=inner, transform=Affine(gsd, 0, x, 0, -gsd, y), crs=crs)


def _on(page: Grid, geometry: BaseGeometry) -> BaseGeometry:
    if page.crs is None:
        return page.to_pixels(geometry)
    return page.to_pixels(reproject(geometry, source=_WGS84, target=page.crs))


def _drawn(evidence: BriefEvidence, content: _Content, ground: Backdrop, page: Grid) -> bytes:
    is_simulated = evidence.case.is_simulated or any(s.is_simulated for s in evidence.scenes)
    legend = _legend(content, ground)
    credit = wrapped(_credit(evidence, ground), _SMALL, width=_WIDTH - 2 * _MARGIN)
    title = wrapped(_title(evidence), _TITLE, width=_WIDTH - 2 * _MARGIN)
    title_top = _MARGIN + (58 if is_simulated else 0)
    map_top = title_top + len(title) * _TITLE.line_px + 12
    scale_top = map_top + page.height + 44
    legend_top = scale_top + 78
    credit_top = legend_top + ceil(len(legend) / 2) * 40 + 8
    height = credit_top + len(credit) * _SMALL.line_px + _MARGIN
    sheet = Sheet(width=_WIDTH, height=height)
    if is_simulated:
        sheet.band(left=0, top=0, width=_WIDTH, height=46, colour=ALERT)
        sheet.text(f"{SIMULATED}: an invented place.", _BAND, left=_MARGIN, top=10)
    sheet.lines(title, _TITLE, left=_MARGIN, top=title_top)
    axes = sheet.panel(left=_LEFT, top=map_top, width=page.width, height=page.height)
    _draw_ground(axes, ground, page)
    _draw_content(axes, content, page)
    _draw_names(axes, ground, page)
    _draw_graticule(sheet, axes, page, map_top)
    _draw_badges(axes, evidence, content, page)
    _draw_scale(sheet, page, top=scale_top)
    _draw_legend(sheet, legend, top=legend_top)
    sheet.lines(credit, _SMALL, left=_MARGIN, top=credit_top)
    return sheet.png(about=_about(evidence, is_simulated=is_simulated))


def _title(evidence: BriefEvidence) -> str:
    if not evidence.observations:
        return f"{evidence.case.place}: where reports place what they tell"
    return f"{evidence.case.place}: what was observed, and where reports place it"


def _about(evidence: BriefEvidence, *, is_simulated: bool) -> dict[str, str]:
    return {
        "Title": _title(evidence),
        "Copyright": credit_line(evidence.scenes),
        "Simulated": "yes" if is_simulated else "no",
        "Software": f"Earthwork {earthwork.__version__}",
    }


def _draw_ground(axes: Axes, ground: Backdrop, page: Grid) -> None:
    for _, quarter in ground.quarters:
        _shape(axes, _on(page, quarter), edge="#bbbbbb", width=1.2, order=0.8)
    for water in ground.water:
        _shape(axes, _on(page, water), edge="#9db8c9", width=5, fill="#d5e4ee", order=0.7)
    for road in ground.roads:
        _shape(axes, _on(page, road), edge="#c9c2b8", width=3, order=0.9)


def _draw_content(axes: Axes, content: _Content, page: Grid) -> None:
    for claimed in content.claimed:
        _shape(axes, _on(page, claimed), edge="#8a8a8a", width=1, fill="#e4e4e4", order=0.6)
    for outline in content.scenes:
        _shape(axes, _on(page, outline), edge="#444444", width=1.6, dash=(6, 4), order=1.5)
    if content.area is not None:
        _shape(axes, _on(page, content.area), edge=INK, width=2.4, order=1.6)
    for _, geometry, symbol in content.observed:
        _draw_observed(axes, _on(page, geometry), symbol)


def _draw_observed(axes: Axes, placed: BaseGeometry, symbol: Symbol) -> None:
    left, top, right, bottom = placed.bounds
    if max(right - left, bottom - top) < _SMALL_ON_MAP_PX:
        middle = placed.representative_point()
        axes.plot(
            [middle.x], [middle.y], marker=symbol.marker, markersize=15, color=symbol.colour,
            markeredgecolor="white", markeredgewidth=1.8, linestyle="none", zorder=3,
        )  # fmt: skip
        return
    _shape(axes, placed, edge="white", width=7, order=2.4)
    _shape(axes, placed, edge=symbol.colour, width=3.5, dash=symbol.dash, order=2.6)
    _shape(axes, placed, edge=symbol.colour, width=0, hatch=symbol.hatch, order=2.5)


def _shape(
    axes: Axes,
    geometry: BaseGeometry,
    *,
    edge: str,
    width: float,
    order: float,
    fill: str | None = None,
    dash: tuple[float, ...] = (),
    hatch: str | None = None,
) -> None:
    """Draw lines and areas of a geometry in page pixels; points and hatched lines are left out."""
    style = (0, dash) if dash else "solid"
    for path, is_area in _paths(geometry):
        if hatch is not None and not is_area:
            continue
        axes.add_patch(
            PathPatch(
                path, fill=is_area and fill is not None, facecolor=fill or "none", edgecolor=edge,
                linewidth=width, linestyle=style, hatch=hatch, zorder=order, capstyle="round",
            )
        )  # fmt: skip


def _paths(geometry: BaseGeometry) -> list[tuple[Outline, bool]]:
    if isinstance(geometry, Polygon):
        rings = [geometry.exterior, *geometry.interiors]
        outline = Outline.make_compound_path(*(Outline(list(r.coords), closed=True) for r in rings))
        return [(outline, True)]
    if isinstance(geometry, LineString):
        return [(Outline(list(geometry.coords)), False)]
    parts = getattr(geometry, "geoms", ())
    return [path for part in parts for path in _paths(part)]


def _draw_names(axes: Axes, ground: Backdrop, page: Grid) -> None:
    for name, quarter in ground.quarters:
        middle = _on(page, quarter).representative_point()
        if 0 <= middle.x <= page.width and 0 <= middle.y <= page.height:
            put_text(
                axes, name, _NAME, x=middle.x, y=middle.y, align="center", vertical="center",
                halo="white", zorder=2.2, clip_on=True,
            )  # fmt: skip


def _draw_badges(axes: Axes, evidence: BriefEvidence, content: _Content, page: Grid) -> None:
    marks = {m.number: m for m in marks_of(evidence.observations)}
    placed = [(marks[number], _on(page, geometry)) for number, geometry, _ in content.observed]
    draw_badges(axes, placed, width=page.width, height=page.height)


def _graticule_step(span_deg: float) -> float:
    """Return the step of a graticule of about four lines, in degrees."""
    power = 10.0 ** floor(log10(span_deg / 4))
    return next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power >= span_deg / 4)


def _draw_graticule(sheet: Sheet, axes: Axes, page: Grid, map_top: float) -> None:
    outline = page.outline_lonlat()
    if outline is None or page.crs is None:
        return
    west, south, east, north = outline.bounds
    step = _graticule_step(min(east - west, north - south))
    digits = max(0, -floor(log10(step)))
    onto = Transformer.from_crs(_WGS84, page.crs, always_xy=True)
    for longitude in np.arange(ceil(west / step), floor(east / step) + 1) * step:
        xs, ys = _traced(page, onto, (longitude, south), (longitude, north))
        axes.plot(xs, ys, color="#999999", linewidth=0.8, linestyle=(0, (1, 4)), zorder=1.2)
        foot = float(np.interp(page.height, ys[::-1], xs[::-1]))
        label = _degrees(longitude, digits, "EW")
        if text_width(label, _TICK) / 2 < foot < page.width - text_width(label, _TICK) / 2:
            sheet.text(
                label, _TICK, left=_LEFT + foot, top=map_top + page.height + 8, align="center"
            )
    for latitude in np.arange(ceil(south / step), floor(north / step) + 1) * step:
        xs, ys = _traced(page, onto, (west, latitude), (east, latitude))
        axes.plot(xs, ys, color="#999999", linewidth=0.8, linestyle=(0, (1, 4)), zorder=1.2)
        side = float(np.interp(0, xs, ys))
        if 10 < side < page.height - 10:  # noqa: PLR2004 - half a line of text
            label = _degrees(latitude, digits, "NS")
            sheet.text(label, _TICK, left=_LEFT - 8, top=map_top + side - 10, align="right")
    edges_x = [_LEFT, _LEFT + page.width, _LEFT + page.width, _LEFT, _LEFT]
    bottom = map_top + page.height
    sheet.line(edges_x, [map_top, map_top, bottom, bottom, map_top], linewidth=1.2)


def _traced(
    page: Grid, onto: Transformer, first: tuple[float, float], last: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a line between two places (longitude, latitude) as page columns and rows."""
    along = np.linspace(first, last, 20)
    return moved(~page.transform, *onto.transform(along[:, 0], along[:, 1]))


def _degrees(value: float, digits: int, sides: str) -> str:
    return f"{abs(value):.{digits}f}° {sides[0] if value >= 0 else sides[1]}"


def _draw_scale(sheet: Sheet, page: Grid, *, top: float) -> None:
    gsd = page.transform.a
    length_m = scale_length_m(gsd, widest_px=0.28 * _WIDTH)
    width = length_m / gsd
    for part, colour in enumerate((INK, "#ffffff", INK, "#ffffff")):
        left = _LEFT + part * width / 4
        sheet.band(left=left, top=top, width=width / 4, height=10, colour=colour)
    xs = [_LEFT, _LEFT + width, _LEFT + width, _LEFT, _LEFT]
    sheet.line(xs, [top, top, top + 10, top + 10, top], linewidth=1.5)
    sheet.text("0", _BODY, left=_LEFT, top=top + 18)
    sheet.text(spoken_scale(length_m), _BODY, left=_LEFT + width, top=top + 18, align="center")
    x, y = _LEFT + width + 120, top + 22
    sheet.polygon([(x, y - 24), (x + 12, y + 19), (x, y + 10), (x - 12, y + 19)], colour=INK)
    sheet.text("North is up", _BODY, left=x + 28, top=top + 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One line of the legend."""

    words: str
    symbol: Symbol | None = None
    line: tuple[str, float, tuple[float, ...]] | None = None
    fill: str | None = None


def _legend(content: _Content, ground: Backdrop) -> list[_Entry]:
    symbols = {symbol.name: symbol for _, _, symbol in content.observed}
    entries = [_Entry(words=name, symbol=symbol) for name, symbol in symbols.items()]
    extras = (
        (content.area is not None, _Entry(words="area of the case", line=(INK, 2.4, ()))),
        (bool(content.scenes), _Entry(words="edge of an image", line=("#444444", 1.6, (6, 4)))),
        (bool(content.claimed), _Entry(words="area that a report names", fill="#e4e4e4")),
        (bool(ground.roads), _Entry(words="road", line=("#c9c2b8", 3.0, ()))),
        (bool(ground.water), _Entry(words="water", line=("#9db8c9", 5.0, ()))),
    )
    return entries + [entry for is_shown, entry in extras if is_shown]


def _draw_legend(sheet: Sheet, legend: Sequence[_Entry], *, top: float) -> None:
    for number, entry in enumerate(legend):
        left = _MARGIN + (number % 2) * (_WIDTH / 2)
        y = top + (number // 2) * 40 + 16
        _draw_key(sheet, entry, left=left, y=y)
        sheet.text(entry.words, _BODY, left=left + 124, top=y - 14)


def _draw_key(sheet: Sheet, entry: _Entry, *, left: float, y: float) -> None:
    if entry.fill is not None:
        sheet.band(left=left + 8, top=y - 11, width=92, height=22, colour=entry.fill)
    if entry.line is not None:
        colour, width, dash = entry.line
        style = (0, dash) if dash else "solid"
        sheet.line([left + 8, left + 100], [y, y], colour=colour, linewidth=width, linestyle=style)
    if entry.symbol is not None:
        _draw_symbol_key(sheet, entry.symbol, left=left, y=y)


def _draw_symbol_key(sheet: Sheet, symbol: Symbol, *, left: float, y: float) -> None:
    axes = sheet.panel(left=left, top=y - 15, width=116, height=30)
    axes.plot(
        [14], [15], marker=symbol.marker, markersize=15, color=symbol.colour,
        markeredgecolor="white", markeredgewidth=1.8, linestyle="none",
    )  # fmt: skip
    area = Polygon([(34, 3), (102, 3), (102, 27), (34, 27)])
    _shape(axes, area, edge=symbol.colour, width=0, hatch=symbol.hatch, order=1)
    _shape(axes, area, edge=symbol.colour, width=3, dash=symbol.dash, order=2)


def _credit(evidence: BriefEvidence, ground: Backdrop) -> str:
    images = credit_line(evidence.scenes)
    parts = [f"Images: {images}." if images else "", ground.credit or ""]
    return " ".join(["Map: Earthwork.", *filter(None, parts)])


def _caption(evidence: BriefEvidence, *, is_public: bool) -> str:
    first = f"{SIMULATED}. " if evidence.case.is_simulated else ""
    digits = evidence.case.release.coordinate_digits
    rounded = f" Positions are rounded to {digits} decimals of a degree." if is_public else ""
    return (
        f"{first}{_title(evidence)}. Numbers are those of the observations in this brief."
        f"{rounded} Credit: {credit_line(evidence.scenes) or 'none'}."
    )


def _alt_text(evidence: BriefEvidence, content: _Content) -> str:
    names = [mark.label for mark in marks_of(evidence.observations)]
    shown = [f"{number}, {names[number - 1]}" for number, _, _ in content.observed]
    seen = f" It shows {joined(shown)}." if shown else " No observation has a place on it."
    return f"Map of {evidence.case.place}.{seen}"
