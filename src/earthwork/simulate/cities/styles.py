"""In what styles cities are drawn: land, fabrics, tones and habits that differ from land to land.

Reflectances are broad-band, for a dry surface in summer; near-infrared is the fourth value. Three
styles are held out: nothing is trained or tuned on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from earthwork.simulate.cities.city import Crop, Fabric, Palette, Tone, Use


class MainLayout(StrEnum):
    """How main roads run."""

    RADIAL = "radial"
    GRID = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How a quarter is built up."""

    spacing_m: tuple[float, float]
    """Between streets, across and along."""
    crook_m: float
    """How far streets swing from straight."""
    jitter: float
    """How uneven blocks are: share of the spacing by which a street may be off."""
    is_aligned: bool
    """True if streets cross and run on; False if they meet in staggered T-junctions."""
    street_m: tuple[float, float]
    """Least and greatest width of a street."""
    parcel_m2: float
    """Parcels are cut until about this size."""
    unevenness: float
    """Greatest departure from the middle when a parcel is cut, as a share of its length."""
    setback_m: float
    """Between parcel edge and house."""
    uses: tuple[tuple[Use, float], ...]
    """Uses of the buildings, with weights."""
    storeys: tuple[float, ...]
    """Choices of height."""
    empty: float
    """Share of parcels without a building."""
    courts: float = 0.0
    """Share of large courtyard houses with an open court."""
    gables: float = 0.0
    """Share of houses and halls with pitched roofs."""
    parapet_m: tuple[float, float] = (0.5, 1.1)
    """Parapets of flat roofs, least and greatest."""
    walled: float = 0.0
    """Share of yards with a wall."""
    towers: float = 0.0
    """Share of parcels with a tower."""
    mosque_m2: float = 60_000.0
    """Ground for one mosque."""
    shops: float = 0.4
    """Share of parcels at a main road that are shops."""
    open_blocks: float = 0.0
    """Share of blocks left open: squares, playing fields, waste ground."""
    alleys: float = 0.0
    """Share of blocks into which a blind alley leads."""
    trees_per_m2: float = 0.003
    """Trees in gardens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverHabit:
    """How rivers of a land run."""

    width_share: tuple[float, float] = (0.06, 0.1)
    """Width as a share of the side of the scene."""
    width_m: tuple[float, float] = (20.0, 150.0)
    """Least and greatest width."""
    swing: tuple[float, float] = (0.015, 0.05)
    """Amplitude of the bends as a share of the side."""
    name: str = "river"
    """What it is: a river or a canal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Farming:
    """How the land outside is used."""

    farmed: float
    """Share of the open land that is farmed."""
    field_m2: float
    """Size of a field."""
    slender: float
    """Length of a field against its width."""
    crops: Mapping[Crop, float]
    """Weights of the crops."""
    walls: float
    """Share of field edges with a bank or wall."""
    wadis: tuple[int, int]
    """Least and greatest number of dry beds."""
    scrub_per_m2: float
    """Trees and bushes on bare land."""
    palms: bool = False
    """True if orchards are palm groves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """Reflectances of roofs and walls, each with its weight."""

    flat: tuple[tuple[float, Tone], ...]
    """Flat roofs."""
    gable: tuple[tuple[float, Tone], ...]
    """Pitched roofs of houses."""
    metal: tuple[tuple[float, Tone], ...]
    """Halls, sheds and tanks."""
    wall: tuple[tuple[float, Tone], ...]
    """Walls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityStyle:
    """One land's way of building cities."""

    name: str
    """Key in ``STYLES``."""
    palette: Palette
    """Colours of the land."""
    tones: Tones
    """Colours of the buildings."""
    patterns: Mapping[Fabric, Pattern]
    """How each fabric is built."""
    shares: Mapping[Fabric, float]
    """Weights of the fabrics outside the old town."""
    farming: Farming
    """How the land outside is used."""
    layout: MainLayout = MainLayout.RADIAL
    """How main roads run."""
    mains: tuple[int, int] = (4, 7)
    """Least and greatest number of main roads."""
    built: tuple[float, float] = (0.2, 0.6)
    """Least and greatest share of the scene that is built up."""
    old_town: tuple[float, float] = (0.38, 0.55)
    """Radius of the old town against that of the city."""
    river: RiverHabit | None = None
    """Its rivers; None for a land without."""
    river_chance: float = 1.0
    """How many cities lie on one."""
    airfield_chance: float = 0.85
    """How many cities have an airfield."""
    relief_m: tuple[float, float] = (1.0, 2.0)
    """Least and greatest swell of the ground."""
    avenue_trees: float = 0.6
    """Share of places along wide roads where a tree stands."""
    speech: str = "plain"
    """Key of the sounds that its names are made of."""
    is_held_out: bool = False
    """True if kept for acceptance: nothing is trained or tuned on it."""


_METAL: tuple[tuple[float, Tone], ...] = (
    (4, (0.44, 0.45, 0.45, 0.46)),
    (3, (0.33, 0.33, 0.325, 0.35)),
    (2, (0.56, 0.57, 0.56, 0.58)),
    (1, (0.21, 0.29, 0.37, 0.36)),
    (1.5, (0.31, 0.215, 0.165, 0.34)),
    (0.6, (0.22, 0.29, 0.235, 0.32)),
)
_CLAY: tuple[tuple[float, Tone], ...] = (
    (5, (0.335, 0.185, 0.125, 0.37)),
    (3, (0.38, 0.225, 0.155, 0.41)),
    (2, (0.27, 0.165, 0.125, 0.31)),
)
_SHEET: tuple[tuple[float, Tone], ...] = (
    (4, (0.37, 0.375, 0.37, 0.39)),
    (2, (0.28, 0.275, 0.265, 0.30)),
    (2, (0.30, 0.18, 0.14, 0.34)),
    (1, (0.20, 0.27, 0.33, 0.33)),
    (1, (0.17, 0.23, 0.19, 0.27)),
)
_BUFF: tuple[tuple[float, Tone], ...] = (
    (5, (0.42, 0.385, 0.34, 0.44)),
    (3, (0.36, 0.32, 0.27, 0.39)),
    (2, (0.47, 0.445, 0.405, 0.48)),
    (1.5, (0.30, 0.275, 0.245, 0.33)),
    (1, (0.40, 0.40, 0.39, 0.41)),
)
_GREY: tuple[tuple[float, Tone], ...] = (
    (4, (0.34, 0.335, 0.325, 0.35)),
    (3, (0.26, 0.255, 0.245, 0.28)),
    (2, (0.43, 0.425, 0.41, 0.44)),
    (1, (0.17, 0.165, 0.16, 0.19)),
)
_WHITE: tuple[tuple[float, Tone], ...] = (
    (5, (0.56, 0.53, 0.485, 0.57)),
    (3, (0.47, 0.44, 0.39, 0.50)),
    (2, (0.63, 0.61, 0.575, 0.63)),
    (1.5, (0.38, 0.35, 0.31, 0.41)),
)
_MUD: tuple[tuple[float, Tone], ...] = (
    (6, (0.43, 0.355, 0.265, 0.48)),
    (3, (0.38, 0.31, 0.23, 0.43)),
    (2, (0.48, 0.42, 0.335, 0.52)),
    (1, (0.54, 0.51, 0.46, 0.56)),
)
_BRICK: tuple[tuple[float, Tone], ...] = (
    (4, (0.31, 0.255, 0.21, 0.35)),
    (3, (0.27, 0.235, 0.205, 0.31)),
    (2, (0.35, 0.33, 0.30, 0.37)),
    (1.5, (0.32, 0.225, 0.175, 0.36)),
)
_STONE: tuple[tuple[float, Tone], ...] = (
    (5, (0.38, 0.35, 0.305, 0.40)),
    (3, (0.32, 0.295, 0.255, 0.35)),
    (2, (0.45, 0.43, 0.395, 0.46)),
    (1, (0.26, 0.235, 0.205, 0.29)),
)
_BASALT: tuple[tuple[float, Tone], ...] = (
    (4, (0.27, 0.26, 0.245, 0.29)),
    (3, (0.20, 0.19, 0.175, 0.22)),
    (3, (0.36, 0.345, 0.32, 0.38)),
    (1, (0.44, 0.43, 0.41, 0.45)),
)

_OLD_TOWN = Pattern(
    spacing_m=(42, 50), crook_m=5.5, jitter=0.22, is_aligned=False, street_m=(2.6, 4.6),
    parcel_m2=190, unevenness=0.11, setback_m=0.15,
    uses=((Use.COURTYARD, 0.88), (Use.HOUSE, 0.06), (Use.SHOP, 0.06)),
    storeys=(1, 2, 2, 2, 3, 3), empty=0.04, courts=0.7, mosque_m2=26_000, shops=0.6,
    alleys=0.55, open_blocks=0.02, trees_per_m2=0.0004,
)  # fmt: skip
_PLANNED = Pattern(
    spacing_m=(46, 96), crook_m=0.4, jitter=0.05, is_aligned=True, street_m=(6.5, 9),
    parcel_m2=300, unevenness=0.03, setback_m=1.7,
    uses=((Use.HOUSE, 0.86), (Use.VILLA, 0.08), (Use.APARTMENTS, 0.06)),
    storeys=(1, 2, 2, 2), empty=0.1, walled=0.9, towers=0.002, open_blocks=0.05, trees_per_m2=0.003,
)  # fmt: skip
_SUBURB = Pattern(
    spacing_m=(58, 84), crook_m=2.5, jitter=0.15, is_aligned=False, street_m=(5, 7.5),
    parcel_m2=460, unevenness=0.07, setback_m=2.8,
    uses=((Use.HOUSE, 0.62), (Use.VILLA, 0.33), (Use.SHED, 0.05)),
    storeys=(1, 1, 2, 2), empty=0.2, walled=0.8, open_blocks=0.05, trees_per_m2=0.005,
)  # fmt: skip
_APARTMENTS = Pattern(
    spacing_m=(88, 120), crook_m=0.0, jitter=0.08, is_aligned=True, street_m=(8, 11),
    parcel_m2=1100, unevenness=0.04, setback_m=3.5,
    uses=((Use.APARTMENTS, 0.92), (Use.SHOP, 0.08)),
    storeys=(3, 4, 4, 5, 5, 6), empty=0.14, towers=0.035, mosque_m2=90_000,
    open_blocks=0.08, trees_per_m2=0.004,
)  # fmt: skip
_INDUSTRY = Pattern(
    spacing_m=(105, 140), crook_m=0.0, jitter=0.14, is_aligned=False, street_m=(7, 10),
    parcel_m2=2600, unevenness=0.1, setback_m=4.0,
    uses=((Use.HALL, 0.74), (Use.TANK, 0.12), (Use.SHED, 0.14)),
    storeys=(1.8, 2.2, 2.6, 3.2), empty=0.16, gables=0.45, parapet_m=(0.3, 0.6), walled=0.75,
    mosque_m2=1e9, shops=0.0, trees_per_m2=0.0004,
)  # fmt: skip
_INFORMAL = Pattern(
    spacing_m=(34, 52), crook_m=3.5, jitter=0.24, is_aligned=False, street_m=(2.4, 4.2),
    parcel_m2=115, unevenness=0.12, setback_m=0.25,
    uses=((Use.HOUSE, 0.9), (Use.SHED, 0.1)),
    storeys=(1, 1, 1, 2), empty=0.1, gables=0.2, parapet_m=(0.2, 0.8), walled=0.2,
    mosque_m2=50_000, alleys=0.3, open_blocks=0.03, trees_per_m2=0.001,
)  # fmt: skip

BASE_PATTERNS: Mapping[Fabric, Pattern] = {
    Fabric.OLD_TOWN: _OLD_TOWN,
    Fabric.PLANNED: _PLANNED,
    Fabric.SUBURB: _SUBURB,
    Fabric.APARTMENTS: _APARTMENTS,
    Fabric.INDUSTRY: _INDUSTRY,
    Fabric.INFORMAL: _INFORMAL,
}
"""The usual way of building each fabric; styles depart from it."""


def _patterns(**changed: Pattern) -> Mapping[Fabric, Pattern]:
    return {**BASE_PATTERNS, **{Fabric[name.upper()]: one for name, one in changed.items()}}


_PLAIN_LAND = Palette(
    soil=(0.335, 0.278, 0.215, 0.37),
    dust=(0.335, 0.290, 0.238, 0.37),
    asphalt=(0.178, 0.172, 0.163, 0.19),
    paving=(0.225, 0.210, 0.190, 0.25),
    concrete=(0.390, 0.372, 0.338, 0.41),
    water=(0.092, 0.112, 0.092, 0.04),
    leaf=(0.062, 0.085, 0.042, 0.40),
    crop=(0.158, 0.178, 0.105, 0.42),
    stubble=(0.410, 0.345, 0.240, 0.46),
)

RIVER_PLAIN = CityStyle(
    name="river plain",
    palette=_PLAIN_LAND,
    tones=Tones(flat=_BUFF, gable=_SHEET, metal=_METAL, wall=((1, (0.40, 0.365, 0.315, 0.43)),)),
    patterns=_patterns(),
    shares={Fabric.PLANNED: 4, Fabric.SUBURB: 2, Fabric.INDUSTRY: 1, Fabric.INFORMAL: 1},
    farming=Farming(
        farmed=0.75, field_m2=7500, slender=2.2, walls=0.12, wadis=(0, 2), scrub_per_m2=0.0003,
        crops={Crop.FALLOW: 36, Crop.STUBBLE: 30, Crop.GREEN: 22, Crop.ORCHARD: 12},
    ),
    river=RiverHabit(width_share=(0.07, 0.1)),
    built=(0.28, 0.62),
)  # fmt: skip

_HIGHLAND = CityStyle(
    name="highland",
    palette=Palette(
        soil=(0.300, 0.255, 0.205, 0.34),
        dust=(0.335, 0.300, 0.255, 0.37),
        asphalt=(0.165, 0.160, 0.152, 0.175),
        paving=(0.285, 0.262, 0.232, 0.31),
        concrete=(0.400, 0.385, 0.355, 0.42),
        water=(0.060, 0.080, 0.075, 0.03),
        leaf=(0.055, 0.080, 0.045, 0.38),
        crop=(0.130, 0.160, 0.090, 0.44),
        stubble=(0.350, 0.300, 0.215, 0.40),
    ),
    tones=Tones(flat=_STONE, gable=_CLAY, metal=_METAL, wall=((3, (0.39, 0.355, 0.30, 0.41)),
                                                            (1, (0.31, 0.28, 0.24, 0.33)))),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, spacing_m=(34, 44), crook_m=8.0, parcel_m2=120,
                         storeys=(2, 3, 3, 4, 4, 5), courts=0.3, jitter=0.28),
        planned=replace(_PLANNED, crook_m=4.0, is_aligned=False, storeys=(1, 2, 2, 3, 3),
                        parcel_m2=260),
        suburb=replace(_SUBURB, crook_m=7.0, storeys=(1, 2, 2, 3)),
        informal=replace(_INFORMAL, crook_m=7.0, storeys=(1, 1, 2, 2)),
    ),
    shares={Fabric.SUBURB: 4, Fabric.INFORMAL: 3, Fabric.PLANNED: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.55, field_m2=1500, slender=4.0, walls=0.6, wadis=(2, 4), scrub_per_m2=0.0012,
        crops={Crop.FALLOW: 30, Crop.STUBBLE: 30, Crop.GREEN: 18, Crop.ORCHARD: 22},
    ),
    mains=(3, 5), built=(0.16, 0.45), old_town=(0.5, 0.68), airfield_chance=0.6,
    relief_m=(5.0, 9.0), avenue_trees=0.25, speech="broken",
)  # fmt: skip

_COASTAL_GRID = CityStyle(
    name="coastal grid",
    palette=Palette(
        soil=(0.345, 0.250, 0.175, 0.385),
        dust=(0.385, 0.335, 0.275, 0.42),
        asphalt=(0.150, 0.148, 0.145, 0.16),
        paving=(0.255, 0.245, 0.230, 0.27),
        concrete=(0.440, 0.430, 0.410, 0.45),
        water=(0.055, 0.090, 0.100, 0.03),
        leaf=(0.045, 0.075, 0.035, 0.43),
        crop=(0.110, 0.155, 0.080, 0.47),
        stubble=(0.400, 0.340, 0.225, 0.45),
    ),
    tones=Tones(flat=_WHITE, gable=_CLAY, metal=_METAL, wall=((3, (0.56, 0.54, 0.49, 0.57)),
                                                            (1, (0.46, 0.40, 0.33, 0.48)))),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, gables=0.55, courts=0.25, parcel_m2=150),
        planned=replace(_PLANNED, spacing_m=(62, 84), parcel_m2=420, gables=0.45,
                        uses=((Use.APARTMENTS, 0.55), (Use.HOUSE, 0.3), (Use.VILLA, 0.15)),
                        storeys=(2, 3, 4, 5), walled=0.4, trees_per_m2=0.005),
        suburb=replace(_SUBURB, gables=0.75, walled=0.5, trees_per_m2=0.009),
        informal=replace(_INFORMAL, gables=0.5),
    ),
    shares={Fabric.PLANNED: 4, Fabric.APARTMENTS: 4, Fabric.SUBURB: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.8, field_m2=4200, slender=1.7, walls=0.25, wadis=(0, 1), scrub_per_m2=0.0015,
        crops={Crop.FALLOW: 18, Crop.STUBBLE: 16, Crop.GREEN: 26, Crop.ORCHARD: 40},
    ),
    layout=MainLayout.GRID, mains=(4, 7), built=(0.35, 0.7), old_town=(0.26, 0.4),
    river=RiverHabit(width_share=(0.03, 0.05), width_m=(12, 60), swing=(0.02, 0.05)),
    river_chance=0.45, avenue_trees=0.7, speech="liquid",
)  # fmt: skip

_STEPPE_TOWN = CityStyle(
    name="steppe town",
    palette=Palette(
        soil=(0.245, 0.212, 0.172, 0.29),
        dust=(0.275, 0.250, 0.218, 0.31),
        asphalt=(0.145, 0.143, 0.140, 0.155),
        paving=(0.230, 0.215, 0.195, 0.25),
        concrete=(0.365, 0.360, 0.345, 0.38),
        water=(0.060, 0.075, 0.065, 0.03),
        leaf=(0.050, 0.080, 0.038, 0.44),
        crop=(0.120, 0.155, 0.085, 0.46),
        stubble=(0.365, 0.320, 0.220, 0.41),
    ),
    tones=Tones(flat=_GREY, gable=_SHEET, metal=_METAL, wall=((2, (0.40, 0.39, 0.37, 0.42)),
                                                            (1, (0.33, 0.24, 0.19, 0.36)))),
    patterns=_patterns(
        old_town=replace(_PLANNED, spacing_m=(60, 90), parcel_m2=420, unevenness=0.09, gables=0.7,
                         uses=((Use.HOUSE, 0.62), (Use.SHOP, 0.2), (Use.APARTMENTS, 0.18)),
                         storeys=(1, 1, 2, 2, 3), crook_m=1.5, mosque_m2=120_000),
        planned=replace(_PLANNED, spacing_m=(78, 150), parcel_m2=760, gables=0.85, walled=0.6,
                        storeys=(1, 1, 1, 2), setback_m=3.0, trees_per_m2=0.007, crook_m=1.0),
        suburb=replace(_SUBURB, spacing_m=(90, 150), parcel_m2=1050, gables=0.9, walled=0.5,
                       storeys=(1, 1, 1, 2), trees_per_m2=0.008,
                       uses=((Use.HOUSE, 0.72), (Use.SHED, 0.24), (Use.VILLA, 0.04))),
        apartments=replace(_APARTMENTS, storeys=(4, 5, 5, 5, 9), trees_per_m2=0.008, empty=0.22),
        informal=replace(_INFORMAL, spacing_m=(56, 80), parcel_m2=300, gables=0.8),
    ),
    shares={Fabric.PLANNED: 5, Fabric.SUBURB: 4, Fabric.APARTMENTS: 2, Fabric.INDUSTRY: 2},
    farming=Farming(
        farmed=0.7, field_m2=24_000, slender=1.6, walls=0.04, wadis=(0, 2), scrub_per_m2=0.0006,
        crops={Crop.FALLOW: 34, Crop.STUBBLE: 40, Crop.GREEN: 24, Crop.ORCHARD: 2},
    ),
    layout=MainLayout.GRID, built=(0.25, 0.55), old_town=(0.28, 0.4),
    river=RiverHabit(width_share=(0.025, 0.05), width_m=(10, 60), swing=(0.03, 0.06)),
    river_chance=0.5, avenue_trees=0.8, speech="hard",
)  # fmt: skip

_OASIS = CityStyle(
    name="oasis",
    palette=Palette(
        soil=(0.450, 0.380, 0.285, 0.50),
        dust=(0.430, 0.365, 0.280, 0.48),
        asphalt=(0.215, 0.205, 0.190, 0.23),
        paving=(0.360, 0.315, 0.255, 0.40),
        concrete=(0.450, 0.425, 0.385, 0.47),
        water=(0.085, 0.105, 0.085, 0.04),
        leaf=(0.070, 0.090, 0.048, 0.36),
        crop=(0.120, 0.150, 0.075, 0.43),
        stubble=(0.430, 0.370, 0.260, 0.48),
    ),
    tones=Tones(flat=_MUD, gable=_SHEET, metal=_METAL, wall=((1, (0.43, 0.36, 0.275, 0.48)),)),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, spacing_m=(38, 46), crook_m=7.0, parcel_m2=160, courts=0.85,
                         storeys=(1, 1, 2, 2, 2), alleys=0.75),
        planned=replace(_PLANNED, parcel_m2=420, storeys=(1, 1, 2), walled=1.0,
                        uses=((Use.COURTYARD, 0.45), (Use.HOUSE, 0.45), (Use.VILLA, 0.1)),
                        courts=0.8),
        suburb=replace(_SUBURB, parcel_m2=620, walled=1.0, trees_per_m2=0.006),
        informal=replace(_INFORMAL, gables=0.02, walled=0.5),
    ),
    shares={Fabric.PLANNED: 3, Fabric.SUBURB: 3, Fabric.INFORMAL: 1, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.5, field_m2=1800, slender=1.5, walls=0.5, wadis=(1, 3), scrub_per_m2=0.00015,
        crops={Crop.FALLOW: 12, Crop.STUBBLE: 10, Crop.GREEN: 18, Crop.ORCHARD: 60}, palms=True,
    ),
    mains=(3, 5), built=(0.15, 0.42), old_town=(0.42, 0.62), airfield_chance=0.8,
    relief_m=(1.0, 3.0), avenue_trees=0.35, speech="breathed", is_held_out=True,
)  # fmt: skip

_DESERT_CAPITAL = CityStyle(
    name="desert capital",
    palette=Palette(
        soil=(0.465, 0.370, 0.265, 0.52),
        dust=(0.475, 0.400, 0.310, 0.52),
        asphalt=(0.160, 0.155, 0.150, 0.17),
        paving=(0.330, 0.305, 0.270, 0.36),
        concrete=(0.500, 0.480, 0.445, 0.51),
        water=(0.070, 0.100, 0.100, 0.03),
        leaf=(0.060, 0.085, 0.045, 0.39),
        crop=(0.095, 0.140, 0.070, 0.45),
        stubble=(0.470, 0.395, 0.280, 0.52),
    ),
    tones=Tones(flat=_WHITE, gable=_CLAY, metal=_METAL, wall=((1, (0.56, 0.51, 0.44, 0.57)),)),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, crook_m=2.5, parcel_m2=230, courts=0.5, storeys=(1, 2, 2, 3)),
        planned=replace(_PLANNED, spacing_m=(64, 150), parcel_m2=560, walled=1.0, towers=0.004,
                        uses=((Use.VILLA, 0.8), (Use.HOUSE, 0.14), (Use.APARTMENTS, 0.06)),
                        setback_m=2.6, street_m=(9, 14), mosque_m2=40_000),
        suburb=replace(_SUBURB, spacing_m=(72, 160), parcel_m2=760, walled=1.0, crook_m=0.0,
                       is_aligned=True, uses=((Use.VILLA, 1.0),), empty=0.3, trees_per_m2=0.003),
        apartments=replace(_APARTMENTS, towers=0.12, storeys=(4, 5, 6, 8), trees_per_m2=0.001),
    ),
    shares={Fabric.PLANNED: 6, Fabric.SUBURB: 3, Fabric.APARTMENTS: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.12, field_m2=4000, slender=1.3, walls=0.15, wadis=(1, 3), scrub_per_m2=0.00012,
        crops={Crop.FALLOW: 34, Crop.STUBBLE: 20, Crop.GREEN: 26, Crop.ORCHARD: 20}, palms=True,
    ),
    layout=MainLayout.GRID, mains=(5, 8), built=(0.35, 0.7), old_town=(0.2, 0.32),
    airfield_chance=0.95, avenue_trees=0.45, speech="breathed",
)  # fmt: skip

_INDUSTRIAL_RIVER = CityStyle(
    name="industrial river",
    palette=Palette(
        soil=(0.215, 0.185, 0.150, 0.26),
        dust=(0.240, 0.225, 0.205, 0.27),
        asphalt=(0.130, 0.128, 0.125, 0.14),
        paving=(0.195, 0.188, 0.178, 0.21),
        concrete=(0.345, 0.340, 0.325, 0.36),
        water=(0.055, 0.068, 0.058, 0.03),
        leaf=(0.042, 0.072, 0.032, 0.46),
        crop=(0.095, 0.140, 0.065, 0.50),
        stubble=(0.320, 0.275, 0.190, 0.38),
    ),
    tones=Tones(flat=_GREY, gable=_CLAY + _SHEET, metal=_METAL,
                wall=((1, (0.38, 0.365, 0.34, 0.40)), (1, (0.31, 0.21, 0.165, 0.34)))),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, gables=0.5, courts=0.4, spacing_m=(56, 66), crook_m=3.0,
                         street_m=(5, 8), parcel_m2=260, storeys=(2, 3, 3, 4), alleys=0.2,
                         mosque_m2=90_000),
        planned=replace(_PLANNED, gables=0.6, parcel_m2=420, walled=0.4, trees_per_m2=0.007),
        suburb=replace(_SUBURB, gables=0.85, walled=0.3, trees_per_m2=0.01),
        apartments=replace(_APARTMENTS, storeys=(5, 5, 5, 9, 9), trees_per_m2=0.007),
        industry=replace(_INDUSTRY, parcel_m2=4200, spacing_m=(150, 200),
                         uses=((Use.HALL, 0.68), (Use.TANK, 0.2), (Use.SHED, 0.12))),
    ),
    shares={Fabric.INDUSTRY: 4, Fabric.APARTMENTS: 4, Fabric.PLANNED: 3, Fabric.SUBURB: 3},
    farming=Farming(
        farmed=0.8, field_m2=14_000, slender=1.9, walls=0.08, wadis=(0, 0), scrub_per_m2=0.002,
        crops={Crop.FALLOW: 24, Crop.STUBBLE: 30, Crop.GREEN: 40, Crop.ORCHARD: 6},
    ),
    river=RiverHabit(width_share=(0.1, 0.14), width_m=(30, 260), swing=(0.01, 0.035)),
    built=(0.35, 0.68), old_town=(0.28, 0.42), avenue_trees=0.75, speech="hard",
)  # fmt: skip

_DELTA = CityStyle(
    name="delta farmland",
    palette=Palette(
        soil=(0.215, 0.180, 0.140, 0.26),
        dust=(0.270, 0.238, 0.198, 0.31),
        asphalt=(0.165, 0.160, 0.152, 0.18),
        paving=(0.235, 0.208, 0.175, 0.27),
        concrete=(0.370, 0.355, 0.325, 0.39),
        water=(0.075, 0.090, 0.068, 0.04),
        leaf=(0.045, 0.078, 0.034, 0.44),
        crop=(0.075, 0.125, 0.050, 0.50),
        stubble=(0.345, 0.295, 0.200, 0.40),
    ),
    tones=Tones(flat=_BRICK, gable=_SHEET, metal=_METAL, wall=((2, (0.31, 0.215, 0.165, 0.35)),
                                                             (1, (0.36, 0.32, 0.27, 0.39)))),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, courts=0.2, parcel_m2=125, storeys=(2, 3, 3, 4, 5)),
        planned=replace(_PLANNED, spacing_m=(36, 88), parcel_m2=170, setback_m=0.3, walled=0.0,
                        street_m=(4.5, 7), uses=((Use.APARTMENTS, 0.5), (Use.HOUSE, 0.5)),
                        storeys=(3, 4, 4, 5, 6), trees_per_m2=0.001),
        suburb=replace(_SUBURB, spacing_m=(42, 60), parcel_m2=210, setback_m=0.6, walled=0.2),
        informal=replace(_INFORMAL, storeys=(2, 3, 3, 4), gables=0.02),
    ),
    shares={Fabric.PLANNED: 3, Fabric.INFORMAL: 4, Fabric.SUBURB: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=1.0, field_m2=3000, slender=4.5, walls=0.1, wadis=(0, 0), scrub_per_m2=0.0005,
        crops={Crop.FALLOW: 14, Crop.STUBBLE: 12, Crop.GREEN: 60, Crop.ORCHARD: 14},
    ),
    river=RiverHabit(width_share=(0.03, 0.07), width_m=(10, 120), swing=(0.03, 0.06)),
    built=(0.16, 0.5), airfield_chance=0.7, relief_m=(0.3, 0.7), avenue_trees=0.5,
    speech="breathed", is_held_out=True,
)  # fmt: skip

_BASALT_PLAIN = CityStyle(
    name="basalt plain",
    palette=Palette(
        soil=(0.195, 0.160, 0.125, 0.235),
        dust=(0.255, 0.228, 0.195, 0.29),
        asphalt=(0.140, 0.137, 0.133, 0.15),
        paving=(0.215, 0.195, 0.172, 0.24),
        concrete=(0.370, 0.355, 0.330, 0.39),
        water=(0.050, 0.065, 0.060, 0.03),
        leaf=(0.052, 0.074, 0.042, 0.36),
        crop=(0.120, 0.140, 0.080, 0.42),
        stubble=(0.340, 0.290, 0.200, 0.39),
    ),
    tones=Tones(flat=_BASALT, gable=_SHEET, metal=_METAL, wall=((2, (0.22, 0.21, 0.195, 0.24)),
                                                              (1, (0.42, 0.40, 0.37, 0.43)))),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, spacing_m=(44, 58), parcel_m2=230, courts=0.6),
        suburb=replace(_SUBURB, crook_m=5.0, walled=0.95, empty=0.3),
        informal=replace(_INFORMAL, crook_m=5.0, walled=0.6, parcel_m2=170),
    ),
    shares={Fabric.SUBURB: 4, Fabric.PLANNED: 2, Fabric.INFORMAL: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.65, field_m2=2600, slender=1.6, walls=0.75, wadis=(1, 3), scrub_per_m2=0.0006,
        crops={Crop.FALLOW: 36, Crop.STUBBLE: 34, Crop.GREEN: 10, Crop.ORCHARD: 20},
    ),
    mains=(4, 6), built=(0.16, 0.5), relief_m=(2.0, 4.0), avenue_trees=0.3, speech="broken",
    is_held_out=True,
)  # fmt: skip

_RED_UPLAND = CityStyle(
    name="red upland",
    palette=Palette(
        soil=(0.330, 0.205, 0.130, 0.37),
        dust=(0.355, 0.255, 0.185, 0.39),
        asphalt=(0.170, 0.155, 0.145, 0.19),
        paving=(0.330, 0.230, 0.160, 0.36),
        concrete=(0.390, 0.365, 0.330, 0.41),
        water=(0.120, 0.105, 0.075, 0.05),
        leaf=(0.048, 0.085, 0.034, 0.47),
        crop=(0.090, 0.140, 0.055, 0.50),
        stubble=(0.365, 0.280, 0.175, 0.43),
    ),
    tones=Tones(flat=_GREY, gable=_SHEET, metal=_METAL, wall=((1, (0.42, 0.36, 0.30, 0.45)),)),
    patterns=_patterns(
        old_town=replace(_OLD_TOWN, gables=0.7, courts=0.3, spacing_m=(48, 62), street_m=(4, 7),
                         parcel_m2=240, storeys=(1, 1, 2, 2, 3), mosque_m2=80_000, crook_m=3.0),
        planned=replace(_PLANNED, gables=0.85, parcel_m2=440, storeys=(1, 1, 2), walled=0.5,
                        trees_per_m2=0.007),
        suburb=replace(_SUBURB, gables=0.95, parcel_m2=700, walled=0.3, trees_per_m2=0.012,
                       storeys=(1, 1, 2)),
        informal=replace(_INFORMAL, gables=0.95, parcel_m2=95, trees_per_m2=0.003),
    ),
    shares={Fabric.SUBURB: 4, Fabric.INFORMAL: 3, Fabric.PLANNED: 2, Fabric.INDUSTRY: 1},
    farming=Farming(
        farmed=0.7, field_m2=1600, slender=1.8, walls=0.15, wadis=(0, 1), scrub_per_m2=0.004,
        crops={Crop.FALLOW: 26, Crop.STUBBLE: 18, Crop.GREEN: 40, Crop.ORCHARD: 16},
    ),
    river=RiverHabit(width_share=(0.03, 0.06), width_m=(10, 80), swing=(0.03, 0.06)),
    river_chance=0.6, mains=(4, 6), built=(0.2, 0.55), relief_m=(3.0, 6.0), avenue_trees=0.5,
    speech="liquid",
)  # fmt: skip

STYLES: Mapping[str, CityStyle] = {
    style.name: style
    for style in (
        RIVER_PLAIN,
        _HIGHLAND,
        _COASTAL_GRID,
        _STEPPE_TOWN,
        _OASIS,
        _DESERT_CAPITAL,
        _INDUSTRIAL_RIVER,
        _DELTA,
        _BASALT_PLAIN,
        _RED_UPLAND,
    )
}
"""All styles by name."""
