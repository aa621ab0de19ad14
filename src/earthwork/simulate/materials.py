"""What the ground is made of, and how each material looks."""

from __future__ import annotations

from enum import IntEnum


class Material(IntEnum):
    """What the surface is made of at one point; the value stands in rasters."""

    SOIL = 0
    DUST = 1
    FALLOW = 2
    STUBBLE = 3
    GREEN = 4
    ORCHARD = 5
    RIVERBANK = 6
    WATER = 7
    ASPHALT = 8
    STREET = 9
    LANE = 10
    VERGE = 11
    CONCRETE = 12
    MARKING = 13
    CLEARED = 14
    BANKED_EARTH = 15
    RUBBLE = 16
    ROOF = 17
    WALL = 18
    TREE = 19
    GRAVEL = 20
    PLOUGHED = 21
    BURNT = 22
    WET = 23
    STONE = 24
    OBJECT = 25
