"""Estimates, degrees of freedom and F of linear combinations, for m fits at once (Kenward & Roger 1997, 2009).

Satterthwaite with several degrees of freedom follows Fai & Cornelius 1996.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.methods._kernel.mixed.judging import Covariances
    from firstdose.methods._kernel.results import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """m fits with S strata of p coefficients and d covariance parameters; NaN where there is no fit.

    b (m, S, p); phi, adjusted (m, S, p, p); slopes P (m, S, d, p, p); W (m, d, d); exists (m, S, p): 0 for a
    coefficient without any value; scale (m,): what the values were divided by.
    """

    b: Floats
    phi: Floats
    adjusted: Floats
    slopes: Floats
    W: Floats
    exists: Floats
    scale: Floats

    def arrays(self) -> Covariances:
        """What the compiled code takes."""
        from firstdose.methods._kernel.mixed.judging import Covariances

        return Covariances(self.b, self.phi, self.adjusted, self.slopes, self.W, self.exists)


@dataclass(frozen=True, slots=True)
class Lines:
    """One row a fit, one column a linear combination."""

    estimate: Floats
    se: Floats
    df: Floats

    @property
    def t(self) -> Floats:
        """Estimate over its standard error."""
        return self.estimate / self.se


def lines(of: Fitted, L: Floats) -> Lines:
    """Each of the r rows of L (r, S, p); NaN where it needs a coefficient without values."""
    from firstdose.methods._kernel.mixed.judging import room_to_table, single

    m, strata, d, p, _ = of.slopes.shape
    out = np.empty((3, m, len(L)))
    single(of.arrays(), np.ascontiguousarray(L), room_to_table(1, strata, p, d), out)
    scale = of.scale[:, None]
    estimate, variance, df = out
    variance[~(variance > 0)] = np.nan
    return Lines(estimate * scale, np.sqrt(variance) * scale, df)


def joint_test(of: Fitted, L: Floats, *, kenward_roger: bool) -> tuple[Floats, Floats]:
    """F and its denominator degrees of freedom for all rows of L (l, S, p) together, each (m,)."""
    if len(L) == 1:
        one = lines(of, L)
        return one.t[:, 0] ** 2, one.df[:, 0]
    return _kenward_roger(of, L) if kenward_roger else _fai_cornelius(of, L)


def _kenward_roger(of: Fitted, L: Floats) -> tuple[Floats, Floats]:
    from firstdose.methods._kernel.mixed.judging import joint, room_to_table

    m, strata, d, p, _ = of.slopes.shape
    out = np.empty((2, m))
    joint(of.arrays(), np.ascontiguousarray(L), room_to_table(len(L), strata, p, d), out)
    return out[0], out[1]


def _fai_cornelius(of: Fitted, L: Floats) -> tuple[Floats, Floats]:
    """Each independent component has its Satterthwaite df; that of F has the same mean."""
    f, df = np.full(len(of.b), np.nan), np.full(len(of.b), np.nan)
    weights = np.einsum("msp,rsp->mr", 1.0 - of.exists, np.abs(L)).sum(axis=1)
    for i in np.flatnonzero(np.isfinite(of.b).all(axis=(1, 2)) & (weights == 0)).tolist():
        f[i], df[i] = _independent(of, i, L)
    return f, df


def _independent(of: Fitted, i: int, L: Floats) -> tuple[float, float]:
    within = np.einsum("rsp,spq,tsq->rt", L, of.phi[i], L)
    values, vectors = np.linalg.eigh(within)
    w = np.einsum("ri,rsq,spq->isp", vectors, L, of.phi[i])
    g = np.einsum("isp,sapq,isq->ia", w, of.slopes[i], w)
    nu = 2 * values**2 / np.einsum("ia,ab,ib->i", g, of.W[i], g)
    total = float((nu[nu > 2] / (nu[nu > 2] - 2)).sum())
    if total <= len(L):
        return np.nan, np.nan
    value = np.einsum("rsp,sp->r", L, of.b[i])
    return float(value @ np.linalg.solve(within, value)) / len(L), 2 * total / (total - len(L))
