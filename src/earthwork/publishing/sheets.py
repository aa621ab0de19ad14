"""A sheet to draw on: text, pictures and lines placed by pixel, and the PNG made of them."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image, ImageFont
from PIL.PngImagePlugin import PngInfo

INK = "#111111"
"""Colour of text."""
PALE = "#555555"
"""Colour of text of less weight."""
PAPER = "#ffffff"
"""Colour of the sheet."""
ALERT = "#8a0000"
"""Colour of the band that says SIMULATED."""
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """Size and weight of text."""

    size_px: int
    """Height of the font in pixels."""
    is_bold: bool = False
    """True for bold."""
    colour: str = INK
    """Colour."""

    @property
    def line_px(self) -> int:
        """Return the distance of lines in pixels."""
        return round(self.size_px * 1.35)


@cache
def _font_file(*, is_bold: bool) -> Path:
    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@cache
def _font(size_px: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_font_file(is_bold=is_bold)), size_px)


@cache
def _drawable(*, is_bold: bool) -> frozenset[int]:
    return frozenset(FT2Font(str(_font_file(is_bold=is_bold))).get_charmap())


def printable(text: str, *, is_bold: bool = False) -> str:
    """Return a text on one line, with what the font cannot draw as a question mark.

    Parameters
    ----------
    text
        Any text; invisible format characters are dropped.
    is_bold
        Whether the bold font is meant.
    """
    known = _drawable(is_bold=is_bold)
    visible = (c for c in " ".join(text.split()) if unicodedata.category(c) != "Cf")
    return "".join(c if ord(c) in known else "?" for c in visible)


def text_width(text: str, kind: Type) -> float:
    """Return the width of a text in pixels."""
    font = _font(kind.size_px, is_bold=kind.is_bold)
    return float(font.getlength(printable(text, is_bold=kind.is_bold)))


def wrapped(text: str, kind: Type, *, width: float) -> list[str]:
    """Return a text broken into lines no wider than so many pixels.

    A word wider than that is broken where it must be.
    """
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, kind) <= width:
            lines[-1] = joined
        else:
            lines += _broken(word, kind, width)
    return lines


def _broken(word: str, kind: Type, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, kind) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


class Sheet:
    """A white page of so many pixels; x to the right, y downward from the upper left corner."""

    def __init__(self, *, width: int, height: int) -> None:
        self.width = width
        self.height = height
        with mpl.rc_context(mpl.rcParamsDefault):
            size = (width / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
            self._figure = Figure(figsize=size, dpi=_POINTS_PER_INCH, facecolor=PAPER)
            self._page = self.panel(left=0, top=0, width=width, height=height)

    def panel(self, *, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes over a part of the sheet, in pixels of that part, y downward."""
        place = (
            left / self.width,
            1 - (top + height) / self.height,
            width / self.width,
            height / self.height,
        )
        axes = self._figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        return axes

    def text(
        self,
        words: str,
        kind: Type,
        *,
        left: float,
        top: float,
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Write one line with its upper edge at ``top``."""
        put_text(self._page, words, kind, x=left, y=top + kind.size_px * 1.05, align=align)

    def lines(self, lines: Sequence[str], kind: Type, *, left: float, top: float) -> float:
        """Write lines below each other; return where the next would start."""
        for number, line in enumerate(lines):
            self.text(line, kind, left=left, top=top + number * kind.line_px)
        return top + len(lines) * kind.line_px

    def band(self, *, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        self._page.add_patch(Rectangle((left, top), width, height, color=colour, lw=0))

    def line(
        self, xs: Sequence[float], ys: Sequence[float], *, colour: str = INK, **style: Any
    ) -> None:
        """Draw a line through points."""
        self._page.add_line(Line2D(list(xs), list(ys), color=colour, **style))

    def polygon(self, points: Sequence[tuple[float, float]], *, colour: str) -> None:
        """Fill a polygon."""
        self._page.fill(*zip(*points, strict=True), color=colour, lw=0)

    def badge(self, number: int, *, x: float, y: float, colour: str) -> None:
        """Draw a number in a disc."""
        put_badge(self._page, number, x=x, y=y, colour=colour)

    def picture(self, rgb: NDArray[np.uint8], *, left: int, top: int) -> Axes:
        """Place a picture (row, column, 3) pixel on pixel; return axes in its pixels."""
        height, width = rgb.shape[:2]
        axes = self.panel(left=left, top=top, width=width, height=height)
        axes.imshow(rgb, extent=(0, width, height, 0), interpolation="nearest", aspect="auto")
        return axes

    def png(self, *, about: Mapping[str, str]) -> bytes:
        """Return the sheet as PNG with text fields; same sheet, same bytes."""
        with mpl.rc_context(mpl.rcParamsDefault):
            canvas = FigureCanvasAgg(self._figure)
            canvas.draw()  # type: ignore[no-untyped-call]
            pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
        fields = PngInfo()
        for name, value in about.items():
            fields.add_itxt(name, value)
        out = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", pnginfo=fields)
        return out.getvalue()


def put_text(
    axes: Axes,
    words: str,
    kind: Type,
    *,
    x: float,
    y: float,
    align: Literal["left", "center", "right"] = "left",
    vertical: Literal["baseline", "center"] = "baseline",
    halo: str | None = None,
    **style: Any,
) -> Text:
    """Write one line in axes, its baseline (or middle) at ``y``."""
    font = FontProperties(fname=str(_font_file(is_bold=kind.is_bold)), size=kind.size_px)
    put = axes.text(
        x, y, printable(words, is_bold=kind.is_bold), fontproperties=font, color=kind.colour,
        ha=align, va="center_baseline" if vertical == "center" else "baseline", **style,
    )  # fmt: skip
    put.set_parse_math(False)
    if halo is not None:
        put.set_path_effects([withStroke(linewidth=4, foreground=halo)])
    return put


BADGE_RADIUS_PX = 15
"""Radius of a numbered disc."""


def put_badge(axes: Axes, number: int, *, x: float, y: float, colour: str) -> None:
    """Draw a number in a disc with a white rim, in axes that count pixels."""
    disc = Circle(
        (x, y), BADGE_RADIUS_PX, facecolor=colour, edgecolor="white", linewidth=2.5, zorder=6
    )
    axes.add_patch(disc)
    kind = Type(size_px=17 if number < 100 else 13, is_bold=True, colour=_on(colour))  # noqa: PLR2004 - three figures are narrower
    put_text(axes, str(number), kind, x=x, y=y, align="center", vertical="center", zorder=7)


def _on(colour: str) -> str:
    """Return black or white, whichever stands out from a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue
    return "#000000" if brightness > 140 else "#ffffff"  # noqa: PLR2004 - half of white, as seen
