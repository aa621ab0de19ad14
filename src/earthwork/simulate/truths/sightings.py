"""Whether each deed can be seen in each picture: the four answers that are never merged.

Asked in this order, the first that applies being the answer: can any picture show its kind; does
it lie in the picture; is it large enough for the pixel; is enough of its ground in view; does it
stand out from the noise; is it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from earthwork.errors import GridMismatch
from earthwork.model.resolvability import VISIBILITY, observability
from earthwork.model.vocabulary import NEVER_OBSERVABLE, Kind, Seen
from earthwork.simulate.alterations.works import done_geometry
from earthwork.simulate.camera.photograph import SeenThrough
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.truths.polygon_fill import PixelWindow, covered
from earthwork.simulate.truths.truth import Stage, ground_covered, stage_of

HIDING: dict[str, int] = {
    "cloud": SeenThrough.CLOUD,
    "cloud shadow": SeenThrough.CLOUD_SHADOW,
    "cast shadow": SeenThrough.CAST_SHADOW,
    "lean": SeenThrough.OCCLUDED,
}
"""Bits of the condition raster that hide the ground, and what hides it."""

_WORDS = {
    "cloud": "under cloud",
    "cloud shadow": "in a cloud's shadow",
    "cast shadow": "in another thing's shadow",
    "lean": "behind something tall",
}

_OWN = frozenset({"cast shadow", "lean"})
"""What a work with relief does to itself."""

_STANDING = frozenset({Kind.BUILDING_DAMAGED, Kind.NEW_BUILDING})
"""Kinds as high as what would shade them: roofs and walls stand in the light, whatever the street
and the rooms below lie in."""

_SELF_SHADING = frozenset(
    {
        Kind.BERM, Kind.EARTH_MOUND, Kind.TRENCH, Kind.DITCH_WATER, Kind.WALL, Kind.BARRIER_ROW,
        Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD, Kind.OBSTRUCTION_OTHER, Kind.BARRIER_STAGED,
        Kind.CRATER, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED, Kind.NEW_BUILDING,
    }
)  # fmt: skip
"""Kinds with relief: their own shadow is how they are seen, not what hides them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingOptions:
    """When a deed counts as seen."""

    least_clear: float = 0.5
    """Share of its ground that must be in view."""
    least_contrast_to_noise: float = 1.0
    """Difference from the ground beside it over the noise of one pixel."""
    beside_m: float = 4.0
    """How far around a work with relief shadow must lie for it to be another's shadow."""


DEFAULTS = SightingOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One picture as far as seeing is concerned."""

    scene: str
    """Id of the scene."""
    moment: datetime
    """When it was taken; aware UTC."""
    window: PixelWindow
    """The ground that its pixels show."""
    conditions: NDArray[np.uint8] | None = None
    """Dims (row, column) of the window, flags; None if nothing hides anything."""
    hiding: Mapping[str, int] = field(default_factory=lambda: HIDING)
    """What the flags mean that hide the ground; other flags are passed over."""
    noise: float = 0.0
    """Standard deviation of one pixel as a share of the ground's brightness."""
    sun_azimuth_deg: float | None = None
    """Direction of the sun; None if unknown: then all around a work is looked at for shade."""
    view_azimuth_deg: float | None = None
    """Direction to the sensor; None if unknown, or straight above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Whether one deed is to be seen in one picture."""

    deed: str
    """Id of the deed."""
    scene: str
    """Id of the scene."""
    seen: Seen
    """One of four answers."""
    reason: str
    """Why, in one clause."""
    pixels_across: float | None
    """Pixels that its smallest dimension spans; None for what no picture can show."""
    clear_share: float
    """Share of its ground that is in view, 0 to 1; 0 outside the picture."""

    def values(self) -> dict[str, str | float | None]:
        """Return it as plain values for a table."""
        across = self.pixels_across
        return {
            "deed": self.deed,
            "scene": self.scene,
            "seen": str(self.seen),
            "reason": self.reason,
            "pixels_across": None if across is None else round(across, 3),
            "clear_share": round(self.clear_share, 4),
        }


def sight(
    deeds: Iterable[Deed],
    looks: Iterable[Look],
    *,
    contrasts: Mapping[str, float] | None = None,
    options: SightingOptions = DEFAULTS,
) -> tuple[Sighting, ...]:
    """Say of each deed in each picture whether it is to be seen.

    Parameters
    ----------
    deeds
        All that was done.
    looks
        The pictures.
    contrasts
        Brightness of flat works against the ground beside them, a factor, by id of deed; works
        not named are taken to stand out, as those with relief do by their shading.
    options
        When a deed counts as seen.

    Returns
    -------
    tuple of Sighting
        By picture, then in the order of the deeds. ``SEEN``: some of it is there and can be seen.
        ``NOT_SEEN``: it could be seen, and is not there. ``NOT_OBSERVABLE``: under the ground, too
        small, or lost in the noise. ``NOT_ASSESSED``: outside, or hidden.

    Raises
    ------
    GridMismatch
        If conditions do not have the shape of their window.
    """
    known = {} if contrasts is None else contrasts
    all_deeds = tuple(deeds)
    return tuple(
        _sighting(deed, look, contrast=known.get(deed.id), options=options)
        for look in looks
        for deed in (all_deeds if _fits(look) else ())
    )


def _fits(look: Look) -> bool:
    shape = (look.window.rows, look.window.columns)
    if look.conditions is not None and look.conditions.shape != shape:
        raise GridMismatch(
            f"conditions of {look.conditions.shape} pixels for a picture of {shape}",
            where=look.scene,
            cause="the raster of conditions belongs to another scene or window",
        )
    return True


def _sighting(
    deed: Deed, look: Look, *, contrast: float | None, options: SightingOptions
) -> Sighting:
    if deed.kind in NEVER_OBSERVABLE:
        reason = observability(deed.kind, gsd_m=look.window.gsd_m)[1]
        return _answer(deed, look, Seen.NOT_OBSERVABLE, reason)
    across = pixels_across(deed, gsd_m=look.window.gsd_m)
    clear, hidden_by = _clear_share(deed, look, options)
    seen, reason = (
        _if_outside(clear, hidden_by, options)
        or _if_too_small(deed, look, across)
        or _if_hidden(clear, hidden_by, options)
        or _if_faint(deed, look, contrast, options)
        or _if_there(deed, look, clear, hidden_by)
    )
    return Sighting(
        deed=deed.id, scene=look.scene, seen=seen, reason=reason, pixels_across=across,
        clear_share=clear,
    )  # fmt: skip


def _answer(deed: Deed, look: Look, seen: Seen, reason: str) -> Sighting:
    return Sighting(
        deed=deed.id,
        scene=look.scene,
        seen=seen,
        reason=reason,
        pixels_across=None,
        clear_share=0.0,
    )


def pixels_across(deed: Deed, *, gsd_m: float) -> float:
    """Return how many pixels the smallest dimension of a deed spans."""
    if deed.least_m is not None:
        return deed.least_m / gsd_m
    return VISIBILITY[_looks_like(deed)].least_size_m / gsd_m


def _looks_like(deed: Deed) -> Kind:
    # A building that only keeps its state must be made out as a building.
    return Kind.NEW_BUILDING if deed.kind is None else deed.kind


_Verdict = tuple[Seen, str] | None


def _if_outside(clear: float, hidden_by: Mapping[str, float], options: SightingOptions) -> _Verdict:
    outside = hidden_by.get("outside", 0.0)
    if outside < 1 - options.least_clear or clear >= options.least_clear:
        return None
    told = "outside the picture" if outside >= 1 else f"{outside:.0%} of it outside the picture"
    return Seen.NOT_ASSESSED, told


def _if_too_small(deed: Deed, look: Look, across: float) -> _Verdict:
    needed = VISIBILITY[_looks_like(deed)].pixels_across
    if across >= needed:
        return None
    pixel = f"{look.window.gsd_m:.2g} m"
    return (
        Seen.NOT_OBSERVABLE,
        f"below resolution: {across:.2g} pixels of {pixel} across, {needed:.2g} are needed",
    )


def _if_hidden(clear: float, hidden_by: Mapping[str, float], options: SightingOptions) -> _Verdict:
    if clear >= options.least_clear:
        return None
    return Seen.NOT_ASSESSED, f"hidden: {_spoken(hidden_by)}"


def _if_faint(deed: Deed, look: Look, contrast: float | None, options: SightingOptions) -> _Verdict:
    if contrast is None or deed.kind in _SELF_SHADING or look.noise == 0:
        return None
    difference = abs(contrast - 1)
    if difference >= options.least_contrast_to_noise * look.noise:
        return None
    return (
        Seen.NOT_OBSERVABLE,
        f"contrast below noise: {difference:.1%} against {look.noise:.1%} of a pixel",
    )


def _if_there(
    deed: Deed, look: Look, clear: float, hidden_by: Mapping[str, float]
) -> tuple[Seen, str]:
    stage, share = stage_of(deed, look.moment)
    partly = "" if clear >= 1 else f"; partly hidden: {_spoken(hidden_by)}"
    if deed.kind is None:
        return Seen.NOT_SEEN, f"in view, nothing about it has changed{partly}"
    if stage is Stage.PRESENT:
        return Seen.SEEN, f"there and in view{partly}"
    if stage is Stage.UNDER_WAY:
        return Seen.SEEN, f"under way, {share:.0%} done{partly}"
    told = "removed before the picture" if stage is Stage.UNDONE else "not begun when it was taken"
    return Seen.NOT_SEEN, f"{told}{partly}"


def _spoken(hidden_by: Mapping[str, float]) -> str:
    ordered = sorted(hidden_by.items(), key=lambda item: -item[1])
    return ", ".join(
        f"{share:.0%} {_WORDS.get(what, what)}" for what, share in ordered if share > 0
    )


def _clear_share(
    deed: Deed, look: Look, options: SightingOptions
) -> tuple[float, dict[str, float]]:
    """Return the share of a deed's ground in view, and what hides how much of the rest.

    Of a deed that is there the part that is done counts, else the place that it would take.
    """
    is_there = stage_of(deed, look.moment)[1] > 0
    part = done_geometry(deed, look.moment) if is_there else deed.geometry
    ground = ground_covered(part, deed, least_m=look.window.gsd_m)
    near = look.window.around(ground)
    own = covered(ground, window=near)
    if not own.any():
        # Smaller than a pixel: the one that it lies in speaks for it.
        own[own.shape[0] // 2, own.shape[1] // 2] = True
    flags, inside = _window_of(look, near)
    total = int(own.sum())
    hidden = {"outside": float((own & ~inside).sum()) / total}
    lost = own & ~inside
    for what, bit in look.hiding.items():
        hides = own & inside & ((flags & bit) > 0)
        if what == "cast shadow" and deed.kind in _STANDING:
            continue
        if deed.kind in _SELF_SHADING and what in _OWN:
            hides &= _comes_from_without(ground, look, what, options)
        hidden[what] = float(hides.sum()) / total
        lost |= hides
    return 1.0 - float(lost.sum()) / total, hidden


def _window_of(look: Look, near: PixelWindow) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the flags in a window that may reach beyond the picture, and what lies within."""
    flags = np.zeros((near.rows, near.columns), dtype=np.uint8)
    inside = np.zeros(flags.shape, dtype=np.bool_)
    row, column = near.row0 - look.window.row0, near.column0 - look.window.column0
    rows = slice(max(0, -row), max(0, min(near.rows, look.window.rows - row)))
    columns = slice(max(0, -column), max(0, min(near.columns, look.window.columns - column)))
    inside[rows, columns] = True
    if look.conditions is not None:
        flags[rows, columns] = look.conditions[
            rows.start + row : rows.stop + row, columns.start + column : columns.stop + column
        ]
    return flags, inside


def _comes_from_without(
    ground: BaseGeometry, look: Look, what: str, options: SightingOptions
) -> bool:
    """Tell whether what hides a work with relief is another thing's shadow or lean, not its own.

    A work's own shadow falls away from the sun, its own lean away from the sensor: another's comes
    in over the strip of ground on the near side, which the work itself leaves clear.
    """
    towards = look.sun_azimuth_deg if what == "cast shadow" else look.view_azimuth_deg
    strip = _strip_beside(ground, look, towards, options)
    near = look.window.around(strip)
    flags, inside = _window_of(look, near)
    beside = covered(strip, window=near) & inside
    return bool(beside.any()) and float(((flags & look.hiding[what]) > 0)[beside].mean()) > 1 / 2


def _strip_beside(
    ground: BaseGeometry, look: Look, towards_deg: float | None, options: SightingOptions
) -> BaseGeometry:
    gsd_m = look.window.gsd_m
    far, rim = options.beside_m + gsd_m, ground.buffer(gsd_m)
    if towards_deg is None:
        return ground.buffer(far).difference(rim)
    turn = radians(towards_deg)
    return translate(ground, far * sin(turn), far * cos(turn)).difference(rim)
