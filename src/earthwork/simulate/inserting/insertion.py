"""Works drawn into a real picture: the same shapes as in simulated ones, lit by its own sun.

A pixel afterwards is the ground that still shows, times how much darker a shadow or a wall nearby
makes it, plus the turned earth and the things that now cover it. Shapes are built on a finer grid
and blurred as the picture's own edges are; earth takes brightness and grain from the picture's own
bare ground, shadows their depth from the picture's own shadows. Only what is covered or shaded
changes: every other pixel keeps its value. Decoys are turned earth without a work, so that the
hand that drew cannot be told from what it drew.

Coordinates are local metres from the picture's lower left corner, x rightward and y upward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from math import ceil, cos, radians, sin, tan

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from earthwork.errors import InvalidValue
from earthwork.model.grid import Window
from earthwork.model.raster import Pixels
from earthwork.model.scene import Angles
from earthwork.model.vocabulary import Kind
from earthwork.simulate.camera.light import illuminate
from earthwork.simulate.inserting.backdrop import Backdrop, drawn
from earthwork.simulate.inserting.ground_texture import borrow_grain, grain_strength, ground_level
from earthwork.simulate.landscape import Bank, Block, Mound, Patch, Rubble, Shape
from earthwork.simulate.painting.earthforms import Relief, earthforms_of
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.noise import (
    fractal_noise,
    smooth_noise,
    sub_seed,
    white_noise,
    window_of,
)
from earthwork.simulate.painting.surface import Frame, Surface

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_MCU_PX = 16
_SLAB = (0.50, 0.485, 0.45, 0.50)
_TONES = {Material.ASPHALT: 0.62, Material.BURNT: 0.5, Material.WET: 0.72, Material.RUBBLE: 1.04}
_NOTICED = 3e-3
"""A change of brightness by less than this share is none."""


class Label(IntEnum):
    """What covers a pixel of the picture for the most part."""

    NOTHING = 0
    BERM = 1
    TRENCH = 2
    MOUND = 3
    CRATER = 4
    BLOCK = 5
    RUBBLE = 6
    GROUND = 7
    RAZED = 8
    DECOY = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertedWork:
    """One work, or one decoy, in local metres of the picture."""

    id: str
    """Unique in the picture."""
    kind: Kind | None
    """What it is; None for a decoy."""
    banks: tuple[Bank, ...] = ()
    """Berms and trenches."""
    mounds: tuple[Mound, ...] = ()
    """Heaps and craters."""
    blocks: tuple[Block, ...] = ()
    """Upright things."""
    patches: tuple[Patch, ...] = ()
    """Ground of another material."""
    rubble: tuple[Rubble, ...] = ()
    """Broken masonry."""
    razed: tuple[Polygon, ...] = ()
    """Outlines of buildings taken away with their shadows."""

    @property
    def is_decoy(self) -> bool:
        """Tell whether nothing was built here."""
        return self.kind is None

    @property
    def outline(self) -> BaseGeometry:
        """Return the ground that it covers, local metres."""
        parts: list[BaseGeometry] = [
            bank.line.buffer(bank.base_m / 2, cap_style="flat") for bank in self.banks
        ]
        parts += [Point(heap.x, heap.y).buffer(heap.radius_m) for heap in self.mounds]
        parts += [block.foot for block in self.blocks]
        parts += [patch.outline for patch in self.patches]
        parts += [heap.outline for heap in self.rubble]
        return shapely.union_all([*parts, *self.razed])

    @property
    def extent(self) -> BaseGeometry:
        """Return a simple area that holds it, local metres."""
        rims = [heap.radius_m for heap in self.mounds if heap.height_m < 0]
        return self.outline.buffer(0.5 * max(rims, default=0.0) + 0.5).simplify(0.5)

    @property
    def tallest_m(self) -> float:
        """Return the greatest height above the ground, or depth below it."""
        heights = [bank.height_m for bank in self.banks] + [heap.height_m for heap in self.mounds]
        heights += [block.height_m for block in self.blocks]
        heights += [2 * heap.depth_m for heap in self.rubble]
        return max([0.5, *[abs(height) for height in heights]])


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertionOptions:
    """How finely works are drawn, and how they are finished."""

    fine_m: float = 0.22
    """Coarsest grid that shapes are built on."""
    tile_px: int = 320
    """Side of the tiles that are drawn at once, pixels of the picture."""
    level_m: float = 18.0
    """How far around bare ground sets the brightness of turned earth."""
    nearby_m: float = 150.0
    """How far around grain is borrowed."""
    shadow_m: float = 14.0
    """Longest shadow that is taken away with a razed building."""
    rougher: float = 0.9
    """Turned earth is rougher than the ground around by this share of that ground's own grain."""
    jpeg_quality: int | None = None
    """Quality at which changed blocks are compressed again, as the picture was; None for not."""


DEFAULT_INSERTION = InsertionOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """A picture with works in it, and the truth."""

    pixels: Pixels
    """Dims (band, row, column), in the picture's own dtype."""
    labels: NDArray[np.uint8]
    """Dims (row, column): values of ``Label``."""
    heights_m: Image
    """Dims (row, column): mean height of the works over the old ground, metres."""
    works: tuple[InsertedWork, ...]
    """What was drawn."""


def insert(
    pixels: Pixels,
    *,
    works: Sequence[InsertedWork],
    backdrop: Backdrop,
    sun: Angles,
    seed: int = 0,
    valid: Mask | None = None,
    options: InsertionOptions = DEFAULT_INSERTION,
) -> Inserted:
    """Draw works into a real picture.

    Parameters
    ----------
    pixels
        Dims (band, row, column), north up.
    works
        What to draw, in local metres of the picture; parts outside it are cut off.
    backdrop
        What was measured of the picture.
    sun
        Direction of the picture's sun.
    seed
        Seed of grain, unevenness and noise.
    valid
        Dims (row, column): False where there is no data, which stays as it is; None if all is.
    options
        How finely works are drawn, and how they are finished.

    Returns
    -------
    Inserted
        Pixels that no work covers or shades keep their values.

    Raises
    ------
    InvalidValue
        If the backdrop is of another picture, or the sun stands lower than 5°.
    """
    if backdrop.shadows.shape != pixels.shape[1:]:
        raise InvalidValue(
            f"a backdrop of {backdrop.shadows.shape} for pixels of {pixels.shape[1:]}",
            cause="it was measured on another picture",
            choices=["study_backdrop of these pixels"],
        )
    sheet = _Sheet(pixels, backdrop, sun, seed, options)
    for window, near in _windows(works, sheet):
        sheet.draw(window, near)
    return sheet.finished(pixels, works, valid)


def picture_frame(shape: tuple[int, ...], *, gsd_m: float) -> Frame:
    """Return the frame of a whole picture: local metres from its lower left corner.

    Examples
    --------
    >>> picture_frame((1, 200, 300), gsd_m=0.5).bounds
    (0.0, 0.0, 150.0, 100.0)
    """
    rows, columns = shape[-2:]
    return Frame(side_m=rows * gsd_m, fine_m=gsd_m, row0=0, column0=0, rows=rows, columns=columns)


def to_pixels(geometry: BaseGeometry, *, rows: int, gsd_m: float) -> BaseGeometry:
    """Move a geometry from local metres to pixels (column, row) counted from the upper left."""

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([points[:, 0] / gsd_m, rows - points[:, 1] / gsd_m])

    moved: BaseGeometry = shapely.transform(geometry, move)
    return moved


def to_metres(geometry: BaseGeometry, *, rows: int, gsd_m: float) -> BaseGeometry:
    """Move a geometry from pixels (column, row) to local metres."""

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([points[:, 0] * gsd_m, (rows - points[:, 1]) * gsd_m])

    moved: BaseGeometry = shapely.transform(geometry, move)
    return moved


def resolve_oversampling(gsd_m: float, *, fine_m: float) -> int:
    """Return how many fine pixels a pixel's side is cut into, 2 to 12.

    Examples
    --------
    >>> resolve_oversampling(0.5, fine_m=0.22), resolve_oversampling(0.3, fine_m=0.22)
    (3, 2)
    """
    return int(np.clip(ceil(gsd_m / fine_m), 2, 12))


# ---------------------------------------------------------------- windows


def _reach_m(work: InsertedWork, sun: Angles, options: InsertionOptions) -> float:
    """Return how far from its outline a work changes the picture."""
    gone = options.shadow_m + 2.0 if work.razed else 0.0
    return 3.0 + gone + work.tallest_m / tan(radians(max(sun.elevation_deg, 5.0)))


def _windows(
    works: Sequence[InsertedWork], sheet: _Sheet
) -> Iterator[tuple[Window, list[InsertedWork]]]:
    """Yield rectangles of pixels that no work reaches across, with the works in each."""
    boxes = [
        shapely.box(*work.extent.buffer(_reach_m(work, sheet.sun, sheet.options)).bounds)
        for work in works
    ]
    for area in _merged(boxes):
        window = _pixel_window(area, sheet.shape, sheet.backdrop.gsd_m)
        near = [work for work, box in zip(works, boxes, strict=True) if box.intersects(area)]
        if window.height > 0 and window.width > 0:
            yield window, near


def _merged(boxes: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Return rectangles that cover the boxes and do not overlap."""
    parts = list(boxes)
    while True:
        union = shapely.union_all(parts)
        merged = [shapely.box(*part.bounds) for part in getattr(union, "geoms", [union])]
        if len(merged) == len(parts) or union.is_empty:
            return [] if union.is_empty else sorted(merged, key=lambda part: part.bounds)
        parts = merged


def _pixel_window(area: BaseGeometry, shape: tuple[int, int], gsd_m: float) -> Window:
    west, south, east, north = area.bounds
    top, left = max(0, int(shape[0] - north / gsd_m)), max(0, int(west / gsd_m))
    bottom = min(shape[0], ceil(shape[0] - south / gsd_m))
    right = min(shape[1], ceil(east / gsd_m))
    return Window(row=top, column=left, height=bottom - top, width=right - left)


# ---------------------------------------------------------------- drawing


class _Sheet:
    """The arrays while they are being drawn on; lives for one call of ``insert``."""

    def __init__(
        self, pixels: Pixels, backdrop: Backdrop, sun: Angles, seed: int, options: InsertionOptions
    ) -> None:
        self.backdrop, self.sun, self.seed, self.options = backdrop, sun, seed, options
        self.shape: tuple[int, int] = (pixels.shape[1], pixels.shape[2])
        self.before = pixels.astype(np.float32)
        self.after = self.before.copy()
        self.touched = np.zeros(self.shape, bool)
        self.labels = np.zeros(self.shape, np.uint8)
        self.heights = np.zeros(self.shape, np.float32)
        self.factor = resolve_oversampling(backdrop.gsd_m, fine_m=options.fine_m)
        strength = grain_strength(self.before, backdrop.ground.bare, sigma_px=4.0 / backdrop.gsd_m)
        self.uneven = options.rougher * strength
        self.whole = picture_frame(pixels.shape, gsd_m=backdrop.gsd_m)

    def draw(self, window: Window, works: list[InsertedWork]) -> None:
        """Draw works that lie in a window, tile by tile."""
        lifted = self._lifted(works)
        earth = self._earth(window, works, lifted)
        halo = (
            ceil(
                max(_reach_m(work, self.sun, self.options) for work in works) / self.backdrop.gsd_m
            )
            + 4
        )
        for tile in _tiles(window, self.options.tile_px):
            grown = tile.grown(margin=halo, within=self.shape)
            inner = (
                slice(tile.row - grown.row, tile.row - grown.row + tile.height),
                slice(tile.column - grown.column, tile.column - grown.column + tile.width),
            )
            own = (
                slice(tile.row - window.row, tile.row - window.row + tile.height),
                slice(tile.column - window.column, tile.column - window.column + tile.width),
            )
            self._draw_tile(tile, grown, inner, works=works, lifted=lifted, earth=earth[:, *own])

    def _lifted(self, works: list[InsertedWork]) -> Mask:
        """Return the pixels of razed buildings and of the shadows that go with them."""
        rows, gsd = self.shape[0], self.backdrop.gsd_m
        outlines = [outline for work in works for outline in work.razed]
        turn = radians(self.sun.azimuth_deg)
        away = -sin(turn) * self.options.shadow_m, -cos(turn) * self.options.shadow_m
        swept = [
            shapely.union_all(
                [translate(outline, away[0] * share, away[1] * share)
                 for share in np.linspace(0, 1, 8)]
            ).convex_hull.buffer(1.0)
            for outline in outlines
        ]  # fmt: skip
        feet = drawn((to_pixels(o.buffer(1.0), rows=rows, gsd_m=gsd) for o in outlines), self.shape)
        shade = drawn((to_pixels(o, rows=rows, gsd_m=gsd) for o in swept), self.shape)
        rim = np.asarray(
            cv2.dilate(self.backdrop.shadows.astype(np.uint8), np.ones((3, 3), np.uint8))
        )
        gone = (feet | (shade & (rim > 0))).astype(np.uint8)
        # The blurred rim of a wall lies a pixel or two beyond it.
        return np.asarray(cv2.dilate(gone, np.ones((3, 3), np.uint8), iterations=2)) > 0

    def _earth(self, window: Window, works: list[InsertedWork], lifted: Mask) -> Image:
        """Return the picture as it would be were a window bare earth, dims (band, row, column)."""
        gsd = self.backdrop.gsd_m
        margin = ceil(self.options.nearby_m / gsd)
        wide = window.grown(margin=margin, within=self.shape)
        bare, pixels = self.backdrop.ground.bare[wide.slices], self.before[:, *wide.slices]
        outlines = (
            to_pixels(w.extent.buffer(1.0 + gsd), rows=self.shape[0], gsd_m=gsd) for w in works
        )
        wanted = (drawn(outlines, self.shape) | lifted)[wide.slices]
        rng = np.random.default_rng([self.seed & (2**63 - 1), window.row, window.column])
        level = ground_level(pixels, bare, sigma_px=self.options.level_m / gsd)
        earth = level * borrow_grain(pixels, bare, wanted=wanted, gsd_m=gsd, rng=rng)
        top, left = window.row - wide.row, window.column - wide.column
        return earth[:, top : top + window.height, left : left + window.width]

    def _draw_tile(
        self,
        tile: Window,
        grown: Window,
        inner: tuple[slice, slice],
        *,
        works: list[InsertedWork],
        lifted: Mask,
        earth: Image,
    ) -> None:
        frame = self._fine_frame(grown)
        cover = build_cover(frame, works, lifted=self._fine(lifted[grown.slices]), seed=self.seed)
        light = illuminate(cover.surface, sun=self.sun)
        dark = self._fine(self.backdrop.shadows[grown.slices] & ~lifted[grown.slices])
        noise = white_noise(self._frame_of(tile), seed=sub_seed(self.seed, 77))
        for band in range(len(self.before)):
            shade = self._shaded(light.beam, light.sky, band)
            kept = self._seen(cover.ground * (dark * light.sky + (1 - dark) * shade))[inner]
            level = np.float32(self.backdrop.shadow_level[band])
            lit = dark * light.sky * level + (1 - dark) * shade
            turned = self._seen(cover.earth * lit)[inner]
            added = self._seen(cover.flat(self.backdrop.concrete, band) * lit)[inner]
            water = self._seen(cover.water * light.sky)[inner] * 0.4
            clay = earth[band]
            value = self.before[band][tile.slices] * kept + clay * (turned + water) + added
            grain = np.sqrt(np.clip(1 - kept**2 - turned**2, 0, 1))
            value += grain * noise * np.float32(self.backdrop.noise[band])
            touched = (np.abs(kept - 1) > _NOTICED) | (turned + added + water > _NOTICED)
            self.after[band][tile.slices] = np.where(touched, value, self.after[band][tile.slices])
            self.touched[tile.slices] |= touched
        self.heights[tile.slices] = self._mean(cover.surface.height_m)[inner]
        self.labels[tile.slices] = self._label(cover, inner, self.labels[tile.slices])

    def _frame_of(self, tile: Window) -> Frame:
        return replace(
            self.whole, row0=tile.row, column0=tile.column, rows=tile.height, columns=tile.width
        )

    def _fine_frame(self, window: Window) -> Frame:
        factor = self.factor
        return Frame(
            side_m=self.whole.side_m,
            fine_m=self.whole.fine_m / factor,
            row0=window.row * factor,
            column0=window.column * factor,
            rows=window.height * factor,
            columns=window.width * factor,
        )

    def _fine(self, mask: Mask) -> Image:
        size = (mask.shape[1] * self.factor, mask.shape[0] * self.factor)
        return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR))

    def _shaded(self, beam: Image, sky: Image, band: int) -> Image:
        """Return brightness against level ground in the sun, as this picture's shadows tell."""
        level = np.float32(self.backdrop.shadow_level[band])
        return np.asarray((1 - level) * beam + level * sky, np.float32)

    def _seen(self, fine: Image) -> Image:
        """Return a fine array as the camera sees it: blurred, and a mean over each pixel."""
        # The mean over a pixel blurs by a twelfth of its side squared already.
        blur = np.sqrt(max(self.backdrop.blur_px**2 - 1 / 12, 0.01)) * self.factor
        return self._mean(np.asarray(cv2.GaussianBlur(fine, (0, 0), float(blur))))

    def _mean(self, fine: Image) -> Image:
        size = (fine.shape[1] // self.factor, fine.shape[0] // self.factor)
        return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.float32)

    def _label(
        self, cover: Cover, inner: tuple[slice, slice], before: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """Return for each pixel the label that covers at least half of it."""
        labels = before.copy()
        for label in np.unique(cover.labels):
            share = self._mean((cover.labels == label).astype(np.float32))[inner]
            labels[(share >= 0.5) & (label > 0)] = label  # noqa: PLR2004 - half
        return labels

    def finished(
        self, pixels: Pixels, works: Sequence[InsertedWork], valid: Mask | None
    ) -> Inserted:
        """Return the picture in its own dtype."""
        touched = self.touched if valid is None else self.touched & valid
        after = _as_dtype(self.after, pixels.dtype, self.backdrop.full_scale)
        after = np.where(touched, after, pixels)
        if self.options.jpeg_quality is not None and pixels.dtype == np.uint8:
            after = _pressed(after, touched, quality=self.options.jpeg_quality)
        return Inserted(
            pixels=after, labels=self.labels, heights_m=self.heights, works=tuple(works)
        )


def _tiles(window: Window, side: int) -> Iterator[Window]:
    for row in range(window.row, window.row + window.height, side):
        for column in range(window.column, window.column + window.width, side):
            yield Window(
                row=row,
                column=column,
                height=min(side, window.row + window.height - row),
                width=min(side, window.column + window.width - column),
            )


def _as_dtype(values: Image, dtype: np.dtype[np.generic], full_scale: float) -> Pixels:
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    return np.clip(np.round(values), 0, full_scale).astype(dtype)


def _pressed(after: Pixels, touched: Mask, *, quality: int) -> Pixels:
    """Compress again the blocks that were changed, on the grid of the whole picture's blocks."""
    rows, columns = touched.shape
    blocks = cv2.dilate(touched.astype(np.uint8), np.ones((3, 3), np.uint8))
    padded = np.pad(blocks, ((0, -rows % _MCU_PX), (0, -columns % _MCU_PX)))
    cells = padded.reshape(padded.shape[0] // _MCU_PX, _MCU_PX, -1, _MCU_PX).any(axis=(1, 3))
    changed = np.kron(cells, np.ones((_MCU_PX, _MCU_PX), bool))[:rows, :columns]
    picture = np.ascontiguousarray(np.moveaxis(after[:3][::-1], 0, -1))
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    flags = cv2.IMREAD_COLOR if picture.shape[2] > 1 else cv2.IMREAD_GRAYSCALE
    decoded = np.atleast_3d(np.asarray(cv2.imdecode(coded, flags)))
    again = np.moveaxis(decoded, -1, 0)[::-1]
    return np.where(changed, again, after)


# ---------------------------------------------------------------- shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What works put over a window of the fine grid."""

    surface: Surface
    """Heights over the old ground, which counts as level."""
    ground: Image
    """Dims (row, column): share of the old ground that still shows, 0 to 1."""
    earth: Image
    """Dims (row, column): share of turned earth times its tone."""
    water: Image
    """Dims (row, column): share of standing water."""
    things: tuple[tuple[tuple[float, ...], Image], ...]
    """Reflectance of things, and their share times their own variation."""
    labels: NDArray[np.uint8]
    """Dims (row, column): values of ``Label``."""

    def flat(self, concrete: NDArray[np.float64], band: int) -> Image:
        """Return what things add to one band, digits, if the picture's concrete is known."""
        total = np.zeros(self.surface.frame.shape, np.float32)
        for tone, share in self.things:
            total += share * np.float32(concrete[band] * _against_slab(tone, band, len(concrete)))
        return total


def _against_slab(tone: tuple[float, ...], band: int, bands: int) -> float:
    if bands < 3:  # noqa: PLR2004 - panchromatic
        return sum(tone[:3]) / sum(_SLAB[:3])
    return tone[band] / _SLAB[band] if band < len(tone) else 1.0


class _Canvas:
    """The fine arrays while shapes are put on them; lives for one call of ``build_cover``."""

    def __init__(self, frame: Frame, seed: int, uneven: float) -> None:
        self.frame, self.seed, self.uneven = frame, seed, uneven
        self.soft = np.zeros(frame.shape, np.float32)
        self.solid = np.zeros(frame.shape, np.float32)
        self.ground = np.ones(frame.shape, np.float32)
        self.earth = np.zeros(frame.shape, np.float32)
        self.water = np.zeros(frame.shape, np.float32)
        self.things: dict[tuple[float, ...], Image] = {}
        self.labels = np.zeros(frame.shape, np.uint8)

    def inside(self, outline: BaseGeometry) -> Image:
        """Return how far each fine pixel lies inside an outline, with a rim of half a metre."""
        mask = np.zeros(self.frame.shape, np.uint8)
        for part in getattr(outline, "geoms", [outline]):
            if isinstance(part, Polygon) and not part.is_empty:
                rings = [
                    np.round(self.frame.to_pixels(np.asarray(ring.coords)[:, :2]) * 16)
                    for ring in (part.exterior, *part.interiors)
                ]
                cv2.fillPoly(mask, [ring.astype(np.int32) for ring in rings], 1, shift=4)
        return mask.astype(np.float32)

    def ragged(self, outline: BaseGeometry, *, rim_m: float) -> Image:
        """Return an outline's cover with an uneven rim, as a blade or a tip leaves it."""
        mask = self.inside(outline)
        soft = cv2.GaussianBlur(mask, (0, 0), rim_m / self.frame.fine_m)
        uneven = smooth_noise(self.frame, scale_m=2 * rim_m + 0.6, seed=sub_seed(self.seed, 5))
        return np.clip((soft + 0.12 * uneven * (soft > 0.02) - 0.5) * 5 + 0.5, 0, 1)  # noqa: PLR2004

    def lay(self, share: Image, tone: Image | float, label: Label) -> None:
        """Cover with turned earth."""
        self._cover(share)
        self.earth += share * tone
        self.labels[share >= 0.5] = label  # noqa: PLR2004 - half

    def turn(self, share: Image, wet: Image, tone: Image) -> None:
        """Cover with moved earth, of which some may stand under water."""
        self._cover(share)
        self.earth += (share - np.minimum(wet, share)) * tone
        self.water += np.minimum(wet, share)

    def put(self, share: Image, tone: tuple[float, ...], vary: Image | float) -> None:
        """Cover with something of its own colour."""
        self._cover(share)
        layer = self.things.setdefault(tone, np.zeros(self.frame.shape, np.float32))
        layer += share * vary

    def _cover(self, share: Image) -> None:
        left = 1 - share
        self.ground *= left
        self.earth *= left
        self.water *= left
        for tone in self.things:
            self.things[tone] *= left

    def variation(self, number: int) -> Image:
        """Return how earth just turned varies over a metre and over several, around 1."""
        seed = sub_seed(self.seed, 40, number)
        clods = fractal_noise(self.frame, scales_m=(0.8, 2.2, 6.0), seed=seed)
        return np.asarray(1 + self.uneven * clods, np.float32)

    def cover(self) -> Cover:
        """Return what was put on."""
        shape = self.frame.shape
        surface = Surface(
            frame=self.frame,
            soft_m=self.soft,
            solid_m=self.solid,
            material=np.zeros(shape, np.uint8),
            albedo=np.broadcast_to(np.float32(0.3), (4, *shape)),
            wall=np.ones(shape, np.float32),
        )
        return Cover(
            surface=surface,
            ground=self.ground,
            earth=self.earth,
            water=self.water,
            things=tuple(self.things.items()),
            labels=self.labels,
        )


def build_cover(
    frame: Frame,
    works: Iterable[InsertedWork],
    *,
    lifted: Image | None = None,
    uneven: float = 0.03,
    seed: int = 0,
) -> Cover:
    """Build works on a window of the fine grid.

    Parameters
    ----------
    frame
        The window.
    works
        What to build; patches lie lowest, then rubble, earth, and upright things.
    lifted
        Dims (row, column): share of ground laid bare where buildings and their shadows were
        taken away; None for none.
    uneven
        How much turned earth varies in brightness beyond the grain it is given, a share.
    seed
        Seed of unevenness.

    Returns
    -------
    Cover
        The same place gets the same values whatever the window.
    """
    canvas = _Canvas(frame, seed, uneven)
    works = list(works)
    if lifted is not None and lifted.any():
        canvas.lay(lifted, canvas.variation(1), Label.RAZED)
    for work in works:
        for patch in work.patches:
            _lay_patch(canvas, patch, Label.DECOY if work.is_decoy else Label.GROUND)
    for heap in (heap for work in works for heap in work.rubble):
        _heap_rubble(canvas, heap)
    _raise_earth(canvas, works)
    for block in (block for work in works for block in work.blocks):
        _set_block(canvas, block)
    return canvas.cover()


def _lay_patch(canvas: _Canvas, patch: Patch, label: Label) -> None:
    share = canvas.ragged(patch.outline, rim_m=0.35)
    tone = canvas.variation(2) * np.float32(patch.tone * _TONES.get(patch.material, 1.0))
    if patch.heading_deg is not None:
        tone = tone * _streaks(canvas.frame, patch.heading_deg, canvas.seed)
    if patch.roughness_m > 0:
        rough = smooth_noise(canvas.frame, scale_m=1.0, seed=sub_seed(canvas.seed, 6))
        canvas.soft += share * np.float32(patch.roughness_m) * rough
    canvas.lay(share, tone, label)


def _streaks(frame: Frame, heading_deg: float, seed: int) -> Image:
    """Return the marks of blades along a heading, around 1."""
    noise = smooth_noise(frame, scale_m=1.3, seed=sub_seed(seed, 7))
    reach = max(3, round(7.0 / frame.fine_m) | 1)
    kernel = np.zeros((reach, reach), np.float32)
    middle, turn = (reach - 1) / 2, radians(heading_deg)
    ends = [
        (round(middle + sign * middle * sin(turn)), round(middle - sign * middle * cos(turn)))
        for sign in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    along = np.asarray(cv2.filter2D(noise, cv2.CV_32F, kernel / kernel.sum()))
    return np.asarray(1 + 0.09 * along, np.float32)


def _heap_rubble(canvas: _Canvas, heap: Rubble) -> None:
    frame, seed = canvas.frame, sub_seed(canvas.seed, 8)
    share = canvas.ragged(heap.outline, rim_m=0.6)
    pieces = smooth_noise(frame, scale_m=heap.piece_m, seed=seed)
    lumps = smooth_noise(frame, scale_m=4 * heap.piece_m, seed=seed + 1)
    rough = np.clip(0.8 + 0.4 * lumps + 0.22 * pieces, 0.05, 2.0)
    canvas.soft += share * np.float32(heap.depth_m) * rough
    dust = smooth_noise(frame, scale_m=1.4 * heap.piece_m, seed=seed + 2) > 0.2  # noqa: PLR2004
    vary = np.clip(1 + 0.16 * smooth_noise(frame, scale_m=heap.piece_m, seed=seed + 3), 0.5, 1.6)
    canvas.lay(share, np.float32(1.05 * heap.tone) * vary, Label.RUBBLE)
    canvas.put(share * dust, _SLAB, np.float32(0.86 * heap.tone) * vary)


def _raise_earth(canvas: _Canvas, works: list[InsertedWork]) -> None:
    """Raise banks and mounds by the simulator's own shapes."""
    banks = [bank for work in works for bank in work.banks]
    mounds = [heap for work in works for heap in work.mounds]
    if not banks and not mounds:
        return
    shape = canvas.frame.shape
    # Of four bands two carry what is asked: the old ground that is left, and water.
    albedo = np.zeros((4, *shape), np.float32)
    albedo[0] = 1
    relief = Relief(
        soft_m=np.zeros(shape, np.float32), material=np.zeros(shape, np.uint8), albedo=albedo
    )
    forms = earthforms_of(banks, mounds, seed=canvas.seed)
    forms.raise_in(
        relief,
        look=np.zeros(4, np.float32),
        water=np.array([0, 1, 0, 0], np.float32),
        box=canvas.frame.bounds,
        window=window_of(canvas.frame),
    )
    wet = np.clip(albedo[1], 0, 1)
    share = 1 - np.clip(albedo[0], 0, 1)
    tone = _mark_earth(canvas, banks, mounds, share >= 0.5)  # noqa: PLR2004 - half
    canvas.turn(share, wet, tone * canvas.variation(3))
    canvas.soft += relief.soft_m + share * _clods_m(canvas)


def _clods_m(canvas: _Canvas) -> Image:
    """Return the heights of clods and wheel marks, metres about 0."""
    seed = sub_seed(canvas.seed, 9)
    return np.float32(0.035) * fractal_noise(canvas.frame, scales_m=(0.8, 1.9), seed=seed)


def _mark_earth(canvas: _Canvas, banks: list[Bank], mounds: list[Mound], turned: Mask) -> Image:
    """Label earth moved, and return its tone."""
    tone = np.ones(canvas.frame.shape, np.float32)
    for heap in mounds:
        label = Label.MOUND if heap.height_m > 0 else Label.CRATER
        # A crater's rim lies outside its radius.
        reach = heap.radius_m * (1.1 if heap.height_m > 0 else 1.5)
        inside = canvas.inside(Point(heap.x, heap.y).buffer(reach)) > 0
        tone[inside] = heap.tone
        canvas.labels[turned & inside] = label
    for bank in banks:
        label = Label.BERM if bank.height_m > 0 else Label.TRENCH
        inside = canvas.inside(bank.line.buffer(bank.base_m / 2 + 0.5)) > 0
        tone[inside] = bank.tone
        canvas.labels[turned & inside] = label
    return tone


def _set_block(canvas: _Canvas, block: Block) -> None:
    share = canvas.inside(block.foot)
    if not share.any():
        return
    height = np.float32(block.height_m)
    if block.shape is Shape.BOX:
        canvas.solid = np.where(share > 0, np.maximum(canvas.solid, height), canvas.solid)
    else:
        canvas.soft = np.where(
            share > 0, np.maximum(canvas.soft, height * _section(canvas.frame, block)), canvas.soft
        )
    canvas.put(share, tuple(block.tone), 1.0)
    canvas.labels[share > 0] = Label.BLOCK


def _section(frame: Frame, block: Block) -> Image:
    """Return the height over a block's foot as a share: narrowing to a third, or to a ridge."""
    west, _, _, north = frame.bounds
    row, column = np.ogrid[: frame.rows, : frame.columns]
    turn = radians(block.heading_deg)
    x = west + (column + 0.5) * frame.fine_m - block.x
    y = north - (row + 0.5) * frame.fine_m - block.y
    away = np.abs(x * cos(turn) - y * sin(turn)) / (block.width_m / 2)
    top = 1 / 3 if block.shape is Shape.JERSEY else 0.05
    return np.clip((1 - away) / (1 - top), 0, 1).astype(np.float32)
