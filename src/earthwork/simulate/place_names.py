"""Invent names that can be spoken and mean no real place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """What the names of one land are made of."""

    onsets: tuple[str, ...]
    """Beginnings of syllables."""
    vowels: tuple[str, ...]
    """Middles of syllables."""
    codas: tuple[str, ...]
    """Ends of names."""


SPEECHES: Mapping[str, Sounds] = {
    "plain": Sounds(
        onsets=("sh", "q", "t", "d", "k", "m", "h", "z", "n", "r", "b", "f", "gh", "s", "w"),
        vowels=("a", "a", "u", "i", "aa"),
        codas=("n", "r", "m", "b", "t", "d", "q", "ya", "ra", "na"),
    ),
    "broken": Sounds(
        onsets=("z", "v", "kh", "d", "t", "br", "g", "sh", "m", "r", "ch", "l", "n"),
        vowels=("e", "a", "i", "o", "a"),
        codas=("k", "n", "sh", "r", "van", "ten", "zi", "d"),
    ),
    "liquid": Sounds(
        onsets=("l", "m", "p", "r", "v", "n", "s", "t", "k", "b", "d"),
        vowels=("a", "e", "o", "i", "ia"),
        codas=("ra", "lo", "na", "nte", "mi", "va", "lda", "re"),
    ),
    "hard": Sounds(
        onsets=("k", "t", "b", "dr", "v", "s", "gr", "m", "zh", "l", "n", "p", "st"),
        vowels=("o", "a", "e", "u", "y"),
        codas=("vka", "rsk", "lno", "n", "tar", "gor", "k", "mets"),
    ),
    "breathed": Sounds(
        onsets=("h", "gh", "s", "m", "w", "r", "b", "dh", "t", "f", "n", "kh", "j"),
        vowels=("a", "i", "u", "a", "ai"),
        codas=("ba", "ra", "da", "m", "l", "h", "sha", "fa", "d"),
    ),
}
"""Sounds by speech."""

REAL_NAMES = frozenset({
    "Aleppo", "Baghdad", "Basra", "Daraa", "Dara", "Gaza", "Homs", "Kabul", "Karaman", "Kunduz",
    "Madaya", "Mosul", "Palu", "Qatana", "Raqqa", "Sana", "Samarra", "Taiz", "Tabqa", "Tikrit",
})  # fmt: skip
"""Names that are never given, should chance make them."""


def invent_names(*, speech: str, rng: np.random.Generator) -> Iterator[str]:
    """Yield names without end, none twice.

    Parameters
    ----------
    speech
        Key of ``SPEECHES``.
    rng
        Source of randomness.

    Yields
    ------
    str
        Three syllables, capitalised: long enough to be no real place by chance.
    """
    given: set[str] = set(REAL_NAMES)
    sounds = SPEECHES[speech]
    while True:
        name = _name(sounds, rng=rng)
        # Names that begin alike are mistaken for one another in a report.
        if name not in given and all(name[:4] != other[:4] for other in given):
            given.add(name)
            yield name


def _name(sounds: Sounds, *, rng: np.random.Generator) -> str:
    parts = [str(rng.choice(part)) for part in (sounds.onsets, sounds.vowels) * 2]
    return "".join([*parts, str(rng.choice(sounds.codas))]).capitalize()
