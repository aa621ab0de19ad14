"""A camera model: how ground coordinates fall on the pixels of an image in sensor geometry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RationalCamera:
    """Rational polynomial camera (RPC00B): normalised ground to normalised image coordinates.

    Pixel centres of the full image count from ``first_pixel`` (0 or 0.5 conventions differ between
    suppliers; readers convert to 0 at the centre of the upper left pixel).
    """

    line_offset: float
    """Rows."""
    line_scale: float
    """Rows."""
    sample_offset: float
    """Columns."""
    sample_scale: float
    """Columns."""
    latitude_offset_deg: float
    """Degrees north, WGS 84."""
    latitude_scale_deg: float
    """Degrees."""
    longitude_offset_deg: float
    """Degrees east, WGS 84."""
    longitude_scale_deg: float
    """Degrees."""
    height_offset_m: float
    """Metres above the ellipsoid."""
    height_scale_m: float
    """Metres."""
    line_numerator: tuple[float, ...]
    """20 coefficients, RPC00B order."""
    line_denominator: tuple[float, ...]
    """20 coefficients."""
    sample_numerator: tuple[float, ...]
    """20 coefficients."""
    sample_denominator: tuple[float, ...]
    """20 coefficients."""
    crop_column: float = 0.0
    """Column of the full image at which this image's first column lies."""
    crop_row: float = 0.0
    """Row of the full image at which this image's first row lies."""
