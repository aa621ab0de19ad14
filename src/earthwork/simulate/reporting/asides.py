"""What reports say besides the works: opinion, allegation, fighting, aid, and what claims nothing.

Slots: ``{city}``, ``{place}`` (a quarter, or the city), ``{group}``, ``{road}`` (with its article;
a sentence with it is used only where roads have names), ``{outlet}``, ``{firm}``.
"""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.vocabulary import ClaimKind, Modality, Polarity, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A sentence about something that no image of the ground can judge."""

    text: str
    """The sentence with its slots."""
    kind: ClaimKind
    """What it claims."""
    source: SourceKind
    """Who vouches for it."""
    speaker: str
    """Who says it, as the chain of origin names them; may hold ``{group}`` or ``{firm}``."""
    modality: Modality = Modality.REPORTED
    """On what footing it is said."""
    polarity: Polarity = Polarity.AFFIRMED
    """Whether it is said to hold; of access to aid, whether there is access."""


def _asides(
    kind: ClaimKind,
    source: SourceKind,
    speaker: str,
    *texts: str,
    modality: Modality = Modality.REPORTED,
    polarity: Polarity = Polarity.AFFIRMED,
) -> tuple[Aside, ...]:
    return tuple(
        Aside(text=text, kind=kind, source=source, speaker=speaker, modality=modality,
              polarity=polarity)
        for text in texts
    )  # fmt: skip


ASIDES: tuple[Aside, ...] = (
    *_asides(
        ClaimKind.OPINION, SourceKind.RESIDENT, "residents",
        "Many people in {place} doubt that any of it will make a difference.",
        "“They are building all this to frighten us,” a shopkeeper in {place} said.",
        "A teacher in {place} called the promise of a city that nobody can take hollow.",
        "Few in {city} believe that the siege can be broken, residents said.",
        "A father of three said it was a mistake to have stayed.",
        "“Nobody asks us what we want,” a woman in {place} said.",
        "An old man in {place} thought it would all be over by the new year.",
        "Some in {place} would rather see any deal than another winter of this.",
    ),
    *_asides(
        ClaimKind.OPINION, SourceKind.ANALYST, "{firm}",
        "The works are probably meant to slow an attack rather than to stop one, {firm} said.",
        "“Whoever holds {place} wants to see people coming from farther away,” {firm} said.",
        "The pattern points to a long siege, analysts at {firm} believe.",
        "The aim, {firm} suspects, is to keep people in as much as to keep troops out.",
        "“This looks like a city being made ready to be held street by street,” {firm} said.",
        modality=Modality.INFERRED,
    ),
    *_asides(
        ClaimKind.OPINION, SourceKind.MILITARY, "an army spokesman",
        "An army spokesman described the defences as more show than substance.",
    ),
    *_asides(
        ClaimKind.OPINION, SourceKind.MILITARY, "army commanders",
        "Army commanders think the {group} is weaker than it looks.",
    ),
    *_asides(
        ClaimKind.OPINION, SourceKind.MILITARY, "a retired general",
        "A retired general called the plan for {city} reckless.",
    ),
    *_asides(
        ClaimKind.ALLEGATION, SourceKind.MILITARY, "a military officer",
        "A military officer accused the {group} of hiding weapons in clinics.",
    ),
    *_asides(
        ClaimKind.ALLEGATION, SourceKind.MILITARY, "the army",
        "The army accused the {group} of using families as human shields.",
        "The army charged that the {group} had forced boys in {place} to work for it.",
    ),
    *_asides(
        ClaimKind.ALLEGATION, SourceKind.NGO, "the rights group Lantern Watch",
        "Lantern Watch accused both sides of punishing people who try to leave.",
        "The rights group Lantern Watch said the army had deliberately starved {city}.",
    ),
    *_asides(
        ClaimKind.ALLEGATION, SourceKind.ARMED_GROUP, "the {group}",
        "The {group} accused the army of war crimes in {place}.",
        "The {group} said the army was to blame for the hunger in {city}.",
    ),
    *_asides(
        ClaimKind.ASSAULT, SourceKind.MILITARY, "army commanders",
        "Army commanders expect to storm {city} before the winter.",
        modality=Modality.FORECAST,
    ),
    *_asides(
        ClaimKind.ASSAULT, SourceKind.MILITARY, "a military officer",
        "An attack on {place} will begin within weeks, a military officer said.",
        "An attack is expected to come from {place} first, a military officer said.",
        modality=Modality.FORECAST,
    ),
    *_asides(
        ClaimKind.ASSAULT, SourceKind.RESIDENT, "residents",
        "Heavy clashes broke out near {place} during the night, residents said.",
        "Fighters attacked an army post outside {city}, witnesses said.",
        "Gunfire could be heard in {place} until morning, a resident said.",
    ),
    *_asides(
        ClaimKind.ADVANCE, SourceKind.MILITARY, "the army",
        "Troops have moved to within sight of {place}, the army said.",
        "The army said its men had gained ground near {city}.",
    ),
    *_asides(
        ClaimKind.ADVANCE, SourceKind.MILITARY, "a military officer",
        "Government units have been brought up from the coast and are massing near {city},"
        " a military officer said.",
    ),
    *_asides(
        ClaimKind.WITHDRAWAL, SourceKind.RESIDENT, "residents",
        "Fighters have pulled out of several posts in {place}, residents said.",
        "The night patrols have withdrawn from {place}, a shopkeeper said.",
    ),
    *_asides(
        ClaimKind.BOMBARDMENT, SourceKind.RESIDENT, "residents",
        "Shells fell on {place} for a third night, people living there said.",
        "Residents of {place} spoke of mortar fire at dawn.",
        "Two rockets landed near {place} on market day, witnesses said.",
    ),
    *_asides(
        ClaimKind.CASUALTIES, SourceKind.AID_WORKER, "aid workers",
        "At least four people were wounded in {place}, a doctor said.",
        "Two people were killed when a shell hit a bakery in {place}, aid workers said.",
    ),
    *_asides(
        ClaimKind.DISPLACEMENT, SourceKind.UN_AGENCY, "United Nations",
        "Some 3,000 people have fled {city} since the spring, the United Nations said.",
        "More than 200 families left {place} in the past week, a United Nations official said.",
    ),
    *_asides(
        ClaimKind.DISPLACEMENT, SourceKind.RESIDENT, "residents",
        "Half of the families in {place} have left, a neighbour said.",
        "Dozens of people walked out of {city} by night, carrying what they could, one of them"
        " said.",
    ),
    *_asides(
        ClaimKind.AID_ACCESS, SourceKind.AID_WORKER, "aid workers",
        "No aid convoy has reached {city} for six weeks, aid workers said.",
        "Relief lorries were turned back before {city}, a driver said.",
        "Flour has not been delivered to {place} since the summer, an aid worker said.",
        "The clinic in {place} has run out of insulin, a doctor said.",
        "Permits for the next convoy to {city} were refused, an aid worker said.",
        polarity=Polarity.NEGATED,
    ),
    *_asides(
        ClaimKind.AID_ACCESS, SourceKind.UN_AGENCY, "United Nations",
        "A convoy with medicine reached {city} on its second attempt, the United Nations said.",
    ),
    *_asides(
        ClaimKind.ROAD_BLOCKED, SourceKind.RESIDENT, "residents",
        "Armed men let nobody drive down {road} after dark, residents said.",
    ),
    *_asides(
        ClaimKind.OTHER, SourceKind.OFFICIAL, "officials",
        "Officials put the number of fighters in {city} at about 2,000.",
        "A police chief from {place} was dismissed, officials said.",
    ),
    *_asides(
        ClaimKind.OTHER, SourceKind.OFFICIAL, "the governor's office",
        "The governor's office said the {group} controlled most of {place}.",
    ),
)  # fmt: skip
"""Claims that are recorded and never judged by pixels."""

FILLERS: tuple[str, ...] = (
    "The account could not be checked independently.",
    "Telephone lines to {city} were down for much of the week.",
    "There was no comment from the {group}.",
    "Calls to the governor's office went unanswered.",
    "{outlet} has withheld the names of those it spoke to, for their safety.",
    "What happens next is anybody's guess.",
    "The price of a sack of flour has tripled since the spring.",
    "Reporters have not been allowed into {city} since early in the year.",
    "It was not clear how many people this concerns.",
    "In the market the talk was of little else.",
    "In {place} people keep to their own doorsteps.",
    "The two sides last met for talks in the spring.",
    "The talks have since run into a brick wall.",
    "For now the days pass in waiting.",
    "Nobody who was asked would be quoted by name.",
    "Both sides have given different accounts before.",
    "The weather has turned cooler.",
    "Diplomats called the proposal a bridge too far.",
    "The electricity comes on for two hours a day.",
    "None of this is new to those who have lived here for long.",
    "Opinions on what it means differ.",
    "The questions far outnumber the answers.",
    "Such accounts tend to travel faster than those who could confirm them.",
    "The harvest, usually a busy time, went by almost unnoticed.",
    "Schools in {place} have kept irregular hours.",
    "The war is in its third year.",
    "An earlier edition of this article misspelt the name of a quarter.",
    "{outlet} sent written questions and received no reply.",
    "There are trenchant views on either side, and few in the middle.",
    "The council has met twice this month behind closed doors.",
    "Pictures on social media could not be tied to a place or a day.",
    "Critics said the inquiry had hit a roadblock of the council's own making.",
    "A radio station in the capital gave the news four minutes.",
    "People here measure time by the last delivery of fuel.",
    "Families keep a bag packed by the door.",
    "The siege has entered a phase that nobody planned for.",
    "A second call, two days later, was cut off after a minute.",
    "The two accounts agree on little else.",
    "Asked for proof, none of them offered any.",
    "No one in authority would say who pays for it.",
    "Bread is baked every other day.",
    "Rain is not expected before the end of the season.",
    "The envoy left the capital without a word to the press.",
    "A wall of silence surrounds the negotiations.",
    "It is the fourth such statement in a month.",
    "Much of what is said cannot be shown, and much of what is shown cannot be dated.",
    "The numbers should be treated with care.",
    "There was no way to reach {place} to see for oneself.",
    "Markets opened late and closed early.",
    "The mediators have dug in their heels.",
    "Radio in the city plays music at the hours when it used to give the news.",
    "For families with relatives on both sides the weeks are long.",
    "The ministry referred all questions to the army, and the army to the ministry.",
    "In the tea houses people count the trucks that pass, and lose count.",
    "By evening the streets of {place} are empty.",
    "Nothing suggests that either side is in a hurry.",
)
"""Sentences that claim nothing of the ground, some with the words of siege in another sense."""

PICTURE_FILLERS: tuple[str, ...] = (
    "The firm did not say who had asked for the pictures.",
    "The firm compared several pictures before it went public.",
    "No picture can tell who gave the order.",
    "The firm does not say who its customers are.",
    "The firm keeps the pictures on file for anyone who wants to check.",
    "The pictures were made available to {outlet} free of charge.",
    "What the pictures cannot show is what goes on under the roofs.",
    "Analysts caution that a picture is a moment and not a history.",
)
"""For reports on images; nothing of how good an image is, which its own pixels tell."""

HEADLINES: tuple[str, ...] = (
    "What We Know of {city} Under Siege",
    "{city}: Voices From Inside",
    "In {city}, a Season of Waiting",
    "{city} Between Rumour and Record",
    "Letter From {city}",
    "Inside {city}, Life Shrinks to a Few Streets",
    "{city}: The Week in Brief",
    "A City Holds Its Breath",
    "Questions Over {city} Grow",
)
"""Headlines that claim nothing."""

PICTURE_HEADLINES: tuple[str, ...] = (
    "What the Satellites See of {city}",
    "{city} From Above",
    "Pictures Tell the Story of a Besieged {city}",
    "{city} Before and After",
)
"""For reports on images."""

OUTLETS: tuple[tuple[str, bool], ...] = (
    # name, whether it spells the American way
    ("The Plain Dispatch", True),
    ("Steppe Radio", False),
    ("Meridian News", True),
    ("Courier Online", False),
    ("Frontline Bulletin", False),
    ("Open Steppe", True),
    ("The Harrow Gazette", False),
    ("Caravan Wire", True),
    ("Tern Press Agency", False),
    ("Radio Tamarisk", False),
    ("Quarterlight", True),
    ("Overland Monitor", False),
)
"""Who publishes; invented."""

AGENCIES: frozenset[str] = frozenset({"Caravan Wire", "Tern Press Agency"})
"""Those that others copy from most."""

DATELINES: tuple[str, ...] = ("AMSAR", "TOLMA", "RASK", "KASIRA")
"""Invented towns where reporters sit."""
