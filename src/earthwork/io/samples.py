"""Example cases: our own words and drawings with third parties' files, fetched only when asked.

Each example is a folder with a ``sample.toml`` that names the files that are not ours to ship, with
their sha256, size and public address.
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import earthwork
from earthwork.errors import CaseBusy, FetchError, InvalidValue
from earthwork.model.case import CASE_FILE

_MANIFEST = "sample.toml"
_TIMEOUT_S = 60
_PACKAGE = Path(earthwork.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFile:
    """One file of an example that is not ours to ship."""

    path: str
    """Where it belongs in the case, with slashes."""
    name: str
    """Its name at its origin."""
    sha256: str
    """Its digest, hex."""
    size: int
    """Its bytes."""
    url: str | None
    """Where it can be fetched; None if it must be given by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One example case."""

    name: str
    """Its name."""
    folder: Path
    """Where our part of it lies."""
    summary: str
    """What it shows, in a sentence."""
    terms: str
    """Under which terms the others' files stand."""
    files: tuple[SampleFile, ...]
    """The others' files."""


def samples() -> tuple[Sample, ...]:
    """Return the example cases that come with Earthwork, by name."""
    manifests = sorted(_root().glob(f"*/{_MANIFEST}"))
    return tuple(_read(manifest) for manifest in manifests)


def _root() -> Path:
    """Return the folder of the examples: packaged, or beside the sources in a checkout."""
    packaged = _PACKAGE / "examples"
    return packaged if packaged.is_dir() else _PACKAGE.parent.parent / "examples"


def _read(manifest: Path) -> Sample:
    table = tomllib.loads(manifest.read_text(encoding="utf-8"))
    base = table.get("base_url")
    return Sample(
        name=manifest.parent.name,
        folder=manifest.parent,
        summary=table["summary"],
        terms=table["terms"],
        files=tuple(
            SampleFile(
                path=row["path"],
                name=row["name"],
                sha256=row["sha256"],
                size=row["size"],
                url=None if base is None else f"{base}/{row['name']}",
            )
            for row in table["file"]
        ),
    )


def find_sample(name: str) -> Sample:
    """Return the example of a name.

    Raises
    ------
    InvalidValue
        If there is none; the names that exist are listed.
    """
    known = {sample.name: sample for sample in samples()}
    if name not in known:
        raise InvalidValue(f"no example is called {name}", choices=sorted(known))
    return known[name]


def lay_out(
    sample: Sample, target: Path, *, source: Path | None, note: Callable[[str], None]
) -> None:
    """Write an example case: our part, and the others' files from a folder or the network.

    Parameters
    ----------
    sample
        The example.
    target
        Folder of the case to make; files that are already there and whole are kept.
    source
        Local folder with the others' files; None fetches them.
    note
        Hears what is done.

    Raises
    ------
    CaseBusy
        If the target holds another case.
    FetchError
        If a file is absent, does not arrive, or is not the one promised.
    """
    theirs = target / CASE_FILE
    if theirs.exists() and theirs.read_bytes() != (sample.folder / CASE_FILE).read_bytes():
        raise CaseBusy(
            "there is another case in that folder",
            where=str(target),
            choices=["name an empty or a new folder"],
        )
    if target.resolve() != sample.folder.resolve():
        ours = shutil.ignore_patterns(_MANIFEST, "evidence", "work", "exports", "brief", "catalog")
        shutil.copytree(sample.folder, target, dirs_exist_ok=True, ignore=ours)
    for file in sample.files:
        _bring(file, target / file.path, source, note)


def _bring(file: SampleFile, place: Path, source: Path | None, note: Callable[[str], None]) -> None:
    if place.is_file() and _digest(place.read_bytes()) == file.sha256:
        note(f"{file.path}: already there")
        return
    data = _from_folder(file, source) if source is not None else _from_network(file)
    if _digest(data) != file.sha256:
        raise FetchError(
            f"it is not the file promised: sha256 {_digest(data)}, not {file.sha256}",
            where=file.name,
            cause="another edition, or damaged on the way",
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    note(f"{file.path}: {len(data):,} bytes, sha256 as promised")


def _from_folder(file: SampleFile, source: Path) -> bytes:
    found = sorted(path for path in source.rglob(file.name) if path.is_file())
    if not found:
        raise FetchError("it is not in the folder given", where=f"{source}: {file.name}")
    read = [path.read_bytes() for path in found]
    return next((data for data in read if _digest(data) == file.sha256), read[0])


def _from_network(file: SampleFile) -> bytes:
    if file.url is None or not file.url.startswith("https://"):
        raise FetchError(
            "it has no public address and must be given by path",
            where=file.name,
            choices=["--from FOLDER"],
        )
    try:
        with urllib.request.urlopen(file.url, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - https only
            data: bytes = reply.read(file.size + 1)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise FetchError(
            f"it could not be fetched: {error}",
            where=file.url,
            cause="no network here",
            choices=["--from FOLDER with the files"],
        ) from error
    return data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
