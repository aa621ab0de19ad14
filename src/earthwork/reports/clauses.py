"""A sentence cut into clauses: the pieces that may each hold a proposition."""

from __future__ import annotations

import re
from collections.abc import Iterator

Range = tuple[int, int]
"""Offsets, end exclusive."""

_FINITE = re.compile(
    r"(?<!-)\b(?:is|are|was|were|has|have|had|will|would|could|can|may|might|should|did|does|do|be|been|being"
    r"|dug|built|cut|fell|fled|left|went|took|blew|hit|held|made|found|put|ran|runs?|lay|lies?|stands?"
    r"|stood|began|came|gave|kept|lost|saw|sent|set|shut|broke|drove|rose|got|hold|seize|say|carry"
    r"|surrounds?|blocks?|guards?|rings?|encloses?|crosses|reaches|stretch(?:es)?|cover(?:s)?|\w{2,}ed)\b",
    re.IGNORECASE,
)
_HARD = re.compile(r"[;]\s+|:\s+(?!\d)|\s[—–]\s|—|[”“\"]+\s*|\s\((?=\w)|\)\s+")
_SOFT = re.compile(
    r",?\s+(?:and\s+(?:now\s+|then\s+|also\s+)?|but\s+|while\s+|whereas\s+|where\s+|as\s+(?!well|of|part|a\b|an\b|far|soon|many"
    r"|much|the\s+same)|although\s+|though\s+|because\s+|so\s+that\s+|after\s+|before\s+|when\s+|until\s+"
    r"|unless\s+|now\s+that\s+|since\s+(?!\w+day|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|\d|last|the\s+start))"
    r"|,\s+(?:which\s+|who\s+|with\s+(?!some)|adding\s+(?:that\s+)?|or\s+)|,\s+",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r",?\s+(?:(?:designed|meant|intended|aimed|used|needed|apparently)\s+(?:at|to|for)\b|in\s+order\s+to\b|so\s+as\s+to\b"
    r"|so\s+that\b|in\s+an\s+(?:effort|attempt)\s+to\b|in\s+case\b|to\s+(?:slow|stop|prevent|keep|hinder|deter|impede|protect|defend|thwart"
    r"|hamper|hold|guard|make|help|frustrate|repel|shield|channel|delay|counter)\b)",
    re.IGNORECASE,
)


def clauses(words: str, start: int, end: int) -> tuple[Range, ...]:
    """Return the clauses of ``words[start:end]`` in order, without the marks between them.

    A piece without a finite verb of its own stays with the clause before it, so that lists and
    adverbials are not torn off.

    Examples
    --------
    >>> said = "a wall is rising in the east, while trenches were dug in the south"
    >>> [said[a:b] for a, b in clauses(said, 0, len(said))]
    ['a wall is rising in the east', 'trenches were dug in the south']
    """
    found: list[Range] = []
    for hard_start, hard_end in _split(words, start, end, _HARD):
        found.extend(_soft(words, hard_start, hard_end))
    return tuple(_trim(words, a, b) for a, b in found if words[a:b].strip(" ,.;:”“\"'’"))


def _split(words: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[Range]:
    first = start
    for match in pattern.finditer(words, start, end):
        yield first, match.start()
        first = match.end()
    yield first, end


def _soft(words: str, start: int, end: int) -> list[Range]:
    merged: list[Range] = []
    for first, last in _split(words, start, end, _SOFT):
        is_whole = _is_finite(words, first, last) and _SUBJECTLESS.match(words, first) is None
        if merged and not (is_whole and _is_finite(words, *merged[-1])):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


_SUBJECTLESS = re.compile(rf"(?:\w+ly\s+)?(?:{_FINITE.pattern})", re.IGNORECASE)


def _is_finite(words: str, start: int, end: int) -> bool:
    return _FINITE.search(words, start, end) is not None


def _trim(words: str, start: int, end: int) -> Range:
    piece = words[start:end]
    start += len(piece) - len(piece.lstrip(_MARKS))
    opener = _OPENER.match(words, start, end)
    start = opener.end() if opener else start
    end = start + len(words[start:end].rstrip(_MARKS))
    closer = _CLOSER.search(words, start, end)
    return start, closer.start() if closer else end


_MARKS = " ,.;:“”\"'‘"


def without_purpose(words: str, start: int, end: int) -> Range:
    """Return a clause cut before the words that say what a thing is for.

    Purposes are the speaker's reading of the thing, not something that an image or a witness holds.

    Examples
    --------
    >>> said = "large berms designed to slow the army"
    >>> said[slice(*without_purpose(said, 0, len(said)))]
    'large berms'
    """
    match = _PURPOSE.search(words, start + 1, end)
    return (start, end) if match is None else (start, match.start())


_OPENER = re.compile(r"(?:that|and|but)\s+", re.IGNORECASE)
_CLOSER = re.compile(r"(?:,?\s+(?:with|and|but|as|while|,))+$", re.IGNORECASE)
_ITEM = re.compile(r",\s+(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+")


def list_item(words: str, clause: Range, mention: Range) -> Range:
    """Return the item of a list, within a clause, that holds a mention."""
    start, end = clause
    for match in _ITEM.finditer(words, start, end):
        if match.end() <= mention[0]:
            start = match.end()
        elif match.start() >= mention[1]:
            end = match.start()
            break
    return _trim(words, start, end)


def with_subject(words: str, clause: Range, item: Range) -> Range:
    """Return an item of a clause with the subject that stands before it, if it has none.

    'Areas …, which are mined, have been walled in': the subject of the last verb opens the clause.
    """
    return (clause[0], item[1]) if _SUBJECTLESS.match(words, *item) else item
