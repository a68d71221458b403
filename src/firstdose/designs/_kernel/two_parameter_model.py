"""Two-parameter logistic model of the dose-toxicity curve: posterior probabilities of rates by quadrature on a plane.

logit p = log a + b log(dose / reference), (log a, log b) bivariate normal. Both integrals are sums over equally spaced
nodes, which converge geometrically for such smooth integrands. The probability of a rate below a limit needs an integral
up to a moving edge; its weights (sine integral, Stenger 1993) depend on the doses alone, so they are made once and a
state costs two products of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

REACH = 7.0  # prior standard deviations on both sides
STEP_A = 0.2  # absolute: the likelihood's nearest singularity lies at distance pi from the axis of log a
STEP_B = 0.1  # prior standard deviations


@dataclass(frozen=True)
class TwoParameterModel:
    """`distances`: log(dose / reference) of each level. `mean`, `sd`: of log a and log b; `limits`: rates asked about."""

    distances: tuple[float, ...]
    mean: tuple[float, float]
    sd: tuple[float, float]
    correlation: float
    limits: tuple[float, ...]

    @cached_property
    def nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """Values of log a and of log b, equally spaced."""
        step_a, step_b = min(STEP_A, self.sd[0] / 5), STEP_B * self.sd[1]
        return _spaced(self.mean[0], self.sd[0], step_a), _spaced(self.mean[1], self.sd[1], step_b)

    @cached_property
    def log_prior(self) -> np.ndarray:
        """(nodes,) up to a constant."""
        a, b = self.nodes
        za = ((a - self.mean[0]) / self.sd[0])[:, None]
        zb = (b - self.mean[1]) / self.sd[1]
        square = za**2 - 2 * self.correlation * za * zb + zb**2
        return np.asarray(-square / (2 * (1 - self.correlation**2))).ravel()

    @cached_property
    def log_rates(self) -> tuple[np.ndarray, np.ndarray]:
        """log p and log(1 - p), each (nodes, doses)."""
        a, b = self.nodes
        logit = a[:, None, None] + np.exp(b)[:, None] * np.asarray(self.distances)
        logit = logit.reshape(-1, len(self.distances))
        return -np.logaddexp(0, -logit), -np.logaddexp(0, logit)

    @cached_property
    def below(self) -> np.ndarray:
        """(nodes, doses x limits) weight of each node in the integral over rates below the limit."""
        from scipy import special

        a, b = self.nodes
        limits = np.asarray(self.limits)
        edge = np.log(limits / (1 - limits)) - (np.exp(b)[:, None] * np.asarray(self.distances))[..., None]
        sine_integral = special.sici(np.pi * (edge[None] - a[:, None, None, None]) / (a[1] - a[0]))[0]
        return np.asarray(0.5 + sine_integral / np.pi).reshape(a.size * b.size, -1)

    def probabilities(self, participants: tuple[int, ...], dlts: tuple[int, ...]) -> np.ndarray:
        """(doses, limits) posterior probability that the rate lies below each limit."""
        return np.asarray(_probabilities(self, participants, dlts))


def _spaced(mean: float, sd: float, step: float) -> np.ndarray:
    half = int(np.ceil(REACH * sd / step))
    return mean + step * np.arange(-half, half + 1)


@lru_cache(maxsize=500_000)
def _probabilities(
    model: TwoParameterModel, participants: tuple[int, ...], dlts: tuple[int, ...]
) -> np.ndarray:
    log_p, log_q = model.log_rates
    y = np.asarray(dlts, dtype=np.float64)
    weight = model.log_prior + log_p @ y + log_q @ (np.asarray(participants) - y)
    weight = np.exp(weight - weight.max())
    found = (weight @ model.below) / weight.sum()
    return np.asarray(found).reshape(len(model.distances), len(model.limits))
