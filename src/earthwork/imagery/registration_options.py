"""Options of registration, shared by its steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOptions:
    """How an after-image is brought onto a before-image."""

    working_side_px: int = 2000
    """Longest side at which features are sought: the coarse cost does not grow with the image."""
    least_side_px: int = 160
    """Images with a shorter side are refused."""
    features: int = 5000
    """Features kept per image, spread over its cells."""
    match_ratio: float = 0.85
    """A match must be nearer than this share of the distance to the second best."""
    reference_margin: float = 0.15
    """Share of the before-image's side by which two references may disagree."""
    tie_points: int = 400
    """Places tried, on a regular lattice."""
    patch_px: int = 96
    """Side of the patch compared at each place."""
    small_side_px: int = 300
    """Below this shorter side of either image, smaller patches are compared, so that enough fit."""
    small_patch_px: int = 64
    """Side of the patch compared in small images."""
    search_px: int = 10
    """How far from its prediction a place is sought, in pixels of the working scale."""
    least_correlation: float = 0.2
    """Gradient correlation from which a place counts as found."""
    least_lead: float = 0.03
    """Lead of the best correlation over any other a few pixels away."""
    agreement_px: float = 2.0
    """Distance to the fit within which a place agrees."""
    least_agreeing: int = 18
    """Places that must agree, at least."""
    least_agreeing_share: float = 0.05
    """Share of the places tried that must agree, at least."""
    sure_agreeing_share: float = 0.18
    """Share from which the whole ground counts as aligned, if the places are spread out."""
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
