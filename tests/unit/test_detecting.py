"""Candidates of a pair, for people and programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import box

from earthwork.change.proposal import Proposal
from earthwork.io.footprints import Footprints
from earthwork.io.rasters import open_raster
from earthwork.model.footprint_date import UNDATED, DateMeaning, FootprintDate, Vintage
from earthwork.model.grid import Grid
from earthwork.model.interval import Interval
from earthwork.model.observation import Candidate
from earthwork.model.pair import AlignmentStatus, AssessedMask, RegistrationReport
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.vocabulary import BuildingState, Kind, Unassessed
from earthwork.model.warp_field import WarpField
from earthwork.pipeline.detecting import (
    PairNames,
    datings_of,
    detect,
    footprint_decisions,
    lonlat,
    read_candidates,
    write_proposal,
    write_records,
)
from earthwork.pipeline.pairing import AlignedPair

from .scenery import ground, rubble, town
from .small_case import GRID
from .small_case import lonlat as on_ground

RAZED = box(60, 60, 100, 100)


def aligned(grid: Grid = GRID) -> AlignedPair:
    """Return a pair of which one lot is rubble in the second picture, edges not assessed."""
    first = town(*grid.shape, seed=2)
    first[60:100, 60:100] = 200
    second = first + 0.2 * ground(*grid.shape, seed=8)
    second[60:100, 60:100] = rubble(40, 40, seed=5)
    rasters = [
        ArrayRaster(grid=grid, pixels=image.clip(0, 255).astype(np.uint8)[None])
        for image in (first, second)
    ]
    assessed = np.ones(grid.shape, dtype=bool)
    assessed[:, :10] = False
    return AlignedPair(
        before=rasters[0],
        after=rasters[1],
        field=WarpField.level(grid),
        report=RegistrationReport(
            status=AlignmentStatus.ALIGNED, method="m", reason="r", shift_x_px=0, shift_y_px=0,
            rotation_deg=0, scale=1, residual_median_px=0.1, residual_p95_px=0.2, inlier_share=1,
            tie_points=(),
        ),
        assessed=AssessedMask.of(grid, {Unassessed.NO_DATA: ~assessed}),
    )  # fmt: skip


def footprints(*, is_pixels: bool) -> Footprints:
    shapes = (RAZED, box(2, 120, 8, 126))
    return Footprints(
        ids=("lot", "edge"),
        shapes_px=shapes,
        originals=shapes if is_pixels else tuple(on_ground(shape) for shape in shapes),
        is_pixels=is_pixels,
        dates=(UNDATED, UNDATED),
    )


def dated(day: date, **more: Any) -> FootprintDate:
    return FootprintDate(
        known=Interval.of_day(day), meaning=DateMeaning.EXISTED, source="stated", **more
    )


def test_each_outline_is_held_against_the_pair_by_its_own_date() -> None:
    given = replace(footprints(is_pixels=True), dates=(dated(date(2012, 1, 1)), UNDATED))
    taken = Interval.of_day(date(2014, 1, 1))
    told = datings_of(given, PairNames(before_taken=taken))
    assert [told[name].vintage for name in given.ids] == [Vintage.EARLIER, Vintage.UNDATED]
    told = datings_of(given, PairNames())
    assert {dating.vintage for dating in told.values()} == {Vintage.IMAGE_UNDATED}
    said = footprint_decisions(replace(given, decisions=("D.",)), PairNames(before_taken=taken))
    assert said == ("D.", "1 of 2 footprints cannot be called razed: they have no date.")


@pytest.mark.parametrize("is_stated", [True, False])
def test_a_statement_counts_over_dates_but_not_over_an_end(is_stated: bool) -> None:
    ended = dated(date(2012, 1, 1), gone=Interval.of_day(date(2010, 1, 1)))
    given = replace(footprints(is_pixels=True), dates=(ended, dated(date(2012, 1, 1))))
    names = PairNames(
        before_taken=Interval.of_day(date(2014, 1, 1)), footprints_predate_before=is_stated
    )
    lot, edge = datings_of(given, names).values()
    assert lot.vintage is Vintage.GONE_BEFORE
    assert edge.allows_razed == is_stated


@pytest.mark.parametrize("is_pixels", [True, False])
def test_buildings_keep_the_coordinates_they_came_in(is_pixels: bool) -> None:
    given = footprints(is_pixels=is_pixels)
    names = PairNames(before="b", after="a", footprints_predate_before=True)
    proposal = detect(aligned(), names=names, footprints=given)
    assert [building.id for building in proposal.buildings] == ["lot", "edge"]
    assert [building.geometry for building in proposal.buildings] == list(given.originals)
    lot, edge = proposal.buildings
    assert lot.dated == "date unknown (nothing says when)"
    assert lot.support is not None
    assert lot.state is not BuildingState.NOT_ASSESSED
    assert lot.score is not None
    assert edge.state is BuildingState.NOT_ASSESSED
    assert edge.score is None


def test_the_score_is_on_the_earlier_grid_and_nan_where_not_assessed(tmp_path: Path) -> None:
    pair = aligned()
    write_proposal(detect(pair), GRID, tmp_path)
    with open_raster(tmp_path / "score.tif") as raster:
        score = raster.read(whole(raster.grid))[0]
        assert raster.grid == GRID
    assert score.dtype == np.float32
    assert np.isnan(score[:, :10]).all()
    assert np.isfinite(score[40:120, 40:120]).all()
    assert score[65:95, 65:95].mean() > score[10:40, 110:150].mean()
    assert not (tmp_path / "buildings.geojson").exists()


def test_what_was_proposed_comes_back(tmp_path: Path) -> None:
    candidate = Candidate(
        id="C-1",
        kind=Kind.BERM,
        score=0.5,
        geometry=GRID.to_map(box(10, 10, 90, 14)),
        alternatives=((Kind.TRENCH, 0.25),),
        parts={"contrast": 0.5},
        before="b",
        after="a",
        length_m=40.0,
    )
    proposal = Proposal(score=np.zeros(GRID.shape, dtype=np.float32), candidates=(candidate,))
    write_proposal(proposal, GRID, tmp_path, has_footprints=True)
    write_records(proposal, tmp_path)
    assert read_candidates(tmp_path) == (candidate,)
    layer = json.loads((tmp_path / "candidates.geojson").read_bytes())
    assert layer["features"][0]["properties"]["status"] == "candidate"
    assert json.loads((tmp_path / "buildings.geojson").read_bytes())["features"] == []


def test_roads_are_searched_only_where_they_are_given() -> None:
    pair = aligned()
    assert not [c for c in detect(pair).candidates if c.kind is Kind.ROADBLOCK]
    with_roads = detect(pair, roads=(box(0, 130, 160, 140),))
    assert {c.before for c in with_roads.candidates} <= {None}


def test_a_pixel_grid_has_no_longitude() -> None:
    assert lonlat(RAZED, Grid.of_pixels(height=9, width=9)) is None
    placed = lonlat(GRID.to_map(RAZED), GRID)
    assert placed is not None
    assert placed.equals_exact(on_ground(RAZED), 1e-9)
