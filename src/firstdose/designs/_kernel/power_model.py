"""One-parameter models of the dose-toxicity curve: posterior mean by quadrature, skeleton by indifference interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import exp, log

import numpy as np

NODES = 161
REACH = 7.0  # prior standard deviations on both sides
VARIANCE = 1.34
MOST_VARIANCE = 25.0  # beyond it nearly all prior mass lies on rates next to 0 or 1
NEAR = 1e-9  # of 0 and 1: levels whose prior rates no model tells apart
INTERCEPT = 3.0


def skeleton(halfwidth: float, target: float, prior_level: int, doses: int) -> tuple[float, ...]:
    """Prior rates whose indifference intervals have this half width, for the power model (Lee & Cheung 2009).

    `prior_level`: the level, from 0, whose prior rate is the target.

    Raises:
        ValueError: a prior rate comes too near to 0 or 1, or two levels too near to each other.
    """
    ratio = log(target + halfwidth) / log(target - halfwidth)
    rates = tuple(exp(log(target) * _power(ratio, dose - prior_level)) for dose in range(doses))
    apart = all(high - low >= NEAR for low, high in pairwise(rates))
    if not apart or not NEAR <= rates[0] <= rates[-1] <= 1 - NEAR:
        raise ValueError(
            f"halfwidth {halfwidth:g} with {doses} levels makes prior rates from {rates[0]:.3g} to {rates[-1]:.3g}; they must"
            " differ, and lie between 0 and 1."
        )
    return rates


def _power(ratio: float, steps: int) -> float:
    """ratio to so many steps, at most a number whose exponential is as good as none."""
    return float(min(exp(min(steps * log(ratio), 50.0)), 1e6))


@dataclass(frozen=True)
class CurveModel:
    """p_d(a) for a ~ N(0, variance). `power`: s_d^exp(a); `logistic`: logit p = 3 + exp(a) x_d, x_d from the skeleton."""

    skeleton: tuple[float, ...]
    form: str = "power"
    variance: float = VARIANCE

    @cached_property
    def nodes(self) -> np.ndarray:
        """(nodes,) values of a, equally spaced."""
        return np.asarray(np.linspace(-REACH, REACH, NODES) * np.sqrt(self.variance))

    @cached_property
    def log_rates(self) -> tuple[np.ndarray, np.ndarray]:
        """log p and log(1 - p), each (nodes, doses)."""
        p = np.clip(self.rates(self.nodes), 1e-300, 1 - 1e-16)
        return np.log(p), np.log1p(-p)

    def rates(self, a: np.ndarray | float) -> np.ndarray:
        """(..., doses) toxicity rates at a."""
        slope = np.exp(np.asarray(a, dtype=np.float64))[..., None]
        prior = np.asarray(self.skeleton)
        if self.form == "power":
            return np.asarray(prior**slope)
        x = np.log(prior / (1 - prior)) - INTERCEPT
        return np.asarray(1 / (1 + np.exp(np.clip(-(INTERCEPT + slope * x), -700, 700))))

    def posterior_mean(self, participants: tuple[int, ...], dlts: tuple[int, ...]) -> float:
        """E(a | counts)."""
        return _posterior_mean(self, participants, dlts)

    def plugged_in(self, participants: tuple[int, ...], dlts: tuple[int, ...]) -> np.ndarray:
        """(doses,) rates at the posterior mean of a."""
        return self.rates(self.posterior_mean(participants, dlts))


@lru_cache(maxsize=500_000)
def _posterior_mean(model: CurveModel, participants: tuple[int, ...], dlts: tuple[int, ...]) -> float:
    log_p, log_q = model.log_rates
    y = np.asarray(dlts, dtype=np.float64)
    weight = log_p @ y + log_q @ (np.asarray(participants) - y) - model.nodes**2 / (2 * model.variance)
    weight = np.exp(weight - weight.max())
    return float(weight @ model.nodes / weight.sum())
