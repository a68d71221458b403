"""Lesions in participants, y = mu + u (participant) + e (lesion), both normal: the posterior over a grid of sd u / sd e.

mu has a flat prior, log sd e has a flat prior, and the ratio has a half-t or half-normal prior. For a given ratio all is
conjugate: mu is t distributed around the generalized least squares mean, sd e^2 is inverse gamma.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.bayes import Mixture, crossing

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats

_STEP = 0.02  # of log ratio
_LOW, _HIGH = -18.0, 18.0  # log ratio: beyond, lesions of a participant are alike or unrelated to any digit
_ROUND_OFF = 1e-24


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """Half-t with df (infinite: half-normal) of sd participant / sd lesion; df 1 and scale 1: ICC is Beta(1/2, 1/2)."""

    df: float
    scale: float

    def log_density(self, ratio: Floats) -> Floats:
        """Up to a constant."""
        z = ratio / self.scale
        return -(z**2) / 2 if math.isinf(self.df) else -(self.df + 1) / 2 * np.log1p(z**2 / self.df)

    def spelled(self) -> str:
        """In words, for the report."""
        kind = "half-normal" if math.isinf(self.df) else f"half-t with {self.df:.6g} df"
        return f"sd of participants / sd of lesions {kind}, scale {self.scale:.6g}; flat on the mean and on log sd of lesions"


@dataclass(frozen=True, slots=True)
class Sums:
    """What the values say: lesions and mean of each participant, and the variation within."""

    sizes: Floats
    means: Floats
    within: float

    @property
    def n(self) -> int:
        """Participants."""
        return len(self.sizes)

    @property
    def lesions(self) -> int:
        """Rows."""
        return int(self.sizes.sum())

    @property
    def constant(self) -> bool:
        """Whether no lesion differs from another of its participant, though there are several."""
        noise = _ROUND_OFF * float((self.means**2).max(initial=0.0)) * self.lesions
        return self.lesions > self.n and self.within <= noise

    @property
    def flat(self) -> bool:
        """Whether all values are equal."""
        largest = float(np.abs(self.means).max(initial=0.0))
        return self.within == 0.0 and float(np.ptp(self.means)) <= 1e-12 * largest


def summed(values: Floats, units: npt.NDArray[np.int64]) -> Sums:
    """By participant; `units` are their numbers, a number a row."""
    _, codes = np.unique(units, return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    means = np.bincount(codes, weights=values) / sizes
    return Sums(sizes, means, float(((values - means[codes]) ** 2).sum()))


@dataclass(frozen=True, slots=True)
class Posterior:
    """On the grid: ratios with their weights, sum of squares at each, and the mixture that mu follows."""

    of_mean: Mixture
    ratios: Floats
    weights: Floats
    squares: Floats
    df: float

    def of_icc(self, p: float) -> float:
        """The quantile of ratio^2 / (1 + ratio^2), by linear interpolation of the distribution of log ratio."""
        up_to = np.cumsum(self.weights) - self.weights / 2
        ratio = math.exp(float(np.interp(p, up_to, np.log(self.ratios))))
        return ratio**2 / (1 + ratio**2)

    def of_lesion_sd(self, p: float) -> float:
        """The quantile of the standard deviation between lesions."""
        return self._of_sd(p, np.ones_like(self.ratios))

    def of_participant_sd(self, p: float) -> float:
        """The quantile of the standard deviation between participants."""
        return self._of_sd(p, self.ratios)

    def _of_sd(self, p: float, times: Floats) -> float:
        """sd^2 is inverse gamma (df/2, squares/2) at each ratio; sought on a logarithmic scale."""
        from scipy import special

        half = times**2 * self.squares / 2
        ends = half / special.gammaincinv(self.df / 2, 1 - p)
        log_ends = np.log(ends) / 2

        def cdf(log_sd: float) -> float:
            return float(self.weights @ special.gammaincc(self.df / 2, half * math.exp(-2 * log_sd)))

        return math.exp(crossing(lambda x: cdf(x) - p, float(log_ends.min()), float(log_ends.max())))


def posterior(of: Sums, prior: RatioPrior) -> Posterior:
    """For at least two participants whose lesions are not all alike."""
    logs = np.arange(_LOW, _HIGH, _STEP)
    ratios = np.exp(logs)
    stretched = 1 + np.outer(ratios**2, of.sizes)
    precision = of.sizes / stretched
    total = precision.sum(axis=1)
    centres = precision @ of.means / total
    squares = of.within + (precision * (of.means - centres[:, None]) ** 2).sum(axis=1)
    df = of.lesions - 1.0
    log_weights = (
        prior.log_density(ratios)
        + logs
        - np.log(stretched).sum(axis=1) / 2
        - np.log(total) / 2
        - df / 2 * np.log(squares)
    )
    kept = log_weights > log_weights.max() - 60
    weights = np.exp(log_weights[kept] - log_weights.max())
    scales = np.sqrt(squares[kept] / df / total[kept])
    return Posterior(
        Mixture.of(df, log_weights[kept], centres[kept], scales),
        ratios[kept],
        weights / weights.sum(),
        squares[kept],
        df,
    )
