from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from earthwork.errors import InvalidValue
from earthwork.model.claim import Claim, Document
from earthwork.model.interval import Interval
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    ClaimKind,
    ImageCheckable,
    Modality,
    PlaceRelation,
    Polarity,
    Progress,
    SourceKind,
)
from earthwork.publishing.citations import source_words
from earthwork.reports.claims import read_claims
from earthwork.reports.dates import time_expressions
from earthwork.reports.echoes import EchoOptions, group_echoes
from earthwork.reports.places import ReadingContext, toponyms
from earthwork.reports.records import (
    claim_from_record,
    claim_record,
    time_record,
    toponym_record,
)

SEEDS = Path("../shared/data/text/seeds")
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the shared reports are not here")


def entry(name: str, lon: float, lat: float, people: int) -> GazetteerEntry:
    return GazetteerEntry(
        name=name,
        longitude=lon,
        latitude=lat,
        geonames_id=1,
        country="IQ",
        population=people,
    )


MOSUL = entry("Mosul", 43.12, 36.34, 1_700_000)


PLACES = {
    "mosul": MOSUL,
    "qayara": entry("Al Qayyārah", 43.29, 35.8, 0),
    "baghdad": entry("Baghdad", 44.4, 33.3, 7_000_000),
    "tull": entry("Tull", 43.0, 36.0, 50_000),
}


class Names:
    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        found = PLACES.get(name.lower())
        return (found,) if found else ()


def document(text: str, *, name: str = "r", day: date | None = date(2016, 11, 4)) -> Document:
    published = Interval.of_day(day) if day else None
    return Document(id=name, digest="", text=text, published=published)


def read(text: str, **more) -> tuple[Claim, ...]:
    claims = read_claims(document(text, **more), gazetteer=Names())
    for claim in claims:
        for span in (claim.quote, claim.source, claim.place_span, claim.when, claim.hedge):
            assert span is None or text[span.start : span.end] == span.words
    return claims


def one(text: str) -> Claim:
    (claim,) = read(text)
    return claim


# --- claims ---


def test_a_claim_has_all_its_parts():
    claim = one(
        "Residents said on Monday that about 30 concrete blocks were hastily set near Tull."
    )
    assert claim.id == "r-01"
    assert claim.kind is ClaimKind.BARRIER_ROW
    assert claim.quote.words == "about 30 concrete blocks were hastily set near Tull"
    assert claim.source is not None
    assert (claim.source.words, claim.source_kind) == ("Residents", SourceKind.RESIDENT)
    assert (claim.polarity, claim.modality) == (Polarity.AFFIRMED, Modality.REPORTED)
    assert claim.hedge is not None
    assert claim.hedge.words == "about"
    assert claim.tempo is not None
    assert claim.tempo.words == "hastily"
    assert [q.low for q in claim.quantities] == [30.0]
    assert claim.place is not None
    assert (claim.place.name, claim.place.relation) == ("Tull", PlaceRelation.NEAR)
    assert claim.image_checkable is ImageCheckable.YES


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Troops dug no trench.", Polarity.NEGATED),
        ("A trench did not stop the troops.", Polarity.AFFIRMED),
        ("The highway is still open to troops.", Polarity.NEGATED),
        ("No car can pass the road troops closed.", Polarity.AFFIRMED),
        ("The bridge remains usable, troops or not.", Polarity.NEGATED),
        ("Convoys of aid were blocked by troops.", Polarity.NEGATED),
        ("The army denied that a wall was up.", Polarity.NEGATED),
    ],
)
def test_polarity(text, polarity):
    assert read(text)[0].polarity is polarity


@pytest.mark.parametrize(
    ("text", "kind", "checkable"),
    [
        ("Militants dug a tunnel.", ClaimKind.TUNNEL, ImageCheckable.NO_SUBSURFACE),
        ("Troops plan to dig a trench.", ClaimKind.TRENCH, ImageCheckable.LATER),
        ("Jets bombed the army.", ClaimKind.BOMBARDMENT, ImageCheckable.NO_TRANSIENT),
        ("The army cut the highway.", ClaimKind.ROAD_BLOCKED, ImageCheckable.NO_TRANSIENT),
        ("The army laid mines.", ClaimKind.OTHER_PHYSICAL, ImageCheckable.NO_TOO_SMALL),
        ("Militants took hostages.", ClaimKind.OTHER, ImageCheckable.NO_NOT_PHYSICAL),
        (
            "Militants use families as human shields.",
            ClaimKind.ALLEGATION,
            ImageCheckable.NO_NOT_PHYSICAL,
        ),
    ],
)
def test_what_an_image_could_check(text, kind, checkable):
    claim = one(text)
    assert (claim.kind, claim.image_checkable) == (kind, checkable)


def test_a_list_in_a_caption_is_one_claim_for_each_thing():
    claims = read(
        "This Oct. 31 photo shows barriers, razed houses and an earthen berm. (Maxar via AP)"
    )
    assert [claim.kind for claim in claims] == [
        ClaimKind.BARRIER_ROW,
        ClaimKind.BUILDING_RAZED,
        ClaimKind.BERM,
    ]
    assert {claim.modality for claim in claims} == {Modality.OBSERVED}
    assert {claim.interval for claim in claims} == {Interval.of_day(date(2016, 10, 31))}


def test_the_subject_before_a_relative_clause_belongs_to_the_quote():
    claim = read(
        "Areas by the river, which is to be a staging area for troops, have been walled in."
    )
    wall = next(c for c in claim if c.kind is ClaimKind.WALL_BUILT)
    assert wall.quote.words.startswith("Areas by the river")
    assert (wall.modality, wall.progress) == (Modality.REPORTED, Progress.DONE)


def test_an_older_thing_beside_a_new_one_is_past_and_the_new_one_is_not():
    text = (
        "Concrete barriers are being set up, much as the ones the army put there when it held the"
        " town back in 2014."
    )
    new, old = (claim for claim in read(text) if claim.kind is ClaimKind.BARRIER_ROW)
    assert (new.progress, new.interval) == (Progress.UNDER_WAY, None)
    assert old.progress is Progress.PAST
    assert old.interval == Interval.of_days(date(2014, 1, 1), date(2014, 12, 31))


def test_a_time_at_the_head_of_a_sentence_holds_for_all_of_it():
    claims = read("On Monday, troops dug a trench, and a bridge was blown up.")
    assert {claim.interval for claim in claims} == {Interval.of_day(date(2016, 10, 31))}


def test_a_place_is_carried_on():
    first, second = read("Troops dug a trench near Tull. Later they razed forty houses.")
    assert second.place is not None
    assert second.place.is_inherited
    assert second.place.name == "Tull"
    assert second.place_span is None
    assert first.place is not None
    assert not first.place.is_inherited


def test_the_cases_place_is_inherited_where_none_is_said():
    context = ReadingContext(place=MOSUL)
    (claim,) = read_claims(document("Troops dug a trench."), gazetteer=Names(), context=context)
    assert claim.place is not None
    assert (claim.place.name, claim.place.is_inherited) == ("Mosul", True)


def test_without_a_place_or_date_nothing_is_made_up():
    claim = read("Troops dug a trench on Friday.", day=None)[0]
    assert (claim.place, claim.interval) == (None, None)
    assert claim.when is not None


@pytest.mark.parametrize(
    "text",
    [
        "Levee crews raise a flood wall in the rainy season. The road is closed to traffic.",
        "Her coaching career met barriers, and tunnel vision did not help the team.",
        "The medieval wall draws tourists; the festival crowd is a roadblock.",
        "By Ann Berm, army editor",
        "",
    ],
)
def test_negatives_have_no_claims(text):
    assert [claim for claim in read(text) if claim.kind in PHYSICAL_CLAIMS] == []


def test_an_authors_biography_is_no_content():
    text = "Troops dug a trench.\n\nAnn Poe is an editor for The Berm in Baghdad. She was shelled."
    assert [claim.kind for claim in read(text)] == [ClaimKind.TRENCH]


def test_a_private_person_is_named_by_role_in_public():
    named = one("Sara Haddad of Tull says a trench was dug.")
    assert source_words(named) == "a resident"
    assert source_words(one("Residents said a trench was dug.")) == "residents"
    assert source_words(one("Gen. Ali Karim said a trench was dug.")) == "Gen. Ali Karim"
    assert source_words(one("A trench was dug by troops.")) is None


# --- echoes ---


def test_one_origin_told_twice_counts_once():
    said = "Cranes set concrete blocks in long rows at the southern edge of Tull."
    late = document(said, name="late", day=date(2016, 10, 9))
    early = document(f"Witnesses said: {said}", name="early", day=date(2016, 10, 1))
    undated = document(said, name="undated", day=None)
    documents = [late, early, undated]
    claims = [c for d in documents for c in read_claims(d, gazetteer=Names())]
    grouped = group_echoes(claims, documents)
    assert [c.id for c in grouped] == [c.id for c in claims]
    assert {c.document: c.echo_of for c in grouped} == {
        "early": None,
        "late": "early-01",
        "undated": "early-01",
    }


def test_different_or_short_or_opposite_claims_are_no_echoes():
    texts = {
        "a": "Troops dug a long deep trench across the northern road.",
        "b": "Troops dug no long deep trench across the northern road.",
        "c": "Rebels razed forty stone houses by the old mill.",
        "d": "A trench.",
        "e": "A trench.",
    }
    documents = [document(text, name=name) for name, text in texts.items()]
    claims = [c for d in documents for c in read_claims(d, gazetteer=Names())]
    assert {c.echo_of for c in group_echoes(claims, documents)} == {None}
    loose = EchoOptions(least_words=1)
    assert "d-01" in {c.echo_of for c in group_echoes(claims, documents, options=loose)}


# --- records ---

MANY = (
    "Residents said about 30 concrete blocks were hastily set near Tull on Monday. The mill still"
    " stands. A photo shows no berm. Rubble is piled beside a road since May. Troops left."
    " They are using families as human shields. By October 3 the bridge was blown up."
)


def test_records_hold_a_whole_claim():
    claims = read(MANY)
    assert len(claims) >= 6
    for claim in claims:
        record = json.loads(json.dumps(claim_record(claim)))
        back = claim_from_record(record)
        assert claim_record(back) == record
        if claim.place is None or claim.place.area is None:
            assert back == claim
        else:
            assert back.place is not None
            assert back.place.area is not None
            assert back.place.area.equals_exact(claim.place.area, 1e-5)


def test_kinds_beyond_the_guide_are_written_as_its_own():
    records = {c.kind: claim_record(c) for c in read(MANY)}
    standing = records[ClaimKind.BUILDING_STANDING]
    assert (standing["kind"], standing["polarity"]) == ("building_damaged", "negated")
    assert standing["earthwork_kind"] == "building_standing"
    assert records[ClaimKind.ALLEGATION]["kind"] == "other"
    assert records[ClaimKind.RUBBLE]["kind"] == "other_physical"


def test_a_record_of_the_guide_alone_is_read():
    record = {k: v for k, v in claim_record(read(MANY)[0]).items() if k in GUIDE_KEYS}
    claim = claim_from_record(record)
    assert claim.hedge is not None
    assert claim.hedge.words == "about"
    assert claim.when is not None
    assert claim.interval == Interval.of_day(date(2016, 10, 31))
    assert claim.place is not None
    assert (claim.place.name, claim.place.words) == ("Tull", "near Tull")
    assert claim.progress is Progress.UNSTATED
    bare = claim_from_record(record | {"place": None, "place_name": None, "when": "once"})
    assert (bare.place, bare.when) == (None, None)
    undated = claim_from_record(record | {"when_start_utc": None, "when_end_utc": None})
    assert undated.interval is None
    until = claim_from_record(record | {"when_start_utc": None})
    assert until.interval is not None
    assert until.interval.start is None
    since = claim_from_record(record | {"when_end_utc": None})
    assert since.interval is not None
    assert since.interval.end is None


GUIDE_KEYS = [
    "doc",
    "claim_id",
    "start",
    "end",
    "quote",
    "source",
    "source_start",
    "source_end",
    "source_kind",
    "kind",
    "polarity",
    "modality",
    "hedge",
    "place",
    "place_start",
    "place_end",
    "place_relation",
    "place_name",
    "place_lat",
    "place_lon",
    "place_precision",
    "when",
    "when_start_utc",
    "when_end_utc",
    "image_checkable",
    "same_as",
    "note",
]


def test_the_guides_keys_come_first_in_its_order():
    assert list(claim_record(read(MANY)[0]))[: len(GUIDE_KEYS)] == GUIDE_KEYS


@pytest.mark.parametrize("change", [{"kind": "moat", "earthwork_kind": None}, {"start": "x"}])
def test_a_broken_record_is_refused(change):
    record = claim_record(read(MANY)[0])
    if "kind" in change:
        with pytest.raises(InvalidValue, match="r-01"):
            claim_from_record(record | change)
    with pytest.raises(InvalidValue, match="without claim_id"):
        claim_from_record({})


def test_place_and_time_records():
    report = document("Troops dug near Tull and near Quolm on Monday and recently.")
    tull, quolm = (toponym_record(t, file="a.txt") for t in toponyms(report, gazetteer=Names()))
    assert (tull["words"], tull["latitude"], tull["geonames_id"]) == ("Tull", 36.0, 1)
    assert quolm["latitude"] is None
    monday, recently = (time_record(t, file="a.txt") for t in time_expressions(report))
    assert monday == {
        "file": "a.txt",
        "start": monday["start"],
        "end": monday["start"] + 6,
        "words": "Monday",
        "start_utc": "2016-10-31",
        "end_utc": "2016-10-31",
        "timex": "2016-10-31",
    }
    assert recently["start_utc"] is None


# --- the two reports that the job was taken from ---


def seed(number: str, first: date, last: date) -> tuple[Claim, ...]:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = path.read_text(encoding="utf-8")
    report = Document(id=number, digest="", text=text, published=Interval.of_days(first, last))
    return read_claims(report, gazetteer=Names(), context=ReadingContext(place=MOSUL))


SEED_KINDS = {
    "construction": {ClaimKind.OTHER_PHYSICAL},
    "barrier built": {ClaimKind.BARRIER_ROW},
    "wall built": {ClaimKind.WALL_BUILT},
    "ground cleared": {ClaimKind.GROUND_CLEARED},
    "building razed": {ClaimKind.BUILDING_RAZED},
    "berm": {ClaimKind.BERM},
    "tunnel": {ClaimKind.TUNNEL},
    "defence lines built": {ClaimKind.OTHER_PHYSICAL},
    "road blocked": {ClaimKind.ROADBLOCK, ClaimKind.BARRIER_ROW, ClaimKind.ROAD_BLOCKED},
    "road blocked; berm; rubble": {ClaimKind.BERM, ClaimKind.RUBBLE, ClaimKind.ROADBLOCK},
    "human shields": {ClaimKind.ALLEGATION},
}


@needs_seeds
def test_every_physical_claim_of_the_seeds_is_found():
    found = {
        "000": seed("000", date(2016, 9, 30), date(2016, 10, 5)),
        "004": seed("004", date(2016, 11, 4), date(2016, 11, 5)),
    }
    rows = [json.loads(row) for row in (SEEDS / "claims.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        kinds = {
            claim.kind
            for claim in found[row["doc"]]
            if claim.quote.start < row["end"] and row["start"] < claim.quote.end
        }
        assert SEED_KINDS.get(row["event"], kinds) & kinds or not SEED_KINDS.get(row["event"]), row


@needs_seeds
def test_the_traps_of_the_first_seed():
    claims = seed("000", date(2016, 9, 30), date(2016, 10, 5))
    barriers = [c for c in claims if c.kind is ClaimKind.BARRIER_ROW]
    assert [c.progress for c in barriers] == [Progress.UNDER_WAY, Progress.PAST]
    launch = next(c for c in claims if c.when is not None and "mid-October" in c.when.words)
    assert (launch.modality, launch.image_checkable) == (Modality.PLANNED, ImageCheckable.LATER)
    assert launch.interval == Interval.of_days(date(2016, 10, 11), date(2016, 10, 20))
    south, east = (c for c in claims if c.kind is ClaimKind.WALL_BUILT)
    assert south.place is not None
    assert east.place is not None
    assert (south.place.relation, south.place.name) == (
        PlaceRelation.FROM_TO,
        "Al Qayyārah to Mosul",
    )
    assert east.place.area is not None
    assert east.place.area.bounds[0] >= MOSUL.longitude - 1e-9
    assert (south.progress, east.progress) == (Progress.DONE, Progress.UNDER_WAY)
    (path,) = SEEDS.glob("000_*.txt")
    assert max(c.quote.end for c in claims) < path.read_text("utf-8").index("Author:")
    tempo = [c.tempo.words.lower() for c in claims if c.tempo]
    assert tempo == ["non-stop", "virtually non-stop", "hastily"]
    assert {c.kind for c in claims} >= {ClaimKind.OPINION}


@needs_seeds
def test_the_traps_of_the_second_seed():
    claims = seed("004", date(2016, 11, 4), date(2016, 11, 5))
    by_kind: dict[ClaimKind, list[Claim]] = {}
    for claim in claims:
        by_kind.setdefault(claim.kind, []).append(claim)
    (tunnel,) = by_kind[ClaimKind.TUNNEL]
    assert tunnel.image_checkable is ImageCheckable.NO_SUBSURFACE
    assert tunnel.source is None
    (shields,) = by_kind[ClaimKind.ALLEGATION]
    assert shields.image_checkable is ImageCheckable.NO_NOT_PHYSICAL
    assert shields.source_kind is SourceKind.MILITARY
    pictured = [c for c in claims if c.interval == Interval.of_day(date(2016, 10, 31))]
    assert {c.source_kind for c in pictured} == {SourceKind.IMAGERY}
    assert {c.modality for c in pictured} == {Modality.OBSERVED}
    inference = next(
        c for c in by_kind[ClaimKind.OPINION] if c.hedge is not None and c.hedge.words == "likely"
    )
    assert inference.modality is Modality.INFERRED
    assert inference.source_kind is SourceKind.ANALYST
