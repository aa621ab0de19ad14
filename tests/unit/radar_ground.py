"""Ground for radar tests, drawn by arithmetic: no city, no painter."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from earthwork.simulate.painting.ground import DATUM_M
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.surface import Frame, Surface

MOMENT = datetime(2016, 9, 11, 15, 8, tzinfo=UTC)

Draw = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def painted(draw: Draw) -> Callable[[Frame], Surface]:
    """Return a painter of heights over the datum and material by ``draw(east, north)``."""

    def paint(frame: Frame) -> Surface:
        west, _, _, north = frame.bounds
        x = west + (np.arange(frame.columns) + 0.5) * frame.fine_m
        y = north - (np.arange(frame.rows) + 0.5) * frame.fine_m
        soft, solid, material = draw(*np.meshgrid(x, y))
        blank = np.zeros(frame.shape, dtype=np.float32)
        return Surface(
            frame=frame,
            soft_m=(DATUM_M + soft).astype(np.float32),
            solid_m=solid.astype(np.float32),
            material=material.astype(np.uint8),
            albedo=np.zeros((4, *frame.shape), dtype=np.float32),
            wall=blank,
        )

    return paint


def level(material: Material) -> Callable[[Frame], Surface]:
    """Return a painter of endless level ground."""
    return painted(lambda x, y: (0 * x, 0 * x, np.full(x.shape, material)))


def houses(
    *, razed: bool = False, rubble: bool = False, mirrored: bool = False
) -> Callable[[Frame], Surface]:
    """Return a painter of 600 m of houses in rows, of which the middle 200 m may be gone."""

    def draw(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x = 600 - x if mirrored else x
        house = ((x + 0.3 * y) % 26 < 14) & ((y - 0.3 * x) % 34 < 22)
        town = (abs(x - 300) < 300) & (abs(y - 300) < 300)
        core = (abs(x - 300) < 100) & (abs(y - 300) < 100) & (razed or rubble)
        solid = np.where(house & town & ~core, 8.0, 0.0)
        soft = np.where(house & core & rubble, 1.8, 0.0)
        material = np.where(town, Material.STREET, Material.SOIL)
        material = np.where(core, Material.RUBBLE if rubble else Material.CLEARED, material)
        return soft, solid, np.where(solid > 0, Material.ROOF, material)

    return painted(draw)
