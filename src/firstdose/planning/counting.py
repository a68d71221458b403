"""Shares and rates without simulation: every outcome that can be, weighed by its probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.planning.drawing import Floats, Ints
    from firstdose.planning.questions import Question

SHARES_TRUE = (0.05, 0.1, 0.2, 0.3, 0.5)
RATES_TRUE = (0.1, 0.5, 1.0, 2.0)  # events a participant
_BEYOND = 1e-12  # probability of the counts that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """How an interval behaves where `true` is the truth: `none`: chance to see no event at all."""

    true: float
    coverage: float
    width: float
    none: float


def count_intervals(question: Question, n: int) -> tuple[Interval, ...]:
    """Exact sums over the number of events in n participants."""
    if question.method.design == "proportion":
        return _sum(question, n, SHARES_TRUE, np.arange(n + 1), _binomial(n))
    most = _most_events(n * max(RATES_TRUE))
    return _sum(question, n, RATES_TRUE, np.arange(most + 1), _poisson(n, most))


def _binomial(n: int) -> Floats:
    from scipy.special import gammaln

    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.array([np.exp(ways + k * np.log(rate) + (n - k) * np.log1p(-rate)) for rate in SHARES_TRUE])


def _poisson(n: int, most: int) -> Floats:
    from scipy.special import gammaln

    k = np.arange(most + 1)
    return np.array([np.exp(k * np.log(n * rate) - n * rate - gammaln(k + 1)) for rate in RATES_TRUE])


def _most_events(expected: float) -> int:
    from scipy.special import pdtrc

    most = int(expected) + 1
    while pdtrc(most, expected) > _BEYOND:
        most += 1
    return most


def _sum(
    question: Question, n: int, truths: tuple[float, ...], events: Ints, chances: Floats
) -> tuple[Interval, ...]:
    low, high = np.array([_limits(question, n, int(count)) for count in events]).T
    return tuple(
        Interval(
            true=true,
            coverage=float(chance[(low <= true) & (true <= high)].sum()),
            width=float(chance @ (high - low)),
            none=float(chance[0]),
        )
        for true, chance in zip(truths, chances, strict=True)
    )


def _limits(question: Question, n: int, events: int) -> tuple[float, float]:
    y = np.zeros(n)
    if question.method.design == "proportion":
        y[:events] = 1.0
    else:
        y[0] = events
    words = {"exposure": np.ones(n)} if "exposure" in question.method.takes else {}
    found = question.method.estimate(
        y, level=question.level, alternative="two-sided", **question.options, **words
    )
    low, high = found.ci_low, found.ci_high
    return (np.nan if low is None else low), (np.nan if high is None else high)
