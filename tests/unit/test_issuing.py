"""What each edition may speak of, and where marks lie on a plate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import box

from earthwork.model.pair import AlignmentStatus, RegistrationReport
from earthwork.model.raster import ArrayRaster
from earthwork.model.vocabulary import Kind
from earthwork.model.warp_field import WarpField
from earthwork.pipeline.issuing import (
    Edition,
    PairView,
    _on_earlier,
    _pair_sentence,
    compile_edition,
    evidence_of,
    read_sentences,
    write_files,
)
from earthwork.pipeline.judging import Material
from earthwork.pipeline.observing import TakenIn
from earthwork.publishing.marks import Mark
from earthwork.publishing.symbols import symbol_of

from .brief_case import CANDIDATES, CLAIMS, DOCUMENTS, FINDINGS, OBSERVATIONS, SCENES, make_case
from .small_case import GRID


@pytest.fixture
def material() -> Material:
    taken = TakenIn(observations=OBSERVATIONS, waiting=(), readers={}, notes=())
    return Material(
        case=make_case(), scenes=SCENES, masks={}, documents=DOCUMENTS, claims=CLAIMS,
        taken_in=taken, candidates=CANDIDATES, places=(),
    )  # fmt: skip


def test_the_public_edition_knows_no_unreviewed_candidate(material: Material) -> None:
    public = evidence_of(material, FINDINGS, edition=Edition.PUBLIC)
    working = evidence_of(material, FINDINGS, edition=Edition.WORKING)
    assert [c.id for c in public.candidates] == ["C-clear"]
    assert not any(finding.candidates for finding in public.findings)
    assert working.candidates == CANDIDATES
    assert working.findings == FINDINGS


def test_sentences_come_back_as_they_were_stored(material: Material) -> None:
    evidence = evidence_of(material, FINDINGS, edition=Edition.PUBLIC)
    stored = compile_edition(evidence)
    sentences = read_sentences(stored)
    assert len(sentences) == len(FINDINGS) + 1
    assert compile_edition(evidence) == stored


def test_a_mark_of_the_later_image_is_drawn_where_it_lies_on_the_earlier() -> None:
    spot = box(43, 28, 45, 30)
    observation = replace(OBSERVATIONS[0], geometry=spot, is_pixels=True, image="b", candidate=None)
    pair = replace(
        view(AlignmentStatus.ALIGNED, {"assessed": 1.0}),
        field=WarpField.level(GRID, dx=3.0, dy=-2.0),
    )
    mark = Mark(
        number=1, label="1", geometry=spot, crs=None, symbol=symbol_of(Kind.BERM, None),
        evidence=observation.id,
    )  # fmt: skip
    drawn = _on_earlier(mark, observation, pair, GRID, GRID)
    lies = GRID.to_pixels(drawn.geometry)
    assert lies.bounds == pytest.approx((40, 30, 42, 32))
    assert drawn.crs == GRID.crs
    of_the_earlier = replace(observation, image="a")
    assert _on_earlier(mark, of_the_earlier, pair, GRID, GRID) is mark


def view(status: AlignmentStatus, reasons: dict[str, float]) -> PairView:
    report = RegistrationReport(
        status=status, method="m", reason="too little agrees", shift_x_px=0, shift_y_px=0,
        rotation_deg=0, scale=1, residual_median_px=None, residual_p95_px=None, inlier_share=0,
        tie_points=(),
    )  # fmt: skip
    pixels = np.zeros((1, *GRID.shape), dtype=np.uint8)
    return PairView(
        before="a", after="b", aligned=ArrayRaster(grid=GRID, pixels=pixels),
        field=WarpField.level(GRID), report=report, reasons=reasons,
    )  # fmt: skip


def test_what_was_left_out_of_a_pair_is_said() -> None:
    shares = {"assessed": 0.7, "no_data": 0.2, "deep_shadow": 0.1, "cloud": 0.0001}
    aligned = view(AlignmentStatus.ALIGNED, shares)
    assert _pair_sentence(aligned) == (
        "Images a and b were compared on 70.0% of the earlier one."
        " Left out: no data 20.0%, deep shadow 10.0%."
    )
    assert _pair_sentence(replace(aligned, reasons={"assessed": 1.0})).endswith("earlier one.")
    refused = view(AlignmentStatus.NOT_ALIGNED, {"assessed": 0.0})
    assert "could not be aligned, and were not compared: too little agrees." in _pair_sentence(
        refused
    )


def test_files_are_written_by_their_paths(tmp_path: Path) -> None:
    write_files({"a/b/c.txt": b"1", "d.txt": b"2"}, tmp_path)
    assert (tmp_path / "a/b/c.txt").read_bytes() == b"1"
    assert (tmp_path / "d.txt").read_bytes() == b"2"
