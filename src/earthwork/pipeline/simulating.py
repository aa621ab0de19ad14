"""Simulate a siege into a folder: pictures, surfaces, radar, truth, layers, reports, a ready case.

What was finished is kept: a second run with the same scenario takes up what lies there whole, by
its recorded digest, and makes the rest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import earthwork
from earthwork.errors import CaseBusy
from earthwork.io.cogs import CogWriter
from earthwork.model.case import CASE_FILE
from earthwork.model.grid import Grid
from earthwork.pipeline.events import Listener, Noted, Published, StepFinished, StepStarted, ignore
from earthwork.pipeline.records import encode
from earthwork.pipeline.simulated_case import write_case_file, write_reports
from earthwork.pipeline.simulated_catalog import write_catalog
from earthwork.pipeline.simulated_layers import write_layers
from earthwork.pipeline.simulated_radar import radar_tracks, write_radar
from earthwork.pipeline.simulated_truth import write_decoys, write_labels, write_truth
from earthwork.simulate.camera.photograph import photograph
from earthwork.simulate.camera.sensor import Camera
from earthwork.simulate.landscape import Landscape
from earthwork.simulate.ordinary.things import Thing
from earthwork.simulate.painting.painter import Painter, prepare
from earthwork.simulate.scenario import Scenario, SceneOrder
from earthwork.simulate.siege import Siege, build_siege, landscape_and_things, plan_of, tallest_m

RECORD = "simulation.json"
"""File that says what a folder of a simulated siege holds."""
_CASE = "case"
_CENTIMETRES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One file as it was written."""

    path: str
    """Where it lies, with slashes."""
    sha256: str
    """Digest, hex."""
    size: int
    """Bytes."""


@dataclass(slots=True, kw_only=True)
class _Folder:
    """The folder being filled, with the record of what lies there; lives for one run."""

    path: Path
    identity: str
    order: dict[str, Any]
    files: dict[str, list[Recorded]] = field(default_factory=dict)

    def keep(self, step: str, written: Iterator[Path] | list[Path]) -> None:
        """Record what a step wrote."""
        self.files[step] = [recorded(path, self.path) for path in written]
        text = json.dumps(self.told(), ensure_ascii=False, indent=1, sort_keys=True)
        partial = self.path / f".{RECORD}.partial"
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(self.path / RECORD)

    def told(self) -> dict[str, Any]:
        """Return the record as plain values."""
        steps = {step: [encode(one) for one in files] for step, files in self.files.items()}
        return {
            "scenario": self.identity,
            "order": self.order,
            "earthwork": earthwork.__version__,
            "steps": steps,
        }

    def has(self, step: str) -> bool:
        """Tell whether a step's files lie there whole.

        The case file is its reader's from the moment it is written, and never written again.
        """
        if step == _CASE:
            return (self.path / CASE_FILE).exists()
        return step in self.files and all(self._is_whole(one) for one in self.files[step])

    def _is_whole(self, one: Recorded) -> bool:
        path = self.path / one.path
        return path.is_file() and path.stat().st_size == one.size and digest(path) == one.sha256


def recorded(path: Path, folder: Path) -> Recorded:
    """Return the record of a file."""
    return Recorded(
        path=path.relative_to(folder).as_posix(), sha256=digest(path), size=path.stat().st_size
    )


def digest(path: Path) -> str:
    """Return the sha256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plan_steps(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the steps that simulating takes, in order."""
    pictures = [f"picture {scene.id}" for scene in _by_time(scenario)]
    radar = [f"radar {track.id}" for track in radar_tracks(scenario)]
    return (*pictures, *radar, "truth", "layers", "reports", _CASE, "catalog")


def _by_time(scenario: Scenario) -> list[SceneOrder]:
    return sorted(scenario.scenes, key=lambda scene: scene.captured)


def simulate(
    scenario: Scenario, folder: Path, *, listener: Listener = ignore, workers: int = 2
) -> Siege:
    """Write a simulated siege: everything that a real case has, and its truth.

    Parameters
    ----------
    scenario
        The order.
    folder
        Folder to fill: new, empty, or left by an earlier run of the same scenario.
    listener
        Hears of every step.
    workers
        Threads that paint.

    Returns
    -------
    Siege
        What was written, as values.

    Raises
    ------
    InvalidValue
        If the scenario does not fit the city that it asks for.
    CaseBusy
        If the folder holds something else.
    """
    target = _opened(folder, scenario)
    listener(Noted(step="plan", message=_told(scenario)))
    siege = build_siege(scenario)
    names = plan_steps(scenario)
    with ThreadPoolExecutor(1) as background:
        grounds = _Grounds(siege=siege, target=target, background=background)
        makers = _makers(siege, folder, workers, grounds)
        for number, name in enumerate(names, start=1):
            _performed(target, name, makers[name], (number, len(names)), listener)
    listener(Published(path=str(folder / "case.toml")))
    return siege


def identity(scenario: Scenario) -> str:
    """Return a digest of everything that decides what is written: the order and our version."""
    told = json.dumps(encode(scenario), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{earthwork.__version__}\n{told}".encode()).hexdigest()


def _told(scenario: Scenario) -> str:
    pictures = f"{len(scenario.scenes)} picture{'s' if len(scenario.scenes) != 1 else ''}"
    side = f"{scenario.city.side_m:g} m"
    return f"{scenario.title}: {side} square, {len(scenario.events)} events, {pictures}"


def _opened(folder: Path, scenario: Scenario) -> _Folder:
    wanted, order = identity(scenario), encode(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / RECORD
    if not record.exists():
        if any(path.name != f".{RECORD}.partial" for path in folder.iterdir()):
            raise CaseBusy(
                "that folder holds something else",
                where=str(folder),
                choices=["a new folder", "an empty one"],
            )
        return _Folder(path=folder, identity=wanted, order=order)
    told = json.loads(record.read_text(encoding="utf-8"))
    if told["scenario"] != wanted:
        raise CaseBusy(
            "that folder holds the simulation of another scenario, or of another version",
            where=str(folder),
            choices=["a new folder", "the scenario that it was made from"],
        )
    files = {step: [Recorded(**one) for one in rows] for step, rows in told["steps"].items()}
    return _Folder(path=folder, identity=wanted, order=order, files=files)


def _performed(
    target: _Folder,
    name: str,
    make: Callable[[], list[Path]],
    place: tuple[int, int],
    listener: Listener,
) -> None:
    number, total = place
    listener(StepStarted(step=name, number=number, total=total))
    start = time.monotonic()
    is_reused = target.has(name)
    if not is_reused:
        target.keep(name, make())
    seconds = 0.0 if is_reused else time.monotonic() - start
    listener(
        StepFinished(step=name, number=number, total=total, seconds=seconds, is_reused=is_reused)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What one picture is painted from."""

    landscape: Landscape
    things: tuple[Thing, ...]
    painter: Painter


@dataclass(slots=True, kw_only=True)
class _Grounds:
    """Lays out the ground of the next picture while this one is painted; lives for one run."""

    siege: Siege
    target: _Folder
    background: ThreadPoolExecutor
    begun: dict[str, Future[_Ground]] = field(default_factory=dict)

    def of(self, scene: SceneOrder) -> _Ground:
        """Return the ground of a scene, and begin on the one after it."""
        begun = self.begun.pop(scene.id, None)
        ground = self._laid_out(scene) if begun is None else begun.result()
        scenes = self.siege.scenes
        for following in scenes[scenes.index(scene) + 1 :][:1]:
            if not self.target.has(f"picture {following.id}"):
                self.begun[following.id] = self.background.submit(self._laid_out, following)
        return ground

    def _laid_out(self, scene: SceneOrder) -> _Ground:
        landscape, things = landscape_and_things(self.siege, scene)
        return _Ground(landscape=landscape, things=things, painter=prepare(landscape))


def _makers(
    siege: Siege, folder: Path, workers: int, grounds: _Grounds
) -> dict[str, Callable[[], list[Path]]]:
    """Return what makes each step's files; nothing is made yet."""
    makers: dict[str, Callable[[], list[Path]]] = {}
    for scene in siege.scenes:
        makers[f"picture {scene.id}"] = partial(_taken, siege, scene, grounds, folder, workers)
    for track in radar_tracks(siege.scenario):
        makers[f"radar {track.id}"] = partial(write_radar, siege, track, folder)
    makers["truth"] = lambda: write_truth(siege, folder)
    makers["layers"] = lambda: write_layers(siege, folder)
    makers["reports"] = lambda: write_reports(siege, folder)
    makers[_CASE] = lambda: write_case_file(siege, folder)
    makers["catalog"] = lambda: write_catalog(siege, folder)
    return makers


# ---------------------------------------------------------------- pictures


def _taken(
    siege: Siege, scene: SceneOrder, grounds: _Grounds, folder: Path, workers: int
) -> list[Path]:
    return take(siege, scene, grounds.of(scene), folder, workers)


def take(
    siege: Siege, scene: SceneOrder, ground: _Ground, folder: Path, workers: int
) -> list[Path]:
    """Take one picture; write it with the surface that it shows and what hides that from view.

    Returns
    -------
    list of Path
        The picture, its surface model, its conditions and its labels.
    """
    plan = plan_of(siege, scene, tallest=tallest_m(ground.landscape))
    grid = siege.site.grid(plan.camera.gsd_m)
    files = _files(folder, scene.id)
    for path in files:
        path.parent.mkdir(exist_ok=True)
    with ExitStack() as opened:
        image, surface, conditions = (
            opened.enter_context(writer) for writer in _writers(files, grid, plan.camera)
        )
        for tile in photograph(ground.painter.surface, plan, workers=workers):
            image.write(tile.window, tile.pixels)
            surface.write(tile.window, _to_centimetres(tile.height_m)[np.newaxis])
            conditions.write(tile.window, tile.conditions[np.newaxis])
    decoys = write_decoys(siege, scene, ground.things, folder)
    return [*files, decoys, write_labels(siege, scene, grid, folder)]


def _files(folder: Path, scene: str) -> list[Path]:
    return [
        folder / "images" / f"{scene}.tif",
        folder / "layers" / f"surface-{scene}.tif",
        folder / "truth" / f"conditions-{scene}.tif",
    ]


def _writers(files: Sequence[Path], grid: Grid, camera: Camera) -> tuple[CogWriter, ...]:
    image, surface, conditions = files
    digits = np.uint8 if camera.bits == 8 else np.uint16  # noqa: PLR2004 - a byte
    tags = {"SIMULATED": "yes"}
    return (
        CogWriter(image, grid, dtype=digits, bands=camera.band_count,
                  band_names=camera.band_names, tags=tags),
        CogWriter(surface, grid, dtype=np.float32, bands=1, band_names=("height",), tags=tags),
        CogWriter(conditions, grid, dtype=np.uint8, bands=1, is_classes=True, tags=tags),
    )  # fmt: skip


def _to_centimetres(height_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round heights: noise below a centimetre would double the file."""
    return np.round(height_m * _CENTIMETRES) / np.float32(_CENTIMETRES)
