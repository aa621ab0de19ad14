"""The brief of a case: plates, map, page, print and tables, in a public and a working edition."""

from __future__ import annotations

from enum import StrEnum


class Edition(StrEnum):
    """For whom a brief is made."""

    PUBLIC = "public"
    """Observations only, coordinates generalised."""
    WORKING = "working"
    """Candidates too, marked as not reviewed."""

def issue(material, findings, *, edition, rasters, aligned, out):
    (out/"x.txt").write_text("x")
