"""The picture of an alignment: what is drawn where, what it says, and of how much."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from earthwork.model.grid import Grid, Window
from earthwork.model.pair import (
    AlignmentStatus,
    RegistrationReport,
    TieMarks,
    TieOrigin,
    TiePoint,
)
from earthwork.model.raster import ArrayRaster
from earthwork.model.scene import Scene
from earthwork.model.warp_field import WarpField
from earthwork.publishing import alignment_plate as plate
from earthwork.publishing.alignment_plate import alignment_plate

GRID = Grid.of_pixels(height=400, width=600, gsd_m=0.5)
YELLOW, DARKEST = (253, 231, 37), (68, 1, 84)


def tie(x: float, y: float, residual: float = 0.1, **given: Any) -> TiePoint:
    defaults = {"after_x": x + 3 + residual, "after_y": y - 2.0, "residual_px": residual}
    return TiePoint(before_x=x, before_y=y, **defaults | given)


def report(*ties: TiePoint, **given: Any) -> RegistrationReport:
    defaults: dict[str, Any] = {
        "status": AlignmentStatus.PARTLY_ALIGNED,
        "method": "m/1",
        "reason": "it fits in part",
        "shift_x_px": 3.0,
        "shift_y_px": -2.0,
        "rotation_deg": 0.0,
        "scale": 1.0,
        "residual_median_px": 0.1,
        "residual_p95_px": 0.2,
        "inlier_share": 0.5,
        "tie_points": ties,
        "aligned_share": 0.75,
        "error_median_px": 0.3,
        "error_p95_px": 0.6,
    }
    return RegistrationReport(**defaults | given)


def field(error: float = 0.1, grid: Grid = GRID) -> WarpField:
    level = WarpField.level(grid, dx=3, dy=-2)
    knots = level.knots.copy()
    knots[2] = error
    return replace(level, knots=knots)


def before(grid: Grid = GRID) -> ArrayRaster:
    return ArrayRaster(grid=grid, pixels=np.full((1, *grid.shape), 90, np.uint8))


def pixels(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which all that a plate says is added."""
    words: list[str] = []
    text = plate.Sheet.text

    def heard(self: Any, line: str, *given: Any, **more: Any) -> None:
        words.append(line)
        text(self, line, *given, **more)

    monkeypatch.setattr(plate.Sheet, "text", heard)
    return words


def near(image: NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    return int((np.abs(image.astype(int) - colour).max(axis=2) < 12).sum())


def test_the_same_pair_gives_the_same_bytes() -> None:
    ties = [tie(x, y) for x in range(20, 600, 40) for y in range(20, 400, 40)]
    first, second = (
        alignment_plate(report(*ties), field(), before(), title="b on a") for _ in range(2)
    )
    assert first == second
    about = Image.open(io.BytesIO(first)).info
    assert about["Title"] == "Alignment: b on a"
    assert about["Simulated"] == "no"


def test_dots_take_the_colour_of_their_residual() -> None:
    small = pixels(alignment_plate(report(tie(200, 200)), field(0.8), before(), title="t"))
    large = pixels(alignment_plate(report(tie(200, 200, 9.0)), field(0.8), before(), title="t"))
    assert near(small, YELLOW) > near(large, YELLOW)
    assert near(large, DARKEST) > near(small, DARKEST)


def test_residuals_are_turned_and_scaled_back() -> None:
    """The later image is twice as fine and turned by a right angle: columns there are rows here."""
    turned = report(rotation_deg=90.0, scale=2.0)
    ties = [tie(100, 100, after_x=103.0, after_y=102.0)]  # the field says 103, 98
    left = plate._left_over(ties, field(), turned)
    assert left[ties[0]] == pytest.approx((2.0, 0.0))


@pytest.mark.parametrize(
    ("length", "zoom", "factor"), [(0.1, 1.0, 200), (0.1, 0.02, 10_000), (90.0, 1.0, 1), (0, 1, 1)]
)
def test_arrows_are_drawn_longer_by_a_round_factor(
    length: float, zoom: float, factor: float
) -> None:
    assert plate._exaggeration({tie(1, 1): (length, 0.0)}, zoom) == factor
    assert plate._exaggeration({}, zoom) == 1


def test_many_points_are_thinned_to_the_middle_one_of_a_square() -> None:
    crowd = [tie(10 + i / 10, 10, residual) for i, residual in enumerate((0.1, 5.0, 0.3))]
    alone = tie(300, 300, 9.0)
    assert plate._thinned([*crowd, alone], 1.0) == [crowd[2], alone]


def test_what_is_said_of_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    words = said(monkeypatch)
    ties = [tie(x, 50) for x in np.linspace(10, 20, 6)]
    pin = tie(300, 300, origin=TieOrigin.PINNED)
    marks = TieMarks(pinned=(pin,), struck=((100, 100, 30),))
    lost = field()
    knots = lost.knots.copy()
    knots[2, :3, :3] = np.nan
    alignment_plate(
        report(*ties, pin), replace(lost, knots=knots), before(), title="b on a", marks=marks
    )
    text = " ".join(words)
    assert "Partly aligned: 75.0% of the common ground" in text
    assert "6 places agree (50% of those sought), 1 pinned by hand." in text
    assert "median 0.10 px, 95th percentile 0.20 px" in text
    assert "median 0.30 px, 95th percentile 0.60 px" in text
    assert "shift +3.00 px across, −2.00 px down" in text
    assert "Reason: it fits in part." in text
    assert "not aligned: not assessed" in text
    assert "pinned by hand (1)" in text
    assert "struck by hand (1)" in text
    assert "Of 6 points found 1 are drawn" in text
    assert "100 m" in text


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert [plate._share(part) for part in (0, 1e-6, 0.5, 0.9999, 1)] == [
        "0%", "0.1%", "50.0%", "99.9%", "100%",
    ]  # fmt: skip


def test_a_pair_that_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = said(monkeypatch)
    refused = report(
        status=AlignmentStatus.NOT_ALIGNED,
        residual_median_px=None,
        residual_p95_px=None,
        error_median_px=None,
        error_p95_px=None,
        aligned_share=0.0,
        reason="different ground",
    )
    pin = tie(300, 300, origin=TieOrigin.PINNED)
    png = alignment_plate(
        refused, field(np.nan), before(), title="t", marks=TieMarks(pinned=(pin,))
    )
    text = " ".join(words)
    assert "NOT ALIGNED: nothing of this pair is assessed" in text
    assert "Reason: different ground." in text
    assert "--marks" in text
    assert "pinned by hand (1)" in text
    assert "Residual" not in text
    assert "up to 0.25 px" not in text
    assert near(pixels(png), (138, 0, 0)) > 10_000


def test_unassessed_ground_is_hatched_and_no_other() -> None:
    flat = np.full((64, 64, 3), 200, np.uint8)
    left = np.zeros((64, 64), bool)
    left[:, :32] = True
    drawn = plate._hatched(flat, left)
    np.testing.assert_array_equal(drawn[:, 32:], flat[:, 32:])
    assert (drawn[:, :32] == 0x55).all(axis=2).mean() == pytest.approx(2 / 16, abs=0.01)


def test_no_data_is_neither_ground_nor_hatched() -> None:
    mask = np.zeros(GRID.shape, bool)
    nothing = ArrayRaster(grid=GRID, pixels=np.zeros((1, *GRID.shape), np.uint8), mask=mask)
    draft = plate._drafted(report(), field(np.nan), nothing, TieMarks())
    assert not draft.is_hatched
    assert (draft.panels[0][1] == 255).all()


def test_a_simulated_picture_says_so(
    make_scene: Callable[..., Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = said(monkeypatch)
    scene = make_scene("before", is_simulated=True)
    png = alignment_plate(report(), field(), before(), title="t", scenes=(scene,))
    assert any("SIMULATED" in line for line in words)
    assert any("Credit: " in line and "A Maker" in line for line in words)
    assert Image.open(io.BytesIO(png)).info["Simulated"] == "yes"


class Counted:
    """A raster that counts the largest piece ever asked for; brightness rises with the column."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.bands = 3
        self.largest = 0

    def read(self, window: Window) -> NDArray[Any]:
        self.largest = max(self.largest, window.height * window.width)
        columns = (np.arange(window.width) + window.column) * 255 // self.grid.width
        shape = (3, window.height, window.width)
        return np.broadcast_to(columns.astype(np.uint8), shape)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        return np.ones((window.height, window.width), bool)


def test_a_large_image_is_read_in_strips() -> None:
    grid = Grid.of_pixels(height=2_500, width=30_000)
    raster = Counted(grid)
    draft = plate._drafted(report(), field(np.nan, grid), raster, TieMarks())
    assert raster.largest <= plate._STRIP_PIXELS
    row = plate._greyed(raster, draft.page)[0][draft.page.height // 2, :, 0].astype(float)
    expected = np.interp(np.arange(len(row)), (0.01 * len(row), 0.99 * len(row)), (96, 250))
    np.testing.assert_allclose(row, expected, atol=2)


@pytest.mark.parametrize(("least", "step"), [(0.2, 1), (3, 5), (120, 200), (501, 1000), (50, 50)])
def test_ticks_stand_at_round_numbers(least: float, step: int) -> None:
    assert plate._tick_step(least) == step


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3000, 200), (200, 3000)])
def test_pictures_of_any_shape(height: int, width: int) -> None:
    grid = Grid.of_pixels(height=height, width=width)
    png = alignment_plate(report(), field(0.3, grid), before(grid), title="t " * 200)
    assert pixels(png).shape[1] == 1600


def test_the_error_between_knots_is_that_of_the_dense_field() -> None:
    warp = field()
    knots = warp.knots.copy()
    knots[2] = np.random.default_rng(1).uniform(0, 1, knots.shape[1:])
    knots[2, 2, 3] = np.nan
    warp = replace(warp, knots=knots)
    dense = warp.error_px(Window(row=0, column=0, height=400, width=600))
    x, y = np.meshgrid(np.arange(600) + 0.5, np.arange(400) + 0.5)
    told = warp.error_at(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(400, 600)
    np.testing.assert_allclose(told, dense, atol=1e-5)
