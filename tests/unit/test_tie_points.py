"""Places are sought alike whatever holds the pixels and however the images lie to each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from earthwork.imagery.mappings import Mapping, applied, square
from earthwork.imagery.registration_options import RegistrationOptions
from earthwork.imagery.tie_points import NOTHING, Found, fitted, holds, lattice, sought, together
from earthwork.io.rasters import open_raster, write_raster
from earthwork.model.grid import Grid, Window
from earthwork.model.raster import ArrayRaster, Raster

from .scenery import raster, rubble, town

Float = NDArray[np.float64]
OPTIONS = RegistrationOptions()
DX, DY = 4, -3


def shifted(seed: int = 3, side: int = 360) -> tuple[ArrayRaster, ArrayRaster]:
    wide = town(side + 40, side + 40, seed=seed)
    return (
        raster(wide[20 : 20 + side, 20 : 20 + side]),
        raster(wide[20 - DY : 20 - DY + side, 20 - DX : 20 - DX + side]),
    )


def places_of(image: Raster) -> Float:
    return lattice(image.grid, places=64, patch_px=64, closest_px=20, reach_px=8)


def seek(before: Raster, after: Raster, mapping: Mapping, places: Float | None = None) -> Found:
    chosen = places_of(before) if places is None else places
    return sought(before, after, chosen, mapping, reach=8, patch_px=64, options=OPTIONS)


def same(points: Float) -> Float:
    return points


def test_places_are_found_where_they_lie() -> None:
    before, after = shifted()
    found = seek(before, after, same)
    assert found.clear.mean() > 0.95
    np.testing.assert_allclose(found.targets[found.clear] - found.places[found.clear],
                               np.tile([[DX, DY]], (found.clear.sum(), 1)), atol=0.1)  # fmt: skip
    assert (found.texture > 0).all()
    assert np.median(found.error_px[found.clear]) < 0.05


def test_files_and_arrays_give_the_same(tmp_path: Path) -> None:
    before, after = shifted()
    held = seek(before, after, same)
    for name, image in (("a", before), ("b", after)):
        write_raster(tmp_path / f"{name}.tif", image.pixels, image.grid)
    with open_raster(tmp_path / "a.tif") as first, open_raster(tmp_path / "b.tif") as second:
        read = seek(first, second, same)
    for field in ("places", "targets", "clear", "error_px", "texture"):
        np.testing.assert_array_equal(getattr(read, field), getattr(held, field))


@dataclass(slots=True, kw_only=True)
class Counted:
    """A raster that remembers the largest window read."""

    raster: Raster
    most_px: int = 0
    reads: int = 0

    @property
    def grid(self) -> Grid:
        return self.raster.grid

    @property
    def bands(self) -> int:
        return self.raster.bands

    def read(self, window: Window) -> NDArray[np.generic]:
        self.most_px = max(self.most_px, window.height * window.width)
        self.reads += 1
        return self.raster.read(window)

    def valid(self, window: Window) -> NDArray[np.bool_]:
        return self.raster.valid(window)


@pytest.mark.parametrize(("places", "is_alone"), [(36, True), (900, False)])
def test_few_places_are_read_alone_and_many_tile_by_tile(places: int, *, is_alone: bool) -> None:
    ground = town(700, 700, seed=6)
    tiled = raster(np.tile(ground, (4, 4)))
    before, after = Counted(raster=tiled), Counted(raster=tiled)
    chosen = lattice(tiled.grid, places=places, patch_px=64, closest_px=8, reach_px=8)
    found = seek(before, after, same, chosen)
    assert len(found.places) == len(chosen)
    assert before.reads == (len(chosen) if is_alone else 9)
    assert before.most_px < 0.25 * 2800**2
    np.testing.assert_allclose(found.targets[found.clear], found.places[found.clear], atol=0.15)


@pytest.mark.parametrize(("angle", "scale"), [(30.0, 1.0), (-75.0, 1.0), (10.0, 0.5), (0.0, 2.0)])
def test_turned_and_scaled_images_are_looked_at_upright(angle: float, scale: float) -> None:
    image = town(420, 420, seed=5)
    at = square(cv2.getRotationMatrix2D((209.5, 209.5), -angle, scale))
    side = int(420 * max(scale, 1.0))
    at[:2, 2] += (side - 420) / 2
    seen = cv2.warpAffine(image, at[:2], (side, side), flags=cv2.INTER_AREA)
    # OpenCV counts from pixel centres, the product from corners
    half = np.eye(3)
    half[:2, 2] = 0.5
    matrix = half @ at @ np.linalg.inv(half)
    before = raster(image)
    places = places_of(before)
    inner = np.hypot(*(places - 210).T) < 110
    off = matrix.copy()
    off[:2, 2] += (1.5, -1.0)
    found = seek(before, raster(seen), lambda p: applied(off, p), places[inner])
    assert found.clear.mean() > 0.9
    left = np.hypot(*(found.targets - applied(matrix, found.places))[found.clear].T)
    assert np.median(left) < 0.15 * max(scale, 1.0)


def test_a_place_that_the_mapping_sends_nowhere_is_passed_over() -> None:
    before, after = shifted()

    def half(points: Float) -> Float:
        return np.where(points[:, :1] < 180, points, np.nan)

    found = seek(before, after, half)
    assert 0 < len(found.places) < len(places_of(before))
    assert found.places[:, 0].max() < 180
    assert np.isfinite(found.targets).all()


def test_nowhere_at_all_gives_nothing() -> None:
    before, after = shifted()
    far = seek(before, after, lambda points: points + 9000.0)
    lost = seek(before, after, lambda points: np.full_like(points, np.nan))
    assert far is NOTHING
    assert lost is NOTHING


def test_no_data_is_not_compared() -> None:
    before, after = shifted()
    mask = np.ones(before.grid.shape, bool)
    mask[:, 150:170] = False
    for first, second in ((replace(before, mask=mask), after), (before, replace(after, mask=mask))):
        found = seek(first, second, same)
        assert 0 < len(found.places) < len(places_of(before))
        reach = np.abs(found.places[:, 0] - 160)
        assert reach.min() > 10 + 32


def test_other_ground_is_rarely_clear() -> None:
    before, _ = shifted()
    found = seek(before, raster(rubble(360, 360, seed=8)), same)
    assert found.clear.mean() < 0.7
    fit = fitted(found, OPTIONS)
    assert fit is None or not holds(fit, replace(OPTIONS, least_agreeing_share=0.3))


def test_searches_are_put_together_and_scaled() -> None:
    before, after = shifted()
    found = seek(before, after, same)
    both = together([found, found.scaled(2)])
    count = len(found.places)
    assert len(both.places) == 2 * count
    np.testing.assert_array_equal(both.places[count:], 2 * found.places)
    np.testing.assert_array_equal(both.targets[count:], 2 * found.targets)
    np.testing.assert_array_equal(both.error_px[count:], 2 * found.error_px)
    np.testing.assert_array_equal(both.texture[count:], found.texture)


def of(places: Float, targets: Float) -> Found:
    count = len(places)
    return Found(
        places=places, targets=targets, clear=np.ones(count, bool), error_px=np.ones(count),
        texture=np.ones(count),
    )  # fmt: skip


def test_an_affine_fit_leaves_out_what_does_not_agree() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(0, 800, (200, 2))
    matrix = np.array([[1.01, 0.02, 5], [-0.02, 0.99, -7], [0, 0, 1.0]])
    targets = applied(matrix, places)
    targets[:80] = rng.uniform(0, 800, (80, 2))
    fit = fitted(of(places, targets), OPTIONS)
    assert fit is not None
    np.testing.assert_allclose(fit.matrix, matrix, atol=1e-6)
    assert fit.agreeing[80:].all()
    assert fit.agreeing[:80].mean() < 0.05
    assert fit.share == pytest.approx(0.6, abs=0.02)
    assert holds(fit, OPTIONS)


def test_what_is_turned_over_does_not_hold() -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 800, (100, 2))
    fit = fitted(of(places, places), OPTIONS)
    assert fit is not None
    assert holds(fit, OPTIONS)
    assert not holds(replace(fit, matrix=np.diag([-1.0, 1.0, 1.0])), OPTIONS)


def test_too_few_or_unrelated_places_give_no_fit() -> None:
    rng = np.random.default_rng(2)
    places = rng.uniform(0, 800, (40, 2))
    assert fitted(of(places[:5], places[:5]), OPTIONS) is None
    assert fitted(NOTHING, OPTIONS) is None
    fit = fitted(of(places, rng.uniform(0, 800, (40, 2))), OPTIONS)
    assert fit is None or not holds(fit, OPTIONS)


@pytest.mark.parametrize("shape", [(200, 200), (170, 900), (3000, 2000)])
def test_a_lattice_keeps_clear_of_the_edge(shape: tuple[int, int]) -> None:
    grid = Grid.of_pixels(height=shape[0], width=shape[1])
    points = lattice(grid, places=256, patch_px=64, closest_px=20, reach_px=10)
    margin = 32 + 9 + 10
    assert (points >= margin).all()
    assert (points[:, 0] <= shape[1] - margin).all()
    assert (points[:, 1] <= shape[0] - margin).all()
    assert 1 <= len(points) < 2 * 256
    assert (points == np.round(points)).all()
