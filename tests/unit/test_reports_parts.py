"""Sentences, clauses, certainty, topics and quantities: the small parts of reading."""

from __future__ import annotations

import pytest

from earthwork.model.vocabulary import ClaimKind, Modality, Polarity, Progress
from earthwork.reports import certainty
from earthwork.reports.clauses import clauses, list_item, with_subject, without_purpose
from earthwork.reports.quantities import quantities_in
from earthwork.reports.sentences import LONGEST, Part, split_sentences
from earthwork.reports.topics import events, is_of_conflict, things


def words_of(text: str) -> list[str]:
    return [sentence.words for sentence in split_sentences(text)]


# --- sentences ---


def test_titles_initials_and_dates_do_not_end_a_sentence():
    text = "Brig. Gen. J. Karim spoke on Oct. 3 at 5 a.m. local time. The U.S. envoy left. He sat."
    assert words_of(text) == [
        "Brig. Gen. J. Karim spoke on Oct. 3 at 5 a.m. local time.",
        "The U.S. envoy left.",
        "He sat.",
    ]


def test_a_sentence_may_end_with_an_initialism():
    assert words_of("Aid came from the U.S. The road is shut.") == [
        "Aid came from the U.S.",
        "The road is shut.",
    ]


def test_quotes_close_with_their_sentence():
    assert words_of("“We saw it.” They left! Why?") == ["“We saw it.”", "They left!", "Why?"]


def test_offsets_point_into_the_text_across_newlines():
    text = "One wall.\r\n\r\n  Two walls. Three.\r\n\r\n"
    for sentence in split_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.words
    assert [s.paragraph for s in split_sentences(text)] == [0, 1, 1]


def test_the_parts_of_a_report():
    text = (
        "Berms Rise Round Town\n\nBy Ann Reporter\n\nCrews piled sand on Monday.\n\n"
        "This Oct. 3 image shows a berm. (Maxar via AP)\n\n(Maxar/Planet via Reuters)\n\n"
        "Ann Reporter is a senior editor for The Daily.\n\nShe lives in Paris."
    )
    parts = [sentence.part for sentence in split_sentences(text)]
    assert parts == [
        Part.HEADLINE,
        Part.BYLINE,
        Part.BODY,
        Part.CAPTION,
        Part.CAPTION,
        Part.CREDIT,
        Part.BYLINE,
        Part.BYLINE,
    ]


def test_a_text_of_one_line_has_no_headline():
    assert [s.part for s in split_sentences("Walls everywhere")] == [Part.BODY]
    assert split_sentences("  \n ") == ()


def test_an_endless_sentence_is_cut_at_spaces():
    text = "sand " * 1000
    pieces = split_sentences(text)
    assert max(len(piece.words) for piece in pieces) <= LONGEST
    assert sum(len(piece.words.split()) for piece in pieces) == 1000
    assert len(split_sentences("x" * (2 * LONGEST + 1))) == 3


# --- clauses ---


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a wall is up; trenches were dug", ["a wall is up", "trenches were dug"]),
        ("they dug ditches, berms and pits", ["they dug ditches, berms and pits"]),
        ("the road was cut, and it is still shut", ["the road was cut", "it is still shut"]),
        ("a wall stands where a school was", ["a wall stands", "a school was"]),
        (
            "they crossed the river and entered the town",
            ["they crossed the river and entered the town"],
        ),
        ("that a wall was built, and", ["a wall was built"]),
        ("", []),
    ],
)
def test_clauses(said, expected):
    assert [said[a:b] for a, b in clauses(said, 0, len(said))] == expected


def test_purposes_are_left_out():
    said = "they raised berms to slow the army"
    assert said[slice(*without_purpose(said, 0, len(said)))] == "they raised berms"
    assert without_purpose("a berm stands", 0, 13) == (0, 13)


def test_the_item_of_a_list_and_its_subject():
    said = "areas by the river, which are mined, have been walled in"
    whole = (0, len(said))
    start = said.index("walled")
    item = list_item(said, whole, (start, start + 6))
    assert said[slice(*item)] == "have been walled in"
    assert with_subject(said, whole, item) == whole
    said = "rows of blocks, earthen berms and rubble"
    item = list_item(said, (0, len(said)), (said.index("berms"), said.index("berms") + 5))
    assert said[slice(*item)] == "earthen berms"
    assert with_subject(said, (0, len(said)), item) == item


# --- certainty ---


@pytest.mark.parametrize(
    ("clause", "modality"),
    [
        ("a wall was built", Modality.REPORTED),
        ("they plan to dig a trench", Modality.PLANNED),
        ("the trench is to reach the river", Modality.PLANNED),
        ("the assault will come soon", Modality.FORECAST),
        ("an attack is expected", Modality.FORECAST),
        ("the road could be cut", Modality.CONDITIONAL),
        ("troops could get no farther", Modality.REPORTED),
        ("the village appears to have been razed", Modality.INFERRED),
        ("it was built in May", Modality.REPORTED),
        ("it may have been built", Modality.INFERRED),
        ("we saw a berm", Modality.OBSERVED),
    ],
)
def test_modality(clause, modality):
    assert certainty.read_modality(clause, is_denied=False, is_seen=False) is modality


def test_denial_and_sight_decide_the_modality():
    assert certainty.read_modality("a wall", is_denied=True, is_seen=True) is Modality.DENIED
    assert certainty.read_modality("a wall", is_denied=False, is_seen=True) is Modality.OBSERVED


def test_polarity_and_standing():
    assert certainty.read_polarity("no wall was built") is Polarity.NEGATED
    assert certainty.read_polarity("digging hasn’t started") is Polarity.NEGATED
    assert certainty.read_polarity("not only a wall but a ditch") is Polarity.AFFIRMED
    assert certainty.says_it_stands("the bridge remains usable")
    assert not certainty.says_it_stands("the bridge is down")


def test_hedges_and_pace():
    said = "about 30 blocks were hastily set down in May"
    assert said[slice(*certainty.find_hedge(said))] == "about"
    assert said[slice(*certainty.find_tempo(said))] == "hastily"
    assert certainty.find_hedge("built in May") is None
    assert certainty.find_tempo("a wall") is None


@pytest.mark.parametrize(
    ("clause", "modality", "is_long_ago", "progress"),
    [
        ("a wall is being built", Modality.REPORTED, False, Progress.UNDER_WAY),
        ("a wall has been built", Modality.REPORTED, False, Progress.DONE),
        ("a wall has been built", Modality.REPORTED, True, Progress.PAST),
        ("a wall the army once kept", Modality.REPORTED, False, Progress.PAST),
        ("a wall", Modality.PLANNED, False, Progress.ANNOUNCED),
        ("the road was reopened", Modality.REPORTED, False, Progress.REOPENED),
        ("a wall in the east", Modality.REPORTED, False, Progress.UNSTATED),
    ],
)
def test_progress(clause, modality, is_long_ago, progress):
    got = certainty.read_progress(clause, modality=modality, is_long_ago=is_long_ago)
    assert got is progress


# --- topics ---


@pytest.mark.parametrize(
    ("clause", "kind"),
    [
        ("a sand berm runs west of the town", ClaimKind.BERM),
        ("anti-tank ditches line the road", ClaimKind.TRENCH),
        ("a concrete wall now rings the quarter", ClaimKind.WALL_BUILT),
        ("dragon's teeth stand in two lines", ClaimKind.BARRIER_ROW),
        ("boulders were rolled across the road", ClaimKind.ROADBLOCK),
        ("a checkpoint was set up", ClaimKind.ROADBLOCK),
        ("the highway was cut on Friday", ClaimKind.ROAD_BLOCKED),
        ("the coast road has been reopened", ClaimKind.ROAD_OPENED),
        ("the bridge was blown up", ClaimKind.BRIDGE_DESTROYED),
        ("forty houses were bulldozed", ClaimKind.BUILDING_RAZED),
        ("the school was damaged", ClaimKind.BUILDING_DAMAGED),
        ("the mill still stands", ClaimKind.BUILDING_STANDING),
        ("orchards were uprooted", ClaimKind.GROUND_CLEARED),
        ("a tunnel runs under the market", ClaimKind.TUNNEL),
        ("rubble litters the streets; rubble piled beside a road", ClaimKind.RUBBLE),
        ("mines were laid", ClaimKind.OTHER_PHYSICAL),
        ("a refugee camp was set up", ClaimKind.CAMP),
    ],
)
def test_things(clause, kind):
    assert kind in {mention.kind for mention in things(clause, 0, len(clause))}


@pytest.mark.parametrize(
    "clause",
    [
        "she had tunnel vision",
        "trade barriers fell",
        "it was a last-ditch plea",
        "Wall Street rose",
        "the train stopped in a tunnel",
    ],
)
def test_figures_of_speech_are_no_things(clause):
    assert list(things(clause, 0, len(clause))) == []


@pytest.mark.parametrize(
    ("clause", "kind"),
    [
        ("militants used civilians as human shields", ClaimKind.ALLEGATION),
        ("six people were killed", ClaimKind.CASUALTIES),
        ("convoys could not reach the town", ClaimKind.AID_ACCESS),
        ("thousands fled north", ClaimKind.DISPLACEMENT),
        ("the army withdrew", ClaimKind.WITHDRAWAL),
        ("jets bombed the depot", ClaimKind.BOMBARDMENT),
        ("troops entered the suburb", ClaimKind.ADVANCE),
        ("gunmen attacked a post", ClaimKind.ASSAULT),
        ("2,000 fighters remain inside", ClaimKind.OTHER),
        ("they don’t like their chances", ClaimKind.OPINION),
    ],
)
def test_events(clause, kind):
    assert next(events(clause, 0, len(clause))).kind is kind


def test_events_in_passing_and_demands_are_passed_over():
    assert list(events("coffins came after the attack", 0, 29)) == []
    said = "the attacks must stop"
    assert list(events(said, 0, len(said))) == []


def test_mentions_keep_the_offsets_of_the_text():
    said = "Yesterday they dug a trench"
    (mention,) = things(said, 10, len(said))
    assert said[mention.start : mention.end] in {"dug", "trench"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Troops dug in.", True),
        ("The levee wall waits for the rainy season.", False),
        ("Tourists walk the old wall by the museum.", False),
        ("A wall stands.", True),
    ],
)
def test_what_is_of_conflict(text, expected):
    assert is_of_conflict(text) is expected


# --- quantities ---


@pytest.mark.parametrize(
    ("said", "low", "high", "unit"),
    [
        ("a berm of 22 kilometres", 22.0, 22.0, "km"),
        ("more than 31 km of berm", 31.0, None, "km"),
        ("a 10-mile trench", 16.09344, 16.09344, "km"),
        ("walls 3 to 4 metres high", 3.0, 4.0, "m"),
        ("9,644 buildings fell", 9644.0, 9644.0, "count"),
        ("three bridges", 3.0, 3.0, "count"),
        ("2 million people", 2e6, 2e6, "people"),
        ("some 5 hectares", 5e4, 5e4, "m2"),
    ],
)
def test_quantities(said, low, high, unit):
    (sentence,) = split_sentences(said)
    (quantity,) = quantities_in(sentence, 0, len(said))
    assert (quantity.low, quantity.unit) == (pytest.approx(low), unit)
    assert quantity.high == (pytest.approx(high) if high is not None else None)
    assert said[quantity.span.start : quantity.span.end] == quantity.span.words


def test_durations_are_no_quantities():
    (sentence,) = split_sentences("for 30 hours and 2 days")
    assert quantities_in(sentence, 0, 23) == ()
