"""Write reports on a simulated siege: dated news prose, each claim with its truth and its origin.

A report tells what was done as real ones do: truly, or with inflated numbers, too early, too late,
in the wrong place, at second hand, or of what never was; between its claims stands what claims
nothing. All names of places, outlets, firms and groups are invented; private persons are a role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from earthwork.errors import InvalidValue
from earthwork.model.interval import Interval
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.cities.city import City
from earthwork.simulate.reporting.dispatches import Line, Paragraphs, drafts
from earthwork.simulate.reporting.facts import figures, filled
from earthwork.simulate.reporting.tellings import (
    Lore,
    lore_of,
)
from earthwork.simulate.reporting.testimony import Bearing, ReportedTruth, SimulatedReport
from earthwork.simulate.scenario import ReportOrder, ReportsOrder, SentenceOrder

__all__ = ["Bearing", "ReportedTruth", "SimulatedReport", "figures", "write_reports"]


def write_reports(
    deeds: Sequence[Deed],
    *,
    city: City,
    scenes: Sequence[tuple[str, datetime]],
    order: ReportsOrder,
    explicit: Sequence[ReportOrder] = (),
    seed: int,
) -> tuple[SimulatedReport, ...]:
    """Write the reports of a scenario.

    Parameters
    ----------
    deeds
        The chronicle.
    city
        Where it happened; places are named after it.
    scenes
        Id and moment of capture, aware UTC, of the scenario's images.
    order
        How many reports to write by chance, and the shares of what is wrong in them.
    explicit
        Reports given word for word, with placeholders for true figures.
    seed
        Seed of the texts, if the order has none of its own.

    Returns
    -------
    tuple
        Reports by day of publication, then id. The same seed gives the same texts; a deed added to
        the chronicle changes the reports that come to tell it, and leaves the rest.

    Raises
    ------
    InvalidValue
        If reports are ordered and there is no scene to date them by, or a text given word for word
        names an unknown figure or bearing.
    """
    given = [_given(report, deeds) for report in explicit]
    lore = lore_of(deeds, city=city, seed=seed if order.seed is None else order.seed)
    drawn = _drawn(lore, scenes=scenes, order=order) if order.count else []
    return tuple(sorted([*given, *drawn], key=lambda report: (_day(report), report.id)))


def _day(report: SimulatedReport) -> str:
    return "" if report.published.start is None else report.published.start.isoformat()


# --- reports given word for word ---------------------------------------------------------------


def _given(report: ReportOrder, deeds: Sequence[Deed]) -> SimulatedReport:
    by_day = Interval.of_day(report.published).end
    values = figures(deeds, moment=by_day)
    lines = tuple(
        tuple(_given_line(sentence, report.id, deeds, values) for sentence in paragraph)
        for paragraph in report.paragraphs
    )
    headline = Line(words=report.headline)
    return _set(report.id, report.outlet, report.published, headline=headline, paragraphs=lines)


def _given_line(
    sentence: SentenceOrder, document: str, deeds: Sequence[Deed], values: dict[str, int]
) -> Line:
    words = filled(sentence.words, values, where=f"report {document!r}")
    if sentence.bearing is None:
        return Line(words=words)
    bearing = _bearing(sentence.bearing, where=f"report {document!r}")
    concerned = tuple(deed.id for deed in deeds if deed.event in sentence.events)
    rows = tuple(
        ReportedTruth(document=document, sentence=words, start=0, end=0, kind=kind,
                      bearing=bearing, substance=bearing, events=sentence.events,
                      deeds=concerned)
        for kind in sentence.kinds
    )  # fmt: skip
    return Line(words=words, rows=rows)


def _bearing(word: str, *, where: str) -> Bearing:
    try:
        return Bearing(word)
    except ValueError as error:
        raise InvalidValue(
            f"{word!r} is no bearing of a claim", where=where, choices=[b.value for b in Bearing]
        ) from error


def _set(
    document: str,
    outlet: str,
    day: date,
    *,
    headline: Line,
    paragraphs: Paragraphs,
    dateline: str = "",
) -> SimulatedReport:
    """Set sentences into a text, and give each claim its place in it."""
    text, rows = headline.words, [*_placed(headline, 0)]
    for number, paragraph in enumerate(paragraphs):
        text += "\n\n" + (dateline if number == 0 else "")
        for place, line in enumerate(paragraph):
            text += " " if place else ""
            rows.extend(_placed(line, len(text)))
            text += line.words
    return SimulatedReport(id=document, outlet=outlet, published=Interval.of_day(day),
                           text=text + "\n", truths=tuple(rows))  # fmt: skip


def _placed(line: Line, start: int) -> Iterator[ReportedTruth]:
    for row in line.rows:
        yield replace(row, sentence=line.words, start=start, end=start + len(line.words))


# --- reports by chance -------------------------------------------------------------------------


def _drawn(
    lore: Lore, *, scenes: Sequence[tuple[str, datetime]], order: ReportsOrder
) -> list[SimulatedReport]:
    if not scenes:
        raise InvalidValue(
            "reports are ordered of a scenario without scenes",
            where="reports.count",
            cause="they are dated from the first scene to shortly after the last",
            choices=["a scene", "count = 0"],
        )
    return [
        _set(draft.id, draft.outlet, draft.published, headline=draft.headline,
             paragraphs=draft.body, dateline=draft.dateline)
        for draft in drafts(lore, scenes=scenes, order=order)
    ]  # fmt: skip
