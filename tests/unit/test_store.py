"""The store: originals, results, published files, and who may write."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from earthwork.errors import (
    CaseBusy,
    CaseError,
    CaseNotFound,
    EvidenceChanged,
    EvidenceMissing,
    InvalidValue,
    LedgerBroken,
)
from earthwork.evidence.acts import published_path, recorded
from earthwork.evidence.durability import digest_bytes
from earthwork.evidence.ledger import Entry
from earthwork.evidence.store import Store, read_manifest, result_key

NOON = datetime(2031, 10, 31, 12, tzinfo=UTC)
KEY = result_key("align", inputs=["a"], parameters={"x": 1}, version="1")


def opened(folder: Path) -> Store:
    return Store.open(folder, clock=lambda: NOON, by="a reader")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def add(store: Store, source: Path | bytes = b"pixels", **given: Any) -> Any:
    return store.add_original(
        source, **({"name": "a.tif", "role": "scene", "origin": {"credit": "A Maker"}} | given)
    )


def write_two(out: Path) -> None:
    (out / "deep").mkdir()
    (out / "deep" / "b.bin").write_bytes(b"two")
    (out / "a.txt").write_bytes(b"one")


def make(store: Store, write: Callable[[Path], None] = write_two, key: str = KEY) -> Path:
    return store.put_derived(key, write, step="align", inputs=["a"], parameters={"x": 1})


def acts(store: Store) -> list[str]:
    return [entry.act for entry in store.entries]


def test_an_original_lies_read_only_under_its_digest(tmp_path: Path, store: Store) -> None:
    original = add(store)
    digest = hashlib.sha256(b"pixels").hexdigest()
    assert original.path == tmp_path / "evidence" / "originals" / digest[:2] / digest
    assert original.path.read_bytes() == b"pixels"
    assert original.path.stat().st_mode & 0o222 == 0
    assert (original.digest, original.size, original.name) == (digest, 6, "a.tif")
    assert store.original(digest) == original.path
    assert store.entries[0].data == {
        "name": "a.tif",
        "role": "scene",
        "origin": {"credit": "A Maker"},
        "sha256": digest,
        "size": 6,
    }


def test_a_file_larger_than_a_piece_is_copied_whole(tmp_path: Path, store: Store) -> None:
    content = os.urandom(1 << 20) * 2 + b"tail"
    source = tmp_path / "large.tif"
    source.write_bytes(content)
    original = add(store, source)
    assert original.digest == hashlib.sha256(content).hexdigest()
    assert original.size == len(content)
    assert original.path.read_bytes() == content
    assert source.read_bytes() == content


def test_the_same_original_twice_is_recorded_once(store: Store) -> None:
    assert add(store) == add(store)
    assert acts(store) == ["add"]


def test_the_same_bytes_in_another_role_are_another_act(store: Store) -> None:
    add(store)
    add(store, role="layer")
    assert acts(store) == ["add", "add"]
    assert len(store.recorded.originals) == 1


def test_an_original_that_a_crash_left_unrecorded_is_recorded(tmp_path: Path, store: Store) -> None:
    digest = hashlib.sha256(b"pixels").hexdigest()
    path = tmp_path / "evidence" / "originals" / digest[:2] / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(b"pixels")
    add(store)
    assert acts(store) == ["add"]


def test_a_removed_original_comes_back_when_added_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store).path.unlink()
    with opened(tmp_path) as store:
        with pytest.raises(EvidenceMissing):
            store.original(digest_bytes(b"pixels").sha256)
        assert add(store).path.read_bytes() == b"pixels"
        assert acts(store) == ["add"]


def test_a_changed_original_is_found_before_it_is_used(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        original = add(store)
    original.path.chmod(0o644)
    original.path.write_bytes(b"PIXELS")
    reading = Store.reading(tmp_path)
    with pytest.raises(EvidenceChanged, match="not as it was recorded"):
        reading.original(original.digest)
    with opened(tmp_path) as store, pytest.raises(EvidenceChanged):
        add(store)


def test_a_missing_source_is_said(tmp_path: Path, store: Store) -> None:
    with pytest.raises(EvidenceMissing, match="cannot be read") as caught:
        add(store, tmp_path / "nowhere.tif")
    assert caught.value.where == str(tmp_path / "nowhere.tif")
    assert acts(store) == []


def test_a_result_is_made_once(store: Store) -> None:
    assert store.derived(KEY) is None
    path = make(store)
    assert (path / "deep" / "b.bin").read_bytes() == b"two"
    assert store.derived(KEY) == path

    def never(out: Path) -> None:
        raise AssertionError

    assert make(store, never) == path
    assert acts(store) == ["derive"]
    assert (
        store.entries[0].data["manifest"]
        == digest_bytes((path / "manifest.json").read_bytes()).sha256
    )


def test_a_manifest_lists_every_file(store: Store) -> None:
    raw = (make(store) / "manifest.json").read_bytes()
    assert read_manifest(raw, where="m") == {
        "a.txt": digest_bytes(b"one"),
        "deep/b.bin": digest_bytes(b"two"),
    }


def test_a_step_that_fails_leaves_nothing(tmp_path: Path, store: Store) -> None:
    def fail(out: Path) -> None:
        (out / "half").write_bytes(b"x")
        raise InvalidValue("no")

    with pytest.raises(InvalidValue, match="no"):
        make(store, fail)
    assert store.derived(KEY) is None
    assert not [p for p in (tmp_path / "work").rglob("*") if p.is_file()]
    assert acts(store) == []
    assert make(store).is_dir()


def write_manifest(out: Path) -> None:
    (out / "manifest.json").write_bytes(b"{}")


def write_link(out: Path) -> None:
    (out / "link").symlink_to("/")


@pytest.mark.parametrize("write", [write_manifest, write_link])
def test_a_result_holds_plain_files_only(store: Store, write: Callable[[Path], None]) -> None:
    with pytest.raises(InvalidValue, match="plain files"):
        make(store, write)
    assert store.derived(KEY) is None


def test_a_deleted_result_is_made_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        path = make(store)
    for file in sorted(path.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    path.rmdir()
    with opened(tmp_path) as store:
        assert store.derived(KEY) is None
        assert make(store) == path
        assert acts(store) == ["derive", "derive"]


def test_a_result_that_no_act_records_is_made_again(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "work" / KEY[:2] / KEY
    path.mkdir(parents=True)
    (path / "planted").write_bytes(b"x")
    assert store.derived(KEY) is None
    make(store)
    assert not (path / "planted").exists()


def change_file(path: Path) -> None:
    (path / "a.txt").write_bytes(b"ONE")


def remove_file(path: Path) -> None:
    (path / "a.txt").unlink()


def plant_file(path: Path) -> None:
    (path / "c.txt").write_bytes(b"")


def change_manifest(path: Path) -> None:
    (path / "manifest.json").write_bytes(b"{}")


def remove_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


CHANGES = [change_file, remove_file, plant_file, change_manifest, remove_manifest]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_result_is_not_used(tmp_path: Path, change: Callable[[Path], None]) -> None:
    with opened(tmp_path) as store:
        change(make(store))
    with opened(tmp_path) as store, pytest.raises(EvidenceChanged) as caught:
        make(store)
    assert "made again" in caught.value.choices[0]


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b'{"files":[]}', b'{"files":{"a":{}}}', b'{"files":{"a":1}}'],
)
def test_a_manifest_of_another_make_is_refused(raw: bytes) -> None:
    with pytest.raises(EvidenceChanged, match="not readable"):
        read_manifest(raw, where="m")


def test_a_manifest_cannot_point_outside_its_folder() -> None:
    raw = b'{"files":{"../../evidence/ledger.jsonl":{"sha256":"0","size":0}}}'
    with pytest.raises(EvidenceChanged, match="outside"):
        read_manifest(raw, where="m")


def test_a_key_depends_on_everything_that_decides_the_result() -> None:
    base: dict[str, Any] = {"inputs": ["a", "b"], "parameters": {"x": 1, "y": 2}, "version": "1"}
    key = result_key("align", **base)
    assert key == result_key("align", **(base | {"parameters": {"y": 2, "x": 1}}))
    others = [
        result_key("detect", **base),
        result_key("align", **(base | {"inputs": ["b", "a"]})),
        result_key("align", **(base | {"parameters": {"x": 1, "y": 3}})),
        result_key("align", **(base | {"version": "2"})),
    ]
    assert len({key, *others}) == 5
    with pytest.raises(InvalidValue):
        result_key("align", **(base | {"parameters": {"x": Path("a")}}))


def test_published_files_are_written_and_recorded_once(tmp_path: Path, store: Store) -> None:
    files = {"brief/brief.html": b"<p>", "exports/tables/findings.csv": b"id"}
    paths = store.publish(files)
    assert [p.read_bytes() for p in paths] == [b"<p>", b"id"]
    assert paths[1] == tmp_path / "exports" / "tables" / "findings.csv"
    store.publish(files)
    assert acts(store) == ["publish"]
    store.publish(files | {"brief/brief.html": b"<b>"})
    assert store.entries[-1].data == {
        "files": {"brief/brief.html": {"sha256": digest_bytes(b"<b>").sha256, "size": 3}}
    }
    assert store.recorded.published.keys() == files.keys()


def test_a_published_file_changed_by_hand_is_published_again(store: Store) -> None:
    (path,) = store.publish({"brief/brief.html": b"<p>"})
    path.write_bytes(b"edited")
    store.publish({"brief/brief.html": b"<p>"})
    assert path.read_bytes() == b"<p>"
    assert acts(store) == ["publish", "publish"]


@pytest.mark.parametrize(
    "path",
    [
        "../out.txt",
        "/etc/out",
        "brief/../../out",
        "brief",
        "brief/",
        "brief//a",
        "brief\\a",
        "C:/brief/a",
        "evidence/ledger.jsonl",
        "case.toml",
        "",
        "brief/a\0b",
    ],
)
def test_nothing_is_published_outside_its_folders(tmp_path: Path, store: Store, path: str) -> None:
    with pytest.raises(InvalidValue, match="cannot be published"):
        store.publish({"brief/good.html": b"", path: b"x"})
    assert not (tmp_path / "brief" / "good.html").exists()
    assert acts(store) == []


def test_nothing_is_published_through_a_link(tmp_path: Path) -> None:
    case, outside = tmp_path / "case", tmp_path / "outside"
    case.mkdir()
    outside.mkdir()
    (case / "brief").symlink_to(outside)
    (case / "exports" / "a.csv").mkdir(parents=True)
    with opened(case) as store:
        for path in ("brief/a.html", "exports/a.csv"):
            with pytest.raises(InvalidValue, match="link leads out"):
                store.publish({path: b"x"})
    assert list(outside.iterdir()) == []


def test_a_published_path_is_relative_with_slashes() -> None:
    assert published_path("exports/tables/a.csv").parts == ("exports", "tables", "a.csv")


def test_other_acts_are_recorded_under_their_name(store: Store) -> None:
    store.record("review", {"candidate": "C-1"})
    assert store.entries[0].data == {"candidate": "C-1"}
    for act in ("add", "derive", "publish", "recovered"):
        with pytest.raises(InvalidValue, match="itself"):
            store.record(act, {})


def test_reading_writes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    with Store.reading(tmp_path) as reading:
        assert acts(reading) == ["add"]
        assert reading.folder == tmp_path
        for write in (lambda: add(reading), lambda: make(reading), lambda: reading.publish({})):
            with pytest.raises(CaseError, match="not open for writing"):
                write()
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_a_closed_store_can_still_be_read(tmp_path: Path) -> None:
    store = opened(tmp_path)
    add(store)
    store.close()
    assert acts(store) == ["add"]
    with pytest.raises(CaseError):
        store.record("review", {})


def test_there_is_one_writer(tmp_path: Path) -> None:
    with opened(tmp_path):
        with pytest.raises(CaseBusy, match="another process") as caught:
            opened(tmp_path)
        assert str(os.getpid()) in str(caught.value)
        assert Store.reading(tmp_path).entries == ()
    with opened(tmp_path) as store:
        store.record("review", {})
    assert (tmp_path / "evidence" / "lock").read_bytes() == b""


def test_a_killed_writer_leaves_the_case_free(tmp_path: Path) -> None:
    program = (
        "import os, sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from earthwork.evidence.store import Store\n"
        "s = Store.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC), by='x')\n"
        "s.record('review', {}); os._exit(9)\n"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert died.returncode == 9
    with opened(tmp_path) as store:
        assert acts(store) == ["review"]


def test_a_broken_case_is_not_left_locked(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record("review", {})
    (tmp_path / "evidence" / "head.json").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(LedgerBroken):
            opened(tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    for open_it in (opened, Store.reading):
        with pytest.raises(CaseNotFound):
            open_it(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"a file where the folder should be")
    with pytest.raises(CaseError, match="cannot be opened for writing"):
        opened(tmp_path)


def test_what_a_crash_left_half_written_is_cleared(tmp_path: Path) -> None:
    for name in ("evidence", "work"):
        (tmp_path / name / "tmp").mkdir(parents=True)
        (tmp_path / name / "tmp" / "half").write_bytes(b"x")
    with opened(tmp_path):
        assert not (tmp_path / "evidence" / "tmp").exists()
        assert not (tmp_path / "work" / "tmp").exists()


def test_a_full_disk_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for write in (
        lambda: add(store),
        lambda: make(store),
        lambda: store.publish({"brief/a": b"x"}),
    ):
        with pytest.raises(CaseError, match="could not be written"):
            write()
    assert acts(store) == []


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("add", {}),
        ("add", {"sha256": "short", "size": 1}),
        ("add", {"sha256": "0" * 64, "size": "1"}),
        ("derive", {"key": "../../..", "manifest": "0" * 64}),
        ("derive", {"key": "0" * 64}),
        ("publish", {"files": []}),
        ("publish", {"files": {"../../etc/passwd": {"sha256": "0" * 64, "size": 1}}}),
        ("publish", {"files": {"brief/a": 1}}),
        ("recovered", {}),
    ],
)
def test_a_malformed_act_is_not_trusted(act: str, data: dict[str, Any]) -> None:
    entry = Entry(n=4, time="", act=act, by="", data=data, previous="", hash="")
    with pytest.raises(LedgerBroken, match="no usable") as caught:
        recorded([entry])
    assert caught.value.where == "ledger.jsonl, line 4"
