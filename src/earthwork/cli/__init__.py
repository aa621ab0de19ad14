"""The command line."""

from earthwork.cli.app import main

__all__ = ["main"]
