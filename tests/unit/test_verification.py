"""Verification: what it finds in a case that was tampered with, and what it takes for a crash."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earthwork.errors import CaseNotFound
from earthwork.evidence.durability import digest_bytes
from earthwork.evidence.ledger import Ledger
from earthwork.evidence.store import Store, result_key
from earthwork.evidence.verification import Checked, Verification, verify

NOON = datetime(2031, 10, 31, 12, tzinfo=UTC)
KEY = result_key("align", inputs=["a"], parameters={}, version="1")


def build(folder: Path, *, clock: Callable[[], datetime] = lambda: NOON) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with Store.open(folder, clock=clock, by="a reader") as store:
        store.add_original(b"pixels", name="a.tif", role="scene", origin={"credit": "A Maker"})
        store.add_original(b"", name="empty.txt", role="report", origin={})
        store.put_derived(KEY, write, step="align", inputs=["a"], parameters={})
        store.record("review", {"candidate": "C-1", "decision": "accept"})
        store.publish({"brief/brief.html": b"<p>", "exports/findings.csv": b"id\n"})
    return folder


def write(out: Path) -> None:
    (out / "a.txt").write_bytes(b"one")
    (out / "deep").mkdir()
    (out / "deep" / "b.txt").write_bytes(b"two")


def original(folder: Path) -> Path:
    (path,) = (
        p
        for p in (folder / "evidence" / "originals").rglob("*")
        if p.is_file() and p.stat().st_size
    )
    return path


def result(folder: Path) -> Path:
    return folder / "work" / KEY[:2] / KEY


def found(verification: Verification) -> list[tuple[str, str]]:
    return [(f.path.split("/")[0], f.what) for f in verification.faults]


def test_an_untouched_case_holds(tmp_path: Path) -> None:
    verification = verify(build(tmp_path))
    assert verification.holds
    assert verification.faults == verification.notes == ()
    assert verification.checked == Checked(entries=5, originals=2, results=1, published=2)
    with Store.reading(tmp_path) as store:
        assert verification.head == store.entries[-1].hash


def test_a_copy_that_may_not_be_written_holds(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(build(tmp_path / "case"), copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in copy.rglob("*")}
    assert verify(copy).holds
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in copy.rglob("*")} == before
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_without_evidence_is_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseNotFound, match="no evidence"):
        verify(tmp_path)


def test_an_evidence_folder_without_acts_holds(tmp_path: Path) -> None:
    with Store.open(tmp_path, clock=lambda: NOON, by="x"):
        pass
    verification = verify(tmp_path)
    assert verification.holds
    assert verification.head is None


def change_original(folder: Path) -> None:
    path = original(folder)
    path.chmod(0o644)
    path.write_bytes(b"pixelz")


def remove_original(folder: Path) -> None:
    original(folder).unlink()


def link_original(folder: Path) -> None:
    path = original(folder)
    elsewhere = folder / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def plant_original(folder: Path) -> None:
    (folder / "evidence" / "originals" / "planted").write_bytes(b"x")


def rename_original(folder: Path) -> None:
    path = original(folder)
    path.rename(path.with_name("0" * 64))


def change_result(folder: Path) -> None:
    (result(folder) / "deep" / "b.txt").write_bytes(b"TWO")


def change_manifest(folder: Path) -> None:
    with (result(folder) / "manifest.json").open("ab") as stream:
        stream.write(b" ")


def plant_in_result(folder: Path) -> None:
    (result(folder) / "planted").write_bytes(b"")


def remove_from_result(folder: Path) -> None:
    (result(folder) / "a.txt").unlink()


def change_brief(folder: Path) -> None:
    (folder / "brief" / "brief.html").write_bytes(b"<b>")


def remove_brief(folder: Path) -> None:
    (folder / "brief" / "brief.html").unlink()


def remove_ledger(folder: Path) -> None:
    (folder / "evidence" / "ledger.jsonl").unlink()


def remove_head(folder: Path) -> None:
    (folder / "evidence" / "head.json").unlink()


def cut_ledger(folder: Path) -> None:
    path = folder / "evidence" / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    ("tamper", "where", "what"),
    [
        (change_original, "evidence", "changed"),
        (remove_original, "evidence", "missing"),
        (link_original, "evidence", "changed"),
        (plant_original, "evidence", "a file that no act records"),
        (rename_original, "evidence", "missing"),
        (change_result, "work", "changed"),
        (change_manifest, "work", "the manifest is not the one recorded"),
        (plant_in_result, "work", "not in the manifest"),
        (remove_from_result, "work", "missing"),
        (change_brief, "brief", "changed"),
        (remove_brief, "brief", "missing"),
        (remove_ledger, "evidence", "ledger.jsonl: the ledger has 0 lines, the head says 5"),
        (remove_head, "evidence", "head.json: the head says 0 lines, the ledger has 5"),
        (cut_ledger, "evidence", "ledger.jsonl: the ledger has 4 lines, the head says 5"),
    ],
)
def test_tampering_is_found(
    tmp_path: Path, tamper: Callable[[Path], None], where: str, what: str
) -> None:
    tamper(build(tmp_path))
    verification = verify(tmp_path)
    assert not verification.holds
    assert (where, what) in found(verification)


def test_what_precedes_a_break_is_still_checked(tmp_path: Path) -> None:
    build(tmp_path)
    change_original(tmp_path)
    path = tmp_path / "evidence" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"accept", b"reject"))
    verification = verify(tmp_path)
    assert ("evidence", "ledger.jsonl, line 4: its hash is not the hash of its content") in found(
        verification
    )
    assert ("evidence", "changed") in found(verification)
    assert verification.checked.entries == 3


def test_a_deleted_result_is_no_fault(tmp_path: Path) -> None:
    build(tmp_path)
    shutil.rmtree(tmp_path / "work")
    verification = verify(tmp_path)
    assert verification.holds
    assert [note.what for note in verification.notes] == [
        "a result that is not there: it may be made again"
    ]


def test_what_a_crash_leaves_is_noted_and_no_fault(tmp_path: Path) -> None:
    build(tmp_path)
    evidence = tmp_path / "evidence"
    with (evidence / "ledger.jsonl").open("ab") as stream:
        stream.write(b'{"act"')
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of b"x"
    (evidence / "originals" / "2d").mkdir()
    (evidence / "originals" / "2d" / digest).write_bytes(b"x")
    (tmp_path / "work" / "00" / ("0" * 64)).mkdir(parents=True)
    verification = verify(tmp_path)
    assert verification.holds
    assert len(verification.notes) == 3


def test_a_torn_fragment_is_custody_too(tmp_path: Path) -> None:
    build(tmp_path)
    with (tmp_path / "evidence" / "ledger.jsonl").open("ab") as stream:
        stream.write(b'{"act"')
    with Store.open(tmp_path, clock=lambda: NOON, by="x"):
        pass
    assert verify(tmp_path).holds
    (fragment,) = (tmp_path / "evidence" / "torn").iterdir()
    fragment.write_bytes(b"other")
    assert ("evidence", "changed") in found(verify(tmp_path))
    fragment.unlink()
    assert ("evidence", "missing") in found(verify(tmp_path))
    fragment.with_name("planted").write_bytes(b"x")
    assert ("evidence", "a file that no act records") in found(verify(tmp_path))


def test_a_clock_that_goes_back_is_noted(tmp_path: Path) -> None:
    hours = iter(range(5, 0, -1))
    build(tmp_path, clock=lambda: NOON + timedelta(hours=next(hours)))
    verification = verify(tmp_path)
    assert verification.holds
    assert len(verification.notes) == 4
    assert "the clock went back" in verification.notes[0].what


def test_acts_of_an_unknown_shape_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    ledger = Ledger(tmp_path / "evidence", clock=lambda: NOON, by="x")
    ledger.append("publish", {"files": {"../../secret": {"sha256": "0" * 64, "size": 1}}})
    ledger.close()
    verification = verify(tmp_path)
    assert [f.what for f in verification.faults] == [
        "ledger.jsonl, line 1: the act 'publish' has no usable files: ../../secret"
    ]


def test_a_recorded_manifest_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    ledger = Ledger(tmp_path / "evidence", clock=lambda: NOON, by="x")
    ledger.append("derive", {"key": KEY, "manifest": digest_bytes(b"[]").sha256})
    ledger.close()
    result(tmp_path).mkdir(parents=True)
    (result(tmp_path) / "manifest.json").write_bytes(b"[]")
    assert [f.what.split(": ")[-1] for f in verify(tmp_path).faults] == [
        "the manifest is not readable"
    ]


def test_the_same_acts_under_the_same_clock_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = build(tmp_path / "one"), build(tmp_path / "two")
    for folder in (first, second):
        build(folder)  # a second run finds everything done
    (relative,) = {
        tuple(sorted(p.relative_to(f).as_posix() for p in f.rglob("*"))) for f in (first, second)
    }
    for name in relative:
        if (first / name).is_file():
            assert (first / name).read_bytes() == (second / name).read_bytes()
