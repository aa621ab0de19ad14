"""A drawing comes into a case: read, kept as evidence, each of its rows in the ledger."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from earthwork.errors import InvalidValue
from earthwork.evidence.store import Store
from earthwork.io.drawings import DrawingContents, read_drawing
from earthwork.model.case import Case, Drawing
from earthwork.pipeline.assessment import capture_of
from earthwork.pipeline.opening import grid_of
from earthwork.pipeline.plan import digest_of
from earthwork.pipeline.records import encode

DRAWINGS_FOLDER = "drawings"
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came in with one drawing."""

    drawing: Drawing | None
    """The drawing as the case will name it; None if the case names it already."""
    observations: int
    """Rows taken as observations."""
    reviews: int
    """Rows taken as decisions on candidates."""
    skipped: tuple[str, ...]
    """Rows left out, and why."""


def take_in_drawing(
    case: Case, store: Store, file: Path, *, reader: str, scene: str | None
) -> Intake:
    """Take an analyst's drawing into a case.

    Parameters
    ----------
    case
        The case.
    store
        Its store, open for writing.
    file
        The drawing.
    reader
        Who answers for it.
    scene
        Scene it was drawn on, unless each row says so.

    Raises
    ------
    InvalidValue
        If it names no scene of the case, or no row can be taken.
    """
    _require_stated(case, reader, scene)
    captures = {source.id: capture_of(source) for source in case.scenes}
    grids = {source.id: grid_of(source) for source in case.scenes}
    contents = read_drawing(file, reader=reader, scene=scene, captures=captures, grids=grids)
    if not contents.observations and not contents.reviews:
        raise InvalidValue(
            "no row of it can be taken",
            where=str(file),
            cause="; ".join(f"{s.item}: {s.error.what}" for s in contents.skipped[:_MOST_TOLD]),
            choices=contents.skipped[0].error.choices if contents.skipped else (),
        )
    kept = _keep(case, file)
    _record(store, kept, contents, reader)
    known = {drawing.file.resolve() for drawing in case.drawings}
    drawing = Drawing(file=kept, reader=reader, scene=scene)
    return Intake(
        drawing=None if kept.resolve() in known else drawing,
        observations=len(contents.observations),
        reviews=len(contents.reviews),
        skipped=tuple(f"{skipped.item}: {skipped.error}" for skipped in contents.skipped),
    )


def _require_stated(case: Case, reader: str, scene: str | None) -> None:
    known = [source.id for source in case.scenes]
    if not reader.strip():
        raise InvalidValue("nobody answers for it", where="reader", choices=["--reader NAME"])
    if scene is not None and scene not in known:
        raise InvalidValue(f"no scene of the case is called {scene}", choices=known)


def _keep(case: Case, file: Path) -> Path:
    """Return the drawing's place in the case folder, copying it there under a free name."""
    folder = case.folder / DRAWINGS_FOLDER
    if file.resolve().is_relative_to(case.folder):
        return file.resolve()
    folder.mkdir(exist_ok=True)
    target, number = folder / file.name, 1
    while target.exists() and digest_of(target) != digest_of(file):
        number += 1
        target = folder / f"{file.stem}-{number}{file.suffix}"
    if not target.exists():
        shutil.copyfile(file, target)
    return target


def _record(store: Store, kept: Path, contents: DrawingContents, reader: str) -> None:
    original = store.add_original(kept, name=kept.name, role="drawing", origin={"reader": reader})
    source = {"drawing": original.digest}
    for observation in contents.observations:
        store.record("observe", source | {"observation": encode(observation)})
    for review in contents.reviews:
        store.record("review", source | {"review": encode(review)})
