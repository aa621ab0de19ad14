"""Which band of an image is which, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_COLOURS = 3
_NAMES = {
    "red": {"red", "r", "b04", "b4"},
    "green": {"green", "g", "b03", "b3"},
    "blue": {"blue", "b", "b02", "b2"},
    "infrared": {"nir", "nir08", "infrared", "near_infrared", "n", "b08", "b8", "b8a"},
    "shortwave": {"swir16", "swir1", "shortwave", "b11"},
}
"""Names in use for each band, in lower case; those of Sentinel-2 among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPlaces:
    """Index of each band that the masks know; None where an image has none."""

    red: int | None = None
    """Red, about 0.66 µm."""
    green: int | None = None
    """Green, about 0.56 µm."""
    blue: int | None = None
    """Blue, about 0.49 µm."""
    infrared: int | None = None
    """Near infrared, about 0.84 µm."""
    shortwave: int | None = None
    """Shortwave infrared, about 1.6 µm."""

    @property
    def colours(self) -> tuple[int, int, int] | None:
        """Return the places of red, green and blue; None for an image without colour."""
        if self.red is None or self.green is None or self.blue is None:
            return None
        return (self.red, self.green, self.blue)

    @property
    def used(self) -> tuple[int, ...]:
        """Return the places of the bands that are read: the colours (or the first), then others."""
        others = tuple(i for i in (self.infrared, self.shortwave) if i is not None)
        return (self.colours or (0,)) + others


def places_of(names: Sequence[str]) -> BandPlaces:
    """Return where each known band lies among names, whatever their case.

    Examples
    --------
    >>> places_of(["B02", "B03", "B04", "B08", "B11"]).colours
    (2, 1, 0)
    """
    lower = [name.lower() for name in names]
    found = {
        band: next((i for i, name in enumerate(lower) if name in known), None)
        for band, known in _NAMES.items()
    }
    return BandPlaces(**found)


def resolve_places(count: int, *, infrared_band: int | None = None) -> BandPlaces:
    """Return the usual places for lack of names: red, green, blue; or one panchromatic band."""
    if count < _COLOURS:
        return BandPlaces(infrared=infrared_band)
    return BandPlaces(red=0, green=1, blue=2, infrared=infrared_band)
