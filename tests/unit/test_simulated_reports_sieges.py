"""What reports on whole simulated sieges truly tell lies within the words that they use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from earthwork.model.vocabulary import ClaimKind, Modality, Polarity
from earthwork.settings.scenario_file import resolve_scenario
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.reporting.reports import (
    Bearing,
    ReportedTruth,
    SimulatedReport,
    write_reports,
)
from earthwork.simulate.siege import Siege, build_siege

SIDE_M = 300.0
SEEDS = range(20)


@pytest.fixture(scope="module", params=["el-rasha", "nahrabad"])
def siege(request: pytest.FixtureRequest) -> Siege:
    scenario = resolve_scenario(request.param)
    return build_siege(replace(scenario, city=replace(scenario.city, side_m=SIDE_M)))


@pytest.fixture(scope="module")
def archive(siege: Siege) -> tuple[SimulatedReport, ...]:
    """Reports of many seeds."""
    order = replace(siege.scenario.reports, count=8, seed=None)
    scenes = list(siege.moments.items())
    return tuple(
        report
        for seed in SEEDS
        for report in write_reports(
            siege.deeds, city=siege.city, scenes=scenes, order=order, seed=seed
        )
    )


def _span(row: ReportedTruth, deed: Deed) -> tuple[datetime, datetime]:
    if row.kind is ClaimKind.ROAD_OPENED:
        opened = deed.undone or deed.done
        return opened, opened
    return deed.begun, deed.done


def _timed(report: SimulatedReport) -> list[ReportedTruth]:
    return [
        row
        for row in report.truths
        if row.bearing is Bearing.TRUE and row.when and row.deeds and row.image is None
        and row.polarity is Polarity.AFFIRMED and row.modality is not Modality.DENIED
    ]  # fmt: skip


def test_a_time_truly_told_holds_all_that_it_is_told_of(
    siege: Siege, archive: tuple[SimulatedReport, ...]
) -> None:
    by_id = {deed.id: deed for deed in siege.deeds}
    count = 0
    for report in archive:
        for row in _timed(report):
            count += 1
            spans = [_span(row, by_id[name]) for name in row.deeds]
            assert row.when.start <= min(begun for begun, _ in spans), row.sentence
            # Of what is still under way no report tells the end.
            done = min(max(done for _, done in spans), report.published.end)
            assert done <= row.when.end, row.sentence
    assert count > 20


def test_a_single_day_is_told_only_of_what_was_begun_and_done_on_it(
    siege: Siege, archive: tuple[SimulatedReport, ...]
) -> None:
    by_id = {deed.id: deed for deed in siege.deeds}
    for report in archive:
        for row in _timed(report):
            if row.when.end - row.when.start < timedelta(days=1):
                ends = [end for name in row.deeds for end in _span(row, by_id[name])]
                days = {end.astimezone(UTC).date() for end in ends}
                assert days == {row.when.start.date()}, row.sentence
