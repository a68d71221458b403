"""Variance between and within participants: intraclass correlations, their F intervals, and weights made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.distributions import f_quantile

if TYPE_CHECKING:
    from firstdose.methods._kernel.clusters import Nest
    from firstdose.methods._kernel.results import Floats

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWay:
    """Mean squares between (`msb`, df1) and within (`msw`, df2), and the average number of lesions n0.

    The mean squares carry data sets in front.
    """

    msb: Floats
    msw: Floats
    df1: int
    df2: int
    n0: float

    @property
    def icc(self) -> Floats:
        """(MSB - MSW) / (MSB + (n0 - 1) MSW), where anything varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.msb - self.msw) / (self.msb + (self.n0 - 1) * self.msw)


def one_way(nest: Nest, values: Floats) -> OneWay:
    """Participants as groups, within their dose where dose varies between them: (..., N)."""
    means = nest.means(values)
    codes = nest.doses_of_participants if nest.dose == "between" else np.zeros(nest.n, dtype=np.int64)
    between, n0 = np.zeros(values.shape[:-1]), float(nest.N)
    g = int(codes.max()) + 1
    for code in range(g):
        m, x = nest.lesions[codes == code], means[..., codes == code]
        centre = (x * m).sum(axis=-1, keepdims=True) / m.sum()
        between = between + (m * (x - centre) ** 2).sum(axis=-1)
        n0 -= float((m**2).sum()) / float(m.sum())
    df1, df2 = nest.n - g, nest.N - nest.n
    within = (nest.centred(values) ** 2).sum(axis=-1)
    return OneWay(msb=between / max(df1, 1), msw=within / max(df2, 1), df1=df1, df2=df2, n0=n0 / max(df1, 1))


def variance_weights(nest: Nest, values: Floats) -> Floats:
    """m / (1 + (m - 1) ICC) for each participant, the ICC estimated and kept between 0 and 1: (..., N) > (..., n)."""
    found = one_way(nest, values)
    if found.df1 < 1 or found.df2 < 1:
        return np.broadcast_to(np.ones(nest.n), (*values.shape[:-1], nest.n))
    icc = np.clip(np.nan_to_num(found.icc), 0.0, 1.0)[..., None]
    return np.asarray(nest.lesions / (1 + (nest.lesions - 1) * icc), dtype=np.float64)


def one_way_limits(f: float, df1: int, df2: int, m: float, level: float) -> Limits:
    """Of ICC(1), or with the residual mean square of ICC(3, 1), from F = MSB / MSW with m values each."""
    tail = 1 - (1 - level) / 2
    low, high = f / f_quantile(tail, df1, df2), f * f_quantile(tail, df2, df1)
    return (low - 1) / (low + m - 1), (high - 1) / (high + m - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWay:
    """Mean squares of targets, readings and what is left, of n targets with k readings each."""

    bms: float
    jms: float
    ems: float
    n: int
    k: int

    @property
    def agreement(self) -> float:
        """ICC(2, 1): readings are exchangeable, and their shifts count as disagreement."""
        return (self.bms - self.ems) / (
            self.bms + (self.k - 1) * self.ems + self.k * (self.jms - self.ems) / self.n
        )

    @property
    def consistency(self) -> float:
        """ICC(3, 1): shifts between readings do not count."""
        return (self.bms - self.ems) / (self.bms + (self.k - 1) * self.ems)

    def consistency_limits(self, level: float) -> Limits:
        """Exact for normal values (Shrout & Fleiss 1979)."""
        df1 = self.n - 1
        return one_way_limits(self.bms / self.ems, df1, df1 * (self.k - 1), self.k, level)

    def agreement_limits(self, level: float) -> Limits:
        """By the F whose df come from Satterthwaite (Shrout & Fleiss 1979)."""
        n, k, r = self.n, self.k, self.agreement
        fj, rest = self.jms / self.ems, n * (1 + (k - 1) * r) - k * r
        v = (k - 1) * (n - 1) * (k * r * fj + rest) ** 2 / ((n - 1) * k**2 * r**2 * fj**2 + rest**2)
        tail, others = 1 - (1 - level) / 2, k * self.jms + (k * n - k - n) * self.ems
        up, down = f_quantile(tail, n - 1, v), f_quantile(tail, v, n - 1)
        return (
            n * (self.bms - up * self.ems) / (up * others + n * self.bms),
            n * (down * self.bms - self.ems) / (others + n * down * self.bms),
        )


def two_way(rows: Floats) -> TwoWay:
    """Targets (n, k) without gaps."""
    n, k = rows.shape
    of_targets, of_readings, centre = rows.mean(axis=1), rows.mean(axis=0), rows.mean()
    rest = rows - of_targets[:, None] - of_readings[None, :] + centre
    return TwoWay(
        bms=k * float(((of_targets - centre) ** 2).sum()) / (n - 1),
        jms=n * float(((of_readings - centre) ** 2).sum()) / (k - 1),
        ems=float((rest**2).sum()) / ((n - 1) * (k - 1)),
        n=n,
        k=k,
    )
