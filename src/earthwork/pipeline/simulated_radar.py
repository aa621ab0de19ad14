"""Radar passes over a simulated siege, as files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from earthwork.io.cogs import CogWriter
from earthwork.model.raster import whole
from earthwork.simulate.landscape import Season
from earthwork.simulate.painting.painter import ground_m, prepare
from earthwork.simulate.radar.backscatter import GroundState, weathered
from earthwork.simulate.radar.imaging import RadarImage, RadarOptions, radar_image
from earthwork.simulate.radar.orbit import ASCENDING, DESCENDING, Orbit
from earthwork.simulate.scenario import RadarOrder, Scenario
from earthwork.simulate.siege import Siege, landscape_at_moment, tallest_m

_ORBITS = {"ascending": ASCENDING, "descending": DESCENDING}
_WIND_M_S = 4.0
"""Over water on a usual day; single days and rain are drawn from there."""
_DRY_SOIL, _WET_SOIL = 1.0, 0.86
"""Brightness of bare soil in the driest and the wettest season."""
_DRY_M3, _WET_M3 = 0.06, 0.26


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarTrack:
    """One pass of one orbit."""

    id: str
    """Unique in the scenario: orbit and day."""
    order: RadarOrder
    """The order that it belongs to."""
    moment: datetime
    """When; aware UTC."""


def radar_tracks(scenario: Scenario) -> tuple[RadarTrack, ...]:
    """Return every pass that a scenario orders, in order of time."""
    found = [
        RadarTrack(id=f"{order.orbit}-{moment:%Y%m%d}", order=order, moment=moment)
        for order in scenario.radar
        for moment in order.dates
    ]
    return tuple(sorted(found, key=lambda track: (track.moment, track.id)))


def write_radar(siege: Siege, track: RadarTrack, folder: Path) -> list[Path]:
    """Take one radar picture; write its backscatter (linear power) and what hides the ground."""
    taken = take_radar(siege, track)
    grid = siege.site.grid(taken.spacing_m)
    image = folder / "radar" / f"{track.id}.tif"
    hidden = folder / "truth" / f"radar-hidden-{track.id}.tif"
    for path in (image, hidden):
        path.parent.mkdir(exist_ok=True)
    tags = {"SIMULATED": "yes", "UNIT": "sigma nought, linear power"}
    with CogWriter(image, grid, dtype=np.float32, bands=len(taken.polarisations),
                   band_names=taken.polarisations, tags=tags) as writer:  # fmt: skip
        writer.write(whole(grid), taken.backscatter[:, : grid.height, : grid.width])
    with CogWriter(hidden, grid, dtype=np.uint8, bands=1, is_classes=True,
                   tags={"SIMULATED": "yes"}) as writer:  # fmt: skip
        writer.write(whole(grid), taken.hidden[np.newaxis, : grid.height, : grid.width])
    return [image, hidden]


def take_radar(siege: Siege, track: RadarTrack) -> RadarImage:
    """Return one radar picture of the whole scene."""
    landscape = landscape_at_moment(siege, track.moment)
    seed = siege.scenario.seed
    return radar_image(
        prepare(landscape).surface,
        side_m=siege.site.side_m,
        orbit=orbit_of(track.order),
        moment=track.moment,
        state=weathered(
            ground_state(landscape.season, wind_m_s=_WIND_M_S), moment=track.moment, seed=seed
        ),
        options=RadarOptions(spacing_m=track.order.spacing_m),
        tallest_m=tallest_m(landscape),
        elevation=lambda frame: ground_m(frame, relief_m=siege.city.relief_m, seed=landscape.seed),
        seed=seed,
    )


def orbit_of(order: RadarOrder) -> Orbit:
    """Return the orbit of an order."""
    return replace(_ORBITS[order.orbit], incidence_deg=order.incidence_deg)


def ground_state(season: Season, *, wind_m_s: float) -> GroundState:
    """Return what a season means to a radar.

    Parameters
    ----------
    season
        Time of year: the darker the soil, the moister.
    wind_m_s
        Wind over the water at the pass.

    Examples
    --------
    >>> ground_state(Season(soil=1.0), wind_m_s=3.0).moisture
    0.06
    """
    wet = min(1.0, max(0.0, (_DRY_SOIL - season.soil) / (_DRY_SOIL - _WET_SOIL)))
    return GroundState(
        moisture=round(_DRY_M3 + (_WET_M3 - _DRY_M3) * wet, 4),
        wind_m_s=wind_m_s,
        green=season.green,
        leaf=season.leaf,
    )
