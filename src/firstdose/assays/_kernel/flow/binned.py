"""FlowJo gates polygons and ellipses on the cells of its display, not on the events' own values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers.contents.flow import Linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Transform

    Floats = NDArray[np.float64]


def to_cells(scaled: Floats, scale: Transform | None, grid: int) -> Floats:
    """Cell of each value of a display axis from 0 to 1: the nearest on a linear axis, cut off on any other.

    Found by trying: with this rule all fifteen counts that FlowJo recorded for a mouse spleen come back exactly, and
    both counts of a synthetic line; with either kind of rounding alone they do not.
    """
    cells = scaled * grid
    whole = np.floor(cells + 0.5) if scale is None or isinstance(scale, Linear) else np.floor(cells)
    return np.clip(whole, 0.0, float(grid))
