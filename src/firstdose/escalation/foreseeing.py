"""What can follow from here: the next step for each outcome, and the exact distribution of how the trial ends.

Participants still watched have an outcome that is not known yet: every assignment of toxicities to them is followed, with
its probability. No model is used but the rule and the rates: those of a scenario, or Beta(1, 1) updated by the counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.rule import State, Step, Treat
from firstdose.escalation.characteristics import polynomial_of
from firstdose.escalation.counted import counts_of_design
from firstdose.escalation.deciding import evaluable_state
from firstdose.escalation.exact import Polynomial, average, evaluate
from firstdose.escalation.following import follow_outcomes
from firstdose.escalation.notation import Cohort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from firstdose.escalation.counted_paths import Endings
    from firstdose.escalation.deciding import Decision
    from firstdose.escalation.exact import Characteristics
    from firstdose.escalation.truths import Truth

HALTED = "stopping rule"  # the cause of an end that leaves the level to a review
MOST_PENDING = 12  # participants still watched whose outcomes are followed one by one


@dataclass(frozen=True, slots=True)
class Outlook:
    """One outcome of the participants awaited: so many toxicities of so many, and the step that follows."""

    toxic: int
    of: int
    step: Step
    words: str = ""

    @property
    def told(self) -> str:
        """The outcome in words."""
        return self.words or f"{self.toxic} of {self.of} with toxicity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How the trial ends under one assumption about the true rates.

    `selected`: level (None: none) > probability, of ends that are no halt; `remaining`: further participants > probability;
    `causes`: why > probability.
    `averaged`: over Beta(1, 1) updated by the counts; `rates` are then its means. `trials`: 0 where exact, else drawn.
    """

    selected: Mapping[int | None, float]
    remaining: Mapping[int, float]
    causes: Mapping[str, float]
    name: str = ""
    rates: tuple[float, ...] = ()
    averaged: bool = False
    trials: int = 0

    @property
    def expected(self) -> float:
        """Further participants, expected."""
        return sum(number * p for number, p in self.remaining.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """`next_steps`: for each outcome of those awaited; `forecasts`: empty where there are too many ways to count."""

    next_steps: tuple[Outlook, ...]
    forecasts: tuple[Forecast, ...]


def foresee(decision: Decision) -> Foreseen:
    """What can follow; nothing where dosing rests, a fact is missing or escalation is complete."""
    if decision.standing not in {"treat", "wait"}:
        return Foreseen(next_steps=(), forecasts=())
    if counts_of_design(decision.conduct.rule) != "toxicities":
        return _foresee_counted(decision)
    return Foreseen(next_steps=tuple(next_steps(decision)), forecasts=tuple(forecasts(decision)))


def _foresee_counted(decision: Decision) -> Foreseen:
    """Where the design counts more: only under declared scenarios, since so few counts say little of so many rates."""
    from firstdose.escalation.foreseeing_counted import endings_under, rows_of

    rows = rows_of(decision, decision.conduct.lesion)
    entered = sum(row.counts or row.waits for row in decision.watched)
    found = [(truth, endings_under(decision, truth)) for truth in decision.conduct.truths]
    return Foreseen(
        next_steps=tuple(Outlook(each.toxic, each.of, each.step, each.words) for each in rows),
        forecasts=tuple(
            _told_by(decision, ends, truth, entered) for truth, ends in found if ends is not None
        ),
    )


def _told_by(decision: Decision, ends: Endings, truth: Truth, entered: int) -> Forecast:
    selected: dict[int | None, float] = defaultdict(float)
    remaining: dict[int, float] = defaultdict(float)
    causes: dict[str, float] = defaultdict(float)
    for state, cause, p in zip(ends.ends, ends.causes, ends.chance, strict=True):
        causes[cause] += float(p)
        remaining[state.total - entered] += float(p)
        if cause != HALTED:
            selected[decision.conduct.rule.select(state)] += float(p)
    return Forecast(
        selected=_positive(selected),
        remaining=_positive(remaining),
        causes=_positive(causes),
        name=truth.name,
        rates=truth.rates,
        trials=ends.trials,
    )


def next_steps(decision: Decision) -> list[Outlook]:
    """The step after those awaited: pending participants, and with them the ones due, where these end the same cohort."""
    pending = [row.level for row in decision.watched if row.waits and row.level is not None]
    step = decision.step
    due = step.participants if decision.standing == "treat" and isinstance(step, Treat) else 0
    if due and isinstance(step, Treat) and any(level != step.dose for level in pending):
        pending = []
    if isinstance(step, Treat):
        pending += [step.dose] * due
    if len(set(pending)) != 1:
        return []
    level, size = pending[0], len(pending)
    before = _known(decision, pending=size == due)
    return [
        Outlook(
            x, size, follow_outcomes(decision.conduct.rule, [*before, Cohort(level, _toxic(x, size))]).step
        )
        for x in range(size + 1)
    ]


def _toxic(x: int, size: int) -> tuple[bool, ...]:
    return tuple(i < x for i in range(size))


def _known(decision: Decision, *, pending: bool) -> list[Cohort]:
    """Outcomes so far, one participant each; those pending as without toxicity, or left out."""
    return [
        Cohort(row.level, (row.dlt == "yes",))
        for row in decision.watched
        if row.level is not None and (row.counts or (pending and row.waits))
    ]


def forecasts(decision: Decision) -> list[Forecast]:
    """One a scenario of the protocol, then one averaged over what the counts say of the rates."""
    begun = _begun(decision)
    found = None if begun is None else [polynomial_of(decision.conduct.rule, state) for state in begun]
    if begun is None or found is None or any(part is None for part in found):
        return []
    parts = [part for part in found if part is not None]
    seen = evaluable_state(decision.conduct, decision.watched)
    entered = sum(row.counts or row.waits for row in decision.watched)
    told = []
    for scenario in decision.conduct.scenarios:
        rates = np.array([float(rate) for rate in scenario.rates])
        weights = [ways * _chance(rates, *_between(seen, state)) for state, ways in begun.items()]
        mixed = _mixed(entered, parts, weights, _by_rates(rates))
        told.append(replace(mixed, name=scenario.scenario, rates=tuple(rates.tolist())))
    a, b = 1.0 + np.array(seen.dlts), 1.0 + np.array(seen.participants) - np.array(seen.dlts)
    weights = [ways * _beta_chance(a, b, *_between(seen, state)) for state, ways in begun.items()]
    mixed = _mixed(entered, parts, weights, _by_beta)
    means = tuple((a / (a + b)).tolist())
    return [*told, replace(mixed, name="the rates are as seen so far", rates=means, averaged=True)]


def _begun(decision: Decision) -> dict[State, int] | None:
    """Where the trial can stand once the pending outcomes are known, with the number of ways; None: too many."""
    rows = [row for row in decision.watched if row.level is not None and (row.counts or row.waits)]
    waiting = [i for i, row in enumerate(rows) if row.waits]
    if len(waiting) > MOST_PENDING:
        return None
    found: Counter[State] = Counter()
    for toxic in product((False, True), repeat=len(waiting)):
        outcomes = [row.dlt == "yes" for row in rows]
        for i, seen in zip(waiting, toxic, strict=True):
            outcomes[i] = seen
        cohorts = [Cohort(row.level or 0, (seen,)) for row, seen in zip(rows, outcomes, strict=True)]
        found[follow_outcomes(decision.conduct.rule, cohorts).state] += 1
    return dict(found)


def _between(seen: State, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Participants and toxicities at each level that were pending."""
    n = np.array(state.participants) - np.array(seen.participants)
    return n, np.array(state.dlts) - np.array(seen.dlts)


def _chance(rates: np.ndarray, n: np.ndarray, y: np.ndarray) -> float:
    return float(np.prod(rates**y * (1 - rates) ** (n - y)))


def _beta_chance(a: np.ndarray, b: np.ndarray, n: np.ndarray, y: np.ndarray) -> float:
    from scipy import special

    return float(np.exp(np.sum(special.betaln(a + y, b + n - y) - special.betaln(a, b))))


def _by_rates(rates: np.ndarray) -> Callable[[Polynomial], Characteristics]:
    return lambda polynomial: evaluate(polynomial, rates)


def _by_beta(polynomial: Polynomial) -> Characteristics:
    n, y = np.array(polynomial.begin.participants), np.array(polynomial.begin.dlts)
    return average(polynomial, 1.0 + y, 1.0 + n - y)


def _mixed(
    entered: int,
    parts: Sequence[Polynomial],
    weights: Sequence[float],
    judge: Callable[[Polynomial], Characteristics],
) -> Forecast:
    """The parts by their weights, which sum to 1."""
    selected: dict[int | None, float] = defaultdict(float)
    remaining: dict[int, float] = defaultdict(float)
    causes: dict[str, float] = defaultdict(float)
    for part, weight in zip(parts, weights, strict=True):
        for cause, p in zip(part.causes, judge(part).causes[0], strict=True):
            causes[cause] += weight * float(p)
        going = np.array([cause != HALTED for cause in part.causes])[part.cause]
        for level, p in enumerate(judge(part.only(going)).selected[0]):
            selected[level if level < part.doses else None] += weight * float(p)
        for size, p in _by_size(part, judge):
            remaining[size - entered] += weight * p
    return Forecast(
        selected=_positive(selected),
        remaining=_positive(remaining),
        causes=_positive(causes),
    )


def _by_size(part: Polynomial, judge: Callable[[Polynomial], Characteristics]) -> Iterator[tuple[int, float]]:
    """Participants in all, and the probability of so many: the sizes stand where the causes stood."""
    sizes, index = np.unique(part.participants.sum(axis=1), return_inverse=True)
    by_size = replace(part, cause=index.astype(np.int16), causes=tuple(map(str, sizes)))
    yield from zip(map(int, sizes), map(float, judge(by_size).causes[0]), strict=True)


def _positive(found: Mapping[Any, float]) -> dict[Any, float]:
    return {key: p for key, p in found.items() if p > 0}
