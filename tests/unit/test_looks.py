"""What two looks of two dates can explain is no difference; what changed stays one."""

from __future__ import annotations

import numpy as np
import pytest

from earthwork.errors import GridMismatch, InvalidValue
from earthwork.imagery.looks import LooksOptions, least_difference
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, whole

from .scenery import rubble, town

SIDE = 160
GRID = Grid.of_pixels(height=SIDE, width=SIDE, gsd_m=0.5)
ALL = whole(GRID)
BUS = (slice(60, 66), slice(70, 92))
LOT = (slice(100, 140), slice(20, 60))


def held(image, mask=None, dtype=np.uint16):
    pixels = image if image.ndim == 3 else image[None]
    return ArrayRaster(grid=GRID, pixels=np.rint(pixels).astype(dtype), mask=mask)


def base(seed=3):
    return 10 * town(SIDE, SIDE, seed=seed) + 200


def grainy(image, seed, spread=15.0):
    return image + np.random.default_rng(seed).normal(0, spread, image.shape)


def with_bus(image, place=BUS):
    moved = image.copy()
    moved[place] = 3300
    return moved


def far(image, other, place):
    return float(abs(image[place].astype(float) - other[place]).mean())


def test_a_bus_in_one_look_is_no_difference() -> None:
    ground = base()
    before = [held(grainy(ground, 1)), held(grainy(ground, 2))]
    after = [held(grainy(with_bus(ground), 3)), held(grainy(ground, 4))]
    seen = least_difference(before, after).composed(ALL)
    plain = far(after[0].pixels[0], before[0].pixels[0], BUS)
    left = far(seen.after[0], seen.before[0], BUS)
    assert plain > 500
    assert left < 0.1 * plain
    assert seen.replaced[BUS].all()
    assert not seen.untrusted.any()


def test_what_changed_in_every_look_stays_changed() -> None:
    ground = base()
    razed = ground.copy()
    razed[LOT] = 10 * rubble(SIDE, SIDE, seed=8)[LOT]
    before = [held(grainy(ground, 1)), held(grainy(ground, 2))]
    after = [held(grainy(razed, 3)), held(grainy(razed, 4))]
    seen = least_difference(before, after).composed(ALL)
    plain = far(after[0].pixels[0], before[0].pixels[0], LOT)
    assert far(seen.after[0], seen.before[0], LOT) > 0.95 * plain
    assert not seen.untrusted[LOT].any()


def test_first_looks_are_kept_where_others_explain_nothing_more() -> None:
    ground = base()
    before = [held(grainy(ground, n)) for n in (1, 2)]
    after = [held(grainy(ground, n)) for n in (3, 4)]
    seen = least_difference(before, after).composed(ALL)
    assert not seen.replaced.any()
    np.testing.assert_array_equal(seen.before, before[0].pixels)
    np.testing.assert_array_equal(seen.after, after[0].pixels)


def test_one_look_a_date_is_shown_as_it_is() -> None:
    before, after = held(base(3)), held(base(4))
    composite = least_difference([before], [after])
    earlier, later = composite.looks
    np.testing.assert_array_equal(earlier.read(ALL), before.pixels)
    np.testing.assert_array_equal(later.read(ALL), after.pixels)
    assert (earlier.grid, earlier.bands, later.bands) == (GRID, 1, 1)
    assert earlier.valid(ALL).all()
    seen = composite.composed(ALL)
    assert np.isnan(seen.disagreement).all()
    assert not seen.untrusted.any()


def test_looks_of_another_brightness_are_brought_to_the_first() -> None:
    """The second look is darker and of less contrast: in the place it takes, that must not show."""
    ground = base()
    before = [held(grainy(ground, 1)), held(grainy(ground, 2))]
    after = [held(grainy(with_bus(ground), 3)), held(0.5 * grainy(ground, 4) + 900)]
    seen = least_difference(before, after).composed(ALL)
    assert abs(float(seen.after[0][BUS].mean()) - float(ground[BUS].mean())) < 60


def test_all_bands_go_along() -> None:
    ground = np.stack([base(3), 0.7 * base(3) + 0.3 * base(9), 0.5 * base(3) + 0.5 * base(9)])
    bus = np.stack([with_bus(band) for band in ground])
    before = [held(grainy(ground, n)) for n in (1, 2)]
    after = [held(grainy(bus, 3)), held(grainy(ground, 4))]
    _, later = least_difference(before, after).looks
    seen = later.read(ALL)
    assert seen.dtype == np.uint16
    for band, true in zip(seen, ground, strict=True):
        assert far(band, true, BUS) < 60


def test_no_data_is_filled_from_the_other_look_and_never_chosen() -> None:
    ground = base()
    hole = np.ones((SIDE, SIDE), bool)
    hole[:, :50] = False
    before = [held(grainy(ground, 1)), held(grainy(ground, 2))]
    empty = grainy(ground, 3)
    empty[~hole] = 0
    after = [held(empty, hole), held(grainy(ground, 4))]
    seen = least_difference(before, after).composed(ALL)
    assert seen.after_valid.all()
    assert far(seen.after[0], ground, (slice(None), slice(0, 50))) < 60
    assert np.isnan(seen.disagreement[1][:, :50]).all()


def test_what_no_look_holds_holds_no_data() -> None:
    ground = base()
    hole = np.ones((SIDE, SIDE), bool)
    hole[80:, :] = False
    before = [held(ground), held(grainy(ground, 2), hole)]
    after = [held(grainy(ground, 3), hole), held(grainy(ground, 4), hole)]
    composite = least_difference(before, after)
    seen = composite.composed(ALL)
    np.testing.assert_array_equal(seen.after_valid, hole)
    np.testing.assert_array_equal(composite.looks[1].valid(ALL), hole)
    assert seen.before_valid.all()
    np.testing.assert_array_equal(seen.before[:, 80:], before[0].pixels[:, 80:])


def test_a_tall_roof_that_leans_every_way_is_still_trusted() -> None:
    looks = []
    for number, lean in enumerate((-9, 9, -5, 5)):
        look = grainy(np.full((SIDE, SIDE), 600.0), number)
        look[60:100, 60 + lean : 75 + lean] = 3200
        looks.append(held(look))
    seen = least_difference(looks[:2], looks[2:]).composed(ALL)
    assert (seen.disagreement.min(axis=0) > 1.0).sum() > 100
    assert not seen.untrusted.any()


def test_glitter_is_trusted_in_no_look() -> None:
    ground = base()
    water = (slice(0, 60), slice(0, 60))
    looks = []
    for number in range(4):
        look = grainy(ground, number)
        look[water] = 1300 + 900 * np.random.default_rng(number + 20).choice([-1, 1], (60, 60))
        looks.append(held(np.clip(look, 0, 4000)))
    options = LooksOptions(disagreement=0.8)
    seen = least_difference(looks[:2], looks[2:], options=options).composed(ALL)
    inner = (slice(28, 50), slice(28, 50))
    assert np.nanmin(seen.disagreement[:, *inner]) > 0.8
    assert seen.untrusted[inner].mean() > 0.4
    assert not seen.untrusted[80:, 80:].any()


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32])
def test_the_dtype_of_the_first_look_is_kept(dtype: type) -> None:
    ground = town(SIDE, SIDE, seed=3)
    bus = ground.copy()
    bus[BUS] = 255
    before = [held(ground, dtype=dtype), held(grainy(ground, 2, 1).clip(0, 255), dtype=dtype)]
    after = [held(bus, dtype=dtype), held(ground, dtype=dtype)]
    seen = least_difference(before, after).composed(ALL)
    assert seen.before.dtype == seen.after.dtype == dtype
    assert far(seen.after[0], ground, BUS) < 6


def test_a_flat_image_does_not_divide_by_nought() -> None:
    flat = held(np.full((SIDE, SIDE), 500.0))
    seen = least_difference([flat, flat], [flat]).composed(
        Window(row=3, column=5, height=7, width=9)
    )
    assert seen.before.shape == (1, 7, 9)
    assert (seen.after == 500).all()


def test_looks_that_do_not_fit_are_refused() -> None:
    one = held(base())
    three = held(np.stack([base()] * 3))
    small = ArrayRaster(grid=Grid.of_pixels(height=9, width=9), pixels=np.zeros((1, 9, 9)))
    with pytest.raises(InvalidValue, match="0 looks before"):
        least_difference([], [one])
    with pytest.raises(GridMismatch, match="1 and 3 bands"):
        least_difference([one, three], [one])
    with pytest.raises(GridMismatch, match="different grids"):
        least_difference([one], [one, small])
