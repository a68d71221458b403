"""Analysis of variance with factors within and between participants, of many data sets at once.

All from the covariance S of orthonormal contrasts, pooled within the cells of participants. Nothing is inverted for F
and for the Greenhouse-Geisser epsilon, so both are right where S is singular (more contrasts than residual degrees of
freedom). The data set is the last axis of every array: (participants, columns, m), (contrasts, cells, m).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.methods._kernel.anova_design import Design, Part
    from firstdose.methods._kernel.results import Floats

_NOTHING = 1e-12
_SMALLEST = 1e-75  # its fourth power is still a number
_HUYNH_FELDT = ("epsilon_hf", "epsilon_hf_uncapped", "epsilon_hf_original")
_SURELY = 1e-6  # above this bound on the smallest eigenvalue over the trace nobody need compute eigenvalues

Numbers = dict[str, "Floats"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """The contrasts of one effect within: cell means (p, cells, m), covariance (p, p, m) and its rank, (m,)."""

    within: Part
    means: Floats
    covariance: Floats
    rank: Floats
    root: Floats

    @property
    def p(self) -> int:
        """Number of contrasts."""
        return len(self.covariance)

    @property
    def trace(self) -> Floats:
        """Sum of the variances."""
        return np.asarray(np.einsum("aam->m", self.covariance))

    @property
    def full(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where the covariance has an inverse."""
        return np.asarray(self.rank == self.p)


def strata(y: Floats, design: Design) -> tuple[Stratum, ...]:
    """One per effect within, that of the mean over all columns first; y (participants, columns, m)."""
    noise = np.maximum(_SMALLEST, _NOTHING * np.abs(y).max(axis=(0, 1)))
    return tuple(_stratum(y, design, part, noise) for part in design.within)


def _stratum(y: Floats, design: Design, part: Part, noise: Floats) -> Stratum:
    z = np.tensordot(part.rows, y, axes=(1, 1))
    share = design.indicator() / design.sizes[:, None]
    means = np.matmul(share, z)
    z -= means[:, design.cell]
    covariance = _products(z) / design.nu
    root = lower_root(covariance)
    return Stratum(part, means, covariance, _rank(covariance, root, noise, design.nu), root)


def _products(z: Floats) -> Floats:
    """z z' of each data set, z (p, n, m)."""
    p, _, m = z.shape
    products = np.empty((p, p, m))
    for row in range(p):
        for other in range(row + 1):
            products[row, other] = products[other, row] = np.einsum("nm,nm->m", z[row], z[other])
    return products


def lower_root(s: Floats) -> Floats:
    """L of s = L L' for each data set, (p, p, m); NaN or nonsense where s is singular."""
    p = len(s)
    root = np.zeros_like(s)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(p):
            root[j, j] = np.sqrt(s[j, j] - np.einsum("km,km->m", root[j, :j], root[j, :j]))
            for i in range(j + 1, p):
                root[i, j] = (s[i, j] - np.einsum("km,km->m", root[i, :j], root[j, :j])) / root[j, j]
    return root


def solved(root: Floats, right: Floats) -> Floats:
    """L x = right for each data set, right (p, q, m)."""
    x = np.empty_like(right)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(len(root)):
            x[j] = (right[j] - np.einsum("km,kqm->qm", root[j, :j], x[:j])) / root[j, j]
    return x


def _rank(covariance: Floats, root: Floats, noise: Floats, nu: int) -> Floats:
    """Eigenvalues above the level of round-off, at most nu; computed only where the determinant leaves a doubt."""
    p, _, m = covariance.shape
    rank, trace = np.full(m, float(p)), np.einsum("aam->m", covariance)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        others = float(max(p - 1, 1))
        shares = np.einsum("aam->am", root) ** 2 * (others / trace)
        least = np.prod(shares, axis=0) / others  # over the trace; the other eigenvalues as equal as can be
        doubted = np.flatnonzero(~((least > _SURELY) & (trace * _SURELY > noise**2)) | (nu < p))
    if len(doubted):
        some = np.moveaxis(covariance[:, :, doubted], 2, 0)
        spread = np.linalg.eigvalsh(np.where(np.isfinite(some), some, 0.0))
        negligible = np.maximum(_NOTHING * spread[:, -1], noise[doubted] ** 2)
        rank[doubted] = np.minimum((spread > negligible[:, None]).sum(axis=1), nu)
    return rank


def table(y: Floats, design: Design) -> dict[str, Numbers]:
    """Effect > operation id > (m,); NaN where a number does not exist. y (participants, columns, m)."""
    every = strata(y, design)
    errors = design.nu * np.sum([stratum.trace for stratum in every], axis=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return dict(_lines(every, errors, design))


def _lines(every: tuple[Stratum, ...], errors: Floats, design: Design) -> Iterator[tuple[str, Numbers]]:
    for stratum in every:
        shared = _sphericity(stratum, design) if stratum.within.factors else {}
        shared = shared | {"rank": stratum.rank}
        for between in design.between:
            if between.factors or stratum.within.factors:
                name = ":".join((*between.factors, *stratum.within.factors))
                found = _line(stratum, between, errors, design) | shared
                yield name, _judged(found | _corrected(found), stratum)


def _judged(found: Numbers, stratum: Stratum) -> Numbers:
    """NaN where there is no residual variation at all."""
    nothing = stratum.rank == 0
    if not nothing.any():
        return found
    return {name: np.where(nothing, np.nan, values) for name, values in found.items()}


def _line(stratum: Stratum, between: Part, errors: Floats, design: Design) -> Numbers:
    effect = np.matmul(between.rows, stratum.means)  # (p, q, m)
    q, p, nu = len(between.rows), stratum.p, design.nu
    ss, trace = np.einsum("pqm,pqm->m", effect, effect), stratum.trace
    error = nu * trace
    f = ss / (q * trace)
    constant = np.ones_like(ss)
    found: Numbers = {
        "ss": ss,
        "ss_error": error,
        "f": f,
        "df1": constant * (q * p),
        "df2": constant * (nu * p),
        "p_uncorrected": f_tails(f, q * p, nu * p),
        "pes": ss / (ss + error),
        "ges": ss / (ss + errors),
    }
    return found | _multivariate(stratum, effect, nu) if stratum.within.factors and nu >= p else found


def _sphericity(stratum: Stratum, design: Design) -> Numbers:
    """Epsilons and Mauchly's W, functions of the covariance alone."""
    p, trace = stratum.p, stratum.trace
    epsilon = trace**2 / (p * np.einsum("abm,abm->m", stratum.covariance, stratum.covariance))
    found: Numbers = {
        "epsilon_gg": np.minimum(1.0, epsilon),
        "epsilon_lower_bound": np.full_like(trace, 1 / p),
    }
    if design.nu < p:
        return found | dict.fromkeys(_HUYNH_FELDT, np.full_like(trace, np.nan))
    lecoutre = _huynh_feldt(epsilon, p, design.nu, design.nu + 1)
    original = _huynh_feldt(epsilon, p, design.nu, design.n)
    singular = dict(zip(_HUYNH_FELDT, (np.minimum(1.0, lecoutre), lecoutre, original), strict=True))
    singular |= _mauchly(stratum, design.nu) if p > 1 else {}
    return found | {name: np.where(stratum.full, values, np.nan) for name, values in singular.items()}


def _huynh_feldt(epsilon: Floats, p: int, nu: int, size: int) -> Floats:
    """`size`: N in Huynh & Feldt 1976, N - g + 1 in Lecoutre 1991; infinite where nothing is left below."""
    below = p * (nu - p * epsilon)
    return np.where(below > _NOTHING, (size * p * epsilon - 2) / below, np.inf)


def _mauchly(stratum: Stratum, nu: int) -> Numbers:
    p = stratum.p
    w = np.prod(np.einsum("aam->am", stratum.root) ** 2 / (stratum.trace / p), axis=0)
    chi2, df, tail = mauchly_p(w, p, nu, p)
    tested = {"mauchly_chi2": chi2, "mauchly_df": np.full_like(w, df), "mauchly_p": tail}
    return {"mauchly_w": w} | {name: np.where(w > 0, values, np.nan) for name, values in tested.items()}


def mauchly_p(w: Floats, p: int, nu: int, q: int) -> tuple[Floats, int, Floats]:
    """chi2, its df and p with the second term of the expansion; q = p in the textbook.

    Some software puts the number of response columns in place of q.
    """
    rho = 1 - (2 * p**2 + p + 2) / (6 * p * nu)
    chi2, df = -nu * rho * np.log(np.minimum(w, 1.0)), p * (p + 1) // 2 - 1
    polynomial = 2 * p**3 + 6 * p**2 + 3 * q + 2
    second = (p + 2) * (p - 1) * (p - 2) * polynomial / (288 * (nu * p * rho) ** 2)
    first = chi2_tails(chi2, df)
    return chi2, df, np.clip(first + second * (chi2_tails(chi2, df + 4) - first), 0.0, 1.0)


def _multivariate(stratum: Stratum, effect: Floats, nu: int) -> Numbers:
    """Hotelling's T2 for one row of cell weights, Pillai's trace for several; both assume no sphericity."""
    p, q = effect.shape[:2]
    x = np.where(stratum.full, solved(stratum.root, effect), np.nan)
    if q > 1:
        return _pillai(np.einsum("pqm,prm->mqr", x, x), p, nu)
    t2 = np.einsum("pqm,pqm->m", x, x)
    return {"hotelling_t2": t2, "t2_p": f_tails((nu - p + 1) / (nu * p) * t2, p, nu - p + 1)}


def _pillai(products: Floats, p: int, nu: int) -> Numbers:
    """V = tr(H (H + E)^-1) and its approximate F; products: H in units of the covariance, (m, q, q)."""
    q = products.shape[-1]
    s, excess = min(p, q), abs(p - q)
    known = np.where(np.isfinite(products), products, 0.0)
    shares = np.linalg.solve(known + nu * np.eye(q), known)
    v = np.where(np.isfinite(products[:, 0, 0]), np.einsum("mqq->m", shares), np.nan)
    df1, df2 = s * (excess + s), s * (nu - p + s)
    f = df2 / df1 * v / (s - v)
    constant = np.where(np.isfinite(v), 1.0, np.nan)
    return {
        "pillai": v,
        "pillai_f": f,
        "pillai_df1": df1 * constant,
        "pillai_df2": df2 * constant,
        "pillai_p": f_tails(f, df1, df2),
    }


def _corrected(found: Numbers) -> Numbers:
    """p for every epsilon that exists."""
    named = {
        "p_gg": "epsilon_gg",
        "p_hf": "epsilon_hf",
        "p_hf_original": "epsilon_hf_original",
        "p_lower_bound": "epsilon_lower_bound",
    }
    if "epsilon_gg" not in found:
        return {}
    return {tail: _scaled_tails(found, np.minimum(1.0, found[e])) for tail, e in named.items()}


def _scaled_tails(found: Numbers, epsilon: Floats) -> Floats:
    return f_tails(found["f"], epsilon * found["df1"], epsilon * found["df2"])


def f_tails(f: Floats, df1: Floats | float, df2: Floats | float) -> Floats:
    """P(F >= f), NaN where f or a df is."""
    from scipy import special

    return np.asarray(special.fdtrc(df1, df2, f))


def chi2_tails(x: Floats, df: float) -> Floats:
    """P(chi2 >= x), NaN where x is."""
    from scipy import special

    return np.asarray(special.chdtrc(df, x))
