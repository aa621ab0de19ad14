"""From the words of an order to the values that the simulator works with: city, camera, season."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from math import cos, pi

from earthwork.errors import InvalidValue
from earthwork.simulate.camera.sensor import CAMERAS, Camera, Misplacement
from earthwork.simulate.cities.city import City
from earthwork.simulate.cities.city_plan import plan_city
from earthwork.simulate.cities.nahrabad import plan_nahrabad
from earthwork.simulate.cities.styles import STYLES
from earthwork.simulate.landscape import Season
from earthwork.simulate.scenario import NAHRABAD, CityOrder, SceneOrder

_OVERRIDES = (
    "gsd_m", "bands", "bits", "blur_px", "sharpening", "read_noise", "shot_noise", "jpeg_quality",
)  # fmt: skip
_DRIEST_DAY, _GREENEST_DAY, _LEAFIEST_DAY = 225, 95, 200
_YEAR_DAYS = 365.25


def resolve_city(order: CityOrder) -> City:
    """Draw the city that is ordered.

    Parameters
    ----------
    order
        Style, seed and size.

    Returns
    -------
    City
        The same for the same order.

    Raises
    ------
    InvalidValue
        If no style is called so.
    """
    if order.style == NAHRABAD:
        return plan_nahrabad(order.side_m, seed=order.seed)
    if order.style is not None and order.style not in STYLES:
        raise InvalidValue(
            f"no style is called “{order.style}”",
            where="siege.style",
            choices=[NAHRABAD, *STYLES],
        )
    style = None if order.style is None else STYLES[order.style]
    return plan_city(order.side_m, seed=order.seed, style=style, name=order.name)


def resolve_camera(order: SceneOrder) -> Camera:
    """Return the camera of a scene: a preset with what the order changes in it.

    Raises
    ------
    InvalidValue
        If no camera is called so, or the changes make none.
    """
    if order.camera not in CAMERAS:
        raise InvalidValue(
            f"no camera is called “{order.camera}”",
            where=f"scene.{order.id}.camera",
            choices=list(CAMERAS),
        )
    given = {name: getattr(order, name) for name in _OVERRIDES if getattr(order, name) is not None}
    try:
        return replace(CAMERAS[order.camera], **given)
    except InvalidValue as error:
        raise InvalidValue(
            error.what,
            where=f"scene.{order.id}.{error.where}",
            cause=f"it does not fit the rest of “{order.camera}”",
            choices=error.choices,
        ) from error


def resolve_misplacement(order: SceneOrder) -> Misplacement:
    """Return how far the pixels of a scene lie from where its georeference says."""
    return Misplacement(
        shift_x_px=order.shift_px[0],
        shift_y_px=order.shift_px[1],
        rotation_deg=order.rotation_deg,
        local_px=order.local_px,
    )


def resolve_season(order: SceneOrder, *, latitude: float) -> Season:
    """Return the season of a scene: that of its date, with what the order changes in it."""
    changes = {
        field.name: getattr(order.season, field.name)
        for field in fields(order.season)
        if getattr(order.season, field.name) is not None
    }
    return replace(season_of(order.captured, latitude=latitude), **changes)


def season_of(moment: datetime, *, latitude: float) -> Season:
    """Return what the time of year does to dry farmed land.

    A plain yearly course after the calendars of winter-rain farming: soil is palest and rivers are
    lowest in mid-August, crops are greenest in early April, stubble is turned from September to
    December, and trees are bare in January. South of the equator all is half a year later.

    Parameters
    ----------
    moment
        Aware UTC.
    latitude
        Degrees north.

    Returns
    -------
    Season
        Shares and factors.

    Examples
    --------
    >>> from datetime import UTC
    >>> season_of(datetime(2031, 8, 13, tzinfo=UTC), latitude=35.0).soil
    1.0
    >>> season_of(datetime(2031, 1, 20, tzinfo=UTC), latitude=35.0).leaf < 0.7
    True
    """
    day = moment.timetuple().tm_yday + (0.0 if latitude >= 0 else _YEAR_DAYS / 2)
    dry = (1 + cos(2 * pi * (day - _DRIEST_DAY) / _YEAR_DAYS)) / 2
    lush = (1 + cos(2 * pi * (day - _GREENEST_DAY) / _YEAR_DAYS)) / 2
    leafy = (1 + cos(2 * pi * (day - _LEAFIEST_DAY) / _YEAR_DAYS)) / 2
    since_september = (day - 244) % _YEAR_DAYS
    turned = min(since_september / 90, 1.0) if since_september < 210 else 0.0  # noqa: PLR2004 - till sprouting
    return Season(
        soil=round(0.86 + 0.14 * dry, 3),
        ploughed=round(0.7 * turned, 3),
        green=round(0.3 + 0.7 * lush, 3),
        leaf=round(0.55 + 0.45 * min(1.0, 1.6 * leafy), 3),
        river=round(1.15 - 0.2 * dry, 3),
    )
