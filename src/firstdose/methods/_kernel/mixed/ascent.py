"""The optimum of the restricted likelihood of variance components, which are zero or more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled
from firstdose.methods._kernel.mixed.components import Blocks, Desk, evaluate
from firstdose.methods._kernel.mixed.small import copy, inverse, length

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats

CERTIFIED = 1e-8
FISHER_STEPS = 3
MOST_STEPS = 100
MOST_HALVINGS = 40
CLOSE = 1e-4
REACHED, NOT_REACHED, NO_VARIATION, NOT_ESTIMABLE = range(4)


@compiled
def climb(of: Blocks, desk: Desk) -> tuple[int, int, float, float]:
    """Steps with the variances kept at zero or above: status, steps, length of the score, deviance.

    The likelihood is evaluated in one place only: what is compiled into one loop twice is compiled twice.
    """
    desk.trial[:] = 0.0
    desk.trial[-1] = 1.0
    best, norm, share, n = np.nan, np.inf, 1.0, 0
    steps, halvings = -1, 0
    while True:
        after = evaluate(desk.trial, of, desk)
        if np.isnan(after) and steps < 1:
            return NOT_ESTIMABLE, 0, norm, after
        if steps < 0:
            if not _begin(of, desk):
                return NO_VARIATION, 0, norm, after
            steps = 0
            continue
        if steps == 0 or _better(after, best, norm):
            best = after
            copy(desk.trial, desk.theta)
            n = _free(of, desk)
            now = _aim(n, steps, desk)
            if np.isnan(now):
                return (NOT_ESTIMABLE if steps == 0 else NOT_REACHED), steps, norm, best
            norm = now
            if norm < CERTIFIED:
                peak = not np.isnan(invert_free(desk.observed, n, desk))
                return (REACHED if peak else NOT_REACHED), steps, norm, best
            steps, halvings, share = steps + 1, 0, 1.0
        else:
            halvings, share = halvings + 1, 0.5 * share
        if steps > MOST_STEPS or halvings > MOST_HALVINGS:
            return NOT_REACHED, steps, norm, best
        _propose(n, share, of, desk)


@compiled
def _better(after: float, best: float, norm: float) -> bool:
    """Whether a step may be taken: near the optimum rounding hides the rise."""
    return not np.isnan(after) and (norm < CLOSE or after <= best + 1e-9 * (1.0 + abs(best)))


@compiled
def _begin(of: Blocks, desk: Desk) -> bool:
    """Each component an equal share of the residual variation of least squares; False where there is none."""
    q = len(desk.theta)
    free = float(of.counts[2])
    for i in range(len(of.exists)):
        free -= of.exists[i]
    squares = 2.0 * desk.score[q - 1] + free  # the score of the residual variance at 1 is (r'r - free) / 2
    variance = squares / free if free > 0 else 0.0
    ours = 1.0
    for j in range(q - 1):
        ours += 1.0 - of.signed[j]
    for j in range(q):
        desk.trial[j] = 0.0 if of.signed[j] > 0.0 else variance / ours
    return bool(variance > 1e-20)  # of values whose standard deviation is about 1


@compiled
def _free(of: Blocks, desk: Desk) -> int:
    """The components that may move: not those at zero whose likelihood falls above it."""
    n = 0
    for j in range(len(desk.theta)):
        if of.signed[j] > 0.0 or desk.theta[j] > 0.0 or desk.score[j] > 0.0:
            desk.free[n] = j
            n += 1
    return n


@compiled
def _aim(n: int, steps: int, desk: Desk) -> float:
    """The step by the expected, later the observed information; the length of the score, NaN without inverse."""
    singular = np.nan
    if steps >= FISHER_STEPS:
        singular = invert_free(desk.observed, n, desk)
    if np.isnan(singular):
        singular = invert_free(desk.expected, n, desk)
    if np.isnan(singular):
        return np.nan
    for i in range(n):
        desk.trial[i] = desk.score[desk.free[i]]
    return math.sqrt(length(desk.W, desk.trial, n, desk.step))


@compiled
def invert_free(information: Floats, n: int, desk: Desk) -> float:
    for i in range(n):
        for j in range(n):
            desk.V[i, j] = information[desk.free[i], desk.free[j]]
    return inverse(desk.V, n, desk.W, desk.low)


@compiled
def _propose(n: int, share: float, of: Blocks, desk: Desk) -> None:
    """A share of the step from where we stand; variances stop at zero."""
    copy(desk.theta, desk.trial)
    for i in range(n):
        j = desk.free[i]
        desk.trial[j] += share * desk.step[i]
        if desk.trial[j] < 0.0 and of.signed[j] == 0.0:
            desk.trial[j] = 0.0
