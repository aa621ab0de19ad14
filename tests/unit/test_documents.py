from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from earthwork.errors import UnreadableReport
from earthwork.io import documents
from earthwork.io.documents import read_document, visible_text


def read(folder: Path, data: bytes, name: str = "report.txt", encoding: str | None = None):
    path = folder / name
    path.write_bytes(data)
    return read_document(path, id="r1", published=None, outlet="Desk", encoding=encoding)


def test_plain_text_keeps_every_newline_and_its_digest(tmp_path):
    data = "First line.\r\nSecond – line.\n\rThird.".encode()
    document = read(tmp_path, data)
    assert document.text == "First line.\r\nSecond – line.\n\rThird."
    assert document.digest == hashlib.sha256(data).hexdigest()
    assert (document.id, document.outlet, document.published) == ("r1", "Desk", None)
    assert document.decisions == ("Decoded as utf-8: every byte fits.",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_left_out(tmp_path, encoding):
    document = read(tmp_path, "Ein Wall für Mossul".encode(encoding))
    assert document.text == "Ein Wall für Mossul"
    assert "byte order mark" in document.decisions[0]


def test_offsets_count_code_points_beyond_the_basic_plane(tmp_path):
    document = read(tmp_path, "𝕬 wall 🧱 rose".encode())
    assert document.text.index("rose") == 9


def test_right_to_left_text_is_intact(tmp_path):
    words = "بنى المسلحون جدارا حول الموصل"
    assert read(tmp_path, words.encode()).text == words
    assert read(tmp_path, words.encode("windows-1256"), encoding="windows-1256").text == words


def test_a_guessed_encoding_is_recorded(tmp_path):
    words = "Les habitants ont été bloqués près du château, à côté de la forêt brûlée. " * 5
    document = read(tmp_path, words.encode("latin-1"))
    assert document.text == words
    assert "guessed" in document.decisions[0]


def test_another_script_is_guessed_by_its_statistics(tmp_path):
    words = "Жители сообщают, что вокруг города возводят бетонные стены и роют окопы. " * 5
    assert read(tmp_path, words.encode("windows-1251")).text == words


def test_the_readers_encoding_is_followed_or_refused(tmp_path):
    assert read(tmp_path, b"caf\xe9", encoding="latin-1").text == "café"
    with pytest.raises(UnreadableReport, match="cannot be decoded"):
        read(tmp_path, b"caf\xe9", encoding="utf-8")
    with pytest.raises(UnreadableReport, match="no-such"):
        read(tmp_path, b"cafe", encoding="no-such-code")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"{\\rtf1 hello}", "rich text"),
        (b"\x89PNG\r\n", "picture"),
    ],
)
def test_other_formats_are_refused_and_the_right_ones_named(tmp_path, data, name):
    with pytest.raises(UnreadableReport, match=name) as caught:
        read(tmp_path, data)
    assert any("plain text" in choice for choice in caught.value.choices)


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x01\x02\x03\x04" * 50])
def test_binary_is_refused_with_choices(tmp_path, data):
    with pytest.raises(UnreadableReport, match="decoded") as caught:
        read(tmp_path, data)
    assert any("--encoding" in choice for choice in caught.value.choices)


def test_a_missing_and_an_oversized_file_are_refused(tmp_path, monkeypatch):
    with pytest.raises(UnreadableReport, match="cannot be opened"):
        read_document(tmp_path / "none.txt", id="r", published=None)
    monkeypatch.setattr(documents, "MOST_BYTES", 10)
    with pytest.raises(UnreadableReport, match="not one report"):
        read(tmp_path, b"a" * 11)


def test_a_web_page_gives_its_visible_text(tmp_path):
    page = """<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>
    <nav>Menu</nav><h1>Berms&nbsp;rise</h1><p>Crews raised<br/>a berm &amp; a wall.
    <script>if (a < b) {}</script><span hidden>secret</span><i style="display: none">no</i></p>
    <div aria-hidden="true">x</div><footer>Terms</footer></body></html>"""
    document = read(tmp_path, page.encode(), name="page.html")
    assert document.text == "Berms rise\n\nCrews raised\n\na berm & a wall."
    assert any("visible text" in decision for decision in document.decisions)


def test_a_page_is_known_by_its_start_and_its_declared_encoding(tmp_path):
    page = '<html><head><meta charset="windows-1252"></head><body>Caf\xe9</body></html>'
    document = read(tmp_path, page.encode("latin-1"))
    assert document.text == "Café"
    assert "declares" in document.decisions[0]


def test_the_marked_article_alone_is_kept():
    text, decisions = visible_text(
        "<p>Elsewhere</p><article><p>Here.</p><br></article><p>After</p><br hidden/>"
    )
    assert text == "Here."
    assert len(decisions) == 2


def test_an_unclosed_head_ends_at_nothing_but_nested_drops_close():
    assert visible_text("<aside>a<aside>b</aside>c</aside>d")[0] == "d"
    assert visible_text("<noscript>a<br/>b</noscript>c")[0] == "c"


def test_nesting_and_length_are_bounded(monkeypatch):
    assert visible_text("<div>" * 50_000 + "deep" + "</div>" * 50_000)[0] == "deep"
    monkeypatch.setattr(documents, "MOST_TEXT", 20)
    text, decisions = visible_text("<p>" + "a" * 15 + "</p><p>" + "b" * 15 + "</p>")
    assert text == "a" * 15
    assert "Stopped" in decisions[-1]


@pytest.mark.parametrize("data", [b"", b" \n\n ", b"<html><script>x</script></html>"])
def test_a_report_without_text_is_refused(tmp_path, data):
    path = tmp_path / "empty.html"
    path.write_bytes(data)
    with pytest.raises(UnreadableReport, match="no text"):
        read_document(path, id="r", published=None)
