"""Measured."""

from __future__ import annotations

from earthwork.model.detection import DetectionCurve
from earthwork.model.vocabulary import Kind

CURVES: dict[Kind, DetectionCurve] = {}
