"""How much brighter or darker turned earth and set-down things are than the ground beside them."""

from __future__ import annotations

import numpy as np

from earthwork.simulate.alterations.contrast import sample_contrast
from earthwork.simulate.cities.city import Tone
from earthwork.simulate.scenario import Event

_CONCRETE: Tone = (0.50, 0.485, 0.45, 0.50)


def earth_tone(event: Event, *, rng: np.random.Generator) -> float:
    """Return the brightness of moved earth against the bare soil of the place.

    Parameters
    ----------
    event
        Whose ``tone`` holds if it is given.
    rng
        Source of randomness; drawn from even if the tone is given, so that the rest stays.

    Returns
    -------
    float
        Factor, 1 for no contrast at all.
    """
    drawn = sample_contrast("bare", rng=rng)
    return drawn if event.tone is None else event.tone


def block_tone(event: Event, *, rng: np.random.Generator, base: Tone = _CONCRETE) -> Tone:
    """Return the reflectance of the blocks of one work: fresh, weathered or dusty concrete."""
    age = float(rng.uniform(0.62, 1.12))
    factor = age if event.tone is None else event.tone
    dust = float(rng.uniform(-0.02, 0.03))
    red, green, blue, infrared = (min(value * factor, 0.8) for value in base)
    return (red + dust, green, max(blue - dust, 0.02), infrared + dust)
