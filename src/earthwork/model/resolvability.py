"""Whether a kind of alteration can be seen at all at a given pixel size.

First table: the least dimension of each kind, and how many pixels across it must be. The sizes are
those of common works (a jersey barrier is 0.6 m wide, a T-wall 1.2 m deep at the foot; a vehicle
berm 3 m at the base); the pixel counts follow Johnson's criteria as restated for overhead images
(two pixels to detect a line, four to recognise an outline), not measurements of ours.

References
----------
Johnson, J. (1958), Analysis of image forming systems; NIIRS rating scale, IRARS (1996).
"""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.vocabulary import NEVER_OBSERVABLE, Kind, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What is needed to see one kind."""

    least_size_m: float
    """Smallest dimension of a common example, in metres."""
    pixels_across: float
    """Pixels that this dimension must span."""

    @property
    def coarsest_gsd_m(self) -> float:
        """Return the coarsest ground sample distance that still shows it, in metres."""
        return self.least_size_m / self.pixels_across


def _needs(least_size_m: float, pixels_across: float) -> Visibility:
    return Visibility(least_size_m=least_size_m, pixels_across=pixels_across)


VISIBILITY: dict[Kind, Visibility] = {
    Kind.BUILDING_RAZED: _needs(8.0, 4.0),
    Kind.BUILDING_DESTROYED: _needs(8.0, 8.0),
    Kind.BUILDING_DAMAGED: _needs(3.0, 5.0),
    Kind.NEW_BUILDING: _needs(8.0, 4.0),
    Kind.GROUND_CLEARED: _needs(40.0, 4.0),
    Kind.BERM: _needs(3.0, 2.0),
    Kind.EARTH_MOUND: _needs(3.0, 3.0),
    Kind.TRENCH: _needs(2.0, 2.0),
    Kind.DITCH_WATER: _needs(4.0, 2.0),
    Kind.WALL: _needs(1.2, 1.0),
    Kind.BARRIER_ROW: _needs(1.2, 1.5),
    Kind.ROADBLOCK: _needs(3.0, 4.0),
    Kind.RUBBLE_ON_ROAD: _needs(4.0, 4.0),
    Kind.OBSTRUCTION_OTHER: _needs(3.0, 4.0),
    Kind.BARRIER_STAGED: _needs(1.2, 1.5),
    Kind.CRATER: _needs(5.0, 4.0),
    Kind.BRIDGE_DESTROYED: _needs(8.0, 4.0),
    Kind.GATE: _needs(4.0, 4.0),
    Kind.CHECKPOINT: _needs(4.0, 4.0),
    Kind.CAMP: _needs(40.0, 4.0),
}


def observability(kind: Kind, *, gsd_m: float | None) -> tuple[Seen | None, str]:
    """Say whether a kind can be seen at a ground sample distance.

    Parameters
    ----------
    kind
        The kind asked for.
    gsd_m
        Ground sample distance in metres; None if unknown.

    Returns
    -------
    tuple
        ``(None, reason)`` if it can be seen; otherwise ``Seen.NOT_OBSERVABLE`` or
        ``Seen.NOT_ASSESSED`` and the reason.

    Examples
    --------
    >>> observability(Kind.TUNNEL, gsd_m=0.3)[0]
    <Seen.NOT_OBSERVABLE: 'not_observable'>
    >>> observability(Kind.BERM, gsd_m=0.5)[0] is None
    True
    """
    if kind in NEVER_OBSERVABLE:
        return Seen.NOT_OBSERVABLE, "under the ground: no image from above can show it"
    if gsd_m is None:
        return Seen.NOT_ASSESSED, "the pixel size of the image is unknown"
    limit = VISIBILITY[kind].coarsest_gsd_m
    if gsd_m > limit:
        return (
            Seen.NOT_OBSERVABLE,
            f"below resolution: a pixel is {gsd_m:.2g} m, {limit:.2g} m or finer is needed",
        )
    return None, f"resolvable: a pixel is {gsd_m:.2g} m, {limit:.2g} m would do"
