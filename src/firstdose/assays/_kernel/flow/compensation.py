"""Spillover undone: observed = true x S, rows fluorochromes, columns detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def unmixing_weights(spillover: Floats) -> Floats:
    """What detectors are multiplied with: S^-1, by least squares where detectors outnumber fluorochromes."""
    if spillover.shape[0] == spillover.shape[1] and condition_number(spillover) < 1e12:
        return np.asarray(np.linalg.inv(spillover), dtype=np.float64)
    return np.asarray(np.linalg.pinv(spillover), dtype=np.float64)


def compensate(columns: Sequence[Floats], weights: Floats) -> Floats:
    """One compensated fluorochrome, (events,): detectors in columns, their weights (detectors,)."""
    total = columns[0] * weights[0]
    for column, weight in zip(columns[1:], weights[1:], strict=True):
        if weight != 0.0:
            total += column * weight
    return np.asarray(total)


def condition_number(spillover: Floats) -> float:
    """How much compensation can blow up an error; infinite for a matrix without an inverse."""
    singular = np.linalg.svd(spillover, compute_uv=False)
    return float(singular[0] / singular[-1]) if singular[-1] > 0 else float("inf")
