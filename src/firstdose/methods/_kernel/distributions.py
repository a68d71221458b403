"""Probabilities and quantiles: the only door to scipy, which is imported when the first number is asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# Above this |t| the normal part of a noncentral t is negligible beside its chi part (relative 1/t).
_FAR = 1000.0


def t_cdf(t: float, df: float) -> float:
    """P(T <= t); the upper tail is `t_cdf(-t, df)`."""
    from scipy import special

    return float(special.stdtr(df, t))


def t_quantile(p: float, df: float) -> float:
    """The t below which the probability p lies."""
    from scipy import special

    return float(special.stdtrit(df, p))


def f_tail(f: float, df1: float, df2: float) -> float:
    """P(F >= f)."""
    from scipy import special

    return float(special.fdtrc(df1, df2, f))


def chi2_tail(x: float, df: float) -> float:
    """P(chi2 >= x)."""
    from scipy import special

    return float(special.chdtrc(df, x))


def normal_cdf(z: float) -> float:
    """P(Z <= z); the upper tail is `normal_cdf(-z)`."""
    from scipy import special

    return float(special.ndtr(z))


def normal_quantile(p: float) -> float:
    """The z below which the probability p lies."""
    from scipy import special

    return float(special.ndtri(p))


def beta_cdf(x: float, a: float, b: float) -> float:
    """P(B <= x)."""
    from scipy import special

    return float(special.betainc(a, b, x))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x below which the probability p lies."""
    from scipy import special

    return float(special.betaincinv(a, b, p))


def noncentral_t_cdf(t: float, df: float, nc: float) -> float:
    """P(T <= t) with noncentrality nc.

    scipy answers NaN at scattered points far out; there one tail is 0 to double precision, or, for a huge t,
    nearly all variation comes from the chi part.
    """
    from scipy import special

    p = float(special.nctdtr(df, nc, t))
    if not math.isnan(p):
        return min(max(p, 0.0), 1.0)
    if abs(t) <= _FAR or nc / t <= 0.0:
        return 1.0 if t > nc else 0.0
    beyond = float(special.chdtrc(df, df * (nc / t) ** 2))
    return beyond if t > 0 else 1.0 - beyond


def t_cdfs(t: Floats, df: float) -> Floats:
    """P(T <= t) of every t."""
    from scipy import special

    found: Floats = special.stdtr(df, t)
    return found


def noncentral_f_cdf(f: float, df1: float, df2: float, nc: float) -> float:
    """P(F <= f) with noncentrality nc."""
    from scipy import special

    return min(max(float(special.ncfdtr(df1, df2, nc, f)), 0.0), 1.0)


def f_quantile(p: float, df1: float, df2: float) -> float:
    """The F below which the probability p lies."""
    from scipy import special

    return float(special.fdtri(df1, df2, p))


def gamma_quantile(p: float, a: float) -> float:
    """The x below which the probability p of a gamma distribution with shape a and scale 1 lies."""
    from scipy import special

    return float(special.gammaincinv(a, p))


def gamma_cdf(x: float, a: float) -> float:
    """P(G <= x) for shape a and scale 1; that of a Poisson count of a or more with mean x."""
    from scipy import special

    return float(special.gammainc(a, x))


def binomial_chances(n: int, rate: float) -> Floats:
    """P(X = 0), ..., P(X = n)."""
    import numpy as np
    from scipy import special

    x = np.arange(n + 1.0)
    ways = special.gammaln(n + 1.0) - special.gammaln(x + 1.0) - special.gammaln(n - x + 1.0)
    found: Floats = np.exp(ways + special.xlogy(x, rate) + special.xlog1py(n - x, -rate))
    return found


def poisson_chances(most: int, mean: float) -> Floats:
    """P(X = 0), ..., P(X = most)."""
    import numpy as np
    from scipy import special

    x = np.arange(most + 1.0)
    found: Floats = np.exp(special.xlogy(x, mean) - mean - special.gammaln(x + 1.0))
    return found


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where the function crosses zero between low and high, to 1e-14 or 4 units in the last place."""
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-15, maxiter=500))
