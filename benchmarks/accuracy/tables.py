"""Writing measured tables into the manual, each between its own marks."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path("docs/reference/accuracy.md")


def replace_section(name: str, text: str, path: Path = PAGE) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` in a page."""
    page = path.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{path} has no section {name}")
    path.write_text(pattern.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")
