"""Which pixels may be judged, and why the others may not: found in windows, over whole scenes.

``survey`` reads a scene once and finds the large things in it; ``scene_flags`` tells of any window
of it; ``pair_flags`` joins two dates. ``assess`` does it all for a pair in memory.
"""

from earthwork.imagery.masks.areas import large_areas
from earthwork.imagery.masks.assessment import assess
from earthwork.imagery.masks.bands import BandPlaces, places_of, resolve_places
from earthwork.imagery.masks.flags import pair_flags, scene_flags, settle_pair, survey
from earthwork.imagery.masks.options import DEFAULT_MASKS, MaskOptions
from earthwork.imagery.masks.sentinel2 import flags_of_classes
from earthwork.imagery.masks.shadows import shaded_by_heights, shaded_in_picture
from earthwork.imagery.masks.surveys import SceneSurvey

__all__ = [
    "DEFAULT_MASKS",
    "BandPlaces",
    "MaskOptions",
    "SceneSurvey",
    "assess",
    "flags_of_classes",
    "large_areas",
    "pair_flags",
    "places_of",
    "resolve_places",
    "scene_flags",
    "settle_pair",
    "shaded_by_heights",
    "shaded_in_picture",
    "survey",
]
