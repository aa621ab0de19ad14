"""The closed vocabularies of design and glossary, as enumerations.

Values are the words written to files. ``docs/reference/glossary.md`` is normative.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of alteration of the ground or of what stands on it."""

    BUILDING_RAZED = "building_razed"
    BUILDING_DESTROYED = "building_destroyed"
    BUILDING_DAMAGED = "building_damaged"
    NEW_BUILDING = "new_building"
    GROUND_CLEARED = "ground_cleared"
    BERM = "berm"
    EARTH_MOUND = "earth_mound"
    TRENCH = "trench"
    DITCH_WATER = "ditch_water"
    WALL = "wall"
    BARRIER_ROW = "barrier_row"
    ROADBLOCK = "roadblock"
    RUBBLE_ON_ROAD = "rubble_on_road"
    OBSTRUCTION_OTHER = "obstruction_other"
    BARRIER_STAGED = "barrier_staged"
    CRATER = "crater"
    BRIDGE_DESTROYED = "bridge_destroyed"
    GATE = "gate"
    CHECKPOINT = "checkpoint"
    CAMP = "camp"
    TUNNEL = "tunnel"


IMPORT_ONLY = frozenset({Kind.GATE, Kind.CHECKPOINT, Kind.CAMP})
"""Kinds that no detector proposes: they enter by import or by an analyst's hand."""

NEVER_OBSERVABLE = frozenset({Kind.TUNNEL})
"""Kinds that no image from above can show."""


class Seen(StrEnum):
    """What an image says of one place: four values that are never merged."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    NOT_OBSERVABLE = "not_observable"
    NOT_ASSESSED = "not_assessed"


class BuildingState(StrEnum):
    """State of one building at a date."""

    STANDING = "standing"
    DAMAGED = "damaged"
    DESTROYED = "destroyed"
    RAZED = "razed"
    NOT_ASSESSED = "not_assessed"


class RoadState(StrEnum):
    """State of one road segment for one mode, as of a date."""

    OPEN = "open"
    OPEN_CLOSURE_STAGED = "open_closure_staged"
    PARTLY_OBSTRUCTED = "partly_obstructed"
    BLOCKED = "blocked"
    NOT_ASSESSED = "not_assessed"


class Verdict(StrEnum):
    """What observations say of one claim."""

    SUPPORTED = "supported"
    PARTLY_SUPPORTED = "partly_supported"
    CONTRADICTED = "contradicted"
    NOT_SEEN = "not_seen_though_observable"
    NOT_OBSERVABLE = "not_observable"
    NOT_ASSESSED = "not_assessed"
    PREMATURE = "premature"
    RECORDED = "recorded_not_judged"


class ClaimKind(StrEnum):
    """What one claim in a report is about: the annotation guide's kinds, physical and not."""

    WALL_BUILT = "wall_built"
    BARRIER_ROW = "barrier_row"
    ROADBLOCK = "roadblock"
    ROAD_BLOCKED = "road_blocked"
    ROAD_OPENED = "road_opened"
    BERM = "berm"
    TRENCH = "trench"
    TUNNEL = "tunnel"
    GROUND_CLEARED = "ground_cleared"
    BUILDING_RAZED = "building_razed"
    BUILDING_DAMAGED = "building_damaged"
    BUILDING_STANDING = "building_standing"
    BRIDGE_DESTROYED = "bridge_destroyed"
    RUBBLE = "rubble"
    CAMP = "camp"
    OTHER_PHYSICAL = "other_physical"
    BOMBARDMENT = "bombardment"
    ASSAULT = "assault"
    ADVANCE = "advance"
    WITHDRAWAL = "withdrawal"
    DISPLACEMENT = "displacement"
    AID_ACCESS = "aid_access"
    CASUALTIES = "casualties"
    ALLEGATION = "allegation"
    OPINION = "opinion"
    OTHER = "other"


PHYSICAL_CLAIMS: dict[ClaimKind, tuple[Kind, ...]] = {
    ClaimKind.WALL_BUILT: (Kind.WALL, Kind.BARRIER_ROW),
    ClaimKind.BARRIER_ROW: (Kind.BARRIER_ROW, Kind.WALL, Kind.BARRIER_STAGED),
    ClaimKind.ROADBLOCK: (
        Kind.ROADBLOCK,
        Kind.BARRIER_ROW,
        Kind.RUBBLE_ON_ROAD,
        Kind.EARTH_MOUND,
        Kind.OBSTRUCTION_OTHER,
    ),
    ClaimKind.ROAD_BLOCKED: (
        Kind.ROADBLOCK,
        Kind.RUBBLE_ON_ROAD,
        Kind.BARRIER_ROW,
        Kind.BERM,
        Kind.EARTH_MOUND,
        Kind.OBSTRUCTION_OTHER,
        Kind.CRATER,
        Kind.BRIDGE_DESTROYED,
    ),
    ClaimKind.BERM: (Kind.BERM, Kind.EARTH_MOUND),
    ClaimKind.TRENCH: (Kind.TRENCH, Kind.DITCH_WATER),
    ClaimKind.TUNNEL: (Kind.TUNNEL,),
    ClaimKind.GROUND_CLEARED: (Kind.GROUND_CLEARED,),
    ClaimKind.BUILDING_RAZED: (Kind.BUILDING_RAZED, Kind.BUILDING_DESTROYED),
    ClaimKind.BUILDING_DAMAGED: (
        Kind.BUILDING_DAMAGED,
        Kind.BUILDING_DESTROYED,
        Kind.BUILDING_RAZED,
    ),
    ClaimKind.BUILDING_STANDING: (),
    ClaimKind.BRIDGE_DESTROYED: (Kind.BRIDGE_DESTROYED,),
    ClaimKind.RUBBLE: (Kind.RUBBLE_ON_ROAD,),
    ClaimKind.CAMP: (Kind.CAMP,),
    ClaimKind.ROAD_OPENED: (),
    ClaimKind.OTHER_PHYSICAL: (),
}
"""Claims about the ground, each with the kinds of observation that could bear them out."""


class SourceKind(StrEnum):
    """Who vouches for a claim."""

    OFFICIAL = "official"
    MILITARY = "military"
    ARMED_GROUP = "armed_group"
    RESIDENT = "resident"
    AID_WORKER = "aid_worker"
    NGO = "ngo"
    UN_AGENCY = "un_agency"
    ANALYST = "analyst"
    MEDIA = "media"
    IMAGERY = "imagery"
    ANONYMOUS = "anonymous"
    NONE = "none"


class Polarity(StrEnum):
    """Whether the proposition is said to hold."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Modality(StrEnum):
    """On what footing the proposition is stated."""

    OBSERVED = "observed"
    REPORTED = "reported"
    INFERRED = "inferred"
    PLANNED = "planned"
    FORECAST = "forecast"
    CONDITIONAL = "conditional"
    DENIED = "denied"


class Progress(StrEnum):
    """How far the thing claimed has come."""

    ANNOUNCED = "announced"
    UNDER_WAY = "under_way"
    DONE = "done"
    PAST = "past"
    REOPENED = "reopened"
    UNSTATED = "unstated"


class ImageCheckable(StrEnum):
    """Whether an image could check a claim, and if not, why not."""

    YES = "yes"
    NO_SUBSURFACE = "no_subsurface"
    NO_TRANSIENT = "no_transient"
    NO_TOO_SMALL = "no_too_small"
    NO_NOT_PHYSICAL = "no_not_physical"
    LATER = "later"


class PlaceRelation(StrEnum):
    """How a claim's place lies to the toponym that anchors it."""

    IN = "in"
    NEAR = "near"
    OUTSKIRTS = "outskirts"
    ALONG = "along"
    BETWEEN = "between"
    FROM_TO = "from_to"
    NORTH_OF = "north_of"
    NORTHEAST_OF = "northeast_of"
    EAST_OF = "east_of"
    SOUTHEAST_OF = "southeast_of"
    SOUTH_OF = "south_of"
    SOUTHWEST_OF = "southwest_of"
    WEST_OF = "west_of"
    NORTHWEST_OF = "northwest_of"


class PlacePrecision(StrEnum):
    """How exactly a place is known."""

    EXACT = "exact"
    VICINITY = "vicinity"
    LOCALITY = "locality"
    DISTRICT = "district"
    REGION = "region"
    COUNTRY = "country"


PRECISION_RADIUS_M: dict[PlacePrecision, float] = {
    PlacePrecision.EXACT: 10.0,
    PlacePrecision.VICINITY: 100.0,
    PlacePrecision.LOCALITY: 1_000.0,
    PlacePrecision.DISTRICT: 20_000.0,
    PlacePrecision.REGION: 100_000.0,
    PlacePrecision.COUNTRY: 500_000.0,
}
"""Radius in metres that each precision stands for."""


class Decision(StrEnum):
    """A reader's decision on a candidate."""

    ACCEPT = "accept"
    REJECT = "reject"
    CHANGE = "change"


class Unassessed(StrEnum):
    """Why a pixel or place was not assessed."""

    NO_DATA = "no_data"
    CLOUD = "cloud"
    CLOUD_SHADOW = "cloud_shadow"
    BUILDING_SHADOW = "building_shadow"
    WATER = "water"
    VEGETATION = "vegetation"
    SATURATED = "saturated"
    NOT_ALIGNED = "not_aligned"
    OUTSIDE_SCENE = "outside_scene"
    LOOKS_DISAGREE = "looks_disagree"

    @property
    def bit(self) -> int:
        """Return the bit that stands for this reason where reasons lie in one number per pixel."""
        return 1 << list(Unassessed).index(self)
