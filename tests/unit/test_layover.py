from dataclasses import replace
from math import cos, radians, sin, tan

import numpy as np
import pytest

from earthwork.simulate.painting.ground import DATUM_M
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.surface import Frame
from earthwork.simulate.radar.backscatter import REFERENCE_INCIDENCE_DEG
from earthwork.simulate.radar.layover import CORNERS, Cells, Corner, Ground, Landings, landings
from earthwork.simulate.radar.orbit import ASCENDING, DESCENDING, Orbit

from .radar_ground import painted

SIDE_M = 400.0
CELLS = Cells(west=0.0, north=SIDE_M, cell_m=5.0, rows=80, columns=80)
SILENT = Corner(gain=0.0, sharpness=1.0, floor=0.0)
EAST = replace(ASCENDING, heading_deg=0.0)
"""A beam straight eastward."""


def only(*materials: Material) -> np.ndarray:
    """Return a table in which nothing but these materials returns anything."""
    table = np.zeros((1, len(Material)), dtype=np.float32)
    table[0, list(materials)] = 1.0
    return table


def swept(
    draw, *, orbit: Orbit = EAST, sigma0=None, corner: Corner = SILENT, fine_m=2.0
) -> Landings:
    beyond = round(100 / fine_m)
    across = round(SIDE_M / fine_m) + 2 * beyond
    frame = Frame(
        side_m=SIDE_M, fine_m=fine_m, row0=-beyond, column0=-beyond, rows=across, columns=across
    )
    surface = painted(draw)(frame)
    ground = Ground(
        frame=frame,
        soft_m=surface.soft_m - np.float32(DATUM_M),
        solid_m=surface.solid_m,
        material=surface.material,
    )
    table = only(*Material) if sigma0 is None else sigma0
    return landings(ground, orbit=orbit, cells=CELLS, sigma0=table, corners=(corner,))


def centre(power: np.ndarray) -> tuple[float, float]:
    """Return the centre of what landed, metres east and north."""
    rows, columns = np.indices(power.shape)
    east = (power * (columns + 0.5)).sum() / power.sum() * CELLS.cell_m
    north = SIDE_M - (power * (rows + 0.5)).sum() / power.sum() * CELLS.cell_m
    return float(east), float(north)


def slab(height, *, half_east=20.0, half_north=20.0, turn_deg=0.0, floor=Material.STREET):
    """Return a building in the middle of the scene, turned anticlockwise."""
    turn = radians(turn_deg)

    def draw(x, y):
        along = (x - 200) * cos(turn) + (y - 200) * sin(turn)
        across = (y - 200) * cos(turn) - (x - 200) * sin(turn)
        inside = (abs(along) < half_east) & (abs(across) < half_north)
        material = np.where(inside, Material.ROOF, floor)
        return 0 * x, np.where(inside, height, 0.0), material

    return draw


@pytest.mark.parametrize("orbit", [ASCENDING, DESCENDING, EAST])
@pytest.mark.parametrize("incidence_deg", [32.0, 44.0])
@pytest.mark.parametrize("height", [0.0, 8.0, 30.0])
def test_a_roof_lands_before_its_foot_by_its_height_over_the_tangent(orbit, incidence_deg, height):
    orbit = replace(orbit, incidence_deg=incidence_deg)
    landed = swept(slab(height), orbit=orbit, sigma0=only(Material.ROOF))
    east, north = centre(landed.surfaces[0])
    nearer = height / tan(radians(incidence_deg))
    assert east == pytest.approx(200 - nearer * orbit.look[0], abs=1.5)
    assert north == pytest.approx(200 - nearer * orbit.look[1], abs=1.5)


@pytest.mark.parametrize("height", [10.0, 30.0])
def test_the_shadow_is_as_long_as_the_height_times_the_tangent(height):
    landed = swept(slab(height, half_north=80.0), orbit=EAST)
    length = landed.shaded.sum() * CELLS.cell_m**2 / 160
    assert length == pytest.approx(height * tan(radians(38)), abs=2.0)
    assert centre(landed.shaded)[0] > 220


def test_power_of_level_ground_is_its_table_at_the_reference_angle():
    landed = swept(
        lambda x, y: (0 * x, 0 * x, np.full(x.shape, Material.SOIL)),
        orbit=replace(EAST, incidence_deg=REFERENCE_INCIDENCE_DEG),
    )
    assert landed.surfaces[0, 2:-2, 2:-2].mean() == pytest.approx(1.0, rel=1e-3)
    assert landed.surfaces[0, 2:-2, 2:-2].std() < 0.06
    assert landed.shaded.max() == landed.laid_over.max() == landed.corners.max() == 0


def test_the_sum_does_not_depend_on_the_fine_pixel():
    coarse = swept(slab(12.0, turn_deg=20), fine_m=2.0, corner=CORNERS["VV"])
    fine = swept(slab(12.0, turn_deg=20), fine_m=1.0, corner=CORNERS["VV"])
    assert coarse.surfaces.sum() == pytest.approx(fine.surfaces.sum(), rel=0.01)
    assert coarse.corners.sum() == pytest.approx(fine.corners.sum(), rel=0.10)


def test_ground_darkens_with_incidence_and_water_faster_than_soil():
    def brightness(material, incidence_deg):
        landed = swept(
            lambda x, y: (0 * x, 0 * x, np.full(x.shape, material)),
            orbit=replace(EAST, incidence_deg=incidence_deg),
        )
        return landed.surfaces.mean()

    soil = brightness(Material.SOIL, 44.0) / brightness(Material.SOIL, 32.0)
    water = brightness(Material.WATER, 44.0) / brightness(Material.WATER, 32.0)
    assert soil == pytest.approx((cos(radians(44)) / cos(radians(32))) ** 3, rel=1e-3)
    assert water == pytest.approx((cos(radians(44)) / cos(radians(32))) ** 8, rel=1e-3)


def bank(x, y):
    """Return a bank 4 m high, 24 m wide, from south to north."""
    height = np.clip((12 - abs(x - 200)) / 2.5, 0, 4)
    return height, 0 * x, np.full(x.shape, Material.BANKED_EARTH)


def test_a_bank_is_bright_towards_the_beam_and_dark_behind():
    landed = swept(bank).surfaces[0].mean(axis=0)
    assert landed[36:40].max() > 1.8
    assert landed[41:43].min() < 0.6


def test_a_bank_along_the_beam_hardly_shows():
    across = swept(bank).surfaces[0].std()
    along = swept(lambda x, y: bank(y, x)).surfaces[0].std()
    assert along < 0.4 * across


def test_a_slope_steeper_than_the_beam_returns_nothing_behind():
    def cliff(x, y):
        return np.clip((200 - x) * 2.0, 0, 20), 0 * x, np.full(x.shape, Material.SOIL)

    landed = swept(cliff)
    assert landed.surfaces[0][:, 34:40].max() < 0.1
    assert landed.shaded[5:75, 39:41].min() > 0.9


def test_debris_and_crowns_scatter_whatever_their_slope():
    def heap(x, y):
        inside = abs(x - 200) < 60
        soft = np.where(inside, 1.5 + np.sin(x), 0.0)
        return soft, 0 * x, np.where(inside, Material.RUBBLE, Material.SOIL)

    landed = swept(heap, sigma0=only(Material.RUBBLE))
    assert landed.surfaces[0][20:60, 33:46].mean() == pytest.approx(1.0, rel=0.12)


def corner(height=10.0, **draw) -> float:
    return float(swept(slab(height, **draw), corner=CORNERS["VV"]).corners.sum())


def test_a_corner_lands_at_the_foot_of_the_wall_that_faces_the_beam():
    landed = swept(slab(20.0), corner=CORNERS["VV"])
    assert centre(landed.corners[0]) == pytest.approx((180.0, 200.0), abs=1.5)


def test_a_corner_returns_its_gain_over_the_area_that_the_beam_sees():
    assert corner(10.0) * CELLS.cell_m**2 == pytest.approx(
        CORNERS["VV"].gain * 40 * 10 * sin(radians(38)), rel=0.12
    )


def test_a_corner_grows_with_its_wall():
    assert corner(20.0) == pytest.approx(2 * corner(10.0), rel=0.02)
    assert corner(0.3) == 0


@pytest.mark.parametrize("turn_deg", [0, 10, 20, 30])
def test_a_corner_follows_the_cosine_of_its_bearing(turn_deg):
    square = corner(half_east=8.0, half_north=80.0)
    turned = corner(half_east=8.0, half_north=80.0, turn_deg=turn_deg)
    kind = CORNERS["VV"]
    share = kind.floor + (1 - kind.floor) * cos(radians(turn_deg)) ** kind.sharpness
    # A turned wall stands before more lines for its length only by its cosine.
    assert turned / square == pytest.approx(share * cos(radians(turn_deg)), abs=0.08)


def test_debris_and_brush_before_a_wall_take_its_corner():
    assert corner(floor=Material.RUBBLE) < 0.15 * corner(floor=Material.STREET)
    assert corner(floor=Material.GREEN) < 0.3 * corner(floor=Material.STREET)


def test_a_corner_needs_as_much_free_ground_as_the_beam_slants():
    def two(gap):
        def draw(x, y):
            far = (x >= 200) & (x < 240) & (abs(y - 200) < 60)
            near = (x < 200 - gap) & (x >= 160 - gap) & (abs(y - 200) < 60)
            solid = np.where(far | near, 12.0, 0.0)
            return 0 * x, solid, np.where(far | near, Material.ROOF, Material.STREET)

        return draw

    def foot(gap):
        return swept(two(gap), corner=CORNERS["VV"], fine_m=0.5).corners[0][28:52, 38:42].sum()

    wide, tight = foot(40.0), foot(12.0)
    # Of 12 m of ground the near house shades 9.4 m; the wall asks for 9.4 m.
    assert tight == pytest.approx(wide * (12 - 9.4) / 9.4, rel=0.20)


def test_layover_tells_where_heights_lie_over_the_ground():
    landed = swept(slab(20.0))
    before = landed.laid_over[40, round((180 - 20 / tan(radians(38))) / 5) + 1 : 36]
    assert before.min() > 0.9
    assert landed.laid_over[40, 45:].max() == 0
    assert swept(slab(1.0)).laid_over.max() == 0
