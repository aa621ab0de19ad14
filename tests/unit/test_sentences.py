"""Sentences say what the evidence says, and a change of either is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from shapely import box

from earthwork.errors import SentenceUnsupported
from earthwork.model.claim import Span
from earthwork.model.finding import Look
from earthwork.model.interval import Interval
from earthwork.model.vocabulary import (
    BuildingState,
    ClaimKind,
    Kind,
    Modality,
    Polarity,
    Seen,
    SourceKind,
    Verdict,
)
from earthwork.publishing.citations import cite, quoted_words, source_words
from earthwork.publishing.facts import BriefEvidence, fact_at, index_of
from earthwork.publishing.sentences import (
    OVERVIEW_ID,
    Sentence,
    check_sentences,
    compile_sentences,
)

from .brief_case import (
    CHANGE,
    CLAIMS,
    DOCUMENTS,
    FINDINGS,
    OBSERVATIONS,
    SCENES,
    make_case,
    make_claim,
    make_evidence,
    make_finding,
    make_observation,
    make_scene,
)


@pytest.fixture
def evidence() -> BriefEvidence:
    return make_evidence()


def _texts(evidence: BriefEvidence) -> dict[str, str]:
    return {s.id: s.text for s in compile_sentences(evidence)}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("S-berm", "The images bear this out: a berm (a raised bank of earth), about 320 m long,"),
        ("S-berm", "Harbour Wire (3 Nov 2031) cited residents as saying: “a bank of earth was"),
        ("S-berm", "the change came about between 14 Aug and 31 Oct 2031."),
        ("S-berm", "(r2-01) repeats it and counts as the same origin."),
        ("S-razed", "bear this out in part: two razed buildings, covering about 710 m² in all,"),
        ("S-razed", "“dozens” was said; less was seen."),
        ("S-razed", "The inference remains the speaker's."),
        ("S-factory", "contradict this: a building still standing was seen in the area named in"),
        ("S-wall", "not seen in the image of 31 Oct 2031, though it could have been."),
        ("S-wall", "(hedged: “apparently”)"),
        ("S-tunnel", "cannot be seen from above; the images neither support nor contradict this."),
        ("S-trench", "This was not assessed. The image does not cover the place."),
        ("S-later", "Harbour Wire (3 Nov 2031) stated: “a wall would be built by mid-December”."),
        ("S-later", "was not due by 5 Nov 2031. It was not held against the images."),
        ("S-opinion", "this is not something an image can judge."),
        ("S-staged", "barriers standing ready beside an open road, about 30 m long, was seen"),
        ("S-staged", "by 31 Oct 2031, first seen then; no reader has noted an earlier image"),
        ("S-staged", "The purpose given remains the speaker's."),
        ("S-block", "(concrete blocks, rubble or wall sections)"),
        (
            "S-clear",
            "An area of cleared ground, covering about 1.7 ha, was seen about 0.8 km",
        ),
        ("S-clear", "The image does not exclude a camp instead."),
        ("S-clear", "No report read for this case was found to speak of it."),
        ("S-camp", "in an image of unknown date; when this came about is not known."),
        (OVERVIEW_ID, "Ten claims from two reports were held against three images."),
        (OVERVIEW_ID, "two borne out by the images; two partly borne out; one contradicted"),
        (OVERVIEW_ID, "Two observations match no report that was read."),
    ],
)
def test_each_verdict_and_kind_has_its_form(
    evidence: BriefEvidence, sentence: str, said: str
) -> None:
    assert said in _texts(evidence)[sentence]


def test_every_finding_is_told_once_and_in_order(evidence: BriefEvidence) -> None:
    told = [s.finding for s in compile_sentences(evidence)]
    assert told == [None, *(f.id for f in FINDINGS)]


def test_what_was_compiled_holds(evidence: BriefEvidence) -> None:
    check_sentences(compile_sentences(evidence), evidence)


def test_no_reader_and_no_note_is_ever_told(evidence: BriefEvidence) -> None:
    everything = " ".join(_texts(evidence).values())
    assert "Ada" not in everything
    assert "secret" not in everything


def _with(items: tuple[Any, ...], name: str, **changed: Any) -> tuple[Any, ...]:
    return tuple(replace(item, **changed) if item.id == name else item for item in items)


def _finding(name: str, **changed: Any) -> dict[str, Any]:
    return {"findings": _with(FINDINGS, name, **changed)}


def _observation(name: str, **changed: Any) -> dict[str, Any]:
    return {"observations": _with(OBSERVATIONS, name, **changed)}


LATER = Interval(start=CHANGE.start, end=datetime(2031, 11, 1, tzinfo=UTC))
NOVEMBER = Interval.of_day(date(2031, 11, 1))

MUTATIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("S-berm", "observations/O-berm/kind", _observation("O-berm", kind=Kind.TRENCH)),
    ("S-berm", "findings/F-berm/kind", _finding("F-berm", kind=Kind.TRENCH)),
    ("S-factory", "observations/O-factory/state",
     _observation("O-factory", state=BuildingState.RAZED)),
    ("S-razed", "findings/F-razed/count", _finding("F-razed", count=3)),
    ("S-berm", "findings/F-berm/length_m", _finding("F-berm", length_m=321.0)),
    ("S-berm", "observations/O-berm/length_m", _observation("O-berm", length_m=321.0)),
    ("S-clear", "findings/F-clear/area_m2", _finding("F-clear", area_m2=17_401.0)),
    ("S-clear", "observations/O-clear/area_m2", _observation("O-clear", area_m2=17_401.0)),
    ("S-berm", "findings/F-berm/interval/end", _finding("F-berm", interval=LATER)),
    ("S-berm", "observations/O-berm/interval/end", _observation("O-berm", interval=LATER)),
    ("S-wall", "scenes/after/capture/interval",
     {"scenes": (SCENES[0], make_scene("after", date(2031, 11, 1)), SCENES[2])}),
    ("S-wall", "findings/F-wall/verdict", _finding("F-wall", verdict=Verdict.NOT_ASSESSED)),
    ("S-clear", "findings/F-clear/place", _finding("F-clear", place="elsewhere")),
    ("S-trench", "findings/F-trench/reason", _finding("F-trench", reason="Cloud.")),
    ("S-berm", "findings/F-berm/observations", _finding("F-berm", observations=("O-block",))),
    ("S-berm", "findings/F-berm/claims", _finding("F-berm", claims=("r1-01",))),
    ("S-berm", "claims/r1-01/kind", {"claims": _with(CLAIMS, "r1-01", kind=ClaimKind.TRENCH)}),
    ("S-later", "claims/r1-07/modality",
     {"claims": _with(CLAIMS, "r1-07", modality=Modality.OBSERVED)}),
    ("S-berm", "documents/r1/published",
     {"documents": _with(DOCUMENTS, "r1", published=NOVEMBER)}),
    ("S-berm", "observations/O-berm/id",
     {"observations": tuple(o for o in OBSERVATIONS if o.id != "O-berm")}),
    ("S-berm", "claims/r1-01/id", {"claims": tuple(c for c in CLAIMS if c.id != "r1-01")}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "path", "changed"), MUTATIONS, ids=lambda v: str(v)[:40])
def test_a_changed_value_under_a_sentence_is_named(
    evidence: BriefEvidence, sentence: str, path: str, changed: dict[str, Any]
) -> None:
    compiled = [s for s in compile_sentences(evidence) if s.id == sentence]
    with pytest.raises(SentenceUnsupported) as caught:
        check_sentences(compiled, replace(evidence, **changed))
    assert caught.value.where == sentence
    assert path in caught.value.what


def _edit_text(s: Sentence) -> Sentence:
    return replace(s, text=s.text.replace("320 m", "3.2 km"))


def _rename(s: Sentence) -> Sentence:
    return replace(s, id="S-made-up")


def _add_evidence(s: Sentence) -> Sentence:
    return replace(s, evidence=(*s.evidence, "O-nowhere"))


@pytest.mark.parametrize("edit", [_edit_text, _rename, _add_evidence])
def test_an_edited_sentence_is_refused(
    evidence: BriefEvidence, edit: Callable[[Sentence], Sentence]
) -> None:
    sentences = [edit(s) if s.id == "S-berm" else s for s in compile_sentences(evidence)]
    with pytest.raises(SentenceUnsupported):
        check_sentences(sentences, evidence)


def test_a_statement_left_out_is_noticed(evidence: BriefEvidence) -> None:
    kept = [s for s in compile_sentences(evidence) if s.id != "S-factory"]
    with pytest.raises(SentenceUnsupported) as caught:
        check_sentences(kept, evidence)
    assert caught.value.where == "S-factory"


@pytest.mark.parametrize(
    "changed",
    [
        _observation("O-berm", length_m=640.0),
        _observation("O-clear", area_m2=1.0),
        _finding("F-berm", count=2),
    ],
)
def test_a_finding_must_agree_with_its_own_observations(changed: dict[str, Any]) -> None:
    stale = make_evidence(**changed)
    with pytest.raises(SentenceUnsupported, match="its observations make"):
        check_sentences(compile_sentences(stale), stale)


def test_a_finding_with_both_sides_may_count_one_of_them() -> None:
    both = make_finding(
        "F-both", Verdict.PARTLY_SUPPORTED, "Elsewhere the contrary was seen.", ("r1-03",),
        kind=Kind.BUILDING_RAZED, observations=("O-razed-1", "O-factory"), interval=CHANGE, count=1,
        area_m2=357.0,
    )  # fmt: skip
    evidence = make_evidence(findings=(both,))
    sentences = compile_sentences(evidence)
    check_sentences(sentences, evidence)
    assert "a razed building, covering about 360 m², and a building still" in sentences[1].text


@pytest.mark.parametrize(
    ("changed", "missing"),
    [({"claims": ()}, "r1-01"), ({"observations": ()}, "O-berm"), ({"documents": ()}, "r1")],
)
def test_a_finding_on_nothing_does_not_compile(changed: dict[str, Any], missing: str) -> None:
    with pytest.raises(SentenceUnsupported) as caught:
        compile_sentences(make_evidence(**changed))
    assert missing in str(caught.value)


def test_a_verdict_from_images_needs_an_observation() -> None:
    bare = make_finding("F-bare", Verdict.SUPPORTED, "It was seen.", ("r1-10",))
    with pytest.raises(SentenceUnsupported, match="names no observation"):
        compile_sentences(make_evidence(findings=(bare,)))


def test_a_path_that_leads_nowhere_is_refused(evidence: BriefEvidence) -> None:
    with pytest.raises(SentenceUnsupported, match="no field"):
        fact_at("findings/F-berm/colour", index_of(evidence))
    with pytest.raises(SentenceUnsupported, match="no F-x"):
        fact_at("findings/F-x/kind", index_of(evidence))


def test_part_of_a_group_measured_is_said() -> None:
    observations = _observation("O-razed-2", area_m2=None)
    findings = _finding("F-razed", area_m2=357.0)
    text = _texts(make_evidence(**observations, **findings))["S-razed"]
    assert "covering about 360 m² in all (one of them measured)" in text


def test_length_and_area_may_stand_together() -> None:
    changed = _observation("O-berm", area_m2=960.0) | _finding("F-berm", area_m2=960.0)
    text = _texts(make_evidence(**changed))["S-berm"]
    assert "about 320 m long and covering about 960 m²," in text


def test_words_that_may_not_be_quoted_are_told_by_kind() -> None:
    closed = make_case(reports=())
    texts = _texts(make_evidence(case=closed))
    assert "cited residents on a berm, on the southern outskirts." in texts["S-berm"]
    assert "told of the building of a wall, on the southern outskirts, as a" in texts["S-later"]
    assert "“a bank" not in texts["S-berm"]
    assert "cited residents on a trench." in texts["S-trench"]


def test_a_denied_claim_told_by_kind_says_so() -> None:
    claim = make_claim("r1-01", ClaimKind.BERM, "no berm", polarity=Polarity.NEGATED)
    assert "said not to be there" in cite(claim, DOCUMENTS[0], None)


def test_right_to_left_words_are_isolated() -> None:
    claim = make_claim("r2-09", ClaimKind.BERM, "رفع ساتر ترابي")
    said = cite(claim, DOCUMENTS[1], make_case().reports[1])
    assert "“\u2068رفع ساتر ترابي\u2069”" in said
    assert said.startswith("\u2068وكالة النهر\u2069 (date unknown) cited residents")


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        ("Salma Haddad, a shopkeeper", SourceKind.RESIDENT, "a resident"),
        ("some families", SourceKind.RESIDENT, "residents"),
        ("Dr. X", SourceKind.AID_WORKER, "an aid worker"),
        ("he", SourceKind.OFFICIAL, "an official"),
        ("Governor Y", SourceKind.OFFICIAL, "Governor Y"),
    ],
)
def test_private_persons_and_pronouns_become_roles(words: str, kind: SourceKind, told: str) -> None:
    claim = make_claim(
        "r1-01", ClaimKind.BERM, "x", source=Span(start=0, end=1, words=words), source_kind=kind
    )
    assert source_words(claim) == told


def test_a_private_name_inside_a_quote_becomes_a_role() -> None:
    (claim,) = [c for c in CLAIMS if c.id == "r1-08"]
    assert quoted_words(claim) == "‘it is a prison now’, [a resident] said"


def test_images_show_and_do_not_say() -> None:
    claim = make_claim(
        "r1-01", ClaimKind.BERM, "a berm", source=Span(start=0, end=6, words="images of the city"),
        source_kind=SourceKind.IMAGERY,
    )  # fmt: skip
    assert "cited images of the city as showing: “a berm”." in cite(
        claim, DOCUMENTS[0], make_case().reports[0]
    )


def test_no_claim_is_said_plainly() -> None:
    one = make_evidence(claims=(), documents=(), findings=(FINDINGS[-1],))
    text = _texts(one)[OVERVIEW_ID]
    assert text == (
        "Three images and no reports were read; no claim was found to judge."
        " One observation matches no report that was read."
    )


def test_one_claim_is_singular() -> None:
    evidence = make_evidence(findings=(FINDINGS[4],))
    assert _texts(evidence)[OVERVIEW_ID].startswith("One claim from two reports was held against")


def test_images_of_several_dates_are_all_named() -> None:
    undated = Look(scene="press", seen=Seen.NOT_SEEN, reason="read")
    first = Look(scene="before", seen=Seen.NOT_SEEN, reason="read")
    looks = (first, *FINDINGS[3].looks, undated)
    text = _texts(make_evidence(**_finding("F-wall", looks=looks)))["S-wall"]
    assert "in the images of 14 Aug 2031, 31 Oct 2031 and one of unknown date" in text


def test_other_things_beyond_sight_give_their_reason() -> None:
    small = replace(FINDINGS[4], claim_kind=ClaimKind.OTHER_PHYSICAL, reason="It is too small.")
    text = _texts(make_evidence(findings=(small,)))["S-tunnel"]
    assert "could not be seen from above" in text
    assert text.endswith("It is too small.")


def test_a_claim_without_place_is_seen_in_the_case() -> None:
    claims = _with(CLAIMS, "r1-10", place=None)
    assert "was seen in the area of the case" in _texts(make_evidence(claims=claims))["S-block"]


def test_a_hand_drawn_thing_has_no_alternatives() -> None:
    drawn = make_observation("O-clear", Kind.GROUND_CLEARED, box(0, 0, 9, 9), area_m2=17_400.0)
    observations = tuple(drawn if o.id == "O-clear" else o for o in OBSERVATIONS)
    assert "exclude" not in _texts(make_evidence(observations=observations))["S-clear"]
