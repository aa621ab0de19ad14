from __future__ import annotations

import pytest

from earthwork.model.vocabulary import SourceKind
from earthwork.reports.attribution import Attribution, attribute, source_kind
from earthwork.reports.sentences import split_sentences


def voices(text: str) -> list[tuple[Attribution, ...]]:
    return list(attribute(split_sentences(text), text=text))


def only(text: str) -> Attribution:
    ((voice,),) = voices(text)
    return voice


def content(text: str) -> list[str]:
    return [text[a:b].strip(" ,.“”") for a, b in only(text).content]


@pytest.mark.parametrize(
    ("text", "source", "kind"),
    [
        ("Residents said a wall was up.", "Residents", SourceKind.RESIDENT),
        ("Locals are reporting that a wall is up.", "Locals", SourceKind.RESIDENT),
        ("Maj. Gen. Ali Karim said a wall was up.", "Maj. Gen. Ali Karim", SourceKind.MILITARY),
        (
            "Ali Karim, the mayor of Tull, says a wall is up.",
            "Ali Karim, the mayor of Tull",
            SourceKind.OFFICIAL,
        ),
        (
            "A wall is up, said Ali Karim, the deputy governor.",
            "Ali Karim, the deputy governor",
            SourceKind.OFFICIAL,
        ),
        ("A wall is up, villagers said on Monday.", "villagers", SourceKind.RESIDENT),
        ("According to Oxfam, a wall is up.", "Oxfam", SourceKind.NGO),
        (
            "A wall is up, according to Ali Karim, a shopkeeper.",
            "Ali Karim, a shopkeeper",
            SourceKind.RESIDENT,
        ),
        ("On Friday, the U.N. said a wall was up.", "the U.N.", SourceKind.UN_AGENCY),
        (
            "“A wall is up,” the rebel spokesman said.",
            "the rebel spokesman",
            SourceKind.ARMED_GROUP,
        ),
        ("Police in Tull told Reuters that a wall was up.", "Police in Tull", SourceKind.OFFICIAL),
        ("Satellite images show a wall.", "Satellite images", SourceKind.IMAGERY),
        (
            "A wall can be seen in a picture taken on Monday.",
            "a picture taken on Monday",
            SourceKind.IMAGERY,
        ),
        ("Moscow said a wall was up.", "Moscow", SourceKind.OFFICIAL),
        ("Sara Haddad of Tull says a wall is up.", "Sara Haddad of Tull", SourceKind.RESIDENT),
        (
            "A source who asked not to be named said a wall was up.",
            "A source who asked not to be named",
            SourceKind.ANONYMOUS,
        ),
        ("A think-tank study found a wall.", "A think-tank study", SourceKind.ANALYST),
        ("The lab’s analysis shows a wall.", "The lab’s analysis", SourceKind.ANALYST),
        ("An aid worker said a wall was up.", "An aid worker", SourceKind.AID_WORKER),
        (
            "The army pulled out, with several reports suggesting that a wall fell.",
            "several reports",
            SourceKind.MEDIA,
        ),
    ],
)
def test_who_vouches(text, source, kind):
    voice = only(text)
    assert voice.source is not None
    assert (voice.source.words, voice.kind) == (source, kind)
    assert text[voice.source.start : voice.source.end] == voice.source.words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Residents said a wall was up.", ["a wall was up"]),
        ("A wall is up, villagers said on Monday.", ["A wall is up", "on Monday"]),
        ("Police told Reuters that a wall was up.", ["a wall was up"]),
        ("A wall, he knew, is up, according to Oxfam.", ["A wall, he knew, is up"]),
    ],
)
def test_what_is_vouched_for(text, expected):
    assert content(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A wall stands in the east.",
        "Mines were found on the road.",
        "The wall, reports suggest nothing of it",
        "He stood by “what she said about it” alone.",
    ],
)
def test_the_article_itself(text):
    assert voices(text) == [()]


def test_denial_and_sight():
    assert only("The ministry denied that a wall was up.").denies
    assert only("Eyewitnesses said a wall was up.").sees
    assert only("Reporters watched a wall go up.").sees
    assert only("A photo shows a wall.").sees
    assert not only("Residents said a wall was up.").sees


def test_the_first_person_is_the_reporter():
    voice = only("South of the town I came upon a new road.")
    assert (voice.kind, voice.source and voice.source.words) == (SourceKind.MEDIA, "I")


def test_a_pronoun_inherits_the_last_source():
    first, second = voices("Residents said a wall was up. They said it was high.")
    assert second[0].source == first[0].source
    assert second[0].is_inherited
    assert not first[0].is_inherited


def test_a_pronoun_without_anyone_before_is_no_source():
    assert only("He said a wall was up.").source is None


def test_sentences_between_two_of_one_speaker_are_the_speakers():
    text = "The mayor said a wall was up. The road was shut. No one could pass, he added."
    found = voices(text)
    assert [v[0].source.words for v in found] == ["The mayor"] * 3


def test_a_picture_goes_on_being_described_but_not_what_may_come():
    found = voices("Satellite images show a berm. A trench lies behind it. It would stop tanks.")
    assert found[1][0].kind is SourceKind.IMAGERY
    assert found[1][0].is_inherited
    assert found[2] == ()


def test_a_quotation_runs_on():
    found = voices("“A wall is up,” the mayor said. “The road is shut.”")
    assert found[1][0].source.words == "the mayor"


def test_a_soldier_does_not_speak_in_the_next_sentence():
    assert voices("Col. Ali Karim said a wall was up. The road was shut.")[1] == ()


def test_a_caption_is_vouched_for_by_its_credit():
    text = "A report.\n\nA berm by Tull, Oct. 3. (Maxar via AP)\n\nMore was built."
    found = voices(text)
    assert found[2][0].kind is SourceKind.IMAGERY
    assert found[-1] == ()


def test_bylines_name_no_source():
    text = "By Ann Reporter said\n\nA wall is up in the east of it."
    assert voices(text)[0] == ()


def test_a_surname_takes_the_kind_of_its_introduction():
    text = "Ali Karim, a professor of war, spoke. Karim said a wall was up."
    assert voices(text)[1][0].kind is SourceKind.ANALYST
    assert source_kind("Karim", text="Lawmaker spokesman Karim came.") is SourceKind.OFFICIAL
    assert source_kind("Karim", text="") is SourceKind.RESIDENT
    assert source_kind("nobody at all", text="") is SourceKind.RESIDENT
