"""Compiled draws for trials with lesions: imported only when such trials are drawn."""

from __future__ import annotations

import numba
import numpy as np

from firstdose.escalation._random import uniform


@numba.njit(cache=True, nogil=True)
def uniforms(seed: int, trials: int, draws: int) -> np.ndarray:
    """(trials, draws) numbers in [0, 1): draw j of trial i depends on seed, i and j alone."""
    out = np.empty((trials, draws), np.float64)
    for trial in range(trials):
        for draw in range(draws):
            out[trial, draw] = uniform(seed, trial, draw)
    return out
