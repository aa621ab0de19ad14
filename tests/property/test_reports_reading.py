from __future__ import annotations

import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.model.claim import Claim, Document
from earthwork.model.interval import Interval
from earthwork.model.place import GazetteerEntry
from earthwork.reports.claims import read_claims
from earthwork.reports.dates import time_expressions
from earthwork.reports.places import toponyms
from earthwork.reports.sentences import split_sentences

PIECES = (
    "Residents said",
    "Satellite images show",
    "according to the army,",
    "a wall",
    "concrete barriers",
    "trenches were dug",
    "was being built",
    "near Tull",
    "in the east",
    "on Friday",
    "since May 2014",
    "no road was cut",
    "“they fled”",
    "he added.",
    "rubble blocking roads,",
    "and berms",
    "will attack",
    "\n\n",
    ". ",
    "; ",
    "الموصل",
    "🧱",
)


class Names:
    def lookup(self, name: str) -> tuple[GazetteerEntry, ...]:
        if name.lower() != "tull":
            return ()
        return (
            GazetteerEntry(
                name="Tull",
                longitude=43.0,
                latitude=36.0,
                geonames_id=1,
                country="IQ",
                population=90_000,
            ),
        )


def document(text: str) -> Document:
    day = Interval.of_day(date(2016, 11, 4))
    return Document(id="r", digest="", text=text, published=day)


def read(text: str) -> tuple[Claim, ...]:
    return read_claims(document(text), gazetteer=Names())


def check_offsets(text: str) -> None:
    for claim in read(text):
        spans = [claim.quote, claim.source, claim.place_span, claim.when, claim.hedge, claim.tempo]
        for span in (*spans, *(q.span for q in claim.quantities)):
            assert span is None or text[span.start : span.end] == span.words
        assert claim.quote.words.strip()
    for name in toponyms(document(text), gazetteer=Names()):
        assert text[name.span.start : name.span.end] == name.span.words
    for when in time_expressions(document(text)):
        assert text[when.span.start : when.span.end] == when.span.words


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
@settings(max_examples=80, deadline=None)
def test_offsets_reproduce_the_words(text):
    check_offsets(text)


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_text_is_read_without_a_crash(text):
    check_offsets(text)


@given(st.lists(st.sampled_from(PIECES[:17]), min_size=1, max_size=12).map(" ".join))
@settings(max_examples=50, deadline=None)
def test_a_sentence_at_the_end_changes_no_earlier_claim(body):
    text = f"Troops were seen in the area on the day. {body}."
    more = f"{text} Lentils are on sale."
    assert read(more)[: len(read(text))] == read(text)


@given(st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_sentences_hold_every_word_once_and_in_order(text):
    pieces = split_sentences(text)
    assert [w for piece in pieces for w in piece.words.split()] == text.split()
    assert all(a.end <= b.start for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "a ",
        ". ",
        "\n ",
        "“ ",
        "Tull ",
        "Tull said a wall fell in Tull. ",
        "A, ",
        "road was ",
        "said ",
        "12 ",
        "the the ",
        "Aa Bb said the images show (",
    ],
)
def test_one_endless_line_takes_linear_time(unit):
    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        start = time.perf_counter()
        read(text)
        return time.perf_counter() - start

    seconds(1_000)
    short, long = seconds(3_000), seconds(24_000)
    # Eight times the text: quadratic time would be 64 times as long.
    assert long < 30 * max(short, 0.02)
