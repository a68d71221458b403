"""Tipping point: how much worse must the missing changes have been before the conclusion changes?

Missing changes are set to the mean of the observed ones, or to no change, plus delta. The mean over all participants is
then known in closed form: (r c + m (base + delta)) / n with r observed changes of mean c and m missing. Nothing is drawn.

Variance. "pattern_mixture" (Little 1994): s^2 / r of the observed changes, and (r m / n^2) (imputed - observed mean)^2
/ (n - 1) for the share of missing ones, which might have been another; r - 1 degrees of freedom. It is the limit of
Rubin's rules for infinitely many imputations with the variance held at s^2, and with delta 0 the paired t test of complete
cases. For "no change" s^2 / r is kept, so that a missing value never adds precision (Cro, Carpenter & Kenward 2019).
"rubin": the same limit with the variance drawn from its posterior under the reference prior, with the degrees of freedom of
Barnard & Rubin (1999); it needs four observed changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_missing as tell
from firstdose.methods._kernel.bayes import crossing, undefined
from firstdose.methods._kernel.distributions import t_cdf, t_quantile
from firstdose.methods._kernel.results import LARGEST, Draft, Floats, about_p, as_rows, chosen, p_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = (
    "mean_observed",
    "sd_observed",
    "n_observed",
    "n_missing",
    "tipping_delta",
    "tipping_delta_exact",
    "tipping_delta_no_change",
    "tipping_delta_no_change_exact",
)
BASES = {"observed mean": "", "no change": "_no_change"}
VARIANCES = {
    "pattern_mixture": "pattern mixture, variance of the observed changes",
    "rubin": "Rubin's rules in the limit of infinitely many imputations",
}


@dataclass(frozen=True, slots=True)
class Observed:
    """r observed changes and the number of missing ones."""

    mean: float
    sd: float
    r: int
    missing: int
    variance: str

    def centre(self, base: str) -> float:
        """What a missing change is before delta."""
        return self.mean if base == "observed mean" else 0.0

    def estimate(self, base: str, delta: float) -> float:
        """The mean over everybody."""
        return self.mean + self.missing * (self.centre(base) + delta - self.mean) / (self.r + self.missing)

    def spread(self, base: str, delta: float) -> tuple[float, float] | None:
        """Standard error and degrees of freedom."""
        apart = self.centre(base) + delta - self.mean
        if self.variance == "pattern_mixture" or not self.missing:
            return math.sqrt(self.sd**2 / self.r + self._of_share(apart)), self.r - 1.0
        return self._rubin(base, apart) if self.r > 3 else None

    def _of_share(self, apart: float) -> float:
        """Variance that comes from the share of missing changes."""
        n = self.r + self.missing
        return self.r * self.missing / n**2 * apart**2 / (n - 1)

    def _rubin(self, base: str, apart: float) -> tuple[float, float]:
        """Within and between imputations, in the limit; `apart`: imputed less observed mean."""
        r, m, n = self.r, self.missing, self.r + self.missing
        drawn = self.sd**2 * (r - 1) / (r - 3)  # expected variance of the posterior draws
        moving = drawn / r if base == "observed mean" else 0.0  # of the mean that they are drawn around
        between = (m / n) ** 2 * (moving + drawn / m)
        squares = (r - 1) * self.sd**2 + (m - 1) * drawn + r * m / n * (moving + drawn / m)
        within = squares / (n - 1) / n + self._of_share(apart)
        total = within + between
        return math.sqrt(total), n / (n + 2) * (n - 1) * within / total

    def p(self, base: str, delta: float, alternative: Alternative) -> float | None:
        """Of the test that the mean over everybody is 0."""
        if (spread := self.spread(base, delta)) is None:
            return None
        t = self.estimate(base, delta) / spread[0]
        return p_value(t_cdf(t, spread[1]), t_cdf(-t, spread[1]), alternative)


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    delta: str = "0 .. 5 by 0.5",
    variance: str = "pattern_mixture",
) -> Result:
    """Rows (n, 2), before and after, NaN where missing: mean change with every delta of `first .. last by step`.

    The headline has delta 0 around the observed mean. `effects`: each base and each delta. `tipping_delta`: the first
    delta of the range at which the conclusion at 1 - level is another one; `_exact`: where between it changes.
    """
    rows = as_rows(y, columns=2)
    deltas = declared(delta)
    d = rows[:, 1] - rows[:, 0]
    d = d if decimals is None else np.round(d, decimals)
    known = d[~np.isnan(d)]
    draft = Draft(
        method=ENTRY.name,
        n=len(rows),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=VARIANCES[chosen("variance", variance, VARIANCES)],
    )
    counts: dict[str, float | None] = {"n_observed": len(known), "n_missing": len(d) - len(known)}
    if reasons := _refused(known):
        return draft.answer(counts, reasons)
    if undefined(known, float(np.nanmax(np.abs(rows)))):
        centre = float(known.mean())
        return draft.answer(counts, (say.constant(centre),), estimate_name="mean change", estimate=centre)
    of = Observed(float(known.mean()), float(known.std(ddof=1)), len(known), len(d) - len(known), variance)
    return _answered(draft, of, deltas, {**counts, "mean_observed": of.mean, "sd_observed": of.sd})


def declared(text: str) -> tuple[float, ...]:
    """`first .. last by step` as numbers, in decimal steps.

    Raises:
        ValueError: another text; the protocol's check has refused it before.
    """
    ends, by, step_text = text.partition(" by ")
    first_text, dots, last_text = ends.partition("..")
    if not (by and dots):
        raise ValueError(f"delta is written `first .. last by step`, not {text!r}")
    try:
        first, last, step = (Decimal(part.strip()) for part in (first_text, last_text, step_text))
    except ArithmeticError:
        raise ValueError(f"delta is written in numbers, not {text!r}") from None
    if step <= 0 or last < first:
        raise ValueError(f"delta rises in steps above 0, not {text!r}")
    return tuple(float(first + i * step) for i in range(int((last - first) / step) + 1))


def _refused(known: Floats) -> tuple[Caveat, ...]:
    if strange := int((~(np.abs(known) <= LARGEST)).sum()):
        return (say.not_finite(strange),)
    return (say.too_few(len(known), 2),) if len(known) < 2 else ()


def _answered(
    draft: Draft, of: Observed, deltas: tuple[float, ...], found: dict[str, float | None]
) -> Result:
    plain = _line(of, "", "observed mean", 0.0, draft)
    spread = of.spread("observed mean", 0.0)
    tipped = {
        name: x
        for base, suffix in BASES.items()
        for name, x in _tipping(of, base, suffix, deltas, draft).items()
    }
    return draft.answer(
        found | tipped,
        (
            *about_p(draft.alternative, draft.level),
            *(() if spread else (tell.rubin_needs_four(of.r),)),
            *_about_tipping(of, plain.p, tipped, deltas, 1 - draft.level),
        ),
        estimate_name="mean change",
        estimate=plain.estimate,
        ci_low=plain.ci_low,
        ci_high=plain.ci_high,
        attained_level=draft.level if spread else None,
        statistic_name="t",
        statistic=plain.statistic,
        df=plain.df,
        p=plain.p,
        effects=tuple(_lines(of, deltas, draft)),
    )


def _lines(of: Observed, deltas: tuple[float, ...], draft: Draft) -> Iterator[Effect]:
    for base in BASES:
        for delta in deltas:
            yield _line(of, f"{base} {'+' if delta >= 0 else '-'} {abs(delta):.6g}", base, delta, draft)


def _line(of: Observed, name: str, base: str, delta: float, draft: Draft) -> Effect:
    centre, spread = of.estimate(base, delta), of.spread(base, delta)
    if spread is None:
        return Effect(name=name, kind="contrast", estimate=centre, more=(("delta", delta),))
    se, df = spread
    half = t_quantile((1 + draft.level) / 2, df) * se
    return Effect(
        name=name,
        kind="contrast",
        estimate=centre,
        se=se,
        ci_low=centre - half,
        ci_high=centre + half,
        statistic_name="t",
        statistic=centre / se,
        df=(df,),
        p=of.p(base, delta, draft.alternative),
        more=(("delta", delta),),
    )


def _tipping(
    of: Observed, base: str, suffix: str, deltas: tuple[float, ...], draft: Draft
) -> dict[str, float | None]:
    """The first declared delta with another conclusion than complete cases have, and where exactly it changes."""
    alpha, names = 1 - draft.level, (f"tipping_delta{suffix}", f"tipping_delta{suffix}_exact")
    start = of.p("observed mean", 0.0, draft.alternative)
    if not of.missing or start is None or start > alpha:
        return dict.fromkeys(names)

    def above(delta: float) -> float:
        return (of.p(base, delta, draft.alternative) or 0.0) - alpha

    tipped = next((i for i, delta in enumerate(deltas) if above(delta) > 0), None)
    if tipped is None:
        return dict.fromkeys(names)
    exact = crossing(above, deltas[tipped - 1], deltas[tipped]) if tipped else None
    return dict(zip(names, (deltas[tipped], exact), strict=True))


def _about_tipping(
    of: Observed,
    p: float | None,
    tipped: dict[str, float | None],
    deltas: tuple[float, ...],
    alpha: float,
) -> tuple[Caveat, ...]:
    if not of.missing:
        return (tell.nobody_missing(),)
    if p is None:
        return ()
    if p > alpha:
        return (tell.nothing_to_tip(p, alpha),)
    return (tell.never_tips(deltas[0], deltas[-1]),) if tipped["tipping_delta"] is None else ()


ENTRY = Method(
    name="tipping_point",
    label="Delta adjustment and tipping point",
    source="Little 1994; Ratitch et al. 2013; Barnard & Rubin 1999; Cro, Carpenter & Kenward 2019; NRC 2010",
    design="longitudinal",
    estimate=estimate,
    summaries=("mean change",),
    need=Need(times=2, times_most=2, participants=2),
    options=(
        Option(
            name="delta",
            default="0 .. 5 by 0.5",
            meaning="added to every missing change, in the unit of the variable; above 0 is worse where lower is better",
            kind="range",
        ),
        Option(
            name="variance",
            values=tuple(VARIANCES),
            default="pattern_mixture",
            meaning="of missing changes: held at that of the observed ones, or drawn as in Rubin's rules",
        ),
    ),
    refuses=(
        "percent change: delta is added to a change in the unit of the variable",
        "last value carried forward: a value of another visit is no measurement of this one",
        "lesions as if they were participants: reduce them to one value a participant first",
    ),
    sentence=(
        "Missing changes were set to the mean of the observed changes, and in a second series to no change, plus delta;"
        " the tipping point is the first delta at which the conclusion is another one. No last value was carried"
        " forward, and nothing was drawn at random."
    ),
    reference="tests/reference/methods/test_missing.py",
)
