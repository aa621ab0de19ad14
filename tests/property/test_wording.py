"""Numbers and dates in words mean what they are made from, whatever they are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earthwork.model.interval import Interval
from earthwork.reports.dates import times_in
from earthwork.reports.quantities import quantities_in
from earthwork.reports.sentences import split_sentences
from earthwork.simulate.reporting.wording import (
    NO_TIME,
    TimeWords,
    american,
    say_ahead,
    say_area,
    say_count,
    say_inflated_count,
    say_length,
    say_past,
    say_since,
    say_span,
)

days = st.dates(min_value=date(2030, 1, 1), max_value=date(2034, 12, 31))
seeds = st.integers(0, 2**31)


def _read(said: TimeWords, published: date, verb: str) -> Interval | None:
    (sentence,) = split_sentences(f"A berm {verb} north of the city {said.words}.")
    (time,) = times_in(sentence, published=Interval.of_day(published))
    return time.interval


@given(days, st.integers(1, 150), seeds, st.booleans())
def test_past_days_hold_the_day_and_are_read_back(
    published: date, back: int, seed: int, is_american: bool
) -> None:
    day = published - timedelta(days=back)
    said = say_past(day, published=published, is_american=is_american,
                    rng=np.random.default_rng(seed))  # fmt: skip
    assert said.interval.start.date() <= day <= said.interval.end.date() <= published
    assert _read(said, published, "was raised") == said.interval


@given(days, st.integers(1, 150), seeds, st.booleans())
def test_spans_reach_publication_and_are_read_back(
    published: date, back: int, seed: int, is_american: bool
) -> None:
    day = published - timedelta(days=back)
    said = say_since(day, published=published, is_american=is_american,
                     rng=np.random.default_rng(seed))  # fmt: skip
    assert said.interval.end.date() == published
    assert 0 <= (day - said.interval.start.date()).days <= 10
    assert not said.is_over
    assert _read(said, published, "has been growing") == said.interval


@given(days, st.integers(0, 60), st.integers(1, 60), seeds, st.booleans())
def test_several_days_are_told_by_words_that_hold_them_all(
    published: date, back: int, length: int, seed: int, is_american: bool
) -> None:
    last = published - timedelta(days=back)
    first = last - timedelta(days=length)
    said = say_span(first, last, published=published, is_american=is_american,
                    rng=np.random.default_rng(seed))  # fmt: skip
    assert said.interval.start.date() <= first < last <= said.interval.end.date() <= published
    if "between" in said.words:
        assert said.interval == Interval.of_days(first, last)


@given(days, seeds)
def test_coming_times_lie_ahead(published: date, seed: int) -> None:
    said = say_ahead(published=published, rng=np.random.default_rng(seed))
    assert said.words
    if said.interval is not None:
        assert said.interval.end.date() > published
        assert _read(said, published, "will be raised") == said.interval


@given(days, seeds)
def test_the_day_itself_is_left_unsaid(published: date, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert say_past(published, published=published, is_american=True, rng=rng) is NO_TIME
    assert say_since(published, published=published, is_american=True, rng=rng) is NO_TIME


def _number(words: str, noun: str) -> float:
    (sentence,) = split_sentences(f"They counted {words} {noun} there.")
    found = quantities_in(sentence, 0, len(sentence.words))
    return found[0].low


@given(st.integers(2, 50_000), seeds)
def test_honest_counts_are_near_and_read_back(true: int, seed: int) -> None:
    said = say_count(true, rng=np.random.default_rng(seed))
    if said.value is None:
        assert said.words == "dozens of"
        return
    assert abs(said.value - true) <= max(0.3 * true, 1)
    assert _number(said.words, "houses") == said.value


@given(st.integers(3, 5_000), seeds)
def test_inflated_counts_are_two_to_ten_times_too_high(true: int, seed: int) -> None:
    said = say_inflated_count(true, rng=np.random.default_rng(seed))
    assert 2 * true <= said.value <= 10 * true
    assert _number(said.words, "houses") == said.value


@given(st.floats(60, 60_000), seeds, st.booleans())
def test_lengths_are_near_or_inflated_and_read_back(
    true: float, seed: int, is_inflated: bool
) -> None:
    said = say_length(true, rng=np.random.default_rng(seed), is_inflated=is_inflated)
    low, high = (2, 10) if is_inflated else (0.8, 1.3)
    assert low * true <= said.value <= high * true
    (sentence,) = split_sentences(f"They saw {american(said.words)} of berm.")
    (found,) = quantities_in(sentence, 0, len(sentence.words))
    assert abs(found.low * (1000 if found.unit == "km" else 1) - said.value) < 1e-6 * said.value


@given(st.floats(1_500, 900_000), seeds, st.booleans())
def test_areas_are_near_or_inflated(true: float, seed: int, is_inflated: bool) -> None:
    said = say_area(true, rng=np.random.default_rng(seed), is_inflated=is_inflated)
    low, high = (2, 10) if is_inflated else (0.7, 1.4)
    assert low * true <= said.value <= high * true
    assert said.words.endswith(("hectare", "hectares", "square metres"))


@given(st.floats(700, 5_000), seeds)
def test_small_areas_are_inflated_enough(true: float, seed: int) -> None:
    said = say_area(true, rng=np.random.default_rng(seed), is_inflated=True)
    assert 2 * true <= said.value <= 15 * true
