"""Noncentralities at which t is a given quantile of the noncentral t distribution, for many t at once.

With whole degrees of freedom P(T <= t) is a finite sum (Owen 1968): T = (z + nc) sqrt(df) / r with r of the chi
distribution, so P is the mean of Phi(A r - nc), A = t / sqrt(df), and each integration by parts over r takes two degrees
of freedom off. What is integrated are powers of r: integral k is that of r**k exp(-r**2 / 2) phi(A r - nc), r > 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.methods._kernel.results import Floats

MOST_DF = 40  # above, so many integrals cost more than one search at a time
_STEPS = 12
_NEAR = 1e-10  # the next step of Newton's is of the square of this size


def noncentralities(t: Floats, df: int, p: float) -> Floats:
    """The nc with P(T <= t) = p for each t (m,); NaN where it is not found. df at most MOST_DF.

    Newton's steps on the scale of the normal quantile of P, which is nearly a straight line in nc.
    """
    from scipy import special

    z, slopes = float(special.ndtri(p)), t / math.sqrt(df)
    nc = _start(t, df, p, z)
    left = np.arange(len(t))
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            chance, change = _cdf(slopes[left], nc[left], df)
            quantile = special.ndtri(chance)
            step = (quantile - z) * _density(quantile) / change
            nc[left] -= step
            left = left[~(np.abs(step) <= _NEAR * (1.0 + np.abs(nc[left])))]
            if not len(left):
                break
    nc[left] = np.nan
    return np.where(np.isfinite(nc), nc, np.nan)


def _start(t: Floats, df: int, p: float, z: float) -> Floats:
    """Near nc: a small t varies as z does, a large one as 1 / r."""
    from scipy import special

    above, below = (math.sqrt(2.0 * float(special.gammaincinv(df / 2.0, q)) / df) for q in (1.0 - p, p))
    return t - math.copysign(1.0, z) * np.hypot(z, t * (np.where(t > 0, above, below) - 1.0))


def _cdf(slope: Floats, nc: Floats, df: int) -> tuple[Floats, Floats]:
    """P(T <= t) for A = t / sqrt(df), and its derivative by nc."""
    from scipy import special

    if df % 2:
        along = nc / np.sqrt(1.0 + slope**2)
        chance = special.ndtr(-along) + 2.0 * special.owens_t(along, slope)
    else:
        chance = special.ndtr(-nc)
    last = nc
    for k, integral in enumerate(_integrals(slope, nc, df)):
        if k < df - 1 and (df - k) % 2 == 0:
            chance = chance + slope * _share(k + 2) * integral
        last = integral
    return chance, -_share(df) * last


def _integrals(slope: Floats, nc: Floats, count: int) -> Iterator[Floats]:
    """Integrals 0, ..., count - 1, each by parts from the two before it."""
    from scipy import special

    square = 1.0 + slope**2
    centre = slope * nc
    before = np.exp(-(nc**2) / (2.0 * square)) * special.ndtr(centre / np.sqrt(square)) / np.sqrt(square)
    yield before
    if count == 1:
        return
    now = (centre * before + _density(nc)) / square
    yield now
    for k in range(1, count - 1):
        before, now = now, (centre * now + k * before) / square
        yield now


def _density(z: Floats) -> Floats:
    found: Floats = np.exp(-(z**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return found


def _share(df: int) -> float:
    """What the density of chi has before r**(df - 1) exp(-r**2 / 2)."""
    return math.pow(2.0, 1.0 - df / 2.0) / math.gamma(df / 2.0)
