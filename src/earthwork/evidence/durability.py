"""Bytes that survive a power cut, and the digests by which they are known."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from earthwork.errors import CaseError

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What identifies a file's content."""

    sha256: str
    """Hexadecimal, lower case."""
    size: int
    """Bytes."""


def digest_bytes(data: bytes) -> Digest:
    """Return the digest of bytes in memory.

    Examples
    --------
    >>> digest_bytes(b"").sha256[:8]
    'e3b0c442'
    """
    return Digest(sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def digest_file(path: Path) -> Digest:
    """Return the digest of a file of any size, read in pieces."""
    with path.open("rb") as stream:
        return _pump(stream, None)


def copy_durably(source: BinaryIO, target: Path) -> Digest:
    """Copy a stream to a new file, flushed to the disk, and return the digest of what was written.

    Parameters
    ----------
    source
        Read to its end.
    target
        Overwritten; its folder is made if absent.
    """
    make_folder(target.parent)
    with target.open("wb") as out:
        digest = _pump(source, out)
        out.flush()
        os.fsync(out.fileno())
    return digest


def _pump(source: BinaryIO, out: BinaryIO | None) -> Digest:
    sha256, size = hashlib.sha256(), 0
    while piece := source.read(_CHUNK_BYTES):
        sha256.update(piece)
        size += len(piece)
        if out is not None:
            out.write(piece)
    return Digest(sha256=sha256.hexdigest(), size=size)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that, whatever happens, it holds either its old bytes or the new ones."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    move_durably(temporary, path)


def move_durably(source: Path, target: Path) -> None:
    """Rename a file or folder, replacing a file, and flush the folder that holds its new name."""
    make_folder(target.parent)
    source.replace(target)
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each flushed as a name in the one that holds it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    """Flush a file that something else wrote."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names; Windows has no such call and needs none."""
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover - Windows
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(what: str, *, where: Path) -> Iterator[None]:
    """Turn the system's refusal to write into an error that a user can mend.

    Raises
    ------
    CaseError
        If the disk is full, or the folder may not be written.
    """
    try:
        yield
    except OSError as error:
        raise CaseError(
            f"{what} could not be written",
            where=str(where),
            cause=error.strerror or str(error),
            choices=["free some space", "make the folder writable", "copy the case elsewhere"],
        ) from error
