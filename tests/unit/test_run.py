"""Plans are addressed by what goes in; runs take what is in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from earthwork.errors import InvalidValue
from earthwork.evidence.store import Store
from earthwork.pipeline.events import Event, Noted, StepFinished, StepStarted
from earthwork.pipeline.plan import Bench, Plan, Recorded, StepList, code_version, digest_of
from earthwork.pipeline.run import run


def noon() -> datetime:
    return datetime(2031, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    case = tmp_path / "case"
    case.mkdir()
    with Store.open(case, clock=noon, by="tester") as opened:
        yield opened


def writing(text: str, made: list[str]) -> Callable[[Bench, Path], None]:
    def perform(bench: Bench, out: Path) -> None:
        made.append(text)
        bench.note(f"made {text}")
        (out / "text.txt").write_text(text, encoding="utf-8")

    return perform


def two_steps(made: list[str], *, second: str = "b") -> Plan:
    steps = StepList()
    steps.add("open a", writing("a", made))

    def joined(bench: Bench, out: Path) -> None:
        made.append(second)
        before = (bench.result("open a") / "text.txt").read_text(encoding="utf-8")
        (out / "text.txt").write_text(before + second, encoding="utf-8")

    steps.add("join", joined, after=("open a",), parameters={"second": second})
    return Plan(originals=(), steps=steps.steps)


def test_a_second_run_makes_nothing(store: Store) -> None:
    made: list[str] = []
    run(two_steps(made), store)
    events: list[Event] = []
    run(two_steps(made), store, listen=events.append)
    assert made == ["a", "b"]
    assert [e.is_reused for e in events if isinstance(e, StepFinished)] == [True, True]


def test_a_changed_parameter_makes_only_what_rests_on_it(store: Store) -> None:
    made: list[str] = []
    run(two_steps(made), store)
    run(two_steps(made, second="c"), store)
    assert made == ["a", "b", "c"]


def test_results_feed_later_steps(store: Store) -> None:
    plan = two_steps([])
    run(plan, store)
    folder = store.derived(plan.steps[1].key)
    assert folder is not None
    assert (folder / "text.txt").read_text(encoding="utf-8") == "ab"


def test_events_tell_the_way(store: Store) -> None:
    events: list[Event] = []
    run(two_steps([]), store, listen=events.append)
    assert [type(e) for e in events] == [
        StepStarted,
        Noted,
        StepFinished,
        StepStarted,
        StepFinished,
    ]


def test_a_step_that_fails_keeps_what_was_done_before(store: Store) -> None:
    made: list[str] = []
    steps = StepList()
    steps.add("open a", writing("a", made))

    def fails(bench: Bench, out: Path) -> None:
        (out / "half.txt").write_text("half", encoding="utf-8")
        raise InvalidValue("no")

    steps.add("fail", fails, after=("open a",))
    plan = Plan(originals=(), steps=steps.steps)
    with pytest.raises(InvalidValue):
        run(plan, store)
    assert store.derived(plan.steps[0].key) is not None
    assert store.derived(plan.steps[1].key) is None


def test_originals_are_recorded_once(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("x", encoding="utf-8")
    plan = Plan(
        originals=(Recorded(file=file, digest=digest_of(file), role="report", origin={}),),
        steps=(),
    )
    run(plan, store)
    run(plan, store)
    assert [entry.act for entry in store.entries].count("add") == 1
    assert store.original(digest_of(file)).read_bytes() == b"x"


def test_keys_depend_on_inputs_parameters_and_what_came_before() -> None:
    def key(**given: object) -> str:
        steps = StepList()
        steps.add("open a", writing("a", []), originals=(str(given.get("digest", "1")),))
        steps.add(
            "join",
            writing("b", []),
            after=("open a",),
            parameters={"x": given.get("x", 1)},
        )
        return steps.steps[1].key

    assert key() == key()
    assert len({key(), key(digest="2"), key(x=2)}) == 3


def test_the_code_has_a_version() -> None:
    number, digest = code_version().split("+")
    assert number
    assert len(digest) == 12
