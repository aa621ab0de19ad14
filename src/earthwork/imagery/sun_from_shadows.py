"""Where the sun stood, told from the shadows in a picture.

A wall throws a shadow that is equally long wherever a line along the sun's direction crosses it,
and unequally long along any other line. So for every direction: how alike are the chords through
each dark region? Walls of one house can lie alike by chance, the shadows of many cannot. Which of
the two ends of that axis the sun stands at is told by shape: a shadow is the sweep of a thing less
the thing itself, so it is hollow towards the sun. Date, place and the usual hour of passage only
break ties, and the estimate says where they did.

Pictures are taken to have north up. Things that stand lean away from the sensor and hide part of
their shadow, which turns the apparent axis; with a known view it is turned back.

References
----------
Irvin, R. B. and McKeown, D. M. (1989), Methods for exploiting the relationship between buildings
and their shadows in aerial imagery, IEEE Transactions on Systems, Man, and Cybernetics 19(6),
1564-1575 (that shadows and houses explain each other; the chords are our own).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import asin, atan, ceil, cos, degrees, hypot, radians, sin, tan

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import find_objects

from earthwork.errors import InvalidValue
from earthwork.geometry.sun import sun_position
from earthwork.model.interval import Interval
from earthwork.model.raster import Pixels, luminance
from earthwork.model.scene import Angles

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]
Floats = NDArray[np.float64]

_HALF_TURN = 180.0
_FULL_TURN = 360.0
_COLOURS = 3
_MOMENT = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class SunOptions:
    """What counts as a shadow, and how the sun is found from shadows."""

    darkness: float = 0.5
    """Shadow is darker than this share of the way from the dark end (1st percentile) to the
    median."""
    green_excess: float = 0.05
    """Excess of green (2g - r - b of chromaticity) over the scene's median from which a dark pixel
    is vegetation."""
    least_area_m2: float = 12.0
    """Smaller dark regions are left out."""
    largest_area_m2: float = 1_500.0
    """Larger dark regions are water, asphalt or woods."""
    step_deg: float = 2.0
    """Directions tried."""
    chords: int = 160
    """Chords measured in each region and direction."""
    alike: float = 0.2
    """Chords are alike within this share of their length."""
    alike_px: float = 0.8
    """Chords are alike within this many pixels."""
    hour: float = 10.5
    """Local solar hour at which satellites with very sharp cameras pass."""
    hour_spread: float = 1.5
    """Either side of it, hours."""
    height_m: float = 6.0
    """Height of a usual house, for lack of a date: two storeys."""
    default_elevation_deg: float = 50.0
    """Taken where nothing tells the sun's elevation."""
    draws: int = 60
    """Resamples of the regions from which the error is told."""
    lean_error_deg: float = 8.0
    """Error added where the view is not known: lean of a usual look aside turns the axis."""
    least_regions: int = 15
    """Fewer regions tell no direction reliably."""
    largest_error_deg: float = 15.0
    """An estimate with a larger error is not reliable."""
    contradiction_deg: float = 20.0
    """Farther than this from the sun's path of the day, near the usual hour, is a contradiction."""


DEFAULT_SUN = SunOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class SunEstimate:
    """Where the sun stood, how well that is known, and how."""

    azimuth_deg: float
    """Clockwise from north."""
    azimuth_error_deg: float
    """One standard error."""
    elevation_deg: float | None
    """Above the horizon; None where nothing tells."""
    elevation_error_deg: float | None
    """One standard error; None where nothing tells the elevation."""
    is_reliable: bool
    """True where the shadows of enough things agree on one direction."""
    how: str
    """From what it was told, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regions:
    """Dark regions, one number each from 1."""

    labels: Labels
    """Dims (row, column): number of the region, 0 outside."""
    darkness: Image
    """Dims (row, column): above 0 in shadow; its zero line is the outline."""
    weights: Floats
    """Dims (region): how much each counts: size and contrast."""


def estimate_sun(
    pixels: Pixels,
    *,
    gsd_m: float,
    taken: Interval | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    view: Angles | None = None,
    options: SunOptions = DEFAULT_SUN,
) -> SunEstimate:
    """Tell where the sun stood from the shadows in a picture.

    Parameters
    ----------
    pixels
        Dims (band, row, column), north up; colour is used to tell trees from shadows.
    gsd_m
        Pixel side in metres.
    taken
        When it was taken; None if unknown.
    longitude, latitude
        Degrees of the place, WGS 84; None if unknown.
    view
        Direction to the sensor, so that the lean of houses is allowed for; None takes nadir.
    options
        What counts as a shadow, and how the sun is found.

    Returns
    -------
    SunEstimate
        Where no shadow tells, the usual hour's azimuth with an error of 90°.

    Raises
    ------
    InvalidValue
        If the pixel side is not above 0.
    """
    moment = _moment(taken)
    if moment is not None and longitude is not None and latitude is not None:
        return _computed(moment, longitude=longitude, latitude=latitude)
    prior = _prior(taken, longitude=longitude, latitude=latitude, options=options)
    regions = _find_regions(pixels, gsd_m=gsd_m, options=options)
    if len(regions.weights) == 0:
        return _unseen(prior, options)
    axis = _axis(regions, prior, options)
    sunward = _sunward(regions, axis.angle_deg, prior)
    rough = _elevation(sunward.azimuth_deg, axis, taken, longitude, latitude, gsd_m, options)
    height_deg = rough.degrees or options.default_elevation_deg
    azimuth = _without_lean(sunward.azimuth_deg, height_deg, view)
    elevation = _elevation(azimuth, axis, taken, longitude, latitude, gsd_m, options)
    lean = " The lean of what stands is allowed for."
    if view is None:
        lean = " The view is not known, so neither is how far lean turned the axis."
    return SunEstimate(
        azimuth_deg=azimuth,
        azimuth_error_deg=hypot(axis.error_deg, 0.0 if view else options.lean_error_deg),
        elevation_deg=elevation.degrees,
        elevation_error_deg=elevation.error_deg,
        is_reliable=_is_reliable(axis, sunward, len(regions.weights), options)
        and not elevation.is_contradicted,
        how=f"{len(regions.weights)} shadows: {axis.how} {sunward.how}{lean} {elevation.how}",
    )


def find_shadows(pixels: Pixels, *, gsd_m: float, options: SunOptions = DEFAULT_SUN) -> Mask:
    """Tell which pixels are dark enough, and not green enough, to lie in shadow.

    Parameters
    ----------
    pixels
        Dims (band, row, column).
    gsd_m
        Pixel side in metres.
    options
        What counts as a shadow.

    Returns
    -------
    numpy.ndarray
        Dims (row, column): True in shadow, and in what is as dark: water, fresh asphalt.

    Raises
    ------
    InvalidValue
        If the pixel side is not above 0.
    """
    _require_gsd(gsd_m)
    return np.asarray(_darkness(pixels, options) > 0)


def _require_gsd(gsd_m: float) -> None:
    if not gsd_m > 0:
        raise InvalidValue(f"a pixel of {gsd_m} m", where="gsd_m", choices=["metres above 0"])


# ---------------------------------------------------------------- dark regions


def _darkness(pixels: Pixels, options: SunOptions) -> Image:
    """Return how far each pixel lies below the brightness of shadows; negative in the light."""
    smooth = np.asarray(cv2.GaussianBlur(luminance(pixels), (0, 0), 0.7), np.float32)
    dark, middle = np.percentile(smooth, [1, 50])
    below = np.float32(dark + options.darkness * (middle - dark)) - smooth
    if pixels.shape[0] >= _COLOURS:
        green = _greenness(pixels)
        below = np.where(green > np.median(green) + options.green_excess, -np.abs(below), below)
    return np.asarray(below, np.float32)


def _greenness(pixels: Pixels) -> Image:
    red, green, blue = (
        np.asarray(cv2.GaussianBlur(band.astype(np.float32), (0, 0), 1.0)) for band in pixels[:3]
    )
    total = np.maximum(red + green + blue, 1.0)
    return np.asarray((2 * green - red - blue) / total, np.float32)


def _find_regions(pixels: Pixels, *, gsd_m: float, options: SunOptions) -> _Regions:
    """Return the compact dark regions that lie wholly in the picture."""
    _require_gsd(gsd_m)
    darkness = _darkness(pixels, options)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (darkness > 0).astype(np.uint8), connectivity=4
    )
    kept = _compact(np.asarray(stats), darkness.shape, gsd_m=gsd_m, options=options)
    numbers = (np.cumsum(kept) * kept).astype(np.int32)[np.asarray(labels)]
    area = np.asarray(stats)[kept, cv2.CC_STAT_AREA].astype(np.float64)
    contrast = _edge_contrast(luminance(pixels), numbers, len(area))
    return _Regions(labels=numbers, darkness=darkness, weights=np.sqrt(area) * contrast)


def _compact(
    stats: NDArray[np.int32], shape: tuple[int, ...], *, gsd_m: float, options: SunOptions
) -> Mask:
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    inside = (left > 0) & (top > 0) & (right < shape[1]) & (bottom < shape[0])
    area = stats[:, cv2.CC_STAT_AREA] * gsd_m**2
    kept = inside & (area >= options.least_area_m2) & (area <= options.largest_area_m2)
    kept[0] = False
    return np.asarray(kept)


def _edge_contrast(image: Image, numbers: Labels, count: int) -> Floats:
    """Return how steep the outline of each region is: shadows have sharp edges, fields do not."""
    east = np.asarray(cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3))
    south = np.asarray(cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3))
    steep = np.hypot(east, south)
    inner = np.asarray(cv2.erode(numbers.astype(np.float32), np.ones((3, 3)))) == numbers
    rim = np.where(inner, 0, numbers)
    total = np.bincount(rim.ravel(), steep.ravel(), minlength=count + 1)[1:]
    length = np.maximum(np.bincount(rim.ravel(), minlength=count + 1)[1:], 1)
    mean = total / length
    return np.asarray(mean / max(float(np.median(mean)), 1e-6)) if count else np.zeros(0)


# ---------------------------------------------------------------- the axis


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    angle_deg: float
    """Clockwise from north, 0 to 180."""
    error_deg: float
    """One standard error."""
    rivals: float
    """Height of the second peak against the first, 0 to 1."""
    length_px: float
    """Median of the usual chord along it."""
    how: str
    """In a sentence."""


def _axis(regions: _Regions, prior: _Prior, options: SunOptions) -> _Axis:
    """Return the direction along which the chords through each region are most alike."""
    angles = np.arange(0.0, _HALF_TURN, options.step_deg)
    alike, lengths = _likeness(regions, angles, options)
    excess = alike - np.median(alike, axis=1, keepdims=True)
    curve = _curve(excess, regions.weights)
    best, rivals, how = _chosen_peak(curve, angles, prior)
    error = _resampled_error(excess, regions.weights, angles, best, options)
    return _Axis(
        angle_deg=_refined(curve, angles, best),
        error_deg=error,
        rivals=rivals,
        length_px=float(np.median(lengths[:, best])),
        how=how,
    )


def _curve(excess: Floats, weights: Floats) -> Floats:
    """Return the weighted mean over the regions, smoothed round the circle."""
    mean = (excess * weights[:, None]).sum(axis=0) / max(weights.sum(), 1e-9)
    kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
    wrapped = np.concatenate([mean[-2:], mean, mean[:2]])
    return np.convolve(wrapped, kernel, mode="valid")


def _chosen_peak(curve: Floats, angles: Floats, prior: _Prior) -> tuple[int, float, str]:
    """Return the best peak; of two that are about as good, the one at a usual hour."""
    best = int(np.argmax(curve))
    away = np.abs((angles - angles[best] + 90) % _HALF_TURN - 90)
    peaks = (curve >= np.roll(curve, 1)) & (curve >= np.roll(curve, -1)) & (away > 20)  # noqa: PLR2004
    others = np.flatnonzero(peaks)
    if len(others) == 0 or curve[best] <= 0:
        return best, 0.0, "their chords agree on one axis."
    second = int(others[np.argmax(curve[others])])
    rivals = float(max(curve[second], 0.0) / curve[best])
    gain = prior.misses_axis(angles[best]) - prior.misses_axis(angles[second])
    if rivals < 0.85 or gain < 10:  # noqa: PLR2004
        return best, rivals, "their chords agree on one axis."
    return second, rivals, f"of two axes the one nearer to {prior.words} was taken."


def _refined(curve: Floats, angles: Floats, best: int) -> float:
    """Return the peak to a fraction of a step, by a parabola through its neighbours."""
    before, here, after = curve[best - 1], curve[best], curve[(best + 1) % len(curve)]
    bend = before - 2 * here + after
    offset = 0.0 if bend >= 0 else 0.5 * (before - after) / bend
    step = angles[1] - angles[0]
    return float((angles[best] + offset * step) % _HALF_TURN)


def _resampled_error(
    excess: Floats, weights: Floats, angles: Floats, best: int, options: SunOptions
) -> float:
    """Return the spread of the peak when the regions are drawn anew with replacement."""
    rng = np.random.default_rng(0)
    count = len(weights)
    misses = []
    for _ in range(options.draws):
        drawn = rng.integers(count, size=count)
        peak = int(np.argmax(_curve(excess[drawn], weights[drawn])))
        misses.append((angles[peak] - angles[best] + 90) % _HALF_TURN - 90)
    # A step is the finest that the peak is known to.
    return float(hypot(np.sqrt(np.mean(np.square(misses))), options.step_deg))


def _likeness(regions: _Regions, angles: Floats, options: SunOptions) -> tuple[Floats, Floats]:
    """Return for each region and direction the share of alike chords, and their length in px."""
    spots, starts = _spots(regions, options)
    longest = 2 * ceil(np.sqrt(np.bincount(regions.labels.ravel())[1:].max())) + 40
    turns = np.radians(angles)
    return _measured(
        regions.darkness, spots, starts, -np.cos(turns), np.sin(turns), longest,
        options.alike, options.alike_px,
    )  # fmt: skip


def _spots(regions: _Regions, options: SunOptions) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return some pixels (row, column) of each region, evenly over it, and where each begins."""
    order = np.argsort(regions.labels.ravel(), kind="stable")
    sizes = np.bincount(regions.labels.ravel(), minlength=len(regions.weights) + 1)
    ends = np.cumsum(sizes).tolist()
    chosen = [
        order[np.linspace(first, last - 1, min(options.chords, last - first)).astype(np.int64)]
        for first, last in pairwise(ends)
    ]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in chosen])])
    rows, columns = np.divmod(np.concatenate(chosen), regions.labels.shape[1])
    return np.column_stack([rows, columns]).astype(np.int32), starts.astype(np.int64)


@njit(cache=True, nogil=True)
def _measured(  # noqa: PLR0917 - numba takes no keywords
    darkness: NDArray[np.float32],
    spots: NDArray[np.int32],
    starts: NDArray[np.int64],
    down: NDArray[np.float64],
    right: NDArray[np.float64],
    longest: int,
    alike: float,
    alike_px: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count = len(starts) - 1
    shares = np.zeros((count, len(down)))
    lengths = np.zeros((count, len(down)))
    for region in range(count):
        first, last = starts[region], starts[region + 1]
        chords = np.empty(last - first)
        for angle in range(len(down)):
            for k in range(first, last):
                row, column = spots[k, 0], spots[k, 1]
                ahead = _reach(darkness, row, column, down[angle], right[angle], longest)
                back = _reach(darkness, row, column, -down[angle], -right[angle], longest)
                chords[k - first] = ahead + back
            chords.sort()
            upper = 0
            for lower in range(len(chords)):
                limit = chords[lower] * (1 + alike) + alike_px
                while upper < len(chords) and chords[upper] <= limit:
                    upper += 1
                share = (upper - lower) / len(chords)
                if share > shares[region, angle]:
                    shares[region, angle] = share
                    lengths[region, angle] = chords[(lower + upper - 1) // 2]
    return shares, lengths


@njit(cache=True, nogil=True)
def _reach(  # noqa: PLR0917 - numba takes no keywords
    darkness: NDArray[np.float32],
    row: int,
    column: int,
    down: float,
    right: float,
    longest: int,
) -> float:
    """Return how far the dark goes on, to a fraction of a pixel."""
    rows, columns = darkness.shape
    before = darkness[row, column]
    for step in range(1, longest):
        i, j = row + step * down, column + step * right
        if i < 0 or j < 0 or i >= rows - 1 or j >= columns - 1:
            return float(step)
        top, left = int(i), int(j)
        u, v = i - top, j - left
        upper = darkness[top, left] * (1 - v) + darkness[top, left + 1] * v
        lower = darkness[top + 1, left] * (1 - v) + darkness[top + 1, left + 1] * v
        here = upper * (1 - u) + lower * u
        if here <= 0:
            return float(step - 1 + before / max(before - here, 1e-6))
        before = here
    return float(longest)


# ---------------------------------------------------------------- which end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sunward:
    azimuth_deg: float
    """Clockwise from north, towards the sun."""
    agreement: float
    """How far the hollows of shadows agree, -1 to 1 along the axis; 0 tells nothing."""
    is_prior: bool
    """True where the usual hour decided."""
    how: str
    """In a sentence."""


def _sunward(regions: _Regions, axis_deg: float, prior: _Prior) -> _Sunward:
    """Choose the end of the axis that the shadows are hollow towards."""
    east, north, weight = _hollows(regions)
    along = east * sin(radians(axis_deg)) + north * cos(radians(axis_deg))
    agreement = float((along * weight).sum() / max(weight.sum(), 1e-9))
    spread = float(np.sqrt((along**2 * weight**2).sum()) / max(weight.sum(), 1e-9))
    if abs(agreement) > 2.0 * spread:
        azimuth = axis_deg if agreement > 0 else axis_deg + _HALF_TURN
        how = "Their hollows tell which end is sunward."
        return _Sunward(azimuth_deg=azimuth, agreement=agreement, is_prior=False, how=how)
    ends = (axis_deg, axis_deg + _HALF_TURN)
    azimuth = min(ends, key=prior.misses)
    how = f"Which end is sunward they do not tell: the one nearer to {prior.words} was taken."
    return _Sunward(azimuth_deg=azimuth, agreement=agreement, is_prior=True, how=how)


def _hollows(regions: _Regions) -> tuple[Floats, Floats, Floats]:
    """Return the direction (east, north) from each region to its hollows, and how deep they are."""
    found = np.zeros((len(regions.weights), 3))
    for number, (left, top, wide, high) in enumerate(_boxes(regions.labels), start=1):
        part = (regions.labels[top : top + high, left : left + wide] == number).astype(np.uint8)
        found[number - 1] = _hollow(part, float(regions.weights[number - 1]))
    return found[:, 0], found[:, 1], found[:, 2]


def _boxes(labels: Labels) -> NDArray[np.int32]:
    slices = find_objects(labels)
    return np.array([(c.start, r.start, c.stop - c.start, r.stop - r.start) for r, c in slices])


def _hollow(part: NDArray[np.uint8], weight: float) -> tuple[float, float, float]:
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.zeros_like(part)
    cv2.fillConvexPoly(hull, cv2.convexHull(max(outlines, key=len)), 1)
    rows, columns = np.nonzero((hull > 0) & (part == 0))
    own_rows, own_columns = np.nonzero(part)
    if len(rows) < 3:  # noqa: PLR2004 - a pixel or two are the raster's
        return (0.0, 0.0, 0.0)
    east, south = columns.mean() - own_columns.mean(), rows.mean() - own_rows.mean()
    away = max(hypot(east, south), 1e-6)
    depth = min(len(rows) / len(own_rows), 0.6) * min(away / np.sqrt(len(own_rows)), 1.0)
    return (float(east / away), float(-south / away), float(depth * weight))


# ---------------------------------------------------------------- date, place and hour


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """Where the sun stands when such pictures are usually taken."""

    azimuth_deg: float
    """Clockwise from north."""
    words: str
    """What it rests on."""

    def misses(self, azimuth_deg: float) -> float:
        """Return the angle between an azimuth and the usual one."""
        return _apart(azimuth_deg, self.azimuth_deg)

    def misses_axis(self, axis_deg: float) -> float:
        """Return the angle between an axis and the usual one."""
        return min(self.misses(axis_deg), self.misses(axis_deg + _HALF_TURN))


def _apart(first_deg: float, second_deg: float) -> float:
    """Return the angle between two azimuths, 0 to 180."""
    return abs((first_deg - second_deg + _HALF_TURN) % _FULL_TURN - _HALF_TURN)


def _moment(taken: Interval | None) -> datetime | None:
    if taken is None or taken.start is None or taken.end is None:
        return None
    length = taken.end - taken.start
    return taken.start + length / 2 if length <= _MOMENT else None


def _computed(moment: datetime, *, longitude: float, latitude: float) -> SunEstimate:
    sun = sun_position(moment, longitude=longitude, latitude=latitude)
    early = sun_position(moment - _MOMENT / 4, longitude=longitude, latitude=latitude)
    drift = _apart(sun.azimuth_deg, early.azimuth_deg)
    return SunEstimate(
        azimuth_deg=sun.azimuth_deg,
        azimuth_error_deg=max(0.1, drift),
        elevation_deg=sun.elevation_deg,
        elevation_error_deg=max(0.1, abs(sun.elevation_deg - early.elevation_deg)),
        is_reliable=sun.elevation_deg > 0,
        how="Computed from the capture time and the place.",
    )


def _prior(
    taken: Interval | None,
    *,
    longitude: float | None,
    latitude: float | None,
    options: SunOptions,
) -> _Prior:
    day = _middle(taken)
    if day is not None and longitude is not None and latitude is not None:
        noon = _solar_noon(day, longitude)
        usual = noon + timedelta(hours=options.hour - 12)
        sun = sun_position(usual, longitude=longitude, latitude=latitude)
        return _Prior(azimuth_deg=sun.azimuth_deg, words="the sun of that day at the usual hour")
    if latitude is not None:
        azimuth = 150.0 if latitude > 0 else 30.0
        return _Prior(azimuth_deg=azimuth, words="the usual hour in that hemisphere")
    return _Prior(azimuth_deg=150.0, words="a northern morning, for lack of a place")


def _middle(taken: Interval | None) -> datetime | None:
    """Return the middle of the span if it is a matter of days."""
    if taken is None or taken.start is None or taken.end is None:
        return None
    if taken.end - taken.start > timedelta(days=10):
        return None
    return taken.start + (taken.end - taken.start) / 2


def _solar_noon(day: datetime, longitude: float) -> datetime:
    midnight = day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=12 - longitude / 15)


def _unseen(prior: _Prior, options: SunOptions) -> SunEstimate:
    return SunEstimate(
        azimuth_deg=prior.azimuth_deg,
        azimuth_error_deg=90.0,
        elevation_deg=None,
        elevation_error_deg=None,
        is_reliable=False,
        how=f"No shadow is seen: the azimuth is {prior.words}; {options.default_elevation_deg:.0f}°"
        " of elevation may be taken for lack of better.",
    )


# ---------------------------------------------------------------- elevation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Elevation:
    degrees: float | None
    """Above the horizon."""
    error_deg: float | None
    """One standard error."""
    how: str
    """In a sentence."""
    is_contradicted: bool = False
    """True where the sun of that day never stood there near the usual hour."""


def _elevation(  # noqa: PLR0917 - all that could tell it
    azimuth_deg: float,
    axis: _Axis,
    taken: Interval | None,
    longitude: float | None,
    latitude: float | None,
    gsd_m: float,
    options: SunOptions,
) -> _Elevation:
    """Tell the elevation from the day's path of the sun, else from the length of shadows."""
    day = _middle(taken)
    if day is not None and longitude is not None and latitude is not None:
        return _on_path(azimuth_deg, axis.error_deg, day, longitude, latitude, options)
    length_m = axis.length_px * gsd_m
    if length_m <= 0:
        return _Elevation(degrees=None, error_deg=None, how="Nothing tells the sun's elevation.")
    guess = degrees(atan(options.height_m / length_m))
    tall, low = (degrees(atan(options.height_m * factor / length_m)) for factor in (2.0, 0.5))
    spread = (tall - low) / 2
    how = f"Elevation weakly, from shadows of {length_m:.0f} m if houses have two storeys."
    return _Elevation(degrees=float(np.clip(guess, 20, 75)), error_deg=spread, how=how)


def _on_path(  # noqa: PLR0917 - a day and a place
    azimuth_deg: float,
    error_deg: float,
    day: datetime,
    longitude: float,
    latitude: float,
    options: SunOptions,
) -> _Elevation:
    """Return the elevation at which the sun of that day, near the usual hour, has the azimuth."""
    noon = _solar_noon(day, longitude)
    hours = options.hour - 12 + np.linspace(-options.hour_spread, options.hour_spread, 37)
    path = [
        sun_position(noon + timedelta(hours=float(hour)), longitude=longitude, latitude=latitude)
        for hour in hours
    ]
    misses = np.array([_apart(sun.azimuth_deg, azimuth_deg) for sun in path])
    heights = np.array([sun.elevation_deg for sun in path])
    likely = np.exp(-0.5 * (misses / max(error_deg, 2.0)) ** 2) + 1e-6
    mean = float((likely * heights).sum() / likely.sum())
    spread = float(np.sqrt((likely * (heights - mean) ** 2).sum() / likely.sum()))
    how = "Elevation from that day's path of the sun at about this azimuth."
    contradicts = float(misses.min()) > options.contradiction_deg
    if contradicts:
        how = f"That day's path of the sun lies {misses.min():.0f}° away: one of the two is wrong."
    return _Elevation(
        degrees=mean, error_deg=max(spread, 1.0), how=how, is_contradicted=contradicts
    )


def _without_lean(azimuth_deg: float, elevation_deg: float, view: Angles | None) -> float:
    """Turn the apparent axis back by what the lean of standing things turned it.

    Seen from aside a roof stands off from its wall's foot, so from roof to shadow's end runs the
    shadow less the lean: that direction is what chords tell.
    """
    if view is None or view.elevation_deg >= 90:  # noqa: PLR2004 - nadir
        return azimuth_deg % _FULL_TURN
    share = tan(radians(elevation_deg)) / tan(radians(view.elevation_deg))
    turn = share * sin(radians(view.azimuth_deg - azimuth_deg))
    return float((azimuth_deg + degrees(asin(max(-1.0, min(1.0, turn))))) % _FULL_TURN)


def _is_reliable(axis: _Axis, sunward: _Sunward, count: int, options: SunOptions) -> bool:
    return (
        count >= options.least_regions
        and axis.error_deg <= options.largest_error_deg
        and not sunward.is_prior
    )
