"""A whole case by the command line: run, resume, look, check, verify, damage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest

from earthwork.errors import PublishError, SentenceUnsupported
from earthwork.evidence.store import Store
from earthwork.model.claim import Claim
from earthwork.model.finding import Finding
from earthwork.model.vocabulary import Kind
from earthwork.pipeline import assessment
from earthwork.pipeline.assessment import TEMPLATE_AUTHOR
from earthwork.pipeline.issuing import Edition, evidence_of, read_sentences
from earthwork.pipeline.plan import Bench
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.sentences import Sentence, check_sentences
from earthwork.settings import load_case

from .commands import earthwork


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_the_line_runs_from_images_and_reports_to_a_brief(finished: Path) -> None:
    assert re.search(
        r"to do +[0-9a-f]{12} +align before after", (finished / "plan.txt").read_text()
    )
    first = (finished / "first.txt").read_text()
    assert first.startswith("0\n")
    assert "align before after" in first
    assert "brief: " in first
    assert (finished / "observe.txt").read_text().startswith("0\n")
    told = events((finished / "second.txt").read_text())
    steps = {e["step"]: e["is_reused"] for e in told if e["event"] == "StepFinished"}
    assert steps["open before"]
    assert steps["align before after"]
    assert not steps["observe"]
    assert not steps["judge"]
    assert not steps["publish public"]
    published = {Path(str(e["path"])).name for e in told if e["event"] == "Published"}
    assert {"brief.html", "brief.pdf", "working.html", "findings.geojson"} <= published


def test_a_second_run_reuses_every_step(case: Path) -> None:
    before = (case / "brief" / "brief.html").read_bytes()
    ran = earthwork("assess", case, "--json")
    assert ran.code == 0
    finished_steps = [e for e in events(ran.out) if e["event"] == "StepFinished"]
    assert len(finished_steps) >= 10
    assert all(step["is_reused"] for step in finished_steps)
    assert (case / "brief" / "brief.html").read_bytes() == before
    assert "reused" in earthwork("assess", case).err


def test_a_dry_run_tells_what_is_done_and_does_nothing(case: Path) -> None:
    ledger = (case / "evidence" / "ledger.jsonl").read_bytes()
    ran = earthwork("assess", case, "--dry-run")
    assert ran.code == 0
    assert "to do" not in ran.out
    assert re.search(r"\d+ originals, \d+ steps", ran.out)
    assert (case / "evidence" / "ledger.jsonl").read_bytes() == ledger


def test_a_finished_demonstration_is_not_made_again(case: Path) -> None:
    ran = earthwork("demo", case)
    assert ran.code == 0
    assert "reused" in ran.err
    assert "simulating" not in ran.err


@pytest.mark.parametrize(
    "what", ["findings", "claims", "observations", "candidates", "scenes", "ledger"]
)
def test_each_kind_is_shown(finished: Path, what: str) -> None:
    table = earthwork("show", finished / "case", what)
    assert table.code == 0
    rows = json.loads(earthwork("show", finished / "case", what, "--json").out)
    assert rows
    assert len(table.out.splitlines()) >= len(rows) + 1


def test_words_in_brackets_are_shown_as_they_are(finished: Path) -> None:
    shown = earthwork("show", finished / "case", "claims").out
    quotes = json.loads(earthwork("show", finished / "case", "claims", "--json").out)
    for claim in quotes:
        assert claim["quote"]["words"].split()[0] in shown


# --- Custody ------------------------------------------------------------------------------------


def test_an_untouched_case_verifies(finished: Path) -> None:
    ran = earthwork("verify", finished / "case")
    assert ran.code == 0
    assert "all as recorded" in ran.out


def flip(path: Path, *, at: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.unlink()
    path.write_bytes(data)


DAMAGED: dict[str, Callable[[Path], Path]] = {
    "original": lambda case: next(
        p for p in (case / "evidence/originals").rglob("*") if p.is_file()
    ),
    "result": lambda case: next(case.glob("work/*/*/aligned.tif")),
    "record": lambda case: next(case.glob("work/*/*/findings.json")),
    "brief": lambda case: case / "brief/brief.html",
    "table": lambda case: next(case.glob("exports/tables/*.csv")),
    "ledger": lambda case: case / "evidence/ledger.jsonl",
}


@pytest.mark.parametrize("name", list(DAMAGED))
def test_one_flipped_bit_is_found(case: Path, name: str) -> None:
    flip(DAMAGED[name](case))
    ran = earthwork("verify", case)
    assert ran.code == 5
    assert "! " in ran.err
    assert "all as recorded" not in ran.out


def test_a_run_on_a_changed_original_stops(case: Path) -> None:
    flip(next(p for p in (case / "evidence/originals").rglob("*") if p.is_file()))
    for step in case.glob("work/*/*/findings.json"):
        step.unlink()
    ran = earthwork("assess", case)
    assert ran.code == 5
    assert "error:" in ran.err


def test_a_folder_without_evidence_cannot_be_verified(tmp_path: Path) -> None:
    assert earthwork("verify", tmp_path).code == 4


# --- Check --------------------------------------------------------------------------------------


def test_a_whole_case_has_no_error(finished: Path) -> None:
    ran = earthwork("check", finished / "case")
    assert ran.code == 0
    assert "0 errors" in ran.out


def edit(case: Path, old: str, new: str, *, count: int = 1) -> None:
    text = (case / "case.toml").read_text(encoding="utf-8")
    assert old in text
    (case / "case.toml").write_text(text.replace(old, new, count), encoding="utf-8")


BOUNDS = "[case]\nbounds = { west = 10.0, south = 50.0, east = 10.1, north = 50.1 }"
WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing file": (lambda c: (c / "images/after.tif").unlink(), "the file is not there"),
    "missing credit": (
        lambda c: edit(c, 'credit = "Simulated by Earthwork"\n', ""),
        "no credit and licence",
    ),
    "scene elsewhere": (lambda c: edit(c, "[case]", BOUNDS), "outside the area of the case"),
    "layer elsewhere": (
        lambda c: (c / "layers/roads.geojson").write_text(
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            '{"type":"LineString","coordinates":[[10,50],[10.1,50]]}}]}'
        ),
        "lies at",
    ),
    "places elsewhere": (
        lambda c: (c / "layers/places.geojson").write_text(
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"X"},'
            '"geometry":{"type":"Point","coordinates":[10,50]}}]}'
        ),
        "lies at",
    ),
    "wrong sha256": (
        lambda c: edit(c, "[[report]]\n", f'[[report]]\nsha256 = "{"0" * 64}"\n'),
        "the case names 000",
    ),
    "wrong encoding": (
        lambda c: (c / "reports/plain-dispatch.txt").write_bytes(
            "A wall was built.".encode("utf-16-le") + bytes(range(256))
        ),
        "plain-dispatch",
    ),
    "no image": (lambda c: (c / "images/after.tif").write_bytes(b"no picture at all"), "after"),
    "cut layer": (lambda c: (c / "layers/roads.geojson").write_text('{"type": "Fea'), "roads"),
    "no drawing": (
        lambda c: (c / "drawings/scripted-reader.geojson").write_text("{}"),
        "scripted-reader",
    ),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_check_names_what_is_wrong(case: Path, name: str) -> None:
    damage, says = WRONG[name]
    damage(case)
    ran = earthwork("check", case)
    assert ran.code == 4, ran.out
    errors = [line for line in ran.err.splitlines() if line.startswith("! error")]
    assert any(says in line for line in errors), ran.err
    assert "0 errors" not in ran.out


# --- The public brief ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def public(finished: Path) -> str:
    case = finished / "case"
    files = [case / "brief/brief.html", *case.glob("exports/*.geojson")]
    files += case.glob("exports/tables/*.csv")
    assert len(files) >= 5
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_public_brief_names_no_reader_and_no_note(finished: Path, public: str) -> None:
    seen = json.loads(earthwork("show", finished / "case", "observations", "--json").out)
    assert {o["note"] for o in seen} == {"between us: heron-7731"}
    assert "heron-7731" not in public
    assert "scripted reader" not in public.lower()
    pages = pypdf.PdfReader(finished / "case/brief/brief.pdf").pages
    printed = " ".join(page.extract_text() for page in pages).lower()
    assert "nahrabad" in printed
    assert "heron-7731" not in printed
    assert "scripted reader" not in printed


def test_the_public_brief_holds_no_unreviewed_candidate(finished: Path, public: str) -> None:
    case = finished / "case"
    everything = json.loads(earthwork("show", case, "candidates", "--json").out)
    seen = json.loads(earthwork("show", case, "observations", "--json").out)
    accepted = {o["candidate"] for o in seen}
    left = [c["id"] for c in everything if c["id"] not in accepted]
    assert left
    assert not [name for name in left if name in public]
    assert not list((case / "brief/plates").glob("*candidate*"))


def test_every_page_says_that_it_is_simulated(finished: Path) -> None:
    for name in ("brief", "working"):
        page = (finished / f"case/brief/{name}.html").read_text(encoding="utf-8")
        assert "SIMULATED" in page
        assert (finished / f"case/brief/{name}.pdf").read_bytes().startswith(b"%PDF")


# --- Sentences ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compiled(finished: Path) -> tuple[BriefEvidence, tuple[Sentence, ...]]:
    case = load_case(finished / "case")
    store = Store.reading(case.folder)
    keys = {step.name: step.key for step in assessment.plan_case(case).steps}

    def result(name: str) -> Path:
        folder = store.derived(keys[name])
        assert folder is not None
        return folder

    names = assessment._Names(
        scenes=("before", "after"),
        pairs=(("before", "after"),),
        reports=tuple(report.id for report in case.reports),
    )
    bench = Bench(original=store.original, result=result, note=lambda _: None)
    material = assessment.gather(case, names, bench)
    findings = assessment.read_findings(result("judge"))
    sentences = read_sentences((result("judge") / "sentences-public.json").read_bytes())
    return evidence_of(material, findings, edition=Edition.PUBLIC), sentences


def test_the_stored_sentences_hold(
    compiled: tuple[BriefEvidence, tuple[Sentence, ...]],
) -> None:
    evidence, sentences = compiled
    check_sentences(sentences, evidence)
    assert len(sentences) == len(evidence.findings) + 1


def _first(findings: tuple[Finding, ...], wanted: Callable[[Finding], bool]) -> int:
    return next(index for index, finding in enumerate(findings) if wanted(finding))


def _with(evidence: BriefEvidence, index: int, **changed: object) -> BriefEvidence:
    findings = list(evidence.findings)
    findings[index] = replace(findings[index], **changed)
    return replace(evidence, findings=tuple(findings))


def _wrong_kind(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(evidence.findings, lambda f: f.kind is Kind.BERM)
    return _with(evidence, index, kind=Kind.TRENCH)


def _wrong_count(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(evidence.findings, lambda f: f.count == 1)
    return _with(evidence, index, count=2)


def _wrong_length(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(evidence.findings, lambda f: bool(f.length_m))
    return _with(evidence, index, length_m=(evidence.findings[index].length_m or 0) + 50)


def _wrong_date(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(
        evidence.findings, lambda f: f.interval is not None and f.interval.end is not None
    )
    interval = evidence.findings[index].interval
    assert interval is not None
    assert interval.end is not None
    return _with(evidence, index, interval=replace(interval, end=interval.end + timedelta(days=40)))


def _wrong_observation(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(evidence.findings, lambda f: bool(f.observations))
    return _with(evidence, index, observations=("O-nobody",))


def _wrong_claim(evidence: BriefEvidence) -> BriefEvidence:
    index = _first(evidence.findings, lambda f: bool(f.claims))
    return _with(evidence, index, claims=("nothing-99",))


def _wrong_words(evidence: BriefEvidence) -> BriefEvidence:
    told = {name for f in evidence.findings for name in f.claims[:1]}

    def other(claim: Claim) -> Claim:
        if claim.id not in told:
            return claim
        return replace(claim, quote=replace(claim.quote, words=claim.quote.words + " indeed"))

    return replace(evidence, claims=tuple(other(claim) for claim in evidence.claims))


@pytest.mark.parametrize(
    "change",
    [
        _wrong_kind,
        _wrong_count,
        _wrong_length,
        _wrong_date,
        _wrong_observation,
        _wrong_claim,
        _wrong_words,
    ],
)
def test_evidence_that_changed_stops_the_brief(
    compiled: tuple[BriefEvidence, tuple[Sentence, ...]],
    change: Callable[[BriefEvidence], BriefEvidence],
) -> None:
    evidence, sentences = compiled
    with pytest.raises(SentenceUnsupported):
        check_sentences(sentences, change(evidence))


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"\b(berm|bank of earth|wall|roadblock|building|barrier)\b", "castle"),
        (r"\b(one|two|three|four|five|six|\d+)\b", "999"),
        (r"\d{1,2} (Aug|Oct) 2031", "1 Jan 1999"),
        (r"$", " And more."),
    ],
)
def test_a_sentence_changed_by_hand_stops_the_brief(
    compiled: tuple[BriefEvidence, tuple[Sentence, ...]], pattern: str, other: str
) -> None:
    evidence, sentences = compiled
    index = next(i for i, s in enumerate(sentences) if re.search(pattern, s.text))
    text = re.sub(pattern, other, sentences[index].text, count=1)
    assert text != sentences[index].text
    changed = [*sentences]
    changed[index] = replace(sentences[index], text=text)
    with pytest.raises(SentenceUnsupported, match="changed by hand"):
        check_sentences(changed, evidence)


def test_a_sentence_left_out_or_put_in_stops_the_brief(
    compiled: tuple[BriefEvidence, tuple[Sentence, ...]],
) -> None:
    evidence, sentences = compiled
    with pytest.raises(SentenceUnsupported):
        check_sentences(sentences[:-1], evidence)
    with pytest.raises(SentenceUnsupported):
        check_sentences([*sentences, replace(sentences[-1], id="S-made-up")], evidence)


# --- Cases without images: quick ----------------------------------------------------------------

HEAD = """
[case]
title = "Words alone"
place = "Mosul, Iraq"
question = "What is said?"
author = "Desk"
as_of = 2016-11-05
period_start = 2016-10-01
period_end = 2016-11-05
"""
REPORT = """
[[report]]
id = "{name}"
file = "{name}.txt"
published = "2016-11-04"
outlet = "Harbour Wire"
"""
TEXT = (
    "Militants dug tunnels under the old city of Mosul, residents said on Friday.\n"
    "They also built a berm along the southern edge of Mosul [sic] :key: .\n"
)


@pytest.fixture
def words_alone(tmp_path: Path) -> Path:
    folder = tmp_path / "words"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.txt").write_text(f"{name}. {TEXT}", encoding="utf-8")
    tables = "".join(REPORT.format(name=name) for name in ("one", "two"))
    (folder / "case.toml").write_text(HEAD + tables, encoding="utf-8")
    return folder


def test_a_run_that_was_cut_off_goes_on(words_alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """Stands for a signal: nothing may catch it."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(assessment, "judge_material", killed)
        with pytest.raises(Killed):
            earthwork("assess", words_alone)
    assert not (words_alone / "brief").exists()
    ran = earthwork("assess", words_alone, "--json")
    assert ran.code == 0
    steps = {e["step"]: e["is_reused"] for e in events(ran.out) if e["event"] == "StepFinished"}
    assert steps["read one"]
    assert steps["read two"]
    assert not steps["judge"]
    assert earthwork("verify", words_alone).code == 0


def test_a_step_that_cannot_be_done_leaves_what_was_done(
    words_alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PublishError("no brief today", where="here", cause="a test", choices=["tomorrow"])

    with monkeypatch.context() as patched:
        patched.setattr(assessment, "judge_material", refused)
        ran = earthwork("assess", words_alone)
    assert ran.code == 6
    assert ran.err.splitlines()[-3:] == [
        "error: here: no brief today",
        "likely cause: a test",
        "valid choices: tomorrow",
    ]
    assert "read one: reused" in earthwork("assess", words_alone).err


def test_without_an_image_nothing_physical_is_assessed(words_alone: Path) -> None:
    assert earthwork("assess", words_alone, "--by", "Tester").code == 0
    findings = json.loads(earthwork("show", words_alone, "findings", "--json").out)
    verdicts = {f["claim_kind"]: f["verdict"] for f in findings}
    assert verdicts["tunnel"] == "not_observable"
    assert verdicts["berm"] == "not_assessed"
    shown = earthwork("show", words_alone, "claims").out
    assert "one-" in shown
    assert "Tester" in earthwork("show", words_alone, "ledger").out
    # One story told twice is one origin.
    assert any(len(f["claims"]) == 2 for f in findings)


def test_nothing_is_shown_before_a_run(words_alone: Path) -> None:
    ran = earthwork("show", words_alone)
    assert ran.code == 4
    assert "valid choices: earthwork assess words" in ran.err


def test_check_tells_gaps_without_failing(words_alone: Path) -> None:
    ran = earthwork("check", words_alone)
    assert ran.code == 0
    assert "no image: every physical claim will be 'not assessed'" in ran.out
    assert re.search(r"0 errors, [1-9]", ran.out)


def test_a_new_case_can_be_checked_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    made = earthwork("new", folder, "--title", 'A "quoted" \\ title [x]')
    assert made.code == 0
    assert load_case(folder).title == "A 'quoted'   title [x]"
    checked = earthwork("check", folder)
    assert checked.code == 4
    assert "1 errors, 3 gaps" in checked.out
    assert "say who answers for the brief" in checked.err
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(TEMPLATE_AUTHOR, "A Desk"), encoding="utf-8")
    assert earthwork("check", folder).code == 0
    again = earthwork("new", folder)
    assert again.code == 4
    assert "there is a case already" in again.err


def test_a_real_case_is_no_demonstration(words_alone: Path) -> None:
    assert earthwork("demo", words_alone).code == 4
    assert earthwork("simulate", "nahrabad", "-o", words_alone).code == 4


def test_missing_files_are_all_named(words_alone: Path) -> None:
    (words_alone / "one.txt").unlink()
    (words_alone / "two.txt").unlink()
    ran = earthwork("assess", words_alone)
    assert ran.code == 4
    assert "one.txt" in ran.err
    assert "two.txt" in ran.err
    assert "2 errors" in earthwork("check", words_alone).out


@pytest.mark.parametrize("command", ["check", "assess", "show"])
def test_where_no_case_is(tmp_path: Path, command: str) -> None:
    ran = earthwork(command, tmp_path)
    assert ran.code == 4
    assert "earthwork new DIR" in ran.err


def test_a_file_in_the_way_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    ran = earthwork("new", tmp_path / "file" / "case")
    assert ran.code == 1
    assert "the system refused" in ran.err


def test_the_version_and_the_help_are_printed() -> None:
    assert re.match(r"earthwork \d", earthwork("--version").out)
    shown = earthwork("--help")
    assert shown.code == 0
    for command in ("compare", "demo", "assess", "judge"):
        assert command in shown.out


# --- Observations -------------------------------------------------------------------------------

SEEN = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[44.5999, 34.9], [44.6001, 34.9]]},
    "properties": {"kind": "berm", "image": "after", "absent_in": "before"},
}


def drawing(folder: Path, *features: object) -> Path:
    path = folder / "mine.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_one_bad_row_is_named_and_the_others_come_in(case: Path, tmp_path: Path) -> None:
    bad = SEEN | {"properties": {"kind": "castle", "image": "after"}}
    path = drawing(tmp_path, SEEN, bad)
    ran = earthwork("observe", case, path, "--reader", "A. Reader")
    assert ran.code == 3
    assert "1 observations, 0 decisions" in ran.out
    assert "left out: mine.geojson, feature 2" in ran.err
    assert "castle" in ran.err
    taken = load_case(case).drawings[-1]
    assert taken.reader == "A. Reader"
    assert taken.file == case / "drawings" / "mine.geojson"
    again = earthwork("observe", case, path, "--reader", "A. Reader")
    assert again.code == 3
    assert len(load_case(case).drawings) == 2
    acts = [row[2] for row in json.loads(earthwork("show", case, "ledger", "--json").out)]
    assert "observe" in acts


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--reader", "R", "--scene", "nowhere"], "no scene of the case is called nowhere"),
        (["--reader", " "], "nobody answers for it"),
    ],
)
def test_what_cannot_be_taken_leaves_the_case_alone(
    case: Path, tmp_path: Path, options: list[str], says: str
) -> None:
    before = (case / "case.toml").read_bytes()
    ran = earthwork("observe", case, drawing(tmp_path, SEEN), *options)
    assert ran.code == 3
    assert says in ran.err
    assert (case / "case.toml").read_bytes() == before
    assert earthwork("check", case).code == 0


def test_a_drawing_without_any_usable_row_is_refused(case: Path, tmp_path: Path) -> None:
    bad = SEEN | {"properties": {"kind": "tunnel", "image": "after"}}
    ran = earthwork("observe", case, drawing(tmp_path, bad), "--reader", "R")
    assert ran.code == 3
    assert "no row of it can be taken" in ran.err
    assert len(load_case(case).drawings) == 1


def test_two_drawings_of_one_name_are_both_kept(case: Path, tmp_path: Path) -> None:
    other = SEEN | {"properties": {"kind": "trench", "image": "after"}}
    assert earthwork("observe", case, drawing(tmp_path, SEEN), "--reader", "R").code == 0
    assert earthwork("observe", case, drawing(tmp_path, other), "--reader", "R").code == 0
    names = [d.file.name for d in load_case(case).drawings]
    assert names == ["scripted-reader.geojson", "mine.geojson", "mine-2.geojson"]
