"""When a pixel is not assessed: every threshold of the masks, in one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskOptions:
    """When a pixel is not assessed.

    Brightness is meant over the scene's floor (its 0.1th percentile) unless it says otherwise.
    """

    assumed_gsd_m: float = 0.45
    """Pixel size where none is known."""
    cell_m: float = 2.0
    """Side of a cell of the survey, in metres: large things are found in cells."""
    most_cells: int = 16_000_000
    """Most cells of a survey: a larger scene gets coarser cells."""
    saturated_side_m: float = 5.5
    """Side of the square that must fit into pixels at the top of the range before they count."""
    cloud_level: float = 0.6
    """Share of the scene's bright end (99.5th percentile) from which a cell can be thick cloud."""
    cloud_over_median: float = 1.25
    """Brightness over the scene's median from which a cell can be thick cloud."""
    cloud_colour: float = 0.15
    """Largest spread of the colours of thick cloud, as a share of the brightest."""
    cloud_roughness: float = 0.02
    """Largest fine roughness (neighbouring pixels) of cloud, as a share of its brightness."""
    cloud_spread: float = 0.05
    """Largest spread over 10 m of cloud, as a share of its brightness."""
    cloud_area_m2: float = 1_500.0
    """Least area of thick cloud: roofs are bright and smooth too, but small."""
    small_cloud_area_m2: float = 300.0
    """The same in a scene that shows a large one."""
    cloud_sharpness: float = 0.62
    """Share of a cloud's contrast with its surroundings that may fall within 4 m of its edge."""
    cloud_rim_m: float = 60.0
    """How far thin cloud may reach from thick."""
    thin_cloud_level: float = 0.35
    """Share of the way from the surroundings to the thick cloud from which a rim counts."""
    cloud_margin_m: float = 8.0
    """Margin added around cloud."""
    lasting_share: float = 0.5
    """Share of a cloud that is as bright and smooth on the other date from which it is ground."""
    shadow_level: float = 0.72
    """Share of the clear ground's brightness up to which a cell can be in a cloud's shadow."""
    shadow_agreement: float = 0.25
    """Least correlation of the moved clouds with dark ground."""
    sun_tolerance: float = 0.15
    """How far aside of the sun's direction a shadow may lie, as a share of its distance."""
    lowest_cloud_m: float = 150.0
    """Lowest cloud whose shadow is looked for."""
    highest_cloud_m: float = 4_000.0
    """Highest cloud whose shadow is looked for."""
    deep_shadow_level: float = 0.025
    """Share of the scene's bright end, counted from 0, up to which a pixel in shade has no signal
    left: some six counts of a picture of 8 bits."""
    deep_shadow_side_m: float = 2.0
    """Side of the square that must fit into such pixels before they count."""
    water_level: float = 0.25
    """Share of the scene's median up to which a cell can be water."""
    blue_water_level: float = 0.9
    """The same for blue water in a colour image."""
    blue_over_red: float = 1.1
    """Blue over red from which a cell is blue."""
    still_blue_over_red: float = 1.0
    """The same after, where the before-image shows water: glitter is rough and grey."""
    water_roughness: float = 0.022
    """Largest spread of water over 10 m, as a share of the scene's median."""
    mud_spread: float = 0.016
    """Largest spread of muddy water over 10 m, as a share of its brightness."""
    mud_roughness: float = 0.022
    """Largest fine roughness of muddy water, likewise."""
    mud_blue_over_red: float = 0.8
    """Blue over red up to which smooth ground is muddy water; asphalt is greyer."""
    mud_level: float = 1.8
    """Share of the scene's median up to which muddy water may be bright."""
    water_area_m2: float = 2_000.0
    """Least area of water: shadows are dark and smooth too, but small."""
    green_excess: float = 0.12
    """Excess of green (2g - r - b of chromaticity) from which a cell is vegetation."""
    ndvi: float = 0.35
    """Vegetation index from which a cell is vegetation, where a near-infrared band is named."""
    vegetation_area_m2: float = 100.0
    """Least area of vegetation: single trees stay assessed."""
    support_m: float = 60.0
    """Distance to the nearest tie point beyond which a partly aligned pair is not aligned."""


DEFAULT_MASKS = MaskOptions()
