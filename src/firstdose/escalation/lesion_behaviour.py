"""What local therapy means for the rule, as numbers: for the design appendix and the board packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.escalation.characteristics import characterise
from firstdose.escalation.lesion_rule import LesionRule, characterise_lesions
from firstdose.escalation.lesions import (
    compute_participant_rates,
    effective_number,
    lesion_plan_of,
    truth_of,
)
from firstdose.escalation.planned import rule_of

if TYPE_CHECKING:
    from firstdose.escalation.characteristics import Behaviour
    from firstdose.escalation.lesions import LesionPlan, LocalTruth, ParticipantRates
    from firstdose.protocol.model import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionBehaviour:
    """The rule under the local scenarios of a protocol, one row a scenario. `counts`: what the design counts.

    `rates`: what one participant can expect; `people`: the rule's behaviour, with participants and participants with
    dose-limiting toxicity, exact or drawn as it says itself; `lesions`, `toxic` (scenarios, levels): expected lesions
    treated at each level and those with toxicity; `effective`: how many independent lesions all lesions at a level are
    worth, if each participant had the most; `words`: what was supposed, in sentences.
    """

    plan: LesionPlan
    counts: str
    levels: tuple[str, ...]
    truths: tuple[LocalTruth, ...]
    rates: tuple[ParticipantRates, ...]
    people: Behaviour
    lesions: np.ndarray
    toxic: np.ndarray
    words: tuple[str, ...]

    def effective(self, participants: int) -> tuple[float, ...]:
        """What the lesions of so many participants with the most lesions are worth, by scenario."""
        each = [self.plan.most] * participants
        return tuple(effective_number(each, truth.alike) for truth in self.truths)


def lesion_behaviour(protocol: Protocol, *, trials: int = 10_000, seed: int = 1) -> LesionBehaviour | None:
    """Exact where the states can be held, else from drawn trials; None where no local scenario is declared.

    Raises:
        NoRule: nothing escalates here.
        ValueError: the design cannot count lesions.
    """
    plan, safety, given = lesion_plan_of(protocol), protocol.safety, protocol.intervention
    if plan is None or safety is None or given is None or not safety.local_scenarios:
        return None
    rule = rule_of(protocol)
    truths = tuple(truth_of(each) for each in safety.local_scenarios)
    rates = tuple(compute_participant_rates(plan, truth) for truth in truths)
    if safety.design_counts == "lesion":
        course = characterise_lesions(LesionRule(rule), plan, truths, trials=trials, seed=seed)
        people, lesions, toxic = course.people, course.lesions, course.toxic
    else:
        either = [each.either.tolist() for each in rates]
        people = characterise(rule, either, trials=trials, seed=seed)
        lesions = people.participants @ lesions_per_participant(plan)
        toxic = lesions * np.array([truth.local for truth in truths])
    return LesionBehaviour(
        plan=plan,
        counts=safety.design_counts,
        levels=tuple(each.level for each in given.dose_levels),
        truths=truths,
        rates=rates,
        people=people,
        lesions=lesions,
        toxic=toxic,
        words=lesion_words(protocol, plan),
    )


def lesions_per_participant(plan: LesionPlan) -> np.ndarray:
    """(level of the participant, level of the lesion): expected number of lesions."""
    found = [
        np.mean([plan.at_levels(dose, number) for number in plan.counts], axis=0)
        for dose in range(plan.levels)
    ]
    return np.array(found)


def lesion_words(protocol: Protocol, plan: LesionPlan) -> tuple[str, ...]:
    """What stands behind the numbers, in sentences for the appendix and the analysis plan."""
    lesion, safety = protocol.lesion_word, protocol.safety
    low, high = plan.counts[0], plan.most
    number = f"{low} to {high} {lesion}s, each number equally likely" if low < high else _some(high, lesion)
    least = f"at least {plan.least} {lesion}s have" if plan.least > 1 else f"a {lesion} has"
    by_lesion = safety is not None and safety.design_counts == "lesion"
    alike = (
        f"The {lesion}s of one participant resemble each other: at one dose level the number with local toxicity is"
        f" beta-binomial with the intraclass correlation of the scenario; at several levels a participant is equally"
        f" prone, by rank, at each of them."
    )
    systemic = (
        f"Systemic toxicity is independent of local toxicity given the cells received; its hazard grows linearly with"
        f" the total cells, between the rates declared for {_some(high, lesion)} at each level and none without cells."
    )
    counts = (
        f"The design counts each {lesion} at its own level as if it stood alone; stopping rules and size count"
        " participants."
    )
    return (
        f"Each participant is treated in {number}, all of one area.",
        alike,
        systemic,
        f"A participant has a dose-limiting toxicity after a systemic one, or where {least} a local one.",
        counts
        if by_lesion
        else f"The design counts participants, each at the highest level of the own {lesion}s.",
    )


def _some(number: int, lesion: str) -> str:
    return f"{number} {lesion}{'s' if number > 1 else ''}"
