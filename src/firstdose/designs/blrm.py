"""BLRM: a two-parameter logistic curve chooses among the levels that are not too likely overdoses (EWOC)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.two_parameter_model import TwoParameterModel

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Blrm:
    """Levels whose probability of an overdose is at most `overdose`; among them the one most likely within the target.

    `model.limits`: lower and upper end of the target interval; above it is an overdose. `amounts`: dose of each level,
    `assumed` where nobody gave them. No level is skipped upward.
    """

    model: TwoParameterModel
    amounts: tuple[float, ...]
    reference: float
    size: int
    overdose: float
    assumed: bool = False
    enough_at_one: int | None = None
    start: int = 0

    @property
    def doses(self) -> int:
        return len(self.amounts)

    @property
    def looks_back(self) -> bool:
        return False

    def masses(self, state: State) -> tuple[np.ndarray, np.ndarray]:
        """For each level the posterior probability of a rate within the target interval, and of an overdose."""
        below = self.model.probabilities(state.participants, state.dlts)
        return below[:, 1] - below[:, 0], 1 - below[:, 1]

    def eliminated(self, state: State) -> int:
        """The lowest level that is too likely an overdose now; a model may open it again."""
        if state.total == 0:
            return self.doses
        _, over = self.masses(state)
        return int(next((dose for dose, p in enumerate(over) if p > self.overdose), self.doses))

    def likeliest(self, state: State, highest: int) -> int:
        """The level up to this one that is most likely within the target; the lower one on a tie."""
        target, _ = self.masses(state)
        best = target[: highest + 1].max()
        return int(np.flatnonzero(target[: highest + 1] >= best - _TIE)[0])

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        closed = self.eliminated(state)
        if closed == 0:
            return End("complete", "all levels too toxic", "every level is too likely an overdose")
        wanted = self.likeliest(state, closed - 1)
        to = min(wanted, state.dose + 1)
        if self._enough(state, to):
            return End(
                "complete", "enough at one level", f"{state.participants[to]} participants at a level kept"
            )
        reason = f"of the levels that are not too likely an overdose, level {wanted + 1} is likeliest within the target"
        return Treat(to, self.size, reason if to == wanted else f"{reason}; no level is skipped")

    def _enough(self, state: State, to: int) -> bool:
        kept = to == state.dose
        return kept and self.enough_at_one is not None and state.participants[to] >= self.enough_at_one

    def select(self, state: State) -> int | None:
        closed = self.eliminated(state)
        tried = [dose for dose in range(closed) if state.participants[dose] > 0]
        if not tried:
            return None
        target, _ = self.masses(state)
        return max(tried, key=lambda dose: (round(float(target[dose]) / _TIE), -dose))

    def words(self) -> tuple[str, ...]:
        model, (low, high) = self.model, self.model.limits
        amounts = ", ".join(f"{amount:g}" for amount in self.amounts)
        given = "taken as equally spaced, since none were given: " if self.assumed else ""
        return (
            (
                "A logistic model with two parameters, logit p = log a + b log(dose / reference), is fitted to all participants;"
                f" reference dose {self.reference:g}, dose amounts {given}{amounts}. Prior: log a and log b normal with means"
                f" {model.mean[0]:.3f} and {model.mean[1]:g}, standard deviations {model.sd[0]:g} and {model.sd[1]:g} and"
                f" correlation {model.correlation:g}."
            ),
            (
                f"A level may be given while its rate exceeds {high:g} with a posterior probability of at most"
                f" {self.overdose:g}; of these levels the next cohort receives the one most likely to have a rate between {low:g}"
                f" and {high:g}. No level is skipped upward. If no level may be given, escalation ends."
            ),
            (
                "The recommended level is, of those tried that may be given, the one most likely to have a rate between"
                f" {low:g} and {high:g}."
            ),
        )


def make(words: Mapping[str, str], doses: int) -> Blrm:
    """See `EscalationDesign.make`."""
    low, high = (declared.number(words, name, 0.001, 0.999) for name in ("target_low", "target_high"))
    if low >= high:
        raise ValueError("target_low is below target_high.")
    amounts = _amounts(words, doses)
    reference = declared.number(words, "reference", 0, 1000 * amounts[-1]) or amounts[-1]
    if reference * 1000 < amounts[0]:
        raise ValueError("reference is a dose near those of the levels, or 0 for the highest.")
    return Blrm(
        model=_model(words, tuple(log(amount / reference) for amount in amounts), (low, high)),
        amounts=amounts,
        reference=reference,
        size=declared.whole(words, "cohort", 1),
        overdose=declared.between(words, "overdose"),
        assumed=not words["amounts"].strip(),
        enough_at_one=declared.whole(words, "enough_at_one") or None,
    )


def _amounts(words: Mapping[str, str], doses: int) -> tuple[float, ...]:
    amounts = declared.numbers(words, "amounts")
    if not amounts:
        return tuple(float(level) for level in range(1, doses + 1))
    rising = all(low < high for low, high in pairwise(amounts))
    if len(amounts) != doses or amounts[0] <= 0 or not rising:
        raise ValueError(
            f"amounts are {doses} rising positive numbers with blanks between, one a dose level."
        )
    return amounts


def _model(
    words: Mapping[str, str], distances: tuple[float, ...], limits: tuple[float, float]
) -> TwoParameterModel:
    rate = declared.number(words, "prior_rate", 0.001, 0.999)
    correlation = declared.number(words, "correlation", -0.95, 0.95)
    # Beyond these a prior says nothing, and the grid of its quadrature would grow with it.
    sd = declared.number(words, "log_a_sd", 0.01, 20), declared.number(words, "log_b_sd", 0.01, 5)
    mean = log(rate / (1 - rate)), declared.number(words, "log_b_mean", -10, 10)
    return TwoParameterModel(distances, mean, sd, correlation, limits)


ENTRY = EscalationDesign(
    name="blrm",
    label="BLRM with overdose control",
    source=(
        "Neuenschwander B, Branson M, Gsponer T. Stat Med 2008;27:2420-2439; Babb J, Rogatko A, Zacks S."
        " Stat Med 1998;17:1103-1120"
    ),
    keys=(
        Option(name="target_low", default="0.16", meaning="lower end of the target interval of rates"),
        Option(
            name="target_high",
            default="0.33",
            meaning="upper end of the target interval; a rate above it is an overdose",
        ),
        Option(
            name="overdose",
            default="0.25",
            meaning="greatest probability of an overdose of a level that may be given",
        ),
        Option(
            name="amounts",
            default=" ",
            meaning="dose of each level, numbers with blanks between; blank: those of the protocol, else equally spaced",
        ),
        Option(name="reference", default="0", meaning="reference dose; 0: the highest amount"),
        Option(
            name="prior_rate",
            default="0.25",
            meaning="prior median of the toxicity rate at the reference dose",
        ),
        Option(name="log_a_sd", default="2", meaning="prior standard deviation of log a"),
        Option(name="log_b_mean", default="0", meaning="prior mean of log b"),
        Option(name="log_b_sd", default="1", meaning="prior standard deviation of log b"),
        Option(name="correlation", default="0", meaning="prior correlation of log a and log b"),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="enough_at_one",
            default="0",
            meaning="end where a level to be kept has so many; 0: no such end",
        ),
    ),
    sentence=(
        "Dose levels are escalated by a Bayesian logistic regression model with overdose control at {overdose}, target"
        " interval {target_low} to {target_high}, cohorts of {cohort}."
    ),
    make=make,
)
