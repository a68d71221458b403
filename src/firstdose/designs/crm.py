"""CRM: a model of the whole dose-toxicity curve chooses the level nearest to the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.power_model import MOST_VARIANCE, CurveModel, skeleton

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Crm:
    """No level is skipped upward; no escalation right after a cohort whose share of toxicity reaches the target.

    `stop_above`: end where the lowest level's rate exceeds the target with this probability under a flat prior (1: never).
    """

    model: CurveModel
    target: float
    size: int
    start: int = 0
    stop_above: float = 1.0

    @property
    def doses(self) -> int:
        return len(self.model.skeleton)

    @property
    def looks_back(self) -> bool:
        return True

    def eliminated(self, state: State) -> int:
        n, y = state.participants[0], state.dlts[0]
        toxic = n >= self.size and tail(n, y, self.target) > self.stop_above
        return 0 if toxic else self.doses

    def nearest(self, state: State) -> int:
        """The level whose estimated rate is nearest to the target; the lower one on a tie."""
        away = np.abs(self.model.plugged_in(state.participants, state.dlts) - self.target)
        return int(np.flatnonzero(away <= away.min() + _TIE)[0])

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        if self.eliminated(state) == 0:
            return End("complete", "lowest level too toxic", "the lowest level is too toxic")
        wanted = self.nearest(state)
        to = min(wanted, state.dose + 1)
        reason = f"the model's rate nearest to {self.target:g} is at level {wanted + 1}"
        if to > state.dose and state.recent >= self.target * self.size - _TIE:
            return Treat(
                state.dose, self.size, f"{reason}; no escalation after {state.recent} in the last cohort"
            )
        return Treat(to, self.size, reason if to == wanted else f"{reason}; no level is skipped")

    def select(self, state: State) -> int | None:
        return None if self.eliminated(state) == 0 or state.total == 0 else self.nearest(state)

    def words(self) -> tuple[str, ...]:
        prior = ", ".join(f"{rate:.3f}" for rate in self.model.skeleton)
        form = "power" if self.model.form == "power" else "one-parameter logistic"
        return (
            (
                f"The {form} model with prior toxicity rates {prior} and a normal prior of variance {self.model.variance:g} on its"
                f" parameter is fitted to all participants; the next cohort receives the level whose estimated rate is nearest"
                f" to {self.target:g}. No level is skipped upward, and there is no escalation right after a cohort of which a"
                f" share of at least {self.target:g} had a dose-limiting toxicity."
            ),
            "The recommended level is the one that the next cohort would receive by the model alone.",
        )


def make(words: Mapping[str, str], doses: int) -> Crm:
    """See `EscalationDesign.make`."""
    target = declared.target(words)
    half = declared.number(words, "halfwidth", 0, 1)
    if not 0.001 <= half <= min(target, 1 - target) - 0.001:
        raise ValueError("halfwidth must be at least 0.001 and smaller than the target and than 1 - target.")
    level = declared.whole(words, "prior_level", 1, doses)
    variance = declared.number(words, "variance", 0.01, MOST_VARIANCE)
    model = CurveModel(
        skeleton(half, target, level - 1, doses),
        declared.one_of(words, "model", ("power", "logistic")),
        variance,
    )
    return Crm(
        model=model,
        target=target,
        size=declared.whole(words, "cohort", 1),
        stop_above=declared.number(words, "stop_above", 0, 1),
    )


ENTRY = EscalationDesign(
    name="crm",
    label="CRM",
    source="O'Quigley J, Pepe M, Fisher L. Biometrics 1990;46:33-48; Lee SM, Cheung YK. Clin Trials 2009;6:227-238",
    keys=(
        Option(name="target", default="0.25", meaning="target rate of dose-limiting toxicity"),
        Option(name="model", values=("power", "logistic"), default="power", meaning="form of the curve"),
        Option(
            name="halfwidth",
            default="0.05",
            meaning="half width of the indifference interval of the skeleton",
        ),
        Option(name="prior_level", default="2", meaning="level, from 1, believed to have the target rate"),
        Option(name="variance", default="1.34", meaning="prior variance of the parameter"),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="stop_above",
            default="0.95",
            meaning="probability of a rate above the target that ends the trial at the lowest level; 1: never",
        ),
    ),
    sentence="Dose levels are escalated by the CRM ({model} model) with target {target}, cohorts of {cohort}.",
    make=make,
)
