"""What the ledger says is there: the acts read back as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from earthwork.errors import InvalidValue, LedgerBroken
from earthwork.evidence.durability import Digest
from earthwork.evidence.ledger import LEDGER_FILE, Entry

ADD, DERIVE, PUBLISH, RECOVERED = "add", "derive", "publish", "recovered"
RESERVED = frozenset({ADD, DERIVE, PUBLISH, RECOVERED})
"""Acts that only the store records."""
PUBLISHED_FOLDERS = ("exports", "brief", "catalog")
"""Folders of a case that published files may go to."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is recorded of the case's files."""

    originals: Mapping[str, Digest]
    """Digest of each original to its digest and size."""
    results: Mapping[str, str]
    """Key of each derived result to the sha256 of its manifest, as last made."""
    published: Mapping[str, Digest]
    """Path of each published file, as last published."""
    torn: frozenset[str]
    """Digests of the fragments set aside after a crash."""


def recorded(entries: Iterable[Entry]) -> Recorded:
    """Return what a ledger says is in the case.

    Raises
    ------
    LedgerBroken
        If an act lacks what acts of its kind have.
    """
    originals: dict[str, Digest] = {}
    results: dict[str, str] = {}
    published: dict[str, Digest] = {}
    torn: set[str] = set()
    for entry in entries:
        match entry.act:
            case "add":
                digest = _digest(entry.data, entry)
                originals[digest.sha256] = digest
            case "derive":
                results[_sha256(entry.data, "key", entry)] = _sha256(entry.data, "manifest", entry)
            case "publish":
                published |= _files(entry)
            case "recovered":
                torn.add(_sha256(entry.data, "sha256", entry))
    return Recorded(originals=originals, results=results, published=published, torn=frozenset(torn))


def _files(entry: Entry) -> dict[str, Digest]:
    files = entry.data.get("files")
    if not isinstance(files, dict):
        raise _malformed("files", entry)
    for path in files:
        try:
            published_path(path)
        except InvalidValue as error:
            raise _malformed(f"files: {path}", entry) from error
    return {path: _digest(data, entry) for path, data in files.items()}


def _digest(data: object, entry: Entry) -> Digest:
    if not isinstance(data, dict) or type(data.get("size")) is not int:
        raise _malformed("size", entry)
    return Digest(sha256=_sha256(data, "sha256", entry), size=data["size"])


def _sha256(data: Mapping[str, Any], name: str, entry: Entry) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise _malformed(name, entry)
    return value


def _malformed(name: str, entry: Entry) -> LedgerBroken:
    return LedgerBroken(
        f"the act '{entry.act}' has no usable {name}",
        where=f"{LEDGER_FILE}, line {entry.n}",
        cause="it was written by another version, or not by Earthwork",
    )


def published_path(path: str) -> PurePosixPath:
    """Return a published file's path within the case folder.

    Parameters
    ----------
    path
        Relative, with forward slashes.

    Raises
    ------
    InvalidValue
        If it leaves the folders that published files may go to.
    """
    if (
        not is_inside(path)
        or path.split("/", maxsplit=1)[0] not in PUBLISHED_FOLDERS
        or "/" not in path
    ):
        raise InvalidValue(
            "a file cannot be published there",
            where=path,
            cause="the path leaves the folders for published files",
            choices=[f"{folder}/…" for folder in PUBLISHED_FOLDERS],
        )
    return PurePosixPath(path)


def is_inside(path: str) -> bool:
    r"""Tell whether a relative path stays below where it starts, on every system.

    Examples
    --------
    >>> [is_inside(p) for p in ("a/b.png", "../a", "/a", "C:/a", "a\\b", "a//b", "")]
    [True, False, False, False, False, False, False]
    """
    parts = path.split("/")
    return not any(character in path for character in "\\:\0") and all(
        part not in ("", ".", "..") for part in parts
    )
