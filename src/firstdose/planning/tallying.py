"""What many trials come to: counts and sums that add up in any order of the blocks, and shares with their error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.planning.answering import Answers
    from firstdose.planning.drawing import Bools, Floats

# What is added up of each test, number of participants and effect.
SUMS = (
    "trials",
    "answered",
    "rejected",
    "intervals",
    "covered",
    "finite",
    "width",
    "width_squared",
    "participants",
)
# Exact p values stand on their level: .05 computed is .05 declared.
_ROUND_OFF = 1e-12


def rejected(p: Floats, alpha: float) -> Bools:
    """Whether each test rejects; no answer is no rejection."""
    return np.asarray(np.nan_to_num(p, nan=1.0) <= alpha + _ROUND_OFF)


def tally(answers: Answers, alpha: float, truth: float | None, unit: float) -> Floats:
    """The sums in the order of SUMS; widths in units, coverage where the truth is known."""
    there = ~np.isnan(answers.limits).any(axis=0) & (truth is not None)
    low, high = answers.limits[:, there]
    noise = 1e-9 * unit
    inside = (low - noise <= truth) & (truth <= high + noise) if truth is not None else low > high
    finite = np.isfinite(high - low)
    widths = (high - low)[finite] / unit
    return np.array(
        [
            len(answers.p),
            np.count_nonzero(~np.isnan(answers.p)),
            np.count_nonzero(rejected(answers.p, alpha)),
            np.count_nonzero(there),
            np.count_nonzero(inside),
            np.count_nonzero(finite),
            widths.sum(),
            (widths**2).sum(),
            answers.participants.sum(),
        ],
        dtype=np.float64,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A share of trials with its Monte Carlo standard error; 0 where it is an exact sum."""

    value: float
    error: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ± {self.error:.3f}" if self.error else f"{self.value:.3f}"


def share(count: float, of: float) -> Share | None:
    """None of nothing. Where all or none were counted the error is that of one trial more or less."""
    if of == 0:
        return None
    value = count / of
    return Share(value, max(math.sqrt(value * (1 - value) / of), 1 / of if value in {0.0, 1.0} else 0.0))


def mean(total: float, squares: float, count: float) -> Share | None:
    """A mean with its standard error."""
    if count == 0:
        return None
    value = total / count
    return Share(value, math.sqrt(max(squares / count - value**2, 0.0) / count))
