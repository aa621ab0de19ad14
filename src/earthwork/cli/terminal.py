"""What the command line prints: progress, results, errors."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from earthwork.errors import EarthworkError
from earthwork.pipeline.events import (
    Event,
    Listener,
    Noted,
    Published,
    StepFinished,
    StepStarted,
)

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def say(message: str) -> None:
    """Print one line of a result."""
    out.print(escape(message))


def advise(message: str) -> None:
    """Print one line of progress or advice to standard error."""
    err.print(f"[dim]{escape(message)}[/dim]")


def warn(message: str) -> None:
    """Print a warning to standard error."""
    err.print(f"[yellow]! {escape(message)}[/yellow]")


def report_error(error: EarthworkError) -> None:
    """Print an error to standard error: what, where, likely cause, valid choices."""
    err.print(f"[red]error:[/red] {escape(str(error))}")


def progress() -> Listener:
    """Return a listener that draws each step as one line on standard error."""

    def draw(event: Event) -> None:
        line = _line(event)
        if line is not None:
            err.print(line)

    return draw


def _line(event: Event) -> str | None:
    match event:
        case StepStarted():
            return f"[dim]{_count(event.number, event.total)} {escape(event.step)} …[/dim]"
        case StepFinished(is_reused=True):
            return f"[dim]{_count(event.number, event.total)} {escape(event.step)}: reused[/dim]"
        case StepFinished():
            count = _count(event.number, event.total)
            return f"{count} {escape(event.step)}: {event.seconds:.1f} s"
        case Noted():
            return f"        [yellow]{escape(event.message)}[/yellow]"
        case Published():
            return f"        wrote {escape(event.path)}"


def _count(number: int, total: int) -> str:
    return rf"\[{number:>2}/{total}]"


def json_lines() -> Listener:
    """Return a listener that prints each event as one line of JSON on standard output."""

    def write(event: Event) -> None:
        sys.stdout.write(json.dumps({"event": type(event).__name__, **asdict(event)}) + "\n")
        sys.stdout.flush()

    return write
