"""Which pixels of a pair held in memory may be judged, and why the others may not.

Thresholds are conservative: a pixel is masked only on plain evidence, each with its reason, and a
masked pixel is never "no change".
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from earthwork.imagery.masks.bands import resolve_places
from earthwork.imagery.masks.flags import pair_flags, scene_flags, settle_pair, survey
from earthwork.imagery.masks.options import DEFAULT_MASKS, MaskOptions
from earthwork.model.grid import Grid, require_same_grid
from earthwork.model.pair import AlignmentStatus, AssessedMask, RegistrationReport
from earthwork.model.raster import ArrayRaster, whole
from earthwork.model.vocabulary import Unassessed

Mask = NDArray[np.bool_]


def assess(
    before: ArrayRaster,
    after: ArrayRaster,
    *,
    report: RegistrationReport | None,
    infrared_band: int | None = None,
    options: MaskOptions = DEFAULT_MASKS,
) -> AssessedMask:
    """Say which pixels of a pair may be judged.

    Parameters
    ----------
    before, after
        Rasters on one grid, in their original radiometry; a mask marks where they hold data.
    report
        The registration report; None if the pair is known to be aligned (simulated, or one file).
    infrared_band
        Index of a near-infrared band in both, if there is one.
    options
        Thresholds.

    Returns
    -------
    AssessedMask
        With every reason that holds anywhere; reasons may overlap.

    Raises
    ------
    GridMismatch
        If the grids differ.
    """
    require_same_grid(before.grid, after.grid)
    gsd = before.grid.gsd_m or options.assumed_gsd_m
    pair = (before, after)
    surveys = settle_pair(
        *(
            survey(
                raster,
                options=options,
                places=resolve_places(raster.bands, infrared_band=infrared_band),
            )
            for raster in pair
        ),
        options=options,
    )
    flags = pair_flags(
        *(
            scene_flags(raster, whole(raster.grid), seen, options=options)
            for raster, seen in zip(pair, surveys, strict=True)
        )
    )
    lost = _not_aligned(before.grid, report, gsd, options)
    flags |= np.where(lost, np.uint16(Unassessed.NOT_ALIGNED.bit), np.uint16(0))
    return AssessedMask(grid=before.grid, flags=flags)


def _not_aligned(
    grid: Grid, report: RegistrationReport | None, gsd: float, options: MaskOptions
) -> Mask:
    """Find ground that the registration does not vouch for."""
    if report is None or report.status is AlignmentStatus.ALIGNED:
        return np.zeros(grid.shape, bool)
    if report.status is AlignmentStatus.NOT_ALIGNED or not report.tie_points:
        return np.ones(grid.shape, bool)
    far = np.ones(grid.shape, np.uint8)
    for tie in report.tie_points:
        row = min(max(int(tie.before_y), 0), grid.height - 1)
        column = min(max(int(tie.before_x), 0), grid.width - 1)
        far[row, column] = 0
    distance = cv2.distanceTransform(far, cv2.DIST_L2, 5)
    return np.asarray(distance) * gsd > options.support_m
