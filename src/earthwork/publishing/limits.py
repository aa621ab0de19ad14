"""What a map here cannot tell you: the standing limits, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One standing limit."""

    id: str
    """Short name."""
    text: str
    """The limit, in a sentence or two."""


def _limit(name: str, text: str) -> Limit:
    return Limit(id=name, text=text)


LIMITS: tuple[Limit, ...] = (
    _limit(
        "observation",
        "An observation is what a named reader accepted or drew. Detectors only propose; on cities"
        " that they have not seen they miss much and mistake much.",
    ),
    _limit(
        "absence",
        "“Not seen” means that a reader looked and marked nothing. It does not prove that nothing"
        " was there; how often such things are missed has not been measured.",
    ),
    _limit(
        "four-states",
        "Seen, not seen, not observable and not assessed are four different answers. Cloud,"
        " shadow, missing pixels and images that could not be aligned were not assessed.",
    ),
    _limit(
        "dating",
        "A change is dated only between two images: the last without it and the first with it. An"
        " image of unknown date can show that a thing exists, never when it came about. Days are"
        " days of UTC.",
    ),
    _limit(
        "underground",
        "Nothing under the ground or under a roof can be seen from above. The images neither"
        " support nor contradict reports of tunnels.",
    ),
    _limit(
        "resolution",
        "What is smaller than a few pixels cannot be told apart. Concrete blocks, wall sections and"
        " rubble often look alike from above.",
    ),
    _limit(
        "authorship",
        "A picture does not show who did a thing or why. Purposes and blame are those of whoever"
        " is cited.",
    ),
    _limit(
        "measure",
        "Lengths and areas are measured on the image, along what the reader drew, and are rounded"
        " to two figures.",
    ),
    _limit(
        "reports",
        "Reports are cited as they were read. Reports that repeat one origin count once.",
    ),
    _limit(
        "today",
        "The brief speaks of the dates of its images, not of today. It must not be used to choose"
        " a way through, nor to tell whether a road is safe.",
    ),
)
"""The standing limits, in the order they are printed."""

DO_NO_HARM = (
    "This brief documents how a place was altered, so that harm to civilians and access for aid can"
    " be understood. It looks for no people and no vehicles, computes no effect of weapons, names"
    " no viewpoints and no gaps. Private persons are named by their role, and readers' notes are"
    " not published."
)
"""What is left out on purpose, and why."""

METHOD = (
    "Dated images were placed on the ground and, where there were two, aligned and compared."
    " Detectors proposed candidates; readers accepted, rejected or drew. Reports were read into"
    " claims with their source, place, time and certainty, and each claim was held against the"
    " observations within its place and time. Every sentence here is compiled from those records"
    " and checked against them before it is printed."
)
"""How the brief came about."""
