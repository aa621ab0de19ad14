"""Whether a case's evidence is what it was: every byte held against the ledger.

Works on a copied folder, without a network, and writes nothing. It cannot tell a ledger that was
rewritten as a whole, with all its hashes, by someone who knows how: compare ``head`` with one that
was noted down elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from earthwork.errors import CaseNotFound, EarthworkError
from earthwork.evidence.acts import Recorded, recorded
from earthwork.evidence.durability import Digest, digest_file
from earthwork.evidence.ledger import (
    LEDGER_FILE,
    TORN_FOLDER,
    Entry,
    check_head,
    read_entries,
    read_head,
    read_ledger_bytes,
    split_tail,
)
from earthwork.evidence.store import (
    EVIDENCE_FOLDER,
    ORIGINALS_FOLDER,
    WORK_FOLDER,
    files_below,
    is_as_recorded,
    original_path,
    result_faults,
    result_path,
)

_KEY_FOLDER_PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was recorded."""

    path: str
    """Where, relative to the case folder."""
    what: str
    """What is wrong with it, in one clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How much was held against the ledger."""

    entries: int
    """Lines of the ledger that hold."""
    originals: int
    """Originals recorded."""
    results: int
    """Derived results recorded."""
    published: int
    """Published files recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verification found."""

    faults: tuple[Fault, ...]
    """Everything wrong; empty if the evidence holds."""
    notes: tuple[Fault, ...]
    """What is odd without being wrong: a result that may be made again, a crash not yet mended."""
    checked: Checked
    """How much was checked."""
    head: str | None
    """Hash of the last line that holds; None for an empty ledger."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def verify(case_folder: Path) -> Verification:
    """Hold every recorded byte of a case against its ledger.

    Parameters
    ----------
    case_folder
        The case, or a copy of it. Nothing should be writing to it meanwhile.

    Raises
    ------
    CaseNotFound
        If it has no evidence folder.
    """
    evidence = case_folder / EVIDENCE_FOLDER
    if not evidence.is_dir():
        raise CaseNotFound(
            "there is no evidence here",
            where=str(case_folder),
            cause="the folder is not a case, or nothing was recorded yet",
            choices=["earthwork check DIR"],
        )
    found = _Findings()
    entries = _ledger(evidence, found)
    known = _recorded(entries, found)
    _originals(case_folder, known, found)
    _results(case_folder, known, found)
    _published(case_folder, known, found)
    _torn(evidence, known, found)
    return Verification(
        faults=tuple(found.faults),
        notes=tuple(found.notes),
        checked=Checked(
            entries=len(entries),
            originals=len(known.originals),
            results=len(known.results),
            published=len(known.published),
        ),
        head=entries[-1].hash if entries else None,
    )


class _Findings:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []

    def fault(self, path: str, what: str) -> None:
        self.faults.append(Fault(path=path, what=what))

    def note(self, path: str, what: str) -> None:
        self.notes.append(Fault(path=path, what=what))

    def error(self, path: str, error: EarthworkError) -> None:
        where = f"{error.where}: " if error.where else ""
        self.fault(path, f"{where}{error.what}")


def _ledger(evidence: Path, found: _Findings) -> tuple[Entry, ...]:
    path = f"{EVIDENCE_FOLDER}/{LEDGER_FILE}"
    lines, fragment = split_tail(read_ledger_bytes(evidence))
    entries: list[Entry] = []
    try:
        for entry in read_entries(lines, where=LEDGER_FILE):
            entries.append(entry)  # noqa: PERF402 - what comes before a break must be kept
        check_head(entries, read_head(evidence))
    except EarthworkError as error:
        found.error(path, error)
    if fragment:
        found.note(path, "the last line is torn: a crash while writing, mended on the next run")
    _clock(entries, path, found)
    return tuple(entries)


def _clock(entries: list[Entry], path: str, found: _Findings) -> None:
    for before, after in pairwise(entries):
        if after.time < before.time:
            found.note(path, f"line {after.n}: the clock went back from {before.time}")


def _recorded(entries: tuple[Entry, ...], found: _Findings) -> Recorded:
    try:
        return recorded(entries)
    except EarthworkError as error:
        found.error(f"{EVIDENCE_FOLDER}/{LEDGER_FILE}", error)
        return recorded(())


def _originals(folder: Path, known: Recorded, found: _Findings) -> None:
    for digest in known.originals.values():
        _file(folder, original_path(folder, digest.sha256), digest, found)
    expected = {original_path(folder, sha256) for sha256 in known.originals}
    root = folder / EVIDENCE_FOLDER / ORIGINALS_FOLDER
    for name in files_below(root) if root.is_dir() else ():
        if root / name not in expected:
            _stray(folder, root / name, found)


def _stray(folder: Path, path: Path, found: _Findings) -> None:
    where = path.relative_to(folder).as_posix()
    if not path.is_symlink() and path.is_file() and digest_file(path).sha256 == path.name:
        found.note(where, "a whole file that no act records yet: a crash, mended on the next run")
    else:
        found.fault(where, "a file that no act records")


def _file(folder: Path, path: Path, digest: Digest, found: _Findings) -> None:
    where = path.relative_to(folder).as_posix()
    if not path.exists():
        found.fault(where, "missing")
    elif not is_as_recorded(path, digest):
        found.fault(where, "changed")


def _results(folder: Path, known: Recorded, found: _Findings) -> None:
    for key, manifest in known.results.items():
        path = result_path(folder, key)
        where = path.relative_to(folder).as_posix()
        if not path.is_dir():
            found.note(where, "a result that is not there: it may be made again")
            continue
        for name, what in _faults(path, manifest, found):
            found.fault(f"{where}/{name}", what)
    work = folder / WORK_FOLDER
    for path in sorted(work.glob("[0-9a-f][0-9a-f]/*")):
        if path.name not in known.results or path != result_path(folder, path.name):
            found.note(path.relative_to(folder).as_posix(), "a result that no act records: unused")


def _faults(path: Path, manifest: str, found: _Findings) -> list[tuple[str, str]]:
    try:
        return result_faults(path, manifest)
    except EarthworkError as error:
        found.error(path.name, error)
        return []


def _published(folder: Path, known: Recorded, found: _Findings) -> None:
    for path, digest in known.published.items():
        _file(folder, folder / path, digest, found)


def _torn(evidence: Path, known: Recorded, found: _Findings) -> None:
    folder = evidence / TORN_FOLDER
    case = evidence.parent
    present = files_below(folder) if folder.is_dir() else []
    for name in present:
        path = folder / name
        if name not in known.torn:
            _stray(case, path, found)
        elif path.is_symlink() or not path.is_file() or digest_file(path).sha256 != name:
            found.fault(path.relative_to(case).as_posix(), "changed")
    for name in sorted(known.torn - set(present)):
        found.fault((folder / name).relative_to(case).as_posix(), "missing")
