"""Reports read from files: plain text, Markdown and saved web pages, in any encoding."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from charset_normalizer import from_bytes

from earthwork.errors import UnreadableReport
from earthwork.model.claim import Document
from earthwork.model.interval import Interval

READ_FORMATS = ("plain text (.txt)", "Markdown (.md)", "a saved web page (.html, .htm)")
"""What ``read_document`` reads."""

MOST_BYTES = 16_000_000
"""Greatest size of a report; a longer file is not one report."""

MOST_TEXT = 8_000_000
"""Greatest number of characters of visible text taken from a web page."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_OTHER_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive, as Word and OpenDocument files are"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"{\\rtf", "rich text"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"bplist", "a web archive"),
)
_PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_LOOKS_LIKE_PAGE = re.compile(
    r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
_DECLARED = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.-]{1,40})")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SHARE_OF_CONTROLS = 0.01
_SHARE_OF_ACCENTS = 0.15
_NOT_IN_1252 = re.compile(rb"[\x00\x81\x8d\x8f\x90\x9d]")


def read_document(
    path: Path,
    *,
    id: str,  # noqa: A002 - the document's own field
    published: Interval | None,
    outlet: str | None = None,
    encoding: str | None = None,
) -> Document:
    """Return a report as text whose offsets count Unicode code points.

    Plain text and Markdown keep every character and newline of the decoded file (a byte order mark
    is left out). Of a web page only the visible text is kept, one line per block.

    Parameters
    ----------
    path
        The original.
    id
        Short name, unique in the case.
    published
        When it was published; None if unknown.
    outlet
        Who published it.
    encoding
        Name of the encoding, if the reader knows it; None to find it out.

    Raises
    ------
    UnreadableReport
        If there is no such file, it is too large, of another format, or cannot be decoded.
    """
    data = _bytes(path)
    _refuse_other_formats(data, path)
    text, decisions = _decode(data, path=path, encoding=encoding)
    if path.suffix.lower() in _PAGE_SUFFIXES or _LOOKS_LIKE_PAGE.match(text):
        text, found = visible_text(text)
        decisions += found
    if not text.strip():
        raise UnreadableReport(
            "it holds no text",
            where=str(path),
            cause="an empty file, or a page whose words are drawn by a script",
        )
    return Document(
        id=id,
        digest=hashlib.sha256(data).hexdigest(),
        text=text,
        published=published,
        outlet=outlet,
        decisions=decisions,
    )


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableReport(
                f"the file holds {size / 1e6:.0f} MB",
                where=str(path),
                cause="it is not one report",
                choices=[f"a file of at most {MOST_BYTES / 1e6:.0f} MB"],
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableReport(
            "the report cannot be opened",
            where=str(path),
            cause=error.strerror or "the file is not there",
            choices=["the path of a readable file"],
        ) from error


def _refuse_other_formats(data: bytes, path: Path) -> None:
    for start, name in _OTHER_FORMATS:
        if data.startswith(start):
            raise UnreadableReport(
                f"the file is {name}",
                where=str(path),
                cause="this format is not read",
                choices=[*READ_FORMATS, "save or copy its text as one of these"],
            )


def _decode(data: bytes, *, path: Path, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    if encoding is not None:
        return _decode_as(data, encoding, path), (f"Decoded as {encoding}, as the reader said.",)
    for mark, name in _MARKS:
        if data.startswith(mark):
            text = _decode_as(data[len(mark) :], name, path)
            return text, (f"Decoded as {name}: the file starts with its byte order mark.",)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, path)
    return _refuse_binary(text, path), ("Decoded as utf-8: every byte fits.",)


def _decode_as(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise _undecodable(path, cause=f"{encoding} does not fit: {error}") from error


def _guess(data: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    declared = _DECLARED.search(data[:4096])
    if declared is not None:
        name = declared[1].decode("ascii")
        text = _refuse_binary(_decode_as(data, name, path), path)
        return text, (f"Decoded as {name}: the page declares it.",)
    name = _likely_encoding(data)
    text = _refuse_binary(_decode_as(data, name, path), path)
    why = "guessed from the bytes, which are not utf-8; check names with accents"
    return text, (f"Decoded as {name}: {why}.",)


def _likely_encoding(data: bytes) -> str:
    """Return a guess; 'utf-8', which is known not to fit, for bytes that are no text at all."""
    foreign = sum(byte > ord("~") for byte in data)
    # A few odd bytes in English are curly quotes and accents, which statistics cannot tell apart.
    if foreign < _SHARE_OF_ACCENTS * len(data) and not _NOT_IN_1252.search(data):
        return "windows-1252"
    best = None if b"\x00" in data else from_bytes(data[:1_000_000]).best()
    return "utf-8" if best is None else best.encoding


def _refuse_binary(text: str, path: Path) -> str:
    controls = len(_CONTROLS.findall(text))
    if controls > _SHARE_OF_CONTROLS * max(len(text), 1):
        raise _undecodable(path, cause="it is binary: it is full of control characters")
    return text


def _undecodable(path: Path, *, cause: str) -> UnreadableReport:
    return UnreadableReport(
        "the text cannot be decoded",
        where=str(path),
        cause=cause,
        choices=[
            "--encoding utf-16-le",
            "--encoding windows-1252",
            "--encoding windows-1256",
            "a file saved as UTF-8",
        ],
    )


def visible_text(page: str) -> tuple[str, tuple[str, ...]]:
    r"""Return what a reader of a web page sees, one line per block, and what was left out.

    Scripts, styles, menus, forms, footers and hidden elements are dropped; of a page that marks an
    article, the article alone is kept.

    Examples
    --------
    >>> visible_text("<p>A wall<script>x</script> was built.</p><p>Twice.</p>")[0]
    'A wall was built.\n\nTwice.'
    """
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    article, whole = _tidy("".join(reader.article)), _tidy("".join(reader.whole))
    decisions = ["Kept the visible text of a web page; menus, scripts and hidden parts left out."]
    if article:
        decisions.append("Kept the part that the page marks as the article.")
    if reader.is_cut:
        decisions.append(f"Stopped after {MOST_TEXT} characters.")
    return article or whole, tuple(decisions)


_LINE_SPACE = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*|\s*\n\s*")


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _LINE_SPACE.sub(" ", text)).strip()


_DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "svg",
        "iframe",
        "object",
    ]
)
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
        "br",
    ]
)
_HIDDEN_STYLE = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE
)


class _PageReader(HTMLParser):
    """Collects visible text; holds counters, never the tree, so nesting costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole: list[str] = []
        self.article: list[str] = []
        self.is_cut = False
        self._dropped_tag: str | None = None
        self._dropped_depth = 0
        self._article_depth = 0
        self._taken = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a dropped part, an article or a block begins."""
        if self._dropped_tag is not None:
            self._dropped_depth += tag == self._dropped_tag
            return
        if tag not in _VOID and (tag in _DROPPED or _is_hidden(dict(attrs))):
            self._dropped_tag, self._dropped_depth = tag, 1
            return
        self._article_depth += tag == "article"
        if tag in _BLOCKS:
            self._take("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take ``<br/>`` as a break; no other closed tag has content."""
        if self._dropped_tag is None and tag in _BLOCKS and not _is_hidden(dict(attrs)):
            self._take("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note where a dropped part, an article or a block ends."""
        if self._dropped_tag is not None:
            self._dropped_depth -= tag == self._dropped_tag
            if self._dropped_depth == 0 or (tag == "body" and self._dropped_tag == "head"):
                self._dropped_tag = None
            return
        if tag in _BLOCKS:
            self._take("\n")
        self._article_depth = max(0, self._article_depth - (tag == "article"))

    def handle_data(self, data: str) -> None:
        """Take visible characters."""
        if self._dropped_tag is None:
            self._take(re.sub(r"\s", " ", data))

    def _take(self, words: str) -> None:
        if self._taken + len(words) > MOST_TEXT:
            self.is_cut = True
            return
        self._taken += len(words)
        self.whole.append(words)
        if self._article_depth:
            self.article.append(words)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))
    )
