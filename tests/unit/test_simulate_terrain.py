import numpy as np
import pytest
import shapely

from earthwork.simulate.terrain import fractal_noise, lay_fields, lay_river, relief


@pytest.mark.parametrize("scale", [1.0, 3.0, 12.5, 90.0])
def test_noise_has_zero_mean_unit_spread_and_its_scale(scale: float) -> None:
    field = fractal_noise((1500, 1400), scales_px=[scale], rng=np.random.default_rng(5))
    assert field.shape == (1500, 1400)
    assert field.dtype == np.float32
    assert abs(field.mean()) < 0.2
    assert field.std() == pytest.approx(1.0, abs=0.2)
    lag = max(1, round(scale / 4))
    near = np.corrcoef(field[:-lag].ravel(), field[lag:].ravel())[0, 1]
    assert near > 0.7 if scale > 1 else abs(near) < 0.01


def test_relief_is_gentle() -> None:
    ground = relief((600, 600), gsd_m=0.5, rng=np.random.default_rng(1))
    slope = np.hypot(*np.gradient(ground, 0.5))
    assert 200 < ground.min() < ground.max() < 240
    assert np.percentile(slope, 99) < 0.1


def test_the_river_crosses_the_scene_in_the_east() -> None:
    river = lay_river(800.0, name="Zahir", rng=np.random.default_rng(2))
    for y in np.linspace(0, 800, 9):
        across = shapely.LineString([(0, y), (800, y)]).intersection(river.outline)
        assert 0.75 * river.width_m < across.length < 1.6 * river.width_m
        assert across.centroid.x > 500


def test_fields_stay_in_their_area_and_apart() -> None:
    area = shapely.box(0, 0, 300, 200)
    fields = lay_fields(area, side_m=800.0, rng=np.random.default_rng(3))
    assert len(fields) > 8
    assert all(area.buffer(0.01).covers(field.outline) for field in fields)
    union = shapely.union_all([field.outline for field in fields])
    assert union.area == pytest.approx(sum(field.outline.area for field in fields))
    assert {field.crop for field in fields} <= {0, 1, 2, 3}
