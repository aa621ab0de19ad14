"""What is painted has the shape, size and place that the landscape states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, box

from earthwork.simulate.cities.city import Crop, Field, Roof, Use
from earthwork.simulate.landscape import (
    Bank,
    Block,
    Building,
    Condition,
    Landscape,
    Mound,
    Patch,
    Rubble,
    Season,
    Shape,
)
from earthwork.simulate.painting.materials import Material
from earthwork.simulate.painting.painter import ground_at, ground_m, prepare
from earthwork.simulate.painting.surface import Frame, Surface

from .painted_landscape import bare_city, full_city, house, landscape, siege_landscape

SIDE_M = 60.0


def painted(scene: Landscape, *, fine_m: float = 0.25, side_m: float = SIDE_M) -> Surface:
    count = round(side_m / fine_m)
    window = Frame(side_m=side_m, fine_m=fine_m, row0=0, column0=0, rows=count, columns=count)
    return prepare(scene).surface(window)


def plain(**given: object) -> Landscape:
    return landscape(bare_city(SIDE_M), **given)


def one_house(condition: Condition, *, severity: float = 0.5, **given: object) -> Landscape:
    plan = house(1, 20, 20, 20.0, **given)
    city = bare_city(SIDE_M, footprints=(plan,))
    return landscape(
        city, buildings=(Building(footprint=plan, condition=condition, severity=severity),)
    )


def rise(after: Landscape, before: Landscape, *, fine_m: float = 0.25) -> NDArray[np.float32]:
    grown = painted(after, fine_m=fine_m).height_m - painted(before, fine_m=fine_m).height_m
    return np.asarray(grown)


def at(values: NDArray[np.generic], x: float, y: float, *, fine_m: float = 0.25) -> float:
    return float(values[int((SIDE_M - y) / fine_m), int(x / fine_m)])


def test_the_full_landscape_is_painted_whole() -> None:
    surface = painted(siege_landscape(120.0), fine_m=0.5, side_m=120.0)
    for layer in (surface.soft_m, surface.solid_m, surface.albedo, surface.wall):
        assert np.isfinite(layer).all()
        assert layer.dtype == np.float32
        assert layer.flags.c_contiguous
    assert surface.albedo.shape == (4, 240, 240)
    assert surface.albedo.min() > 0
    assert surface.albedo.max() <= 1
    assert surface.solid_m.min() >= 0
    assert 0.5 <= surface.wall.min() <= surface.wall.max() <= 1
    # All that is in the landscape is in the picture.
    missing = set(Material) - {Material(value) for value in np.unique(surface.material)}
    assert missing <= {
        Material.PLOUGHED,
        Material.STUBBLE,
        Material.FALLOW,
        Material.ORCHARD,
        Material.GREEN,
    }


def test_crops_follow_the_season() -> None:
    fields = tuple(
        Field(outline=box(2 + 14 * k, 10, 14 + 14 * k, 50), heading_deg=0.0, crop=crop)
        for k, crop in enumerate(Crop)
    )
    city = bare_city(SIDE_M, fields=fields)
    summer = painted(landscape(city)).material
    autumn = painted(landscape(city, season=Season(green=0.0, ploughed=1.0))).material
    kinds = [Material.FALLOW, Material.STUBBLE, Material.GREEN, Material.ORCHARD]
    assert [at(summer, 8 + 14 * k, 30) for k in range(4)] == kinds
    turned = [Material.FALLOW, Material.PLOUGHED, Material.STUBBLE, Material.ORCHARD]
    assert [at(autumn, 8 + 14 * k, 30) for k in range(4)] == turned


def test_moist_soil_is_darker() -> None:
    dry, moist = painted(plain()), painted(plain(season=Season(soil=0.7)))
    assert moist.albedo[:3].mean() == pytest.approx(0.7 * dry.albedo[:3].mean(), rel=0.08)


def test_leaves_are_bright_and_water_dark_in_near_infrared() -> None:
    surface = painted(landscape(full_city(120.0)), fine_m=0.5, side_m=120.0)
    red, infrared = surface.albedo[0], surface.albedo[3]
    leaves, water = surface.material == Material.TREE, surface.material == Material.WATER
    assert (infrared[leaves] > 2 * red[leaves]).mean() > 0.9
    assert (infrared[water] < red[water]).mean() > 0.95


def test_ground_swells_as_stated_and_is_the_same_at_points() -> None:
    window = Frame(side_m=9000.0, fine_m=20.0, row0=0, column0=0, rows=450, columns=450)
    ground = ground_m(window, relief_m=2.0, seed=1)
    assert ground.std() == pytest.approx(2.0, abs=0.25)
    x, y = 100.5 * 20.0, 9000.0 - 30.5 * 20.0
    point = ground_at(np.array([[x, y]]), relief_m=2.0, seed=1)
    assert point[0] == pytest.approx(float(ground[30, 100]), abs=0.06)


def test_a_bank_has_the_section_it_states() -> None:
    bank = Bank(line=LineString([(5, 30), (55, 30)]), height_m=3.0, crest_m=2.0, base_m=10.0)
    surface = painted(plain(banks=(bank,)))
    up = surface.soft_m - ground_m(surface.frame, relief_m=0.0, seed=5)
    middle = np.where(surface.material == Material.TREE, np.nan, up)[:, 40:200]
    off = SIDE_M - (np.arange(240) + 0.5) * 0.25 - 30.0
    ideal = 3.0 * np.clip((5.0 - np.abs(off)) / 4.0, 0, 1)
    # Bushes beside the bank reach over its foot.
    bank_rows = np.abs(off) < 4.9
    assert np.nanmax(np.abs(middle - ideal[:, np.newaxis])[bank_rows]) < 0.05 + 1e-3
    assert at(up, 2.0, 30.0) > 1.0


def test_a_trench_goes_down_and_holds_water() -> None:
    bank = Bank(line=LineString([(5, 30), (55, 30)]), height_m=-2.0, crest_m=2.0, base_m=5.0)
    dry = rise(plain(banks=(bank,)), plain())
    assert at(dry, 30, 30) == pytest.approx(-2.0, abs=0.05)
    flooded = plain(banks=(replace(bank, water=True),))
    wet = rise(flooded, plain())
    assert -2.0 < at(wet, 30, 30) < -1.0
    assert at(painted(flooded).material, 30, 30) == Material.WATER
    assert at(painted(plain(banks=(bank,))).material, 30, 30) == Material.BANKED_EARTH


def test_banks_that_cross_do_not_add_up() -> None:
    bank = Bank(line=LineString([(5, 30), (55, 30)]), height_m=3.0, crest_m=2.0, base_m=10.0)
    other = replace(bank, line=LineString([(30, 5), (30, 55)]), height_m=2.5)
    up = rise(plain(banks=(bank, other)), plain())
    assert at(up, 30, 30) == pytest.approx(3.0, abs=0.05)
    assert at(up, 30, 15) == pytest.approx(2.5, abs=0.05)


def test_mounds_and_craters() -> None:
    mounds = (
        Mound(x=15, y=30, radius_m=6.0, height_m=2.5),
        Mound(x=45, y=30, radius_m=6.0, height_m=-2.0),
    )
    up = rise(plain(mounds=mounds), plain())
    assert at(up, 15, 30) == pytest.approx(2.5, abs=0.15)
    assert at(up, 45, 30) == pytest.approx(-2.0, abs=0.15)
    ring = [at(up, 45 + 6 * np.cos(a), 30 + 6 * np.sin(a)) for a in np.linspace(0, 6, 12)]
    assert np.mean(ring) > 0.3


@pytest.mark.parametrize("depth_m", [0.6, 1.5])
def test_rubble_lies_as_deep_as_stated(depth_m: float) -> None:
    heap = Rubble(outline=box(15, 15, 45, 45), depth_m=depth_m, piece_m=0.8)
    scene = plain(rubble=(heap,))
    up = rise(scene, plain())
    assert up[60:180, 60:180].mean() == pytest.approx(depth_m, rel=0.2)
    material = painted(scene).material
    assert (material[70:170, 70:170] == Material.RUBBLE).all()


def test_larger_pieces_make_coarser_rubble() -> None:
    def alike(piece_m: float) -> float:
        heap = Rubble(outline=box(5, 5, 55, 55), depth_m=1.0, piece_m=piece_m)
        red = painted(plain(rubble=(heap,))).albedo[0, 40:200, 40:200]
        red = red - red.mean()
        return float((red[:, 4:] * red[:, :-4]).mean() / (red * red).mean())

    assert alike(2.5) > alike(0.6) + 0.2


def test_an_intact_roof_is_flat_with_a_parapet_and_fittings() -> None:
    scene = one_house(Condition.INTACT)
    surface = painted(scene)
    base = ground_at(np.array([[30.0, 30.0]]), relief_m=0.0, seed=5)[0]
    top = surface.height_m - base
    roof = top[90:150, 90:150]
    assert np.median(roof) == pytest.approx(6.0, abs=0.01)
    assert roof.max() > 7.0
    assert at(top, 20.1, 30) == pytest.approx(6.8, abs=0.01)
    assert at(surface.material, 30, 30) == Material.ROOF
    assert at(top, 15, 30) < 1.0


def test_roofs_have_forms() -> None:
    long = one_house(Condition.INTACT, roof=Roof.GABLE, outline=box(18, 24, 42, 36))
    gable = painted(long).solid_m
    assert at(gable, 30, 30) > at(gable, 30, 25) + 2
    assert at(gable, 20, 30) == pytest.approx(at(gable, 40, 30), abs=0.1)
    dome = painted(one_house(Condition.INTACT, roof=Roof.DOME)).solid_m
    assert at(dome, 30, 30) > 10
    tank = one_house(Condition.INTACT, use=Use.TANK, outline=Point(30, 30).buffer(8))
    assert 6 < at(painted(tank).solid_m, 30, 30) < 8
    hall = painted(one_house(Condition.INTACT, use=Use.HALL)).solid_m
    assert 6 < at(hall, 30, 30) < 8


@pytest.mark.parametrize("severity", [0.2, 0.6])
def test_holes_take_the_stated_share_of_a_roof(severity: float) -> None:
    surface = painted(one_house(Condition.HOLED, severity=severity))
    inside = surface.solid_m[81:159, 81:159]
    assert (inside < 5).mean() == pytest.approx(severity, abs=0.06)


def test_a_gutted_house_keeps_its_walls() -> None:
    surface = painted(one_house(Condition.GUTTED, severity=0.3))
    inside = surface.solid_m[81:159, 81:159]
    rim = np.concatenate([surface.solid_m[80:160, 80], surface.solid_m[80, 80:160]])
    assert (rim > 3).mean() > 0.9
    assert (inside < 0.1).mean() > 0.6
    assert (inside > 3).mean() > 0.05
    assert (surface.material[81:159, 81:159] == Material.RUBBLE).mean() > 0.6


def test_a_collapsed_house_is_a_heap_that_reaches_out() -> None:
    scene = one_house(Condition.COLLAPSED, severity=0.5, height_m=9.0)
    up = rise(scene, plain())
    assert 0.15 < up[80:160, 80:160].mean() / 9.0 < 0.38
    outside = up[68:80, 80:160]
    assert 0.05 < outside.mean() < 1.5
    assert up[:40].max() < 0.01


def test_a_razed_house_leaves_a_bare_lot() -> None:
    scene = one_house(Condition.RAZED)
    surface = painted(scene)
    assert np.abs(rise(scene, plain())[90:150, 90:150]).mean() < 0.2
    assert (surface.material[90:150, 90:150] == Material.CLEARED).mean() > 0.9
    assert not surface.solid_m[90:150, 90:150].any()


def test_houses_under_construction_grow() -> None:
    low = painted(one_house(Condition.UNDER_CONSTRUCTION, severity=0.4, height_m=12.0))
    high = painted(one_house(Condition.UNDER_CONSTRUCTION, severity=1.0, height_m=12.0))
    assert np.median(low.solid_m[90:150, 90:150]) < np.median(high.solid_m[90:150, 90:150]) - 3
    assert at(low.material, 28, 28) == Material.CONCRETE


def test_a_new_roof_has_a_new_tone_on_the_same_body() -> None:
    old, new = painted(one_house(Condition.INTACT)), painted(one_house(Condition.REROOFED))
    np.testing.assert_array_equal(old.solid_m, new.solid_m)
    tones = [s.albedo[0, 90:150, 90:150].mean() for s in (old, new)]
    assert abs(tones[1] / tones[0] - 1) > 0.15


def block(**given: object) -> Block:
    common = Block(x=30, y=30, length_m=4.0, width_m=2.0, height_m=2.0, heading_deg=90.0)
    return replace(common, **given)  # type: ignore[arg-type]


def test_blocks_stand_on_what_is_under_their_middle() -> None:
    up = rise(plain(blocks=(block(),)), plain())
    assert at(up, 30, 30) == pytest.approx(2.0, abs=0.02)
    assert at(up, 31.5, 30) == pytest.approx(2.0, abs=0.1)
    assert abs(at(up, 30, 31.6)) < 0.05
    roofed = one_house(Condition.INTACT, height_m=5.0, use=Use.TANK)
    raised = rise(replace(roofed, blocks=(block(),)), roofed)
    assert at(raised, 30, 30) == pytest.approx(2.0, abs=0.05)
    assert at(painted(plain(blocks=(block(),))).material, 30, 30) == Material.OBJECT


def test_sections_narrow_as_stated() -> None:
    tent = rise(plain(blocks=(block(width_m=4.0, shape=Shape.TENT),)), plain())
    assert at(tent, 30, 30) > at(tent, 30, 31.5) + 0.8
    jersey = rise(plain(blocks=(block(width_m=3.0, shape=Shape.JERSEY),)), plain())
    assert at(jersey, 30, 30) == pytest.approx(2.0, abs=0.02)
    assert at(jersey, 30, 31.3) == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("fine_m", [0.5, 1.2, 2.5])
def test_small_blocks_count_by_their_area(fine_m: float) -> None:
    white = (1.0, 1.0, 1.0, 1.0)
    spots = np.random.default_rng(3).uniform(8, 52, (60, 2))
    blocks = tuple(
        block(x=x, y=y, length_m=1.0, width_m=0.6, tone=white, heading_deg=25.0) for x, y in spots
    )
    before = painted(plain(), fine_m=fine_m).albedo[1]
    after = painted(plain(blocks=blocks), fine_m=fine_m).albedo[1]
    gain = float((after - before).sum()) * fine_m**2
    area = float(np.sum([0.6 * (1.0 - before.mean())] * 60))
    assert gain == pytest.approx(area, rel=0.2)


def test_the_height_of_a_block_outlives_a_coarse_grid() -> None:
    up = rise(plain(blocks=(block(length_m=8.0, width_m=0.6),)), plain(), fine_m=2.0)
    assert up.max() == pytest.approx(2.0, abs=0.1)


def test_walls_and_trees_are_felled() -> None:
    city = bare_city(
        SIDE_M,
        yard_walls=(LineString([(5, 10), (55, 10)]),),
        field_walls=(LineString([(5, 50), (55, 50)]),),
        trees=np.array([[15.0, 30.0, 2.5, 7.0], [45.0, 30.0, 2.5, 7.0]]),
    )
    felled = Patch(outline=box(0, 0, 30, 60), material=Material.CLEARED, fells=True)
    kept = painted(landscape(city))
    gone = painted(landscape(city, patches=(felled,)))
    assert at(kept.solid_m, 15, 10.05) == pytest.approx(2.0, abs=0.25)
    assert at(kept.solid_m, 15, 50.05) > 0.3
    assert at(kept.material, 15, 50.05) == Material.STONE
    assert at(kept.material, 15, 30) == Material.TREE
    assert at(gone.solid_m, 15, 10.05) == 0
    assert at(gone.solid_m, 15, 50.05) == 0
    assert at(gone.material, 15, 30) == Material.CLEARED
    for x, y in ((45, 10.05), (45, 50.05), (45, 30)):
        assert at(gone.material, x, y) == at(kept.material, x, y)


def test_bare_crowns_cover_less() -> None:
    city = bare_city(SIDE_M, trees=np.array([[30.0, 30.0, 5.0, 9.0]]))
    summer = painted(landscape(city)).material[90:150, 90:150] == Material.TREE
    winter = painted(landscape(city, season=Season(leaf=0.4))).material[90:150, 90:150]
    assert (winter == Material.TREE).sum() < 0.8 * summer.sum()
    assert summer.sum() * 0.0625 == pytest.approx(np.pi * 25, rel=0.2)


@pytest.mark.parametrize(
    ("material", "darker"),
    [(Material.BURNT, 0.6), (Material.WET, 0.8), (Material.WATER, 0.7), (Material.GRAVEL, 9.0)],
)
def test_patches_cover_their_area(material: Material, darker: float) -> None:
    patch = Patch(outline=box(10, 10, 50, 50), material=material)
    surface = painted(plain(patches=(patch,)))
    inside = surface.material[60:180, 60:180]
    assert (inside == material).mean() > 0.7
    outside = surface.albedo[0, :30].mean()
    assert surface.albedo[0, 60:180, 60:180].mean() < darker * outside
    assert not (surface.material[:38] == material).any()


def test_later_patches_lie_over_earlier_ones() -> None:
    burnt = Patch(outline=box(10, 10, 50, 50), material=Material.BURNT)
    cleared = Patch(outline=box(10, 10, 50, 50), material=Material.CLEARED, heading_deg=30.0)
    assert at(painted(plain(patches=(burnt, cleared))).material, 30, 30) == Material.CLEARED
    assert at(painted(plain(patches=(cleared, burnt))).material, 30, 30) == Material.BURNT


def test_a_flood_is_level_and_lies_in_low_ground() -> None:
    patch = Patch(outline=box(0, 0, 60, 60), material=Material.WATER)
    city = bare_city(SIDE_M, relief_m=2.0)
    surface = painted(landscape(city, patches=(patch,)))
    dry = painted(landscape(city))
    flooded = (surface.material == Material.WATER) & (dry.material != Material.TREE)
    assert np.ptp(surface.soft_m[flooded]) < 0.5
    assert dry.soft_m[flooded].mean() < dry.soft_m[~flooded].mean()


def test_roughness_is_as_stated() -> None:
    patch = Patch(outline=box(0, 0, 60, 60), material=Material.GRAVEL, roughness_m=0.3)
    smooth = replace(patch, roughness_m=0.0)
    up = rise(plain(patches=(patch,)), plain(patches=(smooth,)))
    assert up.std() == pytest.approx(0.3, abs=0.05)


def test_bridges_stand_over_water_until_their_spans_fall() -> None:
    scene = landscape(full_city(120.0))
    whole = painted(scene, fine_m=0.5, side_m=120.0)
    span = Polygon([(90, 60), (102, 60), (102, 74), (90, 74)])
    broken = painted(replace(scene, fallen_spans=(span,)), fine_m=0.5, side_m=120.0)
    row, column = int((120 - 66.5) / 0.5), int(97 / 0.5)
    plain_m = float(whole.soft_m[row, column]) + 3.0
    assert whole.height_m[row, column] == pytest.approx(plain_m + 0.6, abs=0.2)
    reach = broken.height_m[100:116, 182:202]
    assert reach.max() < plain_m
    assert (broken.material[100:116, 182:202] == Material.WATER).any()


def test_the_day_changes_the_land_a_little() -> None:
    scene = plain()
    later = replace(scene, moment=scene.moment.replace(year=2032))
    one, other = painted(scene).albedo[0], painted(later).albedo[0]
    assert 0.001 < np.abs(one - other).mean() / one.mean() < 0.1
