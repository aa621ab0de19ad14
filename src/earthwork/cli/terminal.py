"""What the command line prints: progress, results, errors."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

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
    out.print(Text(message))


def advise(message: str) -> None:
    """Print one line of progress or advice to standard error."""
    err.print(Text(message, style="dim"))


def warn(message: str) -> None:
    """Print a warning to standard error."""
    err.print(Text(f"! {message}", style="yellow"))


def report_error(error: EarthworkError) -> None:
    """Print an error to standard error: what, where, likely cause, valid choices."""
    err.print(Text.assemble(("error:", "red"), f" {error}"))


def progress() -> Listener:
    """Return a listener that draws each step as one line on standard error."""

    def draw(event: Event) -> None:
        err.print(_line(event))

    return draw


def _line(event: Event) -> Text:
    match event:
        case StepStarted():
            return Text(f"{_count(event.number, event.total)} {event.step} …", style="dim")
        case StepFinished(is_reused=True):
            return Text(f"{_count(event.number, event.total)} {event.step}: reused", style="dim")
        case StepFinished():
            count = _count(event.number, event.total)
            return Text(f"{count} {event.step}: {event.seconds:.1f} s")
        case Noted():
            return Text(f"        {event.message}", style="yellow")
        case Published():
            return Text(f"        wrote {event.path}")


def _count(number: int, total: int) -> str:
    return f"[{number:>2}/{total}]"


def json_lines() -> Listener:
    """Return a listener that prints each event as one line of JSON on standard output."""

    def write(event: Event) -> None:
        sys.stdout.write(json.dumps({"event": type(event).__name__, **asdict(event)}) + "\n")
        sys.stdout.flush()

    return write
