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
        codas=("rva", "lmo", "nza", "nte", "mira", "vola", "lda", "ndre"),
    ),
    "hard": Sounds(
        onsets=("k", "t", "b", "dr", "v", "s", "gr", "m", "zh", "l", "n", "p", "st"),
        vowels=("o", "a", "e", "u", "y"),
        codas=("vnak", "rsk", "lnok", "tar", "gran", "mets", "vost"),
    ),
    "breathed": Sounds(
        onsets=("h", "gh", "s", "m", "w", "r", "b", "dh", "t", "f", "n", "kh", "j"),
        vowels=("a", "i", "u", "a", "ai"),
        codas=("ba", "ra", "da", "m", "l", "h", "sha", "fa", "d"),
    ),
}
"""Sounds by speech."""

REAL_NAMES = frozenset({
    "Aleppo", "Babana", "Babat", "Babina", "Badin", "Bafut", "Baghdad", "Bahar", "Bajil", "Bajura",
    "Banan", "Banat", "Banur", "Barah", "Baran", "Barara", "Bariq", "Barum", "Bashan", "Basra",
    "Batam", "Batifa", "Bawal", "Bawana", "Bidar", "Bidur", "Bihat", "Bikin", "Binan", "Birur",
    "Bishan", "Bitam", "Branik", "Bremen", "Brilon", "Bukan", "Bukhara", "Bukuya", "Buram", "Busan",
    "Chaman", "Chanod", "Chatan", "Chelak", "Chemor", "Chorod", "Dabat", "Dakar", "Damad", "Daman",
    "Dara", "Daraa", "Darab", "Daran", "Dashan", "Dashun", "Dasuya", "Datun", "David", "Dawan",
    "Deder", "Degan", "Demak", "Dhabad", "Diamante", "Didam", "Didim", "Dinar", "Disuq", "Dover",
    "Dushan", "Dusit", "Farah", "Farum", "Fasham", "Fatih", "Fukura", "Fuman", "Fushun", "Gatak",
    "Gavar", "Gaza", "Gelan", "Gerash", "Gerik", "Ghatal", "Ginan", "Giron", "Gonen", "Goshen",
    "Gotan", "Hadim", "Hajira", "Hamada", "Hamah", "Hamar", "Hamina", "Hamura", "Hanam", "Harar",
    "Harir", "Harur", "Hasuda", "Hirara", "Hisar", "Hizan", "Homs", "Husum", "Jamul", "Jasim",
    "Jatara", "Jawad", "Kaarina", "Kabul", "Kadan", "Kaduna", "Kadur", "Kahin", "Kakira", "Kaman",
    "Kamina", "Kamiya", "Kanaya", "Kaqun", "Karad", "Karaman", "Kariya", "Karur", "Kasara",
    "Kashan", "Kashin", "Kashira", "Kasur", "Kawit", "Kazan", "Kharan", "Kharar", "Kibara",
    "Kinana", "Kiruna", "Kiwira", "Kolente", "Kudat", "Kunduz", "Kutum", "Kuwana", "Lalin", "Lalor",
    "Lamin", "Lerik", "Leshan", "Lever", "Levin", "Limon", "Logan", "Lonar", "Maasin", "Madavan",
    "Madaya", "Madhira", "Maghar", "Mahad", "Maham", "Mahan", "Mahina", "Maibara", "Makum", "Mamun",
    "Maner", "Maraba", "Maran", "Marana", "Marin", "Marina", "Marivan", "Masal", "Masan", "Masaya",
    "Masina", "Masuda", "Matam", "Matara", "Mawana", "Medak", "Medan", "Menen", "Midar", "Mihara",
    "Milak", "Milan", "Minab", "Minad", "Mishan", "Mogan", "Mogok", "Monor", "Morar", "Moron",
    "Mosul", "Mushin", "Musina", "Mutum", "Nachod", "Nador", "Nafada", "Nagar", "Nagod", "Nahan",
    "Nakur", "Namur", "Narail", "Narok", "Naron", "Nashik", "Natal", "Navan", "Nawada", "Nesher",
    "Norak", "Novelda", "Numan", "Palu", "Potenza", "Qatana", "Qidar", "Qishan", "Qusar", "Qutur",
    "Rabat", "Rafah", "Rahat", "Rajura", "Ramada", "Raman", "Ramon", "Ranam", "Raqqa", "Ravar",
    "Raver", "Razam", "Redan", "Reserva", "Rolante", "Roman", "Rudan", "Rumah", "Runan", "Sabara",
    "Sahab", "Saham", "Sahar", "Sakura", "Samal", "Samana", "Samar", "Samara", "Samarra", "Sana",
    "Sanana", "Sarab", "Saram", "Saran", "Satana", "Satara", "Satuba", "Satun", "Sawar", "Sawara",
    "Seversk", "Shatura", "Shawan", "Shelek", "Shetan", "Shibuya", "Shilin", "Shimen", "Shitan",
    "Shiwan", "Shunan", "Sibut", "Sikar", "Sinah", "Sinan", "Sirur", "Siwah", "Siwan", "Siwana",
    "Suhum", "Sumida", "Sunam", "Sunan", "Suran", "Surat", "Surin", "Suzun", "Tabira", "Tabqa",
    "Tahara", "Tahuna", "Taiz", "Takab", "Takum", "Talod", "Tamana", "Tamura", "Tarana", "Tariba",
    "Tarifa", "Tarub", "Tarut", "Tashan", "Tatarsk", "Terek", "Tijara", "Tikrit", "Timon", "Tiran",
    "Tirana", "Tirur", "Tomar", "Tovar", "Tuban", "Turin", "Tushan", "Valente", "Valenza", "Varash",
    "Vidin", "Vigan", "Vilar", "Virar", "Vogan", "Wakuya", "Warah", "Warud", "Washim", "Wuhan",
    "Wushan", "Wutan", "Zabid", "Zadar", "Zafar", "Zagan", "Zawiya", "Zigon",
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
    given: set[str] = set()
    sounds = SPEECHES[speech]
    while True:
        name = _name(sounds, rng=rng)
        # Names that begin alike are mistaken for one another in a report.
        if name not in REAL_NAMES and all(name[:4] != other[:4] for other in given):
            given.add(name)
            yield name


def _name(sounds: Sounds, *, rng: np.random.Generator) -> str:
    parts = [str(rng.choice(part)) for part in (sounds.onsets, sounds.vowels) * 2]
    return "".join([*parts, str(rng.choice(sounds.codas))]).capitalize()
