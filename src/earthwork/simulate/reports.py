"""Reports on the simulated siege, in our own words, each sentence with its truth.

They say what real reports on such a place say, in the forms they say it in: residents on walls
going up, an analyst on images, captions, an inference, an allegation, a forecast; and beside them
an echo, an exaggeration, two falsehoods and an announcement of what is not yet due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from earthwork.model.interval import Interval
from earthwork.model.vocabulary import ClaimKind


class Bearing(StrEnum):
    """How a reported sentence stands to what was built."""

    TRUE = "true"
    EXAGGERATED = "exaggerated"
    FALSE = "false"
    ECHOED = "echoed"
    PREMATURE = "premature"
    UNOBSERVABLE = "unobservable"
    NOT_PHYSICAL = "not_physical"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTruth:
    """One claim of a report and how it stands to what was built."""

    document: str
    """Id of the report."""
    sentence: str
    """The sentence, word for word; a sentence with several claims appears once for each."""
    kind: ClaimKind
    """What the claim is about."""
    is_true: Bearing
    """How it stands to what was built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedReport:
    """One written report."""

    id: str
    """Unique in the siege."""
    outlet: str
    """Who published it; invented."""
    published: Interval
    """The day it came out."""
    text: str
    """Headline and paragraphs."""
    truths: tuple[ReportedTruth, ...]
    """Its claims in text order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFigures:
    """What a truthful report may count."""

    razed: int
    """Buildings gone."""
    berm_m: float
    """Length of all berms, metres."""
    cleared_ha: float
    """Area of cleared ground, hectares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    words: str
    """One sentence."""
    claims: tuple[tuple[ClaimKind, Bearing], ...] = ()
    """Its claims."""


def _said(words: str, bearing: Bearing | None = None, *kinds: ClaimKind) -> _Said:
    claims = () if bearing is None else tuple((kind, bearing) for kind in kinds)
    return _Said(words=words, claims=claims)


def write_reports(figures: BuiltFigures, *, year: int) -> tuple[SimulatedReport, ...]:
    """Write the reports of a siege whose last picture is of 31 October.

    Parameters
    ----------
    figures
        What was built, for the reports that count.
    year
        Year of the siege; in 2031 the 31st of October is a Friday, as one report has it.

    Returns
    -------
    tuple
        Reports by day of publication.
    """
    return (
        _residents(date(year, 10, 3)),
        _announcement(date(year, 10, 20)),
        _imagery(figures, date(year, 11, 1)),
        _echo(date(year, 11, 2)),
        _exaggeration(date(year, 11, 2)),
        _falsehood(date(year, 11, 3)),
    )


def _report(
    identifier: str, outlet: str, day: date, headline: str, paragraphs: list[list[_Said]]
) -> SimulatedReport:
    body = [" ".join(said.words for said in paragraph) for paragraph in paragraphs]
    truths = tuple(
        ReportedTruth(document=identifier, sentence=said.words, kind=kind, is_true=bearing)
        for paragraph in paragraphs
        for said in paragraph
        for kind, bearing in said.claims
    )
    return SimulatedReport(
        id=identifier,
        outlet=outlet,
        published=Interval.of_day(day),
        text="\n\n".join([headline, *body]) + "\n",
        truths=truths,
    )


def _residents(day: date) -> SimulatedReport:
    return _report(
        "plain-dispatch",
        "The Plain Dispatch",
        day,
        "Nahrabad Walls Itself In Ahead of Assault",
        [
            [
                _said("The attack on Nahrabad cannot be far off: several accounts expect it to"
                      " begin in mid-October.", Bearing.NOT_PHYSICAL, ClaimKind.ASSAULT),
                _said("Those who hold the city are not sitting idle."),
            ],
            [
                _said("Residents say that building work around the outskirts of Nahrabad hardly"
                      " ever stops, with rows of big concrete barriers going up along the southern"
                      " approaches.", Bearing.TRUE, ClaimKind.BARRIER_ROW),
                _said("The barriers are laid out in much the same way as those the army put there"
                      " in 2029, when it was the one defending the city.", Bearing.UNOBSERVABLE,
                      ClaimKind.BARRIER_ROW),
            ],
            [
                _said("The approach to Nahrabad from Kasira, where government troops are"
                      " gathering, has been completely walled in.", Bearing.TRUE,
                      ClaimKind.WALL_BUILT),
                _said("A second wall is being thrown together in haste in the east, where allied"
                      " militias are expected to try their luck.", Bearing.TRUE,
                      ClaimKind.WALL_BUILT),
            ],
            [
                _said("Many locals think little of all this and call the promise of a city that"
                      " nobody can take hollow.", Bearing.NOT_PHYSICAL, ClaimKind.OPINION),
            ],
            [
                _said("Whoever attacks will fight much farther from the supply bases around Amsar"
                      " than at Rask or Tolma, which lie next door to them.", Bearing.NOT_PHYSICAL,
                      ClaimKind.OTHER),
                _said("For most of the past year officials in the capital warned that the army was"
                      " not up to it.", Bearing.NOT_PHYSICAL, ClaimKind.OPINION),
            ],
            [_said("The author has covered the region for twelve years and lives in Tolma.")],
        ],
    )  # fmt: skip


def _announcement(day: date) -> SimulatedReport:
    return _report(
        "steppe-radio",
        "Steppe Radio",
        day,
        "Council Plans Ditch West of Nahrabad",
        [
            [
                _said("The council that runs Nahrabad announced on Monday that a trench will be"
                      " dug along the western edge of the city in late November.",
                      Bearing.PREMATURE, ClaimKind.TRENCH),
                _said("Work has not begun, a clerk said."),
            ],
        ],
    )  # fmt: skip


def _imagery(figures: BuiltFigures, day: date) -> SimulatedReport:
    return _report(
        "meridian-news",
        "Meridian News",
        day,
        "From Above, a City Made Ready for Siege",
        [
            [
                _said("Government forces pushed into the first quarters of Nahrabad this week and"
                      " ran into stubborn resistance.", Bearing.NOT_PHYSICAL, ClaimKind.ADVANCE),
                _said("Commanders had earlier wondered aloud whether the fighters would stay."),
            ],
            [
                _said("Col. Sami Durran, a spokesman for the army, said Friday's fighting on the"
                      " edge of Dabbara was the hardest his men had seen.", Bearing.NOT_PHYSICAL,
                      ClaimKind.ASSAULT),
            ],
            [
                _said("Images released by the analysis firm Overlook show that the fighters have"
                      " cleared a broad swath of ground along the southern outskirts of Nahrabad.",
                      Bearing.TRUE, ClaimKind.GROUND_CLEARED),
                _said(f"Overlook counted about {figures.razed} buildings razed and measured some"
                      f" {figures.cleared_ha:.0f} hectares of cleared ground.", Bearing.TRUE,
                      ClaimKind.BUILDING_RAZED, ClaimKind.GROUND_CLEARED),
                _said("A single large factory in the middle of it is still standing.",
                      Bearing.TRUE, ClaimKind.BUILDING_STANDING),
            ],
            [
                _said("This Oct. 31 satellite picture shows barricades on main streets, buildings"
                      " razed to open up the view, and defensive berms. (Overlook)", Bearing.TRUE,
                      ClaimKind.ROADBLOCK, ClaimKind.BUILDING_RAZED, ClaimKind.BERM),
            ],
            [
                _said("“With the houses gone, the fighters probably hope to use the rim of the old"
                      " town as a rampart,” Overlook said.", Bearing.NOT_PHYSICAL,
                      ClaimKind.OPINION),
                _said("“The open ground to the south lets them see anyone coming from farther"
                      " away.”", Bearing.NOT_PHYSICAL, ClaimKind.OPINION),
            ],
            [
                _said("Other images show rows of concrete blocks barring roads into the city and"
                      f" about {round(figures.berm_m, -1):.0f} metres of earthen berm.",
                      Bearing.TRUE, ClaimKind.ROADBLOCK, ClaimKind.BERM),
                _said("Durran accused the fighters of hiding behind families as human shields.",
                      Bearing.NOT_PHYSICAL, ClaimKind.ALLEGATION),
            ],
            [
                _said("What no camera overhead can show is the web of tunnels they are said to"
                      " have dug.", Bearing.UNOBSERVABLE, ClaimKind.TUNNEL),
            ],
            [
                _said("This image of Oct. 31 shows that a wide strip has been cleared to the north"
                      " of Nahrabad Airport, along the western bank of the Zahir River."
                      " (Overlook)", Bearing.TRUE, ClaimKind.GROUND_CLEARED),
            ],
            [
                _said("In these images rows of concrete blocks, earthen berms and rubble block key"
                      " routes to the core of the city. (Overlook)", Bearing.TRUE,
                      ClaimKind.ROAD_BLOCKED, ClaimKind.BERM, ClaimKind.RUBBLE),
            ],
            [
                _said("On the far bank, blocks have been set down beside Orchard Road, which is"
                      " still open.", Bearing.TRUE, ClaimKind.BARRIER_ROW),
            ],
        ],
    )  # fmt: skip


def _echo(day: date) -> SimulatedReport:
    return _report(
        "courier-online",
        "Courier Online",
        day,
        "Pictures Show Strip Cleared South of Nahrabad",
        [
            [
                _said("Fighters have cleared a broad swath of ground along the southern outskirts"
                      " of Nahrabad, Meridian News reports, citing images released by Overlook.",
                      Bearing.ECHOED, ClaimKind.GROUND_CLEARED),
                _said("Concrete blocks bar roads into the city, according to the same report.",
                      Bearing.ECHOED, ClaimKind.ROADBLOCK),
            ],
        ],
    )  # fmt: skip


def _exaggeration(day: date) -> SimulatedReport:
    return _report(
        "frontline-bulletin",
        "Frontline Bulletin",
        day,
        "Nahrabad Ringed, Officials Say",
        [
            [
                _said("Officials say more than 20 km of berm now run round Nahrabad.",
                      Bearing.EXAGGERATED, ClaimKind.BERM),
                _said("Some 5,000 buildings in the south of the city have been razed, they added.",
                      Bearing.EXAGGERATED, ClaimKind.BUILDING_RAZED),
            ],
        ],
    )  # fmt: skip


def _falsehood(day: date) -> SimulatedReport:
    return _report(
        "open-steppe",
        "Open Steppe",
        day,
        "Wall Seals Off the North, Group Claims",
        [
            [
                _said("A high concrete wall now closes off the north of Nahrabad, an activist group"
                      " said.", Bearing.FALSE, ClaimKind.WALL_BUILT),
                _said("The large factory in Tahun, south of the old town, has been razed to the"
                      " ground, the group said.", Bearing.FALSE, ClaimKind.BUILDING_RAZED),
            ],
        ],
    )  # fmt: skip
