"""TITE-CRM: the CRM that counts a participant without toxicity by the share of the window passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import End, EscalationDesign, Option, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.power_model import MOST_VARIANCE, CurveModel, skeleton
from firstdose.designs._kernel.weights import all_followed, level_of, wait, weighted_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue import State, Step
    from firstdose.designs._kernel.weights import FollowUp

_TIE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class TiteCrm:
    """No level is skipped upward; no escalation right after a cohort whose share of toxicity reaches the target.

    `followed`: participants of the current level who must be complete before the dose is escalated (never more than a
    cohort). `stop_above`: end where the lowest level's rate exceeds the target with this probability under a flat prior,
    pending participants counted as without toxicity (1: never).
    """

    model: CurveModel
    target: float
    size: int
    followed: int = 0
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

    def nearest(self, mean: float) -> int:
        """The level whose rate, at this mean of the parameter, is nearest to the target; the lower one on a tie."""
        away = np.abs(self.model.rates(mean) - self.target)
        return int(np.flatnonzero(away <= away.min() + _TIE)[0])

    def move(self, state: State) -> Step:
        """With everybody's window passed."""
        mean = self.model.posterior_mean(state.participants, state.dlts)
        return self._moved(state, all_followed(state), mean)

    def move_in_time(self, state: State, seen: Sequence[FollowUp]) -> Step:
        """The step after a cohort was entered."""
        return self._moved(state, seen, weighted_mean(self.model, seen))

    def _moved(self, state: State, seen: Sequence[FollowUp], mean: float) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        if self.eliminated(state) == 0:
            return End("complete", "lowest level too toxic", "the lowest level is too toxic")
        wanted = self.nearest(mean)
        reason = f"the model's rate nearest to {self.target:g} is at level {wanted + 1}"
        if wanted <= state.dose:
            return Treat(wanted, self.size, reason)
        if state.recent >= self.target * self.size - _TIE:
            return Treat(
                state.dose, self.size, f"{reason}; no escalation after {state.recent} in the last cohort"
            )
        level = level_of(seen, state.dose)
        if level.pending and level.complete < min(self.followed, self.size):
            return wait(f"{reason}, but only {level.complete} at this level have passed their window")
        to = state.dose + 1
        return Treat(to, self.size, reason if to == wanted else f"{reason}; no level is skipped")

    def select(self, state: State) -> int | None:
        if self.eliminated(state) == 0 or state.total == 0:
            return None
        return self.nearest(self.model.posterior_mean(state.participants, state.dlts))

    def words(self) -> tuple[str, ...]:
        prior = ", ".join(f"{rate:.3f}" for rate in self.model.skeleton)
        form = "power" if self.model.form == "power" else "one-parameter logistic"
        need = min(self.followed, self.size)
        held = f", and none before {need} participants of the level have passed their window" if need else ""
        return (
            (
                f"The {form} model with prior toxicity rates {prior} and a normal prior of variance {self.model.variance:g} on its"
                " parameter is fitted to all participants; one without toxicity counts by the share of the window passed. The"
                f" next cohort receives the level whose estimated rate is nearest to {self.target:g}. No level is skipped upward,"
                f" and there is no escalation right after a cohort of which a share of at least {self.target:g} had a"
                f" dose-limiting toxicity{held}."
            ),
            (
                "The recommended level is the one that the next cohort would receive by the model alone, once everybody's window"
                " has passed."
            ),
        )


def make(words: Mapping[str, str], doses: int) -> TiteCrm:
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
    return TiteCrm(
        model=model,
        target=target,
        size=declared.whole(words, "cohort", 1),
        followed=declared.whole(words, "followed"),
        stop_above=declared.number(words, "stop_above", 0, 1),
    )


ENTRY = EscalationDesign(
    name="tite_crm",
    label="TITE-CRM",
    source="Cheung YK, Chappell R. Biometrics 2000;56:1177-1182",
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
        Option(name="cohort", default="1", meaning="participants of a cohort"),
        Option(
            name="followed",
            default="0",
            meaning="participants of a level who must have passed their window before escalation",
        ),
        Option(
            name="stop_above",
            default="0.95",
            meaning="probability of a rate above the target that ends the trial at the lowest level; 1: never",
        ),
    ),
    sentence="Dose levels are escalated by the TITE-CRM ({model} model) with target {target}, cohorts of {cohort}.",
    make=make,
)
