"""Sheets of labelled pictures for a page of the documentation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

MOST_BYTES = 250_000
"""A sheet is compressed until it takes no more."""
_STRIP_PX = 30
_GAP_PX = 8
_QUALITIES = (90, 86, 82, 78, 74, 70, 65, 60, 55)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture of a sheet."""

    label: str
    """Printed above it."""
    pixels: NDArray[np.uint8]
    """Dims (row, column, [red, green, blue])."""


def enlarged(pixels: NDArray[np.uint8], *, side_px: int, smooth: bool = True) -> NDArray[np.uint8]:
    """Return a square picture at another size; without smoothing its pixels stay to be seen."""
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(pixels).resize((side_px, side_px), how))


def write_sheet(path: Path, panels: Sequence[Panel], *, columns: int) -> str:
    """Lay panels of one size out in rows, write them as a JPEG, and say how large it is."""
    height, width = panels[0].pixels.shape[:2]
    rows = -(-len(panels) // columns)
    size = (
        columns * width + (columns - 1) * _GAP_PX,
        rows * (height + _STRIP_PX) + (rows - 1) * _GAP_PX,
    )
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        left, top = column * (width + _GAP_PX), row * (height + _STRIP_PX + _GAP_PX)
        pen.text((left + 2, top + _STRIP_PX // 2), panel.label, fill="black", anchor="lm",
                 font=_font(panel.label, width))  # fmt: skip
        sheet.paste(Image.fromarray(panel.pixels), (left, top + _STRIP_PX))
    data = _within(sheet)
    path.write_bytes(data)
    return f"{path.name}: {size[0]} by {size[1]}, {len(data) / 1000:.0f} kB"


def _font(label: str, width_px: int) -> ImageFont.FreeTypeFont:
    """Return the largest usual size at which a label fits over its panel."""
    file = font_manager.findfont("DejaVu Sans")
    fonts = [ImageFont.truetype(file, size) for size in (20, 18, 16, 14)]
    return next((font for font in fonts if font.getlength(label) <= width_px - 4), fonts[-1])


def _within(sheet: Image.Image) -> bytes:
    for quality in _QUALITIES:
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError(f"{sheet.size} cannot be brought under {MOST_BYTES} bytes")
