"""What is told of a siege: true things, and things exaggerated, invented, misplaced or outdated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b

import numpy as np
import shapely

from earthwork.model.vocabulary import PHYSICAL_CLAIMS, ClaimKind, Kind, PlaceRelation
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import FACTORY_ID, City, Footprint, Use
from earthwork.simulate.reporting.facts import Fact, Matter, Stage, extent_of, gather, points_of
from earthwork.simulate.reporting.localities import Lie, Locality, fitting, free_of, localities
from earthwork.simulate.reporting.phrasing import (
    OPENED,
    STANDING,
    TOPICS,
    Filling,
    Form,
    Mood,
    Topic,
    rendered,
)
from earthwork.simulate.reporting.testimony import NOTHING_SAID, Bearing, Extent
from earthwork.simulate.reporting.wording import (
    NO_TIME,
    Amount,
    TimeWords,
    pick,
    say_ahead,
    say_area,
    say_count,
    say_inflated_count,
    say_length,
    say_past,
    say_since,
    say_span,
)

_INVENTED = (
    Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED, Kind.GROUND_CLEARED,
    Kind.BERM, Kind.TRENCH, Kind.WALL, Kind.BARRIER_ROW, Kind.ROADBLOCK, Kind.RUBBLE_ON_ROAD,
    Kind.BRIDGE_DESTROYED,
)  # fmt: skip
"""Kinds that false reports are of."""
_LANDMARKS = {
    Use.FACTORY: "large factory", Use.MOSQUE: "mosque", Use.TOWER: "tower", Use.HALL: "warehouse",
    Use.SHOP: "market building", Use.APARTMENTS: "block of flats", Use.TANK: "storage tank",
}  # fmt: skip
_LEAST_COUNT = 3
_LEAST_LENGTH_M = 60.0
_LEAST_AREA_M2 = 1_000.0
_LATELY_DAYS = 12
_PREFERRED = 3
_PRECISE_FIRST = (
    Lie.ON_ROAD, Lie.BRIDGE, Lie.ON_WAY, Lie.BETWEEN, Lie.BANK, Lie.BY_ROAD, Lie.AIRPORT,
    Lie.QUARTER, Lie.BENEATH, Lie.EDGE, Lie.BEYOND, Lie.ON_STREET, Lie.PART, Lie.SOMEWHERE,
    Lie.ANYWHERE,
)  # fmt: skip

_VAGUE = frozenset({Lie.SOMEWHERE, Lie.ANYWHERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """Everything that a teller may know or get wrong."""

    city: City
    """The city."""
    facts: tuple[Fact, ...]
    """What was done."""
    places: tuple[Locality, ...]
    """Where things can be said to be."""
    by_kind: Mapping[Kind, tuple[Deed, ...]]
    """Deeds by kind."""
    seed: int
    """Seed of all that is said."""


def lore_of(deeds: Sequence[Deed], *, city: City, seed: int) -> Lore:
    """Return what there is to tell of a chronicle."""
    places = localities(city)
    for place in places:
        shapely.prepare(place.area)
    kinds = {deed.kind for deed in deeds if deed.kind is not None}
    return Lore(
        city=city,
        facts=gather(deeds),
        places=places,
        by_kind={kind: tuple(d for d in deeds if d.kind is kind) for kind in kinds},
        seed=seed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One thing as it is told, before it is put into words."""

    key: str
    """What it is told of: a fact's id, or the kind and place of an invention."""
    topic: Topic
    """What can be said of it."""
    mood: Mood
    """What is said."""
    bearing: Bearing
    """How that stands to what was done."""
    place: Locality
    """Where it is said to be."""
    deeds: tuple[Deed, ...] = ()
    """Deeds concerned."""
    true: Extent = NOTHING_SAID
    """How much there truly is of it; zeros for what never was."""
    basis: Extent = NOTHING_SAID
    """How much an honest teller would say, or an inventor makes up."""
    noun: str | None = None
    """The one thing that it is about, where it is a landmark."""
    begun: date | None = None
    """When it is said to have begun; None leaves the time unsaid."""
    done: date | None = None
    """When it is said to have been done; None leaves the time unsaid."""


def order_key(seed: int, number: int, name: str) -> bytes:
    """Return by what a report ranks the things it might tell.

    Each thing's rank depends on no other: what is added to a chronicle later pushes itself in
    where its own rank lies, and the rest keep their order.
    """
    return blake2b(f"{seed}/{number}/{name}".encode(), digest_size=8).digest()


def stream(seed: int, number: int, name: str) -> np.random.Generator:
    """Return the randomness of one thing in one report."""
    return np.random.default_rng([seed, number, int.from_bytes(order_key(seed, number, name))])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What a report asks of the lore."""

    lore: Lore
    number: int
    moment: datetime
    told: Collection[str]


def tellings(
    lore: Lore,
    bearing: Bearing,
    *,
    number: int,
    moment: datetime,
    told: Collection[str] = (),
) -> Iterator[Telling]:
    """Yield what could be told with a bearing, in the order in which a report would choose.

    Parameters
    ----------
    lore
        What there is to tell.
    bearing
        How it is to stand to what was done, true to partly true.
    number
        The report.
    moment
        As of when it is told: the day of the report, or the moment of the image it cites.
    told
        Keys of what the report has told already.
    """
    ask = _Ask(lore=lore, number=number, moment=moment, told=told)
    yield from _MAKERS[bearing](ask)


def _ranked(lore: Lore, number: int, names: Sequence[str]) -> list[int]:
    return sorted(range(len(names)), key=lambda i: order_key(lore.seed, number, names[i]))


def _untold(ask: _Ask) -> list[Fact]:
    facts = [fact for fact in ask.lore.facts if fact.id not in ask.told]
    return [facts[i] for i in _ranked(ask.lore, ask.number, [fact.id for fact in facts])]


def _is_tunnel(fact: Fact) -> bool:
    return fact.kind is Kind.TUNNEL


def topic_of(fact: Fact) -> Topic:
    """Return the topic that a fact is told under."""
    if fact.matter is Matter.OPENING:
        return OPENED
    return STANDING if fact.kind is None else TOPICS[fact.kind]


# --- places ------------------------------------------------------------------------------------


def _places_of(lore: Lore, fact: Fact, deeds: Sequence[Deed]) -> list[Locality]:
    """Return the places that deeds may truly be told by, the most precise first."""
    topic = topic_of(fact)
    if fact.matter is Matter.STANDING and (found := _landmark(lore.city, fact)):
        return [_landmark_place(found)]
    options = [place for place in lore.places if place.lie in topic.lies]
    good = fitting(points_of(deeds), options)
    return sorted(good, key=lambda place: _PRECISE_FIRST.index(place.lie))


def _place(lore: Lore, fact: Fact, deeds: Sequence[Deed], rng: np.random.Generator) -> Locality:
    good = _places_of(lore, fact, deeds)
    near = [place for place in good if place.lie not in _VAGUE]
    return pick((near or good)[:_PREFERRED], rng)


def like_kinds(topic: Topic, kind: Kind | None) -> frozenset[Kind]:
    """Return the kinds of deed that could bear out any claim of a topic."""
    claimed = {form.kind for forms in topic.forms.values() for form in forms}
    kinds = {like for claim in claimed for like in PHYSICAL_CLAIMS.get(claim, ())}
    return frozenset(kinds if kind is None else kinds | {kind})


def _free_places(lore: Lore, topic: Topic, kind: Kind | None) -> tuple[Locality, ...]:
    """Return the places where nothing that could bear out a claim of the topic was ever done."""
    shapes = [
        deed.geometry for like in like_kinds(topic, kind) for deed in lore.by_kind.get(like, ())
    ]
    lies = topic.lies - _VAGUE
    return free_of(shapes, [place for place in lore.places if place.lie in lies])


def _landmark(city: City, fact: Fact) -> Footprint | None:
    name = fact.deeds[0].footprint
    return next((house for house in city.footprints if house.id == name), None)


def _landmark_place(house: Footprint) -> Locality:
    return Locality(words=(f"in {house.quarter}",), name=house.quarter, relation=PlaceRelation.IN,
                    lie=Lie.QUARTER, area=house.outline)  # fmt: skip


def _landmark_noun(house: Footprint | None) -> str:
    return "house" if house is None else _LANDMARKS.get(house.use, "house")


# --- makers, one for each bearing --------------------------------------------------------------


def _of_fact(
    lore: Lore,
    fact: Fact,
    deeds: Sequence[Deed],
    *,
    mood: Mood,
    bearing: Bearing,
    number: int,
) -> Telling:
    rng = stream(lore.seed, number, fact.id)
    is_counted = fact.matter is Matter.WORK and mood in {Mood.DONE, Mood.SEEN}
    extent = extent_of(deeds) if is_counted else NOTHING_SAID
    is_standing = fact.matter is Matter.STANDING
    days = [deed.undone or deed.done for deed in deeds if fact.matter is Matter.OPENING]
    return Telling(
        key=fact.id,
        topic=topic_of(fact),
        mood=mood,
        bearing=bearing,
        place=_place(lore, fact, deeds, rng),
        deeds=tuple(deeds),
        true=extent,
        basis=extent,
        noun=_landmark_noun(_landmark(lore.city, fact)) if is_standing else None,
        begun=min(days or [deed.begun for deed in deeds]).date(),
        done=max(days or [deed.done for deed in deeds]).date(),
    )


def _truths(ask: _Ask) -> Iterator[Telling]:
    for fact in _untold(ask):
        stage, deeds = fact.at(ask.moment)
        mood = {Stage.DONE: Mood.DONE, Stage.UNDER_WAY: Mood.UNDER_WAY}.get(stage)
        if mood is not None and not _is_tunnel(fact):
            yield _of_fact(
                ask.lore, fact, deeds, mood=mood, bearing=Bearing.TRUE, number=ask.number
            )


def _is_much(extent: Extent) -> bool:
    """Tell whether there is enough of a thing to exaggerate."""
    return (
        (extent.count or 0) >= _LEAST_COUNT
        or (extent.length_m or 0) >= _LEAST_LENGTH_M
        or (extent.area_m2 or 0) >= _LEAST_AREA_M2
    )


def _exaggerations(ask: _Ask) -> Iterator[Telling]:
    for telling in _truths(ask):
        if telling.mood is Mood.DONE and _is_much(telling.basis):
            yield replace(telling, bearing=Bearing.EXAGGERATED)


def _misplacements(ask: _Ask) -> Iterator[Telling]:
    for telling in _truths(ask):
        kind = telling.deeds[0].kind
        if telling.topic in {OPENED, STANDING} or telling.mood is not Mood.DONE:
            continue
        free = _free_places(ask.lore, telling.topic, kind)
        if free:
            ranked = _ranked(ask.lore, ask.number, [place.words[0] for place in free])
            yield replace(telling, bearing=Bearing.MISPLACED, place=free[ranked[0]])


def _partial_truths(ask: _Ask) -> Iterator[Telling]:
    """Yield works half done that are told as finished, and works told of a second place too."""
    for telling in _truths(ask):
        partly = replace(telling, bearing=Bearing.PARTLY_TRUE, true=NOTHING_SAID,
                         basis=NOTHING_SAID)  # fmt: skip
        if telling.mood is Mood.UNDER_WAY and telling.topic.forms[Mood.FINISHED]:
            yield replace(partly, mood=Mood.FINISHED)
        elif telling.mood is Mood.DONE and telling.topic not in {OPENED, STANDING}:
            alike = [
                place
                for place in _free_places(ask.lore, telling.topic, telling.deeds[0].kind)
                if place.lie is telling.place.lie and place.name != telling.place.name
            ]
            if alike and telling.place.lie is not Lie.BRIDGE:
                ranked = _ranked(ask.lore, ask.number, [place.words[0] for place in alike])
                yield replace(partly, place=_both(telling.place, alike[ranked[0]]))


def _both(one: Locality, other: Locality) -> Locality:
    return replace(
        one,
        words=(f"{one.words[0]} and {other.words[0]}",),
        name=f"{one.name} and {other.name}",
        area=shapely.union(one.area, other.area),
    )


def _outdated(ask: _Ask) -> Iterator[Telling]:
    for fact in _untold(ask):
        stage, deeds = fact.at(ask.moment)
        if stage is Stage.UNDONE and fact.matter is Matter.WORK:
            yield _of_fact(
                ask.lore, fact, deeds, mood=Mood.STILL, bearing=Bearing.OUTDATED, number=ask.number
            )


def _premature(ask: _Ask) -> Iterator[Telling]:
    """Yield what is announced or said done before it is begun, then plans for what never comes."""
    for fact in _untold(ask):
        stage, deeds = fact.at(ask.moment)
        if stage is not Stage.TO_COME or _is_tunnel(fact) or fact.matter is Matter.STANDING:
            continue
        rng = stream(ask.lore.seed, ask.number, f"{fact.id}/ahead")
        mood = Mood.PLANNED if rng.random() < 0.6 else Mood.DONE  # noqa: PLR2004
        told = _of_fact(
            ask.lore, fact, deeds, mood=mood, bearing=Bearing.PREMATURE, number=ask.number
        )
        yield replace(told, begun=None, done=None, true=NOTHING_SAID, basis=NOTHING_SAID)
    for invented in _inventions(ask):
        yield replace(
            invented, mood=Mood.PLANNED, bearing=Bearing.PREMATURE, true=NOTHING_SAID,
            basis=NOTHING_SAID,
        )  # fmt: skip


def _inventions(ask: _Ask) -> Iterator[Telling]:
    """Yield works that were never done, each at a place that has nothing like them."""
    for index in _ranked(ask.lore, ask.number, _INVENTED):
        kind = _INVENTED[index]
        topic = TOPICS[kind]
        free = _free_places(ask.lore, topic, kind)
        if not free:
            continue
        ranked = _ranked(ask.lore, ask.number, [f"{kind}/{place.words[0]}" for place in free])
        place = free[ranked[0]]
        key = f"{kind}/{place.words[0]}"
        rng = stream(ask.lore.seed, ask.number, key)
        day = ask.moment.date() - timedelta(days=int(rng.integers(1, _LATELY_DAYS)))
        yield Telling(
            key=key, topic=topic, mood=Mood.DONE, bearing=Bearing.FALSE, place=place,
            true=Extent(count=0, length_m=0.0, area_m2=0.0), basis=_made_up(kind, rng),
            begun=day, done=day,
        )  # fmt: skip


def _made_up(kind: Kind, rng: np.random.Generator) -> Extent:
    is_line = kind in {Kind.BERM, Kind.TRENCH, Kind.WALL, Kind.BARRIER_ROW}
    return Extent(
        count=int(rng.integers(2, 60)) if TOPICS[kind].nouns else None,
        length_m=float(rng.uniform(150, 2_500)) if is_line else None,
        area_m2=float(rng.uniform(4_000, 90_000)) if kind is Kind.GROUND_CLEARED else None,
    )


def _falsehoods(ask: _Ask) -> Iterator[Telling]:
    """Yield inventions, a landmark that stands said razed, and works done that are denied."""
    rng = stream(ask.lore.seed, ask.number, "falsehood")
    first = rng.random()
    if first < 0.25:  # noqa: PLR2004
        yield from _razed_landmark(ask.lore)
    elif first < 0.5:  # noqa: PLR2004
        yield from _denials(ask)
    yield from _inventions(ask)


def _razed_landmark(lore: Lore) -> Iterator[Telling]:
    fallen = {Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED, Kind.BUILDING_DAMAGED}
    touched = {deed.footprint for kind in fallen for deed in lore.by_kind.get(kind, ())}
    for house in lore.city.footprints:
        if house.id == FACTORY_ID and house.id not in touched:
            deeds = tuple(d for fact in lore.facts for d in fact.deeds if d.footprint == house.id)
            yield Telling(
                key=f"landmark/{house.id}", topic=STANDING, mood=Mood.ABSENT,
                bearing=Bearing.FALSE, place=_landmark_place(house), deeds=deeds,
                noun=_landmark_noun(house),
            )  # fmt: skip


def _denials(ask: _Ask) -> Iterator[Telling]:
    for telling in _truths(ask):
        is_work = telling.topic not in {OPENED, STANDING}
        if is_work and telling.place.lie is not Lie.ANYWHERE:
            yield replace(
                telling, mood=Mood.ABSENT, bearing=Bearing.FALSE, true=NOTHING_SAID,
                basis=NOTHING_SAID,
            )  # fmt: skip


def absences(lore: Lore, *, number: int, moment: datetime) -> Iterator[Telling]:
    """Yield what is truly told not to be there."""
    ask = _Ask(lore=lore, number=number, moment=moment, told=())
    for invented in _inventions(ask):
        yield replace(
            invented, mood=Mood.ABSENT, bearing=Bearing.TRUE, true=NOTHING_SAID,
            basis=NOTHING_SAID,
        )  # fmt: skip


def _unobservable(ask: _Ask) -> Iterator[Telling]:
    """Yield tunnels that are there, then tunnels that are only said to be."""
    for fact in _untold(ask):
        stage, deeds = fact.at(ask.moment)
        mood = {Stage.DONE: Mood.DONE, Stage.UNDER_WAY: Mood.UNDER_WAY}.get(stage)
        if _is_tunnel(fact) and mood is not None:
            yield _of_fact(
                ask.lore, fact, deeds, mood=mood, bearing=Bearing.UNOBSERVABLE, number=ask.number
            )
    topic = TOPICS[Kind.TUNNEL]
    below = [place for place in ask.lore.places if place.lie is Lie.BENEATH]
    for index in _ranked(ask.lore, ask.number, [place.words[0] for place in below]):
        yield Telling(key=below[index].words[0], topic=topic, mood=Mood.DONE,
                      bearing=Bearing.UNOBSERVABLE, place=below[index])  # fmt: skip


_MAKERS: Mapping[Bearing, Callable[[_Ask], Iterator[Telling]]] = {
    Bearing.TRUE: _truths,
    Bearing.EXAGGERATED: _exaggerations,
    Bearing.FALSE: _falsehoods,
    Bearing.PREMATURE: _premature,
    Bearing.UNOBSERVABLE: _unobservable,
    Bearing.MISPLACED: _misplacements,
    Bearing.OUTDATED: _outdated,
    Bearing.PARTLY_TRUE: _partial_truths,
}


# --- words -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A telling put into a clause."""

    telling: Telling
    """What is told."""
    form: Form
    """The form used."""
    filling: Filling
    """What it was filled with."""
    clause: str
    """The words."""
    amounts: Mapping[str, Amount]
    """Numbers said, by slot: 'items', 'length', 'area'."""

    @property
    def kind(self) -> ClaimKind:
        """Return what it claims."""
        return self.form.kind

    @property
    def said(self) -> Extent:
        """Return the numbers said."""
        values = {slot: amount.value for slot, amount in self.amounts.items()}
        count = values.get("items")
        return Extent(
            count=None if count is None else round(count),
            length_m=values.get("length"),
            area_m2=values.get("area"),
        )

    @property
    def true(self) -> Extent:
        """Return the true numbers where one is said."""
        said, true = self.said, self.telling.true
        return Extent(
            count=true.count if said.count is not None else None,
            length_m=true.length_m if said.length_m is not None else None,
            area_m2=true.area_m2 if said.area_m2 is not None else None,
        )


def worded(
    telling: Telling,
    *,
    published: date,
    is_american: bool,
    rng: np.random.Generator,
    has_time: bool = True,
    has_place: bool = True,
) -> Worded:
    """Put a telling into a clause, or into a thing seen.

    Parameters
    ----------
    telling
        What is told.
    published
        Day of the report, which times are counted from.
    is_american
        Whether dates are written the American way.
    rng
        Source of randomness.
    has_time
        False leaves the time out, as where the date of an image stands for it.
    has_place
        False leaves the place to the frame, which puts it first; the telling must ``can_lead``.
    """
    amounts = _amounts(telling, rng)
    forms = _usable(telling, amounts)
    form = pick(forms if has_place else [f for f in forms if f.can_follow_place], rng)
    when = NO_TIME
    if has_time and rng.random() < 0.65:  # noqa: PLR2004
        when = _time(telling, form, published=published, is_american=is_american, rng=rng)
    return _clause(telling, form, amounts, when, rng=rng, has_place=has_place)


def can_lead(telling: Telling) -> bool:
    """Tell whether a telling's place may stand before the rest of it."""
    is_vague = (
        telling.place.lie in {Lie.ON_ROAD, Lie.BRIDGE, Lie.ON_WAY} or telling.noun is not None
    )
    whole = [form for form in _usable(telling, {}) if form.can_follow_place]
    return not is_vague and bool(whole)


def reworded(said: Worded, *, rng: np.random.Generator) -> Worded:
    """Say again what was said, with the same numbers and in other words, without its time."""
    telling = said.telling
    if telling.mood is Mood.SEEN:
        telling = replace(telling, mood=Mood.DONE)
    usable = _usable(telling, said.amounts)
    alike = [
        form
        for form in usable
        if form.kind is said.kind and _slots(form, said.amounts) == set(said.amounts)
    ]
    fresh = [form for form in alike if form != said.form] or alike or usable
    return _clause(telling, pick(fresh, rng), said.amounts, NO_TIME, rng=rng, has_place=True)


def _slots(form: Form, amounts: Mapping[str, Amount]) -> set[str]:
    """Return the amounts that a form would say."""
    return {slot for slot in ("items", "length", "area") if form.has(slot) and slot in amounts}


def _clause(
    telling: Telling,
    form: Form,
    amounts: Mapping[str, Amount],
    when: TimeWords,
    *,
    rng: np.random.Generator,
    has_place: bool,
) -> Worded:
    used = {slot: amounts[slot] for slot in _slots(form, amounts)}
    where = pick(telling.place.words, rng) if has_place else ""
    on = next((words for words in telling.place.words if words.startswith("on ")), where)
    filling = Filling(
        where=where,
        on=on if has_place else "",
        when=when,
        count=used.get("items") if telling.noun is None else _THE_ONE,
        noun=_noun(telling, rng),
        length=used["length"].words if "length" in used else "",
        area=used["area"].words if "area" in used else "",
    )
    words = rendered(form, filling, rng=rng)
    return Worded(telling=telling, form=form, filling=filling, clause=words, amounts=used)


_THE_ONE = Amount(words="the", value=None, is_one=True)


def _noun(telling: Telling, rng: np.random.Generator) -> tuple[str, str]:
    if telling.noun is not None:
        return (telling.noun, telling.noun)
    return pick(telling.topic.nouns, rng) if telling.topic.nouns else ("", "")


def _amounts(telling: Telling, rng: np.random.Generator) -> dict[str, Amount]:
    basis, is_big = telling.basis, telling.bearing is Bearing.EXAGGERATED
    found: dict[str, Amount] = {}
    if basis.count and (not is_big or basis.count >= _LEAST_COUNT):
        say = say_inflated_count if is_big else say_count
        found["items"] = say(basis.count, rng=rng)
    if basis.length_m:
        found["length"] = say_length(basis.length_m, rng=rng, is_inflated=is_big)
    if basis.area_m2:
        found["area"] = say_area(basis.area_m2, rng=rng, is_inflated=is_big)
    return found


def _usable(telling: Telling, amounts: Mapping[str, Amount]) -> list[Form]:
    """Return the forms that can be filled; of an exaggeration, those that say a number."""
    forms = [
        form
        for form in telling.topic.forms[telling.mood]
        if all(slot in amounts for slot in ("length", "area") if form.has(slot))
        and (_is_one_piece(telling) or not form.needs_one_piece)
    ]
    if telling.bearing is Bearing.EXAGGERATED:
        return [form for form in forms if _slots(form, amounts)]
    return forms


def _is_one_piece(telling: Telling) -> bool:
    """Tell whether all that is told is one unbroken line."""
    return [deed.geometry.geom_type for deed in telling.deeds] == ["LineString"]


def _time(
    telling: Telling,
    form: Form,
    *,
    published: date,
    is_american: bool,
    rng: np.random.Generator,
) -> TimeWords:
    begun, done = telling.begun, telling.done
    if form.has("soon"):
        return say_ahead(published=published, rng=rng)
    if begun is None or done is None:
        return NO_TIME
    if form.has("since"):
        return say_since(begun, published=published, is_american=is_american, rng=rng)
    if form.has("when") and begun != done:
        return say_span(begun, done, published=published, is_american=is_american, rng=rng)
    if form.has("when"):
        return say_past(done, published=published, is_american=is_american, rng=rng)
    return NO_TIME
