"""Whether a kind of alteration can be seen at all, in a picture taken so.

Two questions, and both must be answered yes. Can something be *told* from ground that nobody
altered? For that there are detection curves of our own, measured on simulated cities
(``detection_curves``; ``docs/reference/resolvability.md`` says how, and what simulation cannot
tell). Can it be *named*, a berm and not a ploughed strip? For that the pixels across that practice
asks for (``VISIBILITY``): Johnson's criteria as restated for overhead images, two pixels to notice
a line and four to know an outline, and the imagery that damage mapping works from. The sizes are
those of common works (a jersey barrier is 0.6 m wide, a T-wall 1.2 m deep at the foot, a vehicle
berm 3 m at the base).

References
----------
Johnson, J. (1958), Analysis of image forming systems, Image Intensifier Symposium, Fort Belvoir.
Leachtenauer, J. C. et al. (1997), General Image-Quality Equation: GIQE, Applied Optics 36,
doi:10.1364/AO.36.008322.
Myers, K. J. and Barrett, H. H. (1987), Addition of a channel mechanism to the ideal-observer model,
Journal of the Optical Society of America A 4, doi:10.1364/JOSAA.4.002447.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, inf, log

from earthwork.errors import InvalidValue
from earthwork.model.detection import FALSE_ALARMS, DetectionCurve
from earthwork.model.detection_curves import CURVES
from earthwork.model.vocabulary import NEVER_OBSERVABLE, Kind, Seen

MIDDLE_SUN_DEG, HIGH_SUN_DEG, LOW_SUN_DEG = 45.0, 68.0, 22.0
"""Elevations of the sun at which curves were measured."""
MIDDLE_VIEW_DEG, OBLIQUE_VIEW_DEG, MOST_OBLIQUE_VIEW_DEG = 5.0, 15.0, 30.0
"""Angles off nadir at which curves were measured."""
LEAST_VIEW_ELEVATION_DEG = 45.0
"""A sensor lower than this sees walls, not ground: no curve speaks of its pictures."""
LEAST_DETECTION = 0.5
"""Chance of being told from which on a thing counts as one that could have been seen: even odds for
the reader of the simulation, who knows less of what he looks at than a person does."""
FAINTEST = 0.02
"""Least log contrast that is told apart from none."""
MOST_BY_CONDITIONS = 2.0
"""Sun, view and bands change the pixels that are needed by this factor at most: beyond it a shift
of a shallow curve says more of the reader than of the picture."""
HELD_TO_OUTLINE = frozenset({Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED})
"""Kinds for which sun and view do not change what is needed: the reader of the simulation loses a
roof that leans or is shaded out of its outline, which a person does not."""
_RULE_SLOPE = 2.0
_FARTHEST_LOGIT = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What practice asks for, to name one kind."""

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
    Kind.BUILDING_DAMAGED: _needs(8.0, 13.0),
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
"""Size of a common example, and the pixels across that naming it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """What is known of a picture and of the thing looked for; None for what is not known."""

    gsd_m: float
    """Ground sample distance, metres."""
    effective_gsd_m: float | None = None
    """What the picture resolves, metres, where that is coarser than its pixels: enlarged, blurred,
    or crushed by JPEG."""
    sun_elevation_deg: float | None = None
    """Of the sun above the horizon."""
    off_nadir_deg: float | None = None
    """Of the sensor from straight above, seen from the ground."""
    size_m: float | None = None
    """Smallest horizontal dimension of the thing; None for that of a common example."""
    contrast: float | None = None
    """Brightness of the thing over that of the ground beside it, a factor; 1 for none."""
    is_panchromatic: bool | None = None
    """Whether the picture has one band."""

    def __post_init__(self) -> None:
        """Refuse what no picture can have."""
        for name in ("gsd_m", "effective_gsd_m", "size_m", "contrast"):
            value = getattr(self, name)
            if value is not None and not 0 < value < inf:
                raise InvalidValue(f"{name} of {value}", where=name, choices=["above 0"])
        for name in ("sun_elevation_deg", "off_nadir_deg"):
            value = getattr(self, name)
            if value is not None and not -90 <= value <= 90:  # noqa: PLR2004 - a right angle
                raise InvalidValue(f"{name} of {value}", where=name, choices=["-90 to 90 degrees"])

    @property
    def resolved_m(self) -> float:
        """Return what the picture resolves, in metres: the coarser of pixel and effective pixel."""
        return max(self.gsd_m, self.effective_gsd_m or 0.0)


def detection_probability(kind: Kind, viewing: Viewing) -> float:
    """Return the chance that a thing that is there is told from ground that nobody altered.

    That of a reader who knows where to look and compares with an earlier picture, at one false
    alarm in a hundred looks; measured on simulated cities. Conditions that are not known take
    their middle values.

    Parameters
    ----------
    kind
        The kind of alteration.
    viewing
        The picture and, where known, the size and contrast of the thing.

    Returns
    -------
    float
        0 for what no picture shows, and with the sun below the horizon; else from the share of
        false alarms (0.01) up to the ceiling of the kind. Kinds without a curve take one by rule:
        even odds at half of the pixels that practice asks for.

    Examples
    --------
    >>> detection_probability(Kind.TUNNEL, Viewing(gsd_m=0.3))
    0.0
    >>> fine, coarse = Viewing(gsd_m=0.3), Viewing(gsd_m=3.0)
    >>> detection_probability(Kind.BERM, fine) > detection_probability(Kind.BERM, coarse)
    True
    """
    if kind in NEVER_OBSERVABLE or _is_dark(viewing):
        return 0.0
    curve = curve_of(kind)
    index = curve.slope * log(_size_m(kind, viewing) / viewing.resolved_m / curve.half_px)
    index += _shift(curve, viewing)
    bounded = max(min(index, _FARTHEST_LOGIT), -_FARTHEST_LOGIT)
    return FALSE_ALARMS + (curve.ceiling - FALSE_ALARMS) / (1.0 + exp(-bounded))


def curve_of(kind: Kind) -> DetectionCurve:
    """Return the measured curve of a kind, or one by rule where none was measured.

    Raises
    ------
    InvalidValue
        If no picture can show the kind.
    """
    if kind in CURVES:
        return CURVES[kind]
    if kind not in VISIBILITY:
        raise InvalidValue(
            f"no curve tells when a {kind.value} is seen",
            cause="no picture from above can show it",
            choices=sorted(VISIBILITY),
        )
    return DetectionCurve(half_px=VISIBILITY[kind].pixels_across / 2, slope=_RULE_SLOPE)


def _shift(curve: DetectionCurve, viewing: Viewing) -> float:
    """Return by how much conditions move the logit of a curve."""
    shift = _sun_shift(curve, viewing.sun_elevation_deg) + _view_shift(curve, viewing.off_nadir_deg)
    if viewing.is_panchromatic:
        shift += curve.panchromatic
    if viewing.contrast is not None:
        shift += curve.contrast_gain * log(
            max(abs(log(viewing.contrast)), FAINTEST) / curve.usual_contrast
        )
    return shift


def _sun_shift(curve: DetectionCurve, elevation_deg: float | None) -> float:
    if elevation_deg is None:
        return 0.0
    if elevation_deg >= MIDDLE_SUN_DEG:
        return curve.high_sun * _part(elevation_deg, MIDDLE_SUN_DEG, HIGH_SUN_DEG)
    return curve.low_sun * _part(elevation_deg, MIDDLE_SUN_DEG, LOW_SUN_DEG)


def _view_shift(curve: DetectionCurve, off_nadir_deg: float | None) -> float:
    if off_nadir_deg is None:
        return 0.0
    near = _part(abs(off_nadir_deg), MIDDLE_VIEW_DEG, OBLIQUE_VIEW_DEG)
    far = _part(abs(off_nadir_deg), OBLIQUE_VIEW_DEG, MOST_OBLIQUE_VIEW_DEG)
    return curve.oblique * near + (curve.most_oblique - curve.oblique) * far


def _part(value: float, start: float, end: float) -> float:
    """Return how far a value lies between two others, 0 to 1; measured conditions bound it."""
    return min(max((value - start) / (end - start), 0.0), 1.0)


def _size_m(kind: Kind, viewing: Viewing) -> float:
    return VISIBILITY[kind].least_size_m if viewing.size_m is None else viewing.size_m


def _is_dark(viewing: Viewing) -> bool:
    return viewing.sun_elevation_deg is not None and viewing.sun_elevation_deg <= 0


def detection_pixels(kind: Kind, chance: float, viewing: Viewing | None = None) -> float:
    """Return the pixels across at which a thing is told with a chance; infinite if it never is.

    Parameters
    ----------
    kind
        A kind that pictures can show.
    chance
        0.01 to 1.
    viewing
        Conditions, of which sun, view, bands and contrast count; None for the middle ones.

    Raises
    ------
    InvalidValue
        If no picture can show the kind.
    """
    curve = curve_of(kind)
    if chance >= curve.ceiling:
        return inf
    if chance <= FALSE_ALARMS:
        return 0.0
    share = (chance - FALSE_ALARMS) / (curve.ceiling - FALSE_ALARMS)
    shift = _shift(curve, Viewing(gsd_m=1.0) if viewing is None else viewing)
    return curve.half_px * exp((log(share / (1.0 - share)) - shift) / curve.slope)


def pixels_needed(kind: Kind, viewing: Viewing | None = None) -> float:
    """Return the pixels across that seeing a kind takes: enough to tell it, and to name it.

    Raises
    ------
    InvalidValue
        If no picture can show the kind.
    """
    known = Viewing(gsd_m=1.0) if viewing is None else viewing
    middle = replace(known, sun_elevation_deg=None, off_nadir_deg=None, is_panchromatic=None)
    least = resolve_least_detection(kind)
    told = detection_pixels(kind, least, middle)
    if kind not in HELD_TO_OUTLINE:
        factor = detection_pixels(kind, least, known) / told
        told *= min(max(factor, 1.0 / MOST_BY_CONDITIONS), MOST_BY_CONDITIONS)
    return max(told, VISIBILITY[kind].pixels_across)


def resolve_least_detection(kind: Kind) -> float:
    """Return the chance from which on a kind counts as one that could have been seen.

    Even odds; for a kind whose curve never comes up to certainty, half of its ceiling. The reason
    tells how often such a thing is told, which may be seldom.
    """
    return LEAST_DETECTION * curve_of(kind).ceiling


def observability(
    kind: Kind,
    *,
    gsd_m: float | None,
    effective_gsd_m: float | None = None,
    sun_elevation_deg: float | None = None,
    off_nadir_deg: float | None = None,
    size_m: float | None = None,
    contrast: float | None = None,
    is_panchromatic: bool | None = None,
) -> tuple[Seen | None, str]:
    """Say whether a kind can be seen in a picture, and what would do if it cannot.

    Parameters
    ----------
    kind
        The kind asked for.
    gsd_m
        Ground sample distance in metres; None if unknown.
    effective_gsd_m, sun_elevation_deg, off_nadir_deg, size_m, contrast, is_panchromatic
        As for ``Viewing``; None if unknown, for which middle conditions are taken.

    Returns
    -------
    tuple
        ``(None, reason)`` if it can be seen; otherwise ``Seen.NOT_OBSERVABLE`` or
        ``Seen.NOT_ASSESSED`` and the reason.

    Raises
    ------
    InvalidValue
        If a length or the contrast is not above 0, or an angle lies beyond 90 degrees.

    Examples
    --------
    >>> observability(Kind.TUNNEL, gsd_m=0.3)[0]
    <Seen.NOT_OBSERVABLE: 'not_observable'>
    >>> observability(Kind.BERM, gsd_m=0.5)[0] is None
    True
    """
    if kind in NEVER_OBSERVABLE:
        return Seen.NOT_OBSERVABLE, "under the ground: no image from above can show it"
    if gsd_m is None and effective_gsd_m is None:
        return Seen.NOT_ASSESSED, "the pixel size of the image is unknown"
    viewing = Viewing(
        gsd_m=gsd_m or effective_gsd_m or 0.0,
        effective_gsd_m=effective_gsd_m,
        sun_elevation_deg=sun_elevation_deg,
        off_nadir_deg=off_nadir_deg,
        size_m=size_m,
        contrast=contrast,
        is_panchromatic=is_panchromatic,
    )
    hindrance = _unfit(viewing)
    return (Seen.NOT_ASSESSED, hindrance) if hindrance else _resolved(kind, viewing)


def _unfit(viewing: Viewing) -> str | None:
    """Say why no curve speaks of a picture; None if one does."""
    if _is_dark(viewing):
        return "the sun was not above the horizon: nothing is lit"
    if viewing.off_nadir_deg is not None:
        elevation = 90.0 - abs(viewing.off_nadir_deg)
        if elevation < LEAST_VIEW_ELEVATION_DEG:
            return (
                f"the sensor stood {elevation:.0f}° above the horizon: below"
                f" {LEAST_VIEW_ELEVATION_DEG:.0f}° walls hide the ground"
            )
    return None


def _resolved(kind: Kind, viewing: Viewing) -> tuple[Seen | None, str]:
    limit = coarsest_gsd_m(kind, viewing)
    pixel = _spoken_pixel(viewing)
    if viewing.resolved_m > limit:
        return Seen.NOT_OBSERVABLE, (
            f"below resolution: {pixel}, {limit:.2g} m or finer is needed for"
            f" {_spoken_size(kind, viewing)}{_spoken_conditions(kind, viewing, limit)}"
        )
    chance = detection_probability(kind, viewing)
    return None, (
        f"resolvable: {pixel}, {limit:.2g} m would do for {_spoken_size(kind, viewing)}"
        f"{_spoken_conditions(kind, viewing, limit)}; {_spoken_chance(kind, chance)}"
    )


def coarsest_gsd_m(kind: Kind, viewing: Viewing) -> float:
    """Return the coarsest pixel, in metres, with which a kind is seen in given conditions.

    Raises
    ------
    InvalidValue
        If no picture can show the kind.
    """
    return _size_m(kind, viewing) / pixels_needed(kind, viewing)


def _spoken_pixel(viewing: Viewing) -> str:
    if viewing.resolved_m > viewing.gsd_m:
        return f"a pixel is {viewing.gsd_m:.2g} m but resolves {viewing.resolved_m:.2g} m"
    return f"a pixel is {viewing.gsd_m:.2g} m"


def _spoken_size(kind: Kind, viewing: Viewing) -> str:
    return f"{kind.value.replace('_', ' ')} of {_size_m(kind, viewing):.2g} m"


def _spoken_conditions(kind: Kind, viewing: Viewing, limit: float) -> str:
    """Say by how much conditions move the limit, and which were not known."""
    middle = replace(
        viewing, sun_elevation_deg=None, off_nadir_deg=None, is_panchromatic=None, contrast=None
    )
    usual = coarsest_gsd_m(kind, middle)
    moved = f" as it was taken ({usual:.2g} m in middle conditions)"
    told = moved if abs(limit / usual - 1.0) > 0.1 else ""  # noqa: PLR2004 - a tenth
    known = {
        "sun": viewing.sun_elevation_deg,
        "view": viewing.off_nadir_deg,
        "bands": viewing.is_panchromatic,
    }
    unknown = " and ".join(name for name, value in known.items() if value is None)
    return f"{told}; {unknown} unknown, taken for middling" if unknown else told


def _spoken_chance(kind: Kind, chance: float) -> str:
    how = "in simulation" if kind in CURVES else "by rule, not measured,"
    return f"{how} such a thing is told {chance:.0%} of the time"
