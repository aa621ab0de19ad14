"""Whole images at a working scale, read in strips so that memory stays bounded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.mappings import (
    Float,
    Image,
    Mapping,
    at_indices,
    bounds_window,
    sampled,
)
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Pixels, Raster, luminance, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Luminance at the working scale, with its place in the full image."""

    image: Image
    """Dims (row, column)."""
    valid: NDArray[np.bool_]
    """Dims (row, column): True where most of a pixel holds data."""
    origin: tuple[float, float]
    """Full-image (x, y) of the upper left corner."""
    factor: float
    """Full pixels per overview pixel."""

    def to_full(self, points: Float) -> Float:
        """Move points to the full image."""
        result: Float = points * self.factor + np.array(self.origin)
        return result

    def from_full(self, points: Float) -> Float:
        """Move points of the full image here."""
        result: Float = (points - np.array(self.origin)) / self.factor
        return result

    @property
    def raster(self) -> ArrayRaster:
        """Return it as a raster on a pixel grid."""
        height, width = self.image.shape
        grid = Grid.of_pixels(height=height, width=width)
        return ArrayRaster(grid=grid, pixels=self.image[None], mask=self.valid)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedRaster:
    """A raster at a whole part of its resolution, read when asked: luminance averaged in blocks."""

    raster: Raster
    """The full raster."""
    factor: int
    """Full pixels per pixel of this one."""

    @property
    def grid(self) -> Grid:
        """Return its pixel grid."""
        height, width = self.raster.grid.shape
        return Grid.of_pixels(height=height // self.factor, width=width // self.factor)

    @property
    def bands(self) -> int:
        """Return one: luminance."""
        return 1

    def read(self, window: Window) -> Image:
        """Return luminance (1, row, column) of a window."""
        return self.seen(window)[0][None]

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where most of a pixel holds data."""
        return self.seen(window)[1]

    def seen(self, window: Window) -> tuple[Image, NDArray[np.bool_]]:
        """Return luminance and where most of a pixel holds data, both (row, column)."""
        part = _decimated(self.raster, self._full(window), self.factor)
        return part.image, part.valid

    def _full(self, window: Window) -> Window:
        return Window(
            row=window.row * self.factor,
            column=window.column * self.factor,
            height=window.height * self.factor,
            width=window.width * self.factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A raster seen from behind: its columns in reverse, on a pixel grid."""

    raster: Raster
    """The raster."""

    @property
    def grid(self) -> Grid:
        """Return a pixel grid of its size: a reference would no longer be true."""
        return Grid.of_pixels(height=self.raster.grid.height, width=self.raster.grid.width)

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return self.raster.bands

    def read(self, window: Window) -> Pixels:
        """Return pixels (band, row, column) of a window."""
        return np.ascontiguousarray(self.raster.read(self._behind(window))[:, :, ::-1])

    def valid(self, window: Window) -> NDArray[np.bool_]:
        """Return (row, column): True where the pixel holds data."""
        return np.ascontiguousarray(self.raster.valid(self._behind(window))[:, ::-1])

    def _behind(self, window: Window) -> Window:
        return replace(window, column=self.raster.grid.width - window.column - window.width)


def seen_in(raster: Raster, window: Window) -> tuple[Image, NDArray[np.bool_]]:
    """Return luminance and where it holds data, both (row, column), reading once."""
    if isinstance(raster, ReducedRaster):
        return raster.seen(window)
    return luminance(raster.read(window)), raster.valid(window)


def reduced(raster: Raster, factor: int) -> Raster:
    """Return a raster at a whole part of its resolution; itself for 1."""
    return raster if factor == 1 else ReducedRaster(raster=raster, factor=factor)


def overview(raster: Raster, options: RegistrationOptions) -> Overview:
    """Read a whole raster at the working scale."""
    side = max(raster.grid.shape)
    factor = max(1, -(-side // options.working_side_px))
    return _decimated(raster, whole(raster.grid), factor)


def _decimated(raster: Raster, window: Window, factor: int) -> Overview:
    """Read a window in strips, each averaged down, so that memory stays bounded."""
    height = max(1, window.height // factor)
    width = max(1, window.width // factor)
    image = np.zeros((height, width), np.float32)
    share = np.zeros((height, width), np.float32)
    step = max(1, 4_000_000 // max(1, window.width * factor))
    for top in range(0, height, step):
        rows = min(step, height - top)
        strip = Window(
            row=window.row + top * factor,
            column=window.column,
            height=rows * factor,
            width=width * factor,
        )
        valid = raster.valid(strip)
        values = luminance(raster.read(strip))
        if valid.all():
            image[top : top + rows] = _block_mean(values, factor)
            share[top : top + rows] = 1
            continue
        image[top : top + rows] = _block_mean(np.where(valid, values, np.float32(0)), factor)
        share[top : top + rows] = _block_mean(valid.astype(np.float32), factor)
    image /= np.maximum(share, np.float32(1e-6))
    origin = (float(window.column), float(window.row))
    return Overview(image=image, valid=share > 0.5, origin=origin, factor=float(factor))  # noqa: PLR2004 - most of a block


def _block_mean(values: Image, factor: int) -> Image:
    if factor == 1:
        return values
    height, width = values.shape
    size = (width // factor, height // factor)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def after_overview(
    before: Grid, after: Raster, prior: Mapping, factor: float, options: RegistrationOptions
) -> Overview:
    """Return the after-image at the working scale.

    With references: laid out on the before-grid, grown by a margin. Without: as it is.
    """
    if before.crs is None or after.grid.crs is None:
        return overview(after, options)
    margin = min(options.reference_margin_px, 0.25 * max(before.shape))
    height, width = (int((side + 2 * margin) / factor) for side in before.shape)
    frame = Overview(
        image=np.zeros((height, width), np.float32),
        valid=np.zeros((height, width), bool),
        origin=(-margin, -margin),
        factor=factor,
    )
    return _laid_out(after, frame, lambda points: prior(frame.to_full(points)))


def block(raster: Raster, window: Window, factor: int) -> Overview:
    """Return a window of a raster at a whole part of its resolution."""
    return _decimated(raster, window, factor)


def block_of_after(after: Raster, seen: Overview, mapping: Mapping) -> Overview:
    """Return what an after-image shows where a mapping sends a block of the before-image."""
    frame = Overview(
        image=np.zeros(seen.image.shape, np.float32),
        valid=np.zeros(seen.image.shape, bool),
        origin=seen.origin,
        factor=seen.factor,
    )
    return _laid_out(after, frame, lambda points: mapping(frame.to_full(points)))


def _laid_out(after: Raster, frame: Overview, to_after: Mapping) -> Overview:
    positions = sampled(to_after, frame.image.shape)
    window = bounds_window(positions, after.grid)
    if window is None:
        return frame
    pixel = float(np.hypot(*(positions[:, 0, 1] - positions[:, 0, 0])))
    source = _decimated(after, window, max(1, round(pixel)))
    map_x = ((positions[0] - source.origin[0]) / source.factor - 0.5).astype(np.float32)
    map_y = ((positions[1] - source.origin[1]) / source.factor - 0.5).astype(np.float32)
    image = cv2.remap(source.image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    valid = cv2.remap(source.valid.astype(np.uint8), map_x, map_y, cv2.INTER_NEAREST)
    return Overview(
        image=np.asarray(image, np.float32),
        valid=np.asarray(valid) > 0,
        origin=frame.origin,
        factor=frame.factor,
    )


def stretched(
    image: Image, valid: NDArray[np.bool_], *, low: float = 1.0, high: float = 99.0
) -> NDArray[np.uint8]:
    """Stretch luminance between two percentiles of its valid pixels to 0..255 (row, column)."""
    values = image[valid]
    if values.size == 0:
        return np.zeros(image.shape, np.uint8)
    bottom, top = np.percentile(values[:: max(1, values.size // 200_000)], [low, high])
    scaled = (image - bottom) / max(float(top - bottom), 1e-6) * 255
    return np.where(valid, np.clip(scaled, 0, 255), 0).astype(np.uint8)


def warped_by(image: Image, matrix: Float, shape: tuple[int, int]) -> Image:
    """Sample an image where a matrix sends the pixel centres of a shape."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shifted = at_indices(matrix)[:2]
    return np.asarray(
        cv2.warpAffine(image, shifted, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
