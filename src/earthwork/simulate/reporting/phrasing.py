"""The forms of sentences that reports on a siege are made of.

A clause tells one thing at one stage; its slots stand in braces:

``{where}``, ``{on}``, ``{when}``, ``{since}``, ``{soon}``
    place, place worded with 'on' where there is such a wording, and time;
``{items}``, ``{length}``, ``{area}``
    amounts, the first with its noun;
``{been}``, ``{are}``, ``{their}``, ``{stand}``
    words that agree with ``{items}``;
``{was}``, ``{were}``, ``{v:threw:thrown}``
    simple past beside a time that is over, else perfect; the last for a plural subject;
``{crews}``, ``{lifters}``
    who or what did the work.

A frame gives a clause (``{clause}``, ``{Clause}``) or a thing seen (``{thing}``) to whoever says
it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from earthwork.model.vocabulary import ClaimKind, Kind, Modality, SourceKind
from earthwork.simulate.reporting.localities import Lie
from earthwork.simulate.reporting.wording import NO_TIME, Amount, TimeWords, pick


class Mood(StrEnum):
    """What a clause says of the thing."""

    DONE = "done"
    UNDER_WAY = "under way"
    PLANNED = "planned"
    SEEN = "seen"
    ABSENT = "absent"
    STILL = "still there"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of telling one thing."""

    text: str
    """The words with their slots."""
    kind: ClaimKind
    """What it claims."""
    needs_one_piece: bool = False
    """True where it says that the thing is unbroken."""

    def has(self, slot: str) -> bool:
        """Tell whether a slot stands in it."""
        return f"{{{slot}}}" in self.text

    @property
    def can_follow_place(self) -> bool:
        """Tell whether it is whole without its place, so that the place may lead the sentence."""
        return self.has("where") and (self.has("when") or self.has("since"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topic:
    """All that can be said of one kind of thing."""

    kind: ClaimKind
    """What its claims are about."""
    lies: frozenset[Lie]
    """Places that it can be told by."""
    forms: Mapping[Mood, tuple[Form, ...]]
    """Clauses and, for what is seen, noun phrases."""
    nouns: tuple[tuple[str, str], ...] = ()
    """Singular and plural of what is counted."""
    headlines: tuple[str, ...] = ()
    """Headlines that claim it, with ``{where}``."""


_BUILT = frozenset({Lie.QUARTER, Lie.EDGE, Lie.PART, Lie.BY_ROAD, Lie.BANK, Lie.AIRPORT,
                    Lie.BETWEEN})  # fmt: skip
_GROUND = frozenset({Lie.EDGE, Lie.BEYOND, Lie.BANK, Lie.AIRPORT, Lie.QUARTER, Lie.BETWEEN,
                     Lie.BY_ROAD})  # fmt: skip
_ROWS = frozenset({Lie.BY_ROAD, Lie.EDGE, Lie.BEYOND, Lie.BANK, Lie.QUARTER, Lie.PART})
_ROADS = frozenset({Lie.ON_ROAD, Lie.ON_STREET, Lie.ON_WAY, Lie.SOMEWHERE})

_OVERRIDE = re.compile(r"^(\w+)> ")
_ONE_PIECE = "one piece> "


def _forms(kind: ClaimKind, *texts: str) -> tuple[Form, ...]:
    """Return forms of one kind; a text may name another, or that it is whole, before a '>'."""
    forms = []
    for marked in texts:
        text = marked.removeprefix(_ONE_PIECE)
        other = _OVERRIDE.match(text)
        forms.append(
            Form(
                text=text[other.end() :] if other else text,
                kind=ClaimKind(other[1]) if other else kind,
                needs_one_piece=marked != text,
            )
        )
    return tuple(forms)


def _topic(
    kind: ClaimKind,
    lies: frozenset[Lie],
    *,
    done: tuple[str, ...],
    under_way: tuple[str, ...] = (),
    planned: tuple[str, ...] = (),
    seen: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
    still: tuple[str, ...] = (),
    finished: tuple[str, ...] = (),
    nouns: tuple[tuple[str, str], ...] = (),
    headlines: tuple[str, ...] = (),
) -> Topic:
    by_mood = {Mood.DONE: done, Mood.UNDER_WAY: under_way, Mood.PLANNED: planned, Mood.SEEN: seen,
               Mood.ABSENT: absent, Mood.STILL: still, Mood.FINISHED: finished}  # fmt: skip
    return Topic(
        kind=kind,
        lies=lies | {Lie.ANYWHERE},
        forms={mood: _forms(kind, *texts) for mood, texts in by_mood.items()},
        nouns=nouns,
        headlines=headlines,
    )


_RAZED = _topic(
    ClaimKind.BUILDING_RAZED, _BUILT,
    nouns=(("house", "houses"), ("home", "homes"), ("building", "buildings")),
    done=(
        "{items} {been} razed {where}{when}",
        "{items} {been} pulled down {where}{when}",
        "{crews} {v:flattened:flattened} {items} {where}{when}",
        "{items} {where} {been} torn down and {their} debris carted away{when}",
        "demolition crews {v:levelled:levelled} {items} {where}{when}",
        "nothing is left of {items} {where}",
        "{items} {where} {are} gone, down to the last brick",
        "{items} {been} knocked down and cleared away {where}{when}",
        "{items} {been} bulldozed {where}{when}",
    ),
    under_way=(
        "houses {where} are being pulled down",
        "{crews} are still tearing down houses {where}",
        "house after house has been razed {where}{since}",
        "the demolition of homes {where} has not stopped{since}",
    ),
    planned=(
        "houses {where} will be pulled down{soon}",
        "a row of homes {where} is to be demolished{soon}",
        "the owners of homes {where} were told that these would be razed{soon}",
    ),
    seen=(
        "{items} razed {where}",
        "bare lots where {items} once stood {where}",
        "the scraped lots of {items} {where}",
        "{items} gone from the ground {where}",
    ),
    absent=(
        "no house has been pulled down {where}",
        "not a single building {where} has been razed",
    ),
    still=(
        "the lots of razed houses {where} still lie empty",
        "nothing has been put up again where houses were razed {where}",
    ),
    headlines=("Houses Pulled Down {where}", "Homes Razed {where}",
               "Bulldozers Level Homes {where}"),
)  # fmt: skip

_DESTROYED = _topic(
    ClaimKind.BUILDING_RAZED, _BUILT,
    nouns=(("house", "houses"), ("building", "buildings"), ("block of flats", "blocks of flats")),
    done=(
        "{items} {been} destroyed {where}{when}",
        "{items} {been} reduced to rubble {where}{when}",
        "{items} {where} {been} brought down by shells{when}",
        "{items} {where} {stand} in ruins",
        "{items} {where} {been} blown up{when}",
        "shelling {x:destroyed:destroyed} {items} {where}{when}",
    ),
    under_way=("more houses {where} are being destroyed by the day",),
    planned=("unsafe houses {where} will be blown up{soon}",),
    seen=(
        "{items} in ruins {where}",
        "the collapsed shells of {items} {where}",
        "{items} destroyed {where}",
        "heaps of debris where {items} stood {where}",
    ),
    absent=("no building {where} has been destroyed",
            "not one house {where} has been brought down"),
    still=("houses {where} still lie in ruins", "the ruins {where} have not been touched"),
    headlines=("Houses in Ruins {where}", "Shells Bring Down Homes {where}"),
)  # fmt: skip

_DAMAGED = _topic(
    ClaimKind.BUILDING_DAMAGED, _BUILT,
    nouns=(("house", "houses"), ("building", "buildings"), ("roof", "roofs")),
    done=(
        "{items} {been} damaged {where}{when}",
        "{items} {where} {been} hit{when}",
        "shells {v:damaged:damaged} {items} {where}{when}",
        "{items} {where} {been} holed by shells{when}",
        "{items} {where} {been} badly damaged{when}",
        "{items} {been} left with gaping holes {where}{when}",
        "blasts {v:tore:torn} open {items} {where}{when}",
    ),
    under_way=("buildings {where} have come under fire and been damaged{since}",),
    planned=("more buildings {where} are expected to be hit{soon}",),
    seen=(
        "{items} damaged {where}",
        "holes torn in {items} {where}",
        "{items} with visible damage {where}",
    ),
    absent=("no building {where} has been damaged", "not one roof {where} has been hit"),
    still=("damaged houses {where} still stand open to the sky",
           "the holed roofs {where} have not been mended"),
    headlines=("Homes Damaged {where}", "Shells Hit Houses {where}"),
)  # fmt: skip

_NEW = _topic(
    ClaimKind.OTHER_PHYSICAL, _BUILT,
    nouns=(("new house", "new houses"), ("new building", "new buildings")),
    done=(
        "{items} {been} built {where}{when}",
        "{items} {been} put up {where}{when}",
        "families {v:rebuilt:rebuilt} on old lots {where}{when}",
        "{items} {stand} {where} where there was nothing before",
    ),
    under_way=("houses are being rebuilt {where}", "masons have been at work {where}{since}"),
    planned=("new houses will be built {where}{soon}",),
    seen=("{items} {where}", "fresh roofs on {items} {where}"),
    absent=("no house has been rebuilt {where}",),
    still=("the new houses {where} are still there",),
    headlines=("New Houses Go Up {where}",),
)  # fmt: skip

_CLEARED = _topic(
    ClaimKind.GROUND_CLEARED, _GROUND,
    done=(
        "{area} of ground {was} cleared {where}{when}",
        "{crews} {v:cleared:cleared} {area} of ground {where}{when}",
        "a broad strip of land {was} stripped bare {where}{when}",
        "a wide swath of ground {was} cleared {where}{when}",
        "{crews} {v:scraped:scraped} the ground bare {where}{when}",
        "orchards and yards {were} levelled {where}{when}, leaving open ground",
        "trees and walls {were} cleared away over {area} {where}{when}",
        "an empty zone of {area} {was} opened up {where}{when}",
    ),
    under_way=(
        "{crews} are clearing ground {where}",
        "land has been cleared {where}{since}",
        "a strip of ground is being stripped bare {where}",
    ),
    planned=(
        "a strip of land will be cleared {where}{soon}",
        "trees and yards {where} are to be cleared{soon}",
    ),
    seen=(
        "a swath of ground cleared {where}",
        "{area} of cleared ground {where}",
        "a wide strip cleared of everything {where}",
        "bare graded earth over {area} {where}",
    ),
    absent=("no ground has been cleared {where}", "the land {where} has not been cleared"),
    still=("the cleared strip {where} is still bare",),
    finished=("the clearing of ground {where} has been completed",),
    headlines=("Strip of Land Cleared {where}", "Ground Cleared {where}"),
)  # fmt: skip

_BERM = _topic(
    ClaimKind.BERM, _GROUND | {Lie.PART},
    done=(
        "a berm {was} raised {where}{when}",
        "{crews} {v:threw:thrown} up an earth bank {where}{when}",
        "{length} of berm {was} built {where}{when}",
        "an earthen berm {length} long {was} thrown up {where}{when}",
        "a bank of earth now runs {where}",
        "a wall of heaped earth closes off the open ground {where}",
        "{crews} {v:pushed:pushed} up {length} of earth bank {where}{when}",
        "sand and soil {were} heaped into a long bank {where}{when}",
        "a berm taller than a man {was} bulldozed {where}{when}",
        "a high earth embankment {was} finished {where}{when}",
    ),
    under_way=(
        "a berm is being raised {where}",
        "{crews} have been heaping up a berm {where}{since}",
        "work on an earth bank continues {where}",
        "a bank of earth has been growing {where}{since}",
        "a berm is taking shape {where}, built virtually without a pause",
    ),
    planned=(
        "a berm will be raised {where}{soon}",
        "an earth bank is to be thrown up {where}{soon}",
        "there are plans to build a berm {where}{soon}",
    ),
    seen=(
        "a new berm {where}",
        "{length} of earthen berm {where}",
        "a raised bank of earth {where}",
        "one piece> a continuous earth bank {length} long {where}",
        "a fresh berm with soil still dark {where}",
    ),
    absent=(
        "no berm has been raised {where}",
        "no bank of earth has been thrown up {where}",
        "there is no berm {where}",
    ),
    still=("the berm {where} is still in place", "a berm still runs {where}"),
    finished=(
        "the berm {where} has been completed",
        "the earth bank {where} is finished",
        "one piece> the earth bank {where} is finished and has no opening",
    ),
    headlines=("Earth Bank Rises {where}", "Berm Goes Up {where}", "Fighters Raise Berm {where}"),
)  # fmt: skip

_MOUND = _topic(
    ClaimKind.ROADBLOCK, _ROADS | {Lie.EDGE, Lie.BEYOND, Lie.QUARTER, Lie.PART},
    nouns=(("mound of earth", "mounds of earth"), ("heap of soil", "heaps of soil")),
    done=(
        "{items} {been} heaped up {where}{when}",
        "{crews} {v:tipped:tipped} {items} {where}{when}",
        "{items} {been} dumped {where}{when} to stop cars",
        "road_blocked> the way is blocked by {items} {on}",
    ),
    under_way=("earth is being tipped {where}",),
    planned=("the way {on} will be closed with heaps of earth{soon}",),
    seen=("{items} {where}", "{items} dumped {where}"),
    absent=("no earth has been heaped {where}",),
    still=("{items} still {stand} {where}",),
    headlines=("Earth Heaped {where}",),
)  # fmt: skip

_TRENCH = _topic(
    ClaimKind.TRENCH, _GROUND | {Lie.PART},
    done=(
        "a trench {was} dug {where}{when}",
        "{crews} {v:dug:dug} a trench {length} long {where}{when}",
        "{length} of ditch {was} cut {where}{when}",
        "a deep ditch {was} excavated {where}{when}",
        "a trench now runs {where}",
        "diggers {v:cut:cut} a ditch {where}{when}, piling the soil on one side",
    ),
    under_way=(
        "a trench is being dug {where}",
        "{crews} have been digging a ditch {where}{since}",
        "a ditch is growing day by day {where}",
    ),
    planned=(
        "a trench will be dug {where}{soon}",
        "a ditch is to be cut {where}{soon}",
    ),
    seen=("a trench {where}", "a fresh ditch {length} long {where}", "{length} of trench {where}",
          "a dark line of newly dug trench {where}"),
    absent=("no trench has been dug {where}", "there is no ditch {where}"),
    still=("the trench {where} is still open", "a ditch still runs {where}"),
    finished=("the trench {where} has been completed",),
    headlines=("Trench Dug {where}", "Diggers Cut Ditch {where}"),
)  # fmt: skip

_DITCH = _topic(
    ClaimKind.TRENCH, _GROUND,
    done=(
        "a ditch {was} dug {where} and filled with water{when}",
        "a flooded trench now runs {where}",
        "{length} of ditch {was} flooded {where}{when}",
        "water {was} let into a trench {where}{when}",
    ),
    under_way=("a ditch {where} is being flooded",),
    planned=("a trench {where} will be flooded{soon}",),
    seen=("a ditch filled with water {where}", "{length} of flooded trench {where}"),
    absent=("no ditch has been flooded {where}",),
    still=("the flooded ditch {where} has not run dry",),
    headlines=("Ditch Flooded {where}",),
)  # fmt: skip

_WALL = _topic(
    ClaimKind.WALL_BUILT, _ROWS,
    done=(
        "a concrete wall {was} built {where}{when}",
        "{lifters} {v:put:put} up a wall of concrete sections {where}{when}",
        "{length} of concrete wall {was} erected {where}{when}",
        "a blast wall now stands {where}",
        "a high wall {was} thrown up in haste {where}{when}",
        "the approaches {where} {were} walled in{when}",
        "a wall {length} long {was} set up {where}{when}",
    ),
    under_way=(
        "a wall is being hastily put together {where}",
        "{lifters} are setting wall sections {where}",
        "a concrete wall has been going up {where}{since}",
    ),
    planned=("a wall will be built {where}{soon}", "a concrete wall is to go up {where}{soon}"),
    seen=("a wall of concrete sections {where}", "{length} of concrete wall {where}",
          "a straight grey wall {where}"),
    absent=("no wall has been built {where}", "there is no wall {where}"),
    still=("the wall {where} still stands",),
    finished=("the wall {where} has been completed",),
    headlines=("Wall Goes Up {where}", "Concrete Wall Rises {where}"),
)  # fmt: skip

_ROW = _topic(
    ClaimKind.BARRIER_ROW, _ROWS,
    nouns=(("concrete block", "concrete blocks"), ("concrete barrier", "concrete barriers")),
    done=(
        "{items} {been} lined up {where}{when}",
        "{lifters} {v:set:set} down {items} {where}{when}",
        "rows of big concrete barriers {were} put up {where}{when}",
        "{items} {stand} in rows {where}",
        "{length} of concrete barriers {were} laid out {where}{when}",
        "lines of concrete slabs {were} set {where}{when}",
        "{items} {been} unloaded and placed in a row {where}{when}",
        "a row of barriers {length} long {was} set up {where}{when}",
    ),
    under_way=(
        "concrete barriers are going up {where}",
        "{lifters} have been setting down concrete blocks {where}{since}",
        "rows of concrete barriers are being laid {where}, and the work hardly ever stops",
    ),
    planned=("concrete barriers will be set up {where}{soon}",
             "blocks are to be laid in rows {where}{soon}"),
    seen=("rows of concrete blocks {where}", "{items} in rows {where}",
          "a line of barriers {where}", "{length} of concrete barriers {where}"),
    absent=("no concrete barriers have been set up {where}", "there are no barriers {where}"),
    still=("the rows of concrete blocks {where} are still in place",),
    headlines=("Concrete Barriers Go Up {where}", "Rows of Blocks Line the Way {where}"),
)  # fmt: skip

_STAGED = _topic(
    ClaimKind.BARRIER_ROW, _ROWS,
    nouns=(("concrete block", "concrete blocks"), ("concrete barrier", "concrete barriers")),
    done=(
        "{items} {been} stacked {where}{when}, though cars still pass",
        "{items} {stand} ready {where}, while the road itself is open",
        "{lifters} {v:left:left} {items} {where}{when} without closing the road",
    ),
    under_way=("concrete blocks are being unloaded {where}, clear of the carriageway",),
    planned=("concrete blocks will be put in store {where}{soon}",),
    seen=("{items} waiting beside open lanes {where}", "{items} waiting on the verge {where}"),
    absent=("no concrete blocks have been stored {where}",),
    still=("concrete blocks still stand ready {where}",),
    headlines=("Blocks Stand Ready {where}",),
)  # fmt: skip

_ROADBLOCK = _topic(
    ClaimKind.ROADBLOCK, _ROADS,
    nouns=(("concrete block", "concrete blocks"),),
    done=(
        "{items} {been} placed {where}{when}",
        "{lifters} {v:set:set} {items} {where}{when}",
        "a roadblock of concrete {was} set up {where}{when}",
        "a barricade {was} built {where}{when}",
        "road_blocked> concrete blocks {on} keep out all traffic",
        "road_blocked> the way is barred by {items} {on}",
        "road_blocked> the way {was} closed with concrete {on}{when}",
        "{items} now {bar} the carriageway {on}",
        "concrete blocks {were} dragged {where}{when}",
        "a line of blocks {was} set from kerb to kerb {on}{when}",
    ),
    under_way=(
        "a barricade is being built {where}",
        "concrete blocks are being placed {where}",
    ),
    planned=(
        "road_blocked> traffic will be stopped with concrete blocks {on}{soon}",
        "a roadblock will be set up {where}{soon}",
    ),
    seen=("a barricade {where}", "{items} {where}", "a roadblock {where}",
          "road_blocked> concrete blocks closing the carriageway {on}"),
    absent=("no roadblock has been set up {where}", "there is no barricade {where}"),
    still=("the roadblock {where} is still there",
           "road_blocked> concrete blocks still bar the way {on}",
           "road_blocked> nothing can drive through because of the blocks {on}"),
    headlines=("Roadblock Set Up {where}", "Concrete Blocks Placed {where}"),
)  # fmt: skip

_RUBBLE = _topic(
    ClaimKind.RUBBLE, _ROADS,
    nouns=(("heap of rubble", "heaps of rubble"), ("pile of debris", "piles of debris")),
    done=(
        "rubble {was} heaped {where}{when}",
        "{items} {been} left {where}{when}",
        "debris {was} spread {where}{when}",
        "road_blocked> the way is choked with rubble {on}",
        "broken masonry lies {where}",
        "{crews} {v:dumped:dumped} rubble {where}{when}",
    ),
    under_way=("rubble is being tipped {where}",),
    planned=("road_blocked> the way {on} will be closed with rubble{soon}",),
    seen=("rubble {where}", "{items} {where}", "a spill of rubble {where}"),
    absent=("no rubble lies {where}",),
    still=("rubble still lies {where}", "{items} {where} {have} not been moved"),
    headlines=("Rubble Heaped {where}",),
)  # fmt: skip

_OBSTRUCTION = _topic(
    ClaimKind.ROADBLOCK, _ROADS,
    nouns=(("container", "containers"), ("burnt-out bus", "burnt-out buses")),
    done=(
        "old lorries and containers {were} drawn {where}{when}",
        "a barricade of wrecks {was} put up {where}{when}",
        "wrecked buses {were} pushed together {where}{when}",
        "road_blocked> the way is closed by wrecks and containers {on}",
    ),
    under_way=("wrecks are being dragged together {where}",),
    planned=("wrecks will be placed as a barricade {where}{soon}",),
    seen=("a makeshift barricade {where}", "containers and wrecks {where}"),
    absent=("no barricade has been put up {where}",),
    still=("the barricade of wrecks {where} has not been removed",),
    headlines=("Wrecks Form Barricade {where}",),
)  # fmt: skip

_CRATER = _topic(
    ClaimKind.OTHER_PHYSICAL, _BUILT | _ROADS | {Lie.BEYOND},
    nouns=(("crater", "craters"),),
    done=(
        "{items} {been} blown in the ground {where}{when}",
        "explosions {v:left:left} {items} {where}{when}",
        "{items} {been} torn open {where}{when}",
    ),
    under_way=("new craters have opened {where}{since}",),
    planned=("more craters will be blown {where}{soon}",),
    seen=("{items} {where}", "fresh craters {where}"),
    absent=("no craters can be found {where}",),
    still=("the craters {where} have not been filled",),
    headlines=("Blasts Leave Craters {where}",),
)  # fmt: skip

_BRIDGE = _topic(
    ClaimKind.BRIDGE_DESTROYED, frozenset({Lie.BRIDGE, Lie.ANYWHERE}),
    done=(
        "the bridge {where} {was} destroyed{when}",
        "the bridge {where} {was} blown up{when}",
        "a span of the bridge {where} {x:fell:fallen} into the water{when}",
        "explosives {v:brought:brought} down the bridge {where}{when}",
        "the bridge {where} lies in the water",
    ),
    planned=("the bridge {where} will be blown up{soon}",
             "the bridge {where} is to be brought down{soon}"),
    seen=("a fallen span of the bridge {where}", "the broken bridge {where}"),
    absent=("the bridge {where} has not been destroyed",),
    still=("the bridge {where} is still down",),
    headlines=("Bridge {where} Blown Up", "Bridge {where} Down"),
)  # fmt: skip

_TUNNEL = _topic(
    ClaimKind.TUNNEL, frozenset({Lie.BENEATH}),
    done=(
        "tunnels {were} dug {where}{when}",
        "a web of tunnels runs {where}",
        "a tunnel links cellars {where}",
        "fighters {v:dug:dug} passages {where}{when}",
    ),
    under_way=("tunnels are being dug {where}", "men have been digging tunnels {where}{since}"),
    planned=("tunnels will be dug {where}{soon}",),
    seen=("signs of tunnelling {where}",),
    absent=("there are no tunnels {where}",),
    still=("the tunnels {where} are still in use",),
    headlines=("Tunnels Said to Run {where}",),
)  # fmt: skip

_OPENED = _topic(
    ClaimKind.ROAD_OPENED, _ROADS,
    done=(
        "the blocks {on} {were} removed and traffic let through{when}",
        "the road was opened again after crews {v:took:taken} away the obstacles {on}{when}",
        "traffic moves again after the barrier {on} was cleared away",
        "{lifters} {v:lifted:lifted} away the blocks {on}{when} and reopened the road",
        "the route has been reopened with the removal of what lay {on}",
    ),
    planned=("the road will be reopened once the obstacles {on} are removed{soon}",),
    seen=("a carriageway clear again {on}",),
    absent=("the road has not been reopened {on}",),
    headlines=("Traffic Moves Again {where}",),
)  # fmt: skip

_STANDING = _topic(
    ClaimKind.BUILDING_STANDING, frozenset({Lie.QUARTER, Lie.PART}),
    done=(
        "{items} {where} {are} still standing",
        "{items} {where} {been} left standing",
        "{items} {where} {have} not been touched",
    ),
    planned=("building_razed> {items} {where} will be torn down{soon}",),
    seen=("{items} still standing {where}", "{items} intact {where}"),
    absent=("building_razed> {items} {where} {been} razed to the ground",
            "building_razed> nothing is left of {items} {where}",
            "building_razed> {items} {where} {been} levelled"),
    headlines=(),
)  # fmt: skip

TOPICS: Mapping[str, Topic] = {
    Kind.BUILDING_RAZED: _RAZED,
    Kind.BUILDING_DESTROYED: _DESTROYED,
    Kind.BUILDING_DAMAGED: _DAMAGED,
    Kind.NEW_BUILDING: _NEW,
    Kind.GROUND_CLEARED: _CLEARED,
    Kind.BERM: _BERM,
    Kind.EARTH_MOUND: _MOUND,
    Kind.TRENCH: _TRENCH,
    Kind.DITCH_WATER: _DITCH,
    Kind.WALL: _WALL,
    Kind.BARRIER_ROW: _ROW,
    Kind.BARRIER_STAGED: _STAGED,
    Kind.ROADBLOCK: _ROADBLOCK,
    Kind.RUBBLE_ON_ROAD: _RUBBLE,
    Kind.OBSTRUCTION_OTHER: _OBSTRUCTION,
    Kind.CRATER: _CRATER,
    Kind.BRIDGE_DESTROYED: _BRIDGE,
    Kind.TUNNEL: _TUNNEL,
}
"""Topics by the kind of work."""
OPENED = _OPENED
"""The topic of a road opened again."""
STANDING = _STANDING
"""The topic of a building spared."""


# --- filling in --------------------------------------------------------------------------------

_CREWS = ("bulldozers", "work crews", "earth movers", "labourers", "excavators")
_LIFTERS = ("cranes", "work crews", "lorries with cranes", "forklifts")
_SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What goes into the slots of one clause."""

    where: str
    """Place with its preposition; may be empty."""
    on: str = ""
    """The same worded with 'on', where 'across' would not do."""
    when: TimeWords = NO_TIME
    """Time, for whichever slot of time the form has."""
    count: Amount | None = None
    """Number of things, for ``{items}``."""
    noun: tuple[str, str] = ("", "")
    """Singular and plural of the things."""
    length: str = ""
    """Words for the length."""
    area: str = ""
    """Words for the area."""

    @property
    def items(self) -> str:
        """Return the counted things; without a number, just the things."""
        if self.count is None:
            return self.noun[1]
        if self.count.words == "the":
            return f"the {self.noun[0]}"
        return f"{self.count.words} {self.noun[0] if self.is_one else self.noun[1]}"

    @property
    def is_one(self) -> bool:
        """Tell whether the things stand in the singular."""
        return self.count is not None and self.count.is_one


def rendered(form: Form, filling: Filling, *, rng: np.random.Generator) -> str:
    """Return a clause with its slots filled, without capital or full stop.

    Parameters
    ----------
    form
        The form.
    filling
        What goes into it.
    rng
        Chooses who did the work.
    """
    words = _SLOT.sub(lambda slot: _slot(slot[1], filling, rng), form.text)
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"  +", " ", words)).strip()


def _slot(slot: str, filling: Filling, rng: np.random.Generator) -> str:
    if slot.startswith(("v:", "x:")):
        return _verb(slot, is_over=filling.when.is_over)
    time = f" {filling.when.words}" if filling.when.words else ""
    plain = {"where": filling.where, "on": filling.on, "when": time, "since": time, "soon": time,
             "items": filling.items, "length": filling.length, "area": filling.area}  # fmt: skip
    if slot in plain:
        return plain[slot]
    if slot == "crews":
        return pick(_CREWS, rng)
    if slot == "lifters":
        return pick(_LIFTERS, rng)
    return _agreeing(slot, is_one=filling.is_one, is_over=filling.when.is_over)


def _verb(slot: str, *, is_over: bool) -> str:
    """Return 'threw' or 'have thrown' ('has thrown' for one subject)."""
    mark, past, participle = slot.split(":")
    return past if is_over else f"{'have' if mark == 'v' else 'has'} {participle}"


def _agreeing(slot: str, *, is_one: bool, is_over: bool) -> str:
    if slot in {"was", "were"}:
        is_one, slot = slot == "was", "been"
    past, perfect = ("was", "has been") if is_one else ("were", "have been")
    return {
        "been": past if is_over else perfect,
        "are": "is" if is_one else "are",
        "have": "has" if is_one else "have",
        "their": "its" if is_one else "their",
        "stand": "stands" if is_one else "stand",
        "bar": "bars" if is_one else "bar",
    }[slot]


# --- voices ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A source as prose names it."""

    words: str
    """'residents', 'a clerk at the council'; private persons are a role."""
    kind: SourceKind
    """What kind of source."""
    pronoun: str = "they"
    """'he', 'she' or 'they' for what it adds."""
    label: str = ""
    """Short name for the chain of origin; the words if empty."""

    @property
    def name(self) -> str:
        """Return the name that the chain of origin gives."""
        return self.label or self.words


VOICES: Mapping[SourceKind, tuple[Voice, ...]] = {
    SourceKind.RESIDENT: tuple(
        Voice(words=words, kind=SourceKind.RESIDENT, pronoun=pronoun, label="residents")
        for words, pronoun in (
            ("residents", "they"),
            ("people living nearby", "they"),
            ("a resident", "she"),
            ("a shopkeeper", "he"),
            ("a schoolteacher who lives there", "she"),
            ("two families who left the city", "they"),
            ("locals", "they"),
            ("a farmer", "he"),
            ("a taxi driver", "he"),
            ("witnesses", "they"),
        )
    ),
    SourceKind.OFFICIAL: tuple(
        Voice(words=words, kind=SourceKind.OFFICIAL, pronoun=pronoun)
        for words, pronoun in (
            ("the governor's office", "it"),
            ("officials", "they"),
            ("a municipal official", "he"),
            ("the interior ministry", "it"),
            ("the city council", "it"),
            ("a spokeswoman for the governor", "she"),
        )
    ),
    SourceKind.MILITARY: tuple(
        Voice(words=words, kind=SourceKind.MILITARY, pronoun=pronoun)
        for words, pronoun in (
            ("an army spokesman", "he"),
            ("the army", "it"),
            ("a military officer", "he"),
            ("army commanders", "they"),
        )
    ),
    SourceKind.ARMED_GROUP: (
        Voice(words="the {group}", kind=SourceKind.ARMED_GROUP, pronoun="it"),
        Voice(words="a spokesman for the {group}", kind=SourceKind.ARMED_GROUP, pronoun="he",
              label="the {group}"),
        Voice(words="fighters of the {group}", kind=SourceKind.ARMED_GROUP, label="the {group}"),
    ),
    SourceKind.AID_WORKER: tuple(
        Voice(words=words, kind=SourceKind.AID_WORKER, pronoun=pronoun, label="aid workers")
        for words, pronoun in (
            ("an aid worker", "she"),
            ("aid workers", "they"),
            ("a doctor with a relief team", "he"),
            ("drivers of an aid convoy", "they"),
        )
    ),
    SourceKind.NGO: (
        Voice(words="the relief group Open Hand", kind=SourceKind.NGO, pronoun="it"),
        Voice(words="the rights group Lantern Watch", kind=SourceKind.NGO, pronoun="it"),
    ),
    SourceKind.UN_AGENCY: (
        Voice(words="a United Nations official", kind=SourceKind.UN_AGENCY, pronoun="she",
              label="United Nations"),
        Voice(words="a United Nations access team", kind=SourceKind.UN_AGENCY, pronoun="it",
              label="United Nations"),
    ),
    SourceKind.ANALYST: (
        Voice(words="{firm}", kind=SourceKind.ANALYST, pronoun="it"),
        Voice(words="analysts at {firm}", kind=SourceKind.ANALYST, label="{firm}"),
        Voice(words="an imagery analyst at {firm}", kind=SourceKind.ANALYST, pronoun="she",
              label="{firm}"),
    ),
    SourceKind.ANONYMOUS: (
        Voice(words="a person who asked not to be named", kind=SourceKind.ANONYMOUS),
    ),
}  # fmt: skip
"""Who speaks, by kind; ``{group}`` and ``{firm}`` are the scenario's."""

GROUPS = ("Salt Road Brigade", "Lowland Guard", "Tamarisk Front", "Third Column")
"""Armed groups; invented."""
FIRMS = ("Overlook", "Plumbline Analysis", "Highmark Imaging")
"""Firms that read images; invented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A sentence that gives a clause to whoever says it."""

    text: str
    """Slots: ``{clause}``, ``{Clause}``, ``{thing}``, ``{Thing}``, ``{source}``, ``{Source}``,
    ``{They}``, ``{Where}``, ``{said_on}``, ``{date}``, ``{date0}``, ``{firm}``, ``{outlet}``,
    ``{credit}``."""
    modality: Modality = Modality.REPORTED
    """On what footing it is said."""

    def has(self, slot: str) -> bool:
        """Tell whether a slot stands in it."""
        return f"{{{slot}}}" in self.text

    @property
    def names_firm(self) -> bool:
        """Tell whether the firm itself, and not its image, is who says so."""
        return self.text.startswith("{firm}") or "analysts at {firm}" in self.text


def _frames(*texts: str, modality: Modality = Modality.REPORTED) -> tuple[Frame, ...]:
    return tuple(Frame(text=text, modality=modality) for text in texts)


SAID = _frames(
    "{Source} said {clause}.",
    "{Source} said that {clause}.",
    "{Clause}, {source} said.",
    "{Clause}, according to {source}.",
    "According to {source}, {clause}.",
    "{Source} told {outlet} that {clause}.",
    "{Source} said{said_on} that {clause}.",
    "“{Clause},” {source} said.",
    "{Where}, {source} said, {clause}.",
)
"""For every source."""

OWN: Mapping[SourceKind, tuple[Frame, ...]] = {
    SourceKind.RESIDENT: _frames(
        "{Source}, reached by telephone, said {clause}.",
        "{Source} said in a voice message that {clause}.",
        "“{Clause},” {source} told {outlet}.",
        "{Source} insisted that {clause}.",
    ),
    SourceKind.OFFICIAL: _frames(
        "{Source} announced{said_on} that {clause}.",
        "In a statement{said_on}, {source} said {clause}.",
        "{Source} confirmed that {clause}.",
    ),
    SourceKind.MILITARY: _frames(
        "{Source} told reporters{said_on} that {clause}.",
        "{Source} said at a briefing that {clause}.",
    ),
    SourceKind.ARMED_GROUP: _frames(
        "{Source} claimed that {clause}.",
        "{Source} said in a message to supporters that {clause}.",
    ),
    SourceKind.AID_WORKER: _frames(
        "{Source} who reached the city reported that {clause}.",
        "{Source} noted that {clause}.",
    ),
    SourceKind.NGO: _frames(
        "{Source} reported{said_on} that {clause}.",
        "{Source} wrote in a note to donors that {clause}.",
    ),
    SourceKind.UN_AGENCY: _frames(
        "{Source} told a briefing that {clause}.",
        "{Source} reported that {clause}.",
    ),
    SourceKind.ANALYST: _frames(
        "{Source}, citing a satellite image of {date}, said {clause}.",
        "{Source} concluded from an image of {date} that {clause}.",
        "From an image taken on {date}, {source} established that {clause}.",
    ),
}
"""For one kind of source."""

ADDED = _frames(
    "{They} added that {clause}.",
    "{They} also said {clause}.",
    "{Clause}, {they} added.",
    "“{Clause},” {they} said.",
)
"""For what a source says next."""

PLAIN = _frames("{Clause}.")
"""For what a report says in its own voice."""

DENIED = _frames(
    "{Source} denied that {clause}.",
    "{Source} rejected reports that {clause}.",
    "{Source} dismissed as invention the claim that {clause}.",
    modality=Modality.DENIED,
)
"""For what a source denies."""

INFERRED = _frames(
    "{Source} judged from an image of {date} that {clause}, though without certainty.",
    "It appears that {clause}, {source} said of an image of {date}.",
    "{Source} said of a picture taken on {date} that {clause}, most likely.",
    modality=Modality.INFERRED,
)
"""For what analysts conclude."""

PICTURED = _frames(
    "A satellite image taken on {date} and released by {firm} shows {thing}.",
    "Images of {date} show {thing}.",
    "An image of {date} from {firm} shows {thing}.",
    "Pictures taken from orbit on {date} and obtained by {outlet} show {thing}.",
    "In a picture taken on {date}, {thing} can be made out.",
    "{Thing} can be seen in a satellite image of {date}.",
    "{firm} identified {thing} in an image of {date}.",
    "Satellite pictures of {date}, reviewed by {firm}, reveal {thing}.",
    "Other images of {date} show {thing}.",
    modality=Modality.OBSERVED,
)
"""For what an image shows."""

COMPARED = _frames(
    "Compared with a picture of {date0}, an image of {date} shows {thing}.",
    "{Thing} can be seen in an image of {date} but not in one of {date0}.",
    "Between images of {date0} and {date}, analysts at {firm} found {thing}.",
    modality=Modality.OBSERVED,
)
"""For what is in one image and not in an older one."""

UNSEEN = _frames(
    "An image of {date} shows no sign of {thing}.",
    "{firm} found no trace of {thing} in an image of {date}.",
    "There is no sign of {thing} in a satellite picture taken on {date}.",
    modality=Modality.OBSERVED,
)
"""For what an image does not show."""

CAPTIONS = _frames(
    "This satellite image of {date} shows {thing}. ({credit})",
    "This {date} satellite image shows {thing}. ({credit})",
    "{Thing} are visible in this image taken on {date}. ({credit})",
    "An image from {date} shows {thing}. ({credit})",
    modality=Modality.OBSERVED,
)
"""For captions; the third needs several things."""

ECHOES = _frames(
    "{Clause}, {outlet} reported.",
    "{Clause}, according to a report by {outlet}.",
    "{outlet} has reported that {clause}.",
    "Citing {source}, {outlet} reported that {clause}.",
    "{outlet} reported that {clause}, citing {source}.",
    "{Clause}, {outlet} reports, citing {source}.",
)
"""For what another outlet said first; the last three name its source."""
