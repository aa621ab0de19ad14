"""The append-only record of a case: one line for each act, each hashed over the one before.

A line is canonical JSON of ``n`` (from 1), ``time``, ``act``, ``by``, ``data``, ``previous`` (the
hash of the line before; 64 zeros at first) and ``hash`` (sha256 over the canonical JSON of all the
others). ``head.json`` beside it repeats the last line's ``n`` and ``hash``: a chain alone cannot
tell that its end was cut off.

Appending flushes the line first and the head after it. So a crash leaves either a torn last line,
or a head that lags by one line; both are mended on opening, and anything else is a broken ledger.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from earthwork.errors import CaseError, InvalidValue, LedgerBroken
from earthwork.evidence.durability import (
    digest_bytes,
    make_folder,
    sync_folder,
    write_durably,
    writing,
)

LEDGER_FILE = "ledger.jsonl"
HEAD_FILE = "head.json"
TORN_FOLDER = "torn"
GENESIS = "0" * 64
"""What the first line has for the hash of the line before it."""

Clock = Callable[[], datetime]
_FIELDS = {"n", "time", "act", "by", "data", "previous", "hash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act, as one line of the ledger."""

    n: int
    """Its number, from 1."""
    time: str
    """When it was recorded, ISO 8601 in UTC to the second."""
    act: str
    """What was done: add, derive, publish, recovered, or a name that the caller gave."""
    by: str
    """Who did it."""
    data: Mapping[str, Any]
    """What it was done to."""
    previous: str
    """Hash of the line before."""
    hash: str
    """Hash of this line."""

    def line(self) -> bytes:
        """Return the line as it stands in the file, with its newline."""
        return canonical_json(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the ledger ended when last written."""

    n: int
    """Number of the last line."""
    hash: str
    """Its hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A ledger that was read and found whole."""

    entries: tuple[Entry, ...]
    """Every complete line."""
    fragment: bytes
    """What a crash left of a last line; empty if it ends well."""


def canonical_json(value: object) -> bytes:
    """Return JSON with sorted keys and no spaces: equal values, equal bytes.

    Raises
    ------
    InvalidValue
        If the value has no JSON form (a NaN, a path, half a surrogate pair).

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(
            f"it cannot be written as JSON: {error}",
            where=repr(value)[:80],
            choices=["text, whole numbers, finite numbers, true, false, null, lists and tables"],
        ) from error


def split_tail(raw: bytes) -> tuple[bytes, bytes]:
    """Part the whole lines of a ledger from what a crash left at its end.

    Returns
    -------
    tuple of bytes
        The lines that end with a newline, and the rest: words without a newline, or a last line
        that is not JSON.
    """
    cut = raw.rfind(b"\n") + 1
    if cut == len(raw) and raw:
        last = raw.rfind(b"\n", 0, cut - 1) + 1
        cut = cut if _is_json(raw[last:cut]) else last
    return raw[:cut], raw[cut:]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def read_entries(lines: bytes, *, where: str) -> Iterator[Entry]:
    """Yield the lines of a ledger in order, each after its place in the chain was checked.

    Parameters
    ----------
    lines
        Whole lines only.
    where
        Name of the file, for the message.

    Raises
    ------
    LedgerBroken
        At the first line that does not follow from the one before.
    """
    previous = GENESIS
    for n, line in enumerate(lines.split(b"\n")[:-1], start=1):
        entry = _parse(line, where=f"{where}, line {n}")
        _check_link(entry, line + b"\n", n=n, previous=previous, where=f"{where}, line {n}")
        previous = entry.hash
        yield entry


def _parse(line: bytes, *, where: str) -> Entry:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _broken("the line is not JSON", where=where) from error
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise _broken("the line does not have the fields of an act", where=where)
    return _typed(fields, where=where)


def _typed(fields: dict[str, Any], *, where: str) -> Entry:
    texts = all(isinstance(fields[name], str) for name in _FIELDS - {"n", "data"})
    if not texts or type(fields["n"]) is not int or not isinstance(fields["data"], dict):
        raise _broken("a field is of the wrong type", where=where)
    return Entry(**fields)


def _check_link(entry: Entry, line: bytes, *, n: int, previous: str, where: str) -> None:
    if entry.n != n:
        raise _broken(f"the line says that it is number {entry.n}", where=where)
    if entry.previous != previous:
        raise _broken("it does not follow from the line before", where=where)
    try:
        is_own_hash, is_canonical = entry.hash == _hash(entry), entry.line() == line
    except InvalidValue as error:
        raise _broken("it holds what the ledger never writes", where=where) from error
    if not is_own_hash:
        raise _broken("its hash is not the hash of its content", where=where)
    if not is_canonical:
        raise _broken("it is not written as the ledger writes", where=where)


def _hash(entry: Entry) -> str:
    content = {name: value for name, value in asdict(entry).items() if name != "hash"}
    return digest_bytes(canonical_json(content)).sha256


def _broken(what: str, *, where: str) -> LedgerBroken:
    return LedgerBroken(
        what,
        where=where,
        cause="the ledger was changed by something other than Earthwork, or the disk failed",
        choices=["take the case from a backup", "earthwork verify, for all that is wrong"],
    )


def read_head(evidence: Path) -> Head | None:
    """Return the recorded end of the ledger; None if none was written yet.

    Raises
    ------
    LedgerBroken
        If the file is not as it was written.
    """
    path = evidence / HEAD_FILE
    if not path.exists():
        return None
    raw = path.read_bytes()
    try:
        fields = json.loads(raw)
        head = Head(n=int(fields["n"]), hash=str(fields["hash"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _broken("the head is not readable", where=HEAD_FILE) from error
    if canonical_json(asdict(head)) + b"\n" != raw:
        raise _broken("the head is not written as the ledger writes", where=HEAD_FILE)
    return head


def check_head(entries: Sequence[Entry], head: Head | None) -> None:
    """Hold the end of a ledger against its recorded end.

    A head that lags by one line is what a crash leaves between the two writes.

    Raises
    ------
    LedgerBroken
        If lines are missing at the end, were added, or are others.
    """
    recorded = 0 if head is None else head.n
    if recorded > len(entries):
        raise _broken(
            f"the ledger has {len(entries)} lines, the head says {recorded}", where=LEDGER_FILE
        )
    if recorded < len(entries) - 1:
        raise _broken(
            f"the head says {recorded} lines, the ledger has {len(entries)}", where=HEAD_FILE
        )
    if head is not None and (head.n < 1 or entries[head.n - 1].hash != head.hash):
        raise _broken(f"line {head.n} is not the one that the head names", where=HEAD_FILE)


def read_chain(evidence: Path) -> Chain:
    """Read and check a whole ledger; an absent one is empty.

    Raises
    ------
    LedgerBroken
        If the chain or its head does not hold.
    """
    lines, fragment = split_tail(read_ledger_bytes(evidence))
    entries = tuple(read_entries(lines, where=LEDGER_FILE))
    check_head(entries, read_head(evidence))
    return Chain(entries=entries, fragment=fragment)


def read_ledger_bytes(evidence: Path) -> bytes:
    """Return the bytes of the ledger, none if there is no file yet."""
    path = evidence / LEDGER_FILE
    return path.read_bytes() if path.exists() else b""


def _write_head(evidence: Path, last: Entry) -> None:
    head = Head(n=last.n, hash=last.hash)
    write_durably(evidence / HEAD_FILE, canonical_json(asdict(head)) + b"\n")


class Ledger:
    """The ledger of one case, open for appending. Whoever opens it must hold the case's lock."""

    def __init__(self, evidence: Path, *, clock: Clock, by: str) -> None:
        """Open the ledger, mending what a crash left.

        Parameters
        ----------
        evidence
            The folder that holds it; made if absent.
        clock
            Gives the time of each act, aware.
        by
            Who acts.

        Raises
        ------
        LedgerBroken
            If it is broken otherwise than by a crash.
        """
        chain = read_chain(evidence)
        self._evidence = evidence
        self._clock = clock
        self._by = by
        self._entries = list(chain.entries)
        with writing("the ledger", where=evidence):
            self._stream: BinaryIO | None = self._opened(chain)
        self._record_torn()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every act, the oldest first."""
        return tuple(self._entries)

    def _opened(self, chain: Chain) -> BinaryIO:
        make_folder(self._evidence)
        path = self._evidence / LEDGER_FILE
        if chain.fragment:
            digest = digest_bytes(chain.fragment)
            write_durably(self._evidence / TORN_FOLDER / digest.sha256, chain.fragment)
            os.truncate(path, path.stat().st_size - len(chain.fragment))
        stream = path.open("ab")
        os.fsync(stream.fileno())
        sync_folder(self._evidence)
        if chain.entries:
            _write_head(self._evidence, chain.entries[-1])
        return stream

    def _record_torn(self) -> None:
        """Record fragments set aside, also those that a crash kept from being recorded."""
        known = {e.data.get("sha256") for e in self._entries if e.act == "recovered"}
        folder = self._evidence / TORN_FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in known and path.is_file():
                self.append("recovered", asdict(digest_bytes(path.read_bytes())))

    def append(self, act: str, data: Mapping[str, Any]) -> Entry:
        """Record an act; when this returns, it is on the disk.

        Parameters
        ----------
        act
            What was done.
        data
            What it was done to; JSON-able.

        Raises
        ------
        CaseError
            If it cannot be written. The ledger then takes no more: opening it anew mends it.
        InvalidValue
            If the data have no JSON form, or the clock has no time zone.
        """
        entry = self._next(act, data)
        line = entry.line()
        stream, self._stream = self._stream, None
        if stream is None:
            raise CaseError("the ledger is closed", cause="it was closed, or a write failed before")
        with writing("the ledger", where=self._evidence), ExitStack() as on_failure:
            on_failure.callback(stream.close)
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
            _write_head(self._evidence, entry)
            on_failure.pop_all()
        self._stream = stream
        self._entries.append(entry)
        return entry

    def _next(self, act: str, data: Mapping[str, Any]) -> Entry:
        unsigned = Entry(
            n=len(self._entries) + 1,
            time=_stamp(self._clock()),
            act=act,
            by=self._by,
            data=json.loads(canonical_json(dict(data))),
            previous=self._entries[-1].hash if self._entries else GENESIS,
            hash="",
        )
        return Entry(**(asdict(unsigned) | {"hash": _hash(unsigned)}))

    def close(self) -> None:
        """Take no more acts."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _stamp(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise InvalidValue("the clock gives times without a zone", choices=["datetime.now(UTC)"])
    return moment.astimezone(UTC).isoformat(timespec="seconds")
