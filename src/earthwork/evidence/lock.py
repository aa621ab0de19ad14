"""One writer at a time: a lock that the system itself drops when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from earthwork.errors import CaseBusy, CaseError

if sys.platform == "win32":  # pragma: no cover - another system
    import msvcrt

    _FAR_OFFSET = 1 << 30  # a locked byte cannot be read there, so none that says who holds it

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class CaseLock:
    """The right to write to a case, held from construction to :meth:`release`.

    The file stays when the lock is released: removing it would let two writers hold two files of
    one name. It is empty except while the lock is held.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock at once.

        Parameters
        ----------
        path
            The lock file; made if absent.

        Raises
        ------
        CaseBusy
            If another process, or another store of this one, holds it.
        CaseError
            If the file cannot be made.
        """
        self._descriptor = _open(path)
        try:
            _lock(self._descriptor)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise _busy(path, holder) from error
        self._say(f"{os.getpid()}\n".encode())

    def _say(self, words: bytes) -> None:
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, words)

    def release(self) -> None:
        """Let others write."""
        self._say(b"")
        _unlock(self._descriptor)
        os.close(self._descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CaseError(
            "the case cannot be opened for writing",
            where=str(path),
            cause=error.strerror or str(error),
            choices=["make the folder writable", "copy the case elsewhere"],
        ) from error


def _busy(path: Path, holder: str) -> CaseBusy:
    return CaseBusy(
        "another process is writing to this case",
        where=str(path.parent.parent),
        cause=f"process {holder} holds the lock" if holder else "the lock is held",
        choices=["wait for it to end", "end it"],
    )
