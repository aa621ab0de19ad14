"""Commands on a case: start, check, run, take in, look, verify; and the ready-made ones."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from earthwork.cli.terminal import advise, json_lines, progress, say, warn
from earthwork.errors import CaseBusy, InvalidValue
from earthwork.model.case import CASE_FILE, Case

BRIEF = Path("brief") / "brief.html"
CaseFolder = Annotated[Path, typer.Argument(help="Folder of the case.", metavar="CASE")]
By = Annotated[
    str | None,
    typer.Option("--by", envvar="EARTHWORK_BY", help="Who acts, for the ledger; else the author."),
]


class Shown(StrEnum):
    """What can be shown of a case."""

    FINDINGS = "findings"
    CLAIMS = "claims"
    OBSERVATIONS = "observations"
    CANDIDATES = "candidates"
    SCENES = "scenes"
    LEDGER = "ledger"


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")],
    *,
    title: Annotated[str | None, typer.Option(help="Title of the brief.")] = None,
) -> None:
    """Start a case: a folder with a commented case.toml to fill in."""
    path = folder / CASE_FILE
    if path.exists():
        raise CaseBusy("there is a case already", where=str(path), choices=["name a new folder"])
    for name in ("images", "reports", "drawings", "layers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    template = resources.files("earthwork.cli").joinpath("case_template.toml").read_text("utf-8")
    today = datetime.now(UTC).date()
    words = (title or folder.resolve().name).replace("\\", " ").replace('"', "'")
    path.write_text(
        template.format(title=words, today=today.isoformat(), year=today.year), encoding="utf-8"
    )
    say(f"{path}: fill it in, then: earthwork check {folder}")


def check(folder: CaseFolder) -> None:
    """Say what is missing, wrong, or lies outside the area; change nothing."""
    from earthwork.pipeline.checking import Level
    from earthwork.pipeline.checking import check as check_case
    from earthwork.settings import load_case

    remarks = check_case(load_case(folder))
    for remark in remarks:
        print_remark = warn if remark.level is Level.ERROR else say
        print_remark(f"{remark.level.value:>5} {remark.where}: {remark.what}")
    errors = sum(remark.level is Level.ERROR for remark in remarks)
    gaps = sum(remark.level is Level.GAP for remark in remarks)
    say(f"{errors} errors, {gaps} gaps")
    if errors:
        raise typer.Exit(4)


def assess(
    folder: CaseFolder,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps, do none.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print events as lines of JSON.")] = False,
    by: By = None,
) -> None:
    """Run the whole line: align, detect, take in, read, judge, publish. It resumes."""
    from earthwork.settings import load_case

    case = load_case(folder)
    if dry_run:
        _print_plan(case)
        return
    run_case(case, by=by, json=json)
    if not json:
        say(f"brief: {case.folder / BRIEF}")


def run_case(
    case: Case, *, by: str | None = None, json: bool = False, is_published: bool = True
) -> None:
    """Run a case with progress on the terminal."""
    from earthwork.evidence.store import Store
    from earthwork.pipeline.assessment import assess as assess_case

    listen = json_lines() if json else progress()
    with Store.open(case.folder, clock=_now, by=by or case.author) as store:
        assess_case(case, store, listen=listen, is_published=is_published)


def _now() -> datetime:
    return datetime.now(UTC)


def _print_plan(case: Case) -> None:
    from earthwork.evidence.store import Store
    from earthwork.pipeline.assessment import plan_case

    store = Store.reading(case.folder)
    plan = plan_case(case)
    for step in plan.steps:
        done = "done" if store.derived(step.key) is not None else "to do"
        say(f"{done:>6}  {step.key[:12]}  {step.name}")
    say(f"{len(plan.originals)} originals, {len(plan.steps)} steps")


def observe(
    folder: CaseFolder,
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, KML or KMZ.")],
    *,
    reader: Annotated[str, typer.Option(help="Who looked and answers for it.")],
    scene: Annotated[
        str | None, typer.Option(help="Id of the scene it was drawn on, unless each row says so.")
    ] = None,
) -> None:
    """Take in what an analyst drew, and decisions on candidates (accept, reject, change).

    Rows with a kind (or state) are observations; rows with a candidate and a decision are reviews.
    """
    from earthwork.evidence.store import Store
    from earthwork.pipeline.intake import take_in_drawing
    from earthwork.settings import add_drawing, load_case

    case = load_case(folder)
    with Store.open(case.folder, clock=_now, by=reader) as store:
        taken = take_in_drawing(case, store, file, reader=reader, scene=scene)
    for skipped in taken.skipped:
        warn(f"left out: {skipped}")
    if taken.drawing is not None:
        add_drawing(case.folder, taken.drawing)
    say(
        f"taken in from {reader}: {taken.observations} observations, {taken.reviews} decisions;"
        f" now: earthwork assess {folder}"
    )
    if taken.skipped:
        raise typer.Exit(3)


def show(
    folder: CaseFolder,
    what: Annotated[Shown, typer.Argument(help="What to show.")] = Shown.FINDINGS,
    *,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show what the last run found."""
    from earthwork.cli.showing import show_what
    from earthwork.settings import load_case

    show_what(load_case(folder), what.value, as_json=json)


def verify(folder: CaseFolder) -> None:
    """Hold every recorded byte against the ledger; works on a copy, offline."""
    from earthwork.evidence.verification import verify as verify_folder

    result = verify_folder(folder)
    for note in result.notes:
        advise(f"{note.path}: {note.what}")
    for fault in result.faults:
        warn(f"{fault.path}: {fault.what}")
    checked = result.checked
    say(
        f"{checked.entries} ledger lines, {checked.originals} originals, {checked.results} results,"
        f" {checked.published} published files: "
        + ("all as recorded" if result.holds else f"{len(result.faults)} faults")
    )
    if not result.holds:
        raise typer.Exit(5)


def sample(
    name: Annotated[str, typer.Argument(help="kahramanmaras or mosul-2016.")],
    folder: Annotated[Path | None, typer.Argument(help="Folder to make.", metavar="DIR")] = None,
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Folder with the files, where there is no network."),
    ] = None,
) -> None:
    """Lay out an example case; fetch the files it needs, by sha256, or take them from a folder."""
    from earthwork.io.samples import find_sample, lay_out

    example = find_sample(name)
    target = folder or Path(name)
    if source is not None and not source.is_dir():
        raise InvalidValue(
            "that is not a folder",
            where=f"--from {source}",
            cause="misspelt, or a file",
        )
    lay_out(example, target, source=source, note=advise)
    say(f"{example.summary}\n{example.terms}\ncase: {target}; now: earthwork assess {target}")
