"""Commands that simulate: a siege from a scenario, works in a real picture, the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earthwork.cli.case_commands import BRIEF, observe, run_case
from earthwork.cli.terminal import advise, json_lines, progress, say
from earthwork.errors import CaseBusy, InvalidValue
from earthwork.model.case import CASE_FILE

DEMONSTRATION = "nahrabad"
"""Name of the packaged scenario that the demonstration plays."""
_CHANCE_SIDE_M = 800.0


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")] = Path(
        "earthwork-demo"
    ),
) -> None:
    """Build a simulated besieged city, assess it offline, and end with the path of its brief."""
    from earthwork.pipeline.demonstration import READER, scripted_reader_file
    from earthwork.pipeline.simulating import simulate as lay_out
    from earthwork.settings import load_case
    from earthwork.settings.scenario_file import resolve_scenario
    from earthwork.simulate.siege import build_siege

    scenario = resolve_scenario(DEMONSTRATION)
    if not (folder / CASE_FILE).exists():
        advise("simulating a city on two dates, with reports")
        lay_out(scenario, folder, listener=progress())
    case = load_case(folder)
    if not case.is_simulated:
        raise CaseBusy("that folder holds a real case", where=str(folder))
    run_case(case, is_published=bool(case.drawings))
    if not case.drawings:
        advise("a scripted reader decides on the candidates and draws what it sees")
        drawing = scripted_reader_file(case, build_siege(scenario))
        observe(folder, drawing, reader=READER, scene=None)
        run_case(load_case(folder))
    say(f"brief: {(case.folder / BRIEF)}")


def simulate(
    scenario: Annotated[
        str | None,
        typer.Argument(help="A siege.toml, or a packaged scenario by name.", metavar="SCENARIO"),
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to make, or to go on with.")
    ] = None,
    chance: Annotated[
        int | None, typer.Option(help="Draw a siege by chance instead, from this seed.", min=0)
    ] = None,
    side_m: Annotated[
        float, typer.Option("--side", help="With --chance: side of the scene, metres.")
    ] = _CHANCE_SIDE_M,
    style: Annotated[str | None, typer.Option(help="With --chance: style of the city.")] = None,
    gsd_m: Annotated[float, typer.Option("--gsd", help="With --chance: pixel side, metres.")] = 0.5,
    dates: Annotated[int, typer.Option(help="With --chance: number of pictures.")] = 2,
    template: Annotated[
        bool, typer.Option("--template", help="Print a scenario with every key explained.")
    ] = False,
    catalogue: Annotated[
        bool, typer.Option("--list", help="List the packaged scenarios, styles and cameras.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the scenario, say what would be made.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Threads that paint.", min=1)] = 2,
    json: Annotated[bool, typer.Option("--json", help="Progress as JSON lines.")] = False,
) -> None:
    """Simulate a siege: pictures, surfaces, radar, truth, streets, reports and a ready case.

    A second run with the same scenario and folder makes what is missing.
    """
    from earthwork.pipeline.simulating import plan_steps
    from earthwork.pipeline.simulating import simulate as lay_out
    from earthwork.settings.scenario_file import resolve_scenario, scenario_template
    from earthwork.simulate.alterations.chance import draw_scenario
    from earthwork.simulate.siege import build_siege

    if template:
        typer.echo(scenario_template(), nl=False)
        return
    if catalogue:
        _print_catalogue()
        return
    if (scenario is None) == (chance is None):
        raise InvalidValue(
            "it is not said what to simulate" if scenario is None else "two scenarios at once",
            choices=["earthwork simulate nahrabad -o DIR", "earthwork simulate --chance 19 -o DIR"],
        )
    if chance is not None:
        order = draw_scenario(chance, side_m=side_m, style=style, gsd_m=gsd_m, dates=dates)
    else:
        order = resolve_scenario(str(scenario))
    if dry_run:
        siege = build_siege(order)
        say(f"{order.title}: {len(siege.city.footprints)} buildings, {len(siege.deeds)} deeds")
        for number, step in enumerate(plan_steps(order), start=1):
            say(f"{number:>3}  {step}")
        return
    if output is None:
        raise InvalidValue("no folder to write to", where="--output", choices=["-o DIR"])
    listener = json_lines() if json else progress()
    lay_out(order, output, listener=listener, workers=workers)
    say(f"case: {output}; truth: {output / 'truth'}; now: earthwork assess {output}")


def _print_catalogue() -> None:
    from earthwork.settings.scenario_file import packaged_scenarios, resolve_scenario
    from earthwork.simulate.camera.sensor import CAMERAS
    from earthwork.simulate.cities.styles import STYLES

    say("scenarios")
    for name in packaged_scenarios():
        order = resolve_scenario(name)
        say(f"  {name}: {order.title}, {len(order.scenes)} pictures")
    say("styles of cities")
    for name, style in STYLES.items():
        say(f"  {name}" + (" (held out of training)" if style.is_held_out else ""))
    say("cameras")
    for name, camera in CAMERAS.items():
        say(f"  {name}: {camera.bands}, {camera.gsd_m:g} m, {camera.bits} bit")


def insert(
    picture: Annotated[Path, typer.Argument(help="A real picture.", metavar="PICTURE")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to make.")],
    works: Annotated[
        Path | None, typer.Option(help="GeoJSON of works to draw; left out: by chance.")
    ] = None,
    footprints: Annotated[
        Path | None, typer.Option(help="Buildings that works by chance keep off.")
    ] = None,
    before: Annotated[
        Path | None, typer.Option(help="The earlier picture of the pair; it is not changed.")
    ] = None,
    gsd_m: Annotated[
        float | None, typer.Option("--gsd", help="Pixel side, metres, if the file does not say.")
    ] = None,
    captured: Annotated[
        str | None, typer.Option(help="When it was taken: the sun follows from it.")
    ] = None,
    longitude: Annotated[float | None, typer.Option(help="Degrees east, without place.")] = None,
    latitude: Annotated[float | None, typer.Option(help="Degrees north, without place.")] = None,
    sun_azimuth_deg: Annotated[float | None, typer.Option(help="Direction of the sun.")] = None,
    sun_elevation_deg: Annotated[float | None, typer.Option(help="Height of the sun.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other works.", min=0)] = 0,
) -> None:
    """Draw works into a real picture, lit by its own sun, with their truth: for measuring."""
    from earthwork.io.timestamps import parse_capture
    from earthwork.model.scene import Angles
    from earthwork.pipeline.inserting import InsertionFiles, PictureFacts, insert_into_file

    if (sun_azimuth_deg is None) != (sun_elevation_deg is None):
        raise InvalidValue(
            "half a direction of the sun", where="--sun-azimuth-deg, --sun-elevation-deg",
            choices=["both", "neither"],
        )  # fmt: skip
    sun = None
    if sun_azimuth_deg is not None and sun_elevation_deg is not None:
        sun = Angles(azimuth_deg=sun_azimuth_deg, elevation_deg=sun_elevation_deg)
    taken = None if captured is None else parse_capture(captured, source="stated").interval
    result = insert_into_file(
        InsertionFiles(picture=picture, works=works, footprints=footprints, before=before),
        output=output,
        facts=PictureFacts(
            gsd_m=gsd_m, taken=taken, longitude=longitude, latitude=latitude, sun=sun
        ),
        seed=seed,
        note=advise,
    )
    say(f"{result.works} works, {result.decoys} decoys: {result.picture}; truth: {result.truth}")
