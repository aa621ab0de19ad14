"""Captions compiled from metadata alone: what, where, when, how fine, whose, on which terms."""

from __future__ import annotations

from collections.abc import Sequence

from earthwork.model.scene import Scene
from earthwork.publishing.phrases import capitalised, joined

SIMULATED = "SIMULATED"
"""First word of every caption of a rendered picture."""
_SIDES = {1: ("Picture",), 2: ("Left", "Right")}


def frame_caption(scene: Scene) -> str:
    """Return date, sensor and pixel size of one frame.

    Parameters
    ----------
    scene
        The scene.
    """
    parts = [scene.capture.spoken()]
    if scene.sensor:
        parts.append(scene.sensor)
    parts.append(spoken_gsd(scene.gsd_m))
    return ", ".join(parts)


def spoken_gsd(gsd_m: float | None) -> str:
    """Return the ground sample distance in words.

    Examples
    --------
    >>> spoken_gsd(0.5), spoken_gsd(None)
    ('0.5 m per pixel', 'pixel size unknown')
    """
    return "pixel size unknown" if gsd_m is None else f"{gsd_m:.2g} m per pixel"


def credit_line(scenes: Sequence[Scene]) -> str:
    """Return who is to be credited for the pictures and on which terms, each once."""
    named = dict.fromkeys(f"{s.licence.credit} ({s.licence.terms})" for s in scenes)
    return "; ".join(named)


def plate_caption(what: str, *, scenes: Sequence[Scene], place: str | None = None) -> str:
    """Return the caption of a plate of one frame or two.

    Parameters
    ----------
    what
        What the plate shows, in a clause.
    scenes
        The scenes of its frames, from left to right.
    place
        Where; None if it is not known.

    Examples
    --------
    >>> plate_caption("a road", scenes=(), place="Town")
    'A road, Town. No picture.'
    """
    first = f"{SIMULATED}. " if any(s.is_simulated for s in scenes) else ""
    headline = joined_place(capitalised(what), place)
    if not scenes:
        return f"{headline}. No picture."
    sides = _SIDES.get(len(scenes), tuple(f"Frame {n}" for n in range(1, len(scenes) + 1)))
    frames = "; ".join(
        f"{side}: {frame_caption(scene)}" for side, scene in zip(sides, scenes, strict=True)
    )
    return f"{first}{headline}. {frames}. Credit: {credit_line(scenes)}."


def joined_place(what: str, place: str | None) -> str:
    """Return what with where, if where is known and not said already."""
    return what if not place or place in what else f"{what}, {place}"


def alt_text(what: str, *, scenes: Sequence[Scene], things: Sequence[str]) -> str:
    """Return what a reader who cannot see the plate should know.

    Parameters
    ----------
    what
        What the plate shows.
    scenes
        The scenes of its frames.
    things
        What is outlined, each in a clause.
    """
    dates = joined([s.capture.spoken() for s in scenes])
    pictures = "Satellite picture" if len(scenes) == 1 else "Satellite pictures side by side"
    marked = f" Outlined: {joined(list(things))}." if things else " Nothing is outlined."
    first = f"{SIMULATED}. " if any(s.is_simulated for s in scenes) else ""
    return f"{first}{pictures}: {what} ({dates}).{marked}"
