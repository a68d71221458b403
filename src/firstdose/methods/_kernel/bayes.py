"""Posterior distributions for few participants: conjugate, or mixtures of t over a grid. Nothing is drawn at random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats_of_bayes as say
from firstdose.methods._kernel.distributions import root, t_cdf, t_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firstdose.catalogue.result import Caveat, Effect
    from firstdose.methods._kernel.results import Floats

_STEP = 0.05  # of log g; the rule converges exponentially and is exact to double precision far before this
_NEGLIGIBLE = 1e-30
_ROUND_OFF = 1e-12
_SMALLEST = 1e-150


def number(name: str, text: float | str) -> float:
    """An option that is a number.

    Raises:
        ValueError: it is none; the protocol's check has refused it before.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{name} is a number, not {text!r}")
    return value


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of t distributions with the same df; weights sum to 1."""

    df: float
    weights: Floats
    centres: Floats
    scales: Floats

    @classmethod
    def of(cls, df: float, log_weights: Floats, centres: Floats, scales: Floats) -> Mixture:
        """With weights that need not sum to 1; what weighs nothing is left out."""
        weights = np.exp(log_weights - log_weights.max())
        kept = weights > _NEGLIGIBLE
        return cls(df, weights[kept] / weights[kept].sum(), centres[kept], scales[kept])

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        if len(self.weights) == 1:
            return t_cdf(float((x - self.centres[0]) / self.scales[0]), self.df)
        from scipy import special

        return float(self.weights @ special.stdtr(self.df, (x - self.centres) / self.scales))

    def quantile(self, p: float) -> float:
        """The x below which the probability p lies: between those of the members."""
        each = self.centres + self.scales * t_quantile(p, self.df)
        low, high = float(each.min()), float(each.max())
        return low if low == high else crossing(lambda x: self.cdf(x) - p, low, high)

    def interval(self, level: float) -> tuple[float, float]:
        """Equal-tailed."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero; the end that is next to it where round-off hides the crossing."""
    if function(low) >= 0:
        return low
    return high if function(high) <= 0 else root(function, low, high)


# -------------------------------------------------------------------------------------------- normal inverse gamma


@dataclass(frozen=True, slots=True)
class NormalInverseGamma:
    """mu given variance: normal around m0, its variance divided by k0; variance: inverse gamma of shape a0, scale b0.

    k0 = 0, a0 = -1/2 and b0 = 0 is the reference prior, whose intervals are those of t.
    """

    m0: float
    k0: float
    a0: float
    b0: float

    def posterior(self, d: Floats) -> NormalInverseGamma:
        """What is known after these values."""
        n, mean = len(d), float(d.mean())
        k = self.k0 + n
        within = float(((d - mean) ** 2).sum())
        b = self.b0 + (within + self.k0 * n / k * (mean - self.m0) ** 2) / 2
        return NormalInverseGamma((self.k0 * self.m0 + n * mean) / k, k, self.a0 + n / 2, b)

    def of_mean(self) -> Mixture | None:
        """The distribution of mu; None where it is none."""
        if self.a0 <= 0 or self.b0 <= 0 or self.k0 <= 0:
            return None
        one = np.ones(1)
        return Mixture(2 * self.a0, one, self.m0 * one, math.sqrt(self.b0 / (self.a0 * self.k0)) * one)

    def refused(self) -> tuple[Caveat, ...]:
        """Why these numbers are no prior; empty where they are."""
        wrong = [name for name, x in (("k0", self.k0), ("a0", self.a0), ("b0", self.b0)) if x <= 0]
        return (say.no_prior(f"{', '.join(wrong)} must be above 0"),) if wrong else ()

    def spelled(self) -> str:
        """In words, for the report."""
        return (
            f"mean around {self.m0:.6g} with the weight of {self.k0:.6g} participants,"
            f" variance inverse gamma with shape {self.a0:.6g} and scale {self.b0:.6g}"
        )


# ------------------------------------------------------------------------------------------------ JZS Bayes factor


@dataclass(frozen=True, slots=True)
class Jzs:
    """Bayes factor of a change against none (logarithm), and the posterior of the mean change where there is one."""

    log_bf10: float
    of_mean: Mixture

    @property
    def bf10(self) -> float:
        """Infinite where no float holds it."""
        return math.exp(self.log_bf10) if self.log_bf10 < 700 else math.inf


def jzs(d: Floats, r: float) -> Jzs:
    """Cauchy prior of scale r on mean / sd, Jeffreys prior on the variance (Rouder et al. 2009).

    The Cauchy is a normal whose variance g r^2 has g inverse gamma (1/2, 1/2): for each g everything is conjugate.
    Integrated over log g by the trapezoidal rule.
    """
    n, mean, sd = len(d), float(d.mean()), float(d.std(ddof=1))
    nu, square = n - 1, n * (mean / sd) ** 2
    most = math.log(max(1.0, square / (nu * n * r * r), 1 / (n * r * r))) + 80.0
    u = np.arange(-8.0, most, _STEP)
    spread = n * np.exp(u) * r * r
    prior = -np.exp(-u) / 2 - u / 2 - math.log(2 * math.pi) / 2
    against = -(nu + 1) / 2 * np.log1p(square / ((1 + spread) * nu)) - np.log1p(spread) / 2
    logs = prior + against
    log_sum = float(logs.max() + math.log(np.exp(logs - logs.max()).sum() * _STEP))
    shrunk = spread / (1 + spread)
    squares = nu * sd**2 + n * mean**2 / (1 + spread)
    posterior = Mixture.of(float(n), logs, mean * shrunk, np.sqrt(squares / n * shrunk / n))
    return Jzs(log_sum + (nu + 1) / 2 * math.log1p(square / nu), posterior)


def undefined(d: Floats, largest: float) -> bool:
    """Whether differences vary no more than round-off."""
    return len(d) < 2 or float(np.ptp(d)) <= max(_SMALLEST, _ROUND_OFF * largest)


def moved(effects: Iterable[Effect], holds: Callable[[Effect], bool]) -> tuple[Caveat, ...]:
    """A caveat where the first line says one thing and others another; lines without an answer say nothing."""
    first, *others = effects
    names = [each.name for each in others if each.estimate is not None and holds(each) != holds(first)]
    return (say.prior_decides(names),) if names else ()


def leaves_out_zero(effect: Effect) -> bool:
    """Whether the interval lies on one side of zero."""
    low, high = effect.ci_low, effect.ci_high
    return low is not None and high is not None and (low > 0 or high < 0)
