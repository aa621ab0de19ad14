"""Bringing the brightness of an after-image to that of its before-image, on what did not change.

Sensors, suns and bit depths differ; ground that did not change tells by how much. Images with the
same two or more bands are brought together by a line per band over pixels that IR-MAD takes for
unchanged; a panchromatic image, bands of another meaning, or pictures of 8 bits by a monotone curve
over pixels whose ranks agree. The mapping is one for the whole scene: fitted per tile it would hide
a tile that changed throughout. Where too little speaks for a mapping it is not used, and the fit
says so.

References
----------
Canty, M. J. and Nielsen, A. A. (2008), doi:10.1016/j.rse.2007.07.013 (orthogonal regression on
pixels of no change).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.ir_mad import (
    DEFAULT_IR_MAD,
    Blocks,
    IrMad,
    IrMadOptions,
    Moments,
    fit_ir_mad,
    weighted_moments,
)
from earthwork.imagery.pixel_pairs import Assessed, PixelPairs, Values
from earthwork.imagery.rank_matching import (
    DEFAULT_RANKS,
    RankMatch,
    RankOptions,
    fine_scale,
    joint_ranks,
    match_ranks,
)
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import Pixels, Raster, luminance

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_TABLE = 1 << 16
_PICTURE_TOP = 255.0


class RadiometricMethod(StrEnum):
    """How two images are brought to one brightness."""

    IR_MAD = "ir_mad"
    """A line per band over pixels that IR-MAD takes for unchanged."""
    RANKS = "ranks"
    """A monotone curve over pixels whose ranks agree."""
    RANGE = "range"
    """By the ranges that their bits allow, or not at all: nothing else could be justified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiometryOptions:
    """How brightness is brought together, and when a mapping is refused."""

    sample: int = 2_000_000
    """Pixels looked at, at most, spread over the image."""
    exact: bool = False
    """True: every pixel is looked at, in windows, once or twice a round."""
    no_change: float = 0.95
    """Chance of no change from which a pixel counts for the regression."""
    least_pixels: int = 400
    """Fewest unchanged pixels that make a mapping."""
    least_share: float = 0.005
    """Smallest share of unchanged pixels, at that chance."""
    least_agreement: float = 0.8
    """Smallest correlation of a band with its like on unchanged pixels."""
    least_spread: float = 0.1
    """Smallest spread of a band on unchanged pixels, as a share of its spread on all: a mapping
    found on one kind of ground, such as water, says nothing of another."""
    least_rank_correlation: float = 0.15
    """Smallest correlation of ranks, over all pixels, that makes a curve."""
    ir_mad: IrMadOptions = DEFAULT_IR_MAD
    """How unchanged pixels of several bands are sought."""
    ranks: RankOptions = DEFAULT_RANKS
    """How ranks are laid on each other."""


DEFAULT_RADIOMETRY = RadiometryOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class BandMapping:
    """What brings one band of the after-image to its like: a line, or a monotone curve."""

    gain: float
    """Slope of the line; beyond the ends of a curve, of its whole range."""
    offset: float
    """Offset of the line."""
    after: tuple[float, ...] = ()
    """Knots of a curve, ascending; empty for a line."""
    before: tuple[float, ...] = ()
    """The before-values they are laid on, ascending."""
    residual: float | None
    """Root mean square difference left on unchanged pixels, in units of the before-image; None
    where none were found."""
    residual_share: float | None
    """The same as a share of the band's spread over all pixels looked at."""

    def apply(self, values: Pixels) -> Image:
        """Map after-values, any dims and dtype, to before-values."""
        if values.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)} and values.size > _TABLE:
            # a table is many times cheaper than a search per pixel
            return self._mapped(np.arange(np.iinfo(values.dtype).max + 1))[values]
        return self._mapped(values)

    def _mapped(self, values: Pixels) -> Image:
        if not self.after:
            return np.asarray(values * self.gain + self.offset, np.float32)
        first, last = self.after[0], self.after[-1]
        beyond = np.minimum(values - first, 0) + np.maximum(values - last, 0)
        inner = np.interp(values, self.after, self.before)
        return np.asarray(inner + self.gain * beyond, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiometricFit:
    """What brings an after-image to the brightness of its before-image, and what speaks for it."""

    method: RadiometricMethod
    """How it was found."""
    is_luminance: bool
    """True: of brightness alone, one band; False: band by band."""
    bands: tuple[BandMapping, ...]
    """The mapping of each band."""
    pixels: int
    """Pixels looked at."""
    unchanged_share: float
    """Share of them that was taken for unchanged, 0 to 1."""
    is_reliable: bool
    """False where nothing justifies more than the ranges of the two images."""
    sentence: str
    """How good it is, and why this method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedRaster:
    """An after-image at the brightness of its before-image: a view, mapped as it is read."""

    raster: Raster
    """The after-image."""
    fit: RadiometricFit
    """What maps it."""

    @property
    def grid(self) -> Grid:
        """Return shape, placement and pixel size."""
        return self.raster.grid

    @property
    def bands(self) -> int:
        """Return the number of bands: one where brightness alone is mapped."""
        return len(self.fit.bands)

    def read(self, window: Window) -> Image:
        """Return pixels (band, row, column) of a window at the before-image's brightness."""
        pixels = self.raster.read(window)
        look = luminance(pixels)[None] if self.fit.is_luminance else pixels
        mapped = [one.apply(band) for one, band in zip(self.fit.bands, look, strict=True)]
        return np.stack(mapped)

    def valid(self, window: Window) -> Mask:
        """Return (row, column): True where the pixel holds data."""
        return self.raster.valid(window)


def normalised(raster: Raster, fit: RadiometricFit) -> NormalisedRaster:
    """Return the after-image at the brightness of its before-image, window by window.

    Parameters
    ----------
    raster
        The after-image, with the bands it had when the fit was made.
    fit
        What maps it.

    Raises
    ------
    GridMismatch
        If its number of bands is not that of the fit.
    """
    if not fit.is_luminance and raster.bands != len(fit.bands):
        raise GridMismatch(
            f"a fit of {len(fit.bands)} bands for an image of {raster.bands}",
            cause="it was made for another image",
        )
    return NormalisedRaster(raster=raster, fit=fit)


def fit_radiometry(
    before: Raster,
    after: Raster,
    assessed: Assessed,
    *,
    method: RadiometricMethod | None = None,
    options: RadiometryOptions = DEFAULT_RADIOMETRY,
) -> RadiometricFit:
    """Find what brings an after-image to the brightness of its before-image.

    Parameters
    ----------
    before, after
        Rasters on one grid; any bands, depth and dtype. Read in windows.
    assessed
        Says of a window, dims (row, column), which pixels count; no data and clipped pixels never
        do.
    method
        None: as ``resolve_method`` chooses.
    options
        Sample, gates, and options of either method.

    Returns
    -------
    RadiometricFit
        Reliable or not, with the reason. A method that finds too little unchanged ground gives way
        to the next: IR-MAD to ranks band by band, ranks to the ranges of the two images.

    Raises
    ------
    GridMismatch
        If the rasters lie on different grids, or a mask has other dims than its window.
    InvalidValue
        If IR-MAD is asked for and the bands are not the same two or more.
    """
    alike = have_like_bands(before, after)
    tops = (resolve_top(before), resolve_top(after))
    if method is RadiometricMethod.IR_MAD and not alike:
        raise InvalidValue(
            f"IR-MAD of images of {before.bands} and {after.bands} bands",
            where="method",
            choices=["ranks"],
        )
    pairs = PixelPairs(
        before=before,
        after=after,
        assessed=assessed,
        as_luminance=not alike,
        tops=tops,
    )
    sample = pairs.sample(options.sample)
    looked = _Looked(pairs=pairs, sample=sample, options=options)
    reasons: list[str] = []
    method = resolve_method(is_alike=alike, tops=tops) if method is None else method
    if method is RadiometricMethod.IR_MAD:
        fit = _by_ir_mad(looked, reasons)
        if fit is not None:
            return fit
    if method is not RadiometricMethod.RANGE:
        fit = _by_ranks(looked, reasons)
        if fit is not None:
            return fit
    return _by_range(looked, reasons)


def resolve_method(*, is_alike: bool, tops: tuple[float | None, float | None]) -> RadiometricMethod:
    """Return the method for two images: IR-MAD for the same bands as a sensor measured them.

    A picture of 8 bits has been stretched for the eye, so that no line leads from one to another:
    it is matched by ranks, band by band.

    Parameters
    ----------
    is_alike
        Whether they have the same two or more bands.
    tops
        Values from which each is clipped; None where unknown.
    """
    is_picture = _PICTURE_TOP in tops
    return RadiometricMethod.IR_MAD if is_alike and not is_picture else RadiometricMethod.RANKS


def have_like_bands(before: Raster, after: Raster) -> bool:
    """Tell whether two images have the same two or more bands, by name where both name them."""
    if before.bands != after.bands or before.bands < 2:  # noqa: PLR2004 - one band has no colour
        return False
    names = (getattr(before, "band_names", None), getattr(after, "band_names", None))
    return None in names or names[0] == names[1]


def resolve_top(raster: Raster) -> float | None:
    """Return the value from which a raster is clipped; None where its depth is not known."""
    bits = getattr(raster, "bits", None)
    if bits is not None:
        return float((1 << bits) - 1)
    dtype = raster.read(Window(row=0, column=0, height=1, width=1)).dtype
    return _PICTURE_TOP if dtype == np.uint8 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """The pixels that a fit is made of."""

    pairs: PixelPairs
    sample: tuple[Values, Values]
    options: RadiometryOptions

    @property
    def count(self) -> int:
        return int(self.sample[0].shape[1])

    def blocks(self) -> Iterable[tuple[Values, Values]]:
        return self.pairs.every() if self.options.exact else (self.sample,)


class _TooLittle(Exception):
    """A method found too little to stand on."""


def _by_ir_mad(looked: _Looked, reasons: list[str]) -> RadiometricFit | None:
    try:
        model, chosen, overall = _unchanged(looked)
        _require_enough(chosen, overall, looked.options)
    except (_TooLittle, InvalidValue) as error:
        reasons.append(f"IR-MAD was not used: {error}.")
        return None
    bands = tuple(_line(chosen, overall, band) for band in range(chosen.mean.size // 2))
    share = chosen.weight / overall.weight
    worst = max(band.residual_share or 0.0 for band in bands)
    return RadiometricFit(
        method=RadiometricMethod.IR_MAD,
        is_luminance=False,
        bands=bands,
        pixels=int(overall.weight),
        unchanged_share=share,
        is_reliable=True,
        sentence=(
            f"Brought to one brightness by a line per band over {int(chosen.weight):,} pixels"
            f" that IR-MAD takes for unchanged ({share:.1%} of those looked at;"
            f" {model.rounds} rounds): there the bands differ by up to {worst:.0%} of their spread."
        ),
    )


def _unchanged(looked: _Looked) -> tuple[IrMad, Moments, Moments]:
    """Return the model, and the moments of unchanged and of all pixels."""
    options = looked.options
    if looked.count < options.least_pixels:
        raise _TooLittle(f"only {looked.count} pixels are assessed and not clipped")
    blocks: Blocks = looked.blocks
    start = None
    if options.exact:
        start = fit_ir_mad(lambda: (looked.sample,), options=options.ir_mad)
    model = fit_ir_mad(blocks, start=start, options=options.ir_mad)
    overall = weighted_moments(blocks)
    chosen = weighted_moments(blocks, centre=model.mean, model=model, least=options.no_change)
    return model, chosen, overall


def _require_enough(chosen: Moments, overall: Moments, options: RadiometryOptions) -> None:
    bands = chosen.mean.size // 2
    share = chosen.weight / overall.weight
    if chosen.weight < options.least_pixels or share < options.least_share:
        raise _TooLittle(f"only {int(chosen.weight)} pixels ({share:.2%}) seem unchanged")
    spread, all_spread = (np.sqrt(np.diag(m.covariance)) for m in (chosen, overall))
    if (spread < options.least_spread * all_spread).any():
        raise _TooLittle("unchanged pixels are of one kind of ground alone")
    agreement = np.diag(chosen.covariance[:bands, bands:]) / (spread[:bands] * spread[bands:])
    if agreement.min() < options.least_agreement:
        raise _TooLittle(f"bands agree by {agreement.min():.2f} only on pixels that seem unchanged")


def _line(chosen: Moments, overall: Moments, band: int) -> BandMapping:
    """Return the orthogonal regression of a band, each image in units of its own spread."""
    at = [band, band + chosen.mean.size // 2]
    covariance = chosen.covariance[np.ix_(at, at)]
    units = np.sqrt(np.diag(overall.covariance)[at])
    scaled = covariance / np.outer(units, units)
    across, along = np.linalg.eigh(scaled)[1][:, -1]
    gain = float(across / along * units[0] / units[1])
    left = covariance[0, 0] + gain**2 * covariance[1, 1] - 2 * gain * covariance[0, 1]
    residual = float(np.sqrt(max(left, 0.0)))
    return BandMapping(
        gain=gain,
        offset=float(chosen.mean[at[0]] - gain * chosen.mean[at[1]]),
        residual=residual,
        residual_share=residual / float(units[0]),
    )


def _by_ranks(looked: _Looked, reasons: list[str]) -> RadiometricFit | None:
    try:
        matches = [_match(looked, band) for band in range(looked.sample[0].shape[0])]
        _require_order(matches, looked)
    except (_TooLittle, InvalidValue) as error:
        reasons.append(f"Ranks were not used: {error}.")
        return None
    spreads = looked.sample[0].std(axis=1, dtype=np.float64)
    bands = tuple(_curve(match, float(s)) for match, s in zip(matches, spreads, strict=True))
    share = min(match.kept_share for match in matches)
    worst = max(band.residual_share or 0.0 for band in bands)
    what = "brightness alone" if looked.pairs.as_luminance else "each band"
    told = (
        f"Brought to one brightness by a curve of {what} over the {share:.0%} of"
        f" {looked.count:,} pixels whose ranks agree: there it differs by up to {worst:.0%} of its"
        " spread."
    )
    return RadiometricFit(
        method=RadiometricMethod.RANKS,
        is_luminance=looked.pairs.as_luminance,
        bands=bands,
        pixels=looked.count,
        unchanged_share=share,
        is_reliable=True,
        sentence=" ".join((told, *reasons)),
    )


def _match(looked: _Looked, band: int) -> RankMatch:
    options = looked.options.ranks
    first, second = (fine_scale(look[band]) for look in looked.sample)

    def pairs() -> Iterable[tuple[Values, Values]]:
        return ((before[band], after[band]) for before, after in looked.blocks())

    joint = joint_ranks(pairs, scales=(first, second), options=options)
    return match_ranks(joint, options=options)


def _require_order(matches: list[RankMatch], looked: _Looked) -> None:
    options = looked.options
    if looked.count < options.least_pixels:
        raise _TooLittle(f"only {looked.count} pixels are assessed and not clipped")
    correlation = min(match.correlation for match in matches)
    if correlation < options.least_rank_correlation:
        raise _TooLittle(f"the ranks of the two images correlate by {correlation:.2f} only")


def _curve(match: RankMatch, spread: float) -> BandMapping:
    slope = (match.before[-1] - match.before[0]) / (match.after[-1] - match.after[0])
    return BandMapping(
        gain=float(slope),
        offset=float(match.before[0] - slope * match.after[0]),
        after=tuple(match.after.tolist()),
        before=tuple(match.before.tolist()),
        residual=match.residual,
        residual_share=match.residual / spread,
    )


def _by_range(looked: _Looked, reasons: list[str]) -> RadiometricFit:
    """Return the ranges of the two images laid on each other, or nothing done where unknown."""
    before_top, after_top = looked.pairs.tops
    gain = 1.0 if before_top is None or after_top is None else before_top / after_top
    what = (
        "Brightness is left as delivered"
        if gain == 1
        else f"Brightness is only scaled from a range of {after_top:g} to one of {before_top:g}"
    )
    band = BandMapping(gain=gain, offset=0.0, residual=None, residual_share=None)
    return RadiometricFit(
        method=RadiometricMethod.RANGE,
        is_luminance=looked.pairs.as_luminance,
        bands=(band,) * int(looked.sample[0].shape[0]),
        pixels=looked.count,
        unchanged_share=0.0,
        is_reliable=False,
        sentence=" ".join((f"{what}: differences of brightness mean little.", *reasons)),
    )
