"""How much turned earth differs in brightness from the ground beside it, as real ground does.

The figures are quantiles of the natural logarithm of the ratio of brightness across real edges,
measured by ``benchmarks/realism/contrast.py`` on Pléiades panchromatic pictures of Kahramanmaraş
(© CNES, distribution Airbus DS), on the after-pictures of the SZTAKI AirChange set and on
Sentinel-2 pictures of Abu Dhabi and Beirut (Copernicus Sentinel data); the same command prints
them again. Half the weight, where there are any, is on the rims of changes that people drew, which
nobody chose for their contrast; half on straight edges that a line detector found, which leaves
out the faintest. Nothing beyond the measured 2nd and 98th percentiles is ever drawn.

References
----------
Benedek, C. and Szirányi, T. (2009), Change detection in optical aerial images by a multilayer
conditional mixed Markov model, IEEE Transactions on Geoscience and Remote Sensing,
doi:10.1109/TGRS.2009.2022633.
"""

from __future__ import annotations

import numpy as np

from earthwork.errors import InvalidValue
from earthwork.simulate.painting.materials import Material

LEVELS = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
"""The shares at which the quantiles stand."""

QUANTILES: dict[str, tuple[float, ...]] = {
    "bare": (-0.684, -0.479, -0.336, -0.104, 0.034, 0.233, 0.440, 0.527, 0.684),
    "green": (0.082, 0.193, 0.313, 0.507, 0.754, 1.083, 1.407, 1.630, 1.969),
    "paved": (-0.294, -0.164, 0.162, 0.297, 0.491, 0.932, 1.343, 1.500, 1.522),
    "rough": (-0.721, -0.499, -0.348, -0.034, 0.221, 0.394, 0.666, 0.784, 1.101),
}
"""Log ratio of bare ground to the ground beside it, by what that is: bare soil, green crops,
asphalt, or ground of mixed brightness as between houses. Edges measured: 2761, 699, 167, 1820."""

GROUND_OF: dict[Material, str] = {
    Material.GREEN: "green",
    Material.ORCHARD: "green",
    Material.TREE: "green",
    Material.ASPHALT: "paved",
    Material.STREET: "paved",
    Material.CONCRETE: "paved",
    Material.MARKING: "paved",
    Material.DUST: "rough",
    Material.LANE: "rough",
    Material.VERGE: "rough",
    Material.RUBBLE: "rough",
}
"""The measured ground that stands for each material; all others are bare."""


def sample_contrast(ground: str, *, rng: np.random.Generator) -> float:
    """Return the brightness of turned or cleared earth against the ground beside it.

    For a ``tone`` that counts against the *bare soil of the place*, as that of banks and mounds
    does, ask for ``"bare"`` whatever the work crosses: grass and asphalt differ from soil by
    themselves, and would be counted twice.

    Parameters
    ----------
    ground
        What lies beside it: 'bare', 'green', 'paved' or 'rough'.
    rng
        Source of randomness; one number is drawn from it.

    Returns
    -------
    float
        A factor: 1 for no contrast, above 1 where the turned earth is brighter.

    Raises
    ------
    InvalidValue
        If nothing was measured on such ground.

    Examples
    --------
    >>> round(sample_contrast("bare", rng=np.random.default_rng(1)), 2)
    1.04
    """
    if ground not in QUANTILES:
        raise InvalidValue(
            f"no contrast was measured on ground called {ground!r}",
            cause="a word that is not in the table",
            choices=sorted(QUANTILES),
        )
    share = rng.uniform(LEVELS[0], LEVELS[-1])
    return float(np.exp(np.interp(share, LEVELS, QUANTILES[ground])))


def ground_of(material: Material) -> str:
    """Return which measured ground stands for a material.

    Examples
    --------
    >>> ground_of(Material.FALLOW), ground_of(Material.ASPHALT)
    ('bare', 'paved')
    """
    return GROUND_OF.get(material, "bare")
