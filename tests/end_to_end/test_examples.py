"""The two examples, on real data that is read in place and never shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earthwork.model.vocabulary import ClaimKind

from .commands import earthwork

DATA = Path("../shared/data")
PLEIADES, SEEDS = DATA / "pleiades-kahramanmaras", DATA / "text" / "seeds"
NOT_PHYSICAL = {"recorded_not_judged", "not_observable", "premature"}
needs_texts = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the two reports are not on this machine, and not ours to ship"
)
needs_images = pytest.mark.skipif(
    not PLEIADES.is_dir(), reason="the Pléiades crops are not on this machine"
)


def shown(case: Path, what: str) -> list[dict[str, object]]:
    rows = json.loads(earthwork("show", case, what, "--json").out)
    return list(rows)


@needs_texts
def test_two_reports_and_no_image(tmp_path: Path) -> None:
    case = tmp_path / "mosul"
    laid = earthwork("sample", "mosul-2016", case, "--from", SEEDS)
    assert laid.code == 0, laid.err
    assert "now: earthwork assess" in laid.out
    assert earthwork("check", case).code == 0
    assert earthwork("assess", case).code == 0
    findings = shown(case, "findings")
    assert len(findings) > 10
    for finding in findings:
        if finding["claim_kind"] == ClaimKind.TUNNEL:
            assert finding["verdict"] == "not_observable"
        elif finding["verdict"] not in NOT_PHYSICAL:
            assert finding["verdict"] == "not_assessed"
    assert {"not_assessed", "not_observable"} <= {f["verdict"] for f in findings}
    page = (case / "brief" / "brief.html").read_text(encoding="utf-8")
    assert "The case holds no image" in page
    # The publisher's words may not be quoted in this case.
    for claim in shown(case, "claims"):
        words = str(claim["quote"]["words"])  # type: ignore[index]
        assert len(words) < 40 or words not in page
    assert earthwork("verify", case).code == 0


@needs_images
@pytest.mark.slow
def test_a_pair_in_sensor_geometry(tmp_path: Path) -> None:
    case = tmp_path / "city"
    assert earthwork("sample", "kahramanmaras", case, "--from", PLEIADES).code == 0
    checked = earthwork("check", case)
    assert checked.code == 0, checked.err
    ran = earthwork("assess", case)
    assert ran.code == 0, ran.err
    before, after = shown(case, "scenes")
    assert before["capture"]["interval"]["start"] is None  # type: ignore[index]
    assert str(after["capture"]["interval"]["end"]).startswith("2023-04-15")  # type: ignore[index]
    page = (case / "brief" / "brief.html").read_text(encoding="utf-8")
    assert "© CNES" in page
    assert "Images before and after were compared on " in page
    assert shown(case, "observations")
    verdicts = {finding["verdict"] for finding in shown(case, "findings")}
    assert verdicts & {"supported", "partly_supported"}
    assert earthwork("verify", case).code == 0
