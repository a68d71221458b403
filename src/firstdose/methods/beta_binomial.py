"""Beta prior and a count of participants: posterior of the proportion, and the chance of an event in the next ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats_of_bayes as tell
from firstdose.methods._kernel.bayes import number
from firstdose.methods._kernel.binomial import not_binary
from firstdose.methods._kernel.distributions import beta_quantile
from firstdose.methods._kernel.results import Draft, as_values, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = (
    "events",
    "n",
    "lower_one_sided",
    "upper_one_sided",
    "p_next_participant",
    "p_any_in_next",
    "next",
    "prior_a",
    "prior_b",
)
OTHERS = {
    "uniform": (1.0, 1.0),
    "Jeffreys": (0.5, 0.5),
    "neutral": (1 / 3, 1 / 3),
}


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    a: float | str = 0.5,
    b: float | str = 0.5,
    following: float | str = 1,
) -> Result:
    """Values 0 or 1, shape (n,): posterior mean of the proportion, equal-tailed credible interval.

    `p_any_in_next`: the probability of at least one event among the next `following` participants.
    `effects`: the same under the declared prior, and under the uniform, Jeffreys' and the neutral one.
    """
    values = as_values(y)
    prior = number("a", a), number("b", b)
    coming = int(number("following", following))
    draft = Draft(
        method=ENTRY.name,
        n=len(values),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"prior: Beta({prior[0]:.6g}, {prior[1]:.6g})",
    )
    known: dict[str, float | None] = {"prior_a": prior[0], "prior_b": prior[1], "next": coming}
    refused = () if min(*prior, coming) > 0 else (tell.no_prior("a, b and following must be above 0"),)
    if reasons := (refused or unusable(values) or not_binary(values)):
        return draft.answer(known, reasons)
    events, n = int(values.sum()), len(values)
    priors = {"declared prior": prior} | OTHERS
    effects = tuple(_line(name, events + p, n - events + q, level, coming) for name, (p, q) in priors.items())
    first, after = effects[0], (events + prior[0], n - events + prior[1])
    return draft.answer(
        {
            **known,
            "events": events,
            "n": n,
            "lower_one_sided": beta_quantile(1 - level, *after),
            "upper_one_sided": beta_quantile(level, *after),
            "p_next_participant": first.estimate,
            "p_any_in_next": first.value("p_any_in_next"),
        },
        estimate_name="posterior mean of the proportion",
        estimate=first.estimate,
        ci_low=first.ci_low,
        ci_high=first.ci_high,
        attained_level=level,
        effects=effects,
    )


def _line(name: str, a: float, b: float, level: float, coming: int) -> Effect:
    return Effect(
        name=name,
        kind="mean",
        estimate=a / (a + b),
        ci_low=beta_quantile((1 - level) / 2, a, b),
        ci_high=beta_quantile((1 + level) / 2, a, b),
        more=(("p_any_in_next", any_event(a, b, coming)),),
    )


def any_event(a: float, b: float, coming: int) -> float:
    """1 - B(a, b + m) / B(a, b): at least one event in the next m, whose rate has the distribution Beta(a, b)."""
    return 1.0 - math.prod((b + i) / (a + b + i) for i in range(coming))


ENTRY = Method(
    name="beta_binomial",
    label="Posterior of a proportion (beta-binomial)",
    source="Jeffreys 1961; Kerman 2011",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    options=(
        Option(name="a", default="0.5", meaning="events that the prior is worth"),
        Option(name="b", default="0.5", meaning="participants without event that the prior is worth"),
        Option(
            name="following",
            default="1",
            meaning="so many next participants, for the probability that at least one of them has the event",
        ),
    ),
    refuses=("events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",),
    sentence=(
        "The posterior of the proportion of participants follows from the printed beta prior; the interval is an"
        " equal-tailed credible interval, the predictive probability is that of at least one event among the next"
        " participants, and the same numbers stand beside it for the uniform, Jeffreys' and the neutral prior."
    ),
    reference="tests/reference/methods/test_bayesian.py",
)
