"""Structure finds a patch to a small part of a pixel, and says where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import fourier_shift

from earthwork.imagery.structure import MARGIN_PX, matched, structure

from .scenery import ground, rubble, town

SIDE, REACH = 96, 6
WIDE = SIDE + 2 * MARGIN_PX
STEP = 60
Float = NDArray[np.float64]


def by_fourier(image: NDArray[np.float32], dx: float, dy: float) -> NDArray[np.float32]:
    """Return a picture moved by exactly (dx, dy), as a periodic one."""
    moved = np.fft.ifft2(fourier_shift(np.fft.fft2(image), (dy, dx))).real
    return moved.astype(np.float32)


def cut(image: NDArray[np.float32], reach: int = 0) -> NDArray[np.float32]:
    """Return the patches about a lattice of places, each grown by a reach."""
    half, rim = WIDE // 2 + reach, WIDE // 2 + REACH + 8
    at = np.arange(rim, min(image.shape) - rim, STEP)
    patches = [image[r - half : r + half, c - half : c + half] for r in at for c in at]
    return np.stack(patches).astype(np.float32)


@pytest.mark.parametrize(("dx", "dy"), [(0.0, 0.0), (0.25, -0.4), (0.5, 0.5), (-1.7, 2.35)])
def test_a_shift_by_part_of_a_pixel_is_told_without_bias(dx: float, dy: float) -> None:
    image = town(520, 520, seed=3)
    told = matched(cut(image), cut(by_fourier(image, dx, dy), REACH))
    left = told.offsets - [dx, dy]
    assert np.abs(left.mean(axis=0)).max() < 0.015
    assert np.sqrt((left**2).mean()) < 0.03
    assert told.correlation.min() > 0.95
    assert told.error_px.max() < 0.05


def test_bright_for_dark_and_a_gain_are_the_same_structure() -> None:
    image = town(400, 400, seed=5)
    scenes = cut(by_fourier(image, 1.3, -0.6), REACH)
    plain, inverted = (matched(cut(image), made) for made in (scenes, 900 - 3 * scenes))
    np.testing.assert_allclose(inverted.offsets, plain.offsets, atol=1e-3)
    np.testing.assert_allclose(inverted.correlation, plain.correlation, atol=1e-3)


def test_the_error_is_larger_where_less_is_alike() -> None:
    image = town(400, 400, seed=5)
    scenes = cut(image, REACH)
    noise = 25 * np.random.default_rng(0).normal(size=scenes.shape)
    clean, noisy = (matched(cut(image), made) for made in (scenes, scenes + noise))
    assert np.median(noisy.error_px) > 3 * np.median(clean.error_px)
    left = np.hypot(*noisy.offsets.T)
    # one standard deviation per axis: the error told and the error made are of one size
    assert 0.3 < np.sqrt((left**2).mean() / 2) / np.median(noisy.error_px) < 3.0


@pytest.mark.parametrize("which", ["template", "scene", "both"])
def test_nothing_to_see_correlates_with_nothing(which: str) -> None:
    image = town(260, 260, seed=1)
    templates, scenes = cut(image), cut(image, REACH)
    if which != "scene":
        templates = np.full_like(templates, 80)
    if which != "template":
        scenes = np.full_like(scenes, 80)
    told = matched(templates, scenes)
    assert (told.correlation == -1).all()
    assert (told.lead == 0).all()
    assert (told.error_px > 90).all()


def test_a_place_at_the_rim_of_what_was_searched_is_not_clear() -> None:
    image = town(400, 400, seed=7)
    told = matched(cut(image), cut(np.roll(image, REACH + 3, axis=1), REACH))
    assert not (told.correlation > 0.9).any()
    at_rim = np.abs(told.offsets).max(axis=1) >= REACH
    assert (told.correlation[at_rim] == -1).all()
    assert (told.lead[at_rim] == 0).all()


def test_a_straight_edge_alone_leads_nothing_along_itself() -> None:
    """A wall is found across it, not along it: no place may be told from it."""
    edge = np.zeros((300, 300), np.float32)
    edge[:, 150:] = 200
    half = WIDE // 2
    template = edge[None, 150 - half : 150 + half, 150 - half : 150 + half]
    half += REACH
    scene = edge[None, 150 - half : 150 + half, 148 - half : 148 + half]
    told = matched(template, scene)
    assert told.correlation[0] < 0.15 or told.lead[0] < 0.01


def test_other_ground_is_less_alike_than_the_same() -> None:
    first, second = town(400, 400, seed=2), rubble(400, 400, seed=9)
    other = matched(cut(first), cut(second, REACH))
    again = matched(cut(first), cut(first + 0.3 * ground(400, 400, seed=1), REACH))
    assert np.median(other.correlation) < 0.15
    assert np.median(again.correlation) > 0.9


def test_structure_is_bounded_and_nought_at_the_rim() -> None:
    planes = structure(town(80, 90, seed=4))
    assert planes.shape == (2, 80, 90)
    assert np.hypot(*planes).max() <= 1.0
    inner = (slice(MARGIN_PX, -MARGIN_PX), slice(MARGIN_PX, -MARGIN_PX))
    assert planes[0][inner].any()
    planes[:, *inner] = 0
    assert not planes.any()


def test_a_picture_that_is_all_rim_has_no_structure() -> None:
    assert not structure(town(40, 40)[:18, :18]).any()


def test_the_angle_is_doubled() -> None:
    """Edges across and along lie opposite; the two diagonals at a right angle to both."""
    y, x = np.mgrid[0:60, 0:60].astype(np.float32)
    waves = [np.sin(0.4 * t) * 50 for t in (x, y, (x + y) / 1.4, (x - y) / 1.4)]
    told = [structure(wave)[:, 15:-15, 15:-15].mean(axis=(1, 2)) for wave in waves]
    unit = [one / np.hypot(*one) for one in told]
    np.testing.assert_allclose(unit, [[1, 0], [-1, 0], [0, 1], [0, -1]], atol=0.02)
