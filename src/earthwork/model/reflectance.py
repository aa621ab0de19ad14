"""How the numbers of a delivery become reflectance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflectanceScale:
    """Gain and offset by which the digital numbers of each band become reflectance, about 0 to 1.

    Reflectance is ``gain * number + offset``. Two images on one such scale can be subtracted
    whatever offset their suppliers add.
    """

    gains: tuple[float, ...]
    """Per band, in the order of the file."""
    offsets: tuple[float, ...]
    """Per band, in units of reflectance."""
    no_data: float | None = None
    """Number that means no data where every band has it; None if none is stated."""
    source: str
    """Which file and field says so."""

    @property
    def bands(self) -> int:
        """Return the number of bands."""
        return len(self.gains)
