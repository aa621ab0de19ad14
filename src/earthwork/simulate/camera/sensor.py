"""The simulated camera: point spread, sharpening, tone, noise, digits, JPEG, misplacement.

Nothing of it models one real instrument. All that is random is hashed from a seed and the row and
column of the whole picture, so that a picture may be taken in tiles of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, exp, pi, radians, sin, sqrt
from typing import Any, Literal, cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import ndtr

from earthwork.errors import InvalidValue
from earthwork.model.raster import Pixels
from earthwork.simulate.painting.noise import add_noise, hashed_gauss, sub_seed
from earthwork.simulate.painting.surface import Frame

COARSEST_M, FINEST_M = 10.0, 0.3
"""Sides of a pixel that the cameras can have."""
JPEG_BLOCK_PX = 16
"""Colour is stored for squares of this side: tiles and their rims are whole multiples of it."""

_FINE_ENOUGH_M = 1.2
_FINE_M = 1.25
_MOST_OVERSAMPLING = 8
_PHASES = 64
"""Steps of a fine pixel to which the place of a pixel is rounded."""
_SPREADS = 3.2
"""Standard deviations after which the point spread counts as 0."""
_LUMINANCE = (0.36, 0.32, 0.12, 0.20)
"""What a panchromatic band takes in of red, green, blue and near-infrared."""
_NOISE_SEED, _LOCAL_SEED = 7201, 7301
_LEAST_SIGNAL = 0.02
_TONE_STEPS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How the simulated camera sees, and what becomes of its pictures."""

    bands: Literal["pan", "rgb", "rgbn"] = "rgb"
    """One panchromatic band, three of colour, or four with near-infrared."""
    bits: Literal[8, 11, 12] = 8
    """Significant bits of a pixel: 8 in uint8, more in uint16."""
    gsd_m: float = 0.5
    """Side of a pixel on the ground, metres, 0.3 to 10."""
    blur_px: float = 0.5
    """Standard deviation of the point spread, pixels."""
    sharpening: float = 0.0
    """How far the vendor lifts fine detail again: gain at the finest, 0 for none, 1 doubles it."""
    read_noise: float = 0.8
    """Standard deviation of noise in the dark, digits of the delivered picture."""
    shot_noise: float = 1.5
    """What brightness adds to it, digits at full scale; its variance grows with the digit."""
    black: float = 0.0
    """Radiance that becomes digit 0; reflectance 1 in the sun at 55° has radiance 1."""
    white: float = 1.0
    """Radiance that becomes the highest digit."""
    gamma: float = 1.0
    """Exponent of the tone curve: 1 for linear; above, the dark is lifted as for the press."""
    auto_exposure: bool = False
    """True if digits are stretched to the brightness of the day, as pictures for the press are."""
    jpeg_quality: int | None = None
    """Quality of JPEG coding, 30 to 95, for 8 bits only; None for none."""

    def __post_init__(self) -> None:
        """Refuse what no camera has."""
        _require(self.bands in {"pan", "rgb", "rgbn"}, "bands", self.bands, "pan", "rgb", "rgbn")
        _require(self.bits in {8, 11, 12}, "bits", self.bits, "8", "11", "12")
        fits = FINEST_M <= self.gsd_m <= COARSEST_M
        _require(fits, "gsd_m", self.gsd_m, f"{FINEST_M} to {COARSEST_M} m")
        _require(0.2 <= self.blur_px <= 3, "blur_px", self.blur_px, "0.2 to 3 pixels")  # noqa: PLR2004
        _require(0 <= self.sharpening <= 3, "sharpening", self.sharpening, "0 to 3")  # noqa: PLR2004
        _require(self.read_noise >= 0, "read_noise", self.read_noise, "0 or above")
        _require(self.shot_noise >= 0, "shot_noise", self.shot_noise, "0 or above")
        _require(self.black < self.white, "white", self.white, "above black")
        _require(self.gamma > 0, "gamma", self.gamma, "above 0")
        if self.jpeg_quality is not None:
            fits = 30 <= self.jpeg_quality <= 95  # noqa: PLR2004 - said in the message
            _require(fits, "jpeg_quality", self.jpeg_quality, "30 to 95", "None")
            _require(self.bits == 8, "bits", self.bits, "8 with JPEG")  # noqa: PLR2004
            _require(self.bands != "rgbn", "bands", self.bands, "pan or rgb with JPEG")

    @property
    def full(self) -> int:
        """Return the highest digit."""
        return int(2**self.bits - 1)

    @property
    def band_count(self) -> int:
        """Return the number of bands."""
        return {"pan": 1, "rgb": 3, "rgbn": 4}[self.bands]

    @property
    def band_names(self) -> tuple[str, ...]:
        """Return the names of the bands, in order."""
        if self.bands == "pan":
            return ("pan",)
        return ("red", "green", "blue", "nir")[: self.band_count]

    @property
    def oversampling(self) -> int:
        """Return the number of fine pixels along the side of a pixel."""
        return resolve_oversampling(self.gsd_m)

    @property
    def fine_m(self) -> float:
        """Return the side of a fine pixel, metres."""
        return self.gsd_m / self.oversampling

    @property
    def weights(self) -> NDArray[np.float32]:
        """Return dims (band, [red, green, blue, near-infrared]): what each band takes in."""
        if self.bands == "pan":
            return np.array([_LUMINANCE], dtype=np.float32)
        return np.eye(4, dtype=np.float32)[: self.band_count]


def _require(fits: bool, where: str, value: object, *choices: str) -> None:  # noqa: FBT001
    if not fits:
        raise InvalidValue(f"a camera with {where} = {value}", where=where, choices=choices)


CAMERAS: dict[str, Camera] = {
    "vhr-pan-50cm": Camera(
        bands="pan", bits=11, gsd_m=0.5, blur_px=0.55, sharpening=0.6,
        read_noise=2.5, shot_noise=16.0, white=1.1,
    ),
    "vhr-rgb-50cm": Camera(
        bands="rgb", gsd_m=0.5, blur_px=0.6, sharpening=0.5, read_noise=0.8, shot_noise=1.6,
        white=0.66, gamma=1.4, auto_exposure=True,
    ),
    "vhr-rgb-30cm": Camera(
        bands="rgb", gsd_m=0.3, blur_px=0.65, sharpening=0.6, read_noise=0.9, shot_noise=1.8,
        white=0.66, gamma=1.4, auto_exposure=True,
    ),
    "vhr-rgbn-11bit": Camera(
        bands="rgbn", bits=11, gsd_m=0.5, blur_px=0.65, sharpening=0.5,
        read_noise=3.0, shot_noise=18.0, white=1.1,
    ),
    "vhr-pan-12bit": Camera(
        bands="pan", bits=12, gsd_m=0.5, blur_px=0.5, sharpening=0.8,
        read_noise=4.0, shot_noise=36.0, white=1.1,
    ),
    "press-jpeg": Camera(
        bands="rgb", gsd_m=0.5, blur_px=0.75, sharpening=0.9, read_noise=0.8, shot_noise=1.4,
        black=0.01, white=0.58, gamma=1.4, auto_exposure=True, jpeg_quality=75,
    ),
    "medium-rgb-3m": Camera(
        bands="rgb", gsd_m=3.0, blur_px=0.6, read_noise=0.9, shot_noise=1.8,
        white=0.66, gamma=1.35, auto_exposure=True,
    ),
    "sentinel2-like": Camera(
        bands="rgbn", bits=12, gsd_m=10.0, blur_px=0.45, read_noise=2.0, shot_noise=14.0, white=1.6,
    ),
}  # fmt: skip
"""Cameras by name, as pictures come to a newsroom."""


def resolve_oversampling(gsd_m: float) -> int:
    """Return how many fine pixels make the side of a pixel.

    Two where pixels are small; else enough that a fine pixel has at most 1.25 m, and a whole
    number that keeps tiles on the coding blocks.

    Examples
    --------
    >>> [resolve_oversampling(gsd_m) for gsd_m in (0.3, 0.5, 1.2, 1.5, 3.0, 10.0)]
    [2, 2, 2, 2, 3, 8]
    """
    if gsd_m <= _FINE_ENOUGH_M:
        return 2
    return min(max(2, ceil(gsd_m / _FINE_M)), _MOST_OVERSAMPLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplacement:
    """How far a picture lies from where its georeference says."""

    shift_x_px: float = 0.0
    """Things appear this many pixels too far right."""
    shift_y_px: float = 0.0
    """Things appear this many pixels too far down."""
    rotation_deg: float = 0.0
    """Things appear turned clockwise about the middle."""
    local_px: float = 0.0
    """Root mean square of a smooth local distortion, in each direction, pixels."""
    local_scale_m: float = 150.0
    """Distance over which that distortion varies."""

    @property
    def is_uniform(self) -> bool:
        """Return True if every pixel is displaced alike."""
        return self.rotation_deg == 0 and self.local_px == 0


PLACED = Misplacement()
"""A picture that lies where it says."""


def displacement(misplacement: Misplacement, frame: Frame, *, seed: int = 0) -> NDArray[np.float64]:
    """Return how far too far right and down the thing that each pixel shows appears.

    Parameters
    ----------
    misplacement
        Error of the georeference.
    frame
        The window, of the picture's own pixels.
    seed
        Seed of the local distortion.

    Returns
    -------
    numpy.ndarray
        Dims ([right, down], row, column), float64 pixels: pixel (row, column) shows the ground
        whose true place in the picture is (row - down, column - right).
    """
    rows = np.arange(frame.row0, frame.row0 + frame.rows, dtype=np.float64)[:, np.newaxis]
    columns = np.arange(frame.column0, frame.column0 + frame.columns, dtype=np.float64)
    middle = (frame.side_m / frame.fine_m - 1) / 2
    turn = radians(misplacement.rotation_deg)
    down = rows - middle - misplacement.shift_y_px
    right = columns - middle - misplacement.shift_x_px
    field = np.empty((2, *frame.shape))
    field[0] = columns - (middle + cos(turn) * right + sin(turn) * down)
    field[1] = rows - (middle + cos(turn) * down - sin(turn) * right)
    if misplacement.local_px > 0:
        field += _local(misplacement, frame, seed=seed)
    return field


def _local(misplacement: Misplacement, frame: Frame, *, seed: int) -> NDArray[np.float32]:
    field = np.zeros((2, *frame.shape), dtype=np.float32)
    for number in range(2):
        add_noise(
            field[number],
            frame,
            scale_m=misplacement.local_scale_m,
            seed=sub_seed(seed, _LOCAL_SEED, number),
            amount=misplacement.local_px,
        )
    return field


def farthest_px(misplacement: Misplacement, *, side_px: int) -> int:
    """Return a bound of the displacement anywhere in a picture, whole pixels."""
    shift = max(abs(misplacement.shift_x_px), abs(misplacement.shift_y_px))
    turn = 2 * sin(min(radians(abs(misplacement.rotation_deg)), pi) / 2)
    # Hashed noise stays within 3.47 deviations, and smoothing it to unit variance at most doubles.
    return ceil(shift + turn * side_px / sqrt(2) + 7 * misplacement.local_px)


def spread_px(camera: Camera) -> int:
    """Return how many fine pixels to every side a pixel takes in."""
    return ceil(_SPREADS * camera.blur_px * camera.oversampling)


def sample(
    radiance: NDArray[np.float32],
    *,
    camera: Camera,
    origin: tuple[int, int],
    pixels: Frame,
    misplacement: Misplacement = PLACED,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Blur by the point spread and sample at the middles of pixels.

    Parameters
    ----------
    radiance
        Dims (band, row, column) on the fine grid.
    camera
        Its point spread and oversampling are used.
    origin
        Row and column, in the endless fine grid, of its first fine pixel.
    pixels
        The window of the picture, of its own pixels.
    misplacement
        Error of the georeference.
    seed
        Seed of its local distortion.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), float32. A fine pixel counts as an even square, and its share is
        the point spread's integral over it: the blur of an edge is exactly the point spread's.
    """
    scale = camera.oversampling
    table = _spread_table(camera.blur_px * scale)
    if misplacement.is_uniform:
        first = _evenly(pixels, scale, origin, misplacement)
        return _sampled_evenly(radiance, *first, scale, *pixels.shape, table)
    y, x = places(pixels, scale=scale, origin=origin, misplacement=misplacement, seed=seed)
    return _sampled(radiance, y, x, table)


def places(
    pixels: Frame, *, scale: int, origin: tuple[int, int], misplacement: Misplacement, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the middles of pixels lie on a fine grid, in 64ths of a fine pixel.

    Parameters
    ----------
    pixels
        The window of the picture, of its own pixels.
    scale
        Fine pixels along the side of a pixel.
    origin
        Row and column, in the endless fine grid, of the first fine pixel.
    misplacement
        Error of the georeference.
    seed
        Seed of its local distortion.

    Returns
    -------
    tuple of numpy.ndarray
        Dims (row, column) each: downward and rightward from the upper left corner of the first
        fine pixel.
    """
    if misplacement.is_uniform:
        first = _evenly(pixels, scale, origin, misplacement)
        y, x = np.indices(pixels.shape) * (scale * _PHASES)
        return y + first[0], x + first[1]
    right, down = displacement(misplacement, pixels, seed=seed)
    rows = np.arange(pixels.row0, pixels.row0 + pixels.rows)[:, np.newaxis]
    columns = np.arange(pixels.column0, pixels.column0 + pixels.columns)
    y = np.floor((rows + 0.5 - down) * (scale * _PHASES) + 0.5).astype(np.int64)
    x = np.floor((columns + 0.5 - right) * (scale * _PHASES) + 0.5).astype(np.int64)
    return y - origin[0] * _PHASES, x - origin[1] * _PHASES


def _evenly(
    pixels: Frame, scale: int, origin: tuple[int, int], misplacement: Misplacement
) -> tuple[int, int]:
    """Return the place of the first pixel's middle in phases of fine pixels."""
    steps = scale * _PHASES
    y = int(np.floor((0.5 - misplacement.shift_y_px) * steps + 0.5)) + pixels.row0 * steps
    x = int(np.floor((0.5 - misplacement.shift_x_px) * steps + 0.5)) + pixels.column0 * steps
    return y - origin[0] * _PHASES, x - origin[1] * _PHASES


@njit(cache=True, nogil=True)
def majority(
    flags: NDArray[np.uint8],
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    scale: int,
    bit: int,
) -> NDArray[np.bool_]:
    """Return (row, column): True where at least half of a pixel's fine pixels bear a flag (kernel).

    ``y`` and ``x`` are the middles of pixels as `places` returns them; what lies outside the fine
    grid bears no flag.
    """
    rows, columns = y.shape
    out = np.zeros((rows, columns), dtype=np.bool_)
    for row in range(rows):
        for column in range(columns):
            top = (y[row, column] - scale * (_PHASES // 2) + _PHASES // 2) // _PHASES
            left = (x[row, column] - scale * (_PHASES // 2) + _PHASES // 2) // _PHASES
            count = 0
            for i in range(max(top, 0), min(top + scale, flags.shape[0])):
                for j in range(max(left, 0), min(left + scale, flags.shape[1])):
                    if flags[i, j] & bit:
                        count += 1
            out[row, column] = 2 * count >= scale * scale
    return out


def _spread_table(sigma: float) -> NDArray[np.float32]:
    """Return dims (phase, tap): shares of the fine pixels about an edge between two of them."""
    radius = ceil(_SPREADS * sigma)
    edges = np.arange(-radius, radius + 2)
    phase = np.arange(_PHASES)[:, np.newaxis] / _PHASES
    shares = np.diff(ndtr((edges - phase) / sigma), axis=1)
    table: NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return table


@njit(cache=True, nogil=True)
def _sampled_evenly(  # noqa: PLR0917 - numba takes no keywords
    fine: NDArray[np.float32],
    y0: int,
    x0: int,
    scale: int,
    rows: int,
    columns: int,
    table: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Sample where every pixel lies alike between fine pixels: rows first, then columns."""
    bands, height, width = fine.shape
    taps = table.shape[1]
    radius = taps // 2
    out = np.zeros((bands, rows, columns), dtype=np.float32)
    down, along = table[y0 % _PHASES], table[x0 % _PHASES]
    line = np.empty(width, dtype=np.float32)
    for band in range(bands):
        for row in range(rows):
            line[:] = 0
            top = y0 // _PHASES + row * scale - radius
            for tap in range(taps):
                source = fine[band, min(max(top + tap, 0), height - 1)]
                weight = down[tap]
                for column in range(width):
                    line[column] += weight * source[column]
            left = x0 // _PHASES - radius
            for tap in range(taps):
                weight = along[tap]
                for column in range(columns):
                    at = min(max(left + column * scale + tap, 0), width - 1)
                    out[band, row, column] += weight * line[at]
    return out


@njit(cache=True, nogil=True)
def _sampled(
    fine: NDArray[np.float32],
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    table: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Sample where every pixel lies by itself."""
    bands, height, width = fine.shape
    rows, columns = y.shape
    taps = table.shape[1]
    radius = taps // 2
    out = np.empty((bands, rows, columns), dtype=np.float32)
    for row in range(rows):
        for column in range(columns):
            top = y[row, column] // _PHASES - radius
            left = x[row, column] // _PHASES - radius
            down, along = table[y[row, column] % _PHASES], table[x[row, column] % _PHASES]
            inside = top >= 0 and left >= 0 and top + taps <= height and left + taps <= width
            for band in range(bands):
                total = np.float32(0.0)
                for a in range(taps):
                    i = top + a if inside else min(max(top + a, 0), height - 1)
                    part = np.float32(0.0)
                    for b in range(taps):
                        j = left + b if inside else min(max(left + b, 0), width - 1)
                        part += along[b] * fine[band, i, j]
                    total += down[a] * part
                out[band, row, column] = total
    return out


def sharpened(pixels: NDArray[np.float32], *, amount: float) -> NDArray[np.float32]:
    """Lift fine detail as vendors do: add what a [1, 2, 1] / 4 blur takes away.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    amount
        Gain at the finest detail that pixels show.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column); the outermost pixels lack a neighbour and repeat themselves.
    """
    return _lifted(pixels, np.float32(amount)) if amount > 0 else pixels


@njit(cache=True, nogil=True)
def _lifted(pixels: NDArray[np.float32], amount: np.float32) -> NDArray[np.float32]:
    bands, rows, columns = pixels.shape
    out = np.empty_like(pixels)
    line = np.empty(columns, dtype=np.float32)
    half, quarter = np.float32(0.5), np.float32(0.25)
    for band in range(bands):
        for row in range(rows):
            up, here = pixels[band, max(row - 1, 0)], pixels[band, row]
            down = pixels[band, min(row + 1, rows - 1)]
            for column in range(columns):
                line[column] = half * here[column] + quarter * (up[column] + down[column])
            for column in range(columns):
                left, right = line[max(column - 1, 0)], line[min(column + 1, columns - 1)]
                soft = half * line[column] + quarter * (left + right)
                out[band, row, column] = here[column] + amount * (here[column] - soft)
    return out


def modulation(camera: Camera, cycles_per_px: float) -> float:
    """Return the share of contrast that the camera keeps of a grating along rows or columns.

    Parameters
    ----------
    camera
        Its point spread and sharpening are used.
    cycles_per_px
        Frequency of the grating, 0 to 0.5.

    Returns
    -------
    float
        The modulation transfer function, 1 at frequency 0.
    """
    blur = exp(-2 * (pi * camera.blur_px * cycles_per_px) ** 2)
    return blur * (1 + camera.sharpening * (1 - cos(pi * cycles_per_px) ** 2))


def digits(
    radiance: NDArray[np.float32],
    *,
    camera: Camera,
    origin: tuple[int, int],
    seed: int,
    brightness: float = 1.0,
) -> Pixels:
    """Turn radiance into the digits of a picture: tone, noise, rounding; JPEG is apart.

    Parameters
    ----------
    radiance
        Dims (band, row, column), what reaches the camera.
    camera
        Its tone, noise and bits are used.
    origin
        Row and column of the first pixel in the whole picture.
    seed
        Seed of the noise.
    brightness
        Radiance of a white sheet on this day: what a camera that exposes by itself divides by.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column); uint8 for 8 bits, else uint16.
    """
    curve = _tone_curve(camera.gamma)
    exposed = brightness if camera.auto_exposure else 1.0
    low, high = np.float32(camera.black * exposed), np.float32(camera.white * exposed)
    seeds = np.array([sub_seed(seed, _NOISE_SEED, band) for band in range(len(radiance))])
    counted = _counted(
        radiance, curve, low, np.float32(1) / (high - low), np.float32(camera.full),
        np.array([camera.read_noise**2, camera.shot_noise**2], dtype=np.float32),
        np.array(origin, dtype=np.int64), seeds.astype(np.int64),
    )  # fmt: skip
    return counted.astype(np.uint8) if camera.bits == 8 else counted  # noqa: PLR2004 - a byte


def _tone_curve(gamma: float) -> NDArray[np.float32]:
    """Return the curve over 0 to 1: a power, with a straight foot where it would rise too steep."""
    level = np.linspace(0, 1, _TONE_STEPS + 1)
    if gamma <= 1:
        return cast("NDArray[np.float32]", (level ** (1 / gamma)).astype(np.float32))
    # Without a foot, a power makes the darkest shadows a third of the picture's noise.
    knee = 0.01
    curve = (level + knee) ** (1 / gamma)
    rising: NDArray[np.float32] = ((curve - curve[0]) / (curve[-1] - curve[0])).astype(np.float32)
    return rising


@njit(cache=True, nogil=True)
def _counted(  # noqa: PLR0917 - numba takes no keywords
    radiance: NDArray[np.float32],
    curve: NDArray[np.float32],
    low: np.float32,
    gain: np.float32,
    full: np.float32,
    noise: NDArray[np.float32],
    origin: NDArray[np.int64],
    seeds: NDArray[np.int64],
) -> NDArray[np.uint16]:
    bands, rows, columns = radiance.shape
    out = np.empty((bands, rows, columns), dtype=np.uint16)
    steps = np.float32(curve.size - 1)
    zero, half, one = np.float32(0.0), np.float32(0.5), np.float32(1.0)
    for band in range(bands):
        for row in range(rows):
            for column in range(columns):
                level = min(max((radiance[band, row, column] - low) * gain, zero), one) * steps
                foot = min(int(level), curve.size - 2)
                level = curve[foot] + (level - np.float32(foot)) * (curve[foot + 1] - curve[foot])
                spread = np.sqrt(noise[0] + noise[1] * level)
                grain = hashed_gauss(seeds[band], origin[0] + row, origin[1] + column)
                digit = level * full + spread * np.float32(grain)
                out[band, row, column] = np.uint16(min(max(digit + half, zero), full))
    return out


def jpeg_coded(pixels: Pixels, *, quality: int) -> Pixels:
    """Code as JPEG and decode again.

    Parameters
    ----------
    pixels
        Dims (band, row, column), uint8, one or three bands. Blocks count from the first pixel.
    quality
        30 to 95.

    Returns
    -------
    numpy.ndarray
        Dims (band, row, column), uint8. Pixels nearer than 16 to a cut edge differ from those of
        the whole picture, for colour is stored coarsely and drawn smooth across blocks.
    """
    picture = pixels[0] if len(pixels) == 1 else np.moveaxis(pixels[::-1], 0, -1)
    _, coded = cv2.imencode(
        ".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    decoded = cast("NDArray[Any]", cv2.imdecode(coded, cv2.IMREAD_UNCHANGED))
    if decoded.ndim == 2:  # noqa: PLR2004 - one band
        return decoded[np.newaxis]
    return np.ascontiguousarray(np.moveaxis(decoded[..., ::-1], -1, 0))
