"""Findings, observations and claims as tables (CSV) and as features (GeoJSON, RFC 7946)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shapely import to_geojson
from shapely.geometry import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from earthwork.model.case import Case
from earthwork.model.claim import Claim
from earthwork.model.finding import Finding
from earthwork.model.interval import Interval
from earthwork.model.observation import Observation
from earthwork.publishing.brief import A_READER
from earthwork.publishing.citations import may_quote, quoted_words, source_words
from earthwork.publishing.facts import BriefEvidence
from earthwork.publishing.generalisation import generalised
from earthwork.publishing.phrases import UNREPORTED_WORDS, VERDICT_WORDS, WITHHELD_WORDS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WORKING_DIGITS = 7
_FINDING_COLUMNS = (
    "id", "verdict", "verdict_words", "claim_kind", "kind", "count", "length_m", "area_m2",
    "earliest", "latest", "place", "reason", "claims", "observations", "independent_sources",
)  # fmt: skip
_OBSERVATION_COLUMNS = (
    "number", "id", "kind", "state", "earliest", "latest", "length_m", "area_m2", "image",
    "reader", "candidate",
)  # fmt: skip
_CLAIM_COLUMNS = (
    "id", "document", "kind", "words", "source", "source_kind", "polarity", "modality",
    "progress", "hedge", "place", "place_precision", "earliest", "latest", "image_checkable",
    "echo_of",
)  # fmt: skip
Row = Mapping[str, object]


def findings_csv(evidence: BriefEvidence, *, is_public: bool) -> bytes:
    """Return the findings as CSV, one a line.

    Parameters
    ----------
    evidence
        The evidence of the brief.
    is_public
        Leave out unreviewed candidates.
    """
    columns = _FINDING_COLUMNS if is_public else (*_FINDING_COLUMNS, "candidates_not_reviewed")
    return _csv(columns, (_finding_row(f, is_public=is_public) for f in evidence.findings))


def observations_csv(evidence: BriefEvidence, *, is_public: bool) -> bytes:
    """Return the observations as CSV, numbered as in the brief.

    Parameters
    ----------
    evidence
        The evidence of the brief.
    is_public
        Name no reader. Readers' notes are in neither edition.
    """
    rows = (_observation_row(n, o, is_public=is_public) for n, o in _numbered(evidence))
    return _csv(_OBSERVATION_COLUMNS, rows)


def claims_csv(evidence: BriefEvidence, *, is_public: bool) -> bytes:
    """Return the claims as CSV, in text order; private sources are roles.

    Parameters
    ----------
    evidence
        The evidence of the brief.
    is_public
        Leave out words that may not be quoted.
    """
    rows = (_claim_row(c, evidence.case, is_public=is_public) for c in evidence.claims)
    return _csv(_CLAIM_COLUMNS, rows)


def observations_geojson(evidence: BriefEvidence, *, is_public: bool) -> bytes:
    """Return the observations as GeoJSON in longitude and latitude.

    Parameters
    ----------
    evidence
        The evidence of the brief.
    is_public
        Round coordinates to the release policy of the case and name no reader.

    Notes
    -----
    What was drawn on a picture without place has no geometry; a working edition gives its outline
    in pixels as ``pixel_outline``.
    """
    digits = _digits(evidence.case, is_public=is_public)
    features = [
        _feature(
            observation.id,
            None if observation.is_pixels else observation.geometry,
            {
                **_observation_row(number, observation, is_public=is_public),
                **_pixel_outline(observation, is_public=is_public),
            },
            digits=digits,
        )
        for number, observation in _numbered(evidence)
    ]
    return _collection(features, evidence.case)


def findings_geojson(evidence: BriefEvidence, *, is_public: bool) -> bytes:
    """Return the findings as GeoJSON, each with the geometries of its observations.

    Parameters
    ----------
    evidence
        The evidence of the brief.
    is_public
        Round coordinates to the release policy of the case and leave out candidates.
    """
    digits = _digits(evidence.case, is_public=is_public)
    placed = {o.id: o.geometry for o in evidence.observations if not o.is_pixels}
    features = [
        _feature(
            finding.id,
            _united([placed[name] for name in finding.observations if name in placed]),
            _finding_row(finding, is_public=is_public),
            digits=digits,
        )
        for finding in evidence.findings
    ]
    return _collection(features, evidence.case)


def _numbered(evidence: BriefEvidence) -> Iterable[tuple[int, Observation]]:
    return enumerate(evidence.observations, start=1)


def _finding_row(finding: Finding, *, is_public: bool) -> dict[str, object]:
    verdict = finding.verdict
    row: dict[str, object] = {
        "id": finding.id,
        "verdict": "" if verdict is None else verdict.value,
        "verdict_words": UNREPORTED_WORDS if verdict is None else VERDICT_WORDS[verdict],
        "claim_kind": finding.claim_kind,
        "kind": finding.kind,
        "count": finding.count,
        "length_m": _rounded(finding.length_m),
        "area_m2": _rounded(finding.area_m2),
        **_span(finding.interval),
        "place": finding.place,
        "reason": finding.reason,
        "claims": " ".join(finding.claims),
        "observations": " ".join(finding.observations),
        "independent_sources": finding.independent_sources,
    }
    if not is_public:
        row["candidates_not_reviewed"] = " ".join(finding.candidates)
    return row


def _observation_row(
    number: int, observation: Observation, *, is_public: bool
) -> dict[str, object]:
    return {
        "number": number,
        "id": observation.id,
        "kind": observation.kind,
        "state": observation.state,
        **_span(observation.interval),
        "length_m": _rounded(observation.length_m),
        "area_m2": _rounded(observation.area_m2),
        "image": observation.image,
        "reader": A_READER if is_public else observation.reader,
        "candidate": observation.candidate,
    }


def _claim_row(claim: Claim, case: Case, *, is_public: bool) -> dict[str, object]:
    report = next((r for r in case.reports if r.id == claim.document), None)
    is_open = may_quote(report) or not is_public
    place = claim.place
    return {
        "id": claim.id,
        "document": claim.document,
        "kind": claim.kind,
        "words": quoted_words(claim) if is_open else WITHHELD_WORDS,
        "source": source_words(claim),
        "source_kind": claim.source_kind,
        "polarity": claim.polarity,
        "modality": claim.modality,
        "progress": claim.progress,
        "hedge": None if claim.hedge is None else claim.hedge.words,
        "place": None if place is None else place.words or place.name,
        "place_precision": None if place is None else place.precision,
        **_span(claim.interval),
        "image_checkable": claim.image_checkable,
        "echo_of": claim.echo_of,
    }


def _span(interval: Interval | None) -> dict[str, object]:
    start = None if interval is None else interval.start
    end = None if interval is None else interval.end
    return {
        "earliest": None if start is None else start.isoformat(),
        "latest": None if end is None else end.isoformat(),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return out.getvalue().encode()


def _cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not is_number else text


def _digits(case: Case, *, is_public: bool) -> int:
    return case.release.coordinate_digits if is_public else _WORKING_DIGITS


def _pixel_outline(observation: Observation, *, is_public: bool) -> dict[str, object]:
    if is_public or not observation.is_pixels:
        return {}
    return {"pixel_outline": observation.geometry.wkt}


def _united(geometries: Sequence[BaseGeometry]) -> BaseGeometry | None:
    if not geometries:
        return None
    return geometries[0] if len(geometries) == 1 else GeometryCollection(list(geometries))


def _feature(
    name: str, geometry: BaseGeometry | None, properties: Row, *, digits: int
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": name,
        "geometry": None if geometry is None else _mapping(geometry, digits=digits),
        "properties": {key: _jsonable(value) for key, value in properties.items()},
    }


def _jsonable(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _mapping(geometry: BaseGeometry, *, digits: int) -> dict[str, Any]:
    if isinstance(geometry, GeometryCollection):
        parts = [_mapping(part, digits=digits) for part in geometry.geoms]
        return {"type": "GeometryCollection", "geometries": parts}
    kept: dict[str, Any] = json.loads(to_geojson(_wound(generalised(geometry, digits=digits))))
    return kept


def _wound(geometry: BaseGeometry) -> BaseGeometry:
    """Return areas with their outer rings counter-clockwise, as RFC 7946 asks."""
    if isinstance(geometry, Polygon):
        return orient(geometry)
    if isinstance(geometry, MultiPolygon):
        return MultiPolygon([orient(part) for part in geometry.geoms])
    return geometry


def _collection(features: list[dict[str, Any]], case: Case) -> bytes:
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if case.is_simulated:
        collection["earthwork:simulated"] = True
    collection["features"] = features
    text = json.dumps(collection, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()
