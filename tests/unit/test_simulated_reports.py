"""Reports on a simulated siege: what they say is what their truth says they say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from shapely import LineString, MultiLineString

from earthwork.errors import InvalidValue
from earthwork.model.claim import Document
from earthwork.model.place import GazetteerEntry
from earthwork.model.vocabulary import (
    PHYSICAL_CLAIMS,
    ClaimKind,
    Kind,
    Modality,
    PlaceRelation,
    Polarity,
    SourceKind,
)
from earthwork.reports.claims import read_claims
from earthwork.reports.places import ReadingContext
from earthwork.simulate.reporting.asides import ASIDES, DATELINES, OUTLETS, Aside
from earthwork.simulate.reporting.phrasing import FIRMS, GROUPS, TOPICS, VOICES
from earthwork.simulate.reporting.reports import (
    Bearing,
    ReportedTruth,
    SimulatedReport,
    figures,
    write_reports,
)
from earthwork.simulate.scenario import ReportOrder, ReportsOrder, SentenceOrder

from .small_siege import SCENES, deed, on, small_chronicle, small_city

CITY = small_city()
DEEDS = small_chronicle()
BY_ID = {done.id: done for done in DEEDS}
SEEDS = range(50)
MIXED = ReportsOrder(count=8, outdated=0.1, misplaced=0.1)


def written(seed: int = 1, order: ReportsOrder = MIXED, deeds: Iterable = DEEDS) -> tuple:
    return write_reports(tuple(deeds), city=CITY, scenes=SCENES, order=order, seed=seed)


@pytest.fixture(scope="module")
def by_seed() -> dict[int, tuple[SimulatedReport, ...]]:
    """Reports of many seeds."""
    return {seed: written(seed) for seed in SEEDS}


@pytest.fixture(scope="module")
def archive(by_seed: dict[int, tuple[SimulatedReport, ...]]) -> tuple[SimulatedReport, ...]:
    return tuple(report for reports in by_seed.values() for report in reports)


@pytest.fixture(scope="module")
def rows(archive: tuple[SimulatedReport, ...]) -> tuple[ReportedTruth, ...]:
    return tuple(row for report in archive for row in report.truths)


def _of(rows: Iterable[ReportedTruth], bearing: Bearing) -> list[ReportedTruth]:
    return [row for row in rows if row.bearing is bearing]


def _body(report: SimulatedReport) -> list[str]:
    text = re.sub(r"^.* — ", "", report.text.split("\n\n", 1)[1].strip())
    marks = r"(?<=[.?”)])(?<!Sept.)(?<!Aug.)(?<!Oct.)(?<!Nov.)\s+(?=[A-Z“])|\n\n"
    return [part for part in re.split(marks, text) if part]


# --- offsets, order, shape ---------------------------------------------------------------------


def test_offsets_are_exact_and_in_order(archive: tuple[SimulatedReport, ...]) -> None:
    for report in archive:
        starts = [row.start for row in report.truths]
        assert starts == sorted(starts)
        for row in report.truths:
            assert report.text[row.start : row.end] == row.sentence
            assert row.document == report.id


def test_reports_come_by_day_within_the_period(
    by_seed: dict[int, tuple[SimulatedReport, ...]],
) -> None:
    for reports in by_seed.values():
        days = [report.published.start for report in reports]
        assert len(reports) == MIXED.count
        assert days == sorted(days)
        assert on(8, 17) <= days[0]
        assert days[-1] <= on(11, 10)


def test_a_report_has_five_to_fourteen_sentences_and_none_twice(
    archive: tuple[SimulatedReport, ...],
) -> None:
    for report in archive:
        sentences = _body(report)
        assert 5 <= len(sentences) <= 14, report.text
        assert len(set(sentences)) == len(sentences), report.text


def test_texts_are_clean_prose(archive: tuple[SimulatedReport, ...]) -> None:
    for report in archive:
        assert not re.search(r"[{}]|  |\s[,.]|\.\.|,,|None(?! of)|\ba \d", report.text)
        assert not re.search(r"\b(?:a|an) [a-z]+s\b(?<!ss)", report.text), report.text
        assert not re.search(r"\b(\w+) \1\b", report.text), report.text
        for sentence in _body(report):
            assert re.match(r"[“A-Z]", sentence), sentence


def test_the_same_seed_writes_the_same_and_another_does_not() -> None:
    assert [r.text for r in written(4)] == [r.text for r in written(4)]
    assert [r.text for r in written(4)] != [r.text for r in written(5)]
    own = replace(MIXED, seed=5)
    assert [r.text for r in written(4, own)] == [r.text for r in written(5)]


def test_a_deed_added_at_the_end_changes_few_reports(
    by_seed: dict[int, tuple[SimulatedReport, ...]],
) -> None:
    late = deed(Kind.CRATER, small_city().footprints[3].outline, name="late", begun=on(10, 30))
    changed = [
        one.text != other.text
        for seed in range(8)
        for one, other in zip(by_seed[seed], written(seed, deeds=(*DEEDS, late)), strict=True)
    ]
    assert sum(changed) / len(changed) < 0.15


# --- bearings ----------------------------------------------------------------------------------


def test_every_bearing_appears_within_twenty_seeds(
    by_seed: dict[int, tuple[SimulatedReport, ...]],
) -> None:
    found = {row.bearing for seed in range(20) for r in by_seed[seed] for row in r.truths}
    assert found == set(Bearing)


def test_shares_follow_the_order() -> None:
    honest = ReportsOrder(count=12, exaggerated=0, false=0, premature=0, echoed=0, misplaced=0,
                          outdated=0, partly_true=0, unobservable=0)  # fmt: skip
    found = {row.bearing for seed in range(4) for r in written(seed, honest) for row in r.truths}
    assert found == {Bearing.TRUE, Bearing.NOT_PHYSICAL}
    liars = replace(honest, false=1.0)
    bearings = [row.bearing for seed in range(4) for r in written(seed, liars) for row in r.truths
                if row.source not in {SourceKind.IMAGERY, SourceKind.ANALYST}]  # fmt: skip
    assert bearings.count(Bearing.FALSE) > 4 * bearings.count(Bearing.TRUE)


def test_false_things_were_never_done_there(rows: tuple[ReportedTruth, ...]) -> None:
    false = [row for row in _of(rows, Bearing.FALSE) if row.polarity is Polarity.AFFIRMED]
    assert len(false) > 50
    for row in false:
        bearing_out = set(PHYSICAL_CLAIMS[row.kind])
        assert not any(
            done.kind in bearing_out and done.geometry.intersects(row.area) for done in DEEDS
        ), row.sentence
        assert {row.true.count, row.true.length_m, row.true.area_m2} <= {None, 0}


def test_a_landmark_said_razed_stands(rows: tuple[ReportedTruth, ...]) -> None:
    said = [r for r in _of(rows, Bearing.FALSE) if "factory" in r.sentence]
    assert said
    assert all(row.kind is ClaimKind.BUILDING_RAZED and row.deeds == ("factory",) for row in said)


def test_denials_are_of_what_is_there(rows: tuple[ReportedTruth, ...]) -> None:
    denied = [row for row in _of(rows, Bearing.FALSE) if row.polarity is Polarity.NEGATED]
    assert denied
    assert all(row.deeds and row.events for row in denied)
    assert {row.modality for row in denied} == {Modality.DENIED, Modality.REPORTED,
                                                Modality.OBSERVED} & {
        row.modality for row in denied}  # fmt: skip
    assert any(row.modality is Modality.DENIED for row in denied)


def test_exaggerated_numbers_exceed_the_truth_by_two_to_ten(
    rows: tuple[ReportedTruth, ...],
) -> None:
    inflated = _of(rows, Bearing.EXAGGERATED)
    assert len(inflated) > 50
    for row in inflated:
        pairs = [(row.said.count, row.true.count), (row.said.length_m, row.true.length_m),
                 (row.said.area_m2, row.true.area_m2)]  # fmt: skip
        told = [(said, true) for said, true in pairs if said is not None]
        assert told, row.sentence
        assert all(2 * true <= said <= 10 * true for said, true in told), row


def test_true_numbers_are_near_the_truth(rows: tuple[ReportedTruth, ...]) -> None:
    told = 0
    for row in _of(rows, Bearing.TRUE):
        for said, true in (
            (row.said.count, row.true.count),
            (row.said.length_m, row.true.length_m),
            (row.said.area_m2, row.true.area_m2),
        ):
            if said is not None:
                told += 1
                assert said == pytest.approx(true, rel=0.35, abs=1), row
    assert told > 100


def test_true_things_had_begun_and_lay_where_they_are_said(
    archive: tuple[SimulatedReport, ...],
) -> None:
    for report in archive:
        for row in _of(report.truths, Bearing.TRUE):
            if row.polarity is Polarity.NEGATED or row.kind is ClaimKind.ROAD_OPENED:
                continue
            told = [BY_ID[name] for name in row.deeds]
            assert told
            assert all(done.begun <= report.published.start for done in told)
            there = [done.geometry.intersects(row.area) for done in told]
            assert sum(there) / len(there) >= 0.75, row.sentence


def test_what_is_truly_absent_is_absent(rows: tuple[ReportedTruth, ...]) -> None:
    absent = [row for row in _of(rows, Bearing.TRUE) if row.polarity is Polarity.NEGATED]
    assert absent
    for row in absent:
        kinds = set(PHYSICAL_CLAIMS[row.kind])
        assert not any(d.kind in kinds and d.geometry.intersects(row.area) for d in DEEDS)


def test_misplaced_things_lie_elsewhere(rows: tuple[ReportedTruth, ...]) -> None:
    moved = _of(rows, Bearing.MISPLACED)
    assert moved
    for row in moved:
        assert row.deeds
        assert not any(BY_ID[name].geometry.intersects(row.area) for name in row.deeds)


def test_outdated_things_are_gone(archive: tuple[SimulatedReport, ...]) -> None:
    found = [(r, row) for r in archive for row in _of(r.truths, Bearing.OUTDATED)]
    assert found
    for report, row in found:
        assert all(BY_ID[name].undone <= report.published.start for name in row.deeds)


def test_premature_things_are_not_yet_begun(archive: tuple[SimulatedReport, ...]) -> None:
    found = [(r, row) for r in archive for row in _of(r.truths, Bearing.PREMATURE)]
    assert {bool(row.deeds) for _, row in found} == {True, False}
    for report, row in found:
        assert all(
            (BY_ID[name].undone or BY_ID[name].begun) > report.published.start
            for name in row.deeds
        )  # fmt: skip
        assert row.deeds or row.modality is Modality.PLANNED


def test_tunnels_are_the_unobservable(rows: tuple[ReportedTruth, ...]) -> None:
    assert {row.kind for row in _of(rows, Bearing.UNOBSERVABLE)} == {ClaimKind.TUNNEL}
    assert not [r for r in rows if r.kind is ClaimKind.TUNNEL and r.image is not None]


def test_half_of_a_partial_truth_holds(rows: tuple[ReportedTruth, ...]) -> None:
    partly = _of(rows, Bearing.PARTLY_TRUE)
    assert partly
    assert all(any(BY_ID[n].geometry.intersects(row.area) for n in row.deeds) for row in partly)


def test_what_is_not_physical_is_told_of_no_deed(rows: tuple[ReportedTruth, ...]) -> None:
    aside = _of(rows, Bearing.NOT_PHYSICAL)
    assert all(not row.deeds and row.area is None and row.source for row in aside)
    assert len({row.kind for row in aside}) >= 10


@pytest.mark.parametrize("aside", ASIDES, ids=lambda aside: aside.text[:40])
def test_an_aside_is_traced_to_the_voice_that_its_words_name(aside: Aside) -> None:
    words = aside.text.lower()
    named = {voice: re.escape(voice.words) for voice in VOICES[aside.source]}
    found = [v for v, name in named.items() if re.search(rf"(?<!\w){name}(?!\w)", words)]
    # Of several that are named, the one that the sentence begins with or that 'said' speaks.
    said = [v for v in found if re.search(rf"^{named[v]}|{named[v]} said", words)]
    for voice in said or found:
        assert aside.speaker == voice.name
    for name in ("Lantern Watch", "Open Hand", "United Nations", "governor's office"):
        if name in aside.text:
            assert name in aside.speaker


def test_every_aside_of_a_report_has_its_speaker_last_in_its_chain(
    rows: tuple[ReportedTruth, ...],
) -> None:
    for row in _of(rows, Bearing.NOT_PHYSICAL):
        last = row.chain[-1]
        assert "{" not in last
        for start, name in (
            ("The rights group Lantern Watch", "the rights group Lantern Watch"),
            ("Lantern Watch", "the rights group Lantern Watch"),
            ("The army accused", "the army"),
            ("An army spokesman", "an army spokesman"),
            ("Officials", "officials"),
            *((f"The {group}", f"the {group}") for group in GROUPS),
        ):
            if row.sentence.startswith(start):
                assert last == name, row


def test_echoes_share_origin_with_an_earlier_report(
    by_seed: dict[int, tuple[SimulatedReport, ...]],
) -> None:
    count = 0
    for reports in by_seed.values():
        for number, report in enumerate(reports):
            before = [row for earlier in reports[:number] for row in earlier.truths]
            for row in _of(report.truths, Bearing.ECHOED):
                roots = [
                    root for root in before
                    if root.origin == row.origin and row.chain[1:] == root.chain
                ]  # fmt: skip
                assert roots, row
                count += 1
                assert row.chain[0] == report.outlet
                assert row.substance is not Bearing.ECHOED
                assert row.source is SourceKind.MEDIA
                told = (row.deeds, row.place, row.polarity, row.substance)
                assert told in {(r.deeds, r.place, r.polarity, r.substance) for r in roots}
                assert row.chain[1] in row.sentence
    assert count > 30


def test_readers_of_one_image_are_one_origin(rows: tuple[ReportedTruth, ...]) -> None:
    from_above = [row for row in rows if row.image is not None]
    assert from_above
    for row in from_above:
        assert row.origin.startswith(f"image:{row.image}/")
        assert row.chain[-1] == f"image {row.image}"
        if row.bearing is not Bearing.ECHOED:
            assert row.when.start.date() == dict(SCENES)[row.image].date()


# --- places, times, people ---------------------------------------------------------------------


def test_places_said_are_the_citys(rows: tuple[ReportedTruth, ...]) -> None:
    relations = set()
    for row in rows:
        if row.area is not None:
            relations.add(row.relation)
            parts = re.split(r" and | to ", row.place)
            assert all(part in row.sentence or "the city" in row.sentence for part in parts), row
    assert {PlaceRelation.ALONG, PlaceRelation.OUTSKIRTS, PlaceRelation.BETWEEN,
            PlaceRelation.IN, PlaceRelation.NEAR} <= relations  # fmt: skip


def test_times_said_lie_before_publication_unless_planned(
    archive: tuple[SimulatedReport, ...],
) -> None:
    said = 0
    for report in archive:
        for row in report.truths:
            if row.when is None:
                continue
            said += 1
            if row.modality is Modality.PLANNED:
                assert row.when.end > report.published.start
            else:
                assert row.when.end <= report.published.end
    assert said > 100


def _allowed() -> set[str]:
    names = [CITY.name, CITY.airport.name, f"{CITY.river.name} River", *DATELINES, *FIRMS,
             *GROUPS, *(q.name for q in CITY.quarters), *(r.name for r in CITY.roads),
             *(name for name, _ in OUTLETS), "Open Hand", "Lantern Watch", "United Nations",
             "Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "I",
             "August September October November December Aug Sept Oct Nov Dec"]  # fmt: skip
    return {word for name in names for word in name.split()}


def test_nobody_is_named(archive: tuple[SimulatedReport, ...]) -> None:
    allowed = _allowed()
    for report in archive:
        body = report.text.split("\n\n", 1)[1]
        for match in re.finditer(r"(?<![.?)“—] )(?<![“\n])(?<!^)\b[A-Z][a-z]+\b", body):
            assert match[0] in allowed, (match[0], report.text)


def test_nothing_is_said_of_the_condition_of_a_picture(
    archive: tuple[SimulatedReport, ...],
) -> None:
    condition = re.compile(r"haz[ey]|shadow|cloud|blurr|resolution|coarse|grainy", re.IGNORECASE)
    assert not [found for report in archive for found in condition.findall(report.text)]


_UNBROKEN = re.compile("continuous|no opening")


def test_a_bank_is_called_unbroken_only_where_one_line_is_told_of(
    rows: tuple[ReportedTruth, ...],
) -> None:
    whole = [row for row in rows if _UNBROKEN.search(row.sentence)]
    assert whole
    for row in whole:
        banks = [name for name in row.deeds if BY_ID[name].kind is Kind.BERM]
        assert len(banks) == 1, row.sentence
        assert BY_ID[banks[0]].geometry.geom_type == "LineString"


def test_a_bank_of_several_pieces_is_never_called_unbroken() -> None:
    pieces = [replace(BY_ID["berm"], id=f"berm-{n}", geometry=line)
              for n, line in enumerate((LineString([(150, 470), (250, 474)]),
                                        LineString([(280, 475), (400, 480)])))]  # fmt: skip
    gapped = MultiLineString([piece.geometry for piece in pieces])
    rest = [done for done in DEEDS if done.id != "berm"]
    for deeds in ([*rest, *pieces], [*rest, replace(BY_ID["berm"], geometry=gapped)]):
        texts = [r.text for seed in range(15) for r in written(seed, deeds=deeds)]
        assert any("berm" in text for text in texts)
        assert not any(_UNBROKEN.search(text) for text in texts)


def test_the_forms_for_one_piece_are_the_ones_that_say_so() -> None:
    for topic in TOPICS.values():
        for form in (form for forms in topic.forms.values() for form in forms):
            assert form.needs_one_piece == bool(_UNBROKEN.search(form.text))


# --- variety -----------------------------------------------------------------------------------


def _skeleton(sentence: str) -> str:
    kept = _allowed()
    words = ["N" if re.search(r"\d", word) or word.strip(".,”“") in kept else word.lower()
             for word in sentence.split()]  # fmt: skip
    bare = re.sub(r"\b(?:about|some|around|over|more than|at least|as many as)\b", "N",
                  " ".join(words))  # fmt: skip
    numbers = r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|a dozen|dozens of)\b"
    return re.sub(r"(?:N[., ]*)+", "N ", re.sub(numbers, "N", bare))


def test_sentences_are_many_and_various(rows: tuple[ReportedTruth, ...]) -> None:
    physical = {_skeleton(row.sentence) for row in rows if row.area is not None}
    print(f"{len(physical)} skeletons of sentences on the ground")  # noqa: T201 - a figure to quote
    assert len(physical) >= 400


def test_both_spellings_are_kept_apart(archive: tuple[SimulatedReport, ...]) -> None:
    american = dict(OUTLETS)
    for report in archive:
        if american[report.outlet]:
            assert not re.search(r"kilometre|metres|neighbourhood|\d (?:August|September) ",
                                 report.text)  # fmt: skip
        else:
            assert not re.search(r"kilometer|meters|neighborhood|Sept\.|Aug\.", report.text)


# --- the project's own reader ------------------------------------------------------------------


class _Names:
    """The city's own names."""

    def __init__(self) -> None:
        names = [CITY.name, CITY.airport.name, f"{CITY.river.name} River",
                 *(q.name for q in CITY.quarters), *(r.name for r in CITY.roads)]  # fmt: skip
        self._known = {
            name: GazetteerEntry(name=name, longitude=44.6, latitude=34.9, geonames_id=None,
                                 country=None, population=1000)
            for name in names
        }  # fmt: skip

    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        return (self._known[name],) if name in self._known else ()


def _matches(report: SimulatedReport) -> Iterator[tuple[ReportedTruth, bool]]:
    names = _Names()
    document = Document(id=report.id, digest="0" * 64, text=report.text,
                        published=report.published, outlet=report.outlet)  # fmt: skip
    context = ReadingContext(place=names.lookup(CITY.name)[0])
    claims = read_claims(document, gazetteer=names, context=context)
    for row in report.truths:
        if row.area is not None:
            found = {c.kind for c in claims if row.start <= c.quote.start < row.end}
            yield row, row.kind in found


def test_our_own_reader_finds_half_of_the_claims(archive: tuple[SimulatedReport, ...]) -> None:
    found = [hit for report in archive[:60] for _, hit in _matches(report)]
    print(f"recall of physical claims {sum(found) / len(found):.2f} of {len(found)}")  # noqa: T201 - a figure to quote
    assert sum(found) / len(found) >= 0.5


# --- without deeds, and without scenes ---------------------------------------------------------


def test_a_siege_without_deeds_is_still_told_of() -> None:
    reports = [report for seed in range(4) for report in written(seed, deeds=())]
    bearings = {row.bearing for report in reports for row in report.truths}
    assert bearings >= {Bearing.FALSE, Bearing.NOT_PHYSICAL, Bearing.PREMATURE}
    assert not any(row.deeds for report in reports for row in report.truths)


def test_a_bare_city_is_told_of() -> None:
    bare = replace(CITY, river=None, airport=None, quarters=(), roads=())
    reports = write_reports(DEEDS, city=bare, scenes=SCENES, order=MIXED, seed=3)
    assert len(reports) == MIXED.count
    assert not any("None" in report.text for report in reports)


def test_reports_need_a_scene_to_be_dated_by() -> None:
    with pytest.raises(InvalidValue, match="without scenes"):
        write_reports(DEEDS, city=CITY, scenes=(), order=MIXED, seed=1)
    assert write_reports(DEEDS, city=CITY, scenes=(), order=ReportsOrder(), seed=1) == ()


# --- given word for word -----------------------------------------------------------------------

GIVEN = ReportOrder(
    id="given",
    outlet="Meridian News",
    published=date(2031, 11, 1),
    headline="A City Made Ready",
    paragraphs=(
        (
            SentenceOrder(words="About {razed} buildings and {cleared_ha} hectares are gone.",
                          bearing="true",
                          kinds=(ClaimKind.BUILDING_RAZED, ClaimKind.GROUND_CLEARED),
                          events=("raze", "cleared")),
            SentenceOrder(words="Nobody knows why."),
        ),
        (SentenceOrder(words="Some {berm_m} metres of berm stand.", bearing="true",
                       kinds=(ClaimKind.BERM,), events=("berm",)),),
    ),
)  # fmt: skip


def test_given_reports_are_kept_word_for_word_with_true_figures() -> None:
    (report,) = write_reports(DEEDS, city=CITY, scenes=(), order=ReportsOrder(),
                              explicit=(GIVEN,), seed=1)  # fmt: skip
    assert report.text == (
        "A City Made Ready\n\nAbout 24 buildings and 1 hectares are gone. Nobody knows why.\n\n"
        "Some 250 metres of berm stand.\n"
    )
    assert [row.kind for row in report.truths] == [
        ClaimKind.BUILDING_RAZED, ClaimKind.GROUND_CLEARED, ClaimKind.BERM]  # fmt: skip
    assert report.truths[2].deeds == ("berm",)
    assert len(report.truths[0].deeds) == 26
    assert all(report.text[r.start : r.end] == r.sentence for r in report.truths)


def test_figures_are_of_the_day() -> None:
    early = figures(DEEDS, moment=on(8, 21))
    late = figures(DEEDS, moment=on(11, 1))
    assert (early["razed"], early["berm_m"], early["cleared_ha"]) == (8, 0, 0)
    assert (late["razed"], late["berm_m"], late["cleared_ha"]) == (24, 250, 1)
    assert figures(DEEDS, moment=on(9, 1))["roadblocks"] == 1
    assert late["roadblocks"] == 0
    assert figures(DEEDS)["roadblocks"] == 1
    assert late["blocks"] == 30
    assert late["trench_m"] == 220


@pytest.mark.parametrize(
    ("words", "bearing", "says"),
    [
        ("Some {rased} houses.", "true", "cannot fill in"),
        ("A brace { alone.", "true", "cannot fill in"),
        ("Houses.", "treu", "no bearing"),
    ],
)
def test_a_given_report_that_cannot_be_filled_in_is_refused(
    words: str, bearing: str, says: str
) -> None:
    sentence = SentenceOrder(words=words, bearing=bearing, kinds=(ClaimKind.BERM,))
    wrong = replace(GIVEN, paragraphs=((sentence,),))
    with pytest.raises(InvalidValue, match=says) as caught:
        write_reports(DEEDS, city=CITY, scenes=(), order=ReportsOrder(), explicit=(wrong,), seed=1)
    assert caught.value.choices
