"""Repeated-measures ANOVA with one within factor, computed from the covariance of the contrasts.

Nothing is inverted for F and for the Greenhouse-Geisser epsilon, so both are right where the error matrix is
singular (more contrasts than residual degrees of freedom).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import chi2_tail, f_tail
from firstdose.methods._kernel.results import Draft, Floats, as_rows, chosen, unusable, without_direction

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = (
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "epsilon_gg",
    "p_gg",
    "epsilon_hf",
    "epsilon_hf_uncapped",
    "p_hf",
    "epsilon_lower_bound",
    "p_lower_bound",
    "mauchly_w",
    "mauchly_chi2",
    "mauchly_df",
    "mauchly_p",
    "hotelling_t2",
    "t2_p",
    "ss",
    "ss_error",
    "pes",
    "ges",
)
CORRECTIONS = {
    "greenhouse_geisser": ("Greenhouse-Geisser", "epsilon_gg", "p_gg"),
    "huynh_feldt": ("Huynh-Feldt (Lecoutre)", "epsilon_hf", "p_hf"),
    "none": ("sphericity assumed", "", "p_uncorrected"),
}
_NOTHING = 1e-12
_SMALLEST = 1e-75  # its fourth power is still a number

_Numbers = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Means and covariance of the orthonormal contrasts of n participants; `rank` of the covariance."""

    n: int
    p: int
    mean: Floats
    covariance: Floats
    rank: int

    @property
    def nu(self) -> int:
        """Residual degrees of freedom."""
        return self.n - 1

    @property
    def trace(self) -> float:
        """Sum of the variances."""
        return float(np.trace(self.covariance))

    @property
    def singular(self) -> bool:
        """Whether the covariance has no inverse."""
        return self.rank < self.p


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    correction: str = "greenhouse_geisser",
) -> Result:
    """Rows (n, k), one column a time: F, its corrected p and df; Mauchly describes and decides nothing."""
    rows = as_rows(y)
    variant, epsilon_name, p_name = CORRECTIONS[chosen("correction", correction, CORRECTIONS)]
    draft = Draft(method=ENTRY.name, n=len(rows), level=level, further=FURTHER, variant=variant)
    if reasons := unusable(rows):
        return draft.answer(caveats=reasons)
    if len(rows) < 2:
        return draft.answer(_by_time(rows), (say.too_few(len(rows), 2),))
    of = contrasts(rows)
    if of.rank == 0:
        return draft.answer(_by_time(rows), (say.no_error_variation(),))
    found = {**_tests(of), **_sphericity(of), **_hotelling(of), **_sizes(rows, of), **_by_time(rows)}
    found |= _corrected(of, found)
    epsilon = found.get(epsilon_name) if epsilon_name else 1.0
    return draft.answer(
        found,
        (*without_direction(alternative), *_caveats(of, found, correction)),
        estimate_name="generalized eta squared",
        estimate=found["ges"],
        statistic_name="F",
        statistic=found["f"],
        df=() if epsilon is None else (epsilon * of.p, epsilon * of.p * of.nu),
        p=found[p_name],
    )


def contrasts(rows: Floats) -> Contrasts:
    """The Helmert contrasts between k times; variation at the level of round-off has rank 0."""
    n, k = rows.shape
    by_participant = rows @ helmert(k).T
    covariance = np.atleast_2d(np.cov(by_participant, rowvar=False))
    spread = np.linalg.eigvalsh(covariance)
    noise = max(_SMALLEST, _NOTHING * float(np.abs(rows).max()))
    negligible = max(_NOTHING * float(spread[-1]), noise**2)
    rank = min(int((spread > negligible).sum()), n - 1)
    return Contrasts(n, k - 1, by_participant.mean(axis=0), covariance, rank)


def helmert(k: int) -> Floats:
    """Orthonormal contrasts, shape (k - 1, k): each time against the mean of those before it."""
    rows = np.tril(np.ones((k - 1, k)))
    rows[np.arange(k - 1), np.arange(1, k)] = -np.arange(1, k)
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


def _tests(of: Contrasts) -> _Numbers:
    """F and its uncorrected p."""
    f = of.n * float(of.mean @ of.mean) / of.trace
    df1, df2 = of.p, of.p * of.nu
    return {"f": f, "df1": df1, "df2": df2, "p_uncorrected": f_tail(f, df1, df2)}


def _sphericity(of: Contrasts) -> _Numbers:
    """Epsilons and Mauchly's W, both functions of the covariance alone."""
    epsilon = of.trace**2 / (of.p * float((of.covariance**2).sum()))
    found: _Numbers = {"epsilon_gg": min(1.0, epsilon), "epsilon_lower_bound": 1 / of.p}
    if of.singular:
        return found
    return {**found, **_huynh_feldt(of, epsilon), **(_mauchly(of) if of.p > 1 else {})}


def _huynh_feldt(of: Contrasts, epsilon: float) -> _Numbers:
    """Lecoutre 1991; with one group it is the original formula."""
    below = of.p * (of.nu - of.p * epsilon)
    uncapped = (of.n * of.p * epsilon - 2) / below if below > _NOTHING else math.inf
    return {"epsilon_hf": min(1.0, uncapped), "epsilon_hf_uncapped": uncapped}


def _mauchly(of: Contrasts) -> _Numbers:
    w = float(np.linalg.det(of.covariance / (of.trace / of.p)))
    if w <= 0:
        return {"mauchly_w": max(w, 0.0)}
    chi2, df, p = mauchly_p(w, of.p, of.nu, of.p)
    return {"mauchly_w": w, "mauchly_chi2": chi2, "mauchly_df": df, "mauchly_p": p}


def mauchly_p(w: float, p: int, nu: int, q: int) -> tuple[float, int, float]:
    """chi2, its df and p with the second term of the expansion; q = p in the textbook.

    Some software puts the number of response columns in place of q.
    """
    rho = 1 - (2 * p**2 + p + 2) / (6 * p * nu)
    chi2, df = -nu * rho * math.log(min(w, 1.0)), p * (p + 1) // 2 - 1
    polynomial = 2 * p**3 + 6 * p**2 + 3 * q + 2
    second = (p + 2) * (p - 1) * (p - 2) * polynomial / (288 * (nu * p * rho) ** 2)
    first = chi2_tail(chi2, df)
    return chi2, df, min(1.0, max(0.0, first + second * (chi2_tail(chi2, df + 4) - first)))


def _hotelling(of: Contrasts) -> _Numbers:
    """T2 makes no assumption on the covariance, and needs more participants than times less one."""
    if of.singular or of.n <= of.p:
        return {}
    t2 = of.n * float(of.mean @ np.linalg.solve(of.covariance, of.mean))
    return {"hotelling_t2": t2, "t2_p": f_tail((of.n - of.p) / (of.nu * of.p) * t2, of.p, of.n - of.p)}


def _sizes(rows: Floats, of: Contrasts) -> _Numbers:
    """Partial and generalized eta squared; the latter counts the variation between participants too."""
    ss, ss_error = of.n * float(of.mean @ of.mean), of.nu * of.trace
    between = rows.shape[1] * float(((rows.mean(axis=1) - rows.mean()) ** 2).sum())
    return {
        "ss": ss,
        "ss_error": ss_error,
        "pes": ss / (ss + ss_error),
        "ges": ss / (ss + ss_error + between),
    }


def _corrected(of: Contrasts, found: _Numbers) -> _Numbers:
    f = found["f"] or 0.0
    p_values = (("p_gg", "epsilon_gg"), ("p_hf", "epsilon_hf"), ("p_lower_bound", "epsilon_lower_bound"))
    known = {p_name: found.get(name) for p_name, name in p_values}
    return {p: f_tail(f, e * of.p, e * of.p * of.nu) for p, e in known.items() if e is not None} | {
        name: None for name, e in known.items() if e is None
    }


def _by_time(rows: Floats) -> _Numbers:
    """Mean and standard deviation at each time, counted from 1."""
    means: _Numbers = {f"mean_{time}": float(x) for time, x in enumerate(rows.mean(axis=0), start=1)}
    if len(rows) == 1:
        return means
    return means | {f"sd_{time}": float(sd) for time, sd in enumerate(rows.std(axis=0, ddof=1), start=1)}


def _caveats(of: Contrasts, found: _Numbers, correction: str) -> list[Caveat]:
    uncapped = found.get("epsilon_hf_uncapped")
    small = of.n <= 12 and correction == "greenhouse_geisser" and of.p > 1
    wanted = (
        (of.p == 1, say.two_times()),
        (of.singular, say.singular_error(of.p, of.rank)),
        (uncapped is not None and uncapped > 1 and of.p > 1, say.hf_capped(uncapped or 0.0)),
        (found.get("hotelling_t2") is None, say.no_hotelling(of.n, of.p + 1)),
        (correction == "none" and of.p > 1, say.uncorrected()),
        (small, say.conservative_epsilon()),
    )
    return [caveat for holds, caveat in wanted if holds]


ENTRY = Method(
    name="rm_anova",
    label="Repeated-measures analysis of variance",
    source="Greenhouse & Geisser 1959; Huynh & Feldt 1976; Lecoutre 1991; Mauchly 1940; Olejnik & Algina 2003",
    design="within",
    estimate=estimate,
    summaries=("mean difference over time",),
    need=Need(times=3, participants=2),
    options=(
        Option(
            name="correction",
            values=tuple(CORRECTIONS),
            default="greenhouse_geisser",
            meaning="how p allows for departures from sphericity; always applied, never after a test",
        ),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a participant with a missing visit, who is left out and named",
    ),
    sentence=(
        "Times were compared by repeated-measures analysis of variance; the degrees of freedom carry the"
        " Greenhouse-Geisser epsilon unless the protocol declares otherwise, whatever Mauchly's test says, and"
        " Hotelling's T2 stands beside it as a test without assumption on the covariance."
    ),
    reference="tests/reference/methods/test_rm_anova.py",
)
