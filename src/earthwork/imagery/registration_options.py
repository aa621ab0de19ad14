"""Options of registration, shared by its steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOptions:
    """How an after-image is brought onto a before-image."""

    working_side_px: int = 2000
    """Longest side at which features are sought."""
    block_side_px: int = 512
    """Side of the blocks whose correlation gives the first shift, in pixels of their own scale."""
    blocks: int = 9
    """Blocks looked at, however large the image: the cost of the first step does not grow."""
    least_side_px: int = 160
    """Images with a shorter side are refused."""
    features: int = 5000
    """Features kept per image, spread over its cells."""
    match_ratio: float = 0.85
    """A match must be nearer than this share of the distance to the second best."""
    reference_margin_px: float = 1000.0
    """Pixels of the before-image by which two references may disagree."""
    first_places: int = 256
    """Places tried to bear out a hypothesis, on a regular lattice."""
    places: int = 1600
    """Places tried at full resolution first; more only where these show a distortion."""
    most_places: int = 60_000
    """Places tried at full resolution in the end, at most."""
    patch_px: int = 96
    """Side of the patch compared at each place first."""
    small_side_px: int = 300
    """Below this shorter side of either image, smaller patches are compared, so that enough fit."""
    small_patch_px: int = 64
    """Side of the patch compared first in small images."""
    fine_patches: tuple[tuple[int, float], ...] = ((32, 0.2), (64, 0.15))
    """Sides of the patches compared in the end, and the correlation from which each counts: small
    ones, of which few hold both roof and ground, and larger ones, which chance makes alike less."""
    first_search_px: int = 10
    """How far from a hypothesis a place is sought, in pixels of the working scale."""
    glance_px: int = 6
    """How far from a hypothesis a few places are sought at full resolution."""
    search_px: int = 10
    """How far from a first field a place is sought."""
    fine_search_px: int = 9
    """The same in the end: roofs that lean pull a first field off the ground by several pixels."""
    least_correlation: float = 0.15
    """Correlation of structure from which a place counts as found."""
    least_lead: float = 0.0
    """Lead of the best correlation over any other a few pixels away."""
    agreement_px: float = 2.0
    """Distance to a hypothesis within which a place bears it out, at the working scale."""
    likeness_px: float = 1.0
    """Distance within which two neighbouring places say the same."""
    neighbours: int = 64
    """Places nearby that are asked whether they say the same."""
    least_alike: int = 5
    """Of these, how many must."""
    looked_at: int = 24
    """Of all places tried nearest to one that agrees, how many are looked at."""
    least_together: int = 4
    """Of these, how many must agree."""
    ground_steps: tuple[tuple[int, float, float], ...] = (
        (3, 14.0, 1.25),
        (2, 3.0, 1.0),
        (1, 1.5, 0.8),
    )
    """From far to near: one place in how many is asked, how far from what is known so far it may
    lie, and within what distance two say the same, in pixels."""
    ground_slope: float = 0.02
    """Pixels per pixel of distance by which what neighbours say may differ besides."""
    plainness: float = 1.0
    """Power of a place's plainness by which it counts: the ground is plainer than roofs."""
    least_spread_px: float = 2.0
    """Distance from a plane at which a place becomes suspect, at least."""
    least_agreeing: int = 12
    """Places that must bear out a hypothesis, at least."""
    least_agreeing_share: float = 0.35
    """Share of the places tried that must, of few."""
    most_needed: int = 30
    """Places that are enough, however many were tried: wrong pairs come to a handful."""
    sure_agreeing_share: float = 0.18
    """Share from which no other hypothesis is tried."""
    least_final: int = 30
    """Places that must agree at full resolution in the end, unless a sure share does: in small
    pictures of different ground up to 24 did by chance."""
    least_final_share: float = 0.015
    """Share of the places that must agree in the end: of different ground up to 0.008 did."""
    level_px: float = 0.12
    """Distortion (one standard deviation beyond an affine fit) below which no more is measured."""
    level_share: float = 0.8
    """Share of the places that must agree besides."""
    most_error_px: float = 1.5
    """Error expected (one standard deviation) above which ground is not aligned."""
    interpolated_px: float = 800.0
    """Distance to the nearest agreeing places up to which ground between them is vouched for."""
    extrapolated_px: float = 200.0
    """The same for ground beyond them."""
    whole_share: float = 0.97
    """Share of the common ground that must be vouched for to call a pair aligned."""
    seed: int = 1
    """Seed of the random sampling."""


def resolve_options(
    options: RegistrationOptions, shapes: Iterable[tuple[int, int]]
) -> RegistrationOptions:
    """Return the options for images of these (rows, columns): small ones take small patches.

    Examples
    --------
    >>> resolve_options(RegistrationOptions(), [(256, 256), (900, 900)]).patch_px
    64
    """
    if min(min(shape) for shape in shapes) >= options.small_side_px:
        return options
    return replace(options, patch_px=min(options.patch_px, options.small_patch_px))


DEFAULT_REGISTRATION = RegistrationOptions()
