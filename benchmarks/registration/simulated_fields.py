"""Simulated pairs of known displacement: local distortion, lean, moved shadows, razed ground.

The before-picture lies where it says; the after-picture is misplaced by a shift, a turn and a
smooth local distortion that the simulator knows. Both are laid on the ground, so that level ground
has no displacement of its own and only what stands on it leans.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np
from trials import Field, Mask, Picture, Trial, at

from earthwork.simulate.camera.photograph import Plan, SeenThrough, picture
from earthwork.simulate.camera.sensor import displacement
from earthwork.simulate.painting.painter import Painter, prepare
from earthwork.simulate.painting.surface import Frame
from earthwork.simulate.scenario import CityOrder, Do, Event, Scenario, SceneOrder, Where
from earthwork.simulate.siege import Siege, build_siege, landscape_of, plan_of, tallest_m
from earthwork.simulate.truths.polygon_fill import PixelWindow
from earthwork.simulate.truths.truth import label_raster

SIDE_M, GSD_M = 400.0, 0.5
_RIM_PX = 64
_FLAT_M, _SAME_M, _RISING_M = 0.3, 0.15, 0.5
_MORNING, _AFTERNOON = (
    datetime(2024, 4, 10, 6, 0, tzinfo=UTC),
    datetime(2024, 10, 20, 11, 30, tzinfo=UTC),
)
_ALIKE = datetime(2024, 4, 18, 6, 5, tzinfo=UTC)
_RAZED = Event(
    id="razed", do=Do.RAZE, begun=datetime(2024, 4, 12, tzinfo=UTC),
    done=datetime(2024, 4, 15, tzinfo=UTC), share=1.0,
    where=Where(polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.7), (0.2, 0.7)), unit="share"),
)  # fmt: skip
_LEANING = {"view_azimuth_deg": 290.0, "view_elevation_deg": 64.0}


def _after(captured: datetime, **angles: float) -> SceneOrder:
    return SceneOrder(
        id="after", captured=captured, shift_px=(14.4, -9.7), rotation_deg=0.15, local_px=1.5,
        **angles,
    )  # fmt: skip


CASES = {
    "local distortion": (_after(_ALIKE), ()),
    "and lean": (_after(_ALIKE, **_LEANING), ()),
    "and moved shadows": (_after(_AFTERNOON), ()),
    "and 30 % razed": (_after(_ALIKE), (_RAZED,)),
    "all of these": (_after(_AFTERNOON, **_LEANING), (_RAZED,)),
}
"""Each with local distortion; 'razed' razes every building on 30 % of the frame."""


def simulated_trials(style: str, seed: int, cases: list[str]) -> Iterator[Trial]:
    """Yield one pair per case, all of one city, in one before-picture."""
    before = SceneOrder(id="before", captured=_MORNING)
    taken: tuple[Picture, Mask] | None = None
    for case in cases:
        after, events = CASES[case]
        siege = build_siege(_ordered(style, seed, (before, after), events))
        painters = [prepare(landscape_of(siege, scene)) for scene in siege.scenes]
        if taken is None:
            taken = _taken(siege, before, painters[0])[:2]
        pixels, hidden, plan = _taken(siege, after, painters[1])
        truth = true_displacement(plan)
        yield Trial(
            name=f"{style} {seed}, {case}",
            before=taken[0],
            after=pixels,
            has_data=np.ones(pixels.shape[:2], bool),
            truth=truth,
            counts=_unchanged(siege, painters) & ~taken[1] & _shown(truth, ~hidden),
        )


def _ordered(
    style: str, seed: int, scenes: tuple[SceneOrder, ...], events: tuple[Event, ...]
) -> Scenario:
    scenes = tuple(replace(scene, camera="press-jpeg", gsd_m=GSD_M) for scene in scenes)
    return Scenario(
        title="known field", seed=seed, city=CityOrder(side_m=SIDE_M, style=style, seed=seed),
        scenes=scenes, events=events,
    )  # fmt: skip


def _taken(siege: Siege, scene: SceneOrder, painter: Painter) -> tuple[Picture, Mask, Plan]:
    """Return the pixels, where the ground is hidden, and the plan."""
    order = next(one for one in siege.scenes if one.id == scene.id)
    plan = plan_of(siege, order, tallest=tallest_m(landscape_of(siege, order)))
    pixels, conditions = picture(painter.surface, plan, workers=1)
    hidden = (conditions & (SeenThrough.OCCLUDED | SeenThrough.CLOUD)) > 0
    colours = np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
    return np.repeat(colours, 3 // colours.shape[2], axis=2), hidden, plan


def true_displacement(plan: Plan) -> Field:
    """Return where each place of the ground, (2, row, column), lies in a misplaced picture.

    The simulator says of each pixel of the picture whose ground it shows; this is its inverse.
    """
    side = plan.side_px
    grown = side + 2 * _RIM_PX
    frame = Frame(
        side_m=plan.side_m, fine_m=plan.camera.gsd_m, row0=-_RIM_PX, column0=-_RIM_PX, rows=grown,
        columns=grown,
    )  # fmt: skip
    shown = displacement(plan.misplacement, frame, seed=plan.seed)
    y, x = np.mgrid[0:side, 0:side].astype(np.float64) + _RIM_PX
    moved = np.zeros((2, side, side))
    for _ in range(12):
        moved = at(shown, x + moved[0], y + moved[1])
    return moved


def _shown(truth: Field, plain: Mask) -> Mask:
    """Return where the place in the after-picture lies in its frame, in plain view."""
    side = plain.shape[0]
    y, x = np.mgrid[0:side, 0:side] + truth[::-1]
    inside = (x >= 0) & (y >= 0) & (x <= side - 1) & (y <= side - 1)
    where = x.astype(np.float32), y.astype(np.float32)
    return inside & (cv2.remap(plain.astype(np.uint8), *where, cv2.INTER_NEAREST) > 0)


def _unchanged(siege: Siege, painters: list[Painter]) -> Mask:
    """Return where level ground, without anything on it, is the same on both dates."""
    side = round(SIDE_M / GSD_M)
    frame = Frame(side_m=SIDE_M, fine_m=GSD_M, row0=0, column0=0, rows=side, columns=side)
    then, now = (painter.surface(frame) for painter in painters)
    window = PixelWindow.of_scene(side_m=SIDE_M, gsd_m=GSD_M)
    labels = [label_raster(siege.deeds, one.captured, window=window) for one in siege.scenes]
    kernel = np.ones((31, 31), np.uint8)
    rising = then.soft_m - cv2.GaussianBlur(cv2.erode(then.soft_m, kernel), (0, 0), 8)
    return (
        (labels[0] == labels[1])
        & (np.maximum(then.solid_m, now.solid_m) < _FLAT_M)
        & (np.abs(then.soft_m - now.soft_m) < _SAME_M)
        & (rising < _RISING_M)
    )
