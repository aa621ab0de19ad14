"""One aligner on two image files, in a process of its own: us, OpenCV's, and simple ones.

``python benchmarks/registration/aligners.py NAME BEFORE AFTER OUT.npz [--step 4]`` writes what was
found (see found.py). All take one thread; all but ``ours`` read both images whole.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from found import Found, lattice, lattice_shape, sampled
from numpy.typing import NDArray

from earthwork.imagery.mappings import prior_mapping
from earthwork.imagery.registration import register
from earthwork.io.rasters import open_raster
from earthwork.model.grid import Grid
from earthwork.model.raster import Raster, luminance, whole

Grey = NDArray[np.float32]
_LEAST_INLIERS = 20


def ours(before: Raster, after: Raster, step: int) -> Found:
    """Align as the product does, reading what it reads."""
    start = time.process_time()
    found = register(before, after)
    return sampled(found, before.grid, step=step, cpu_s=time.process_time() - start)


def delivered(before: Raster, after: Raster, step: int) -> Found:
    """Take the references for true, or the pixels where there is no reference."""
    return everywhere(before.grid, step, prior_mapping(before.grid, after.grid), 0.0)


def ecc(before: Raster, after: Raster, step: int) -> Found:
    """OpenCV's ECC for a translation, from coarse to fine, on the whole image."""
    start = time.process_time()
    grey = [stretched(raster) for raster in (before, after)]
    matrix = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-6)
    factors = [f for f in (16, 4, 1) if min(before.grid.shape) / f >= 64]
    for factor in factors:
        small = [
            g if factor == 1 else cv2.resize(g, None, fx=1 / factor, fy=1 / factor,
                                             interpolation=cv2.INTER_AREA)
            for g in grey
        ]  # fmt: skip
        matrix[:, 2] /= factor
        _, matrix = cv2.findTransformECC(
            small[0], small[1], matrix, cv2.MOTION_TRANSLATION, stop, None, 5
        )
        matrix[:, 2] *= factor
    shift = matrix[:, 2].astype(np.float64)
    return everywhere(before.grid, step, lambda p: p + shift, time.process_time() - start)


def phase(before: Raster, after: Raster, step: int) -> Found:
    """Phase correlation of the whole pictures."""
    start = time.process_time()
    grey = alike(before, after)
    window = cv2.createHanningWindow(grey[0].shape[::-1], cv2.CV_32F)
    shift = np.array(cv2.phaseCorrelate(grey[0], grey[1], window)[0])
    return everywhere(before.grid, step, lambda p: p + shift, time.process_time() - start)


def sift(before: Raster, after: Raster, step: int) -> Found:
    """SIFT, the ratio test, and one homography by MAGSAC."""
    start = time.process_time()
    finder = cv2.SIFT_create(8000)
    told = [finder.detectAndCompute(np.uint8(stretched(r)), None) for r in (before, after)]
    pairs = cv2.BFMatcher().knnMatch(told[0][1], told[1][1], k=2)
    good = [one for one, other in pairs if one.distance < 0.8 * other.distance]
    places, targets = (
        np.array([told[side][0][getattr(m, index)].pt for m in good], np.float64) + 0.5
        for side, index in ((0, "queryIdx"), (1, "trainIdx"))
    )
    matrix, inliers = None, np.zeros(0)
    if len(good) >= 4:
        matrix, inliers = cv2.findHomography(places, targets, cv2.USAC_MAGSAC, 3.0)
    if matrix is None or inliers.sum() < _LEAST_INLIERS:
        return nothing(before.grid, step, time.process_time() - start)

    def mapping(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return cv2.perspectiveTransform(points[None], matrix)[0]

    return everywhere(before.grid, step, mapping, time.process_time() - start)


def dis(before: Raster, after: Raster, step: int) -> Found:
    """OpenCV's DIS optical flow."""
    start = time.process_time()
    grey = [np.uint8(image) for image in alike(before, after)]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)
    return dense(flow, step, time.process_time() - start)


def farneback(before: Raster, after: Raster, step: int) -> Found:
    """OpenCV's Farnebäck optical flow."""
    start = time.process_time()
    grey = [np.uint8(image) for image in alike(before, after)]
    flow = cv2.calcOpticalFlowFarneback(
        *grey, None, 0.5, 6, 21, 5, 7, 1.5, cv2.OPTFLOW_FARNEBACK_GAUSSIAN
    )
    return dense(flow, step, time.process_time() - start)


def stretched(raster: Raster) -> Grey:
    """Return luminance (row, column), the middle 98 % of it stretched to 0 to 255."""
    grey = luminance(raster.read(whole(raster.grid)))
    low, high = np.percentile(grey[::4, ::4], [1, 99])
    grey -= low
    grey *= 255 / max(high - low, 1e-6)
    return np.clip(grey, 0, 255, out=grey)


def alike(before: Raster, after: Raster) -> tuple[Grey, Grey]:
    """Return both pictures in the shape of the before-picture, zero where there is none."""
    first, second = stretched(before), stretched(after)
    held = np.zeros_like(first)
    rows, columns = np.minimum(first.shape, second.shape)
    held[:rows, :columns] = second[:rows, :columns]
    return first, held


def everywhere(grid: Grid, step: int, mapping: Callable[[NDArray], NDArray], cpu_s: float) -> Found:
    """Return a mapping that its tool offers for the whole image."""
    shape = lattice_shape(*grid.shape, step)
    points = lattice(shape, step).reshape(-1, 2)
    shift = (mapping(points) - points).T.reshape(2, *shape).astype(np.float32)
    return Found(step=step, shift=shift, kept=np.ones(shape, bool), cpu_s=cpu_s)


def dense(flow: NDArray, step: int, cpu_s: float) -> Found:
    """Return a flow (row, column, 2), which its tool offers everywhere."""
    shift = flow[::step, ::step].transpose(2, 0, 1).astype(np.float32)
    return Found(step=step, shift=shift, kept=np.ones(shift.shape[1:], bool), cpu_s=cpu_s)


def nothing(grid: Grid, step: int, cpu_s: float) -> Found:
    """Return that nothing was found."""
    shape = lattice_shape(*grid.shape, step)
    shift = np.full((2, *shape), np.nan, np.float32)
    return Found(
        step=step, shift=shift, kept=np.zeros(shape, bool), cpu_s=cpu_s, note="nothing found"
    )


ALIGNERS: dict[str, Callable[[Raster, Raster, int], Found]] = {
    each.__name__: each for each in (ours, delivered, ecc, phase, sift, dis, farneback)
}


def main() -> None:
    """Align two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("aligner", choices=sorted(ALIGNERS))
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--step", type=int, default=4)
    told = parser.parse_args()
    cv2.setNumThreads(1)
    with open_raster(told.before) as before, open_raster(told.after) as after:
        ALIGNERS[told.aligner](before, after, told.step).save(told.out)


if __name__ == "__main__":
    main()
