"""What a run would do: the steps, each with the key of its result, before anything is done.

A result's key is made of the step, the digests of what goes in, the parameters and the version of
the code, so it is known before the step runs; a step whose key is in the store is not performed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import earthwork
from earthwork.evidence.store import result_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a step finds at hand while it is performed."""

    original: Callable[[str], Path]
    """Digest of an original to its path in the store."""
    result: Callable[[str], Path]
    """Name of an earlier step to the folder of its result."""
    note: Callable[[str], None]
    """Say a sentence to whoever listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a run."""

    name: str
    """Unique name, 'align before after'."""
    kind: str
    """Kind of step, 'align'."""
    after: tuple[str, ...]
    """Names of the steps whose results it takes."""
    originals: tuple[str, ...]
    """Digests of the originals it reads."""
    parameters: Mapping[str, Any]
    """What else decides its result; JSON-able."""
    key: str
    """Address of its result."""
    perform: Callable[[Bench, Path], None]
    """Write the result's files into an empty folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One original that the run puts into the store first."""

    file: Path
    """Where it lies."""
    digest: str
    """Its sha256, hex."""
    role: str
    """What it is: scene, camera_model, layer, report, drawing."""
    origin: Mapping[str, Any]
    """Where it came from, under which licence, as stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All the steps of one run, in an order in which they can be performed."""

    originals: tuple[Recorded, ...]
    """Files to record."""
    steps: tuple[Step, ...]
    """Steps, each after those it takes from."""


class StepList:
    """Collects steps and gives each its key from the keys of those before it."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}

    def add(
        self,
        name: str,
        perform: Callable[[Bench, Path], None],
        *,
        after: tuple[str, ...] = (),
        originals: tuple[str, ...] = (),
        parameters: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a step and return its name.

        Parameters
        ----------
        name
            Unique name; its first word is the kind.
        perform
            Writes the result.
        after
            Names of steps added before, whose results it takes.
        originals
            Digests it reads.
        parameters
            What else decides the result.
        """
        kind = name.split(maxsplit=1)[0]
        given = dict(parameters or {})
        inputs = [*originals, *(self._steps[earlier].key for earlier in after)]
        key = result_key(kind, inputs=inputs, parameters=given, version=code_version())
        self._steps[name] = Step(
            name=name,
            kind=kind,
            after=after,
            originals=originals,
            parameters=given,
            key=key,
            perform=perform,
        )
        return name

    def has(self, name: str) -> bool:
        """Tell whether a step of that name was added."""
        return name in self._steps

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps in the order they were added."""
        return tuple(self._steps.values())


@cache
def code_version() -> str:
    """Return the version of this code: its number and a digest of its sources."""
    root = Path(earthwork.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".j2", ".typ"}:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return f"{earthwork.__version__}+{digest.hexdigest()[:12]}"


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
