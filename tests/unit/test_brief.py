"""The brief holds its sections, hides what is not for the public, and swallows any text."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from pypdf import PdfReader

from earthwork.errors import PublishError, SentenceUnsupported, TypesettingFailed
from earthwork.model.claim import Span
from earthwork.model.scene import Licence
from earthwork.model.vocabulary import SourceKind, Verdict
from earthwork.publishing.brief import (
    BriefContent,
    page_of,
    png_size,
    render_html,
    render_pdf,
    typeset,
)
from earthwork.publishing.limits import DO_NO_HARM, LIMITS
from earthwork.publishing.maps import NO_MAP, OverviewMap
from earthwork.publishing.phrases import VERDICT_WORDS
from earthwork.publishing.plates import Plate
from earthwork.publishing.sentences import compile_sentences
from earthwork.publishing.sheets import Sheet

from .brief_case import CANDIDATES, CLAIMS, FINDINGS, OBSERVATIONS, SCENES, make_case, make_evidence

PNG = Sheet(width=60, height=40).png(about={})
PLATE = Plate(
    id="edge", png=PNG, caption="SIMULATED. The edge.", alt_text="Two pictures.",
    scenes=("before", "after"), evidence=("O-berm",),
)  # fmt: skip
OVERVIEW = OverviewMap(png=PNG, caption="SIMULATED. Map.", alt_text="A map.")
NASTY = '#x $y$ <script>alert(1)</script> *b* _i_ @r \\ "q" ]] מרחב مرحبا {{ 7*7 }} // --'


def make_content(**given: Any) -> BriefContent:
    evidence = given.pop("evidence", make_evidence())
    defaults: dict[str, Any] = {
        "evidence": evidence,
        "sentences": compile_sentences(evidence),
        "plates": (PLATE,),
        "overview": OVERVIEW,
        "waiting": CANDIDATES[1:],
        "unassessed": ("12 % of the ground was not assessed: building shadow.",),
        "version": "9.9.9",
    }
    return BriefContent(**(defaults | given))


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.targets.append(str(given["href"]))
        if tag == "img":
            self.images.append(given)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _outline(html: bytes) -> _Outline:
    parser = _Outline()
    parser.feed(html.decode())
    return parser


def _pdf_text(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"[\s\u200b]+", " ", " ".join(page.extract_text() for page in pages))


HEADINGS = (
    "Summary", "Map and pictures", "Findings", "Observed, and in no report read",
    "Not assessed, or not to be seen from above", "Reported, and not judged", "Observations",
    "Sources", "Method and limits", "What it leaves out on purpose",
)  # fmt: skip


def test_the_page_holds_its_sections_in_order() -> None:
    html = render_html(make_content()).decode()
    places = [html.index(f">{heading}</h") for heading in HEADINGS]
    assert places == sorted(places)
    assert "As of <time" in html
    assert "Earthwork 9.9.9" in html


def test_the_page_needs_no_network_and_no_script() -> None:
    html = render_html(make_content())
    outline = _outline(html)
    assert "script" not in outline.tags
    assert "default-src 'none'" in html.decode()
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in outline.images)
    assert all(image["alt"] for image in outline.images)
    assert "@import" not in html.decode()
    assert "url(" not in html.decode()


def test_every_link_within_the_page_has_its_target_and_ids_are_unique() -> None:
    outline = _outline(render_html(make_content(is_public=False)))
    inner = {target[1:] for target in outline.targets if target.startswith("#")}
    assert inner <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_every_sentence_shows_its_id_and_leads_to_its_finding() -> None:
    content = make_content()
    outline = _outline(render_html(content))
    text = "".join(outline.text)
    for sentence in content.sentences:
        assert sentence.text in text
        assert sentence.id in outline.ids
    assert {f"#{f.id}" for f in FINDINGS} <= set(outline.targets)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_said_in_its_words(verdict: Verdict) -> None:
    assert VERDICT_WORDS[verdict] in render_html(make_content()).decode()


def test_the_public_edition_drops_candidates_readers_and_scores() -> None:
    for rendered in (
        render_html(make_content()).decode(), _pdf_text(render_pdf(make_content()))
    ):  # fmt: skip
        assert "C-wait" not in rendered
        assert "Ada" not in rendered
        assert "0.42" not in rendered
        assert "secret" not in rendered
        assert "name withheld" in rendered
        assert "Public edition" in rendered


def test_the_working_edition_shows_candidates_as_not_reviewed() -> None:
    content = make_content(is_public=False)
    for rendered in (render_html(content).decode(), _pdf_text(render_pdf(content))):
        assert "trench (not reviewed)" in rendered
        assert "0.42" in rendered
        assert "Ada Reader" in rendered
        assert "secret" not in rendered
        assert "Working edition, not for release" in rendered


def test_the_pdf_holds_the_same_account() -> None:
    content = make_content()
    text = _pdf_text(render_pdf(content))
    for heading in HEADINGS:
        assert heading in text
    for sentence in content.sentences:
        if "\u2068" not in sentence.text:
            assert re.sub(r"\s+", " ", sentence.text)[:60] in text
    assert DO_NO_HARM[:60] in text
    assert "SIMULATED: this case is made up." in text


def test_the_pdf_repeats_byte_for_byte_and_states_the_day_of_the_brief() -> None:
    first, second = render_pdf(make_content()), render_pdf(make_content())
    assert first == second
    about = PdfReader(io.BytesIO(first)).metadata
    assert about is not None
    assert about.title == make_case().title
    assert about.creation_date is not None
    assert about.creation_date.date() == date(2031, 11, 5)


def test_the_html_repeats_byte_for_byte() -> None:
    assert render_html(make_content()) == render_html(make_content())


def test_all_limits_are_printed() -> None:
    text = "".join(_outline(render_html(make_content())).text)
    assert all(limit.text in text for limit in LIMITS)


def _nasty() -> BriefContent:
    case = make_case(title=NASTY, question=NASTY, author=NASTY, place=NASTY)
    claims = tuple(
        replace(
            c, quote=Span(start=0, end=len(NASTY), words=NASTY),
            source=Span(start=0, end=len(NASTY), words=NASTY), source_kind=SourceKind.OFFICIAL,
        )
        for c in CLAIMS
    )  # fmt: skip
    scenes = tuple(
        replace(s, sensor=NASTY, licence=Licence(credit=NASTY, terms=NASTY), decisions=(NASTY,))
        for s in SCENES
    )
    evidence = make_evidence(case=case, claims=claims, scenes=scenes)
    plate = replace(PLATE, caption=NASTY, alt_text=NASTY, id="n")
    return make_content(evidence=evidence, plates=(plate,), unassessed=(NASTY,))


def test_any_text_is_text_in_the_page() -> None:
    html = render_html(_nasty()).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert NASTY in "".join(_outline(html.encode()).text)


def test_any_text_is_text_in_the_pdf() -> None:
    text = _pdf_text(render_pdf(_nasty()))
    assert "#x $y$ <script>alert(1)</script> *b* _i_ @r" in text
    assert "7*7" in text
    assert "49" not in text


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    case = make_case()
    reports = (replace(case.reports[0], url="javascript:alert(1)"), case.reports[1])
    evidence = make_evidence(case=replace(case, reports=reports))
    assert "javascript:" not in render_html(make_content(evidence=evidence)).decode()
    assert "https://wire.example/r1" in render_html(make_content()).decode()


def test_a_sentence_that_was_edited_stops_the_brief() -> None:
    content = make_content()
    edited = replace(content.sentences[1], text="A berm 3 km long was seen.")
    with pytest.raises(SentenceUnsupported):
        render_html(replace(content, sentences=(content.sentences[0], edited)))


def test_a_plate_with_candidates_is_not_published() -> None:
    working = replace(PLATE, candidates=("C-wait",))
    with pytest.raises(PublishError, match="nobody reviewed: C-wait"):
        render_html(make_content(plates=(working,)))
    assert render_html(make_content(plates=(working,), is_public=False))


@pytest.mark.parametrize("stray", [{"scenes": ("nowhere",)}, {"evidence": ("O-none",)}])
def test_a_plate_of_other_evidence_is_refused(stray: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="which the evidence does not hold"):
        page_of(make_content(plates=(replace(PLATE, **stray),), is_public=False))


def test_a_picture_that_may_not_be_shown_is_named_instead() -> None:
    closed = Licence(credit="A Maker", terms="all rights reserved", may_republish=False)
    scenes = (SCENES[0], replace(SCENES[1], licence=closed), SCENES[2])
    content = make_content(evidence=make_evidence(scenes=scenes))
    page = page_of(content)
    assert page["plates"] == []
    (said,) = page["withheld"]
    assert said.startswith("The picture “edge” is not shown: A Maker allows no republication of")
    assert page_of(replace(content, is_public=False))["plates"] != []


def test_a_bare_case_makes_a_brief_that_says_so() -> None:
    evidence = make_evidence(
        case=make_case(is_simulated=False), scenes=(), documents=(), claims=(), observations=(),
        candidates=(), findings=(),
    )  # fmt: skip
    content = make_content(
        evidence=evidence, plates=(), overview=None, waiting=(), unassessed=(), is_public=False
    )
    html, text = render_html(content).decode(), _pdf_text(render_pdf(content))
    for said in (
        NO_MAP, "There are no findings.", "This edition holds no plates.",
        "The case holds no image.", "The case holds no report.",
        "No reader has accepted or drawn anything.", "Every claim on the ground was assessed.",
    ):  # fmt: skip
        assert said in html
        assert said in text
    assert "SIMULATED" not in html
    assert "SIMULATED" not in text


def test_a_refusal_of_the_typesetter_is_said() -> None:
    page = page_of(make_content())
    page["map"]["png"] = "not a picture"
    del page["limits"]
    with pytest.raises(TypesettingFailed) as caught:
        typeset(page, made_at=datetime(2031, 11, 5, tzinfo=UTC))
    assert "limits" in str(caught.value)


@pytest.mark.parametrize("png", [b"", PNG[:20], b"GIF89a" + PNG])
def test_a_plate_must_be_a_png(png: bytes) -> None:
    with pytest.raises(PublishError, match="not a PNG"):
        png_size(png)


def test_the_size_of_a_picture_is_read_from_its_head() -> None:
    assert png_size(PNG) == (60, 40)


def test_a_standing_building_stood_and_did_not_come_about() -> None:
    rows = {row["id"]: row for row in page_of(make_content())["observations"]}
    assert rows["O-factory"]["when"] == "stood on 31 Oct 2031"
    assert rows["O-camp"]["when"] == "date unknown"
    assert rows["O-camp"]["size"] == "not measured"
    assert [row["number"] for row in rows.values()] == [
        str(n) for n in range(1, len(OBSERVATIONS) + 1)
    ]
