"""Take a picture of a painted world, tile by tile, of any size in little memory.

Each tile asks the painter for its own ground and for as much around it as shadows, leaning walls,
the view of the sky, blur and misplacement reach. All that is random belongs to places, not to
tiles: a picture is the same bytes whatever its tiles and on any number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntFlag
from math import ceil, cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import InvalidValue
from earthwork.model.grid import Window
from earthwork.model.raster import Pixels
from earthwork.model.scene import Angles
from earthwork.simulate.camera.light import (
    HORIZON_RADIUS_M,
    daylight,
    illuminate,
    require_sun,
    resolve_step,
)
from earthwork.simulate.camera.sensor import (
    JPEG_BLOCK_PX,
    PLACED,
    Camera,
    Misplacement,
    digits,
    farthest_px,
    jpeg_coded,
    majority,
    places,
    sample,
    sharpened,
    spread_px,
)
from earthwork.simulate.camera.view import (
    DEEPEST_M,
    is_nadir,
    look,
    radiance,
    require_view,
    view_reach_m,
)
from earthwork.simulate.camera.weather import Atmosphere, Sky, seen_through, sky_over
from earthwork.simulate.painting.surface import Frame, Surface

Paint = Callable[[Frame], Surface]
"""What paints any window of a world; called from several threads at once."""

NADIR = Angles(azimuth_deg=0.0, elevation_deg=90.0)
"""Straight down."""
TALLEST_M = 40.0
"""What is taken for the tallest thing where nobody says."""

_FARTHEST_M = 700.0
"""Shadows are not followed farther than this."""
_TILE_FINE_PX = 2208
_LOOK_AHEAD = 1
_DARK, _HIDDEN = 1, 2
_GUARD = 3
"""Fine pixels to spare on every side: rays are rounded, smoothing and walls look at neighbours."""


class SeenThrough(IntFlag):
    """What stands between a pixel and a plain view of its ground; 0 for nothing."""

    CLOUD = 1
    """A cloud hides it."""
    CLOUD_SHADOW = 2
    """A cloud shades it."""
    CAST_SHADOW = 4
    """What is seen here lies in the shadow of something on the ground."""
    OCCLUDED = 8
    """Something leans over the ground here and hides it."""
    SATURATED = 16
    """A band is at its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A picture to be taken: everything but the world itself."""

    side_m: float
    """Side of the square scene, metres."""
    window: Window
    """What of the scene's picture is wanted, in pixels."""
    camera: Camera
    """The camera."""
    sun: Angles
    """Direction of the sun."""
    view: Angles
    """Direction to the sensor."""
    atmosphere: Atmosphere
    """Haze and clouds."""
    misplacement: Misplacement
    """Error of the georeference."""
    tallest_m: float
    """Height above the ground of the tallest thing: how far shadows and lean are looked for."""
    seed: int
    """Seed of noise and of local distortion."""
    tile_px: int
    """Side of a tile, a multiple of 16."""

    @property
    def side_px(self) -> int:
        """Return the side of the scene's whole picture, pixels."""
        return round(self.side_m / self.camera.gsd_m)

    @property
    def tiles(self) -> tuple[Window, ...]:
        """Return the windows of the tiles, in reading order."""
        return _tiles(self.window, self.tile_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTile:
    """One tile of a picture."""

    window: Window
    """Where it lies in the scene's picture."""
    pixels: Pixels
    """Dims (band, row, column): uint8 for 8 bits, else uint16."""
    conditions: NDArray[np.uint8]
    """Dims (row, column): flags of ``SeenThrough``, displaced as the pixels are."""
    height_m: NDArray[np.float32]
    """Dims (row, column): mean height of the surface, metres above the datum, in true place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightTile:
    """Mean height of the surface over the pixels of one tile."""

    window: Window
    """Where it lies in the scene's picture."""
    height_m: NDArray[np.float32]
    """Dims (row, column), metres above the datum, in true place."""


def plan_photograph(
    *,
    side_m: float,
    camera: Camera,
    sun: Angles,
    view: Angles = NADIR,
    atmosphere: Atmosphere | None = None,
    misplacement: Misplacement = PLACED,
    tallest_m: float = TALLEST_M,
    window: Window | None = None,
    tile_px: int | None = None,
    seed: int = 0,
) -> Plan:
    """Return what taking a picture will take.

    Parameters
    ----------
    side_m
        Side of the square scene, metres.
    camera
        The camera.
    sun
        Direction of the sun.
    view
        Direction to the sensor.
    atmosphere
        Haze and clouds; None for usual haze and no cloud.
    misplacement
        Error of the georeference.
    tallest_m
        Height above the ground of the tallest thing.
    window
        What of the scene's picture is wanted, in pixels; None for all of it.
    tile_px
        Side of a tile, rounded up to a multiple of 16; None for what suits the camera.
    seed
        Seed of noise and of local distortion.

    Returns
    -------
    Plan
        Frozen; `photograph` performs it.

    Raises
    ------
    InvalidValue
        If the sun stands lower than 5°, the sensor lower than 45°, a length is not above 0, or the
        window lies outside the picture.
    """
    require_sun(sun)
    require_view(view)
    _require_above_zero(
        side_m=side_m, tallest_m=tallest_m, tile_px=1 if tile_px is None else tile_px
    )
    side = max(1, round(side_m / camera.gsd_m))
    _require_within(window, side_px=side)
    return Plan(
        side_m=side_m,
        window=window or Window(row=0, column=0, height=side, width=side),
        camera=camera,
        sun=sun,
        view=view,
        atmosphere=atmosphere or Atmosphere(),
        misplacement=misplacement,
        tallest_m=tallest_m,
        seed=seed,
        tile_px=_on_blocks(tile_px or resolve_tile_px(camera, side_px=side)),
    )


def _require_above_zero(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InvalidValue(f"{name} of {value}", where=name, choices=["above 0"])


def _require_within(window: Window | None, *, side_px: int) -> None:
    if window is None:
        return
    ends = (window.row + window.height, window.column + window.width)
    if (
        min(window.row, window.column) < 0
        or max(ends) > side_px
        or window.height * window.width < 1
    ):
        raise InvalidValue(
            f"{window} of a picture of {side_px} by {side_px} pixels",
            where="window",
            choices=["a window inside the picture"],
        )


def resolve_tile_px(camera: Camera, *, side_px: int) -> int:
    """Return the side of tiles that cut a picture evenly and whose fine grid takes little memory.

    Examples
    --------
    >>> from earthwork.simulate.camera.sensor import CAMERAS
    >>> resolve_tile_px(CAMERAS["vhr-rgb-50cm"], side_px=4096)
    1024
    >>> resolve_tile_px(CAMERAS["sentinel2-like"], side_px=400)
    208
    """
    most = _TILE_FINE_PX // camera.oversampling
    return _on_blocks(ceil(side_px / ceil(side_px / most)))


def _on_blocks(pixels: int) -> int:
    return ceil(pixels / JPEG_BLOCK_PX) * JPEG_BLOCK_PX


def _tiles(window: Window, tile_px: int) -> tuple[Window, ...]:
    """Cut a window where the tiles of the whole picture meet."""
    bottom, right = window.row + window.height, window.column + window.width
    tiles = []
    for top in range(window.row // tile_px * tile_px, bottom, tile_px):
        for left in range(window.column // tile_px * tile_px, right, tile_px):
            row, column = max(top, window.row), max(left, window.column)
            height, width = min(top + tile_px, bottom) - row, min(left + tile_px, right) - column
            tiles.append(Window(row=row, column=column, height=height, width=width))
    return tuple(tiles)


def photograph(paint: Paint, plan: Plan, *, workers: int = 2) -> Iterator[PictureTile]:
    """Take a picture, tile by tile.

    Parameters
    ----------
    paint
        The world; called from several threads at once.
    plan
        What to take.
    workers
        Number of threads. One more tile than these is held in memory at most.

    Yields
    ------
    PictureTile
        In reading order.
    """
    yield from _ahead(lambda tile: picture_tile(paint, plan, tile), plan.tiles, workers=workers)


def _ahead[T](
    make: Callable[[Window], T], windows: tuple[Window, ...], *, workers: int
) -> Iterator[T]:
    """Make one thing of each window in threads, a few ahead of what is taken."""
    if workers <= 1:
        yield from map(make, windows)
        return
    with ThreadPoolExecutor(workers) as pool:
        under_way: deque[Future[T]] = deque()
        try:
            for window in windows:
                under_way.append(pool.submit(make, window))
                if len(under_way) >= workers + _LOOK_AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def picture(paint: Paint, plan: Plan, *, workers: int = 2) -> tuple[Pixels, NDArray[np.uint8]]:
    """Take a picture whole, for small ones.

    Parameters
    ----------
    paint
        The world.
    plan
        What to take.
    workers
        Number of threads.

    Returns
    -------
    tuple of numpy.ndarray
        Pixels, dims (band, row, column), and flags of ``SeenThrough``, dims (row, column).
    """
    shape = (plan.window.height, plan.window.width)
    dtype = np.uint8 if plan.camera.bits == 8 else np.uint16  # noqa: PLR2004 - a byte
    pixels = np.empty((plan.camera.band_count, *shape), dtype=dtype)
    conditions = np.empty(shape, dtype=np.uint8)
    for tile in photograph(paint, plan, workers=workers):
        place = _place(tile.window, plan.window)
        pixels[:, *place] = tile.pixels
        conditions[place] = tile.conditions
    return pixels, conditions


def _place(part: Window, whole: Window) -> tuple[slice, slice]:
    top, left = part.row - whole.row, part.column - whole.column
    return slice(top, top + part.height), slice(left, left + part.width)


def heights(
    paint: Paint,
    *,
    side_m: float,
    gsd_m: float,
    oversampling: int = 2,
    tile_px: int = 768,
    workers: int = 2,
) -> Iterator[HeightTile]:
    """Return the mean height of the surface over each pixel, tile by tile.

    Parameters
    ----------
    paint
        The world; called from several threads at once.
    side_m
        Side of the square scene, metres.
    gsd_m
        Side of a pixel, metres.
    oversampling
        Fine pixels along the side of a pixel.
    tile_px
        Side of a tile.
    workers
        Number of threads.

    Returns
    -------
    iterator of HeightTile
        In reading order.

    Raises
    ------
    InvalidValue
        If a length is not above 0.
    """
    _require_above_zero(side_m=side_m, gsd_m=gsd_m, oversampling=oversampling, tile_px=tile_px)
    side = max(1, round(side_m / gsd_m))
    tiles = _tiles(Window(row=0, column=0, height=side, width=side), tile_px)

    def measured(tile: Window) -> HeightTile:
        frame = _grown(tile, scale=oversampling, fine_m=gsd_m / oversampling, side_m=side_m)
        shape = (tile.height, tile.width)
        mean = _means(paint(frame), shape, scale=oversampling, skip=(0, 0))
        return HeightTile(window=tile, height_m=mean)

    return _ahead(measured, tiles, workers=workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Halo:
    """How far a tile must be painted beyond its own pixels, in fine pixels."""

    up: int
    """Northward."""
    down: int
    """Southward."""
    left: int
    """Westward."""
    right: int
    """Eastward."""


_ONE_PX = Halo(up=1, down=1, left=1, right=1)


def resolve_halo(plan: Plan) -> Halo:
    """Return how far around a tile its shadows, lean, sky, blur and misplacement reach.

    Parameters
    ----------
    plan
        The picture.

    Returns
    -------
    Halo
        Longest towards the sun and the sensor.
    """
    fine = plan.camera.fine_m
    step = resolve_step(fine)
    around = ceil(HORIZON_RADIUS_M / fine) + 2 * step + _GUARD + spread_px(plan.camera)
    around += plan.camera.oversampling * farthest_px(plan.misplacement, side_px=plan.side_px)
    sides = {"up": 0, "down": 0, "left": 0, "right": 0}
    for angles, far in ((plan.sun, shadow_reach_m(plan)), (plan.view, view_reach_m_of(plan))):
        east = sin(radians(angles.azimuth_deg)) * far / fine
        north = cos(radians(angles.azimuth_deg)) * far / fine
        sides["right" if east > 0 else "left"] += ceil(abs(east)) + 1
        sides["up" if north > 0 else "down"] += ceil(abs(north)) + 1
    if not is_nadir(plan.view):
        around += ceil(DEEPEST_M / fine / tan(radians(plan.view.elevation_deg))) + 2
    return Halo(**{side: around + reach for side, reach in sides.items()})


def shadow_reach_m(plan: Plan) -> float:
    """Return how far shadows are followed, metres over the ground."""
    if plan.sun.elevation_deg >= 90:  # noqa: PLR2004 - the zenith
        return plan.camera.fine_m
    far = plan.tallest_m / tan(radians(plan.sun.elevation_deg))
    return min(max(far, plan.camera.fine_m), _FARTHEST_M)


def view_reach_m_of(plan: Plan) -> float:
    """Return how far things lean, metres over the ground."""
    return view_reach_m(plan.view, tallest_m=plan.tallest_m)


def picture_tile(paint: Paint, plan: Plan, tile: Window) -> PictureTile:
    """Take one tile of a picture.

    Parameters
    ----------
    paint
        The world.
    plan
        The picture.
    tile
        Any window of it.

    Returns
    -------
    PictureTile
        The same pixels as in the whole picture.
    """
    rim = _rimmed(tile, plan)
    exposure = _grown(rim, scale=1, fine_m=plan.camera.gsd_m, side_m=plan.side_m, halo=_ONE_PX)
    shown, flags, origin, height = _exposed(paint, plan, exposure)
    clouds = sky_over(exposure, plan.atmosphere, sun=plan.sun, view=plan.view)
    day = daylight(plan.sun)
    shown = seen_through(
        shown,
        atmosphere=plan.atmosphere,
        day=day,
        sky=clouds,
        weights=plan.camera.weights,
    )
    shown = sharpened(shown, amount=plan.camera.sharpening)[:, 1:-1, 1:-1]
    counted = digits(
        shown,
        camera=plan.camera,
        origin=(rim.row, rim.column),
        seed=plan.seed,
        brightness=day.sun[0] + day.sky[0],
    )
    conditions = _conditions(plan, exposure, flags, origin, clouds)[1:-1, 1:-1]
    conditions[(counted == plan.camera.full).any(axis=0)] |= np.uint8(SeenThrough.SATURATED)
    if plan.camera.jpeg_quality is not None:
        counted = jpeg_coded(counted, quality=plan.camera.jpeg_quality)
    place = _place(tile, rim)
    return PictureTile(
        window=tile,
        pixels=np.ascontiguousarray(counted[:, *place]),
        conditions=np.ascontiguousarray(conditions[place]),
        height_m=np.ascontiguousarray(height[1:-1, 1:-1][place]),
    )


def _rimmed(tile: Window, plan: Plan) -> Window:
    """Grow a tile by the coding blocks round it, as far as the picture goes."""
    if plan.camera.jpeg_quality is None:
        return tile
    block, side = JPEG_BLOCK_PX, plan.side_px
    top, left = (max((at // block - 1) * block, 0) for at in (tile.row, tile.column))
    ends = (tile.row + tile.height, tile.column + tile.width)
    bottom, right = (min(ceil(end / block + 1) * block, side) for end in ends)
    return Window(row=top, column=left, height=bottom - top, width=right - left)


def _grown(
    window: Window, *, scale: int, fine_m: float, side_m: float, halo: Halo | None = None
) -> Frame:
    """Return the grid that cuts a window of pixels finer, and a halo round it."""
    halo = halo or Halo(up=0, down=0, left=0, right=0)
    row0, column0 = window.row * scale - halo.up, window.column * scale - halo.left
    row1 = (window.row + window.height) * scale + halo.down
    column1 = (window.column + window.width) * scale + halo.right
    return Frame(
        side_m=side_m,
        fine_m=fine_m,
        row0=row0,
        column0=column0,
        rows=row1 - row0,
        columns=column1 - column0,
    )


def _exposed(
    paint: Paint, plan: Plan, exposure: Frame
) -> tuple[NDArray[np.float32], NDArray[np.uint8], tuple[int, int], NDArray[np.float32]]:
    """Return radiance at pixels, flags on the fine grid, where that begins, and mean heights."""
    camera = plan.camera
    wanted = Window(
        row=exposure.row0, column=exposure.column0, height=exposure.rows, width=exposure.columns
    )
    frame = _grown(
        wanted,
        scale=camera.oversampling,
        fine_m=camera.fine_m,
        side_m=plan.side_m,
        halo=resolve_halo(plan),
    )
    origin = (frame.row0, frame.column0)
    surface = paint(frame)
    fine, flags = _seen(surface, plan)
    shown = sample(
        fine,
        camera=camera,
        origin=origin,
        pixels=exposure,
        misplacement=plan.misplacement,
        seed=plan.seed,
    )
    halo = resolve_halo(plan)
    height = _means(surface, exposure.shape, scale=camera.oversampling, skip=(halo.up, halo.left))
    return shown, flags, origin, height


def _means(
    surface: Surface, shape: tuple[int, int], *, scale: int, skip: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the mean height of each pixel, dims (row, column)."""
    rows = slice(skip[0], skip[0] + shape[0] * scale)
    columns = slice(skip[1], skip[1] + shape[1] * scale)
    cells = surface.height_m[rows, columns].reshape(shape[0], scale, shape[1], scale)
    return cells.mean(axis=(1, 3), dtype=np.float64).astype(np.float32)


def _seen(surface: Surface, plan: Plan) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return radiance, dims (band, row, column), and flags of the fine grid."""
    light = illuminate(surface, sun=plan.sun, shadow_reach_m=shadow_reach_m(plan))
    reach = max(view_reach_m_of(plan), plan.camera.fine_m)
    sight = look(surface, ground_m=light.ground_m, view=plan.view, reach_m=reach)
    day = daylight(plan.sun)
    seen = radiance(surface, light, sight, day=day, sun=plan.sun, bands=plan.camera.bands)
    dark = sight.of(light.shaded)
    flags = dark.astype(np.uint8) * np.uint8(_DARK)
    flags |= sight.is_occluded.astype(np.uint8) * np.uint8(_HIDDEN)
    return seen, flags


def _conditions(
    plan: Plan,
    pixels: Frame,
    flags: NDArray[np.uint8],
    origin: tuple[int, int],
    clouds: Sky | None,
) -> NDArray[np.uint8]:
    """Return flags of ``SeenThrough`` but for saturation, dims (row, column)."""
    scale = plan.camera.oversampling
    y, x = places(
        pixels, scale=scale, origin=origin, misplacement=plan.misplacement, seed=plan.seed
    )
    conditions = np.zeros(pixels.shape, dtype=np.uint8)
    conditions[majority(flags, y, x, scale, _DARK)] |= np.uint8(SeenThrough.CAST_SHADOW)
    conditions[majority(flags, y, x, scale, _HIDDEN)] |= np.uint8(SeenThrough.OCCLUDED)
    if clouds is not None:
        conditions[clouds.is_cloud] |= np.uint8(SeenThrough.CLOUD)
        conditions[clouds.is_shaded] |= np.uint8(SeenThrough.CLOUD_SHADOW)
    return conditions
