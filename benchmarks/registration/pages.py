"""Writing measured tables into the page on registration, each between its own marks."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path("docs/reference/registration.md")


def replace_section(name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` in the page."""
    if not PAGE.exists():
        raise SystemExit(f"{PAGE} is not there: run this from the repository's root")
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no section {name}")
    PAGE.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")
