"""Simulated pairs drawn by chance, as the real pairs come: three bands, aligned by a shift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from real_pictures import Pair

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.chance import draw_siege
from earthwork.simulate.camera.photograph import picture
from earthwork.simulate.painting.painter import prepare
from earthwork.simulate.scenario import SceneOrder
from earthwork.simulate.siege import Siege, landscape_of, plan_of, tallest_m
from earthwork.simulate.site import find_site
from earthwork.simulate.truths.polygon_fill import PixelWindow
from earthwork.simulate.truths.truth import KIND_CODES, label_raster

SIDE_M = 360.0
GSD_M = 0.45
RESIDUAL_PX = 1.2
"""What a shift leaves of misplacement, as in the real pairs, standard deviation."""
DESTROYED = [KIND_CODES[kind] for kind in (Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED)]


def simulated_pairs(count: int, *, first_seed: int) -> Iterator[Pair]:
    """Yield pairs of different cities in styles that are not held out."""
    for seed in range(first_seed, first_seed + count):
        yield simulated_pair(seed)


def simulated_pair(seed: int, *, side_m: float = SIDE_M) -> Pair:
    """Take both pictures of a siege drawn by chance, in colour, as pictures of the press come."""
    drawn = draw_siege(seed, side_m=side_m, gsd_m=GSD_M)
    order = drawn.scenario.city
    scenes = tuple(_as_delivered(scene, seed) for scene in drawn.scenario.scenes)
    scenario = replace(drawn.scenario, scenes=scenes)
    site = find_site(side_m=side_m, longitude=order.longitude, latitude=order.latitude)
    siege = Siege(scenario=scenario, site=site, city=drawn.city, chronicle=drawn.chronicle)
    before, after = (_taken(siege, scene) for scene in siege.scenes)
    window = PixelWindow.of_scene(side_m=side_m, gsd_m=GSD_M)
    then, now = (
        np.isin(label_raster(siege.deeds, scene.captured, window=window), DESTROYED)
        for scene in siege.scenes
    )
    return Pair(
        name=f"simulated/{seed}",
        city=drawn.city.style,
        before=before,
        after=after,
        destroyed=as_hand_drawn(now & ~then),
    )


def _as_delivered(scene: SceneOrder, seed: int) -> SceneOrder:
    rng = np.random.default_rng([seed, *scene.id.encode()])
    x, y = rng.normal(0, RESIDUAL_PX, 2) if scene.shift_px != (0.0, 0.0) else (0.0, 0.0)
    return replace(
        scene, camera="press-jpeg", bands=None, bits=None, gsd_m=GSD_M,
        jpeg_quality=int(rng.integers(70, 95)), rotation_deg=0.0, cloud_cover=0.0,
        shift_px=(round(float(x), 2), round(float(y), 2)),
    )  # fmt: skip


def _taken(siege: Siege, scene: SceneOrder) -> NDArray[np.uint8]:
    landscape = landscape_of(siege, scene)
    plan = plan_of(siege, scene, tallest=tallest_m(landscape))
    pixels, _ = picture(prepare(landscape).surface, plan)
    return np.ascontiguousarray(np.moveaxis(pixels, 0, -1))


def as_hand_drawn(destroyed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Merge buildings into blocks with generous edges, as a hand draws them on the real pairs."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (25, 25))
    closed = cv2.morphologyEx(destroyed.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    grown = cv2.dilate(closed, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    return np.asarray(grown, bool)
