"""The documentation: every word defined, every link resolved, no machine or registry named."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
from enum import Enum
from pathlib import Path

import pytest

import earthwork.errors
from earthwork.model import case, pair, vocabulary

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GLOSSARY = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def enumerations() -> list[type[Enum]]:
    return sorted(
        {
            found
            for module in (vocabulary, case, pair)
            for _, found in inspect.getmembers(module, inspect.isclass)
            if issubclass(found, Enum) and found.__module__ == module.__name__
        },
        key=lambda found: found.__name__,
    )


def section(name: str) -> str:
    """Return the part of the glossary whose heading names an enumeration."""
    parts = re.split(r"^## ", GLOSSARY, flags=re.MULTILINE)
    (found,) = (part for part in parts if f"(`{name}`)" in part.splitlines()[0])
    return found.split("\n", 1)[1]


def test_enumerations_are_found() -> None:
    names = {found.__name__ for found in enumerations()}
    assert {"Kind", "Seen", "Verdict", "AlignmentStatus", "LayerRole"} <= names


@pytest.mark.parametrize("found", enumerations(), ids=lambda found: found.__name__)
def test_the_glossary_defines_exactly_the_words_in_use(found: type[Enum]) -> None:
    text = section(found.__name__)
    rows = set(re.findall(r"^\| `([a-z_]+)`", text, flags=re.MULTILINE))
    defined = rows or set(re.findall(r"`([a-z_]+)`", text))
    assert defined == {member.value for member in found}


def test_the_page_of_errors_names_each_class_with_its_exit_code() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    code, codes = 0, {}
    for line in page.splitlines():
        if row := re.match(r"\| (\d*) ?\| `(\w+)` \|", line):
            code = int(row[1]) if row[1] else code
            codes[row[2]] = code
    classes = {
        name: kind.exit_code
        for name, kind in inspect.getmembers(earthwork.errors, inspect.isclass)
        if issubclass(kind, earthwork.errors.EarthworkError)
    }
    assert codes == classes


def anchors(path: Path) -> set[str]:
    """Return what the headings of a page can be linked by."""
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_resolve(document: Path) -> None:
    broken = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_links_are_found_where_there_are_some() -> None:
    assert len(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) > 5


def test_every_page_of_the_documentation_can_be_reached() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links]
    unreached = [p for p in (ROOT / "docs").rglob("*.md") if p not in seen]
    assert [p.name for p in unreached if "accuracy" not in p.name] == []


# Written in pieces, or this file would name what it forbids.
FORBIDDEN = [
    "".join(pieces)
    for pieces in (
        ("/wo", "rk/main"),
        ("/wo", "rk/shared"),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/Us", "ers/"),
        ("/op", "t/"),
        ("C:", "\\Users"),
        ("pypi", ".org"),
        ("python", "hosted"),
        ("npm", "js.org"),
        ("/simp", "le/"),
        ("arti", "factory"),
        ("deb", "ian.org"),
    )
]


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout, so what is tracked cannot be listed")
    listing = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    tracked = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    assert len(tracked) > 50
    named = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked
        if path.is_file()
        for word in FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert named == []
