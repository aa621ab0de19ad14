"""Coordinates for the public: rounded, so that no product is finer than the release policy."""

from __future__ import annotations

import numpy as np
from shapely import make_valid, set_precision, transform
from shapely.geometry.base import BaseGeometry


def generalised(geometry: BaseGeometry, *, digits: int) -> BaseGeometry:
    """Return a geometry with coordinates of so many decimals.

    What is smaller than the step becomes the rounded point it lies at.

    Parameters
    ----------
    geometry
        Longitude and latitude in degrees.
    digits
        Decimals kept; 3 is about 100 m.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> generalised(Point(45.00449, 36.14251), digits=3).wkt
    'POINT (45.004 36.143)'
    """
    coarse = set_precision(make_valid(geometry), 10.0**-digits)
    kept = geometry.representative_point() if coarse.is_empty else coarse
    # The grid of a precision model is binary: rounding again leaves short decimals.
    return transform(kept, lambda xy: np.round(xy, digits))
