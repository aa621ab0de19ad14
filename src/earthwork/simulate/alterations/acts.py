"""What each kind of event does to a city: one table from the words of a scenario to the works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from earthwork.model.vocabulary import Kind
from earthwork.simulate.alterations.barriers import (
    bar_roads,
    build_wall,
    set_row,
    stage_blocks,
    strew_rubble,
)
from earthwork.simulate.alterations.demolition import clear, drop_bridge, raze, shell
from earthwork.simulate.alterations.earthmoving import (
    blow_craters,
    dig_trench,
    flood_ditch,
    heap_mounds,
    raise_berm,
)
from earthwork.simulate.alterations.placing import lines_of, place_name
from earthwork.simulate.alterations.rebuilding import build, rebuild
from earthwork.simulate.alterations.reopening import reopen
from earthwork.simulate.alterations.works import Outcome, Site, Work, deed_id
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.scenario import Do


def dig_tunnel(site: Site) -> Outcome:
    """Record a tunnel: nothing of it lies on the ground, and no picture can show it."""
    event, works = site.event, []
    for number, line in enumerate(lines_of(event.where, site.ground), start=1):
        deed = Deed(
            id=deed_id(event, number),
            event=event.id,
            kind=Kind.TUNNEL,
            state=None,
            geometry=line,
            begun=event.begun,
            done=event.done,
            place=place_name(line, site.ground.city),
            height_m=-(event.height_m or 6.0),
            note=event.note or "tunnel",
        )
        works.append(Work(deed=deed))
    return Outcome(added=tuple(works))


ACTS: Mapping[Do, Callable[[Site], Outcome]] = MappingProxyType(
    {
        Do.RAZE: raze,
        Do.SHELL: shell,
        Do.CLEAR: clear,
        Do.DIG: dig_trench,
        Do.FLOOD_DITCH: flood_ditch,
        Do.RAISE: raise_berm,
        Do.MOUND: heap_mounds,
        Do.BLOCK: set_row,
        Do.BAR: bar_roads,
        Do.WALL: build_wall,
        Do.STAGE: stage_blocks,
        Do.STREW: strew_rubble,
        Do.CRATER: blow_craters,
        Do.DROP_BRIDGE: drop_bridge,
        Do.OPEN: reopen,
        Do.REBUILD: rebuild,
        Do.BUILD: build,
        Do.TUNNEL: dig_tunnel,
    }
)
"""What is done by each kind of event."""
