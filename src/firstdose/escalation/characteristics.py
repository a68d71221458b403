"""How a rule behaves under scenarios, by the surest way that is open: exact by tables, exact in plain Python, or drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import State, start_state
from firstdose.escalation.exact import Polynomial, enumerate_exact, evaluate, predict_size
from firstdose.escalation.paths import enumerate_some
from firstdose.escalation.simulate import simulate
from firstdose.escalation.tables import CAUSES, compile_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.escalation.rule import Rule
    from firstdose.escalation.tables import Tables

MEMORY = 1_000_000_000  # bytes that an enumeration may take
_HALT = 0  # place of the stopping rules among the causes
PLAIN_STATES = 400_000  # states that plain Python walks in some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One row a scenario. `exact`: no random number; else `error` is the standard error of a share near one half.

    `selected` (s, doses + 1): probability of recommending each level, none last; `participants`, `dlts` (s, doses):
    expected; `total_size`: number of participants > probability (s,); `causes`: why it ended > probability (s,).
    `unhalted` (s, doses + 1): the same of trials that were not halted; a halted one leaves the level to a review.
    `halts` (s, stopping rules): probability that this rule, the first that holds, halts dosing. `participants_error`,
    `dlts_error`: standard errors of the expected numbers, 0 where exact.
    """

    rates: np.ndarray
    selected: np.ndarray
    unhalted: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    total_size: dict[int, np.ndarray]
    causes: dict[str, np.ndarray]
    halts: np.ndarray
    participants_error: np.ndarray
    dlts_error: np.ndarray
    exact: bool
    trials: int = 0
    seed: int = 0
    states: int = 0

    @property
    def error(self) -> float:
        """Monte Carlo standard error of a share near one half; 0 where exact."""
        return 0.5 / float(np.sqrt(self.trials)) if self.trials else 0.0


def polynomial_of(rule: Rule, begin: State | None = None) -> Polynomial | None:
    """All endings; None where they are too many, or the rule has no end."""
    tables = compile_rule(rule)
    if tables is not None and tables.fits and _has_keys(rule, tables, begin):
        return enumerate_exact(tables, begin) if predict_size(tables).bytes <= MEMORY else None
    return _plain(rule, begin)


def _has_keys(rule: Rule, tables: Tables, begin: State | None) -> bool:
    """Whether all that follows has a key: every number of participants has one, or only whole cohorts were treated."""
    if begin is None or all(tables.order[n, 0] >= 0 for n in range(tables.most + 1)):
        return True
    return not begin.cohort and all(n % rule.design.size == 0 for n in begin.participants)


def _plain(rule: Rule, begin: State | None) -> Polynomial | None:
    paths = enumerate_some(rule, begin, PLAIN_STATES)
    if paths is None:
        return None
    names = list(CAUSES)
    names += sorted({each.end.cause for each in paths.endings} - set(names))
    ordered = sorted(paths.endings, key=lambda each: _counts(each.state))
    return Polynomial(
        begin=begin or start_state(rule.doses),
        participants=np.array([each.state.participants for each in ordered], np.int64),
        dlts=np.array([each.state.dlts for each in ordered], np.int64),
        ways=np.array([each.ways for each in ordered], np.float64),
        cause=np.array([names.index(each.end.cause) for each in ordered], np.int8),
        selected=np.array([-1 if each.selected is None else each.selected for each in ordered], np.int8),
        states=paths.states,
        causes=tuple(names),
    )


def _counts(state: State) -> tuple[tuple[int, int], ...]:
    return tuple(zip(state.participants, state.dlts, strict=True))


def characterise(
    rule: Rule,
    scenarios: Sequence[Sequence[float]],
    *,
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Behaviour:
    """Under each scenario's true toxicity rates: exact where the endings can be held, else from so many drawn trials."""
    rates = np.atleast_2d(np.asarray(scenarios, dtype=np.float64))
    polynomial = polynomial_of(rule)
    if polynomial is None:
        return _drawn(rule, rates, trials, seed, progress)
    return behave(rule, polynomial, rates)


def behave(
    rule: Rule, polynomial: Polynomial, scenarios: Sequence[Sequence[float]] | np.ndarray
) -> Behaviour:
    """The exact behaviour from all endings of the rule."""
    rates = np.atleast_2d(np.asarray(scenarios, dtype=np.float64))
    found = evaluate(polynomial, rates)
    halted = _first_stop(rule, polynomial.participants, polynomial.dlts, polynomial.cause == _HALT)
    by_stop = evaluate_groups(polynomial, rates, halted)
    none = np.zeros(len(rates))
    return Behaviour(
        rates=rates,
        selected=found.selected,
        unhalted=_unhalted(polynomial, rates, found.selected),
        participants=found.participants,
        dlts=found.dlts,
        total_size=evaluate_groups(polynomial, rates, polynomial.participants.sum(axis=1)),
        causes={
            name: found.causes[:, i] for i, name in enumerate(polynomial.causes) if found.causes[:, i].any()
        },
        halts=_columns([by_stop.get(stop, none) for stop in range(len(rule.stops))], len(rates)),
        participants_error=np.zeros_like(found.participants),
        dlts_error=np.zeros_like(found.dlts),
        exact=True,
        states=polynomial.states,
    )


def without_halts(polynomial: Polynomial) -> Polynomial:
    """The endings in which no stopping rule halted dosing."""
    return polynomial.only(polynomial.cause != _HALT)


def _unhalted(polynomial: Polynomial, rates: np.ndarray, selected: np.ndarray) -> np.ndarray:
    if not (polynomial.cause == _HALT).any():
        return selected
    return evaluate(without_halts(polynomial), rates, with_numbers=False).selected


def _columns(parts: Sequence[np.ndarray], rows: int) -> np.ndarray:
    return np.column_stack(parts) if parts else np.zeros((rows, 0))


def _first_stop(rule: Rule, n: np.ndarray, y: np.ndarray, halted: np.ndarray) -> np.ndarray:
    """(m,) number of the first stopping rule that holds where dosing was halted, -1 elsewhere."""
    first = np.full(len(n), -1, np.int64)
    if len(rule.stops) == 1:
        first[halted] = 0
    elif rule.stops:
        for i in np.flatnonzero(halted):
            state = State(tuple(map(int, n[i])), tuple(map(int, y[i])))
            first[i] = next(stop for stop, each in enumerate(rule.stops) if each.holds(state))
    return first


def evaluate_groups(polynomial: Polynomial, rates: np.ndarray, groups: np.ndarray) -> dict[int, np.ndarray]:
    """Group number > probability (s,) that the trial ends in an ending of that group."""
    numbers, index = np.unique(groups, return_inverse=True)
    grouped = replace(
        polynomial,
        cause=index.astype(np.int8 if len(numbers) < 128 else np.int64),
        causes=tuple(map(str, numbers)),
    )
    found = evaluate(grouped, rates, with_numbers=False).causes
    return {int(number): found[:, i] for i, number in enumerate(numbers)}


def _drawn(
    rule: Rule, rates: np.ndarray, trials: int, seed: int, progress: Callable[[float], None] | None
) -> Behaviour:
    runs = [
        simulate(rule, list(row), trials, seed + i, _part(progress, i, len(rates)))
        for i, row in enumerate(rates)
    ]
    sizes = [run.participants.sum(axis=1) for run in runs]
    doses = rule.doses
    halted = [np.array([cause == CAUSES[_HALT] for cause in run.cause]) for run in runs]
    level = [np.where(run.selected < 0, doses, run.selected) for run in runs]
    words = sorted({cause for run in runs for cause in run.cause})
    stopped = [
        _first_stop(rule, run.participants, run.dlts, at) for run, at in zip(runs, halted, strict=True)
    ]
    return Behaviour(
        rates=rates,
        selected=np.array([np.bincount(each, minlength=doses + 1) for each in level]) / trials,
        unhalted=np.array(
            [np.bincount(each[~at], minlength=doses + 1) for each, at in zip(level, halted, strict=True)]
        )
        / trials,
        participants=np.array([run.participants.mean(axis=0) for run in runs]),
        dlts=np.array([run.dlts.mean(axis=0) for run in runs]),
        total_size={
            int(size): np.array([(each == size).mean() for each in sizes])
            for size in np.unique(np.concatenate(sizes))
        },
        causes={word: np.array([run.cause.count(word) / trials for run in runs]) for word in words},
        halts=_columns(
            [np.array([(each == stop).mean() for each in stopped]) for stop in range(len(rule.stops))],
            len(runs),
        ),
        participants_error=np.array([run.participants.std(axis=0) for run in runs]) / np.sqrt(trials),
        dlts_error=np.array([run.dlts.std(axis=0) for run in runs]) / np.sqrt(trials),
        exact=False,
        trials=trials,
        seed=seed,
    )


def _part(progress: Callable[[float], None] | None, i: int, count: int) -> Callable[[float], None] | None:
    return (lambda share: progress((i + share) / count)) if progress else None
