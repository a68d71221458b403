"""Compiled trials: imported only when trials of a compiled rule are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from firstdose.escalation._compiled import TREAT, _decide, _select
from firstdose.escalation._random import uniform

if TYPE_CHECKING:
    from firstdose.escalation.tables import Tables


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _run(  # type: ignore[no-untyped-def]
    rates,
    trials,
    seed,
    target,
    selectable,
    size,
    alone,
    watched,
    most,
    start,
    enough,
    move,
    closed,
    unsafe,
    here,
    halts,
):
    doses = len(rates)
    out = np.empty((trials, 2 * doses + 2), np.int64)
    n, y = np.empty(doses, np.int64), np.empty(doses, np.int64)
    for trial in range(trials):
        n[:], y[:] = 0, 0
        dose, part, draw = start, 0, 0
        while True:
            cause, to, count, after = _decide(
                n, y, dose, part, size, alone, watched, most, start, enough, move, closed, unsafe, here, halts
            )
            if cause != TREAT:
                break
            dose, part = to, after
            for _ in range(count):
                if uniform(seed, trial, draw) < rates[dose]:
                    y[dose] += 1
                draw += 1
            n[dose] += count
        out[trial, :doses], out[trial, doses : 2 * doses] = n, y
        out[trial, 2 * doses] = cause
        out[trial, 2 * doses + 1] = _select(n, y, closed, unsafe, target, selectable)
    return out


def simulate(t: Tables, rates: np.ndarray, trials: int, seed: int) -> np.ndarray:
    """See `simulate.simulate_compiled`."""
    rule = (
        t.size,
        t.alone,
        t.watched,
        t.most,
        t.start,
        t.enough,
        t.move,
        t.closed,
        t.unsafe,
        t.halts_here,
        t.halts_all,
    )
    return np.asarray(_run(rates, trials, seed, t.target, t.selectable, *rule))
