"""Custody under chance: flipped bytes, torn appends, writers that race."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earthwork.errors import LedgerBroken
from earthwork.evidence.ledger import (
    Ledger,
    canonical_json,
    check_head,
    read_chain,
    read_entries,
    read_head,
    read_ledger_bytes,
    split_tail,
)
from earthwork.evidence.store import Store, result_key
from earthwork.evidence.verification import verify

NOON = datetime(2031, 10, 31, 12, tzinfo=UTC)
KEY = result_key("align", inputs=["a"], parameters={}, version="1")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def small_case(folder: Path) -> Path:
    """Return a case with one of everything, a mended crash among it."""
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "ledger.jsonl").write_bytes(b'{"act":"torn')
    with Store.open(folder, clock=lambda: NOON, by="a reader") as store:
        store.add_original(b"pixels", name="a.tif", role="scene", origin={"credit": "Größe"})
        store.put_derived(KEY, write, step="align", inputs=["a"], parameters={"x": 0.5})
        store.publish({"brief/brief.html": b"<p>"})
    return folder


def write(out: Path) -> None:
    (out / "a.txt").write_bytes(b"one")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("custody") / "case")


@pytest.fixture(scope="module")
def positions(example: Path) -> tuple[tuple[Path, int], ...]:
    return tuple(
        (path, offset)
        for path in sorted(p for p in example.rglob("*") if p.is_file() and p.name != "lock")
        for offset in range(path.stat().st_size)
    )


@pytest.fixture
def no_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def holds_when_flipped(case: Path, path: Path, offset: int, flip: int) -> bool:
    whole = path.read_bytes()
    path.chmod(0o644)
    flipped = bytearray(whole)
    flipped[offset] ^= flip
    try:
        path.write_bytes(flipped)
        return verify(case).holds
    finally:
        path.write_bytes(whole)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_one_flipped_byte_anywhere_is_found(
    example: Path, positions: tuple[tuple[Path, int], ...], data: st.DataObject
) -> None:
    path, offset = data.draw(st.sampled_from(positions))
    assert not holds_when_flipped(example, path, offset, data.draw(st.integers(1, 255)))


def test_one_flipped_bit_of_every_byte_of_the_files_is_found(
    example: Path, positions: tuple[tuple[Path, int], ...]
) -> None:
    assert verify(example).holds
    missed = [
        (path.name, offset)
        for path, offset in positions
        if path.name != "ledger.jsonl"
        and holds_when_flipped(example, path, offset, 1 << (offset % 8))
    ]
    assert missed == []


def test_one_flipped_bit_of_every_byte_of_the_ledger_is_found(example: Path) -> None:
    raw, head = read_ledger_bytes(example / "evidence"), read_head(example / "evidence")
    for offset in range(len(raw)):
        flipped = bytearray(raw)
        flipped[offset] ^= 1 << (offset % 8)
        lines, _ = split_tail(bytes(flipped))
        with pytest.raises(LedgerBroken):
            check_head(tuple(read_entries(lines, where="ledger.jsonl")), head)


@pytest.mark.usefixtures("no_flush")
def test_an_append_killed_at_any_byte_is_mended(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    path, head = case / "evidence" / "ledger.jsonl", case / "evidence" / "head.json"
    before, old_head = path.read_bytes(), head.read_bytes()
    with Store.open(case, clock=lambda: NOON, by="a reader") as store:
        store.record("review", {"candidate": "C-1"})
    line = path.read_bytes()[len(before) :]
    torn = case / "evidence" / "torn"
    known_torn = {fragment.name for fragment in torn.iterdir()}
    acts_before = len(before.splitlines())
    for kept in range(len(line) + 1):
        for fragment in torn.iterdir():
            if fragment.name not in known_torn:
                fragment.unlink()
        path.write_bytes(before + line[:kept])
        head.write_bytes(old_head)
        with Store.open(case, clock=lambda: NOON, by="a reader") as store:
            store.record("review", {"candidate": "C-2"})
        acts = [entry.act for entry in read_chain(case / "evidence").entries][acts_before:]
        mended = ["recovered"] if 0 < kept < len(line) else ["review"] * (kept == len(line))
        assert acts == [*mended, "review"]
        assert verify(case).holds


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(st.tuples(texts, st.dictionaries(texts, json_values, max_size=3)), max_size=5))
@pytest.mark.usefixtures("no_flush")
def test_whatever_json_is_recorded_is_read_back(
    acts: list[tuple[str, dict[str, object]]],
) -> None:
    with TemporaryDirectory() as name:
        ledger = Ledger(Path(name), clock=lambda: NOON, by="a reader")
        appended = [ledger.append(act, data) for act, data in acts]
        ledger.close()
        assert list(read_chain(Path(name)).entries) == appended
    assert [(e.act, canonical_json(e.data)) for e in appended] == [
        (act, canonical_json(data)) for act, data in acts
    ]


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=200))
def test_bytes_that_are_no_line_are_a_named_fault(raw: bytes) -> None:
    with pytest.raises(LedgerBroken) as caught:
        tuple(read_entries(raw + b"\n{}\n", where="ledger.jsonl"))
    assert caught.value.where is not None
    assert caught.value.where.startswith("ledger.jsonl, line ")


WRITER = """
import random, sys, time
from datetime import UTC, datetime
from pathlib import Path
from earthwork.errors import CaseBusy
from earthwork.evidence.store import Store

folder, name, wanted = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chance, done, refused = random.Random(name), 0, 0
while done < wanted:
    try:
        with Store.open(folder, clock=lambda: datetime.now(UTC), by=name) as store:
            for _ in range(min(chance.randint(1, 4), wanted - done)):
                store.record("review", {"writer": name, "number": done})
                done += 1
                time.sleep(chance.random() / 300)
    except CaseBusy:
        refused += 1
    time.sleep(chance.random() / 300)
print(refused)
"""


def test_two_writers_are_serialised_or_refused(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name, "40"], stdout=subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    for writer in writers:
        writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0]
    entries = read_chain(tmp_path / "evidence").entries
    for name in ("one", "two"):
        assert [e.data["number"] for e in entries if e.by == name] == list(range(40))
    assert verify(tmp_path).holds


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from earthwork.evidence.store import Store

with Store.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC), by="x") as store:
    print("ready", flush=True)
    number = 0
    while True:
        store.add_original(f"{number}".encode() * 50_000, name="n", role="scene", origin={})
        number += 1
"""


@pytest.mark.parametrize("seconds", [0.02, 0.09, 0.2])
def test_a_writer_killed_at_work_leaves_a_case_that_holds(tmp_path: Path, seconds: float) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        writer.wait(seconds)
    writer.kill()
    writer.communicate()
    assert verify(tmp_path).holds
    with Store.open(tmp_path, clock=lambda: NOON, by="y") as store:
        for number in range(len(store.recorded.originals) + 1):
            store.add_original(f"{number}".encode() * 50_000, name="n", role="scene", origin={})
    verification = verify(tmp_path)
    assert verification.holds
    assert verification.notes == () or "clock" in verification.notes[0].what
