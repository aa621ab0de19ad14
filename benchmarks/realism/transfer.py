"""One simple detector of destruction, trained on any pairs, scored on any other.

Features of change per pixel, none of them an absolute colour; boosted trees on top. The detector
was chosen on real pairs alone (Palu to Sana'a), before a simulated pair was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from real_pictures import Pair
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from earthwork.change.features import (
    fine_texture,
    gradients,
    local_correlation,
    orientation_coherence,
    right_angle_structure,
    smoothed,
    smoothness,
    standardised,
)

STEP_PX = 6
CONTEXT_PX = (12, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Pixels of some pairs on a coarse grid."""

    features: NDArray[np.float32]
    """Dims (pixel, feature)."""
    truth: NDArray[np.bool_]
    """Dims (pixel)."""
    group: NDArray[np.int32]
    """Dims (pixel): number of the pair."""


def sample(pairs: Iterable[Pair]) -> Sampled:
    """Describe every sixth pixel of every sixth row of the pairs."""
    told = [(change_features(pair), pair.destroyed) for pair in pairs]
    picked = [
        (features[::STEP_PX, ::STEP_PX].reshape(-1, features.shape[-1]),
         truth[::STEP_PX, ::STEP_PX].ravel())
        for features, truth in told
    ]  # fmt: skip
    return Sampled(
        features=np.concatenate([features for features, _ in picked]),
        truth=np.concatenate([truth for _, truth in picked]),
        group=np.repeat(np.arange(len(picked)), [truth.size for _, truth in picked]).astype(
            np.int32
        ),
    )


def change_features(pair: Pair) -> NDArray[np.float32]:
    """Return features of change, dims (row, column, feature)."""
    first, second = (_grey(image) for image in (pair.before, pair.after))
    ones = np.ones_like(first)
    maps: list[NDArray[np.float32]] = []
    for scale in (0.8, 2.0):
        (dx1, dy1), (dx2, dy2) = (gradients(image, scale, 0.45) for image in (first, second))
        maps += [
            right_angle_structure(dx2, dy2, ones, 10) - right_angle_structure(dx1, dy1, ones, 10)
        ]
        maps += [fine_texture(dx2, dy2, ones, 3), fine_texture(dx2, dy2, ones, 3)
                 - fine_texture(dx1, dy1, ones, 3)]  # fmt: skip
        maps += [
            orientation_coherence(dx2, dy2, ones, 4) - orientation_coherence(dx1, dy1, ones, 4)
        ]
        maps += [smoothness(dx2, dy2, ones, 6) - smoothness(dx1, dy1, ones, 6)]
        strengths = np.hypot(dx1, dy1), np.hypot(dx2, dy2)
        maps += [1 - local_correlation(*strengths, ones, side=17, search=2)]
    maps += [1 - local_correlation(first, second, ones, side=side, search=2) for side in (9, 25)]
    maps += [np.abs(first - second), _spread(second) - _spread(first)]
    wide = [smoothed(one, context) for one in maps for context in CONTEXT_PX]
    return np.stack(wide, axis=-1)


def _grey(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return standardised(grey, np.ones(grey.shape, bool))


def _spread(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    variance = smoothed(grey * grey, 5) - smoothed(grey, 5) ** 2
    return np.log(np.maximum(variance, 0) + np.float32(1e-2))


DETECTORS = ("boosted trees", "logistic regression")


def scored(train: Sampled, test: Sampled, *, detector: str) -> float:
    """Return average precision on ``test`` of a detector trained on ``train``."""
    model = _model(detector)
    model.fit(train.features, train.truth)
    score = model.predict_proba(test.features)[:, 1]
    return float(average_precision_score(test.truth, score))


def _model(detector: str):
    if detector == "boosted trees":
        return HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=200,
            l2_regularization=1.0, random_state=1,
        )  # fmt: skip
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
