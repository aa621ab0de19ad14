"""The command line as a user runs it, without starting a process."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from earthwork.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one command left behind."""

    code: int
    """Exit code."""
    out: str
    """Standard output."""
    err: str
    """Standard error."""


def earthwork(*arguments: object) -> Ran:
    """Run one command; an error that is no EarthworkError comes through."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["earthwork", *map(str, arguments)]
    code: object = 0
    with patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Ran(code=code if isinstance(code, int) else 0, out=out.getvalue(), err=err.getvalue())
