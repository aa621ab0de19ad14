"""A report cut into sentences, each with the part of the report that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from earthwork.model.claim import Span

LONGEST = 1_200
"""Most code points of one sentence; longer runs are cut at a space, so that work stays linear."""

HEADLINE_WORDS = 20
"""Most words of a headline."""


class Part(StrEnum):
    """The part of a report that a sentence belongs to."""

    HEADLINE = "headline"
    BODY = "body"
    CAPTION = "caption"
    CREDIT = "credit"
    BYLINE = "byline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence with its offsets in the document."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    words: str
    """``text[start:end]``."""
    part: Part
    """The part of the report."""
    paragraph: int
    """Number of its paragraph, from 0."""

    def span(self, start: int, end: int) -> Span:
        """Return a span of the document from offsets within the sentence."""
        return Span(start=self.start + start, end=self.start + end, words=self.words[start:end])


_BLANK_LINE = re.compile(r"\r?\n[^\S\n]*\r?\n\s*")
_NEWLINE = re.compile(r"\r?\n|\r")
_STOP = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s|$)")
_NEXT_START = re.compile(r"\s+[\"“‘'(\[]*([A-Z0-9]|[^\W\d_a-z])")
_SHORT_FORM = re.compile(
    r"\b(?:Brig|Gen|Maj|Lt|Col|Capt|Cmdr|Sgt|Adm|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Rev|St|Mt|No|vs|etc"
    r"|Inc|Co|Ltd|Jr|Sr|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|a\.m|p\.m|e\.g"
    r"|i\.e|[A-Z])"
    r"\.$"
)
_INITIALISM = re.compile(r"\b(?:[A-Z]\.){2,}$|\b[ap]\.m\.$")
_OPENER = re.compile(
    r"\s+[\"“]?(?:The|This|That|These|Those|It|In|On|At|He|She|They|We|But|And|A|An|For|If|As"
    r"|Since)\b"
)
_CREDIT = re.compile(
    r"\((?:[^()]{0,120}\b(?:via|AP|AFP|Reuters|Getty|EPA|Airbus|Maxar|Planet|Photo|Courtesy"
    r"|Handout|Image)"
    r"\b[^()]{0,120})\)",
)
_PICTURE_START = re.compile(
    r"^(?:This|These|Other|A|An|The|In this)\b[^.]{0,60}\b(?:photos?|photographs?|pictures?"
    r"|images?)\b"
)
_BYLINE = re.compile(r"^(?:by|author|written by|reporting by|text by)\b:?\s+[A-Z]", re.IGNORECASE)
_BIOGRAPHY = re.compile(
    r"^[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]+){1,3}\s+(?:is|was)\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,4}"
    r"(?:editor|reporter|correspondent|writer|journalist|author|columnist|contributor|fellow"
    r"|blogger)"
    r"\b[^.]{0,60}\b(?:for|at|of|with|on|based)\b",
    re.IGNORECASE,
)


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a report in text order, with offsets into the whole text.

    A paragraph ends at an empty line; where the text has none, at each line.

    Examples
    --------
    >>> [s.words for s in split_sentences("Gen. Aziz spoke on Oct. 3. A wall stands.")]
    ['Gen. Aziz spoke on Oct. 3.', 'A wall stands.']
    """
    paragraphs = tuple(_paragraphs(text))
    last_headline = _last_headline(text, paragraphs)
    sentences: list[Sentence] = []
    is_past_byline = False
    for number, (start, end) in enumerate(paragraphs):
        is_byline = _is_byline(text[start:end], is_past_byline=is_past_byline)
        is_past_byline |= is_byline and number > len(paragraphs) // 2
        part = _part(text[start:end])
        if is_byline:
            part = Part.BYLINE
        elif number <= last_headline:
            part = Part.HEADLINE
        sentences.extend(_in_paragraph(text, start, end, part=part, paragraph=number))
    return tuple(sentences)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    separator = _BLANK_LINE if _BLANK_LINE.search(text) else _NEWLINE
    start = 0
    for match in separator.finditer(text):
        if text[start : match.start()].strip():
            yield _trimmed(text, start, match.start())
        start = match.end()
    if text[start:].strip():
        yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


def _last_headline(text: str, paragraphs: tuple[tuple[int, int], ...]) -> int:
    """Return the number of the last headline; -1 where the report starts with its body."""
    last = -1
    for number, (start, end) in enumerate(paragraphs[:3]):
        words = text[start : min(end, start + 400)]
        if len(words.split()) > HEADLINE_WORDS or words.rstrip("\"”’')").endswith((".", "!", ":")):
            break
        last = number
    # A text that is all headlines has no body to stand over.
    return last if last + 1 < len(paragraphs) else -1


def _is_byline(words: str, *, is_past_byline: bool) -> bool:
    start = words[:400]
    return is_past_byline or bool(
        (_BYLINE.match(start) and len(start.split()) <= HEADLINE_WORDS) or _BIOGRAPHY.match(start)
    )


def _part(words: str) -> Part:
    start, end = words[:400], words[-260:]
    credit = _CREDIT.search(end)
    if credit is None:
        return Part.CAPTION if _PICTURE_START.match(start) and len(words) < LONGEST else Part.BODY
    return Part.CREDIT if len(words) <= len(credit[0]) + 2 else Part.CAPTION


def _in_paragraph(
    text: str, start: int, end: int, *, part: Part, paragraph: int
) -> Iterator[Sentence]:
    for first, last in _cuts(text, start, end):
        yield Sentence(
            start=first, end=last, words=text[first:last], part=part, paragraph=paragraph
        )


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in _STOP.finditer(text, start, end):
        if _ends_sentence(text, stop.start(), stop.end(), end):
            yield from _pieces(text, first, stop.end())
            first = stop.end()
    yield from _pieces(text, first, end)


def _ends_sentence(text: str, mark: int, after: int, end: int) -> bool:
    if after >= end or _NEXT_START.match(text, after, min(end, after + 40)) is None:
        return False
    if text[mark] != ".":
        return True
    before = text[max(0, mark - 12) : mark + 1]
    if _INITIALISM.search(before):
        return _OPENER.match(text, after, min(end, after + 40)) is not None
    return _SHORT_FORM.search(before) is None


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = _trimmed(text, start, end)
    while end - start > LONGEST:
        space = text.rfind(" ", start + 1, start + LONGEST)
        cut = start + LONGEST if space < 0 else space
        yield _trimmed(text, start, cut)
        start, end = _trimmed(text, cut, end)
    if end > start:
        yield start, end
