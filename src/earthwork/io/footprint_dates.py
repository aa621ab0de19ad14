"""Dates of building footprints, from the fields in which known sources write them.

What each field means, as its publisher says:

- OpenStreetMap ``timestamp``: when this version of the record was uploaded. The mapper traced a
  picture that was older, often by years; a corner that moves later does not change it.
- Microsoft ``capture_dates_range``: first and last capture date of the pictures traced. The world-
  wide files have no such field.
- Overture ``update_time``: when the source last changed the record, or when it was taken in, where
  the source does not say.
- Google Open Buildings has no date of a feature; the pictures are of many years.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from earthwork.errors import InvalidValue
from earthwork.io.osm_dates import parse_osm_date
from earthwork.io.timestamps import parse_interval
from earthwork.model.footprint_date import UNDATED, DateMeaning, FootprintDate
from earthwork.model.interval import Interval

_MILLISECONDS_FROM = 1e11
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ENDED = ("demolished", "razed", "removed", "destroyed", "was", "former")
_PLANNED = ("construction", "proposed", "planned")
_TAG_COLUMNS = ("other_tags", "tags")
_NO = frozenset({"", "no", "none", "nan", "null", "<na>"})
_SIGNS_OF_OSM = frozenset({
    "@id", "@version", "building", "changeset", "osm_id", "osm_way_id", "osmid", "version",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedField:
    """One field that carries a date in a known source."""

    names: tuple[str, ...]
    """Names of the column, lower case; shapefiles keep ten letters."""
    source: str
    """How a sentence names it."""
    meaning: DateMeaning
    """What it dates."""
    parse: Callable[[Any], Interval | None]
    """Turn a cell into a span; None where the cell says nothing. Raises InvalidValue."""


def _edited(cell: Any) -> Interval | None:
    """Return the open span that ends with an edit."""
    moment = _moment(cell)
    return None if moment is None else Interval(start=None, end=moment)


def _moment(cell: Any) -> datetime | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_epoch(float(cell))
    if isinstance(cell, datetime):
        return cell.astimezone(UTC) if cell.tzinfo else cell.replace(tzinfo=UTC)
    text = str(cell).strip()
    if re.fullmatch(r"\d{9,14}", text):
        return _of_epoch(float(text))
    span = parse_interval(text if "T" not in text or _has_zone(text) else f"{text}Z")
    return None if span is None else span.end


def _has_zone(text: str) -> bool:
    return re.search(r"(Z|[+-]\d{2}:?\d{2})$", text) is not None


def _of_epoch(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(
            seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, tz=UTC
        )
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidValue(f"{seconds:g} is no time in seconds since 1970") from error


def _captures(cell: Any) -> Interval | None:
    """Return the span of ``1/25/2019-1/2/2022`` (month first)."""
    text = str(cell).strip()
    if text.lower() in _NO:
        return None
    days = [part for part in re.split(r"\s*-\s*", text) if part]
    try:
        read = [datetime.strptime(day, "%m/%d/%Y").replace(tzinfo=UTC).date() for day in days]
    except ValueError as error:
        raise InvalidValue(f"'{text[:40]}' is no span of month/day/year") from error
    return Interval.of_days(min(read), max(read))


def _of_sources(cell: Any) -> Interval | None:
    """Return the open span up to the newest ``update_time`` of Overture's list of sources."""
    rows = cell
    if isinstance(cell, str):
        try:
            rows = json.loads(cell)
        except ValueError as error:
            raise InvalidValue(f"'{cell[:40]}' is no list of sources") from error
    times = [row.get("update_time") for row in _rows(rows)]
    moments = [_moment(time) for time in times if time]
    known = [moment for moment in moments if moment is not None]
    return Interval(start=None, end=max(known)) if known else None


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


FIELDS = (
    DatedField(
        names=("capture_dates_range", "capture_da", "cap_dates"),
        source="Microsoft's capture_dates_range",
        meaning=DateMeaning.EXISTED,
        parse=_captures,
    ),
    DatedField(
        names=("@timestamp", "timestamp", "osm_timestamp", "@lastedit"),
        source="OpenStreetMap's timestamp",
        meaning=DateMeaning.EDITED,
        parse=_edited,
    ),
    DatedField(
        names=("update_time",),
        source="Overture's update_time",
        meaning=DateMeaning.EDITED,
        parse=_edited,
    ),
    DatedField(
        names=("sources",),
        source="Overture's update_time",
        meaning=DateMeaning.EDITED,
        parse=_of_sources,
    ),
)
"""Fields of known sources, the one that says most first."""


def read_dates(
    table: pd.DataFrame, *, stated: FootprintDate | None = None, decisions: list[str]
) -> tuple[FootprintDate, ...]:
    """Return the date of each row of a layer of footprints.

    Parameters
    ----------
    table
        One row a footprint, with the columns of its source; no geometry is looked at.
    stated
        What the case states of the whole layer. A row's own date counts instead where it is
        earlier; tags of construction and demolition count in any case.
    decisions
        Sentences are added to it.
    """
    columns = {str(name).strip().lower(): name for name in table.columns}
    found = [
        (field, columns[name])
        for field in FIELDS
        for name in field.names
        if name in columns and (name != "timestamp" or _SIGNS_OF_OSM.intersection(columns))
    ]
    unread: dict[str, int] = {}
    own = _own_dates(table, found, unread)
    tagged = _with_tags(table, columns, own, unread)
    for what, count in unread.items():
        decisions.append(f"{count} values of {what} are not understood and were passed over.")
    google = "full_plus_code" in columns and not found
    fallback = replace(UNDATED, source="Google Open Buildings has no dates") if google else UNDATED
    return _resolved(tagged, stated, fallback, decisions)


def _own_dates(
    table: pd.DataFrame, found: Sequence[tuple[DatedField, Hashable]], unread: dict[str, int]
) -> list[FootprintDate]:
    dates = [UNDATED] * len(table)
    for field, name in found:
        for row, cell in enumerate(table[name]):
            if dates[row].known is not None or _is_empty(cell):
                continue
            span = _parsed(field.parse, cell, field.source, unread)
            if span is not None:
                dates[row] = FootprintDate(known=span, meaning=field.meaning, source=field.source)
    return dates


def _is_empty(cell: Any) -> bool:
    if isinstance(cell, list | dict):
        return not cell
    return bool(pd.isna(cell)) or str(cell).strip().lower() in _NO


def _parsed(
    parse: Callable[[Any], Interval | None], cell: Any, what: str, unread: dict[str, int]
) -> Interval | None:
    try:
        return parse(cell)
    except InvalidValue:
        unread[what] = unread.get(what, 0) + 1
        return None


def _with_tags(
    table: pd.DataFrame,
    columns: Mapping[str, Hashable],
    dates: list[FootprintDate],
    unread: dict[str, int],
) -> list[FootprintDate]:
    plain = [name for name in columns if _is_lifecycle(name)]
    nested = [columns[name] for name in _TAG_COLUMNS if name in columns]
    if not plain and not nested and "building" not in columns:
        return dates
    wanted = [*plain, *(["building"] if "building" in columns else [])]
    cells = [table[columns[name]].tolist() for name in wanted]
    more = [table[name].tolist() for name in nested]
    tagged = []
    for row, date in enumerate(dates):
        tags = {
            name: str(column[row])
            for name, column in zip(wanted, cells, strict=True)
            if not _is_empty(column[row])
        }
        for column in more:
            tags |= _tags_of(column[row])
        tagged.append(_of_tags(tags, date, unread) if tags else date)
    return tagged


def _is_lifecycle(name: str) -> bool:
    prefix, colon, key = name.partition(":")
    is_state = bool(colon) and key == "building" and prefix in (*_ENDED, *_PLANNED)
    return is_state or name in {"start_date", "end_date", *_PLANNED}


def _tags_of(cell: Any) -> dict[str, str]:
    """Return tags of a cell that holds several: JSON, or OGR's ``"key"=>"value"``."""
    if isinstance(cell, Mapping):
        return {str(key): str(value) for key, value in cell.items()}
    if not isinstance(cell, str):
        return {}
    if cell.lstrip().startswith("{"):
        try:
            held = json.loads(cell)
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in held.items()}
    return dict(_PAIR.findall(cell))


def _of_tags(tags: Mapping[str, str], date: FootprintDate, unread: dict[str, int]) -> FootprintDate:
    built, ended = (
        _parsed(parse_osm_date, tags[key], key, unread) if key in tags else None
        for key in ("start_date", "end_date")
    )
    state = {
        prefix
        for prefix in (*_ENDED, *_PLANNED)
        if tags.get(f"{prefix}:building", "no").lower() not in _NO
    }
    building = tags.get("building", "").lower()
    is_planned = bool(state.intersection(_PLANNED)) or building in _PLANNED
    return replace(
        date,
        built=built,
        gone=_end(date, ended, is_ended=bool(state.intersection(_ENDED))),
        is_planned=is_planned,
    )


def _end(date: FootprintDate, ended: Interval | None, *, is_ended: bool) -> Interval | None:
    """Return when the building ended: as stated, else some time before the record was written."""
    if ended is not None or not is_ended:
        return ended
    return Interval(start=None, end=None if date.known is None else date.known.end)


def _resolved(
    own: list[FootprintDate],
    stated: FootprintDate | None,
    fallback: FootprintDate,
    decisions: list[str],
) -> tuple[FootprintDate, ...]:
    if stated is None:
        undated = sum(date.known is None for date in own)
        if undated:
            decisions.append(
                f"{undated} of {len(own)} footprints have no date ({fallback.source}): none of them"
                " can make a building 'razed' unless a tag says when it was built."
            )
        return tuple(_sourced(date, fallback) for date in own)
    newer = sum(date.known is not None and date.latest() > stated.latest() for date in own)
    if newer:
        decisions.append(
            f"{newer} of {len(own)} footprints carry a date later than the stated content_date: the"
            " statement counts."
        )
    return tuple(
        date if date.latest() < stated.latest() else stated.warned_by(date) for date in own
    )


def _sourced(date: FootprintDate, fallback: FootprintDate) -> FootprintDate:
    return replace(date, source=fallback.source) if date.known is None else date
