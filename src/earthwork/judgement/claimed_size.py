"""The smallest horizontal dimension of what a claim speaks of: what a pixel must resolve."""

from __future__ import annotations

import re

from earthwork.model.claim import Claim, Quantity
from earthwork.model.vocabulary import ClaimKind

WIDTH_OF_HEIGHT = 3.0
"""A bank of loose earth is at its foot three times as wide as high (sides of 1 : 1.5)."""
_WIDE = re.compile(r"\W*(?:wide|width|broad|across|in diameter)\b", re.IGNORECASE)
_HIGH = re.compile(r"\W*(?:high|tall|in height)\b", re.IGNORECASE)
_BANKS = frozenset({ClaimKind.BERM})


def claimed_size_m(claim: Claim) -> float | None:
    """Return the smallest horizontal dimension that a claim states, in metres.

    A width that is said; of a berm, three times a height that is said; of cleared ground, the side
    of a square as large as the area said. A length along a line says nothing of it.

    Parameters
    ----------
    claim
        The claim.

    Returns
    -------
    float or None
        The least value meant; None if none of these is said.
    """
    for quantity in claim.quantities:
        size = _size_m(claim, quantity)
        if size is not None and size > 0:
            return size
    return None


def _size_m(claim: Claim, quantity: Quantity) -> float | None:
    if quantity.unit == "m2":
        return float(quantity.low**0.5) if claim.kind is ClaimKind.GROUND_CLEARED else None
    if quantity.unit != "m":
        return None
    rest = claim.quote.words[max(quantity.span.end - claim.quote.start, 0) :]
    if _WIDE.match(rest):
        return quantity.low
    return WIDTH_OF_HEIGHT * quantity.low if claim.kind in _BANKS and _HIGH.match(rest) else None
