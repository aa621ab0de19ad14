"""How each kind is drawn: colours for the colour-blind, line styles and hatches for grey printers.

References
----------
Okabe, M., Ito, K. (2008), Color universal design.
"""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.vocabulary import BuildingState, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """How a family of kinds is drawn."""

    name: str
    """What the legend calls the family."""
    colour: str
    """Line colour, of the Okabe-Ito set."""
    dash: tuple[float, ...]
    """On and off lengths in line widths; empty for a solid line."""
    marker: str
    """Marker of small things on the map."""
    hatch: str
    """Fill of areas on the map."""


BUILDINGS_LOST = Symbol(
    name="building razed, destroyed or damaged", colour="#D55E00", dash=(), marker="X", hatch="xxx"
)
EARTHWORKS = Symbol(
    name="berm, mound, trench or ditch", colour="#E69F00", dash=(6, 2), marker="^", hatch="///"
)
BARRIERS = Symbol(
    name="wall, barriers, roadblock or rubble",
    colour="#0072B2",
    dash=(2, 1),
    marker="s",
    hatch="|||",
)
STAGED = Symbol(
    name="barriers ready beside an open road",
    colour="#56B4E9",
    dash=(1, 2),
    marker="D",
    hatch="---",
)
CLEARED = Symbol(
    name="ground cleared", colour="#CC79A7", dash=(8, 2, 2, 2), marker="P", hatch="..."
)
BUILT = Symbol(
    name="new building, gate, checkpoint or camp",
    colour="#009E73",
    dash=(4, 4),
    marker="h",
    hatch="+++",
)
STANDING = Symbol(name="building still standing", colour="#000000", dash=(), marker="o", hatch="oo")

SYMBOLS: dict[Kind, Symbol] = {
    Kind.BUILDING_RAZED: BUILDINGS_LOST,
    Kind.BUILDING_DESTROYED: BUILDINGS_LOST,
    Kind.BUILDING_DAMAGED: BUILDINGS_LOST,
    Kind.BRIDGE_DESTROYED: BUILDINGS_LOST,
    Kind.CRATER: BUILDINGS_LOST,
    Kind.NEW_BUILDING: BUILT,
    Kind.GROUND_CLEARED: CLEARED,
    Kind.BERM: EARTHWORKS,
    Kind.EARTH_MOUND: EARTHWORKS,
    Kind.TRENCH: EARTHWORKS,
    Kind.DITCH_WATER: EARTHWORKS,
    Kind.TUNNEL: EARTHWORKS,
    Kind.WALL: BARRIERS,
    Kind.BARRIER_ROW: BARRIERS,
    Kind.ROADBLOCK: BARRIERS,
    Kind.RUBBLE_ON_ROAD: BARRIERS,
    Kind.OBSTRUCTION_OTHER: BARRIERS,
    Kind.BARRIER_STAGED: STAGED,
    Kind.GATE: BUILT,
    Kind.CHECKPOINT: BUILT,
    Kind.CAMP: BUILT,
}
"""The symbol of each kind."""

_STATE_SYMBOLS: dict[BuildingState, Symbol] = {
    BuildingState.STANDING: STANDING,
    BuildingState.NOT_ASSESSED: STANDING,
}


def symbol_of(kind: Kind | None, state: BuildingState | None) -> Symbol:
    """Return how a thing is drawn: by its kind, or a building by its state."""
    if kind is not None:
        return SYMBOLS[kind]
    return _STATE_SYMBOLS.get(state or BuildingState.NOT_ASSESSED, BUILDINGS_LOST)
