"""Pairs with values below or above quantification: ratio of geometric means or mean difference by censored likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_missing as tell
from firstdose.methods._kernel.bayes import undefined
from firstdose.methods._kernel.censored import Fit, Pairs, fitted, limits_of, tails_at
from firstdose.methods._kernel.exact import smallest_p_of_signs
from firstdose.methods._kernel.results import Draft, Floats, about_p, as_rows, chosen, p_value, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.censored import Limits, Tails

FURTHER = (
    "mean_before",
    "mean_after",
    "sd",
    "correlation",
    "lr",
    "n_outside_before",
    "n_outside_after",
    "n_informative",
    "lower_limit",
    "upper_limit",
    "smallest_p",
)
ESTIMATES = {"log": "ratio of geometric means", "difference": "mean difference"}
LIMITS = {-1: "below", 1: "above"}


def estimate(
    y: npt.ArrayLike,
    *,
    sides: npt.ArrayLike | None = None,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    scale: str = "log",
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Pairs (n, 2), before and after; `sides` of the same shape: -1 below the number given, 1 above, 0 the number.

    Maximum likelihood estimate, exact p of its score over all exchanges of before and after (random ones above 30
    participants), interval of the shifts that this test does not reject. A limit is never replaced by a number.
    """
    rows = as_rows(y, columns=2)
    outside = np.zeros(rows.shape, dtype=np.int64) if sides is None else np.asarray(sides, dtype=np.int64)
    if outside.shape != rows.shape:
        raise ValueError(f"sides have the shape of the values, {rows.shape}, not {outside.shape}")
    name = ESTIMATES[chosen("scale", scale, ESTIMATES)]
    draft = Draft(
        method=ENTRY.name, n=len(rows), level=level, alternative=alternative, further=FURTHER, variant=name
    )
    before, after = map(float, (outside != 0).sum(axis=0))
    counts: dict[str, float | None] = {"n_outside_before": before, "n_outside_after": after}
    if reasons := (unusable(rows) or _no_logarithm(rows, scale)):
        return draft.answer(counts, reasons)
    rounded = rows if decimals is None else np.round(rows, decimals)
    pairs = Pairs(np.log(rounded) if scale == "log" else rounded, outside)
    run = _Run(draft, pairs, math.exp if scale == "log" else float, int(float(draws)), int(float(seed)))
    return run.answered(counts)


def _no_logarithm(rows: Floats, scale: str) -> tuple[Caveat, ...]:
    count = int((rows <= 0).sum())
    return (say.not_positive(count),) if scale == "log" and count else ()


@dataclass(frozen=True, slots=True)
class _Run:
    """One analysis on its scale; `shown` brings a number of that scale back to the reader."""

    draft: Draft
    pairs: Pairs
    shown: Callable[[float], float]
    draws: int
    seed: int

    def answered(self, counts: dict[str, float | None]) -> Result:
        test = tails_at(self.pairs, 0.0, self.draws, self.seed)
        fit, reasons = _fit(self.pairs)
        centre = None if fit is None else float(fit.means[1] - fit.means[0])
        limits = limits_of(self.pairs, self._start(centre), self.draft.level, self.draws, self.seed)
        low, high = (None if x is None else self.shown(x) for x in (limits.low, limits.high))
        closed = centre is not None and low is not None and high is not None
        smallest = self._smallest_p(test)
        return self.draft.answer(
            counts
            | self._of_fit(fit)
            | {
                "n_informative": test.informative,
                "lower_limit": low,
                "upper_limit": high,
                "smallest_p": smallest,
            },
            (*reasons, *self._about_test(test, smallest), *self._about_limits(limits)),
            estimate_name=self.draft.variant,
            estimate=None if centre is None else self.shown(centre),
            ci_low=low if closed else None,
            ci_high=high if closed else None,
            attained_level=limits.attained if closed else None,
            statistic_name="score z",
            statistic=test.z,
            p=p_value(test.less, test.greater, self.draft.alternative),
            exact=test.draws is None,
            seed=None if test.draws is None else self.seed,
            draws=test.draws,
        )

    def _smallest_p(self, test: Tails) -> float:
        if test.draws is None:
            return smallest_p_of_signs(test.informative, self.draft.alternative)
        return (2.0 if self.draft.alternative == "two-sided" else 1.0) / (test.draws + 1)

    def _start(self, centre: float | None) -> float:
        """From where limits are sought: without an estimate, as if limits of quantification were values."""
        return float(np.diff(self.pairs.values.mean(axis=0))[0]) if centre is None else centre

    def _of_fit(self, fit: Fit | None) -> dict[str, float | None]:
        if fit is None:
            return {}
        null = fitted(self.pairs, alike=True) if fit.sd > 0 else None
        return {
            "mean_before": self.shown(float(fit.means[0])),
            "mean_after": self.shown(float(fit.means[1])),
            "sd": fit.sd,
            "correlation": fit.rho,
            "lr": None if null is None else max(0.0, 2 * (fit.log_likelihood - null.log_likelihood)),
        }

    def _about_test(self, test: Tails, smallest: float) -> Iterator[Caveat]:
        if not test.informative:
            yield tell.nothing_to_compare()
            return
        yield from about_p(self.draft.alternative, self.draft.level, smallest)
        if test.draws is not None:
            yield say.monte_carlo(test.draws, self.seed, self.draws)

    def _about_limits(self, limits: Limits) -> Iterator[Caveat]:
        if not limits.exists:
            yield say.no_interval(self.draft.level, self.draft.n)
            return
        for side, limit in (("lower", limits.low), ("upper", limits.high)):
            if limit is None:
                yield tell.open_limit(side)


def _fit(of: Pairs) -> tuple[Fit | None, tuple[Caveat, ...]]:
    """The maximum of the likelihood, or why there is none."""
    for column, time in enumerate(("before", "after")):
        sides = of.sides[:, column]
        if sides[0] and (sides == sides[0]).all():
            return None, (tell.whole_time_outside(time, LIMITS[int(np.sign(sides[0]))]),)
    if of.known.all() and undefined(of.values[:, 1] - of.values[:, 0], float(np.abs(of.values).max())):
        return _constant(of), ()
    fit = fitted(of, alike=False)
    return (
        (fit, ())
        if fit.inside
        else (None, (tell.not_determined("too few values were quantified, or they do not vary"),))
    )


def _constant(of: Pairs) -> Fit:
    """Differences that do not vary have an estimate without a likelihood."""
    return Fit(of.values.mean(axis=0), 0.0, 1.0, 0.0)


def smallest_p(
    n: int,
    k: int = 2,  # noqa: ARG001, the same call for every method
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """2 / 2**n, or half of it one-sided; a pair that cannot be told apart doubles it."""
    return smallest_p_of_signs(n, alternative)


ENTRY = Method(
    name="censored_normal",
    label="Censored normal likelihood of pairs",
    source="Tobin 1958; Rao 1948; Hartigan 1969",
    design="paired",
    estimate=estimate,
    summaries=("geometric mean ratio", "mean change"),
    need=Need(times=2, times_most=2),
    exact=True,
    takes=("sides",),
    options=(
        Option(
            name="scale",
            values=tuple(ESTIMATES),
            default="log",
            meaning="log: ratio of geometric means, refused where a value is zero or negative; difference: mean difference",
        ),
        Option(name="draws", default="99999", meaning="random exchanges above 30 participants"),
        Option(name="seed", default="1", meaning="start of the random numbers above 30 participants"),
    ),
    refuses=(
        "a number in place of a value below quantification, such as half the limit",
        "lesions as if they were participants: reduce them to one value a participant first",
        "ratios where a value is zero or negative",
    ),
    smallest_p=smallest_p,
    sentence=(
        "Values outside quantification entered the likelihood as such, by the probability to lie beyond their limit"
        " (bivariate normal, one variance, participants correlated). Before and after were exchanged within participants in"
        " all ways, or in random ones where it is marked so; p is the share of exchanges whose likelihood score is at"
        " least as extreme, and the interval holds the shifts that the same test does not reject."
    ),
    reference="tests/reference/methods/test_censored.py",
)
