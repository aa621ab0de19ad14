"""The curve that tells how likely one kind of alteration is told, by pixels across."""

from __future__ import annotations

from dataclasses import dataclass

FALSE_ALARMS = 0.01
"""Share of looks at unaltered ground that pass for an alteration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionCurve:
    """A logistic in the logarithm of pixels across, from the false alarms up to a ceiling.

    Shifts are those of its logit against the middle conditions: sun at 45°, sensor 5° off nadir, a
    picture in colour, the usual contrast of the kind.
    """

    half_px: float
    """Pixels across at which it stands half way."""
    slope: float
    """Logits for each factor of e in pixels across; above 0."""
    ceiling: float = 1.0
    """Chance that it comes up to, however fine the pixels."""
    contrast_gain: float = 0.0
    """Logits for each factor of e in log contrast; 0 or above."""
    usual_contrast: float = 0.2
    """Size of the log ratio of brightness of works to the ground beside them: the median."""
    high_sun: float = 0.0
    """Shift with the sun at 68°."""
    low_sun: float = 0.0
    """Shift with the sun at 22°."""
    oblique: float = 0.0
    """Shift of a sensor 15° off nadir."""
    most_oblique: float = 0.0
    """Shift of a sensor 30° off nadir."""
    panchromatic: float = 0.0
    """Shift of a picture of one band."""
    works: int = 0
    """Works that it was measured on; 0 for a curve by rule."""
