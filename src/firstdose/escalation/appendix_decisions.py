"""The decisions of a rule before the trial: a table of counts at one level, or the steps of its first states."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import End
from firstdose.designs._kernel.graded import GRADES
from firstdose.designs._kernel.interval import IntervalDesign
from firstdose.designs.gboin import Gboin
from firstdose.escalation.counted import Sums, after_people, counts_of_design, more_of, start_of
from firstdose.escalation.counted_paths import together
from firstdose.escalation.lesion_rule import LesionDesign
from firstdose.escalation.paths import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.catalogue.rule import State, Step, Treat
    from firstdose.escalation.lesion_behaviour import LesionBehaviour
    from firstdose.escalation.rule import Rule

MOST_LESIONS = 36  # at one level that the decision table of a design over lesions goes to
MOST_STEPS = 40  # early states whose next step is listed


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """Toxicities of n at the current level: escalate up to, de-escalate from, closed from; None: with no count."""

    n: int
    escalate: int | None
    deescalate: int | None
    closed: int | None

    def word(self, y: int) -> str:
        """`up`, `stay`, `down` or `closed` for y of n."""
        if self.closed is not None and y >= self.closed:
            return "closed"
        if self.deescalate is not None and y >= self.deescalate:
            return "down"
        return "up" if self.escalate is not None and y <= self.escalate else "stay"


@dataclass(frozen=True, slots=True)
class NextStep:
    """An early state that can be reached, and what is due there."""

    state: State
    step: Step


def decision_table(rule: Rule, lesions: LesionBehaviour | None = None) -> tuple[DecisionRow, ...]:
    """For designs that decide from the counts at one level: a row for each number that can be reached there."""
    design = rule.design
    if isinstance(design, LesionDesign) and isinstance(design.inner.design, IntervalDesign):
        all_ = (rule.most or 10 * design.size) * (lesions.plan.most if lesions else 1)
        return tuple(_decision_row(design.inner.design, n) for n in range(1, min(all_, MOST_LESIONS) + 1))
    if not isinstance(design, IntervalDesign):
        return ()
    most = rule.most or 10 * design.size
    return tuple(_decision_row(design, n) for n in _reached(rule, most))


def _reached(rule: Rule, most: int) -> list[int]:
    """Whole cohorts, and every number where some of a cohort come first."""
    size = rule.design.size
    if 0 < rule.alone < size:
        return list(range(1, most + 1))
    return sorted({*range(size, most + 1, size), *([most] if most % size else [])})


def _decision_row(design: IntervalDesign, n: int) -> DecisionRow:
    ways = [design.decide(n, y) for y in range(n + 1)]
    return DecisionRow(
        n=n,
        escalate=max((y for y, way in enumerate(ways) if way == "up"), default=None),
        deescalate=min((y for y, way in enumerate(ways) if way == "down"), default=None),
        closed=min((y for y in range(n + 1) if design.closes(n, y)), default=None),
    )


def early_steps(rule: Rule, most: int = MOST_STEPS) -> tuple[tuple[NextStep, ...], int]:
    """The first states of the trial, layer by layer, with the step due in each; and how many the next layer has, if it is left out."""
    layer = [start_of(rule)]
    found: list[NextStep] = []
    while layer and len(found) + len(layer) <= most:
        steps = [NextStep(state, rule.decide(state)) for state in layer]
        found += steps
        layer = _following(rule, steps)
    return tuple(found), len(layer)


def _following(rule: Rule, steps: list[NextStep]) -> list[State]:
    reached = {
        state: None
        for each in steps
        if not isinstance(each.step, End)
        for state in _reached_by(rule, each.state, each.step)
    }
    return sorted(
        reached, key=lambda state: (state.participants[::-1], state.dlts[::-1], more_of(state)[::-1])
    )


def _reached_by(rule: Rule, state: State, step: Treat) -> Iterable[State]:
    if counts_of_design(rule) == "toxicities":
        return outcomes(rule, state, step)
    one = dict.fromkeys(possible(rule), 1.0)
    return [after_people(rule, state, step, sums) for sums in together(one, step.participants)]


def possible(rule: Rule) -> Iterator[Sums]:
    """What one participant can add; of scores without toxicity, where no stopping rule counts any."""
    if isinstance(rule.design, Gboin):
        scale = rule.design.scale
        grades = product(range(GRADES), repeat=1 if scale.worst else min(scale.lesions, 3))
        for seen in grades:
            units = scale.units_of(seen)
            yield Sums(1, int(scale.toxic(seen)) if rule.stops else 0, units=units)
    else:
        for toxic, responded in product((0, 1), repeat=2):
            yield Sums(1, toxic, responded=responded)
