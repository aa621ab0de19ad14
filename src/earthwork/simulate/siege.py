"""A scenario brought to life: the city, what was done to it, and its ground at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from earthwork.model.scene import Angles
from earthwork.simulate.alterations.timeline import Chronicle, landscape_at, unfold
from earthwork.simulate.camera.photograph import Plan, plan_photograph
from earthwork.simulate.camera.weather import Atmosphere
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import City
from earthwork.simulate.landscape import Landscape
from earthwork.simulate.orders import (
    resolve_camera,
    resolve_city,
    resolve_misplacement,
    resolve_season,
)
from earthwork.simulate.ordinary.everyday import everyday_truth, with_things
from earthwork.simulate.ordinary.things import Thing
from earthwork.simulate.reporting.reports import SimulatedReport, write_reports
from earthwork.simulate.scenario import Scenario, SceneOrder
from earthwork.simulate.site import Site, find_site

_OVER_ROOFS_M = 6.0
"""What stands on roofs, and the swell of the ground over the reach of a shadow."""
_EVERYDAY_SEED, _NOISE_SEED, _CLOUD_SEED = 11, 12, 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Siege:
    """A simulated siege. Geometry is in local metres; the site says where they lie."""

    scenario: Scenario
    """As ordered."""
    site: Site
    """Where it lies."""
    city: City
    """Before anything was done to it."""
    chronicle: Chronicle
    """What was done."""

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """Return everything that was done, in order of time."""
        return self.chronicle.deeds

    @property
    def scenes(self) -> tuple[SceneOrder, ...]:
        """Return the pictures to take, in order of time."""
        return tuple(sorted(self.scenario.scenes, key=lambda scene: scene.captured))

    @property
    def moments(self) -> Mapping[str, datetime]:
        """Return the moment of each scene, by id."""
        return {scene.id: scene.captured for scene in self.scenes}


def build_siege(scenario: Scenario) -> Siege:
    """Plan the city and do to it what the scenario orders; no picture is taken yet.

    Parameters
    ----------
    scenario
        The order.

    Returns
    -------
    Siege
        The same for the same scenario.

    Raises
    ------
    InvalidValue
        If the scenario names a style, a place or a camera that there is none of, or a picture
        would be taken at night.
    """
    order = scenario.city
    site = find_site(side_m=order.side_m, longitude=order.longitude, latitude=order.latitude)
    for scene in scenario.scenes:
        resolve_camera(scene)
        site.sun(scene.captured, where=f"scene.{scene.id}.captured")
    city = resolve_city(order)
    return Siege(scenario=scenario, site=site, city=city, chronicle=unfold(scenario, city))


def landscape_of(siege: Siege, scene: SceneOrder) -> Landscape:
    """Return the ground at a scene, with everything that passes through a city every day."""
    return landscape_and_things(siege, scene)[0]


def landscape_at_moment(siege: Siege, moment: datetime) -> Landscape:
    """Return the ground at any moment, aware UTC, in the season of its date."""
    return landscape_of(siege, SceneOrder(id="moment", captured=moment))


def landscape_and_things(siege: Siege, scene: SceneOrder) -> tuple[Landscape, tuple[Thing, ...]]:
    """Return the ground at a scene, and what of it passes through any city: the decoys."""
    works, order = _works(siege, scene), siege.scenario.everyday
    things = everyday_truth(works, order, **_everyday(siege.scenario))
    return with_things(works, things), things


def _works(siege: Siege, scene: SceneOrder) -> Landscape:
    season = resolve_season(scene, latitude=siege.site.latitude)
    return landscape_at(siege.city, siege.chronicle, scene.captured, season=season)


def _everyday(scenario: Scenario) -> dict[str, Any]:
    """Return the seed of ordinary things and the date that their lives are counted from."""
    return {"seed": _own_seed(scenario.seed, _EVERYDAY_SEED), "first": scenario.moments[0]}


def tallest_m(landscape: Landscape) -> float:
    """Return a height above the ground that nothing in a landscape exceeds."""
    roofs = [b.footprint.height_m + b.footprint.parapet_m for b in landscape.buildings]
    things = [block.height_m for block in landscape.blocks]
    trees = landscape.city.trees[:, 3]
    highest = max([0.0, *roofs, *things, float(trees.max(initial=0.0))])
    return highest + _OVER_ROOFS_M


def plan_of(siege: Siege, scene: SceneOrder, *, tallest: float) -> Plan:
    """Return how a picture is taken.

    Parameters
    ----------
    siege
        The siege.
    scene
        The picture.
    tallest
        Height that nothing exceeds, metres.
    """
    seed = siege.scenario.seed
    return plan_photograph(
        side_m=siege.site.side_m,
        camera=resolve_camera(scene),
        sun=siege.site.sun(scene.captured),
        view=Angles(azimuth_deg=scene.view_azimuth_deg, elevation_deg=scene.view_elevation_deg),
        atmosphere=Atmosphere(
            haze=scene.haze,
            cloud_cover=scene.cloud_cover,
            seed=_own_seed(seed, _CLOUD_SEED, scene.id),
        ),
        misplacement=resolve_misplacement(scene),
        tallest_m=tallest,
        seed=_own_seed(seed, _NOISE_SEED, scene.id),
    )


def reports_of(siege: Siege) -> tuple[SimulatedReport, ...]:
    """Return the reports of a siege, with their truth."""
    scenario = siege.scenario
    return write_reports(
        siege.deeds,
        city=siege.city,
        scenes=list(siege.moments.items()),
        order=scenario.reports,
        explicit=scenario.explicit,
        seed=scenario.seed,
    )


def _own_seed(seed: int, *parts: int | str) -> int:
    """Return a seed of its own for one use, so that no two uses share their chances."""
    numbers = [n for part in parts for n in (part.encode() if isinstance(part, str) else [part])]
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0])
