"""Claims, place names and times as flat records, as the annotation guide lists them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import shapely

from earthwork.errors import InvalidValue
from earthwork.model.claim import Claim, Quantity, Span
from earthwork.model.interval import Interval
from earthwork.model.place import Place
from earthwork.model.vocabulary import (
    ClaimKind,
    ImageCheckable,
    Modality,
    PlacePrecision,
    PlaceRelation,
    Polarity,
    Progress,
    SourceKind,
)
from earthwork.reports.dates import TimeExpression
from earthwork.reports.places import Toponym

Record = dict[str, Any]
"""One line of a JSONL file."""

GUIDE_KINDS: dict[ClaimKind, ClaimKind] = {
    ClaimKind.BUILDING_STANDING: ClaimKind.BUILDING_DAMAGED,
    ClaimKind.RUBBLE: ClaimKind.OTHER_PHYSICAL,
    ClaimKind.ALLEGATION: ClaimKind.OTHER,
    ClaimKind.OPINION: ClaimKind.OTHER,
}
"""Kinds that the annotation guide does not know, each with the guide's kind it is written as.

A standing building is the guide's damage, negated. ``earthwork_kind`` keeps our own kind.
"""

_FLIPPED = {Polarity.AFFIRMED: Polarity.NEGATED, Polarity.NEGATED: Polarity.AFFIRMED}


def claim_record(claim: Claim) -> Record:
    """Return a claim as a record with the guide's keys, followed by our own.

    Offsets count code points of the document's text, end exclusive; times are ISO dates (guide) or
    moments (``interval``) in UTC; ``place_wkt`` is longitude and latitude.
    """
    place, source, when = claim.place, claim.source, claim.interval
    return {
        "doc": claim.document,
        "claim_id": claim.id,
        "start": claim.quote.start,
        "end": claim.quote.end,
        "quote": claim.quote.words,
        "source": source.words if source else None,
        "source_start": source.start if source else None,
        "source_end": source.end if source else None,
        "source_kind": claim.source_kind.value,
        "kind": GUIDE_KINDS.get(claim.kind, claim.kind).value,
        "polarity": _guide_polarity(claim).value,
        "modality": claim.modality.value,
        "hedge": claim.hedge.words if claim.hedge else None,
        "place": claim.place_span.words if claim.place_span else None,
        "place_start": claim.place_span.start if claim.place_span else None,
        "place_end": claim.place_span.end if claim.place_span else None,
        "place_relation": _relation(claim),
        "place_name": place.name if place else None,
        "place_lat": place.latitude if place else None,
        "place_lon": place.longitude if place else None,
        "place_precision": place.precision.value if place and place.precision else None,
        "when": claim.when.words if claim.when else None,
        "when_start_utc": _day(when.start) if when else None,
        "when_end_utc": _day(when.end) if when else None,
        "image_checkable": claim.image_checkable.value,
        "same_as": claim.echo_of,
        "note": claim.note,
        "progress": claim.progress.value,
        "tempo": claim.tempo.words if claim.tempo else None,
        "quantities": [_quantity_record(quantity) for quantity in claim.quantities],
        "earthwork_kind": claim.kind.value,
        "source_is_inherited": claim.source_is_inherited,
        "hedge_start": claim.hedge.start if claim.hedge else None,
        "tempo_start": claim.tempo.start if claim.tempo else None,
        "when_start": claim.when.start if claim.when else None,
        "interval": [_moment(when.start), _moment(when.end)] if when else None,
        "place_words": place.words if place else None,
        "place_is_inherited": place.is_inherited if place else None,
        "place_said_relation": place.relation.value if place and place.relation else None,
        "place_geonames_id": place.geonames_id if place else None,
        "place_wkt": shapely.to_wkt(place.area, rounding_precision=6)
        if place and place.area
        else None,
    }


def _guide_polarity(claim: Claim) -> Polarity:
    is_flipped = claim.kind is ClaimKind.BUILDING_STANDING
    return _FLIPPED[claim.polarity] if is_flipped else claim.polarity


def _relation(claim: Claim) -> str | None:
    if claim.place is None or claim.place_span is None or claim.place.relation is None:
        return None
    return claim.place.relation.value


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _quantity_record(quantity: Quantity) -> Record:
    return {
        "low": quantity.low,
        "high": quantity.high,
        "unit": quantity.unit,
        "start": quantity.span.start,
        "end": quantity.span.end,
        "words": quantity.span.words,
    }


def claim_from_record(record: Mapping[str, Any]) -> Claim:
    """Return the claim that a record holds: of our own, or of the guide's keys alone.

    Of a record with the guide's keys alone, a hedge and a time keep their span only where their
    words are found within the quote.

    Raises
    ------
    InvalidValue
        If a key is missing or a value lies outside its vocabulary.
    """
    try:
        return _claim(record)
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidValue(
            "a claim's record cannot be read",
            where=str(record.get("claim_id", "a record without claim_id")),
            cause=f"{type(error).__name__}: {error}",
            choices=["the keys of the annotation guide, with values of its vocabularies"],
        ) from error


def _claim(record: Mapping[str, Any]) -> Claim:
    quote = Span(start=record["start"], end=record["end"], words=record["quote"])
    kind = ClaimKind(record.get("earthwork_kind") or record["kind"])
    polarity = Polarity(record["polarity"])
    return Claim(
        id=record["claim_id"],
        document=record["doc"],
        quote=quote,
        source=_span(record["source"], record["source_start"]),
        source_kind=SourceKind(record["source_kind"]),
        source_is_inherited=bool(record.get("source_is_inherited", False)),
        kind=kind,
        polarity=_FLIPPED[polarity] if kind is ClaimKind.BUILDING_STANDING else polarity,
        modality=Modality(record["modality"]),
        hedge=_span(record["hedge"], record.get("hedge_start"), quote),
        progress=Progress(record.get("progress", Progress.UNSTATED)),
        tempo=_span(record.get("tempo"), record.get("tempo_start"), quote),
        quantities=tuple(_quantity(row) for row in record.get("quantities", ())),
        place=_place(record),
        place_span=_span(record["place"], record["place_start"]),
        when=_span(record["when"], record.get("when_start"), quote),
        interval=_interval(record),
        image_checkable=ImageCheckable(record["image_checkable"]),
        echo_of=record["same_as"],
        note=record["note"],
    )


def _span(words: str | None, start: int | None, within: Span | None = None) -> Span | None:
    if words is None:
        return None
    if start is None and within is not None and words in within.words:
        start = within.start + within.words.index(words)
    return None if start is None else Span(start=start, end=start + len(words), words=words)


def _quantity(row: Mapping[str, Any]) -> Quantity:
    span = Span(start=row["start"], end=row["end"], words=row["words"])
    return Quantity(low=row["low"], high=row["high"], unit=row["unit"], span=span)


def _place(record: Mapping[str, Any]) -> Place | None:
    if "place_words" in record and record["place_is_inherited"] is None:
        return None
    words = record["place_words"] if "place_words" in record else record["place"]
    name, said = record["place_name"], record.get("place_said_relation", record["place_relation"])
    if words is None and name is None:
        return None
    wkt = record.get("place_wkt")
    return Place(
        words=words,
        name=name,
        relation=PlaceRelation(said) if said else None,
        precision=PlacePrecision(record["place_precision"]) if record["place_precision"] else None,
        longitude=record["place_lon"],
        latitude=record["place_lat"],
        geonames_id=record.get("place_geonames_id"),
        area=shapely.from_wkt(wkt) if wkt else None,
        is_inherited=bool(record.get("place_is_inherited", words is None)),
    )


def _interval(record: Mapping[str, Any]) -> Interval | None:
    moments = record.get("interval")
    if moments is not None:
        start, end = (datetime.fromisoformat(m) if m else None for m in moments)
        return Interval(start=start, end=end)
    first, last = record["when_start_utc"], record["when_end_utc"]
    if (first is None and last is None) or "interval" in record:
        return None
    start = Interval.of_day(datetime.fromisoformat(first).date()).start if first else None
    return Interval(
        start=start, end=Interval.of_day(datetime.fromisoformat(last).date()).end if last else None
    )


def toponym_record(toponym: Toponym, *, file: str) -> Record:
    """Return a place name of a file as a record; coordinates are null where it is unresolved."""
    entry = toponym.entry
    return {
        "file": file,
        "start": toponym.span.start,
        "end": toponym.span.end,
        "words": toponym.span.words,
        "latitude": entry.latitude if entry else None,
        "longitude": entry.longitude if entry else None,
        "geonames_id": entry.geonames_id if entry else None,
    }


def time_record(time: TimeExpression, *, file: str) -> Record:
    """Return a time of a file as a record; dates are null where it is vague."""
    return {
        "file": file,
        "start": time.core.start,
        "end": time.core.end,
        "words": time.core.words,
        "start_utc": _day(time.interval.start) if time.interval else None,
        "end_utc": _day(time.interval.end) if time.interval else None,
        "timex": time.timex,
    }
