"""Marks that are numbered in a picture, and those that are only counted."""

from __future__ import annotations

from shapely import box

from earthwork.model.vocabulary import Kind
from earthwork.publishing.marks import MOST_ALIKE, Mark, parted
from earthwork.publishing.symbols import symbol_of


def mark(number: int, name: str, *, waits: bool = False) -> Mark:
    return Mark(
        number=number, label=f"{name} {number}", geometry=box(0, 0, 1, 1), crs=None,
        symbol=symbol_of(Kind.BERM, None), evidence=f"O-{number}", is_candidate=waits, name=name,
    )  # fmt: skip


def test_a_few_of_each_name_are_numbered() -> None:
    marks = [mark(n, "berm") for n in range(1, MOST_ALIKE + 1)]
    single, crowds = parted(marks)
    assert [one.number for one in single] == list(range(1, MOST_ALIKE + 1))
    assert crowds == ()


def test_many_of_one_name_are_counted_and_the_others_keep_their_numbers() -> None:
    razed = [mark(n, "building razed") for n in range(3, 30)]
    single, crowds = parted([*razed, mark(40, "berm"), mark(1, "wall")])
    assert [one.number for one in single] == [1, 40]
    assert [crowd.label for crowd in crowds] == [
        "27 × building razed: see the table of observations"
    ]
    assert crowds[0].marks == tuple(razed)


def test_what_waits_for_a_reader_is_counted_apart() -> None:
    seen = [mark(n, "berm") for n in range(5)]
    waiting = [mark(n, "berm", waits=True) for n in range(10, 30)]
    single, crowds = parted([*seen, *waiting])
    assert len(single) == 5
    assert [crowd.name for crowd in crowds] == ["not reviewed: berm"]
