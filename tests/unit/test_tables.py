"""Tables open in any spreadsheet without harm, and features follow RFC 7946."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from shapely import Polygon, box
from shapely.geometry import shape

from earthwork.model.claim import Span
from earthwork.model.interval import Interval
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.phrases import (
    short_name,
    spoken_between,
    spoken_change,
    spoken_count,
    spoken_length,
)
from earthwork.publishing.tables import (
    claims_csv,
    findings_csv,
    findings_geojson,
    observations_csv,
    observations_geojson,
)

from .brief_case import CLAIMS, FINDINGS, OBSERVATIONS, make_case, make_evidence


@pytest.fixture
def evidence() -> BriefEvidence:
    return make_evidence()


def _rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def _features(collection: bytes) -> dict[str, dict[str, Any]]:
    return {f["id"]: f for f in json.loads(collection)["features"]}


def test_one_row_for_each(evidence: BriefEvidence) -> None:
    assert [r["id"] for r in _rows(findings_csv(evidence, is_public=True))] == [
        f.id for f in FINDINGS
    ]
    assert [r["id"] for r in _rows(observations_csv(evidence, is_public=True))] == [
        o.id for o in OBSERVATIONS
    ]
    assert [r["id"] for r in _rows(claims_csv(evidence, is_public=True))] == [c.id for c in CLAIMS]


def test_the_bytes_have_no_mark_and_keep_every_script(evidence: BriefEvidence) -> None:
    table = claims_csv(evidence, is_public=True)
    assert not table.startswith(b"\xef\xbb\xbf")
    assert "رفع ساتر ترابي" in table.decode()


def test_readers_are_named_only_in_the_working_table(evidence: BriefEvidence) -> None:
    public = observations_csv(evidence, is_public=True) + observations_geojson(
        evidence, is_public=True
    )
    working = observations_csv(evidence, is_public=False)
    assert b"Ada" not in public
    assert b"Ada Reader" in working
    assert b"secret" not in public + working + observations_geojson(evidence, is_public=False)


def test_candidates_are_only_in_the_working_table(evidence: BriefEvidence) -> None:
    assert b"C-wait" not in findings_csv(evidence, is_public=True)
    rows = {r["id"]: r for r in _rows(findings_csv(evidence, is_public=False))}
    assert rows["F-wall"]["candidates_not_reviewed"] == "C-wait"
    assert rows["F-clear"]["verdict_words"] == "seen; in no report read"
    assert rows["F-berm"]["verdict_words"] == "borne out by the images"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(start: str) -> None:
    words = f"{start}cmd|' /C calc'!A0"
    named = replace(FINDINGS[0], place=words, reason=words, length_m=-3.0)
    row = _rows(findings_csv(make_evidence(findings=(named,)), is_public=True))[0]
    assert row["place"] == row["reason"] == f"'{words}"
    assert row["length_m"] == "-3.0"


def test_words_that_may_not_be_quoted_stay_out_of_the_public_table() -> None:
    closed = make_evidence(case=make_case(reports=()))
    assert _rows(claims_csv(closed, is_public=True))[0]["words"] == "not quoted (terms)"
    assert _rows(claims_csv(closed, is_public=False))[0]["words"].startswith("a bank of earth")


def test_private_persons_are_roles_in_both_tables(evidence: BriefEvidence) -> None:
    for is_public in (True, False):
        assert b"Haddad" not in claims_csv(evidence, is_public=is_public)


def test_a_cell_may_hold_lines_and_quotes() -> None:
    words = 'a "wall"\nand a berm'
    claim = replace(CLAIMS[0], quote=Span(start=0, end=len(words), words=words))
    row = _rows(claims_csv(make_evidence(claims=(claim,)), is_public=True))[0]
    assert row["words"] == "a 'wall' and a berm"


def test_public_features_keep_three_decimals(evidence: BriefEvidence) -> None:
    for collection in (
        observations_geojson(evidence, is_public=True),
        findings_geojson(evidence, is_public=True),
    ):
        for feature in _features(collection).values():
            if feature["geometry"] is not None:
                numbers = shapely.get_coordinates(shape(feature["geometry"]))
                assert (numbers.round(3) == numbers).all()


def test_working_features_lie_where_they_were_drawn(evidence: BriefEvidence) -> None:
    features = _features(observations_geojson(evidence, is_public=False))
    for observation in OBSERVATIONS:
        drawn = shape(features[observation.id]["geometry"])
        assert drawn.hausdorff_distance(observation.geometry) < 2e-7


def test_outer_rings_run_counter_clockwise(evidence: BriefEvidence) -> None:
    clockwise = Polygon([(44, 34), (44, 35), (45, 35), (45, 34)])
    both = shapely.MultiPolygon([clockwise, box(50, 30, 51, 31, ccw=False)])
    observations = (
        replace(OBSERVATIONS[0], geometry=clockwise),
        replace(OBSERVATIONS[1], geometry=both),
    )
    features = _features(
        observations_geojson(make_evidence(observations=observations), is_public=False)
    )
    assert shape(features["O-berm"]["geometry"]).exterior.is_ccw
    assert all(p.exterior.is_ccw for p in shape(features["O-clear"]["geometry"]).geoms)


def test_a_finding_has_the_geometries_of_its_observations(evidence: BriefEvidence) -> None:
    features = _features(findings_geojson(evidence, is_public=False))
    assert features["F-razed"]["geometry"]["type"] == "GeometryCollection"
    assert len(features["F-razed"]["geometry"]["geometries"]) == 2
    assert features["F-berm"]["geometry"]["type"] == "LineString"
    assert features["F-tunnel"]["geometry"] is None
    assert features["F-berm"]["properties"]["verdict"] == "supported"


def test_pixels_are_never_given_as_degrees() -> None:
    drawn = replace(OBSERVATIONS[0], geometry=box(10, 20, 400, 300), is_pixels=True)
    evidence = make_evidence(observations=(drawn,))
    public = _features(observations_geojson(evidence, is_public=True))["O-berm"]
    working = _features(observations_geojson(evidence, is_public=False))["O-berm"]
    assert public["geometry"] is None
    assert "pixel_outline" not in public["properties"]
    assert working["geometry"] is None
    assert "400 300" in working["properties"]["pixel_outline"]


def test_simulated_features_say_so(evidence: BriefEvidence) -> None:
    assert json.loads(findings_geojson(evidence, is_public=True))["earthwork:simulated"] is True
    real = make_evidence(case=make_case(is_simulated=False))
    assert "earthwork:simulated" not in json.loads(findings_geojson(real, is_public=True))


def test_spans_are_spoken_whatever_end_is_open() -> None:
    day = datetime(2031, 8, 14, tzinfo=UTC)
    assert spoken_change(None) == "date unknown"
    assert spoken_change(Interval(start=day, end=None)) == "from 14 Aug 2031"
    assert spoken_change(Interval(start=None, end=day)) == "by 14 Aug 2031, first seen"
    assert spoken_between(day, day) == "on 14 Aug 2031"
    assert spoken_between(day, day.replace(year=2032)) == "between 14 Aug 2031 and 14 Aug 2032"
    assert spoken_length(0) == "about 0 m"
    assert spoken_length(12_345) == "about 12 km"
    assert spoken_count(40) == "40"
    assert short_name(None, None) == "building not assessed"
