"""Custody: originals by digest, results by key, published files, and the ledger of all of it.

Only the store writes. In a case folder it keeps::

    evidence/originals/ab/ab12…    originals, read-only, named by their sha256
    evidence/ledger.jsonl          the acts (see :mod:`earthwork.evidence.ledger`)
    evidence/head.json             where the ledger ends
    evidence/torn/                 fragments of lines that a crash cut
    work/cd/cd34…/                 one finished result, with a manifest; may be deleted
    exports/ brief/ catalog/       published files

A file is first written under a temporary name, flushed and renamed, and then recorded. A crash in
between leaves something that is not recorded, which the next run writes again.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from earthwork.errors import (
    CaseError,
    CaseNotFound,
    EvidenceChanged,
    EvidenceMissing,
    InvalidValue,
)
from earthwork.evidence.acts import (
    ADD,
    DERIVE,
    PUBLISH,
    RESERVED,
    Recorded,
    is_inside,
    published_path,
    recorded,
)
from earthwork.evidence.durability import (
    Digest,
    copy_durably,
    digest_bytes,
    digest_file,
    move_durably,
    sync_file,
    sync_folder,
    write_durably,
    writing,
)
from earthwork.evidence.ledger import Clock, Entry, Ledger, canonical_json, read_chain
from earthwork.evidence.lock import CaseLock

EVIDENCE_FOLDER = "evidence"
ORIGINALS_FOLDER = "originals"
WORK_FOLDER = "work"
MANIFEST_FILE = "manifest.json"
_LOCK_FILE = "lock"
_TEMPORARY = "tmp"
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One original in the store."""

    digest: str
    """sha256, hex: its name in the store."""
    size: int
    """Bytes."""
    name: str
    """File name that it came with."""
    path: Path
    """Where it lies now; read-only."""


def result_key(
    step: str, *, inputs: Sequence[str], parameters: Mapping[str, Any], version: str
) -> str:
    """Return the address of a result before it is made.

    Parameters
    ----------
    step
        Kind of step.
    inputs
        Digests of originals and keys of results that go in; their order counts.
    parameters
        What else decides the result; JSON-able.
    version
        Version of the code that makes it.

    Raises
    ------
    InvalidValue
        If the parameters have no JSON form.
    """
    made_of = {
        "step": step,
        "inputs": list(inputs),
        "parameters": dict(parameters),
        "version": version,
    }
    return digest_bytes(canonical_json(made_of)).sha256


def original_path(folder: Path, digest: str) -> Path:
    """Return where the original of a digest lies in a case folder."""
    return folder / EVIDENCE_FOLDER / ORIGINALS_FOLDER / digest[:2] / digest


def result_path(folder: Path, key: str) -> Path:
    """Return where the result of a key lies in a case folder."""
    return folder / WORK_FOLDER / key[:2] / key


def files_below(folder: Path) -> list[str]:
    """Return the relative paths of all that is in a folder but folders, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )


def read_manifest(raw: bytes, *, where: str) -> dict[str, Digest]:
    """Return the files that a manifest lists, by relative path.

    Raises
    ------
    EvidenceChanged
        If it is not a manifest that the store wrote.
    """
    try:
        files = json.loads(raw)["files"]
        listed = {path: Digest(sha256=d["sha256"], size=d["size"]) for path, d in files.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EvidenceChanged("the manifest is not readable", where=where) from error
    if not all(is_inside(path) for path in listed):
        raise EvidenceChanged("the manifest lists a file outside its folder", where=where)
    return listed


class Store:
    """The evidence of one case, open for writing or for reading.

    Use it as a context manager; while it is open for writing, no other process can write.
    """

    def __init__(
        self,
        folder: Path,
        *,
        entries: Sequence[Entry],
        ledger: Ledger | None,
        lock: CaseLock | None,
    ) -> None:
        """Take over what :meth:`open` and :meth:`reading` made ready."""
        self._folder = folder
        self._read = tuple(entries)
        self._ledger = ledger
        self._lock = lock
        self._verified: set[str] = set()

    @classmethod
    def open(cls, case_folder: Path, *, clock: Clock, by: str) -> Self:
        """Open a case's store for writing and mend what a crash left.

        Parameters
        ----------
        case_folder
            An existing folder.
        clock
            Gives the time of each act, aware.
        by
            Who acts, for the ledger.

        Raises
        ------
        CaseNotFound
            If there is no such folder.
        CaseBusy
            If another process writes to it.
        LedgerBroken
            If the ledger is broken otherwise than by a crash.
        """
        folder = _existing(case_folder)
        lock = CaseLock(folder / EVIDENCE_FOLDER / _LOCK_FILE)
        with ExitStack() as on_failure:
            on_failure.callback(lock.release)
            _clear_temporary(folder)
            ledger = Ledger(folder / EVIDENCE_FOLDER, clock=clock, by=by)
            on_failure.pop_all()
        return cls(folder, entries=(), ledger=ledger, lock=lock)

    @classmethod
    def reading(cls, case_folder: Path) -> Self:
        """Open a case's store for reading; nothing is written, not even a lock.

        Raises
        ------
        CaseNotFound
            If there is no such folder.
        LedgerBroken
            If the ledger is broken otherwise than by a crash.
        """
        folder = _existing(case_folder)
        chain = read_chain(folder / EVIDENCE_FOLDER)
        return cls(folder, entries=chain.entries, ledger=None, lock=None)

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the ledger and let others write."""
        self._read = self.entries
        if self._ledger is not None:
            self._ledger.close()
        if self._lock is not None:
            self._lock.release()
        self._ledger = self._lock = None

    @property
    def folder(self) -> Path:
        """Return the case folder, absolute."""
        return self._folder

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every act recorded, the oldest first."""
        return self._read if self._ledger is None else self._ledger.entries

    @property
    def recorded(self) -> Recorded:
        """Return what the ledger says is in the case."""
        return recorded(self.entries)

    def _writable(self) -> Ledger:
        if self._ledger is None:
            raise CaseError(
                "the case is not open for writing",
                where=str(self._folder),
                choices=["Store.open(folder, clock=…, by=…)"],
            )
        return self._ledger

    def record(self, act: str, data: Mapping[str, Any]) -> Entry:
        """Record what was done without a file: a review, an observation, a consent.

        Parameters
        ----------
        act
            Its name; not one of the store's own.
        data
            JSON-able.

        Raises
        ------
        InvalidValue
            For one of the store's own acts, or data without a JSON form.
        """
        if act in RESERVED:
            raise InvalidValue(
                f"the act '{act}' is recorded by the store itself",
                choices=["add_original", "put_derived", "publish", "another name"],
            )
        return self._writable().append(act, data)

    def add_original(
        self,
        source: Path | bytes,
        *,
        name: str,
        role: str,
        origin: Mapping[str, Any],
    ) -> Original:
        """Put an original into the store; the same original twice is recorded once.

        Parameters
        ----------
        source
            A file of any size, or the bytes themselves.
        name
            File name to remember, without folders.
        role
            What it is: scene, camera_model, layer, report, drawing.
        origin
            Where it came from and under which terms; JSON-able.

        Raises
        ------
        EvidenceMissing
            If the file cannot be read.
        EvidenceChanged
            If the store holds another content under its digest.
        CaseError
            If it cannot be written.
        """
        ledger = self._writable()
        digest = _digest_source(source)
        path = original_path(self._folder, digest.sha256)
        if path.exists():
            self._verify_original(digest.sha256)
        else:
            digest = self._keep(source)
            path = original_path(self._folder, digest.sha256)
        act = {"name": name, "role": role, "origin": dict(origin)} | asdict(digest)
        if not self._has_added(act):
            ledger.append(ADD, act)
        return Original(digest=digest.sha256, size=digest.size, name=name, path=path)

    def _keep(self, source: Path | bytes) -> Digest:
        temporary = self._folder / EVIDENCE_FOLDER / _TEMPORARY / "original"
        with writing("an original", where=self._folder):
            with closing(_opened(source)) as stream:
                digest = copy_durably(stream, temporary)
            path = original_path(self._folder, digest.sha256)
            move_durably(temporary, path)
            path.chmod(_READ_ONLY)
        self._verified.add(digest.sha256)
        return digest

    def _has_added(self, act: Mapping[str, Any]) -> bool:
        written = json.loads(canonical_json(act))
        return any(e.act == ADD and e.data == written for e in self.entries)

    def original(self, digest: str) -> Path:
        """Return the path of an original, whose bytes are checked once while the store is open.

        Raises
        ------
        EvidenceMissing
            If it is not in the store.
        EvidenceChanged
            If its bytes are not those of its digest.
        """
        self._verify_original(digest)
        return original_path(self._folder, digest)

    def _verify_original(self, digest: str) -> None:
        if digest in self._verified:
            return
        path = original_path(self._folder, digest)
        if not path.is_file():
            raise EvidenceMissing(
                "the original is not in the store",
                where=digest,
                cause="it was never added, or was removed by hand",
                choices=["add it again"],
            )
        if digest_file(path).sha256 != digest:
            raise _changed(path, "take the original from a backup")
        self._verified.add(digest)

    def derived(self, key: str) -> Path | None:
        """Return the folder of a finished result, its files checked; None if it is still to make.

        Parameters
        ----------
        key
            As :func:`result_key` gives it.

        Raises
        ------
        EvidenceChanged
            If a file of it is not as it was made.
        """
        path = result_path(self._folder, key)
        manifest = self.recorded.results.get(key)
        if manifest is None or not path.is_dir():
            return None
        if key not in self._verified:
            faults = result_faults(path, manifest)
            if faults:
                raise _changed(path / faults[0][0], f"delete {path}: it will be made again")
            self._verified.add(key)
        return path

    def put_derived(
        self,
        key: str,
        write: Callable[[Path], None],
        *,
        step: str,
        inputs: Sequence[str],
        parameters: Mapping[str, Any],
    ) -> Path:
        """Make a result, or return it if it was already made.

        Parameters
        ----------
        key
            Its address.
        write
            Writes its files into an empty folder. If it raises, nothing is kept.
        step, inputs, parameters
            How it was made, for the ledger.

        Returns
        -------
        Path
            The folder of the result; not to be written to.

        Raises
        ------
        InvalidValue
            If ``write`` makes a file named like the manifest, or a link.
        CaseError
            If it cannot be written.
        """
        ledger = self._writable()
        finished = self.derived(key)
        if finished is not None:
            return finished
        manifest = self._make(key, write, step=step)
        made_of = {"step": step, "inputs": list(inputs), "parameters": dict(parameters)}
        ledger.append(DERIVE, {"key": key, "manifest": manifest} | made_of)
        self._verified.add(key)
        return result_path(self._folder, key)

    def _make(self, key: str, write: Callable[[Path], None], *, step: str) -> str:
        bench = self._folder / WORK_FOLDER / _TEMPORARY / key
        with writing("a result", where=self._folder):
            shutil.rmtree(bench, ignore_errors=True)
            bench.mkdir(parents=True)
        try:
            write(bench)
            manifest = _manifest(bench, key=key, step=step)
            with writing("a result", where=self._folder):
                _finish(bench, manifest, result_path(self._folder, key))
        finally:
            shutil.rmtree(bench, ignore_errors=True)
        return digest_bytes(manifest).sha256

    def publish(self, files: Mapping[str, bytes]) -> tuple[Path, ...]:
        """Write files for people to read, each whole or not at all, and record their digests.

        Files that are already there as given are left alone, and not recorded again.

        Parameters
        ----------
        files
            Path within the case folder ('brief/brief.html') to content.

        Returns
        -------
        tuple of Path
            Where they lie, in the order given.

        Raises
        ------
        InvalidValue
            If a path leaves the folders for published files; then nothing is written.
        CaseError
            If one cannot be written.
        """
        ledger = self._writable()
        targets = {path: self._target(path) for path in files}
        digests = {path: digest_bytes(data) for path, data in files.items()}
        known = self.recorded.published
        new = {
            path: digest
            for path, digest in digests.items()
            if known.get(path) != digest or not _holds(targets[path], digest)
        }
        with writing("a published file", where=self._folder):
            for path in new:
                write_durably(targets[path], files[path])
        if new:
            ledger.append(PUBLISH, {"files": {path: asdict(d) for path, d in new.items()}})
        return tuple(targets.values())

    def _target(self, path: str) -> Path:
        target = self._folder / published_path(path)
        if not target.parent.resolve().is_relative_to(self._folder) or target.is_dir():
            raise InvalidValue(
                "a file cannot be published there",
                where=path,
                cause="a link leads out of the case, or a folder has that name",
            )
        return target


def _existing(case_folder: Path) -> Path:
    if not case_folder.is_dir():
        raise CaseNotFound(
            "there is no such folder",
            where=str(case_folder),
            cause="the path is misspelt, or the case was moved",
        )
    return case_folder.resolve()


def _clear_temporary(folder: Path) -> None:
    for name in (EVIDENCE_FOLDER, WORK_FOLDER):
        shutil.rmtree(folder / name / _TEMPORARY, ignore_errors=True)


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _digest_source(source: Path | bytes) -> Digest:
    if isinstance(source, bytes):
        return digest_bytes(source)
    try:
        return digest_file(source)
    except OSError as error:
        raise EvidenceMissing(
            "the file cannot be read",
            where=str(source),
            cause=error.strerror or str(error),
            choices=["mend its path in case.toml"],
        ) from error


def _changed(path: Path, remedy: str) -> EvidenceChanged:
    return EvidenceChanged(
        "a stored file is not as it was recorded",
        where=str(path),
        cause="it was changed by hand, or the disk failed",
        choices=[remedy, "earthwork verify, for all that is wrong"],
    )


def _holds(path: Path, digest: Digest) -> bool:
    return path.is_file() and digest_file(path) == digest


def _manifest(bench: Path, *, key: str, step: str) -> bytes:
    paths = files_below(bench)
    unfit = [p for p in paths if p == MANIFEST_FILE or (bench / p).is_symlink()]
    if unfit:
        raise InvalidValue(
            "a result may hold plain files only, and none named like its manifest",
            where=f"{step}: {unfit[0]}",
        )
    files = {path: asdict(digest_file(bench / path)) for path in paths}
    return canonical_json({"files": files, "key": key, "step": step}) + b"\n"


def _finish(bench: Path, manifest: bytes, target: Path) -> None:
    for path in files_below(bench):
        sync_file(bench / path)
    write_durably(bench / MANIFEST_FILE, manifest)
    for folder in (path for path in bench.rglob("*") if path.is_dir()):
        sync_folder(folder)
    shutil.rmtree(target, ignore_errors=True)
    move_durably(bench, target)


def result_faults(folder: Path, manifest_sha256: str) -> list[tuple[str, str]]:
    """Hold a result against its manifest.

    Parameters
    ----------
    folder
        The result.
    manifest_sha256
        What the ledger says of its manifest.

    Returns
    -------
    list of (path, what is wrong)
        Paths relative to the folder; empty if all is as it was made.
    """
    path = folder / MANIFEST_FILE
    raw = path.read_bytes() if path.is_file() else b""
    if digest_bytes(raw).sha256 != manifest_sha256:
        return [(MANIFEST_FILE, "the manifest is not the one recorded")]
    listed = read_manifest(raw, where=str(path))
    present = set(files_below(folder)) - {MANIFEST_FILE}
    stray = [(name, "not in the manifest") for name in sorted(present - listed.keys())]
    missing = [(name, "missing") for name in sorted(listed.keys() - present)]
    differ = [
        (name, "changed")
        for name in sorted(present & listed.keys())
        if not is_as_recorded(folder / name, listed[name])
    ]
    return [*missing, *differ, *stray]


def is_as_recorded(path: Path, digest: Digest) -> bool:
    """Tell whether a path is a plain file with that digest."""
    return not path.is_symlink() and _holds(path, digest)
