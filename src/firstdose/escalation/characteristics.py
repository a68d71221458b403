"""How a rule behaves under scenarios, by the surest way that is open: exact by tables, exact in plain Python, or drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import start_state
from firstdose.escalation.exact import Polynomial, enumerate_exact, evaluate, predict_size
from firstdose.escalation.paths import enumerate_some
from firstdose.escalation.simulate import simulate
from firstdose.escalation.tables import CAUSES, compile_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.catalogue.rule import State
    from firstdose.escalation.rule import Rule

MEMORY = 1_000_000_000  # bytes that an enumeration may take
PLAIN_STATES = 400_000  # states that plain Python walks in some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One row a scenario. `exact`: no random number; else `error` is the standard error of a share near one half.

    `selected` (s, doses + 1): probability of recommending each level, none last; `participants`, `dlts` (s, doses):
    expected; `total_size`: number of participants > probability (s,); `causes`: why it ended > probability (s,).
    """

    rates: np.ndarray
    selected: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    total_size: dict[int, np.ndarray]
    causes: dict[str, np.ndarray]
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
    if tables is not None and tables.fits:
        return enumerate_exact(tables, begin) if predict_size(tables).bytes <= MEMORY else None
    return _plain(rule, begin)


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
    found = evaluate(polynomial, rates)
    sizes = polynomial.participants.sum(axis=1)
    chance = evaluate_groups(polynomial, rates, sizes)
    return Behaviour(
        rates=rates,
        selected=found.selected,
        participants=found.participants,
        dlts=found.dlts,
        total_size=chance,
        causes={
            name: found.causes[:, i] for i, name in enumerate(polynomial.causes) if found.causes[:, i].any()
        },
        exact=True,
        states=polynomial.states,
    )


def evaluate_groups(polynomial: Polynomial, rates: np.ndarray, groups: np.ndarray) -> dict[int, np.ndarray]:
    """Group number > probability (s,) that the trial ends in an ending of that group."""
    return {
        int(group): evaluate(polynomial.only(groups == group), rates).total for group in np.unique(groups)
    }


def _drawn(
    rule: Rule, rates: np.ndarray, trials: int, seed: int, progress: Callable[[float], None] | None
) -> Behaviour:
    runs = [
        simulate(rule, list(row), trials, seed + i, _part(progress, i, len(rates)))
        for i, row in enumerate(rates)
    ]
    sizes = [run.participants.sum(axis=1) for run in runs]
    doses = rule.doses
    chosen = [
        np.bincount(np.where(run.selected < 0, doses, run.selected), minlength=doses + 1) for run in runs
    ]
    words = sorted({cause for run in runs for cause in run.cause})
    return Behaviour(
        rates=rates,
        selected=np.array(chosen) / trials,
        participants=np.array([run.participants.mean(axis=0) for run in runs]),
        dlts=np.array([run.dlts.mean(axis=0) for run in runs]),
        total_size={
            int(size): np.array([(each == size).mean() for each in sizes])
            for size in np.unique(np.concatenate(sizes))
        },
        causes={word: np.array([run.cause.count(word) / trials for run in runs]) for word in words},
        exact=False,
        trials=trials,
        seed=seed,
    )


def _part(progress: Callable[[float], None] | None, i: int, count: int) -> Callable[[float], None] | None:
    return (lambda share: progress((i + share) / count)) if progress else None
