"""The ``earthwork`` command: its commands, and the one place where errors end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import earthwork
from earthwork.cli import (
    case_commands,
    image_commands,
    layer_commands,
    report_commands,
    simulation_commands,
)
from earthwork.cli.terminal import report_error, warn
from earthwork.errors import EarthworkError

_EPILOG = "Nothing leaves this machine unless you ask for it. Detectors propose, people decide."
_STOPPED = 130
app = typer.Typer(
    name="earthwork",
    help="How a besieged city is being altered: dated images and written reports in, a brief out.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_START, _CASE, _STAGE = "Start here", "Work on a case", "Single stages: files in, files out"
_COMMANDS = (
    (_START, image_commands.compare),
    (_START, simulation_commands.demo),
    (_START, case_commands.new),
    (_START, case_commands.sample),
    (_CASE, case_commands.check),
    (_CASE, case_commands.assess),
    (_CASE, case_commands.observe),
    (_CASE, case_commands.show),
    (_CASE, case_commands.verify),
    (_STAGE, image_commands.place),
    (_STAGE, image_commands.orthorectify),
    (_STAGE, image_commands.align),
    (_STAGE, image_commands.detect),
    (_STAGE, layer_commands.buildings),
    (_STAGE, report_commands.read),
    (_STAGE, report_commands.judge),
    (_STAGE, simulation_commands.simulate),
    (_STAGE, simulation_commands.insert),
)
for _panel, _command in _COMMANDS:
    app.command(rich_help_panel=_panel)(_command)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands it over by position
    if wanted:
        typer.echo(f"earthwork {earthwork.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print it.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    del version  # its callback has printed it


def main() -> None:
    """Run the command line; end with the exit code of the error, if there is one."""
    try:
        app()
    except EarthworkError as error:
        report_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        report_error(_refused(error))
        sys.exit(EarthworkError.exit_code)
    except SystemExit as end:
        # typer turns Ctrl-C into this exit code before it can be caught as KeyboardInterrupt.
        if end.code == _STOPPED:
            warn("stopped; what was finished is kept, and the next run goes on from there")
        raise


def _refused(error: OSError) -> EarthworkError:
    return EarthworkError(
        error.strerror or str(error),
        where=None if error.filename is None else str(error.filename),
        cause="the system refused to read or write there",
        choices=["another path, or the right to use this one"],
    )


if __name__ == "__main__":
    main()
