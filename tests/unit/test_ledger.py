"""The ledger: what it writes, what it refuses, what it mends."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from earthwork.errors import CaseError, InvalidValue, LedgerBroken
from earthwork.evidence.ledger import (
    GENESIS,
    Ledger,
    canonical_json,
    check_head,
    read_chain,
    read_head,
    split_tail,
)

NOON = datetime(2031, 10, 31, 12, tzinfo=UTC)


def opened(evidence: Path) -> Ledger:
    return Ledger(evidence, clock=lambda: NOON, by="a reader")


def written(evidence: Path, acts: int = 3) -> Path:
    ledger = opened(evidence)
    for number in range(acts):
        ledger.append("review", {"number": number, "words": "Größe \u200f\u05e9"})
    ledger.close()
    return evidence / "ledger.jsonl"


def rehashed(fields: dict[str, object]) -> bytes:
    """Return a line that somebody made who knows how lines are hashed."""
    content = canonical_json({k: v for k, v in fields.items() if k != "hash"})
    return canonical_json(fields | {"hash": hashlib.sha256(content).hexdigest()}) + b"\n"


def test_a_line_is_hashed_over_its_content_and_the_line_before(tmp_path: Path) -> None:
    path = written(tmp_path)
    previous = GENESIS
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = json.loads(line)
        said = fields.pop("hash")
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert fields["n"] == number
        assert fields["previous"] == previous
        assert fields["time"] == "2031-10-31T12:00:00+00:00"
        assert fields["by"] == "a reader"
        assert said == hashlib.sha256(text.encode()).hexdigest()
        previous = said
    head = read_head(tmp_path)
    assert head is not None
    assert (head.n, head.hash) == (3, previous)


def test_the_chain_goes_on_after_reopening(tmp_path: Path) -> None:
    written(tmp_path)
    ledger = opened(tmp_path)
    entry = ledger.append("review", {"number": 3})
    ledger.close()
    assert entry.n == 4
    assert [e.n for e in read_chain(tmp_path).entries] == [1, 2, 3, 4]


def test_an_entry_returned_is_the_entry_read_back(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    entry = ledger.append("review", {"b": (1, 2), "a": {"x": None}})
    ledger.close()
    assert read_chain(tmp_path).entries == (entry,)


def test_times_are_told_in_utc(tmp_path: Path) -> None:
    east = timezone(timedelta(hours=3))
    ledger = Ledger(tmp_path, clock=lambda: NOON.astimezone(east), by="x")
    assert ledger.append("review", {}).time == "2031-10-31T12:00:00+00:00"
    ledger.close()


def test_a_clock_without_a_zone_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, clock=lambda: NOON.replace(tzinfo=None), by="x")
    with pytest.raises(InvalidValue, match="zone"):
        ledger.append("review", {})
    ledger.close()


@pytest.mark.parametrize("value", [float("nan"), Path("x"), {1, 2}, "\ud800"])
def test_data_without_a_json_form_are_refused_and_nothing_is_written(
    tmp_path: Path, value: object
) -> None:
    path = written(tmp_path, acts=1)
    before = path.read_bytes()
    ledger = opened(tmp_path)
    with pytest.raises(InvalidValue, match="JSON"):
        ledger.append("review", {"value": value})
    assert path.read_bytes() == before
    assert ledger.append("review", {}).n == 2
    ledger.close()


def test_a_closed_ledger_takes_no_more(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.close()
    ledger.close()
    with pytest.raises(CaseError, match="closed"):
        ledger.append("review", {})


def test_a_full_disk_is_said_and_mended_on_the_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, acts=2)
    ledger = opened(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CaseError, match="could not be written") as caught:
            ledger.append("review", {})
        assert caught.value.cause == "No space left on device"
        with pytest.raises(CaseError, match="closed"):
            ledger.append("review", {})
    assert len(ledger.entries) == 2
    again = opened(tmp_path)
    assert len(again.entries) == 3  # the line itself had reached the file
    again.append("review", {})
    again.close()
    assert len(read_chain(tmp_path).entries) == 4


def test_a_head_that_lags_twice_in_a_row_is_mended_in_between(tmp_path: Path) -> None:
    written(tmp_path, acts=1)
    for _ in range(2):
        old = (tmp_path / "head.json").read_bytes()
        ledger = opened(tmp_path)
        ledger.append("review", {})
        ledger.close()
        (tmp_path / "head.json").write_bytes(old)
        opened(tmp_path).close()
    assert len(read_chain(tmp_path).entries) == 3


@pytest.mark.parametrize(
    ("raw", "tail"),
    [
        (b"", b""),
        (b"{}\n", b""),
        (b"{}\n{", b"{"),
        (b"{}\n{}", b"{}"),
        (b"{", b"{"),
        (b"{}\n\0\0\0\n", b"\0\0\0\n"),
        (b"{}\n\n", b"\n"),
        (b"\n", b"\n"),
    ],
)
def test_the_tail_is_what_a_crash_left(raw: bytes, tail: bytes) -> None:
    assert split_tail(raw) == (raw.removesuffix(tail) if tail else raw, tail)


def break_line(change: dict[str, object], number: int = 1) -> object:
    def apply(lines: list[bytes]) -> None:
        lines[number] = rehashed(json.loads(lines[number]) | change)

    return apply


def drop_field(lines: list[bytes]) -> None:
    fields = json.loads(lines[1])
    del fields["by"]
    lines[1] = rehashed(fields)


def add_space(lines: list[bytes]) -> None:
    lines[1] = lines[1].replace(b'{"', b'{ "', 1)


def not_json(lines: list[bytes]) -> None:
    lines[1] = b"{\n"


def not_a_table(lines: list[bytes]) -> None:
    lines[1] = b"[]\n"


def swap(lines: list[bytes]) -> None:
    lines[0], lines[1] = lines[1], lines[0]


def infinite(lines: list[bytes]) -> None:
    lines[1] = lines[1].replace(b'"number":1', b'"number":1e999')


@pytest.mark.parametrize(
    ("breaking", "line", "what"),
    [
        (break_line({"by": "another"}), 3, "follow"),
        (break_line({"n": 7}), 2, "number 7"),
        (break_line({"n": True}), 2, "type"),
        (break_line({"data": []}), 2, "type"),
        (break_line({"by": None}), 2, "type"),
        (drop_field, 2, "fields"),
        (add_space, 2, "written as"),
        (not_json, 2, "JSON"),
        (not_a_table, 2, "fields"),
        (swap, 1, "number 2"),
        (infinite, 2, "never writes"),
    ],
)
def test_a_broken_chain_names_its_line(
    tmp_path: Path, breaking: object, line: int, what: str
) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert callable(breaking)
    breaking(lines)
    path.write_bytes(b"".join(lines))
    with pytest.raises(LedgerBroken, match=what) as caught:
        read_chain(tmp_path)
    assert caught.value.where == f"ledger.jsonl, line {line}"
    with pytest.raises(LedgerBroken):
        opened(tmp_path)


def test_a_changed_word_breaks_the_hash(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"a reader", b"a rEader", 1))
    with pytest.raises(LedgerBroken, match="hash of its content"):
        read_chain(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_ledger_cut_at_a_line_is_shorter_than_its_head(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    with pytest.raises(LedgerBroken, match=f"has {kept} lines, the head says 3"):
        read_chain(tmp_path)


def test_a_ledger_grown_past_its_head_is_refused(tmp_path: Path) -> None:
    written(tmp_path, acts=1)
    old = (tmp_path / "head.json").read_bytes()
    ledger = opened(tmp_path)
    ledger.append("review", {})
    ledger.append("review", {})
    ledger.close()
    (tmp_path / "head.json").write_bytes(old)
    with pytest.raises(LedgerBroken, match="says 1 lines, the ledger has 3"):
        read_chain(tmp_path)


def test_an_end_written_anew_differs_from_the_head(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + rehashed(json.loads(lines[2]) | {"by": "somebody else"}))
    with pytest.raises(LedgerBroken, match="line 3 is not the one"):
        read_chain(tmp_path)


@pytest.mark.parametrize(
    "head", [b"", b"{}", b"[]", b'{"hash":"x","n":"many"}', b'{"n":3, "hash":"x"}\n']
)
def test_an_unreadable_head_is_refused(tmp_path: Path, head: bytes) -> None:
    written(tmp_path)
    (tmp_path / "head.json").write_bytes(head)
    with pytest.raises(LedgerBroken, match="head"):
        read_chain(tmp_path)


def test_a_head_of_no_line_is_refused(tmp_path: Path) -> None:
    written(tmp_path, acts=1)
    (tmp_path / "head.json").write_bytes(canonical_json({"n": 0, "hash": GENESIS}) + b"\n")
    with pytest.raises(LedgerBroken, match="line 0"):
        read_chain(tmp_path)


def test_an_absent_head_is_a_crash_only_after_the_first_line(tmp_path: Path) -> None:
    entries = read_chain(written(tmp_path).parent).entries
    check_head(entries[:1], None)
    check_head((), None)
    with pytest.raises(LedgerBroken):
        check_head(entries[:2], None)


def test_a_torn_line_is_set_aside_and_recorded(tmp_path: Path) -> None:
    path = written(tmp_path)
    with path.open("ab") as stream:
        stream.write(b'{"act":"rev')
    ledger = opened(tmp_path)
    ledger.close()
    digest = hashlib.sha256(b'{"act":"rev').hexdigest()
    assert (tmp_path / "torn" / digest).read_bytes() == b'{"act":"rev'
    last = read_chain(tmp_path).entries[-1]
    assert (last.n, last.act) == (4, "recovered")
    assert last.data == {"sha256": digest, "size": 11}


def test_a_fragment_whose_record_a_crash_kept_back_is_recorded_later(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "torn").mkdir()
    digest = hashlib.sha256(b"{").hexdigest()
    (tmp_path / "torn" / digest).write_bytes(b"{")
    for _ in range(2):
        opened(tmp_path).close()
    assert [e.act for e in read_chain(tmp_path).entries] == ["review"] * 3 + ["recovered"]
