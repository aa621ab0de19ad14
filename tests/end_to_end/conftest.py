"""One small simulated case, run once for all workers; each test takes a copy of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from earthwork.pipeline.demonstration import READER, scripted_reader_file
from earthwork.pipeline.simulating import simulate
from earthwork.settings import load_case
from earthwork.settings.scenario_file import resolve_scenario

from .commands import earthwork

_PATIENCE_S = 240
NOTE = "between us: heron-7731"


def _make(folder: Path) -> None:
    case_folder = folder / "case"
    scenario = resolve_scenario("nahrabad")
    small = replace(scenario, city=replace(scenario.city, side_m=300.0))
    siege = simulate(small, case_folder)
    (folder / "plan.txt").write_text(earthwork("assess", case_folder, "--dry-run").out)
    assert not (case_folder / "evidence").exists()
    first = earthwork("assess", case_folder)
    (folder / "first.txt").write_text(f"{first.code}\n{first.out}\n{first.err}")
    drawing = scripted_reader_file(load_case(case_folder), siege)
    _annotate(drawing)
    taken = earthwork("observe", case_folder, drawing, "--reader", READER)
    (folder / "observe.txt").write_text(f"{taken.code}\n{taken.out}\n{taken.err}")
    second = earthwork("assess", case_folder, "--json")
    (folder / "second.txt").write_text(f"{second.code}\n{second.out}")


def _annotate(drawing: Path) -> None:
    """Give every row a note that can be told from any other words."""
    layer = json.loads(drawing.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"]["note"] = NOTE
    drawing.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the case and what was printed while it was made."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "finished"
    try:
        (shared / "making").mkdir()
    except FileExistsError:
        until = time.monotonic() + _PATIENCE_S
        while not folder.exists():
            assert time.monotonic() < until, "the other worker did not make the case"
            time.sleep(0.2)
        return folder
    (shared / "half-made").mkdir()
    _make(shared / "half-made")
    (shared / "half-made").rename(folder)
    return folder


@pytest.fixture
def case(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished case; unlink what is evidence or a result to change it."""
    copied = Path(
        shutil.copytree(
            finished / "case", tmp_path / "case", ignore=shutil.ignore_patterns("work", "evidence")
        )
    )
    for name in ("work", "evidence"):
        shutil.copytree(finished / "case" / name, copied / name, copy_function=_linked)
    return copied


def _linked(source: str, target: str) -> None:
    # The ledger grows in place; every other file of the store is written once.
    if Path(source).suffix in {".tif", ".png", ".pdf", ".html"}:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
